"""The household month as a plain Mesa model, derived from the source of the fused loop: an object per household, ordinary Python.

``Household(mesa.Agent)`` is what one would write without columns and a compiler: attributes are Python numbers and lists, rules
are called as the Python functions that they are, and ``model.agents.do("live")`` lives a month. Nobody has to keep it in step
with ``households/loop.py``: its method ``live`` is made from the syntax tree of ``household_block``, and the functions which the
block calls are made plain in the same way. What changes is how data are reached, never what is computed:

- ``h_wage[i, e]`` becomes ``self.wage[e]``; a helper that is handed whole columns is handed the household instead;
- ``accounts[block, cell, item]`` becomes ``accounts[cell][item]``: books are lists of lists, without blocks;
- parameters and the numbers of the month are Python numbers and lists; rows of policy rules are objects with slots;
- members of enumerations and constants of the module become the numbers that they stand for;
- draws are read from a table made beforehand, quantiles of the normal come from the standard library's C code;
- rows that do not change within a loop are looked up once before it, as a careful author would;
- what only serves diaries is left out.
"""

import ast
import inspect
import math
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from statistics import NormalDist
from types import ModuleType
from typing import Any, Final, NamedTuple

import mesa
import numpy as np
from numba import njit

from jinxiao.model.ergodic import consume
from jinxiao.model.households.columns import SEED, STATE
from jinxiao.model.households.loop import household_block
from jinxiao.model.random import fill_uniforms, normal_quantile, uniform, uniform4, uniforms

COLUMNS: Final = {**SEED, **STATE}
PYTHON_OF: Final[dict[Any, Callable[..., Any]]] = {normal_quantile: NormalDist().inv_cdf}
"""Functions with an equal in the standard library, which is the faster one."""


@njit
def _one_by_one(seed, i, months, blocks, out):
    for j in range(len(months)):
        out[0][j], out[1][j], out[2][j], out[3][j] = uniform4(seed, i, months[j], blocks[j])


SIMPLER: Final[dict[Any, Any]] = {fill_uniforms: _one_by_one}
"""Functions whose work is the same, written for one after the other."""
AGENT, DRAWS, FOURS = "self", "draws_at", "fours_at"


class Bound(NamedTuple):
    """What a name of a function stands for where that is not an ordinary value."""

    kind: str
    """``column``, ``columns`` (the tuple of all), ``row``, ``block``, ``never`` (what is false here), ``diaries``, ``alias``."""
    of: str = ""
    """Name of the column; name of the tuple of an alias."""
    field: str = ""
    """Field of that tuple."""


ROLES: Final = {
    "h": Bound("columns"), "block": Bound("block"), "keeps": Bound("never"), "rehearses": Bound("never"),
    "diaries": Bound("diaries"),
}  # fmt: skip
"""Names of ``household_block`` that have a part of their own."""


class Unforeseen(Exception):
    """The loop is written in a way for which there is no plain form here."""


