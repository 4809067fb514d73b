"""What holds of the state in any month, with and without policy: numbers are numbers, people stay people, limits hold."""

import itertools

import numpy as np
import pytest
from small_policies import HISTORY, branch, neutral_policy, total

from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.columns import NOT_OWNED, STATE
from jinxiao.model.names import AGE_BANDS, CITIES, N_DURABLES, N_SECTORS, MemberBand, Occupation
from jinxiao.model.outcomes import GROUP_OFFSETS, GROUPS, OUTCOMES

RUNS = ("reference", "busy")
BAND_STARTS = (0, 36, 72, 180, 216)
CHILD_BANDS = tuple(itertools.pairwise(BAND_STARTS))


@pytest.fixture(scope="module", params=RUNS)
def economy(request: pytest.FixtureRequest) -> Economy:
    """Thirty months without policy, and with every channel of it for the last 24."""
    run = request.getfixturevalue(request.param)
    assert run.month - HISTORY >= 24
    return run  # type: ignore[no-any-return]


def children(run: Economy) -> np.ndarray:
    """Tracked children of each household by age band, shape (households, 4)."""
    ages = run.state.households.child_age
    return np.stack([((ages >= low) & (ages < high)).sum(axis=1) for low, high in CHILD_BANDS], axis=1)


# --- numbers


def test_nothing_is_nan_or_infinite(economy: Economy) -> None:
    state = economy.state
    assert state.firms is not None
    for columns in (
        state.households._asdict(),
        state.firms._asdict(),
        state.parties._asdict(),
        vars(state.markets),
    ):
        for name, column in columns.items():
            assert np.isfinite(column).all(), name
    for name, column in economy.outcomes().aggregates.items():
        assert np.isfinite(column).all(), name
    assert np.isfinite(economy.outcomes().cube).all()
    assert np.isfinite([a.balance for a in economy.agents]).all()


def test_an_outcome_is_defined_for_a_grouping_in_all_months_or_in_none(economy: Economy) -> None:
    missing = np.isnan(economy.outcomes().values)
    assert (missing.all(axis=0) | ~missing.any(axis=0)).all()
    for outcome in range(len(OUTCOMES)):
        for name in ("all", "city"):
            start = GROUP_OFFSETS[name]
            assert not missing[:, outcome, start : start + len(GROUPS[name])].any()


def test_groups_add_up_to_the_whole(economy: Economy) -> None:
    outcomes = economy.outcomes()
    for outcome in OUTCOMES:
        whole = outcomes.series(outcome)
        for name, groups in GROUPS.items():
            parts = sum(outcomes.series(outcome, name, group) for group in groups)
            if not np.isnan(parts).any():
                np.testing.assert_allclose(parts, whole, rtol=1e-9, atol=1e-6, err_msg=f"{outcome} by {name}")
    np.testing.assert_allclose(outcomes.cube.sum(axis=(1, 2, 3)), outcomes.series("resident_consumption"))
    assert len(GROUPS["city"]) == len(CITIES) and len(GROUPS["age"]) == len(AGE_BANDS)


def test_prices_wages_and_amounts_are_positive(economy: Economy) -> None:
    a = economy.outcomes().aggregates
    assert a["price"].min() > 0.5 and a["price"].max() < 2.0
    assert a["wage_index"].min() > 0.5 and a["wage_index"].max() < 2.0
    assert (a["custom"] >= 0.0).all() and (a["visits"] >= 0.0).all() and (a["trips"] >= 0.0).all()
    f, h = economy.state.firms, economy.state.households
    assert f is not None
    assert f.price.min() > 0.0
    for column in (f.employees, f.sales, f.expected, f.target):
        assert column.min() >= 0.0
    for column in (h.consumption, h.permanent_income, h.stored, h.shock, h.wage_gain):
        assert column.min() >= 0.0
    assert (economy.outcomes().cube >= 0.0).all()


def test_probabilities_of_work_are_probabilities(economy: Economy) -> None:
    for markets in economy.market_path:
        assert markets.separation.min() >= 0.0 and markets.separation.max() <= 1.0
        assert markets.finding.min() > 0.0 and markets.finding.max() <= 1.0
        assert (np.diff(markets.vacancy_cdf, axis=1) >= 0.0).all()
        np.testing.assert_allclose(markets.vacancy_cdf[:, -1], 1.0)


# --- people


def test_unemployment_lies_between_nought_and_one_everywhere(economy: Economy) -> None:
    labour = economy.outcomes().aggregates["labour"].sum(axis=2)
    rate = labour[..., 3] / (labour[..., 0] + labour[..., 3])
    assert rate.min() > 0.0 and rate.max() < 0.2
    province = labour.sum(axis=1)
    rate = province[:, 3] / (province[:, 0] + province[:, 3])
    assert np.abs(np.diff(rate)).max() < 0.005


