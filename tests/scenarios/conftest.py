"""The plan, read once; a small province that lived to its start; and a small measure to break in tests."""

from pathlib import Path
from typing import Any

import pytest

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.world import World
from jinxiao.model.economy import Economy
from jinxiao.model.names import month_index
from jinxiao.scenarios.plan import Plan, load_plan

MONTHS = month_index("2027-04")
"""End of the runs of the small province: every instrument has begun."""

MEASURE = """\
number: 5
name_en: Test
name_zh: 测试
section: 2
grade: official
mechanism: {en: Cash., zh: 现金。}
sources:
  rule: {title: A rule, url: "https://example.org", confidence: official}
clauses:
  - summary: {en: Cash for children., zh: 发放补贴。}
    levers: [cash]
instruments:
  cash:
    kind: transfer
    name: {en: Cash, zh: 补贴}
    status: new
    start: 2025-07
    end: 2025-12
    payers: {centre: 0.5, province: 0.5}
    source: rule
    basis: child
    payment: monthly
    amount: {value: 100, unit: yuan/month}
    age_max: 36
"""

PLAN = """\
name: tiny
name_en: Tiny
name_zh: 小
start: 2025-06
source: {title: A plan, url: "https://example.org", confidence: official}
measures: [cash]
"""


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The real plan."""
    return load_plan("shanxi-2025")


@pytest.fixture(scope="session")
def village(plan: Plan) -> Economy:
    """About 1,500 households that lived to the start of the plan. Tests fork it and never step it."""
    return province(plan, 9000, MONTHS)


def province(plan: Plan, scale: int, months: int, seed: int = 3, world_seed: int = 1) -> Economy:
    """Return a province at the start of the plan."""
    world = World.load(scale=scale, seed=world_seed)
    baseline = fit_baseline(world, load_parameters().central())
    economy = Economy(world, plan.scenario().policy(months), baseline, seed=seed)
    economy.run_for(plan.start)
    return economy


def lived(start: Economy, policy: Any, path: Any = None) -> Economy:
    """Return the run of a policy to its end; in direct closure along a path of markets."""
    economy = start.fork(policy, market_path=path)
    economy.run_for(len(policy.months) - start.month)
    return economy


@pytest.fixture(scope="session")
def without(plan: Plan, village: Economy) -> Economy:
    """The small province to the end without the plan."""
    return lived(village, plan.scenario().policy(MONTHS))


@pytest.fixture(scope="session")
def direct(plan: Plan, village: Economy, without: Economy) -> Economy:
    """The same in direct closure."""
    return lived(village, plan.scenario().policy(MONTHS), without.market_path)


@pytest.fixture(scope="session")
def runs(plan: Plan, village: Economy) -> dict[int, Economy]:
    """Each measure alone, with all its instruments."""
    return {number: lived(village, plan.scenario(number).policy(MONTHS)) for number in plan.measures}


@pytest.fixture
def tiny(tmp_path: Path):
    """Write a one-measure plan, with replacements in the measure's text, and read it."""

    def read(*replacements: tuple[str, str]) -> Plan:
        text = MEASURE
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        (tmp_path / "cash.yaml").write_text(text, encoding="utf-8")
        (tmp_path / "tiny.yaml").write_text(PLAN, encoding="utf-8")
        return load_plan(tmp_path / "tiny.yaml")

    return read
