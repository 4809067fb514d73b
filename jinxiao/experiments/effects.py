"""What a run is reduced to for comparison: monthly flows by outcome and group, from the plan's start on.

A run is one array ``(months, MEASURED, COLUMNS)``, NaN where a combination is not defined, so that differences, sums over
measures and Shapley shares are array arithmetic. The groupings of :mod:`jinxiao.model.outcomes` are followed by the six
payers, and the outcomes by the gross spending that official releases attribute to instruments.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from jinxiao.model import names
from jinxiao.model.conditions import MAX_RULES, Instrument
from jinxiao.model.outcomes import GROUP_OFFSETS, GROUPS, N_GROUPS, OUTCOMES, Outcomes

MEASURED = (*OUTCOMES, "gross_spending")
"""Outcomes of a run, and the spending that official releases attribute to its instruments (yuan a month)."""
PAYER_KEYS = tuple(p.key for p in names.PAYERS)
COLUMNS: tuple[tuple[str, str], ...] = (
    *((by, group) for by, groups in GROUPS.items() for group in groups),
    *(("payer", key) for key in PAYER_KEYS),
)
"""(group_by, group) of each column of a flow array."""
COLUMN = {pair: i for i, pair in enumerate(COLUMNS)}
ALL = COLUMN["all", "all"]
COST = MEASURED.index("fiscal_cost")
GROSS = MEASURED.index("gross_spending")
CONSUMPTION = MEASURED.index("total_consumption")
JOBS = MEASURED.index("jobs")
ADDITIONAL_PER_YUAN = "additional_per_yuan"
GROSS_PER_YUAN = "gross_per_yuan"
NET_PER_YUAN = "net_per_yuan"
RATIOS = {
    ADDITIONAL_PER_YUAN: (CONSUMPTION,),
    NET_PER_YUAN: (CONSUMPTION, MEASURED.index("public_purchases")),
    GROSS_PER_YUAN: (GROSS,),
}
"""Ratios to fiscal cost, with the indices in MEASURED of what is added up above the line.

The net ratio takes off what province and cities no longer buy themselves, because they moved money to measures or repay debt.
"""


def unit_of(outcome: str) -> str:
    """Return the unit of an outcome: persons for jobs, yuan per yuan for ratios, else yuan."""
    if outcome in RATIOS:
        return "yuan per yuan"
    return "persons" if outcome == "jobs" else "yuan"


def payer_shares(instruments: tuple[Instrument, ...]) -> np.ndarray:
    """Return the share of each rule's cost that each payer bears, shape (MAX_RULES, payers)."""
    shares = np.zeros((MAX_RULES, len(PAYER_KEYS)))
    for instrument in instruments:
        shares[instrument.rule] = instrument.payer_shares
    return shares


def flows(outcomes: Outcomes, instruments: tuple[Instrument, ...], first: int) -> np.ndarray:
    """Reduce a run to its flow array from month `first` on.

    Fiscal cost is what the four public payers bear of the cost of every rule; what firms and unions bear is shown by
    payer only.
    """
    months = outcomes.months - first
    reduced = np.full((months, len(MEASURED), len(COLUMNS)), np.nan)
    reduced[:, : len(OUTCOMES), :N_GROUPS] = outcomes.values[first:]
    cost = outcomes.cost_by_rule[first:]
    shares = payer_shares(instruments)
    fiscal = shares[:, list(names.FISCAL_PAYERS)].sum(axis=1)
    by_city = np.einsum("trc,r->tc", cost, fiscal)
    city = GROUP_OFFSETS["city"]
    reduced[:, COST, city : city + names.N_CITIES] = by_city
    reduced[:, COST, ALL] = by_city.sum(axis=1)
    reduced[:, COST, N_GROUPS:] = cost.sum(axis=2) @ shares
    reduced[:, GROSS, ALL] = outcomes.gross_by_rule[first:].sum(axis=1)
    return reduced


@dataclass(frozen=True)
class Periods:
    """The periods of a table: the whole window, its years, its months.

    Attributes
    ----------
    labels : tuple of str
        ``total``, years, months.
    first, months : int
        First month of the window (month index) and its length.
    """

    labels: tuple[str, ...]
    first: int
    months: int

    @classmethod
    def of(cls, first: int, months: int) -> "Periods":
        """Return the periods of a window that starts in month `first` and lasts `months` months."""
        labels = [names.month_label(first + t) for t in range(months)]
        years = sorted({label[:4] for label in labels})
        return cls(("total", *years, *labels), first, months)

    def sum(self, monthly: np.ndarray) -> np.ndarray:
        """Aggregate ``(..., months, MEASURED, COLUMNS)`` to ``(..., periods, MEASURED, COLUMNS)``.

        Money adds up over a period; jobs are the average over its months.
        """
        sums = np.stack([monthly[..., row, :, :].sum(axis=-3) for row in self._members], axis=-3)
        sums[..., JOBS, :] /= self._members.sum(axis=1)[:, None]
        return sums

    @cached_property
    def _members(self) -> np.ndarray:
        """Which months a period holds, shape (periods, months)."""
        months = [names.month_label(self.first + t) for t in range(self.months)]
        return np.array([[p == "total" or month.startswith(p) for month in months] for p in self.labels])
