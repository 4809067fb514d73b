"""Firms: rewards by exact rule, the cost of opening a business, and what governments and large firms owe."""

from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from jinxiao.model.firms.rewards import REWARD, Kind
from jinxiao.model.names import Sector, month_label
from jinxiao.scenarios.accounts import CITY_INDEX, City
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.levers.leisure import ramp
from jinxiao.scenarios.levers.work import SectorName, sector_indices
from jinxiao.scenarios.records import In, Month, Parameter, fixed, refuse

Whom = Literal["used_cars", "dismantlers", "farm_shops", "first_stores"]


class FirmReward(Instrument):
    """A reward tested on each firm by its rule, paid in December for the calendar year.

    Attributes
    ----------
    to : {'used_cars', 'dismantlers', 'farm_shops', 'first_stores'}
        Dealers of used cars, dismantlers, sellers of farm goods online, brands that open a first store.
    sales_over : Parameter, optional
        Sales a year that must be exceeded; ``sales_from`` that must be reached.
    growth_from : Parameter, optional
        Growth of sales over the year before that must be reached.
    units_from : Parameter
        Vehicles, parcels or stores a year that must be reached.
    rate, per_unit, flat : Parameter
        Of the year's sales; for each vehicle, parcel or store; and a sum.
    cap : Parameter, optional
        Most that a firm gets a year; without one there is no limit.
    take_up : Parameter
        Share of those entitled that get it.
    """

    kind: Literal["firm_reward"]
    to: Whom
    sales_over: Annotated[Parameter, In("yuan/year", "sales to be exceeded", "年销售额须超过")] | None = None
    sales_from: Annotated[Parameter, In("yuan/year", "sales to be reached", "年销售额须达到")] = fixed(
        0.0, "yuan/year"
    )
    growth_from: (
        Annotated[Parameter, In("share", "growth of sales to be reached", "销售额增速须达到", high=10)] | None
    ) = None
    units_from: Annotated[
        Parameter, In("units/year", "vehicles, parcels or stores to be reached", "数量须达到")
    ] = fixed(0.0, "units/year")
    rate: Annotated[Parameter, In("share", "share of sales paid", "按销售额奖励比例", high=1)] = fixed(
        0.0, "share"
    )
    per_unit: Annotated[
        Parameter, In("yuan/unit", "paid a vehicle, parcel or store", "每件（辆、家）奖励")
    ] = fixed(0.0, "yuan/unit")
    flat: Annotated[Parameter, In("yuan/year", "sum paid", "定额奖励")] = fixed(0.0, "yuan/year")
    cap: Annotated[Parameter, In("yuan/year", "most that a firm gets", "每户上限")] | None = None
    take_up: Annotated[Parameter, In("share", "share of those entitled that get it", "兑现比例", high=1)]

    @model_validator(mode="after")
    def _pays(self) -> Self:
        if self.to in ("dismantlers", "first_stores") and (
            self.rate.value or self.sales_over or self.sales_from.value or self.growth_from
        ):
            raise refuse(f"a rule on sales for {self.to}", "rules on units, per_unit and flat")
        return self

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add the rule; firms know it all the year, December pays."""
        if when.month < self.start:
            return
        row = np.zeros((), REWARD)
        row["rule"], row["kind"] = rule, Kind[self.to.upper()]
        row["sales_over"] = -1.0 if self.sales_over is None else self.sales_over.value
        row["growth_from"] = -2.0 if self.growth_from is None else self.growth_from.value
        row["cap"] = np.inf if self.cap is None else self.cap.value
        for name in ("sales_from", "units_from", "rate", "per_unit", "flat", "take_up"):
            row[name] = getattr(self, name).value
        conditions = draft.conditions
        rows = sorted([*conditions.rewards.tolist(), row.item()])
        conditions.rewards = np.array(rows, REWARD)


class EntryCost(Instrument):
    """A lower cost of opening a business: fewer permits, faster registration, less fit-out to be approved.

    Share of the cost of entry removed: ``approval_share x cut``.

    Attributes
    ----------
    cut : Parameter
        Share of the cost of approvals that is saved.
    approval_share : Parameter
        Share of approvals, and of rent and pay while waiting for them, in the cost of opening.
    sectors : tuple of str
        None given: all.
    full_effect : Month, optional
        Month in which all of it is saved; it rises evenly from the start.
    """

    takes_rule: ClassVar[bool] = False

    kind: Literal["entry_cost"]
    cut: Annotated[
        Parameter, In("share", "fall of the cost of opening a business", "开办成本降幅", high=0.95)
    ]
    approval_share: Annotated[
        Parameter, In("share", "share of approvals in the cost of opening", "审批成本占开办成本比例", high=1)
    ] = fixed(1.0, "share")
    sectors: tuple[SectorName, ...] = ()
    full_effect: Month | None = None

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Remove the share; what several instruments remove does not add up to more than all."""
        if when.month < self.start:
            return
        part = self.approval_share.value * self.cut.value
        part *= ramp(when.month, self.start, self.full_effect)
        removed = draft.conditions.entry_cost
        for sector in sector_indices(self.sectors):
            cells = (self.geo.city_indices, sector)
            removed[cells] = 1 - (1 - removed[cells]) * (1 - part)


