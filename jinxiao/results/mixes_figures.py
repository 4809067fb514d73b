"""Figures and tables of the best mix under a budget: how strongly each measure runs, what mixes add, the front of two goals."""

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from jinxiao.experiments.optimise import BEST, EQUAL, PLAN, OptimiseResult, verdict
from jinxiao.results import style
from jinxiao.results.answer import join
from jinxiao.results.labels import LABELS, Label, Unit, interval, money, number, plan_name, unit_of
from jinxiao.results.style import BLUE, GREY, INK, MUTED, NOTE_SIZE, ORANGE, sheet, use_style

COLOURS: Final = {BEST: BLUE, PLAN: GREY, EQUAL: ORANGE}
MARKS: Final = {BEST: "o", PLAN: "|", EQUAL: "D"}
GOAL_NAMES: Final = {
    "total_consumption": Label("Additional consumption in the province", "全省新增消费"),
    "quintile_1": Label("Additional consumption of the poorest fifth", "低收入组（最低五分之一）新增消费"),
    "cities": Label("Additional consumption of residents of {city}", "{city}居民新增消费"),
    "jobs": Label("Jobs (monthly mean)", "新增岗位（月均）"),
}
WORDS: Final = {
    "title": Label("Best mix for a budget of {budget} {unit}", "{budget}{unit}预算下的最优措施组合"),
    "front_title": Label("What one goal costs in another, at {budget} {unit}", "{budget}{unit}预算下各目标之间的取舍"),
    BEST: Label("best mix", "最优组合"),
    PLAN: Label("the plan, scaled to the budget", "方案等比缩放至预算"),
    EQUAL: Label("equal split", "平均分配"),
    "front": Label("mixes of the front", "前沿组合"),
    "beside": Label("other mixes run", "其他组合"),
    "strength": Label("Strength, times the plan", "力度（方案=1）"),
    "cost": Label("Cost in the best mix, {unit}", "最优组合中的成本（{unit}）"),
    "fresh": Label("median and 90% interval of {draws} fresh draws", "{draws} 次新抽样的中位数与 90% 区间"),
    "sample": Label("1:{scale} sample", "1:{scale} 抽样"),
    "later": Label("+{months} months", "推迟 {months} 个月"),
    "held": Label(
        "Measures that cost budgets next to nothing run as in the plan in every mix: {held}.",
        "几乎不花财政资金的措施在各组合中均按方案执行：{held}。",
    ),
    "mix": Label("Mix", "组合"),
    "measure": Label("Measure", "措施"),
    "spent": Label("Cost\n{unit}", "成本\n{unit}"),
    "ratio": Label("Added\nper yuan", "每元\n新增"),
    "interval": Label("90%\ninterval", "90%\n区间"),
    "better": Label("Better than {other}: by {gap} {interval} {unit} on fresh draws ({wins} of {draws}).",
                    "优于{other}：新抽样上多 {gap} {interval} {unit}（{draws} 次中 {wins} 次）。"),
    "unclear": Label(
        "Not shown to beat {other}: the difference on fresh draws is {gap} {interval} {unit} ({wins} of {draws} for it).",
        "不能断定优于{other}：新抽样上差额 {gap} {interval} {unit}（{draws} 次中 {wins} 次占优）。"),
    "worse": Label("It does NOT beat {other}: by {gap} {interval} {unit} on fresh draws ({wins} of {draws} for it).",
                   "不如{other}：新抽样上差额 {gap} {interval} {unit}（{draws} 次中 {wins} 次占优）。"),
    "curse": Label("On the draws on which it was chosen it added {searched} {unit} (median); on fresh draws {fresh}.",
                   "选择所用抽样上新增中位数 {searched} {unit}；新抽样上为 {fresh}。"),
    "check": Label("Curves against runs over {mixes} mixes: cost off by {cost:.1f}%, {goal} by {gain:.1f}% (median).",
                   "响应曲线与实际模拟对照（{mixes} 个组合）：成本误差中位数 {cost:.1f}%，{goal} {gain:.1f}%。"),
    "aims": Label("Chosen by this goal alone; measures also have aims that it does not count.",
                  "仅按该目标选择；各措施还有未计入的其他目的。"),
}  # fmt: skip


def goal_name(goal: str, result: OptimiseResult, lang: str) -> str:
    """Return the name of a goal; that of cities names the poorest one."""
    return GOAL_NAMES[goal].of(lang).format(city=LABELS["city"][result.city].of(lang))


def goal_unit(goal: str, lang: str) -> Unit:
    """Return the unit in which a goal is shown."""
    return unit_of("jobs" if goal == "jobs" else "total_consumption", lang)


