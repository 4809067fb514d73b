"""Durables of a zone's households: units to published ownership, ages from stationary replacement."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

from jinxiao.calibration.statistics import Statistics
from jinxiao.calibration.synthesis.draws import systematic
from jinxiao.calibration.synthesis.margins import PROVINCE, RESIDENCE_OF_ZONE
from jinxiao.calibration.synthesis.parameters import PopulationParameters
from jinxiao.model.names import DURABLES, N_DURABLES, N_SLOTS, RESIDENCES, MemberBand

PUBLISHED_NAME: Final = {
    "car": "car", "ebike": "e-bike", "fridge": "fridge", "washer": "washing machine", "ac": "air conditioner",
    "tv": "television", "water_heater": "water heater", "computer": "computer", "phone": "mobile phone",
    "kitchen": "range hood", "tablet_watch": "tablet or watch", "renovation": "home renewal",
}  # fmt: skip
"""Name of each class in the published statistics."""
SURVEYED: Final = tuple(d for d in DURABLES if d.key != "renovation")
"""Classes whose ownership is surveyed; the home to renew is what every owner of a home has."""
FIRST_SLOT: Final = np.concatenate([[0], np.cumsum([d.slots for d in DURABLES])])
RANK_BINS: Final = 64
ADULT_CLASSES: Final = 5
_AGE_GRID: Final = 4096


def ownership(statistics: Statistics, parameters: PopulationParameters) -> NDArray[np.float64]:
    """Units per household, shape (2, N_DURABLES): published ownership carried from its year to the start; 0 unsurveyed."""
    growth = parameters.table("ownership_growth")
    return np.array(
        [
            [
                published_ownership(statistics, d.key, r.key) / 100 * growth[d.key] if d in SURVEYED else 0.0
                for d in DURABLES
            ]
            for r in RESIDENCES
        ]
    )


def published_ownership(statistics: Statistics, durable: str, residence: str) -> float:
    """Units per 100 households as published."""
    return statistics.newest("ownership_per_100", PROVINCE, f"{PUBLISHED_NAME[durable]} {residence}").value


def expected_units(
    cells: NDArray[np.float64], means: NDArray[np.float64], parameters: PopulationParameters
) -> NDArray[np.float64]:
    """Return expected units by income rank and adults, shape (N_DURABLES, RANK_BINS, ADULT_CLASSES).

    ``slots * logistic(a + slope_income * z + slope_adults * adults)``; ``a`` is solved so that the mean over
    the cells is the published one.

    Parameters
    ----------
    cells : ndarray, shape (RANK_BINS, ADULT_CLASSES)
        Households of town or country by rank of income per head and number of adults.
    means : ndarray, shape (N_DURABLES,)
        Units per household.
    parameters : PopulationParameters
        ``ownership_slopes``.
    """
    z = special.ndtri((np.arange(RANK_BINS) + 0.5) / RANK_BINS)
    adults = np.arange(ADULT_CLASSES, dtype=np.float64)
    slopes = parameters.vectors("ownership_slopes")
    share = cells / cells.sum()
    result = np.empty((N_DURABLES, RANK_BINS, ADULT_CLASSES))
    for k, durable in enumerate(DURABLES):
        by_income, by_adults = slopes[durable.key]
        index = by_income * z[:, None] + by_adults * adults[None, :]
        low, high = -30.0, 30.0
        for _ in range(60):
            middle = 0.5 * (low + high)
            mean = durable.slots * float((share * special.expit(index + middle)).sum())
            low, high = (middle, high) if mean < means[k] else (low, middle)
        result[k] = durable.slots * special.expit(index + 0.5 * (low + high))
    return result


def adult_class(members: NDArray[np.int8]) -> NDArray[np.int64]:
    """Members of 18-79, students included, in at most ``ADULT_CLASSES`` classes."""
    adults = members[:, [MemberBand.STUDENT, MemberBand.AGE_18_59, MemberBand.AGE_60_79]].sum(
        axis=1, dtype=np.int64
    )
    return np.minimum(adults, ADULT_CLASSES - 1)


def age_tables(statistics: Statistics, parameters: PopulationParameters) -> NDArray[np.int8]:
    """Return quantiles of unit ages in quarters of a year by class, shape (N_DURABLES, grid).

    In a stationary stock whose lifetimes are Weibull with shape ``k`` and the published mean, the density of
    ages is the survival function over the mean: ``F(a) = P(1/k, (a / scale)^k)`` (regularised lower
    incomplete gamma).
    """
    shape = parameters.number("service_life_shape")
    u = (np.arange(_AGE_GRID) + 0.5) / _AGE_GRID
    tables = np.empty((N_DURABLES, _AGE_GRID), np.int8)
    for k, durable in enumerate(DURABLES):
        mean = 4 * statistics.value("service_life_mean", "China", PUBLISHED_NAME[durable.key], "2021..2024")
        scale = mean / special.gamma(1 + 1 / shape)
        quarters = np.floor(scale * special.gammaincinv(1 / shape, u) ** (1 / shape))
        tables[k] = np.minimum(quarters, np.iinfo(np.int8).max)
    return tables


def unit_ages(
    zone: int,
    rank_bin: NDArray[np.int64],
    adults: NDArray[np.int64],
    expected: NDArray[np.float64],
    ages: NDArray[np.int8],
    owner: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[np.int8]:
    """Return the ages in quarters of all units of a zone's households, -1 for an empty slot, shape (n, N_SLOTS).

    Units are expected numbers rounded by systematic sampling over the households, so that ownership is met
    within one unit.

    Parameters
    ----------
    zone : int
    rank_bin, adults : ndarray of int, shape (n,)
        Cell of each household.
    expected : ndarray, shape (2, N_DURABLES, RANK_BINS, ADULT_CLASSES)
        From :func:`expected_units`, by residence.
    ages : ndarray of int8, shape (N_DURABLES, grid)
        From :func:`age_tables`.
    owner : ndarray of bool, shape (n,)
        Whether the household owns its home, and so has one to renew.
    rng : Generator
    """
    n = len(rank_bin)
    result = np.full((n, N_SLOTS), -1, np.int8)
    table = expected[RESIDENCE_OF_ZONE[zone]]
    order = rng.permutation(n)
    for k, durable in enumerate(DURABLES):
        units = np.empty(n, np.int64)
        wanted = table[k, rank_bin[order], adults[order]]
        units[order] = np.minimum(systematic(wanted, float(rng.random())), durable.slots)
        if durable not in SURVEYED:
            units[:] = owner
        for slot in range(durable.slots):
            owners = np.flatnonzero(units > slot)
            drawn = rng.integers(0, ages.shape[1], len(owners))
            result[owners, FIRST_SLOT[k] + slot] = ages[k, drawn]
    return result


def units(durable_age: NDArray[np.int8], durable: int) -> NDArray[np.int64]:
    """Return how many units of a class each household has."""
    return np.asarray((durable_age[:, FIRST_SLOT[durable] : FIRST_SLOT[durable + 1]] >= 0).sum(axis=1))


def income_bin(rank: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return the rank bin of a rank in [0, 1]."""
    return np.minimum((rank * RANK_BINS).astype(np.int64), RANK_BINS - 1)
