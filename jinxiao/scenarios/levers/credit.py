"""Credit: interest on consumer and business loans that the budget takes over, and how much households may borrow."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from jinxiao.model.names import month_label
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.levers.work import SectorName, sector_indices
from jinxiao.scenarios.records import In, Parameter


class ConsumerLoanSubsidy(Instrument):
    """Interest on personal consumer loans taken over by the budget; one such instrument at a time."""

    kind: Literal["consumer_loan_subsidy"]
    rate_cut: Annotated[
        Parameter, In("share/year", "interest taken over, of the principal", "年贴息比例", high=1)
    ]
    eligible_share: Annotated[
        Parameter, In("share", "share of consumer borrowing that gets it", "享受贴息的贷款占比", high=1)
    ]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Set the cut and the share of borrowing that qualifies."""
        if when.month < self.start:
            return
        draft.claim("loan_rule", rule)
        draft.conditions.loan_rate_cut = self.rate_cut.value
        draft.conditions.loan_eligible_share = self.eligible_share.value


class BusinessLoanSubsidy(Instrument):
    """Interest on business loans taken over by the budget; one such instrument at a time."""

    kind: Literal["business_loan_subsidy"]
    rate_cut: Annotated[
        Parameter, In("share/year", "interest taken over, of the principal", "年贴息比例", high=1)
    ]
    take_up: Annotated[
        Parameter, In("share", "share of the sectors' loans that get it", "享受贴息的贷款占比", high=1)
    ]
    sectors: Annotated[tuple[SectorName, ...], Field(min_length=1)]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Set the cut, times take-up, for each sector."""
        if when.month < self.start:
            return
        draft.claim("business_loan_rule", rule)
        cut = self.rate_cut.value * self.take_up.value
        draft.conditions.business_loan_rate_cut[sector_indices(self.sectors)] = cut


class CreditLine(Instrument):
    """A longer unsecured credit line of households; acts on those whom the old one binds, or who kept cash because it might.

    Attributes
    ----------
    months : Parameter
        Months of spendable income added to the line.
    groups : int
        Bit mask of the groups of households of an experiment that get it; 0 for all households. One mask at a time.
    """

    takes_rule: ClassVar[bool] = False

    kind: Literal["credit_line"]
    months: Annotated[
        Parameter, In("months of income", "rise of the credit line", "信用额度提高（月收入倍数）")
    ]
    groups: Annotated[int, Field(ge=0, le=255)] = 0

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Lengthen the line of everybody, or of the groups named.

        Raises
        ------
        ValueError
            When another instrument acts on other groups in the same month.
        """
        if when.month < self.start:
            return
        conditions = draft.conditions
        if not self.groups:
            conditions.credit_line += self.months.value
            return
        if conditions.regime_groups not in (0, self.groups):
            raise ValueError(
                f"groups {self.groups} of a credit line in {month_label(conditions.month)}: groups "
                f"{conditions.regime_groups} have another; allowed one mask of groups in a month"
            )
        conditions.regime_groups = self.groups
        conditions.group_credit_line += self.months.value
