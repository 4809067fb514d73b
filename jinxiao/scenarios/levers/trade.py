"""Trade: what buyers outside the province order more."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

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
