"""Variance by source on games of known variance, designs of draws, and units finer than a draw."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_province import ENGINE, FakePlan
from hypothesis import given
from hypothesis import strategies as st

from jinxiao.experiments.designs import draws_of
from jinxiao.experiments.estimates import WHOLE
from jinxiao.experiments.runs import Arm, Draw, model_seed, split
from jinxiao.experiments.uncertainty import (
    COLUMNS,
    by_seed,
    more_draws,
    standard_errors,
    variance_parts,
)
from jinxiao.experiments.uplift import UpliftResult
from jinxiao.files.errors import InputError

Run = Callable[..., UpliftResult]

# ------------------------------------------------------------------ the law of total variance


@pytest.mark.parametrize(("parameters", "seed"), [(4.0, 1.0), (1.0, 4.0), (1.0, 0.0), (0.0, 1.0)])
def test_the_parts_are_those_from_which_the_values_were_made(parameters: float, seed: float):
    rng = np.random.default_rng(7)
    means = rng.normal(0.0, np.sqrt(parameters), (4000, 1))
    found = variance_parts(means + rng.normal(0.0, np.sqrt(seed), (4000, 3)))
    np.testing.assert_allclose(found, (parameters, seed), rtol=0.1, atol=0.05)


def test_one_draw_or_one_seed_cannot_tell_them_apart():
    assert np.isnan(variance_parts(np.ones((1, 4)))).all()
    assert np.isnan(variance_parts(np.ones((4, 1)))).all()


def test_standard_errors_are_the_spread_of_repeated_means_and_medians():
    rng = np.random.default_rng(5)
    samples = rng.normal(3.0, 1.0, (400, 40, 1)) + rng.normal(0.0, 0.7, (400, 40, 2))
    errors = np.array([standard_errors(one) for one in samples]).mean(axis=0)
    flat = samples.reshape(400, -1)
    np.testing.assert_allclose(errors[0], flat.mean(axis=1).std(), rtol=0.1)
    np.testing.assert_allclose(errors[1], np.median(flat, axis=1).std(), rtol=0.2)
    assert np.isnan(standard_errors(np.ones((1, 3)))).all()
    assert standard_errors(np.ones((3, 2))) == (0.0, 0.0)


def test_the_draws_that_a_precision_takes_grow_with_its_square():
    assert (
        more_draws(8, error=1.0, mean=10.0, precision=0.05) == 24.0
    )  # an error half as large: four times the draws
    assert more_draws(8, error=0.4, mean=10.0, precision=0.05) == 0.0
    assert np.isnan(more_draws(8, error=1.0, mean=0.0, precision=0.05))


@given(st.integers(2, 30), st.floats(0.01, 5.0), st.floats(0.01, 0.5))
def test_with_those_draws_the_precision_is_reached_and_with_one_less_it_is_not(
    n: int, error: float, wish: float
):
    total = n + more_draws(n, error, 1.0, wish)
    assert error * np.sqrt(n / total) <= wish * (1 + 1e-6)
    if total > n:
        assert error * np.sqrt(n / (total - 1)) > wish * (1 - 1e-6)


def test_draws_that_lack_a_replicate_are_cut_to_the_same_number():
    found = by_seed(np.arange(5.0), [0, 0, 1, 1, 1])
    np.testing.assert_array_equal(found, [[0.0, 1.0], [2.0, 3.0]])


# ------------------------------------------------------------------ in an uplift


def test_the_variance_of_an_effect_that_chance_does_not_touch_is_all_from_parameters(run: Run):
    found = run([5], draws=6, seeds_per_draw=2, precision=0.01)
    assert tuple(found.variance.columns) == COLUMNS
    rows = found.variance[(found.variance["measure"] == 5) & (found.variance["part"] == "all")]
    row = rows.set_index("outcome").loc["total_consumption"]
    assert row["share_parameters"] == pytest.approx(1.0, abs=1e-6)
    assert row["draws"] == 6 and row["seeds_per_draw"] == 2
    means = found.draws.query(
        "measure == 5 and outcome == 'total_consumption' and group == 'all' and period == 'total'"
    )
    by_draw = means.groupby("draw")["value"].mean()
    assert row["standard_error_mean"] == pytest.approx(by_draw.std() / np.sqrt(6))
    assert row["more_draws"] == np.ceil(6 * (row["standard_error_mean"] / (0.01 * row["mean"])) ** 2) - 6
    assert set(means["replicate"]) == {0, 1} and len(means) == 12
    assert any("100% from parameters, 0% from random numbers" in note for note in found.notes)
    assert any("more draws for 1.0%" in note for note in found.notes)


def test_the_first_seed_of_a_draw_is_the_draw_without_replicates(run: Run, simulated: list[int]):
    alone = run([5], draws=2)
    simulated.clear()
    both = run([5], draws=2, seeds_per_draw=2)
    assert len(simulated) == 2 * 3  # history, none and 5 of the second seed of each
    first = both.draws[both.draws["replicate"] == 0].drop(columns="replicate").reset_index(drop=True)
    pd.testing.assert_frame_equal(first, alone.draws, check_exact=True)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"seeds_per_draw": 0}, "seeds_per_draw: found 0"),
        ({"precision": 1.5}, "precision: found 1.5"),
        ({"sampling": "halton"}, "sampling: found 'halton'; allowed independent, sobol, antithetic"),
        ({"interactions": [5, 7]}, "interactions: found 7; allowed 5, 15"),
        ({"interactions": [5]}, "interactions: found 5; allowed two measures or more"),
    ],
)
def test_what_is_not_allowed_is_refused(run: Run, wrong: dict[str, object], told: str):
    with pytest.raises(InputError) as error:
        run([5, 15], **wrong)
    assert told in str(error.value)


# ------------------------------------------------------------------ designs


@pytest.mark.parametrize("sampling", ["independent", "sobol", "antithetic"])
def test_more_draws_begin_with_the_fewer_ones(plan: FakePlan, sampling: str):
    parameters = ENGINE.load_parameters(plan)
    few, many = (draws_of(parameters, 3, n, sampling=sampling) for n in (3, 8))
    assert few == many[:3]
    assert len({one.seed for one in many}) == 8
    assert few != draws_of(parameters, 4, 3, sampling=sampling)


def test_sobol_draws_fill_every_eighth_of_every_prior_once(plan: FakePlan):
    parameters = ENGINE.load_parameters(plan)
    draws = draws_of(parameters, 1, 8, sampling="sobol")
    for name, prior in parameters.uncertain:
        values = np.array([{**one.parameters, **one.levers}[name] for one in draws])
        assert sorted(np.floor(8 * (values - prior.low) / (prior.high - prior.low)).astype(int)) == list(
            range(8)
        )


def test_antithetic_draws_mirror_each_other(plan: FakePlan):
    parameters = ENGINE.load_parameters(plan)
    draws = draws_of(parameters, 1, 6, sampling="antithetic")
    for one, other in zip(draws[::2], draws[1::2], strict=True):
        assert one.parameters["households.mpc"] + other.parameters["households.mpc"] == pytest.approx(0.8)


def test_replicates_share_parameters_and_differ_in_seed(plan: FakePlan):
    draws = draws_of(ENGINE.load_parameters(plan), 1, 2, seeds_per_draw=3)
    assert [(one.number, one.replicate) for one in draws] == [(d, r) for d in range(2) for r in range(3)]
    assert draws[0].parameters == draws[2].parameters != draws[3].parameters
    assert len({one.seed for one in draws}) == 6
    assert draws[3].seed == model_seed(1, 1)


def test_sobol_means_are_nearer_the_truth_than_independent_ones(plan: FakePlan):
    parameters = ENGINE.load_parameters(plan)

    def error(sampling: str) -> float:
        means = [
            np.mean(
                [one.parameters["households.mpc"] for one in draws_of(parameters, seed, 8, sampling=sampling)]
            )
            for seed in range(20)
        ]
        return float(np.sqrt(np.mean((np.array(means) - 0.4) ** 2)))

    assert error("sobol") < 0.3 * error("independent")
    assert error("antithetic") < 1e-9


# ------------------------------------------------------------------ units


@given(st.integers(1, 9), st.integers(1, 40), st.integers(1, 16))
def test_every_run_is_in_one_task_and_whole_draws_stay_whole_while_they_keep_all_busy(
    n: int, size: int, workers: int
):
    arms = [Arm(frozenset({k}), "all", "direct" if k % 3 == 0 else "full") for k in range(size)]
    draws = [Draw(i, {}, {}, i) for i in range(n)]
    tasks = split(draws, lambda draw: arms, workers)
    counted = Counter((task.draw.number, arm) for task in tasks for arm in task.arms)
    assert set(counted.values()) == {1} and len(counted) == n * size
    assert all(task.arms for task in tasks)
    whole = n - n % workers
    assert [len(task.arms) for task in tasks[:whole]] == [size] * whole


def test_a_single_draw_of_many_runs_is_split_over_all_workers():
    arms = [Arm(frozenset({k})) for k in range(31)]
    tasks = split([Draw(0, {}, {}, 0)], lambda draw: arms, 8)
    assert len(tasks) == 8 and max(len(task.arms) for task in tasks) == 4


def test_a_draw_split_over_processes_is_the_draw_in_one(run: Run, tmp_path: Path):
    words = {
        "draws": 1,
        "closure": ("full", "direct"),
        "estimand": ("first_in", "last_in", "shapley", "owen"),
    }
    one = run([5, 15, 21], **words)
    other = run([5, 15, 21], jobs=2, store=tmp_path / "other", **words)
    pd.testing.assert_frame_equal(one.table, other.table, check_exact=True)


# ------------------------------------------------------------------ sections, pairs, answers on the way


def test_owen_shares_and_interactions_come_with_an_uplift(run: Run):
    found = run([5, 15, 21], draws=2, estimand=("owen", "shapley"), interactions=[5, 15])
    assert found.owen_draws is not None and found.interactions is not None
    keys = ["draw", "outcome", "closure"]
    shares = found.owen_draws
    whole = shares[shares["measure"] == WHOLE].set_index(keys)["value"]
    total = shares[shares["measure"] != WHOLE].groupby(keys)["value"].sum()
    np.testing.assert_allclose(total, whole[total.index], rtol=1e-9)
    assert set(shares["section"]) == {0}
    pair = found.interactions[found.interactions["outcome"] == "total_consumption"]
    assert list(pair["context"]) == ["alone", "within", "shapley"]
    np.testing.assert_allclose(pair["median"], 0.0, atol=1e-3)  # transfers of the small plan add up


def test_the_answer_so_far_has_the_draws_that_are_done(run: Run):
    seen: list[tuple[int, int]] = []
    found = run(
        [5], draws=3, interim=lambda n, answer: seen.append((n, int(answer().table["draws"].iloc[0])))
    )
    assert seen == [(1, 1), (2, 2), (3, 3)]
    assert set(found.table["draws"]) == {3}
