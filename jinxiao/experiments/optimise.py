"""The best mix of measures under a budget: proposed on response curves, settled by runs, judged on draws it was not chosen on.

1. Responses: each measure is moved alone within the plan's mix scaled to the budget, on the draws of the search.
2. Search: pymoo looks for the best mix on the curves; proposals are really run, scaled to the budget, and the curves' cost is
   corrected by what the runs say.
3. Judgement: the winner, the plan's own mix scaled to the budget and an equal split are run on fresh draws.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from jinxiao.experiments.engine import Engine, content_hash
from jinxiao.experiments.ensemble import Progress, silent
from jinxiao.experiments.estimates import QUANTILES
from jinxiao.experiments.extras import need
from jinxiao.experiments.mixes import GOALS, Evaluated, Mix, city_name, evaluate
from jinxiao.experiments.responses import COST, Responses, fit_responses, response_mixes
from jinxiao.experiments.runs import Setting, make_draw, world_of
from jinxiao.experiments.store import default_folder
from jinxiao.experiments.uplift import check_numbers, make_titles
from jinxiao.files.errors import InputError
from jinxiao.model.names import month_label

MOST = 2.0
"""Times the plan up to which a measure is moved."""
NODES = (0.0, 0.5, 1.0, 2.0)
"""Strengths at which responses are run, besides that of the base."""
SEARCH_FROM = 10_000
"""Number of the first draw of the search; fresh draws are numbered from 0, as those of every other command."""
FREE = 1e-3
"""Share of the plan's cost below which a measure is not a matter of money: it stays as the plan has it."""
FEW_RUNS = 32
"""Runs up to which starting other processes takes longer than running here."""
AFTERMATH = 6
"""Months that the window must still hold after the end of a measure that begins later."""
ROUNDS = 2
PROPOSALS = 3
"""Mixes that the curves propose in a round."""
CLOSE = 0.005
"""Relative distance from the budget that counts as spending it."""
POPULATION, GENERATIONS = 120, 150
FRONT = 8
"""Mixes of a front that are really run."""
OTHER = 0.2
"""Largest difference of strengths from which two proposals are different ideas."""
GRAIN = 0.01
"""Strengths are rounded to this."""
BEST, PLAN, EQUAL = "best", "plan_scaled", "equal_split"
COLUMNS = (
    "mix", "measure", "intensity", "start", "cost", "outcome", "median", "low", "high", "draws", "evaluated",
)  # fmt: skip
FRONT_COLUMNS = ("mix", "goal", "unit", "median", "low", "high", "cost", "on_front", "draws", "evaluated")


@dataclass(frozen=True)
class OptimiseResult:
    """The best mix under a budget, and how it fares.

    Attributes
    ----------
    table : DataFrame
        ``optimise.csv``: ``mix, measure, intensity, start, cost, outcome, median, low, high, draws, evaluated``; measure 0 is
        the whole mix, rows of a measure hold its own fiscal cost.
    front : DataFrame or None
        ``front.csv``: the mixes of which none is better for every goal.
    differences : DataFrame
        ``optimise_differences.csv``: best minus others, draw by draw, on fresh draws.
    check : DataFrame
        ``optimise_check.csv``: what curves said of a mix, and what runs said.
    mixes : dict of str to Mix
        The best one, those beside it and those of the front.
    held : tuple of int
        Measures that cost public budgets next to nothing and stay as the plan has them.
    budget : float
        Yuan over the window.
    city : str
        Key of the poorest city, which the goal ``cities`` is about.
    runs : int
        Mixes run, times draws.
    titles, settings, hashes
        As in :class:`~jinxiao.experiments.uplift.UpliftResult`.
    """

    table: pd.DataFrame
    front: pd.DataFrame | None
    differences: pd.DataFrame
    check: pd.DataFrame
    mixes: dict[str, Mix]
    held: tuple[int, ...]
    budget: float
    city: str
    runs: int
    titles: dict[int, Any]
    settings: dict[str, Any]
    hashes: dict[str, str]


