"""Scenarios: the same history, four references, measures added and taken away."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinxiao.files.errors import InputError
from jinxiao.model.names import month_index
from jinxiao.scenarios.scenario_file import read_scenario

START = month_index("2025-06")


def equal(a, b):
    """Return whether two months' Conditions are equal in every field."""
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in vars(a))


def rules_of(month):
    """Return the rules that have rows in a month."""
    rows = (month.transfers, month.durable_rules, month.coupons)
    return {int(rule) for table in rows for rule in table["rule"]}


def test_history_is_the_same_in_every_scenario(plan):
    scenarios = [plan.scenario(reference=r) for r in ("without", "baseline", "plan", "actual")]
    scenarios += [
        plan.scenario(5, 15),
        plan.scenario(15).override({"measures.15.car_scrap_2025_nev.flat": 99_000}),
    ]
    first, *others = (scenario.policy(START).months for scenario in scenarios)
    for months in others:
        assert all(equal(a, b) for a, b in zip(first, months, strict=True))


def test_without_the_plan_rules_stop_and_levels_stay(plan):
    months = plan.scenario().policy(48).months
    keep = {
        rule
        for (number, key), rule in plan.rules.items()
        if (one := plan.measures[number].instruments[key]).persistent
        and one.status == "continued"
        and one.kind == "transfer"
    }
    assert plan.rules[7, "pension_rise_2024"] in keep
    for month in months[START:]:
        assert rules_of(month) <= keep and plan.rules[7, "pension_rise_2024"] in rules_of(month)
        assert not month.orders and not month.grants and not month.outside_orders and not len(month.rewards)
        assert not month.placements.any() and not month.arrears_repaid.any() and not month.delivery.any()
        assert not month.pool_budget and not month.cost_by_rule
        assert month.loan_rule == month.refund_rule == month.business_loan_rule == -1
        assert np.array_equal(month.wage_floor, months[START - 1].wage_floor)
    assert rules_of(months[START + 9]) == keep  # March, when grants are paid
    assert rules_of(months[START - 1]) - keep


def test_a_later_step_of_a_stopped_rule_is_not_taken(plan):
    """The floor of January 2025 stays; the rise of 2027 belongs to the plan."""
    without, full = (plan.scenario(reference=r).policy(48).months[40] for r in ("without", "plan"))
    assert (full.wage_floor > without.wage_floor).all()


def test_baseline_runs_what_ran_before_to_its_own_end(plan):
    months = plan.scenario(reference="baseline").policy(48).months
    assert len(months[20].durable_rules) == 15
    assert not len(months[24].durable_rules)
    new = {
        rule
        for key, rule in plan.rules.items()
        if plan.measures[key[0]].instruments[key[1]].status != "continued"
    }
    assert not any(rules_of(month) & new for month in months)


def test_a_measure_on_baseline_adds_only_what_the_plan_added(plan):
    added = plan.scenario(15, reference="baseline").policy(48).months
    base = plan.scenario(reference="baseline").policy(48).months
    assert all(equal(a, b) for a, b in zip(added[:18], base[:18], strict=True))
    assert len(added[24].durable_rules) and not len(base[24].durable_rules)


def test_continued_part_alone_shows_how_much_is_new(plan):
    continued = plan.scenario(15, part="continued").policy(48).months
    whole = plan.scenario(15).policy(48).months
    assert equal(continued[17], whole[17])
    assert len(whole[24].durable_rules) and not len(continued[24].durable_rules)


def test_all_measures_on_without_are_the_plan(plan):
    whole, parts = plan.scenario(reference="plan"), plan.scenario(*plan.measures)
    assert whole.hash == parts.hash
    assert all(equal(a, b) for a, b in zip(whole.policy(48).months, parts.policy(48).months, strict=True))


def test_the_order_of_measures_does_not_matter(plan):
    a, b = plan.scenario(5, 15, 29), plan.scenario(29, 5, 15)
    assert (a.hash, a.name) == (b.hash, b.name)
    assert all(equal(x, y) for x, y in zip(a.policy(48).months, b.policy(48).months, strict=True))


def test_dropping_a_measure_undoes_adding_it(plan):
    assert plan.scenario(5, 15, drop=(15,)).hash == plan.scenario(5).hash
    assert plan.scenario(reference="plan", drop=tuple(plan.measures)).hash == plan.scenario().hash


def test_accounts_do_not_depend_on_the_choice(plan):
    a, b = plan.scenario(5).policy(1).instruments, plan.scenario(reference="plan").policy(1).instruments
    assert a == b
    assert [one.rule for one in a] == list(range(len(a)))
    assert len({one.key for one in a}) == len(a)


def test_actual_leaves_out_what_was_not_done(plan):
    actual, full = (plan.scenario(reference=r).policy(48).months for r in ("actual", "plan"))
    november = month_index("2026-11")
    assert full[november].school_break_days.any() and not actual[november].school_break_days.any()
    december = month_index("2025-12")
    assert len(actual[december].durable_rules) == len(full[december].durable_rules) - 2


# ---- numbers


