"""Populations: many agents of one kind as columns, with the verbs of Mesa's AgentSet.

A column is declared once with dtype, unit and meaning. A population behaves like an ``AgentSet`` (``select``, ``agg``,
``groupby``, ``get``, ``set``, ``len``, iteration, ``do``), so Mesa's collectors and people who know Mesa feel at home, but a
row is a light view and no Python object exists per agent.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Column:
    """Declaration of one attribute of a population.

    Attributes
    ----------
    dtype : str
        Numpy dtype.
    unit : str
        Unit of the values, e.g. ``yuan/month``; ``1`` for pure numbers, ``code`` for enumerations.
    meaning : str
        What it is, in a sentence.
    width : int
        Number of values per agent; 1 gives a plain column, more a matrix with a row per agent.
    """

    dtype: str
    unit: str
    meaning: str
    width: int = 1


class Row:
    """A view of one agent: attributes read and write the population's columns."""

    __slots__ = ("_index", "_population")

    def __init__(self, population: "Population", index: int) -> None:
        object.__setattr__(self, "_population", population)
        object.__setattr__(self, "_index", index)

    @property
    def unique_id(self) -> int:
        """The agent's identity: its position in the whole population."""
        return int(self._population.ids[self._index])

    def __reduce__(self) -> tuple[type["Row"], tuple["Population", int]]:
        return Row, (self._population, self._index)

    def __getattr__(self, name: str) -> Any:
        if name in Row.__slots__:  # a row whose making has not ended
            raise AttributeError(name)
        try:
            return self._population.get(name)[self._index]
        except KeyError as error:
            raise AttributeError(str(error)) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self._population.assign(name, value, self._index)

    def __repr__(self) -> str:
        values = ", ".join(f"{k}={getattr(self, k)!r}" for k in list(self._population.columns)[:6])
        return f"<{self._population.name} {self.unique_id}: {values}, ...>"


