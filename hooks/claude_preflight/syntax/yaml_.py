"""Read YAML, and the YAML front matter of Markdown, into nodes with exact places.

PyYAML's event stream does the parsing: it has the places and expands no alias. Its notion of values is YAML 1.1; the
agents read YAML 1.2, so plain scalars are resolved here, by https://yaml.org/spec/1.2.2/#103-core-schema (`yes`, `on`
and dates are strings). Importing PyYAML costs more than the rest of a commit hook, so front matter that is only simple
lines is read without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.jsonc import MAX_DEPTH
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, SyntaxProblem, Text, Tree

if TYPE_CHECKING:
    from yaml import Mark, _yaml
    from yaml.events import CollectionStartEvent, Event, ScalarEvent

_CONSTANTS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# The patterns that simple front matter has no use for are compiled, and then kept by `re`, when they are first needed.
_NUMBER = (
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
# Longer than any number a configuration holds: int() and str() refuse over 4,300 digits.
_MAX_NUMBER = 400
_RESOLVED_TAGS = frozenset("tag:yaml.org,2002:" + name for name in ("null", "bool", "int", "float"))

_BLOCK_STYLES = ("|", ">")
# PyYAML compares each tag directive with all others.
_MAX_TAG_DIRECTIVES = 100
_MAX_SPELLING = 80
_BLANK = " \t\r\n"
_LINE_END = late(r"\r\n?|\n")
# Short ranges, because compiling takes a step for each character that a class names.
_FORBIDDEN = "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
# Line breaks of YAML 1.1 that YAML 1.2 made ordinary characters, and the mark that libyaml takes only at the start.
_ORDINARY = "[\x85\u2028\u2029\ufeff]"
_STAND_IN = "\ufffd"
_PROPERTIES = r"(?:(?:&[\w-]+|!<[^>\s]*>|![^\s,\[\]{}]*)(?:[ \t\r\n]+|(?<=\s)#[^\r\n]*)*+)*+"
_DOUBLE_QUOTED = r"\\(?:x..|u.{4}|U.{8}|.)|."
_SINGLE_QUOTED = "''|."
_UNQUOTED = "'*' or '&' at the start of a value that is not in quotes"
_UNCLOSED = "a quote that is not closed"
# What PyYAML and libyaml say, and what to say instead: theirs quotes the file, and names parts of the parser.
_MESSAGES = (
    ("mapping values are not allowed", "': ' inside a value that is not in quotes"),
    ("could not find expected ':'", "a line that is neither 'key: value' nor part of the value before it"),
    ("cannot start any token", "a character that can start a value only inside quotes"),
    ("alphabetic or numeric", _UNQUOTED),
    ("end of stream", _UNCLOSED),
    ("unexpected document", _UNCLOSED),
    ("expected ',' or", "a missing comma or closing bracket, or text behind a bracket"),
    ("escape", "an escape that YAML does not know"),
    ("hexdecimal", "an escape that YAML does not know"),
    ("tag handle", "a tag whose prefix is not declared"),
    ("<document start>", "text after the end of the document"),
    ("block end", "text that does not fit the structure or the indentation around it"),
    ("expected key", "text that does not fit the structure or the indentation around it"),
    ("'-' indicator", "text that does not fit the structure or the indentation around it"),
    ("sequence entries are not allowed", "'- ' where no list item may stand"),
)

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


class _Stop(Exception):
    """The text cannot be read beyond `problem`."""

    def __init__(self, offset: int, message: str) -> None:
        self.problem = SyntaxProblem(offset, message)


def _resolve(text: Text) -> Text | int | float | bool | None:
    """Return what a plain scalar means."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in "+-.0123456789" or len(text) > _MAX_NUMBER or not re.fullmatch(_NUMBER, text):
        return text
    word = text.lower()
    if word[1:2] in ("x", "o"):
        return int(word, 0)
    if word[-1] in "fn":
        return float(word.replace(".", ""))
    return float(word) if "." in word or "e" in word else int(word)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where each line starts and where its line end does."""
    for match in _LINE_END.finditer(text, start, end):
        yield start, match.start()
        start = match.end()
    yield start, end


def _folded_offsets(source: str, value: str, start: int, end: int) -> tuple[int, ...] | None:
    """Return the places of the characters of `value`, which lacks only some white space of the source."""
    offsets = []
    at = start
    for char in value:
        if char not in _BLANK:
            while at < end and source[at] in _BLANK:
                at += 1
        if at < end and source[at] != char and (char not in _BLANK or source[at] not in _BLANK):
            return None
        offsets.append(min(at, end))
        at += 2 if source.startswith("\r\n", at) else 1
    return None if source[at:end].strip(_BLANK) else (*offsets, min(at, end))


def _literal_offsets(source: str, value: str, start: int, end: int) -> tuple[int, ...]:
    """Return the places of the characters of a literal block: its lines lack only their indentation."""
    offsets: list[int] = []
    *contents, last = value.split("\n")
    lines = _lines(source, start, end)
    # From the end of each line, because a block may state its indentation or leave it to its first line.
    for content, (_, line_end) in zip(contents, lines, strict=False):
        offsets.extend(range(line_end - len(content), line_end + 1))
    line_start, line_end = next(lines, (end, end))
    return (*offsets, *range(line_end - len(last), line_end), line_end if last else line_start)


def _index(mark: _yaml.Mark | Mark | None) -> int:
    assert mark  # only events made by hand have none
    return mark.index


class _Builder:
    """Makes the nodes of one document from its events.

    `text` is the whole file, `source` the same as PyYAML sees it, `base` the offset in it from which the events count.
    """

    def __init__(self, text: str, source: str, base: int) -> None:
        self.text = text
        self.source = source
        self.base = base
        self.top = Sequence([], base, base)
        self.open: list[Mapping | Sequence] = [self.top]
        self.keys: list[Text | None] = [None]

    def take(self, event: Event) -> None:
        """Go one event further; raise `_Stop` beyond `MAX_DEPTH`."""
        import yaml

        start, end = self.base + _index(event.start_mark), self.base + _index(event.end_mark)
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(event, start, end)
        elif isinstance(event, yaml.AliasEvent):
            self.place(Scalar(None, start, end), None)
        elif isinstance(event, yaml.CollectionStartEvent):
            empty = Mapping([], start, end) if isinstance(event, yaml.MappingStartEvent) else Sequence([], start, end)
            self.enter(event, empty)
        elif isinstance(event, yaml.CollectionEndEvent):
            self.leave(start, end)

    def enter(self, event: CollectionStartEvent, node: Mapping | Sequence) -> None:
        if len(self.open) > MAX_DEPTH:
            raise _Stop(node.start, f"nested more than {MAX_DEPTH} deep")
        if event.anchor or event.tag:
            node.start = self.behind_properties(node.start, len(self.text))
        self.open.append(node)
        self.keys.append(None)

    def leave(self, start: int, end: int) -> None:
        node = self.open.pop()
        self.keys.pop()
        last = node.items[-1:] if isinstance(node, Sequence) else [value for _, value in node.pairs[-1:]]
        # Where no bracket closes it, the event stands before whatever comes next, behind blank lines and comments.
        node.end = last[0].end if last and start == end else end
        self.place(node, None)

    def place(self, node: Node, key: Text | None) -> None:
        """Put `node` where it belongs; `key` is its text in case it is a key."""
        parent = self.open[-1]
        waiting = self.keys[-1]
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif waiting is None:
            self.keys[-1] = self.spelling(node) if key is None else key
        else:
            parent.pairs.append((waiting, node))
            self.keys[-1] = None

    def spelling(self, node: Node) -> Text:
        # Cut off, because keys within keys would repeat each other.
        end = min(node.end, node.start + _MAX_SPELLING)
        return Text.at(self.text[node.start : end], node.start, end)

    def behind_properties(self, start: int, end: int) -> int:
        """Return the offset behind the anchor and the tag, if there are any."""
        return late(_PROPERTIES, re.ASCII).match(self.source, start, end).end()  # type: ignore[union-attr]  # it matches the empty string

    def scalar(self, event: ScalarEvent, start: int, end: int) -> None:
        content = self.behind_properties(start, end)
        text = self.string(event, content, end)
        untagged = event.tag is None and "!" not in self.source[start:content]
        resolved = event.tag in _RESOLVED_TAGS or (untagged and not event.style)
        end = text.end if event.style in _BLOCK_STYLES else max(content, end)
        self.place(Scalar(_resolve(text) if resolved else text, content, end), text)

    def string(self, event: ScalarEvent, start: int, end: int) -> Text:
        style, value = event.style, event.value
        if style in _BLOCK_STYLES:
            header = _LINE_END.search(self.source, start, end)
            start = header.end() if header else end
        elif style:
            start, end = start + 1, end - 1
        if self.source[start:end] == value:
            return Text.at(self.text[start:end], start, end)
        offsets = self.offsets(style, value, start, end)
        if offsets is None:
            return Text.at(value, start, end)
        if _STAND_IN in value:
            value = "".join(map(self.restored, value, offsets))
        return Text.at(value, offsets[0], offsets[-1], offsets)

    def offsets(self, style: str | None, value: str, start: int, end: int) -> tuple[int, ...] | None:
        if style == "|":
            return _literal_offsets(self.source, value, start, end)
        if style in ("'", '"') and not _LINE_END.search(self.source, start, end):
            spelled = _DOUBLE_QUOTED if style == '"' else _SINGLE_QUOTED
            starts = [match.start() for match in late(spelled).finditer(self.source, start, end)]
            return (*starts, end) if len(starts) == len(value) else None
        return _folded_offsets(self.source, value, start, end)

    def restored(self, char: str, offset: int) -> str:
        """Return `char`, or what stands at `offset` in the file if PyYAML has only seen a stand-in for it."""
        return self.text[offset] if char == _STAND_IN and re.match(_ORDINARY, self.text[offset : offset + 1]) else char


def _problem_of(error: Exception, source: str, base: int) -> SyntaxProblem:
    """Return what PyYAML's `error` means, in plain words."""
    said = str(getattr(error, "problem", ""))
    message = next((ours for theirs, ours in _MESSAGES if theirs in said), "text that YAML does not allow here")
    mark = getattr(error, "problem_mark", None)
    if message in (_UNCLOSED, _UNQUOTED):
        mark = getattr(error, "context_mark", None) or mark  # where it starts, not where that is noticed
    offset = base + (mark.index if mark else 0)
    if source[offset : offset + 1] == "\t":
        message = "a tab where YAML takes only spaces"
    return SyntaxProblem(offset, message)


