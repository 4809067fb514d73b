"""Trials run in the model: nothing done is exactly nothing found, what is done is seen, the command writes it."""

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from test_trial_files import TEXT, small, write

from jinxiao.calibration.baseline import fit_baseline
from jinxiao.calibration.parameters import load_parameters
from jinxiao.calibration.world import World
from jinxiao.cli import main
from jinxiao.experiments.trials.estimators import Estimate
from jinxiao.experiments.trials.measurement import measure
from jinxiao.experiments.trials.panel import Histories, Panel, simulate
from jinxiao.experiments.trials.trial_file import Trial, find_trials

MONEY = small()["treatment"]
KINDS: dict[str, dict[str, Any]] = {
    "mean_difference": {},
    "untreated": {"kind": "mean_difference", "against": "untreated"},
    "difference_in_differences": {"before": [-1, -1]},
    "iv_wald": {"dose": {"of": "policy + treated", "months": [0, 1]}},
    "regression_discontinuity": {"running": "age", "cutoff": 50, "bandwidth": 10},
}


@pytest.fixture(scope="module")
def histories() -> Histories:
    """About 1,500 households at the central parameters."""
    world = World.load(scale=9000)
    return Histories(world, 5, lambda values: fit_baseline(world, dict(values)))


def trial(estimator: dict[str, Any], **changes: Any) -> Trial:
    raw = copy.deepcopy(small(**changes))
    how = {
        "kind": "mean_difference",
        "outcome": {"of": "consumption", "months": [0, 1]},
        "paired": True,
        **estimator,
    }
    raw["quantities"] = {"q": {**raw["quantities"]["mpc"], "estimator": how}}
    return Trial.model_validate(raw)


def run(histories: Histories, one: Trial) -> tuple[Panel, Estimate]:
    panel = simulate(one, histories, load_parameters().central(), 5)
    return panel, measure(panel, one.quantities["q"].estimator)


@pytest.mark.parametrize("kind", [k for k in KINDS if k != "iv_wald"])
def test_no_treatment_is_exactly_no_effect_with_paired_arms(kind: str, histories: Histories) -> None:
    panel, found = run(histories, trial({"kind": kind, **KINDS[kind]}, treatment={}))
    assert (found.value, found.se) == (0.0, 0.0)
    assert np.array_equal(panel.outcomes["consumption"], panel.untreated["consumption"])


def test_no_treatment_is_within_sampling_error_without_pairs(histories: Histories) -> None:
    _, found = run(histories, trial({"paired": False}, treatment={}))
    assert found.se > 0.0 and abs(found.value) < 4.0 * found.se


def test_the_treated_arm_gets_the_money_and_spends_part_of_it(histories: Histories) -> None:
    received = trial({"outcome": {"of": "policy", "months": [0, 1]}}, treatment=MONEY)
    assert run(histories, received)[1].value == pytest.approx(1000.0)
    per_yuan = trial({"per": {"of": "policy", "months": [0, 1]}}, treatment=MONEY)
    assert 0.05 < run(histories, per_yuan)[1].value < 1.0


def test_with_markets_held_who_gets_nothing_does_exactly_what_they_would_have_done(
    histories: Histories,
) -> None:
    # through markets alone can the money of others find or cost them a job
    panel, _ = run(histories, trial({}, treatment=MONEY, closure="direct"))
    gain = panel.outcomes["consumption"] - panel.untreated["consumption"]
    assert np.array_equal(gain[:, panel.arm == 0], np.zeros_like(gain[:, panel.arm == 0]))
    assert gain[:, panel.arm == 1].sum() > 0.0


def test_an_event_study_of_a_roll_out_sees_the_money_from_entry_on(histories: Histories) -> None:
    money = {"money": {"kind": "transfer", "basis": "household", "payment": "monthly", "amount": 100}}
    cohorts = [{"month": 0, "share": 0.3}, {"month": 2, "share": 0.3}]
    study = {"kind": "event_study", "leads": 2, "lags": 1, "over": [0, 1], "outcome": {"of": "policy"}}
    one = trial(
        study, treatment=money, months=4, before=2, assignment={"kind": "roll_out", "cohorts": cohorts}
    )
    _, found = run(histories, one)
    assert found.path[0] == pytest.approx(100.0) and found.path[1] == pytest.approx(100.0)
    assert found.path[-2] == pytest.approx(0.0, abs=1e-6)


