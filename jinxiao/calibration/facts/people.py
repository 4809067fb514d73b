"""Facts on residents and their households: the synthetic province, the run's population, durables."""

import re
from collections.abc import Iterator
from typing import Final

import numpy as np

from jinxiao.calibration.facts.definitions import AGES
from jinxiao.calibration.facts.published import (
    FITTED,
    NATION,
    SETTLED,
    YEAR_END,
    Fact,
    Label,
    Published,
    fact,
)
from jinxiao.calibration.facts.year import MONTHS, Array, Year2024, residences
from jinxiao.calibration.population_margins import MarginRow, margin_rows
from jinxiao.calibration.statistics import CONFIDENCES
from jinxiao.calibration.synthesis import durables as stock
from jinxiao.calibration.synthesis.margins import PROVINCE
from jinxiao.calibration.synthesis.parameters import load_population_parameters
from jinxiao.model.households.accounts import Item
from jinxiao.model.names import CITIES, DURABLES, RESIDENCES, Disposal

MARGINS: Final = (
    "persons", "households", "household size", "ages", "urban share", "income quintiles",
    "pensioners and insured", "wealth",
)  # fmt: skip
"""Groups of margins of the synthetic province that no other block shows."""
START: Final = "start"
"""Period of the model's figure of a margin: the synthetic province before anything happens."""
BEFORE_TRADE_IN: Final = 8
"""Months of 2024 before appliances were subsidised."""
INFANT_DEATHS: Final = {3: 0.995, 6: 0.993}
"""Share of children alive by age band, as in the published shares of 2023 (notes of those rows)."""
_CITED: Final = re.compile(r"\((\d{4}(?:\.\.\d{4})?), (" + "|".join(CONFIDENCES) + r")\)")


def synthetic(y: Year2024) -> Iterator[Fact]:
    """Margins of the synthetic province before the run."""
    for row in margin_rows(y.world):
        if row.group in MARGINS:
            yield _margin(row)


def _margin(row: MarginRow) -> Fact:
    """Return a margin as a fact; grade and time come from the statistics that its source cites."""
    cited = _CITED.findall(row.source)
    periods, grades = zip(*cited, strict=True)
    derived = ("derived",) if row.group in ("households", "ages", "wealth") else ()
    confidence = max((*grades, *derived), key=CONFIDENCES.index)
    published = Published(row.published, row.unit, confidence, row.source, min(periods))
    keys = {"province": PROVINCE, **{city.en: city.key for city in CITIES}}
    place, _, rest = row.item.partition(", ")
    geo, breakdown = (keys[place], rest or "all") if place in keys else (PROVINCE, row.item)
    series = f"synthetic_{row.group.replace(' ', '_')}"
    return fact(series, breakdown, published, row.synthesised, Label(True, period=START, geo=geo))


def population(y: Year2024) -> Iterator[Fact]:
    """Residents, household size, ages, births and deaths of the run."""
    persons = residences(y.monthly[-1][:, Item.PERSONS])
    households = residences(y.monthly[-1][:, Item.HOUSEHOLDS])
    settled = Label(True, SETTLED, period=YEAR_END)
    yield y.fact("population", "all", persons.sum(), settled)
    yield y.fact("population", "urban", persons[0], settled)
    urban, everyone = y.newest("population", "urban"), y.newest("population")
    share = 100.0 * urban.value / everyone.value
    published = Published.derived(share, "%", f"{urban.value:g} / {everyone.value:g}", urban, everyone)
    found = 100.0 * persons[0] / persons.sum()
    yield fact("urban_share", "all", published, found, Label(True, period=YEAR_END))
    sizes = (*(persons / households), persons.sum() / households.sum())
    census = Label(True, f"census of 2020, not carried on; {SETTLED}", period=YEAR_END)
    for breakdown, size in zip(("urban", "rural", "all"), sizes, strict=True):
        record = y.statistics.newest("household_size_mean", PROVINCE, breakdown, up_to="2020")
        yield fact("household_size_mean", breakdown, Published.of(record), size, census)
    yield y.fact("births", "all", y.total(Item.BIRTHS), FITTED)
    yield y.fact("deaths", "all", y.total(Item.DEATHS), FITTED)
    yield from _ages(y)


