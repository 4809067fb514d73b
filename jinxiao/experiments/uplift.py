"""The main job: what each measure adds, over draws of parameters and seeds, paired run by run."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from jinxiao.experiments import attribution
from jinxiao.experiments.attribution import ESTIMANDS, EXACT_RUNS, EXACT_UP_TO, Coalition
from jinxiao.experiments.designs import INDEPENDENT, SAMPLINGS, draws_of
from jinxiao.experiments.effects import ALL, CONSUMPTION, MEASURED, Periods, unit_of
from jinxiao.experiments.engine import Engine, content_hash
from jinxiao.experiments.ensemble import Died, Progress, default_jobs, run_units, silent
from jinxiao.experiments.estimates import (
    QUANTILES,
    WHOLE,
    Effect,
    Paired,
    Title,
    draws_table,
    numbered,
    uplift_table,
    without_cost,
)
from jinxiao.experiments.failures import Failure, missing_notes
from jinxiao.experiments.run_index import update_index
from jinxiao.experiments.runs import (
    CLOSURES,
    REFERENCES,
    Arm,
    Closure,
    Draw,
    Part,
    Setting,
    Task,
    TaskRuns,
    died,
    run_task,
    split,
    world_of,
)
from jinxiao.experiments.store import default_folder
from jinxiao.experiments.uncertainty import uncertainty_notes, variance_table
from jinxiao.files.errors import InputError
from jinxiao.model.names import month_label
from jinxiao.model.outcomes import OUTCOMES

if TYPE_CHECKING:
    import xarray as xr

SHAPLEY_PAIRS = 2
"""Antithetic pairs of orders a draw takes when there are too many measures for exact Shapley shares."""
SHARED = ("shapley", "owen")
"""Estimands whose shares add up to the whole."""
NEW = ("whole", "each", "authority")
LEFT_OUT: dict[str, Part] = {"new": "continued", "local": "national", "new_local": "given"}
"""Parts of an effect - what the plan raised or added, what the province and its cities decide, and what is both - with the
instruments that are left out of it."""
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
    new : {'', 'whole', 'each', 'authority'}
        Of what the part that is new under the plan is asked for: nothing, the whole set, or each measure too. Where it is asked
        for, the part that is decided in the province is told of the whole set; under 'authority' of each measure as well.
    pairs : int
        Antithetic pairs of orders for Shapley shares of many measures, and for Owen shares of many.
    sections : mapping of int to int
        The section of each measure, for Owen shares.
    interacting : tuple of int
        Measures whose pairwise interactions are asked for.
    """

    measures: tuple[int, ...]
    estimands: tuple[str, ...]
    closures: tuple[Closure, ...]
    new: str
    pairs: int = SHAPLEY_PAIRS
    sections: Mapping[int, int] = field(default_factory=dict)
    interacting: tuple[int, ...] = ()

    def orders(self, seed: int, draw: int) -> list[tuple[int, ...]] | None:
        """Return the sampled orders of a draw, none when all coalitions are run."""
        if "shapley" not in self.estimands or len(self.measures) <= EXACT_UP_TO:
            return None
        return attribution.antithetic_orders(self.measures, self.pairs, seed, draw)

    def sectioned(self, seed: int, draw: int) -> list[tuple[int, ...]] | None:
        """Return the sampled orders of a draw in which sections enter whole, none when all coalitions are run."""
        if "owen" not in self.estimands or attribution.count_sectioned(self.sections) <= EXACT_RUNS:
            return None
        return attribution.sectioned_orders(self.sections, self.pairs, seed, draw)

    def arms(self, seed: int, draw: int) -> list[Arm]:
        """Return the runs that a draw needs."""
        needed = attribution.coalitions(
            self.measures,
            self.estimands,
            self.orders(seed, draw),
            groups=self.sections,
            sectioned=self.sectioned(seed, draw),
            interacting=self.interacting,
        )
        arms = [Arm(c, "all", closure) for closure in self.closures for c in needed]
        if self.new:
            whole = frozenset(self.measures)
            alone = [frozenset({k}) for k in self.measures] if "first_in" in self.estimands else []
            before = dict.fromkeys([*(alone if self.new != "whole" else []), whole])
            decided = dict.fromkeys([*(alone if self.new == "authority" else []), whole])
            for closure in self.closures:
                arms += [Arm(c, "continued", closure) for c in before]
                arms += [Arm(c, "national", closure) for c in decided]
                arms.append(Arm(whole, "given", closure))
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
    totals : dict of (str, str) to Shapley
        Shapley and Owen shares over the whole window for the province, by estimand and closure: ``(MEASURED,)`` a measure.
    joint : dict of (str, str, int, int) to ndarray
        Interactions by closure, context and pair: ``(MEASURED,)``.
    """

    differences: dict[Effect, np.ndarray]
    baselines: dict[str, np.ndarray]
    totals: dict[tuple[str, str], attribution.Shapley]
    joint: dict[tuple[str, str, int, int], np.ndarray]


def effects_of(
    draw: Draw, runs: Mapping[Arm, np.ndarray], setting: Setting, question: Question
) -> DrawEffects:
    """Return the effects of a draw from the flow arrays of all its runs."""
    orders = {
        "shapley": question.orders(setting.seed, draw.number),
        "owen": question.sectioned(setting.seed, draw.number),
    }
    found = DrawEffects({}, {}, {}, {})
    for closure in question.closures:
        value = partial(_value, runs, closure)
        total = partial(_total, runs, closure, setting.periods)
        for estimand in question.estimands:
            shares = _attribute(estimand, value, question, orders)
            found.differences.update({Effect(k, estimand, closure, "all"): d for k, d in shares.items()})
            if estimand in SHARED:
                found.totals[estimand, closure] = _shares(estimand, total, question, orders)
        found.differences.update(_whole(runs, closure, question))
        found.differences.update(_new_parts(runs, closure, question))
        found.baselines[closure] = value(frozenset())
        if question.interacting:
            average = "shapley" in question.estimands and orders["shapley"] is None
            pairs = attribution.interactions(total, question.measures, question.interacting, average=average)
            found.joint.update({(closure, *key): values for key, values in pairs.items()})
    return found


def _value(runs: Mapping[Arm, np.ndarray], closure: Any, coalition: Coalition) -> np.ndarray:
    return runs[Arm(coalition, "all", closure)]


def _total(
    runs: Mapping[Arm, np.ndarray], closure: Any, periods: Periods, coalition: Coalition
) -> np.ndarray:
    total: np.ndarray = periods.sum(_value(runs, closure, coalition))[0, :, ALL]
    return total


Orders = Mapping[str, list[tuple[int, ...]] | None]


def _attribute(
    estimand: str, value: attribution.Value, question: Question, orders: Orders
) -> dict[int, np.ndarray]:
    if estimand in SHARED:
        return _shares(estimand, value, question, orders).shares
    added = attribution.first_in if estimand == "first_in" else attribution.last_in
    return added(value, question.measures)


def _shares(
    estimand: str, value: attribution.Value, question: Question, orders: Orders
) -> attribution.Shapley:
    if estimand == "owen":
        return attribution.owen(value, question.sections, orders["owen"])
    return attribution.shapley(value, question.measures, orders["shapley"])


def _whole(runs: Mapping[Arm, np.ndarray], closure: Any, question: Question) -> dict[Effect, np.ndarray]:
    """Return the effect of all chosen measures together, the same under every estimand."""
    whole, nothing = frozenset(question.measures), frozenset[int]()
    difference = runs[Arm(whole, "all", closure)] - runs[Arm(nothing, "all", closure)]
    return {Effect(WHOLE, estimand, closure, "all"): difference for estimand in question.estimands}


def _new_parts(runs: Mapping[Arm, np.ndarray], closure: Any, question: Question) -> dict[Effect, np.ndarray]:
    """Return parts of measures: all instruments minus those that are no part of it alone (see :data:`LEFT_OUT`)."""
    sets = {WHOLE: frozenset(question.measures)} | {k: frozenset({k}) for k in question.measures}
    estimand = "first_in" if "first_in" in question.estimands else question.estimands[0]
    return {
        Effect(k, estimand, closure, part): runs[Arm(coalition, "all", closure)] - without
        for part, left in LEFT_OUT.items()
        for k, coalition in sets.items()
        if (without := runs.get(Arm(coalition, left, closure))) is not None
    }


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
    variance : DataFrame
        ``variance.csv``: variance by source, standard errors, draws that a wished precision takes.
    failures : tuple of Failure
        Runs that failed: the draws they belong to are left out of everything else.
    owen_draws : DataFrame or None
        Owen shares over the whole window by draw, as ``shapley_draws``, with the section of each measure.
    interactions : DataFrame or None
        ``interactions.csv``: what pairs of measures add beyond what they add apart.
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
    variance: pd.DataFrame = field(default_factory=pd.DataFrame)
    failures: tuple[Failure, ...] = ()
    owen_draws: pd.DataFrame | None = None
    interactions: pd.DataFrame | None = None

    def to_xarray(self) -> "xr.Dataset":
        """Return monthly paths by draw as labelled arrays: see :func:`jinxiao.experiments.arrays.effects_array`.

        ``result.to_xarray()["additional"].sel(measure=5, outcome="total_consumption", group="all")`` has the dimensions
        draw, estimand, closure and month.
        """
        from jinxiao.experiments.arrays import effects_array

        return effects_array(self.effects, self.titles, self.periods.first, attributes=_plain(self.settings))


Interim = Callable[[int, Callable[[], UpliftResult]], None]
"""Called when a draw is done, with the number of draws that are and a function that returns the answer so far."""


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
    cluster: str | None = None,
    strict: bool = False,
    seeds_per_draw: int = 1,
    sampling: str = INDEPENDENT,
    precision: float | None = None,
    interactions: Iterable[int] = (),
    interim: Interim | None = None,
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
    estimand : sequence of {'first_in', 'last_in', 'shapley', 'owen'}
        Alone against the reference; in addition to all others; averaged over orders of entry; the same over orders in which the
        sections of the plan enter whole.
    closure : {'full', 'direct'} or both
        Whether prices, wages and jobs answer, or follow the reference's path.
    reference : {'without', 'baseline'}
        Against no measure at all, or against what already ran before the plan.
    new : {'each', 'whole', 'authority'}
        Against ``without``, of what to tell the part that is new under the plan: of each measure, which takes a run more
        for each that ran before, or of the chosen set only. What is decided in the province is told of the chosen set; under
        'authority' of each measure too, which takes a run more for each that both decide on.
    jobs : int, optional
        Processes; by default one a core. Results do not depend on it.
    progress : callable
        Called with runs done and runs in all.
    store : Path, optional
        Folder of the run store; by default ``$JINXIAO_STORE`` or ``runs/.store``.
    fresh : bool
        Compute again what the store holds.
    pairs : int
        Antithetic pairs of orders a draw for Shapley shares of more than six measures, and for Owen shares of many.
    cluster : str, optional
        Address of a Dask scheduler whose workers run the draws, ``tcp://HOST:PORT``; the results are the same.
    strict : bool
        Stop at the first run that fails. Without it, draws with a run that failed are left out and told.
    seeds_per_draw : int
        Economies with other random numbers at each draw of the parameters: tells what part of the variance is chance.
    sampling : {'independent', 'sobol', 'antithetic'}
        How parameters are drawn: see :func:`jinxiao.experiments.designs.draws_of`.
    precision : float, optional
        Wished standard error of a mean as a share of it, such as 0.05: tells how many more draws that takes.
    interactions : iterable of int
        Measures of which to tell what each pair adds beyond what the two add apart.
    interim : callable, optional
        Called when a draw is done, with a function that returns the answer so far.
    engine : Engine, optional
        Where runs come from.

    Raises
    ------
    InputError
        When an argument is not allowed.
    InvariantError, WorkerDied, MemoryError
        When a run failed and `strict` is set, or no draw is left.
    """
    chosen = tuple(sorted(set(plan.measures if measures is None else measures)))
    for name, value in {"jobs": jobs, "pairs": pairs, "seeds_per_draw": seeds_per_draw}.items():
        if value is not None and value < 1:
            _refuse(name, str(value), COUNT)
    if precision is not None and not 0.0 < precision < 1.0:
        _refuse("precision", f"{precision:g}", "a share between 0 and 1, such as 0.05")
    estimands = _known("estimand", estimand, ESTIMANDS)
    closures = _known("closure", closure, CLOSURES)
    _known("reference", reference, REFERENCES)
    _known("new", new, NEW)
    _known("sampling", sampling, SAMPLINGS)
    engine = engine or Engine()
    check_numbers(plan, chosen, scale=scale, draws=draws, months=months, seed=seed, horizon=engine.horizon())
    interacting = tuple(sorted(set(interactions)))
    for number in interacting:
        if number not in chosen:
            _refuse("interactions", str(number), ", ".join(map(str, chosen)))
    if len(interacting) == 1:
        _refuse("interactions", str(interacting[0]), "two measures or more")
    folder, workers = places(store or default_folder(), jobs, cluster)
    setting = Setting(
        plan, scale, seed, months, plan.start, reference, folder, fresh, engine, engine.code_hash()
    )
    parameters = engine.load_parameters(plan)
    world_of(setting)  # before workers start, so that it is built once
    question = Question(
        chosen,
        estimands,
        closures,
        new=new if reference == "without" else "",
        pairs=pairs,
        sections={k: getattr(plan.measures[k], "section", 0) for k in chosen},
        interacting=interacting,
    )
    units = draws_of(parameters, seed, draws, seeds_per_draw=seeds_per_draw, sampling=sampling)
    tasks = split(units, lambda unit: question.arms(seed, unit.number), workers)
    gathered = _Gathered(setting, question, units, tasks, strict, sampling, precision, interim)
    run_units(
        partial(run_task, setting=setting),
        tasks,
        jobs=jobs,
        total=sum(len(task.arms) for task in tasks),
        progress=progress,
        cluster=cluster,
        found=gathered.take,
    )
    update_index(folder)
    return gathered.result(draws)


