"""Money that runs out: a pool is never overdrawn, closes within the month, and opens again only with new money."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_policies import (
    CENTRE_PAYS,
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
from jinxiao.model.conditions import MAX_RULES, Channel, Conditions, Instrument, Policy
from jinxiao.model.economy import Economy
from jinxiao.model.households import columns as household_columns
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.diary import Entry
from jinxiao.model.households.loop import DAY_PARTS
from jinxiao.model.ledger import LedgerError
from jinxiao.model.names import N_CITIES, Durable

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
    assert [name for name in differences(run, unlimited) if not name.startswith("pool")] == []


def test_the_month_of_closing_is_paid_until_the_day(history: Economy, unlimited: Economy) -> None:
    path = cost(unlimited)[HISTORY:]
    budget = path[:2].sum() + 0.5 * path[2]
    run = branch(history, trade_in(budget), 3)
    np.testing.assert_array_equal(cost(run)[HISTORY : HISTORY + 2], path[:2])
    assert 0.47 * path[2] < cost(run)[HISTORY + 2] < 0.5 * path[2] * (1.0 + 1e-12)
    assert (run.open_share[POOL] > 0.2).all() and (run.open_share[POOL] < 0.8).all()
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
    assert (run.open_share[1] == 1.0).all() and (run.open_share[2] < 1.0).all()
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
    monkeypatch.setattr(economy, "closing_parts", lambda claims, money, _: np.full(money.shape, DAY_PARTS))
    with pytest.raises(LedgerError, match=f"budget pool {POOL}, month 2024-07") as broken:
        branch(history, trade_in(budget), 1)
    assert broken.value.amount == pytest.approx(9.0 * budget)


# --- one month, lived once


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7])
def test_a_month_is_lived_once_and_closes_to_the_claim(
    history: Economy, unlimited: Economy, share: float
) -> None:
    """The real pass happens once; what is left is less than what was claimed in the part of the month that closed."""
    first = cost(unlimited)[HISTORY]
    run = branch(history, trade_in(share * first), 1)
    # who is turned away cannot draw on another pool here, so that a second rehearsal confirms the first
    assert run.rehearsals == 2
    assert 0.0 <= run.state.pools[POOL] < 0.02 * first
    assert total(run, Item.HOUSEHOLDS)[HISTORY] == pytest.approx(total(unlimited, Item.HOUSEHOLDS)[HISTORY])
    plenty = branch(history, trade_in(2.0 * first), 1)
    assert plenty.rehearsals == 1


def test_claims_before_the_closing_day_do_not_depend_on_it(history: Economy, unlimited: Economy) -> None:
    """Who bought with the subsidy while there was money bought the same with a larger budget."""
    first = cost(unlimited)[HISTORY]
    runs = [history.fork(trade_in(share * first)) for share in (0.3, 0.6)]
    paid = []
    for run in runs:
        run.keep_diaries()
        run.run_for(1)
        paid.append(run.diaries[:, Entry.DURABLE_SUBSIDY + Durable.PHONE])
    early = paid[0] > 0.0
    assert early.any()
    np.testing.assert_array_equal(paid[1][early], paid[0][early])


def test_cities_close_their_own_pools_on_their_own_days(history: Economy, unlimited: Economy) -> None:
    first = 0.5 * cost(unlimited)[HISTORY]
    shares = np.full(N_CITIES, 0.02)
    shares[0] = 1.0 - shares[1:].sum()

    def own(c: Conditions) -> None:
        c.pool_shares = {POOL: shares}

    rule = durable_rule(durable=Durable.PHONE, rate=0.15, pool=POOL)
    run = branch(history, policy_of(durable_rules=rule, pool_budget={POOL: first}, change=own), 1)
    paid = run.outcomes().cost_by_rule[HISTORY, RULE]
    assert (paid <= first * shares * (1.0 + 1e-12)).all()
    assert run.open_share[POOL][0] == 1.0 and (run.open_share[POOL][1:] < 1.0).any()
    np.testing.assert_allclose(run.state.pools[POOL], first * shares - paid, atol=1e-6)
    assert run.state.copy().pools[POOL] is not run.state.pools[POOL]


def test_shares_of_cities_follow_households_where_none_are_given(history: Economy) -> None:
    def own(c: Conditions) -> None:
        c.pool_shares = {POOL: np.zeros(N_CITIES)}

    rule = durable_rule(durable=Durable.PHONE, rate=0.15, pool=POOL, starts_in=2)
    run = branch(history, policy_of(durable_rules=rule, pool_budget={POOL: 1e9}, change=own), 1)
    households = history.zone_households.reshape(N_CITIES, 2).sum(axis=1)
    np.testing.assert_allclose(run.state.pools[POOL], 1e9 * households / households.sum())


def test_a_pool_smaller_than_a_claim_saves_up_for_it(history: Economy, unlimited: Economy) -> None:
    """Monthly money far below one sampled claim, that lapses: it is kept until it pays for one."""
    claim = 0.15 * 2000.0 * history.world.scale

    def little(c: Conditions) -> None:
        c.pool_budget = {POOL: 0.3 * claim}
        c.pool_expires = {POOL}

    rule = durable_rule(durable=Durable.PHONE, rate=0.15, pool=POOL)
    run = branch(history, policy_of(durable_rules=rule, change=little), 12)
    paid = cost(run)[HISTORY:]
    assert (paid > 0.0).any()
    assert (paid.cumsum() <= 0.3 * claim * np.arange(1, len(paid) + 1) * (1.0 + 1e-12)).all()


def test_two_pools_that_share_buyers_are_never_overdrawn(history: Economy) -> None:
    """Whoever is turned away by one pool may turn to the other: rehearsals repeat, the month does not."""
    rows = [
        durable_rule(rule=RULE + k, durable=Durable.PHONE, rate=rate, pool=k, eligible_share=share)
        for k, (rate, share) in enumerate([(0.2, 1.0), (0.1, 0.9)])
    ]
    policy = policy_of(
        rules=(RULE, RULE + 1), durable_rules=np.concatenate(rows), pool_budget={0: 1e7, 1: 5e6}
    )
    run = branch(history, policy, 1)
    assert cost(run, RULE).sum() <= 1e7 and 0.0 < cost(run, RULE + 1).sum() <= 5e6
    assert 2 <= run.rehearsals <= 6


@pytest.mark.parametrize("part", [0.1, 0.6, 10.0])
def test_what_is_rehearsed_is_what_happens(
    history: Economy, monkeypatch: pytest.MonkeyPatch, part: float
) -> None:
    """Whoever claims in the month has claimed in its last rehearsal, the same amount in the same part of the month."""
    rows = [
        durable_rule(rule=RULE, durable=Durable.PHONE, rate=0.2, pool=0, take_up=0.7),
        durable_rule(rule=RULE, durable=Durable.AC, rate=0.1, flat=200.0, pool=0, months_left=2),
        durable_rule(rule=RULE + 1, durable=Durable.PHONE, rate=0.1, pool=1),
        durable_rule(rule=RULE + 1, durable=Durable.CAR, flat=15_000.0, powertrain=1, pool=1, min_old_age=60),
        durable_rule(rule=RULE + 2, durable=Durable.CAR, flat=12_000.0, powertrain=0, min_old_age=0),
    ]
    policy = policy_of(
        rules=(RULE, RULE + 1, RULE + 2),
        durable_rules=np.concatenate(rows),
        pool_budget={0: 2e8 * part, 1: 1e8 * part},
    )
    rehearsed: list[np.ndarray] = []
    closing_parts = economy.closing_parts

    def watch(claims: np.ndarray, money: np.ndarray, by_city: Any) -> np.ndarray:
        rehearsed.append(claims.copy())
        return closing_parts(claims, money, by_city)

    monkeypatch.setattr(economy, "closing_parts", watch)
    lived: list[np.ndarray] = []
    settle = Economy._settle_pools

    def listen(self: Economy, pools: Any, claims: np.ndarray, parts: np.ndarray) -> None:
        lived.append(claims.copy())
        settle(self, pools, claims, parts)

    monkeypatch.setattr(Economy, "_settle_pools", listen)
    run = branch(history, policy, 1)
    assert run.rehearsals == len(rehearsed)
    assert lived[0].any()
    np.testing.assert_array_equal(rehearsed[-1], lived[0])


def test_the_id_of_a_rule_fits_into_a_wallet() -> None:
    assert household_columns.STATE["wallet_rule"].dtype == "uint8"
    last = MAX_RULES - 1
    assert last + 1 <= np.iinfo(np.uint8).max
    assert Policy("most", (), (Instrument(last, "last", 1, CENTRE_PAYS),)).instruments
    for rule in (-1, MAX_RULES):
        with pytest.raises(ValueError, match=f"'one': found rule {rule}; allowed 0 to {last}$"):
            Policy("too many", (), (Instrument(rule, "one", 1, CENTRE_PAYS),))
