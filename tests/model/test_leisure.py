"""Leisure: days really at hand, the nested choice of a day out or a trip, what leaks, and what a free ticket does."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_policies import HISTORY, RULE, branch, neutral_policy, policy_of, total

from jinxiao.calibration.calendar import Calendar
from jinxiao.calibration.days_off import days_off
from jinxiao.calibration.world import World
from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import Conditions
from jinxiao.model.economy import Economy
from jinxiao.model.households import rules
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.diary import Entry
from jinxiao.model.households.loop import TripCount
from jinxiao.model.households.rules import (
    FORMAL_CALENDAR,
    LONGEST_BLOCK,
    MOST_LEAVE,
    PUPIL_CALENDAR,
    WORKER_CALENDAR,
)
from jinxiao.model.markets import outing_choice
from jinxiao.model.month import home_by_evening, trip_odds
from jinxiao.model.names import N_CITIES, Occupation, Period, month_index

trip_shares = rules.trip_shares.py_func
wish_fits = rules.wish_fits
trip_nights = rules.trip_nights.py_func
count_of_outings = rules.count_of_outings.py_func
leave_this_month = rules.leave_this_month.py_func
family_block = rules.family_block.py_func
block_on_school_break = rules.block_on_school_break.py_func

STATUTORY = np.array([[1.0, 5.0, 7.0], [1.0, 2.0, 3.0]])
odds = st.floats(1e-4, 20.0)
scales = st.floats(0.3, 1.0)
blocks = st.integers(0, LONGEST_BLOCK)
days = st.integers(0, 15)
uniforms_ = st.floats(1e-6, 1.0 - 1e-6)


# --- days off, counted in the calendar


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return Calendar.load()


@pytest.fixture(scope="module")
def off(calendar: Calendar) -> np.ndarray:
    return days_off(calendar, STATUTORY, 15).blocks


def row(calendar: Calendar, month: str) -> int:
    return calendar.index(month_index(month))


def test_a_thursday_off_and_one_day_of_leave_are_four_days(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A made-up calendar: July 2024 with Thursday the 11th as the one holiday."""
    path = tmp_path_factory.mktemp("calendar") / "days.csv"
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    lines = ["date,weekday,kind,holiday_name_zh,holiday_name_en,source"]
    for d in range(1, 32):
        weekday = date(2024, 7, d).weekday()
        kind = "holiday" if d == 11 else ("weekend" if weekday >= 5 else "workday")
        lines.append(f"2024-07-{d:02},{names[weekday]},{kind},,{'Test' if d == 11 else ''},made up")
    path.write_text("\n".join(lines) + "\n")
    table = days_off(Calendar.load(path), STATUTORY, 15).blocks[0, 0]
    assert table[FORMAL_CALENDAR].tolist()[:3] == [2, 4, 5]
    # two weekends are nine days with five days of leave, or with four and the holiday between them
    assert table[FORMAL_CALENDAR, 4] == 9
    # whom leave does not free stays at work
    assert (table[WORKER_CALENDAR | FORMAL_CALENDAR] <= 2).all()


def test_national_day_and_spring_festival_are_whole(calendar: Calendar, off: np.ndarray) -> None:
    assert (off[row(calendar, "2024-10"), :, FORMAL_CALENDAR, 0] == 7).all()
    # 28 January to 4 February 2025: counted once, where its middle lies
    assert (off[row(calendar, "2025-01"), :, FORMAL_CALENDAR, 0] == 8).all()
    assert (off[row(calendar, "2025-02"), :, FORMAL_CALENDAR, 0] == 2).all()


def test_leave_lengthens_blocks_and_further_calendars_shorten_them(off: np.ndarray) -> None:
    assert (np.diff(off.astype(int), axis=-1) >= 0).all()
    for a in range(8):
        for b in range(8):
            if a & b == a:  # b keeps every calendar that a keeps
                assert (off[:, :, b] <= off[:, :, a]).all()
    assert (off[:, :, FORMAL_CALENDAR, MOST_LEAVE] > off[:, :, FORMAL_CALENDAR, 0]).all()
    np.testing.assert_array_equal(off[:, :, WORKER_CALENDAR, 0], off[:, :, WORKER_CALENDAR, MOST_LEAVE])


