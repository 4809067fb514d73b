"""What a run is reduced to: groups, payers, periods."""

import numpy as np
import pytest
from fake_province import ENGINE, FakePlan

from jinxiao.experiments.effects import (
    ALL,
    COLUMN,
    COLUMNS,
    COST,
    GROSS,
    JOBS,
    MEASURED,
    PAYER_KEYS,
    Periods,
    flows,
    unit_of,
)
from jinxiao.model.names import CITIES
from jinxiao.model.outcomes import GROUPS, OUTCOMES

FIRST, MONTHS = 17, 48


def flows_of(plan: FakePlan, *measures: int) -> np.ndarray:
    """Return the flow array of a fake run under some measures."""
    policy = plan.scenario(*measures).policy(MONTHS)
    economy = ENGINE.start(None, policy, ENGINE.load_parameters(plan).central(), 1)
    economy.run_for(MONTHS)
    return flows(economy.outcomes(), policy.instruments, FIRST)


def test_the_window_holds_its_whole_its_years_and_its_months():
    periods = Periods.of(FIRST, MONTHS - FIRST)
    assert periods.labels[:4] == ("total", "2025", "2026", "2027")
    assert periods.labels[4] == "2025-06"
    assert periods.labels[-1] == "2027-12"
    assert len(periods.labels) == 4 + 31


def test_money_adds_up_over_a_period_and_jobs_are_its_average():
    periods = Periods.of(FIRST, MONTHS - FIRST)
    monthly = np.random.default_rng(1).normal(size=(2, 31, len(MEASURED), len(COLUMNS)))
    by_period = periods.sum(monthly)
    money = [k for k in range(len(MEASURED)) if k != JOBS]
    assert by_period.shape == (2, 35, len(MEASURED), len(COLUMNS))
    np.testing.assert_allclose(by_period[:, 0, money], monthly[:, :, money].sum(axis=1))
    np.testing.assert_allclose(by_period[:, 0, JOBS], monthly[:, :, JOBS].mean(axis=1))
    np.testing.assert_allclose(by_period[:, 1, money], monthly[:, :7, money].sum(axis=1))
    np.testing.assert_allclose(by_period[:, 1, JOBS], monthly[:, :7, JOBS].mean(axis=1))
    np.testing.assert_allclose(by_period[:, 4:], monthly)
    np.testing.assert_allclose(by_period[:, 1:4, money].sum(axis=1), by_period[:, 0, money])


def test_what_is_not_defined_for_a_group_stays_undefined_in_every_period():
    periods = Periods.of(FIRST, 3)
    monthly = np.zeros((3, len(MEASURED), len(COLUMNS)))
    monthly[:, 2, 5] = np.nan
    by_period = periods.sum(monthly)
    assert np.isnan(by_period[:, 2, 5]).all()
    assert np.isnan(by_period).sum() == len(periods.labels)


def test_fiscal_cost_is_what_the_four_public_payers_bear(plan: FakePlan):
    found = flows_of(plan, 5, 21)
    amounts = plan.measures[5].instruments["allowance"], plan.measures[21].instruments["leave"]
    paid = np.array([[i.amount * (i.start <= t < i.end) for i in amounts] for t in range(FIRST, MONTHS)])
    payers = {key: found[:, COST, COLUMN["payer", key]] for key in PAYER_KEYS}
    np.testing.assert_allclose(found[:, COST, ALL], paid[:, 0])
    np.testing.assert_allclose(payers["firms"], paid[:, 1])
    np.testing.assert_allclose(payers["centre"], 0.5 * paid[:, 0])
    np.testing.assert_allclose(
        sum(payers[key] for key in ("centre", "province", "city", "fund")), found[:, COST, ALL]
    )
    assert (payers["unions"] == 0.0).all()


def test_fiscal_cost_of_cities_adds_up_to_the_province(plan: FakePlan):
    found = flows_of(plan, 5, 15, 21)
    cities = [COLUMN["city", city.key] for city in CITIES]
    np.testing.assert_allclose(found[:, COST, cities].sum(axis=1), found[:, COST, ALL])


def test_gross_spending_is_kept_for_the_province(plan: FakePlan):
    found = flows_of(plan, 5)
    np.testing.assert_allclose(found[:, GROSS, ALL], 4.0 * found[:, COST, ALL])
    assert np.isnan(found[:, GROSS, 1:]).all()


def test_payers_stand_beside_the_groups_of_the_model():
    assert len(COLUMNS) == len(set(COLUMNS)) == sum(map(len, GROUPS.values())) + 6
    assert COLUMNS[ALL] == ("all", "all")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_units(outcome: str):
    assert unit_of(outcome) == ("persons" if outcome == "jobs" else "yuan")


def test_ratios_are_yuan_per_yuan():
    assert unit_of("additional_per_yuan") == unit_of("gross_per_yuan") == "yuan per yuan"
