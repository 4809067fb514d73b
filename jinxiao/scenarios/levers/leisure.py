"""Leisure and trips: coupon waves, ticket waivers, attraction of cities, paid leave, school breaks."""

import math
from calendar import monthrange
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from jinxiao.model.names import FIRST_YEAR, GOODS, Good
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.levers.transfers import CalendarMonth
from jinxiao.scenarios.records import In, Month, OneOf, Parameter, fixed, refuse

GoodName = Annotated[str, OneOf(tuple(good.key for good in GOODS))]
Months = Annotated[tuple[CalendarMonth, ...], Field(min_length=1)]
ALL_YEAR: tuple[int, ...] = tuple(range(1, 13))


def days_in(month: int) -> int:
    """Return the number of days of a month index."""
    return monthrange(FIRST_YEAR + month // 12, month % 12 + 1)[1]


def ramp(month: int, start: int, full_effect: int | None) -> float:
    """Return the part of the full effect reached in a month, rising evenly from the start."""
    if full_effect is None or full_effect <= start:
        return 1.0
    return min(1.0, (month - start + 1) / (full_effect - start + 1))


class CouponWave(Instrument):
    """Waves of coupons: spend T, get D off.

    Attributes
    ----------
    goods : tuple of str
        Goods that the coupons cover; none for waves that only visitors may claim.
    threshold, discount : Parameter
        T and D.
    budget : Parameter
        Face value issued a year; the number of coupons follows from it.
    months : tuple of int
        Calendar months with a wave.
    per_holder : Parameter
        Coupons one person may hold.
    digital_only : bool
        Claimed by phone only.
    for_visitors : Parameter
        Share that parties from outside may claim.
    """

    kind: Literal["coupon_wave"]
    goods: tuple[GoodName, ...] = ()
    threshold: Annotated[Parameter, In("yuan/coupon", "spend at least", "使用门槛")]
    discount: Annotated[Parameter, In("yuan/coupon", "and get off", "优惠金额")]
    budget: Annotated[Parameter, In("yuan/year", "face value issued a year", "年发放面值")]
    months: Months
    per_holder: Annotated[
        Parameter, In("coupons", "coupons one person may hold", "每人限领张数", 1, whole=True)
    ] = fixed(1, "coupons")
    digital_only: bool = True
    for_visitors: Annotated[
        Parameter, In("share", "share open to visitors from outside", "面向省外游客的比例", high=1)
    ] = fixed(0.0, "share")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.discount.value > self.threshold.value > 0:
            raise refuse(
                f"a discount of {self.discount.value:g}",
                f"not more than the threshold {self.threshold.value:g}",
            )
        return self

    def quantity(self) -> float:
        """Coupons issued in a wave."""
        if self.discount.value == 0:
            return 0.0
        return self.budget.value / len(self.months) / self.discount.value

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Issue the wave of the month, if there is one."""
        if when.month < self.start or when.month % 12 + 1 not in self.months:
            return
        draft.coupon(
            rule=rule,
            goods=sum(1 << int(Good[name.upper()]) for name in self.goods),
            zones=self.geo.mask,
            threshold=self.threshold.value,
            discount=self.discount.value,
            quantity=self.quantity(),
            per_holder=self.per_holder.value,
            digital_only=int(self.digital_only),
            for_visitors=self.for_visitors.value,
        )


class TicketWaiver(Instrument):
    """Days on which gate tickets are waived or cut.

    Factor on tickets of a month: ``1 - waived * participating * days in the month / length of the month``.
    """

    kind: Literal["ticket_waiver"]
    days: Annotated[Parameter, In("days/year", "days a year", "每年天数", high=366)]
    months: Months
    waived: Annotated[
        Parameter, In("share", "share of the ticket waived on these days", "门票减免幅度", high=1)
    ]
    participating: Annotated[
        Parameter, In("share", "share of sites (by ticket revenue) that take part", "参与景区占比", high=1)
    ]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Cut the tickets of each city covered."""
        if when.month < self.start or when.month % 12 + 1 not in self.months:
            return
        days = min(self.days.value / len(self.months), days_in(when.month)) / days_in(when.month)
        cut = self.waived.value * self.participating.value * days
        draft.conditions.ticket_factor[self.geo.city_indices] *= 1 - cut
        draft.share_channel("ticket_factor", rule, cut)


class Attraction(Instrument):
    """Longer hours, night economy, events: what makes a city more worth a visit.

    Utility added: ``ln(1 + visits_gain * compliance)``, so that visits rise by about that share where few of many go.
    """

    kind: Literal["attraction"]
    visits_gain: Annotated[
        Parameter, In("share", "visits gained where it is fully done", "完全落实时的客流增幅")
    ]
    compliance: Annotated[Parameter, In("share", "share of sites that do it", "落实比例", high=1)] = fixed(
        1.0, "share"
    )
    months: Months = ALL_YEAR
    cost: Annotated[Parameter, In("yuan/year", "public cost a year", "年度经费")] = fixed(0.0, "yuan/year")

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add to the utility of visiting each city covered."""
        if when.month < self.start or when.month % 12 + 1 not in self.months:
            return
        utility = math.log1p(self.visits_gain.value * self.compliance.value)
        draft.conditions.attraction[self.geo.city_indices] += utility
        draft.charge(rule, self.cost.value / len(self.months))


class PaidLeave(Instrument):
    """More of the paid leave that people are entitled to is really taken, and more of it joined to holidays.

    A stretch of leave next to a weekend or holiday makes a longer block of days off; joining moves leave to the months of
    holidays.

    Attributes
    ----------
    take_up_rise : Parameter
        Rise of the share of entitled employees who take their leave, when fully in effect.
    bridging_rise : Parameter
        Rise of the share of leave days joined to a statutory holiday.
    full_effect : Month, optional
        Month in which the full effect is reached; it rises evenly from the start.
    """

    kind: Literal["paid_leave"]
    take_up_rise: Annotated[
        Parameter, In("share", "rise of the share that takes its leave", "带薪休假落实率提高", high=1)
    ]
    bridging_rise: Annotated[
        Parameter, In("share", "rise of the share of days joined to holidays", "与假期连休比例提高", high=1)
    ]
    full_effect: Month | None = None

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add the part of the effect that is reached."""
        if when.month < self.start:
            return
        part = ramp(when.month, self.start, self.full_effect)
        draft.conditions.leave_take_up += part * self.take_up_rise.value
        draft.conditions.leave_bridging += part * self.bridging_rise.value


class SchoolBreak(Instrument):
    """Spring and autumn breaks: days off for pupils, joined to a weekend, in schools that adopt them.

    A family travels on them where the adults are off too: by paid leave, or because they keep no calendar.
    """

    kind: Literal["school_break"]
    days: Annotated[Parameter, In("days/break", "school days of a break", "每次放假天数", high=15)]
    coverage: Annotated[Parameter, In("share", "share of pupils covered", "覆盖学生比例", high=1)]
    months: Months

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Give the days of the month to each city covered."""
        if when.month < self.start or when.month % 12 + 1 not in self.months:
            return
        if self.days.value * self.coverage.value <= 0:
            return
        conditions, cities = draft.conditions, self.geo.city_indices
        # two instruments in a city: the longer break, for the pupils of both
        before = np.where(conditions.school_break_days > 0, conditions.school_break_share, 0.0)
        conditions.school_break_share[cities] = np.minimum(before + self.coverage.value, 1.0)[cities]
        conditions.school_break_days[cities] = np.maximum(conditions.school_break_days, self.days.value)[
            cities
        ]
