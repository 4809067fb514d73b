"""Strict YAML: every key once, every value what it looks like, every error with file, line and field.

Differences from PyYAML's safe loader, all towards YAML 1.2:

- a key that stands twice in a mapping is refused;
- ``yes``, ``no``, ``on`` and ``off`` are text, only ``true`` and ``false`` are booleans;
- dates and months (``2025-07-01``, ``2025-07``) and times (``1:30``) are text;
- ``1e9`` is a number, ``012`` is text (codes keep their zeros); ``1_000`` is a number;
- there is no merge key ``<<``.
"""

import difflib
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, RootModel, ValidationError
from pydantic_core import ErrorDetails

from jinxiao.files.errors import InputError
from jinxiao.files.text import read_text, shown

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DIGITS = "-+0123456789"
_SCALARS = (
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("tag:yaml.org,2002:int", r"[-+]?(0|[1-9][0-9_]*|0x[0-9a-fA-F]+)", list(_DIGITS)),
    (
        "tag:yaml.org,2002:float",
        r"[-+]?(\.[0-9]+|[0-9][0-9_]*\.[0-9]*)([eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
        r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list(_DIGITS + "."),
    ),
)


class _Loader(_Base):
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # PyYAML's own name


for _tag, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), _first)


@dataclass(frozen=True)
class Document:
    """A YAML file as read: its data, and where each part of it stands.

    Attributes
    ----------
    path : Path
        The file.
    data : dict
        Plain Python values.
    root : yaml.MappingNode
        The parsed tree, with line numbers.
    """

    path: Path
    data: dict[Any, Any]
    root: yaml.MappingNode

    def line(self, *keys: Hashable) -> int:
        """Return the line of the entry that `keys` lead to; steps that are not in the file are passed over."""
        return self.locate(keys)[0]

    def locate(self, keys: Iterable[Hashable]) -> tuple[int, tuple[Hashable, ...]]:
        """Return the line of the entry that `keys` lead to, and those of the keys that are in the file."""
        node: yaml.Node = self.root
        line = node.start_mark.line
        found: list[Hashable] = []
        for key in keys:
            if isinstance(node, yaml.MappingNode):
                entry = next(((k, v) for k, v in node.value if key in (k.value, _plain_key(k))), None)
                if entry is None:
                    continue
                line, node = entry[0].start_mark.line, entry[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
                node = node.value[key]
                line = node.start_mark.line
            else:
                continue
            found.append(key)
        return line + 1, tuple(found)


def read_yaml(path: str | PathLike[str]) -> Document:
    """Read a YAML file that holds one mapping.

    Raises
    ------
    InputError
        When it cannot be read, is not YAML, is not a mapping, or has a key twice.
    """
    path = Path(path)
    text = read_text(path, "a YAML file")
    loader = None
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            raise InputError(path, 1, found="an empty file", allowed="a mapping of keys to values")
        if not isinstance(root, yaml.MappingNode):
            kind = "a list" if isinstance(root, yaml.SequenceNode) else shown(root.value)
            line = root.start_mark.line + 1
            raise InputError(path, line, found=kind, allowed="a mapping of keys to values")
        _check(path, root, (), ())
        data = loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        raise InputError(path, line, found=error.problem or "a fault", allowed="valid YAML") from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InputError(path, line, found="a control character", allowed="printable text") from None
    finally:
        if loader is not None:
            loader.dispose()
    return Document(path, data, root)


def _plain_key(node: yaml.Node) -> Hashable:
    """Return a key as Python reads it, as far as it is a whole number; else its text."""
    if node.tag == "tag:yaml.org,2002:int":
        return int(node.value.replace("_", ""), 0)
    return node.value if isinstance(node, yaml.ScalarNode) else None


def _check(path: Path, node: yaml.Node, keys: tuple[str, ...], above: tuple[int, ...]) -> None:
    """Refuse keys that stand twice, keys that are not scalars, and aliases that contain themselves."""
    if isinstance(node, yaml.ScalarNode):
        return
    if id(node) in above:
        line = node.start_mark.line + 1
        raise InputError(path, line, ".".join(keys), "an alias within its own anchor", "a finite structure")
    above = (*above, id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _check(path, item, (*keys, str(index)), above)
        return
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise InputError(path, line, ".".join(keys), "a key that is a list or mapping", "a word as key")
        here = (*keys, key.value)
        if key.value in lines:
            first = f"each key once (first on line {lines[key.value]})"
            raise InputError(path, line, ".".join(here), f"'{key.value}' a second time", first)
        lines[key.value] = line
        _check(path, value, here, above)


def load_model[M: BaseModel](path: str | PathLike[str], model: type[M]) -> M:
    """Read a YAML file into a pydantic model.

    Raises
    ------
    InputError
        For the first thing that is wrong, with the line and the dotted path of its key. An unknown key goes before a
        missing one, because the one is often a misspelling of the other.
    """
    document = read_yaml(path)
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise input_error(document, error, model) from None


def input_error(document: Document, error: ValidationError, model: type[BaseModel]) -> InputError:
    """Return the first error of a validation as one line about the file."""
    errors = error.errors(include_url=False)
    first = min(errors, key=lambda e: (e["type"] == "missing", document.line(*e["loc"])))
    line, keys = document.locate(first["loc"])
    kind, context = first["type"], first.get("ctx", {})
    if kind == "missing":
        keys = (*keys, first["loc"][-1])
    field = ".".join(map(str, keys))
    if kind == "extra_forbidden":
        names = _names(model, first["loc"][:-1])
        return InputError(
            document.path, line, field, f"unknown key '{first['loc'][-1]}'", _closest(keys, names)
        )
    if "found" in context and "allowed" in context:
        return InputError(document.path, line, field, context["found"], context["allowed"])
    message = first["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    if said := re.fullmatch(r"found (.+?); allowed:? (.+)", message, re.DOTALL):
        return InputError(document.path, line, field, said[1], said[2])
    same = [e for e in errors if document.locate(e["loc"]) == (line, keys)]
    allowed = list(dict.fromkeys(_allowed(e) for e in (same if kind != "missing" else [first])))
    return InputError(document.path, line, field, _found(first), " or ".join(allowed))


def in_words(error: ErrorDetails) -> tuple[str, str]:
    """Return what an error of validation found, and what is allowed."""
    return _found(error), _allowed(error)


def _found(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            return "nothing"
        case "union_tag_invalid":
            return f"'{context['tag']}' as {context['discriminator']}"
        case "union_tag_not_found":
            return f"no {context['discriminator']}"
        case _:
            return shown(error["input"])


_WORDS = {
    "missing": "a value (it is required)",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dataclass_type": "a mapping",
}
_LIMITS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


def _allowed(error: ErrorDetails) -> str:
    context, kind = error.get("ctx", {}), error["type"]
    if kind in _WORDS:
        return _WORDS[kind]
    for key in ("expected", "expected_tags"):
        if key in context:
            return str(context[key])
    for key, words in _LIMITS.items():
        if key in context:
            return f"{words} {context[key]}"
    if "pattern" in context:
        return f"text of the form {context['pattern']}"
    message = error["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return message[:1].lower() + message[1:]


def _closest(keys: Sequence[Hashable], names: Sequence[str]) -> str:
    """Return the names most like the last key; without any, all of them."""
    if not names:
        return "no other keys"
    close = difflib.get_close_matches(str(keys[-1]), names, n=3, cutoff=0.6)
    return " or ".join(f"'{name}'" for name in close) if close else ", ".join(names)


def _names(model: object, loc: Iterable[Hashable]) -> list[str]:
    """Return the keys that the model has at the end of a path of pydantic."""
    types = list(_unfold(model))
    for step in loc:
        below = [inner for type_ in types for inner in _step(type_, step)]
        tagged = [type_ for type_ in types if _is_tagged(type_, step)]
        types = below or tagged or types
    fields = {name for t in types if _is_model(t) for name in _keys(t)}
    return sorted(fields)


def _is_model(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, BaseModel)


def _keys(model: type[BaseModel]) -> Iterable[str]:
    return (info.alias or name for name, info in model.model_fields.items())


def _unfold(type_: Any) -> Iterable[Any]:
    """Yield the types that a value of a type may have: through aliases, annotations and unions."""
    if hasattr(type_, "__value__"):
        yield from _unfold(type_.__value__)
    elif get_origin(type_) is Annotated:
        yield from _unfold(get_args(type_)[0])
    elif get_origin(type_) is Union or type(type_).__name__ == "UnionType":
        for inner in get_args(type_):
            yield from _unfold(inner)
    elif _is_model(type_) and issubclass(type_, RootModel):
        yield from _unfold(type_.model_fields["root"].annotation)
    else:
        yield type_


def _step(type_: Any, key: Hashable) -> Iterable[Any]:
    """Yield the types below a key of a type."""
    if _is_model(type_):
        for name, info in type_.model_fields.items():
            if key in (name, info.alias):
                yield from _unfold(info.annotation)
        return
    origin, arguments = get_origin(type_), get_args(type_)
    if isinstance(origin, type) and arguments:
        if issubclass(origin, Mapping):
            yield from _unfold(arguments[1])
        elif issubclass(origin, Sequence | set | frozenset) and isinstance(key, int):
            yield from _unfold(arguments[min(key, len(arguments) - 1) if arguments[-1] is not ... else 0])


def _is_tagged(type_: Any, tag: Hashable) -> bool:
    """Whether a model carries the tag of a union in one of its literal fields, or as its name."""
    if not _is_model(type_):
        return False
    literals = (f.annotation for f in type_.model_fields.values() if get_origin(f.annotation) is Literal)
    return type_.__name__ == tag or any(tag in get_args(literal) for literal in literals)
