"""No regular expression of the project backtracks at one place for longer than the text is long.

Each expression is matched against texts made of the pieces of its own source: a sign for each class and literal, pairs
of them, and a text that begins to match, with a sign behind that refuses. Four times the text may take four times as
long; a square would take sixteen. Times are compared with each other only, and the shortest of several counts. What a
search costs that begins anew at each sign is a matter of the checks: `benchmarks/hostile.py` measures those.
"""

from __future__ import annotations

import importlib
import itertools
import pkgutil
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

import claude_preflight
from claude_preflight.late import _LatePattern

_SHORT = 3_000
_NOTICEABLE = 0.002  # seconds for the longest text; what takes less cannot be told from noise
_SIGNS = 7  # of an expression, that are combined


def _modules() -> Iterator[Any]:
    for info in pkgutil.walk_packages(claude_preflight.__path__, "claude_preflight."):
        if not info.name.endswith("__main__"):
            yield importlib.import_module(info.name)


def _within(value: object, depth: int = 0) -> Iterator[re.Pattern[str]]:
    if isinstance(value, _LatePattern):
        yield re.compile(*value._source)
    elif isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, dict) and depth < 3:
        yield from _within(tuple(value.values()), depth + 1)
    elif isinstance(value, tuple | list | frozenset | set) and depth < 3:
        for item in value:
            yield from _within(item, depth + 1)


EXPRESSIONS = {
    (pattern.pattern, pattern.flags): pattern
    for module in _modules()
    for value in list(vars(module).values())
    for pattern in _within(value)
}


def _signs(parsed: Any) -> Iterator[str]:
    """Yield a character for each literal and class of an expression."""
    for operation, argument in parsed:
        name = str(operation)
        if name in ("LITERAL", "NOT_LITERAL"):
            yield chr(argument) if name == "LITERAL" else "x"
        elif name == "IN":
            yield _member(argument)
        elif name == "ANY":
            yield "x"
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            yield from _signs(argument[2])
        elif name == "BRANCH":
            for branch in argument[1]:
                yield from _signs(branch)
        elif name in ("SUBPATTERN", "ATOMIC_GROUP", "ASSERT", "ASSERT_NOT"):
            yield from _signs(argument[-1] if name != "ATOMIC_GROUP" else argument)


def _member(choices: Any) -> str:
    one_of = {"CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "a", "CATEGORY_NOT_SPACE": "a"}
    for operation, argument in choices:
        name = str(operation)
        if name == "NEGATE":
            return next(sign for sign in "a 7-/" if not re.match(f"[{re.escape(sign)}]", _negated(choices)))
        if name == "LITERAL":
            return chr(argument)
        if name == "RANGE":
            return chr(argument[0])
        if name == "CATEGORY":
            return one_of.get(str(argument), "-")
    return "a"


def _negated(choices: Any) -> str:
    return "".join(chr(argument) for operation, argument in choices if str(operation) == "LITERAL")


def _texts(pattern: re.Pattern[str]) -> list[str]:
    parsed = re._parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)  # type: ignore[attr-defined]
    signs = list(_signs(parsed))
    chosen = list(dict.fromkeys(signs))[:_SIGNS]
    pieces = [*chosen, *map("".join, itertools.permutations(chosen, 2)), "".join(signs)[:60], "a", " ", "\n"]
    return list(dict.fromkeys(piece for piece in pieces if piece))


def _seconds(pattern: re.Pattern[str], text: str) -> float:
    shortest = 9.0
    for _ in range(3):
        start = time.perf_counter()
        pattern.match(text)
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


@pytest.mark.parametrize("source", EXPRESSIONS, ids=lambda source: source[0][:50].encode("ascii", "replace").decode())
def test_time_grows_with_the_length_of_the_text(source: tuple[str, int]) -> None:
    pattern = EXPRESSIONS[source]
    for piece in _texts(pattern):
        text = (piece * (_SHORT // len(piece) + 1))[:_SHORT]
        if _seconds(pattern, text * 4 + "\0") < _NOTICEABLE:
            continue
        growth = _seconds(pattern, text * 8 + "\0") / _seconds(pattern, text * 2 + "\0")
        assert growth < 11, f"{piece!r}: four times the text took {growth:.1f} times as long"


def test_there_are_expressions_to_test() -> None:
    assert len(EXPRESSIONS) > 150
