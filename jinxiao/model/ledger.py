"""The ledger: every payment booked twice, every stock equal to last month's plus flows, checked each month to 1e-9.

Sectors hold one money balance each (households: liquid wealth and term deposits). The transactions-flow matrix is payer x
payee x item; a month closes when, for every sector, the balance counted from the agents equals last month's plus what it
received minus what it paid, and likewise for loans. A month that does not close raises :class:`LedgerError`.
"""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from jinxiao.model.names import month_label

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
    "other_purchases", "inflow_of_goods", "profits", "subsidies", "coupons", "ticket_waivers", "refunds",
    "administration", "home_purchases",
    "policy_purchases", "grants_to_firms",
    "home_subsidies", "building", "labour_cost_refunds", "interest_subsidies", "new_loans", "repayments",
    "grants_between_budgets",
)  # fmt: skip
_ITEM_INDEX = {name: k for k, name in enumerate(ITEMS)}


class LedgerError(RuntimeError):
    """The ledger does not close: names account, month and amount."""

    def __init__(self, account: str, month: str, amount: float) -> None:
        super().__init__(f"ledger does not close: account {account}, month {month}, amount {amount:.6g} yuan")
        self.account = account
        self.month = month
        self.amount = amount


@dataclass
class Ledger:
    """Balances and flows of the sectors.

    Attributes
    ----------
    money : ndarray, shape (accounts,)
        Money balances at the end of the last closed month, yuan.
    loans : float
        Consumer loans and mortgages owed by households to banks, yuan.
    flows : ndarray, shape (accounts, accounts, items)
        Payments of the month being booked.
    """

    money: np.ndarray = field(default_factory=lambda: np.zeros(len(Account)))
    loans: float = 0.0
    flows: np.ndarray = field(default_factory=lambda: np.zeros((len(Account), len(Account), len(ITEMS))))

    def pay(self, payer: Account, payee: Account, item: str, amount: float) -> None:
        """Book one payment; a negative amount is booked the other way round."""
        if amount < 0.0:
            payer, payee, amount = payee, payer, -amount
        self.flows[payer, payee, _ITEM_INDEX[item]] += amount

    def expected(self) -> np.ndarray:
        """Return the balances that follow from last month's and this month's payments."""
        between = self.flows.sum(axis=2)
        return self.money + between.sum(axis=0) - between.sum(axis=1)

    def close(self, month: int, counted: dict[Account, float], loans_counted: float) -> np.ndarray:
        """Close the month: compare expected balances with those counted from the agents, then start the next month.

        Parameters
        ----------
        month : int
            Month index.
        counted : dict of Account to float
            Money balances counted from agents' own state; accounts not given have no agents and take the expected.
        loans_counted : float
            Loans outstanding counted from households.

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
        new = self.flows[Account.BANKS, Account.HOUSEHOLDS, _ITEM_INDEX["new_loans"]]
        repaid = self.flows[Account.HOUSEHOLDS, Account.BANKS, _ITEM_INDEX["repayments"]]
        gap = loans_counted - (self.loans + new - repaid)
        if not abs(gap) <= TOLERANCE * scale:
            raise LedgerError("loans", month_label(month), gap)
        flows = self.flows
        self.money = expected
        self.loans = loans_counted
        self.flows = np.zeros_like(flows)
        return flows
