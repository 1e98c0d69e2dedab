from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from claude_preflight.model import Span
from claude_preflight.syntax.front_matter import FrontMatter, _read_simple, front_matter
from claude_preflight.syntax.jsonc import MAX_DEPTH
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, SyntaxProblem, Text, plain, walk
from claude_preflight.syntax.yaml_ import read_yaml, read_yaml_documents
from claude_preflight.syntax.yaml_scalars import resolve

# U+2028 and U+FEFF by number, so that nobody has to guess what stands in the source.
LINE_SEPARATOR = "\u2028"
ZERO_WIDTH = "\ufeff"


def root(text: str) -> Node:
    tree = read_yaml(text)
    assert tree.problems == ()
    assert tree.root is not None
    return tree.root


def value(text: str) -> Text:
    """Return the text that is the value of the key `a`."""
    mapping = root(text)
    assert isinstance(mapping, Mapping)
    found = mapping.text("a")
    assert found is not None
    return found


def matter(text: str) -> FrontMatter:
    found = front_matter(text)
    assert found is not None
    return found


def dump(node: Node | None) -> object:
    """Return everything there is to know about `node`, for comparison."""
    if isinstance(node, Mapping):
        pairs = [(str(key), key.start, key.end, key.offsets, dump(item)) for key, item in node.pairs]
        return "mapping", node.start, node.end, pairs
    if isinstance(node, Sequence):
        return "sequence", node.start, node.end, [dump(item) for item in node.items]
    assert isinstance(node, Scalar)
    if isinstance(node.value, Text):
        return "text", node.start, node.end, str(node.value), *node.value.span, node.value.offsets
    return type(node.value), node.start, node.end, repr(node.value)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("NULL", None),
        ("nULL", "nULL"),
        ("true", True),
        ("False", False),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("12", 12),
        ("-3", -3),
        ("+3", 3),
        ("007", 7),
        ("0o17", 15),
        ("0x1f", 31),
        ("0xFE", 254),
        ("0b11", "0b11"),
        ("1_000", "1_000"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("-1e3", -1000.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("inf", "inf"),
        ("1:30", "1:30"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T10:00:00Z", "2026-01-31T10:00:00Z"),
        ("<<", "<<"),
        ("=", "="),
        ("1.2.3", "1.2.3"),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("!custom 12", "12"),
        ("!!int '12'", 12),
        ("&anchor 12", 12),
        ("&anchor !!str", ""),
        ("١", "١"),
        pytest.param("9" * 5000, "9" * 5000, id="a number that int() refuses"),
    ],
)
def test_plain_scalars_read_as_yaml_1_2_reads_them(source: str, expected: object) -> None:
    text = f"a: {source}\n"
    read = plain(root(text))
    assert read == {"a": expected}
    assert isinstance(read, dict)
    assert type(read["a"]) is type(expected)


def test_not_a_number_is_a_float() -> None:
    read = plain(root("- .nan\n- .NaN"))
    assert isinstance(read, list)
    assert [math.isnan(number) for number in read] == [True, True]


@pytest.mark.parametrize(
    ("source", "string", "places"),
    [
        ("a: one two", "one two", range(3, 11)),
        ("a:   one  # why", "one", range(5, 9)),
        ("a: é😀x", "é😀x", range(3, 7)),
        ("😀: 0\na: x", "x", range(8, 10)),
        ("b: 0\r\na: x\r\n", "x", range(9, 11)),
        ("a: 'one'", "one", range(4, 8)),
        ("a: ''", "", [4]),
        ("a: 'it''s'", "it's", [4, 5, 6, 8, 9]),
        ('a: "one"', "one", range(4, 8)),
        (r'a: "\té\u00e9\x41😀"', "\téé" + "A😀", [4, 6, 7, 13, 17, 18]),
        (r'a: "\U0001F600\\\""', '😀\\"', [4, 14, 16, 18]),
        ("a: one\n  two", "one two", [3, 4, 5, 6, 9, 10, 11, 12]),
        ("a: one\r\n\r\n  two", "one\ntwo", [3, 4, 5, 6, 12, 13, 14, 15]),
        ("a: 'o\n  p'", "o p", [4, 5, 8, 9]),
        ('a: "o\n  p"', "o p", [4, 5, 8, 9]),
        ("a: |\n  o\n   p\n", "o\n p\n", [7, 8, 11, 12, 13, 14]),
        ("a: |\r\n  o\r\n  p\r\n", "o\np\n", [8, 9, 13, 14, 16]),
        ("a: |-\n\n  o\n\n  p\n\nb: 0", "\no\n\np", [6, 9, 10, 11, 14, 15]),
        ("a: |+\n  o\n\nb: 0", "o\n\n", [8, 9, 10, 11]),
        ("a: |2\n    o", "  o", [8, 9, 10, 11]),
        ("a: |\n", "", [5]),
        ("a: | # why\n  o\n# end\n", "o\n", [13, 14, 15]),
        ("a: >\n  o\n  p\n\n  q\n", "o p\nq\n", [7, 8, 11, 12, 16, 17, 18]),
        ("a: >-\n  o\n    p\n", "o\n  p", [8, 9, 10, 11, 14, 15]),
        ("a: !!str &x 12", "12", range(12, 15)),
        ("a: &x |\n  o\n", "o\n", [10, 11, 12]),
        (f"a: x{LINE_SEPARATOR}# y", f"x{LINE_SEPARATOR}# y", range(3, 9)),
        (f'a: "x{ZERO_WIDTH}\\n\x85"', f"x{ZERO_WIDTH}\n\x85", [4, 5, 6, 8, 9]),
        (f"a: |\n  x{LINE_SEPARATOR}\n  \ufffd\n", f"x{LINE_SEPARATOR}\n\ufffd\n", [7, 8, 9, 12, 13, 14]),
    ],
)
def test_a_text_knows_where_each_of_its_characters_stands(source: str, string: str, places: range | list[int]) -> None:
    found = value(source)
    assert str(found) == string
    assert list(found.offsets or range(found.start, found.end + 1)) == list(places)
    assert found.span == (places[0], places[-1])


def test_a_text_of_several_lines_with_escapes_has_one_place() -> None:
    found = value('a: "\\tx\n  y"')
    assert (str(found), found.span, found.part(0, 1).span) == ("\tx y", (4, 11), (4, 11))


def test_nodes_reach_from_their_first_to_their_last_character() -> None:
    text = "# head\na:\n  - b: |\n      t\n\n    c: [d, {e: 1}, f: g]\n\n# tail\nh: &x\n  i: 'j'\nk:\n"
    found = {"/".join(path): text[slice(*node.span)] for path, node in walk(root(text))}
    assert found == {
        "": text[7:-1],
        "a": "- b: |\n      t\n\n    c: [d, {e: 1}, f: g]",
        "a/0": "b: |\n      t\n\n    c: [d, {e: 1}, f: g]",
        "a/0/b": "|\n      t\n",
        "a/0/c": "[d, {e: 1}, f: g]",
        "a/0/c/0": "d",
        "a/0/c/1": "{e: 1}",
        "a/0/c/1/e": "1",
        "a/0/c/2": "f: g",
        "a/0/c/2/f": "g",
        "h": "i: 'j'",
        "h/i": "'j'",
        "k": "",
    }


def test_keys_keep_their_order_their_place_and_their_duplicates() -> None:
    text = "b: 1\n\"a\\n\": 2\n'b': 3\n"
    mapping = root(text)
    assert isinstance(mapping, Mapping)
    assert [(str(key), text[slice(*key.span)], plain(item)) for key, item in mapping.pairs] == [
        ("b", "b", 1),
        ("a\n", "a\\n", 2),
        ("b", "b", 3),
    ]


@pytest.mark.parametrize(
    ("text", "key", "span"),
    [
        ("12: x", "12", (0, 2)),
        ("true: x", "true", (0, 4)),
        ("on: x", "on", (0, 2)),
        ("~: x", "~", (0, 1)),
        ("? \n: x", "", (1, 1)),
        ("&k key: x", "key", (3, 6)),
        ("*a : x", "*a", (0, 2)),
        ("[b, c]: x", "[b, c]", (0, 6)),
        ("{{ name }}: x", "{{ name }}", (0, 10)),
        ("? b: c\n: x", "b: c", (2, 6)),
        ("? |\n  k\n: x", "k\n", (6, 8)),
        pytest.param(f"? [{'b' * 200}]\n: x", "[" + "b" * 79, (2, 82), id="cut off"),
    ],
)
def test_a_key_that_is_no_string_has_its_spelling_as_text(text: str, key: str, span: tuple[int, int]) -> None:
    mapping = root(text)
    assert isinstance(mapping, Mapping)
    assert [(str(name), name.span, plain(item)) for name, item in mapping.pairs] == [(key, span, "x")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1\nb: *x\n", {"a": 1, "b": 1}),
        ("a: &x [1, &y {c: 2}]\nb: [*x, *y]\n", {"a": [1, {"c": 2}], "b": [[1, {"c": 2}], {"c": 2}]}),
        ("a: &x 1\nb: &x 2\nc: *x\n", {"a": 1, "b": 2, "c": 2}),
        ("a: *x\nb: &x 1\n", {"a": None, "b": 1}),
        ("a: &x 1\n*x : 2\n", {"a": 1, "*x": 2}),
        ("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n", {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}}),
        ("a: &x {c: 2}\nd:\n  c: 3\n  <<: *x\n", {"a": {"c": 2}, "d": {"c": 3}}),
        ("- &x {a: 1}\n- &y {a: 2, b: 2}\n- {<<: [*x, *y]}\n", [{"a": 1}, {"a": 2, "b": 2}, {"a": 1, "b": 2}]),
        ("- &x {a: 1}\n- &y {<<: *x}\n- {<<: *y}\n", [{"a": 1}, {"a": 1}, {"a": 1}]),
        ("<<: {a: 1}\nb: 2\n", {"a": 1, "b": 2}),
        ("<<: 1\n", {"<<": 1}),
        ("a: &x [1]\n<<: *x\n", {"a": [1], "<<": [1]}),
        ("a: &x {<<: *x, b: 1}\n", {"a": {"<<": None, "b": 1}}),
    ],
)
def test_aliases_and_merge_keys_are_expanded(text: str, expected: object) -> None:
    assert plain(root(text)) == expected


