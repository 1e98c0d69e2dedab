from __future__ import annotations

import datetime
import math
import tomllib

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from claude_preflight.syntax.jsonc import MAX_DEPTH
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, SyntaxProblem, Text, plain, walk
from claude_preflight.syntax.toml_ import read_toml


def root(text: str) -> Mapping:
    tree = read_toml(text)
    assert tree.problems == ()
    assert isinstance(tree.root, Mapping)
    return tree.root


def same(node: Node, expected: object) -> bool:
    """Tell whether `node` is what tomllib has read; of dates and times `node` has the spelling."""
    if isinstance(expected, dict):
        pairs = {str(key): value for key, value in node.pairs} if isinstance(node, Mapping) else {}
        return pairs.keys() == expected.keys() and all(same(pairs[key], value) for key, value in expected.items())
    if isinstance(expected, list):
        return isinstance(node, Sequence) and len(node.items) == len(expected) and all(map(same, node.items, expected))
    assert isinstance(node, Scalar)
    if isinstance(expected, (datetime.date, datetime.time)):
        return isinstance(node.value, Text) and bool(tomllib.loads(f"x = {node.value}")["x"] == expected)
    kind = str if isinstance(node.value, Text) else type(node.value)
    return kind is type(expected) and (node.value == expected or str(expected) == "nan" == str(node.value))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("true", True),
        ("false", False),
        ("12", 12),
        ("+1_000", 1000),
        ("0xDead_beef", 0xDEADBEEF),
        ("0o17", 15),
        ("0b11", 3),
        ("-1.5e+3", -1500.0),
        ("1_0.2_5", 10.25),
        ("1e2", 100.0),
        ("-inf", -math.inf),
        ("1979-05-27", "1979-05-27"),
        ("07:32:00.5", "07:32:00.5"),
        ("1979-05-27 07:32:00Z", "1979-05-27 07:32:00Z"),
        ("1979-05-27T00:32:00.999-07:00", "1979-05-27T00:32:00.999-07:00"),
        ("[]", []),
        ("{}", {}),
    ],
)
def test_values_are_read_as_tomllib_reads_them(source: str, expected: object) -> None:
    text = f"a = {source} # why\n"
    value = root(text).get("a")
    assert value is not None
    assert (plain(value), text[slice(*value.span)]) == (expected, source)
    assert type(plain(value)) is type(expected)
    assert same(root(text), tomllib.loads(text))


@pytest.mark.parametrize(
    ("source", "string", "places"),
    [
        ('a="one"', "one", range(3, 7)),
        ("a='o\\e'", "o\\e", range(3, 7)),
        ('a=""', "", [3]),
        ("a=''''''", "", [5]),
        ('a="é😀#"', "é😀#", range(3, 7)),
        (r'a="\t\u00e9x\U0001F600\\\""', "\té" + 'x😀\\"', [3, 5, 11, 12, 22, 24, 26]),
        ('a="""o"p""q"""', 'o"p""q', range(5, 12)),
        ('a="""o"""""', 'o""', range(5, 9)),
        ("a='''o''''", "o'", range(5, 8)),
        ('a="""\no\np"""', "o\np", range(6, 10)),
        ('a="""\r\no\r\np"""', "o\np", [7, 8, 10, 11]),
        ("a='''\r\no\r\np'''", "o\np", [7, 8, 10, 11]),
        ('a="""o \\\n   p"""', "o p", [5, 6, 12, 13]),
        ('a="""o\\ \t\r\n\n  p\\\n"""', "op", [5, 14, 17]),
        ('a="""\\"""\\""""', '"""' + '"', [5, 7, 8, 9, 11]),
    ],
)
def test_a_string_knows_where_each_of_its_characters_stands(
    source: str, string: str, places: range | list[int]
) -> None:
    found = root(source).text("a")
    assert found is not None
    assert str(found) == string == tomllib.loads(source)["a"]
    assert list(found.offsets or range(found.start, found.end + 1)) == list(places)
    assert found.span == (places[0], places[-1])


def test_tables_reach_from_their_header_to_the_end_of_what_they_hold() -> None:
    text = """\
title = 'x' # top

[servers . "a.b"] # first
command = "npx"
args = [ # all of them
  "-y", # yes
  'db',
]
env = { A.b = 1, 'c' = { } }
[servers."a.b".deeper]
on = true

[[rows]]
n = 1
[rows.sub]
m = 2
[[rows]]

[servers]
late.r = 3
"""
    found = {"/".join(path): text[slice(*node.span)] for path, node in walk(root(text))}
    servers = text[text.index("[servers . ") : -1]
    first = text[text.index("[servers . ") : text.index("\n\n[[rows]]")]
    assert found == {
        "": text,
        "title": "'x'",
        "servers": servers,
        "servers/a.b": first,
        "servers/a.b/command": '"npx"',
        "servers/a.b/args": "[ # all of them\n  \"-y\", # yes\n  'db',\n]",
        "servers/a.b/args/0": '"-y"',
        "servers/a.b/args/1": "'db'",
        "servers/a.b/env": "{ A.b = 1, 'c' = { } }",
        "servers/a.b/env/A": "A.b = 1",
        "servers/a.b/env/A/b": "1",
        "servers/a.b/env/c": "{ }",
        "servers/a.b/deeper": '[servers."a.b".deeper]\non = true',
        "servers/a.b/deeper/on": "true",
        "rows": "[[rows]]\nn = 1\n[rows.sub]\nm = 2\n[[rows]]",
        "rows/0": "[[rows]]\nn = 1\n[rows.sub]\nm = 2",
        "rows/0/n": "1",
        "rows/0/sub": "[rows.sub]\nm = 2",
        "rows/0/sub/m": "2",
        "rows/1": "[[rows]]",
        "servers/late": "late.r = 3",
        "servers/late/r": "3",
    }
    assert same(root(text), tomllib.loads(text))


