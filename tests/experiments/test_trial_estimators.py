"""Estimators of trials on simulated data whose true effect is known: they recover it, and find nothing where nothing is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinxiao.experiments.trials import estimators as est
from jinxiao.experiments.trials.estimators import Estimate, NotEstimable

N = 4000


def chance(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def lottery(seed: int, effect: float) -> Estimate:
    random = chance(seed)
    treated = random.random(N) < 0.4
    return est.mean_difference(
        random.lognormal(size=N) + effect * treated, treated, random.uniform(0.5, 1.5, N)
    )


def two_periods(seed: int, effect: float) -> Estimate:
    random = chance(seed)
    own, treated = random.normal(size=N) * 5.0, random.random(N) < 0.4
    own += 2.0 * treated  # the arms differ beforehand
    before = own + random.normal(size=N)
    after = own + 3.0 + effect * treated + random.normal(size=N) * (1.0 + treated)
    return est.difference_in_differences(before, after, treated, np.ones(N))


def cut_off(seed: int, effect: float) -> Estimate:
    random = chance(seed)
    running = random.uniform(-1.0, 1.0, N)
    y = 2.0 * running + np.where(running >= 0.0, effect - 1.5 * running, 0.0) + random.normal(size=N)
    return est.regression_discontinuity(y, running, 0.0, 0.5, np.ones(N))


def roll_out(seed: int, effect: float) -> Estimate:
    random = chance(seed)
    months, units = 12, 500
    entry = random.choice([-1, 4, 7], units)
    own = random.normal(size=units) * 3.0
    season = np.sin(np.arange(months))[:, None]
    inside = (entry >= 0) & (np.arange(months)[:, None] >= entry)
    noise = (
        np.cumsum(random.normal(size=(months, units)), axis=0) * 0.3
    )  # shocks last: errors of a unit are dependent
    return est.event_study(own + season + effect * inside + noise, entry, 3, 4, np.ones(units))


def instrumented(seed: int, effect: float) -> Estimate:
    random = chance(seed)
    assigned, taste = random.random(N) < 0.5, random.normal(size=N)
    dose = 1.0 * assigned + (taste > 0.5)  # those who want it get it anyway: a plain comparison is biased
    return est.iv_wald(effect * dose + 2.0 * taste + random.normal(size=N), dose, assigned, np.ones(N))


DESIGNS = {f.__name__: f for f in (lottery, two_periods, cut_off, roll_out, instrumented)}


@pytest.mark.parametrize("design", DESIGNS)
def test_the_true_effect_is_recovered(design: str) -> None:
    found = [DESIGNS[design](seed, 0.7) for seed in range(40)]
    values = np.array([e.value for e in found])
    assert abs(values.mean() - 0.7) < 4.0 * values.std() / np.sqrt(len(values))


@pytest.mark.parametrize("design", DESIGNS)
def test_intervals_cover_zero_at_the_nominal_rate_where_nothing_was_done(design: str) -> None:
    inside = [
        low <= 0.0 <= high for low, high in (DESIGNS[design](seed, 0.0).interval for seed in range(300))
    ]
    assert 0.84 < np.mean(inside) < 0.96  # 0.9, with the error of 300 tries


@pytest.mark.parametrize("design", DESIGNS)
def test_standard_errors_are_the_spread_of_the_estimates(design: str) -> None:
    found = [DESIGNS[design](seed, 0.3) for seed in range(150)]
    spread = np.std([e.value for e in found])
    assert np.mean([e.se for e in found]) == pytest.approx(spread, rel=0.2)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), shift=st.floats(-50.0, 50.0), scale=st.floats(0.1, 20.0))
def test_units_of_the_outcome_do_not_matter(seed: int, shift: float, scale: float) -> None:
    random = chance(seed)
    y, treated = random.normal(size=60), np.arange(60) % 3 == 0
    plain = est.mean_difference(y, treated, np.ones(60))
    moved = est.mean_difference(scale * y + shift, treated, np.ones(60))
    assert moved.value == pytest.approx(scale * plain.value, abs=1e-8 * (1.0 + abs(shift)))
    assert moved.se == pytest.approx(scale * plain.se, rel=1e-6)


def test_an_event_study_finds_no_effect_before_entry_and_the_path_after() -> None:
    random = chance(3)
    units, months = 2000, 12
    entry = np.where(np.arange(units) < 1000, 5, -1)
    since = np.arange(months)[:, None] - entry
    path = np.where((entry >= 0) & (since >= 0), 1.0 + 0.5 * since, 0.0)
    found = est.event_study(random.normal(size=(months, units)) + path, entry, 4, 3, np.ones(units), range(3))
    assert [found.path[k] for k in (-3, -2)] == pytest.approx([0.0, 0.0], abs=0.2)
    assert [found.path[k] for k in range(3)] == pytest.approx([1.0, 1.5, 2.0], abs=0.2)
    assert found.value == pytest.approx(1.5, abs=0.15)


def orders(seed: int, moved: float) -> np.ndarray:
    """Orders of exponential size; a share of those just below 60 is stretched to just above it."""
    random = chance(seed)
    size = random.exponential(50.0, 200_000)
    below = (size > 45.0) & (size < 60.0) & (random.random(len(size)) < moved)
    return np.where(below, 60.0 + random.exponential(1.0, len(size)), size)


def bunch(size: np.ndarray) -> Estimate:
    return est.bunching(size, 60.0, 2.5, (20.0, 120.0), (15.0, 5.0), 5, np.ones(len(size)))


def test_bunching_counts_what_was_moved_to_the_notch() -> None:
    plain, size = orders(1, 0.0), orders(1, 0.5)
    density = np.mean((plain >= 60.0) & (plain < 65.0)) / 2.0  # per bin
    truth = np.mean(size != plain) / density
    assert bunch(size).value == pytest.approx(truth, rel=0.1)
    assert bunch(plain).value == pytest.approx(0.0, abs=3.0 * bunch(plain).se)


def test_the_error_of_bunching_is_its_spread_over_samples() -> None:
    random = chance(6)
    found = [bunch(orders(1, 0.5)[random.random(200_000) < 0.1]) for _ in range(60)]
    assert np.mean([e.se for e in found]) == pytest.approx(np.std([e.value for e in found]), rel=0.35)


def test_a_ratio_is_the_wald_estimator() -> None:
    random = chance(4)
    assigned, dose = random.random(N) < 0.5, random.random(N)
    y = 2.0 * dose + assigned
    dose = dose + assigned
    top, bottom = (est.mean_difference(v, assigned, np.ones(N)) for v in (y, dose))
    assert est.ratio(top, bottom).value == est.iv_wald(y, dose, assigned, np.ones(N)).value
    with pytest.raises(NotEstimable, match="divide"):
        est.ratio(top, Estimate(0.0, np.zeros(N), N))


def test_clusters_widen_the_interval_where_households_share_shocks() -> None:
    random = chance(5)
    zone = np.repeat(np.arange(20), 100)
    treated = zone % 2 == 0
    shock = random.normal(size=20)[zone]
    before, after = random.normal(size=2000), random.normal(size=2000) + shock
    own = est.difference_in_differences(before, after, treated, np.ones(2000))
    shared = est.difference_in_differences(before, after, treated, np.ones(2000), zone)
    assert shared.value == own.value and shared.se > 3.0 * own.se


def test_what_cannot_be_estimated_is_said() -> None:
    y = np.zeros(10)
    for treated in (np.zeros(10, dtype=bool), np.ones(10, dtype=bool)):
        with pytest.raises(NotEstimable, match="arm"):
            est.mean_difference(y, treated, np.ones(10))
    with pytest.raises(NotEstimable, match="cut-off"):
        est.regression_discontinuity(y, np.arange(10.0), 20.0, 5.0, np.ones(10))
    with pytest.raises(NotEstimable, match="enters"):
        est.event_study(np.zeros((4, 3)), np.full(3, -1), 2, 1, np.ones(3))


def test_the_mixture_holds_draws_and_sampling_error() -> None:
    low, middle, high = est.mixture_interval(np.array([1.0]), np.array([0.2]))
    assert (low, middle, high) == pytest.approx((1.0 - 0.2 * est.Z90, 1.0, 1.0 + 0.2 * est.Z90), abs=0.01)
    wide = est.mixture_interval(np.array([0.0, 1.0]), np.array([0.01, 0.01]))
    assert wide[0] < 0.01 and wide[2] > 0.99
