"""From folders of results to a report: what it says, and its files, each written whole or not at all."""

from collections.abc import Sequence
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Final

from jinxiao.files.errors import InputError
from jinxiao.files.manifest import Account, write_manifest
from jinxiao.files.writing import atomic_write_bytes, results_folder
from jinxiao.results.documents.annex import annex, limits
from jinxiao.results.documents.chapters import chapter, summary
from jinxiao.results.documents.content import Block, Document, Heading, Paragraph
from jinxiao.results.documents.words import w
from jinxiao.results.labels import plan_name
from jinxiao.results.reading import Folder, read_folder

FORMATS: Final = ("docx", "html", "xlsx")
NEEDS: Final = {"docx": "docx", "xlsx": "openpyxl"}
"""What the formats need beyond the core: the extra ``report``."""
ORDER: Final = ("uplift", "compare", "run", "optimise", "discover", "sensitivity", "facts", "trial")
"""Commands in the order of their chapters; the first of them gives the title."""
TITLED: Final = ("uplift", "compare", "run", "facts", "trial", "sensitivity")


def check_formats(formats: Sequence[str]) -> tuple[str, ...]:
    """Return the formats; refuse unknown ones, and those whose extra is not installed."""
    for form in formats or ("",):
        if form not in FORMATS:
            raise InputError("report", field="format", found=f"'{form}'", allowed=", ".join(FORMATS))
        if form in NEEDS:
            try:
                import_module(NEEDS[form])
            except ImportError:
                raise InputError(
                    "report", field="format", found=f"{form}, which needs the extra 'report'",
                    allowed="html, or any after: pip install 'jinxiao[report]'",
                ) from None  # fmt: skip
    return tuple(dict.fromkeys(formats))


def make_document(folders: Sequence[Folder], lang: str) -> Document:
    """Return the report on some folders of results.

    Parameters
    ----------
    folders : sequence of Folder
        From :func:`jinxiao.results.reading.read_folder`.
    lang : {'en', 'zh'}
        Language of the reader.
    """
    listed = sorted(folders, key=lambda one: ORDER.index(one.command) if one.command in ORDER else len(ORDER))
    first = listed[0]
    plan = plan_name(str(first.manifest.get("plan", "")), lang)
    title = w(f"title_{first.command}" if first.command in TITLED else "title_other", lang, plan=plan)
    subtitle = w("subtitle", lang, version=first.result.account.version)
    blocks: list[Block] = [Heading(w("summary", lang))]
    for folder in listed:
        sentences = summary(folder, lang)
        if sentences:
            blocks.append(Paragraph(("" if lang == "zh" else " ").join(sentences), "lead"))
    for folder in listed:
        blocks += chapter(folder, lang)
    blocks += [*limits(lang), *annex(listed, lang)]
    return Document(title, subtitle, lang, blocks)


def write_report(
    paths: Sequence[str | PathLike[str]],
    out: str | PathLike[str],
    *,
    lang: str = "en",
    formats: Sequence[str] = FORMATS,
    account: Account | None = None,
) -> list[Path]:
    """Write a report on folders of results and return its files.

    Parameters
    ----------
    paths : sequence of str or path
        Folders that commands or ``save`` have written.
    out : str or path
        Folder of the report: ``report.docx``, ``report.html``, ``report.xlsx`` and a manifest.
    lang : {'en', 'zh'}
        Language of the report.
    formats : sequence of {'docx', 'html', 'xlsx'}
        Which of them.

    Raises
    ------
    InputError
        When a folder holds no results, a format is not known, or the extra ``report`` is missing.
    """
    chosen = check_formats(formats)
    if not paths:
        raise InputError("report", field="RUN", found="no folder", allowed="one or more folders of results")
    folders = [read_folder(path) for path in paths]
    document = make_document(folders, lang)
    with results_folder(out) as folder:
        for form in chosen:
            atomic_write_bytes(folder / f"report.{form}", encode_as(document, form))
        settings = {
            "lang": lang,
            "formats": list(chosen),
            "runs": [one.path.resolve().name for one in folders],
        }
        hashes = {
            f"{key} of {one.path.resolve().name}": str(value)
            for one in folders
            for key, value in one.manifest.get("hashes", {}).items()
        }
        write_manifest(folder, "report", settings, hashes, account or Account())
    return [Path(out) / f"report.{form}" for form in chosen]


def encode_as(document: Document, form: str) -> bytes:
    """Return a report as bytes of a format."""
    module = import_module(f"jinxiao.results.documents.{form}_file")
    encoded: bytes = module.encode(document)
    return encoded