class Namespace(dict[str, Any]):
    """What generated functions see: plain functions by name, lists, functions of ``math``."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.made: dict[Any, str] = {}

    def add(self, name: str, value: Any) -> str:
        """Add a value under its name, or another name where that is taken by something else; return the name."""
        free = name
        while free in self and self[free] is not value and self[free] != value:
            free += "_"
        self[free] = value
        return free

    def function(self, tree: ast.FunctionDef) -> None:
        """Compile a function into the namespace."""
        ast.fix_missing_locations(tree)
        self.sources.append(ast.unparse(tree))
        exec(compile(ast.Module([tree], []), f"<plain {tree.name}>", "exec"), self)

    def plain(self, function: Any, bound: tuple[Bound | None, ...]) -> str:
        """Return the name of the plain form of a compiled function, given what its arguments are bound to."""
        key = (function, bound)
        if key not in self.made:
            python = function.py_func
            # a prefix, since the loop has variables that are called like a rule
            name = "plain_" + python.__name__.lstrip("_") + ("_of" if any(bound) else "")
            while name in self or name in self.made.values():
                name += "_"
            self.made[key] = name
            tree = _tree(python)
            named = {a.arg: b for a, b in zip(tree.args.args, bound, strict=False) if b is not None}
            plain = Plainer(self, python, named)
            tree.args.args = [a for a in tree.args.args if a.arg not in named]
            if any(named.values()):
                tree.args.args.insert(0, ast.arg(AGENT))
            tree.name, tree.decorator_list = name, []
            tree.body = hoisted(plain.block(_without_docstring(tree.body)))
            self.function(tree)
        return self.made[key]


def _tree(python: Callable[..., Any]) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(python))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    said = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if said else body


def _name(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _attribute(of: ast.expr, name: str) -> ast.Attribute:
    return ast.Attribute(of, name, ast.Load())


class Plainer(ast.NodeTransformer):
    """Turns a function of columns and arrays into one of a household and lists.

    Parameters
    ----------
    space : Namespace
        Where plain forms of the functions it calls are kept.
    python : function
        The function.
    bound : dict
        Names that stand for columns, the row, the block, or aliases of fields.
    """

    def __init__(self, space: Namespace, python: Callable[..., Any], bound: dict[str, Bound]) -> None:
        self.space, self.outside, self.bound = space, python.__globals__, bound
        self.own = {*python.__code__.co_varnames, *bound}

    def block(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Return the plain form of statements."""
        out: list[ast.stmt] = []
        for statement in statements:
            found = self.visit(statement)
            out += found if isinstance(found, list) else [] if found is None else [found]
        return out or [ast.Pass()]

    # ------------------------------------------------------------------ what names stand for

    def known(self, node: ast.expr) -> tuple[bool, Any]:
        """Return whether an expression is a value of the module outside the function, and the value."""
        if isinstance(node, ast.Name) and node.id not in self.own and node.id in self.outside:
            return True, self.outside[node.id]
        if isinstance(node, ast.Attribute):
            found, of = self.known(node.value)
            if found and isinstance(of, ModuleType | type):
                return True, getattr(of, node.attr)
        return False, None

    def role(self, node: ast.expr) -> Bound | None:
        """Return what an expression stands for where that is not an ordinary value."""
        if isinstance(node, ast.Name):
            return self.bound.get(node.id)
        if isinstance(node, ast.Attribute) and self.role(node.value) == Bound("columns"):
            return Bound("column", node.attr)
        return None

    def is_role(self, node: ast.expr, kind: str) -> bool:
        """Return whether an expression stands for something of a kind."""
        role = self.role(node)
        return role is not None and role.kind == kind

    def value(self, node: ast.expr, found: Any) -> ast.expr:
        """Return how a value of the module is written."""
        name = ast.unparse(node).replace(".", "_")
        if isinstance(found, bool | int | float | np.generic):
            number = found.item() if isinstance(found, np.generic) else found
            return ast.Constant(int(number) if isinstance(number, IntEnum) else number)
        if isinstance(found, np.ndarray):
            return _name(self.space.add(name, found.tolist()))
        return _name(self.space.add(name, found))

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Write constants as numbers, aliases as what they are aliases of."""
        role = self.bound.get(node.id)
        if role is not None:
            if role.kind == "row":
                return _attribute(_name(AGENT), "row")
            if role.kind == "alias":
                return _attribute(_name(role.of), role.field)
            if role.kind == "never":
                return ast.Constant(False)
            raise Unforeseen(f"line {node.lineno}: {node.id} ({role.kind}) is used as a whole")
        found, value = self.known(node)
        return self.value(node, value) if found else node

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """Write members of enumerations as numbers and functions of modules by their name."""
        found, value = self.known(node)
        if found:
            return self.value(node, value)
        if self.role(node) is not None:
            raise Unforeseen(f"line {node.lineno}: column {node.attr} is used as a whole")
        return self.generic_visit(node)

    # ------------------------------------------------------------------ arrays

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Write elements of columns as attributes, of arrays as elements of lists in lists."""
        if isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
            assert isinstance(node.slice, ast.Constant)
            of = self.visit(node.value.value)
            for _ in range(node.slice.value):
                of = ast.Subscript(of, ast.Constant(0), ast.Load())
            return ast.Call(_name("len"), [of], [])
        indices = list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]
        if any(isinstance(index, ast.Slice) for index in indices):
            raise Unforeseen(f"line {node.lineno}: a slice")
        role = self.role(node.value)
        if role is not None and role.kind == "column":
            if not self.is_role(indices[0], "row"):
                raise Unforeseen(f"line {node.lineno}: another row than one's own of column {role.of}")
            of = _attribute(_name(AGENT), role.of)
            indices = indices[1:]
        else:
            of = self.visit(node.value)
            if self.is_role(indices[0], "block"):
                indices = indices[1:]
        for index in indices:
            of = ast.Subscript(of, self.visit(index), ast.Load())
        of.ctx = node.ctx
        return of

    # ------------------------------------------------------------------ calls

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Read draws from their tables, call functions in their plain form."""
        found, function = self.known(node.func)
        if isinstance(node.func, ast.Name) and node.func.id in ("int", "float") and self._needless(node):
            return self.visit(node.args[0])
        if found and (function is np.empty or function is np.zeros):
            return self.zeros(node)
        if found and function in (np.array, np.uint32, np.uint64):
            return self.visit(node.args[0])
        if not found or not hasattr(function, "py_func"):
            if found and isinstance(getattr(math, getattr(function, "__name__", ""), None), Callable):  # type: ignore[arg-type]
                name = self.space.add("math_" + function.__name__, getattr(math, function.__name__))
                return ast.Call(_name(name), [self.visit(a) for a in node.args], [])
            return self.generic_visit(node)
        if node.keywords:
            raise Unforeseen(f"line {node.lineno}: arguments by name")
        if function in (uniform, uniform4) and self.is_role(node.args[1], "row"):
            table = _attribute(_name(AGENT), DRAWS if function is uniform else FOURS)
            of_month = ast.Subscript(table, self.visit(node.args[2]), ast.Load())
            return ast.Subscript(of_month, self.visit(node.args[3]), ast.Load())
        if function is consume:
            cash, kind, table = (self.visit(a) for a in node.args)
            policy = ast.Subscript(_attribute(table, "policies"), kind, ast.Load())
            return ast.Call(policy, [cash], [])
        function = SIMPLER.get(function, function)
        if function in PYTHON_OF:
            name = self.space.add("plain_" + function.py_func.__name__, PYTHON_OF[function])
            return ast.Call(_name(name), [self.visit(a) for a in node.args], [])
        bound = tuple(self._handed(a) for a in node.args)
        name = self.space.plain(function, bound)
        rest = [self.visit(a) for a, b in zip(node.args, bound, strict=True) if b is None]
        return ast.Call(_name(name), [_name(AGENT), *rest] if any(bound) else rest, [])

    def _handed(self, node: ast.expr) -> Bound | None:
        role = self.role(node)
        return None if role is not None and role.kind == "alias" else role

    def _needless(self, node: ast.Call) -> bool:
        """Return whether a number of a column is made what it is in Python already (or becomes when it is reckoned with)."""
        of = node.args[0]
        role = self.role(of.value) if isinstance(of, ast.Subscript) else None
        if role is None or role.kind != "column":
            return False
        return node.func.id == "float" or "int" in COLUMNS[role.of].dtype  # type: ignore[attr-defined]

    def zeros(self, node: ast.Call) -> ast.expr:
        """Return a list, or a list of lists, of zeros in the place of an array."""
        shape = node.args[0]
        kind = ast.unparse(node.args[1]) if len(node.args) > 1 else "float"
        zero = ast.Constant(False if "bool" in kind else 0 if "int" in kind else 0.0)
        sizes = list(shape.elts) if isinstance(shape, ast.Tuple) else [shape]
        made: ast.expr = ast.BinOp(ast.List([zero], ast.Load()), ast.Mult(), self.visit(sizes.pop()))
        for size in reversed(sizes):
            count = ast.Call(_name("range"), [self.visit(size)], [])
            made = ast.ListComp(made, [ast.comprehension(ast.Name("_", ast.Store()), count, [], 0)])
        return made

    # ------------------------------------------------------------------ diaries and rehearsals are left out

    def settled(self, test: ast.expr) -> bool | None:
        """Return what a condition is, where that is known beforehand."""
        match test:
            case ast.Name() if self.is_role(test, "never"):
                return False
            case ast.UnaryOp(op=ast.Not()):
                inner = self.settled(test.operand)
                return None if inner is None else not inner
            case ast.BoolOp():
                parts = [self.settled(part) for part in test.values]
                decisive = isinstance(test.op, ast.Or)
                if decisive in parts:
                    return decisive
                return not decisive if all(part is not None for part in parts) else None
        return None

    def visit_If(self, node: ast.If) -> Any:
        """Leave out what is never done, and tests of it."""
        settled = self.settled(node.test)
        if settled is not None:
            chosen = node.body if settled else node.orelse
            return self.block(chosen) if chosen else None
        if isinstance(node.test, ast.BoolOp):
            rest = [part for part in node.test.values if self.settled(part) is None]
            node.test = rest[0] if len(rest) == 1 else ast.BoolOp(node.test.op, rest)
        node.test = self.visit(node.test)
        node.body = self.block(node.body)
        node.orelse = self.block(node.orelse) if node.orelse else []
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """Choose where the condition is known."""
        settled = self.settled(node.test)
        if settled is not None:
            return self.visit(node.body if settled else node.orelse)
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> Any:
        """Let another name of the row stand for the row."""
        value = node.value
        while isinstance(value, ast.IfExp) and self.settled(value.test) is not None:
            value = value.body if self.settled(value.test) else value.orelse
        if isinstance(value, ast.Call) and self.known(value.func)[1] is np.uint64:
            value = value.args[0]
        if self.is_role(value, "row") and isinstance(node.targets[0], ast.Name):
            self.bound[node.targets[0].id] = Bound("row")
            return None
        return self.generic_visit(node)

    def visit_For(self, node: ast.For) -> ast.stmt:
        """Keep a loop whose body was left out whole a loop."""
        node.target, node.iter = self.visit(node.target), self.visit(node.iter)
        node.body = self.block(node.body)
        return node


class _Returns(ast.NodeTransformer):
    """``continue`` of the loop over households ends the household's month."""

    def visit_For(self, node: ast.For) -> ast.stmt:
        return node

    visit_While = visit_For  # type: ignore[assignment]

    def visit_Continue(self, node: ast.Continue) -> ast.stmt:
        return ast.Return(None)

    def visit_Break(self, node: ast.Break) -> ast.stmt:
        raise Unforeseen(f"line {node.lineno}: the loop over households is left")


