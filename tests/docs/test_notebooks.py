"""The notebooks are in step with their sources, hold no outputs, and run from the first cell to the last."""

import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest

nbformat = pytest.importorskip("nbformat")
HERE = Path(__file__).parents[2] / "docs" / "notebooks"
NAMES = sorted(p.stem for p in HERE.glob("*.ipynb"))


def _make() -> Any:
    spec = importlib.util.spec_from_file_location("make_notebooks", HERE / "make.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_notebooks_are_in_step_with_their_sources() -> None:
    make = _make()
    assert [source.stem for source in make.sources()] == NAMES
    for source in make.sources():
        found = nbformat.read(HERE / f"{source.stem}.ipynb", as_version=4)
        assert nbformat.writes(make.notebook(source)) == nbformat.writes(found), (
            "python docs/notebooks/make.py"
        )
        assert all(not cell.outputs for cell in found.cells if cell.cell_type == "code")


def test_the_index_names_every_notebook() -> None:
    index = (HERE / "index.md").read_text("utf-8")
    assert all(f"({name}.ipynb)" in index for name in NAMES)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the kernel's own packages
@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbclient = pytest.importorskip("nbclient")
    monkeypatch.setenv("JINXIAO_STORE", str(tmp_path / "store"))
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(HERE.parents[1]), os.environ.get("PYTHONPATH", "")])
    )
    found = nbformat.read(HERE / f"{name}.ipynb", as_version=4)
    where = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(found, timeout=900, kernel_name="python3", resources=where).execute()
    assert (
        any("image/png" in out.get("data", {}) for c in found.cells for out in c.get("outputs", []))
        or "own" in name
    )