def test_pupils_keep_a_family_home_in_term(calendar: Calendar, off: np.ndarray) -> None:
    family = FORMAL_CALENDAR | PUPIL_CALENDAR
    assert (off[row(calendar, "2024-11"), :, family] == 2).all()  # leave or not: weekends
    july = off[row(calendar, "2024-07"), :, family]
    assert (july[:, 0] == 2).all() and (july[:, 4] == 6).all()  # school is off, parents need leave


def test_workers_work_as_many_days_as_the_report_says(calendar: Calendar, baseline: Baseline) -> None:
    table = days_off(
        calendar,
        np.asarray(baseline.values["leisure.statutory_days"]),
        int(baseline.values["leisure.worker_spring_days"]),
    )
    year = slice(row(calendar, "2024-01"), row(calendar, "2025-01"))
    usual = ~table.spring_festival[year]
    assert usual.sum() == 11
    worked = 366 / 12 - table.days[year, 0, WORKER_CALENDAR][usual].mean()
    assert worked == pytest.approx(24.9, abs=0.7)


# --- rules


@given(uniforms_, days, st.floats(0.0, 1.0), st.floats(0.0, 0.5), st.integers(1, 5))
def test_more_leave_is_taken_no_less(
    u: float, a_year: int, joined: float, share: float, stretch: int
) -> None:
    taken = leave_this_month(u, a_year, joined, share, 0.6, stretch)
    assert taken <= min(a_year, stretch)
    assert leave_this_month(u, a_year + 5, joined, share, 0.6, stretch) >= taken
    assert leave_this_month(u, a_year, joined, share + 0.2, 0.6, stretch) >= taken


def test_the_days_of_leave_taken_add_up_to_the_years() -> None:
    shares = np.array([0.04, 0.26, 0.0, 0.1, 0.15, 0.1, 0.0, 0.0, 0.1, 0.25, 0.0, 0.0])
    u = (np.arange(4000) + 0.5) / 4000
    stretches = sum(leave_this_month(x, 5, 0.4, s, 0.7, 4) for s in shares for x in u) / len(u)
    single = 12.0 * rules.single_leave.py_func(5, 0.4, 0.7)
    assert single == pytest.approx(5.0 * 0.6 * 0.3)
    assert stretches + single == pytest.approx(5.0, abs=0.02)


def test_parents_go_alone_only_for_days_more_and_with_grandparents() -> None:
    assert family_block(2, 9, 0, 3) == (2, False)
    assert family_block(2, 9, 1, 3) == (9, True)
    assert family_block(7, 9, 1, 3) == (7, False)


@given(st.sampled_from([0, 1, 2, 3]), st.integers(0, 4), st.floats(0.0, 8.0))
def test_a_school_break_needs_free_parents(pattern: int, leave: int, length: float) -> None:
    block = block_on_school_break(pattern, leave, length)
    assert block_on_school_break(pattern, leave, length + 1.0) >= block
    assert block_on_school_break(pattern, leave + 1, length) >= block
    if pattern & WORKER_CALENDAR:
        assert block == 1
    elif pattern:
        assert block == 2 + int(min(leave, length))


def test_one_day_off_is_no_trip() -> None:
    assert wish_fits.py_func(1.2, 0) == wish_fits.py_func(1.2, 1) == 0.0
    assert trip_shares(0.3, 0.0, 0.0, 0.6) == (0.0, pytest.approx(0.3 / 1.3), 0.0)


@given(blocks, st.floats(0.5, 5.0))
def test_longer_wishes_need_longer_blocks(block: int, mean: float) -> None:
    fits = wish_fits.py_func(mean, block)
    assert 0.0 <= fits < 1.0
    assert wish_fits.py_func(mean, block + 1) >= fits
    assert wish_fits.py_func(mean + 0.5, block) <= fits


@given(uniforms_, st.floats(0.5, 5.0), st.integers(2, LONGEST_BLOCK))
def test_nights_fit_into_the_block(u: float, mean: float, block: int) -> None:
    nights = trip_nights(u, mean, block)
    assert 1 <= nights <= block - 1 and nights == int(nights)


def test_nights_are_geometric_within_the_block() -> None:
    u = (np.arange(20000) + 0.5) / 20000
    drawn = np.array([trip_nights(x, 2.0, 5) for x in u])
    weight = np.diff([1.0 - math.exp(-n / 2.0) for n in range(5)])
    for n in range(1, 5):
        assert (drawn == n).mean() == pytest.approx(weight[n - 1] / weight.sum(), abs=1e-3)


