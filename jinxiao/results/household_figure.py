"""A household's diary as a picture: income and spending with and without, what happened when, what was bought extra."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from jinxiao.experiments.close_up import HouseholdDiary
from jinxiao.model.names import month_label
from jinxiao.results import style
from jinxiao.results.answer import join
from jinxiao.results.household_money import SPANS, bought, money_of
from jinxiao.results.household_people import portrait
from jinxiao.results.household_reasons import KINDS, Lines, side_by_side
from jinxiao.results.household_text import names_of, scope_of, title_of
from jinxiao.results.labels import Label
from jinxiao.results.style import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILION, sheet, use_style

MARKERS: Final = {
    "family": ("o", PURPLE),
    "policy": ("D", GREEN),
    "durable": ("s", BLUE),
    "trip": ("^", ORANGE),
    "coupon": ("*", VERMILION),
    "illness": ("X", INK),
}
"""Sign and colour of what happens, by the kind of reason; savings and quiet months have none."""
PARTS: Final = {
    "everyday": (Label("everyday goods and services", "日常商品和服务"), SKY),
    "durables": (Label("durables", "耐用品"), BLUE),
    "trips": (Label("trips", "出游"), ORANGE),
    "medical": (Label("illness", "就医"), GREY),
}
WORDS: Final = {
    "income": Label("Came in, {name}", "收入（{name}）"),
    "spent": Label("Spent, {name}", "支出（{name}）"),
    "month": Label("Yuan a month", "元/月"),
    "extra": Label("Bought extra, yuan a month", "多购买，元/月"),
    "sum": Label("sum so far (right)", "累计（右轴）"),
    "sum_axis": Label("Yuan", "元"),
    "note": Label(
        "Signs: what happened. Filled: under “{name}” alone; hollow: in both. Spending is at the household's own cost; what is "
        "bought extra counts full prices.",
        "符号表示当月事件：实心为仅在“{name}”下发生，空心为两种情景均发生。支出为家庭自付部分；多购买部分按全价计。",
    ),
    "starts": Label("the plan starts", "方案开始"),
}


def _w(key: str, lang: str, **fields: str) -> str:
    return WORDS[key].of(lang).format(**fields)


def household_figures(diary: HouseholdDiary, lang: str = "en") -> dict[str, Figure]:
    """Return the figure of a diary by name: ``diary``."""
    with use_style(lang):
        return {"diary": diary_figure(diary, lang)}


def diary_figure(diary: HouseholdDiary, lang: str) -> Figure:
    """Return income and spending in both runs with their events, and what was bought extra by month."""
    scenario, reference = names_of(diary, lang)
    about = dict(
        zip(("who", "people", "work"), (line for _, line in portrait(diary.who, lang)[:3]), strict=True)
    )
    scope = join([about["who"], about["people"], about["work"], scope_of(diary, lang)], lang)
    note = _w("note", lang, name=scenario)
    figure = sheet(5.0, title_of(diary, lang), scope, note, keys=3)
    events, paths, extra = figure.subplots(3, 1, sharex=True, height_ratios=(0.9, 2.2, 1.5))
    lines = side_by_side(diary)
    kinds = _events(events, lines, lang)
    mine, other = money_of(diary.entries), money_of(diary.reference)
    months = np.arange(len(diary.entries))
    handles = [
        *paths.plot(months, other.came_in, color=GREEN, linewidth=0.9, linestyle=(0, (4, 2)),
                    label=_w("income", lang, name=reference)),
        *paths.plot(months, mine.came_in, color=GREEN, label=_w("income", lang, name=scenario)),
        *paths.plot(months, other.spent, color=VERMILION, linewidth=0.9, linestyle=(0, (4, 2)),
                    label=_w("spent", lang, name=reference)),
        *paths.plot(months, mine.spent, color=VERMILION, label=_w("spent", lang, name=scenario)),
    ]  # fmt: skip
    paths.set_ylabel(_w("month", lang))
    paths.set_ylim(bottom=0.0)
    bars = _extra(extra, diary, lang)
    for axes in (paths, extra):
        axes.grid(axis="y")
        style.plain_ticks(axes.yaxis, 5)
    for axes in (events, paths, extra):
        axes.axvline(diary.start - 0.5, color=GREY, linewidth=0.7, linestyle=":")
    paths.annotate(
        _w("starts", lang), (diary.start - 0.5, 1.0), xycoords=("data", "axes fraction"), xytext=(3, -2),
        textcoords="offset points", size=style.NOTE_SIZE, color=style.MUTED, va="top",
    )  # fmt: skip
    years = [t for t in months if t % 12 == 0]
    extra.set_xticks(years, [month_label(int(t))[:4] for t in years])
    extra.set_xlim(-0.8, len(months) - 0.2)
    style.legend(figure, [*handles, *kinds, *bars], note, columns=5)
    return figure


def _events(axes: Axes, lines: list[Lines], lang: str) -> list[Line2D]:
    """Mark what happened, a row for each kind that occurs; return signs for the legend."""
    occurring = [
        kind
        for kind in MARKERS
        if any(one.reason.kind == kind for found in lines for told in found for one in told)
    ]
    for row, kind in enumerate(occurring):
        sign, colour = MARKERS[kind]
        for t, found in enumerate(lines):
            for told, face in ((found.both, "white"), (found.added, colour)):
                if any(one.reason.kind == kind for one in told):
                    axes.plot(
                        [t],
                        [-row],
                        sign,
                        color=colour,
                        markersize=4.2,
                        markerfacecolor=face,
                        markeredgewidth=0.8,
                    )
    axes.set_ylim(-len(occurring) + 0.4, 0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="x", length=0)
    return [
        Line2D([], [], linestyle="", marker=sign, color=colour, markersize=4.2, label=KINDS[kind].of(lang))
        for kind, (sign, colour) in MARKERS.items()
        if kind in occurring
    ]


def _extra(axes: Axes, diary: HouseholdDiary, lang: str) -> list[object]:
    """Draw what is bought extra by month, stacked away from zero, and its sum so far; return handles."""
    gap = diary.entries - diary.reference
    parts = {key: gap[:, start:stop].sum(axis=1) for key, (start, stop) in SPANS.items()}
    parts["everyday"] = bought(gap).sum(axis=1) - sum(parts.values())
    months = np.arange(len(gap))
    above, below = np.zeros(len(gap)), np.zeros(len(gap))
    handles: list[object] = []
    for key, (name, colour) in PARTS.items():
        values = parts[key]
        if np.abs(values).max() < 0.5:
            continue
        foot = np.where(values >= 0.0, above, below)
        handles.append(axes.bar(months, values, 0.8, bottom=foot, color=colour, label=name.of(lang)))
        above += np.maximum(values, 0.0)
        below += np.minimum(values, 0.0)
    style.zero_line(axes, vertical=False)
    axes.set_ylabel(_w("extra", lang))
    total = axes.twinx()
    (line,) = total.plot(
        months, bought(gap).sum(axis=1).cumsum(), color=INK, linewidth=0.9, label=_w("sum", lang)
    )
    total.spines["right"].set_visible(True)
    total.set_ylabel(_w("sum_axis", lang))
    style.plain_ticks(total.yaxis, 4)
    _same_zero(axes, total)
    return [*handles, line]


def _same_zero(left: Axes, right: Axes) -> None:
    """Let zero stand at the same height on both axes."""
    (a, b), (c, d) = left.get_ylim(), right.get_ylim()
    a, b, c, d = min(a, 0.0), max(b, 0.0), min(c, 0.0), max(d, 0.0)
    share = max(-a / max(b - a, 1e-9), -c / max(d - c, 1e-9))
    if 0.0 < share < 1.0:
        a, c = (min(low, -share / (1.0 - share) * high) for low, high in ((a, b), (c, d)))
        b, d = (max(high, (1.0 - share) / share * -low) for low, high in ((a, b), (c, d)))
    left.set_ylim(a, b or 1.0)
    right.set_ylim(c, d or 1.0)
