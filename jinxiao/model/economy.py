"""The province as a ``mesa.Model``: one step is one month, and the step reads as the timeline of economics.md."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, NamedTuple, Protocol

import mesa
import numpy as np

from jinxiao.model import markets as mk
from jinxiao.model import payments as pm
from jinxiao.model.baseline import Baseline, CalendarMonth
from jinxiao.model.conditions import MAX_RULES, Conditions, Policy
from jinxiao.model.ergodic import stack_tables
from jinxiao.model.firms import rewards as fr
from jinxiao.model.firms import setup as fs
from jinxiao.model.firms.columns import FIRM
from jinxiao.model.firms.loop import (
    N_TOTALS,
    CellMonth,
    Total,
    cell_births,
    plan_firms,
    settle_firms,
    share_custom,
)
from jinxiao.model.government import Bank, Treasury, finance
from jinxiao.model.households import columns as household_columns
from jinxiao.model.households import setup as hs
from jinxiao.model.households.accounts import COUNTS, N_CELLS, N_ITEMS, Item
from jinxiao.model.households.diary import N_ENTRIES
from jinxiao.model.households.loop import (
    DAY_PARTS,
    N_BLOCKS,
    N_TRIP_COUNTS,
    RENOVATION_SLOT,
    HouseholdMonth,
    TripCount,
    household_block,
    possible_claimants,
)
from jinxiao.model.households.rules import interest_saved
from jinxiao.model.ledger import Account, Ledger, LedgerError
from jinxiao.model.markets import MarketState
from jinxiao.model.month import (
    farm_season,
    household_month,
    interest_in_property,
    of_residents,
    policy_channels,
    tourist_month,
    trips_in_holiday,
)
from jinxiao.model.names import (
    CITIES,
    DURABLES,
    N_CITIES,
    N_DISPOSALS,
    N_MARKETS,
    N_PERIODS,
    N_SECTORS,
    N_ZONES,
    Durable,
    Period,
    Sector,
    month_label,
)
from jinxiao.model.outcomes import Outcomes
from jinxiao.model.population import Population
from jinxiao.model.random import take_up_draw
from jinxiao.model.recorder import Recorder
from jinxiao.model.state import Founding, Leisure, State, firm_claims, firm_debt, firm_money, household_money
from jinxiao.model.supply import SIZED_BY_LABOUR, SupplyTable, goods_by_supplier, sales_at_start, supply_table
from jinxiao.model.tourists import choice
from jinxiao.model.tourists.columns import PARTY
from jinxiao.model.tourists.loop import N_PERIOD_COUNTS, N_VISIT_COUNTS, VisitCount, tourist_block
from jinxiao.model.tourists.setup import FIRST_PARTY, make_parties, persons_in_pool, tourist_parameters

MONTHS_A_YEAR = 12
MAY = 4
BURN_IN = MONTHS_A_YEAR
"""Months before January 2024 in which markets are held still and households and visitors settle."""
KEPT_FOR_2024 = (
    "members",
    "child_age",
    "term_deposits",
    "tenure",
    "home_value",
    "mortgage",
    "mortgage_payment",
)
"""Columns that are known for January 2024 and so are put back after the burn-in."""
MOST_REHEARSALS = 8
"""How often a month is rehearsed with pools closing earlier before a pool that is still overdrawn stays shut."""
LEAST_FORCE = 1e-3
"""Labour force of a city over that at the start below which firms' plans do not follow it: a city may lose its last worker."""
LEAST_SALES = 1.0
"""Yuan a month that a cell sells at least at the start, so that it has a firm whoever may come to buy or work there."""
LEAST_SEASON = 0.1
"""Least sales of a month over those of a mean one that firms count on: a cell of few agents may sell nothing in a month."""
EVERYONE = np.zeros(0, np.int64)
"""Rows of the household loop that stand for all households."""
N_FIRM_CELLS = N_CITIES * N_SECTORS
NOBODY = np.zeros(0, np.bool_)
"""Of whom it is not asked whether they claim."""


class Rehearsal(NamedTuple):
    """Households that rehearse the month, where those of each block begin among them, and whether each claims."""

    rows: np.ndarray
    edges: np.ndarray
    claimed: np.ndarray


class HouseholdBooks(NamedTuple):
    """What the household loop books into, by block of households; shapes: :func:`household_block`."""

    accounts: np.ndarray
    demand: np.ndarray
    labour: np.ndarray
    rule_cost: np.ndarray
    rule_gross: np.ndarray
    trips: np.ndarray
    disposals: np.ndarray


def spent_by_part(claims: np.ndarray, by_city: bool) -> np.ndarray:
    """Return what pools have paid by the end of each part of the month, shape (pools, cities, parts); claims as they came.

    A pool of the province counts the claims of all cities.
    """
    if not by_city:
        claims = np.broadcast_to(claims.sum(axis=1, keepdims=True), claims.shape)
    return claims.cumsum(axis=2)


def closing_parts(claims: np.ndarray, money: np.ndarray, by_city: Sequence[bool]) -> np.ndarray:
    """Return for how many parts of the month each pool can pay what is claimed, shape (pools, cities).

    Parameters
    ----------
    claims : ndarray, shape (pools, cities, parts)
        Yuan claimed in each part of the month.
    money : ndarray, shape (pools, cities)
        Yuan in the pools.
    by_city : sequence of bool
        Whether each pool is held by cities.
    """
    spent = [spent_by_part(claims[k : k + 1], own)[0] for k, own in enumerate(by_city)]
    return np.asarray((np.array(spent) <= money[:, :, None]).sum(axis=2))


