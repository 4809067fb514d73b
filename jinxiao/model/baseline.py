"""The Baseline: parameter values and fitted levels of one draw, all a run needs besides households and policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from jinxiao.model.households.setup import Fit


@dataclass(frozen=True)
class CalendarMonth:
    """Days off in one month: the longest block, all days off, and how much of the year's holidays falls in it."""

    longest_block: float
    free_days: float
    holiday_share: float


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
    individual_share : ndarray, shape (sectors,)
        Share of individual businesses among them.
    institution_purchases : ndarray, shape (cities, sectors)
        Monthly retail purchases by institutions and others that no agent makes: the residual of published retail sales.
    trips_from_outside : ndarray, shape (markets,)
        Real person-trips a year to the province by market.
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
    individual_share: np.ndarray
    institution_purchases: np.ndarray
    trips_from_outside: np.ndarray
    city_pull: np.ndarray
    distance: np.ndarray
    folder: Path
    tables: dict[Any, Any] = field(default_factory=dict)
