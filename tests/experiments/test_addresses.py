"""Addresses hold the code and data of the model: no edit of what determines a run lets an old one be read."""

import shutil
from pathlib import Path

import pytest

import jinxiao
from jinxiao.calibration import baseline, calendar, geography, statistics, tourism
from jinxiao.experiments.engine import PACKAGES, code_hash, determining_files, hash_of_code

HOUSE = Path(jinxiao.__file__).parent
VERSIONS = {"numpy": "2.0"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the determining files."""
    copy = tmp_path_factory.mktemp("house")
    for path in determining_files(HOUSE):
        target = copy / path.relative_to(HOUSE)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return copy


@pytest.mark.parametrize(
    "file",
    [
        "model/households/rules.py",
        "model/economy.py",
        "model/ledger.py",
        "calibration/baseline.py",
        "calibration/synthesis/build.py",
        "calibration/data/geo/origins.csv",
        "experiments/engine.py",
    ],
)
def test_an_edit_of_what_determines_a_run_changes_the_hash_and_its_undoing_brings_it_back(
    house: Path, file: str
):
    before = hash_of_code(house, VERSIONS)
    content = (house / file).read_bytes()
    (house / file).write_bytes(content + b"\n")
    assert hash_of_code(house, VERSIONS) != before
    (house / file).write_bytes(content)
    assert hash_of_code(house, VERSIONS) == before


def test_a_new_file_of_the_model_and_another_version_of_a_package_change_the_hash(house: Path):
    before = hash_of_code(house, VERSIONS)
    assert hash_of_code(house, {"numpy": "2.1"}) != before
    (house / "model" / "new_rule.py").write_text("FACTOR = 2\n")
    assert hash_of_code(house, VERSIONS) != before
    (house / "model" / "new_rule.py").unlink()


def test_every_source_of_the_model_and_every_table_that_the_fit_reads_is_among_the_determining_files():
    files = set(determining_files(HOUSE))
    assert files >= set((HOUSE / "model").rglob("*.py"))
    assert files >= {tourism.ORIGINS, calendar.CALENDAR, calendar.SCHOOL_BREAKS, geography.OUTLINES}
    assert files >= set(statistics.statistics_files())
    assert {"numba", "numpy", "scipy"} <= set(PACKAGES)
    assert len(code_hash()) == 64


def test_policies_solved_by_other_sources_are_kept_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    own = baseline.solver_hash()
    baseline.solver_hash.cache_clear()
    edited = tmp_path / "ergodic.py"
    edited.write_bytes(Path(str(baseline.ergodic.__file__)).read_bytes() + b"\n")
    with monkeypatch.context() as patch:
        patch.setattr(baseline.ergodic, "__file__", str(edited))
        assert baseline.solver_hash() != own
    baseline.solver_hash.cache_clear()
    assert baseline.solver_hash() == own
