"""What must hold for every measure and kind of instrument: at no strength, at more, in one city, at its ends, in any order."""

from typing import Any, get_args

import numpy as np
import pytest

from jinxiao.model.economy import Economy
from jinxiao.model.households.accounts import Item
from jinxiao.model.ledger import ITEMS, Account
from jinxiao.model.names import Payer
from jinxiao.scenarios.levers import AnyInstrument
from jinxiao.scenarios.plan import Plan, load_plan
from tests.scenarios.conftest import MONTHS, lived

PLAN = load_plan("shanxi-2025")
NUMBERS = tuple(PLAN.measures)
START = PLAN.start

STRENGTH: dict[str, tuple[str, ...]] = {
    "administration": ("amount",),
    "arrears_repayment": ("amount",),
    "attraction": ("visits_gain", "cost"),
    "budget_pool": ("total",),
    "business_loan_subsidy": ("rate_cut",),
    "consumer_loan_subsidy": ("rate_cut",),
    "coordination": ("take_up_gain", "months_sooner", "cost"),
    "coupon_wave": ("budget",),
    "departure_refund": ("rate",),
    "deposit_rates": ("cut",),
    "durable_subsidy": ("rate", "flat"),
    "entry_cost": ("cut",),
    "event": ("events", "rewarded", "cost"),
    "firm_grant": ("amount",),
    "firm_reward": ("rate", "flat", "per_unit"),
    "home_acquisition": ("homes",),
    "home_delivery": ("homes",),
    "home_renewal": ("homes",),
    "home_subsidy": ("amount", "share"),
    "inbound_ease": ("yearly_growth", "cost"),
    "job_placement": ("persons", "cost"),
    "kept_purchases": ("share", "cost"),
    "labour_cost_relief": ("rate", "amount"),
    "local_sourcing": ("amount", "cost"),
    "medical_cover": ("subsidy", "persons", "spent"),
    "minimum_wage": ("rise",),
    "mortgage_terms": ("rate_cut", "fund_ceiling_rise"),
    "outside_sales": ("gain", "cost"),
    "paid_leave": ("take_up_rise", "bridging_rise"),
    "parcel_subsidy": ("amount",),
    "property_income": ("yearly_growth",),
    "public_investment": ("amount",),
    "school_break": ("coverage",),
    "ticket_waiver": ("participating",),
    "tour_reward": ("guest_nights",),
    "training": ("persons", "cost"),
    "transfer": ("amount", "share"),
    "unemployment_insurance": ("benefit_rise",),
    "visa_free": ("shift",),
    "wage_guideline": ("following",),
}
"""Numbers that are nought where an instrument of this kind does nothing."""
NO_INSTRUMENT = {"credit_line", "payment_ease", "prompt_payment", "public_posts"}
"""Kinds that no measure has; trials use them, and tests of levers hold what is asked of them."""
BY_CITY = {
    "arrears_repayment", "coupon_wave", "durable_subsidy", "entry_cost", "firm_grant", "home_acquisition", "home_delivery",
    "home_renewal", "home_subsidy", "job_placement", "kept_purchases", "minimum_wage", "parcel_subsidy", "public_investment",
    "training", "transfer", "outside_sales", "local_sourcing",
}  # fmt: skip
"""Kinds that act on the people and firms of their zones."""
BEYOND_A_CITY = {
    "attraction": "people of other cities travel there",
    "event": "people of other cities travel there",
    "tour_reward": "guests of a city leave out another",
    "ticket_waiver": "people of other cities travel there",
    "school_break": "families travel to other cities",
    "inbound_ease": "visitors from abroad choose among all cities",
    "visa_free": "visitors from abroad choose among all cities",
    "departure_refund": "visitors from abroad shop in all cities",
    "labour_cost_relief": "a rule on the wage bill of a sector, in all cities",
    "business_loan_subsidy": "a rule on loans of a sector, in all cities",
    "wage_guideline": "a rule on wages of a sector, in all cities",
    "firm_reward": "tested on single firms of the province",
    "consumer_loan_subsidy": "a national rule on every borrower",
    "deposit_rates": "a national rule on every depositor",
    "property_income": "banks and firms of the province pay everybody",
    "mortgage_terms": "a national rule on every mortgage",
    "medical_cover": "one scheme for the province, for whose risk everybody plans",
    "unemployment_insurance": "one scheme for the province, for whose risk everybody plans",
    "paid_leave": "a rule for all employees",
    "budget_pool": "money of subsidies, which have zones of their own",
    "coordination": "acts through instruments, which have zones of their own",
    "administration": "cost alone, spread over the province",
}
"""Kinds that cannot be kept to one city, and the channel by which others feel them."""
SCALED = STRENGTH | {
    "durable_subsidy": (),  # at a given budget a higher rate reaches fewer purchases
    "kept_purchases": ("cost",),
    "minimum_wage": (),
    "deposit_rates": (),  # a larger cut is a loss
    "mortgage_terms": (),  # cheaper mortgages move homes, which are not what releases count
}
"""Numbers of which more can only be more."""


