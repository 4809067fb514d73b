"""Figures of a sensitivity study: which uncertain numbers drive the result."""

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from jinxiao.experiments.sensitivity import SensitivityResult
from jinxiao.results import style
from jinxiao.results.answer import join
from jinxiao.results.labels import Label, label, number, plan_name, unit_of
from jinxiao.results.parameter_names import mechanism_names, parameter_names
from jinxiao.results.style import BLUE, INK, MUTED, NOTE_SIZE, ORANGE, sheet, use_style

SHOWN: Final = 20
"""Parameters that are shown, the most influential."""
MAIN_INDEX: Final = {
    "morris": "mu_star",
    "sobol": "ST",
    "pawn": "pawn_median",
    "delta": "delta",
    "emulator": "ST",
}
"""The index by which parameters are ranked, by method."""
WORDS: Final = {
    "title": Label("What drives the uplift: {name}", "结果由哪些参数驱动：{name}"),
    "points": Label("{points} model runs, 1:{scale} sample", "模型运行 {points} 次，1:{scale} 抽样"),
    "mu_star": Label(
        "Mean absolute change of the uplift when the number crosses its prior, {unit}",
        "参数在先验范围内变动引起的结果平均绝对变化（{unit}）",
    ),
    "ST": Label("Total share of variance", "总方差贡献率"),
    "pawn_median": Label("PAWN index, median over slices", "PAWN 指数（各切片中位数）"),
    "delta": Label("Delta (0 to 1)", "delta 指数（0–1）"),
    "bar": Label("importance (mu*)", "重要性（mu*）"),
    "bar_other": Label("index", "指数"),
    "interval": Label("90% interval", "90% 区间"),
    "sigma": Label("sigma: spread of effects (nonlinear, interacting)", "sigma：效应离散度（非线性与交互）"),
    "note": Label("The {shown} most influential of {all} uncertain numbers.", "{all} 个不确定参数中影响最大的 {shown} 个。"),
}  # fmt: skip
METHODS: Final = {
    "morris": Label("Morris elementary effects", "Morris 基本效应法"),
    "sobol": Label("Sobol variance shares", "Sobol 方差分解"),
    "pawn": Label("PAWN distances of distributions", "PAWN 分布距离"),
    "delta": Label("Borgonovo's delta", "Borgonovo delta 指数"),
    "emulator": Label("Sobol shares from an emulator", "基于代理模型的 Sobol 方差分解"),
}


def ranked(result: SensitivityResult) -> pd.DataFrame:
    """Return the rows of the main index, largest first."""
    table = result.table
    rows = table[table["index"] == MAIN_INDEX[result.settings["method"]]]
    return rows.sort_values("value", ascending=False, kind="stable").reset_index(drop=True)


def sensitivity_figures(result: SensitivityResult, lang: str = "en") -> dict[str, Figure]:
    """Return the figure of a sensitivity study: ``sensitivity``, the twenty most influential numbers as bars.

    Parameters
    ----------
    result : SensitivityResult
        From :func:`jinxiao.experiments.sensitivity.sensitivity`.
    lang : {'en', 'zh'}
        Language of the reader.
    """
    with use_style(lang):
        return {"sensitivity": drivers_figure(result, lang)}


def drivers_figure(result: SensitivityResult, lang: str) -> Figure:
    """Return the most influential numbers with intervals; for Morris their sigma too."""
    settings = result.settings
    method = settings["method"]
    frame = ranked(result)
    rows = frame.head(SHOWN)
    unit = unit_of(settings["outcome"], lang)
    scale = unit.scale if method == "morris" else 1.0
    note = _w("note", lang, shown=str(len(rows)), all=str(len(frame)))
    figure = sheet(0.3 * len(rows) + 0.65, _w("title", lang, name=_measure(result, lang)),
                   _scope(result, lang), note, keys=1)  # fmt: skip
    axes = figure.subplots()
    at = np.arange(len(rows))
    axes.barh(at, rows["value"] / scale, height=0.55, color=BLUE, alpha=0.85, linewidth=0)
    axes.hlines(at, rows["low"] / scale, rows["high"] / scale, color=INK, linewidth=1.0)
    handles: list[Line2D | Patch] = [
        Patch(
            color=BLUE, alpha=0.85, linewidth=0, label=_w("bar" if method == "morris" else "bar_other", lang)
        ),
        Line2D([], [], color=INK, linewidth=1.0, label=_w("interval", lang)),
    ]
    if method == "morris" and not settings.get("grouped"):
        table = result.table
        sigma = table[table["index"] == "sigma"].set_index("parameter")["value"].reindex(rows["parameter"])
        mark: dict[str, Any] = {
            "marker": "D",
            "linestyle": "",
            "color": ORANGE,
            "markersize": 4,
            "markerfacecolor": "white",
        }
        axes.plot(sigma.to_numpy() / scale, at, **mark)
        handles.append(Line2D([], [], label=_w("sigma", lang), **mark))
    for y, value in enumerate(rows["value"] / scale):
        axes.text(1.01, y, number(value, unit.decimals if method == "morris" else 3),
                  transform=axes.get_yaxis_transform(), va="center", size=NOTE_SIZE, color=MUTED)  # fmt: skip
    names = parameter_names(settings["plan"], lang) | mechanism_names(
        settings["plan"], frame["parameter"], lang
    )
    axes.set_yticks(at, [style.fold(names.get(key, key), 26.0) for key in rows["parameter"]], size=6.5)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(left=0.0)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    style.plain_ticks(axes.xaxis)
    axes.set_xlabel(_w(MAIN_INDEX[method], lang, unit=unit.name))
    style.legend(figure, handles, note)
    return figure


def _measure(result: SensitivityResult, lang: str) -> str:
    number_of = result.settings["measure"]
    title = result.titles[number_of]
    name = title.zh if lang == "zh" else title.en
    return f"{number_of} {name}" if number_of else name


def _scope(result: SensitivityResult, lang: str) -> str:
    settings = result.settings
    parts = [
        plan_name(settings["plan"], lang),
        label("outcome", settings["outcome"], lang),
        label("reference", settings["reference"], lang),
        METHODS[settings["method"]].of(lang),
        _w("points", lang, points=str(result.points), scale=str(settings["scale"])),
    ]
    return join(parts, lang)


def _w(key: str, lang: str, **fields: str) -> str:
    return WORDS[key].of(lang).format(**fields)
