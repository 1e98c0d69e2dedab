"""What is added to JSON parses, stands in the style of the file, and changes nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.fix import spliced
from claude_preflight.model import Fix
from claude_preflight.syntax.json_edit import append
from claude_preflight.syntax.jsonc import read_json
from claude_preflight.syntax.nodes import Mapping, Sequence


def appended(text: str, keys: tuple[str, ...], values: list[Any] | dict[str, Any]) -> str:
    node = read_json(text).root
    for key in keys:
        assert isinstance(node, Mapping)
        node = node.get(key)
    assert isinstance(node, Mapping | Sequence)
    return spliced(text, [Fix((append(text, node, values),))])


CASES = [
    ("[]", (), ["x"], '["x"]'),
    ("[ ]", (), ["x", "y"], '["x","y"]'),
    ('["a"]', (), ["x"], '["a","x"]'),
    ('{"a": []}', ("a",), ["x", "y"], '{"a": ["x", "y"]}'),
    ('{"a": ["b"]}', ("a",), ["x", "y"], '{"a": ["b", "x", "y"]}'),
    ('{"a":["b"]}', (), {"k": ["x"]}, '{"a":["b"],"k":["x"]}'),
    ('{"a": 1}', (), {"k": {"l": ["x", "y"]}}, '{"a": 1, "k": {"l": ["x", "y"]}}'),
    ("{}", (), {"k": 1}, '{"k":1}'),
    ("{\n}\n", (), {"k": [1]}, '{\n  "k": [\n    1\n  ]\n}\n'),
    ('{\n  "a": []\n}', ("a",), ["x"], '{\n  "a": [\n    "x"\n  ]\n}'),
    ('{\n  "a": ["b"]\n}', ("a",), ["x"], '{\n  "a": ["b", "x"]\n}'),
    ('{\n\t"a": [\n\t\t"b"\n\t]\n}', ("a",), ["x"], '{\n\t"a": [\n\t\t"b",\n\t\t"x"\n\t]\n}'),
    ('{\r\n    "a": 1\r\n}\r\n', (), {"k": ["x"]}, '{\r\n    "a": 1,\r\n    "k": [\r\n        "x"\r\n    ]\r\n}\r\n'),
    ('{\n  "a": [\n    "b", "c"\n  ]\n}', ("a",), ["x"], '{\n  "a": [\n    "b", "c",\n    "x"\n  ]\n}'),
    ('{\n  "ü": {"b": 1}\n}', ("ü",), {"ä": "ö"}, '{\n  "ü": {"b": 1, "ä": "ö"}\n}'),
]


@pytest.mark.parametrize(("text", "keys", "values", "expected"), CASES)
def test_append(text: str, keys: tuple[str, ...], values: list[Any] | dict[str, Any], expected: str) -> None:
    assert appended(text, keys, values) == expected


LEAF = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUE = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(st.text(max_size=3), VALUE, max_size=3),
    st.sampled_from([None, 0, 1, 4, "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    VALUE,
)
def test_result_is_the_value_with_what_was_added(
    value: dict[str, Any], indent: int | str | None, newline: str, new: Any
) -> None:
    text = json.dumps(value, indent=indent).replace("\n", newline)
    assert json.loads(appended(text, (), {"a key of our own": new})) == {**value, "a key of our own": new}
    listed = f'{{"list": {json.dumps([*value.values()], indent=indent)}}}'.replace("\n", newline)
    assert json.loads(appended(listed, ("list",), [new, new])) == {"list": [*value.values(), new, new]}
