"""Chapters of a report, one for each kind of results: sentences made from the numbers, tables, figures."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd

from jinxiao.calibration.facts import BANDS
from jinxiao.experiments.effects import (
    ADDITIONAL_PER_YUAN,
    GROSS_PER_YUAN,
    NET_PER_YUAN,
)
from jinxiao.experiments.estimates import WHOLE
from jinxiao.model import names
from jinxiao.model.names import month_label
from jinxiao.model.outcomes import GROUPS, OUTCOMES
from jinxiao.results import comparison, report, run, trials_tables
from jinxiao.results.answer import HEADLINE, Answer, Quantiles, join
from jinxiao.results.documents.content import Block, Cell, Column, FigureBlock, Heading, Paragraph, TableBlock
from jinxiao.results.documents.words import FIGURES, w
from jinxiao.results.fact_names import fact_name, unit_name
from jinxiao.results.labels import EVIDENCE, interval, label, level_unit, money, number, unit_of
from jinxiao.results.reading import Folder, StoredRun
from jinxiao.results.sensitivity_figure import MAIN_INDEX, SHOWN, ranked
from jinxiao.results.style import encode
from jinxiao.results.tables import compare_frame, facts_frame, run_frame, sensitivity_frame

RATIOS: Final = (ADDITIONAL_PER_YUAN, NET_PER_YUAN, GROSS_PER_YUAN)
TOP: Final = 3
"""Measures and parameters that the summary names."""


def chapter(folder: Folder, lang: str) -> list[Block]:
    """Return the chapter of a folder of results."""
    for kind, write in CHAPTERS.items():
        if isinstance(folder.result, kind):
            return [*write(folder, lang), *figures(folder, lang)]
    return [*other_chapter(folder, lang), *figures(folder, lang)]


def summary(folder: Folder, lang: str) -> list[str]:
    """Return what a folder of results says, in sentences."""
    for kind, write in SUMMARIES.items():
        if isinstance(folder.result, kind):
            return write(folder.result, lang)
    return []


def figures(folder: Folder, lang: str) -> Iterator[FigureBlock]:
    """Yield the figures of a folder, drawn anew in the reader's language where their kind is known."""
    drawn = {name: encode(figure) for name, figure in folder.result.figures(lang).items()}
    kept = () if drawn else (w("stored_figure", lang),)
    for name, kinds in (drawn or folder.pictures()).items():
        title = FIGURES[name].of(lang) if name in FIGURES else name.replace("_", " ")
        yield FigureBlock(title, kinds["png"], kinds.get("svg"), kept)


def source_note(result: report.Report, scope: str, lang: str) -> str:
    """Return version and scope as the last note of a table."""
    return w("source_note", lang, version=result.account.version, scope=scope)


# ---------------------------------------------------------------------------- uplift


def uplift_summary(result: report.Uplift, lang: str) -> list[str]:
    """Return what measures add, beside gross, at whose cost, when, how well founded."""
    answer = Answer.of(result, lang)
    k = answer.shown[-1]
    lines = [*_added(answer, k), *_cost(answer, k), *_payback(answer, k)]
    if len(answer.measures) > 1:
        lines.append(_largest(answer))
    new = answer.part("new")
    if new is not None and k == WHOLE:
        unit = money(lang)
        median, ends = _estimate(new / unit.scale, unit.decimals, answer)
        lines.append(w("new", lang, median=median, unit=unit.name, ends=ends))
    return [*lines, _grades(answer, k)]


def _estimate(value: pd.Series, decimals: int, answer: Answer) -> tuple[str, str]:
    """Return the median, and the interval in words where there are several draws."""
    ends = w("ends", answer.lang, ends=interval(value["low"], value["high"], decimals))
    several = int(answer.result.settings["draws"]) > 1 and value["low"] == value["low"]
    return number(value["median"], decimals), ends if several else ""


