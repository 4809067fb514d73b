"""Levers write what their rules say, in the months in which they hold."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from jinxiao.model.conditions import Channel, ClaimRule, Conditions
from jinxiao.model.names import goods_mask, month_index
from jinxiao.scenarios.levers import BudgetPool, CouponWave, CreditLine, Draft, DurableSubsidy, When
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
                "reward",
            ):
                zeros[f"measures.{number}.{key}.{path}"] = 0.0
    for month in plan.scenario(reference="plan").policy(48, zeros).months:
        assert (month.transfers["amount"] == 0).all() and (month.transfers["share"] == 0).all()
        assert (month.durable_rules["flat"] == 0).all() and (month.durable_rules["rate"] == 0).all()
        assert (month.coupons["quantity"] * month.coupons["discount"] == 0).all()
        assert sum(month.pool_budget.values()) == 0
        assert sum(month.cost_by_rule.values()) == 0
        assert not month.orders and not month.grants
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


# ---- trade-in: dates of old cars, suspensions, announced starts, pools of cities


def changed(plan, key, **changes):
    """An instrument of the trade-in with changes."""
    return plan.measures[15].instruments[key].model_copy(update=changes)


def test_an_old_car_has_the_date_of_its_fuel(plan):
    rule = plan.measures[15].instruments["car_scrap_2025_nev"]
    month = month_index("2025-09")
    row = conditions_of(rule, month, plan.pools[15]).durable_rules[0]
    assert row["min_old_age"] == month - month_index("2012-06")
    assert row["min_old_age_new_energy"] == month - month_index("2018-12")
    assert row["old_unit_goes"] == 1
    sold = plan.measures[15].instruments["car_replace_2025_nev"]
    assert conditions_of(sold, month, plan.pools[15]).durable_rules[0]["old_unit_goes"] == 2


def test_a_suspended_month_announces_its_resumption_and_the_last_one_none(plan):
    june, august = month_index("2025-06"), month_index("2025-08")
    rule = changed(plan, "appliances_2025", suspended=(june, june + 1))
    found = [
        conditions_of(rule, m, plan.pools[15]).durable_rules["starts_in"] for m in range(june - 1, august + 1)
    ]
    assert [set(column.tolist()) for column in found] == [{0}, {2}, {1}, {0}]
    december = month_index("2025-12")
    over = changed(plan, "appliances_2025", suspended=(december,))
    assert not len(conditions_of(over, december, plan.pools[15]).durable_rules)


def test_an_announced_start_is_a_row_that_pays_nothing_yet(plan):
    start = month_index("2026-01")
    rule = changed(plan, "appliances_2026", announced=start - 2)
    columns = [
        conditions_of(rule, m, plan.pools[15]).durable_rules["starts_in"] for m in range(start - 3, start + 1)
    ]
    assert [sorted(set(column.tolist())) for column in columns] == [[], [2], [1], [0]]


def test_a_suspension_outside_the_life_of_a_rule_is_refused(plan):
    raw = plan.measures[15].instruments["ebike_2025"].model_dump(exclude_unset=True)
    with pytest.raises(
        ValidationError, match="found a suspension in 2026-03; allowed months from start to end"
    ):
        DurableSubsidy.model_validate({**raw, "suspended": [month_index("2026-03")]})


def test_pools_of_cities_hold_their_shares_and_the_next_release_is_known(plan):
    pool = changed(plan, "budget_2025", by="city")
    month = month_index("2025-02")
    conditions = conditions_of(pool, month)
    assert not conditions.pool_shares[0].any()  # none given: by households
    assert conditions.pool_refill == {0: 2}  # April
    assert not conditions_of(pool, month_index("2025-10")).pool_refill
    raw = plan.measures[15].instruments["budget_2025"].model_dump(exclude_unset=True)
    with pytest.raises(
        ValidationError,
        match=r"found city_shares adding up to 0\.4 with by: city; allowed",
    ):
        BudgetPool.model_validate({**raw, "by": "city", "city_shares": {"Taiyuan": 0.4}})


# --- coupon waves


def coupon_wave(**fields):
    """Return a wave of a pack of two faces, with ``fields``."""
    record = {
        "kind": "coupon_wave", "name": {"en": "a", "zh": "甲"}, "status": "new", "start": "2025-01", "end": "2025-12",
        "payers": {"province": 1.0}, "source": {"title": "draft", "confidence": "assumed"}, "goods": ["eating_out", "fuel"],
        "faces": {"small": {"threshold": 20, "discount": 5, "number": 2}, "large": {"threshold": 80, "discount": 20}},
        "budget": 6e6, "months": [1, 7],
    }  # fmt: skip
    record.update(fields)
    return CouponWave.model_validate({k: v for k, v in record.items() if v is not None})


def test_a_wave_issues_packs_whose_faces_cost_the_budget():
    rows = conditions_of(coupon_wave(), month_index("2025-07")).coupons
    assert rows["threshold"].tolist() == [20.0, 80.0] and rows["per_holder"].tolist() == [2.0, 1.0]
    assert float(rows["quantity"] @ rows["discount"]) == pytest.approx(6e6 / 2)
    packs = rows["quantity"] / rows["per_holder"]
    assert packs[0] == pytest.approx(packs[1])
    assert (rows["goods"] == goods_mask("restaurant_meals", "delivery_meals", "fuel")).all()
    assert (rows["claim"] == ClaimRule.RUSH).all() and (rows["channel"] == Channel.DIGITAL).all()
    assert (rows["labelling"] < 0.0).all()
    assert len(conditions_of(coupon_wave(), month_index("2025-08")).coupons) == 0


def test_one_face_may_be_written_without_a_pack():
    one = coupon_wave(
        faces=None, threshold=100, discount=30, digital_only=False, claim="universal", label=0.2
    )
    (row,) = conditions_of(one, month_index("2025-01")).coupons
    assert (row["threshold"], row["discount"], row["per_holder"]) == (100.0, 30.0, 1.0)
    assert row["claim"] == ClaimRule.UNIVERSAL and row["channel"] == Channel.PAPER and row["labelling"] == 0.2


def test_validity_beyond_the_month_is_carried_until_it_ends():
    long = coupon_wave(first_week=3, validity_weeks=9)
    first, second, third, fourth = (
        conditions_of(long, month_index(m)).coupons for m in ("2025-01", "2025-02", "2025-03", "2025-04")
    )
    assert (first["first_week"] == 2).all() and (first["validity"] == 2).all() and (first["carry"] == 1).all()
    assert (second["carried"] == 1).all() and (second["validity"] == 4).all() and (second["carry"] == 1).all()
    assert (third["validity"] == 3).all() and (third["carry"] == 0).all()
    assert (second["quantity"] == 0.0).all() and len(fourth) == 0
    assert second["face"].tolist() == [0, 1] and (second["faces"] == 2).all()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"threshold": 20}, "faces beside threshold"),
        ({"faces": None, "threshold": 20}, "not both of threshold and discount"),
        ({"faces": {"a": {"threshold": 10, "discount": 20}}}, "a discount of 20"),
        ({"faces": None, "threshold": 10, "discount": 20}, "a discount of 20"),
        ({"digital_only": True, "channel": "paper"}, "digital_only beside channel"),
        ({"goods": ["cars"]}, "'cars'"),
        ({"validity_weeks": 0}, "0"),
        ({"validity_weeks": 6, "faces": {c: {"threshold": 9, "discount": 1} for c in "abcde"}}, "5 faces"),
    ],
)  # fmt: skip
def test_a_wave_that_cannot_be_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        coupon_wave(**fields)


# ---- homes and posts

TRANSFER_FIELDS = (
    "basis: child\n    payment: monthly\n    amount: {value: 100, unit: yuan/month}\n    age_max: 36\n"
)
HOMES_AND_POSTS = {
    "home_subsidy": ("amount: {value: 20000, unit: yuan/home}", "home_subsidy", 20000.0),
    "mortgage_terms": ("rate_cut: {value: 0.005, unit: share/year}", "mortgage_rate_cut", 0.005),
    "home_renewal": (
        "homes: {value: 12000, unit: homes/year}\n    households: {value: 100000, unit: households}\n"
        "    grant: {value: 300000, unit: yuan/home}",
        "renewal",
        0.01,
    ),
    "home_acquisition": (
        "homes: {value: 1320, unit: homes/year}\n    price: {value: 400000, unit: yuan/home}",
        "homes_acquired",
        1320 * 400000 / 12 / 11,
    ),
    "public_posts": (
        "posts: {value: 2200, unit: persons}\n    wage: {value: 1500, unit: yuan/month}",
        "posts",
        100.0,
    ),
}


@pytest.mark.parametrize("kind", HOMES_AND_POSTS)
def test_levers_of_homes_and_posts_set_their_field_while_they_run(tiny, kind):
    fields, name, expected = HOMES_AND_POSTS[kind]
    lever = (
        tiny(("kind: transfer", f"kind: {kind}"), (TRANSFER_FIELDS, fields + "\n"))
        .measures[5]
        .instruments["cash"]
    )
    during = conditions_of(lever, month_index("2025-08"))
    np.testing.assert_allclose(getattr(during, name), expected)
    assert same(conditions_of(lever, month_index("2026-02")), Conditions(month_index("2026-02")))


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
