import builtins
import errno
import json
import os

import numpy as np
import pandas as pd
import pytest

from jinxiao.files import writing
from jinxiao.files.errors import InputError
from jinxiao.files.writing import atomic_write_bytes, results_folder, write_csv, write_json, write_parquet


def everything_below(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*"))


def fill(folder, text="new"):
    (folder / "manifest.json").write_text(text)


def test_results_appear_whole_at_the_end(tmp_path):
    out = tmp_path / "runs" / "a"
    with results_folder(out) as folder:
        fill(folder)
        (folder / "figures").mkdir()
        (folder / "figures" / "f.svg").write_text("x")
        assert not out.exists()
    assert everything_below(tmp_path) == [
        "runs",
        "runs/a",
        "runs/a/figures",
        "runs/a/figures/f.svg",
        "runs/a/manifest.json",
    ]
    assert out.stat().st_mode & 0o777 == 0o777 & ~_umask()


def _umask():
    now = os.umask(0)
    os.umask(now)
    return now


def test_new_results_replace_older_ones_entirely(tmp_path):
    for name in ("first.csv", "second.csv"):
        with results_folder(tmp_path / "a") as folder:
            fill(folder)
            (folder / name).touch()
    assert everything_below(tmp_path) == ["a", "a/manifest.json", "a/second.csv"]


@pytest.mark.parametrize("stop", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_after_a_stop_older_results_stay_and_nothing_else(tmp_path, stop):
    with results_folder(tmp_path / "a") as folder:
        fill(folder, "old")
    for out in (tmp_path / "a", tmp_path / "new" / "deep" / "b"):
        with pytest.raises(stop), results_folder(out) as folder:
            fill(folder, "half")
            raise stop
    assert everything_below(tmp_path) == ["a", "a/manifest.json"]
    assert (tmp_path / "a" / "manifest.json").read_text() == "old"


def test_older_results_come_back_when_the_new_cannot_take_their_place(tmp_path, monkeypatch):
    with results_folder(tmp_path / "a") as folder:
        fill(folder, "old")
    replace = os.replace

    def fail_on_new(source, target):
        if str(source).endswith(".part"):
            raise OSError(errno.ENOSPC, "No space left on device", str(source))
        replace(source, target)

    monkeypatch.setattr(writing.os, "replace", fail_on_new)
    with (
        pytest.raises(InputError, match="a: found no space left on the disk"),
        results_folder(tmp_path / "a") as folder,
    ):
        fill(folder)
    assert everything_below(tmp_path) == ["a", "a/manifest.json"]
    assert (tmp_path / "a" / "manifest.json").read_text() == "old"


def test_nobody_elses_files_are_replaced(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").touch()
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="found a folder with other files in it; allowed a new name"):
        results_folder(tmp_path / "mine").__enter__()
    with pytest.raises(InputError, match="found a file of that name"):
        results_folder(tmp_path / "file").__enter__()
    monkeypatch.chdir(tmp_path / "mine")
    for here in (".", "..", tmp_path):
        with pytest.raises(InputError, match="found the folder you are in, or one above it"):
            results_folder(here).__enter__()
    with results_folder(tmp_path / "empty") as folder:
        fill(folder)
    assert everything_below(tmp_path) == ["empty", "empty/manifest.json", "file", "mine", "mine/thesis.docx"]


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    with results_folder(tmp_path / "link") as folder:
        fill(folder)
    assert (tmp_path / "link").is_symlink() and (tmp_path / "disk" / "manifest.json").exists()


def test_a_place_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    for out in (tmp_path / "file" / "a", tmp_path / "file" / "a" / "b"):
        with pytest.raises(InputError, match=r"file/a.*: found a file where a folder is needed"):
            results_folder(out).__enter__()
        with pytest.raises(InputError, match=r"file/a.*: found a file where a folder is needed"):
            atomic_write_bytes(out, b"x")
    assert everything_below(tmp_path) == ["file"]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.ENOSPC, "found no space left on the disk; allowed a folder on a disk with space"),
        (errno.EROFS, "found a read-only disk"),
        (errno.EACCES, "found no permission to write; allowed a folder that can be written"),
    ],
)
def test_a_full_or_closed_disk_is_one_line_and_leaves_nothing(tmp_path, monkeypatch, code, message):
    def refuse(path, *_, **__):
        raise OSError(code, os.strerror(code), str(path))

    with pytest.raises(InputError) as caught, results_folder(tmp_path / "a") as folder:
        fill(folder)
        with monkeypatch.context() as patch:
            patch.setattr(builtins, "open", refuse)
            write_csv(folder / "t.csv", pd.DataFrame({"x": [1]}))
    assert str(caught.value).startswith(f"{tmp_path / 'a' / 't.csv'}: {message}")
    with pytest.raises(InputError) as caught, results_folder(tmp_path / "a") as folder:
        refuse(folder / "figure.png")
    assert str(caught.value).startswith(f"{tmp_path / 'a'}: {message}")
    assert everything_below(tmp_path) == []


