"""``kill -9`` of the command or of a worker at any moment: the same command goes on, and the tables are the same to the bit."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from jinxiao.experiments.store import RunStore

HERE = Path(__file__).parent
TABLES = ("uplift.csv", "uplift_draws.parquet", "variance.csv")
RUNS = 6 * 6


def start(folder: Path, *, seconds: float = 0.05, jobs: int = 1) -> "subprocess.Popen[str]":
    """Start the command in a folder."""
    folder.mkdir(exist_ok=True)
    paths = (HERE, HERE.parent, HERE.parent.parent)
    kept_out = ("PYTHONDONTWRITEBYTECODE",)  # compiled once for all commands of a test session
    return subprocess.Popen(
        [sys.executable, str(HERE / "slow_command.py"), str(jobs)],
        cwd=folder,
        env={
            **{name: value for name, value in os.environ.items() if name not in kept_out},
            "PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / f"jinxiao-tests-{os.getuid()}"),
            "JINXIAO_STORE": str(folder / "store"),
            "JINXIAO_TEST_SECONDS": str(seconds),
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def kept(folder: Path) -> dict[Path, int]:
    """Finished runs of a store, with the time at which they were written; all are whole."""
    found = {path: path.stat().st_mtime_ns for path in (folder / "store").rglob("*.run")}
    store = RunStore(folder / "store")
    assert all(store.load(path.stem) is not None for path in found)
    return found


def tables(folder: Path) -> dict[str, bytes]:
    """The tables of a finished folder."""
    return {name: (folder / "out" / name).read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the command writes when nobody disturbs it."""
    folder = tmp_path_factory.mktemp("undisturbed")
    command = start(folder, seconds=0.0)
    _, errors = command.communicate(timeout=120)
    assert command.returncode == 0, errors
    assert len(kept(folder)) == RUNS
    return tables(folder)


def wait_for(runs: int, folder: Path, command: "subprocess.Popen[str]") -> None:
    """Wait until so many runs are in the store, or the command has ended."""
    until = time.monotonic() + 60.0
    while len(list((folder / "store").rglob("*.run"))) < runs and command.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.mark.slow
def test_killed_at_five_moments_the_command_goes_on_without_loss_or_repetition(
    undisturbed: dict[str, bytes], tmp_path: Path
):
    chance = random.Random(20251)
    moments = sorted(chance.sample(range(1, RUNS), 5))
    before: dict[Path, int] = {}
    for runs in moments:
        command = start(tmp_path)
        wait_for(runs, tmp_path, command)
        time.sleep(chance.uniform(0.0, 0.05))  # in the middle of a run, or of writing one
        command.kill()
        command.communicate(timeout=60)
        assert command.returncode == -signal.SIGKILL
        assert not (tmp_path / "out").exists()  # the folder is whole or not there
        time.sleep(0.1)  # workers end with their parent
        now = kept(tmp_path)
        assert len(now) >= runs
        assert {path: now[path] for path in before} == before  # nothing lost, nothing computed again
        before = now
    command = start(tmp_path, seconds=0.0)
    _, errors = command.communicate(timeout=120)
    assert command.returncode == 0, errors
    assert {path: kept(tmp_path)[path] for path in before} == before
    assert len(kept(tmp_path)) == RUNS
    assert tables(tmp_path) == undisturbed


def test_killed_while_it_writes_the_folder_leaves_the_older_one_as_it_was(
    undisturbed: dict[str, bytes], tmp_path: Path
):
    command = start(tmp_path, seconds=0.0)
    assert command.wait(timeout=120) == 0
    command.communicate()
    again = start(tmp_path, seconds=0.0)
    until = time.monotonic() + 60.0
    while not list(tmp_path.glob(".out.*.part/*")) and again.poll() is None and time.monotonic() < until:
        time.sleep(0.0005)
    again.kill()
    again.communicate(timeout=60)
    assert tables(tmp_path) == undisturbed
    assert (tmp_path / "out" / "manifest.json").exists()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="workers are found by /proc")
def test_a_killed_worker_is_replaced_and_the_tables_are_the_same(
    undisturbed: dict[str, bytes], tmp_path: Path
):
    command = start(tmp_path, jobs=2)
    wait_for(4, tmp_path, command)
    victims = workers_of(command.pid)
    assert victims
    os.kill(victims[0], signal.SIGKILL)
    _, errors = command.communicate(timeout=120)
    assert command.returncode == 0, errors
    assert tables(tmp_path) == undisturbed


def workers_of(parent: int) -> list[int]:
    """Processes of an ensemble that the command has started, the resource tracker left out."""
    found = []
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        try:
            status = (process / "stat").read_text().rsplit(")", 1)[1].split()
            words = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if int(status[1]) == parent and b"spawn_main" in words:
            found.append(int(process.name))
    return sorted(found)
