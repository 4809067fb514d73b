"""What the benchmarks share: the province to run, repeated months of its households, and the line they print last."""

import inspect
import json
import os
import resource
import statistics
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: the sides are compared on one thread each

import numpy as np

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.world import World
from jinxiao.model import economy as economies
from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import Policy
from jinxiao.model.economy import Economy
from jinxiao.model.households.loop import N_BLOCKS, household_block
from jinxiao.scenarios.plan import load_plan

PLAN = "shanxi-2025"
HORIZON = 48
START = 21
"""First month that is timed: October 2025, when every measure of the plan runs."""
MONTHS = 3
"""Months that are timed."""


def say(text: str) -> None:
    """Report progress on stderr, so that stdout holds the result alone."""
    print(text, file=sys.stderr, flush=True)


def load_province(scale: int) -> tuple[World, Baseline]:
    """Return the world at a scale and the baseline at central parameters."""
    world = World.load(scale=scale)
    return world, fit_baseline(world, load_parameters().central())


def whole_plan() -> Policy:
    """Return the policy under which every measure of the plan runs: the month with the most to do."""
    plan = load_plan(PLAN)
    return plan.scenario(*plan.measures, reference="without").policy(HORIZON)


class Spread(NamedTuple):
    """Median, smallest and largest of repeated measurements."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Summarise measurements."""
        return cls(statistics.median(values), min(values), max(values))

    def rounded(self, digits: int = 1) -> dict[str, float]:
        """Return the three numbers under the names used in the printed line."""
        return {
            "median": round(self.median, digits),
            "min": round(self.low, digits),
            "max": round(self.high, digits),
        }


def peak_memory() -> float:
    """Return the largest resident size of this process so far, GiB (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2.0**20


def finish(name: str, ratio: float, unit: str, **more: Any) -> None:
    """Print the one line that a benchmark ends with."""
    print(json.dumps({"name": name, "ratio": round(ratio, 2), "unit": unit, **more}, ensure_ascii=False))


class RecordedMonths:
    """Consecutive months of the household block, each with all that it reads, that can be lived again from the start.

    Parameters
    ----------
    economy : Economy
        A run at the month before the first one recorded.
    count : int
        Months.

    Attributes
    ----------
    months : list of HouseholdMonth
        What the households were told, as it stood when pools had closed.
    given : list of dict
        Other arrays that the block reads, by name.
    books : dict of str to tuple
        Shape of each book that it keeps, blocks first.
    conditions : list of Conditions
        Policy of each month.
    economy : Economy
        The run at the start of those months.
    """

    ARGUMENTS = tuple(inspect.signature(household_block.py_func).parameters)
    """Names of what the block is given."""
    OWN = ("block", "start", "stop", "h", "p", "m", "diaries")
    """Those that are neither a book nor an array that it only reads."""

    def __init__(self, economy: Economy, count: int) -> None:
        self.economy = economy
        self.months, self.given, self.conditions = [], [], []
        run = economy.fork(economy.policy)
        last: dict[str, Any] = {}

        def watch(*values: Any) -> None:
            # a month may be tried or rehearsed several times before it is lived: what counts is the last
            last.update(zip(self.ARGUMENTS, values, strict=True))
            household_block(*values)

        economies.household_block = watch
        try:
            for _ in range(count):
                run.run_for(1)
                self._keep(last)
                self.conditions.append(run.conditions)
        finally:
            economies.household_block = household_block

    def _keep(self, call: dict[str, Any]) -> None:
        rest = {n: v for n, v in call.items() if n not in self.OWN}
        # books are known by their shape: they have a row a block
        books = {n: v.shape for n, v in rest.items() if v.ndim > 1 and len(v) == N_BLOCKS}
        month = call["m"]
        arrays = {k: v.copy() for k, v in month._asdict().items() if isinstance(v, np.ndarray)}
        self.months.append(month._replace(**arrays))
        self.given.append({n: v.copy() for n, v in rest.items() if n not in books})
        self.books = books
        self.diaries = call["diaries"]

    def fresh(self) -> Economy:
        """Return a run at the start of the months, with its own copy of the state."""
        return self.economy.fork(self.economy.policy)

    def empty_books(self) -> dict[str, np.ndarray]:
        """Return empty books for a month."""
        return {name: np.zeros(shape) for name, shape in self.books.items()}

    def live(self, run: Economy, k: int, books: dict[str, np.ndarray]) -> None:
        """Take all households of ``run`` through recorded month ``k``."""
        same = {
            "h": run.state.households, "p": run.household_parameters, "m": self.months[k], "diaries": self.diaries,
            **self.given[k], **books,
        }  # fmt: skip
        for block in range(N_BLOCKS):
            own = {"block": block, "start": run.edges[block], "stop": run.edges[block + 1]}
            household_block(*(own[n] if n in own else same[n] for n in self.ARGUMENTS))
