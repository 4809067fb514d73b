"""Records from which measures are written: texts in two languages, sources, months, and parameters with units.

A number in a measure is a *parameter*: either bare (``amount: 3600``), then the unit is the field's and the source the
instrument's, or a record ``{value, unit, prior, source, grade, meaning}``. Every field states its unit and range with
:class:`In`, and refuses anything else.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from jinxiao.files.priors import Prior
from jinxiao.model.names import month_index, month_label

Grade = Literal["causal", "official", "assumed"]
"""Evidence grade: a causal estimate, an official figure or rule, a reasoned assumption."""
Confidence = Literal["official", "reported", "assumed"]
"""How a figure was seen: government text, press or mirror, or not at all."""

_MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")


def refuse(found: object, allowed: str) -> PydanticCustomError:
    """Return the error for a value that is not allowed, in the words of the command line."""
    return PydanticCustomError(
        "refused", "found {found}; allowed {allowed}", {"found": str(found), "allowed": allowed}
    )


class Strict(BaseModel):
    """Base of everything read from a file: no unknown keys, no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)


def read_month(raw: object) -> int:
    """Return the month index of ``2025-07``; a month index passes through."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and _MONTH.fullmatch(raw):
        return month_index(raw)
    raise refuse(raw, "a month such as 2025-07")


Month = Annotated[
    int,
    BeforeValidator(read_month),
    PlainSerializer(month_label, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$"}),
]
"""A month, written ``2025-07``; inside, months since January 2024."""


class Text(Strict):
    """A text in English and in Chinese."""

    en: str
    zh: str

    def __getitem__(self, lang: str) -> str:
        """Return the text in ``en`` or ``zh``."""
        return self.zh if lang == "zh" else self.en


class Source(Strict):
    """Where a figure comes from.

    Attributes
    ----------
    title : str
        Original document and publisher, as printed in reports; for an assumption, the reasoning.
    url : str
        Where it was seen (may be a mirror); empty for an assumption.
    confidence : {'official', 'reported', 'assumed'}
        Government text, press or mirror, or a reasoned value.
    """

    title: str
    url: str = ""
    confidence: Confidence

    @model_validator(mode="before")
    @classmethod
    def _not_a_name(cls, raw: object) -> object:
        if isinstance(raw, str):
            raise refuse(raw, "a name listed under `sources` of the measure, or {title, url, confidence}")
        return raw

    @model_validator(mode="after")
    def _has_address(self) -> Self:
        if self.confidence != "assumed" and not self.url:
            raise refuse("no url", "a url, or confidence: assumed")
        return self

    @property
    def grade(self) -> Grade:
        """Evidence grade of a figure that has nothing but this source."""
        return "assumed" if self.confidence == "assumed" else "official"


class Parameter(Strict):
    """A number with its unit, where it comes from and how uncertain it is.

    Attributes
    ----------
    value : float
        The number used when nothing is sampled.
    unit : str
        One of the units of the field it stands in.
    prior : Prior, optional
        Distribution for sensitivity analysis and uncertainty; none means taken as certain.
    source : Source, optional
        Own source; without one, the instrument's.
    grade : {'causal', 'official', 'assumed'}, optional
        Own evidence grade; without one, that of the source.
    meaning : str
        What it is and how it was derived, in a sentence.
    same_as : str
        Path of the parameter (within the measure) that it always equals; sampled once for both.
    """

    value: float
    unit: str = ""
    prior: Prior | None = None
    source: Source | None = None
    grade: Grade | None = None
    meaning: str = ""
    same_as: str = ""

    @model_validator(mode="after")
    def _value_within_prior(self) -> Self:
        if self.prior is not None:
            low, high = self.prior.bounds
            if not low <= self.value <= high:
                raise refuse(f"value {self.value:g}", f"a value within the prior, {low:g} to {high:g}")
        return self

    def __float__(self) -> float:
        return self.value


@dataclass(frozen=True)
class In:
    """Unit, range and meaning of a numeric field; ``amount: Annotated[Parameter, In("yuan", ...)]``.

    Attributes
    ----------
    unit : str
        Unit of the field; alternatives separated by ``|``, of which a bare number takes none until its class decides.
    en, zh : str
        What the field means.
    low, high : float
        Allowed range, ends included.
    whole : bool
        Whole numbers only.
    """

    unit: str
    en: str
    zh: str
    low: float = 0.0
    high: float = math.inf
    whole: bool = False

    @property
    def units(self) -> tuple[str, ...]:
        """The units that are allowed."""
        return tuple(self.unit.split("|"))

    def check(self, parameter: Parameter) -> Parameter:
        """Return the parameter with the field's unit, or refuse it."""
        if not parameter.unit and len(self.units) == 1:
            parameter = parameter.model_copy(update={"unit": self.unit})
        if parameter.unit and parameter.unit not in self.units:
            raise refuse(f"unit '{parameter.unit}'", " or ".join(f"'{unit}'" for unit in self.units))
        self.check_value(parameter.value)
        if parameter.prior is not None:
            for bound in parameter.prior.bounds:
                self.check_value(bound, "prior reaching ")
        return parameter

    def check_value(self, value: float, what: str = "") -> float:
        """Return `value` if the field allows it, or refuse it."""
        if not self.low <= value <= self.high or not math.isfinite(value):
            raise refuse(f"{what}{value:g}", self.allowed)
        if self.whole and value != int(value):
            raise refuse(f"{what}{value:g}", f"a whole number of {self.unit}")
        return value

    @property
    def allowed(self) -> str:
        """The range in words."""
        unit = " or ".join(self.units)
        if math.isinf(self.high):
            return f"{self.low:g} or more ({unit})" if math.isfinite(self.low) else f"any number ({unit})"
        return f"{self.low:g} to {self.high:g} ({unit})"

    @staticmethod
    def _read(raw: Any) -> Any:
        if isinstance(raw, bool | str):
            raise refuse(f"'{raw}'", "a number, or {value, unit, prior, source, grade, meaning}")
        if isinstance(raw, dict) and "same_as" in raw and "value" not in raw:
            raise refuse(
                f"same_as '{raw['same_as']}'", "the path of a number in this measure, INSTRUMENT.FIELD"
            )
        return {"value": raw} if isinstance(raw, int | float) else raw

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Accept a bare number or a record, then check unit and range."""
        inner = core_schema.no_info_before_validator_function(self._read, handler(source))
        return core_schema.no_info_after_validator_function(self.check, inner)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the field to an editor."""
        number: dict[str, Any] = {"type": "integer" if self.whole else "number"}
        for key, bound in (("minimum", self.low), ("maximum", self.high)):
            if math.isfinite(bound):
                number[key] = bound
        return {"anyOf": [number, handler(schema)], "description": f"{self.en} [{self.unit}]"}