def test_what_an_alias_stands_for_keeps_its_place() -> None:
    mapping = root("a: &x [b]\nc: *x\nd: {<<: {e: f}}\n")
    assert isinstance(mapping, Mapping)
    found = mapping.sequence("c")
    assert found is not None
    assert [text.span for text in found.texts()] == [(7, 8)]
    assert [(name.span, item.span) for name, item in mapping.pairs] == [
        ((0, 1), (6, 9)),
        ((10, 11), (6, 9)),
        ((16, 17), (19, 31)),
    ]


def test_aliases_are_expanded_within_limits() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    mapping = root(bomb)
    assert isinstance(mapping, Mapping)
    assert 5_000 < len(list(walk(mapping))) < 20_000
    assert plain(mapping.pairs[59][1]) == [None, None]
    nested = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 150))
    assert 90 < max(len(path) for path, _ in walk(root(nested))) <= 100


def test_an_anchor_that_contains_its_own_alias_is_read() -> None:
    assert plain(root("&a [*a, {b: *a}]")) == [None, {"b": None}]


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("a: b: c", 4, "': ' inside a value that is not in quotes"),
        ("é: 😀\nb: c: d", 9, "': ' inside a value that is not in quotes"),
        ("a: [b] [c]", 7, "text that does not fit the structure or the indentation around it"),
        ("a:\n  b: c\n d: e", 11, "text that does not fit the structure or the indentation around it"),
        ("- a\nb: c", 4, "text that does not fit the structure or the indentation around it"),
        ("a: - b", 3, "'- ' where no list item may stand"),
        ("a: 'b", 3, "a quote that is not closed"),
        ('a: 1\nb: "c\n', 8, "a quote that is not closed"),
        ("a: [b", 5, "a missing comma or closing bracket, or text behind a bracket"),
        ("a: [b\nc: d", 7, "a missing comma or closing bracket, or text behind a bracket"),
        ("a: **/*.ts", 3, "'*' or '&' at the start of a value that is not in quotes"),
        ("a: @b", 3, "a character that can start a value only inside quotes"),
        ("a: `b`", 3, "a character that can start a value only inside quotes"),
        ("a:\n\tb: c", 3, "a tab where YAML takes only spaces"),
        ('a: "\\q"', 4, "an escape that YAML does not know"),
        ('a: "\\x4"', 6, "an escape that YAML does not know"),
        ("a: !b!c d", 3, "a tag whose prefix is not declared"),
        ("a\nb: c", 0, "a line that is neither 'key: value' nor part of the value before it"),
        ("a: b\nc\nd: e", 5, "a line that is neither 'key: value' nor part of the value before it"),
        ("a: b\nc d", 5, "a line that is neither 'key: value' nor part of the value before it"),
        ("a: b\nc\nd\ne: f", 5, "a line that is neither 'key: value' nor part of the value before it"),
        ("a: b\r\nc\r\nd: e", 6, "a line that is neither 'key: value' nor part of the value before it"),
        ("a b\nc: d", 0, "a line that is neither 'key: value' nor part of the value before it"),
        ("# x\n\na b\n\nc: d", 5, "a line that is neither 'key: value' nor part of the value before it"),
        ("a: b\n  c d\n  e: f", 14, "': ' inside a value that is not in quotes"),
        ("[a]\nb", 4, "text after the end of the document"),
        ("%YAML 1.1", 9, "text after the end of the document"),
        ("a: \x07b", 3, "a control character"),
        ("a: é\x00", 4, "a control character"),
        ("a: \x7f", 3, "a control character"),
        ("a: \ud800", 3, "a control character"),
        ("a: b\n# \x1b[1m", 7, "a control character"),
        pytest.param("[" * 50_000, MAX_DEPTH, "nested more than 100 deep", id="brackets"),
        pytest.param("- " * 50_000, 2 * MAX_DEPTH, "nested more than 100 deep", id="dashes"),
        pytest.param("? " * 50_000, 2 * MAX_DEPTH, "nested more than 100 deep", id="complex keys"),
        pytest.param("{a: " * 50_000, 4 * MAX_DEPTH, "nested more than 100 deep", id="braces"),
        pytest.param("%TAG !a! b\n" * 50_000, 0, "more than 100 tag directives", id="tag directives"),
    ],
)
def test_what_does_not_parse_has_one_problem_and_no_root(text: str, offset: int, message: str) -> None:
    assert read_yaml(text) == (None, (SyntaxProblem(offset, message),))


