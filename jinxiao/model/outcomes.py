"""What a run yields: monthly outcomes by group, kept small enough to hold hundreds of runs in memory."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from jinxiao.model import names

OUTCOMES = (
    "total_consumption",
    "resident_consumption",
    "retail_sales",
    "services",
    "tourist_spending",
    "jobs",
    "fiscal_cost",
    "spending_outside",
    "public_purchases",
)
"""Outcomes counted by group; ``spending_outside`` is what residents' trips take out of the province, ``public_purchases`` what
budgets and funds buy from firms apart from measures: it falls where a measure is paid by moving money or by debt.

Yuan a month, jobs in persons. Their definitions: docs/results.md and Recorder.write.
"""

GROUPS: dict[str, tuple[str, ...]] = {
    "all": ("all",),
    "city": tuple(c.key for c in names.CITIES),
    "residence": tuple(r.key for r in names.RESIDENCES),
    "quintile": tuple(f"Q{i + 1}" for i in range(names.N_QUINTILES)),
    "age": tuple(a.key for a in names.AGE_BANDS),
    "category": tuple(c.key for c in names.CATEGORIES),
}
"""Groupings, each a partition of the whole where it is defined."""

GROUP_OFFSETS = dict(
    zip(
        GROUPS, np.concatenate([[0], np.cumsum([len(v) for v in GROUPS.values()])])[:-1].tolist(), strict=True
    )
)
N_GROUPS = sum(len(v) for v in GROUPS.values())


@dataclass
class Outcomes:
    """Monthly outcomes of one run.

    Attributes
    ----------
    values : ndarray, shape (months, len(OUTCOMES), N_GROUPS), float64
        NaN where an outcome is not defined for a grouping (retail sales have no quintile, say).
    cost_by_rule : ndarray, shape (months, MAX_RULES, cities)
        Yuan paid under each instrument, before payers share it.
    gross_by_rule : ndarray, shape (months, MAX_RULES)
        Spending that official releases would attribute to the instrument: full price of subsidised purchases,
        baskets in which a coupon was redeemed, trips with a waived ticket, the transfer itself, what the audience of an event
        and the guests of an agency spend.
    cube : ndarray, shape (months, zones, quintiles, categories)
        Resident consumption, yuan.
    aggregates : dict of str to ndarray, each (months, ...)
        Everything else that facts, figures and tests look at (income by source, employment, prices, stocks, ...).
    """

    scenario: str
    months: int
    values: np.ndarray
    cost_by_rule: np.ndarray
    gross_by_rule: np.ndarray
    cube: np.ndarray
    aggregates: dict[str, np.ndarray] = field(default_factory=dict)

    def series(self, outcome: str, group_by: str = "all", group: str = "all") -> np.ndarray:
        """Return the monthly path of one outcome for one group, shape (months,)."""
        column = GROUP_OFFSETS[group_by] + GROUPS[group_by].index(group)
        return self.values[:, OUTCOMES.index(outcome), column]

    def to_frame(self, draw: int = 0) -> pd.DataFrame:
        """Return the tidy table of resident consumption by city, residence, quintile and category, plus the totals.

        Columns: scenario, draw, month, city, residence, quintile, category, outcome, value, unit (interface.md).
        """
        t, z, q, c = np.nonzero(np.ones(self.cube.shape, dtype=bool))
        labels = np.array([names.month_label(m) for m in range(self.months)])
        cities = np.array([n.key for n in names.CITIES])
        residences = np.array([n.key for n in names.RESIDENCES])
        frame = pd.DataFrame(
            {
                "month": labels[t],
                "city": cities[z // 2],
                "residence": residences[z % 2],
                "quintile": np.array(GROUPS["quintile"])[q],
                "category": np.array(GROUPS["category"])[c],
                "outcome": "resident_consumption",
                "value": self.cube.ravel(),
                "unit": "yuan",
            }
        )
        totals = []
        for k, outcome in enumerate(OUTCOMES):
            for group_by in ("all", "city"):
                for g, group in enumerate(GROUPS[group_by]):
                    path = self.values[:, k, GROUP_OFFSETS[group_by] + g]
                    if not np.isnan(path).all():
                        totals.append(
                            pd.DataFrame(
                                {
                                    "month": labels,
                                    "city": group,
                                    "residence": "all",
                                    "quintile": "all",
                                    "category": "all",
                                    "outcome": outcome,
                                    "value": path,
                                    "unit": "persons" if outcome == "jobs" else "yuan",
                                }
                            )
                        )
        frame = pd.concat([frame, *totals], ignore_index=True)
        frame.insert(0, "draw", draw)
        frame.insert(0, "scenario", self.scenario)
        return frame
