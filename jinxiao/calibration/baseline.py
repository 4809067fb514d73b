"""Fit the baseline: levels that make published figures of 2024 come out, for any draw of the behavioural parameters.

Only levels and shares are fitted (consumption by category and residence, trips, births, ownership growth, retail sales of
institutions, visitors); behaviour comes from the parameters. No outcome after 2024 and no natural experiment is used.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from jinxiao.calibration.days_off import days_off, month_parts
from jinxiao.calibration.parameters import Values
from jinxiao.calibration.retail import institution_purchases
from jinxiao.calibration.statistics import Statistic, Statistics
from jinxiao.calibration.synthesis.raking import rake
from jinxiao.calibration.tourism import city_pull, outside_province
from jinxiao.calibration.world import World, cache_folder
from jinxiao.model import consumption, ergodic, life_stages
from jinxiao.model.baseline import Baseline, CalendarMonth
from jinxiao.model.conditions import Conditions, Policy
from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.family import CHILD_STARTS, death_chances
from jinxiao.model.households.income import usual_income
from jinxiao.model.households.rules import annuity
from jinxiao.model.households.setup import (
    CHILD_YEARS,
    Fit,
    births_by_age,
    death_rates,
    household_parameters,
    life_stage,
)
from jinxiao.model.names import (
    AGE_BAND_STARTS,
    CATEGORIES,
    CITIES,
    DURABLES,
    GOODS,
    N_CATEGORIES,
    N_CITIES,
    N_DURABLES,
    N_QUINTILES,
    N_SECTORS,
    N_STAGES,
    N_ZONES,
    RESIDENCES,
    Category,
    Insurance,
    MemberBand,
    Need,
    Occupation,
    Sector,
    Stage,
)

FIT_HOUSEHOLDS = 14_000
"""Households in the sample on which levels are fitted."""
FIT_ROUNDS = 6
PRICE_ROUNDS = 6
SALES_MONTHS = 8
"""Months of the year in which the published sales of new homes were counted."""
FIT_SEED = 20240
YEAR = "2024"
MONTHS = 12
SAVING_RANGE = (-0.5, 0.75)
"""Committed saving rates within which the fit looks."""
LEAST_BUDGET = 0.02
"""Least budget of a category while the fit looks, as a share of its target: shares stay positive."""
TRIP_STEP = 1.1
"""Step of the fit of trips in log odds per log of the gap: above one, as odds move more than probabilities."""
FIRST_TRIP_COST = (500.0, 350.0)
"""Where the fit of the cost of a day of a trip starts, urban and rural, yuan."""
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


@cache
def solver_hash() -> str:
    """Return the hash of the sources of the household's dynamic programme: policies that other sources solved are not read."""
    digest = hashlib.sha256()
    for module in (consumption, ergodic, life_stages):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:16]


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


def calendar_months(calendar: Any, values: Values) -> dict[int, CalendarMonth]:
    """Return days off by month index: of the public calendar, and by pattern of work and school."""
    by_pattern = days_off(
        calendar, np.asarray(values["leisure.statutory_days"]), int(values["leisure.worker_spring_days"])
    )
    parts = month_parts(calendar)
    holidays = np.asarray(calendar.holiday_days, dtype=np.float64)
    out = {}
    for row in range(len(calendar)):
        month = calendar.first + row
        year = slice(row - month % MONTHS, row - month % MONTHS + MONTHS)
        a_year = float(holidays[year].sum())
        out[month] = CalendarMonth(
            longest_block=float(calendar.longest_block[row]),
            free_days=float(calendar.free_days(month)),
            holiday_share=float(holidays[row]) / a_year,
            holidays_a_year=a_year,
            spring_festival=bool(by_pattern.spring_festival[row]),
            blocks=by_pattern.blocks[row],
            days=by_pattern.days[row],
            holidays=by_pattern.holidays[row],
            period_days=parts.days[row],
            period_blocks=parts.blocks[row],
            break_workdays=float(parts.break_workdays[row]),
        )
    return out


