"""A report as one HTML page that needs nothing else: figures inside, print rules, both scripts."""

import base64
from collections.abc import Iterator
from html import escape
from typing import Final

from jinxiao.results.documents.content import (
    Block,
    Column,
    Document,
    FigureBlock,
    Heading,
    Paragraph,
    TableBlock,
)
from jinxiao.results.documents.words import w

STYLE: Final = """
:root { --ink: #1f2328; --muted: #5f6670; --line: #c9ced6; --deep: #0b3c5d; --shade: #f4f6f8; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 60rem; color: var(--ink); background: #fff;
  font: 16px/1.6 "Source Han Sans SC", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", Arial, sans-serif; }
h1 { font-size: 1.8rem; line-height: 1.25; margin: 0 0 .3rem; color: var(--deep); }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .6rem; padding-bottom: .2rem; border-bottom: 2px solid var(--deep); color: var(--deep); }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .4rem; color: var(--deep); }
.subtitle { color: var(--muted); margin: 0 0 1.5rem; }
.lead { background: var(--shade); border-left: 4px solid var(--deep); padding: .8rem 1rem; margin: .8rem 0; }
.note { color: var(--muted); font-size: .8rem; line-height: 1.45; margin: .15rem 0; }
nav { font-size: .9rem; margin: 1rem 0; } nav a { color: var(--deep); margin-right: 1.2em; white-space: nowrap; }
pre { background: var(--shade); padding: .6rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere; font-size: .8rem; }
figure { margin: 1.6rem 0; break-inside: avoid; } figure img { width: 100%; height: auto; display: block; }
caption, figcaption { text-align: left; font-weight: 600; font-size: .95rem; padding: .3rem 0; }
.table { margin: 1.6rem 0; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .8rem; line-height: 1.35;
  border-top: 1.5px solid var(--ink); border-bottom: 1.5px solid var(--ink); }
th { text-align: left; font-weight: 600; vertical-align: bottom; border-bottom: 1px solid var(--ink); }
th, td { padding: .28rem .5rem; } td { vertical-align: top; border-bottom: 1px solid #e8ebef; overflow-wrap: break-word; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; } th.n { white-space: normal; }
tr.strong td { font-weight: 700; border-top: 1px solid var(--ink); }
details > summary { cursor: pointer; font-weight: 600; font-size: .95rem; }
@media print { body { font-size: 10.5pt; max-width: none; padding: 0; } nav { display: none; } .scroll { overflow: visible; }
  table { font-size: 7.5pt; } tr, figure { break-inside: avoid; } h2, h3, caption { break-after: avoid; }
  @page { size: A4; margin: 18mm 16mm; } }
"""
LONG: Final = 40
"""Rows beyond which a table is folded away until it is asked for."""


def encode(document: Document) -> bytes:
    """Return a report as a page in UTF-8."""
    lang = "zh-CN" if document.lang == "zh" else "en"
    parts = [
        "<!doctype html>",
        f'<html lang="{lang}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(document.title)}</title><style>{STYLE}</style></head><body>",
        f'<h1>{escape(document.title)}</h1><p class="subtitle">{escape(document.subtitle)}</p>',
        _contents(document),
        *_body(document),
        "</body></html>\n",
    ]
    return "\n".join(parts).encode("utf-8")


def _contents(document: Document) -> str:
    heads = [block for block in document.blocks if isinstance(block, Heading) and block.level == 1]
    links = " ".join(f'<a href="#c{i}">{escape(head.text)}</a>' for i, head in enumerate(heads))
    return f"<nav>{links}</nav>"


def _body(document: Document) -> Iterator[str]:
    chapters = 0
    items: list[str] = []
    for block, caption in document.numbered():
        if isinstance(block, Paragraph) and block.kind == "item":
            items.append(f"<li>{escape(block.text)}</li>")
            continue
        if items:
            yield f"<ul>{''.join(items)}</ul>"
            items = []
        anchor = ""
        if isinstance(block, Heading) and block.level == 1:
            anchor = f' id="c{chapters}"'
            chapters += 1
        yield _block(block, caption, anchor, document.lang)
    if items:
        yield f"<ul>{''.join(items)}</ul>"


def _block(block: Block, caption: str, anchor: str, lang: str) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level + 1}{anchor}>{escape(text)}</h{level + 1}>"
        case Paragraph(text, "code"):
            return f"<pre>{escape(text)}</pre>"
        case Paragraph(text, kind):
            return f'<p class="{kind}">{escape(text)}</p>'
        case FigureBlock():
            return _figure(block, caption)
        case TableBlock():
            return "" if block.sheet_only else _table(block, caption, lang)


def _figure(block: FigureBlock, caption: str) -> str:
    kind, data = ("png", block.png) if block.svg is None else ("svg+xml", block.svg)
    source = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in block.notes)
    shown = f'<img alt="{escape(block.title, quote=True)}" src="{source}">'
    return f"<figure>{shown}<figcaption>{escape(caption)}</figcaption>{notes}</figure>"


def _table(block: TableBlock, caption: str, lang: str) -> str:
    numeric = [_is_numeric(block, i) for i in range(len(block.columns))]
    heads = "".join(
        f'<th scope="col"{_class(right)}>{escape(column.head)}</th>'
        for column, right in zip(block.columns, numeric, strict=True)
    )
    rows = "".join(
        f"<tr{' class="strong"' if i in block.strong else ''}>"
        + "".join(
            f"<td{_class(right)}>{escape(column.show(cell))}</td>"
            for cell, column, right in zip(row, block.columns, numeric, strict=True)
        )
        + "</tr>"
        for i, row in enumerate(block.shown())
    )
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in notes_of(block, lang))
    table = f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>{notes}'
    if len(block.shown()) > LONG:
        return f'<details class="table"><summary>{escape(caption)}</summary>{table}</details>'
    return f'<div class="table"><figcaption>{escape(caption)}</figcaption>{table}</div>'


def notes_of(block: TableBlock, lang: str) -> list[str]:
    """Return the notes below a table, with how many of its rows are shown where not all are."""
    shown, known = len(block.shown()), len(block.rows)
    more = [w("more_rows", lang, shown=shown, all=known)] if shown < known else []
    return [*more, *block.notes]


def _class(right: bool) -> str:
    return ' class="n"' if right else ""


def _is_numeric(block: TableBlock, place: int) -> bool:
    """Return whether a column reads as numbers, whether kept as such or as text."""
    return is_numeric(block.columns[place], [row[place] for row in block.shown()])


def is_numeric(column: Column, cells: list[object]) -> bool:
    """Return whether a column is set flush right: numbers, intervals, or texts that are such."""
    if column.decimals is not None:
        return True
    texts = [cell for cell in cells if isinstance(cell, str) and cell]
    return bool(texts) and all(set(text) <= set("0123456789.,−–-+[]≤≥~% ") for text in texts)