# ---------------------------------------------------------------------- rows looked up before a loop


def _changed(nodes: Sequence[ast.stmt]) -> set[str]:
    """Return names and attributes that are given a value somewhere in statements."""
    named = (n for node in nodes for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute))
    return {ast.unparse(n) for n in named if isinstance(n.ctx, ast.Store)}


def _rows(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what is indexed in an expression or statement, outermost first: ``x[a]`` and ``x`` of ``x[a][b]``."""
    for n in ast.walk(node):
        if isinstance(n, ast.Subscript) and isinstance(n.value, ast.Subscript | ast.Attribute):
            yield n.value


def _stays(node: ast.expr, changed: set[str]) -> bool:
    """Return whether a chain of attributes and elements is the same throughout the loop (lists are never put elsewhere)."""
    match node:
        case ast.Name():
            return node.id not in changed
        case ast.Constant():
            return True
        case ast.Attribute():
            return ast.unparse(node) not in changed and _stays(node.value, changed)
        case ast.Subscript():
            return _stays(node.value, changed) and _stays(node.slice, changed)
    return False


def hoisted(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Return statements in which rows that stay the same in a loop over a range are looked up once, before it."""
    out: list[ast.stmt] = []
    for statement in statements:
        for part in ("body", "orelse"):
            if isinstance(statement, ast.If | ast.For | ast.While) and getattr(statement, part):
                setattr(statement, part, hoisted(getattr(statement, part)))
        if isinstance(statement, ast.For):
            changed = _changed([statement])
            body = ast.Module(statement.body, [])
            unconditional = ast.Module([s for s in statement.body if not isinstance(s, ast.If | ast.For)], [])
            found = {ast.unparse(row): row for row in _rows(unconditional) if _stays(row, changed)}
            for text, row in sorted(found.items(), key=lambda one: -len(one[0])):
                name = "row_of_" + "".join(c if c.isalnum() else "_" for c in text).strip("_")
                out.append(ast.Assign([ast.Name(name, ast.Store())], row, lineno=0))
                _Replaced(text, name).visit(body)
        out.append(statement)
    return out


class _Replaced(ast.NodeTransformer):
    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.Subscript | ast.Attribute) and ast.unparse(node) == self.text:
            return _name(self.name)
        return super().visit(node)