@given(st.integers(1, 14), st.floats(0.0, 30.0), st.floats(0.2, 2.0), st.floats(0.0, 3.0))
def test_a_trip_is_as_long_as_can_be_paid(nights: int, money: float, day: float, fare: float) -> None:
    length = rules.nights_afforded.py_func(nights, money, day, fare)
    assert 0.0 <= length <= nights
    if length >= 1.0:
        assert fare + day * (1.0 + length) <= money + 1e-6
    if length < nights:
        assert fare + day * (2.0 + length) > money - 1e-6
    assert rules.nights_afforded.py_func(nights, money + 1.0, day, fare) >= length


@given(odds, odds, odds)
def test_dissimilarity_of_one_is_a_plain_logit(day: float, inside: float, outside: float) -> None:
    away, out, beyond = trip_shares(day, inside, outside, 1.0)
    total = 1.0 + day + inside + outside
    assert away == pytest.approx((inside + outside) / total)
    assert out == pytest.approx(day / total)
    assert beyond == pytest.approx(outside / (inside + outside))


@given(odds, odds, scales)
def test_equal_trips_are_worth_two_to_the_dissimilarity(day: float, trip: float, scale: float) -> None:
    away, out, beyond = trip_shares(day, trip, trip, scale)
    nest = 2.0**scale * trip
    assert away == pytest.approx(nest / (1.0 + day + nest))
    assert beyond == pytest.approx(0.5)
    assert away + out + 1.0 / (1.0 + day + nest) == pytest.approx(1.0)


@given(odds, odds, odds, scales, st.floats(1.01, 3.0))
def test_what_becomes_better_is_chosen_more(
    day: float, inside: float, outside: float, scale: float, better: float
) -> None:
    away, out, beyond = trip_shares(day, inside, outside, scale)
    assert away + out < 1.0
    more, day_less, further = trip_shares(day, inside, outside * better, scale)
    tiny = 1e-12
    assert more >= away - tiny and day_less <= out + tiny and further > beyond
    # all that goes with income or free days raises going out in all its forms together
    richer = trip_shares(day * better, inside * better, outside * better, scale)
    assert richer[0] + richer[1] > away + out
    # the bound that the loop looks at first holds
    bound = day + inside + outside
    assert away + out <= bound / (1.0 + bound) + tiny


@given(uniforms_, st.floats(0.0, 4.0), st.integers(0, 9))
def test_more_occasions_are_no_fewer_days_out(u: float, mean: float, most: int) -> None:
    n = count_of_outings(u, mean, most)
    assert 0 <= n <= max(most, 0)
    assert count_of_outings(u, mean + 0.5, most) >= n
    assert count_of_outings(u, mean, most + 1) >= n


def test_days_out_are_poisson() -> None:
    u = (np.arange(50000) + 0.5) / 50000
    drawn = np.array([count_of_outings(x, 0.7, 9) for x in u])
    for n in range(4):
        assert (drawn == n).mean() == pytest.approx(math.exp(-0.7) * 0.7**n / math.factorial(n), abs=1e-3)


def test_odds_rise_with_the_block_those_of_far_trips_most(baseline: Baseline) -> None:
    table = trip_odds(0, baseline.fit.trip_constant, np.zeros(N_CITIES), np.zeros(N_CITIES), baseline.values)
    assert (table[:, :, 0] == 0.0).all() and (table[:, 1:, 1] == 0.0).all()
    assert (np.diff(table, axis=2) >= 0.0).all()
    weekend, week = table[:, :, 2], table[:, :, 7]
    assert (week[:, 2] / weekend[:, 2] > week[:, 1] / weekend[:, 1]).all()


@given(st.floats(0.0, 1.0), st.floats(-0.5, 0.5))
def test_cheaper_tickets_and_thinner_crowds_draw_people_to_sites(
    baseline: Baseline, factor: float, crowd: float
) -> None:
    def at(f: float, crowding: float) -> tuple[np.ndarray, np.ndarray]:
        return outing_choice(
            Conditions(0, ticket_factor=np.full(N_CITIES, f)), np.full(N_CITIES, crowding), baseline.values
        )

    shift, share = at(factor, crowd)
    cheap_shift, cheap_share = at(0.9 * factor, crowd)
    assert (cheap_shift >= shift).all() and (cheap_share >= share).all()
    assert (at(factor, crowd + 0.1)[0] < shift).all()
    full_shift, full_share = at(1.0, 0.0)
    np.testing.assert_allclose(full_shift, 0.0, atol=1e-12)
    np.testing.assert_allclose(full_share, baseline.values["leisure.site_share"])


