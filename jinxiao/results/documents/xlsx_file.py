"""A report's tables as a workbook: a sheet each, numbers as numbers in the unit of their head, frozen heads, readable widths."""

import io
import math
import re
from datetime import UTC, datetime
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from jinxiao.results.documents.content import Cell, Column, Document, Paragraph, TableBlock, is_number
from jinxiao.results.documents.words import w
from jinxiao.results.style import ems

FONT: Final = {"zh": "宋体", "en": "Calibri"}
WIDEST: Final = 60.0
"""Widest column, in signs; longer texts are wrapped."""
HEAD_ROW: Final = 3
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\]")
_FORMULA: Final = ("=", "+", "@")


def encode(document: Document) -> bytes:
    """Return the tables of a report as the bytes of an XLSX file."""
    book = Workbook()
    book.remove(book.active)
    _cover(book, document)
    for block, caption in document.numbered():
        if isinstance(block, TableBlock) and block.sheet:
            _sheet(book, block, caption or block.title, document.lang)
    book.properties.title, book.properties.creator = document.title, "jinxiao"
    book.properties.created = book.properties.modified = datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _cover(book: Any, document: Document) -> None:
    """Write title and summary on a sheet of their own."""
    sheet = book.create_sheet(w("summary", document.lang))
    font = FONT[document.lang]
    sheet.column_dimensions["A"].width = 110
    lines = [
        (document.title, Font(font, 16, bold=True, color="0B3C5D")),
        (document.subtitle, Font(font, 10, color="5F6670")),
    ]
    lines += [
        (block.text, Font(font, 11))
        for block in document.blocks
        if isinstance(block, Paragraph) and block.kind in ("lead", "code")
    ]
    for row, (text, style) in enumerate(lines, start=1):
        cell = sheet.cell(row, 1, text)
        cell.font, cell.alignment = style, Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = max(22.0, _lines(text, 108.0) * 16.0)
    sheet.sheet_view.showGridLines = False


def _sheet(book: Any, block: TableBlock, caption: str, lang: str) -> None:
    """Write a table: caption, an empty row, heads, rows, notes."""
    sheet = book.create_sheet(_free_name(book, block.sheet))
    font = FONT[lang]
    sheet["A1"] = caption
    sheet["A1"].font = Font(font, 12, bold=True, color="0B3C5D")
    columns = _columns(block, lang)
    line = Side(style="thin", color="1F2328")
    widths = [8.0] * len(columns)
    for place, (column, _) in enumerate(columns, start=1):
        cell = sheet.cell(HEAD_ROW, place, column.head)
        cell.font, cell.fill = Font(font, 10, bold=True), PatternFill("solid", fgColor="E8EDF2")
        cell.alignment = Alignment(
            wrap_text=True, vertical="center", horizontal="left" if column.decimals is None else "right"
        )
        cell.border = Border(top=line, bottom=line)
        widths[place - 1] = max(widths[place - 1], min(_signs(column.head), 16.0) + 3.0)
    for number, row in enumerate(block.rows):
        at = HEAD_ROW + 1 + number
        heights = [1]
        for place, (value, column) in enumerate(_cells(row, columns), start=1):
            cell = sheet.cell(at, place)
            _put(cell, value, column, Font(font, 10, bold=number in block.strong))
            text = column.show(value) if is_number(value) else str(value or "")
            widths[place - 1] = max(widths[place - 1], min(_signs(text) + 2.0, WIDEST))
            heights.append(_lines(text, WIDEST - 2.0))
        if max(heights) > 1:
            sheet.row_dimensions[at].height = 14.0 * max(heights)
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    head_lines = max(_lines(c.head, widths[i] - 1.5) for i, (c, _) in enumerate(columns))
    sheet.row_dimensions[HEAD_ROW].height = 15.0 * head_lines + 4.0
    sheet.freeze_panes = sheet.cell(HEAD_ROW + 1, 2 if len(columns) > 3 else 1)
    if block.rows:
        sheet.auto_filter.ref = f"A{HEAD_ROW}:{get_column_letter(len(columns))}{HEAD_ROW + len(block.rows)}"
    for number, note in enumerate(block.notes):
        cell = sheet.cell(HEAD_ROW + len(block.rows) + 2 + number, 1, note)
        cell.font = Font(font, 9, color="5F6670")
    _print_setup(sheet, len(columns))


def _columns(block: TableBlock, lang: str) -> list[tuple[Column, int]]:
    """Return the columns with their place in the rows; an interval is two of them."""
    found: list[tuple[Column, int]] = []
    before = ""
    for place, column in enumerate(block.columns):
        if any(isinstance(row[place], tuple) for row in block.rows):
            for end in ("low", "high"):
                head = f"{before}{'，' if lang == 'zh' else ', '}{w(end, lang)}"
                found.append((Column(head, column.decimals, column.width, column.factor), place))
        else:
            found.append((column, place))
            before = column.head
    return found


def _cells(row: Any, columns: list[tuple[Column, int]]) -> list[tuple[Cell, Column]]:
    seen: set[int] = set()
    cells: list[tuple[Cell, Column]] = []
    for column, place in columns:
        value = row[place]
        if isinstance(value, tuple):
            value = value[1 if place in seen else 0]
            seen.add(place)
        cells.append((value, column))
    return cells


def _put(cell: Any, value: Cell, column: Column, font: Font) -> None:
    """Write a value: numbers in the unit of the head with a format, text as text."""
    cell.font = font
    if is_number(value):
        assert isinstance(value, int | float)
        digits = column.decimals or 0
        cell.value = value / column.factor
        cell.number_format = "#,##0" + ("." + "0" * digits if digits else "")
        cell.alignment = Alignment(horizontal="right", vertical="top")
        return
    text = "" if value is None else "–" if isinstance(value, float) and math.isnan(value) else str(value)
    cell.value = text
    if text.startswith(_FORMULA):
        cell.data_type = "s"
    right = column.decimals is not None
    cell.alignment = Alignment(
        wrap_text=_signs(text) > WIDEST - 2.0, vertical="top", horizontal="right" if right else None
    )


def _print_setup(sheet: Any, columns: int) -> None:
    """Let a sheet print on A4, as wide as the page, its heads on every page."""
    sheet.page_setup.paperSize = 9
    sheet.page_setup.orientation = "landscape" if columns > 5 else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"


def _free_name(book: Any, wanted: str) -> str:
    """Return a name for a sheet that a workbook allows and does not have yet."""
    base = _FORBIDDEN.sub(" ", wanted).strip()[:28] or "sheet"
    name, count = base, 1
    while name in book.sheetnames:
        count += 1
        name = f"{base} {count}"
    return name


def _signs(text: str) -> float:
    """Return the width of a text in digits: a Chinese sign is two wide."""
    return max((1.96 * ems(line) for line in text.split("\n")), default=0.0)


def _lines(text: str, room: float) -> int:
    return sum(max(1, math.ceil(_signs(line) / max(room, 1.0))) for line in text.split("\n"))
