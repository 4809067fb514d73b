"""Trade-in: subsidies on durables, and the budget pools that pay them until the money runs out."""

from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from jinxiao.model.names import CITIES, Durable, month_label
from jinxiao.scenarios.accounts import City
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.records import In, Month, Parameter, Strict, fixed, refuse

DurableName = Literal[
    "car", "ebike", "fridge", "washer", "ac", "tv", "water_heater", "computer", "phone", "kitchen", "tablet_watch",
    "renovation",
]  # fmt: skip
OLD_UNIT = {"none": 0, "needed": 0, "scrapped": 1, "sold": 2}
"""What a rule asks to become of the old unit."""
POWERTRAINS = {"petrol": 0, "nev": 1, "either": -1}
NO_LIMIT = 1e12
"""Yuan; above every price."""


class Tier(Strict):
    """A class of models with its own rate, e.g. energy grade 1.

    Attributes
    ----------
    rate : Parameter
        Share of the price that is paid.
    models : Parameter
        Share of models on sale (weighted by sales) that belong to it.
    """

    rate: Annotated[Parameter, In("share", "subsidy as a share of the price", "补贴占售价比例", high=1)]
    models: Annotated[
        Parameter, In("share", "share of models on sale in this class", "该等级在售产品占比", high=1)
    ]


