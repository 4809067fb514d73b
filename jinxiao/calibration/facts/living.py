"""Facts on incomes, consumption and their distribution, for the province and its eleven cities."""

import csv
from collections.abc import Iterator
from typing import Final

import numpy as np

from jinxiao.calibration.facts.definitions import CONSUMPTION, INCOME, LESS, SOURCES
from jinxiao.calibration.facts.published import FITTED, YEAR_END, Fact, Label, Published, fact
from jinxiao.calibration.facts.year import MONTHS, Array, Year2024
from jinxiao.calibration.patience import TYPES, published_types, shares_of_types
from jinxiao.calibration.statistics import DATA
from jinxiao.model.households.accounts import Item
from jinxiao.model.names import CATEGORIES, CITIES, N_CITIES, N_QUINTILES, RESIDENCES

ELSEWHERE: Final = "Sanming"
"""A prefecture that publishes consumption by fifth of income; Shanxi does not."""
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
    yield from _hand_to_mouth(y)
    yield from _by_quintile(y, accounts)


def _by_quintile(y: Year2024, accounts: Array) -> Iterator[Fact]:
    """Saving rates and shares of food by fifth of income, beside those of another prefecture: none is published for Shanxi."""
    income = accounts[:, list(INCOME)].sum(axis=1) - accounts[:, list(LESS)].sum(axis=1)
    spent, food = accounts[:, list(CONSUMPTION)].sum(axis=1), accounts[:, Item.CONSUMPTION]
    differs = f"{ELSEWHERE} in Fujian, fifths of all residents of 2022; model: fifths of Shanxi in 2024"
    label = Label(False, bridge=differs)
    relative = Label(
        False,
        bridge=f"{differs}; both over the mean of the five, as {ELSEWHERE} eats more of its spending at any income",
    )
    kinds = (("income", ""), ("consumption", ""), ("consumption", "_food"))
    records = [
        [
            y.statistics.record(f"{series}_per_head_quintile{part}", ELSEWHERE, f"Q{q + 1}", "2022")
            for series, part in kinds
        ]
        for q in range(N_QUINTILES)
    ]
    there = float(np.mean([eaten.value / all_spent.value for _, all_spent, eaten in records]))
    here = float(np.mean(food / spent))
    for q, (earned, all_spent, eaten) in enumerate(records):
        saved = Published.derived(
            100.0 * (1.0 - all_spent.value / earned.value), "%", f"1 - {all_spent.value:g} / {earned.value:g}",
            all_spent, earned,
        )  # fmt: skip
        yield fact("saving_rate", f"Q{q + 1}", saved, 100.0 * (1.0 - spent[q] / income[q]), label)
        share = Published.derived(
            eaten.value / all_spent.value / there,
            "ratio to the mean",
            f"{eaten.value:g} / {all_spent.value:g} / mean of the five {there:.3f}",
            eaten,
            all_spent,
        )
        yield fact("engel_coefficient", f"Q{q + 1}", share, food[q] / spent[q] / here, relative)


def _hand_to_mouth(y: Year2024) -> Iterator[Fact]:
    """Hand-to-mouth urban households (evidence row V047), to which patience is fitted, and the four types of households."""
    with (DATA / "evidence.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["id"] == "V047")
    types = published_types()
    poor, wealthy = types[:2]
    cited = f"{row['setting']}; {row['citation']} (V047)"
    years = row["setting"].split()[-1].replace("-", "..")
    unit = "% of households"
    both = Published(poor + wealthy, unit, "reported", f"poor {poor} + wealthy {wealthy}, {cited}", years)
    share = y.by_residence([Item.HAND_TO_MOUTH]) / y.by_residence([Item.HOUSEHOLDS])
    yield fact("hand_to_mouth_share", "urban", both, 100.0 * share[0], FITTED)
    half_month = float(y.baseline.values["households.hand_to_mouth_months"])
    found = shares_of_types(y.households, half_month, y.households["zone"] % 2 == 0)
    tenure = Label(
        False,
        bridge="illiquid wealth of all kinds; model: an own home worth more than its mortgage",
        period=YEAR_END,
    )
    for name, value, model in zip(TYPES, types, found, strict=True):
        one = Published(float(value), unit, "reported", cited, years)
        yield fact("liquidity_types", f"urban, {name}", one, float(model), tenure)


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
