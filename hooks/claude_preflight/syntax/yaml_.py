"""Read YAML into nodes with exact places.

PyYAML's event stream does the parsing: it has the places. Its notion of values is YAML 1.1, so plain scalars are
resolved by `yaml_scalars`, and it expands no alias: `yaml_aliases` does, within limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_preflight.late import late
from claude_preflight.syntax.jsonc import MAX_DEPTH
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, SyntaxProblem, Text, Tree
from claude_preflight.syntax.yaml_aliases import MERGE, Alias, expand
from claude_preflight.syntax.yaml_scalars import DOUBLE_QUOTED, LINE_END, folded_offsets, literal_offsets, resolve
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from yaml import Mark, _yaml
    from yaml.events import CollectionStartEvent, Event, ScalarEvent

_RESOLVED_TAGS = frozenset("tag:yaml.org,2002:" + name for name in ("null", "bool", "int", "float"))
_BLOCK_STYLES = ("|", ">")
# PyYAML compares each tag directive with all others.
_MAX_TAG_DIRECTIVES = 100
_MAX_SPELLING = 80
# Short ranges, because compiling takes a step for each character that a class names.
_FORBIDDEN = "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]"
# Line breaks of YAML 1.1 that YAML 1.2 made ordinary characters, and the mark that libyaml takes only at the start.
_ORDINARY = "[\x85\u2028\u2029\ufeff]"
_STAND_IN = "\ufffd"
_PROPERTIES = r"(?:(?:&[\w-]+|!<[^>\s]*>|![^\s,\[\]{}]*)(?:[ \t\r\n]+|(?<=\s)#[^\r\n]*)*+)*+"
_SINGLE_QUOTED = "''|."
_UNQUOTED = "'*' or '&' at the start of a value that is not in quotes"
_BARE_KEY = r"[A-Za-z_][\w.-]*"
_COLON = "': ' inside a value that is not in quotes"
_NO_KEY = "a line that is neither 'key: value' nor part of the value before it"
_UNCLOSED = "a quote that is not closed"
# What PyYAML and libyaml say, and what to say instead: theirs quotes the file, and names parts of the parser.
_MESSAGES = (
    ("mapping values are not allowed", _COLON),
    ("could not find expected ':'", _NO_KEY),
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


class _Stop(Exception):
    """The text cannot be read beyond `problem`."""

    def __init__(self, offset: int, message: str) -> None:
        self.problem = SyntaxProblem(offset, message)


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
        self.anchors: dict[str, Node] = {}
        self.aliases: list[Alias] = []
        self.merging: list[Mapping] = []

    def take(self, event: Event) -> None:
        """Go one event further; raise `_Stop` beyond `MAX_DEPTH`."""
        import yaml

        start, end = self.base + _index(event.start_mark), self.base + _index(event.end_mark)
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(event, start, end)
        elif isinstance(event, yaml.AliasEvent):
            self.alias(event.anchor, Scalar(None, start, end))
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
        if event.anchor:
            self.anchors[event.anchor] = node
        self.open.append(node)
        self.keys.append(None)

    def leave(self, start: int, end: int) -> None:
        node = self.open.pop()
        self.keys.pop()
        last = node.items[-1:] if isinstance(node, Sequence) else [value for _, value in node.pairs[-1:]]
        # Where no bracket closes it, the event stands before whatever comes next, behind blank lines and comments.
        node.end = last[0].end if last and start == end else end
        if isinstance(node, Mapping) and any(key == MERGE for key, _ in node.pairs):
            self.merging.append(node)
        self.place(node, None)

    def alias(self, anchor: str | None, null: Scalar) -> None:
        """Put `null` where an alias of `anchor` stands, and note what it stands for, unless that holds the alias."""
        parent, is_key = self.open[-1], isinstance(self.open[-1], Mapping) and self.keys[-1] is None
        self.place(null, None)
        target = self.anchors.get(anchor or "")
        if target is not None and not is_key and not any(target is each for each in self.open):
            values = parent.items if isinstance(parent, Sequence) else parent.pairs
            self.aliases.append(Alias(parent, len(values) - 1, target, len(self.open)))

    def tree(self, length: int) -> Tree:
        """Return the document, which has `length` characters, with its aliases expanded."""
        expand(self.aliases, self.merging, length, MAX_DEPTH)
        return Tree(self.top.items[0], ())

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
        node = Scalar(resolve(text) if resolved else text, content, end)
        if event.anchor:
            self.anchors[event.anchor] = node
        self.place(node, text)

    def string(self, event: ScalarEvent, start: int, end: int) -> Text:
        style, value = event.style, event.value
        if style in _BLOCK_STYLES:
            header = LINE_END.search(self.source, start, end)
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
            return literal_offsets(self.source, value, start, end)
        if style in ("'", '"') and not LINE_END.search(self.source, start, end):
            spelled = DOUBLE_QUOTED if style == '"' else _SINGLE_QUOTED
            starts = [match.start() for match in late(spelled).finditer(self.source, start, end)]
            return (*starts, end) if len(starts) == len(value) else None
        return folded_offsets(self.source, value, start, end)

    def restored(self, char: str, offset: int) -> str:
        """Return `char`, or what stands at `offset` in the file if PyYAML has only seen a stand-in for it."""
        return self.text[offset] if char == _STAND_IN and re.match(_ORDINARY, self.text[offset : offset + 1]) else char


def _problem_of(error: Exception, source: str, base: int) -> SyntaxProblem:
    """Return what PyYAML's `error` means, in plain words."""
    said = str(getattr(error, "problem", ""))
    message = next((ours for theirs, ours in _MESSAGES if theirs in said), "text that YAML does not allow here")
    mark = getattr(error, "problem_mark", None)
    if message in (_UNCLOSED, _UNQUOTED, _NO_KEY):
        mark = getattr(error, "context_mark", None) or mark  # where it starts, not where that is noticed
    offset = base + (mark.index if mark else 0)
    stray = _stray_line(source, base, offset) if message == _COLON else None
    if stray is not None:
        return SyntaxProblem(stray, _NO_KEY)
    if source[offset : offset + 1] == "\t":
        message = "a tab where YAML takes only spaces"
    return SyntaxProblem(offset, message)


