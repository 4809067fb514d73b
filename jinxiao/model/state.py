"""The state of a run between two months: what a fork copies, so that runs that differ in policy share their history."""

from copy import copy
from dataclasses import dataclass, field

import numpy as np
from numba import njit

from jinxiao.model.firms.columns import CHANGING
from jinxiao.model.firms.loop import FirmColumns
from jinxiao.model.firms.rewards import Specialists
from jinxiao.model.government import LocalDebt
from jinxiao.model.households.loop import HouseholdColumns
from jinxiao.model.households.setup import changed_columns
from jinxiao.model.ledger import Ledger
from jinxiao.model.markets import MarketState
from jinxiao.model.names import N_ZONES
from jinxiao.model.payments import Grants
from jinxiao.model.supply import SupplyTable
from jinxiao.model.tourists.setup import PartyColumns


@dataclass(frozen=True)
class Leisure:
    """What residents want in each month of the year before the start, with nothing scarce, and what sites can take.

    Attributes
    ----------
    rooms : ndarray, shape (12, periods, cities)
        Nights of rooms on trips within the province.
    outings, trips : ndarray, shape (12, periods, cities)
        Persons on days out in their own city, and on trips within the province.
    sites : ndarray, shape (cities,)
        Visitors a day that the sites of a city can take.
    """

    rooms: np.ndarray
    outings: np.ndarray
    trips: np.ndarray
    sites: np.ndarray


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
    tightness, unemployed : ndarray, shape (cities,)
        Vacancies over unemployed, and unemployed, at the start.
    visits : ndarray, shape (12, cities)
        Visits of residents in each month before the start, days out in their own city among them.
    leisure : Leisure
        What residents want of rooms and sites, and how much there is of these.
    force : ndarray, shape (cities,)
        Labour force.
    farm : float
        Monthly farm income of all households at trend level, yuan.
    building : ndarray, shape (cities,)
        Share of each city in building.
    supply : SupplyTable
        Where a yuan of sales goes.
    taxes : ndarray, shape (sectors,)
        Taxes of firms per yuan of sales.
    grants : Grants
        Monthly grants that balance the budgets at the start, yuan at trend level.
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
    leisure: Leisure
    force: np.ndarray
    farm: float
    building: np.ndarray
    supply: SupplyTable
    taxes: np.ndarray
    grants: Grants
    sales: np.ndarray
    """(cells,) monthly sales of the cells at trend level, yuan"""
    employed: np.ndarray
    """(cells,) people at work in them"""
    units: np.ndarray
    """(cells,) firms"""
    orders: np.ndarray
    """(cities, sectors) part of other purchases that governments order, paid late; yuan a month at trend level"""
    liquidity: np.ndarray
    """(cells,) normal mean of the liquidity factor"""
    exit_level: float
    """monthly chance of closing of a firm of mean size and normal profit"""
    mortal: np.ndarray
    """(cells,) whether firms close and open: not those of public administration and farming"""
    usual_claims: np.ndarray
    """(cells,) what buyers owe firms at the start, months of sales"""
    season: np.ndarray
    """(2, 12, cells) sales of each month of a usual year over those of a mean one, where the Spring Festival is as in 2024, and
    where January and February change places"""
    bills: np.ndarray
    """(12, cells) what owners take in a month over a mean one"""
    reserve: np.ndarray
    """(2, 12, cells) cash that firms keep at the end of each month for poorer months to come, months of sales"""


