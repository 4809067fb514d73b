"""Margins of the population at the end of 2024, zone by zone, from the published statistics.

Where a figure is published for 2020 only it is carried to 2024 by raking to the newer province totals; the
arithmetic is in the functions below. Persons outside family households (8% in the census) are represented as
members of family households of the same zone: persons are the resident population and households are
residents over mean household size.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.statistics import Statistic, Statistics
from jinxiao.calibration.synthesis.parameters import PopulationParameters
from jinxiao.calibration.synthesis.raking import rake
from jinxiao.model.names import CITIES, N_BANDS, N_CITIES, N_ZONES, RESIDENCES, MemberBand

PROVINCE: Final = "Shanxi"
BROAD_AGES: Final = ("0-14", "15-59", "60+")
FINE_AGES: Final = ("0-2", "3-5", "6-14", "15-17", "18-59", "60-79", "80+")
SIZE_CLASSES: Final = ("1", "2", "3", "4", "5+")
N_SIZES: Final = len(SIZE_CLASSES)
BROAD_OF_BAND: Final = np.array([0, 0, 0, 1, 1, 1, 2, 2])
"""Broad age group (0-14, 15-59, 60+) of each MemberBand."""
CITY_OF_ZONE: Final = np.arange(N_ZONES) // 2
RESIDENCE_OF_ZONE: Final = np.arange(N_ZONES) % 2

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Margins:
    """What the synthetic population has to reproduce.

    Attributes
    ----------
    persons : ndarray, shape (N_ZONES,)
        Residents.
    households : ndarray, shape (N_ZONES,)
        Family households, whole numbers.
    sizes : ndarray, shape (N_ZONES, N_SIZES)
        Households by size 1, 2, 3, 4, 5 and more.
    ages : ndarray, shape (N_ZONES, N_BANDS)
        Residents by MemberBand.
    """

    persons: Array
    households: Array
    sizes: Array
    ages: Array


def zone_margins(statistics: Statistics, parameters: PopulationParameters) -> Margins:
    """Return all margins of the 22 zones."""
    persons = zone_persons(statistics)
    sizes = zone_sizes(statistics, parameters, persons)
    ages = zone_ages(statistics, parameters, persons)
    households = np.rint(sizes.sum(axis=1))
    return Margins(persons, households, sizes * (households / sizes.sum(axis=1))[:, None], ages)


def published_persons(statistics: Statistics, residence: str = "all") -> Statistic:
    """Residents of the province at the end of 2024."""
    return statistics.newest("population", PROVINCE, residence)


def city_persons(statistics: Statistics) -> Array:
    """Residents by city, scaled to the province (the published cities add up to it within rounding)."""
    cities = np.array([statistics.newest("population", c.key).count for c in CITIES])
    return np.asarray(cities * (published_persons(statistics).count / cities.sum()))


def zone_persons(statistics: Statistics) -> Array:
    """Residents by zone: city totals and urban shares, raked to the province's urban and rural residents."""
    total = city_persons(statistics)
    urban = np.array([statistics.newest("urban_share", c.key).share for c in CITIES])
    seed = np.stack([total * urban, total * (1 - urban)], axis=1)
    urban_total = published_persons(statistics, "urban").count
    residence = np.array([urban_total, total.sum() - urban_total])
    for _ in range(50):
        seed *= residence / seed.sum(axis=0)
        seed *= (total / seed.sum(axis=1))[:, None]
    return seed.reshape(-1)


def city_households(statistics: Statistics) -> Array:
    """Family households by city: residents of 2024 over the mean household size of the census of 2020."""
    sizes = np.array([_mean_size(statistics, c.key) for c in CITIES])
    return np.asarray(city_persons(statistics) / sizes)


def _mean_size(statistics: Statistics, geo: str) -> float:
    """Mean size of family households: population over households where both are counted, else as printed."""
    people = statistics.find("population_in_family_households", geo, "all", "2020")
    households = statistics.find("households_family", geo, "all", "2020")
    if people and households and people.period == households.period:
        return people.count / households.count
    return statistics.newest("household_size_mean", geo, "all", "2020").value


def residence_size_shares(statistics: Statistics) -> Array:
    """Shares of households by size class, shape (2, N_SIZES)."""
    shares = np.array(
        [
            [
                statistics.newest("household_size_share", PROVINCE, f"{size} {r.key}").share
                for size in SIZE_CLASSES
            ]
            for r in RESIDENCES
        ]
    )
    return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def residence_households(statistics: Statistics) -> Array:
    """Urban and rural households: residents over the mean size, scaled to the sum of the cities."""
    persons = zone_persons(statistics).reshape(N_CITIES, 2).sum(axis=0)
    means = np.array(
        [statistics.newest("household_size_mean", PROVINCE, r.key, "2020").value for r in RESIDENCES]
    )
    households = persons / means
    return np.asarray(households * (city_households(statistics).sum() / households.sum()))


