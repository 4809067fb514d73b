"""Deductions by law and saving for purposes in the household month: books, synthesis and reactions agree with the rules."""

from typing import Any

import numpy as np
import pytest
from small_policies import HISTORY, MONTHS, neutral_policy, policy_of, total, transfer

from jinxiao.calibration.world import World
from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import Basis
from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.diary import Entry
from jinxiao.model.households.income import deductions, schedule, usual_income
from jinxiao.model.households.setup import shares_above_deductible
from jinxiao.model.names import Occupation, Sector, Stage

WAGE_WORK = (Occupation.FORMAL, Occupation.MIGRANT, Occupation.FLEXIBLE)


@pytest.fixture(scope="module")
def month(history: Economy) -> Economy:
    """One month with diaries, without policy."""
    economy = history.fork(neutral_policy())
    economy.keep_diaries()
    economy.run_for(1)
    return economy


def test_the_synthesis_deducts_what_the_law_says(world: World, baseline: Baseline) -> None:
    h = world.households
    expected = deductions(h, h["wage"] * h["employed"], h["self_employment"], schedule(baseline.values))
    np.testing.assert_allclose(h["deductions"], expected, rtol=1e-5, atol=0.01)


def test_deductions_are_about_a_tenth_of_formal_wages_and_little_of_others(
    world: World, baseline: Baseline
) -> None:
    h, law = world.households, schedule(baseline.values)
    nobody = np.zeros_like(h["wage"])
    for occupation, low, high in ((1, 0.10, 0.14), (2, 0.01, 0.04), (3, 0.02, 0.06)):
        only = {**h, "occupation": np.where(h["occupation"] == occupation, occupation, 0)}
        wages = np.where(h["occupation"] == occupation, h["wage"] * h["employed"], nobody)
        paid = deductions(only, wages, nobody[:, 0], law) - deductions(only, nobody, nobody[:, 0], law)
        share = (h["weight"] @ paid) / (h["weight"] @ wages.sum(axis=1))
        # contributions at the floor of those out of work are in neither
        assert low < share < high, occupation


def _own_sector(h: Any) -> np.ndarray:
    """Sector of each household's own business: of the last earner who has one."""
    first, second = (h.occupation[:, e] == Occupation.SELF_EMPLOYED for e in (0, 1))
    return np.asarray(np.where(second, h.sector[:, 1], np.where(first, h.sector[:, 0], 0)))


