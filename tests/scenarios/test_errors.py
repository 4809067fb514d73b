"""Bad input is refused in one line that names file, line, field, what was found and what is allowed."""

import pytest

from jinxiao.files.errors import InputError
from jinxiao.model.conditions import MAX_RULES
from jinxiao.scenarios.plan import load_plan
from jinxiao.scenarios.scenario_file import read_measures, read_scenario


def line_of(text: str) -> int:
    """Return the line of the test measure on which a text stands."""
    from tests.scenarios.conftest import MEASURE

    return next(n for n, line in enumerate(MEASURE.splitlines(), 1) if text in line)


@pytest.mark.parametrize(
    ("old", "new", "field", "allowed"),
    [
        ("value: 100", "value: -1", "amount", "0 or more"),
        ("unit: yuan/month", "unit: yuan/year", "amount", "yuan/month"),
        ("unit: yuan/month", "unit: dollar", "amount", "yuan/month"),
        ("age_max: 36", "age_max: young", "age_max", "a number"),
        ("age_max: 36", "age_maximum: 36", "age_maximum", "age_max"),
        ("start: 2025-07", "start: 2025-13", "start", "a month such as 2025-07"),
        ("start: 2025-07", "start: July", "start", "a month such as 2025-07"),
        ("end: 2025-12", "end: 2025-01", "cash", "not before the start"),
        ("province: 0.5", "province: 0.4", "payers", "adding up to 1"),
        ("source: rule", "source: rumour", "source", "sources"),
        ("status: new", "status: continued", "status", "before 2025-06"),
        ("levers: [cash]", "levers: [money]", "", "cash"),
        ("kind: transfer", "kind: gift", "cash", "transfer"),
        ("basis: child", "basis: cat", "basis", "child"),
        ("levers: [cash]", "levers: [cash]\n    owners: [5]", "", "other than the measure itself"),
    ],
)
def test_a_bad_measure_is_refused_in_one_line(tiny, old, new, field, allowed):
    with pytest.raises(InputError) as caught:
        tiny((old, new))
    message = str(caught.value)
    assert "\n" not in message
    assert "cash.yaml" in message and field in message and allowed in message


@pytest.mark.parametrize("old", ["value: 100", "start: 2025-07", "age_max: 36"])
def test_the_line_is_named(tiny, old):
    with pytest.raises(InputError) as caught:
        tiny((old, old.split(":")[0] + ": nonsense"))
    assert f"cash.yaml:{line_of(old)}:" in str(caught.value)


def test_a_key_given_twice_is_refused(tiny):
    with pytest.raises(InputError) as caught:
        tiny(("    age_max: 36\n", "    age_max: 36\n    age_max: 72\n"))
    assert "age_max" in str(caught.value) and f"cash.yaml:{line_of('age_max') + 1}" in str(caught.value)


def test_a_number_without_a_source_does_not_load(tiny):
    with pytest.raises(InputError, match="source"):
        tiny(("    source: rule\n", ""))


def test_more_instruments_than_a_run_holds_are_refused_in_one_line(tmp_path):
    from tests.scenarios.conftest import MEASURE, PLAN

    head, cash = MEASURE.split("instruments:\n")
    keys = [f"cash_{k}" for k in range(MAX_RULES + 1)]
    for count in (MAX_RULES, MAX_RULES + 1):
        text = head.replace("levers: [cash]", f"levers: [{', '.join(keys[:count])}]")
        text += "instruments:\n" + "".join(cash.replace("  cash:", f"  {key}:") for key in keys[:count])
        (tmp_path / "cash.yaml").write_text(text, encoding="utf-8")
        (tmp_path / "tiny.yaml").write_text(PLAN, encoding="utf-8")
        if count == MAX_RULES:
            assert len(load_plan(tmp_path / "tiny.yaml").rules) == MAX_RULES
            continue
        with pytest.raises(
            InputError, match="found 256 instruments with a cost; allowed at most 255"
        ) as refused:
            load_plan(tmp_path / "tiny.yaml")
        assert "\n" not in str(refused.value)


def test_an_unknown_measure_is_refused_with_the_allowed_numbers(plan):
    for attempt in (
        lambda: plan.scenario(99),
        lambda: read_measures(plan, "5,99"),
        lambda: read_scenario(plan, "measures:5,x"),
    ):
        with pytest.raises(InputError, match=", ".join(map(str, plan.measures))):
            attempt()


