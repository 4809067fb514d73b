"""A report as DOCX: styles, fonts for both scripts, numbered captions, tables that keep their heads on every page."""

import io
from collections.abc import Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

from docx import Document as new_document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Emu, Pt, RGBColor

from jinxiao.results.documents.content import Document, FigureBlock, Heading, Paragraph, TableBlock
from jinxiao.results.documents.html_file import is_numeric, notes_of

LATIN: Final = {"zh": "Times New Roman", "en": "Calibri"}
SERIF: Final = {"zh": "宋体", "en": "等线"}
"""Chinese fonts of running text and tables."""
HEADS: Final = {"zh": "黑体", "en": "等线"}
INK, DEEP, MUTED = RGBColor(0x1F, 0x23, 0x28), RGBColor(0x0B, 0x3C, 0x5D), RGBColor(0x5F, 0x66, 0x70)
WIDTH: Final = 16.6
"""Text width of the page, cm."""
CROWDED: Final = 7
"""Columns beyond which a table is set in smaller letters."""


def encode(document: Document) -> bytes:
    """Return a report as the bytes of a DOCX file."""
    made = new_document()
    _set_up(made, document.lang)
    _about(made, document)
    made.add_paragraph(document.title, style="Title")
    made.add_paragraph(document.subtitle, style="Subtitle")
    for block, caption in document.numbered():
        match block:
            case Heading(text, level):
                made.add_heading(text, level)
            case Paragraph(text, kind):
                made.add_paragraph(text, style=STYLES[kind])
            case FigureBlock():
                _add_figure(made, block, caption)
            case TableBlock():
                if not block.sheet_only:
                    _add_table(made, block, caption, document.lang)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


STYLES: Final = {"body": "Normal", "lead": "Lead", "note": "Note", "item": "List Bullet", "code": "Code"}


def _set_up(made: Any, lang: str) -> None:
    """Set page, fonts and styles."""
    section = made.sections[0]
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(2.3), Cm(2.1)
    _add_page_number(section.footer.paragraphs[0])
    styles = made.styles
    normal = styles["Normal"]
    _font(normal, lang, 10.5, INK)
    normal.paragraph_format.line_spacing = 1.3
    normal.paragraph_format.space_after = Pt(6)
    for name, size, before, after in (
        ("Title", 20.0, 0, 4), ("Heading 1", 15.0, 20, 8), ("Heading 2", 12.0, 12, 4),
    ):  # fmt: skip
        _font(styles[name], lang, size, DEEP, head=True)
        styles[name].font.bold = name != "Title" or lang == "en"
        styles[name].paragraph_format.space_before, styles[name].paragraph_format.space_after = (
            Pt(before),
            Pt(after),
        )
        styles[name].paragraph_format.keep_with_next = True
    _unborder(styles["Title"])
    _font(styles["Subtitle"], lang, 11.0, MUTED)
    styles["Subtitle"].font.italic = False
    styles["Subtitle"].paragraph_format.space_after = Pt(14)
    _font(styles["List Bullet"], lang, 10.0, INK)
    styles["List Bullet"].paragraph_format.space_after = Pt(3)
    for name, size, colour in (("Lead", 10.5, INK), ("Note", 8.0, MUTED), ("Code", 8.5, INK), ("Cell", 8.0, INK),
                               ("Small Cell", 7.0, INK)):  # fmt: skip
        style = styles.add_style(name, 1)
        style.base_style = normal
        _font(style, lang, size, colour)
        style.paragraph_format.space_after = Pt(0 if "Cell" in name else 3)
        style.paragraph_format.line_spacing = 1.0 if "Cell" in name else 1.15
    styles["Lead"].paragraph_format.line_spacing = 1.35
    styles["Lead"].paragraph_format.space_after = Pt(8)
    _shade(styles["Lead"].element.get_or_add_pPr(), "F4F6F8")
    _shade(styles["Code"].element.get_or_add_pPr(), "F4F6F8")
    styles["Code"].font.name = "Consolas"
    _font(styles["Caption"], lang, 9.5, INK, head=True)
    styles["Caption"].font.bold = lang == "en"
    styles["Caption"].font.italic = False
    styles["Caption"].paragraph_format.space_before, styles["Caption"].paragraph_format.space_after = (
        Pt(8),
        Pt(3),
    )


def _font(style: Any, lang: str, size: float, colour: RGBColor, head: bool = False) -> None:
    """Give a style its fonts: one for Latin letters, one for Chinese signs."""
    style.font.name, style.font.size, style.font.color.rgb = LATIN[lang], Pt(size), colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:hAnsi"), LATIN[lang])
    fonts.set(qn("w:eastAsia"), (HEADS if head else SERIF)[lang])
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")
    style.element.get_or_add_rPr().append(language)


