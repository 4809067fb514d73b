"""Protection against risk: medical cover and unemployment insurance. Both act on risk (H3), not on income."""

from typing import Annotated, Literal, Self

from pydantic import model_validator

from jinxiao.model.names import Insurance
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.records import In, Parameter, Strict, fixed, refuse


class FundInflow(Strict):
    """More money for the fund, which pays a larger part of the same bills.

    Change of the share that households pay: ``- subsidy * insured * spent / expense``. What is not spent so stays with the fund,
    which pays for the growth of bills in every scenario: it is paid in by the budgets all the same.

    Attributes
    ----------
    subsidy : Parameter
        Rise of the budget's subsidy per insured person and year.
    insured : Parameter
        Persons in the scheme.
    spent : Parameter
        Part of the inflow that reaches bills (the rest covers the growth of bills or is kept in reserve).
    expense : Parameter
        All medical expense of the insured within the policy's scope, a year.
    """

    subsidy: Annotated[
        Parameter, In("yuan/person/year", "rise of the subsidy per insured", "人均财政补助提高额")
    ]
    insured: Annotated[Parameter, In("persons", "persons insured", "参保人数", low=1)]
    spent: Annotated[
        Parameter, In("share", "part of the inflow that reaches bills", "用于提高报销的比例", high=1)
    ]
    expense: Annotated[
        Parameter,
        In("yuan/year", "medical expense within the policy's scope", "政策范围内医疗费用总额", low=1),
    ]

    @property
    def change(self) -> float:
        """Change of the share that households pay."""
        inflow = self.subsidy.value * self.insured.value * self.spent.value
        return -min(1.0, inflow / self.expense.value)

    @property
    def kept(self) -> float:
        """Yuan a year that the fund gets and that lower no bills."""
        return self.subsidy.value * self.insured.value * (1.0 - self.spent.value)


class NewlyInsured(Strict):
    """People who gain cover: ``- persons / insured * reimbursed`` on average over the scheme."""

    persons: Annotated[Parameter, In("persons", "persons who gain cover", "新增参保人数")]
    insured: Annotated[Parameter, In("persons", "persons insured", "参保人数", low=1)]
    reimbursed: Annotated[Parameter, In("share", "share of expense that is reimbursed", "报销比例", high=1)]

    @property
    def change(self) -> float:
        """Change of the share that households pay."""
        return -min(1.0, self.persons.value / self.insured.value * self.reimbursed.value)


class MedicalCover(Instrument):
    """A change of the share of medical expense that households pay themselves."""

    kind: Literal["medical_cover"]
    scheme: Literal["employee", "resident"]
    fund_inflow: FundInflow | None = None
    newly_insured: NewlyInsured | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.fund_inflow is None) == (self.newly_insured is None):
            raise refuse("not exactly one of fund_inflow and newly_insured", "one of the two")
        return self

    @property
    def change(self) -> float:
        """Change of the share that households pay."""
        mechanism = self.fund_inflow or self.newly_insured
        assert mechanism is not None
        return mechanism.change

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Lower the uninsured share of the scheme."""
        if when.month < self.start:
            return
        scheme = int(Insurance[self.scheme.upper()])
        draft.conditions.uninsured_share[scheme] += self.change
        draft.share_channel("uninsured_share", rule, self.change)
        if self.fund_inflow is not None:
            draft.pay_fund(rule, self.fund_inflow.kept / 12)


class UnemploymentInsurance(Instrument):
    """A change of what unemployment insurance replaces: ``benefit_rise * covered / wage``."""

    kind: Literal["unemployment_insurance"]
    benefit_rise: Annotated[Parameter, In("yuan/month", "rise of the benefit", "失业保险金提高额")]
    covered: Annotated[Parameter, In("share", "share of job losers who draw it", "领取比例", high=1)] = fixed(
        1.0, "share"
    )
    wage: Annotated[Parameter, In("yuan/month", "mean wage of those at risk", "参保人员平均工资", low=1)]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Raise the replacement rate."""
        if when.month < self.start:
            return
        change = self.benefit_rise.value * self.covered.value / self.wage.value
        draft.conditions.job_loss_replacement += change
        draft.share_channel("job_loss_replacement", rule, change)