def test_everyone_in_work_has_a_place_of_work(economy: Economy) -> None:
    h = economy.state.households
    assert set(np.unique(h.employed)) <= {0, 1}
    at_work = (h.occupation != Occupation.NONE) & (h.employed == 1)
    assert (h.sector[at_work] >= 0).all() and (h.sector < N_SECTORS).all()
    assert (h.employed[h.occupation == Occupation.NONE] == 0).all()
    weight = np.repeat(h.weight.astype(np.float64)[:, None], 2, axis=1)
    counted = weight[at_work].sum()
    assert counted == pytest.approx(total(economy, Item.EMPLOYED)[-1], rel=1e-9)
    assert counted == pytest.approx(economy.outcomes().aggregates["labour"][-1, ..., 0].sum(), rel=1e-9)


def test_staff_of_firms_are_the_people_who_work(economy: Economy) -> None:
    f = economy.state.firms
    assert f is not None
    at_work = economy.outcomes().aggregates["labour"][-1, ..., 0].sum()
    assert economy.state.staff.sum() == pytest.approx(at_work, rel=1e-9)
    # firms have closed and opened at the end of the month: that moves jobs within a trade and city
    staff = (f.weight.astype(np.float64) * f.employees).sum()
    assert staff == pytest.approx(at_work, rel=1e-6)


def test_persons_change_by_births_deaths_and_moves_alone(economy: Economy) -> None:
    persons = total(economy, Item.PERSONS)
    change = total(economy, Item.BIRTHS) - total(economy, Item.DEATHS)
    change += total(economy, Item.MOVED_IN) - total(economy, Item.MOVED_OUT)
    np.testing.assert_allclose(np.diff(persons), change[1:], rtol=1e-9, atol=1.0)
    assert total(economy, Item.DEATHS).sum() > 0.0 and total(economy, Item.MOVED_IN).sum() > 0.0
    h = economy.state.households
    assert (h.members >= 0).all()
    assert persons[-1] == pytest.approx((h.weight.astype(np.float64) * h.members.sum(axis=1)).sum(), rel=1e-9)
    assert total(economy, Item.HOUSEHOLDS).std() == pytest.approx(0.0, abs=1e-3)


def test_children_under_three_are_in_their_band(economy: Economy) -> None:
    h = economy.state.households
    assert ((h.child_age >= -1) & (h.child_age < BAND_STARTS[-1])).all()
    assert (children(economy) <= h.members[:, :4]).all()
    np.testing.assert_array_equal(children(economy)[:, 0], h.members[:, MemberBand.AGE_0_2])
    # youngest first
    both = (h.child_age >= 0).all(axis=1)
    assert (h.child_age[both, 0] <= h.child_age[both, 1]).all()
    assert not ((h.child_age[:, 0] < 0) & (h.child_age[:, 1] >= 0)).any()


def test_children_grow_a_month_a_month_and_change_band(history: Economy) -> None:
    later = branch(history, neutral_policy(), 14)
    before, after = history.state.households, later.state.households
    one_child = (before.child_age[:, 0] >= 0) & (before.child_age[:, 1] < 0)
    one_child &= before.members[:, :4].sum(axis=1) == 1
    one_child &= before.members.sum(axis=1) == after.members.sum(axis=1)  # nobody born, dead or moved
    one_child &= before.members[:, MemberBand.STUDENT] == 0
    one_child &= after.head_age == before.head_age + 14
    one_child &= (after.child_age[:, 0] < 0) | (after.child_age[:, 0] >= 14)
    age, grown = before.child_age[one_child, 0], after.child_age[one_child, 0]
    of_age = age + 14 >= BAND_STARTS[-1]
    np.testing.assert_array_equal(grown, np.where(of_age, -1, age + 14))
    bands = after.members[one_child]
    for band, (low, high) in enumerate(CHILD_BANDS):
        np.testing.assert_array_equal(bands[:, band], (grown >= low) & (grown < high))
    grown_up = [MemberBand.STUDENT, MemberBand.AGE_18_59, MemberBand.AGE_60_79, MemberBand.AGE_80_PLUS]
    adults = before.members[one_child][:, grown_up].sum(axis=1)
    np.testing.assert_array_equal(bands[:, grown_up].sum(axis=1), adults + of_age)
    # every move was seen
    for low in BAND_STARTS[1:]:
        assert ((age < low) & (age + 14 >= low)).any()


