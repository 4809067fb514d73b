"""Parties from outside: when they come, where they go, who finds a room; nobody is lost or counted twice."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_policies import HISTORY, RULE, branch, neutral_policy, policy_of

from jinxiao.calibration.world import World
from jinxiao.model import month
from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import Conditions
from jinxiao.model.economy import Economy
from jinxiao.model.names import CITIES, N_CITIES, N_MARKETS, N_PERIODS, N_PROVINCES, Market, Period
from jinxiao.model.tourists import choice, rules
from jinxiao.model.tourists.choice import Lodging, Occasions
from jinxiao.model.tourists.columns import KINDS
from jinxiao.model.tourists.loop import PeriodCount, VisitCount
from jinxiao.model.tourists.setup import kind_shares, make_parties, persons_in_pool

NOTHING = np.zeros((N_MARKETS, N_PERIODS))
MONTHS = 12
CITY = {city.key: k for k, city in enumerate(CITIES)}
KIND = {kind: k for k, kind in enumerate(KINDS)}
YEAR = slice(0, MONTHS)


@pytest.fixture(scope="module")
def months(baseline: Baseline) -> list[Occasions]:
    """What each month of 2024 offers."""
    outside = baseline.outside
    return [
        choice.occasions(m, baseline.calendar[m], outside.distance, baseline.values) for m in range(MONTHS)
    ]


@pytest.fixture(scope="module")
def pool(baseline: Baseline) -> np.ndarray:
    """Persons in the pool by market and kind."""
    chance = choice.chance_of_coming(baseline.outside, baseline.calendar, baseline.values)
    return np.asarray(baseline.outside.trips[:, None] * kind_shares(baseline.values) / (MONTHS * chance))


def chances(baseline: Baseline, month: Occasions, access: float | np.ndarray = 0.0) -> np.ndarray:
    base = baseline.values["tourists.base_probability"]
    return choice.coming(month, baseline.outside.normal, NOTHING + access, base)


# --- the pool


@pytest.mark.parametrize("scale", [1, 100, 1000, 50_000])
def test_sampled_parties_are_expected_to_make_the_published_trips(baseline: Baseline, scale: int) -> None:
    trips, v = np.linspace(60.0, 2e5, N_MARKETS), baseline.values
    chance = choice.chance_of_coming(baseline.outside, baseline.calendar, v)
    parties = make_parties(trips, chance, scale, v)
    persons = persons_in_pool(parties) * MONTHS * chance
    np.testing.assert_allclose(persons.sum(axis=1), trips, rtol=1e-5)
    np.testing.assert_allclose(persons / trips[:, None], kind_shares(v), rtol=1e-4)


def test_a_market_without_trips_sends_nobody(baseline: Baseline) -> None:
    trips = baseline.outside.trips.copy()
    trips[Market.HENAN] = 0.0
    chance = choice.chance_of_coming(baseline.outside, baseline.calendar, baseline.values)
    parties = make_parties(trips, chance, 1000, baseline.values)
    assert not parties.weight[parties.market == Market.HENAN].any()
    assert parties.weight[parties.market == Market.HEBEI].all()


def test_a_small_market_is_sampled_more_densely(baseline: Baseline) -> None:
    chance = choice.chance_of_coming(baseline.outside, baseline.calendar, baseline.values)
    parties = make_parties(baseline.outside.trips, chance, 1000, baseline.values)
    assert np.bincount(parties.market).min() > 300
    of_largest = parties.weight[parties.market == int(np.argmax(baseline.outside.trips))]
    np.testing.assert_allclose(of_largest, 1000.0, rtol=0.05)
    assert parties.weight.min() > 0.0


def test_as_many_visitors_come_as_are_published(reference: Economy, baseline: Baseline) -> None:
    came = reference.outcomes().aggregates["visits"][YEAR, ..., VisitCount.PERSONS].sum(axis=(0, 2))
    parties = reference.state.parties
    terms = parties.weight.astype(np.float64) * parties.size
    variance = np.bincount(parties.market, 12.0 * baseline.values["tourists.base_probability"] * terms**2)
    # four standard errors, and the crowds of months before, which the pool does not know
    assert (
        np.abs(came - baseline.outside.trips) < 4.0 * np.sqrt(variance) + 0.02 * baseline.outside.trips
    ).all()
    provinces = slice(0, N_PROVINCES)
    assert came[provinces].sum() == pytest.approx(baseline.outside.trips[provinces].sum(), rel=0.03)


# --- when


def test_parties_come_at_their_base_rate_in_a_month_like_the_mean(baseline: Baseline) -> None:
    normal = baseline.outside.normal
    weight = np.repeat(normal[:, :, None] / N_PERIODS, N_PERIODS, axis=2)
    month = Occasions(weight, weight, weight, weight)
    found = choice.coming(month, normal, NOTHING, 0.08).sum(axis=2)
    np.testing.assert_allclose(found[normal > 0.0], 0.08)
    # utility of ln 2 doubles the odds
    doubled = choice.coming(month, normal, NOTHING + np.log(2.0), 0.2).sum(axis=2)
    np.testing.assert_allclose(doubled[normal > 0.0], 0.5 / 1.5)


def test_visits_grow_by_nearly_the_exponential_of_utility(
    baseline: Baseline, months: list[Occasions]
) -> None:
    march = months[2]
    more = chances(baseline, march, 0.8).sum() / chances(baseline, march).sum()
    assert more == pytest.approx(np.exp(0.8), rel=0.1)


@settings(max_examples=20, deadline=None)
@given(access=st.floats(-3.0, 3.0), more=st.floats(0.0, 3.0), m=st.integers(0, MONTHS - 1))
def test_easier_access_never_keeps_away(
    baseline: Baseline, months: list[Occasions], access: float, more: float, m: int
) -> None:
    before, after = (chances(baseline, months[m], x).sum(axis=2) for x in (access, access + more))
    assert (before >= 0.0).all() and (after <= 1.0).all() and (after >= before - 1e-12).all()


def test_kinds_come_when_they_are_free(baseline: Baseline, months: list[Occasions]) -> None:
    came = np.array([chances(baseline, month)[:N_PROVINCES] for month in months]).sum(axis=1)
    by_month, by_period = came.sum(axis=2), came.sum(axis=0)
    in_break, in_term = by_month[[6, 7]].sum(axis=0), by_month[[2, 10]].sum(axis=0)
    assert in_break[KIND["leisure_family"]] > 2.0 * in_term[KIND["leisure_family"]]
    assert in_break[KIND["business"]] < 2.0 * in_term[KIND["business"]]
    shares = by_period / by_period.sum(axis=1, keepdims=True)
    assert shares[KIND["business"], Period.WORKDAYS] > 0.8
    assert (
        shares[KIND["leisure_family"], Period.HOLIDAY] > 3.0 * shares[KIND["leisure_seniors"], Period.HOLIDAY]
    )


def test_the_months_of_many_visitors_are_those_of_the_report(
    baseline: Baseline, months: list[Occasions], pool: np.ndarray
) -> None:
    came = np.array([(pool[:, :, None] * chances(baseline, month))[:N_PROVINCES].sum() for month in months])
    # February, May, July, August and October 2024
    assert set(np.argsort(came)[-5:].tolist()) == {1, 4, 6, 7, 9}


def test_inbound_parties_do_not_keep_the_national_calendar(
    baseline: Baseline, months: list[Occasions]
) -> None:
    october = months[9].weight[N_PROVINCES:]
    days = baseline.calendar[9].period_days
    per_day = october[:, :, days > 0.0] / days[days > 0.0]
    np.testing.assert_allclose(per_day, np.broadcast_to(per_day[:, :, :1], per_day.shape))


def test_mean_nights_are_those_of_the_rule() -> None:
    u = (np.arange(20_000) + 0.5) / 20_000
    plain: Any = rules.nights_of_stay
    for stay, room in ((1.5, 0.7), (1.5, 2.6), (3.0, 6.5), (2.0, 14.0)):
        drawn = np.mean([plain.py_func(x, stay, room) for x in u])
        assert choice.mean_nights(np.array(room), np.array(stay)) == pytest.approx(drawn, abs=2e-3)


def test_trips_on_a_holiday_are_more_often_those_of_people_with_a_calendar(baseline: Baseline) -> None:
    for m in range(MONTHS):
        any_day, keepers, a_day = month.trips_in_holiday(baseline.calendar[m], baseline.values)
        if baseline.calendar[m].period_days[Period.HOLIDAY] > 0.0:
            assert 0.0 < any_day < keepers < 1.0 < a_day
        else:
            assert any_day == keepers == 0.0 and a_day == 1.0
    of_three, of_seven = (month.trips_in_holiday(baseline.calendar[m], baseline.values)[2] for m in (3, 9))
    assert of_seven > of_three


# --- where


def test_the_near_go_where_it_is_near(baseline: Baseline) -> None:
    shares, _ = choice.city_weights(baseline.outside, np.zeros((N_PERIODS, N_CITIES)), baseline.values)
    share = shares[:, 0]
    np.testing.assert_allclose(shares.sum(axis=2), 1.0)
    assert share[Market.HENAN, CITY["Jincheng"]] > 1.5 * share[Market.BEIJING, CITY["Jincheng"]]
    assert share[Market.SHAANXI, CITY["Yuncheng"]] > 1.5 * share[Market.HEBEI, CITY["Yuncheng"]]
    assert share[Market.BEIJING, CITY["Datong"]] > 1.5 * share[Market.HENAN, CITY["Datong"]]
    assert share[Market.HEBEI, CITY["Yangquan"]] > 1.5 * share[Market.SHAANXI, CITY["Yangquan"]]


@settings(max_examples=20, deadline=None)
@given(city=st.integers(0, N_CITIES - 1), more=st.floats(0.0, 2.0))
def test_attraction_brings_no_fewer_to_the_city_and_in_all(
    baseline: Baseline, city: int, more: float
) -> None:
    added = np.zeros((N_PERIODS, N_CITIES))
    before, nothing = choice.city_weights(baseline.outside, added, baseline.values)
    added[:, city] = more
    after, logsum = choice.city_weights(baseline.outside, added, baseline.values)
    np.testing.assert_allclose(nothing, 0.0, atol=1e-12)
    assert (after[:, :, city] >= before[:, :, city] - 1e-12).all() and (logsum >= -1e-12).all()
    # the inclusive value rises by no more than the best addition times the dissimilarity
    assert (logsum <= baseline.values["tourists.dissimilarity"] * more + 1e-12).all()


def test_who_needs_no_visa_any_more_comes_more(baseline: Baseline) -> None:
    gain = np.expm1(baseline.values["tourists.visa_gain"])
    for shift in (0.0, 0.03, 0.5, 1.0):
        access = choice.entry(Conditions(0, visa_free_shift=shift), baseline.values)
        assert np.expm1(access[Market.FOREIGN_VISA]) == pytest.approx(shift * gain)
        assert not np.delete(access, Market.FOREIGN_VISA).any()


# --- rooms


def rooms_found(
    baseline: Baseline,
    month: int,
    months: list[Occasions],
    pool: np.ndarray,
    rooms: float = 1.0,
    residents: float = 0.0,
) -> tuple[Lodging, np.ndarray, np.ndarray]:
    """Return the market for rooms, and nights of rooms visitors want and find by period and city."""
    v, calendar = baseline.values, baseline.calendar[month]
    outside = replace(baseline.outside, rooms=rooms * baseline.outside.rooms)
    taken = residents * calendar.period_days[:, None] * outside.rooms[None, :]
    lodging = choice.find_rooms(
        months[month], outside, np.zeros(N_MARKETS), np.zeros(N_CITIES), pool, taken, calendar.period_days, v
    )
    # what is wanted at these prices
    added = -choice.price_weight(v) * np.log(lodging.price)
    shares, logsum = choice.city_weights(outside, added, v)
    coming = choice.coming(months[month], outside.normal, logsum, v["tourists.base_probability"])
    lodges = np.asarray(v["tourists.lodging_share"]) / np.asarray(v["tourists.guests_per_room"])
    nights = (pool[:, :, None] * coming * months[month].nights * lodges[None, :, None]).sum(axis=1)
    wanted = (nights[:, :, None] * shares).sum(axis=0)
    turned = (nights * (shares * (1.0 - lodging.share)).sum(axis=2) * v["tourists.looks_elsewhere"])[
        :, :, None
    ]
    second = (turned * choice.free_cities(shares, lodging)).sum(axis=0) * lodging.second
    return lodging, wanted, wanted * lodging.share + second


@settings(max_examples=25, deadline=None)
@given(
    month=st.integers(0, MONTHS - 1),
    rooms=st.floats(0.05, 20.0),
    residents=st.floats(0.0, 0.9),
    size=st.floats(0.1, 5.0),
)
def test_no_more_rooms_are_let_than_there_are(
    baseline: Baseline,
    months: list[Occasions],
    pool: np.ndarray,
    month: int,
    rooms: float,
    residents: float,
    size: float,
) -> None:
    v, days = baseline.values, baseline.calendar[month].period_days
    lodging, wanted, found = rooms_found(baseline, month, months, size * pool, rooms, residents)
    there = rooms * baseline.outside.rooms[None, :] * days[:, None]
    taken = (residents + np.asarray(v["tourists.other_guests"]))[:, None] * there
    left = np.maximum(v["tourists.full_occupancy"] * there - taken, 0.0)
    assert (found <= left * (1.0 + 1e-9) + 1e-6).all()
    assert (found.sum(axis=1) <= wanted.sum(axis=1) * (1.0 + 1e-9)).all()
    low, high = v["tourists.price_bounds"]
    assert (lodging.price >= low).all() and (lodging.price <= high).all()
    assert (
        (lodging.share >= 0.0) & (lodging.share <= 1.0) & (lodging.second >= 0.0) & (lodging.second <= 1.0)
    ).all()


def test_fewer_rooms_or_more_residents_make_rooms_dearer_and_scarcer(
    baseline: Baseline, months: list[Occasions], pool: np.ndarray
) -> None:
    october, holiday = 9, Period.HOLIDAY
    plenty, normal, few, crowded = (
        rooms_found(baseline, october, months, pool, *case)[0]
        for case in ((30.0, 0.0), (1.0, 0.0), (0.5, 0.0), (1.0, 0.4))
    )
    assert (plenty.share[holiday] == 1.0).all()
    assert (normal.share[holiday] < 1.0).all() and (normal.price[holiday] > plenty.price[holiday]).all()
    for scarcer in (few, crowded):
        assert (scarcer.share[holiday] < normal.share[holiday]).all()
        assert (scarcer.price[holiday] > normal.price[holiday]).all()
    # on workdays of March there are rooms for all
    assert (rooms_found(baseline, 2, months, pool)[0].share[: Period.HOLIDAY] == 1.0).all()


def test_without_any_room_only_those_come_who_need_none(
    baseline: Baseline, months: list[Occasions], pool: np.ndarray
) -> None:
    month, v = months[9], baseline.values
    shape = (N_PERIODS, N_CITIES)
    none = Lodging(np.ones(shape), np.zeros(shape), np.zeros(shape))
    shares, _ = choice.city_weights(baseline.outside, np.zeros(shape), v)
    coming = chances(baseline, month)
    nobody, all_ = np.zeros(N_MARKETS, bool), np.ones(N_MARKETS, bool)
    came = choice.arrivals(month, coming, shares, none, pool, nobody, v)
    want = pool[:, :, None] * coming
    lodge = want * month.overnight * np.asarray(v["tourists.lodging_share"])[None, :, None]
    np.testing.assert_allclose(came.sum(axis=(1, 2)), (want - lodge).sum(axis=(1, 2)))
    # and where all can go home in the evening nobody stays away
    home = choice.arrivals(month, coming, shares, none, pool, all_, v)
    np.testing.assert_allclose(home.sum(axis=(1, 2)), want.sum(axis=(1, 2)))


@pytest.mark.parametrize("months_on", [1, 4, 5])
def test_rooms_let_in_a_run_are_within_those_there_are(
    reference: Economy, baseline: Baseline, months_on: int
) -> None:
    # sums over the year: a month of a sample is noisy
    visits = reference.outcomes().aggregates["visits"][YEAR, ..., VisitCount.ROOM_NIGHTS].sum(axis=(0, 1))
    rooms = 366.0 * baseline.outside.rooms
    assert (visits < baseline.values["tourists.full_occupancy"] * rooms).all()
    assert 0.1 < visits.sum() / rooms.sum() < 0.5
    price = reference.outcomes().aggregates["room_price"]
    assert price[9, Period.HOLIDAY].mean() > 1.3 > price[months_on - 1, Period.WORKDAYS].mean()


# --- a run


def test_visitors_are_counted_once_by_market_and_by_part_of_the_month(reference: Economy) -> None:
    a = reference.outcomes().aggregates
    for count, period_count in (
        (VisitCount.PERSONS, PeriodCount.PERSONS),
        (VisitCount.YUAN, PeriodCount.YUAN),
    ):
        np.testing.assert_allclose(
            a["visits"][..., count].sum(axis=(1, 2)),
            a["visit_periods"][..., period_count].sum(axis=1),
            rtol=1e-9,
        )
    assert (a["visits"][..., VisitCount.NIGHTS] >= 0.0).all()
    sent_home = a["visit_periods"][..., PeriodCount.SENT_HOME]
    assert (sent_home <= a["visit_periods"][..., PeriodCount.PERSONS]).all() and sent_home.sum() > 0.0
    # months without a holiday have nobody on one
    assert not a["visit_periods"][2, Period.HOLIDAY :].any()


def test_rooms_of_an_eased_market_are_missing_to_others_in_full_closure_only(
    history: Economy, reference: Economy
) -> None:
    easier = np.zeros(N_MARKETS)
    easier[Market.HENAN] = 1.0
    policy = policy_of(market_friction=easier)
    to_october = 10 - HISTORY
    full, direct = (
        branch(history, policy, to_october),
        branch(history, policy, to_october, reference.market_path),
    )
    others = np.arange(N_MARKETS) != Market.HENAN
    persons = [
        e.outcomes().aggregates["visits"][9, ..., VisitCount.PERSONS].sum(axis=1)
        for e in (full, direct, reference)
    ]
    assert persons[0][others].sum() < persons[2][others].sum()
    np.testing.assert_array_equal(persons[1][others], persons[2][others])


def test_payments_that_no_longer_fail_are_spent(history: Economy, reference: Economy) -> None:
    def inbound(eased: float) -> np.ndarray:
        run = branch(history, policy_of(payment_eased=np.full(N_MARKETS, eased)), 2, reference.market_path)
        return np.asarray(
            run.outcomes().aggregates["visits"][HISTORY:, ..., VisitCount.YUAN].sum(axis=(0, 2))
        )

    none, half, all_ = (inbound(eased) for eased in (0.0, 0.5, 1.0))
    foreign = slice(Market.FOREIGN_VISA_FREE, None)
    assert (half[foreign] > none[foreign]).all() and (all_[foreign] > half[foreign]).all()
    np.testing.assert_array_equal(all_[:N_PROVINCES], none[:N_PROVINCES])
    failing = reference.tourist_parameters.payment_failures[-1]
    assert (all_[foreign] / none[foreign] < 1.0 / (1.0 - failing)).all()


def test_compatriots_from_hong_kong_get_the_departure_refund_too(history: Economy) -> None:
    policy = policy_of(refund_rate=0.11, refund_threshold=0.0, refund_reach=1.0, refund_rule=7)
    run, base = branch(history, policy, 1), branch(history, neutral_policy(), 1)
    spent = [
        e.outcomes().aggregates["visits"][HISTORY, ..., VisitCount.YUAN].sum(axis=1) for e in (run, base)
    ]
    assert (spent[0][N_PROVINCES:] > spent[1][N_PROVINCES:]).all()
    np.testing.assert_array_equal(spent[0][:N_PROVINCES], spent[1][:N_PROVINCES])


@pytest.mark.slow
def test_the_mean_of_visits_does_not_depend_on_the_scale(baseline: Baseline) -> None:
    def came(scale: int) -> tuple[float, float]:
        economy = Economy(World.load(scale=scale), neutral_policy(), baseline, seed=3)
        economy.run_for(3)
        persons = economy.outcomes().aggregates["visits"][:3, :N_PROVINCES, :, VisitCount.PERSONS].sum()
        parties = economy.state.parties
        mine = parties.market < N_PROVINCES
        noise = 3.0 * 0.08 * ((parties.weight.astype(np.float64) * parties.size)[mine] ** 2).sum()
        return float(persons), float(noise)

    (coarse, a), (fine, b) = came(9000), came(1000)
    assert abs(coarse - fine) < 4.0 * np.sqrt(a + b) + 0.01 * fine


def test_ticket_waivers_bring_no_fewer(history: Economy) -> None:
    def visits(factor: float) -> float:
        run = branch(history, policy_of(ticket_factor=np.full(N_CITIES, factor)), 1)
        return float((run.visitor_pool[:, :, None] * run.visit.coming).sum())

    full, half, free = (visits(factor) for factor in (1.0, 0.5, 0.0))
    assert full < half < free < 1.3 * full


# --- residents ahead of visitors, and sites


def test_residents_are_turned_away_and_pay_like_visitors(
    baseline: Baseline, months: list[Occasions], pool: np.ndarray
) -> None:
    october, v = 9, baseline.values
    days, outside = baseline.calendar[october].period_days, baseline.outside
    there = days[:, None] * outside.rooms[None, :]
    access, nothing = np.zeros(N_MARKETS), np.zeros(N_CITIES)
    ahead = [
        choice.find_rooms(
            months[october], outside, access, nothing, pool, part * there, days, v, booked=False
        )
        for part in (0.0, 0.2, 0.4)
    ]
    for fewer, more in pairwise(ahead):
        assert (more.share[Period.HOLIDAY] < fewer.share[Period.HOLIDAY]).all()
        assert (more.price[Period.HOLIDAY] >= fewer.price[Period.HOLIDAY]).all()
    # served alike, no more is let than there is
    wanted = 0.4 * there * ahead[2].price ** -choice.price_weight(v)
    left = (v["tourists.full_occupancy"] - np.asarray(v["tourists.other_guests"])[:, None]) * there
    assert (wanted * ahead[2].share <= left + 1e-6).all()


@given(st.floats(0.01, 50.0), st.floats(0.05, 1.0))
def test_sites_let_in_what_they_can_take(use: float, spread: float) -> None:
    found = float(choice.let_in(np.array([use]), spread)[0])
    assert 0.0 < found <= 1.0
    assert found * use <= 1.0 + 1e-9
    assert found * use <= float(choice.let_in(np.array([1.1 * use]), spread)[0]) * 1.1 * use + 1e-12
    assert float(choice.let_in(np.array([1.1 * use]), spread)[0]) <= found + 1e-12


def test_equal_sites_turn_away_only_what_is_beyond_capacity() -> None:
    use = np.array([0.0, 0.5, 0.99, 2.0, 4.0])
    np.testing.assert_allclose(choice.let_in(use, 1e-4), [1.0, 1.0, 1.0, 0.5, 0.25], atol=1e-9)


def test_sites_are_full_on_long_holidays_only_and_fuller_where_they_are_free(history: Economy) -> None:
    free = branch(history, policy_of(ticket_factor=np.zeros(N_CITIES), ticket_rule=RULE), 5)
    paid = branch(history, neutral_policy(), 5)
    one, other = (e.market_path for e in (free, paid))
    october, november = 9, 10
    assert (other[october].site_found[Period.HOLIDAY] < 0.99).all()
    assert (other[november].site_found[: Period.HOLIDAY] > 0.99).all()
    assert (one[october].site_found[Period.HOLIDAY] < other[october].site_found[Period.HOLIDAY]).all()