def _stray_line(source: str, base: int, colon: int) -> int | None:
    """Return where the line above `colon` starts, if that is the colon of an outermost key: it has taken the key in."""
    start = max(source.rfind("\n", base, colon), source.rfind("\r", base, colon)) + 1
    above = source[base:start].rstrip()
    if not above or start == 0 or not late(_BARE_KEY).fullmatch(source, start, colon):
        return None
    return base + max(above.rfind("\n"), above.rfind("\r")) + 1


def parser_source(text: str) -> str:
    """Return `text` with stand-ins for the characters that PyYAML would take amiss."""
    return re.sub(_ORDINARY, _STAND_IN, text)


def read_documents(text: str, source: str, start: int, end: int) -> Iterator[Tree]:
    """Yield the documents of `text` between the offsets, the last without a root where it does not parse.

    `source` is `parser_source(text)`, which is asked for once where several parts of a text are read.
    """
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
                yield builder.tree(end - start)
                builder = _Builder(text, source, start)
            builder.take(event)
    except _Stop as stop:
        yield Tree(None, (stop.problem,))
    # The pure Python parser lets what int() and chr() raise escape.
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        yield Tree(None, (_problem_of(error, source, start),))
    else:
        if builder.top.items:
            yield builder.tree(end - start)


def read_yaml_documents(text: str) -> list[Tree]:
    """Read every document of `text` (no byte order mark).

    Reading stops where the text does not parse: then the last tree has no root and says why. A text without content
    has no documents. For values and places see `read_yaml`.
    """
    return list(read_documents(text, parser_source(text), 0, len(text)))


def read_yaml(text: str, start: int = 0, end: int | None = None) -> Tree:
    """Read the first YAML document of `text` (no byte order mark) between the offsets `start` and `end`.

    Places are offsets in `text`. The root is None where the document does not parse, and a null where there is none.
    An alias reads as the node that it names, see `yaml_aliases`. A key that is no string has its source spelling as
    text, cut off after 80 characters. A text that spans lines has a place for each character, save in double quotes
    with escapes.
    """
    end = len(text) if end is None else end
    return next(read_documents(text, parser_source(text), start, end), Tree(Scalar(None, start, start), ()))
