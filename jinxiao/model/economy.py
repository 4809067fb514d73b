"""The province as a ``mesa.Model``: one step is one month, and the step reads as the timeline of economics.md."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import mesa
import numpy as np

from jinxiao.model import markets as mk
from jinxiao.model import payments as pm
from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import MAX_RULES, Conditions, Policy
from jinxiao.model.ergodic import stack_tables
from jinxiao.model.firms.columns import FIRM
from jinxiao.model.firms.loop import cell_starts, plan_firms, settle_firms, share_custom
from jinxiao.model.firms.setup import firm_parameters, found_firms, individual_share_of_sales
from jinxiao.model.government import Bank, Treasury
from jinxiao.model.households import columns as household_columns
from jinxiao.model.households import setup as hs
from jinxiao.model.households.accounts import COUNTS, N_CELLS, N_ITEMS, Item
from jinxiao.model.households.diary import N_ENTRIES
from jinxiao.model.households.loop import N_BLOCKS, N_TRIP_COUNTS, HouseholdMonth, household_block
from jinxiao.model.ledger import ACCOUNT_NAMES, Account, Ledger, LedgerError
from jinxiao.model.markets import MarketState
from jinxiao.model.month import household_month, policy_channels, tourist_month
from jinxiao.model.names import (
    CITIES,
    N_CITIES,
    N_MARKETS,
    N_SECTORS,
    N_ZONES,
    Durable,
    Sector,
    month_label,
)
from jinxiao.model.outcomes import Outcomes
from jinxiao.model.population import Population
from jinxiao.model.random import take_up_draw
from jinxiao.model.recorder import Recorder
from jinxiao.model.state import Founding, State, firm_money, household_money
from jinxiao.model.tourists.columns import PARTY
from jinxiao.model.tourists.loop import N_VISIT_COUNTS, tourist_block
from jinxiao.model.tourists.setup import FIRST_PARTY, make_parties, tourist_parameters

BURN_IN = 12
"""Months before January 2024 in which markets are held still and households and visitors settle."""
KEPT_FOR_2024 = ("members", "child_age", "term_deposits", "mortgage")
"""Columns that are known for January 2024 and so are put back after the burn-in."""
CAUTION = 0.98
"""Share of a pool's money that is planned to be claimed, so that a month rarely has to be repeated."""
FIRST_SLACK = 0.01
"""Share of its money by which an overdrawn pool is closed too early, doubled at each repetition of the month."""
POOL_TRIES = 8
"""How often a month is repeated with an earlier closing day before a pool's claims must fit its money."""


def closing_factor(money_over_claims: float, attempt: int) -> float:
    """Return by how much to bring the closing day of an overdrawn pool forward.

    In proportion to the money, with a slack that doubles from try to try, since claims are few and large; what is left over
    stays in the pool for next month. A pool that is all but empty stays shut in the end.
    """
    if attempt >= POOL_TRIES - 2:
        return 0.0
    return (1.0 - FIRST_SLACK * 2.0**attempt) * money_over_claims


class WorldLike(Protocol):
    """What the model needs of a world: the synthetic households and how many real ones each stands for."""

    @property
    def households(self) -> Mapping[str, np.ndarray]:
        """Columns of the synthetic households."""

    @property
    def scale(self) -> int:
        """Real households that one sampled household stands for."""