def _source(text: str) -> str:
    """Return `text` with stand-ins for the characters that PyYAML would take amiss."""
    return re.sub(_ORDINARY, _STAND_IN, text)


def _documents(text: str, source: str, start: int, end: int) -> Iterator[Tree]:
    """Yield the documents, the last one without a root where the text does not parse; `source` is `_source(text)`."""
    forbidden = late(_FORBIDDEN).search(text, start, end)
    if forbidden:
        yield Tree(None, (SyntaxProblem(forbidden.start(), "a control character"),))
        return
    if text.count("%TAG", start, end) > _MAX_TAG_DIRECTIVES:
        yield Tree(None, (SyntaxProblem(start, f"more than {_MAX_TAG_DIRECTIVES} tag directives"),))
        return
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder(text, source, start)
    try:
        for event in yaml.parse(source[start:end], Loader=loader):
            if isinstance(event, yaml.DocumentStartEvent) and builder.top.items:
                yield Tree(builder.top.items[0], ())
                builder = _Builder(text, source, start)
            builder.take(event)
    except _Stop as stop:
        yield Tree(None, (stop.problem,))
    # The pure Python parser lets what int() and chr() raise escape.
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        yield Tree(None, (_problem_of(error, source, start),))
    else:
        if builder.top.items:
            yield Tree(builder.top.items[0], ())


