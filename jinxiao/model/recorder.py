"""The recorder: writes each month's outcomes by group as officials count them (economics.md, section 0)."""

from typing import TYPE_CHECKING

import numpy as np

from jinxiao.model.conditions import MAX_RULES
from jinxiao.model.households.accounts import N_AGES, N_ITEMS, Item
from jinxiao.model.households.loop import N_TRIP_COUNTS, TripCount
from jinxiao.model.ledger import ITEMS, Account
from jinxiao.model.names import (
    FISCAL_PAYERS,
    GOODS,
    N_CATEGORIES,
    N_CITIES,
    N_DISPOSALS,
    N_MARKETS,
    N_PERIODS,
    N_QUINTILES,
    N_SECTORS,
    N_ZONES,
    Sector,
)
from jinxiao.model.outcomes import GROUP_OFFSETS, N_GROUPS, OUTCOMES, Outcomes
from jinxiao.model.payments import FUND_BUYS, PUBLIC_SERVICES
from jinxiao.model.state import HOUSEHOLD_STOCKS, household_stocks
from jinxiao.model.tourists.loop import N_PERIOD_COUNTS, N_VISIT_COUNTS, VisitCount

if TYPE_CHECKING:
    from jinxiao.model.economy import Economy

RETAIL_SECTORS = sorted(
    {int(g.sector) for g in GOODS if g.retail} | {int(Sector.CAR_DEALERS), int(Sector.APPLIANCE_RETAIL)}
)
"""Sectors whose sales are retail sales of consumer goods: goods, and catering."""


