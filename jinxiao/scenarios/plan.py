"""A plan: its measures, their accounts, and the scenarios that can be made of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from jinxiao.files.errors import InputError
from jinxiao.files.priors import Distribution
from jinxiao.files.yaml_reader import load_model, read_yaml
from jinxiao.model.conditions import MAX_RULES
from jinxiao.model.conditions import Instrument as Account
from jinxiao.model.names import month_label
from jinxiao.scenarios.measure import Measure
from jinxiao.scenarios.records import Grade, Month, Source, Strict, Text
from jinxiao.scenarios.scenario import (
    PARTS,
    REFERENCES,
    RUNS_IN,
    Part,
    Reference,
    Running,
    Scenario,
    account,
)

HERE = Path(__file__).parent


class Overlap(Strict):
    """Instruments of several measures that act on the same people in the same months, each adding something of its own.

    Attributes
    ----------
    instruments : tuple of str
        ``MEASURE.KEY``.
    why : Text
        Why none of it is counted twice.
    """

    instruments: Annotated[tuple[str, ...], Field(min_length=2)]
    why: Text

    @property
    def measures(self) -> tuple[int, ...]:
        """Their measures, in order."""
        return tuple(sorted({int(name.split(".")[0]) for name in self.instruments}))


class PlanFile(Strict):
    """What stands in a plan's file.

    Attributes
    ----------
    name : str
        Key of the plan.
    name_en, name_zh : str
        Names.
    start : Month
        Month from which scenarios differ.
    source : Source
        The document.
    measures : tuple of str
        Files of the measures (without ``.yaml``), in the catalogue or beside the plan.
    overlaps : tuple of Overlap
        Instruments of several measures that act on the same people in the same months.
    """

    name: str
    name_en: str
    name_zh: str
    start: Month
    source: Source
    measures: tuple[str, ...]
    overlaps: tuple[Overlap, ...] = ()


class UncertainNumber(NamedTuple):
    """A number of a lever that has a prior."""

    name: str
    value: float
    unit: str
    prior: Distribution
    source: Source
    grade: Grade
    meaning: str


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """A plan and its measures.

    Attributes
    ----------
    name, name_en, name_zh : str
        Key and names.
    start : int
        Month index from which scenarios differ.
    source : Source
        The document.
    measures : mapping of int to Measure
        In the order of their numbers.
    path : Path
        The plan's file.
    files : mapping of int to Path
        Files of the measures.
    overlaps : tuple of Overlap
        Instruments of several measures that act on the same people in the same months.
    """

    name: str
    name_en: str
    name_zh: str
    start: int
    source: Source
    measures: Mapping[int, Measure]
    path: Path
    files: Mapping[int, Path]
    overlaps: tuple[Overlap, ...] = ()

    def __repr__(self) -> str:
        return f"Plan({self.name!r}, measures={list(self.measures)})"

    # ---- scenarios

    def scenario(
        self,
        *numbers: int,
        reference: Reference = "without",
        part: Part = "all",
        drop: tuple[int, ...] = (),
        name: str = "",
    ) -> Scenario:
        """Return a reference scenario with measures added, or taken away.

        Parameters
        ----------
        *numbers : int
            Measures to add. On ``without`` all their instruments run; on ``baseline`` those raised or new join in.
        reference : {'without', 'baseline', 'plan', 'actual'}
            What they are added to.
        part : {'all', 'continued', 'added', 'national', 'local', 'given'}
            Part of the measures that is added, or dropped.
        drop : tuple of int
            Measures to take away, e.g. from ``plan`` for last-in effects.
        name : str
            Name in results.
        """
        if reference not in REFERENCES:
            raise self.error("reference", f"'{reference}'", ", ".join(REFERENCES))
        if part not in PARTS:
            raise self.error("part", f"'{part}'", ", ".join(PARTS))
        self.check_numbers((*numbers, *drop))
        base = RUNS_IN[reference]
        parts = {number: PARTS[base] if base else frozenset() for number in self.measures}
        for number in numbers:
            parts[number] |= PARTS[part]
        for number in drop:
            parts[number] -= PARTS[part]
        return Scenario(self, name or _name(numbers, reference, part, drop), reference, parts)

    def check_numbers(self, numbers: tuple[int, ...]) -> None:
        """Refuse measures that the plan does not have."""
        for number in numbers:
            if number not in self.measures:
                raise self.error("measures", str(number), ", ".join(map(str, self.measures)))

    # ---- accounts

    @cached_property
    def rules(self) -> dict[tuple[int, str], int]:
        """Number of each instrument's account, fixed by measure and position, whatever a scenario chooses."""
        keys = [
            (number, key)
            for number, measure in self.measures.items()
            for key, instrument in measure.instruments.items()
            if instrument.takes_rule
        ]
        return {key: rule for rule, key in enumerate(keys)}

    @cached_property
    def pools(self) -> dict[int, dict[str, int]]:
        """Number of each budget pool, by measure and key."""
        result: dict[int, dict[str, int]] = {number: {} for number in self.measures}
        count = 0
        for number, measure in self.measures.items():
            for key, instrument in measure.instruments.items():
                if not instrument.takes_rule:
                    result[number][key] = count
                    count += 1
        return result

    def accounts(self, running: list[Running]) -> tuple[Account, ...]:
        """Return the accounts of all rules, with the payers that hold in a scenario."""
        return tuple(
            account(self.rules[one.measure, one.key], one.measure, one.key, one.policy or one.history)
            for one in running
            if (one.measure, one.key) in self.rules
        )

    # ---- parameters

    def parameters(self) -> list[UncertainNumber]:
        """List every number that has a prior; those that equal another (``same_as``) are not listed again."""
        return [
            UncertainNumber(
                f"measures.{number}.{key}.{path}",
                parameter.value,
                parameter.unit,
                parameter.prior,
                measure.source_of(key, parameter),
                measure.grade_of(key, parameter),
                parameter.meaning or (spec.en if spec else ""),
            )
            for number, measure in self.measures.items()
            for key, path, parameter, spec in measure.parameters()
            if parameter.prior is not None and not parameter.same_as
        ]

    @cached_property
    def followers(self) -> dict[str, list[str]]:
        """Parameters that always equal another one, by the name of that one."""
        result: dict[str, list[str]] = {}
        for number, measure in self.measures.items():
            for key, path, parameter, _ in measure.parameters():
                if parameter.same_as:
                    target = f"measures.{number}.{parameter.same_as}"
                    result.setdefault(target, []).append(f"measures.{number}.{key}.{path}")
        return result

    def with_followers(self, values: Mapping[str, float]) -> dict[str, float]:
        """Return sampled values with those that follow from them; names of other parts of the model are left out."""
        own = {self.normal(name): value for name, value in values.items() if name.startswith("measures.")}
        for name, value in list(own.items()):
            for follower in self.followers.get(name, ()):
                own.setdefault(follower, value)
        return own

    # ---- paths

    def normal(self, path: str) -> str:
        """Return a path without the word ``instruments`` or ``levers``: ``measures.15.car_scrap_2025_nev.flat``."""
        parts = path.split(".")
        if len(parts) > 2 and parts[2] in ("instruments", "levers"):
            del parts[2]
        return ".".join(parts)

    def by_instrument(self, values: Mapping[str, Any]) -> dict[tuple[int, str], dict[str, Any]]:
        """Sort values by the instrument that their path names.

        Raises
        ------
        InputError
            When a path names no measure or no instrument.
        """
        result: dict[tuple[int, str], dict[str, Any]] = {}
        for path, value in values.items():
            parts = self.normal(path).split(".", 3)
            if len(parts) < 4 or parts[0] != "measures":
                raise self.error(path, "a path that is too short", "measures.NUMBER.INSTRUMENT.FIELD")
            numbers = ", ".join(map(str, self.measures))
            if not parts[1].isdecimal() or int(parts[1]) not in self.measures:
                raise self.error(path, f"measure {parts[1]}", numbers)
            measure = self.measures[int(parts[1])]
            if parts[2] not in measure.instruments:
                raise self.error(path, f"instrument '{parts[2]}'", ", ".join(measure.instruments))
            result.setdefault((int(parts[1]), parts[2]), {})[parts[3]] = value
        return result

    def error(self, where: str, found: str, allowed: str) -> InputError:
        """Return an error about something asked of this plan."""
        return InputError(file=str(self.path.name), line=None, field=where, found=found, allowed=allowed)


