"""The annex of a report: what the model is, what was drawn, where data come from, how it was examined, how to repeat it."""

import shlex
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.statistics import CONFIDENCES, Statistics
from jinxiao.experiments.engine import code_hash
from jinxiao.files.errors import InputError
from jinxiao.files.priors import Distribution
from jinxiao.results import report
from jinxiao.results.documents import words
from jinxiao.results.documents.content import Block, Cell, Column, Heading, Paragraph, TableBlock
from jinxiao.results.documents.words import CONFIDENCES as GRADE_WORDS
from jinxiao.results.documents.words import RUN_ROWS, w
from jinxiao.results.labels import label, plan_name
from jinxiao.results.parameter_names import parameter_names
from jinxiao.results.reading import Folder
from jinxiao.scenarios.catalogue import number, prior_text
from jinxiao.scenarios.catalogue import unit_name as lever_unit
from jinxiao.scenarios.plan import Plan, load_plan

OPTIONS: Final = (
    "plan",
    "scale",
    "draws",
    "seed",
    "months",
    "reference",
    "method",
    "outcome",
    "measure",
    "size",
)
"""Settings that are options of the command line under the same name."""
LISTS: Final = ("measures", "estimand", "closure")
PRIORS_ZH: Final = {
    "uniform": "均匀", "triangular": "三角", "normal": "正态", "lognormal": "对数正态", "beta": "贝塔",
}  # fmt: skip
GRADES: Final = ("causal", "official", "reported", "derived", "assumed")


def limits(lang: str) -> list[Block]:
    """Return the chapter on what the model leaves out."""
    return [Heading(w("limits", lang)), *(Paragraph(one.of(lang), "item") for one in words.LIMITS)]


def annex(folders: Sequence[Folder], lang: str) -> list[Block]:
    """Return the method annex of a report on some folders."""
    plan = _plan(folders)
    blocks: list[Block] = [Heading(w("annex", lang)), Heading(w("model", lang), 2)]
    blocks += [Paragraph(one.of(lang)) for one in words.MODEL]
    blocks.append(Heading(w("terms", lang), 2))
    blocks += [Paragraph(one.of(lang), "item") for one in words.TERMS]
    blocks += [*_parameters(folders, plan, lang), *_sources(folders, plan, lang), *_examined(folders, lang)]
    return [*blocks, *_repeat(folders, lang)]


def _plan(folders: Sequence[Folder]) -> Plan | None:
    """Return the plan of the folders, none where it is not in the catalogue."""
    for folder in folders:
        try:
            return load_plan(str(folder.manifest["plan"]))
        except (InputError, OSError, KeyError):
            continue
    return None


def _chosen(folders: Sequence[Folder], plan: Plan | None) -> list[int]:
    """Return the measures that the folders are about: all of them unless every one names its own."""
    if plan is None:
        return []
    named = [folder.manifest["measures"] for folder in folders if folder.manifest.get("measures")]
    listed = {int(k) for numbers in named for k in numbers}
    return sorted(listed & set(plan.measures)) if listed else sorted(plan.measures)


def _parameters(folders: Sequence[Folder], plan: Plan | None, lang: str) -> list[Block]:
    known = load_parameters()
    meanings = parameter_names(plan.name if plan else "", lang)
    own: list[list[Cell]] = []
    grades: Counter[str] = Counter()
    for key, prior in known.uncertain:
        record = known.records[key]
        factor = "× " if record.prior_factor is not None else ""
        value = number(record.value) if isinstance(record.value, float) else "…"
        own.append([meanings[key], key, value, record.unit, factor + _prior(prior, lang), _grade(record.grade, lang),
                    record.source])  # fmt: skip
        grades[record.grade] += 1
    levers = _levers(plan, _chosen(folders, plan), lang) if plan else []
    counts = ("、" if lang == "zh" else ", ").join(
        f"{_grade(g, lang)} {grades[g]}" for g in GRADES if grades[g]
    )
    blocks: list[Block] = [
        Heading(w("parameters", lang), 2),
        Paragraph(w("parameters_text", lang, count=len(own), levers=len(levers), grades=counts)),
    ]
    if any(folder.manifest.get("hashes", {}).get("code") != code_hash() for folder in folders):
        blocks.append(Paragraph(w("other_code", lang), "note"))
    for title, rows, sheet in (("t_parameters", own, "parameters"), ("t_levers", levers, "t_levers")):
        if rows:
            blocks += _listed(w(title, lang), rows, w(sheet, lang), lang)
    return blocks