# ---------------------------------------------------------------------- the month of a household


def _lends(statement: ast.stmt) -> bool:
    """Return whether a statement takes arrays out of the count of references, which plain objects do not need."""
    calls = [n for n in ast.walk(statement) if isinstance(n, ast.Call)]
    return any(isinstance(call.func, ast.Name) and call.func.id == "lent" for call in calls)


def derive_live(space: Namespace) -> Callable[[Any], None]:
    """Return the method ``live(self)`` made from the loop over households."""
    python = household_block.py_func
    tree = _tree(python)
    names = [a.arg for a in tree.args.args]
    body = _without_docstring(tree.body)
    loop = body[-1]
    if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name):
        raise Unforeseen("the block does not end with a loop over households")
    bound = {**ROLES, loop.target.id: Bound("row")}
    plain = Plainer(space, python, bound)
    opening: list[ast.stmt] = []
    for statement in body[:-1]:
        simple = isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        name, value = (statement.targets[0].id, statement.value) if simple else ("", None)  # type: ignore[attr-defined]
        if name in ROLES or _lends(statement):
            continue
        if (
            isinstance(value, ast.Attribute)
            and isinstance(value.value, ast.Name)
            and value.value.id in ("h", "p", "m")
        ):
            of = value.value.id
            bound[name] = Bound("column", value.attr) if of == "h" else Bound("alias", of, value.attr)
        else:
            opening += plain.block([statement])
    month = plain.block([_Returns().visit(s) for s in loop.body])
    _once_a_month(space, opening, month)
    buffers = _changed(opening) - _changed(month)
    given = [n for n in names if n not in (*ROLES, "start", "stop")]
    used = {n.id for s in month for n in ast.walk(s) if isinstance(n, ast.Name)}
    model = [
        ast.Assign([ast.Name(n, ast.Store())], _attribute(_attribute(_name(AGENT), "model"), n), lineno=0)
        for n in [*given, *sorted(buffers)]
        if n in used
    ]
    now = _Now().block([*model, *hoisted(month)])
    arguments = ast.arguments([], [ast.arg(AGENT)], None, [], [], None, [])
    space.function(ast.FunctionDef("live", arguments, now, [], type_params=[]))
    return space["live"]  # type: ignore[no-any-return]