def _added(answer: Answer, k: int) -> Iterator[str]:
    lang, unit, result = answer.lang, money(answer.lang), answer.result
    value = answer.value(k, HEADLINE)
    rows = answer.rows
    chosen = (rows["measure"] == k) & (rows["outcome"] == HEADLINE) & (rows["period"] == "total")
    base = float(rows[chosen & (rows["group_by"] == "all")]["baseline"].iloc[0])
    falls = value["median"] < 0.0
    median, ends = _estimate(value / unit.scale, unit.decimals, answer)
    who = (
        w("whole_set", lang, count=len(answer.measures))
        if k == WHOLE
        else w("one_measure", lang, name=answer.title(k))
    )
    yield w(
        "less" if falls else "added", lang, who=who, median=median, unit=unit.name, ends=ends,
        start=month_label(result.periods.first), end=month_label(result.periods.first + result.periods.months - 1),
        reference=label("reference", result.settings["reference"], lang),
        closure=label("closure", answer.closure, lang), share=number(abs(value["median"]) / base * 100.0, 2),
    )  # fmt: skip
    if int(result.settings["draws"]) == 1:
        yield w("one_draw", lang)
    gross = answer.gross(k)
    if gross > 0.0:
        part = number(value["median"] / gross, 2)
        yield w("gross", lang, gross=number(gross / unit.scale, unit.decimals), unit=unit.name, part=part)


def _cost(answer: Answer, k: int) -> Iterator[str]:
    lang, unit = answer.lang, money(answer.lang)
    cost = answer.value(k, "fiscal_cost")["median"]
    ratio = answer.value(k, ADDITIONAL_PER_YUAN)
    shown = number(cost / unit.scale, unit.decimals)
    if np.isnan(ratio["median"]):
        yield w("cost_only", lang, cost=shown, unit=unit.name)
    else:
        median, ends = _estimate(ratio, 2, answer)
        gross = number(answer.value(k, GROSS_PER_YUAN)["median"], 2)
        yield w("cost", lang, cost=shown, unit=unit.name, ratio=median, ends=ends, gross=gross)
    paid = {
        p.key: answer.value(k, "fiscal_cost", "payer", p.key)["median"] / unit.scale for p in names.PAYERS
    }
    smallest = 0.5 * 10.0**-unit.decimals
    parts = [
        f"{_lower(label('payer', key, lang), lang)} {number(value, unit.decimals)}"
        for key, value in sorted(paid.items(), key=lambda item: -item[1])
        if value > smallest
    ]
    if parts:
        listed = ("、" if lang == "zh" else ", ").join(parts)
        yield w("payers", lang, payers=f"{listed} {unit.name}")


def _payback(answer: Answer, k: int) -> Iterator[str]:
    """Tell when the effect is highest, and in how many months it is below the reference."""
    lang, unit = answer.lang, money(answer.lang)
    path = Quantiles.of(answer.monthly(k)).median / unit.scale
    first = answer.result.periods.first
    smallest = 0.5 * 10.0**-unit.decimals
    below = path[path < -smallest]
    words = {
        "peak": month_label(first + int(path.argmax())),
        "high": number(path.max(), unit.decimals),
        "unit": unit.name,
    }
    if below.size:
        back = number(-below.sum(), unit.decimals)
        yield w("payback", lang, count=below.size, months=path.size, back=back, **words)
    else:
        yield w("no_payback", lang, **words)


def _largest(answer: Answer) -> str:
    lang, unit = answer.lang, money(answer.lang)
    top = [k for k in answer.measures[:TOP] if answer.value(k, HEADLINE)["median"] > 0.0]
    listed = ("、" if lang == "zh" else ", ").join(
        f"{answer.title(k)} {number(answer.value(k, HEADLINE)['median'] / unit.scale, unit.decimals)}"
        for k in top
    )
    return w("largest", lang, listed=listed, unit=unit.name)


def _grades(answer: Answer, k: int) -> str:
    lang = answer.lang
    grade = label("evidence", answer.evidence(k), lang)
    if k != WHOLE:
        return w("evidence_one", lang, grade=grade)
    grades = [answer.evidence(one) for one in answer.measures]
    parts = [f"{label('evidence', key, lang)} {grades.count(key)}" for key in EVIDENCE if key in grades]
    return w("evidence", lang, counts=("、" if lang == "zh" else ", ").join(parts), grade=grade)