def test_the_month_deducts_what_the_law_says(month: Economy) -> None:
    h, d = month.state.households, month.diaries.astype(float)
    law = schedule(month.values)
    growth = month.growth
    index = month.market_path[HISTORY].wage_index[(h.zone // 2)[:, None], np.maximum(h.sector, 0)]
    wage = h.wage * (h.shock * h.wage_gain)[:, None] * index
    hired = np.isin(h.occupation, WAGE_WORK)
    law = law._replace(
        mean_wage=law.mean_wage * growth, medical_premium=law.medical_premium * growth,
        pension_premium=law.pension_premium * growth,
    )  # fmt: skip
    own = np.where(
        (h.occupation == Occupation.SELF_EMPLOYED).any(axis=1), _own_sector(h), Sector.RESIDENT_SERVICES
    )
    takings = h.self_employment * h.shock * month.market_path[HISTORY].self_index[h.zone // 2, own]
    # newcomers to work earn what others of their kind do, which their own column does not hold
    everybody = ~(hired & ((h.employed == 0) | (h.wage == 0.0))).any(axis=1)
    expected = deductions(h._asdict(), np.where(hired, wage, 0.0), takings, law)
    np.testing.assert_allclose(d[everybody, Entry.DEDUCTIONS], expected[everybody], rtol=1e-4, atol=0.05)
    assert (d[:, Entry.TAX] <= d[:, Entry.DEDUCTIONS] + 1e-3).all()


def test_books_hold_tax_and_plans(month: Economy) -> None:
    w = month.state.households.weight.astype(float)
    for entry, item in (
        (Entry.TAX, Item.INCOME_TAX), (Entry.HOUSING_FUND, Item.HOUSING_FUND),
        (Entry.EDUCATION_PLAN, Item.EDUCATION_PLAN), (Entry.RETIREMENT_PLAN, Item.RETIREMENT_PLAN),
    ):  # fmt: skip
        assert total(month, item)[-1] == pytest.approx(w @ month.diaries[:, entry], rel=1e-4)


def test_plans_belong_to_those_who_have_the_purpose(month: Economy) -> None:
    h, d = month.state.households, month.diaries
    retired = h.stage == Stage.RETIRED
    minors = h.members[:, :4].sum(axis=1)
    assert not d[retired, Entry.EDUCATION_PLAN].any() and not d[retired, Entry.RETIREMENT_PLAN].any()
    assert ((d[:, Entry.EDUCATION_PLAN] > 0) == ((minors > 0) & ~retired)).all()
    formal = (h.occupation == Occupation.FORMAL).any(axis=1)
    assert ((d[:, Entry.HOUSING_FUND] > 0) == formal).all()


@pytest.mark.parametrize(
    ("basis", "occupation"),
    [(Basis.RESIDENT_PENSIONER, Occupation.FARMER), (Basis.EMPLOYEE_PENSIONER, Occupation.FORMAL)],
)
def test_a_lasting_rise_of_pensions_lowers_the_plan_of_those_who_will_draw_it(
    history: Economy, reference: Economy, basis: Basis, occupation: Occupation
) -> None:
    rise = policy_of(transfers=transfer(basis=basis, amount=20.0, permanent=20.0))
    runs = [
        history.fork(policy, market_path=reference.market_path) for policy in (neutral_policy(MONTHS), rise)
    ]
    for run in runs:
        run.keep_diaries()
        run.run_for(1)
    h = runs[0].state.households
    future = (h.occupation == occupation).all(axis=1) & (h.stage != Stage.RETIRED)
    future &= (h.employee_pensioners == 0) & (h.resident_pensioners == 0)
    plain, risen = (run.diaries[future].astype(float) for run in runs)
    values = history.values
    drawing = values["income.retirement_years"][1] / values["income.retirement_years"][0]
    np.testing.assert_allclose(risen[:, Entry.PENSION_PROMISE], 2 * 20.0, rtol=1e-5)
    # the more patient of them plan more often: each type by its share of planners
    planners = runs[0].household_parameters.planning[h.zone[future] % 2, h.patience[future]]
    fall = planners * drawing * 40.0
    full = (plain[:, Entry.RETIREMENT_PLAN] > fall) & (fall > 0.0)
    assert full.any()
    change = risen[full, Entry.RETIREMENT_PLAN] - plain[full, Entry.RETIREMENT_PLAN]
    np.testing.assert_allclose(change, -fall[full], rtol=1e-3)
    more = risen[full, Entry.PLANNED] - plain[full, Entry.PLANNED]
    assert more.mean() > 0.5 * -change.mean()  # what is no longer put aside is spendable for good


def test_the_mean_share_of_bills_that_patients_pay_is_the_published_one(baseline: Baseline) -> None:
    v = baseline.values
    above = shares_above_deductible(v)
    draws = np.exp(
        v["households.medical_sigma"] * np.random.default_rng(3).standard_normal(400_000)
        - 0.5 * v["households.medical_sigma"] ** 2
    )
    for scheme in range(2):
        for residence in range(2):
            bill = v["households.medical_mean"][residence] * draws
            own = np.minimum(bill, v["income.medical_deductible"][scheme])
            own = own + above.share[scheme, residence] * (bill - own)
            assert own.mean() / bill.mean() == pytest.approx(
                v["households.uninsured_share"][scheme], abs=3e-3
            )


def test_usual_income_counts_everybody_at_work(world: World, baseline: Baseline) -> None:
    h = world.households
    usual = usual_income(h, baseline.values)
    someone_out = ((h["employed"] == 0) & np.isin(h["occupation"], WAGE_WORK)).any(axis=1)
    now = (
        (h["wage"] * h["employed"]).sum(axis=1) - h["deductions"] + h["self_employment"] + h["farm"] + h["pension"]
        + h["transfers"] + h["property"] * (1 - baseline.values["households.imputed_income_share"][h["zone"] % 2])
    )  # fmt: skip
    np.testing.assert_allclose(usual[~someone_out], now[~someone_out], rtol=1e-4, atol=0.1)
    assert (usual[someone_out] >= now[someone_out] - 0.1).mean() > 0.99
