"""The main job: what each measure adds, over draws of parameters and seeds, paired run by run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from jinxiao.experiments import attribution
from jinxiao.experiments.attribution import ESTIMANDS, EXACT_UP_TO, Coalition
from jinxiao.experiments.effects import ALL, Periods
from jinxiao.experiments.engine import Engine, content_hash
from jinxiao.experiments.ensemble import Progress, Tick, map_units, silent
from jinxiao.experiments.estimates import (
    WHOLE,
    Effect,
    Paired,
    Title,
    draws_table,
    uplift_table,
    without_cost,
)
from jinxiao.experiments.runs import (
    CLOSURES,
    REFERENCES,
    Arm,
    Closure,
    Draw,
    DrawRuns,
    Setting,
    make_draw,
    world_of,
)
from jinxiao.experiments.store import RunStore, default_folder
from jinxiao.files.errors import InputError
from jinxiao.model.names import month_label
from jinxiao.model.outcomes import OUTCOMES

if TYPE_CHECKING:
    import xarray as xr

SHAPLEY_PAIRS = 2
"""Antithetic pairs of orders a draw takes when there are too many measures for exact Shapley shares."""
NEW = ("whole", "each")
GRADES = ("causal", "official", "assumed")
"""Evidence grades, best first."""
COUNT = "a whole number from 1 on"
COARSEST = 5000
"""Real households per simulated one up to which every sector of a city that sells has a firm that can be sampled."""


@dataclass(frozen=True)
class Question:
    """What is asked of every draw.

    Attributes
    ----------
    measures : tuple of int
        The chosen set, in order.
    estimands, closures : tuple of str
        Ways of attributing; with markets that answer or not.
    new : {'', 'whole', 'each'}
        Of what the part that is new under the plan is asked for: nothing, the whole set, or each measure too.
    pairs : int
        Antithetic pairs of orders for Shapley shares of many measures.
    """

    measures: tuple[int, ...]
    estimands: tuple[str, ...]
    closures: tuple[Closure, ...]
    new: str
    pairs: int = SHAPLEY_PAIRS

    def orders(self, seed: int, draw: int) -> list[tuple[int, ...]] | None:
        """Return the sampled orders of a draw, none when all coalitions are run."""
        if "shapley" not in self.estimands or len(self.measures) <= EXACT_UP_TO:
            return None
        return attribution.antithetic_orders(self.measures, self.pairs, seed, draw)

    def arms(self, seed: int, draw: int) -> list[Arm]:
        """Return the runs that a draw needs."""
        needed = attribution.coalitions(self.measures, self.estimands, self.orders(seed, draw))
        arms = [Arm(c, "all", closure) for closure in self.closures for c in needed]
        if self.new:
            whole = frozenset(self.measures)
            each = self.new == "each" and "first_in" in self.estimands
            sets = [frozenset({k}) for k in self.measures] if each else []
            parts = dict.fromkeys([*sets, whole])
            arms += [Arm(c, "continued", closure) for closure in self.closures for c in parts]
        return arms


@dataclass(frozen=True)
class DrawEffects:
    """What one draw says.

    Attributes
    ----------
    differences : dict of Effect to ndarray
        Monthly paths.
    baselines : dict of str to ndarray
        Levels of the reference, by closure.
    totals : dict of str to Shapley
        Shapley shares over the whole window for the province, by closure: ``(MEASURED,)`` a measure.
    """

    differences: dict[Effect, np.ndarray]
    baselines: dict[str, np.ndarray]
    totals: dict[str, attribution.Shapley]


def measure_draw(unit: Draw, tick: Tick, setting: Setting, question: Question) -> DrawEffects:
    """Run every arm of a draw and return the effects (the work of one unit of the ensemble)."""
    store = RunStore(setting.store, fresh=setting.fresh)
    runs = DrawRuns(setting, unit, store).run(question.arms(setting.seed, unit.number), tick)
    orders = question.orders(setting.seed, unit.number)
    found = DrawEffects({}, {}, {})
    for closure in question.closures:
        value = partial(_value, runs, closure)
        for estimand in question.estimands:
            shares = _attribute(estimand, value, question.measures, orders)
            found.differences.update({Effect(k, estimand, closure, "all"): d for k, d in shares.items()})
        if "shapley" in question.estimands:
            total = partial(_total, runs, closure, setting.periods)
            found.totals[closure] = attribution.shapley(total, question.measures, orders)
        found.differences.update(_whole(runs, closure, question))
        found.differences.update(_new_parts(runs, closure, question))
        found.baselines[closure] = value(frozenset())
    return found


def _value(runs: Mapping[Arm, np.ndarray], closure: Any, coalition: Coalition) -> np.ndarray:
    return runs[Arm(coalition, "all", closure)]


def _total(
    runs: Mapping[Arm, np.ndarray], closure: Any, periods: Periods, coalition: Coalition
) -> np.ndarray:
    total: np.ndarray = periods.sum(_value(runs, closure, coalition))[0, :, ALL]
    return total


def _attribute(
    estimand: str, value: attribution.Value, measures: Sequence[int], orders: list[tuple[int, ...]] | None
) -> dict[int, np.ndarray]:
    if estimand == "shapley":
        return attribution.shapley(value, measures, orders).shares
    added = attribution.first_in if estimand == "first_in" else attribution.last_in
    return added(value, measures)


def _whole(runs: Mapping[Arm, np.ndarray], closure: Any, question: Question) -> dict[Effect, np.ndarray]:
    """Return the effect of all chosen measures together, the same under every estimand."""
    whole, nothing = frozenset(question.measures), frozenset[int]()
    difference = runs[Arm(whole, "all", closure)] - runs[Arm(nothing, "all", closure)]
    return {Effect(WHOLE, estimand, closure, "all"): difference for estimand in question.estimands}


def _new_parts(runs: Mapping[Arm, np.ndarray], closure: Any, question: Question) -> dict[Effect, np.ndarray]:
    """Return what the plan added to measures that ran before: all instruments minus the continued ones alone."""
    sets = {WHOLE: frozenset(question.measures)} | {k: frozenset({k}) for k in question.measures}
    parts = {}
    for k, coalition in sets.items():
        continued = runs.get(Arm(coalition, "continued", closure))
        if continued is not None:
            estimand = "first_in" if "first_in" in question.estimands else question.estimands[0]
            parts[Effect(k, estimand, closure, "new")] = runs[Arm(coalition, "all", closure)] - continued
    return parts


@dataclass(frozen=True)
class UpliftResult:
    """What an ensemble found.

    Attributes
    ----------
    table : DataFrame
        ``uplift.csv`` (see interface.md).
    draws : DataFrame
        The same by draw.
    shapley_draws : DataFrame or None
        Shapley shares over the whole window by draw, with standard errors where orders were sampled.
    effects : dict of Effect to Paired
        Monthly paths by draw.
    periods : Periods
        The evaluation window.
    titles : dict of int to Title
        Names and grades; 0 is the whole.
    measures : tuple of int
        The chosen set.
    settings : dict
        Plan, scale, months, draws, seed, estimands, closures, reference.
    hashes : dict of str to str
        Of world, parameters and code.
    notes : tuple of str
        What a reader must know, e.g. ratios that were left out.
    persons : dict of (str, str) to float
        Persons by group, for figures per head.
    """

    table: pd.DataFrame
    draws: pd.DataFrame
    shapley_draws: pd.DataFrame | None
    effects: dict[Effect, Paired]
    periods: Periods
    titles: dict[int, Title]
    measures: tuple[int, ...]
    settings: dict[str, Any]
    hashes: dict[str, str]
    notes: tuple[str, ...] = ()
    persons: dict[tuple[str, str], float] = field(default_factory=dict)

    def to_xarray(self) -> "xr.Dataset":
        """Return monthly paths by draw as labelled arrays: see :func:`jinxiao.experiments.arrays.effects_array`.

        ``result.to_xarray()["additional"].sel(measure=5, outcome="total_consumption", group="all")`` has the dimensions
        draw, estimand, closure and month.
        """
        from jinxiao.experiments.arrays import effects_array

        return effects_array(self.effects, self.titles, self.periods.first, attributes=_plain(self.settings))


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as attributes that a NetCDF file can hold."""
    return {k: v if isinstance(v, int | float | str) else ", ".join(map(str, v)) for k, v in settings.items()}


