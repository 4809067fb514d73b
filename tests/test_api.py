"""The Python interface as its documentation shows it."""

import os
import subprocess
import sys
from pathlib import Path

import mesa
import numpy as np
import pytest

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))

from fake_province import ENGINE

import jinxiao as jx

FAST = {"engine": ENGINE, "scale": 1000, "draws": 2, "jobs": 1}


@pytest.fixture(scope="module")
def plan() -> "jx.Plan":
    return jx.load_plan("shanxi-2025")


@pytest.fixture(scope="module")
def result(plan: "jx.Plan", tmp_path_factory: pytest.TempPathFactory) -> object:
    return jx.uplift(plan, measures=[5, 15, 21], store=tmp_path_factory.mktemp("store"), **FAST)


def test_importing_is_quick_and_names_are_found_when_used() -> None:
    code = (
        "import sys, jinxiao as jx\n"
        "assert not {'numpy', 'pandas', 'mesa', 'numba', 'pydantic'} & set(sys.modules)\n"
        "assert 'uplift' in dir(jx) and jx.__version__\n"
        "from jinxiao import load_plan"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    for name in jx.__all__:
        assert getattr(jx, name) is not None
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = jx.nothing_such


def test_an_uplift_is_a_table_that_draws_and_saves_itself(result: object, tmp_path: Path) -> None:
    assert set(result.table["measure"]) == {0, 5, 15, 21}
    figure = result.plot("waterfall")
    assert type(figure).__name__ == "Figure" and figure.axes
    with pytest.raises(jx.InputError, match=r"found 'watrfall'; allowed .*waterfall"):
        result.plot("watrfall")
    out = result.save(tmp_path / "out")
    for name in (
        "uplift.csv",
        "uplift.parquet",
        "manifest.json",
        "figures/waterfall.png",
        "figures/waterfall.svg",
    ):
        assert (out / name).stat().st_size > 0
    with pytest.raises(jx.InputError, match="found a file"):
        result.save(out / "uplift.csv")


def test_saving_writes_what_the_command_writes(
    result: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jinxiao.cli.exits import run
    from jinxiao.experiments import uplift

    monkeypatch.setattr(uplift, "Engine", lambda: ENGINE)
    monkeypatch.setenv("JINXIAO_STORE", str(tmp_path / "store"))
    words = f"uplift --measures 5,15,21 --scale 1000 --draws 2 --jobs 1 -q --out {tmp_path / 'cli'}"
    assert run(words.split()) == 0
    result.save(tmp_path / "python")
    files = [path for path in (tmp_path / "cli").rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        twin = tmp_path / "python" / path.relative_to(tmp_path / "cli")
        assert twin.is_file()
        if path.name != "manifest.json":
            assert twin.read_bytes() == path.read_bytes(), path.name


def test_scenarios_by_name_or_as_objects(plan: "jx.Plan", tmp_path: Path) -> None:
    by_name = jx.compare(plan, ["without", "measures:5"], store=tmp_path, **FAST)
    by_object = jx.compare(plan, [plan.scenario(), plan.scenario(5)], store=tmp_path, **FAST)
    assert by_name.table.equals(by_object.table)
    one = jx.run(plan, "measures:5", store=tmp_path, **FAST)
    assert one.path("total_consumption").shape == (2, 48)


def test_a_script_needs_no_main_guard(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import jinxiao as jx\n"
        "from fake_province import ENGINE\n"
        "plan = jx.load_plan('shanxi-2025')\n"
        "print(len(jx.uplift(plan, [5], draws=2, jobs=2, engine=ENGINE).table) > 0)\n"
    )
    ended = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "True\n"), ended.stderr


@pytest.mark.slow
def test_an_economy_needs_a_world_and_a_scenario(plan: "jx.Plan") -> None:
    world = jx.World.load(scale=1000)
    economy = jx.Economy(world, plan.scenario(5), seed=1)
    assert isinstance(economy, mesa.Model)
    economy.run_for(20)
    consumption = economy.households.agg("consumption", "sum")
    by_hand = economy.households.get("consumption").astype(float) @ economy.households.get("weight").astype(
        float
    )
    assert consumption == pytest.approx(by_hand, rel=1e-12)
    household = economy.households[42]
    assert household.income == economy.households.get("income")[42] > 0
    twin = jx.Economy(world, plan.scenario(5).policy(48), seed=1, baseline=economy.baseline)
    twin.run_for(20)
    np.testing.assert_array_equal(twin.outcomes().values, economy.outcomes().values)