def _seasons(supply: SupplyTable, final: np.ndarray, supplier_share: np.ndarray) -> np.ndarray:
    """Return sales of each month over those of a mean one, shape (12, cells), from final demand (12, cities, sectors)."""
    sales = (
        final
        + supplier_share * np.array([supply.bought(supply.sales(m.sum(axis=0))) for m in final])[:, None, :]
    )
    mean = sales.mean(axis=0)
    season = np.where(mean > LEAST_SALES, sales / np.maximum(mean, LEAST_SALES), 1.0)
    return np.maximum(season, LEAST_SEASON).reshape(len(final), -1)


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
                take_up_draw(self.instruments[r].draws_as if r in self.instruments else str(r))
                for r in range(MAX_RULES)
            ]
        )
        floor = self.conditions.wage_floor
        self.household_parameters = hs.household_parameters(self.values, baseline.fit, floor)
        self.tourist_parameters = tourist_parameters(self.values, baseline.outside)
        self.firm_parameters = fs.firm_parameters(self.values)
        self.public_shares = pm.PublicShares(
            taxes=np.asarray(self.values["flows.tax_split"]),
            income_taxes=np.asarray(self.values["flows.income_tax_split"]),
            services=np.asarray(self.values["flows.public_service_payers"]),
            works=np.asarray(self.values["flows.public_works_payers"]),
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
        by_city = self.zone_households.reshape(N_CITIES, 2).sum(axis=1)
        self.city_shares = by_city / by_city.sum() if by_city.any() else np.full(N_CITIES, 1.0 / N_CITIES)
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
        outside = self.baseline.outside
        chance = choice.chance_of_coming(outside, self.baseline.calendar, self.values)
        parties = make_parties(outside.trips, chance, self.world.scale, self.values)
        self.visitor_pool = persons_in_pool(parties)
        finding = 1.0 / self.values["households.unemployment_spell"]
        unemployed, exposed, hired = self._unemployed_and_exposed(households)
        self.quits, self.zone_risk = mk.steady_separation(unemployed, exposed, finding)
        self.mean_exposure = mk.ratio(exposed, hired)
        return State(
            households=households,
            parties=parties,
            firms=None,
            markets=mk.neutral_markets(mk.trend(0, self.values["firms.trend_growth"]), finding, self.quits),
            ledger=Ledger(),
            zone_risk=self.zone_risk.copy(),
        )

    def _unemployed_and_exposed(self, households: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return by zone wage earners out of work, at work times the hazard of their occupation, and at work."""
        relative = self.household_parameters.benefit_coverage[1]
        weight = households.weight.astype(np.float64)[:, None]
        exposure = relative[households.occupation]
        zone = np.repeat(households.zone[:, None], 2, axis=1)
        at_work = households.employed == 1
        hired = exposure > 0.0
        unemployed = np.bincount(zone[hired & ~at_work], (weight * hired)[hired & ~at_work], N_ZONES)
        exposed = np.bincount(zone[hired & at_work], (weight * exposure)[hired & at_work], N_ZONES)
        at_work_now = np.bincount(zone[hired & at_work], (weight * hired)[hired & at_work], N_ZONES)
        return unemployed, exposed, at_work_now

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
        self.finance_measures()
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
        self.disposals = np.zeros((N_BLOCKS, N_CITIES, N_DISPOSALS))
        self.visits = np.zeros((N_BLOCKS, N_MARKETS, N_CITIES, N_VISIT_COUNTS))
        self.visit_periods = np.zeros((N_BLOCKS, N_PERIODS, N_PERIOD_COUNTS))
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
        self.usual_visitors = self._usual_visitors()
        for_residents = self._residents_drawn()
        self.outing_shift, self.site_share = mk.outing_choice(
            self.conditions, self.state.markets.crowding, self.values
        )
        self.outing_shift = self.outing_shift + for_residents
        self.visitor_utility = mk.policy_utility(
            self.conditions,
            self.values["tourists.ticket_cost_share"],
            self.values["tourists.trip_price_elasticity"],
            self.state.markets.crowding,
            self.values["tourists.crowding"],
        ) + mk.drawn(self.conditions.brought_visitors, self.usual_visitors)
        self._book_ahead(added + for_residents)
        # those who keep a calendar are most of those who travel
        usual, holiday = of_residents(self.state.markets.ahead_price, self.values)
        on_holiday = trips_in_holiday(self.days_off(), self.values)[1]
        price = (1.0 - on_holiday) * usual + on_holiday * holiday
        self.trip_logsum, self.destination_cdf = mk.trip_choice(
            self.neutral_destinations,
            added + for_residents - choice.price_weight(self.values) * np.log(price),
            self.values["tourists.dissimilarity"],
        )

    def _book_ahead(self, added: np.ndarray) -> None:
        """Say what residents who book ahead meet: prices of rooms, who gets one, who is let in at sites.

        Residents are expected to want what they wanted in a like month of the burn-in, more where policy draws them
        (``added``, utility by city); visitors are expected as always. Nothing is scarce while the burn-in lasts, nor on a
        recorded path, which holds what was found.
        """
        if self.state.firms is None:
            return
        s, v, wants = self.state.markets, self.values, self.founding.leisure
        like = self._like_month()
        if self.replay is None:
            days, outside = self.days_off(), self.baseline.outside
            month = choice.occasions(self.month, days, outside.distance, v)
            access = choice.entry(self.conditions, v)
            rooms = choice.find_rooms(
                month, outside, access, self.visitor_utility, self.visitor_pool,
                wants.rooms[like] * np.exp(added), days.period_days, v, booked=False,
            )  # fmt: skip
            came = self._expected_arrivals(month, access, self.visitor_utility, rooms)
            outings = wants.outings[like] * np.exp(self.outing_shift) * self.site_share
            visits = outings + wants.trips[like] * np.exp(added) + came
            capacity = days.period_days[:, None] * wants.sites[None, :]
            let_in = choice.let_in(mk.ratio(visits, capacity), v["tourists.site_spread"])
            for state in (s, self.market_path[-1]):
                state.ahead_price, state.ahead_share, state.site_found = rooms.price, rooms.share, let_in
        outings = wants.outings[like]
        mean = mk.ratio((outings * s.site_found).sum(axis=0), outings.sum(axis=0))
        self.site_share = self.site_share * np.where(outings.sum(axis=0) > 0.0, mean, 1.0)

    def _like_month(self) -> int:
        """Return the month of 2024 that is like this one: the same, but that with the Spring Festival if this has it."""
        k = self.month % MONTHS_A_YEAR
        if k > 1:
            return k
        festival = self.days_off().spring_festival
        return k if self.baseline.calendar[k].spring_festival == festival else 1 - k

    def _expected_arrivals(
        self, month: choice.Occasions, access: np.ndarray, utility: np.ndarray, rooms: choice.Lodging
    ) -> np.ndarray:
        """Return persons from outside expected by part of the month and city, shape (periods, cities)."""
        outside, v = self.baseline.outside, self.values
        prices = choice.price_weight(v) * np.log(rooms.price)
        cities, logsum = choice.city_weights(outside, utility[None] - prices, v)
        coming = choice.coming(
            month, outside.normal, access[:, None] + logsum, v["tourists.base_probability"]
        )
        came = choice.arrivals(
            month, coming, cities, rooms, self.visitor_pool, self.tourist_parameters.returns_at_night, v
        )
        return np.asarray(came.sum(axis=0))

    def _usual_visitors(self) -> np.ndarray:
        """Return persons from outside expected without policy and crowds, shape (cities,); nought where no event draws any."""
        if not self.conditions.brought_visitors.any():
            return np.zeros(N_CITIES)
        outside, v = self.baseline.outside, self.values
        month = choice.occasions(self.month, self.days_off(), outside.distance, v)
        cities, logsum = choice.city_weights(outside, np.zeros((N_PERIODS, N_CITIES)), v)
        coming = choice.coming(month, outside.normal, logsum, v["tourists.base_probability"])
        persons = (self.visitor_pool[:, :, None] * coming).sum(axis=1)
        return np.asarray((persons[:, :, None] * cities).sum(axis=(0, 1)))

    def _residents_drawn(self) -> np.ndarray:
        """Return what events add to the utility of each city for people of the province, shape (cities,)."""
        brought = self.conditions.brought_residents
        if not brought.any():
            return np.zeros(N_CITIES)
        return mk.drawn(brought, self.founding.visits[self.month % MONTHS_A_YEAR])

    def release_pools(self) -> None:
        """Add this month's money to the budget pools."""
        for pool, money in self.conditions.pool_budget.items():
            shares = self.conditions.pool_shares.get(pool)
            if shares is not None:
                shares = shares if shares.any() else self.city_shares
                self.state.pools[pool] = self.state.pools.get(pool, 0.0) + money * shares / shares.sum()
            else:
                self.state.pools[pool] = self.state.pools.get(pool, 0.0) + money

    def let_households_live(self) -> None:
        """Take every household through the month once, with budget pools closing on the day their money runs out."""
        table = self._consumption_table()
        rules = self.conditions.durable_rules
        order = np.argsort(rules["durable"], kind="stable") if len(rules) else np.zeros(0, np.int64)
        rules = rules[order]
        ranges = np.searchsorted(rules["durable"], np.arange(len(Durable) + 1)).astype(np.int64)
        pools = sorted({int(p) for p in rules["pool"] if p >= 0})
        rules["pool"] = [pools.index(p) if p >= 0 else -1 for p in rules["pool"].tolist()]
        refill = np.array([self.conditions.pool_refill.get(p, 0) for p in pools], np.int64)
        money = np.array([self._money(p) for p in pools]).reshape(-1, N_CITIES)
        chance = np.array([self.state.served.get(p, np.ones(N_CITIES)) for p in pools]).reshape(-1, N_CITIES)
        month = household_month(self, table, rules, np.ones((len(pools), N_CITIES)), refill, chance)
        parts = self._closing_parts(
            month, ranges, money, [np.ndim(self.state.pools.get(p, 0.0)) > 0 for p in pools]
        )
        month = month._replace(pool_open=parts / DAY_PARTS)
        claims = np.zeros((N_BLOCKS, len(pools), N_CITIES, DAY_PARTS))
        self._run_blocks(month, ranges, self._books(), self.diaries, claims)
        self._settle_pools(pools, claims.sum(axis=0), parts)

    def _money(self, pool: int) -> np.ndarray:
        """Return what a pool holds, in each city; a pool of the province repeats its whole sum."""
        return np.broadcast_to(np.asarray(self.state.pools.get(pool, 0.0)), (N_CITIES,))

    def _books(self) -> HouseholdBooks:
        return HouseholdBooks(
            self.accounts,
            self.demand,
            self.labour,
            self.rule_cost,
            self.rule_gross,
            self.trips,
            self.disposals,
        )

    def _closing_parts(
        self, month: HouseholdMonth, ranges: np.ndarray, money: np.ndarray, by_city: Sequence[bool]
    ) -> np.ndarray:
        """Return in how many parts of the month each pool pays in each city, shape (pools, cities).

        The households that may claim at all live the month in rehearsal, with all pools open, and are put back; each pool is
        closed before the part in which claims would exceed its money. Claims of earlier days do not depend on later ones,
        so one rehearsal would do for one pool; with several, who is turned away by one may turn to another, and the rehearsal
        is repeated until nothing changes. Pools only ever close earlier.
        """
        parts = np.where(money > 0.0, DAY_PARTS, 0)
        self.rehearsals = 0
        rules = month.durable_rules
        paying = (
            (rules["pool"] >= 0) & ((rules["rate"] > 0.0) | (rules["flat"] > 0.0)) & (rules["starts_in"] == 0)
        )
        if not paying.any() or not parts.any():
            return parts
        rows, edges = self._possible_claimants(month, paying)
        claims = np.zeros((N_BLOCKS, *money.shape, DAY_PARTS))
        books = HouseholdBooks(*(np.zeros_like(book) for book in self._books()))
        nobody = np.zeros((0, N_ENTRIES), np.float32)
        while edges[-1]:
            claimed = np.zeros(len(rows), np.bool_)
            claims[...] = 0.0
            month = month._replace(pool_open=parts / DAY_PARTS)
            self._run_blocks(month, ranges, books, nobody, claims, Rehearsal(rows, edges, claimed))
            self.rehearsals += 1
            closed = closing_parts(claims.sum(axis=0), money, by_city)
            if (closed >= parts).all():
                break
            if self.rehearsals >= MOST_REHEARSALS:
                closed[closed < parts] = 0
            parts = np.minimum(parts, closed)
            # who claims nothing while pools are open claims nothing when some are shut
            kept = np.concatenate([[0], np.cumsum(claimed)])
            rows, edges = rows[claimed], kept[edges]
        return parts

    def _possible_claimants(self, month: HouseholdMonth, paying: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the households that could claim by the rules marked, and where those of each block begin among them."""
        p, h = self.household_parameters, self.state.households
        rates, flats, grades = np.zeros((3, len(Durable)))
        old_ages = np.full(len(Durable), np.iinfo(np.int32).max)
        for r, pays in zip(month.durable_rules, paying, strict=True):
            k = r["durable"]
            # whoever claims by one rule may have been brought to buy by another
            rates[k], flats[k] = max(rates[k], r["rate"]), max(flats[k], r["flat"])
            if not pays:
                continue
            grades[k] = max(grades[k], r["eligible_share"] * r["take_up"])
            asked = min(r["min_old_age"], r["min_old_age_new_energy"]) if r["min_old_age"] >= 0 else -1
            old_ages[k] = min(old_ages[k], asked)
        credit_gains = p.credit_take_up * interest_saved(month.loan_rate_cut, p.loan_months)
        found = []
        for block in range(N_BLOCKS):
            start, stop = int(self.edges[block]), int(self.edges[block + 1])
            rows = np.empty(stop - start, np.int64)
            count = possible_claimants(
                start, stop, h.durable_bought, h.postponed, h.moving, h.zone, month.seed, month.t, p, month.hazard_bound,
                month.look_ahead, month.price, rates, flats, grades, old_ages, credit_gains, rows,
            )  # fmt: skip
            found.append(rows[:count].copy())
        edges = np.concatenate([[0], np.cumsum([len(rows) for rows in found])]).astype(np.int64)
        return np.concatenate(found), edges

    def _settle_pools(self, pools: Sequence[int], claims: np.ndarray, parts: np.ndarray) -> None:
        """Take what was claimed out of the pools, and let unspent money lapse where it does.

        What is left of a pool that ran dry is less than the next claim and stays: a pool smaller than one claim of a sampled
        household would else pay nothing for ever.
        """
        self.open_share = {p: parts[k] / DAY_PARTS for k, p in enumerate(pools)}
        given = self.conditions.pool_budget
        self.state.served |= {p: share for p, share in self.open_share.items() if given.get(p, 0.0) > 0.0}
        for k, p in enumerate(pools):
            money = self.state.pools.get(p, 0.0)
            spent = spent_by_part(claims[k : k + 1], np.ndim(money) > 0)[0, :, -1]
            left = np.asarray(money) - (spent if np.ndim(money) else spent[0])
            if left.min() < 0.0:
                raise LedgerError(f"budget pool {p}", month_label(self.month), -float(left.min()))
            self.state.pools[p] = left if np.ndim(money) else float(left)
        for p in self.conditions.pool_expires:
            dry = self.open_share.get(p, np.ones(N_CITIES)) < 1.0
            left = self.state.pools.get(p, 0.0)
            self.state.pools[p] = (
                np.where(dry, left, 0.0) if np.ndim(left) else (float(left) if dry.all() else 0.0)
            )

    def _run_blocks(
        self, month: HouseholdMonth, ranges: np.ndarray, books: HouseholdBooks, diaries: np.ndarray, claims: np.ndarray,
        rehearsal: Rehearsal | None = None,
    ) -> None:  # fmt: skip
        rows, edges, claimed = rehearsal or (EVERYONE, self.edges, NOBODY)
        b, h = books, self.state.households

        def live(block: int) -> None:
            household_block(
                block, edges[block], edges[block + 1], h, self.household_parameters, month,
                ranges, b.accounts, b.demand, b.labour, b.rule_cost, b.rule_gross, b.trips,
                diaries, rows, claimed, claims, b.disposals,
            )  # fmt: skip

        def rehearse(block: int) -> None:
            # put back block by block: what the households were is held for as few as possible at a time
            mine = rows[edges[block] : edges[block + 1]]
            before = {name: getattr(h, name)[mine] for name in hs.changed_columns()}
            live(block)
            for name, values in before.items():
                getattr(h, name)[mine] = values

        work = live if rehearsal is None else rehearse

        if self.threads > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                list(pool.map(work, range(N_BLOCKS)))
        else:
            for block in range(N_BLOCKS):
                work(block)

    def receive_visitors(self) -> None:
        """Let parties from outside come, choose cities, look for rooms and spend."""
        self.visit = self._visit()
        month = tourist_month(self)
        n = len(self.state.parties.weight)
        edges = np.linspace(0, n, N_BLOCKS + 1).astype(np.int64)
        for block in range(N_BLOCKS):
            tourist_block(
                block, edges[block], edges[block + 1], FIRST_PARTY, self.state.parties, self.tourist_parameters, month,
                self.visitor_demand, self.visits, self.visit_periods, self.visitor_cost, self.visitor_gross,
            )  # fmt: skip

    def _visit(self) -> choice.Visit:
        """Return what parties from outside choose this month; rooms are found unless they follow a recorded path."""
        outside, values, days = self.baseline.outside, self.values, self.days_off()
        month = choice.occasions(self.month, days, outside.distance, values)
        access = choice.entry(self.conditions, values)
        s = self.state.markets
        if self.replay is None:
            rooms = choice.find_rooms(
                month, outside, access, self.visitor_utility, self.visitor_pool, self._resident_nights(),
                days.period_days, values,
            )  # fmt: skip
            for state in (s, self.market_path[-1]):
                state.room_price, state.room_share, state.room_second = rooms
        added = self.visitor_utility[None] - choice.price_weight(values) * np.log(s.room_price)
        cities, logsum = choice.city_weights(outside, added, values)
        coming = choice.coming(
            month, outside.normal, access[:, None] + logsum, values["tourists.base_probability"]
        )
        return choice.Visit(month, coming, cities, self._expected_parties(coming))

    def _expected_parties(self, coming: np.ndarray) -> float:
        sizes = np.asarray(self.values["tourists.kind_sizes"])
        return float((self.visitor_pool / sizes[None, :] * coming.sum(axis=2)).sum())

    def _resident_nights(self) -> np.ndarray:
        """Return nights of rooms for residents on trips within the province, by part of the month and city.

        What is not on the longest holiday falls on weekends and workdays by a given share.
        """
        counts = self.trips.sum(axis=0)[:N_CITIES] / self.values["tourists.resident_guests_per_room"]
        return self._by_part(counts[:, TripCount.ROOM_NIGHTS], counts[:, TripCount.HOLIDAY_ROOM_NIGHTS])

    def _by_part(self, of_month: np.ndarray, of_holiday: np.ndarray) -> np.ndarray:
        """Return what residents do in a month by part of it, shape (periods, cities), from all of it and that on its holiday."""
        on_weekends = self.values["tourists.resident_weekend_nights"]
        other = of_month - of_holiday
        nights = np.zeros((N_PERIODS, N_CITIES))
        nights[Period.HOLIDAY] = of_holiday
        nights[Period.WEEKENDS] = on_weekends * other
        nights[Period.WORKDAYS] = (1.0 - on_weekends) * other
        return nights

    def gather_demand(self) -> None:
        """Add up blocks in order; split the cost of shared channels among their rules."""
        self.cell_accounts = self.accounts.sum(axis=0)
        self.totals = self.cell_accounts.sum(axis=0)
        self.by_city = self.cell_accounts.reshape(N_CITIES, -1, N_ITEMS).sum(axis=1)
        self.worked = self.labour.sum(axis=0)
        self.trip_counts = self.trips.sum(axis=0)
        self.disposal_counts = self.disposals.sum(axis=0)
        self.visit_counts = self.visits.sum(axis=0)
        self.period_counts = self.visit_periods.sum(axis=0)
        self.household_cost = self.rule_cost.sum(axis=0)
        self.visitor_costs = self.visitor_cost.sum(axis=0)
        self.gross = self.rule_gross.sum(axis=0) + self.visitor_gross.sum(axis=0) + self._claimed()
        self.custom = self.demand.sum(axis=0) + self.visitor_demand.sum(axis=0)
        self.resident_custom = self.demand.sum(axis=0)
        self.channels = policy_channels(self)
        by_zone = self.cell_accounts.reshape(N_ZONES, -1, N_ITEMS).sum(axis=1)
        self.state.jobless = by_zone[:, Item.UNEMPLOYED] + by_zone[:, Item.POSTS]
        # hazards of occupations are relative to their mean: it stays where it was as people come and go
        mean = mk.ratio(by_zone[:, Item.EXPOSURE], by_zone[:, Item.HIRED])
        self.state.zone_risk = self.zone_risk * mk.ratio(self.mean_exposure, mean)
        if self.month >= 0:
            self.state.entry += (float(self.totals[Item.JOBLESS_ENTRY]) - self.state.entry) / min(
                self.month + 1, MONTHS_A_YEAR
            )
        # as many grown children leave as found households, and as leave the province on balance
        grown = float(self.totals[Item.GROWN_CHILDREN])
        leave = float(self.totals[Item.MOVED_IN]) + self.values["family.net_out_migration"] / MONTHS_A_YEAR
        self.state.leaving = min(leave / grown, 1.0) if grown > 0.0 else 0.0

    def finance_measures(self) -> None:
        """Let province and cities pay their part of measures: new money, less of other purchases, or bonds."""
        if self.state.firms is None:
            return
        planned = self.founding.other_purchases * self.growth
        orders = self.founding.orders * self.growth
        works, services = pm.planned_purchases(planned, orders, self.public_shares)
        cost = pm.local_cost(self.channels.payments, self.instruments)
        self.financing = finance(cost, self.state.local_debt, self.values["flows.bond_rate"], works, services)
        self.planned_other, self.planned_orders = planned, orders
        money = self.financing
        self.other, self.orders = pm.left_of(planned, orders, money.cut_works, money.cut_services)

    def _claimed(self) -> np.ndarray:
        """Return what official releases credit to rules for guests and sales they count as theirs, yuan, shape (MAX_RULES,)."""
        c, claimed = self.conditions, np.zeros(MAX_RULES)
        visits = self.visit_counts.sum(axis=(0, 1))
        trips = self.trip_counts[:N_CITIES].sum(axis=0)
        at_home = trips[TripCount.PERSONS] + trips[TripCount.OUTING_PERSONS]
        spent = (
            (trips[TripCount.YUAN] + trips[TripCount.OUTING_YUAN]) / max(at_home, 1.0),
            visits[VisitCount.YUAN] / max(visits[VisitCount.PERSONS], 1.0),
        )
        for (rule, outside), guests in c.claimed_visits.items():
            claimed[rule] += guests * spent[outside]
        for rule, sales in c.claimed_sales.items():
            claimed[rule] += sales
        return claimed

    def sell(self) -> None:
        """Share demand of households, visitors, other buyers and buying firms among firms."""
        if self.state.firms is None:
            return
        f, starts = self.state.firms, self.founding.cell_starts
        # what policy lets sellers in the province have of purchases that went outside
        self.moved = self._moved()
        self.outside = mk.over_cities(self.conditions.outside_orders, self.founding.supplier_share)
        self.waived = self.channels.waived
        self.built = self.state.escrow / self.values["housing.escrow_months"]
        final = self.custom + self.other + self.outside + self.waived + self.channels.administration
        final[:, Sector.CONSTRUCTION] += self.built * self.founding.building
        supply = self.founding.supply
        rounds = supply.bought(supply.sales((final + self.moved).sum(axis=0)))
        self.supplied = self.founding.supplier_share * rounds + self.moved
        self.sales = final + self.supplied
        price = np.empty(N_FIRM_CELLS)
        share_custom(starts, self.sales.ravel(), f, self.values["firms.price_elasticity"], price)
        self.cell_price = price.reshape(N_CITIES, N_SECTORS)

    def _moved(self) -> np.ndarray:
        """Return what policy lets sellers of the province have of purchases that went outside, yuan, shape (cities, sectors).

        Custom kept goes to sellers of the same city and trade. What sellers source in the province goes to farms and
        manufacturers as their other local goods do, in each city by its share of them.
        """
        c = self.conditions
        sourced = goods_by_supplier(self.custom.sum(axis=0) * c.local_sourcing, self.values)
        return np.asarray(self.custom * c.kept_purchases + self.founding.supplier_share * sourced)

    def plan_production(self) -> None:
        """Let firms update expectations, labour wanted and prices (not in direct closure, where they follow the path)."""
        self.wanted = np.zeros(N_FIRM_CELLS)
        if self.state.firms is None or self.replay is not None:
            return
        labour_share = np.asarray(self.values["firms.labour_cost_share"])
        unit_cost = 1.0 + labour_share[None, :] * (self.state.markets.wage_index / self.growth - 1.0)
        relief = np.tile(self.conditions.labour_cost_relief, N_CITIES)
        # firms grow and shrink with the people there are to hire
        there = self.founding.force > 0.0
        force = np.where(there, self._labour_force() / np.where(there, self.founding.force, 1.0), 1.0)
        force = np.repeat(np.maximum(force, LEAST_FORCE), N_SECTORS)
        k = self.month % MONTHS_A_YEAR
        plan_firms(
            self.founding.cell_starts, self.model_seed, self.month, mk.monthly_growth(self.values["firms.trend_growth"]),
            self.state.firms, self.founding.season[self._festival()][k], self.founding.reserve[self._festival(-1)][k - 1],
            self.founding.sales * self.growth * force, self.founding.employed * force,
            self.founding.liquidity, unit_cost.ravel(), relief, self.firm_parameters, self.wanted,
        )  # fmt: skip

    def _festival(self, later: int = 0) -> int:
        """Return where the Spring Festival lies that firms prepare for: 0 as in 2024, 1 the other of January and February.

        From March on it is that of the next year. ``later``: months from now.
        """
        month = self.month + later
        january = MONTHS_A_YEAR * ((month + MONTHS_A_YEAR - 2) // MONTHS_A_YEAR)
        calendar = self.baseline.calendar
        if january not in calendar:
            return 0
        return int(calendar[january].spring_festival != calendar[0].spring_festival)

    def _entry_share(self) -> float:
        """Return newcomers without a job (less unemployed who leave) over all who find work in a month at the start.

        Normal inflow into unemployment is that of people who lose work and of people who never had any.
        """
        found = float(self.founding.unemployed.sum()) / self.values["households.unemployment_spell"]
        return min(max(self.state.entry / max(found, 1.0), 0.0), 0.5)

    def _labour_force(self) -> np.ndarray:
        """Return people at work and out of work by city, shape (cities,)."""
        return np.asarray((self.worked[..., 0] + self.worked[..., 3]).sum(axis=1))

    def match_labour(self) -> None:
        """Turn labour wanted into hazards, move wages, takings and prices for next month."""
        if self.state.firms is None or self.replay is not None:
            return
        s, v = self.state.markets, self.values
        shape = (N_CITIES, N_SECTORS)
        unemployed = self.worked[..., 3].sum(axis=1)
        mk.match_labour(
            s, self.wanted.reshape(shape), self.state.staff.reshape(shape), unemployed, self.founding.quits,
            self._entry_share(), self.founding.tightness, 1.0 / v["households.unemployment_spell"],
            v["firms.matching_elasticity"],
        )  # fmt: skip
        monthly = mk.monthly_growth(v["firms.trend_growth"])
        over_trend = s.wage_index / s.wage_trend
        rate = unemployed / np.maximum(self._labour_force(), 1.0)
        rate_at_start = self.founding.unemployed / np.maximum(self.founding.force, 1.0)
        curve = mk.wage_curve(rate, rate_at_start, v["firms.wage_curve"])
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
        farmed = float(self.totals[Item.FARM]) / (self.growth * farm_season(self.month, self.values))
        if farmed > 0.0:
            s.farm_index = s.farm_index * ((self.founding.farm + self._farm_gain()) / farmed)
        s.price = self.cell_price * (1.0 + self._kept_of_subsidies())
        s.crowding = np.log(np.maximum(self._visits(), 1.0) / np.maximum(self._expected_visits(), 1.0))

    def _kept_of_subsidies(self) -> np.ndarray:
        """Return by how much sellers of subsidised durables raise prices, shape (cities, sectors).

        Price lists are the same for all buyers: what sellers keep of the subsidies of a month is spread over all that they sell.
        """
        kept = 1.0 - self.values["firms.subsidy_pass_through"]
        paid = np.zeros((N_CITIES, N_SECTORS))
        first: dict[int, int] = {}
        for rule, durable in self.conditions.durable_rules[["rule", "durable"]].tolist():
            first.setdefault(rule, durable)
        for rule, durable in sorted(first.items()):
            paid[:, DURABLES[durable].sector] += self.household_cost[rule]
        return kept * mk.ratio(paid, self.custom)

    def _farm_gain(self) -> float:
        """Return what farmers earn more this month from sales of farm goods that policy brings, yuan at trend level."""
        sold = float((self.outside + self.moved)[:, Sector.FARMING].sum())
        return float(self.values["firms.farm_income_share"] * sold / self.growth)

    def _visits(self) -> np.ndarray:
        """Return persons who visit each city this month: residents of other cities, their own on days out, outsiders."""
        residents = (
            self.trip_counts[:N_CITIES, TripCount.PERSONS]
            + self.trip_counts[:N_CITIES, TripCount.OUTING_PERSONS]
        )
        return np.asarray(residents + self.visit_counts[..., VisitCount.PERSONS].sum(axis=0))

    def _expected_visits(self) -> np.ndarray:
        """Return the crowds that are expected this month: residents as in the burn-in, outsiders without policy, (cities,).

        Residents' visits are those of the same month of the burn-in, times occasions for a day out now over then: holidays move.
        """
        days, then = (
            choice.days_for_outings(calendar, self.values)
            for calendar in (self.days_off(), self.baseline.calendar[self.month % MONTHS_A_YEAR])
        )
        moved = (days / then) ** self.values["tourists.visits_by_occasions"]
        residents = self.founding.visits[self.month % MONTHS_A_YEAR] * moved
        outside, v = self.baseline.outside, self.values
        added = -choice.price_weight(v) * np.log(self.state.markets.room_price)
        cities, logsum = choice.city_weights(outside, added, v)
        coming = choice.coming(self.visit.month, outside.normal, logsum, v["tourists.base_probability"])
        came = choice.arrivals(
            self.visit.month, coming, cities, self._lodging(), self.visitor_pool,
            self.tourist_parameters.returns_at_night, v,
        )  # fmt: skip
        return np.asarray(residents + came.sum(axis=(0, 1)))

    def _lodging(self) -> choice.Lodging:
        s = self.state.markets
        return choice.Lodging(s.room_price, s.room_share, s.room_second)

    def days_off(self) -> CalendarMonth:
        """Return the days off of this month; while households settle, those of the same month of 2024."""
        return self.baseline.calendar[self.month + MONTHS_A_YEAR if self.month < 0 else self.month]

    def pay_firms_bills(self) -> None:
        """Pay wages, goods, taxes and owners; staff firms with the people who work."""
        if self.state.firms is None:
            return
        f, v, state = self.state.firms, self.values, self.state
        staff = self.worked[..., 0]
        wage = np.where(staff > 0.0, self.worked[..., 1] / np.maximum(staff, 1e-9), 0.0)
        supply = self.founding.supply
        self.inflow = float((self.sales @ supply.inflow).sum() - self.moved.sum())
        self.taxes = self.sales @ self.founding.taxes
        # what is not tied to one cell is borne by all firms per yuan of sales
        common = (
            (1.0 - self._interest_share()) * self.totals[Item.PROPERTY] + self.channels.borne_by_firms
        ) / max(float(self.sales.sum()), LEAST_SALES)
        costs = np.tile(supply.local_share + supply.inflow + self.founding.taxes + common, N_CITIES)
        sales = self.sales.ravel()
        totals = np.zeros((N_FIRM_CELLS, N_TOTALS))
        full = v["firms.loan_rate"] / MONTHS_A_YEAR
        cell_month = CellMonth(
            staff=staff.ravel(),
            wage=wage.ravel(),
            variable=costs + state.rents,
            fixed=self._taken_by_owners(),
            late=mk.ratio(mk.sold_on_credit(self.supplied, self.other, self.orders), self.sales).ravel(),
            public=mk.ratio(self.orders, self.sales).ravel(),
            granted=self.channels.to_firms.ravel(),
            settled=mk.ratio(self.channels.cleared[0], self.owed_by_governments()).ravel(),
            settled_buyers=mk.ratio(self.channels.cleared[1], self.owed_by_buyers()).ravel(),
            usual_claims=self.founding.usual_claims,
            season=self.founding.season[self._festival()][self.month % MONTHS_A_YEAR],
            reserve=self.founding.reserve[self._festival()][self.month % MONTHS_A_YEAR],
            births=self._births(),
            mortal=self.founding.mortal,
            interest=full - np.tile(self.channels.interest_relief, N_CITIES),
            full_interest=np.full(N_FIRM_CELLS, full),
        )
        c = self.conditions
        settle_firms(
            self.founding.cell_starts, self.model_seed, self.month, f, cell_month, self.firm_parameters,
            self.founding.exit_level, v["firms.late_months"], v["firms.government_months"], c.payment_sooner,
            c.payment_groups, self.replay is None, totals,
        )  # fmt: skip
        self.firm_totals = totals
        self.profits = float(totals[:, Total.PAID_OUT].sum() + (state.rents * sales).sum())
        usual_bill = cell_month.fixed / self.founding.bills[self.month % MONTHS_A_YEAR]
        usual_profit = totals[:, Total.USUAL_PROFIT] + cell_month.fixed - usual_bill
        margin = mk.ratio(usual_profit, totals[:, Total.USUAL_SALES])
        trading = totals[:, Total.SALES] > 0.0
        state.margin += v["firms.profit_memory"] * np.where(trading, margin - state.margin, 0.0)
        state.rents = state.rents + v["firms.rent_speed"] * np.where(
            trading, margin - v["firms.normal_margin"], 0.0
        )
        state.staff = staff.ravel().copy()
        state.firm_count = totals[:, Total.FIRMS].copy()

    def _births(self) -> np.ndarray:
        """Return firms that enter this month, shape (cells,)."""
        v = self.values
        normal = (
            self.founding.units * (1.0 + v["firms.net_entry_rate"]) ** (self.month / MONTHS_A_YEAR)
        ) * self.founding.mortal
        rate = (v["firms.exit_rate"] + v["firms.net_entry_rate"]) / MONTHS_A_YEAR
        births = np.zeros(N_FIRM_CELLS)
        cell_births(
            self.state.firm_count, normal, rate, self.state.margin, v["firms.normal_margin"],
            (1.0 - self.conditions.entry_cost).ravel(), v["firms.entry_elasticity"], births,
        )  # fmt: skip
        return births

    def business_loans(self) -> np.ndarray:
        """Return loans that firms owe banks at the start of the month, yuan, shape (cities, sectors)."""
        return self._firm_sum("debt")

    def owed_by_governments(self) -> np.ndarray:
        """Return what governments owe firms, yuan, shape (cities, sectors)."""
        return self._firm_sum("owed")

    def owed_by_buyers(self) -> np.ndarray:
        """Return what other firms and buyers outside the province owe firms, yuan, shape (cities, sectors)."""
        return self._firm_sum("receivable")

    def _firm_sum(self, column: str) -> np.ndarray:
        f = self.state.firms
        if f is None:
            return np.zeros((N_CITIES, N_SECTORS))
        cell = f.city.astype(np.int64) * N_SECTORS + f.sector
        money = f.weight.astype(np.float64) * getattr(f, column)
        return np.bincount(cell, money, N_FIRM_CELLS).reshape(N_CITIES, N_SECTORS)

    def rewards_due(self) -> np.ndarray:
        """Let firms with rewards of their own trade; return what December pays them, yuan, shape (rules, cities, sectors)."""
        rules = self.conditions.rewards
        s = self.state.specialists
        if s is None:
            return np.zeros((len(rules), N_CITIES, N_SECTORS))
        people = self.zone_households.reshape(N_CITIES, 2).sum(axis=1)
        by_city = fr.traded(self.disposal_counts, people, self.growth, self.values)
        s = fr.trade(s, by_city, self.month, self.model_seed, self.values)
        paid = np.zeros((len(rules), N_CITIES, N_SECTORS))
        if self.month % MONTHS_A_YEAR == MONTHS_A_YEAR - 1:
            s, paid = fr.settle_year(s, rules, self.model_seed, self.values)
        self.state.specialists = s
        return paid

    def book_payments(self) -> None:
        """Book every payment of the month in the ledger."""
        if self.state.firms is None:
            return
        ledger, c = self.state.ledger, self.channels
        at_rates = replace(self.public_shares, bank_share_of_property=self._interest_share())
        pm.pay_households(ledger, self.by_city, at_rates)
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
        money = self.financing
        cut = np.stack([money.cut_works, money.cut_services])
        pm.other_buyers(
            ledger, self.planned_other, self.planned_orders, money.cut_by, cut, self.public_shares
        )
        pm.firms_credit(ledger, self.firm_totals.reshape(N_CITIES, N_SECTORS, N_TOTALS).sum(axis=1))
        ledger.pay(Account.REST, Account.FIRMS, "other_purchases", float(self.outside.sum()))
        pm.firms_pay(ledger, self.inflow, self.taxes, self.profits, self.public_shares)
        pm.budgets_borrow(ledger, money.borrowed, money.repaid, money.interest)
        self.state.local_debt.turn(
            money.repaid, money.borrowed, MONTHS_A_YEAR * self.values["flows.bond_years"]
        )
        spent = float(self.totals[Item.HOME_SPENDING])
        pm.home_money(ledger, spent, float(self.totals[Item.HOME_SUBSIDIES]), self.built)
        self.state.escrow += spent - self.built
        for amounts, payee, item in c.payments:
            borne = pm.pay_by_rule(ledger, amounts, self.instruments, payee, item)
            if item == "arrears_cleared":  # what firms bear themselves is set off, not paid
                ledger.claims -= borne
        pm.grant(ledger, self.founding.grants, self.growth)

    def _interest_share(self) -> float:
        """Return the part of property income that banks pay this month."""
        return interest_in_property(self.conditions, self.public_shares.bank_share_of_property)

    def close_ledger(self) -> None:
        """Check that every stock equals last month's plus flows; carry budgets of governments and banks."""
        if self.state.firms is None:
            return
        money, loans = household_money(self.state.households)
        counted = {Account.HOUSEHOLDS: money, Account.FIRMS: firm_money(self.state.firms)}
        debt = self.state.local_debt.owed
        owed = {
            Account.HOUSEHOLDS: loans,
            Account.FIRMS: firm_debt(self.state.firms),
            Account.PROVINCE: float(debt[0]),
            Account.CITIES: float(debt[1:].sum()),
        }
        self.flows = self.state.ledger.close(self.month, counted, owed, firm_claims(self.state.firms))
        self._tell_treasuries()

    def _tell_treasuries(self) -> None:
        """Write the books of every budget: its own payments, city by city."""
        self.city_books = self.state.ledger.take_city_books()
        for account, agents in self.treasuries.items():
            if account == Account.CITIES:
                for agent, paid, received in zip(agents, *self.city_books, strict=True):
                    agent.keep(paid, received)
            else:
                agents[0].keep(self.flows[account], self.flows[:, account])
        self.bank.keep(float(self.state.ledger.money[Account.BANKS]), self.state.ledger.debts)

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
        custom = np.zeros((BURN_IN, N_CITIES, N_SECTORS))
        visits = np.zeros((BURN_IN, N_CITIES))
        wants = []
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
            custom[m + BURN_IN] = self.custom / level
            money += self.cell_accounts / level / BURN_IN
            plain += self.cell_accounts / BURN_IN
            visits[m + BURN_IN] = self._visits() - self.visit_counts[..., VisitCount.PERSONS].sum(axis=0)
            wants.append(self._wants())
        for name, column in start.items():
            getattr(self.state.households, name)[...] = column
        # homes bought while markets rest are given back, and with them what renewed them
        h = self.state.households
        h.durable_bought[h.tenure == 0, RENOVATION_SLOT] = household_columns.NOT_OWNED
        self._make_up_for_full_houses([rooms for rooms, _, _ in wants])
        # counts do not grow with the trend, money does
        self.settled_accounts = np.where(np.isin(np.arange(N_ITEMS), COUNTS), plain, money)
        self.month, self.conditions = 0, conditions
        self.market_path.clear()
        leisure = self._leisure_at_start(*(np.array(part) for part in zip(*wants, strict=True)))
        return self._found(custom, visits, float(money[:, Item.HOME_SPENDING].sum()), leisure)

    def _wants(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return what residents want this month by part of it and city: nights of rooms, days out, trips; (periods, cities)."""
        c = self.trip_counts[:N_CITIES]
        guests = self.values["tourists.resident_guests_per_room"]
        all_persons = c[:, TripCount.PERSONS] + c[:, TripCount.OUTING_PERSONS]
        on_holiday = mk.ratio(c[:, TripCount.HOLIDAY_PERSONS], all_persons)
        rooms = self._by_part(
            c[:, TripCount.ROOMS_WANTED] / guests, c[:, TripCount.HOLIDAY_ROOMS_WANTED] / guests
        )
        outings, trips = (
            self._by_part(c[:, count], c[:, count] * on_holiday)
            for count in (TripCount.OUTING_PERSONS, TripCount.PERSONS)
        )
        return rooms, outings, trips

    def _leisure_at_start(self, rooms: np.ndarray, outings: np.ndarray, trips: np.ndarray) -> Leisure:
        """Return what residents want in each month of the first year, and how many visitors a day the sites of a city take.

        Capacity is what makes the published use on a day of the May Day holiday.
        """
        v, outside, days = self.values, self.baseline.outside, self.baseline.calendar[MAY]
        month = choice.occasions(MAY, days, outside.distance, v)
        access, nothing = np.zeros(N_MARKETS), np.zeros(N_CITIES)
        lodging = choice.find_rooms(
            month, outside, access, nothing, self.visitor_pool, rooms[MAY], days.period_days, v, booked=False
        )
        came = self._expected_arrivals(month, access, nothing, lodging)
        visits = (v["leisure.site_share"] * outings[MAY] + trips[MAY] + came)[Period.HOLIDAY]
        return Leisure(
            rooms, outings, trips, visits / days.period_days[Period.HOLIDAY] / v["tourists.site_holiday_use"]
        )

    def _make_up_for_full_houses(self, lodged: Sequence[np.ndarray]) -> None:
        """Enlarge pool and daily spending for rooms that lack, so that as many come and as much is spent as is published.

        ``lodged`` holds, for each month of the first year, nights of rooms that residents want, (periods, cities).
        """
        parties = self.state.parties
        p = self.tourist_parameters
        made_up = choice.full_houses(
            self.baseline.outside,
            self.baseline.calendar,
            self.visitor_pool,
            lodged,
            p.returns_at_night,
            self.values,
        )
        parties.weight[...] *= made_up.pool[parties.market].astype(np.float32)
        self.visitor_pool = persons_in_pool(parties)
        self.tourist_parameters = p._replace(daily_spending=p.daily_spending * made_up.days)

    def _jobs(self) -> np.ndarray:
        h = self.state.households
        at_work = (h.employed == 1) & (h.occupation > 0) & (h.sector >= 0)
        cell = (h.zone.astype(np.int64) // 2)[:, None] * N_SECTORS + np.maximum(h.sector, 0)
        weight = np.repeat(h.weight.astype(np.float64)[:, None], 2, axis=1)
        return np.bincount(cell[at_work], weight[at_work], N_CITIES * N_SECTORS).reshape(N_CITIES, N_SECTORS)

    def _needed_sales(self, wages: np.ndarray, margin: np.ndarray, level: float) -> np.ndarray:
        """Return the sales that labour income calls for, yuan a month at trend level, shape (cities, sectors).

        Sectors that live on consumers: the wage bill over its least share of sales. Others: all labour income, farm income
        included, over the labour share of value added and the value added of a yuan of sales.
        """
        v = self.values
        needed = wages / np.asarray(v["firms.labour_cost_share"])[None, :]
        labour = self.worked[..., 1:3].sum(axis=2) / level
        labour[:, Sector.FARMING] += self.by_city[:, Item.FARM] / (level * farm_season(-1, v))
        columns = list(SIZED_BY_LABOUR)
        is_farming = np.array([sector == Sector.FARMING for sector in columns])
        coverage = np.where(is_farming, v["flows.farm_coverage"], v["flows.labour_coverage"])
        share = coverage * np.asarray(v["flows.labour_share"])
        needed[:, columns] = labour[:, columns] / (share * margin[columns])
        return needed

    def _found(self, by_month: np.ndarray, visits: np.ndarray, homes: float, leisure: Leisure) -> Founding:
        """Found firms for the custom of each month (12, cities, sectors) and home sales of a mean one, yuan at trend level."""
        v = self.values
        custom = by_month.mean(axis=0)
        employed = self.worked[..., 0]
        level = mk.trend(-1, v["firms.trend_growth"])
        wages = self.worked[..., 1] / level
        supplier_share = np.where(
            employed.sum(axis=0) > 0.0,
            employed / np.maximum(employed.sum(axis=0, keepdims=True), 1e-9),
            1.0 / N_CITIES,
        )
        building = supplier_share[:, Sector.CONSTRUCTION]
        known = custom.copy()
        known[:, Sector.CONSTRUCTION] += homes * building
        supply = supply_table(v)
        other, sales = sales_at_start(
            supply, known, self.baseline.institution_purchases, self._needed_sales(wages, supply.margin, level),
            supplier_share,
        )  # fmt: skip
        sales = np.maximum(sales, LEAST_SALES)
        orders = other * np.asarray(v["firms.government_share"])[None, :]
        self.state.escrow = homes * level * v["housing.escrow_months"]
        taxes = np.asarray(v["flows.tax_rate"]) * supply.margin
        season = _seasons(supply, by_month - custom + known + other, supplier_share)
        cells = self._cells(
            supply, taxes, sales - known - other, other, orders, sales, employed, wages, level, season
        )
        firms = fs.found_firms(cells, self.world.scale, v, self.model_seed)
        starts = fs.cell_starts(firms.city, firms.sector)
        settled = fs.settle(firms, starts, cells, v, self.model_seed)
        for name in ("expected", "cash", "debt", "receivable", "owed"):
            getattr(firms, name)[...] *= level
        self.state.firms = firms
        self.state.rents = settled.rents
        self.state.margin = np.full(N_FIRM_CELLS, v["firms.normal_margin"])
        self.state.staff = employed.ravel().copy()
        self.state.firm_count = np.bincount(
            firms.city.astype(np.int64) * N_SECTORS + firms.sector, firms.weight, N_FIRM_CELLS
        )
        people = self.zone_households.reshape(N_CITIES, 2).sum(axis=1)
        self.state.specialists = fr.found_specialists(people, v, self.model_seed)
        self._live_last_year(people)
        self.state.markets = mk.neutral_markets(
            mk.trend(0, v["firms.trend_growth"]), 1.0 / v["households.unemployment_spell"], self.quits
        )
        unemployed = self.worked[..., 3].sum(axis=1)
        jobs = employed.copy()
        jobs[:, Sector.FARMING] = 0.0
        normal = self.quits[:, None] * jobs
        self.state.markets.vacancy_cdf = mk.vacancy_shares(normal.copy())
        money, loans = household_money(self.state.households)
        self.state.ledger = Ledger(city_shares=self.city_shares.copy())
        self.state.ledger.money[Account.HOUSEHOLDS] = money
        self.state.ledger.money[Account.FIRMS] = firm_money(firms)
        self.state.ledger.money[Account.BANKS] = -money - firm_money(firms) + loans
        self.state.ledger.debts[Account.HOUSEHOLDS] = loans
        self.state.ledger.debts[Account.FIRMS] = firm_debt(firms)
        self.state.ledger.money[Account.BANKS] += firm_debt(firms)
        self.state.ledger.claims = firm_claims(firms)
        return Founding(
            cell_starts=starts,
            custom=custom,
            other_purchases=other,
            supplier_share=supplier_share,
            own_share=fs.individual_share_of_sales(firms),
            quits=self.quits,
            tightness=normal.sum(axis=1) / np.maximum(unemployed, 1.0),
            unemployed=unemployed,
            visits=visits,
            leisure=leisure,
            force=self._labour_force(),
            farm=float(self.totals[Item.FARM]) / (level * farm_season(-1, v)),
            building=building,
            supply=supply,
            taxes=taxes,
            grants=pm.balancing_grants(
                other, orders, sales @ taxes, self.by_city / level, self.public_shares
            ),
            sales=sales.ravel(),
            employed=employed.ravel().copy(),
            units=self.state.firm_count.copy(),
            orders=orders,
            liquidity=settled.liquidity,
            exit_level=settled.exit_level,
            mortal=cells.mortal,
            usual_claims=cells.usual_claims,
            season=fs.both_orders(cells.season),
            bills=cells.bills,
            reserve=settled.reserve,
        )

    def _cells(
        self, supply: SupplyTable, taxes: np.ndarray, supplied: np.ndarray, other: np.ndarray, orders: np.ndarray,
        sales: np.ndarray, employed: np.ndarray, wages: np.ndarray, level: float, season: np.ndarray,
    ) -> fs.Cells:  # fmt: skip
        """Return what firms are founded on; all of shape (cities, sectors), money at trend level but for ``level``."""
        v = self.values
        property_paid = (1.0 - self.public_shares.bank_share_of_property) * self.totals[Item.PROPERTY]
        common = property_paid / level / sales.sum()
        bills = np.ones((MONTHS_A_YEAR, N_CITIES, N_SECTORS))
        bills[..., Sector.FARMING] = np.array([farm_season(m, v) for m in range(MONTHS_A_YEAR)])[:, None]
        mortal = np.ones((N_CITIES, N_SECTORS), bool)
        mortal[:, [Sector.PUBLIC, Sector.FARMING]] = False
        individual = self.baseline.individuals
        late = mk.ratio(mk.sold_on_credit(supplied, other, orders), sales).ravel()
        public = mk.ratio(orders, sales).ravel()
        return fs.Cells(
            legal=(self.baseline.units - individual).ravel(),
            individual=individual.ravel(),
            employed=employed.ravel(),
            sales=sales.ravel(),
            late=late,
            public=public,
            variable=np.tile(supply.local_share + supply.inflow + taxes + common, N_CITIES),
            fixed=self._taken_by_owners() / level / bills[-1].ravel(),
            wages=wages.ravel(),
            mortal=mortal.ravel(),
            usual_claims=late * v["firms.late_months"] + public * v["firms.government_months"],
            season=season,
            bills=bills.reshape(MONTHS_A_YEAR, N_FIRM_CELLS),
        )

    def _taken_by_owners(self) -> np.ndarray:
        """Return takings of owners, and farm income where farms sell, yuan, shape (cells,)."""
        taken = self.worked[..., 2].copy()
        taken[:, Sector.FARMING] += self.by_city[:, Item.FARM]
        return taken.ravel()

    def _live_last_year(self, people: np.ndarray) -> None:
        """Let firms with rewards of their own trade through the year before the start, at the pace of last month."""
        by_city = fr.traded(self.disposal_counts, people, 1.0, self.values)
        for month in range(-MONTHS_A_YEAR, 0):
            assert self.state.specialists is not None
            self.state.specialists = fr.trade(
                self.state.specialists, by_city, month, self.model_seed, self.values
            )

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
        twin.quits, twin.zone_risk, twin.mean_exposure = self.quits, self.zone_risk, self.mean_exposure
        twin.household_parameters = self.household_parameters
        twin.state = self.state.copy()
        twin.visitor_pool, twin.tourist_parameters = self.visitor_pool, self.tourist_parameters
        twin.founding = self.founding
        twin.recorder = self.recorder.copy()
        twin.market_path = list(self.market_path)
        for account, agents in self.treasuries.items():
            for mine, theirs in zip(twin.treasuries[account], agents, strict=True):
                mine.balance = theirs.balance
        twin.bank.keep(self.bank.balance, self.bank.lent)
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