def _listed(title: str, rows: Sequence[Sequence[Cell]], sheet: str, lang: str) -> list[Block]:
    """Return a table of parameters: a short one for pages, the full one for the workbook."""
    heads = ("meaning", "parameter", "value", "unit", "prior", "basis", "source")
    widths = (3.4, 2.2, 0.8, 1.3, 1.9, 0.8, 4.0)
    columns = [Column(w(key, lang), None, width) for key, width in zip(heads, widths, strict=True)]
    pages = [columns[0], *columns[2:6]]
    brief = [[row[0], *row[2:6]] for row in rows]
    return [
        TableBlock(title, pages, brief, (), frozenset(), "", every_row=True),
        TableBlock(title, columns, rows, (), frozenset(), sheet, sheet_only=True, every_row=True),
    ]


def _levers(plan: Plan, chosen: Sequence[int], lang: str) -> list[list[Cell]]:
    meanings = parameter_names(plan.name, lang)
    rows: list[list[Cell]] = []
    for k in chosen:
        measure = plan.measures[k]
        for key, path, parameter, _ in measure.parameters():
            if parameter.prior is None:
                continue
            name = f"measures.{k}.{key}.{path}"
            source = measure.source_of(key, parameter)
            value = parameter.value
            rows.append(
                [meanings.get(name, name), name, number(float(value)) if isinstance(value, int | float) else "…",
                 lever_unit(str(parameter.unit), lang), _prior(parameter.prior, lang),
                 _grade(measure.grade_of(key, parameter), lang), str(source.title)]
            )  # fmt: skip
    return rows


def _prior(prior: Distribution | None, lang: str) -> str:
    text = prior_text(prior)
    name, _, values = text.partition(" ")
    return f"{PRIORS_ZH.get(name, name)} {values}" if lang == "zh" else text


def _grade(grade: str, lang: str) -> str:
    return GRADE_WORDS[grade].of(lang) if grade in GRADE_WORDS else grade


