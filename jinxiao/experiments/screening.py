"""Global sensitivity of any function on the unit cube, by SALib: Morris, Sobol, PAWN, delta.

A function is called once with all points of a design, so that whoever supplies it may run them in parallel.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

METHODS = ("morris", "sobol", "pawn", "delta")
CONFIDENCE = 0.90
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
    """

    method: str = "morris"
    size: int = 8
    levels: int = 4
    seed: int = 1


def problem_of(names: Sequence[str]) -> dict[str, Any]:
    """Return the SALib problem of parameters in the unit cube (numbered: SALib refuses some words in names)."""
    numbered = [f"x{i}" for i in range(len(names))]
    return {
        "num_vars": len(names),
        "names": numbered,
        "bounds": [[0.0, 1.0]] * len(names),
        "titles": list(names),
    }


def sample(design: Design, names: Sequence[str]) -> np.ndarray:
    """Return the points of a design, shape (n, parameters)."""
    from SALib.sample import latin
    from SALib.sample import morris as morris_sample
    from SALib.sample import sobol as sobol_sample

    problem = problem_of(names)
    if design.method == "morris":
        points = morris_sample.sample(problem, design.size, num_levels=design.levels, seed=design.seed)
    elif design.method == "sobol":
        points = sobol_sample.sample(problem, design.size, calc_second_order=False, seed=design.seed)
    else:
        points = latin.sample(problem, design.size, seed=design.seed)
    return np.asarray(points, dtype=np.float64)


def analyse(design: Design, names: Sequence[str], points: np.ndarray, result: np.ndarray) -> pd.DataFrame:
    """Return ``parameter, index, value, low, high`` of one output; intervals at 90%.

    A result that is the same everywhere has every index at zero: nothing drives it.
    """
    if np.ptp(result) == 0.0:
        rows = [(name, index, 0.0, 0.0, 0.0) for name in names for index in _INDICES[design.method]]
    else:
        rows = _ANALYSES[design.method](design, problem_of(names), points, result)
    return pd.DataFrame(rows, columns=["parameter", "index", "value", "low", "high"])


Row = tuple[str, str, float, float, float]


def _morris(design: Design, problem: dict[str, Any], points: np.ndarray, result: np.ndarray) -> list[Row]:
    """Return mu_star (mean absolute effect of crossing the prior), mu (its mean) and sigma (its spread).

    The interval of mu_star is SALib's bootstrap over trajectories; those of mu and sigma are the normal-theory ones.
    """
    from SALib.analyze import morris

    found = morris.analyze(
        problem, points, result, conf_level=CONFIDENCE, num_levels=design.levels, seed=design.seed
    )
    n = design.size
    tail = stats.norm.ppf(0.5 + CONFIDENCE / 2)
    chi_high = float(stats.chi2.ppf(0.5 + CONFIDENCE / 2, n - 1))
    chi_low = float(stats.chi2.ppf(0.5 - CONFIDENCE / 2, n - 1))
    rows: list[Row] = []
    for i, name in enumerate(problem["titles"]):
        star, half = float(found["mu_star"][i]), float(np.nan_to_num(found["mu_star_conf"][i]))
        mu, sigma = float(found["mu"][i]), float(np.nan_to_num(found["sigma"][i]))
        error = tail * sigma / np.sqrt(n)
        rows += [
            (name, "mu_star", star, max(star - half, 0.0), star + half),
            (name, "mu", mu, mu - error, mu + error),
            (name, "sigma", sigma, sigma * np.sqrt((n - 1) / chi_high), sigma * np.sqrt((n - 1) / chi_low)),
        ]
    return rows


def _sobol(design: Design, problem: dict[str, Any], points: np.ndarray, result: np.ndarray) -> list[Row]:
    """Return total and first-order shares of variance."""
    from SALib.analyze import sobol

    scaled = (result - result.mean()) / result.std()
    found = sobol.analyze(problem, scaled, calc_second_order=False, conf_level=CONFIDENCE, seed=design.seed)
    return _with_halves(problem, found, ("ST", "S1"))


def _pawn(design: Design, problem: dict[str, Any], points: np.ndarray, result: np.ndarray) -> list[Row]:
    """Return the median distance between conditional and unconditional distributions, with its range over slices."""
    from SALib.analyze import pawn

    slices = (
        8 if design.size >= 80 else 4
    )  # powers of two: SALib 1.6 builds its quantiles with rounding errors
    found = pawn.analyze(problem, points, result, S=slices, seed=design.seed)
    return [
        (
            name,
            "pawn_median",
            float(found["median"][i]),
            float(found["minimum"][i]),
            float(found["maximum"][i]),
        )
        for i, name in enumerate(problem["titles"])
    ]


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
_INDICES = {
    "morris": ("mu_star", "mu", "sigma"),
    "sobol": ("ST", "S1"),
    "pawn": ("pawn_median",),
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
