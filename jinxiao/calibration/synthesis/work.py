"""Work of a zone's households: who takes part, in which job, at what wage, with how much leave."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.synthesis.draws import choose, normal, uniform
from jinxiao.calibration.synthesis.jobs import N_OCCUPATIONS, OCCUPATION_KEYS, WAGE_OCCUPATIONS, WORKING, Jobs
from jinxiao.calibration.synthesis.margins import RESIDENCE_OF_ZONE
from jinxiao.calibration.synthesis.parameters import PopulationParameters
from jinxiao.model.names import N_SECTORS, N_ZONES, MemberBand, Occupation

EARNERS = 2
NOBODY, ADULT, ELDER = 0, 1, 2
"""Who may fill an earner's place: nobody, a member of 18-59, a member of 60-79."""
_OCCUPATION_CODE = np.array([int(o) for o in WORKING], np.int8)


@dataclass(frozen=True)
class Work:
    """Columns of a zone's earners, shape (n, 2) each, and the latent ranks behind them.

    Attributes
    ----------
    occupation, sector, employed, leave_days : ndarray of int8
    wage : ndarray of float32
        Yuan a month, before the fit to wage income.
    kind : ndarray of int8
        ADULT or ELDER; NOBODY where there is no earner.
    household_skill : ndarray of float32, shape (n,)
        Earning capacity shared by the household, standard normal.
    """

    occupation: NDArray[np.int8]
    sector: NDArray[np.int8]
    employed: NDArray[np.int8]
    leave_days: NDArray[np.int8]
    wage: NDArray[np.float32]
    kind: NDArray[np.int8]
    household_skill: NDArray[np.float32]


@dataclass(frozen=True)
class LabourPlan:
    """How many sampled earners of each kind and job every zone gets.

    Attributes
    ----------
    first, second, elder : ndarray of int, shape (N_ZONES,)
        Earners among first adults, second adults and elders.
    jobs : ndarray of int, shape (N_ZONES, N_OCCUPATIONS * N_SECTORS)
        Earners by job (unemployed by their last one).
    unemployed : ndarray of int, shape (N_ZONES, N_OCCUPATIONS * N_SECTORS)
        Those of them without work.
    wages : ndarray, shape (WAGE_OCCUPATIONS, N_SECTORS)
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    elder: NDArray[np.int64]
    jobs: NDArray[np.int64]
    unemployed: NDArray[np.int64]
    wages: NDArray[np.float64]


def places(members: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return who may fill the two earner's places of each household, adults first; shape (n, 2)."""
    adults = members[:, MemberBand.AGE_18_59]
    elders = members[:, MemberBand.AGE_60_79]
    able = np.minimum(adults + elders, EARNERS)
    kind = np.zeros((len(members), EARNERS), np.int8)
    for place in range(EARNERS):
        kind[:, place] = np.where(adults > place, ADULT, np.where(able > place, ELDER, NOBODY))
    return kind


