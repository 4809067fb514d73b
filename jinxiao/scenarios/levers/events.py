"""Events and tour operators: what draws people to a city at a date, who comes, and what it costs."""

from typing import Annotated, Literal

from jinxiao.model.names import Sector
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.levers.leisure import ALL_YEAR, Months, ramp
from jinxiao.scenarios.records import In, Month, Parameter, fixed


class Event(Instrument):
    """Concerts, matches, races, festivals: events a year in the months and cities named, each with an audience.

    Persons drawn a month: ``events / months x audience x drawn``, of whom ``outside_share`` come from other provinces. These are
    visits to the city on top of the usual; how many of them leave out another city of the province follows from the choice of
    destinations, what people of the province spend less on instead from their budgets.

    Attributes
    ----------
    events, audience : Parameter
        Events a year that there would not be without it, over all cities named; attendances of each.
    outside_share : Parameter
        Share of the audience from outside the province.
    drawn : Parameter
        Share of the audience that would not have come to the city that month anyway.
    ticket : Parameter
        What those from outside pay for the event itself.
    months : tuple of int
        Calendar months in which they are held.
    reward, cost : Parameter
        Grant to the organiser of an event; other public cost a year.
    rewarded : Parameter, optional
        Events that get it a year; without it those added, with it those that would be held anyway too.
    full_effect : Month, optional
        Month in which all of them are held; their number rises evenly from the start.
    """

    kind: Literal["event"]
    events: Annotated[Parameter, In("events/year", "events a year", "年增场次")]
    audience: Annotated[Parameter, In("attendances/event", "audience of an event", "每场观众人次")]
    outside_share: Annotated[
        Parameter, In("share", "share of the audience from outside the province", "省外观众占比", high=1)
    ]
    drawn: Annotated[
        Parameter,
        In("share", "share of the audience that would not have come anyway", "因活动而来的观众占比", high=1),
    ]
    ticket: Annotated[Parameter, In("yuan/person", "price of the event", "人均票价")] = fixed(
        0.0, "yuan/person"
    )
    months: Months = ALL_YEAR
    reward: Annotated[Parameter, In("yuan/event", "grant to the organiser", "每场奖补")] = fixed(
        0.0, "yuan/event"
    )
    cost: Annotated[Parameter, In("yuan/year", "other public cost a year", "其他年度经费")] = fixed(
        0.0, "yuan/year"
    )
    rewarded: Annotated[Parameter, In("events/year", "events that get the grant", "获奖补场次")] | None = None
    full_effect: Month | None = None

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add the audience to each city, pay the organisers, book the rest of the cost."""
        if when.month < self.start or when.month % 12 + 1 not in self.months:
            return
        conditions, cities = draft.conditions, self.geo.city_indices
        events = self.events.value / len(self.months) * ramp(when.month, self.start, self.full_effect)
        persons = events * self.audience.value * self.drawn.value / len(cities)
        outside = persons * self.outside_share.value
        conditions.brought_visitors[cities] += outside
        conditions.brought_residents[cities] += persons - outside
        conditions.event_tickets[cities] += outside * self.ticket.value
        paid = events if self.rewarded is None else self.rewarded.value / len(self.months)
        draft.grant(rule, Sector.CULTURE_RECREATION, self.geo.mask, paid * self.reward.value)
        everybody = paid * self.audience.value
        draft.claim_visits(rule, everybody, self.outside_share.value)
        draft.claim_sales(rule, everybody * self.ticket.value)
        draft.charge(rule, self.cost.value / len(self.months))


class TourReward(Instrument):
    """Rewards to travel agencies for guests whom they bring from outside, by person and night.

    Attributes
    ----------
    reward : Parameter
        Paid per guest and night.
    guest_nights, nights : Parameter
        Nights rewarded a year; nights of a guest.
    drawn : Parameter
        Share of these guests who come because of it.
    outside_share : Parameter
        Share of them from outside the province.
    """

    kind: Literal["tour_reward"]
    reward: Annotated[Parameter, In("yuan/person/night", "reward for a guest and night", "每人每晚奖励")]
    guest_nights: Annotated[Parameter, In("nights/year", "nights rewarded a year", "年奖励人晚数")]
    nights: Annotated[Parameter, In("nights", "nights of a guest", "人均停留晚数", low=0.1)]
    drawn: Annotated[
        Parameter, In("share", "share of the guests who come because of it", "因奖励而来的游客占比", high=1)
    ]
    outside_share: Annotated[
        Parameter, In("share", "share of them from outside the province", "省外游客占比", high=1)
    ] = fixed(1.0, "share")
    months: Months = ALL_YEAR

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Bring the guests to the cities covered, and pay the agencies."""
        if when.month < self.start or when.month % 12 + 1 not in self.months:
            return
        cities, nights = self.geo.city_indices, self.guest_nights.value / len(self.months)
        guests = nights / self.nights.value * self.drawn.value
        outside = guests * self.outside_share.value / len(cities)
        draft.conditions.brought_visitors[cities] += outside
        draft.conditions.brought_residents[cities] += guests / len(cities) - outside
        draft.grant(rule, Sector.RESIDENT_SERVICES, self.geo.mask, nights * self.reward.value)
        draft.claim_visits(rule, nights / self.nights.value, self.outside_share.value)
