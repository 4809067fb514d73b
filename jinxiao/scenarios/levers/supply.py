"""Supply: public investment, grants to firms, and coordination of other measures."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from jinxiao.model.names import Sector
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.levers.leisure import ramp
from jinxiao.scenarios.levers.work import SectorName
from jinxiao.scenarios.overrides import with_values
from jinxiao.scenarios.records import In, Month, Parameter, fixed, refuse, walk

TAKE_UP_FIELDS = ("take_up", "participating", "compliance", "following", "coverage", "recipients")
"""Fields of instruments that say how many of those who could take part do."""


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


class Coordination(Instrument):
    """Offices that work together: more of those who could take part in other measures do, and their effects come sooner.

    Attributes
    ----------
    measures : tuple of int
        Measures on which it acts.
    take_up_gain : Parameter
        Relative rise of take-up, of participation and of compliance in them, never beyond all.
    months_sooner : Parameter
        Months by which effects that build up are complete earlier.
    cost : Parameter
        Cost of the offices a year.
    """

    kind: Literal["coordination"]
    measures: Annotated[tuple[int, ...], Field(min_length=1)]
    take_up_gain: Annotated[Parameter, In("share", "relative rise of take-up", "参与率相对提高", high=1)]
    months_sooner: Annotated[
        Parameter,
        In("months", "months by which full effects come sooner", "提前见效月数", high=24, whole=True),
    ] = fixed(0, "months")
    cost: Annotated[Parameter, In("yuan/year", "cost a year", "年度经费")] = fixed(0.0, "yuan/year")

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Book the cost; the rest acts through the instruments of other measures."""
        if when.month >= self.start:
            draft.charge(rule, self.cost.value / 12)

    def applied[AnyOne: Instrument](self, instrument: AnyOne) -> AnyOne:
        """Return an instrument of one of the measures as it runs under coordination."""
        values = {}
        for path, parameter, spec in walk(instrument):
            if path.rsplit(".", 1)[-1] in TAKE_UP_FIELDS and spec is not None and self.take_up_gain.value:
                values[path] = min(parameter.value * (1 + self.take_up_gain.value), spec.high)
        full_effect = getattr(instrument, "full_effect", None)
        if full_effect is not None and self.months_sooner.value:
            sooner = max(instrument.start, full_effect - int(self.months_sooner.value))
            instrument = instrument.model_copy(update={"full_effect": sooner})
        return with_values(instrument, values) if values else instrument
