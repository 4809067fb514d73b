"""Figures of an uplift: what measures add, when, for whom, where, at whose cost, and how they add up."""

from typing import Final

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from jinxiao.experiments.effects import ADDITIONAL_PER_YUAN
from jinxiao.experiments.estimates import WHOLE
from jinxiao.experiments.uplift import UpliftResult
from jinxiao.model import names
from jinxiao.model.names import FISCAL_PAYERS, month_label
from jinxiao.model.outcomes import GROUPS
from jinxiao.results import forest, style
from jinxiao.results.answer import HEADLINE, Answer, Quantiles
from jinxiao.results.city_map import draw_cities
from jinxiao.results.labels import Label, interval, label, money, number
from jinxiao.results.style import (
    BLUE,
    DEEP,
    EVIDENCE_COLOURS,
    INK,
    MUTED,
    NOTE_SIZE,
    SKY,
    VERMILION,
    sheet,
    use_style,
)

LEAST_SEEN: Final = 1e6
"""Yuan that an axis of paths spans at least: what is smaller is a line at zero."""
WORDS: Final = {
    "uplift": Label("What each measure adds to consumption", "各措施新增消费"),
    "uplift_axis": Label("Additional consumption, {unit}", "新增消费（{unit}）"),
    "value": Label("Median\n[90% interval]", "中位数\n[90% 区间]"),
    "ratio": Label("Additional yuan\nper fiscal yuan", "每元财政资金\n新增消费（元）"),
    "evidence": Label("Evidence", "证据等级"),
    "bar": Label("additional consumption, median", "新增消费（中位数）"),
    "whisker": Label("90% interval", "90% 区间"),
    "gross": Label("gross spending attributed by official releases", "按官方通报口径的带动消费额（毛额）"),
    "uplift_note": Label(
        "Additional consumption is net of what would have been bought anyway, brought forward, displaced or spent "
        "outside the province. ▸: gross spending beyond the axis.",
        "新增消费已扣除原本就会发生、提前透支、相互替代以及流向省外的部分。▸ 表示毛额超出坐标范围。",
    ),
    "paths": Label("When: additional consumption by month", "何时见效：各月新增消费"),
    "per_month": Label("{unit} per month", "{unit}/月"),
    "cumulative": Label("cumulative, {unit} (right axis)", "累计，{unit}（右轴）"),
    "month_line": Label("monthly median", "当月中位数"),
    "band": Label("90% interval", "90% 区间"),
    "payback": Label("payback: below the reference", "回落：低于对照情景"),
    "groups": Label("Who gains: additional consumption per head", "谁受益：人均新增消费"),
    "groups_axis": Label("yuan per head over the window", "评估期内人均新增消费（元）"),
    "groups_note": Label(
        "Resident consumption where the household lives, over persons of the group at the start; medians. Colours "
        "are spread out near zero.",
        "按家庭居住地统计的居民消费支出，除以期初该组人口；中位数。色阶在零附近加密。",
    ),
    "map": Label("Where: additional consumption per resident ({name})", "何处受益：人均新增消费（{name}）"),
    "map_axis": Label("yuan per head over the window", "评估期内人均新增消费（元）"),
    "map_note": Label(
        "Resident consumption where the household lives, over residents at the start. Lines: 90% interval. "
        "Outlines are for orientation only.",
        "按家庭居住地统计的居民消费支出，除以期初常住人口。横线为 90% 区间。地图仅为示意。",
    ),
    "cost": Label("Who pays: cost over the window by payer", "谁出资：评估期内各方承担的成本"),
    "cost_axis": Label("Cost over the window, {unit}", "评估期内成本（{unit}）"),
    "cost_note": Label(
        "Bars: medians by payer; hatched payers do not count as fiscal cost. Numbers: median fiscal cost.",
        "条形为各承担方的中位数，斜线部分不计入财政成本；数字为财政成本中位数。",
    ),
    "waterfall": Label("From single measures to the whole", "从单项措施到整体"),
    "interaction": Label("Measures together", "措施叠加效应"),
    "waterfall_note": Label(
        "Steps are means over draws, which add up (medians do not). 90% interval of the step of measures together: "
        "{interval} {unit}.",
        "各步为抽样均值，可以相加（中位数不可加）。“措施叠加效应”的 90% 区间为 {interval} {unit}。",
    ),
    "multiplier": Label("First round and with markets: the multiplier", "首轮效应与市场联动：乘数"),
    "multiplier_note": Label(
        "Direct: prices, wages and jobs stay on the path of the reference. Ratio: of the two medians.",
        "“仅首轮效应”下价格、工资与就业保持对照情景路径。比值为两个中位数之比。",
    ),
    "ratio_closures": Label("full /\ndirect", "联动/\n首轮"),
}  # fmt: skip


