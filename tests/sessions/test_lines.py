"""Lines of a file that grows: complete ones only, none too long, no byte lost."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.sessions.lines import read_lines


def read(content: bytes, offset: int = 0, longest: int = 20) -> list[tuple[bytes | None, int, int, bool]]:
    return [tuple(line) for line in read_lines(io.BytesIO(content), offset, longest)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", []),
        (b'{"a":1}\n{"b":2}\n', [(b'{"a":1}', 0, 8, True), (b'{"b":2}', 8, 16, True)]),
        (b'{"a":1}\r\n{}', [(b'{"a":1}', 0, 9, True), (b"{}", 9, 11, False)]),
        (b'{"a":1}\n{"b":', [(b'{"a":1}', 0, 8, True), (b'{"b":', 8, 13, False)]),
        (b"\n\n{}\n", [(b"", 0, 1, True), (b"", 1, 2, True), (b"{}", 2, 5, True)]),
        (b"{" + b"x" * 40 + b"}\n{}\n", [(None, 0, 43, True), (b"{}", 43, 46, True)]),
        (b"{" + b"x" * 40, []),
        (b"{" + b"x" * 18 + b"}\n", [(b"{" + b"x" * 18 + b"}", 0, 21, True)]),
        (b"\0\xff\n", [(b"\0\xff", 0, 3, True)]),
    ],
)
def test_read_lines(content: bytes, expected: list[tuple[bytes | None, int, int, bool]]) -> None:
    assert read(content) == expected


def test_read_from_an_offset() -> None:
    assert read(b"{}\n[]\n", 3) == [(b"[]", 3, 6, True)]


PIECES = st.sampled_from([b"{}\n", b"\n", b'{"a":1}', b"\r\n", b"x", b"{" + b"y" * 30 + b"}\n", b'{"a":"}'])


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=8).map(b"".join), st.integers(1, 12))
def test_lines_are_contiguous_and_end_where_they_say(content: bytes, longest: int) -> None:
    end = 0
    for line, start, behind, ended in read(content, 0, longest):
        assert start == end
        assert line is None or content[start:behind].strip() == line
        assert ended or behind == len(content)
        end = behind
    assert end <= len(content)
