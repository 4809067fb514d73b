"""Durables: kinds of cars, old units, announced starts and ends, what a subsidy of nothing does, conservation of units."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_policies import (
    HISTORY,
    branch,
    cost,
    differences,
    durable_rule,
    neutral_policy,
    policy_of,
    units,
)

from jinxiao.calibration.parameters import load_parameters
from jinxiao.model.economy import Economy
from jinxiao.model.households.columns import NOT_OWNED
from jinxiao.model.households.diary import Entry, Why
from jinxiao.model.households.rules import (
    car_kind,
    composite_price,
    in_force,
    old_car_fate,
    old_car_value,
    used_share,
)
from jinxiao.model.households.setup import past_new_energy_share
from jinxiao.model.names import DURABLES, N_DURABLES, Disposal, Durable

shares = st.floats(0.01, 0.99)
prices = st.floats(0.05, 1.0)
FIRST_SLOT = np.concatenate([[0], np.cumsum([d.slots for d in DURABLES])])


def columns(first: int) -> slice:
    """Columns of a diary that hold an entry a class."""
    return slice(first, first + N_DURABLES)


def lived(history: Economy, months: int = 1, **policy: Any) -> Economy:
    """A run from the history with diaries of its last month."""
    run = history.fork(policy_of(**policy) if policy else neutral_policy())
    run.keep_diaries()
    run.run_for(months)
    return run


# --- rules


@given(shares, shares, st.floats(0.5, 6.0))
def test_at_full_prices_a_car_costs_its_price(new_energy: float, used: float, elasticity: float) -> None:
    assert composite_price(1.0, 1.0, new_energy, used, elasticity) == 1.0


@given(prices, shares, st.floats(0.5, 6.0))
def test_a_cut_of_all_kinds_is_a_cut_of_the_composite(cut: float, share: float, elasticity: float) -> None:
    assert composite_price(cut, cut, share, 0.0, elasticity) == pytest.approx(cut)


@given(prices, prices, shares, shares, st.floats(0.5, 6.0), prices)
def test_the_composite_lies_between_the_kinds_and_falls_with_each(
    a: float, b: float, share: float, used: float, elasticity: float, cut: float
) -> None:
    both = composite_price(a, b, share, used, elasticity)
    assert min(a, b) - 1e-9 <= both <= 1.0 + 1e-9
    assert composite_price(a * cut, b, share, used, elasticity) <= both + 1e-9
    assert composite_price(a, b * cut, share, used, elasticity) <= both + 1e-9


@given(prices, prices, shares, shares)
def test_kinds_are_chosen_by_their_shares_and_relative_prices(
    a: float, b: float, share: float, used: float
) -> None:
    u = (np.arange(2000) + 0.5) / 2000
    chosen = np.array([car_kind(x, a, b, share, used, 3.0) for x in u])
    weight = np.array([(1 - used) * (1 - share) * b**-3.0, (1 - used) * share * a**-3.0, used])
    found = np.bincount(chosen, minlength=3) / len(u)
    np.testing.assert_allclose(found, weight / weight.sum(), atol=2e-3)


@given(st.floats(0.05, 10.0), st.floats(0.05, 5.0), st.floats(0.0, 2.0), st.floats(1.0, 3.0))
def test_the_poorer_buy_used_cars(income: float, odds: float, slope: float, richer: float) -> None:
    assert used_share(1.0, odds, slope) == pytest.approx(odds / (1.0 + odds))
    assert used_share(income * richer, odds, slope) <= used_share(income, odds, slope) + 1e-12


@pytest.mark.parametrize(
    ("ahead", "starts_in", "months_left", "runs"),
    [(0, 0, 0, True), (9, 0, 0, True), (0, 0, 1, True), (1, 0, 1, False), (1, 2, 0, False), (2, 2, 0, True), (2, 2, 2, False)],
)  # fmt: skip
def test_what_is_announced_is_in_force_from_its_start_to_its_end(
    ahead: int, starts_in: int, months_left: int, runs: bool
) -> None:
    assert in_force(ahead, starts_in, months_left) is runs


@given(st.floats(0.0, 1.0), st.floats(0.0, 400.0), st.floats(0.0, 100.0))
def test_older_cars_are_scrapped_and_a_subsidy_has_its_way(u: float, age: float, older: float) -> None:
    fate, later = (old_car_fate(u, a, 0, 150.0, 18.0, 0.1) for a in (age, age + older))
    assert fate in (0, 1, 2)
    assert later == 0 or fate != 0
    assert old_car_fate(u, age, 1, 150.0, 18.0, 0.1) == 0 and old_car_fate(u, age, 2, 150.0, 18.0, 0.1) == 1
    assert (
        old_car_fate(0.5, 150.0 - 1e-6, 0, 150.0, 18.0, 0.0) == 1
        and old_car_fate(0.49, 150.0, 0, 150.0, 18.0, 0.0) == 0
    )


def test_an_old_car_fetches_what_time_has_left_of_it() -> None:
    assert old_car_value(1, 0.0, 1e5, 0.87, 2000.0) == 1e5
    assert old_car_value(1, 12.0, 1e5, 0.87, 2000.0) == pytest.approx(87_000.0)
    assert old_car_value(1, 600.0, 1e5, 0.87, 2000.0) == old_car_value(0, 0.0, 1e5, 0.87, 2000.0) == 2000.0
    assert old_car_value(2, 0.0, 1e5, 0.87, 2000.0) == 0.0


def test_cars_on_the_road_run_on_what_was_sold_in_their_year() -> None:
    values = load_parameters().central()
    by_year = np.asarray(values["durables.new_energy_before"])
    bought = np.array([-1, -12, -13, -12 * len(by_year), -12 * len(by_year) - 1, NOT_OWNED])
    expected = [by_year[-1], by_year[-1], by_year[-2], by_year[0], 0.0, 0.0]
    np.testing.assert_allclose(past_new_energy_share(values, bought), expected)


# --- a subsidy of nothing


@pytest.mark.parametrize(
    "changes",
    [{}, {"pool": 3}, {"starts_in": 2}, {"min_old_age": 12, "old_unit_goes": 1}, {"months_left": 1}],
)
def test_a_subsidy_of_nothing_changes_nothing(history: Economy, changes: dict[str, Any]) -> None:
    rules = np.concatenate([durable_rule(durable=d, **changes) for d in Durable])
    nothing = branch(history, policy_of(durable_rules=rules, pool_budget={3: 1e9}), 2)
    plain = branch(history, policy_of(), 2)
    assert [name for name in differences(nothing, plain) if not name.startswith("pool")] == []


# --- announced starts and ends, suspension


def bought_around(history: Economy, reference: Economy, durable: Durable, rows: Any) -> np.ndarray:
    run = branch(history, policy_of(change=rows), 8, reference.market_path)
    return units(run, durable)[HISTORY : HISTORY + 8]


@pytest.mark.parametrize("durable", [Durable.AC, Durable.PHONE])
def test_an_announced_start_lowers_purchases_before_and_raises_them_after(
    history: Economy, reference: Economy, durable: Durable
) -> None:
    start = HISTORY + 3

    def announced(c: Any) -> None:
        c.durable_rules = durable_rule(durable=durable, rate=0.3, starts_in=max(0, start - c.month))

    def surprise(c: Any) -> None:
        if c.month >= start:
            c.durable_rules = durable_rule(durable=durable, rate=0.3)

    plain = units(reference, durable)[HISTORY : HISTORY + 8]
    known, unknown = (bought_around(history, reference, durable, rows) for rows in (announced, surprise))
    assert (known[:3] <= plain[:3]).all() and known[:3].sum() < plain[:3].sum()
    # the nearer the start, the more wait
    assert known[2] / plain[2] < known[0] / plain[0]
    # those who waited come once it has started
    assert known[3] > unknown[3]
    assert known.sum() >= 0.98 * unknown.sum()
    np.testing.assert_array_equal(unknown[:3], plain[:3])


def test_a_suspended_month_pays_nothing_and_is_waited_out(history: Economy, reference: Economy) -> None:
    def pause(c: Any) -> None:
        c.durable_rules = durable_rule(
            durable=Durable.AC, rate=0.3, starts_in=1 if c.month == HISTORY + 1 else 0
        )

    def gone(c: Any) -> None:
        if c.month != HISTORY + 1:
            c.durable_rules = durable_rule(durable=Durable.AC, rate=0.3)

    paused = branch(history, policy_of(change=pause), 4, reference.market_path)
    ended = branch(history, policy_of(change=gone), 4, reference.market_path)
    paid = cost(paused)[HISTORY : HISTORY + 4]
    assert paid[1] == 0.0 and (paid[[0, 2, 3]] > 0.0).all()
    assert units(paused, Durable.AC)[HISTORY + 1] < units(ended, Durable.AC)[HISTORY + 1]


def test_a_dry_pool_that_will_be_refilled_is_waited_for(history: Economy) -> None:
    def refilled(c: Any) -> None:
        c.pool_refill = {3: 1}

    rule = durable_rule(durable=Durable.PHONE, rate=0.3, pool=3)
    waits = branch(history, policy_of(durable_rules=rule, change=refilled), 1)
    dry = branch(history, policy_of(durable_rules=rule), 1)
    assert units(waits, Durable.PHONE)[HISTORY] < units(dry, Durable.PHONE)[HISTORY]
    assert not cost(waits).any() and not cost(dry).any()


def test_who_waits_says_so(history: Economy) -> None:
    run = lived(history, durable_rules=durable_rule(durable=Durable.PHONE, rate=0.3, starts_in=1))
    waited = run.diaries[:, Entry.DURABLE_WAITED + Durable.PHONE]
    assert (waited > 0.0).any()
    assert not (run.diaries[waited > 0.0, Entry.DURABLES + Durable.PHONE] > 0.0).any()
    plain = lived(history)
    would = plain.diaries[:, Entry.DURABLES + Durable.PHONE] > 0.0
    does = run.diaries[:, Entry.DURABLES + Durable.PHONE] > 0.0
    assert (waited[would & ~does] > 0.0).all()
    assert not plain.diaries[:, columns(Entry.DURABLE_WAITED)].any()


# --- which old unit, and what becomes of it


@pytest.mark.parametrize("new_energy", [False, True])
def test_the_date_of_an_old_car_is_that_of_its_fuel(history: Economy, new_energy: bool) -> None:
    """Petrol cars qualify at any age here, new-energy ones never."""
    rule = durable_rule(
        durable=Durable.CAR, rate=0.3, min_old_age=0, min_old_age_new_energy=9999, old_unit_goes=1
    )
    run = history.fork(policy_of(durable_rules=rule))
    run.state.households.car_kind[:] = 3 if new_energy else 0
    run.keep_diaries()
    run.run_for(1)
    d = run.diaries
    replaced = d[:, Entry.CAR_REPLACED]
    assert (replaced > 0).any() and (replaced[replaced > 0] == (2 if new_energy else 1)).all()
    claimed = d[:, Entry.DURABLE_SUBSIDY + Durable.CAR] > 0.0
    assert claimed.any() is not np.bool_(new_energy)
    assert (d[claimed, Entry.DURABLE_FATE + Durable.CAR] == Disposal.CARS_SCRAPPED + 1).all()


def test_a_further_unit_is_not_bought_with_a_subsidy_on_an_old_one(history: Economy) -> None:
    run = lived(history, durable_rules=durable_rule(durable=Durable.EBIKE, rate=0.3, min_old_age=0))
    d = run.diaries
    claimed = d[:, Entry.DURABLE_SUBSIDY + Durable.EBIKE] > 0.0
    assert claimed.any()
    assert (d[claimed, Entry.DURABLE_AGE + Durable.EBIKE] >= 0).all()
    assert (d[claimed, Entry.DURABLE_FATE + Durable.EBIKE] > 0).all()


def test_a_subsidy_on_new_energy_moves_the_choice_and_raises_sales(history: Economy) -> None:
    rule = durable_rule(durable=Durable.CAR, flat=30_000.0, powertrain=1)
    plain, subsidised = lived(history), lived(history, durable_rules=rule)
    before, after = (run.diaries[:, Entry.CAR_BOUGHT] for run in (plain, subsidised))
    kinds = [np.bincount(kind.astype(int), minlength=4)[1:] for kind in (before, after)]
    assert (kinds[0] > 0).all()
    assert kinds[1][1] > kinds[0][1] and kinds[1].sum() >= kinds[0].sum()
    changed = (before > 0.0) & (after > 0.0) & (before != after)
    assert (after[changed] == 2.0).all()


# --- units are conserved and ages start anew


@pytest.fixture(scope="module")
def traded(history: Economy) -> tuple[np.ndarray, Economy]:
    """A month of subsidies on everything, with the units held before it."""
    run = history.fork(
        policy_of(durable_rules=np.concatenate([durable_rule(durable=d, rate=0.2) for d in Durable]))
    )
    run.keep_diaries()
    before = run.state.households.durable_bought.copy()
    run.run_for(1)
    return before, run


def test_units_bought_are_units_replaced_and_added(traded: tuple[np.ndarray, Economy]) -> None:
    before, run = traded
    after, weight = run.state.households.durable_bought, run.state.households.weight.astype(np.float64)
    # a home that is bought comes renewed: that unit was not bought by itself
    changed = before != after
    came_renewed = (run.diaries[:, Entry.HOME_PRICE] > 0.0) & (
        run.diaries[:, Entry.DURABLES + Durable.RENOVATION] == 0.0
    )
    changed[came_renewed, FIRST_SLOT[Durable.RENOVATION]] = False
    held_before, held_after = before != NOT_OWNED, after != NOT_OWNED
    assert not (held_before & ~held_after).any()
    d = run.diaries
    disposed = run.disposal_counts.sum(axis=0)
    for k in range(N_DURABLES):
        slots = slice(FIRST_SLOT[k], FIRST_SLOT[k + 1])
        bought = units(run, k)[HISTORY] + (disposed[Disposal.USED_CARS_BOUGHT] if k == Durable.CAR else 0.0)
        replaced = weight @ (changed & held_before)[:, slots].sum(axis=1)
        added = weight @ (changed & ~held_before)[:, slots].sum(axis=1)
        assert bought == pytest.approx(replaced + added)
        assert replaced == pytest.approx(
            weight @ ((d[:, Entry.DURABLE_AGE + k] >= 0) & (d[:, Entry.DURABLES + k] > 0.0))
        )


def test_old_units_are_scrapped_sold_or_kept(traded: tuple[np.ndarray, Economy]) -> None:
    before, run = traded
    weight = run.state.households.weight.astype(np.float64)
    replaced = (before != run.state.households.durable_bought) & (before != NOT_OWNED)
    by_class = np.add.reduceat(weight @ replaced, FIRST_SLOT[:-1])
    disposed = run.disposal_counts.sum(axis=0)
    cars = disposed[[Disposal.CARS_SCRAPPED, Disposal.CARS_SOLD, Disposal.CARS_KEPT]]
    assert cars.sum() == pytest.approx(by_class[Durable.CAR]) and (cars[:2] > 0.0).all()
    others = disposed[[Disposal.OTHERS_RECOVERED, Disposal.OTHERS_KEPT]].sum()
    assert others == pytest.approx(by_class.sum() - by_class[Durable.CAR] - by_class[Durable.RENOVATION])
    np.testing.assert_array_equal(run.outcomes().aggregates["disposals"][HISTORY], run.disposal_counts)


def test_a_new_unit_is_new_and_a_used_car_is_not(traded: tuple[np.ndarray, Economy]) -> None:
    before, run = traded
    after = run.state.households.durable_bought
    ages = HISTORY - after[before != after].astype(int)
    assert set(ages) == {0, run.household_parameters.used_age}
    used = run.diaries[:, Entry.CAR_BOUGHT] == 3
    cars = (before != after)[:, : DURABLES[Durable.CAR].slots]
    assert (
        HISTORY - after[:, : DURABLES[Durable.CAR].slots][used][cars[used]]
        == run.household_parameters.used_age
    ).all()
    assert not run.diaries[used, Entry.DURABLE_SUBSIDY + Durable.CAR].any()


def test_only_owners_of_homes_renew_them(history: Economy, reference: Economy) -> None:
    slot = FIRST_SLOT[Durable.RENOVATION]
    for run in (history, reference):
        h = run.state.households
        np.testing.assert_array_equal(h.durable_bought[:, slot] != NOT_OWNED, h.tenure > 0)
    assert (units(reference, Durable.RENOVATION) > 0.0).all()


def test_reasons_are_told_apart(history: Economy, reference: Economy) -> None:
    rules = np.concatenate([durable_rule(durable=d, rate=0.3, months_left=1) for d in Durable])
    run = lived(history, durable_rules=rules)
    d = run.diaries
    why, bought = d[:, columns(Entry.DURABLE_WHY)], d[:, columns(Entry.DURABLES)] > 0.0
    assert ((why > 0) == bought).all()
    assert ((why == Why.ADDED) == (bought & (d[:, columns(Entry.DURABLE_AGE)] < 0))).all()
    assert all((why == reason).any() for reason in Why)
    # without a subsidy nobody buys because of one
    plain = lived(history).diaries[:, columns(Entry.DURABLE_WHY)]
    assert not np.isin(plain, [Why.SUBSIDY, Why.BEFORE_THE_END]).any()


# --- reversal is a consequence of ages


def surprise_window(history: Economy, **hazards: Any) -> tuple[np.ndarray, int]:
    """Extra units of phones month by month around two months of a subsidy nobody foresaw, under other hazards."""
    start, stop = HISTORY + 6, HISTORY + 8
    subsidy = policy_of(start=start, stop=stop, durable_rules=durable_rule(durable=Durable.PHONE, rate=0.3))
    paths = []
    for policy in (subsidy, neutral_policy()):
        run = history.fork(policy)
        p = run.household_parameters
        changes = {}
        for name, value in hazards.items():
            column = getattr(p, name).copy()
            column[Durable.PHONE] = value
            changes[name] = column
        # nobody adds units, so that all that is bought is replacement
        changes["add_rate"] = np.zeros_like(p.add_rate)
        run.household_parameters = p._replace(**changes)
        run.run_for(len(policy.months) - run.month)
        paths.append(units(run, Durable.PHONE))
    return paths[0] - paths[1], stop


def test_where_age_does_not_matter_nothing_is_paid_back(history: Economy) -> None:
    extra, stop = surprise_window(history, age_spread=1e9, half_age=0.0, hazard_cap=0.02)
    assert extra[:stop].sum() > 0.0
    # a few are short of cash for a while; the hazard itself does not know of the purchase
    assert abs(extra[stop:].sum()) < 0.1 * extra[:stop].sum()


def test_where_age_is_all_everything_is_paid_back(history: Economy) -> None:
    extra, stop = surprise_window(history, age_spread=2.0, hazard_cap=1.0)
    assert extra[:stop].sum() > 0.0
    assert -extra[stop:].sum() == pytest.approx(extra[:stop].sum(), rel=0.1)


# --- purchases moved to another month are missing from it


def window(history: Economy, reference: Economy, durable: Durable, rate: float, **changes: Any) -> np.ndarray:
    """Extra units month by month from a subsidy of one month whose end is known, where the level of prices does not matter."""
    rule = durable_rule(durable=durable, rate=rate, months_left=1)
    paths = []
    for policy in (policy_of(stop=HISTORY + 1, durable_rules=rule), neutral_policy()):
        run = history.fork(policy, market_path=reference.market_path)
        p = run.household_parameters
        run.household_parameters = p._replace(
            durable_elasticity=np.zeros(N_DURABLES), used_odds=0.0, **changes
        )
        run.run_for(15)
        paths.append(units(run, durable)[HISTORY : HISTORY + 15])
    return paths[0] - paths[1]


@pytest.mark.parametrize("durable", [Durable.CAR, Durable.FRIDGE, Durable.PHONE])
def test_a_rush_before_a_deadline_is_missed_in_the_months_after(
    history: Economy, reference: Economy, durable: Durable
) -> None:
    extra = window(history, reference, durable, 0.2)
    assert extra[0] > 0.0
    assert -extra[1:13].sum() == pytest.approx(extra[0], rel=0.15)
    # log saving over the cost of a month: no purchase comes from further
    months = -math.log(1.0 - 0.2) / 0.12
    reach = math.ceil(months)
    assert -extra[1 : 1 + reach].sum() > 0.8 * extra[0]


def test_a_deadline_draws_more_than_the_cap_of_the_hazard(history: Economy, reference: Economy) -> None:
    """Owners of units that are due crowd into the last month; with a response of the level alone they cannot."""
    plain = units(reference, Durable.AC)[HISTORY]
    assert window(history, reference, Durable.AC, 0.3)[0] > 1.0 * plain


def test_a_higher_saving_or_a_lower_cost_brings_more_forward(history: Economy, reference: Economy) -> None:
    by_rate = [window(history, reference, Durable.AC, rate)[0] for rate in (0.0, 0.05, 0.15, 0.3)]
    assert by_rate[0] == 0.0 and by_rate == sorted(by_rate) and by_rate[1] < by_rate[3]
    by_cost = [window(history, reference, Durable.AC, 0.2, timing_cost=cost)[0] for cost in (0.3, 0.12, 0.05)]
    assert by_cost == sorted(by_cost) and by_cost[0] < by_cost[2]


def test_who_waits_once_in_vain_need_not_wait_for_ever(history: Economy) -> None:
    """A pool that hardly anybody reaches in time is not waited for, so that purchases are not held up by its queue."""
    rule = durable_rule(durable=Durable.PHONE, rate=0.3, pool=3)
    plain = branch(history, neutral_policy(), 8)

    def monthly(c: Any) -> None:
        c.pool_budget, c.pool_refill = {3: 1e6}, {3: 1}

    run = branch(history, policy_of(durable_rules=rule, change=monthly), 8)
    bought, usual = (units(r, Durable.PHONE)[HISTORY : HISTORY + 8] for r in (run, plain))
    assert run.open_share[3].max() < 0.2
    assert bought[2:].sum() > 0.9 * usual[2:].sum()


# --- limits of a rule


@pytest.mark.parametrize(
    ("limit", "values"),
    [
        ("rate", (0.0, 0.1, 0.2, 0.4)),
        ("flat", (0.0, 100.0, 500.0, 1000.0)),
        ("cap", (0.0, 200.0, 500.0, 2000.0)),
        ("price_ceiling", (0.0, 2000.0, 4000.0, 1e9)),
        ("take_up", (0.0, 0.3, 0.6, 1.0)),
        ("min_old_age", (240, 150, 100, 0)),
        ("months_left", (0, 3, 2, 1)),
    ],
)
def test_looser_limits_sell_and_cost_no_less(history: Economy, limit: str, values: tuple[float, ...]) -> None:
    rule = {"durable": Durable.AC, "rate": 0.0 if limit == "flat" else 0.2}
    runs = [
        branch(history, policy_of(durable_rules=durable_rule(**{**rule, limit: value})), 1)
        for value in values
    ]
    sold = [units(run, Durable.AC)[HISTORY] for run in runs]
    paid = [cost(run)[HISTORY] for run in runs]
    assert sold == sorted(sold) and sold[-1] > sold[0]
    assert paid == sorted(paid) and paid[-1] > paid[0]