def uplift_chapter(folder: Folder, lang: str) -> list[Block]:
    """Return tables of what measures add: all of them, by indicator, payer, year and group."""
    result = folder.result
    assert isinstance(result, report.Uplift)
    blocks: list[Block] = [Heading(w("uplift", lang))]
    for answer in Answer.every(result, lang):
        blocks.append(uplift_table(answer))
    answer = Answer.of(result, lang)
    blocks.append(outcomes_table(answer))
    if len(answer.shown) > 1:
        blocks += [payers_table(answer), years_table(answer)]
    return [*blocks, groups_table(answer)]


def effect_columns(lang: str) -> list[Column]:
    """Return the columns of additional consumption, cost, ratios and jobs."""
    unit = money(lang)
    return [
        Column(w("added_head", lang, unit=unit.name), unit.decimals, 1.1, unit.scale),
        Column(w("interval", lang), unit.decimals, 1.9, unit.scale),
        Column(w("cost_head", lang, unit=unit.name), unit.decimals, 1.0, unit.scale),
        Column(w("ratio_head", lang), 2, 0.9),
        Column(w("interval", lang), 2, 1.4),
        Column(w("net_head", lang), 2, 0.9),
        Column(w("gross_head", lang), 2, 0.9),
        Column(w("jobs_head", lang), 0, 1.0),
    ]


def effect_cells(value: Callable[[str], Any]) -> list[Cell]:
    """Return the cells of :func:`effect_columns` from ``value(outcome)`` with low, median and high."""
    added, ratio = value(HEADLINE), value(ADDITIONAL_PER_YUAN)
    return [
        float(added["median"]),
        (float(added["low"]), float(added["high"])),
        float(value("fiscal_cost")["median"]),
        float(ratio["median"]),
        (float(ratio["low"]), float(ratio["high"])),
        float(value(NET_PER_YUAN)["median"]),
        float(value(GROSS_PER_YUAN)["median"]),
        float(value("jobs")["median"]),
    ]


def uplift_table(answer: Answer) -> TableBlock:
    """Return what each measure adds, the whole last."""
    lang = answer.lang
    rows: list[list[Cell]] = [
        [answer.title(k), label("evidence", answer.evidence(k), lang),
         *effect_cells(partial(answer.value, k))]
        for k in answer.shown
    ]  # fmt: skip
    about = join([label("estimand", answer.estimand, lang), label("closure", answer.closure, lang)], lang)
    first = "shapley_note" if answer.estimand == "shapley" else "alone_note"
    notes = [w(first, lang), w("ratio_note", lang), source_note(answer.result, answer.scope(), lang)]  # type: ignore[arg-type]
    return TableBlock(
        f"{w('t_uplift', lang)}（{about}）" if lang == "zh" else f"{w('t_uplift', lang)} ({about})",
        [Column(w("measure", lang), None, 3.0), Column(w("grade", lang), None, 1.0), *effect_columns(lang)],
        rows, notes, _whole_row(answer), w("uplift", lang),
    )  # fmt: skip


def _whole_row(answer: Answer) -> frozenset[int]:
    return frozenset({len(answer.shown) - 1}) if WHOLE in answer.shown else frozenset()


def outcomes_table(answer: Answer) -> TableBlock:
    """Return the effect of the whole, or of the only measure, on every indicator."""
    lang, k = answer.lang, answer.shown[-1]
    whole = answer.rows[
        (answer.rows["measure"] == k)
        & (answer.rows["period"] == "total")
        & (answer.rows["group_by"] == "all")
    ]
    rows: list[list[Cell]] = []
    for outcome in OUTCOMES:
        found = whole[whole["outcome"] == outcome]
        if found.empty:
            continue
        row, unit, level = found.iloc[0], unit_of(outcome, lang), level_unit(outcome, lang)
        base = float(row["baseline"])
        share = f"{number(100.0 * row['median'] / base, 2)}" if base else "–"
        rows.append(
            [label("outcome", outcome, lang), unit.name, number(row["median"] / unit.scale, unit.decimals),
             interval(row["low"] / unit.scale, row["high"] / unit.scale, unit.decimals),
             f"{number(base / level.scale, level.decimals)} {level.name}", share]
        )  # fmt: skip
    title = w("t_outcomes", lang, name=answer.title(k))
    heads = ("outcome", "unit", "effect", "interval", "without", "percent")
    widths = (2.6, 1.1, 1.1, 1.5, 1.7, 1.0)
    columns = [Column(w(key, lang), None, width) for key, width in zip(heads, widths, strict=True)]
    notes = [w("jobs_note", lang), source_note(answer.result, answer.scope(), lang)]  # type: ignore[arg-type]
    return TableBlock(title, columns, rows, notes, frozenset({0}), w("outcome", lang))


