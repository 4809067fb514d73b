"""The commands on the real province, at a small scale."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from jinxiao.model.names import CITIES

pytestmark = pytest.mark.slow
SMALL = ("--scale", "1000", "--draws", "1", "--quiet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real")


def jinxiao(folder: Path, *words: str, store: str = "store") -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "jinxiao.cli", *words],
        cwd=folder,
        env={**os.environ, "JINXIAO_STORE": str(folder / store)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
    return ended.stdout


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, encoding="utf-8-sig", dtype={"period": str})


def test_child_money_is_spent_in_part_and_paid_by_budgets(folder: Path) -> None:
    out = jinxiao(folder, "uplift", "--measures", "5", *SMALL, "--out", "uplift")
    assert "Childbirth and childcare" in out
    table = read(folder / "uplift" / "uplift.csv")
    whole = table[(table["group_by"] == "all") & (table["period"] == "total") & (table["measure"] == 5)]
    value = whole[whole["part"] == "all"].set_index("outcome")["median"]
    assert value["fiscal_cost"] > 0
    assert 0 < value["additional_per_yuan"] < 2
    assert {path.name for path in (folder / "uplift" / "figures").iterdir()} >= {"uplift.png", "uplift.svg"}


def test_same_bytes_twice_and_elsewhere_with_two_processes(folder: Path) -> None:
    words = ("uplift", "--measures", "5", "--scale", "1000", "--draws", "2", "--quiet")
    jinxiao(folder, *words, "--jobs", "1", "--out", "one", store="a")
    (folder / "elsewhere").mkdir()
    jinxiao(folder / "elsewhere", *words, "--jobs", "2", "--out", "two", store="b")
    files = sorted(path for path in (folder / "one").rglob("*.*") if path.name != "manifest.json")
    assert len(files) > 10
    different = [
        path.name
        for path in files
        if path.read_bytes() != (folder / "elsewhere" / "two" / path.relative_to(folder / "one")).read_bytes()
    ]
    assert different == []


def test_run_adds_ledger_and_panel(folder: Path) -> None:
    jinxiao(folder, "run", "plan", *SMALL, "--months", "20", "--ledger", "--panel", "7", "--out", "run")
    sheet = read(folder / "run" / "ledger" / "balance_sheet.csv")
    size = sheet.groupby(["month", "instrument"])["value"].agg(lambda v: v.abs().sum())
    assert (sheet.groupby(["month", "instrument"])["value"].sum().abs() <= 1e-9 * size).all()
    flows = read(folder / "run" / "ledger" / "transactions_flow.csv")
    held = sheet[sheet["instrument"].isin(["deposits", "term_deposits", "credit_lines"])]
    money = held.pivot_table(index="month", columns="sector", values="value", aggfunc="sum")
    received = flows.pivot_table(index="month", columns="payee", values="value", aggfunc="sum")
    paid = flows.pivot_table(index="month", columns="payer", values="value", aggfunc="sum")
    for sector in ("households", "firms", "centre"):
        change = money[sector].diff().iloc[1:]
        net = (received[sector] - paid[sector]).iloc[1:]
        assert ((change - net).abs() < 1e-6 * paid[sector].iloc[1:]).all()
    books = read(folder / "run" / "ledger" / "budgets.csv")
    cities = books[books["budget"].isin([c.key for c in CITIES]) & (books["direction"] == "paid")]
    by_month = cities.groupby("month")["value"].sum()
    np.testing.assert_allclose(by_month, paid["cities"], rtol=1e-9)
    panel = read(folder / "run" / "panel.csv")
    assert panel["household"].nunique() == 7 and panel["month"].nunique() == 20
    assert set(panel["quantity"]) > {"income", "consumption", "liquid_wealth", "durable_purchases", "wages"}
    assert (panel.loc[panel["quantity"] == "consumption", "value"] > 0).all()


def test_a_larger_panel_holds_the_smaller_one(folder: Path) -> None:
    for size in ("3", "5"):
        words = ("run", "without", *SMALL, "--months", "18", "--panel", size)
        jinxiao(folder, *words, "--out", f"panel{size}")
    small, large = (read(folder / f"panel{size}" / "panel.csv") for size in ("3", "5"))
    assert not (folder / "panel3" / "ledger").exists()
    same = large[large["household"].isin(small["household"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(same, small)


def test_a_household_tells_its_diary(folder: Path) -> None:
    found = jinxiao(
        folder, "household", "--find", "young, children", "--scale", "1000", "--quiet", "--format", "csv"
    )
    household = found.splitlines()[1].split(",")[0]
    words = (
        "household",
        household,
        "measures:5",
        "--scale",
        "1000",
        "--months",
        "24",
        "--quiet",
        "--out",
        "diary",
    )
    out = jinxiao(folder, *words)
    assert f"Household {household}" in out and "2025-12" in out and "Came in" in out
    table = read(folder / "diary" / "diary.csv")
    assert set(table["scenario"]) == {"without+5", "without"} and table["month"].nunique() == 24
    assert (folder / "diary" / "figures" / "diary.png").exists()
    assert "收入" in jinxiao(folder, *words, "--lang", "zh")


def test_facts_stand_beside_their_sources(folder: Path) -> None:
    out = jinxiao(folder, "facts", "--scale", "1000", "--quiet", "--out", "facts")
    assert "All facts" in out
    table = read(folder / "facts" / "facts.csv")
    assert list(table.columns[:9]) == [
        "series", "geo", "breakdown", "period", "unit", "published", "model", "error_pct", "source",
    ]  # fmt: skip
    assert len(table) >= 60 and table["source"].str.len().min() > 0
