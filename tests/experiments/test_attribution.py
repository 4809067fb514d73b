"""Shapley's axioms, and that sampled shares are what their name says."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinxiao.experiments.attribution import (
    ALONE,
    AVERAGE,
    ESTIMANDS,
    WITHIN,
    Coalition,
    antithetic_orders,
    coalitions,
    count_sectioned,
    first_in,
    interactions,
    last_in,
    owen,
    owen_exact,
    prefixes,
    sectioned_coalitions,
    sectioned_orders,
    shapley,
    shapley_exact,
    shapley_sampled,
    subsets,
)

MEASURES = (1, 5, 15, 21)
SECTIONS = {1: 1, 5: 2, 15: 4, 21: 4}


class Game:
    """A value for every set of measures, drawn at random: any interaction is possible."""

    def __init__(self, measures: tuple[int, ...], seed: int, outcomes: int = 2) -> None:
        rng = np.random.default_rng(seed)
        self.measures = measures
        self.values = {c: rng.normal(size=outcomes) for c in subsets(measures)}

    def __call__(self, coalition: Coalition) -> np.ndarray:
        return self.values[coalition]

    @property
    def gain(self) -> np.ndarray:
        return self(frozenset(self.measures)) - self(frozenset())


def interacting(coalition: Coalition) -> np.ndarray:
    """Measures 5 and 15 are alike and compete, 21 has no effect, 1 is independent of all."""
    return np.array([10.0 + 3.0 * (1 in coalition) + np.sqrt(4.0 * len(coalition & {5, 15}))])


games = st.builds(
    Game, st.sampled_from([(1,), (1, 5), (1, 5, 15), (1, 5, 15, 21, 29)]), st.integers(0, 2**32 - 1)
)


@given(games)
def test_shares_add_up_to_what_all_measures_add_together(game: Game):
    shares = shapley_exact(game, game.measures).shares
    np.testing.assert_allclose(sum(shares.values()), game.gain, atol=1e-12)


def test_measures_that_do_the_same_get_the_same_share():
    shares = shapley_exact(interacting, MEASURES).shares
    np.testing.assert_allclose(shares[5], shares[15])
    np.testing.assert_allclose(shares[5], np.sqrt(8.0) / 2.0)


def test_a_measure_that_changes_nothing_gets_nothing():
    assert shapley_exact(interacting, MEASURES).shares[21] == 0.0


def test_a_measure_that_meets_no_other_gets_what_it_adds_alone():
    share = shapley_exact(interacting, MEASURES).shares[1]
    np.testing.assert_allclose(share, first_in(interacting, MEASURES)[1])
    np.testing.assert_allclose(share, last_in(interacting, MEASURES)[1])


@given(st.integers(0, 2**32 - 2))
def test_shares_of_a_sum_of_games_are_sums_of_shares(seed: int):
    one, other = Game(MEASURES, seed), Game(MEASURES, seed + 1)
    both = shapley_exact(lambda c: one(c) + other(c), MEASURES).shares
    for k in MEASURES:
        separately = shapley_exact(one, MEASURES).shares[k] + shapley_exact(other, MEASURES).shares[k]
        np.testing.assert_allclose(both[k], separately, atol=1e-12)


@given(games)
def test_exact_shares_are_averages_over_all_orders_of_entry(game: Game):
    orders = list(permutations(game.measures))
    for k, share in shapley_exact(game, game.measures).shares.items():
        before = [frozenset(order[: order.index(k)]) for order in orders]
        np.testing.assert_allclose(
            share, np.mean([game(c | {k}) - game(c) for c in before], axis=0), atol=1e-12
        )


@given(games, st.integers(1, 6), st.integers(0, 1000), st.integers(0, 1000))
def test_sampled_shares_add_up_for_any_number_of_orders(game: Game, pairs: int, seed: int, draw: int):
    orders = antithetic_orders(game.measures, pairs, seed, draw)
    shares = shapley_sampled(game, game.measures, orders).shares
    np.testing.assert_allclose(sum(shares.values()), game.gain, atol=1e-12)


def test_sampled_shares_approach_the_exact_ones_within_their_standard_error():
    game = Game(MEASURES, seed=3)
    exact = shapley_exact(game, MEASURES).shares
    sampled = shapley_sampled(game, MEASURES, antithetic_orders(MEASURES, 500, seed=1, draw=0))
    for k in MEASURES:
        assert (np.abs(sampled.shares[k] - exact[k]) < 4.0 * sampled.errors[k]).all()
        assert (sampled.errors[k] < 0.1).all()


def test_one_pair_of_orders_gives_no_standard_error():
    errors = shapley_sampled(interacting, MEASURES, antithetic_orders(MEASURES, 1, 1, 0)).errors
    assert all(np.isnan(error).all() for error in errors.values())


def test_two_measures_in_one_antithetic_pair_are_exact():
    game = Game((5, 15), seed=4)
    sampled = shapley(game, (5, 15), antithetic_orders((5, 15), 1, 1, 0)).shares
    for k, share in shapley(game, (5, 15), None).shares.items():
        np.testing.assert_allclose(sampled[k], share)


def test_every_order_is_followed_by_its_reverse_and_depends_on_seed_and_draw():
    orders = antithetic_orders(MEASURES, 5, seed=1, draw=2)
    assert len(orders) == 10
    assert all(sorted(order) == sorted(MEASURES) for order in orders)
    assert all(ahead[::-1] == back for ahead, back in zip(orders[::2], orders[1::2], strict=True))
    assert orders == antithetic_orders(reversed(MEASURES), 5, seed=1, draw=2)
    assert orders != antithetic_orders(MEASURES, 5, seed=1, draw=3)
    assert orders != antithetic_orders(MEASURES, 5, seed=2, draw=2)


def test_first_and_last_in_bracket_the_share_of_competing_measures():
    shares = shapley_exact(interacting, MEASURES).shares
    assert last_in(interacting, MEASURES)[5] < shares[5] < first_in(interacting, MEASURES)[5]


@pytest.mark.parametrize("estimand", ESTIMANDS)
@pytest.mark.parametrize("sampled", [False, True])
def test_the_listed_coalitions_are_exactly_those_that_an_estimand_asks_for(estimand: str, sampled: bool):
    orders = antithetic_orders(MEASURES, 2, 1, 0) if sampled else None
    sectioned = sectioned_orders(SECTIONS, 2, 1, 0) if sampled else None
    asked = {frozenset(), frozenset(MEASURES)}

    def value(coalition: Coalition) -> np.ndarray:
        asked.add(coalition)
        return np.zeros(1)

    {
        "first_in": lambda: first_in(value, MEASURES),
        "last_in": lambda: last_in(value, MEASURES),
        "shapley": lambda: shapley(value, MEASURES, orders),
        "owen": lambda: owen(value, SECTIONS, sectioned),
    }[estimand]()
    listed = coalitions(MEASURES, (estimand,), orders, groups=SECTIONS, sectioned=sectioned)
    assert len(listed) == len(set(listed))
    assert set(listed) == asked


def test_an_order_is_walked_from_none_to_all():
    assert prefixes((15, 5)) == [frozenset(), frozenset({15}), frozenset({5, 15})]


# ------------------------------------------------------------------ Owen shares


def majority(coalition: Coalition) -> np.ndarray:
    """Three members, any two of which win."""
    return np.array([float(len(coalition) >= 2)])


def test_in_a_majority_game_the_two_that_vote_as_one_share_all_power():
    shares = owen_exact(majority, {1: 1, 2: 1, 3: 2}).shares
    assert [float(shares[k][0]) for k in (1, 2, 3)] == [0.5, 0.5, 0.0]  # Owen 1977
    apart = shapley_exact(majority, (1, 2, 3)).shares
    np.testing.assert_allclose([apart[k][0] for k in (1, 2, 3)], 1.0 / 3.0)


@given(games, st.integers(0, 2**32 - 1))
def test_owen_shares_add_up_and_those_of_a_section_to_its_share_as_one_player(game: Game, seed: int):
    rng = np.random.default_rng(seed)
    groups = {k: int(rng.integers(1, 4)) for k in game.measures}
    shares = owen_exact(game, groups).shares
    np.testing.assert_allclose(sum(shares.values()), game.gain, atol=1e-12)
    sections = sorted(set(groups.values()))

    def of_sections(coalition: Coalition) -> np.ndarray:
        return game(frozenset(k for k in game.measures if groups[k] in coalition))

    for section, share in shapley_exact(of_sections, sections).shares.items():
        own = sum(shares[k] for k in game.measures if groups[k] == section)
        np.testing.assert_allclose(own, share, atol=1e-12)


@pytest.mark.parametrize("groups", [dict.fromkeys(MEASURES, 1), {k: k for k in MEASURES}])
def test_one_section_for_all_or_one_for_each_is_shapley(groups: dict[int, int]):
    game = Game(MEASURES, seed=6)
    exact = shapley_exact(game, MEASURES).shares
    for k, share in owen_exact(game, groups).shares.items():
        np.testing.assert_allclose(share, exact[k], atol=1e-12)


def test_sampled_owen_shares_approach_the_exact_ones_within_their_standard_error():
    game = Game(MEASURES, seed=8)
    exact = owen_exact(game, SECTIONS).shares
    sampled = owen(game, SECTIONS, sectioned_orders(SECTIONS, 500, seed=1, draw=0))
    np.testing.assert_allclose(sum(sampled.shares.values()), game.gain, atol=1e-12)
    for k in MEASURES:
        assert (np.abs(sampled.shares[k] - exact[k]) < 4.0 * sampled.errors[k] + 1e-12).all()


def test_sections_enter_whole_in_every_order_and_its_reverse():
    groups = {k: k % 3 for k in range(1, 10)}
    for order in sectioned_orders(groups, 4, seed=3, draw=1):
        met = [groups[k] for k in order]
        changes = sum(a != b for a, b in pairwise(met))
        assert sorted(order) == sorted(groups) and changes == 2


def test_the_plan_of_thirty_measures_is_too_large_for_all_coalitions_and_is_known_to_be_without_listing_them():
    assert len(sectioned_coalitions(SECTIONS)) <= count_sectioned(SECTIONS) <= 64
    assert count_sectioned({k: k % 8 for k in range(1, 31)}) > 1000


# ------------------------------------------------------------------ interactions


def test_competing_measures_interact_below_nought_and_independent_ones_not_at_all():
    found = interactions(interacting, MEASURES, (1, 5, 15), average=True)
    for context in (ALONE, WITHIN, AVERAGE):
        np.testing.assert_allclose(found[context, 5, 15], np.sqrt(8.0) - 4.0)
        np.testing.assert_allclose(found[context, 1, 5], 0.0, atol=1e-12)


def test_in_a_unanimity_game_of_three_a_pair_interacts_only_with_the_third_and_by_half_on_average():
    found = interactions(lambda c: np.array([float(c >= {1, 2, 3})]), (1, 2, 3), (1, 2), average=True)
    values = {context: float(value[0]) for (context, *_), value in found.items()}
    assert values == {ALONE: 0.0, WITHIN: 1.0, AVERAGE: 0.5}  # Grabisch and Roubens 1999


def test_interactions_ask_for_the_listed_coalitions_only():
    asked = {frozenset(), frozenset(MEASURES)}

    def value(coalition: Coalition) -> np.ndarray:
        asked.add(coalition)
        return np.zeros(1)

    interactions(value, MEASURES, (5, 15, 21))
    assert asked == set(coalitions(MEASURES, (), interacting=(5, 15, 21)))
