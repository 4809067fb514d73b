"""What drives the result: every uncertain number of the model and of the levers, moved over its prior."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from jinxiao.experiments.attribution import Coalition
from jinxiao.experiments.effects import ALL, COST, MEASURED, RATIOS, Periods
from jinxiao.experiments.emulator import GOOD_ENOUGH, emulated_sobol, fit_emulator, lhs_design
from jinxiao.experiments.engine import Engine, content_hash
from jinxiao.experiments.ensemble import Progress, Tick, map_units, silent
from jinxiao.experiments.estimates import WHOLE
from jinxiao.experiments.runs import Arm, Draw, DrawRuns, Memory, Setting, model_seed, split_values, world_of
from jinxiao.experiments.screening import METHODS, Design, sample, screen
from jinxiao.experiments.store import RunStore, default_folder
from jinxiao.experiments.uplift import check_numbers, make_titles
from jinxiao.files.errors import InputError
from jinxiao.model.outcomes import OUTCOMES

EMULATOR = "emulator"
"""The method that takes Sobol indices from a cheap stand-in for the model, fitted to runs."""
EVERY_METHOD = (*METHODS, EMULATOR)
OUTCOME_NAMES = (*OUTCOMES, *RATIOS)
"""Outcomes whose drivers can be asked for."""
BATCH = 16
"""Points a unit of work holds: neighbours differ in one number, and a lever's number leaves the reference as it is."""
COLUMNS = ("method", "measure", "outcome", "parameter", "index", "value", "low", "high")


