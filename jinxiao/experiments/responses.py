"""What each measure adds at each strength, within a mix: curves that propose mixes, which real runs then judge.

Value of a mix ~ value of the base + sum over measures of (curve at its strength - curve at its strength in the base): exact in
the base, right at the margin around it, and blind to how two measures that both leave it act on each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from jinxiao.experiments.mixes import Mix

COST = "cost"


@dataclass(frozen=True)
class Responses:
    """Curves by measure, of cost and of every goal.

    Attributes
    ----------
    measures : tuple of int
        Those that can be moved.
    nodes : ndarray, shape (nodes,)
        Strengths at which runs were made, from 0 up.
    delays : tuple of int
        Delays at which runs were made, months; the first is 0.
    base : float
        Strength of every measure in the base.
    levels : mapping of str to float
        Of the base: cost in yuan, goals in their unit.
    curves : mapping of str to ndarray, shape (measures, nodes)
        Change from the measure at strength 0, the others as in the base.
    late : mapping of str to ndarray, shape (measures, delays)
        Change when the measure begins later, per unit of its strength.
    """

    measures: tuple[int, ...]
    nodes: np.ndarray
    delays: tuple[int, ...]
    base: float
    levels: Mapping[str, float]
    curves: Mapping[str, np.ndarray]
    late: Mapping[str, np.ndarray]

    def predict(self, name: str, strengths: np.ndarray, delays: np.ndarray) -> np.ndarray:
        """Return what mixes cost, or are worth for a goal.

        Parameters
        ----------
        name : str
            ``cost`` or a goal.
        strengths : ndarray, shape (mixes, measures)
            Strengths.
        delays : ndarray of int, shape (mixes, measures)
            Positions in :attr:`delays`.
        """
        value = np.full(len(strengths), float(self.levels[name]))
        for k, (curve, late) in enumerate(zip(self.curves[name], self.late[name], strict=True)):
            at_base = np.interp(self.base, self.nodes, curve)
            value += np.interp(strengths[:, k], self.nodes, curve) - at_base
            value += strengths[:, k] * late[delays[:, k]]
        return value

    def predict_mix(self, name: str, mix: Mix) -> float:
        """Return the same for one mix."""
        strengths = np.array([[mix.strengths.get(k, 0.0) for k in self.measures]])
        delays = np.array([[self.delays.index(mix.delays.get(k, 0)) for k in self.measures]])
        return float(self.predict(name, strengths, delays)[0])

    def by_yuan(self, goal: str, budget: float) -> np.ndarray:
        """Return the strengths that add most for a budget if curves were concave: the best yuan first.

        Parameters
        ----------
        goal : str
            What is added.
        budget : float
            Yuan for all measures.
        """
        nothing = np.zeros((1, len(self.measures)))
        left = budget - float(self.predict(COST, nothing, nothing.astype(int))[0])
        pieces = []
        for k in range(len(self.measures)):
            for (x0, c0, g0), (x1, c1, g1) in _hull(self.nodes, self.curves[COST][k], self.curves[goal][k]):
                pieces.append(((g1 - g0) / (c1 - c0), k, x0, x1, c1 - c0))
        strengths = np.zeros(len(self.measures))
        for _, k, x0, x1, cost in sorted(pieces, key=lambda piece: (-piece[0], piece[1], piece[2])):
            part = min(1.0, left / cost)
            if part <= 0.0:
                break
            strengths[k] = x0 + part * (x1 - x0)
            left -= part * cost
        return strengths

    def evenly(self, budget: float) -> np.ndarray:
        """Return the strengths at which every measure costs the same, or all it can, and together they cost the budget."""
        own = np.maximum.accumulate(self.curves[COST], axis=1)
        nothing = np.zeros((1, len(self.measures)))
        left = budget - float(self.predict(COST, nothing, nothing.astype(int))[0])
        low, high = 0.0, float(own[:, -1].max())
        for _ in range(60):
            share = 0.5 * (low + high)
            low, high = (share, high) if np.minimum(own[:, -1], share).sum() < left else (low, share)
        share = 0.5 * (low + high)
        return np.array([_inverse(min(share, curve[-1]), curve, self.nodes) for curve in own])


def _inverse(cost: float, curve: np.ndarray, nodes: np.ndarray) -> float:
    """Return the strength at which a rising curve reaches a cost."""
    keep = np.concatenate([[True], np.diff(curve) > 0.0])
    return float(np.interp(cost, curve[keep], nodes[keep]))


Point = tuple[float, float, float]


def _hull(nodes: np.ndarray, cost: np.ndarray, gain: np.ndarray) -> list[tuple[Point, Point]]:
    """Return the rising pieces of the upper hull of (cost, gain) from the origin, each as (strength, cost, gain) at its ends."""
    hull: list[Point] = [(0.0, 0.0, 0.0)]
    for point in zip(nodes[1:].tolist(), cost[1:].tolist(), gain[1:].tolist(), strict=True):
        if point[1] <= hull[-1][1]:
            continue
        while len(hull) > 1 and _slope(hull[-2], hull[-1]) <= _slope(hull[-1], point):
            hull.pop()
        hull.append(point)
    return [(a, b) for a, b in pairwise(hull) if b[2] > a[2]]


def _slope(a: Point, b: Point) -> float:
    return (b[2] - a[2]) / (b[1] - a[1])


def response_mixes(
    base: Mix, measures: Sequence[int], late: Sequence[int], nodes: np.ndarray, delays: Sequence[int]
) -> list[Mix]:
    """Return the mixes whose runs give the curves: the base first, then each measure moved alone.

    Parameters
    ----------
    base : Mix
        The mix around which measures are moved.
    measures, late : sequence of int
        Those that are moved, and those that can also begin later.
    nodes : ndarray
        Strengths.
    delays : sequence of int
        Months; the first is 0.
    """
    found = [base]
    for k in measures:
        found += [Mix(f"{k}@{x:g}", {**base.strengths, k: float(x)}, base.delays) for x in nodes]
        found += [Mix(f"{k}+{d}", base.strengths, {**base.delays, k: d}) for d in delays[1:] if k in late]
    return found


def fit_responses(
    mixes: Sequence[Mix],
    values: Mapping[str, np.ndarray],
    measures: Sequence[int],
    late: Sequence[int],
    nodes: np.ndarray,
    delays: Sequence[int],
    strength: float,
) -> Responses:
    """Return the curves.

    Parameters
    ----------
    mixes : sequence of Mix
        From :func:`response_mixes`.
    values : mapping of str to ndarray, shape (mixes,)
        Cost and goals, means over draws.
    measures, late, nodes, delays
        As given there.
    strength : float
        Of the measures in the base.
    """
    place = {mix.name: i for i, mix in enumerate(mixes)}
    curves, lateness = {}, {}
    for name, value in values.items():
        rows = np.array([[value[place[f"{k}@{x:g}"]] for x in nodes] for k in measures])
        curves[name] = rows - rows[:, :1]
        lateness[name] = np.array(
            [
                [
                    (value[place[f"{k}+{d}"]] - value[0]) / strength if f"{k}+{d}" in place else 0.0
                    for d in delays
                ]
                for k in measures
            ]
        )
    levels = {name: float(value[0]) for name, value in values.items()}
    return Responses(tuple(measures), nodes, tuple(delays), strength, levels, curves, lateness)
