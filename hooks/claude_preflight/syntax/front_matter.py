"""Read the YAML front matter of Markdown into nodes with exact places.

Importing PyYAML costs more than the rest of a commit hook, so front matter that is only simple lines is read without
it, and what does not parse is read entry by entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, Text, Tree
from claude_preflight.syntax.yaml_scalars import (
    BLANK,
    DOUBLE_QUOTED,
    folded_offsets,
    line_ranges,
    literal_offsets,
    resolve,
)
from claude_preflight.typed import NamedTuple

_OPENING_FENCE = late(r"---[ \t]*(?:\r\n?|\n)")
_CLOSING_FENCE = late(r"(?<=[\r\n])(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|\Z)")
_KEY = late(r"([A-Za-z_][\w.-]{0,99})[ \t]{0,9}:(?=[ \t]|\Z)", re.ASCII)
# What a simple line must not hold: what YAML forbids, what it may read otherwise than it looks, and tabs.
_NOT_SIMPLE = late("[\0-\t\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]|\r(?!\n)")
_INDICATORS = frozenset("-?:,[]{}#&*!|>'\"%@`")
_SIMPLE_HEADERS = ("|", "|-", ">", ">-")
_SIMPLE_ESCAPES = {r"\n": "\n", r"\t": "\t", r"\"": '"', r"\\": "\\", r"\/": "/"}
_FLOW_WORD = late(r"[A-Za-z_][\w ./()*:-]*", re.ASCII)


class FrontMatter(NamedTuple):
    """The metadata at the head of a Markdown file.

    `span` is the YAML between the fences; `body` is the offset of the first character after the closing fence's line.
    Where the YAML does not parse, `tree` has the problem, and as its root a `Mapping` of what can be read all the same.
    """

    tree: Tree
    span: Span
    body: int


class _Entry(NamedTuple):
    """A key at the start of a line: `colon` is the offset behind its colon, `stop` where the next such line starts."""

    key: Text
    colon: int
    stop: int


class _Line(NamedTuple):
    """A line that is neither blank nor a comment, without the white space around it."""

    indent: int
    start: int
    end: int


def front_matter(text: str) -> FrontMatter | None:
    """Return the front matter of `text` (Markdown without a byte order mark), or None if it has none.

    It starts in the first line with `---` and ends with the next line that is only `---` or `...`.
    """
    opening = _OPENING_FENCE.match(text)
    closing = opening and _CLOSING_FENCE.search(text, opening.end())
    if not opening or not closing:
        return None
    span = Span(opening.end(), closing.start())
    simple = _read_simple(text, span)
    tree = Tree(simple, ()) if simple else _read_other(text, span)
    return FrontMatter(tree, span, closing.end())


def _read_other(text: str, span: Span) -> Tree:
    from claude_preflight.syntax.yaml_ import read_yaml

    tree = read_yaml(text, *span)
    return tree if tree.root else Tree(_read_broken(text, span), tree.problems)


def _read_simple(text: str, span: Span) -> Mapping | None:
    """Return what PyYAML would read, or None where only a YAML parser can tell."""
    if _NOT_SIMPLE.search(text, *span):
        return None
    before, *entries = _entries(text, *span)
    if not entries or _content_lines(text, before.colon, before.stop):
        return None
    pairs: list[tuple[Text, Node]] = []
    for entry in entries:
        node = _simple_node(text, entry)
        if not node:
            return None
        pairs.append((entry.key, node))
    return Mapping(pairs, pairs[0][0].start, pairs[-1][1].end)


def _read_broken(text: str, span: Span) -> Mapping:
    """Return what can be read of a block mapping that does not parse: entry by entry, the broken ones as they stand."""
    from claude_preflight.syntax.yaml_ import parser_source

    source = parser_source(text)
    _, *entries = _entries(text, *span)
    return Mapping([(entry.key, _read_entry(text, source, entry)) for entry in entries], *span)


def _read_entry(text: str, source: str, entry: _Entry) -> Node:
    simple = _simple_node(text, entry)
    if simple:
        return simple
    from claude_preflight.syntax.yaml_ import read_documents

    alone = next(read_documents(text, source, entry.key.start, entry.stop)).root
    if isinstance(alone, Mapping) and len(alone.pairs) == 1:
        return alone.pairs[0][1]
    start, end, lines = _split(text, entry)
    if not lines:
        return _verbatim(text, start, end)
    if start < end or any(text[line.start : line.start + 2].strip(BLANK) != "-" for line in lines):
        return _verbatim(text, start if start < end else lines[0].start, lines[-1].end)
    items = [_verbatim(text, *_trimmed(text, line.start + 1, line.end)) for line in lines]
    return Sequence(items, lines[0].start, lines[-1].end)


def _verbatim(text: str, start: int, end: int) -> Node:
    known = _simple_value(text, start, end) if start < end else None
    return known or Scalar(Text.at(text[start:end], start, end), start, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range without the white space (what YAML calls so) at its ends."""
    part = text[start:end]
    start += len(part) - len(part.lstrip(BLANK))
    return start, start + len(part.strip(BLANK))


def _content_lines(text: str, start: int, end: int) -> list[_Line]:
    lines = []
    for line_start, line_end in line_ranges(text, start, end):
        first, last = _trimmed(text, line_start, line_end)
        if first < last and text[first] != "#":
            lines.append(_Line(first - line_start, first, last))
    return lines


