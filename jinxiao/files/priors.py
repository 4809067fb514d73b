"""Priors of uncertain numbers: five distributions, each with quantiles, bounds and mean.

A prior is written beside the number it belongs to, in a measure, a parameter or a trial file::

    prior: {distribution: triangular, low: 0.80, mode: 0.95, high: 0.99}

Draws go through :meth:`ppf`, so that any design (Monte Carlo, Sobol, Morris) samples every distribution in the same way.
"""

import math
from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, overload

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator
from scipy import special

TAIL = 0.001
"""Probability beyond each bound that :attr:`Distribution.bounds` gives for a distribution without limits.

Values beyond are put at the bound: designs with points on the faces of the unit cube need an end.
"""


class Distribution(BaseModel):
    """What all priors have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @property
    @abstractmethod
    def mean(self) -> float:
        """Expected value."""

    @property
    @abstractmethod
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value; the 0.1% and 99.9% quantiles where the distribution has no limit."""

    @abstractmethod
    def _quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]: ...

    @overload
    def ppf(self, u: float) -> float: ...
    @overload
    def ppf(self, u: NDArray[np.float64]) -> NDArray[np.float64]: ...
    def ppf(self, u: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
        """Quantile function (inverse of the distribution function) at `u` in [0, 1]."""
        values = self._quantile(np.asarray(u, dtype=np.float64))
        return float(values) if np.ndim(u) == 0 else values


class Uniform(Distribution):
    """Every value between `low` and `high` equally likely."""

    distribution: Literal["uniform"] = "uniform"
    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _check(self.low < self.high, f"low {self.low:g} must be below high {self.high:g}")
        return self

    @property
    def mean(self) -> float:
        """Midpoint."""
        return 0.5 * (self.low + self.high)

    @property
    def bounds(self) -> tuple[float, float]:
        """`low` and `high`."""
        return self.low, self.high

    def _quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.low + (self.high - self.low) * u


class Triangular(Distribution):
    """Density that rises from `low` to `mode` and falls to `high`."""

    distribution: Literal["triangular"] = "triangular"
    low: float
    mode: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _check(
            self.low <= self.mode <= self.high and self.low < self.high,
            f"low {self.low:g}, mode {self.mode:g}, high {self.high:g} must rise",
        )
        return self

    @property
    def mean(self) -> float:
        """One third of the sum of the three corners."""
        return (self.low + self.mode + self.high) / 3

    @property
    def bounds(self) -> tuple[float, float]:
        """`low` and `high`."""
        return self.low, self.high

    def _quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        width = self.high - self.low
        left = self.low + np.sqrt(u * width * (self.mode - self.low))
        right = self.high - np.sqrt((1 - u) * width * (self.high - self.mode))
        return np.where(u * width < self.mode - self.low, left, right)


class Normal(Distribution):
    """Normal distribution with `centre` and `sd`, cut off at `low` and `high` where they are given."""

    distribution: Literal["normal"] = "normal"
    centre: float
    sd: float = Field(gt=0)
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low, high = self._limits
        _check(low < high, f"low {low:g} must be below high {high:g}")
        return self

    @property
    def _limits(self) -> tuple[float, float]:
        return -math.inf if self.low is None else self.low, math.inf if self.high is None else self.high

    @property
    def mean(self) -> float:
        """Mean of the truncated distribution."""
        low, high = ((limit - self.centre) / self.sd for limit in self._limits)
        mass = float(special.ndtr(high) - special.ndtr(low))
        return self.centre + self.sd * (_density(low) - _density(high)) / mass

    @property
    def bounds(self) -> tuple[float, float]:
        """The cut-offs, or the outer quantiles."""
        return (
            self.ppf(TAIL) if self.low is None else self.low,
            self.ppf(1 - TAIL) if self.high is None else self.high,
        )

    def _quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        low, high = (special.ndtr((limit - self.centre) / self.sd) for limit in self._limits)
        first = TAIL if self.low is None else 0.0
        last = 1.0 - TAIL if self.high is None else 1.0
        values = self.centre + self.sd * special.ndtri(low + np.clip(u, first, last) * (high - low))
        return np.clip(values, *self._limits)


class Lognormal(Distribution):
    """Distribution of a positive number whose logarithm is normal with standard deviation `sigma`."""

    distribution: Literal["lognormal"] = "lognormal"
    median: float = Field(gt=0)
    sigma: float = Field(gt=0)

    @property
    def mean(self) -> float:
        """Median times exp(sigma^2 / 2)."""
        return self.median * math.exp(0.5 * self.sigma**2)

    @property
    def bounds(self) -> tuple[float, float]:
        """Outer quantiles."""
        return self.ppf(TAIL), self.ppf(1 - TAIL)

    def _quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.median * np.exp(self.sigma * special.ndtri(np.clip(u, TAIL, 1.0 - TAIL)))


class Beta(Distribution):
    """Beta distribution with shapes `a` and `b`, stretched from `low` to `high` (0 to 1 unless given)."""

    distribution: Literal["beta"] = "beta"
    a: float = Field(gt=0)
    b: float = Field(gt=0)
    low: float = 0.0
    high: float = 1.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        _check(self.low < self.high, f"low {self.low:g} must be below high {self.high:g}")
        return self

    @property
    def mean(self) -> float:
        """``low + (high - low) a / (a + b)``."""
        return self.low + (self.high - self.low) * self.a / (self.a + self.b)

    @property
    def bounds(self) -> tuple[float, float]:
        """`low` and `high`."""
        return self.low, self.high

    def _quantile(self, u: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.low + (self.high - self.low) * special.betaincinv(self.a, self.b, u)


Prior = Annotated[Uniform | Triangular | Normal | Lognormal | Beta, Field(discriminator="distribution")]
"""Any of the five distributions; use it as the type of a pydantic field."""
_ADAPTER: TypeAdapter[Distribution] = TypeAdapter(Prior)


def read_prior(record: Mapping[str, Any]) -> Distribution:
    """Return the prior that a mapping such as ``{distribution: uniform, low: 0, high: 1}`` describes."""
    return _ADAPTER.validate_python(dict(record))


def _check(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)


def _density(z: float) -> float:
    return 0.0 if math.isinf(z) else math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
