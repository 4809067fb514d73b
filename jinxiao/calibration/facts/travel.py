"""Facts on travel: trips of residents, visits as the cities count them, what visitors spend."""

from collections.abc import Iterator

from jinxiao.calibration.baseline import TRIP_PERSONS, TRIP_SPENDING, spending_per_trip
from jinxiao.calibration.facts.published import FITTED, NATION, Fact, Label, Published, fact
from jinxiao.calibration.facts.year import MONTHS, Year2024
from jinxiao.model.households.accounts import Item
from jinxiao.model.names import RESIDENCES, Market


def travel(y: Year2024) -> Iterator[Fact]:
    """Trips of residents, visits as the cities count them, and what visitors spend."""
    per_head = y.per_head(TRIP_PERSONS)
    spent = y.by_residence(TRIP_SPENDING) / y.by_residence(TRIP_PERSONS)
    for r, residence in enumerate(RESIDENCES):
        aim = y.baseline.values["leisure.trips_per_head"][r]
        label = Label(True, f"national figure; the fit aims at the parameter {aim:g}", geo=NATION)
        yield y.fact("domestic_trips_per_head", residence.key, per_head[r], label)
        yield _per_trip(y, residence.key, spent[r])
    yield y.fact("resident_trips", "all", y.total(*TRIP_PERSONS), FITTED)
    yield y.fact("resident_trips_outside_province", "all", y.total(Item.TRIP_PERSONS_OUTSIDE), FITTED)
    arrivals = y.detail("visits")[..., 0].sum(axis=(0, 2))
    yield y.fact("inbound_overnight_visitors", "all", arrivals[Market.HK_MACAO_TAIWAN :].sum(), FITTED)
    inside = y.total(Item.TRIP_PERSONS_INSIDE, Item.OUTING_PERSONS)
    yield from _visits(y, inside, arrivals[: Market.HK_MACAO_TAIWAN].sum())
    revenue = Label(
        False,
        bridge="counted visits x spending a visit of a survey; model: spending of parties from outside and of "
        "residents, days out in the own city and inbound included",
    )
    earned = y.outcomes.series("tourist_spending")[:MONTHS].sum()
    yield y.fact("domestic_tourism_revenue", "all", earned, revenue)


def _per_trip(y: Year2024, residence: str, spent: float) -> Fact:
    """Spending per trip: the nation's, brought to Shanxi in proportion to consumption per head."""
    value, (nation, here, there) = spending_per_trip(y.statistics, residence)
    arithmetic = f"{nation.value:g} of the nation x {here.value:g} / {there.value:g} of consumption per head"
    published = Published.derived(value, nation.unit, arithmetic, nation, here, there)
    return fact("domestic_trip_spending_per_trip", residence, published, spent, FITTED)


def _visits(y: Year2024, inside: float, outside: float) -> Iterator[Fact]:
    """Visits as the cities count them: person-trips times visits a trip."""
    per_trip = float(y.baseline.values["tourists.visits_per_trip"])
    counted = f"a visit is counted in every city; model: person-trips x {per_trip:g} visits a trip"
    own_city = f"{counted}; what it holds beyond trips by the national definition is not published"
    doubt = f"{counted}; the published year is pieced together and doubtful"
    yield y.fact("visitors_from_within_province", "all", inside * per_trip, Label(False, bridge=own_city))
    yield y.fact("visitors_from_outside_province", "all", outside * per_trip, Label(True, bridge=counted))
    yield y.fact("domestic_visitors", "all", (inside + outside) * per_trip, Label(False, bridge=doubt))
