"""The figure of four years without measures: ``python -m jinxiao.results.steady_figure docs``."""

import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.world import World
from jinxiao.experiments.steady import (
    MONTHS,
    SCALE,
    YEAR,
    drift,
    live_plainly,
    steady_path,
    unexplained_jumps,
)
from jinxiao.files.writing import atomic_write_bytes
from jinxiao.results import style
from jinxiao.results.labels import Label
from jinxiao.results.style import BLUE, GREEN, MUTED, ORANGE, sheet, use_style

PANELS: Final[dict[str, tuple[Label, tuple[str, ...]]]] = {
    "unemployment": (Label("Unemployed, % of the labour force", "失业率（%）"), ("unemployment",)),
    "prices": (Label("Prices, January 2024 = 100", "价格（2024年1月=100）"), ("prices",)),
    "wages": (Label("Wage over trend, 2024 = 100", "工资与趋势之比（2024=100）"), ("wages",)),
    "wealth": (Label("Deposits over yearly income", "居民存款与年收入之比"), ("wealth",)),
    "cash": (Label("Firms' cash, months of sales", "企业现金（月销售额）"), ("cash",)),
    "budgets": (
        Label("Drawn beyond receipts, % of a year's public purchases", "累计收支差额（占年度政府采购%）"),
        ("budgets", "funds"),
    ),
    "jobs": (Label("At work, 2024 = 100", "就业人数（2024=100）"), ("jobs",)),
    "consumption": (
        Label("Consumption over trend, 2024 = 100", "消费与趋势之比（2024=100）"),
        ("consumption", "plain"),
    ),
}
KEYS: Final = {
    "budgets": Label("province and cities", "省与市县"),
    "funds": Label("insurance funds", "社保基金"),
    "consumption": Label("all", "全部"),
    "plain": Label("without trips, outings, durables", "不含出游与耐用品"),
}
_TITLE: Final = Label(
    "Four years without measures: what drifts, what jumps", "无措施基准情形四年：趋势与跳动"
)
_SCOPE: Final = Label(
    "Month by month against the trend of productivity; 1:{scale}, dashed: first year's mean",
    "逐月与生产率趋势对照；1:{scale}，虚线为首年均值",
)
_NOTE: Final = Label(
    "Shaded: months of the Spring Festival and of the National Day holiday. Balances count from January 2024.",
    "阴影：春节与国庆假期所在月份。差额自2024年1月起累计。",
)
COLOURS: Final = (BLUE, ORANGE)


def steady_figure(frame: pd.DataFrame, lang: str = "en", scale: int = SCALE) -> Figure:
    """Return the figure of :func:`jinxiao.experiments.steady.steady_path`."""
    note = _NOTE.of(lang)
    with use_style(lang):
        figure = sheet(5.2, _TITLE.of(lang), _SCOPE.of(lang).format(scale=scale), note)
        panels: Any = figure.subplots(4, 2, sharex=True)
        months = np.arange(len(frame))
        for axes, (title, names) in zip(panels.ravel(), PANELS.values(), strict=False):
            for colour, name in zip(COLOURS, names, strict=False):
                label = KEYS[name].of(lang) if len(names) > 1 else None
                axes.plot(months, frame[name], color=colour, label=label)
            first = float(frame[names[0]].iloc[:YEAR].mean())
            axes.axhline(first, color=GREEN, linewidth=0.7, linestyle="--")
            for month in months:
                if month % YEAR == 9 or str(frame.index[int(month)]) in SPRING:
                    axes.axvspan(month - 0.5, month + 0.5, color=MUTED, alpha=0.12, linewidth=0)
            axes.set_title(title.of(lang), loc="left")
            axes.grid(axis="y")
            low, high = axes.get_ylim()
            room = max(high - low, 0.04 * abs(first))  # small changes are not blown up
            middle = 0.5 * (low + high)
            key = 0.35 * room if len(names) > 1 else 0.0  # for the legend
            axes.set_ylim(middle - 0.5 * room, middle + 0.5 * room + key)
            style.plain_ticks(axes.yaxis, 4)
            axes.set_xticks(months[::YEAR], [str(label)[:4] for label in frame.index][::YEAR])
            if len(names) > 1:
                axes.legend(loc="upper left", ncols=2)
        style.close_grid(panels.ravel(), len(PANELS), 2)
    return figure


SPRING: Final = ("2024-02", "2025-01", "2026-02", "2027-02")
"""Months that hold most of the Spring Festival holiday."""


def main(folder: Path) -> None:
    """Run four years, write the figure and print drift and jumps."""
    baseline = fit_baseline(World.load(SCALE), load_parameters().central())
    frame = steady_path(live_plainly(baseline), float(baseline.values["firms.trend_growth"]))
    assert len(frame) == MONTHS
    for lang, suffix in (("en", ""), ("zh", "_zh")):
        data = style.encode(steady_figure(frame, lang))["png"]
        atomic_write_bytes(folder / "figures" / f"steady{suffix}.png", data)
    found = unexplained_jumps(frame, baseline.calendar).assign(drift=drift(frame))
    with pd.option_context("display.width", 120):
        print(found.round(2))


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
