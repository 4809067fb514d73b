from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator
from pydantic_core import PydanticCustomError

from jinxiao.files import yaml_reader
from jinxiao.files.errors import InputError
from jinxiao.files.yaml_reader import load_model, read_yaml


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Coupon(Strict):
    kind: Literal["coupon"]
    face: float = Field(gt=0)
    threshold: float = 0.0


class Leave(Strict):
    kind: Literal["leave"]
    days: int


class Policy(Strict):
    name: str
    start: str = "2025-01"
    open: bool = False
    amount: float | dict[str, float] = 0.0
    instruments: dict[str, Annotated[Coupon | Leave, Field(discriminator="kind")]] = {}
    steps: list[Coupon] = []

    @field_validator("start")
    @classmethod
    def _month(cls, start: str) -> str:
        if len(start) != 7:
            raise PydanticCustomError(
                "refused", "no", {"found": f"'{start}'", "allowed": "a month such as 2025-07"}
            )
        return start

    @field_validator("name")
    @classmethod
    def _name(cls, name: str) -> str:
        if name == "found":
            raise ValueError("found 'found'; allowed another name")
        if name == "bad":
            raise ValueError("Needs a good name")
        return name


class Book(RootModel[dict[str, Coupon]]):
    pass


@pytest.fixture(params=["with libyaml", "in plain Python"], autouse=True)
def _both_loaders(request, monkeypatch):
    """Read everything with both parsers, so that a machine without libyaml behaves the same."""
    if request.param == "in plain Python":

        class Plain(yaml_reader.yaml.SafeLoader):
            yaml_implicit_resolvers = yaml_reader._Loader.yaml_implicit_resolvers

        monkeypatch.setattr(yaml_reader, "_Loader", Plain)


@pytest.fixture
def error_of(tmp_path):
    def read(text: str | bytes, model: type[BaseModel] = Policy) -> str:
        path = tmp_path / "p.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(InputError) as caught:
            load_model(path, model)
        return str(caught.value).replace(str(path), "p.yaml")

    return read


def test_a_valid_file_becomes_the_model(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text("name: 消费券\ninstruments:\n  a: {kind: coupon, face: 1e2}\n", encoding="utf-8-sig")
    policy = load_model(path, Policy)
    assert policy.name == "消费券"
    assert policy.instruments["a"].face == 100.0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("No", "No"),
        ("true", True),
        ("False", False),
        ("2025-07", "2025-07"),
        ("2025-07-01", "2025-07-01"),
        ("1:30", "1:30"),
        ("1e9", 1e9),
        ("2.5E-3", 2.5e-3),
        ("-.5", -0.5),
        ("12", 12),
        ("-3", -3),
        ("1_000", 1000),
        ("1_000.5", 1000.5),
        ("014000", "014000"),
        ("0x1F", 31),
        ("~", None),
        ("", None),
        (".inf", float("inf")),
        ("1.2.3", "1.2.3"),
        ("<<", "<<"),
    ],
)
def test_scalars_are_what_they_look_like(tmp_path, text, value):
    path = tmp_path / "s.yaml"
    path.write_text(f"x: {text}\n")
    found = read_yaml(path).data["x"]
    assert found == value and type(found) is type(value)


def test_a_key_that_stands_twice_is_refused_with_both_lines(error_of):
    head = "name: a\ninstruments:\n  a: {kind: coupon, face: 1}\n"
    text = head + "  b: {kind: leave, days: 1}\n  a: {kind: leave, days: 2}\n"
    assert (
        error_of(text)
        == "p.yaml:5: instruments.a: found 'a' a second time; allowed each key once (first on line 3)"
    )


def test_an_unknown_key_is_refused_with_the_closest_name(error_of):
    assert (
        error_of("name: a\namuont: 3\n") == "p.yaml:2: amuont: found unknown key 'amuont'; allowed 'amount'"
    )


def test_an_unknown_key_like_none_is_refused_with_all_names(error_of):
    text = "name: a\nsteps:\n  - kind: coupon\n    face: 1\n    zzz: 3\n"
    assert error_of(text) == "p.yaml:5: steps.0.zzz: found unknown key 'zzz'; allowed face, kind, threshold"


def test_within_a_union_only_the_names_of_the_chosen_kind_are_suggested(error_of):
    text = "name: a\ninstruments:\n  a:\n    kind: leave\n    day: 3\n"
    assert error_of(text) == "p.yaml:5: instruments.a.day: found unknown key 'day'; allowed 'days'"