def places(store: Path, jobs: int | None, cluster: str | None) -> tuple[Path | None, int]:
    """Return the store's folder, none when workers of a cluster cannot write there, and how many units run at once."""
    if cluster is None:
        return store, jobs or default_jobs()
    from jinxiao.experiments.cluster import survey

    found = survey(cluster, store.resolve())
    return (store.resolve() if found.see_folder else None), max(found.threads, 1)


class _Gathered:
    """What tasks have found so far: draws are reduced to effects as soon as all their runs are there."""

    def __init__(
        self,
        setting: Setting,
        question: Question,
        units: Sequence[Draw],
        tasks: Sequence[Task],
        strict: bool,
        sampling: str,
        precision: float | None,
        interim: Interim | None,
    ) -> None:
        self.setting, self.question, self.units, self.tasks = setting, question, units, tasks
        self.strict, self.sampling, self.precision, self.interim = strict, sampling, precision, interim
        self._position = {(unit.number, unit.replicate): i for i, unit in enumerate(units)}
        self._missing = [sum(self._of(task) == i for task in tasks) for i in range(len(units))]
        self._flows: dict[int, dict[Arm, np.ndarray]] = {i: {} for i in range(len(units))}
        self._effects: dict[int, DrawEffects] = {}
        self._failures: dict[int, list[Failure]] = {}

    def _of(self, task: Task) -> int:
        return self._position[task.draw.number, task.draw.replicate]

    def take(self, index: int, runs: TaskRuns | Died) -> None:
        """Take the runs of a task."""
        task = self.tasks[index]
        position = self._of(task)
        if isinstance(runs, Died):
            runs = died(self.setting, task, runs.runs)
        if runs.failures:
            if self.strict:
                raise runs.failures[0].error()
            self._failures.setdefault(position, []).extend(runs.failures)
        self._flows[position].update(runs.flows)
        self._missing[position] -= 1
        if self._missing[position]:
            return
        flows = self._flows.pop(position)
        if position in self._failures:
            return
        unit = self.units[position]
        self._effects[position] = effects_of(unit, flows, self.setting, self.question)
        if self.interim is not None:
            self.interim(len(self._effects), partial(self.result, len(self.units)))

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Failures in the order of the draws."""
        return tuple(one for position in sorted(self._failures) for one in self._failures[position])

    def result(self, draws: int) -> UpliftResult:
        """Return the answer from all draws that are complete; raise the first failure when there are none."""
        if not self._effects:
            raise self.failures[0].error()
        done = sorted(self._effects)
        return _collect([self._effects[i] for i in done], [self.units[i] for i in done], draws, self)


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
    found: list[DrawEffects], units: Sequence[Draw], draws: int, gathered: _Gathered
) -> UpliftResult:
    """Put draws side by side and make the tables."""
    setting, question = gathered.setting, gathered.question
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
    numbers = [(unit.number, unit.replicate) for unit in units]
    variance = variance_table(effects, periods, [unit.number for unit in units], gathered.precision)
    shares = {e: shares_table(found, numbers, periods, e) for e in SHARED if e in question.estimands}
    if "owen" in shares:
        sections = {WHOLE: 0, **question.sections}
        shares["owen"]["section"] = [sections[k] for k in shares["owen"]["measure"]]
    notes = [
        *missing_notes(len(gathered.units), gathered.failures),
        *_notes(effects, periods),
        *_sampling_notes(shares),
        *uncertainty_notes(variance, MEASURED[CONSUMPTION], gathered.sampling, gathered.precision),
    ]
    return UpliftResult(
        table=uplift_table(effects, titles, periods, setting.reference),
        draws=draws_table(effects, periods, setting.reference, numbers),
        shapley_draws=shares.get("shapley"),
        effects=effects,
        periods=periods,
        titles=titles,
        measures=question.measures,
        settings=_settings(setting, question, draws)
        | {
            "seeds_per_draw": max(unit.replicate for unit in gathered.units) + 1,
            "sampling": gathered.sampling,
            "draws_missing": len({(one.draw, one.replicate) for one in gathered.failures}),
        },
        hashes={
            "world": world.content_hash,
            "parameters": content_hash([(unit.parameters, unit.levers) for unit in gathered.units]),
            "code": setting.engine.code_hash(),
        },
        notes=tuple(notes),
        persons=setting.engine.persons(world),
        variance=variance,
        failures=gathered.failures,
        owen_draws=shares.get("owen"),
        interactions=interactions_table(found, titles) if question.interacting else None,
    )


def _sampling_notes(shares: Mapping[str, pd.DataFrame]) -> Iterable[str]:
    """Tell the standard error that sampling orders adds to mean shares."""
    for estimand, table in shares.items():
        rows = table[(table["outcome"] == MEASURED[CONSUMPTION]) & (table["measure"] != WHOLE)]
        errors = rows.groupby(["closure", "measure"])["standard_error"]
        largest = float((errors.agg(lambda e: np.sqrt((e**2).sum(skipna=False))) / errors.size()).max())
        if largest > 0.0:
            whole = table[(table["outcome"] == MEASURED[CONSUMPTION]) & (table["measure"] == WHOLE)]["value"]
            yield (
                f"{estimand} shares are averages over sampled orders: standard error of a mean share at most "
                f"{largest:.3g} yuan, {largest / abs(whole.mean()):.2%} of the whole"
            )


def interactions_table(found: Sequence[DrawEffects], titles: Mapping[int, Title]) -> pd.DataFrame:
    """Return ``interactions.csv``: a row a pair, context, closure and outcome, over the whole window for the province.

    Columns: ``measure_a, measure_b``, their names, ``context`` (``alone``, ``within``, ``shapley``), ``closure, outcome, unit,
    median, low, high, draws``.
    """
    rows = []
    for closure, context, a, b in found[0].joint:
        values = np.array([draw.joint[closure, context, a, b] for draw in found])
        quantiles = np.quantile(values, QUANTILES, axis=0)
        for k, outcome in enumerate(OUTCOMES):
            low, median, high = quantiles[:, k]
            rows.append(
                {
                    "measure_a": a, "measure_b": b,
                    "name_en_a": titles[a].en, "name_en_b": titles[b].en,
                    "name_zh_a": titles[a].zh, "name_zh_b": titles[b].zh,
                    "context": context, "closure": closure, "outcome": outcome, "unit": unit_of(outcome),
                    "median": median, "low": low, "high": high, "draws": len(found),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


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


def shares_table(
    found: Sequence[DrawEffects], numbers: Sequence[tuple[int, int]], periods: Periods, estimand: str
) -> pd.DataFrame:
    """Return ``shapley_draws.csv``: ``draw, measure, outcome, value``, then closure and standard error; 0 is the whole."""
    rows = []
    for closure in dict.fromkeys(closure for _, closure in found[0].totals):
        for position, draw in enumerate(found):
            whole = draw.differences[Effect(WHOLE, estimand, closure, "all")]
            total = periods.sum(whole)[0, :, ALL]
            shares = {WHOLE: total} | draw.totals[estimand, closure].shares
            errors = {WHOLE: np.zeros_like(total)} | draw.totals[estimand, closure].errors
            rows += [
                (position, k, outcome, share[i], closure, errors[k][i])
                for k, share in shares.items()
                for i, outcome in enumerate(OUTCOMES)
            ]
    columns = ["draw", "measure", "outcome", "value", "closure", "standard_error"]
    return numbered(pd.DataFrame(rows, columns=columns), numbers)


def shapley_gap(shares: pd.DataFrame) -> float:
    """Return the largest difference between the sum of shares and the whole, over all draws and outcomes."""
    keys = ["closure", "draw", *(["replicate"] if "replicate" in shares else []), "outcome"]
    whole = shares[shares["measure"] == WHOLE].set_index(keys)["value"]
    total = shares[shares["measure"] != WHOLE].groupby(keys)["value"].sum()
    return float((total - whole).abs().max())
