"""Rewards tested on single firms by their exact rule: dealers of used cars, dismantlers, sellers of farm goods online (F6).

These firms are few or their thresholds are about real sizes, so every one of them is there with weight 1 at any scale of the
sample. What they trade comes from households (cars sold and scrapped) or goes out of the province (parcels); their sales are
not in the demand of the model's goods, the rewards are money that firms of their sector get.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np

from jinxiao.model.names import N_CITIES, N_SECTORS, Disposal, Sector
from jinxiao.model.random import Draw, normals, uniforms

FIRST = 1 << 30
"""Agent number of the first of them: their draws are no other agent's."""
MONTHS_A_YEAR = 12
_SIZE, _NEWS, _TAKE_UP = (int(Draw.SPECIALIST) + k for k in range(3))


class Kind(IntEnum):
    """Firms for which the plan has rewards."""

    USED_CARS = 0
    """units: cars; sales in yuan"""
    DISMANTLERS = 1
    """units: vehicles"""
    FARM_SHOPS = 2
    """units: parcels sent out; sales in yuan"""
    FIRST_STORES = 3
    """units: first stores opened, chosen without a threshold"""


SECTOR_OF = {
    Kind.USED_CARS: Sector.CAR_DEALERS,
    Kind.DISMANTLERS: Sector.OTHER_RETAIL,
    Kind.FARM_SHOPS: Sector.FOOD_RETAIL,
    Kind.FIRST_STORES: Sector.OTHER_RETAIL,
}
"""Sector in which each is counted."""
REWARD = np.dtype(
    [
        ("rule", np.int32),
        ("kind", np.int32),  # Kind
        ("sales_over", np.float64),  # yuan a year that sales must exceed; negative: not asked
        ("sales_from", np.float64),  # yuan a year that sales must reach
        ("growth_from", np.float64),  # growth over the year before that must be reached; below -1: not asked
        ("units_from", np.float64),  # units a year that must be reached
        ("rate", np.float64),  # of the year's sales
        ("per_unit", np.float64),  # yuan
        ("flat", np.float64),  # yuan
        ("cap", np.float64),  # yuan a firm and year
        ("take_up", np.float64),  # share of those entitled that get it
    ],
    align=True,
)


