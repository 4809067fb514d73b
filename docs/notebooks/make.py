"""Write the notebooks from their sources: ``python docs/notebooks/make.py``. Cells start with ``# %%``; no outputs are kept."""

import re
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HERE = Path(__file__).parent
START = re.compile(r"^# %%(.*)$", re.MULTILINE)


def sources() -> list[Path]:
    """Return the sources in order."""
    return sorted((HERE / "sources").glob("*.py"))


def notebook(source: Path) -> Any:
    """Return a notebook without outputs; the same source gives the same bytes."""
    parts = START.split(source.read_text("utf-8"))[1:]
    cells = []
    for number, (kind, text) in enumerate(zip(parts[::2], parts[1::2], strict=True)):
        body = text.strip()
        if "[markdown]" in kind:
            lines = [line.removeprefix("#").removeprefix(" ") for line in body.split("\n")]
            cells.append(new_markdown_cell("\n".join(lines), id=f"cell-{number}"))
        else:
            cells.append(new_code_cell(body.replace("# %matplotlib", "%matplotlib"), id=f"cell-{number}"))
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=cells, metadata=about)


def main() -> None:
    """Write every notebook beside this file."""
    for source in sources():
        nbformat.write(notebook(source), HERE / f"{source.stem}.ipynb")


if __name__ == "__main__":
    main()
