"""An ensemble on a Dask cluster: a real scheduler and two worker processes, the same bits as here."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from failing_engine import other_code
from fake_province import ENGINE, FakePlan

from jinxiao.experiments import cluster
from jinxiao.experiments.uplift import uplift
from jinxiao.files.errors import InputError

distributed = pytest.importorskip("distributed")
HERE = Path(__file__).parent
SERVER = """
import sys, time
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a cluster in processes of its own."""
    script = tmp_path_factory.mktemp("cluster") / "server.py"
    script.write_text(SERVER)
    paths = (HERE, HERE.parent, HERE.parent.parent)
    server = subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))},
        cwd=script.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    yield server.stdout.readline().strip()
    server.communicate("", timeout=60)


def test_a_cluster_gives_the_same_bits_reports_its_runs_and_fills_the_store(
    address: str, plan: FakePlan, tmp_path: Path
):
    reports: list[tuple[int, int]] = []
    words: dict[str, Any] = {"engine": ENGINE, "draws": 3, "estimand": ("first_in", "shapley")}
    there = uplift(
        plan,
        [5, 15],
        cluster=address,
        store=tmp_path / "there",
        progress=lambda d, t: reports.append((d, t)),
        **words,
    )
    here = uplift(plan, [5, 15], jobs=1, store=tmp_path / "here", **words)
    pd.testing.assert_frame_equal(there.table, here.table, check_exact=True)
    pd.testing.assert_frame_equal(there.draws, here.draws, check_exact=True)
    total = reports[0][1]
    assert reports[0] == (0, total) and reports[-1] == (total, total)
    stored = [{path.name for path in (tmp_path / where).rglob("*.run")} for where in ("there", "here")]
    assert stored[0] == stored[1] and stored[0]


def test_workers_of_other_code_refuse_to_run(
    address: str, plan: FakePlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JINXIAO_TEST_CODE", "mine")
    with pytest.raises(InputError, match="other sources or packages"):
        uplift(
            plan, [5], cluster=address, draws=2, engine=replace(ENGINE, code_hash=other_code), store=tmp_path
        )


def test_what_a_cluster_offers_is_asked_for_once(address: str, tmp_path: Path):
    found = cluster.survey(address, tmp_path / "store")
    assert found == cluster.Survey(threads=2, see_folder=True)
    assert list((tmp_path / "store").iterdir()) == []


def test_where_nobody_answers_one_line_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(InputError, match=f"no answer from tcp://127.0.0.1:{port}") as error:
        cluster.survey(f"tcp://127.0.0.1:{port}", tmp_path)
    assert "\n" not in str(error.value) and time.monotonic() - began < 20.0
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_is_none_and_a_missing_extra_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    with pytest.raises(InputError, match="found 'host:1'; allowed the address"):
        cluster.survey("host:1", tmp_path)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        InputError, match=r"no package 'distributed'; allowed after: pip install 'jinxiao\[cluster\]'"
    ):
        cluster.survey("tcp://host:1", tmp_path)
