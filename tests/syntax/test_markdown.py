"""What the Markdown reader finds, by its exact text and place; the expectations are those of CommonMark."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.syntax.markdown import CODE, CODE_SPAN, COMMENT, MAX_DEPTH, TEXT, Blocks, read_markdown
from claude_preflight.syntax.nodes import Text

MARKS = "# |a|b c|`|``|```|```sh|~~~|> |>|- |1. |12) |<!--|-->|<!-->|<div>|<b x='`'>|<pre>|</pre>|<?|\\|===|---|* * *"
BLANKS = (" ", "    ", "\t", "\n", "\n\n", "\r\n", "\r", "\0", "\ud800", "\u2028", "é", "|", "|---|\n")
PIECES = st.sampled_from((*MARKS.split("|"), *BLANKS))


@pytest.mark.parametrize(
    ("source", "span", "language", "info", "content"),
    [
        ("```\nls\n```\n", (0, 10), "", "", "ls\n"),
        ("```sh -x\nls\n```", (0, 15), "sh", "sh -x", "ls\n"),
        ("```!\nls\n```", (0, 11), "!", "!", "ls\n"),
        ("~~~ py `a`\nx\n~~~", (0, 16), "py", "py `a`", "x\n"),
        ("````\n```\n````", (0, 13), "", "", "```\n"),
        ("```\nx\n`````  \n", (0, 13), "", "", "x\n"),
        ("   ```\n   x\n    y\n  ```\n", (3, 23), "", "", "x\n y\n"),
        ("a\n```\nx\n```", (2, 11), "", "", "x\n"),
        ("```\nx\n", (0, 6), "", "", "x\n"),
        ("```", (0, 3), "", "", ""),
        ("```\n```", (0, 7), "", "", ""),
        ("```\r\nx\r\n```\r\n", (0, 11), "", "", "x\r\n"),
        ("```\rx\r```", (0, 9), "", "", "x\r"),
        ("> ```sh\n> a\n> b\n> ```\n", (2, 21), "sh", "sh", "a\nb\n"),
        ("> ```\n> a\nb", (2, 10), "", "", "a\n"),
        ("- ```\n  a\n    b\n  ```", (2, 21), "", "", "a\n  b\n"),
        ("- ```\n  a\n\n  b\n", (2, 15), "", "", "a\n\nb\n"),
        ("1. x\n\n   ```\n   a\n   ```", (9, 24), "", "", "a\n"),
        ("-\t```\n\ta\n\t```", (2, 13), "", "", "a\n"),
        ("- ```\na\n", (2, 5), "", "", ""),
        ("> - ```\n>   a\n>   ```", (4, 21), "", "", "a\n"),
        ("```\n<!-- a -->\n```", (0, 18), "", "", "<!-- a -->\n"),
        ("\n    a\n\n      b\n\n\nc", (5, 15), "", "", "a\n\n  b\n"),
        ("\ta `b`", (1, 6), "", "", "a `b`"),
        (">     a\n", (6, 7), "", "", "a\n"),
        ("- a\n\n      b", (11, 12), "", "", "b"),
        ("-     a", (6, 7), "", "", "a"),
    ],
)
def test_code_block(source: str, span: tuple[int, int], language: str, info: str, content: str) -> None:
    (block,) = read_markdown(source).code_blocks
    assert (tuple(block.span), block.language, block.info, block.content) == (span, language, info, content)


@pytest.mark.parametrize(
    "source",
    [
        "``` a`b\nx",
        "``\nx\n``",
        "a\n    b",
        "- a\n    b",
        "\\```\nx",
        "<!--\n```\nx\n```\n-->",
        "<div>\n```\nx\n</div>",
        "- a\n\n    b",
        "    \n\t\n",
        "",
    ],
)
def test_no_code_block(source: str) -> None:
    assert read_markdown(source).code_blocks == ()


def test_a_line_is_not_longer_indented_than_its_fence() -> None:
    text = "- ```sh\n  a\n\n\tb\n  ```"
    (block,) = read_markdown(text).code_blocks
    assert block.content == "a\n\nb\n"
    assert block.content.part(0, 1).span == (10, 11)
    assert block.content.part(3, 4).span == (14, 15)
    assert block.info.span == (5, 7)


@pytest.mark.parametrize(
    ("source", "comments"),
    [
        ("<!-- a -->", [((0, 10), " a ", True)]),
        ("<!-- a\n\nb --> c `d`\n", [((0, 13), " a\n\nb ", True)]),
        ("  <!--a-->\n", [((2, 10), "a", True)]),
        ("<!--a--> b <!--c-->\n", [((0, 8), "a", True), ((11, 19), "c", True)]),
        ("<!--a\n# b\n", [((0, 9), "a\n# b", True)]),
        ("<!-->", [((0, 5), "", True)]),
        ("<!--->", [((0, 6), "", True)]),
        ("<!---->", [((0, 7), "", True)]),
        ("<!--", [((0, 4), "", True)]),
        ("a <!-- b --> c", [((2, 12), " b ", False)]),
        ("a <!-- b\nc --> d", [((2, 14), " b\nc ", False)]),
        ("a <!-- b\n\nc --> d", []),
        ("a\n<!-- b\n\nc --> d", [((2, 15), " b\n\nc ", True)]),
        ("a \\<!-- b -->", []),
        ("`<!-- b -->`", []),
        ("a ` <!-- b ` -->", []),
        ("a <!-- ` --> `", [((2, 12), " ` ", False)]),
        ("# a <!-- b -->", [((4, 14), " b ", False)]),
        ("<div>\n  <!-- a -->\n</div>", [((8, 18), " a ", True)]),
        ("<div><!-- a\n\nb\n--></div>\n\n`c`", [((5, 18), " a\n\nb\n", True)]),
        ("> <!-- a\n> b -->\n", [((2, 16), " a\nb ", True)]),
        ("> <!-- a\nb -->\n", [((2, 8), " a", True)]),
        ("- <!-- a\n\n  b -->\n", [((2, 17), " a\n\n  b ", True)]),
        ("    <!-- a -->", []),
        ("```\n<!-- a -->\n```\n<!-- b -->", [((19, 29), " b ", True)]),
        ("<!-- a\r\nb -->\r\n", [((0, 13), " a\r\nb ", True)]),
        ("| <!-- a |\n|---|\n| --> |", []),
    ],
)
def test_comments(source: str, comments: list[tuple[tuple[int, int], str, bool]]) -> None:
    found = read_markdown(source).comments
    assert [(tuple(comment.span), comment.content, comment.block) for comment in found] == comments


@pytest.mark.parametrize(
    ("source", "headings"),
    [
        ("# a", [((0, 3), 1, "a", (2, 3))]),
        ("###### a b ##  \n", [((0, 15), 6, "a b", (7, 10))]),
        ("  ## a#\n", [((2, 7), 2, "a#", (5, 7))]),
        ("#\ta", [((0, 3), 1, "a", (2, 3))]),
        ("##", [((0, 2), 2, "", (2, 2))]),
        ("# #", [((0, 3), 1, "", (2, 2))]),
        ("#a\n####### b\n\\# c\n    # d", []),
        ("a\n===\n", [((0, 5), 1, "a", (0, 1))]),
        ("a\nb  \n --\n", [((0, 9), 2, "a\nb", (0, 3))]),
        ("> a\n> -\n", [((2, 7), 2, "a", (2, 3))]),
        ("> a\n---\n", []),
        ("- a\n---\n", []),
        ("---\na\n", []),
        ("a\n\n---\n", []),
        ("- # a\n", [((2, 5), 1, "a", (4, 5))]),
        ("```\n# a\n```\n<!--\n# b\n-->", []),
        ("# é\r\nx\r\n==\r\n", [((0, 3), 1, "é", (2, 3)), ((5, 10), 1, "x", (5, 6))]),
    ],
)
def test_headings(source: str, headings: list[tuple[tuple[int, int], int, str, tuple[int, int]]]) -> None:
    found = read_markdown(source).headings
    assert [(tuple(each.span), each.level, each.text, tuple(each.text.span)) for each in found] == headings


@pytest.mark.parametrize(
    ("source", "code_spans"),
    [
        ("a `b` c", [((2, 5), "b")]),
        ("!`git status`", [((1, 13), "git status")]),
        ("`` a`b ``", [((0, 9), "a`b")]),
        ("` `` `", [((0, 6), "``")]),
        ("` `", [((0, 3), " ")]),
        ("`a\nb`", [((0, 5), "a\nb")]),
        ("`a\n\nb`", []),
        ("`a", []),
        ("``a`", []),
        ("\\`a`", []),
        ("`a\\`b`", [((0, 4), "a\\")]),
        ("\\``a`", [((2, 5), "a")]),
        ("<b c='`'>`", []),
        ("<http://a`b>`c`", [((12, 15), "c")]),
        ("<a`b>`", [((2, 6), "b>")]),
        ("# `a`\n`b`\n===\n", [((2, 5), "a"), ((6, 9), "b")]),
        ("> `a\n> b`\n", [((2, 9), "a\nb")]),
        ("- `a\nb`\n", [((2, 7), "a\nb")]),
        ("`a\n- b`", []),
        ("`a\n2. b`", [((0, 8), "a\n2. b")]),
        ("<pre>\n`a`\n</pre>\n`b`", [((17, 20), "b")]),
        ("| `a | b` | `c` |\n|---|---|---|\n| ` | `d` |\n", [((12, 15), "c"), ((38, 41), "d")]),
        ("| a |\n|:-:|\n| `b \\| c` |\n", [((14, 22), "b \\| c")]),
    ],
)
def test_code_spans(source: str, code_spans: list[tuple[tuple[int, int], str]]) -> None:
    found = read_markdown(source).code_spans
    assert [(tuple(each.span), each.content) for each in found] == code_spans


def test_content_inside_a_quote_knows_the_place_of_each_character() -> None:
    text = "> a <!-- b\n> c --> `d\n> e`\n"
    blocks = read_markdown(text)
    (comment,), (code_span,) = blocks.comments, blocks.code_spans
    assert (comment.content, comment.span) == (" b\nc ", (4, 18))
    assert comment.content.part(3, 4).span == (13, 14)
    assert (code_span.content, code_span.span) == ("d\ne", (19, 26))
    assert code_span.content.part(2, 3).span == (24, 25)


def test_reading_begins_behind_the_front_matter() -> None:
    text = "---\na: '`x`'\n---\n# b\n`c`\n"
    blocks = read_markdown(text, 17)
    assert [heading.text.span for heading in blocks.headings] == [(19, 20)]
    assert [code_span.span for code_span in blocks.code_spans] == [(21, 24)]


def test_kind_at() -> None:
    text = "a `b`\n\n<!-- c -->\n\n```\nd\n```\ne"
    blocks = read_markdown(text)
    kinds = [blocks.kind_at(offset) for offset in range(len(text) + 1)]
    expected = [TEXT] * 2 + [CODE_SPAN] * 3 + [TEXT] * 2 + [COMMENT] * 10 + [TEXT] * 2 + [CODE] * 9 + [TEXT] * 3
    assert kinds == expected


def test_nothing_stands_in_an_empty_text() -> None:
    assert read_markdown("") == Blocks((), (), (), (), ())
    assert read_markdown("").kind_at(0) == TEXT


def test_deeper_quotes_are_text() -> None:
    text = "> " * MAX_DEPTH + "# a\n\n" + "> " * (MAX_DEPTH + 1) + "# b\n" + "- " * 50_000 + "`c`"
    blocks = read_markdown(text)
    assert [heading.text for heading in blocks.headings] == ["a"]
    assert [code_span.content for code_span in blocks.code_spans] == ["c"]


def _texts(blocks: Blocks) -> list[Text]:
    texts = [text for block in blocks.code_blocks for text in (block.info, block.language, block.content)]
    texts += [comment.content for comment in blocks.comments]
    texts += [code_span.content for code_span in blocks.code_spans]
    return texts + [heading.text for heading in blocks.headings]


@given(st.lists(PIECES, max_size=40).map("".join), st.integers(0, 5))
@settings(max_examples=300, deadline=None)
def test_every_text_has_its_place(source: str, start: int) -> None:
    blocks = read_markdown(source, start)
    for text in _texts(blocks):
        offsets = range(text.start, text.end + 1) if text.offsets is None else text.offsets
        assert len(offsets) == len(text) + 1
        assert "".join(source[offset] for offset in offsets[:-1]) == text
        assert sorted(offsets) == list(offsets)
        assert start <= text.start <= text.end <= len(source) or not text


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=300, deadline=None)
def test_regions_are_disjoint(source: str) -> None:
    end = 0
    for span, kind in read_markdown(source).regions:
        assert end <= span.start < span.end <= len(source)
        assert kind in (CODE, CODE_SPAN, COMMENT)
        end = span.end


@given(st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=200, deadline=None)
def test_line_ends_make_no_difference(source: str) -> None:
    unix = source.replace("\r\n", "\n").replace("\r", "\n")
    contents = [text.replace("\r\n", "\n") for text in _texts(read_markdown(unix.replace("\n", "\r\n")))]
    assert contents == _texts(read_markdown(unix))


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_any_text_is_markdown(source: str) -> None:
    blocks = read_markdown(source)
    assert all(0 <= span.start <= span.end <= len(source) for span, _ in blocks.regions)
