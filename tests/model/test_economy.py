"""Paired runs: the same draws give the same bytes, nothing gives nothing, and who is not reached does not change."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from small_policies import (
    HISTORY,
    MONTHS,
    branch,
    consumption,
    coupon,
    differences,
    durable_rule,
    everything,
    neutral_policy,
    policy_of,
    same_diaries,
    transfer,
)

from jinxiao.model import month
from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import Policy
from jinxiao.model.economy import Economy
from jinxiao.model.names import N_MARKETS, N_ZONES, Durable
from jinxiao.model.outcomes import OUTCOMES

ZONE = 6
"""Urban Changzhi: where policies of one place apply."""
HERE = 1 << ZONE
SHORT = 6


def in_zone(value: float) -> np.ndarray:
    values = np.zeros(N_ZONES)
    values[ZONE] = value
    return values


def in_city(value: float) -> np.ndarray:
    values = np.zeros(N_ZONES // 2)
    values[ZONE // 2] = value
    return values


def heavy_policy(start: int = HISTORY, months: int = MONTHS) -> Policy:
    """Households, firms and visitors all touched, a pool that runs out."""
    return policy_of(
        start=start, stop=months, months=months, pool_budget={1: 3e8}, rules=(7, 8, 9),
        transfers=transfer(amount=400.0),
        durable_rules=durable_rule(rule=8, durable=Durable.CAR, rate=0.1, pool=1),
        coupons=coupon(rule=9, threshold=50.0, discount=20.0, quantity=2e6, for_visitors=0.2),
        wage_floor=np.full(N_ZONES, 2300.0), attraction=np.full(N_ZONES // 2, 0.2), training=np.full(N_ZONES, 0.02),
        training_wage_gain=0.1, leave_take_up=0.1, market_friction=np.full(N_MARKETS, 0.2),
    )  # fmt: skip


# --- the same in, the same out


def test_same_seed_same_bytes(hamlet: Economy, baseline: Baseline) -> None:
    first, second = (Economy(hamlet.world, heavy_policy(2, SHORT), baseline, seed=11) for _ in range(2))
    first.run_for(SHORT)
    for _ in range(SHORT):
        second.step()
    assert differences(first, second) == []


def test_another_seed_gives_another_history(hamlet: Economy, baseline: Baseline) -> None:
    other = Economy(hamlet.world, neutral_policy(), baseline, seed=12)
    other.run_for(hamlet.month)
    assert consumption(other)[-1] != consumption(hamlet)[-1]
    # but the same province: a per cent or two apart
    assert consumption(other).sum() == pytest.approx(consumption(hamlet).sum(), rel=0.05)


def test_threads_do_not_show(hamlet: Economy, baseline: Baseline) -> None:
    runs = []
    for threads in (1, 2, 3):
        economy = Economy(hamlet.world, heavy_policy(2, SHORT), baseline, seed=11, threads=threads)
        economy.run_for(SHORT)
        runs.append(economy)
    assert differences(runs[0], runs[1]) == []
    assert differences(runs[0], runs[2]) == []


def test_detail_does_not_show_in_outcomes(hamlet: Economy, baseline: Baseline) -> None:
    plain, detailed = (
        Economy(hamlet.world, heavy_policy(2, SHORT), baseline, seed=11, detail=detail)
        for detail in (False, True)
    )
    plain.run_for(SHORT)
    detailed.run_for(SHORT)
    assert all(name.startswith("aggregate") for name in differences(plain, detailed))


def test_looking_no_further_than_needed_does_not_show(
    hamlet: Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Households whose draw lies above the best hazard of the month are passed over; pricing all gives the same."""
    rules = [
        durable_rule(durable=Durable.CAR, rate=0.2, months_left=2, pool=1),
        durable_rule(rule=8, durable=Durable.AC, rate=0.1, flat=300.0, cap=800.0),
        durable_rule(rule=10, durable=Durable.PHONE, rate=0.9),
    ]
    policy = policy_of(
        start=3, months=8, stop=8, durable_rules=np.concatenate(rules), pool_budget={1: 1e9},
        loan_rate_cut=0.03, loan_eligible_share=1.0, loan_rule=9, rules=(7, 8, 9, 10),
    )  # fmt: skip
    quick = branch(hamlet, policy)
    shape = month.hazard_bounds(hamlet.household_parameters, rules[0], 0.0).shape
    monkeypatch.setattr(month, "hazard_bounds", lambda *_: np.ones(shape))
    assert differences(branch(hamlet, policy), quick) == []


