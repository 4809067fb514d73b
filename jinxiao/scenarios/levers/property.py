"""Property income: interest on deposits as listed rates change, and rents, dividends and returns of all kinds."""

from typing import Annotated, ClassVar, Literal

from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.records import In, Parameter


class DepositRates(Instrument):
    """A cut of listed deposit rates, which reaches interest as deposits fall due and are renewed; banks pay less.

    Relative fall of interest after `n` months: ``cut / mean_rate * min(n / repricing, 1)``.
    """

    takes_rule: ClassVar[bool] = False

    kind: Literal["deposit_rates"]
    cut: Annotated[Parameter, In("share/year", "mean cut of listed rates", "挂牌利率平均降幅", high=0.05)]
    mean_rate: Annotated[
        Parameter,
        In("share/year", "mean rate that households received before", "此前居民存款平均利率", 0.001, 0.2),
    ]
    repricing: Annotated[
        Parameter, In("months", "months until all deposits are renewed", "存款全部重定价所需月数", 1)
    ]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Lower interest by the part that is renewed; contracts go on falling due when the measure stops."""
        if when.month < self.start:
            return
        renewed = min((when.month - self.start + 1) / self.repricing.value, 1.0)
        draft.conditions.interest_gain -= min(self.cut.value / self.mean_rate.value, 1.0) * renewed


class PropertyIncome(Instrument):
    """Growth of rents, dividends and interest beyond that of other incomes: ``(1 + yearly_growth) ** years - 1``."""

    takes_rule: ClassVar[bool] = False

    kind: Literal["property_income"]
    yearly_growth: Annotated[
        Parameter,
        In("share/year", "growth of property income added a year", "财产性收入年增速提高", -0.05, 0.05),
    ]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Raise all property income by the growth of the months since the start."""
        if when.month < self.start:
            return
        gain = (1 + self.yearly_growth.value) ** ((when.month - self.start + 1) / 12) - 1
        draft.conditions.interest_gain += gain
        draft.conditions.rent_gain += gain