TRIP_PERSONS = (Item.OUTING_PERSONS, Item.TRIP_PERSONS_INSIDE, Item.TRIP_PERSONS_OUTSIDE)
TRIP_SPENDING = (Item.OUTINGS, Item.TRIPS_INSIDE, Item.TRIPS_OUTSIDE)
"""Days out in the own city, trips within and beyond the province: what the survey of domestic tourism counts as trips."""


def trip_targets(values: Values) -> np.ndarray:
    """Return trips per head and year, shape (3, 2): days out, trips within and beyond the province, urban and rural."""
    beyond, night = values["leisure.outside_share"], values["leisure.overnight_share"]
    split = np.array([(1.0 - beyond) * (1.0 - night), (1.0 - beyond) * night, beyond])
    return np.asarray(split[:, None] * np.asarray(values["leisure.trips_per_head"])[None, :])


def spending_per_trip(statistics: Statistics, residence: str) -> tuple[float, tuple[Statistic, ...]]:
    """Return the nation's spending per trip, brought to Shanxi in proportion to consumption per head, and its statistics."""
    nation = statistics.newest("domestic_trip_spending_per_trip", "China", residence, YEAR)
    here, there = (
        statistics.newest("consumption_per_head", geo, residence, YEAR) for geo in ("Shanxi", "China")
    )
    return nation.value * here.value / there.value, (nation, here, there)


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
    ) + np.asarray(values["households.need_fixed"])
    usual = usual_income(h, values)
    mean_income = _mean_by_residence(world, usual)
    weight = h["weight"].astype(np.float64)
    per_head = float(weight @ usual / (weight @ persons))
    target = consumption_targets(statistics) * persons_mean[:, None]
    imputed = np.asarray(values["households.imputed_rent_share"]) * target[:, 2]
    owned = _mean_by_residence(world, np.where(h["tenure"] > 0, 1000.0 * h["home_value"], 0.0))
    budget = target.copy()
    budget[:, 2] -= imputed
    shares = _good_shares(budget, values)
    total = budget.sum(axis=1)
    saved = 1.0 - target.sum(axis=1) / mean_income
    fit = Fit(
        saving_base=np.clip(saved - 2.0 * values["households.committed_gradient"], 0.0, 0.6),
        shares=shares,
        mean_spending=total,
        rent_yield=imputed / owned,
        trip_constant=np.array([[-3.5, -4.0], [-3.5, -4.0], [-3.0, -3.5]]),
        trip_cost=np.array(FIRST_TRIP_COST),
        birth_probability=birth_levels(world, values, statistics),
        mortality=mortality_level(world, values, statistics),
        **home_levels(world, values, statistics, usual),
        **entry_levels(world),
        need_mean=need,
        lump_share=np.array(FIRST_LUMP_SHARE),
        mean_income=np.append(mean_income, per_head),
        stage_health=stage_health(h, values),
        retired_income=spendable_ratio(
            retired_income(h, usual, values), float(saved.mean()), float(values["income.retired_saving"])
        ),
    )
    return fit, budget


