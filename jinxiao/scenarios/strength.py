"""How strongly and how late a measure runs: one number on what the public decides of each instrument, and months of delay.

Strength 1 is the plan. It multiplies *what is given or done* (amounts, rates and caps, budgets, cases, events, persons, and the
cost that goes with them), never how people answer (take-up, prices, elasticities). At 0 a measure does not run.
"""

from collections.abc import Mapping
from typing import Any, Final

from jinxiao.scenarios.levers import Instrument
from jinxiao.scenarios.overrides import with_values
from jinxiao.scenarios.records import walk

STRONGEST: Final = 3.0
"""Most that a measure may be multiplied by: beyond, nothing in the catalogue was thought of or priced."""
LONGEST_DELAY: Final = 36
"""Months."""
SCALED: Final[Mapping[str, tuple[str, ...]]] = {
    "transfer": ("amount", "share"),
    "durable_subsidy": ("rate", "flat", "cap", "tiers.*.rate"),
    "budget_pool": ("total",),
    "coupon_wave": ("budget",),
    "ticket_waiver": ("days",),
    "attraction": ("visits_gain", "cost"),
    "minimum_wage": ("rise",),
    "wage_guideline": ("pass_through",),
    "training": ("persons",),
    "labour_cost_relief": ("premium_refund.rate", "hiring_grant.hires"),
    "medical_cover": ("fund_inflow.subsidy", "newly_insured.persons"),
    "unemployment_insurance": ("benefit_rise",),
    "consumer_loan_subsidy": ("rate_cut",),
    "business_loan_subsidy": ("rate_cut",),
    "credit_line": ("months",),
    "paid_leave": ("take_up_rise", "bridging_rise"),
    "school_break": ("coverage",),
    "visa_free": ("shift",),
    "departure_refund": ("rate", "agency_fee"),
    "inbound_ease": ("yearly_growth", "cost"),
    "payment_ease": ("eased", "cost"),
    "public_posts": ("posts",),
    "home_subsidy": ("amount",),
    "mortgage_terms": ("rate_cut", "down_payment_cut", "fund_ceiling_rise"),
    "home_renewal": ("homes",),
    "home_acquisition": ("homes",),
    "home_delivery": ("homes",),
    "event": ("events", "rewarded", "cost"),
    "tour_reward": ("guest_nights",),
    "outside_sales": ("gain", "cost"),
    "parcel_subsidy": ("amount",),
    "kept_purchases": ("share", "cost"),
    "local_sourcing": ("amount", "cost"),
    "public_investment": ("amount",),
    "firm_grant": ("cases",),
    "entry_cost": ("cut",),
    "coordination": ("take_up_gain", "cost"),
    "deposit_rates": ("cut",),
    "property_income": ("yearly_growth",),
    "job_placement": ("persons", "cost"),
    "arrears_repayment": ("amount",),
    "firm_reward": ("rate", "per_unit", "flat", "cap"),
    "prompt_payment": ("sooner",),
    "administration": ("amount",),
}
"""By kind of instrument, the fields that strength multiplies; ``*`` stands for any key. Shares stop at the end of their range."""
MOVED_MONTHS: Final = ("start", "end", "announced", "full_effect", "accrues_from")
"""Fields that a delay moves; so are the months of releases and suspensions. Dates of old cars and of past steps stay."""


def strengthened[AnyOne: Instrument](instrument: AnyOne, strength: float) -> AnyOne:
    """Return the instrument with what it gives multiplied, no number leaving the range of its field.

    Parameters
    ----------
    instrument : Instrument
        As the plan has it.
    strength : float
        From 0 to :data:`STRONGEST`.

    Raises
    ------
    KeyError
        When no strength is defined for its kind.
    """
    if strength == 1.0:
        return instrument
    patterns = SCALED[instrument.kind]
    values = {
        path: min(max(strength * parameter.value, spec.low), spec.high)
        if spec
        else strength * parameter.value
        for path, parameter, spec in walk(instrument)
        if any(_fits(path, pattern) for pattern in patterns)
    }
    return with_values(instrument, values)


def _fits(path: str, pattern: str) -> bool:
    """Return whether a path is the one that a pattern names, or its value."""
    parts, wanted = path.split("."), pattern.split(".")
    return len(parts) == len(wanted) and all(w in ("*", p) for p, w in zip(parts, wanted, strict=True))


def delayed[AnyOne: Instrument](instrument: AnyOne, months: int) -> AnyOne:
    """Return the instrument as it runs when it begins, and ends, some months later."""
    if months == 0:
        return instrument
    changes: dict[str, Any] = {
        name: value + months
        for name in MOVED_MONTHS
        if isinstance(value := getattr(instrument, name, None), int)
    }
    if getattr(instrument, "release", None):
        changes["release"] = {month + months: part for month, part in instrument.release.items()}  # type: ignore[attr-defined]
    if getattr(instrument, "suspended", None):
        changes["suspended"] = tuple(month + months for month in instrument.suspended)  # type: ignore[attr-defined]
    return instrument.model_copy(update=changes)
