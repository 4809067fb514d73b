"""What a person gets from each command: the answer on stdout, the folder with its tables, nothing else."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from command_line import Command, everything_below
from fake_province import LEVEL, FakeEconomy

from jinxiao.experiments.estimates import CONTRACT
from jinxiao.results import report

FEW = ("--scale", 1000, "--draws", 3, "--jobs", 1)
UPLIFT = ("uplift", *FEW, "--measures", "5,15")
pytestmark = pytest.mark.usefixtures("fake")


def read(path: Path) -> pd.DataFrame:
    """Read a table as people's programs do."""
    return pd.read_csv(path, encoding="utf-8-sig", dtype={"period": str})


def test_uplift_writes_its_folder_and_prints_the_answer(command: Command, here: Path) -> None:
    ended = command(*UPLIFT, "--out", "out", "--quiet")
    assert (ended.code, ended.err) == (0, "")
    assert everything_below(here) == [
        "out",
        "out/manifest.json",
        "out/uplift.csv",
        "out/uplift.parquet",
        "out/uplift_draws.parquet",
        "out/variance.csv",
    ]
    assert "Childbirth and childcare" in ended.out and "Chosen measures" in ended.out
    assert ended.out.splitlines()[-1] == "wrote out"
    table = read(here / "out" / "uplift.csv")
    assert tuple(table.columns[: len(CONTRACT)]) == CONTRACT
    assert set(table["measure"]) == {0, 5, 15}
    assert set(table["closure"]) == {"full"} and set(table["reference"]) == {"without"}
    assert set(table.loc[table["part"] == "new", "measure"]) == {0}
    assert set(table.loc[table["part"] == "local", "measure"]) == {0}
    assert set(table.loc[table["part"] == "new_local", "measure"]) == {0}
    pd.testing.assert_frame_equal(pd.read_parquet(here / "out" / "uplift.parquet"), table, check_dtype=False)


