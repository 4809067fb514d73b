"""Governments, funds and banks: the few agents that are objects (``mesa.Agent``), each with a budget of its own."""

from collections import defaultdict
from typing import Any

import mesa

from jinxiao.model.ledger import Account


class Treasury(mesa.Agent):
    """A public budget: the centre, the province, one of the eleven cities, the social insurance funds, the unions.

    Attributes
    ----------
    account : Account
        Ledger sector it belongs to.
    name : str
    balance : float
        Cash, yuan; negative is borrowed.
    paid, received : dict of str to float
        This month's items.
    """

    def __init__(self, model: Any, name: str, account: Account) -> None:
        super().__init__(model)
        self.name = name
        self.account = account
        self.balance = 0.0
        self.paid: dict[str, float] = defaultdict(float)
        self.received: dict[str, float] = defaultdict(float)

    def pay(self, item: str, amount: float) -> None:
        """Pay ``amount`` under ``item``."""
        self.balance -= amount
        self.paid[item] += amount

    def receive(self, item: str, amount: float) -> None:
        """Receive ``amount`` under ``item``."""
        self.balance += amount
        self.received[item] += amount

    def start_month(self) -> None:
        """Open the books of a new month."""
        self.paid.clear()
        self.received.clear()


class Bank(mesa.Agent):
    """The province's banks as one: lends to households, pays and takes interest, keeps the margin."""

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.name = "banks"
        self.account = Account.BANKS
        self.balance = 0.0
        self.loans = 0.0

    def lend(self, amount: float) -> None:
        """Pay out new loans."""
        self.balance -= amount
        self.loans += amount

    def collect(self, principal: float, interest: float) -> None:
        """Take repayments and interest in."""
        self.balance += principal + interest
        self.loans -= principal