def payers_table(answer: Answer) -> TableBlock:
    """Return median cost by measure and payer."""
    lang, unit = answer.lang, money(answer.lang)
    payers = [p.key for p in names.PAYERS]
    rows: list[list[Cell]] = [
        [answer.title(k), *(float(answer.value(k, "fiscal_cost", "payer", p)["median"]) for p in payers),
         float(answer.value(k, "fiscal_cost")["median"])]
        for k in answer.shown
    ]  # fmt: skip
    columns = [Column(w("measure", lang), None, 2.4)]
    columns += [Column(label("payer", p, lang), unit.decimals, 1.0, unit.scale) for p in payers]
    columns.append(Column(w("cost_head", lang, unit=unit.name), unit.decimals, 1.0, unit.scale))
    notes = [w("payer_note", lang), source_note(answer.result, join([answer.scope(), unit.name], lang), lang)]  # type: ignore[arg-type]
    return TableBlock(w("t_payers", lang), columns, rows, notes, _whole_row(answer), w("payer", lang))


def years_table(answer: Answer) -> TableBlock:
    """Return additional consumption by measure and year, medians."""
    lang, unit = answer.lang, money(answer.lang)
    table = answer.rows[(answer.rows["outcome"] == HEADLINE) & (answer.rows["group_by"] == "all")]
    columns_of = (table[name] for name in ("measure", "period", "median"))
    found = {(k, period): float(value) for k, period, value in zip(*columns_of, strict=True)}
    periods = [p for p in answer.result.periods.labels if len(p) == 4]
    rows: list[list[Cell]] = [
        [answer.title(k), *(found[k, p] for p in periods), found[k, "total"]] for k in answer.shown
    ]
    columns = [Column(w("measure", lang), None, 2.6)]
    columns += [Column(p, unit.decimals, 1.0, unit.scale) for p in periods]
    columns.append(Column(w("total", lang), unit.decimals, 1.0, unit.scale))
    notes = [source_note(answer.result, join([answer.scope(), unit.name], lang), lang)]  # type: ignore[arg-type]
    return TableBlock(w("t_years", lang), columns, rows, notes, _whole_row(answer), w("year", lang))


def groups_table(answer: Answer) -> TableBlock:
    """Return additional resident consumption of the whole by group, and per head."""
    lang, unit, k = answer.lang, money(answer.lang), answer.shown[-1]
    rows: list[list[Cell]] = []
    for by in ("quintile", "residence", "age", "city"):
        for group in GROUPS[by]:
            value = answer.value(k, "resident_consumption", by, group)
            per_head = value / answer.result.persons[by, group]
            rows.append(
                [label("grouping", by, lang), label(by, group, lang), float(value["median"]),
                 (float(value["low"]), float(value["high"])), float(per_head["median"]),
                 (float(per_head["low"]), float(per_head["high"]))]
            )  # fmt: skip
    columns = [
        Column(w("by", lang), None, 1.2),
        Column(w("group", lang), None, 1.6),
        Column(w("added_head", lang, unit=unit.name), unit.decimals, 1.2, unit.scale),
        Column(w("interval", lang), unit.decimals, 1.5, unit.scale),
        Column(w("per_head", lang), 0, 1.0),
        Column(w("interval", lang), 0, 1.3),
    ]
    notes = [w("group_note", lang), source_note(answer.result, answer.scope(), lang)]  # type: ignore[arg-type]
    return TableBlock(
        w("t_groups", lang, name=answer.title(k)), columns, rows, notes, frozenset(), w("group", lang)
    )


# ---------------------------------------------------------------------------- scenarios


