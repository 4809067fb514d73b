"""One invocation of a command: its folder, its progress on stderr, its answer on stdout."""

import contextlib
import json
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console, RenderableType

from jinxiao.cli.exits import Interrupted
from jinxiao.cli.options import Format, Lang
from jinxiao.files.errors import InputError
from jinxiao.files.manifest import Account

if TYPE_CHECKING:
    import pandas as pd

RUNS = Path("runs")
HASH_LENGTH = 10
WIDTH = 132
"""Width of tables that go to a file or a pipe, columns."""
INTERIM_SECONDS = 60.0
"""How often ``--progress`` shows the answer so far."""
RECENT = 20
"""Reports from which the time left is estimated: what came from the store at the start went faster."""
REPORTS = 10
"""Lines of progress where there is no terminal."""
WORDS = {
    "en": {"start": "preparing", "runs": "runs", "of": "of", "left": "left", "figures": "writing", "wrote": "wrote",
           "so far": "after {} draws"},
    "zh": {"start": "准备中", "runs": "次模拟", "of": "/", "left": "剩余", "figures": "写入结果", "wrote": "结果文件夹：",
           "so far": "已完成 {} 次抽样"},
}  # fmt: skip


@dataclass
class Session:
    """What a command shares between its steps.

    Attributes
    ----------
    command : str
        Its name.
    lang, format : Lang, Format
        Of the answer.
    quiet : bool
        Show no progress.
    account : Account
        What it takes.
    """

    command: str
    lang: Lang
    format: Format
    quiet: bool
    account: Account = field(default_factory=lambda: Account(["jinxiao", *sys.argv[1:]]))
    written: Path | None = None

    @contextlib.contextmanager
    def folder(self, out: Path | None, settings: Mapping[str, Any]) -> Iterator[Path]:
        """Give the folder to write into: checked before anything is computed, there only when all went well.

        Parameters
        ----------
        out : Path, optional
            Where the person wants it.
        settings : mapping
            What determines the results: names the folder where the person does not.
        """
        from jinxiao.files.writing import results_folder

        target = out if out is not None else self.default_folder(settings)
        try:
            with results_folder(target) as folder:
                yield folder
        except FileNotFoundError as error:
            if error.filename and Path(error.filename).parent == target.resolve().parent:
                raise InputError(
                    target, found="a place where nothing can be made", allowed="a folder that can be written"
                ) from error
            raise
        self.written = target

    def default_folder(self, settings: Mapping[str, Any]) -> Path:
        """Return ``runs/COMMAND-HASH``: the same for the same question."""
        from jinxiao.experiments.engine import content_hash

        key = content_hash(self.command, dict(settings), self.lang.value)
        return RUNS / f"{self.command}-{key[:HASH_LENGTH]}"

    @contextlib.contextmanager
    def progress(self, *, kept: bool = True) -> Iterator["Progress"]:
        """Show progress while inside; Ctrl-C becomes :class:`Interrupted`.

        Parameters
        ----------
        kept : bool
            Whether finished runs are kept in the store.
        """
        shown = make_progress(self.command, self.lang, self.quiet)
        try:
            with shown:
                yield shown
        except KeyboardInterrupt:
            raise Interrupted(shown.done if kept else None) from None

    def interim(self, progress: "Progress", every_minute: bool) -> "Interim | None":
        """Return what shows the answer so far while an ensemble runs; nothing where nothing is shown."""
        return None if self.quiet else Interim(progress, self.lang, INTERIM_SECONDS if every_minute else None)

    def answer(self, table: RenderableType, frame: "pd.DataFrame", notes: tuple[str, ...] = ()) -> None:
        """Print the answer, and where the rest is.

        Parameters
        ----------
        table : rich renderable
            For people.
        frame : DataFrame
            The same for programs, as CSV or JSON: then nothing else goes to stdout.
        notes : tuple of str
            Lines below the table.
        """
        where = [f"{WORDS[self.lang]['wrote']} {self.written}"] if self.written is not None else []
        if self.format is Format.table:
            console = Console(width=None if sys.stdout.isatty() else WIDTH, soft_wrap=False)
            console.print(table)
            for line in (*notes, *where):
                console.print(line, markup=False, highlight=False, soft_wrap=True)
            return
        print_frame(frame, self.format)
        if not self.quiet:
            for line in (*notes, *where):
                print(line, file=sys.stderr)


def print_frame(frame: "pd.DataFrame", form: Format) -> None:
    """Print a table as CSV or JSON records on stdout."""
    if form is Format.csv:
        print(frame.to_csv(index=False, lineterminator="\n"), end="")
    else:
        records = json.loads(frame.to_json(orient="records", force_ascii=False, double_precision=10))
        print(json.dumps(records, ensure_ascii=False, indent=2))


