"""The plan, read once; and a small measure to break in tests."""

from pathlib import Path

import pytest

from jinxiao.scenarios.plan import Plan, load_plan

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
