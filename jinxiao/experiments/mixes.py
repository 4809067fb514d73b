"""Mixes of measures: how strongly and how late each runs, what a mix costs and what it is worth, by draw.

All mixes of a draw share world, parameters and every random number, so that they differ by policy alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from jinxiao.experiments.effects import ALL, COLUMN, CONSUMPTION, COST, JOBS, MEASURED, flows, payer_shares
from jinxiao.experiments.engine import content_hash, policy_hashes
from jinxiao.experiments.ensemble import Progress, Tick, map_units, silent
from jinxiao.experiments.runs import Draw, DrawRuns, Setting, make_draw, world_of
from jinxiao.experiments.store import RunStore
from jinxiao.model import names
from jinxiao.model.outcomes import GROUPS

GOALS = ("total_consumption", "quintile_1", "cities", "jobs")
"""What a mix can be chosen for: consumption in the province, that of the poorest fifth of its residents, that in its poorest
city, and jobs. All are additions to no measures at all, over the evaluation window."""
RESIDENTS = MEASURED.index("resident_consumption")


@dataclass(frozen=True)
class Mix:
    """A choice of measures, strengths and delays.

    Attributes
    ----------
    name : str
        In results.
    strengths : mapping of int to float
        Times what the plan gives, by measure; a measure that is not named does not run.
    delays : mapping of int to int
        Months later than in the plan, by measure.
    """

    name: str
    strengths: Mapping[int, float]
    delays: Mapping[int, int] = field(default_factory=dict)

    def scenario(self, plan: Any) -> Any:
        """Return the mix as a scenario of a plan, on no other measures."""
        running = {k: s for k, s in self.strengths.items() if s > 0.0}
        late = {k: d for k, d in self.delays.items() if d and k in running}
        return plan.scenario(*running).at_strength(running, late, name=self.name)

    def scaled(self, factor: float, movable: Sequence[int], most: float) -> "Mix":
        """Return the mix with the strengths of some measures multiplied, none beyond `most`."""
        strengths = {k: min(s * factor, most) if k in movable else s for k, s in self.strengths.items()}
        return Mix(self.name, strengths, self.delays)

    def named(self, name: str) -> "Mix":
        """Return the mix under another name."""
        return Mix(name, self.strengths, self.delays)


@dataclass(frozen=True)
class Evaluated:
    """What real runs say of some mixes.

    Attributes
    ----------
    totals : ndarray, shape (draws, mixes, MEASURED, COLUMNS)
        Mix minus no measures, over the evaluation window: yuan, persons (monthly mean).
    cost : ndarray, shape (draws, mixes, measures)
        Fiscal cost of each measure in the mix, yuan.
    poorest : int
        Column of the poorest city.
    """

    totals: np.ndarray
    cost: np.ndarray
    poorest: int

    @property
    def spent(self) -> np.ndarray:
        """Fiscal cost by draw and mix, yuan."""
        spent: np.ndarray = self.totals[:, :, COST, ALL]
        return spent

    def goal(self, name: str) -> np.ndarray:
        """Return what mixes are worth, shape (draws, mixes): yuan, or persons for jobs."""
        outcome, column = {
            "total_consumption": (CONSUMPTION, ALL),
            "quintile_1": (RESIDENTS, COLUMN["quintile", GROUPS["quintile"][0]]),
            "cities": (RESIDENTS, self.poorest),
            "jobs": (JOBS, ALL),
        }[name]
        found: np.ndarray = self.totals[:, :, outcome, column]
        return found

    def chosen(self, places: Sequence[int]) -> "Evaluated":
        """Return some of the mixes."""
        return Evaluated(self.totals[:, list(places)], self.cost[:, list(places)], self.poorest)


def evaluate(
    setting: Setting,
    mixes: Sequence[Mix],
    draws: Sequence[int],
    *,
    jobs: int | None = None,
    cluster: str | None = None,
    progress: Progress = silent,
) -> Evaluated:
    """Run mixes on some draws.

    Parameters
    ----------
    setting : Setting
        The experiment; its reference is no measures.
    mixes : sequence of Mix
        What is run.
    draws : sequence of int
        Numbers of draws.
    jobs, cluster, progress
        See :func:`~jinxiao.experiments.ensemble.map_units`.
    """
    parameters = setting.engine.load_parameters(setting.plan)
    world = world_of(setting)  # before workers start, so that it is built once
    units = [make_draw(parameters, setting.seed, number) for number in draws]
    scenarios = tuple(mix.scenario(setting.plan) for mix in mixes)
    work = partial(_run_mixes, setting=setting, scenarios=scenarios)
    found = map_units(
        work, units, jobs=jobs, cluster=cluster, total=len(units) * len(mixes), progress=progress
    )
    levels = np.mean([level for _, _, level in found], axis=0)
    return Evaluated(
        np.stack([totals for totals, _, _ in found]),
        np.stack([cost for _, cost, _ in found]),
        poorest_city(levels, setting.engine.persons(world)),
    )


def poorest_city(levels: np.ndarray, persons: Mapping[tuple[str, str], float]) -> int:
    """Return the column of the city whose residents consume least per head without measures.

    Parameters
    ----------
    levels : ndarray, shape (MEASURED, COLUMNS)
        Of the reference, over the window.
    persons : mapping of (str, str) to float
        Persons by group.
    """
    per_head = {
        COLUMN["city", city.key]: levels[RESIDENTS, COLUMN["city", city.key]] / persons["city", city.key]
        for city in names.CITIES
    }
    return min(per_head, key=lambda column: float(per_head[column]))


def city_name(column: int) -> names.Named:
    """Return the city of a column."""
    return next(city for city in names.CITIES if COLUMN["city", city.key] == column)


def _run_mixes(
    unit: Draw, tick: Tick, setting: Setting, scenarios: tuple[Any, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Run every mix of a draw: what each adds, what each measure costs in it, and the level of the reference."""
    runs = ShortRuns(setting, unit)
    none = runs.of(setting.plan.scenario())
    totals, costs = [], []
    for scenario in scenarios:
        found = runs.of(scenario)
        totals.append(found["totals"] - none["totals"])
        costs.append(found["cost"])
        tick(1)
    return np.array(totals), np.array(costs), none["totals"]