def uplift_figures(result: UpliftResult, lang: str = "en") -> dict[str, Figure]:
    """Return the figures of an uplift by name.

    Parameters
    ----------
    result : UpliftResult
        From :func:`jinxiao.experiments.uplift.uplift`.
    lang : {'en', 'zh'}
        Language of the reader.

    Returns
    -------
    dict of str to Figure
        ``uplift, paths, groups, map, cost``; ``waterfall`` when there is more than one measure, ``multiplier`` when
        both closures were asked for. Figures are of full closure where it is known.
    """
    answer = Answer.of(result, lang)
    with use_style(lang):
        figures = {
            "uplift": uplift_figure(answer),
            "paths": paths_figure(answer),
            "groups": groups_figure(answer),
            "map": map_figure(answer),
            "cost": cost_figure(answer),
        }
        if len(result.measures) > 1:
            figures["waterfall"] = waterfall_figure(answer)
        if len(result.settings["closure"]) > 1:
            figures["multiplier"] = multiplier_figure(answer)
    return figures


def uplift_figure(answer: Answer) -> Figure:
    """Return what each measure adds over the window, with interval, gross spending, ratio and grade."""
    lang, unit = answer.lang, money(answer.lang)
    rows = []
    for k in answer.shown:
        found = answer.value(k, HEADLINE) / unit.scale
        ratio = answer.value(k, ADDITIONAL_PER_YUAN)
        grade = answer.evidence(k)
        cells = (
            f"{number(found['median'], unit.decimals)} {interval(found['low'], found['high'], unit.decimals)}",
            f"{number(ratio['median'], 2)} {interval(ratio['low'], ratio['high'], 2)}".replace("– –", "–"),
            f"● {label('evidence', grade, lang)}",
        )
        rows.append(
            forest.Row(
                answer.title(k), found["low"], found["median"], found["high"], _marked(answer.gross(k) / unit.scale),
                cells, (INK, INK, EVIDENCE_COLOURS[grade]), k == WHOLE,
            )
        )  # fmt: skip
    note = _w("uplift_note", lang)
    figure = sheet(forest.height(rows), _w("uplift", lang), answer.scope(), note, keys=1)
    forest.draw(
        figure, rows, _w("uplift_axis", lang, unit=unit.name),
        [_w(key, lang) for key in ("value", "ratio", "evidence")],
        [1.2, 1.1, 0.6], (_w("bar", lang), _w("whisker", lang), _w("gross", lang)), note,
    )  # fmt: skip
    return figure


def _marked(gross: float) -> float:
    """Return gross spending where there is any, NaN where no instrument has some."""
    return gross if gross != 0.0 else np.nan


def paths_figure(answer: Answer) -> Figure:
    """Return the monthly path of each measure: median, band, cumulative line, payback marked."""
    lang, unit = answer.lang, money(answer.lang)
    shown = answer.shown
    columns = min(len(shown), 3 if len(shown) <= forest.MANY else 4)
    lines = -(-len(shown) // columns)
    figure = sheet(
        (1.4 if len(shown) <= forest.MANY else 1.12) * lines + 0.2, _w("paths", lang), answer.scope(), keys=1
    )
    panels = figure.subplots(lines, columns, squeeze=False, sharex=True).ravel()
    months = np.arange(answer.result.periods.months)
    for position, (axes, k) in enumerate(zip(panels, shown, strict=False)):
        draws = answer.monthly(k) / unit.scale
        flow, total = Quantiles.of(draws), Quantiles.of(draws.cumsum(axis=1))
        _path(axes, months, flow, total, LEAST_SEEN / unit.scale, k == WHOLE)
        axes.set_title(style.fold(answer.title(k), 54.0 / columns), loc="left", size=NOTE_SIZE)
        if position % columns == 0:
            axes.set_ylabel(_w("per_month", lang, unit=unit.name), size=NOTE_SIZE)
        _month_axis(axes, answer.result.periods.first, len(months))
    style.close_grid(panels, len(shown), columns)
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=BLUE, label=_w("month_line", lang)),
        Patch(color=BLUE, alpha=0.22, linewidth=0, label=_w("band", lang)),
        Patch(color=VERMILION, alpha=0.6, linewidth=0, label=_w("payback", lang)),
        Line2D([], [], color=MUTED, linestyle=(0, (4, 2)), label=_w("cumulative", lang, unit=unit.name)),
    ]
    style.legend(figure, handles)
    return figure


