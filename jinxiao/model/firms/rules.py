"""Firm rules: demand, labour, price, liquidity, credit, exit and entry (economics.md F1-F5), each a pure function of numbers."""

import math

import numpy as np
from numba import njit

rule = njit(cache=True, nogil=True, error_model="numpy")

LONGEST_EXPONENT = 2.0
"""Bound on the log of the response of exit to profit: no firm closes for sure because of one bad expectation."""


@rule
def usual_sales(sales, season, expected, least):
    """Sales of a month as they would be in a mean one, yuan: less what the season adds to expected sales of a mean month.

    Never less than the share ``least`` of what was sold, so that a poor month within a high season leaves some trade to expect.
    """
    return max(sales - (season - 1.0) * expected, least * sales)


@rule
def expected_demand(expected, sales, speed, growth):
    """Adaptive expectation of monthly sales around the trend: ``E' = gE + speed (sales - gE)`` (F1; Nerlove 1958).

    ``growth`` is the factor by which sales grow in a month at trend: firms count on it, so that steady growth does not
    surprise them month after month. Yuan a month.
    """
    carried = growth * expected
    return carried + speed * (sales - carried)


@rule
def labour_target(
    employees, normal, expected_ratio, sales_elasticity, cost_relief, labour_elasticity, liquidity, adjustment
):
    """Employees wanted: partial adjustment towards what expected sales and liquidity allow (F2; Hamermesh and Pfann 1996).

    ``wanted = normal * ratio ** sales_elasticity * (1 + labour_elasticity * relief) * liquidity``: ``normal`` is the staff of
    the firm at trend sales, ``expected_ratio`` expected over trend sales; a refund of the share ``cost_relief`` of labour cost
    raises the number wanted (V122, V123); ``liquidity`` is :func:`liquidity_factor` over its normal mean.
    """
    wanted = normal * expected_ratio**sales_elasticity * (1.0 + labour_elasticity * cost_relief) * liquidity
    return employees + adjustment * (wanted - employees)


@rule
def wanted_price(unit_cost, sales, expected, pressure):
    """Price that a firm would set: mark-up over unit cost, raised by demand above expectation (F3).

    All relative to January 2024; ``pressure`` is the elasticity of price to sales over expected sales.
    """
    if expected <= 0.0:
        return unit_cost
    return unit_cost * (1.0 + pressure * (sales / expected - 1.0))


@rule
def liquidity_factor(cash, room, normal, elasticity, reach):
    """Staff that a firm can pay for, over that of one with normal liquidity: ``min(reach, (cash + room) / normal) ** e`` (F4).

    Wages are paid before customers pay, so a firm whose cash and unused credit fall below what it normally holds hires less
    and lays off (Barrot and Nanda 2020; Chodorow-Reich 2014). More than normal changes nothing for a firm with a bank
    (``reach`` 1); one without works at a smaller scale than it would, and grows with its money up to ``reach``.
    ``normal``, ``cash``, ``room``: yuan.
    """
    liquid = cash + room
    if liquid >= reach * normal:
        return reach**elasticity
    if liquid <= 0.0:
        return 0.0
    return (liquid / normal) ** elasticity


@rule
def finance(cash, debt, wanted, limit, usual_debt, speed):
    """Return (borrowed, repaid, paid_out): what a firm borrows, repays and pays its owners at the end of a month, yuan.

    A firm below the cash it wants borrows up to its limit and pays nothing out. One above it first brings its debt down to what
    is usual for it, then pays the rest to its owners. Debt above the limit is run down at ``speed``, as is a gap below usual
    debt (pecking order; Myers 1984).
    """
    borrowed = 0.0
    repaid = 0.0
    if debt > limit:
        repaid = min(speed * (debt - limit), max(cash, 0.0))
    elif debt < usual_debt:
        borrowed = speed * (usual_debt - debt)
    cash = cash + borrowed - repaid
    if cash < wanted:
        more = min(max(limit - debt - borrowed, 0.0), wanted - cash)
        return borrowed + more, repaid, 0.0
    more = min(cash - wanted, max(debt + borrowed - repaid - usual_debt, 0.0))
    return borrowed, repaid + more, cash - wanted - more


@rule
def cash_kept(wanted, own_funds, claims):
    """Cash that a firm without a bank keeps: its owners leave their own funds in the business, in cash where not in claims.

    ``max(wanted, own_funds - claims)``: what buyers pay sooner stays and finances the business (Fazzari, Hubbard and
    Petersen 1988: constrained firms retain). Yuan.
    """
    return max(wanted, own_funds - claims)


def seasonal_reserve(season, margin, contribution, bills, billed):
    """Cash that is kept at the end of each month for poorer months to come, months of mean sales; shape (12, cells).

    The largest sum of losses of the next months, ``max_k sum_{j <= k} -(margin + (season_j - 1) contribution - (bills_j - 1)
    billed)``, at least nought: what a firm that lives on its trade must have put aside in the good season to see the poor one
    through.

    Parameters
    ----------
    season : ndarray, shape (12, cells)
        Sales of a month over those of a mean one.
    margin : float
        Normal profit over sales.
    contribution : ndarray, shape (cells,)
        What remains of a yuan of sales after the costs that move with sales.
    bills : ndarray, shape (12, cells)
        What owners take in a month over a mean one: farmers are paid at harvest.
    billed : ndarray, shape (cells,)
        What they take in a mean month over sales.
    """
    loss = -(margin + (season - 1.0) * contribution - (bills - 1.0) * billed)
    reserve = np.zeros_like(season)
    ahead = np.zeros_like(season)
    for k in range(1, len(season)):
        ahead += np.roll(loss, -k, axis=0)
        reserve = np.maximum(reserve, ahead)
    return reserve


@rule
def estate(cash, claims, debt):
    """Return (repaid, written_off, left) when a firm closes: claims are collected, the bank comes first, then owners.

    What is left is negative where bills exceed cash and claims: owners pay them. Yuan.
    """
    worth = cash + claims
    repaid = min(debt, max(worth, 0.0))
    return repaid, debt - repaid, worth - repaid


@rule
def exit_chance(level, profit, normal, elasticity, employees, mean, size_elasticity):
    """Monthly probability that a solvent firm closes: falls with expected profit and with size (F5; Dunne et al. 1989).

    ``level * exp(-elasticity (profit - normal) / normal) * (employees / mean) ** size_elasticity``: what the owner could earn
    elsewhere is the normal rate of profit. ``profit``, ``normal``: profit over sales.
    """
    gap = elasticity * (profit - normal) / normal
    gap = min(max(gap, -LONGEST_EXPONENT), LONGEST_EXPONENT)
    relative = max(employees / mean, 0.1) if mean > 0.0 else 1.0
    return min(level * math.exp(-gap) * relative**size_elasticity, 1.0)


@rule
def births(firms, normal_firms, rate, margin, normal_margin, cost, elasticity):
    """Firms founded in a month: ``rate * normal_firms * (value / cost) ** elasticity`` (free entry with a speed; F5).

    ``value = margin / normal_margin * normal_firms / firms`` is the profit that awaits an entrant relative to normal: it falls
    as firms crowd in, so that the number of firms returns to where entry just pays (Hopenhayn 1992). ``cost`` is the cost of
    entry relative to normal.
    """
    value = max(margin / normal_margin, 0.05) * normal_firms / max(firms, 1.0)
    return rate * normal_firms * min((value / cost) ** elasticity, 5.0)


@rule
def whole(number, u):
    """Return ``number`` rounded to a whole one at random, so that its mean is kept: ``floor(number + u)``, u uniform."""
    return math.floor(number + u)
