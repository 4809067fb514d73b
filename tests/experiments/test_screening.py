"""Sensitivity methods against functions whose indices are known in closed form."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from jinxiao.experiments.screening import METHODS, Design, sample, screen

Function = Callable[[np.ndarray], np.ndarray]
ISHIGAMI = ("x1", "x2", "x3")
A, B = 7.0, 0.1
G = ("g1", "g2", "g3", "g4")
G_WEIGHTS = np.array([0.0, 1.0, 4.5, 99.0])
SIZES = {"morris": 20, "sobol": 64, "pawn": 200, "delta": 200}


def ishigami(points: np.ndarray) -> np.ndarray:
    """Ishigami and Homma (1990) on the unit cube."""
    x = np.pi * (2.0 * points - 1.0)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_indices() -> dict[tuple[str, str], float]:
    """Return first-order and total shares of variance."""
    v1 = 0.5 * (1.0 + B * np.pi**4 / 5.0) ** 2
    v2 = A**2 / 8.0
    v13 = B**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    v = v1 + v2 + v13
    first = {"x1": v1, "x2": v2, "x3": 0.0}
    total = {"x1": v1 + v13, "x2": v2, "x3": v13}
    return {("S1", k): x / v for k, x in first.items()} | {("ST", k): x / v for k, x in total.items()}


def sobol_g(points: np.ndarray) -> np.ndarray:
    """Sobol's G (Saltelli and Sobol 1995): parameters that matter less and less."""
    return np.prod((np.abs(4.0 * points - 2.0) + G_WEIGHTS) / (1.0 + G_WEIGHTS), axis=1)


def g_indices() -> dict[tuple[str, str], float]:
    """Return first-order and total shares of variance."""
    part = 1.0 / (3.0 * (1.0 + G_WEIGHTS) ** 2)
    v = np.prod(1.0 + part) - 1.0
    first = part / v
    total = part * np.prod(1.0 + part) / (1.0 + part) / v
    return {("S1", k): first[i] for i, k in enumerate(G)} | {("ST", k): total[i] for i, k in enumerate(G)}


def table_of(function: Function, names: tuple[str, ...], design: Design) -> pd.DataFrame:
    """Return value and interval by (index, parameter)."""
    return screen(function, names, ["y"], design).set_index(["index", "parameter"])[["value", "low", "high"]]


@pytest.mark.parametrize(
    ("function", "names", "truth"),
    [(ishigami, ISHIGAMI, ishigami_indices()), (sobol_g, G, g_indices())],
    ids=["ishigami", "sobol_g"],
)
def test_sobol_intervals_hold_the_true_shares_of_variance(
    function: Function, names: tuple[str, ...], truth: dict[tuple[str, str], float]
):
    found = table_of(function, names, Design("sobol", 2048))
    assert set(found.index) == set(truth)
    for key, share in truth.items():
        value, low, high = found.loc[key]
        assert low <= share <= high, key
        assert abs(value - share) < 0.02, key
        assert high - low < 0.2, key


def test_morris_of_a_plane_is_its_slopes():
    slopes = np.array([4.0, -2.0, 0.0])
    found = table_of(lambda x: 1.0 + x @ slopes, ("up", "down", "flat"), Design("morris", 10))
    for k, name in enumerate(("up", "down", "flat")):
        np.testing.assert_allclose(found.loc[("mu_star", name)], abs(slopes[k]), atol=1e-12)
        np.testing.assert_allclose(found.loc[("mu", name)], slopes[k], atol=1e-12)
        np.testing.assert_allclose(found.loc[("sigma", name)], 0.0, atol=1e-12)


def test_morris_ranks_the_g_function_as_its_weights_do():
    found = table_of(sobol_g, G, Design("morris", 50))["value"]["mu_star"]
    assert found.sort_values(ascending=False).index.tolist() == list(G)
    assert found["g1"] > 10.0 * found["g4"]


def test_morris_shows_an_effect_that_changes_its_sign_as_spread():
    found = table_of(
        lambda x: 3.0 * x[:, 0] + (x[:, 1] > 0.5) * (1.0 - 2.0 * (x[:, 2] > 0.5)),
        ISHIGAMI,
        Design("morris", 100),
    )
    value = found["value"]
    assert value["sigma", "x1"] < 1e-12 < value["sigma", "x2"]
    assert abs(value["mu", "x2"]) < 0.5 * value["mu_star", "x2"]


