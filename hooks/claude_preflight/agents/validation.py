"""Check a file against one of the JSON Schemas, and find the keys that a person has probably misspelt.

Importing `jsonschema` costs more than a commit hook may take in all, so `accepts` asks first, in a few microseconds;
`jsonschema` is imported only for what it does not accept, and alone decides what is an error. The schemas use four
keywords of their own, which JSON Schema ignores:

* `x-message`: the words to print when the node refuses a value, which never hold the value itself;
* `x-severity`: `warning` where a client may well take the value;
* `x-security`: keys of an object that carry security, so that a misspelt one is worth a finding;
* `x-known`: its other keys, where `properties` does not name them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

from claude_preflight.agents.data import load
from claude_preflight.model import Severity, Span
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, Text, plain, walk
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

    _Check = Callable[[Any, Any, Any, Any], bool]

    from jsonschema.exceptions import ValidationError

Path = tuple[str | int, ...]

_LONGEST_NAME = 60
_loaded: dict[str, dict[str, Any]] = {}


def load_schema(name: str) -> dict[str, Any]:
    """Return the schema `name`, such as "claude-settings", read once; not to be changed.

    Raises OSError where there is no such schema.
    """
    if name not in _loaded:
        _loaded[name] = load(f"{name}.schema.json")
    return _loaded[name]


# --- accepts ------------------------------------------------------------------------------------------------------


class _Unknown(Exception):
    """The schema uses what is not implemented here."""


_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and value.is_integer())
    ),
}


def _same(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict | list):
        raise _Unknown
    return bool(wanted == value) and isinstance(wanted, bool) == isinstance(value, bool)


def _type(wanted: Any, value: Any, _schema: Any, _root: Any) -> bool:
    return _TYPES[wanted](value) if isinstance(wanted, str) else any(_TYPES[name](value) for name in wanted)


def _properties(wanted: Any, value: Any, _schema: Any, root: Any) -> bool:
    return not isinstance(value, dict) or all(
        _valid(wanted[key], item, root) for key, item in value.items() if key in wanted
    )


def _patterns(wanted: Any, value: Any, _schema: Any, root: Any) -> bool:
    return not isinstance(value, dict) or all(
        _valid(inner, item, root)
        for pattern, inner in wanted.items()
        for key, item in value.items()
        if re.search(pattern, key)
    )


def _is_extra(key: str, schema: Any) -> bool:
    return key not in schema.get("properties", ()) and not any(
        re.search(pattern, key) for pattern in schema.get("patternProperties", ())
    )


def _additional(wanted: Any, value: Any, schema: Any, root: Any) -> bool:
    return not isinstance(value, dict) or all(
        _valid(wanted, item, root) for key, item in value.items() if _is_extra(key, schema)
    )


def _items(wanted: Any, value: Any, schema: Any, root: Any) -> bool:
    return not isinstance(value, list) or all(
        _valid(wanted, item, root) for item in value[len(schema.get("prefixItems", ())) :]
    )


def _prefix(wanted: Any, value: Any, _schema: Any, root: Any) -> bool:
    return not isinstance(value, list) or all(
        _valid(inner, item, root) for inner, item in zip(wanted, value, strict=False)
    )


def _condition(wanted: Any, value: Any, schema: Any, root: Any) -> bool:
    return _valid(schema.get("then" if _valid(wanted, value, root) else "else", True), value, root)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_CHECKS: dict[str, _Check | None] = {
    "type": _type,
    "enum": lambda wanted, value, _schema, _root: any(_same(each, value) for each in wanted),
    "const": lambda wanted, value, _schema, _root: _same(wanted, value),
    "properties": _properties,
    "patternProperties": _patterns,
    "additionalProperties": _additional,
    "propertyNames": lambda wanted, value, _schema, root: (
        not isinstance(value, dict) or all(_valid(wanted, key, root) for key in value)
    ),
    "required": lambda wanted, value, _schema, _root: (
        not isinstance(value, dict) or all(key in value for key in wanted)
    ),
    "items": _items,
    "prefixItems": _prefix,
    "minItems": lambda wanted, value, _schema, _root: not isinstance(value, list) or len(value) >= wanted,
    "minLength": lambda wanted, value, _schema, _root: not isinstance(value, str) or len(value) >= wanted,
    "pattern": lambda wanted, value, _schema, _root: not isinstance(value, str) or re.search(wanted, value) is not None,
    "minimum": lambda wanted, value, _schema, _root: not _is_number(value) or not value < wanted,
    "maximum": lambda wanted, value, _schema, _root: not _is_number(value) or not value > wanted,
    "anyOf": lambda wanted, value, _schema, root: any(_valid(inner, value, root) for inner in wanted),
    "oneOf": lambda wanted, value, _schema, root: sum(_valid(inner, value, root) for inner in wanted) == 1,
    "allOf": lambda wanted, value, _schema, root: all(_valid(inner, value, root) for inner in wanted),
    "not": lambda wanted, value, _schema, root: not _valid(wanted, value, root),
    "if": _condition,
    "$ref": lambda wanted, value, _schema, root: _valid(_definition(wanted, root), value, root),
    **dict.fromkeys(("then", "else", "$defs", "$schema", "$comment", "title", "description", "default", "examples")),
}


def _definition(reference: Any, root: Any) -> Any:
    head, _, name = reference.rpartition("/")
    if head != "#/$defs" or name not in root.get("$defs", ()):
        raise _Unknown
    return root["$defs"][name]


def _valid(schema: Any, value: Any, root: Any) -> bool:
    if isinstance(schema, bool):
        return schema
    for keyword, wanted in schema.items():
        if keyword in _CHECKS:
            check = _CHECKS[keyword]
            if check is not None and not check(wanted, value, schema, root):
                return False
        elif not keyword.startswith("x-"):
            raise _Unknown
    return True


def accepts(schema: dict[str, Any], value: object) -> bool:
    """Return whether `value` (dicts, lists, scalars) surely satisfies `schema`; False means only "ask jsonschema"."""
    return _surely(schema, value, schema)


def _surely(schema: Any, value: object, root: Any) -> bool:
    try:
        return _valid(schema, value, root)
    except (_Unknown, KeyError, RecursionError, TypeError, re.error):
        return False


# --- errors -------------------------------------------------------------------------------------------------------


class SchemaError(NamedTuple):
    """What a schema refuses.

    `node` is the refused value, or the object that lacks something; `span` is where to point: a scalar itself, of an
    object or a list the key that holds it, and a key where that is what is refused. `path` leads to the value from the
    root (keys, item numbers from 0). `message` names the place and holds no value of the file.
    """

    node: Node
    span: Span
    path: Path
    message: str
    severity: Severity


_NAMES = {
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
    "array": "a list",
    "object": "an object",
}


def _either(words: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _at_least(wanted: Any, what: str) -> str:
    return "must not be empty" if wanted == 1 else f"must have at least {wanted} {what}"


_WORDS: dict[str, Callable[[Any], str]] = {
    "type": lambda wanted: (
        f"must be {_either([_NAMES[name] for name in ([wanted] if isinstance(wanted, str) else wanted)])}"
    ),
    "enum": lambda wanted: f"must be {_either([json.dumps(each) for each in wanted])}",
    "const": lambda wanted: f"must be {json.dumps(wanted)}",
    "minLength": lambda wanted: _at_least(wanted, "characters"),
    "minItems": lambda wanted: _at_least(wanted, "items"),
    "minProperties": lambda wanted: _at_least(wanted, "keys"),
    "minimum": lambda wanted: f"must be at least {wanted}",
    "maximum": lambda wanted: f"must be at most {wanted}",
    "pattern": lambda _wanted: "does not have the form that is asked for",
    "uniqueItems": lambda _wanted: "holds the same item twice",
    "additionalProperties": lambda _wanted: "is not a known key",
}


def _schemas_on(path: Iterable[str | int], schema: Any) -> Iterator[Any]:
    """Yield the schema nodes from `schema` along `path`; what stands beside a `$ref` overrides what it refers to."""
    root = schema
    for step in path:
        words = schema
        while isinstance(schema, dict) and "$ref" in schema and step not in schema:
            schema = _definition(schema["$ref"], root)
            words = {**schema, **words}
        yield words
        schema = schema[step]


def _refuser(error: ValidationError, schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema node that refused, with the words of the node that refers to it, if one does."""
    *_, node = _schemas_on(error.absolute_schema_path, schema)
    return node if isinstance(node, dict) else {}


