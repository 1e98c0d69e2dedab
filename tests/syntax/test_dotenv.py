"""What the reader of variables finds, by its exact text and place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.syntax.dotenv import Assignment, commented_assignments, read_dotenv

Expected = list[tuple[str, str, tuple[int, int]]]

MARKS = '"|\'|`|#| # |\\n|\\\\|\\"|$(|)|$|;|&&|{|}|=|+=|//|rem |then |a|b c'
STARTS = "A=|B = |C: |export |export D=|declare -x |set -gx |set |setx |$env:E = |F=\"|G='|H=`"
BLANKS = (" ", "\t", "\n", "\r\n", "\r", "\0", "\ud800", "\u2028", "é", "|")
PARTS = st.sampled_from((*MARKS.split("|"), *STARTS.split("|"), *BLANKS))
SOURCES = st.lists(PARTS, max_size=25).map("".join)


def _summary(assignments: tuple[Assignment, ...]) -> Expected:
    return [(each.name, each.value, (each.value.start, each.value.end)) for each in assignments]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("A=b", [("A", "b", (2, 3))]),
        ("A=", [("A", "", (2, 2))]),
        ("A=\nB=c\n", [("A", "", (2, 2)), ("B", "c", (5, 6))]),
        ("A=b\r\nB=c\rC=d", [("A", "b", (2, 3)), ("B", "c", (7, 8)), ("C", "d", (11, 12))]),
        (" \tA = b c \t\n", [("A", "b c", (6, 9))]),
        ("A=b\nA=c", [("A", "b", (2, 3)), ("A", "c", (6, 7))]),
        ("a.b-c=d", [("a.b-c", "d", (6, 7))]),
        ("A='b \"c\"'", [("A", 'b "c"', (3, 8))]),
        ("A=`b 'c'`", [("A", "b 'c'", (3, 8))]),
        ('A=""', [("A", "", (3, 3))]),
        ('A="b\nc"\nD=e', [("A", "b\nc", (3, 6)), ("D", "e", (10, 11))]),
        ("A='b\r\nc' # d\n", [("A", "b\r\nc", (3, 7))]),
        ("A=it's\nB='c'", [("A", "it's", (2, 6)), ("B", "c", (10, 11))]),
        ('A="b\nC="d"', [("A", '"b', (2, 4)), ("C", "d", (8, 9))]),
        ("A='b", [("A", "'b", (2, 4))]),
        ('A={"b": "c"}', [("A", '{"b": "c"}', (2, 12))]),
        ("A=b;c=d; e=f", [("A", "b;c=d; e=f", (2, 12))]),
        ("A=x://b?c=1&d=2#e", [("A", "x://b?c=1&d=2#e", (2, 17))]),
        ("A=C:\\new", [("A", "C:\\new", (2, 8))]),
        ('A=$(b "c")', [("A", '$(b "c")', (2, 10))]),
        ('A="$(b "c")"', [("A", '$(b "c")', (3, 11))]),
        ("A+=b", [("A", "b", (3, 4))]),
        ("A: b c", [("A", "b c", (3, 6))]),
        ("A: 'b'", [("A", "b", (4, 5))]),
        ('A="b"; C="d"', [("A", "b", (3, 4)), ("C", "d", (10, 11))]),
        ("A:b\nc\nhttp://d\n[e]\n=f\n", []),
        ("", []),
    ],
)
def test_dotenv_line(source: str, expected: Expected) -> None:
    assert _summary(read_dotenv(source)) == expected


@pytest.mark.parametrize(
    ("source", "comment", "span"),
    [
        ("A=b # c d ", "c d", (6, 9)),
        ("A='b'#c", "c", (6, 7)),
        ("A= # c", "c", (5, 6)),
        ('A="b\nc" # d', "d", (10, 11)),
        ("export A=b #", "", (12, 12)),
        ("A=b ## c", "# c", (5, 8)),
    ],
)
def test_inline_comment(source: str, comment: str, span: tuple[int, int]) -> None:
    (assignment,) = read_dotenv(source)
    assert assignment.comment is not None
    assert (assignment.comment, assignment.comment.span) == (comment, span)


def test_a_number_sign_inside_a_value_is_no_comment() -> None:
    assert [(each.value, each.comment) for each in read_dotenv("A=b#c\nB='d # e'\n")] == [
        ("b#c", None),
        ("d # e", None),
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("export A=b", [("A", "b", (9, 10))]),
        ("export A=b C='d e'  F=$G", [("A", "b", (9, 10)), ("C", "d e", (14, 17)), ("F", "$G", (22, 24))]),
        ("export A = b", [("A", "b", (11, 12))]),
        ("export A=b c", [("A", "b c", (9, 12))]),
        ("export A=b \\\n  C=d", [("A", "b", (9, 10)), ("C", "d", (17, 18))]),
        ("export A=b; export C=d;", [("A", "b", (9, 10)), ("C", "d", (21, 22))]),
        ("export A=b && c", [("A", "b", (9, 10))]),
        ("export A=$(b C=d 'e') F=g", [("A", "$(b C=d 'e')", (9, 21)), ("F", "g", (24, 25))]),
        ("export A=b=c;d", [("A", "b=c;d", (9, 14))]),
        ("export -n A\nexport -p", []),
        ("if b; then export A=c; fi", [("A", "c", (20, 21))]),
        ("[ -f b ] && export A=c", [("A", "c", (21, 22))]),
        ("f() { export A=b; }", [("A", "b", (15, 16))]),
        ("export \"A=b c\" 'D=e f'", [("A", "b c", (10, 13)), ("D", "e f", (18, 21))]),
        ("declare -x A=b", [("A", "b", (13, 14))]),
        ("typeset -gx A=b", [("A", "b", (14, 15))]),
        ("set -gx A b c", [("A", "b c", (10, 13))]),
        ("set --export --global A 'b c'; d", [("A", "b c", (25, 28))]),
        ("setenv A b # c", [("A", "b", (9, 10))]),
        ('$env:A = "C:\\new"', [("A", "C:\\new", (10, 16))]),
        ("${env:A}='b'", [("A", "b", (10, 11))]),
        ('[Environment]::SetEnvironmentVariable("A", "b", "User")', [("A", "b", (44, 45))]),
        ("setx A b /M", [("A", "b", (7, 8))]),
        ('setx /m A "C:\\new b"', [("A", "C:\\new b", (11, 19))]),
        ("set A=b c", [("A", "b c", (6, 9))]),
        ("@SET A=C:\\new;D:\\new & e", [("A", "C:\\new;D:\\new", (7, 20))]),
        ('set "A=b "c" d"', [("A", 'b "c" d', (7, 14))]),
        ("A=b; export A", [("A", "b", (2, 3))]),
        ("A=b\nC=d\nexport A C", [("A", "b", (2, 3)), ("C", "d", (6, 7))]),
    ],
)
def test_exported(source: str, expected: Expected) -> None:
    found = read_dotenv(source)
    assert _summary(found) == expected
    assert all(each.exported for each in found)


@pytest.mark.parametrize("source", ["A=b", "declare A=b", "local A=b", "readonly A=b", "set A b", "set -g A b", "A: b"])
def test_not_exported(source: str) -> None:
    assert [(each.name, each.value, each.exported) for each in read_dotenv(source)] == [("A", "b", False)]


@pytest.mark.parametrize(
    "source",
    [
        "set -euo pipefail",
        "set -x",
        "set +x\nset --",
        "set -e A b",
        "set -q A b",
        "set /p A=b",
        "export A",
        "alias a='b'",
        "PATH_add bin",
        "if [ $A == b ]; then",
        "case A in",
        "# A=b",
        "source .env",
        "echo 'a b'",
    ],
)
def test_sets_nothing(source: str) -> None:
    assert read_dotenv(source) == ()


@pytest.mark.parametrize(
    ("source", "value", "offsets"),
    [
        ('A="b\\nc"', "b\nc", (3, 4, 6, 7)),
        ('A="\\"b\\""', '"b"', (3, 5, 6, 8)),
        ('A="b\\\\n"', "b\\n", (3, 4, 6, 7)),
        ('A="b\\\r\nc"', "bc", (3, 7, 8)),
        ('A="\\d\\$"', "\\d$", (3, 4, 5, 7)),
        ("A=$'b\\tc'", "b\tc", (4, 5, 7, 8)),
        ("A=\"b\"'c'd", "bcd", (3, 6, 8, 9)),
        ("A='b'\\''c'", "b'c", (3, 6, 8, 9)),
        ("A='\\n'", "\\n", None),
    ],
)
def test_escapes_keep_the_place_of_each_character(source: str, value: str, offsets: tuple[int, ...] | None) -> None:
    (assignment,) = read_dotenv(source)
    assert (assignment.value, assignment.value.offsets) == (value, offsets)


def test_private_key_over_lines() -> None:
    mark = "-" * 5
    key = f"{mark}BEGIN KEY{mark}\nabc+/=\n{mark}END KEY{mark}\n"
    text = f'A=1\nKEY="{key}" # b\nexport OTHER="{key.replace(chr(10), chr(92) + "n")}"\n'
    _, plain, escaped = read_dotenv(text)
    assert (plain.value, text[plain.value.start : plain.value.end], plain.comment) == (key, key, "b")
    assert escaped.value == key
    assert escaped.value.part(20, 26).span == (text.rindex("abc"), text.rindex("abc") + 6)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("# A=b", [("A", "b", (4, 5))]),
        ("#A='b c' # d", [("A", "b c", (4, 7))]),
        ("  ## export A=b C=d", [("A", "b", (14, 15)), ("C", "d", (18, 19))]),
        ("; A=b\n// B=c", [("A", "b", (4, 5)), ("B", "c", (11, 12))]),
        ("rem set A=b\n:: set B=c", [("A", "b", (10, 11)), ("B", "c", (21, 22))]),
        ("# - A=b", [("A", "b", (6, 7))]),
        ("# A_KEY: b", [("A_KEY", "b", (9, 10))]),
        ("# set -gx A b\n# set the prompt\n# Set A to b", [("A", "b", (12, 13))]),
        ("# NOTE: b c\n# See http://a/?b=c\n# ---\n#", []),
        ("A=b # C=d", []),
        ("A='\n# B=c\n'", []),
        ('# A="b\nC=d"', [("A", '"b', (4, 6))]),
    ],
)
def test_commented_assignments(source: str, expected: Expected) -> None:
    assert _summary(commented_assignments(source)) == expected


def test_names_know_their_place() -> None:
    source = "export A=b C=d\n# $env:E = 'f'\n"
    assert [tuple(each.name.span) for each in read_dotenv(source)] == [(7, 8), (11, 12)]
    assert [tuple(each.name.span) for each in commented_assignments(source)] == [(22, 23)]


@given(SOURCES)
@settings(max_examples=400, deadline=None)
def test_every_text_has_its_place(source: str) -> None:
    for name, value, _, comment in (*read_dotenv(source), *commented_assignments(source)):
        assert source[name.start : name.end] == name
        assert comment is None or source[comment.start : comment.end] == comment
        assert name.end <= value.start <= value.end <= len(source)
        offsets = range(value.start, value.end + 1) if value.offsets is None else value.offsets
        assert len(offsets) == len(value) + 1
        assert sorted(offsets) == list(offsets)
        assert all(source[place] in (character, "\\") for character, place in zip(value, offsets, strict=False))


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_can_be_read(source: str) -> None:
    found = (*read_dotenv(source), *commented_assignments(source))
    assert all(each.value.end <= len(source) for each in found)


@given(
    st.dictionaries(st.from_regex(r"[A-Z][A-Z0-9_]*", fullmatch=True), st.text(st.characters(exclude_characters="'")))
)
@settings(max_examples=200, deadline=None)
def test_single_quotes_keep_every_value(values: dict[str, str]) -> None:
    source = "".join(f"{name}='{value}'\n" for name, value in values.items())
    assert [(each.name, each.value) for each in read_dotenv(source)] == list(values.items())


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_double_quotes_keep_every_escaped_value(value: str) -> None:
    for character in '\\"$`':
        value = value.replace(character, f"\\{character}")
    (assignment,) = read_dotenv(f'export A="{value}"')
    assert assignment.value == value.replace("\\\\", "\0\0").replace("\\", "").replace("\0\0", "\\")
