"""Facts on travel: trips of residents, visits as the cities count them, what visitors spend."""

from collections.abc import Iterator
from typing import Final

from jinxiao.calibration.baseline import TRIP_PERSONS, TRIP_SPENDING, spending_per_trip
from jinxiao.calibration.facts.published import FITTED, NATION, YEAR, Fact, Label, Published, fact
from jinxiao.calibration.facts.year import MONTHS, Year2024
from jinxiao.calibration.synthesis.margins import PROVINCE
from jinxiao.model.households.accounts import Item
from jinxiao.model.households.loop import TripCount
from jinxiao.model.names import N_CITIES, N_PROVINCES, RESIDENCES, Period, month_index
from jinxiao.model.tourists.loop import PeriodCount, VisitCount

HOLIDAYS: Final = {
    ("Spring Festival", "2024"): ("2024-02",),
    ("Qingming", "2024"): ("2024-04",),
    ("May Day", "2024"): ("2024-05",),
    ("Dragon Boat", "2024"): ("2024-06",),
    ("Mid-Autumn", "2024"): ("2024-09",),
    ("National Day", "2024"): ("2024-10",),
    ("Spring Festival", "2025"): ("2025-01", "2025-02"),
    ("Qingming", "2025"): ("2025-04",),
    ("May Day", "2025"): ("2025-05",),
    ("Dragon Boat", "2025"): ("2025-06",),
    ("National Day and Mid-Autumn", "2025"): ("2025-10",),
}
"""Holidays and their months: first that of the middle day, where trips belong; days out are counted where the days are."""


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
    visits = y.detail("visits").sum(axis=(0, 2))
    arrivals, spending = visits[:, VisitCount.PERSONS], visits[:, VisitCount.YUAN]
    yield y.fact("inbound_overnight_visitors", "all", arrivals[N_PROVINCES:].sum(), FITTED)
    receipts = float(spending[N_PROVINCES:].sum()) / y.baseline.values["tourists.exchange_rate"]
    yield y.fact("inbound_receipts", "all", receipts, FITTED)
    a_trip = float(spending[:N_PROVINCES].sum() / arrivals[:N_PROVINCES].sum())
    yield y.fact("visitor_spending_per_head", "all", a_trip, Label(True, "of a trip from another province"))
    inside = y.total(Item.TRIP_PERSONS_INSIDE, Item.OUTING_PERSONS)
    yield from _visits(y, inside, arrivals[:N_PROVINCES].sum())
    yield _winter(y)
    revenue = Label(
        False,
        bridge="counted visits x spending a visit of a survey; model: spending of parties from outside and of "
        "residents, days out in the own city and inbound included",
    )
    earned = y.outcomes.series("tourist_spending")[:MONTHS].sum()
    yield y.fact("domestic_tourism_revenue", "all", earned, revenue)
    yield from _holidays(y, inside, earned)


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


def _winter(y: Year2024) -> Fact:
    """Visits of the first quarter over those of the first nine months: the winter of Shanxi."""
    quarter = y.statistics.record("domestic_visitors", PROVINCE, "all", "2018Q1")
    months = y.statistics.record("domestic_visitors", PROVINCE, "all", "2018-01..2018-09")
    here = y.outcomes.aggregates["trips"][:, :N_CITIES]
    residents = here[..., [TripCount.PERSONS, TripCount.OUTING_PERSONS]].sum(axis=(1, 2))
    outsiders = y.detail("visits")[:, :N_PROVINCES, :, VisitCount.PERSONS].sum(axis=(1, 2))
    per_inside = y.newest("visitors_from_within_province").count / residents[:MONTHS].sum()
    visits = per_inside * residents[:MONTHS] + y.baseline.values["tourists.visits_per_trip"] * outsiders
    arithmetic = f"{quarter.value:g} / {months.value:g}"
    value = 100.0 * quarter.count / months.count
    published = Published.derived(value, "% of January to September", arithmetic, quarter, months)
    model = 100.0 * float(visits[:3].sum() / visits[:9].sum())
    label = Label(
        False,
        bridge="visits of 2018, by the count of then; model: 2024, visits as counted in that year",
    )
    return fact("domestic_visitors", "first quarter", published, model, label)