class Progress:
    """Counts runs and shows nothing."""

    def __init__(self, command: str, lang: str) -> None:
        self.command, self.words = command, WORDS[lang]
        self.done = self.total = 0
        self.started = time.monotonic()
        self._recent: deque[tuple[float, int]] = deque(maxlen=RECENT)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the screen as it was."""

    def __call__(self, done: int, total: int) -> None:
        """Take note of runs done and runs in all."""
        self.done, self.total = done, total
        self._recent.append((time.monotonic(), done))

    @property
    def seconds_left(self) -> float:
        """Seconds that the runs left take at the pace of the last ones; infinite before there is any."""
        (then, before), (now, done) = self._recent[0], self._recent[-1]
        return (self.total - done) * (now - then) / (done - before) if done > before else float("inf")

    def show(self, table: RenderableType) -> None:
        """Show a table."""

    def say(self, line: str) -> None:
        """Tell something in a line of its own."""

    def stage(self, word: str) -> None:
        """Tell what is being done now; `word` is a key of WORDS."""


class PlainProgress(Progress):
    """Lines on stderr, about ten in all."""

    def __call__(self, done: int, total: int) -> None:
        """Write a line for every tenth of the runs."""
        before = self.done
        super().__call__(done, total)
        if done == 0 or (before * REPORTS // max(total, 1) != done * REPORTS // max(total, 1)):
            self.say(self._line())

    def _line(self) -> str:
        w, passed = self.words, time.monotonic() - self.started
        if self.done == 0:
            return f"{w['start']}: {self.total} {w['runs']}" if self.total > 1 else w["start"]
        left = self.seconds_left
        return f"{self.done} {w['of']} {self.total} {w['runs']}, {passed:.0f} s, {w['left']} {left:.0f} s"

    def show(self, table: RenderableType) -> None:
        """Write a table."""
        with contextlib.suppress(OSError):
            Console(stderr=True, width=WIDTH).print(table)

    def say(self, line: str) -> None:
        """Write a line."""
        with contextlib.suppress(OSError):
            print(f"{self.command}: {line}", file=sys.stderr, flush=True)

    def stage(self, word: str) -> None:
        """Write a line."""
        self.say(self.words[word])


class BarProgress(Progress):
    """A bar in the terminal, gone when all is done."""

    def __init__(self, command: str, lang: str, console: Console) -> None:
        from rich import progress as bars

        super().__init__(command, lang)
        self.bar = bars.Progress(
            bars.SpinnerColumn(),
            bars.TextColumn("{task.description}"),
            bars.BarColumn(),
            bars.MofNCompleteColumn(),
            bars.TimeElapsedColumn(),
            bars.TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self.task = self.bar.add_task(f"{command}: {self.words['start']}", total=None)

    def __enter__(self) -> "Progress":
        self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the bar away."""
        self.bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Move the bar."""
        super().__call__(done, total)
        word = "runs" if done else "start"
        self.bar.update(
            self.task, completed=done, total=total, description=f"{self.command}: {self.words[word]}"
        )

    def show(self, table: RenderableType) -> None:
        """Write a table above the bar."""
        self.bar.console.print(table)

    def say(self, line: str) -> None:
        """Write a line above the bar."""
        self.bar.console.print(f"{self.command}: {line}", markup=False, highlight=False)

    def stage(self, word: str) -> None:
        """Say so beside the bar."""
        self.bar.update(self.task, description=f"{self.command}: {self.words[word]}")


class Interim:
    """Shows the answer so far: every so many seconds, and whenever the process is sent SIGUSR1.

    Parameters
    ----------
    progress : Progress
        Where it is shown.
    lang : str
        Language of the answer.
    every : float, optional
        Seconds between two answers; only on demand without it.
    """

    def __init__(self, progress: Progress, lang: str, every: float | None) -> None:
        self.progress, self.lang, self.every = progress, lang, every
        self._last = time.monotonic()
        self._known: tuple[int, Callable[[], Any]] | None = None
        if hasattr(signal, "SIGUSR1") and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGUSR1, lambda number, frame: self.show())

    def __call__(self, draws: int, answer: Callable[[], Any]) -> None:
        """Take note that another draw is done."""
        self._known = draws, answer
        if self.every is not None and time.monotonic() - self._last >= self.every:
            self.show()

    def show(self) -> None:
        """Show the answer from the draws that are done."""
        if self._known is None:
            return
        from jinxiao.results.tables import uplift_summary

        draws, answer = self._known
        self.progress.say(self.progress.words["so far"].format(draws))
        self.progress.show(uplift_summary(answer(), self.lang))
        self._last = time.monotonic()


def make_progress(command: str, lang: str, quiet: bool) -> Progress:
    """Return what suits stderr: nothing, lines, or a bar."""
    if quiet:
        return Progress(command, lang)
    if sys.stderr.isatty():
        return BarProgress(command, lang, Console(stderr=True))
    return PlainProgress(command, lang)
