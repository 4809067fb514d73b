"""What drives the uplift of a province in which that is known: the share spent, and the factor on amounts."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fake_province import ENGINE, FakeParameters, FakePlan

from jinxiao.calibration.parameters import load_parameters
from jinxiao.experiments.sensitivity import (
    COLUMNS,
    SensitivityResult,
    sensitivity,
    uncertain_numbers,
    values_at,
)
from jinxiao.files.errors import InputError
from jinxiao.files.priors import Uniform
from jinxiao.scenarios import load_plan

Screen = Callable[..., SensitivityResult]
PAID = 3e8 * 30
"""Yuan that measure 5 pays over the window at its stated amount."""
MPC, FACTOR = "households.mpc", "measures.5.amount.factor"


@pytest.fixture
def find(plan: FakePlan, store: Path) -> Screen:
    """``sensitivity`` of the small plan in this process."""
    return partial(sensitivity, plan, engine=ENGINE, store=store, jobs=1)


def values(result: SensitivityResult, index: str) -> pd.Series:
    """Return one index by parameter."""
    return result.table[result.table["index"] == index].set_index("parameter")["value"]


def test_the_table_has_the_columns_agreed(find: Screen):
    result = find(measure=5)
    assert list(result.table.columns) == list(COLUMNS)
    assert list(COLUMNS) == ["method", "measure", "outcome", "parameter", "index", "value", "low", "high"]
    assert set(result.table["measure"]) == {5}
    assert set(result.table["method"]) == {"morris"}
    assert result.points == 8 * (2 + 1)


def test_the_share_spent_drives_consumption_more_than_the_amount(find: Screen):
    star = values(find(measure=5), "mu_star")
    # crossing the prior: 0.4 of what is paid; 0.4 of (mpc + 0.1) of it
    assert star.idxmax() == MPC
    assert 0.8 * 0.4 * PAID <= star[MPC] <= 1.2 * 0.4 * PAID
    assert 0.3 * 0.4 * PAID <= star[FACTOR] <= 0.7 * 0.4 * PAID


def test_cost_is_driven_by_the_amount_alone(find: Screen):
    result = find(measure=5, outcome="fiscal_cost")
    assert values(result, "mu_star")[MPC] == 0.0
    assert values(result, "mu")[FACTOR] == pytest.approx(0.4 * PAID)
    assert values(result, "sigma")[FACTOR] == pytest.approx(0.0, abs=1e-3)


def test_yuan_per_yuan_is_driven_by_the_share_spent_alone(find: Screen):
    mu = values(find(measure=5, outcome="additional_per_yuan"), "mu")
    assert mu[MPC] == pytest.approx(0.4)
    assert mu[FACTOR] == pytest.approx(0.0, abs=1e-9)


def test_sobol_gives_the_shares_of_variance_of_a_product(find: Screen):
    result = find(measure=5, method="sobol", size=64)
    # (mpc + 0.1) * factor with uniform priors: relative variances, and their product
    a, b = 0.4**2 / 12.0 / 0.5**2, 0.4**2 / 12.0
    whole = a + b + a * b
    assert values(result, "S1")[MPC] == pytest.approx(a / whole, abs=0.05)
    assert values(result, "S1")[FACTOR] == pytest.approx(b / whole, abs=0.05)
    assert values(result, "ST")[MPC] == pytest.approx((a + a * b) / whole, abs=0.05)


@pytest.mark.parametrize(("method", "index"), [("pawn", "pawn_median"), ("delta", "delta")])
def test_distribution_methods_agree_on_the_order(find: Screen, method: str, index: str):
    assert values(find(measure=5, method=method, size=128), index).idxmax() == MPC


def test_nothing_drives_a_measure_without_effect(find: Screen):
    for measure in (20, 24):
        assert (find(measure=measure).table[["value", "low", "high"]] == 0.0).all(axis=None)


def test_only_numbers_of_the_measures_in_force_are_moved(find: Screen):
    assert set(find(measure=5).table["parameter"]) == {MPC, FACTOR}
    both = find([5, 15]).table
    assert set(both["parameter"]) == {MPC, FACTOR, "measures.15.amount.factor"}
    assert set(both["measure"]) == {0}


def test_one_process_and_two_give_the_same(find: Screen, tmp_path: Path):
    one = find(measure=15, size=8, store=tmp_path / "one")
    two = find(measure=15, size=8, store=tmp_path / "two", jobs=2)
    pd.testing.assert_frame_equal(one.table, two.table, check_exact=True)


def test_a_second_screening_simulates_nothing(find: Screen, simulated: list[int]):
    first = find(measure=15)
    assert simulated
    simulated.clear()
    pd.testing.assert_frame_equal(find(measure=15).table, first.table, check_exact=True)
    assert not simulated
    find(measure=15, outcome="jobs")  # all outcomes of a point are kept
    assert not simulated


def test_points_that_differ_in_a_lever_alone_share_history_and_reference(find: Screen, simulated: list[int]):
    result = find(measure=5)
    pairs = result.points * 3  # history, reference, measure of each point, were nothing shared
    assert len(simulated) < 0.8 * pairs


def test_progress_counts_points(find: Screen):
    reports: list[tuple[int, int]] = []
    find(measure=5, size=2, progress=lambda done, total: reports.append((done, total)))
    assert reports == [(k, 6) for k in range(7)]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"method": "anova"}, "method"),
        ({"outcome": "happiness"}, "outcome"),
        ({"levels": 3}, "levels"),
        ({"size": 1}, "size"),
        ({"method": "sobol", "size": 12}, "size"),
        ({"method": "pawn", "size": 10}, "size"),
        ({"method": "delta", "size": 10}, "size"),
        ({"measure": 99}, "measures"),
        ({"months": 17}, "months"),
    ],
)
def test_designs_that_cannot_be_made_are_refused(
    find: Screen, simulated: list[int], arguments: dict[str, Any], field: str
):
    with pytest.raises(InputError) as error:
        find(**arguments)
    assert error.value.field == field
    assert error.value.allowed
    assert not simulated


def test_named_numbers_move_over_their_priors_and_the_others_keep_their_stated_value():
    prior = Uniform(low=0.8, high=1.2)
    parameters = FakeParameters(((FACTOR, 1.0, prior), ("measures.15.amount.factor", 1.1, prior)))
    names, _ = uncertain_numbers(parameters, frozenset({5}))
    assert names == [MPC, FACTOR]
    moved = values_at(parameters, names, np.array([0.0, 1.0]))
    assert moved == {MPC: 0.2, FACTOR: 1.2, "measures.15.amount.factor": 1.1}


def test_faces_of_the_cube_are_values_that_priors_without_ends_allow() -> None:
    plan = load_plan("shanxi-2025")
    parameters = load_parameters().with_plan((u.name, u.value, u.prior) for u in plan.parameters())
    names, _ = uncertain_numbers(parameters, frozenset(plan.measures))
    for face in (0.0, 1.0):
        values = values_at(parameters, names, np.full(len(names), face))
        assert all(np.isfinite(values[name]).all() for name in names)
        scenario = plan.scenario(*plan.measures)
        assert len(scenario.policy(48, {u.name: values[u.name] for u in plan.parameters()}).months) == 48
