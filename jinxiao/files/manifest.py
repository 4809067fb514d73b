"""The manifest of a folder of results: what was asked, from what it was computed, with which versions, at what expense."""

import platform
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("mesa", "numpy", "scipy", "numba", "pandas", "pyarrow", "pydantic", "SALib", "matplotlib")
"""Packages on whose versions numbers or pictures may depend."""


@dataclass
class Account:
    """What a computation takes: started now, asked when it is done.

    Attributes
    ----------
    command_line : sequence of str
        The command as it was given; empty when it was called from Python.
    started : float
        Reading of a clock that only runs forward, s.
    version : str
        Of the program that computed.
    """

    command_line: Sequence[str] = ()
    started: float = field(default_factory=time.perf_counter)
    version: str = field(default_factory=lambda: metadata.version("jinxiao"))

    def seconds(self) -> float:
        """Return wall seconds since the start."""
        return time.perf_counter() - self.started


def write_manifest(
    folder: Path, command: str, settings: Mapping[str, Any], hashes: Mapping[str, str], account: Account
) -> None:
    """Write ``manifest.json``.

    Parameters
    ----------
    folder : Path
        Folder of results.
    command : str
        Name of the command, e.g. ``uplift``.
    settings : mapping
        Plan, scale, months, draws, seed and whatever else was chosen.
    hashes : mapping of str to str
        Of world, parameters, code.
    account : Account
        What it took.

    Raises
    ------
    InputError
        When it cannot be written.
    """
    from jinxiao.files.writing import (
        MANIFEST,
        write_json,
    )  # loads pandas, which a command that fails can do without

    record = {
        "command": command,
        "command_line": list(account.command_line),
        **settings,
        "hashes": dict(hashes),
        "version": account.version,
        "packages": package_versions(),
        "python": platform.python_version(),
        "wall_seconds": round(account.seconds(), 2),
        "peak_memory_mib": peak_memory(),
    }
    write_json(folder / MANIFEST, record)


def package_versions() -> dict[str, str]:
    """Return the versions of the packages on which results may depend."""
    return {name: metadata.version(name) for name in PACKAGES}


def peak_memory() -> float | None:
    """Return the most memory that this process, or one that it started and that has ended, has used, MiB.

    None where the system does not tell.
    """
    with suppress(ImportError):
        import resource

        unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
        most = max(
            resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        return round(most * unit / 2**20, 1)
    return None