def test_names_are_found_through_a_root_model(error_of):
    assert error_of("a:\n  kind: coupon\n  fase: 1\n", Book) == (
        "p.yaml:3: a.fase: found unknown key 'fase'; allowed 'face'"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("start: 2025-01\n", "1: name: found nothing; allowed a value (it is required)"),
        ("name: a\nopen: maybe\n", "2: open: found 'maybe'; allowed true or false"),
        ("name: a\nopen:\n", "2: open: found nothing; allowed true or false"),
        ("name: a\namount: ten\n", "2: amount: found 'ten'; allowed a number or a mapping"),
        ("name: a\nstart: 2025\n", "2: start: found 2025; allowed text"),
        ("name: a\nstart: soon\n", "2: start: found 'soon'; allowed a month such as 2025-07"),
        ("name: found\n", "1: name: found 'found'; allowed another name"),
        ("name: bad\n", "1: name: found 'bad'; allowed needs a good name"),
        ("name: a\nsteps: {}\n", "2: steps: found a mapping; allowed a list"),
        ("name: a\nsteps:\n- 1\n", "3: steps.0: found 1; allowed a mapping"),
        ("name: a\nsteps:\n- kind: x\n  face: 1\n", "3: steps.0.kind: found 'x'; allowed 'coupon'"),
        ("name: a\nsteps:\n- kind: coupon\n  face: -1\n", "4: steps.0.face: found -1; allowed more than 0.0"),
        (
            "name: a\ninstruments:\n  b: {kind: gift}\n",
            "3: instruments.b: found 'gift' as 'kind'; allowed 'coupon', 'leave'",
        ),
        (
            "name: a\ninstruments:\n  b: {days: 1}\n",
            "3: instruments.b: found no 'kind'; allowed unable to extract tag",
        ),
        (
            "name: a\ninstruments:\n  b:\n    kind: leave\n    days: 1.5\n",
            "5: instruments.b.days: found 1.5; allowed a whole",
        ),
        (
            "name: a\ninstruments:\n  b:\n    kind: leave\n",
            "3: instruments.b.days: found nothing; allowed a value",
        ),
    ],
)
def test_a_wrong_value_is_named_with_line_and_field(error_of, text, message):
    assert error_of(text).startswith(f"p.yaml:{message}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "p.yaml:1: found an empty file; allowed a mapping of keys to values"),
        ("# only a comment\n", "p.yaml:1: found an empty file; allowed a mapping of keys to values"),
        ("- a\n- b\n", "p.yaml:1: found a list; allowed a mapping of keys to values"),
        ("word\n", "p.yaml:1: found 'word'; allowed a mapping of keys to values"),
        ("a: 1\nb: [1, 2\n", "p.yaml:3: "),
        ("a: 1\n\tb: 2\n", "p.yaml:2: "),
        ("name: a\n---\nname: b\n", "p.yaml:2: "),
        ("a: *nobody\n", "p.yaml:1: "),
        ("? [a, b]\n: 1\n", "p.yaml:1: found a key that is a list or mapping; allowed a word as key"),
        ("name: a\nsteps: &x [*x]\n", "p.yaml:2: steps.0: found an alias within its own anchor"),
        ("a: !!python/object:os.system {}\n", "p.yaml:1: "),
        ("a: 1\nb: \x07\n", "p.yaml:2: found a control character; allowed printable text"),
        (
            "name: 消费\nzh: 山西".encode("gb18030"),
            "p.yaml:1: found byte 0xcf, which is not UTF-8; allowed UTF-8 text",
        ),
        (b"name: a\n\xff\xfe: 1\n", "p.yaml:2: found byte 0xff, which is not UTF-8"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(error_of, text, message):
    assert error_of(text).startswith(message)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"no\.yaml: found no such file; allowed a YAML file that exists"):
        load_model(tmp_path / "no.yaml", Policy)
    with pytest.raises(InputError, match="found a folder; allowed a YAML file"):
        load_model(tmp_path, Policy)


def test_every_path_has_its_line(tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text("name: a\nyears:\n  2025: 1\n  2025-07:\n    - x\n    - y: 1\n")
    document = read_yaml(path)
    assert document.line("years", 2025) == 3
    assert document.line("years", "2025-07", 1, "y") == 6
    assert document.line("years", "nowhere") == 2
    assert document.line() == 1
