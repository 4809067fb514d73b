"""Levers write what their rules say, in the months in which they hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinxiao.model.conditions import Conditions
from jinxiao.model.names import month_index
from jinxiao.scenarios.levers import CreditLine, Draft, When
from jinxiao.scenarios.levers.rounds import months_due

ROUNDS = (1, 4, 7, 10)


def conditions_of(instrument, month, pools=None):
    """Return the Conditions that one instrument writes in a month."""
    draft = Draft(Conditions(month), pools or {})
    if instrument.runs(month):
        instrument.write(draft, When.at(month), 0)
    return draft.finish()


def same(a, b):
    """Return whether two Conditions are equal in every field."""
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in vars(a))


def test_months_before_the_start_and_after_the_end_are_neutral(plan):
    for measure in plan.measures.values():
        for instrument in measure.instruments.values():
            pools = plan.pools[measure.number]
            before = instrument.first - 1
            assert same(conditions_of(instrument, before, pools), Conditions(before))
            if instrument.end is not None:
                after = instrument.end + 1
                assert same(conditions_of(instrument, after, pools), Conditions(after))


def test_every_instrument_does_something(plan):
    for measure in plan.measures.values():
        for key, instrument in measure.instruments.items():
            pools = plan.pools[measure.number]
            months = range(max(0, instrument.start), max(0, instrument.start) + 18)
            assert any(not same(conditions_of(instrument, m, pools), Conditions(m)) for m in months), key


def test_a_transfer_of_nothing_costs_nothing(tiny):
    policy = tiny(("value: 100", "value: 0")).scenario(5).policy(30)
    for month in policy.months:
        assert (month.transfers["amount"] == 0).all() and (month.transfers["permanent"] == 0).all()
        assert not month.cost_by_rule


def test_zero_in_every_parameter_leaves_only_rules_that_cost_nothing(plan):
    """Amounts, rates and budgets at zero: nothing is paid, refunded or booked."""
    zeros = {}
    for number, measure in plan.measures.items():
        for key, path, _, spec in measure.parameters():
            leaf = path.rsplit(".", 1)[-1]
            if spec.low <= 0 and leaf in (
                "amount",
                "share",
                "flat",
                "rate",
                "total",
                "budget",
                "cost",
                "discount",
            ):
                zeros[f"measures.{number}.{key}.{path}"] = 0.0
    for month in plan.scenario(reference="plan").policy(48, zeros).months:
        assert (month.transfers["amount"] == 0).all() and (month.transfers["share"] == 0).all()
        assert (month.durable_rules["flat"] == 0).all() and (month.durable_rules["rate"] == 0).all()
        assert (month.coupons["quantity"] * month.coupons["discount"] == 0).all()
        assert sum(month.pool_budget.values()) == 0
        assert sum(month.cost_by_rule.values()) == 0
        assert month.refund_rate == 0 and (month.labour_cost_relief < 1e-3).all()


# ---- payment by rounds


@given(born=st.integers(-30, 60))
def test_a_child_is_paid_for_every_month_below_three_once(born):
    """Entitlement from January 2025, first paid in October: no month is lost or paid twice."""
    start, accrues = month_index("2025-10"), month_index("2025-01")
    paid = 0
    for month in range(start, born + 36 + 12):
        age = month - born
        paid += sum(
            due for low, high, due in months_due(month, start, accrues, ROUNDS, 36) if low <= age < high
        )
    entitled = max(0, min(36, born + 36 - accrues))
    if born + 36 <= month_index("2025-10") - 9:
        entitled = 0
    assert paid == entitled


def test_a_newborn_receives_a_whole_year_in_the_next_round():
    start, accrues = month_index("2025-10"), month_index("2025-01")
    april = months_due(month_index("2026-04"), start, accrues, ROUNDS, 36)
    assert (0, 3, 12) in april


def test_nothing_is_paid_between_rounds():
    assert months_due(month_index("2026-05"), month_index("2025-10"), 12, ROUNDS, 36) == []


def test_childcare_subsidy_enters_permanent_income_by_its_weight(plan):
    subsidy = plan.measures[5].instruments["childcare_subsidy"]
    rows = conditions_of(subsidy, month_index("2025-11")).transfers
    assert len(rows) == 1 and rows["amount"][0] == 0
    assert rows["permanent"][0] == pytest.approx(300 * subsidy.permanent_weight.value)
    announced = conditions_of(subsidy, month_index("2025-08")).transfers
    assert announced["permanent"][0] == pytest.approx(
        300 * subsidy.permanent_weight.value * subsidy.anticipation.value
    )


def test_pension_rise_is_paid_with_arrears(plan):
    rise = plan.measures[7].instruments["pension_rise_2025"]
    first = conditions_of(rise, month_index("2025-07")).transfers
    later = conditions_of(rise, month_index("2025-08")).transfers
    assert first["amount"][0] == 7 * later["amount"][0] == 7 * rise.amount.value
    assert first["permanent"][0] == later["permanent"][0] == rise.amount.value


# ---- trade-in


def test_the_old_car_must_have_been_registered_by_the_date(plan):
    scrap = plan.measures[15].instruments["car_scrap_2025_nev"]
    assert scrap.old_age(month_index("2025-01")) == 151
    assert scrap.old_age(month_index("2025-12")) == 162


def test_appliances_of_2026_lost_a_grade_and_a_quarter_of_the_rate(plan):
    old, new = (plan.measures[15].instruments[f"appliances_{year}"] for year in (2025, 2026))
    assert old.tiers["grade_1"].rate.value == 0.20 and new.rate.value == 0.15
    assert (old.cap.value, new.cap.value) == (2000, 1500)
    assert new.models == old.tiers["grade_1"].models.value < old.models


def test_money_of_2025_is_released_in_four_tranches_and_of_2026_evenly(plan):
    pools = plan.measures[15].instruments
    released = [pools["budget_2025"].released(month) for month in range(12, 24)]
    assert [month for month, yuan in enumerate(released) if yuan] == [0, 3, 6, 9]
    assert sum(released) == pytest.approx(
        pools["budget_2025"].total.value * pools["budget_2025"].modelled_share.value
    )
    assert len({pools["budget_2026_cars"].released(month) for month in range(24, 36)}) == 1


def test_the_weekly_quota_lapses_every_month_and_the_rest_at_the_end_of_the_year(plan):
    months = plan.scenario(reference="plan").policy(48).months
    pools = plan.pools[15]
    assert all(pools["budget_2026_goods"] in months[m].pool_expires for m in range(24, 36))
    assert [m for m in range(48) if pools["budget_2025"] in months[m].pool_expires] == [23]


# ---- work


def test_minimum_wage_steps_by_date_and_class(plan):
    months = plan.scenario(reference="plan").policy(48).months
    taiyuan = 0
    assert months[11].wage_floor[taiyuan] < 1980 < months[12].wage_floor[taiyuan] < 2150
    assert months[36].wage_floor == pytest.approx(months[35].wage_floor * 1.06)
    assert (months[0].wage_floor >= 1780).all()


def test_refund_is_a_small_share_of_the_wage_bill(plan):
    month = plan.scenario(reference="baseline").policy(24).months[20]
    relief = month.labour_cost_relief[month.labour_cost_relief > 0]
    assert len(relief) == 20 and (relief < 0.006).all()
    assert sum(month.channel_rules["labour_cost_relief"].values()) == pytest.approx(relief[0])


def test_two_subsidies_on_the_same_loans_are_refused(plan):
    scenario = plan.scenario(29)
    with pytest.raises(Exception, match="overlap"):
        scenario.override({"measures.29.consumer_loans_2025.end": "2026-08"}).policy(30)


def credit_line(**changes):
    """Return a credit line of one month of income from July 2025 to June 2026."""
    record = {
        "kind": "credit_line", "name": {"en": "Credit line", "zh": "信用额度"}, "status": "new", "start": "2025-07",
        "end": "2026-06", "months": 1.0, "payers": {"centre": 1.0},
        "source": {"title": "test", "confidence": "assumed"},
    }  # fmt: skip
    return CreditLine.model_validate(record | changes)


def test_a_credit_line_is_longer_for_everybody_or_for_the_groups_named():
    july = month_index("2025-07")
    everybody = conditions_of(credit_line(), july)
    assert everybody.credit_line == 1.0 and everybody.regime_groups == 0
    some = conditions_of(credit_line(groups=4), july)
    assert (some.credit_line, some.regime_groups, some.group_credit_line) == (0.0, 4, 1.0)
    assert same(conditions_of(credit_line(), july - 1), Conditions(july - 1))
    assert same(conditions_of(credit_line(), july + 12), Conditions(july + 12))


def test_two_credit_lines_add_up_and_two_masks_of_groups_are_refused():
    july = month_index("2025-07")
    draft = Draft(Conditions(july), {})
    for line in (credit_line(), credit_line(months=0.5), credit_line(groups=4), credit_line(groups=4)):
        line.write(draft, When.at(july), 0)
    assert (draft.conditions.credit_line, draft.conditions.group_credit_line) == (1.5, 2.0)
    with pytest.raises(ValueError, match="one mask of groups"):
        credit_line(groups=8).write(draft, When.at(july), 0)


@pytest.mark.parametrize("changes", [{"months": -1.0}, {"groups": 256}])
def test_a_shorter_credit_line_and_unknown_groups_are_refused(changes):
    with pytest.raises(ValueError, match=r"found|less than or equal"):
        credit_line(**changes)