# --- forks


def test_a_fork_leaves_its_parent_as_it_was(hamlet: Economy) -> None:
    before = everything(hamlet)
    children = [branch(hamlet, heavy_policy(hamlet.month, 9)) for _ in range(2)]
    branch(hamlet, heavy_policy(hamlet.month, 9), market_path=branch(hamlet, neutral_policy(9)).market_path)
    assert everything(hamlet) == before
    assert differences(*children) == []


def test_a_fork_goes_on_as_its_parent_would(history: Economy, baseline: Baseline) -> None:
    straight = Economy(history.world, heavy_policy(), baseline, seed=history.model_seed)
    straight.run_for(MONTHS)
    assert differences(straight, branch(history, heavy_policy())) == []


def test_nobody_acts_on_a_policy_before_it_starts(history: Economy, baseline: Baseline) -> None:
    economy = Economy(history.world, heavy_policy(), baseline, seed=history.model_seed)
    economy.run_for(HISTORY)
    assert differences(economy, history) == []
    economy.run_for(1)
    assert differences(economy, branch(history, neutral_policy(), 1)) != []


def test_a_fork_of_a_fork(hamlet: Economy) -> None:
    twice = hamlet.fork(neutral_policy(9))
    twice.run_for(2)
    assert differences(branch(twice, heavy_policy(5, 9)), branch(hamlet, heavy_policy(5, 9))) == []


def test_a_fork_in_direct_closure_needs_a_path_to_the_end(history: Economy, reference: Economy) -> None:
    with pytest.raises(
        ValueError, match="market_path: found 12 months; allowed at least the 30 of the policy"
    ):
        history.fork(neutral_policy(), market_path=reference.market_path[:12])


def test_a_household_belongs_to_the_households_of_its_run(history: Economy) -> None:
    assert history.households[3] in history.households
    assert history.households[3] not in history.firms
    assert history.households[3] not in history.fork(neutral_policy()).households


# --- an empty measure has no uplift


def nothing_at_all() -> Policy:
    return policy_of(rules=())


def nothing_paid() -> Policy:
    return policy_of(
        rules=(7, 8, 9),
        transfers=transfer(amount=0.0),
        durable_rules=durable_rule(rule=8, durable=Durable.FRIDGE, rate=0.0),
        coupons=coupon(rule=9, quantity=0.0, threshold=100.0, discount=30.0),
    )


def nobody_eligible() -> Policy:
    return policy_of(
        rules=(7, 8, 9),
        transfers=transfer(amount=1000.0, take_up=0.0),
        durable_rules=durable_rule(rule=8, durable=Durable.FRIDGE, rate=0.3, zones=0),
        coupons=coupon(rule=9, quantity=1e9, threshold=100.0, discount=30.0, zones=0),
    )


@pytest.mark.parametrize("closure", ["full", "direct"])
@pytest.mark.parametrize("empty", [nothing_at_all, nothing_paid, nobody_eligible])
def test_an_empty_measure_has_uplift_nought(
    history: Economy, reference: Economy, empty: Callable[[], Policy], closure: str
) -> None:
    path = reference.market_path if closure == "direct" else None
    with_it, without = branch(history, empty(), market_path=path), reference.outcomes()
    uplift = with_it.outcomes().values - without.values
    assert not np.nan_to_num(uplift).any()
    assert (with_it.outcomes().cube == without.cube).all()
    assert not with_it.outcomes().cost_by_rule.any()
    if closure == "full":
        assert differences(with_it, reference) == []


# --- under direct closure a household that no lever reaches has an identical diary

