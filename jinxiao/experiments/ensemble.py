"""Work units on local processes or on a cluster: the same results wherever they run, progress by run, a clean end on Ctrl-C.

Each process is a pool of its own, so that when one is ended from outside it is known which unit it worked on, and nobody else
is disturbed. Such a unit is tried once more when all others are done, alone, with all memory to itself.
"""

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from typing import Any, Protocol

from jinxiao.files.errors import InvariantError
from jinxiao.model.ledger import LedgerError

Tick = Callable[[int], None]
"""Called by a unit when some of its runs are done."""
Progress = Callable[[int, int], None]
"""Called with runs done and runs in all."""
Work = Callable[[Any, Tick], Any]
"""A function of a module: what is done with a unit."""
Found = Callable[[int, Any], None]
"""Called with the position of a unit and its result as soon as it is there."""

POLL_SECONDS = 0.2
ATTEMPTS = 2
"""Times that a unit is tried when its worker is ended from outside; the last time alone."""
_ticks: "SimpleQueue[int] | None" = None


class WorkerDied(RuntimeError):
    """A worker process was ended from outside, most often for want of memory."""

    def __init__(self) -> None:
        super().__init__("a worker process was ended, perhaps for want of memory; finished runs are kept")


@dataclass(frozen=True)
class Died:
    """In place of a result: every attempt at the unit ended with its worker, the last after so many finished runs."""

    runs: int


def silent(done: int, total: int) -> None:
    """Report nothing."""


def default_jobs() -> int:
    """Return the number of cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def map_units[U, R](
    work: Callable[[U, Tick], R],
    units: Sequence[U],
    *,
    jobs: int | None = None,
    total: int | None = None,
    progress: Progress = silent,
    cluster: str | None = None,
) -> list[R]:
    """Apply `work` to every unit and return the results in the order of the units; the first failure ends everything.

    Parameters
    ----------
    work : callable
        Function of a module, called with a unit and a function to report finished runs to.
    units : sequence
        Sent to the workers; must be picklable unless ``jobs == 1``.
    jobs : int, optional
        Processes; by default one a core. With 1, everything happens in this process.
    total : int, optional
        Runs in all, for progress; by default one a unit.
    progress : callable
        Called after each report with ``(done, total)``.
    cluster : str, optional
        Address of a Dask scheduler, ``tcp://HOST:PORT``, whose workers take the place of local processes.

    Raises
    ------
    WorkerDied
        When the workers of a unit were killed in every attempt. Runs that were finished are in the store.
    """
    results = run_units(work, units, jobs=jobs, total=total, progress=progress, cluster=cluster)
    for result in results:
        if isinstance(result, Died):
            raise WorkerDied
    return [result for result in results if not isinstance(result, Died)]


def run_units[U, R](
    work: Callable[[U, Tick], R],
    units: Sequence[U],
    *,
    jobs: int | None = None,
    total: int | None = None,
    progress: Progress = silent,
    cluster: str | None = None,
    found: Found | None = None,
) -> list[R | Died]:
    """Apply `work` to every unit, as :func:`map_units` does; a unit whose workers died has :class:`Died` for its result.

    Parameters
    ----------
    work, units, jobs, total, progress, cluster
        See :func:`map_units`.
    found : callable, optional
        Called in this process with position and result of each unit as soon as it is done.
    """
    counter = _Counter(len(units), total if total is not None else len(units), progress)
    told = found or (lambda index, result: None)
    if cluster is not None:
        from jinxiao.experiments.cluster import Cluster

        with Cluster(cluster) as workers:
            return _run(workers, work, units, counter, told)
    jobs = min(jobs or default_jobs(), max(len(units), 1))
    if jobs > 1:
        with Processes(jobs) as processes:
            return _run(processes, work, units, counter, told)
    results: list[R | Died] = []
    for index, unit in enumerate(units):
        counter.begin(index)
        results.append(work(unit, counter.ticker(index)))
        told(index, results[-1])
    return results


class _Counter:
    """Runs done so far, by unit: one that is tried again starts from nothing."""

    def __init__(self, units: int, total: int, progress: Progress) -> None:
        self.done, self.total, self.progress = [0] * units, total, progress
        progress(0, total)

    def ticker(self, index: int) -> Tick:
        return lambda runs: self.add(index, runs)

    def add(self, index: int, runs: int) -> None:
        self.done[index] += runs
        self.progress(sum(self.done), self.total)

    def begin(self, index: int) -> None:
        self.done[index] = 0


class Workers(Protocol):
    """Where units are worked on: local processes, or those of a cluster."""

    def room(self) -> int:
        """Return how many units can be worked on at once."""

    def submit(self, work: Work, index: int, unit: Any) -> "Future[Any]":
        """Begin a unit."""

    def clear(self) -> None:
        """Free what workers hold that have nothing to do."""

    def reported(self) -> list[tuple[int, int]]:
        """Return what units have reported since the last time: position, finished runs."""

    def ended(self, index: int, error: BaseException | None) -> bool:
        """Take note that a unit ended; return whether its worker was ended from outside."""


def _run(
    workers: Workers, work: Work, units: Sequence[Any], counter: _Counter, found: Found
) -> list[Any | Died]:
    """Keep all workers busy until every unit has its result; raise the first error of a unit."""
    results: list[Any | Died] = [None] * len(units)
    waiting, again = deque(range(len(units))), deque[int]()
    running: dict[Future[Any], int] = {}
    attempts = [0] * len(units)
    while waiting or running or again:
        room = workers.room() - len(running)
        alone = not waiting and not running
        if alone and again:
            workers.clear()
        begun = [waiting.popleft() for _ in range(min(room, len(waiting)))] or [
            again.popleft() for _ in range(min(int(alone), len(again)))
        ]
        for index in begun:
            attempts[index] += 1
            counter.begin(index)
            running[workers.submit(work, index, units[index])] = index
        done, _ = wait(running, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        for index, runs in workers.reported():
            counter.add(index, runs)
        for future in done:
            index = running.pop(future)
            try:
                error = future.exception()
            except CancelledError:  # the cluster is gone
                raise WorkerDied from None
            if workers.ended(index, error):
                if attempts[index] < ATTEMPTS:
                    again.append(index)
                    continue
                results[index] = Died(counter.done[index])
            elif error is not None:
                raise error
            else:
                results[index] = future.result()
            found(index, results[index])
    for index, runs in workers.reported():
        counter.add(index, runs)
    return results


# ------------------------------------------------------------------ local processes


class _Process:
    """One worker process, with a queue of its own: what is killed while it writes there blocks nobody else."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.ticks: SimpleQueue[int] = context.SimpleQueue()
        self.pool = ProcessPoolExecutor(
            1, mp_context=context, initializer=_begin_worker, initargs=(self.ticks,)
        )

    def reported(self) -> list[int]:
        reports = []
        while not self.ticks.empty():
            reports.append(self.ticks.get())
        return reports


