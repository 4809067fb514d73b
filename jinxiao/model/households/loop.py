"""The household month as one fused loop: reads columns, calls the rules in the order of the month, books what happened.

The loop holds no economics: every behaviour is a function of ``rules.py``. Households are taken in a fixed number of
blocks; sums are float64 within a block and blocks are added in order, so results are bitwise the same for any number of
threads.
"""

import math
from collections import namedtuple
from enum import IntEnum

import numpy as np
from numba import njit

from jinxiao.model.conditions import Basis
from jinxiao.model.ergodic import consume
from jinxiao.model.households import budget, coupons, family, rules
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.columns import NOT_OWNED, SEED, STATE
from jinxiao.model.households.diary import N_ENTRIES, Entry, Why
from jinxiao.model.lending import lent
from jinxiao.model.names import (
    AGE_BAND_STARTS,
    DURABLES,
    GOODS,
    N_BANDS,
    N_CATEGORIES,
    N_CITIES,
    N_DURABLES,
    N_GOODS,
    N_NEEDS,
    N_OUTLETS,
    Category,
    Disposal,
    Durable,
    MemberBand,
    Need,
    Occupation,
    Sector,
    Stage,
)
from jinxiao.model.random import Draw, fill_uniforms, normal_quantile, uniform, uniform4

N_BLOCKS = 16
"""Blocks of households: the unit of work of a thread and of summation. Fixed, so sums do not depend on threads."""

HouseholdColumns = namedtuple("HouseholdColumns", [*SEED, *STATE])

PARAMETER_FIELDS = (
    # income and saving
    "psi_sigma", "rent_yield", "imputed_income_share", "mean_income", "floor_income_share", "liquid_rate",
    "borrowing_rate", "mortgage_rate", "resident_pension", "hand_to_mouth_months",
    "patience_types", "later_from", "retired_from",
    # deductions by law, saving for purposes
    "contributions", "tax_brackets", "mean_wage", "base_floor", "base_ceiling", "tax_allowance", "child_deduction",
    "elderly_deduction", "medical_premium", "pension_premium", "education_cost", "education_share",
    "pension_replacement", "old_farm_share", "retirement_target", "retirement_share", "drawing_over_saving",
    "education_elasticity", "drawing_months", "retired_saving", "yield_sigma", "break_cost",
    "planning",
    # work
    "replacement_rate", "benefit_coverage", "floor_at_start", "floor_spillover", "training_months",
    # family
    "birth_probability", "fertile_until", "birth_by_age", "birth_interval", "birth_response", "mortality", "elder_mortality",
    "turn_eighty", "couple_gap", "parent_gap", "university_share", "study_months", "work_participation",
    "entrant_unemployed", "founder_age", "founder_spread", "legal_age", "men_first", "women_of_55",
    "informal_months", "entry_wage", "entry_cdf",
    # homes
    "home_level", "home_price", "purchase_age", "tenant_factor", "family_factor", "purchase_income_elasticity",
    "value_income_elasticity", "home_elasticity", "rate_equivalent", "purchase_cap", "mortgage_down_payment",
    "mortgage_usual", "mortgage_burden", "mortgage_term", "savings_used", "fund_ceiling", "fund_discount",
    "fund_withdrawal", "delivery_months", "furnishing_share", "furnishing_months",
    "furnishing_appliances", "wealth_effect", "prepayment",
    # illness
    "medical_probability", "medical_mean", "medical_sigma",
    "deductible", "share_above_deductible", "change_above_deductible",
    # goods
    "subsistence", "marginal_share", "need_weights", "need_mean", "lump_share",
    "need_fixed", "good_elasticity",
    # durables and their credit
    "hazard_cap", "half_age", "age_spread", "add_rate", "add_income_elasticity", "durable_price",
    "price_income_elasticity", "price_sigma", "durable_elasticity",
    "timing_cost", "foresight_months",
    "announcement_months", "down_payment", "loan_months", "reserve_months", "savings_share",
    "financed_share", "pass_through", "loan_rate", "credit_take_up",
    "car_kind_elasticity", "used_odds", "used_income_slope", "used_price_share", "used_age", "value_retained",
    "scrap_value", "scrap_age", "scrap_age_spread", "kept_share", "recovered_share",
    # trips
    "trip_income_weight", "trip_dissimilarity", "trip_company", "trip_cost", "relative_cost",
    "spending_income_elasticity", "spending_sigma", "wished_nights", "party_share", "family_trip_days",
    "trip_components", "outing_components", "site_ticket_share", "outing_days",
    "leave_stretch", "leave_in_one_go",
    "resident_lodging",
    "parents_alone_gain", "trip_displacement", "outing_displacement", "trip_cash_share", "trip_savings_share",
    "trip_income_months",
    "trip_full_days",
    # coupons
    "salience", "labelling", "baskets", "digital_share", "basket_sigma", "storability",
    "basket_elasticity", "joining_cost", "holding_cost",
    "displaced_now", "pull_forward_months",
    "claim_interest", "rush_skill", "rush_age",
)  # fmt: skip
HouseholdParameters = namedtuple("HouseholdParameters", PARAMETER_FIELDS)

MONTH_FIELDS = (
    # everywhere
    "t", "seed", "growth", "price", "luck",
    # income and saving
    "wage_index", "self_index", "owner_support", "farm_index", "transfers", "uninsured_change",
    "transfer_cells",
    "consumption_table",
    "property_factor",
    "regime_groups", "group_rows",
    "farm_season",
    # work
    "floor", "separation", "zone_risk", "finding", "vacancy_cdf", "training", "training_wage_gain",
    "training_finding_gain", "benefit_change",
    # family
    "leaving", "child_benefit", "post_share", "post_wage", "post_rule",
    "entry_cdf",
    # homes
    "home_subsidy", "home_rule", "mortgage_rate_cut", "down_payment_cut", "fund_ceiling_rise", "renewal",
    "renewal_grant", "renewal_rule", "home_price_factor", "home_trend",
    "delivery", "home_reach",
    # trips
    "destination_cdf", "trip_odds", "site_share", "blocks", "days_off", "holidays_off", "own_days", "holiday_share",
    "holidays_a_year", "leave_take_up", "leave_bridging", "school_break", "school_share", "ticket_factor",
    "ticket_rule",
    "holiday_trip",
    "resident_room_price", "resident_room_share", "home_by_evening", "site_found", "spring_festival",
    # durables and their credit
    "durable_rules", "hazard_bound", "pool_open", "loan_rate_cut", "loan_eligible", "loan_rule",
    "new_energy_share", "pool_refill",
    "pool_chance", "look_ahead",
    # coupons
    "coupons", "claim_probability",
    "claim_deadline",
)  # fmt: skip
HouseholdMonth = namedtuple("HouseholdMonth", MONTH_FIELDS)