def read_yaml_documents(text: str) -> list[Tree]:
    """Read every document of `text` (no byte order mark).

    Reading stops where the text does not parse: then the last tree has no root and says why. A text without content
    has no documents. For values and places see `read_yaml`.
    """
    return list(_documents(text, _source(text), 0, len(text)))


def read_yaml(text: str, start: int = 0, end: int | None = None) -> Tree:
    """Read the first YAML document of `text` (no byte order mark) between the offsets `start` and `end`.

    Places are offsets in `text`. The root is None where the document does not parse, and a null where there is none.
    Aliases are not expanded: they read as null. A key that is no string has its source spelling as text, cut off after
    80 characters. A text that spans lines has a place for each character, save in double quotes with escapes.
    """
    end = len(text) if end is None else end
    return next(_documents(text, _source(text), start, end), Tree(Scalar(None, start, start), ()))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range without the white space (what YAML calls so) at its ends."""
    part = text[start:end]
    start += len(part) - len(part.lstrip(_BLANK))
    return start, start + len(part.strip(_BLANK))


def _content_lines(text: str, start: int, end: int) -> list[_Line]:
    lines = []
    for line_start, line_end in _lines(text, start, end):
        first, last = _trimmed(text, line_start, line_end)
        if first < last and text[first] != "#":
            lines.append(_Line(first - line_start, first, last))
    return lines


def _entries(text: str, start: int, end: int) -> Iterator[_Entry]:
    """Split a block mapping at its outermost level, by lines alone; an entry without a key holds what stands before."""
    key, colon = Text.at("", start, start), start
    for line_start, line_end in _lines(text, start, end):
        found = _KEY.match(text, line_start, line_end)
        if found:
            yield _Entry(key, colon, line_start)
            key, colon = Text.at(found[1], line_start, found.end(1)), found.end()
    yield _Entry(key, colon, end)


def _split(text: str, entry: _Entry) -> tuple[int, int, list[_Line]]:
    """Return the range of the value in the key's own line, and the other lines."""
    line_end = next(_lines(text, entry.colon, entry.stop))[1]
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
    _, *spans = _lines(text, end, stop)
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
    offsets = (_folded_offsets if folded else _literal_offsets)(text, value, spans[0][0], stop)
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
    return Scalar(_resolve(word), start, end)