def compare_summary(result: report.Comparison, lang: str) -> list[str]:
    """Return what each scenario adds to the reference."""
    unit = money(lang)
    lines = [w("against", lang, name=_reference(result, lang))]
    for row in compare_frame(result.shown, lang).to_dict("records"):
        ends = interval(
            row[f"{HEADLINE}_low"] / unit.scale, row[f"{HEADLINE}_high"] / unit.scale, unit.decimals
        )
        ratio = row[ADDITIONAL_PER_YUAN]
        lines.append(
            w("sum_compare", lang, name=row["name"], median=number(row[HEADLINE] / unit.scale, unit.decimals),
              unit=unit.name, ends=w("ends", lang, ends=ends) if result.settings["draws"] > 1 else "",
              cost=number(row["fiscal_cost"] / unit.scale, unit.decimals),
              ratio=w("no_ratio", lang) if np.isnan(ratio) else w("ratio", lang, ratio=number(ratio, 2)))
        )  # fmt: skip
    return lines


def _reference(result: report.Comparison, lang: str) -> str:
    return result.titles[0].zh if lang == "zh" else result.titles[0].en


def _ends(row: Mapping[Any, Any], outcome: str) -> dict[str, float]:
    return {"low": row[f"{outcome}_low"], "median": row[outcome], "high": row[f"{outcome}_high"]}


def compare_chapter(folder: Folder, lang: str) -> list[Block]:
    """Return the table of scenarios."""
    result = folder.result
    assert isinstance(result, report.Comparison)
    rows: list[list[Cell]] = []
    for row in compare_frame(result.shown, lang).to_dict("records"):
        cells = effect_cells(partial(_ends, row))
        rows.append([row["name"], label("evidence", row["evidence"], lang), *cells])
    columns = [
        Column(w("scenario", lang), None, 2.6),
        Column(w("grade", lang), None, 0.9),
        *effect_columns(lang),
    ]
    scope = join([result.about(lang), comparison.scope(result.shown, lang)], lang)
    notes = [w("ratio_note", lang), source_note(result, scope, lang)]
    title = w("t_compare", lang, name=_reference(result, lang))
    return [
        Heading(w("compare", lang)),
        TableBlock(title, columns, rows, notes, frozenset(), w("compare", lang)),
    ]


def run_summary(result: StoredRun, lang: str) -> list[str]:
    """Return the level of consumption in the last whole year."""
    frame = run_frame(result.frame)
    unit = money(lang)
    months = run.months_of(result.frame)
    year = months[-1][:4] if months[-1].endswith("12") else months[0][:4]
    values = frame[frame["period"] == year].set_index("outcome")["value"] / unit.scale
    shown = {key: number(values[key], unit.decimals) for key in (HEADLINE, "resident_consumption")}
    name = run.title(result.frame, lang)
    return [w("sum_run", lang, name=name, value=shown[HEADLINE], unit=unit.name, year=year,
              residents=shown["resident_consumption"])]  # fmt: skip


def run_chapter(folder: Folder, lang: str) -> list[Block]:
    """Return tables of one scenario: indicators and categories by year, payments where there is a ledger."""
    result = folder.result
    assert isinstance(result, StoredRun)
    name, scope = run.title(result.frame, lang), run.scope(result.frame, lang)
    frame = run_frame(result.frame)
    periods = sorted(set(frame["period"]))
    wide = frame.pivot_table(index="outcome", columns="period", values="value")
    rows: list[list[Cell]] = []
    for outcome in (key for key in OUTCOMES if key in wide.index):
        unit = level_unit(outcome, lang)
        values = [number(wide.loc[outcome, p] / unit.scale, unit.decimals) for p in periods]
        rows.append([label("outcome", outcome, lang), unit.name, *values])
    heads = [Column(w("outcome", lang), None, 2.6), Column(w("unit", lang), None, 1.2)]
    notes = [w("jobs_note", lang), source_note(result, scope, lang)]
    blocks: list[Block] = [
        Heading(w("run", lang, name=name)),
        TableBlock(
            w("t_run", lang, name=name), [*heads, *(Column(p, None, 1.1) for p in periods)], rows, notes,
            frozenset({0}), w("outcome", lang),
        ),
        _categories(result, name, lang),
    ]  # fmt: skip
    flow = folder.path / "ledger" / "transactions_flow.parquet"
    return [*blocks, _flow_table(pd.read_parquet(flow), result, scope, lang)] if flow.is_file() else blocks


