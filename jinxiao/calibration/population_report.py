"""The report on the synthetic population: each margin beside its source, and what is assumed."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from jinxiao.calibration.population_counts import Counts
from jinxiao.calibration.population_margins import GROUPS, MarginRow, margin_rows
from jinxiao.calibration.synthesis.parameters import load_population_parameters
from jinxiao.calibration.world import World
from jinxiao.files.writing import atomic_write_bytes

METHOD: Final = """\
The province is made of family types (18 structures of adults with every set of up to three dependants) that
are raked, zone by zone, to households by size and residents by age, rounded to whole households by
systematic sampling, and improved by controlled rounding; then work, incomes, wealth and durables are added,
each to its published totals.

- **Who is represented.** Persons are the resident population at the end of 2024. In the census of 2020 8%
  lived outside family households (2.78 of 34.92 million): they are represented here as members of family
  households of the same zone. Households are therefore residents over mean household size (13.68 million),
  more than the family households counted (12.75 million in 2020 with 32.14 million people; 13.02 million in
  2021).
- **Household sizes.** Raked over zone x size to residents of each zone, households of each city, and size
  shares of town and country; five and more are 5, 6 or 7.
- **Ages.** City shares of the census of 2020 are raked to the province's shares of 2023; three broad ages
  by city, eight bands by province, more elders in the country (odds of 2020). Tertiary students count as
  members of their family's household.
- **Work.** Residence x occupation x sector is raked to employment by sector, by residence, formal workers
  (employee medical insurance less pensioners), platform workers and own-account workers; migrant and
  informal workers are the rest. First adults and elders take part at stated rates, second adults fill the
  published labour force; at most two earners a household.
- **Incomes.** Wages are gross. Net transfers as published are pensions and other transfers less income tax
  and contributions: pensions come from pensioners and mean pensions, deductions from rates by occupation,
  and *other transfers are the rest*. Every source of every zone is scaled to the published income per head;
  town and country each have a factor by rank of income that brings out the quintiles. City incomes are
  scaled by one factor so that residents' mean is the published one.
- **Quintiles.** No quintiles of Shanxi are published: national quintiles of town and country over their
  mean (2022) are taken over to the province's means; persons weighted.
- **Deposits.** Term deposits are household deposits times the national share of time deposits; the rest is
  liquid and belongs to the run, not to the synthesis. No balance of the housing fund is published for the
  province: it is not included.
- **Durables.** Published ownership of 2021 is carried to the end of 2023 by assumed growth; ages are those
  of a stationary stock with Weibull lifetimes of the published mean.
"""

UNMATCHED: Final = """\
- **Income per head of all residents** (32,441 yuan in 2024). The survey weighs town and country 56.4 to
  43.6; residents are 66.3 to 33.7. With town and country both met, the mean over residents is 34,850 yuan.
  The survey's mean is reached with its own weights.
- **Margins of small groups in small samples.** At 1:1000 the smallest zone has 138 households: single age
  bands of single zones differ by several per cent, since households are whole. Broad ages by city, and all
  bands of the province, hold within 1%; sectors hold within three sampled earners.
- **Minimum wages.** Published wage income of rural residents is low for the employment counted (about
  38,000 yuan a wage worker and year): part of rural wages lies below the minimum wage, read as part-year and
  part-time work.
- **Early retirement.** Pensioners under 60 (women retire at 50 or 55) are not distinguished: published
  pensioners are all placed among members of 60 and over, which they nearly fill.
- **Sources by city.** Every city has the province's composition of income by source; only Jincheng
  publishes its own.
