"""The calendar by month, 2023 to 2027: workdays, weekends, holidays and their blocks, school breaks.

Months are indexed as in ``names.month_index`` (0 is January 2024); 2023 has negative indices.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.statistics import DATA
from jinxiao.files.errors import InputError
from jinxiao.files.tables import read_table
from jinxiao.model.names import CITIES, FIRST_YEAR, N_CITIES

CALENDAR: Final = DATA / "calendar.csv"
SCHOOL_BREAKS: Final = DATA / "school_breaks.csv"
DAY_COLUMNS: Final = ("date", "weekday", "kind", "holiday_name_zh", "holiday_name_en", "source")
BREAK_COLUMNS: Final = (
    "place", "level", "kind", "start", "end", "school_year", "source_title", "source_url", "confidence",
)  # fmt: skip
KINDS: Final = ("workday", "weekend", "holiday", "makeup_workday")
SCHOOL_LEVEL: Final = "compulsory education"


@dataclass(frozen=True, slots=True)
class HolidayBlock:
    """An unbroken run of free days that contains a statutory holiday."""

    name_en: str
    name_zh: str
    start: date
    days: int


@dataclass(frozen=True)
class Calendar:
    """Free time by month.

    Attributes
    ----------
    first : int
        Month index of the first month (negative: before January 2024).
    workdays, weekend_days, holiday_days : ndarray of int16, shape (months,)
        Days by kind; make-up workdays count as workdays.
    longest_block : ndarray of int16, shape (months,)
        Longest unbroken run of free days that has a day in the month.
    school_break_days : ndarray of int16, shape (months, N_CITIES)
        Days of winter, summer, spring or autumn breaks of compulsory schools that are not free for all
        anyway.
    blocks : tuple of tuple of HolidayBlock
        Blocks that start in each month.
    projected : ndarray of bool, shape (months,)
        Whether the month rests on a projected calendar (no State Council notice yet).
    day_month, day_weekday, day_kind : ndarray of int64, shape (days,)
        Month index, weekday (0 Monday) and place in KINDS of each day.
    day_holiday : tuple of str
        English name of the holiday that each day belongs to; empty where none.
    school_off : ndarray of bool, shape (N_CITIES, days)
        Days of school breaks, weekends and holidays apart.
    """

    first: int
    workdays: NDArray[np.int16]
    weekend_days: NDArray[np.int16]
    holiday_days: NDArray[np.int16]
    longest_block: NDArray[np.int16]
    school_break_days: NDArray[np.int16]
    blocks: tuple[tuple[HolidayBlock, ...], ...]
    projected: NDArray[np.bool_]
    day_month: NDArray[np.int64]
    day_weekday: NDArray[np.int64]
    day_kind: NDArray[np.int64]
    day_holiday: tuple[str, ...]
    school_off: NDArray[np.bool_]

    @classmethod
    def load(cls, days_file: Path = CALENDAR, breaks_file: Path = SCHOOL_BREAKS) -> "Calendar":
        """Read the days and the school breaks and count them by month."""
        days = read_table(days_file, DAY_COLUMNS)
        dates = [date.fromisoformat(d) for d in days["date"]]
        kinds = list(days["kind"])
        for line, kind in enumerate(kinds, start=2):
            if kind not in KINDS:
                raise InputError(days_file, line, "kind", kind, " | ".join(KINDS))
        month = np.array([_month(d) for d in dates])
        first = int(month[0])
        n_months = int(month[-1]) - first + 1
        kind_code = np.array([KINDS.index(k) for k in kinds])
        free = np.isin(kind_code, (1, 2))
        names = list(zip(days["holiday_name_en"], days["holiday_name_zh"], strict=True))
        longest, blocks = _blocks(dates, free, kind_code == 2, names, first, n_months)
        off = _school_breaks(breaks_file, dates, free)
        breaks = np.zeros((n_months, N_CITIES), np.int16)
        np.add.at(breaks, month - first, off.T)

        def count(mask: NDArray[np.bool_]) -> NDArray[np.int16]:
            return np.bincount(month[mask] - first, minlength=n_months).astype(np.int16)

        projected = count(np.array([s == "projected" for s in days["source"]])) > 0
        return cls(
            first,
            count(~free),
            count(kind_code == 1),
            count(kind_code == 2),
            longest,
            breaks,
            blocks,
            projected,
            month.astype(np.int64),
            np.array([d.weekday() for d in dates]),
            kind_code.astype(np.int64),
            tuple(days["holiday_name_en"]),
            off,
        )

    def index(self, month: int) -> int:
        """Return the row of a month index (``names.month_index``); IndexError outside the calendar."""
        row = month - self.first
        if not 0 <= row < len(self.workdays):
            raise IndexError(
                f"month {month} is outside the calendar ({self.first} to {self.first + len(self) - 1})"
            )
        return row

    def __len__(self) -> int:
        return len(self.workdays)

    def free_days(self, month: int) -> int:
        """Weekend and holiday days of a month."""
        row = self.index(month)
        return int(self.weekend_days[row] + self.holiday_days[row])

    def holiday_blocks(self, month: int) -> tuple[HolidayBlock, ...]:
        """Holiday blocks that start in a month."""
        return self.blocks[self.index(month)]


def _month(day: date) -> int:
    return (day.year - FIRST_YEAR) * 12 + day.month - 1


def _blocks(
    dates: list[date],
    free: NDArray[np.bool_],
    holiday: NDArray[np.bool_],
    names: list[tuple[str, str]],
    first: int,
    n_months: int,
) -> tuple[NDArray[np.int16], tuple[tuple[HolidayBlock, ...], ...]]:
    """Runs of free days: the longest that touches each month, and holiday blocks by month of start."""
    longest = np.zeros(n_months, np.int16)
    by_month: list[list[HolidayBlock]] = [[] for _ in range(n_months)]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], free.astype(np.int8), [0]))))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        length = int(stop - start)
        for day in range(start, stop):
            row = _month(dates[day]) - first
            longest[row] = max(int(longest[row]), length)
        named = np.flatnonzero(holiday[start:stop])
        if len(named):
            en, zh = names[start + int(named[0])]
            by_month[_month(dates[start]) - first].append(HolidayBlock(en, zh, dates[start], length))
    return longest, tuple(tuple(b) for b in by_month)


def _school_breaks(file: Path, dates: list[date], free: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """School-break days on workdays by city and day; a city without its own dates has the province's."""
    position = {d: i for i, d in enumerate(dates)}
    rows = read_table(file, BREAK_COLUMNS)
    off = np.zeros((N_CITIES, len(dates)), bool)
    for place, level, start, end in zip(
        rows["place"], rows["level"], rows["start"], rows["end"], strict=True
    ):
        if level != SCHOOL_LEVEL or not start or not (place == "Shanxi" or place.startswith("Shanxi-")):
            continue
        cities = range(N_CITIES) if place == "Shanxi" else [_city(place.removeprefix("Shanxi-"), file)]
        day, last = date.fromisoformat(start), date.fromisoformat(end)
        while day <= last:
            if day in position:
                off[list(cities), position[day]] = True
            day += timedelta(days=1)
    return off & ~free


def _city(name: str, file: Path) -> int:
    keys = [c.key for c in CITIES]
    if name not in keys:
        raise InputError(file, 1, "place", name, ", ".join(keys))
    return keys.index(name)
