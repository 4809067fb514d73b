"""Figures of the facts: the model beside published statistics, by block, the misses, and the most read comparisons."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from jinxiao.calibration.facts import BANDS, BLOCKS
from jinxiao.model.names import CATEGORIES, CITIES, RESIDENCES
from jinxiao.results import style
from jinxiao.results.fact_names import BREAKDOWNS, block_name, fact_name, unit_name
from jinxiao.results.labels import Label, label
from jinxiao.results.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    MUTED,
    NOTE_SIZE,
    ORANGE,
    VERMILION,
    sheet,
    use_style,
)

EDGE: Final = 50.0
"""Errors beyond this, in per cent, stand at the edge of the figure."""
MISSES: Final = 25
"""Misses that are listed, the largest."""
WORDS: Final = {
    "facts": Label("The model's 2024 beside published statistics", "模型2024年与公布统计数据对照"),
    "scope": Label(
        "{count} facts, {within} of them within the band asked of them (1 to 10%), and {bridges} bridges between "
        "definitions; 2024 under the policies then in force",
        "共 {count} 项指标，其中 {within} 项在要求的误差范围（1%–10%）内，另有 {bridges} 项口径衔接；2024年，当时实施的政策",
    ),
    "error": Label("Model less published, % of published", "模型与公布值之差（占公布值%）"),
    "fitted": Label("fitted", "拟合指标"),
    "outcome": Label("outcome, not fitted", "检验指标（未拟合）"),
    "bridge": Label("bridge: other definition", "口径衔接（定义不同）"),
    "bands": Label("within {bands}%", "误差 {bands}% 以内"),
    "within": Label("in band / all", "达标 / 总数"),
    "facts_note": Label(
        "Errors beyond 50% stand at the edge. Bridges have another definition than the model and are no test of it.",
        "误差超过 50% 的点画在边缘。“口径衔接”指公布口径与模型口径不同，不作为检验。",
    ),
    "misses": Label("Facts outside the band asked of them", "超出要求误差范围的指标"),
    "misses_note": Label("The largest {count}, without bridges.", "误差最大的 {count} 项，不含口径衔接。"),
    "published": Label("published", "公布值"),
    "model": Label("model", "模型值"),
    "total": Label("total", "合计"),
    "levels": Label("The most read comparisons", "主要对照"),
    "consumption": Label("Consumption per head, yuan a year", "人均消费支出（元/年）"),
    "income": Label("Disposable income per head, yuan a year", "人均可支配收入（元/年）"),
    "retail": Label("Retail sales, billion yuan", "社会消费品零售总额（亿元）"),
    "owned": Label("Owned per 100 households", "每百户拥有量"),
}  # fmt: skip
RESIDENCE_COLOURS: Final = {"urban": BLUE, "rural": ORANGE, "all": GREEN}


def facts_figures(table: pd.DataFrame, lang: str = "en") -> dict[str, Figure]:
    """Return the figures of the facts by name.

    Parameters
    ----------
    table : DataFrame
        From :func:`jinxiao.calibration.facts.compare`.
    lang : {'en', 'zh'}
        Language of the reader.

    Returns
    -------
    dict of str to Figure
        ``facts`` (errors by block), ``levels`` (both figures side by side), and ``misses`` when there are any.
    """
    with use_style(lang):
        figures = {"facts": errors_figure(table, lang)}
        if any(panel.rows(table).size for panel in PANELS):
            figures["levels"] = levels_figure(table, lang)
        if len(_misses(table)):
            figures["misses"] = misses_figure(table, lang)
    return figures


def _scope(table: pd.DataFrame, lang: str) -> str:
    tested = table[~table["bridge"]]
    within = int((tested["error_pct"].abs() <= tested["band_pct"]).sum())
    return _w("scope", lang, count=len(tested), within=within, bridges=len(table) - len(tested))


def _w(key: str, lang: str, **fields: object) -> str:
    return WORDS[key].of(lang).format(**fields)


def errors_figure(table: pd.DataFrame, lang: str) -> Figure:
    """Return the error of every fact, one row a block, with bands at 3, 5 and 10%."""
    blocks = table["block"].to_numpy()
    shown = [block for block in BLOCKS if (blocks == block).any()]
    note = _w("facts_note", lang)
    figure = sheet(0.29 * len(shown) + 0.65, _w("facts", lang), _scope(table, lang), note, keys=1)
    axes = figure.subplots()
    _bands(axes)
    bridge = table["bridge"].to_numpy(dtype=bool)
    kinds = _kinds(table)
    for row, block in enumerate(shown):
        errors = np.clip(table["error_pct"].to_numpy(), -EDGE, EDGE)
        for kind, (_, chosen) in kinds.items():
            here = chosen & (blocks == block)
            y = row + _spread(int(here.sum()))
            axes.plot(errors[here], y, **_MARKS[kind])
        tested = (blocks == block) & ~bridge
        good = int((table["error_pct"].abs() <= table["band_pct"])[tested].sum())
        axes.text(1.02, row, f"{good} / {int(tested.sum())}", transform=axes.get_yaxis_transform(), va="center",
                  size=NOTE_SIZE)  # fmt: skip
    axes.text(
        1.02, -0.75, _w("within", lang), transform=axes.get_yaxis_transform(), size=NOTE_SIZE, color=MUTED
    )
    axes.set_yticks(range(len(shown)), [block_name(block, lang) for block in shown])
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xlim(-1.06 * EDGE, 1.06 * EDGE)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.axvline(0.0, color=INK, linewidth=0.7, zorder=1)
    style.plain_ticks(axes.xaxis, 10)
    axes.set_xlabel(_w("error", lang))
    handles: list[Line2D | Patch] = [
        Line2D([], [], label=name, **_MARKS[kind]) for kind, (name, _) in _kinds(table, lang).items()
    ]
    handles.append(
        Patch(color=style.GRID, label=_w("bands", lang, bands=", ".join(f"{band:g}" for band in BANDS)))
    )
    style.legend(figure, handles, note)
    return figure


_MARKS: Final[dict[str, dict[str, Any]]] = {
    "fitted": {"marker": "o", "linestyle": "", "color": BLUE, "markersize": 3.2, "alpha": 0.75,
               "markeredgewidth": 0},
    "outcome": {"marker": "D", "linestyle": "", "color": VERMILION, "markersize": 3.6, "markerfacecolor": "white"},
    "bridge": {"marker": "x", "linestyle": "", "color": GREY, "markersize": 3.4, "markeredgewidth": 0.8},
}  # fmt: skip


def _kinds(table: pd.DataFrame, lang: str = "en") -> dict[str, tuple[str, np.ndarray]]:
    """Return name and rows of fitted facts, outcomes and bridges."""
    bridge = table["bridge"].to_numpy(dtype=bool)
    fitted = table["fitted"].to_numpy(dtype=bool)
    chosen = {"bridge": bridge, "fitted": fitted & ~bridge, "outcome": ~fitted & ~bridge}
    return {kind: (_w(kind, lang), rows) for kind, rows in chosen.items()}


def _spread(count: int) -> np.ndarray:
    """Return small offsets, so that points of a row do not hide each other."""
    return 0.24 * (np.arange(count) * 0.618034 % 1.0 - 0.5) * 2.0


def _bands(axes: Axes) -> None:
    for band in reversed(BANDS):
        axes.axvspan(-band, band, color=style.GRID, alpha=0.45, linewidth=0)


def _misses(table: pd.DataFrame) -> pd.DataFrame:
    """Return facts outside the band that is asked of them, the largest first."""
    rows = table[~table["bridge"] & (table["error_pct"].abs() > table["band_pct"])]
    order = rows["error_pct"].abs().sort_values(ascending=False, kind="stable").index
    return rows.loc[order].head(MISSES)


def misses_figure(table: pd.DataFrame, lang: str) -> Figure:
    """Return the facts that miss their band, with both figures."""
    rows = _misses(table)
    note = _w("misses_note", lang, count=len(rows))
    figure = sheet(0.27 * len(rows) + 0.85, _w("misses", lang), _scope(table, lang), note, keys=1)
    axes = figure.subplots()
    at = np.arange(len(rows))
    fitted = rows["fitted"].to_numpy(dtype=bool)
    errors = np.clip(rows["error_pct"].to_numpy(), -2 * EDGE, 2 * EDGE)
    axes.barh(at, errors, height=0.55, color=np.where(fitted, BLUE, VERMILION), alpha=0.85, linewidth=0)
    for y, (error, row) in enumerate(zip(errors, rows.to_dict("records"), strict=True)):
        axes.annotate(f"{row['error_pct']:+.0f}%".replace("-", "−"), (error, y), (4 if error > 0 else -4, 0),
                      textcoords="offset points", ha="left" if error > 0 else "right", va="center",
                      size=NOTE_SIZE)  # fmt: skip
        both = (
            f"{style.short(row['published'])} → {style.short(row['model'])}  {unit_name(row['unit'], lang)}"
        )
        axes.text(1.02, y, both, transform=axes.get_yaxis_transform(), va="center", size=6.5)
    heads = f"{_w('published', lang)} → {_w('model', lang)}"
    axes.text(1.02, -0.75, heads, transform=axes.get_yaxis_transform(), size=NOTE_SIZE, color=MUTED)
    key = ["series", "geo", "breakdown"]
    period = rows["period"].astype(str).where(rows.duplicated(key, keep=False), "")
    words = zip(*(rows[name] for name in key), period, strict=True)
    names = [fact_name(series, geo, breakdown, lang, when) for series, geo, breakdown, when in words]
    axes.set_yticks(at, [style.fold(name, 21.0) for name in names], size=6.5)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.margins(x=0.15)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    style.zero_line(axes)
    style.plain_ticks(axes.xaxis)
    axes.set_xlabel(_w("error", lang))
    handles = [Patch(color=BLUE, label=_w("fitted", lang)), Patch(color=VERMILION, label=_w("outcome", lang))]
    style.legend(figure, handles, note)
    return figure


# ---------------------------------------------------------------------------- levels


class Panel(NamedTuple):
    """One comparison of levels: its rows, and how a row is named and split."""

    key: str
    rows: Callable[[pd.DataFrame], pd.DataFrame]
    named: Callable[[pd.Series, str], str]
    split: Callable[[pd.Series], str]


def _consumption(table: pd.DataFrame) -> pd.DataFrame:
    keys = [f"consumption_per_head_{c.key}" for c in CATEGORIES]
    return table[table["series"].isin(keys) & table["breakdown"].isin(["urban", "rural"])]


def _income(table: pd.DataFrame) -> pd.DataFrame:
    cities = [city.key for city in CITIES]
    return table[(table["series"] == "income_per_head") & table["geo"].isin(cities)]


def _retail(table: pd.DataFrame) -> pd.DataFrame:
    cities = [city.key for city in CITIES]
    return table[(table["series"] == "retail_sales") & table["geo"].isin(cities)]


def _owned(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["series"] == "ownership_per_100"]


def _category(row: pd.Series, lang: str) -> str:
    return label("category", str(row["series"]).removeprefix("consumption_per_head_"), lang)


def _city(row: pd.Series, lang: str) -> str:
    return label("city", str(row["geo"]), lang)


def _durable(row: pd.Series, lang: str) -> str:
    name = str(row["breakdown"]).rpartition(" ")[0]
    return BREAKDOWNS.get(name, name) if lang == "zh" else name.capitalize()


def _residence(row: pd.Series) -> str:
    return str(row["breakdown"]).rpartition(" ")[2]


PANELS: Final = (
    Panel("consumption", _consumption, _category, _residence),
    Panel("income", _income, _city, _residence),
    Panel("retail", _retail, _city, _residence),
    Panel("owned", _owned, _durable, _residence),
)


def levels_figure(table: pd.DataFrame, lang: str) -> Figure:
    """Return published and model figures side by side for consumption, income, retail sales and durables."""
    panels = [panel for panel in PANELS if panel.rows(table).size]
    lines = -(-len(panels) // 2)
    figure = sheet(2.5 * lines, _w("levels", lang), _scope(table, lang), keys=1)
    axes = figure.subplots(lines, 2, squeeze=False).ravel()
    for one, panel in zip(axes, panels, strict=False):
        _levels(one, panel, table, lang)
    for one in axes[len(panels) :]:
        one.set_axis_off()
    handles = [
        Line2D([], [], marker="|", linestyle="", color=INK, markersize=8, label=_w("published", lang)),
        *(
            Line2D([], [], marker="o", linestyle="", color=RESIDENCE_COLOURS[key], markersize=4,
                   label=f"{_w('model', lang)}{'：' if lang == 'zh' else ': '}{name}")
            for key, name in (
                *((r.key, label("residence", r.key, lang).lower()) for r in RESIDENCES), ("all", _w("total", lang))
            )
        ),
    ]  # fmt: skip
    style.legend(figure, handles)
    return figure


def _levels(axes: Axes, panel: Panel, table: pd.DataFrame, lang: str) -> None:
    rows = panel.rows(table)
    scale = 10.0 if panel.key == "retail" and lang == "en" else 1.0
    labels = list(dict.fromkeys(panel.named(row, lang) for _, row in rows.iterrows()))
    for _, row in rows.iterrows():
        y = labels.index(panel.named(row, lang))
        colour = RESIDENCE_COLOURS[panel.split(row)]
        model, published = row["model"] / scale, row["published"] / scale
        axes.plot([model, published], [y, y], color=colour, linewidth=0.8, alpha=0.6)
        axes.plot([model], [y], "o", color=colour, markersize=3.6)
        axes.plot([published], [y], "|", color=INK, markersize=8)
    axes.set_yticks(range(len(labels)), [style.fold(text, 13.0) for text in labels])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_xlim(left=0.0)
    axes.grid()
    axes.tick_params(axis="y", length=0)
    style.plain_ticks(axes.xaxis, 5)
    axes.set_title(_w(panel.key, lang), loc="left", size=NOTE_SIZE)