def uplift(
    plan: Any,
    measures: Iterable[int] | None = None,
    *,
    scale: int = 100,
    draws: int = 8,
    seed: int = 1,
    months: int = 48,
    estimand: Sequence[str] = ("first_in",),
    closure: str | Sequence[str] = "full",
    reference: str = "without",
    new: str = "each",
    jobs: int | None = None,
    progress: Progress = silent,
    store: Path | None = None,
    fresh: bool = False,
    pairs: int = SHAPLEY_PAIRS,
    engine: Engine | None = None,
) -> UpliftResult:
    """Return what each measure adds to consumption, retail sales, services, tourism, jobs and cost.

    Each draw takes parameters from their priors and a seed of its own. All its runs share one history up to the plan's
    start and every random number, so a difference between two runs is the effect of policy alone.

    Parameters
    ----------
    plan : Plan
        From :func:`jinxiao.load_plan`.
    measures : iterable of int, optional
        The chosen set; by default every measure of the plan.
    scale : int
        Real households per simulated one.
    draws, seed : int
        Number of draws, and the seed from which all randomness follows.
    months : int
        Months simulated from January 2024 on; must reach beyond the plan's start.
    estimand : sequence of {'first_in', 'last_in', 'shapley'}
        Alone against the reference; in addition to all others; averaged over orders of entry.
    closure : {'full', 'direct'} or both
        Whether prices, wages and jobs answer, or follow the reference's path.
    reference : {'without', 'baseline'}
        Against no measure at all, or against what already ran before the plan.
    new : {'each', 'whole'}
        Against ``without``, of what to tell the part that is new under the plan: of each measure, which takes a run more
        for each that ran before, or of the chosen set only.
    jobs : int, optional
        Processes; by default one a core. Results do not depend on it.
    progress : callable
        Called with runs done and runs in all.
    store : Path, optional
        Folder of the run store; by default ``$JINXIAO_STORE`` or ``runs/.store``.
    fresh : bool
        Compute again what the store holds.
    pairs : int
        Antithetic pairs of orders a draw for Shapley shares of more than six measures.
    engine : Engine, optional
        Where runs come from.

    Raises
    ------
    InputError
        When an argument is not allowed.
    """
    chosen = tuple(sorted(set(plan.measures if measures is None else measures)))
    for name, value in {"jobs": jobs, "pairs": pairs}.items():
        if value is not None and value < 1:
            _refuse(name, str(value), COUNT)
    estimands = _known("estimand", estimand, ESTIMANDS)
    closures = _known("closure", closure, CLOSURES)
    _known("reference", reference, REFERENCES)
    _known("new", new, NEW)
    engine = engine or Engine()
    check_numbers(plan, chosen, scale=scale, draws=draws, months=months, seed=seed, horizon=engine.horizon())
    setting = Setting(
        plan, scale, seed, months, plan.start, reference, store or default_folder(), fresh, engine
    )
    parameters = engine.load_parameters(plan)
    world_of(setting)  # before workers start, so that it is built once
    new = new if reference == "without" else ""
    question = Question(chosen, estimands, closures, new=new, pairs=pairs)
    units = [make_draw(parameters, seed, d) for d in range(draws)]
    total = sum(len(question.arms(seed, unit.number)) for unit in units)
    work = partial(measure_draw, setting=setting, question=question)
    found = map_units(work, units, jobs=jobs, total=total, progress=progress)
    return _collect(found, setting, question, units)


