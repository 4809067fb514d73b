"""The index tells of every run in the store, is readable by anything that reads Parquet, and runs can be pruned by it."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jinxiao.experiments.run_index import COLUMNS, INDEX, bytes_of, prune, seconds_of, update_index
from jinxiao.experiments.store import RunStore, read_about
from jinxiao.experiments.uplift import UpliftResult
from jinxiao.files.errors import InputError

Run = Callable[..., UpliftResult]


@pytest.fixture
def filled(run: Run, store: Path) -> Path:
    """A store with the runs of two measures over two draws."""
    run([5, 15], draws=2, closure=("full", "direct"))
    return store


def test_the_index_is_there_after_an_uplift_and_tells_of_every_run(filled: Path):
    table = pd.read_parquet(filled / INDEX)
    assert list(table.columns) == list(COLUMNS)
    files = {path.stem: path.stat().st_size for path in filled.glob("*/*.run")}
    assert dict(zip(table["key"], table["bytes"], strict=True)) == files
    assert set(table["measures"]) == {"none", "5", "15", "5+15"}
    assert set(table["closure"]) == {"full", "direct"} and set(table["part"]) == {"all", "continued", "given"}
    assert set(table["draw"]) == {0, 1} and set(table["seed"]) == {1} and set(table["scale"]) == {100}
    assert set(table["code"]) == {"fake"} and (table["seconds"] >= 0).all()
    assert table["written"].is_monotonic_increasing


def test_what_was_removed_or_written_since_is_seen_and_a_damaged_index_is_made_anew(filled: Path, run: Run):
    before = update_index(filled)
    gone = before["key"].iloc[0]
    (filled / gone[:2] / f"{gone}.run").unlink()
    assert gone not in set(update_index(filled)["key"])
    run([5, 15], draws=2)
    assert gone in set(update_index(filled)["key"])
    (filled / INDEX).write_bytes(b"not a table")
    pd.testing.assert_frame_equal(update_index(filled), pd.read_parquet(filled / INDEX))


def test_only_new_files_are_opened(filled: Path, monkeypatch: pytest.MonkeyPatch):
    before = update_index(filled)

    def opened(path: Path) -> dict[str, object]:
        raise AssertionError(path)

    monkeypatch.setattr("jinxiao.experiments.run_index.read_about", opened)
    pd.testing.assert_frame_equal(update_index(filled), before)


def test_runs_are_pruned_by_age_code_and_size(filled: Path):
    table = update_index(filled)
    oldest = table["key"].iloc[:3]
    for key in oldest:
        path = filled / key[:2] / f"{key}.run"
        os.utime(path, (1e9, 1e9))
    assert set(prune(filled, older=86400.0, dry=True)["key"]) == set(oldest)
    assert len(update_index(filled)) == len(table)
    assert set(prune(filled, older=86400.0)["key"]) == set(oldest)
    assert len(prune(filled, other_code="fake")) == 0
    left = update_index(filled)
    assert len(left) == len(table) - 3
    room = int(left["bytes"].iloc[-2:].sum())
    prune(filled, keep_bytes=room)
    assert list(update_index(filled)["key"]) == list(left["key"].iloc[-2:])
    assert len(prune(filled, other_code="another")) == 2
    assert len(update_index(filled)) == 0


def test_ages_and_sizes_are_read_or_refused():
    assert (seconds_of("30d"), seconds_of("1.5h"), bytes_of("2G"), bytes_of("10MB")) == (
        2592000.0, 5400.0, 2**31, 10 * 2**20,
    )  # fmt: skip
    for wrong in ("", "d", "30", "-1d", "3y", "nan d"):
        with pytest.raises(InputError, match="older-than"):
            seconds_of(wrong)
    with pytest.raises(InputError, match="keep"):
        bytes_of("2X")


def test_a_file_that_tells_nothing_has_a_row_of_its_own(tmp_path: Path):
    RunStore(tmp_path).save_arrays("ab" * 32, {"values": np.zeros(3)})
    (tmp_path / "ab" / ("ac" * 32 + ".run")).write_bytes(b"damaged")
    assert [read_about(path) for path in sorted(tmp_path.glob("*/*.run"))] == [{}, {}]
    assert len(update_index(tmp_path)) == 2 and update_index(tmp_path)["scenario"].isna().all()


def test_a_store_that_is_not_there_has_no_runs(tmp_path: Path):
    assert len(update_index(tmp_path / "none")) == 0
    assert not (tmp_path / "none").exists()
