"""Trade: what buyers outside order more, what is bought from local sellers and producers instead of those outside."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from jinxiao.model.names import Sector
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.levers.leisure import ALL_YEAR, Months, ramp
from jinxiao.scenarios.levers.work import SectorName, sector_indices
from jinxiao.scenarios.records import In, Month, Parameter, fixed, refuse

Sectors = Annotated[tuple[SectorName, ...], Field(min_length=1)]
Cost = Annotated[Parameter, In("yuan/year", "public cost a year", "年度经费")]
NOT_SOLD_OUTSIDE = ("education", "health_care", "public")
"""Sectors whose other custom is that of governments and funds."""


class OutsideSales(Instrument):
    """More sales to buyers outside the province: fairs, brands, online shops.

    Orders a year at full effect: ``base x gain x net``, in equal parts over the sectors.

    Attributes
    ----------
    base, gain : Parameter
        Sales of the sellers reached, and the share by which they rise.
    net : Parameter
        Share of the rise that other sellers of the province do not lose.
    full_effect : Month, optional
        Month in which the full effect is reached; it rises evenly from the start.
    cost : Parameter
        Public cost a year, whether spent on fairs and promotion or paid as grants.
    """

    kind: Literal["outside_sales"]
    sectors: Sectors
    base: Annotated[Parameter, In("yuan/year", "sales of those reached", "受益主体销售额")]
    gain: Annotated[Parameter, In("share", "rise of these sales", "销售增幅", high=1)]
    net: Annotated[
        Parameter,
        In("share", "share of the rise that is not taken from others in the province", "净增比例", high=1),
    ] = fixed(1.0, "share")
    months: Months = ALL_YEAR
    full_effect: Month | None = None
    cost: Cost = fixed(0.0, "yuan/year")

    @model_validator(mode="after")
    def _sold(self) -> Self:
        for name in self.sectors:
            if name in NOT_SOLD_OUTSIDE:
                raise refuse(f"sector '{name}'", f"sectors other than {', '.join(NOT_SOLD_OUTSIDE)}")
        return self

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add the month's part of the orders, and of the cost."""
        if when.month < self.start or when.month % 12 + 1 not in self.months:
            return
        part = ramp(when.month, self.start, self.full_effect) / len(self.months)
        yuan = part * self.base.value * self.gain.value * self.net.value / len(self.sectors)
        for sector in sector_indices(self.sectors):
            draft.order_from_outside(sector, self.geo.mask, yuan)
        draft.charge(rule, self.cost.value / len(self.months))