LOCAL: dict[str, dict[str, Any]] = {
    "transfer": {"transfers": transfer(zones=HERE, amount=500.0)},
    "durable": {"durable_rules": durable_rule(zones=HERE, durable=Durable.PHONE, rate=0.15)},
    "coupon": {"coupons": coupon(zones=HERE, threshold=60.0, discount=25.0, quantity=1e9)},
    "wage floor": {"wage_floor": in_zone(3000.0)},
    "training": {"training": in_zone(0.3), "training_wage_gain": 0.2, "training_finding_gain": 0.5},
    "school break": {"school_break_days": in_city(5.0)},
}


@pytest.mark.parametrize("lever", LOCAL)
def test_direct_closure_leaves_other_places_alone_month_by_month(
    history: Economy, reference: Economy, lever: str
) -> None:
    zone = history.state.households.zone
    elsewhere = zone // 2 != ZONE // 2 if lever == "school break" else zone != ZONE
    policy = policy_of(**LOCAL[lever])
    with_it = history.fork(policy, market_path=reference.market_path)
    without = history.fork(neutral_policy(), market_path=reference.market_path)
    for passed in range(12):
        with_it.run_for(1)
        without.run_for(1)
        assert same_diaries(with_it, without, elsewhere)
        # in July and August school is off anyway
        assert (lever == "school break" and passed < 2) or not same_diaries(with_it, without, ~elsewhere)


def test_a_pupil_with_a_younger_sibling_has_the_school_break(history: Economy, reference: Economy) -> None:
    policy = policy_of(school_break_days=np.full(N_ZONES // 2, 5.0))
    # to September: in July and August school is off anyway
    with_it, without = (branch(history, p, 3, reference.market_path) for p in (policy, neutral_policy()))
    ages = with_it.state.households.child_age
    pupil = (ages >= 72).any(axis=1)
    behind_a_sibling = pupil & (ages[:, 0] < 72)
    assert not same_diaries(with_it, without, behind_a_sibling)
    assert same_diaries(with_it, without, ~pupil)


def test_direct_closure_reaches_only_who_takes_a_transfer_up(history: Economy, reference: Economy) -> None:
    policy = policy_of(transfers=transfer(amount=500.0, take_up=0.4, max_quintile=1))
    first = branch(history, policy, 1, reference.market_path)
    reached = first.state.households.income > branch(history, neutral_policy(), 1).state.households.income
    weight = first.state.households.weight.astype(np.float64)
    poor = first.state.households.quintile <= 1
    assert not reached[~poor].any()
    assert np.average(reached[poor], weights=weight[poor]) == pytest.approx(0.4, abs=0.03)
    with_it = branch(history, policy, 12, reference.market_path)
    without = branch(history, neutral_policy(), 12, reference.market_path)
    assert same_diaries(with_it, without, ~reached)
    changed = with_it.state.households.liquid_wealth != without.state.households.liquid_wealth
    assert changed[reached].mean() > 0.95


def test_full_closure_reaches_others_through_markets(history: Economy, reference: Economy) -> None:
    policy = policy_of(transfers=transfer(zones=HERE, amount=3000.0))
    elsewhere = history.state.households.zone // 2 != ZONE // 2
    assert not same_diaries(branch(history, policy), reference, elsewhere)


def test_direct_closure_without_policy_is_the_full_run(history: Economy, reference: Economy) -> None:
    direct = branch(history, neutral_policy(), market_path=reference.market_path)
    assert same_diaries(direct, reference, np.ones(len(direct.state.households.weight), bool))
    values = direct.outcomes().values
    for k in range(len(OUTCOMES)):
        np.testing.assert_array_equal(values[:, k], reference.outcomes().values[:, k])


def test_direct_closure_records_the_prices_of_its_path(history: Economy, reference: Economy) -> None:
    direct = branch(history, neutral_policy(), market_path=reference.market_path)
    np.testing.assert_array_equal(
        direct.outcomes().aggregates["price"], reference.outcomes().aggregates["price"]
    )


def test_visitors_are_not_reached_by_a_transfer_to_residents(history: Economy, reference: Economy) -> None:
    direct = branch(history, policy_of(transfers=transfer(amount=2000.0)), market_path=reference.market_path)
    a, b = (e.outcomes().aggregates["visits"] for e in (direct, reference))
    np.testing.assert_array_equal(a, b)
