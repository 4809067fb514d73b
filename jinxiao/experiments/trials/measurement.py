"""From a panel to the figures of a trial: picks arms, months and households, and applies the estimator that the file names."""

from collections.abc import Mapping

import numpy as np

from jinxiao.experiments.trials import estimators as est
from jinxiao.experiments.trials.estimators import Estimate, NotEstimable
from jinxiao.experiments.trials.panel import Panel
from jinxiao.experiments.trials.trial_file import (
    AnyEstimator,
    Bunching,
    DifferenceInDifferences,
    EventStudy,
    IvWald,
    MeanDifference,
    RegressionDiscontinuity,
    Span,
    Term,
)

PERCENT = 100.0


def measure(panel: Panel, how: AnyEstimator) -> Estimate:
    """Return the estimate of one quantity.

    Raises
    ------
    NotEstimable
        When the panel does not allow it.
    """
    chosen = np.ones(len(panel.weight), dtype=bool)
    if how.where is not None:
        chosen = how.where(panel.attributes) != 0
    if isinstance(how, MeanDifference) and how.against == "untreated":
        chosen &= panel.arm == 1
    if not chosen.any():
        raise NotEstimable("no household meets the condition where")
    top = _estimate(panel, how, how.outcome, chosen)
    if how.per is not None:
        top = est.ratio(top, _estimate(panel, how, how.per, chosen))
    if how.percent:
        top = est.ratio(top, _level(panel, how, how.outcome, chosen)).times(PERCENT)
    if how.share_of is not None:
        top = est.ratio(top, _level(panel, how, how.share_of, chosen))
    return top.times(how.times)


def _estimate(panel: Panel, how: AnyEstimator, term: Term, chosen: np.ndarray) -> Estimate:
    weight = panel.weight[chosen]
    treated = panel.arm[chosen] == 1
    source = _source(panel, how, term)
    if isinstance(how, EventStudy):
        y = source[term.of.text][:, chosen].astype(np.float64)
        times = range(how.over[0], how.over[1] + 1)
        entry = _entry(panel)[chosen]
        return est.event_study(
            y, entry, how.leads, how.lags, weight, times, _clusters(panel, how.cluster, chosen)
        )
    if isinstance(how, Bunching):
        y = _rows(source, panel, term, term.months)[:, chosen]
        weights = np.broadcast_to(weight, y.shape)
        return est.bunching(
            y.ravel(), how.threshold, how.width, how.reach, how.excluded, how.degree, weights.ravel()
        )
    y = _total(source, panel, term)[chosen]
    if how.less is not None:
        y = y - _total(source, panel, term, how.less)[chosen]
    if isinstance(how, MeanDifference):
        if how.against == "untreated":
            return est.weighted_mean(y, weight)
        return est.mean_difference(y, treated, weight)
    if isinstance(how, DifferenceInDifferences):
        before = _total(source, panel, term, how.before)[chosen]
        exposure = treated if how.exposure is None else _exposure(how.exposure(panel.attributes)[chosen])
        clusters = _clusters(panel, how.cluster, chosen)
        return est.difference_in_differences(before, y, exposure, weight, clusters)
    if isinstance(how, RegressionDiscontinuity):
        running = panel.attributes["running"] if how.running is None else how.running(panel.attributes)
        return est.regression_discontinuity(y, running[chosen], how.cutoff, how.bandwidth, weight)
    assert isinstance(how, IvWald)
    dose = _total(_source(panel, how, how.dose), panel, how.dose)[chosen]
    if how.less is not None:
        dose = dose - _total(_source(panel, how, how.dose), panel, how.dose, how.less)[chosen]
    instrument = treated if how.instrument is None else how.instrument(panel.attributes)[chosen] != 0
    return est.iv_wald(y, dose, instrument, weight)


def _source(panel: Panel, how: AnyEstimator, term: Term) -> Mapping[str, np.ndarray]:
    """Return the outcomes that an estimator reads: of the run, or of the run less its twin without treatment."""
    if not how.needs_untreated:
        return panel.outcomes
    text = term.of.text
    return {text: panel.outcomes[text].astype(np.float64) - panel.untreated[text]}


def _level(panel: Panel, how: AnyEstimator, term: Term, chosen: np.ndarray) -> Estimate:
    """Return the outcome's level without treatment, of which the effect is a percentage.

    With a paired run, the treated in the run without treatment. Else the treated before; the controls below the cut-off; or
    the control arm.
    """
    weight = panel.weight[chosen]
    treated = panel.arm[chosen] == 1
    source = panel.untreated if how.needs_untreated else panel.outcomes
    if isinstance(how, EventStudy):
        y = source[term.of.text][:, chosen].astype(np.float64)
        entry = _entry(panel)[chosen]
        last = np.clip(entry - 1, 0, len(y) - 1)
        return _mean(y[last, np.arange(y.shape[1])], entry > 0, weight)
    if isinstance(how, DifferenceInDifferences):
        y = _total(source, panel, term, None if how.paired else how.before)[chosen]
        exposed = treated if how.exposure is None else how.exposure(panel.attributes)[chosen] != 0
        return _mean(y, exposed, weight)
    y = _total(source, panel, term)[chosen]
    if isinstance(how, RegressionDiscontinuity):
        running = panel.attributes["running"] if how.running is None else how.running(panel.attributes)
        distance = np.abs(running[chosen] - how.cutoff)
        beside = distance < how.bandwidth
        if not how.paired:
            beside &= running[chosen] < how.cutoff
        return _mean(y, beside, weight)
    if how.needs_untreated:
        return _mean(y, treated, weight)
    return _mean(y, ~treated, weight)


def _mean(y: np.ndarray, chosen: np.ndarray, weight: np.ndarray) -> Estimate:
    part = est.weighted_mean(y[chosen], weight[chosen])
    influence = np.zeros(len(y))
    influence[chosen] = part.influence
    return Estimate(part.value, influence, part.n)


def _exposure(values: np.ndarray) -> np.ndarray:
    """Return a condition as bool, a number as it is."""
    return values != 0 if np.isin(values, (0.0, 1.0)).all() else values


def _entry(panel: Panel) -> np.ndarray:
    """Return the row of entry of each household; negative for those who never enter."""
    rows = np.array([-1, *[panel.before + month for month in panel.entry]])
    return np.asarray(rows[panel.cohort])


def _rows(source: Mapping[str, np.ndarray], panel: Panel, term: Term, months: Span) -> np.ndarray:
    first, last = (panel.before + month for month in months)
    return source[term.of.text][first : last + 1].astype(np.float64)


def _total(
    source: Mapping[str, np.ndarray], panel: Panel, term: Term, months: Span | None = None
) -> np.ndarray:
    """Return a term by household; over other months, brought to the length of its own."""
    values = _rows(source, panel, term, months or term.months)
    if term.total == "mean":
        return np.asarray(values.mean(axis=0))
    own = term.months[1] - term.months[0] + 1
    return np.asarray(values.mean(axis=0) * own)


def _clusters(panel: Panel, by: str, chosen: np.ndarray) -> np.ndarray | None:
    return None if by == "household" else panel.attributes[by][chosen].astype(np.int64)