def _categories(result: StoredRun, name: str, lang: str) -> TableBlock:
    unit = money(lang)
    table = run.by_category(result.frame)
    by_year = table.groupby([month[:4] for month in table.index]).sum()
    keys = [c.key for c in names.CATEGORIES if c.key in by_year.columns]
    rows: list[list[Cell]] = [
        [label("category", key, lang), *(float(v) for v in by_year[key])] for key in keys
    ]
    columns = [Column(w("category", lang), None, 2.2)]
    columns += [Column(f"{year}", unit.decimals, 1.0, unit.scale) for year in by_year.index]
    notes = [source_note(result, join([run.scope(result.frame, lang, means=True), unit.name], lang), lang)]
    return TableBlock(
        w("t_categories", lang, name=name), columns, rows, notes, frozenset(), w("category", lang)
    )


def _flow_table(flow: pd.DataFrame, result: StoredRun, scope: str, lang: str) -> TableBlock:
    """Return payments between sectors by year, for the workbook."""
    unit = money(lang)
    keys = ["year", "payer", "payee", "item"]
    sums = flow.assign(year=flow["month"].str[:4]).groupby(keys, sort=True)["value"].sum().reset_index()
    rows: list[list[Cell]] = [
        [*map(str, row[:4]), float(row[4])] for row in sums.itertuples(index=False, name=None)
    ]
    columns = [Column(w(key, lang), None, 1.4) for key in keys]
    columns.append(Column(f"{w('value', lang)}, {unit.name}", unit.decimals + 1, 1.0, unit.scale))
    return TableBlock(w("t_flow", lang), columns, rows, [source_note(result, scope, lang)], frozenset(),
                      w("t_flow", lang), sheet_only=True)  # fmt: skip


# ---------------------------------------------------------------------------- facts, trials, drivers


def facts_summary(result: report.Facts, lang: str) -> list[str]:
    """Return how many facts are met."""
    tested = result.table[~result.table["bridge"]]
    within = tested["error_pct"].abs() <= tested["band_pct"]
    fitted = tested["fitted"].astype(bool)
    return [
        w("sum_facts", lang, count=len(tested), within=int(within.sum()), fitted=int(fitted.sum()),
          free=int((~fitted).sum()), free_within=int(within[~fitted].sum()))
    ]  # fmt: skip


def facts_chapter(folder: Folder, lang: str) -> list[Block]:
    """Return how many facts lie in their bands by block, the misses, and all of them for the workbook."""
    result = folder.result
    assert isinstance(result, report.Facts)
    table = result.table
    scope = join(
        [
            "2024",
            ""
            if "scale" not in result.settings
            else result.foot(lang).split("；" if lang == "zh" else "; ", 1)[1],
        ],
        lang,
    )
    counted = facts_frame(table, lang)
    rows: list[list[Cell]] = [
        [
            row["name"],
            float(row["facts"]),
            *(float(row[f"within_{band:g}"]) for band in BANDS),
            float(row["within_band"]),
        ]
        for row in counted.to_dict("records")
    ]
    columns = [Column(w("block", lang), None, 2.4), Column(w("facts_n", lang), 0)]
    columns += [Column(w("within", lang, band=band), 0) for band in BANDS]
    columns.append(Column(w("in_band", lang), 0, 1.2))
    strong = frozenset(i for i, row in enumerate(counted.to_dict("records")) if row["block"] == "all")
    misses = table[~table["bridge"] & (table["error_pct"].abs() > table["band_pct"])]
    misses = misses.loc[misses["error_pct"].abs().sort_values(ascending=False, kind="stable").index]
    note = [source_note(result, scope, lang)]
    return [
        Heading(w("facts", lang)),
        TableBlock(w("t_facts", lang), columns, rows, note, strong, w("block", lang)),
        _facts_table(misses, w("t_misses", lang), note, lang, sheet=w("t_misses", lang)),
        _facts_table(
            table, w("t_all_facts", lang), note, lang, sheet=w("t_all_facts", lang), sheet_only=True
        ),
    ]


