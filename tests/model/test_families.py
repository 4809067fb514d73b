"""Families: who is born, grows up, retires, dies and follows; homes and their money; posts for the unemployed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_policies import (
    HISTORY,
    RULE,
    branch,
    cost,
    differences,
    neutral_policy,
    policy_of,
    total,
    transfer,
)

from jinxiao.calibration.world import World
from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import Basis
from jinxiao.model.economy import Economy
from jinxiao.model.households import family, rules
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.diary import Entry
from jinxiao.model.names import N_CITIES, N_ZONES, MemberBand, Occupation

YEAR = 12
delay = family.retirement_delay.py_func
taken = rules.mortgage_taken.py_func
effect = rules.home_effect.py_func

# --- rules with known answers


@pytest.mark.parametrize(
    ("reached", "step", "most", "months"),
    [
        (11, 4, 36, 0),  # December 2024: the old age
        (12, 4, 36, 1),  # January to April 2025: a month
        (15, 4, 36, 1),
        (16, 4, 36, 2),  # May to August 2025: two months
        (12, 2, 60, 1),  # women of 50: each two months of birth
        (14, 2, 60, 2),
        (12 + 15 * 12, 4, 36, 36),  # 2040: three years, and no more
        (12 + 15 * 12, 2, 60, 60),
    ],
)
def test_retirement_is_put_off_as_the_decision_says(reached: int, step: int, most: int, months: int) -> None:
    assert delay(reached, step, most) == months


@given(st.integers(0, 400), st.integers(1, 400))
def test_later_cohorts_never_retire_earlier(reached: int, later: int) -> None:
    # age at retirement never falls from one month of birth to a later one
    assert delay(reached + later, 4, 36) >= delay(reached, 4, 36)


def test_head_and_partner_are_of_working_age_until_sixty() -> None:
    own = family.own_generation.py_func
    assert [own(age, 3, 24) for age in (480, 719, 720, 743, 744)] == [2, 2, 1, 1, 0]
    assert own(480, 1, 24) == 1


money = st.floats(1e3, 3e6)
share = st.floats(0.05, 0.5)


@given(money, money, money, share, share)
def test_a_mortgage_covers_what_savings_do_not_and_stays_within_its_limits(
    price: float, savings: float, room: float, usual: float, down: float
) -> None:
    loan = taken(price, price, savings, room, usual, down)
    if loan < 0.0:
        assert price - savings > min((1.0 - down) * price, room)
    else:
        assert price - savings - 1e-6 <= loan <= min((1.0 - down) * price, room) + 1e-6


@given(money, money, money, share, share, st.floats(0.0, 0.05))
def test_whoever_can_pay_can_pay_on_easier_terms(
    price: float, savings: float, room: float, usual: float, down: float, easier: float
) -> None:
    if taken(price, price, savings, room, usual, down) >= 0.0:
        assert taken(price, price, savings, room, usual, down - easier) >= 0.0
        assert taken(0.9 * price, price, savings, room, usual, down) >= 0.0


def test_a_lower_price_or_rate_brings_buyers_and_none_leaves_them() -> None:
    assert effect(1e6, 1e6, 1.5, 0.0, 2.5) == 0.0
    assert effect(1e6, 9e5, 1.5, 0.0, 2.5) > effect(1e6, 9.5e5, 1.5, 0.0, 2.5) > 0.0
    # a point of interest is worth a cut of 2.5 percent of the price
    assert effect(1e6, 1e6, 1.5, 0.01, 2.5) == pytest.approx(1.5 * 0.025)


def test_an_annuity_pays_the_loan_off() -> None:
    payment, owed = rules.annuity.py_func(0.003, 300), 1.0
    for _ in range(300):
        owed = owed * 1.003 - payment
    assert owed == pytest.approx(0.0, abs=1e-9)
    assert rules.annuity.py_func(0.0, 300) == pytest.approx(1.0 / 300.0)


@given(
    st.lists(st.floats(0.0, 1e6), min_size=3, max_size=3),
    st.lists(st.floats(0.01, 1.0), min_size=3, max_size=3),
)
def test_open_posts_are_of_the_kinds_that_fall_short(count: list[float], shares: list[float]) -> None:
    normal = np.cumsum(np.array([shares]) / sum(shares), axis=1)
    found = family.open_posts(normal, np.array([count]))
    kinds = np.diff(found, axis=1, prepend=0.0)[0]
    assert (kinds >= 0.0).all() and found[0, -1] == pytest.approx(1.0)
    plenty = np.array(count) > np.array(shares) / sum(shares) * sum(count) * (1.0 + 1e-3)
    if plenty.any():
        assert (kinds[plenty] == 0.0).all()
    else:
        assert kinds.sum() == pytest.approx(1.0)


def test_without_anyone_short_newcomers_are_as_those_at_work() -> None:
    normal = np.array([[0.5, 0.9, 1.0], [0.0, 0.0, 0.0]])
    found = family.open_posts(normal, np.array([[50.0, 40.0, 10.0], [0.0, 0.0, 0.0]]))
    np.testing.assert_array_equal(found, normal)
    # a formal worker has retired
    found = family.open_posts(normal, np.array([[49.0, 40.0, 10.0], [0.0, 0.0, 0.0]]))
    np.testing.assert_allclose(found[0], 1.0)


# --- people of a run


@pytest.fixture(scope="module")
def four_years(world: World, baseline: Baseline) -> Economy:
    """Forty-eight months without policy. Tests read it and never step it."""
    economy = Economy(world, neutral_policy(48), baseline, seed=1)
    economy.run_for(48)
    return economy


def test_births_and_deaths_are_the_published_ones(four_years: Economy) -> None:
    # sampling: some 240 births and 290 deaths of a thousand persons each
    assert total(four_years, Item.BIRTHS)[:YEAR].sum() == pytest.approx(24.0e4, rel=0.15)
    assert total(four_years, Item.DEATHS)[:YEAR].sum() == pytest.approx(28.79e4, rel=0.15)


def test_the_province_ages(four_years: Economy, world: World) -> None:
    weight = np.asarray(world.households["weight"], np.float64)

    def elders(members: np.ndarray) -> float:
        people = weight @ members.astype(np.float64)
        return float(people[MemberBand.AGE_60_79 :].sum() / people.sum())

    # the large cohorts of 1962-1973 turn 60: about 0.7 to 1.1 points a year
    rise = elders(four_years.state.households.members) - elders(world.households["members"])
    assert 0.02 < rise < 0.045


def test_nobodys_age_falls(hamlet: Economy) -> None:
    economy = hamlet.fork(neutral_policy())
    economy.keep_diaries()
    for _ in range(YEAR):
        before = economy.state.households.head_age.copy()
        economy.run_for(1)
        now, d = economy.state.households.head_age, economy.diaries
        # another member becomes head where the head has died
        same_head = (d[:, Entry.DEATHS] == 0) & (d[:, Entry.FOUNDED] == 0)
        assert same_head.mean() > 0.9
        np.testing.assert_array_equal(now[same_head], before[same_head] + 1)


def test_nobody_in_formal_work_is_past_the_legal_age(four_years: Economy) -> None:
    h = four_years.state.households
    age_at_start = h.head_age - four_years.month
    for place in range(2):
        formal = h.occupation[:, place] == Occupation.FORMAL
        of_men = h.head_age >= 720 + 36
        assert not (formal & of_men & (age_at_start < 720)).any()
    assert total(four_years, Item.RETIRED).sum() > 0.0


def test_posts_of_the_retired_are_filled_by_newcomers(four_years: Economy, world: World) -> None:
    # a fifth of those in formal work reach the legal age in four years, of others only who is past sixty
    weight = np.asarray(world.households["weight"], np.float64)[:, None]

    def formal(occupation: np.ndarray) -> float:
        hired = (occupation >= Occupation.FORMAL) & (occupation <= Occupation.FLEXIBLE)
        return float((weight * (occupation == Occupation.FORMAL)).sum() / (weight * hired).sum())

    start, end = formal(world.households["occupation"]), formal(four_years.state.households.occupation)
    assert start - 0.03 < end < start + 0.005


def test_earners_are_members_who_can_work(four_years: Economy) -> None:
    h = four_years.state.households
    earners = (h.occupation != Occupation.NONE).sum(axis=1)
    able = h.members[:, MemberBand.AGE_18_59] + h.members[:, MemberBand.AGE_60_79]
    assert (earners <= able).all()
    assert (h.employed[h.occupation == Occupation.NONE] == 0).all()
    assert (h.sector[h.occupation != Occupation.NONE] >= 0).all()
    assert (
        (h.employee_pensioners >= 0).all() and (h.resident_pensioners >= 0).all() and (h.pension >= 0.0).all()
    )


def test_an_estate_stays_with_those_who_follow(history: Economy) -> None:
    economy = history.fork(neutral_policy())
    economy.keep_diaries()
    seen = 0
    for _ in range(10):
        savings = economy.state.households.term_deposits.copy()
        economy.run_for(1)
        d = economy.diaries
        founded = d[:, Entry.FOUNDED] > 0
        seen += int(founded.sum())
        assert (economy.state.households.members[founded, MemberBand.AGE_18_59] == 2).all()
        expected = savings + d[:, Entry.COMMITTED] - d[:, Entry.WITHDRAWN]
        np.testing.assert_allclose(
            economy.state.households.term_deposits[founded], expected[founded], rtol=1e-4, atol=5.0
        )
    assert seen > 10


def test_a_child_subsidy_raises_births_a_little(history: Economy) -> None:
    none = branch(history, neutral_policy())
    paid = branch(history, policy_of(transfers=transfer(basis=Basis.CHILD, amount=300.0, age_max=36)))
    more = branch(history, policy_of(transfers=transfer(basis=Basis.CHILD, amount=3000.0, age_max=36)))
    births = [total(run, Item.BIRTHS).sum() for run in (none, paid, more)]
    assert births[0] <= births[1] < births[2] < 1.8 * births[0]


@pytest.mark.parametrize("item", [Item.FARM])
def test_farm_income_follows_the_trend_as_farmers_die(four_years: Economy, item: Item) -> None:
    path = total(four_years, item)
    growth = (1.0 + four_years.values["firms.trend_growth"]) ** (np.arange(48) / 12.0)
    season = np.tile(four_years.values["income.farm_season"], 4)
    assert np.abs(path * season[0] / (season * growth * path[0]) - 1.0).max() < 0.03


# --- homes


def homes(run: Economy) -> float:
    """New homes bought since policies differ."""
    return float(total(run, Item.HOMES)[HISTORY:].sum())


def test_sales_of_homes_are_near_the_published_ones(four_years: Economy) -> None:
    sold = total(four_years, Item.HOMES)[:YEAR].sum()
    assert sold == pytest.approx(1214.0e4 / 8 * 12 / 112.0, rel=0.25)  # some 160 homes of a thousand each


def test_a_subsidy_of_nothing_changes_nothing(history: Economy) -> None:
    none = branch(history, neutral_policy(), 6)
    zero = branch(history, policy_of(home_rule=RULE, home_subsidy=np.zeros(N_ZONES)), 6)
    assert differences(none, zero) == []


def test_subsidies_and_easier_mortgages_bring_purchases(history: Economy) -> None:
    none = homes(branch(history, neutral_policy()))
    path = [none]
    for amount in (3e4, 1e5):
        run = branch(history, policy_of(home_rule=RULE, home_subsidy=np.full(N_ZONES, amount)))
        path.append(homes(run))
        assert cost(run).sum() == pytest.approx(amount * homes(run), rel=1e-6)
    assert path[0] < path[1] < path[2]
    easier = [homes(branch(history, policy_of(down_payment_cut=cut))) for cut in (0.05, 0.1)]
    assert none <= easier[0] <= easier[1] and none < easier[1]
    assert homes(branch(history, policy_of(mortgage_rate_cut=0.02))) > none


def test_purchases_draw_on_savings_and_banks_and_builders_are_paid(history: Economy) -> None:
    economy = history.fork(neutral_policy())
    economy.keep_diaries()
    bought = 0
    for _ in range(6):
        economy.run_for(1)  # a month that does not close would stop here
        d = economy.diaries.astype(np.float64)
        buyers = d[:, Entry.HOME_PRICE] > 0.0
        bought += int(buyers.sum())
        own = d[buyers, Entry.HOME_PAID] - d[buyers, Entry.MORTGAGE_NEW]
        assert (own <= (d[:, Entry.WITHDRAWN] + d[:, Entry.PUT_OFF])[buyers] + 1.0).all()
        h = economy.state.households
        assert (h.tenure[buyers] > 0).all()
        assert ((h.mortgage > 0.0) == (h.tenure == 2)).all()
    assert bought > 10
    assert economy.state.escrow > 0.0


def test_renewal_gives_vouchers_to_who_buys(history: Economy) -> None:
    policy = policy_of(renewal=np.full(N_ZONES, 0.002), renewal_grant=2e5, renewal_rule=RULE)
    run = branch(history, policy, 12)
    assert homes(run) > homes(branch(history, neutral_policy(), 12))
    assert cost(run).sum() > 0.0


def test_homes_bought_as_affordable_housing_are_paid_to_builders(history: Economy) -> None:
    run = branch(history, policy_of(homes_acquired=np.full(N_CITIES, 1e8), acquisition_rule=RULE), 3)
    assert cost(run)[HISTORY:].sum() == pytest.approx(3 * N_CITIES * 1e8)


def test_owners_spend_a_little_of_dearer_homes(history: Economy) -> None:
    dear = branch(history, policy_of(home_price_factor=np.full(N_ZONES, 1.1)), 6)
    none = branch(history, neutral_policy(), 6)
    gain = total(dear, Item.PLANNED)[HISTORY:].sum() / total(none, Item.PLANNED)[HISTORY:].sum() - 1.0
    assert 0.0 < gain < 0.05


# --- work


def test_posts_employ_the_unemployed_and_cost_their_pay(history: Economy) -> None:
    posts = policy_of(posts=np.full(N_ZONES, 2000.0), post_wage=1500.0, post_rule=RULE)
    run, none = branch(history, posts, 6), branch(history, neutral_policy(), 6)
    held = total(run, Item.POSTS)[HISTORY:]
    assert cost(run)[HISTORY:].sum() == pytest.approx(1500.0 * held.sum(), rel=1e-9)
    assert held.mean() == pytest.approx(N_ZONES * 2000.0, rel=0.35)
    change = (total(run, Item.EMPLOYED) - total(none, Item.EMPLOYED))[HISTORY:]
    assert change[0] == pytest.approx(held[0])


def test_unemployment_and_wages_keep_their_level_without_policy(
    four_years: Economy, world: World, baseline: Baseline
) -> None:
    # three histories, as one small sample has noise of some tenths of a point
    first, last, wages = [], [], []
    for seed in (1, 2, 3):
        run = four_years
        if seed > 1:
            run = Economy(world, neutral_policy(48), baseline, seed=seed)
            run.run_for(48)
        jobless, jobs = total(run, Item.UNEMPLOYED), total(run, Item.EMPLOYED)
        rate = 100.0 * jobless / (jobless + jobs)
        first.append(rate[:3].mean())
        last.append(rate[-YEAR:].mean())
        detail = run.outcomes().aggregates
        mean = np.average(
            detail["wage_index"][-1] / detail["wage_index"][0], weights=detail["labour"][-1, ..., 1]
        )
        wages.append(mean / (1.0 + run.values["firms.trend_growth"]) ** (47 / 12.0))
    assert abs(np.mean(last) - np.mean(first)) < 0.3
    # custom does not fall with the labour force of an ageing province, so that labour grows a little scarcer; the standard
    # error of the mean of three such histories is 0.002
    assert abs(np.mean(wages) - 1.0) < 0.01
