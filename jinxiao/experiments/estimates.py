"""From paired differences by draw to tidy tables: median and 90% interval over draws, by period and group."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from jinxiao.experiments.effects import ALL, COLUMNS, COST, GROSS, MEASURED, RATIOS, Periods, unit_of
from jinxiao.model.outcomes import OUTCOMES

QUANTILES = (0.05, 0.5, 0.95)
"""Low, median, high: a 90% interval."""
WHOLE = 0
"""Number that stands for all chosen measures together."""
CONTRACT = (
    "measure", "name_en", "name_zh", "estimand", "outcome", "group_by", "group", "period",
    "unit", "baseline", "median", "low", "high", "draws", "evidence",
)  # fmt: skip
"""Columns of ``uplift.csv`` as agreed with its users; ``closure, reference, part`` follow."""
EXTRA = ("closure", "reference", "part")


class Effect(NamedTuple):
    """Which difference: of which measure, attributed how, with what closure, in which part."""

    measure: int
    estimand: str
    closure: str
    part: str


class Title(NamedTuple):
    """How a measure is called, and how well its effect is founded."""

    en: str
    zh: str
    evidence: str


@dataclass(frozen=True)
class Paired:
    """Differences of one effect over draws.

    Attributes
    ----------
    difference, baseline : ndarray, shape (draws, months, MEASURED, COLUMNS)
        With minus without, and without.
    """

    difference: np.ndarray
    baseline: np.ndarray


def ratio(difference: np.ndarray, outcomes: int | Sequence[int]) -> np.ndarray | None:
    """Return an outcome, or a sum of outcomes, per yuan of fiscal cost by draw, over the whole window.

    None when a draw has no cost.

    Parameters
    ----------
    difference : ndarray, shape (draws, periods, MEASURED, COLUMNS)
        The first period is the whole window.
    outcomes : int or sequence of int
        Indices of the numerator in MEASURED.
    """
    cost = difference[:, 0, COST, ALL]
    if not (cost > 0.0).all():
        return None
    quotient: np.ndarray = difference[:, 0, np.atleast_1d(outcomes), ALL].sum(axis=1) / cost
    return quotient


def summarise(effect: Effect, paired: Paired, periods: Periods, *, whole_only: bool = False) -> pd.DataFrame:
    """Return the rows of one effect: ``outcome, group_by, group, period, unit, baseline, median, low, high``.

    Parameters
    ----------
    effect, paired, periods
        What was compared, and over which periods.
    whole_only : bool
        Give the province as a whole only, without groups.
    """
    difference = periods.sum(paired.difference)
    baseline = periods.sum(paired.baseline)
    columns = [ALL] if whole_only else list(range(len(COLUMNS)))
    low, median, high = np.quantile(difference[..., columns], QUANTILES, axis=0)
    level = np.median(baseline[..., columns], axis=0)
    outcome, column, period = _defined(median)
    rows = pd.DataFrame(
        {
            "outcome": np.array(MEASURED, dtype=object)[outcome],
            "group_by": np.array([COLUMNS[c][0] for c in columns], dtype=object)[column],
            "group": np.array([COLUMNS[c][1] for c in columns], dtype=object)[column],
            "period": np.array(periods.labels, dtype=object)[period],
            "unit": np.array([unit_of(o) for o in MEASURED], dtype=object)[outcome],
            "baseline": level[period, outcome, column],
            "median": median[period, outcome, column],
            "low": low[period, outcome, column],
            "high": high[period, outcome, column],
        }
    )
    return _with_effect(pd.concat([rows, *_ratio_rows(difference)], ignore_index=True), effect)


def by_draw(effect: Effect, paired: Paired, periods: Periods) -> pd.DataFrame:
    """Return the differences themselves: ``draw, outcome, group_by, group, period, unit, value``.

    Months are given for the province as a whole, years and the whole window for every group; of gross spending, the
    province as a whole.
    """
    difference = periods.sum(paired.difference)
    months = np.array([len(label) == 7 for label in periods.labels])
    difference[:, months, :, :ALL] = np.nan
    difference[:, months, :, ALL + 1 :] = np.nan
    difference[:, :, GROSS, :ALL] = np.nan
    difference[:, :, GROSS, ALL + 1 :] = np.nan
    outcome, column, period = _defined(difference[0], len(MEASURED))
    cells = [
        pd.DataFrame(
            {
                "draw": number,
                "outcome": np.array(MEASURED, dtype=object)[outcome],
                "group_by": np.array([c[0] for c in COLUMNS], dtype=object)[column],
                "group": np.array([c[1] for c in COLUMNS], dtype=object)[column],
                "period": np.array(periods.labels, dtype=object)[period],
                "unit": np.array([unit_of(o) for o in MEASURED], dtype=object)[outcome],
                "value": values[period, outcome, column],
            }
        )
        for number, values in enumerate(difference)
    ]
    return _with_effect(pd.concat([*cells, *_ratio_draws(difference)], ignore_index=True), effect)


def _defined(table: np.ndarray, outcomes: int = len(OUTCOMES)) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return outcome, column and period of the defined cells of ``(periods, MEASURED, columns)``, in table order.

    By default without gross spending, which tables for readers show as a ratio.
    """
    table = table[:, :outcomes]
    outcome, column, period = np.nonzero(~np.isnan(table).transpose(1, 2, 0))
    return outcome, column, period