class ParcelSubsidy(Instrument):
    """A subsidy for each parcel of farm goods sent out of the county, paid to sellers between two thresholds and a ceiling.

    Parcels per seller follow Pareto's law with exponent ``a`` from ``m`` upwards. A seller of ``x`` parcels is paid for
    ``min(x, C)`` where ``x`` is at least ``L``, the larger of ``least_parcels`` and ``least_sales / value``, and ``C`` the
    ceiling over the amount: of all parcels ``m^(a-1) (a L^(1-a) - C^(1-a)) / a``. One more parcel is paid only below the
    ceiling, to sellers of ``m^(a-1) (L^(1-a) - C^(1-a))`` of all. These get cheaper by ``amount / value`` and rise by that
    times the elasticity; the rest was sent anyway.

    Attributes
    ----------
    amount : Parameter
        Paid per parcel.
    least_sales, least_parcels, ceiling : Parameter
        Thresholds of a seller a year, and the most that one gets.
    parcels : Parameter
        Parcels of farm goods sent out of their counties a year, by all sellers.
    smallest, tail : Parameter
        ``m`` and ``a``.
    value : Parameter
        What the buyer pays for a parcel, freight included.
    elasticity : Parameter
        Elasticity of parcels sent to their price.
    outside_share : Parameter
        Share that goes to buyers outside the province.
    """

    kind: Literal["parcel_subsidy"]
    amount: Annotated[Parameter, In("yuan/parcel", "subsidy per parcel", "每件补助")]
    least_sales: Annotated[Parameter, In("yuan/year", "least online sales of a seller", "网络销售额下限")]
    least_parcels: Annotated[
        Parameter, In("parcels/year", "least parcels of a seller", "快递单量下限", whole=True)
    ]
    ceiling: Annotated[Parameter, In("yuan/year", "most that a seller gets", "单个主体补助上限")]
    parcels: Annotated[Parameter, In("parcels/year", "parcels sent a year", "年上行快件数")]
    smallest: Annotated[
        Parameter, In("parcels/year", "parcels of the smallest sellers", "最小主体年快件数", low=1)
    ]
    tail: Annotated[
        Parameter,
        In("1", "exponent of the distribution of sellers by parcels", "主体规模分布指数", low=1.01, high=5),
    ]
    value: Annotated[
        Parameter, In("yuan/parcel", "price of a parcel with freight", "每件金额（含运费）", low=1)
    ]
    elasticity: Annotated[
        Parameter, In("1", "elasticity of parcels to their price", "快件量对价格的弹性", high=10)
    ]
    outside_share: Annotated[
        Parameter, In("share", "share sent outside the province", "销往省外比例", high=1)
    ]

    def shares(self) -> tuple[float, float]:
        """Return the shares of all parcels that are paid, and that belong to sellers between threshold and ceiling."""
        if self.amount.value <= 0.0:
            return 0.0, 0.0
        a, least = self.tail.value, self.smallest.value
        low = max(self.least_parcels.value, self.least_sales.value / self.value.value, least)
        high = max(self.ceiling.value / self.amount.value, low)
        at_low, at_high = (least / low) ** (a - 1), (least / high) ** (a - 1)
        return at_low - at_high / a, at_low - at_high

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Pay the sellers, and let farms sell what the cheaper freight brings."""
        if when.month < self.start:
            return
        paid, moved = (self.parcels.value / 12 * share for share in self.shares())
        draft.grant(rule, Sector.FOOD_RETAIL, self.geo.mask, self.amount.value * paid)
        draft.claim_sales(rule, paid * self.value.value)
        # the parcels counted are those sent with the subsidy
        rise = self.elasticity.value * self.amount.value / self.value.value
        added = moved * rise / (1.0 + rise) * self.value.value * self.outside_share.value
        draft.order_from_outside(Sector.FARMING, self.geo.mask, added)


class KeptPurchases(Instrument):
    """Purchases that people of the province, and visitors, make from local sellers instead of sellers outside.

    What they spend does not change by it; the trade, and with it work and income, is in the province. A negative share moves
    purchases outside: they leak.

    Attributes
    ----------
    share : Parameter
        Share of the sectors' custom that moves, when fully in effect.
    """

    kind: Literal["kept_purchases"]
    sectors: Sectors
    share: Annotated[
        Parameter,
        In("share", "share of purchases that moves to local sellers", "转由本地商家销售的比例", -0.2, 0.2),
    ]
    months: Months = ALL_YEAR
    full_effect: Month | None = None
    cost: Cost = fixed(0.0, "yuan/year")

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add the share reached in each city covered."""
        if when.month < self.start or when.month % 12 + 1 not in self.months:
            return
        part = self.share.value * ramp(when.month, self.start, self.full_effect)
        cells = draft.conditions.kept_purchases
        for sector in sector_indices(self.sectors):
            cells[self.geo.city_indices, sector] += part
        draft.charge(rule, self.cost.value / len(self.months))


class LocalSourcing(Instrument):
    """Goods that sellers and canteens buy from producers in the province instead of outside.

    Attributes
    ----------
    amount : Parameter
        Added purchases from the producers named, a year.
    from_outside : Parameter
        Share of these that was bought outside before; the rest is taken from other producers of the province.
    sales : Parameter
        Custom of the sectors a year, over which it is spread.
    """

    kind: Literal["local_sourcing"]
    sectors: Sectors
    amount: Annotated[Parameter, In("yuan/year", "added purchases", "新增采购额")]
    from_outside: Annotated[Parameter, In("share", "share bought outside before", "替代省外货源比例", high=1)]
    sales: Annotated[Parameter, In("yuan/year", "custom of the sectors", "相关行业销售额", low=1)]
    full_effect: Month | None = None
    cost: Cost = fixed(0.0, "yuan/year")

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add the share of custom that moves."""
        if when.month < self.start:
            return
        share = min(self.amount.value * self.from_outside.value / self.sales.value, 0.2)
        part = share * ramp(when.month, self.start, self.full_effect)
        draft.conditions.local_sourcing[sector_indices(self.sectors)] += part
        draft.charge(rule, self.cost.value / 12)