def mix_rows(result: OptimiseResult, evaluated: str = "fresh") -> pd.DataFrame:
    """Return the rows of whole mixes."""
    table = result.table
    return table[(table["measure"] == 0) & (table["evaluated"] == evaluated)]


def _value(result: OptimiseResult, mix: str, outcome: str, evaluated: str = "fresh") -> pd.Series:
    rows = mix_rows(result, evaluated)
    return rows[(rows["mix"] == mix) & (rows["outcome"] == outcome)].iloc[0]


def optimise_figures(result: OptimiseResult, lang: str = "en") -> dict[str, Figure]:
    """Return ``optimise`` (strengths, costs, what mixes add) and, of several goals, ``front``.

    Parameters
    ----------
    result : OptimiseResult
        From :func:`jinxiao.experiments.optimise.optimise`.
    lang : {'en', 'zh'}
        Language of the reader.
    """
    with use_style(lang):
        figures = {"optimise": mix_figure(result, lang)}
        if result.front is not None:
            figures["front"] = front_figure(result, lang)
        return figures


def mix_figure(result: OptimiseResult, lang: str) -> Figure:
    """Return the strengths of measures in the best mix, beside the plan's and an equal split, and what mixes add."""
    movable = _movable(result)
    unit = money(lang)
    held = ", ".join(map(str, result.held))
    note = _w("held", lang, held=held) if held else ""
    note += ("" if lang == "zh" else " ") + _w("aims", lang)
    figure = sheet(
        0.25 * len(movable) + 2.0, _title("title", result, lang), _scope(result, lang), note, keys=1
    )
    grid = figure.add_gridspec(
        2, 2, height_ratios=[0.25 * len(movable) + 0.7, 1.15], width_ratios=[3.0, 1.25]
    )
    strengths, costs = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[0, 1])
    _strengths(strengths, result, movable, lang)
    _costs(costs, result, movable, unit, lang)
    _gains(figure.add_subplot(grid[1, :]), result, lang)
    handles = [
        Line2D(
            [], [], marker=MARKS[name], color=COLOURS[name], linestyle="", label=_w(name, lang), **_look(name)
        )
        for name in (BEST, PLAN, EQUAL)
    ]
    style.legend(figure, handles, note)
    return figure


def _look(name: str) -> dict[str, Any]:
    if name == PLAN:
        return {"markersize": 9, "markeredgewidth": 2.0}
    return {"markersize": 6 if name == BEST else 4.5, "markerfacecolor": "white" if name == EQUAL else None}


def _movable(result: OptimiseResult) -> list[int]:
    """Return the measures that were moved, the one that costs most in the best mix first."""
    table = result.table
    rows = table[(table["mix"] == BEST) & (table["evaluated"] == "fresh") & (table["measure"] > 0)]
    rows = rows[~rows["measure"].isin(result.held)]
    return rows.sort_values(["cost", "measure"], ascending=[False, True])["measure"].tolist()


def _strengths(axes: Axes, result: OptimiseResult, movable: list[int], lang: str) -> None:
    at = np.arange(len(movable))
    for name in (PLAN, EQUAL, BEST):
        mix = result.mixes[name]
        values = [mix.strengths.get(k, 0.0) for k in movable]
        axes.plot(
            values, at, MARKS[name], color=COLOURS[name], zorder=4 if name == BEST else 3, **_look(name)
        )
    best = result.mixes[BEST]
    for y, k in zip(at, movable, strict=True):
        axes.hlines(y, 0.0, best.strengths.get(k, 0.0), color=BLUE, alpha=0.3, linewidth=3.0, zorder=1)
        if best.delays.get(k):
            text = _w("later", lang, months=str(best.delays[k]))
            axes.annotate(
                text,
                (best.strengths[k], y),
                xytext=(6, 0),
                textcoords="offset points",
                size=6,
                color=MUTED,
                va="center",
            )
    names = [f"{k} {_measure(result, k, lang)}" for k in movable]
    axes.set_yticks(at, [style.fold(name, 24.0) for name in names], size=6.5, linespacing=1.0)
    axes.set_ylim(len(movable) - 0.4, -0.6)
    axes.set_xlim(-0.05, 2.3 if best.delays else 2.1)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_xlabel(_w("strength", lang))


def _costs(axes: Axes, result: OptimiseResult, movable: list[int], unit: Unit, lang: str) -> None:
    table = result.table
    rows = table[(table["mix"] == BEST) & (table["evaluated"] == "fresh") & (table["measure"] > 0)]
    cost = rows.set_index("measure")["cost"].reindex(movable).to_numpy() / unit.scale
    at = np.arange(len(movable))
    axes.barh(at, cost, height=0.55, color=BLUE, alpha=0.85, linewidth=0)
    for y, value in zip(at, cost, strict=True):
        if value > 0.0:
            axes.annotate(
                style.short(value),
                (value, y),
                xytext=(3, 0),
                textcoords="offset points",
                size=6,
                color=MUTED,
                va="center",
            )
    axes.set_yticks([])
    axes.set_ylim(len(movable) - 0.4, -0.6)
    axes.set_xlim(0.0, max(float(cost.max()), 1e-9) * 1.25)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    style.plain_ticks(axes.xaxis, 4)
    axes.set_xlabel(style.fold(_w("cost", lang, unit=unit.name), 17.0))


