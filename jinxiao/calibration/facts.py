"""Facts: what a run of 2024 says beside what was published, figure by figure, each with its source.

Every figure of the model is counted as officials count it: incomes and consumption by the definitions of the
household survey, sales where the seller is, residents where they live. Where a definition differs the row is
a *bridge*: its source begins with ``bridge:`` and says what differs, and it is no test of the model. A row is
*fitted* where its level is an input of the synthesis or of the fit, and an *outcome* where nothing was fitted
to it.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jinxiao.calibration.population_counts import Counts
from jinxiao.calibration.statistics import CONFIDENCES, DATA, Statistic, Statistics, unit_factor
from jinxiao.calibration.synthesis import durables, jobs
from jinxiao.calibration.synthesis.margins import PROVINCE
from jinxiao.calibration.synthesis.parameters import load_population_parameters
from jinxiao.calibration.world import World
from jinxiao.model.baseline import Baseline
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.columns import NOT_OWNED
from jinxiao.model.ledger import ITEMS, Account
from jinxiao.model.markets import trend
from jinxiao.model.names import (
    CATEGORIES,
    CITIES,
    DURABLES,
    N_CATEGORIES,
    N_CITIES,
    N_QUINTILES,
    N_SECTORS,
    RESIDENCES,
    SECTORS,
    Market,
    Occupation,
    Sector,
)
from jinxiao.model.outcomes import Outcomes

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

MONTHS: Final = 12
YEAR: Final = "2024"
YEAR_END: Final = "2024-12"
NATION: Final = "China"
BRIDGE: Final = "bridge: "
"""How the source of a row begins whose published figure has another definition than the model's."""
COLUMNS: Final = (
    "series", "geo", "breakdown", "period", "unit", "published", "model", "error_pct", "source", "confidence",
    "fitted",
)  # fmt: skip
BANDS: Final = (3.0, 5.0, 10.0)
"""Errors, in per cent of the published figure, that :func:`summary` counts."""

CONSUMPTION: Final = tuple(range(N_CATEGORIES))
SOURCES: Final[dict[str, tuple[tuple[Item, ...], tuple[Item, ...]]]] = {
    "wages": ((Item.WAGES,), ()),
    "business": ((Item.BUSINESS, Item.FARM), ()),
    "property": ((Item.PROPERTY, Item.IMPUTED_INCOME), ()),
    "transfers": (
        (Item.PENSIONS, Item.OTHER_TRANSFERS, Item.UNEMPLOYMENT_BENEFIT, Item.POLICY_TRANSFERS),
        (Item.DEDUCTIONS,),
    ),
}
"""Disposable income by source as in the household survey: items added and items taken away.

Wages are gross, business income is net, property income holds net imputed rent, transfers are net of taxes and
contributions.
"""
INCOME: Final = tuple(item for added, _ in SOURCES.values() for item in added)
LESS: Final = tuple(item for _, taken in SOURCES.values() for item in taken)
AGES: Final[dict[str, tuple[int, ...]]] = {
    "0-2": (0,), "3-5": (1,), "6-14": (2,), "15-17": (3,), "18-59": (4, 5), "60-79": (6,), "80+": (7,),
}  # fmt: skip
"""Published age bands and the member bands that make them up; students are among those of 18-59."""
TRADE: Final = tuple(Sector[key.upper()] for key in (
    "food_retail", "clothing_retail", "home_retail", "appliance_retail", "car_dealers", "fuel_retail",
    "other_retail",
))  # fmt: skip
HOTELS: Final = (Sector.CATERING, Sector.ACCOMMODATION)
OWN_ACCOUNT: Final = (Occupation.SELF_EMPLOYED, Occupation.FARMER)
BUDGETS: Final = (Account.CENTRE, Account.PROVINCE, Account.CITIES, Account.FUND)
UNITS: Final[dict[str, tuple[Sector, ...]]] = {
    "wholesale and retail": TRADE,
    "hotels and catering": HOTELS,
    "transport": (Sector.TRANSPORT,),
    "resident services": (Sector.RESIDENT_SERVICES,),
    "education": (Sector.EDUCATION,),
    "health": (Sector.HEALTH_CARE,),
    "culture sports entertainment": (Sector.CULTURE_RECREATION,),
}
"""Published groups of business units and their sectors."""


# ---------------------------------------------------------------------------- published figures


@dataclass(frozen=True, slots=True)
class Published:
    """A published figure, or one worked out from published ones, ready to stand beside the model's.

    Attributes
    ----------
    value : float
    unit : str
    confidence : str
        Of the weakest figure that went into it; arithmetic makes it ``derived`` at best.
    source : str
        Titles and years, and the arithmetic.
    """

    value: float
    unit: str
    confidence: str
    source: str

    @classmethod
    def of(cls, record: Statistic) -> "Published":
        """Return a statistic as it is."""
        return cls(record.value, record.unit, record.confidence, _cited(record))

    @classmethod
    def derived(cls, value: float, unit: str, arithmetic: str, *records: Statistic) -> "Published":
        """Return a figure worked out from statistics, the arithmetic written out."""
        confidence = max(("derived", *(r.confidence for r in records)), key=CONFIDENCES.index)
        return cls(value, unit, confidence, "; ".join([arithmetic, *map(_cited, records)]))