class ArrearsRepayment(Instrument):
    """Overdue bills of public buyers and large firms, paid at last: cash for the firms they are owed to, and no new sale.

    Attributes
    ----------
    amount : Parameter
        Yuan a year, from start to end.
    sectors : mapping of str to Parameter
        Sectors of the firms that are owed, with their shares.
    city_shares : mapping of str to Parameter
        Shares of the cities, of which those of `geo` are paid; none given: evenly over those of `geo`.
    """

    kind: Literal["arrears_repayment"]
    amount: Annotated[Parameter, In("yuan/year", "arrears cleared a year", "年清偿拖欠账款")]
    sectors: Annotated[
        dict[SectorName, Annotated[Parameter, In("share", "share of a sector", "各行业份额", high=1)]],
        Field(min_length=1),
    ]
    city_shares: dict[City, Annotated[Parameter, In("share", "share of a city", "各市份额", high=1)]] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name in ("sectors", "city_shares"):
            shares = getattr(self, name)
            held = sum(share.value for share in shares.values())
            if shares and abs(held - 1) > 1e-3:
                raise refuse(f"{name} adding up to {held:g}", "shares adding up to 1")
        return self

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Pay the month's part to the firms of each city and sector."""
        if when.month < self.start or not self.amount.value:
            return
        paid, cities = self.amount.value / 12, self.geo.city_indices
        if self.city_shares:
            named = {CITY_INDEX[city]: share.value for city, share in self.city_shares.items()}
            shares = {city: named[city] for city in cities if city in named}
        else:
            shares = dict.fromkeys(cities, 1 / len(cities))
        for city, of_city in shares.items():
            for sector, of_sector in self.sectors.items():
                part = paid * of_city * of_sector.value
                draft.conditions.arrears_repaid[city, int(Sector[sector.upper()])] += part
        draft.share_channel("arrears_repaid", rule, paid * sum(shares.values()))


class PromptPayment(Instrument):
    """Governments pay their bills sooner for good: a rule on payment terms that is kept.

    Attributes
    ----------
    sooner : Parameter
        Months.
    groups : int
        Bit mask of the groups of firms of an experiment that are paid sooner; 0 for all. One mask at a time.
    """

    takes_rule: ClassVar[bool] = False

    kind: Literal["prompt_payment"]
    sooner: Annotated[Parameter, In("months", "months by which bills are paid sooner", "付款提前月数")]
    groups: Annotated[int, Field(ge=0, le=255)] = 0

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add to the months by which bills are paid sooner.

        Raises
        ------
        ValueError
            When another instrument acts on other groups in the same month.
        """
        if when.month < self.start:
            return
        conditions = draft.conditions
        if conditions.payment_sooner > 0.0 and conditions.payment_groups != self.groups:
            raise ValueError(
                f"groups {self.groups} of prompt payment in {month_label(conditions.month)}: groups "
                f"{conditions.payment_groups} are paid sooner too; allowed one mask of groups in a month"
            )
        conditions.payment_sooner += self.sooner.value
        conditions.payment_groups = self.groups
