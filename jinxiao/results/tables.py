"""The answer as short tables: for the terminal (rich) and as plain frames for CSV and JSON."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text

from jinxiao.calibration.facts import BANDS, summary
from jinxiao.experiments.effects import ADDITIONAL_PER_YUAN, GROSS_PER_YUAN, NET_PER_YUAN
from jinxiao.experiments.estimates import WHOLE
from jinxiao.experiments.sensitivity import SensitivityResult
from jinxiao.experiments.uplift import UpliftResult
from jinxiao.model.outcomes import OUTCOMES, Outcomes
from jinxiao.results import comparison, run
from jinxiao.results.answer import HEADLINE, Answer, join
from jinxiao.results.fact_names import block_name
from jinxiao.results.labels import Label, interval, label, level_unit, money, number, plan_name, unit_of
from jinxiao.results.parameter_names import mechanism_names, parameter_names
from jinxiao.results.sensitivity_figure import MAIN_INDEX, SHOWN, ranked
from jinxiao.scenarios.catalogue import catalogue_table
from jinxiao.scenarios.plan import Plan

SUMMARY: Final = (HEADLINE, "fiscal_cost", ADDITIONAL_PER_YUAN, NET_PER_YUAN, GROSS_PER_YUAN, "jobs")
"""Outcomes of the summary of an uplift, in the order of its columns."""
WORDS: Final = {
    "measure": Label("Measure\nevidence", "措施\n证据等级"),
    "scenario": Label("Scenario\nevidence", "情景\n证据等级"),
    "title": Label("Measure", "措施"),
    "added": Label("Additional\n{unit}", "新增消费\n{unit}"),
    "interval": Label("90%\ninterval", "90%\n区间"),
    "cost": Label("Cost\n{unit}", "财政成本\n{unit}"),
    "ratio": Label("Added\nper yuan", "每元\n新增"),
    "net": Label("Net\nper yuan", "每元\n净增"),
    "gross": Label("Gross\nper yuan", "每元带动\n毛额"),
    "jobs": Label("Jobs\n(mean)", "岗位\n月均"),
    "evidence": Label("Evidence", "证据等级"),
    "new": Label(
        "Of the whole, new under the plan: {median} {interval} {unit}.",
        "其中方案新增部分：{median} {interval} {unit}。",
    ),
    "new_local": Label(
        "Of that, decided by the province and its cities: {median} {interval} {unit}.",
        "其中由省、市决定的部分：{median} {interval} {unit}。",
    ),
    "whole_local": Label(
        "Decided by the province and its cities, begun before the plan or under it: {median} {interval} {unit}; the rest carries "
        "out decisions of the centre.",
        "其中由省、市决定的部分（含方案前已实施的）：{median} {interval} {unit}；其余为落实国家政策。",
    ),
    "local": Label("Of it by\nprovince", "其中\n省市"),
    "said_local": Label(
        "Of it by province: without what carries out decisions of the centre, most of which would have come without the plan.",
        "其中省市：不含落实国家政策的部分，后者大多无本方案也会实施。",
    ),
    "per_yuan": Label(
        "Added, net and gross per yuan of fiscal cost: additional consumption; the same less other public purchases given up "
        "within the window; spending attributed by official releases.",
        "每元新增、净增、带动：每元财政资金对应的新增消费；扣除期内挤出的其他政府采购；按官方通报口径带动的消费额（毛额）。",
    ),
    "no_cost": Label("–: no fiscal cost in some draw.", "–：部分抽样中无财政成本。"),
    "uplift": Label("What each measure adds to consumption", "各措施新增消费"),
    "compare": Label("Scenarios side by side", "情景比较"),
    "facts": Label("Model beside published statistics, 2024", "模型与公布统计数据对照，2024年"),
    "block": Label("Block", "类别"),
    "count": Label("Facts", "指标数"),
    "within": Label("Within\n{band:g}%", "误差\n≤{band:g}%"),
    "own": Label("Within the\nband asked", "达到\n要求"),
    "misses": Label("Outside\nthat band", "未达到"),
    "drivers": Label("What drives the result", "结果由哪些参数驱动"),
    "parameter": Label("Parameter", "参数"),
    "meaning": Label("Meaning", "含义"),
    "points": Label("{method}; {outcome}; {points} model runs", "{method}；{outcome}；模型运行 {points} 次"),
    "measures": Label("Measures of {plan}", "{plan}：措施清单"),
    "overlaps": Label("Overlaps in {plan}: counted once, at their owner", "{plan}：措施重叠（只在归属措施计一次）"),
    "clause": Label("Clause", "条款"),
    "owners": Label("Owned by measure", "归属措施"),
    "beside": Label(
        "Reached by several measures at once, each with something of its own", "同时受几项措施惠及，各有所加"
    ),
    "section": Label("Section", "部分"),
    "instruments": Label("Instruments", "工具数"),
    "status": Label("Continued / raised / new", "延续/提标/新增"),
    "uncertain": Label("Uncertain numbers", "不确定参数"),
    "outcome": Label("Outcome", "指标"),
    "unit": Label("Unit", "单位"),
}  # fmt: skip


# ---------------------------------------------------------------------------- uplift


def uplift_frame(result: UpliftResult, lang: str = "en") -> pd.DataFrame:
    """Return the answer, one row a measure, largest first, the whole last; numbers are those of the table.

    Columns: ``measure, name, evidence, estimand, closure, reference, decided_locally`` (consumption added by what the province
    and its cities decide; NaN where it was not asked), then ``OUTCOME, OUTCOME_low, OUTCOME_high`` for
    ``total_consumption, fiscal_cost, additional_per_yuan, net_per_yuan, gross_per_yuan, jobs`` (yuan, persons); NaN
    without a cost. The rows repeat for each way of attributing and of closing markets that was asked for.
    """
    return pd.DataFrame([row for answer in Answer.every(result, lang) for row in _answer_rows(answer)])


def _answer_rows(answer: Answer) -> list[dict[str, Any]]:
    rows = []
    for k in answer.shown:
        row: dict[str, Any] = {
            "measure": k,
            "name": answer.title(k, numbered=False),
            "evidence": answer.evidence(k),
            "estimand": answer.estimand,
            "closure": answer.closure,
            "reference": answer.result.settings["reference"],
        }
        local = answer.part("local", k)
        row["decided_locally"] = np.nan if local is None else local["median"]
        for outcome in SUMMARY:
            found = answer.value(k, outcome)
            row |= {
                outcome: found["median"],
                f"{outcome}_low": found["low"],
                f"{outcome}_high": found["high"],
            }
        rows.append(row)
    return rows


def uplift_summary(result: UpliftResult, lang: str = "en") -> Table:
    """Return the answer for the terminal: consumption, cost, yuan per yuan, jobs, evidence; the whole last.

    Each way of attributing and of closing markets that was asked for has a block of its own.
    """
    answers = Answer.every(result, lang)
    table = _table(_w("uplift", lang), "\n".join(_uplift_caption(answers[0], alone=len(answers) == 1)))
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column(_w("measure", lang), overflow="fold")
    local = any(_decided_apart(answer) for answer in answers)
    _add_columns(table, lang, "local" if local else "")
    for answer in answers:
        if len(answers) > 1:
            parts = (label("estimand", answer.estimand, lang), label("closure", answer.closure, lang))
            table.add_section()
            table.add_row("", Text(join(parts, lang), style="italic"))
        _add_effects(table, _answer_rows(answer), lang, local)
    return table


def _decided_apart(answer: Answer) -> bool:
    """Return whether it is known of single measures what of them the province decides."""
    return any(answer.part("local", k) is not None for k in answer.shown if k != WHOLE)


def _uplift_caption(answer: Answer, *, alone: bool) -> list[str]:
    """Return what a reader of the table must know, ways of attributing and closing only if it is of one `alone`."""
    lang, unit = answer.lang, money(answer.lang)
    lines = [answer.scope(closure=alone, estimand=alone)]
    for part, key in {"new": "new", "new_local": "new_local", "local": "whole_local"}.items():
        found = answer.part(part)
        if found is not None:
            low, median, high = (found[end] / unit.scale for end in ("low", "median", "high"))
            ends = interval(low, high, unit.decimals)
            lines.append(_w(key, lang, unit=unit.name, median=number(median, unit.decimals), interval=ends))
    if _decided_apart(answer):
        lines.append(_w("said_local", lang))
    lines.append(_w("per_yuan", lang))
    if any(np.isnan(answer.value(k, ADDITIONAL_PER_YUAN)["median"]) for k in answer.shown):
        lines.append(_w("no_cost", lang))
    return lines


def _add_columns(table: Table, lang: str, local: str = "") -> None:
    """Add the columns of :func:`_add_effects`, among them what the province decides if its key is given."""
    for key in filter(None, ("added", local, "cost", "ratio", "net", "gross", "jobs")):
        table.add_column(_w(key, lang, unit=_brief(money(lang).name)), justify="right", no_wrap=True)


def _add_effects(table: Table, rows: Iterable[Mapping[Any, Any]], lang: str, local: bool = False) -> None:
    """Add the effects of measures or scenarios, with the keys of :data:`SUMMARY`, after their names."""
    unit = money(lang)
    for row in rows:
        whole = row.get("measure") == WHOLE
        cells: list[str | Text] = [
            _two_lines(*_estimate(row, HEADLINE, unit.scale, unit.decimals)),
            *([number(row["decided_locally"] / unit.scale, unit.decimals)] if local else []),
            number(row["fiscal_cost"] / unit.scale, unit.decimals),
            _two_lines(*_estimate(row, ADDITIONAL_PER_YUAN, 1.0, 2)),
            number(row[NET_PER_YUAN], 2),
            number(row[GROSS_PER_YUAN], 2),
            number(row["jobs"], 0),
        ]
        if whole:
            table.add_section()
        number_of = ["" if whole else str(row["measure"])] if "measure" in row else []
        named = _two_lines(row["name"], label("evidence", row["evidence"], lang))
        table.add_row(*number_of, named, *cells, style="bold" if whole else "")


def _two_lines(first: str, second: str) -> Text:
    """Return a text with a second one below it, so that the table fits a terminal of 80 columns."""
    return Text.assemble(first, ("\n" + second, "dim") if second else "")


def _brief(unit: str) -> str:
    """Return a unit in few letters, for the head of a column."""
    return unit.replace("billion", "bn")


def _estimate(row: Mapping[Any, Any], outcome: str, scale: float, decimals: int) -> tuple[str, str]:
    """Return ``1.2`` and ``[0.8, 1.5]``; a dash and nothing without a number."""
    ends = (row[f"{outcome}_low"] / scale, row[f"{outcome}_high"] / scale)
    median = row[outcome] / scale
    return number(median, decimals), "" if np.isnan(median) else interval(*ends, decimals)


# ---------------------------------------------------------------------------- scenarios


def compare_frame(table: pd.DataFrame, lang: str = "en") -> pd.DataFrame:
    """Return scenarios side by side, one row each: ``scenario, name, evidence``, then outcomes as :func:`uplift_frame`."""
    wide = comparison.window(table, SUMMARY)
    wide.insert(1, "name", [comparison.scenario_name(table, key, lang) for key in wide["scenario"]])
    return wide


def compare_summary(table: pd.DataFrame, lang: str = "en", about: str = "") -> Table:
    """Return scenarios side by side for the terminal.

    Parameters
    ----------
    table : DataFrame
        ``compare.csv``: as ``uplift.csv`` with ``scenario`` in place of ``measure``.
    lang : {'en', 'zh'}
        Language of the reader.
    about : str
        Said below the table before what the table itself says (reference, closure, draws).
    """
    frame = compare_frame(table, lang)
    caption = join([about, comparison.scope(table, lang)], lang) + "\n" + _w("per_yuan", lang)
    shown = _table(_w("compare", lang), caption)
    shown.add_column(_w("scenario", lang), overflow="fold")
    _add_columns(shown, lang)
    _add_effects(shown, frame.to_dict("records"), lang)
    return shown


def run_frame(outcomes: pd.DataFrame | Outcomes) -> pd.DataFrame:
    """Return totals of a run by year: ``scenario, outcome, period, unit, value``; jobs are averages; median over draws."""
    return run.by_year(run.frame_of(outcomes))


def run_summary(outcomes: pd.DataFrame | Outcomes, lang: str = "en") -> Table:
    """Return a run for the terminal: outcomes by year."""
    frame = run_frame(outcomes)
    table = _table(run.title(frame, lang), run.scope(run.frame_of(outcomes), lang))
    table.add_column(_w("outcome", lang))
    table.add_column(_w("unit", lang))
    periods = list(dict.fromkeys(frame["period"]))
    for period in periods:
        table.add_column(period, justify="right", no_wrap=True)
    wide = frame.pivot_table(index="outcome", columns="period", values="value")
    for outcome in (name for name in OUTCOMES if name in wide.index):
        unit = level_unit(outcome, lang)
        cells = [number(wide.loc[outcome, period] / unit.scale, unit.decimals) for period in periods]
        table.add_row(label("outcome", outcome, lang), unit.name, *cells)
    return table


# ---------------------------------------------------------------------------- facts, drivers, measures


def facts_frame(table: pd.DataFrame, lang: str = "en") -> pd.DataFrame:
    """Return how many facts lie within each band, by block: ``block, name, facts, within_1, ..., misses``."""
    counted = summary(table).reset_index()
    counted.insert(1, "name", [block_name(block, lang) for block in counted["block"]])
    return counted


def facts_summary(table: pd.DataFrame, lang: str = "en") -> Table:
    """Return the facts for the terminal: how many lie within each band, by block."""
    frame = facts_frame(table, lang)
    shown = _table(_w("facts", lang))
    shown.add_column(_w("block", lang))
    shown.add_column(_w("count", lang), justify="right")
    for band in BANDS:
        shown.add_column(_w("within", lang, band=band), justify="right")
    for key in ("own", "misses"):
        shown.add_column(_w(key, lang), justify="right")
    for row in frame.to_dict("records"):
        if row["block"] in ("fitted", "bridges"):
            shown.add_section()
        within = [row[f"within_{band:g}"] for band in BANDS] + [row["within_band"]]
        shown.add_row(row["name"], *map(str, [row["facts"], *within, row["facts"] - within[-1]]),
                      style="bold" if row["block"] == "all" else "")  # fmt: skip
    return shown


def sensitivity_frame(result: SensitivityResult, lang: str = "en") -> pd.DataFrame:
    """Return parameters by their main index, largest first: ``parameter, meaning, index, value, low, high``."""
    frame = ranked(result)
    plan = result.settings["plan"]
    names = parameter_names(plan, lang) | mechanism_names(plan, frame["parameter"], lang)
    meaning = [names.get(key, "") for key in frame["parameter"]]
    return frame.assign(meaning=meaning)[["parameter", "meaning", "index", "value", "low", "high"]]


def sensitivity_summary(result: SensitivityResult, lang: str = "en") -> Table:
    """Return the most influential parameters for the terminal."""
    settings = result.settings
    unit = unit_of(settings["outcome"], lang)
    frame = sensitivity_frame(result, lang).head(SHOWN)
    index = MAIN_INDEX[settings["method"]]
    about = _w("points", lang, method=settings["method"], outcome=label("outcome", settings["outcome"], lang),
               points=str(result.points))  # fmt: skip
    in_units = settings["method"] == "morris"
    table = _table(_w("drivers", lang), about)
    table.add_column(_w("parameter", lang), overflow="fold")
    table.add_column(_w("meaning", lang), overflow="fold")
    table.add_column(f"{index}\n{_brief(unit.name)}" if in_units else index, justify="right", no_wrap=True)
    table.add_column(_w("interval", lang), style="dim", no_wrap=True)
    for row in frame.to_dict("records"):
        scale, decimals = (unit.scale, unit.decimals) if in_units else (1.0, 3)
        shown = {"x": row["value"], "x_low": row["low"], "x_high": row["high"]}
        table.add_row(row["parameter"], row["meaning"], *_estimate(shown, "x", scale, decimals))
    return table


def measures_frame(plan: Plan) -> pd.DataFrame:
    """Return the catalogue of measures: see :func:`jinxiao.scenarios.catalogue.catalogue_table`."""
    return catalogue_table(plan)


def measures_list(plan: Plan, lang: str = "en") -> Table:
    """Return the catalogue of measures for the terminal."""
    table = _table(_w("measures", lang, plan=plan_name(plan.name, lang)))
    table.add_column("#", justify="right")
    table.add_column(_w("title", lang), overflow="fold")
    table.add_column(_w("section", lang), overflow="fold")
    for key in ("instruments", "status", "uncertain"):
        table.add_column(_w(key, lang), justify="right")
    table.add_column(_w("evidence", lang))
    for row in measures_frame(plan).to_dict("records"):
        status = " / ".join(str(row[key]) for key in ("continued", "raised", "new"))
        both = f"{row['name_zh']}" if lang == "zh" else f"{row['name_en']}  {row['name_zh']}"
        table.add_row(
            str(row["measure"]), both, row[f"section_{lang}"], str(row["instruments"]), status,
            str(row["uncertain"]), label("evidence", row["grade"], lang),
        )  # fmt: skip
    return table


def overlaps_frame(plan: Plan) -> pd.DataFrame:
    """Return what two measures have in common: clauses whose levers another one owns, and people whom several reach.

    What is owned stands at its owner, and is counted once. Instruments of several measures that reach the same people in the same
    months are listed at the first of them, with the others and the reason why nothing is counted twice.

    Columns: ``measure``, ``name_en``, ``name_zh``, ``relation`` (``owned`` or ``beside``), ``clause_en``, ``clause_zh`` (or the
    reason), ``owners`` (numbers of the other measures, separated by commas), ``instruments`` (of ``beside``).
    """
    rows: list[tuple[int, str, Any, tuple[int, ...], tuple[str, ...]]] = [
        (number, "owned", clause.summary, clause.owners, ())
        for number, measure in plan.measures.items()
        for clause in measure.clauses
        if clause.owners
    ]
    rows += [(one.measures[0], "beside", one.why, one.measures[1:], one.instruments) for one in plan.overlaps]
    return pd.DataFrame(
        [
            {
                "measure": number,
                "name_en": plan.measures[number].name_en,
                "name_zh": plan.measures[number].name_zh,
                "relation": relation,
                "clause_en": text.en,
                "clause_zh": text.zh,
                "owners": ",".join(map(str, others)),
                "instruments": ",".join(instruments),
            }
            for number, relation, text, others, instruments in rows
        ],
        columns=[
            "measure", "name_en", "name_zh", "relation", "clause_en", "clause_zh", "owners", "instruments",
        ],
    )  # fmt: skip


def overlaps_list(plan: Plan, lang: str = "en") -> Table:
    """Return the overlaps of measures for the terminal: what is owned elsewhere, then who is reached by several."""
    table = _table(_w("overlaps", lang, plan=plan_name(plan.name, lang)))
    table.add_column("#", justify="right")
    for key in ("title", "clause"):
        table.add_column(_w(key, lang), overflow="fold")
    table.add_column(_w("owners", lang))
    beside = False
    for row in overlaps_frame(plan).to_dict("records"):
        if row["relation"] == "beside" and not beside:
            beside = True
            table.add_section()
            table.add_row("", "", Text(_w("beside", lang), style="italic"), "")
        table.add_row(str(row["measure"]), row[f"name_{lang}"], row[f"clause_{lang}"], row["owners"])
    return table


def _table(title: str, caption: str = "") -> Table:
    """Return an empty table in the style of the house."""
    return Table(
        title=Text(title, style="bold"),
        caption=Text(caption, style="dim") if caption else None,
        title_justify="left",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )


def _w(key: str, lang: str, **fields: Any) -> str:
    return WORDS[key].of(lang).format(**fields)
