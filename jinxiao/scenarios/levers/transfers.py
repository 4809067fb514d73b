"""Money paid to people: per person, child, birth, pensioner, elder, household, insured member, earner or student."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from jinxiao.model.conditions import Basis
from jinxiao.model.names import CATEGORIES, N_QUINTILES, Occupation
from jinxiao.scenarios.levers.base import Draft, Instrument, When
from jinxiao.scenarios.levers.rounds import months_due
from jinxiao.scenarios.records import In, Month, Parameter, fixed, refuse

BY_OCCUPATION = ("employed", "unemployed", "trained")
"""Bases of which an instrument may choose occupations."""
BasisName = Literal[
    "child",
    "birth",
    "resident_pensioner",
    "employee_pensioner",
    "household",
    "resident_insured",
    "employed",
    "unemployed",
    "farmer",
    "student",
    "trained",
    "person",
    "elder",
]
OccupationName = Literal["formal", "migrant", "flexible", "self_employed", "farmer"]
CategoryName = Literal[
    "food",
    "clothing",
    "housing",
    "household_goods",
    "transport_communication",
    "education_culture",
    "health",
    "other",
]
CalendarMonth = Annotated[int, Field(ge=1, le=12)]

AMOUNT_UNIT = {
    "monthly": "yuan/month",
    "yearly": "yuan/year",
    "rounds": "yuan/year",
    "once": "yuan",
    "event": "yuan/event",
}
"""Unit of the amount by kind of payment."""
SEPTEMBER = 9
"""Calendar month in which school years begin, and by which age decides on the class."""
ALL_AGES = 1200
"""Months; above every age."""


class Transfer(Instrument):
    """A payment per unit of a basis.

    Attributes
    ----------
    basis : str
        Per what it is paid.
    payment : {'monthly', 'yearly', 'rounds', 'once', 'event'}
        Every month; a year's amount in equal parts in `months`; a year's amount at once to each child in the first of the
        `months` after it falls due (child-care subsidy); once, in the month of the start; at each event (birth, course).
    months : tuple of int
        Calendar months of payment (``yearly`` and ``rounds``).
    accrues_from : Month, optional
        First month for which it is due; what is due before the first payment is paid with it.
    amount, share : Parameter
        Yuan per unit; and share of the pensioner's own pension on top (EMPLOYEE_PENSIONER).
    age_min, age_max : Parameter
        Ages in months, upper bound exclusive.
    ages_on : {'payment', 'school_year'}
        Whether ages are those of the month, or those on the first day of the school year (September).
    roll : str
        Name of the roll of households that it pays (``dibao``): instruments on one roll pay the same households, as far as their
        take-up reaches.
    poorest_quintiles : Parameter
        Number of income quintiles, from the poorest, that are eligible.
    occupations : tuple of str
        Occupations that are eligible (EMPLOYED, UNEMPLOYED, TRAINED); none named means all.
    permanent_weight : Parameter
        Share of the monthly equivalent that households count as permanent income while it lasts.
    anticipation : Parameter
        Weight of that permanent part between announcement and start.
    take_up : Parameter
        Share of eligible units that ever claim.
    recipients, eligible : Parameter, optional
        Instead of take-up: how many receive it, of how many.
    label, label_share : str, Parameter
        Category that the money is named for, and the share spent on it first (mental account).
    """

    kind: Literal["transfer"]
    basis: BasisName
    payment: Literal["monthly", "yearly", "rounds", "once", "event"]
    months: tuple[CalendarMonth, ...] = ()
    accrues_from: Month | None = None
    amount: Annotated[
        Parameter,
        In("yuan/month|yuan/year|yuan|yuan/event", "amount per unit of the basis", "每一对象的金额"),
    ] = fixed(0.0, "")
    share: Annotated[
        Parameter, In("share", "share of the pensioner's own pension", "按本人养老金的比例", high=1)
    ] = fixed(0.0, "share")
    age_min: Annotated[Parameter, In("months", "age from which it is paid", "起始月龄", whole=True)] = fixed(
        0, "months"
    )
    age_max: Annotated[Parameter, In("months", "age at which it ends", "截止月龄", whole=True)] = fixed(
        ALL_AGES, "months"
    )
    ages_on: Literal["payment", "school_year"] = "payment"
    roll: Annotated[str, StringConstraints(pattern=r"^[a-z_]*$")] = ""
    poorest_quintiles: Annotated[
        Parameter,
        In(
            "quintiles",
            "income quintiles eligible, from the poorest",
            "符合条件的收入组数（由低到高）",
            1,
            N_QUINTILES,
            True,
        ),
    ] = fixed(N_QUINTILES, "quintiles")
    occupations: tuple[OccupationName, ...] = ()
    permanent_weight: Annotated[
        Parameter, In("share", "share counted as permanent income", "计入持久收入的比例", high=1)
    ] = fixed(0.0, "share")
    anticipation: Annotated[
        Parameter,
        In("share", "weight of the announced part before it starts", "宣布后到实施前的预期权重", high=1),
    ] = fixed(0.0, "share")
    take_up: Annotated[Parameter, In("share", "share of the eligible that claim", "申领率", high=1)] = fixed(
        1.0, "share"
    )
    recipients: Annotated[Parameter, In("persons/year", "people who receive it", "受益人数")] | None = None
    eligible: (
        Annotated[Parameter, In("persons", "people who belong to the basis", "对象总人数", low=1)] | None
    ) = None
    label: CategoryName | None = None
    label_share: Annotated[
        Parameter, In("share", "share spent first on what it is named for", "优先用于指定用途的比例", high=1)
    ] = fixed(0.0, "share")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        unit = AMOUNT_UNIT[self.payment]
        if not self.amount.unit:
            object.__setattr__(self, "amount", self.amount.model_copy(update={"unit": unit}))
        if self.amount.unit != unit:
            raise refuse(f"amount in {self.amount.unit}", f"{unit} for payment: {self.payment}")
        if self.occupations and self.basis not in BY_OCCUPATION:
            raise refuse(
                f"occupations {list(self.occupations)} with basis {self.basis}",
                f"occupations with basis {', '.join(BY_OCCUPATION)} only",
            )
        if (self.payment in ("yearly", "rounds")) != bool(self.months):
            raise refuse(
                f"months {list(self.months)}",
                "months of payment for payment yearly or rounds, and only for these",
            )
        if self.payment == "rounds" and self.accrues_from is None:
            raise refuse("no accrues_from", "the first month for which a payment by rounds is due")
        if (self.recipients is None) != (self.eligible is None):
            raise refuse("one of recipients and eligible", "both or none")
        if self.share.value and self.basis != "employee_pensioner":
            raise refuse(f"share with basis {self.basis}", "share with basis employee_pensioner")
        if self.age_max.value <= self.age_min.value:
            raise refuse(f"age_max {self.age_max.value:g}", f"more than age_min {self.age_min.value:g}")
        return self

    @property
    def lot(self) -> str:
        """Name of the roll."""
        return self.roll

    @property
    def monthly_equivalent(self) -> float:
        """Yuan a month per unit, for what is paid every year or month; 0 for what is paid once."""
        per_month = {"monthly": 1.0, "yearly": 1 / 12, "rounds": 1 / 12, "once": 0.0, "event": 0.0}
        return self.amount.value * per_month[self.payment]

    @property
    def take_up_share(self) -> float:
        """Take-up, or recipients over eligible."""
        if self.recipients is not None and self.eligible is not None:
            return min(1.0, self.recipients.value / self.eligible.value)
        return self.take_up.value

    def ages(self, month: int) -> tuple[int, int]:
        """Return the ages that count in a month: as given, or older by the months since the school year began."""
        low, high = int(self.age_min.value), int(self.age_max.value)
        since = (month % 12 + 1 - SEPTEMBER) % 12 if self.ages_on == "school_year" else 0
        return low + since, high + since

    def payments(self, month: int) -> list[tuple[int, int, float, float]]:
        """Return what is paid in a month: (age from, age to, yuan per unit, share of own pension)."""
        if month < self.start:
            return []
        low, high = self.ages(month)
        amount, share = self.amount.value, self.share.value
        if self.payment == "rounds":
            assert self.accrues_from is not None
            due = months_due(month, self.start, self.accrues_from, self.months, high)
            return [(max(a, low), b, amount * n / 12, 0.0) for a, b, n in due if b > low]
        times = 1.0
        if self.payment == "yearly":
            times = (month % 12 + 1 in self.months) / len(self.months)
        elif self.payment == "once":
            times = float(month == self.start)
        elif self.payment == "monthly" and month == self.start and self.accrues_from is not None:
            times = 1.0 + max(0, self.start - self.accrues_from)
        return [(low, high, times * amount, times * share)] if times else []

    def write(self, draft: Draft, when: When, rule: int) -> None:
        """Write a row for each age group that is paid, and one for the part that enters permanent income."""
        weight = self.permanent_weight.value * (1.0 if when.month >= self.start else self.anticipation.value)
        permanent, permanent_share = weight * self.monthly_equivalent, weight * self.share.value
        paid = self.payments(when.month)
        if self.payment != "rounds" and paid:
            (low, high, amount, share), paid = paid[0], []
            self._row(draft, rule, low, high, amount, share, permanent, permanent_share)
        elif permanent or permanent_share:
            low, high = self.ages(when.month)
            self._row(draft, rule, low, high, 0.0, 0.0, permanent, permanent_share)
        for low, high, amount, share in paid:
            self._row(draft, rule, low, high, amount, share, 0.0, 0.0)

    def _row(
        self,
        draft: Draft,
        rule: int,
        low: int,
        high: int,
        amount: float,
        share: float,
        permanent: float,
        permanent_share: float,
    ) -> None:
        every = [occupation.name.lower() for occupation in Occupation if occupation is not Occupation.NONE]
        named: list[str] = list(self.occupations) or every
        draft.transfer(
            rule=rule,
            basis=int(Basis[self.basis.upper()]),
            zones=self.geo.mask,
            amount=amount,
            share=share,
            permanent=permanent,
            permanent_share=permanent_share,
            take_up=self.take_up_share,
            age_min=low,
            age_max=high,
            max_quintile=int(self.poorest_quintiles.value) - 1,
            occupations=sum(1 << int(Occupation[name.upper()]) for name in named),
            label_category=-1 if self.label is None else [c.key for c in CATEGORIES].index(self.label),
            label_share=self.label_share.value,
        )
