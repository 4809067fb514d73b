"""What the loops are told about a month, and what policy cost in it: translations between Conditions, markets and books."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jinxiao.model import markets as mk
from jinxiao.model import payments as pm
from jinxiao.model.baseline import CalendarMonth
from jinxiao.model.conditions import MAX_RULES, Basis, Channel, ClaimRule, Conditions, Instrument
from jinxiao.model.households import family
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.coupons import count_claimants, rush_deadline
from jinxiao.model.households.loop import LEAST_NET, WORD, HouseholdMonth, HouseholdParameters
from jinxiao.model.households.rules import LONGEST_BLOCK, highest_effect, interest_saved, wish_fits
from jinxiao.model.ledger import Account
from jinxiao.model.names import (
    N_CITIES,
    N_DURABLES,
    N_QUINTILES,
    N_SECTORS,
    N_ZONES,
    Payer,
    Period,
    Sector,
)
from jinxiao.model.tourists.choice import WAKING_HOURS, Lodging, free_cities, holiday_occasions
from jinxiao.model.tourists.loop import TouristMonth

if TYPE_CHECKING:
    from jinxiao.model.economy import Economy

MIDDLE_OF_2024 = 5.5
MONTHS_A_YEAR = 12
COME_OF_AGE = 216
"""Months of age at which a child is grown."""
LONGEST_AGE = 719
"""Ages of durables beyond this, in months, count as this in the bound of hazards."""
SKILLS = 32
"""Classes of digital skill in which the queue of a rush is counted."""


def claims(conditions: Conditions, columns: Any, p: HouseholdParameters) -> tuple[np.ndarray, np.ndarray]:
    """Return how the packs of each wave are given away: probability of holding one, and last arrival served in a rush.

    The first is for households with access (in a lottery trying is part of it), the second in units of the queue. Waves whose
    packs outnumber the claimants serve all who try; a universal wave everyone with access.
    """
    probability = np.zeros(len(conditions.coupons))
    deadline = np.zeros(len(conditions.coupons))
    counted: dict[int, np.ndarray] = {}
    for j, wave in enumerate(conditions.coupons):
        offered = float(wave["quantity"] * (1.0 - wave["for_visitors"]))
        if offered <= 0.0 or wave["per_holder"] <= 0.0 or wave["goods"] == 0:
            continue
        groups = int(wave["groups"])
        if groups not in counted:
            counted[groups] = count_claimants(
                columns.zone, columns.group, columns.head_age, columns.digital, columns.weight, p.digital_share, groups,
                SKILLS,
            )  # fmt: skip
        inside = np.array([int(wave["zones"]) >> z & 1 for z in range(N_ZONES)], dtype=bool)
        households = counted[groups][inside].sum(axis=0)
        # on paper skill does not count: all are as quick as the middle
        paper = wave["channel"] == Channel.PAPER
        crowd = households.sum(axis=1, keepdims=True) if paper else households[:, :SKILLS]
        packs = offered / float(wave["per_holder"])
        trying = crowd * p.claim_interest
        share = min(1.0, packs / max(float(trying.sum()), 1e-9))
        universal = wave["claim"] == ClaimRule.UNIVERSAL
        probability[j] = 1.0 if universal else share * p.claim_interest
        deadline[j] = rush_deadline(trying, packs, p.rush_skill, p.rush_age)
    return probability, deadline


def new_energy_share(month: int, by_year: np.ndarray) -> float:
    """Return the new-energy share of new cars, interpolated between mid-years."""
    return float(min(1.0, np.interp((month - 5.5) / 12.0, np.arange(len(by_year)), by_year)))


def child_benefits(conditions: Conditions) -> np.ndarray:
    """Return what a child born now would bring under today's rules until it is 18, yuan, by zone and quintile.

    Grants for a birth and monthly benefits for children of an age, times take-up, not discounted. Rules kept to groups of
    an experiment are left out.
    """
    worth = np.zeros((N_ZONES, N_QUINTILES))
    for row in conditions.transfers:
        if row["groups"] != 0:
            continue
        if row["basis"] == Basis.BIRTH:
            months = 1
        elif row["basis"] == Basis.CHILD:
            months = max(min(int(row["age_max"]), COME_OF_AGE) - max(int(row["age_min"]), 0), 0)
        else:
            continue
        zones = [z for z in range(N_ZONES) if int(row["zones"]) >> z & 1]
        worth[zones, : int(row["max_quintile"]) + 1] += months * row["amount"] * row["take_up"]
    return worth


def transfers_by_cell(transfers: np.ndarray) -> np.ndarray:
    """Return which transfers are open to households by zone, income quintile and basis, as bits of words.

    Most transfers of a month do not concern a household: it looks at those of the bases that it has, and of its zone and
    quintile. Groups of an experiment, ages and occupations are left to be looked at one by one.

    Parameters
    ----------
    transfers : ndarray of TRANSFER

    Returns
    -------
    ndarray of uint64, shape (zones, quintiles, words, bases)
        Bit ``b`` of word ``w`` stands for row ``64 w + b``.
    """
    words = -(-len(transfers) // WORD)
    cells = np.zeros((N_ZONES, N_QUINTILES, words, len(Basis)), dtype=np.uint64)
    for row, transfer in enumerate(transfers):
        inside = [z for z in range(N_ZONES) if int(transfer["zones"]) >> z & 1]
        up_to = int(transfer["max_quintile"]) + 1
        cells[inside, :up_to, row // WORD, int(transfer["basis"])] |= np.uint64(1 << row % WORD)
    return cells


def hazard_bounds(p: HouseholdParameters, rules: np.ndarray, rate_cut: float) -> np.ndarray:
    """Return the highest replacement hazard any household can have this month by class and age of the unit in months.

    The loop looks no further where a draw lies above it. A share of the price bounds the price effect; where a flat amount
    is paid, nothing does, and the bound is the cap.
    """
    ages = np.arange(LONGEST_AGE + 1, dtype=np.float64)
    bounds = np.empty((N_DURABLES, ages.size))
    for k in range(N_DURABLES):
        mine = rules[rules["durable"] == k]
        if (mine["flat"] > 0.0).any():
            bounds[k] = p.hazard_cap[k]
            continue
        rate = min(float(mine["rate"].max(initial=0.0)), 1.0 - LEAST_NET)
        credit = p.credit_take_up[k] * interest_saved(rate_cut, p.loan_months)
        effect = highest_effect(rate, credit, p.durable_elasticity[k])
        bounds[k] = p.hazard_cap[k] / (1.0 + np.exp(-((ages - p.half_age[k]) / p.age_spread[k] + effect)))
    return bounds


def look_ahead(p: HouseholdParameters, rules: np.ndarray) -> np.ndarray:
    """Return from how many months ahead purchases of each class may be brought forward into this one, shape (durables,).

    None unless the announced last month of a subsidy is this one. What it saves at most over the cost of a month bounds the
    distance, and so does how far ahead a household knows its dates.
    """
    months = np.zeros(N_DURABLES, np.int64)
    last = rules[(rules["months_left"] == 1) & (rules["starts_in"] == 0)]
    for k in range(N_DURABLES):
        mine = last[last["durable"] == k]
        rate = min(float(mine["rate"].max(initial=0.0)), 1.0 - LEAST_NET)
        if (mine["flat"] > 0.0).any():
            months[k] = p.foresight_months
        elif rate > 0.0:
            months[k] = min(p.foresight_months, int(-math.log(1.0 - rate) / p.timing_cost) + 1)
    return months


def trip_odds(
    month: int, constant: np.ndarray, logsum: np.ndarray, outing: np.ndarray, values: Mapping[str, Any]
) -> np.ndarray:
    """Return exponentials of utilities of a household of mean income, shape (zones, 3, LONGEST_BLOCK + 1).

    Of a day out in the own city, a trip within the province and one beyond, by the block of days off. The block enters by the
    log probability that a trip as long as is wished fits; a day out needs one day.

    Parameters
    ----------
    month : int
        Month index, for the season.
    constant : ndarray, shape (3, 2)
        By residence.
    logsum, outing : ndarray, shape (cities,)
        Change of the inclusive value of the other cities, and of the utility of a day out in the own one.
    """
    block = np.arange(LONGEST_BLOCK + 1)
    fits = np.array([[wish_fits.py_func(mean, b) for b in block] for mean in values["leisure.wished_nights"]])
    odds = np.empty((N_CITIES, 2, 3, LONGEST_BLOCK + 1))
    odds[:, :, 0] = np.exp(constant[0][None, :, None] + outing[:, None, None]) * (block > 0)
    odds[:, :, 1] = np.exp(constant[1][None, :, None] + logsum[:, None, None]) * (
        fits[0] ** values["leisure.block_weight"]
    )
    odds[:, :, 2] = np.exp(constant[2][None, :, None]) * fits[1] ** values["leisure.block_weight"]
    inside, beyond = np.exp(np.asarray(values["leisure.season"])[:, month % 12])
    return np.array([inside, inside, beyond])[:, None] * odds.reshape(N_ZONES, 3, LONGEST_BLOCK + 1)


def own_days(month: int, calendar: CalendarMonth, values: Mapping[str, Any]) -> np.ndarray:
    """Return days off of those who keep no calendar, at their own choice, shape (3,).

    Of those without work, of the self-employed and flexible, of farmers.
    """
    usual, festival = values["leisure.self_employed_days"]
    farmer = values["leisure.farmer_days"][month % 12]
    return np.array([31.0, festival if calendar.spring_festival else usual, min(farmer, 31.0)])


def farm_season(month: int, values: Mapping[str, Any]) -> float:
    """Return farm income of a month over that of a mean month of the year."""
    season = np.asarray(values["income.farm_season"])
    return float(season[month % 12] / season.mean())


def _wage_earners(economy: "Economy") -> np.ndarray:
    h, count = economy.state.households, np.zeros((N_ZONES, 3))
    family.count_wage_earners(h.zone, h.weight, h.occupation, count)
    return count


def finding_with_placements(finding: np.ndarray, jobless: np.ndarray, placements: np.ndarray) -> np.ndarray:
    """Return the monthly probability of finding work where a programme places some of the unemployed, shape (cities,).

    Firms hire no more than they want: whoever is placed leaves fewer vacancies to others in later months (displacement;
    Crépon, Duflo, Gurgand, Rathelot and Zamora 2013).

    Parameters
    ----------
    finding : ndarray, shape (cities,)
        Probability without the programme.
    jobless : ndarray, shape (zones,)
        People without work last month.
    placements : ndarray, shape (cities,)
        Persons placed.
    """
    looking = jobless.reshape(N_CITIES, 2).sum(axis=1)
    placed = np.where(looking > 0.0, placements / np.maximum(looking, 1.0), 0.0)
    return np.asarray(np.where(placed > 0.0, np.minimum(finding + placed, mk.HIGHEST_FINDING), finding))


def property_factor(conditions: Conditions, interest_share: float) -> float:
    """Return cash property income over what it would be at the rates, rents and dividends of the start."""
    c = conditions
    return 1.0 + interest_share * c.interest_gain + (1.0 - interest_share) * c.rent_gain


def interest_in_property(conditions: Conditions, interest_share: float) -> float:
    """Return the part of cash property income that banks pay, at this month's rates."""
    return interest_share * (1.0 + conditions.interest_gain) / property_factor(conditions, interest_share)


