"""The world is built once, read back the same, and rebuilt when its cache is damaged."""

from pathlib import Path

import numpy as np
import pytest

from jinxiao.calibration import world as worlds
from jinxiao.calibration.world import MANIFEST, World, cache_folder, content_hash
from jinxiao.files.errors import InputError
from jinxiao.model.compiled import CACHE_VARIABLE


def build(cache: Path) -> World:
    return World.load(scale=4000, seed=3, cache=cache)


def only_folder(cache: Path) -> Path:
    (folder,) = cache.iterdir()
    return folder


def test_second_load_reads_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = build(tmp_path)
    monkeypatch.setattr(worlds, "synthesise", lambda *_: pytest.fail("built again"))
    second = build(tmp_path)
    assert first.content_hash == second.content_hash
    assert all(np.array_equal(first.households[k], second.households[k]) for k in first.households)


@pytest.mark.parametrize("damage", ["flip", "cut", "remove", "manifest"])
def test_damaged_cache_is_rebuilt(tmp_path: Path, damage: str) -> None:
    wage = build(tmp_path).households["wage"].copy()
    file = only_folder(tmp_path) / "wage.npy"
    data = bytearray(file.read_bytes())
    file.unlink()
    if damage == "flip":
        data[-1] ^= 0xFF
        file.write_bytes(data)
    elif damage == "cut":
        file.write_bytes(data[: len(data) // 2])
    elif damage == "manifest":
        file.write_bytes(data)
        (only_folder(tmp_path) / MANIFEST).write_text("{")
    assert np.array_equal(build(tmp_path).households["wage"], wage)
    assert len(list(tmp_path.iterdir())) == 1


def test_key_depends_on_arguments() -> None:
    assert content_hash(100, 1) == content_hash(100, 1)
    assert len({content_hash(100, 1), content_hash(100, 2), content_hash(1000, 1)}) == 3


def test_cache_folder_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    assert cache_folder() == tmp_path
    assert cache_folder("elsewhere") == Path("elsewhere")


def test_unwritable_cache_still_gives_a_world(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert len(build(blocked)) > 3000


def test_scale_below_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="scale: found 0"):
        World.load(scale=0, cache=tmp_path)