@dataclass(frozen=True)
class SensitivityResult:
    """What drives the uplift of a measure, or of the chosen set (0).

    Attributes
    ----------
    table : DataFrame
        ``sensitivity.csv``: ``method, measure, outcome, parameter, index, value, low, high``.
    points : int
        Points at which the model was run.
    titles : dict of int to Title
        Names of the measures.
    settings, hashes : dict
        As in :class:`~jinxiao.experiments.uplift.UpliftResult`.
    notes : tuple of str
        What a reader must know, e.g. how good the emulator is.
    """

    table: pd.DataFrame
    points: int
    titles: dict[int, Any]
    settings: dict[str, Any]
    hashes: dict[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Batch:
    """Points of the design that are run one after another."""

    draws: tuple[Draw, ...]


def sensitivity(
    plan: Any,
    measures: Iterable[int] | None = None,
    *,
    measure: int = WHOLE,
    outcome: str = "total_consumption",
    method: str = "morris",
    size: int = 8,
    levels: int = 4,
    second_order: bool = False,
    grouped: bool = False,
    scale: int = 1000,
    seed: int = 1,
    months: int = 48,
    reference: str = "without",
    jobs: int | None = None,
    progress: Progress = silent,
    store: Path | None = None,
    fresh: bool = False,
    cluster: str | None = None,
    engine: Engine | None = None,
) -> SensitivityResult:
    """Return how much each uncertain number moves the uplift of a measure over the evaluation window.

    World and random numbers are the same at every point, so that differences come from the parameters alone.

    Parameters
    ----------
    plan : Plan
        The plan.
    measures : iterable of int, optional
        The chosen set; by default every measure, or the one asked for.
    measure : int
        The measure whose uplift is looked at, 0 for the chosen set together.
    outcome : str
        An outcome of the model, ``additional_per_yuan`` or ``gross_per_yuan``.
    method, size, levels, second_order
        See :class:`~jinxiao.experiments.screening.Design`; ``emulator`` takes Sobol indices from a stand-in that is fitted to
        `size` runs, and refuses where its out-of-sample R2 is below
        :data:`~jinxiao.experiments.emulator.GOOD_ENOUGH`.
    grouped : bool
        With morris and sobol, move the numbers of a mechanism together: a parameter file, or a measure's levers.
    scale, seed, months, reference, jobs, progress, store, fresh, cluster, engine
        See :func:`~jinxiao.experiments.uplift.uplift`.

    Raises
    ------
    InputError
        When an argument is not allowed.
    """
    one = () if measure == WHOLE else (measure,)
    chosen = tuple(sorted(set(measures if measures is not None else one or plan.measures) | set(one)))
    engine = engine or Engine()
    check_design(method, size, levels, outcome, second_order=second_order, grouped=grouped)
    check_numbers(plan, chosen, scale=scale, draws=size, months=months, seed=seed, horizon=engine.horizon())
    setting = Setting(
        plan,
        scale,
        seed,
        months,
        plan.start,
        reference,
        store or default_folder(),
        fresh,
        engine,
        engine.code_hash(),
    )
    coalition = frozenset(one or chosen)
    names, parameters = uncertain_numbers(engine.load_parameters(plan), coalition)
    function = partial(
        _uplift_at, setting=setting, parameters=parameters, names=names, coalition=coalition, outcome=outcome,
        jobs=jobs, cluster=cluster, progress=progress,
    )  # fmt: skip
    counted = _Counted(function)
    notes: tuple[str, ...] = ()
    if method == EMULATOR:
        points = sample(lhs_design(size, seed), names)
        emulator = fit_emulator(points, counted(points), seed)
        notes = (
            f"emulator: {emulator.kind}, out-of-sample R2 {emulator.score:.3f} over {size} runs (used from {GOOD_ENOUGH:g} on)",
        )
        found = emulated_sobol(emulator, names, second_order).assign(outcome=outcome)
    else:
        groups = tuple(mechanism_of(name) for name in names) if grouped else ()
        design = Design(method, size, levels, seed, second_order, groups)
        found = screen(counted, names, [outcome], design).rename(columns={"output": "outcome"})
    table = found.assign(method=method, measure=measure)[list(COLUMNS)]
    world = world_of(setting)
    return SensitivityResult(
        table=table,
        points=counted.points,
        titles=make_titles(plan, chosen),
        settings={
            "plan": plan.name, "measures": list(chosen), "measure": measure, "outcome": outcome, "method": method,
            "size": size, "levels": levels, "second_order": second_order, "grouped": grouped,
            "scale": scale, "months": months, "seed": seed, "reference": reference,
        },
        hashes={
            "world": world.content_hash,
            "parameters": content_hash(names, parameters.central()),
            "code": engine.code_hash(),
        },
        notes=notes,
    )  # fmt: skip


def mechanism_of(name: str) -> str:
    """Return the group of an uncertain number: its parameter file (``households``), or its measure (``measures.15``)."""
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[0] == "measures" else parts[0]


def check_design(
    method: str, size: int, levels: int, outcome: str, *, second_order: bool = False, grouped: bool = False
) -> None:
    """Refuse designs that SALib cannot make."""
    checks = {
        "method": (method in EVERY_METHOD, method, ", ".join(EVERY_METHOD)),
        "second-order": (
            not second_order or method in ("sobol", EMULATOR),
            f"with method {method}",
            f"with sobol or {EMULATOR}",
        ),
        "groups": (
            not grouped or method in ("morris", "sobol"),
            f"with method {method}",
            "with morris or sobol",
        ),
        "outcome": (outcome in OUTCOME_NAMES, outcome, ", ".join(OUTCOME_NAMES)),
        "levels": (levels >= 2 and levels % 2 == 0, levels, "an even number from 2 on"),
        "size": (method != "morris" or size >= 2, size, "at least 2 trajectories"),
    }
    if method == "sobol":
        checks["size"] = (size >= 2 and size & (size - 1) == 0, size, "a power of two from 2 on")
    if method in ("pawn", "delta", EMULATOR):
        checks["size"] = (size >= 20, size, "at least 20 points")
    for name, (good, found, allowed) in checks.items():
        if not good:
            raise InputError(file="sensitivity", line=None, field=name, found=str(found), allowed=allowed)


def uncertain_numbers(parameters: Any, coalition: Coalition) -> tuple[list[str], Any]:
    """Return the names of the model's uncertain numbers and of the levers of some measures, and the full set.

    Levers of other measures stay at their stated value: they are not in force.
    """
    levers = {name for name, *_ in parameters.extra}
    chosen = [
        name for name, _ in parameters.uncertain if name not in levers or _measure_of(name) in coalition
    ]
    return chosen, parameters


def _measure_of(name: str) -> int:
    """Return the measure in a lever's name, ``measures.15.key.field``."""
    return int(name.split(".")[1])


def values_at(parameters: Any, names: Sequence[str], point: np.ndarray) -> dict[str, Any]:
    """Return all values with the named ones at a point of the unit cube and the others at their stated value."""
    place = dict(zip(names, point, strict=True))
    everywhere = np.array([place.get(name, 0.5) for name, _ in parameters.uncertain])
    at = parameters.at(everywhere)
    central = parameters.central()
    uncertain = {name for name, _ in parameters.uncertain}
    return {name: central[name] if name in uncertain and name not in place else at[name] for name in at}


class _Counted:
    """A function that remembers at how many points it was called."""

    def __init__(self, function: Any) -> None:
        self.function, self.points = function, 0

    def __call__(self, points: np.ndarray) -> np.ndarray:
        self.points += len(points)
        result: np.ndarray = self.function(points)
        return result


def _uplift_at(
    points: np.ndarray,
    *,
    setting: Setting,
    parameters: Any,
    names: Sequence[str],
    coalition: Coalition,
    outcome: str,
    jobs: int | None,
    cluster: str | None,
    progress: Progress,
) -> np.ndarray:
    """Return the uplift at every point, in batches over processes."""
    seed = model_seed(setting.seed, 0)
    draws = [split_values(parameters, values_at(parameters, names, u), i, seed) for i, u in enumerate(points)]
    batches = [Batch(tuple(draws[i : i + BATCH])) for i in range(0, len(draws), BATCH)]
    work = partial(_run_batch, setting=setting, coalition=coalition, outcome=outcome)
    found = map_units(work, batches, jobs=jobs, total=len(draws), progress=progress, cluster=cluster)
    return np.concatenate(found)


def _run_batch(batch: Batch, tick: Tick, setting: Setting, coalition: Coalition, outcome: str) -> np.ndarray:
    """Return the uplift of each point of a batch; only the totals of a point are kept in the store."""
    store = RunStore(setting.store, fresh=setting.fresh)
    memory = Memory()
    found = []
    for draw in batch.draws:
        runs = DrawRuns(setting, draw, RunStore(None), memory)
        key = content_hash("totals", runs.key(Arm(frozenset())), runs.key(Arm(coalition)))
        kept = store.load_arrays(key)
        if kept is None:
            kept = {"totals": _totals(runs, coalition, setting.periods)}
            store.save_arrays(key, kept)
        found.append(value_of(kept["totals"], outcome))
        tick(1)
    return np.array(found)


def _totals(runs: DrawRuns, coalition: Coalition, periods: Periods) -> np.ndarray:
    """Return the difference of every outcome over the whole window."""
    difference = runs.flows(Arm(coalition)) - runs.flows(Arm(frozenset()))
    totals: np.ndarray = periods.sum(difference)[0, :, ALL]
    return totals


def value_of(totals: np.ndarray, outcome: str) -> float:
    """Return an outcome, or its ratio to fiscal cost (zero where nothing is spent)."""
    if outcome not in RATIOS:
        return float(totals[MEASURED.index(outcome)])
    return float(totals[list(RATIOS[outcome])].sum() / totals[COST]) if totals[COST] > 0.0 else 0.0
