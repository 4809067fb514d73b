"""Where compiled loops are kept: a folder for each state of the model's sources, so that no edited rule lives on in one.

Numba looks at the file of a compiled function alone and not at the functions it calls, which are compiled into it.
"""

import hashlib
import os
import sys
from pathlib import Path

CACHE_VARIABLE = "JINXIAO_CACHE"
"""Environment variable that moves everything that is cached."""
_NUMBA_VARIABLE = "NUMBA_CACHE_DIR"


def cache_root() -> Path:
    """Return the folder of everything cached: ``$JINXIAO_CACHE``, or ``~/.cache/jinxiao``."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jinxiao"


def source_hash() -> str:
    """Return a hash of all sources of the model."""
    digest = hashlib.sha256()
    house = Path(__file__).parent
    for path in sorted(house.rglob("*.py")):
        digest.update(path.relative_to(house).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def keep_by_source() -> None:
    """Tell numba to keep compiled loops under the hash of the sources; to be called before a loop is declared."""
    key = source_hash()
    given = os.environ.get(_NUMBA_VARIABLE)
    base = Path(given) if given else cache_root() / "compiled"
    folder = base if base.name == key else base / key
    os.environ[_NUMBA_VARIABLE] = str(folder)
    numba = sys.modules.get("numba")
    if numba is not None:
        numba.config.CACHE_DIR = str(folder)
