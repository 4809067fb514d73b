"""How sure an answer is: variance by source, standard errors, and how many more draws a wished precision takes."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from jinxiao.experiments.effects import ALL, MEASURED, Periods, unit_of
from jinxiao.experiments.estimates import Effect, Paired
from jinxiao.model.outcomes import OUTCOMES

COLUMNS = (
    "measure", "estimand", "closure", "part", "outcome", "unit", "mean", "median", "variance",
    "variance_parameters", "variance_seed", "share_parameters", "share_seed", "standard_error_mean",
    "standard_error_median", "draws", "seeds_per_draw", "more_draws",
)  # fmt: skip
"""Columns of ``variance.csv``: of the whole window and the province. ``more_draws``: for the wished precision of the mean."""


def variance_parts(values: np.ndarray) -> tuple[float, float]:
    """Return the variance over parameters of the mean over seeds, and the mean over parameters of that over seeds.

    The law of total variance, ``Var Y = Var E[Y | parameters] + E Var[Y | parameters]``, by the estimators of a one-way
    analysis of variance with random effects; the first is nought where chance alone makes it negative.

    Parameters
    ----------
    values : ndarray, shape (draws, seeds)

    Returns
    -------
    (float, float)
        NaN both for a single draw or a single seed each: they cannot be told apart then.
    """
    draws, seeds = values.shape
    if draws < 2 or seeds < 2:
        return math.nan, math.nan
    within = float(values.var(axis=1, ddof=1).mean())
    between = float(values.mean(axis=1).var(ddof=1)) - within / seeds
    return max(between, 0.0), within


def standard_errors(values: np.ndarray) -> tuple[float, float]:
    """Return standard errors of the mean and of the median over draws, shape (draws, seeds); NaN for a single draw.

    Draws are independent, seeds of one draw are not: the error of the mean is that of the means by draw. That of the median
    (Maritz and Jarrett 1978) is taken as if all values were independent, and then as much larger as that of the mean is.
    """
    draws, seeds = values.shape
    if draws < 2:
        return math.nan, math.nan
    from scipy.stats.mstats import mjci  # takes a second to import

    mean = float(values.mean(axis=1).std(ddof=1)) / math.sqrt(draws)
    naive = float(values.std(ddof=1)) / math.sqrt(draws * seeds)
    if naive == 0.0:
        return mean, 0.0
    return mean, float(np.asarray(mjci(np.sort(values.ravel()), prob=[0.5]))[0]) * mean / naive


def more_draws(draws: int, error: float, mean: float, precision: float) -> float:
    """Return how many more draws bring the standard error of the mean to a share of the mean; NaN where the mean is nought."""
    if math.isnan(error) or mean == 0.0:
        return math.nan
    return float(max(math.ceil(draws * (error / (precision * abs(mean))) ** 2 - 1e-9) - draws, 0))


def by_seed(values: np.ndarray, numbers: Sequence[int]) -> np.ndarray:
    """Return values in rows of one draw each, shape (draws, seeds); of draws with fewer seeds than others, those there are.

    Draws of which a replicate is missing are cut to the fewest, so that all weigh the same.
    """
    rows = [values[np.asarray(numbers) == number] for number in dict.fromkeys(numbers)]
    least = min(len(row) for row in rows)
    return np.array([row[:least] for row in rows])


def variance_table(
    effects: Mapping[Effect, Paired], periods: Periods, numbers: Sequence[int], precision: float | None
) -> pd.DataFrame:
    """Return ``variance.csv``: a row an effect and outcome, of the province over the whole window.

    Parameters
    ----------
    effects : mapping of Effect to Paired
        Differences by draw and replicate.
    periods : Periods
    numbers : sequence of int
        The draw to which each row of the differences belongs.
    precision : float, optional
        Wished standard error of the mean, as a share of it.
    """
    rows = []
    for effect, paired in effects.items():
        totals = periods.sum(paired.difference)[:, 0, :, ALL]
        for k, outcome in enumerate(MEASURED[: len(OUTCOMES)]):
            values = by_seed(totals[:, k], numbers)
            if np.isnan(values).any():
                continue
            parameters, seed = variance_parts(values)
            mean_error, median_error = standard_errors(values)
            mean, total = float(values.mean()), parameters + seed
            known = total > 0.0
            rows.append(
                {
                    **effect._asdict(),
                    "outcome": outcome,
                    "unit": unit_of(outcome),
                    "mean": mean,
                    "median": float(np.median(values)),
                    "variance": total if known else _variance(values),
                    "variance_parameters": parameters,
                    "variance_seed": seed,
                    "share_parameters": parameters / total if known else math.nan,
                    "share_seed": seed / total if known else math.nan,
                    "standard_error_mean": mean_error,
                    "standard_error_median": median_error,
                    "draws": len(values),
                    "seeds_per_draw": values.shape[1],
                    "more_draws": more_draws(len(values), mean_error, mean, precision)
                    if precision
                    else math.nan,
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _variance(values: np.ndarray) -> float:
    return float(values.var(ddof=1)) if values.size > 1 else math.nan


def uncertainty_notes(table: pd.DataFrame, outcome: str, sampling: str, precision: float | None) -> list[str]:
    """Return what is printed: of the whole set, or of the only measure, for the headline outcome."""
    rows = table[(table["outcome"] == outcome) & (table["part"] == "all")]
    if not len(rows):
        return []
    row = rows[rows["measure"] == rows["measure"].min()].iloc[0]
    notes = []
    if not math.isnan(row["share_seed"]):
        notes.append(
            f"variance of {outcome} of the whole: {100 * row['share_parameters']:.0f}% from parameters, "
            f"{100 * row['share_seed']:.0f}% from random numbers"
        )
    if precision is not None and not math.isnan(row["standard_error_mean"]) and row["mean"] != 0.0:
        share = row["standard_error_mean"] / abs(row["mean"])
        middle = row["standard_error_median"] / abs(row["mean"])
        bound = "" if sampling == "independent" else "at most "
        of_median = "" if math.isnan(middle) else f", median {bound}{middle:.1%}"
        notes.append(
            f"standard error of {outcome} of the whole: mean {bound}{share:.1%}{of_median} of the mean; "
            f"{row['more_draws']:.0f} more draws for {precision:.1%}"
        )
    return notes