def _known[T: str](name: str, given: str | Sequence[str], allowed: Sequence[T]) -> tuple[T, ...]:
    """Return the values in the order of `allowed`; refuse others."""
    values = [given] if isinstance(given, str) else list(given)
    for value in values or ["nothing"]:
        if value not in allowed:
            raise InputError(
                file="uplift",
                line=None,
                field=name,
                found=f"'{value}'" if values else value,
                allowed=", ".join(allowed),
            )
    return tuple(a for a in allowed if a in values)


def check_numbers(
    plan: Any,
    measures: Sequence[int],
    *,
    scale: int,
    draws: int,
    months: int,
    seed: int,
    horizon: int | None = None,
) -> None:
    """Refuse numbers that no ensemble can be run with: measures, counts, seed, months up to the end of the calendar."""
    if not measures:
        _refuse("measures", "none", ", ".join(map(str, plan.measures)))
    for number in measures:
        if number not in plan.measures:
            _refuse("measures", str(number), ", ".join(map(str, plan.measures)))
    if draws < 1:
        _refuse("draws", str(draws), COUNT)
    check_sample(scale, seed)
    if months <= plan.start:
        start = month_label(plan.start)
        _refuse(
            "months",
            str(months),
            f"at least {plan.start + 1}, since the plan starts in {start} (month 1 is 2024-01)",
        )
    if horizon is not None and months > horizon:
        last = month_label(horizon - 1)
        _refuse("months", str(months), f"at most {horizon}, since the calendar ends with {last}")