def test_pawn_of_one_parameter_is_the_distance_of_each_slice_from_the_whole():
    # y = x1: slice k of 8 differs from the whole by max(k, 7 - k) / 8: 7, 6, 5, 4, 4, 5, 6, 7 eighths
    found = table_of(lambda x: x[:, 0], ("x1", "idle"), Design("pawn", 2000))
    value, low, high = found.loc["pawn_median", "x1"]
    assert value == pytest.approx(5.5 / 8.0, abs=0.02)
    assert low <= value <= high <= low + 0.05
    assert found["value"]["pawn_max", "x1"] == pytest.approx(7.0 / 8.0, abs=0.02)
    assert found["value"]["pawn_median", "idle"] < 0.1


def test_delta_of_a_sum_of_two_uniforms():
    # y = x1 + x2, y | x1 uniform on [x1, x1 + 1], y triangular on [0, 2]: half the mean distance of the two densities
    y = np.linspace(0.0, 2.0, 4001)
    density = np.minimum(y, 2.0 - y)
    shifts = [np.abs(density - ((y >= x) & (y <= x + 1.0))).mean() * 2.0 for x in np.linspace(0.0, 1.0, 201)]
    truth = 0.5 * np.mean(shifts)
    found = table_of(lambda x: x[:, 0] + x[:, 1], ("x1", "x2", "idle"), Design("delta", 2000))["value"]
    for name in ("x1", "x2"):
        assert found["delta", name] == pytest.approx(truth, abs=0.06)
        assert found["S1", name] == pytest.approx(0.5, abs=0.05)
    assert found["delta", "idle"] < 0.1
    assert abs(found["S1", "idle"]) < 0.05


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_output_is_driven_by_nothing(method: str):
    found = screen(lambda x: np.full(len(x), 5.0), ISHIGAMI, ["y"], Design(method, SIZES[method]))
    assert set(found["parameter"]) == set(ISHIGAMI)
    assert (found[["value", "low", "high"]] == 0.0).all(axis=None)


@pytest.mark.parametrize("method", METHODS)
def test_each_method_finds_the_one_parameter_that_matters(method: str):
    found = screen(lambda x: np.exp(x[:, 1]), ISHIGAMI, ["y"], Design(method, SIZES[method]))
    first = found[found["index"] == found["index"].iloc[0]].set_index("parameter")["value"]
    assert first.idxmax() == "x2"
    assert first["x2"] > 2.0 * first.drop("x2").max()


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_table_and_another_seed_other_points(method: str):
    design, other = Design(method, SIZES[method], seed=3), Design(method, SIZES[method], seed=4)
    one, again = (screen(ishigami, ISHIGAMI, ["y"], design) for _ in range(2))
    pd.testing.assert_frame_equal(one, again)
    assert not np.array_equal(sample(design, ISHIGAMI), sample(other, ISHIGAMI))


@pytest.mark.parametrize("method", METHODS)
def test_points_lie_in_the_unit_cube(method: str):
    points = sample(Design(method, SIZES[method]), ISHIGAMI)
    assert points.shape[1] == 3
    assert ((points >= 0.0) & (points <= 1.0)).all()


def test_outputs_are_analysed_one_by_one_on_the_same_points():
    calls = []

    def both(points: np.ndarray) -> np.ndarray:
        calls.append(len(points))
        return np.stack([points[:, 0], -2.0 * points[:, 2]], axis=1)

    found = screen(both, ISHIGAMI, ["level", "cost"], Design("morris", 4)).set_index(
        ["output", "index", "parameter"]
    )
    assert len(calls) == 1
    assert found["value"]["level", "mu", "x1"] == pytest.approx(1.0)
    assert found["value"]["cost", "mu", "x3"] == pytest.approx(-2.0)
    assert found["value"]["cost", "mu", "x1"] == 0.0


def test_names_may_be_words_that_salib_refuses():
    found = screen(lambda x: x[:, 0], ("measures.5.amount.factor", "lambda"), ["y"], Design("morris", 4))
    assert set(found["parameter"]) == {"measures.5.amount.factor", "lambda"}
