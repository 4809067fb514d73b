"""The ledger: every payment booked twice, every stock equal to last month's plus flows, checked each month to 1e-9.

Sectors hold one money balance each (households: liquid wealth and term deposits) and owe banks one debt each. The
transactions-flow matrix is payer x payee x item; a month closes when, for every sector, the balance counted from the agents
equals last month's plus what it received minus what it paid, and likewise for debts. A month that does not close raises
:class:`LedgerError`. What the eleven cities pay and receive is kept city by city beside the matrix, so that each has books of
its own that add up to the account of the cities.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from jinxiao.model.names import N_CITIES, month_label

TOLERANCE = 1e-9
"""Largest gap allowed, as a share of all payments of the month plus all balances."""


class Account(IntEnum):
    """Sectors of the ledger."""

    HOUSEHOLDS = 0
    FIRMS = 1
    CENTRE = 2
    PROVINCE = 3
    CITIES = 4
    FUND = 5
    UNIONS = 6
    BANKS = 7
    REST = 8


ACCOUNT_NAMES = (
    "households",
    "firms",
    "centre",
    "province",
    "cities",
    "fund",
    "unions",
    "banks",
    "rest_of_country",
)
ITEMS = (
    "wages", "business_income", "farm_income", "dividends_and_rents", "interest", "pensions", "benefits", "transfers",
    "policy_transfers", "taxes_and_contributions", "consumption", "consumption_outside", "tourist_spending",
    "other_purchases", "public_services", "public_education", "public_health", "public_works", "inflow_of_goods", "profits",
    "subsidies", "coupons", "ticket_waivers", "refunds", "administration", "home_purchases", "home_subsidies", "building",
    "policy_purchases", "grants_to_firms",
    "labour_cost_refunds", "interest_subsidies", "new_loans", "repayments", "loan_writeoffs", "grants_between_budgets",
    "trade_credit", "trade_credit_repaid", "arrears_cleared", "rewards",
)  # fmt: skip
PUBLIC_PURCHASES = ("public_services", "public_education", "public_health", "public_works")
"""Items under which budgets and funds buy from firms, policy left out."""
CLAIMS_ADDED, CLAIMS_SETTLED = ("trade_credit",), ("trade_credit_repaid", "arrears_cleared")
"""Items that add to what buyers owe firms, and items that take away."""
_ITEM_INDEX = {name: k for k, name in enumerate(ITEMS)}


class LedgerError(RuntimeError):
    """The ledger does not close: names account, month and amount."""

    def __init__(self, account: str, month: str, amount: float) -> None:
        super().__init__(f"ledger does not close: account {account}, month {month}, amount {amount:.6g} yuan")
        self.account = account
        self.month = month
        self.amount = amount


def _owing() -> np.ndarray:
    return np.zeros(len(Account))


def _flow_matrix() -> np.ndarray:
    return np.zeros((len(Account), len(Account), len(ITEMS)))


def _city_books() -> np.ndarray:
    return np.zeros((N_CITIES, len(Account), len(ITEMS)))


@dataclass
class Ledger:
    """Balances and flows of the sectors.

    Attributes
    ----------
    money : ndarray, shape (accounts,)
        Money balances at the end of the last closed month, yuan.
    debts : ndarray, shape (accounts,)
        Owed to banks, yuan: consumer loans and mortgages of households, loans of firms, bonds of governments.
    flows : ndarray, shape (accounts, accounts, items)
        Payments of the month being booked.
    city_paid, city_received : ndarray, shape (cities, accounts, items)
        What each city has paid to, and received from, the other accounts in that month.
    city_shares : ndarray, shape (cities,)
        How a payment of or to the cities is shared where it is given as one sum.
    claims : float
        What buyers on credit and governments owe firms, yuan.
    """

    money: np.ndarray = field(default_factory=_owing)
    debts: np.ndarray = field(default_factory=_owing)
    flows: np.ndarray = field(default_factory=_flow_matrix)
    city_paid: np.ndarray = field(default_factory=_city_books)
    city_received: np.ndarray = field(default_factory=_city_books)
    city_shares: np.ndarray = field(default_factory=lambda: np.full(N_CITIES, 1.0 / N_CITIES))
    claims: float = 0.0

    @property
    def loans(self) -> float:
        """Consumer loans and mortgages owed by households, yuan."""
        return float(self.debts[Account.HOUSEHOLDS])

    @loans.setter
    def loans(self, amount: float) -> None:
        self.debts[Account.HOUSEHOLDS] = amount

    def copy(self) -> "Ledger":
        """Return an independent copy."""
        return deepcopy(self)

    def pay(self, payer: Account, payee: Account, item: str, amount: float | np.ndarray) -> None:
        """Book one payment; a negative amount is booked the other way round.

        Parameters
        ----------
        payer, payee : Account
        item : str
            One of ITEMS.
        amount : float or ndarray, shape (cities,)
            Yuan. By city where the city is known: it goes into the books of that city if cities pay or receive.
        """
        k = _ITEM_INDEX[item]
        if Account.CITIES in (payer, payee):
            by_city = amount if isinstance(amount, np.ndarray) else amount * self.city_shares
            if payer == Account.CITIES:
                self.city_paid[:, payee, k] += by_city
            if payee == Account.CITIES:
                self.city_received[:, payer, k] += by_city
        total = float(amount.sum()) if isinstance(amount, np.ndarray) else amount
        if total < 0.0:
            payer, payee, total = payee, payer, -total
        self.flows[payer, payee, k] += total

    def _booked(self, item: str) -> float:
        return float(self.flows[:, :, _ITEM_INDEX[item]].sum())

    def expected(self) -> np.ndarray:
        """Return the balances that follow from last month's and this month's payments."""
        between = self.flows.sum(axis=2)
        return self.money + between.sum(axis=0) - between.sum(axis=1)

    def owed(self) -> np.ndarray:
        """Return the debts that follow from last month's, new loans and repayments, shape (accounts,)."""
        new = self.flows[Account.BANKS, :, _ITEM_INDEX["new_loans"]]
        repaid = self.flows[:, Account.BANKS, _ITEM_INDEX["repayments"]]
        return np.asarray(self.debts + new - repaid)

    def owed_to_firms(self) -> float:
        """Return the claims of firms on their buyers that follow from last month's and this month's payments, yuan."""
        added, settled = (
            sum(self._booked(item) for item in items) for items in (CLAIMS_ADDED, CLAIMS_SETTLED)
        )
        return self.claims + added - settled

    def close(
        self,
        month: int,
        counted: Mapping[Account, float],
        owed: float | Mapping[Account, float],
        claims: float | None = None,
    ) -> np.ndarray:
        """Close the month: compare expected balances with those counted from the agents, then start the next month.

        Parameters
        ----------
        month : int
            Month index.
        counted : mapping of Account to float
            Money balances counted from agents' own state; accounts not given have no agents and take the expected.
        owed : float or mapping of Account to float
            Debts outstanding counted from the agents; one number is that of households.
        claims : float, optional
            What buyers owe firms, counted from the firms, yuan.

        Returns
        -------
        ndarray, shape (accounts, accounts, items)
            The month's flows.

        Raises
        ------
        LedgerError
            If any balance is off by more than TOLERANCE times the size of the economy's money.
        """
        expected = self.expected()
        scale = self.flows.sum() + np.abs(self.money).sum() + 1.0
        for account, amount in counted.items():
            gap = amount - expected[account]
            if not abs(gap) <= TOLERANCE * scale:
                raise LedgerError(ACCOUNT_NAMES[account], month_label(month), gap)
            expected[account] = amount
        debts = self.owed()
        for account, amount in (owed if isinstance(owed, Mapping) else {Account.HOUSEHOLDS: owed}).items():
            gap = amount - debts[account]
            if not abs(gap) <= TOLERANCE * scale:
                name = "loans" if account == Account.HOUSEHOLDS else f"loans of {ACCOUNT_NAMES[account]}"
                raise LedgerError(name, month_label(month), gap)
            debts[account] = amount
        if claims is not None:
            gap = claims - self.owed_to_firms()
            if not abs(gap) <= TOLERANCE * scale:
                raise LedgerError("claims of firms on buyers", month_label(month), gap)
            self.claims = claims
        flows = self.flows
        self.money = expected
        self.debts = debts
        self.flows = _flow_matrix()
        return flows

    def take_city_books(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what each city has paid and received since the last call, each (cities, accounts, items); start anew."""
        books = self.city_paid, self.city_received
        self.city_paid, self.city_received = _city_books(), _city_books()
        return books