def _simple_quoted(text: str, start: int, end: int) -> Scalar | None:
    quote, content = text[start], text[start + 1 : end - 1]
    if end - start < 2 or text[end - 1] != quote:
        return None
    if quote == '"' and "\\" in content:
        return _simple_escaped(text, start, end)
    return None if quote in content else Scalar(Text.at(content, start + 1, end - 1), start, end)


def _simple_escaped(text: str, start: int, end: int) -> Scalar | None:
    found = list(late(_DOUBLE_QUOTED).finditer(text, start + 1, end - 1))
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
    source = _source(text)
    _, *entries = _entries(text, *span)
    return Mapping([(entry.key, _read_entry(text, source, entry)) for entry in entries], *span)


def _read_entry(text: str, source: str, entry: _Entry) -> Node:
    simple = _simple_node(text, entry)
    if simple:
        return simple
    alone = next(_documents(text, source, entry.key.start, entry.stop)).root
    if isinstance(alone, Mapping) and len(alone.pairs) == 1:
        return alone.pairs[0][1]
    start, end, lines = _split(text, entry)
    if not lines:
        return _verbatim(text, start, end)
    if start < end or any(text[line.start : line.start + 2].strip(_BLANK) != "-" for line in lines):
        return _verbatim(text, start if start < end else lines[0].start, lines[-1].end)
    items = [_verbatim(text, *_trimmed(text, line.start + 1, line.end)) for line in lines]
    return Sequence(items, lines[0].start, lines[-1].end)


def _verbatim(text: str, start: int, end: int) -> Node:
    known = _simple_value(text, start, end) if start < end else None
    return known or Scalar(Text.at(text[start:end], start, end), start, end)


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
    tree = Tree(simple, ()) if simple else read_yaml(text, *span)
    if not tree.root:
        tree = Tree(_read_broken(text, span), tree.problems)
    return FrontMatter(tree, span, closing.end())