def reward(rule: Any, sales: np.ndarray, sales_before: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Return what a rule pays each firm for a year, yuan: nothing where one condition is not met.

    Parameters
    ----------
    rule : row of REWARD
    sales, sales_before : ndarray, shape (firms,)
        Of the year and the year before, yuan.
    units : ndarray, shape (firms,)
        Of the year.
    """
    entitled = (sales > rule["sales_over"]) & (sales >= rule["sales_from"]) & (units >= rule["units_from"])
    # a rate of growth of 10% is reached at exactly 1.1 times the year before, to the fen
    needed = np.round((1.0 + rule["growth_from"]) * sales_before, 2)
    entitled &= (rule["growth_from"] < -1.0) | (np.round(sales, 2) >= needed)
    due = rule["rate"] * sales + rule["per_unit"] * units + rule["flat"]
    return np.where(entitled, np.minimum(due, rule["cap"]), 0.0)


def missing_share(rule: Any, sales: np.ndarray, sales_before: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Return by which factor less one a firm's year must grow to meet every condition of the rule; 0 where it does."""
    sold = np.maximum(sales, 1e-9)
    factor = np.ones_like(sales)
    factor = np.where(
        sales > rule["sales_over"], factor, np.maximum(factor, (rule["sales_over"] + 1.0) / sold)
    )
    factor = np.maximum(factor, rule["sales_from"] / sold)
    if rule["growth_from"] >= -1.0:
        factor = np.maximum(factor, np.round((1.0 + rule["growth_from"]) * sales_before + 0.01, 2) / sold)
    factor = np.maximum(factor, np.ceil(rule["units_from"]) / np.maximum(units, 1e-9))
    return np.maximum(factor - 1.0, 0.0)


def stretch(
    rule: Any, sales: np.ndarray, sales_before: np.ndarray, units: np.ndarray, elasticity: float, most: float
) -> np.ndarray:
    """Return by what share each firm stretches its year to earn the reward; 0 where that does not pay.

    To sell ``x`` of a year more in its last quarter it cuts prices of that quarter by ``4 x / elasticity``: the cost is that
    cut on a quarter's sales and on what is added. It stretches where the reward at the threshold exceeds this cost and what
    is missing is at most ``most`` (bunching at a notch; Kleven and Waseem 2013).
    """
    share = missing_share(rule, sales, sales_before, units)
    at_threshold = reward(rule, sales * (1.0 + share), sales_before, units * (1.0 + share))
    cost = 4.0 * share / elasticity * (0.25 + share) * sales
    return np.where((share > 0.0) & (share <= most) & (at_threshold > cost), share, 0.0)


@dataclass(frozen=True)
class Specialists:
    """The firms for which the plan has rewards, one row each.

    Attributes
    ----------
    kind, city : ndarray of int8, shape (firms,)
    share : ndarray, shape (firms,)
        Usual share of what its city trades.
    sales, units : ndarray, shape (firms,)
        Since January, yuan and units.
    sales_before : ndarray, shape (firms,)
        Of the year before, yuan.
    ahead : ndarray, shape (firms,)
        Units sold last year that were due this year.
    """

    kind: np.ndarray
    city: np.ndarray
    share: np.ndarray
    sales: np.ndarray
    units: np.ndarray
    sales_before: np.ndarray
    ahead: np.ndarray

    def copy(self) -> "Specialists":
        """Return a copy that shares what never changes."""
        return replace(
            self,
            sales=self.sales.copy(),
            units=self.units.copy(),
            sales_before=self.sales_before.copy(),
            ahead=self.ahead.copy(),
        )


def found_specialists(people: np.ndarray, values: Mapping[str, Any], seed: int) -> Specialists:
    """Return them at the start: as many as there are, over cities by people, sizes lognormal.

    Parameters
    ----------
    people : ndarray, shape (cities,)
        Households by city.
    """
    kinds, cities = [], []
    for which in Kind:
        number = max(round(float(values["firms.specialists"][which])), N_CITIES)
        by_city = np.maximum(np.floor(_shares(people) * number).astype(int), 1)
        kinds.append(np.full(by_city.sum(), which, np.int8))
        cities.append(np.repeat(np.arange(N_CITIES, dtype=np.int8), by_city))
    kind, city = np.concatenate(kinds), np.concatenate(cities)
    size = np.exp(values["firms.specialist_spread"] * _normal(seed, len(kind), 0, _SIZE))
    n = len(kind)
    return Specialists(
        kind, city, _of_city(kind, city, size), np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    )


def _shares(people: np.ndarray) -> np.ndarray:
    """Return each city's share of the people, even shares where there is nobody."""
    return people / people.sum() if people.any() else np.full(N_CITIES, 1.0 / N_CITIES)


def _normal(seed: int, n: int, month: int, draw: int) -> np.ndarray:
    return normals(seed, FIRST + np.arange(n), month, draw)


def _of_city(kind: np.ndarray, city: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return shares that add up to one for each kind and city."""
    cell = kind.astype(np.int64) * N_CITIES + city
    total = np.bincount(cell, size, len(Kind) * N_CITIES)
    return np.asarray(size / total[cell])


def traded(disposals: np.ndarray, people: np.ndarray, growth: float, values: Mapping[str, Any]) -> np.ndarray:
    """Return units traded by city this month, shape (kinds, cities).

    Parameters
    ----------
    disposals : ndarray, shape (cities, N_DISPOSALS)
        Households' cars sold and scrapped, real units.
    people : ndarray, shape (cities,)
    growth : float
        Trend relative to the mean of 2024, for parcels.
    """
    cars = disposals[:, Disposal.CARS_SOLD] / values["firms.household_share_of_used_cars"]
    scrapped = disposals[:, Disposal.CARS_SCRAPPED] / values["firms.household_share_of_scrapped"]
    parcels = values["firms.farm_parcels"] / MONTHS_A_YEAR * growth * _shares(people)
    stores = values["firms.first_stores"] / MONTHS_A_YEAR * _shares(people)
    return np.stack([cars, scrapped, parcels, stores])


def trade(
    s: Specialists, by_city: np.ndarray, month: int, seed: int, values: Mapping[str, Any]
) -> Specialists:
    """Let the firms trade a month; in January the year before is closed. ``by_city``: (kinds, cities) units.

    Shares of the trade move from year to year (lognormal, as sales of small firms do).
    """
    year = month // MONTHS_A_YEAR
    spread = values["firms.specialist_news"]
    news = np.exp(spread * _normal(seed, len(s.kind), year, _NEWS))
    share = _of_city(s.kind, s.city, s.share * news)
    units = share * by_city[s.kind, s.city] - s.ahead / MONTHS_A_YEAR
    units = np.maximum(units, 0.0)
    price = np.asarray(values["firms.specialist_price"])[s.kind]
    if month % MONTHS_A_YEAR == 0:
        return replace(s, sales=units * price, units=units, sales_before=s.sales.copy())
    return replace(s, sales=s.sales + units * price, units=s.units + units)


def settle_year(
    s: Specialists, rules: np.ndarray, seed: int, values: Mapping[str, Any]
) -> tuple[Specialists, np.ndarray]:
    """Pay the rewards of a year in December, firms near a threshold stretching for it.

    Returns
    -------
    (specialists, paid)
        ``paid`` (rules, cities, sectors): yuan.
    """
    paid = np.zeros((len(rules), N_CITIES, N_SECTORS))
    ahead = np.zeros_like(s.ahead)
    sales, units = s.sales.copy(), s.units.copy()
    for k, rule in enumerate(rules):
        mine = (s.kind == rule["kind"]) & (s.units > 0.0)
        applies = mine & (uniforms(seed, FIRST + np.arange(len(s.kind)), 0, _TAKE_UP) < rule["take_up"])
        more = stretch(
            rule, sales[applies], s.sales_before[applies], units[applies],
            values["firms.price_elasticity"], values["firms.longest_stretch"],
        )  # fmt: skip
        ahead[applies] += more * units[applies]
        sales[applies] *= 1.0 + more
        units[applies] *= 1.0 + more
        due = reward(rule, sales[applies], s.sales_before[applies], units[applies])
        sector = SECTOR_OF[Kind(int(rule["kind"]))]
        paid[k, :, sector] = np.bincount(s.city[applies], due, N_CITIES)
    return replace(s, sales=sales, units=units, ahead=ahead), paid
