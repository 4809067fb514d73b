"""A household's money: what came in, what was spent, put aside, paid on debts, and what is left; every yuan once."""

from typing import Final, NamedTuple

import numpy as np

from jinxiao.experiments.close_up import HouseholdDiary
from jinxiao.model.households.diary import CAME_IN, WENT_OUT, Entry
from jinxiao.model.names import CATEGORIES, N_CATEGORIES, N_DURABLES, Category
from jinxiao.results.labels import Label, label

NOT_INCOME: Final = (Entry.LOAN_NEW, Entry.WITHDRAWN, Entry.SUBSIDIES, Entry.COUPON_OFF)
"""What adds to cash without being income: own savings, debt, and what is taken off prices."""
NOT_TAKEN: Final = (
    Entry.COMMITTED,
    Entry.DEBT_SERVICE,
    Entry.MEDICAL,
    Entry.TRIP,
    Entry.OUTING_COST,
    Entry.FURNISHING,
    Entry.HOME_PAID,
)
"""What takes from cash without being taken off income."""
INCOME: Final[tuple[Entry, ...]] = tuple(e for e in CAME_IN if e not in NOT_INCOME)
TAKEN: Final[tuple[Entry, ...]] = tuple(e for e in WENT_OUT if e not in NOT_TAKEN)
NAMES: Final = {
    "WAGES": Label("Wages", "工资"),
    "BUSINESS": Label("Own business", "经营收入"),
    "FARM": Label("Farming", "务农收入"),
    "PROPERTY": Label("Property income", "财产收入"),
    "PENSIONS": Label("Pensions", "养老金"),
    "TRANSFERS": Label("Other transfers", "其他转移收入"),
    "RELIEF": Label("Relief", "救助"),
    "BENEFIT": Label("Unemployment benefit", "失业保险金"),
    "POLICY": Label("Paid by policy", "政策补助"),
    "INTEREST": Label("Interest", "利息"),
    "DEDUCTIONS": Label("Taxes and contributions", "个税与社保缴费"),
    "SUBSIDIES": Label("Taken off by subsidies", "补贴抵扣"),
    "COUPON_OFF": Label("Taken off by coupons", "消费券抵扣"),
}
"""Names of amounts, by entry."""
SUMS: Final = {
    "came_in": Label("Came in", "收入"),
    "spent": Label("Spent", "支出"),
    "aside": Label("Put aside", "存入储蓄"),
    "debts": Label("Debts paid", "偿还债务"),
    "cash": Label("Cash, end", "月末现金"),
}
"""Columns of a month: cash grows by what came in less the three that follow it."""
OF_IT: Final = {
    "durables": Label("of it durables", "其中：耐用品"),
    "trips": Label("of it trips", "其中：出游"),
    "medical": Label("of it illness", "其中：就医"),
}


class Money(NamedTuple):
    """Monthly paths of a household's money, yuan, each of shape (months,)."""

    came_in: np.ndarray
    """after taxes and contributions"""
    spent: np.ndarray
    """out of its own money: less what subsidies and coupons take off"""
    aside: np.ndarray
    """put into savings less what is taken out"""
    debts: np.ndarray
    """paid on debts less new loans"""
    cash: np.ndarray
    """liquid wealth, end of month"""


def _sum(entries: np.ndarray, which: tuple[Entry, ...]) -> np.ndarray:
    total: np.ndarray = entries[:, [int(e) for e in which]].sum(axis=1)
    return total


def bought(entries: np.ndarray) -> np.ndarray:
    """Return what is paid for by category at full prices, imputed rent left out, shape (months, N_CATEGORIES)."""
    paid = entries[:, Entry.CATEGORIES : Entry.CATEGORIES + N_CATEGORIES].copy()
    paid[:, Category.HOUSING] -= entries[:, Entry.IMPUTED]
    return paid


def money_of(entries: np.ndarray) -> Money:
    """Return the paths of a diary, shape (months, N_ENTRIES)."""
    e = entries
    return Money(
        _sum(e, INCOME) - _sum(e, TAKEN),
        bought(e).sum(axis=1) - e[:, Entry.SUBSIDIES] - e[:, Entry.COUPON_OFF],
        e[:, Entry.COMMITTED] - e[:, Entry.WITHDRAWN],
        e[:, Entry.DEBT_SERVICE] - e[:, Entry.LOAN_NEW],
        e[:, Entry.LIQUID],
    )


class Total(NamedTuple):
    """A row of the totals: level 0 a sum, 1 a part of it, 2 of which."""

    name: Label
    level: int
    scenario: float
    reference: float


def totals(diary: HouseholdDiary, first: int = 0) -> list[Total]:
    """Return the totals from a month on under the scenario and under the reference; parts that are zero in both left out.

    Came in = spent + put aside + debts paid + rise in cash.
    """
    mine, other = diary.entries[first:], diary.reference[first:]
    cash = float(diary.who["liquid_wealth"]) if first == 0 else float(diary.entries[first - 1, Entry.LIQUID])
    rows: list[Total] = []

    def add(name: Label, level: int, here: float, there: float) -> None:
        if level == 0 or max(abs(here), abs(there)) >= 0.5:
            rows.append(Total(name, level, float(here), float(there)))

    here, there = money_of(mine), money_of(other)
    add(SUMS["came_in"], 0, here.came_in.sum(), there.came_in.sum())
    for entry in INCOME:
        add(NAMES[entry.name], 1, mine[:, entry].sum(), other[:, entry].sum())
    for entry in TAKEN:
        add(NAMES[entry.name], 1, -mine[:, entry].sum(), -other[:, entry].sum())
    add(SUMS["spent"], 0, here.spent.sum(), there.spent.sum())
    paid = bought(mine).sum(axis=0), bought(other).sum(axis=0)
    for k, category in enumerate(CATEGORIES):
        name = Label(label("category", category.key, "en"), label("category", category.key, "zh"))
        add(name, 1, paid[0][k], paid[1][k])
    for entry in (Entry.SUBSIDIES, Entry.COUPON_OFF):
        add(NAMES[entry.name], 1, -mine[:, entry].sum(), -other[:, entry].sum())
    for key, (start, stop) in SPANS.items():
        add(OF_IT[key], 2, mine[:, start:stop].sum(), other[:, start:stop].sum())
    add(SUMS["aside"], 0, here.aside.sum(), there.aside.sum())
    add(SUMS["debts"], 0, here.debts.sum(), there.debts.sum())
    add(RISE, 0, here.cash[-1] - cash, there.cash[-1] - cash)
    return rows


RISE: Final = Label("Rise in cash", "现金增加")
SPANS: Final = {
    "durables": (int(Entry.DURABLES), int(Entry.DURABLES) + N_DURABLES),
    "trips": (int(Entry.TRIP), int(Entry.TRIP) + 1),
    "medical": (int(Entry.MEDICAL), int(Entry.MEDICAL) + 1),
}
"""Columns of diaries that are told apart among what was spent."""
