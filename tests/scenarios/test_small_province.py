"""What the rules of single measures must come to: exact thresholds, ages, lots, sums of a year."""

import numpy as np
import pytest

from jinxiao.model.conditions import Conditions
from jinxiao.model.firms.rewards import Kind
from jinxiao.model.names import month_index
from jinxiao.scenarios.accounts import Geo
from jinxiao.scenarios.levers import Draft, When

START = month_index("2025-06")


def test_history_of_rates_stays_in_every_scenario(plan):
    """Deposit and mortgage rates cut in May 2025 are no work of the plan."""
    for scenario in (plan.scenario(), plan.scenario(reference="baseline"), plan.scenario(reference="plan")):
        months = scenario.policy(40).months
        assert months[START - 2].interest_gain == 0.0 == months[START - 2].mortgage_rate_cut
        assert months[START - 1].interest_gain < 0.0 < months[START - 1].mortgage_rate_cut
        assert months[START + 12].interest_gain < months[START - 1].interest_gain
    month = plan.scenario().policy(40).months[39]
    change = plan.scenario(2).policy(40).months[39].interest_gain - month.interest_gain
    assert 0.0 < change < 0.01  # what the plan adds is next to nothing
    assert month.rent_gain == 0.0


def test_the_three_rewards_of_the_plan_are_exact(plan):
    dealer = plan.measures[17].instruments["used_car_reward"]
    assert (dealer.sales_over.value, dealer.growth_from.value) == (5_000_000, 0.10)
    assert (dealer.rate.value, dealer.cap.value) == (0.005, 1_000_000)
    recycler = plan.measures[17].instruments["dismantler_reward"]
    assert (recycler.units_from.value, recycler.cap.value) == (5000, 1_000_000)
    months = plan.scenario(17).policy(40).months
    own = {plan.rules[17, key] for key in ("used_car_reward", "dismantler_reward")}
    known = [own <= set(month.rewards["rule"].tolist()) for month in months]
    assert known.index(True) == START and sum(known) == month_index("2026-12") - START + 1
    (row,) = months[20].rewards[months[20].rewards["rule"] == plan.rules[17, "used_car_reward"]]
    assert (row["kind"], row["sales_from"], row["units_from"]) == (Kind.USED_CARS, 0.0, 0.0)


def test_arrears_are_repaid_once_and_evenly(plan):
    months = plan.scenario(4).policy(48).months
    lever = plan.measures[4].instruments["government_arrears"]
    large = plan.measures[4].instruments["large_firm_arrears"]
    paid = np.array([month.arrears_repaid for month in months])
    assert paid.sum() == pytest.approx(1.5 * (lever.amount.value + large.amount.value))
    assert len({round(month.sum()) for month in paid if month.any()}) == 1
    rules = [plan.rules[4, key] for key in ("government_arrears", "large_firm_arrears")]
    assert months[20].channel_rules["arrears_repaid"][rules[0]] == pytest.approx(lever.amount.value / 12)


def test_the_last_class_of_kindergarten_ages_with_the_school_year(plan):
    lever = plan.measures[6].instruments["free_preschool"]
    september, march = month_index("2025-09"), month_index("2026-03")
    assert lever.ages(september) == (60, 72) and lever.ages(march) == (66, 78)
    assert lever.ages(month_index("2026-08")) == (71, 83) and lever.ages(month_index("2026-09")) == (60, 72)
    rows = plan.scenario(6, part="added").policy(40).months[march].transfers
    row = rows[rows["rule"] == plan.rules[6, "free_preschool"]][0]
    assert (row["age_min"], row["age_max"], row["amount"]) == (66, 78, lever.amount.value / 2)


def test_instruments_of_one_roll_draw_the_same_lot(plan):
    accounts = {i.rule: i for i in plan.scenario(8).policy(1).instruments}
    names = {accounts[plan.rules[8, key]].draws_as for key in ("rural_allowance_2026", "one_off_grant_rural")}
    assert names == {"dibao"}
    assert accounts[plan.rules[8, "unemployment_benefit_2025"]].draws_as == "8.unemployment_benefit_2025"


def test_two_subsidies_on_homes_add_up_and_reach_more_buyers(plan):
    fairs = plan.measures[16].instruments["housing_fairs"]
    share = fairs.share.model_copy(update={"value": 3 * fairs.share.value})
    everywhere = fairs.model_copy(update={"geo": Geo(), "share": share})
    month = START + 3
    draft = Draft(Conditions(month), {})
    for rule, subsidy in ((4, fairs), (7, everywhere)):
        subsidy.write(draft, When.at(month), rule)
    both = draft.finish()
    added = everywhere.amount.value * share.value
    assert both.home_subsidy[0] == pytest.approx(fairs.amount.value * fairs.share.value + added)
    assert both.home_subsidy[1] == pytest.approx(added)
    assert both.home_reach[0] == pytest.approx(1 - (1 - fairs.share.value) * (1 - share.value))
    assert both.home_reach[1] == pytest.approx(share.value)
    assert set(both.channel_rules["home_subsidy"]) == {4, 7}
    assert (plan.scenario().policy(40).months[START + 3].home_reach == 1.0).all()
