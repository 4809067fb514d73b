"""Strength and delay of measures: what is multiplied, what is left alone, and files that say so."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from jinxiao.experiments.engine import policy_hashes
from jinxiao.files.errors import InputError
from jinxiao.scenarios import Plan, load_plan, read_scenario
from jinxiao.scenarios.levers import AnyInstrument
from jinxiao.scenarios.records import walk
from jinxiao.scenarios.strength import SCALED, STRONGEST, delayed, strengthened

MONTHS = 48


@pytest.fixture(scope="module")
def plan() -> Plan:
    """The plan of the catalogue."""
    return load_plan("shanxi-2025")


def transfers(
    plan: Plan, strength: float, month: int, measure: int = 5, delay: int = 0
) -> dict[tuple[int, int], float]:
    """Return the amounts paid in a month by rule and age under one measure."""
    scenario = plan.scenario(measure).at_strength({measure: strength}, {measure: delay})
    accounts = {one.rule for one in scenario.policy(MONTHS).instruments if one.measure == measure}
    rows = scenario.policy(MONTHS).months[month].transfers
    return {
        (int(row["rule"]), int(row["age_min"])): float(row["amount"])
        for row in rows
        if row["rule"] in accounts
    }


def test_every_kind_of_instrument_has_a_strength():
    kinds = {
        kind
        for lever in get_args(get_args(AnyInstrument)[0])
        for kind in get_args(lever.model_fields["kind"].annotation)
    }
    assert kinds == set(SCALED)


def test_every_instrument_of_the_plan_is_moved_and_stays_in_range(plan: Plan):
    for measure in plan.measures.values():
        for key, instrument in measure.instruments.items():
            before = {path: p.value for path, p, _ in walk(instrument)}
            strong = {path: (p.value, spec) for path, p, spec in walk(strengthened(instrument, STRONGEST))}
            moved = [path for path in before if strong[path][0] != before[path]]
            left = instrument.persistent and instrument.start < plan.start
            assert moved or left, (measure.number, key)
            for value, spec in strong.values():
                assert spec is None or spec.low <= value <= spec.high


def test_strength_multiplies_what_is_paid(plan: Plan):
    once, twice = transfers(plan, 1.0, 24), transfers(plan, 2.0, 24)
    assert once
    assert twice == {key: pytest.approx(2.0 * amount) for key, amount in once.items()}


def test_strength_multiplies_subsidies_and_the_money_that_pays_them(plan: Plan):
    month = 26
    once = plan.scenario(15).policy(MONTHS).months[month]
    half = plan.scenario(15).at_strength({15: 0.5}).policy(MONTHS).months[month]
    np.testing.assert_allclose(half.durable_rules["rate"], 0.5 * once.durable_rules["rate"])
    np.testing.assert_allclose(half.durable_rules["cap"], 0.5 * once.durable_rules["cap"])
    assert half.pool_budget == {pool: pytest.approx(0.5 * yuan) for pool, yuan in once.pool_budget.items()}
    np.testing.assert_array_equal(half.durable_rules["take_up"], once.durable_rules["take_up"])


def test_no_strength_is_no_measure_and_full_strength_is_the_plan(plan: Plan):
    whole = plan.scenario(*plan.measures)
    none = whole.at_strength(dict.fromkeys(plan.measures, 0.0)).policy(MONTHS)
    assert policy_hashes(none, plan.start) == policy_hashes(plan.scenario().policy(MONTHS), plan.start)
    assert whole.at_strength(dict.fromkeys(plan.measures, 1.0)).hash == whole.hash
    assert whole.at_strength({15: 1.1}).hash != whole.hash


def test_history_is_the_same_at_any_strength_and_delay(plan: Plan):
    whole = plan.scenario(*plan.measures)
    strong = whole.at_strength(dict.fromkeys(plan.measures, 2.0), dict.fromkeys(plan.measures, 6))
    before = [policy_hashes(one.policy(MONTHS), plan.start)[0] for one in (whole, strong)]
    assert before[0] == before[1]


def test_levels_reached_before_the_plan_stay(plan: Plan):
    for strength in (0.0, 2.0):
        running = plan.scenario(7).at_strength({7: strength}).running()
        raised = next(one for one in running if one.key == "pension_rise_2024")
        assert raised.policy == raised.history


def test_a_delay_moves_what_begins_under_the_plan_and_nothing_else(plan: Plan):
    running = {
        (one.measure, one.key): one for one in plan.scenario(5, 15).at_strength({}, {5: 6, 15: 6}).running()
    }
    late, old = running[5, "childcare_subsidy"], running[15, "car_scrap_2025_nev"]
    assert late.policy is not None and old.policy is not None
    assert late.policy.start == late.history.start + 6
    assert late.policy.announced is not None and late.history.announced is not None
    assert late.policy.announced == late.history.announced + 6
    assert old.policy.start == old.history.start


def test_a_delay_moves_the_releases_of_a_pool(plan: Plan):
    pool = plan.measures[15].instruments["budget_2025"]
    late = delayed(pool, 3)
    assert {month - 3 for month in late.release} == set(pool.release)  # type: ignore[attr-defined]
    assert late.end == pool.end + 3  # type: ignore[operator]


def test_shares_stop_at_the_end_of_their_range(plan: Plan):
    refund = strengthened(plan.measures[1].instruments["job_retention_sme"], 3.0)
    assert refund.premium_refund.rate.value == 1.0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("strengths", "delays", "field"),
    [({99: 1.0}, {}, "strengths"), ({5: -0.1}, {}, "strengths.5"), ({5: 4.0}, {}, "strengths.5"),
     ({}, {5: 40}, "delays.5"), ({}, {5: -1}, "delays.5")],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(
    plan: Plan, strengths: dict[int, float], delays: dict[int, int], field: str
):
    with pytest.raises(InputError) as error:
        plan.scenario(5).at_strength(strengths, delays)
    assert error.value.field == field
    assert error.value.allowed


def test_a_file_says_strengths_and_delays(plan: Plan, tmp_path: Path):
    file = tmp_path / "mix.yaml"
    file.write_text("name: mix\nmeasures: [5, 15]\nstrengths: {5: 0.5, 15: 1.4}\ndelays: {5: 6}\n", "utf-8")
    read = read_scenario(plan, file)
    assert read.hash == plan.scenario(5, 15).at_strength({5: 0.5, 15: 1.4}, {5: 6}).hash
    child = tmp_path / "child.yaml"
    child.write_text("name: child\nextends: mix.yaml\nstrengths: {5: 2}\n", "utf-8")
    assert read_scenario(plan, child).strengths == {5: 2.0, 15: 1.4}


def test_a_file_with_a_strength_out_of_range_is_refused_with_its_line(plan: Plan, tmp_path: Path):
    file = tmp_path / "mix.yaml"
    file.write_text("name: mix\nmeasures: [5]\nstrengths: {5: 9}\n", "utf-8")
    with pytest.raises(InputError) as error:
        read_scenario(plan, file)
    assert (error.value.line, error.value.field) == (3, "strengths.5")
