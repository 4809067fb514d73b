"""Stages of life: known limits, comparative statics, agreement with the one-stage problem, wealth by stage."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jinxiao.model.consumption import ConsumptionFunction, ConsumptionProblem, SavingsGrid, mpc, solve
from jinxiao.model.ergodic import permanent_shocks, stationary_wealth, transitory_shocks
from jinxiao.model.life_stages import LifeStage, solve_lives, solve_stage, wealth_by_stage

ONE = np.ones(1)
CERTAIN: dict[str, Any] = {
    "permanent_values": ONE, "permanent_probabilities": ONE, "transitory_values": ONE, "transitory_probabilities": ONE,
}  # fmt: skip


def problem(**changes: Any) -> ConsumptionProblem:
    """A plausible monthly household at work, with ``changes``."""
    psi, psi_odds = permanent_shocks(0.02)
    shocks = {
        name: changes.pop(name, value)
        for name, value in {
            "job_loss_probability": 0.05, "replacement_rate": 0.1, "medical_probability": 0.06, "medical_mean": 1.2,
            "medical_sigma": 0.9, "uninsured_share": 0.35, "sigma": 0.2, "nodes": 3,
        }.items()
    }  # fmt: skip
    xi, xi_odds = transitory_shocks(**shocks)
    base = ConsumptionProblem(
        discount_factor=0.97 ** (1 / 12), survival=0.9995, risk_aversion=2.0, growth=1.001, rate_save=1.0005,
        rate_borrow=1.008, borrowing_limit=0.5, consumption_floor=0.12, permanent_values=psi,
        permanent_probabilities=psi_odds, transitory_values=xi, transitory_probabilities=xi_odds,
    )  # fmt: skip
    return dataclasses.replace(base, **changes)


def retired(**changes: Any) -> LifeStage:
    """A retired household: no job to lose, mortal."""
    stage = {k: changes.pop(k) for k in ("bequest_months", "bequest_threshold") if k in changes}
    return LifeStage(problem(job_loss_probability=0.0, survival=1 - 1 / 264, **changes), **stage)


def working(following: LifeStage, **changes: Any) -> LifeStage:
    """A household ten years before retirement on 60% of its income."""
    stage = {k: changes.pop(k) for k in ("leaving", "income_ratio", "need_ratio") if k in changes}
    return LifeStage(
        problem(**changes), **{"leaving": 1 / 120, "income_ratio": 0.6, **stage}, following=following
    )


CASH = np.linspace(0.2, 60.0, 2000)


def policy(stage: LifeStage, cash: np.ndarray = CASH) -> np.ndarray:
    """Consumption of a household in ``stage``."""
    return solve_lives([stage])[stage.key](cash)


def test_a_stage_followed_by_itself_is_the_problem_without_stages() -> None:
    grid = SavingsGrid(savers=400, debtors=100)
    last = LifeStage(problem())
    first = LifeStage(problem(), 0.01, last)
    alone = solve(problem(), grid)
    assert solve_lives([first], grid=grid)[first.key](CASH) == pytest.approx(alone(CASH), rel=1e-8)
    assert solve_lives([first], grid=grid)[last.key](CASH) == pytest.approx(alone(CASH), rel=1e-8)


def test_without_risk_consumption_is_the_annuity_of_all_wealth_when_rate_and_patience_agree() -> None:
    """With beta R = 1 and nothing uncertain but when income changes, c is constant where the income ratio is one."""
    rate = 1.002
    certain = problem(**CERTAIN, rate_save=rate, discount_factor=1 / rate, survival=1.0, growth=1.0)
    stage = LifeStage(certain, 1 / 60, LifeStage(certain))
    cash = np.linspace(5.0, 400.0, 100)
    assert policy(stage, cash) == pytest.approx((rate - 1.0) * (cash - 1.0) / rate + 1.0, rel=2e-3)


def test_euler_equation_holds_with_the_next_stage_in_it() -> None:
    last = retired(bequest_months=40.0, bequest_threshold=1.0)
    first = working(last, need_ratio=0.8)
    solved = solve_lives([first])
    own, later = solved[first.key], solved[last.key]
    p, n = first.problem, last.problem
    at = slice(own.first_saver + 3, own.m.size - 1, 7)
    a, c = own.m[at] - own.c[at], own.c[at]

    def marginal(problem: ConsumptionProblem, function: Any, ratio: float) -> np.ndarray:
        growth, xi, odds = problem.joint_shocks()
        cash = p.rate_save * a[:, None] / (ratio * growth) + xi
        return np.asarray((function(cash) * ratio * growth) ** -p.risk_aversion @ odds)

    expected = (1 - first.leaving) * marginal(p, own, 1.0) + first.leaving * 0.8**p.risk_aversion * marginal(
        n, later, 0.6
    )
    assert c**-p.risk_aversion == pytest.approx(
        p.discount_factor * p.survival * p.rate_save * expected, rel=1e-7
    )


def test_who_expects_less_income_later_saves_more_now() -> None:
    last = retired()
    assert (
        policy(working(last, income_ratio=0.4))[200:] < policy(working(last, income_ratio=0.9))[200:]
    ).all()


def test_needs_that_will_fall_are_no_reason_to_save() -> None:
    last = retired()
    falling, steady = working(last, need_ratio=0.7), working(last)
    assert (policy(falling)[200:] > policy(steady)[200:]).all()


def test_later_stages_bring_the_distant_future_nearer() -> None:
    """The nearer retirement on less income, the more is saved."""
    last = retired()
    near, far = working(last, leaving=1 / 60), working(last, leaving=1 / 360)
    assert (policy(near)[200:] < policy(far)[200:]).all()


def test_bequests_make_the_rich_save_and_leave_the_poor_alone() -> None:
    plain, warm = retired(), retired(bequest_months=60.0, bequest_threshold=1.0)
    share = policy(warm) / policy(plain)
    assert share[0] == pytest.approx(1.0, abs=5e-3)
    assert share[-1] < 0.95
    assert (np.diff(share[100:]) < 1e-4).all()
    rich = np.array([2000.0, 4000.0])
    slope = np.diff(policy(warm, rich)) / np.diff(rich)
    assert slope == pytest.approx(solve_lives([warm])[warm.key].asymptotic_mpc, rel=1e-6)


def test_the_mpc_of_the_very_rich_is_approached_on_a_long_grid() -> None:
    first = working(retired(bequest_months=60.0, bequest_threshold=1.0))
    long = solve_lives([first], grid=SavingsGrid(savers=500, debtors=50, maximum=1e6))[first.key]
    slope = (long(9e5) - long(8e5)) / 1e5
    assert float(slope) == pytest.approx(long.asymptotic_mpc, rel=1e-3)


@pytest.mark.parametrize("safer", [{"uninsured_share": 0.15}, {"replacement_rate": 0.6}])
def test_better_cover_of_the_same_mean_income_lowers_precautionary_saving(safer: dict[str, float]) -> None:
    exposed, covered = problem(borrowing_limit=0.0), problem(borrowing_limit=0.0, **safer)
    means = [float(p.transitory_values @ p.transitory_probabilities) for p in (exposed, covered)]
    paid_for = dataclasses.replace(covered, transitory_values=covered.transitory_values - means[1] + means[0])
    last = retired(borrowing_limit=0.0)
    spent = [
        policy(LifeStage(p, 1 / 120, last, income_ratio=0.6), np.linspace(1.5, 20.0, 200))
        for p in (exposed, paid_for)
    ]
    assert (spent[1] > spent[0]).all()


def test_permanent_income_is_consumed_and_a_windfall_is_spread_by_the_patient() -> None:
    """A permanent change scales the problem: consumption per yuan is c(m)/p + the windfall part, near one at the target."""
    patient = solve_lives([first := working(retired(), income_ratio=0.95)])[first.key]
    target = 3.0
    # p up by one percent, cash by the month's part of it: c = p c(m / p)
    up = 1.01
    permanent = (up * patient((target + 0.01) / up) - patient(target)) / 0.01
    windfall = mpc(patient, target, 0.01)
    assert 0.8 < float(permanent) < 1.15
    assert float(windfall) < 0.2 * float(permanent)


def test_impatient_household_without_wealth_lives_hand_to_mouth_in_every_stage() -> None:
    last = LifeStage(problem(discount_factor=0.3, borrowing_limit=0.0, survival=1 - 1 / 264))
    first = working(last, discount_factor=0.3, borrowing_limit=0.0, income_ratio=0.9)
    cash = np.linspace(0.12, 0.75, 50)
    for stage in (first, last):
        assert policy(stage, cash) == pytest.approx(cash, rel=1e-9)


def test_wealth_by_stage_is_the_stationary_wealth_where_stages_are_alike() -> None:
    p = problem(discount_factor=0.9 ** (1 / 12), survival=0.99)
    last = LifeStage(p)
    first = LifeStage(p, 0.02, last)
    solved = solve_lives([first])
    both = wealth_by_stage([first, last], [solved[first.key], solved[last.key]])
    alone = stationary_wealth(p, solve(p))
    staying = 0.99 * 0.98
    masses = np.array([1 / (1 - staying), 0.99 * 0.02 / (1 - staying) / 0.01])
    mean = float(masses @ [w.mean for w in both] / masses.sum())
    assert mean == pytest.approx(alone.mean, rel=0.02)
    assert both[0].mean < both[1].mean


def assert_same(one: dict[str, ConsumptionFunction], other: dict[str, ConsumptionFunction]) -> None:
    assert list(one) == list(other)
    for key, function in one.items():
        np.testing.assert_array_equal(other[key].m, function.m)
        np.testing.assert_array_equal(other[key].c, function.c)
        assert other[key].first_saver == function.first_saver


def test_policies_on_disk_are_those_solved_and_survive_damage(tmp_path: Path) -> None:
    life = [working(last := retired()), last]
    solved = solve_lives(life, tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    assert_same(solved, solve_lives(life, tmp_path))
    for damage in (b"", b"not a policy", whole[:300], whole[: len(whole) // 2]):
        file.write_bytes(damage)
        assert_same(solved, solve_lives(life, tmp_path))
        assert file.read_bytes() != damage


def test_policies_do_not_depend_on_what_was_solved_before(tmp_path: Path) -> None:
    last = retired()
    life = [working(last, income_ratio=0.7), working(last), last]
    fresh = solve_lives(life)
    for others in ([last], [working(last), last], [life[1], life[0], last]):
        solve_lives(others, tmp_path)
    assert_same(fresh, solve_lives(life, tmp_path))


def test_start_from_a_neighbour_changes_nothing() -> None:
    last = retired()
    later = solve_lives([last])[last.key]
    near, here = working(last, income_ratio=0.7), working(last)
    start = solve_stage(near, later)
    assert solve_stage(here, later, start=start)(CASH) == pytest.approx(
        solve_stage(here, later)(CASH), rel=1e-7
    )


def test_stages_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="following"):
        LifeStage(problem(), 0.1)
    with pytest.raises(ValueError, match="income_ratio"):
        LifeStage(problem(), 0.1, LifeStage(problem()), income_ratio=0.0)
    with pytest.raises(ValueError, match="bequest_threshold"):
        LifeStage(problem(), bequest_months=10.0)


def test_certainty_equivalence_in_the_limit_of_small_risk() -> None:
    """Far from the limit, with beta R = 1, only mean income counts as risk vanishes (quadratic utility: always, Hall, 1978).

    The machinery has constant relative risk aversion, which is prudent. Its precautionary saving is of the order of the
    variance: consumption far from the limit departs from the certain household's by an amount that quarters as the shocks halve.
    """
    rate = 1.002
    base = problem(
        **CERTAIN, rate_save=rate, rate_borrow=rate, discount_factor=1 / rate, survival=1.0, growth=1.0
    )
    life = LifeStage(base, 1 / 60, LifeStage(base))
    cash = np.array([150.0])

    def with_shocks(size: float) -> float:
        risky = dataclasses.replace(
            base,
            transitory_values=np.array([1 - size, 1 + size]),
            transitory_probabilities=np.array([0.5, 0.5]),
        )
        grid = SavingsGrid(savers=600, debtors=50)
        stage = LifeStage(risky, 1 / 60, LifeStage(risky))
        return float(solve_lives([stage], grid=grid)[stage.key](cash)[0])

    certain = float(solve_lives([life], grid=SavingsGrid(savers=600, debtors=50))[life.key](cash)[0])
    small, large = certain - with_shocks(0.2), certain - with_shocks(0.4)
    assert 0.0 < small < large < 1e-2
    assert large / small == pytest.approx(4.0, rel=0.25)