# --- the province


@pytest.fixture(scope="module")
def year(history: Economy) -> Economy:
    """Twelve months without policy, diaries kept; tests read the last month's."""
    economy = history.fork(neutral_policy())
    economy.keep_diaries()
    return economy


def test_trips_and_their_cost_are_fitted(reference: Economy, baseline: Baseline) -> None:
    accounts = reference.outcomes().aggregates["accounts"][HISTORY : HISTORY + 12].sum(axis=(0, 1, 2))
    persons = accounts[Item.PERSONS] / 12.0
    trips = accounts[[Item.OUTING_PERSONS, Item.TRIP_PERSONS_INSIDE, Item.TRIP_PERSONS_OUTSIDE]] / persons
    assert 3.4 < trips.sum() < 4.6  # 4.63 in cities, 2.68 in the country
    assert trips[2] / trips.sum() == pytest.approx(baseline.values["leisure.outside_share"], abs=0.03)


def test_diaries_say_who_could_not_travel(year: Economy) -> None:
    h = year.state.households
    reasons = set()
    for _ in range(4):  # to October
        year.run_for(1)
        d = year.diaries
        went = d[:, Entry.TRIP] > 0.0
        assert went.any() and (d[went, Entry.NO_TRIP] == 0).all() and (d[~went, Entry.NO_TRIP] > 0).all()
        assert (d[went, Entry.TRIP_BLOCK] >= 2).all()
        assert (d[went, Entry.TRIP_NIGHTS] <= d[went, Entry.TRIP_BLOCK] - 1).all()
        assert (d[d[:, Entry.TRIP_BLOCK] < 2, Entry.NO_TRIP] == 1).all()
        assert (d[:, Entry.OUTINGS] + np.where(went, d[:, Entry.TRIP_NIGHTS], 0.0) <= 31).all()
        reasons |= set(np.unique(d[:, Entry.NO_TRIP]))
    assert reasons == {0.0, 1.0, 2.0, 3.0, 4.0}
    # November is next: a family of formal workers with a pupil and no grandparents has weekends alone
    year.run_for(1)
    formal = ((h.occupation == Occupation.FORMAL) & (h.employed == 1)).any(axis=1)
    pupil = (h.child_age >= 72).any(axis=1) & (h.members[:, 6] == 0)
    assert (formal & pupil).any()
    assert (year.diaries[formal & pupil, Entry.TRIP_BLOCK] <= 2).all()
    assert (year.diaries[:, Entry.LEAVE_USED] > 0).any()


def test_only_trips_beyond_the_province_leak(reference: Economy) -> None:
    outcomes = reference.outcomes()
    leak = outcomes.series("spending_outside")
    np.testing.assert_allclose(leak, outcomes.aggregates["trips"][:, N_CITIES, TripCount.YUAN], rtol=1e-9)
    np.testing.assert_allclose(leak, total(reference, Item.TRIPS_OUTSIDE), rtol=1e-9)
    trips = outcomes.aggregates["trips"]
    assert (
        trips[:, N_CITIES, [TripCount.OUTING_PERSONS, TripCount.OUTING_YUAN, TripCount.SITE_VISITS]] == 0.0
    ).all()
    np.testing.assert_allclose(
        trips[:, :N_CITIES, TripCount.OUTING_YUAN].sum(axis=1), total(reference, Item.OUTINGS), rtol=1e-9
    )


def test_free_sites_are_visited_more_and_cost_their_tickets(history: Economy) -> None:
    free = branch(history, policy_of(ticket_factor=np.zeros(N_CITIES), ticket_rule=RULE), 1)
    paid = branch(history, neutral_policy(), 1)
    a, b = (e.outcomes().aggregates["trips"][HISTORY, :N_CITIES] for e in (free, paid))
    assert a[:, TripCount.SITE_VISITS].sum() > 1.1 * b[:, TripCount.SITE_VISITS].sum()
    assert a[:, TripCount.OUTING_PERSONS].sum() > b[:, TripCount.OUTING_PERSONS].sum()
    # visits to a site rise by more than days out: some would have gone elsewhere
    others = [x[:, TripCount.OUTING_PERSONS].sum() - x[:, TripCount.SITE_VISITS].sum() for x in (a, b)]
    assert others[0] < others[1]


