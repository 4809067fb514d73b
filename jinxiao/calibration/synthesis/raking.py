"""Raking: the closest table to a seed that reproduces every margin.

Iterative proportional fitting generalised to margins that are weighted sums of cells (persons as well as
households): the weights are ``seed * exp(A' lambda)`` with ``A weights = targets`` (Deville and Särndal 1992,
raking ratio), which is the limit of iterative proportional fitting where margins are plain sums. Solved by
Newton's method on the dual.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

TOLERANCE: Final = 1e-8
"""Largest relative deviation of a margin at which the raking has converged."""
MAX_STEPS: Final = 200
_RIDGE: Final = 1e-10
_STEP_LIMIT: Final = 4.0


class RakingError(ValueError):
    """Margins that no table with the seed's zeros can reproduce."""


def rake(
    seed: NDArray[np.float64],
    constraints: NDArray[np.float64],
    targets: NDArray[np.float64],
    tolerance: float = TOLERANCE,
) -> NDArray[np.float64]:
    """Return weights ``w`` near ``seed`` with ``constraints @ w = targets``.

    Parameters
    ----------
    seed : ndarray, shape (cells,)
        Non-negative; a zero stays zero.
    constraints : ndarray, shape (margins, cells)
        Contribution of one unit of each cell to each margin; margins may depend on each other if they agree.
    targets : ndarray, shape (margins,)
        Positive margins.
    tolerance : float
        Largest relative deviation accepted.

    Returns
    -------
    ndarray, shape (cells,)

    Raises
    ------
    RakingError
        If the margins cannot be met together.
    """
    scale = np.maximum(np.abs(targets), 1e-300)
    scaled = constraints / scale[:, None]
    start = seed * (targets.sum() / max(float((constraints @ seed).sum()), 1e-300))
    dual = np.zeros(len(targets))
    weights = start.copy()
    gap = 1.0 - scaled @ weights
    for _ in range(MAX_STEPS):
        if np.abs(gap).max() < tolerance:
            return weights
        hessian = (scaled * weights) @ scaled.T
        ridge = _RIDGE * np.trace(hessian) / len(targets)
        step = np.linalg.lstsq(hessian + ridge * np.eye(len(targets)), gap, rcond=1e-13)[0]
        dual, weights, gap = _damped(start, scaled, dual, step, gap)
    if np.abs(gap).max() < 1e3 * tolerance:
        return weights
    worst = int(np.abs(gap).argmax())
    raise RakingError(
        f"margin {worst}: found {(1 - gap[worst]) * targets[worst]:.6g}, wanted {targets[worst]:.6g}"
    )


def _damped(
    start: NDArray[np.float64],
    scaled: NDArray[np.float64],
    dual: NDArray[np.float64],
    step: NDArray[np.float64],
    gap: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Take a Newton step, halved until the dual objective improves."""
    exponent = scaled.T @ step
    length = min(1.0, _STEP_LIMIT / max(float(np.abs(exponent).max()), 1e-300))
    base = scaled.T @ dual

    def objective(d: NDArray[np.float64], w: NDArray[np.float64]) -> float:
        return float(w.sum() - d.sum())

    held = objective(dual, start * np.exp(base))
    while True:
        trial = dual + length * step
        weights = start * np.exp(base + length * exponent)
        value = objective(trial, weights)
        if value <= held + 1e-12 * abs(held) or length < 1e-6:
            return trial, weights, 1.0 - scaled @ weights
        length *= 0.5