class Processes:
    """Local worker processes, one a unit at a time; nothing is left of them when the block is left.

    Parameters
    ----------
    jobs : int
        Most processes at once.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._idle: list[_Process] = []
        self._busy: dict[int, _Process] = {}
        self._last: list[tuple[int, int]] = []

    def __enter__(self) -> "Processes":
        self._before = set(multiprocessing.active_children())
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        """End all processes: at once after an error or an interrupt."""
        every = [*self._idle, *self._busy.values()]
        if kind is not None:
            for process in every:
                process.pool.shutdown(wait=False, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - self._before:
                child.terminate()
        for process in every:
            process.pool.shutdown()

    def room(self) -> int:
        """Return the number of processes."""
        return self.jobs

    def submit(self, work: Work, index: int, unit: Any) -> "Future[Any]":
        """Begin a unit on a process that is idle, or on a new one."""
        while self._idle:
            process = self._idle.pop()
            try:
                future = process.pool.submit(_call, work, unit)
                break
            except BrokenProcessPool:  # killed while it had nothing to do
                process.pool.shutdown(wait=False)
        else:
            process = _Process()
            with _main_left_alone(work):
                future = process.pool.submit(_call, work, unit)
        self._busy[index] = process
        return future

    def clear(self) -> None:
        """End processes that have nothing to do: the next unit has a new one, and all memory."""
        for process in self._idle:
            process.pool.shutdown()
        self._idle.clear()

    def reported(self) -> list[tuple[int, int]]:
        """Return position and finished runs of units that have reported."""
        last, self._last = self._last, []
        return last + [(index, runs) for index, one in self._busy.items() for runs in one.reported()]

    def ended(self, index: int, error: BaseException | None) -> bool:
        """Take the process of a unit back, or give it up if it was killed."""
        process = self._busy.pop(index)
        if isinstance(error, BrokenProcessPool):
            process.pool.shutdown(wait=False)
            return True
        self._last += [(index, runs) for runs in process.reported()]
        self._idle.append(process)
        return False


@contextlib.contextmanager
def _main_left_alone(work: Callable[..., object]) -> Iterator[None]:
    """Let workers start without running the person's script again.

    A script that calls an ensemble then needs no ``if __name__ == "__main__"``. Work that is made of the script's own
    functions does need it: for such work nothing changes.
    """
    main = sys.modules["__main__"]
    if b"__main__" in pickle.dumps(work):
        yield
        return
    kept: dict[str, object] = {
        name: vars(main)[name] for name in ("__file__", "__spec__") if name in vars(main)
    }
    vars(main).pop("__file__", None)
    vars(main)["__spec__"] = None
    try:
        yield
    finally:
        vars(main).update(kept)


def _begin_worker(ticks: "SimpleQueue[int]") -> None:
    """Set up a worker: one thread (the ensemble uses the cores), Ctrl-C left to the parent."""
    global _ticks
    _ticks = ticks
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    one_thread()


def one_thread() -> None:
    """Let compiled loops use one thread: the ensemble has a process a core."""
    with contextlib.suppress(ImportError):
        import numba

        numba.set_num_threads(1)


def _end_with_parent() -> None:
    """End this worker when the command that started it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _call(work: Work, unit: Any) -> Any:
    return sendable(work, unit, _report)


def sendable(work: Work, unit: Any, tick: Tick) -> Any:
    """Do the work of a unit; an error of the ledger is raised in a form that can be sent to another process."""
    try:
        return work(unit, tick)
    except LedgerError as error:
        raise InvariantError(f"account {error.account}", error.month, error.amount) from None


def _report(runs: int) -> None:
    if _ticks is not None:
        _ticks.put(runs)