def test_an_error_that_is_not_about_the_folder_passes_through(tmp_path):
    with pytest.raises(FileNotFoundError), results_folder(tmp_path / "a"):
        (tmp_path / "input.csv").read_text()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "deep" / "f.bin"
    atomic_write_bytes(path, b"old")
    atomic_write_bytes(path, b"new")
    assert path.read_bytes() == b"new"

    def fail(source, target):
        raise OSError(errno.ENOSPC, "No space left on device", str(source))

    monkeypatch.setattr(writing.os, "replace", fail)
    with pytest.raises(InputError, match=r"f\.bin: found no space left on the disk"):
        atomic_write_bytes(path, b"half")
    assert path.read_bytes() == b"new" and everything_below(tmp_path) == ["deep", "deep/f.bin"]


def test_csv_opens_in_excel_and_is_the_same_every_time(tmp_path):
    frame = pd.DataFrame(
        {
            "城市": ["太原", "大同, 区"],
            "n": [1, 2],
            "x": [0.1 + 0.2, np.nan],
            "y": np.array([0.1, -0.0], np.float32),
            "z": [1e15, 1 / 3],
            "mixed": [0.1 + 0.2, "text"],
            "flag": [True, False],
        },
        index=[7, 9],
    )
    write_csv(tmp_path / "t.csv", frame)
    raw = (tmp_path / "t.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and b"\r" not in raw
    assert raw.decode("utf-8-sig").splitlines() == [
        "城市,n,x,y,z,mixed,flag",
        "太原,1,0.3,0.1,1e+15,0.3,True",
        '"大同, 区",2,,0,0.3333333333,text,False',
    ]


def test_missing_numbers_of_every_kind_are_empty_cells(tmp_path):
    frame = pd.DataFrame(
        {"i": pd.array([1, None], "Int64"), "f": pd.array([0.5, None], "Float64"), "s": ["a", None]}
    )
    write_csv(tmp_path / "t.csv", frame)
    assert (tmp_path / "t.csv").read_text("utf-8-sig") == "i,f,s\n1,0.5,a\n,,\n"


def test_parquet_keeps_types_and_is_the_same_every_time(tmp_path):
    frame = pd.DataFrame(
        {"a": np.array([1, 2], np.int8), "b": np.array([0.5, np.nan], np.float32), "c": ["太原", ""]}
    )
    for name in ("one.parquet", "two.parquet"):
        write_parquet(tmp_path / name, frame.set_index(pd.Index([3, 4])))
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "one.parquet"), frame)


def test_json_has_sorted_keys_and_plain_values(tmp_path):
    value = {"b": np.float64(0.5), "a": {"路": tmp_path / "x", "n": np.int64(3)}, "c": np.array([1, 2])}
    write_json(tmp_path / "m.json", value)
    text = (tmp_path / "m.json").read_text("utf-8")
    assert json.loads(text) == {"a": {"n": 3, "路": str(tmp_path / "x")}, "b": 0.5, "c": [1, 2]}
    assert text.index('"a"') < text.index('"b"') and "路" in text and text.endswith("}\n")
    with pytest.raises(TypeError, match="set cannot be written as JSON"):
        write_json(tmp_path / "m.json", {"a": {1}})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "m.json", {"a": float("nan")})
