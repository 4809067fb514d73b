"""Figures and tables of scenario discovery: the conditions under which a mix falls short, and regret."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from rich import box
from rich.table import Table
from rich.text import Text

from jinxiao.experiments.discovery import DiscoveryResult
from jinxiao.experiments.effects import RATIOS
from jinxiao.experiments.given_data import POINT
from jinxiao.results import style
from jinxiao.results.answer import join
from jinxiao.results.labels import Label, label, number, plan_name, unit_of
from jinxiao.results.parameter_names import parameter_names
from jinxiao.results.run import scenario_name
from jinxiao.results.style import BLUE, GREY, INK, MUTED, NOTE_SIZE, ORANGE, VERMILION, sheet, use_style

WORDS: Final = {
    "title": Label("Where {name} falls short: {outcome} below {below}", "{name}何时不及预期：{outcome}低于 {below}"),
    "regret_title": Label("Regret: how much better the best of the mixes would have been", "遗憾值：与各情形下最优组合的差距"),
    "failed": Label("falls short", "未达阈值"),
    "met": Label("does not", "达到阈值"),
    "prim": Label("PRIM", "PRIM"),
    "cart": Label("CART", "CART"),
    "place": Label("Place in the prior (0: low end, 1: high end)", "在先验分布中的位置（0：低端，1：高端）"),
    "box": Label(
        "{method} {box}: {density} of its draws fall short (held out: {held}, p {p}); it holds {coverage} of all shortfalls",
        "{method} {box}：框内 {density} 未达阈值（留出样本 {held}，p {p}），涵盖全部未达情形的 {coverage}",
    ),
    "draws": Label("{draws} draws over all priors; {share} fall short", "全部先验 {draws} 次抽样，{share} 未达阈值"),
    "sample": Label("1:{scale} sample", "1:{scale} 抽样"),
    "mean": Label("mean", "均值"),
    "p90": Label("90% of draws below", "90 分位"),
    "max": Label("largest", "最大"),
    "none": Label("No box: hardly any draw differs.", "无可识别条件。"),
    "method": Label("Box", "条件框"),
    "parameter": Label("Uncertain number", "不确定参数"),
    "range": Label("Range", "取值范围"),
    "places": Label("Place in\nthe prior", "先验\n位置"),
    "density": Label("Falls\nshort", "未达\n比例"),
    "held_out": Label("Held\nout", "留出\n样本"),
    "coverage": Label("Covers", "涵盖"),
    "p": Label("p, held\nout", "留出\np 值"),
    "best_share": Label("best in {share} of draws", "{share} 抽样中最优"),
}  # fmt: skip


def discovery_figures(result: DiscoveryResult, lang: str = "en") -> dict[str, Figure]:
    """Return ``discover`` (boxes and draws), and ``regret`` where mixes were compared.

    Parameters
    ----------
    result : DiscoveryResult
        From :func:`jinxiao.experiments.discovery.discover`.
    lang : {'en', 'zh'}
        Language of the reader.
    """
    with use_style(lang):
        figures = {"discover": boxes_figure(result, lang)}
        if result.regret is not None:
            figures["regret"] = regret_figure(result, lang)
        return figures


def boxes_figure(result: DiscoveryResult, lang: str) -> Figure:
    """Return the ranges of the first box of each method, and the draws over its two narrowest restrictions."""
    table = result.table
    shown = [table[(table["method"] == m) & (table["box"] == 1)] for m in ("prim", "cart")]
    shown = [rows for rows in shown if len(rows)]
    note = "; ".join(_about(rows.iloc[0], lang) for rows in shown) or _w("none", lang)
    count = sum(len(rows) + 1 for rows in shown)
    figure = sheet(max(0.42 * count + 0.6, 2.8), _title(result, lang), _scope(result, lang), note, keys=1)
    ranges, cloud = figure.subplots(1, 2, width_ratios=[1.15, 1.0])
    _ranges(ranges, result, shown, lang)
    _cloud(cloud, result, shown[0] if shown else None, lang)
    handles = [
        Line2D([], [], marker="o", color=VERMILION, linestyle="", markersize=4, label=_w("failed", lang)),
        Line2D([], [], marker="o", color=GREY, linestyle="", markersize=4, markerfacecolor="white", label=_w("met", lang)),
    ]  # fmt: skip
    style.legend(figure, handles, note)
    return figure


def _ranges(axes: Axes, result: DiscoveryResult, shown: list[pd.DataFrame], lang: str) -> None:
    names = parameter_names(result.settings["plan"], lang)
    at, labels, y = [], [], 0.0
    for rows in shown:
        method = str(rows.iloc[0]["method"])
        colour = BLUE if method == "prim" else ORANGE
        axes.text(0.0, y - 0.35, f"{_w(method, lang)} 1", size=NOTE_SIZE, color=colour, va="center")
        for row in rows.to_dict("records"):
            y += 0.45
            axes.barh(y, 1.0, height=0.22, color=style.GRID, linewidth=0)
            axes.barh(y, row["high"] - row["low"], left=row["low"], height=0.22, color=colour, linewidth=0)
            text = f"{style.short(row['value_low'])} – {style.short(row['value_high'])}"
            axes.text(1.02, y, text, size=6, color=MUTED, va="center")
            at.append(y)
            labels.append(style.fold(names.get(row["parameter"], row["parameter"]), 22.0))
            y += 0.55
        y += 0.6
    axes.set_yticks(at, labels, size=6.0, linespacing=1.0)
    axes.set_ylim(max(y - 0.4, 0.6), -0.7)
    axes.set_xlim(0.0, 1.32)
    axes.set_xticks([0.0, 0.5, 1.0])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(style.fold(_w("place", lang), 24.0))


def _cloud(axes: Axes, result: DiscoveryResult, rows: pd.DataFrame | None, lang: str) -> None:
    """Draw the draws over the two numbers that the first box restricts most."""
    draws = result.draws
    failed = (draws[result.settings["outcome"]] < result.threshold).to_numpy()
    columns = [c for c in draws.columns if c.startswith(POINT)]
    chosen: list[str] = []
    if rows is not None:
        narrow = rows.assign(width=rows["high"] - rows["low"]).sort_values("width")
        chosen = [POINT + name for name in narrow["parameter"][:2]]
    chosen += [c for c in columns if c not in chosen][: 2 - len(chosen)]
    if len(chosen) < 2:
        axes.axis("off")
        return
    names = parameter_names(result.settings["plan"], lang)
    x, y = draws[chosen[0]].to_numpy(), draws[chosen[1]].to_numpy()
    axes.plot(x[~failed], y[~failed], "o", color=GREY, markerfacecolor="white", markersize=3.2, zorder=2)
    axes.plot(x[failed], y[failed], "o", color=VERMILION, markersize=3.2, zorder=3)
    if rows is not None:
        limits = rows.set_index("parameter")[["low", "high"]]
        (left, right), (low, high) = (
            tuple(limits.loc[c.removeprefix(POINT)]) if c.removeprefix(POINT) in limits.index else (0.0, 1.0)
            for c in chosen
        )
        axes.add_patch(
            Rectangle(
                (left, low), right - left, high - low, fill=False, edgecolor=BLUE, linewidth=1.4, zorder=4
            )
        )
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xticks([0.0, 0.5, 1.0])
    axes.set_yticks([0.0, 0.5, 1.0])
    labels = [names.get(c.removeprefix(POINT), c.removeprefix(POINT)) for c in chosen]
    axes.set_xlabel(style.fold(labels[0], 32.0), size=6.5)
    axes.set_ylabel(style.fold(labels[1], 28.0), size=6.5)


def regret_figure(result: DiscoveryResult, lang: str) -> Figure:
    """Return the regret of each mix over all draws: mean, 90% of draws, largest."""
    assert result.regret is not None
    rows = result.regret[result.regret["state"] == "all"].sort_values("mean").reset_index(drop=True)
    unit = unit_of(result.settings["outcome"], lang)
    figure = sheet(0.4 * len(rows) + 0.8, _w("regret_title", lang), _scope(result, lang), keys=1)
    axes = figure.subplots()
    at = np.arange(len(rows))
    axes.hlines(at, rows["mean"] / unit.scale, rows["max"] / unit.scale, color=GREY, linewidth=1.0)
    marks = {"mean": ("o", BLUE), "p90": ("|", INK), "max": ("D", GREY)}
    handles = []
    for key, (mark, colour) in marks.items():
        axes.plot(rows[key] / unit.scale, at, mark, color=colour, markersize=6, clip_on=False, zorder=3)
        handles.append(
            Line2D([], [], marker=mark, color=colour, linestyle="", markersize=6, label=_w(key, lang))
        )
    texts = [_w("best_share", lang, share=f"{share:.0%}") for share in rows["best_share"]]
    labels = [f"{scenario_name(name, lang)}\n{text}" for name, text in zip(rows["mix"], texts, strict=True)]
    axes.set_yticks(at, labels, size=NOTE_SIZE)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(left=0.0)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    style.plain_ticks(axes.xaxis)
    axes.set_xlabel(f"{label('outcome', result.settings['outcome'], lang)}, {unit.name}")
    style.legend(figure, handles)
    return figure


def _about(row: pd.Series, lang: str) -> str:
    return _w(
        "box", lang, method=_w(str(row["method"]), lang), box=str(row["box"]), density=f"{row['density']:.0%}",
        held=_share(row["held_out_density"]), p=_p(row["held_out_p"]), coverage=f"{row['coverage']:.0%}",
    )  # fmt: skip


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def _share(value: float) -> str:
    return "–" if value != value else f"{value:.0%}"


def _title(result: DiscoveryResult, lang: str) -> str:
    unit = unit_of(result.settings["outcome"], lang)
    ratio = result.settings["outcome"] in RATIOS
    return _w(
        "title", lang, name=scenario_name(result.scenario, lang),
        outcome=label("outcome", result.settings["outcome"], lang),
        below=number(result.threshold / unit.scale, unit.decimals) + ("" if ratio else f" {unit.name}"),
    )  # fmt: skip


def _scope(result: DiscoveryResult, lang: str) -> str:
    settings = result.settings
    parts = [
        plan_name(settings["plan"], lang),
        _w("draws", lang, draws=str(settings["draws"]), share=f"{result.share:.0%}"),
        _w("sample", lang, scale=str(settings["scale"])),
    ]
    return join(parts, lang)


# ---------------------------------------------------------------------------- terminal


def discovery_frame(result: DiscoveryResult, lang: str = "en") -> pd.DataFrame:
    """Return the boxes for programs, with what their numbers mean."""
    names = parameter_names(result.settings["plan"], lang)
    return result.table.assign(meaning=[names.get(key, "") for key in result.table["parameter"]])


def discovery_summary(result: DiscoveryResult, lang: str = "en") -> Table:
    """Return the boxes for the terminal."""
    table = Table(
        title=Text(_title(result, lang), style="bold"), caption=Text(_scope(result, lang), style="dim"),
        title_justify="left", caption_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False,
    )  # fmt: skip
    table.add_column(_w("method", lang), no_wrap=True)
    table.add_column(_w("parameter", lang), overflow="fold")
    table.add_column(_w("range", lang), no_wrap=True)
    for key in ("places", "density", "held_out", "p", "coverage"):
        table.add_column(_w(key, lang), justify="right", no_wrap=True)
    last = None
    for row in discovery_frame(result, lang).to_dict("records"):
        this = (row["method"], row["box"])
        first, last = this != last, this
        quality = (
            f"{row['density']:.0%}",
            _share(row["held_out_density"]),
            _p(row["held_out_p"]),
            f"{row['coverage']:.0%}",
        )
        table.add_row(
            f"{_w(row['method'], lang)} {row['box']}" if first else "",
            f"{row['parameter']}\n{row['meaning']}",
            f"{style.short(row['value_low'])} – {style.short(row['value_high'])}",
            f"{row['low']:.2f} – {row['high']:.2f}",
            *(quality if first else ("",) * len(quality)),
        )
    return table


def discovery_notes(result: DiscoveryResult, lang: str = "en") -> tuple[str, ...]:
    """Return regret in a line a mix, and notes."""
    lines = list(result.notes)
    if result.regret is not None:
        unit = unit_of(result.settings["outcome"], lang)
        for row in result.regret[result.regret["state"] == "all"].to_dict("records"):
            shown = [number(row[key] / unit.scale, unit.decimals + 1) for key in ("mean", "p90", "max")]
            what = ", ".join(
                f"{_w(key, lang)} {text}" for key, text in zip(("mean", "p90", "max"), shown, strict=True)
            )
            best = _w("best_share", lang, share=f"{row['best_share']:.0%}")
            lines.append(f"regret {scenario_name(row['mix'], lang)}: {what} {unit.name}; {best}")
    return tuple(lines)


def _w(key: str, lang: str, **fields: str) -> str:
    return WORDS[key].of(lang).format(**fields)
