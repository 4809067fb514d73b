"""Facts on travel: trips of residents, visits as the cities count them, what visitors spend."""

from collections.abc import Iterator

from jinxiao.calibration.facts.published import FITTED, NATION, OUTCOME, Fact, Label, Published, fact
from jinxiao.calibration.facts.year import MONTHS, Year2024
from jinxiao.model.households.accounts import Item
from jinxiao.model.names import RESIDENCES, Market


def travel(y: Year2024) -> Iterator[Fact]:
    """Trips of residents, visits as the cities count them, and what visitors spend."""
    trips = (Item.TRIP_PERSONS_INSIDE, Item.TRIP_PERSONS_OUTSIDE)
    per_head = y.per_head(trips)
    spent = y.by_residence([Item.TRIPS_INSIDE, Item.TRIPS_OUTSIDE]) / y.by_residence(trips)
    for r, residence in enumerate(RESIDENCES):
        aim = y.baseline.values["leisure.trips_per_head"][r]
        label = Label(True, f"national figure; the fit aims at the parameter {aim:g}", geo=NATION)
        yield y.fact("domestic_trips_per_head", residence.key, per_head[r], label)
        yield _per_trip(y, residence.key, spent[r])
    yield y.fact("resident_trips", "all", y.total(*trips), OUTCOME)
    yield y.fact("resident_trips_outside_province", "all", y.total(Item.TRIP_PERSONS_OUTSIDE), OUTCOME)
    arrivals = y.detail("visits")[..., 0].sum(axis=(0, 2))
    yield y.fact("inbound_overnight_visitors", "all", arrivals[Market.HK_MACAO_TAIWAN :].sum(), FITTED)
    yield from _visits(y, y.total(Item.TRIP_PERSONS_INSIDE), arrivals[: Market.HK_MACAO_TAIWAN].sum())
    revenue = Label(
        False,
        bridge="counted visits x spending a visit of a survey; model: spending of parties from outside and of "
        "residents in other cities, inbound included",
    )
    earned = y.outcomes.series("tourist_spending")[:MONTHS].sum()
    yield y.fact("domestic_tourism_revenue", "all", earned, revenue)


def _per_trip(y: Year2024, residence: str, spent: float) -> Fact:
    """Spending per trip: the nation's, brought to Shanxi in proportion to consumption per head."""
    nation = y.newest("domestic_trip_spending_per_trip", residence, NATION)
    here, there = (y.newest("consumption_per_head", residence, geo) for geo in ("Shanxi", NATION))
    arithmetic = f"{nation.value:g} of the nation x {here.value:g} / {there.value:g} of consumption per head"
    value = nation.value * here.value / there.value
    published = Published.derived(value, nation.unit, arithmetic, nation, here, there)
    return fact("domestic_trip_spending_per_trip", residence, published, spent, OUTCOME)


def _visits(y: Year2024, inside: float, outside: float) -> Iterator[Fact]:
    """Visits as the cities count them: person-trips times visits a trip."""
    per_trip = float(y.baseline.values["tourists.visits_per_trip"])
    counted = f"a visit is counted in every city; model: person-trips x {per_trip:g} visits a trip"
    own_city = f"{counted}; the count also holds visits within the own city, which are no trips of the model"
    doubt = f"{counted}; the published year is pieced together and doubtful"
    yield y.fact("visitors_from_within_province", "all", inside * per_trip, Label(False, bridge=own_city))
    yield y.fact("visitors_from_outside_province", "all", outside * per_trip, Label(True, bridge=counted))
    yield y.fact("domestic_visitors", "all", (inside + outside) * per_trip, Label(False, bridge=doubt))