def test_keys_stand_where_they_are_first_written() -> None:
    text = "[ a . 'b.c' ]\n\"d\\u00e9\".e-1 = 0\n[a.f]\n"
    mappings = [node for _, node in walk(root(text)) if isinstance(node, Mapping)]
    places = [(str(key), *key.span) for node in mappings for key, _ in node.pairs]
    assert places == [("a", 2, 3), ("b.c", 7, 10), ("f", 35, 36), ("dé", 15, 22), ("e-1", 24, 27)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n# only a comment",
        "a.b.c = 1\na.b.d = 2\na.e = 3\n",
        "[a.b]\nc = 1\n[a]\nd = 2\n[a.e]\n",
        "[[a]]\nb = 1\n[[a]]\n[[a.c]]\nd = 1\n[[a.c]]\n[a.e.f]\ng = 1\n",
        "a = [[1, 2,], [\n[], # c\n{b = [{}]}\n]]\n",
        "1234 = 1\n'' = 2\n",
        "a = { b.c = 1, b.d = 2, 'e' = [ { f = 1 } ] }\n",
        "true = 1\ninf = 2\n1979-05-27 = 3\n",
        "a = 1\r\n[b]\r\nc = '''\r\nx\r\n'''\r\n",
        "a = [1979-05-27 07:32:00, 1979-05-27,07:32:00]\nb = {c=07:32:00}",
        "\ta\t=\t1\t# c\t\n  [ b ]  # c\n",
        "a = 'x'#c",
        "'é' = 1",
    ],
)
def test_whole_documents_are_read_as_tomllib_reads_them(text: str) -> None:
    assert same(root(text), tomllib.loads(text))


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("a", 1, "expected '=' after the key"),
        ("a = ", 4, "expected a value"),
        ("= 1", 0, "expected a key"),
        ("a. = 1", 3, "expected a key"),
        ("é = 1", 0, "expected a key"),
        ("a = 1 b = 2", 6, "text where the line should end"),
        ("[a] b = 2", 4, "text where the line should end"),
        ("[a\nb = 2", 2, "expected ']' after the name of the table"),
        ("[[a]\n", 3, "expected ']]' after the name of the table"),
        ("[]\n", 1, "expected a key"),
        ("a = npx", 4, "a value that is neither a number nor in quotes"),
        ("a = 12x", 4, "a value that is neither a number nor in quotes"),
        ("a = [1 2]", 7, "expected ',' or ']'"),
        ("a = [1, 2", 9, "expected ',' or ']'"),
        ("a = {b = 1", 10, "expected ',' or '}'"),
        ("a = {b = 1 c = 2}", 11, "expected ',' or '}'"),
        ("a = 'b", 4, "a string that is not closed"),
        ("a = 'b\n'", 4, "a string that is not closed"),
        ('a = "b\n"', 4, "a string that is not closed"),
        ('a = "b\\\n"', 4, "a string that is not closed"),
        ('a = "b\\"', 4, "a string that is not closed"),
        ("a = '''b''", 4, "a string that is not closed"),
        ('a = """b\\"""', 4, "a string that is not closed"),
        ('a = "b\\q"', 6, "an escape that TOML does not know"),
        ('a = "\\u12"', 5, "an escape that TOML does not know"),
        ('a = "\\UFFFFFFFF"', 5, "an escape that TOML does not know"),
        ('a = """b\\ c"""', 8, "an escape that TOML does not know"),
        ("a = 1\r\n\na = 2", 8, "a key that already has a value"),
        ("a = 1\n[a]", 7, "a key that already has a value"),
        ("a = 1\n[[a]]", 8, "a key that already has a value"),
        ("[a]\n[[a]]", 6, "a key that already has a value"),
        ("a = {}\na.b = 1", 7, "a key that already has a value"),
        ("a = []\n[[a]]", 9, "a key that already has a value"),
        ("a = {b = 1, b = 2}", 12, "a key that already has a value"),
        ("[a]\r\n[b]\r\n[a]\n", 12, "a table that is already defined"),
        ("a.b = 1\n[a]\n", 10, "a table that is already defined"),
        ("[a.b]\nc = 1\n[a]\nb.d = 2", 23, "a key that already has a value"),
        ("'é' = 1\nb = 2026-02-30", 12, "a date or time that does not exist"),
        ('a = "\\ud800"', 11, "an escape that TOML does not know"),
        ("a = 1\nb = '\x07'", 11, "a control character"),
        ("a = 'x' # \x00", 10, "a control character"),
        ("a = 1\rb = 2", 5, "text where the line should end"),
        ("a = 01", 5, "text that TOML does not allow here"),
        ("a = 1__0", 5, "text that TOML does not allow here"),
        ("a = Infinity", 4, "text that TOML does not allow here"),
        pytest.param(f"a = {'1' * 401}", 4, "expected a value", id="longer than any number"),
        pytest.param("a = " + "[" * 50_000, 4 + 99, "nested more than 100 deep", id="arrays"),
        pytest.param("a = " + "{b = " * 50_000, 4 + 99 * 5, "nested more than 100 deep", id="inline tables"),
        pytest.param(".".join("a" * 50_000) + " = 1", 2 * 99, "nested more than 100 deep", id="dotted key"),
        pytest.param(f"[{'.'.join('a' * 50_000)}]", 0, "nested more than 100 deep", id="header"),
        pytest.param(
            "[[" + "]]\n[[".join(".".join("a" * n) for n in range(1, 60)) + "]]\n",
            2646,
            "nested more than 100 deep",
            id="arrays of tables",
        ),
    ],
)
def test_what_is_not_valid_has_one_problem_and_no_root(text: str, offset: int, message: str) -> None:
    assert read_toml(text) == (None, (SyntaxProblem(offset, message),))


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 99 + "]" * 99, ".".join("a" * 100) + " = 1", f"[{'.'.join('a' * 99)}]"]
)
def test_the_deepest_nesting_that_is_allowed_is_read(text: str) -> None:
    depths = [len(path) for path, _ in walk(root(text))]
    assert max(depths) in (MAX_DEPTH - 1, MAX_DEPTH)


