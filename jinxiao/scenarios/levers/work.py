"""Work and pay: minimum wage, wage guideline, training, placing, relief of labour cost, posts, and plain administration."""

from typing import Annotated, Literal, Self

from pydantic import model_validator

from jinxiao.model.names import N_SECTORS, N_ZONES, SECTORS, Sector
from jinxiao.scenarios.accounts import ZONE_NAMES
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.records import (
    In,
    Month,
    OneOf,
    Parameter,
    Source,
    Strict,
    fixed,
    refuse,
)

SectorName = Annotated[str, OneOf(tuple(s.key for s in SECTORS))]
MARKET_SECTORS = tuple(s.key for s in SECTORS if s.key not in ("farming", "public"))
"""Sectors in which firms pay wages that policy can move."""

Share = Annotated[Parameter, In("share", "share", "比例", high=1)]
Persons = Annotated[Parameter, In("persons", "persons", "人数", low=1)]


def sector_indices(names: tuple[str, ...]) -> list[int]:
    """Return the positions of sectors; none named means all market sectors."""
    return [int(Sector[name.upper()]) for name in names or MARKET_SECTORS]


class CountyClasses(Strict):
    """Shares of each zone's workers in counties of class 1, 2 and 3.

    Attributes
    ----------
    zones : mapping of str to mapping of str to Parameter
        ``Taiyuan/urban: {class_1: 0.97, class_2: 0.02, class_3: 0.01}``, for all 22 zones.
    source : Source
        Source of the table.
    """

    zones: dict[Annotated[str, OneOf(ZONE_NAMES)], "ByClass"]
    source: Source

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [zone for zone in ZONE_NAMES if zone not in self.zones]
        if missing:
            raise refuse(f"no shares for {', '.join(missing)}", "all 22 zones")
        for zone, shares in self.zones.items():
            total = shares.class_1.value + shares.class_2.value + shares.class_3.value
            if abs(total - 1) > 1e-6:
                raise refuse(f"shares adding up to {total:g} in {zone}", "shares adding up to 1")
        return self


class ByClass(Strict):
    """A share for each class of county."""

    class_1: Share
    class_2: Share
    class_3: Share


class Floors(Strict):
    """Monthly minimum wage by class of county."""

    class_1: Annotated[Parameter, In("yuan/month", "minimum wage, counties of class 1", "一类地区最低工资")]
    class_2: Annotated[Parameter, In("yuan/month", "minimum wage, counties of class 2", "二类地区最低工资")]
    class_3: Annotated[Parameter, In("yuan/month", "minimum wage, counties of class 3", "三类地区最低工资")]

    def mean(self, shares: ByClass) -> float:
        """Return the mean floor of a zone."""
        return sum(
            float(getattr(self, name)) * float(getattr(shares, name))
            for name in ("class_1", "class_2", "class_3")
        )