class Recorder:
    """Holds the outcomes of a run while it goes on."""

    def __init__(self, months: int, detail: bool) -> None:
        self.months = months
        self.detail = detail
        self.values = np.full((months, len(OUTCOMES), N_GROUPS), np.nan)
        self.cost_by_rule = np.zeros((months, MAX_RULES, N_CITIES))
        self.gross_by_rule = np.zeros((months, MAX_RULES))
        self.cube = np.zeros((months, N_ZONES, N_QUINTILES, N_CATEGORIES))
        self.detailed: dict[str, np.ndarray] = {}
        if detail:
            self.detailed = {
                "accounts": np.zeros((months, N_ZONES, N_QUINTILES, N_ITEMS)),
                "ages": np.zeros((months, N_AGES, N_ITEMS)),
                "custom": np.zeros((months, N_CITIES, N_SECTORS)),
                "labour": np.zeros((months, N_CITIES, N_SECTORS, 4)),
                "visits": np.zeros((months, N_MARKETS, N_CITIES, N_VISIT_COUNTS)),
                "visit_periods": np.zeros((months, N_PERIODS, N_PERIOD_COUNTS)),
                "room_price": np.zeros((months, N_PERIODS, N_CITIES)),
                "trips": np.zeros((months, N_CITIES + 1, N_TRIP_COUNTS)),
                "disposals": np.zeros((months, N_CITIES, N_DISPOSALS)),
                "firms": np.zeros((months, N_CITIES, N_SECTORS)),
                "price": np.zeros((months, N_CITIES, N_SECTORS)),
                "wage_index": np.zeros((months, N_CITIES, N_SECTORS)),
                "flows": np.zeros((months, len(Account), len(Account), len(ITEMS))),
                "balances": np.zeros((months, len(Account) + 1)),
                "debts": np.zeros((months, len(Account))),
                "household_stocks": np.zeros((months, len(HOUSEHOLD_STOCKS))),
                "city_paid": np.zeros((months, N_CITIES, len(Account), len(ITEMS))),
                "city_received": np.zeros((months, N_CITIES, len(Account), len(ITEMS))),
                "sales": np.zeros((months, N_CITIES, N_SECTORS)),
                "other": np.zeros((months, N_CITIES, N_SECTORS)),
            }

    def copy(self) -> "Recorder":
        """Return an independent copy."""
        twin = Recorder.__new__(Recorder)
        twin.months, twin.detail = self.months, self.detail
        for name in ("values", "cost_by_rule", "gross_by_rule", "cube"):
            setattr(twin, name, getattr(self, name).copy())
        twin.detailed = {k: v.copy() for k, v in self.detailed.items()}
        return twin

    def outcomes(self, scenario: str, done: int) -> Outcomes:
        """Return the outcomes of the first ``done`` months."""
        return Outcomes(
            scenario=scenario,
            months=done,
            values=self.values[:done].copy(),
            cost_by_rule=self.cost_by_rule[:done].copy(),
            gross_by_rule=self.gross_by_rule[:done].copy(),
            cube=self.cube[:done].copy(),
            aggregates={k: v[:done].copy() for k, v in self.detailed.items()},
        )

    def write(self, economy: "Economy") -> None:
        """Write the month that ``economy`` has just lived."""
        t = economy.month
        cells = economy.cell_accounts.reshape(N_CITIES, 2, N_QUINTILES, N_AGES, N_ITEMS)
        groups = {
            "all": cells.sum(axis=(0, 1, 2, 3))[None],
            "city": cells.sum(axis=(1, 2, 3)),
            "residence": cells.sum(axis=(0, 2, 3)),
            "quintile": cells.sum(axis=(0, 1, 3)),
            "age": cells.sum(axis=(0, 1, 2)),
        }
        by_category = groups["all"][0, :N_CATEGORIES]
        for name, accounts in groups.items():
            self._put(t, "resident_consumption", name, accounts[:, :N_CATEGORIES].sum(axis=1))
            self._put(t, "services", name, accounts[:, Item.SERVICES])
            self._put(t, "jobs", name, accounts[:, Item.EMPLOYED])
            self._put(t, "spending_outside", name, accounts[:, Item.TRIPS_OUTSIDE])
        self._put(t, "resident_consumption", "category", by_category)
        # what is bought in the province, by residents and visitors, where it is bought; imputed rent where the home is
        bought = (
            economy.custom.sum(axis=1)
            + groups["city"][:, Item.IMPUTED_RENT]
            - groups["city"][:, Item.EXTRA_COVER]
        )
        self._put(t, "total_consumption", "city", bought)
        self._put(t, "total_consumption", "all", bought.sum()[None])
        retail = economy.custom[:, RETAIL_SECTORS].sum(axis=1) + self._institutions(economy)
        self._put(t, "retail_sales", "city", retail)
        self._put(t, "retail_sales", "all", retail.sum()[None])
        # days out within the own city count as the statistics of domestic tourism count them
        residents = economy.trip_counts[:N_CITIES, [TripCount.YUAN, TripCount.OUTING_YUAN]].sum(axis=1)
        visitors = residents + economy.visit_counts[..., VisitCount.YUAN].sum(axis=0)
        self._put(t, "tourist_spending", "city", visitors)
        self._put(t, "tourist_spending", "all", visitors.sum()[None])
        public = self._public_purchases(economy)
        self._put(t, "public_purchases", "city", public)
        self._put(t, "public_purchases", "all", public.sum()[None])
        fiscal = self._fiscal(economy)
        self._put(t, "fiscal_cost", "city", fiscal)
        self._put(t, "fiscal_cost", "all", fiscal.sum()[None])
        self.cost_by_rule[t] = economy.channels.cost
        self.gross_by_rule[t] = economy.gross
        self.cube[t] = cells[..., :N_CATEGORIES].sum(axis=3).reshape(N_ZONES, N_QUINTILES, N_CATEGORIES)
        if self.detail:
            self._write_detail(t, economy, cells)

    def _put(self, t: int, outcome: str, group_by: str, values: np.ndarray) -> None:
        start = GROUP_OFFSETS[group_by]
        self.values[t, OUTCOMES.index(outcome), start : start + len(values)] = values

    @staticmethod
    def _institutions(economy: "Economy") -> np.ndarray:
        retail = economy.baseline.institution_purchases
        return np.asarray(retail[:, RETAIL_SECTORS].sum(axis=1) * economy.growth)

    @staticmethod
    def _public_purchases(economy: "Economy") -> np.ndarray:
        """Return what budgets and funds buy from firms of each city, policy left out, yuan."""
        bought = economy.planned_other[:, [*PUBLIC_SERVICES.values(), FUND_BUYS]].sum(axis=1)
        works = economy.planned_orders.sum(axis=1)
        money = economy.financing
        return np.asarray(bought + works - money.cut_works - money.cut_services)

    @staticmethod
    def _fiscal(economy: "Economy") -> np.ndarray:
        cost = np.zeros(N_CITIES)
        for rule, instrument in economy.instruments.items():
            share = sum(instrument.payer_shares[p] for p in FISCAL_PAYERS)
            cost += share * economy.channels.cost[rule]
        return cost

    def _write_detail(self, t: int, economy: "Economy", cells: np.ndarray) -> None:
        d = self.detailed
        d["accounts"][t] = cells.sum(axis=3).reshape(N_ZONES, N_QUINTILES, N_ITEMS)
        d["ages"][t] = cells.sum(axis=(0, 1, 2))
        d["custom"][t] = economy.custom
        d["labour"][t] = economy.worked
        d["visits"][t] = economy.visit_counts
        d["visit_periods"][t] = economy.period_counts
        d["room_price"][t] = economy.market_path[-1].room_price
        d["trips"][t] = economy.trip_counts
        d["disposals"][t] = economy.disposal_counts
        d["firms"][t] = economy.state.firm_count.reshape(N_CITIES, N_SECTORS)
        d["price"][t] = economy.market_path[-1].price
        d["wage_index"][t] = economy.market_path[-1].wage_index
        d["flows"][t] = economy.flows
        d["balances"][t, :-1] = economy.state.ledger.money
        d["balances"][t, -1] = economy.state.ledger.loans
        d["debts"][t] = economy.state.ledger.debts
        stocks = household_stocks(economy.state.households)
        d["household_stocks"][t] = [getattr(stocks, name) for name in HOUSEHOLD_STOCKS]
        d["city_paid"][t], d["city_received"][t] = economy.city_books
        d["sales"][t] = economy.sales
        d["other"][t] = economy.other