@pytest.mark.parametrize("opening", ["[", "- ", "{a: "])
def test_the_deepest_nesting_that_is_allowed_is_read(opening: str) -> None:
    closing = {"[": "]", "{a: ": "}"}.get(opening, "x")
    deepest = opening * MAX_DEPTH + closing * (MAX_DEPTH if closing != "x" else 1)
    assert read_yaml(deepest).problems == ()
    assert len(list(walk(root(deepest)))) == MAX_DEPTH + (opening != "[")


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "--- # x\n...\n", "null"])
def test_a_text_without_content_is_null(text: str) -> None:
    assert plain(root(text)) is None


@pytest.mark.parametrize("text", ["a: &\n", "a: *\n", "--- >\n", "\\", "'", '"', "!", "!<", "&", "%", "|", "a: |9\n"])
def test_unfinished_texts_are_read_or_refused(text: str) -> None:
    tree = read_yaml(text)
    assert (tree.root is None) == bool(tree.problems)


def test_a_range_of_a_text_is_read_with_the_offsets_of_the_text() -> None:
    text = "😀 b: [\na: x\nb: ["
    tree = read_yaml(text, 7, 12)
    assert dump(tree.root) == ("mapping", 7, 11, [("a", 7, 8, None, ("text", 10, 11, "x", 10, 11, None))])
    assert read_yaml(text, 7).problems[0].offset == len(text)


