"""What the measures' files must hold: units, sources, payers, clauses."""

import csv
import hashlib
import re
from itertools import combinations
from pathlib import Path

import pytest
from pydantic import BaseModel

from jinxiao.files.priors import Distribution
from jinxiao.scenarios.accounts import Financing, Payers
from jinxiao.scenarios.levers import Actual
from jinxiao.scenarios.overlaps import active, meetings, meets
from jinxiao.scenarios.plan import load_plan
from jinxiao.scenarios.records import Parameter

NUMBERS = tuple(load_plan("shanxi-2025").measures)
PLAN_TEXT = Path(__file__).with_name("plan_text.csv")
"""Every phrase of the plan's thirty measures, with the clauses that carry it out, numbered from 0."""
TEXT_OF_THE_PLAN = "4903ad8c88a93b92906df67e5e7ee97918d39df17188d46ccd6ac9e3c6d9bdb1"
"""Hash of the phrases of the published text, in order, without stops and responsible offices."""
NOT_IN_THE_TEXT = {(5, 1), (9, 0)}
"""Clauses for what carries out a measure without being named by it: birth awards of two cities, care vouchers of 2026."""


def bare_numbers(value, path=""):
    """Yield numbers that stand outside parameters, payers, priors, dates, and what was really done (in units of the fields)."""
    if isinstance(value, Parameter | Payers | Financing | Distribution | Actual):
        return
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if name not in ("number", "section"):
                yield from bare_numbers(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from bare_numbers(item, f"{path}.{key}")
    elif isinstance(value, float):
        yield path


@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_has_a_unit_and_a_source(plan, number):
    measure = plan.measures[number]
    assert list(bare_numbers(measure.instruments)) == []
    for key, path, parameter, spec in measure.parameters():
        assert parameter.unit, (key, path)
        assert spec is not None and parameter.unit in spec.units, (key, path)
        source = measure.source_of(key, parameter)
        assert source.title and (source.url or source.confidence == "assumed"), (key, path)
        assert measure.grade_of(key, parameter) in ("causal", "official", "assumed")


@pytest.mark.parametrize("number", NUMBERS)
def test_payers_add_up_to_one(plan, number):
    for instrument in plan.measures[number].instruments.values():
        assert sum(instrument.payers.shares) == pytest.approx(1, abs=1e-12)
        assert sum(instrument.financing.shares) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("number", NUMBERS)
def test_each_clause_has_levers_or_a_reason_in_both_languages(plan, number):
    for clause in plan.measures[number].clauses:
        assert clause.summary.en and clause.summary.zh
        if not clause.levers:
            assert clause.not_modelled.en and clause.not_modelled.zh


def test_every_phrase_of_the_plan_is_carried_out_owned_or_left_out_for_a_reason(plan):
    phrases = list(csv.DictReader(PLAN_TEXT.open(encoding="utf-8")))
    whole = "".join(row["text"] for row in phrases)
    assert hashlib.sha256(whole.encode()).hexdigest() == TEXT_OF_THE_PLAN, "a phrase was changed or left out"
    said = {(int(row["measure"]), int(k)) for row in phrases for k in row["clauses"].split()}
    held = {(number, k) for number, m in plan.measures.items() for k in range(len(m.clauses))}
    assert all(row["clauses"] for row in phrases) and said <= held
    assert held - said == NOT_IN_THE_TEXT
    for number, k in held:
        clause = plan.measures[number].clauses[k]
        assert clause.levers or clause.not_modelled.zh


def test_what_a_clause_says_of_other_measures_is_what_owns_it(plan):
    """Texts in both languages and `owners` name the same measures."""
    for number, measure in plan.measures.items():
        for clause in measure.clauses:
            texts = [text for text in (clause.limits, clause.not_modelled) if text is not None]
            english = re.findall(r"measures? (\d+(?:(?:, | and )\d+)*)", " ".join(t.en for t in texts))
            chinese = re.findall(r"第(\d+(?:、\d+)*)项", " ".join(t.zh for t in texts))
            named = [
                {int(n) for found in each for n in re.findall(r"\d+", found)} for each in (english, chinese)
            ]
            assert named == [set(clause.owners)] * 2, (number, clause.summary.en)


def test_two_measures_that_reach_the_same_people_at_once_say_why(plan):
    declared = {frozenset(pair) for one in plan.overlaps for pair in combinations(one.instruments, 2)}
    met = meetings(dict(plan.measures), plan.start, 31)
    assert [meeting for meeting in met if frozenset(meeting) not in declared] == []
    # and nothing is declared that does not meet
    for one in plan.overlaps:
        meeting = {name for pair in met if set(pair) <= set(one.instruments) for name in pair}
        assert meeting == set(one.instruments), one.instruments


def test_instruments_meet_only_in_months_places_and_people_that_they_share(plan):
    nursery, cash = (
        plan.measures[n].instruments[k] for n, k in ((9, "nursery_fees"), (5, "childcare_subsidy"))
    )
    assert meets(nursery, cash) and meets(cash, nursery)
    assert not meets(nursery, cash.model_copy(update={"age_max": nursery.age_min}))
    assert not meets(nursery, cash.model_copy(update={"basis": "birth"}))
    towns, villages = (plan.measures[8].instruments[f"{r}_allowance_2026"] for r in ("urban", "rural"))
    assert not meets(towns, villages) and meets(towns, towns)
    fireworks, folk = plan.measures[24].instruments.values()
    assert not meets(fireworks, folk)
    assert {month % 12 + 1 for month in active(fireworks, plan.start, 31)} == {1, 2}


def test_who_owns_a_lever_is_another_measure_of_the_thirty(plan):
    owned = {(n, o) for n, m in plan.measures.items() for clause in m.clauses for o in clause.owners}
    assert all(1 <= owner <= 30 and owner != number for number, owner in owned)
    # what two measures name is paid by one of them
    assert {(3, 1), (8, 1), (8, 9), (10, 11), (10, 29), (16, 15), (17, 15)} <= owned
    assert {
        (28, 11),
        (28, 15),
        (28, 29),
        (8, 7),
        (9, 7),
        (6, 27),
        (11, 12),
        (12, 27),
        (22, 25),
        (30, 11),
    } <= owned


def test_an_assumption_of_weight_has_a_prior(plan):
    """Numbers that rest on an assumption alone are uncertain."""
    bare = [
        f"{number}.{key}.{path}"
        for number, measure in plan.measures.items()
        for key, path, parameter, _ in measure.parameters()
        if parameter.source is not None
        and parameter.source.confidence == "assumed"
        and parameter.prior is None
        and "county_classes" not in path
    ]
    assert bare == []


def test_the_plans_own_figure_of_training_is_met(plan):
    """2.4 million person-times in three years, counting what ran before."""
    instruments = plan.measures[1].instruments
    assert (
        3 * (instruments["training"].persons.value + instruments["training_drive"].persons.value) == 2_400_000
    )


def test_status_fits_the_start_of_the_plan(plan):
    for measure in plan.measures.values():
        for instrument in measure.instruments.values():
            assert (instrument.first < plan.start) == (instrument.status == "continued")


def test_trade_in_covers_three_years_of_rules(plan):
    """Cars, appliances, homes and e-bikes in 2024, digital goods added in 2025; e-bikes, homes and kitchens gone in 2026."""
    kinds = {}
    for instrument in plan.measures[15].instruments.values():
        if instrument.kind == "durable_subsidy":
            year = 2024 + instrument.start // 12
            kinds.setdefault(year, set()).update(instrument.durables)
    appliances = {"fridge", "washer", "ac", "tv", "water_heater", "computer"}
    until_2025 = {"car", "ebike", "kitchen", "renovation"} | appliances
    digital = {"phone", "tablet_watch"}
    assert kinds[2024] == until_2025
    assert kinds[2025] == until_2025 | digital
    assert kinds[2026] == {"car"} | digital | appliances
