"""Trial files: those that come with the program are valid, and each mistake is told in one line."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from pydantic import TypeAdapter

from jinxiao.experiments.trials.assignment import OUTSIDE, assign, chance
from jinxiao.experiments.trials.expressions import Expression, attribute_names, outcome_names
from jinxiao.experiments.trials.trial_file import (
    AnyEstimator,
    Cohort,
    Lottery,
    Queue,
    RollOut,
    Threshold,
    find_trials,
    folder,
    read_trial,
)
from jinxiao.files.errors import InputError
from jinxiao.model.names import month_index

TEXT = {"en": "text", "zh": "文字"}


def small(**changes: Any) -> dict[str, Any]:
    trial: dict[str, Any] = {
        "id": "T1",
        "title": TEXT,
        "what": TEXT,
        "limits": TEXT,
        "source": {"title": "A paper", "confidence": "assumed"},
        "start": "2024-03",
        "before": 1,
        "months": 2,
        "assignment": {"kind": "lottery", "share": 0.5},
        "treatment": {"money": {"kind": "transfer", "basis": "household", "payment": "once", "amount": 1000}},
        "quantities": {
            "mpc": {
                "title": TEXT,
                "unit": TEXT,
                "estimator": {"kind": "mean_difference", "outcome": {"of": "consumption", "months": [0, 1]}},
                "low": 0.0,
                "band": "tolerance",
                "explanation": TEXT,
            }
        },
    }
    trial.update(changes)
    return trial


def write(folder: Path, trial: dict[str, Any]) -> Path:
    path = folder / "trial.yaml"
    path.write_text(yaml.safe_dump(trial, allow_unicode=True, sort_keys=False), "utf-8")
    return path


def quantity(**changes: Any) -> dict[str, Any]:
    mpc = small()["quantities"]["mpc"]
    return small(quantities={"mpc": {**mpc, **changes}})


def estimator(**changes: Any) -> dict[str, Any]:
    return quantity(estimator={**small()["quantities"]["mpc"]["estimator"], **changes})


def test_trials_of_the_program_are_valid_and_say_what_they_share_with_the_setting() -> None:
    trials = find_trials("all")
    assert {t.id.split("_")[0] for t in trials} >= {
        "E01", "E04", "E05", "E07", "E08", "E09", "E10", "E11", "E13", "E15", "E25", "E26",
    }  # fmt: skip
    for trial in trials:
        assert trial.source.url and trial.limits.en and trial.limits.zh
        for q in trial.quantities.values():
            assert q.explanation.en and q.explanation.zh, trial.id


def test_trials_are_found_by_name_file_and_folder(tmp_path: Path) -> None:
    assert [t.id for t in find_trials("e05")] == ["E05_HK", "E05_TW"]
    path = write(tmp_path, small())
    assert find_trials(str(path))[0].id == find_trials(str(tmp_path))[0].id == "T1"
    assert len(find_trials(str(folder()))) == len(find_trials("all"))
    with pytest.raises(InputError, match="found 'E99'; allowed E01, "):
        find_trials("E99")


def test_a_treatment_takes_what_the_trial_says_and_dates_relative_to_its_start(tmp_path: Path) -> None:
    lever = {"kind": "coupon_wave", "goods": ["eating_out"], "threshold": 40, "discount": 10, "budget": 1e6,
             "months": [4], "after": 1, "lasts": 2}  # fmt: skip
    trial = read_trial(write(tmp_path, small(treatment={"c": lever})))
    made = trial.treatment["c"].lever
    assert (made.start, made.end) == (trial.start + 1, trial.start + 2)
    assert made.source == trial.source and made.payers.centre == 1.0


def test_a_whole_measure_can_be_taken_over(tmp_path: Path) -> None:
    treatment = {"all": {"use": "measures.15", "own_dates": True, "reaches": "everyone"}}
    trial = read_trial(write(tmp_path, small(start="2024-04", before=3, treatment=treatment)))
    assert "budget_2024" in trial.treatment and len(trial.treatment) > 10
    treatment["all"]["through"] = "2025-12"
    ended = read_trial(write(tmp_path, small(start="2024-04", before=3, treatment=treatment))).treatment
    assert 10 < len(ended) < len(trial.treatment)
    assert all(dose.lever.end <= month_index("2025-12") for dose in ended.values())


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "unknown lever": (
        small(treatment={"money": {"kind": "helicopter"}}),
        r"trial.yaml:\d+: treatment.money.*found 'helicopter' as 'kind'; allowed 'transfer'",
    ),
    "unknown key": (small(windows=3), r"trial.yaml:\d+: windows: found unknown key 'windows'"),
    "missing source": (
        {k: v for k, v in small(treatment={}).items() if k != "source"},
        r"source: found nothing; allowed a value",
    ),
    "bad expression": (
        estimator(outcome={"of": "consumption +"}),
        r"outcome.of: found 'consumption \+'; allowed an expression",
    ),
    "unknown outcome": (
        estimator(outcome={"of": "category.fod"}),
        r"outcome.of: found 'category.fod'; allowed category.food",
    ),
    "code in an expression": (
        estimator(outcome={"of": "__import__('os')"}),
        r"outcome.of: found '__import__\('os'\)'; allowed numbers, names",
    ),
    "outcome where an attribute is asked": (
        small(assignment={"kind": "attribute", "treated": "consumption > 3"}),
        r"assignment.*treated: found 'consumption'; allowed",
    ),
    "months outside the window": (
        estimator(outcome={"of": "consumption", "months": [0, 2]}),
        r"found months \[0, 2\] in mpc; allowed months from -1 to 1",
    ),
    "no band": (
        quantity(low=None),
        r"quantities.mpc: found no band; allowed low, high, or both",
    ),
    "published outside its band": (quantity(published=-1), r"found published -1; allowed a value within the band"),
    "event study without a roll-out": (
        estimator(kind="event_study", leads=2, lags=1, over=[0, 1]),
        r"found event_study in mpc with assignment lottery; allowed assignment roll_out",
    ),
    "discontinuity without a running variable": (
        estimator(kind="regression_discontinuity", bandwidth=1),
        r"found regression_discontinuity in mpc without running",
    ),
    "lever that cannot be kept to an arm": (
        small(treatment={"t": {"kind": "ticket_waiver", "days": 10, "months": [3], "waived": 1, "participating": 1}}),
        r"treatment.t.*found kind ticket_waiver for the treated alone; allowed reaches: everyone",
    ),
    "unknown parameter": (
        small(population={"parameters": {"households.luck": {
            "value": 1, "stands_for": "x", "source": {"title": "x", "confidence": "assumed"}}}}),
        r"population.parameters: found parameter 'households.luck'; allowed a single-valued parameter",
    ),
    "window before the model's calendar": (small(before=5), r"found a window that opens before 2024-01"),
    "window after it": (small(months=48, start="2026-06"), r"months: found 48; allowed a window that ends"),
    "unknown instrument": (
        small(treatment={"x": {"use": "measures.15.helicopter", "reaches": "everyone"}}),
        r"found use 'measures.15.helicopter'; allowed car_scrap_2024_nev",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_one_line(mistake: str, tmp_path: Path) -> None:
    trial, said = MISTAKES[mistake]
    with pytest.raises(InputError, match=said) as caught:
        read_trial(write(tmp_path, trial))
    assert "\n" not in str(caught.value)


def test_expressions_read_names_and_give_numbers() -> None:
    e = Expression("where(residence == rural and not (age < 60), category.food - 2 * coupon_off, 0) / 2")
    assert e.names == {"residence", "age", "category.food", "coupon_off"}
    values = {
        "residence": np.array([0.0, 1.0, 1.0]),
        "age": np.array([70.0, 70.0, 30.0]),
        "category.food": np.array([10.0, 20.0, 30.0]),
        "coupon_off": np.array([1.0, 2.0, 3.0]),
    }
    assert e(values).tolist() == [0.0, 8.0, 0.0]
    assert not outcome_names() & attribute_names()
    assert {"permanent"} <= attribute_names() and {"now.permanent"} <= outcome_names()


PAGE = Path(__file__).parents[2] / "docs" / "trials.md"


def test_every_example_of_the_documentation_is_valid(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    estimators = []
    for block in blocks:
        raw = yaml.safe_load(block)
        if "id" in raw:
            (tmp_path / "example.yaml").write_text(block, "utf-8")
            estimators += [q.estimator for q in read_trial(tmp_path / "example.yaml").quantities.values()]
        else:
            estimators.append(TypeAdapter(AnyEstimator).validate_python(raw["estimator"]))
    assert {e.kind for e in estimators} == {
        "mean_difference", "difference_in_differences", "regression_discontinuity", "bunching", "event_study", "iv_wald",
    }  # fmt: skip


def household_values(n: int) -> dict[str, np.ndarray]:
    random = np.random.Generator(np.random.Philox(1))
    zone = random.integers(0, 22, n).astype(np.float64)
    return {"zone": zone, "city": zone // 2, "age": random.uniform(20, 90, n)}


def test_assignments_do_what_they_say() -> None:
    values = household_values(5000)
    drawn = assign(Lottery(kind="lottery", share=0.3), None, values, chance("T", 1))
    assert 0.28 < drawn.arm.mean() < 0.32
    queue = assign(Queue(kind="queue", capacity=0.2), None, values, chance("T", 1))
    assert np.array_equal(queue.running >= 0, queue.arm == 1) and 0.18 < queue.arm.mean() < 0.22
    old = Threshold.model_validate({"kind": "threshold", "of": "age", "cutoff": 60, "among": "age > 40"})
    by_age = assign(old, None, values, chance("T", 1))
    assert np.array_equal(by_age.arm == OUTSIDE, values["age"] <= 40)
    assert np.array_equal(by_age.arm == 1, values["age"] >= 60)


def test_a_roll_out_by_city_keeps_cities_together_and_lets_rules_in_by_month() -> None:
    values = household_values(5000)
    cohorts = (Cohort(month=0, share=0.3), Cohort(month=4, share=0.3))
    rolled = assign(RollOut(kind="roll_out", by="city", cohorts=cohorts), None, values, chance("T", 1))
    for city in range(11):
        assert len(np.unique(rolled.cohort[values["city"] == city])) == 1
    assert set(np.unique(rolled.cohort)) == {0, 1, 2}
    first, both = rolled.mask(3), rolled.mask(4)
    assert np.array_equal(rolled.groups & first > 0, rolled.cohort == 1)
    assert np.array_equal(rolled.groups & both > 0, rolled.cohort > 0)
