"""Nobody receives who is not eligible: each instrument of the catalogue alone for a month, beside no policy at all."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from jinxiao.model.conditions import Conditions, Policy
from jinxiao.model.economy import Economy
from jinxiao.model.households.diary import Entry
from jinxiao.model.names import DURABLES, N_DURABLES, Insurance, MemberBand, Occupation
from jinxiao.scenarios.levers import Draft, Instrument, When
from jinxiao.scenarios.plan import load_plan
from jinxiao.scenarios.scenario import account

PLAN = load_plan("shanxi-2025")
START = PLAN.start
WAGES = (Occupation.FORMAL, Occupation.MIGRANT, Occupation.FLEXIBLE)


def of_kinds(*kinds: str) -> list[tuple[int, str]]:
    """Return the instruments of the catalogue of some kinds."""
    return [
        (number, key)
        for number, measure in PLAN.measures.items()
        for key, one in measure.instruments.items()
        if one.kind in kinds
    ]


def month_of(instrument: Instrument) -> int:
    """Return a month in which an instrument pays: the first of its calendar months after its start."""
    calendar = getattr(instrument, "months", ()) or range(1, 13)
    return next(m for m in range(max(instrument.start, 0), 60) if m % 12 + 1 in calendar)


def alone(village: Economy, instrument: Instrument, month: int | None = None) -> Economy:
    """Let the village live a month in which the instrument runs as in a month of its own, markets as without it."""
    month = month_of(instrument) if month is None else month
    draft = Draft(Conditions(START), {})
    if getattr(instrument, "pool", ""):
        instrument = instrument.model_copy(update={"pool": ""})
    instrument.write(draft, When.at(month), 3)
    months = (*village.policy.months[:START], draft.finish())
    run = village.fork(Policy("one", months, (account(3, 1, "one", instrument),)))
    run.keep_diaries()
    run.run_for(1)
    return run


@pytest.fixture(scope="module")
def nothing(village: Economy) -> Economy:
    """The same month without any policy."""
    run = village.fork(Policy("none", (*village.policy.months[:START], Conditions(START)), ()))
    run.keep_diaries()
    run.run_for(1)
    return run


def units(run: Economy, instrument: Any, month: int) -> np.ndarray:
    """Return how many units of a transfer's basis each household has, counted from its columns and diary."""
    h, diary = run.state.households, run.diaries
    ages = [(low, high) for low, high, *_ in instrument.payments(month)]
    named = [Occupation[name.upper()] for name in instrument.occupations] or [o for o in Occupation if o]
    works = np.isin(h.occupation, named)
    count = {
        "child": sum(((h.child_age >= max(low, 0)) & (h.child_age < high)).sum(axis=1) for low, high in ages),
        "birth": diary[:, Entry.BIRTH],
        "resident_pensioner": h.resident_pensioners,
        "employee_pensioner": h.employee_pensioners,
        "household": np.ones(len(h.weight)),
        "resident_insured": h.resident_insured,
        "employed": (works & (h.employed == 1)).sum(axis=1),
        "unemployed": (works & (h.employed == 0)).sum(axis=1),
        "farmer": (h.occupation == Occupation.FARMER).sum(axis=1),
        "student": h.members[:, MemberBand.STUDENT],
        "trained": diary[:, Entry.TRAINED],
        "person": h.members.sum(axis=1),
        "elder": h.members[:, [MemberBand.AGE_60_79, MemberBand.AGE_80_PLUS]].sum(axis=1),
    }[instrument.basis]
    inside = np.array([instrument.geo.holds(zone) for zone in range(22)])[h.zone]
    poor = h.quintile < instrument.poorest_quintiles.value
    return np.where(inside & poor, count, 0)


@pytest.mark.parametrize(("number", "key"), of_kinds("transfer"))
def test_a_transfer_reaches_only_those_it_names(village: Economy, number: int, key: str) -> None:
    instrument = PLAN.measures[number].instruments[key]
    month = month_of(instrument)
    run = alone(village, instrument, month)
    received = run.diaries[:, Entry.POLICY].astype(np.float64)
    eligible = units(run, instrument, month)
    assert not received[eligible <= 0].any()
    most = sum(amount for _, _, amount, _ in instrument.payments(month))
    own = sum(share for _, _, _, share in instrument.payments(month)) * run.diaries[:, Entry.PENSIONS]
    if instrument.payment != "rounds":
        assert (received <= eligible * most + own + 0.01).all()
    take_up = instrument.take_up_share
    if take_up * (eligible > 0).sum() > 10:
        assert received.any() or instrument.basis == "trained"


@pytest.mark.parametrize(("number", "key"), of_kinds("durable_subsidy"))
def test_a_subsidy_on_durables_is_paid_on_what_it_names(village: Economy, number: int, key: str) -> None:
    instrument = PLAN.measures[number].instruments[key]
    run = alone(village, instrument)
    each = {
        e: run.diaries[:, e : e + N_DURABLES]
        for e in (Entry.DURABLES, Entry.DURABLE_SUBSIDY, Entry.DURABLE_AGE)
    }
    paid = each[Entry.DURABLE_SUBSIDY]
    keys = [durable.key for durable in DURABLES]
    for k, name in enumerate(keys):
        assert name in instrument.durables or not paid[:, k].any()
    bought = run.diaries[:, Entry.DURABLE_WHY : Entry.DURABLE_WHY + N_DURABLES] > 0
    assert not paid[~bought].any() and (paid <= instrument.cap.value + 0.01).all()
    inside = np.array([instrument.geo.holds(zone) for zone in range(22)])[run.state.households.zone]
    assert not paid[~inside].any()
    if instrument.old_unit != "none":
        assert (each[Entry.DURABLE_AGE][paid > 0.0] >= 0.0).all()
    if instrument.powertrain != "either":
        kind = run.diaries[:, Entry.CAR_BOUGHT][paid[:, keys.index("car")] > 0.0]
        assert (kind == (2 if instrument.powertrain == "nev" else 1)).all()
    assert not run.diaries[:, Entry.POLICY].any()


