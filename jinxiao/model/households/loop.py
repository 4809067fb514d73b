"""The household month as one fused loop: reads columns, calls the rules in the order of the month, books what happened.

The loop holds no economics: every behaviour is a function of ``rules.py``. Households are taken in a fixed number of
blocks; sums are float64 within a block and blocks are added in order, so results are bitwise the same for any number of
threads.
"""

import math
from collections import namedtuple

import numpy as np
from numba import njit

from jinxiao.model.conditions import Basis
from jinxiao.model.ergodic import consume
from jinxiao.model.households import rules
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.columns import NOT_OWNED, SEED, STATE
from jinxiao.model.households.diary import N_ENTRIES, Entry
from jinxiao.model.names import (
    AGE_BAND_STARTS,
    DURABLES,
    GOODS,
    N_BANDS,
    N_CATEGORIES,
    N_CITIES,
    N_DURABLES,
    N_GOODS,
    Category,
    MemberBand,
    Occupation,
    Sector,
    Stage,
)
from jinxiao.model.random import Draw, normal_quantile, uniform, uniform4

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
    # work
    "replacement_rate", "benefit_coverage", "floor_at_start", "floor_spillover", "training_months",
    # family
    "birth_probability", "fertile_until",
    # illness
    "medical_probability", "medical_mean", "medical_sigma",
    "deductible", "share_above_deductible", "change_above_deductible",
    # goods
    "subsistence", "marginal_share", "need_weights", "need_mean", "lump_share",
    # durables and their credit
    "hazard_cap", "half_age", "age_spread", "add_rate", "add_income_elasticity", "durable_price",
    "price_income_elasticity", "price_sigma", "durable_elasticity", "intertemporal_elasticity",
    "announcement_months", "down_payment", "loan_months", "reserve_months", "savings_share",
    "financed_share", "pass_through", "loan_rate", "credit_take_up",
    # trips
    "trip_constant", "block_weight", "free_weight", "trip_income_weight", "daily_spending",
    "spending_income_elasticity", "spending_sigma", "trip_nights", "family_trip_days", "trip_components",
    "trip_displacement", "trip_cash_share", "outside_block_weight",
    # coupons
    "salience", "waste", "labelling", "baskets", "digital_share", "basket_sigma", "storability",
    "displaced_now", "pull_forward_months",
)  # fmt: skip
HouseholdParameters = namedtuple("HouseholdParameters", PARAMETER_FIELDS)

MONTH_FIELDS = (
    # everywhere
    "t", "seed", "growth", "price", "luck",
    # income and saving
    "wage_index", "self_index", "owner_support", "farm_index", "transfers", "uninsured_change",
    "consumption_table",
    "regime_groups", "group_rows",
    # work
    "floor", "separation", "zone_risk", "finding", "vacancy_cdf", "training", "training_wage_gain",
    "training_finding_gain", "benefit_change",
    # trips
    "destination_cdf", "trip_logsum", "block_days", "free_days", "holiday_share", "leave_take_up",
    "leave_bridging", "school_break", "ticket_factor", "ticket_rule",
    # durables and their credit
    "durable_rules", "hazard_bound", "pool_open", "loan_rate_cut", "loan_eligible", "loan_rule",
    "new_energy_share",
    # coupons
    "coupons", "claim_probability",
)  # fmt: skip
HouseholdMonth = namedtuple("HouseholdMonth", MONTH_FIELDS)

