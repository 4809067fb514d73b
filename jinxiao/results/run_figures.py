"""Figures of single scenarios, and of several side by side."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from jinxiao.experiments.effects import ADDITIONAL_PER_YUAN, GROSS_PER_YUAN
from jinxiao.model.names import CATEGORIES, month_index
from jinxiao.model.outcomes import OUTCOMES, Outcomes
from jinxiao.results import comparison, forest, run, style
from jinxiao.results.answer import HEADLINE, Quantiles, join
from jinxiao.results.labels import Label, interval, label, level_unit, money, number
from jinxiao.results.style import BLUE, EVIDENCE_COLOURS, INK, NOTE_SIZE, SERIES, sheet, use_style

WORDS: Final = {
    "categories": Label("{name}: consumption of residents by category", "{name}：分类别居民消费支出"),
    "per_month": Label("{unit} per month", "{unit}/月"),
    "indicators": Label("{name}: indicators by month", "{name}：分月主要指标"),
    "cities": Label("{name}: consumption by city and year", "{name}：各地市分年消费总额"),
    "cities_axis": Label("Total consumption where it is bought, {unit}", "消费总额（按购买地，{unit}）"),
    "band": Label("90% interval over draws", "抽样 90% 区间"),
    "median": Label("median", "中位数"),
    "compare": Label("What each scenario adds to consumption", "各情景新增消费"),
    "compare_axis": Label("Additional consumption, {unit}", "新增消费（{unit}）"),
    "compare_paths": Label("When: additional consumption by month and scenario", "何时见效：各情景分月新增消费"),
    "value": Label("Median\n[90% interval]", "中位数\n[90% 区间]"),
    "ratio": Label("Additional yuan\nper fiscal yuan", "每元财政资金\n新增消费（元）"),
    "evidence": Label("Evidence", "证据等级"),
    "bar": Label("additional consumption, median", "新增消费（中位数）"),
    "whisker": Label("90% interval", "90% 区间"),
    "gross": Label("gross spending attributed by official releases", "按官方通报口径的带动消费额（毛额）"),
    "gross_note": Label(
        "Gross spending: fiscal cost times gross yuan per yuan, medians. ▸: beyond the axis.",
        "毛额为财政成本乘以每元带动消费额（中位数）。▸ 表示超出坐标范围。",
    ),
}  # fmt: skip


def run_figures(outcomes: pd.DataFrame | Outcomes, lang: str = "en") -> dict[str, Figure]:
    """Return the figures of one scenario by name.

    Parameters
    ----------
    outcomes : DataFrame or Outcomes
        ``outcomes.parquet`` of one scenario, with one draw or several, or the outcomes themselves.
    lang : {'en', 'zh'}
        Language of the reader.

    Returns
    -------
    dict of str to Figure
        ``categories`` (monthly consumption of residents), ``indicators`` (all outcomes by month), ``cities``.
    """
    frame = run.frame_of(outcomes)
    with use_style(lang):
        return {
            "categories": categories_figure(frame, lang),
            "indicators": indicators_figure(frame, lang),
            "cities": cities_figure(frame, lang),
        }


def categories_figure(frame: pd.DataFrame, lang: str) -> Figure:
    """Return monthly consumption of residents, the eight categories stacked."""
    unit = money(lang)
    table = run.by_category(frame) / unit.scale
    keys = [c.key for c in CATEGORIES if c.key in table.columns]
    figure = sheet(
        3.0, _w("categories", lang, name=run.title(frame, lang)), run.scope(frame, lang, means=True), keys=2
    )
    axes = figure.subplots()
    months = np.arange(len(table))
    layers = axes.stackplot(months, table[keys].to_numpy().T, colors=SERIES, linewidth=0.4, edgecolor="white")
    for layer, key in zip(layers, keys, strict=True):
        layer.set_label(label("category", key, lang))
    _months(axes, list(table.index))
    axes.set_xlim(0, len(table) - 1)
    axes.set_ylim(bottom=0.0)
    axes.grid(axis="y")
    style.plain_ticks(axes.yaxis)
    axes.set_ylabel(_w("per_month", lang, unit=unit.name))
    style.legend(figure, layers, columns=4)
    return figure


def indicators_figure(frame: pd.DataFrame, lang: str) -> Figure:
    """Return every outcome by month, with the interval over draws where there are several."""
    several = len(set(frame["draw"])) > 1
    known = set(frame["outcome"])
    shown = [outcome for outcome in OUTCOMES if outcome in known]
    lines = -(-len(shown) // 2)
    figure = sheet(
        1.35 * lines,
        _w("indicators", lang, name=run.title(frame, lang)),
        run.scope(frame, lang),
        keys=1 if several else 0,
    )
    panels = figure.subplots(lines, 2, squeeze=False, sharex=True).ravel()
    months = run.months_of(frame)
    for axes, outcome in zip(panels, shown, strict=False):
        unit = level_unit(outcome, lang)
        found = Quantiles.of(run.path(frame, outcome) / unit.scale)
        axes.fill_between(range(len(months)), found.low, found.high, color=BLUE, alpha=0.22, linewidth=0)
        axes.plot(range(len(months)), found.median, color=BLUE)
        name = unit.name if outcome == "jobs" else _w("per_month", lang, unit=unit.name)
        axes.set_title(f"{label('outcome', outcome, lang)}{'，' if lang == 'zh' else ', '}{name}", loc="left",
                       size=NOTE_SIZE)  # fmt: skip
        axes.grid(axis="y")
        style.plain_ticks(axes.yaxis, 4)
        _months(axes, months)
    style.close_grid(panels, len(shown), 2)
    if several:
        handles = [
            Line2D([], [], color=BLUE, label=_w("median", lang)),
            Patch(color=BLUE, alpha=0.22, linewidth=0, label=_w("band", lang)),
        ]
        style.legend(figure, handles)
    return figure


def cities_figure(frame: pd.DataFrame, lang: str) -> Figure:
    """Return total consumption of the cities by year."""
    unit = money(lang)
    rows = frame[(frame["outcome"] == HEADLINE) & (frame["city"] != "all")]
    rows = rows.assign(year=rows["month"].str[:4])
    table = rows.pivot_table(index="city", columns="year", values="value", aggfunc="sum")
    table = table / len(set(rows["draw"])) / unit.scale
    last = table.columns[-1]
    order = [str(key) for key in table[last].sort_values(ascending=False, kind="stable").index]
    figure = sheet(
        4.2, _w("cities", lang, name=run.title(frame, lang)), run.scope(frame, lang, means=True), keys=1
    )
    axes = figure.subplots()
    height = 0.8 / len(table.columns)
    shades = np.linspace(0.35, 1.0, len(table.columns))
    for position, (year, shade) in enumerate(zip(table.columns, shades, strict=True)):
        y = np.arange(len(order)) + (position - (len(shades) - 1) / 2) * height
        axes.barh(
            y, table.loc[order, year], height=0.9 * height, color=BLUE, alpha=shade, linewidth=0, label=year
        )
    axes.set_yticks(range(len(order)), [label("city", key, lang) for key in order])
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    style.zero_line(axes)
    style.plain_ticks(axes.xaxis)
    axes.set_xlabel(_w("cities_axis", lang, unit=unit.name))
    style.legend(figure, axes.containers)
    return figure


def compare_figures(table: pd.DataFrame, lang: str = "en", about: str = "") -> dict[str, Figure]:
    """Return the figures of several scenarios side by side.

    Parameters
    ----------
    table : DataFrame
        ``compare.csv``: as ``uplift.csv`` with ``scenario`` in place of ``measure``.
    lang : {'en', 'zh'}
        Language of the reader.
    about : str
        Plan and sample, said in the heading before what the table itself says.

    Returns
    -------
    dict of str to Figure
        ``compare`` (additional consumption with interval, ratio and grade), ``compare_paths`` where the table has months.
    """
    with use_style(lang):
        figures = {"compare": _compare(table, lang, about)}
        if table["period"].str.len().eq(7).any():
            figures["compare_paths"] = _compare_paths(table, lang, about)
    return figures


def _compare(table: pd.DataFrame, lang: str, about: str) -> Figure:
    unit = money(lang)
    wide = comparison.window(table, (HEADLINE, "fiscal_cost", ADDITIONAL_PER_YUAN, GROSS_PER_YUAN))
    wide = wide.sort_values(HEADLINE, ascending=False, kind="stable")
    rows = []
    for one in wide.to_dict("records"):
        low, median, high = (one[f"{HEADLINE}{end}"] / unit.scale for end in ("_low", "", "_high"))
        ratio, grade = one[ADDITIONAL_PER_YUAN], one["evidence"]
        shares = interval(one[f"{ADDITIONAL_PER_YUAN}_low"], one[f"{ADDITIONAL_PER_YUAN}_high"], 2)
        cells = (
            f"{number(median, unit.decimals)} {interval(low, high, unit.decimals)}",
            f"{number(ratio, 2)} {shares}".replace("– –", "–"),
            f"● {label('evidence', grade, lang)}",
        )
        mark = one["fiscal_cost"] * one[GROSS_PER_YUAN] / unit.scale
        name = comparison.scenario_name(table, one["scenario"], lang)
        colours = (INK, INK, EVIDENCE_COLOURS[grade])
        rows.append(forest.Row(name, low, median, high, mark, cells, colours))
    note = _w("gross_note", lang)
    scope = join([about, comparison.scope(table, lang)], lang)
    figure = sheet(forest.height(rows), _w("compare", lang), scope, note, keys=1)
    forest.draw(
        figure, rows, _w("compare_axis", lang, unit=unit.name),
        [_w(key, lang) for key in ("value", "ratio", "evidence")],
        [1.2, 1.1, 0.6], (_w("bar", lang), _w("whisker", lang), _w("gross", lang)), note,
    )  # fmt: skip
    return figure


def _compare_paths(table: pd.DataFrame, lang: str, about: str) -> Figure:
    unit = money(lang)
    rows = comparison.shown_rows(table)
    rows = rows[(rows["outcome"] == HEADLINE) & (rows["group_by"] == "all") & (rows["period"].str.len() == 7)]
    scenarios = list(dict.fromkeys(rows["scenario"]))
    columns = min(len(scenarios), 3)
    lines = -(-len(scenarios) // columns)
    scope = join([about, comparison.scope(table, lang)], lang)
    figure = sheet(1.6 * lines + 0.2, _w("compare_paths", lang), scope, keys=1)
    panels = figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True).ravel()
    for position, (axes, scenario) in enumerate(zip(panels, scenarios, strict=False)):
        own = rows[rows["scenario"] == scenario].sort_values("period")
        low, median, high = (own[end].to_numpy() / unit.scale for end in ("low", "median", "high"))
        axes.fill_between(range(len(own)), low, high, color=BLUE, alpha=0.22, linewidth=0)
        axes.plot(range(len(own)), median, color=BLUE)
        style.zero_line(axes, vertical=False)
        axes.grid(axis="y")
        style.plain_ticks(axes.yaxis, 4)
        _months(axes, list(own["period"]))
        name = comparison.scenario_name(table, scenario, lang)
        axes.set_title(style.fold(name, 54.0 / columns), loc="left", size=NOTE_SIZE)
        if position % columns == 0:
            axes.set_ylabel(_w("per_month", lang, unit=unit.name), size=NOTE_SIZE)
    style.close_grid(panels, len(scenarios), columns)
    handles = [
        Line2D([], [], color=BLUE, label=_w("median", lang)),
        Patch(color=BLUE, alpha=0.22, linewidth=0, label=_w("whisker", lang)),
    ]
    style.legend(figure, handles)
    return figure


def _months(axes: Axes, months: list[str]) -> None:
    """Put the years below an axis of months."""
    starts = [i for i, month in enumerate(months) if month_index(month) % 12 == 0] or [0]
    axes.set_xticks(starts, [months[i][:4] for i in starts])
    axes.set_xlim(-0.5, len(months) - 0.5)


def _w(key: str, lang: str, **fields: str) -> str:
    return WORDS[key].of(lang).format(**fields)
