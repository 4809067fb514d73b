"""Reports and folders read back: what they say is what the numbers are, and the files are whole, complete and readable."""

import io
import itertools
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from fake_province import ENGINE

from jinxiao import api, load_plan, read_scenario
from jinxiao.cli.exits import run as command
from jinxiao.experiments import comparison, uplift
from jinxiao.experiments.effects import ALL, GROSS, MEASURED
from jinxiao.files.errors import InputError
from jinxiao.files.manifest import Account
from jinxiao.results import report
from jinxiao.results.answer import HEADLINE, Answer
from jinxiao.results.documents.assemble import check_formats, make_document, write_report
from jinxiao.results.documents.chapters import summary
from jinxiao.results.documents.content import Column, FigureBlock, Heading, TableBlock
from jinxiao.results.labels import money, number
from jinxiao.results.reading import StoredRun, StoredTables, read_folder, read_results


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Folders of an uplift, a comparison and a run of the real plan on the fake engine."""
    plan, home = load_plan("shanxi-2025"), tmp_path_factory.mktemp("results")
    few: dict[str, Any] = {"draws": 3, "jobs": 1, "engine": ENGINE, "store": home / "store"}
    scenarios = [read_scenario(plan, name) for name in ("without", "plan")]
    results = {
        "uplift": report.of(
            report.Uplift, uplift.uplift(plan, [5, 15], **few), Account(["jinxiao", "uplift"])
        ),
        "compare": report.of(report.Comparison, comparison.compare(plan, scenarios, **few), Account()),
        "run": report.of(report.Run, comparison.run_scenario(plan, scenarios[1], **few), Account()),
    }
    for name, result in results.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(report, "_write_figures", lambda figures, folder: None)
            patch.setattr(type(result), "figures", lambda self, lang="en": {})
            result.save(home / name)
    (home / "other").mkdir()
    (home / "other" / "manifest.json").write_text(json.dumps({"command": "optimise", "scale": 100}), "utf-8")
    (home / "other" / "mixes.csv").write_bytes("\ufeffmix,value\nA,1.5\nB,=1+1\n".encode())
    return {name: home / name for name in (*results, "other")}


@pytest.fixture(scope="module")
def made(folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report in Chinese on all of them."""
    out = tmp_path_factory.mktemp("reports") / "zh"
    write_report(list(folders.values()), out, lang="zh")
    return out


# ---------------------------------------------------------------------------- folders read back


def test_an_uplift_read_back_is_the_one_that_was_saved(folders: dict[str, Path]) -> None:
    found = read_results(folders["uplift"])
    assert isinstance(found, report.Uplift)
    again = uplift.uplift(
        load_plan("shanxi-2025"),
        [5, 15],
        draws=3,
        jobs=1,
        engine=ENGINE,
        store=folders["uplift"].parent / "store",
    )
    pd.testing.assert_frame_equal(found.table, again.table, check_dtype=False)
    assert (
        found.measures == again.measures and found.titles == again.titles and found.periods == again.periods
    )
    assert found.persons == pytest.approx(again.persons)
    assert {k: found.settings[k] for k in again.settings} == again.settings
    for effect, paired in found.effects.items():
        for outcome in (MEASURED.index(HEADLINE), GROSS):
            expected = again.effects[effect].difference[:, :, outcome, ALL]
            np.testing.assert_allclose(paired.difference[:, :, outcome, ALL], expected)
    assert set(found.figures("zh")) == {"uplift", "paths", "groups", "map", "cost", "waterfall"}


def test_other_kinds_read_back(folders: dict[str, Path]) -> None:
    compared, one = read_results(folders["compare"]), read_results(folders["run"])
    assert isinstance(compared, report.Comparison) and isinstance(one, StoredRun)
    assert compared.scenarios == ("without", "plan") and compared.titles[0].zh == "无任何措施"
    assert set(one.frame["draw"]) == {0, 1, 2} and one.settings["scenario"] == "plan"
    assert isinstance(read_results(folders["other"]), StoredTables)