@dataclass
class _Search:
    """What the steps of the search share."""

    setting: Setting
    draws: tuple[int, ...]
    movable: tuple[int, ...]
    jobs: int | None
    cluster: str | None
    progress: Progress
    runs: int = 0

    def run(self, mixes: Sequence[Mix], draws: Sequence[int] | None = None) -> Evaluated:
        """Run mixes on the draws of the search, or on others."""
        chosen = self.draws if draws is None else draws
        count = len(mixes) * len(chosen)
        self.runs += count
        here = count <= FEW_RUNS
        return evaluate(
            self.setting,
            mixes,
            chosen,
            jobs=1 if here else self.jobs,
            cluster=None if here else self.cluster,
            progress=self.progress,
        )

    def settle(self, mixes: Sequence[Mix], budget: float, steps: int = 3) -> tuple[list[Mix], Evaluated]:
        """Scale mixes until they cost the budget, as near as strengths allow, by real runs."""
        settled = [_rounded(mix) for mix in mixes]
        found = self.run(settled)
        for _ in range(steps):
            spent = found.spent.mean(axis=0)
            off = [i for i, mix in enumerate(settled) if self._can_move(mix, budget / spent[i])]
            if not off:
                break
            for i in off:
                settled[i] = _rounded(settled[i].scaled(budget / spent[i], self.movable, MOST))
            again = self.run([settled[i] for i in off])
            totals, cost = found.totals.copy(), found.cost.copy()
            totals[:, off], cost[:, off] = again.totals, again.cost
            found = Evaluated(totals, cost, found.poorest)
        return settled, found

    def _can_move(self, mix: Mix, factor: float) -> bool:
        if abs(factor - 1.0) < CLOSE:
            return False
        return _rounded(mix.scaled(factor, self.movable, MOST)).strengths != mix.strengths


def optimise(
    plan: Any,
    measures: Iterable[int] | None = None,
    *,
    budget: float | str = "plan",
    goal: Sequence[str] = ("total_consumption",),
    delays: Sequence[int] = (6,),
    draws: int = 8,
    search_draws: int = 4,
    scale: int = 1000,
    seed: int = 1,
    months: int = 48,
    jobs: int | None = None,
    cluster: str | None = None,
    progress: Progress = silent,
    store: Path | None = None,
    fresh: bool = False,
    engine: Engine | None = None,
) -> OptimiseResult:
    """Return the mix of measures that does most for a goal under a budget, and how it fares on draws it was not chosen on.

    Parameters
    ----------
    plan : Plan
        The plan.
    measures : iterable of int, optional
        Measures to choose from; by default all. Others do not run in any mix.
    budget : float or 'plan'
        Fiscal cost over the evaluation window, yuan; or what these measures cost as the plan has them.
    goal : sequence of str
        One of :data:`~jinxiao.experiments.mixes.GOALS`; several ask for their front, too: ``best`` is best for the first.
    delays : sequence of int
        Months by which a measure may begin later than in the plan, besides none.
    draws : int
        Fresh draws on which mixes are judged, numbered as those of other commands.
    search_draws : int
        Draws of the search.
    scale, seed, months, jobs, cluster, progress, store, fresh, engine
        See :func:`~jinxiao.experiments.uplift.uplift`. Runs are kept in the store: a search that was broken off goes on.

    Raises
    ------
    InputError
        When an argument is not allowed, or pymoo is not installed.
    """
    engine = engine or Engine()
    chosen = tuple(sorted(set(plan.measures if measures is None else measures)))
    goals = _check(budget, goal, delays, search_draws)
    check_numbers(plan, chosen, scale=scale, draws=draws, months=months, seed=seed, horizon=engine.horizon())
    need("pymoo.core.problem", "optimise")
    setting = Setting(
        plan, scale, seed, months, plan.start, "without", store or default_folder(), fresh, engine
    )
    searched = tuple(SEARCH_FROM + d for d in range(search_draws))
    search = _Search(setting, searched, (), jobs, cluster, progress)
    as_planned = Mix("plan", dict.fromkeys(chosen, 1.0))
    planned = search.run([as_planned])
    cost = planned.cost[:, 0].mean(axis=0)
    numbers = list(plan.measures)
    search.movable = tuple(k for k in chosen if cost[numbers.index(k)] > FREE * cost.sum())
    if not search.movable:
        raise InputError(
            field="measures", found="none that costs anything", allowed="measures with a fiscal cost"
        )
    yuan = float(planned.spent.mean()) if budget == "plan" else float(budget)
    held = tuple(k for k in chosen if k not in search.movable)

    base = _base(search, as_planned, yuan)
    responses = _responses(search, base, goals, (0, *sorted(set(delays) - {0})))
    split = _mix(EQUAL, responses.evenly(yuan), None, responses, held)
    others, judged = search.settle([base.named(PLAN), split], yuan)
    candidates: list[Mix] = list(others)
    evaluated = [judged]
    ratio = 1.0
    for step in range(ROUNDS):
        proposals = _propose(responses, goals[0], yuan / ratio, seed + step, held, [base, split])
        unknown = [mix for mix in proposals if all(_distance(mix, old) > GRAIN for old in candidates)]
        if not unknown:
            break
        settled, found = search.settle(unknown, yuan)
        settled = [mix.named(f"candidate_{step + 1}{chr(97 + i)}") for i, mix in enumerate(settled)]
        candidates += settled
        evaluated.append(found)
        predicted = np.array([responses.predict_mix(COST, mix) for mix in settled])
        ratio = float(np.median(found.spent.mean(axis=0) / predicted))
    everything = _joined(evaluated)
    winner = _best(candidates, everything, goals[0], yuan)
    mixes = {BEST: candidates[winner].named(BEST)} | {mix.name: mix for mix in others}
    if len(goals) > 1:
        proposals = _propose_front(responses, goals, yuan / ratio, seed, held, [base, split, mixes[BEST]])
        unknown = [mix for mix in proposals if all(_distance(mix, old) > GRAIN for old in mixes.values())]
        if unknown:
            settled, found = search.settle(unknown, yuan, steps=1)
            settled = [mix.named(f"front_{i + 1}") for i, mix in enumerate(settled)]
            candidates += settled
            everything = _joined([everything, found])
            mixes |= {mix.name: mix for mix in settled}
    on_fresh = search.run(list(mixes.values()), range(draws))
    titles = make_titles(plan, chosen)
    tables = [
        _table(candidates, everything, plan, goals, "search"),
        _table(list(mixes.values()), on_fresh, plan, goals, "fresh"),
    ]
    return OptimiseResult(
        table=pd.concat(tables, ignore_index=True),
        front=_front(list(mixes.values()), on_fresh, goals, yuan) if len(goals) > 1 else None,
        differences=_differences(list(mixes), on_fresh, goals),
        check=_check_table(candidates, everything, responses, goals),
        mixes=mixes,
        held=held,
        budget=yuan,
        city=city_name(on_fresh.poorest).key,
        runs=search.runs,
        titles=titles,
        settings={
            "plan": plan.name, "measures": list(chosen), "budget": budget, "goal": list(goals), "delays": list(delays),
            "chosen_as": candidates[winner].name, "draws": draws, "search_draws": search_draws, "scale": scale,
            "months": months, "seed": seed, "reference": "without", "held": list(held),
        },
        hashes={
            "world": world_of(setting).content_hash,
            "parameters": content_hash(
                [(u.parameters, u.levers) for u in (make_draw(engine.load_parameters(plan), seed, d) for d in range(draws))]
            ),
            "code": engine.code_hash(),
            "mixes": content_hash([(m.name, dict(m.strengths), dict(m.delays)) for m in mixes.values()]),
        },
    )  # fmt: skip


