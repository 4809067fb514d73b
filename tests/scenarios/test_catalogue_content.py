"""What the measures' files must hold: units, sources, payers, clauses."""

import pytest
from pydantic import BaseModel

from jinxiao.files.priors import Distribution
from jinxiao.scenarios.accounts import Financing, Payers
from jinxiao.scenarios.levers import Actual
from jinxiao.scenarios.plan import load_plan
from jinxiao.scenarios.records import Parameter

NUMBERS = tuple(load_plan("shanxi-2025").measures)


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


def test_who_owns_a_lever_is_another_measure_of_the_thirty(plan):
    owned = {(n, o) for n, m in plan.measures.items() for clause in m.clauses for o in clause.owners}
    assert all(1 <= owner <= 30 and owner != number for number, owner in owned)
    # what two measures name is paid by one of them
    assert {(3, 1), (8, 1), (8, 9), (10, 11), (10, 29), (16, 15), (17, 15)} <= owned


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