"""


def write_report(world: World, path: Path | str) -> Path:
    """Write the report on a world's population as Markdown; return its path.

    Parameters
    ----------
    world : World
    path : path
        File to write; it is replaced whole.
    """
    atomic_write_bytes(path, "\n".join(_lines(world)).encode("utf-8"))
    return Path(path)


def _lines(world: World) -> Iterator[str]:
    rows = margin_rows(world)
    yield "# The synthetic population"
    yield ""
    yield "<!-- Written by jinxiao/calibration/population_report.py; do not edit. -->"
    yield ""
    yield (
        f"{len(world):,} households at 1:{world.scale} (seed {world.seed}) stand for "
        f"{Counts(world).weight.sum():,.0f}. World `{world.content_hash[:12]}`."
    )
    yield ""
    yield "## How it is made"
    yield ""
    yield METHOD
    yield "## Summary"
    yield ""
    yield from _summary(rows)
    yield ""
    yield "## What could not be matched, and why"
    yield ""
    yield UNMATCHED
    for group in GROUPS:
        yield f"## {group.capitalize()}"
        yield ""
        yield from _table([r for r in rows if r.group == group])
        yield ""
    yield from _implied(world)
    yield from _assumed(world)


def _summary(rows: list[MarginRow]) -> Iterator[str]:
    yield "| margin | figures | largest error | mean error |"
    yield "|---|---:|---:|---:|"
    for group in GROUPS:
        errors = np.array([abs(r.error) for r in rows if r.group == group])
        yield f"| {group} | {len(errors)} | {100 * errors.max():.2f}% | {100 * errors.mean():.2f}% |"


def _table(rows: list[MarginRow]) -> Iterator[str]:
    yield "| | published | synthesised | error | unit | source |"
    yield "|---|---:|---:|---:|---|---|"
    for r in rows:
        yield (
            f"| {r.item} | {_number(r.published)} | {_number(r.synthesised)} "
            f"| {100 * r.error:+.2f}% | {r.unit} "
            f"| {r.source.replace('|', '/')} |"
        )


def _number(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 100 else f"{value:.1f}"


def _implied(world: World) -> Iterator[str]:
    """Figures that follow from the synthesis and are not margins, for a look at their plausibility."""
    counts, h = Counts(world), world.households
    persons = counts.by_residence(counts.persons)
    yield "## What follows"
    yield ""
    yield "Not margins: what the synthesis implies."
    yield ""
    yield "| | urban | rural | unit |"
    yield "|---|---:|---:|---|"
    for code, label in ((1, "formal"), (2, "migrant or informal"), (3, "flexible")):
        earners = h["occupation"] == code
        wage = counts.by_residence((h["wage"] * earners).sum(axis=1)) / counts.by_residence(
            earners.sum(axis=1)
        )
        yield f"| mean gross wage, {label} | {wage[0]:,.0f} | {wage[1]:,.0f} | yuan/month |"
    for name, label in (("pension", "pensions"), ("transfers", "other transfers")):
        value = 12 * counts.by_residence(h[name]) / persons
        yield f"| {label} per head | {value[0]:,.0f} | {value[1]:,.0f} | yuan/year |"
    deducted = 12 * counts.by_residence(counts.deductions) / persons
    yield f"| taxes and contributions per head | {deducted[0]:,.0f} | {deducted[1]:,.0f} | yuan/year |"
    for name, label in (("term_deposits", "savings"), ("home_value", "home value")):
        held = 1000.0 * h[name] if name == "home_value" else h[name]
        value = counts.by_residence(held) / counts.by_residence()
        yield f"| {label} per household | {value[0]:,.0f} | {value[1]:,.0f} | yuan |"
    no_earner = counts.by_residence((h["occupation"] == 0).all(axis=1)) / counts.by_residence() * 100
    yield f"| households without an earner | {no_earner[0]:.1f} | {no_earner[1]:.1f} | % |"
    top = counts.by_residence((h["quintile"] == 4) * counts.persons) / persons * 100
    bottom = counts.by_residence((h["quintile"] == 0) * counts.persons) / persons * 100
    yield f"| persons in the richest fifth of the province | {top[0]:.1f} | {top[1]:.1f} | % |"
    yield f"| persons in the poorest fifth of the province | {bottom[0]:.1f} | {bottom[1]:.1f} | % |"
    yield ""


def _assumed(world: World) -> Iterator[str]:
    """Parameters of the synthesis by grade, and the statistics by confidence."""
    records = load_population_parameters().records
    yield "## Parameters of the synthesis"
    yield ""
    yield (
        "Grades: "
        + ", ".join(f"{n} {g}" for g, n in sorted(Counter(r.grade for r in records.values()).items()))
        + "."
    )
    yield ""
    yield "| parameter | value | unit | grade | meaning | source |"
    yield "|---|---|---|---|---|---|"
    for name, record in records.items():
        value = f"{record.value:g}" if isinstance(record.value, float) else "table"
        if isinstance(record.value, list):
            value = ", ".join(f"{v:g}" for v in record.value)
        yield f"| `{name}` | {value} | {record.unit} | {record.grade} | {record.meaning} | {record.source} |"
    yield ""
    grades = Counter(r.confidence for r in world.statistics)
    yield (
        f"Of the {len(world.statistics):,} published figures at hand "
        + ", ".join(f"{n:,} are {g}" for g, n in grades.most_common())
        + "; the tables above name the confidence of each figure used."
    )
    yield ""
