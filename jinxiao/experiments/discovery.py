"""Scenario discovery: in which states of the world a mix falls short (PRIM, CART), and by how much it would be regretted.

Boxes are found on two thirds of the draws and judged on the rest: with hundreds of uncertain numbers some box always looks
good on the draws it was made for.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from jinxiao.experiments.effects import ADDITIONAL_PER_YUAN, ALL, MEASURED, unit_of
from jinxiao.experiments.engine import Engine, content_hash
from jinxiao.experiments.ensemble import Progress, Tick, map_units, silent
from jinxiao.experiments.extras import need
from jinxiao.experiments.given_data import POINT
from jinxiao.experiments.mixes import ShortRuns
from jinxiao.experiments.runs import Draw, Setting, model_seed, split_values, world_of
from jinxiao.experiments.sensitivity import OUTCOME_NAMES, uncertain_numbers, value_of, values_at
from jinxiao.experiments.store import default_folder
from jinxiao.experiments.uplift import check_numbers
from jinxiao.files.errors import InputError

FEWEST = 30
"""Draws from which boxes can be looked for."""
KEPT = 10
"""Parameters among which boxes are looked for: those that split randomised trees most, on the draws of the search."""
SMALLEST = 0.08
"""Share of the draws that a box must hold."""
DEEPEST = 3
"""Questions on the way to a leaf of the tree."""
BOXES = 2
"""Boxes that PRIM looks for, one after another."""
SIGNIFICANT = 0.05
"""Quasi-p value up to which a restriction of PRIM is kept (Bryant and Lempert 2010)."""
BREAK_EVEN, MEDIAN = "break_even", "median"
COLUMNS = (
    "method", "box", "parameter", "low", "high", "value_low", "value_high", "quasi_p", "coverage", "density", "mass",
    "held_out_coverage", "held_out_density", "held_out_p", "base_rate", "draws", "scenario", "outcome", "below",
)  # fmt: skip
REGRET_COLUMNS = ("mix", "outcome", "unit", "state", "mean", "median", "p90", "max", "best_share", "draws")


@dataclass(frozen=True)
class DiscoveryResult:
    """Where a mix falls short, and how much it is regretted.

    Attributes
    ----------
    table : DataFrame
        ``discover.csv``, a row a restriction of a box: places in the prior (0 to 1) and values, quasi-p value of the restriction;
        coverage (share of the shortfalls inside), density (share of shortfalls inside) and mass of its box on the draws of the
        search, then coverage, density and p value of the box on the draws held out.
    regret : DataFrame or None
        ``regret.csv``: by how much the best of the mixes would have been better, over all draws and within the first box.
    draws : DataFrame
        ``discover_draws.parquet``: every outcome of the scenario by draw, the place of every uncertain number in its prior.
    outcomes : DataFrame
        ``discover_outcomes.csv``: ``mix, draw, value``, the outcome of every mix.
    threshold, share : float
        Below which a draw falls short, and the share of draws that does.
    notes : tuple of str
        What a reader must know.
    scenario : str
        Name of the scenario.
    settings, hashes : dict
        As in :class:`~jinxiao.experiments.uplift.UpliftResult`.
    """

    table: pd.DataFrame
    regret: pd.DataFrame | None
    draws: pd.DataFrame
    outcomes: pd.DataFrame
    threshold: float
    share: float
    notes: tuple[str, ...]
    scenario: str
    settings: dict[str, Any]
    hashes: dict[str, str]


@dataclass(frozen=True)
class Box:
    """Ranges of some parameters, by place in their prior.

    Attributes
    ----------
    method : {'prim', 'cart'}
        Which way it was found.
    limits : dict of str to (float, float)
        Low and high end by parameter.
    quasi_p : dict of str to float
        Of each restriction of PRIM: the probability to do as well without it by chance.
    """

    method: str
    limits: dict[str, tuple[float, float]]
    quasi_p: dict[str, float]

    def holds(self, points: pd.DataFrame) -> np.ndarray:
        """Return which points lie inside."""
        inside = np.ones(len(points), dtype=bool)
        for name, (low, high) in self.limits.items():
            inside &= ((points[name] >= low) & (points[name] <= high)).to_numpy()
        return inside


def discover(
    plan: Any,
    scenario: Any,
    *,
    against: Sequence[Any] = (),
    outcome: str = ADDITIONAL_PER_YUAN,
    below: float | str = MEDIAN,
    draws: int = 200,
    scale: int = 1000,
    seed: int = 1,
    months: int = 48,
    jobs: int | None = None,
    cluster: str | None = None,
    progress: Progress = silent,
    store: Path | None = None,
    fresh: bool = False,
    engine: Engine | None = None,
) -> DiscoveryResult:
    """Return the conditions under which a scenario falls short of a threshold, against no measures at all.

    Parameters
    ----------
    plan : Plan
        The plan.
    scenario : Scenario
        The mix looked at.
    against : sequence of Scenario
        Other mixes, for the table of regret.
    outcome : str
        An outcome of the model, or a ratio to cost.
    below : float, 'median' or 'break_even'
        A draw falls short below this, or below the median over draws; break even is one yuan for a yuan, or nothing added.
    draws : int
        States of the world: a Latin hypercube over the priors of all uncertain numbers, each with a seed of its own.
    scale, seed, months, jobs, cluster, progress, store, fresh, engine
        See :func:`~jinxiao.experiments.uplift.uplift`.

    Raises
    ------
    InputError
        When an argument is not allowed, or a package is missing.
    """
    engine = engine or Engine()
    check_numbers(
        plan, tuple(plan.measures), scale=scale, draws=draws, months=months, seed=seed, horizon=engine.horizon()
    )  # fmt: skip
    _check(outcome, below, draws)
    mixes = _different([scenario, *against])
    need("sklearn.tree", "discover")
    need("ema_workbench.analysis.prim", "discover")
    setting = Setting(
        plan, scale, seed, months, plan.start, "without", store or default_folder(), fresh, engine
    )
    parameters = engine.load_parameters(plan)
    names, _ = uncertain_numbers(parameters, frozenset().union(*(in_force(mix) for mix in mixes)))
    points = stats.qmc.LatinHypercube(len(names), rng=np.random.default_rng(seed)).random(draws)
    world = world_of(setting)
    units = [
        split_values(parameters, values_at(parameters, names, u), i, model_seed(seed, i))
        for i, u in enumerate(points)
    ]
    work = partial(_run_state, setting=setting, scenarios=tuple(mixes))
    found = np.array(
        map_units(work, units, jobs=jobs, cluster=cluster, total=draws * len(mixes), progress=progress)
    )
    values = np.array([[value_of(totals, outcome) for totals in of_draw] for of_draw in found])
    threshold = _threshold(values[:, 0], outcome, below)
    failed = values[:, 0] < threshold
    cube = pd.DataFrame(points, columns=names)
    boxes, notes = find_boxes(cube, failed, seed)
    table = boxes_table(boxes, cube, failed, parameters).assign(
        base_rate=float(failed.mean()), draws=draws, scenario=scenario.name, outcome=outcome, below=threshold
    )
    labels = [mix.name for mix in mixes]
    return DiscoveryResult(
        table=table[list(COLUMNS)],
        regret=regret_table(values, labels, outcome, boxes, cube) if against else None,
        draws=pd.concat([_by_draw(found[:, 0]), cube.rename(columns=lambda name: POINT + name)], axis=1),
        outcomes=pd.DataFrame(
            {
                "mix": np.repeat(labels, draws),
                "draw": np.tile(np.arange(draws), len(labels)),
                "value": values.T.ravel(),
            }
        ),
        threshold=threshold,
        share=float(failed.mean()),
        notes=notes,
        scenario=scenario.name,
        settings={
            "plan": plan.name, "scenario": scenario.name, "against": labels[1:], "outcome": outcome, "below": below,
            "threshold": threshold, "draws": draws, "scale": scale, "months": months, "seed": seed,
            "measures": sorted(in_force(scenario)), "reference": "without",
        },
        hashes={
            "world": world.content_hash,
            "parameters": content_hash([(unit.parameters, unit.levers) for unit in units]),
            "code": engine.code_hash(),
            "scenarios": content_hash([mix.hash for mix in mixes]),
        },
    )  # fmt: skip


def in_force(scenario: Any) -> frozenset[int]:
    """Return the measures of which something runs in a scenario."""
    return frozenset(k for k, part in scenario.parts.items() if part and scenario.strengths.get(k, 1.0) > 0.0)


def _check(outcome: str, below: float | str, draws: int) -> None:
    if outcome not in OUTCOME_NAMES:
        raise InputError(field="outcome", found=f"'{outcome}'", allowed=", ".join(OUTCOME_NAMES))
    if isinstance(below, str) and below not in (BREAK_EVEN, MEDIAN):
        raise InputError(field="below", found=f"'{below}'", allowed=f"a number, {MEDIAN}, or {BREAK_EVEN}")
    if draws < FEWEST:
        raise InputError(field="draws", found=str(draws), allowed=f"at least {FEWEST}")


def _different(mixes: Sequence[Any]) -> list[Any]:
    """Refuse two mixes of one name."""
    names = [mix.name for mix in mixes]
    for name in names:
        if names.count(name) > 1:
            raise InputError(field="against", found=f"'{name}' twice", allowed="a name of its own for each")
    return list(mixes)


def _threshold(values: np.ndarray, outcome: str, below: float | str) -> float:
    if below == MEDIAN:
        return float(np.median(values))
    if below == BREAK_EVEN:
        return 1.0 if unit_of(outcome) == "yuan per yuan" else 0.0
    return float(below)


def _run_state(unit: Draw, tick: Tick, setting: Setting, scenarios: tuple[Any, ...]) -> np.ndarray:
    """Return what every scenario adds in one state of the world, shape (scenarios, MEASURED)."""
    runs = ShortRuns(setting, unit)
    none = runs.of(setting.plan.scenario())["totals"][:, ALL]
    found = []
    for scenario in scenarios:
        found.append(runs.of(scenario)["totals"][:, ALL] - none)
        tick(1)
    return np.array(found)


def _by_draw(totals: np.ndarray) -> pd.DataFrame:
    """Return every outcome of the scenario by draw."""
    return pd.DataFrame({"draw": np.arange(len(totals))} | {
        name: [value_of(one, name) for one in totals] for name in dict.fromkeys((*MEASURED, *OUTCOME_NAMES))
    })  # fmt: skip


def searched(count: int) -> np.ndarray:
    """Return which draws boxes are looked for on: two of three; the others judge them."""
    return np.arange(count) % 3 != 2


def find_boxes(points: pd.DataFrame, failed: np.ndarray, seed: int) -> tuple[list[Box], tuple[str, ...]]:
    """Return boxes in which shortfalls are frequent, PRIM's first, and what a reader must know.

    Parameters
    ----------
    points : DataFrame
        Places of the parameters in their priors, a row a draw.
    failed : ndarray of bool
        Which draws fall short.
    seed : int
        Of the trees by which parameters are screened.
    """
    part = searched(len(points))
    few = int(failed[part].sum())
    if few < 5 or few > part.sum() - 5:
        what = "falls short" if few < 5 else "does not fall short"
        return [], (f"hardly any draw {what}: there are no conditions to be found; choose another --below",)
    forest = need("sklearn.ensemble", "discover").ExtraTreesClassifier(
        300, min_samples_leaf=3, max_features=0.3, random_state=seed
    )
    forest.fit(points[part].to_numpy(), failed[part])
    order = np.argsort(-forest.feature_importances_, kind="stable")[:KEPT]
    kept = [points.columns[i] for i in np.sort(order)]
    x, y = points.loc[part, kept].reset_index(drop=True), failed[part]
    return [*prim_boxes(x, y), *cart_boxes(x, y, seed)], ()


def prim_boxes(x: pd.DataFrame, y: np.ndarray, most: int = BOXES) -> list[Box]:
    """Return boxes by the patient rule induction method (Friedman and Fisher 1999), as the EMA workbench has it.

    Of each peeling trajectory the box with the best balance of coverage and density (their harmonic mean) is taken, and
    restrictions that may be chance (quasi-p above 0.05) are lifted.

    Parameters
    ----------
    x : DataFrame
        Places of parameters.
    y : ndarray of bool
        Which draws fall short.
    most : int
        Boxes looked for.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the workbench uses what its own packages will give up
        return _peel(x, y, most)


