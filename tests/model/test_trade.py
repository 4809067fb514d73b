"""What events draw, what is bought from local sellers, and what buyers outside order."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_policies import branch, policy_of

from jinxiao.model import markets as mk
from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.ledger import ITEMS, Account
from jinxiao.model.month import farm_season
from jinxiao.model.names import N_CITIES, N_SECTORS, Sector

RULE = 7
ALL = (1 << 2 * N_CITIES) - 1
MONTHS = 4


def lived(hamlet: Economy, months: int = MONTHS, **fields: Any) -> Economy:
    """Return the hamlet after some months with Conditions of these fields."""
    start = hamlet.month
    return branch(hamlet, policy_of(start=start, stop=start + months, months=start + months, **fields))


@given(st.lists(st.floats(0, 1e7), min_size=3, max_size=3))
def test_a_city_has_as_many_more_visitors_as_are_drawn(brought: list[float]) -> None:
    normal = np.array([1e3, 1e5, 1e7])
    utility = mk.drawn(np.array(brought), normal)
    assert normal * np.exp(utility) == pytest.approx(normal + brought)
    assert mk.event_share(np.array(brought), normal) == pytest.approx(1 - np.exp(-utility), abs=1e-12)


def test_amounts_go_to_the_cities_of_their_zones_by_weight() -> None:
    weight = np.ones((N_CITIES, N_SECTORS))
    weight[1, 5] = 3.0
    out = mk.over_cities({(5, 0b1111): 8.0, (2, 0b10): 1.0}, weight)
    assert (out[0, 5], out[1, 5], out[0, 2]) == (2.0, 6.0, 1.0) and out.sum() == 9.0
    assert mk.over_cities({(5, 0b11): 2.0}, 0.0 * weight)[0, 5] == 2.0


def test_visitors_drawn_come_and_pay_for_the_event(history: Economy) -> None:
    months = history.month + 6
    few = history.outcomes().aggregates["visits"][history.month - 1, :, 0, 0].sum()
    brought = np.zeros(N_CITIES)
    brought[0] = few
    runs = [
        branch(history, policy_of(start=history.month, stop=months, months=months, **fields))
        for fields in (
            {},
            {"brought_visitors": brought},
            {"brought_visitors": brought, "event_tickets": brought * 1000.0},
        )
    ]
    by_month = [r.outcomes().aggregates["visits"][history.month :].sum(axis=1) for r in runs]
    visits = [months_of.sum(axis=0) for months_of in by_month]
    # twice the visitors, less those whom the whole choice of going damps
    assert 1.6 < visits[1][0, 0] / visits[0][0, 0] < 2.4
    assert visits[1][1:, 0].sum() < visits[0][1:, 0].sum()
    # what they pay there changes nobody's mind; later the trade that it brings may move prices a little
    assert np.array_equal(by_month[1][0, :, :2], by_month[2][0, :, :2])
    assert visits[1][:, :2] == pytest.approx(visits[2][:, :2], rel=0.01)
    paid = visits[2][0, 2] - visits[1][0, 2]
    coming_for_it = few / (few + visits[0][0, 0] / 6)
    assert paid / visits[1][0, 0] == pytest.approx(1000.0 * coming_for_it, rel=0.15)
    assert visits[2][1:, 2] == pytest.approx(visits[1][1:, 2], rel=0.01)


def test_residents_drawn_go_out_more_where_the_event_is(history: Economy) -> None:
    brought = np.zeros(N_CITIES)
    brought[0] = 1e6
    months = history.month + 3
    none, some = (
        branch(history, policy_of(start=history.month, stop=months, months=months, brought_residents=b))
        for b in (np.zeros(N_CITIES), brought)
    )
    trips = [r.outcomes().aggregates["trips"][history.month :].sum(axis=0) for r in (none, some)]
    assert trips[1][0].sum() > trips[0][0].sum()
    assert not np.array_equal(trips[0], trips[1])


def test_kept_purchases_stay_and_what_households_pay_does_not_change(hamlet: Economy) -> None:
    kept = np.zeros((N_CITIES, N_SECTORS))
    kept[:, Sector.CLOTHING_RETAIL] = 0.1
    none, some = lived(hamlet, 1), lived(hamlet, 1, kept_purchases=kept)
    moved = 0.1 * none.custom[:, Sector.CLOTHING_RETAIL].sum()
    assert np.array_equal(none.custom, some.custom)
    supply = none.founding.supply
    added = supply.sales(moved * np.eye(N_SECTORS)[Sector.CLOTHING_RETAIL])
    assert some.sales.sum() - none.sales.sum() == pytest.approx(added.sum())
    assert none.inflow - some.inflow == pytest.approx(moved - added @ supply.inflow)


def test_local_sourcing_buys_from_producers_of_the_province(hamlet: Economy) -> None:
    sourcing = np.zeros(N_SECTORS)
    sourcing[Sector.FOOD_RETAIL] = 0.05
    none, some = lived(hamlet, 1), lived(hamlet, 1, local_sourcing=sourcing)
    moved = 0.05 * some.custom[:, Sector.FOOD_RETAIL].sum()
    farms = none.values["flows.goods_from_farms"][Sector.FOOD_RETAIL]
    bought = np.zeros(N_SECTORS)
    bought[[Sector.FARMING, Sector.MANUFACTURING]] = moved * farms, moved * (1 - farms)
    added = none.founding.supply.sales(bought).sum()
    assert moved < some.supplied.sum() - none.supplied.sum() == pytest.approx(added)
    assert (some.supplied - none.supplied)[:, Sector.FARMING].sum() > 0.0
    assert some.inflow < none.inflow


def test_orders_from_outside_are_paid_from_outside_and_reach_farmers(hamlet: Economy) -> None:
    amount = 1e8
    none = lived(hamlet)
    some = lived(hamlet, outside_orders={(int(Sector.FARMING), ALL): amount})
    flows = [r.outcomes().aggregates["flows"][hamlet.month :] for r in (none, some)]
    item = ITEMS.index("other_purchases")
    assert (flows[1] - flows[0])[:, Account.REST, Account.FIRMS, item] == pytest.approx([amount] * MONTHS)
    farm = [
        r.outcomes().aggregates["accounts"][hamlet.month :, ..., Item.FARM].sum(axis=(1, 2))
        for r in (none, some)
    ]
    assert farm[1][0] == pytest.approx(farm[0][0])
    # in the seasons of farm income
    season = [farm_season(month, some.values) for month in range(hamlet.month + 1, hamlet.month + MONTHS)]
    gain = some.values["firms.farm_income_share"] * amount * np.array(season)
    assert farm[1][1:] - farm[0][1:] == pytest.approx(gain, rel=0.05)


def test_orders_and_grants_cost_what_firms_receive(hamlet: Economy) -> None:
    key = (RULE, int(Sector.CONSTRUCTION), ALL)
    some = lived(hamlet, orders={key: 5e7}, grants={(RULE, int(Sector.CATERING), 0b11): 2e7})
    outcomes = some.outcomes()
    cost = outcomes.cost_by_rule[hamlet.month :, RULE]
    assert cost.sum(axis=1) == pytest.approx([7e7] * MONTHS)
    flows = outcomes.aggregates["flows"][hamlet.month :, :, Account.FIRMS]
    for name, amount in (("policy_purchases", 5e7), ("grants_to_firms", 2e7)):
        assert flows[..., ITEMS.index(name)].sum(axis=1) == pytest.approx([amount] * MONTHS)
    none, once = lived(hamlet, 1), lived(hamlet, 1, orders={key: 5e7})
    sold = [(r.sales - r.supplied)[:, Sector.CONSTRUCTION].sum() for r in (none, once)]
    assert sold[1] - sold[0] == pytest.approx(5e7)
