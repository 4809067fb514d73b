"""Work for ensembles that worker processes can import."""

import os
import signal
import time

from jinxiao.experiments.ensemble import Tick


def square(unit: int, tick: Tick) -> int:
    """The first units take longest, so that results arrive in reverse."""
    time.sleep(0.1 * max(3 - unit, 0))
    tick(1)
    return unit * unit


def twice(unit: int, tick: Tick) -> int:
    """Two runs a unit."""
    tick(1)
    tick(1)
    return unit


def process_of(unit: int, tick: Tick) -> int:
    """Which process does the work."""
    time.sleep(0.2)
    return os.getpid()


def fail_at_two(unit: int, tick: Tick) -> int:
    """A unit that raises."""
    if unit == 2:
        raise ValueError("unit 2 fails")
    return unit


def die_at_two(unit: int, tick: Tick) -> int:
    """A unit whose process is killed, as the kernel does when memory runs out."""
    if unit == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return unit


def wait_long(unit: int, tick: Tick) -> int:
    """A unit that reports and then takes longer than any test."""
    tick(1)
    time.sleep(600)
    return unit
