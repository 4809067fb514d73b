"""The catalogue, its pages and schemas say what the files hold."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from jinxiao.scenarios.catalogue import (
    catalogue_table,
    describe_measure,
    instrument_table,
    show_measure,
)
from jinxiao.scenarios.pages import measure_page, write_pages
from jinxiao.scenarios.schema import json_schema, write_schemas

DOCS = Path(__file__).parents[2] / "docs" / "measures"


def test_the_list_has_a_row_for_each_measure(plan):
    table = catalogue_table(plan)
    assert table["measure"].tolist() == list(plan.measures)
    assert (table["continued"] + table["raised"] + table["new"] == table["instruments"]).all()


def test_the_list_of_instruments_has_a_row_for_each(plan):
    table = instrument_table(plan, 15)
    assert table["key"].tolist() == list(plan.measures[15].instruments)
    assert table["rule"].isna().sum() == 4


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_everything_about_a_measure_can_be_shown(plan, lang):
    for number in plan.measures:
        console = Console(width=160, record=True, file=io.StringIO())
        console.print(show_measure(plan, number, lang))
        text = console.export_text()
        assert plan.measures[number].name_zh in text and plan.measures[number].name_en in text
        record = describe_measure(plan, number, lang)
        assert all(row["unit"] and row["source"] for row in record["parameters"])


def test_units_are_named_in_chinese(plan):
    units = {row["unit"] for n in plan.measures for row in describe_measure(plan, n, "zh")["parameters"]}
    assert not [unit for unit in units if unit.isascii()]


def test_pages_in_the_docs_are_up_to_date(plan):
    for number in plan.measures:
        assert (DOCS / f"{number:02d}.md").read_text(encoding="utf-8") == measure_page(plan, number)


def test_pages_are_written_with_an_index(plan, tmp_path):
    files = write_pages(plan, tmp_path)
    assert [file.name for file in files[-2:]] == [f"{max(plan.measures):02d}.md", "index.md"]


def test_schemas_describe_fields_with_units(tmp_path):
    text = (write_schemas(tmp_path)[0]).read_text(encoding="utf-8")
    assert "most paid for one unit [yuan/unit]" in text
    assert set(json_schema("scenario")["properties"]) >= {"name", "extends", "measures", "overrides"}
