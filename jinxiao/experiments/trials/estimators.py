"""Estimators of natural experiments on simulated panels: pure functions of arrays, each with robust standard errors.

Every estimator returns an :class:`Estimate` that carries, beside the value, the influence of each unit on it. Standard errors
follow from the influences (summed within clusters), and so do those of ratios of two estimates on the same units.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

Z90 = 1.6448536269514722
"""Normal quantile of a two-sided 90% interval."""
LEAST = 1e-12
"""Relative size below which a design matrix is taken as singular."""


class NotEstimable(ValueError):
    """The data do not allow the estimate: an empty arm, no variation in treatment, too few observations."""


@dataclass(frozen=True)
class Estimate:
    """A number with its sampling error.

    Attributes
    ----------
    value : float
        The estimate.
    influence : ndarray, shape (units,)
        Contribution of each unit to the error of the value; ``sum(influence ** 2)`` is its variance.
    n : int
        Units with a part in it.
    path : dict of int to float
        Coefficients by event time (event study), or counts by bin (bunching).
    clusters : ndarray of int, shape (units,), optional
        Units with the same number are not independent of each other.
    """

    value: float
    influence: np.ndarray
    n: int
    path: dict[int, float] = field(default_factory=dict)
    clusters: np.ndarray | None = None

    @property
    def se(self) -> float:
        """Standard error, robust to heteroskedasticity, and to dependence within clusters where there are such."""
        if self.clusters is None:
            return float(np.sqrt(np.sum(self.influence**2)))
        _, code = np.unique(self.clusters, return_inverse=True)
        return float(np.sqrt(np.sum(np.bincount(code, self.influence) ** 2)))

    @property
    def interval(self) -> tuple[float, float]:
        """90% interval."""
        return self.value - Z90 * self.se, self.value + Z90 * self.se

    def times(self, factor: float) -> "Estimate":
        """Return the estimate in another unit."""
        path = {time: factor * value for time, value in self.path.items()}
        return Estimate(factor * self.value, factor * self.influence, self.n, path, self.clusters)


def ratio(top: Estimate, bottom: Estimate) -> Estimate:
    """Return the ratio of two estimates on the same units, with the delta method.

    Its influence is ``(a_i - r b_i) / B``: the Wald estimator where both are differences between arms (Wald 1940).

    Raises
    ------
    NotEstimable
        When the lower one is zero.
    """
    if bottom.value == 0.0 or not np.isfinite(bottom.value):
        raise NotEstimable("nothing to divide by: the treatment moved the denominator by 0")
    value = top.value / bottom.value
    influence = (top.influence - value * bottom.influence) / bottom.value
    return Estimate(value, influence, min(top.n, bottom.n), {}, top.clusters)


def weighted_least_squares(y: np.ndarray, x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return coefficients and the influence of each observation on them (White 1980, with the HC1 correction).

    Parameters
    ----------
    y : ndarray, shape (n,)
    x : ndarray, shape (n, k)
    weight : ndarray, shape (n,)

    Returns
    -------
    (ndarray (k,), ndarray (n, k))

    Raises
    ------
    NotEstimable
        When columns depend on each other, or there are no more observations than columns.
    """
    n, k = x.shape
    if n <= k:
        raise NotEstimable(f"{n} observations for {k} coefficients")
    cross = x.T @ (weight[:, None] * x)
    values = np.linalg.eigvalsh(cross)
    if values[0] <= LEAST * max(values[-1], LEAST):
        raise NotEstimable("no variation to estimate from: columns of the regression depend on each other")
    inverse = np.linalg.inv(cross)
    beta = inverse @ (x.T @ (weight * y))
    score = x * (weight * (y - x @ beta))[:, None]
    return beta, np.sqrt(n / (n - k)) * score @ inverse


def weighted_mean(y: np.ndarray, weight: np.ndarray) -> Estimate:
    """Return the weighted mean of units, e.g. of the difference between two runs of the same household.

    With ``y`` the outcome under treatment less that of the same household without it, it is the average effect on the
    treated of a paired experiment, and exactly zero where treatment does nothing.
    """
    if len(y) < 2 or weight.sum() <= 0.0:
        raise NotEstimable(f"{len(y)} units; a mean needs two at least")
    value = float(weight @ y / weight.sum())
    n = len(y)
    return Estimate(value, np.sqrt(n / (n - 1)) * weight * (y - value) / weight.sum(), n)


def mean_difference(y: np.ndarray, treated: np.ndarray, weight: np.ndarray) -> Estimate:
    """Return the difference of the mean outcome between treated and control units (Neyman 1923).

    Parameters
    ----------
    y : ndarray, shape (units,)
    treated : ndarray of bool, shape (units,)
    weight : ndarray, shape (units,)
    """
    _check_arms(treated)
    x = np.column_stack([np.ones(len(y)), treated.astype(np.float64)])
    beta, influence = weighted_least_squares(y, x, weight)
    return Estimate(float(beta[1]), influence[:, 1], len(y))


