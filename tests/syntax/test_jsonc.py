"""Our JSON reader agrees with the standard library on what is JSON and what it means, and knows the place of it all."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.syntax.jsonc import MAX_DEPTH, read_json
from claude_preflight.syntax.nodes import Mapping, Scalar, Sequence, Text, plain, walk

# Any text, so lone surrogates and everything that JSON escapes.
TEXTS = st.text(st.characters(), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
LAYOUTS = st.sampled_from([None, 0, 2, "\t", "\r\n "])
# What turns a document into another one, or into none.
PIECES = st.sampled_from(
    [*'{}[]:,"\\ \n\t\r', "//", "/*", "*/", "true", "null", "-", "0", "1e5", ".", "\\u00", "\0", "é", "\u2028"]
)


@settings(max_examples=300, deadline=None)
@given(value=VALUES, indent=LAYOUTS, ascii_only=st.booleans())
def test_reads_what_the_standard_library_writes(value: Any, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    tree = read_json(text)
    assert tree.problems == ()
    assert tree.root is not None
    assert plain(tree.root) == value


@settings(max_examples=500, deadline=None)
@given(data=st.data(), value=VALUES)
def test_agrees_on_documents_that_are_damaged(data: st.DataObject, value: Any) -> None:
    text = json.dumps(value, indent=data.draw(LAYOUTS), ensure_ascii=data.draw(st.booleans()))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        text = text[:start] + data.draw(PIECES) + text[start + data.draw(st.integers(0, 2)) :]
    tree = read_json(text)
    try:
        expected = json.loads(text, parse_constant=refuse)
    except ValueError:
        assert tree.problems, text
    else:
        assert tree.problems == ()
        assert tree.root is not None
        assert plain(tree.root) == expected


def refuse(word: str) -> None:
    raise ValueError(word)


@settings(max_examples=200, deadline=None)
@given(value=VALUES, indent=LAYOUTS, ascii_only=st.booleans())
def test_every_node_and_every_character_knows_its_place(value: Any, indent: int | str | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    root = read_json(text).root
    assert root is not None
    for _, node in walk(root):
        assert json.loads(text[node.start : node.end]) == plain(node)
        if isinstance(node, Mapping):
            for key, _ in node.pairs:
                assert json.loads(text[key.start - 1 : key.end + 1]) == key
        if isinstance(node, Scalar) and isinstance(node.value, Text):
            for number, character in enumerate(node.value):
                part = node.value.part(number, number + 1)
                assert json.loads(f'"{text[part.start : part.end]}"') == character == part


@pytest.mark.parametrize(
    ("text", "value", "offsets"),
    [
        ("// a\n[1]", [1], [0]),
        ("/* a\n*/[1, /* b */ 2]", [1, 2], [0, 11]),
        ('{"a": 1,}', {"a": 1}, [7]),
        ("[1,\n]//", [1], [2, 5]),
        ('["// no comment"]', ["// no comment"], []),
        ("[NaN]", None, [1]),
        ('{"a": 1, "a": 2}', {"a": 2}, []),
    ],
)
def test_what_strict_json_forbids_is_listed(text: str, value: object, offsets: list[int]) -> None:
    tree = read_json(text)
    assert tree.root is not None
    assert [problem.offset for problem in tree.problems] == offsets
    if value is None:
        assert math.isnan(float(str(plain(tree.root)).strip("[]")))
    else:
        assert plain(tree.root) == value


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("", 0, "the text ends where a value should stand"),
        ("{", 1, "expected a key in double quotes"),
        ("{'a': 1}", 1, "expected a key in double quotes"),
        ('{"a" 1}', 5, "expected ':' after the key"),
        ("[1 2]", 3, "expected ',' or ']'"),
        ("[1] 2", 4, "text after the end of the value"),
        ("[,]", 1, "expected a value"),
        ("[01]", 2, "expected ',' or ']'"),
        ('["a', 1, "a string that is not closed"),
        ('["a\n"]', 3, "a control character inside a string"),
        ('["\\x"]', 2, "an escape that JSON does not know"),
        ("[1, / 2]", 4, "expected a value, found '/'"),
        ("[/* 1]", 1, "expected a value, found '/'"),
        ("[" * (MAX_DEPTH + 1), MAX_DEPTH, "nested more than 100 deep"),
        ('{"a":' * 200_000, 5 * MAX_DEPTH, "nested more than 100 deep"),
        ("\ufeff{}", 0, "expected a value"),
    ],
)
def test_where_and_why_reading_stops(text: str, offset: int, message: str) -> None:
    tree = read_json(text)
    assert tree.root is None
    assert tree.problems[-1] == (offset, message)


def test_duplicate_keys_are_kept_and_the_last_counts() -> None:
    root = read_json('{"a": 1, "b": 2, "a": 3}').root
    assert isinstance(root, Mapping)
    assert [str(key) for key, _ in root.pairs] == ["a", "b", "a"]
    assert [str(key) for key, _ in root.live_pairs()] == ["b", "a"]
    assert plain(root) == {"a": 3, "b": 2}


def test_numbers_of_any_length_are_read() -> None:
    root = read_json(f"[{'9' * 5000}, 1e999, -0]").root
    assert isinstance(root, Sequence)
    assert plain(root) == [math.inf, math.inf, 0]