def kept(instrument: Any) -> bool:
    """Whether a level stays when the instrument stops, so that it is history in every scenario."""
    return bool(instrument.persistent and instrument.status == "continued")


LOCAL = {
    number: here
    for number, measure in PLAN.measures.items()
    if (
        here := [
            key
            for key, one in measure.instruments.items()
            if one.kind in BY_CITY and not kept(one) and 0 in one.geo.city_indices
        ]
    )
}
"""Instruments of each measure that can be kept to one city."""


def strengths(plan: Plan, number: int, fields: dict[str, tuple[str, ...]], *kinds: str) -> dict[str, float]:
    """Return the numbers of a measure that say how much it does, by path: of some kinds of instruments, or of all."""
    measure = plan.measures[number]
    return {
        f"measures.{number}.{key}.{path}": parameter.value
        for key, path, parameter, _ in measure.parameters()
        if not kept(measure.instruments[key])
        and (not kinds or measure.instruments[key].kind in kinds)
        and path.rsplit(".", 1)[-1] in fields[measure.instruments[key].kind]
    }


def everything(economy: Economy) -> dict[str, Any]:
    """Return state and records of a run."""
    outcomes, state = economy.outcomes(), economy.state
    assert state.firms is not None
    return {
        **{f"household {k}": v for k, v in state.households._asdict().items()},
        **{f"firm {k}": v for k, v in state.firms._asdict().items()},
        **{f"market {k}": v for k, v in vars(state.markets).items()},
        **{f"outcome {k}": getattr(outcomes, k) for k in ("values", "cost_by_rule", "gross_by_rule")},
        "flows": outcomes.aggregates["flows"],
    }


def differences(a: Economy, b: Economy) -> list[str]:
    """Return the names of what differs in any bit."""
    mine, theirs = everything(a), everything(b)
    return [name for name in mine if mine[name].tobytes() != theirs[name].tobytes()]


def rules_of(number: int) -> list[int]:
    """Return the accounts of a measure."""
    return [rule for (measure, _), rule in PLAN.rules.items() if measure == number]


def test_every_kind_of_lever_is_asked_or_excused() -> None:
    used = {one.kind for measure in PLAN.measures.values() for one in measure.instruments.values()}
    union = get_args(get_args(AnyInstrument)[0])
    kinds = {get_args(kind.model_fields["kind"].annotation)[0] for kind in union}
    assert used <= set(STRENGTH)
    assert kinds - used - {"administration"} == NO_INSTRUMENT
    assert BY_CITY | set(BEYOND_A_CITY) == set(STRENGTH) and not BY_CITY & set(BEYOND_A_CITY)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_measure_of_no_strength_changes_nothing(village: Economy, without: Economy, number: int) -> None:
    zeros = dict.fromkeys(strengths(PLAN, number, STRENGTH), 0.0)
    for key, instrument in PLAN.measures[number].instruments.items():
        assert kept(instrument) or any(f".{number}.{key}." in path for path in zeros), key
    run = lived(village, PLAN.scenario(number).override(zeros).policy(MONTHS))
    assert differences(run, without) == []


@pytest.mark.parametrize("number", LOCAL)
def test_a_measure_for_one_city_leaves_others_alone_in_the_first_round(
    village: Economy, without: Economy, direct: Economy, number: int
) -> None:
    here = LOCAL[number]
    changes: dict[str, Any] = {
        path: 0.0 for path in strengths(PLAN, number, STRENGTH) if path.split(".")[2] not in here
    }
    changes |= {f"measures.{number}.{key}.geo": {"cities": ["Taiyuan"]} for key in here}
    run = lived(village, PLAN.scenario(number).override(changes).policy(MONTHS), without.market_path)
    elsewhere = village.state.households.zone // 2 != 0
    for name, column in run.state.households._asdict().items():
        other = getattr(direct.state.households, name)
        assert column[elsewhere].tobytes() == other[elsewhere].tobytes(), name
    # what it costs beyond administration, which is spread over the province, is spent there
    spent = run.outcomes().cost_by_rule[START:] - direct.outcomes().cost_by_rule[START:]
    shared = sum(
        amount
        for month in run.policy.months[START:]
        for rule, amount in month.cost_by_rule.items()
        if rule in rules_of(number)
    )
    assert spent[..., 1:].sum() <= shared * (1.0 + 1e-9) + 1.0


