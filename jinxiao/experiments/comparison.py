"""Whole scenarios: the outcomes of one, and several side by side on the same draws."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from jinxiao.experiments.effects import ALL, COLUMNS, MEASURED, Periods, flows, unit_of
from jinxiao.experiments.engine import Engine, content_hash
from jinxiao.experiments.ensemble import Died, Progress, Tick, WorkerDied, run_units, silent
from jinxiao.experiments.estimates import (
    CONTRACT,
    QUANTILES,
    Effect,
    Paired,
    Title,
    draws_table,
    uplift_table,
)
from jinxiao.experiments.failures import FAILING, Failure
from jinxiao.experiments.run_index import update_index
from jinxiao.experiments.runs import Arm, Draw, DrawRuns, Setting, failure_of, make_draw, world_of
from jinxiao.experiments.store import RunStore, default_folder
from jinxiao.experiments.uplift import GRADES, check_numbers, places
from jinxiao.files.errors import InputError
from jinxiao.model.outcomes import OUTCOMES, Outcomes

if TYPE_CHECKING:
    import xarray as xr

DIFFERENCE = "difference"
"""Estimand of a comparison: one scenario minus another."""
NAMES = {
    "without": ("No measures", "无任何措施"),
    "baseline": ("What ran before the plan", "方案前已有政策延续"),
    "plan": ("The whole plan", "全部措施"),
    "actual": ("As really carried out", "实际执行"),
}
"""Names of the reference scenarios."""


@dataclass(frozen=True)
class ScenarioRuns:
    """The outcomes of one scenario over draws.

    Attributes
    ----------
    scenario : str
        Its name.
    title : Title
        Names and weakest evidence grade.
    outcomes : tuple of Outcomes
        By draw, all months from January 2024 on.
    flows : ndarray, shape (draws, months, MEASURED, COLUMNS)
        By outcome and group.
    periods : Periods
        All months, their years, and the whole.
    settings : dict
        Plan, scale, months, draws, seed.
    hashes : dict of str to str
        Of world, parameters, code and scenario.
    persons : dict of (str, str) to float
        Persons by group, for figures per head.
    failures : tuple of Failure
        Runs that failed: their draws are left out.
    numbers : tuple of int
        The numbers of the draws; counted from nought when not given.
    """

    scenario: str
    title: Title
    outcomes: tuple[Outcomes, ...]
    flows: np.ndarray
    periods: Periods
    settings: dict[str, Any]
    hashes: dict[str, str]
    persons: dict[tuple[str, str], float] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    numbers: tuple[int, ...] = ()

    @property
    def frame(self) -> pd.DataFrame:
        """``outcomes.parquet``: ``scenario, draw, month, city, residence, quintile, category, outcome, value, unit``."""
        numbers = self.numbers or range(len(self.outcomes))
        frames = [one.to_frame(draw) for draw, one in zip(numbers, self.outcomes, strict=True)]
        return pd.concat(frames, ignore_index=True).assign(scenario=self.scenario)

    @property
    def table(self) -> pd.DataFrame:
        """``outcomes.csv``: median and 90% interval by outcome, group and period."""
        sums = self.periods.sum(self.flows)
        sums[:, :, len(OUTCOMES) :] = np.nan  # what releases attribute to instruments is no outcome
        low, median, high = np.quantile(sums, QUANTILES, axis=0)
        outcome, column, period = np.nonzero(~np.isnan(median).transpose(1, 2, 0))
        return pd.DataFrame(
            {
                "scenario": self.scenario,
                "outcome": np.array(MEASURED, dtype=object)[outcome],
                "group_by": np.array([c[0] for c in COLUMNS], dtype=object)[column],
                "group": np.array([c[1] for c in COLUMNS], dtype=object)[column],
                "period": np.array(self.periods.labels, dtype=object)[period],
                "unit": np.array([unit_of(o) for o in MEASURED], dtype=object)[outcome],
                "median": median[period, outcome, column],
                "low": low[period, outcome, column],
                "high": high[period, outcome, column],
                "draws": len(sums),
            }
        )

    def path(self, outcome: str) -> np.ndarray:
        """Return the monthly path of an outcome of the province, shape (draws, months)."""
        path: np.ndarray = self.flows[:, :, MEASURED.index(outcome), ALL]
        return path

    def to_xarray(self) -> "xr.Dataset":
        """Return the outcomes of all draws as labelled arrays: see :func:`jinxiao.experiments.arrays.outcomes_array`."""
        from jinxiao.experiments.arrays import outcomes_array

        return outcomes_array(self.outcomes)


@dataclass(frozen=True)
class ComparisonResult:
    """Scenarios minus a reference, draw by draw.

    Attributes
    ----------
    table : DataFrame
        ``compare.csv``: as ``uplift.csv`` with ``scenario`` in place of ``measure``.
    draws : DataFrame
        The same by draw.
    effects : dict of Effect to Paired
        Monthly paths by draw; the number in an Effect is the position of the scenario, from 1.
    periods : Periods
        The evaluation window.
    titles : dict of int to Title
        Names and grades by position; 0 is the reference.
    scenarios : tuple of str
        Names by position; the first is the reference.
    settings, hashes : dict
        As in :class:`~jinxiao.experiments.uplift.UpliftResult`.
    persons : dict of (str, str) to float
        Persons by group.
    failures : tuple of Failure
        Runs that failed: their draws are left out.
    """

    table: pd.DataFrame
    draws: pd.DataFrame
    effects: dict[Effect, Paired]
    periods: Periods
    titles: dict[int, Title]
    scenarios: tuple[str, ...]
    settings: dict[str, Any]
    hashes: dict[str, str]
    persons: dict[tuple[str, str], float] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()

    def to_xarray(self) -> "xr.Dataset":
        """Return monthly paths by draw, with dimension ``scenario``: see :func:`jinxiao.experiments.arrays.effects_array`."""
        from jinxiao.experiments.arrays import effects_array

        numbers = sorted({effect.measure for effect in self.effects})
        return effects_array(
            self.effects, self.titles, self.periods.first,
            dim="scenario", keys=[self.scenarios[k] for k in numbers],
            attributes={"reference": self.scenarios[0], "plan": self.settings["plan"]},
        )  # fmt: skip


def run_scenario(
    plan: Any,
    scenario: Any,
    *,
    scale: int = 100,
    draws: int = 8,
    seed: int = 1,
    months: int = 48,
    jobs: int | None = None,
    progress: Progress = silent,
    store: Path | None = None,
    fresh: bool = False,
    cluster: str | None = None,
    strict: bool = False,
    engine: Engine | None = None,
) -> ScenarioRuns:
    """Return the outcomes of one scenario over draws.

    Parameters
    ----------
    plan : Plan
        The plan.
    scenario : Scenario
        What runs.
    scale, draws, seed, months, jobs, progress, store, fresh, cluster, strict, engine
        See :func:`~jinxiao.experiments.uplift.uplift`.

    Raises
    ------
    InputError
        When an argument is not allowed.
    """
    setting = _setting(plan, scale, draws, seed, months, store, jobs, cluster, fresh, engine)
    found, units, failures = _run_all(setting, (scenario,), draws, jobs, cluster, strict, progress)
    instruments = [scenario.policy(months, unit.levers).instruments for unit in units]
    outcomes = tuple(draw[0] for draw in found)
    return ScenarioRuns(
        scenario=scenario.name,
        title=title_of(scenario),
        outcomes=outcomes,
        numbers=tuple(unit.number for unit in units),
        flows=np.stack([flows(o, i, 0) for o, i in zip(outcomes, instruments, strict=True)]),
        periods=Periods.of(0, months),
        settings=_settings(setting, draws) | {"scenario": scenario.name},
        hashes=_hashes(setting, units, (scenario,)),
        persons=setting.engine.persons(world_of(setting)),
        failures=failures,
    )


def compare(
    plan: Any,
    scenarios: Sequence[Any],
    *,
    reference: Any = None,
    scale: int = 100,
    draws: int = 8,
    seed: int = 1,
    months: int = 48,
    jobs: int | None = None,
    progress: Progress = silent,
    store: Path | None = None,
    fresh: bool = False,
    cluster: str | None = None,
    strict: bool = False,
    engine: Engine | None = None,
) -> ComparisonResult:
    """Return what scenarios differ by from a reference, on the same draws, over the evaluation window.

    Parameters
    ----------
    plan : Plan
        The plan.
    scenarios : sequence of Scenario
        What is compared.
    reference : Scenario, optional
        With what; by default the first of them.
    scale, draws, seed, months, jobs, progress, store, fresh, cluster, strict, engine
        See :func:`~jinxiao.experiments.uplift.uplift`.

    Raises
    ------
    InputError
        When an argument is not allowed, there is nothing to compare, or two scenarios have one name.
    """
    listed = [*([] if reference is None else [reference]), *scenarios]
    chosen = _different(listed)
    setting = _setting(plan, scale, draws, seed, months, store, jobs, cluster, fresh, engine)
    found, units, failures = _run_all(setting, chosen, draws, jobs, cluster, strict, progress)
    paths = [
        np.stack(
            [
                flows(draw[k], scenario.policy(months, unit.levers).instruments, setting.first)
                for draw, unit in zip(found, units, strict=True)
            ]
        )
        for k, scenario in enumerate(chosen)
    ]
    effects = {
        Effect(k, DIFFERENCE, "full", "all"): Paired(paths[k] - paths[0], paths[0])
        for k in range(1, len(chosen))
    }
    titles = {k: title_of(scenario, chosen[0]) for k, scenario in enumerate(chosen)}
    names = tuple(scenario.name for scenario in chosen)
    periods = setting.periods
    return ComparisonResult(
        table=_by_name(uplift_table(effects, titles, periods, names[0]), names),
        draws=_by_name(draws_table(effects, periods, names[0], [(unit.number, 0) for unit in units]), names),
        effects=effects,
        periods=periods,
        titles=titles,
        scenarios=names,
        settings=_settings(setting, draws) | {"scenarios": list(names), "reference": names[0]},
        hashes=_hashes(setting, units, chosen),
        persons=setting.engine.persons(world_of(setting)),
        failures=failures,
    )


def title_of(*scenarios: Any) -> Title:
    """Return the names of the first of some scenarios, and the weakest evidence grade of the measures in force in any."""
    en, zh = NAMES.get(scenarios[0].name, (scenarios[0].name, scenarios[0].name))
    grades = [one.plan.measures[k].grade for one in scenarios for k, part in one.parts.items() if part]
    return Title(en, zh, max(grades, key=GRADES.index) if grades else GRADES[-1])


def _different(scenarios: Sequence[Any]) -> tuple[Any, ...]:
    """Return the scenarios without repetition; refuse fewer than two, and two that share a name."""
    known: dict[str, Any] = {}
    for scenario in scenarios:
        first = known.setdefault(scenario.name, scenario)
        if first.hash != scenario.hash:
            raise InputError(
                field="scenario",
                found=f"two different ones named '{scenario.name}'",
                allowed="a name of its own for each",
            )
    if len(known) < 2:
        raise InputError(field="scenario", found=f"only '{next(iter(known), '')}'", allowed="two or more")
    return tuple(known.values())


def _setting(
    plan: Any,
    scale: int,
    draws: int,
    seed: int,
    months: int,
    store: Path | None,
    jobs: int | None,
    cluster: str | None,
    fresh: bool,
    engine: Engine | None,
) -> Setting:
    engine = engine or Engine()
    check_numbers(
        plan,
        tuple(plan.measures),
        scale=scale,
        draws=draws,
        months=months,
        seed=seed,
        horizon=engine.horizon(),
    )
    folder, _ = places(store or default_folder(), jobs, cluster)
    return Setting(
        plan, scale, seed, months, plan.start, "without", folder, fresh, engine, engine.code_hash()
    )


def _run_all(
    setting: Setting,
    scenarios: tuple[Any, ...],
    draws: int,
    jobs: int | None,
    cluster: str | None,
    strict: bool,
    progress: Progress,
) -> tuple[list[tuple[Outcomes, ...]], list[Draw], tuple[Failure, ...]]:
    """Return the outcomes by draw and scenario, the draws, and the runs that failed, whose draws are left out."""
    parameters = setting.engine.load_parameters(setting.plan)
    world_of(setting)  # before workers start, so that it is built once
    units = [make_draw(parameters, setting.seed, d) for d in range(draws)]
    work = partial(_run_draw, setting=setting, scenarios=scenarios)
    failures: list[Failure] = []

    def take(index: int, result: DrawOutcomes | Died) -> None:
        if isinstance(result, Died):
            scenario = scenarios[min(result.runs, len(scenarios) - 1)]
            result = DrawOutcomes((), (_failure(setting, units[index], scenario, WorkerDied()),))
        failures.extend(result.failures)
        if strict and failures:
            raise failures[0].error()

    total = draws * len(scenarios)
    found = run_units(work, units, jobs=jobs, total=total, progress=progress, cluster=cluster, found=take)
    update_index(setting.store)
    whole = [
        (result.outcomes, unit)
        for result, unit in zip(found, units, strict=True)
        if not isinstance(result, Died) and not result.failures
    ]
    failures.sort(key=lambda one: one.draw)
    if not whole:
        raise failures[0].error()
    return [outcomes for outcomes, _ in whole], [unit for _, unit in whole], tuple(failures)


@dataclass(frozen=True)
class DrawOutcomes:
    """The runs of a draw, one a scenario, and those that failed."""

    outcomes: tuple[Outcomes, ...]
    failures: tuple[Failure, ...] = ()


def _run_draw(unit: Draw, tick: Tick, setting: Setting, scenarios: tuple[Any, ...]) -> DrawOutcomes:
    """Run every scenario of a draw (the work of one unit of the ensemble); one that fails does not stop the others."""
    runs = DrawRuns(setting, unit, RunStore(setting.store, fresh=setting.fresh))
    found: list[Outcomes] = []
    failures: list[Failure] = []
    for scenario in scenarios:
        try:
            found.append(runs.outcomes(scenario.policy(setting.months, unit.levers)))
        except FAILING as error:
            failures.append(_failure(setting, unit, scenario, error))
        tick(1)
    return DrawOutcomes(tuple(found), tuple(failures))


def _failure(setting: Setting, unit: Draw, scenario: Any, error: BaseException) -> Failure:
    """Return the record of a scenario's run; what it was made of names the scenario in place of measures."""
    failed = failure_of(setting, unit, Arm(frozenset()), error)
    return replace(failed, measures=scenario.name, recipe=failed.recipe | {"scenario": scenario.name})


def _by_name(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Put the scenario's name in the place of its position."""
    named = table.assign(measure=np.array(names, dtype=object)[table["measure"]])
    return named.rename(columns={CONTRACT[0]: "scenario"})


def _settings(setting: Setting, draws: int) -> dict[str, Any]:
    return {
        "plan": setting.plan.name,
        "scale": setting.scale,
        "months": setting.months,
        "draws": draws,
        "seed": setting.seed,
    }


def _hashes(setting: Setting, units: Sequence[Draw], scenarios: Sequence[Any]) -> dict[str, str]:
    return {
        "world": world_of(setting).content_hash,
        "parameters": content_hash([(unit.parameters, unit.levers) for unit in units]),
        "code": setting.engine.code_hash(),
        "scenarios": content_hash([scenario.hash for scenario in scenarios]),
    }