def household_month(
    economy: "Economy",
    table: Any,
    rules: np.ndarray,
    open_share: np.ndarray,
    refill: np.ndarray,
    chance: np.ndarray,
) -> HouseholdMonth:
    """Return the tuple that the household loop reads this month.

    Parameters
    ----------
    rules : ndarray of DURABLE_RULE
        In the order of their class; pools numbered from 0.
    open_share : ndarray, shape (pools, cities)
        Part of the month for which each pool has money.
    refill : ndarray of int, shape (pools,)
        Months until its next release; 0 where none is known.
    chance : ndarray, shape (pools, cities)
        Part of the month for which it had money when it was last given some: the chance to be in time at the next release.
    """
    c, v, s = economy.conditions, economy.values, economy.state.markets
    calendar = economy.days_off()
    claim_probability, claim_deadline = claims(c, economy.state.households, economy.household_parameters)
    return HouseholdMonth(
        t=economy.month,
        seed=economy.model_seed,
        growth=economy.growth,
        floor=c.wage_floor,
        wage_index=s.wage_index,
        self_index=s.self_index,
        owner_support=s.owner_support,
        farm_index=float(s.farm_index[0]),
        farm_season=farm_season(economy.month, v),
        separation=s.separation,
        zone_risk=economy.state.zone_risk,
        finding=finding_with_placements(s.finding, economy.state.jobless, c.placements),
        vacancy_cdf=s.vacancy_cdf,
        entry_cdf=family.open_posts(economy.household_parameters.entry_cdf, _wage_earners(economy)),
        price=s.price,
        training=c.training,
        training_wage_gain=float(c.training_wage_gain),
        training_finding_gain=float(c.training_finding_gain),
        uninsured_change=np.stack([c.uninsured_share, c.uninsured_share + c.group_uninsured_share]),
        consumption_table=table,
        property_factor=property_factor(c, v["firms.interest_share_of_property"]),
        destination_cdf=economy.destination_cdf,
        trip_odds=trip_odds(
            economy.month, economy.baseline.fit.trip_constant, economy.trip_logsum, economy.outing_shift, v
        ),
        site_share=economy.site_share,
        blocks=calendar.blocks,
        days_off=calendar.days,
        holidays_off=calendar.holidays,
        own_days=own_days(economy.month, calendar, v),
        holiday_share=calendar.holiday_share,
        holidays_a_year=calendar.holidays_a_year,
        leave_take_up=v["leisure.leave_take_up"] + float(c.leave_take_up),
        leave_bridging=v["leisure.leave_bridging"] + float(c.leave_bridging),
        school_break=c.school_break_days,
        school_share=c.school_break_share,
        ticket_factor=c.ticket_factor,
        ticket_rule=ticket_carrier(c),
        transfers=c.transfers,
        transfer_cells=transfers_by_cell(c.transfers),
        durable_rules=rules,
        hazard_bound=hazard_bounds(economy.household_parameters, rules, float(c.loan_rate_cut)),
        pool_open=open_share,
        pool_refill=refill,
        pool_chance=chance,
        look_ahead=look_ahead(economy.household_parameters, rules),
        coupons=c.coupons,
        claim_probability=claim_probability,
        claim_deadline=claim_deadline,
        loan_rate_cut=float(c.loan_rate_cut),
        loan_eligible=float(c.loan_eligible_share),
        loan_rule=int(c.loan_rule),
        new_energy_share=new_energy_share(economy.month, np.asarray(v["durables.new_energy_share"])),
        benefit_change=c.job_loss_replacement + np.array([0.0, c.group_job_loss_replacement]),
        regime_groups=int(c.regime_groups),
        group_rows=len(table.limits) // 2 if c.regime_groups else 0,
        leaving=economy.state.leaving,
        child_benefit=child_benefits(c),
        post_share=np.where(
            economy.state.jobless > 0.0, c.posts / np.maximum(economy.state.jobless, 1.0), 0.0
        ),
        post_wage=float(c.post_wage),
        post_rule=int(c.post_rule),
        home_subsidy=c.home_subsidy,
        home_reach=c.home_reach,
        home_rule=int(c.home_rule),
        mortgage_rate_cut=float(c.mortgage_rate_cut),
        down_payment_cut=float(c.down_payment_cut),
        fund_ceiling_rise=float(c.fund_ceiling_rise),
        renewal=c.renewal,
        renewal_grant=float(c.renewal_grant),
        renewal_rule=int(c.renewal_rule),
        home_price_factor=c.home_price_factor,
        holiday_trip=trips_in_holiday(calendar, v),
        resident_room_price=of_residents(s.ahead_price, v),
        resident_room_share=of_residents(s.ahead_share, v),
        spring_festival=calendar.spring_festival,
        home_by_evening=home_by_evening(economy.baseline.distance, v),
        site_found=of_residents(s.site_found, v),
        delivery=c.delivery,
        home_trend=math.exp(v["housing.purchase_trend"] * (economy.month - MIDDLE_OF_2024) / 12.0),
        luck=economy.luck,
    )