def _deepest(error: ValidationError, schema: dict[str, Any]) -> ValidationError:
    """Return the error inside an `anyOf` or `oneOf` that says most: of the alternative that fits furthest down."""
    while error.context and "x-message" not in _refuser(error, schema):
        inner = max(error.context, key=lambda each: len(each.absolute_path))
        if len(inner.absolute_path) <= len(error.absolute_path):
            break
        error = inner
    return error


def _words(error: ValidationError, refuser: dict[str, Any]) -> str:
    if "x-message" in refuser and error.validator != "additionalProperties":
        return str(refuser["x-message"])
    if error.validator == "required":
        instance: Any = error.instance
        wanted: Any = error.validator_value
        missing = [f"`{name}`" for name in wanted if name not in instance]
        return f"needs {' and '.join(missing)}"
    types = [each.validator_value for each in error.context or () if each.validator == "type"]
    if types and all(isinstance(name, str) for name in types):
        return _WORDS["type"](types)
    words = _WORDS.get(str(error.validator))
    return words(error.validator_value) if words else "is not valid here"


def _shown(key: str) -> str:
    """Return `key` so that a terminal prints it and a reader sees where it ends."""
    shown = key if len(key) <= _LONGEST_NAME else f"{key[:_LONGEST_NAME]}…"
    if not shown.isprintable():
        shown = json.dumps(shown)[1:-1]
    return shown if re.fullmatch(r"[\w@$/*+:-]+", shown) else f'"{shown}"'