class DurableSubsidy(Instrument):
    """A subsidy on buying a durable, with all that its notice says.

    The subsidy is ``min(cap, rate * price + flat)``; nothing above the price ceiling.

    Attributes
    ----------
    durables : tuple of str
        What is bought.
    powertrain : {'petrol', 'nev', 'either'}
        For cars.
    rate, flat, cap, ceiling : Parameter
        Share of the price; yuan; most that is paid a unit; price above which nothing is paid.
    tiers : mapping of str to Tier
        Instead of `rate` and `eligible_share`: classes of models with their own rates.
    old_unit : {'none', 'needed', 'scrapped', 'sold'}
        Nothing is asked; or the buyer must own an old unit, which the new one replaces; and which must be scrapped or handed
        in, or sold on.
    old_unit_registered_by : Month, optional
        The old unit must have been registered by this month.
    old_unit_new_energy_registered_by : Month, optional
        The same for an old car that runs on new energy, where another date holds for it.
    old_unit_min_age : Parameter
        Or: age that the old unit must have.
    eligible_share : Parameter
        Share of models on sale that qualify.
    take_up : Parameter
        Share of eligible purchases that claim.
    pool : str
        Budget pool of the same measure that pays; none means no limit.
    suspended : tuple of Month
        Months in which nothing is paid; that payment resumes is known.
    """

    kind: Literal["durable_subsidy"]
    durables: tuple[DurableName, ...] = Field(min_length=1)
    powertrain: Literal["petrol", "nev", "either"] = "either"
    rate: Annotated[Parameter, In("share", "subsidy as a share of the price", "补贴占售价比例", high=1)] = (
        fixed(0.0, "share")
    )
    flat: Annotated[Parameter, In("yuan/unit", "flat subsidy", "定额补贴")] = fixed(0.0, "yuan/unit")
    cap: Annotated[Parameter, In("yuan/unit", "most paid for one unit", "每件补贴上限")] = fixed(
        NO_LIMIT, "yuan/unit"
    )
    ceiling: Annotated[Parameter, In("yuan/unit", "price above which nothing is paid", "售价上限")] = fixed(
        NO_LIMIT, "yuan/unit"
    )
    tiers: dict[str, Tier] = Field(default_factory=dict)
    old_unit: Literal["none", "needed", "scrapped", "sold"]
    old_unit_registered_by: Month | None = None
    old_unit_new_energy_registered_by: Month | None = None
    old_unit_min_age: Annotated[
        Parameter, In("months", "age the old unit must have", "旧机最低使用月数", whole=True)
    ] = fixed(0, "months")
    eligible_share: Annotated[
        Parameter, In("share", "share of models that qualify", "符合条件的产品占比", high=1)
    ] = fixed(1.0, "share")
    take_up: Annotated[
        Parameter, In("share", "share of eligible purchases that claim", "符合条件购买的申领率", high=1)
    ] = fixed(1.0, "share")
    pool: str = ""
    suspended: tuple[Month, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.powertrain != "either" and self.durables != ("car",):
            raise refuse(
                f"powertrain {self.powertrain} for {', '.join(self.durables)}", "powertrain only for car"
            )
        if self.tiers and {"rate", "eligible_share"} & self.model_fields_set:
            raise refuse("tiers beside rate or eligible_share", "one or the other")
        if sum(tier.models.value for tier in self.tiers.values()) > 1 + 1e-9:
            raise refuse("tiers that hold more than all models", "shares of models adding up to 1 or less")
        ages = {"old_unit_registered_by", "old_unit_new_energy_registered_by", "old_unit_min_age"}
        if self.old_unit == "none" and ages & self.model_fields_set:
            raise refuse("an age of the old unit with old_unit: none", "needed, scrapped or sold")
        for month in self.suspended:
            if month < self.start or (self.end is not None and month > self.end):
                raise refuse(f"a suspension in {month_label(month)}", "months from start to end")
        return self

    @property
    def models(self) -> float:
        """Share of models that qualify, over all tiers."""
        if not self.tiers:
            return self.eligible_share.value
        return min(1.0, sum(tier.models.value for tier in self.tiers.values()))

    @property
    def mean_rate(self) -> float:
        """Rate, weighted over the tiers' models."""
        if not self.tiers:
            return self.rate.value
        weight = sum(tier.models.value for tier in self.tiers.values())
        total = sum(tier.models.value * tier.rate.value for tier in self.tiers.values())
        return total / weight if weight else 0.0

    def old_age(self, month: int, new_energy: bool = False) -> int:
        """Age that the old unit must have in a month; -1 when none is needed."""
        if self.old_unit == "none":
            return -1
        by = self.old_unit_registered_by
        if new_energy and self.old_unit_new_energy_registered_by is not None:
            by = self.old_unit_new_energy_registered_by
        registered = 0 if by is None else max(0, month - by)
        return max(registered, int(self.old_unit_min_age.value))

    def starts_in(self, month: int) -> int:
        """Months until the subsidy starts or resumes; 0 where it runs. The last month of all may be suspended: then -1."""
        first = max(month, self.start)
        while first in self.suspended:
            first += 1
        return -1 if self.end is not None and first > self.end else first - month

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Write a row for each durable; before an announced start, or suspended, one that pays nothing yet."""
        starts_in = self.starts_in(when.month)
        if starts_in < 0:
            return
        for durable in self.durables:
            draft.durable_rule(
                rule=rule,
                durable=int(Durable[durable.upper()]),
                powertrain=POWERTRAINS[self.powertrain],
                zones=self.geo.mask,
                rate=self.mean_rate,
                flat=self.flat.value,
                cap=self.cap.value,
                price_ceiling=self.ceiling.value,
                min_old_age=self.old_age(when.month),
                min_old_age_new_energy=self.old_age(when.month, new_energy=True),
                old_unit_goes=OLD_UNIT[self.old_unit],
                eligible_share=self.models,
                take_up=self.take_up.value,
                pool=draft.pools[self.pool] if self.pool else -1,
                months_left=self.months_left(when),
                starts_in=starts_in,
            )


class BudgetPool(Instrument):
    """Money that pays the subsidies which name it, until it is spent.

    Attributes
    ----------
    total : Parameter
        Yuan over the life of the pool.
    modelled_share : Parameter
        Share of it that is left for the goods which the model holds (the rest goes to others, e.g. renovation).
    release : mapping of Month to Parameter
        Share released in each month; nothing given means equal parts in each month.
    lapses : {'at_end', 'monthly'}
        When unspent money is lost. Weekly quotas that lapse are run by month.
    by : {'province', 'city'}
        Whether all claims draw on one sum or each city holds its own, which closes on its own day.
    city_shares : mapping of city to Parameter
        Shares of the cities; none given: by households.
    """

    takes_rule: ClassVar[bool] = False

    kind: Literal["budget_pool"]
    total: Annotated[Parameter, In("yuan", "money over the life of the pool", "资金总额")]
    modelled_share: Annotated[
        Parameter,
        In("share", "share left for the goods that the model holds", "用于模型所含商品的比例", high=1),
    ] = fixed(1.0, "share")
    release: dict[
        Month, Annotated[Parameter, In("share", "share released in the month", "当月下达比例", high=1)]
    ] = Field(default_factory=dict)
    lapses: Literal["at_end", "monthly"] = "at_end"
    by: Literal["province", "city"] = "province"
    city_shares: dict[
        City, Annotated[Parameter, In("share", "share of a city in the pool", "各市所占份额", high=1)]
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        held = sum(share.value for share in self.city_shares.values())
        if self.city_shares and (self.by != "city" or abs(held - 1) > 1e-6):
            raise refuse(
                f"city_shares adding up to {held:g} with by: {self.by}", "shares adding up to 1, by: city"
            )
        if self.end is None:
            raise refuse("no end", "a month in which the pool closes")
        total = sum(part.value for part in self.release.values())
        if self.release and abs(total - 1) > 1e-6:
            raise refuse(f"releases adding up to {total:g}", "shares adding up to 1")
        if any(not self.start <= month <= self.end for month in self.release):
            raise refuse("a release outside the pool's life", "months from start to end")
        return self

    def released(self, month: int) -> float:
        """Yuan released in a month."""
        assert self.end is not None
        if not self.start <= month <= self.end:
            return 0.0
        part = self.release[month].value if month in self.release else 0.0
        if not self.release:
            part = 1 / (self.end - self.start + 1)
        return part * self.total.value * self.modelled_share.value

    def refill_in(self, month: int) -> int:
        """Months until money is next released by the schedule; 0 where none is to come."""
        assert self.end is not None
        return next(
            (later - month for later in range(month + 1, self.end + 1) if self.released(later) > 0.0), 0
        )

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Release the month's money; `rule` is the number of the pool."""
        if when.month < self.start:
            return
        draft.conditions.pool_budget[rule] = self.released(when.month)
        if self.by == "city":
            given = [self.city_shares[c.key].value if c.key in self.city_shares else 0.0 for c in CITIES]
            draft.conditions.pool_shares[rule] = np.array(given)
        refill = self.refill_in(when.month)
        if refill:
            draft.conditions.pool_refill[rule] = refill
        if self.lapses == "monthly" or when.month == self.end:
            draft.conditions.pool_expires.add(rule)
