"""What a run counted in 2024, by the definitions of the statistics."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.facts.definitions import OWN_ACCOUNT
from jinxiao.calibration.facts.published import YEAR, Fact, Label, Published, fact
from jinxiao.calibration.population_counts import Counts
from jinxiao.calibration.statistics import Statistic, Statistics
from jinxiao.calibration.synthesis import durables
from jinxiao.calibration.synthesis.margins import PROVINCE
from jinxiao.calibration.world import World
from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import Policy
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.columns import NOT_OWNED
from jinxiao.model.ledger import ITEMS, Account
from jinxiao.model.markets import trend
from jinxiao.model.names import CITIES, DURABLES, N_CITIES, N_SECTORS, Category, Occupation, Sector
from jinxiao.model.outcomes import Outcomes
from jinxiao.model.supply import supply_table

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

MONTHS: Final = 12


class Year2024:
    """What a run counted in 2024, by the definitions of the statistics.

    Parameters
    ----------
    outcomes : Outcomes
        A run with detail of at least the twelve months of 2024.
    world : World
    baseline : Baseline
    policy : Policy
        What was in force in the run.
    households : mapping of str to ndarray
        Household columns at the end of 2024, for ages and durables.
    """

    def __init__(
        self, outcomes: Outcomes, world: World, baseline: Baseline, policy: Policy, households: Columns
    ) -> None:
        if outcomes.months < MONTHS or "accounts" not in outcomes.aggregates:
            found = f"{outcomes.months} months, {'with' if outcomes.aggregates else 'without'} detail"
            raise ValueError(f"outcomes: found {found}; allowed: a run with detail of 12 months or more")
        self.outcomes, self.world, self.baseline, self.policy = outcomes, world, baseline, policy
        self.statistics: Statistics = world.statistics
        self.households = households
        self.monthly: Array = survey_basis(
            outcomes.aggregates["accounts"][:MONTHS].sum(axis=2),
            float(baseline.values["durables.survey_vehicle_share"]),
        )
        """Household accounts by month, zone and item, on the survey's basis."""

    # ---- facts

    def newest(self, series: str, breakdown: str = "all", geo: str = PROVINCE) -> Statistic:
        """Return the newest published figure of a whole year up to 2024."""
        return self.statistics.newest(series, geo, breakdown)

    def fact(self, series: str, breakdown: str, model: float, label: Label) -> Fact:
        """Return the fact of a published series."""
        record = self.newest(series, breakdown, label.geo)
        return fact(series, breakdown, Published.of(record), model, label)

    # ---- household accounts

    def by_zone(self, added: Sequence[int], taken: Sequence[int] = ()) -> Array:
        """Return the year's sum of items by zone, shape (N_ZONES,)."""
        year = self.monthly.sum(axis=0)
        return np.asarray(year[:, list(added)].sum(axis=1) - year[:, list(taken)].sum(axis=1))

    def by_residence(self, added: Sequence[int], taken: Sequence[int] = ()) -> Array:
        """Return the year's sum of items by residence, shape (2,)."""
        return residences(self.by_zone(added, taken))

    def total(self, *items: int) -> float:
        """Return the year's sum of items over the province."""
        return float(self.by_zone(items).sum())

    def stock(self, *items: int) -> float:
        """Return the province's sum of items in December."""
        return float(self.monthly[-1][:, list(items)].sum())

    @property
    def persons(self) -> Array:
        """Mean residents of the year by zone."""
        return np.asarray(self.monthly[:, :, Item.PERSONS].mean(axis=0))

    def per_head(self, added: Sequence[int], taken: Sequence[int] = ()) -> Array:
        """Return yuan a year per head by residence, shape (2,)."""
        return np.asarray(self.by_residence(added, taken) / residences(self.persons))

    def mixed(self, values: Array) -> float:
        """Return the mean over all residents by the weights of the household survey, not by residents."""
        weight = self.statistics.record("survey_urban_weight", PROVINCE, "all", YEAR).share
        return float(weight * values[0] + (1.0 - weight) * values[1])

    # ---- work

    def detail(self, name: str) -> Array:
        """Return a detailed array of the twelve months of 2024."""
        return np.asarray(self.outcomes.aggregates[name][:MONTHS])

    def workers(self, sectors: Sequence[int]) -> float:
        """Return mean employed persons of the sectors."""
        return float(self.detail("labour")[:, :, list(sectors), 0].sum() / MONTHS)

    def wage(self, sectors: Sequence[int]) -> float:
        """Return the mean gross wage of wage earners of the sectors, yuan a month.

        Self-employed and farmers keep their sector, so the world's count of them holds all year.
        """
        own = self._at_start(np.isin(self.world.households["occupation"], OWN_ACCOUNT))
        bill = self.detail("labour")[:, :, list(sectors), 1].sum() / MONTHS
        return float(bill / (self.workers(sectors) - own[list(sectors)].sum()))

    def formal_share(self, sectors: Sequence[int]) -> float:
        """Return the share of formal workers among wage earners of the sectors at the start."""
        h = self.world.households
        employed = (h["employed"] > 0) & (h["occupation"] > 0)
        earners = self._at_start(employed & ~np.isin(h["occupation"], OWN_ACCOUNT))
        formal = self._at_start(employed & (h["occupation"] == Occupation.FORMAL))
        return float(formal[list(sectors)].sum() / earners[list(sectors)].sum())

    def _at_start(self, chosen: NDArray[np.bool_]) -> Array:
        """Count chosen earners of the world by sector."""
        h = self.world.households
        weight = np.repeat(np.asarray(h["weight"], np.float64)[:, None], chosen.shape[1], axis=1)
        return np.bincount(h["sector"][chosen].astype(np.int64), weight[chosen], minlength=N_SECTORS)

    # ---- sellers, public money, durables

    def custom(self, sectors: Sequence[int]) -> float:
        """Return what households and visitors spent at sellers of the sectors in the year, yuan."""
        return float(self.detail("custom")[..., list(sectors)].sum())

    def institutions(self, sectors: Sequence[int]) -> float:
        """Return the year's retail purchases of institutions and others that no agent makes, yuan."""
        growth = sum(trend(m, self.baseline.values["firms.trend_growth"]) for m in range(MONTHS))
        return float(self.baseline.institution_purchases[:, list(sectors)].sum() * growth)

    def paid(self, payers: Sequence[Account], payees: Sequence[Account], *items: str) -> float:
        """Return the year's payments between sectors of the ledger, yuan: of some items, or of all."""
        flows = self.detail("flows").sum(axis=0)
        columns = [ITEMS.index(item) for item in items or ITEMS]
        return float(flows[np.ix_(list(payers), list(payees), columns)].sum())

    def of_city(self, book: str, city: str, others: Sequence[Account], *items: str) -> float:
        """Return what a city paid or received (``city_paid``, ``city_received``) in the year, yuan: of some items, or of all."""
        mine = self.detail(book)[:, [c.key for c in CITIES].index(city)].sum(axis=0)
        columns = [ITEMS.index(item) for item in items or ITEMS]
        return float(mine[np.ix_(list(others), columns)].sum())

    def other(self, sector: Sector) -> float:
        """Return what buyers other than households and visitors took from a sector in the year, yuan."""
        return float(self.detail("other")[..., sector].sum())

    def value_added(self, sectors: Sequence[int]) -> float:
        """Return the year's value added of the sectors, yuan: sales less inputs from the province and outside."""
        chosen = list(sectors)
        sales = self.detail("sales").sum(axis=(0, 1))[chosen]
        return float(sales @ supply_table(self.baseline.values).margin[chosen])

    def durable_rules(self, classes: Sequence[int]) -> list[int]:
        """Return the instruments of 2024 that subsidise any of the classes of durables."""
        rules = np.concatenate([conditions.durable_rules for conditions in self.policy.months[:MONTHS]])
        return sorted({int(rule["rule"]) for rule in rules if rule["durable"] in classes})

    @cached_property
    def counts(self) -> Counts:
        """Weighted counts of the world."""
        return Counts(self.world)

    def owned(self) -> Array:
        """Return durables per 100 households by class and residence at the end of 2024, shape (classes, 2)."""
        held = (self.households["durable_bought"] != NOT_OWNED).astype(np.int64)
        units = np.add.reduceat(held, durables.FIRST_SLOT[: len(DURABLES)], axis=1)
        by_class = np.array([self.counts.by_residence(column) for column in units.T])
        return np.asarray(100.0 * by_class / self.counts.by_residence())


def residences(by_zone: Array) -> Array:
    """Return sums by residence of values by zone."""
    return np.asarray(by_zone.reshape(N_CITIES, 2).sum(axis=0))


def survey_basis(accounts: Array, vehicles_recorded: float) -> Array:
    """Return household accounts as the household survey would have them: only part of spending on cars is recorded.

    Parameters
    ----------
    accounts : ndarray, shape (..., items)
    vehicles_recorded : float
        Share of spending on cars that the survey records.
    """
    recorded = accounts.copy()
    category = Item.CONSUMPTION + Category.TRANSPORT_COMMUNICATION
    recorded[..., category] -= (1.0 - vehicles_recorded) * accounts[..., Item.VEHICLES]
    return recorded
