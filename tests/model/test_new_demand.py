"""Property income, placing, orders, sales outside, homes handed over: what policy moves beside payments to people."""

import numpy as np
import pytest
from small_policies import (
    CENTRE_PAYS,
    HISTORY,
    RULE,
    branch,
    cost,
    neutral_policy,
    policy_of,
    total,
    transfer,
)

from jinxiao.model.conditions import ALL_ZONES, Basis, Conditions, Instrument, Policy
from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.ledger import ITEMS, Account
from jinxiao.model.markets import over_cities
from jinxiao.model.month import interest_in_property, property_factor
from jinxiao.model.names import N_CITIES, N_SECTORS, N_ZONES, Sector

TAIYUAN = 0b11


# --- property income


def test_lower_deposit_rates_lower_interest_and_banks_pay_less(history: Economy) -> None:
    run = branch(history, policy_of(interest_gain=-0.1), 1)
    none = branch(history, neutral_policy(), 1)
    share = run.values["firms.interest_share_of_property"]
    ratio = total(run, Item.PROPERTY)[HISTORY] / total(none, Item.PROPERTY)[HISTORY]
    assert ratio == pytest.approx(1.0 - 0.1 * share)
    less = (none.flows - run.flows)[Account.BANKS, Account.HOUSEHOLDS, ITEMS.index("interest")]
    lost = sum(
        total(none, i)[HISTORY] - total(run, i)[HISTORY] for i in (Item.PROPERTY, Item.LIQUID_INTEREST)
    )
    assert less == pytest.approx(lost)
    # households reckon with less for good, and plan less at once
    assert total(run, Item.PLANNED)[HISTORY] < total(none, Item.PLANNED)[HISTORY]


@pytest.mark.parametrize(("interest", "rent"), [(0.0, 0.0), (-0.2, 0.0), (0.1, 0.05), (-1.0, 0.3)])
def test_the_parts_of_property_income_add_up(interest: float, rent: float) -> None:
    conditions = Conditions(0, interest_gain=interest, rent_gain=rent)
    factor, share = property_factor(conditions, 0.55), interest_in_property(conditions, 0.55)
    assert share * factor == pytest.approx(0.55 * (1.0 + interest))
    assert (1.0 - share) * factor == pytest.approx(0.45 * (1.0 + rent))
    if interest == rent == 0.0:
        assert factor == 1.0 and share == 0.55


# --- work


def test_placing_brings_people_into_work_sooner_and_firms_hire_no_more_for_it(history: Economy) -> None:
    placing = policy_of(placements=np.full(N_CITIES, 4000.0))
    run, none = branch(history, placing, 12), branch(history, neutral_policy(), 12)
    change = (total(run, Item.EMPLOYED) - total(none, Item.EMPLOYED))[HISTORY:]
    # who is placed at first; later others find fewer vacancies, so that far less than the sum of a year is left
    assert change[0] == pytest.approx(N_CITIES * 4000.0, rel=0.4)
    assert change[-1] < 0.6 * 12 * N_CITIES * 4000.0


# --- orders and sales


def test_an_order_is_paid_to_firms_of_its_sector_and_cities(history: Economy) -> None:
    for zones, cities in ((ALL_ZONES, range(N_CITIES)), (TAIYUAN, [0])):
        run = branch(history, policy_of(orders={(RULE, int(Sector.CONSTRUCTION), zones): 6e8}), 1)
        none = branch(history, neutral_policy(), 1)
        more = run.sales - run.supplied - none.sales + none.supplied
        assert more.sum() == pytest.approx(6e8) == cost(run)[HISTORY]
        assert more[list(cities), Sector.CONSTRUCTION].sum() == pytest.approx(6e8)
        # builders buy from others in the province, and these from others
        assert run.supplied.sum() > none.supplied.sum()


def test_orders_employ_people_in_later_months(history: Economy) -> None:
    run = branch(history, policy_of(orders={(RULE, int(Sector.CONSTRUCTION), ALL_ZONES): 2e9}), 12)
    none = branch(history, neutral_policy(), 12)
    assert total(run, Item.EMPLOYED)[-1] > total(none, Item.EMPLOYED)[-1]


