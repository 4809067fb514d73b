"""Who is paid what: a transfer reaches exactly the units that its rule names, in the month that it names."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from small_policies import HISTORY, RULE, branch, cost, neutral_policy, policy_of, total, transfer

from jinxiao.model.conditions import Basis
from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.diary import Entry
from jinxiao.model.households.loop import COURSE_BITS, COURSE_MONTHS, HouseholdColumns
from jinxiao.model.names import MemberBand, Occupation

AMOUNT = 137.0
Received = Callable[..., tuple[np.ndarray, Economy]]


@pytest.fixture
def paid(history: Economy, reference: Economy) -> Received:
    """What each household received in the last of ``months`` under a transfer, and the run."""

    def received(months: int = 1, **rule: Any) -> tuple[np.ndarray, Economy]:
        policies = policy_of(transfers=transfer(**rule)), neutral_policy()
        runs = [history.fork(policy, reference.market_path) for policy in policies]
        incomes = []
        for run in runs:
            run.keep_diaries()
            run.run_for(months)
            # who is paid breaks fewer deposits, and loses less interest by it
            lost = run.household_parameters.break_cost * run.diaries[:, Entry.BROKEN].astype(np.float64)
            incomes.append(run.state.households.income + lost)
        return incomes[0] - incomes[1], runs[0]

    return received


def at(h: HouseholdColumns, occupations: tuple[int, ...], employed: int) -> np.ndarray:
    """Earners of the occupations given who work, or do not."""
    return (np.isin(h.occupation, occupations) & (h.employed == employed)).sum(axis=1)


def mask(*occupations: Occupation) -> int:
    return sum(1 << o for o in occupations)


UNITS: dict[str, tuple[dict[str, Any], Any]] = {
    "household": ({"basis": Basis.HOUSEHOLD}, lambda h: np.ones(len(h.weight))),
    "child under three": (
        {"basis": Basis.CHILD, "age_min": 0, "age_max": 36},
        lambda h: h.members[:, MemberBand.AGE_0_2],
    ),
    "one year old": (
        {"basis": Basis.CHILD, "age_min": 12, "age_max": 24},
        lambda h: ((h.child_age >= 12) & (h.child_age < 24)).sum(axis=1),
    ),
    "birth": ({"basis": Basis.BIRTH}, lambda h: (h.child_age == 0).sum(axis=1)),
    "resident pensioner": ({"basis": Basis.RESIDENT_PENSIONER}, lambda h: h.resident_pensioners),
    "employee pensioner": ({"basis": Basis.EMPLOYEE_PENSIONER}, lambda h: h.employee_pensioners),
    "resident insured": ({"basis": Basis.RESIDENT_INSURED}, lambda h: h.resident_insured),
    "formal job": (
        {"basis": Basis.EMPLOYED, "occupations": mask(Occupation.FORMAL)},
        lambda h: at(h, (Occupation.FORMAL,), 1),
    ),
    "any job for hire lost": (
        {
            "basis": Basis.UNEMPLOYED,
            "occupations": mask(Occupation.FORMAL, Occupation.MIGRANT, Occupation.FLEXIBLE),
        },
        lambda h: at(h, (Occupation.FORMAL, Occupation.MIGRANT, Occupation.FLEXIBLE), 0),
    ),
    "farmer": ({"basis": Basis.FARMER}, lambda h: (h.occupation == Occupation.FARMER).sum(axis=1)),
    "student": ({"basis": Basis.STUDENT}, lambda h: h.members[:, MemberBand.STUDENT]),
    "person": ({"basis": Basis.PERSON}, lambda h: h.members.sum(axis=1)),
    "person of sixty and over": (
        {"basis": Basis.ELDER, "age_min": 720},
        lambda h: h.members[:, MemberBand.AGE_60_79] + h.members[:, MemberBand.AGE_80_PLUS],
    ),
    "person of eighty and over": (
        {"basis": Basis.ELDER, "age_min": 960},
        lambda h: h.members[:, MemberBand.AGE_80_PLUS],
    ),
    "poorest two quintiles": ({"max_quintile": 1}, lambda h: h.quintile <= 1),
    "rural Datong": ({"zones": 1 << 3}, lambda h: h.zone == 3),
}


def test_more_transfers_than_a_word_of_bits_are_all_paid(history: Economy) -> None:
    rows = np.concatenate([transfer(amount=1.0) for _ in range(70)])
    one, many = (history.fork(policy_of(transfers=t)) for t in (transfer(amount=70.0), rows))
    for run in (one, many):
        run.run_for(1)
    np.testing.assert_allclose(cost(many), cost(one), rtol=1e-12)
    assert cost(one).sum() > 0.0


@pytest.mark.parametrize("name", UNITS)
def test_a_transfer_is_paid_per_unit_of_its_basis(paid: Received, name: str) -> None:
    rule, count = UNITS[name]
    received, run = paid(amount=AMOUNT, **rule)
    units = np.asarray(count(run.state.households), np.float64)
    assert units.mean() > 0.0
    np.testing.assert_allclose(received, AMOUNT * units, atol=0.02)
    weight = run.state.households.weight.astype(np.float64)
    assert cost(run)[HISTORY] == pytest.approx(AMOUNT * weight @ units, rel=1e-9)
    assert total(run, Item.POLICY_TRANSFERS)[HISTORY] == pytest.approx(cost(run)[HISTORY], rel=1e-12)


def test_training_is_paid_when_a_course_ends(history: Economy) -> None:
    policy = policy_of(training=np.full(22, 0.2), transfers=transfer(basis=Basis.TRAINED, amount=AMOUNT))
    run = branch(history, policy, 1)
    h = run.state.households
    trained = just_trained(run)
    eligible = np.isin(h.occupation, (Occupation.FORMAL, Occupation.MIGRANT, Occupation.FLEXIBLE))
    assert not trained[~eligible].any()
    for earner in range(2):  # heads and second earners alike
        assert trained[:, earner][eligible[:, earner]].mean() == pytest.approx(0.2, abs=0.03)
    weight = h.weight.astype(np.float64)
    assert cost(run)[HISTORY] == pytest.approx(AMOUNT * weight @ trained.sum(axis=1), rel=1e-9)


def just_trained(run: Economy) -> np.ndarray:
    """Return which earners finished a course this month, shape (households, 2)."""
    held = run.state.households.trained_for.astype(np.int64)
    new = held & COURSE_MONTHS == run.household_parameters.training_months
    return new[:, None] & ((held >> COURSE_BITS)[:, None] >> np.arange(2) & 1 == 1)


def test_training_of_employees_is_paid_to_employees_alone(history: Economy) -> None:
    rows = transfer(basis=Basis.TRAINED, amount=AMOUNT, occupations=mask(Occupation.FORMAL))
    run = branch(history, policy_of(training=np.full(22, 0.2), transfers=rows), 1)
    h = run.state.households
    trained = just_trained(run)
    formal = h.occupation == Occupation.FORMAL
    assert (trained & formal).any() and (trained & ~formal).any()
    weight = h.weight.astype(np.float64)
    assert cost(run)[HISTORY] == pytest.approx(AMOUNT * weight @ (trained & formal).sum(axis=1), rel=1e-9)


def test_a_course_raises_the_wage_of_who_took_it(history: Economy) -> None:
    gain = 0.1
    run = branch(history, policy_of(training=np.full(22, 0.3), training_wage_gain=gain), 1)
    h, before = run.state.households, history.state.households
    trained = just_trained(run)
    earns = np.isin(h.occupation, (Occupation.FORMAL, Occupation.MIGRANT, Occupation.FLEXIBLE))
    wages = np.where(earns, h.wage, 0.0).astype(np.float64)
    had = wages.sum(axis=1) > 0.0
    gained = (h.wage_gain / before.wage_gain - 1.0)[had]
    one, both = trained[had].sum(axis=1) == 1, trained[had].all(axis=1)
    share = (np.where(trained, wages, 0.0).sum(axis=1)[had] / wages.sum(axis=1)[had])[one]
    assert one.any() and both.any() and (trained[:, 1] & ~trained[:, 0]).any()
    np.testing.assert_allclose(gained[one], gain * share, atol=1e-6)
    assert (gained[both] >= gain - 1e-6).all() and not gained[~(one | both)].any()


def test_child_care_subsidy_stops_with_the_third_birthday(paid: Received, history: Economy) -> None:
    # the same children, followed: paid while younger than 36 months, then never again
    youngest = history.state.households.child_age[:, 0]
    about_to_turn = np.flatnonzero(
        (youngest >= 30) & (youngest < 35) & (history.state.households.child_age[:, 1] < 0)
    )
    assert len(about_to_turn) > 20
    for months in (1, 4, 8):
        received, run = paid(months, basis=Basis.CHILD, age_min=0, age_max=36, amount=AMOUNT)
        no_sibling = run.state.households.child_age[about_to_turn, 1] < 0
        young = youngest[about_to_turn] + months < 36
        np.testing.assert_allclose(received[about_to_turn][no_sibling] > 0.5 * AMOUNT, young[no_sibling])


def test_take_up_is_for_good_and_grows_by_adding_households(paid: Received, history: Economy) -> None:
    first, _ = paid(1, amount=AMOUNT, take_up=0.3)
    later, _ = paid(5, amount=AMOUNT, take_up=0.3)
    more, run = paid(1, amount=AMOUNT, take_up=0.5)
    takers, wider = first > 1.0, more > 1.0
    np.testing.assert_array_equal(later > 0.5 * AMOUNT, takers)
    assert (wider | ~takers).all()
    weight = run.state.households.weight.astype(np.float64)
    for who, share in ((takers, 0.3), (wider, 0.5)):
        assert np.average(who, weights=weight) == pytest.approx(share, abs=0.02)
    other = branch(
        history,
        policy_of(rules=(RULE + 1,), transfers=transfer(rule=RULE + 1, amount=AMOUNT, take_up=0.3)),
        1,
    )
    base = branch(history, neutral_policy(), 1)
    other_takers = other.state.households.income > base.state.households.income + 1.0
    # another rule has its own takers: chance overlap
    assert np.mean(other_takers[takers]) == pytest.approx(0.3, abs=0.03)


def test_a_share_is_of_the_pensioners_own_pension(paid: Received) -> None:
    received, run = paid(basis=Basis.EMPLOYEE_PENSIONER, share=0.02)
    h = run.state.households
    only = (h.employee_pensioners > 0) & (h.resident_pensioners == 0)
    np.testing.assert_allclose(received[only], 0.02 * h.pension[only] * run.growth, atol=0.02)
    assert not received[h.employee_pensioners == 0].any()


def test_a_share_leaves_the_other_scheme_out(paid: Received) -> None:
    received, run = paid(basis=Basis.EMPLOYEE_PENSIONER, share=0.02)
    h = run.state.households
    both = (h.employee_pensioners > 0) & (h.resident_pensioners > 0)
    assert both.any()
    assert (received[both] < 0.02 * h.pension[both] * run.growth - 0.01).all()


def test_permanent_part_enters_what_a_household_reckons_on(history: Economy) -> None:
    base = branch(history, neutral_policy(), 1).state.households.permanent_income
    once = branch(history, policy_of(transfers=transfer(amount=AMOUNT)), 1).state.households.permanent_income
    for_good = branch(history, policy_of(transfers=transfer(amount=AMOUNT, permanent=AMOUNT)), 1)
    np.testing.assert_array_equal(once, base)
    p = for_good.household_parameters
    floor = p.mean_income[for_good.state.households.zone % 2] * p.floor_income_share
    above_floor = base > 1.001 * floor
    raised = for_good.state.households.permanent_income - base
    np.testing.assert_allclose(raised[above_floor], AMOUNT, atol=0.02)
