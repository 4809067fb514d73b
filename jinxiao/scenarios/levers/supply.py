"""Supply: public investment and grants to firms."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from jinxiao.model.names import Sector
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.levers.leisure import ramp
from jinxiao.scenarios.levers.work import SectorName
from jinxiao.scenarios.records import In, Month, Parameter, refuse


class PublicInvestment(Instrument):
    """Building and equipping: orders to firms while it lasts. What the new places offer afterwards is another instrument.

    Attributes
    ----------
    amount : Parameter
        Yuan a year that would not be invested otherwise.
    split : mapping of sector to Parameter
        Shares of the sectors that get the orders; they add up to one.
    """

    kind: Literal["public_investment"]
    amount: Annotated[Parameter, In("yuan/year", "investment added a year", "年新增投资")]
    split: Annotated[
        dict[SectorName, Annotated[Parameter, In("share", "share of the orders", "订单占比", high=1)]],
        Field(min_length=1),
    ]
    full_effect: Month | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = sum(share.value for share in self.split.values())
        if abs(total - 1) > 1e-6:
            raise refuse(f"split adding up to {total:g}", "shares adding up to 1")
        return self

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Order the month's part from each sector."""
        if when.month < self.start:
            return
        yuan = self.amount.value / 12 * ramp(when.month, self.start, self.full_effect)
        for name, share in self.split.items():
            draft.order(rule, Sector[name.upper()], self.geo.mask, yuan * share.value)


class FirmGrant(Instrument):
    """Grants to firms for what they have reached: so much a case, so many cases a year."""

    kind: Literal["firm_grant"]
    sector: SectorName
    amount: Annotated[Parameter, In("yuan/case", "grant a case", "每项奖补")]
    cases: Annotated[Parameter, In("cases/year", "cases a year", "年奖补项数")]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Pay a twelfth of the year's cases."""
        if when.month >= self.start:
            yuan = self.amount.value * self.cases.value / 12
            draft.grant(rule, Sector[self.sector.upper()], self.geo.mask, yuan)
