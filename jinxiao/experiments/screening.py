"""Global sensitivity of any function on the unit cube, by SALib: Morris, Sobol, PAWN, delta.

A function is called once with all points of a design, so that whoever supplies it may run them in parallel.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

METHODS = ("morris", "sobol", "pawn", "delta")
GIVEN = ("pawn", "delta")
"""Methods that ask nothing of how points were drawn, so that draws which are there already can be looked at."""
CONFIDENCE = 0.90
RESAMPLES = 200
"""Bootstrap samples of intervals that SALib does not give."""
Function = Callable[[np.ndarray], np.ndarray]
"""From points ``(n, parameters)`` in the unit cube to results ``(n, outputs)``."""


@dataclass(frozen=True)
class Design:
    """How the cube is sampled.

    Attributes
    ----------
    method : {'morris', 'sobol', 'pawn', 'delta'}
        Elementary effects; variance shares; distances of distributions (the last two).
    size : int
        Trajectories (morris), base samples (sobol, a power of two), points (pawn, delta).
    levels : int
        Levels of the Morris grid (even).
    seed : int
        Of the design and of bootstraps.
    second_order : bool
        With sobol, also the shares of pairs: points are about twice as many.
    groups : tuple of str
        With morris and sobol, the group of each parameter: those of a group move together, and indices are of groups.
    """

    method: str = "morris"
    size: int = 8
    levels: int = 4
    seed: int = 1
    second_order: bool = False
    groups: tuple[str, ...] = ()


def problem_of(names: Sequence[str], groups: Sequence[str] = ()) -> dict[str, Any]:
    """Return the SALib problem of parameters in the unit cube (numbered: SALib refuses some words in names)."""
    numbered = [f"x{i}" for i in range(len(names))]
    problem: dict[str, Any] = {
        "num_vars": len(names),
        "names": numbered,
        "bounds": [[0.0, 1.0]] * len(names),
        "titles": list(names),
    }
    if groups:
        titles = list(dict.fromkeys(groups))
        problem |= {"groups": [f"g{titles.index(group)}" for group in groups], "titles": titles}
    return problem


def sample(design: Design, names: Sequence[str]) -> np.ndarray:
    """Return the points of a design, shape (n, parameters)."""
    from SALib.sample import latin
    from SALib.sample import morris as morris_sample
    from SALib.sample import sobol as sobol_sample

    problem = problem_of(names, design.groups)
    if design.method == "morris":
        points = morris_sample.sample(problem, design.size, num_levels=design.levels, seed=design.seed)
    elif design.method == "sobol":
        points = sobol_sample.sample(
            problem, design.size, calc_second_order=design.second_order, seed=design.seed
        )
    else:
        points = latin.sample(problem, design.size, seed=design.seed)
    return np.asarray(points, dtype=np.float64)


def analyse(design: Design, names: Sequence[str], points: np.ndarray, result: np.ndarray) -> pd.DataFrame:
    """Return ``parameter, index, value, low, high`` of one output; intervals at 90%.

    A result that is the same everywhere has every index at zero: nothing drives it.
    """
    problem = problem_of(names, design.groups)
    if np.ptp(result) == 0.0:
        indices = [index for index in _INDICES[design.method] if not design.groups or index not in SIGNED]
        rows = [(name, index, 0.0, 0.0, 0.0) for name in problem["titles"] for index in indices]
    else:
        rows = _ANALYSES[design.method](design, problem, points, result)
    return pd.DataFrame(rows, columns=["parameter", "index", "value", "low", "high"])


Row = tuple[str, str, float, float, float]


def _morris(design: Design, problem: dict[str, Any], points: np.ndarray, result: np.ndarray) -> list[Row]:
    """Return mu_star (mean absolute effect of crossing the prior), mu (its mean) and sigma (its spread).

    Intervals are bootstraps over trajectories. Groups have no sign: of them mu_star alone is told.
    """
    from SALib.analyze import morris

    found = morris.analyze(
        problem, points, result, conf_level=CONFIDENCE, num_levels=design.levels, seed=design.seed
    )
    rows: list[Row] = []
    effects = None if design.groups else elementary_effects(points, result)
    for i, name in enumerate(problem["titles"]):
        star, half = float(found["mu_star"][i]), float(np.nan_to_num(found["mu_star_conf"][i]))
        rows.append((name, "mu_star", star, max(star - half, 0.0), star + half))
        if effects is not None:
            mu, sigma = float(found["mu"][i]), float(np.nan_to_num(found["sigma"][i]))
            again = _resampled(effects[:, i], design.seed)
            rows += [
                (name, "mu", mu, *_around(mu, again.mean(axis=1))),
                (name, "sigma", sigma, *_around(sigma, again.std(axis=1, ddof=1))),
            ]
    return rows


def elementary_effects(points: np.ndarray, result: np.ndarray) -> np.ndarray:
    """Return the effect of crossing the prior by trajectory and parameter, of a Morris design without groups.

    Parameters
    ----------
    points : ndarray, shape (trajectories * (parameters + 1), parameters)
        The design: neighbours of a trajectory differ in one parameter.
    result : ndarray, shape (trajectories * (parameters + 1),)
        Of the function.
    """
    n = points.shape[1]
    steps = np.diff(points.reshape(-1, n + 1, n), axis=1)
    changes = np.diff(result.reshape(-1, n + 1), axis=1)
    moved = np.abs(steps).argmax(axis=2)
    size = np.take_along_axis(steps, moved[:, :, None], axis=2)[:, :, 0]
    effects = np.zeros((len(steps), n))
    np.put_along_axis(effects, moved, changes / size, axis=1)
    return effects


def _resampled(values: np.ndarray, seed: int) -> np.ndarray:
    """Return bootstrap samples of values, shape (RESAMPLES, len(values))."""
    chosen = np.random.default_rng(seed).integers(0, len(values), (RESAMPLES, len(values)))
    drawn: np.ndarray = values[chosen]
    return drawn


def _around(value: float, again: np.ndarray) -> tuple[float, float]:
    """Return the ends of the interval around a value that bootstrap estimates give, which it never leaves."""
    low, high = np.quantile(again, [0.5 - CONFIDENCE / 2, 0.5 + CONFIDENCE / 2])
    return min(float(low), value), max(float(high), value)


def _sobol(design: Design, problem: dict[str, Any], points: np.ndarray, result: np.ndarray) -> list[Row]:
    """Return total and first-order shares of variance, and those of pairs where they are asked for."""
    from SALib.analyze import sobol

    scaled = (result - result.mean()) / result.std()
    found = sobol.analyze(
        problem, scaled, calc_second_order=design.second_order, conf_level=CONFIDENCE, seed=design.seed
    )
    rows = _with_halves(problem, found, ("ST", "S1"))
    if design.second_order:
        titles = problem["titles"]
        for i in range(len(titles)):
            for j in range(i + 1, len(titles)):
                value, half = float(found["S2"][i, j]), float(found["S2_conf"][i, j])
                rows.append((f"{titles[i]} * {titles[j]}", "S2", value, value - half, value + half))
    return rows


def _pawn(design: Design, problem: dict[str, Any], points: np.ndarray, result: np.ndarray) -> list[Row]:
    """Return the median distance between conditional and unconditional distributions, and the farthest slice.

    Intervals are bootstraps over the points.
    """
    slices = (
        8 if len(points) >= 80 else 4
    )  # powers of two: SALib 1.6 builds its quantiles with rounding errors
    from SALib.analyze import pawn

    found = pawn.analyze(problem, points, result, S=slices, seed=design.seed)
    rng = np.random.default_rng(design.seed)
    samples = [rng.integers(0, len(points), len(points)) for _ in range(RESAMPLES)]
    rows: list[Row] = []
    for i, name in enumerate(problem["titles"]):
        again = np.array([slice_distances(points[chosen, i], result[chosen], slices) for chosen in samples])
        for index, key, statistic in (("pawn_median", "median", np.median), ("pawn_max", "maximum", np.max)):
            value = float(found[key][i])
            rows.append((name, index, value, *_around(value, statistic(again, axis=1))))
    return rows


def slice_distances(x: np.ndarray, y: np.ndarray, slices: int) -> np.ndarray:
    """Return how far the distribution of a result in each slice of a parameter is from that in all (Kolmogorov-Smirnov).

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Parameter and result.
    slices : int
        Slices of equal numbers of points.
    """
    n = len(x)
    order = np.argsort(y, kind="stable")
    slice_of = np.empty(n, dtype=int)
    slice_of[np.argsort(x, kind="stable")] = np.arange(n) * slices // n
    inside = slice_of[order][None, :] == np.arange(slices)[:, None]
    conditional = inside.cumsum(axis=1) / inside.sum(axis=1, keepdims=True)
    last = np.append(np.diff(y[order]) > 0.0, True)  # ties count at their last member
    distances: np.ndarray = np.abs(conditional - np.arange(1, n + 1) / n)[:, last].max(axis=1)
    return distances


def _delta(design: Design, problem: dict[str, Any], points: np.ndarray, result: np.ndarray) -> list[Row]:
    """Return Borgonovo's moment-independent delta and first-order shares."""
    from SALib.analyze import delta

    form = warnings.formatwarning
    try:
        with warnings.catch_warnings(
            record=True
        ):  # notices on bins, which SALib 1.6 prints in a form of its own
            found = delta.analyze(problem, points, result, conf_level=CONFIDENCE, seed=design.seed + 1)
    finally:
        warnings.formatwarning = form
    kept = "delta_balanced" if "delta_balanced" in found else "delta"
    renamed = {
        "delta": found[kept],
        "delta_conf": found[f"{kept}_conf"],
        "S1": found["S1"],
        "S1_conf": found["S1_conf"],
    }
    return _with_halves(problem, renamed, ("delta", "S1"))


