"""Expressions in trial files: outcomes of a household's diary and its attributes, added, compared and combined.

``category.food - coupon_off``, ``residence == rural and age >= 60``, ``durable_units.car``. They are parsed, checked against
the names that exist, and evaluated on arrays; nothing else can be reached from them.
"""

import ast
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from jinxiao.experiments.trials import firm_panel
from jinxiao.model import names as vocabulary
from jinxiao.model.households.diary import Entry
from jinxiao.model.names import CATEGORIES, CITIES, DURABLES, GOODS, RESIDENCES, Occupation
from jinxiao.scenarios.records import refuse

BLOCKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "goods": ("GOODS", tuple(g.key for g in GOODS)),
    "category": ("CATEGORIES", tuple(c.key for c in CATEGORIES)),
    "durable_price": ("DURABLES", tuple(d.key for d in DURABLES)),
    "durable_subsidy": ("DURABLE_SUBSIDY", tuple(d.key for d in DURABLES)),
    "durable_age": ("DURABLE_AGE", tuple(d.key for d in DURABLES)),
}
"""Columns of a diary that are one of a list: the first entry of each list, and the names in it."""
GOOD_GROUPS = vocabulary.GOOD_GROUPS
"""Coarse names that stand for several goods, where the vocabulary has such: ``goods.eating_out``."""
DERIVED = ("durable_units", "durable_claims", "durable_sales")
"""From a diary by class: units bought, units bought with a subsidy, and the price of these."""
TOTALS = ("goods", "durable_price", "durable_subsidy", *DERIVED)
"""Names that, without a member, stand for the sum over their list."""
NOW = "now."
"""Before the name of an entry that an attribute has too: the month's, not that of the start."""
OCCUPATIONS = tuple(o.name.lower() for o in Occupation if o is not Occupation.NONE)
PLAIN_ATTRIBUTES = {
    "residence": "urban or rural",
    "city": "one of the eleven cities",
    "zone": "0 to 21",
    "quintile": "1 (poorest) to 5, of income per head at the start",
    "age": "of the head, years",
    "persons_at_start": "members",
    "children": "members below 18, students apart",
    "child_age": "of the youngest child, years; -1 none",
    "students": "members who study beyond 18",
    "elderly": "members of 60 and over",
    "adults": "members of 18 to 59",
    "renter": "1 if the home is rented",
    "owner": "1 if it is owned, with a mortgage or without",
    "mortgage": "1 if there is a mortgage",
    "wage_earners": "earners paid a wage",
    "lowest_wage": "lowest gross wage of an earner at work, yuan a month; 0 none",
    "resident_pensioners": "members with the resident pension",
    "employee_pensioners": "members with a pension of the employee scheme",
    "liquid": "liquid wealth, yuan",
    "liquid_months": "liquid wealth over permanent income a month",
    "permanent": "permanent income, yuan a month",
    "income_per_head": "permanent income a head and month, yuan",
    "income_rank": "percentile of income per head among all households, 0 to 1",
    "digital": "1 if the household has digital access",
    "running": "the running variable of the assignment",
    "treated": "1 in the treated arm",
    "cohort": "number of the cohort that enters, from 1; 0 never",
}
"""Attributes of a household, read when the window opens."""
BLOCK_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "owns": tuple(d.key for d in DURABLES),
    "oldest": tuple(d.key for d in DURABLES),
    "occupation": OCCUPATIONS,
}
"""Units owned, age of the oldest unit in months (-1 none), earners by occupation."""
CONSTANTS: dict[str, float] = {
    **{r.key: float(k) for k, r in enumerate(RESIDENCES)},
    **{c.key: float(k) for k, c in enumerate(CITIES)},
}
"""Words that stand for codes."""
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": np.minimum, "max": np.maximum, "log": np.log, "abs": np.abs, "where": np.where,
}  # fmt: skip
_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply, ast.Div: np.divide,
}  # fmt: skip
_COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: np.equal, ast.NotEq: np.not_equal, ast.Lt: np.less, ast.LtE: np.less_equal,
    ast.Gt: np.greater, ast.GtE: np.greater_equal,
}  # fmt: skip


def _truth(value: Any) -> Any:
    return np.asarray(value) != 0


@cache
def outcome_names() -> frozenset[str]:
    """Return every name of an outcome: entries of the diary, members of its lists, and what is counted from them."""
    firsts = {first for first, _ in BLOCKS.values()}
    entries = {entry.name.lower() for entry in Entry if entry.name not in firsts}
    names = {f"{NOW}{name}" if name in PLAIN_ATTRIBUTES else name for name in entries}
    names |= {f"{block}.{key}" for block, (_, keys) in BLOCKS.items() for key in keys}
    names |= {f"{block}.{d.key}" for block in DERIVED for d in DURABLES}
    names |= {f"goods.{group}" for group in GOOD_GROUPS}
    return frozenset(names | set(TOTALS) | set(firm_panel.OUTCOMES))