class ShortRuns:
    """The runs of one draw of which only sums over the window are kept: many mixes take little room.

    Parameters
    ----------
    setting : Setting
        The experiment.
    draw : Draw
        The draw.
    """

    def __init__(self, setting: Setting, draw: Draw) -> None:
        self.setting, self.draw = setting, draw
        self._store = RunStore(setting.store, fresh=setting.fresh)
        self._live: DrawRuns | None = None
        self._shared = content_hash(
            "sums over the window", setting.engine.code_hash(), world_of(setting).content_hash,
            draw.parameters, draw.seed, setting.months, setting.first, list(setting.plan.measures),
        )  # fmt: skip

    def of(self, scenario: Any) -> dict[str, np.ndarray]:
        """Return ``totals`` (MEASURED, COLUMNS) and ``cost`` (measures) of a scenario, from the store where they are there."""
        setting = self.setting
        policy = scenario.policy(setting.months, self.draw.levers)
        key = content_hash(self._shared, policy_hashes(policy, setting.first))
        kept = self._store.load_arrays(key)
        if kept is None:
            if self._live is None:
                self._live = DrawRuns(setting, self.draw, RunStore(None))
            outcomes = self._live.outcomes(policy)
            monthly = flows(outcomes, policy.instruments, setting.first)
            kept = {
                "totals": setting.periods.sum(monthly)[0],
                "cost": _cost_by_measure(outcomes, policy.instruments, setting),
            }
            self._store.save_arrays(key, kept)
        return kept


def _cost_by_measure(outcomes: Any, instruments: tuple[Any, ...], setting: Setting) -> np.ndarray:
    """Return what public payers bear of each measure over the window, yuan, in the order of the plan."""
    by_rule = outcomes.cost_by_rule[setting.first :].sum(axis=(0, 2))
    fiscal = payer_shares(instruments)[:, list(names.FISCAL_PAYERS)].sum(axis=1)
    measures = list(setting.plan.measures)
    cost = np.zeros(len(measures))
    for instrument in instruments:
        cost[measures.index(instrument.measure)] += by_rule[instrument.rule] * fiscal[instrument.rule]
    return cost