def _ages(y: Year2024) -> Iterator[Fact]:
    """Shares of age bands; children under 6 from the births of their years, other bands as of 2023."""
    weight = np.asarray(y.households["weight"], np.float64)
    members = weight @ np.asarray(y.households["members"], np.float64)
    label = Label(
        False, "published: end of 2023; model: a year of ageing, deaths and moves later", period=YEAR_END
    )
    for band, parts in AGES.items():
        found = 100.0 * members[list(parts)].sum() / members.sum()
        if band in ("0-2", "3-5"):
            published = _children(y, int(band[-1]) + 1)
            yield fact("population_share_age", band, published, found, Label(True, SETTLED, period=YEAR_END))
        else:
            yield y.fact("population_share_age", band, found, label)


def _children(y: Year2024, until: int) -> Published:
    """Return the share of children of the three years of age below ``until``, from births, end of 2024."""
    everyone = y.newest("population")
    years = [str(2024 - age) for age in range(until - 1, until - 4, -1)]
    births = [y.statistics.record("births", PROVINCE, "all", year) for year in years]
    alive = INFANT_DEATHS[until]
    value = 100.0 * alive * sum(record.count for record in births) / everyone.count
    terms = " + ".join(f"{record.value:g}" for record in births)
    arithmetic = f"({terms}) births of {years[0]}-{years[-1]} x {alive:g} / {everyone.value:g}"
    return Published.derived(value, "%", arithmetic, everyone, *births)


def durables(y: Year2024) -> Iterator[Fact]:
    """Durables owned, and bought in the year."""
    growth = load_population_parameters().table("ownership_growth")
    years = 3
    households = y.counts.by_residence()
    found = y.owned()
    carried = np.zeros((len(DURABLES), len(RESIDENCES)))
    for k, durable in enumerate(DURABLES):
        if durable not in stock.SURVEYED:
            continue
        for r, residence in enumerate(RESIDENCES):
            name = f"{stock.PUBLISHED_NAME[durable.key]} {residence.key}"
            record = y.newest("ownership_per_100", name)
            carried[k, r] = record.value * growth[durable.key] ** (years / 2)
            arithmetic = (
                f"{record.value:g} x {growth[durable.key]:g} ^ ({years}/2), the assumed growth over two years"
            )
            published = Published.derived(carried[k, r], record.unit, arithmetic, record)
            yield fact("ownership_per_100", name, published, found[k, r], Label(True, period=YEAR_END))
    yield from _purchases(y, carried @ households / households.sum(), growth)


def _purchases(y: Year2024, owned_per_100: Array, growth: dict[str, float]) -> Iterator[Fact]:
    """Units bought: cars beside registrations, other classes beside ownership over service life."""
    differs = "registrations of new cars, firms' too; model: new cars bought by households"
    yield y.fact("car_registrations", "all cars", y.total(Item.DURABLE_UNITS), Label(False, bridge=differs))
    moved = y.detail("disposals").sum(axis=(0, 1))
    trades = "all changes of owner, traders and firms too; model: used cars bought by households"
    yield y.fact("used_car_trades", "all", moved[Disposal.USED_CARS_BOUGHT], Label(False, bridge=trades))
    scrapped = "motor vehicles of all owners; model: cars that households replace and scrap"
    yield y.fact("vehicles_scrapped", "all", moved[Disposal.CARS_SCRAPPED], Label(False, bridge=scrapped))
    households = y.counts.by_residence().sum()
    note = "model: January to August at a yearly rate, before trade-in of appliances began"
    for k, durable in enumerate(DURABLES[1:], start=1):
        if durable not in stock.SURVEYED:
            continue
        name = stock.PUBLISHED_NAME[durable.key]
        life = y.statistics.record("service_life_mean", NATION, name, "2021..2024")
        yearly = growth[durable.key] ** 0.5
        value = owned_per_100[k] / life.value + max(yearly - 1.0, 0.0) * owned_per_100[k]
        arithmetic = (
            f"{owned_per_100[k]:.1f} owned / {life.value:g} years of life, plus growth x {yearly:.4f} a year"
        )
        published = Published.derived(value, "units/100 households", arithmetic, life)
        before = y.monthly[:BEFORE_TRADE_IN, :, Item.DURABLE_UNITS + k].sum()
        bought = 100.0 * before * (MONTHS / BEFORE_TRADE_IN) / households
        yield fact("purchases_per_100", name, published, bought, Label(False, note))