def _cited(record: Statistic) -> str:
    """Return title, year and grade of a statistic, with its own arithmetic and doubts."""
    if record.note and record.note != record.source:
        return f"{record.cited}: {record.note}"
    return record.cited


class Fact(NamedTuple):
    """One row of the table of facts; the model's figure is in the unit of the published one."""

    series: str
    geo: str
    breakdown: str
    period: str
    published: Published
    model: float
    fitted: bool

    def row(self) -> tuple[str | float | bool, ...]:
        """Return the row in the order of COLUMNS."""
        p = self.published
        error = 100.0 * (self.model / p.value - 1.0)
        return (
            self.series, self.geo, self.breakdown, self.period, p.unit, p.value, self.model, error, p.source,
            p.confidence, self.fitted,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Label:
    """What else stands in a row.

    Attributes
    ----------
    fitted : bool
        The level was an input of the synthesis or of the fit.
    note : str
        Remark put before the source.
    bridge : str
        What differs between the two definitions; empty where they agree.
    period : str
        To what time the model's figure belongs.
    geo : str
    """

    fitted: bool
    note: str = ""
    bridge: str = ""
    period: str = YEAR
    geo: str = PROVINCE


FITTED: Final = Label(True)
OUTCOME: Final = Label(False)
FITTED_STOCK: Final = Label(True, period=YEAR_END)


def _fact(series: str, breakdown: str, published: Published, model: float, label: Label) -> Fact:
    """Return a fact; ``model`` is in single units (yuan, persons), percentages as such."""
    remarks = [BRIDGE + label.bridge] if label.bridge else []
    remarks += [label.note] if label.note else []
    source = "; ".join([*remarks, published.source])
    told = Published(published.value, published.unit, published.confidence, source)
    scaled = float(model) / unit_factor(published.unit)
    return Fact(series, label.geo, breakdown, label.period, told, scaled, label.fitted)


# ---------------------------------------------------------------------------- figures of the model


class Year2024:
    """What a run counted in 2024, by the definitions of the statistics.

    Parameters
    ----------
    outcomes : Outcomes
        A run with detail of at least the twelve months of 2024.
    world : World
    baseline : Baseline
    households : mapping of str to ndarray, optional
        Household columns at the end of 2024, for ages and durables; by default the world's at the start.
    """

    def __init__(
        self, outcomes: Outcomes, world: World, baseline: Baseline, households: Columns | None = None
    ) -> None:
        if outcomes.months < MONTHS or "accounts" not in outcomes.aggregates:
            found = f"{outcomes.months} months, {'with' if outcomes.aggregates else 'without'} detail"
            raise ValueError(f"outcomes: found {found}; allowed: a run with detail of 12 months or more")
        self.outcomes, self.world, self.baseline = outcomes, world, baseline
        self.statistics: Statistics = world.statistics
        self.at_end = households is not None
        self.households: Columns = world.households if households is None else households
        self.monthly: Array = outcomes.aggregates["accounts"][:MONTHS].sum(axis=2)
        """Household accounts by month, zone and item."""

    # ---- facts

    def newest(self, series: str, breakdown: str = "all", geo: str = PROVINCE) -> Statistic:
        """Return the newest published figure of a whole year up to 2024."""
        return self.statistics.newest(series, geo, breakdown)

    def fact(self, series: str, breakdown: str, model: float, label: Label) -> Fact:
        """Return the fact of a published series."""
        record = self.newest(series, breakdown, label.geo)
        return _fact(series, breakdown, Published.of(record), model, label)

    # ---- household accounts

    def by_zone(self, added: Sequence[int], taken: Sequence[int] = ()) -> Array:
        """Return the year's sum of items by zone, shape (N_ZONES,)."""
        year = self.monthly.sum(axis=0)
        return np.asarray(year[:, list(added)].sum(axis=1) - year[:, list(taken)].sum(axis=1))

    def by_residence(self, added: Sequence[int], taken: Sequence[int] = ()) -> Array:
        """Return the year's sum of items by residence, shape (2,)."""
        return _residences(self.by_zone(added, taken))

    def total(self, *items: int) -> float:
        """Return the year's sum of items over the province."""
        return float(self.by_zone(items).sum())

    def stock(self, *items: int) -> float:
        """Return the province's sum of items in December."""
        return float(self.monthly[-1][:, list(items)].sum())

    @property
    def persons(self) -> Array:
        """Mean residents of the year by zone."""
        return np.asarray(self.monthly[:, :, Item.PERSONS].mean(axis=0))

    def per_head(self, added: Sequence[int], taken: Sequence[int] = ()) -> Array:
        """Return yuan a year per head by residence, shape (2,)."""
        return np.asarray(self.by_residence(added, taken) / _residences(self.persons))

    def mixed(self, values: Array) -> float:
        """Return the mean over all residents by the weights of the household survey, not by residents."""
        weight = self.statistics.record("survey_urban_weight", PROVINCE, "all", YEAR).share
        return float(weight * values[0] + (1.0 - weight) * values[1])

    # ---- work

    def detail(self, name: str) -> Array:
        """Return a detailed array of the twelve months of 2024."""
        return np.asarray(self.outcomes.aggregates[name][:MONTHS])

    def workers(self, sectors: Sequence[int]) -> float:
        """Return mean employed persons of the sectors."""
        return float(self.detail("labour")[:, :, list(sectors), 0].sum() / MONTHS)

    def wage(self, sectors: Sequence[int]) -> float:
        """Return the mean gross wage of wage earners of the sectors, yuan a month.

        Self-employed and farmers keep their sector, so the world's count of them holds all year.
        """
        own = self._at_start(np.isin(self.world.households["occupation"], OWN_ACCOUNT))
        bill = self.detail("labour")[:, :, list(sectors), 1].sum() / MONTHS
        return float(bill / (self.workers(sectors) - own[list(sectors)].sum()))

    def formal_share(self, sectors: Sequence[int]) -> float:
        """Return the share of formal workers among wage earners of the sectors at the start."""
        h = self.world.households
        employed = (h["employed"] > 0) & (h["occupation"] > 0)
        earners = self._at_start(employed & ~np.isin(h["occupation"], OWN_ACCOUNT))
        formal = self._at_start(employed & (h["occupation"] == Occupation.FORMAL))
        return float(formal[list(sectors)].sum() / earners[list(sectors)].sum())

    def _at_start(self, chosen: NDArray[np.bool_]) -> Array:
        """Count chosen earners of the world by sector."""
        h = self.world.households
        weight = np.repeat(np.asarray(h["weight"], np.float64)[:, None], chosen.shape[1], axis=1)
        return np.bincount(h["sector"][chosen].astype(np.int64), weight[chosen], minlength=N_SECTORS)

    # ---- sellers, public money, durables

    def institutions(self, sectors: Sequence[int]) -> float:
        """Return the year's retail purchases of institutions and others that no agent makes, yuan."""
        growth = sum(trend(m, self.baseline.values["firms.trend_growth"]) for m in range(MONTHS))
        return float(self.baseline.institution_purchases[list(sectors)].sum() * growth)

    def paid(self, payers: Sequence[Account], payees: Sequence[Account], *items: str) -> float:
        """Return the year's payments between sectors of the ledger, yuan."""
        flows = self.detail("flows").sum(axis=0)
        columns = [ITEMS.index(item) for item in items]
        return float(flows[np.ix_(list(payers), list(payees), columns)].sum())

    @cached_property
    def counts(self) -> Counts:
        """Weighted counts of the world."""
        return Counts(self.world)

    def owned(self) -> Array:
        """Return durables per 100 households by class and residence, shape (classes, 2)."""
        h = self.households
        held = h["durable_bought"] != NOT_OWNED if self.at_end else h["durable_age"] >= 0
        units = np.add.reduceat(held.astype(np.int64), durables.FIRST_SLOT[: len(DURABLES)], axis=1)
        by_class = np.array([self.counts.by_residence(column) for column in units.T])
        return np.asarray(100.0 * by_class / self.counts.by_residence())


def _residences(by_zone: Array) -> Array:
    """Return sums by residence of values by zone."""
    return np.asarray(by_zone.reshape(N_CITIES, 2).sum(axis=0))


# ---------------------------------------------------------------------------- blocks of facts

BY_SURVEY = "model: town and country by the survey's weight"


def _incomes(y: Year2024) -> Iterator[Fact]:
    """Disposable income per head, in total and by the four sources of the household survey."""
    sources = {"": (INCOME, LESS), **{f"_{name}": items for name, items in SOURCES.items()}}
    for suffix, (added, taken) in sources.items():
        found = y.per_head(added, taken)
        for r, residence in enumerate(RESIDENCES):
            yield y.fact(f"income_per_head{suffix}", residence.key, found[r], FITTED)
    yield y.fact("income_per_head", "all", y.mixed(y.per_head(INCOME, LESS)), Label(True, BY_SURVEY))


def _consumption(y: Year2024) -> Iterator[Fact]:
    """Consumption expenditure per head in total and by category, food in it, and what is left of income."""
    spent, income = y.per_head(CONSUMPTION), y.per_head(INCOME, LESS)
    for r, residence in enumerate(RESIDENCES):
        yield y.fact("consumption_per_head", residence.key, spent[r], FITTED)
        for k, category in enumerate(CATEGORIES):
            found = y.per_head([Item.CONSUMPTION + k])[r]
            yield y.fact(f"consumption_per_head_{category.key}", residence.key, found, FITTED)
    yield y.fact("consumption_per_head", "all", y.mixed(spent), Label(True, BY_SURVEY))
    food = y.per_head([Item.CONSUMPTION])
    for series, part, whole in (("engel_coefficient", food, spent), ("saving_rate", income - spent, income)):
        for r, residence in enumerate(RESIDENCES):
            yield y.fact(series, residence.key, 100.0 * part[r] / whole[r], FITTED)
        yield y.fact(series, "all", 100.0 * y.mixed(part) / y.mixed(whole), Label(True, BY_SURVEY))
    yield _survey_total(y)


def _survey_total(y: Year2024) -> Fact:
    """Consumption of all residents on the survey's basis."""
    heads = [y.newest("consumption_per_head", r.key) for r in RESIDENCES]
    everyone, urban = y.newest("population"), y.newest("population", "urban")
    persons = (urban.count, everyone.count - urban.count)
    value = sum(head.value * n for head, n in zip(heads, persons, strict=True)) / 1e8
    terms = (f"{head.value:g} x {n / 1e4:g}" for head, n in zip(heads, persons, strict=True))
    arithmetic = " + ".join(terms) + " (10k residents)"
    published = Published.derived(value, "100m yuan", arithmetic, *heads, everyone)
    return _fact("household_consumption_survey", "all", published, y.total(*CONSUMPTION), FITTED)


def _distribution(y: Year2024) -> Iterator[Fact]:
    """Incomes of the five quintiles over their mean, and households that live from hand to mouth."""
    accounts = y.detail("accounts").sum(axis=(0, 1))
    income = accounts[:, list(INCOME)].sum(axis=1) - accounts[:, list(LESS)].sum(axis=1)
    found = income / accounts[:, Item.PERSONS]
    series = "income_per_head_quintile"
    records = [y.newest(series, f"Q{q + 1} (all, assumed)") for q in range(N_QUINTILES)]
    mean = float(np.mean([record.value for record in records]))
    note = "the synthesis is fitted to quintiles within town and within country, not to these"
    for q, record in enumerate(records):
        arithmetic = f"{record.value:g} / mean of the five {mean:.0f}"
        published = Published.derived(record.value / mean, "ratio to the mean", arithmetic, record)
        yield _fact(series, f"Q{q + 1}", published, found[q] / found.mean(), Label(False, note))
    yield _hand_to_mouth(y)


def _hand_to_mouth(y: Year2024) -> Fact:
    """Poor and wealthy hand-to-mouth urban households (evidence row V047), to which patience is set."""
    with (DATA / "evidence.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["id"] == "V047")
    poor, wealthy, *_ = (float(share) for share in row["estimate"].split("/"))
    source = f"poor {poor} + wealthy {wealthy}, {row['setting']}; {row['citation']} (V047)"
    published = Published(poor + wealthy, "% of households", "reported", source)
    share = y.by_residence([Item.HAND_TO_MOUTH]) / y.by_residence([Item.HOUSEHOLDS])
    return _fact("hand_to_mouth_share", "urban", published, 100.0 * share[0], FITTED)


def _cities(y: Year2024) -> Iterator[Fact]:
    """Incomes, residents, urban shares and retail sales of the eleven cities."""
    income = y.by_zone(INCOME, LESS) / y.persons
    residents = y.monthly[-1][:, Item.PERSONS].reshape(N_CITIES, 2)
    only_total = "model: only the province's total is fitted"
    for c, city in enumerate(CITIES):
        for r, residence in enumerate(RESIDENCES):
            label = Label(True, geo=city.key)
            yield y.fact("income_per_head", residence.key, income[2 * c + r], label)
        stock = Label(True, geo=city.key, period=YEAR_END)
        yield y.fact("population", "all", residents[c].sum(), stock)
        yield y.fact("urban_share", "all", 100.0 * residents[c, 0] / residents[c].sum(), stock)
        sold = y.outcomes.series("retail_sales", "city", city.key)[:MONTHS].sum()
        yield y.fact("retail_sales", "all", sold, Label(False, only_total, geo=city.key))


def _retail(y: Year2024) -> Iterator[Fact]:
    """Retail sales of consumer goods of the province: goods and catering, institutions included."""
    sold = float(y.outcomes.series("retail_sales")[:MONTHS].sum())
    others = y.institutions(range(N_SECTORS)) / 1e8
    note = f"model: {others:.0f} x 100m yuan of it are institutions and others, the fitted remainder"
    yield y.fact("retail_sales", "all", sold, Label(True, note))
    catering = float(y.detail("custom")[..., Sector.CATERING].sum())
    others = y.institutions([Sector.CATERING])
    note = f"model: {others / 1e8:.0f} x 100m yuan of it are institutions and others"
    yield y.fact("retail_sales_catering", "all", catering + others, Label(False, note))
    yield y.fact("retail_sales_goods", "all", sold - catering - others, OUTCOME)


def _population(y: Year2024) -> Iterator[Fact]:
    """Residents, household size, ages and births."""
    residents = _residences(y.monthly[-1][:, Item.PERSONS])
    households = _residences(y.monthly[-1][:, Item.HOUSEHOLDS])
    yield y.fact("population", "all", residents.sum(), FITTED_STOCK)
    yield y.fact("population", "urban", residents[0], FITTED_STOCK)
    urban, everyone = y.newest("population", "urban"), y.newest("population")
    share = 100.0 * urban.value / everyone.value
    published = Published.derived(share, "%", f"{urban.value:g} / {everyone.value:g}", urban, everyone)
    yield _fact("urban_share", "all", published, 100.0 * residents[0] / residents.sum(), FITTED_STOCK)
    sizes = (*(residents / households), residents.sum() / households.sum())
    census = Label(True, "census of 2020, not carried on", period=YEAR_END)
    for breakdown, size in zip(("urban", "rural", "all"), sizes, strict=True):
        record = y.statistics.newest("household_size_mean", PROVINCE, breakdown, up_to="2020")
        yield _fact("household_size_mean", breakdown, Published.of(record), size, census)
    yield y.fact("births", "all", y.total(Item.BIRTHS), FITTED)
    yield from _ages(y)


def _ages(y: Year2024) -> Iterator[Fact]:
    """Shares of age bands."""
    weight = np.asarray(y.households["weight"], np.float64)
    members = weight @ np.asarray(y.households["members"], np.float64)
    when = "the end of the year" if y.at_end else "the start"
    label = Label(True, f"shares of 2023, not carried on; model: {when}", period=YEAR_END)
    for band, parts in AGES.items():
        found = 100.0 * members[list(parts)].sum() / members.sum()
        yield y.fact("population_share_age", band, found, label)


def _durables(y: Year2024) -> Iterator[Fact]:
    """Durables owned, and bought in the year."""
    growth = load_population_parameters().table("ownership_growth")
    years = 3 if y.at_end else 2
    label = Label(True, period=YEAR_END if y.at_end else "2023-12")
    households = y.counts.by_residence()
    found = y.owned()
    carried = np.zeros((len(DURABLES), len(RESIDENCES)))
    for k, durable in enumerate(DURABLES):
        for r, residence in enumerate(RESIDENCES):
            name = f"{durables.PUBLISHED_NAME[durable.key]} {residence.key}"
            record = y.newest("ownership_per_100", name)
            carried[k, r] = record.value * growth[durable.key] ** (years / 2)
            arithmetic = f"{record.value:g} x {growth[durable.key]:g} ^ ({years}/2), the trend of 2021-2023"
            published = Published.derived(carried[k, r], record.unit, arithmetic, record)
            yield _fact("ownership_per_100", name, published, found[k, r], label)
    yield from _purchases(y, carried @ households / households.sum())


def _purchases(y: Year2024, owned_per_100: Array) -> Iterator[Fact]:
    """Units bought: cars beside registrations, other classes beside ownership over service life."""
    differs = "registrations of new cars, firms' too; model: cars bought by households, used ones too"
    yield y.fact("car_registrations", "all cars", y.total(Item.DURABLE_UNITS), Label(False, bridge=differs))
    households = y.counts.by_residence().sum()
    label = Label(False, bridge="replacements of a steady stock; model: first units and trade-in too")
    for k, durable in enumerate(DURABLES[1:], start=1):
        name = durables.PUBLISHED_NAME[durable.key]
        life = y.statistics.record("service_life_mean", NATION, name, "2021..2024")
        arithmetic = f"{owned_per_100[k]:.1f} owned / {life.value:g} years"
        value = owned_per_100[k] / life.value
        published = Published.derived(value, "units/100 households", arithmetic, life)
        bought = 100.0 * y.total(Item.DURABLE_UNITS + k) / households
        yield _fact("purchases_per_100", name, published, bought, label)


def sector_groups() -> dict[str, tuple[tuple[str, ...], tuple[Sector, ...]]]:
    """Return groups of sectors: the published breakdowns that add up to each, and the model's sectors."""
    index = {named.key: Sector(i) for i, named in enumerate(SECTORS)}
    groups: dict[str, tuple[tuple[str, ...], tuple[Sector, ...]]] = {
        "wholesale and retail": (("wholesale and retail",), TRADE),
        "hotels and catering": (("hotels and catering",), HOTELS),
    }
    for key, published in jobs.PUBLISHED_SECTORS.items():
        groups[" + ".join(published)] = published, (index[key],)
    return groups


def _employment(y: Year2024) -> Iterator[Fact]:
    """Employed persons by sector and residence, and urban unemployment."""
    for name, (parts, sectors) in sector_groups().items():
        records = [y.newest("employment", part) for part in parts]
        published = Published.of(records[0])
        if len(records) > 1:
            arithmetic = " + ".join(f"{record.value:g}" for record in records)
            total = sum(record.value for record in records)
            published = Published.derived(total, records[0].unit, arithmetic, *records)
        yield _fact("employment", name, published, y.workers(sectors), FITTED)
    employed = y.by_residence([Item.EMPLOYED]) / MONTHS
    unemployed = y.by_residence([Item.UNEMPLOYED]) / MONTHS
    for breakdown, value in (("urban", employed[0]), ("rural", employed[1]), ("all", employed.sum())):
        yield y.fact("employment", breakdown, value, FITTED)
    rate = 100.0 * unemployed[0] / (unemployed[0] + employed[0])
    yield y.fact("unemployment_surveyed", "urban", rate, FITTED)


def _wages(y: Year2024) -> Iterator[Fact]:
    """Mean wages by sector, formal and informal together."""
    label = Label(
        False, bridge="the synthesis keeps ratios of sectors' wages and scales them to wage income per head"
    )
    for name, (parts, sectors) in sector_groups().items():
        if len(parts) > 1 or name == "primary":
            continue
        legal = y.newest("wage_mean_monthly", name)
        trade = jobs.MIGRANT_WAGE_OF.get(SECTORS[sectors[0]].key, "wholesale and retail")
        migrant = y.newest("migrant_wage", trade)
        formal = y.formal_share(sectors)
        value = formal * legal.value + (1.0 - formal) * migrant.value
        arithmetic = (
            f"{formal:.2f} formal x {legal.value:g} + {1.0 - formal:.2f} informal x {migrant.value:g}"
        )
        published = Published.derived(value, legal.unit, arithmetic, legal, migrant)
        yield _fact("wage_mean_monthly", name, published, y.wage(sectors), label)


def _money(y: Year2024) -> Iterator[Fact]:
    """Deposits and loans of households at the end of the year."""
    held = y.stock(Item.LIQUID_WEALTH, Item.TERM_DEPOSITS)
    per_head = held / y.stock(Item.PERSONS)
    yield y.fact("deposits_households_per_head", "all", per_head, Label(False, period=YEAR_END))
    deposits = y.newest("deposits_households")
    time = y.newest("deposits_households_share_time", geo=NATION)
    buffer = "demand deposits hold savings too; model: the liquid buffer, all other savings are term deposits"
    for kind, share, item, label in (
        ("time", time.share, Item.TERM_DEPOSITS, FITTED_STOCK),
        ("demand", 1.0 - time.share, Item.LIQUID_WEALTH, Label(False, bridge=buffer, period=YEAR_END)),
    ):
        arithmetic = f"{deposits.value:g} x {share:.4f}, the national share"
        published = Published.derived(deposits.value * share, deposits.unit, arithmetic, deposits, time)
        yield _fact(f"deposits_households_{kind}", "all", published, y.stock(item), label)
    yield _deposit_growth(y)
    yield y.fact("loans_households", "mortgages", y.stock(Item.MORTGAGES), FITTED_STOCK)
    instalments = Label(
        False, bridge="all consumer credit; model: instalment loans for durables only", period=YEAR_END
    )
    yield y.fact("loans_households", "consumer other than mortgages", y.stock(Item.LOANS), instalments)


def _deposit_growth(y: Year2024) -> Fact:
    """Growth of household deposits in the year."""
    old, new = (y.statistics.record("deposits_households", PROVINCE, "all", year) for year in ("2023", YEAR))
    growth = 100.0 * (new.value / old.value - 1.0)
    published = Published.derived(growth, "%", f"{new.value:g} / {old.value:g} - 1", old, new)
    held = y.monthly[:, :, [Item.LIQUID_WEALTH, Item.TERM_DEPOSITS]].sum(axis=(1, 2))
    found = 100.0 * ((held[-1] / held[0]) ** (MONTHS / (MONTHS - 1)) - 1.0)
    note = "model: end of January to end of December, at a yearly rate"
    return _fact("deposits_households_growth", "all", published, found, Label(False, note))


def _travel(y: Year2024) -> Iterator[Fact]:
    """Trips of residents, visits as the cities count them, and what visitors spend."""
    trips = (Item.TRIP_PERSONS_INSIDE, Item.TRIP_PERSONS_OUTSIDE)
    per_head = y.per_head(trips)
    spent = y.by_residence([Item.TRIPS_INSIDE, Item.TRIPS_OUTSIDE]) / y.by_residence(trips)
    for r, residence in enumerate(RESIDENCES):
        aim = y.baseline.values["leisure.trips_per_head"][r]
        label = Label(True, f"national figure; the fit aims at the parameter {aim:g}", geo=NATION)
        yield y.fact("domestic_trips_per_head", residence.key, per_head[r], label)
        label = Label(False, "national figure", geo=NATION)
        yield y.fact("domestic_trip_spending_per_trip", residence.key, spent[r], label)
    yield y.fact("resident_trips", "all", y.total(*trips), OUTCOME)
    yield y.fact("resident_trips_outside_province", "all", y.total(Item.TRIP_PERSONS_OUTSIDE), OUTCOME)
    arrivals = y.detail("visits")[..., 0].sum(axis=(0, 2))
    yield y.fact("inbound_overnight_visitors", "all", arrivals[Market.HK_MACAO_TAIWAN :].sum(), FITTED)
    yield from _visits(y, y.total(Item.TRIP_PERSONS_INSIDE), arrivals[: Market.HK_MACAO_TAIWAN].sum())
    revenue = Label(
        False,
        bridge="counted visits x spending a visit of a survey; model: spending of parties from outside and of "
        "residents in other cities, inbound included",
    )
    yield y.fact(
        "domestic_tourism_revenue", "all", y.outcomes.series("tourist_spending")[:MONTHS].sum(), revenue
    )


def _visits(y: Year2024, inside: float, outside: float) -> Iterator[Fact]:
    """Visits as the cities count them: person-trips times visits a trip."""
    per_trip = float(y.baseline.values["tourists.visits_per_trip"])
    counted = f"a visit is counted in every city; model: person-trips x {per_trip:g} visits a trip"
    own_city = f"{counted}; the count also holds visits within the own city, which are no trips of the model"
    doubt = f"{counted}; the published year is pieced together and doubtful"
    yield y.fact("visitors_from_within_province", "all", inside * per_trip, Label(False, bridge=own_city))
    yield y.fact("visitors_from_outside_province", "all", outside * per_trip, Label(True, bridge=counted))
    yield y.fact("domestic_visitors", "all", (inside + outside) * per_trip, Label(False, bridge=doubt))


def _firms(y: Year2024) -> Iterator[Fact]:
    """Legal units and individual businesses: the numbers handed to the firms of the model."""
    label = Label(True, "units of the end of 2023, handed on to the model")
    units = y.baseline.units.sum(axis=0)
    for name, sectors in UNITS.items():
        yield y.fact("business_units", name, units[list(sectors)].sum(), label)
    yield y.fact("business_units", "secondary and tertiary", units.sum(), label)
    individual = float(units @ y.baseline.individual_share)
    yield y.fact("individual_businesses", "secondary and tertiary", individual, label)


def _accounts(y: Year2024) -> Iterator[Fact]:
    """Household and government consumption in GDP by expenditure, beside what the model counts."""
    accounts = (
        "national accounts add medical expense paid by funds, financial services and a fuller rent; "
        "model: survey basis"
    )
    spent = y.total(*CONSUMPTION)
    yield y.fact("gdp_expenditure", "household consumption", spent, Label(False, bridge=accounts))
    public = "wages, goods and depreciation; model: what budgets and funds buy of public services and health"
    bought = y.paid(BUDGETS, (Account.FIRMS,), "other_purchases")
    yield y.fact("gdp_expenditure", "government consumption", bought, Label(False, bridge=public))


def _public_money(y: Year2024) -> Iterator[Fact]:
    """Money of trade-in, pensions, unemployment benefits and taxes."""
    yield from _trade_in(y)
    yield _pensions(y)
    yield _benefits(y)
    local, taxes = (Account.PROVINCE, Account.CITIES), "taxes_and_contributions"
    every = Label(False, bridge="all local taxes, resource tax too; model: local share of a tax on sales")
    paid = y.paid((Account.FIRMS, Account.HOUSEHOLDS), local, taxes)
    yield y.fact("tax_revenue", "all", paid, every)
    personal = Label(False, bridge="local 40% of income tax; model: local share of deductions for taxes")
    yield y.fact("tax_revenue", "personal income tax", y.paid((Account.HOUSEHOLDS,), local, taxes), personal)


def _trade_in(y: Year2024) -> Iterator[Fact]:
    """Subsidies paid for durables in 2024, to which nothing was fitted."""
    subsidies = y.monthly[:, :, Item.SUBSIDIES]
    record = y.statistics.record("tradein_subsidy", PROVINCE, "all", "2024-04..2024-10")
    until = float(subsidies[3:9].sum() + 0.5 * subsidies[9].sum())
    note = "paid or earmarked to 15 October; model: April to September and half of October"
    label = Label(False, note, period=record.period)
    yield _fact("tradein_subsidy", "all", Published.of(record), until, label)
    kinds = ("cars scrapped", "cars replaced", "appliances")
    parts = [y.statistics.record("tradein_subsidy", "Jinzhong", kind, YEAR) for kind in kinds]
    arithmetic = " + ".join(f"{part.value:.3f}" for part in parts) + ", to 24 December, e-bikes left out"
    published = Published.derived(sum(part.value for part in parts), parts[0].unit, arithmetic, *parts)
    city = [c.key for c in CITIES].index("Jinzhong")
    paid = float(subsidies.sum(axis=0).reshape(N_CITIES, 2)[city].sum())
    yield _fact("tradein_subsidy", "all", published, paid, Label(False, geo="Jinzhong"))


def _pensions(y: Year2024) -> Fact:
    """Pensions of both schemes, rises paid by instruments included."""
    growth = load_population_parameters().number("employee_pension_growth")
    heads = [y.newest(f"pensioners_{scheme}_scheme") for scheme in ("employee", "resident")]
    means = [y.newest("pension_mean", kind) for kind in ("employee scheme, all", "resident scheme")]
    rises = (growth, 1.0)
    yearly = [n.count * mean.value * rise for n, mean, rise in zip(heads, means, rises, strict=True)]
    terms = (f"{n.value:g} x {m.value:g} x 12 x {g:g}" for n, m, g in zip(heads, means, rises, strict=True))
    value = MONTHS * sum(yearly) / 1e8
    published = Published.derived(value, "100m yuan", " + ".join(terms), *heads, *means)
    payers = (Account.FUND, Account.CENTRE)
    paid = y.paid(payers, (Account.HOUSEHOLDS,), "pensions", "policy_transfers")
    return _fact("pensions_paid", "both schemes", published, paid, FITTED)


def _benefits(y: Year2024) -> Fact:
    """Unemployment benefits."""
    recipients = y.newest("unemployment_benefit_recipients")
    benefit = y.statistics.record("unemployment_benefit", PROVINCE, "all", "2023..2024")
    value = recipients.count * benefit.value * MONTHS / 1e8
    arithmetic = f"{recipients.value:g} (10k) x {benefit.value:g} x 12"
    published = Published.derived(value, "100m yuan", arithmetic, recipients, benefit)
    return _fact("unemployment_benefit_paid", "all", published, y.total(Item.UNEMPLOYMENT_BENEFIT), OUTCOME)


BLOCKS: Final = {
    "income": _incomes,
    "consumption": _consumption,
    "distribution": _distribution,
    "cities": _cities,
    "retail sales": _retail,
    "population": _population,
    "durables": _durables,
    "employment": _employment,
    "wages": _wages,
    "money": _money,
    "travel": _travel,
    "firms": _firms,
    "national accounts": _accounts,
    "public money": _public_money,
}
"""Blocks of facts, in the order of the table."""
_SERIES: Final[dict[str, tuple[str, ...]]] = {
    "income": ("income_per_head",),
    "consumption": (
        "consumption_per_head", "engel_coefficient", "saving_rate", "household_consumption_survey",
    ),
    "distribution": ("income_per_head_quintile", "hand_to_mouth_share"),
    "retail sales": ("retail_sales",),
    "population": ("population", "urban_share", "household_size_mean", "births"),
    "durables": ("ownership_per_100", "car_registrations", "purchases_per_100"),
    "employment": ("employment", "unemployment_surveyed"),
    "wages": ("wage_mean_monthly",),
    "money": ("deposits_households", "loans_households"),
    "travel": ("domestic_", "resident_trips", "inbound_overnight_visitors", "visitors_from"),
    "firms": ("business_units", "individual_businesses"),
    "national accounts": ("gdp_expenditure",),
    "public money": ("tradein_subsidy", "pensions_paid", "unemployment_benefit_paid", "tax_revenue"),
}  # fmt: skip
"""How the names of the series of a block begin; the longest beginning decides."""


# ---------------------------------------------------------------------------- the table


def compare(
    outcomes: Outcomes, world: World, baseline: Baseline, households: Columns | None = None
) -> pd.DataFrame:
    """Return the table of facts of 2024: published figure, model figure, error in per cent, source.

    Parameters
    ----------
    outcomes : Outcomes
        A run with detail of at least twelve months from January 2024 on, under the policies then in force.
    world : World
    baseline : Baseline
    households : mapping of str to ndarray, optional
        Household columns at the end of December 2024. Without them ages and durables are those of the world
        at the start, and durables are compared with the end of 2023.

    Returns
    -------
    DataFrame
        Columns COLUMNS: those of ``facts.csv``, ``confidence`` of the published figure and ``fitted``.

    Raises
    ------
    ValueError
        If the run is shorter than a year or has no detail.
    """
    year = Year2024(outcomes, world, baseline, households)
    rows = [fact.row() for block in BLOCKS.values() for fact in block(year)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def is_bridge(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Return which rows are bridges between definitions."""
    return frame["source"].str.startswith(BRIDGE)


def block_of(series: str, geo: str = PROVINCE) -> str:
    """Return the block of a fact; figures of single cities, but for public money, are in ``cities``."""
    fits = {start: name for name, starts in _SERIES.items() for start in starts if series.startswith(start)}
    block = fits[max(fits, key=len)]
    return "cities" if geo not in (PROVINCE, NATION) and block != "public money" else block


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """Return how many facts lie within 3, 5 and 10%, by block, and which miss 10%.

    Parameters
    ----------
    frame : DataFrame
        From :func:`compare`.

    Returns
    -------
    DataFrame
        Index ``block``: the blocks, then ``fitted``, ``outcomes`` and ``all``, bridges left out of these; last
        ``bridges``. Columns ``facts``, ``within_3``, ``within_5``, ``within_10``, ``misses``.
    """
    bridge = is_bridge(frame)
    keys = zip(frame["series"], frame["geo"], strict=True)
    block = pd.Series([block_of(series, geo) for series, geo in keys], index=frame.index)
    rows = {name: ~bridge & (block == name) for name in BLOCKS}
    rows |= {"fitted": ~bridge & frame["fitted"], "outcomes": ~bridge & ~frame["fitted"]}
    rows |= {"all": ~bridge, "bridges": bridge}
    counted = {name: _tally(frame[chosen]) for name, chosen in rows.items() if chosen.any()}
    return pd.DataFrame.from_dict(counted, orient="index").rename_axis("block")


def _tally(frame: pd.DataFrame) -> dict[str, int | str]:
    """Count facts, those within each band, and name those outside the widest."""
    error = frame["error_pct"].abs()
    within = {f"within_{band:g}": int((error <= band).sum()) for band in BANDS}
    missed = frame[error > BANDS[-1]]
    columns = zip(missed["series"], missed["geo"], missed["breakdown"], missed["error_pct"], strict=True)
    names = [f"{series} {geo} {breakdown} {value:+.0f}%" for series, geo, breakdown, value in columns]
    return {"facts": len(frame), **within, "misses": "; ".join(names)}