def test_of_several_documents_the_first_is_read() -> None:
    assert plain(root("%YAML 1.2\n---\na: 1\n---\na: [")) == {"a": 1}


def test_all_documents_are_read_up_to_the_one_that_does_not_parse() -> None:
    trees = read_yaml_documents("a: 1\n---\n---\n- b\n...\n---\nc: 'd\n---\ne: 2\n")
    assert [tree.root and plain(tree.root) for tree in trees] == [{"a": 1}, None, ["b"], None]
    assert [tree.problems for tree in trees[:3]] == [(), (), ()]
    assert trees[3].problems == (SyntaxProblem(28, "a quote that is not closed"),)
    assert read_yaml_documents("# nothing\n") == []
    assert read_yaml_documents("a: 1\n---\n\x00") == [(None, (SyntaxProblem(9, "a control character"),))]


def test_without_the_c_library_the_tree_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "é: 😀\r\nb: &x [1, 'it''s', {c: *x}]\r\nd:\r\n  - |\r\n    e\r\n   \r\n  - >-\r\n    f\r\n    g\r\n"
    with_c = dump(root(text))
    broken = ["a: [", "a: b: c", "a: *.x", "a: 'b", "a: 'b\n---\n", "- a\nb: c", "a:\n\tb: c", "[a]\nb"]
    problems = [read_yaml(wrong).problems for wrong in broken]
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert dump(root(text)) == with_c
    assert [read_yaml(wrong).problems for wrong in broken] == problems