def _check(
    budget: float | str, goal: Sequence[str], delays: Sequence[int], search_draws: int
) -> tuple[str, ...]:
    """Refuse what cannot be asked for; return the goals."""
    goals = tuple(dict.fromkeys([goal] if isinstance(goal, str) else goal))
    for name in goals or ("nothing",):
        if name not in GOALS:
            raise InputError(field="goal", found=f"'{name}'", allowed=", ".join(GOALS))
    if budget != "plan" and not (isinstance(budget, int | float) and 0.0 < budget < float("inf")):
        raise InputError(field="budget", found=f"'{budget}'", allowed="yuan above 0, such as 5e9, or plan")
    for months in delays:
        if not 0 <= months <= 24:
            raise InputError(field="delays", found=str(months), allowed="months from 0 to 24")
    if search_draws < 1:
        raise InputError(field="search-draws", found=str(search_draws), allowed="a whole number from 1 on")
    return goals


def _rounded(mix: Mix) -> Mix:
    strengths = {k: round(round(s / GRAIN) * GRAIN, 10) for k, s in mix.strengths.items()}
    return Mix(
        mix.name, strengths, {k: d for k, d in mix.delays.items() if d and strengths.get(k, 0.0) > 0.0}
    )


def _base(search: _Search, planned: Mix, budget: float) -> Mix:
    """Return the plan's own mix, scaled to the budget by one strength."""
    (base,), _ = search.settle([planned], budget)
    return base


