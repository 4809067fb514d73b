"""The state of a run between two months: what a fork copies, so that runs that differ in policy share their history."""

from dataclasses import dataclass, field

import numpy as np
from numba import njit

from jinxiao.model.firms.loop import FirmColumns
from jinxiao.model.households.loop import HouseholdColumns
from jinxiao.model.households.setup import changed_columns
from jinxiao.model.ledger import Account, Ledger
from jinxiao.model.markets import MarketState
from jinxiao.model.tourists.setup import PartyColumns

_NOT_CARRIED = frozenset(
    {"permanent_income", "consumption", "income", "risk", "stage", "saving_rate", "group"}
)
"""Columns of a run that a month writes without reading them, or reads without writing."""
_FIRM_STATE = ("employees", "target", "expected", "sales", "price", "cash")


@dataclass(frozen=True)
class Founding:
    """What is fixed when markets open in January 2024, after burn-in.

    Attributes
    ----------
    cell_starts : ndarray of int, shape (cities * sectors + 1,)
        Rows of the firms of each cell.
    custom : ndarray, shape (cities, sectors)
        Monthly spending of households and visitors at trend level, yuan.
    other_purchases : ndarray, shape (cities, sectors)
        Monthly purchases by governments, funds, institutions, firms and buyers outside, at trend level.
    supplier_share : ndarray, shape (cities, sectors)
        Each cell's share of its sector's employment: where local supply is bought.
    own_share : ndarray, shape (cities, sectors)
        Share of individual businesses in sales.
    quits : ndarray, shape (cities,)
        Normal separation hazard.
    tightness, unemployed, visits : ndarray, shape (cities,)
        Vacancies over unemployed, unemployed, and monthly visits, at the start.
    grants : ndarray, shape (accounts,)
        Monthly grants of the centre that balance the other budgets at the start, yuan at trend level.
    """

    cell_starts: np.ndarray
    custom: np.ndarray
    other_purchases: np.ndarray
    supplier_share: np.ndarray
    own_share: np.ndarray
    quits: np.ndarray
    tightness: np.ndarray
    unemployed: np.ndarray
    visits: np.ndarray
    grants: np.ndarray


@dataclass
class State:
    """Everything that changes from month to month."""

    households: HouseholdColumns
    parties: PartyColumns
    firms: FirmColumns | None
    markets: MarketState
    ledger: Ledger
    pools: dict[int, float] = field(default_factory=dict)
    claims: dict[int, float] = field(default_factory=dict)
    employed: np.ndarray | None = None
    unemployed: np.ndarray | None = None

    def copy(self) -> "State":
        """Return a copy that shares only columns that never change."""
        household_changes = {name: getattr(self.households, name).copy() for name in changed_columns()}
        firms = self.firms
        if firms is not None:
            firms = firms._replace(**{name: getattr(firms, name).copy() for name in _FIRM_STATE})
        ledger = Ledger(self.ledger.money.copy(), self.ledger.loans, self.ledger.flows.copy())
        return State(
            households=self.households._replace(**household_changes),
            parties=self.parties,
            firms=firms,
            markets=self.markets.copy(),
            ledger=ledger,
            pools=dict(self.pools),
            claims=dict(self.claims),
            employed=None if self.employed is None else self.employed.copy(),
            unemployed=None if self.unemployed is None else self.unemployed.copy(),
        )

    def household_backup(self) -> dict[str, np.ndarray]:
        """Return copies of the household columns that a month reads and changes."""
        names = [name for name in changed_columns() if name not in _NOT_CARRIED]
        return {name: getattr(self.households, name).copy() for name in names}

    def restore_households(self, backup: dict[str, np.ndarray]) -> None:
        """Put the household columns back as they were."""
        for name, values in backup.items():
            getattr(self.households, name)[...] = values


@njit(cache=True, nogil=True, error_model="numpy")
def weighted_sum(weight, a, b):
    """Return ``sum(weight * (a + b))`` in agent order: the same bits whatever the number of threads."""
    total = 0.0
    for i in range(weight.size):
        total += float(weight[i]) * (a[i] + b[i])
    return total


def household_money(households: HouseholdColumns) -> tuple[float, float]:
    """Return money (liquid wealth and term deposits) and loans (consumer loans and mortgages) of all households, yuan."""
    return (
        weighted_sum(households.weight, households.liquid_wealth, households.term_deposits),
        weighted_sum(households.weight, households.loan, households.mortgage),
    )


def firm_money(firms: FirmColumns) -> float:
    """Return the cash of all firms, yuan."""
    return weighted_sum(firms.weight, firms.cash, np.zeros_like(firms.cash))


PUBLIC_ACCOUNTS = (Account.CENTRE, Account.PROVINCE, Account.CITIES, Account.FUND, Account.UNIONS)