def _holidays(y: Year2024, inside: float, earned: float) -> Iterator[Fact]:
    """Visits and revenue of holidays: what is counted per trip and per yuan is that of the whole of 2024.

    Where nothing is published of the province, the nation's holiday over its trips of 2024 stands for it, times the visits or
    the revenue of the province in 2024. Only months that the run has lived are compared.
    """
    residents = y.outcomes.aggregates["trips"][:, :N_CITIES].sum(axis=1)
    outsiders = y.outcomes.aggregates["visit_periods"][:, Period.HOLIDAY]
    per_inside = y.newest("visitors_from_within_province").count / inside
    per_outside = float(y.baseline.values["tourists.visits_per_trip"])
    per_yuan = y.newest("domestic_tourism_revenue").count / earned
    for (holiday, year), labels in HOLIDAYS.items():
        months = [month_index(label) for label in labels]
        if max(months) >= y.outcomes.months:
            continue
        t, at_home = months[0], residents[months].sum(axis=0)
        visits = (
            per_inside * at_home[TripCount.HOLIDAY_PERSONS] + per_outside * outsiders[t, PeriodCount.PERSONS]
        )
        yuan = at_home[TripCount.HOLIDAY_YUAN] + outsiders[t, PeriodCount.YUAN]
        yield _holiday(
            y,
            "holiday_visitors",
            ("holiday_trips", "domestic_trips"),
            "domestic_visitors",
            holiday,
            year,
            visits,
        )
        yield _holiday(
            y,
            "holiday_tourism_revenue",
            ("holiday_trip_spending", "domestic_trip_spending"),
            "domestic_tourism_revenue",
            holiday,
            year,
            per_yuan * yuan,
        )
        if (holiday, year) == ("Spring Festival", "2025"):
            yield _from_other_provinces(y, per_outside * outsiders[t, PeriodCount.PERSONS])
        if (holiday, year) == ("May Day", "2024"):
            phone = y.statistics.record("visitors_may_day_holiday", PROVINCE, "from other provinces", year)
            note = "sets the visits counted per trip"
            yield fact(
                "visitors_may_day_holiday",
                "from other provinces",
                Published.of(phone),
                outsiders[t, PeriodCount.PERSONS],
                Label(True, note),
            )


def _from_other_provinces(y: Year2024, model: float) -> Fact:
    """Return visits from other provinces on the Spring Festival of 2025: the published visits times their published share."""
    festival, year = "Spring Festival", "2025"
    visits = y.statistics.record("holiday_visitors", PROVINCE, festival, year)
    share = y.statistics.record("visitors_share_outside_province", PROVINCE, festival, year)
    arithmetic = f"{visits.value:g} x {share.value:g}%"
    published = Published.derived(visits.value * share.share, visits.unit, arithmetic, visits, share)
    return fact(
        "holiday_visitors", f"{festival} + from other provinces", published, model, Label(False, period=year)
    )


def _holiday(
    y: Year2024, series: str, of_nation: tuple[str, str], of_year: str, holiday: str, year: str, model: float
) -> Fact:
    """Return one figure of a holiday beside the province's own, or the nation's brought to the province."""
    counted = "model: visits per trip and revenue per yuan as in the whole of 2024"
    own = y.statistics.find(series, PROVINCE, holiday, year)
    if own is not None and own.period == year:
        rough = own.confidence == "assumed"
        label = Label(False, "" if rough else counted, counted if rough else "", year)
        return fact(series, holiday, Published.of(own), model, label)
    there = y.statistics.record(of_nation[0], NATION, holiday, year)
    nation = y.statistics.record(of_nation[1], NATION, "all", YEAR)
    here = y.newest(of_year)
    share = there.count / nation.count
    arithmetic = (
        f"{100.0 * share:.2f}% (holiday over the year 2024, nation) x {here.value:g} of the province in 2024"
    )
    published = Published.derived(share * here.value, here.unit, arithmetic, there, nation, here)
    label = Label(
        False,
        bridge=f"{counted}; the nation has warmer winters",
        period=year,
    )
    return fact(series, holiday, published, model, label)