def difference_in_differences(
    before: np.ndarray,
    after: np.ndarray,
    treated: np.ndarray,
    weight: np.ndarray,
    clusters: np.ndarray | None = None,
) -> Estimate:
    """Return the change of the treated less the change of the controls (Card and Krueger 1994).

    Both are means of the unit over its months before and after, so that errors are clustered by unit (Bertrand, Duflo and
    Mullainathan 2004); coarser clusters where given.

    Parameters
    ----------
    before, after : ndarray, shape (units,)
    treated : ndarray of bool or float, shape (units,)
        An arm, or the exposure of each unit (then per unit of exposure).
    weight : ndarray, shape (units,)
    clusters : ndarray of int, shape (units,), optional
    """
    if treated.dtype == bool:
        _check_arms(treated)
    x = np.column_stack([np.ones(len(before)), treated.astype(np.float64)])
    beta, influence = weighted_least_squares(after - before, x, weight)
    return Estimate(float(beta[1]), influence[:, 1], len(before), {}, clusters)


def regression_discontinuity(
    y: np.ndarray, running: np.ndarray, cutoff: float, bandwidth: float, weight: np.ndarray
) -> Estimate:
    """Return the jump of the outcome at the cut-off: local linear on each side, triangular kernel.

    Hahn, Todd and van der Klaauw (2001); Imbens and Lemieux (2008). The treated side is ``running >= cutoff``. Divided by the
    jump of treatment (:func:`ratio`) it is the fuzzy design.

    Parameters
    ----------
    y, running : ndarray, shape (units,)
    cutoff, bandwidth : float
        In the unit of the running variable.
    weight : ndarray, shape (units,)
    """
    distance = running - cutoff
    near = np.abs(distance) < bandwidth
    above = distance >= 0.0
    if min((near & above).sum(), (near & ~above).sum()) < 3:
        raise NotEstimable(f"fewer than three units on a side of the cut-off within {bandwidth:g}")
    d = distance[near]
    side = above[near].astype(np.float64)
    x = np.column_stack([np.ones(len(d)), side, d, side * d])
    kernel = weight[near] * (1.0 - np.abs(d) / bandwidth)
    beta, influence = weighted_least_squares(y[near], x, kernel)
    whole = np.zeros(len(y))
    whole[near] = influence[:, 1]
    return Estimate(float(beta[1]), whole, int(near.sum()))


def event_study(
    y: np.ndarray,
    entry: np.ndarray,
    leads: int,
    lags: int,
    weight: np.ndarray,
    over: Sequence[int] | None = None,
    clusters: np.ndarray | None = None,
) -> Estimate:
    """Return the mean effect over event times of a staggered entry: two-way fixed effects, event-time dummies.

    The month before entry is the reference; event times beyond `leads` and `lags` are binned at the ends (Schmidheiny and
    Siegloch 2019). With effects that differ between cohorts the coefficients mix cohorts (Sun and Abraham 2021): the panel
    should hold units that never enter.

    Parameters
    ----------
    y : ndarray, shape (months, units)
        Balanced panel.
    entry : ndarray of int, shape (units,)
        Month (row of `y`) of entry; negative for units that never enter.
    leads, lags : int
        Event times kept apart before and after entry.
    weight : ndarray, shape (units,)
    over : sequence of int, optional
        Event times whose coefficients are averaged; by default 0 to `lags`.
    clusters : ndarray of int, shape (units,), optional
        By default each unit is its own.
    """
    months, units = y.shape
    if not (entry >= 0).any():
        raise NotEstimable("no unit ever enters")
    times = [time for time in range(-leads, lags + 1) if time != -1]
    event = np.arange(months)[:, None] - entry[None, :]
    event = np.where(entry[None, :] < 0, -1, np.clip(event, -leads, lags))
    present = [time for time in times if (event == time).any()]
    columns = [_two_way(np.asarray(event == time, dtype=np.float64), weight).ravel() for time in present]
    x = np.stack(columns, axis=1)
    beta, by_row = weighted_least_squares(
        _two_way(y, weight).ravel(), x, np.broadcast_to(weight, (months, units)).ravel()
    )
    wanted = list(over) if over is not None else list(range(lags + 1))
    picks = np.array([time in wanted for time in present], dtype=np.float64)
    if picks.sum() < len(wanted):
        raise NotEstimable(f"event times {wanted}; the panel has {present}")
    picks /= picks.sum()
    influence = (by_row @ picks).reshape(months, units).sum(axis=0)
    path = dict(zip(present, beta.tolist(), strict=True))
    return Estimate(float(picks @ beta), influence, units, {**path, -1: 0.0}, clusters)


