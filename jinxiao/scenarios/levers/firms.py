"""Firms: overdue bills paid, rewards above thresholds, works and goods ordered, sales to buyers outside the province."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from jinxiao.model.conditions import RewardTo
from jinxiao.model.names import CITIES, N_CITIES, Sector
from jinxiao.scenarios.accounts import CITY_INDEX, City
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.levers.transfers import CalendarMonth
from jinxiao.scenarios.levers.work import SectorName
from jinxiao.scenarios.records import In, Parameter, fixed, refuse

NO_LIMIT = float("inf")


class ArrearsRepaid(Instrument):
    """Overdue bills of public buyers and large firms, paid at last: cash for the firms they are owed to, and no new sale.

    Attributes
    ----------
    amount, months : Parameter
        Yuan in all, and over how many months they are paid evenly from the start on.
    sectors : mapping of str to Parameter
        Sectors of the firms that are owed, with their shares.
    city_shares : mapping of str to Parameter
        Shares of the cities; none given: evenly over those of `geo`.
    """

    kind: Literal["arrears_repaid"]
    amount: Annotated[Parameter, In("yuan", "overdue bills repaid in all", "清偿拖欠账款总额")]
    months: Annotated[
        Parameter, In("months", "months over which they are repaid", "清偿月数", low=1, whole=True)
    ]
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

    def repaid(self, month: int) -> float:
        """Yuan repaid in a month."""
        return self.amount.value / self.months.value if 0 <= month - self.start < self.months.value else 0.0

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Pay the month's part to the firms of each city and sector."""
        paid = self.repaid(when.month)
        if paid <= 0:
            return
        cities = self.geo.city_indices
        shares = {CITY_INDEX[city]: share.value for city, share in self.city_shares.items()}
        if not shares:
            shares = dict.fromkeys(cities, 1 / len(cities))
        for city, of_city in shares.items():
            for sector, of_sector in self.sectors.items():
                part = paid * of_city * of_sector.value
                draft.conditions.arrears_repaid[city, int(Sector[sector.upper()])] += part
        assert draft.conditions.arrears_repaid.shape[0] == N_CITIES == len(CITIES)
        draft.share_channel("arrears_repaid", rule, paid)


class FirmReward(Instrument):
    """A yearly reward to firms of a kind that pass thresholds.

    Paid to a firm: ``min(flat + rate * sales + per_unit * units, cap)`` if it reaches every threshold.

    Attributes
    ----------
    to : {'used_car_dealer', 'dismantler', 'farm_ecommerce', 'first_store'}
        Firms that it is for.
    least_sales, least_growth, least_units : Parameter
        Sales of the last twelve months, their growth on the twelve before, and vehicles or parcels of the last twelve months
        that a firm must reach.
    rate, per_unit, flat, cap : Parameter
        What is paid.
    number : Parameter, optional
        Firms chosen a year; all that qualify unless given.
    take_up : Parameter
        Share of those that qualify and claim.
    month : int
        Calendar month in which it is assessed and paid.
    """

    kind: Literal["firm_reward"]
    to: Literal["used_car_dealer", "dismantler", "farm_ecommerce", "first_store"]
    least_sales: Annotated[Parameter, In("yuan/year", "sales that a firm must reach", "年销售额门槛")] = (
        fixed(0.0, "yuan/year")
    )
    least_growth: Annotated[
        Parameter, In("share/year", "growth of sales that it must reach", "年增速门槛")
    ] = fixed(0.0, "share/year")
    least_units: Annotated[
        Parameter, In("units/year", "vehicles or parcels that it must reach", "年数量门槛")
    ] = fixed(0.0, "units/year")
    rate: Annotated[Parameter, In("share", "reward as a share of sales", "按销售额奖励比例", high=1)] = fixed(
        0.0, "share"
    )
    per_unit: Annotated[Parameter, In("yuan/unit", "reward for each vehicle or parcel", "每件（辆）奖励")] = (
        fixed(0.0, "yuan/unit")
    )
    flat: Annotated[Parameter, In("yuan/firm", "reward for each firm", "每家奖励")] = fixed(0.0, "yuan/firm")
    cap: Annotated[Parameter, In("yuan/firm", "most paid to a firm", "每家最高奖励")] | None = None
    number: Annotated[Parameter, In("firms/year", "firms chosen a year", "年奖励家数")] | None = None
    take_up: Annotated[Parameter, In("share", "share of those that qualify and claim", "申领率", high=1)] = (
        fixed(1.0, "share")
    )
    month: CalendarMonth = 12

    @model_validator(mode="after")
    def _pays(self) -> Self:
        if not {"rate", "per_unit", "flat"} & self.model_fields_set:
            raise refuse("no rate, per_unit or flat", "at least one of them")
        return self

    def due_in(self, month: int) -> int:
        """Months until the next assessment."""
        return (self.month - 1 - month) % 12

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Write the reward with the months until it is assessed, so that firms can reckon with it."""
        due = self.due_in(when.month)
        if when.month < self.start or (self.end is not None and when.month + due > self.end):
            return
        draft.reward(
            rule=rule,
            to=int(RewardTo[self.to.upper()]),
            zones=self.geo.mask,
            least_sales=self.least_sales.value,
            least_growth=self.least_growth.value,
            least_units=self.least_units.value,
            rate=self.rate.value,
            per_unit=self.per_unit.value,
            flat=self.flat.value,
            cap=NO_LIMIT if self.cap is None else self.cap.value,
            number=NO_LIMIT if self.number is None else self.number.value,
            take_up=self.take_up.value,
            due_in=due,
        )


class PublicOrder(Instrument):
    """Works and goods that a budget pays for: orders to local firms of a sector, evenly over the year.

    A building raises demand for construction now; what it offers later is no part of this lever.
    """

    kind: Literal["public_order"]
    amount: Annotated[Parameter, In("yuan/year", "ordered a year", "年度支出")]
    sector: SectorName = "construction"

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Order a twelfth of the year's sum."""
        if when.month < self.start or self.amount.value <= 0:
            return
        draft.order(
            rule=rule,
            zones=self.geo.mask,
            sector=int(Sector[self.sector.upper()]),
            amount=self.amount.value / 12,
        )


class OutsideSales(Instrument):
    """More sales of the province's firms to buyers outside it: brands, online shops, souvenirs; income from there.

    Attributes
    ----------
    gain : Parameter
        Sales added a year once in full effect, net of what other firms of the province lose.
    ramp : Parameter
        Months over which they are reached evenly.
    cost : Parameter
        Public cost a year.
    """

    kind: Literal["outside_sales"]
    gain: Annotated[Parameter, In("yuan/year", "sales added a year", "年新增省外销售额")]
    sector: SectorName
    ramp: Annotated[Parameter, In("months", "months until the full effect", "达到全部效果的月数", low=1)] = (
        fixed(1, "months")
    )
    cost: Annotated[Parameter, In("yuan/year", "public cost a year", "年度经费")] = fixed(0.0, "yuan/year")

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Sell the month's part, and book the cost."""
        if when.month < self.start:
            return
        reached = min((when.month - self.start + 1) / self.ramp.value, 1.0)
        if self.gain.value > 0:
            draft.sell_outside(
                rule=rule,
                zones=self.geo.mask,
                sector=int(Sector[self.sector.upper()]),
                amount=self.gain.value / 12 * reached,
            )
        draft.charge(rule, self.cost.value / 12)