def _name(numbers: tuple[int, ...], reference: str, part: str, drop: tuple[int, ...]) -> str:
    name = reference
    if numbers:
        name += "+" + ",".join(map(str, sorted(numbers)))
    if drop:
        name += "-" + ",".join(map(str, sorted(drop)))
    return name if part == "all" else f"{name}:{part}"


def load_plan(name: str | Path = "shanxi-2025") -> Plan:
    """Read a plan of the catalogue by name, or a plan file by path, with its measures.

    Raises
    ------
    InputError
        When a file is not valid; file, line, field, what was found and what is allowed are in it.
    """
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        path = HERE / "plans" / f"{name}.yaml"
        if not path.exists():
            known = ", ".join(sorted(p.stem for p in path.parent.glob("*.yaml")))
            raise InputError(
                file=str(name), line=None, field="plan", found=f"'{name}'", allowed=f"{known}, or a file"
            )
    head = load_model(path, PlanFile)
    measures: dict[int, Measure] = {}
    files: dict[int, Path] = {}
    for stem in head.measures:
        beside = path.parent / f"{stem}.yaml"
        file = beside if beside.exists() else HERE / "measures" / f"{stem}.yaml"
        measure = load_model(file, Measure)
        if measure.number in measures:
            taken = files[measure.number].name
            raise InputError(
                file=str(file), line=None, field="number", found=str(measure.number), allowed=f"not {taken}'s"
            )
        measures[measure.number], files[measure.number] = measure, file
        _check_status(measure, file, head.start)
    measures = dict(sorted(measures.items()))
    plan = Plan(
        head.name, head.name_en, head.name_zh, head.start, head.source, measures, path, files, head.overlaps
    )
    _check_overlaps(plan)
    if len(plan.rules) > MAX_RULES:
        raise plan.error(
            "measures", f"{len(plan.rules)} instruments with a cost", f"at most {MAX_RULES} (MAX_RULES)"
        )
    return plan