def trips_in_holiday(calendar: CalendarMonth, values: Mapping[str, Any]) -> np.ndarray:
    """Return the part of the month's trips made on its longest holiday, and what a day of it counts in days of a weekend, (3,).

    Of people without a calendar, who go on any day, and of those who keep one and go on weekends and holidays.
    """
    days, occasions = calendar.period_days, float(holiday_occasions(calendar, values)[0])
    others = np.array([days[Period.WORKDAYS] + days[Period.WEEKENDS], days[Period.WEEKENDS]])
    a_day = occasions / days[Period.HOLIDAY] if occasions > 0.0 else 1.0
    return np.append(occasions / (occasions + others), a_day)


def of_residents(by_period: np.ndarray, values: Mapping[str, Any]) -> np.ndarray:
    """Return what residents meet of prices or shares by part of the month, off the longest holiday and on it, (2, cities).

    Off the holiday a given share of nights is on weekends.
    """
    weekends = values["tourists.resident_weekend_nights"]
    usual = weekends * by_period[Period.WEEKENDS] + (1.0 - weekends) * by_period[Period.WORKDAYS]
    return np.stack([usual, by_period[Period.HOLIDAY]])


def home_by_evening(distance: np.ndarray, values: Mapping[str, Any]) -> np.ndarray:
    """Return whether a city is so near that one goes home in the evening, by land, shape (cities, cities)."""
    start, speed = values["tourists.travel"][:2]
    return np.asarray(2.0 * (start + distance / speed) / WAKING_HOURS <= values["tourists.day_trip_travel"])


