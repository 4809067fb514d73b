"""Measures run in a small province: every yuan of cost reached somebody, and guests pay what they spend."""

import pytest

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.world import World
from jinxiao.model.economy import Economy
from jinxiao.model.ledger import ITEMS, Account
from jinxiao.model.names import Payer

NUMBERS = (12, 13, 19, 20, 22, 23, 24, 25, 26, 27, 28, 30)
MONTHS = 27
"""Until March 2026: a winter, and a month of invoices."""


@pytest.fixture(scope="module")
def province(plan):
    """About 1,500 households that lived to the start of the plan."""
    world = World.load(scale=9000)
    economy = Economy(
        world, plan.scenario().policy(MONTHS), fit_baseline(world, load_parameters().central()), seed=3
    )
    economy.run_for(plan.start)
    return economy


@pytest.fixture(scope="module")
def without(plan, province):
    """The province without the plan."""
    return run(province, plan.scenario().policy(MONTHS))


def run(province, policy):
    """Return a fork that lived under a policy to the end."""
    fork = province.fork(policy)
    fork.run_for(MONTHS - province.month)
    return fork


@pytest.mark.slow
def test_cost_is_what_agents_received_and_administration(plan, province, without):
    policy = plan.scenario(*NUMBERS).policy(MONTHS)
    fork = run(province, policy)
    after, before = fork.outcomes(), without.outcomes()
    items = (
        "policy_transfers", "coupons", "ticket_waivers", "administration", "policy_purchases", "grants_to_firms",
    )  # fmt: skip
    received = {
        name: (after.aggregates["flows"] - before.aggregates["flows"])[..., ITEMS.index(name)].sum(
            axis=(0, 1)
        )
        for name in items
    }
    paid = dict.fromkeys(items, 0.0)
    cost = (after.cost_by_rule - before.cost_by_rule).sum(axis=(0, 2))
    for number in NUMBERS:
        for key, instrument in plan.measures[number].instruments.items():
            if (number, key) not in plan.rules:
                continue
            rule = plan.rules[number, key]
            spent = cost[rule]
            kind = instrument.kind
            booked = spent if kind == "transfer" else spent * (1 - instrument.payers.shares[Payer.FIRMS])
            if kind in ("transfer", "coupon_wave", "ticket_waiver"):
                paid[
                    {"transfer": "policy_transfers", "coupon_wave": "coupons"}.get(kind, "ticket_waivers")
                ] += booked
                continue
            kept = 1 - instrument.payers.shares[Payer.FIRMS]
            months = policy.months[plan.start : MONTHS]
            orders, grants, charged = (
                sum(a for month in months for (r, *_), a in getattr(month, name).items() if r == rule)
                if name != "cost_by_rule"
                else sum(month.cost_by_rule.get(rule, 0.0) for month in months)
                for name in ("orders", "grants", "cost_by_rule")
            )
            assert spent == pytest.approx(orders + grants + charged, abs=1.0), (number, key)
            paid["policy_purchases"] += kept * orders
            paid["grants_to_firms"] += kept * grants
            paid["administration"] += kept * charged
    for name in items:
        to = Account.HOUSEHOLDS if name == "policy_transfers" else Account.FIRMS
        assert received[name][to] == pytest.approx(paid[name], rel=1e-9, abs=1.0), name
        assert paid[name] > 0.0, name


@pytest.mark.slow
def test_guests_spend_and_orders_from_outside_are_paid_by_those_outside(plan, province, without):
    fork = run(province, plan.scenario(12, 19, 20, 28).policy(MONTHS))
    change = fork.outcomes().aggregates["flows"] - without.outcomes().aggregates["flows"]
    from_outside = change[:, Account.REST, Account.FIRMS].sum(axis=0)
    ordered = sum(a for m in fork.policy.months[plan.start :] for a in m.outside_orders.values())
    assert from_outside[ITEMS.index("other_purchases")] == pytest.approx(ordered, rel=1e-6)
    assert from_outside[ITEMS.index("tourist_spending")] > 0.0
