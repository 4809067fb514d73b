"""A household's diary to read: who they are, then month by month what came in, what was spent and why, and totals at the end."""

import io
from collections.abc import Iterator
from typing import Final

import pandas as pd
from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from jinxiao.experiments.close_up import HouseholdDiary
from jinxiao.model.names import month_label
from jinxiao.results.answer import join
from jinxiao.results.household_money import SUMS, Money, money_of, totals
from jinxiao.results.household_people import portrait
from jinxiao.results.household_reasons import Lines, Told, side_by_side
from jinxiao.results.labels import Label, number, plan_name
from jinxiao.results.run import scenario_name

WORDS: Final = {
    "title": Label(
        "Household {id}: {scenario}, beside {reference}", "{id}号家庭：{scenario}，对照：{reference}"
    ),
    "marks": Label(
        "· in both   + only under “{scenario}”   − only under “{reference}”; amounts in yuan, differences to “{reference}”",
        "· 两种情景相同   + 仅在“{scenario}”下   − 仅在“{reference}”下；金额单位：元，差额以“{reference}”为基准",
    ),
    "shared": Label(
        "Up to {month} both are one life, under the policies that then ran.",
        "{month}及以前两种情景相同，均执行当时已有政策。",
    ),
    "same": Label(
        "The plan never reaches this household: both lives are the same.",
        "方案未影响该家庭：两种情景完全相同。",
    ),
    "difference": Label("difference", "差额"),
    "totals": Label("{first} to {last}, yuan", "{first} 至 {last}，元"),
    "month": Label("Month", "月份"),
    "direct": Label("prices, wages and jobs as in the reference", "价格、工资与就业同对照情景"),
    "full": Label("markets respond", "市场联动"),
    "found": Label(
        "{found} households; ID is for: jinxiao household ID", "共{found}户；查看日记：jinxiao household 编号"
    ),
    "none": Label("no household of that kind", "没有符合条件的家庭"),
    "sample": Label("1:{scale} sample, seed {seed}", "1:{scale} 抽样，种子 {seed}"),
}
FOUND: Final = {
    "household": Label("ID", "编号"),
    "city": Label("City", "地市"),
    "residence": Label("Residence", "城乡"),
    "quintile": Label("Income", "收入"),
    "age": Label("Head", "户主年龄"),
    "members": Label("Members", "人口"),
    "work": Label("Work", "就业"),
    "home": Label("Home", "住房"),
    "income": Label("Yuan a month", "月收入（元）"),
}
MARKS: Final = (("·", "none"), ("+", "green"), ("−", "red"))
MONTH_WIDTH, SUM_WIDTH = 16, 11


def _w(key: str, lang: str, **fields: object) -> str:
    return WORDS[key].of(lang).format(**fields)


def names_of(diary: HouseholdDiary, lang: str) -> tuple[str, str]:
    """Return the names of scenario and reference for people."""
    return scenario_name(diary.scenarios[0], lang), scenario_name(diary.scenarios[1], lang)


def title_of(diary: HouseholdDiary, lang: str) -> str:
    """Return the heading of a diary."""
    scenario, reference = names_of(diary, lang)
    return _w("title", lang, id=diary.household, scenario=scenario, reference=reference)


def scope_of(diary: HouseholdDiary, lang: str) -> str:
    """Return plan, window, closure and sample."""
    s = diary.settings
    return join(
        [
            plan_name(s["plan"], lang), _w(s["closure"], lang), _w("sample", lang, scale=s["scale"], seed=s["seed"])
        ],
        lang,
    )  # fmt: skip


def household_text(diary: HouseholdDiary, lang: str = "en") -> RenderableType:
    """Return the diary for a terminal of 80 columns or more."""
    scenario, reference = names_of(diary, lang)
    lines = side_by_side(diary)
    same = (diary.entries == diary.reference).all()
    heading: list[RenderableType] = [
        Text(title_of(diary, lang), style="bold"),
        Text(scope_of(diary, lang), style="dim"),
        Text(),
        _portrait(diary, lang),
        Text(),
        Text(_w("marks", lang, scenario=scenario, reference=reference), style="dim"),
        Text(
            _w("same", lang) if same else _w("shared", lang, month=month_label(diary.start - 1)), style="dim"
        ),
    ]
    return Group(*heading, *_months(diary, lines, lang), Text(), totals_table(diary, lang))