class Population:
    """Agents of one kind, a numpy column per attribute.

    Parameters
    ----------
    name : str
        Name in messages.
    schema : mapping of str to Column
        Declared columns; every one must be given.
    columns : mapping of str to ndarray
        Values; first axis is the agent. Wrong dtype or length is refused with ValueError.
    derived : mapping of str to callable, optional
        Attributes computed from the population when asked for (``income`` as the sum of its sources, say).
    ids : ndarray of int, optional
        Identities; positions by default.
    origin : Population, optional
        Population that this one was selected from: what is set here is set there too.
    places : ndarray of int, optional
        Rows of ``origin`` that were selected.
    """

    def __init__(
        self,
        name: str,
        schema: Mapping[str, Column],
        columns: Mapping[str, NDArray[Any]],
        derived: Mapping[str, Callable[["Population"], NDArray[Any]]] | None = None,
        ids: NDArray[Any] | None = None,
        origin: "Population | None" = None,
        places: NDArray[Any] | None = None,
    ) -> None:
        missing = [k for k in schema if k not in columns]
        if missing:
            raise ValueError(f"{name}: columns missing: {', '.join(missing)}")
        self.name = name
        self.schema = dict(schema)
        self.columns: dict[str, NDArray[Any]] = {}
        size = len(next(iter(columns.values()))) if columns else 0
        for key, column in schema.items():
            values = np.asarray(columns[key])
            shape = (size,) if column.width == 1 else (size, column.width)
            if values.dtype != np.dtype(column.dtype) or values.shape != shape:
                raise ValueError(
                    f"{name}.{key}: found {values.dtype} {values.shape}; declared {np.dtype(column.dtype)} {shape}"
                )
            self.columns[key] = values
        self.derived = dict(derived or {})
        self.ids = np.arange(size) if ids is None else ids
        self._origin = origin
        self._places = np.arange(0) if places is None else places

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Row]:
        return (Row(self, i) for i in range(len(self)))

    def __getitem__(self, index: int) -> Row:
        if not -len(self) <= index < len(self):
            raise IndexError(f"{self.name}: no agent {index}; there are {len(self)}")
        return Row(self, index % len(self) if len(self) else index)

    def __contains__(self, item: object) -> bool:
        if not isinstance(item, Row) or item.unique_id not in self.ids:
            return False
        mine, theirs = self._whole, item._population._whole
        return mine.name == theirs.name and (
            mine.columns.keys() == theirs.columns.keys()
            and all(column is theirs.columns[name] for name, column in mine.columns.items())
        )

    @property
    def _whole(self) -> "Population":
        """The population from which this one, or the one it was selected from, was first selected."""
        return self if self._origin is None else self._origin._whole

    def get(self, names: str | list[str], handle_missing: str = "error", default_value: Any = None) -> Any:
        """Return a column (or a list of columns) by name; derived attributes are computed."""
        if isinstance(names, list):
            return [self.get(n, handle_missing, default_value) for n in names]
        if names in self.columns:
            return self.columns[names]
        if names in self.derived:
            return self.derived[names](self)
        if names == "unique_id":
            return self.ids
        if handle_missing == "default":
            return np.full(len(self), default_value)
        raise KeyError(
            f"{self.name} has no column {names!r}; columns: {', '.join([*self.columns, *self.derived])}"
        )

    def set(self, name: str, value: Any) -> "Population":
        """Assign a column (broadcast), here and in the population this one was selected from, and return the population."""
        self.assign(name, value)
        return self

    def assign(self, name: str, value: Any, rows: Any = slice(None)) -> None:
        """Assign the column of some rows; whole columns by default."""
        if name not in self.columns:
            raise KeyError(f"{self.name} has no column {name!r} to set; columns: {', '.join(self.columns)}")
        self.columns[name][rows] = value
        if self._origin is not None:
            self._origin.assign(name, value, self._places[rows])

    def select(self, condition: Callable[["Population"], NDArray[np.bool_]] | NDArray[Any]) -> "Population":
        """Return the sub-population where ``condition`` (a boolean array, or a function of the population) holds."""
        keep = np.asarray(condition(self) if callable(condition) else condition)
        return Population(
            self.name,
            self.schema,
            {k: v[keep] for k, v in self.columns.items()},
            self.derived,
            self.ids[keep],
            origin=self,
            places=np.arange(len(self))[keep],
        )

    def agg(self, name: str, func: str | Callable[[NDArray[Any]], Any], *, weighted: bool = True) -> Any:
        """Aggregate a column.

        Parameters
        ----------
        name : str
            Column or derived attribute.
        func : str or callable
            ``sum``, ``mean``, ``min``, ``max``, ``median``, or any function of the values (used as it is, unweighted).
        weighted : bool
            Whether ``sum`` and ``mean`` use the column ``weight`` where there is one: an agent stands for that many.
        """
        values = self.get(name)
        if callable(func):
            return func(values)
        weights = self.columns.get("weight") if weighted else None
        values = values.astype(np.float64)
        if func in ("sum", "mean") and weights is not None:
            w = weights.astype(np.float64)
            total = np.tensordot(w, values, axes=(0, 0))
            return total if func == "sum" else total / w.sum()
        return getattr(np, func)(values, axis=0)

    def groupby(self, by: str) -> dict[Any, "Population"]:
        """Return sub-populations by the values of a column."""
        values = self.get(by)
        return {v: self.select(values == v) for v in np.unique(values).tolist()}

    def do(self, func: Callable[..., Any], *args: Any, **kwargs: Any) -> "Population":
        """Call ``func(population, ...)`` once (columns in, columns out) and return the population."""
        func(self, *args, **kwargs)
        return self

    @property
    def bytes_per_agent(self) -> float:
        """Bytes of state per agent."""
        return sum(v.nbytes for v in self.columns.values()) / max(len(self), 1)