def tourist_month(economy: "Economy") -> TouristMonth:
    """Return the tuple that the tourist loop reads this month."""
    c, visit, s = economy.conditions, economy.visit, economy.state.markets
    claim = np.zeros(len(c.coupons))
    coming = (economy.visitor_pool[:, :, None] * visit.coming).sum(axis=1)
    by_city = (coming[:, :, None] * visit.cities).sum(axis=(0, 1))
    for j, wave in enumerate(c.coupons):
        covered = np.array([bool(int(wave["zones"]) >> 2 * city & 3) for city in range(N_CITIES)])
        parties = visit.parties * mk.share_of(by_city, covered)
        offered = float(wave["quantity"] * wave["for_visitors"])
        claim[j] = min(1.0, offered / max(parties * float(wave["per_holder"]), 1.0))
    return TouristMonth(
        t=economy.month,
        seed=economy.model_seed,
        growth=economy.growth,
        coming_cdf=np.cumsum(visit.coming, axis=2),
        room=visit.month.room,
        city_cdf=np.cumsum(visit.cities, axis=2),
        second_cdf=np.cumsum(
            free_cities(visit.cities, Lodging(s.room_price, s.room_share, s.room_second)), axis=2
        ),
        room_price=s.room_price,
        room_share=s.room_share,
        second_share=s.room_second,
        ticket_factor=c.ticket_factor,
        ticket_rule=ticket_carrier(c),
        refund_rate=float(c.refund_rate),
        refund_threshold=float(c.refund_threshold),
        refund_reach=float(c.refund_reach),
        refund_rule=int(c.refund_rule),
        payment_eased=c.payment_eased,
        coupons=c.coupons,
        visitor_claim=claim,
        luck=economy.luck,
        site_found=s.site_found,
        event_share=mk.event_share(c.brought_visitors, economy.usual_visitors),
        event_ticket=mk.ratio(c.event_tickets, c.brought_visitors),
    )


