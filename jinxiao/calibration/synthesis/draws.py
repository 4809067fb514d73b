"""Random draws of the synthesis: one counter-based stream per (seed, zone, purpose)."""

import zlib

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def stream(seed: int, zone: int, purpose: str) -> np.random.Generator:
    """Return the generator of a zone and a purpose; adding a purpose changes no other stream."""
    key = np.random.SeedSequence([seed, zone, zlib.crc32(purpose.encode())])
    return np.random.Generator(np.random.Philox(key))


def normal(rng: np.random.Generator, *shape: int) -> Floats:
    """Standard normal draws in single precision."""
    return rng.standard_normal(shape, dtype=np.float32)


def uniform(rng: np.random.Generator, *shape: int) -> Floats:
    """Uniform draws on [0, 1) in single precision."""
    return rng.random(shape, dtype=np.float32)


def rank(values: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the rank of each value as a fraction in (0, 1): ``(position + 1/2) / n``."""
    n = len(values)
    result = np.empty(n, np.float32)
    result[np.argsort(values, kind="stable")] = (
        np.arange(n, dtype=np.float32) + np.float32(0.5)
    ) / np.float32(max(n, 1))
    return result


def systematic(expected: NDArray[np.floating], start: float) -> NDArray[np.int64]:
    """Round expected numbers by systematic sampling: each to its floor or ceiling, sums within one.

    Parameters
    ----------
    expected : ndarray, shape (n,)
        Expected numbers, in the (shuffled) order of the agents.
    start : float
        Uniform draw on [0, 1).
    """
    reached = np.floor(np.cumsum(expected, dtype=np.float64) + start)
    return np.diff(reached, prepend=0.0).astype(np.int64)


def choose(candidates: NDArray[np.int64], number: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Choose exactly ``number`` of ``candidates`` at random (all of them when there are fewer)."""
    number = int(min(max(number, 0), len(candidates)))
    return rng.permutation(candidates)[:number]


def integers_summing(shares: NDArray[np.floating], total: int) -> NDArray[np.int64]:
    """Return whole numbers in proportion to ``shares`` that sum to ``total`` (largest remainders)."""
    exact = np.asarray(shares, np.float64) / np.sum(shares, dtype=np.float64) * total
    whole = np.floor(exact).astype(np.int64)
    missing = int(total - whole.sum())
    if missing > 0:
        whole[np.argsort(whole - exact, kind="stable")[:missing]] += 1
    return whole
