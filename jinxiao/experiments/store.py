"""The run store: finished runs as files, addressed by all that determines them, so that nothing is computed twice.

A file is written under a temporary name and renamed, so that it is whole or absent however the run ended.
"""

import contextlib
import hashlib
import io
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from jinxiao.model.outcomes import Outcomes

STORE_VARIABLE = "JINXIAO_STORE"
"""Environment variable that moves the store."""
DEFAULT_FOLDER = Path("runs") / ".store"
_ARRAYS = ("values", "cost_by_rule", "gross_by_rule", "cube")
_AGGREGATE = "aggregate."
ABOUT = "about"
"""Array with a text in JSON: what a person may want to know of a run that has an address only."""
SUFFIX = ".run"
_DIGEST = hashlib.sha256().digest_size
"""Bytes at the start of a file that tell whether the rest is whole."""


def default_folder() -> Path:
    """Return the folder of the store: ``$JINXIAO_STORE`` or ``runs/.store`` below the current folder."""
    return Path(os.environ.get(STORE_VARIABLE) or DEFAULT_FOLDER)


def read_about(path: Path) -> dict[str, Any]:
    """Return what a run's file tells about it; nothing when it tells nothing or is damaged."""
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as arrays, arrays.open(f"{ABOUT}.npy") as array:
            content = array.read()
        told = json.loads(str(np.load(io.BytesIO(content), allow_pickle=False)))
        return told if isinstance(told, dict) else {}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return {}


class RunStore:
    """Finished runs by key.

    Parameters
    ----------
    folder : Path, optional
        Where runs are kept; none keeps nothing.
    fresh : bool
        Compute every run again, replacing what is there.
    """

    def __init__(self, folder: Path | None, *, fresh: bool = False) -> None:
        self.folder = folder
        self.fresh = fresh

    def path(self, key: str) -> Path | None:
        """Return where the run of a key is or would be."""
        return None if self.folder is None else self.folder / key[:2] / f"{key}{SUFFIX}"

    def load_arrays(self, key: str) -> dict[str, np.ndarray] | None:
        """Return the arrays kept under a key; none when there are none or the file is damaged."""
        path = self.path(key)
        if path is None or self.fresh or not path.is_file():
            return None
        content = path.read_bytes()
        digest, arrays = content[:_DIGEST], content[_DIGEST:]
        if hashlib.sha256(arrays).digest() != digest:
            return None
        with np.load(io.BytesIO(arrays), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}

    def save_arrays(self, key: str, arrays: Mapping[str, np.ndarray]) -> None:
        """Keep arrays under a key: to a temporary name first, then renamed."""
        path = self.path(key)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        try:
            content = io.BytesIO()
            np.savez_compressed(content, allow_pickle=False, **dict(arrays))
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(content.getvalue()).digest())
                file.write(content.getvalue())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise

    def load(self, key: str) -> Outcomes | None:
        """Return a finished run, or none."""
        arrays = self.load_arrays(key)
        if arrays is None or not {"scenario", *_ARRAYS} <= set(arrays):
            return None
        aggregates = {k.removeprefix(_AGGREGATE): v for k, v in arrays.items() if k.startswith(_AGGREGATE)}
        return Outcomes(
            scenario=str(arrays["scenario"]),
            months=len(arrays["values"]),
            values=arrays["values"],
            cost_by_rule=arrays["cost_by_rule"],
            gross_by_rule=arrays["gross_by_rule"],
            cube=arrays["cube"],
            aggregates=aggregates,
        )

    def save(self, key: str, outcomes: Outcomes, about: Mapping[str, Any] | None = None) -> None:
        """Keep a finished run, with what the index of the store tells about it."""
        arrays = {name: getattr(outcomes, name) for name in _ARRAYS}
        arrays["scenario"] = np.array(outcomes.scenario)
        if about is not None:
            arrays[ABOUT] = np.array(json.dumps(dict(about), sort_keys=True))
        arrays |= {_AGGREGATE + name: np.asarray(value) for name, value in outcomes.aggregates.items()}
        self.save_arrays(key, arrays)