def test_sales_outside_are_paid_by_the_rest_of_the_country(history: Economy) -> None:
    run = branch(history, policy_of(outside_orders={(int(Sector.MANUFACTURING), ALL_ZONES): 5e8}), 1)
    none = branch(history, neutral_policy(), 1)
    more = run.sales - run.supplied - none.sales + none.supplied
    assert more.sum() == pytest.approx(5e8) and more[:, Sector.MANUFACTURING].sum() == pytest.approx(5e8)
    rounds = run.founding.supply.sales(5e8 * np.eye(N_SECTORS)[Sector.MANUFACTURING])
    assert (run.sales - none.sales).sum(axis=0) == pytest.approx(rounds, abs=1.0)
    assert not cost(run).any()
    gain = run.flows.sum(axis=2) - none.flows.sum(axis=2)
    assert gain[Account.REST, Account.FIRMS] == pytest.approx(5e8)


def test_cities_share_an_order_by_weight_and_evenly_without() -> None:
    weights = np.zeros((N_CITIES, N_SECTORS))
    weights[:, Sector.CONSTRUCTION] = np.arange(N_CITIES)
    construction = int(Sector.CONSTRUCTION)
    shared = over_cities({(construction, ALL_ZONES): 55.0, (0, ALL_ZONES): 11.0}, weights)
    np.testing.assert_allclose(shared[:, construction], np.arange(N_CITIES))
    np.testing.assert_allclose(shared[:, 0], 1.0)
    alone = over_cities({(construction, TAIYUAN): 8.0}, weights)  # covered, though it has no weight
    assert alone[0, construction] == 8.0 == alone.sum()


# --- homes


def test_homes_handed_over_are_furnished_by_owners_with_a_mortgage(history: Economy) -> None:
    policy = policy_of(delivery=np.full(N_ZONES, 0.02), stop=HISTORY + 1)
    run, none = branch(history, policy, 1), branch(history, neutral_policy(), 1)
    h = run.state.households
    given = h.moving > none.state.households.moving
    before = history.state.households
    assert (before.tenure[given] == 2).all() and (before.moving[given] <= 1).all()
    assert given[before.tenure == 2].mean() == pytest.approx(0.02, rel=0.4)
    later = branch(run, policy, 3), branch(none, neutral_policy(), 3)
    assert total(later[0], Item.FURNISHING)[-3:].sum() > total(later[1], Item.FURNISHING)[-3:].sum()
    assert not cost(run).any()


def test_two_subsidies_on_homes_share_the_cost_by_their_parts(history: Economy) -> None:
    accounts = {"channel_rules": {"home_subsidy": {RULE: 1.0, RULE + 1: 3.0}}}
    policy = policy_of(
        home_subsidy=np.full(N_ZONES, 2e4), home_rule=RULE, rules=(RULE, RULE + 1), change=None, **accounts
    )
    run = branch(history, policy, 6)
    paid = total(run, Item.HOME_SUBSIDIES)
    assert paid.sum() > 0.0
    np.testing.assert_allclose(cost(run, RULE) + cost(run, RULE + 1), paid)
    np.testing.assert_allclose(cost(run, RULE + 1), 3.0 * cost(run, RULE))


# --- who takes it up


def test_instruments_of_one_lot_reach_the_same_households(history: Economy) -> None:
    def takers(lot: str, share: float) -> np.ndarray:
        rows = transfer(amount=100.0, take_up=share, basis=Basis.HOUSEHOLD)
        conditions = Conditions(HISTORY, transfers=rows)
        account = Instrument(RULE, f"{lot} {share}", 1, CENTRE_PAYS, lot=lot)
        run = branch(history, Policy("lot", (conditions,) * (HISTORY + 1), (account,)), 1)
        return run.state.households.income > none.state.households.income + 1.0

    none = branch(history, neutral_policy(), 1)
    few, many, others = takers("dibao", 0.1), takers("dibao", 0.3), takers("", 0.3)
    assert many[few].all() and few.sum() < many.sum()
    assert others[few].mean() < 0.6
