"""Measures on a province of about 1,500 households: money that is received in full."""

import numpy as np
import pytest

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.world import World
from jinxiao.model.conditions import Conditions
from jinxiao.model.economy import Economy
from jinxiao.model.firms.rewards import Kind
from jinxiao.model.households.accounts import Item
from jinxiao.model.ledger import ITEMS, Account
from jinxiao.model.names import month_index
from jinxiao.scenarios.accounts import Geo
from jinxiao.scenarios.levers import Draft, When

START = month_index("2025-06")
MONTHS = START + 16
RECEIVED = [Item.POLICY_TRANSFERS, Item.COUPONS, Item.HOME_SUBSIDIES, Item.EXTRA_BENEFIT, Item.EXTRA_COVER]
"""What households receive from measures that run here."""
FIRMS_RECEIVE = [ITEMS.index(item) for item in ("rewards", "arrears_cleared")]
"""What firms do, for nothing in return."""


@pytest.fixture(scope="module")
def village(plan) -> Economy:
    """The province up to the start of the plan, with its history. Tests fork it and never step it."""
    world = World.load(scale=9000)
    baseline = fit_baseline(world, load_parameters().central())
    economy = Economy(world, plan.scenario().policy(MONTHS), baseline, seed=3)
    economy.run_for(START)
    return economy


def lived(village: Economy, policy) -> Economy:
    """Return the run of a policy to its end."""
    economy = village.fork(policy)
    economy.run_for(len(policy.months) - START)
    return economy


ADDED = (2, 3, 4, 6, 8, 9, 10, 16, 17, 18)


@pytest.mark.slow
@pytest.mark.parametrize("number", ADDED)
def test_what_a_measure_costs_is_what_is_received_and_ordered(plan, village, number):
    policy = plan.scenario(number).policy(MONTHS)
    run = lived(village, policy)
    accounts = run.outcomes().aggregates["accounts"].sum(axis=(1, 2))
    received = accounts[START:, RECEIVED].sum(axis=1)
    flows = run.outcomes().aggregates["flows"]
    received += flows[START:, :, Account.FIRMS][..., FIRMS_RECEIVE].sum(axis=(1, 2))
    # what firms pay each other leaves the sector of firms as it was: the books of sectors do not hold it
    among_firms = [rule for (_, name), rule in plan.rules.items() if name == "large_firm_arrears"]
    received += run.outcomes().cost_by_rule[START:, among_firms].sum(axis=(1, 2))
    ordered = np.array(
        [
            sum(
                [
                    *c.cost_by_rule.values(),
                    *c.orders.values(),
                    *c.grants.values(),
                    *c.paid_to_funds.values(),
                    c.homes_acquired.sum(),
                ]
            )  # fmt: skip
            for c in policy.months[START:]
        ]
    )
    cost = run.outcomes().cost_by_rule.sum(axis=(1, 2))[START:]
    np.testing.assert_allclose(cost, received + ordered, rtol=1e-9)
    own = [rule for (measure, _), rule in plan.rules.items() if measure == number]
    paid = run.outcomes().cost_by_rule[START:, own].sum()
    assert paid > 0.0 or number == 2, "nothing is paid"


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