def _peel(x: pd.DataFrame, y: np.ndarray, most: int) -> list[Box]:
    """Look for one box after another, each among the draws outside the ones before."""
    prim = need("ema_workbench.analysis.prim", "discover").Prim(
        x.astype(float), y.astype(int), mass_min=SMALLEST
    )
    found: list[Box] = []
    for _ in range(most):
        box = prim.find_box()
        if box is None:
            break
        path = box.peeling_trajectory
        balance = 2.0 * path["coverage"] * path["density"] / (path["coverage"] + path["density"])
        lifted = path["density"] > y.mean()
        if not lifted.any():
            break
        place = int(balance.where(lifted, -1.0).to_numpy().argmax())
        limits, whole, p_values = box.box_lims[place], box.box_lims[0], box.p_values[place]
        box.select(place)
        ranges, chances = {}, {}
        for name in limits.columns:
            pair = p_values.get(name, (1.0, 1.0))
            sides = [
                (pair[side], float(limits[name][side]), limits[name][side] != whole[name][side])
                for side in (0, 1)
            ]
            kept = [restricted and 0.0 <= p <= SIGNIFICANT for p, _, restricted in sides]
            if any(kept):
                ranges[name] = (sides[0][1] if kept[0] else 0.0, sides[1][1] if kept[1] else 1.0)
                chances[name] = max(p for (p, _, _), keep in zip(sides, kept, strict=True) if keep)
        if not ranges:
            break
        found.append(Box("prim", ranges, chances))
    return found


