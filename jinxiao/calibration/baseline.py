"""Fit the baseline: levels that make published figures of 2024 come out, for any draw of the behavioural parameters.

Only levels and shares are fitted (consumption by category and residence, trips, births, ownership growth, retail sales of
institutions, visitors); behaviour comes from the parameters. No outcome after 2024 and no natural experiment is used.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np

from jinxiao.calibration.parameters import Values, load_parameters
from jinxiao.calibration.retail import institution_purchases
from jinxiao.calibration.statistics import Statistics
from jinxiao.calibration.world import World, cache_folder
from jinxiao.model.baseline import Baseline, CalendarMonth
from jinxiao.model.conditions import Conditions, Policy
from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.income import usual_income
from jinxiao.model.households.setup import Fit, household_parameters, life_stage
from jinxiao.model.names import (
    CATEGORIES,
    CITIES,
    DURABLES,
    GOODS,
    N_CATEGORIES,
    N_CITIES,
    N_DURABLES,
    N_MARKETS,
    N_SECTORS,
    N_STAGES,
    RESIDENCES,
    Category,
    Insurance,
    MemberBand,
    Sector,
    Stage,
)

FIT_HOUSEHOLDS = 14_000
"""Households in the sample on which levels are fitted."""
FIT_ROUNDS = 6
FIT_SEED = 20240
YEAR = "2024"
MONTHS = 12
SAVING_RANGE = (-0.5, 0.75)
"""Committed saving rates within which the fit looks."""
LEAST_BUDGET = 0.02
"""Least budget of a category while the fit looks, as a share of its target: shares stay positive."""
TRIP_STEP = 1.3
"""Step of the fit of trips in log odds per log of the gap: above one, as odds move more than probabilities."""
FIRST_LUMP_SHARE = (0.12, 0.10)
"""Where the fit of lump shares starts, urban and rural; two rounds later nothing of it is left."""


@dataclass(frozen=True)
class FitWorld:
    """A systematic sample of a world's households, reweighted."""

    households: Mapping[str, np.ndarray]
    scale: int


