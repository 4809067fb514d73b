"""Origins of visitors, parts of the month, and the levels fitted to published visits."""

import numpy as np
import pytest

from jinxiao.calibration.baseline import calendar_months
from jinxiao.calibration.calendar import Calendar
from jinxiao.calibration.days_off import month_parts
from jinxiao.calibration.geography import Geography, great_circle
from jinxiao.calibration.parameters import Values, load_parameters
from jinxiao.calibration.statistics import Statistics
from jinxiao.calibration.tourism import (
    Origins,
    city_pull,
    gravity_weights,
    origin_shares,
    outside_province,
)
from jinxiao.model.names import MARKETS, N_PERIODS, N_PROVINCES, Market, Period, market_indices, month_index
from jinxiao.model.tourists import choice
from jinxiao.model.tourists.choice import Outside

PUBLISHED_ORDER = (
    "henan",
    "hebei",
    "shaanxi",
    "beijing",
    "shandong",
    "jiangsu",
    "inner_mongolia",
    "tianjin",
    "sichuan",
    "hubei",
)
"""Spring Festival 2025."""


@pytest.fixture(scope="module")
def values() -> Values:
    return load_parameters().central()


@pytest.fixture(scope="module")
def statistics() -> Statistics:
    return Statistics.load()


@pytest.fixture(scope="module")
def distance() -> np.ndarray:
    return great_circle(Origins().gateway, Geography.load().label_points)


@pytest.fixture(scope="module")
def outside(statistics: Statistics, values: Values) -> Outside:
    return outside_province(statistics, Geography.load(), calendar_months(Calendar.load(), values), values)


def test_parts_of_the_months_are_all_the_days() -> None:
    calendar = Calendar.load()
    parts = month_parts(calendar)
    # the first and the last block may reach beyond the calendar's months, never beyond its days
    assert parts.days.sum() == len(calendar.day_month)
    october, january = (calendar.index(month_index(label)) for label in ("2024-10", "2025-01"))
    assert parts.days[october, Period.HOLIDAY] == parts.blocks[october, Period.HOLIDAY] == 7.0
    # the Spring Festival of 2025 straddles two months; New Year's Day is the shorter holiday of January
    np.testing.assert_array_equal(parts.days[january, Period.HOLIDAY :], [8.0, 1.0])
    august = calendar.index(month_index("2024-08"))
    assert parts.break_workdays[august] == parts.days[august, Period.WORKDAYS]


def test_every_market_has_a_gateway_and_every_province_people_and_income() -> None:
    origins = Origins()
    assert origins.gateway.shape == (len(MARKETS), 2)
    assert (origins.population > 300.0).all() and (origins.income > 20_000.0).all()
    # thirty provinces without Shanxi: 1,409.8 million in the census of 2020 less 34.9 million
    assert origins.population.sum() == pytest.approx(140_978 - 3_492, rel=2e-3)


def test_distances_of_the_gateways(distance: np.ndarray) -> None:
    taiyuan = distance[:, 0]
    assert 160 < taiyuan[Market.HEBEI] < 190
    assert 380 < taiyuan[Market.BEIJING] < 430
    assert np.argmin(distance[Market.SHAANXI]) == 7  # Yuncheng


def test_shares_of_origins_keep_the_published_order(
    statistics: Statistics, distance: np.ndarray, values: Values
) -> None:
    shares = origin_shares(statistics, Origins(), distance, values)
    assert shares.sum() == pytest.approx(1.0) and (shares > 0.0).all()
    ten = shares[market_indices(*PUBLISHED_ORDER)]
    assert ten.sum() == pytest.approx(0.92, abs=0.01)
    order = np.argsort(-shares, kind="stable")[:10]
    assert {MARKETS[k].key for k in order} == set(PUBLISHED_ORDER)


def test_gravity_finds_most_of_the_published_origins(distance: np.ndarray, values: Values) -> None:
    weights = gravity_weights(Origins(), distance, values)
    found = {MARKETS[k].key for k in np.argsort(-weights)[:10]}
    assert len(found & set(PUBLISHED_ORDER)) >= 7
    assert MARKETS[int(np.argmax(weights))].key in PUBLISHED_ORDER[:2]


def test_cities_get_their_published_share_of_visits(
    outside: Outside, statistics: Statistics, values: Values
) -> None:
    shares, _ = choice.city_weights(outside, np.zeros((N_PERIODS, outside.pull.size)), values)
    found = outside.trips @ shares[:, 0]
    np.testing.assert_allclose(found / found.sum(), city_pull(statistics), rtol=1e-3)


def test_levels_are_the_published_ones(outside: Outside, statistics: Statistics, values: Values) -> None:
    visits = statistics.newest("visitors_from_outside_province", "Shanxi", "all", "2024").count
    assert outside.trips[:N_PROVINCES].sum() == pytest.approx(visits / values["tourists.visits_per_trip"])
    inbound = statistics.newest("inbound_overnight_visitors", "Shanxi", "all", "2024").count
    assert outside.trips[N_PROVINCES:].sum() == pytest.approx(inbound)
    # richer origins spend more a day
    assert outside.spending[Market.SHANGHAI] > outside.spending[Market.HENAN] > 0.0
    assert (outside.spending[N_PROVINCES:] > 0.0).all()
