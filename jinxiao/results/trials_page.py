"""The parts of docs/trials.md that are made: names that expressions may use, and the results of a run.

``python -m jinxiao.results.trials_page docs/trials.md [RESULTS]`` writes them anew; RESULTS is a folder of ``jinxiao trial all``.
"""

import json
import sys
from pathlib import Path

import pandas as pd

from jinxiao.experiments.trials import firm_panel
from jinxiao.experiments.trials.expressions import (
    BLOCK_ATTRIBUTES,
    BLOCKS,
    DERIVED,
    FUNCTIONS,
    PLAIN_ATTRIBUTES,
    TOTALS,
    outcome_names,
)
from jinxiao.files.errors import InputError
from jinxiao.files.text import read_text
from jinxiao.files.writing import MANIFEST, atomic_write_bytes
from jinxiao.results.trials_tables import markdown

NAMES, RESULTS = "names", "results"


def names_text() -> str:
    """Return the names of outcomes and attributes as Markdown."""
    plain = sorted(name for name in outcome_names() if "." not in name and name not in TOTALS)
    now = sorted(name for name in outcome_names() if name.startswith("now."))
    lines = [
        "**Outcomes**, from the household's diary of the month, in yuan unless a name says otherwise:",
        "",
        ", ".join(f"`{name}`" for name in [*plain, *now]) + ".",
        "",
        "| with a member | members |",
        "|---|---|",
    ]
    for block, (_, keys) in BLOCKS.items():
        lines.append(f"| `{block}.` | {', '.join(f'`{key}`' for key in keys)} |")
    counted = ", ".join(f"`{name}.`" for name in DERIVED)
    lines += [
        f"| {counted} | units bought, units bought with a subsidy, and the price of these, of the classes above |",
        "",
        ", ".join(f"`{name}`" for name in TOTALS) + " without a member stand for the sum over all.",
        "",
        "**Attributes**, of the household when the window opens:",
        "",
        "| attribute | meaning |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in PLAIN_ATTRIBUTES.items()),
        *(
            f"| `{block}.` | of {', '.join(f'`{key}`' for key in keys)} |"
            for block, keys in BLOCK_ATTRIBUTES.items()
        ),
        "",
        "**Firms** (`units: firms`): attributes when the window opens, and outcomes of the month:",
        "",
        "| name | meaning |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in firm_panel.ATTRIBUTES.items()),
        *(f"| `{name}` | {meaning} |" for name, meaning in firm_panel.OUTCOMES.items()),
        "",
        "Words: `urban`, `rural`, and the names of the cities. Functions: "
        + ", ".join(f"`{name}`" for name in FUNCTIONS)
        + ". Operators: `+ - * /`, comparisons, `and`, `or`, `not`.",
    ]
    return "\n".join(lines) + "\n"


def results_text(folder: Path) -> str:
    """Return the results in a folder of ``jinxiao trial`` as Markdown."""
    table = pd.read_parquet(folder / "trials.parquet")
    settings = json.loads(read_text(folder / MANIFEST, "a manifest"))
    return markdown(table, settings)


def put(page: str, part: str, text: str) -> str:
    """Return the page with what stands between ``<!-- PART -->`` and ``<!-- /PART -->`` replaced.

    Raises
    ------
    InputError
        When the page has no such marks.
    """
    start, end = f"<!-- {part} -->", f"<!-- /{part} -->"
    if start not in page or end not in page:
        raise InputError(field=part, found="no marks", allowed=f"a page with {start} and {end}")
    before, rest = page.split(start, 1)
    return f"{before}{start}\n\n{text}\n{end}{rest.split(end, 1)[1]}"


def main(arguments: list[str]) -> None:
    """Write the parts of a page anew."""
    path = Path(arguments[0])
    page = put(path.read_text("utf-8"), NAMES, names_text())
    if len(arguments) > 1:
        page = put(page, RESULTS, results_text(Path(arguments[1])))
    atomic_write_bytes(path, page.encode("utf-8"))


if __name__ == "__main__":
    main(sys.argv[1:])