def cart_boxes(x: pd.DataFrame, y: np.ndarray, seed: int) -> list[Box]:
    """Return the leaves of a classification tree (Breiman and others 1984) in which shortfalls are more frequent than overall.

    Parameters
    ----------
    x : DataFrame
        Places of parameters.
    y : ndarray of bool
        Which draws fall short.
    seed : int
        Decides between splits that are as good.
    """
    trees = need("sklearn.tree", "discover")
    tree = trees.DecisionTreeClassifier(
        max_depth=DEEPEST, min_samples_leaf=max(int(SMALLEST * len(x)), 5), random_state=seed
    )
    tree.fit(x.to_numpy(), y)
    inner = tree.tree_
    found: list[tuple[float, Box]] = []

    def descend(node: int, limits: dict[str, tuple[float, float]]) -> None:
        if inner.children_left[node] < 0:
            box = Box("cart", limits, {})
            inside = box.holds(x)
            density = float(y[inside].mean())
            if limits and density > y.mean():
                found.append((density, box))
            return
        name, cut = x.columns[inner.feature[node]], float(inner.threshold[node])
        low, high = limits.get(name, (0.0, 1.0))
        descend(inner.children_left[node], limits | {name: (low, min(high, cut))})
        descend(inner.children_right[node], limits | {name: (max(low, cut), high)})

    descend(0, {})
    return [box for _, box in sorted(found, key=lambda pair: -pair[0])]


