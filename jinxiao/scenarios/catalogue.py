"""The catalogue: a tidy table of measures and instruments, and everything about one measure."""

from typing import Any

import pandas as pd
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as RichText

from jinxiao.files.priors import Distribution
from jinxiao.model.names import PAYERS, month_label
from jinxiao.scenarios.levers import Instrument
from jinxiao.scenarios.measure import SECTIONS, Measure
from jinxiao.scenarios.plan import Plan
from jinxiao.scenarios.records import In, Parameter

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "measure": "Measure", "section": "Section", "mechanism": "How it works", "clauses": "Clauses",
        "instruments": "Instruments", "parameters": "Parameters", "sources": "Sources", "not_modelled": "Not modelled",
        "levers": "Levers", "limits": "Limits", "status": "Status", "from": "From", "to": "To", "payers": "Payers",
        "kind": "Kind", "grade": "Evidence", "value": "Value", "unit": "Unit", "prior": "Prior", "source": "Source",
        "meaning": "Meaning", "name": "Name", "decided": "Decided by", "key": "Key", "done": "Done", "note": "Note",
        "continued": "continued", "raised": "raised", "new": "new", "national": "national", "provincial": "provincial",
        "local": "local", "causal": "causal", "official": "official", "assumed": "assumed", "reported": "reported",
        "open": "open", "yes": "yes", "no": "no", "differs": "differs", "everywhere": "whole province", "where": "Where",
        "fixed": "fixed", "same_as": "same as", "owners": "Owned by measure",
    },
    "zh": {
        "measure": "措施", "section": "部分", "mechanism": "作用机制", "clauses": "条款", "instruments": "政策工具",
        "parameters": "参数", "sources": "来源", "not_modelled": "未建模", "levers": "工具", "limits": "局限", "status": "性质",
        "from": "起", "to": "止", "payers": "出资", "kind": "类型", "grade": "证据等级", "value": "数值", "unit": "单位",
        "prior": "先验分布", "source": "来源", "meaning": "含义", "name": "名称", "decided": "决定层级", "key": "代码",
        "done": "是否实施", "note": "说明", "continued": "延续", "raised": "提标", "new": "新增", "national": "国家",
        "provincial": "省", "local": "市县", "causal": "因果证据", "official": "官方", "assumed": "假定", "reported": "媒体转载",
        "open": "长期", "yes": "是", "no": "否", "differs": "有差异", "everywhere": "全省", "where": "范围", "fixed": "固定",
        "same_as": "同", "owners": "归属措施",
    },
}  # fmt: skip
"""Words of the tables in both languages."""

UNITS_ZH = {
    "share": "比例", "share/year": "比例/年", "yuan": "元", "yuan/month": "元/月", "yuan/year": "元/年",
    "yuan/event": "元/次", "yuan/unit": "元/件", "yuan/coupon": "元/张", "yuan/person": "元/人", "yuan/hire": "元/人",
    "yuan/person/year": "元/人/年", "yuan/shop/day": "元/店/日", "persons": "人", "persons/year": "人次/年", "months": "月",
    "units": "件", "days": "天", "weeks": "周", "days/year": "天/年", "days/break": "天/次", "quintiles": "组", "coupons": "张",
    "hires/year": "人/年", "homes": "套", "homes/year": "套/年", "yuan/home": "元/套", "households": "户", "units/year": "件/年",
    "months of income": "月收入", "events/year": "场/年", "attendances/event": "人次/场", "yuan/person/night": "元/人晚",
    "nights/year": "人晚/年", "nights": "晚", "yuan/case": "元/项", "cases/year": "项/年", "yuan/parcel": "元/件",
    "parcels/year": "件/年", "1": "无量纲",
}  # fmt: skip


def unit_name(unit: str, lang: str) -> str:
    """Return a unit in the language of the reader."""
    return UNITS_ZH.get(unit, unit) if lang == "zh" else unit


