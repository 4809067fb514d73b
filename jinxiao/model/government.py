"""Governments, funds and banks: the few agents that are objects (``mesa.Agent``), each with a budget of its own."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import mesa
import numpy as np

from jinxiao.model.ledger import ACCOUNT_NAMES, ITEMS, Account
from jinxiao.model.names import N_CITIES

FUNCTIONS = {
    "public_education": "education",
    "public_services": "public services",
    "public_works": "public works",
    "public_health": "health",
    "pensions": "social security",
    "benefits": "social security",
    "transfers": "social security",
    "grants_between_budgets": "grants to other budgets",
    "interest": "debt service",
    "repayments": "debt service",
    "trade_credit_repaid": "debt service",
}
"""Function of the budget under which an item is paid; all else are measures of policy."""
MEASURES = "measures"


def function_of(item: str) -> str:
    """Return the function of a budget under which an item is paid."""
    return FUNCTIONS.get(item, MEASURES)


class Treasury(mesa.Agent):
    """A public budget: the centre, the province, one of the eleven cities, the social insurance funds, the unions.

    Attributes
    ----------
    account : Account
        Ledger sector it belongs to.
    name : str
    balance : float
        Cash, yuan; negative is what the general budget has drawn beyond its receipts since the start.
    paid, received : dict of (str, str) to float
        This month's payments by counterpart and item.
    """

    def __init__(self, model: Any, name: str, account: Account) -> None:
        super().__init__(model)
        self.name = name
        self.account = account
        self.balance = 0.0
        self.paid: dict[tuple[str, str], float] = defaultdict(float)
        self.received: dict[tuple[str, str], float] = defaultdict(float)

    def keep(self, paid: np.ndarray, received: np.ndarray) -> None:
        """Write the month's books, each (accounts, items), and carry the balance."""
        for book, amounts in ((self.paid, paid), (self.received, received)):
            book.clear()
            for account, item in np.argwhere(amounts):
                book[ACCOUNT_NAMES[account], ITEMS[item]] = float(amounts[account, item])
        self.balance += float(received.sum() - paid.sum())

    def by_function(self) -> dict[str, float]:
        """Return what was paid this month by function, yuan."""
        found: dict[str, float] = defaultdict(float)
        for (_, item), amount in self.paid.items():
            found[function_of(item)] += amount
        return dict(found)


@dataclass
class LocalDebt:
    """What province and cities have borrowed for measures, repaid in equal parts over ``bond_years``.

    Attributes
    ----------
    owed, instalment : ndarray, shape (1 + cities,)
        Yuan outstanding, and repaid a month: the province, then the cities.
    """

    owed: np.ndarray = field(default_factory=lambda: np.zeros(1 + N_CITIES))
    instalment: np.ndarray = field(default_factory=lambda: np.zeros(1 + N_CITIES))

    def copy(self) -> "LocalDebt":
        """Return an independent copy."""
        return LocalDebt(self.owed.copy(), self.instalment.copy())

    def service(self, rate: float) -> tuple[np.ndarray, np.ndarray]:
        """Return this month's repayments and interest at a yearly rate, each (1 + cities,)."""
        return np.minimum(self.instalment, self.owed), self.owed * rate / 12.0

    def turn(self, repaid: np.ndarray, borrowed: np.ndarray, months: float) -> None:
        """Take repayments off, add what is borrowed, to be repaid from next month on over ``months``."""
        self.owed = self.owed - repaid + borrowed
        self.instalment = np.where(self.owed > 0.0, self.instalment, 0.0) + borrowed / months


@dataclass(frozen=True)
class Financing:
    """How province and cities pay for measures this month, and what other spending they give up.

    Attributes
    ----------
    borrowed, repaid, interest : ndarray, shape (1 + cities,)
        Yuan: the province, then the cities.
    cut_works, cut_services : ndarray, shape (cities,)
        Public works and public services not bought, by the city where they would have been bought.
    cut_by : ndarray, shape (2, 1 + cities)
        The same by budget: works, services.
    """

    borrowed: np.ndarray
    repaid: np.ndarray
    interest: np.ndarray
    cut_works: np.ndarray
    cut_services: np.ndarray
    cut_by: np.ndarray


def finance(
    local: np.ndarray, debt: LocalDebt, rate: float, works: np.ndarray, services: np.ndarray
) -> Financing:
    """Return how the local part of the cost of measures is met.

    Money that is moved, and the service of what was borrowed, comes out of purchases of the same budget: public works first, as
    wages and livelihood come before them in local budgets, then public services. What exceeds both is new money.

    Parameters
    ----------
    local : ndarray, shape (3, 1 + cities)
        Yuan that measures cost province and cities this month: new, moved, borrowed.
    debt : LocalDebt
    rate : float
        Interest a year.
    works, services : ndarray, shape (2, cities)
        Planned purchases by the city where they are bought: of the province, of the cities.
    """
    repaid, interest = debt.service(rate)
    wanted = local[1] + repaid + interest
    cuts = np.zeros((2, 1 + N_CITIES))
    at = np.zeros((2, N_CITIES))
    for k, planned in enumerate((works, services)):
        room = np.concatenate([planned[:1].sum(axis=1), planned[1]])
        cuts[k] = np.clip(wanted - cuts[:k].sum(axis=0), 0.0, room)
        at[k] = cuts[k, 1:] + (planned[0] / room[0] * cuts[k, 0] if room[0] > 0.0 else 0.0)
    return Financing(local[2], repaid, interest, at[0], at[1], cuts)


class Bank(mesa.Agent):
    """The province's banks as one: hold deposits, lend to households, firms and local budgets, keep the margin.

    Attributes
    ----------
    balance : float
        Money account of the ledger, yuan: what the others hold less what was lent.
    loans : float
        Owed by households, yuan.
    lent : ndarray, shape (accounts,)
        Owed by each sector, yuan.
    """

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.name = "banks"
        self.account = Account.BANKS
        self.balance = 0.0
        self.loans = 0.0
        self.lent = np.zeros(len(Account))

    def keep(self, balance: float, lent: np.ndarray) -> None:
        """Carry what the ledger says at the end of the month."""
        self.balance = balance
        self.loans = float(lent[Account.HOUSEHOLDS])
        self.lent = lent.copy()
