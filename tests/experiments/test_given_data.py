"""What drives a result over draws that are there: of an uplift, and of a discovery."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_province import ENGINE, FakeEconomy, FakePlan
from mixable import mixable_plan

from jinxiao.experiments.discovery import discover
from jinxiao.experiments.given_data import given_sensitivity, ranks
from jinxiao.experiments.sensitivity import COLUMNS, mechanism_of, sensitivity
from jinxiao.experiments.uplift import uplift
from jinxiao.files.errors import InputError
from jinxiao.files.manifest import Account
from jinxiao.results import report

MPC = "households.mpc"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, plan: FakePlan) -> Path:
    """The tables of an uplift of measure 5 over sixty draws."""
    base = tmp_path_factory.mktemp("uplift")
    found = uplift(plan, (5,), engine=ENGINE, store=base / "store", jobs=1, draws=60, new="whole")
    kept = report.of(report.Uplift, found, Account())
    kept.draws.to_parquet(base / "uplift_draws.parquet")
    record = {**kept.settings, "hashes": kept.hashes}
    (base / "manifest.json").write_text(json.dumps(record), "utf-8")
    return base


@pytest.mark.parametrize("method", ["delta", "pawn"])
def test_draws_of_an_uplift_show_what_drives_it_without_a_run(
    plan: FakePlan, folder: Path, method: str, monkeypatch: pytest.MonkeyPatch
):
    def never(self: FakeEconomy, duration: int) -> None:
        raise AssertionError("simulated")

    monkeypatch.setattr(FakeEconomy, "run_for", never)
    result = given_sensitivity(
        plan, folder, measure=5, outcome="additional_per_yuan", method=method, engine=ENGINE
    )
    assert list(result.table.columns) == list(COLUMNS)
    assert result.points == 60
    index = "delta" if method == "delta" else "pawn_median"
    value = result.table[result.table["index"] == index].set_index("parameter")["value"]
    assert set(value.index) == {MPC, "measures.5.amount.factor"}
    assert value[MPC] > 1.5 * value["measures.5.amount.factor"]


def test_draws_of_other_parameters_are_refused(plan: FakePlan, folder: Path, tmp_path: Path):
    record = json.loads((folder / "manifest.json").read_text("utf-8"))
    (tmp_path / "manifest.json").write_text(json.dumps({**record, "seed": 2}), "utf-8")
    (tmp_path / "uplift_draws.parquet").write_bytes((folder / "uplift_draws.parquet").read_bytes())
    with pytest.raises(InputError, match="draws of other parameters"):
        given_sensitivity(plan, tmp_path, measure=5, engine=ENGINE)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [({"measure": 15}, "measure"), ({"method": "sobol"}, "method"), ({"outcome": "happiness"}, "outcome")],
)
def test_what_the_draws_do_not_hold_is_refused(
    plan: FakePlan, folder: Path, arguments: dict[str, object], field: str
):
    with pytest.raises(InputError) as error:
        given_sensitivity(plan, folder, engine=ENGINE, **arguments)  # type: ignore[arg-type]
    assert error.value.field == field


def test_a_folder_without_draws_is_refused(plan: FakePlan, tmp_path: Path):
    with pytest.raises(InputError, match="jinxiao uplift or jinxiao discover"):
        given_sensitivity(plan, tmp_path, engine=ENGINE)


def test_draws_of_a_discovery_serve_every_outcome(tmp_path: Path):
    plan = mixable_plan()
    found = discover(plan, plan.scenario(1), engine=ENGINE, store=tmp_path / "store", jobs=1, draws=60)
    found.draws.to_parquet(tmp_path / "discover_draws.parquet")
    (tmp_path / "manifest.json").write_text(json.dumps({**found.settings, "hashes": found.hashes}), "utf-8")
    cost = given_sensitivity(plan, tmp_path, outcome="fiscal_cost", engine=ENGINE)
    delta = cost.table[cost.table["index"] == "delta"].set_index("parameter")["value"]
    assert delta.idxmax() == "measures.1.amount.factor"


def test_places_are_between_the_ends_and_in_order():
    places = ranks(np.array([[3.0, 1.0], [1.0, 2.0], [2.0, 3.0]]))
    np.testing.assert_allclose(places, [[5 / 6, 1 / 6], [1 / 6, 3 / 6], [3 / 6, 5 / 6]])


def test_mechanisms_are_parameter_files_and_measures():
    names = ["households.crra", "durables.price", "measures.15.car.flat", "measures.5.cash.amount"]
    assert [mechanism_of(name) for name in names] == ["households", "durables", "measures.15", "measures.5"]


def test_grouped_screening_moves_mechanisms_together(plan: FakePlan, store: Path):
    result = sensitivity(plan, [5, 15], engine=ENGINE, store=store, jobs=1, grouped=True, size=6)
    assert set(result.table["parameter"]) == {"households", "measures.5", "measures.15"}
    assert result.points == 6 * 4
    star: pd.Series = result.table.set_index("parameter")["value"]
    assert star.idxmax() == "households"


def test_the_emulator_of_the_small_province_gives_the_shares_of_a_product(plan: FakePlan, store: Path):
    result = sensitivity(plan, measure=5, engine=ENGINE, store=store, jobs=1, method="emulator", size=40)
    a, b = 0.4**2 / 12.0 / 0.5**2, 0.4**2 / 12.0
    whole = a + b + a * b
    rows = result.table[result.table["index"] == "S1"].set_index("parameter")
    for name, share in ((MPC, a / whole), ("measures.5.amount.factor", b / whole)):
        assert rows.loc[name, "low"] <= share <= rows.loc[name, "high"]
    assert "out-of-sample R2" in result.notes[0]
    assert result.points == 40


@pytest.mark.parametrize(
    ("arguments", "field"),
    [({"method": "morris", "second_order": True}, "second-order"), ({"method": "delta", "grouped": True}, "groups"),
     ({"method": "emulator", "size": 10}, "size")],
)  # fmt: skip
def test_designs_that_do_not_go_together_are_refused(
    plan: FakePlan, store: Path, arguments: dict[str, object], field: str
):
    with pytest.raises(InputError) as error:
        sensitivity(plan, measure=5, engine=ENGINE, store=store, jobs=1, **arguments)  # type: ignore[arg-type]
    assert error.value.field == field