def test_a_household_goes_out_no_less_when_everybody_takes_leave(
    history: Economy, reference: Economy
) -> None:
    run = history.fork(policy_of(leave_take_up=1.0), market_path=reference.market_path)
    base = history.fork(neutral_policy(), market_path=reference.market_path)
    for economy in (run, base):
        economy.keep_diaries()
        economy.run_for(1)
    a, b = run.diaries, base.diaries
    assert (a[:, Entry.TRIP_BLOCK] >= b[:, Entry.TRIP_BLOCK]).all()
    went = b[:, Entry.TRIP] > 0.0
    # few who now would go further cannot pay for it
    assert (a[went, Entry.TRIP] > 0.0).mean() > 0.99
    assert (a[:, Entry.TRIP] > 0.0).sum() > went.sum()


@pytest.mark.usefixtures("world")
def test_a_school_break_takes_covered_families_away(
    history: Economy, reference: Economy, world: World
) -> None:
    """In November, when nobody has more than weekends."""
    runs = {}
    for share in (0.0, 0.5, 1.0):
        policy = policy_of(
            school_break_days=np.full(N_CITIES, 4.0),
            school_break_share=np.full(N_CITIES, share),
            leave_take_up=1.0,
        )
        run = history.fork(policy, market_path=reference.market_path)
        run.run_for(4)
        run.keep_diaries()
        run.run_for(1)
        runs[share] = run.diaries[:, Entry.TRIP_BLOCK].astype(int)
    more = {share: (block > runs[0.0]) for share, block in runs.items()}
    assert more[1.0].any() and not (more[0.5] & ~more[1.0]).any()
    assert more[0.5].sum() / more[1.0].sum() == pytest.approx(0.5, abs=0.15)
    pupil = (history.state.households.child_age >= 60).any(axis=1)
    assert not more[1.0][~pupil].any()


def test_residents_meet_full_houses_and_holiday_prices_on_national_day(reference: Economy) -> None:
    october = reference.market_path[9]
    assert (october.ahead_price[Period.HOLIDAY] > 1.2).all()
    assert (october.ahead_share[Period.HOLIDAY] < 1.0).all()
    trips = reference.outcomes().aggregates["trips"][:, :N_CITIES]
    wanted = trips[9, :, TripCount.HOLIDAY_ROOMS_WANTED]
    let = trips[9, :, TripCount.HOLIDAY_ROOM_NIGHTS].sum() / wanted.sum()
    assert let == pytest.approx(float(wanted @ october.ahead_share[Period.HOLIDAY] / wanted.sum()), abs=0.1)
    assert (trips[..., TripCount.ROOM_NIGHTS] <= trips[..., TripCount.NIGHTS] + 1e-6).all()
    # in November there are rooms for all
    np.testing.assert_allclose(trips[10, :, TripCount.ROOM_NIGHTS], trips[10, :, TripCount.ROOMS_WANTED])


@given(uniforms_, st.floats(0.05, 0.95), st.floats(0.0, 0.95))
def test_one_number_says_room_holiday_and_place(u: float, lodging: float, holiday: float) -> None:
    lodges, on_holiday, place = rules.night_of_trip.py_func(u, lodging, holiday)
    assert lodges == (u < lodging) and on_holiday in (0, 1) and 0.0 <= place <= 1.0
    grid = (np.arange(2000) + 0.5) / 2000
    drawn = np.array([rules.night_of_trip.py_func(x, lodging, holiday) for x in grid])
    assert drawn[:, 1].mean() == pytest.approx(holiday, abs=0.01)
    assert drawn[:, 2].mean() == pytest.approx(0.5, abs=0.02)


def test_the_near_are_home_by_evening(baseline: Baseline) -> None:
    near = home_by_evening(baseline.distance, baseline.values)
    assert near.diagonal().all() and (near == near.T).all()
    assert baseline.distance[near].max() < baseline.distance[~near].min()


def test_winters_keep_residents_at_home_and_send_some_away(baseline: Baseline) -> None:
    nothing = np.zeros(N_CITIES)
    january, july = (
        trip_odds(m, baseline.fit.trip_constant, nothing, nothing, baseline.values) for m in (0, 6)
    )
    at_home, away = july[:, :2, 2] / january[:, :2, 2], july[:, 2, 2] / january[:, 2, 2]
    assert (at_home > 4.0).all() and (away < 3.0).all() and (away > 1.0).all()