def test_a_newborn_stays_under_three_for_36_months(hamlet: Economy) -> None:
    economy = hamlet.fork(neutral_policy(42))
    economy.household_parameters = economy.household_parameters._replace(
        birth_probability=np.full((2, 3), 0.05)
    )
    economy.run_for(1)
    born = np.flatnonzero(economy.state.households.child_age[:, 0] == 0)
    assert len(born) > 3
    economy.household_parameters = economy.household_parameters._replace(birth_probability=np.zeros((2, 3)))
    under_three = []
    for _ in range(37):
        under_three.append((economy.state.households.child_age[born, 0] < 36).tolist())
        economy.run_for(1)
    assert np.array(under_three)[:36].all()
    assert not np.array(under_three)[36].any()


def test_a_birth_leaves_older_children_growing(hamlet: Economy) -> None:
    economy = hamlet.fork(neutral_policy())
    economy.household_parameters = economy.household_parameters._replace(
        birth_probability=np.full((2, 3), 1e6)
    )
    all_tracked = (children(economy) == economy.state.households.members[:, :4]).all(axis=1)
    all_tracked &= economy.state.households.child_age[:, 1] < 0  # of three children two are followed
    economy.run_for(1)
    assert total(economy, Item.BIRTHS)[-1] > 0.0
    np.testing.assert_array_equal(
        children(economy)[all_tracked], economy.state.households.members[all_tracked, :4]
    )


# --- things and money


def test_durables_fill_slots_and_are_bought_in_the_past(economy: Economy) -> None:
    bought = economy.state.households.durable_bought
    owned = bought != NOT_OWNED
    assert (bought[owned] < economy.month).all()
    assert owned.any(axis=0).all()
    outcomes = [total(economy, Item.DURABLE_UNITS + k)[HISTORY:] for k in range(N_DURABLES)]
    assert all(path.min() > 0.0 for path in outcomes)


def test_debts_are_not_negative_and_run_off(economy: Economy) -> None:
    h = economy.state.households
    for column in (h.loan, h.mortgage, h.term_deposits + 1e-6):
        assert column.min() >= 0.0
    assert (h.loan_payment[h.loan > 0.0] > 0.0).all()
    months_left = h.loan[h.loan > 0.0] / h.loan_payment[h.loan > 0.0]
    assert months_left.max() <= economy.household_parameters.loan_months + 1e-3


def test_types_of_columns_stay_as_declared(economy: Economy) -> None:
    households = economy.households  # a Population refuses columns that do not fit their declaration
    for name, column in STATE.items():
        assert households.get(name).dtype == np.dtype(column.dtype)
    assert len(economy.firms) > 0 and len(economy.parties) > 0


@pytest.fixture(scope="module")
def month_later(economy: Economy) -> Economy:
    """The run a month on, without policy."""
    return branch(economy, neutral_policy(economy.month + 1), 1)


def below_limit(before: Economy, after: Economy) -> np.ndarray:
    """Who holds less liquid wealth than the policy function allows: minus the limit times what is left to spend a month."""
    h, now, p = before.state.households, after.state.households, before.household_parameters
    interest = h.mortgage * p.mortgage_rate
    mortgage = np.clip(h.mortgage_payment, interest, h.mortgage + interest)
    loan = np.where(h.loan > 0.0, np.minimum(h.loan, h.loan_payment) + h.loan * p.loan_rate, 0.0)
    income = now.permanent_income
    spendable = np.maximum((1.0 - h.saving_rate) * income - mortgage - loan, p.floor_income_share * income)
    return np.asarray(now.liquid_wealth < -before.values["households.borrowing_limit"] * spendable - 1.0)


def test_liquid_wealth_stays_above_the_borrowing_limit(economy: Economy, month_later: Economy) -> None:
    assert not below_limit(economy, month_later).any()


def test_nobody_out_of_work_borrows_to_put_savings_aside(economy: Economy, month_later: Economy) -> None:
    h = month_later.state.households
    out_of_work = (h.occupation != Occupation.NONE).any(axis=1) & ~(h.employed == 1).any(axis=1)
    in_debt = (
        out_of_work & (h.liquid_wealth < 0.0) & (h.liquid_wealth < economy.state.households.liquid_wealth)
    )
    # who had cash may put some aside and then meet a bill; who had none may not
    in_debt &= economy.state.households.liquid_wealth <= 0.0
    put_aside = h.term_deposits - economy.state.households.term_deposits
    assert (put_aside[in_debt] <= 0.0).all()


def test_nobody_uses_an_overdraft_who_holds_savings(month_later: Economy) -> None:
    h = month_later.state.households
    overdrawn = h.liquid_wealth < -1.0
    assert overdrawn.any()
    assert (h.term_deposits[overdrawn] < 1.0).all()
    assert (h.term_deposits >= -1e-6).all()
