"""Inbound visitors: visa-free entry, departure refund, easier payment and travel."""

import math
from typing import Annotated, Literal

from pydantic import Field

from jinxiao.model.names import MARKET_GROUPS, MARKETS, market_indices
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.levers.leisure import ramp
from jinxiao.scenarios.records import In, Month, OneOf, Parameter, fixed

MarketName = Annotated[str, OneOf((*(market.key for market in MARKETS), *MARKET_GROUPS))]


class VisaFree(Instrument):
    """Visitors who needed a visa and no longer do."""

    kind: Literal["visa_free"]
    shift: Annotated[
        Parameter,
        In("share", "share of visa-required parties that become visa-free", "转为免签的游客占比", high=1),
    ]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add to the share that is visa-free."""
        if when.month >= self.start:
            conditions = draft.conditions
            conditions.visa_free_shift = min(1.0, conditions.visa_free_shift + self.shift.value)


class DepartureRefund(Instrument):
    """Refund of tax on goods that visitors take out of the country.

    Attributes
    ----------
    rate, agency_fee : Parameter
        Refund as a share of the invoice, and the part of it that the agency keeps.
    threshold : Parameter
        Least purchase in one shop on one day.
    reach : Parameter
        Share of foreign visitors' spending on goods that is in refund shops and claimed.
    """

    kind: Literal["departure_refund"]
    rate: Annotated[Parameter, In("share", "refund as a share of the invoice", "退税率", high=1)]
    agency_fee: Annotated[
        Parameter, In("share", "part kept by the agency, of the invoice", "代理机构手续费", high=1)
    ] = fixed(0.0, "share")
    threshold: Annotated[Parameter, In("yuan/shop/day", "least purchase", "起退点")]
    reach: Annotated[
        Parameter, In("share", "share of goods spending that is claimed", "申请退税消费占比", high=1)
    ]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Set the refund that the visitor receives."""
        if when.month < self.start:
            return
        draft.claim("refund_rule", rule)
        draft.conditions.refund_rate = max(0.0, self.rate.value - self.agency_fee.value)
        draft.conditions.refund_threshold = self.threshold.value
        draft.conditions.refund_reach = self.reach.value


class InboundEase(Instrument):
    """Easier entry, payment and travel for some markets: ``yearly_growth`` more visits each year until the full effect.

    Utility added after `n` years: ``n ln(1 + yearly_growth)``.
    """

    kind: Literal["inbound_ease"]
    markets: Annotated[tuple[MarketName, ...], Field(min_length=1)]
    yearly_growth: Annotated[Parameter, In("share/year", "visits gained a year", "年新增客流增幅")]
    full_effect: Month
    cost: Annotated[Parameter, In("yuan/year", "public cost a year", "年度经费")] = fixed(0.0, "yuan/year")

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Lower the friction of each market."""
        if when.month < self.start:
            return
        years = (min(when.month, self.full_effect) - self.start + 1) / 12
        utility = max(0.0, years) * math.log1p(self.yearly_growth.value)
        draft.conditions.market_friction[market_indices(*self.markets)] += utility
        draft.charge(rule, self.cost.value / 12)


class PaymentEase(Instrument):
    """Foreign cards, cash and foreign wallets accepted at more tills: part of the purchases that fail today no longer do.

    Attributes
    ----------
    eased : Parameter
        Share of purchases failing today that are made, when fully in effect.
    full_effect : Month, optional
        Month in which the full effect is reached; it rises evenly from the start.
    """

    kind: Literal["payment_ease"]
    markets: Annotated[tuple[MarketName, ...], Field(min_length=1)] = ("inbound",)
    eased: Annotated[
        Parameter,
        In("share", "share of failing payments that no longer fail", "支付失败中得以解决的比例", high=1),
    ]
    full_effect: Month | None = None
    cost: Annotated[Parameter, In("yuan/year", "public cost a year", "年度经费")] = fixed(0.0, "yuan/year")

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Ease payments of each market; several instruments ease what the others left."""
        if when.month < self.start:
            return
        part = self.eased.value * ramp(when.month, self.start, self.full_effect)
        left = 1.0 - draft.conditions.payment_eased[market_indices(*self.markets)]
        draft.conditions.payment_eased[market_indices(*self.markets)] = 1.0 - left * (1.0 - part)
        draft.charge(rule, self.cost.value / 12)
