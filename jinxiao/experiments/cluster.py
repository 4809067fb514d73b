"""An ensemble on a Dask cluster that is already there: the same units, the same work, other people's processes.

Nothing large travels: a unit holds the values of a draw, and each worker loads or builds the world itself, once. Workers must
have the same version of the package, which every run checks, and should see the store's folder, so that finished runs are kept.
"""

import contextlib
import importlib
import logging
import os
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinxiao.experiments.ensemble import Tick, Work, one_thread, sendable
from jinxiao.files.errors import InputError

ANSWER_SECONDS = 10.0
"""How long a scheduler may take to answer."""
ROOM_SECONDS = 5.0
"""How often the workers of a cluster are counted: some may join or leave."""


class Cluster:
    """The workers of a Dask cluster (see :class:`jinxiao.experiments.ensemble.Workers`).

    Parameters
    ----------
    address : str
        Of the scheduler, ``tcp://HOST:PORT``.

    Raises
    ------
    InputError
        When the extra is not installed, nobody answers, or the cluster has no workers.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._topic = f"jinxiao-{uuid.uuid4().hex}"
        self._told: deque[tuple[int, int]] = deque()
        self._counted = 0.0

    def __enter__(self) -> "Cluster":
        self._client = connect(self.address)
        self._executor = self._client.get_executor(pure=False, retries=0)
        self._room = sum(self._client.nthreads().values())
        if self._room == 0:
            self._client.close()
            raise InputError(
                field="cluster", found=f"no workers at {self.address}", allowed="a cluster with workers"
            )
        self._client.subscribe_topic(self._topic, self._hear)
        return self

    def __exit__(self, *error: object) -> None:
        """Cancel what is not done, and leave the cluster as it was."""
        with contextlib.suppress(Exception), _quiet():
            self._executor.shutdown(wait=False)
            self._client.unsubscribe_topic(self._topic)
            self._client.close()

    def _hear(self, event: tuple[float, tuple[int, int]]) -> None:
        self._told.append(event[1])

    def room(self) -> int:
        """Return the number of threads of all workers, counted now and then."""
        if time.monotonic() - self._counted > ROOM_SECONDS:
            self._room = max(sum(self._client.nthreads().values()), 1)
            self._counted = time.monotonic()
        return self._room

    def submit(self, work: Work, index: int, unit: Any) -> "Future[Any]":
        """Begin a unit on any worker."""
        future: Future[Any] = self._executor.submit(_call, work, index, unit, self._topic)
        return future

    def clear(self) -> None:
        """Leave the workers as they are: they are not this command's."""

    def reported(self) -> list[tuple[int, int]]:
        """Return position and finished runs of units that have reported."""
        return [self._told.popleft() for _ in range(len(self._told))]

    def ended(self, index: int, error: BaseException | None) -> bool:
        """Return whether the worker of a unit was lost, as often as the cluster itself tries again."""
        distributed: Any = importlib.import_module("distributed")
        return isinstance(error, distributed.KilledWorker)


def connect(address: str) -> Any:
    """Return a client of the scheduler at an address.

    Raises
    ------
    InputError
        When the extra is not installed, the address is none, or nobody answers.
    """
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError:
        raise InputError(
            field="cluster",
            found="no package 'distributed'",
            allowed="after: pip install 'jinxiao[cluster]'",
        ) from None
    allowed = "the address of a running Dask scheduler, tcp://HOST:PORT"
    if not address.startswith(("tcp://", "tls://", "ucx://")):
        raise InputError(field="cluster", found=f"'{address}'", allowed=allowed)
    try:
        with _quiet():
            return distributed.Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(field="cluster", found=f"no answer from {address}", allowed=allowed) from error


@dataclass(frozen=True)
class Survey:
    """What a cluster offers: threads of all workers, and whether all of them can write into a folder of this machine."""

    threads: int
    see_folder: bool


def survey(address: str, folder: Path) -> Survey:
    """Ask a cluster what it offers; `folder` is made if it is not there."""
    client = connect(address)
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / f".seen-{uuid.uuid4().hex}"
    mark.touch()
    try:
        seen = client.run(_can_write, str(mark))
        return Survey(sum(client.nthreads().values()), all(seen.values()))
    finally:
        mark.unlink(missing_ok=True)
        with _quiet():
            client.close()


def _can_write(mark: str) -> bool:
    return os.path.exists(mark) and os.access(os.path.dirname(mark), os.W_OK)


@contextlib.contextmanager
def _quiet() -> Any:
    """Keep the library's own complaints off the screen: what is wrong is told in one line."""
    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


_setting_up = threading.Lock()


def _call(work: Work, index: int, unit: Any, topic: str) -> Any:
    with _setting_up:  # a worker may have several threads: one loads what all need
        one_thread()
    return sendable(work, unit, _ticker(index, topic))


def _ticker(index: int, topic: str) -> Tick:
    distributed: Any = importlib.import_module("distributed")
    worker = distributed.get_worker()
    report: Callable[[int], None] = lambda runs: worker.log_event(topic, (index, runs))  # noqa: E731
    return report
