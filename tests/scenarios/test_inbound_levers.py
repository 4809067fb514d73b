"""Levers of inbound tourism: markets by group, payments that no longer fail."""

import numpy as np
import pytest

from jinxiao.model.conditions import Conditions
from jinxiao.model.names import N_MARKETS, N_PROVINCES, Market, market_indices, month_index
from jinxiao.scenarios.levers import Draft, InboundEase, PaymentEase, When

JULY = month_index("2025-07")
COMMON = {
    "name": {"en": "Lever", "zh": "措施"}, "status": "new", "start": "2025-07", "end": "2026-12",
    "payers": {"province": 1.0}, "source": {"title": "test", "confidence": "assumed"},
}  # fmt: skip


def conditions_of(*levers: InboundEase | PaymentEase, month: int = JULY) -> Conditions:
    draft = Draft(Conditions(month), {})
    for rule, lever in enumerate(levers):
        lever.write(draft, When.at(month), rule)
    return draft.finish()


def ease(markets: list[str]) -> InboundEase:
    record = {"kind": "inbound_ease", "markets": markets, "yearly_growth": 0.2, "full_effect": "2025-07"}
    return InboundEase.model_validate(COMMON | record)


def payment(eased: float, **changes: object) -> PaymentEase:
    return PaymentEase.model_validate(COMMON | {"kind": "payment_ease", "eased": eased} | changes)


def test_a_group_of_markets_stands_for_its_members() -> None:
    assert len(market_indices("inbound")) == N_MARKETS - N_PROVINCES
    group, single = (
        conditions_of(ease(names)).market_friction
        for names in (["hk_macao_taiwan"], ["hong_kong", "macao", "taiwan"])
    )
    np.testing.assert_array_equal(group, single)
    assert (group[Market.HONG_KONG : Market.TAIWAN + 1] > 0.0).all() and np.count_nonzero(group) == 3


def test_payments_are_eased_for_inbound_markets_and_never_more_than_all() -> None:
    once = conditions_of(payment(0.4)).payment_eased
    assert not once[:N_PROVINCES].any()
    np.testing.assert_allclose(once[N_PROVINCES:], 0.4)
    twice = conditions_of(payment(0.4), payment(0.5, markets=["foreign"])).payment_eased
    np.testing.assert_allclose(twice[Market.FOREIGN_VISA_FREE :], 1.0 - 0.6 * 0.5)
    np.testing.assert_allclose(twice[Market.TAIWAN], 0.4)
    assert not conditions_of(payment(0.4), month=JULY - 1).payment_eased.any()
    half_way = conditions_of(payment(0.4, full_effect="2025-08")).payment_eased
    np.testing.assert_allclose(half_way[N_PROVINCES:], 0.2)


def test_an_unknown_market_is_refused() -> None:
    with pytest.raises(ValueError, match="market"):
        ease(["atlantis"])
