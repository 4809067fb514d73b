"""Types of households by liquid and illiquid wealth, and what the fit of patience counts as misfit."""

import numpy as np
import pytest

from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.patience import (
    BOUNDS,
    TYPES,
    Match,
    demand_deposits,
    liquidity_types,
    published_types,
    shares_of_types,
)
from jinxiao.calibration.statistics import Statistics

HOUSEHOLDS = {
    "liquid_wealth": np.array([0.0, 2400.0, 2600.0, 99_000.0, -300.0]),
    "permanent_income": np.full(5, 5000.0, np.float32),
    "tenure": np.array([0, 1, 0, 2, 2], np.int8),
    "home_value": np.array([100, 300, 100, 400, 200], np.uint16),
    "mortgage": np.array([0.0, 0.0, 0.0, 1e5, 3e5]),
    "weight": np.array([1, 1, 1, 2, 3], np.float32),
}


def test_types_are_those_of_kaplan_violante_and_weidner() -> None:
    # without a home and cash; owner short of cash; tenant with half a month; owner with cash; home worth less than its mortgage
    assert liquidity_types(HOUSEHOLDS, 0.5).tolist() == [0, 1, 2, 3, 0]
    shares = shares_of_types(HOUSEHOLDS, 0.5, np.ones(5, bool))
    assert shares == pytest.approx([50.0, 12.5, 12.5, 25.0])
    assert shares_of_types(HOUSEHOLDS, 0.5, np.array([0, 0, 0, 1, 1], bool)) == pytest.approx([60, 0, 0, 40])


def test_published_shares_are_of_all_households() -> None:
    assert len(published_types()) == len(TYPES)
    assert published_types().sum() == pytest.approx(100.0, abs=0.2)


def test_misfit_is_nothing_where_shares_and_wealth_agree_and_tenure_is_left_out() -> None:
    published = np.array([7.0, 37.0, 6.0, 50.0])
    same = Match(0.4, 0.99, published, published, 7e4, 7e4)
    assert same.misfit == 0.0
    other_tenure = Match(0.4, 0.99, published, np.array([10.0, 34.0, 6.0, 50.0]), 7e4, 7e4)
    assert other_tenure.misfit == pytest.approx(0.0)
    fewer = Match(0.4, 0.99, published, np.array([5.0, 35.0, 8.0, 52.0]), 7e4, 7e4)
    assert fewer.misfit == pytest.approx(4.0)
    poorer = Match(0.4, 0.99, published, published, 7e4, 7e4 / np.e)
    assert poorer.misfit == pytest.approx(1.0)


def test_demand_deposits_are_the_part_that_is_not_time_deposits() -> None:
    statistics = Statistics.load()
    deposits = statistics.record("deposits_households", "Shanxi", "all", "2023").count
    assert 0.2 * deposits < 1e6 * demand_deposits(statistics, 1e6) < 0.35 * deposits


def test_patience_lies_within_the_bounds_of_the_fit() -> None:
    values = load_parameters().central()
    for name, (low, high) in zip(("discount_low", "discount_high"), BOUNDS, strict=True):
        assert low <= values[f"households.{name}"] <= high
