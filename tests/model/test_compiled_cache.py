"""Compiled loops are cached on disk; a rule that was edited must not live on in the cache of the loop that calls it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import jinxiao

ASK_A_FIRM = """
import numpy as np
import jinxiao
from jinxiao.model.firms.columns import FIRM
from jinxiao.model.firms.loop import FirmColumns, FirmParameters, plan_firms
assert jinxiao.__file__.startswith({root!r})
firm = FirmColumns(*(np.ones(1, c.dtype) for c in FIRM.values()))
firm.sales[0] = 2.0
parameters = FirmParameters(*np.ones(len(FirmParameters._fields)))._replace(
    expectation_speed=0.5, labour_to_sales=0.6, labour_adjustment=0.25
)
wanted, one = np.zeros(1), np.ones(1)
plan_firms(np.array([0, 1]), 1, 0, 1.0, firm, one, np.zeros(1), one, one, one, one, np.zeros(1), parameters, wanted)
print(wanted[0])
"""


def wanted_labour(root: Path) -> float:
    """Labour that a firm wants whose sales have doubled, in a fresh process that runs the package in ``root``."""
    settings = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
    run = subprocess.run(
        [sys.executable, "-c", ASK_A_FIRM.format(root=str(root))],
        cwd=root, env={**settings, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(run.stdout)


@pytest.mark.slow
def test_an_edited_rule_is_what_runs(tmp_path: Path) -> None:
    package = Path(jinxiao.__file__).parent
    shutil.copytree(package, tmp_path / "jinxiao", ignore=shutil.ignore_patterns("__pycache__"))
    assert wanted_labour(tmp_path) > 1.0
    rules = tmp_path / "jinxiao" / "model" / "firms" / "rules.py"
    source = rules.read_text(encoding="utf-8")
    stubborn = source.replace("return employees + adjustment * ", "return employees + 0.0 * ")
    assert stubborn != source
    rules.write_text(stubborn, encoding="utf-8")
    assert wanted_labour(tmp_path) == 1.0