@pytest.mark.parametrize("text", ['"\\UFFFFFFFF"', '"\\U00110000"', f"%YAML {'1' * 5000}.1\n--- x"])
def test_without_the_c_library_nothing_else_raises(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert read_yaml(text) == (None, (SyntaxProblem(0, "text that YAML does not allow here"),))


# Plain text of every kind, the indicators and look-alikes of YAML, and the words that its versions read differently.
PIECES = st.sampled_from(
    [
        *"abz019-?:,[]{}#&*!|>'\"%@`~=<. \t\n\r\\/_+é😀",
        *"\xa0\x85\u2028\ufeff\x00\x7f",
        ": ",
        " #",
        "- ",
        "  ",
        "\r\n",
        "\n  ",
        "\n- ",
        "true",
        "null",
        "0x1",
        ".inf",
        "!!str ",
        "&a ",
        "*a",
        "|\n",
        ">-\n",
        "---\n",
        "...",
        "\\n",
        "''",
    ]
)
ANY_TEXT = st.lists(PIECES, max_size=30).map("".join)


@given(ANY_TEXT)
@settings(max_examples=400, deadline=None)
def test_places_agree_with_the_text(text: str) -> None:
    for tree in read_yaml_documents(text):
        assert (tree.root is None) == bool(tree.problems)
        for _, node in walk(tree.root) if tree.root else ():
            assert 0 <= node.start <= node.end <= len(text)
            texts = [key for key, _ in node.pairs] if isinstance(node, Mapping) else []
            if isinstance(node, Scalar) and isinstance(node.value, Text):
                texts.append(node.value)
            for found in texts:
                exact = found.offsets is None and found.end - found.start == len(found)
                assert not exact or text[slice(*found.span)] == found
                for char, offset in zip(found, found.offsets or (), strict=False):
                    assert text[offset : offset + 1] in (char, "\\", " ", "\t", "\r", "\n", "")


def is_text_in_both_versions(text: str) -> bool:
    """Tell whether PyYAML, which writes YAML 1.1, quotes `text` if YAML 1.2 takes it for a number: `09` it does not."""
    return isinstance(resolve(Text.at(text, 0, len(text))), str) or yaml.safe_dump(text)[0] in "'\""


BOTH = ANY_TEXT.filter(is_text_in_both_versions)


@given(st.recursive(st.none() | st.booleans() | st.integers() | BOTH, lambda deeper: st.lists(deeper, max_size=4)))
@settings(max_examples=150, deadline=None)
def test_what_pyyaml_writes_is_read_back(data: object) -> None:
    # Controls are escaped, and some characters written as the line breaks that they were in YAML 1.1.
    assume(not any(char in repr(data) for char in ("\\x00", "\\x7f", "\\x85", "\\u2028")))
    written = yaml.safe_dump(data, allow_unicode=True)
    tree = read_yaml(written)
    assert tree.root is not None
    assert plain(tree.root) == data


@pytest.mark.parametrize(
    ("text", "span", "body", "expected"),
    [
        ("---\na: 1\n---\nbody", (4, 9), 13, {"a": 1}),
        ("--- \t\na: 1\n---  \nbody", (6, 11), 17, {"a": 1}),
        ("---\r\na: 1\r\n---\r\nbody", (5, 11), 16, {"a": 1}),
        ("---\ra: 1\r---\rbody", (4, 9), 13, {"a": 1}),
        ("---\na: 1\n...\nbody", (4, 9), 13, {"a": 1}),
        ("---\na: 1\n---", (4, 9), 12, {"a": 1}),
        ("---\n---\nbody", (4, 4), 8, None),
        ("---\n# c\n---\n", (4, 8), 12, None),
        ("---\na: --- b\n --- c\n---\n", (4, 20), 24, {"a": "--- b --- c"}),
        ("---\nsome prose\n---\n", (4, 15), 19, "some prose"),
        ("---\n- a\n---\n", (4, 8), 12, ["a"]),
    ],
)
def test_front_matter_stands_between_fences(text: str, span: Span, body: int, expected: object) -> None:
    found = matter(text)
    assert (found.span, found.body, found.tree.problems) == (span, body, ())
    assert found.tree.root is not None
    assert plain(found.tree.root) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "---",
        "---\n",
        "---\na: 1\n",
        "\n---\na: 1\n---\n",
        " ---\n---\n",
        "----\na: 1\n----\n",
        "--- a\n---\n",
        "# Title\n---\na: 1\n---\n",
        "---\na: 1\n--- b\n",
        "---\na: 1\n ---\n",
        "---\na: 1\n----\n",
    ],
)
def test_other_texts_have_no_front_matter(text: str) -> None:
    assert front_matter(text) is None


