"""What a report is made of, whatever its format: headings, paragraphs, numbered tables and figures."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from jinxiao.results.labels import interval, number

Cell = str | float | int | tuple[float, float] | None
"""A text, a number, an interval (low, high), or nothing."""
MANY = 60
"""Rows of a table that a page shows; the workbook has them all."""


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (a chapter) or 2."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph: running text, a lead that stands out, a small note, an item of a list, or a command line."""

    text: str
    kind: Literal["body", "lead", "note", "item", "code"] = "body"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    head : str
        Name, with the unit where there is one.
    decimals : int, optional
        Of its numbers; None for text.
    width : float
        Share of the table's width, relative to the other columns.
    factor : float
        By what numbers are divided for the reader; the workbook shows the same unit.
    """

    head: str
    decimals: int | None = None
    width: float = 1.0
    factor: float = 1.0

    def show(self, cell: Cell) -> str:
        """Return a cell as people read it."""
        if cell is None:
            return ""
        if isinstance(cell, str):
            return cell
        digits = self.decimals or 0
        if isinstance(cell, tuple):
            return interval(cell[0] / self.factor, cell[1] / self.factor, digits)
        return number(cell / self.factor, digits)


@dataclass(frozen=True)
class TableBlock:
    """A numbered table.

    Attributes
    ----------
    title : str
        Caption, without number.
    columns : sequence of Column
    rows : sequence of sequence of Cell
    notes : sequence of str
        Lines below the table; sources are among them.
    strong : frozenset of int
        Rows that stand out, such as totals.
    sheet : str
        Name of the sheet of the workbook.
    sheet_only : bool
        Whether the workbook alone has it.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()
    strong: frozenset[int] = frozenset()
    sheet: str = ""
    sheet_only: bool = False
    every_row: bool = False

    def shown(self) -> Sequence[Sequence[Cell]]:
        """Return the rows that a page shows."""
        return self.rows if self.every_row else self.rows[:MANY]


@dataclass(frozen=True)
class FigureBlock:
    """A numbered figure, as bitmap and where known as vectors."""

    title: str
    png: bytes
    svg: bytes | None = None
    notes: Sequence[str] = ()


Block = Heading | Paragraph | TableBlock | FigureBlock


@dataclass(frozen=True)
class Document:
    """A report.

    Attributes
    ----------
    title, subtitle : str
    lang : {'en', 'zh'}
    blocks : list of Block
        In reading order.
    """

    title: str
    subtitle: str
    lang: str
    blocks: list[Block] = field(default_factory=list)

    def numbered(self) -> Iterator[tuple[Block, str]]:
        """Yield blocks with their captions: ``Table 3  What each measure adds``; tables of the workbook alone have none."""
        tables = figures = 0
        table, figure = ("表", "图") if self.lang == "zh" else ("Table ", "Figure ")
        for block in self.blocks:
            caption = ""
            if isinstance(block, TableBlock) and not block.sheet_only:
                tables += 1
                caption = f"{table}{tables}  {block.title}"
            elif isinstance(block, FigureBlock):
                figures += 1
                caption = f"{figure}{figures}  {block.title}"
            yield block, caption


def is_number(cell: Cell) -> bool:
    """Return whether a cell is a number that a workbook can reckon with."""
    return isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell)
