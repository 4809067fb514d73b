"""The fake engine in processes that are killed once, as the kernel does when memory runs out."""

import os
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fake_province import ENGINE, FakeEconomy, start_economy

from jinxiao.model.conditions import Policy

MARK = "JINXIAO_TEST_MARK"
"""Environment variable: a file; while it is absent, the second economy of a process kills the process."""
_started = 0


def start_and_die(world: Any, policy: Policy, parameters: Mapping[str, Any], seed: int) -> FakeEconomy:
    """Start economies; the second one of a process kills it unless the mark is there."""
    global _started
    _started += 1
    if _started == 2 and not Path(os.environ[MARK]).exists():
        os.kill(os.getpid(), signal.SIGKILL)
    return start_economy(world, policy, parameters, seed)


MORTAL = replace(ENGINE, start=start_and_die)