def _once_a_month(space: Namespace, opening: list[ast.stmt], month: list[ast.stmt]) -> None:
    """Make ``open_books(self)``: what the block does before its loop, kept by the model for all households."""
    read = {n.id for s in opening for n in ast.walk(s) if isinstance(n, ast.Name)} - _changed(opening)
    taken = [
        ast.Assign([ast.Name(n, ast.Store())], _attribute(_name(AGENT), n), lineno=0)
        for n in inspect.signature(household_block.py_func).parameters
        if n in read
    ]
    used = {n.id for s in month for n in ast.walk(s) if isinstance(n, ast.Name)}
    kept: list[ast.stmt] = [
        ast.Assign([ast.Attribute(_name(AGENT), n, ast.Store())], _name(n), lineno=0)
        for n in sorted((_changed(opening) - _changed(month)) & used)
    ]
    arguments = ast.arguments([], [ast.arg(AGENT)], None, [], [], None, [])
    space.function(ast.FunctionDef("open_books", arguments, [*taken, *opening, *kept], [], type_params=[]))


class _Now(ast.NodeTransformer):
    """The draws of this month are looked up once."""

    TABLES: Final = {f"{AGENT}.{DRAWS}[m.t]": "draws", f"{AGENT}.{FOURS}[m.t]": "fours"}

    def block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        place = next(k for k, s in enumerate(statements) if "m" in _changed([s]))  # where the month is known
        opening = [ast.parse(f"{name} = {text}").body[0] for text, name in self.TABLES.items()]
        return [*statements[: place + 1], *opening, *(self.visit(s) for s in statements[place + 1 :])]

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        name = self.TABLES.get(ast.unparse(node))
        return _name(name) if name else self.generic_visit(node)