def _gains(axes: Axes, result: OptimiseResult, lang: str) -> None:
    """Draw what the mixes add on fresh draws, for the first goal."""
    goal = result.settings["goal"][0]
    unit = goal_unit(goal, lang)
    names = (BEST, PLAN, EQUAL)
    for y, name in enumerate(names):
        row = _value(result, name, goal)
        axes.barh(y, row["median"] / unit.scale, height=0.5, color=COLOURS[name], alpha=0.85, linewidth=0)
        axes.hlines(y, row["low"] / unit.scale, row["high"] / unit.scale, color=INK, linewidth=1.0)
    axes.set_yticks(range(len(names)), [_w(name, lang) for name in names], size=NOTE_SIZE)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    style.zero_line(axes)
    style.plain_ticks(axes.xaxis)
    axes.set_xlabel(f"{goal_name(goal, result, lang)}, {unit.name}")


def front_figure(result: OptimiseResult, lang: str) -> Figure:
    """Return the mixes by the first goal and each other one, those of the front joined."""
    assert result.front is not None
    goals = result.settings["goal"]
    pairs = [(goals[0], other) for other in goals[1:]]
    figure = sheet(3.0 * len(pairs), _title("front_title", result, lang), _scope(result, lang), keys=1)
    panels = figure.subplots(len(pairs), 1, squeeze=False)[:, 0]
    wide = result.front.pivot_table(index="mix", columns="goal", values="median")
    on = result.front.drop_duplicates("mix").set_index("mix")["on_front"]
    for axes, (first, other) in zip(panels, pairs, strict=True):
        x_unit, y_unit = goal_unit(first, lang), goal_unit(other, lang)
        x, y = wide[first] / x_unit.scale, wide[other] / y_unit.scale
        kept = wide.index[on.reindex(wide.index)]
        order = x[kept].sort_values().index
        axes.plot(x[order], y[order], color=BLUE, linewidth=1.0, alpha=0.6, zorder=2)
        axes.plot(x[order], y[order], "o", color=BLUE, markersize=5, zorder=3)
        rest = [name for name in wide.index if name not in kept]
        axes.plot(x[rest], y[rest], "o", color=GREY, markerfacecolor="white", markersize=5, zorder=3)
        for name in (BEST, PLAN, EQUAL):
            axes.annotate(
                _w(name, lang),
                (x[name], y[name]),
                xytext=(6, 5),
                textcoords="offset points",
                size=NOTE_SIZE,
                color=INK,
            )
        axes.margins(x=0.2, y=0.15)
        axes.grid()
        style.plain_ticks(axes.xaxis)
        style.plain_ticks(axes.yaxis)
        axes.set_xlabel(f"{goal_name(first, result, lang)}, {x_unit.name}")
        axes.set_ylabel(style.fold(f"{goal_name(other, result, lang)}, {y_unit.name}", 28.0))
    handles = [
        Line2D([], [], marker="o", color=BLUE, markersize=5, linewidth=1.0, label=_w("front", lang)),
        Line2D([], [], marker="o", color=GREY, markerfacecolor="white", linestyle="", markersize=5, label=_w("beside", lang)),
    ]  # fmt: skip
    style.legend(figure, handles)
    return figure


def _measure(result: OptimiseResult, k: int, lang: str) -> str:
    title = result.titles[k]
    return str(title.zh if lang == "zh" else title.en)


def _title(key: str, result: OptimiseResult, lang: str) -> str:
    unit = money(lang)
    return _w(key, lang, budget=number(result.budget / unit.scale, unit.decimals), unit=unit.name)


def _scope(result: OptimiseResult, lang: str) -> str:
    settings = result.settings
    parts = [
        plan_name(settings["plan"], lang),
        *(goal_name(goal, result, lang) for goal in settings["goal"][:1]),
        _w("fresh", lang, draws=str(settings["draws"])),
        _w("sample", lang, scale=str(settings["scale"])),
    ]
    return join(parts, lang)


# ---------------------------------------------------------------------------- terminal


