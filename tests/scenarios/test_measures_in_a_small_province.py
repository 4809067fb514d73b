"""Guests pay what they spend in the small province, and orders from outside are paid by those outside."""

import pytest

from jinxiao.model.ledger import ITEMS, Account
from tests.scenarios.conftest import MONTHS, lived


def test_guests_spend_and_orders_from_outside_are_paid_by_those_outside(plan, village, without):
    fork = lived(village, plan.scenario(12, 19, 20, 28).policy(MONTHS))
    change = fork.outcomes().aggregates["flows"] - without.outcomes().aggregates["flows"]
    from_outside = change[:, Account.REST, Account.FIRMS].sum(axis=0)
    ordered = sum(a for m in fork.policy.months[plan.start :] for a in m.outside_orders.values())
    assert from_outside[ITEMS.index("other_purchases")] == pytest.approx(ordered, rel=1e-6)
    assert from_outside[ITEMS.index("tourist_spending")] > 0.0
