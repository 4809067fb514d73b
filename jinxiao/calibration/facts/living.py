"""Facts on incomes, consumption and their distribution, for the province and its eleven cities."""

import csv
from collections.abc import Iterator
from typing import Final

import numpy as np

from jinxiao.calibration.facts.definitions import CONSUMPTION, INCOME, LESS, SOURCES
from jinxiao.calibration.facts.published import FITTED, YEAR_END, Fact, Label, Published, fact
from jinxiao.calibration.facts.year import MONTHS, Year2024
from jinxiao.calibration.statistics import DATA
from jinxiao.model.households.accounts import Item
from jinxiao.model.names import CATEGORIES, CITIES, N_CITIES, N_QUINTILES, RESIDENCES

BY_SURVEY: Final = "model: town and country by the survey's weight"


def incomes(y: Year2024) -> Iterator[Fact]:
    """Disposable income per head, in total and by the four sources of the household survey."""
    sources = {"": (INCOME, LESS), **{f"_{name}": items for name, items in SOURCES.items()}}
    for suffix, (added, taken) in sources.items():
        found = y.per_head(added, taken)
        for r, residence in enumerate(RESIDENCES):
            yield y.fact(f"income_per_head{suffix}", residence.key, found[r], FITTED)
    yield y.fact("income_per_head", "all", y.mixed(y.per_head(INCOME, LESS)), Label(True, BY_SURVEY))


def consumption(y: Year2024) -> Iterator[Fact]:
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
    return fact("household_consumption_survey", "all", published, y.total(*CONSUMPTION), FITTED)


def distribution(y: Year2024) -> Iterator[Fact]:
    """Incomes of the five quintiles over their mean, and households that live from hand to mouth."""
    accounts = y.detail("accounts").sum(axis=(0, 1))
    income = accounts[:, list(INCOME)].sum(axis=1) - accounts[:, list(LESS)].sum(axis=1)
    found = income / accounts[:, Item.PERSONS]
    series = "income_per_head_quintile"
    records = [y.newest(series, f"Q{q + 1} (all, assumed)") for q in range(N_QUINTILES)]
    mean = float(np.mean([record.value for record in records]))
    differs = (
        "fifths of the nation brought to the province's mean, with the gaps between provinces in them; "
        "model: fifths within one province, fitted to quintiles within town and within country"
    )
    for q, record in enumerate(records):
        arithmetic = f"{record.value:g} / mean of the five {mean:.0f}"
        published = Published.derived(record.value / mean, "ratio to the mean", arithmetic, record)
        yield fact(series, f"Q{q + 1}", published, found[q] / found.mean(), Label(False, bridge=differs))
    yield _hand_to_mouth(y)


def _hand_to_mouth(y: Year2024) -> Fact:
    """Poor and wealthy hand-to-mouth urban households (evidence row V047), to which patience is set."""
    with (DATA / "evidence.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["id"] == "V047")
    poor, wealthy, *_ = (float(share) for share in row["estimate"].split("/"))
    source = f"poor {poor} + wealthy {wealthy}, {row['setting']}; {row['citation']} (V047)"
    years = row["setting"].split()[-1].replace("-", "..")
    published = Published(poor + wealthy, "% of households", "reported", source, years)
    share = y.by_residence([Item.HAND_TO_MOUTH]) / y.by_residence([Item.HOUSEHOLDS])
    return fact("hand_to_mouth_share", "urban", published, 100.0 * share[0], FITTED)


def cities(y: Year2024) -> Iterator[Fact]:
    """Incomes, residents, urban shares and retail sales of the eleven cities."""
    income = y.by_zone(INCOME, LESS) / y.persons
    residents = y.monthly[-1][:, Item.PERSONS].reshape(N_CITIES, 2)
    for c, city in enumerate(CITIES):
        for r, residence in enumerate(RESIDENCES):
            label = Label(True, geo=city.key)
            yield y.fact("income_per_head", residence.key, income[2 * c + r], label)
        share = 100.0 * residents[c, 0] / residents[c].sum()
        yield y.fact("urban_share", "all", share, Label(True, geo=city.key, period=YEAR_END))
        sold = y.outcomes.series("retail_sales", "city", city.key)[:MONTHS].sum()
        yield y.fact("retail_sales", "all", sold, Label(True, geo=city.key))
