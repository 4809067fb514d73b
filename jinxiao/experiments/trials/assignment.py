"""Who is treated: draws arms, cohorts and the running variable, and the bits by which rules know an arm."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from jinxiao.experiments.trials.trial_file import Assignment, Attribute, Lottery, Queue, RollOut, Threshold

TREATED, CONTROL, OUTSIDE = 1, 0, -1
CONTROL_BIT, OUTSIDE_BIT = 1 << 6, 1 << 7
"""Bits of households that are not treated; cohorts have the bits below, so that no household of a trial has none."""


@dataclass(frozen=True)
class Assigned:
    """Arms of all households.

    Attributes
    ----------
    arm : ndarray of int8, shape (households,)
        TREATED, CONTROL, or OUTSIDE of the trial.
    running : ndarray, shape (households,)
        Distance to winning, 0 or more on the treated side; NaN where there is no such thing.
    cohort : ndarray of int8, shape (households,)
        Number of the cohort from 1; 0 never enters.
    entry : tuple of int
        Month of entry of each cohort, relative to the start.
    """

    arm: np.ndarray
    running: np.ndarray
    cohort: np.ndarray
    entry: tuple[int, ...]

    @property
    def groups(self) -> np.ndarray:
        """Bits for the ``group`` column."""
        cohort = self.cohort.astype(np.int64)
        bits = np.where(cohort > 0, 1 << np.maximum(cohort - 1, 0), CONTROL_BIT)
        return np.asarray(np.where(self.arm == OUTSIDE, OUTSIDE_BIT, bits), dtype=np.uint8)

    def mask(self, month: int) -> int:
        """Return the bits of those who have entered by a month, relative to the start."""
        return sum(1 << k for k, entry in enumerate(self.entry) if entry <= month)


def chance(trial: str, seed: int) -> np.random.Generator:
    """Return the random numbers of a trial's own draws: no other trial and no draw shares them."""
    digest = hashlib.sha256(trial.encode()).digest()
    key = [seed, *np.frombuffer(digest[:8], np.uint32).tolist()]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(key)))


def assign(
    how: Assignment, who: Attribute | None, values: Mapping[str, np.ndarray], random: np.random.Generator
) -> Assigned:
    """Return the arms.

    Parameters
    ----------
    how : Assignment
    who : expression of attributes, optional
        Households in the trial.
    values : mapping of str to ndarray
        Attributes by name; ``zone`` and ``city`` among them.
    random : Generator
    """
    n = len(values["zone"])
    asked = [e for e in (who, how.among) if e is not None]
    eligible = np.logical_and.reduce([np.ones(n, dtype=bool), *[e(values) != 0 for e in asked]])
    running = np.full(n, np.nan)
    entry: tuple[int, ...] = (0,)
    if isinstance(how, RollOut):
        cohort, entry = _cohorts(how, values, random)
    else:
        if isinstance(how, Lottery):
            treated = random.random(n) < how.share
        elif isinstance(how, Queue):
            running = how.capacity - random.random(n)
            treated = running >= 0.0
        elif isinstance(how, Threshold):
            running = (how.of(values) - how.cutoff) * (1.0 if how.side == "at_or_above" else -1.0)
            treated = running >= 0.0 if how.side == "at_or_above" else running > 0.0
        else:
            treated = how.treated(values) != 0
        cohort = treated.astype(np.int8)
    arm = np.where(eligible, np.where(cohort > 0, TREATED, CONTROL), OUTSIDE).astype(np.int8)
    cohort = np.where(eligible, cohort, 0).astype(np.int8)
    return Assigned(arm, running, cohort, entry)


def _cohorts(
    how: RollOut, values: Mapping[str, np.ndarray], random: np.random.Generator
) -> tuple[np.ndarray, tuple[int, ...]]:
    n = len(values["zone"])
    if how.by == "household":
        place = random.random(n)
    else:
        code = values[how.by].astype(np.int64)
        order = random.permutation(int(code.max()) + 1)
        count = np.bincount(code, minlength=len(order))[order]
        middle = (np.cumsum(count) - 0.5 * count) / n
        by_code = np.empty(len(order))
        by_code[order] = middle
        place = by_code[code]
    ends = np.cumsum([c.share for c in how.cohorts])
    number = np.searchsorted(ends, place, side="right") + 1
    return np.where(number > len(ends), 0, number).astype(np.int8), tuple(c.month for c in how.cohorts)