def _with_halves(problem: dict[str, Any], found: dict[str, Any], indices: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    for i, name in enumerate(problem["titles"]):
        for index in indices:
            value, half = float(found[index][i]), float(found[f"{index}_conf"][i])
            rows.append((name, index, value, value - half, value + half))
    return rows


_ANALYSES: dict[str, Callable[[Design, dict[str, Any], np.ndarray, np.ndarray], list[Row]]] = {
    "morris": _morris,
    "sobol": _sobol,
    "pawn": _pawn,
    "delta": _delta,
}
SIGNED = ("mu", "sigma")
"""Indices that groups do not have."""
_INDICES = {
    "morris": ("mu_star", "mu", "sigma"),
    "sobol": ("ST", "S1"),
    "pawn": ("pawn_median", "pawn_max"),
    "delta": ("delta", "S1"),
}


def screen(function: Function, names: Sequence[str], outputs: Sequence[str], design: Design) -> pd.DataFrame:
    """Return ``output, parameter, index, value, low, high`` for every output of a function.

    Parameters
    ----------
    function : callable
        Called once with all points of the design.
    names, outputs : sequence of str
        Of its parameters and of its results.
    design : Design
        How to sample and analyse.
    """
    points = sample(design, names)
    results = np.asarray(function(points), dtype=np.float64).reshape(len(points), len(outputs))
    tables = [
        analyse(design, names, points, results[:, k]).assign(output=output)
        for k, output in enumerate(outputs)
    ]
    return pd.concat(tables, ignore_index=True)[["output", "parameter", "index", "value", "low", "high"]]
