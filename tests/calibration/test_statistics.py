"""Statistics: every figure carries unit and source, keys are found, newer files win."""

from pathlib import Path

import pytest

from jinxiao.calibration.statistics import COLUMNS, Statistics, statistics_files
from jinxiao.files.errors import InputError

HEADER = ",".join(COLUMNS)
GOOD = "population,Shanxi,all,2024,3445.96,10k persons,Statistics office,https://x,official,"


def write(folder: Path, name: str, *rows: str) -> Path:
    file = folder / name
    file.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    return file


def test_shipped_statistics_load() -> None:
    statistics = Statistics.load()
    assert len(statistics) > 1500
    assert all(record.unit and record.source for record in statistics)
    assert statistics.value("population", "Shanxi", "all", "2024") == 3445.96
    assert statistics.newest("population", "Shanxi").count == pytest.approx(34_459_600)


def test_at_hand_comes_first() -> None:
    assert statistics_files()[0].name == "at_hand.csv"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (GOOD.replace("10k persons", ""), "unit"),
        (GOOD.replace("Statistics office", ""), "source_title"),
        (GOOD.replace("3445.96", "many"), "value"),
        (GOOD.replace("official", "certain"), "confidence"),
    ],
)
def test_bad_row_is_refused_with_file_line_and_field(tmp_path: Path, row: str, field: str) -> None:
    file = write(tmp_path, "a.csv", GOOD, row)
    with pytest.raises(InputError) as refusal:
        Statistics.load(tmp_path)
    message = str(refusal.value)
    assert message.startswith(f"{file}:3: {field}: found")
    assert "\n" not in message


def test_derived_figure_may_state_its_arithmetic_for_a_source(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", "births,Shanxi,all,2020,28.8,10k persons,,,derived,24.64 + 4.16")
    assert Statistics.load(tmp_path).newest("births", "Shanxi").source == "24.64 + 4.16"


def test_newer_file_wins_unless_its_figure_is_weaker(tmp_path: Path) -> None:
    write(tmp_path, "at_hand.csv", GOOD, GOOD.replace("2024", "2023"))
    write(
        tmp_path,
        "a.csv",
        GOOD.replace("3445.96", "3446"),
        GOOD.replace("2024", "2023").replace("3445.96", "1").replace("official", "assumed"),
    )
    statistics = Statistics.load(tmp_path)
    assert statistics.value("population", "Shanxi", "all", "2024") == 3446
    assert statistics.value("population", "Shanxi", "all", "2023") == 3445.96


def test_newest_stops_at_the_vintage_and_skips_parts_of_years(tmp_path: Path) -> None:
    rows = [GOOD.replace("2024", period) for period in ("2022", "2024-01..2024-08", "2025")]
    write(tmp_path, "a.csv", *rows)
    statistics = Statistics.load(tmp_path)
    assert statistics.newest("population", "Shanxi").period == "2022"
    assert statistics.newest("population", "Shanxi", up_to="2025").period == "2025"
    assert statistics.find("population", "Datong") is None
    with pytest.raises(KeyError, match="periods at hand: 2022"):
        statistics.value("population", "Shanxi", "all", "2021")
