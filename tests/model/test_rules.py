"""Each scalar rule by itself, in plain Python: limits with known answers, directions, bounds, units."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import erfcinv

from jinxiao.model.baseline import Baseline
from jinxiao.model.firms import rules as firms
from jinxiao.model.households import rules as households
from jinxiao.model.households.setup import (
    N_PATIENCE,
    N_RISKS,
    N_ROWS,
    by_patience,
    spending_by_patience,
    subsistence_system,
)
from jinxiao.model.names import Good, Stage
from jinxiao.model.tourists import rules as tourists

expected_demand = firms.expected_demand.py_func
labour_target = firms.labour_target.py_func
wanted_price = firms.wanted_price.py_func
contribution_base = households.contribution_base.py_func
education_plan = households.education_plan.py_func
event = households.event.py_func
expected_pension = households.expected_pension.py_func
income_tax = households.income_tax.py_func
interest_saved = households.interest_saved.py_func
life_stage = households.life_stage.py_func
medical_expense = households.medical_expense.py_func
own_expense = households.own_expense.py_func
permanent_shock = households.permanent_shock.py_func
policy_row = households.policy_row.py_func
best_now = households.best_now.py_func
outings_on_holiday = households.outings_on_holiday.py_func
price_effect = households.price_effect.py_func
coupon_gain = households.coupon_gain.py_func
retirement_plan = households.retirement_plan.py_func
wage_deductions = households.wage_deductions.py_func
replacement_hazard = households.replacement_hazard.py_func
subsidy_amount = households.subsidy_amount.py_func
supernumerary_ratio = households.supernumerary_ratio.py_func
wage_with_floor = households.wage_with_floor.py_func
nights_of_stay = tourists.nights_of_stay.py_func
paid = tourists.paid.py_func
departure_refund = tourists.departure_refund.py_func

INFINITE = 1e12
shares = st.floats(0.0, 1.0)
money = st.floats(1.0, 1e6)


def test_rules_run_compiled_as_they_run_in_python() -> None:
    assert households.subsidy_amount(4000.0, 0.15, 0.0, 500.0, 6000.0) == 500.0
    coupon = (80.0, 100.0, 30.0, 0.5, 0.6, 5.0, 0.1, 4.0, 0.08)
    assert households.coupon_gain(*coupon) == pytest.approx(coupon_gain(*coupon), rel=1e-14)
    assert tourists.nights_of_stay(0.7, 2.0, 5.5) == nights_of_stay(0.7, 2.0, 5.5)
    assert firms.labour_target(8.0, 10.0, 1.2, 0.6, 0.05, 0.3, 1.0, 0.25) == pytest.approx(
        labour_target(8.0, 10.0, 1.2, 0.6, 0.05, 0.3, 1.0, 0.25), rel=1e-14
    )


# --- wages under a floor


@pytest.mark.parametrize(
    ("wage", "paid"),
    [
        (1000.0, 2000.0),  # far below: the floor itself
        (1600.0, 2000.0),  # the lower end of the affected range
        (2000.0, 2200.0),  # at the floor: half of the spillover
        (2400.0, 2400.0),  # the upper end
        (3000.0, 3000.0),  # above: nothing happens
    ],
)
def test_wage_floor_with_a_fifth_of_spillover(wage: float, paid: float) -> None:
    assert wage_with_floor(wage, 2000.0, 0.2) == pytest.approx(paid)


def test_a_gain_of_one_earner_counts_by_his_share_of_the_households_wages() -> None:
    assert households.share_of_wages.py_func(3000.0, 1000.0) == 0.75
    assert (
        households.share_of_wages.py_func(3000.0, 0.0) == households.share_of_wages.py_func(0.0, 0.0) == 1.0
    )
    gain = 0.08
    apart = 3000.0 * (1 + gain) + 1000.0
    assert (3000.0 + 1000.0) * (
        1 + gain * households.share_of_wages.py_func(3000.0, 1000.0)
    ) == pytest.approx(apart)


def test_wage_floor_without_spillover_is_the_maximum() -> None:
    assert [wage_with_floor(w, 2000.0, 0.0) for w in (0.0, 1999.0, 2000.0, 2001.0)] == [
        2000,
        2000,
        2000,
        2001,
    ]


def test_no_floor_leaves_wages_alone() -> None:
    assert wage_with_floor(500.0, 0.0, 0.3) == 500.0


@given(money, money, money, st.floats(0.0, 0.8))
def test_wage_floor_keeps_order_and_never_cuts(a: float, b: float, floor: float, spillover: float) -> None:
    low, high = sorted((a, b))
    paid_low, paid_high = wage_with_floor(low, floor, spillover), wage_with_floor(high, floor, spillover)
    assert paid_low <= paid_high * (1.0 + 1e-12)
    assert paid_low >= max(low, floor) * (1.0 - 1e-12)
    assert paid_high - high <= paid_low - low + 1e-9 * high  # the raise fades out
    if low >= floor * (1.0 + spillover):
        assert paid_low == low


# --- chance


@given(shares, shares, shares)
def test_a_likelier_event_keeps_those_to_whom_it_happened(u: float, p: float, q: float) -> None:
    low, high = sorted((p, q))
    assert event(u, high) or not event(u, low)
    assert not event(u, 0.0)
    assert event(min(u, 1.0 - 1e-9), 1.0)


@given(st.floats(0.0, 0.5))
def test_permanent_shock_has_mean_one_and_the_given_spread(sigma: float) -> None:
    outcomes = np.array([permanent_shock(u, sigma) for u in (0.1, 0.9)])
    assert outcomes.mean() == pytest.approx(1.0)
    assert outcomes.std() == pytest.approx(sigma)


@given(st.floats(1.0, 1e5), st.floats(0.0, 1.5))
def test_medical_expense_has_the_given_mean(mean: float, sigma: float) -> None:
    z, weights = np.polynomial.hermite_e.hermegauss(40)
    expected = sum(w * medical_expense(x, mean, sigma) for x, w in zip(z, weights, strict=True))
    assert expected / weights.sum() == pytest.approx(mean, rel=1e-6)
    assert medical_expense(0.0, mean, 0.0) == mean


# --- the budget


@given(st.floats(0.0, 1e5), st.floats(0.0, 1e5))
def test_subsistence_and_what_is_above_add_up_to_the_budget(total: float, subsistence: float) -> None:
    scale, above = supernumerary_ratio(total, subsistence)
    assert scale * subsistence + above == pytest.approx(total, rel=1e-12, abs=1e-9)
    assert 0.0 <= scale <= 1.0
    assert above >= 0.0
    assert above == 0.0 or scale == 1.0


def test_below_subsistence_all_goods_shrink_together() -> None:
    assert supernumerary_ratio(300.0, 1200.0) == (0.25, 0.0)
    assert supernumerary_ratio(1500.0, 1200.0) == (1.0, 300.0)
    assert supernumerary_ratio(300.0, 0.0) == (1.0, 300.0)


def divide(total: float, subsistence: np.ndarray, marginal: np.ndarray) -> np.ndarray:
    scale, above = supernumerary_ratio(total, float(subsistence.sum()))
    return subsistence * scale + marginal * above


@pytest.mark.parametrize("residence", [0, 1])
def test_spending_system_adds_up_and_obeys_engels_law(baseline: Baseline, residence: int) -> None:
    subsistence, marginal = (a[residence] for a in subsistence_system(baseline.values, baseline.fit))
    assert marginal.sum() == pytest.approx(1.0, abs=1e-12)
    budgets = baseline.fit.mean_spending[residence] * np.array([0.3, 0.6, 1.0, 2.0, 4.0])
    spending = np.array([divide(b, subsistence, marginal) for b in budgets])
    np.testing.assert_allclose(spending.sum(axis=1), budgets, rtol=1e-12)
    assert (spending >= 0.0).all()
    food = spending[:, : Good.RESTAURANT_MEALS].sum(axis=1) / budgets
    assert (np.diff(food[1:]) < 0.0).all()
    # at the mean the published shares come out
    np.testing.assert_allclose(spending[2] / budgets[2], baseline.fit.shares[residence], atol=0.02)


# --- durables

hazards = {
    "cap": st.floats(0.001, 0.5),
    "age": st.floats(0.0, 600.0),
    "median_age": st.floats(12.0, 240.0),
    "spread": st.floats(2.0, 80.0),
}


def test_hazard_is_half_its_cap_at_the_median_age() -> None:
    assert replacement_hazard(0.08, 120.0, 120.0, 24.0, 0.0) == pytest.approx(0.04)
    assert replacement_hazard(0.08, 144.0, 120.0, 24.0, -1.0) == pytest.approx(0.04)
    assert replacement_hazard(0.08, 5000.0, 120.0, 24.0, 0.0) == pytest.approx(0.08)
    assert replacement_hazard(0.08, 0.0, 120.0, 6.0, 0.0) < 1e-9


@given(**hazards, older=st.floats(0.0, 300.0), push=st.floats(-3.0, 3.0), more=st.floats(0.0, 3.0))
def test_hazard_rises_with_age_and_price_effect_within_its_cap(
    cap: float, age: float, median_age: float, spread: float, older: float, push: float, more: float
) -> None:
    hazard = replacement_hazard(cap, age, median_age, spread, push)
    assert 0.0 <= hazard <= cap
    assert replacement_hazard(cap, age + older, median_age, spread, push) >= hazard
    assert replacement_hazard(cap, age, median_age, spread, push + more) >= hazard


@given(**hazards, price=money, rate=shares, raised=shares, elasticity=st.floats(0.0, 3.0))
def test_hazard_rises_with_the_subsidy(
    cap: float, age: float, median_age: float, spread: float, price: float, rate: float, raised: float, elasticity: float
) -> None:  # fmt: skip
    rates = sorted((0.9 * rate, 0.9 * raised))
    low, high = (
        replacement_hazard(
            cap, age, median_age, spread,
            price_effect(price, net, elasticity),
        )
        for net in (price - subsidy_amount(price, r, 0.0, INFINITE, INFINITE) for r in rates)
    )  # fmt: skip
    assert high >= low


def test_price_effect_known_answers() -> None:
    assert price_effect(1000.0, 1000.0, 1.2) == 0.0
    assert price_effect(1000.0, 800.0, 1.2) == pytest.approx(-1.2 * math.log(0.8))


@given(money, st.floats(0.05, 1.0), st.floats(0.0, 3.0), st.floats(0.001, 1000.0))
def test_price_effect_does_not_depend_on_the_unit_of_money(
    price: float, share: float, elasticity: float, unit: float
) -> None:
    assert price_effect(unit * price, unit * share * price, elasticity) == pytest.approx(
        price_effect(price, share * price, elasticity), abs=1e-9
    )


paths = st.lists(st.floats(0.2, 1.0), min_size=2, max_size=5).map(np.array)
days = st.floats(0.001, 0.999)


@given(st.floats(0.1, 1.0), st.integers(1, 5), st.integers(0, 12), days, st.floats(0.001, 0.5))
def test_at_a_steady_price_every_purchase_is_made_at_its_date(
    price: float, known: int, ahead: int, day: float, cost: float
) -> None:
    assert best_now(ahead, day, np.full(known + 1, price), cost) == (ahead == 0)


@given(st.floats(0.0, 1.0), st.integers(1, 12), days, st.floats(0.02, 0.3))
def test_a_rise_brings_forward_the_months_it_pays_for(
    saving: float, ahead: int, day: float, cost: float
) -> None:
    """The purchases of the next ``saving / cost`` months, whatever fraction of a month that is."""
    distance = ahead - 1 + day
    assume(abs(saving - cost * distance) > 1e-9)
    prices = np.array([math.exp(-saving), 1.0, 1.0, 1.0])
    assert best_now(ahead, day, prices, cost) == (saving > 0.0 and cost * distance < saving)


@given(st.floats(0.0, 1.0), st.integers(1, 4), days, st.floats(0.02, 0.3))
def test_an_announced_cut_is_waited_for_from_as_far(
    saving: float, start: int, day: float, cost: float
) -> None:
    assume(abs(saving - cost * (start - day)) > 1e-9)
    prices = np.where(np.arange(5) >= start, math.exp(-saving), 1.0)
    assert best_now(0, day, prices, cost) == (cost * (start - day) > saving)


@given(paths, st.integers(0, 12), days, st.floats(0.02, 0.3), st.floats(0.2, 1.0))
def test_a_purchase_made_now_is_made_now_at_a_lower_price_too(
    prices: np.ndarray, ahead: int, day: float, cost: float, cut: float
) -> None:
    lower = prices.copy()
    lower[0] *= cut
    if best_now(ahead, day, prices, cost):
        assert best_now(ahead, day, lower, cost)
    # only ratios of prices matter
    assert best_now(ahead, day, 2.0 * lower, cost) == best_now(ahead, day, lower, cost)


@pytest.mark.parametrize(
    ("price", "rate", "flat", "cap", "ceiling", "paid"),
    [
        (4000.0, 0.15, 0.0, 2000.0, 6000.0, 600.0),  # a share of the price
        (4000.0, 0.15, 0.0, 500.0, 6000.0, 500.0),  # the cap binds
        (6000.0, 0.15, 0.0, 500.0, 6000.0, 500.0),  # at the ceiling it is still paid
        (6000.01, 0.15, 0.0, 500.0, 6000.0, 0.0),  # above it nothing
        (200000.0, 0.0, 20000.0, 20000.0, INFINITE, 20000.0),  # a flat amount
        (4000.0, 0.10, 300.0, 600.0, INFINITE, 600.0),  # the cap is on both together
        (300.0, 0.0, 500.0, 500.0, INFINITE, 300.0),  # never above the price
        (4000.0, 0.0, 0.0, 500.0, INFINITE, 0.0),
    ],
)
def test_subsidy_on_a_unit(
    price: float, rate: float, flat: float, cap: float, ceiling: float, paid: float
) -> None:
    assert subsidy_amount(price, rate, flat, cap, ceiling) == paid


@given(money, shares, shares, st.floats(0.0, 1e5), st.floats(0.0, 1e5), money)
def test_subsidy_rises_with_its_rate_and_stays_below_cap_and_price(
    price: float, rate: float, raised: float, flat: float, cap: float, ceiling: float
) -> None:
    low, high = sorted((rate, raised))
    paid = subsidy_amount(price, low, flat, cap, ceiling)
    assert 0.0 <= paid <= min(cap, price)
    assert subsidy_amount(price, high, flat, cap, ceiling) >= paid
    assert subsidy_amount(price, low, flat, cap, INFINITE) >= paid


def test_interest_saved_on_a_loan() -> None:
    # one point a year on a loan repaid over two years, half of it outstanding on average: one per cent of the loan
    assert interest_saved(0.01, 24.0) == pytest.approx(0.01)
    # the sum over the months of an evenly repaid loan comes to that, a month's interest apart
    months = 36
    exact = sum(0.01 / 12.0 * (1.0 - m / months) for m in range(months))
    assert interest_saved(0.01, float(months)) == pytest.approx(exact, rel=1.0 / months)
    assert interest_saved(0.0, 36.0) == 0.0


# --- coupons


lost_surplus = households.lost_surplus.py_func
extra_worth = households.extra_worth.py_func
fill_gap = households.fill_gap.py_func
yuan = st.floats(0.01, 500.0)
elasticities = st.floats(0.1, 5.0)
unit_costs = st.floats(0.0, 0.9)


def redeem_coupon(
    basket: float, threshold: float, discount: float, salience: float, elasticity: float
) -> tuple[bool, float]:
    """Whether a coupon is used on a basket where nothing can be moved, and what is added to it."""
    if coupon_gain(basket, threshold, discount, salience, elasticity, 0.0, 0.1, 0.0, 0.1) > 0.0:
        return True, max(threshold - basket, 0.0)
    return False, 0.0


@pytest.mark.parametrize(
    ("basket", "salience", "elasticity", "answer"),
    [
        (100.0, 0.0, 0.0, (True, 0.0)),  # at the threshold: used anyway
        (250.0, 5.0, 0.0, (True, 0.0)),  # above it: nothing is added
        (60.0, 0.0, 0.0, (False, 0.0)),  # 30 off is not worth 40 of goods without use
        (75.0, 0.0, 0.0, (True, 25.0)),  # but worth 25
        (60.0, 0.5, 0.0, (True, 40.0)),  # when the discount stands out: 45 > 40
        (60.0, 0.0, 1.0, (True, 40.0)),  # 40 - 60 ln(100 / 60) = 9.4 is lost of 40
        (70.0, 0.0, 0.0, (False, 0.0)),  # exactly worth the cost: left alone
        (25.0, 0.0, 1.0, (False, 0.0)),  # four times the plan: 75 - 25 ln 4 = 40.3 > 30
        (25.0, 0.0, 1e9, (True, 75.0)),  # as good as money: nothing is lost
        (0.0, 0.0, 5.0, (False, 0.0)),  # what was not planned at all has no worth
    ],
)
def test_spend_a_hundred_get_thirty_off(
    basket: float, salience: float, elasticity: float, answer: tuple[bool, float]
) -> None:
    redeemed, extra = redeem_coupon(basket, 100.0, 30.0, salience, elasticity)
    assert (redeemed, extra) == answer


@given(st.floats(0.01, 1e5), st.floats(0.01, 1e4), st.floats(0.0, 5.0), elasticities)
def test_a_coupon_without_threshold_is_used_on_any_basket(
    basket: float, discount: float, salience: float, elasticity: float
) -> None:
    assert redeem_coupon(basket, 0.0, discount, salience, elasticity) == (True, 0.0)
    assert coupon_gain(basket, 0.0, discount, 0.0, elasticity, 0.0, 0.1, 0.0, 0.1) == min(discount, basket)


@given(st.floats(0.0, 200.0), st.floats(0.0, 100.0), st.floats(0.0, 100.0), elasticities)
def test_a_larger_basket_or_discount_is_redeemed_at_least_as_often(
    basket: float, discount: float, more: float, elasticity: float
) -> None:
    before, _ = redeem_coupon(basket, 100.0, discount, 0.3, elasticity)
    assert redeem_coupon(basket + more, 100.0, discount, 0.3, elasticity)[0] >= before
    assert redeem_coupon(basket, 100.0, discount + more, 0.3, elasticity)[0] >= before
    assert redeem_coupon(basket, 100.0 + more, discount, 0.3, elasticity)[0] <= before


@given(yuan, yuan, elasticities)
@example(60.0, 40.0, 1.0)
def test_the_surplus_lost_is_the_area_above_the_demand_curve(
    basket: float, extra: float, elasticity: float
) -> None:
    # in the log of the basket, where the integrand is smooth at any scale
    area, _ = quad(
        lambda u: -math.expm1(-u / elasticity) * basket * math.exp(u),
        0.0,
        math.log1p(extra / basket),
        limit=200,
    )
    assert lost_surplus(basket, extra, elasticity) == pytest.approx(area, rel=1e-6, abs=1e-7 * extra)


@given(yuan, yuan)
def test_limits_of_the_surplus_lost(basket: float, extra: float) -> None:
    assert lost_surplus(basket, extra, 0.0) == extra
    assert lost_surplus(0.0, extra, 0.8) == extra
    assert lost_surplus(basket, extra, 1e-7) == pytest.approx(extra, abs=1e-6 * basket)
    assert lost_surplus(basket, extra, 1e9) == pytest.approx(0.0, abs=1e-6 * extra)
    assert lost_surplus(basket, extra, 1.0) == pytest.approx(
        extra - basket * math.log(1.0 + extra / basket), abs=1e-9
    )
    for e in (1.0 - 1e-9, 1.0 + 1e-9):
        assert lost_surplus(basket, extra, e) == pytest.approx(
            lost_surplus(basket, extra, 1.0), rel=1e-6, abs=1e-6
        )


@given(yuan, yuan, st.floats(0.0, 100.0), elasticities, st.floats(0.0, 2.0))
def test_more_is_lost_the_more_a_basket_grows_and_the_less_elastic_demand_is(
    basket: float, gap: float, more: float, elasticity: float, dearer: float
) -> None:
    cost = lost_surplus(basket, gap, elasticity)
    slack = 1e-9 * gap
    assert 0.0 <= cost <= gap
    assert lost_surplus(basket, gap + more, elasticity) >= cost - slack
    assert lost_surplus(basket + more, gap, elasticity) <= cost + slack
    assert lost_surplus(basket, gap, elasticity + dearer) <= cost + slack


@given(yuan, unit_costs, elasticities)
def test_the_last_yuan_loses_what_it_may(basket: float, cost: float, elasticity: float) -> None:
    extra = extra_worth(basket, cost, elasticity)
    assert 1.0 - (1.0 + extra / basket) ** (-1.0 / elasticity) == pytest.approx(cost, abs=1e-9)
    assert extra_worth(basket, 1.0, elasticity) == math.inf


@given(yuan, yuan, elasticities, st.floats(0.0, 300.0), unit_costs, st.floats(0.0, 300.0), unit_costs)
def test_a_gap_is_filled_in_the_cheapest_way(
    basket: float,
    gap: float,
    elasticity: float,
    joinable: float,
    joining: float,
    storable: float,
    holding: float,
) -> None:
    joined, ahead, cost = fill_gap(basket, gap, elasticity, joinable, joining, storable, holding)
    assert 0.0 <= joined <= joinable and 0.0 <= ahead <= storable
    assert joined + ahead <= gap * (1.0 + 1e-12)
    assert cost == pytest.approx(
        joining * joined + holding * ahead + lost_surplus(basket, gap - joined - ahead, elasticity),
        abs=1e-9 * gap,
    )
    # no other split costs less
    for a, b in itertools.product(np.linspace(0.0, 1.0, 9), repeat=2):
        other = min(a * joinable, gap)
        early = min(b * storable, gap - other)
        rest = lost_surplus(basket, max(gap - other - early, 0.0), elasticity)
        assert cost <= joining * other + holding * early + rest + 1e-8 * gap
    # without other sources the demand curve is all there is; free ones leave nothing to pay
    assert fill_gap(basket, gap, elasticity, 0.0, joining, 0.0, holding) == (
        0.0, 0.0, lost_surplus(basket, gap, elasticity),
    )  # fmt: skip
    assert fill_gap(basket, gap, elasticity, gap, 0.0, 0.0, holding)[2] == pytest.approx(0.0, abs=1e-9)


@given(
    yuan,
    st.floats(1.0, 500.0),
    st.floats(0.0, 100.0),
    elasticities,
    st.floats(0.0, 200.0),
    st.floats(0.0, 200.0),
)
def test_what_can_be_moved_makes_a_coupon_worth_no_less(
    basket: float, threshold: float, discount: float, elasticity: float, joinable: float, storable: float
) -> None:
    alone = coupon_gain(basket, threshold, discount, 0.6, elasticity, 0.0, 0.1, 0.0, 0.08)
    helped = coupon_gain(basket, threshold, discount, 0.6, elasticity, joinable, 0.1, storable, 0.08)
    assert helped >= alone - 1e-9 * threshold


def test_the_quick_come_first() -> None:
    speed, arrival = households.rush_speed.py_func, households.arrival.py_func
    assert speed(0.5, 0, 1.0, 0.35) == 1.0
    assert speed(1.0, 0, 1.0, 0.35) > speed(0.0, 0, 1.0, 0.35)
    assert speed(0.5, 3, 1.0, 0.35) < speed(0.5, 0, 1.0, 0.35)
    assert arrival(0.3, 2.0) == pytest.approx(0.5 * arrival(0.3, 1.0))
    assert arrival(0.9, 1.0) < arrival(0.1, 1.0)


# --- trips and visitors


@given(st.floats(1e-9, 1.0 - 1e-9), st.floats(0.2, 10.0), st.floats(0.01, 15.0))
def test_a_stay_fits_into_the_days_and_grows_with_them(u: float, stay: float, room: float) -> None:
    nights = nights_of_stay(u, stay, room)
    assert nights == int(nights) and 0.0 <= nights < max(room, 1.0)
    assert nights_of_stay(u, stay, room + 1.0) >= nights
    if room <= 1.0:
        assert nights == 0.0


def test_stays_of_a_night_and_more_are_as_often_as_wished() -> None:
    # P(N >= 1) = exp(-1 / stay) where days off do not bind
    stay, u = 2.0, (np.arange(10_000) + 0.5) / 10_000
    longer = np.mean([nights_of_stay(x, stay, 1000.0) >= 1.0 for x in u])
    assert longer == pytest.approx(math.exp(-1.0 / stay), abs=1e-3)


@given(st.floats(0.0, 31.0), st.floats(0.0, 8.0), st.floats(0.5, 4.0))
def test_days_out_on_holidays_are_a_part_that_rises_with_their_weight(
    free: float, holidays: float, weight: float
) -> None:
    holidays = min(holidays, free)
    part = outings_on_holiday(free, holidays, weight)
    assert 0.0 <= part <= 1.0 + 1e-12
    assert outings_on_holiday(free, holidays, weight + 1.0) >= part - 1e-12
    if free > 0.0:
        assert outings_on_holiday(free, holidays, 1.0) == pytest.approx(holidays / free)


@given(money, shares, shares, shares)
def test_eased_payments_let_more_be_bought(amount: float, failing: float, eased: float, more: float) -> None:
    assert paid(amount, failing, 1.0) == amount
    assert (1.0 - failing) * amount <= paid(amount, failing, eased) * (1.0 + 1e-12) <= amount * (1.0 + 2e-12)
    assert paid(amount, failing, max(eased, more)) >= paid(amount, failing, eased)


@pytest.mark.parametrize(
    ("goods", "shops", "refund"),
    [
        (1000.0, 5.0, 22.0),  # 200 a shop: at the threshold, 11% of the fifth that is claimed
        (999.0, 5.0, 0.0),  # just below it in every shop
        (999.0, 4.0, 0.11 * 0.2 * 999.0),  # fewer shops, larger purchases
        (0.0, 5.0, 0.0),
        (1000.0, 0.0, 0.0),
    ],
)
def test_departure_refund_has_a_threshold_a_shop(goods: float, shops: float, refund: float) -> None:
    assert departure_refund(goods, shops, 200.0, 0.11, 0.2) == pytest.approx(refund)


@given(money, st.floats(0.1, 50.0), money, shares, shares)
def test_departure_refund_never_exceeds_its_rate(
    goods: float, shops: float, threshold: float, rate: float, reach: float
) -> None:
    refund = departure_refund(goods, shops, threshold, rate, reach)
    assert 0.0 <= refund <= rate * goods
    assert departure_refund(2.0 * goods, shops, threshold, rate, reach) >= refund


# --- firms


@given(money, money, shares)
def test_expectation_moves_part_of_the_way_to_sales(expected: float, sales: float, speed: float) -> None:
    after = expected_demand(expected, sales, speed, 1.0)
    low, high = sorted((expected, sales))
    assert low * (1.0 - 1e-12) <= after <= high * (1.0 + 1e-12)
    assert expected_demand(expected, sales, 0.0, 1.0) == expected
    assert expected_demand(expected, sales, 1.0, 1.0) == pytest.approx(sales)
    assert expected_demand(sales, sales, speed, 1.0) == sales


def test_labour_target_known_answers() -> None:
    # nothing has changed: nobody is hired or fired
    assert labour_target(10.0, 10.0, 1.0, 0.6, 0.0, 0.3, 1.0, 0.25) == 10.0
    # full adjustment, unit elasticity: a tenth more sales, a tenth more staff
    assert labour_target(10.0, 10.0, 1.1, 1.0, 0.0, 0.3, 1.0, 1.0) == pytest.approx(11.0)
    # a refund of 5% of labour cost at elasticity 0.4: 2% more staff, a quarter of it this month
    assert labour_target(10.0, 10.0, 1.0, 0.6, 0.05, 0.4, 1.0, 0.25) == pytest.approx(10.05)
    # staff above what sales call for shrinks
    assert labour_target(12.0, 10.0, 1.0, 0.6, 0.0, 0.4, 1.0, 0.5) == pytest.approx(11.0)
    # cash for nine tenths of the staff: half of the gap is closed this month
    assert labour_target(10.0, 10.0, 1.0, 0.6, 0.0, 0.4, 0.9, 0.5) == pytest.approx(9.5)


@given(st.floats(0.1, 1e4), st.floats(0.2, 3.0), shares, st.floats(0.0, 0.3), shares, shares)
def test_labour_rises_with_sales_and_relief(
    base: float, ratio: float, elasticity: float, relief: float, labour_elasticity: float, adjustment: float
) -> None:
    target = labour_target(base, base, ratio, elasticity, relief, labour_elasticity, 1.0, adjustment)
    assert target >= 0.0
    assert (
        labour_target(base, base, 1.1 * ratio, elasticity, relief, labour_elasticity, 1.0, adjustment)
        >= target
    )
    more = labour_target(base, base, ratio, elasticity, relief + 0.05, labour_elasticity, 1.0, adjustment)
    assert more >= target


def test_price_is_markup_over_unit_cost_when_sales_are_as_expected() -> None:
    assert wanted_price(1.03, 500.0, 500.0, 0.1) == pytest.approx(1.03)
    # sales a tenth above expectation at pressure 0.2: two per cent dearer
    assert wanted_price(1.0, 550.0, 500.0, 0.2) == pytest.approx(1.02)
    assert wanted_price(1.1, 550.0, 0.0, 0.2) == pytest.approx(1.1)


@given(st.floats(0.5, 2.0), money, money, shares)
def test_price_is_positive_and_rises_with_cost_and_demand(
    cost: float, sales: float, expected: float, pressure: float
) -> None:
    assume(sales / expected < 100.0)
    price = wanted_price(cost, sales, expected, pressure)
    assert price >= 0.0
    assert wanted_price(1.1 * cost, sales, expected, pressure) >= price
    assert wanted_price(cost, 1.1 * sales, expected, pressure) >= price


# --- stages of life


@pytest.mark.parametrize(
    ("household", "stage"),
    [
        ({}, Stage.YOUNG),
        ({"youngest": 0}, Stage.CHILDREN),
        ({"youngest": 215, "head_age": 50 * 12}, Stage.CHILDREN),
        ({"students": 1, "head_age": 50 * 12}, Stage.CHILDREN),
        ({"head_age": 40 * 12}, Stage.LATER),
        ({"head_age": 60 * 12 - 1}, Stage.LATER),
        ({"head_age": 60 * 12}, Stage.RETIRED),
        ({"head_age": 60 * 12, "youngest": 40}, Stage.RETIRED),
        ({"head_age": 55 * 12, "has_earner": False, "pensioners": 1}, Stage.RETIRED),
        ({"head_age": 55 * 12, "has_earner": False}, Stage.LATER),
    ],
)
def test_life_stage_follows_children_age_and_work(household: dict[str, float], stage: Stage) -> None:
    usual = {
        "youngest": -1, "students": 0, "head_age": 30 * 12, "has_earner": True, "pensioners": 0, "later_from": 480,
        "retired_from": 720,
    }  # fmt: skip
    assert life_stage(**(usual | household)) == stage


def test_every_type_has_its_own_row_of_the_table_and_the_retired_share_theirs() -> None:
    working = {
        policy_row(r, i, s, k, N_PATIENCE)
        for r in range(N_RISKS) for i in range(2) for s in range(Stage.RETIRED) for k in range(N_PATIENCE)
    }  # fmt: skip
    retired = {
        policy_row(r, i, Stage.RETIRED, k, N_PATIENCE)
        for r in range(N_RISKS) for i in range(2) for k in range(N_PATIENCE)
    }  # fmt: skip
    assert len(working) == N_RISKS * 2 * 3 * N_PATIENCE and len(retired) == 2 * N_PATIENCE
    assert working | retired == set(range(N_ROWS))


# --- taxes and contributions by law

BRACKETS = np.array(
    [[0, 3000, 12000, 25000, 35000, 55000, 80000], [0.03, 0.10, 0.20, 0.25, 0.30, 0.35, 0.45]]
)
FORMAL = {
    "rate": 0.103, "participation": 1.0, "at_floor": False, "fund_rate": 0.0, "mean_wage": 6000.0, "floor": 0.6,
    "ceiling": 3.0, "free": 5000.0, "brackets": BRACKETS,
}  # fmt: skip


@pytest.mark.parametrize(
    ("yearly", "tax"),  # quick-deduction form of the law's own table: rate x income - deduction
    [(0, 0), (36_000, 1080), (100_000, 7480), (144_000, 11_880), (300_000, 43_080), (1_000_000, 268_080)],
)
def test_income_tax_is_the_law_s_table(yearly: float, tax: float) -> None:
    assert 12 * income_tax(yearly / 12, BRACKETS) == pytest.approx(tax)


def test_who_has_less_than_the_allowance_pays_no_tax() -> None:
    assert income_tax(-100.0, BRACKETS) == 0.0


@given(st.floats(0, 2e5), st.floats(0, 1e3))
def test_marginal_tax_lies_between_nothing_and_the_highest_rate(income: float, more: float) -> None:
    extra = income_tax(income + more, BRACKETS) - income_tax(income, BRACKETS)
    assert -1e-6 <= extra <= 0.45 * more + 1e-6


def test_contributions_are_on_a_base_between_60_and_300_percent_of_the_mean_wage() -> None:
    assert contribution_base(1000.0, 6000.0, 0.6, 3.0) == 3600.0
    assert contribution_base(5000.0, 6000.0, 0.6, 3.0) == 5000.0
    assert contribution_base(50_000.0, 6000.0, 0.6, 3.0) == 18_000.0
    below = [wage_deductions(w, **FORMAL)[0] for w in (2000.0, 3000.0)]
    assert below[0] == below[1] == pytest.approx(0.103 * 3600)


def test_a_rise_below_the_base_is_kept_and_above_taxed_at_its_own_rate() -> None:
    def net(wage: float) -> float:
        contribution, tax, _ = wage_deductions(wage, **FORMAL)
        return float(wage - contribution - tax)

    assert net(2600.0) - net(2500.0) == pytest.approx(100.0)
    assert net(4100.0) - net(4000.0) == pytest.approx(100.0 * (1 - 0.103))
    assert net(12_100.0) - net(12_000.0) == pytest.approx(100.0 * (1 - 0.103) * (1 - 0.10))


def test_who_insures_himself_pays_on_the_least_base_and_no_more_than_on_what_he_earns() -> None:
    own = FORMAL | {"rate": 0.28, "participation": 0.5, "at_floor": True}
    assert wage_deductions(4000.0, **own)[0] == wage_deductions(9000.0, **own)[0] == pytest.approx(504.0)
    assert wage_deductions(2000.0, **own)[0] == pytest.approx(0.5 * 0.28 * 2000)


def test_own_expense_is_the_deductible_and_a_share_of_the_rest() -> None:
    assert own_expense(300.0, 500.0, 0.3) == 300.0
    assert own_expense(1500.0, 500.0, 0.3) == pytest.approx(800.0)


# --- saving for purposes


def test_the_better_the_pension_the_less_is_saved_for_old_age() -> None:
    plan = [retirement_plan(6000.0, pension, 0.7, 0.4, 2 / 3) for pension in (0.0, 2000.0, 4200.0, 9000.0)]
    assert plan[0] == pytest.approx(0.4 * 4200 * 2 / 3)
    assert plan[0] > plan[1] > plan[2] == plan[3] == 0.0
    # a yuan of pension a month saves its planner share x years drawn / years saved
    assert plan[0] - retirement_plan(6000.0, 1.0, 0.7, 0.4, 2 / 3) == pytest.approx(0.4 * 2 / 3)


def test_the_expected_pension_mixes_the_schemes_by_the_chance_of_being_insured() -> None:
    assert expected_pension(6000.0, 1.0, 0.5, 170.0) == 3000.0
    assert expected_pension(6000.0, 0.0, 0.5, 170.0) == 170.0
    assert expected_pension(6000.0, 0.5, 0.5, 170.0) == pytest.approx(1585.0)


def test_the_education_plan_pays_the_share_of_the_cost_by_the_age_of_18() -> None:
    assert 216 * education_plan(2.0, 80_000.0, 0.6, 216) == pytest.approx(2 * 0.6 * 80_000)


def test_the_retired_draw_what_they_saved_over_the_years_planned_for_it() -> None:
    saved = 30 * 12 * households.retirement_plan.py_func(6000.0, 1800.0, 0.65, 0.4, 2 / 3)
    assert households.retirement_draw.py_func(saved / 0.4, 0.4, 240) == pytest.approx(
        0.4 * (0.65 * 6000 - 1800)
    )
    assert households.retirement_draw.py_func(0.0, 0.4, 240) == 0.0


@given(st.floats(-2e4, 2e4), st.floats(0.0, 2e4), st.floats(-5e4, 5e4))
def test_what_has_no_purpose_repays_an_overdraft_first(planned: float, unnamed: float, debt: float) -> None:
    aside = households.debts_first.py_func(planned, unnamed, debt)
    assert aside <= planned
    if debt <= 0.0 or planned <= 0.0:
        assert aside == planned
    else:
        repaid = planned - aside
        assert repaid == pytest.approx(min(unnamed, planned, debt))


def test_the_retired_put_aside_what_is_left_and_no_more() -> None:
    left = households.left_over.py_func
    assert left(300.0, 1000.0) == 300.0
    assert left(300.0, 100.0) == 100.0
    assert left(300.0, -500.0) == 0.0
    assert left(-300.0, -500.0) == -300.0


def test_a_harvest_laid_by_feeds_the_months_without_one() -> None:
    lay = households.laid_by.py_func
    season = np.array([0.9, 0.8, 0.85, 0.35, 0.35, 0.65, 0.8, 0.9, 1.85, 2.1, 1.35, 1.1])
    assert sum(lay(1000.0 * (s - 1.0), -100.0) for s in season) == pytest.approx(0.0, abs=1e-9)
    # an overdraft of the hungry months is repaid out of the harvest
    assert lay(900.0, 300.0) == 600.0 and lay(200.0, 300.0) == 0.0


@given(st.floats(0.05, 0.5))
def test_yields_have_mean_one(sigma: float) -> None:
    u = (np.arange(4000) + 0.5) / 4000
    z = np.array([-math.sqrt(2.0) * float(erfcinv(2.0 * x)) for x in u])
    assert np.mean([households.harvest.py_func(x, sigma) for x in z]) == pytest.approx(1.0, abs=2e-3)


money = st.floats(-1e4, 1e5)


@given(st.floats(0.0, 1e5), money, st.floats(100.0, 2e4))
def test_who_has_savings_does_not_plan_an_overdraft_above_normal_spending(
    planned: float, cash: float, normal: float
) -> None:
    within = households.within_cash.py_func
    assert within(planned, cash, normal, False) == planned
    spent = within(planned, cash, normal, True)
    assert spent <= planned and spent <= max(cash, normal)
    if planned <= min(cash, normal):
        assert spent == planned


@given(money, st.floats(0.0, 1e5), st.floats(0.0, 0.05))
def test_a_broken_deposit_fills_cash_to_nought_and_no_further(
    cash: float, savings: float, cost: float
) -> None:
    broken = households.broken_deposit.py_func(cash, savings, cost)
    assert 0.0 <= broken <= savings
    end = cash + (1.0 - cost) * broken
    if cash >= 0.0:
        assert broken == 0.0
    elif broken < savings:
        assert end == pytest.approx(0.0, abs=1e-6)
    else:
        assert end <= 1e-6


@given(money, st.floats(-1e4, 1e5), st.floats(0.0, 1e5))
def test_nobody_puts_aside_and_draws_in_one_month(end: float, put_aside: float, drawn: float) -> None:
    for_cash, for_savings = households.put_off.py_func(end, put_aside, drawn)
    assert for_cash >= 0.0 and for_savings >= 0.0
    assert for_cash + for_savings <= max(put_aside, 0.0) + 1e-9
    assert for_savings <= drawn
    if put_aside <= 0.0:
        assert for_cash == for_savings == 0.0
    elif for_cash + for_savings < put_aside - 1e-9:
        # money is still put aside, so none is drawn and cash is not short
        assert end + for_cash >= -1e-6 and drawn - for_savings <= 1e-9


def test_the_longest_trip_of_a_grade_costs_what_income_bears() -> None:
    dearest = households.dearest_grade.py_func(6000.0, 1.1, 1.5, 5.0)
    assert dearest * (1.5 + 1.1 * 5.0) == pytest.approx(6000.0)
    assert dearest * (1.5 + 1.1 * 2.0) < 0.6 * 6000.0  # one night takes little more than half of it
    assert households.dearest_grade.py_func(6000.0, 1.1, 1.5, 8.0) < dearest


def planner(discount: list[float], years: float, rho: float = 2.0) -> dict[str, float]:
    return {
        "households.discount_low": discount[0], "households.discount_high": discount[1],
        "households.planning_years": years, "households.crra": rho,
    }  # fmt: skip


@given(st.floats(0.2, 0.9), st.floats(0.91, 1.0), st.floats(0.5, 10.0))
def test_who_is_patient_spends_less_of_a_plan_at_once(low: float, high: float, years: float) -> None:
    spending = spending_by_patience(planner([low, high], years))
    assert spending.mean() == pytest.approx(1.0)
    assert (np.diff(spending) < 0.0).all()
    further = spending_by_patience(planner([low, high], 2.0 * years))
    assert further[0] > spending[0] and further[-1] < spending[-1]


def test_first_spending_of_a_plan_has_its_known_value() -> None:
    # at beta = exp(-2 / 5), rho = 2 and five years a plan falls by exp(-1): 1 / (1 - exp(-1)) of a mean year is spent at first
    spending = spending_by_patience(planner([math.exp(-0.4), 1.0], 5.0))
    assert spending[0] / spending[-1] == pytest.approx(1.0 / (1.0 - math.exp(-1.0)))
    assert spending_by_patience(planner([0.4, 1.0], 1e-9)) == pytest.approx(1.0)


@given(st.floats(-0.4, 0.7))
def test_types_commit_what_their_mean_says_the_impatient_least(mean: float) -> None:
    rates = by_patience(np.array([mean]), spending_by_patience(planner([0.43, 1.0], 5.0)))[0]
    assert rates.mean() == pytest.approx(mean, abs=1e-12)
    assert (np.diff(rates) >= 0.0).all()
    if mean <= 0.0:
        assert (rates == mean).all()
    else:
        assert rates[0] >= 0.0 and rates[-1] > mean


def test_a_trip_takes_no_more_than_income_bears_however_much_is_saved() -> None:
    purse = households.trip_purse.py_func
    assert purse(300.0, 200.0, 1451.0) == 500.0
    assert purse(4000.0, 20000.0, 1451.0) == 1451.0
