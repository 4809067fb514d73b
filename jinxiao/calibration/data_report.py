"""The report on the data: every series with its coverage and confidence, notes, and the assumed numbers.

``python -m jinxiao.calibration.data_report docs/data.md`` writes it anew.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from jinxiao.calibration.parameters import Parameter, load_parameters
from jinxiao.calibration.statistics import CONFIDENCES, DATA, Statistic, Statistics
from jinxiao.calibration.synthesis.margins import PROVINCE
from jinxiao.files.errors import InputError
from jinxiao.files.priors import Prior
from jinxiao.files.tables import Column, read_table
from jinxiao.files.writing import atomic_write_bytes

SERIES: Final = DATA / "series.csv"
"""What the series are and where they are used; the first row whose pattern fits a series counts."""
NOTES: Final = DATA / "NOTES.md"
"""How the main figures came about, oddities, and what could not be found."""
ALTERNATIVES: Final = "|"
"""Separates patterns in a cell."""
NATION: Final = "China"
NEWEST: Final = "2024"
"""Figures of later years are outcomes, kept apart."""
READ: Final = frozenset({"synthesis", "fit", "facts"})
LISTED: Final = 4
"""Places named one by one in the column of coverage; more are counted."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Series that belong together.

    Attributes
    ----------
    topic : str
        Heading under which they stand.
    patterns : tuple of str
        Names of series, with ``*`` for any ending.
    meaning : str
    used : str
        ``synthesis``, ``fit``, ``facts``: read by that code; ``parameters``: behind the value of a parameter;
        ``derivation``: behind a derived figure; ``background``: read by nobody.
    """

    topic: str
    patterns: tuple[str, ...]
    meaning: str
    used: str

    def holds(self, series: str) -> bool:
        """Whether a series is of this kind."""
        return any(fnmatchcase(series, pattern) for pattern in self.patterns)


def load_kinds(file: Path = SERIES) -> list[Kind]:
    """Read the kinds of series; errors name file, line and field."""
    rows = read_table(file, {name: Column(str) for name in ("topic", "pattern", "meaning", "used")})
    return [
        Kind(row["topic"], tuple(row["pattern"].split(ALTERNATIVES)), row["meaning"], row["used"])
        for row in rows.to_dict("records")
    ]


def kind_of(series: str, kinds: Iterable[Kind]) -> Kind:
    """Return the kind of a series; InputError where none is declared."""
    for kind in kinds:
        if kind.holds(series):
            return kind
    raise InputError(
        SERIES, field="pattern", found=f"none for {series}", allowed="a pattern for every series"
    )


def write_report(path: Path | str) -> Path:
    """Write the report on the data as Markdown; return its path.

    Parameters
    ----------
    path : path
        File to write; it is replaced whole.
    """
    atomic_write_bytes(path, "\n".join(_lines()).encode("utf-8"))
    return Path(path)


def _lines() -> Iterator[str]:
    statistics = Statistics.load()
    grades = Counter(record.confidence for record in statistics)
    yield "# Data"
    yield ""
    yield "<!-- Written by jinxiao/calibration/data_report.py; do not edit. -->"
    yield ""
    counted = ", ".join(f"{grades[grade]:,} {grade}" for grade in CONFIDENCES)
    yield (
        f"{len(statistics):,} figures in `jinxiao/calibration/data/statistics`: {counted}. *Official*: read at its "
        "publisher. *Reported*: read elsewhere, the publisher named. *Derived*: arithmetic on such figures, "
        "written in its note. *Assumed*: a judgement, with a range in its note. Each row has unit and source; a "
        "row without does not load. Where two rows have one key, the better evidence counts, then the newer file."
    )
    yield ""
    yield "## Series"
    yield ""
    yield (
        "*Used by*: `synthesis` (the population), `fit` (the baseline), `facts` (the table of facts) read the "
        "figures; `parameters`: behind the value of a parameter; `derivation`: behind a derived figure; "
        "`background`: kept, read by nothing. Grades: o official, r reported, d derived, a assumed."
    )
    yield ""
    by_kind = _by_kind(list(statistics))
    yield from _series(by_kind)
    yield NOTES.read_text(encoding="utf-8").strip()
    yield ""
    yield "## Assumed numbers"
    yield ""
    yield from _assumed_statistics(by_kind)
    yield from _assumed_parameters()


def _by_kind(records: list[Statistic]) -> dict[Kind, list[Statistic]]:
    """Return the figures of each kind, in the order in which kinds are declared."""
    kinds = load_kinds()
    of_series = {series: kind_of(series, kinds) for series in {record.series for record in records}}
    grouped: dict[Kind, list[Statistic]] = {kind: [] for kind in kinds}
    for record in records:
        grouped[of_series[record.series]].append(record)
    return grouped


def _series(by_kind: Mapping[Kind, list[Statistic]]) -> Iterator[str]:
    """One table a topic, one row a kind of series."""
    for topic in dict.fromkeys(kind.topic for kind in by_kind):
        yield f"### {topic}"
        yield ""
        yield "| series | what it is | years | places | breakdowns | grades | used by |"
        yield "|---|---|---|---|---|---|---|"
        yield from (_series_row(kind, records) for kind, records in by_kind.items() if kind.topic == topic)
        yield ""


def _series_row(kind: Kind, records: list[Statistic]) -> str:
    names = ", ".join(f"`{pattern}`" for pattern in kind.patterns)
    years = sorted({record.period[:4] for record in records} | {record.period[-4:] for record in records
                    if record.period[-4:].isdigit()})  # fmt: skip
    span = years[0] if years[0] == years[-1] else f"{years[0]}-{years[-1]}"
    grades = Counter(record.confidence for record in records)
    graded = ", ".join(f"{grades[grade]} {grade[0]}" for grade in CONFIDENCES if grades[grade])
    breakdowns = len({record.breakdown for record in records})
    cells = (names, kind.meaning, span, _places(records), str(breakdowns), graded, kind.used)
    return "| " + " | ".join(cells) + " |"


def _places(records: list[Statistic]) -> str:
    """Province, nation and how many cities."""
    places = {record.geo for record in records}
    cities = sorted(places - {PROVINCE, NATION})
    named = [place for place in (PROVINCE, NATION) if place in places]
    return ", ".join(named + (cities if len(cities) < LISTED else [f"{len(cities)} cities"]))


def _assumed_statistics(by_kind: Mapping[Kind, list[Statistic]]) -> Iterator[str]:
    """Series that the synthesis, the fit or the facts read, with how many of their newest figures are assumed."""
    yield "Statistics that are read, by how many of the newest figures of each place and breakdown are assumed:"
    yield ""
    yield "| series | assumed | of | used by |"
    yield "|---|---:|---:|---|"
    for kind, records in by_kind.items():
        past = sorted((r for r in records if r.period <= NEWEST), key=lambda r: r.period)
        newest = {(r.series, r.geo, r.breakdown): r for r in past}.values()
        assumed = sum(record.confidence == "assumed" for record in newest)
        if assumed and READ & set(kind.used.split("; ")):
            names = ", ".join(f"`{pattern}`" for pattern in kind.patterns)
            yield f"| {names} | {assumed} | {len(newest)} | {kind.used} |"
    yield ""


def _assumed_parameters() -> Iterator[str]:
    """Parameters of behaviour by grade, with the width of their priors."""
    records = load_parameters().records
    grades = Counter(record.grade for record in records.values())
    counted = ", ".join(f"{n} {grade}" for grade, n in grades.most_common())
    yield (
        f"Parameters of behaviour: {len(records)}, by grade {counted}. The assumed ones, each with the range of its "
        "prior (of a table: of the factor on all its entries); a number without a prior is held fixed. Parameters "
        "of the synthetic province are in [population.md](population.md), numbers of measures on their own pages."
    )
    yield ""
    yield "| parameter | value | unit | prior | meaning | source |"
    yield "|---|---|---|---|---|---|"
    for name, record in records.items():
        if record.grade == "assumed":
            cells = (f"`{name}`", _value(record), record.unit, _prior(record), record.meaning, record.source)
            yield "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |"
    yield ""


def _value(record: Parameter) -> str:
    if isinstance(record.value, float):
        return f"{record.value:g}"
    if isinstance(record.value, list):
        return ", ".join(f"{entry:g}" for entry in record.value)
    return "table"


def _prior(record: Parameter) -> str:
    """Return the range of the prior, 'fixed' where there is none."""
    prior: Prior | None = record.prior or record.prior_factor
    if prior is None:
        return "fixed"
    low, high = prior.bounds
    times = "x " if record.prior_factor is not None else ""
    return f"{times}{low:g}-{high:g} ({prior.distribution})"


if __name__ == "__main__":
    write_report(sys.argv[1])
