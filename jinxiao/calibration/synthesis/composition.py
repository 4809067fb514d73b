"""Composition of households: family types raked to the margins of each zone, in whole households."""

from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.synthesis.draws import stream, systematic
from jinxiao.calibration.synthesis.margins import BROAD_AGES, BROAD_OF_BAND, N_SIZES, Margins
from jinxiao.calibration.synthesis.parameters import PopulationParameters
from jinxiao.calibration.synthesis.raking import rake
from jinxiao.model.names import N_BANDS, N_ZONES, MemberBand

N_DEPENDANT_BANDS = int(MemberBand.STUDENT) + 1
MAX_SWAPS = 4000
"""Most swaps of one household for another in the rounding of a zone."""
BROAD_WEIGHT, PERSONS_WEIGHT = 3.0, 10.0
"""Weight of broad ages and of persons in the rounding, relative to a single size or band."""


@dataclass(frozen=True)
class Types:
    """Family types of the seed.

    Attributes
    ----------
    members : ndarray of int8, shape (types, N_BANDS)
        Members by MemberBand.
    seed : ndarray, shape (types,)
        Share of households before raking.
    """

    members: NDArray[np.int8]
    seed: NDArray[np.float64]

    @property
    def size_class(self) -> NDArray[np.int64]:
        """Column of the size table (0 for one person, last for five and more)."""
        return np.minimum(self.members.sum(axis=1, dtype=np.int64), N_SIZES) - 1

    @property
    def contributions(self) -> NDArray[np.float64]:
        """What a household of each type adds to sizes and ages, shape (N_SIZES + N_BANDS, types)."""
        sizes = (self.size_class[None, :] == np.arange(N_SIZES)[:, None]).astype(np.float64)
        return np.concatenate([sizes, self.members.T.astype(np.float64)])


def family_types(parameters: PopulationParameters) -> Types:
    """Return every adult structure with every set of dependants, with its seed share."""
    largest = int(parameters.number("largest_household"))
    odds = parameters.vector("dependant_weights")
    odds = odds / odds.sum()
    members: list[NDArray[Any]] = []
    shares: list[float] = []
    for adults, elders, old, share, *by_number in parameters.vectors("adult_structures").values():
        for number, number_share in enumerate(by_number):
            if number_share <= 0 or adults + elders + old + number > largest:
                continue
            for bands in combinations_with_replacement(range(N_DEPENDANT_BANDS), number):
                row = np.zeros(N_BANDS, np.int8)
                np.add.at(row, list(bands), 1)
                arrangements = factorial(number) / np.prod(
                    [factorial(int(c)) for c in row[:N_DEPENDANT_BANDS]]
                )
                row[MemberBand.AGE_18_59 :] = [int(adults), int(elders), int(old)]
                members.append(row)
                shares.append(share * number_share * float(arrangements * np.prod(odds[list(bands)])))
    table, seed = np.array(members, np.int8), np.array(shares)
    order = _ordering(table)
    return Types(table[order], (seed / seed.sum())[order])


def _ordering(members: NDArray[np.int8]) -> NDArray[np.int64]:
    """Order types so that neighbours are alike, which lowers the variance of systematic sampling."""
    keys = [members[:, b] for b in range(N_DEPENDANT_BANDS)]
    size = members.sum(axis=1, dtype=np.int8)
    return np.lexsort([*keys, size, members[:, MemberBand.AGE_60_79], members[:, MemberBand.AGE_80_PLUS]])


def household_counts(margins: Margins, types: Types, scale: int, seed: int) -> NDArray[np.int64]:
    """Return how many sampled households of each type each zone has, shape (N_ZONES, types).

    Each zone is raked to its sizes and ages, divided by ``scale``, rounded to exactly ``round(households /
    scale)`` by systematic sampling, and improved by controlled rounding. What a zone's rounding misses is
    added to the next zone's margins, so that the errors of the province do not grow with the number of zones.
    """
    contributions = types.contributions
    counts = np.zeros((N_ZONES, len(types.seed)), np.int64)
    missed = np.zeros(len(contributions))
    for zone in range(N_ZONES):
        targets = np.concatenate([margins.sizes[zone], margins.ages[zone]])
        real = rake(types.seed, contributions, targets)
        sampled = max(int(np.rint(margins.households[zone] / scale)), 1)
        expected = real * (sampled / real.sum())
        start = float(stream(seed, zone, "types").random())
        whole = _exactly(systematic(expected, start), sampled)
        wanted = targets * (sampled / margins.households[zone]) + missed
        counts[zone] = controlled_rounding(whole, expected, *_with_totals(contributions, wanted))
        missed = wanted - contributions @ counts[zone]
        missed[:N_SIZES] -= missed[:N_SIZES].mean()
    return counts


def _with_totals(
    contributions: NDArray[np.float64], targets: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Append broad ages and persons to sizes and bands; return contributions, targets and weights."""
    broad = (np.arange(len(BROAD_AGES))[:, None] == BROAD_OF_BAND[None, :]).astype(np.float64)
    collect = np.concatenate([broad, np.ones((1, N_BANDS))])
    rows = np.concatenate([contributions, collect @ contributions[N_SIZES:]])
    goals = np.concatenate([targets, collect @ targets[N_SIZES:]])
    weights = np.ones(len(goals))
    weights[len(targets) : -1] = BROAD_WEIGHT
    weights[-1] = PERSONS_WEIGHT
    return rows, goals, weights


def _exactly(whole: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Correct the last unit of a systematic sample, which may be off by one through the random start."""
    gap = total - int(whole.sum())
    if gap:
        whole = whole.copy()
        whole[int(np.argmax(whole))] += gap
    return whole


def controlled_rounding(
    whole: NDArray[np.int64],
    expected: NDArray[np.float64],
    contributions: NDArray[np.float64],
    targets: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Swap households between types, within floor and ceiling, while the margins come closer.

    Parameters
    ----------
    whole : ndarray of int, shape (types,)
        Rounded numbers of households; their sum is kept.
    expected : ndarray, shape (types,)
        Numbers before rounding.
    contributions : ndarray, shape (margins, types)
    targets : ndarray, shape (margins,)
        Margins of the sample.
    weights : ndarray, shape (margins,)
        Deviations are squared, weighed and taken relative to the target.

    Returns
    -------
    ndarray of int, shape (types,)
    """
    unit = np.sqrt(weights / np.maximum(targets, 1.0))
    scaled = contributions * unit[:, None]
    goal = targets * unit
    gram = scaled.T @ scaled
    norm = np.diag(gram)
    distance = norm[:, None] + norm[None, :] - 2 * gram
    floor = np.floor(expected).astype(np.int64)
    counts = whole.copy()
    gap = goal - scaled @ counts
    for _ in range(MAX_SWAPS):
        pull = scaled.T @ gap
        change = distance + 2 * (pull[:, None] - pull[None, :])
        change[counts <= floor, :] = np.inf
        change[:, counts > floor] = np.inf
        best = int(change.argmin())
        out, into = divmod(best, len(counts))
        if change[out, into] >= -1e-9:
            break
        counts[out] -= 1
        counts[into] += 1
        gap = gap + scaled[:, out] - scaled[:, into]
    return counts
