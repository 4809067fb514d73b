"""Emulators against functions whose Sobol indices are known, and their refusal where they know nothing."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_screening import ISHIGAMI, A, B, G, g_indices, ishigami, ishigami_indices, sobol_g

from jinxiao.experiments import extras
from jinxiao.experiments.emulator import GOOD_ENOUGH, KINDS, emulated_sobol, fit_emulator, lhs_design
from jinxiao.experiments.screening import Design, elementary_effects, sample, screen, slice_distances
from jinxiao.files.errors import InputError

Function = Callable[[np.ndarray], np.ndarray]


def emulate(function: Function, names: tuple[str, ...], size: int = 200, **options: Any) -> pd.DataFrame:
    """Return the indices of a function through an emulator, by (index, parameter)."""
    points = sample(lhs_design(size, 1), names)
    found = emulated_sobol(fit_emulator(points, function(points), 1), names, **options)
    return found.set_index(["index", "parameter"])[["value", "low", "high"]]


@pytest.mark.parametrize(
    ("function", "names", "truth"),
    [(ishigami, ISHIGAMI, ishigami_indices()), (sobol_g, G, g_indices())],
    ids=["ishigami", "sobol_g"],
)
def test_intervals_through_the_emulator_hold_the_true_shares(
    function: Function, names: tuple[str, ...], truth: dict[tuple[str, str], float]
):
    found = emulate(function, names)
    assert found.loc[("r2", "(emulator)"), "value"] > 0.9
    for key, share in truth.items():
        value, low, high = found.loc[key]
        assert low <= share <= high, key
        assert abs(value - share) < 0.08, key
        assert high - low < 0.35, key


def test_what_matters_is_found_among_many_that_do_not():
    names = tuple(f"p{i}" for i in range(60))
    found = emulate(lambda x: 3.0 * x[:, 7] + x[:, 31] ** 2, names, size=150)
    total = found["value"]["ST"].sort_values(ascending=False)
    assert total.index[:2].tolist() == ["p7", "p31"]
    assert total.iloc[2] < 0.05
    unseen = found.loc["ST"].loc[total.index[-1]]
    assert unseen["high"] == pytest.approx(1.0 - found.loc[("r2", "(emulator)"), "value"])


def test_an_emulator_that_predicts_nothing_is_refused_in_one_line():
    points = sample(lhs_design(60, 1), ISHIGAMI)
    emulator = fit_emulator(points, np.random.default_rng(1).normal(size=60), 1)
    assert emulator.score < GOOD_ENOUGH
    assert set(emulator.scores) == set(KINDS)
    with pytest.raises(
        InputError, match=r"method: found an emulator with out-of-sample R2 of .*allowed R2 from 0\.8"
    ):
        emulated_sobol(emulator, ISHIGAMI)


def test_a_constant_is_driven_by_nothing():
    found = emulate(lambda x: np.full(len(x), 2.0), ISHIGAMI, size=30)
    assert (found.drop(index=("r2", "(emulator)")) == 0.0).all(axis=None)


def test_without_scikit_learn_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named '{name}'", name=name.split(".")[0])

    monkeypatch.setattr(extras.importlib, "import_module", missing)
    with pytest.raises(InputError, match=r"no package sklearn; allowed after pip install 'jinxiao\[mixes\]'"):
        fit_emulator(np.zeros((30, 2)), np.arange(30.0), 1)


def test_the_share_of_a_pair_is_that_of_its_interaction():
    found = screen(ishigami, ISHIGAMI, ["y"], Design("sobol", 2048, second_order=True))
    pairs = found[found["index"] == "S2"].set_index("parameter")
    v = 0.5 * (1.0 + B * np.pi**4 / 5.0) ** 2 + A**2 / 8.0 + B**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    truth = {"x1 * x2": 0.0, "x1 * x3": B**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0) / v, "x2 * x3": 0.0}
    assert set(pairs.index) == set(truth)
    for pair, share in truth.items():
        assert pairs.loc[pair, "low"] <= share <= pairs.loc[pair, "high"], pair
        assert abs(pairs.loc[pair, "value"] - share) < 0.05, pair


def test_the_share_of_a_group_holds_what_its_members_do_together():
    groups = ("a", "b", "a")  # x1 and x3 of Ishigami interact, with each other only
    found = screen(ishigami, ISHIGAMI, ["y"], Design("sobol", 1024, groups=groups))
    total = found[found["index"] == "ST"].set_index("parameter")["value"]
    truth = ishigami_indices()["ST", "x2"]
    assert total.to_dict() == {"a": pytest.approx(1.0 - truth, abs=0.04), "b": pytest.approx(truth, abs=0.04)}


def test_groups_of_morris_have_no_sign_and_need_fewer_points():
    names, groups = tuple("abcd"), ("x", "x", "y", "y")
    design = Design("morris", 10, groups=groups)
    assert len(sample(design, names)) == 10 * 3
    found = screen(lambda x: x @ np.array([4.0, 1.0, 0.1, 0.0]), names, ["y"], design)
    assert set(found["index"]) == {"mu_star"}
    star = found.set_index("parameter")["value"]
    assert star["x"] > 5.0 * star["y"]


def test_elementary_effects_of_a_plane_are_its_slopes():
    slopes = np.array([4.0, -2.0, 0.5])
    points = sample(Design("morris", 6), ISHIGAMI)
    effects = elementary_effects(points, points @ slopes)
    np.testing.assert_allclose(effects, np.tile(slopes, (6, 1)), atol=1e-12)


def test_intervals_of_morris_hold_their_values_and_grow_with_the_spread():
    found = screen(sobol_g, G, ["y"], Design("morris", 20)).set_index(["index", "parameter"])
    assert (found["low"] <= found["value"]).all()
    assert (found["high"] >= found["value"]).all()
    width = (found["high"] - found["low"])["sigma"]
    assert width["g1"] > width["g4"]


def test_distances_of_slices_are_those_of_salib():
    from SALib.analyze import pawn

    rng = np.random.default_rng(3)
    x = rng.random((400, 1))
    y = np.sin(6.0 * x[:, 0]) + 0.1 * rng.random(400)
    problem = {"num_vars": 1, "names": ["x0"], "bounds": [[0.0, 1.0]]}
    said = pawn.analyze(problem, x, y, S=8, seed=1)
    own = slice_distances(x[:, 0], y, 8)
    assert np.median(own) == pytest.approx(said["median"][0], abs=0.02)
    assert own.max() == pytest.approx(said["maximum"][0], abs=0.02)