@pytest.mark.parametrize(
    ("path", "value", "allowed"),
    [
        ("measures.15.car_scrap_2025_nev.flat", -5, "0 or more"),
        ("measures.15.car_scrap_2025_nev.flatt", 5, "flat"),
        ("measures.15.car_scrap.flat", 5, "car_scrap_2025_nev"),
        ("measures.99.cash.amount", 5, "29"),
        ("measures.15.car_scrap_2025_nev.take_up", 1.5, "0 to 1"),
        ("measures.15.car_scrap_2025_nev.end", "soon", "a month"),
        ("measures.15.car_scrap_2025_nev", 5, "measures.NUMBER.INSTRUMENT.FIELD"),
        ("measures.15.appliances_2025.tiers.grade_3.rate", 0.1, "grade_1"),
        ("measures.15.car_scrap_2026_nev.geo.cities", ["Beijing"], "allowed 'Taiyuan', 'Datong'"),
        ("measures.15.budget_2026_cars.release", 3, "allowed a mapping"),
        ("measures.15.levers.car_scrap_2026_nev.rate", "12%", "a number"),
    ],
)
def test_a_bad_override_is_refused_with_what_is_allowed(plan, path, value, allowed):
    with pytest.raises(InputError) as caught:
        plan.scenario(15).override({path: value})
    assert "\n" not in str(caught.value) and allowed in str(caught.value)


def test_a_bad_sampled_value_is_refused(plan):
    with pytest.raises(InputError, match="0 to 1"):
        plan.scenario(5).policy(12, {"measures.5.childcare_subsidy.take_up": 2.0})
    with pytest.raises(InputError, match="childcare_subsidy"):
        plan.scenario(5).policy(12, {"measures.5.childcare.take_up": 0.5})


# ---- scenario files


def test_a_scenario_file_extends_another_and_overrides_by_path(plan, tmp_path):
    (tmp_path / "base.yaml").write_text("name: base\nextends: without\nmeasures: [15]\n", encoding="utf-8")
    (tmp_path / "more.yaml").write_text(
        "name: more\nextends: base.yaml\nmeasures: [5]\n"
        "overrides:\n  measures.15.instruments.car_scrap_2025_nev.flat: 25000\n",
        encoding="utf-8",
    )
    scenario = read_scenario(plan, tmp_path / "more.yaml")
    wanted = plan.scenario(5, 15).override({"measures.15.car_scrap_2025_nev.flat": 25_000})
    assert scenario.name == "more" and scenario.hash == wanted.hash


def test_a_path_may_name_levers_or_instruments(plan):
    plain = plan.scenario(15).override({"measures.15.car_scrap_2025_nev.flat": 25_000})
    for word in ("levers", "instruments"):
        assert (
            plan.scenario(15).override({f"measures.15.{word}.car_scrap_2025_nev.flat": 25_000}).hash
            == plain.hash
        )


def test_overrides_may_stand_at_the_top_level(plan, tmp_path):
    file = tmp_path / "flat.yaml"
    file.write_text(
        "name: flat\nmeasures: [15]\nmeasures.15.car_scrap_2025_nev.flat: 25000\n", encoding="utf-8"
    )
    wanted = plan.scenario(15).override({"measures.15.car_scrap_2025_nev.flat": 25_000})
    assert read_scenario(plan, file).hash == wanted.hash


@pytest.mark.parametrize(
    ("text", "line", "allowed"),
    [
        ("name: a\nmeasures: [5, 99]\n", 2, "29"),
        ("name: a\nextends: nothing\n", 2, "baseline"),
        ("name: a\nextends: a.yaml\n", 2, "no circle"),
        ("name: a\nmeasures: [15]\noverrides:\n  measures.15.car_scrap_2025_nev.flat: -1\n", 4, "0 or more"),
        ("name: a\nmesures: [15]\n", 2, "measures"),
    ],
)
def test_a_bad_scenario_file_is_refused_at_its_line(plan, tmp_path, text, line, allowed):
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_scenario(plan, file)
    assert f"a.yaml:{line}:" in str(caught.value) and allowed in str(caught.value)


def test_names_and_lists_stand_for_scenarios(plan):
    assert read_scenario(plan, "baseline").hash == plan.scenario(reference="baseline").hash
    assert read_scenario(plan, "measures:15,5").hash == plan.scenario(5, 15).hash
    assert read_measures(plan, "all") == tuple(plan.measures)
    with pytest.raises(InputError, match="measures:5,15"):
        read_scenario(plan, "best")