def boxes_table(
    boxes: Sequence[Box], points: pd.DataFrame, failed: np.ndarray, parameters: Any
) -> pd.DataFrame:
    """Return the restrictions of boxes with how well these do where they were found, and on draws held out."""
    part = searched(len(points))
    priors = dict(parameters.uncertain)
    rows = []
    counts: dict[str, int] = {}
    for box in boxes:
        counts[box.method] = counts.get(box.method, 0) + 1
        inside = box.holds(points)
        here, there = _quality(inside[part], failed[part]), _quality(inside[~part], failed[~part])
        hits, size = int((inside & failed)[~part].sum()), int(inside[~part].sum())
        chance = float(stats.binom.sf(hits - 1, size, failed[~part].mean())) if size else 1.0
        for name, (low, high) in box.limits.items():
            prior = priors[name]
            rows.append(
                (
                    box.method, counts[box.method], name, low, high, float(prior.ppf(low)), float(prior.ppf(high)),
                    box.quasi_p.get(name, np.nan), *here, *there[:2], chance,
                )
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS[: COLUMNS.index("base_rate")]))


def _quality(inside: np.ndarray, failed: np.ndarray) -> tuple[float, float, float]:
    """Return coverage, density and mass of a box."""
    hits = int((inside & failed).sum())
    return (
        hits / max(int(failed.sum()), 1),
        hits / int(inside.sum()) if inside.any() else float("nan"),
        float(inside.mean()),
    )


def regret_table(
    values: np.ndarray, names: Sequence[str], outcome: str, boxes: Sequence[Box], points: pd.DataFrame
) -> pd.DataFrame:
    """Return by how much the best of some mixes would have been better than each, over states of the world.

    Parameters
    ----------
    values : ndarray, shape (draws, mixes)
        Outcome; more is better, but for costs.
    names : sequence of str
        Of the mixes.
    outcome : str
        What is looked at.
    boxes : sequence of Box
        The first gives a state of its own.
    points : DataFrame
        Places of parameters by draw.
    """
    worth = -values if outcome == "fiscal_cost" else values
    regret = worth.max(axis=1, keepdims=True) - worth
    states: list[tuple[str, np.ndarray]] = [("all", np.ones(len(values), dtype=bool))]
    if boxes:
        inside = boxes[0].holds(points)
        states += [(f"{boxes[0].method}_1", inside), (f"outside {boxes[0].method}_1", ~inside)]
    rows = []
    for state, chosen in states:
        for i, name in enumerate(names):
            part = regret[chosen, i]
            if len(part):
                rows.append(
                    (
                        name, outcome, unit_of(outcome), state, part.mean(), np.median(part), np.quantile(part, 0.9),
                        part.max(), float((part <= 0.0).mean()), len(part),
                    )
                )  # fmt: skip
    return pd.DataFrame(rows, columns=list(REGRET_COLUMNS))
