"""How a command ends: an exit code, and at most one line on stderr."""

import contextlib
import errno
import os
import sys

import typer

from jinxiao.files.errors import InputError, InvariantError

DONE, FAILED, BAD_INPUT, BROKEN, INTERRUPTED = 0, 1, 2, 3, 130
OPTIONS_OF = ("uplift", "sensitivity", "")
"""Origins of errors that are about an option rather than a file."""


class Interrupted(Exception):
    """The person pressed Ctrl-C.

    Parameters
    ----------
    kept : int or None
        Finished runs in the store; none where a command keeps none.
    """

    def __init__(self, kept: int | None = None) -> None:
        super().__init__(kept)
        self.kept = kept

    def __str__(self) -> str:
        if self.kept is None:
            return "interrupted"
        return f"interrupted; {self.kept} runs are kept, run the same command to go on"


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : list of str
        Words after ``jinxiao``.
    """
    from jinxiao.cli.commands import app

    _write_what_can_be_written()
    try:
        code = app(args=arguments, prog_name="jinxiao", standalone_mode=False)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit) as stop:
        if not isinstance(stop, BrokenPipeError) and not isinstance(stop.__context__, BrokenPipeError):
            raise
        _forget_stdout()  # whoever read the answer has seen enough
        return DONE
    except Exception as error:
        ending = _ending(error)
        if ending is None:
            raise
        _say(ending[1])
        return ending[0]
    if code == INTERRUPTED:
        _say(str(Interrupted()))
    return code if isinstance(code, int) else DONE


def _ending(error: Exception) -> tuple[int, str] | None:
    """Return exit code and line of what a person can do something about; none for faults of the program."""
    from jinxiao.experiments.ensemble import WorkerDied
    from jinxiao.model.ledger import LedgerError

    match error:
        case Interrupted():
            return INTERRUPTED, str(error)
        case InputError():
            return BAD_INPUT, f"error: {as_option(error)}"
        case typer.TyperException():
            return BAD_INPUT, f"error: {usage(error)}"
        case InvariantError():
            return BROKEN, f"error: {error}"
        case LedgerError():
            broken = InvariantError(f"account {error.account}", error.month, error.amount)
            return BROKEN, f"error: {broken}"
        case WorkerDied():
            return FAILED, f"error: {error}; fewer --jobs or a larger --scale take less"
        case MemoryError():
            return FAILED, "error: not enough memory; fewer --jobs or a larger --scale take less"
        case OSError() if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM):
            return BAD_INPUT, f"error: {_disk(error)}"
    return None


def as_option(error: InputError) -> InputError:
    """Return an error about an option in the words of the command line."""
    if error.file not in OPTIONS_OF or not error.field or error.field.startswith("-"):
        return error
    return InputError(field=f"--{error.field.replace('_', '-')}", found=error.found, allowed=error.allowed)


def usage(error: typer.TyperException) -> str:
    """Return what is wrong with the words of a command, in one line."""
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "jinxiao"
    message = " ".join(error.format_message().split()).rstrip(".").replace("Value error, ", "")
    return f"{message}; see {where} --help"


def _disk(error: OSError) -> InputError:
    place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else None
    reason = (error.strerror or "a fault of the disk").lower()
    return InputError(place, found=f"'{reason}'", allowed="a place that can be written")


def _say(line: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        print(line, file=sys.stderr, flush=True)


def _write_what_can_be_written() -> None:
    """Let signs that a terminal's encoding lacks appear as question marks instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _forget_stdout() -> None:
    """Let nobody complain at exit that the reader of the output has gone."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