def _path(
    axes: Axes, months: np.ndarray, flow: Quantiles, total: Quantiles, least: float, whole: bool
) -> None:
    colour = DEEP if whole else BLUE
    axes.fill_between(months, flow.low, flow.high, color=colour, alpha=0.22, linewidth=0)
    axes.plot(months, flow.median, color=colour, linewidth=1.0)
    axes.fill_between(
        months, flow.median, 0.0, where=list(flow.median < 0.0), color=VERMILION, alpha=0.6, linewidth=0
    )
    style.zero_line(axes, vertical=False)
    axes.grid(axis="y")
    right = axes.twinx()
    right.plot(months, total.median, color=MUTED, linestyle=(0, (4, 2)), linewidth=1.0)
    right.spines["right"].set_visible(True)
    for side, lowest, highest in (
        (axes, flow.low.min(), flow.high.max()),
        (right, total.median.min(), total.median.max()),
    ):
        side.set_ylim(min(lowest, 0.0), max(highest, 0.0 if lowest < -least else least))
        style.plain_ticks(side.yaxis, 4)
    _align_zero(axes, right)
    right.tick_params(labelcolor=MUTED)


def _align_zero(left: Axes, right: Axes) -> None:
    """Widen two vertical axes so that zero is at the same height in both, wasting as little of either as can be."""
    shares = np.linspace(0.0, 0.95, 96)[1:-1]
    limits = [axes.get_ylim() for axes in (left, right)]
    if all(low >= 0.0 for low, _ in limits):
        shares = np.zeros(1)
    heights = [
        np.maximum(
            np.divide(-low, shares, out=np.zeros_like(shares), where=shares > 0.0), high / (1.0 - shares)
        )
        for low, high in limits
    ]
    waste = np.prod(
        [height / (high - low) for height, (low, high) in zip(heights, limits, strict=True)], axis=0
    )
    best = int(waste.argmin())
    for axes, height in zip((left, right), heights, strict=True):
        axes.set_ylim(-height[best] * (shares[best] + 0.04), height[best] * (1.06 - shares[best]))


def _month_axis(axes: Axes, first: int, months: int) -> None:
    """Put the years below an axis of months."""
    starts = [t for t in range(months) if (first + t) % 12 == 0] or [0]
    axes.set_xticks(starts, [month_label(first + t)[:4] for t in starts])
    axes.set_xlim(-0.5, months - 0.5)


def groups_figure(answer: Answer) -> Figure:
    """Return a heat map of additional resident consumption per head, measures by quintile, residence and age."""
    lang = answer.lang
    blocks = [(by, GROUPS[by]) for by in ("quintile", "residence", "age")]
    shown = answer.shown
    tables = [np.array([[_per_head(answer, k, by, g) for g in keys] for k in shown]) for by, keys in blocks]
    figure = sheet(
        (forest.row_height(len(shown)) - 0.02) * len(shown) + 1.55,
        _w("groups", lang),
        answer.scope(),
        _w("groups_note", lang),
    )
    panels = figure.subplots(1, len(blocks), width_ratios=[len(keys) for _, keys in blocks])
    cmap, norm = colormaps["RdBu"], _signed_root(np.concatenate([t.ravel() for t in tables]))
    for position, (axes, table, (by, keys)) in enumerate(zip(panels, tables, blocks, strict=True)):
        image = axes.imshow(table, cmap=cmap, norm=norm, aspect="auto")
        _cells(axes, table, cmap, norm)
        heads = [style.fold(_group_head(by, g, lang), 5.3 if lang == "zh" else 4.6) for g in keys]
        axes.set_xticks(range(len(keys)), heads, size=6.5)
        axes.xaxis.tick_top()
        axes.annotate(label("grouping", by, lang), (0.5, 1.0), (0, 25), xycoords="axes fraction",
                      textcoords="offset points", ha="center", size=NOTE_SIZE, color=MUTED)  # fmt: skip
        axes.set_yticks([])
        if position == 0:
            forest.label_rows(axes, np.arange(len(shown)), [answer.title(k) for k in shown], 17.0)
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
        if WHOLE in shown:
            axes.axhline(len(shown) - 1.5, color="white", linewidth=5)
    bar = figure.colorbar(image, ax=list(panels), location="bottom", shrink=0.5, aspect=40, pad=0.02)
    bar.set_label(_w("groups_axis", lang), size=NOTE_SIZE)
    bar.outline.set_visible(False)
    style.plain_ticks(bar.ax.xaxis)
    return figure


