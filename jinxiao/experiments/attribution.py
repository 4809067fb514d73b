"""Who gets the credit: first-in, last-in, Shapley and Owen shares, and interactions, as arithmetic on runs of sets of measures.

A *coalition* is a set of measures that are in force together. The value of a coalition is its run's flow array (or
anything that can be added and subtracted), so that one set of runs attributes every outcome at once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np

Coalition = frozenset[int]
Value = Callable[[Coalition], np.ndarray]
Groups = Mapping[int, int]
"""The section of each measure."""
ESTIMANDS = ("first_in", "last_in", "shapley", "owen")
EXACT_UP_TO = 6
"""Number of measures up to which Shapley shares are computed over all coalitions."""


EXACT_RUNS = 2**EXACT_UP_TO
"""Number of coalitions up to which Owen shares are computed over all of them."""


@dataclass(frozen=True)
class Shapley:
    """Shapley or Owen shares of one draw.

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


def sectioned_orders(groups: Groups, pairs: int, seed: int, draw: int) -> list[tuple[int, ...]]:
    """Return random orders in which sections enter one after another, each with its measures in random order.

    Each is followed by its reverse, in which sections still enter whole.
    """
    members = members_of(groups)
    rng = np.random.default_rng([seed, draw, 0x0E])
    forward = []
    for _ in range(pairs):
        sections = [list(members)[i] for i in rng.permutation(len(members))]
        forward.append(tuple(members[s][i] for s in sections for i in rng.permutation(len(members[s]))))
    return [order for ahead in forward for order in (ahead, ahead[::-1])]


def members_of(groups: Groups) -> dict[int, tuple[int, ...]]:
    """Return the measures of each section, in order."""
    return {s: tuple(sorted(k for k in groups if groups[k] == s)) for s in sorted(set(groups.values()))}


def sectioned_coalitions(groups: Groups) -> set[Coalition]:
    """Return the coalitions that exact Owen shares need: whole sections, with a part of one more."""
    members = members_of(groups)
    found = set()
    for section, own in members.items():
        others = [frozenset(members[s]) for s in members if s != section]
        for size in range(len(others) + 1):
            for chosen in combinations(others, size):
                base: Coalition = frozenset().union(*chosen)
                found |= {base | part for part in subsets(own)}
    return found


def count_sectioned(groups: Groups) -> int:
    """Return an upper bound of how many coalitions exact Owen shares need, without listing them."""
    members = members_of(groups)
    return int(sum(2 ** (len(members) - 1 + len(own)) for own in members.values()))


def prefixes(order: tuple[int, ...]) -> list[Coalition]:
    """Return the coalitions met while measures enter one by one, from none to all."""
    return [frozenset(order[:k]) for k in range(len(order) + 1)]


def coalitions(
    measures: Iterable[int],
    estimands: Iterable[str],
    orders: Iterable[tuple[int, ...]] | None = None,
    *,
    groups: Groups | None = None,
    sectioned: Iterable[tuple[int, ...]] | None = None,
    interacting: Iterable[int] = (),
) -> list[Coalition]:
    """Return the coalitions whose runs the estimands need, without repetition, in a fixed order.

    Parameters
    ----------
    measures : iterable of int
        The chosen set.
    estimands : iterable of str
        Of ``first_in``, ``last_in``, ``shapley``, ``owen``.
    orders : iterable of tuple of int, optional
        Sampled orders for ``shapley``; without them all subsets are taken.
    groups : mapping of int to int, optional
        The section of each measure, for ``owen``.
    sectioned : iterable of tuple of int, optional
        Sampled orders for ``owen``; without them all coalitions that it needs.
    interacting : iterable of int
        Measures of which all pairs are asked for.
    """
    whole = frozenset(measures)
    needed = {frozenset(), whole}
    if "first_in" in estimands:
        needed |= {frozenset({k}) for k in whole}
    if "last_in" in estimands:
        needed |= {whole - {k} for k in whole}
    if "shapley" in estimands:
        needed |= set(subsets(whole)) if orders is None else {c for order in orders for c in prefixes(order)}
    if "owen" in estimands and groups is not None:
        needed |= (
            sectioned_coalitions(groups)
            if sectioned is None
            else {c for order in sectioned for c in prefixes(order)}
        )
    for pair in combinations(sorted(interacting), 2):
        needed |= {c for part in subsets(pair) for c in (part, whole - part)}
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


def owen_exact(value: Value, groups: Groups) -> Shapley:
    """Return Owen shares over all orders in which sections enter whole (Owen 1977, "Values of games with a priori unions").

    The shares of a section add up to the Shapley share of the section as one player.
    """
    members = members_of(groups)
    shares = {}
    for section, own in members.items():
        others = [frozenset(members[s]) for s in members if s != section]
        for k in own:
            share = np.zeros_like(value(frozenset()))
            for before in subsets(range(len(others))):
                base: Coalition = frozenset().union(*(others[i] for i in before))
                outer = _weight(len(before), len(members))
                for part in subsets(set(own) - {k}):
                    added = value(base | part | {k}) - value(base | part)
                    share = share + outer * _weight(len(part), len(own)) * added
            shares[k] = share
    return Shapley(shares, {k: np.zeros_like(v) for k, v in shares.items()})


def owen(value: Value, groups: Groups, orders: list[tuple[int, ...]] | None) -> Shapley:
    """Return Owen shares: over sampled `orders` of :func:`sectioned_orders`, or exactly when there are none."""
    return owen_exact(value, groups) if orders is None else shapley_sampled(value, groups, orders)


def _weight(before: int, players: int) -> float:
    """Return the share of orders of so many players in which certain ones come before a given one, and no others."""
    return factorial(before) * factorial(players - before - 1) / factorial(players)


ALONE, WITHIN, AVERAGE = "alone", "within", "shapley"
"""Among which others a pair is looked at: none, all others, the average over orders of entry."""


def interactions(
    value: Value, measures: Iterable[int], interacting: Iterable[int], *, average: bool = False
) -> dict[tuple[str, int, int], np.ndarray]:
    """Return what each pair adds together beyond what its two measures add apart, by context and pair.

    Above nought they complete each other, below they do the same work twice.

    Parameters
    ----------
    value : callable
        Value of a coalition.
    measures, interacting : iterable of int
        The chosen set, and those of it of which pairs are asked for.
    average : bool
        Add the Shapley interaction index (Grabisch and Roubens 1999), for which every coalition is needed.
    """
    whole = frozenset(measures)
    n = len(whole)
    found = {}

    def joint(base: Coalition, a: int, b: int) -> np.ndarray:
        return value(base | {a, b}) - value(base | {a}) - value(base | {b}) + value(base)

    for a, b in combinations(sorted(interacting), 2):
        others = whole - {a, b}
        found[ALONE, a, b] = joint(frozenset(), a, b)
        found[WITHIN, a, b] = joint(others, a, b)
        if average:
            index = np.zeros_like(value(whole))
            for base in subsets(others):
                index = index + _weight(len(base), n - 1) * joint(base, a, b)
            found[AVERAGE, a, b] = index
    return found
