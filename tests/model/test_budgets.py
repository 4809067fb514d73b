"""Money that runs out: a pool is never overdrawn, closes within the month, and opens again only with new money."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_policies import (
    HISTORY,
    RULE,
    branch,
    cost,
    coupon,
    differences,
    durable_rule,
    policy_of,
    total,
    transfer,
    units,
)

from jinxiao.model import economy
from jinxiao.model.conditions import Channel, Conditions, Policy
from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.ledger import LedgerError
from jinxiao.model.names import Durable

POOL = 3


def trade_in(budget: float | None, rate: float = 0.15, **policy: Any) -> Policy:
    """A subsidy on phones, from a pool or without limit."""
    rule = durable_rule(durable=Durable.PHONE, rate=rate, pool=-1 if budget is None else POOL)
    return policy_of(durable_rules=rule, pool_budget=None if budget is None else {POOL: budget}, **policy)


@pytest.fixture(scope="module")
def unlimited(history: Economy) -> Economy:
    """A year of the subsidy without a limit."""
    return branch(history, trade_in(None), 12)


def test_a_pool_is_spent_and_not_overspent(history: Economy, unlimited: Economy) -> None:
    budget = 0.4 * cost(unlimited).sum()
    run = history.fork(trade_in(budget))
    spent = 0.0
    for _ in range(12):
        run.run_for(1)
        spent = cost(run).sum()
        assert spent <= budget * (1.0 + 1e-12)
        assert run.state.pools[POOL] == pytest.approx(budget - spent, abs=1e-6 * budget)
    assert spent > 0.97 * budget
    paid = cost(run)[HISTORY:]
    # it runs out after some months and stays out
    last = int(np.flatnonzero(paid > 0.01 * budget)[-1])
    assert 2 <= last <= 8
    assert paid[last + 1 :].sum() < 0.03 * budget


def test_until_the_money_runs_out_a_limit_does_not_show(history: Economy, unlimited: Economy) -> None:
    path = cost(unlimited)[HISTORY:]
    run = branch(history, trade_in(1.5 * path.sum()), 12)
    np.testing.assert_array_equal(cost(run), cost(unlimited))
    assert [name for name in differences(run, unlimited) if not name.startswith(("pool", "claims"))] == []


def test_the_month_of_closing_is_paid_until_the_day(history: Economy, unlimited: Economy) -> None:
    path = cost(unlimited)[HISTORY:]
    budget = path[:2].sum() + 0.5 * path[2]
    run = branch(history, trade_in(budget), 3)
    np.testing.assert_array_equal(cost(run)[HISTORY : HISTORY + 2], path[:2])
    assert 0.3 * path[2] < cost(run)[HISTORY + 2] < 0.5 * path[2] * (1.0 + 1e-12)
    assert 0.2 < run.open_share[POOL] < 0.8
    # who would have bought later in the month pays the full price, and some do without
    assert units(run, Durable.PHONE)[HISTORY + 2] < units(unlimited, Durable.PHONE)[HISTORY + 2]


def test_a_closed_pool_leaves_sales_to_full_prices(history: Economy) -> None:
    empty = branch(history, trade_in(0.0), 3)
    never = branch(history, policy_of(rules=()), 3)
    assert not cost(empty).any()
    np.testing.assert_array_equal(units(empty, Durable.PHONE), units(never, Durable.PHONE))


def test_new_money_opens_a_pool_again(history: Economy, unlimited: Economy) -> None:
    monthly = 0.2 * cost(unlimited)[HISTORY]

    def refill(c: Conditions) -> None:
        if (c.month - HISTORY) % 3 == 0:
            c.pool_budget = {POOL: monthly}

    rule = durable_rule(durable=Durable.PHONE, rate=0.15, pool=POOL)
    run = branch(history, policy_of(durable_rules=rule, change=refill), 9)
    paid = cost(run)[HISTORY:].reshape(3, 3).sum(axis=1)
    assert (paid > 0.7 * monthly).all()
    assert (paid.cumsum() <= monthly * np.arange(1, 4) * (1.0 + 1e-12)).all()


def test_unspent_money_lapses_when_a_pool_expires(history: Economy) -> None:
    def expire(c: Conditions) -> None:
        c.pool_expires = {POOL} if c.month == HISTORY + 1 else set()

    rule = durable_rule(durable=Durable.PHONE, rate=0.15, pool=POOL)
    policy = policy_of(durable_rules=rule, pool_budget={POOL: 1e12}, change=expire)
    run = branch(history, policy, 4)
    paid = cost(run)[HISTORY:]
    assert (paid[:2] > 0.0).all()
    assert not paid[2:].any()
    assert run.state.pools[POOL] == 0.0


def test_pools_do_not_touch_each_other(history: Economy) -> None:
    phones = durable_rule(durable=Durable.PHONE, rate=0.15, pool=1)
    fridges = durable_rule(rule=RULE + 1, durable=Durable.FRIDGE, rate=0.15, pool=2)
    both = np.concatenate([fridges, phones])
    ids = (RULE, RULE + 1)
    run = branch(history, policy_of(rules=ids, durable_rules=both, pool_budget={1: 1e12, 2: 1e7}), 2)
    alone = branch(history, policy_of(rules=ids, durable_rules=fridges, pool_budget={1: 1e12, 2: 1e7}), 1)
    assert run.open_share[1] == 1.0 and run.open_share[2] < 1.0
    assert cost(run, RULE + 1).sum() <= 1e7
    assert cost(run, RULE + 1)[HISTORY] == pytest.approx(cost(alone, RULE + 1)[HISTORY], rel=0.1)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    budgets=st.lists(st.floats(0.0, 3e8), min_size=2, max_size=2),
    rates=st.lists(st.floats(0.0, 0.9), min_size=4, max_size=4),
    flat=st.floats(0.0, 5000.0),
)
def test_no_set_of_rules_overdraws_its_pools(
    hamlet: Economy, budgets: list[float], rates: list[float], flat: float
) -> None:
    classes = (Durable.CAR, Durable.PHONE, Durable.AC, Durable.FRIDGE)
    rows = [
        durable_rule(rule=20 + k, durable=d, rate=r, flat=flat if k == 2 else 0.0, pool=k % 2, months_left=2)
        for k, (d, r) in enumerate(zip(classes, rates, strict=True))
    ]
    months = hamlet.month + 3
    policy = policy_of(
        start=hamlet.month, stop=months, months=months, rules=(20, 21, 22, 23), durable_rules=np.concatenate(rows),
        pool_budget=dict(enumerate(budgets)),
    )  # fmt: skip
    run = branch(hamlet, policy)
    for pool, budget in enumerate(budgets):
        paid = cost(run, 20 + pool).sum() + cost(run, 22 + pool).sum()
        assert paid <= budget * (1.0 + 1e-12)
        assert run.state.pools[pool] >= 0.0


# --- coupons in number


def redeemed(history: Economy, quantity: float, **changes: Any) -> float:
    """Coupons used, of a wave that everyone who holds one uses."""
    wave = coupon(quantity=quantity, threshold=0.0, discount=1.0, **changes)
    return float(total(branch(history, policy_of(coupons=wave), 1), Item.COUPONS)[HISTORY])


def tolerance(quantity: float, history: Economy) -> float:
    """Four standard errors of the number of holders in a sample of households."""
    return 4.0 * float(np.sqrt(quantity * history.world.scale))


@pytest.mark.parametrize("quantity", [3e5, 1e6, 2e6])
def test_as_many_coupons_are_used_as_were_issued(history: Economy, quantity: float) -> None:
    used = redeemed(history, quantity, channel=Channel.DIGITAL)
    assert used == pytest.approx(quantity, abs=tolerance(quantity, history))


def test_coupons_on_paper_are_used_in_the_number_issued(history: Economy) -> None:
    assert redeemed(history, 2e6, channel=Channel.PAPER) <= 2e6 + tolerance(2e6, history)


def test_more_coupons_than_claimants_stay_unused(history: Economy) -> None:
    many, more = (redeemed(history, q, channel=Channel.DIGITAL) for q in (1e9, 1e10))
    assert many == more
    assert many < float(history.zone_households.sum())


def test_coupons_for_visitors_are_not_left_to_residents(history: Economy) -> None:
    half, all_ = (redeemed(history, 2e6, channel=Channel.DIGITAL, for_visitors=share) for share in (0.5, 1.0))
    assert half == pytest.approx(1e6, abs=tolerance(1e6, history))
    assert all_ == 0.0


# --- what cannot be told apart is refused


def test_one_rule_does_not_pay_in_two_channels() -> None:
    with pytest.raises(
        ValueError, match="2024-07: found rule 7 in transfers and in coupons; allowed one channel"
    ):
        policy_of(transfers=transfer(amount=1.0), coupons=coupon(discount=1.0))
    with pytest.raises(ValueError, match="found rule 7 in durable_rules and in loan_rule"):
        policy_of(durable_rules=durable_rule(durable=Durable.CAR), loan_rule=RULE)
    with pytest.raises(ValueError, match="found rule 9 in ticket_factor and in refund_rule"):
        policy_of(ticket_rule=9, refund_rule=9)


@pytest.mark.parametrize(
    ("pools", "found"),
    [((-1, 2), "no pool and pool 2"), ((4, 2), "pool 2 and pool 4"), ((2, -1), "no pool and pool 2")],
)
def test_one_rule_draws_on_one_pool(pools: tuple[int, int], found: str) -> None:
    rows = [durable_rule(durable=Durable.CAR, pool=pools[0]), durable_rule(durable=Durable.AC, pool=pools[1])]
    with pytest.raises(
        ValueError, match=f"found rule 7 with rows that draw on {found}; allowed one pool, or none"
    ):
        policy_of(durable_rules=np.concatenate(rows))


def test_a_pool_that_does_not_close_breaks_the_books(
    history: Economy, unlimited: Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = 0.1 * cost(unlimited)[HISTORY]
    monkeypatch.setattr(economy, "closing_factor", lambda *_: 1.0)
    with pytest.raises(LedgerError, match=f"budget pool {POOL}, month 2024-07") as broken:
        branch(history, trade_in(budget), 1)
    assert broken.value.amount == pytest.approx(9.0 * budget)
