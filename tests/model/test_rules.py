"""Each scalar rule by itself, in plain Python: limits with known answers, directions, bounds, units."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jinxiao.model.baseline import Baseline
from jinxiao.model.firms import rules as firms
from jinxiao.model.households import rules as households
from jinxiao.model.households.setup import N_PATIENCE, N_RISKS, N_ROWS, subsistence_system
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
price_effect = households.price_effect.py_func
coupon_gain = households.coupon_gain.py_func
retirement_plan = households.retirement_plan.py_func
wage_deductions = households.wage_deductions.py_func
replacement_hazard = households.replacement_hazard.py_func
subsidy_amount = households.subsidy_amount.py_func
supernumerary_ratio = households.supernumerary_ratio.py_func
wage_with_floor = households.wage_with_floor.py_func
coming_probability = tourists.coming_probability.py_func
departure_refund = tourists.departure_refund.py_func

INFINITE = 1e12
shares = st.floats(0.0, 1.0)
money = st.floats(1.0, 1e6)


def test_rules_run_compiled_as_they_run_in_python() -> None:
    assert households.subsidy_amount(4000.0, 0.15, 0.0, 500.0, 6000.0) == 500.0
    assert households.coupon_gain(80.0, 100.0, 30.0, 0.5, 0.6) == coupon_gain(80.0, 100.0, 30.0, 0.5, 0.6)
    assert tourists.coming_probability(0.1, 0.3) == coming_probability(0.1, 0.3)
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
            price_effect(price, net, elasticity, net, 0.5),
        )
        for net in (price - subsidy_amount(price, r, 0.0, INFINITE, INFINITE) for r in rates)
    )  # fmt: skip
    assert high >= low


def test_price_effect_known_answers() -> None:
    assert price_effect(1000.0, 1000.0, 1.2, 1000.0, 2.0) == 0.0
    assert price_effect(1000.0, 800.0, 1.2, 800.0, 2.0) == pytest.approx(-1.2 * math.log(0.8))
    # a price about to rise brings purchases forward, one about to fall makes people wait
    assert price_effect(1000.0, 800.0, 0.0, 1000.0, 2.0) == pytest.approx(2.0 * math.log(1.25))
    assert price_effect(1000.0, 1000.0, 1.2, 800.0, 2.0) == pytest.approx(2.0 * math.log(0.8))


@given(money, st.floats(0.05, 1.0), st.floats(0.0, 3.0), st.floats(0.0, 3.0), st.floats(0.001, 1000.0))
def test_price_effect_does_not_depend_on_the_unit_of_money(
    price: float, share: float, elasticity: float, intertemporal: float, unit: float
) -> None:
    prices = price, share * price, 0.5 * (1.0 + share) * price
    full, net, later = (unit * x for x in prices)
    assert price_effect(full, net, elasticity, later, intertemporal) == pytest.approx(
        price_effect(prices[0], prices[1], elasticity, prices[2], intertemporal), abs=1e-9
    )


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


def redeem_coupon(
    basket: float, threshold: float, discount: float, salience: float, waste: float
) -> tuple[bool, float]:
    """Whether a coupon is used on a basket, and what is added to it."""
    if coupon_gain(basket, threshold, discount, salience, waste) > 0.0:
        return True, max(threshold - basket, 0.0)
    return False, 0.0


@pytest.mark.parametrize(
    ("basket", "salience", "waste", "answer"),
    [
        (100.0, 0.0, 1.0, (True, 0.0)),  # at the threshold: used anyway
        (250.0, 5.0, 0.0, (True, 0.0)),  # above it: no stretching
        (60.0, 0.0, 1.0, (False, 0.0)),  # 30 off is not worth 40 of unwanted goods
        (75.0, 0.0, 1.0, (True, 25.0)),  # but worth 25
        (60.0, 0.5, 1.0, (True, 40.0)),  # when the discount stands out: 45 > 40
        (60.0, 0.0, 0.5, (True, 40.0)),  # when half of the extra goods is of use: 30 > 20
        (70.0, 0.0, 1.0, (False, 0.0)),  # exactly worth the cost: left alone
        (30.0, 0.0, 0.4, (False, 0.0)),  # more than doubled: 0.4 * 70 / 30 of 70 is wasted, 65 > 30
    ],
)
def test_spend_a_hundred_get_thirty_off(
    basket: float, salience: float, waste: float, answer: tuple[bool, float]
) -> None:
    redeemed, extra = redeem_coupon(basket, 100.0, 30.0, salience, waste)
    assert (redeemed, extra) == answer


@given(st.floats(0.01, 1e5), st.floats(0.01, 1e4), st.floats(0.0, 5.0), shares)
def test_a_coupon_without_threshold_is_used_on_any_basket(
    basket: float, discount: float, salience: float, waste: float
) -> None:
    assert redeem_coupon(basket, 0.0, discount, salience, waste) == (True, 0.0)
    assert coupon_gain(basket, 0.0, discount, 0.0, waste) == min(discount, basket)


@given(st.floats(0.0, 1e4), st.floats(0.0, 1e4), st.floats(0.0, 1e4), st.floats(0.0, 5.0), shares)
def test_stretching_is_worth_it_and_ends_at_the_threshold(
    basket: float, threshold: float, discount: float, salience: float, waste: float
) -> None:
    redeemed, extra = redeem_coupon(basket, threshold, discount, salience, waste)
    if basket >= threshold:
        assert redeemed is (min(discount, basket) > 0.0) and extra == 0.0
        return
    gap = threshold - basket
    cost = (
        gap if basket == 0.0 and waste > 0.0 else gap * min(1.0, waste * max(1.0, gap / max(basket, 1e-300)))
    )
    if abs((1.0 + salience) * min(discount, threshold) - cost) < 1e-9 * (1.0 + cost):
        return  # on the edge rounding decides
    worth = (1.0 + salience) * min(discount, threshold) > cost
    assert redeemed is worth
    assert extra == (threshold - basket if worth else 0.0)


@given(st.floats(0.0, 200.0), st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_a_larger_basket_or_discount_is_redeemed_at_least_as_often(
    basket: float, discount: float, more: float
) -> None:
    before, _ = redeem_coupon(basket, 100.0, discount, 0.3, 0.7)
    assert redeem_coupon(basket + more, 100.0, discount, 0.3, 0.7)[0] >= before
    assert redeem_coupon(basket, 100.0, discount + more, 0.3, 0.7)[0] >= before


@given(st.floats(0.0, 500.0), st.floats(0.0, 500.0), st.floats(0.0, 100.0), shares)
def test_stretching_wastes_more_the_more_a_basket_grows(
    basket: float, gap: float, more: float, waste: float
) -> None:
    cost = households.stretching_cost.py_func
    assert 0.0 <= cost(basket, gap, waste) <= gap * (1.0 + 1e-12)
    assert cost(basket, gap, waste) >= waste * gap * (1.0 - 1e-12)
    assert cost(basket, gap + more, waste) >= cost(basket, gap, waste)
    assert cost(basket + more, gap, waste) <= cost(basket, gap, waste) * (1.0 + 1e-12)


def test_the_quick_come_first() -> None:
    speed, arrival = households.rush_speed.py_func, households.arrival.py_func
    assert speed(0.5, 0, 1.0, 0.35) == 1.0
    assert speed(1.0, 0, 1.0, 0.35) > speed(0.0, 0, 1.0, 0.35)
    assert speed(0.5, 3, 1.0, 0.35) < speed(0.5, 0, 1.0, 0.35)
    assert arrival(0.3, 2.0) == pytest.approx(0.5 * arrival(0.3, 1.0))
    assert arrival(0.9, 1.0) < arrival(0.1, 1.0)


# --- trips and visitors

utilities = st.floats(-20.0, 20.0)


def test_parties_come_at_their_base_rate_when_nothing_changes() -> None:
    assert coming_probability(0.05, 0.0) == pytest.approx(0.05)
    # utility of ln 2 doubles the odds
    assert coming_probability(0.2, math.log(2.0)) == pytest.approx(0.5 / 1.5)


@given(st.floats(0.0, 0.99), utilities, st.floats(0.0, 5.0))
def test_coming_lies_between_nought_and_one_and_rises_with_utility(
    base: float, utility: float, more: float
) -> None:
    p = coming_probability(base, utility)
    assert 0.0 <= p <= 1.0
    assert coming_probability(base, utility + more) >= p


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
