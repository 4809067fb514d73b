"""Four years without measures: what drifts, and what jumps beyond what the calendar explains."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jinxiao.calibration.world import World
from jinxiao.model.baseline import Baseline, CalendarMonth
from jinxiao.model.conditions import Conditions, Policy
from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.ledger import Account
from jinxiao.model.markets import trend
from jinxiao.model.names import N_CATEGORIES, month_label
from jinxiao.model.outcomes import Outcomes

MONTHS: Final = 48
YEAR: Final = 12
SCALE: Final = 200
SERIES: Final = (
    "unemployment",
    "prices",
    "wages",
    "wealth",
    "cash",
    "budgets",
    "funds",
    "jobs",
    "consumption",
    "plain",
)
"""Paths that should not drift.

Unemployment (per cent of the labour force), prices (January 2024 = 100), mean wage of those hired over trend (2024 = 100),
deposits over yearly income, firms' cash over monthly sales, what province and cities and what the funds have drawn beyond their
receipts since the start over a year's public purchases (per cent), people at work (2024 = 100), consumption over trend
(2024 = 100), and the same without trips, outings and goods bought in lumps.
"""


def live_plainly(baseline: Baseline, scale: int = SCALE, seed: int = 1) -> Outcomes:
    """Return four years without any measure."""
    world = World.load(scale)
    economy = Economy(world, Policy("nothing", (Conditions(0),) * MONTHS, ()), baseline, seed=seed)
    economy.run_for(MONTHS)
    return economy.outcomes()


def steady_path(outcomes: Outcomes, growth: float) -> pd.DataFrame:
    """Return the paths that should not drift: index ``month``, columns SERIES.

    Parameters
    ----------
    outcomes : Outcomes
        A run with detail of at least a year.
    growth : float
        Trend growth a year (``firms.trend_growth``).
    """
    found = outcomes.aggregates
    accounts = found["accounts"].sum(axis=(1, 2))
    level = np.array([trend(m, growth) for m in range(outcomes.months)])
    custom, labour = found["custom"].sum(axis=1), found["labour"].sum(axis=(1, 2))
    price = (found["price"] * found["custom"]).sum(axis=(1, 2)) / custom.sum(axis=1)
    income = accounts[
        :, [Item.WAGES, Item.BUSINESS, Item.FARM, Item.PROPERTY, Item.PENSIONS, Item.OTHER_TRANSFERS]
    ].sum(axis=1)
    money = found["balances"]
    purchases = outcomes.series("public_purchases")
    spent = accounts[:, :N_CATEGORIES].sum(axis=1)
    lumps = accounts[:, [Item.LUMPS, Item.OUTINGS]].sum(axis=1)
    a_year = YEAR * _mean_of_year(purchases / level) * level
    paths = {
        "unemployment": 100.0 * accounts[:, Item.UNEMPLOYED] / accounts[:, [Item.UNEMPLOYED, Item.EMPLOYED]].sum(axis=1),
        "prices": 100.0 * price / price[0],
        "wages": _index(labour[:, 1] / np.maximum(accounts[:, Item.HIRED], 1.0) / level),
        "wealth": money[:, Account.HOUSEHOLDS] / (YEAR * _mean_of_year(income / level) * level),
        "cash": money[:, Account.FIRMS] / (_mean_of_year(found["sales"].sum(axis=(1, 2)) / level) * level),
        "budgets": -100.0 * money[:, [Account.PROVINCE, Account.CITIES]].sum(axis=1) / a_year,
        "funds": -100.0 * money[:, Account.FUND] / a_year,
        "jobs": _index(accounts[:, Item.EMPLOYED]),
        "consumption": _index(spent / level),
        "plain": _index((spent - lumps) / level),
    }  # fmt: skip
    frame = pd.DataFrame(paths, columns=list(SERIES))
    frame.index = pd.Index([month_label(m) for m in range(outcomes.months)], name="month")
    return frame


def _mean_of_year(path: NDArray[np.float64]) -> float:
    """Return the mean of the first year."""
    return float(path[:YEAR].mean())


def _index(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a path as a percentage of the mean of its first year."""
    return np.asarray(100.0 * path / path[:YEAR].mean())


def drift(frame: pd.DataFrame) -> pd.Series:
    """Return the change from the first year's mean to the last year's by series, per cent a year (points for rates)."""
    first, last = frame.iloc[:YEAR].mean(), frame.iloc[-YEAR:].mean()
    years = (len(frame) - YEAR) / YEAR
    points = ["unemployment", "budgets", "funds"]
    change = 100.0 * ((last / first).abs() ** (1.0 / years) - 1.0)
    change[points] = (last - first)[points] / years
    return change


def unexplained_jumps(frame: pd.DataFrame, calendar: Mapping[int, CalendarMonth]) -> pd.DataFrame:
    """Return the largest change from month to month of each series, in all and what the calendar leaves of it, per cent.

    A straight trend, the longest run of days off, all days off, the share of the year's holidays, and whether the Spring Festival
    lies in the month explain what they can (least squares). Index: series; columns ``largest``, ``unexplained``, ``explained``
    (share of the variance of changes).
    """
    months = np.arange(len(frame))
    days = [calendar[m] for m in range(len(frame))]
    known = np.column_stack([
        np.ones(len(frame)), months, [d.longest_block for d in days], [d.free_days for d in days],
        [d.holiday_share for d in days], [float(d.spring_festival) for d in days],
    ])  # fmt: skip
    rows = {}
    for name in frame.columns:
        path = frame[name].to_numpy(dtype=np.float64)
        size = max(float(np.abs(path).mean()), 1e-9)
        fit = known @ np.linalg.lstsq(known, path, rcond=None)[0]
        whole, rest = 100.0 * np.diff(path) / size, 100.0 * np.diff(path - fit) / size
        explained = 1.0 - float(rest.var() / max(whole.var(), 1e-12))
        rows[name] = (float(np.abs(whole).max()), float(np.abs(rest).max()), explained)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["largest", "unexplained", "explained"])
