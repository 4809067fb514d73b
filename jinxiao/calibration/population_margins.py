"""Margins of a synthetic population beside the published ones: what the report prints and the tests check."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from jinxiao.calibration.population_counts import Counts
from jinxiao.calibration.statistics import Statistics
from jinxiao.calibration.synthesis import durables, fit, jobs, margins, wealth
from jinxiao.calibration.synthesis.margins import PROVINCE
from jinxiao.calibration.synthesis.parameters import PopulationParameters, load_population_parameters
from jinxiao.calibration.world import World
from jinxiao.model.names import CITIES, DURABLES, N_CITIES, N_ZONES, RESIDENCES, SECTORS

MONTHS: Final = 12
GROUPS: Final = (
    "persons", "households", "household size", "ages", "urban share", "income by source", "income by city",
    "income quintiles", "ownership", "employment", "pensioners and insured", "wealth",
)  # fmt: skip
"""Groups of margins, in the order of the report."""


@dataclass(frozen=True, slots=True)
class MarginRow:
    """One margin.

    Attributes
    ----------
    group : str
        One of GROUPS.
    item : str
        What and where.
    published : float
        Published figure, carried to 2024 where the source says so.
    synthesised : float
        The same figure counted in the synthetic population with its weights.
    unit : str
    source : str
        Source of the published figure and the arithmetic, if any.
    """

    group: str
    item: str
    published: float
    synthesised: float
    unit: str
    source: str

    @property
    def error(self) -> float:
        """Synthesised over published, less one."""
        return self.synthesised / self.published - 1.0


def margin_rows(world: World) -> list[MarginRow]:
    """Return every margin of the world, group by group."""
    counts, statistics, parameters = Counts(world), world.statistics, load_population_parameters()
    return [
        *_people(counts, statistics),
        *_sizes(counts, statistics),
        *_ages(counts, statistics, parameters),
        *_incomes(counts, statistics, parameters),
        *_ownership(counts, statistics, parameters),
        *_employment(counts, statistics, parameters),
        *_pensions(counts, statistics),
        *_wealth(counts, statistics, parameters),
    ]


def _people(counts: Counts, statistics: Statistics) -> Iterator[MarginRow]:
    persons = counts.by_zone(counts.persons).reshape(N_CITIES, 2)
    province = statistics.newest("population", PROVINCE)
    yield MarginRow("persons", "province", province.count, persons.sum(), "persons", province.cited)
    households = counts.by_city()
    wanted = margins.city_households(statistics)
    for c, city in enumerate(CITIES):
        record = statistics.newest("population", city.key)
        yield MarginRow("persons", city.en, record.count, persons[c].sum(), "persons", record.cited)
        size = statistics.newest("household_size_mean", city.key)
        yield MarginRow(
            "households", f"{city.en}, number", wanted[c], households[c], "households",
            f"residents 2024 over mean size: {size.cited}",
        )  # fmt: skip
        yield MarginRow(
            "households", f"{city.en}, mean size", record.count / wanted[c], persons[c].sum() / households[c],
            "persons", size.cited,
        )  # fmt: skip
        share = statistics.newest("urban_share", city.key)
        yield MarginRow(
            "urban share", city.en, share.value, 100 * persons[c, 0] / persons[c].sum(), "%", share.cited
        )
    urban = statistics.newest("population", PROVINCE, "urban")
    share_urban = 100 * urban.count / province.count
    yield MarginRow(
        "urban share", "province", share_urban, 100 * persons[:, 0].sum() / persons.sum(), "%", urban.cited
    )


def _sizes(counts: Counts, statistics: Statistics) -> Iterator[MarginRow]:
    size = np.minimum(counts.persons, margins.N_SIZES)
    households = counts.by_residence()
    for k, label in enumerate(margins.SIZE_CLASSES):
        found = counts.by_residence(size == k + 1) / households * 100
        for r, residence in enumerate(RESIDENCES):
            record = statistics.newest("household_size_share", PROVINCE, f"{label} {residence.key}")
            yield MarginRow(
                "household size", f"{label}, {residence.en}", record.value, found[r], "%", record.cited
            )


def _ages(counts: Counts, statistics: Statistics, parameters: PopulationParameters) -> Iterator[MarginRow]:
    members = counts.world.households["members"]
    wanted = margins.city_broad_ages(statistics)
    for k, label in enumerate(margins.BROAD_AGES):
        found = counts.by_city(members[:, k == margins.BROAD_OF_BAND].sum(axis=1))
        newest = statistics.newest("population_share_age", PROVINCE, label)
        for c, city in enumerate(CITIES):
            record = statistics.newest("population_share_age", city.key, label)
            yield MarginRow(
                "ages", f"{city.en}, {label}", wanted[c, k], found[c], "persons",
                f"{record.value}%, {record.cited}, raked to {newest.value}% in the province {newest.period}",
            )  # fmt: skip
    bands = margins.province_bands(statistics, parameters)
    labels = (
        "0-2",
        "3-5",
        "6-14",
        "15-17",
        "students of 18 and over",
        "18-59 without students",
        "60-79",
        "80+",
    )
    for b, label in enumerate(labels):
        key = {"students of 18 and over": "18-59", "18-59 without students": "18-59"}.get(label, label)
        record = statistics.newest("population_share_age", PROVINCE, key)
        found_band = float(counts.by_zone(members[:, b]).sum())
        yield MarginRow(
            "ages", f"province, {label}", bands[b], found_band, "persons", f"{key}: {record.cited}"
        )


def _incomes(counts: Counts, statistics: Statistics, parameters: PopulationParameters) -> Iterator[MarginRow]:
    h = counts.world.households
    persons = counts.by_residence(counts.persons)
    net_transfers = h["pension"].astype(np.float64) + h["transfers"] - counts.deductions
    business = h["self_employment"].astype(np.float64) + h["farm"]
    sources = {
        "": counts.income, "_wages": counts.gross_wages, "_business": business, "_property": h["property"],
        "_transfers": net_transfers,
    }  # fmt: skip
    names = {"": "disposable", "_wages": "wages", "_business": "business, net", "_property": "property, net"}
    for suffix, values in sources.items():
        found = MONTHS * counts.by_residence(values) / persons
        for r, residence in enumerate(RESIDENCES):
            record = statistics.newest(f"income_per_head{suffix}", PROVINCE, residence.key)
            label = f"{names.get(suffix, 'transfers, net')}, {residence.en}"
            yield MarginRow("income by source", label, record.value, found[r], "yuan/year", record.cited)
    by_zone = MONTHS * counts.by_zone(counts.income) / counts.by_zone(counts.persons)
    for z in range(N_ZONES):
        city, residence = CITIES[z // 2], RESIDENCES[z % 2]
        record = statistics.newest("income_per_head", city.key, residence.key)
        yield MarginRow(
            "income by city",
            f"{city.en}, {residence.en}",
            record.value,
            by_zone[z],
            "yuan/year",
            record.cited,
        )
    held = fit.Incomes(
        h["zone"],
        np.asarray(h["weight"]),
        counts.persons.astype(np.float32),
        h["deductions"],
        h["pension"],
        [],
    )
    per_head = (MONTHS * counts.income / counts.persons).astype(np.float32)
    for r, residence in enumerate(RESIDENCES):
        found = fit.quintile_means(per_head, held, r)
        keys = [f"Q{q + 1} ({residence.key}, assumed)" for q in range(len(found))]
        records = [statistics.newest("income_per_head_quintile", PROVINCE, key) for key in keys]
        mean = np.mean([record.value for record in records])
        for q, record in enumerate(records):
            yield MarginRow(
                "income quintiles", f"Q{q + 1} over the mean, {residence.en}", record.value / mean,
                found[q] / found.mean(), "ratio", record.cited,
            )  # fmt: skip


def _ownership(
    counts: Counts, statistics: Statistics, parameters: PopulationParameters
) -> Iterator[MarginRow]:
    growth = parameters.table("ownership_growth")
    households = counts.by_residence()
    for k, durable in enumerate(DURABLES):
        if durable not in durables.SURVEYED:
            continue
        units = durables.units(counts.world.households["durable_age"], k)
        found = 100 * counts.by_residence(units) / households
        for r, residence in enumerate(RESIDENCES):
            name = f"{durables.PUBLISHED_NAME[durable.key]} {residence.key}"
            record = statistics.newest("ownership_per_100", PROVINCE, name)
            carried = f"{record.value:g} in {record.period} x {growth[durable.key]:g}"
            yield MarginRow(
                "ownership", f"{durable.en}, {residence.en}", record.value * growth[durable.key], found[r],
                "per 100 households", f"{carried}; {record.cited}",
            )  # fmt: skip


def _employment(
    counts: Counts, statistics: Statistics, parameters: PopulationParameters
) -> Iterator[MarginRow]:
    h = counts.world.households
    working = h["employed"] > 0
    by_sector = jobs.sector_employment(statistics, parameters)
    for i, sector in enumerate(SECTORS):
        found = float(counts.by_zone(((h["sector"] == i) & working).sum(axis=1)).sum())
        source = "published employment by sector (economy.csv), trade and hotels split by population.yaml"
        yield MarginRow("employment", sector.en, by_sector[i], found, "persons", source)
    employed = counts.by_residence(working.sum(axis=1))
    unemployed = counts.by_residence(((h["occupation"] > 0) & ~working).sum(axis=1))
    for r, residence in enumerate(RESIDENCES):
        record = statistics.newest("employment", PROVINCE, residence.key)
        yield MarginRow(
            "employment", f"all, {residence.en}", record.count, employed[r], "persons", record.cited
        )
    rate = statistics.newest("unemployment_surveyed", PROVINCE, "urban")
    found_rate = 100 * unemployed[0] / (unemployed[0] + employed[0])
    yield MarginRow("employment", "unemployment, urban", rate.value, found_rate, "%", rate.cited)


def _pensions(counts: Counts, statistics: Statistics) -> Iterator[MarginRow]:
    h = counts.world.households
    for scheme, series, breakdown in (
        ("employee_pensioners", "pensioners_employee_scheme", "all"),
        ("resident_pensioners", "pensioners_resident_scheme", "all"),
        ("resident_insured", "medical_insured", "resident"),
    ):
        record = statistics.newest(series, PROVINCE, breakdown)
        label = scheme.replace("_", " ")
        found = float(counts.by_zone(h[scheme]).sum())
        yield MarginRow("pensioners and insured", label, record.count, found, "persons", record.cited)


def _wealth(counts: Counts, statistics: Statistics, parameters: PopulationParameters) -> Iterator[MarginRow]:
    h = counts.world.households
    deposits = statistics.record("deposits_households", PROVINCE, "all", "2023")
    held = float(counts.by_zone(h["term_deposits"]).sum())
    yield MarginRow(
        "wealth", "savings", wealth.savings_total(statistics, parameters), held, "yuan",
        f"{deposits.cited} less the month's cash, {100 * parameters.number('buffer_share'):g} percent",
    )  # fmt: skip
    loans = statistics.newest("loans_households", PROVINCE, "mortgages")
    yield MarginRow(
        "wealth", "mortgages", loans.count, float(counts.by_zone(h["mortgage"]).sum()), "yuan", loans.cited
    )
    households = counts.by_residence()
    found = 100 * counts.by_residence(h["tenure"] == wealth.RENTS) / households
    for r, residence in enumerate(RESIDENCES):
        record = statistics.newest("housing_source_share", PROVINCE, f"rented, {residence.key}")
        yield MarginRow(
            "wealth", f"tenants, {residence.en}", record.value, found[r], "% of households", record.cited
        )
