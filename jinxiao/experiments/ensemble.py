"""Work units on local processes: the same results for any number of jobs, progress by run, and a clean end on Ctrl-C."""

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import SpawnContext
from multiprocessing.queues import SimpleQueue

from jinxiao.files.errors import InvariantError
from jinxiao.model.ledger import LedgerError

Tick = Callable[[int], None]
"""Called by a unit when some of its runs are done."""
Progress = Callable[[int, int], None]
"""Called with runs done and runs in all."""

POLL_SECONDS = 0.2
_ticks: "SimpleQueue[int] | None" = None


class WorkerDied(RuntimeError):
    """A worker process was ended from outside, most often for want of memory."""


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
) -> list[R]:
    """Apply `work` to every unit and return the results in the order of the units.

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

    Raises
    ------
    WorkerDied
        When a worker process was killed. Runs that were finished are in the store.
    """
    jobs = min(jobs or default_jobs(), max(len(units), 1))
    counter = _Counter(total if total is not None else len(units), progress)
    if jobs == 1:
        return [work(unit, counter.add) for unit in units]
    return _map_processes(work, units, jobs, counter)


class _Counter:
    """Runs done so far."""

    def __init__(self, total: int, progress: Progress) -> None:
        self.done, self.total, self.progress = 0, total, progress
        progress(0, total)

    def add(self, runs: int) -> None:
        self.done += runs
        self.progress(self.done, self.total)


def _map_processes[U, R](
    work: Callable[[U, Tick], R], units: Sequence[U], jobs: int, counter: _Counter
) -> list[R]:
    context = multiprocessing.get_context("spawn")
    ticks: SimpleQueue[int] = context.SimpleQueue()
    with _pool(context, jobs, ticks) as pool:
        with _main_left_alone(work):
            futures = [pool.submit(_call, work, unit) for unit in units]
        pending: set[Future[R]] = set(futures)
        while pending:
            done, pending = wait(pending, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            while not ticks.empty():
                counter.add(ticks.get())
            for future in done:
                future.result()  # the first failure ends the ensemble
        return [future.result() for future in futures]


@contextlib.contextmanager
def _pool(context: SpawnContext, jobs: int, ticks: "SimpleQueue[int]") -> Iterator[ProcessPoolExecutor]:
    """Provide a pool of which nothing is left when its block is left by an exception."""
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin_worker, initargs=(ticks,))
    try:
        yield pool
    except BaseException as error:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - before:
            process.terminate()
        if isinstance(error, BrokenProcessPool):
            raise WorkerDied(
                "a worker process was ended, perhaps for want of memory; finished runs are kept"
            ) from error
        raise
    pool.shutdown()


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
    with contextlib.suppress(ImportError):
        import numba

        numba.set_num_threads(1)


def _end_with_parent() -> None:
    """End this worker when the command that started it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _call[U, R](work: Callable[[U, Tick], R], unit: U) -> R:
    try:
        return work(unit, _report)
    except LedgerError as error:  # in a form that can be sent to the parent
        raise InvariantError(f"account {error.account}", error.month, error.amount) from None


def _report(runs: int) -> None:
    if _ticks is not None:
        _ticks.put(runs)