@pytest.mark.parametrize(("number", "key"), of_kinds("coupon_wave"))
def test_coupons_of_a_city_are_held_and_used_by_its_people(village: Economy, number: int, key: str) -> None:
    everywhere = PLAN.measures[number].instruments[key]
    taiyuan = everywhere.model_copy(
        update={"geo": everywhere.geo.model_copy(update={"cities": ("Taiyuan",)})}
    )
    run = alone(village, taiyuan)
    elsewhere = run.state.households.zone // 2 != 0
    for entry in (Entry.COUPON_HELD, Entry.COUPON_REDEEMED, Entry.COUPON_OFF, Entry.COUPON_EXTRA):
        assert not run.diaries[elsewhere, entry].any()
    assert run.diaries[~elsewhere, Entry.COUPON_HELD].any()
    # guests use them in that city alone
    assert not run.outcomes().cost_by_rule[START, 3, 1:].any()


def sector(*kinds: Occupation) -> Callable[[Economy, Instrument], np.ndarray]:
    """Return who has an earner of some occupations."""
    return lambda before, _: np.isin(before.state.households.occupation, kinds).any(axis=1)


MONEY: dict[str, tuple[Entry, Callable[[Economy, Instrument], np.ndarray]]] = {
    "minimum_wage": (Entry.WAGES, sector(*WAGES)),
    "training": (Entry.WAGES, sector(*WAGES)),
    "job_placement": (Entry.JOB_FOUND, lambda b, _: (b.state.households.employed == 0).any(axis=1)),
    "unemployment_insurance": (Entry.BENEFIT, sector(*WAGES)),
    "medical_cover": (Entry.MEDICAL, lambda b, _: b.state.households.insurance == Insurance.RESIDENT),
    "deposit_rates": (Entry.PROPERTY, lambda b, _: b.state.households.property > 0.0),
    "property_income": (Entry.PROPERTY, lambda b, _: b.state.households.property > 0.0),
    "consumer_loan_subsidy": (
        Entry.INTEREST,
        lambda b, _: (b.state.households.liquid_wealth < 0.0) | (b.state.households.loan > 0.0),
    ),
    "ticket_waiver": (Entry.TICKETS, lambda b, _: np.ones(len(b.state.households.weight), bool)),
    "mortgage_terms": (Entry.DEBT_SERVICE, lambda b, _: b.state.households.mortgage > 0.0),
    "home_delivery": (
        Entry.FURNISHING,
        lambda b, i: (b.state.households.tenure == 2) & (b.state.households.zone % 2 == 0),
    ),
    "home_renewal": (Entry.HOME_PAID, lambda b, i: b.state.households.zone % 2 == 0),
    "home_subsidy": (Entry.HOME_PAID, lambda b, i: b.state.households.zone % 2 == 0),
}
"""What an instrument changes in a household's month, and who may be touched, as households stood before it."""
NOT_OF_HOUSEHOLDS = {
    "administration": "pays for services", "arrears_repayment": "pays firms of the sectors named",
    "attraction": "anybody may go to a city", "budget_pool": "money of subsidies", "business_loan_subsidy": "loans of firms",
    "coordination": "acts through other instruments", "departure_refund": "visitors from abroad",
    "entry_cost": "whoever opens a firm", "event": "anybody may come", "firm_grant": "firms of a sector",
    "firm_reward": "tested by firm (test_firm_levers)", "home_acquisition": "builders", "inbound_ease": "visitors from abroad",
    "kept_purchases": "sellers", "labour_cost_relief": "firms by their wage bill", "local_sourcing": "producers",
    "outside_sales": "buyers outside", "paid_leave": "days off and no money (test_leisure)", "parcel_subsidy": "sellers online",
    "public_investment": "firms of the sectors named", "school_break": "days off and no money (test_leisure)",
    "tour_reward": "agencies", "visa_free": "visitors from abroad", "wage_guideline": "wages of a sector's firms, by markets",
}  # fmt: skip
"""Kinds that pay or touch no household by itself, and whom instead."""


def test_every_kind_is_asked_or_pays_no_household() -> None:
    used = {one.kind for measure in PLAN.measures.values() for one in measure.instruments.values()}
    asked = {"transfer", "durable_subsidy", "coupon_wave", *MONEY}
    assert used == asked | set(NOT_OF_HOUSEHOLDS) and not asked & set(NOT_OF_HOUSEHOLDS)


@pytest.mark.parametrize(("number", "key"), of_kinds(*MONEY))
def test_an_instrument_touches_only_those_it_can(
    village: Economy, nothing: Economy, number: int, key: str
) -> None:
    instrument = PLAN.measures[number].instruments[key]
    entry, may = MONEY[instrument.kind]
    run = alone(village, instrument)
    touched = run.diaries[:, entry] != nothing.diaries[:, entry]
    # those who begin to work, or buy a home, this month are among them
    assert not touched[~(may(village, instrument) | may(run, instrument))].any()
    if instrument.kind == "medical_cover":
        assert not touched[nothing.diaries[:, Entry.MEDICAL_BILL] == 0.0].any()
    if instrument.kind == "ticket_waiver":
        away = (run.diaries[:, Entry.TRIP_DESTINATION] > 0.0) | (run.diaries[:, Entry.OUTINGS] > 0.0)
        assert not touched[~away].any() and touched.any()
    assert not run.diaries[:, Entry.POLICY].any()