def test_a_population_is_filtered_and_changed_and_the_books_still_close(histories: Histories) -> None:
    changes = [
        {"what": "liquid_wealth", "times": 0.0, "stands_for": "nobody has cash"},
        {"what": "durable_age", "durable": "car", "plus": 60, "stands_for": "old cars"},
        {"what": "earnings", "times": 0.5, "stands_for": "a poorer place"},
    ]
    population = {"who": "residence == rural", "changes": changes}
    one = trial({"outcome": {"of": "wages"}}, treatment=MONEY, population=population)
    plain, _ = run(histories, trial({"outcome": {"of": "wages"}}, treatment=MONEY))
    changed, _ = run(histories, one)
    rural = plain.attributes["residence"] == 1
    assert len(changed.weight) == rural.sum()
    assert (changed.attributes["liquid"] == 0.0).all()
    owns = plain.attributes["oldest.car"][rural] >= 0
    older = changed.attributes["oldest.car"] - plain.attributes["oldest.car"][rural]
    assert set(older[owns]) == {60.0} and set(older[~owns]) == {0.0}
    assert changed.untreated["wages"].sum() < 0.7 * plain.untreated["wages"][:, rural].sum()


def test_a_parameter_can_be_another_in_one_trial(histories: Histories) -> None:
    override = {
        "value": 0.0,
        "stands_for": "nobody claims",
        "source": {"title": "x", "confidence": "assumed"},
    }
    coupons = next(t for t in find_trials("E04"))
    wave = coupons.treatment["coupons"]
    rush = wave.model_copy(update={"lever": wave.lever.model_copy(update={"claim": "rush"})})
    coupons = coupons.model_copy(update={"treatment": {"coupons": rush}})
    plain = simulate(coupons, histories, load_parameters().central(), 5)
    raw = coupons.model_dump(mode="json")
    text = "goods.food_at_home + goods.eating_out"
    assert raw["quantities"]["per_yuan"]["estimator"]["outcome"]["of"] == text
    population = coupons.population.model_copy(
        update={"parameters": {"coupons.claim_interest": type_of_override().model_validate(override)}}
    )
    none = coupons.model_copy(update={"population": population})
    without = simulate(none, histories, load_parameters().central(), 5)
    assert plain.outcomes["coupon_off"].sum() > 0.0
    assert without.outcomes["coupon_off"].sum() == 0.0


def type_of_override() -> Any:
    from jinxiao.experiments.trials.trial_file import Override

    return Override


def test_the_command_runs_a_file_and_writes_the_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = small()
    how = {**raw["quantities"]["mpc"]["estimator"], "per": {"of": "policy", "months": [0, 1]}, "paired": True}
    raw["quantities"]["mpc"] = {
        **raw["quantities"]["mpc"],
        "estimator": how,
        "low": 2.0,
        "title": {**TEXT, "en": "MPC"},
    }
    path = write(tmp_path, raw)
    out = tmp_path / "out"
    words = [
        "trial",
        str(path),
        "--scale",
        "9000",
        "--draws",
        "2",
        "--jobs",
        "1",
        "--quiet",
        "--out",
        str(out),
    ]
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert not ended.value.code
    said = capsys.readouterr().out
    assert "T1" in said and "0 of 1 quantities" in said and "T1 MPC: text" in said
    table = pd.read_csv(out / "trials.csv", encoding="utf-8-sig")
    assert list(table.columns[:11]) == [
        "trial", "quantity", "unit", "published", "low", "high", "model", "model_low", "model_high", "in_band", "source",
    ]  # fmt: skip
    row = table.iloc[0]
    assert row["model_low"] <= row["model"] <= row["model_high"] and 0.05 < row["model"] < 1.0
    assert not row["in_band"] and row["explanation"] == "text"
    assert len(pd.read_csv(out / "trials_draws.csv", encoding="utf-8-sig")) == 2
    assert (out / "figures" / "trials.png").stat().st_size > 10_000


def test_check_knows_a_trial(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["check", str(write(tmp_path, small()))])
    assert not ended.value.code and "valid trial: T1" in capsys.readouterr().out
    raw = small()
    raw["assignment"] = {"kind": "lotery", "share": 0.5}
    (tmp_path / "bad.yaml").write_text(yaml.safe_dump(raw), "utf-8")
    with pytest.raises(SystemExit) as ended:
        main(["check", str(tmp_path / "bad.yaml")])
    assert ended.value.code == 2 and "assignment" in capsys.readouterr().err
