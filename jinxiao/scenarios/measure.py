"""A measure: its clauses in our own words, the instruments that carry them out, and what is not modelled."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from jinxiao.scenarios.levers import AnyInstrument
from jinxiao.scenarios.levers.durables import DurableSubsidy
from jinxiao.scenarios.records import (
    Grade,
    In,
    Parameter,
    Source,
    Strict,
    Text,
    refuse,
    walk,
)

SECTIONS = (
    Text(en="Income of urban and rural residents", zh="城乡居民增收促进"),
    Text(en="Capacity to consume", zh="消费能力保障支持"),
    Text(en="Services", zh="服务消费提质惠民"),
    Text(en="Big-ticket goods", zh="大宗消费更新升级"),
    Text(en="Quality of goods", zh="消费品质提升"),
    Text(en="Environment for consumption", zh="消费环境改善提升"),
    Text(en="Removal of restrictions", zh="限制措施清理优化"),
    Text(en="Supporting policies", zh="支持政策"),
)
"""The plan's eight sections."""

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
"""Name of an instrument: small letters, digits and underscores."""


class Clause(Strict):
    """One thing that the measure says, and how it enters the model.

    Attributes
    ----------
    summary : Text
        What it says, in our own words.
    levers : tuple of str
        Instruments that carry it out.
    not_modelled : Text, optional
        Or: why it has none.
    limits : Text, optional
        What the levers leave out.
    owners : tuple of int
        Measures that own levers for the same thing: it is paid there and not here.
    """

    summary: Text
    levers: tuple[Key, ...] = ()
    not_modelled: Text | None = None
    limits: Text | None = None
    owners: tuple[Annotated[int, Field(ge=1)], ...] = ()

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.levers) == (self.not_modelled is not None):
            raise refuse(
                "not exactly one of levers and not_modelled", "a list of levers, or a reason for having none"
            )
        return self


class Measure(Strict):
    """One of the plan's measures.

    Attributes
    ----------
    number : int
        Its number in the plan.
    name_en, name_zh : str
        Names.
    section : int
        Section of the plan, 1 to 8.
    grade : {'causal', 'official', 'assumed'}
        Evidence grade of the mechanism that matters most.
    mechanism : Text
        How it reaches consumption in the model.
    clauses : tuple of Clause
        What it says.
    sources : mapping of str to Source
        Sources by a short name, used as ``source: NAME`` below.
    instruments : mapping of str to Instrument
        In an order that fixes their accounts.
    """

    number: Annotated[int, Field(ge=1)]
    name_en: str
    name_zh: str
    section: Annotated[int, Field(ge=1, le=len(SECTIONS))]
    grade: Grade
    mechanism: Text
    clauses: Annotated[tuple[Clause, ...], Field(min_length=1)]
    sources: dict[str, Source] = Field(default_factory=dict)
    instruments: dict[Key, AnyInstrument] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _resolve(cls, raw: Any) -> Any:
        """Put sources in the place of their names, and records in the place of ``same_as``."""
        if not isinstance(raw, dict) or not isinstance(raw.get("instruments"), dict):
            return raw
        raw = deepcopy(raw)
        sources = raw.get("sources") if isinstance(raw.get("sources"), dict) else {}
        _resolve_same(raw["instruments"], raw["instruments"])
        _resolve_sources(raw["instruments"], sources)
        return raw

    @model_validator(mode="after")
    def _linked(self) -> Self:
        if any(self.number in clause.owners for clause in self.clauses):
            raise refuse(f"owner {self.number}", "owners other than the measure itself")
        used = {key for clause in self.clauses for key in clause.levers}
        for key in sorted(used - set(self.instruments)):
            raise refuse(
                f"lever '{key}'", ", ".join(self.instruments) or "no levers: the measure has no instruments"
            )
        for key in sorted(set(self.instruments) - used):
            raise refuse(
                f"instrument '{key}' that no clause names", "instruments listed as levers of a clause"
            )
        pools = [key for key, instrument in self.instruments.items() if instrument.kind == "budget_pool"]
        for key, instrument in self.instruments.items():
            if isinstance(instrument, DurableSubsidy) and instrument.pool not in ("", *pools):
                raise refuse(
                    f"pool '{instrument.pool}' in {key}", ", ".join(pools) or "no pools in this measure"
                )
        return self

    def name(self, lang: str) -> str:
        """Return the name in ``en`` or ``zh``."""
        return self.name_zh if lang == "zh" else self.name_en

    def parameters(self) -> Iterator[tuple[str, str, Parameter, In | None]]:
        """Yield (instrument, path within it, parameter, what the field says) for every number of the measure."""
        for key, instrument in self.instruments.items():
            for path, parameter, spec in walk(instrument):
                yield key, path, parameter, spec

    def source_of(self, key: str, parameter: Parameter) -> Source:
        """Return a parameter's own source, or its instrument's."""
        return parameter.source or self.instruments[key].source

    def grade_of(self, key: str, parameter: Parameter) -> Grade:
        """Return a parameter's evidence grade: its own, its source's, or its instrument's."""
        if parameter.grade is not None:
            return parameter.grade
        return parameter.source.grade if parameter.source is not None else self.instruments[key].evidence


def _resolve_sources(node: Any, sources: dict[str, Any]) -> None:
    """Replace ``source: NAME`` by the source of that name; an unknown name is left for validation to refuse."""
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        if isinstance(child, dict) and isinstance(child.get("source"), str):
            child["source"] = sources.get(child["source"], child["source"])
        _resolve_sources(child, sources)


def _resolve_same(node: Any, instruments: dict[str, Any]) -> None:
    """Replace ``{same_as: KEY.PATH}`` by a copy of that record; an unknown path is left for validation to refuse.

    A parameter remembers whom it equals; any other record (a table of county classes, say) is just the same.
    """
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        if isinstance(child, dict) and set(child) == {"same_as"} and isinstance(child["same_as"], str):
            target: Any = instruments
            for part in child["same_as"].split("."):
                target = target.get(part) if isinstance(target, dict) else None
            if isinstance(target, int | float):
                child["value"] = target
            elif isinstance(target, dict) and "same_as" not in target:
                if "value" not in target:
                    child.clear()
                child.update(deepcopy(target))
        else:
            _resolve_same(child, instruments)