def zone_sizes(statistics: Statistics, parameters: PopulationParameters, persons: Array) -> Array:
    """Households by zone and size class.

    Raked over zone x size (5, 6, 7 apart): residents of each zone, households of each city, households of
    each size class by residence.
    """
    large = parameters.vector("large_household_shares")
    largest = N_SIZES + len(large) - 1
    of_size = np.arange(1, largest + 1, dtype=np.float64)
    size_class = np.minimum(np.arange(largest), N_SIZES - 1)
    shares = residence_size_shares(statistics)
    detailed = np.concatenate([shares[:, :-1], shares[:, -1:] * (large / large.sum())], axis=1)
    by_city = city_households(statistics)
    by_residence = residence_households(statistics)
    seed = (persons / (detailed @ of_size)[RESIDENCE_OF_ZONE])[:, None] * detailed[RESIDENCE_OF_ZONE]
    zone, column = np.divmod(np.arange(seed.size), largest)
    rows: list[Array] = []
    targets: list[float] = []
    for z in range(N_ZONES):
        rows.append((zone == z) * of_size[column])
        targets.append(float(persons[z]))
    for c in range(N_CITIES):
        rows.append((zone // 2 == c).astype(np.float64))
        targets.append(float(by_city[c]))
    for r in range(len(RESIDENCES)):
        for k in range(N_SIZES):
            rows.append(((zone % 2 == r) & (size_class[column] == k)).astype(np.float64))
            targets.append(float(by_residence[r] * shares[r, k]))
    table = rake(seed.reshape(-1), np.array(rows), np.array(targets)).reshape(seed.shape)
    return np.concatenate(
        [table[:, : N_SIZES - 1], table[:, N_SIZES - 1 :].sum(axis=1, keepdims=True)], axis=1
    )


def city_broad_ages(statistics: Statistics) -> Array:
    """Residents by city and broad age: census shares raked to the province; shape (N_CITIES, 3)."""
    persons = city_persons(statistics)
    seed = persons[:, None] * np.array(
        [[statistics.newest("population_share_age", c.key, a).share for a in BROAD_AGES] for c in CITIES]
    )
    newest = np.array([statistics.newest("population_share_age", PROVINCE, a).share for a in BROAD_AGES])
    column = persons.sum() * newest / newest.sum()
    for _ in range(50):
        seed *= (persons / seed.sum(axis=1))[:, None]
        seed *= column / seed.sum(axis=0)
    return np.asarray(seed)


def province_bands(statistics: Statistics, parameters: PopulationParameters) -> Array:
    """Residents of the province by MemberBand: published bands, tertiary students taken out of 18-59."""
    shares = {a: statistics.newest("population_share_age", PROVINCE, a).share for a in FINE_AGES}
    students = parameters.number("student_share")
    bands = np.empty(N_BANDS)
    bands[MemberBand.AGE_0_2] = shares["0-2"]
    bands[MemberBand.AGE_3_5] = shares["3-5"]
    bands[MemberBand.AGE_6_14] = shares["6-14"]
    bands[MemberBand.AGE_15_17] = shares["15-17"]
    bands[MemberBand.STUDENT] = students
    bands[MemberBand.AGE_18_59] = shares["18-59"] - students
    bands[MemberBand.AGE_60_79] = shares["60-79"]
    bands[MemberBand.AGE_80_PLUS] = shares["80+"]
    broad = city_broad_ages(statistics).sum(axis=0)
    for k in range(len(BROAD_AGES)):
        within = k == BROAD_OF_BAND
        bands[within] *= broad[k] / bands[within].sum()
    return bands


def residence_elder_odds(statistics: Statistics) -> float:
    """Odds of being 60 and over among rural residents relative to urban ones (2020)."""
    urban, rural = (
        statistics.newest("population_share_age", PROVINCE, f"60+ {r.key}").share for r in RESIDENCES
    )
    return float(rural / (1 - rural) / (urban / (1 - urban)))


def zone_ages(statistics: Statistics, parameters: PopulationParameters, persons: Array) -> Array:
    """Residents by zone and MemberBand.

    Raked over zone x band: residents of each zone, broad ages of each city, bands of the province. The odds
    of being old in the country and of being a student in town enter by the seed.
    """
    bands = province_bands(statistics, parameters)
    seed = persons[:, None] * (bands / bands.sum())
    rural = RESIDENCE_OF_ZONE == 1
    seed[np.ix_(rural, BROAD_OF_BAND == 2)] *= residence_elder_odds(statistics)
    seed[rural, MemberBand.STUDENT] *= parameters.number("student_rural_ratio")
    city_ages = city_broad_ages(statistics)
    for _ in range(200):
        seed *= bands / seed.sum(axis=0)
        for k in range(len(BROAD_AGES)):
            columns = k == BROAD_OF_BAND
            held = seed[:, columns].sum(axis=1).reshape(N_CITIES, 2).sum(axis=1)
            seed[:, columns] *= (city_ages[:, k] / held)[CITY_OF_ZONE][:, None]
        seed *= (persons / seed.sum(axis=1))[:, None]
    return seed