LEAST_NET = 0.01
"""Least net price of a durable as a share of its price: keeps the log of the purchase rule finite."""
MOST_CUT = 0.5
"""Most that a coupon may take from the month's spending on another good: keeps spending positive."""
MOST_COMMITTED = 0.8
"""Largest share of permanent income that is put aside by plan."""
_CHILD_BANDS = int(MemberBand.STUDENT) + 1
_STUDENTS = int(MemberBand.STUDENT)
_ADULTS = int(MemberBand.AGE_18_59)
_WEEKEND = 2.0
"""Days of a weekend, to which a school break adds."""
_AGE_1, _AGE_2, _AGE_3 = (12 * years for years in AGE_BAND_STARTS[1:])
_C = int(Item.CONSUMPTION)
_GOOD_CATEGORY = np.array([g.category for g in GOODS], np.int64)
_GOOD_SECTOR = np.array([g.sector for g in GOODS], np.int64)
_GOOD_RETAIL = np.array([float(g.retail) for g in GOODS])
_GOOD_SERVICE = np.array([float(g.service) for g in GOODS])
_DURABLE_CATEGORY = np.array([d.category for d in DURABLES], np.int64)
_DURABLE_SECTOR = np.array([d.sector for d in DURABLES], np.int64)
_FIRST_SLOT = np.concatenate([[0], np.cumsum([d.slots for d in DURABLES])]).astype(np.int64)
_RESIDENT_SERVICES = int(Sector.RESIDENT_SERVICES)
# which need scales the subsistence of a good: 0 general, 1 schooling, 2 health (weights of the age bands: parameters)
_GOOD_NEED = np.array([{"education": 1, "health": 2}.get(g.key, 0) for g in GOODS], np.int64)
_TRIP_CATEGORY = np.array(
    [
        Category.TRANSPORT_COMMUNICATION,
        Category.OTHER,
        Category.FOOD,
        Category.EDUCATION_CULTURE,
        Category.FOOD,
    ],
    np.int64,
)
TRIP_SECTORS = (
    Sector.TRANSPORT,
    Sector.ACCOMMODATION,
    Sector.CATERING,
    Sector.CULTURE_RECREATION,
    Sector.OTHER_RETAIL,
)
"""Sectors of the five components of a trip: transport, lodging, meals, tickets, shopping."""
_TRIP_SECTOR = np.array(TRIP_SECTORS, np.int64)
_TICKETS = 3
_TRIP_RETAIL = np.array([0.0, 0.0, 1.0, 0.0, 1.0])
_TRIP_SERVICE = np.array([1.0, 1.0, 1.0, 1.0, 0.0])
N_TRIP_COUNTS = 2
"""Booked by destination: persons, yuan."""


@njit(cache=True, nogil=True, error_model="numpy")
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
        return trained
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
def _best_subsidy(rules_now, j0, j1, price, zone, group, new_energy, oldest, u_grade, u_day, pool_open):
    """Return (amount, row) of the best durable rule open to a purchase; row -1 where there is none.

    ``u_grade`` decides whether the model qualifies and is claimed, ``u_day`` whether the pool is still open that day.
    """
    best = 0.0
    row = -1
    for j in range(j0, j1):
        r = rules_now[j]
        if not (r.zones >> zone) & 1 or not (r.groups == 0 or r.groups & group):
            continue
        if r.powertrain >= 0 and r.powertrain != new_energy:
            continue
        if r.min_old_age >= 0 and (oldest < 0 or oldest < r.min_old_age):
            continue
        if r.pool >= 0 and u_day >= pool_open[r.pool]:
            continue
        if u_grade >= r.eligible_share * r.take_up:
            continue
        amount = rules.subsidy_amount(price, r.rate, r.flat, r.cap, r.price_ceiling)
        if amount > best:
            best = amount
            row = j
    return best, row


