"""Pages of the documentation, one a measure, written from the catalogue so that they cannot go stale.

``python -m jinxiao.scenarios.pages docs/measures`` writes them.
"""

import re
import sys
from pathlib import Path
from typing import Any

from jinxiao.scenarios.catalogue import WORDS, describe_measure
from jinxiao.scenarios.plan import Plan, load_plan

CLASSES = ".county_classes.zones."
"""Part of the names of a table that has a page layout of its own."""
NOTICE = "<!-- Written by jinxiao/scenarios/pages.py from the measure's YAML. Do not edit. -->"


def measure_page(plan: Plan, number: int) -> str:
    """Return the page of a measure in Markdown: clauses, mechanism, instruments, parameters, sources."""
    en, zh = describe_measure(plan, number, "en"), describe_measure(plan, number, "zh")
    lines = [
        NOTICE,
        "",
        f"# {number}. {en['name_en']} {zh['name_zh']}",
        "",
        f"{en['section']} · {zh['section']}. Evidence for the mechanism: **{en['grade']}**.",
        "",
        "## How it works in the model",
        "",
        en["mechanism"],
        "",
        zh["mechanism"],
        "",
        "## Clause by clause",
        "",
        "| The measure says | 内容 | In the model |",
        "|---|---|---|",
    ]
    lines += [
        _row(a["summary"], b["summary"], _in_model(a))
        for a, b in zip(en["clauses"], zh["clauses"], strict=True)
    ]
    lines += ["", "## Instruments", "", *_instruments(en, zh)]
    lines += ["", "## Parameters", "", *_parameters(en)]
    limits = [clause["limits"] for clause in en["clauses"] if clause["limits"]]
    if limits:
        lines += ["", "## Limits", "", *(f"- {limit}" for limit in limits)]
    lines += ["", "## Sources", ""]
    lines += [
        f"- {_link(source['title'], source['url'])} ({source['confidence']})" for source in en["sources"]
    ]
    return "\n".join(lines) + "\n"


def _in_model(clause: dict[str, Any]) -> str:
    text = ", ".join(f"`{key}`" for key in clause["keys"]) or f"Not modelled. {clause['not_modelled']}"
    return f"{text} ({WORDS['en']['owners']} {clause['owners']}.)" if clause["owners"] else text


def _instruments(en: dict[str, Any], zh: dict[str, Any]) -> list[str]:
    lines = [
        "| Key | Instrument | Kind | Status | Decided by | Months | Where | Payers | Evidence |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    notes = []
    for a, b in zip(en["instruments"], zh["instruments"], strict=True):
        name = f"{a['name']} {b['name']}"
        months = f"{a['from']} to {a['to']}" if a["to"] != "open" else f"from {a['from']}"
        lines.append(
            _row(
                f"`{a['key']}`",
                name,
                a["kind"],
                a["status"],
                a["decided"],
                months,
                a["where"],
                a["payers"],
                a["grade"],
            )
        )
        remark = a["note"]
        if a["done"] != "yes":
            done = "not done" if a["done"] == "no" else "dates or values differ"
            remark = f"{remark} In the scenario `actual`: {done}.".strip()
        if remark:
            notes.append(f"- `{a['key']}`: {remark}")
    return lines + (["", *notes] if notes else [])


def _parameters(en: dict[str, Any]) -> list[str]:
    lines = [
        "| Parameter | Value | Unit | Prior | Evidence | Meaning | Source |",
        "|---|---:|---|---|---|---|---|",
    ]
    columns = ("value", "unit", "prior", "grade", "meaning", "source")
    tables = [row for row in en["parameters"] if CLASSES in row["name"]]
    plain = [row for row in en["parameters"] if CLASSES not in row["name"]]
    lines += [_row(f"`{row['name']}`", *(row[column] for column in columns)) for row in plain]
    return lines + (_county_classes(tables) if tables else [])


def _county_classes(rows: list[dict[str, str]]) -> list[str]:
    """Return the shares of each zone's workers by class of county as a table of their own, once."""
    shares: dict[str, dict[str, str]] = {}
    for row in rows:
        zone, name = row["name"].split(CLASSES)[1].split(".")
        shares.setdefault(zone, {})[name] = row["value"]
    lines = [
        "",
        "Shares of workers by class of county:",
        "",
        "| Zone | Class 1 | Class 2 | Class 3 |",
        "|---|---:|---:|---:|",
    ]
    return lines + [_row(zone, *(by["class_1"], by["class_2"], by["class_3"])) for zone, by in shares.items()]


def _row(*cells: str) -> str:
    return "| " + " | ".join(re.sub(r"\s*\n\s*", " ", cell).replace("|", "\\|") for cell in cells) + " |"


def _link(title: str, url: str) -> str:
    title = re.sub(r"\s+", " ", title).strip()
    return f"[{title}]({url})" if url.startswith("http") else title


def write_pages(plan: Plan, folder: Path) -> list[Path]:
    """Write the page of each measure as ``NN.md`` and an index; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    index = [NOTICE, "", f"# {plan.name_en} {plan.name_zh}", "", "| | Measure | 措施 |", "|---:|---|---|"]
    for number, measure in plan.measures.items():
        file = folder / f"{number:02d}.md"
        file.write_text(measure_page(plan, number), encoding="utf-8")
        files.append(file)
        index.append(_row(str(number), f"[{measure.name_en}]({file.name})", measure.name_zh))
    front = folder / "index.md"
    front.write_text("\n".join(index) + "\n", encoding="utf-8")
    return [*files, front]


if __name__ == "__main__":
    for written in write_pages(load_plan(), Path(sys.argv[1] if len(sys.argv) > 1 else "docs/measures")):
        print(written)
