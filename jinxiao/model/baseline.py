"""The Baseline: parameter values and fitted levels of one draw, all a run needs besides households and policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from jinxiao.model.households.setup import Fit

if TYPE_CHECKING:
    from jinxiao.model.tourists.choice import Outside


@dataclass(frozen=True)
class CalendarMonth:
    """Days off in one month.

    Attributes
    ----------
    longest_block, free_days : float
        Of the public calendar: longest run of weekends and holidays, and all of them.
    holiday_share : float
        Part of the year's statutory holidays that falls in the month.
    holidays_a_year : float
        Statutory holidays of that year, days.
    spring_festival : bool
        Whether the greater part of the Spring Festival holiday lies in it.
    blocks : ndarray of int8, shape (cities, patterns, MOST_LEAVE + 1)
        Longest run of days that those of a pattern of work and school have off, after so many days of leave.
    days : ndarray of int8, shape (cities, patterns)
        All days that they have off.
    holidays : ndarray of int8, shape (cities, patterns)
        Of these, days of statutory holidays.
    period_days : ndarray, shape (periods,)
        Days of each Period; a holiday that straddles two months counts where its middle day lies.
    period_blocks : ndarray, shape (periods,)
        Days off in a row in each; nought on workdays.
    break_workdays : float
        Workdays on which school is off.
    """

    longest_block: float
    free_days: float
    holiday_share: float
    holidays_a_year: float
    spring_festival: bool
    blocks: np.ndarray
    days: np.ndarray
    holidays: np.ndarray
    period_days: np.ndarray
    period_blocks: np.ndarray
    break_workdays: float


@dataclass(frozen=True)
class Baseline:
    """Parameters of one draw with the levels fitted to published statistics.

    Attributes
    ----------
    values : mapping
        Parameter values by dotted name, plus ``fit.*`` arrays.
    fit : Fit
        Fitted levels of households.
    calendar : dict of int to CalendarMonth
        By month index; from burn-in (negative) to the end of the horizon.
    units : ndarray, shape (cities, sectors)
        Real firms.
    individuals : ndarray, shape (cities, sectors)
        Individual businesses among them.
    institution_purchases : ndarray, shape (cities, sectors)
        Monthly retail purchases by institutions and others that no agent makes: the residual of published retail sales.
    outside : Outside
        Origins of visitors and rooms, with the fitted levels of visitors.
    city_pull : ndarray, shape (cities,)
        Attraction of cities to visitors, adding to one.
    distance : ndarray, shape (cities, cities)
        Kilometres.
    folder : Path
        Where solved consumption policies are cached.
    """

    values: Mapping[str, Any]
    fit: Fit
    calendar: Mapping[int, CalendarMonth]
    units: np.ndarray
    individuals: np.ndarray
    institution_purchases: np.ndarray
    outside: "Outside"
    city_pull: np.ndarray
    distance: np.ndarray
    folder: Path
    tables: dict[Any, Any] = field(default_factory=dict)
