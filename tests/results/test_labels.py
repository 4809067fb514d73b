"""Labels: every key of the model, of the experiments and of the facts has a name in both languages."""

import math

import pytest

from jinxiao.calibration.facts import BLOCKS
from jinxiao.experiments.attribution import ESTIMANDS
from jinxiao.experiments.effects import MEASURED, RATIOS, unit_of
from jinxiao.experiments.runs import CLOSURES, REFERENCES
from jinxiao.experiments.screening import METHODS
from jinxiao.experiments.sensitivity import EMULATOR
from jinxiao.experiments.uplift import GRADES
from jinxiao.model import names
from jinxiao.model.outcomes import GROUPS, OUTCOMES
from jinxiao.results import fact_names
from jinxiao.results.labels import LABELS, LANGUAGES, interval, label, level_unit, money, number, plan_name
from jinxiao.results.labels import unit_of as shown_unit
from jinxiao.results.parameter_names import parameter_names
from jinxiao.results.sensitivity_figure import MAIN_INDEX, WORDS
from jinxiao.results.sensitivity_figure import METHODS as METHOD_NAMES
from jinxiao.scenarios import load_plan

NEEDED = {
    "outcome": (*MEASURED, *RATIOS),
    "grouping": (*GROUPS, "payer"),
    **GROUPS,
    "payer": tuple(p.key for p in names.PAYERS),
    "sector": tuple(s.key for s in names.SECTORS),
    "market": tuple(m.key for m in names.MARKETS),
    "durable": tuple(d.key for d in names.DURABLES),
    "estimand": ESTIMANDS,
    "closure": CLOSURES,
    "reference": REFERENCES,
    "evidence": GRADES,
    "unit": tuple(unit_of(o) for o in (*OUTCOMES, *RATIOS)),
}


@pytest.mark.parametrize("kind", NEEDED)
def test_every_key_has_both_names(kind: str) -> None:
    for key in NEEDED[kind]:
        for lang in LANGUAGES:
            assert label(kind, key, lang).strip()


def test_chinese_names_are_chinese() -> None:
    for kind, labels in LABELS.items():
        for key, one in labels.items():
            assert any("一" <= sign <= "鿿" for sign in one.zh), (kind, key)
            assert not any("一" <= sign <= "鿿" for sign in one.en), (kind, key)


def test_model_names_are_used_as_they_are() -> None:
    for city in names.CITIES:
        assert label("city", city.key, "zh") == city.zh
        assert label("city", city.key, "en") == city.en


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(KeyError):
        label("city", "Atlantis", "en")


def test_blocks_of_facts_and_methods_are_named() -> None:
    assert set(BLOCKS) <= set(fact_names.BLOCKS)
    assert {*METHODS, EMULATOR} == set(MAIN_INDEX) == set(METHOD_NAMES)
    assert set(MAIN_INDEX.values()) <= set(WORDS)


def test_facts_are_named_in_both_languages() -> None:
    assert fact_names.fact_name("retail_sales", "Taiyuan", "all", "zh") == "社会消费品零售总额（太原）"
    assert (
        fact_names.fact_name("ownership_per_100", "Shanxi", "fridge rural", "zh")
        == "每百户拥有量（农村冰箱）"
    )
    assert fact_names.fact_name("something_new", "Shanxi", "all", "zh") == "something_new"
    assert fact_names.fact_name("retail_sales", "Taiyuan", "all", "en", "2025").endswith("(Taiyuan, 2025)")


def test_units_of_money_agree() -> None:
    """100 billion yuan are 1,000 亿元."""
    assert 1e11 / money("en").scale == 100.0
    assert 1e11 / money("zh").scale == 1000.0
    assert shown_unit("jobs", "en").scale == 1.0
    assert level_unit("jobs", "zh").scale == 1e4
    assert shown_unit("additional_per_yuan", "en").name == "yuan per yuan"


def test_numbers_read_well() -> None:
    assert number(-1234.56, 1) == "−1,234.6"
    assert number(-0.004, 2) == "0.00"
    assert number(math.nan, 2) == "–"
    assert interval(-0.5, 1.25, 1) == "[−0.5, 1.2]"
    assert interval(math.nan, math.nan, 1) == "–"


def test_plans_have_titles() -> None:
    plan = load_plan("shanxi-2025")
    assert plan_name("shanxi-2025", "zh") == plan.name_zh
    assert plan_name("my-own", "en") == "my-own"


def test_every_uncertain_number_has_a_name() -> None:
    plan = load_plan("shanxi-2025")
    for lang in LANGUAGES:
        known = parameter_names("shanxi-2025", lang)
        assert all(known[one.name].strip() for one in plan.parameters())
    assert not any(key.startswith("measures.") for key in parameter_names("my-own", "en"))