def _check_overlaps(plan: Plan) -> None:
    """Refuse overlaps of instruments that the plan does not have."""
    for position, overlap in enumerate(plan.overlaps):
        for name in overlap.instruments:
            number, _, key = name.partition(".")
            measure = plan.measures.get(int(number)) if number.isdecimal() else None
            if measure is None or key not in measure.instruments:
                raise InputError(
                    file=plan.path,
                    line=read_yaml(plan.path).line("overlaps", position, "instruments"),
                    field=f"overlaps.{position}.instruments",
                    found=f"'{name}'",
                    allowed="MEASURE.INSTRUMENT, e.g. 5.childcare_subsidy"
                    if measure is None
                    else ", ".join(f"{number}.{known}" for known in measure.instruments),
                )


def _check_status(measure: Measure, file: Path, start: int) -> None:
    """Refuse instruments whose dates do not fit their status."""
    for key, instrument in measure.instruments.items():
        before = instrument.first < start
        if before != (instrument.status == "continued"):
            raise InputError(
                file=file,
                line=read_yaml(file).line("instruments", key, "status"),
                field=f"instruments.{key}.status",
                found=f"'{instrument.status}' from {month_label(instrument.first)}",
                allowed=f"continued before {month_label(start)}, raised or new from then on",
            )
