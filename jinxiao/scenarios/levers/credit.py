"""Credit: interest on consumer and business loans that the budget takes over."""

from typing import Annotated, Literal

from pydantic import Field

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