class Economy(mesa.Model):
    """Shanxi month by month.

    Parameters
    ----------
    world : WorldLike
        Synthetic households at the start.
    policy : Policy
        Conditions for each month and the accounts of its rules.
    baseline : Baseline
        Parameters of the draw and fitted levels.
    seed : int
        Key of all random draws.
    threads : int
        Threads that work on blocks of households; results do not depend on it.
    detail : bool
        Whether outcomes carry the detailed accounts (facts, ledger, tests) or only what uplift needs.

    Notes
    -----
    ``run_for(n)`` advances n months; Mesa's ``DataCollector`` works on ``model.households`` through ``agg``.
    """

    def __init__(
        self,
        world: WorldLike,
        policy: Policy,
        baseline: Baseline,
        seed: int = 1,
        threads: int = 1,
        detail: bool = True,
    ) -> None:
        super().__init__(rng=seed)
        self._setup(world, policy, baseline, seed, threads, detail)
        self.state = self._initial_state()
        self.recorder = Recorder(len(policy.months), detail)
        self.founding = self._burn_in_and_found()
        self._schedule_policy()

    # ------------------------------------------------------------------ setting up

    def _setup(
        self, world: WorldLike, policy: Policy, baseline: Baseline, seed: int, threads: int, detail: bool
    ) -> None:
        self.world, self.policy, self.baseline = world, policy, baseline
        self.model_seed, self.threads, self.detail = seed, threads, detail
        self.values = baseline.values
        self.month = 0
        self.market_path: list[MarketState] = []
        self.replay: Sequence[MarketState] | None = None
        self.diaries = np.zeros((0, N_ENTRIES), np.float32)
        self.conditions = policy.months[0] if policy.months else Conditions(0)
        self.instruments = {i.rule: i for i in policy.instruments}
        self.luck = np.array(
            [
                take_up_draw(self.instruments[r].key if r in self.instruments else str(r))
                for r in range(MAX_RULES)
            ]
        )
        floor = self.conditions.wage_floor
        self.household_parameters = hs.household_parameters(self.values, baseline.fit, floor)
        self.tourist_parameters = tourist_parameters(self.values)
        self.firm_parameters = firm_parameters(self.values)
        self.public_shares = pm.PublicShares(
            taxes=np.asarray(self.values["firms.tax_split"]),
            purchases=np.asarray(self.values["firms.public_wage_payers"]),
            bank_share_of_property=self.values["firms.interest_share_of_property"],
        )
        self.neutral_destinations = mk.destination_utility(self.values, baseline.city_pull, baseline.distance)
        n = len(world.households["weight"])
        self.edges = np.linspace(0, n, N_BLOCKS + 1).astype(np.int64)
        self.zone_households = np.bincount(
            world.households["zone"],
            weights=world.households["weight"].astype(np.float64),
            minlength=2 * N_CITIES,
        )
        self.treasuries = {
            Account.CENTRE: [Treasury(self, "centre", Account.CENTRE)],
            Account.PROVINCE: [Treasury(self, "province", Account.PROVINCE)],
            Account.CITIES: [Treasury(self, city.key, Account.CITIES) for city in CITIES],
            Account.FUND: [Treasury(self, "social insurance funds", Account.FUND)],
            Account.UNIONS: [Treasury(self, "unions", Account.UNIONS)],
        }
        self.bank = Bank(self)

    def _initial_state(self) -> State:
        quantiles = self._initial_wealth()
        households = hs.start_households(
            self.world.households, self.values, self.baseline.fit, quantiles, self.model_seed, -BURN_IN
        )
        block_days = np.array([self.baseline.calendar[m].longest_block for m in range(12)])
        parties = make_parties(self.baseline.trips_from_outside, block_days, self.world.scale, self.values)
        finding = 1.0 / self.values["households.unemployment_spell"]
        self.quits, self.zone_risk = mk.steady_separation(*self._unemployed_and_exposed(households), finding)
        return State(
            households=households,
            parties=parties,
            firms=None,
            markets=mk.neutral_markets(mk.trend(0, self.values["firms.trend_growth"]), finding, self.quits),
            ledger=Ledger(),
        )

    def _unemployed_and_exposed(self, households: Any) -> tuple[np.ndarray, np.ndarray]:
        relative = self.household_parameters.benefit_coverage[1]
        weight = households.weight.astype(np.float64)[:, None]
        exposure = relative[households.occupation]
        zone = np.repeat(households.zone[:, None], 2, axis=1)
        at_work = households.employed == 1
        hired = exposure > 0.0
        unemployed = np.bincount(zone[hired & ~at_work], (weight * hired)[hired & ~at_work], N_ZONES)
        exposed = np.bincount(zone[hired & at_work], (weight * exposure)[hired & at_work], N_ZONES)
        return unemployed, exposed

    def _consumption_table(self) -> Any:
        """Return the month's consumption policies: those of the general regime, then those of ``regime_groups`` if it has any."""
        general, group = hs.regimes_of(self.conditions)
        tables = self.baseline.tables
        if general not in tables:
            tables[general] = hs.table_of(
                hs.policies(self.values, self.baseline.fit, general, self.baseline.folder)
            )
        if group is None:
            return tables[general]
        if (general, group) not in tables:
            if group not in tables:
                tables[group] = hs.table_of(
                    hs.policies(self.values, self.baseline.fit, group, self.baseline.folder)
                )
            tables[general, group] = stack_tables(tables[general], tables[group])
        return tables[general, group]

    def _initial_wealth(self) -> np.ndarray:
        """Return quantiles of long-run liquid wealth by row of the consumption table, without policy."""
        tables = self.baseline.tables
        if "wealth" not in tables:
            tables["wealth"] = hs.initial_wealth_quantiles(
                self.values, self.baseline.fit, self.baseline.folder
            )
        return np.asarray(tables["wealth"])

    def _schedule_policy(self) -> None:
        """Schedule each change of policy as a Mesa event half a step before the month it takes effect."""
        months = self.policy.months
        for m in range(self.month, len(months)):
            if m == self.month or months[m] is not months[m - 1]:
                self.schedule_event(self.enact, at=m - self.month + 0.5)

    def enact(self) -> None:
        """Put the month's Conditions in force (called by the event queue)."""
        self.conditions = self.policy.months[self.month]

    # ------------------------------------------------------------------ the month

    def step(self) -> None:
        """Live one month."""
        self.open_month()
        self.release_pools()
        self.let_households_live()
        self.receive_visitors()
        self.gather_demand()
        self.sell()
        self.plan_production()
        self.match_labour()
        self.pay_firms_bills()
        self.book_payments()
        self.close_ledger()
        self.record()
        self.month += 1

    def open_month(self) -> None:
        """Start empty books; in direct closure take prices, wages and jobs from the recorded path."""
        if self.replay is not None:
            self.state.markets = self.replay[self.month].copy()
        self.market_path.append(self.state.markets.copy())
        self.growth = mk.trend(self.month, self.values["firms.trend_growth"])
        self.accounts = np.zeros((N_BLOCKS, N_CELLS, N_ITEMS))
        self.demand = np.zeros((N_BLOCKS, N_CITIES, N_SECTORS))
        self.labour = np.zeros((N_BLOCKS, N_CITIES, N_SECTORS, 4))
        self.rule_cost = np.zeros((N_BLOCKS, MAX_RULES, N_CITIES))
        self.rule_gross = np.zeros((N_BLOCKS, MAX_RULES))
        self.trips = np.zeros((N_BLOCKS, N_CITIES + 1, N_TRIP_COUNTS))
        self.visits = np.zeros((N_BLOCKS, N_MARKETS, N_CITIES, N_VISIT_COUNTS))
        self.visitor_demand = np.zeros((N_BLOCKS, N_CITIES, N_SECTORS))
        self.visitor_cost = np.zeros((N_BLOCKS, MAX_RULES, N_CITIES))
        self.visitor_gross = np.zeros((N_BLOCKS, MAX_RULES))
        added = mk.policy_utility(
            self.conditions,
            self.values["leisure.components"][3],
            self.values["leisure.ticket_elasticity"],
            self.state.markets.crowding,
            self.values["tourists.crowding"],
        )
        self.trip_logsum, self.destination_cdf = mk.trip_choice(
            self.neutral_destinations,
            added,
            self.values["tourists.dissimilarity"],
            self.values["leisure.outside_share"],
        )
        self.visitor_logsum, self.visitor_cdf = mk.visitor_choice(
            self.baseline.city_pull, added, self.values["tourists.dissimilarity"]
        )

    def release_pools(self) -> None:
        """Add this month's money to the budget pools."""
        for pool, money in self.conditions.pool_budget.items():
            self.state.pools[pool] = self.state.pools.get(pool, 0.0) + money

    def let_households_live(self) -> None:
        """Take every household through the month; where a pool would be overdrawn, close it earlier and repeat the month."""
        table = self._consumption_table()
        rules = self.conditions.durable_rules
        order = np.argsort(rules["durable"], kind="stable") if len(rules) else np.zeros(0, np.int64)
        rules = rules[order]
        ranges = np.searchsorted(rules["durable"], np.arange(len(Durable) + 1)).astype(np.int64)
        pools = sorted({int(p) for p in rules["pool"] if p >= 0})
        open_share = np.ones(max([*pools, 0]) + 1)
        for p in pools:
            open_share[p] = self._expected_open_share(p)
        limited = [p for p in pools if open_share[p] > 0.0]
        backup = self.state.household_backup() if limited else {}
        for attempt in range(POOL_TRIES):
            month = household_month(self, table, rules, open_share)
            self._run_blocks(month, ranges)
            claims = {p: self._claims_on(p, rules) for p in pools}
            overdrawn = [p for p in limited if claims[p] > self.state.pools[p]]
            if not overdrawn:
                break
            for p in overdrawn:
                # claims fall with the closing day, since each household's day is its own draw
                open_share[p] *= closing_factor(self.state.pools[p] / claims[p], attempt)
            self.state.restore_households(backup)
            for book in (
                self.accounts,
                self.demand,
                self.labour,
                self.rule_cost,
                self.rule_gross,
                self.trips,
            ):
                book[...] = 0.0
        else:
            worst = max(overdrawn, key=lambda p: claims[p] - self.state.pools[p])
            excess = claims[worst] - self.state.pools[worst]
            raise LedgerError(f"budget pool {worst}", month_label(self.month), excess)
        for p in pools:
            if open_share[p] > 0.0:
                self.state.claims[p] = claims[p] / open_share[p]
        for p in pools:
            self.state.pools[p] = self.state.pools.get(p, 0.0) - claims[p]
        for p in self.conditions.pool_expires:
            self.state.pools[p] = 0.0
        self.open_share = open_share

    def _expected_open_share(self, pool: int) -> float:
        """Return the share of the month for which a pool is expected to last: its money over last month's pace of claims."""
        money = self.state.pools.get(pool, 0.0)
        pace = self.state.claims.get(pool, 0.0)
        if money <= 0.0:
            return 0.0
        return 1.0 if pace <= CAUTION * money else CAUTION * money / pace

    def _claims_on(self, pool: int, rules: np.ndarray) -> float:
        mine = sorted({int(r["rule"]) for r in rules if r["pool"] == pool})
        return float(self.rule_cost[:, mine].sum())

    def _run_blocks(self, month: HouseholdMonth, ranges: np.ndarray) -> None:
        def work(block: int) -> None:
            household_block(
                block, self.edges[block], self.edges[block + 1], self.state.households, self.household_parameters, month,
                ranges, self.accounts, self.demand, self.labour, self.rule_cost, self.rule_gross, self.trips,
                self.diaries,
            )  # fmt: skip

        if self.threads > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                list(pool.map(work, range(N_BLOCKS)))
        else:
            for block in range(N_BLOCKS):
                work(block)

    def receive_visitors(self) -> None:
        """Let parties from outside come, choose cities and spend."""
        month = tourist_month(self)
        n = len(self.state.parties.weight)
        edges = np.linspace(0, n, N_BLOCKS + 1).astype(np.int64)
        for block in range(N_BLOCKS):
            tourist_block(
                block, edges[block], edges[block + 1], FIRST_PARTY, self.state.parties, self.tourist_parameters, month,
                self.visitor_demand, self.visits, self.visitor_cost, self.visitor_gross,
            )  # fmt: skip

    def gather_demand(self) -> None:
        """Add up blocks in order; split the cost of shared channels among their rules."""
        self.cell_accounts = self.accounts.sum(axis=0)
        self.totals = self.cell_accounts.sum(axis=0)
        self.worked = self.labour.sum(axis=0)
        self.trip_counts = self.trips.sum(axis=0)
        self.visit_counts = self.visits.sum(axis=0)
        self.household_cost = self.rule_cost.sum(axis=0)
        self.visitor_costs = self.visitor_cost.sum(axis=0)
        self.gross = self.rule_gross.sum(axis=0) + self.visitor_gross.sum(axis=0)
        self.custom = self.demand.sum(axis=0) + self.visitor_demand.sum(axis=0)
        self.resident_custom = self.demand.sum(axis=0)
        self.channels = policy_channels(self)

    def sell(self) -> None:
        """Share demand of households, visitors and other buyers among firms."""
        if self.state.firms is None:
            return
        f, starts = self.state.firms, self.founding.cell_starts
        other = self.founding.other_purchases * self.growth
        self.waived = self.channels.waived
        self.supplied = mk.local_supply(self.custom, self.founding.supplier_share, self.values)
        self.other = other
        self.sales = self.custom + other + self.supplied + self.waived + self.channels.administration
        price = np.empty(N_CITIES * N_SECTORS)
        share_custom(
            starts,
            self.sales.ravel(),
            f.weight,
            f.attraction,
            f.price,
            self.values["firms.price_elasticity"],
            f.sales,
            price,
        )
        self.cell_price = price.reshape(N_CITIES, N_SECTORS)

    def plan_production(self) -> None:
        """Let firms update expectations, labour wanted and prices (not in direct closure, where they follow the path)."""
        self.wanted = np.zeros(N_CITIES * N_SECTORS)
        self.had = np.zeros(N_CITIES * N_SECTORS)
        if self.state.firms is None or self.replay is not None:
            return
        labour_share = np.asarray(self.values["firms.labour_cost_share"])
        unit_cost = 1.0 + labour_share[None, :] * (self.state.markets.wage_index / self.growth - 1.0)
        relief = np.tile(self.conditions.labour_cost_relief, N_CITIES)
        plan_firms(
            self.founding.cell_starts, self.model_seed, self.month, self.growth, self.state.firms, unit_cost.ravel(), relief,
            self.firm_parameters, self.wanted, self.had,
        )  # fmt: skip

    def match_labour(self) -> None:
        """Turn labour wanted into hazards, move wages, takings and prices for next month."""
        if self.state.firms is None or self.replay is not None:
            return
        s, v = self.state.markets, self.values
        shape = (N_CITIES, N_SECTORS)
        unemployed = self.worked[..., 3].sum(axis=1)
        mk.match_labour(
            s, self.wanted.reshape(shape), self.had.reshape(shape), unemployed, self.founding.quits,
            self.founding.tightness, 1.0 / v["households.unemployment_spell"], v["firms.matching_elasticity"],
        )  # fmt: skip
        monthly = (1.0 + v["firms.trend_growth"]) ** (1.0 / 12.0)
        over_trend = s.wage_index / s.wage_trend
        curve = mk.wage_curve(unemployed, self.founding.unemployed, v["firms.wage_curve"])
        s.wage_trend = s.wage_trend * monthly * (1.0 + self.conditions.wage_growth[None, :])
        s.wage_index = s.wage_trend * (
            over_trend + v["firms.wage_adjustment"] * (curve[:, None] - over_trend)
        )
        ratio = np.where(
            self.founding.custom > 0.0, self.custom / np.maximum(self.founding.custom * self.growth, 1.0), 1.0
        )
        speed = v["firms.self_employment_speed"]
        s.self_index = s.self_index * monthly + speed * (
            ratio * self.growth * monthly - s.self_index * monthly
        )
        takings = self.worked[..., 2] / (1.0 + s.owner_support)
        s.owner_support = np.where(takings > 0.0, self.channels.to_owners / np.maximum(takings, 1.0), 0.0)
        s.price = self.cell_price
        visits = self.trip_counts[:N_CITIES, 0] + self.visit_counts[..., 0].sum(axis=0)
        s.crowding = np.log(np.maximum(visits, 1.0) / np.maximum(self.founding.visits * self._season(), 1.0))

    def _season(self) -> float:
        """Return this month's longest block of days off relative to the year's mean: crowds that are expected."""
        days = self.baseline.calendar[self.month].longest_block
        mean = np.mean([self.baseline.calendar[m].longest_block for m in range(12)])
        return float(np.exp(self.values["tourists.block_weight"] * (days - mean)))

    def pay_firms_bills(self) -> None:
        """Pay wages, goods, taxes and owners; staff firms with the people who work."""
        if self.state.firms is None:
            return
        f, v = self.state.firms, self.values
        staff = self.worked[..., 0]
        wage = np.where(staff > 0.0, self.worked[..., 1] / np.maximum(staff, 1e-9), 0.0)
        inflow = np.tile(np.asarray(v["firms.inflow_share"]), (N_CITIES, 1))
        self.inflow = float((inflow * self.sales).sum())
        self.taxes = float(v["firms.tax_share"] * self.sales.sum())
        # what is not tied to one cell is borne by all firms per yuan of sales
        common = (
            self.totals[Item.FARM]
            + (1.0 - self.public_shares.bank_share_of_property) * self.totals[Item.PROPERTY]
            + self.channels.borne_by_firms
            - self.channels.refunds_to_firms
        ) / self.sales.sum()
        # goods bought from local suppliers are paid out of custom; suppliers book them as sales
        bill = self.worked[..., 2] + self.custom * mk.local_share(v)[None, :]
        cost_share = (
            np.where(self.sales > 0.0, bill / np.maximum(self.sales, 1e-9), 0.0)
            + inflow
            + v["firms.tax_share"]
            + common
        )
        totals = np.zeros((N_CITIES * N_SECTORS, 3))
        settle_firms(
            self.founding.cell_starts, f.weight, f.sales, f.target, f.employees, f.cash, staff.ravel(), wage.ravel(),
            cost_share.ravel(), v["firms.payout"], totals,
        )  # fmt: skip
        self.profits = float(totals[:, 1].sum())

    def book_payments(self) -> None:
        """Book every payment of the month in the ledger."""
        if self.state.firms is None:
            return
        ledger, c = self.state.ledger, self.channels
        pm.pay_households(ledger, self.totals, self.public_shares)
        ledger.pay(Account.HOUSEHOLDS, Account.FIRMS, "consumption", pm.household_purchases(self.totals))
        ledger.pay(
            Account.HOUSEHOLDS, Account.REST, "consumption_outside", float(self.totals[Item.TRIPS_OUTSIDE])
        )
        ledger.pay(
            Account.REST,
            Account.FIRMS,
            "tourist_spending",
            float(self.visitor_demand.sum()) - c.visitor_coupons,
        )
        pm.other_buyers(ledger, self.other, 0.0, self.public_shares)
        pm.firms_pay(ledger, self.inflow, self.taxes, self.profits, self.public_shares)
        for amounts, payee, item in c.payments:
            pm.pay_by_rule(ledger, amounts, self.instruments, payee, item)
        for account in (Account.PROVINCE, Account.CITIES, Account.FUND):
            ledger.pay(
                Account.CENTRE,
                account,
                "grants_between_budgets",
                float(self.founding.grants[account] * self.growth),
            )

    def close_ledger(self) -> None:
        """Check that every stock equals last month's plus flows; carry budgets of governments and banks."""
        if self.state.firms is None:
            return
        money, loans = household_money(self.state.households)
        counted = {Account.HOUSEHOLDS: money, Account.FIRMS: firm_money(self.state.firms)}
        self.flows = self.state.ledger.close(self.month, counted, loans)
        self._tell_treasuries()

    def _tell_treasuries(self) -> None:
        received = self.flows.sum(axis=2)
        for account, agents in self.treasuries.items():
            weights = self.zone_households.reshape(N_CITIES, 2).sum(axis=1) if len(agents) > 1 else np.ones(1)
            weights = weights / weights.sum()
            for agent, share in zip(agents, weights, strict=True):
                agent.start_month()
                for k, name in enumerate(ACCOUNT_NAMES):
                    if received[k, account]:
                        agent.receive(f"from {name}", float(share * received[k, account]))
                    if received[account, k]:
                        agent.pay(f"to {name}", float(share * received[account, k]))
        self.bank.balance = float(self.state.ledger.money[Account.BANKS])
        self.bank.loans = self.state.ledger.loans

    def record(self) -> None:
        """Write the month's outcomes."""
        if self.state.firms is not None and 0 <= self.month < self.recorder.months:
            self.recorder.write(self)

    # ------------------------------------------------------------------ burn-in and founding

    def _burn_in_and_found(self) -> Founding:
        """Live a year with markets at rest, then found firms of the size that custom and staff call for."""
        conditions, policy = self.conditions, self.policy
        neutral = Conditions(
            0, wage_floor=policy.months[0].wage_floor if policy.months else np.zeros(2 * N_CITIES)
        )
        custom = np.zeros((N_CITIES, N_SECTORS))
        visits = np.zeros(N_CITIES)
        money = np.zeros((N_CELLS, N_ITEMS))
        plain = np.zeros((N_CELLS, N_ITEMS))
        start = {name: getattr(self.state.households, name).copy() for name in KEPT_FOR_2024}
        for m in range(-BURN_IN, 0):
            self.month = m
            self.conditions = neutral
            level = mk.trend(m, self.values["firms.trend_growth"])
            self.state.markets.wage_trend[...] = level
            self.state.markets.wage_index[...] = level
            self.state.markets.self_index[...] = level
            self.open_month()
            # while markets rest, people who lose work find it where it was lost
            self.state.markets.vacancy_cdf = mk.vacancy_shares(self._jobs())
            self.let_households_live()
            self.receive_visitors()
            self.gather_demand()
            custom += self.custom / level / BURN_IN
            money += self.cell_accounts / level / BURN_IN
            plain += self.cell_accounts / BURN_IN
            visits += (self.trip_counts[:N_CITIES, 0] + self.visit_counts[..., 0].sum(axis=0)) / BURN_IN
        for name, column in start.items():
            getattr(self.state.households, name)[...] = column
        # counts do not grow with the trend, money does
        self.settled_accounts = np.where(np.isin(np.arange(N_ITEMS), COUNTS), plain, money)
        self.month, self.conditions = 0, conditions
        self.market_path.clear()
        return self._found(custom, visits)

    def _jobs(self) -> np.ndarray:
        h = self.state.households
        at_work = (h.employed == 1) & (h.occupation > 0) & (h.sector >= 0)
        cell = (h.zone.astype(np.int64) // 2)[:, None] * N_SECTORS + np.maximum(h.sector, 0)
        weight = np.repeat(h.weight.astype(np.float64)[:, None], 2, axis=1)
        return np.bincount(cell[at_work], weight[at_work], N_CITIES * N_SECTORS).reshape(N_CITIES, N_SECTORS)

    def _found(self, custom: np.ndarray, visits: np.ndarray) -> Founding:
        v = self.values
        employed = self.worked[..., 0]
        level = mk.trend(-1, v["firms.trend_growth"])
        wages = self.worked[..., 1] / level
        supplier_share = employed / np.maximum(employed.sum(axis=0, keepdims=True), 1.0)
        supplied = mk.local_supply(custom, supplier_share, v)
        needed = wages / np.asarray(v["firms.labour_cost_share"])[None, :]
        retail = self.baseline.institution_purchases
        other = np.maximum(needed - custom - supplied, 0.0)
        other = np.maximum(other, retail)
        sales = custom + supplied + other
        firms = found_firms(
            self.baseline.units,
            self.baseline.individual_share,
            employed,
            sales,
            v["firms.cash_months"],
            self.world.scale,
            v,
        )
        self.state.firms = firms
        self.state.markets = mk.neutral_markets(
            mk.trend(0, v["firms.trend_growth"]), 1.0 / v["households.unemployment_spell"], self.quits
        )
        unemployed = self.worked[..., 3].sum(axis=1)
        jobs = employed.copy()
        jobs[:, Sector.FARMING] = 0.0
        normal = self.quits[:, None] * jobs
        self.state.markets.vacancy_cdf = mk.vacancy_shares(normal.copy())
        money, loans = household_money(self.state.households)
        self.state.ledger = Ledger()
        self.state.ledger.money[Account.HOUSEHOLDS] = money
        self.state.ledger.money[Account.FIRMS] = firm_money(firms)
        self.state.ledger.money[Account.BANKS] = -money - firm_money(firms) + loans
        self.state.ledger.loans = loans
        return Founding(
            cell_starts=cell_starts(firms.city, firms.sector, N_CITIES, N_SECTORS),
            custom=custom,
            other_purchases=other,
            supplier_share=supplier_share,
            own_share=individual_share_of_sales(firms),
            quits=self.quits,
            tightness=normal.sum(axis=1) / np.maximum(unemployed, 1.0),
            unemployed=unemployed,
            visits=visits,
            grants=self._grants(other, sales),
        )

    def _grants(self, other: np.ndarray, sales: np.ndarray) -> np.ndarray:
        """Return monthly grants of the centre that balance province, cities and funds at the start, at trend level."""
        level = mk.trend(-1, self.values["firms.trend_growth"])
        totals = self.totals / level
        s = self.public_shares
        public = float(other[:, list(pm.GOVERNMENT_BUYS)].sum())
        health = float(other[:, list(pm.FUND_BUYS)].sum())
        income_tax = float(totals[Item.INCOME_TAX])
        taxes = self.values["firms.tax_share"] * sales.sum() + income_tax
        grants = np.zeros(len(Account))
        for k, account in enumerate(pm.LOCAL_BUDGETS):
            if account == Account.CENTRE:
                continue
            spent = s.purchases[k] * public + (
                totals[Item.OTHER_TRANSFERS] if account == Account.CITIES else 0.0
            )
            grants[account] = spent - s.taxes[k] * taxes
        grants[Account.FUND] = (
            health
            + totals[Item.PENSIONS]
            + totals[Item.UNEMPLOYMENT_BENEFIT]
            - (float(totals[Item.DEDUCTIONS]) - income_tax)
        )
        return grants

    # ------------------------------------------------------------------ branching and looking

    def keep_diaries(self) -> None:
        """Let every household keep a diary from now on: ``diaries`` (households, N_ENTRIES) holds the last month's."""
        self.diaries = np.zeros((len(self.state.households.weight), N_ENTRIES), np.float32)

    def fork(self, policy: Policy, market_path: Sequence[MarketState] | None = None) -> "Economy":
        """Return a run that shares this one's history and goes on under another policy.

        Parameters
        ----------
        policy : Policy
            Its months before the current one are not used.
        market_path : sequence of MarketState, optional
            Recorded path of a full run: the fork then runs in direct closure, with prices, wages, jobs and firms on it.

        Raises
        ------
        ValueError
            If the path ends before the policy does.
        """
        if market_path is not None and len(market_path) < len(policy.months):
            raise ValueError(
                f"market_path: found {len(market_path)} months; allowed at least the {len(policy.months)} of the policy"
            )
        twin = Economy.__new__(Economy)
        mesa.Model.__init__(twin, rng=self.model_seed)
        twin._setup(self.world, policy, self.baseline, self.model_seed, self.threads, self.detail)
        twin.month = self.month
        twin.quits, twin.zone_risk = self.quits, self.zone_risk
        twin.household_parameters = self.household_parameters
        twin.state = self.state.copy()
        twin.founding = self.founding
        twin.recorder = self.recorder.copy()
        twin.market_path = list(self.market_path)
        for account, agents in self.treasuries.items():
            for mine, theirs in zip(twin.treasuries[account], agents, strict=True):
                mine.balance = theirs.balance
        twin.bank.balance, twin.bank.loans = self.bank.balance, self.bank.loans
        twin.replay = market_path
        twin._schedule_policy()
        return twin

    def outcomes(self) -> Outcomes:
        """Return what has been recorded so far."""
        return self.recorder.outcomes(self.policy.name, self.month)

    @property
    def households(self) -> Population:
        """Households as a population with AgentSet-like verbs; columns are the run's own."""
        schema = {**household_columns.SEED, **household_columns.STATE}
        return Population("household", schema, self.state.households._asdict())

    @property
    def firms(self) -> Population:
        """Firms as a population."""
        assert self.state.firms is not None
        return Population("firm", FIRM, self.state.firms._asdict())

    @property
    def parties(self) -> Population:
        """Tourist parties from outside the province as a population."""
        return Population("party", PARTY, self.state.parties._asdict())
