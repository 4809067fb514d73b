"""The firm month as compiled loops over cells (city x sector): custom, prices, labour, bills, credit, exit and entry."""

from collections import namedtuple
from enum import IntEnum

import numpy as np
from numba import njit

from jinxiao.model.firms import rules
from jinxiao.model.firms.columns import FIRM
from jinxiao.model.random import Draw, normal_quantile, uniform4

FirmColumns = namedtuple("FirmColumns", list(FIRM))
FIRM_PARAMETER_FIELDS = (
    "expectation_speed", "labour_to_sales", "labour_demand_elasticity", "labour_adjustment", "price_change_probability",
    "demand_pressure",
    "quality_persistence", "quality_deviation",
    "liquidity_elasticity", "liquidity_reach", "usual_debt", "finance_speed", "stock_months",
    "exit_profit_elasticity", "exit_size_elasticity", "normal_margin", "profit_memory", "owner_support",
    "least_usual",
)  # fmt: skip
FirmParameters = namedtuple("FirmParameters", FIRM_PARAMETER_FIELDS)
CellMonth = namedtuple(
    "CellMonth",
    (
        "staff",  # people who work in the cell
        "wage",  # mean wage bill per person
        "variable",  # costs per yuan of sales
        "fixed",  # yuan that firms bear by their staff: takings of owners, and what no cell bears alone
        "late",  # share of sales that other firms and outsiders pay later
        "public",  # share of sales to governments, paid later
        "granted",  # yuan from governments, by sales
        "settled",  # share of what governments owe that is cleared this month by policy
        "settled_buyers",  # the same of what other buyers owe
        "usual_claims",  # what buyers owed at the start, months of sales
        "season",  # sales of such a month over those of a mean month
        "reserve",  # cash that is kept at its end for poorer months to come, months of sales
        "births",  # firms that enter
        "mortal",  # whether firms close
        "interest",  # monthly rate on business loans that firms bear
        "full_interest",  # monthly rate that banks get
    ),
)
"""What a month brings to cells, each of shape (cells,)."""


class Total(IntEnum):
    """Columns of a cell's totals; yuan, or firms."""

    WAGES = 0
    PAID_OUT = 1
    """to owners, net of capital they put in"""
    NEW_LOANS = 2
    REPAID = 3
    """written-off loans included"""
    WRITTEN_OFF = 4
    INTEREST = 5
    LENT_TO_BUYERS = 6
    """receivables from firms and outsiders: net growth"""
    LENT_TO_GOVERNMENTS = 7
    """the same for governments, what policy clears apart"""
    CLEARED = 8
    """paid by policy of what governments and other buyers owe"""
    PROFIT = 9
    SALES = 10
    EXITS = 11
    FAILURES = 12
    """of the exits, those without cash, credit or capital"""
    ENTRIES = 13
    FIRMS = 14
    DEBT = 15
    OWED = 16
    USUAL_PROFIT = 17
    """profit if the month were a mean one of the year"""
    USUAL_SALES = 18


N_TOTALS = len(Total)
_WAGES, _OUT, _NEW, _REPAID, _OFF, _INTEREST = (int(Total(k)) for k in range(6))
_BUYERS, _GOVERNMENTS, _CLEARED, _PROFIT, _SALES = (int(Total(k)) for k in range(6, 11))
_EXITS, _FAILURES, _ENTRIES, _FIRMS, _DEBT, _OWED = (int(Total(k)) for k in range(11, 17))
_USUAL_PROFIT, _USUAL_SALES = int(Total.USUAL_PROFIT), int(Total.USUAL_SALES)
_BLOCK = int(Draw.FIRM_PRICE) // 4


@njit(cache=True, nogil=True, error_model="numpy")
def share_custom(starts, demand, f, price_elasticity, cell_price):
    """Share each cell's demand among its firms by a logit in log price and quality; fill ``f.sales``.

    ``share_i = A_i p_i ** -elasticity / sum_j`` (multinomial logit in ln p), A_i size times quality.

    Parameters
    ----------
    starts : ndarray of int, shape (cells + 1,)
        Firms are sorted by cell.
    demand : ndarray, shape (cells,)
        Yuan this month.
    f : FirmColumns
    cell_price : ndarray, shape (cells,)
        Filled: custom-weighted mean price of the cell.
    """
    for cell in range(demand.size):
        total = 0.0
        paid = 0.0
        for i in range(starts[cell], starts[cell + 1]):
            if f.weight[i] <= 0.0:
                f.sales[i] = 0.0
                continue
            price = float(f.price[i])
            pull = f.size[i] * np.exp(float(f.quality[i])) * price ** (-price_elasticity)
            f.sales[i] = pull
            total += f.weight[i] * pull
            paid += f.weight[i] * pull * price
        if total <= 0.0:
            cell_price[cell] = 1.0
            continue
        cell_price[cell] = paid / total
        for i in range(starts[cell], starts[cell + 1]):
            f.sales[i] *= demand[cell] / total


