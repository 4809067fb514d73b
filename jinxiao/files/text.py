"""Reading a text file that a user named: it exists, can be read and is UTF-8, or one line says why not."""

from os import PathLike
from pathlib import Path

from jinxiao.files.errors import InputError

_LONGEST = 60


def read_text(path: str | PathLike[str], kind: str) -> str:
    """Return the text of a UTF-8 file, with or without a byte-order mark.

    Parameters
    ----------
    path : str or path
        The file.
    kind : str
        What it should be, for the error: ``a YAML file``, ``a CSV file``.

    Raises
    ------
    InputError
        When there is no such file, it cannot be read or it is not UTF-8.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputError(path, found="no such file", allowed=f"{kind} that exists") from None
    except IsADirectoryError:
        raise InputError(path, found="a folder", allowed=kind) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(path, found=f"'{reason}'", allowed=f"{kind} that can be read") from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{raw[error.start]:02x}, which is not UTF-8"
        raise InputError(path, line, found=found, allowed="UTF-8 text (save the file as UTF-8)") from None


def shown(value: object) -> str:
    """Return a value as an error shows it: short, and on one line."""
    match value:
        case None | "":
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            text = " ".join(value.split())
            return f"'{text[: _LONGEST - 1]}…'" if len(text) > _LONGEST else f"'{text}'"
        case dict():
            return "a mapping"
        case list() | tuple():
            return "a list"
        case float():
            return f"{value:.10g}"
        case _:
            return str(value)[:_LONGEST]