@settings(max_examples=25, deadline=None)
@given(flat=st.floats(0, 200_000), month=st.integers(START, 23))
def test_an_override_reaches_the_rule_from_the_plans_start_on(plan, flat, month):
    scenario = plan.scenario(15).override({"measures.15.instruments.car_scrap_2025_nev.flat": flat})
    rule = plan.rules[15, "car_scrap_2025_nev"]
    months = scenario.policy(24).months
    assert months[month].durable_rules["flat"][months[month].durable_rules["rule"] == rule] == flat
    before = months[START - 1].durable_rules
    assert before["flat"][before["rule"] == rule] == 20_000


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_any_draw_of_the_parameters_gives_a_policy(plan, data):
    parameters = plan.parameters()
    u = data.draw(st.lists(st.floats(0, 1), min_size=len(parameters), max_size=len(parameters)))
    values = {p.name: p.prior.ppf(min(max(x, 1e-6), 1 - 1e-6)) for p, x in zip(parameters, u, strict=True)}
    for month in plan.scenario(reference="plan").policy(37, values).months[17:]:
        assert np.isfinite(month.wage_floor).all()
        assert (month.transfers["amount"] >= 0).all() and (month.transfers["take_up"] <= 1).all()
        assert (month.durable_rules["eligible_share"] <= 1).all()
        assert (month.uninsured_share <= 0).all() and (month.ticket_factor > 0).all()


def test_a_sampled_number_moves_all_that_equal_it(plan):
    name = "measures.15.car_scrap_2025_nev.take_up"
    month = plan.scenario(15).policy(48, {name: 0.7}).months[20]
    cars = month.durable_rules[month.durable_rules["durable"] == 0]
    assert len(cars) == 4 and (cars["take_up"] == 0.7).all()


def test_parameters_are_named_once_and_lie_within_their_priors(plan):
    parameters = plan.parameters()
    assert len({p.name for p in parameters}) == len(parameters)
    for p in parameters:
        low, high = p.prior.bounds
        assert low <= p.value <= high and p.unit and p.meaning


@pytest.mark.parametrize(
    ("path", "value", "month", "field", "expected"),
    [
        ("measures.15.appliances_2025.tiers.grade_1.rate", 0.3, 20, "durable_rules", 0.3),
        ("measures.5.birth_award_luliang.geo.cities", ["Luliang", "Xinzhou"], 20, "transfers", None),
        ("measures.15.car_scrap_2025_nev.end", "2026-06", 28, "durable_rules", None),
        ("measures.15.budget_2025.release.2025-07", 0.23, 18, "pool_budget", None),
    ],
)
def test_any_field_may_be_overridden(plan, path, value, month, field, expected):
    scenario = plan.scenario(reference="plan").override({path: value})
    table = getattr(scenario.policy(30).months[month], field)
    assert len(table)
    if expected is not None:
        assert table["rate"].max() <= expected and table["rate"].max() > 0.2


def test_a_floor_may_be_overridden_by_date_and_class(plan):
    scenario = plan.scenario(1).override({"measures.1.minimum_wage.steps.2025-01.class_1": 2_500})
    months = scenario.policy(20).months
    assert months[16].wage_floor.max() < 2_150 and months[17].wage_floor.max() > 2_400


def test_payers_of_a_scenario_reach_its_accounts(plan):
    scenario = plan.scenario(5).override({"measures.5.childcare_subsidy.payers": {"province": 1.0}})
    account = scenario.policy(1).instruments[plan.rules[5, "childcare_subsidy"]]
    assert account.payer_shares == (0, 1, 0, 0, 0, 0)


def test_plans_and_scenarios_can_be_sent_to_workers(plan):
    scenario = pickle.loads(pickle.dumps(plan.scenario(5, 15)))
    assert scenario.hash == plan.scenario(5, 15).hash


def test_values_of_other_parts_of_the_model_are_ignored(plan):
    scenario = plan.scenario(5)
    a, b = scenario.policy(30), scenario.policy(30, {"households.discount_factor": 0.9})
    assert all(equal(x, y) for x, y in zip(a.months, b.months, strict=True))


def test_the_same_choice_said_twice_has_one_hash_and_a_change_another(plan):
    scenario = plan.scenario(15)
    assert scenario.override({"measures.15.car_scrap_2025_nev.flat": 20_000}).hash == scenario.hash
    assert scenario.override({"measures.15.car_scrap_2025_nev.flat": 20_001}).hash != scenario.hash
    assert pytest.approx(len(scenario.hash)) == 16


def test_a_scenario_file_says_where_local_money_comes_from(plan, tmp_path):
    file = tmp_path / "moved.yaml"
    file.write_text(
        "name: moved\nmeasures: [15]\nfinancing: {moved: 0.25, borrowed: 0.75}\n", encoding="utf-8"
    )
    moved, as_planned = read_scenario(plan, file), plan.scenario(15)
    running = {one.rule: one for one in moved.policy(START + 1).instruments if one.measure == 15}
    assert {one.financing for one in running.values()} >= {(0.0, 0.25, 0.75)}
    rules = set(rules_of(as_planned.policy(START + 1).months[START]))
    assert rules and all(running[rule].financing == (0.0, 0.25, 0.75) for rule in rules if rule in running)
    assert moved.hash != as_planned.hash
    further = tmp_path / "further.yaml"
    further.write_text("name: further\nextends: moved.yaml\n", encoding="utf-8")
    assert read_scenario(plan, further).hash == moved.hash


def test_financing_that_is_not_whole_is_refused(plan, tmp_path):
    file = tmp_path / "wrong.yaml"
    file.write_text("name: wrong\nfinancing: {moved: 0.5}\n", encoding="utf-8")
    with pytest.raises(InputError, match="new, moved and borrowed adding up to 1"):
        read_scenario(plan, file)