def _facts_table(
    table: pd.DataFrame, title: str, notes: Sequence[str], lang: str, *, sheet: str, sheet_only: bool = False
) -> TableBlock:
    rows: list[list[Cell]] = []
    for row in table.to_dict("records"):
        digits = trials_tables.decimals(row["published"], row["model"])
        shown: list[Cell] = (
            [float(row["published"]), float(row["model"])]
            if sheet_only
            else [number(row["published"], digits), number(row["model"], digits)]
        )
        rows.append(
            [fact_name(row["series"], row["geo"], row["breakdown"], lang), str(row["period"]),
             unit_name(row["unit"], lang), *shown, float(row["error_pct"]),
             w("yes" if row["fitted"] else "no", lang), str(row["source"])]
        )  # fmt: skip
    numeric = 2 if sheet_only else None
    columns = [
        Column(w("fact", lang), None, 2.2), Column(w("period", lang), None, 0.8), Column(w("unit", lang), None, 1.1),
        Column(w("published", lang), numeric, 1.0), Column(w("model_head", lang), numeric, 1.0),
        Column(w("error", lang), 1, 0.8), Column(w("fitted", lang), None, 0.7), Column(w("source", lang), None, 3.0),
    ]  # fmt: skip
    if not sheet_only:  # sources take more room than a page has; the sheet of all facts has them
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return TableBlock(title, columns, rows, notes, frozenset(), sheet, sheet_only, every_row=True)


def trials_summary(result: report.Trials, lang: str) -> list[str]:
    """Return how many quantities lie in their bands."""
    return [w("sum_trials", lang, within=int(result.table["in_band"].sum()), count=len(result.table))]


def trials_chapter(folder: Folder, lang: str) -> list[Block]:
    """Return the table of trials, and why results outside their band are there."""
    result = folder.result
    assert isinstance(result, report.Trials)
    return [Heading(w("trial", lang)), *trials_blocks(result, lang)]


def trials_blocks(result: report.Trials, lang: str) -> list[Block]:
    """Return the table of trials with explanations below it."""
    rows: list[list[Cell]] = []
    for row in trials_tables.records(result.table):
        digits = trials_tables.row_decimals(row)
        rows.append(
            [str(row["trial"]).replace("_", " "), trials_tables.named(row, "quantity_title", lang),
             trials_tables.unit_of(row, lang), number(row["published"], digits),
             trials_tables.band_text(row, lang), number(row["model"], digits),
             interval(row["model_low"], row["model_high"], digits),
             w("yes" if row["in_band"] else "no", lang), str(row["source"])]
        )  # fmt: skip
    heads = (
        "trial_head",
        "quantity",
        "unit",
        "published",
        "band",
        "model_head",
        "interval",
        "in_band",
        "source",
    )
    widths = (0.8, 2.4, 1.3, 0.9, 1.3, 0.9, 1.4, 0.8, 2.2)
    columns = [Column(w(key, lang), None, width) for key, width in zip(heads, widths, strict=True)]
    scope = result.foot(lang).split("；" if lang == "zh" else "; ", 1)[1]
    notes = [w("judgement", lang), source_note(result, scope, lang)]
    title, brief = w("t_trials", lang), [row[:-1] for row in rows]
    blocks: list[Block] = [
        TableBlock(title, columns[:-1], brief, notes, frozenset(), "", every_row=True),
        TableBlock(title, columns, rows, notes, frozenset(), w("trial", lang), sheet_only=True),
    ]
    reasons = trials_tables.trials_notes(result.table, lang)
    if reasons:
        blocks.append(Heading(w("outside", lang), 2))
        blocks += [Paragraph(reason, "item") for reason in reasons]
    return blocks


def drivers_summary(result: report.Sensitivity, lang: str) -> list[str]:
    """Return the parameters that matter most."""
    frame = sensitivity_frame(result, lang).head(TOP)
    listed = ("；" if lang == "zh" else "; ").join(
        str(row["meaning"]) or str(row["parameter"]) for row in frame.to_dict("records")
    )
    return [
        w("sum_drivers", lang, measure=_measure(result, lang), listed=listed,
          outcome=_lower(label("outcome", result.settings["outcome"], lang), lang))
    ]  # fmt: skip


