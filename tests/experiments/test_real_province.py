"""Uplift on the real model at 1:1000: what must hold exactly, whatever the measures do."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jinxiao.experiments.effects import ALL, COLUMN, MEASURED
from jinxiao.experiments.estimates import Effect
from jinxiao.experiments.uplift import UpliftResult, uplift
from jinxiao.model.outcomes import GROUPS
from jinxiao.scenarios import load_plan

MEASURES = (5, 15)
"""Cash for children, and a subsidy on purchases that ran before the plan."""
EMPTY = """\
number: {number}
name_en: Test {number}
name_zh: 测试{number}
section: 2
grade: assumed
mechanism: {{en: Cash., zh: 现金。}}
sources:
  rule: {{title: A rule, url: "https://example.org", confidence: official}}
clauses:
  - summary: {{en: Cash for children., zh: 发放补贴。}}
    levers: [cash]
instruments:
  cash:
    kind: transfer
    name: {{en: Cash, zh: 补贴}}
    status: new
    start: 2025-07
    end: 2025-12
    payers: {{centre: 0.5, province: 0.5}}
    source: rule
    basis: child
    payment: monthly
    amount: {{value: {amount}, unit: yuan/month}}
    age_max: 36
"""
PLAN = """\
name: tiny
name_en: Tiny
name_zh: 小
start: 2025-06
source: {title: A plan, url: "https://example.org", confidence: official}
measures: [nothing, something]
"""


def run(store: Path, jobs: int = 1) -> UpliftResult:
    """Return two measures over two draws, with and without answers of markets."""
    return uplift(
        load_plan("shanxi-2025"),
        MEASURES,
        scale=1000,
        draws=2,
        months=30,
        closure=("full", "direct"),
        jobs=jobs,
        store=store,
    )


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> UpliftResult:
    """Two measures, two draws."""
    return run(tmp_path_factory.mktemp("store"))


@pytest.mark.slow
@pytest.mark.parametrize("group_by", ["city", "residence", "quintile", "age", "category"])
def test_groups_add_up_to_the_province_in_every_draw(result: UpliftResult, group_by: str):
    resident = MEASURED.index("resident_consumption")
    columns = [COLUMN[group_by, group] for group in GROUPS[group_by]]
    for effect, paired in result.effects.items():
        tolerance = 1e-10 * np.abs(paired.baseline[:, :, resident, ALL]).max()
        for flows in (paired.difference, paired.baseline):
            gap = flows[:, :, resident, columns].sum(axis=-1) - flows[:, :, resident, ALL]
            assert np.abs(gap).max() < tolerance, effect


@pytest.mark.slow
@pytest.mark.parametrize("measure", MEASURES)
def test_measures_cost_money_and_add_to_consumption(result: UpliftResult, measure: int):
    for closure in ("full", "direct"):
        difference = result.periods.sum(
            result.effects[Effect(measure, "first_in", closure, "all")].difference
        )
        for outcome in ("fiscal_cost", "total_consumption", "resident_consumption"):
            assert (difference[:, 0, MEASURED.index(outcome), ALL] > 0.0).all(), (closure, outcome)


@pytest.mark.slow
def test_the_same_call_gives_the_same_table_in_another_store_and_on_two_processes(
    result: UpliftResult, tmp_path: Path
):
    again = run(tmp_path / "store", jobs=2)
    pd.testing.assert_frame_equal(result.table, again.table, check_exact=True)
    pd.testing.assert_frame_equal(result.draws, again.draws, check_exact=True)
    assert result.hashes == again.hashes


@pytest.mark.slow
def test_a_measure_that_pays_nothing_adds_exactly_nothing(tmp_path: Path):
    (tmp_path / "nothing.yaml").write_text(EMPTY.format(number=5, amount=0), encoding="utf-8")
    (tmp_path / "something.yaml").write_text(EMPTY.format(number=7, amount=500), encoding="utf-8")
    (tmp_path / "tiny.yaml").write_text(PLAN, encoding="utf-8")
    found = uplift(
        load_plan(tmp_path / "tiny.yaml"),
        scale=1000,
        draws=2,
        months=26,
        estimand=("first_in", "last_in"),
        closure=("full", "direct"),
        jobs=1,
        store=tmp_path / "store",
    )
    rows = found.table[found.table["measure"] == 5]
    assert len(rows) > 100
    assert (rows[["median", "low", "high"]] == 0.0).all(axis=None)
    table = found.table[found.table["part"].isin(["all", "new"])]
    others = table[(table["measure"] == 7) & (table["group"] == "all")]
    assert (
        others.loc[others["outcome"].eq("total_consumption") & others["period"].eq("total"), "low"] > 0.0
    ).all()