@dataclass
class State:
    """Everything that changes from month to month."""

    households: HouseholdColumns
    parties: PartyColumns
    firms: FirmColumns | None
    markets: MarketState
    ledger: Ledger
    pools: dict[int, float | np.ndarray] = field(default_factory=dict)
    """yuan in each budget pool; (cities,) where each city holds its own"""
    served: dict[int, np.ndarray] = field(default_factory=dict)
    """(cities,) part of the month for which each budget pool had money when it was last given some"""
    jobless: np.ndarray = field(default_factory=lambda: np.zeros(N_ZONES))
    """(zones,) out of regular work last month, holders of public posts included, persons"""
    zone_risk: np.ndarray = field(default_factory=lambda: np.ones(N_ZONES))
    """(zones,) factor on the hazard of losing work: relative to the city, over the mean of the occupations at work"""
    entry: float = 0.0
    """newcomers without a job less unemployed who leave working life, persons a month, mean of about the last year"""
    leaving: float = 0.0
    """monthly probability that a grown child leaves home"""
    escrow: float = 0.0
    """money of buyers of homes that builders have not got yet, held by banks, yuan"""
    local_debt: LocalDebt = field(default_factory=LocalDebt)
    """what province and cities have borrowed for measures"""
    rents: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """(cells,) share of sales that owners of shops and of capital outside the firm get"""
    margin: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """(cells,) profit over sales of about the last year"""
    staff: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """(cells,) people who worked in the cells last month"""
    firm_count: np.ndarray = field(default_factory=lambda: np.zeros(0))
    """(cells,) real firms"""
    specialists: Specialists | None = None

    def copy(self) -> "State":
        """Return a copy that shares only columns that never change."""
        household_changes = {name: getattr(self.households, name).copy() for name in changed_columns()}
        firms = self.firms
        if firms is not None:
            firms = firms._replace(**{name: getattr(firms, name).copy() for name in CHANGING})
        return State(
            households=self.households._replace(**household_changes),
            parties=self.parties,
            firms=firms,
            markets=self.markets.copy(),
            ledger=self.ledger.copy(),
            pools={pool: copy(money) for pool, money in self.pools.items()},
            served=dict(self.served),
            jobless=self.jobless.copy(),
            zone_risk=self.zone_risk.copy(),
            entry=self.entry,
            leaving=self.leaving,
            escrow=self.escrow,
            local_debt=self.local_debt.copy(),
            rents=self.rents.copy(),
            margin=self.margin.copy(),
            staff=self.staff.copy(),
            firm_count=self.firm_count.copy(),
            specialists=self.specialists.copy() if self.specialists is not None else None,
        )


@njit(cache=True, nogil=True, error_model="numpy")
def weighted_sum(weight, a, b):
    """Return ``sum(weight * (a + b))`` in agent order: the same bits whatever the number of threads."""
    total = 0.0
    for i in range(weight.size):
        total += float(weight[i]) * (a[i] + b[i])
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def weighted_parts(weight, values):
    """Return the weighted sums of positive and of negative values, in agent order; the second as a positive number."""
    above, below = 0.0, 0.0
    for i in range(weight.size):
        if values[i] > 0.0:
            above += float(weight[i]) * values[i]
        else:
            below -= float(weight[i]) * values[i]
    return above, below


@dataclass(frozen=True)
class HouseholdStocks:
    """What households hold at banks and owe them, yuan, all positive.

    Attributes
    ----------
    deposits, term_deposits : float
        Demand deposits, and savings that are not drawn on from month to month.
    credit_lines, instalments, mortgages : float
        Overdrawn accounts and cards; instalment loans for cars and other durables; mortgages.
    """

    deposits: float
    term_deposits: float
    credit_lines: float
    instalments: float
    mortgages: float


HOUSEHOLD_STOCKS = ("deposits", "term_deposits", "credit_lines", "instalments", "mortgages")
"""Fields of :class:`HouseholdStocks`, in order."""


def household_stocks(households: HouseholdColumns) -> HouseholdStocks:
    """Return deposits and loans of all households by kind."""
    weight, nothing = households.weight, np.zeros(1)
    deposits, lines = weighted_parts(weight, households.liquid_wealth)
    sums = [
        weighted_sum(weight, column, np.broadcast_to(nothing, column.shape))
        for column in (households.term_deposits, households.loan, households.mortgage)
    ]
    return HouseholdStocks(deposits, sums[0], lines, sums[1], sums[2])


def household_money(households: HouseholdColumns) -> tuple[float, float]:
    """Return money (liquid wealth and term deposits) and loans (consumer loans and mortgages) of all households, yuan."""
    return (
        weighted_sum(households.weight, households.liquid_wealth, households.term_deposits),
        weighted_sum(households.weight, households.loan, households.mortgage),
    )


def firm_money(firms: FirmColumns) -> float:
    """Return the cash of all firms, yuan."""
    return weighted_sum(firms.weight, firms.cash, np.zeros_like(firms.cash))


def firm_debt(firms: FirmColumns) -> float:
    """Return what all firms owe banks, yuan."""
    return weighted_sum(firms.weight, firms.debt, np.zeros_like(firms.debt))


def firm_claims(firms: FirmColumns) -> float:
    """Return what buyers and governments owe all firms, yuan."""
    return weighted_sum(firms.weight, firms.receivable, firms.owed)