def _responses(search: _Search, base: Mix, goals: Sequence[str], delays: tuple[int, ...]) -> Responses:
    """Move each measure alone within the base, on the draws of the search."""
    plan = search.setting.plan
    strength = base.strengths[search.movable[0]]
    nodes = np.array(sorted({*NODES, strength}))
    late = tuple(k for k in search.movable if can_be_late(plan, k, search.setting.months, max(delays)))
    mixes = response_mixes(base, search.movable, late, nodes, delays)
    found = search.run(mixes)
    values = {COST: found.spent.mean(axis=0)} | {name: found.goal(name).mean(axis=0) for name in goals}
    return fit_responses(mixes, values, search.movable, late, nodes, delays, strength)


def begins(plan: Any, measure: int) -> int | None:
    """Return the month in which the first instrument that begins under the plan does; none when none does."""
    starts = [i.start for i in plan.measures[measure].instruments.values() if i.start >= plan.start]
    return min(starts, default=None)


def can_be_late(plan: Any, measure: int, months: int, delay: int) -> bool:
    """Return whether a measure can begin so much later without carrying what follows its end out of the window.

    Instruments that end within the window must still end :data:`AFTERMATH` months before it closes: else a delay would look
    good because the purchases that were brought forward are missed when nobody counts any more.
    """
    begun = [i for i in plan.measures[measure].instruments.values() if i.start >= plan.start]
    ends = [i.end for i in begun if i.end is not None and i.end < months - 1]
    return bool(begun) and all(end + delay <= months - 1 - AFTERMATH for end in ends)


def _mix(
    name: str, strengths: np.ndarray, delays: np.ndarray | None, responses: Responses, held: Sequence[int]
) -> Mix:
    listed = dict(zip(responses.measures, strengths.tolist(), strict=True))
    places = np.zeros(len(strengths), dtype=int) if delays is None else delays
    late = {k: responses.delays[i] for k, i in zip(responses.measures, places, strict=True)}
    return _rounded(Mix(name, listed | dict.fromkeys(held, 1.0), late))


def _propose(
    responses: Responses, goal: str, budget: float, seed: int, held: Sequence[int], known: Sequence[Mix]
) -> list[Mix]:
    """Return the mixes that the curves hold for best: by the yuan, by pymoo, and the best other one that pymoo kept."""
    greedy = responses.by_yuan(goal, budget)
    strengths, delays = _search_curves(responses, (goal,), budget, seed, [greedy], known)
    worth = responses.predict(goal, strengths, delays)
    order = np.argsort(-worth)
    picked = [_mix("greedy", greedy, None, responses, held)]
    for i in order:
        mix = _mix("evolved", strengths[i], delays[i], responses, held)
        apart = GRAIN if len(picked) == 1 else OTHER
        if all(_distance(mix, other) > apart for other in picked):
            picked.append(mix)
        if len(picked) == PROPOSALS:
            break
    return picked


def _propose_front(
    responses: Responses,
    goals: Sequence[str],
    budget: float,
    seed: int,
    held: Sequence[int],
    known: Sequence[Mix],
) -> list[Mix]:
    """Return mixes spread over the front that the curves show."""
    greedy = [responses.by_yuan(goal, budget) for goal in goals]
    strengths, delays = _search_curves(responses, goals, budget, seed, greedy, known)
    worth = np.stack([responses.predict(goal, strengths, delays) for goal in goals], axis=1)
    kept = np.unique(np.flatnonzero(not_dominated(worth)))
    strengths, delays, worth = strengths[kept], delays[kept], worth[kept]
    span = np.maximum(np.ptp(worth, axis=0), 1e-12)
    scaled = (worth - worth.min(axis=0)) / span
    picked = [int(np.argmax(scaled[:, g])) for g in range(len(goals))]
    while len(picked) < min(FRONT, len(scaled)):
        distance = np.linalg.norm(scaled[:, None] - scaled[picked][None], axis=2).min(axis=1)
        if distance.max() <= 1e-9:
            break
        picked.append(int(np.argmax(distance)))
    return [_mix("front", strengths[i], delays[i], responses, held) for i in dict.fromkeys(picked)]


def _distance(a: Mix, b: Mix) -> float:
    """Return the largest difference between the strengths of two mixes; 1 for another delay."""
    every = {*a.strengths, *b.strengths}
    if dict(a.delays) != dict(b.delays):
        return 1.0
    return max(abs(a.strengths.get(k, 0.0) - b.strengths.get(k, 0.0)) for k in every)