@pytest.mark.parametrize("number", NUMBERS)
def test_more_strength_gives_no_less_gross_spending(
    village: Economy, runs: dict[int, Economy], number: int
) -> None:
    high = {
        f"measures.{number}.{k}.{p}": s.high
        for k, p, _, s in PLAN.measures[number].parameters()
        if s is not None
    }
    more = {
        path: min(1.5 * value, high.get(path, np.inf))
        for path, value in strengths(PLAN, number, SCALED).items()
    }
    stronger = lived(village, PLAN.scenario(number).override(more).policy(MONTHS))
    rules = rules_of(number)
    for name in ("gross_by_rule", "cost_by_rule"):
        before, after = (getattr(r.outcomes(), name)[:, rules].sum() for r in (runs[number], stronger))
        assert after >= before * (1 - 1e-6), name


@pytest.mark.parametrize("number", NUMBERS)
def test_a_measure_costs_nothing_before_it_starts(
    runs: dict[int, Economy], without: Economy, number: int
) -> None:
    outcomes, before = runs[number].outcomes(), without.outcomes()
    for key, instrument in PLAN.measures[number].instruments.items():
        rule = PLAN.rules.get((number, key))
        if rule is None:
            continue
        assert not outcomes.cost_by_rule[: max(instrument.start, 0), rule].any(), key
        assert not outcomes.gross_by_rule[: max(instrument.start, 0), rule].any(), key
    assert np.array_equal(outcomes.values[:START], before.values[:START], equal_nan=True)


# --- every yuan of cost reaches somebody

POLICY_ITEMS = (
    "policy_transfers", "subsidies", "coupons", "ticket_waivers", "refunds", "administration", "home_purchases",
    "home_subsidies", "policy_purchases", "grants_to_firms", "labour_cost_refunds", "interest_subsidies", "arrears_cleared",
    "rewards",
)  # fmt: skip
"""Items of the ledger under which instruments pay."""
THOSE_WHO_PAY = (
    Account.CENTRE,
    Account.PROVINCE,
    Account.CITIES,
    Account.FUND,
    Account.UNIONS,
    Account.FIRMS,
)
PAID_TO_OTHERS_THAN_FIRMS = {
    "transfer",
    "home_subsidy",
    "home_renewal",
    "consumer_loan_subsidy",
    "departure_refund",
}
"""Kinds whose payments go to households, their banks or people outside. What firms pay firms stays among them."""


@pytest.mark.parametrize("number", NUMBERS)
def test_what_a_measure_costs_is_what_is_received(runs: dict[int, Economy], number: int) -> None:
    """Month by month: households, firms, banks and people outside get what instruments pay, administration included."""
    run = runs[number]
    outcomes, months = run.outcomes(), run.policy.months
    items = [ITEMS.index(item) for item in POLICY_ITEMS]
    received = outcomes.aggregates["flows"][:, THOSE_WHO_PAY][..., items].sum(axis=(1, 2, 3))
    # relief of medical bills and a higher benefit are paid with other bills and benefits
    accounts = outcomes.aggregates["accounts"].sum(axis=(1, 2))
    received += accounts[:, [Item.EXTRA_COVER, Item.EXTRA_BENEFIT]].sum(axis=1)
    received += [sum(month.paid_to_funds.values()) for month in months]
    # what firms pay firms leaves their sector as it was, and is not in its books
    for (owner, key), rule in PLAN.rules.items():
        instrument = PLAN.measures[owner].instruments[key]
        if instrument.kind not in PAID_TO_OTHERS_THAN_FIRMS:
            received += instrument.payers.shares[Payer.FIRMS] * outcomes.cost_by_rule[:, rule].sum(axis=1)
    cost = outcomes.cost_by_rule.sum(axis=(1, 2))
    np.testing.assert_allclose(cost[START:], received[START:], rtol=1e-9, atol=1.0)


FREE = {2, 21, 25}
"""Measures without any cost: rules on interest, leave and approvals."""


@pytest.mark.parametrize("number", NUMBERS)
def test_a_measure_pays_and_only_from_its_own_accounts(
    runs: dict[int, Economy], without: Economy, number: int
) -> None:
    cost = runs[number].outcomes().cost_by_rule[START:].sum(axis=(0, 2))
    own = rules_of(number)
    assert (cost[own].sum() > 0.0) == (number not in FREE)
    history = without.outcomes().cost_by_rule[START:].sum(axis=(0, 2))
    others = [rule for rule in PLAN.rules.values() if rule not in own]
    # those of history depend a little on how people live: on births, jobs, bills
    np.testing.assert_allclose(cost[others], history[others], rtol=0.25, atol=1e6)
    assert (cost[others][history[others] == 0.0] == 0.0).all()


