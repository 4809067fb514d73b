"""The ``jinxiao`` command."""

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

SINGLE_THREADED = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
"""Libraries that would each take every core, while the ensemble has a process a core; set before numpy is imported."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process with its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after ``jinxiao``; by default those of the process.
    """
    for name in SINGLE_THREADED:
        os.environ.setdefault(name, "1")
    signal.signal(signal.SIGTERM, _terminate)
    from jinxiao.cli.exits import run

    sys.exit(run(list(sys.argv[1:] if arguments is None else arguments)))


def _terminate(number: int, frame: FrameType | None) -> None:
    """End in order when asked to, so that nothing half-written stays and no worker is left."""
    sys.exit(128 + number)
