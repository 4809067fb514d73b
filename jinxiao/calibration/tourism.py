"""Where visitors come from and how many: origins, gravity, rooms, and the levels fitted to published visits of 2024."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.geography import Geography, great_circle
from jinxiao.calibration.statistics import DATA, Statistics
from jinxiao.files.tables import Column, read_table
from jinxiao.model.baseline import CalendarMonth
from jinxiao.model.names import CITIES, MARKETS, N_MARKETS, N_PERIODS, N_PROVINCES
from jinxiao.model.tourists import choice
from jinxiao.model.tourists.choice import Outside
from jinxiao.model.tourists.setup import components, kind_shares, payment_failures

ORIGINS: Final = DATA / "geo" / "origins.csv"
YEAR: Final = "2024"
_COLUMNS: Final = {
    "market": Column(str),
    "gateway": Column(str),
    "longitude": Column(float),
    "latitude": Column(float),
    "population": Column(float),
    "income_per_head": Column(float),
    "source": Column(str),
}
_MONTHS: Final = 12
_BALANCES: Final = 40
"""Rounds in which the attraction of cities is balanced; they converge geometrically."""
_LEAST_DAILY: Final = 0.1
"""Least part of visitors' spending that is not for lodging while levels are fitted."""

Array = NDArray[np.float64]
Values = Mapping[str, Any]


class Origins:
    """Gateways, people and incomes of the markets, in the order of ``names.MARKETS``.

    Attributes
    ----------
    gateway : ndarray, shape (markets, 2)
        Longitude and latitude, degrees.
    population : ndarray, shape (N_PROVINCES,)
        Residents, ten thousands.
    income : ndarray, shape (N_PROVINCES,)
        Disposable income per head, yuan a year.
    """

    def __init__(self, file: Path = ORIGINS) -> None:
        table = read_table(file, _COLUMNS, key=("market",)).set_index("market")
        rows = table.loc[[market.key for market in MARKETS]]
        self.gateway: Array = rows[["longitude", "latitude"]].to_numpy(np.float64)
        self.population: Array = rows["population"].to_numpy(np.float64)[:N_PROVINCES]
        self.income: Array = rows["income_per_head"].to_numpy(np.float64)[:N_PROVINCES]


def city_pull(statistics: Statistics) -> Array:
    """Return each city's share of published visits."""
    visits = np.array([statistics.newest("domestic_visitors", c.key, "all", YEAR).count for c in CITIES])
    return np.asarray(visits / visits.sum())


def origin_shares(statistics: Statistics, origins: Origins, distance: Array, values: Values) -> Array:
    """Return shares of other provinces in visitors from them, shape (N_PROVINCES,).

    Provinces with a figure of their own take it; the others share the rest by gravity: people times a power of income per
    head, over a power of the mean distance to the cities of the province.
    """
    published = np.full(N_PROVINCES, np.nan)
    for k, market in enumerate(MARKETS[:N_PROVINCES]):
        record = statistics.find("visitors_origin_share", "Shanxi", market.en, YEAR)
        if record is not None:
            published[k] = record.share
    rest = statistics.newest("visitors_origin_share", "Shanxi", "other provinces", YEAR).share
    gravity = gravity_weights(origins, distance, values)
    others = np.isnan(published)
    shares = np.where(others, rest * gravity / gravity[others].sum(), published)
    return np.asarray(shares / shares.sum())


def gravity_weights(origins: Origins, distance: Array, values: Values) -> Array:
    """Return people x income ** a / distance ** b of the other provinces, shape (N_PROVINCES,)."""
    income, decay = values["tourists.gravity"]
    km = distance[:N_PROVINCES].mean(axis=1)
    return np.asarray(origins.population * origins.income**income / km**decay)


def trips_from_outside(statistics: Statistics, shares: Array, values: Values) -> Array:
    """Return real person-trips a year by market: counted visits from other provinces over visits per trip; inbound as counted."""
    visits = statistics.newest("visitors_from_outside_province", "Shanxi", "all", YEAR).count
    domestic = visits / values["tourists.visits_per_trip"]
    inbound = statistics.newest("inbound_overnight_visitors", "Shanxi", "all", YEAR).count
    by_market = np.asarray(values["tourists.inbound_shares"])
    out = np.concatenate([domestic * shares, inbound * by_market / by_market.sum()])
    assert out.shape == (N_MARKETS,)
    return np.asarray(out)


