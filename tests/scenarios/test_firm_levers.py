"""Levers of firms write the rules of the plan as they are worded."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from jinxiao.model.conditions import Conditions
from jinxiao.model.firms.rewards import Kind, reward
from jinxiao.model.names import N_CITIES, N_SECTORS, Sector, month_index
from jinxiao.scenarios.levers import ArrearsRepayment, Draft, EntryCost, FirmReward, PromptPayment, When

START = month_index("2025-06")
COMMON: dict[str, Any] = {
    "name": {"en": "x", "zh": "x"}, "status": "new", "start": "2025-06", "payers": {"province": 1.0},
    "source": {"title": "山西省提振消费专项行动实施方案", "confidence": "assumed"},
}  # fmt: skip
USED_CARS: dict[str, Any] = {
    **COMMON, "kind": "firm_reward", "to": "used_cars", "sales_over": 5e6, "growth_from": 0.1, "rate": 0.005, "cap": 1e6,
    "take_up": 1.0,
}  # fmt: skip

ARREARS: dict[str, Any] = {
    **COMMON, "kind": "arrears_repayment", "amount": 1.2e9, "sectors": {"construction": 0.7, "manufacturing": 0.3},
}  # fmt: skip


def written(instrument: Any, month: int = START, rule: int = 3) -> Conditions:
    """Conditions that one instrument writes."""
    draft = Draft(Conditions(month), {})
    instrument.write(draft, When.at(month), rule)
    return draft.finish()


def test_the_reward_of_used_car_dealers_is_that_of_the_plan() -> None:
    rows = written(FirmReward.model_validate(USED_CARS)).rewards
    assert len(rows) == 1 and rows["kind"][0] == Kind.USED_CARS and rows["rule"][0] == 3
    sales = np.array([5e6, 5_000_001.0, 300e6, 5.4e6])
    before = np.array([1e6, 1e6, 100e6, 5e6])
    due = reward(rows[0], sales, before, np.zeros(4))
    np.testing.assert_allclose(due, [0.0, 25_000.005, 1e6, 0.0])


def test_rewards_of_several_instruments_stand_side_by_side_in_order() -> None:
    farm = {
        **USED_CARS,
        "to": "farm_shops",
        "units_from": 1000,
        "per_unit": 1.0,
        "sales_from": 20_000,
        "rate": 0.0,
    }
    farm.pop("sales_over")
    farm.pop("growth_from")
    draft = Draft(Conditions(START), {})
    FirmReward.model_validate(farm).write(draft, When.at(START), 9)
    FirmReward.model_validate(USED_CARS).write(draft, When.at(START), 4)
    rows = draft.finish().rewards
    assert rows["rule"].tolist() == [4, 9]
    assert rows["sales_from"].tolist() == [0.0, 20_000.0] and rows["sales_over"].tolist() == [5e6, -1.0]


def test_nothing_is_written_before_the_start() -> None:
    for lever in (
        FirmReward.model_validate(USED_CARS),
        EntryCost.model_validate({**COMMON, "kind": "entry_cost", "cut": 0.1}),
        ArrearsRepayment.model_validate(ARREARS),
        PromptPayment.model_validate({**COMMON, "kind": "prompt_payment", "sooner": 1.0}),
    ):
        before = written(lever, START - 1)
        assert len(before.rewards) == 0 and not before.arrears_repaid.any() and before.payment_sooner == 0.0
        assert not before.entry_cost.any()


def test_cuts_of_entry_cost_multiply() -> None:
    draft = Draft(Conditions(START), {})
    for _ in range(2):
        EntryCost.model_validate({**COMMON, "kind": "entry_cost", "cut": 0.1, "sectors": ["catering"]}).write(
            draft, When.at(START), 0
        )
    removed = draft.finish().entry_cost
    assert removed[:, Sector.CATERING] == pytest.approx(np.full(N_CITIES, 0.19))
    assert not np.delete(removed, Sector.CATERING, axis=1).any() and removed.shape == (N_CITIES, N_SECTORS)


def test_arrears_are_paid_in_twelve_parts_to_the_trades_and_cities_that_are_owed() -> None:
    conditions = written(ArrearsRepayment.model_validate(ARREARS))
    paid = conditions.arrears_repaid
    assert paid.sum() == pytest.approx(1e8)
    assert paid[:, Sector.CONSTRUCTION].sum() == pytest.approx(7e7)
    assert paid[:, Sector.MANUFACTURING].sum() == pytest.approx(3e7)
    assert conditions.channel_rules["arrears_repaid"] == {3: pytest.approx(1e8)}
    taiyuan = written(ArrearsRepayment.model_validate({**ARREARS, "city_shares": {"Taiyuan": 1.0}}))
    assert taiyuan.arrears_repaid[1:].sum() == 0.0
    with pytest.raises(ValidationError, match="adding up to 1"):
        ArrearsRepayment.model_validate({**ARREARS, "sectors": {"construction": 0.7}})


def test_one_mask_of_groups_is_paid_sooner_in_a_month() -> None:
    draft = Draft(Conditions(START), {})
    base = {**COMMON, "kind": "prompt_payment", "sooner": 0.5}
    PromptPayment.model_validate({**base, "groups": 1}).write(draft, When.at(START), 0)
    with pytest.raises(ValueError, match="allowed one mask of groups in a month"):
        PromptPayment.model_validate({**base, "groups": 2}).write(draft, When.at(START), 0)


def test_a_rule_on_sales_is_refused_where_no_sales_are_known() -> None:
    with pytest.raises(ValidationError, match="rules on units, per_unit and flat"):
        FirmReward.model_validate({**USED_CARS, "to": "dismantlers"})
