"""Check the buffer-stock policy against known limits, and what is derived from it: wealth, table, cache."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from jinxiao.model.consumption import ConsumptionFunction, ConsumptionProblem, SavingsGrid, mpc, solve
from jinxiao.model.ergodic import (
    WEALTH_SLICES,
    ConsumptionTable,
    consume,
    permanent_shocks,
    stationary_wealth,
    tabulate,
    transitory_shocks,
)

COARSE = SavingsGrid(savers=60, debtors=30)


def household(sigma: float = 0.02, medical_probability: float = 0.08, **changes: Any) -> ConsumptionProblem:
    """A plausible monthly household, with ``changes`` to its parameters."""
    psi, psi_odds = permanent_shocks(sigma)
    xi, xi_odds = transitory_shocks(
        job_loss_probability=0.04,
        replacement_rate=0.3,
        medical_probability=medical_probability,
        medical_mean=1.0,
        medical_sigma=1.0,
        uninsured_share=0.4,
        sigma=0.1,
        nodes=4,
    )
    base = ConsumptionProblem(
        discount_factor=0.99,
        survival=0.999,
        risk_aversion=2.0,
        growth=1.003,
        rate_save=1.001,
        rate_borrow=1.01,
        borrowing_limit=1.0,
        consumption_floor=0.2,
        permanent_values=psi,
        permanent_probabilities=psi_odds,
        transitory_values=xi,
        transitory_probabilities=xi_odds,
    )
    return dataclasses.replace(base, **changes)


def riskless(**changes: Any) -> ConsumptionProblem:
    """A household that receives its permanent income every month and cannot borrow."""
    one = np.ones(1)
    certain = dict.fromkeys(["permanent_values", "permanent_probabilities"], one) | dict.fromkeys(
        ["transitory_values", "transitory_probabilities"], one
    )
    return household(**(certain | {"survival": 1.0, "growth": 1.0, "borrowing_limit": 0.0} | changes))


def cash_of(function: ConsumptionFunction, top: float = 30.0) -> np.ndarray:
    """Cash on hand from the lowest reachable to ``top``."""
    return np.linspace(function.lowest_cash, top, 3001)


# --- shocks


def test_shocks_keep_their_means() -> None:
    psi, odds = permanent_shocks(0.03)
    np.testing.assert_allclose(psi, [0.97, 1.03])
    assert odds @ psi == pytest.approx(1.0, abs=1e-15)
    psi, odds = permanent_shocks(0.03, nodes=7)
    assert odds @ psi == pytest.approx(1.0, abs=1e-12)
    xi, odds = transitory_shocks(0.05, 0.4, 0.1, 2.0, 1.2, 0.5, 0.2, 6, durable_outlay=0.1)
    expected = 0.95 * 1.0 + 0.05 * 0.4 - 0.1 * 0.5 * 2.0 - 0.1
    assert odds.sum() == pytest.approx(1.0, abs=1e-12)
    assert odds @ xi == pytest.approx(expected, abs=1e-12)


def test_shocks_that_cannot_happen_are_left_out() -> None:
    xi, odds = transitory_shocks(0.0, 0.4, 0.0, 2.0, 1.2, 0.5, 0.0, 6)
    np.testing.assert_array_equal(xi, [1.0])
    np.testing.assert_array_equal(odds, [1.0])
    with pytest.raises(ValueError, match="uninsured_share"):
        transitory_shocks(0.0, 0.4, 0.0, 2.0, 1.2, 1.5, 0.0, 6)


# --- problem


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"rate_borrow": 1.0}, "rate_save <= rate_borrow"),
        ({"consumption_floor": 0.0}, "consumption_floor"),
        ({"borrowing_limit": -1.0}, "borrowing_limit"),
        ({"risk_aversion": float("nan")}, "risk_aversion"),
        ({"permanent_values": [0.9, 1.2]}, "average one"),
        ({"transitory_values": [1.0, 2.0]}, "transitory shocks"),
    ],
)
def test_impossible_problems_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        household(**changes)


def test_failing_impatience_is_named() -> None:
    with pytest.raises(ValueError, match="return impatience"):
        solve(riskless(discount_factor=1.0, rate_save=0.99))
    with pytest.raises(ValueError, match="finite value of autarky"):
        solve(riskless(discount_factor=1.001, risk_aversion=2.0))
    patient = riskless(discount_factor=1.0 / 1.001)
    with pytest.raises(ValueError, match="growth impatience"):
        stationary_wealth(patient, solve(patient))


def test_key_depends_on_content_only() -> None:
    assert household().key == household().key
    assert household().key != household(growth=1.0031).key
    assert household().key != household(sigma=0.021).key


# --- known limits


def test_without_risk_and_impatience_consumption_is_interest_on_total_wealth() -> None:
    rate = 1.004
    function = solve(riskless(rate_save=rate, rate_borrow=1.01, discount_factor=1.0 / rate))
    m = np.linspace(1.0, 2000.0, 500)  # far beyond the last node too
    human_wealth = 1.0 / (rate - 1.0)
    np.testing.assert_allclose(function(m), (rate - 1.0) / rate * (m + human_wealth), rtol=1e-9)
    poor = np.linspace(0.2, 1.0, 50)
    np.testing.assert_allclose(function(poor), poor, rtol=1e-12)


def test_very_impatient_household_lives_hand_to_mouth() -> None:
    function = solve(household(discount_factor=0.3, borrowing_limit=0.0))
    m = np.linspace(0.2, 1.2, 101)
    np.testing.assert_allclose(function(m), m, rtol=1e-12)


def test_mpc_is_one_at_the_limit_and_asymptotic_far_above() -> None:
    problem = household()
    function = solve(problem)
    assert mpc(function, function.lowest_cash, 1e-4) == pytest.approx(1.0, abs=1e-9)
    assert mpc(function, 5000.0, 100.0) == pytest.approx(problem.asymptotic_mpc, rel=1e-9)
    with pytest.raises(ValueError, match="windfall"):
        mpc(function, 1.0, 0.0)


def test_euler_equation_holds_at_the_nodes() -> None:
    problem = household()
    function = solve(problem)
    saver = function.first_saver
    m, c = function.m[saver:], function.c[saver:]
    growth, xi, odds = problem.joint_shocks()
    next_cash = problem.rate_save * np.outer(m - c, 1.0 / growth) + xi
    marginal = (growth * function(next_cash)) ** -problem.risk_aversion @ odds
    discount = problem.discount_factor * problem.survival * problem.rate_save
    np.testing.assert_allclose(c**-problem.risk_aversion, discount * marginal, rtol=1e-8)


def test_denser_grid_changes_little() -> None:
    problem = household()
    dense = solve(problem, SavingsGrid(savers=700, debtors=200))
    m = cash_of(dense, 100.0)
    np.testing.assert_allclose(solve(problem)(m), dense(m), rtol=1e-3)


def test_dearer_debt_keeps_a_mass_of_households_at_zero() -> None:
    problem = household(rate_borrow=1.06, discount_factor=0.97)
    function = solve(problem)
    flat = np.linspace(function.m[function.first_saver - 1], function.m[function.first_saver], 11)
    assert flat[-1] > flat[0]
    np.testing.assert_allclose(function(flat), flat, rtol=1e-12)
    even = household(rate_borrow=problem.rate_save, discount_factor=0.97)
    assert stationary_wealth(problem, function).share_at_zero > 0.01
    assert stationary_wealth(even, solve(even)).share_at_zero < 0.001


def test_assistance_keeps_consumption_at_the_floor() -> None:
    problem = household()
    function = solve(problem)
    assert function(-50.0) == pytest.approx(problem.consumption_floor, abs=1e-12)
    assert problem.transitory_values.min() < 0.0


# --- shape and comparative statics: risk and patience stay within finite value of autarky

problems = st.builds(
    household,
    sigma=st.floats(0.0, 0.03),
    medical_probability=st.floats(0.0, 0.2),
    discount_factor=st.floats(0.95, 0.99),
    risk_aversion=st.floats(1.0, 4.0),
    growth=st.floats(1.0, 1.006),
    rate_borrow=st.floats(1.001, 1.03),
    borrowing_limit=st.one_of(st.just(0.0), st.floats(0.05, 4.0)),
    consumption_floor=st.floats(0.15, 0.4),
)


# One interest rate and a floor below the worst income: only then is consumption concave in cash (Carroll
# and Kimball, 1996), and do more risk or a tighter limit lower it everywhere: relief insures against risk.
sheltered_problems = st.builds(
    household,
    sigma=st.floats(0.0, 0.03),
    medical_probability=st.just(0.0),
    discount_factor=st.floats(0.95, 0.99),
    risk_aversion=st.floats(1.0, 4.0),
    growth=st.floats(1.0, 1.006),
    rate_borrow=st.just(1.001),
    borrowing_limit=st.one_of(st.just(0.0), st.floats(0.05, 1.0)),
    consumption_floor=st.just(0.1),
)


@settings(max_examples=40, deadline=None)
@given(problems)
def test_policy_is_positive_and_increasing_within_the_limit(problem: ConsumptionProblem) -> None:
    function = solve(problem, COARSE)
    m = cash_of(function)
    c = function(m)
    assert (c > 0.0).all()
    assert (c <= m + problem.borrowing_limit + 1e-12).all()
    slopes = np.diff(c) / np.diff(m)
    assert (slopes > 0.0).all()
    assert (slopes < 1.0 + 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(sheltered_problems)
def test_policy_is_concave_without_relief_and_dearer_debt(problem: ConsumptionProblem) -> None:
    function = solve(problem, COARSE)
    distinct = np.append(True, np.diff(function.m) > 1e-9)
    slopes = np.diff(function.c[distinct]) / np.diff(function.m[distinct])
    assert (np.diff(slopes) < 1e-7).all()
    assert slopes[-1] > function.asymptotic_mpc


@settings(max_examples=20, deadline=None)
@given(sheltered_problems, st.floats(0.01, 0.1))
def test_more_risk_lowers_consumption(problem: ConsumptionProblem, spread: float) -> None:
    xi, odds = problem.transitory_values, problem.transitory_probabilities
    riskier = dataclasses.replace(
        problem,
        transitory_values=np.append(xi - spread, xi + spread),
        transitory_probabilities=np.append(odds, odds) / 2.0,
    )
    function, cautious = solve(problem, COARSE), solve(riskier, COARSE)
    m = cash_of(function)
    assert (cautious(m) <= function(m) + 1e-8).all()
    assert cautious(2.0) < function(2.0)


@settings(max_examples=20, deadline=None)
@given(sheltered_problems, st.floats(0.1, 0.5))
def test_looser_limit_raises_consumption(problem: ConsumptionProblem, extra: float) -> None:
    looser = dataclasses.replace(problem, borrowing_limit=problem.borrowing_limit + extra)
    function, freer = solve(problem), solve(looser)
    m = cash_of(function)
    # the two grids differ, hence the tolerance
    assert (freer(m) >= function(m) - 5e-4).all()
    assert freer(function.lowest_cash) > function(function.lowest_cash)


# --- stationary wealth


@pytest.mark.parametrize("changes", [{}, {"borrowing_limit": 0.0}, {"discount_factor": 0.997}])
def test_stationary_wealth_agrees_with_simulation(changes: dict[str, float]) -> None:
    problem = household(**changes)
    function = solve(problem)
    wealth = stationary_wealth(problem, function)
    growth, xi, odds = problem.joint_shocks()
    random = np.random.default_rng(7)
    a = wealth.draw((np.arange(20_000) + 0.5) / 20_000)
    assert a.mean() == pytest.approx(wealth.mean, abs=1e-6)
    means = []
    for _ in range(200):
        state = random.choice(growth.size, a.size, p=odds)
        rate = np.where(a < 0.0, problem.rate_borrow, problem.rate_save)
        cash = np.maximum(rate * a / growth[state] + xi[state], problem.lowest_cash)
        a = cash - function(cash)
        means.append(a.mean())
    assert np.mean(means) == pytest.approx(wealth.mean, abs=0.02)
    quarters = [0.25, 0.5, 0.75]
    np.testing.assert_allclose(np.quantile(a, quarters), wealth.draw(quarters), atol=0.05)
    assert wealth.slice_means.shape == (WEALTH_SLICES,)
    assert (np.diff(wealth.slice_means) >= -1e-9).all()
    assert np.mean(a < 1e-9 - problem.borrowing_limit) == pytest.approx(wealth.share_at_limit, abs=0.01)


def test_short_wealth_grid_is_refused() -> None:
    problem = household()
    with pytest.raises(ValueError, match="end of the wealth grid"):
        stationary_wealth(problem, solve(problem), SavingsGrid(savers=40, debtors=20, maximum=0.5))


# --- table


@njit(nogil=True)
def consume_all(m, kind, table):  # type: ignore[no-untyped-def]
    out = np.empty_like(m)
    for i in range(m.size):
        out[i] = consume(m[i], kind, table)
    return out


TYPES: list[dict[str, float]] = [
    {},
    {"borrowing_limit": 0.0},
    {"discount_factor": 0.999, "risk_aversion": 4.0},
    {"discount_factor": 0.95},
    {"borrowing_limit": 3.0, "rate_borrow": 1.02},
    {"rate_borrow": 1.001},
]


def test_table_precision() -> None:
    functions = [solve(household(**changes)) for changes in TYPES]
    table = tabulate(functions)
    assert isinstance(table, ConsumptionTable)
    assert table.nodes.dtype == np.float32
    for kind, function in enumerate(functions):
        m = np.concatenate(
            [np.linspace(function.lowest_cash - 1.0, 5.0, 60_001), np.linspace(5.0, 400.0, 20_001)]
        )
        np.testing.assert_allclose(consume_all(m, kind, table), function(m), rtol=1e-6)
        beyond = np.linspace(600.0, 5000.0, 50)
        np.testing.assert_allclose(consume_all(beyond, kind, table), function(beyond), rtol=1e-6)


@settings(max_examples=15, deadline=None)
@given(problems)
def test_table_never_exceeds_the_limit(problem: ConsumptionProblem) -> None:
    function = solve(problem, COARSE)
    m = cash_of(function)
    c = consume_all(m, 0, tabulate([function]))
    assert (c <= m + problem.borrowing_limit + 1e-12).all()
    np.testing.assert_allclose(c, function(m), rtol=1e-6)