def fixed(value: float, unit: str) -> Parameter:
    """Return a neutral default: a number that stands for "no limit", "everybody" or "nothing"."""
    return Parameter(value=value, unit=unit, meaning="neutral default")


def walk(model: BaseModel, path: str = "") -> Iterator[tuple[str, Parameter, In | None]]:
    """Yield every parameter of a model with its path below it and what its field says about it.

    Defaults that the file does not mention are left out.
    """
    for name, info in type(model).model_fields.items():
        if name not in model.model_fields_set:
            continue
        spec = next((m for m in info.metadata if isinstance(m, In)), None)
        yield from _walk_value(
            getattr(model, name), f"{path}.{name}" if path else name, spec, info.annotation
        )


def key_label(key: object) -> str:
    """Return the key of a mapping as written in files: months as ``2025-07``."""
    return month_label(key) if isinstance(key, int) else str(key)


def _walk_value(
    value: object, path: str, spec: In | None, annotation: object
) -> Iterator[tuple[str, Parameter, In | None]]:
    if isinstance(value, Parameter):
        yield path, value, spec or spec_within(annotation)
    elif isinstance(value, BaseModel):
        yield from walk(value, path)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _walk_value(item, f"{path}.{key_label(key)}", spec, annotation)


def spec_within(annotation: object) -> In | None:
    """Return the :class:`In` inside a type such as ``dict[str, Annotated[Parameter, In(...)]]``."""
    for part in getattr(annotation, "__metadata__", ()):
        if isinstance(part, In):
            return part
    for part in getattr(annotation, "__args__", ()):
        found = spec_within(part)
        if found is not None:
            return found
    return None


@dataclass(frozen=True)
class OneOf:
    """A name out of a list of the model's vocabulary: ``Annotated[str, OneOf(names)]``."""

    names: tuple[str, ...]

    def check(self, name: str) -> str:
        """Return the name, or refuse it with the list."""
        if name not in self.names:
            raise refuse(f"'{name}'", ", ".join(self.names))
        return name

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check the name after reading a string."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """List the names to an editor."""
        return {"type": "string", "enum": list(self.names)}