class MinimumWage(Instrument):
    """Wage floors by class of county, in steps by date, taken to zones by the shares of their workers.

    Attributes
    ----------
    steps : mapping of Month to Floors
        Floors in force from each month.
    rise : Parameter
        Rise over the floors of the steps (for a step that is not yet published).
    county_classes : CountyClasses
        Shares of each zone's workers by class.
    """

    kind: Literal["minimum_wage"]
    steps: dict[Month, Floors]
    rise: Annotated[
        Parameter, In("share", "rise over the floors given", "在所列标准上的提高幅度", high=1)
    ] = fixed(0.0, "share")
    county_classes: CountyClasses

    @model_validator(mode="after")
    def _starts(self) -> Self:
        if not self.steps or min(self.steps) > self.start:
            raise refuse("no step in force at the start", "a step at or before the start")
        return self

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Raise the floor of each zone to the step in force."""
        if when.month < self.start:
            return
        floors = self.steps[
            max(month for month in self.steps if month <= max(when.level_month, min(self.steps)))
        ]
        wage_floor = draft.conditions.wage_floor
        for zone in self.geo.zone_indices:
            floor = floors.mean(self.county_classes.zones[ZONE_NAMES[zone]]) * (1 + self.rise.value)
            wage_floor[zone] = max(wage_floor[zone], floor)


class WageGuideline(Instrument):
    """A yearly guideline for wage growth, followed by some firms, in part.

    Growth added a year: ``(guideline - reference) * following * pass_through``.
    """

    kind: Literal["wage_guideline"]
    guideline: Annotated[
        Parameter, In("share/year", "base line of the guideline", "工资指导线基准线", high=1)
    ]
    reference: Annotated[
        Parameter, In("share/year", "wage growth without it", "无指导线时的工资增长", high=1)
    ]
    following: Annotated[Parameter, In("share", "share of firms that follow", "执行企业占比", high=1)]
    pass_through: Annotated[Parameter, In("share", "part of the gap that they close", "差距弥合比例", high=1)]
    sectors: tuple[SectorName, ...] = ()

    @property
    def added_growth(self) -> float:
        """Wage growth added a year."""
        gap = max(0.0, self.guideline.value - self.reference.value)
        return gap * self.following.value * self.pass_through.value

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add a twelfth of the year's growth."""
        if when.month >= self.start:
            draft.conditions.wage_growth[sector_indices(self.sectors)] += self.added_growth / 12