# --- when it ends


@pytest.mark.parametrize("number", NUMBERS)
def test_nothing_of_a_measure_is_left_after_its_end_but_levels_that_stay(number: int) -> None:
    last = START + 9
    ends = {
        f"measures.{number}.{key}.end": "2026-03"
        for key, one in PLAN.measures[number].instruments.items()
        if one.start <= last and (one.end is None or one.end > last) and not one.persistent
    }
    scenario, base = PLAN.scenario(number).override(ends), PLAN.scenario().policy(MONTHS)
    later = {
        f"measures.{number}.{key}"
        for key, one in PLAN.measures[number].instruments.items()
        if one.start > last or (one.persistent and one.status != "continued")
    }
    zeros = {
        path: 0.0
        for path in strengths(PLAN, number, STRENGTH)
        if any(path.startswith(f"{key}.") for key in later)
    }
    months = scenario.override(zeros).policy(MONTHS).months
    for month in range(last + 1, MONTHS):
        for name, value in vars(base.months[month]).items():
            mine = getattr(months[month], name)
            if later and name in ("transfers", "durable_rules", "coupons", "channel_rules", "rewards"):
                continue  # rows of what begins later, of no amount
            assert np.array_equal(mine, value), (month, name)


def test_purchases_brought_forward_are_missed_after_the_end(
    village: Economy, without: Economy, runs: dict[int, Economy]
) -> None:
    """Trade-in ends with 2026: gross spending stops, and households buy less than they would have without it."""
    end = PLAN.measures[15].instruments["car_scrap_2026_nev"].end
    assert end is not None and end + 1 < MONTHS - 2
    run = runs[15].outcomes()
    assert not run.cost_by_rule[end + 1 :, rules_of(15)].any()
    bought, usual = (
        e.outcomes().aggregates["accounts"].sum(axis=(1, 2))[:, Item.DURABLES] for e in (runs[15], without)
    )
    added = bought - usual
    assert added[START : end + 1].sum() > 0.0
    assert added[end + 1 :].sum() < -0.05 * added[START : end + 1].sum()


def test_what_is_left_of_a_transfer_is_spent_after_its_end(
    village: Economy, without: Economy, direct: Economy
) -> None:
    """A grant to every child stops: wealth it has left is run down, and consumption comes back to what it was."""
    stop = {"measures.5.childcare_subsidy.end": "2025-12"}
    run = lived(village, PLAN.scenario(5, part="added").override(stop).policy(MONTHS), without.market_path)
    paid, usual = (e.outcomes().aggregates["accounts"].sum(axis=(1, 2)) for e in (run, direct))
    wealth = (paid - usual)[:, [Item.LIQUID_WEALTH, Item.TERM_DEPOSITS]].sum(axis=1) - (paid - usual)[
        :, Item.LOANS
    ]
    spent = (paid - usual)[:, : Item.IMPUTED_RENT].sum(axis=1)
    end = START + 6
    assert wealth[end] > wealth[end + 6] > wealth[MONTHS - 1] > 0.0
    assert spent[end + 1 :].sum() > 0.0
    assert spent[MONTHS - 3 :].mean() < 0.3 * spent[START + 4 : end + 1].mean()


# --- order


def test_measures_commute(tmp_path: Any) -> None:
    text = PLAN.path.read_text(encoding="utf-8")
    head, measures = text.partition("\n# Instruments of several measures")[0].split("measures:\n")
    lines = [line for line in measures.splitlines() if line.strip()]
    for stem in lines:
        assert stem.startswith("  - ")
    turned = tmp_path / "turned.yaml"
    turned.write_text(head + "measures:\n" + "\n".join(reversed(lines)) + "\n", encoding="utf-8")
    ways = (
        PLAN.scenario(*NUMBERS),
        PLAN.scenario(*reversed(NUMBERS)),
        load_plan(turned).scenario(*NUMBERS[15:], *NUMBERS[:15]),
    )
    first, *others = (way.policy(MONTHS) for way in ways)
    for other in others:
        assert other.instruments == first.instruments
        for mine, its in zip(first.months, other.months, strict=True):
            for name, value in vars(mine).items():
                assert np.array_equal(value, getattr(its, name)), name


def test_a_run_is_the_same_in_any_order_of_listing(village: Economy) -> None:
    run, turned = (
        lived(village, PLAN.scenario(*order).policy(START + 6))
        for order in (NUMBERS, tuple(reversed(NUMBERS)))
    )
    assert differences(run, turned) == []