def _place(path: Path) -> str:
    parts = [f"[{step}]" if isinstance(step, int) else f".{_shown(step)}" for step in path]
    return "".join(parts).removeprefix(".") or "the top level"


def _places(root: Node) -> dict[Path, tuple[Node, Text | None]]:
    """Return every node below and including `root` with the key that holds it, by path."""
    places: dict[Path, tuple[Node, Text | None]] = {(): (root, None)}
    stack: list[tuple[Path, Node]] = [((), root)]
    while stack:
        path, node = stack.pop()
        inner: list[tuple[str | int, Node, Text | None]] = []
        if isinstance(node, Mapping):
            inner = [(str(key), value, key) for key, value in node.live_pairs()]
        elif isinstance(node, Sequence):
            inner = [(number, item, None) for number, item in enumerate(node.items)]
        for step, value, key in inner:
            places[*path, step] = (value, key)
            stack.append(((*path, step), value))
    return places


def _span(node: Node, key: Text | None, is_key: bool) -> Span:
    if key is not None and (is_key or not isinstance(node, Scalar)):
        return key.span
    return node.span if isinstance(node, Scalar) else Span(node.start, min(node.start + 1, node.end))


def _paths(error: ValidationError) -> list[Path]:
    """Return what the error is about: keys for keys that are refused, else the value itself."""
    path: Path = tuple(error.absolute_path)
    instance: Any = error.instance
    if error.validator == "additionalProperties" and error.validator_value is False:
        return [(*path, key) for key in instance if _is_extra(key, error.schema)]
    if "propertyNames" in error.absolute_schema_path and isinstance(instance, str):
        return [(*path, instance)]
    return [path]


def errors(schema: dict[str, Any], root: Node) -> list[SchemaError]:
    """Return what `schema` refuses in `root`, in the order of the text, at most one error for each place."""
    from jsonschema import Draft202012Validator

    places = _places(root)
    found: dict[Path, SchemaError] = {}
    for outer in Draft202012Validator(schema).iter_errors(plain(root)):
        error = _deepest(outer, schema)
        refuser = _refuser(error, schema)
        severity = Severity(refuser.get("x-severity", "error"))
        for path in _paths(error):
            if path in found and (severity is Severity.WARNING or found[path].severity is Severity.ERROR):
                continue
            node, key = places[path]
            is_key = path != tuple(error.absolute_path) or (error.validator == "not" and not error.validator_value)
            message = f"{_place(path)}: {_words(error, refuser)}"
            found[path] = SchemaError(node, _span(node, key, is_key), path, message, severity)
    return sorted(found.values(), key=lambda error: error.span)


# --- keys ---------------------------------------------------------------------------------------------------------


def duplicate_keys(root: Node) -> Iterator[Text]:
    """Yield each key that repeats an earlier one of its object; the consumers take the last and drop the others."""
    for _, node in walk(root):
        if isinstance(node, Mapping):
            seen: set[str] = set()
            for key, _ in node.pairs:
                if key in seen:
                    yield key
                seen.add(key)


class Keys(NamedTuple):
    """The keys of one object: all that are known, and those of them that carry security."""

    known: frozenset[str]
    security: tuple[str, ...]


def _folded(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "").replace(" ", "")


