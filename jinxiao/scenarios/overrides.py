"""Changing an instrument: sampled values (fast, numbers only) and overrides (anything, read again from scratch)."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from jinxiao.files.yaml_reader import in_words
from jinxiao.scenarios.levers.base import Instrument
from jinxiao.scenarios.records import (
    In,
    Parameter,
    Source,
    key_label,
    read_month,
    spec_within,
)


class OverrideError(ValueError):
    """An override that cannot be applied: what was found, and what is allowed."""

    def __init__(self, found: str, allowed: str) -> None:
        super().__init__(f"found {found}; allowed {allowed}")
        self.found = found
        self.allowed = allowed


def with_values[AnyOne: Instrument](instrument: AnyOne, values: Mapping[str, float]) -> AnyOne:
    """Return the instrument with sampled numbers in place of its own.

    Parameters
    ----------
    instrument : Instrument
        The instrument.
    values : mapping of str to float
        Numbers by path within the instrument, e.g. ``tiers.grade_1.rate``; rounded where the field is whole.
    """
    for path, value in values.items():
        instrument = _set(instrument, path.split("."), float(value))
    return instrument


def _set[M: BaseModel](model: M, parts: list[str], value: float) -> M:
    name, rest = parts[0], parts[1:]
    info = type(model).model_fields.get(name)
    if info is None:
        raise OverrideError(f"'{name}'", ", ".join(type(model).model_fields))
    current = getattr(model, name)
    spec = next((m for m in info.metadata if isinstance(m, In)), None) or spec_within(info.annotation)
    return model.model_copy(update={name: _set_value(current, rest, value, spec, name)})


def _set_value(current: Any, rest: list[str], value: float, spec: In | None, name: str) -> Any:
    if isinstance(current, Parameter) and rest in ([], ["value"]):
        if spec is not None:
            value = float(round(value)) if spec.whole else value
            try:
                spec.check_value(value)
            except ValueError as error:
                raise OverrideError(f"{value:g}", spec.allowed) from error
        return current.model_copy(update={"value": value})
    if isinstance(current, BaseModel) and rest:
        return _set(current, rest, value)
    if isinstance(current, dict) and rest:
        key = _key(current, rest[0])
        if key not in current:
            raise OverrideError(f"'{rest[0]}'", ", ".join(map(key_label, current)))
        return {**current, key: _set_value(current[key], rest[1:], value, spec, rest[0])}
    raise OverrideError(
        f"'{name}', which is not a number", "the path of a number, e.g. flat or tiers.grade_1.rate"
    )


def with_override[AnyOne: Instrument](instrument: AnyOne, path: str, raw: Any, origin: str) -> AnyOne:
    """Return the instrument with one field replaced, checked as when it was read.

    Parameters
    ----------
    instrument : Instrument
        The instrument.
    path : str
        Field within it, e.g. ``flat``, ``end``, ``geo.cities``, ``steps.2025-01.class_1``.
    raw : object
        New value as it would stand in a file.
    origin : str
        Where the override comes from: becomes the source of a bare number.
    """
    record = instrument.model_dump(exclude_unset=True)
    _put(type(instrument), instrument, record, path.split("."), raw, origin)
    try:
        return type(instrument).model_validate(record)
    except ValidationError as error:
        first = error.errors()[0]
        raise OverrideError(*describe(first)) from error


def _put(
    kind: type[BaseModel], model: Any, record: dict[Any, Any], parts: list[str], raw: Any, origin: str
) -> None:
    name, rest = parts[0], parts[1:]
    if isinstance(model, BaseModel):
        if name not in type(model).model_fields:
            raise OverrideError(f"'{name}'", ", ".join(type(model).model_fields))
        child = getattr(model, name)
    elif isinstance(model, dict):
        key = _key(model, name)
        if key not in model:
            raise OverrideError(f"'{name}'", ", ".join(map(key_label, model)))
        child, name = model[key], next((k for k in record if _key(model, str(k)) == key), name)
    else:
        raise OverrideError(f"'{name}'", "nothing below this field")
    if isinstance(child, Parameter) and rest in ([], ["value"]) and isinstance(raw, int | float):
        source = Source(title=f"set by {origin}", confidence="assumed")
        record[name] = {"value": raw, "unit": child.unit, "meaning": child.meaning, "source": source}
    elif not rest:
        record[name] = raw
    elif child is None:
        raise OverrideError(f"'{'.'.join(rest)}' below '{name}', which is not set", f"the whole of '{name}'")
    else:
        if not isinstance(record.get(name), dict):
            record[name] = (
                child.model_dump(exclude_unset=True) if isinstance(child, BaseModel) else dict(child)
            )
        _put(kind, child, record[name], rest, raw, origin)


def describe(error: Any) -> tuple[str, str]:
    """Return what pydantic found and what is allowed, in the words of the command line."""
    context = error.get("ctx") or {}
    if "found" in context and "allowed" in context:
        return str(context["found"]), str(context["allowed"])
    place = ".".join(str(part) for part in error.get("loc", ()) if part != "instruments")
    found, allowed = in_words(error)
    return found + (f" in {place}" if place else ""), allowed


def _key(mapping: Mapping[Any, Any], text: str) -> Any:
    """Return the key that a text stands for: itself, or a month."""
    if text in mapping:
        return text
    try:
        return read_month(text)
    except ValueError:
        return text