def _group_head(by: str, group: str, lang: str) -> str:
    """Return a group's name without the word that stands above its block."""
    return label(by, group, lang).removeprefix("户主").removeprefix("Head ").capitalize()


def _per_head(answer: Answer, measure: int, by: str, group: str) -> float:
    median = float(answer.value(measure, "resident_consumption", by, group)["median"])
    return median / answer.result.persons[by, group]


class _SignedRoot(Normalize):
    """Colours by signed square root around zero, so that small effects show beside large ones."""

    def __call__(self, value, clip=None):  # type: ignore[no-untyped-def]
        largest = float(self.vmax or 1.0)
        share = np.ma.asarray(value, dtype=float) / largest
        return 0.5 + 0.5 * np.sign(share) * np.sqrt(np.abs(share))

    def inverse(self, value):  # type: ignore[no-untyped-def]
        centred = 2.0 * np.asarray(value, dtype=float) - 1.0
        return np.sign(centred) * centred**2 * float(self.vmax or 1.0)


def _signed_root(values: np.ndarray) -> Normalize:
    largest = float(np.nanmax(np.abs(values))) or 1.0
    return _SignedRoot(-largest, largest)


def _cells(axes: Axes, table: np.ndarray, cmap: Colormap, norm: Normalize) -> None:
    """Write each value into its cell, white on dark."""
    for (i, j), value in np.ndenumerate(table):
        dark = style.is_dark(cmap(norm(value)))
        decimals = 0 if abs(value) >= 9.95 else 1
        axes.text(
            j, i, number(value, decimals), ha="center", va="center", size=6.5, color="white" if dark else INK
        )


def map_figure(answer: Answer) -> Figure:
    """Return the eleven cities: additional consumption of residents per head, as a map and ranked with intervals."""
    lang = answer.lang
    k = answer.shown[-1]
    rows = {
        city.key: answer.value(k, "resident_consumption", "city", city.key)
        / answer.result.persons["city", city.key]
        for city in names.CITIES
    }
    figure = sheet(
        4.3, _w("map", lang, name=answer.title(k)), answer.scope(estimand=k != WHOLE), _w("map_note", lang)
    )
    draw_cities(figure, rows, _w("map_axis", lang), lang)
    return figure


def cost_figure(answer: Answer) -> Figure:
    """Return cost over the window by payer, stacked; measures above, the whole below on the same axis."""
    lang, unit = answer.lang, money(answer.lang)
    shown = sorted(answer.measures, key=lambda k: -_cost(answer, k).sum())
    shown += [k for k in answer.shown if k == WHOLE]
    rows = [forest.Row(answer.title(k), 0.0, 0.0, 0.0, whole=k == WHOLE) for k in shown]
    at = forest.positions(rows)
    note = _w("cost_note", lang)
    figure = sheet(
        forest.height(rows) - 0.3, _w("cost", lang), answer.scope(), note, keys=1 if lang == "zh" else 2
    )
    axes = figure.subplots()
    table = np.array([_cost(answer, k) for k in shown]) / unit.scale
    ends = {True: np.zeros(len(shown)), False: np.zeros(len(shown))}
    for p, payer in enumerate(names.PAYERS):
        if not table[:, p].any():
            continue
        values, positive = table[:, p], table[:, p] >= 0.0
        left = np.where(positive, ends[True], ends[False])
        fiscal = p in FISCAL_PAYERS
        axes.barh(at, values, left=left, height=0.6, color=style.SERIES[p], edgecolor="white", linewidth=0.4,
                  hatch=None if fiscal else "////", label=label("payer", payer.key, lang))  # fmt: skip
        for sign in (True, False):
            ends[sign] += np.where(positive == sign, values, 0.0)
    for y, end, k in zip(at, ends[True], shown, strict=True):
        fiscal_cost = float(answer.value(k, "fiscal_cost")["median"]) / unit.scale
        axes.annotate(number(fiscal_cost, unit.decimals), (end, y), (4, 0), textcoords="offset points", va="center",
                      size=NOTE_SIZE)  # fmt: skip
    forest.label_rows(axes, at, [row.label for row in rows], 17.0)
    axes.set_ylim(at[-1] + 0.6, -0.6)
    axes.margins(x=0.08)
    _horizontal(axes, _w("cost_axis", lang, unit=unit.name))
    style.legend(figure, axes.containers, note, columns=6 if lang == "zh" else 3)
    return figure


