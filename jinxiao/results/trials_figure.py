"""The figure of the trials: for each quantity the published band and value, and the model's interval, on a scale of its own."""

import math
from typing import Any, Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from jinxiao.results import style
from jinxiao.results.labels import Label, interval, number
from jinxiao.results.style import BLUE, GREEN, GREY, GRID, INK, MUTED, NOTE_SIZE, VERMILION, sheet, use_style
from jinxiao.results.trials_tables import band_text, named, records, row_decimals, unit_of

ROW: Final = 0.235
"""Height of a row, inches."""
LABELS, TRACK, CELLS = 0.47, 0.2, 0.33
"""Widths of the three parts, as shares."""
SPLIT: Final = 0.5
"""Share of the cells that the published figures take."""
MOST: Final = 2.5
"""How far an estimate may lie beyond the band, in widths of the scale, before it stands at the edge."""
WORDS: Final = {
    "title": Label("Natural experiments: published and model", "自然实验：公布结果与模型结果"),
    "scope": Label(
        "{within} of {all} quantities in their bands; {draws} draws of parameters, 1:{scale} sample; no trial is used in fitting",
        "{all} 项指标中 {within} 项在区间内；{draws} 次参数抽样，1:{scale} 抽样；检验未用于拟合",
    ),
    "note": Label(
        "Each row has a scale of its own, with zero as a tick. ~: the band is a judgement, as no interval was published. "
        "◂ ▸: beyond the scale.",
        "各行比例尺不同，短竖线为零。~：未公布置信区间，区间为判断。◂ ▸：超出比例尺。",
    ),
    "band": Label("published band", "公布区间"),
    "point": Label("published value", "公布值"),
    "inside": Label("model in the band, 90% interval", "模型在区间内，90%区间"),
    "outside": Label("model outside the band", "模型在区间外"),
    "published": Label("published, band", "公布值、区间"),
    "model": Label("model, 90%", "模型、90%区间"),
}  # fmt: skip


def trials_figures(table: pd.DataFrame, settings: dict[str, Any], lang: str = "en") -> dict[str, Figure]:
    """Return the figure of all trials by name.

    Parameters
    ----------
    table : DataFrame
        ``trials.csv``.
    settings : dict
        Scale and draws.
    lang : {'en', 'zh'}
    """
    with use_style(lang):
        return {"trials": trials_figure(table, settings, lang)}


def trials_figure(table: pd.DataFrame, settings: dict[str, Any], lang: str) -> Figure:
    """Return the rows of all trials, one below the other, under the name of each trial."""
    rows = records(table)
    heads = len(table["trial"].unique())
    lines = len(rows) + heads
    note = WORDS["note"].of(lang)
    scope = WORDS["scope"].of(lang).format(
        within=int(table["in_band"].sum()), all=len(table), draws=settings["draws"], scale=settings["scale"]
    )  # fmt: skip
    figure = sheet(ROW * (lines + 1.2), WORDS["title"].of(lang), scope, note, keys=1)
    axes = figure.subplots()
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(lines - 0.4, -1.2)
    axes.axis("off")
    for left, key in ((LABELS + TRACK + 0.02, "published"), (LABELS + TRACK + 0.02 + CELLS * SPLIT, "model")):
        axes.text(left, -0.75, WORDS[key].of(lang), size=NOTE_SIZE, color=MUTED, va="center")
    y = 0
    previous = ""
    for row in rows:
        if row["trial"] != previous:
            previous = row["trial"]
            axes.axhline(y - 0.5, color=GRID, linewidth=0.5)
            head = f"{str(row['trial']).replace('_', ' ')}  {named(row, 'title', lang)}"
            axes.text(0.0, y, head, size=NOTE_SIZE + 0.5, va="center", color=style.DEEP)
            y += 1
        _row(axes, row, y, lang)
        y += 1
    marks: list[Any] = [
        Patch(color=GREY, alpha=0.45, linewidth=0, label=WORDS["band"].of(lang)),
        Line2D([], [], color=INK, marker="|", linestyle="", markersize=7, label=WORDS["point"].of(lang)),
        Line2D([], [], color=BLUE, marker="o", markersize=3.5, label=WORDS["inside"].of(lang)),
        Line2D([], [], color=VERMILION, marker="o", markersize=3.5, label=WORDS["outside"].of(lang)),
    ]
    style.legend(figure, marks, note)
    return figure


def _row(axes: Axes, row: dict[str, Any], y: int, lang: str) -> None:
    label = named(row, "quantity_title", lang) + ("，" if lang == "zh" else ", ") + unit_of(row, lang)
    room = (LABELS - 0.03) * (style.WIDTH - 2 * style.MARGIN) * 72.0
    size = min(NOTE_SIZE, room / style.ems(label))
    axes.text(0.012, y, label, size=size, va="center", color=INK)
    digits = row_decimals(row)
    published = "" if math.isnan(row["published"]) else f"{number(row['published'], digits)}  "
    left = LABELS + TRACK + 0.02
    axes.text(left, y, published + band_text(row, lang), size=6.5, va="center", color=MUTED)
    colour = GREEN if row["in_band"] else VERMILION
    model = f"{number(row['model'], digits)}  {interval(row['model_low'], row['model_high'], digits)}"
    axes.text(
        left + CELLS * SPLIT, y, model, size=6.5, va="center", color=colour if not row["in_band"] else INK
    )
    _track(axes, row, y)


def _track(axes: Axes, row: dict[str, Any], y: int) -> None:
    """Draw band, published value and model on the row's own scale."""
    low, high = _scale(row)

    def place(value: float) -> float:
        return LABELS + TRACK * (0.04 + 0.92 * min(max((value - low) / (high - low), 0.0), 1.0))

    axes.plot([LABELS, LABELS + TRACK], [y, y], color=GRID, linewidth=0.5, zorder=1)
    axes.plot([place(0.0)] * 2, [y - 0.18, y + 0.18], color=MUTED, linewidth=0.5, zorder=2)
    start = LABELS if math.isnan(row["low"]) else place(row["low"])
    end = LABELS + TRACK if math.isnan(row["high"]) else place(row["high"])
    axes.barh(
        y, max(end - start, 0.003), left=start, height=0.56, color=GREY, alpha=0.45, linewidth=0, zorder=2
    )
    if not math.isnan(row["published"]):
        axes.plot([place(row["published"])] * 2, [y - 0.28, y + 0.28], color=INK, linewidth=1.0, zorder=3)
    if math.isnan(row["model"]):
        return
    colour = BLUE if row["in_band"] else VERMILION
    for beyond, at, sign in ((row["model"] < low, LABELS, "◂"), (row["model"] > high, LABELS + TRACK, "▸")):
        if beyond:
            axes.text(at, y, sign, size=7, color=colour, ha="center", va="center", zorder=5)
            return
    axes.plot(
        [place(row["model_low"]), place(row["model_high"])], [y, y], color=colour, linewidth=1.3, zorder=4
    )
    axes.plot([place(row["model"])], [y], "o", color=colour, markersize=3.2, zorder=5)


def _scale(row: dict[str, Any]) -> tuple[float, float]:
    """Return the ends of a row's scale: zero and the band, and the model where it is not too far away."""
    known = [0.0, *(row[key] for key in ("published", "low", "high") if not math.isnan(row[key]))]
    low, high = min(known), max(known)
    width = max(high - low, 1e-9)
    ends = [value for key in ("model_low", "model_high", "model") if not math.isnan(value := row[key])]
    return min([low, *(max(v, low - MOST * width) for v in ends)]), max(
        [high, *(min(v, high + MOST * width) for v in ends)]
    )