def labour_plan(
    jobs: Jobs,
    parameters: PopulationParameters,
    type_members: NDArray[np.int8],
    counts: NDArray[np.int64],
    weights: NDArray[np.float64],
) -> LabourPlan:
    """Share out the labour force of town and country over zones and kinds of earner, then jobs over zones.

    First adults and elders take part at their own rates; second adults fill the published labour force. What
    they cannot fill goes to elders. Whole numbers carry their remainders from zone to zone, so that the
    province adds up.

    Parameters
    ----------
    type_members : ndarray, shape (types, N_BANDS)
    counts : ndarray, shape (N_ZONES, types)
        Sampled households by type.
    weights : ndarray, shape (N_ZONES,)
        Real households for each sampled one.
    """
    kind = places(type_members)
    candidates = np.stack(
        [counts @ (kind[:, 0] == ADULT), counts @ (kind[:, 1] == ADULT), counts @ (kind == ELDER).sum(axis=1)]
    )
    rate_first, rate_elder = (parameters.vectors("participation")[k] for k in ("first_adult", "elder"))
    expected = np.zeros((3, N_ZONES))
    for r in range(2):
        zones = r == RESIDENCE_OF_ZONE
        real = (candidates[:, zones] * weights[zones]).sum(axis=1)
        force = jobs.labour_force[r].sum()
        rate_second = np.clip(
            (force - rate_first[r] * real[0] - rate_elder[r] * real[2]) / real[1], 0.0, rate_first[r]
        )
        rest_elder = (force - rate_first[r] * real[0] - rate_second * real[1]) / real[2]
        rates = np.array([rate_first[r], rate_second, np.clip(rest_elder, 0.0, 1.0)])
        expected[:, zones] = candidates[:, zones] * rates[:, None]
    first, second, elder = (_carried(e[:, None])[:, 0] for e in expected)
    total = first + second + elder
    cells = jobs.labour_force.reshape(2, -1)
    shares = cells / cells.sum(axis=1, keepdims=True)
    planned = np.zeros((N_ZONES, N_OCCUPATIONS * N_SECTORS), np.int64)
    unemployed = np.zeros_like(planned)
    for r in range(2):
        of_residence = np.flatnonzero(np.equal(RESIDENCE_OF_ZONE, r))
        planned[of_residence] = _carried(total[of_residence, None] * shares[r], total[of_residence])
        wanted = planned[of_residence] * jobs.unemployment[r]
        wanted[:, WAGE_OCCUPATIONS * N_SECTORS :] = 0.0
        unemployed[of_residence] = _carried(wanted, _carried(wanted.sum(axis=1, keepdims=True))[:, 0])
    return LabourPlan(first, second, elder, planned, unemployed, jobs.wages)