def optimise_frame(result: OptimiseResult, lang: str = "en") -> pd.DataFrame:
    """Return the answer for programs, on fresh draws: the columns of ``optimise.csv`` with names of measures."""
    table = result.table[result.table["evaluated"] == "fresh"]
    names = [_measure(result, k, lang) if k else "" for k in table["measure"]]
    return table.assign(name=names)[
        ["mix", "measure", "name", "intensity", "start", "cost", "outcome", "median", "low", "high", "draws"]
    ]


def optimise_summary(result: OptimiseResult, lang: str = "en") -> Group:
    """Return the answer for the terminal: mixes side by side, then the strengths of measures."""
    unit = money(lang)
    goals = result.settings["goal"]
    table = Table(
        title=Text(_title("title", result, lang), style="bold"), title_justify="left", box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0), pad_edge=False,
    )  # fmt: skip
    table.add_column(_w("mix", lang), overflow="fold")
    for goal in goals:
        shown = goal_unit(goal, lang)
        table.add_column(f"{style.fold(goal_name(goal, result, lang), 14.0)}\n{shown.name}", justify="right")
        table.add_column(_w("interval", lang), style="dim", no_wrap=True)
    table.add_column(_w("spent", lang, unit=unit.name), justify="right", no_wrap=True)
    table.add_column(_w("ratio", lang), justify="right", no_wrap=True)
    for name in result.mixes:
        cells = []
        for goal in goals:
            row, shown = _value(result, name, goal), goal_unit(goal, lang)
            cells += [
                number(row["median"] / shown.scale, shown.decimals),
                interval(row["low"] / shown.scale, row["high"] / shown.scale, shown.decimals),
            ]
        cost = number(_value(result, name, goals[0])["cost"] / unit.scale, unit.decimals)
        per_yuan = number(_value(result, name, "additional_per_yuan")["median"], 2)
        table.add_row(_w(name, lang) if name in WORDS else name, *cells, cost, per_yuan)
    return Group(table, _strengths_table(result, lang))


def _strengths_table(result: OptimiseResult, lang: str) -> Table:
    """Return how strongly each measure runs in the mixes that were asked for, and what it costs in the best one."""
    unit = money(lang)
    table = Table(
        title=Text(_w("strength", lang), style="bold"), title_justify="left", box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0), pad_edge=False,
    )  # fmt: skip
    table.add_column("#", justify="right")
    table.add_column(_w("measure", lang), overflow="fold")
    for name in (BEST, PLAN, EQUAL):
        table.add_column(style.fold(_w(name, lang), 10.0), justify="right")
    table.add_column(_w("spent", lang, unit=unit.name), justify="right", no_wrap=True)
    rows = result.table
    own = rows[(rows["mix"] == BEST) & (rows["evaluated"] == "fresh")].set_index("measure")["cost"]
    for k in _movable(result):
        late = result.mixes[BEST].delays.get(k)
        best = number(result.mixes[BEST].strengths.get(k, 0.0), 2)
        cells = [number(result.mixes[name].strengths.get(k, 0.0), 2) for name in (PLAN, EQUAL)]
        best += f" ({_w('later', lang, months=str(late))})" if late else ""
        cost = number(float(own.loc[k]) / unit.scale, unit.decimals)
        table.add_row(str(k), _measure(result, k, lang), best, *cells, cost)
    return table


def optimise_notes(result: OptimiseResult, lang: str = "en") -> tuple[str, ...]:
    """Return what must be said beside the table: whether the mix really is better, and how far curves and runs agree."""
    goal = result.settings["goal"][0]
    unit = goal_unit(goal, lang)
    lines = []
    for row in result.differences[result.differences["goal"] == goal].to_dict("records"):
        shown = {
            "other": _w(str(row["against"]), lang),
            "gap": number(row["median"] / unit.scale, unit.decimals),
            "interval": interval(row["low"] / unit.scale, row["high"] / unit.scale, unit.decimals),
            "unit": unit.name, "wins": str(row["wins"]), "draws": str(row["draws"]),
        }  # fmt: skip
        lines.append(_w(verdict(row), lang, **shown))
    chosen = _value(result, result.settings["chosen_as"], goal, "search")["median"] / unit.scale
    fresh = _value(result, BEST, goal)["median"] / unit.scale
    lines.append(
        _w(
            "curse",
            lang,
            searched=number(chosen, unit.decimals),
            unit=unit.name,
            fresh=number(fresh, unit.decimals),
        )
    )
    error = result.check.assign(size=result.check["error_pct"].abs()).groupby("quantity")["size"].median()
    lines.append(
        WORDS["check"].of(lang).format(
            mixes=result.check["mix"].nunique(), cost=error["cost"], gain=error[goal], goal=goal_name(goal, result, lang)
        )
    )  # fmt: skip
    return (*lines, _w("aims", lang))


def _w(key: str, lang: str, **fields: str) -> str:
    return WORDS[key].of(lang).format(**fields)
