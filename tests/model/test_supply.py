"""Where a yuan of sales goes: shares add up, rounds have known sums, less inflow means more at home."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from jinxiao.calibration.parameters import load_parameters
from jinxiao.model.names import N_CITIES, N_SECTORS, Sector
from jinxiao.model.supply import SUPPLIERS, SupplyTable, flegg, sales_at_start, supply_table

CENTRAL = load_parameters().central()
TABLE = supply_table(CENTRAL)
final_demand = arrays(np.float64, N_SECTORS, elements=st.floats(0.0, 1e9))
draws = st.integers(0, 500)


def test_a_yuan_is_margin_local_goods_and_inflow() -> None:
    np.testing.assert_allclose(TABLE.margin + TABLE.local_share + TABLE.inflow, 1.0, rtol=0, atol=1e-12)
    assert (TABLE.margin > 0.0).all() and (TABLE.inflow >= 0.0).all() and (TABLE.local >= 0.0).all()
    others = [k for k in range(N_SECTORS) if k not in SUPPLIERS]
    assert not TABLE.local[others].any()


@given(draws)
def test_every_draw_of_the_priors_leaves_each_seller_a_margin(draw: int) -> None:
    table = supply_table(load_parameters().draw(7, draw))
    assert (table.margin > 0.0).all()


@given(final_demand)
def test_rounds_add_up_to_the_leontief_inverse(demand: np.ndarray) -> None:
    sales = TABLE.sales(demand)
    np.testing.assert_allclose(sales - TABLE.bought(sales), demand, atol=1e-6 * (1.0 + demand.max()))
    np.testing.assert_allclose(TABLE.rounds(demand, 80).sum(axis=0), sales, atol=1e-9 * (1.0 + sales.max()))


@given(final_demand)
def test_what_is_bought_ends_as_value_added_or_outside(demand: np.ndarray) -> None:
    sales = TABLE.sales(demand)
    assert sales @ TABLE.margin + sales @ TABLE.inflow == pytest.approx(demand.sum(), rel=1e-9, abs=1e-6)


def test_two_sectors_by_hand() -> None:
    # a sells to itself 0.2 and to b 0.5; nothing comes from outside: x = (I - A)^-1 d
    local = np.array([[0.2, 0.5], [0.0, 0.0]])
    table = SupplyTable.of(local, np.zeros(2))
    np.testing.assert_allclose(table.sales(np.array([0.0, 8.0])), [5.0, 8.0])
    np.testing.assert_allclose(table.sales(np.array([4.0, 0.0])), [5.0, 0.0])
    assert table.sales(np.array([0.0, 8.0])) @ table.margin == pytest.approx(8.0)


def test_without_inflow_all_of_demand_is_product_and_with_it_only_there_is_one_round() -> None:
    inflow, local = TABLE.inflow, TABLE.local
    total = local.sum(axis=0) + inflow
    closed = SupplyTable.of(local * (total / np.maximum(local.sum(axis=0), 1e-12)), np.zeros(N_SECTORS))
    demand = np.full(N_SECTORS, 100.0)
    assert closed.sales(demand) @ closed.margin == pytest.approx(demand.sum(), rel=1e-9)
    assert closed.sales(demand).sum() > TABLE.sales(demand).sum()
    open_table = SupplyTable.of(np.zeros_like(local), total)
    np.testing.assert_array_equal(open_table.sales(demand), demand)


def test_a_seller_that_pays_out_more_than_it_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="inputs exceed its sales"):
        SupplyTable.of(np.array([[0.7]]), np.array([0.4]))


@given(st.floats(0.0, 20.0), st.floats(1e-4, 1.0), st.floats(0.0, 1.0))
def test_flegg_buys_more_at_home_the_larger_the_region_and_never_more_than_all(
    quotient: float, size: float, delta: float
) -> None:
    part, larger = flegg(np.array([quotient]), size, delta), flegg(np.array([quotient]), 2.0 * size, delta)
    assert 0.0 <= part[0] <= 1.0
    assert larger[0] >= part[0] - 1e-12
    assert (
        flegg(np.array([0.5]), 1.0, delta)[0] == 0.5
    )  # a region as large as its nation: the quotient itself


def test_food_and_services_stay_more_than_cars_and_clothes() -> None:
    stays = TABLE.margin + TABLE.local_share
    for local in (Sector.FOOD_RETAIL, Sector.CATERING, Sector.HEALTH_CARE, Sector.RESIDENT_SERVICES):
        for brought in (Sector.CAR_DEALERS, Sector.CLOTHING_RETAIL, Sector.APPLIANCE_RETAIL):
            assert stays[local] > stays[brought]


@given(st.integers(0, 10_000))
def test_sales_at_the_start_meet_demand_inputs_and_what_labour_income_calls_for(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (N_CITIES, N_SECTORS)
    known, least, needed = (rng.exponential(1e8, shape) for _ in range(3))
    share = rng.exponential(1.0, shape)
    share /= share.sum(axis=0)
    other, sales = sales_at_start(TABLE, known, least, needed, share)
    assert (other >= least).all()
    supplied = share * TABLE.bought(sales.sum(axis=0))
    np.testing.assert_allclose(sales, known + other + supplied, rtol=1e-9)
    assert (sales >= needed * (1.0 - 1e-6)).all()


def test_the_parameters_state_their_sources() -> None:
    records: dict[str, Any] = {k: r for k, r in load_parameters().records.items() if k.startswith("flows.")}
    assert all(r.source and r.grade for r in records.values())
    mix = np.asarray(CENTRAL["flows.inputs_mix"])
    assert mix.shape == (N_SECTORS, len(SUPPLIERS))
    np.testing.assert_allclose(mix.sum(axis=1), 1.0, atol=1e-9)