def test_chinese_shows_in_excel_and_no_path_is_told(command: Command, here: Path) -> None:
    assert command(*UPLIFT, "--out", "out").code == 0
    raw = (here / "out" / "uplift.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and b"\r" not in raw
    assert "加大生育养育保障力度".encode() in raw
    assert str(here).encode() not in raw and b"store" not in raw


def test_the_manifest_says_what_was_done(command: Command, here: Path) -> None:
    assert command(*UPLIFT, "--seed", 7, "--out", "out").code == 0
    manifest = json.loads((here / "out" / "manifest.json").read_text("utf-8"))
    asked = {"command": "uplift", "plan": "shanxi-2025", "measures": [5, 15], "scale": 1000, "months": 48,
             "draws": 3, "seed": 7, "reference": "without", "closure": ["full"], "estimand": ["first_in"]}  # fmt: skip
    assert {key: manifest[key] for key in asked} == asked
    assert set(manifest["hashes"]) == {"world", "parameters", "code"}
    assert {"numpy", "numba", "mesa", "pandas"} <= set(manifest["packages"])
    assert manifest["version"] and manifest["command_line"][0] == "jinxiao"
    assert manifest["wall_seconds"] >= 0 and manifest["peak_memory_mib"] > 10


def test_the_same_command_gives_the_same_bytes_with_any_number_of_processes_anywhere(
    command: Command, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command(*UPLIFT, "--estimand", "first_in,shapley", "--out", "a").code == 0
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    monkeypatch.setenv("JINXIAO_STORE", str(tmp_path / "other store"))
    words = [*UPLIFT[:-3], 2, *UPLIFT[-2:]]
    assert command(*words, "--estimand", "shapley, first_in", "--out", "b").code == 0
    for path in (here / "a").iterdir():
        if path.name != "manifest.json":
            assert path.read_bytes() == (elsewhere / "b" / path.name).read_bytes(), path.name


def test_a_question_has_its_own_folder(command: Command, here: Path) -> None:
    for _ in range(2):
        assert command(*UPLIFT).code == 0
    assert len(list((here / "runs").iterdir())) == 1
    assert command(*UPLIFT, "--seed", 2).code == 0
    assert command("uplift", *FEW, "--measures", "5").code == 0
    folders = sorted(path.name for path in (here / "runs").iterdir())
    assert len(folders) == 3 and all(name.startswith("uplift-") for name in folders)


def test_a_second_run_reads_what_the_first_has_left(
    command: Command, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived, live = [], FakeEconomy.run_for
    monkeypatch.setattr(FakeEconomy, "run_for", lambda self, n: (lived.append(n), live(self, n)))
    assert command(*UPLIFT).code == 0
    first = len(lived)
    assert first > 0
    assert command(*UPLIFT).code == 0
    assert len(lived) == first
    assert command(*UPLIFT, "--fresh").code == 0
    assert len(lived) == 2 * first


def test_shapley_shares_are_written_by_draw_and_add_up(command: Command, here: Path) -> None:
    ended = command(*UPLIFT, "--estimand", "shapley", "--out", "out")
    line = next(line for line in ended.out.splitlines() if line.startswith("shapley efficiency"))
    said, gap = line.split(" = ")
    assert said == "shapley efficiency: max |sum of shares - whole|"
    shares = read(here / "out" / "shapley_draws.csv")
    assert list(shares.columns[:4]) == ["draw", "measure", "outcome", "value"]
    assert set(shares["measure"]) == {0, 5, 15} and set(shares["draw"]) == {0, 1, 2}
    # each share is a difference of outcomes of the whole province, which are exact to their own rounding, small as it may be
    level = 31 * max(LEVEL.values())
    assert float(gap) <= 8 * sys.float_info.epsilon * level < 1e-7 * shares["value"].abs().max()


def test_both_closures_and_either_reference(command: Command, here: Path) -> None:
    assert command(*UPLIFT, "--closure", "direct,full", "--reference", "baseline", "--out", "out").code == 0
    table = read(here / "out" / "uplift.csv")
    assert set(table["closure"]) == {"full", "direct"} and set(table["reference"]) == {"baseline"}
    assert set(table["part"]) == {"all"}


def test_what_is_new_under_the_plan_of_each_measure(command: Command, here: Path) -> None:
    assert command(*UPLIFT, "--new", "each", "--out", "out").code == 0
    table = read(here / "out" / "uplift.csv")
    assert set(table.loc[table["part"] == "new", "measure"]) == {0, 5, 15}
    assert set(table.loc[table["part"] == "local", "measure"]) == {0}
    assert command(*UPLIFT, "--new", "authority", "--out", "decided").code == 0
    table = read(here / "decided" / "uplift.csv")
    assert set(table.loc[table["part"] == "local", "measure"]) == {0, 5, 15}


def test_data_go_to_stdout_and_all_else_to_stderr(command: Command, here: Path) -> None:
    as_csv = command(*UPLIFT, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(as_csv.out)))
    assert {row["measure"] for row in rows} == {"5", "15", "0"}
    assert "wrote runs" in as_csv.err and "runs" not in as_csv.out
    as_json = command(*UPLIFT, "--format", "json", "--quiet")
    records = json.loads(as_json.out)
    assert as_json.err == ""
    for row, record in zip(rows, records, strict=True):
        assert float(row["total_consumption"]) == pytest.approx(record["total_consumption"])


def test_progress_is_lines_where_there_is_no_terminal(command: Command) -> None:
    lines = command(*UPLIFT).err.splitlines()
    assert lines[0] == "uplift: preparing: 21 runs"
    assert lines[-2].startswith("uplift: 21 of 21 runs")
    assert lines[-1] == "uplift: writing"
    assert len(lines) < 15


def test_answers_in_chinese(command: Command) -> None:
    ended = command(*UPLIFT, "--lang", "zh")
    assert ended.code == 0
    assert "加大生育养育保障力度" in ended.out and "Childbirth" not in ended.out
    assert "次模拟" in ended.err


def test_run_writes_outcomes_of_one_scenario(command: Command, here: Path) -> None:
    ended = command("run", "measures:5,15", *FEW, "--out", "out", "-q")
    assert (ended.code, ended.err) == (0, "")
    tidy = pd.read_parquet(here / "out" / "outcomes.parquet")
    assert list(tidy.columns) == [
        "scenario", "draw", "month", "city", "residence", "quintile", "category", "outcome", "value", "unit",
    ]  # fmt: skip
    assert set(tidy["draw"]) == {0, 1, 2} and tidy["month"].nunique() == 48
    table = read(here / "out" / "outcomes.csv")
    one = table[(table["outcome"] == "retail_sales") & (table["group_by"] == "all")].set_index("period")
    path = tidy[(tidy["outcome"] == "retail_sales") & (tidy["city"] == "all")]
    july, year = path["month"] == "2025-07", path["month"].str.startswith("2025")
    assert one.loc["2025-07", "median"] == pytest.approx(path.loc[july, "value"].median())
    assert one.loc["2025", "median"] == pytest.approx(path[year].groupby("draw")["value"].sum().median())


def test_compare_is_paired_with_uplift_on_the_same_draws(command: Command, here: Path) -> None:
    assert command(*UPLIFT, "--out", "u").code == 0
    ended = command("compare", "without", "measures:5", "measures:5,15", *FEW, "--out", "c", "-q")
    assert ended.code == 0
    uplift, compared = read(here / "u" / "uplift.csv"), read(here / "c" / "compare.csv")
    assert list(compared.columns[1:]) == list(uplift.columns[1:]) and compared.columns[0] == "scenario"
    keys = ["outcome", "group_by", "group", "period"]
    for measure, scenario in ((5, "without+5"), (0, "without+5,15")):
        mine = compared[compared["scenario"] == scenario].set_index(keys)[
            ["baseline", "median", "low", "high"]
        ]
        theirs = uplift[(uplift["measure"] == measure) & (uplift["part"] == "all")].set_index(keys)
        pd.testing.assert_frame_equal(mine, theirs[mine.columns])


def test_compare_with_a_reference_turns_the_sign(command: Command, here: Path) -> None:
    assert command("compare", "without", "plan", *FEW, "--out", "a").code == 0
    assert command("compare", "without", "--reference", "plan", *FEW, "--out", "b").code == 0
    there, back = read(here / "a" / "compare.csv"), read(here / "b" / "compare.csv")
    assert set(back["scenario"]) == {"without"} and set(back["reference"]) == {"plan"}
    keys = ["outcome", "group_by", "group", "period"]
    money = there[~there["outcome"].str.endswith("per_yuan")].set_index(keys)
    pd.testing.assert_series_equal(money["median"], -back.set_index(keys).loc[money.index, "median"])


def test_compare_takes_scenario_files(command: Command, here: Path) -> None:
    text = "name: dearer\nmeasures: [15]\noverrides:\n  measures.15.car_scrap_2025_nev.flat: 25000\n"
    (here / "dearer.yaml").write_text(text)
    assert command("compare", "without", "dearer.yaml", *FEW, "--out", "c").code == 0
    assert set(read(here / "c" / "compare.csv")["scenario"]) == {"dearer"}
    (here / "other.yaml").write_text(text.replace("25000", "30000"))
    ended = command("compare", "dearer.yaml", "other.yaml", *FEW)
    assert ended.code == 2 and "two different ones named 'dearer'" in ended.err


def test_sensitivity_writes_its_table(command: Command, here: Path) -> None:
    ended = command("sensitivity", "--measure", 5, "--size", 2, "--jobs", 1, "--out", "out")
    assert ended.code == 0
    table = read(here / "out" / "sensitivity.csv")
    assert list(table.columns) == [
        "method", "measure", "outcome", "parameter", "index", "value", "low", "high",
    ]  # fmt: skip
    manifest = json.loads((here / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["points"] == 2 * (table["parameter"].nunique() + 1)
    assert f"{manifest['points']} runs" in ended.err


def test_the_catalogue(command: Command) -> None:
    listed = command("measures", "--format", "csv")
    numbers = [int(row["measure"]) for row in csv.DictReader(io.StringIO(listed.out))]
    assert numbers == list(range(1, 31))
    assert "Trade-in of consumer goods" in command("measures", "list").out
    shown = command("measures", "show", 15)
    assert shown.code == 0
    for word in ("car_scrap_2025_nev", "Evidence: causal", "https://"):
        assert word in shown.out
    record = json.loads(command("measures", "show", 15, "--format", "json", "--lang", "zh").out)
    assert record["name"] == "加力扩围实施以旧换新"
    assert all(one["source"] for one in record["parameters"])


def test_overlaps_name_the_owner_of_what_is_counted_once(command: Command) -> None:
    rows = list(csv.DictReader(io.StringIO(command("measures", "overlaps", "--format", "csv").out)))
    assert rows
    for row in rows:
        owners = {int(owner) for owner in row["owners"].split(",")}
        assert owners <= set(range(1, 31)) and int(row["measure"]) not in owners
    assert rows[0]["clause_zh"] in command("measures", "overlaps", "--format", "csv", "--lang", "zh").out


def test_schemas_are_written_where_asked(command: Command, here: Path) -> None:
    ended = command("measures", "schema", "schemas")
    assert ended.code == 0
    for kind in ("measure", "plan", "scenario"):
        file = here / "schemas" / f"{kind}.schema.json"
        assert file.name in ended.out and json.loads(file.read_text("utf-8"))["type"] == "object"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("s.yaml", "name: mine\nextends: plan\ndrop: [15]\n", "valid scenario: 'mine', measures 1, "),
        (
            "t.csv",
            "series,geo,breakdown,period,value,unit,source_title,source_url,confidence,note\n"
            "a,b,c,2024,1,yuan,s,u,official,\n",
            "valid statistics: 1 figures",
        ),
    ],
)
def test_check_tells_what_a_file_is(command: Command, here: Path, name: str, text: str, said: str) -> None:
    (here / name).write_text(text)
    ended = command("check", name)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"{name}: {said}") and ended.out.count("\n") == 1


def test_check_accepts_every_file_of_the_catalogue(command: Command) -> None:
    house = Path(report.__file__).parent.parent
    for kind, pattern in {
        "measure": "scenarios/measures/*.yaml",
        "plan": "scenarios/plans/*.yaml",
        "statistics": "calibration/data/statistics/*.csv",
    }.items():
        files = sorted(house.glob(pattern))
        assert files
        for file in files:
            ended = command("check", file)
            assert (ended.code, ended.err) == (0, "") and f": valid {kind}: " in ended.out


def python(*words: str, code: str | None = None) -> subprocess.CompletedProcess[str]:
    start = ["-c", code] if code else ["-m", "jinxiao.cli"]
    return subprocess.run(
        [sys.executable, *start, *words], capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_help_and_version_load_nothing_heavy() -> None:
    code = (
        "import sys\nfrom jinxiao.cli import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit as end: assert not end.code\n"
        "assert not {'numpy', 'pandas', 'numba', 'mesa', 'matplotlib'} & set(sys.modules)"
    )
    for words in (["--help"], ["--version"], ["uplift", "--help"]):
        ended = python(*words, code=code)
        assert ended.returncode == 0, ended.stderr
    for name in ("uplift", "run", "compare", "measures", "sensitivity", "facts", "trial", "check"):
        assert name in python("--help").stdout


def test_a_reader_who_leaves_early_is_no_error() -> None:
    words = ["-m", "jinxiao.cli", "measures", "show", "15", "--format", "json"]
    with subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert (process.stderr.read(), process.wait()) == (b"", 0)


def test_a_terminal_without_chinese_gets_question_marks() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "jinxiao.cli", "measures"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
        check=False,
    )
    assert ended.returncode == 0 and b"Wage income" in ended.stdout and b"?" in ended.stdout
