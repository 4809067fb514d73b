"""Firms: thresholds to the yuan, balance sheets that hold, entry and exit, liquidity, credit and what governments owe."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_policies import CENTRE_PAYS, HISTORY, RULE, branch, durable_rule, neutral_policy, policy_of

from jinxiao.model.conditions import Conditions, Instrument, Policy
from jinxiao.model.economy import Economy
from jinxiao.model.firms import rewards as fr
from jinxiao.model.firms import rules, setup
from jinxiao.model.firms.loop import Total
from jinxiao.model.ledger import ITEMS, Account
from jinxiao.model.names import N_CITIES, N_SECTORS, Durable, Sector

liquidity_factor = rules.liquidity_factor.py_func
finance = rules.finance.py_func
estate = rules.estate.py_func
exit_chance = rules.exit_chance.py_func
births = rules.births.py_func
whole = rules.whole.py_func
money = st.floats(0.0, 1e8)


def rule(**fields: Any) -> Any:
    """One row of rewards: nothing asked and nothing paid but for ``fields``."""
    row = np.zeros(1, fr.REWARD)
    row["sales_over"], row["growth_from"], row["cap"], row["take_up"] = -1.0, -2.0, np.inf, 1.0
    for name, value in fields.items():
        row[name] = value
    return row[0]


USED_CARS = rule(kind=fr.Kind.USED_CARS, sales_over=5e6, growth_from=0.10, rate=0.005, cap=1e6)
DISMANTLERS = rule(kind=fr.Kind.DISMANTLERS, units_from=5000, flat=1e6, cap=1e6)
FARM_SHOPS = rule(kind=fr.Kind.FARM_SHOPS, sales_from=2e4, units_from=1000, per_unit=1.0)


def paid(row: Any, sales: float, before: float = 0.0, units: float = 0.0) -> float:
    """What a rule pays one firm."""
    return float(fr.reward(row, np.array([sales]), np.array([before]), np.array([units]))[0])


# --- rewards by their exact rule


@pytest.mark.parametrize(
    ("sales", "before", "due"),
    [
        (5_000_000.00, 1e6, 0.0),  # "over five million": five million is not enough
        (5_000_000.01, 1e6, 25_000.00005),
        (5_000_001.00, 1e6, 25_000.005),
        (11_000_000.00, 10_000_000.00, 55_000.0),  # exactly 10% is "10% or more"
        (10_999_999.99, 10_000_000.00, 0.0),
        (200_000_000.00, 1e8, 1_000_000.0),
        (200_000_001.00, 1e8, 1_000_000.0),  # at most a million
        (199_999_999.00, 1e8, 999_999.995),
    ],
)
def test_used_car_dealers_are_paid_by_the_yuan(sales: float, before: float, due: float) -> None:
    assert paid(USED_CARS, sales, before) == pytest.approx(due, abs=1e-6)


@pytest.mark.parametrize(("vehicles", "due"), [(4999.0, 0.0), (5000.0, 1e6), (5001.0, 1e6), (50_000.0, 1e6)])
def test_dismantlers_are_paid_from_five_thousand_vehicles(vehicles: float, due: float) -> None:
    assert paid(DISMANTLERS, 0.0, 0.0, vehicles) == due


@pytest.mark.parametrize(
    ("sales", "parcels", "due"),
    [
        (20_000.00, 1000.0, 1000.0),
        (19_999.99, 1000.0, 0.0),
        (20_000.00, 999.0, 0.0),
        (1e6, 20_000.0, 20_000.0),
    ],
)
def test_farm_shops_are_paid_a_yuan_a_parcel(sales: float, parcels: float, due: float) -> None:
    assert paid(FARM_SHOPS, sales, 0.0, parcels) == due


@given(st.floats(1e5, 3e8), st.floats(1e5, 3e8), st.floats(1.5, 6.0))
def test_a_firm_stretches_only_where_the_reward_exceeds_its_cost(
    sales: float, before: float, elasticity: float
) -> None:
    s, b, u = np.array([sales]), np.array([before]), np.array([100.0])
    more = fr.stretch(USED_CARS, s, b, u, elasticity, 0.1)
    assert 0.0 <= more[0] <= 0.1
    if paid(USED_CARS, sales, before):
        assert more[0] == 0.0
    if more[0] > 0.0:
        assert paid(USED_CARS, sales * (1.0 + more[0]), before) > 0.0


def test_who_is_a_hair_short_stretches_and_who_is_far_does_not() -> None:
    s = np.array([4_999_000.0, 4_000_000.0])
    more = fr.stretch(USED_CARS, s, np.full(2, 1e6), np.full(2, 80.0), 3.0, 0.1)
    assert 0.0 < more[0] < 0.001 and more[1] == 0.0
    after = s[0] * (1.0 + more[0])
    assert 5_000_000.0 < after < 5_000_002.0


def test_rewards_of_a_year_are_paid_in_december_to_the_firms_of_the_trade(history: Economy) -> None:
    rows = np.array([USED_CARS, DISMANTLERS, FARM_SHOPS], fr.REWARD)
    rows["rule"] = [7, 8, 9]
    run = branch(history, policy_of(rewards=rows, rules=(7, 8, 9)), 8)
    cost = run.outcomes().cost_by_rule[:, 7:10].sum(axis=2)
    assert (cost[:11] == 0.0).all() and (cost[12:] == 0.0).all() and (cost[11] > 0.0).all()
    flows = run.outcomes().aggregates["flows"][11]
    assert flows[Account.CENTRE, Account.FIRMS, ITEMS.index("rewards")] == pytest.approx(
        cost[11].sum(), rel=1e-9
    )
    s = run.state.specialists
    assert s is not None
    # the parcels paid are those of sellers above both thresholds
    assert cost[11, 2] <= history.values["firms.farm_parcels"] * 1.1


# --- pure rules of finance, exit and entry


@given(money, money, st.floats(1.0, 1e8), st.floats(0.05, 1.0), st.floats(1.0, 3.0))
def test_more_cash_never_lowers_staff_nor_raises_it_beyond_reach(
    cash: float, room: float, normal: float, elasticity: float, reach: float
) -> None:
    factor = liquidity_factor(cash, room, normal, elasticity, reach)
    assert 0.0 <= factor <= reach**elasticity
    assert liquidity_factor(cash + 0.1 * normal, room, normal, elasticity, reach) >= factor
    assert liquidity_factor(normal, 0.0, normal, elasticity, reach) == pytest.approx(1.0)
    assert liquidity_factor(normal + cash, room, normal, elasticity, 1.0) == 1.0


def test_money_paid_sooner_stays_in_a_firm_without_a_bank() -> None:
    # own funds of 100, of which 60 in claims: 40 in cash; claims paid down to 50 leave 50 in cash
    assert rules.cash_kept.py_func(40.0, 100.0, 60.0) == 40.0
    assert rules.cash_kept.py_func(40.0, 100.0, 50.0) == 50.0
    assert rules.cash_kept.py_func(40.0, 100.0, 90.0) == 40.0


@given(st.floats(-1e7, 1e8), money, money, money, st.floats(0.0, 1.0), st.floats(0.01, 1.0))
def test_finance_keeps_the_books_of_a_firm(
    cash: float, debt: float, wanted: float, limit: float, share: float, speed: float
) -> None:
    borrowed, repaid, out = finance(cash, debt, wanted, limit, share * limit, speed)
    assert borrowed >= 0.0 and repaid >= 0.0 and out >= 0.0
    after = debt + borrowed - repaid
    assert after >= -1e-6
    assert after <= max(debt, limit) + 1e-6
    left = cash + borrowed - repaid - out
    if out > 0.0:
        assert left == pytest.approx(wanted, rel=1e-9, abs=1.0)
    if left < min(wanted, 0.0) - 1e-6:  # short of money with room at the bank: it has borrowed what it may
        assert after >= limit - 1e-6


@given(st.floats(-1e7, 1e8), money, money)
def test_an_estate_is_shared_without_remainder(cash: float, claims: float, debt: float) -> None:
    repaid, lost, left = estate(cash, claims, debt)
    assert repaid + left == pytest.approx(cash + claims, abs=1e-6)
    assert repaid + lost == pytest.approx(debt, abs=1e-6)
    assert min(repaid, lost) >= 0.0


@given(st.floats(0.0, 0.02), st.floats(-0.3, 0.3), st.floats(0.1, 1e4))
def test_exit_falls_with_profit_and_size(level: float, profit: float, employees: float) -> None:
    chance = exit_chance(level, profit, 0.05, 0.4, employees, 5.0, -0.3)
    assert 0.0 <= chance <= 1.0
    assert exit_chance(level, profit + 0.02, 0.05, 0.4, employees, 5.0, -0.3) <= chance
    assert exit_chance(level, profit, 0.05, 0.4, 2.0 * employees, 5.0, -0.3) <= chance
    assert exit_chance(level, 0.05, 0.05, 0.4, 5.0, 5.0, -0.3) == pytest.approx(level)


@given(st.floats(10.0, 1e5), st.floats(0.0, 0.2), st.floats(0.1, 2.0))
def test_entry_falls_with_its_cost_and_with_the_crowd(firms: float, margin: float, cost: float) -> None:
    born = births(firms, 1000.0, 0.01, margin, 0.05, cost, 1.0)
    assert born >= 0.0
    assert births(firms, 1000.0, 0.01, margin, 0.05, 1.1 * cost, 1.0) <= born
    assert births(1.1 * firms, 1000.0, 0.01, margin, 0.05, cost, 1.0) <= born
    assert births(firms, 1000.0, 0.01, margin + 0.01, 0.05, cost, 1.0) >= born
    assert births(1000.0, 1000.0, 0.01, 0.05, 0.05, 1.0, 1.0) == pytest.approx(10.0)


def test_a_trade_without_seasons_keeps_no_reserve_and_one_poor_month_is_saved_for() -> None:
    even, one = np.ones((12, 1)), np.ones(1)
    assert (rules.seasonal_reserve(even, 0.05, 0.5 * one, even, 0.2 * one) == 0.0).all()
    season = even.copy()
    season[5] = 0.4
    # June loses 0.6 x 0.5 less the normal profit of 0.05; each month before it earns 0.05 towards that
    reserve = rules.seasonal_reserve(season, 0.05, 0.5 * one, even, 0.2 * one)[:, 0]
    np.testing.assert_allclose(reserve[:6], [0.05, 0.1, 0.15, 0.2, 0.25, 0.0], atol=1e-12)
    # farmers paid three times as much in June: 2 x 0.2 less 0.05
    bills = even.copy()
    bills[5] = 3.0
    assert rules.seasonal_reserve(even, 0.05, 0.5 * one, bills, 0.2 * one)[4, 0] == pytest.approx(0.35)


@given(st.lists(st.floats(0.1, 3.0), min_size=12, max_size=12), st.floats(0.0, 0.2), st.floats(0.0, 1.0))
def test_a_reserve_sees_the_coming_year_through_and_rises_with_what_is_lost(
    sales: list[float], margin: float, contribution: float
) -> None:
    season, even, part = np.array(sales)[:, None], np.ones((12, 1)), np.full(1, contribution)
    reserve = rules.seasonal_reserve(season, margin, part, even, part)
    assert (reserve >= 0.0).all()
    profit = margin + (season[:, 0] - 1.0) * contribution
    for month in range(12):
        ahead = np.cumsum(np.roll(profit, -month - 1)[:11])
        assert reserve[month, 0] + ahead.min() >= -1e-9
    assert (rules.seasonal_reserve(season, margin + 0.01, part, even, part) <= reserve + 1e-12).all()


def test_rounding_at_random_keeps_the_mean() -> None:
    u = (np.arange(1000) + 0.5) / 1000
    for number in (0.0, 0.3, 2.75):
        drawn = np.array([whole(number, x) for x in u])
        assert drawn.mean() == pytest.approx(number, abs=1e-3)
        assert set(drawn) <= {np.floor(number), np.floor(number) + 1.0}


# --- founding


def test_firms_of_a_cell_are_as_many_and_as_large_as_published(baseline: Any) -> None:
    found = setup.found_cell(900.0, 4100.0, 20_000.0, 50, baseline.values)
    weight, size = found["weight"].astype(np.float64), found["employees"]
    own = found["individual"] == 1
    assert weight[~own].sum() == pytest.approx(900.0) and weight[own].sum() == pytest.approx(4100.0)
    assert (weight * size).sum() == pytest.approx(20_000.0, rel=1e-6)
    mean = (weight[own] * size[own]).sum() / 4100.0
    assert mean == pytest.approx(baseline.values["firms.individual_staff"], rel=1e-6)
    # the largest is there itself, and no individual business comes near it
    assert weight[0] == 1.0 and size.argmax() == 0 and size[0] > 10.0 * size[own].max()
    assert (weight[found["entrant"] == 1] == 0.0).all() and (found["entrant"] == 1).sum() >= 4


def test_numbers_of_firms_meet_the_census_by_city_and_trade(baseline: Any, world: Any) -> None:
    legal = baseline.units - baseline.individuals
    legal[:, Sector.FARMING] = 0.0
    published = world.statistics.newest("legal_units", "Taiyuan", "secondary and tertiary", "2024").count
    assert legal[0].sum() == pytest.approx(published, rel=0.03)
    total = world.statistics.newest("individual_businesses", "Shanxi", "secondary and tertiary", "2024").count
    assert baseline.individuals.sum() == pytest.approx(total, rel=1e-6)
    assert (legal >= 0.0).all() and baseline.individuals[:, Sector.PUBLIC].sum() == 0.0


# --- a baseline without shocks


@pytest.fixture(scope="module")
def four_years(world: Any, baseline: Any) -> Economy:
    """48 months without policy."""
    economy = Economy(world, neutral_policy(48), baseline, seed=3)
    economy.run_for(48)
    return economy


@pytest.mark.slow
def test_the_number_of_firms_grows_as_published(four_years: Economy) -> None:
    firms = four_years.outcomes().aggregates["firms"].sum(axis=(1, 2))
    growth = (firms[-1] / firms[11]) ** (1.0 / 3.0) - 1.0
    assert growth == pytest.approx(four_years.values["firms.net_entry_rate"], abs=0.012)
    assert np.abs(np.diff(np.log(firms))).max() < 0.01


@pytest.mark.slow
def test_unemployment_prices_and_finances_do_not_drift(four_years: Economy) -> None:
    labour = four_years.outcomes().aggregates["labour"].sum(axis=(1, 2))
    rate = labour[:, 3] / (labour[:, 0] + labour[:, 3])
    years = rate.reshape(4, 12).mean(axis=1)
    assert np.abs(years / years[0] - 1.0).max() < 0.2
    price = four_years.outcomes().aggregates["price"]
    assert np.abs(np.median(price[-1]) - 1.0) < 0.03
    t = four_years.firm_totals.sum(axis=0)
    margin = t[Total.USUAL_PROFIT] / t[Total.USUAL_SALES]  # of a mean month: December is a poor one
    assert margin == pytest.approx(four_years.values["firms.normal_margin"], abs=0.015)


@pytest.mark.slow
def test_no_firm_with_negative_capital_is_left_alive(four_years: Economy) -> None:
    f = four_years.state.firms
    assert f is not None
    alive = f.weight > 0.0
    assert f.cash[alive].min() >= -1e-6
    stock = four_years.values["firms.stock_months"] * f.expected
    capital = f.cash + f.receivable + f.owed + stock - f.debt
    assert capital[alive].min() >= -1e-3 * f.expected[alive].max()
    for column in (f.cash, f.debt, f.receivable, f.owed, f.employees):
        assert (column[~alive] == 0.0).all()
    assert (f.debt >= -1e-6).all() and (f.weight >= 0.0).all()


@pytest.mark.slow
def test_a_cell_never_loses_its_last_seller(four_years: Economy) -> None:
    f, starts = four_years.state.firms, four_years.founding.cell_starts
    assert f is not None
    first = starts[:-1][np.diff(starts) > 0]
    assert (f.weight[first] > 0.0).all()
    assert (four_years.founding.units[np.diff(starts) == 0] == 0.0).all()


def test_matching_hires_no_more_than_there_are(reference: Economy) -> None:
    labour = reference.outcomes().aggregates["labour"].sum(axis=2)
    assert (labour[..., 3] >= 0.0).all()
    for markets in reference.market_path:
        assert markets.finding.max() <= 1.0


# --- policy


def gain(run: Economy, base: Economy, outcome: str = "jobs") -> np.ndarray:
    """Path of an outcome above the base."""
    return run.outcomes().series(outcome) - base.outcomes().series(outcome)[: run.month]


def arrears(amount: np.ndarray, payer_shares: tuple[float, ...] = CENTRE_PAYS) -> Policy:
    """Governments, or large firms, pay this of what they owe each month."""
    return policy_of(
        arrears_repaid=amount, channel_rules={"arrears_repaid": {RULE: 1.0}}, payer_shares=payer_shares
    )


def test_bills_of_large_firms_are_set_off_among_firms(history: Economy, reference: Economy) -> None:
    owed = history.owed_by_buyers()
    firms_pay = (0.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    run = branch(history, arrears(0.02 * owed, firms_pay), 1)
    base = branch(history, neutral_policy(), 1)
    flows = run.outcomes().aggregates["flows"][HISTORY]
    assert flows[..., ITEMS.index("arrears_cleared")].sum() == 0.0
    assert run.outcomes().cost_by_rule[HISTORY, RULE].sum() == pytest.approx(0.02 * owed.sum(), rel=1e-9)
    assert run.owed_by_buyers().sum() < 0.995 * base.owed_by_buyers().sum()
    np.testing.assert_allclose(run.owed_by_governments().sum(), base.owed_by_governments().sum(), rtol=1e-3)


def test_arrears_paid_make_jobs_and_are_paid_by_the_governments(history: Economy, reference: Economy) -> None:
    owed = history.owed_by_governments()
    runs = [branch(history, arrears(share * owed / 6.0), 8) for share in (0.4, 0.8)]
    few, many = (gain(run, reference).sum() for run in runs)
    assert 0.0 < few <= 1.2 * many
    assert runs[0].owed_by_governments().sum() < reference.owed_by_governments().sum()
    booked = runs[0].outcomes().aggregates["flows"][HISTORY][:, :, ITEMS.index("arrears_cleared")].sum()
    assert booked == pytest.approx(0.4 * float(owed.sum()) / 6.0, rel=1e-9)


def test_no_more_is_cleared_than_is_owed(history: Economy) -> None:
    run = branch(history, arrears(np.full((N_CITIES, N_SECTORS), 1e12)), 2)
    assert run.owed_by_governments().min() >= -1e-3
    assert run.outcomes().cost_by_rule[HISTORY, RULE].sum() == pytest.approx(
        float(history.owed_by_governments().sum()), rel=1e-6
    )


def test_prompt_payment_moves_money_from_governments_to_firms_once(
    history: Economy, reference: Economy
) -> None:
    run = branch(history, policy_of(payment_sooner=2.0), 12)
    assert run.owed_by_governments().sum() < 0.85 * reference.owed_by_governments().sum()
    assert gain(run, reference).sum() > 0.0


def test_a_lower_cost_of_entry_brings_firms(history: Economy, reference: Economy) -> None:
    removed = np.zeros((N_CITIES, N_SECTORS))
    removed[:, Sector.CATERING] = 0.2
    run = branch(history, policy_of(entry_cost=removed), 12)
    firms, base = (e.outcomes().aggregates["firms"][run.month - 1].sum(axis=0) for e in (run, reference))
    more = firms / np.maximum(base, 1.0) - 1.0
    assert 0.01 < more[Sector.CATERING] < 0.06
    assert np.abs(np.delete(more, Sector.CATERING)).max() < 0.02


def test_a_cut_of_interest_is_paid_on_the_loans_that_firms_have(history: Economy) -> None:
    cut = np.zeros(N_SECTORS)
    cut[Sector.CATERING] = 0.01
    run = branch(history, policy_of(business_loan_rate_cut=cut, business_loan_rule=RULE), 1)
    loans = history.business_loans()[:, Sector.CATERING].sum()
    assert run.outcomes().cost_by_rule[HISTORY, RULE].sum() == pytest.approx(0.01 * loans / 12.0, rel=1e-9)


def test_sellers_keep_part_of_a_subsidy_in_their_prices(history: Economy, reference: Economy) -> None:
    run = branch(history, policy_of(durable_rules=durable_rule(durable=Durable.AC, rate=0.15)), 3)
    price = run.market_path[-1].price / reference.market_path[run.month - 1].price - 1.0
    kept = price[:, Sector.APPLIANCE_RETAIL]
    assert (kept > 0.0).all()
    # no more than what is kept of the subsidy, with a little pressure of demand
    assert kept.max() < (1.0 - run.values["firms.subsidy_pass_through"]) * 0.15 + 0.03
    assert np.abs(price[:, Sector.EDUCATION]).max() < 1e-3


def test_a_poorer_liquidity_of_firms_costs_jobs(history: Economy, reference: Economy) -> None:
    run = history.fork(neutral_policy())
    f = run.state.firms
    assert f is not None
    taken = float((f.weight.astype(np.float64) * 0.8 * f.cash).sum())
    f.cash[...] *= 0.2
    run.state.ledger.money[Account.FIRMS] -= taken
    run.state.ledger.money[Account.REST] += taken
    run.run_for(4)
    assert gain(run, reference)[HISTORY + 1 :].sum() < 0.0


def test_a_run_does_not_depend_on_threads_nor_on_what_others_did(hamlet: Economy) -> None:
    months = hamlet.month + 4
    policy = Policy("nothing", (Conditions(0),) * months, (Instrument(RULE, "x", 1, (1.0, 0, 0, 0, 0, 0)),))
    one, two = hamlet.fork(policy), hamlet.fork(policy)
    two.threads = 2
    one.run_for(4)
    two.run_for(4)
    assert one.state.firms is not None and two.state.firms is not None
    for name, column in one.state.firms._asdict().items():
        assert column.tobytes() == getattr(two.state.firms, name).tobytes(), name
    assert one.firm_totals.shape[0] == N_CITIES * N_SECTORS


def test_only_the_group_is_paid_sooner(history: Economy, reference: Economy) -> None:
    run = history.fork(policy_of(payment_sooner=2.0, payment_groups=2))
    f, base = run.state.firms, reference.state.firms
    assert f is not None and base is not None
    f.group[::2] = 2
    f.group[1::2] = 1
    start = f.weight > 0.0
    run.run_for(3)
    plain = branch(history, neutral_policy(), 3).state.firms
    assert plain is not None
    owed = start & (plain.owed > 0.0) & (f.weight > 0.0) & (plain.weight == f.weight)
    ratio = f.owed[owed] / plain.owed[owed]
    paid_sooner = (f.group == 2)[owed]
    assert ratio[paid_sooner].mean() < 0.9
    assert ratio[~paid_sooner].mean() == pytest.approx(1.0, abs=0.02)


def test_firms_know_in_which_month_the_festival_is(history: Economy) -> None:
    season, reserve = history.founding.season, history.founding.reserve
    np.testing.assert_array_equal(season[0][2:], season[1][2:])
    np.testing.assert_array_equal(season[0][:2], season[1][1::-1])
    np.testing.assert_allclose(season.mean(axis=1)[0], season.mean(axis=1)[1])
    assert (reserve >= 0.0).all()
    # 2024 and 2026 have it in February, 2025 in January; from March on firms look to the next
    found, twin = {}, history.fork(neutral_policy())
    for month in (0, 1, 2, 11, 12, 13, 14, 24):
        twin.month = month
        found[month] = twin._festival()
    assert found == {0: 0, 1: 0, 2: 1, 11: 1, 12: 1, 13: 1, 14: 0, 24: 0}


def test_a_poor_month_of_a_high_season_leaves_some_trade_to_expect() -> None:
    usual = rules.usual_sales.py_func
    assert usual(100.0, 1.0, 80.0, 0.1) == 100.0
    assert usual(100.0, 1.5, 80.0, 0.1) == pytest.approx(60.0)
    assert usual(100.0, 3.0, 80.0, 0.1) == pytest.approx(10.0)