@cache
def attribute_names() -> frozenset[str]:
    """Return every name of an attribute."""
    members = {f"{block}.{key}" for block, keys in BLOCK_ATTRIBUTES.items() for key in keys}
    return frozenset(set(PLAIN_ATTRIBUTES) | members | set(firm_panel.ATTRIBUTES))


@dataclass(frozen=True)
class Expression:
    """A checked expression.

    Attributes
    ----------
    text : str
        As written.
    attributes_only : bool
        Whether outcomes may not stand in it.
    """

    text: str
    attributes_only: bool = False

    @cached_property
    def tree(self) -> ast.expr:
        """The parsed expression.

        Raises
        ------
        PydanticCustomError
            In the words of the command line.
        """
        try:
            tree = ast.parse(self.text, mode="eval").body
        except SyntaxError:
            raise refuse(f"'{self.text}'", "an expression such as category.food - coupon_off") from None
        self._check(tree)
        return tree

    @cached_property
    def names(self) -> frozenset[str]:
        """Names that it reads, constants apart."""
        return frozenset(_reads(self.tree)) - set(CONSTANTS)

    def _check(self, node: ast.expr) -> None:
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, int | float)
            and not isinstance(node.value, bool)
        ):
            return
        name = _name(node)
        if name:
            known = attribute_names() if self.attributes_only else attribute_names() | outcome_names()
            if name not in known and name not in CONSTANTS:
                close = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.5)
                first = name.split(".")[0]
                close = close or sorted(n for n in known if n.startswith(f"{first}."))
                what = "attributes" if self.attributes_only else "outcomes and attributes"
                raise refuse(f"'{name}'", ", ".join(close) or f"the {what} listed in docs/trials.md")
            return
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            parts: list[ast.expr] = [node.left, node.right]
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd | ast.Not):
            parts = [node.operand]
        elif isinstance(node, ast.Compare) and all(type(op) in _COMPARE for op in node.ops):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.BoolOp):
            parts = list(node.values)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
            if node.keywords:
                raise refuse(f"'{ast.unparse(node)}'", "arguments without names")
            parts = list(node.args)
        else:
            allowed = f"numbers, names, + - * /, comparisons, and, or, not, and {', '.join(FUNCTIONS)}(...)"
            raise refuse(f"'{ast.unparse(node)}'", allowed)
        for part in parts:
            self._check(part)

    def __call__(self, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return its value for each household, float64; comparisons give 0 and 1.

        Parameters
        ----------
        values : mapping of str to ndarray
            Every name of :attr:`names`.
        """
        found = np.asarray(self._value(self.tree, values), dtype=np.float64)
        if found.ndim == 0 and values:
            found = np.full(len(next(iter(values.values()))), float(found))
        return found

    def _value(self, node: ast.expr, values: Mapping[str, np.ndarray]) -> Any:
        name = _name(node)
        if name:
            return values[name] if name in values else CONSTANTS[name]
        if isinstance(node, ast.Constant):
            return float(node.value)  # type: ignore[arg-type]  # _check has seen to it
        if isinstance(node, ast.BinOp):
            return _BINARY[type(node.op)](self._value(node.left, values), self._value(node.right, values))
        if isinstance(node, ast.UnaryOp):
            inner = self._value(node.operand, values)
            if isinstance(node.op, ast.USub):
                return -np.asarray(inner, dtype=np.float64)
            return inner if isinstance(node.op, ast.UAdd) else ~_truth(inner)
        if isinstance(node, ast.Compare):
            sides = [self._value(part, values) for part in (node.left, *node.comparators)]
            held = [_COMPARE[type(op)](a, b) for op, a, b in zip(node.ops, sides, sides[1:], strict=False)]
            return np.logical_and.reduce(held)
        if isinstance(node, ast.BoolOp):
            parts = [_truth(self._value(part, values)) for part in node.values]
            join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
            return join.reduce(parts)
        assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        return FUNCTIONS[node.func.id](*[self._value(part, values) for part in node.args])


def _reads(node: ast.AST) -> set[str]:
    """Return the names and members read below a node; names of functions are none."""
    if name := _name(node):
        return {name}
    below = node.args if isinstance(node, ast.Call) else list(ast.iter_child_nodes(node))
    return set().union(*map(_reads, below))


def _name(node: ast.AST) -> str:
    """Return a name or ``list.member``; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    return ""


@dataclass(frozen=True)
class Written:
    """Marks a field of a file as an expression, of attributes alone or of outcomes too."""

    attributes_only: bool = False

    def _read(self, raw: Any) -> Expression:
        if isinstance(raw, Expression):
            return raw
        if isinstance(raw, bool) or not isinstance(raw, str | int | float):
            raise refuse(f"'{raw}'", "an expression such as category.food - coupon_off")
        found = Expression(str(raw), self.attributes_only)
        _ = found.tree
        return found

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Accept a text and check it."""
        return core_schema.no_info_plain_validator_function(
            self._read, serialization=core_schema.plain_serializer_function_ser_schema(lambda e: e.text)
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        """Describe the field to an editor."""
        return {"type": ["string", "number"]}