def birth_levels(world: FitWorld, values: Values, statistics: Statistics) -> np.ndarray:
    """Return monthly birth rates of couples by residence and children at home that give the published births by order.

    Rates are those of a woman at the age of most births; (2, 3).
    """
    h = world.households
    weight = h["weight"].astype(np.float64)
    adults = h["members"][:, MemberBand.AGE_18_59]
    couple = (h["head_age"] < MONTHS * values["households.fertile_until"]) & (adults >= 2)
    youngest = h["child_age"][:, 0]
    second = h["child_age"][:, 1]
    couple &= (youngest < 0) | (youngest >= values["family.birth_interval"])
    couple &= (second < 0) | (second >= CHILD_STARTS[1])
    years = np.maximum(h["head_age"] - int(values["family.couple_gap"]) // 2, 0) // MONTHS
    rural = np.where(h["zone"] % 2 == 1, values["family.rural_births"], 1.0)
    at_home = np.minimum(h["members"][:, : MemberBand.STUDENT].sum(axis=1), 2)
    exposed = np.bincount(at_home, weight * couple * births_by_age(values)[years] * rural, 3)
    order = np.asarray(values["family.birth_order"])
    births = statistics.newest("births", "Shanxi", "all", YEAR).count
    level = births * order / order.sum() / MONTHS / np.maximum(exposed, 1.0)
    return np.stack([level, level * values["family.rural_births"]])


def mortality_level(world: FitWorld, values: Values, statistics: Statistics) -> float:
    """Return the factor on the death rates by age that gives the published deaths of the year."""
    h = world.households
    rates = death_rates(values)
    ages = np.asarray(values["family.elder_age"], dtype=np.int64)
    expected = _expected_deaths(
        h["weight"], h["zone"], h["members"], h["head_age"], int(values["family.couple_gap"]), rates, ages
    )
    return float(statistics.newest("deaths", "Shanxi", "all", YEAR).count / MONTHS / expected)


@njit(cache=True, error_model="numpy")
def _expected_deaths(
    weight: Any, zone: Any, members: Any, head_age: Any, gap: int, rates: Any, ages: Any
) -> float:
    total = 0.0
    for i in range(weight.size):
        row = rates[zone[i] % 2]
        parts = death_chances(
            members[i, 5], members[i, 6], members[i, 7], int(head_age[i]), gap, row, row[CHILD_YEARS], row[ages[0]],
            row[ages[1]],
        )  # fmt: skip
        total += float(weight[i]) * (parts[0] + parts[1] + parts[2] + parts[3])
    return total


def home_levels(
    world: FitWorld, values: Values, statistics: Statistics, usual: np.ndarray
) -> dict[str, np.ndarray]:
    """Return the price of new homes by zone and the purchase rates that give the published sales of new homes.

    Sales of January to August of the year, the newest at hand, are taken as two thirds of a year. ``usual`` (households,)
    is usual income, yuan a month. Who could pay at the start counts; the run's own constraint is the same rule.
    """
    h = world.households
    period = f"{YEAR}-01..{YEAR}-08"
    area = statistics.record("housing_sales_area", "Shanxi", "all", period).count
    price = statistics.record("housing_sales_value", "Shanxi", "all", period).count / area
    size = float(values["housing.new_home_area"])
    wanted = area / SALES_MONTHS / size
    weight = h["weight"].astype(np.float64)
    worth = np.bincount(h["zone"], weight * h["home_value"], N_ZONES) / np.bincount(
        h["zone"], weight, N_ZONES
    )
    urban = worth[::2] / np.average(worth[::2], weights=np.bincount(h["zone"], weight, N_ZONES)[::2])
    of_city = price * size * urban
    by_zone = np.stack([of_city, of_city * values["housing.rural_price"]], axis=1).ravel()
    mean = _mean_by_residence(world, usual)
    rural = np.array([1.0, values["housing.rural_purchases"]])
    floor = values["households.floor_income_share"]
    relative = np.maximum(usual / mean[h["zone"] % 2], floor)
    bands = np.searchsorted(np.array(AGE_BAND_STARTS[1:]) * MONTHS, h["head_age"], side="right")
    youngest = h["child_age"][:, 0]
    pull = (
        np.asarray(values["housing.purchase_age"])[bands]
        * np.where(h["tenure"] == 0, values["housing.tenant_factor"], 1.0)
        * np.where((youngest >= 0) & (youngest < CHILD_STARTS[2]), values["housing.family_factor"], 1.0)
        * relative ** values["housing.purchase_income_elasticity"]
        * rural[h["zone"] % 2]
    )
    payment = _payment(
        float(values["households.mortgage_rate"]) / MONTHS, float(values["housing.mortgage_term"])
    )
    income = relative * mean[h["zone"] % 2]
    room = np.maximum(values["housing.mortgage_burden"] * income - h["mortgage_payment"], 0.0) / payment
    scale, level = 1.0, 0.0
    for _ in range(PRICE_ROUNDS):
        # buyers are richer than others: their mean price is the published one
        cost = scale * by_zone[h["zone"]] * relative ** values["housing.value_income_elasticity"]
        most = np.minimum((1.0 - values["housing.mortgage_down_payment"]) * cost, room)
        can_pay = cost - values["housing.savings_used"] * h["term_deposits"] <= most
        buyers = weight * pull * can_pay
        level = wanted / float(buyers.sum())
        scale *= price * size / float(buyers @ cost / buyers.sum())
    # likely buyers have often bought in the year before and wait for the key: so much more often the others buy
    waiting = MONTHS * level * float(buyers @ pull / buyers.sum())
    level /= max(1.0 - waiting, 0.5)
    rate = level * np.bincount(h["zone"] % 2, buyers, 2) / np.bincount(h["zone"] % 2, weight, 2)
    return {"home_level": level * rural, "home_rate": rate, "home_price": scale * by_zone}


def _payment(rate: float, months: float) -> float:
    plain: Any = annuity
    return float(plain.py_func(rate, months))


def entry_levels(world: FitWorld) -> dict[str, np.ndarray]:
    """Return wages and occupations of newcomers: means and shares of today's wage earners.

    Where a zone has no earner of an occupation and quintile the mean of the province stands.
    """
    h = world.households
    weight = np.repeat(h["weight"].astype(np.float64)[:, None], 2, axis=1)
    hired = (h["occupation"] >= Occupation.FORMAL) & (h["occupation"] <= Occupation.FLEXIBLE)
    zone, quintile = (
        np.repeat(h[name][:, None].astype(np.int64), 2, axis=1)[hired] for name in ("zone", "quintile")
    )
    kind, w = h["occupation"][hired].astype(np.int64), weight[hired]
    n = len(Occupation)
    cell = (zone * n + kind) * N_QUINTILES + quintile
    shape = (N_ZONES, n, N_QUINTILES)
    heads = np.bincount(cell, w, N_ZONES * n * N_QUINTILES).reshape(shape)
    money = np.bincount(cell, w * h["wage"][hired], N_ZONES * n * N_QUINTILES).reshape(shape)
    everywhere = money.sum(axis=0) / np.maximum(heads.sum(axis=0), 1e-9)
    wage = np.where(heads > 0.0, money / np.maximum(heads, 1e-9), everywhere[None])
    by_kind = heads[:, Occupation.FORMAL : Occupation.FLEXIBLE + 1].sum(axis=2)
    return {
        "entry_wage": wage,
        "entry_cdf": np.cumsum(by_kind / np.maximum(by_kind.sum(axis=1, keepdims=True), 1e-9), axis=1),
    }


def stage_health(households: Mapping[str, np.ndarray], values: Values) -> np.ndarray:
    """Return the need of health care of a household in each stage of life over that of the mean household."""
    h = households
    need = h["members"] @ np.asarray(values["households.need_weights"])[Need.HEALTH]
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


def spendable_ratio(income_ratio: np.ndarray, saved: float, kept: float) -> np.ndarray:
    """Return what the retired may spend over what the last working stage may: the retired put ``kept`` of the rate aside.

    A household that expects this at retirement expects what the month then brings; never above one, as nobody saves less for
    fear of being richer when old.
    """
    return np.minimum(income_ratio * (1.0 - kept * saved) / (1.0 - saved), 1.0)


def _good_shares(budget: np.ndarray, values: Values) -> np.ndarray:
    """Return shares of the goods in the monthly budget (2, goods) from the budget by category."""
    within = np.asarray(values["households.good_shares"]).T
    category = np.array([int(g.category) for g in GOODS])
    in_category = np.stack([np.bincount(category, row, N_CATEGORIES)[category] for row in within])
    shares = np.maximum(budget, 1e-6)[:, category] * within / in_category
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
    Sector.COMMUNICATION, Sector.HOUSING_SERVICES, Sector.MINING, Sector.MANUFACTURING, Sector.CONSTRUCTION,
    Sector.PUBLIC, Sector.BUSINESS_SERVICES,
)  # fmt: skip