@njit(cache=True, nogil=True, error_model="numpy")
def liquidity_of(f, i, reserve, p):
    """Return the liquidity factor of firm i: see :func:`rules.liquidity_factor`; ``reserve`` in months of sales."""
    limit = f.credit[i] * f.expected[i]
    normal = (f.cash_wanted[i] + reserve) * f.expected[i] + (1.0 - p.usual_debt) * limit
    return rules.liquidity_factor(
        f.cash[i], max(limit - f.debt[i], 0.0), normal, p.liquidity_elasticity,
        p.liquidity_reach if f.credit[i] <= 0.0 else 1.0,
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def normal_liquidity(starts, f, reserve, p, mean):
    """Fill ``mean`` (cells,): the liquidity factor of each cell's firms, weighted by normal custom."""
    for cell in range(mean.size):
        pull = 0.0
        factor = 0.0
        for i in range(starts[cell], starts[cell + 1]):
            share = f.weight[i] * f.size[i] * np.exp(float(f.quality[i]))
            pull += share
            factor += share * liquidity_of(f, i, reserve[cell], p)
        mean[cell] = factor / pull if factor > 0.0 else 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def plan_firms(
    starts,
    seed,
    t,
    monthly,
    f,
    season,
    reserve,
    normal_sales,
    normal_staff,
    liquidity,
    unit_cost,
    relief,
    p,
    wanted,
):
    """Let every firm update quality, expectation, staff wanted and price; add up labour wanted by cell.

    Parameters
    ----------
    monthly : float
        Factor by which sales grow in a month at trend.
    f : FirmColumns
    season, reserve : ndarray, shape (cells,)
        Sales of such a month over those of a mean one; cash kept at the end of last month for the season, months of sales.
    normal_sales, normal_staff : ndarray, shape (cells,)
        Sales and people of the cell this month if demand were at trend: firms share them by size and quality.
    liquidity : ndarray, shape (cells,)
        Normal mean of the liquidity factor.
    unit_cost, relief : ndarray, shape (cells,)
        Unit cost relative to January 2024; share of labour cost refunded.
    p : FirmParameters
    wanted : ndarray, shape (cells,)
        Filled: persons.
    """
    news = p.quality_deviation * np.sqrt(1.0 - p.quality_persistence**2)
    for cell in range(unit_cost.size):
        wanted[cell] = 0.0
        pull = 0.0
        for i in range(starts[cell], starts[cell + 1]):
            if f.weight[i] > 0.0:
                pull += f.weight[i] * f.size[i] * np.exp(float(f.quality[i]))
        if pull <= 0.0:
            continue
        for i in range(starts[cell], starts[cell + 1]):
            if f.weight[i] <= 0.0:
                continue
            draws = uniform4(seed, i, t, _BLOCK)
            share = f.size[i] * np.exp(float(f.quality[i])) / pull
            before = monthly * f.expected[i]
            # what the season brings is no surprise
            of_mean_month = rules.usual_sales(f.sales[i], season[cell], before, p.least_usual)
            f.expected[i] = rules.expected_demand(f.expected[i], of_mean_month, p.expectation_speed, monthly)
            liquid = liquidity_of(f, i, reserve[cell], p) / liquidity[cell]
            f.target[i] = rules.labour_target(
                f.employees[i], share * normal_staff[cell], f.expected[i] / max(share * normal_sales[cell], 1e-9),
                p.labour_to_sales, relief[cell], p.labour_demand_elasticity, liquid,
                p.labour_adjustment,
            )  # fmt: skip
            if draws[0] < p.price_change_probability:
                f.price[i] = rules.wanted_price(unit_cost[cell], f.sales[i], before, p.demand_pressure)
            wanted[cell] += f.weight[i] * f.target[i]
            f.quality[i] = p.quality_persistence * f.quality[i] + news * normal_quantile(draws[1])


@njit(cache=True, nogil=True, error_model="numpy")
def settle_firms(
    starts, seed, t, f, c, p, exit_level, late_months, public_months, sooner, sooner_groups, turnover, totals
):
    """Staff the firms, pay bills, collect and borrow; let firms close and open; fill ``totals`` (cells, N_TOTALS).

    Parameters
    ----------
    f : FirmColumns
    c : CellMonth
    p : FirmParameters
    exit_level : float
        Monthly chance of closing of a firm of mean size with normal profit.
    late_months, public_months : float
        Months after which buyers on credit and governments pay, on average.
    sooner : float
        Months by which governments pay sooner, to firms of ``sooner_groups`` (bit mask; 0: to all).
    turnover : bool
        Whether firms close and open; if not, another owner takes over a firm that fails.
    """
    late_rate = 1.0 / max(late_months, 1.0)
    for cell in range(c.staff.size):
        first, last = starts[cell], starts[cell + 1]
        for k in range(totals.shape[1]):
            totals[cell, k] = 0.0
        wanted = 0.0
        firms = 0.0
        sold = 0.0
        for i in range(first, last):
            wanted += f.weight[i] * f.target[i]
            firms += f.weight[i]
            sold += f.weight[i] * f.sales[i]
        if firms <= 0.0:
            continue
        scale = c.staff[cell] / wanted if wanted > 0.0 else 0.0
        due = c.wage[cell] * c.staff[cell] + c.fixed[cell]
        # borne by staff; in a cell without staff by sales, in one without sales by firms
        per_person = due / c.staff[cell] if scale > 0.0 else 0.0
        per_sale = due / sold if scale <= 0.0 < sold else 0.0
        per_firm = due / firms if scale <= 0.0 and sold <= 0.0 else 0.0
        grant = c.granted[cell] / sold if sold > 0.0 else 0.0
        mean = c.staff[cell] / firms
        for i in range(first, last):
            w = float(f.weight[i])
            if w <= 0.0:
                continue
            f.employees[i] = f.target[i] * scale
            bill = f.employees[i] * per_person + f.sales[i] * per_sale + per_firm
            interest = c.full_interest[cell] * f.debt[i]
            profit = f.sales[i] * (1.0 - c.variable[cell] + grant) - bill - c.interest[cell] * f.debt[i]
            rate = 1.0 / max(public_months - (sooner if _in_group(f.group[i], sooner_groups) else 0.0), 1.0)
            cleared = c.settled[cell] * f.owed[i]
            cleared_buyers = c.settled_buyers[cell] * f.receivable[i]
            to_buyers = c.late[cell] * f.sales[i] - late_rate * (f.receivable[i] - cleared_buyers)
            to_governments = c.public[cell] * f.sales[i] - rate * (f.owed[i] - cleared)
            cash = f.cash[i] + profit - to_buyers - to_governments + cleared + cleared_buyers
            f.receivable[i] += to_buyers - cleared_buyers
            f.owed[i] += to_governments - cleared
            # owners know the seasons of their trade: they judge by what the month would have brought in a mean one
            usual_sales = rules.usual_sales(f.sales[i], c.season[cell], f.expected[i], p.least_usual)
            usual = profit + (usual_sales - f.sales[i]) * (1.0 - c.variable[cell])
            f.profit[i] += p.profit_memory * (
                (usual / usual_sales if usual_sales > 0.0 else 0.0) - f.profit[i]
            )
            limit = f.credit[i] * f.expected[i]
            kept_cash = (f.cash_wanted[i] + c.reserve[cell]) * f.expected[i]
            if limit <= 0.0:
                own = kept_cash + c.usual_claims[cell] * f.expected[i]
                kept_cash = rules.cash_kept(kept_cash, own, f.receivable[i] + f.owed[i])
            borrowed, repaid, out = rules.finance(
                cash,
                f.debt[i],
                kept_cash,
                limit,
                p.usual_debt * limit,
                p.finance_speed,
            )
            cash += borrowed - repaid - out
            f.debt[i] += borrowed - repaid
            claims = f.receivable[i] + f.owed[i]
            capital = cash + claims + p.stock_months * f.expected[i] - f.debt[i]
            failed = cash < 0.0 or capital < 0.0
            # the largest firm of a cell is never given up: the cell would be without a seller
            mortal = c.mortal[cell] and i > first
            luck = uniform4(seed, i, t, _BLOCK)[2] if mortal else 0.0
            # an owner who expects profit puts in what is missing, if the purse allows
            kept = not mortal or (f.profit[i] >= 0.0 and luck < p.owner_support)
            if failed and (kept or not turnover):
                needed = max(-cash, -capital, 0.0)
                if not kept:  # another owner takes the firm over, with the cash it wants, new hopes and the custom of a mean one
                    needed = max(kept_cash - cash, needed)
                    f.profit[i] = max(f.profit[i], p.normal_margin)
                    f.quality[i] = max(f.quality[i], 0.0)
                    totals[cell, _FAILURES] += w
                cash += needed
                out -= needed
            f.cash[i] = cash
            totals[cell, _WAGES] += w * f.employees[i] * c.wage[cell]
            totals[cell, _PROFIT] += w * profit
            totals[cell, _SALES] += w * f.sales[i]
            totals[cell, _USUAL_PROFIT] += w * usual
            totals[cell, _USUAL_SALES] += w * usual_sales
            totals[cell, _OUT] += w * out
            totals[cell, _NEW] += w * borrowed
            totals[cell, _REPAID] += w * repaid
            totals[cell, _INTEREST] += w * interest
            totals[cell, _BUYERS] += w * to_buyers
            totals[cell, _GOVERNMENTS] += w * to_governments
            totals[cell, _CLEARED] += w * (cleared + cleared_buyers)
            if not (mortal and turnover):
                continue
            if failed:
                if kept:
                    continue
                gone = w
                totals[cell, _FAILURES] += w
            else:
                chance = rules.exit_chance(
                    exit_level, f.profit[i], p.normal_margin, p.exit_profit_elasticity, f.employees[i], mean,
                    p.exit_size_elasticity,
                )  # fmt: skip
                gone = min(rules.whole(w * chance, luck), w)
            if gone <= 0.0:
                continue
            back, lost, left = rules.estate(cash, claims, f.debt[i])
            totals[cell, _EXITS] += gone
            totals[cell, _OUT] += gone * left
            totals[cell, _REPAID] += gone * (back + lost)
            totals[cell, _OFF] += gone * lost
            totals[cell, _BUYERS] -= gone * f.receivable[i]
            totals[cell, _GOVERNMENTS] -= gone * f.owed[i]
            if gone >= w:
                f.weight[i] = 0.0
                f.cash[i] = 0.0
                f.debt[i] = 0.0
                f.receivable[i] = 0.0
                f.owed[i] = 0.0
                f.employees[i] = 0.0
                f.target[i] = 0.0
            else:
                f.weight[i] = w - gone
        if turnover and c.births[cell] > 0.0:
            own_funds = (c.reserve[cell], c.usual_claims[cell])
            usual_sold = totals[cell, _USUAL_SALES]
            _enter(
                first, last, seed, t, f, c.births[cell], usual_sold, c.staff[cell], own_funds, p, totals[cell]
            )
        # who closes and who opens moves jobs within the trade and city; only its custom makes or ends them
        people = 0.0
        for i in range(first, last):
            people += f.weight[i] * f.employees[i]
        moved = c.staff[cell] / people if people > 0.0 else 1.0
        for i in range(first, last):
            f.employees[i] *= moved
            totals[cell, _FIRMS] += f.weight[i]
            totals[cell, _DEBT] += f.weight[i] * f.debt[i]
            totals[cell, _OWED] += f.weight[i] * f.owed[i]


@njit(cache=True, nogil=True, error_model="numpy")
def _in_group(group, groups):
    return groups == 0 or (int(group) & groups) != 0


@njit(cache=True, nogil=True, error_model="numpy")
def _enter(first, last, seed, t, f, births, sold, staff, own_funds, p, totals):
    """Let firms enter in the places kept for them, free ones first; owners bring what such a firm needs to start with.

    That is the cash it wants, for the season too, and without a bank what its buyers will owe it: ``own_funds``, months of
    sales.
    """
    reserve, claims = own_funds
    room = 0.0
    pull = 0.0
    for i in range(first, last):
        pull += f.weight[i] * f.size[i] * np.exp(float(f.quality[i]))
        if f.entrant[i]:
            room += 1.0 / (1.0 + f.weight[i])
    if room <= 0.0:
        return
    for i in range(first, last):
        if not f.entrant[i]:
            continue
        w = float(f.weight[i])
        born = rules.whole(births / (1.0 + w) / room, uniform4(seed, i, t, _BLOCK)[3])
        if born <= 0.0:
            continue
        share = f.size[i] / max(pull, 1e-12)
        expected = share * sold
        cash = (f.cash_wanted[i] + reserve + (claims if f.credit[i] <= 0.0 else 0.0)) * expected
        both = w + born
        if w <= 0.0:
            f.employees[i] = 0.0
            f.quality[i] = 0.0
            f.price[i] = 1.0
            f.expected[i] = 0.0
            f.profit[i] = 0.0
        f.quality[i] *= w / both
        f.expected[i] = (w * f.expected[i] + born * expected) / both
        f.profit[i] = (w * f.profit[i] + born * p.normal_margin) / both
        f.cash[i] = (w * f.cash[i] + born * cash) / both
        f.debt[i] *= w / both
        f.receivable[i] *= w / both
        f.owed[i] *= w / both
        f.employees[i] = (w * f.employees[i] + born * share * staff) / both
        f.weight[i] = both
        totals[_ENTRIES] += born
        totals[_OUT] -= born * cash


@njit(cache=True, nogil=True, error_model="numpy")
def cell_births(count, normal, rate, margin, normal_margin, cost, elasticity, out):
    """Fill ``out`` (cells,) with the firms founded in a month in each cell: see :func:`rules.births`."""
    for cell in range(out.size):
        out[cell] = (
            rules.births(count[cell], normal[cell], rate, margin[cell], normal_margin, cost[cell], elasticity)
            if normal[cell] > 0.0
            else 0.0
        )
