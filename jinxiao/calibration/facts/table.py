"""The table of facts, block by block, and how many of them lie within their bands."""

from typing import Final

import pandas as pd

from jinxiao.calibration.facts import business, living, money, people, travel
from jinxiao.calibration.facts.published import Fact
from jinxiao.calibration.facts.year import Columns, Year2024
from jinxiao.calibration.world import World
from jinxiao.model.baseline import Baseline
from jinxiao.model.conditions import Policy
from jinxiao.model.outcomes import Outcomes

COLUMNS: Final = (
    "series", "geo", "breakdown", "period", "unit", "published", "model", "error_pct", "source", "confidence",
    "fitted", "bridge", "band_pct", "published_period", "block",
)  # fmt: skip
BLOCKS: Final = {
    "income": living.incomes,
    "consumption": living.consumption,
    "distribution": living.distribution,
    "cities": living.cities,
    "retail sales": business.retail,
    "population": people.population,
    "synthetic province": people.synthetic,
    "durables": people.durables,
    "employment": business.employment,
    "wages": business.wages,
    "money": money.deposits_and_loans,
    "travel": travel.travel,
    "firms": business.firms,
    "national accounts": business.national_accounts,
    "public money": money.public_money,
    "budgets": money.budgets,
}
"""Blocks of facts, in the order of the table."""
BANDS: Final = (1.0, 3.0, 5.0, 10.0)
"""Errors, in per cent of the published figure, that :func:`summary` counts."""
_BAND_OF_BLOCK: Final = {"income": 3.0, "synthetic province": 1.0}
_BAND_OF_SERIES: Final = {
    ("consumption", "consumption_per_head"): 3.0,
    ("consumption", "household_consumption_survey"): 3.0,
    ("retail sales", "retail_sales"): 3.0,
    ("cities", "urban_share"): 1.0,
    ("population", "population"): 1.0,
    ("population", "urban_share"): 1.0,
    ("population", "household_size_mean"): 1.0,
    ("population", "population_share_age"): 1.0,
    ("durables", "ownership_per_100"): 5.0,
}
"""Bands narrower than the widest: population margins 1%, main totals 3%, ownership 5%."""


def compare(
    outcomes: Outcomes, world: World, baseline: Baseline, policy: Policy, households: Columns
) -> pd.DataFrame:
    """Return the table of facts of 2024: published figure, model figure, error in per cent, source.

    Parameters
    ----------
    outcomes : Outcomes
        A run with detail of at least twelve months from January 2024 on.
    world : World
    baseline : Baseline
    policy : Policy
        What was in force in the run.
    households : mapping of str to ndarray
        Household columns at the end of December 2024.

    Returns
    -------
    DataFrame
        Columns COLUMNS: those of ``facts.csv``; then the confidence of the published figure, whether the level
        is fitted, whether the row is a bridge, the band in per cent that is asked of it, the time that the
        (oldest) published figure is of, and the block.

    Raises
    ------
    ValueError
        If the run is shorter than a year or has no detail.
    """
    year = Year2024(outcomes, world, baseline, policy, households)
    rows = [_row(fact, block) for block, facts in BLOCKS.items() for fact in facts(year)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(fact: Fact, block: str) -> tuple[str | float | bool, ...]:
    """Return a fact in the order of COLUMNS."""
    p = fact.published
    narrow = _BAND_OF_SERIES.get((block, fact.series), _BAND_OF_BLOCK.get(block, BANDS[-1]))
    return (
        fact.series, fact.geo, fact.breakdown, fact.period, p.unit, p.value, fact.model, fact.error_pct, p.source,
        p.confidence, fact.fitted, fact.bridge, narrow, p.period, block,
    )  # fmt: skip


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """Return how many facts lie within 1, 3, 5 and 10% and within their own band, and which miss it.

    Parameters
    ----------
    frame : DataFrame
        From :func:`compare`.

    Returns
    -------
    DataFrame
        Index ``block``: the blocks, then ``fitted``, ``outcomes`` and ``all``, bridges left out of these; last
        ``bridges``. Columns ``facts``, ``within_1`` to ``within_10``, ``within_band``, ``misses``.
    """
    test = ~frame["bridge"]
    rows = {name: test & (frame["block"] == name) for name in BLOCKS}
    rows |= {"fitted": test & frame["fitted"], "outcomes": test & ~frame["fitted"]}
    rows |= {"all": test, "bridges": frame["bridge"]}
    counted = {name: _tally(frame[chosen]) for name, chosen in rows.items() if chosen.any()}
    return pd.DataFrame.from_dict(counted, orient="index").rename_axis("block")


def _tally(frame: pd.DataFrame) -> dict[str, int | str]:
    """Count facts, those within each band and within their own, and name the others."""
    error = frame["error_pct"].abs()
    within = {f"within_{band:g}": int((error <= band).sum()) for band in BANDS}
    missed = frame[error > frame["band_pct"]]
    columns = zip(missed["series"], missed["geo"], missed["breakdown"], missed["error_pct"], strict=True)
    names = [f"{series} {geo} {breakdown} {value:+.0f}%" for series, geo, breakdown, value in columns]
    return {
        "facts": len(frame), **within, "within_band": len(frame) - len(missed), "misses": "; ".join(names),
    }  # fmt: skip