def number(value: float) -> str:
    """Return a number as people read it: 20,000 or 0.85."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:g}"


def prior_text(prior: Distribution | None) -> str:
    """Return a prior in a few words: ``triangular 0.8 / 0.95 / 0.99``; empty without one."""
    if prior is None:
        return ""
    record = prior.model_dump(exclude_none=True)
    name = record.pop("distribution")
    return f"{name} " + " / ".join(number(float(value)) for value in record.values())


def payers_text(instrument: Instrument, lang: str) -> str:
    """Return who pays: ``Central government 90%, Province 10%``."""
    shares = zip(PAYERS, instrument.payers.shares, strict=True)
    return ", ".join(
        f"{payer.zh if lang == 'zh' else payer.en} {share:.0%}" for payer, share in shares if share > 0
    )


def actual_text(instrument: Instrument, lang: str) -> str:
    """Return whether it was really done."""
    if isinstance(instrument.actual, bool):
        return WORDS[lang]["yes" if instrument.actual else "no"]
    return WORDS[lang]["differs"]


def where_text(instrument: Instrument, lang: str) -> str:
    """Return where it applies."""
    geo = instrument.geo
    parts = [*geo.cities, *geo.zones, *([geo.residence] if geo.residence else [])]
    return ", ".join(parts) if parts else WORDS[lang]["everywhere"]


def catalogue_table(plan: Plan) -> pd.DataFrame:
    """Return the list of measures: one row a measure.

    Columns: measure, name_en, name_zh, section, section_en, section_zh, clauses, not_modelled, instruments, continued, raised,
    new, parameters, uncertain, grade.
    """
    rows = []
    for measure in plan.measures.values():
        statuses = [instrument.status for instrument in measure.instruments.values()]
        parameters = [parameter for _, _, parameter, _ in measure.parameters()]
        section = SECTIONS[measure.section - 1]
        rows.append(
            {
                "measure": measure.number,
                "name_en": measure.name_en,
                "name_zh": measure.name_zh,
                "section": measure.section,
                "section_en": section.en,
                "section_zh": section.zh,
                "clauses": len(measure.clauses),
                "not_modelled": sum(clause.not_modelled is not None for clause in measure.clauses),
                "instruments": len(statuses),
                **{status: statuses.count(status) for status in ("continued", "raised", "new")},
                "parameters": len(parameters),
                "uncertain": sum(p.prior is not None and not p.same_as for p in parameters),
                "grade": measure.grade,
            }
        )
    return pd.DataFrame(rows)


def instrument_table(plan: Plan, *numbers: int) -> pd.DataFrame:
    """Return the list of instruments: one row an instrument, of the measures named or of all."""
    plan.check_numbers(numbers)
    return pd.DataFrame(
        [
            {
                "measure": measure.number,
                "rule": plan.rules.get((measure.number, key)),
                **instrument_record(key, one, "en"),
            }
            for measure in plan.measures.values()
            if not numbers or measure.number in numbers
            for key, one in measure.instruments.items()
        ]
    )


def instrument_record(key: str, instrument: Instrument, lang: str) -> dict[str, str]:
    """Return what a table says about an instrument."""
    words = WORDS[lang]
    return {
        "key": key,
        "name": instrument.name[lang],
        "kind": instrument.kind,
        "status": words[instrument.status],
        "decided": words[instrument.authority],
        "from": month_label(instrument.start),
        "to": words["open"] if instrument.end is None else month_label(instrument.end),
        "where": where_text(instrument, lang),
        "payers": payers_text(instrument, lang),
        "done": actual_text(instrument, lang),
        "grade": words[instrument.evidence],
        "source": instrument.source.title,
        "note": instrument.note,
    }


def parameter_record(
    measure: Measure, key: str, path: str, parameter: Parameter, spec: In | None, lang: str
) -> dict[str, str]:
    """Return what a table says about a parameter."""
    words = WORDS[lang]
    prior = prior_text(parameter.prior) or words["fixed"]
    field = (spec.zh if lang == "zh" else spec.en) if spec else path
    return {
        "name": f"{key}.{path}",
        "value": number(parameter.value),
        "unit": unit_name(parameter.unit, lang),
        "prior": f"{words['same_as']} {parameter.same_as}" if parameter.same_as else prior,
        "grade": words[measure.grade_of(key, parameter)],
        "source": measure.source_of(key, parameter).title,
        "meaning": f"{field}: {parameter.meaning}" if parameter.meaning else field,
    }


def describe_measure(plan: Plan, measure_number: int, lang: str = "en") -> dict[str, Any]:
    """Return everything about one measure as plain data (for JSON), in ``en`` or ``zh``.

    Raises
    ------
    InputError
        When the plan has no such measure.
    """
    plan.check_numbers((measure_number,))
    measure = plan.measures[measure_number]
    words = WORDS[lang]
    return {
        "measure": measure.number,
        "name": measure.name(lang),
        "name_en": measure.name_en,
        "name_zh": measure.name_zh,
        "section": SECTIONS[measure.section - 1][lang],
        "grade": words[measure.grade],
        "mechanism": measure.mechanism[lang],
        "clauses": [
            {
                "summary": clause.summary[lang],
                "levers": [measure.instruments[key].name[lang] for key in clause.levers],
                "keys": list(clause.levers),
                "not_modelled": clause.not_modelled[lang] if clause.not_modelled else "",
                "limits": clause.limits[lang] if clause.limits else "",
                "owners": ", ".join(map(str, clause.owners)),
            }
            for clause in measure.clauses
        ],
        "instruments": [instrument_record(key, one, lang) for key, one in measure.instruments.items()],
        "parameters": [
            parameter_record(measure, key, path, parameter, spec, lang)
            for key, path, parameter, spec in measure.parameters()
        ],
        "sources": [
            {"title": source.title, "url": source.url, "confidence": words[source.confidence]}
            for source in measure.sources.values()
        ],
    }


def show_measure(plan: Plan, measure_number: int, lang: str = "en") -> RenderableType:
    """Return everything about one measure for the terminal."""
    record = describe_measure(plan, measure_number, lang)
    words = WORDS[lang]
    head = RichText(f"{record['measure']}  {record['name_en']}  {record['name_zh']}", style="bold")
    parts: list[RenderableType] = [
        head,
        RichText(f"{record['section']} · {words['grade']}: {record['grade']}"),
        "",
    ]
    parts += [record["mechanism"], "", RichText(words["clauses"], style="bold")]
    for clause in record["clauses"]:
        parts.append(RichText(f"• {clause['summary']}"))
        for label in ("not_modelled", "limits", "owners"):
            if clause[label]:
                parts.append(Padding(RichText(f"{words[label]}: {clause[label]}", style="dim"), (0, 0, 0, 2)))
        if clause["keys"]:
            parts.append(
                Padding(
                    RichText(f"{words['levers']}: {', '.join(clause['keys'])}", style="dim"), (0, 0, 0, 2)
                )
            )
    parts += [
        "",
        _table(
            record["instruments"],
            ("key", "name", "status", "decided", "from", "to", "payers", "grade"),
            words,
        ),
    ]
    shown = [row for row in record["parameters"] if "county_classes" not in row["name"]]
    parts += ["", _table(shown, ("name", "value", "unit", "prior", "grade", "meaning"), words), ""]
    parts.append(RichText(words["sources"], style="bold"))
    parts += [RichText(f"{s['title']} [{s['confidence']}] {s['url']}") for s in record["sources"]]
    return Group(*parts)


def _table(rows: list[dict[str, str]], columns: tuple[str, ...], words: dict[str, str]) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(words[column], justify="right" if column == "value" else "left", overflow="fold")
    for row in rows:
        table.add_row(*(row[column] for column in columns))
    return table
