"""The world: what is the same for all runs, built once, addressed by its content, mapped read-only.

``World.load(scale=100)`` builds the synthetic province from the data files or reads it from the cache. The
cache key is the hash of the data, the code of the synthesis and the arguments; a folder is written under a
temporary name and then renamed, so nothing half-written is ever read, and a damaged one is built anew.
"""

import hashlib
import json
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.calendar import CALENDAR, SCHOOL_BREAKS, Calendar
from jinxiao.calibration.geography import OUTLINES, Geography
from jinxiao.calibration.statistics import Statistics, statistics_files
from jinxiao.calibration.synthesis import synthesise
from jinxiao.calibration.synthesis.parameters import POPULATION_FILE
from jinxiao.files.errors import InputError
from jinxiao.model.compiled import cache_root
from jinxiao.model.households.columns import SEED
from jinxiao.model.population import Population

MANIFEST: Final = "manifest.json"
_HERE: Final = Path(__file__).parent
_BLOCK: Final = 1 << 20
_WHOLE_FILE: Final = 64 << 20


@dataclass(frozen=True)
class World:
    """The province at the start, with calendar and geography.

    Attributes
    ----------
    scale : int
        Real households that one sampled household stands for, on average.
    seed : int
        Key of the synthesis.
    households : dict of str to ndarray
        Every column of ``columns.SEED``, read-only, sorted by zone.
    statistics : Statistics
    calendar : Calendar
    geography : Geography
    content_hash : str
        Hash of all that determines the world: data, code of the synthesis, scale, seed.
    """

    scale: int
    seed: int
    households: dict[str, NDArray[Any]] = field(repr=False)
    statistics: Statistics = field(repr=False)
    calendar: Calendar = field(repr=False)
    geography: Geography = field(repr=False)
    content_hash: str

    @classmethod
    def load(cls, scale: int = 100, seed: int = 1, cache: Path | str | None = None) -> "World":
        """Return the world, from the cache where it is there and sound, else built and stored.

        Parameters
        ----------
        scale : int
            1 is the whole province (about 13.7 million households).
        seed : int
            Another seed draws another sample with the same margins.
        cache : path, optional
            Folder of worlds; by default ``$JINXIAO_CACHE`` or ``~/.cache/jinxiao``.
        """
        if scale < 1:
            raise InputError(field="scale", found=str(scale), allowed="1 (the whole province) or more")
        key = content_hash(scale, seed)
        folder = cache_folder(cache) / f"world-{key[:20]}"
        statistics = Statistics.load()
        households = read_columns(folder)
        if households is None:
            households = synthesise(statistics, scale, seed)
            store_columns(folder, households)
            households = read_columns(folder) or households
        for column in households.values():
            column.flags.writeable = False
        return cls(scale, seed, households, statistics, Calendar.load(), Geography.load(), key)

    def __len__(self) -> int:
        return len(self.households["zone"])

    @cached_property
    def population(self) -> Population:
        """The households as a Population of read-only columns."""
        return Population("households", SEED, self.households)


def cache_folder(cache: Path | str | None = None) -> Path:
    """Return the folder of cached worlds: the argument, ``$JINXIAO_CACHE``, or ``~/.cache/jinxiao``."""
    return Path(cache) if cache is not None else cache_root()


def determining_files() -> list[Path]:
    """Return every file that the households, the calendar or the geography depend on."""
    model = _HERE.parent / "model"
    return [
        *statistics_files(), CALENDAR, SCHOOL_BREAKS, OUTLINES, POPULATION_FILE, POPULATION_FILE.parent / "income.yaml",
        *sorted((_HERE / "synthesis").glob("*.py")), _HERE / "statistics.py", _HERE / "calendar.py",
        model / "names.py", model / "households" / "columns.py", model / "households" / "income.py",
        model / "households" / "rules.py",
    ]  # fmt: skip


def content_hash(scale: int, seed: int) -> str:
    """Return the hash (hexadecimal SHA-256) of all that determines the world."""
    digest = hashlib.sha256(json.dumps({"scale": scale, "seed": seed, "numpy": np.__version__}).encode())
    for file in determining_files():
        digest.update(file.name.encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def store_columns(folder: Path, columns: dict[str, NDArray[Any]]) -> None:
    """Write one ``.npy`` file a column and a manifest; the folder appears whole or not at all.

    A cache that cannot be written is not an error: the world is then built again next time.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".building-", dir=folder.parent))
    except OSError:
        return
    try:
        manifest = {}
        for name, values in columns.items():
            file = temporary / f"{name}.npy"
            np.save(file, values)
            manifest[name] = {"bytes": file.stat().st_size, "checksum": _checksum(file)}
        (temporary / MANIFEST).write_text(json.dumps(manifest), "utf-8")
        if folder.exists():
            shutil.rmtree(folder, ignore_errors=True)
        temporary.rename(folder)
    except OSError:
        pass  # another process was first, or the disk is full: the columns in memory serve
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def read_columns(folder: Path) -> dict[str, NDArray[Any]] | None:
    """Map the columns of a cached world read-only; None where absent, partial, damaged or outdated."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        columns = {}
        for name, column in SEED.items():
            file = folder / f"{name}.npy"
            if (
                file.stat().st_size != manifest[name]["bytes"]
                or _checksum(file) != manifest[name]["checksum"]
            ):
                return None
            values = np.load(file, mmap_mode="r")
            if values.dtype != np.dtype(column.dtype) or values.shape[1:] != (
                () if column.width == 1 else (column.width,)
            ):
                return None
            columns[name] = np.asarray(values)
        return columns if len({len(v) for v in columns.values()}) == 1 else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _checksum(file: Path) -> int:
    """Checksum of a file; of a large one, of blocks spread over it."""
    value = 0
    for block in _blocks(file):
        value = zlib.crc32(block, value)
    return value


def _blocks(file: Path) -> Iterator[bytes]:
    size = file.stat().st_size
    with file.open("rb") as stream:
        if size <= _WHOLE_FILE:
            while block := stream.read(_BLOCK):
                yield block
            return
        for start in np.linspace(0, size - _BLOCK, 32).astype(np.int64):
            stream.seek(int(start))
            yield stream.read(_BLOCK)
