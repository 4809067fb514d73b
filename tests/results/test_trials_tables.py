"""Tables and figure of trials: bands of every form, results that fail or cannot be estimated, both languages."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from jinxiao.experiments.trials.run import COLUMNS
from jinxiao.files.errors import InputError
from jinxiao.results import trials_page
from jinxiao.results.style import encode
from jinxiao.results.trials_figure import trials_figures
from jinxiao.results.trials_tables import (
    band_text,
    markdown,
    records,
    trials_frame,
    trials_notes,
    trials_summary,
)

SETTINGS = {"draws": 2, "scale": 1000, "seed": 1}


def row(quantity: str, **values: Any) -> dict[str, Any]:
    texts = {name: name for name in COLUMNS if name.endswith("_zh")}
    base: dict[str, Any] = {
        "trial": "T1", "quantity": quantity, "unit": "yuan per yuan", "published": 0.5, "low": 0.4, "high": 0.6,
        "model": 0.5, "model_low": 0.45, "model_high": 0.55, "in_band": True, "source": "A paper", "overlaps": True,
        "band": "published", "estimator": "mean_difference", "n": 100, "sampling_se": 0.1, "draws": 2, "title": "A trial",
        "quantity_title": f"the {quantity}", "explanation": "", "limits": "limits", "source_url": "", "note": "",
    }  # fmt: skip
    return {**texts, **base, **values}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    missed: dict[str, Any] = {"in_band": False, "explanation": "a mechanism", "band": "tolerance"}
    rows = [
        row("plain"),
        row("far", model=40.0, model_low=30.0, model_high=50.0, **missed),
        row("least", published=None, low=0.7, high=None, model=0.65, **missed),
        row("most", published=None, low=None, high=0.5, trial="T2"),
        row(
            "nothing",
            model=np.nan,
            model_low=np.nan,
            model_high=np.nan,
            draws=0,
            note="no unit",
            trial="T2",
            **missed,
        ),
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def test_bands_are_written_with_their_open_ends_and_judgements(table: pd.DataFrame) -> None:
    assert [band_text(one, "en") for one in records(table)] == [
        "[0.40, 0.60]", "~[0.4, 0.6]", "~≥ 0.70", "≤ 0.50", "~[0.40, 0.60]",
    ]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_summary_and_figure_show_every_quantity(table: pd.DataFrame, lang: str) -> None:
    console = Console(width=160, record=True, file=io.StringIO())
    console.print(trials_summary(table, lang))
    text = console.export_text()
    names = table["quantity_title_zh" if lang == "zh" else "quantity_title"]
    assert all(name in text for name in names)
    assert ("2 of 5" in text) or ("5 项指标中 2 项" in text)
    figure = trials_figures(table, SETTINGS, lang)["trials"]
    drawn = " ".join(t.get_text() for axes in figure.axes for t in axes.texts)
    assert all(name in drawn for name in names) and "▸" in drawn
    assert encode(figure)["png"][:4] == b"\x89PNG"


def test_failed_results_say_why(table: pd.DataFrame) -> None:
    assert trials_notes(table) == (
        "T1 the far: a mechanism",
        "T1 the least: a mechanism",
        "T2 the nothing: no unit",
    )
    assert list(trials_frame(table).columns)[-1] == "in_band"


def test_the_page_gets_names_and_results_between_its_marks(table: pd.DataFrame, tmp_path: Path) -> None:
    page = tmp_path / "trials.md"
    page.write_text("a\n<!-- names -->\nOUTDATED\n<!-- /names -->\nb\n", "utf-8")
    trials_page.main([str(page)])
    text = page.read_text("utf-8")
    assert (
        "`consumption`" in text and "OUTDATED" not in text and text.startswith("a\n") and text.endswith("b\n")
    )
    assert "| T1 | the plain, yuan per yuan | 0.50 | [0.40, 0.60] | 0.50 | [0.45, 0.55] | yes |" in markdown(
        table, SETTINGS
    )
    with pytest.raises(InputError, match="no marks"):
        trials_page.put(text, "results", "")