def ticket_carrier(conditions: Conditions) -> int:
    """Return the rule under which the loops book gate money forgone; the books split it over the channel's rules."""
    if conditions.ticket_rule >= 0:
        return conditions.ticket_rule
    return min(conditions.channel_rules.get("ticket_factor", {-1: 0.0}))


def split_channel(conditions: Conditions, channel: str, amount: float, single: int = -1) -> dict[int, float]:
    """Share ``amount`` among the rules that move a field, in proportion to their parts."""
    parts = {r: abs(p) for r, p in conditions.channel_rules.get(channel, {}).items()}
    total = sum(parts.values())
    if total > 0.0:
        return {r: amount * p / total for r, p in sorted(parts.items())}
    return {single: amount} if single >= 0 else {}


def by_first(amounts: Mapping[tuple[int, int, int], float]) -> dict[int, dict[tuple[int, int], float]]:
    """Return amounts by (rule, sector, zones) as one mapping by (sector, zones) a rule, in the order of the rules."""
    result: dict[int, dict[tuple[int, int], float]] = {}
    for (rule, sector, zones), amount in sorted(amounts.items()):
        if amount:
            result.setdefault(rule, {})[sector, zones] = amount
    return result


@dataclass
class Channels:
    """What policy cost this month.

    Attributes
    ----------
    cost : ndarray, shape (MAX_RULES, cities)
        Yuan by rule and city, all channels.
    payments : list of (amounts by rule, payee, item)
        For the ledger; amounts are yuan by city.
    waived, administration : ndarray, shape (cities, sectors)
        Gate money that payers make good to sites; orders placed with business services and other firms, and homes bought
        from builders.
    to_owners : ndarray, shape (cities, sectors)
        Part of the refunds to firms that goes to individual businesses, whose owners are households.
    to_firms : ndarray, shape (cities, sectors)
        Refunds of labour cost, rewards and grants that firms of a cell get; owners take theirs out of them.
    interest_relief : ndarray, shape (sectors,)
        Monthly interest on business loans taken over, share of the loans.
    cleared : ndarray, shape (2, cities, sectors)
        What policy pays of what firms are owed: by governments, by other firms and buyers outside the province; yuan.
    borne_by_firms, visitor_coupons : float
        Yuan.
    """

    cost: np.ndarray
    payments: list[tuple[dict[int, np.ndarray], Account, str]]
    waived: np.ndarray
    administration: np.ndarray
    to_owners: np.ndarray
    to_firms: np.ndarray
    interest_relief: np.ndarray
    cleared: np.ndarray
    borne_by_firms: float
    visitor_coupons: float


