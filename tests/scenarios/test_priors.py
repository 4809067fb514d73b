"""Priors: quantiles, bounds and means agree with each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from jinxiao.files.priors import read_prior

PRIORS = [
    {"distribution": "uniform", "low": -1, "high": 3},
    {"distribution": "triangular", "low": 0, "mode": 0.2, "high": 1},
    {"distribution": "triangular", "low": 10, "mode": 15, "high": 15},
    {"distribution": "normal", "centre": 2, "sd": 0.5},
    {"distribution": "normal", "centre": 0, "sd": 1, "low": 0},
    {"distribution": "lognormal", "median": 3, "sigma": 0.4},
    {"distribution": "beta", "a": 2, "b": 5},
    {"distribution": "beta", "a": 2, "b": 2, "low": 10, "high": 20},
]


@pytest.mark.parametrize("record", PRIORS)
def test_the_mean_is_the_average_of_the_quantiles(record):
    prior = read_prior(record)
    u = (np.arange(200_000) + 0.5) / 200_000
    assert prior.ppf(u).mean() == pytest.approx(prior.mean, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize("record", PRIORS)
@given(u=st.floats(0.001, 0.999), v=st.floats(0.001, 0.999))
def test_quantiles_rise_and_stay_within_bounds(record, u, v):
    prior = read_prior(record)
    low, high = prior.bounds
    a, b = prior.ppf(min(u, v)), prior.ppf(max(u, v))
    assert low - 1e-9 <= a <= b + 1e-12 <= high + 1e-9


def test_a_quantile_of_one_number_is_a_number():
    assert isinstance(read_prior(PRIORS[0]).ppf(0.5), float)


@pytest.mark.parametrize(
    "record",
    [
        {"distribution": "uniform", "low": 2, "high": 1},
        {"distribution": "triangular", "low": 0, "mode": 5, "high": 1},
        {"distribution": "normal", "centre": 0, "sd": 0},
        {"distribution": "beta", "a": 0, "b": 1},
        {"distribution": "gamma", "a": 1},
        {"distribution": "uniform", "low": 0, "high": 1, "mean": 0.5},
    ],
)
def test_impossible_priors_are_refused(record):
    with pytest.raises(ValidationError):
        read_prior(record)