def _two_way(y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return a balanced panel less unit and month means (weights are constant within units)."""
    by_month = (y @ weight / weight.sum())[:, None]
    by_unit = y.mean(axis=0)[None, :]
    return np.asarray(y - by_month - by_unit + by_month.mean())


def iv_wald(y: np.ndarray, dose: np.ndarray, instrument: np.ndarray, weight: np.ndarray) -> Estimate:
    """Return the effect of a yuan of the dose: reduced form over first stage (Wald 1940; Imbens and Angrist 1994).

    Parameters
    ----------
    y, dose : ndarray, shape (units,)
        Outcome, and the treatment received.
    instrument : ndarray of bool, shape (units,)
        Whether the unit was assigned to it.
    weight : ndarray, shape (units,)
    """
    return ratio(mean_difference(y, instrument, weight), mean_difference(dose, instrument, weight))


def bunching(
    size: np.ndarray,
    threshold: float,
    width: float,
    reach: tuple[float, float],
    excluded: tuple[float, float],
    degree: int,
    weight: np.ndarray,
) -> Estimate:
    """Return the excess mass at a notch, in units of the counterfactual density at the threshold.

    Counts by bin are fitted by a polynomial with a dummy for each excluded bin around the notch; the counterfactual is the
    polynomial alone, its integral made equal to that of the data by moving what is missing below (Chetty et al. 2011; Kleven
    2016). The excess is that of the excluded bins from the threshold on. Influences come from 200 Poisson-bootstrap
    replicates by bin, spread evenly.

    Parameters
    ----------
    size : ndarray, shape (orders,)
        E.g. size of the order, yuan.
    threshold, width : float
        Where the notch is, and the width of a bin.
    reach : (float, float)
        Range of sizes looked at.
    excluded : (float, float)
        Distance below and above the threshold that is left out of the fit.
    degree : int
        Of the polynomial.
    weight : ndarray, shape (orders,)
    """
    inside = (size >= reach[0]) & (size < reach[1])
    if inside.sum() < 10 * (degree + 1):
        raise NotEstimable(f"{int(inside.sum())} orders between {reach[0]:g} and {reach[1]:g}")
    edges = _bins(reach, threshold, width)
    place = np.digitize(size[inside], edges) - 1
    bins = len(edges) - 1
    kept = (place >= 0) & (place < bins)
    counts = np.bincount(place[kept], weight[inside][kept], bins)
    squares = np.bincount(place[kept], weight[inside][kept] ** 2, bins)
    middle = 0.5 * (edges[:-1] + edges[1:])
    out = (middle > threshold - excluded[0]) & (middle < threshold + excluded[1])
    above = out & (middle > threshold)
    if not above.any() or (~out).sum() <= degree + 1:
        raise NotEstimable("too few bins beside the notch for the polynomial")
    powers = np.vander((middle - threshold) / (reach[1] - reach[0]), degree + 1, increasing=True)
    solve = np.linalg.pinv(powers[~out])

    def excess(of: np.ndarray) -> float:
        fitted = powers @ (solve @ of[~out])
        level = max(float(fitted[above].mean()), LEAST)
        return float((of[above] - fitted[above]).sum() / level)

    value = excess(counts)
    chance = np.random.Generator(np.random.Philox(key=20160))
    noise = chance.standard_normal((200, bins)) * np.sqrt(squares)[None, :]
    error = float(np.std([excess(counts + one) for one in noise]))
    n = int(kept.sum())
    return Estimate(value, np.full(n, error / np.sqrt(n)), n, dict(enumerate(counts.tolist())))


def _bins(reach: tuple[float, float], threshold: float, width: float) -> np.ndarray:
    """Return edges of bins, one of them the threshold."""
    below = int(np.floor((threshold - reach[0]) / width + 1e-9))
    above = int(np.floor((reach[1] - threshold) / width + 1e-9))
    return threshold + width * np.arange(-below, above + 1)


def _check_arms(treated: np.ndarray) -> None:
    for arm, count in (("treated", treated.sum()), ("control", (~treated.astype(bool)).sum())):
        if count < 2:
            raise NotEstimable(f"{int(count)} units in the {arm} arm; two or more are needed")


def mixture_interval(
    values: np.ndarray, errors: np.ndarray, coverage: float = 0.9
) -> tuple[float, float, float]:
    """Return low, median and high of an equal mixture of normals: draws of parameters times sampling error of each.

    Parameters
    ----------
    values, errors : ndarray, shape (draws,)
    coverage : float
    """
    from scipy.stats import norm

    grid = norm.ppf((np.arange(201) + 0.5) / 201)
    cloud = (values[:, None] + errors[:, None] * grid[None, :]).ravel()
    tail = 0.5 * (1.0 - coverage)
    low, middle, high = np.quantile(cloud, [tail, 0.5, 1.0 - tail])
    return float(low), float(middle), float(high)
