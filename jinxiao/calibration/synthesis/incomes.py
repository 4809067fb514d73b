"""Incomes of a zone's households before the fit: business, farm, pensions, property and other transfers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.statistics import Statistics
from jinxiao.calibration.synthesis.draws import choose, normal
from jinxiao.calibration.synthesis.margins import PROVINCE, RESIDENCE_OF_ZONE, Margins
from jinxiao.calibration.synthesis.parameters import PopulationParameters
from jinxiao.calibration.synthesis.work import ELDER, Work
from jinxiao.model.names import N_ZONES, MemberBand, Occupation

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class PensionPlan:
    """Pensioners of each zone and mean pensions.

    Attributes
    ----------
    employee, resident : ndarray, shape (N_ZONES,)
        Real pensioners by scheme.
    employee_mean, resident_mean : float
        Mean pension, yuan a month.
    """

    employee: NDArray[np.float64]
    resident: NDArray[np.float64]
    employee_mean: float
    resident_mean: float


def pension_plan(statistics: Statistics, parameters: PopulationParameters, margins: Margins) -> PensionPlan:
    """Share published pensioners out over zones: employee scheme by elders, resident scheme by the rest."""
    elders = margins.ages[:, MemberBand.AGE_60_79 :].sum(axis=1)
    urban = parameters.number("employee_pensioners_urban")
    total = statistics.newest("pensioners_employee_scheme", PROVINCE).count
    by_residence = total * np.array([urban, 1 - urban])
    in_residence = np.array([elders[r == RESIDENCE_OF_ZONE].sum() for r in range(2)])
    employee = elders * (by_residence / in_residence)[RESIDENCE_OF_ZONE]
    rest = np.maximum(elders - employee, 0.0)
    resident = rest * min(statistics.newest("pensioners_resident_scheme", PROVINCE).count / rest.sum(), 1.0)
    growth = parameters.number("employee_pension_growth")
    return PensionPlan(
        employee,
        resident,
        growth * statistics.newest("pension_mean", PROVINCE, "employee scheme, all").value,
        statistics.newest("pension_mean", PROVINCE, "resident scheme").value,
    )


def sampled_pensioners(plan: PensionPlan, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return sampled pensioners by zone and scheme, remainders carried on; shape (N_ZONES, 2)."""
    real = np.stack([plan.employee, plan.resident], axis=1) / weights[:, None]
    return np.diff(np.rint(np.cumsum(real, axis=0)), axis=0, prepend=0.0).astype(np.int64).reshape(N_ZONES, 2)


def pensioners(
    members: NDArray[np.int8], skill: Floats, numbers: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return members with an employee-scheme and with a resident-scheme pension.

    Elders of able households had formal jobs more often: employee pensions go to the highest of household
    skill plus noise, resident pensions to others at random.

    Parameters
    ----------
    members : ndarray of int8, shape (n, N_BANDS)
    skill : ndarray, shape (n,)
    numbers : ndarray of int, shape (2,)
        Pensioners to place by scheme.
    rng : Generator
    """
    n = len(members)
    elders = members[:, MemberBand.AGE_60_79] + members[:, MemberBand.AGE_80_PLUS]
    household = np.repeat(np.arange(n), elders)
    order = np.argsort(-(skill[household] + normal(rng, len(household))), kind="stable")
    employee = household[order[: numbers[0]]]
    resident = choose(household[order[numbers[0] :]], int(numbers[1]), rng)
    return (
        np.bincount(employee, minlength=n).astype(np.int8),
        np.bincount(resident, minlength=n).astype(np.int8),
    )


def pensions(
    employee: NDArray[np.int8],
    resident: NDArray[np.int8],
    plan: PensionPlan,
    parameters: PopulationParameters,
    rng: np.random.Generator,
) -> Floats:
    """Return pensions of each household, yuan a month; the mean by scheme in a zone is the published one."""
    sigma = parameters.table("pension_sigma")
    total = np.zeros(len(employee), np.float32)
    for count, mean, key in (
        (employee, plan.employee_mean, "employee"),
        (resident, plan.resident_mean, "resident"),
    ):
        amount = count * _lognormal(rng, len(count), sigma[key])
        total += amount * np.float32(count.sum() * mean / max(float(amount.sum(dtype=np.float64)), 1e-9))
    return total


def self_employment(work: Work, parameters: PopulationParameters, rng: np.random.Generator) -> Floats:
    """Relative income of the household's own business: lognormal per self-employed earner."""
    owners = (work.occupation == Occupation.SELF_EMPLOYED).sum(axis=1)
    return np.asarray(
        owners * _lognormal(rng, len(owners), parameters.table("business_sigma")["self_employed"]), np.float32
    )


def farm(work: Work, parameters: PopulationParameters, rng: np.random.Generator) -> Floats:
    """Relative farm income: lognormal per farmer, elders earn ``farm_pensioner_ratio``."""
    farmers = work.occupation == Occupation.FARMER
    ratio = np.float32(parameters.number("farm_pensioner_ratio"))
    units = (farmers * np.where(work.kind == ELDER, ratio, np.float32(1))).sum(axis=1, dtype=np.float32)
    return np.asarray(units * _lognormal(rng, len(units), parameters.table("business_sigma")["farmer"]))


def other_transfers(
    members: NDArray[np.int8],
    work: Work,
    pensioners_employee: NDArray[np.int8],
    parameters: PopulationParameters,
    rng: np.random.Generator,
) -> Floats:
    """Relative transfers other than pensions: reimbursements, family support, remittances, relief."""
    weight = {k: np.float32(v) for k, v in parameters.table("transfer_weights").items()}
    m = members.astype(np.float32)
    amount = weight["elder"] * m[:, MemberBand.AGE_60_79] + weight["old"] * m[:, MemberBand.AGE_80_PLUS]
    amount += weight["adult"] * m[:, MemberBand.AGE_18_59] + weight["student"] * m[:, MemberBand.STUDENT]
    amount += weight["child"] * m[:, : MemberBand.STUDENT].sum(axis=1)
    amount += weight["pensioner"] * pensioners_employee
    amount += weight["no_earner"] * (work.occupation == Occupation.NONE).all(axis=1)
    return np.asarray(amount * _lognormal(rng, len(m), parameters.number("transfer_sigma")))


def property_income(
    other: Floats, persons: Floats, parameters: PopulationParameters, rng: np.random.Generator
) -> Floats:
    """Relative property income: a power of other income per head, lognormal, times the members.

    Parameters
    ----------
    other : ndarray, shape (n,)
        Other income of the household relative to the zone's mean per head.
    persons : ndarray, shape (n,)
    """
    per_head = np.maximum(other / persons, np.float32(0.05))
    elasticity = np.float32(parameters.number("property_elasticity"))
    spread = _lognormal(rng, len(other), parameters.number("property_sigma"))
    return np.asarray(persons * per_head**elasticity * spread)


def _lognormal(rng: np.random.Generator, n: int, sigma: float) -> Floats:
    """Lognormal draws with mean one."""
    return np.exp(np.float32(sigma) * normal(rng, n) - np.float32(0.5 * sigma**2))
