"""Scenarios as people write them: a name, ``measures:5,15``, or a YAML file.

A file::

    name: stronger_car_subsidy
    extends: without            # a reference scenario, or another file
    measures: [15]
    overrides:
      measures.15.instruments.car_scrap_2025_nev.flat: 25000
    financing: {moved: 0.5, borrowed: 0.5}   # of the local part of all instruments, if not as the plan has it
    strengths: {15: 1.4}                     # times what the plan gives, by measure
    delays: {15: 6}                          # months later than in the plan, by measure
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from jinxiao.files.errors import InputError
from jinxiao.files.yaml_reader import load_model, read_yaml
from jinxiao.scenarios.accounts import Financing
from jinxiao.scenarios.plan import Plan
from jinxiao.scenarios.records import Strict
from jinxiao.scenarios.scenario import PARTS, REFERENCES, Part, Scenario

PREFIX = "measures:"


class ScenarioFile(Strict):
    """What stands in a scenario's file.

    Attributes
    ----------
    name : str
        Name in results.
    extends : str
        Reference scenario, or a scenario file beside this one.
    measures, drop : tuple of int
        Measures added, and taken away.
    part : {'all', 'continued', 'added', 'national', 'local', 'given'}
        Part of these measures: by whether it ran before the plan, by who decides on it, or what is no work of the plan.
    overrides : mapping of str to object
        Changes by path, from the start of the plan on. They may also stand at the top level of the file.
    financing : Financing, optional
        Where the local part of the money of every instrument comes from, instead of what the plan says of each.
    strengths : mapping of int to float
        Factor on what the instruments of a measure give, from the start of the plan on.
    delays : mapping of int to int
        Months by which the instruments of a measure that begin under the plan begin later.
    """

    name: str
    extends: str = "without"
    measures: tuple[int, ...] = ()
    drop: tuple[int, ...] = ()
    part: Part = "all"
    overrides: dict[str, Any] = Field(default_factory=dict)
    financing: Financing | None = None
    strengths: dict[int, float] = Field(default_factory=dict)
    delays: dict[int, int] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, raw: Any) -> Any:
        if not isinstance(raw, dict):
            return raw
        loose = {
            key: value for key, value in raw.items() if isinstance(key, str) and key.startswith("measures.")
        }
        given = raw.get("overrides") or {}
        if not loose or not isinstance(given, dict):
            return raw
        return {
            **{key: value for key, value in raw.items() if key not in loose},
            "overrides": {**given, **loose},
        }


def read_scenario(plan: Plan, text: str | Path) -> Scenario:
    """Return the scenario that a name, a list of measures or a file stands for.

    Raises
    ------
    InputError
        In one line, with what is allowed.
    """
    name = str(text)
    if name in REFERENCES:
        return plan.scenario(reference=name)  # type: ignore[arg-type]  # checked by the line above
    if name.startswith(PREFIX):
        return plan.scenario(*read_measures(plan, name.removeprefix(PREFIX)))
    path = Path(text)
    if path.suffix in (".yaml", ".yml"):
        return _read_file(plan, path, ())
    allowed = ", ".join(REFERENCES) + ", measures:5,15, or a YAML file"
    raise InputError(file="scenario", line=None, field="scenario", found=f"'{name}'", allowed=allowed)


def read_measures(plan: Plan, text: str) -> tuple[int, ...]:
    """Return the numbers in a list such as ``5,15,21``; ``all`` stands for every measure.

    Raises
    ------
    InputError
        When one is not a measure of the plan.
    """
    if text.strip() == "all":
        return tuple(plan.measures)
    numbers = []
    for item in text.split(","):
        if not item.strip().isdecimal():
            raise plan.error("measures", f"'{item.strip()}'", ", ".join(map(str, plan.measures)))
        numbers.append(int(item))
    plan.check_numbers(tuple(numbers))
    return tuple(sorted(set(numbers)))


def _read_file(plan: Plan, path: Path, seen: tuple[Path, ...]) -> Scenario:
    path = path.resolve()
    if path in seen:
        found = f"a circle: {' -> '.join(p.name for p in (*seen, path))}"
        raise InputError(
            file=str(path), line=_line(path, "extends"), field="extends", found=found, allowed="no circle"
        )
    file = load_model(path, ScenarioFile)
    if file.extends in REFERENCES:
        base = plan.scenario(reference=file.extends)  # type: ignore[arg-type]  # checked by the line above
    elif (path.parent / file.extends).exists():
        base = _read_file(plan, path.parent / file.extends, (*seen, path))
    else:
        allowed = ", ".join(REFERENCES) + ", or a file beside this one"
        line = _line(path, "extends")
        raise InputError(
            file=str(path), line=line, field="extends", found=f"'{file.extends}'", allowed=allowed
        )
    try:
        plan.check_numbers((*file.measures, *file.drop))
    except InputError as error:
        raise _at(error, path, "measures") from error
    parts = dict(base.parts)
    for number in file.measures:
        parts[number] = parts[number] | PARTS[file.part]
    for number in file.drop:
        parts[number] = parts[number] - PARTS[file.part]
    financing = file.financing or base.financing
    scenario = replace(base, name=file.name, parts=parts, financing=financing)
    try:
        scenario = scenario.at_strength(file.strengths, file.delays)
    except InputError as error:
        field = error.field or "strengths"
        line = _line(path, field.split(".")[0])
        raise InputError(path, line, field, error.found, error.allowed) from error
    for key, value in file.overrides.items():
        try:
            scenario = scenario.override({key: value})
        except InputError as error:
            raise _at(error, path, key) from error
    return scenario


def _at(error: InputError, path: Path, key: str) -> InputError:
    """Return the error with the place in the scenario's file."""
    return InputError(path, _line(path, key), key, error.found, error.allowed)


def _line(path: Path, key: str) -> int:
    """Return the line on which a key stands, at the top level or among the overrides."""
    return read_yaml(path).line("overrides", key)