def _with_effect(rows: pd.DataFrame, effect: Effect) -> pd.DataFrame:
    return rows.assign(**effect._asdict())


def _ratio_rows(difference: np.ndarray) -> list[pd.DataFrame]:
    rows = []
    for name, outcome in RATIOS.items():
        quotient = ratio(difference, outcome)
        if quotient is not None:
            low, median, high = np.quantile(quotient, QUANTILES)
            rows.append(
                _whole_window(name) | {"baseline": np.nan, "median": median, "low": low, "high": high}
            )
    return [pd.DataFrame(rows)] if rows else []


def _ratio_draws(difference: np.ndarray) -> list[pd.DataFrame]:
    tables = []
    for name, outcome in RATIOS.items():
        quotient = ratio(difference, outcome)
        if quotient is not None:
            tables.append(
                pd.DataFrame({"draw": range(len(quotient)), **_whole_window(name), "value": quotient})
            )
    return tables


def _whole_window(outcome: str) -> dict[str, str]:
    return {
        "outcome": outcome,
        "group_by": "all",
        "group": "all",
        "period": "total",
        "unit": unit_of(outcome),
    }


def uplift_table(
    effects: Mapping[Effect, Paired], titles: Mapping[int, Title], periods: Periods, reference: str
) -> pd.DataFrame:
    """Return ``uplift.csv``: the contract's columns, then closure, reference and part; rows of part ``new`` come last."""
    tables = [summarise(e, paired, periods, whole_only=e.part != "all") for e, paired in _in_order(effects)]
    table = pd.concat(tables, ignore_index=True)
    draws = len(next(iter(effects.values())).difference)
    table = table.assign(draws=draws, reference=reference, **_names(table["measure"], titles))
    return table[[*CONTRACT, *EXTRA]]


def draws_table(
    effects: Mapping[Effect, Paired],
    periods: Periods,
    reference: str,
    numbers: Sequence[tuple[int, int]] | None = None,
) -> pd.DataFrame:
    """Return ``uplift_draws.parquet``: every draw's value where :func:`uplift_table` gives quantiles.

    ``numbers`` are the draw and the replicate of each row of the differences, where they are not simply counted; a column
    ``replicate`` follows where there are several.
    """
    tables = [by_draw(e, paired, periods) for e, paired in _in_order(effects) if e.part == "all"]
    table = pd.concat(tables, ignore_index=True).assign(reference=reference)
    first = ["draw", "measure", "estimand", "closure", "reference", "part"]
    if numbers is not None:
        table = numbered(table, numbers)
    return table[first + [c for c in table.columns if c not in first]]


def numbered(table: pd.DataFrame, numbers: Sequence[tuple[int, int]]) -> pd.DataFrame:
    """Put the numbers of draws in place of their positions, and their replicates where there are any."""
    position = table["draw"].to_numpy()
    known = np.array(numbers, dtype=np.int64).reshape(-1, 2)[position]
    table = table.assign(draw=known[:, 0])
    return table.assign(replicate=known[:, 1]) if known[:, 1].any() else table


def _in_order(effects: Mapping[Effect, Paired]) -> list[tuple[Effect, Paired]]:
    """Order effects: all before new parts, full before direct closure, then by estimand and measure, the whole first."""
    return sorted(
        effects.items(),
        key=lambda item: (
            item[0].part != "all",
            item[0].closure != "full",
            item[0].estimand,
            item[0].measure,
        ),
    )


def _names(measures: Iterable[int], titles: Mapping[int, Title]) -> dict[str, Sequence[str]]:
    known = [titles[m] for m in measures]
    return {
        "name_en": [t.en for t in known],
        "name_zh": [t.zh for t in known],
        "evidence": [t.evidence for t in known],
    }


def without_cost(effects: Mapping[Effect, Paired], periods: Periods) -> list[int]:
    """Return measures for which a draw has no fiscal cost, so that ratios to cost are left out."""
    missing = {
        effect.measure
        for effect, paired in effects.items()
        if effect.part == "all" and ratio(periods.sum(paired.difference), COST) is None
    }
    return sorted(missing)
