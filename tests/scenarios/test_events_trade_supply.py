"""Events, trade, supply and coordination: what their levers write, and the exact rules of the plan."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from jinxiao.model.conditions import ALL_ZONES, Conditions
from jinxiao.model.names import CITIES, Sector, month_index
from jinxiao.scenarios.levers import (
    Coordination,
    Draft,
    EntryCost,
    Event,
    KeptPurchases,
    LocalSourcing,
    OutsideSales,
    ParcelSubsidy,
    PublicInvestment,
    TourReward,
    When,
)

START = month_index("2025-07")
COMMON = {
    "name": {"en": "a", "zh": "甲"}, "status": "new", "start": "2025-07", "end": "2026-12", "payers": {"city": 1.0},
    "source": {"title": "draft", "confidence": "assumed"},
}  # fmt: skip


def lever(kind, cls, **fields):
    """Return a lever from July 2025 to December 2026."""
    return cls.model_validate({**COMMON, "kind": kind, **fields})


def conditions(instrument, month=START, draft=None):
    """Return the Conditions that an instrument writes in a month, into a draft if one is given."""
    draft = draft or Draft(Conditions(month), {})
    if instrument.runs(month):
        instrument.write(draft, When.at(month), 3)
    return draft.finish()


def concerts(**fields):
    return lever(
        "event", Event, events=12, audience=10_000, outside_share=0.7, drawn=0.5, ticket=700,
        geo={"cities": ["Taiyuan", "Datong"]}, **fields,
    )  # fmt: skip


# ---- events and guests


def test_an_event_draws_its_audience_to_its_cities_and_nowhere_else():
    c = conditions(concerts())
    assert c.brought_visitors[:2] == pytest.approx([1750, 1750])  # one a month, two cities, half drawn
    assert c.brought_residents[:2] == pytest.approx([750, 750])
    assert c.event_tickets[:2] == pytest.approx([1750 * 700] * 2)
    assert not c.brought_visitors[2:].any() and not c.event_tickets[2:].any()


def test_an_event_has_its_months_and_its_numbers_rise_to_the_full_effect():
    summer = concerts(months=[7, 8], full_effect="2025-08")
    assert conditions(summer).brought_visitors.sum() == pytest.approx(6 * 3500 / 2)
    assert conditions(summer, START + 1).brought_visitors.sum() == pytest.approx(6 * 3500)
    assert not conditions(summer, START + 2).brought_visitors.any()
    assert conditions(summer, START + 12).brought_visitors.sum() == pytest.approx(6 * 3500)


def test_organisers_get_the_grant_for_every_event_that_is_rewarded():
    key = (3, int(Sector.CULTURE_RECREATION), concerts().geo.mask)
    assert conditions(concerts(reward=1000)).grants == {key: pytest.approx(1000)}
    assert conditions(concerts(reward=1000, rewarded=36)).grants == {key: pytest.approx(3000)}
    assert not conditions(concerts()).grants


def test_guests_of_agencies_come_from_where_the_rule_says_and_every_night_is_paid():
    fields = {"reward": 10, "guest_nights": 24_000, "nights": 2, "drawn": 0.1}
    outside = conditions(lever("tour_reward", TourReward, **fields))
    assert outside.brought_visitors.sum() == pytest.approx(24_000 / 12 / 2 * 0.1)
    assert sum(outside.grants.values()) == pytest.approx(20_000)
    within = conditions(lever("tour_reward", TourReward, **fields, outside_share=0))
    assert within.brought_residents.sum() == pytest.approx(100) and not within.brought_visitors.any()


def test_rates_of_the_rule_for_agencies_are_exact(plan):
    rates = {
        key: i.reward.value for key, i in plan.measures[28].instruments.items() if i.kind == "tour_reward"
    }
    assert {k: rates[k] for k in ("guests_other_provinces", "guests_overseas", "guests_province")} == {
        "guests_other_provinces": 10, "guests_overseas": 30, "guests_province": 3,
    }  # fmt: skip
    assert (rates["trains"], rates["coaches"], rates["self_drive"], rates["meetings"]) == (30, 20, 50, 30)


def test_officials_count_everybody_at_the_events_that_they_reward():
    some = conditions(concerts(reward=1000, rewarded=36))
    assert some.claimed_visits == {(3, 0): pytest.approx(9_000), (3, 1): pytest.approx(21_000)}
    assert some.claimed_sales == {3: pytest.approx(30_000 * 700)}
    guests = lever("tour_reward", TourReward, reward=10, guest_nights=24_000, nights=2, drawn=0.0)
    assert conditions(guests).claimed_visits == {(3, 1): pytest.approx(1000)}


# ---- parcels


def parcels(**fields):
    record = {
        "amount": 1.0, "least_sales": 20_000, "least_parcels": 1000, "ceiling": 1e6, "parcels": 7e7, "smallest": 50, "tail": 1.2,
        "value": 45, "elasticity": 1.5, "outside_share": 0.7,
    }  # fmt: skip
    return lever("parcel_subsidy", ParcelSubsidy, **(record | fields))


def test_shares_of_parcels_are_those_of_a_sample_of_sellers():
    subsidy = parcels(tail=2.2, ceiling=5000)
    rng = np.random.default_rng(1)
    sent = 50 * (1 - rng.random(2_000_000)) ** (-1 / 2.2)
    paid = np.minimum(sent, 5000) * (sent >= 1000)
    between = sent * ((sent >= 1000) & (sent < 5000))
    assert subsidy.shares() == pytest.approx((paid.sum() / sent.sum(), between.sum() / sent.sum()), rel=0.05)


@given(
    least=st.integers(0, 10**6),
    more=st.integers(0, 10**6),
    ceiling=st.floats(0, 1e8),
    tail=st.floats(1.05, 3),
)
def test_a_higher_threshold_pays_no_more_parcels(least, more, ceiling, tail):
    low, high = (parcels(least_parcels=n, ceiling=ceiling, tail=tail).shares() for n in (least, least + more))
    for a, b in zip(low, high, strict=True):
        assert -1e-12 <= b <= a + 1e-12 <= 1 + 2e-12


def test_the_threshold_of_the_plan_reaches_more_than_that_of_2023(plan):
    rule = plan.measures[28].instruments["parcels"]
    assert (rule.amount.value, rule.least_sales.value, rule.least_parcels.value) == (1, 20_000, 1000)
    before = rule.model_copy(update={"least_sales": rule.least_sales.model_copy(update={"value": 1e5})})
    assert before.shares()[0] < rule.shares()[0]
    assert 2.5e7 < rule.shares()[0] * rule.parcels.value < 3.5e7


def test_no_subsidy_and_no_elasticity_move_no_parcel():
    assert not conditions(parcels(amount=0)).outside_orders and not conditions(parcels(amount=0)).grants
    rigid = conditions(parcels(elasticity=0))
    assert rigid.grants and not rigid.outside_orders


# ---- trade


def test_sales_outside_add_up_to_their_year():
    sales = lever(
        "outside_sales", OutsideSales, sectors=["farming", "manufacturing"], base=1.2e9, gain=0.1, net=0.5
    )
    orders = conditions(sales).outside_orders
    assert orders == {
        (int(s), ALL_ZONES): pytest.approx(2.5e6) for s in (Sector.FARMING, Sector.MANUFACTURING)
    }
    with pytest.raises(ValidationError, match="allowed sectors other than education"):
        lever("outside_sales", OutsideSales, sectors=["public"], base=1, gain=0.1)


def test_kept_purchases_may_leak_and_reach_their_cities():
    fields = {
        "sectors": ["catering"],
        "share": -0.01,
        "geo": {"cities": ["Taiyuan"]},
        "full_effect": "2025-08",
    }
    leak = lever("kept_purchases", KeptPurchases, **fields)
    kept = conditions(leak).kept_purchases
    assert kept[0, Sector.CATERING] == pytest.approx(-0.005)
    assert np.count_nonzero(kept) == 1


def test_sourcing_is_spread_over_the_custom_of_its_sectors():
    aid = lever(
        "local_sourcing",
        LocalSourcing,
        sectors=["food_retail", "catering"],
        amount=4e8,
        from_outside=0.5,
        sales=2e11,
    )
    moved = conditions(aid).local_sourcing
    assert moved[[Sector.FOOD_RETAIL, Sector.CATERING]] == pytest.approx([1e-3, 1e-3])
    assert np.count_nonzero(moved) == 2


# ---- supply


def test_investment_is_ordered_in_full_from_its_sectors():
    works = lever(
        "public_investment",
        PublicInvestment,
        amount=1.2e9,
        split={"construction": 0.75, "manufacturing": 0.25},
    )
    orders = conditions(works).orders
    assert sum(orders.values()) == pytest.approx(1e8)
    assert orders[3, int(Sector.CONSTRUCTION), ALL_ZONES] == pytest.approx(7.5e7)
    with pytest.raises(ValidationError, match=r"split adding up to 0\.9"):
        lever("public_investment", PublicInvestment, amount=1, split={"construction": 0.9})


def test_costs_of_entry_removed_by_two_rules_are_less_than_their_sum():
    draft = Draft(Conditions(START), {})
    for _ in range(2):
        rule = lever("entry_cost", EntryCost, sectors=["catering"], approval_share=0.5, cut=0.6)
        rule.write(draft, When.at(START), 0)
    assert draft.conditions.entry_cost[:, Sector.CATERING] == pytest.approx(np.full(len(CITIES), 1 - 0.7**2))
    assert np.count_nonzero(draft.conditions.entry_cost) == len(CITIES)


# ---- coordination


def test_coordination_raises_take_up_of_the_measures_named_and_of_no_other(plan):
    month = month_index("2025-11")
    alone, with_it = (
        plan.scenario(*numbers).policy(month + 1).months[month] for numbers in ((11,), (11, 26))
    )
    gain = plan.measures[26].instruments["coordination"].take_up_gain.value
    waived, more = 1 - alone.ticket_factor, 1 - with_it.ticket_factor
    assert more == pytest.approx(waived * (1 + gain))
    others = plan.scenario(7).policy(month + 1).months[month]
    same = plan.scenario(7, 26).policy(month + 1).months[month]
    assert np.array_equal(others.transfers, same.transfers)


def test_coordination_by_itself_only_costs(plan):
    without, with_it = (plan.scenario(*numbers).policy(30).months[28] for numbers in ((), (26,)))
    costs = with_it.cost_by_rule
    assert list(costs) == [plan.rules[26, "coordination"]] and sum(costs.values()) == pytest.approx(5e6 / 12)
    with_it.cost_by_rule = {}
    assert all(np.array_equal(getattr(without, name), getattr(with_it, name)) for name in vars(without))


def test_coordination_never_takes_more_than_all_and_never_before_the_start():
    office = lever("coordination", Coordination, measures=[11], take_up_gain=1.0, months_sooner=24)
    event = concerts(full_effect="2026-06")
    assert office.applied(event).full_effect == START
    assert office.applied(event).drawn == event.drawn
    works = lever("kept_purchases", KeptPurchases, sectors=["catering"], share=0.01)
    assert office.applied(works) == works
    assert lever("coordination", Coordination, measures=[11], take_up_gain=0.0).applied(event) == event


def test_coordination_cannot_raise_take_up_above_one(plan):
    office = lever("coordination", Coordination, measures=[15], take_up_gain=1.0)
    for instrument in plan.measures[15].instruments.values():
        after = office.applied(instrument)
        if hasattr(after, "take_up"):
            assert instrument.take_up.value <= after.take_up.value <= 1.0


# ---- what the plan and its rules say


def test_prizes_of_taiyuan_are_the_pools_of_the_rules(plan):
    prizes = plan.measures[30].instruments["invoice_prizes"]
    months = prizes.end - prizes.start + 1
    assert months * prizes.amount.value * prizes.recipients.value == pytest.approx(210e6, rel=1e-3)
    assert prizes.payers.city == pytest.approx(10 / 210)


def test_winter_measures_rest_in_summer(plan):
    base, ice = (plan.scenario(*n).policy(48).months for n in ((), (13,)))
    for month in (month_index("2026-07"), month_index("2027-07")):
        assert np.array_equal(base[month].attraction, ice[month].attraction)
        assert not ice[month].brought_residents.any() and not len(ice[month].coupons)
    january = month_index("2026-01")
    assert (ice[january].attraction > base[january].attraction).any() and ice[january].brought_residents.any()


def test_what_is_built_opens_after_it_is_paid_for(plan):
    works = plan.measures[27].instruments
    assert works["works"].start < works["places_open"].start
    months = plan.scenario(27).policy(48).months
    assert months[works["works"].start].orders and not months[works["works"].start].attraction.any()
    assert months[works["places_open"].start].attraction.all()
