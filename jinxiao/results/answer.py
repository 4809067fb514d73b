"""The part of an uplift that figures and tables show: one way of attributing, one closure, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from jinxiao.experiments.effects import (
    ALL,
    CONSUMPTION,
    GROSS,
    MEASURED,
)
from jinxiao.experiments.estimates import QUANTILES, WHOLE, Effect
from jinxiao.experiments.uplift import UpliftResult
from jinxiao.model.names import month_label
from jinxiao.results.labels import Label, label, plan_name

HEADLINE = MEASURED[CONSUMPTION]
"""The outcome by which measures are ranked: what is bought in the province, by residents and visitors."""
PREFERRED = ("first_in", "shapley", "owen", "last_in")
"""Ways of attributing, the one that is shown first."""
_SCOPE = Label("{start} to {end}", "{start} 至 {end}")
_DRAWS = Label("median and 90% interval of {draws} draws", "{draws} 次抽样的中位数与 90% 区间")
_SAMPLE = Label("1:{scale} sample", "1:{scale} 抽样")
_MEANS = Label("means of {draws} draws", "{draws} 次抽样的均值")
_ONE = Label("a single draw, no interval", "单次抽样，无区间")


@dataclass(frozen=True)
class Quantiles:
    """Median and the ends of the 90% interval over draws; numbers or arrays of one shape."""

    low: np.ndarray
    median: np.ndarray
    high: np.ndarray

    @classmethod
    def of(cls, draws: np.ndarray) -> "Quantiles":
        """Return the quantiles along the first axis."""
        return cls(*np.quantile(draws, QUANTILES, axis=0))


@dataclass(frozen=True)
class Answer:
    """An uplift as it is shown.

    Attributes
    ----------
    result : UpliftResult
        What the ensemble found.
    lang : {'en', 'zh'}
        Language of the reader.
    estimand, closure : str
        Which of the ways of attributing and of closing markets.
    """

    result: UpliftResult
    lang: str
    estimand: str
    closure: str

    @classmethod
    def of(cls, result: UpliftResult, lang: str) -> "Answer":
        """Return what is shown first: measures alone, and markets that respond, where known."""
        return cls.every(result, lang)[0]

    @classmethod
    def every(cls, result: UpliftResult, lang: str) -> "list[Answer]":
        """Return an answer for each way of attributing and closing that was asked for, the one shown first leading."""
        estimands = sorted(result.settings["estimand"], key=PREFERRED.index)
        closures = sorted(result.settings["closure"], key=lambda closure: closure != "full")
        return [cls(result, lang, estimand, closure) for closure in closures for estimand in estimands]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Rows of the table for this estimand and closure, all instruments together."""
        table = self.result.table
        chosen = (table["estimand"] == self.estimand) & (table["closure"] == self.closure)
        return table[chosen & (table["part"] == "all")]

    @cached_property
    def _values(self) -> dict[tuple[str, str, str, int], tuple[float, float, float]]:
        """Low, median and high over the whole window by outcome, group_by, group, measure."""
        whole = self.rows[self.rows["period"] == "total"]
        keys = zip(*(whole[name] for name in ("outcome", "group_by", "group", "measure")), strict=True)
        values = zip(*(whole[name] for name in ("low", "median", "high")), strict=True)
        return dict(zip(keys, values, strict=True))

    def value(self, measure: int, outcome: str, group_by: str = "all", group: str = "all") -> pd.Series:
        """Return low, median and high over the whole window; NaN where the table has no such row."""
        found = self._values.get((outcome, group_by, group, measure), (np.nan,) * 3)
        return pd.Series(found, index=["low", "median", "high"])

    @property
    def draws(self) -> int:
        """Return the number of draws, replicates counted, that are in the answer: those that failed are not."""
        return len(next(iter(self.result.effects.values())).difference)

    @property
    def measures(self) -> list[int]:
        """Measures, the one that adds most first."""
        return sorted(self.result.measures, key=lambda k: -self.value(k, HEADLINE)["median"])

    @property
    def shown(self) -> list[int]:
        """Measures in order, then the whole set where there is more than one."""
        return [*self.measures, *([WHOLE] if len(self.result.measures) > 1 else [])]

    def title(self, measure: int, numbered: bool = True) -> str:
        """Return number and name of a measure."""
        title = self.result.titles[measure]
        text = title.zh if self.lang == "zh" else title.en
        return f"{measure} {text}" if numbered and measure != WHOLE else text

    def evidence(self, measure: int) -> str:
        """Return the key of a measure's grade."""
        return self.result.titles[measure].evidence

    def monthly(self, measure: int, outcome: str = HEADLINE) -> np.ndarray:
        """Return the differences of the province by draw and month, shape (draws, months)."""
        paired = self.result.effects[Effect(measure, self.estimand, self.closure, "all")]
        found: np.ndarray = paired.difference[:, :, MEASURED.index(outcome), ALL]
        return found

    def gross(self, measure: int) -> float:
        """Return the median of the spending that official releases would attribute to a measure, yuan."""
        paired = self.result.effects[Effect(measure, self.estimand, self.closure, "all")]
        return float(np.median(paired.difference[:, :, GROSS, ALL].sum(axis=1)))

    def steps(self) -> tuple[list[float], Quantiles]:
        """Return means over draws of headline consumption, which add up, and what joint effects add to them.

        Returns
        -------
        list of float
            Of each measure in the order shown, then of their joint effect (the whole less their sum), yuan.
        Quantiles
            Of the joint effect over draws, yuan.
        """
        totals = np.array([self.monthly(k).sum(axis=1) for k in self.measures])
        joint = self.monthly(WHOLE).sum(axis=1) - totals.sum(axis=0)
        return [*totals.mean(axis=1).tolist(), float(joint.mean())], Quantiles.of(joint)

    def part(self, part: str, measure: int = WHOLE) -> pd.Series | None:
        """Return low, median and high of what a part of a measure adds to headline consumption, where it is known.

        Parameters
        ----------
        part : {'new', 'local', 'new_local'}
            What the plan raised or added; what the province and its cities decide; what is both.
        measure : int
        """
        table = self.result.table
        chosen = (table["part"] == part) & (table["measure"] == measure) & (table["outcome"] == HEADLINE)
        chosen &= (table["closure"] == self.closure) & (table["period"] == "total")
        rows = table[chosen & (table["group_by"] == "all")]
        return None if rows.empty else rows.iloc[0][["low", "median", "high"]]

    def scope(self, *, closure: bool = True, estimand: bool = True, means: bool = False) -> str:
        """Return what the answer is about: plan, window, reference, closure, attribution, draws."""
        settings = self.result.settings
        periods = self.result.periods
        draws = _ONE if self.draws == 1 else _MEANS if means else _DRAWS
        parts = [
            plan_name(settings["plan"], self.lang),
            _SCOPE.of(self.lang).format(
                start=month_label(periods.first), end=month_label(periods.first + periods.months - 1)
            ),
            label("reference", settings["reference"], self.lang),
            label("closure", self.closure, self.lang) if closure else "",
            label("estimand", self.estimand, self.lang) if estimand else "",
            draws.of(self.lang).format(draws=self.draws),
            _SAMPLE.of(self.lang).format(scale=settings["scale"]),
        ]
        return join(parts, self.lang)


def join(parts: Sequence[str], lang: str) -> str:
    """Join parts of a heading; empty ones are left out."""
    return ("；" if lang == "zh" else "; ").join(part for part in parts if part)