def rooms_by_city(statistics: Statistics) -> Array:
    """Return rooms by city: the province's, shared by published visits."""
    rooms = statistics.newest("hotel_rooms", "Shanxi", "all lodging", YEAR).count
    return np.asarray(rooms * city_pull(statistics))


def outside_province(
    statistics: Statistics, geography: Geography, calendar: Mapping[int, CalendarMonth], values: Values
) -> Outside:
    """Return origins and rooms with the levels of visitors fitted to the year's visits by market and city and their spending.

    The fit needs no simulation: it takes expectations over the months of the year, without policy and with rooms for all.
    """
    origins = Origins()
    distance = great_circle(origins.gateway, geography.label_points)
    shares = origin_shares(statistics, origins, distance, values)
    trips = trips_from_outside(statistics, shares, values)
    income = np.ones(N_MARKETS)
    income[:N_PROVINCES] = origins.income / float(shares @ origins.income)
    months = [choice.occasions(m, calendar[m], distance, values) for m in range(_MONTHS)]
    normal = np.asarray(sum(month.weight.sum(axis=2) for month in months) / _MONTHS)
    pull = city_pull(statistics)
    outside = Outside(trips, distance, income, pull, np.ones(N_MARKETS), rooms_by_city(statistics), normal)
    nothing = np.zeros((N_MARKETS, N_PERIODS))
    base = values["tourists.base_probability"]
    by_month = [choice.coming(month, normal, nothing, base) for month in months]
    chance = np.asarray(sum(p.sum(axis=2) for p in by_month))
    persons = trips[:, None] * kind_shares(values) / np.maximum(chance, 1e-12)
    visitors = np.asarray(sum((persons[:, :, None] * p).sum(axis=(1, 2)) for p in by_month))
    nights = np.asarray(
        sum((persons[:, :, None] * p * m.nights).sum(axis=2) for p, m in zip(by_month, months, strict=True))
    )
    days = nights + trips[:, None] * kind_shares(values)
    return Outside(
        trips,
        distance,
        income,
        _balanced_pull(outside, visitors, values),
        _spending(statistics, outside, days, nights, values),
        outside.rooms,
        normal,
    )


def _balanced_pull(outside: Outside, visitors: Array, values: Values) -> Array:
    """Return attractions that give each city its published share of visits, distances counted."""
    target = outside.pull
    pull = target.copy()
    nothing = np.zeros((N_PERIODS, len(CITIES)))
    for _ in range(_BALANCES):
        trial = Outside(
            outside.trips,
            outside.distance,
            outside.income,
            pull,
            outside.spending,
            outside.rooms,
            outside.normal,
        )
        shares, _logsum = choice.city_weights(trial, nothing, values)
        found = visitors @ shares[:, 0, :]
        pull = pull * target / np.maximum(found / found.sum(), 1e-12)
        pull = pull / pull.sum()
    return np.asarray(pull)


def _spending(statistics: Statistics, outside: Outside, days: Array, nights: Array, values: Values) -> Array:
    """Return yuan a person and day by market, lodging apart, that give the year's spending of visitors.

    Of other provinces: so much a trip; inbound: receipts.

    Parameters
    ----------
    days, nights : ndarray, shape (markets, kinds)
        Person-days and person-nights of the year.
    """
    inbound = np.arange(N_MARKETS) >= N_PROVINCES
    revenue = float(outside.trips[:N_PROVINCES].sum()) * values["tourists.spending_per_trip"]
    receipts = (
        statistics.newest("inbound_receipts", "Shanxi", "all", YEAR).count * values["tourists.exchange_rate"]
    )
    here, from_abroad = values["tourists.night_price"]
    lodged = nights @ np.asarray(values["tourists.lodging_share"]) * np.where(inbound, from_abroad, here)
    failing = payment_failures(values)[:, None] * components(values)[None, :, 2:].sum(axis=2)
    relative = outside.income ** values["tourists.spending_income_elasticity"]
    daily = (days * (1.0 - failing)).sum(axis=1) * relative
    out = np.empty(N_MARKETS)
    for group, target in ((~inbound, revenue), (inbound, receipts)):
        left = max(target - float(lodged[group].sum()), _LEAST_DAILY * target)
        out[group] = relative[group] * left / max(float(daily[group].sum()), 1e-9)
    return out