def _search_curves(
    responses: Responses,
    goals: Sequence[str],
    budget: float,
    seed: int,
    starts: Sequence[np.ndarray],
    known: Sequence[Mix],
) -> tuple[np.ndarray, np.ndarray]:
    """Let pymoo look on the curves; return strengths and positions of delays of the mixes it kept within the budget."""
    functional = need("pymoo.core.problem", "optimise")
    genetic = need("pymoo.algorithms.soo.nonconvex.ga", "optimise")
    nsga = need("pymoo.algorithms.moo.nsga2", "optimise")
    minimise = need("pymoo.optimize", "optimise").minimize
    n, last = len(responses.measures), len(responses.delays) - 1
    scales = [max(abs(responses.levels[goal]), 1.0) for goal in goals]

    def parts(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return x[:, :n], np.minimum(np.floor(x[:, n:] * (last + 1)), last).astype(int)

    class OnCurves(functional.Problem):  # type: ignore[name-defined]
        def __init__(self) -> None:
            high = np.concatenate([np.full(n, MOST), np.ones(n)])
            super().__init__(n_var=2 * n, n_obj=len(goals), n_ieq_constr=1, xl=np.zeros(2 * n), xu=high)

        def _evaluate(self, x: np.ndarray, out: dict[str, Any], *args: Any, **kwargs: Any) -> None:
            strengths, delays = parts(x)
            worth = [responses.predict(g, strengths, delays) / s for g, s in zip(goals, scales, strict=True)]
            out["F"] = -np.stack(worth, axis=1)
            out["G"] = (responses.predict(COST, strengths, delays) / budget - 1.0)[:, None]

    rng = np.random.default_rng(seed)
    seeds = [*starts, *(np.array([mix.strengths.get(k, 0.0) for k in responses.measures]) for mix in known)]
    first = rng.uniform(0.0, 1.0, (POPULATION, 2 * n))
    first[:, :n] *= MOST * rng.uniform(0.0, 1.0, (POPULATION, 1))
    first[:, n:] *= rng.uniform(0.0, 1.0, (POPULATION, n)) < 0.2  # most begin as planned
    for i, strengths in enumerate(seeds):
        first[i, :n], first[i, n:] = strengths, 0.0
    algorithm = (genetic.GA if len(goals) == 1 else nsga.NSGA2)(pop_size=POPULATION, sampling=first)
    found = minimise(OnCurves(), algorithm, ("n_gen", GENERATIONS), seed=seed, verbose=False)
    population = found.pop.get("X")
    strengths, delays = parts(np.concatenate([population, first[: len(seeds)]]))
    affordable = responses.predict(COST, strengths, delays) <= budget * (1.0 + CLOSE)
    return strengths[affordable], delays[affordable]


def _joined(evaluated: Sequence[Evaluated]) -> Evaluated:
    return Evaluated(
        np.concatenate([one.totals for one in evaluated], axis=1),
        np.concatenate([one.cost for one in evaluated], axis=1),
        evaluated[0].poorest,
    )


def _best(mixes: Sequence[Mix], found: Evaluated, goal: str, budget: float) -> int:
    """Return the position of the mix that is worth most on the draws of the search, of those within the budget."""
    worth = found.goal(goal).mean(axis=0)
    within = found.spent.mean(axis=0) <= budget * (1.0 + 2.0 * CLOSE)
    if not within.any():
        return int(np.argmin(found.spent.mean(axis=0)))
    return int(np.argmax(np.where(within, worth, -np.inf)))


def _table(
    mixes: Sequence[Mix], found: Evaluated, plan: Any, goals: Sequence[str], evaluated: str
) -> pd.DataFrame:
    """Return ``optimise.csv`` of some mixes: the whole first, for every outcome; then each measure with its own cost."""
    rows: list[tuple[Any, ...]] = []
    draws = len(found.totals)
    listed: list[tuple[str, Callable[[], np.ndarray]]] = [
        *((name, (lambda name=name: found.goal(name))) for name in GOALS),
        ("fiscal_cost", lambda: found.spent),
    ]
    values = {name: value() for name, value in listed}
    values["additional_per_yuan"] = values["total_consumption"] / np.where(
        found.spent > 0.0, found.spent, np.nan
    )
    for i, mix in enumerate(mixes):
        cost = float(found.spent[:, i].mean())
        for name, value in values.items():
            low, median, high = np.quantile(value[:, i], QUANTILES)
            rows.append((mix.name, 0, np.nan, "", cost, name, median, low, high, draws, evaluated))
        for j, k in enumerate(plan.measures):
            strength = mix.strengths.get(k, 0.0)
            if k not in mix.strengths:
                continue
            own = found.cost[:, i, j]
            low, median, high = np.quantile(own, QUANTILES)
            first = begins(plan, k)
            start = month_label(first + mix.delays.get(k, 0)) if first is not None and strength > 0 else ""
            rows.append(
                (
                    mix.name,
                    k,
                    strength,
                    start,
                    float(own.mean()),
                    "fiscal_cost",
                    median,
                    low,
                    high,
                    draws,
                    evaluated,
                )
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _differences(names: Sequence[str], found: Evaluated, goals: Sequence[str]) -> pd.DataFrame:
    """Return best minus the others, draw by draw: ``against, goal, median, low, high, wins, draws, cost_difference``."""
    rows = []
    best = names.index(BEST)
    for i, name in enumerate(names):
        if name not in (PLAN, EQUAL):
            continue
        for goal in goals:
            gap = found.goal(goal)[:, best] - found.goal(goal)[:, i]
            low, median, high = np.quantile(gap, QUANTILES)
            more = float((found.spent[:, best] - found.spent[:, i]).mean())
            rows.append((name, goal, median, low, high, int((gap > 0.0).sum()), len(gap), more))
    columns = ["against", "goal", "median", "low", "high", "wins", "draws", "cost_difference"]
    return pd.DataFrame(rows, columns=columns)


def verdict(row: Any) -> str:
    """Return what a row of differences says: ``better``, ``worse`` or ``unclear`` (the 90% interval holds zero)."""
    if row["low"] > 0.0:
        return "better"
    return "worse" if row["high"] < 0.0 else "unclear"


def _check_table(
    mixes: Sequence[Mix], found: Evaluated, responses: Responses, goals: Sequence[str]
) -> pd.DataFrame:
    """Return ``optimise_check.csv``: ``mix, quantity, curves, runs, error_pct``."""
    rows = []
    for name in (COST, *goals):
        real = (found.spent if name == COST else found.goal(name)).mean(axis=0)
        for i, mix in enumerate(mixes):
            said = responses.predict_mix(name, mix)
            rows.append((mix.name, name, said, float(real[i]), 100.0 * (said / real[i] - 1.0)))
    return pd.DataFrame(rows, columns=["mix", "quantity", "curves", "runs", "error_pct"])


def not_dominated(values: np.ndarray) -> np.ndarray:
    """Return which rows no other row equals or betters in every column and betters in one; more is better.

    Parameters
    ----------
    values : ndarray, shape (n, goals)
        What mixes are worth.
    """
    better = (values[None] >= values[:, None]).all(axis=2) & (values[None] > values[:, None]).any(axis=2)
    kept: np.ndarray = ~better.any(axis=1)
    return kept


def _front(mixes: Sequence[Mix], found: Evaluated, goals: Sequence[str], budget: float) -> pd.DataFrame:
    """Return ``front.csv``: every mix for every goal, and whether it is on the front, by means over the fresh draws."""
    means = np.stack([found.goal(goal).mean(axis=0) for goal in goals], axis=1)
    kept = not_dominated(means)
    rows = []
    for i, mix in enumerate(mixes):
        for goal in goals:
            low, median, high = np.quantile(found.goal(goal)[:, i], QUANTILES)
            unit = "persons" if goal == "jobs" else "yuan"
            cost = float(found.spent[:, i].mean())
            rows.append(
                (mix.name, goal, unit, median, low, high, cost, bool(kept[i]), len(found.totals), "fresh")
            )
    return pd.DataFrame(rows, columns=list(FRONT_COLUMNS))


def as_yaml(result: OptimiseResult, mix: Mix) -> str:
    """Return a mix as a scenario file that other commands read.

    Parameters
    ----------
    result : OptimiseResult
        From :func:`optimise`.
    mix : Mix
        One of its mixes.
    """
    running = {k: s for k, s in sorted(mix.strengths.items()) if s > 0.0}
    late = {k: d for k, d in sorted(mix.delays.items()) if d and k in running}
    lines = [
        f"# Mix '{mix.name}' for {', '.join(result.settings['goal'])} under {result.budget:.4g} yuan.",
        "# Strengths are times the plan, delays are months.",
        f"name: {mix.name}",
        "extends: without",
        f"measures: [{', '.join(map(str, running))}]",
        "strengths:",
        *(f"  {k}: {s:g}" for k, s in running.items()),
    ]
    if late:
        lines += ["delays:", *(f"  {k}: {d}" for k, d in late.items())]
    return "\n".join(lines) + "\n"