SPACE: Final = Namespace()
LIVE: Final = derive_live(SPACE)


def source() -> str:
    """Return the generated Python, helpers first."""
    return "\n\n\n".join(SPACE.sources)


# ---------------------------------------------------------------------- numbers as plain Python


def with_slots(name: str, fields: Mapping[str, Any]) -> Any:
    """Return an object with these attributes."""
    made = _slotted(name, tuple(fields))()
    for field, value in fields.items():
        setattr(made, field, value)
    return made


_CLASSES: dict[tuple[str, tuple[str, ...]], type] = {}


def _slotted(name: str, fields: tuple[str, ...]) -> type:
    key = (name, fields)
    if key not in _CLASSES:
        _CLASSES[key] = type(name, (), {"__slots__": fields})
    return _CLASSES[key]


def plain(value: Any) -> Any:
    """Return arrays as lists, rows as objects, named tuples as objects, numbers as Python's."""
    if isinstance(value, np.ndarray):
        if value.dtype.names:
            return [with_slots("Row", {n: row[n].item() for n in value.dtype.names}) for row in value]
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if hasattr(value, "_asdict"):
        return with_slots(type(value).__name__, {k: plain(v) for k, v in value._asdict().items()})
    return value


def plain_month(month: Any, policies: Sequence[Callable[[float], float]]) -> Any:
    """Return the numbers of a month; its consumption table holds a policy a type instead of a table of values."""
    fields = {k: plain(v) for k, v in month.consumption_table._asdict().items() if k != "values"}
    table = with_slots("Table", {**fields, "policies": list(policies)})
    rest = {k: plain(v) for k, v in month._asdict().items() if k != "consumption_table"}
    return with_slots("Month", {**rest, "consumption_table": table})


class Purposes:
    """Which draws the months ask for, found out by living them: pairs of a month and a purpose, or a block of four."""

    def __init__(self) -> None:
        self.ones: set[tuple[int, int]] = set()
        self.fours: set[tuple[int, int]] = set()


class Asked(dict[int, Any]):
    """Draws of a household and a month that are made when they are asked for, and noted."""

    def __init__(self, make: Any, seed: int, row: int, month: int, noted: set[tuple[int, int]]) -> None:
        super().__init__()
        self.make, self.seed, self.row, self.month, self.noted = make, seed, row, month, noted

    def __missing__(self, purpose: int) -> Any:
        self.noted.add((self.month, purpose))
        self[purpose] = made = self.make(self.seed, self.row, self.month, purpose)
        return made