def test_front_matter_that_does_not_parse_is_read_key_by_key() -> None:
    text = (
        "---\n"
        "name: reviewer\n"
        "description: Reviews code. Example: user: 'hi'\n"
        "tools: [Read, Bash]  # both\n"
        "model: 'opus'\n"
        "argument-hint: [file] [line]\n"
        "paths:\n  - **/*.ts\n  - 'src/*'\n"
        "mcpServers:\n  db: {command: npx, args: [-y, db]}\n"
        "hooks:\n  a: b: c\n  d: e\n"
        "flag: true\n"
        "\tstray\n"
        "empty:\n"
        "---\n"
    )
    found = matter(text)
    assert found.tree.problems == (SyntaxProblem(text.index(": user"), "': ' inside a value that is not in quotes"),)
    mapping = found.tree.root
    assert isinstance(mapping, Mapping)
    assert plain(mapping) == {
        "name": "reviewer",
        "description": "Reviews code. Example: user: 'hi'",
        "tools": ["Read", "Bash"],
        "model": "opus",
        "argument-hint": "[file] [line]",
        "paths": ["**/*.ts", "src/*"],
        "mcpServers": {"db": {"command": "npx", "args": ["-y", "db"]}},
        "hooks": "a: b: c\n  d: e",
        "flag": "true\n\tstray",
        "empty": None,
    }
    assert mapping.span == found.span
    for _, node in walk(mapping):
        if isinstance(node, Scalar) and isinstance(node.value, Text):
            assert text[slice(*node.value.span)] == node.value


