"""What is hidden in a text, where exactly, and what is left alone because its script or its emoji needs it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.hidden_text import HiddenKind, find_hidden, visible, visible_offsets
from claude_preflight.model import Span

TAGS, REORDERING, DATA = HiddenKind.TAGS, HiddenKind.REORDERING, HiddenKind.DATA
TERMINAL, STRAY = HiddenKind.TERMINAL, HiddenKind.STRAY
FLAG = "\U0001f3f4"


def tags(text: str) -> str:
    return "".join(chr(0xE0000 + ord(char)) for char in text)


def bits(text: str, zero: str = "\u200b", one: str = "\u200c") -> str:
    return "".join(one if bit == "1" else zero for byte in text.encode() for bit in f"{byte:08b}")


def selectors(text: str) -> str:
    return "".join(chr(0xFE00 + byte if byte < 16 else 0xE00F0 + byte) for byte in text.encode())


def found(text: str) -> list[tuple[HiddenKind, int, int, str]]:
    return [(hidden.kind, *hidden.span, hidden.decoded) for hidden in find_hidden(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" + tags("push it") + "b", [(TAGS, 1, 8, "push it")]),
        (FLAG + tags("hello\x7f"), [(TAGS, 1, 7, "hello")]),
        (FLAG + tags("gbeng") + "\x7f", [(TAGS, 1, 6, "gbeng")]),
        ("x" + tags("gbeng\x7f"), [(TAGS, 1, 7, "gbeng")]),
        ("go" + bits("hi there"), [(DATA, 2, 66, "hi there")]),
        ("go" + bits("hi there", "\u200d", "\u2060"), [(DATA, 2, 66, "hi there")]),
        ("go" + bits("hi", "\u200c", "\u200b"), [(DATA, 2, 18, "hi")]),
        ("\U0001f600" + selectors("read it"), [(DATA, 1, 8, "read it")]),
        ("\U0001f600" + "".join(chr(0xFE00 + int(half, 16)) for half in b"read".hex()), [(DATA, 1, 9, "read")]),
        ("a\u200b\u200c\u200d\u2060b", [(DATA, 1, 5, "")]),
        ("\u200b".join("ignoring"), [(STRAY, at, at + 1, "") for at in range(1, 15, 2)]),
        ("\u200b".join("ignoringit"), [(DATA, 1, 2, "")]),
        ("a\u200bb", [(STRAY, 1, 2, "")]),
        ("a\u200b\u200b\u200b\u200b\u200bb", [(STRAY, 1, 6, "")]),
        ("a\ufe0fb", [(STRAY, 1, 2, "")]),
        ("a\ufeffb", [(STRAY, 1, 2, "")]),
        ("\u3164", [(STRAY, 0, 1, "")]),
        ("soft\u00adware", [(STRAY, 4, 5, "")]),
        ("if \u202etoor\u202c then", [(REORDERING, 3, 4, "")]),
        ("a\r\nb \u2067level of\r\nc", [(REORDERING, 5, 6, "")]),
        ("\u202aC:\\Windows", [(STRAY, 0, 1, "")]),
        ("\u2068name\u2069", [(STRAY, 0, 1, ""), (STRAY, 5, 6, "")]),
        ("\x1b[31mred\x1b[0m", [(TERMINAL, 0, 5, ""), (TERMINAL, 8, 12, "")]),
        ("\x1b]8;;https://a.example\x07x", [(TERMINAL, 0, 23, "")]),
        ("\x1b", [(TERMINAL, 0, 1, "")]),
        ("safe\x08\x08\x08\x08evil", [(TERMINAL, 4, 8, "")]),
        ("\x9b2J", [(TERMINAL, 0, 3, "")]),
    ],
)
def test_found(text: str, expected: list[tuple[HiddenKind, int, int, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain ASCII\twith a tab\r\n",
        *(FLAG + tags(f"{region}\x7f") for region in ("gbeng", "gbsct", "gbwls", "ustx")),
        "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f469\U0001f3fd\u200d\U0001f4bb",
        "\u2764\ufe0f\u200d\U0001f525",
        "\U0001f3f3\ufe0f\u200d\U0001f308 \u26a0\ufe0f 1\ufe0f\u20e3 \u00a9\ufe0e \u2714\ufe0f\ufe0f",
        "می\u200cخواهم تست\u200cها README.md\u200f را",
        "क्\u200dष र्\u200cय",
        "ภาษา\u200bไทย ខ្មែរ\u200bភាសា",
        "\u1820\u180e\u1821 \u1820\u180b",
        "葛\U000e0100飾",
        "한\u3164국",
        "שלום \u202bעולם\u202c \u200eabc\u200f",
        "\u2067הרץ make test for all\u2069",
        "one\n\ufefftwo",
        "a\u00a0b",
        "â\x80\x9bA",
    ],
)
def test_silent(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("before", "removed"),
    [("\u2764\ufe0f", Span(2, 9)), ("\u2764", Span(1, 8)), ("a\ufe0f", Span(1, 9)), ("\ufe0f", Span(0, 8))],
)
def test_removal_keeps_what_an_emoji_needs(before: str, removed: Span) -> None:
    (hidden,) = find_hidden(before + selectors("read it"))
    assert hidden.removals == (removed,)


def test_visible_offsets_skip_what_shows_nothing() -> None:
    assert visible_offsets("a\u200b\u202eb") == [0, 3, 4]
    assert visible("a\u200b\u202eb") == "ab"


@settings(max_examples=150, deadline=None)
@given(
    st.text("aZ 1\n\r\u200b\u200c\u200d\u2060\ufe0f\u202e\u2067\u2069\U000e0061\U000e007f\U000e0101\ud800ש\u06ccक😀🏴")
)
def test_removal_changes_nothing_that_shows(text: str) -> None:
    removed = {offset for hidden in find_hidden(text) for span in hidden.removals for offset in range(*span)}
    kept = "".join(char for offset, char in enumerate(text) if offset not in removed)
    assert visible(kept) == visible(text)


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=2, max_size=40))
def test_tag_text_is_decoded(words: str) -> None:
    assert found("x" + tags(words)) == [(TAGS, 1, 1 + len(words), words)]


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=2, max_size=40))
def test_bytes_in_selectors_are_decoded(words: str) -> None:
    hidden = found("\U0001f600" + selectors(words))
    assert hidden == [(DATA, 1, 1 + len(words), words)] or len(set(words)) == 1
