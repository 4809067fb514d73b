"""Tables: their numbers are those of the results, a measure without cost shows a dash, and they fit a terminal."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console
from rich.table import Table

from jinxiao.experiments.estimates import WHOLE
from jinxiao.experiments.sensitivity import SensitivityResult
from jinxiao.experiments.uplift import UpliftResult
from jinxiao.model.outcomes import OUTCOMES, Outcomes
from jinxiao.results import tables
from jinxiao.results.labels import LANGUAGES, number
from jinxiao.scenarios import load_plan


def shown(table: Table, width: int = 120) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def of(result: UpliftResult, outcome: str, measure: int, **more: str) -> pd.Series:
    """Return the row of the whole window for the province."""
    wanted = {"estimand": "first_in", "closure": "full", "part": "all", "group_by": "all", "period": "total"}
    wanted |= {"outcome": outcome, **more}
    rows = result.table[result.table["measure"] == measure]
    for column, value in wanted.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1
    return rows.iloc[0]


def test_summary_numbers_are_the_tables(result: UpliftResult) -> None:
    frame = tables.uplift_frame(result)
    for row in frame.to_dict("records"):
        for outcome in ("total_consumption", "fiscal_cost", "jobs"):
            found = of(
                result, outcome, row["measure"], estimand=str(row["estimand"]), closure=str(row["closure"])
            )
            assert row[outcome] == found["median"]
            assert row[f"{outcome}_low"] == found["low"]
            assert row[f"{outcome}_high"] == found["high"]


def test_every_way_that_was_asked_for_is_shown(result: UpliftResult) -> None:
    frame = tables.uplift_frame(result)
    ways = set(zip(frame["estimand"], frame["closure"], strict=True))
    assert ways == {(e, c) for e in ("first_in", "shapley") for c in ("full", "direct")}
    assert (frame["estimand"].iloc[0], frame["closure"].iloc[0]) == ("first_in", "full")


def test_the_printed_number_is_the_tables_in_the_readers_unit(make: Any) -> None:
    result = make()
    row = of(result, "total_consumption", 5)
    for lang, scale, decimals in (("en", 1e9, 2), ("zh", 1e8, 1)):
        text = shown(tables.uplift_summary(result, lang))
        assert number(row["median"] / scale, decimals) in text
        ends = f"[{number(row['low'] / scale, decimals)}, {number(row['high'] / scale, decimals)}]"
        assert ends in text


def test_largest_first_and_the_whole_last(make: Any) -> None:
    frame = tables.uplift_frame(make())
    assert frame["measure"].iloc[-1] == WHOLE
    assert frame["total_consumption"].iloc[:-1].is_monotonic_decreasing


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_measure_without_cost_shows_a_dash(make: Any, lang: str) -> None:
    result = make(20, 21)
    frame = tables.uplift_frame(result, lang).set_index("measure")
    assert np.isnan(frame.loc[21, "additional_per_yuan"]) and np.isnan(frame.loc[21, "gross_per_yuan"])
    text = shown(tables.uplift_summary(result, lang))
    assert "inf" not in text and "nan" not in text
    assert "–" in text


def test_the_caption_says_what_the_answer_is_about(make: Any) -> None:
    text = " ".join(shown(tables.uplift_summary(make(), "en")).split())
    for part in (
        "2025-06 to 2027-12",
        "against no measures at all",
        "markets respond",
        "3 draws",
        "new under the plan",
        "decided by the province and its cities",
        "begun before the plan or under it",
    ):
        assert part in text
    assert "Of it by" not in text
    each = " ".join(shown(tables.uplift_summary(make(new="authority"), "en")).split())
    assert "Of it by" in each
    baseline = shown(tables.uplift_summary(make(reference="baseline"), "en"))
    assert "against what ran before the plan" in " ".join(baseline.split())
    assert "new under the plan" not in baseline and "Of it by" not in baseline


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_cut_on_a_narrow_terminal(make: Any, lang: str) -> None:
    result = make()
    text = shown(tables.uplift_summary(result, lang), width=80)
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= 80
    whole = of(result, "total_consumption", WHOLE)
    scale, decimals = (1e9, 2) if lang == "en" else (1e8, 1)
    assert f"[{number(whole['low'] / scale, decimals)}, {number(whole['high'] / scale, decimals)}]" in text


def test_scenarios_side_by_side(compared: pd.DataFrame, result: UpliftResult) -> None:
    frame = tables.compare_frame(compared)
    assert frame["scenario"].to_list() == [f"without+{k}" for k in (5, 15, 20, 21, 24)]
    assert frame.loc[1, "total_consumption"] == of(result, "total_consumption", 15)["median"]
    text = " ".join(shown(tables.compare_summary(compared, "en", "a plan")).split())
    assert "a plan; 2025-06 to 2027-12; against The whole plan" in text
    assert "Measures 15" in text


def test_a_run_by_year(outcomes: Outcomes) -> None:
    frame = tables.run_frame(outcomes).set_index(["outcome", "period"])["value"]
    path = outcomes.series("retail_sales")
    assert frame["retail_sales", "2024"] == pytest.approx(path[:12].sum())
    assert frame["retail_sales", "2026"] == pytest.approx(path[24:30].sum())
    assert frame["jobs", "2025"] == pytest.approx(outcomes.series("jobs")[12:24].mean())
    assert [name for name, _ in frame.index.unique()][::3] == list(OUTCOMES)
    assert "2026" in shown(tables.run_summary(outcomes, "zh"))


def test_a_run_of_several_draws_is_their_median(outcomes: Outcomes) -> None:
    draws = [
        outcomes.to_frame(d).assign(value=lambda f, d=d: f["value"] * (1.0, 2.0, 10.0)[d]) for d in range(3)
    ]
    frame = tables.run_frame(pd.concat(draws, ignore_index=True)).set_index(["outcome", "period"])["value"]
    assert frame["services", "2024"] == pytest.approx(2.0 * outcomes.series("services")[:12].sum())


def test_facts_are_counted(facts: pd.DataFrame) -> None:
    frame = tables.facts_frame(facts, "zh").set_index("block")
    assert frame.loc["all", "facts"] == 6 and frame.loc["bridges", "facts"] == 1
    assert frame.loc["all", "within_band"] == 4
    text = shown(tables.facts_summary(facts, "en"))
    assert "Fitted facts" in text


def test_drivers_are_ranked(drivers: SensitivityResult) -> None:
    frame = tables.sensitivity_frame(drivers)
    assert frame["value"].is_monotonic_decreasing
    assert set(frame["index"]) == {"mu_star"}
    best = drivers.table[drivers.table["index"] == "mu_star"].set_index("parameter")["value"]
    assert frame["parameter"].iloc[0] == best.idxmax()
    assert str(frame["parameter"].iloc[0]) in shown(tables.sensitivity_summary(drivers, "en"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_catalogue_lists_every_measure(lang: str) -> None:
    plan = load_plan("shanxi-2025")
    assert tables.measures_frame(plan)["measure"].to_list() == list(plan.measures)
    text = shown(tables.measures_list(plan, lang), width=160)
    for measure in plan.measures.values():
        assert measure.name_zh in text