def test_a_block_within_front_matter_that_does_not_parse_keeps_its_places() -> None:
    root_ = matter(f"---\nx: [\ny: |\n  a{LINE_SEPARATOR}b\n  c\n---\n").tree.root
    assert isinstance(root_, Mapping)
    found = root_.text("y")
    assert found is not None
    assert (found, found.offsets) == (f"a{LINE_SEPARATOR}b\nc\n", (16, 17, 18, 19, 22, 23, 24))


@pytest.mark.parametrize(
    "line", ["x: 'y", 'x: "y', "x: [y", "x: {y", "x: @y", "x:\n\t- y", "x: \x07", "  x", "- x", "'"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_broken_entry_hides_no_other(line: str, end: str) -> None:
    found = matter(f"---\n{line}\ntools: Bash, Read\n---\n".replace("\n", end))
    assert len(found.tree.problems) == 1
    assert isinstance(found.tree.root, Mapping)
    tools = found.tree.root.text("tools")
    assert (tools, tools and tools.end - tools.start) == ("Bash, Read", 10)


SIMPLE_LINES = [
    "name: x",
    "name:   x y, z  ",
    'description: Reviews a:b, (#1), it\'s "so" (really) — ünï😀 https://a.example/b#c?d=[e]{f}',
    "tools: Read, Bash(git log:*), mcp__db__*",
    "a_b.c-d : 1",
    "Flag: true",
    "n: 1.5",
    "o:",
    "o:  ",
    "o: null",
    "q: 'one: two # three'",
    'q: "one: two # three"  ',
    'q: "a\\nb\\t\\"c\\"\\\\"',
    "q: ''",
    "l: [Read, 'B c', \"d\", Bash(x:*), true]",
    "l:\n  - Read\n  - 'B: c'\n  - 12",
    "l:\n- Read\n\n- B c",
    "l:\n    # why\n  - Read",
    "m:\n  author: x\n  version: 1.0\n  none:\n  list: [a, b]",
    "b: |\n  one\n    two: 'x' # y\n\n  three",
    "b: |-\n  one\n",
    "b: >\n  one\n  two - three",
    "b: >-\n    one\n\n",
    "# comment",
    "",
    f"long: {'word ' * 300}",
]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("line", SIMPLE_LINES)
def test_simple_front_matter_is_read_without_pyyaml_as_pyyaml_reads_it(line: str, end: str) -> None:
    text = f"---\nfirst: 1\n{line}\nlast: 2\n---\n".replace("\n", end)
    span = matter(text).span
    simple = _read_simple(text, span)
    assert simple is not None
    assert dump(simple) == dump(read_yaml(text, *span).root)


@pytest.mark.parametrize(
    "line",
    [
        "a: b: c",
        "a: b #c",
        "a: b:",
        "a: *b",
        "a: &b c",
        "a: !c d",
        "a: [b",
        "a: {b: c}",
        "a: @b",
        "a: 'b' c",
        "a: '",
        "a:b",
        "a: - b",
        "a: -1",
        "a: 'it''s'",
        'a: "\\x41"',
        'a: "b\\"',
        "a: b\n  c",
        "a:\n  b\n",
        "a:\n  - b\n c",
        "a:\n  - b\n   - c",
        "a:\n  - - b",
        "a:\n  - b: c",
        "a:\n  b: c\n   d: e",
        "a:\n  b:\n    c: d",
        "a: |+\n  b",
        "a: |2\n   b",
        "a: >\n  b\n   c",
        "a: >\n  b\n\n  c",
        "a: |\n    b\n  c",
        "a: |\n  b\n # c",
        "a: |\n\n  b",
        "a:\tb",
        "a: b\x00",
        "a: b\x85c",
        "a: b\u2028c",
        "a: [b: c]",
        "a: [b, , c]",
        "a: [1, 2]",
        "a: [*b]",
        "a: []",
        " a: b",
        "'a': b",
        "? a",
        f"{'a' * 200}: b",
        "- a",
        "% a",
        f"a{' ' * 1100}: b",
        "a: ?",
        "a: |",
        "---a",
        "a: %b",
        "a: |\n  b\n  \n",
        "a:\rb: c",
        "a: b\ufeff",
    ],
)
def test_what_is_not_simple_is_left_to_pyyaml(line: str) -> None:
    text = f"---\nfirst: 1\n{line}\n---\n"
    assert _read_simple(text, matter(text).span) is None


KEYS = st.sampled_from(["name", "tools", "allowed-tools", "a.b", "_x", "N1", "description"])
WORDS = st.sampled_from(
    [
        "a",
        "b c",
        "x",
        "é",
        "12",
        "true",
        "null",
        "~",
        "0x1F",
        ".5",
        "1e3",
        "yes",
        "2026-01-01",
        "Bash(git:*)",
        "'q'",
        '"r s"',
        '"t\\n"',
        "[a, b]",
        "['c', d e]",
        "- ",
        "-",
        ": ",
        ":",
        " #",
        "#",
        " ",
        "  ",
        "'",
        '"',
        "[",
        "]",
        ", ",
        "|",
        "*",
        "&y",
        "\\",
        "\xa0",
        "\u2028",
        "\t",
        "x" * 1100,
    ]
)
VALUES = st.lists(WORDS, max_size=4).map("".join)
INDENTS = st.sampled_from(["", " ", "  ", "    "])
HEADERS = st.sampled_from(["|", ">", "|-", ">-", "|+", "| ", ">2"])


@st.composite
def entries(draw: st.DrawFn) -> str:
    """One key of front matter with its value, mostly of the kinds that agent files hold."""
    key, indent = draw(KEYS), draw(INDENTS)
    lines = draw(st.lists(VALUES, min_size=1, max_size=4))
    match draw(st.integers(0, 4)):
        case 0 | 1:
            return f"{key}: {lines[0]}\n"
        case 2:
            return f"{key}:\n" + "".join(f"{indent}- {line}\n" for line in lines)
        case 3:
            return f"{key}:\n" + "".join(f"{indent}{draw(KEYS)}: {line}\n" for line in lines)
        case _:
            return f"{key}: {draw(HEADERS)}\n" + "".join(f"{indent}{line}\n" for line in lines)


@given(st.lists(entries() | st.sampled_from(["\n", "# c\n", "  # c\n", "   \n"]), max_size=5), st.booleans())
@settings(max_examples=500, deadline=None)
def test_reading_without_pyyaml_gives_what_pyyaml_gives_or_nothing(lines: list[str], crlf: bool) -> None:
    text = f"---\n{''.join(lines)}---\n"
    found = matter(text.replace("\n", "\r\n") if crlf else text)
    text = text.replace("\n", "\r\n") if crlf else text
    simple = _read_simple(text, found.span)
    event("simple" if simple else "not simple")
    if simple:
        assert (dump(simple), ()) == (dump(read_yaml(text, *found.span).root), found.tree.problems)


@given(ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_front_matter_of_any_kind_has_a_root_within_its_span(inner: str) -> None:
    found = front_matter(f"---\n{inner}\n---\n")
    assert found is not None
    root_ = found.tree.root
    assert root_ is not None
    for _, node in walk(root_):
        assert found.span.start <= node.start <= node.end <= found.span.end
