"""What an ensemble runs: where its world, its economy and its parameters come from, as one replaceable object."""

import hashlib
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from jinxiao.files.errors import InputError
from jinxiao.model import names
from jinxiao.model.conditions import Policy
from jinxiao.model.outcomes import GROUPS, Outcomes


class EconomyLike(Protocol):
    """The part of :class:`jinxiao.model.economy.Economy` that experiments rely on."""

    @property
    def market_path(self) -> Any:
        """Recorded prices, wages and jobs, which a direct run replays."""

    def run_for(self, duration: int) -> None:
        """Simulate some months."""

    def fork(self, policy: Policy, market_path: Any = None) -> "EconomyLike":
        """Return an economy with the same past and another policy."""

    def outcomes(self) -> Outcomes:
        """Return what was recorded, from month 0 on."""


def _load_world(scale: int, seed: int) -> Any:
    from jinxiao.calibration.world import World

    try:
        return World.load(scale=scale, seed=seed)
    except ValueError as error:
        allowed = "a smaller number: so few households cannot carry every published margin"
        raise InputError(field="scale", found=str(scale), allowed=allowed) from error


def _start_economy(world: Any, policy: Policy, parameters: Mapping[str, Any], seed: int) -> EconomyLike:
    from jinxiao.calibration.baseline import fit_baseline
    from jinxiao.model.economy import Economy

    return Economy(world, policy, fit_baseline(world, dict(parameters)), seed=seed, detail=False)


def _load_parameters(plan: Any) -> Any:
    from jinxiao.calibration.parameters import load_parameters

    return load_parameters().with_plan((u.name, u.value, u.prior) for u in plan.parameters())


def _persons(world: Any) -> dict[tuple[str, str], float]:
    """Return persons by group at the start, from the synthetic households."""
    households = world.households
    count = households["weight"].astype(np.float64) * households["members"].sum(axis=1)
    age_band = np.searchsorted(12 * np.array(names.AGE_BAND_STARTS), households["head_age"], side="right") - 1
    codes = {
        "all": np.zeros(len(count), dtype=np.int64),
        "city": households["zone"] // 2,
        "residence": households["zone"] % 2,
        "quintile": households["quintile"],
        "age": age_band,
    }
    return {
        (by, group): float(total)
        for by, code in codes.items()
        for group, total in zip(GROUPS[by], np.bincount(code, count, len(GROUPS[by])), strict=True)
    }


@cache
def _horizon() -> int:
    """Return how many months from January 2024 on the calendar holds."""
    from jinxiao.calibration.calendar import Calendar

    calendar = Calendar.load()
    return calendar.first + len(calendar)


PACKAGES = ("numpy", "scipy", "numba", "llvmlite", "mesa")
"""Packages that the numbers of a run depend on."""


def determining_files(house: Path) -> list[Path]:
    """Return every file below the package's folder that turns a policy and a draw of parameters into numbers.

    Sources of the model, of its fit and of the synthesis, the data that these read, and how an economy is started. What
    policies and parameters say is not among them: it is part of the address of each run by its content.
    """
    calibration = house / "calibration"
    patterns = [(house / "model", "**/*.py"), (calibration, "*.py"), (calibration / "synthesis", "*.py")]
    patterns += [(calibration / "data", "**/*.csv"), (calibration / "data", "**/*.*json")]
    own = house / "experiments" / "engine.py"
    return sorted({own, *(path for folder, pattern in patterns for path in folder.glob(pattern))})


def hash_of_code(house: Path, versions: Mapping[str, str]) -> str:
    """Return the hash of the determining files of a package's folder, by name and content, and of versions of packages."""
    digest = hashlib.sha256(repr(sorted(versions.items())).encode())
    for path in determining_files(house):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(house).as_posix()} {len(content)};".encode())
        digest.update(content)
    return digest.hexdigest()


@cache
def code_hash() -> str:
    """Return the hash of all code and data of the model and its fit, and of the packages below: other code, other runs."""
    versions = {name: metadata.version(name) for name in PACKAGES} | {"python": platform.python_version()}
    return hash_of_code(Path(__file__).resolve().parent.parent, versions)


@dataclass(frozen=True)
class Engine:
    """Where runs come from.

    Every member is a function of a module, so that an engine can be sent to a worker process; tests pass their own.

    Attributes
    ----------
    load_world : callable
        ``(scale, seed) -> World``.
    start : callable
        ``(world, policy, parameters, seed) -> EconomyLike`` at month 0.
    load_parameters : callable
        ``(plan) -> ParameterSet`` with the uncertain parameters of the model and of the plan's levers.
    code_hash : callable
        ``() -> str``: the hash of everything that turns these into numbers.
    persons : callable
        ``(world) -> {(group_by, group): persons}``, for figures per head.
    horizon : callable
        ``() -> int``: the most months that can be simulated.
    """

    load_world: Callable[[int, int], Any] = field(default=_load_world)
    start: Callable[[Any, Policy, Mapping[str, Any], int], EconomyLike] = field(default=_start_economy)
    load_parameters: Callable[[Any], Any] = field(default=_load_parameters)
    code_hash: Callable[[], str] = field(default=code_hash)
    persons: Callable[[Any], dict[tuple[str, str], float]] = field(default=_persons)
    horizon: Callable[[], int] = field(default=_horizon)


def content_hash(*things: Any) -> str:
    """Return the sha256 of numbers, texts, arrays, mappings, sequences and dataclasses, by content."""
    digest = hashlib.sha256()
    for thing in things:
        _feed(digest.update, thing)
    return digest.hexdigest()


@cache
def _members(kind: Any) -> tuple[tuple[bytes, str], ...] | None:
    """Return the members of a dataclass, with their names as bytes; none for other types."""
    return tuple((f.name.encode(), f.name) for f in fields(kind)) if is_dataclass(kind) else None


def _feed(update: Callable[[bytes], None], thing: Any) -> None:
    """Feed one value, with its type and size, so that different structures cannot look alike."""
    kind: Any = type(thing)
    if kind is float or kind is int or kind is str:
        update(f"{kind.__name__[0]}{thing!r};".encode())
    elif isinstance(thing, np.ndarray):
        _feed_array(update, thing)
    elif isinstance(thing, Mapping):
        update(b"m%d" % len(thing))
        for key in sorted(thing, key=repr):
            _feed(update, key)
            _feed(update, thing[key])
    elif isinstance(thing, set | frozenset):
        _feed(update, sorted(thing, key=repr))
    elif isinstance(thing, list | tuple):
        update(b"l%d" % len(thing))
        for item in thing:
            _feed(update, item)
    elif isinstance(thing, np.generic):
        _feed(update, thing.item())
    elif (members := _members(kind)) is not None:
        update(kind.__name__.encode())
        for name, attribute in members:
            update(name)
            _feed(update, getattr(thing, attribute))
    else:
        update(f"r{thing!r};".encode())


def _feed_array(update: Callable[[bytes], None], array: np.ndarray) -> None:
    if array.dtype.names and array.size:
        for name in array.dtype.names:  # column by column: bytes between the columns mean nothing
            update(name.encode())
            _feed_array(update, array[name])
    else:
        update(f"a{array.dtype.str}{array.shape}".encode())
        update(array.tobytes())


def policy_hashes(policy: Policy, first: int) -> tuple[str, str]:
    """Return the hashes of what a policy does before month `first`, and in all, whatever its name is."""
    months = [content_hash(conditions) for conditions in policy.months]
    return content_hash(months[:first]), content_hash(months, policy.instruments)
