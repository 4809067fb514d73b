"""Published statistics: every CSV of ``calibration/data/statistics`` as one table with a query by key.

A figure is addressed by ``(series, geo, breakdown, period)`` and never travels without its unit and source.
Where two rows have the same key the *newer file* wins (``at_hand.csv`` is the oldest; the others, collected
later, follow in alphabetical order), unless its figure is weaker evidence: a derived or assumed figure never
replaces an official or reported one. Within a file the better confidence wins, then the later row.
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd

from jinxiao.files.errors import InputError
from jinxiao.files.tables import Column, read_table

DATA: Final = Path(__file__).parent / "data"
STATISTICS: Final = DATA / "statistics"
OLDEST_FILE: Final = "at_hand.csv"
CONFIDENCES: Final = ("official", "reported", "derived", "assumed")
"""Grades of a published figure, best first."""
COLUMNS: Final[dict[str, Column]] = {
    "series": Column(str),
    "geo": Column(str),
    "breakdown": Column(str),
    "period": Column(str),
    "value": Column(float),
    "unit": Column(str),
    "source_title": Column(str, required=False),
    "source_url": Column(str, required=False),
    "confidence": Column(str),
    "note": Column(str, required=False),
}
"""Columns of a file; a derived or assumed figure may give its arithmetic in ``note`` for a source."""
_YEAR: Final = re.compile(r"\d{4}")

Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Statistic:
    """One published figure with its unit, source and confidence.

    Attributes
    ----------
    series, geo, breakdown, period : str
        The key: what, where, of whom, when.
    value : float
        The figure in ``unit``.
    unit : str
        Unit as published, e.g. ``yuan/year`` or ``10k persons``.
    source, url : str
        Publisher and title, and where the figure was seen; of a derived or assumed figure its arithmetic.
    confidence : str
        ``official``, ``reported``, ``derived`` or ``assumed``.
    note : str
        Arithmetic, range, doubts.
    """

    series: str
    geo: str
    breakdown: str
    period: str
    value: float
    unit: str
    source: str
    url: str
    confidence: str
    note: str

    @property
    def key(self) -> Key:
        """``(series, geo, breakdown, period)``."""
        return self.series, self.geo, self.breakdown, self.period

    @property
    def count(self) -> float:
        """The figure in single units: ``10k persons`` and ``100m yuan`` multiplied out."""
        return self.value * unit_factor(self.unit)

    @property
    def share(self) -> float:
        """A percentage as a fraction of one."""
        return self.value / 100.0

    @property
    def cited(self) -> str:
        """``source (period, confidence)`` for tables."""
        return f"{self.source} ({self.period}, {self.confidence})"


def unit_factor(unit: str) -> float:
    """Return how many single units one unit is: 1e4 for ``10k``, 1e6 for ``million``, 1e8 for ``100m``, 1e12 for ``trillion``."""
    if unit.startswith("10k"):
        return 1e4
    if unit.startswith("100m"):
        return 1e8
    if unit.startswith("million"):
        return 1e6
    if unit.startswith("trillion"):
        return 1e12
    return 1.0


class Statistics:
    """All published figures at hand, by key.

    Parameters
    ----------
    records : list of Statistic
        In order of precedence, later over earlier (see the rule in the module's docstring).
    """

    def __init__(self, records: list[Statistic]) -> None:
        self._by_key: dict[Key, Statistic] = {}
        for record in records:
            held = self._by_key.get(record.key)
            if held is None or _may_replace(record, held):
                self._by_key[record.key] = record
        self._periods: dict[tuple[str, str, str], list[str]] = {}
        for series, geo, breakdown, period in self._by_key:
            self._periods.setdefault((series, geo, breakdown), []).append(period)

    @classmethod
    def load(cls, folder: Path = STATISTICS) -> "Statistics":
        """Read every CSV of ``folder``; a row without unit or source is refused with InputError."""
        return cls([record for file in statistics_files(folder) for record in read_statistics(file)])

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[Statistic]:
        return iter(self._by_key.values())

    def record(self, series: str, geo: str, breakdown: str, period: str) -> Statistic:
        """Return the record with this key; KeyError names the periods there are."""
        try:
            return self._by_key[series, geo, breakdown, period]
        except KeyError:
            periods = ", ".join(sorted(self._periods.get((series, geo, breakdown), []))) or "none"
            raise KeyError(
                f"no {series} of {geo} ({breakdown}) for {period}; periods at hand: {periods}"
            ) from None

    def value(self, series: str, geo: str, breakdown: str, period: str) -> float:
        """Return the figure in its own unit."""
        return self.record(series, geo, breakdown, period).value

    def newest(self, series: str, geo: str, breakdown: str = "all", up_to: str = "2024") -> Statistic:
        """Return the record of the newest whole year not after ``up_to``; KeyError where there is none."""
        found = self.find(series, geo, breakdown, up_to)
        if found is None:
            raise KeyError(f"no {series} of {geo} ({breakdown}) for a whole year up to {up_to}")
        return found

    def find(self, series: str, geo: str, breakdown: str = "all", up_to: str = "2024") -> Statistic | None:
        """Like :meth:`newest`, but None where there is nothing."""
        years = [
            p for p in self._periods.get((series, geo, breakdown), []) if _YEAR.fullmatch(p) and p <= up_to
        ]
        return self._by_key[series, geo, breakdown, max(years)] if years else None

    @cached_property
    def table(self) -> pd.DataFrame:
        """All records as a data frame, one row each."""
        return pd.DataFrame({name: [getattr(r, name) for r in self] for name in Statistic.__slots__})


def statistics_files(folder: Path = STATISTICS) -> list[Path]:
    """Return the CSV files of ``folder`` from the oldest to the newest."""
    return sorted(folder.glob("*.csv"), key=lambda p: (p.name != OLDEST_FILE, p.name))


def read_statistics(file: Path) -> list[Statistic]:
    """Read one CSV of statistics; refuse the first bad row with one line that names file, line and field."""
    rows = read_table(file, COLUMNS)
    lines = rows.index.tolist()
    return [_statistic(row, file, line) for line, row in zip(lines, rows.to_dict("records"), strict=True)]


def _statistic(row: Mapping[Hashable, Any], file: Path, line: int) -> Statistic:
    confidence = row["confidence"]
    if confidence not in CONFIDENCES:
        raise InputError(file, line, "confidence", confidence, " | ".join(CONFIDENCES))
    own_arithmetic = row["note"] if confidence in CONFIDENCES[2:] else ""
    source = row["source_title"] or own_arithmetic
    if not source:
        allowed = "a source; a derived or assumed figure may give its arithmetic in note"
        raise InputError(file, line, "source_title", "nothing", allowed)
    return Statistic(
        row["series"], row["geo"], row["breakdown"], row["period"], row["value"], row["unit"], source,
        row["source_url"], confidence, row["note"],
    )  # fmt: skip


def _may_replace(new: Statistic, held: Statistic) -> bool:
    """Whether a newer row may take the place of an older one with the same key."""
    grade = CONFIDENCES.index(new.confidence)
    return grade <= 1 or grade <= CONFIDENCES.index(held.confidence)