@njit(cache=True, nogil=True, error_model="numpy")
def household_block(
    block, start, stop, h, p, m, rule_ranges, accounts, demand, labour, rule_cost, rule_gross, trips, diaries
):
    """Take households ``start..stop`` through one month; book into the accounts of ``block``.

    Parameters
    ----------
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
    diaries : ndarray of float32, shape (households, N_ENTRIES)
        Rewritten row by row; of no rows where no diaries are kept.
    """
    keeps = diaries.shape[0] > 0
    spend = np.empty(N_GOODS)
    by_category = np.empty(N_CATEGORIES)
    need = np.empty(3)
    earned = np.empty(2)
    usually_earned = np.empty(2)
    hazard_draw = np.empty(N_DURABLES)
    band_starts = np.array([0, 36, 72, 180, 216])
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
    h_term_deposits = h.term_deposits
    h_insurance = h.insurance
    h_takes_leave = h.takes_leave
    h_leave_days = h.leave_days
    h_risk = h.risk
    h_stage = h.stage
    h_patience = h.patience
    h_stored = h.stored
    h_digital = h.digital
    h_tenure = h.tenure
    h_home_value = h.home_value
    h_consumption = h.consumption
    h_income = h.income
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
    p_tax_brackets = p.tax_brackets
    p_deductible = p.deductible
    p_share_above_deductible = p.share_above_deductible
    p_change_above_deductible = p.change_above_deductible
    p_trip_constant = p.trip_constant
    p_trip_nights = p.trip_nights
    p_daily_spending = p.daily_spending
    p_trip_components = p.trip_components
    p_subsistence = p.subsistence
    p_marginal_share = p.marginal_share
    p_digital_share = p.digital_share
    p_lump_share = p.lump_share
    p_baskets = p.baskets
    p_storability = p.storability
    p_rent_yield = p.rent_yield
    m_luck = m.luck
    m_training = m.training
    m_separation = m.separation
    m_zone_risk = m.zone_risk
    m_finding = m.finding
    m_vacancy_cdf = m.vacancy_cdf
    m_wage_index = m.wage_index
    m_floor = m.floor
    m_self_index = m.self_index
    m_owner_support = m.owner_support
    m_transfers = m.transfers
    m_price = m.price
    m_durable_rules = m.durable_rules
    m_uninsured_change = m.uninsured_change
    m_benefit_change = m.benefit_change
    m_block_days = m.block_days
    m_school_break = m.school_break
    m_trip_logsum = m.trip_logsum
    m_destination_cdf = m.destination_cdf
    m_ticket_factor = m.ticket_factor
    m_coupons = m.coupons
    m_claim_probability = m.claim_probability
    m_pool_open = m.pool_open
    m_hazard_bound = m.hazard_bound
    m_consumption_table = m.consumption_table
    for i in range(start, stop):
        w = float(h_weight[i])
        zone = int(h_zone[i])
        group = int(h_group[i])
        regime = 1 if m.regime_groups & group else 0
        city = zone // 2
        residence = zone % 2
        quintile = int(h_quintile[i])
        head_age = int(h_head_age[i])
        age_band = 0 if head_age < _AGE_1 else (1 if head_age < _AGE_2 else (2 if head_age < _AGE_3 else 3))
        acc = accounts[block, (zone * 5 + quintile) * 4 + age_band]
        if keeps:
            for k in range(N_ENTRIES):
                diaries[i, k] = 0.0
        cost = rule_cost[block]
        gross = rule_gross[block]

        # --- family: ages move, children are born
        u_psi, u_sep1, u_sep2, u_medical = uniform4(m.seed, i, m.t, 0)
        u_trip, u_birth, u_training, hazard_draw[0] = uniform4(m.seed, i, m.t, 1)
        for k in range(2):
            d0, d1, d2, d3 = uniform4(m.seed, i, m.t, 2 + k)
            hazard_draw[1 + 4 * k] = d0
            hazard_draw[2 + 4 * k] = d1
            hazard_draw[3 + 4 * k] = d2
            hazard_draw[4 + 4 * k] = d3
        for c in range(2):
            age = h_child_age[i, c]
            if age >= 0:
                age += 1
                for b in range(4):
                    if age == band_starts[b + 1]:
                        h_members[i, b] -= 1
                        if b < 3:
                            h_members[i, b + 1] += 1
                        else:
                            h_members[i, 5] += 1
                h_child_age[i, c] = -1 if age >= band_starts[4] else age
        if h_child_age[i, 0] < 0 and h_child_age[i, 1] >= 0:
            h_child_age[i, 0] = h_child_age[i, 1]
            h_child_age[i, 1] = -1
        new_births = 0.0
        # two children at most are followed by age, so that a household with two waits
        fertile = head_age < p.fertile_until and h_members[i, 5] >= 2 and h_child_age[i, 1] < 0
        if fertile and u_birth < p_birth_probability[residence]:
            new_births = 1.0
            h_members[i, 0] += 1
            h_child_age[i, 1] = h_child_age[i, 0]
            h_child_age[i, 0] = 0
            acc[Item.BIRTHS] += w
        persons = 0.0
        need[0] = 0.0
        need[1] = 0.0
        need[2] = 0.0
        for b in range(N_BANDS):
            count = float(h_members[i, b])
            persons += count
            need[0] += count * p_need_weights[0, b]
            need[1] += count * p_need_weights[1, b]
            need[2] += count * p_need_weights[2, b]
        need[0] /= p_need_mean[residence, 0]
        need[1] /= p_need_mean[residence, 1]
        need[2] /= p_need_mean[residence, 2]

        stage = rules.life_stage(
            h_child_age[i, 0], h_members[i, 4], head_age, h_occupation[i, 0] > 0 or h_occupation[i, 1] > 0,
            h_employee_pensioners[i] + h_resident_pensioners[i], p.later_from, p.retired_from,
        )  # fmt: skip
        h_stage[i] = stage

        # --- work and income
        shock = h_shock[i] * rules.permanent_shock(u_psi, p.psi_sigma)
        h_shock[i] = shock
        trained = 0.0
        if h_trained_for[i] > 0:
            h_trained_for[i] -= 1
        if u_training < m_training[zone] and (
            h_occupation[i, 0] == 1 or h_occupation[i, 0] == 2 or h_occupation[i, 0] == 3
        ):
            trained = 1.0
            h_wage_gain[i] *= 1.0 + m.training_wage_gain
            h_trained_for[i] = p.training_months
        wages = 0.0
        usual_wages = 0.0
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
            sector = int(h_sector[i, e])
            if occupation == Occupation.SELF_EMPLOYED:
                continue
            if occupation == Occupation.FARMER:
                labour[block, city, sector, 0] += w
                acc[Item.EMPLOYED] += w
                continue
            u_sep = u_sep1 if e == 0 else u_sep2
            if h_employed[i, e]:
                risk = m_separation[city, sector] * m_zone_risk[zone] * p_benefit_coverage[1, occupation]
                if u_sep < risk:
                    h_employed[i, e] = 0
            else:
                finding = m_finding[city] * (1.0 + (m.training_finding_gain if h_trained_for[i] > 0 else 0.0))
                if uniform(m.seed, i, m.t, Draw.FINDING_1 + e) < finding:
                    h_employed[i, e] = 1
                    u_job = uniform(m.seed, i, m.t, Draw.SECTOR_OF_JOB + e)
                    job = 0
                    while job < m_vacancy_cdf.shape[1] - 1 and u_job > m_vacancy_cdf[city, job]:
                        job += 1
                    h_sector[i, e] = job
                    sector = job
            # the wage at hand was observed under the floor of the first month: only the change of the floor is added
            base = h_wage[i, e] * shock * h_wage_gain[i] * m_wage_index[city, sector]
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
                acc[Item.EMPLOYED] += w
            else:
                drawn = p_benefit_coverage[0, occupation] * wage
                benefit += drawn * (p.replacement_rate + m_benefit_change[regime])
                extra_benefit += drawn * m_benefit_change[regime]
                labour[block, city, sector, 3] += w
                acc[Item.UNEMPLOYED] += w
        own_sector = -1
        for e in range(2):
            if h_occupation[i, e] == Occupation.SELF_EMPLOYED:
                own_sector = int(h_sector[i, e])
                labour[block, city, own_sector, 0] += w
                acc[Item.EMPLOYED] += w
        if h_self_employment[i] > 0.0:
            s = own_sector if own_sector >= 0 else _RESIDENT_SERVICES
            takings = h_self_employment[i] * shock * m_self_index[city, s]
            usual_business = takings
            business = takings * (1.0 + m_owner_support[city, s])
            labour[block, city, s, 2] += w * business
        farm = h_farm[i] * m.farm_index * m.growth
        usual_business += farm
        property_income = h_property[i] * m.growth
        imputed_income = property_income * p_imputed_income_share[residence]
        property_cash = property_income - imputed_income
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
                usual_wage = (usual_business - farm) / owners
            if usual_wage > 0.0:
                free = p.tax_allowance + p.elderly_deduction
                if e == main:
                    free += p.child_deduction * children
                if occupation == Occupation.SELF_EMPLOYED:
                    free = usual_wage  # business income is net of its own tax
                contribution, levy, fund = rules.wage_deductions(
                    usual_wage, p_contributions[0, occupation], participation, p_contributions[2, occupation] > 0.0,
                    p_contributions[3, occupation], mean_wage, p.base_floor, p.base_ceiling, free, p_tax_brackets,
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
            float(h_resident_insured[i]), max(h_members[i, _ADULTS] - hired, 0.0), p.medical_premium * m.growth,
            p.pension_premium * m.growth,
        )  # fmt: skip
        deductions += premiums
        usual_deductions += premiums
        promise = 0.0
        policy = 0.0
        policy_usual = 0.0
        labelled = 0.0
        label_category = -1
        for j in range(m_transfers.shape[0]):
            r = m_transfers[j]
            if not (r.zones >> zone) & 1 or quintile > r.max_quintile:
                continue
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
            if r.take_up < 1.0 and uniform(m.seed, i, 0, m_luck[r.rule]) >= r.take_up:
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
                label_category = r.label_category
            cost[r.rule, city] += w * paid
            gross[r.rule] += w * paid
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
            m.loan_rate_cut > 0.0 and uniform(m.seed, i, 0, m_luck[m.loan_rule]) < m.loan_eligible
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
            mortgage_interest = h_mortgage[i] * p.mortgage_rate
            mortgage_paid = min(h_mortgage[i], max(0.0, float(h_mortgage_payment[i]) - mortgage_interest))
        if m.loan_rule >= 0 and interest_subsidy > 0.0:
            cost[m.loan_rule, city] += w * interest_subsidy
            gross[m.loan_rule] += w * (loan + max(-wealth, 0.0)) / 12.0
        # what is put aside: by law, for children, for old age, and without a named purpose
        education = 0.0
        retirement = 0.0
        if stage != Stage.RETIRED:
            minors = children - h_members[i, _STUDENTS]
            education = rules.education_plan(
                minors, p.education_cost * m.growth, p.education_share, band_starts[4]
            )
            old_age_income += promise + pensions + property_cash + transfers + p.old_farm_share * farm
            retirement = rules.retirement_plan(
                permanent, old_age_income, p.retirement_target, p.retirement_share, p.drawing_over_saving
            )
        saving_share = min(
            float(h_saving_rate[i]) + (housing_fund + education + retirement) / permanent, MOST_COMMITTED
        )
        debt_service = loan_interest + loan_repaid + mortgage_interest + mortgage_paid
        spendable = max((1.0 - saving_share) * permanent - debt_service, p.floor_income_share * permanent)
        committed = rules.committed_saving(
            saving_share * permanent,
            (cash_income - policy + policy_usual) / permanent,
            wealth + cash_income - policy + policy_usual - debt_service - spendable,
        )
        available = wealth + interest + interest_subsidy + cash_income - committed - debt_service

        # --- durables: a unit of each class may be replaced, an empty slot filled
        for k in range(N_CATEGORIES):
            by_category[k] = 0.0
        durable_outlay = 0.0
        subsidies = 0.0
        loan_new = 0.0
        withdrawn = 0.0
        lumps = 0.0
        for k in range(N_DURABLES):
            # most draws lie above any hazard a class can have: the units need not be looked at
            u = hazard_draw[k]
            slots = _FIRST_SLOT[k + 1] - _FIRST_SLOT[k]
            if u >= slots * p_hazard_cap[k] + p_hazard_cap[N_DURABLES + k]:
                continue
            oldest = -1
            free = -1
            units = 0
            for s in range(_FIRST_SLOT[k], _FIRST_SLOT[k + 1]):
                bought = int(h_durable_bought[i, s])
                if bought == NOT_OWNED:
                    free = s
                else:
                    units += 1
                    oldest = max(oldest, m.t - bought)
            # nor need anything be priced where even the best offer of the month would not do
            bound = p_hazard_cap[N_DURABLES + k] if free >= 0 else 0.0
            if oldest >= 0:
                bound += units * m_hazard_bound[k, min(oldest, m_hazard_bound.shape[1] - 1)]
            if u >= bound:
                continue
            u_power, u_day, u_grade, u_credit = uniform4(m.seed, i, m.t, Draw.POWERTRAIN // 4)
            relative = permanent / p_mean_income[residence]
            z = normal_quantile(uniform(m.seed, i, m.t, Draw.DURABLE_MODEL + k))
            sector = _DURABLE_SECTOR[k]
            price = (
                p_durable_price[k, residence]
                * relative**p.price_income_elasticity
                * math.exp(p.price_sigma * z - 0.5 * p.price_sigma * p.price_sigma)
                * m_price[city, sector]
            )
            new_energy = 0
            if k == 0 and u_power < m.new_energy_share:
                new_energy = 1
            amount, row = _best_subsidy(
                m_durable_rules,
                rule_ranges[k],
                rule_ranges[k + 1],
                price,
                zone,
                group,
                new_energy,
                oldest,
                u_grade,
                u_day,
                m_pool_open,
            )
            amount = min(amount, (1.0 - LEAST_NET) * price)
            full = price + (1.0 - p_pass_through[k]) * amount
            net = full - amount
            later = net
            if row >= 0:
                left = m_durable_rules[row].months_left
                if 0 < left <= p.announcement_months:
                    later = net + (price - net) / left
            credit_gain = 0.0
            if subsidised_credit:
                credit_gain = p_credit_take_up[k] * rules.interest_saved(m.loan_rate_cut, p.loan_months)
            effect = rules.price_effect(
                price,
                net * (1.0 - credit_gain),
                p_durable_elasticity[k],
                later * (1.0 - credit_gain),
                p.intertemporal_elasticity,
            )
            buys = -1
            chance = 0.0
            for s in range(_FIRST_SLOT[k], _FIRST_SLOT[k + 1]):
                if h_durable_bought[i, s] == NOT_OWNED:
                    continue
                age = float(m.t - h_durable_bought[i, s])
                chance += rules.replacement_hazard(
                    p_hazard_cap[k], age, p_half_age[k], p_age_spread[k], effect
                )
                if u < chance:
                    buys = s
                    break
            if buys < 0 and free >= 0:
                adds = p_add_rate[k, residence] * relative ** p_add_income_elasticity[k] * math.exp(effect)
                if u < chance + min(adds, p_hazard_cap[N_DURABLES + k]):
                    buys = free
            if buys < 0:
                continue
            # what cash does not cover comes out of savings, then from a loan, down payment permitting
            room = max(available - p.reserve_months * spendable, 0.0)
            savings = p.savings_share * (h_term_deposits[i] - withdrawn)
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
                replaced = h_durable_bought[i, buys]
                diaries[i, Entry.DURABLES + k] = full
                diaries[i, Entry.DURABLE_SUBSIDY + k] = amount
                diaries[i, Entry.DURABLE_AGE + k] = -1 if replaced == NOT_OWNED else m.t - replaced
            h_durable_bought[i, buys] = m.t
            durable_outlay += full
            subsidies += amount
            loan_new += lend
            available += lend + from_savings - net
            lumps += net - lend - from_savings
            by_category[_DURABLE_CATEGORY[k]] += full
            demand[block, city, sector] += w * full
            acc[Item.DURABLE_UNITS + k] += w
            if k == 0:
                acc[Item.VEHICLES] += w * full
            if row >= 0:
                r_id = m_durable_rules[row].rule
                cost[r_id, city] += w * amount
                gross[r_id] += w * full
        if loan_new > 0.0:
            h_loan_payment[i] = loan_new / p.loan_months
        h_loan[i] = loan - loan_repaid + loan_new

        # --- medical expense
        medical = 0.0
        if rules.event(u_medical, p_medical_probability[residence] * need[2]):
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

        # --- trips
        trip_cost = 0.0
        block_days = m_block_days[city]
        free_days = m.free_days
        for e in range(2):
            if h_occupation[i, e] == Occupation.FORMAL and h_takes_leave[i, e] < m.leave_take_up:
                days = float(h_leave_days[i, e])
                free_days += days / 12.0
                block_days += m.leave_bridging * days * m.holiday_share
                break
        if m_school_break[city] > 0.0 and (
            h_child_age[i, 0] >= band_starts[2] or h_child_age[i, 1] >= band_starts[2]
        ):
            block_days = max(block_days, _WEEKEND + m_school_break[city])
            free_days += m_school_break[city]
        per_head = permanent / max(persons, 1.0)
        p_trip = rules.trip_probability(
            m_trip_logsum[city], p_trip_constant[residence], block_days, p.block_weight, free_days, p.free_weight,
            math.log(per_head / (p_mean_income[2] * m.growth)), p.trip_income_weight,
        )  # fmt: skip
        if rules.event(u_trip, p_trip):
            u_destination, u_length, u_spending, _ = uniform4(m.seed, i, m.t, Draw.DESTINATION // 4)
            d = 0
            shift = math.exp(p.outside_block_weight * block_days)
            inside = m_destination_cdf[city, N_CITIES - 1]
            total = inside + (1.0 - inside) * shift
            target = u_destination * total
            while d < N_CITIES and target > m_destination_cdf[city, d]:
                d += 1
            outside = 1 if d >= N_CITIES else 0
            nights = min(-math.log(u_length) * p_trip_nights[outside], block_days)
            party = (
                min(persons, 1.0 + p_trip_nights[2] * (persons - 1.0))
                if block_days < p.family_trip_days
                else persons
            )
            z = normal_quantile(u_spending)
            basis = (
                party * (1.0 + nights) * p_daily_spending[outside, residence] * m.growth
                * (per_head / (p_mean_income[2] * m.growth)) ** p.spending_income_elasticity
                * math.exp(p.spending_sigma * z - 0.5 * p.spending_sigma * p.spending_sigma)
            )  # fmt: skip
            waived = 0.0
            if not outside:
                waived = basis * p_trip_components[_TICKETS] * (1.0 - m_ticket_factor[d])
            if basis - waived <= p.trip_cash_share * max(available, 0.0):
                trip_cost = basis - waived
                for c in range(5):
                    part = basis * p_trip_components[c] - (waived if c == _TICKETS else 0.0)
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
                trips[block, d, 0] += w * party
                trips[block, d, 1] += w * trip_cost
                if outside:
                    acc[Item.TRIPS_OUTSIDE] += w * trip_cost
                    acc[Item.TRIP_PERSONS_OUTSIDE] += w * party
                else:
                    acc[Item.TRIPS_INSIDE] += w * trip_cost
                    acc[Item.TRIP_PERSONS_INSIDE] += w * party

        # --- consumption out of cash on hand; labelled money is spent on its label first
        labelled = min(labelled, max(available, 0.0))
        row_c = regime * m.group_rows + rules.policy_row(
            int(h_risk[i]), int(h_insurance[i]), stage, int(h_patience[i]), p.patience_types
        )
        # below the cash that allows the least consumption, savings are tapped, then relief tops up
        short = m_consumption_table.lowest[row_c] * spendable - (available - labelled)
        relief = 0.0
        if short > 0.0:
            tapped = min(short, max(float(h_term_deposits[i]) - withdrawn, 0.0))
            relief = short - tapped
            withdrawn += tapped
            available += short
        planned = consume((available - labelled) / spendable, row_c, m_consumption_table) * spendable
        # part of the plan is kept for what comes in lumps: trips and durables
        normal = planned * (1.0 - p_lump_share[residence])
        trip_home = min(p.trip_displacement * trip_cost, p.trip_cash_share * normal)
        acc[Item.PLANNED] += w * planned
        acc[Item.LUMPS] += w * (lumps + trip_cost - trip_home)
        pantry = min(float(h_stored[i]) / p.pull_forward_months, p.trip_cash_share * normal)
        home = max(normal - trip_home - pantry, 0.0)
        h_stored[i] -= pantry
        needed = 0.0
        for g in range(N_GOODS):
            spend[g] = (
                p_subsistence[residence, g] * m.growth * need[_GOOD_NEED[g]] * m_price[city, _GOOD_SECTOR[g]]
            )
            needed += spend[g]
        scale, above = rules.supernumerary_ratio(home, needed)
        for g in range(N_GOODS):
            spend[g] = spend[g] * scale + p_marginal_share[residence, g] * above
        if label_category >= 0:
            for g in range(N_GOODS):
                if _GOOD_CATEGORY[g] == label_category:
                    spend[g] += labelled
                    break

        # --- coupons
        discount = 0.0
        extra_from_saving = 0.0
        for j in range(m_coupons.shape[0]):
            r = m_coupons[j]
            if not (r.zones >> zone) & 1 or r.goods == 0 or m_claim_probability[j] <= 0.0:
                continue
            if not (r.groups == 0 or r.groups & group):
                continue
            if uniform(m.seed, i, m.t, m_luck[r.rule]) >= m_claim_probability[j]:
                continue
            if r.digital_only and h_digital[i] > p_digital_share[residence]:
                continue
            u_basket = uniform(m.seed, i, m.t, Draw.BASKET)
            z = normal_quantile(u_basket)
            held = r.per_holder
            for g in range(N_GOODS):
                if held <= 0.0 or not (r.goods >> g) & 1 or spend[g] <= 0.0:
                    continue
                number = max(1.0, p_baskets[g])
                used = min(held, number)
                size = (
                    spend[g] / number * math.exp(p.basket_sigma * z - 0.5 * p.basket_sigma * p.basket_sigma)
                )
                redeemed, gap = rules.redeem_coupon(size, r.threshold, r.discount, p.salience, p.waste)
                if not redeemed:
                    continue
                held -= used
                off = used * min(r.discount, size + gap)
                stretch = used * gap
                if gap <= 0.0:
                    stretch = p.labelling * off
                # the extra comes from other goods now, from later months, or from saving
                now = p.displaced_now * stretch
                forward = p_storability[g] * (stretch - now)
                spend[g] += stretch
                taken = 0.0
                for g2 in range(N_GOODS):
                    if g2 != g and above > 0.0:
                        cut = now * p_marginal_share[residence, g2]
                        cut = min(cut, MOST_CUT * spend[g2])
                        spend[g2] -= cut
                        taken += cut
                if keeps:
                    diaries[i, Entry.COUPON_EXTRA] += stretch
                    diaries[i, Entry.COUPON_FROM_GOODS] += taken
                    diaries[i, Entry.COUPON_FROM_LATER] += forward
                    if gap > diaries[i, Entry.COUPON_THRESHOLD] - diaries[i, Entry.COUPON_BASKET]:
                        diaries[i, Entry.COUPON_BASKET] = size
                        diaries[i, Entry.COUPON_THRESHOLD] = r.threshold
                        diaries[i, Entry.COUPON_GOOD] = g + 1
                h_stored[i] += forward
                extra_from_saving += stretch - taken
                discount += off
                acc[Item.COUPON_EXTRA] += w * stretch
                acc[Item.COUPON_DISPLACED_NOW] += w * taken
                acc[Item.COUPON_PULLED_FORWARD] += w * forward
                cost[r.rule, city] += w * off
                gross[r.rule] += w * used * max(size, r.threshold)

        # --- close the household's month
        imputed = 0.0
        if h_tenure[i] > 0:
            imputed = h_home_value[i] * p_rent_yield[residence] * m.growth
        paid = 0.0
        for g in range(N_GOODS):
            by_category[_GOOD_CATEGORY[g]] += spend[g]
            paid += spend[g]
            demand[block, city, _GOOD_SECTOR[g]] += w * spend[g]
            acc[Item.RETAIL] += w * spend[g] * _GOOD_RETAIL[g]
            acc[Item.SERVICES] += w * spend[g] * _GOOD_SERVICE[g]
        by_category[Category.HEALTH] += medical
        demand[block, city, Sector.HEALTH_CARE] += w * medical
        acc[Item.SERVICES] += w * (medical + imputed)
        acc[Item.RETAIL] += w * durable_outlay
        by_category[Category.HOUSING] += imputed
        end = available + discount - trip_cost - paid
        h_liquid_wealth[i] = end
        h_term_deposits[i] += committed - withdrawn
        h_mortgage[i] -= mortgage_paid
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
        acc[Item.LOAN_NEW] += w * loan_new
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
            diaries[i, Entry.COMMITTED] = committed
            diaries[i, Entry.WITHDRAWN] = withdrawn
            diaries[i, Entry.DEBT_SERVICE] = debt_service
            diaries[i, Entry.LOAN_NEW] = loan_new
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
            diaries[i, Entry.TAX] = tax
            diaries[i, Entry.HOUSING_FUND] = housing_fund
            diaries[i, Entry.EDUCATION_PLAN] = education
            diaries[i, Entry.RETIREMENT_PLAN] = retirement
            diaries[i, Entry.PENSION_PROMISE] = promise
            for g in range(N_GOODS):
                diaries[i, Entry.GOODS + g] = spend[g]
            for k in range(N_CATEGORIES):
                diaries[i, Entry.CATEGORIES + k] = by_category[k]