KEYS = st.sampled_from(["a", "b", "x-1", "7", "'l.m'", '"q \\"r"', "a.b", "a . 'c'", "b.c.d", '""'])
LITERALS = st.sampled_from(
    [
        *(
            "1",
            "-2",
            "0x1F",
            "1_000",
            "1e3",
            "6.5",
            "inf",
            "-nan",
            "true",
            "1979-05-27",
            "07:32:00",
            "1979-05-27 07:32:00.5Z",
        ),
        *(
            '"s"',
            "'l\\'",
            '"\\u00e9\\n😀"',
            '"""m\\\n   n"""',
            '"""\r\no"p"""""',
            "'''\nq''''",
            '"\\x41"',
            "",
            "x",
            "01",
        ),
    ]
)
SPACES = st.sampled_from(["", " ", "\t", " # c\n", "\n"])


@st.composite
def values(draw: st.DrawFn, depth: int = 2) -> str:
    kind = draw(st.integers(0, 4)) if depth else 0
    if kind == 3:
        items = draw(st.lists(values(depth - 1), max_size=3))
        return f"[{draw(SPACES)}{','.join(item + draw(SPACES) for item in items)}{draw(SPACES)}]"
    if kind == 4:
        pairs = draw(st.lists(st.tuples(KEYS, values(depth - 1)), max_size=3))
        return f"{{ {', '.join(f'{key} = {value}' for key, value in pairs)} }}"
    return draw(LITERALS)


@st.composite
def lines(draw: st.DrawFn) -> str:
    key = draw(KEYS)
    return draw(
        st.sampled_from([f"[{key}]", f"[[ {key} ]] # c", "", "  # c"]) | values().map(lambda value: f"{key} = {value}")
    )


@given(st.lists(lines(), max_size=6), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=500, deadline=None)
def test_documents_are_read_or_refused_as_by_tomllib(document: list[str], end: str) -> None:
    text = end.join(document)
    tree = read_toml(text)
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        event("not valid")
        assert tree.root is None
        assert 0 <= tree.problems[0].offset <= len(text)
        return
    event("valid")
    assert tree.root is not None
    assert same(tree.root, expected)
    assert_places(text, tree.root)


def assert_places(text: str, root: Node) -> None:
    """Read each value again from nothing but its span."""
    for _, node in walk(root):
        assert 0 <= node.start <= node.end <= len(text)
        if isinstance(node, Scalar):
            assert same(node, tomllib.loads(f"x = {text[slice(*node.span)]}")["x"])
            if isinstance(node.value, Text) and node.value.offsets is None:
                assert text[slice(*node.value.span)] == node.value
        for key, _ in node.pairs if isinstance(node, Mapping) else []:
            assert key.offsets or text[slice(*key.span)] == key


@given(
    st.lists(
        st.sampled_from([*"ab.=[]{},'\"\\ \t\n\r#1-é\x00", '"""', "'''", "[[", "]]", " = ", "\\u00e9"]), max_size=30
    )
)
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_or_refused_as_by_tomllib(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        expected = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert read_toml(text).root is None
    else:
        assert same(root(text), expected)
