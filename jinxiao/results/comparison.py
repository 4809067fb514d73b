"""Reading ``compare.csv``: scenarios in place of measures, otherwise as ``uplift.csv``."""

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from jinxiao.results import run
from jinxiao.results.answer import PREFERRED, join
from jinxiao.results.labels import REFERENCES, Label, label

_DRAWS: Final = Label("median and 90% interval of {draws} draws", "{draws} 次抽样的中位数与 90% 区间")
_AGAINST: Final = Label("against {name}", "对照：{name}")
_WINDOW: Final = Label("{start} to {end}", "{start} 至 {end}")


def shown_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are shown: one way of attributing, full closure where known, all instruments."""
    rows = table
    if "part" in rows:
        rows = rows[rows["part"] == "all"]
    if "closure" in rows:
        closures = set(rows["closure"])
        rows = rows[rows["closure"] == ("full" if "full" in closures else min(closures))]
    if "estimand" in rows:
        known = set(rows["estimand"])
        rows = rows[rows["estimand"] == next((e for e in PREFERRED if e in known), min(known))]
    return rows


def window(table: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """Return one row a scenario: ``scenario, evidence``, then ``OUTCOME, OUTCOME_low, OUTCOME_high`` of the whole window."""
    rows = shown_rows(table)
    rows = rows[(rows["group_by"] == "all") & (rows["period"] == "total")]
    found = []
    for scenario, own in rows.groupby("scenario", sort=False):
        by_outcome = own.set_index("outcome")[["median", "low", "high"]].reindex(list(outcomes))
        row: dict[str, Any] = {"scenario": scenario, "evidence": own["evidence"].iloc[0]}
        for outcome, value in by_outcome.iterrows():
            row |= {
                f"{outcome}": value["median"],
                f"{outcome}_low": value["low"],
                f"{outcome}_high": value["high"],
            }
        found.append(row)
    return pd.DataFrame(found)


def scenario_name(table: pd.DataFrame, scenario: str, lang: str) -> str:
    """Return the name of a scenario: the table's where it has one, else what its key says."""
    column = f"name_{lang}"
    given = str(table.loc[table["scenario"] == scenario, column].iloc[0]) if column in table else ""
    return run.scenario_name(scenario, lang) if given in ("", scenario) else given


def scope(table: pd.DataFrame, lang: str) -> str:
    """Return window, reference, closure and draws, as the table says."""
    rows = shown_rows(table)
    months = sorted(period for period in set(rows["period"]) if len(period) == 7)
    first = rows.iloc[0]
    parts = [
        _WINDOW.of(lang).format(start=months[0], end=months[-1]) if months else "",
        reference_name(str(first["reference"]), lang) if "reference" in rows else "",
        label("closure", first["closure"], lang) if "closure" in rows else "",
        _DRAWS.of(lang).format(draws=int(first["draws"])),
    ]
    return join(parts, lang)


def reference_name(reference: str, lang: str) -> str:
    """Return with what scenarios are compared: a reference by its label, another scenario by its name."""
    if reference in REFERENCES:
        return label("reference", reference, lang)
    return _AGAINST.of(lang).format(name=run.scenario_name(reference, lang))