def sample_world(world: World) -> FitWorld:
    """Return every k-th household, k so that about FIT_HOUSEHOLDS remain; weights times k."""
    n = len(world.households["weight"])
    step = max(1, n // FIT_HOUSEHOLDS)
    chosen = {k: np.ascontiguousarray(v[step // 2 :: step]) for k, v in world.households.items()}
    zone, weight = (
        np.asarray(world.households["zone"]),
        np.asarray(world.households["weight"], dtype=np.float64),
    )
    full = np.bincount(zone, weight, 2 * N_CITIES)
    kept = np.bincount(chosen["zone"], chosen["weight"].astype(np.float64), 2 * N_CITIES)
    chosen["weight"] = (chosen["weight"] * (full / np.maximum(kept, 1e-9))[chosen["zone"]]).astype(np.float32)
    for column in chosen.values():
        column.flags.writeable = False  # as the columns of a world are: one version of the loops is compiled
    return FitWorld(chosen, world.scale * step)


def consumption_targets(statistics: Statistics) -> np.ndarray:
    """Return published consumption per head and month by residence and category, yuan, shape (2, categories)."""
    return np.array(
        [
            [
                statistics.newest(f"consumption_per_head_{c.key}", "Shanxi", r.key, YEAR).value / MONTHS
                for c in CATEGORIES
            ]
            for r in RESIDENCES
        ]
    )


def calendar_months(calendar: Any) -> dict[int, CalendarMonth]:
    """Return days off by month index: longest block, all days off, share of the year's holiday days."""
    holidays = np.asarray(calendar.holiday_days, dtype=np.float64)
    out = {}
    for row in range(len(calendar)):
        month = calendar.first + row
        year = slice(row - month % MONTHS, row - month % MONTHS + MONTHS)
        share = holidays[row] / holidays[year].sum()
        out[month] = CalendarMonth(
            float(calendar.longest_block[row]), float(calendar.free_days(month)), float(share)
        )
    return out


def _mean_by_residence(world: FitWorld, values: np.ndarray) -> np.ndarray:
    residence = world.households["zone"] % 2
    weight = world.households["weight"].astype(np.float64)
    return np.bincount(residence, weight * values, 2) / np.bincount(residence, weight, 2)


def first_fit(world: FitWorld, values: Values, statistics: Statistics) -> tuple[Fit, np.ndarray]:
    """Return levels that need no simulation, with guesses for the rest, and the household budget by category to start from.

    Returns
    -------
    (fit, budget)
        ``budget`` (2, categories): spending out of the monthly budget of a mean household, yuan.
    """
    h = world.households
    persons = h["members"].sum(axis=1, dtype=np.float64)
    persons_mean = _mean_by_residence(world, persons)
    need = np.stack(
        [
            _mean_by_residence(world, h["members"] @ np.asarray(w))
            for w in np.asarray(values["households.need_weights"])
        ],
        axis=1,
    )
    usual = usual_income(h, values)
    mean_income = _mean_by_residence(world, usual)
    weight = h["weight"].astype(np.float64)
    per_head = float(weight @ usual / (weight @ persons))
    target = consumption_targets(statistics) * persons_mean[:, None]
    imputed = np.asarray(values["households.imputed_rent_share"]) * target[:, 2]
    owned = _mean_by_residence(world, np.where(h["tenure"] > 0, h["home_value"], 0.0).astype(np.float64))
    fertile = (
        (h["head_age"] < MONTHS * values["households.fertile_until"])
        & (h["members"][:, MemberBand.AGE_18_59] >= 2)
        & (h["child_age"][:, 1] < 0)
    )
    births = statistics.newest("births", "Shanxi", "all", YEAR).count
    chance = births / MONTHS / float(weight @ fertile)
    budget = target.copy()
    budget[:, 2] -= imputed
    shares = _good_shares(budget, values)
    total = budget.sum(axis=1)
    fit = Fit(
        saving_base=np.clip(
            1.0 - target.sum(axis=1) / mean_income - 2.0 * values["households.committed_gradient"], 0.0, 0.6
        ),
        shares=shares,
        mean_spending=total,
        rent_yield=imputed / owned,
        trip_constant=np.array([-2.0, -2.5]),
        birth_probability=np.full(2, chance),
        need_mean=need,
        lump_share=np.array(FIRST_LUMP_SHARE),
        mean_income=np.append(mean_income, per_head),
        stage_health=stage_health(h, values),
        retired_income=retired_income(h, usual, values),
    )
    return fit, budget


def stage_health(households: Mapping[str, np.ndarray], values: Values) -> np.ndarray:
    """Return the need of health care of a household in each stage of life over that of the mean household."""
    h = households
    need = h["members"] @ np.asarray(values["households.need_weights"])[2]
    weight = h["weight"].astype(np.float64)
    stage = life_stage(h, values)
    by_stage = np.bincount(stage, weight * need, N_STAGES) / np.maximum(
        np.bincount(stage, weight, N_STAGES), 1e-9
    )
    return np.asarray(by_stage / (weight @ need / weight.sum()))


def retired_income(households: Mapping[str, np.ndarray], usual: np.ndarray, values: Values) -> np.ndarray:
    """Return income per adult of the retired over that in the last working stage, by insurance.

    A replacement ratio across households of today: pensions, transfers and what farms still yield over wages and all else.
    """
    h = households
    weight = h["weight"].astype(np.float64)
    adults = h["members"][:, MemberBand.AGE_18_59 :].sum(axis=1, dtype=np.float64)
    stage = life_stage(h, values)
    ratio = np.empty(len(Insurance))
    for insurance in range(len(Insurance)):
        mine = h["insurance"] == insurance
        old, working = mine & (stage == Stage.RETIRED), mine & (stage == Stage.LATER)
        per_adult = [(weight[k] @ usual[k]) / max(float(weight[k] @ adults[k]), 1e-9) for k in (old, working)]
        ratio[insurance] = per_adult[0] / per_adult[1]
    return ratio


def _good_shares(budget: np.ndarray, values: Values) -> np.ndarray:
    """Return shares of the goods in the monthly budget (2, goods) from the budget by category."""
    goods = cast(dict[str, float], load_parameters().records["households.good_shares"].value)
    given = dict(zip(goods, np.asarray(values["households.good_shares"]), strict=True))
    within = np.array([given.get(g.key, 1.0) for g in GOODS])
    category = np.array([int(g.category) for g in GOODS])
    within = within / np.bincount(category, within, N_CATEGORIES)[category]
    shares = np.maximum(budget, 1e-6)[:, category] * within[None, :]
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def add_rates(world: FitWorld, values: Values, fit: Fit) -> np.ndarray:
    """Return the monthly rate of additions of each class by residence that gives the published growth of ownership."""
    h = world.households
    weight = h["weight"].astype(np.float64)
    residence = h["zone"] % 2
    imputed = np.asarray(values["households.imputed_income_share"])[residence] * h["property"]
    usual = usual_income(h, values) + imputed
    relative = np.maximum(usual / fit.mean_income[residence], values["households.floor_income_share"])
    pull = relative ** values["durables.add_income_elasticity"]
    growth = np.asarray(values["durables.add_growth"]) / MONTHS
    out = np.zeros((N_DURABLES, 2))
    first = 0
    for k, spec in enumerate(DURABLES):
        owned = (h["durable_age"][:, first : first + spec.slots] >= 0).sum(axis=1)
        first += spec.slots
        free = owned < spec.slots
        units = np.bincount(residence, weight * owned, 2)
        base = np.bincount(residence, weight * free * pull, 2)
        out[k] = growth[k] * units / np.maximum(base, 1e-9)
    return out


def city_pull(statistics: Statistics) -> np.ndarray:
    """Return each city's share of published visits."""
    visits = np.array([statistics.newest("domestic_visitors", c.key, "all", YEAR).count for c in CITIES])
    return visits / visits.sum()


def trips_from_outside(statistics: Statistics, values: Values) -> np.ndarray:
    """Return real person-trips a year by market: counted visits from other provinces over visits per trip; inbound as counted."""
    visits = statistics.newest("visitors_from_outside_province", "Shanxi", "all", YEAR).count
    domestic = visits / values["tourists.visits_per_trip"]
    shares = np.asarray(values["tourists.market_shares"])
    inbound = statistics.newest("inbound_overnight_visitors", "Shanxi", "all", YEAR).count
    foreign = np.asarray(values["tourists.inbound_shares"])
    out = np.concatenate([domestic * shares / shares.sum(), inbound * foreign / foreign.sum()])
    assert out.shape == (N_MARKETS,)
    return np.asarray(out)


_UNIT_SECTORS = {
    "wholesale and retail": (
        Sector.FOOD_RETAIL, Sector.CLOTHING_RETAIL, Sector.HOME_RETAIL, Sector.APPLIANCE_RETAIL, Sector.CAR_DEALERS,
        Sector.FUEL_RETAIL, Sector.OTHER_RETAIL,
    ),
    "hotels and catering": (Sector.CATERING, Sector.ACCOMMODATION),
    "transport": (Sector.TRANSPORT,),
    "resident services": (Sector.RESIDENT_SERVICES,),
    "education": (Sector.EDUCATION,),
    "health": (Sector.HEALTH_CARE,),
    "culture sports entertainment": (Sector.CULTURE_RECREATION,),
}  # fmt: skip
_OTHER_SECTORS = (
    Sector.COMMUNICATION, Sector.HOUSING_SERVICES, Sector.FARMING, Sector.MINING, Sector.MANUFACTURING,
    Sector.CONSTRUCTION, Sector.PUBLIC, Sector.BUSINESS_SERVICES,
)  # fmt: skip


def firm_units(
    statistics: Statistics, employed: np.ndarray, elsewhere: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return real firms by city and sector, and the share of individual businesses by sector.

    Published units of a group of sectors are shared by employment within the group and over cities; ``elsewhere`` is the
    share of individual businesses in groups for which none is published.
    """
    units = np.zeros((N_CITIES, N_SECTORS))
    individual = np.zeros(N_SECTORS)
    groups = {**_UNIT_SECTORS, "other sectors": _OTHER_SECTORS}
    for name, sectors in groups.items():
        total = statistics.newest("business_units", "Shanxi", name, YEAR).count
        columns = list(sectors)
        share = employed[:, columns] / max(employed[:, columns].sum(), 1.0)
        units[:, columns] = total * share
        own = statistics.find("individual_businesses", "Shanxi", name, YEAR)
        individual[columns] = own.count / total if own else elsewhere
    return units, individual


def fit_baseline(world: World, values: Values, rounds: int = FIT_ROUNDS) -> Baseline:
    """Fit levels for one draw of the parameters.

    Parameters
    ----------
    world : World
    values : mapping of str to float or ndarray
        A draw of :class:`ParameterSet`.
    rounds : int
        Rounds of simulate-and-correct on a sample of households.

    Returns
    -------
    Baseline
    """
    statistics = world.statistics
    sample = sample_world(world)
    fit, budget = first_fit(sample, values, statistics)
    resident_pension = statistics.newest("pension_mean", "Shanxi", "resident scheme", YEAR).value
    values = {
        **values,
        "fit.add_rate": add_rates(sample, values, fit),
        "fit.resident_pension": resident_pension,
    }
    persons = _mean_by_residence(sample, sample.households["members"].sum(axis=1, dtype=np.float64))
    target = consumption_targets(statistics) * persons[:, None]
    trips = np.asarray(values["leisure.trips_per_head"]) * persons / MONTHS
    baseline = Baseline(
        values=values,
        fit=fit,
        calendar=calendar_months(world.calendar),
        units=np.ones((N_CITIES, N_SECTORS)),
        individual_share=np.zeros(N_SECTORS),
        institution_purchases=np.zeros((N_CITIES, N_SECTORS)),
        trips_from_outside=trips_from_outside(statistics, values),
        city_pull=city_pull(statistics),
        distance=world.geography.distances,
        folder=cache_folder() / "policies",
    )
    tables: dict[Any, Any] = {}
    for _ in range(rounds):
        baseline = replace(baseline, fit=fit, tables=tables)
        year = settle(sample, baseline)
        by_category = year.accounts[:, :N_CATEGORIES].copy()
        by_category[:, Category.TRANSPORT_COMMUNICATION] -= (
            1.0 - values["durables.survey_vehicle_share"]
        ) * year.accounts[:, Item.VEHICLES]
        budget = np.maximum(budget + (target - by_category), LEAST_BUDGET * target)
        trip_persons = (
            year.accounts[:, Item.TRIP_PERSONS_INSIDE] + year.accounts[:, Item.TRIP_PERSONS_OUTSIDE]
        )
        excess = (by_category.sum(axis=1) - target.sum(axis=1)) / fit.mean_income[:2]
        fit = replace(
            fit,
            saving_base=np.clip(fit.saving_base + excess, *SAVING_RANGE),
            shares=_good_shares(budget, values),
            mean_spending=budget.sum(axis=1),
            lump_share=year.accounts[:, Item.LUMPS] / year.accounts[:, Item.PLANNED],
            trip_constant=fit.trip_constant + TRIP_STEP * np.log(trips / np.maximum(trip_persons, 1e-3)),
        )
    baseline = replace(baseline, fit=fit, tables=tables)
    employed = year.labour[..., 0]
    units, individual = firm_units(statistics, employed, float(values["firms.individual_share_elsewhere"]))
    others = institution_purchases(statistics, MONTHS * year.custom, YEAR) / MONTHS
    return replace(baseline, units=units, individual_share=individual, institution_purchases=others)


@dataclass(frozen=True)
class SettledYear:
    """A neutral year at the level of 2024: accounts per household and month by residence, custom and labour by cell."""

    accounts: np.ndarray
    custom: np.ndarray
    labour: np.ndarray


def settle(sample: FitWorld, baseline: Baseline) -> SettledYear:
    """Live the burn-in year on the sample and return its means at trend level."""
    economy = Economy(sample, Policy("settle", (Conditions(0),), ()), baseline, seed=FIT_SEED, detail=False)
    by_residence = economy.settled_accounts.reshape(N_CITIES, 2, -1, economy.settled_accounts.shape[-1]).sum(
        axis=(0, 2)
    )
    households = by_residence[:, Item.HOUSEHOLDS][:, None]
    return SettledYear(by_residence / households, economy.founding.custom, economy.worked)


def baseline_key(values: Values, world_hash: str) -> str:
    """Return a digest of what a fitted baseline depends on."""
    digest = hashlib.sha256(world_hash.encode())
    for name in sorted(values):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values[name], dtype=np.float64).tobytes())
    return digest.hexdigest()[:24]


def household_view(baseline: Baseline) -> Any:
    """Return the numbers the household loop reads, for inspection."""
    return household_parameters(baseline.values, baseline.fit, np.zeros(2 * N_CITIES))
