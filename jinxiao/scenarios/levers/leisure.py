"""Leisure and trips: coupon waves, ticket waivers, attraction of cities, paid leave, school breaks."""

import math
from calendar import monthrange
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from jinxiao.model.conditions import MOST_FACES, WEEKS, Channel, ClaimRule
from jinxiao.model.names import FIRST_YEAR, GOOD_GROUPS, GOODS, goods_mask
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.levers.transfers import CalendarMonth
from jinxiao.scenarios.records import In, Month, OneOf, Parameter, Strict, fixed, refuse

GoodName = Annotated[str, OneOf((*(good.key for good in GOODS), *GOOD_GROUPS))]
Months = Annotated[tuple[CalendarMonth, ...], Field(min_length=1)]
MOST_WEEKS = 48
"""Longest validity of a coupon, weeks."""
ALL_YEAR: tuple[int, ...] = tuple(range(1, 13))


def days_in(month: int) -> int:
    """Return the number of days of a month index."""
    return monthrange(FIRST_YEAR + month // 12, month % 12 + 1)[1]


def ramp(month: int, start: int, full_effect: int | None) -> float:
    """Return the part of the full effect reached in a month, rising evenly from the start."""
    if full_effect is None or full_effect <= start:
        return 1.0
    return min(1.0, (month - start + 1) / (full_effect - start + 1))


class Face(Strict):
    """One face of a wave: spend T, get D off.

    Attributes
    ----------
    threshold, discount : Parameter
        T and D.
    number : Parameter
        Coupons of this face in a pack.
    """

    threshold: Annotated[Parameter, In("yuan/coupon", "spend at least", "使用门槛")]
    discount: Annotated[Parameter, In("yuan/coupon", "and get off", "优惠金额")]
    number: Annotated[
        Parameter, In("coupons", "coupons of this face in a pack", "每份该面额张数", 1, whole=True)
    ] = fixed(1, "coupons")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.discount.value > self.threshold.value > 0:
            raise refuse(
                f"a discount of {self.discount.value:g}",
                f"not more than the threshold {self.threshold.value:g}",
            )
        return self


class CouponWave(Instrument):
    """Waves of coupons: packs of faces such as "spend T, get D off".

    Attributes
    ----------
    goods : tuple of str
        Goods that the coupons cover, singly or by group.
    threshold, discount : Parameter, optional
        T and D of a wave with one face. No threshold (0) makes a voucher.
    faces : mapping of str to Face
        Instead of these: the faces of a pack, by a short name. Who claims, claims the pack.
    budget : Parameter
        Face value issued a year; the number of packs follows from it.
    months : tuple of int
        Calendar months with a wave.
    per_holder : Parameter
        Packs one household may hold.
    claim : {'rush', 'lottery', 'universal'}
        First come first served; equal odds among those who try; or everyone with access, whatever the budget says.
    channel : {'digital', 'paper', 'platform'}
        By phone, on paper, or on the platform of a merchant: who has access, and how far the money is labelled.
    digital_only : bool, optional
        Another way to say ``channel: digital`` (true) or ``paper`` (false).
    first_week : Parameter
        Week of the month in which it starts, 1 to 4.
    validity_weeks : Parameter
        Weeks for which coupons are valid, four a month; those not used are kept, at the longest as long as the instrument runs.
    stacking : bool
        A basket takes several, each with a threshold of its own in it; otherwise one.
    label : Parameter, optional
        Share of the discount on a planned basket that is spent extra in the scope; by channel where it is not given.
    for_visitors : Parameter
        Share that parties from outside may claim.
    """

    kind: Literal["coupon_wave"]
    goods: tuple[GoodName, ...] = ()
    threshold: Annotated[Parameter, In("yuan/coupon", "spend at least", "使用门槛")] | None = None
    discount: Annotated[Parameter, In("yuan/coupon", "and get off", "优惠金额")] | None = None
    faces: dict[str, Face] = Field(default_factory=dict)
    budget: Annotated[Parameter, In("yuan/year", "face value issued a year", "年发放面值")]
    months: Months
    per_holder: Annotated[
        Parameter, In("coupons", "packs one household may hold", "每户限领份数", 1, whole=True)
    ] = fixed(1, "coupons")
    claim: Literal["rush", "lottery", "universal"] = "rush"
    channel: Literal["digital", "paper", "platform"] = "digital"
    digital_only: bool | None = None
    first_week: Annotated[
        Parameter, In("weeks", "week of the month in which it starts", "当月开始周次", 1, WEEKS, True)
    ] = fixed(1, "weeks")
    validity_weeks: Annotated[
        Parameter, In("weeks", "weeks for which it is valid", "有效周数", 1, MOST_WEEKS, True)
    ] = fixed(WEEKS, "weeks")
    stacking: bool = False
    label: (
        Annotated[
            Parameter,
            In(
                "share",
                "share of the discount spent extra in the scope",
                "优惠额中额外用于指定范围的比例",
                high=1,
            ),
        ]
        | None
    ) = None
    for_visitors: Annotated[
        Parameter, In("share", "share open to visitors from outside", "面向省外游客的比例", high=1)
    ] = fixed(0.0, "share")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        single = {"threshold", "discount"} & self.model_fields_set
        if self.faces and single:
            raise refuse("faces beside threshold or discount", "one or the other")
        if not self.faces and (self.threshold is None or self.discount is None):
            raise refuse(
                "no faces, and not both of threshold and discount", "faces, or threshold and discount"
            )
        if self.digital_only is not None and "channel" in self.model_fields_set:
            raise refuse("digital_only beside channel", "channel alone")
        if len(self.faces) > MOST_FACES and self.validity_weeks.value > WEEKS - self.first_week.value + 1:
            raise refuse(
                f"{len(self.faces)} faces valid beyond the month",
                f"{MOST_FACES} faces, or a validity within it",
            )
        self.pack()
        return self

    def pack(self) -> tuple[Face, ...]:
        """Return the faces of a pack."""
        if self.faces:
            return tuple(self.faces.values())
        assert self.threshold is not None and self.discount is not None
        return (Face(threshold=self.threshold, discount=self.discount),)

    def quantity(self) -> float:
        """Packs issued in a wave."""
        value = sum(face.number.value * face.discount.value for face in self.pack())
        return self.budget.value / len(self.months) / value if value > 0 else 0.0

    def issued_in(self, month: int) -> bool:
        """Whether there is a wave in a month."""
        return month >= self.start and month % 12 + 1 in self.months

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Write a row a face for the wave of the month, and for the newest earlier one that is still valid."""
        first, weeks = int(self.first_week.value) - 1, int(self.validity_weeks.value)
        if self.issued_in(when.month):
            self._rows(draft, rule, first, weeks, carried=False)
        for back in range(1, MOST_WEEKS // WEEKS + 1):
            left = weeks - (WEEKS - first) - WEEKS * (back - 1)
            if left <= 0:
                break
            if self.issued_in(when.month - back):
                self._rows(draft, rule, 0, left, carried=True)
                break

    def _rows(self, draft: Draft, rule: int, first: int, weeks: int, carried: bool) -> None:
        channel = self.channel
        if self.digital_only is not None:
            channel = "digital" if self.digital_only else "paper"
        pack = self.pack()
        for number, face in enumerate(pack):
            draft.coupon(
                rule=rule,
                goods=goods_mask(*self.goods),
                zones=self.geo.mask,
                threshold=face.threshold.value,
                discount=face.discount.value,
                quantity=0.0 if carried else self.quantity() * face.number.value,
                per_holder=self.per_holder.value * face.number.value,
                claim=int(ClaimRule[self.claim.upper()]),
                channel=int(Channel[channel.upper()]),
                first_week=first,
                validity=min(weeks, WEEKS - first),
                face=number,
                faces=len(pack),
                carry=int(weeks > WEEKS - first),
                carried=int(carried),
                stacking=int(self.stacking),
                labelling=-1.0 if self.label is None else self.label.value,
                for_visitors=0.0 if carried else self.for_visitors.value,
            )


class TicketWaiver(Instrument):
    """Days on which gate tickets are waived or cut.

    Factor on tickets of a month: ``1 - waived * participating * gate * days in the month / length of the month``.

    Attributes
    ----------
    days : Parameter
        Days a year, spread evenly over ``months``.
    waived, participating : Parameter
        Share of the ticket waived on these days, and of the sites, by ticket revenue, that take part.
    gate : Parameter
        Gate money of sites as a share of what is spent on tickets and entertainment: shows, parks and rides are not waived.
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
    gate: Annotated[
        Parameter,
        In(
            "share",
            "gate money in spending on tickets and entertainment",
            "景区门票占门票娱乐支出比例",
            high=1,
        ),
    ] = fixed(1.0, "share")

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Cut the tickets of each city covered."""
        if when.month < self.start or when.month % 12 + 1 not in self.months:
            return
        days = min(self.days.value / len(self.months), days_in(when.month)) / days_in(when.month)
        cut = self.waived.value * self.participating.value * self.gate.value * days
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
