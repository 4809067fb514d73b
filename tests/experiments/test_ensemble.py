"""Work on processes: order, progress, and what remains when something goes wrong."""

import multiprocessing
import os
import signal
import time

import pytest
import small_work

from jinxiao.experiments.ensemble import Processes, WorkerDied, default_jobs, map_units

UNITS = list(range(5))


@pytest.fixture(autouse=True)
def nothing_is_left():
    """No worker outlives its ensemble."""
    before = set(multiprocessing.active_children())
    yield
    # looked at again and again: a child that the pool's own thread has just seen end is listed a moment longer
    until = time.monotonic() + 10.0
    while set(multiprocessing.active_children()) - before and time.monotonic() < until:
        time.sleep(0.02)
    assert set(multiprocessing.active_children()) <= before


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_units(jobs: int):
    assert map_units(small_work.square, UNITS, jobs=jobs) == [0, 1, 4, 9, 16]


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_rises_from_zero_to_the_runs_in_all(jobs: int):
    reports: list[tuple[int, int]] = []
    map_units(small_work.twice, UNITS, jobs=jobs, total=10, progress=lambda d, t: reports.append((d, t)))
    assert reports == [(done, 10) for done in range(11)]


def test_one_job_works_in_this_process_and_two_in_others():
    here = os.getpid()
    assert set(map_units(small_work.process_of, [1, 2], jobs=1)) == {here}
    assert here not in map_units(small_work.process_of, [1, 2], jobs=2)


def test_more_jobs_than_units_are_not_started():
    assert map_units(small_work.process_of, [1], jobs=8) == [os.getpid()]


def test_no_units_no_results():
    assert map_units(small_work.square, [], jobs=2) == []


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_error_of_a_unit_is_the_error_of_the_ensemble(jobs: int):
    with pytest.raises(ValueError, match="unit 2 fails"):
        map_units(small_work.fail_at_two, UNITS, jobs=jobs)


def test_a_killed_worker_is_told_in_one_line():
    with pytest.raises(WorkerDied, match="a worker process was ended") as error:
        map_units(small_work.die_at_two, UNITS, jobs=2)
    assert "\n" not in str(error.value)


def test_an_interrupt_ends_the_workers_at_once():
    def interrupt(done: int, total: int) -> None:
        if done:
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # which jobs in the background ignore
    try:
        with pytest.raises(KeyboardInterrupt):
            map_units(small_work.wait_long, UNITS, jobs=2, progress=interrupt)
    finally:
        signal.signal(signal.SIGINT, before)


def test_by_default_there_is_a_job_a_core():
    assert 1 <= default_jobs() <= (os.cpu_count() or 1)


def test_a_process_that_is_killed_while_it_has_nothing_to_do_is_replaced():
    with Processes(1) as workers:
        pid = workers.submit(small_work.process_of, 0, 1).result(timeout=60)
        assert not workers.ended(0, None)
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)
        again = workers.submit(small_work.process_of, 1, 1)
        assert again.result(timeout=60) != pid
        assert not workers.ended(1, None)