def _carried(expected: NDArray[np.float64], totals: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Round row by row, carrying remainders to the next row; rows sum to ``totals`` where given."""
    result = np.zeros(expected.shape, np.int64)
    carry = np.zeros(expected.shape[1])
    for i, row in enumerate(expected):
        wanted = row + carry
        whole = np.maximum(np.rint(wanted) if totals is None else np.floor(wanted), 0).astype(np.int64)
        if totals is not None:
            missing = int(totals[i] - whole.sum())
            order = np.argsort(whole - wanted, kind="stable")
            if missing > 0:
                np.add.at(whole, order[np.arange(missing) % len(order)], 1)
            while missing < 0:
                positive = order[::-1][whole[order[::-1]] > 0][:-missing]
                whole[positive] -= 1
                missing += len(positive)
        result[i] = whole
        carry = wanted - whole
    return result


def zone_work(
    zone: int,
    members: NDArray[np.int8],
    head_age: NDArray[np.int16],
    plan: LabourPlan,
    parameters: PopulationParameters,
    rng: np.random.Generator,
) -> Work:
    """Return the work of all households of a zone."""
    n = len(members)
    kind = _participants(zone, members, plan, rng)
    weight = parameters.table("skill")
    household_skill = normal(rng, n)
    skill = np.float32(weight["household"]) * household_skill[:, None] + np.float32(
        weight["person"]
    ) * normal(rng, n, 2)
    skill += np.float32(weight["elder"]) * (kind == ELDER)
    row, place = np.nonzero(kind != NOBODY)
    earner_skill = skill[row, place]
    job = _matched_jobs(earner_skill, plan.jobs[zone], parameters, rng)
    occupation_index, sector = np.divmod(job, N_SECTORS)
    works = _employed(job, plan.unemployed[zone], rng)
    wage = _wages(earner_skill, occupation_index, sector, plan.wages, parameters, rng)
    result = Work(
        np.full((n, EARNERS), int(Occupation.NONE), np.int8), np.full((n, EARNERS), -1, np.int8),
        np.zeros((n, EARNERS), np.int8), np.zeros((n, EARNERS), np.int8), np.zeros((n, EARNERS), np.float32),
        kind, household_skill,
    )  # fmt: skip
    result.occupation[row, place] = _OCCUPATION_CODE[occupation_index]
    result.sector[row, place] = sector
    result.employed[row, place] = works
    result.wage[row, place] = wage
    result.leave_days[:] = leave_days(result.occupation, head_age, parameters)
    return result


def leave_days(
    occupation: NDArray[np.int8], head_age: NDArray[np.int16], parameters: PopulationParameters
) -> NDArray[np.int8]:
    """Return statutory paid leave by years worked since ``working_years_from``, at the head's age."""
    years = head_age / np.float32(12) - np.float32(parameters.number("working_years_from"))
    days = np.zeros(len(years), np.int8)
    for from_year, granted in parameters.vectors("leave_steps").values():
        days[years >= from_year] = int(granted)
    return np.where(occupation == Occupation.FORMAL, days[:, None], np.int8(0)).astype(np.int8)


def _participants(
    zone: int, members: NDArray[np.int8], plan: LabourPlan, rng: np.random.Generator
) -> NDArray[np.int8]:
    """Return the kind of each earner, the single earner of a household always in the first place."""
    able = places(members)
    kind = np.zeros_like(able)
    flat, chosen = able.reshape(-1), kind.reshape(-1)
    index = np.arange(len(flat))
    groups = (
        (np.flatnonzero((flat == ADULT) & (index % EARNERS == 0)), plan.first[zone]),
        (np.flatnonzero((flat == ADULT) & (index % EARNERS == 1)), plan.second[zone]),
        (np.flatnonzero(flat == ELDER), plan.elder[zone]),
    )
    for candidates, number in groups:
        taken = choose(candidates, int(number), rng)
        chosen[taken] = flat[taken]
    alone = (kind[:, 0] == NOBODY) & (kind[:, 1] != NOBODY)
    kind[alone] = kind[alone][:, ::-1]
    return kind


def _matched_jobs(
    skill: NDArray[np.float32],
    counts: NDArray[np.int64],
    parameters: PopulationParameters,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Match earners and jobs by rank: jobs have a rank around the centre of their occupation."""
    job = np.repeat(np.arange(len(counts)), counts)
    centres = parameters.vectors("occupation_order")
    centre = np.array([centres[k][0] for k in OCCUPATION_KEYS], np.float32)
    spread = np.array([centres[k][1] for k in OCCUPATION_KEYS], np.float32)
    occupation = job // N_SECTORS
    job_rank = centre[occupation] + spread[occupation] * normal(rng, len(job))
    result = np.empty(len(skill), np.int64)
    result[np.argsort(skill, kind="stable")] = job[np.argsort(job_rank, kind="stable")]
    return result


def _employed(
    job: NDArray[np.int64], unemployed: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int8]:
    """Return who has work: in each job the planned number, drawn at random, is without."""
    shuffled = rng.permutation(len(job))
    ordered = shuffled[np.argsort(job[shuffled], kind="stable")]
    first = np.searchsorted(job[ordered], np.arange(len(unemployed)))
    place = np.arange(len(job)) - first[job[ordered]]
    works = np.ones(len(job), np.int8)
    works[ordered[place < unemployed[job[ordered]]]] = 0
    return works


def _wages(
    skill: NDArray[np.float32],
    occupation: NDArray[np.int64],
    sector: NDArray[np.int64],
    means: NDArray[np.float64],
    parameters: PopulationParameters,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Lognormal wages within sector and occupation that follow earning capacity; zero outside wage work."""
    sigma = parameters.table("wage_sigma")
    follows = parameters.number("wage_skill")
    wage = np.zeros(len(skill), np.float32)
    luck = normal(rng, len(skill))
    for k, key in enumerate(OCCUPATION_KEYS[:WAGE_OCCUPATIONS]):
        own = np.flatnonzero(occupation == k)
        if not len(own):
            continue
        s = skill[own]
        relative = (s - s.mean()) / max(float(s.std()), 1e-6)
        z = follows * relative + np.sqrt(1 - follows**2) * luck[own]
        wage[own] = means[k, sector[own]] * np.exp(sigma[key] * z - 0.5 * sigma[key] ** 2)
    return wage


def takes_leave(n: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the percentile at which each earner takes leave, shape (n, 2)."""
    return uniform(rng, n, EARNERS)
