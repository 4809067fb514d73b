"""Trials as tables: for the terminal, for programs, and for the documentation."""

import math
from typing import Any, Final

import pandas as pd
from rich import box
from rich.table import Table

from jinxiao.results.labels import Label, interval, number

WORDS: Final = {
    "trials": Label("Natural experiments re-enacted", "自然实验检验"),
    "trial": Label("Trial", "试验"),
    "quantity": Label("Quantity", "指标"),
    "published": Label("Published", "公布值"),
    "band": Label("Band", "区间"),
    "model": Label("Model", "模型"),
    "interval": Label("90%\ninterval", "90%\n区间"),
    "in_band": Label("In band", "在区间内"),
    "yes": Label("yes", "是"),
    "no": Label("no", "否"),
    "score": Label("{within} of {all} quantities in their bands; ~: the band is a judgement.",
                   "{all} 项指标中 {within} 项在区间内；~：区间为判断。"),
    "outside": Label("Why results outside the band are there", "区间外结果的原因"),
    "at_most": Label("≤ {value}", "≤ {value}"),
    "at_least": Label("≥ {value}", "≥ {value}"),
}  # fmt: skip


def word(key: str, lang: str, **fields: object) -> str:
    """Return a word of the tables."""
    return WORDS[key].of(lang).format(**fields)


def decimals(*values: float) -> int:
    """Return the decimals with which figures of this size are shown."""
    size = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    return 3 if size < 0.2 else 2 if size < 10 else 1 if size < 100 else 0


def row_decimals(row: dict[str, Any]) -> int:
    """Return the decimals of all figures of a row."""
    return decimals(row["model"], row["published"], row["low"], row["high"])


def band_text(row: dict[str, Any], lang: str) -> str:
    """Return the band: ``[2.30, 3.70]``, ``≥ 0.70``; with ``~`` where it is a judgement."""
    low, high = float(row["low"]), float(row["high"])
    digits = row_decimals(row)
    sign = "~" if row["band"] == "tolerance" else ""
    if math.isnan(low):
        return sign + word("at_most", lang, value=number(high, digits))
    if math.isnan(high):
        return sign + word("at_least", lang, value=number(low, digits))
    return sign + interval(low, high, digits)


def named(row: dict[str, Any], key: str, lang: str) -> str:
    """Return a text of a row in the language of the reader."""
    return str(row[f"{key}_zh" if lang == "zh" else key])


def unit_of(row: dict[str, Any], lang: str) -> str:
    """Return the unit of a row."""
    return named(row, "unit", lang)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows, with open ends of bands as NaN."""
    numbers = table.astype(
        {name: float for name in ("published", "low", "high", "model", "model_low", "model_high")}
    )
    return [{str(key): value for key, value in row.items()} for row in numbers.to_dict("records")]


def trials_frame(table: pd.DataFrame, lang: str = "en") -> pd.DataFrame:
    """Return the answer for programs: the leading columns of ``trials.csv``."""
    columns = list(table.columns[: table.columns.get_loc("source")])
    return table[columns]


def trials_summary(table: pd.DataFrame, lang: str = "en") -> Table:
    """Return the trials for the terminal."""
    shown = Table(title=word("trials", lang), box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    shown.add_column(word("trial", lang), no_wrap=True)
    shown.add_column(word("quantity", lang))
    for key in ("published", "band", "model", "interval", "in_band"):
        shown.add_column(word(key, lang), justify="right")
    previous = ""
    for row in records(table):
        if row["trial"] != previous and previous:
            shown.add_section()
        digits = row_decimals(row)
        shown.add_row(
            str(row["trial"]) if row["trial"] != previous else "",
            f"{named(row, 'quantity_title', lang)} ({unit_of(row, lang)})",
            number(row["published"], digits),
            band_text(row, lang),
            number(row["model"], digits),
            interval(row["model_low"], row["model_high"], digits),
            word("yes" if row["in_band"] else "no", lang),
            style="" if row["in_band"] else "yellow",
        )
        previous = row["trial"]
    shown.caption = word("score", lang, within=int(table["in_band"].sum()), all=len(table))
    shown.caption_justify = "left"
    return shown


def trials_notes(table: pd.DataFrame, lang: str = "en") -> tuple[str, ...]:
    """Return a line for each result outside its band: what is missing in the model."""
    return tuple(
        f"{row['trial']} {named(row, 'quantity_title', lang)}: {_reason(row, lang)}"
        for row in records(table)
        if not row["in_band"]
    )


def _reason(row: dict[str, Any], lang: str) -> str:
    return str(row["note"]) if row["note"] and not row["draws"] else named(row, "explanation", lang)


def markdown(table: pd.DataFrame, settings: dict[str, Any], lang: str = "en") -> str:
    """Return the table of results for the documentation, with the explanations below it."""
    lines = [
        f"{settings['draws']} draws of the parameters, 1:{settings['scale']} sample, seed {settings['seed']}. "
        + word("score", lang, within=int(table["in_band"].sum()), all=len(table)),
        "",
        "| Trial | Quantity | Published | Band | Model | 90% interval | In band |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    rows = records(table)
    for row in rows:
        digits = row_decimals(row)
        cells = [
            f"{row['trial']}",
            f"{named(row, 'quantity_title', lang)}, {unit_of(row, lang)}",
            number(row["published"], digits),
            band_text(row, lang),
            number(row["model"], digits),
            interval(row["model_low"], row["model_high"], digits),
            word("yes", lang) if row["in_band"] else f"**{word('no', lang)}**",
        ]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", f"### {word('outside', lang)}", ""]
    lines += [f"- {note}" for note in trials_notes(table, lang)]
    return "\n".join(lines) + "\n"