def test_a_folder_of_an_earlier_version_is_shown_by_its_tables(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    manifest = json.loads((folders["uplift"] / "manifest.json").read_text("utf-8"))
    del manifest["persons"]
    for file in folders["uplift"].glob("uplift*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert isinstance(read_results(tmp_path), StoredTables)
    assert {"uplift", "uplift_draws"} == set(read_folder(tmp_path).tables())


def test_every_figure_says_where_it_comes_from(folders: dict[str, Path]) -> None:
    for lang, words in {
        "en": ("Source", "3 draws", "seed 1"),
        "zh": ("来源", "3 次抽样", "随机种子 1"),
    }.items():
        for figure in read_results(folders["compare"]).figures(lang).values():
            texts = " ".join(text.get_text() for text in figure.texts)
            assert all(word in texts for word in words), texts


# ---------------------------------------------------------------------------- what it says


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_summary_says_the_numbers(folders: dict[str, Path], lang: str) -> None:
    folder = read_folder(folders["uplift"])
    text = " ".join(summary(folder, lang))
    assert isinstance(folder.result, report.Uplift)
    answer, unit = Answer.of(folder.result, lang), money(lang)
    for outcome in (HEADLINE, "fiscal_cost"):
        assert number(answer.value(0, outcome)["median"] / unit.scale, unit.decimals) in text
    assert number(answer.gross(0) / unit.scale, unit.decimals) in text
    assert ("90% interval" if lang == "en" else "90% 区间") in text


def test_chapters_limits_and_annex_are_there(folders: dict[str, Path]) -> None:
    document = make_document([read_folder(folders["run"]), read_folder(folders["uplift"])], "en")
    heads = [block.text for block in document.blocks if isinstance(block, Heading)]
    assert heads[:2] == [
        "Summary",
        "What each measure adds",
    ]  # the uplift leads, whatever the order of folders
    assert {"Limits", "Annex: method", "Parameters that were drawn", "How to repeat it"} < set(heads)
    captions = [caption for _, caption in document.numbered() if caption]
    tables = [caption for caption in captions if caption.startswith("Table")]
    assert [caption.split("  ")[0] for caption in tables] == [f"Table {i + 1}" for i in range(len(tables))]
    assert sum(isinstance(block, FigureBlock) for block in document.blocks) == 9
    drawn = [b for b in document.blocks if isinstance(b, TableBlock) and b.title.startswith("Parameters of")]
    assert all(len(b.rows) > 200 for b in drawn)


def test_numbers_are_shown_in_the_unit_of_their_head() -> None:
    column = Column("yuan", 2, factor=1e9)
    assert column.show(-1.234e9) == "−1.23" and column.show((1e9, 2e9)) == "[1.00, 2.00]"
    assert column.show(float("nan")) == "–" and column.show(None) == "" and column.show("a") == "a"


# ---------------------------------------------------------------------------- files


def test_a_report_has_all_its_files_and_nothing_half_written(made: Path) -> None:
    assert sorted(p.name for p in made.iterdir()) == [
        "manifest.json",
        "report.docx",
        "report.html",
        "report.xlsx",
    ]
    assert not [p for p in made.parent.iterdir() if p.name.endswith(".part")]
    manifest = json.loads((made / "manifest.json").read_text("utf-8"))
    assert manifest["runs"] == ["uplift", "compare", "run", "other"] and "uplift" in str(manifest["hashes"])


def test_the_document_has_chinese_fonts_captions_and_pictures(made: Path) -> None:
    docx = pytest.importorskip("docx")
    from docx.oxml.ns import qn

    document = docx.Document(io.BytesIO((made / "report.docx").read_bytes()))
    for name in ("Normal", "Heading 1", "Title", "Caption", "Cell", "Note"):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in ("宋体", "黑体") and fonts.get(qn("w:asciiTheme")) is None
    assert len(document.inline_shapes) == 11
    assert all(shape.width <= document.sections[0].page_width for shape in document.inline_shapes)
    captions = [p.text for p in document.paragraphs if p.style.name == "Caption"]
    assert len(captions) == len(document.tables) + len(document.inline_shapes)
    for table in document.tables:
        first = table.rows[0]._tr.trPr
        assert first is not None and first.find(qn("w:tblHeader")) is not None
        room = sum(int(column.get(qn("w:w"))) for column in table._tbl.tblGrid.findall(qn("w:gridCol")))
        assert room <= 567 * 16.7


def test_the_page_needs_nothing_else(made: Path) -> None:
    from html.parser import HTMLParser

    links: list[str] = []

    class Finder(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            links.extend(value or "" for key, value in attrs if key in ("src", "href"))

    text = (made / "report.html").read_text("utf-8")
    Finder().feed(text)
    assert '<html lang="zh-CN">' in text and "<script" not in text
    assert links and all(link.startswith(("data:image/", "#")) for link in links)
    assert sum(link.startswith("data:image/svg") for link in links) == 11


def test_the_workbook_holds_numbers_with_units_and_frozen_heads(made: Path, folders: dict[str, Path]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(made / "report.xlsx")
    sheet = book["各措施新增消费"]
    heads = [cell.value for cell in sheet[3]]
    assert heads[2] == "新增消费（亿元）" and heads[3].endswith("下限") and sheet.freeze_panes == "B4"
    table = read_frame_of(folders["uplift"])
    assert sheet.cell(sheet.max_row - 4, 3).number_format == "#,##0.0"
    values = [row[2] for row in sheet.iter_rows(min_row=4, max_row=6, values_only=True)]
    expected = table.set_index("measure")["median"] / 1e8
    assert sorted(values) == pytest.approx(sorted(expected))
    for one in book.worksheets[1:]:
        for column in one.columns:
            cells = itertools.takewhile(
                lambda cell: cell.value is not None, column[3:]
            )  # notes run over empty cells
            longest = max((len(cell.value) for cell in cells if isinstance(cell.value, str)), default=0)
            assert one.column_dimensions[column[0].column_letter].width >= min(longest, 40), one.title
    formula = next(s for s in book.worksheets if s["A1"].value and "mixes" in str(s["A1"].value))
    assert [c.data_type for c in formula["B"][3:5]] == ["s", "s"]  # what looks like a formula stays text


def read_frame_of(folder: Path) -> pd.DataFrame:
    table = pd.read_parquet(folder / "uplift.parquet")
    chosen = (table["outcome"] == HEADLINE) & (table["period"] == "total") & (table["part"] == "all")
    return table[chosen & (table["group_by"] == "all")]


def test_equal_reports_are_equal_pages(folders: dict[str, Path], tmp_path: Path) -> None:
    files = [
        api.report(folders["other"], tmp_path / str(i), lang="zh", formats=["html"])[0].read_bytes()
        for i in range(2)
    ]
    assert files[0] == files[1]


# ---------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("what", ["absent", "empty", "broken"])
def test_no_folder_of_results_is_one_clear_line(
    what: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / what
    if what != "absent":
        folder.mkdir()
    if what == "broken":
        (folder / "manifest.json").write_text("{", "utf-8")
    assert command(["report", str(folder), "--out", str(tmp_path / "out")]) == 2
    error = capfd.readouterr().err
    assert error.count("\n") == 1 and error.startswith("error: ") and what in error and "allowed" in error
    assert not (tmp_path / "out").exists()


def test_a_missing_extra_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(InputError, match="extra 'report'"):
        check_formats(["docx"])
    assert check_formats(["html"]) == ("html",)


def test_an_unknown_format_is_refused(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert command(["report", str(tmp_path), "--format", "pdf"]) == 2
    assert "'pdf'" in capfd.readouterr().err