def _firms_part(amounts: Mapping[int, np.ndarray], instruments: Mapping[int, Instrument]) -> float:
    return sum(float(a.sum()) * instruments[r].payer_shares[Payer.FIRMS] for r, a in amounts.items())


def policy_channels(economy: "Economy") -> Channels:
    """Add up by rule what the loops booked and what acts outside them; say who is paid."""
    c = economy.conditions
    households, visitors = economy.household_cost, economy.visitor_costs
    cost = np.zeros((MAX_RULES, N_CITIES))
    population = economy.city_shares
    payments: list[tuple[dict[int, np.ndarray], Account, str]] = []

    def book(by_city: np.ndarray, amounts: dict[int, float], payee: Account, item: str) -> None:
        total = by_city.sum()
        shape = by_city / total if total else population
        shared = {rule: amount * shape for rule, amount in amounts.items()}
        for rule, amount in shared.items():
            cost[rule] += amount
        payments.append((shared, payee, item))

    def book_rules(rows: np.ndarray, rules: np.ndarray, payee: Account, item: str) -> None:
        ids = pm.rules_in(rules)
        for rule in ids:
            cost[rule] += rows[rule]
        payments.append((pm.by_rule(rows, ids), payee, item))

    book_rules(households, c.transfers, Account.HOUSEHOLDS, "policy_transfers")
    book_rules(households, c.durable_rules, Account.FIRMS, "subsidies")
    book_rules(households + visitors, c.coupons, Account.FIRMS, "coupons")
    visitor_coupons = float(visitors[list(pm.rules_in(c.coupons))].sum())
    waived = np.zeros((N_CITIES, N_SECTORS))
    carrier = ticket_carrier(c)
    if carrier >= 0:
        waived[:, Sector.CULTURE_RECREATION] = households[carrier] + visitors[carrier]
        by_city = waived.sum(axis=1)
        book(
            by_city,
            split_channel(c, "ticket_factor", float(by_city.sum()), carrier),
            Account.FIRMS,
            "ticket_waivers",
        )
    if c.refund_rule >= 0:
        book(
            visitors[c.refund_rule],
            {c.refund_rule: float(visitors[c.refund_rule].sum())},
            Account.REST,
            "refunds",
        )
    if c.loan_rule >= 0:
        book(
            households[c.loan_rule],
            {c.loan_rule: float(households[c.loan_rule].sum())},
            Account.BANKS,
            "interest_subsidies",
        )
    for rule, payee, item in (
        (c.post_rule, Account.HOUSEHOLDS, "policy_transfers"),
        (c.renewal_rule, Account.BANKS, "home_subsidies"),
    ):
        if rule >= 0:
            book(households[rule], {rule: float(households[rule].sum())}, payee, item)
    if c.home_rule >= 0:
        paid = households[c.home_rule]
        amounts = split_channel(c, "home_subsidy", float(paid.sum()), c.home_rule)
        book(paid, amounts, Account.BANKS, "home_subsidies")
    acquired = np.zeros((N_CITIES, N_SECTORS))
    if c.acquisition_rule >= 0 and c.homes_acquired.any():
        acquired[:, Sector.CONSTRUCTION] = c.homes_acquired
        total = float(c.homes_acquired.sum())
        book(c.homes_acquired, {c.acquisition_rule: total}, Account.FIRMS, "home_purchases")
    cover = float(economy.totals[Item.EXTRA_COVER])
    if cover:
        book(population, split_channel(c, "uninsured_share", cover), Account.FIRMS, "public_health")
    if c.paid_to_funds:
        book(population, dict(sorted(c.paid_to_funds.items())), Account.FUND, "grants_between_budgets")
    extra = float(economy.totals[Item.EXTRA_BENEFIT])
    if extra:
        for rule, amount in split_channel(c, "job_loss_replacement", extra).items():
            cost[rule] += amount * population  # paid by the funds as part of benefits
    to_firms = np.zeros((N_CITIES, N_SECTORS))
    if c.labour_cost_relief.any():
        wages = economy.worked[..., 1]
        relief = wages * c.labour_cost_relief[None, :]
        refunds = split_channel(c, "labour_cost_relief", float(relief.sum()))
        book(relief.sum(axis=1), refunds, Account.FIRMS, "labour_cost_refunds")
        to_firms += relief * (sum(refunds.values()) / max(float(relief.sum()), 1e-9))
    to_owners = np.zeros((N_CITIES, N_SECTORS))
    interest_relief = np.zeros(N_SECTORS)
    if c.business_loan_rate_cut.any():
        loans = economy.business_loans()
        subsidy = loans * c.business_loan_rate_cut[None, :] / MONTHS_A_YEAR
        amounts = split_channel(c, "business_loan_rate_cut", float(subsidy.sum()), c.business_loan_rule)
        book(subsidy.sum(axis=1), amounts, Account.FIRMS, "interest_subsidies")
        to_owners = subsidy * economy.founding.own_share
        if amounts:
            interest_relief = c.business_loan_rate_cut / MONTHS_A_YEAR
    rewards = economy.rewards_due()
    for k, row in enumerate(c.rewards):
        amount = float(rewards[k].sum())
        if amount > 0.0:
            book(rewards[k].sum(axis=1), {int(row["rule"]): amount}, Account.FIRMS, "rewards")
            to_firms += rewards[k]
    cleared = np.zeros((2, N_CITIES, N_SECTORS))
    parts = c.channel_rules.get("arrears_repaid", {})
    if parts and c.arrears_repaid.any():
        by_firms = {r: part * economy.instruments[r].payer_shares[Payer.FIRMS] for r, part in parts.items()}
        share = sum(by_firms.values()) / sum(parts.values())
        # firms pay what they owe each other, governments what they owe; nobody pays more than that
        cleared[0] = np.minimum((1.0 - share) * c.arrears_repaid, economy.owed_by_governments())
        cleared[1] = np.minimum(share * c.arrears_repaid, economy.owed_by_buyers())
        amounts = split_channel(c, "arrears_repaid", float(cleared.sum()))
        book(cleared.sum(axis=(0, 2)), amounts, Account.FIRMS, "arrears_cleared")
    administration = np.zeros((N_CITIES, N_SECTORS))
    if c.cost_by_rule:
        amounts = {r: float(a) for r, a in sorted(c.cost_by_rule.items()) if a}
        administration[:, Sector.BUSINESS_SERVICES] = sum(amounts.values()) * population
        book(population, amounts, Account.FIRMS, "administration")
    administration += acquired
    for rule, amounts_of in by_first(c.orders).items():
        bought = mk.over_cities(amounts_of, np.tile(population[:, None], N_SECTORS))
        book(bought.sum(axis=1), {rule: float(bought.sum())}, Account.FIRMS, "policy_purchases")
        administration += bought
    for rule, amounts_of in by_first(c.grants).items():
        given = mk.over_cities(amounts_of, np.maximum(economy.custom, 1.0))
        book(given.sum(axis=1), {rule: float(given.sum())}, Account.FIRMS, "grants_to_firms")
        to_firms += given
        to_owners = to_owners + given * economy.founding.own_share
    borne = sum(_firms_part(amounts, economy.instruments) for amounts, _, _ in payments)
    return Channels(
        cost,
        payments,
        waived,
        administration,
        to_owners,
        to_firms,
        interest_relief,
        cleared,
        borne,
        visitor_coupons,
    )
