"""What the loops are told about a month, and what policy cost in it: translations between Conditions, markets and books."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from jinxiao.model import payments as pm
from jinxiao.model.conditions import MAX_RULES, Conditions, Instrument
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.loop import LEAST_NET, HouseholdMonth, HouseholdParameters
from jinxiao.model.households.rules import interest_saved
from jinxiao.model.ledger import Account
from jinxiao.model.names import N_CITIES, N_DURABLES, N_SECTORS, Payer, Sector
from jinxiao.model.tourists.loop import TouristMonth

if TYPE_CHECKING:
    from jinxiao.model.economy import Economy

LONGEST_AGE = 719
"""Ages of durables beyond this, in months, count as this in the bound of hazards."""


def _zones_in(mask: int, per_zone: np.ndarray) -> float:
    return float(sum(per_zone[z] for z in range(len(per_zone)) if mask >> z & 1))


def claim_probabilities(
    conditions: Conditions, households: np.ndarray, values: Mapping[str, Any]
) -> np.ndarray:
    """Return the probability that a household with access holds a coupon of each wave this month.

    Quantity over claimants: households of the zones with digital access who try. One at most.
    """
    digital = np.tile(np.minimum(np.asarray(values["coupons.digital_share"]), 1.0), N_CITIES)
    out = np.zeros(len(conditions.coupons))
    for j, wave in enumerate(conditions.coupons):
        access = digital if wave["digital_only"] else np.ones_like(digital)
        claimants = _zones_in(int(wave["zones"]), households * access) * values["coupons.claim_interest"]
        offered = float(wave["quantity"] * (1.0 - wave["for_visitors"]))
        if claimants > 0.0 and wave["per_holder"] > 0.0:
            # of those who try; trying is part of the draw
            share = min(1.0, offered / (claimants * wave["per_holder"]))
            out[j] = share * values["coupons.claim_interest"]
    return out


def new_energy_share(month: int, by_year: np.ndarray) -> float:
    """Return the new-energy share of new cars, interpolated between mid-years."""
    return float(min(1.0, np.interp((month - 5.5) / 12.0, np.arange(len(by_year)), by_year)))


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
        effect = -p.durable_elasticity[k] * np.log(
            (1.0 - rate) * (1.0 - credit)
        ) - p.intertemporal_elasticity * np.log(1.0 - rate)
        bounds[k] = p.hazard_cap[k] / (1.0 + np.exp(-((ages - p.half_age[k]) / p.age_spread[k] + effect)))
    return bounds


def household_month(
    economy: "Economy", table: Any, rules: np.ndarray, open_share: np.ndarray
) -> HouseholdMonth:
    """Return the tuple that the household loop reads this month."""
    c, v, s = economy.conditions, economy.values, economy.state.markets
    calendar = economy.baseline.calendar[economy.month]
    return HouseholdMonth(
        t=economy.month,
        seed=economy.model_seed,
        growth=economy.growth,
        floor=c.wage_floor,
        wage_index=s.wage_index,
        self_index=s.self_index,
        owner_support=s.owner_support,
        farm_index=1.0,
        separation=s.separation,
        zone_risk=economy.zone_risk,
        finding=s.finding,
        vacancy_cdf=s.vacancy_cdf,
        price=s.price,
        training=c.training,
        training_wage_gain=float(c.training_wage_gain),
        training_finding_gain=float(c.training_finding_gain),
        uninsured_change=np.stack([c.uninsured_share, c.uninsured_share + c.group_uninsured_share]),
        consumption_table=table,
        destination_cdf=economy.destination_cdf,
        trip_logsum=economy.trip_logsum,
        block_days=np.full(N_CITIES, calendar.longest_block),
        free_days=calendar.free_days,
        holiday_share=calendar.holiday_share,
        leave_take_up=v["leisure.leave_take_up"] + float(c.leave_take_up),
        leave_bridging=v["leisure.leave_bridging"] + float(c.leave_bridging),
        school_break=c.school_break_days,
        ticket_factor=c.ticket_factor,
        ticket_rule=ticket_carrier(c),
        transfers=c.transfers,
        durable_rules=rules,
        hazard_bound=hazard_bounds(economy.household_parameters, rules, float(c.loan_rate_cut)),
        pool_open=open_share,
        coupons=c.coupons,
        claim_probability=claim_probabilities(c, economy.zone_households, v),
        loan_rate_cut=float(c.loan_rate_cut),
        loan_eligible=float(c.loan_eligible_share),
        loan_rule=int(c.loan_rule),
        new_energy_share=new_energy_share(economy.month, np.asarray(v["durables.new_energy_share"])),
        benefit_change=c.job_loss_replacement + np.array([0.0, c.group_job_loss_replacement]),
        regime_groups=int(c.regime_groups),
        group_rows=len(table.limits) // 2 if c.regime_groups else 0,
        luck=economy.luck,
    )


def tourist_month(economy: "Economy") -> TouristMonth:
    """Return the tuple that the tourist loop reads this month."""
    c = economy.conditions
    calendar = economy.baseline.calendar
    pool = (
        float(economy.state.parties.weight.sum(dtype=np.float64))
        * economy.values["tourists.base_probability"]
    )
    claim = np.zeros(len(c.coupons))
    for j, wave in enumerate(c.coupons):
        claim[j] = min(
            1.0, float(wave["quantity"] * wave["for_visitors"]) / max(pool * float(wave["per_holder"]), 1.0)
        )
    return TouristMonth(
        t=economy.month,
        seed=economy.model_seed,
        growth=economy.growth,
        utility=economy.visitor_logsum + c.market_friction,
        block_days=calendar[economy.month].longest_block,
        mean_block=float(np.mean([calendar[m].longest_block for m in range(12)])),
        destination_cdf=economy.visitor_cdf,
        ticket_factor=c.ticket_factor,
        ticket_rule=ticket_carrier(c),
        refund_rate=float(c.refund_rate),
        refund_threshold=float(c.refund_threshold),
        refund_reach=float(c.refund_reach),
        refund_rule=int(c.refund_rule),
        visa_free_shift=float(c.visa_free_shift),
        price=economy.state.markets.price,
        coupons=c.coupons,
        visitor_claim=claim,
        luck=economy.luck,
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


@dataclass
class Channels:
    """What policy cost this month.

    Attributes
    ----------
    cost : ndarray, shape (MAX_RULES, cities)
        Yuan by rule and city, all channels.
    payments : list of (amounts by rule, payee, item)
        For the ledger.
    waived, administration : ndarray, shape (cities, sectors)
        Gate money that payers make good to sites; orders placed with business services.
    to_owners : ndarray, shape (cities, sectors)
        Part of the refunds to firms that goes to individual businesses, whose owners are households.
    borne_by_firms, refunds_to_firms, visitor_coupons : float
        Yuan.
    """

    cost: np.ndarray
    payments: list[tuple[dict[int, float], Account, str]]
    waived: np.ndarray
    administration: np.ndarray
    to_owners: np.ndarray
    borne_by_firms: float
    refunds_to_firms: float
    visitor_coupons: float


def _firms_part(amounts: Mapping[int, float], instruments: Mapping[int, Instrument]) -> float:
    return sum(a * instruments[r].payer_shares[Payer.FIRMS] for r, a in amounts.items())


def policy_channels(economy: "Economy") -> Channels:
    """Add up by rule what the loops booked and what acts outside them; say who is paid."""
    c, v = economy.conditions, economy.values
    households, visitors = economy.household_cost, economy.visitor_costs
    cost = np.zeros((MAX_RULES, N_CITIES))
    population = economy.zone_households.reshape(N_CITIES, 2).sum(axis=1)
    population = population / population.sum()
    payments: list[tuple[dict[int, float], Account, str]] = []

    def book(by_city: np.ndarray, amounts: dict[int, float], payee: Account, item: str) -> None:
        total = by_city.sum()
        shape = by_city / total if total else population
        for rule, amount in amounts.items():
            cost[rule] += amount * shape
        payments.append((amounts, payee, item))

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
    cover = float(economy.totals[Item.EXTRA_COVER])
    if cover:
        book(population, split_channel(c, "uninsured_share", cover), Account.FIRMS, "other_purchases")
    extra = float(economy.totals[Item.EXTRA_BENEFIT])
    if extra:
        for rule, amount in split_channel(c, "job_loss_replacement", extra).items():
            cost[rule] += amount * population  # paid by the funds as part of benefits
    refunds: dict[int, float] = {}
    if c.labour_cost_relief.any():
        wages = economy.worked[..., 1]
        relief = wages * c.labour_cost_relief[None, :]
        refunds = split_channel(c, "labour_cost_relief", float(relief.sum()))
        book(relief.sum(axis=1), refunds, Account.FIRMS, "labour_cost_refunds")
    refunded = sum(refunds.values())
    to_owners = np.zeros((N_CITIES, N_SECTORS))
    if c.business_loan_rate_cut.any():
        loans = economy.custom * v["firms.loans_to_sales"]
        subsidy = loans * c.business_loan_rate_cut[None, :]
        amounts = split_channel(c, "business_loan_rate_cut", float(subsidy.sum()), c.business_loan_rule)
        book(subsidy.sum(axis=1), amounts, Account.FIRMS, "interest_subsidies")
        refunded += sum(amounts.values())
        to_owners = subsidy * economy.founding.own_share
    administration = np.zeros((N_CITIES, N_SECTORS))
    if c.cost_by_rule:
        amounts = {r: float(a) for r, a in sorted(c.cost_by_rule.items()) if a}
        administration[:, Sector.BUSINESS_SERVICES] = sum(amounts.values()) * population
        book(population, amounts, Account.FIRMS, "administration")
    borne = sum(_firms_part(amounts, economy.instruments) for amounts, _, _ in payments)
    return Channels(cost, payments, waived, administration, to_owners, borne, refunded, visitor_coupons)