def check_sample(scale: int, seed: int) -> None:
    """Refuse numbers that cannot be a scale or a seed."""
    if not 1 <= scale <= COARSEST:
        _refuse("scale", str(scale), f"a whole number from 1 to {COARSEST}")
    if not 0 <= seed < 2**63:
        _refuse("seed", str(seed), "a whole number from 0 to 2**63 - 1")


def _refuse(name: str, found: str, allowed: str) -> None:
    raise InputError(file="uplift", line=None, field=name, found=found, allowed=allowed)


def _collect(
    found: list[DrawEffects], setting: Setting, question: Question, units: Sequence[Draw]
) -> UpliftResult:
    """Put draws side by side and make the tables."""
    effects = {
        effect: Paired(
            np.stack([draw.differences[effect] for draw in found]),
            np.stack([draw.baselines[effect.closure] for draw in found]),
        )
        for effect in found[0].differences
    }
    periods = setting.periods
    titles = make_titles(setting.plan, question.measures)
    world = world_of(setting)
    return UpliftResult(
        table=uplift_table(effects, titles, periods, setting.reference),
        draws=draws_table(effects, periods, setting.reference),
        shapley_draws=shapley_table(found, periods) if "shapley" in question.estimands else None,
        effects=effects,
        periods=periods,
        titles=titles,
        measures=question.measures,
        settings=_settings(setting, question, len(units)),
        hashes={
            "world": world.content_hash,
            "parameters": content_hash([(unit.parameters, unit.levers) for unit in units]),
            "code": setting.engine.code_hash(),
        },
        notes=tuple(_notes(effects, periods)),
        persons=setting.engine.persons(world),
    )


def make_titles(plan: Any, measures: Sequence[int]) -> dict[int, Title]:
    """Return names and evidence grades; the whole has the weakest grade of its members."""
    titles = {
        k: Title(plan.measures[k].name_en, plan.measures[k].name_zh, plan.measures[k].grade) for k in measures
    }
    weakest = max((t.evidence for t in titles.values()), key=GRADES.index)
    everything = set(measures) == set(plan.measures)
    whole = (
        Title("The whole plan", "全部措施", weakest)
        if everything
        else Title("Chosen measures", "所选措施", weakest)
    )
    return {WHOLE: whole, **titles}


def _settings(setting: Setting, question: Question, draws: int) -> dict[str, Any]:
    return {
        "plan": setting.plan.name,
        "measures": list(question.measures),
        "scale": setting.scale,
        "months": setting.months,
        "draws": draws,
        "seed": setting.seed,
        "estimand": list(question.estimands),
        "closure": list(question.closures),
        "reference": setting.reference,
        "new": question.new,
    }


def _notes(effects: Mapping[Effect, Paired], periods: Periods) -> Iterable[str]:
    free = without_cost(effects, periods)
    if free:
        numbers = ", ".join(map(str, free))
        yield f"no fiscal cost in some draw, so no yuan per yuan: measures {numbers}"


def shapley_table(found: Sequence[DrawEffects], periods: Periods) -> pd.DataFrame:
    """Return ``shapley_draws.csv``: ``draw, measure, outcome, value``, then closure and standard error; 0 is the whole."""
    rows = []
    for closure in found[0].totals:
        for number, draw in enumerate(found):
            whole = draw.differences[Effect(WHOLE, "shapley", closure, "all")]
            total = periods.sum(whole)[0, :, ALL]
            shares = {WHOLE: total} | draw.totals[closure].shares
            errors = {WHOLE: np.zeros_like(total)} | draw.totals[closure].errors
            rows += [
                (number, k, outcome, share[i], closure, errors[k][i])
                for k, share in shares.items()
                for i, outcome in enumerate(OUTCOMES)
            ]
    return pd.DataFrame(rows, columns=["draw", "measure", "outcome", "value", "closure", "standard_error"])


def shapley_gap(shares: pd.DataFrame) -> float:
    """Return the largest difference between the sum of shares and the whole, over all draws and outcomes."""
    keys = ["closure", "draw", "outcome"]
    whole = shares[shares["measure"] == WHOLE].set_index(keys)["value"]
    total = shares[shares["measure"] != WHOLE].groupby(keys)["value"].sum()
    return float((total - whole).abs().max())
