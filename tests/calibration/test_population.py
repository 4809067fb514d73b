"""The synthetic population reproduces its margins, at two scales, the same bytes each time."""

from pathlib import Path

import numpy as np
import pytest

from jinxiao.calibration.population_margins import GROUPS, margin_rows
from jinxiao.calibration.population_report import write_report
from jinxiao.calibration.statistics import Statistics
from jinxiao.calibration.synthesis import synthesise
from jinxiao.calibration.synthesis.composition import controlled_rounding, family_types
from jinxiao.calibration.synthesis.draws import integers_summing, rank, systematic
from jinxiao.calibration.synthesis.durables import age_tables
from jinxiao.calibration.synthesis.parameters import load_population_parameters
from jinxiao.calibration.synthesis.raking import RakingError, rake
from jinxiao.calibration.world import World
from jinxiao.model.households.columns import SEED
from jinxiao.model.names import DURABLES, N_ZONES, MemberBand, Occupation

TOLERANCES = {
    "persons": 0.01, "households": 0.01, "household size": 0.01, "ages": 0.01, "urban share": 0.01,
    "income by source": 0.01, "income by city": 0.01, "income quintiles": 0.10, "ownership": 0.02,
    "employment": 0.01, "pensioners and insured": 0.01, "wealth": 0.01,
}  # fmt: skip
"""Largest relative error of a margin by group."""
EARNERS = 3
"""Sampled earners by which a sector may be off: at 1:1000 the smallest has ten."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture(scope="module", params=[1000, 100])
def world(request: pytest.FixtureRequest, cache: Path) -> World:
    return World.load(scale=request.param, seed=1, cache=cache)


def test_margins_are_reproduced(world: World) -> None:
    rows = margin_rows(world)
    assert {row.group for row in rows} == set(GROUPS) == set(TOLERANCES)
    for row in rows:
        slack = EARNERS * world.scale if row.group == "employment" and row.unit == "persons" else 0
        allowed = TOLERANCES[row.group] * abs(row.published) + slack
        assert abs(row.synthesised - row.published) <= allowed, row


def test_schema_is_exact(world: World) -> None:
    assert set(world.households) == set(SEED)
    for name, column in SEED.items():
        values = world.households[name]
        assert values.dtype == np.dtype(column.dtype), name
        assert values.shape == ((len(world),) if column.width == 1 else (len(world), column.width)), name
        assert np.isfinite(values).all(), name
        assert not values.flags.writeable, name
    assert len(world.population) == len(world)


def test_households_are_sorted_and_weights_are_constant_within_zones(world: World) -> None:
    zone, weight = world.households["zone"], world.households["weight"]
    assert (np.diff(zone) >= 0).all()
    assert np.array_equal(np.unique(zone), np.arange(N_ZONES))
    assert (weight > 0).all()
    for z in range(N_ZONES):
        assert np.ptp(weight[zone == z]) == 0
    assert np.allclose(weight, world.scale, rtol=0.05)


def test_members_hang_together(world: World) -> None:
    h = world.households
    members = h["members"]
    assert members.min() >= 0
    assert (members.sum(axis=1) >= 1).all()
    adults = members[:, [MemberBand.AGE_18_59, MemberBand.AGE_60_79, MemberBand.AGE_80_PLUS]].sum(axis=1)
    assert (adults >= 1).all()
    children = members[:, : MemberBand.STUDENT].sum(axis=1)
    assert np.array_equal((h["child_age"] >= 0).sum(axis=1), np.minimum(children, 2))
    two = h["child_age"][:, 1] >= 0
    assert (h["child_age"][two, 0] <= h["child_age"][two, 1]).all()
    pensioners = h["employee_pensioners"] + h["resident_pensioners"]
    assert (pensioners <= members[:, MemberBand.AGE_60_79 :].sum(axis=1)).all()
    assert (h["head_age"] >= 18 * 12).all()


def test_work_hangs_together(world: World) -> None:
    h = world.households
    earns = h["occupation"] != Occupation.NONE
    assert (earns[:, 1] <= earns[:, 0]).all(), "a single earner stands first"
    assert np.array_equal(h["sector"] >= 0, earns)
    assert (h["employed"] <= earns).all()
    paid = np.isin(h["occupation"], (Occupation.FORMAL, Occupation.MIGRANT, Occupation.FLEXIBLE))
    assert np.array_equal(h["wage"] > 0, paid)
    assert (h["leave_days"][h["occupation"] != Occupation.FORMAL] == 0).all()
    own = (h["occupation"] == Occupation.SELF_EMPLOYED).any(axis=1)
    assert np.array_equal(h["self_employment"] > 0, own)
    able = h["members"][:, [MemberBand.AGE_18_59, MemberBand.AGE_60_79]].sum(axis=1)
    assert (earns.sum(axis=1) <= able).all()


def test_homes_and_mortgages_hang_together(world: World) -> None:
    h = world.households
    assert np.array_equal(h["mortgage"] > 0, h["tenure"] == 2)
    assert np.array_equal(h["mortgage_payment"] > 0, h["tenure"] == 2)
    assert (h["mortgage"] <= 0.8 * 1000.0 * h["home_value"]).all()
    assert (h["term_deposits"] > 0).all()


def test_percentiles_and_types_are_uniform(world: World) -> None:
    h = world.households
    assert np.allclose(np.bincount(h["patience"]) / len(world), 0.2, atol=0.002)
    for name in ("digital", "takes_leave"):
        quantiles = np.quantile(h[name], [0.25, 0.5, 0.75])
        assert np.allclose(quantiles, [0.25, 0.5, 0.75], atol=0.02), name
    persons = h["weight"] * h["members"].sum(axis=1)
    shares = np.bincount(h["quintile"], persons) / persons.sum()
    assert np.allclose(shares, 0.2, atol=0.005)


def test_durables_rise_with_income(world: World) -> None:
    cars = (world.households["durable_age"][:, : DURABLES[0].slots] >= 0).sum(axis=1)
    by_quintile = [cars[world.households["quintile"] == q].mean() for q in range(5)]
    assert by_quintile == sorted(by_quintile)


def test_same_arguments_give_the_same_bytes_and_another_seed_does_not() -> None:
    statistics = Statistics.load()
    first, second = (synthesise(statistics, 2000, 7) for _ in range(2))
    other = synthesise(statistics, 2000, 8)
    assert all(first[name].tobytes() == second[name].tobytes() for name in SEED)
    assert any(first[name].tobytes() != other[name].tobytes() for name in SEED)


def test_report_names_every_group(world: World, tmp_path: Path) -> None:
    text = write_report(world, tmp_path / "population.md").read_text("utf-8")
    assert all(f"## {group.capitalize()}" in text for group in GROUPS)


def test_raking_reproduces_margins_and_refuses_contradictions() -> None:
    rows = np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0], [1.0, 0.0, 1.0, 0.0]])
    weights = rake(np.ones(4), rows, np.array([3.0, 7.0, 4.0]))
    assert np.allclose(rows @ weights, [3.0, 7.0, 4.0])
    assert np.isclose(weights[0] / weights[1], weights[2] / weights[3]), "odds ratios are the seed's"
    with pytest.raises(RakingError):
        rake(np.ones(4), rows, np.array([3.0, 7.0, 12.0]))


def test_controlled_rounding_keeps_the_sum_and_comes_closer() -> None:
    expected = np.array([1.5, 2.5, 3.5, 0.5])
    rows = np.array([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0], [1.0, 2.0, 3.0, 4.0]])
    targets = rows @ expected
    start = np.array([2, 3, 3, 0])
    rounded = controlled_rounding(start, expected, rows, targets, np.ones(3))
    assert rounded.sum() == start.sum()
    assert (np.abs(rounded - expected) < 1).all()
    assert np.square(rows @ rounded - targets).sum() <= np.square(rows @ start - targets).sum()


def test_systematic_rounding_is_within_one() -> None:
    expected = np.random.default_rng(1).random(1000) * 3
    whole = systematic(expected, 0.37)
    assert (np.abs(whole - expected) < 1).all()
    assert abs(whole.sum() - expected.sum()) <= 1


def test_whole_numbers_and_ranks() -> None:
    assert integers_summing(np.array([1.0, 1.0, 1.0]), 10).sum() == 10
    assert np.allclose(np.sort(rank(np.array([3.0, 1.0, 2.0]))), [1 / 6, 0.5, 5 / 6])


def test_seed_types_sum_to_one_and_ages_of_durables_have_the_stationary_mean() -> None:
    parameters = load_population_parameters()
    types = family_types(parameters)
    assert np.isclose(types.seed.sum(), 1.0)
    assert types.members.sum(axis=1).max() <= parameters.number("largest_household")
    statistics = Statistics.load()
    tables = age_tables(statistics, parameters)
    assert (np.diff(tables, axis=1) >= 0).all()
    lifetime = 4 * statistics.value("service_life_mean", "China", "car", "2021..2024")
    assert 0.5 * lifetime < tables[0].mean() < 0.65 * lifetime