def _measure(result: report.Sensitivity, lang: str) -> str:
    number_of = result.settings["measure"]
    title = result.titles[number_of]
    name = title.zh if lang == "zh" else title.en
    return f"{number_of} {name}" if number_of else name


def drivers_chapter(folder: Folder, lang: str) -> list[Block]:
    """Return the table of the most influential parameters."""
    result = folder.result
    assert isinstance(result, report.Sensitivity)
    unit = unit_of(result.settings["outcome"], lang)
    method = result.settings["method"]
    scale, digits = (unit.scale, unit.decimals + 1) if method == "morris" else (1.0, 3)
    name = f"{MAIN_INDEX[method]}, {unit.name}" if method == "morris" else MAIN_INDEX[method]
    rows: list[list[Cell]] = [
        [
            str(row["meaning"]),
            str(row["parameter"]),
            float(row["value"]),
            (float(row["low"]), float(row["high"])),
        ]
        for row in sensitivity_frame(result, lang).to_dict("records")
    ]
    columns = [
        Column(w("meaning", lang), None, 3.2), Column(w("parameter", lang), None, 2.6),
        Column(name, digits, 1.2, scale), Column(w("interval", lang), digits, 1.4, scale),
    ]  # fmt: skip
    notes = [w("more_rows", lang, shown=min(SHOWN, len(rows)), all=len(ranked(result))),
             source_note(result, result.foot(lang).split("；" if lang == "zh" else "; ", 1)[1], lang)]  # fmt: skip
    top = TableBlock(w("t_drivers", lang), columns, rows[:SHOWN], notes, frozenset(), "")
    full = TableBlock(
        w("t_drivers", lang), columns, rows, notes[1:], frozenset(), w("parameter", lang), sheet_only=True
    )
    return [Heading(w("sensitivity", lang)), top, full]


# ---------------------------------------------------------------------------- anything else


def other_chapter(folder: Folder, lang: str) -> list[Block]:
    """Return the tables of a folder of a kind that has no chapter of its own, as they are."""
    blocks: list[Block] = [Heading(w("other", lang, name=folder.command))]
    scope = folder.result.foot(lang).split("；" if lang == "zh" else "; ", 1)
    notes = [source_note(folder.result, scope[1] if len(scope) > 1 else folder.command, lang)]
    for name, frame in folder.tables().items():
        columns = [Column(str(head).replace("_", " "), _digits(frame[head]), 1.0) for head in frame.columns]
        rows: list[list[Cell]] = [
            [_plain(value) for value in row] for row in frame.itertuples(index=False, name=None)
        ]
        long = len(rows) > 2000 or len(columns) > 10
        blocks.append(
            TableBlock(name.replace("_", " "), columns, rows, notes, frozenset(), name, sheet_only=long)
        )
    return blocks


def _digits(column: pd.Series) -> int | None:
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return None
    values = column.to_numpy(dtype=float, na_value=np.nan)
    values = values[np.isfinite(values)]
    if not values.size or (values == np.round(values)).all():
        return 0
    return trials_tables.decimals(*values)


def _plain(value: Any) -> Cell:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return (
        float(value)
        if isinstance(value, int | float | np.number) and not isinstance(value, bool)
        else str(value)
    )


def _lower(text: str, lang: str) -> str:
    """Return a label inside a sentence."""
    return text if lang == "zh" else text[:1].lower() + text[1:]


SUMMARIES: Final[dict[type, Callable[[Any, str], list[str]]]] = {
    report.Uplift: uplift_summary,
    report.Comparison: compare_summary,
    StoredRun: run_summary,
    report.Facts: facts_summary,
    report.Trials: trials_summary,
    report.Sensitivity: drivers_summary,
}
CHAPTERS: Final[dict[type, Callable[[Folder, str], list[Block]]]] = {
    report.Uplift: uplift_chapter,
    report.Comparison: compare_chapter,
    StoredRun: run_chapter,
    report.Facts: facts_chapter,
    report.Trials: trials_chapter,
    report.Sensitivity: drivers_chapter,
}
"""Summaries and chapters by kind of results."""