def _sources(folders: Sequence[Folder], plan: Plan | None, lang: str) -> list[Block]:
    statistics = list(Statistics.load())
    by_source: dict[tuple[str, str], list[str]] = {}
    for one in statistics:
        by_source.setdefault((one.source, one.url), []).append(one.confidence)
    counted = Counter(one.confidence for one in statistics)
    text = w(
        "sources_text",
        lang,
        count=len(statistics),
        titles=len(by_source),
        **{c: counted[c] for c in CONFIDENCES},
    )
    rows: list[list[Cell]] = [
        [title, url, float(len(found)), _grade(Counter(found).most_common(1)[0][0], lang)]
        for (title, url), found in sorted(by_source.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    heads = ("title_head", "address", "figures_n", "confidence")
    columns = [
        Column(w(key, lang), 0 if key == "figures_n" else None, width)
        for key, width in zip(heads, (4.0, 4.0, 0.8, 1.0), strict=True)
    ]
    blocks: list[Block] = [
        Heading(w("sources", lang), 2),
        Paragraph(text),
        TableBlock(w("t_sources", lang), columns, rows, (), frozenset(), w("sources", lang), sheet_only=True),
    ]
    if plan is not None:
        blocks += _measure_sources(plan, _chosen(folders, plan), lang)
    return blocks


def _measure_sources(plan: Plan, chosen: Sequence[int], lang: str) -> list[Block]:
    found: dict[tuple[str, str], set[int]] = {}
    for k in chosen:
        measure = plan.measures[k]
        for source in (*measure.sources.values(), *(one.source for one in measure.instruments.values())):
            found.setdefault((str(source.title), str(getattr(source, "url", "") or "")), set()).add(k)
    rows: list[list[Cell]] = [
        [", ".join(map(str, sorted(numbers))), title, url]
        for (title, url), numbers in sorted(found.items(), key=lambda item: (min(item[1]), item[0]))
    ]
    widths = (0.8, 4.6, 3.0)
    columns = [
        Column(w(key, lang), None, width)
        for key, width in zip(("measure", "title_head", "address"), widths, strict=True)
    ]
    pages = TableBlock(
        w("t_measure_sources", lang),
        columns[:2],
        [row[:2] for row in rows],
        (),
        frozenset(),
        "",
        every_row=True,
    )
    full = TableBlock(
        w("t_measure_sources", lang),
        columns,
        rows,
        (),
        frozenset(),
        w("t_measure_sources", lang),
        sheet_only=True,
    )
    return [pages, full]


def _examined(folders: Sequence[Folder], lang: str) -> list[Block]:
    results = [folder.result for folder in folders if isinstance(folder.result, report.Trials)]
    blocks: list[Block] = [Heading(w("examined", lang), 2)]
    if not results:
        return [*blocks, Paragraph(w("no_trials", lang))]
    for result in results:
        within = result.table["in_band"].astype(bool)
        blocks.append(Paragraph(w("sum_trials", lang, within=int(within.sum()), count=len(within))))
        for key, chosen in (("passed", within), ("failed", ~within)):
            counted = Counter(result.table.loc[chosen, "trial"].astype(str).str.replace("_", " "))
            if counted:
                parts = [f"{name} ({count})" if count > 1 else name for name, count in counted.items()]
                blocks.append(
                    Paragraph(w(key, lang, listed=("、" if lang == "zh" else ", ").join(parts)), "item")
                )
    return blocks


def _repeat(folders: Sequence[Folder], lang: str) -> list[Block]:
    blocks: list[Block] = [Heading(w("repeat", lang), 2), Paragraph(w("same_bits", lang))]
    for folder in folders:
        line = folder.manifest.get("command_line") or []
        if not line:
            blocks.append(Paragraph(w("from_python", lang), "note"))
        blocks.append(Paragraph(shlex.join(line or equivalent(folder.manifest)), "code"))
    heads = [Column(w("what", lang), None, 1.4), *(Column(f.path.resolve().name, None, 2.6) for f in folders)]
    rows: list[list[Cell]] = []
    for key, name in RUN_ROWS.items():
        cells = [_setting(folder.manifest, key, lang) for folder in folders]
        if any(cells):
            rows.append([name.of(lang), *cells])
    return [
        *blocks,
        TableBlock(w("t_runs", lang), heads, rows, (), frozenset(), w("repeat", lang), every_row=True),
    ]


def equivalent(manifest: dict[str, Any]) -> list[str]:
    """Return the command line that asks for what a manifest says."""
    line = ["jinxiao", str(manifest["command"])]
    line += [str(name) for name in manifest.get("scenarios", [])]
    if "scenario" in manifest:
        line.append(str(manifest["scenario"]))
    for key in LISTS:
        if manifest.get(key):
            line += [f"--{key}", ",".join(map(str, manifest[key]))]
    for key in OPTIONS:
        if key in manifest and not (manifest["command"] == "compare" and key == "reference"):
            line += [f"--{key}", str(manifest[key])]
    return line


def _setting(manifest: dict[str, Any], key: str, lang: str) -> str:
    value = (
        manifest.get("hashes", {}).get(key) if key in ("world", "parameters", "code") else manifest.get(key)
    )
    if value in (None, "", []):
        return ""
    if key == "plan":
        return plan_name(str(value), lang)
    if key == "packages":
        return ", ".join(f"{name} {version}" for name, version in value.items())
    values = value if isinstance(value, list) else [value]
    if key in ("closure", "estimand", "reference"):
        return ", ".join(_labelled(key, str(one), lang) for one in values)
    return ", ".join(map(str, values))


def _labelled(key: str, value: str, lang: str) -> str:
    try:
        return label(key, value, lang)
    except KeyError:
        return value
