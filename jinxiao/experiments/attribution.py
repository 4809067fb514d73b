"""Who gets the credit: first-in, last-in and Shapley shares of measures, as arithmetic on runs of sets of measures.

A *coalition* is a set of measures that are in force together. The value of a coalition is its run's flow array (or
anything that can be added and subtracted), so that one set of runs attributes every outcome at once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np

Coalition = frozenset[int]
Value = Callable[[Coalition], np.ndarray]
ESTIMANDS = ("first_in", "last_in", "shapley")
EXACT_UP_TO = 6
"""Number of measures up to which Shapley shares are computed over all coalitions."""


@dataclass(frozen=True)
class Shapley:
    """Shapley shares of one draw.

    Attributes
    ----------
    shares : dict of int to ndarray
        Share of each measure; the shares add up to the value of the whole.
    errors : dict of int to ndarray
        Standard error from sampling orders; zero where all orders were taken.
    """

    shares: dict[int, np.ndarray]
    errors: dict[int, np.ndarray]


def subsets(measures: Iterable[int]) -> list[Coalition]:
    """Return every subset, smallest first."""
    members = sorted(measures)
    return [frozenset(c) for size in range(len(members) + 1) for c in combinations(members, size)]


def antithetic_orders(measures: Iterable[int], pairs: int, seed: int, draw: int) -> list[tuple[int, ...]]:
    """Return random orders in which measures enter, each followed by its reverse.

    A measure that enters early in one order enters late in the other, so that interactions average out faster than over
    independent orders (Mitchell, Cooper, Frank and Holmes 2022, "Sampling permutations for Shapley value estimation").
    """
    members = sorted(measures)
    rng = np.random.default_rng([seed, draw, 0x5A])
    forward = [tuple(members[i] for i in rng.permutation(len(members))) for _ in range(pairs)]
    return [order for ahead in forward for order in (ahead, ahead[::-1])]


def prefixes(order: tuple[int, ...]) -> list[Coalition]:
    """Return the coalitions met while measures enter one by one, from none to all."""
    return [frozenset(order[:k]) for k in range(len(order) + 1)]


def coalitions(
    measures: Iterable[int], estimands: Iterable[str], orders: Iterable[tuple[int, ...]] | None = None
) -> list[Coalition]:
    """Return the coalitions whose runs the estimands need, without repetition, in a fixed order.

    Parameters
    ----------
    measures : iterable of int
        The chosen set.
    estimands : iterable of str
        Of ``first_in``, ``last_in``, ``shapley``.
    orders : iterable of tuple of int, optional
        Sampled orders for ``shapley``; without them all subsets are taken.
    """
    whole = frozenset(measures)
    needed = {frozenset(), whole}
    if "first_in" in estimands:
        needed |= {frozenset({k}) for k in whole}
    if "last_in" in estimands:
        needed |= {whole - {k} for k in whole}
    if "shapley" in estimands:
        needed |= set(subsets(whole)) if orders is None else {c for order in orders for c in prefixes(order)}
    return sorted(needed, key=lambda c: (len(c), sorted(c)))


def first_in(value: Value, measures: Iterable[int]) -> dict[int, np.ndarray]:
    """Return what each measure adds alone."""
    nothing = value(frozenset())
    return {k: value(frozenset({k})) - nothing for k in sorted(measures)}


def last_in(value: Value, measures: Iterable[int]) -> dict[int, np.ndarray]:
    """Return what each measure adds to all the others."""
    whole = frozenset(measures)
    return {k: value(whole) - value(whole - {k}) for k in sorted(whole)}


def shapley_exact(value: Value, measures: Iterable[int]) -> Shapley:
    """Return Shapley shares over all coalitions: the average of what a measure adds over all orders (Shapley 1953)."""
    whole = frozenset(measures)
    n = len(whole)
    shares = {}
    for k in sorted(whole):
        share = np.zeros_like(value(whole))
        for coalition in subsets(whole - {k}):
            weight = factorial(len(coalition)) * factorial(n - len(coalition) - 1) / factorial(n)
            share = share + weight * (value(coalition | {k}) - value(coalition))
        shares[k] = share
    return Shapley(shares, {k: np.zeros_like(v) for k, v in shares.items()})


def shapley_sampled(value: Value, measures: Iterable[int], orders: list[tuple[int, ...]]) -> Shapley:
    """Return Shapley shares averaged over antithetic pairs of orders, with the standard error of that average.

    The shares add up to the whole for any number of orders, since they do so in each.
    """
    pairs = len(orders) // 2
    shares, errors = {}, {}
    for k in sorted(measures):
        added = [value(c | {k}) - value(c) for c in (frozenset(o[: o.index(k)]) for o in orders)]
        by_pair = np.stack([0.5 * (added[2 * i] + added[2 * i + 1]) for i in range(pairs)])
        shares[k] = by_pair.mean(axis=0)
        spread = by_pair.std(axis=0, ddof=1) if pairs > 1 else np.full_like(shares[k], np.nan)
        errors[k] = spread / np.sqrt(pairs)
    return Shapley(shares, errors)


def shapley(value: Value, measures: Iterable[int], orders: list[tuple[int, ...]] | None) -> Shapley:
    """Return Shapley shares: over `orders`, or exactly when there are none."""
    return shapley_exact(value, measures) if orders is None else shapley_sampled(value, measures, orders)
