"""A cheap stand-in for the model: fitted to runs, scored on runs it has not seen, used only where the score is good enough.

Three kinds compete by cross-validation, each on the parameters that matter most (screened anew within every fold, so that the
score is honest): a Gaussian process (Rasmussen and Williams 2006), gradient boosting (Friedman 2001), a quadratic (ridge).
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from jinxiao.experiments.extras import need
from jinxiao.experiments.screening import CONFIDENCE, Design, problem_of
from jinxiao.files.errors import InputError

GOOD_ENOUGH = 0.8
"""Out-of-sample R2 from which indices are taken from an emulator (the rule of thumb for surrogate-based Sobol indices)."""
FOLDS = 5
KEPT = 12
"""Parameters that an emulator looks at."""
BASE = 1024
"""Base samples of the Sobol design on the emulator, which costs next to nothing."""
REFITS = 20
"""Bootstrap samples of the runs to which the emulator is fitted again."""
KINDS = ("gaussian_process", "gradient_boosting", "quadratic")


@dataclass(frozen=True)
class Emulator:
    """A stand-in that was good enough, or not.

    Attributes
    ----------
    kind : str
        Which of :data:`KINDS` was best.
    score : float
        R2 of predictions of runs left out, over all folds.
    scores : dict of str to float
        The same of every kind.
    points, result : ndarray
        The runs.
    seed : int
        Of folds, screening and bootstraps.
    """

    kind: str
    score: float
    scores: dict[str, float]
    points: np.ndarray
    result: np.ndarray
    seed: int

    def require(self) -> None:
        """Refuse an emulator that does not know the model.

        Raises
        ------
        InputError
            In one line, with the score.
        """
        if self.score < GOOD_ENOUGH:
            raise InputError(
                field="method",
                found=f"an emulator with out-of-sample R2 of {self.score:.2f} ({self.kind}, {len(self.points)} runs)",
                allowed=f"R2 from {GOOD_ENOUGH:g} on: more --size, fewer --measures, or --method morris, delta or sobol",
            )


def fit_emulator(points: np.ndarray, result: np.ndarray, seed: int = 1) -> Emulator:
    """Return the best of the kinds of emulator, by cross-validation.

    Parameters
    ----------
    points : ndarray, shape (n, parameters)
        In the unit cube.
    result : ndarray, shape (n,)
        Of the model.
    seed : int
        Of folds and screening.

    Raises
    ------
    InputError
        When scikit-learn is not installed.
    """
    selection = need("sklearn.model_selection", "sensitivity --method emulator")
    spread = float(np.var(result))
    if spread == 0.0:
        return Emulator("quadratic", 1.0, dict.fromkeys(KINDS, 1.0), points, result, seed)
    folds = selection.KFold(FOLDS, shuffle=True, random_state=seed)
    scores = {}
    for kind in KINDS:
        missed = np.empty(len(result))
        for train, test in folds.split(points):
            model, kept = _fit(kind, points[train], result[train], seed)
            missed[test] = result[test] - model.predict(points[test][:, kept])
        scores[kind] = 1.0 - float(np.mean(missed**2)) / spread
    best = max(scores, key=lambda kind: scores[kind])
    return Emulator(best, scores[best], scores, points, result, seed)


def _fit(
    kind: str,
    points: np.ndarray,
    result: np.ndarray,
    seed: int,
    kept: np.ndarray | None = None,
    like: Any = None,
) -> tuple[Any, np.ndarray]:
    """Fit one kind to the parameters that matter most; with `like`, with the length scales of an earlier fit."""
    if kept is None:
        kept = _screened(points, result, seed)
    model = _model(kind, len(kept), seed, like)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # length scales at the end of their range are no fault
        model.fit(points[:, kept], result)
    return model, kept


def _screened(points: np.ndarray, result: np.ndarray, seed: int) -> np.ndarray:
    """Return the positions of the parameters that split randomised trees most."""
    if points.shape[1] <= KEPT:
        return np.arange(points.shape[1])
    forest = need("sklearn.ensemble", "sensitivity --method emulator").ExtraTreesRegressor(
        200, min_samples_leaf=3, max_features=0.5, random_state=seed
    )
    forest.fit(points, result)
    order = np.argsort(-forest.feature_importances_, kind="stable")
    return np.sort(order[:KEPT])


def _model(kind: str, n: int, seed: int, like: Any) -> Any:
    if kind == "gradient_boosting":
        ensemble = need("sklearn.ensemble", "sensitivity --method emulator")
        return ensemble.GradientBoostingRegressor(
            n_estimators=300, learning_rate=0.05, max_depth=3, subsample=0.7, random_state=seed
        )
    if kind == "quadratic":
        pipeline = need("sklearn.pipeline", "sensitivity --method emulator")
        scaling = need("sklearn.preprocessing", "sensitivity --method emulator")
        linear = need("sklearn.linear_model", "sensitivity --method emulator")
        return pipeline.make_pipeline(
            scaling.PolynomialFeatures(2, include_bias=False), scaling.StandardScaler(), linear.RidgeCV(np.logspace(-3, 3, 13))
        )  # fmt: skip
    gaussian = need("sklearn.gaussian_process", "sensitivity --method emulator")
    kernels = need("sklearn.gaussian_process.kernels", "sensitivity --method emulator")
    if like is not None:
        return gaussian.GaussianProcessRegressor(like.kernel_, optimizer=None, normalize_y=True)
    kernel = kernels.ConstantKernel(1.0, (1e-2, 1e3)) * kernels.RBF(
        np.full(n, 0.5), (0.05, 20.0)
    ) + kernels.WhiteKernel(1e-2, (1e-6, 1.0))
    return gaussian.GaussianProcessRegressor(kernel, normalize_y=True, random_state=seed)


def emulated_sobol(emulator: Emulator, names: Sequence[str], second_order: bool = False) -> pd.DataFrame:
    """Return Sobol indices taken from an emulator: ``parameter, index, value, low, high``.

    Intervals hold three things: the emulator fitted again to bootstrap samples of the runs, the Monte Carlo error of the indices,
    and the share of variance that it does not explain, which also bounds parameters that it does not look at.

    Parameters
    ----------
    emulator : Emulator
        From :func:`fit_emulator`.
    names : sequence of str
        Of the parameters.
    second_order : bool
        Also the shares of pairs.

    Raises
    ------
    InputError
        When its score is not good enough.
    """
    emulator.require()
    columns = ["parameter", "index", "value", "low", "high"]
    unknown = max(1.0 - emulator.score, 0.0)
    scored = [("(emulator)", "r2", emulator.score, min(emulator.scores.values()), emulator.score)]
    indices = ("ST", "S1")
    if np.ptp(emulator.result) == 0.0:
        rows = [(name, index, 0.0, 0.0, 0.0) for name in names for index in indices]
        return pd.DataFrame([*rows, *scored], columns=columns)
    model, kept = _fit(emulator.kind, emulator.points, emulator.result, emulator.seed)
    looked_at = [names[i] for i in kept]
    central = _indices_of(model, looked_at, emulator.seed, second_order)
    rng = np.random.default_rng(emulator.seed)
    again = []
    for _ in range(REFITS):
        chosen = rng.integers(0, len(emulator.points), len(emulator.points))
        refit, _ = _fit(
            emulator.kind, emulator.points[chosen], emulator.result[chosen], emulator.seed, kept, model
        )
        again.append(
            {
                key: value
                for key, (value, _) in _indices_of(refit, looked_at, emulator.seed, second_order).items()
            }
        )
    tail = 0.5 + CONFIDENCE / 2
    rows = []
    for key, (value, half) in central.items():
        spread = np.array([one[key] for one in again]) - value
        low, high = np.quantile(spread, [1.0 - tail, tail])
        below, above = (float(np.sqrt(x**2 + half**2 + unknown**2)) for x in (min(low, 0.0), max(high, 0.0)))
        rows.append((*key, value, value - below, value + above))
    left_out = [name for name in names if name not in looked_at]
    rows += [(name, index, 0.0, 0.0, unknown) for name in left_out for index in indices]
    return pd.DataFrame([*rows, *scored], columns=columns)


def _indices_of(
    model: Any, names: Sequence[str], seed: int, second_order: bool
) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the Sobol indices of a fitted emulator with the half-width of their Monte Carlo interval."""
    from SALib.analyze import sobol
    from SALib.sample import sobol as sobol_sample

    problem = problem_of(names)
    points = sobol_sample.sample(problem, BASE, calc_second_order=second_order, seed=seed)
    result = np.asarray(model.predict(np.asarray(points)), dtype=float)
    scaled = (result - result.mean()) / max(float(result.std()), 1e-12)
    found = sobol.analyze(problem, scaled, calc_second_order=second_order, conf_level=CONFIDENCE, seed=seed,
                          num_resamples=50)  # fmt: skip
    indices = {
        (name, index): (float(found[index][i]), float(found[f"{index}_conf"][i]))
        for i, name in enumerate(names)
        for index in ("ST", "S1")
    }
    if second_order:
        for i in range(len(names)):
            for j in range(i + 1, len(names)):
                pair = f"{names[i]} * {names[j]}", "S2"
                indices[pair] = float(found["S2"][i, j]), float(found["S2_conf"][i, j])
    return indices


def lhs_design(size: int, seed: int) -> Design:
    """Return the design of the runs to which an emulator is fitted: a Latin hypercube."""
    return Design("delta", size, seed=seed)
