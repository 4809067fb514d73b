"""Homes: money off new ones, terms of mortgages, renewal of old quarters, stalled homes handed over, affordable housing."""

from typing import Annotated, Literal

from jinxiao.model.names import N_CITIES
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.records import In, Parameter, fixed


class HomeSubsidy(Instrument):
    """Money off new homes that households buy, on average over all of them; several add up."""

    kind: Literal["home_subsidy"]
    amount: Annotated[Parameter, In("yuan/home", "subsidy on a new home", "每套新房补贴")]
    share: Annotated[
        Parameter, In("share", "share of new homes that get it", "享受补贴的新房占比", high=1)
    ] = fixed(1.0, "share")

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add the mean amount in its zones."""
        if when.month < self.start:
            return
        zones, mean = self.geo.zone_indices, self.amount.value * self.share.value
        conditions = draft.conditions
        if conditions.home_rule < 0:
            conditions.home_reach[:] = 0.0
        conditions.home_reach[zones] = 1 - (1 - conditions.home_reach[zones]) * (1 - self.share.value)
        conditions.home_rule = rule if conditions.home_rule < 0 else min(conditions.home_rule, rule)
        conditions.home_subsidy[zones] += mean
        draft.share_channel("home_subsidy", rule, mean * len(zones))


class MortgageTerms(Instrument):
    """Easier mortgages: a lower rate on old and new ones, a smaller down payment, larger loans of the housing fund.

    Banks and the fund bear it; no budget pays.
    """

    kind: Literal["mortgage_terms"]
    rate_cut: Annotated[
        Parameter, In("share/year", "fall of the mortgage rate", "房贷利率降幅", high=0.05)
    ] = fixed(0.0, "share/year")
    down_payment_cut: Annotated[
        Parameter, In("share", "fall of the least down payment", "最低首付比例降幅", high=0.2)
    ] = fixed(0.0, "share")
    fund_ceiling_rise: Annotated[
        Parameter, In("yuan", "rise of the largest loan of the housing fund", "公积金贷款最高额度提高")
    ] = fixed(0.0, "yuan")

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add to what others have eased."""
        if when.month < self.start:
            return
        draft.conditions.mortgage_rate_cut += self.rate_cut.value
        draft.conditions.down_payment_cut += self.down_payment_cut.value
        draft.conditions.fund_ceiling_rise += self.fund_ceiling_rise.value


class HomeRenewal(Instrument):
    """Renewal of villages in the city and old quarters: households get a voucher for a new home."""

    kind: Literal["home_renewal"]
    homes: Annotated[Parameter, In("homes/year", "homes renewed a year", "年改造户数")]
    households: Annotated[Parameter, In("households", "households of the zones", "所在地区户数", low=1)]
    grant: Annotated[Parameter, In("yuan/home", "voucher for a new home", "每户房票金额")]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Set the chance of renewal and the voucher; one such instrument at a time."""
        if when.month < self.start:
            return
        draft.claim("renewal_rule", rule)
        draft.conditions.renewal[self.geo.zone_indices] = self.homes.value / 12 / self.households.value
        draft.conditions.renewal_grant = self.grant.value


class HomeAcquisition(Instrument):
    """Finished homes bought from builders as affordable housing; one such instrument at a time."""

    kind: Literal["home_acquisition"]
    homes: Annotated[Parameter, In("homes/year", "homes bought a year", "年收购套数")]
    price: Annotated[Parameter, In("yuan/home", "price of a home", "每套收购价格")]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Spend a twelfth of the year's money, evenly over the cities it applies to."""
        if when.month < self.start:
            return
        draft.claim("acquisition_rule", rule)
        cities = sorted({zone // 2 for zone in self.geo.zone_indices})
        assert len(cities) <= N_CITIES
        draft.conditions.homes_acquired[cities] = self.homes.value * self.price.value / 12 / len(cities)


class HomeDelivery(Instrument):
    """Homes sold long ago whose building had stopped are finished and handed over; their owners furnish them."""

    kind: Literal["home_delivery"]
    homes: Annotated[Parameter, In("homes/year", "homes handed over a year", "年交付套数")]
    households: Annotated[
        Parameter, In("households", "households with a mortgage in the zones", "所在地区有房贷户数", low=1)
    ]

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Add to the chance that a household with a mortgage gets its home."""
        if when.month < self.start:
            return
        draft.conditions.delivery[self.geo.zone_indices] += self.homes.value / 12 / self.households.value