DAY_PARTS = 256
"""Parts of a month in which a budget pool can run dry; a power of two, so that a draw's part is exact."""
NO_EFFECT = -1.0
"""No effect of the price is given: hazards are bounded by those of the month."""
LEAST_NET = 0.01
"""Least net price of a durable as a share of its price: keeps the log of the purchase rule finite."""
_LOW_BITS = 65536.0
"""The low sixteen bits of the uniform that decides on the longest block decide on the other days off."""
_MOST_PAYMENT, _MOST_VALUE = 65_000.0, 65_000.0
"""What the columns of mortgage payments (yuan) and home values (1000 yuan) hold at most."""
MOST_CUT = 0.5
"""Most that a fall of home prices may take from the planned spending of a month."""
COURSE_BITS = 5
COURSE_MONTHS = (1 << COURSE_BITS) - 1
"""Low bits of `trained_for` that count months, and their mask; the bits above say whom the course helps."""
_MORTGAGED = 2
"""Tenure of owners with a mortgage."""
_ADULT, _ELDER, _OLD = int(MemberBand.AGE_18_59), int(MemberBand.AGE_60_79), int(MemberBand.AGE_80_PLUS)
_RISK_CLASS = np.array([4, 0, 1, 1, 2, 3], np.int8)
"""Risk class by occupation of the main earner."""
LANES = 8
"""Blocks of draws that are computed side by side: lists of them are as long as a multiple of it."""
(
    _SHOCKS, _CHANCES, _DURABLES_1, _DURABLES_2, _DURABLES_3, _FAMILY, _LEAVE, _TRAVEL, _PURCHASE, _HOME, _WORK, _HARVEST,
    _HOME_FOR_LIFE, _SEX, _POST, _SCHOOL,
) = range(16)  # fmt: skip
"""Columns of the draws of a month: blocks that are read by most households, or cost nothing beside those that are."""
_MONTH_BLOCKS = np.array(
    [
        Draw.PERMANENT_SHOCK, Draw.TRIP, Draw.DURABLE + 1, Draw.DURABLE + 5, Draw.DURABLE_MORE, Draw.FAMILY, Draw.LEAVE,
        Draw.DESTINATION, Draw.POWERTRAIN, Draw.HOME, Draw.FINDING_1, Draw.HARVEST, Draw.HOME, Draw.SEX, Draw.POST,
        Draw.SCHOOL,
    ],
    np.int64,
) // 4  # fmt: skip
_CLAIM_BLOCKS = np.array(
    [
        Draw.DURABLE + 1, Draw.DURABLE + 5, Draw.DURABLE_MORE, Draw.DURABLE, Draw.GRADE, Draw.DURABLE_MODEL,
        Draw.DURABLE_MODEL + 4, Draw.DURABLE_MODEL + 8,
    ],
    np.int64,
) // 4  # fmt: skip
"""What a rehearsal of claims draws: columns 0 to 3 say when units are bought, then grade and models."""
WORD = 64
"""Transfers that a word of bits stands for."""
_CENT = 0.01
"""Rounding of an income that does not fall short, yuan."""
_HARVEST_YEAR = 16
"""Months that put the turn of the harvest year at September: what is reaped then is lived on until the next."""
_SCHOOL_AGE, _GROWN = family.CHILD_STARTS[2], family.CHILD_STARTS[4]
_HOUSEHOLD_APPLIANCES = (int(Durable.FRIDGE), int(Durable.WATER_HEATER))
"""First and last class of durables that a new home calls for."""
MOST_COMMITTED = 0.8
"""Largest share of permanent income that is put aside by plan."""
_CHILD_BANDS = int(MemberBand.STUDENT) + 1
_STUDENTS = int(MemberBand.STUDENT)
_SIXTY = 60 * 12
_AGE_1, _AGE_2, _AGE_3 = (12 * years for years in AGE_BAND_STARTS[1:])
_C = int(Item.CONSUMPTION)
# what only ever serves as an index is unsigned: compiled code then need not look for negative ones
_GOOD_CATEGORY = np.array([g.category for g in GOODS], np.uint64)
_GOOD_SECTOR = np.array([g.sector for g in GOODS], np.uint64)
_GOOD_RETAIL = np.array([float(g.retail) for g in GOODS])
_GOOD_SERVICE = np.array([float(g.service) for g in GOODS])
_DURABLE_CATEGORY = np.array([d.category for d in DURABLES], np.uint64)
_DURABLE_SECTOR = np.array([d.sector for d in DURABLES], np.uint64)
_FIRST_SLOT = np.concatenate([[0], np.cumsum([d.slots for d in DURABLES])]).astype(np.int64)
_DURABLE_DRAW = np.array(
    [Draw.DURABLE + k if k < 9 else Draw.DURABLE_MORE + k - 9 for k in range(N_DURABLES)], np.int64
)
_DURABLE_BLOCKS = np.unique(_DURABLE_DRAW // 4)
"""Blocks of draws that hold the dates of purchases; their place among them by class, and the place within a block."""
_BLOCK_OF_CLASS = np.searchsorted(_DURABLE_BLOCKS, _DURABLE_DRAW // 4)
_PLACE_IN_BLOCK = _DURABLE_DRAW % 4
_SLOTS_OF_CLASS = np.array(
    [(1 << _FIRST_SLOT[k + 1]) - (1 << _FIRST_SLOT[k]) for k in range(N_DURABLES)], np.int64
)
"""Bits of the slots of a class in a column that has one for each slot."""
_CAR = int(Durable.CAR)
RENOVATION_SLOT = int(_FIRST_SLOT[Durable.RENOVATION])
_RECOVERABLE = np.array([d.key not in ("car", "renovation") for d in DURABLES])
_RECOVERED = int(Disposal.OTHERS_RECOVERED)
_KEPT = int(Disposal.OTHERS_KEPT)
_WORN_OUT, _SUBSIDY, _BEFORE_THE_END, _ADDED = (int(why) for why in Why)
_MOST_OLD_CAR = 0.5
"""Most that an old car may pay of the price of the next one."""
_RESIDENT_SERVICES = int(Sector.RESIDENT_SERVICES)
_GOOD_NEED = np.array([g.need for g in GOODS], np.uint64)
_ALL_OUTLETS = (1 << N_OUTLETS) - 1
_FARMING = int(Sector.FARMING)
_TRIP_CATEGORY = np.array(
    [
        Category.TRANSPORT_COMMUNICATION,
        Category.OTHER,
        Category.FOOD,
        Category.EDUCATION_CULTURE,
        Category.FOOD,
    ],
    np.uint64,
)
TRIP_SECTORS = (
    Sector.TRANSPORT,
    Sector.ACCOMMODATION,
    Sector.CATERING,
    Sector.CULTURE_RECREATION,
    Sector.OTHER_RETAIL,
)
"""Sectors of the five components of a trip: transport, lodging, meals, tickets, shopping."""
_TRIP_SECTOR = np.array(TRIP_SECTORS, np.uint64)
_LODGING = 1
_TICKETS = 3
_TRIP_RETAIL = np.array([0.0, 0.0, 1.0, 0.0, 1.0])
_TRIP_SERVICE = np.array([1.0, 1.0, 1.0, 1.0, 0.0])


class TripCount(IntEnum):
    """What is booked by city, and for trips beyond the province."""

    PERSONS = 0
    """on trips of a night and more"""
    YUAN = 1
    OUTING_PERSONS = 2
    """residents on days out in their own city"""
    OUTING_YUAN = 3
    SITE_VISITS = 4
    """of those on days out, visitors of museums and sites"""
    NIGHTS = 5
    """person-nights of trips"""
    HOLIDAY_ROOM_NIGHTS = 6
    """person-nights in rooms on the longest public holiday of the month"""
    HOLIDAY_PERSONS = 7
    """persons on trips and on days out on that holiday"""
    HOLIDAY_YUAN = 8
    TRIP_SITE_VISITS = 9
    """visits to sites on trips: one a person and trip, less those who find them full"""
    ROOMS_WANTED = 10
    """nights of persons who want a room, on trips"""
    HOLIDAY_ROOMS_WANTED = 11
    """of these, on the longest public holiday of the month"""
    ROOM_NIGHTS = 12
    """person-nights in rooms"""


N_TRIP_COUNTS = len(TripCount)


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _bases_held(
    i, child_age, members, occupation_of, employed, employee_pensioners, resident_pensioners, resident_insured, new_births,
    trained,
):  # fmt: skip
    """Return the bases of transfers, as bits, of which household ``i`` may have units or, of pensions, expect them."""
    held = 1 << Basis.HOUSEHOLD | 1 << Basis.PERSON
    if child_age[i, 0] >= 0 or child_age[i, 1] >= 0:
        held |= 1 << Basis.CHILD
    if new_births > 0.0:
        held |= 1 << Basis.BIRTH
    if trained != 0:
        held |= 1 << Basis.TRAINED
    if members[i, _STUDENTS] > 0:
        held |= 1 << Basis.STUDENT
    if members[i, _ELDER] + members[i, _OLD] > 0:
        held |= 1 << Basis.ELDER
    if employee_pensioners > 0:
        held |= 1 << Basis.EMPLOYEE_PENSIONER
    if resident_pensioners > 0:
        held |= 1 << Basis.RESIDENT_PENSIONER
    if resident_insured > 0:
        held |= 1 << Basis.RESIDENT_INSURED
    for e in range(2):
        if occupation_of[i, e] != Occupation.NONE:
            held |= 1 << Basis.EMPLOYEE_PENSIONER | 1 << Basis.RESIDENT_PENSIONER
            held |= 1 << Basis.EMPLOYED if employed[i, e] == 1 else 1 << Basis.UNEMPLOYED
        if occupation_of[i, e] == Occupation.FARMER:
            held |= 1 << Basis.FARMER
    return held


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _lowest_bit(bits):
    """Return the place of the lowest bit that is set: the exponent of the power of two, which a float holds exactly."""
    word = np.uint64(bits)
    return (np.float64(word & (~word + np.uint64(1))).view(np.int64) >> 52) - 1023


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _transfer_units(
    basis, age_min, age_max, occupations, i, child_age, members, occupation_of, employed, employee_pensioners,
    resident_pensioners, resident_insured, new_births, trained,
):  # fmt: skip
    """Return how many units of a transfer's basis household ``i`` has this month."""
    if basis == Basis.CHILD:
        units = 0.0
        for c in range(2):
            if age_min <= child_age[i, c] < age_max and child_age[i, c] >= 0:
                units += 1.0
        return units
    if basis == Basis.BIRTH:
        return new_births
    if basis == Basis.RESIDENT_PENSIONER:
        return resident_pensioners
    if basis == Basis.EMPLOYEE_PENSIONER:
        return employee_pensioners
    if basis == Basis.HOUSEHOLD:
        return 1.0
    if basis == Basis.RESIDENT_INSURED:
        return resident_insured
    if basis == Basis.STUDENT:
        return float(members[i, 4])
    if basis == Basis.TRAINED:
        courses = 0.0
        for e in range(2):
            if (trained >> e) & 1 and (occupations >> occupation_of[i, e]) & 1:
                courses += 1.0
        return courses
    if basis == Basis.PERSON:
        persons = 0.0
        for b in range(N_BANDS):
            persons += members[i, b]
        return persons
    if basis == Basis.ELDER:
        elders = float(members[i, _OLD])
        return elders if age_min > _SIXTY else elders + members[i, _ELDER]
    units = 0.0
    for e in range(2):
        occupation = occupation_of[i, e]
        if occupation == 0:
            continue
        if basis == Basis.FARMER:
            units += 1.0 if occupation == Occupation.FARMER else 0.0
        elif (occupations >> occupation) & 1:
            if basis == Basis.EMPLOYED:
                units += 1.0 if employed[i, e] == 1 else 0.0
            else:
                units += 1.0 if employed[i, e] == 0 else 0.0
    return units


@njit(cache=True, nogil=True, error_model="numpy")
def _jobless(i, occupation, employed):
    """Return wage earners of household ``i`` who have no work."""
    found = 0
    for e in range(2):
        if Occupation.FORMAL <= occupation[i, e] <= Occupation.FLEXIBLE and employed[i, e] == 0:
            found += 1
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def _offer(
    rules_now, j0, j1, price, zone, group, new_energy, old_age, old_new_energy, u_grade, u_day, pool_open, pool_refill,
    pool_chance, coming,
):  # fmt: skip
    """Return (amount, row) of the best subsidy on a purchase now; fill ``coming`` with those of the months ahead.

    ``coming`` is as long as announcements reach. ``old_age`` is the age of the unit that would go, -1 where none would;
    ``u_grade`` decides whether the model qualifies and is claimed, ``u_day`` whether the pool is still open that day. A pool
    that is dry pays at its next release whoever is in time, for which the chance is that of its last. Row -1: nothing is paid
    now.
    """
    best = 0.0
    row = -1
    horizon = coming.shape[0]
    for ahead in range(horizon):
        coming[ahead] = 0.0
    city = zone // 2
    for j in range(j0, j1):
        r = rules_now[j]
        if not (r.zones >> zone) & 1 or not (r.groups == 0 or r.groups & group):
            continue
        if r.powertrain >= 0 and r.powertrain != new_energy:
            continue
        if r.min_old_age >= 0:
            least = r.min_old_age_new_energy if old_new_energy else r.min_old_age
            if old_age < 0 or old_age < least:
                continue
        if u_grade >= r.eligible_share * r.take_up:
            continue
        amount = rules.subsidy_amount(price, r.rate, r.flat, r.cap, r.price_ceiling)
        starts_in = r.starts_in
        promised = amount
        if starts_in == 0 and r.pool >= 0 and u_day >= pool_open[r.pool, city]:
            starts_in = pool_refill[r.pool]
            if starts_in == 0:
                continue
            promised *= pool_chance[r.pool, city]
        if starts_in == 0 and amount > best:
            best = amount
            row = j
        for ahead in range(horizon):
            if rules.in_force(ahead + 1, starts_in, r.months_left):
                coming[ahead] = max(coming[ahead], promised)
    return best, row


@njit(cache=True, nogil=True, error_model="numpy")
def _slot_of(u, cap, slots):
    """Return which slot of a class a draw speaks of: the first ``cap`` of it of the first, and so on, the rest of an addition.

    So a slot has its dates whatever happens to the others, and a purchase made early is not made good by another unit.
    """
    return min(int(u / cap), slots)


@njit(cache=True, nogil=True, error_model="numpy")
def dates_ahead(t, look_ahead):
    """Return which draws hold the dates of purchases in the months looked ahead: (months, blocks, first of each class).

    Classes share blocks of draws, each of which is looked up as far ahead as any of its classes asks. The draw of class ``k``
    for ``ahead`` months from now stands at ``first[k] + ahead - 1``, in row ``_PLACE_IN_BLOCK[k]``. What fills up the last lanes
    is read by nobody.

    Parameters
    ----------
    look_ahead : ndarray of int, shape (durables,)
        Months from which purchases may be brought forward.

    Returns
    -------
    months, blocks : ndarray of int, shape (draws,)
    first : ndarray of int, shape (durables,)
    """
    reach = np.zeros(_DURABLE_BLOCKS.shape[0], np.int64)
    for k in range(N_DURABLES):
        reach[_BLOCK_OF_CLASS[k]] = max(reach[_BLOCK_OF_CLASS[k]], look_ahead[k])
    draws = 0
    for b in range(reach.shape[0]):
        draws += reach[b]
    draws = (draws + LANES - 1) // LANES * LANES
    months = np.zeros(draws, np.int64)
    blocks = np.zeros(draws, np.int64)
    starts = np.zeros(reach.shape[0], np.int64)
    n = 0
    for b in range(reach.shape[0]):
        starts[b] = n
        for ahead in range(reach[b]):
            months[n] = t + 1 + ahead
            blocks[n] = _DURABLE_BLOCKS[b]
            n += 1
    first = np.empty(N_DURABLES, np.int64)
    for k in range(N_DURABLES):
        first[k] = starts[_BLOCK_OF_CLASS[k]]
    return months, blocks, first


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _classes_due(draws, highest, postponed, look_ahead, dates, first, months):
    """Return the classes of durables, as bits, of which a unit could be bought this month: nearly always none or one.

    Those of which the draw of this month, or one of the months looked ahead, lies below all that can be a date, and those of
    which a purchase was put off. ``months`` is filled with those dates by class, as bits from this month's on. Written without
    branches, as this is asked of every household.
    """
    due = 0
    for k in range(N_DURABLES):
        months[k] = draws[k] < highest[k]
    if dates.shape[1] > 0:
        for k in range(N_DURABLES):
            ahead_of = 0
            for ahead in range(look_ahead[k]):
                ahead_of |= (dates[_PLACE_IN_BLOCK[k], first[k] + ahead] < highest[k]) << (ahead + 1)
            months[k] |= ahead_of
    for k in range(N_DURABLES):
        due |= (months[k] != 0) << k
    if postponed != 0:
        for k in range(N_DURABLES):
            due |= (postponed & _SLOTS_OF_CLASS[k] != 0) << k
    return due


@njit(cache=True, nogil=True, error_model="numpy")
def _highest_draws(cap):
    """Return the draw of each class below which lie all that can be a date, shape (durables,)."""
    highest = np.empty(N_DURABLES)
    for k in range(N_DURABLES):
        highest[k] = (_FIRST_SLOT[k + 1] - _FIRST_SLOT[k]) * cap[k] + cap[N_DURABLES + k]
    return highest


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _within(look):
    """Return the bits of this month and the ``look`` months that follow."""
    return (2 << look) - 1


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _slots_dated(k, months, cap, slots, dates, first):
    """Return the slots of class ``k``, as bits, that may have their date in one of ``months``, bits of those to come."""
    dated = 0
    while months != 0:
        ahead = _lowest_bit(months)
        months &= months - 1
        dated |= 1 << _slot_of(dates[_PLACE_IN_BLOCK[k], first + ahead - 1], cap, slots)
    return dated


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _units_held(
    i, k, t, durable_bought, cap, add_cap, half_age, spread, hazard_bound, effect, u, months, dates, first
):
    """Return (whether class ``k`` may be bought, age of the oldest, an empty slot or -1) of household ``i``.

    Whether any household with these units could have a date to buy in one of ``months``, bits from this month on: the draw of
    this month is ``u``, those of the months that follow stand in ``dates`` from ``first`` on (see ``dates_ahead``); under the
    highest hazards, or where it is not negative under ``effect`` of the price.
    """
    oldest = -1
    free = -1
    for s in range(_FIRST_SLOT[k], _FIRST_SLOT[k + 1]):
        bought = int(durable_bought[i, s])
        if bought == NOT_OWNED:
            free = s
        else:
            oldest = max(oldest, t - bought)
    slots = _FIRST_SLOT[k + 1] - _FIRST_SLOT[k]
    while months != 0:
        ahead = _lowest_bit(months)
        months &= months - 1
        draw = u if ahead == 0 else dates[_PLACE_IN_BLOCK[k], first + ahead - 1]
        turn = _slot_of(draw, cap, slots)
        if turn == slots:
            if free >= 0 and draw - turn * cap < add_cap:
                return True, oldest, free
        elif durable_bought[i, _FIRST_SLOT[k] + turn] != NOT_OWNED:
            age = t + ahead - durable_bought[i, _FIRST_SLOT[k] + turn]
            if effect < 0.0:
                most = hazard_bound[k, min(age, hazard_bound.shape[1] - 1)]
            else:
                most = rules.replacement_hazard(cap, float(age), half_age, spread, effect)
            if draw - turn * cap < most:
                return True, oldest, free
    return False, oldest, free


@njit(cache=True, nogil=True, error_model="numpy")
def _model_price(seed, i, t, k, mean, relative, elasticity, sigma):
    """Return (price that a household of this income usually pays, price of the model that it looks at), yuan."""
    z = normal_quantile(uniform(seed, i, t, Draw.DURABLE_MODEL + k))
    usual = mean * relative**elasticity
    return usual, usual * math.exp(sigma * z - 0.5 * sigma * sigma)


@njit(cache=True, nogil=True, error_model="numpy")
def _months_gained(rules_now, j0, j1, price, pass_through, cost):
    """Return from how many months ahead a purchase at ``price`` may be brought forward before subsidies end with this month.

    Those that end save at most ``s`` in logs, which pays for ``s / cost`` months; a date lies up to a month before the end of its
    month.
    """
    most = 0.0
    for j in range(j0, j1):
        r = rules_now[j]
        if r.months_left == 1 and r.starts_in == 0:
            most = max(most, rules.subsidy_amount(price, r.rate, r.flat, r.cap, r.price_ceiling))
    if most <= 0.0:
        return 0
    return int(-math.log(max(1.0 - pass_through * most / price, LEAST_NET)) / cost) + 1


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _durable_draws(first, drawn, column, out):
    """Fill the draws of the classes: the first comes with other chances, the others in three columns from ``column`` on."""
    out[0] = first
    for k in range(4):
        out[1 + k] = drawn[k, column]
        out[5 + k] = drawn[k, column + 1]
    for k in range(3):
        out[9 + k] = drawn[k, column + 2]


@njit(cache=True, nogil=True, error_model="numpy")
def _draws_of_month(t, transfers, luck, loan_rule):
    """Return which blocks every household draws this month: (months, blocks, column of the luck of each transfer, of loans).

    First come ``_MONTH_BLOCKS``: of this month, of the harvest year, or once for life; then, for life too, those that say whether
    a household takes up what is not taken up by all. As many as fill the lanes.

    Parameters
    ----------
    transfers : ndarray of TRANSFER
    luck : ndarray of int
        Purpose of the draw of each instrument.
    loan_rule : int
        Instrument of the interest subsidy, -1 for none.
    """
    fixed = _MONTH_BLOCKS.shape[0]
    columns = np.zeros(transfers.shape[0], np.int64)
    count = fixed
    for j in range(transfers.shape[0]):
        if transfers[j].take_up < 1.0:
            columns[j] = count
            count += 1
    of_loans = count
    count += 1
    size = (count + LANES - 1) // LANES * LANES
    months = np.zeros(size, np.int64)
    blocks = np.zeros(size, np.int64)
    for b in range(fixed):
        months[b] = t if b < _HOME_FOR_LIFE else 0
        blocks[b] = _MONTH_BLOCKS[b]
    months[_HARVEST] = (t + _HARVEST_YEAR) // 12
    for j in range(transfers.shape[0]):
        if columns[j] > 0:
            blocks[columns[j]] = luck[transfers[j].rule] // 4
    if loan_rule >= 0:
        blocks[of_loans] = luck[loan_rule] // 4
    return months, blocks, columns, of_loans


@njit(cache=True, nogil=True, error_model="numpy")
def possible_claimants(
    start,
    stop,
    durable_bought,
    postponed,
    moving,
    zone,
    seed,
    t,
    p,
    hazard_bound,
    look_ahead,
    price,
    rates,
    flats,
    grades,
    old_ages,
    credit_gains,
    out,
):
    """Write into ``out`` the households of ``start..stop`` that could claim a subsidy this month; return how many.

    Most draws lie above any chance that a unit is bought, or say that the subsidy is not claimed, so these are few. Whatever
    else the household lives through this month, it claims nothing if it is not among them.

    Parameters
    ----------
    durable_bought, postponed, moving, zone : ndarray
        Columns of households.
    p : HouseholdParameters
    hazard_bound : ndarray, shape (durables, ages)
        Highest hazards of the month where no flat amount is paid.
    look_ahead : ndarray of int, shape (durables,)
        Months from which purchases may be brought forward.
    price : ndarray, shape (cities, sectors)
    rates, flats : ndarray, shape (durables,)
        Highest share of the price and flat amount that any rule pays on a class.
    grades : ndarray, shape (durables,)
        Highest share of models that qualify and are claimed; 0 where no rule pays.
    old_ages : ndarray, shape (durables,)
        Least age of an old unit that any rule asks for; -1: none needed.
    credit_gains : ndarray, shape (durables,)
        Part of the price that an interest subsidy saves at most.
    """
    p, durable_bought, postponed = lent(p), lent(durable_bought), lent(postponed)
    moving, zone, hazard_bound, price = lent(moving), lent(zone), lent(hazard_bound), lent(price)
    draws = np.empty(N_DURABLES)
    now = np.full(_CLAIM_BLOCKS.shape[0], t)
    drawn = np.empty((4, _CLAIM_BLOCKS.shape[0]))
    months, blocks, first = dates_ahead(t, look_ahead)
    dates = np.empty((4, months.shape[0]))
    highest = _highest_draws(p.hazard_cap)
    dated = np.empty(N_DURABLES, np.int64)
    count = 0
    for i in range(np.uint64(start), np.uint64(stop)):
        fill_uniforms(seed, i, now, _CLAIM_BLOCKS, drawn)
        _durable_draws(drawn[Draw.DURABLE % 4, 3], drawn, 0, draws)
        fill_uniforms(seed, i, months, blocks, dates)
        due = _classes_due(draws, highest, int(postponed[i]), look_ahead, dates, first, dated)
        for k in range(N_DURABLES):
            if not (due >> k) & 1 or grades[k] <= 0.0:
                continue
            slots = _FIRST_SLOT[k + 1] - _FIRST_SLOT[k]
            cap, add_cap = p.hazard_cap[k], p.hazard_cap[N_DURABLES + k]
            half_age, spread = p.half_age[k], p.age_spread[k]
            look = look_ahead[k]
            # who waited comes whatever the draw; who furnishes a new home buys more often than the hazards of the month tell
            waited = (postponed[i] >> _FIRST_SLOT[k]) & ((1 << slots) - 1)
            may, oldest, _ = _units_held(
                i, k, t, durable_bought, cap, add_cap, half_age, spread, hazard_bound, NO_EFFECT, draws[k], dated[k],
                dates, first[k],
            )  # fmt: skip
            sure = waited != 0 or 0 < moving[i] <= p.furnishing_months + look
            if (not may and not sure) or (old_ages[k] >= 0 and oldest < old_ages[k]):
                continue
            if drawn[Draw.GRADE % 4, 4] >= grades[k]:
                continue
            if flats[k] > 0.0 and oldest >= 0 and not sure:
                # the model looked at is known, and income is not below its floor: so the price is not below this
                z = normal_quantile(drawn[k % 4, 5 + k // 4])
                least = (
                    p.durable_price[k, zone[i] % 2]
                    * p.floor_income_share**p.price_income_elasticity
                    * math.exp(p.price_sigma * z - 0.5 * p.price_sigma * p.price_sigma)
                    * price[zone[i] // 2, _DURABLE_SECTOR[k]]
                )
                rate = min(rates[k] + flats[k] / least, 1.0 - LEAST_NET)
                effect = rules.highest_effect(rate, credit_gains[k], p.durable_elasticity[k])
                may, _, _ = _units_held(
                    i, k, t, durable_bought, cap, add_cap, half_age, spread, hazard_bound, max(effect, 0.0),
                    draws[k], dated[k], dates, first[k],
                )  # fmt: skip
                if not may:
                    continue
            out[count] = i
            count += 1
            break
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def household_block(
    block, start, stop, h, p, m, rule_ranges, accounts, demand, labour, rule_cost, rule_gross, trips, diaries,
    rows, claimed, claims, disposals,
):  # fmt: skip
    """Take households ``start..stop`` through one month; book into the accounts of ``block``.

    Parameters
    ----------
    start, stop : int
        Range of households; of places in ``rows`` where it has any.
    h : HouseholdColumns
        Columns; run state is changed in place.
    p : HouseholdParameters
    m : HouseholdMonth
    rule_ranges : ndarray, shape (N_DURABLES + 1,)
        Rows of ``m_durable_rules`` that belong to each class of durables.
    accounts : ndarray, shape (blocks, N_CELLS, N_ITEMS)
    demand : ndarray, shape (blocks, cities, sectors)
        Spending at sellers, yuan, at full prices.
    labour : ndarray, shape (blocks, cities, sectors, 4)
        Employed persons, wage bill, own-business income, unemployed by former sector.
    rule_cost : ndarray, shape (blocks, MAX_RULES, cities)
    rule_gross : ndarray, shape (blocks, MAX_RULES)
    trips : ndarray, shape (blocks, cities + 1, N_TRIP_COUNTS)
        By TripCount; the last row is beyond the province.
    diaries : ndarray of float32, shape (households, N_ENTRIES)
        Rewritten row by row; of no rows where no diaries are kept.
    rows : ndarray of int
        Households that rehearse the month up to their purchases of durables; all live all of it where it is empty.
    claimed : ndarray of bool, shape of rows
        Whether each of these claimed anything from a budget pool; rewritten.
    claims : ndarray, shape (blocks, pools, cities, DAY_PARTS)
        Subsidies claimed from each budget pool by part of the month, yuan.
    disposals : ndarray, shape (blocks, cities, N_DISPOSALS)
        Old units by what became of them, and used cars bought, real units.
    """
    h, p, m = lent(h), lent(p), lent(m)
    accounts, demand, labour = lent(accounts), lent(demand), lent(labour)
    rule_cost, rule_gross, trips, diaries = lent(rule_cost), lent(rule_gross), lent(trips), lent(diaries)
    claims, disposals = lent(claims), lent(disposals)
    keeps = diaries.shape[0] > 0
    rehearses = rows.shape[0] > 0
    spend = np.empty(N_GOODS)
    needs = np.empty(N_GOODS)
    plan = np.empty(N_GOODS)
    by_category = np.empty(N_CATEGORIES)
    need = np.empty(N_NEEDS)
    labelled_in = np.zeros(N_CATEGORIES)
    weeks = np.zeros(coupons.WEEKS)
    earned = np.empty(2)
    usually_earned = np.empty(2)
    draw_months, draw_blocks, luck_column, of_loans = _draws_of_month(m.t, m.transfers, m.luck, m.loan_rule)
    lots = np.empty((4, draw_months.shape[0]))
    hazard_draw = np.empty(N_DURABLES)
    coming = np.empty(p.announcement_months)
    coming_1 = np.empty(p.announcement_months)
    prices = np.empty(p.announcement_months + 1)
    # arrays are taken out of their tuples once: inside the loop each access would count references
    h_weight = h.weight
    h_zone = h.zone
    h_group = h.group
    h_quintile = h.quintile
    h_head_age = h.head_age
    h_child_age = h.child_age
    h_resident_pensioners = h.resident_pensioners
    h_resident_insured = h.resident_insured
    h_members = h.members
    h_shock = h.shock
    h_trained_for = h.trained_for
    h_occupation = h.occupation
    h_wage_gain = h.wage_gain
    h_sector = h.sector
    h_employed = h.employed
    h_wage = h.wage
    h_self_employment = h.self_employment
    h_farm = h.farm
    h_property = h.property
    h_pension = h.pension
    h_transfers = h.transfers
    h_employee_pensioners = h.employee_pensioners
    h_permanent_income = h.permanent_income
    h_liquid_wealth = h.liquid_wealth
    h_loan = h.loan
    h_loan_payment = h.loan_payment
    h_mortgage = h.mortgage
    h_mortgage_payment = h.mortgage_payment
    h_saving_rate = h.saving_rate
    h_durable_bought = h.durable_bought
    h_car_kind = h.car_kind
    h_postponed = h.postponed
    h_term_deposits = h.term_deposits
    h_insurance = h.insurance
    h_takes_leave = h.takes_leave
    h_leave_days = h.leave_days
    h_risk = h.risk
    h_stage = h.stage
    h_patience = h.patience
    h_stored = h.stored
    h_digital = h.digital
    h_wallet = h.wallet
    h_wallet_rule = h.wallet_rule
    h_tenure = h.tenure
    h_home_value = h.home_value
    h_consumption = h.consumption
    h_income = h.income
    h_moving = h.moving
    p_birth_by_age = p.birth_by_age
    p_mortality = p.mortality
    p_elder_mortality = p.elder_mortality
    p_work_participation = p.work_participation
    p_legal_age = p.legal_age
    p_entry_wage = p.entry_wage
    p_home_level = p.home_level
    p_home_price = p.home_price
    p_purchase_age = p.purchase_age
    p_fund_withdrawal = p.fund_withdrawal
    m_child_benefit = m.child_benefit
    m_post_share = m.post_share
    m_home_subsidy = m.home_subsidy
    m_home_reach = m.home_reach
    m_renewal = m.renewal
    m_delivery = m.delivery
    m_home_price_factor = m.home_price_factor
    p_birth_probability = p.birth_probability
    p_need_weights = p.need_weights
    p_need_mean = p.need_mean
    p_benefit_coverage = p.benefit_coverage
    p_floor_at_start = p.floor_at_start
    p_imputed_income_share = p.imputed_income_share
    p_mean_income = p.mean_income
    p_hazard_cap = p.hazard_cap
    p_durable_price = p.durable_price
    p_pass_through = p.pass_through
    p_credit_take_up = p.credit_take_up
    p_durable_elasticity = p.durable_elasticity
    p_half_age = p.half_age
    p_age_spread = p.age_spread
    p_add_rate = p.add_rate
    p_add_income_elasticity = p.add_income_elasticity
    p_down_payment = p.down_payment
    p_medical_probability = p.medical_probability
    p_medical_mean = p.medical_mean
    p_contributions = p.contributions
    p_planning = p.planning
    p_tax_brackets = p.tax_brackets
    p_deductible = p.deductible
    p_share_above_deductible = p.share_above_deductible
    p_change_above_deductible = p.change_above_deductible
    p_trip_company = p.trip_company
    p_trip_cost = p.trip_cost
    p_relative_cost = p.relative_cost
    p_wished_nights = p.wished_nights
    p_trip_components = p.trip_components
    p_outing_components = p.outing_components
    p_subsistence = p.subsistence
    p_marginal_share = p.marginal_share
    p_digital_share = p.digital_share
    p_need_fixed = p.need_fixed
    p_good_elasticity = p.good_elasticity
    p_labelling = p.labelling
    p_lump_share = p.lump_share
    p_baskets = p.baskets
    p_basket_elasticity = p.basket_elasticity
    p_storability = p.storability
    p_rent_yield = p.rent_yield
    m_luck = m.luck
    m_training = m.training
    m_separation = m.separation
    m_zone_risk = m.zone_risk
    m_finding = m.finding
    m_vacancy_cdf = m.vacancy_cdf
    m_entry_cdf = m.entry_cdf
    m_wage_index = m.wage_index
    m_floor = m.floor
    m_self_index = m.self_index
    m_owner_support = m.owner_support
    m_transfers = m.transfers
    m_transfer_cells = m.transfer_cells
    m_price = m.price
    m_durable_rules = m.durable_rules
    m_uninsured_change = m.uninsured_change
    m_blocks = m.blocks
    m_days_off = m.days_off
    m_holidays_off = m.holidays_off
    m_own_days = m.own_days
    m_holiday_trip = m.holiday_trip
    m_resident_room_price = m.resident_room_price
    m_resident_room_share = m.resident_room_share
    m_home_by_evening = m.home_by_evening
    m_site_found = m.site_found
    m_benefit_change = m.benefit_change
    m_school_break = m.school_break
    m_school_share = m.school_share
    m_trip_odds = m.trip_odds
    m_site_share = m.site_share
    m_destination_cdf = m.destination_cdf
    m_ticket_factor = m.ticket_factor
    m_coupons = m.coupons
    m_claim_probability = m.claim_probability
    m_claim_deadline = m.claim_deadline
    # what a wave spends extra by its label, where it does not say otherwise: that of its channel
    wave_label = np.zeros(max(m_coupons.shape[0], 1))
    for j in range(m_coupons.shape[0]):
        label = m_coupons[j].labelling
        wave_label[j] = label if label >= 0.0 else p_labelling[m_coupons[j].channel]
    (
        size, stretch, brought, taken, week, outlet, closed, fraction, storable, bought_ahead, idle, held, place,
        added, weekly,
    ) = coupons.basket_buffers(m_coupons.shape[0])  # fmt: skip
    holding = p.holding_cost * p.pull_forward_months
    m_pool_open = m.pool_open
    m_pool_refill = m.pool_refill
    m_pool_chance = m.pool_chance
    m_look_ahead = m.look_ahead
    date_months, date_blocks, first_date = dates_ahead(m.t, m_look_ahead)
    dates = np.empty((4, date_months.shape[0]))
    highest = _highest_draws(p_hazard_cap)
    months_due = np.empty(N_DURABLES, np.int64)
    m_hazard_bound = m.hazard_bound
    m_consumption_table = m.consumption_table
    for turn in range(np.uint64(start), np.uint64(stop)):
        i = np.uint64(rows[turn]) if rehearses else turn
        w = float(h_weight[i])
        zone = np.uint32(h_zone[i])
        group = int(h_group[i])
        regime = 1 if m.regime_groups & group else 0
        city = np.uint32(zone // 2)
        residence = np.uint32(zone % 2)
        quintile = np.uint32(h_quintile[i])
        head_age = int(h_head_age[i])
        age_band = 0 if head_age < _AGE_1 else (1 if head_age < _AGE_2 else (2 if head_age < _AGE_3 else 3))
        acc = accounts[block, (zone * 5 + quintile) * 4 + age_band]
        if keeps:
            for k in range(N_ENTRIES):
                diaries[i, k] = 0.0
        cost = rule_cost[block]
        gross = rule_gross[block]

        # --- family: ages move, children are born
        fill_uniforms(m.seed, i, draw_months, draw_blocks, lots)
        u_psi = lots[0, _SHOCKS]
        u_medical = lots[3, _SHOCKS]
        u_trip = lots[0, _CHANCES]
        u_birth = lots[1, _CHANCES]
        u_training = lots[2, _CHANCES]
        _durable_draws(lots[3, _CHANCES], lots, _DURABLES_1, hazard_draw)
        u_death = lots[0, _FAMILY]
        u_leave = lots[1, _FAMILY]
        u_school = lots[2, _FAMILY]
        u_home = lots[3, _FAMILY]
        new_births = 0.0
        retired = 0
        died = 0
        founded = 0
        left_home = 0
        school = 0
        started = 0
        # while households settle, families stand still: they are known for January 2024
        if m.t >= 0:
            head_age += 1
            event = False
            jobless = -_jobless(i, h_occupation, h_employed)
            newcomers, school = family.grow_up(
                i,
                h_members,
                h_child_age,
                u_school,
                u_leave < p.university_share,
                p.study_months,
            )
            turned = family.grow_old(i, h_members, head_age, p.couple_gap, u_school, p.turn_eighty)
            # who turns 60 without a pension of the employee scheme, or formal work that will give one, gets the basic one
            for k in range(turned):
                elders = h_members[i, _ELDER] + h_members[i, _OLD]
                slot = k if head_age == family.SIXTY else 1
                if (
                    h_employee_pensioners[i] + h_resident_pensioners[i] < elders
                    and h_occupation[i, slot] != Occupation.FORMAL
                ):
                    h_resident_pensioners[i] += 1
                    h_pension[i] += p.resident_pension
            for e in range(2):
                occupation = h_occupation[i, e]
                if Occupation.FORMAL <= occupation <= Occupation.FLEXIBLE:
                    age = head_age - (p.couple_gap if e == 1 else 0)
                    if age < p_legal_age[family.WOMAN_OF_50, 0]:
                        continue
                    man = (lots[0, _SEX] < p.men_first) == (e == 0)
                    late = 0
                    at_start = age - m.t
                    if occupation == Occupation.FORMAL:
                        row = family.legal_row(
                            man,
                            lots[1, _SEX] < p.women_of_55,
                            at_start,
                            p_legal_age[0, 0],
                            p_legal_age[1, 0],
                            p_legal_age[2, 0],
                        )
                    else:
                        late = p.informal_months
                        row = family.MAN if at_start < p_legal_age[0, 0] + late else family.NEVER
                    if row < 0 or not family.retires(
                        age - late, m.t - late, p_legal_age[row, 0], p_legal_age[row, 1], p_legal_age[row, 2]
                    ):
                        continue
                    retired += 1
                    if occupation == Occupation.FORMAL:
                        own_wage = (
                            h_wage[i, e] if h_wage[i, e] > 0.0 else p_entry_wage[zone, occupation, quintile]
                        )
                        h_pension[i] += p.pension_replacement * own_wage * h_shock[i] * h_wage_gain[i]
                        h_employee_pensioners[i] += 1
                    family.stop_work(i, e, h_occupation, h_sector, h_employed)
            # grown children leave: for a household of their own where one has died out, or the province
            grown = h_members[i, _ADULT] - family.own_generation(head_age, h_members[i, _ADULT], p.couple_gap)
            acc[Item.GROWN_CHILDREN] += w * grown
            if grown > 0 and u_leave < grown * m.leaving:
                h_members[i, _ADULT] -= 1
                left_home = 1
                event = True
            # one member at most dies in a month
            by_generation, by_child, by_elder, by_old = family.death_chances(
                h_members[i, _ADULT],
                h_members[i, _ELDER],
                h_members[i, _OLD],
                head_age,
                p.couple_gap,
                p_mortality[residence],
                p_elder_mortality[residence, 0],
                p_elder_mortality[residence, 1],
                p_elder_mortality[residence, 2],
            )
            if u_death < by_generation + by_child + by_elder + by_old:
                u_who, u_scheme, _, _ = uniform4(m.seed, i, m.t, Draw.FAMILY_EVENT // 4)
                died = 1
                event = True
                elders = h_members[i, _ELDER] + h_members[i, _OLD]
                earner = -1
                if u_death < by_generation:
                    h_members[i, _ADULT] -= 1
                    earner = 0 if u_who < 0.5 else 1
                elif u_death < by_generation + by_child:
                    h_members[i, _ADULT] -= 1
                else:
                    if u_death < by_generation + by_child + by_elder:
                        h_members[i, _ELDER] -= 1
                    else:
                        h_members[i, _OLD] -= 1
                    family.end_pension(
                        i,
                        h_employee_pensioners,
                        h_resident_pensioners,
                        h_pension,
                        elders,
                        p.resident_pension,
                        u_scheme,
                    )
                    if head_age >= family.SIXTY:
                        earner = 0 if u_who < 0.5 else 1
                if earner >= 0 and h_occupation[i, earner] != Occupation.NONE:
                    family.stop_work(i, earner, h_occupation, h_sector, h_employed)
                head_age = family.next_head(i, h_members, head_age, p.couple_gap, p.parent_gap)
            if event or h_members[i, _OLD] > 0:
                family.fit_earners(i, h_members, h_occupation, h_sector, h_employed)
                able = h_members[i, _ADULT] + h_members[i, _ELDER] + h_members[i, _OLD]
                if able == 0:
                    # nobody is left to keep the household: children move to relatives, a young couple, the heirs, sets up
                    for b in range(N_BANDS):
                        left_home += h_members[i, b]
                        h_members[i, b] = 0
                    founded = 2
                    h_child_age[i, 0] = -1
                    h_child_age[i, 1] = -1
                    h_employee_pensioners[i] = 0
                    h_resident_pensioners[i] = 0
                    h_pension[i] = 0.0
                    h_members[i, _ADULT] = 2
                    head_age = int(p.founder_age + lots[2, _HOME] * p.founder_spread)
            for e in range(2):
                if h_occupation[i, e] != Occupation.NONE or (founded == 0 and newcomers == 0):
                    continue
                newcomers = max(newcomers - 1, 0)
                u_works, u_kind, u_place, u_job = uniform4(m.seed, i, m.t, Draw.NEWCOMER // 4 + e)
                if u_works >= p_work_participation[e + 1 if founded > 0 else 0]:
                    continue
                # the heirs carry on the farm or the business that is there
                if founded > 0 and e == 0 and (h_farm[i] > 0.0 or h_self_employment[i] > 0.0):
                    trades = h_self_employment[i] > h_farm[i]
                    h_occupation[i, e] = Occupation.SELF_EMPLOYED if trades else Occupation.FARMER
                    h_sector[i, e] = _RESIDENT_SERVICES if trades else _FARMING
                    h_employed[i, e] = 1
                else:
                    family.take_place(
                        i, e, h_occupation, h_sector, h_employed, zone, m_entry_cdf, m_vacancy_cdf, city,
                        p.entrant_unemployed, u_kind, u_place, u_job,
                    )  # fmt: skip
                started += 1
            h_head_age[i] = head_age
            # a couple may have a child; the two youngest are followed by age
            if (
                head_age < p.fertile_until
                and family.own_generation(head_age, h_members[i, _ADULT], p.couple_gap) == 2
                and not 0 <= h_child_age[i, 0] < p.birth_interval
                and not 0 <= h_child_age[i, 1] < family.CHILD_STARTS[1]
            ):
                at_home = h_members[i, 0] + h_members[i, 1] + h_members[i, 2] + h_members[i, 3]
                chance = family.birth_chance(
                    p_birth_probability[residence, min(at_home, 2)],
                    p_birth_by_age[max(head_age - p.couple_gap // 2, 0) // 12],
                    p.birth_response,
                    m_child_benefit[zone, quintile],
                    h_permanent_income[i],
                )
                if u_birth < chance:
                    new_births = 1.0
                    h_members[i, 0] += 1
                    h_child_age[i, 1] = h_child_age[i, 0]
                    h_child_age[i, 0] = 0
            if died + founded + left_home + retired > 0 or new_births > 0.0:
                acc[Item.BIRTHS] += w * new_births
                acc[Item.DEATHS] += w * died
                acc[Item.MOVED_IN] += w * founded
                acc[Item.MOVED_OUT] += w * left_home
                acc[Item.RETIRED] += w * retired
            jobless += _jobless(i, h_occupation, h_employed)
            acc[Item.JOBLESS_ENTRY] += w * jobless
            main = h_occupation[i, 0] if h_occupation[i, 0] != Occupation.NONE else h_occupation[i, 1]
            h_risk[i] = _RISK_CLASS[main]
        persons = 0.0
        for b in range(N_BANDS):
            persons += h_members[i, b]
        for k in range(N_NEEDS):
            units = p_need_fixed[k]
            for b in range(N_BANDS):
                units += h_members[i, b] * p_need_weights[k, b]
            need[k] = units / p_need_mean[residence, k]

        stage = rules.life_stage(
            h_child_age[i, 0], h_members[i, 4], head_age, h_occupation[i, 0] > 0 or h_occupation[i, 1] > 0,
            h_employee_pensioners[i] + h_resident_pensioners[i], p.later_from, p.retired_from,
        )  # fmt: skip
        h_stage[i] = stage

        # --- work and income
        shock = h_shock[i] * rules.permanent_shock(u_psi, p.psi_sigma)
        h_shock[i] = shock
        # who finishes a course this month, and whom one still helps to find work: bit 0 the head, bit 1 the second earner
        trained = 0
        course_months = h_trained_for[i] & COURSE_MONTHS
        helped = h_trained_for[i] >> COURSE_BITS
        course_months = max(course_months - 1, 0)
        if m_training[zone] > 0.0:
            for e in range(2):
                if not rules.earns_wages(h_occupation[i, e]):
                    continue
                u_course = u_training if e == 0 else uniform(m.seed, i, m.t, Draw.TRAINING_2)
                if u_course < m_training[zone]:
                    trained |= 1 << e
                    other = h_wage[i, 1 - e] if rules.earns_wages(h_occupation[i, 1 - e]) else 0.0
                    h_wage_gain[i] *= 1.0 + m.training_wage_gain * rules.share_of_wages(h_wage[i, e], other)
        if trained:
            helped = (helped | trained) if course_months > 0 else trained
            course_months = p.training_months
        h_trained_for[i] = course_months | (helped << COURSE_BITS) if course_months > 0 else 0
        wages = 0.0
        usual_wages = 0.0
        post_pay = 0.0
        lost = 0
        found = 0
        farms = False
        runs_business = False
        benefit = 0.0
        extra_benefit = 0.0
        business = 0.0
        usual_business = 0.0
        earned[0] = 0.0
        earned[1] = 0.0
        usually_earned[0] = 0.0
        usually_earned[1] = 0.0
        for e in range(2):
            occupation = h_occupation[i, e]
            if occupation == Occupation.NONE:
                continue
            sector = np.uint32(h_sector[i, e])
            if occupation == Occupation.SELF_EMPLOYED:
                continue
            if occupation == Occupation.FARMER:
                labour[block, city, sector, 0] += w
                acc[Item.EMPLOYED] += w
                farms = True
                continue
            if h_employed[i, e]:
                risk = m_separation[city, sector] * m_zone_risk[zone] * p_benefit_coverage[1, occupation]
                if lots[Draw.SEPARATION_1 + e, _SHOCKS] < risk:
                    h_employed[i, e] = 0
                    lost += 1
            else:
                finding = m_finding[city]
                if course_months > 0 and (helped >> e) & 1:
                    finding *= 1.0 + m.training_finding_gain
                if lots[e, _WORK] < finding:
                    h_employed[i, e] = 1
                    found += 1
                    u_job = uniform(m.seed, i, m.t, Draw.SECTOR_OF_JOB + e)
                    job = 0
                    while job < m_vacancy_cdf.shape[1] - 1 and u_job > m_vacancy_cdf[city, job]:
                        job += 1
                    h_sector[i, e] = job
                    sector = np.uint32(job)
            # the wage at hand was observed under the floor of the first month: only the change of the floor is added
            base = h_wage[i, e] if h_wage[i, e] > 0.0 else p_entry_wage[zone, occupation, quintile]
            base *= shock * h_wage_gain[i] * m_wage_index[city, sector]
            floor0 = p_floor_at_start[zone] * m.growth
            wage = base
            if m_floor[zone] > 0.0 and base < m_floor[zone] * (1.0 + p.floor_spillover):
                wage = max(
                    base,
                    base
                    + rules.wage_with_floor(base, m_floor[zone], p.floor_spillover)
                    - rules.wage_with_floor(base, floor0, p.floor_spillover),
                )
            usual_wages += wage
            usually_earned[e] = wage
            if h_employed[i, e]:
                wages += wage
                earned[e] = wage
                labour[block, city, sector, 0] += w
                labour[block, city, sector, 1] += w * wage
                acc[Item.HIRED] += w
                acc[Item.EXPOSURE] += w * p_benefit_coverage[1, occupation]
                acc[Item.EMPLOYED] += w
            else:
                labour[block, city, sector, 3] += w
                # a post keeps its holder in search of regular work
                if m_post_share[zone] > 0.0 and lots[e, _POST] < m_post_share[zone] and m.post_rule >= 0:
                    post_pay += m.post_wage
                    acc[Item.POSTS] += w
                    acc[Item.EMPLOYED] += w
                else:
                    drawn = p_benefit_coverage[0, occupation] * wage
                    benefit += drawn * (p.replacement_rate + m_benefit_change[regime])
                    extra_benefit += drawn * m_benefit_change[regime]
                    acc[Item.UNEMPLOYED] += w
        own_sector = -1
        for e in range(2):
            if h_occupation[i, e] == Occupation.SELF_EMPLOYED:
                own_sector = int(h_sector[i, e])
                runs_business = True
                labour[block, city, own_sector, 0] += w
                acc[Item.EMPLOYED] += w
        # farm and business end with the last member who works there
        if h_self_employment[i] > 0.0 and runs_business:
            s = own_sector if own_sector >= 0 else _RESIDENT_SERVICES
            takings = h_self_employment[i] * shock * m_self_index[city, s]
            usual_business = takings
            business = takings * (1.0 + m_owner_support[city, s])
            labour[block, city, s, 2] += w * business
        # farm income comes with the harvest, is as good as the year, and is reckoned on as spread over the years
        usual_farm = 0.0
        farm = 0.0
        seasonal = 0.0
        if farms:
            usual_farm = h_farm[i] * m.farm_index * m.growth
            even = usual_farm * rules.harvest(normal_quantile(lots[0, _HARVEST]), p.yield_sigma)
            farm = even * m.farm_season
            seasonal = farm - even
        usual_business += usual_farm
        property_income = h_property[i] * m.growth
        imputed_income = property_income * p_imputed_income_share[residence]
        property_cash = (property_income - imputed_income) * m.property_factor
        pensions = h_pension[i] * m.growth
        transfers = h_transfers[i] * m.growth
        # --- deductions by law: of what was earned, and of what is earned when everybody works
        children = 0.0
        for b in range(_CHILD_BANDS):
            children += h_members[i, b]
        hired = 0.0
        deductions = 0.0
        tax = 0.0
        usual_deductions = 0.0
        housing_fund = 0.0
        old_age_income = 0.0
        in_employee_scheme = 0.0
        in_resident_scheme = 0.0
        mean_wage = p.mean_wage * m.growth
        owners = 0
        for e in range(2):
            if h_occupation[i, e] == Occupation.SELF_EMPLOYED:
                owners += 1
        main = 0 if usually_earned[0] >= usually_earned[1] else 1
        resident_pension = p.resident_pension * m.growth
        for e in range(2):
            occupation = h_occupation[i, e]
            if occupation == Occupation.NONE:
                continue
            participation = p_contributions[1, occupation]
            in_employee_scheme += participation
            in_resident_scheme += 1.0 - participation
            usual_wage = usually_earned[e]
            if occupation == Occupation.SELF_EMPLOYED:
                usual_wage = (usual_business - usual_farm) / owners
            if usual_wage > 0.0:
                untaxed = p.tax_allowance + p.elderly_deduction
                if e == main:
                    untaxed += p.child_deduction * children
                if occupation == Occupation.SELF_EMPLOYED:
                    untaxed = usual_wage  # business income is net of its own tax
                contribution, levy, fund = rules.wage_deductions(
                    usual_wage, p_contributions[0, occupation], participation, p_contributions[2, occupation] > 0.0,
                    p_contributions[3, occupation], mean_wage, p.base_floor, p.base_ceiling, untaxed, p_tax_brackets,
                )  # fmt: skip
                usual_deductions += contribution + levy
                housing_fund += fund
                if earned[e] > 0.0 or occupation == Occupation.SELF_EMPLOYED:
                    # who is at work earns the usual wage
                    deductions += contribution + levy
                    tax += levy
            if occupation <= Occupation.FLEXIBLE:
                hired += 1.0
            else:
                usual_wage = min(usual_wage, p.base_floor * mean_wage)
            old_age_income += rules.expected_pension(
                usual_wage, participation, p.pension_replacement, resident_pension
            )
        premiums = rules.resident_premiums(
            float(h_resident_insured[i]), max(h_members[i, _ADULT] - hired, 0.0), p.medical_premium * m.growth,
            p.pension_premium * m.growth,
        )  # fmt: skip
        deductions += premiums
        usual_deductions += premiums
        promise = 0.0
        policy = 0.0
        policy_usual = 0.0
        labelled = 0.0
        bases = _bases_held(
            i, h_child_age, h_members, h_occupation, h_employed, int(h_employee_pensioners[i]),
            int(h_resident_pensioners[i]), int(h_resident_insured[i]), new_births, trained,
        )  # fmt: skip
        for word in range(m_transfer_cells.shape[2]):
            open_to = np.uint64(0)
            for basis in range(m_transfer_cells.shape[3]):
                if (bases >> basis) & 1:
                    open_to |= m_transfer_cells[zone, quintile, word, basis]
            while open_to != 0:
                j = word * WORD + _lowest_bit(open_to)
                r = m_transfers[j]
                open_to &= open_to - np.uint64(1)
                if not (r.groups == 0 or r.groups & group):
                    continue
                # a pension that rises for good is expected by those who will draw it
                if r.basis == Basis.RESIDENT_PENSIONER:
                    promise += in_resident_scheme * r.permanent
                elif r.basis == Basis.EMPLOYEE_PENSIONER:
                    promise += in_employee_scheme * r.permanent + r.permanent_share * (
                        old_age_income - in_resident_scheme * resident_pension
                    )
                units = _transfer_units(
                    r.basis,
                    r.age_min,
                    r.age_max,
                    r.occupations,
                    i,
                    h_child_age,
                    h_members,
                    h_occupation,
                    h_employed,
                    float(h_employee_pensioners[i]),
                    float(h_resident_pensioners[i]),
                    float(h_resident_insured[i]),
                    new_births,
                    trained,
                )
                if units <= 0.0:
                    continue
                if r.take_up < 1.0 and lots[m_luck[r.rule] % 4, luck_column[j]] >= r.take_up:
                    continue
                own = 0.0
                if r.basis == Basis.EMPLOYEE_PENSIONER:
                    others = h_resident_pensioners[i] * resident_pension
                    own = max(pensions - others, 0.0) / max(float(h_employee_pensioners[i]), 1.0)
                paid = units * (r.amount + r.share * own)
                policy += paid
                policy_usual += units * (r.permanent + r.permanent_share * own)
                if r.label_category >= 0 and paid > 0.0:
                    labelled += r.label_share * paid
                    labelled_in[r.label_category] += r.label_share * paid
                cost[r.rule, city] += w * paid
                gross[r.rule] += w * paid
                if keeps and paid > diaries[i, Entry.POLICY_LARGEST]:
                    diaries[i, Entry.POLICY_LARGEST] = paid
                    diaries[i, Entry.POLICY_RULE] = r.rule + 1
        if post_pay > 0.0:
            policy += post_pay
            cost[m.post_rule, city] += w * post_pay
            gross[m.post_rule] += w * post_pay
            acc[Item.POST_WAGES] += w * post_pay
        usual = (
            usual_wages
            + usual_business
            + property_cash
            + pensions
            + transfers
            - usual_deductions
            + policy_usual
        )
        permanent = max(usual, p_mean_income[residence] * p.floor_income_share)
        h_permanent_income[i] = permanent
        cash_income = (
            wages + business + farm + property_cash + pensions + transfers + benefit + policy - deductions
        )

        # --- commitments: saving put aside, mortgage, loan payments
        wealth = h_liquid_wealth[i]
        interest = wealth * (p.liquid_rate if wealth >= 0.0 else p.borrowing_rate)
        interest_subsidy = 0.0
        subsidised_credit = (
            m.loan_rate_cut > 0.0 and lots[m_luck[m.loan_rule] % 4, of_loans] < m.loan_eligible
        )
        if wealth < 0.0 and subsidised_credit:
            interest_subsidy += -wealth * m.loan_rate_cut / 12.0
        loan = h_loan[i]
        loan_interest = 0.0
        loan_repaid = 0.0
        if loan > 0.0:
            loan_interest = loan * p.loan_rate
            if subsidised_credit:
                interest_subsidy += loan * m.loan_rate_cut / 12.0
            loan_repaid = min(loan, float(h_loan_payment[i]))
        mortgage_interest = 0.0
        mortgage_paid = 0.0
        if h_mortgage[i] > 0.0:
            mortgage_interest = h_mortgage[i] * max(p.mortgage_rate - m.mortgage_rate_cut / 12.0, 0.0)
            mortgage_paid = min(h_mortgage[i], max(0.0, float(h_mortgage_payment[i]) - mortgage_interest))
        if m.loan_rule >= 0 and interest_subsidy > 0.0:
            cost[m.loan_rule, city] += w * interest_subsidy
            gross[m.loan_rule] += w * (loan + max(-wealth, 0.0)) / 12.0
        # what is put aside: by law, for children, for old age, and without a named purpose
        education = 0.0
        retirement = 0.0
        drawing = 0.0
        # nobody saves without a purpose what subsistence takes (Lluch 1973: saving is a share of income above it)
        subsistence = 0.0
        for g in range(N_GOODS):
            needs[g] = (
                p_subsistence[residence, g] * m.growth * need[_GOOD_NEED[g]] * m_price[city, _GOOD_SECTOR[g]]
            )
            subsistence += needs[g]
        unnamed = rules.saved_above(float(h_saving_rate[i]), subsistence, permanent)
        relative_income = permanent / max(persons, 1.0) / (p_mean_income[2] * m.growth)
        log_income = math.log(relative_income)
        own_savings = max(float(h_term_deposits[i]), 0.0)
        if stage == Stage.RETIRED:
            unnamed = rules.retired_saving(unnamed, p.retired_saving)
            drawing = rules.retirement_draw(own_savings, p.retirement_share, p.drawing_months)
        else:
            minors = children - h_members[i, _STUDENTS]
            if minors > 0.0:
                education = rules.education_plan(
                    minors, p.education_cost * m.growth * math.exp(p.education_elasticity * log_income),
                    p.education_share, _GROWN,
                )  # fmt: skip
            old_age_income += promise + pensions + property_cash + transfers + p.old_farm_share * usual_farm
            retirement = rules.retirement_plan(
                permanent, old_age_income, p.retirement_target, p_planning[residence, h_patience[i]],
                p.drawing_over_saving,
            )  # fmt: skip
        saving_share = min(
            unnamed + (housing_fund + education + retirement - drawing) / permanent, MOST_COMMITTED
        )
        debt_service = loan_interest + loan_repaid + mortgage_interest + mortgage_paid
        spendable = max((1.0 - saving_share) * permanent - debt_service, p.floor_income_share * permanent)
        regular = cash_income - seasonal - policy + policy_usual
        spare = wealth + regular - debt_service - spendable
        committed = rules.committed_saving(saving_share * permanent, permanent - regular - _CENT, spare)
        if stage == Stage.RETIRED:
            committed = rules.left_over(committed, spare)
        # nobody puts money aside for no purpose who owes an overdraft; the harvest is laid by for the months without one
        committed = rules.debts_first(committed, unnamed * permanent, -wealth)
        committed = max(committed + rules.laid_by(seasonal, -wealth), -own_savings)
        own_savings += min(committed, 0.0)
        available = wealth + interest + interest_subsidy + cash_income - committed - debt_service

        # --- durables: a unit of each class may be replaced, an empty slot filled
        for k in range(N_CATEGORIES):
            by_category[k] = 0.0
        durable_outlay = 0.0
        subsidies = 0.0
        loan_new = 0.0
        withdrawn = 0.0
        lumps = 0.0
        # the housing fund, part of committed savings, pays rent and mortgages of those who ask for it
        fund = 0.0
        if housing_fund > 0.0 and committed > 0.0 and (h_tenure[i] == 0 or mortgage_paid > 0.0):
            due = housing_fund
            if h_tenure[i] > 0:
                due = min(due, mortgage_interest + mortgage_paid)
            if lots[0, _HOME_FOR_LIFE] < p_fund_withdrawal[1 if h_tenure[i] > 0 else 0]:
                fund = min(due, committed)
                withdrawn += fund
                available += fund
                acc[Item.FUND_WITHDRAWN] += w * fund
        # some debtors with savings repay early
        if mortgage_paid > 0.0 and lots[3, _HOME] < p.prepayment:
            early = min(h_mortgage[i] - mortgage_paid, p.savings_used * max(own_savings - withdrawn, 0.0))
            mortgage_paid += early
            debt_service += early
            withdrawn += early
        # a new home is delivered, then furnished out of savings
        furnishes = False
        furnishing = 0.0
        if h_moving[i] > 0:
            h_moving[i] -= 1
            if h_moving[i] < p.furnishing_months:
                furnishes = True
                wanted = p.furnishing_share * 1000.0 * h_home_value[i] * m.growth / p.furnishing_months
                from_savings = min(wanted, p.savings_share * max(own_savings - withdrawn, 0.0))
                furnishing = from_savings + min(
                    wanted - from_savings, max(available - p.reserve_months * spendable, 0.0)
                )
                withdrawn += from_savings
                available += from_savings - furnishing
                lumps += furnishing - from_savings
                by_category[Category.HOUSEHOLD_GOODS] += furnishing
                demand[block, city, Sector.HOME_RETAIL] += w * furnishing
                acc[Item.RETAIL] += w * furnishing
                acc[Item.FURNISHING] += w * furnishing
        fill_uniforms(m.seed, i, date_months, date_blocks, dates)
        # most draws lie above any hazard a class can have: the units need not be looked at
        due = _classes_due(
            hazard_draw, highest, int(h_postponed[i]), m_look_ahead, dates, first_date, months_due
        )
        for k in range(N_DURABLES):
            if not (due >> k) & 1:
                continue
            u = hazard_draw[k]
            slots = _FIRST_SLOT[k + 1] - _FIRST_SLOT[k]
            # before the end of a subsidy, dates of months to come count too; who has put off a purchase looks each month
            look = m_look_ahead[k]
            held_back = (h_postponed[i] >> _FIRST_SLOT[k]) & ((1 << slots) - 1)
            may_buy, _, free = _units_held(
                i, k, m.t, h_durable_bought, p_hazard_cap[k], p_hazard_cap[N_DURABLES + k], p_half_age[k],
                p_age_spread[k], m_hazard_bound, NO_EFFECT, u, months_due[k], dates, first_date[k],
            )  # fmt: skip
            # nor need anything be priced where even the best offer of the month would not do
            if not may_buy and held_back == 0 and not furnishes and (look == 0 or h_moving[i] == 0):
                continue
            relative = permanent / p_mean_income[residence]
            sector = _DURABLE_SECTOR[k]
            usual_price, price = _model_price(
                m.seed, i, m.t, k, p_durable_price[k, residence] * m_price[city, sector], relative,
                p.price_income_elasticity, p.price_sigma,
            )  # fmt: skip
            pass_through = p_pass_through[k]
            j0, j1 = rule_ranges[k], rule_ranges[k + 1]
            if look == p.foresight_months:
                # what a flat amount saves on this model says how far ahead it pays to move a purchase
                look = min(look, _months_gained(m_durable_rules, j0, j1, price, pass_through, p.timing_cost))
            months = months_due[k] & _within(look)
            if (
                m_hazard_bound[k, 0] >= p_hazard_cap[k]
                and held_back == 0
                and h_moving[i] == 0
                and not furnishes
            ):
                # nor does a flat amount move a purchase by more than its share of this price
                best = 0.0
                for j in range(j0, j1):
                    r = m_durable_rules[j]
                    best = max(best, rules.subsidy_amount(price, r.rate, r.flat, r.cap, r.price_ceiling))
                effect = rules.highest_effect(
                    min(best / price, 1.0 - LEAST_NET),
                    p_credit_take_up[k] * rules.interest_saved(m.loan_rate_cut, p.loan_months),
                    p_durable_elasticity[k],
                )
                may_buy, _, _ = _units_held(
                    i, k, m.t, h_durable_bought, p_hazard_cap[k], p_hazard_cap[N_DURABLES + k], p_half_age[k],
                    p_age_spread[k], m_hazard_bound, max(effect, 0.0), u, months, dates, first_date[k],
                )  # fmt: skip
                if not may_buy:
                    continue
            drawn_slot = _slot_of(u, p_hazard_cap[k], slots)
            dated = _slots_dated(k, months & ~1, p_hazard_cap[k], slots, dates, first_date[k])
            if held_back == 0 and u >= highest[k] and dated == 0:
                continue
            u_power = lots[0, _PURCHASE]
            u_day = lots[1, _PURCHASE]
            u_grade = lots[2, _PURCHASE]
            u_credit = lots[3, _PURCHASE]
            used = 0.0
            if k == _CAR:
                used = rules.used_share(relative, p.used_odds, p.used_income_slope)
            credit_gain = 0.0
            if subsidised_credit:
                credit_gain = p_credit_take_up[k] * rules.interest_saved(m.loan_rate_cut, p.loan_months)
            buys = -1
            kind = 0
            amount = 0.0
            row = -1
            worn_out = False
            waited = 0.0
            hastened = -1
            amount_soon, row_soon, kind_soon = 0.0, -1, 0
            # one unit after another may be replaced, last an empty slot filled; each has its own date and offer
            for s in range(_FIRST_SLOT[k], _FIRST_SLOT[k + 1] + 1):
                adds = s == _FIRST_SLOT[k + 1]
                age = -1
                old_new_energy = 0
                if adds:
                    if free < 0:
                        break
                else:
                    if h_durable_bought[i, s] == NOT_OWNED:
                        continue
                    age = m.t - h_durable_bought[i, s]
                    if k == _CAR:
                        old_new_energy = (h_car_kind[i] >> s) & 1
                at_slot = free if adds else s
                nth_slot = s - _FIRST_SLOT[k]
                held_over = (held_back >> (at_slot - _FIRST_SLOT[k])) & 1 == 1
                if nth_slot != drawn_slot and not held_over and not (dated >> nth_slot) & 1:
                    continue
                amount, row = _offer(
                    m_durable_rules, j0, j1, price, zone, group, 0, age, old_new_energy, u_grade, u_day, m_pool_open,
                    m_pool_refill, m_pool_chance, coming,
                )  # fmt: skip
                amount = min(amount, (1.0 - LEAST_NET) * price)
                now = (price - pass_through * amount) / price
                kind = 0
                if k == _CAR:
                    amount_1, row_1 = _offer(
                        m_durable_rules, j0, j1, price, zone, group, 1, age, old_new_energy, u_grade, u_day, m_pool_open,
                        m_pool_refill, m_pool_chance, coming_1,
                    )  # fmt: skip
                    amount_1 = min(amount_1, (1.0 - LEAST_NET) * price)
                    now_1 = (price - pass_through * amount_1) / price
                    kind = rules.car_kind(
                        u_power, now_1, now, m.new_energy_share, used, p.car_kind_elasticity
                    )
                    now = rules.composite_price(now_1, now, m.new_energy_share, used, p.car_kind_elasticity)
                    if kind == 1:
                        amount, row = amount_1, row_1
                    elif kind == 2:
                        amount, row = 0.0, -1
                homing = 0.0
                if furnishes and _HOUSEHOLD_APPLIANCES[0] <= k <= _HOUSEHOLD_APPLIANCES[1]:
                    homing = p.furnishing_appliances
                effect = rules.price_effect(1.0, now * (1.0 - credit_gain), p_durable_elasticity[k]) + homing
                base = 0.0
                if adds:
                    base = p_add_rate[k, residence] * relative ** p_add_income_elasticity[k]
                    chance = min(base * math.exp(effect), p_hazard_cap[N_DURABLES + k])
                else:
                    chance = rules.replacement_hazard(
                        p_hazard_cap[k], float(age), p_half_age[k], p_age_spread[k], effect
                    )
                wanted_now = held_over or (
                    nth_slot == drawn_slot and u - drawn_slot * p_hazard_cap[k] < chance
                )
                if keeps and wanted_now and not adds:
                    worn_out = held_over or u - drawn_slot * p_hazard_cap[k] < rules.replacement_hazard(
                        p_hazard_cap[k], float(age), p_half_age[k], p_age_spread[k], homing
                    )
                if not wanted_now and (look == 0 or hastened >= 0):
                    continue
                # the price of this month and those to come decide when to buy
                prices[0] = now
                best_coming = 0.0
                for ahead in range(coming.shape[0]):
                    promised = min(coming[ahead], (1.0 - LEAST_NET) * price)
                    later = (price - pass_through * promised) / price
                    if k == _CAR:
                        promised_1 = min(coming_1[ahead], (1.0 - LEAST_NET) * price)
                        later_1 = (price - pass_through * promised_1) / price
                        later = rules.composite_price(
                            later_1, later, m.new_energy_share, used, p.car_kind_elasticity
                        )
                        promised = max(promised, promised_1)
                    prices[ahead + 1] = later
                    best_coming = max(best_coming, promised)
                if wanted_now:
                    if rules.best_now(0, u_day, prices, p.timing_cost):
                        buys = at_slot
                        break
                    h_postponed[i] |= 1 << at_slot
                    waited = max(waited, best_coming)
                    continue
                # the first date among those of the months to come
                to_come = months & ~1
                while to_come != 0:
                    ahead = _lowest_bit(to_come)
                    to_come &= to_come - 1
                    u_ahead = dates[_PLACE_IN_BLOCK[k], first_date[k] + ahead - 1]
                    if _slot_of(u_ahead, p_hazard_cap[k], slots) != nth_slot:
                        continue
                    later = prices[min(ahead, coming.shape[0])] * (1.0 - credit_gain)
                    homing = 0.0
                    if (
                        0 <= h_moving[i] - ahead < p.furnishing_months
                        and _HOUSEHOLD_APPLIANCES[0] <= k <= _HOUSEHOLD_APPLIANCES[1]
                    ):
                        homing = p.furnishing_appliances
                    effect = rules.price_effect(1.0, later, p_durable_elasticity[k]) + homing
                    if adds:
                        chance = min(base * math.exp(effect), p_hazard_cap[N_DURABLES + k])
                    else:
                        chance = rules.replacement_hazard(
                            p_hazard_cap[k], float(age + ahead), p_half_age[k], p_age_spread[k], effect
                        )
                    if u_ahead - nth_slot * p_hazard_cap[k] < chance:
                        _, day_ahead, _, _ = uniform4(m.seed, i, m.t + ahead, Draw.POWERTRAIN // 4)
                        if rules.best_now(ahead, day_ahead, prices, p.timing_cost):
                            hastened = at_slot
                            amount_soon, row_soon, kind_soon = amount, row, kind
                        break
            if buys < 0 and hastened >= 0:
                buys = hastened
                amount, row, kind = amount_soon, row_soon, kind_soon
            if buys < 0:
                if keeps:
                    diaries[i, Entry.DURABLE_WAITED + k] = waited
                continue
            h_postponed[i] &= ~(1 << buys)
            old_age = -1 if h_durable_bought[i, buys] == NOT_OWNED else m.t - h_durable_bought[i, buys]
            if kind == 2:
                price *= p.used_price_share
            fate = -1
            value = 0.0
            u_old = 0.0
            if old_age >= 0:
                asked = m_durable_rules[row].old_unit_goes if row >= 0 else 0
                u_old = uniform(m.seed, i, m.t, Draw.OLD_UNIT)
                if k == _CAR:
                    fate = rules.old_car_fate(
                        u_old, float(old_age), asked, p.scrap_age, p.scrap_age_spread, p.kept_share
                    )
                    value = rules.old_car_value(
                        fate, float(old_age), usual_price, p.value_retained, p.scrap_value
                    )
                    value = min(value, _MOST_OLD_CAR * (price - amount))
                elif _RECOVERABLE[k]:
                    fate = _RECOVERED if asked > 0 or u_old < p.recovered_share else _KEPT
            full = price + (1.0 - pass_through) * amount
            outlay = full - value
            net = outlay - amount
            # what cash does not cover comes out of savings, then from a loan, down payment permitting
            room = max(available - p.reserve_months * spendable, 0.0)
            savings = p.savings_share * max(own_savings - withdrawn, 0.0)
            lend = 0.0
            if room + savings < net:
                if p_credit_take_up[k] > 0.0 and room + savings >= p_down_payment[k] * net and loan <= 0.0:
                    lend = net - room - savings
                else:
                    continue
            if loan <= 0.0 and rules.event(u_credit, p_credit_take_up[k]):
                lend = max(lend, p.financed_share * net)
            from_savings = min(max(net - lend - room, 0.0), savings)
            withdrawn += from_savings
            if keeps:
                diaries[i, Entry.DURABLES + k] = outlay
                diaries[i, Entry.DURABLE_SUBSIDY + k] = amount
                diaries[i, Entry.DURABLE_AGE + k] = old_age
                if old_age < 0:
                    diaries[i, Entry.DURABLE_WHY + k] = _ADDED
                elif buys == hastened:
                    diaries[i, Entry.DURABLE_WHY + k] = _BEFORE_THE_END
                elif worn_out:
                    diaries[i, Entry.DURABLE_WHY + k] = _WORN_OUT
                else:
                    diaries[i, Entry.DURABLE_WHY + k] = _SUBSIDY
                diaries[i, Entry.DURABLE_FATE + k] = fate + 1
                if k == _CAR:
                    diaries[i, Entry.CAR_BOUGHT] = kind + 1
                    diaries[i, Entry.CAR_VALUE] = value
                    if old_age >= 0:
                        diaries[i, Entry.CAR_REPLACED] = 1 + ((h_car_kind[i] >> buys) & 1)
            if fate >= 0:
                disposals[block, city, fate] += w
            if k == _CAR:
                h_car_kind[i] = (h_car_kind[i] & ~(1 << buys)) | ((1 << buys) if kind == 1 else 0)
            if kind == 2:
                h_durable_bought[i, buys] = m.t - p.used_age
                disposals[block, city, Disposal.USED_CARS_BOUGHT] += w
            else:
                h_durable_bought[i, buys] = m.t
                acc[Item.DURABLE_UNITS + k] += w
            durable_outlay += outlay
            subsidies += amount
            loan_new += lend
            available += lend + from_savings - net
            lumps += net - lend - from_savings
            by_category[_DURABLE_CATEGORY[k]] += outlay
            demand[block, city, sector] += w * outlay
            if k == _CAR:
                acc[Item.VEHICLES] += w * outlay
            if row >= 0:
                r_id = m_durable_rules[row].rule
                cost[r_id, city] += w * amount
                gross[r_id] += w * full
                pool = m_durable_rules[row].pool
                if pool >= 0:
                    claims[block, pool, city, int(u_day * DAY_PARTS)] += w * amount
                    if rehearses:
                        claimed[turn] = True
        if rehearses:
            continue
        if loan_new > 0.0:
            h_loan_payment[i] = loan_new / p.loan_months
        h_loan[i] = loan - loan_repaid + loan_new

        # --- a home: who wants one and can pay buys it; the builder's bank keeps the money
        home_price = 0.0
        home_paid = 0.0
        mortgage_new = 0.0
        grant = 0.0
        if m_renewal[zone] + m_delivery[zone] > 0.0:
            u_renewal = lots[1, _HOME]
            if u_renewal < m_renewal[zone]:
                grant = m.renewal_grant
            elif (
                h_moving[i] == 0
                and h_tenure[i] == _MORTGAGED
                and u_renewal < m_renewal[zone] + m_delivery[zone]
            ):
                h_moving[i] = int(
                    p.furnishing_months
                )  # waited for long enough: it is furnished from next month on
        if h_moving[i] == 0 and (u_home < p.purchase_cap or grant > 0.0):
            relative = permanent / (p_mean_income[residence] * m.growth)
            weight = p_purchase_age[age_band] * (p.tenant_factor if h_tenure[i] == 0 else 1.0)
            if 0 <= h_child_age[i, 0] < _SCHOOL_AGE:
                weight *= p.family_factor
            price = p_home_price[zone] * relative**p.value_income_elasticity
            support = min(m_home_subsidy[zone] + grant, (1.0 - LEAST_NET) * price)
            net = price - support
            formal = h_occupation[i, 0] == Occupation.FORMAL or h_occupation[i, 1] == Occupation.FORMAL
            cheaper = m.mortgage_rate_cut
            if formal:
                cheaper += rules.fund_gain(
                    p.fund_ceiling, m.fund_ceiling_rise, p.fund_discount, p.mortgage_usual * price
                )
            effect = rules.home_effect(price, net, p.home_elasticity, cheaper, p.rate_equivalent)
            chance = rules.home_chance(
                p_home_level[residence] * m.home_trend,
                weight,
                relative,
                p.purchase_income_elasticity,
                effect,
                p.purchase_cap,
            )
            if u_home < chance or grant > 0.0:
                payment = rules.annuity(
                    max(p.mortgage_rate - m.mortgage_rate_cut / 12.0, 0.0), p.mortgage_term
                )
                carried = max(p.mortgage_burden * permanent - h_mortgage_payment[i], 0.0) / payment
                savings = p.savings_used * max(own_savings - withdrawn, 0.0)
                lend = rules.mortgage_taken(
                    net,
                    price,
                    savings,
                    carried,
                    p.mortgage_usual,
                    p.mortgage_down_payment - m.down_payment_cut,
                )
                if lend >= 0.0 and float(h_mortgage_payment[i]) + lend * payment < _MOST_PAYMENT:
                    home_price = price
                    home_paid = net
                    mortgage_new = lend
                    withdrawn += net - lend
                    h_mortgage_payment[i] += math.ceil(lend * payment)
                    h_home_value[i] = int(min(price / 1000.0, _MOST_VALUE))
                    h_tenure[i] = 2 if h_mortgage[i] + lend > 0.0 else 1
                    h_moving[i] = int(p.delivery_months + p.furnishing_months)
                    # a new home comes renewed: no owner is without the slot
                    if h_durable_bought[i, RENOVATION_SLOT] == NOT_OWNED:
                        h_durable_bought[i, RENOVATION_SLOT] = m.t
                        h_postponed[i] &= ~(1 << RENOVATION_SLOT)
                    acc[Item.HOMES] += w
                    acc[Item.HOME_SPENDING] += w * price
                    acc[Item.HOME_SUBSIDIES] += w * support
                    acc[Item.MORTGAGES_NEW] += w * lend
                    if m.home_rule >= 0 and m_home_subsidy[zone] > 0.0:
                        part = min(m_home_subsidy[zone], support)
                        cost[m.home_rule, city] += w * part
                        gross[m.home_rule] += w * price * m_home_reach[zone]
                        support -= part
                    if m.renewal_rule >= 0 and support > 0.0:
                        cost[m.renewal_rule, city] += w * support
                        gross[m.renewal_rule] += w * price

        # --- medical expense
        medical = 0.0
        if rules.event(u_medical, p_medical_probability[residence] * need[Need.HEALTH]):
            z_medical = normal_quantile(uniform(m.seed, i, m.t, Draw.MEDICAL_SIZE))
            expense = rules.medical_expense(z_medical, p_medical_mean[residence] * m.growth, p.medical_sigma)
            insurance = int(h_insurance[i])
            share = p_share_above_deductible[insurance, residence]
            deductible = p_deductible[insurance] * m.growth
            own_part = rules.own_expense(expense, deductible, share)
            change = m_uninsured_change[regime, insurance]
            if change != 0.0:
                changed = max(0.0, share + change * p_change_above_deductible[insurance, residence])
                covered = own_part - rules.own_expense(expense, deductible, changed)
                own_part -= covered
                acc[Item.EXTRA_COVER] += w * covered
                demand[block, city, Sector.HEALTH_CARE] += w * covered
            medical = min(own_part, max(0.0, available - p.floor_income_share * spendable))
            available -= medical
            if keeps:
                diaries[i, Entry.MEDICAL_BILL] = expense

        # --- leisure: days at hand, the choice on the longest block of them, days out on the others
        pattern = 0
        own_days = m_own_days[0]
        entitled = -1
        for e in range(2):
            occupation = h_occupation[i, e]
            if occupation == Occupation.FORMAL:
                if h_employed[i, e]:
                    pattern |= rules.FORMAL_CALENDAR
                    days = int(h_leave_days[i, e]) if h_takes_leave[i, e] < m.leave_take_up else 0
                    entitled = days if entitled < 0 else min(entitled, days)
            elif occupation == Occupation.MIGRANT:
                if h_employed[i, e]:
                    pattern |= rules.WORKER_CALENDAR
            elif occupation == Occupation.SELF_EMPLOYED or occupation == Occupation.FLEXIBLE:
                if h_employed[i, e] or occupation == Occupation.SELF_EMPLOYED:
                    own_days = min(own_days, m_own_days[1])
            elif occupation == Occupation.FARMER:
                own_days = min(own_days, m_own_days[2])
        pupils = h_child_age[i, 0] >= _SCHOOL_AGE or h_child_age[i, 1] >= _SCHOOL_AGE
        school_break = m_school_break[city] if pupils else 0.0
        if (
            school_break > 0.0
            and m_school_share[city] < 1.0
            and lots[Draw.SCHOOL % 4, _SCHOOL] >= m_school_share[city]
        ):
            school_break = 0.0
        leave = 0
        single_days = 0.0
        if entitled > 0:
            joined = min(m.leave_bridging, 1.0)
            leave = rules.leave_this_month(
                lots[Draw.LEAVE % 4, _LEAVE], entitled, joined,
                m.holiday_share + school_break / m.holidays_a_year, p.leave_in_one_go, p.leave_stretch,
            )  # fmt: skip
            single_days = rules.single_leave(entitled, joined, p.leave_in_one_go)
        calendars = pattern | rules.PUPIL_CALENDAR if pupils else pattern
        most = int(min(own_days, rules.LONGEST_BLOCK))
        block_days = min(int(m_blocks[city, calendars, leave]), most)
        parents_alone = False
        if pupils:
            if school_break > 0.0:
                together = rules.block_on_school_break(pattern, leave, school_break)
                block_days = max(block_days, min(together, most))
            block_days, parents_alone = rules.family_block(
                block_days, min(int(m_blocks[city, pattern, leave]), most),
                h_members[i, MemberBand.AGE_60_79], p.parents_alone_gain,
            )  # fmt: skip
        free_days = min(float(m_days_off[city, calendars]), own_days)
        if pattern == 0:
            free_days = min(free_days + school_break, own_days)
        company = 0
        if h_members[i, MemberBand.AGE_80_PLUS] > 0:
            company = 2
        elif h_members[i, MemberBand.AGE_0_2] + h_members[i, MemberBand.AGE_3_5] > 0:
            company = 1
        pull = math.exp(p.trip_income_weight * log_income)
        odds_day = m_trip_odds[zone, 0, block_days] * pull * p_trip_company[company, 0]
        odds_inside = m_trip_odds[zone, 1, block_days] * pull * p_trip_company[company, 1]
        odds_outside = m_trip_odds[zone, 2, block_days] * pull * p_trip_company[company, 2]
        # the nest is worth its parts' sum at most, so most draws need no more than this bound
        bound = odds_day + odds_inside + odds_outside
        trip_cost = 0.0
        trip_savings = 0.0
        days_away = 0.0
        outings = 0
        no_trip = 1 if block_days < 2 else 2
        if u_trip * (1.0 + bound) < bound:
            away, day, beyond = rules.trip_shares(odds_day, odds_inside, odds_outside, p.trip_dissimilarity)
            if rules.event(u_trip, away):
                u_destination = lots[0, _TRAVEL]
                u_length = lots[1, _TRAVEL]
                u_spending = lots[2, _TRAVEL]
                u_room = lots[Draw.TRIP_ROOM % 4, _LEAVE]
                outside = 1 if u_destination < beyond else 0
                d = N_CITIES
                if not outside:
                    target = (u_destination - beyond) / (1.0 - beyond)
                    d = 0
                    while d < N_CITIES - 1 and target > m_destination_cdf[city, d]:
                        d += 1
                nights = rules.trip_nights(u_length, p_wished_nights[outside], block_days)
                party = persons
                if parents_alone:
                    for b in range(MemberBand.STUDENT):
                        party -= h_members[i, b]
                    party = max(party, 1.0)
                elif block_days < p.family_trip_days:
                    party = min(persons, 1.0 + p.party_share * (persons - 1.0))
                z = normal_quantile(u_spending)
                unit = (
                    party * p_trip_cost[residence] * m.growth
                    * rules.spending_draw(z, p.spending_sigma, p.spending_income_elasticity * log_income)
                )  # fmt: skip
                dearest = rules.dearest_grade(
                    p.trip_income_months * permanent,
                    p_relative_cost[2],
                    p_relative_cost[4],
                    max(p.trip_full_days, 1.0 + nights),
                )
                unit = min(unit, dearest)
                # what the trip costs over one at normal prices: guests of relatives pay no room, who finds sites full no gate
                tickets = p_trip_components[_TICKETS]
                lodging = p_trip_components[_LODGING]
                free_part = 0.0
                lodges, on_holiday, in_queue = rules.night_of_trip(
                    u_room, p.resident_lodging, m_holiday_trip[1 if calendars else 0]
                )
                if not outside:
                    lodging *= m_resident_room_price[on_holiday, d] / p.resident_lodging if lodges else 0.0
                    tickets *= m_site_found[on_holiday, d]
                    free_part = tickets * (1.0 - m_ticket_factor[d])
                full = 1.0 - p_trip_components[_TICKETS] - p_trip_components[_LODGING] + tickets + lodging
                # what would take too much of the cash at hand comes out of savings; what these do not cover is cut short
                room = p.trip_cash_share * max(available, 0.0)
                savings = p.trip_savings_share * max(own_savings - withdrawn, 0.0)
                purse = rules.trip_purse(room, savings, p.trip_income_months * permanent)
                nights = rules.nights_afforded(
                    nights, purse / (unit * (full - free_part)), p_relative_cost[1 + outside],
                    p_relative_cost[3 + outside],
                )  # fmt: skip
                no_trip = 3
                going = nights >= 1.0
                lodges = lodges and not outside
                if going and lodges:
                    trips[block, d, TripCount.ROOMS_WANTED] += w * party * nights
                    trips[block, d, TripCount.HOLIDAY_ROOMS_WANTED] += w * party * nights * on_holiday
                if going and lodges and in_queue >= m_resident_room_share[on_holiday, d]:
                    # no room: back home in the evening where that is near, else no trip
                    full -= lodging
                    lodging = 0.0
                    nights = 0.0
                    going = m_home_by_evening[city, d]
                    no_trip = 4
                if going:
                    normal_cost = unit * (
                        p_relative_cost[1 + outside] * (1.0 + nights) + p_relative_cost[3 + outside]
                    )
                    basis = normal_cost * full
                    waived = normal_cost * free_part
                    no_trip = 0
                    trip_savings = max(basis - waived - room, 0.0)
                    withdrawn += trip_savings
                    days_away = nights + 1.0
                    trip_cost = basis - waived
                    for c in range(5):
                        part = normal_cost * p_trip_components[c]
                        if c == _TICKETS:
                            part = normal_cost * tickets - waived
                        elif c == _LODGING:
                            part = normal_cost * lodging
                        by_category[_TRIP_CATEGORY[c]] += part
                        if not outside:
                            demand[block, d, _TRIP_SECTOR[c]] += w * part
                            acc[Item.RETAIL] += w * part * _TRIP_RETAIL[c]
                        acc[Item.SERVICES] += w * part * _TRIP_SERVICE[c]
                    if waived > 0.0 and m.ticket_rule >= 0:
                        cost[m.ticket_rule, d] += w * waived
                        gross[m.ticket_rule] += w * basis * (1.0 - m_ticket_factor[d])
                    if keeps:
                        diaries[i, Entry.TRIP_DESTINATION] = d + 1
                        diaries[i, Entry.TRIP_NIGHTS] = nights
                        diaries[i, Entry.TRIP_PERSONS] = party
                        diaries[i, Entry.TICKETS] = waived
                    trips[block, d, TripCount.PERSONS] += w * party
                    trips[block, d, TripCount.YUAN] += w * trip_cost
                    trips[block, d, TripCount.NIGHTS] += w * party * nights
                    if lodges:
                        trips[block, d, TripCount.ROOM_NIGHTS] += w * party * nights
                        trips[block, d, TripCount.HOLIDAY_ROOM_NIGHTS] += w * party * nights * on_holiday
                    trips[block, d, TripCount.HOLIDAY_PERSONS] += w * party * on_holiday
                    trips[block, d, TripCount.HOLIDAY_YUAN] += w * trip_cost * on_holiday
                    if outside:
                        acc[Item.TRIPS_OUTSIDE] += w * trip_cost
                        acc[Item.TRIP_PERSONS_OUTSIDE] += w * party
                    else:
                        acc[Item.TRIPS_INSIDE] += w * trip_cost
                        acc[Item.TRIP_PERSONS_INSIDE] += w * party
                        trips[block, d, TripCount.TRIP_SITE_VISITS] += w * party * m_site_found[on_holiday, d]
                        if keeps:
                            diaries[i, Entry.SITE_VISITS] = party * m_site_found[on_holiday, d]
            elif u_trip < away + day:
                outings = 1
                days_away = 1.0
        other_days = min(max(free_days - max(days_away, 1.0), 0.0), p.outing_days) + single_days
        # days at one's own choice fall on any of the days that the others have off; at Spring Festival all close
        chosen = 1.0 if m.spring_festival else free_days / max(float(m_days_off[city, calendars]), 1.0)
        holiday_days = min(float(m_holidays_off[city, calendars]) * min(chosen, 1.0), other_days)
        other_days += (m_holiday_trip[2] - 1.0) * holiday_days
        share_out = odds_day / (1.0 + odds_day)
        u_outings = u_trip * _LOW_BITS
        outings += rules.count_of_outings(
            u_outings - math.floor(u_outings), other_days * share_out, other_days
        )
        outing_cost = 0.0
        if outings > 0:
            z = normal_quantile(lots[3, _TRAVEL])
            party = min(persons, 1.0 + p.party_share * (persons - 1.0))
            basis = (
                party * p_relative_cost[0] * p_trip_cost[residence] * m.growth
                * rules.spending_draw(z, p.spending_sigma, p.spending_income_elasticity * log_income)
            )  # fmt: skip
            # of an outing's cost at full price, tickets are their share at sites times the share of outings to sites
            tickets = m_site_share[city] * p.site_ticket_share
            waived = basis * tickets * (1.0 - m_ticket_factor[city])
            spare = p.trip_cash_share * max(available, 0.0) - (trip_cost - trip_savings)
            while outings > 0 and outings * (basis - waived) > spare:
                outings -= 1
            if outings > 0:
                basis *= outings
                waived *= outings
                outing_cost = basis - waived
                for c in range(5):
                    part = basis * (1.0 - tickets) * p_outing_components[c]
                    if c == _TICKETS:
                        part = basis * tickets - waived
                    by_category[_TRIP_CATEGORY[c]] += part
                    demand[block, city, _TRIP_SECTOR[c]] += w * part
                    acc[Item.RETAIL] += w * part * _TRIP_RETAIL[c]
                    acc[Item.SERVICES] += w * part * _TRIP_SERVICE[c]
                if waived > 0.0 and m.ticket_rule >= 0:
                    cost[m.ticket_rule, city] += w * waived
                    gross[m.ticket_rule] += w * basis * m_site_share[city] * (1.0 - m_ticket_factor[city])
                trips[block, city, TripCount.OUTING_PERSONS] += w * party * outings
                trips[block, city, TripCount.OUTING_YUAN] += w * outing_cost
                trips[block, city, TripCount.SITE_VISITS] += w * party * outings * m_site_share[city]
                on_holiday = rules.outings_on_holiday(free_days, holiday_days, m_holiday_trip[2])
                trips[block, city, TripCount.HOLIDAY_PERSONS] += w * party * outings * on_holiday
                trips[block, city, TripCount.HOLIDAY_YUAN] += w * outing_cost * on_holiday
                if keeps:
                    diaries[i, Entry.SITE_VISITS] += party * outings * m_site_share[city]
                acc[Item.OUTINGS] += w * outing_cost
                acc[Item.OUTING_PERSONS] += w * party * outings
        if keeps:
            diaries[i, Entry.FREE_DAYS] = free_days
            diaries[i, Entry.LEAVE_USED] = leave
            diaries[i, Entry.OUTINGS] = outings
            diaries[i, Entry.OUTING_COST] = outing_cost
            diaries[i, Entry.NO_TRIP] = no_trip

        # --- consumption out of cash on hand; labelled money is spent on its label first
        promised = labelled
        labelled = min(labelled, max(available, 0.0))
        row_c = regime * m.group_rows + rules.policy_row(
            int(h_risk[i]), int(h_insurance[i]), stage, int(h_patience[i]), p.patience_types
        )
        # below the cash that allows the least consumption, savings are tapped, then relief tops up
        short = m_consumption_table.lowest[row_c] * spendable - (available - labelled)
        relief = 0.0
        if short > 0.0:
            tapped = min(short, max(own_savings - withdrawn, 0.0))
            relief = short - tapped
            withdrawn += tapped
            available += short
        # who has savings does not plan an overdraft to consume more than income leaves
        has_savings = h_term_deposits[i] + committed - withdrawn > 0.0
        cash = available - labelled
        planned = rules.within_cash(
            consume(cash / spendable, row_c, m_consumption_table) * spendable, cash, spendable, has_savings
        )
        # owners spend a little of what a change of the price of homes is worth to them
        of_home = 0.0
        if h_tenure[i] > 0 and m_home_price_factor[zone] != 1.0:
            of_home = max(
                rules.wealth_spending(
                    1000.0 * h_home_value[i], m_home_price_factor[zone], p.wealth_effect, m.growth
                ),
                -MOST_CUT * planned,
            )
        planned += of_home
        # part of the plan is kept for what comes in lumps: trips and durables
        normal = planned * (1.0 - p_lump_share[residence])
        trip_cash = trip_cost - trip_savings
        leisure_cost = trip_cash + outing_cost
        trip_home = min(
            p.trip_displacement * trip_cash + p.outing_displacement * outing_cost, p.trip_cash_share * normal
        )
        acc[Item.LUMPS] += w * (lumps + leisure_cost - trip_home)
        # who stands at the limit of borrowing after a trip spends less at home
        at_most = available - labelled - leisure_cost + m_consumption_table.limits[row_c] * spendable
        home = max(min(normal - trip_home, at_most), 0.0)
        budget.divide_budget(
            home, needs, p_marginal_share, residence, p_good_elasticity, need[Need.SCHOOLING], spend
        )
        if promised > 0.0:
            budget.spend_labelled(labelled, labelled_in, spend)
        pantry = 0.0
        if h_stored[i] > 0.0:
            pantry = budget.eat_pantry(float(h_stored[i]) / p.pull_forward_months, p_storability, spend)
            h_stored[i] = max(h_stored[i] - pantry, 0.0)

        # --- coupons
        discount = 0.0
        any_held = False
        if m_coupons.shape[0] > 0:
            any_held = coupons.claim(
                m_coupons, m_claim_probability, m_claim_deadline, m_luck, zone, group, age_band, float(h_digital[i]),
                p_digital_share[residence], p.claim_interest, p.rush_skill, p.rush_age,
                int(h_wallet[i]), int(h_wallet_rule[i]), m.seed, i, m.t, held, place,
            )  # fmt: skip
            if keeps:
                for j in range(m_coupons.shape[0]):
                    if place[j] > 0.0 and diaries[i, Entry.COUPON_QUEUE] == 0.0:
                        diaries[i, Entry.COUPON_QUEUE] = place[j]
        if not any_held and h_wallet_rule[i] != 0 and m_coupons.shape[0] > 0:
            h_wallet_rule[i] = 0
        if any_held or keeps:
            n_baskets = 0
            for g in range(N_GOODS):
                added[g] = 0.0
            for k in range(coupons.WEEKS):
                weekly[k] = 0.0
        if any_held:
            issued = 0.0
            carried = 0.0
            scope = 0
            for j in range(m_coupons.shape[0]):
                if m_coupons[j].carried == 0:
                    issued += held[j]
                else:
                    carried += held[j]
                if held[j] > 0.0:
                    scope |= m_coupons[j].goods
            outlets = coupons.outlets_in_scope(
                m_coupons, held, spend, p_storability, p.pull_forward_months, float(h_stored[i]), fraction, storable
            )  # fmt: skip
            paid = 0.0
            for g in range(N_GOODS):
                paid += spend[g]
            left_over = available - leisure_cost - paid
            n_baskets = coupons.draw_baskets(
                _ALL_OUTLETS if keeps else outlets, spend, p_baskets, p.basket_sigma, m.seed, i, m.t,
                size, stretch, brought, taken, week, outlet, closed,
            )  # fmt: skip
            discount, extra, forward, joined, stretched, redeemed, freed, widest, widest_row = coupons.redeem(
                m_coupons, n_baskets, p.salience, p_basket_elasticity, p.joining_cost, holding, left_over, wave_label,
                w, city, cost, gross, size, stretch, brought, taken, week, outlet, closed, fraction, storable,
                bought_ahead, idle, held,
            )  # fmt: skip
            h_wallet[i], h_wallet_rule[i] = coupons.fill_wallet(m_coupons, held)
            from_goods = 0.0
            later_weeks = 0.0
            later_months = 0.0
            if extra > 0.0:
                # what is bought ahead is paid with cash at hand, what is beyond the plan by other goods where cash is short
                beyond = extra - forward
                wanted = 0.0
                if beyond > 0.0:
                    wanted = beyond * rules.displaced_share(
                        beyond, discount - forward, left_over, p.displaced_now
                    )
                from_goods, later_weeks, later_months = coupons.settle_extra(
                    n_baskets, extra, wanted, p_storability, p.pull_forward_months, p_marginal_share, residence, scope,
                    spend, stretch, brought, week, outlet, added, weekly,
                )  # fmt: skip
                h_stored[i] += later_months
            # a discount that replaces planned spending is cash on hand, and spent as such: on anything
            income_spent = 0.0
            if freed > 0.0:
                richer = rules.within_cash(
                    consume((cash + freed) / spendable, row_c, m_consumption_table) * spendable,
                    cash + freed, spendable, has_savings,
                )  # fmt: skip
                richer = max(richer + of_home, planned)
                normal = richer * (1.0 - p_lump_share[residence])
                trip_home = min(
                    p.trip_displacement * trip_cash + p.outing_displacement * outing_cost,
                    p.trip_cash_share * normal,
                )
                income_spent = max(max(min(normal - trip_home, at_most + freed), 0.0) - home, 0.0)
                planned = richer
                budget.divide_budget(
                    home, needs, p_marginal_share, residence, p_good_elasticity, need[Need.SCHOOLING], plan
                )
                for g in range(N_GOODS):
                    spend[g] -= plan[g]
                budget.divide_budget(
                    home + income_spent, needs, p_marginal_share, residence, p_good_elasticity,
                    need[Need.SCHOOLING], plan,
                )  # fmt: skip
                for g in range(N_GOODS):
                    spend[g] += plan[g]
            for g in range(N_GOODS):
                spend[g] += added[g]
            from_saving = extra - from_goods - later_weeks - later_months
            acc[Item.COUPON_EXTRA] += w * extra
            acc[Item.COUPON_DISPLACED_NOW] += w * from_goods
            acc[Item.COUPON_LATER_WEEKS] += w * later_weeks
            acc[Item.COUPON_PULLED_FORWARD] += w * later_months
            acc[Item.COUPON_FROM_SAVING] += w * from_saving
            acc[Item.COUPON_STRETCHED] += w * stretched
            acc[Item.COUPON_FREED] += w * freed
            acc[Item.COUPON_INCOME_SPENT] += w * income_spent
            acc[Item.COUPON_HELD] += w * issued
            acc[Item.COUPON_REDEEMED] += w * redeemed
            if keeps:
                diaries[i, Entry.COUPON_EXTRA] = extra
                diaries[i, Entry.COUPON_FROM_GOODS] = from_goods
                diaries[i, Entry.COUPON_FROM_LATER] = later_months
                diaries[i, Entry.COUPON_FROM_WEEKS] = later_weeks
                diaries[i, Entry.COUPON_FROM_SAVING] = from_saving
                diaries[i, Entry.COUPON_STRETCHED] = stretched
                diaries[i, Entry.COUPON_JOINED] = joined
                diaries[i, Entry.COUPON_FREED] = freed
                diaries[i, Entry.COUPON_INCOME_SPENT] = income_spent
                diaries[i, Entry.COUPON_HELD] = issued
                diaries[i, Entry.COUPON_CARRIED] = carried
                diaries[i, Entry.COUPON_REDEEMED] = redeemed
                if widest >= 0:
                    diaries[i, Entry.COUPON_BASKET] = size[widest] * fraction[widest_row, outlet[widest]]
                    diaries[i, Entry.COUPON_THRESHOLD] = m_coupons[widest_row].threshold
                    for g in range(N_GOODS):
                        if coupons.at_outlet(g, outlet[widest]) and (m_coupons[widest_row].goods >> g) & 1:
                            diaries[i, Entry.COUPON_GOOD] = g + 1
                            break
        acc[Item.PLANNED] += w * planned
        if keeps:
            diaries[i, Entry.PANTRY] = pantry
            if not any_held:
                n_baskets = coupons.draw_baskets(
                    _ALL_OUTLETS, spend, p_baskets, p.basket_sigma, m.seed, i, m.t,
                    size, stretch, brought, taken, week, outlet, closed,
                )  # fmt: skip
            coupons.spending_by_week(n_baskets, spend, added, weekly, size, week, outlet, weeks)
            for k in range(coupons.WEEKS):
                diaries[i, Entry.WEEKS + k] = weeks[k]
            for b in range(n_baskets):
                if b == 0 or outlet[b] != outlet[b - 1]:
                    diaries[i, Entry.ORDERS + outlet[b]] = size[b] + stretch[b]

        # --- close the household's month
        imputed = 0.0
        if h_tenure[i] > 0:
            imputed = 1000.0 * h_home_value[i] * p_rent_yield[residence] * m.growth
        paid = 0.0
        retail = durable_outlay
        services = medical + imputed
        for g in range(N_GOODS):
            by_category[_GOOD_CATEGORY[g]] += spend[g]
            paid += spend[g]
            demand[block, city, _GOOD_SECTOR[g]] += w * spend[g]
            retail += spend[g] * _GOOD_RETAIL[g]
            services += spend[g] * _GOOD_SERVICE[g]
        by_category[Category.HEALTH] += medical
        demand[block, city, Sector.HEALTH_CARE] += w * medical
        acc[Item.SERVICES] += w * services
        acc[Item.RETAIL] += w * retail
        by_category[Category.HOUSING] += imputed
        end = available + discount - leisure_cost - paid  # what savings paid of a trip never was in cash
        # what was to be put aside gives way first, all but the housing fund, which the law takes
        for_cash, for_savings = rules.put_off(end, committed - housing_fund, withdrawn - fund)
        end += for_cash
        committed -= for_cash + for_savings
        withdrawn -= for_savings
        # a deposit is broken before an overdraft is used, at the loss of its interest
        broken = rules.broken_deposit(end, h_term_deposits[i] + committed - withdrawn, p.break_cost)
        if broken > 0.0:
            withdrawn += broken
            interest -= p.break_cost * broken
            end += (1.0 - p.break_cost) * broken
        h_liquid_wealth[i] = end
        h_term_deposits[i] += committed - withdrawn
        # never below nought by the rounding of a subtraction
        h_mortgage[i] = max(h_mortgage[i] - mortgage_paid, 0.0) + mortgage_new
        if h_tenure[i] == 2 and h_mortgage[i] <= 0.0:
            h_tenure[i] = 1
            h_mortgage_payment[i] = 0
        consumption = 0.0
        for k in range(N_CATEGORIES):
            acc[_C + k] += w * by_category[k]
            consumption += by_category[k]
        h_consumption[i] = consumption
        h_income[i] = cash_income + interest + imputed_income
        acc[Item.IMPUTED_RENT] += w * imputed
        acc[Item.DURABLES] += w * durable_outlay
        acc[Item.WAGES] += w * wages
        acc[Item.BUSINESS] += w * business
        acc[Item.FARM] += w * farm
        acc[Item.PROPERTY] += w * property_cash
        acc[Item.IMPUTED_INCOME] += w * imputed_income
        acc[Item.PENSIONS] += w * pensions
        acc[Item.OTHER_TRANSFERS] += w * (transfers + relief)
        acc[Item.RELIEF] += w * relief
        acc[Item.UNEMPLOYMENT_BENEFIT] += w * benefit
        acc[Item.EXTRA_BENEFIT] += w * extra_benefit
        acc[Item.POLICY_TRANSFERS] += w * policy
        acc[Item.DEDUCTIONS] += w * deductions
        acc[Item.INCOME_TAX] += w * tax
        acc[Item.HOUSING_FUND] += w * housing_fund
        acc[Item.EDUCATION_PLAN] += w * education
        acc[Item.RETIREMENT_PLAN] += w * retirement
        acc[Item.SUBSIDIES] += w * (subsidies)
        acc[Item.COUPONS] += w * discount
        acc[Item.COMMITTED] += w * (committed - withdrawn)
        acc[Item.MORTGAGE_INTEREST] += w * (mortgage_interest)
        acc[Item.LOAN_INTEREST] += w * (loan_interest - interest_subsidy)
        acc[Item.LOAN_NEW] += w * (loan_new + mortgage_new)
        acc[Item.LOAN_REPAID] += w * (loan_repaid + mortgage_paid)
        acc[Item.LIQUID_INTEREST] += w * interest
        acc[Item.LIQUID_WEALTH] += w * end
        acc[Item.LOANS] += w * h_loan[i]
        acc[Item.TERM_DEPOSITS] += w * h_term_deposits[i]
        acc[Item.MORTGAGES] += w * h_mortgage[i]
        acc[Item.HOUSEHOLDS] += w
        acc[Item.PERSONS] += w * persons
        if end < p.hand_to_mouth_months * permanent:
            acc[Item.HAND_TO_MOUTH] += w
        if keeps:
            for e in range(2):
                if h_occupation[i, e] > 0 and h_employed[i, e]:
                    diaries[i, Entry.EMPLOYED] += 1
            diaries[i, Entry.PERSONS] = persons
            diaries[i, Entry.WAGES] = wages
            diaries[i, Entry.BUSINESS] = business
            diaries[i, Entry.FARM] = farm
            diaries[i, Entry.PROPERTY] = property_cash
            diaries[i, Entry.PENSIONS] = pensions
            diaries[i, Entry.TRANSFERS] = transfers
            diaries[i, Entry.RELIEF] = relief
            diaries[i, Entry.BENEFIT] = benefit
            diaries[i, Entry.POLICY] = policy
            diaries[i, Entry.DEDUCTIONS] = deductions
            diaries[i, Entry.INTEREST] = interest + interest_subsidy
            diaries[i, Entry.INCOME] = h_income[i]
            diaries[i, Entry.PERMANENT] = permanent
            diaries[i, Entry.BIRTH] = new_births
            diaries[i, Entry.TRAINED] = (trained & 1) + (trained >> 1)
            diaries[i, Entry.COMMITTED] = committed
            diaries[i, Entry.WITHDRAWN] = withdrawn
            diaries[i, Entry.DEBT_SERVICE] = debt_service
            diaries[i, Entry.LOAN_NEW] = loan_new + mortgage_new
            diaries[i, Entry.DEATHS] = died
            diaries[i, Entry.FOUNDED] = founded
            diaries[i, Entry.LEFT_HOME] = left_home
            diaries[i, Entry.SCHOOL] = school
            diaries[i, Entry.RETIRED] = retired
            diaries[i, Entry.STARTED_WORK] = started
            diaries[i, Entry.JOB_LOST] = lost
            diaries[i, Entry.JOB_FOUND] = found
            diaries[i, Entry.POST_WAGES] = post_pay
            diaries[i, Entry.HOME_PRICE] = home_price
            diaries[i, Entry.HOME_PAID] = home_paid
            diaries[i, Entry.MORTGAGE_NEW] = mortgage_new
            diaries[i, Entry.FURNISHING] = furnishing
            diaries[i, Entry.FUND_WITHDRAWN] = fund
            diaries[i, Entry.LIQUID] = end
            diaries[i, Entry.SAVINGS] = h_term_deposits[i]
            diaries[i, Entry.PLANNED] = planned
            diaries[i, Entry.CONSUMPTION] = consumption
            diaries[i, Entry.IMPUTED] = imputed
            diaries[i, Entry.LABELLED] = labelled
            diaries[i, Entry.MEDICAL] = medical
            diaries[i, Entry.SUBSIDIES] = subsidies
            diaries[i, Entry.TRIP] = trip_cost
            diaries[i, Entry.TRIP_BLOCK] = block_days
            diaries[i, Entry.COUPON_OFF] = discount
            diaries[i, Entry.STAGE] = stage
            diaries[i, Entry.BROKEN] = broken
            diaries[i, Entry.PUT_OFF] = for_cash + for_savings
            diaries[i, Entry.HARVEST] = seasonal
            diaries[i, Entry.DRAWING] = drawing
            diaries[i, Entry.TAX] = tax
            diaries[i, Entry.HOUSING_FUND] = housing_fund
            diaries[i, Entry.EDUCATION_PLAN] = education
            diaries[i, Entry.RETIREMENT_PLAN] = retirement
            diaries[i, Entry.PENSION_PROMISE] = promise
            for g in range(N_GOODS):
                diaries[i, Entry.GOODS + g] = spend[g]
            for k in range(N_CATEGORIES):
                diaries[i, Entry.CATEGORIES + k] = by_category[k]