def _about(made: Any, document: Document) -> None:
    """Fill in the properties of the file; its times are fixed, so that equal reports are equal."""
    from datetime import UTC, datetime

    properties = made.core_properties
    properties.title, properties.author, properties.comments = document.title, "jinxiao", document.subtitle
    properties.created = properties.modified = datetime(2025, 1, 1, tzinfo=UTC)
    properties.language = "zh-CN" if document.lang == "zh" else "en-US"


def _unborder(style: Any) -> None:
    for border in style.element.xpath(".//w:pBdr"):
        border.getparent().remove(border)


def _shade(properties: Any, colour: str) -> None:
    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", colour)):
        shade.set(qn(f"w:{key}"), value)
    properties.append(shade)


def _add_page_number(paragraph: Any) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run()
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        if kind is None:
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = text
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)


def _add_figure(made: Any, block: FigureBlock, caption: str) -> None:
    """Add a picture at full width, or as high as a page allows, with its caption below."""
    picture = made.add_picture(io.BytesIO(block.png), width=Cm(WIDTH))
    highest = Cm(22.0)
    if picture.height > highest:
        picture.width, picture.height = Emu(int(picture.width * highest / picture.height)), highest
    at = made.paragraphs[-1]
    at.alignment = WD_ALIGN_PARAGRAPH.CENTER
    at.paragraph_format.keep_with_next = True
    at.paragraph_format.space_before, at.paragraph_format.space_after = Pt(8), Pt(2)
    picture._inline.docPr.set("descr", block.title)
    made.add_paragraph(caption, style="Caption").paragraph_format.space_after = Pt(10)
    for note in block.notes:
        made.add_paragraph(note, style="Note")


def _add_table(made: Any, block: TableBlock, caption: str, lang: str) -> None:
    """Add a table with caption above and notes below; one of many columns in smaller letters."""
    made.add_paragraph(caption, style="Caption").paragraph_format.keep_with_next = True
    rows = block.shown()
    total = sum(column.width for column in block.columns)
    widths = [int(567 * WIDTH * column.width / total) for column in block.columns]
    right = [is_numeric(column, [row[i] for row in rows]) for i, column in enumerate(block.columns)]
    lines = [[column.head for column in block.columns]]
    lines += [[column.show(cell) for column, cell in zip(block.columns, row, strict=True)] for row in rows]
    xml = [
        f"<w:tbl {nsdecls('w')}>{TABLE}<w:tblGrid>",
        *(f'<w:gridCol w:w="{width}"/>' for width in widths),
        "</w:tblGrid>",
    ]
    style = "SmallCell" if len(widths) > CROWDED else "Cell"
    xml += [_row(texts, widths, right, style, n == 0, n - 1 in block.strong) for n, texts in enumerate(lines)]
    made.element.body.insert_element_before(parse_xml("".join([*xml, "</w:tbl>"])), "w:sectPr")
    for note in notes_of(block, lang):
        made.add_paragraph(note, style="Note")
    made.paragraphs[-1].paragraph_format.space_after = Pt(12)


TABLE: Final = (
    '<w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:jc w:val="center"/><w:tblBorders>'
    '<w:top w:val="single" w:sz="10" w:color="1F2328"/><w:bottom w:val="single" w:sz="10" w:color="1F2328"/>'
    '<w:insideH w:val="single" w:sz="2" w:color="DCDFE4"/></w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
    '<w:top w:w="30" w:type="dxa"/><w:left w:w="50" w:type="dxa"/><w:bottom w:w="30" w:type="dxa"/>'
    '<w:right w:w="50" w:type="dxa"/></w:tblCellMar></w:tblPr>'
)
"""Ruled above, below and lightly between rows; columns of fixed width."""
HEAD_RULE: Final = '<w:tcBorders><w:bottom w:val="single" w:sz="6" w:color="1F2328"/></w:tcBorders>'


def _row(
    texts: Sequence[str], widths: Sequence[int], right: Sequence[bool], style: str, head: bool, strong: bool
) -> str:
    """Return a row that stays on one page; the head comes again on every page."""
    rules = "<w:cantSplit/>" + ("<w:tblHeader/>" if head else "")
    bold = "<w:rPr><w:b/></w:rPr>" if head or strong else ""
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{HEAD_RULE if head else ""}'
        f'<w:vAlign w:val="{"bottom" if head else "top"}"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="{style}"/>'
        f"{'<w:jc w:val=' + chr(34) + 'right' + chr(34) + '/>' if flush else ''}</w:pPr>"
        f'<w:r>{bold}<w:t xml:space="preserve">{escape(_printable(text))}</w:t></w:r></w:p></w:tc>'
        for text, width, flush in zip(texts, widths, right, strict=True)
    )
    return f"<w:tr><w:trPr>{rules}</w:trPr>{cells}</w:tr>"


def _printable(text: str) -> str:
    """Return a text without control signs, which XML does not allow."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")
