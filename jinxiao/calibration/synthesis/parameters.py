"""Parameters of the synthetic population, read from ``parameters/population.yaml``."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jinxiao.calibration.parameters import Parameter, ParameterFile
from jinxiao.files.yaml_reader import load_model

POPULATION_FILE: Final = Path(__file__).parents[1] / "parameters" / "population.yaml"


@dataclass(frozen=True)
class PopulationParameters:
    """Values by name and shape: a number, a vector, a table of numbers or a table of vectors."""

    records: dict[str, Parameter]

    def number(self, name: str) -> float:
        """Return a single number."""
        value = self.records[name].value
        if not isinstance(value, float):
            raise TypeError(f"{name} is not a single number")
        return value

    def vector(self, name: str) -> NDArray[np.float64]:
        """Return a list of numbers."""
        value = self.records[name].value
        if not isinstance(value, list):
            raise TypeError(f"{name} is not a list")
        return np.array(value, np.float64)

    def table(self, name: str) -> dict[str, float]:
        """Return numbers by key."""
        value = self.records[name].value
        if not isinstance(value, dict):
            raise TypeError(f"{name} is not a table")
        return {key: float(entry) for key, entry in value.items() if not isinstance(entry, list)}

    def vectors(self, name: str) -> dict[str, NDArray[np.float64]]:
        """Return lists of numbers by key."""
        value = self.records[name].value
        if not isinstance(value, dict):
            raise TypeError(f"{name} is not a table")
        return {key: np.array(entry, np.float64) for key, entry in value.items()}


@cache
def load_population_parameters(file: Path = POPULATION_FILE) -> PopulationParameters:
    """Read the parameters of the population; a record without unit or source is refused."""
    return PopulationParameters(dict(load_model(file, ParameterFile).root))