def _cost(answer: Answer, measure: int) -> np.ndarray:
    """Return median cost by payer, yuan."""
    return np.array([answer.value(measure, "fiscal_cost", "payer", p.key)["median"] for p in names.PAYERS])


def _horizontal(axes: Axes, text: str) -> None:
    """Finish the axis of horizontal bars."""
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    style.zero_line(axes)
    style.plain_ticks(axes.xaxis)
    axes.set_xlabel(text)


def waterfall_figure(answer: Answer) -> Figure:
    """Return the steps from the measures, one after another, to all of them together."""
    lang, unit = answer.lang, money(answer.lang)
    means, joint = answer.steps()
    steps = [mean / unit.scale for mean in means]
    whole = sum(steps)
    labels = [*(answer.title(k) for k in answer.measures), _w("interaction", lang), answer.title(WHOLE)]
    starts = np.concatenate([[0.0], np.cumsum(steps)[:-1], [0.0]])
    values = np.array([*steps, whole])
    low, high = float(joint.low) / unit.scale, float(joint.high) / unit.scale
    note = _w("waterfall_note", lang, unit=unit.name, interval=interval(low, high, unit.decimals))
    figure = sheet(
        forest.row_height(len(values)) * len(values) + 0.6,
        _w("waterfall", lang),
        answer.scope(means=True),
        note,
    )
    axes = figure.subplots()
    at = np.arange(len(values))
    colours = [BLUE if v >= 0.0 else VERMILION for v in values[:-2]] + [SKY, DEEP]
    axes.barh(at, values, left=starts, height=0.6, color=colours, linewidth=0)
    ends = starts + values
    for i in range(len(values) - 1):
        axes.plot([ends[i], ends[i]], [i + 0.3, i + 0.7], color=MUTED, linewidth=0.6)
    for i, value in enumerate(values):
        text = number(value, unit.decimals) if i == len(values) - 1 else _plus(value, unit.decimals)
        axes.annotate(text, (max(starts[i], ends[i]), i), (4, 0), textcoords="offset points", va="center",
                      size=NOTE_SIZE)  # fmt: skip
    forest.label_rows(axes, at, labels, 17.0)
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.margins(x=0.08)
    _horizontal(axes, _w("uplift_axis", lang, unit=unit.name))
    return figure


def _plus(value: float, decimals: int) -> str:
    text = number(value, decimals)
    return f"+{text}" if value > 0.0 and text != number(0.0, decimals) else text


def multiplier_figure(answer: Answer) -> Figure:
    """Return the first round beside the effect with markets, and their ratio."""
    lang, unit = answer.lang, money(answer.lang)
    direct = Answer(answer.result, lang, answer.estimand, "direct")
    full = Answer(answer.result, lang, answer.estimand, "full")
    shown = full.shown
    rows = [forest.Row(full.title(k), 0.0, 0.0, 0.0, whole=k == WHOLE) for k in shown]
    at = forest.positions(rows)
    note = _w("multiplier_note", lang)
    figure = sheet(forest.height(rows), _w("multiplier", lang), full.scope(closure=False), note, keys=1)
    axes = figure.subplots()
    for one, colour, shift in ((direct, SKY, -0.17), (full, BLUE, 0.17)):
        found = [one.value(k, HEADLINE) / unit.scale for k in shown]
        axes.barh(at + shift, [f["median"] for f in found], height=0.32, color=colour, linewidth=0,
                  label=label("closure", one.closure, lang))  # fmt: skip
        axes.hlines(
            at + shift, [f["low"] for f in found], [f["high"] for f in found], color=INK, linewidth=0.9
        )
    for k, y in zip(shown, at, strict=True):
        first, both = direct.value(k, HEADLINE), full.value(k, HEADLINE)
        ratio = float(both["median"] / first["median"]) if first["low"] > 0.0 else np.nan
        axes.text(
            1.02, y, number(ratio, 2), transform=axes.get_yaxis_transform(), va="center", size=NOTE_SIZE
        )
    axes.text(1.02, -0.7, _w("ratio_closures", lang), transform=axes.get_yaxis_transform(), va="bottom",
              size=NOTE_SIZE, color=MUTED)  # fmt: skip
    forest.label_rows(axes, at, [row.label for row in rows], 17.0)
    axes.set_ylim(at[-1] + 0.6, -0.6)
    _horizontal(axes, _w("uplift_axis", lang, unit=unit.name))
    style.legend(figure, axes.containers, note)
    return figure


def _w(key: str, lang: str, **fields: str) -> str:
    return WORDS[key].of(lang).format(**fields)