class AskedAt(dict[int, Asked]):
    """The same by month."""

    def __init__(self, make: Any, seed: int, row: int, noted: set[tuple[int, int]]) -> None:
        super().__init__()
        self.make, self.seed, self.row, self.noted = make, seed, row, noted

    def __missing__(self, month: int) -> Asked:
        self[month] = made = Asked(self.make, self.seed, self.row, month, self.noted)
        return made


# ---------------------------------------------------------------------- the model


class Household(mesa.Agent):
    """One household; attributes are the columns of ``households/columns.py``."""

    __slots__ = (*COLUMNS, "draws_at", "fours_at", "row")

    def __init__(self, model: "Households", row: int, attributes: Mapping[str, Any]) -> None:
        super().__init__(model)
        self.row = row
        for name, value in attributes.items():
            setattr(self, name, value)

    live = LIVE


class Households(mesa.Model):
    """Households as Mesa agents.

    Parameters
    ----------
    columns : HouseholdColumns
        Their state at the start.
    parameters : HouseholdParameters
    ids : sequence of int
        Rows of the columns to make agents of; also keys of their draws.
    purposes : Purposes
        Draws to prepare, or in which to note what is asked for.
    """

    def __init__(self, columns: Any, parameters: Any, ids: Sequence[int], purposes: Purposes) -> None:
        super().__init__(rng=1)
        self.p = plain(parameters)
        self.ids = np.asarray(ids)
        self.purposes = purposes
        chosen = {name: values[self.ids].tolist() for name, values in columns._asdict().items()}
        for k, i in enumerate(ids):
            Household(self, int(i), {name: values[k] for name, values in chosen.items()})
        self.households = list(self.agents)

    def open_month(
        self,
        month: Any,
        policies: Sequence[Callable[[float], float]],
        given: Mapping[str, Any],
        books: Mapping[str, tuple[int, ...]],
        prepared: bool = True,
    ) -> None:
        """Prepare what is not the households' doing: the month's numbers, empty books and all draws (not timed).

        Parameters
        ----------
        month : HouseholdMonth
        policies : sequence of callable
            Consumption function of each type.
        given : mapping
            Other arrays that the block reads.
        books : mapping
            Shape of each book, without blocks.
        prepared : bool
            Whether draws are made beforehand, or when they are asked for.
        """
        self.m = plain_month(month, policies)
        for name, value in given.items():
            setattr(self, name, plain(value))
        for name, shape in books.items():
            setattr(self, name, np.zeros(shape).tolist())
        SPACE["open_books"](self)
        seed = int(month.seed)
        if not prepared:
            for one in self.households:
                one.draws_at = AskedAt(uniform, seed, one.row, self.purposes.ones)
                one.fours_at = AskedAt(uniform4, seed, one.row, self.purposes.fours)
            return
        t = int(month.t)
        asked = {at for at, _ in self.purposes.ones | self.purposes.fours}
        # dates of purchases in months to come are looked up before a subsidy ends
        wanted = {t, *(at for at in asked if at < _FIRST_RECORDED or at > t)}
        ones = {
            key: uniforms(seed, self.ids, *key).tolist() for key in self.purposes.ones if key[0] in wanted
        }
        fours = {
            (at, four): list(
                zip(*(uniforms(seed, self.ids, at, 4 * four + k).tolist() for k in range(4)), strict=True)
            )
            for at, four in self.purposes.fours
            if at in wanted
        }
        for k, one in enumerate(self.households):
            one.draws_at = _by_month(ones, k, wanted)
            one.fours_at = _by_month(fours, k, wanted)


_FIRST_RECORDED = 12
"""Draws keyed by a smaller number than this are no month's of the timed ones: those that last, or of a year."""


def _by_month(
    made: Mapping[tuple[int, int], list[Any]], k: int, months: set[int]
) -> dict[int, dict[int, Any]]:
    out: dict[int, dict[int, Any]] = defaultdict(dict)
    for month in months:
        out[month] = {}
    for (month, purpose), values in made.items():
        out[month][purpose] = values[k]
    return dict(out)
