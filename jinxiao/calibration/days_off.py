"""Days off that people really have, by month: who works when, when school is off, and what a few days of leave add.

A *pattern* is a set of calendars that all who would travel together keep: bit 0 formal workers (weekends, statutory holidays,
make-up workdays), bit 1 migrant workers (Sundays, the statutory days of a holiday, a long Spring Festival), bit 2 pupils
(weekends, holidays, school breaks). Who keeps no calendar (retired, farmers, owners of a shop, those who work by the day)
sets no bit.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.calendar import KINDS, Calendar
from jinxiao.model.households.rules import (
    FORMAL_CALENDAR,
    LONGEST_BLOCK,
    MOST_LEAVE,
    N_PATTERNS,
    PUPIL_CALENDAR,
    WORKER_CALENDAR,
)
from jinxiao.model.names import N_PERIODS, Period

SPRING_FESTIVAL = "Spring Festival"
_SUNDAY = 6
_WEEKEND = 2.0


class DaysOff(NamedTuple):
    """Days off by month, city and pattern.

    Attributes
    ----------
    blocks : ndarray of int8, shape (months, cities, patterns, MOST_LEAVE + 1)
        Longest run of days on which all calendars of the pattern are free, after so many days of leave of the formal
        worker, days; LONGEST_BLOCK at most.
    days : ndarray of int8, shape (months, cities, patterns)
        All days on which they are free, leave apart.
    holidays : ndarray of int8, shape (months, cities, patterns)
        Of these, days of statutory holidays with the days moved next to them.
    spring_festival : ndarray of bool, shape (months,)
        Whether the month has the Spring Festival holiday (the greater part of it).
    """

    blocks: NDArray[np.int8]
    days: NDArray[np.int8]
    holidays: NDArray[np.int8]
    spring_festival: NDArray[np.bool_]


def days_off(calendar: Calendar, statutory_days: NDArray[np.float64], worker_spring_days: int) -> DaysOff:
    """Return days off by month, city and pattern.

    Parameters
    ----------
    calendar : Calendar
    statutory_days : ndarray, shape (2, lengths)
        Lengths from which a holiday, moved days included, has so many days off for all by law, and these days.
    worker_spring_days : int
        Days for which they are away from work at Spring Festival, centred on the holiday.
    """
    free = np.isin(calendar.day_kind, (KINDS.index("weekend"), KINDS.index("holiday")))
    holiday = calendar.day_kind == KINDS.index("holiday")
    month = _month_of_trip(calendar.day_month - calendar.first, free)
    spring = np.array([SPRING_FESTIVAL in name for name in calendar.day_holiday]) & holiday
    worker = _worker_days(calendar.day_weekday, holiday, spring, statutory_days, worker_spring_days)
    n_months = len(calendar)
    kinds, city_kind = np.unique(calendar.school_off, axis=0, return_inverse=True)
    blocks = np.zeros((n_months, len(kinds), N_PATTERNS, MOST_LEAVE + 1), np.int8)
    days = np.zeros((n_months, len(kinds), N_PATTERNS), np.int8)
    holidays = np.zeros_like(days)
    for s, school_off in enumerate(kinds):
        for pattern in range(N_PATTERNS):
            bought = np.zeros(len(free), bool)  # days that leave makes free
            closed = np.zeros(len(free), bool)  # days that nothing makes free
            if pattern & WORKER_CALENDAR:
                closed |= ~worker
            if pattern & PUPIL_CALENDAR:
                closed |= ~(free | school_off)
            if pattern & FORMAL_CALENDAR:
                bought = ~free & ~closed
            off = ~closed & ~bought
            for counted, out in ((off, days), (off & holiday, holidays)):
                out[:, s, pattern] = np.bincount(
                    calendar.day_month[counted] - calendar.first, minlength=n_months
                )
            for leave in range(MOST_LEAVE + 1):
                blocks[:, s, pattern, leave] = _longest(bought, closed, month, leave, n_months)
    shape = city_kind.reshape(-1)
    festival = np.zeros(n_months, bool)
    festival[np.unique(month[spring])] = True
    return DaysOff(blocks[:, shape], days[:, shape], holidays[:, shape], festival)


def _longest(
    bought: NDArray[np.bool_], closed: NDArray[np.bool_], month: NDArray[np.int64], leave: int, n_months: int
) -> NDArray[np.int8]:
    """Return the longest run with at most ``leave`` bought days and no closed day, by the month of its middle day."""
    n = len(bought)
    starts = np.arange(n)
    spent = np.concatenate([[0], np.cumsum(bought)])
    ends = np.searchsorted(spent, spent[:-1] + leave, side="right") - 1
    barrier = np.where(closed, starts, n)
    next_closed = np.minimum.accumulate(barrier[::-1])[::-1]
    ends = np.minimum(np.minimum(ends, next_closed), starts + LONGEST_BLOCK)
    out = np.zeros(n_months, np.int8)
    for length in range(1, LONGEST_BLOCK + 1):
        fits = starts[ends - starts >= length]
        out[np.unique(month[fits + (length - 1) // 2])] = length
    return out


def _month_of_trip(month: NDArray[np.int64], free: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the month to which each day belongs: a holiday that straddles two counts where its middle day lies."""
    out = month.copy()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], free.astype(np.int8), [0]))))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        out[start:stop] = month[(start + stop - 1) // 2]
    return out


def _worker_days(
    weekday: NDArray[np.int64], holiday: NDArray[np.bool_], spring: NDArray[np.bool_],
    statutory_days: NDArray[np.float64], spring_days: int,
) -> NDArray[np.bool_]:  # fmt: skip
    """Return days off of migrant workers."""
    out = weekday == _SUNDAY
    edges = np.flatnonzero(np.diff(np.concatenate(([0], holiday.astype(np.int8), [0]))))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if spring[start:stop].any():
            before = max(spring_days - (stop - start), 0) // 2
            out[max(start - before, 0) : max(start - before, 0) + spring_days] = True
        else:
            lengths, by_law = statutory_days
            out[start : start + int(by_law[np.searchsorted(lengths, stop - start, side="right") - 1])] = True
    return out


class MonthParts(NamedTuple):
    """Parts of each month in which visitors may come (names.Period).

    Attributes
    ----------
    days, blocks : ndarray, shape (months, periods)
        Days, and days off in a row (nought on workdays), of each part; a holiday is its whole run of free days and belongs to
        the month of its middle day.
    break_workdays : ndarray, shape (months,)
        Workdays on which compulsory school is off, mean of the cities.
    """

    days: NDArray[np.float64]
    blocks: NDArray[np.float64]
    break_workdays: NDArray[np.float64]


def month_parts(calendar: Calendar) -> MonthParts:
    """Return workdays, weekends, the longest holiday and other holidays of each month."""
    n_months = len(calendar)
    free = np.isin(calendar.day_kind, (KINDS.index("weekend"), KINDS.index("holiday")))
    holiday = calendar.day_kind == KINDS.index("holiday")
    row = calendar.day_month - calendar.first
    days, blocks = np.zeros((2, n_months, N_PERIODS))
    plain = free.copy()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], free.astype(np.int8), [0]))))
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if not holiday[start:stop].any():
            continue
        plain[start:stop] = False
        month, length = row[(start + stop - 1) // 2], float(stop - start)
        longest, other = days[month, Period.HOLIDAY], days[month, Period.OTHER_HOLIDAY]
        days[month, Period.HOLIDAY :] = max(longest, length), other + min(longest, length)
        blocks[month, Period.HOLIDAY :] = days[month, Period.HOLIDAY :]
    days[:, Period.WORKDAYS] = np.bincount(row[~free], minlength=n_months)
    days[:, Period.WEEKENDS] = np.bincount(row[plain], minlength=n_months)
    blocks[:, Period.WEEKENDS] = _WEEKEND
    breaks = np.bincount(row, (calendar.school_off & ~free).mean(axis=0), n_months)
    return MonthParts(days, blocks, breaks)