def _portrait(diary: HouseholdDiary, lang: str) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for heading, line in portrait(diary.who, lang):
        table.add_row(heading, line)
    return table


def _months(diary: HouseholdDiary, lines: list[Lines], lang: str) -> Iterator[RenderableType]:
    mine, other = money_of(diary.entries), money_of(diary.reference)
    for t, told in enumerate(lines):
        if t % 12 == 0:
            yield Text()
            yield Rule(Text(month_label(t)[:4], style="bold"), align="left", style="dim")
            yield _row("", [SUMS[key].of(lang) for key in Money._fields], "dim")
        yield _row(month_label(t), [number(float(path[t]), 0) for path in mine], "bold")
        gaps = [float(a[t] - b[t]) for a, b in zip(mine, other, strict=True)]
        if any(abs(gap) >= 0.5 for gap in gaps):
            yield _row(f"  {_w('difference', lang)}", [_signed(gap) for gap in gaps], "cyan")
        yield from (
            Padding(_sentence(one, mark, style, lang), (0, 0, 0, 2))
            for (mark, style), found in zip(MARKS, told, strict=True)
            for one in found
        )


def _row(first: str, cells: list[str], style: str) -> Table:
    table = Table.grid()
    table.add_column(width=MONTH_WIDTH)
    for _ in cells:
        table.add_column(width=SUM_WIDTH, justify="right", no_wrap=True)
    table.add_row(first, *cells, style="" if style == "none" else style)
    return table


def _sentence(told: Told, mark: str, style: str, lang: str) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column(overflow="fold")
    quiet = "dim" if told.reason.kind == "quiet" else ""
    table.add_row(mark, told.of(lang), style=quiet or ("" if style == "none" else style))
    return table


def _signed(value: float) -> str:
    text = number(value, 0)
    return f"+{text}" if value >= 0.5 else "" if text == "0" else text


def totals_table(diary: HouseholdDiary, lang: str = "en") -> Table:
    """Return the totals from the month in which the runs can first differ, side by side."""
    scenario, reference = names_of(diary, lang)
    first, last = month_label(diary.start), month_label(len(diary.entries) - 1)
    table = Table(
        title=_w("totals", lang, first=first, last=last), box=box.SIMPLE_HEAD, title_justify="left", pad_edge=False
    )  # fmt: skip
    table.add_column("")
    for name in (scenario, reference, _w("difference", lang)):
        table.add_column(name, justify="right")
    for row in totals(diary, diary.start):
        table.add_row(
            "  " * row.level + row.name.of(lang), number(row.scenario, 0), number(row.reference, 0),
            _signed(row.scenario - row.reference), style="bold" if row.level == 0 else "dim" if row.level == 2 else "",
        )  # fmt: skip
    return table


def reasons_frame(diary: HouseholdDiary) -> pd.DataFrame:
    """Return what happened and why: ``household, month, run, kind, reason, text_en, text_zh``; run: both, scenario, reference."""
    rows = [
        (diary.household, month_label(t), run, one.reason.kind, one.reason.key, one.of("en"), one.of("zh"))
        for t, told in enumerate(side_by_side(diary))
        for run, found in zip(("both", "scenario", "reference"), told, strict=True)
        for one in found
    ]
    return pd.DataFrame(rows, columns=["household", "month", "run", "kind", "reason", "text_en", "text_zh"])


def as_text(diary: HouseholdDiary, lang: str = "en", width: int = 100) -> str:
    """Return the diary as plain text."""
    console = Console(file=io.StringIO(), width=width, color_system=None, legacy_windows=False)
    console.print(household_text(diary, lang))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def found_table(table: pd.DataFrame, lang: str = "en") -> RenderableType:
    """Return the households that a search has found."""
    if table.empty:
        return Text(_w("none", lang))
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption=_w("found", lang, found=number(table.attrs["found"], 0)),
                  caption_justify="left")  # fmt: skip
    numeric = ("household", "age", "members", "income")
    for name in table.columns:
        shown.add_column(FOUND[name].of(lang), justify="right" if name in numeric else "left")
    for cells in table.to_dict("records"):
        shown.add_row(*(number(float(v), 0) if k == "income" else str(v) for k, v in cells.items()))
    return shown
