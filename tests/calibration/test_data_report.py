"""The report on the data: every series is declared, and the report names what is assumed and what is missing."""

from pathlib import Path

import pytest

from jinxiao.calibration.data_report import kind_of, load_kinds, write_report
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.statistics import Statistics
from jinxiao.files.errors import InputError


def test_every_series_has_a_kind_and_every_kind_a_series() -> None:
    kinds = load_kinds()
    found = [kind_of(record.series, kinds) for record in Statistics.load()]
    assert set(found) == set(kinds)


def test_a_series_without_a_kind_is_refused() -> None:
    with pytest.raises(InputError, match="found none for new_series"):
        kind_of("new_series", load_kinds())


def test_report_lists_series_gaps_and_assumed_parameters(tmp_path: Path) -> None:
    text = write_report(tmp_path / "data.md").read_text("utf-8")
    for heading in ("## Series", "## What could not be found", "## Assumed numbers"):
        assert f"\n{heading}\n" in text
    for kind in load_kinds():
        assert all(f"`{pattern}`" in text for pattern in kind.patterns)
    assumed = [name for name, record in load_parameters().records.items() if record.grade == "assumed"]
    assert len(assumed) > 50
    assert all(f"| `{name}` |" in text for name in assumed)


def test_report_is_the_same_each_time(tmp_path: Path) -> None:
    first, second = (write_report(tmp_path / name).read_bytes() for name in ("a.md", "b.md"))
    assert first == second
