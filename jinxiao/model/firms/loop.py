"""The firm month as compiled loops over cells (city x sector): custom is shared out, prices, labour and cash follow."""

from collections import namedtuple

import numpy as np
from numba import njit

from jinxiao.model.firms import rules
from jinxiao.model.firms.columns import FIRM
from jinxiao.model.random import Draw, uniform

FirmColumns = namedtuple("FirmColumns", list(FIRM))
FIRM_PARAMETER_FIELDS = (
    "expectation_speed", "labour_to_sales", "labour_demand_elasticity", "labour_adjustment", "price_change_probability",
    "demand_pressure",
)  # fmt: skip
FirmParameters = namedtuple("FirmParameters", FIRM_PARAMETER_FIELDS)


@njit(cache=True, nogil=True, error_model="numpy")
def share_custom(cell_starts, cell_demand, weight, attraction, price, price_elasticity, sales, cell_price):
    """Share each cell's demand among its firms by a logit in log price and quality; return nothing, fill ``sales``.

    ``share_i = A_i p_i ** -elasticity / sum_j`` (multinomial logit in ln p), A_i the firm's custom at equal prices.

    Parameters
    ----------
    cell_starts : ndarray of int, shape (cells + 1,)
        Firms are sorted by cell.
    cell_demand : ndarray, shape (cells,)
        Yuan this month.
    sales : ndarray, shape (firms,)
        Filled: yuan of one such firm.
    cell_price : ndarray, shape (cells,)
        Filled: custom-weighted mean price of the cell.
    """
    for cell in range(cell_demand.size):
        total = 0.0
        paid = 0.0
        for f in range(cell_starts[cell], cell_starts[cell + 1]):
            pull = attraction[f] * price[f] ** (-price_elasticity)
            sales[f] = pull
            total += pull
            paid += pull * price[f]
        if total <= 0.0:
            cell_price[cell] = 1.0
            continue
        cell_price[cell] = paid / total
        for f in range(cell_starts[cell], cell_starts[cell + 1]):
            sales[f] *= cell_demand[cell] / total / weight[f]


@njit(cache=True, nogil=True, error_model="numpy")
def plan_firms(starts, seed, t, growth, monthly, f, unit_cost, relief, force, p, wanted, had):
    """Let every firm update expectation, labour target and price; add up labour wanted and had by cell.

    Parameters
    ----------
    growth, monthly : float
        Trend relative to the mean of 2024, and its factor in a month.
    f : FirmColumns
    unit_cost, relief : ndarray, shape (cells,)
        Unit cost relative to January 2024; share of labour cost refunded.
    force : ndarray, shape (cells,)
        Labour force of the city over that of January 2024.
    p : FirmParameters
    wanted, had : ndarray, shape (cells,)
        Filled: persons.
    """
    for cell in range(unit_cost.size):
        wanted[cell] = 0.0
        had[cell] = 0.0
        for i in range(starts[cell], starts[cell + 1]):
            before = monthly * f.expected[i]
            f.expected[i] = rules.expected_demand(f.expected[i], f.sales[i], p.expectation_speed, monthly)
            f.target[i] = rules.labour_target(
                f.employees[i], f.base_employees[i] * force[cell], f.expected[i] / (f.base_sales[i] * growth * force[cell]),
                p.labour_to_sales,
                relief[cell], p.labour_demand_elasticity, p.labour_adjustment,
            )  # fmt: skip
            if uniform(seed, i, t, Draw.FIRM_PRICE) < p.price_change_probability:
                f.price[i] = rules.wanted_price(
                    f.markup[i], unit_cost[cell], f.sales[i], before, p.demand_pressure
                )
            wanted[cell] += f.weight[i] * f.target[i]
            had[cell] += f.weight[i] * f.employees[i]


@njit(cache=True, nogil=True, error_model="numpy")
def settle_firms(
    cell_starts, weight, sales, target, employees, cash, staff, wage, cost_share, payout, totals
):
    """Pay this month's bills and staff the firms; fill ``totals`` (cells, 3): wages, profit paid out, change of cash.

    ``staff`` (cells,) is the number of people who really work in the cell: targets are met in proportion.
    ``wage`` (cells,) is the mean wage bill per person employed, ``cost_share`` (cells,) all other costs per yuan of
    sales. Owners take the share ``payout`` of profit out, or put it in when it is negative.
    """
    for cell in range(staff.size):
        wanted = 0.0
        for f in range(cell_starts[cell], cell_starts[cell + 1]):
            wanted += weight[f] * target[f]
        scale = staff[cell] / wanted if wanted > 0.0 else 0.0
        for k in range(3):
            totals[cell, k] = 0.0
        for f in range(cell_starts[cell], cell_starts[cell + 1]):
            employees[f] = target[f] * scale
            bill = employees[f] * wage[cell]
            profit = sales[f] * (1.0 - cost_share[cell]) - bill
            out = payout * profit
            before = cash[f]
            cash[f] = before + profit - out
            totals[cell, 0] += weight[f] * bill
            totals[cell, 1] += weight[f] * out
            totals[cell, 2] += weight[f] * (cash[f] - before)


def cell_starts(city: np.ndarray, sector: np.ndarray, cities: int, sectors: int) -> np.ndarray:
    """Return where each cell (city * sectors + sector) starts in firms sorted by cell; ValueError if not sorted."""
    cell = city.astype(np.int64) * sectors + sector
    if np.any(np.diff(cell) < 0):
        raise ValueError("firms must be sorted by city and sector")
    return np.searchsorted(cell, np.arange(cities * sectors + 1))