class Training(Instrument):
    """Vocational courses: how many finish, what they gain, what a course costs.

    Attributes
    ----------
    persons : Parameter
        Person-times a year.
    earners : Parameter
        Employed persons over whom they are spread.
    effective : Parameter
        Share of courses long enough to change pay (many last a few days, and some people attend twice).
    wage_gain, finding_gain : Parameter
        Relative gain in wage, and in the probability of finding work.
    cost : Parameter
        Public cost per person-time.
    """

    kind: Literal["training"]
    persons: Annotated[Parameter, In("persons/year", "person-times trained a year", "年培训人次")]
    earners: Annotated[Parameter, In("persons", "employed persons", "就业人员", low=1)]
    effective: Annotated[
        Parameter, In("share", "share of courses that change pay", "能提高工资的培训占比", high=1)
    ]
    wage_gain: Annotated[Parameter, In("share", "wage gain of the trained", "受训者工资增幅", high=1)]
    finding_gain: Annotated[
        Parameter, In("share", "gain in the chance of finding work", "求职成功率增幅", high=1)
    ]
    cost: Annotated[Parameter, In("yuan/person", "public cost of a course", "人均培训补贴")] = fixed(
        0.0, "yuan/person"
    )

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add to the probability of finishing a course; gains are means over those trained."""
        if when.month < self.start:
            return
        conditions, zones = draft.conditions, self.geo.zone_indices
        flow = self.persons.value / 12 / self.earners.value * self.effective.value
        before, added = float(conditions.training.sum()), flow * len(zones)
        if added > 0:
            for name, gain in (
                ("training_wage_gain", self.wage_gain.value),
                ("training_finding_gain", self.finding_gain.value),
            ):
                mean = (before * getattr(conditions, name) + added * gain) / (before + added)
                setattr(conditions, name, mean)
            conditions.training[zones] += flow
        draft.charge(rule, self.persons.value / 12 * self.cost.value * len(zones) / N_ZONES)


class PremiumRefund(Strict):
    """A refund of unemployment premiums to firms that keep their staff."""

    rate: Annotated[Parameter, In("share", "share of premiums refunded", "保费返还比例", high=1)]
    premium: Annotated[Parameter, In("share", "premium as a share of wages", "失业保险费率", high=1)]
    insured: Annotated[
        Parameter, In("share", "share of the wage bill that is insured", "参保工资占比", high=1)
    ]
    firms: Annotated[Parameter, In("share", "share of that in firms of this size", "该规模企业占比", high=1)]
    take_up: Annotated[Parameter, In("share", "share of these firms that get it", "享受面", high=1)]

    @property
    def relief(self) -> float:
        """Share of the wage bill refunded."""
        parts = (self.rate, self.premium, self.insured, self.firms, self.take_up)
        product = 1.0
        for part in parts:
            product *= part.value
        return product


class HiringGrant(Strict):
    """A grant for each eligible hire."""

    amount: Annotated[Parameter, In("yuan/hire", "grant for a hire", "每人补助标准")]
    hires: Annotated[Parameter, In("hires/year", "hires that get it", "年补助人数")]
    wage_bill: Annotated[Parameter, In("yuan/year", "wage bill of the sectors", "相关行业工资总额", low=1)]

    @property
    def relief(self) -> float:
        """Grants as a share of the wage bill."""
        return min(1.0, self.amount.value * self.hires.value / self.wage_bill.value)


class LabourCostRelief(Instrument):
    """A part of firms' cost of labour that the fund or the budget takes over: a premium refund, or grants for hires."""

    kind: Literal["labour_cost_relief"]
    premium_refund: PremiumRefund | None = None
    hiring_grant: HiringGrant | None = None
    sectors: tuple[SectorName, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.premium_refund is None) == (self.hiring_grant is None):
            raise refuse("not exactly one of premium_refund and hiring_grant", "one of the two")
        return self

    @property
    def relief(self) -> float:
        """Share of the wage bill."""
        scheme = self.premium_refund or self.hiring_grant
        assert scheme is not None
        return scheme.relief

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add the relief to each sector."""
        if when.month < self.start:
            return
        draft.conditions.labour_cost_relief[sector_indices(self.sectors)] += self.relief
        assert draft.conditions.labour_cost_relief.shape == (N_SECTORS,)
        draft.share_channel("labour_cost_relief", rule, self.relief)


class JobPlacement(Instrument):
    """Unemployed people placed in work by a programme: fairs, labour brands, posts found for graduates of poor families.

    Attributes
    ----------
    persons : Parameter
        Placed a year, by the programme's count.
    added : Parameter
        Share who would not have found work about as soon by themselves.
    cost : Parameter
        Public cost a year.
    """

    kind: Literal["job_placement"]
    persons: Annotated[Parameter, In("persons/year", "persons placed a year", "年帮扶就业人数")]
    added: Annotated[
        Parameter, In("share", "share who would not have found work as soon", "净新增就业占比", high=1)
    ]
    cost: Annotated[Parameter, In("yuan/year", "public cost a year", "年度经费")] = fixed(0.0, "yuan/year")

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Place a twelfth of them, evenly over its cities; firms hire no more for it, so others may wait longer."""
        if when.month < self.start:
            return
        cities = self.geo.city_indices
        draft.conditions.placements[cities] += self.persons.value * self.added.value / 12 / len(cities)
        draft.charge(rule, self.cost.value / 12)


class PublicPosts(Instrument):
    """Public posts and places on public works for the unemployed, paid while they look for regular work."""

    kind: Literal["public_posts"]
    posts: Annotated[Parameter, In("persons", "posts open at a time", "岗位数量")]
    wage: Annotated[Parameter, In("yuan/month", "pay of a post", "岗位月补贴")]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Open as many posts in each of its zones; one such instrument at a time."""
        if when.month < self.start:
            return
        draft.claim("post_rule", rule)
        zones = self.geo.zone_indices
        draft.conditions.posts[zones] = self.posts.value / len(zones)
        draft.conditions.post_wage = self.wage.value


class Administration(Instrument):
    """Money for running or promoting something, without an effect of its own in the model."""

    kind: Literal["administration"]
    amount: Annotated[Parameter, In("yuan/year", "cost a year", "年度经费")]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Book a twelfth of the year's cost."""
        if when.month >= self.start:
            draft.charge(rule, self.amount.value / 12)
