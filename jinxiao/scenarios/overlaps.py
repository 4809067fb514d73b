"""What two measures do to the same people in the same months: each such pair is declared in the plan's file, with the reason.

Two instruments of two measures *meet* when they are of one kind, act in one zone in one month, and on the same people, goods or
sectors. Meeting is no double counting where each adds something of its own (a gift and a prize are both money); the plan says so.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from jinxiao.scenarios.levers import Instrument
from jinxiao.scenarios.levers.transfers import Transfer
from jinxiao.scenarios.measure import Measure

TARGETS = ("durables", "goods", "sectors", "markets", "split", "sector", "to", "scheme")
"""Fields that say on what an instrument acts; one without any acts on its zones as a whole."""


class Meeting(NamedTuple):
    """Two instruments that act on the same people in the same months, as ``MEASURE.KEY``."""

    one: str
    other: str

    @property
    def measures(self) -> tuple[int, int]:
        """The two measures."""
        return int(self.one.split(".")[0]), int(self.other.split(".")[0])


def meetings(measures: dict[int, Measure], first: int, months: int) -> list[Meeting]:
    """Return the pairs of instruments of different measures that meet.

    Parameters
    ----------
    measures : mapping of int to Measure
    first, months : int
        Month from which they are looked at, and how many months.
    """
    every = [
        (number, f"{number}.{key}", instrument, active(instrument, first, months))
        for number, measure in measures.items()
        for key, instrument in measure.instruments.items()
    ]
    return [
        Meeting(one, other)
        for (n, one, a, in_a), (m, other, b, in_b) in combinations(every, 2)
        if n != m and in_a & in_b and meets(a, b)
    ]


def active(instrument: Instrument, first: int, months: int) -> set[int]:
    """Return the months in which an instrument acts, from its start to its end, in its calendar months."""
    calendar = getattr(instrument, "months", ())
    return {
        month
        for month in range(max(first, instrument.start), first + months)
        if (instrument.end is None or month <= instrument.end)
        and (not calendar or month % 12 + 1 in calendar)
    }


def meets(a: Instrument, b: Instrument) -> bool:
    """Return whether two instruments act on the same people, goods or sectors in the same zones."""
    if a.kind != b.kind or not a.geo.mask & b.geo.mask:
        return False
    if isinstance(a, Transfer) and isinstance(b, Transfer):
        return _pay_the_same(a, b)
    return bool(set(_targets(a)) & set(_targets(b)))


def _targets(instrument: Instrument) -> Iterator[str]:
    named = [name for name in TARGETS if getattr(instrument, name, None)]
    for name in named:
        value = getattr(instrument, name)
        yield from [value] if isinstance(value, str) else map(str, value)
    if not named:
        yield "all"


def _pay_the_same(a: Transfer, b: Transfer) -> bool:
    """Return whether two payments have a basis in common, at ages and in occupations in common."""
    if a.basis != b.basis:
        return False
    low = max(a.age_min.value, b.age_min.value)
    high = min(a.age_max.value, b.age_max.value)
    trades = not a.occupations or not b.occupations or set(a.occupations) & set(b.occupations)
    return low < high and bool(trades)