def _distance(one: str, other: str, limit: int) -> int:
    """Return the edits (one character more, less, changed or two swapped) from `one` to `other`, or `limit` + 1."""
    if abs(len(one) - len(other)) > limit or len(set(one) ^ set(other)) > 2 * limit:
        return limit + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, mine in enumerate(one, 1):
        now = [row]
        for column, theirs in enumerate(other, 1):
            best = min(last[column] + 1, now[-1] + 1, last[column - 1] + (mine != theirs))
            if row > 1 and column > 1 and mine == other[column - 2] and one[row - 2] == theirs:
                best = min(best, before[column - 2] + 1)
            now.append(best)
        before, last = last, now
    return min(last[-1], limit + 1)


def misspelt(key: str, keys: Keys) -> str | None:
    """Return the key carrying security that the unknown `key` is probably meant to be.

    It differs from it in case and separators only, or by one edit, from six letters on by two. None where another
    known key is nearer, `key` itself is known, or a first character such as `_` shows that it is meant as a comment.
    """
    if key in keys.known or not key[:1].isalpha():
        return None
    folded = _folded(key)

    def distance(known: str) -> int:
        other = _folded(known)
        limit = 1 if len(other) < 6 else 2
        found = _distance(folded, other, limit)
        return found if found <= limit else len(key) + len(known)

    near = min(keys.security, key=distance, default=None)
    if near is None or distance(near) > 2:
        return None
    return near if all(distance(near) <= distance(other) for other in keys.known) else None


class Misspelling(NamedTuple):
    """An unknown key, the key that is probably meant, and the path of the object that holds it."""

    key: Text
    meant: str
    path: Path


def _flat(schema: Any, value: object, root: Any) -> Iterator[dict[str, Any]]:
    """Yield the schemas that speak about `value` when `schema` does, itself included."""
    if isinstance(schema, dict):
        yield schema
        inner = [each for word in ("anyOf", "oneOf", "allOf") for each in schema.get(word, ())]
        if "if" in schema:
            inner.append(schema.get("then" if _surely(schema["if"], value, root) else "else"))
        if "$ref" in schema:
            inner.append(_definition(schema["$ref"], root))
        for each in inner:
            yield from _flat(each, value, root)


def _keys(schemas: Iterable[dict[str, Any]]) -> Keys:
    known = [key for schema in schemas for word in ("properties", "x-known") for key in schema.get(word, ())]
    security = [key for schema in schemas for key in schema.get("x-security", ())]
    return Keys(frozenset((*known, *security)), tuple(dict.fromkeys(security)))


def _below(schemas: Iterable[dict[str, Any]], step: str | int) -> Iterator[Any]:
    """Yield the schemas of the value at `step` of the value that `schemas` speak about."""
    for schema in schemas:
        if isinstance(step, int):
            yield schema.get("items")
        elif step in schema.get("properties", ()):
            yield schema["properties"][step]
        elif "additionalProperties" in schema and _is_extra(step, schema):
            yield schema["additionalProperties"]


def misspellings(schema: dict[str, Any], root: Node) -> Iterator[Misspelling]:
    """Yield the unknown keys in `root` that look like a key which `schema` says carries security."""
    by_schemas: dict[tuple[int, ...], Keys] = {}
    stack: list[tuple[Path, Node, Any, Iterable[Any]]] = [((), root, plain(root), [schema])]
    while stack:
        path, node, value, outer = stack.pop()
        schemas = [each for one in outer for each in _flat(one, value, schema)]
        inner: Iterable[tuple[str | int, Node]] = ()
        if isinstance(node, Mapping):
            identity = tuple(map(id, schemas))
            keys = by_schemas.get(identity) or by_schemas.setdefault(identity, _keys(schemas))
            inner = pairs = list(node.live_pairs())
            unknown = [key for key, _ in pairs if key not in keys.known] if keys.security else ()
            for key in unknown:
                meant = misspelt(key, keys)
                if meant is not None and meant not in value and _takes(schemas, meant, value[key], schema):
                    yield Misspelling(key, meant, path)
        elif isinstance(node, Sequence):
            inner = enumerate(node.items)
        below = [(step, each) for step, each in inner if not isinstance(each, Scalar)]
        stack.extend(((*path, step), each, value[step], _below(schemas, step)) for step, each in reversed(below))


def _takes(schemas: Iterable[dict[str, Any]], key: str, value: object, root: Any) -> bool:
    """Return whether `key` may hold `value`, where an object may also have keys of any name; else True."""
    free = any(isinstance(schema.get("additionalProperties"), dict) for schema in schemas)
    return not free or all(_surely(each, value, root) for each in _below(schemas, key))
