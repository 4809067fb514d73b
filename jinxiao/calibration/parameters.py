"""Behavioural parameters: one record each (value, unit, prior, source, grade, meaning), loaded from YAML, drawn from priors."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from jinxiao.files.priors import Prior
from jinxiao.files.yaml_reader import load_model

Value = float | list[float] | dict[str, float] | dict[str, list[float]]
Grade = Literal["causal", "official", "reported", "derived", "assumed"]
Values = dict[str, float | np.ndarray]
"""Parameter values by dotted name: ``households.crra``, ``durables.price`` (an array in the order of its keys)."""


class Parameter(BaseModel):
    """One parameter as written in YAML.

    ``meaning_zh`` is what Chinese readers see of an uncertain number, in few words.

    ``prior`` is a distribution of the value itself (numbers); ``prior_factor`` of a common factor on all entries (tables).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: Value
    unit: str = Field(min_length=1)
    source: str = Field(min_length=1)
    grade: Grade
    meaning: str = Field(min_length=1)
    meaning_zh: str = ""
    url: str = ""
    prior: Prior | None = None
    prior_factor: Prior | None = None

    @model_validator(mode="after")
    def _prior_fits(self) -> "Parameter":
        if self.prior is not None and not isinstance(self.value, float):
            raise ValueError("prior is for a single number; use prior_factor for tables")
        if self.prior_factor is not None and isinstance(self.value, float):
            raise ValueError("prior_factor is for tables; use prior for a single number")
        return self

    def array(self) -> float | np.ndarray:
        """Return the value as a number or an array (nested tables become a matrix, rows in the order written)."""
        if isinstance(self.value, float):
            return self.value
        rows = list(self.value.values()) if isinstance(self.value, dict) else self.value
        return np.array(rows, dtype=np.float64)


class ParameterFile(RootModel[dict[str, Parameter]]):
    """A file of parameters by name."""


WORLD_FILE = "population"
"""Parameters of the synthetic province: they are part of the world, not of a draw."""


@dataclass(frozen=True)
class ParameterSet:
    """All parameters with their priors; the meeting point of model, sensitivity analysis and draws.

    Attributes
    ----------
    records : dict of str to Parameter
        By dotted name.
    extra : tuple of (name, value, Prior)
        Uncertain numbers of levers, added by :meth:`with_plan`.
    """

    records: dict[str, Parameter]
    extra: tuple[tuple[str, float, Prior], ...] = ()

    def with_plan(self, uncertain: Iterable[tuple[str, float, Prior]]) -> "ParameterSet":
        """Return the set with the uncertain numbers of levers added."""
        return ParameterSet(self.records, tuple(uncertain))

    @property
    def uncertain(self) -> list[tuple[str, Prior]]:
        """Names and priors of everything uncertain, in a fixed order (model first, then levers)."""
        own: list[tuple[str, Prior]] = []
        for name, record in self.records.items():
            prior = record.prior or record.prior_factor
            if prior is not None:
                own.append((name, prior))
        return own + [(name, prior) for name, _, prior in self.extra]

    def central(self) -> Values:
        """Return every parameter at its stated value."""
        values: Values = {name: record.array() for name, record in self.records.items()}
        values.update({name: value for name, value, _ in self.extra})
        return values

    def at(self, u: np.ndarray) -> Values:
        """Return the values at a point of the unit cube, one coordinate per uncertain number, in their order."""
        uncertain = self.uncertain
        if len(u) != len(uncertain):
            raise ValueError(f"found {len(u)} coordinates; allowed {len(uncertain)}")
        values = self.central()
        for (name, prior), point in zip(uncertain, u, strict=True):
            drawn = float(prior.ppf(float(point)))
            record = self.records.get(name)
            values[name] = (
                values[name] * drawn if record is not None and record.prior_factor is not None else drawn
            )
        return values

    def draw(self, seed: int, draw: int) -> Values:
        """Return draw number ``draw`` from the priors: each name has its own stream, so new parameters change no other."""
        points = [_unit_draw(seed, draw, name) for name, _ in self.uncertain]
        return self.at(np.array(points))


def _unit_draw(seed: int, draw: int, name: str) -> float:
    key = [seed, draw, *name.encode()]
    return float(np.random.Generator(np.random.Philox(np.random.SeedSequence(key))).random())


@cache
def load_parameters(folder: str | None = None) -> ParameterSet:
    """Read all parameter files; a name is ``<file>.<key>``. Errors name file, line and field."""
    base = Path(folder) if folder else Path(str(resources.files("jinxiao.calibration") / "parameters"))
    records: dict[str, Parameter] = {}
    for path in sorted(base.glob("*.yaml")):
        if path.stem == WORLD_FILE:
            continue
        for key, record in load_model(path, ParameterFile).root.items():
            records[f"{path.stem}.{key}"] = record
    return ParameterSet(records)


def describe(records: Mapping[str, Parameter]) -> list[dict[str, str]]:
    """Return a row per parameter for tables in the docs."""
    rows = []
    for name, r in records.items():
        prior = r.prior or r.prior_factor
        rows.append(
            {
                "parameter": name,
                "value": str(r.value),
                "unit": r.unit,
                "prior": "" if prior is None else str(prior),
                "grade": r.grade,
                "meaning": r.meaning,
                "source": r.source,
            }
        )
    return rows