def _entries(text: str, start: int, end: int) -> Iterator[_Entry]:
    """Split a block mapping at its outermost level, by lines alone; an entry without a key holds what stands before."""
    key, colon = Text.at("", start, start), start
    for line_start, line_end in line_ranges(text, start, end):
        found = _KEY.match(text, line_start, line_end)
        if found:
            yield _Entry(key, colon, line_start)
            key, colon = Text.at(found[1], line_start, found.end(1)), found.end()
    yield _Entry(key, colon, end)


def _split(text: str, entry: _Entry) -> tuple[int, int, list[_Line]]:
    """Return the range of the value in the key's own line, and the other lines."""
    line_end = next(line_ranges(text, entry.colon, entry.stop))[1]
    return (*_trimmed(text, entry.colon, line_end), _content_lines(text, line_end, entry.stop))


def _simple_node(text: str, entry: _Entry) -> Node | None:
    """Return the value of `entry`, or None where only a YAML parser can tell what it is."""
    start, end, lines = _split(text, entry)
    if not lines:
        return _simple_value(text, start, end) if start < end else Scalar(None, entry.colon, entry.colon)
    if text[start:end] in _SIMPLE_HEADERS:
        return _simple_block(text, start, end, entry.stop)
    if start < end or any(line.indent != lines[0].indent for line in lines):
        return None
    if all(text.startswith("- ", line.start, line.end) for line in lines):
        return _simple_sequence(text, lines)
    return _simple_mapping(text, lines) if lines[0].indent else None


def _simple_sequence(text: str, lines: list[_Line]) -> Sequence | None:
    items: list[Node] = []
    for line in lines:
        item = _simple_value(text, *_trimmed(text, line.start + 1, line.end))
        if not item:
            return None
        items.append(item)
    return Sequence(items, lines[0].start, items[-1].end)


def _simple_mapping(text: str, lines: list[_Line]) -> Mapping | None:
    pairs: list[tuple[Text, Node]] = []
    for line in lines:
        key = _KEY.match(text, line.start, line.end)
        value = _simple_node(text, _Entry(Text.at("", 0, 0), key.end(), line.end)) if key else None
        if not key or not value:
            return None
        pairs.append((Text.at(key[1], key.start(), key.end(1)), value))
    return Mapping(pairs, lines[0].start, pairs[-1][1].end)


def _simple_block(text: str, start: int, end: int, stop: int) -> Scalar | None:
    """Return the block scalar whose header is from `start` to `end`: indented evenly, if folded without blank lines."""
    _, *spans = line_ranges(text, end, stop)
    lines = [text[first:last] for first, last in spans]
    while not lines[-1]:
        lines.pop()
    indents = [len(line) - len(line.lstrip(" ")) for line in lines]
    margin, folded = indents[0], text[start] == ">"
    shapes = zip(indents, map(len, lines), strict=True)
    if folded:
        even = all(indent == margin < length for indent, length in shapes)
    else:
        even = all(not length or margin <= indent < length for indent, length in shapes)
    if not margin or not even:
        return None
    value = (" " if folded else "\n").join(line[margin:] for line in lines) + ("" if text[end - 1] == "-" else "\n")
    offsets = (folded_offsets if folded else literal_offsets)(text, value, spans[0][0], stop)
    return Scalar(Text.at(value, offsets[0], offsets[-1], offsets), start, offsets[-1]) if offsets else None


def _simple_value(text: str, start: int, end: int) -> Node | None:
    """Return the value that stands alone in its line, or None where only a YAML parser can tell what it is."""
    if text[start] == "[" and text[end - 1] == "]":
        return _simple_flow(text, start, end)
    if text[start] in "'\"":
        return _simple_quoted(text, start, end)
    word = Text.at(text[start:end], start, end)
    if word[0] in _INDICATORS or word[-1] == ":" or ": " in word or " #" in word:
        return None
    return Scalar(resolve(word), start, end)


def _simple_quoted(text: str, start: int, end: int) -> Scalar | None:
    quote, content = text[start], text[start + 1 : end - 1]
    if end - start < 2 or text[end - 1] != quote:
        return None
    if quote == '"' and "\\" in content:
        return _simple_escaped(text, start, end)
    return None if quote in content else Scalar(Text.at(content, start + 1, end - 1), start, end)


def _simple_escaped(text: str, start: int, end: int) -> Scalar | None:
    found = list(late(DOUBLE_QUOTED).finditer(text, start + 1, end - 1))
    chars = [_SIMPLE_ESCAPES.get(match[0], match[0]) for match in found]
    if any(match[0] in ('"', "\\") or len(char) > 1 for match, char in zip(found, chars, strict=True)):
        return None
    offsets = (*(match.start() for match in found), end - 1)
    return Scalar(Text.at("".join(chars), start + 1, end - 1, offsets), start, end)


def _simple_flow(text: str, start: int, end: int) -> Sequence | None:
    items: list[Node] = []
    at = start + 1
    for part in text[at : end - 1].split(","):
        first, last = _trimmed(text, at, at + len(part))
        simple = first < last and (text[first] in "'\"" or _FLOW_WORD.fullmatch(text, first, last))
        item = _simple_value(text, first, last) if simple else None
        if not item:
            return None
        items.append(item)
        at += len(part) + 1
    return Sequence(items, start, end)
