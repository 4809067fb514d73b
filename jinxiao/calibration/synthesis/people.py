"""People of a household: ages of the head and of the children, given who lives in it."""

import numpy as np
from numpy.typing import NDArray
from scipy import special

from jinxiao.calibration.synthesis.draws import normal, uniform
from jinxiao.calibration.synthesis.parameters import PopulationParameters
from jinxiao.model.names import MemberBand

CHILD_BANDS = ((0, 36), (36, 72), (72, 180), (180, 216))
"""First month and end of the bands of children, in the order of MemberBand."""
_MOST_PER_BAND = 3
_NO_CHILD = np.int16(-1)
_BEYOND = np.int16(32000)


def child_ages(members: NDArray[np.int8], rng: np.random.Generator) -> NDArray[np.int16]:
    """Return the ages in months of the two youngest members below 18, youngest first, -1 for none.

    Ages are uniform within each member's band.

    Parameters
    ----------
    members : ndarray of int8, shape (n, N_BANDS)
    rng : Generator

    Returns
    -------
    ndarray of int16, shape (n, 2)
    """
    n = len(members)
    youngest = np.full((n, 2), _BEYOND, np.int16)
    for band, (first, end) in enumerate(CHILD_BANDS):
        for k in range(_MOST_PER_BAND):
            has = np.flatnonzero(members[:, band] > k)
            age = rng.integers(first, end, len(has)).astype(np.int16)
            lower, upper = youngest[has, 0], youngest[has, 1]
            youngest[has, 1] = np.minimum(upper, np.maximum(lower, age))
            youngest[has, 0] = np.minimum(lower, age)
    youngest[youngest == _BEYOND] = _NO_CHILD
    return youngest


def head_ages(
    members: NDArray[np.int8],
    children: NDArray[np.int16],
    parameters: PopulationParameters,
    rng: np.random.Generator,
) -> NDArray[np.int16]:
    """Return the age of the head in months.

    The head is the first member of 18-59; where there is none, an elder. Parents are ``parent_gap`` older
    than their oldest known child; couples without dependants are young or empty-nest.

    Parameters
    ----------
    members : ndarray of int8, shape (n, N_BANDS)
    children : ndarray of int16, shape (n, 2)
        From :func:`child_ages`.
    parameters : PopulationParameters
        ``head_age``, ``young_couple_share``, ``student_age``.
    rng : Generator
    """
    n = len(members)
    table = parameters.vectors("head_age")
    deviate = normal(rng, n)
    chance = uniform(rng, n)
    adults = members[:, MemberBand.AGE_18_59]
    elders = members[:, MemberBand.AGE_60_79]
    students = members[:, MemberBand.STUDENT] > 0
    years = np.empty(n, np.float32)
    ceiling = np.where(adults > 0, np.float32(59.9), np.float32(110.0))

    def assign(mask: NDArray[np.bool_], case: str, base: NDArray[np.floating] | float = 0.0) -> None:
        # truncated, not clipped: nobody's age piles up at a bound, so that as many turn 60 each month
        mean, deviation, least, most = table[case]
        highest = np.minimum(np.float32(most), np.maximum(ceiling[mask] - base, np.float32(least + 1.0)))
        low = special.ndtr((least - mean) / deviation)
        high = special.ndtr((highest - mean) / deviation)
        place = low + (high - low) * special.ndtr(deviate[mask])
        years[mask] = base + np.clip(mean + deviation * special.ndtri(place), least, highest)

    assign((adults == 0) & (elders > 0), "elder")
    assign((adults == 0) & (elders == 0), "old")
    oldest_child = np.where(children[:, 1] >= 0, children[:, 1], children[:, 0]).astype(np.float32) / 12
    oldest = np.where(students, np.float32(parameters.number("student_age")), oldest_child)
    childless = (adults > 0) & (oldest < 0)
    parents = (adults > 0) & (oldest >= 0)
    young = chance < parameters.number("young_couple_share")
    assign(childless & (adults >= 3), "with_adult_child")
    assign(childless & (adults == 2) & young, "young_couple")
    assign(childless & (adults == 2) & ~young, "empty_nest")
    assign(childless & (adults == 1) & (elders == 0), "single_adult")
    assign(childless & (adults == 1) & (elders > 0), "with_elder")
    assign(parents, "parent_gap", oldest[parents])
    return (np.minimum(years, ceiling) * 12).astype(np.int16)