def firm_units(
    statistics: Statistics, employed: np.ndarray, farm_units: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return legal units and individual businesses by city and sector, as the economic census counts them.

    Published legal units of cities and of groups of sectors are the margins of a table as near as can be to employment;
    individual businesses of a group are shared by employment. Of groups for which none is published there is what remains of
    the province's total. The census leaves out farming: ``farm_units`` are its firms and cooperatives.
    """
    groups = {**_UNIT_SECTORS, "other sectors": _OTHER_SECTORS}
    legal, own = (
        np.array(
            [statistics.newest(series, "Shanxi", g, YEAR).count for g in _UNIT_SECTORS]
            + [statistics.newest(series, "Shanxi", "secondary and tertiary", YEAR).count]
        )
        for series in ("legal_units", "individual_businesses")
    )
    for numbers in (legal, own):
        numbers[-1] -= numbers[:-1].sum()
    by_city = np.array(
        [statistics.newest("legal_units", c.key, "secondary and tertiary", YEAR).count for c in CITIES]
    )
    seed = np.stack([employed[:, list(sectors)].sum(axis=1) for sectors in groups.values()], axis=1) + 1.0
    n, m = seed.shape
    margins = np.concatenate([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    goals = np.concatenate([by_city * legal.sum() / by_city.sum(), legal])
    table = rake(seed.ravel() * legal.sum() / seed.sum(), margins, goals).reshape(n, m)
    units, individuals = np.zeros((2, N_CITIES, N_SECTORS))
    for k, sectors in enumerate(groups.values()):
        columns = list(sectors)
        within = employed[:, columns] + 1e-9
        units[:, columns] = table[:, [k]] * within / within.sum(axis=1, keepdims=True)
        private = within.copy()
        for j, sector in enumerate(sectors):
            if sector in (Sector.PUBLIC, Sector.MINING):
                private[:, j] = 0.0
        individuals[:, columns] = own[k] * private / private.sum()
    farmers = employed[:, Sector.FARMING]
    units[:, Sector.FARMING] = farm_units * farmers / max(float(farmers.sum()), 1e-9)
    return units, individuals


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
    trips = trip_targets(values) * persons / MONTHS
    trip_spending = values["leisure.spending_per_trip"] * np.array(
        [spending_per_trip(statistics, r.key)[0] for r in RESIDENCES]
    )
    calendar = calendar_months(world.calendar, values)
    baseline = Baseline(
        values=values,
        fit=fit,
        calendar=calendar,
        units=np.ones((N_CITIES, N_SECTORS)),
        individuals=np.zeros((N_CITIES, N_SECTORS)),
        institution_purchases=np.zeros((N_CITIES, N_SECTORS)),
        outside=outside_province(statistics, world.geography, calendar, values),
        city_pull=city_pull(statistics),
        distance=world.geography.distances,
        folder=cache_folder() / "policies" / solver_hash(),
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
        trip_persons = np.maximum(year.accounts[:, TRIP_PERSONS].T, 1e-4)
        per_trip = year.accounts[:, TRIP_SPENDING].sum(axis=1) / trip_persons.sum(axis=0)
        excess = (by_category.sum(axis=1) - target.sum(axis=1)) / fit.mean_income[:2]
        fit = replace(
            fit,
            saving_base=np.clip(fit.saving_base + excess, *SAVING_RANGE),
            shares=_good_shares(budget, values),
            mean_spending=budget.sum(axis=1),
            lump_share=year.accounts[:, Item.LUMPS] / year.accounts[:, Item.PLANNED],
            trip_constant=fit.trip_constant + TRIP_STEP * np.log(trips / trip_persons),
            trip_cost=fit.trip_cost * trip_spending / np.maximum(per_trip, 1.0),
        )
    baseline = replace(baseline, fit=fit, tables=tables)
    employed = year.labour[..., 0]
    legal, individuals = firm_units(statistics, employed, float(values["firms.farm_units"]))
    others = institution_purchases(statistics, MONTHS * year.custom, YEAR) / MONTHS
    return replace(baseline, units=legal + individuals, individuals=individuals, institution_purchases=others)


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
