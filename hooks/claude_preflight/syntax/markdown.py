"""Read what checks tell apart in Markdown: code blocks, HTML comments, headings and code spans, each with its place.

Blocks and code spans follow CommonMark 0.31.2 (https://spec.commonmark.org/0.31.2/), tables GitHub's dialect of it.
Links, emphasis, entities and link definitions count as text: no check tells them apart.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from itertools import chain
from operator import itemgetter

from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

CODE = "code"
CODE_SPAN = "code-span"
COMMENT = "comment"
TEXT = "text"

# Quotes and lists nested deeper are read as text, so that a line never costs more than its length.
MAX_DEPTH = 100

_LINE = late(r"([^\r\n]*)(?:\r\n?|\n|\Z)")
_BLANKS = late(r"[ \t]*")
_ATX = late(r"#{1,6}(?=[ \t]|$)")
_SETEXT = late(r"(?:=+|-+)[ \t]*$")
_THEMATIC_BREAK = late(r"(?:(?:\*[ \t]*+){3,}|(?:-[ \t]*+){3,}|(?:_[ \t]*+){3,})$")
_LIST_MARKER = late(r"(?:[-+*]|[0-9]{1,9}[.)])(?=[ \t]|$)")
_FENCE = late(r"(`{3,})([^`]*)$|(~{3,})(.*)$", re.DOTALL)
_BACKTICKS = late(r"`+")
_PADDED = late(r"(?=[ \r\n]*+[^ \r\n])(?: |\r\n?|\n)(.*?)(?: |\r\n?|\n)", re.DOTALL)

# Attribute values are bounded so that no arrangement of unclosed quotes makes reading slow.
_TAG = (
    r"<(?:/[a-z][a-z0-9-]*+\s*+|[a-z][a-z0-9-]*+"
    r"(?:\s++[a-z_:][\w.:-]*+(?:\s*+=\s*+(?:[^\s\"'=<>`]++|'[^']{0,2000}+'|\"[^\"]{0,2000}+\"))?+)*+\s*+/?)>"
)
_LONE_TAG = late(_TAG + r"[ \t]*$", re.ASCII | re.IGNORECASE)
_INLINE = late(
    rf"\\[!-/:-@\[-`{{-~]|(?P<ticks>`+)|(?P<comment><!--)|<[a-z][a-z0-9+.-]{{1,31}}:[^\s<>]*+>|{_TAG}",
    re.ASCII | re.IGNORECASE,
)
_HTML_START = late(r"<(?:(!--|\?|!\[CDATA\[|![a-z])|(/?)([a-z][a-z0-9-]*)(?=[\s/>]|$))", re.ASCII | re.IGNORECASE)
_HTML_ENDS = {"!--": "-->", "?": "?>", "![CDATA[": "]]>"}
_RAW_TAGS = frozenset(("pre", "script", "style", "textarea"))
_BLOCK_TAGS = (
    " address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt "
    "fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link "
    "main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead "
    "title tr track ul "
)
_TABLE_RULE = late(
    r"(?:^|(?<=[\r\n]))(?=[^\r\n|]*\|)"
    r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+(?=[\r\n]|$)"
)
_CELL = late(r"(?:[^|\\\r\n]|\\.?)++")


class CodeBlock(NamedTuple):
    """A fenced or an indented code block.

    `span` holds the fences. `fence` is the opening run, empty for indented code; `info` is what follows it. `content`
    is the code with its line ends, without fences, indentation and the markers of the quotes and lists around it.
    """

    span: Span
    fence: str
    info: Text
    content: Text

    @property
    def language(self) -> Text:
        """The first word of `info`, empty if there is none."""
        words = self.info.split(maxsplit=1)
        return self.info.part(0, len(words[0]) if words else 0)


class Comment(NamedTuple):
    """An HTML comment; `content` is what stands between its marks.

    `block` tells a comment of an HTML block, which Claude Code takes out of the CLAUDE.md it loads, from one inside a
    paragraph or heading. A comment of a block that nothing closes ends with the block.
    """

    span: Span
    content: Text
    block: bool


class Heading(NamedTuple):
    """A heading of `level` 1 to 6; `text` is its source without marks, `span` holds marks and underline."""

    span: Span
    level: int
    text: Text


class CodeSpan(NamedTuple):
    """Inline code; `content` is what stands between the backticks, less one space on each side where both are there."""

    span: Span
    content: Text


class Blocks(NamedTuple):
    """What a Markdown text holds, each tuple in source order; `regions` are the spans of all that is not text."""

    code_blocks: tuple[CodeBlock, ...]
    comments: tuple[Comment, ...]
    headings: tuple[Heading, ...]
    code_spans: tuple[CodeSpan, ...]
    regions: tuple[tuple[Span, str], ...]

    def kind_at(self, offset: int) -> str:
        """Return what the character at `offset` is part of: `CODE`, `CODE_SPAN`, `COMMENT` or `TEXT`."""
        position = bisect_right(self.regions, offset, key=_region_start) - 1
        if position < 0:
            return TEXT
        span, kind = self.regions[position]
        return kind if offset < span.end else TEXT


def _region_start(region: tuple[Span, str]) -> int:
    return region[0].start


class _Line:
    """A line, and how much of it its containers take: `column` columns, tabs stopping at every fourth.

    `end` is behind the last character and `next` behind the line end; `at` is the first character behind `column` that
    is not blank.
    """

    __slots__ = ("_base", "_base_column", "at", "at_column", "column", "end", "next", "start", "text")

    def __init__(self, text: str, start: int, end: int, following: int) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.next = following
        self.column = 0
        self._seek(start, 0)

    def _seek(self, offset: int, column: int) -> None:
        self._base, self._base_column = offset, column
        self.at = _BLANKS.match(self.text, offset, self.end).end()  # type: ignore[union-attr]  # matches the empty string
        self.at_column = column + self.at - offset
        if self.text.find("\t", offset, self.at) >= 0:
            self.at_column = column
            for character in self.text[offset : self.at]:
                self.at_column += 4 - self.at_column % 4 if character == "\t" else 1

    @property
    def indent(self) -> int:
        return self.at_column - self.column

    @property
    def blank(self) -> bool:
        return self.at == self.end

    @property
    def marked(self) -> bool:
        """Whether a marker of a quote or list stands before `column`."""
        return self._base > self.start

    def take_marker(self, width: int) -> None:
        """Give the `width` characters at `at` to a container."""
        self.column = self.at_column + width
        self._seek(self.at + width, self.column)

    def offset_behind(self, blanks: int) -> int:
        """Return the offset that is `blanks` columns behind `column`, or of the first character that is not blank."""
        offset, column = self._base, self._base_column
        while offset < self.at and column < self.column + blanks:
            column += 4 - column % 4 if self.text[offset] == "\t" else 1
            offset += 1
        return offset


class _Leaf:
    """The block that takes the lines; `pieces` are the ranges of the source that belong to it."""

    __slots__ = ("close", "fence", "in_comment", "indent", "info", "kind", "pieces", "start")

    def __init__(self, kind: str, start: int) -> None:
        self.kind = kind
        self.start = start
        self.pieces: list[tuple[int, int]] = []
        self.fence = ""
        self.indent = 0  # of the opening fence
        self.info = Text.at("", start, start)
        self.close = ""  # what ends an HTML block, empty for a blank line
        self.in_comment = False

    def add(self, start: int, end: int) -> None:
        if self.pieces and self.pieces[-1][1] == start:
            self.pieces[-1] = (self.pieces[-1][0], end)
        else:
            self.pieces.append((start, end))

    def add_text(self, line: _Line) -> None:
        """Add the rest of the line, with the blanks before it where that keeps the source in one piece."""
        joined = self.pieces and self.pieces[-1][1] == line.start and not line.marked
        self.add(line.start if joined else line.at, line.next)


_PARAGRAPH, _FENCED, _INDENTED, _HTML = "paragraph", "fenced", "indented", "html"


def _gather(text: str, pieces: list[tuple[int, int]], default: int) -> Text:
    """Return `pieces` of `text` as one, or an empty text at `default` if there are none."""
    if not pieces:
        return Text.at("", default, default)
    start, end = pieces[0][0], pieces[-1][1]
    if len(pieces) == 1:
        return Text.at(text[start:end], start, end)
    offsets = (*chain.from_iterable(range(*piece) for piece in pieces), end)
    return Text.at("".join(text[first:last] for first, last in pieces), start, end, offsets)


class _Reader:
    """`containers` are the open quotes (0) and list items (the columns of their indentation), outermost first."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.containers: list[int] = []
        self.leaf: _Leaf | None = None
        self.bare = 0  # the depth of a list item that has no content yet
        self.code_blocks: list[CodeBlock] = []
        self.comments: list[Comment] = []
        self.headings: list[Heading] = []
        self.code_spans: list[CodeSpan] = []

    def read(self, start: int) -> Blocks:
        for match in _LINE.finditer(self.text, start):
            if match.end() > match.start():
                self.line(_Line(self.text, match.start(), match.end(1), match.end()))
        self.close_leaf()
        regions = [(block.span, CODE) for block in self.code_blocks]
        regions += [(comment.span, COMMENT) for comment in self.comments]
        regions += [(code_span.span, CODE_SPAN) for code_span in self.code_spans]
        regions.sort(key=itemgetter(0))
        return Blocks(
            tuple(self.code_blocks), tuple(self.comments), tuple(self.headings), tuple(self.code_spans), tuple(regions)
        )

    def line(self, line: _Line) -> None:
        depth = self.match_containers(line)
        self.bare = 0
        if not self.leaf or self.leaf.kind != _PARAGRAPH:
            if self.leaf and depth == len(self.containers) and self.continue_leaf(self.leaf, line):
                return
            self.leave(depth)
        if not self.open_blocks(line, depth):
            self.add_text(line, depth)

    def match_containers(self, line: _Line) -> int:
        """Step over the marks of the open containers that the line continues; return how many those are."""
        for depth, width in enumerate(self.containers):
            if width and line.blank and self.bare != depth + 1:
                line.column = line.at_column
            elif width and not line.blank and line.indent >= width:
                line.column += width
            elif not width and line.indent < 4 and self.text.startswith(">", line.at) and not line.blank:
                self.take_quote_marker(line)
            else:
                return depth
        return len(self.containers)

    @staticmethod
    def take_quote_marker(line: _Line) -> None:
        line.take_marker(1)
        if line.indent:
            line.column += 1

    def continue_leaf(self, leaf: _Leaf, line: _Line) -> bool:
        """Add the line to the open code or HTML block; return False if the block ends before it."""
        if leaf.kind == _FENCED:
            self.continue_fence(leaf, line)
        elif leaf.kind == _HTML:
            return self.continue_html(leaf, line)
        elif line.blank or line.indent >= 4:
            leaf.add(line.offset_behind(4), line.next)
        else:
            return False
        return True

    def continue_fence(self, leaf: _Leaf, line: _Line) -> None:
        behind = self.text[line.at : line.end].lstrip(leaf.fence[0])
        run = line.end - line.at - len(behind)
        if run >= len(leaf.fence) and line.indent < 4 and not behind.strip(" \t"):
            self.close_fence(leaf, line.end)
        else:
            leaf.add(line.offset_behind(leaf.indent), line.next)

    def close_fence(self, leaf: _Leaf, end: int) -> None:
        content = _gather(self.text, leaf.pieces, leaf.info.end)
        self.code_blocks.append(CodeBlock(Span(leaf.start, end), leaf.fence, leaf.info, content))
        self.leaf = None

    def continue_html(self, leaf: _Leaf, line: _Line) -> bool:
        """Add the line; an open comment holds its block open, because no renderer shows what follows it."""
        if line.blank and not leaf.close and not leaf.in_comment:
            return False
        leaf.add_text(line)
        source = self.text[line.at : line.end]
        opened, closed = source.rfind("<!--"), source.rfind("-->")
        if opened != closed:
            leaf.in_comment = opened > closed
        if leaf.close and not leaf.in_comment and self.closes_html(leaf.close, source):
            self.close_leaf()
        return True

    @staticmethod
    def closes_html(close: str, source: str) -> bool:
        if close == "</":
            return any(f"</{tag}>" in source.lower() for tag in _RAW_TAGS)
        return close in source

    def open_blocks(self, line: _Line, depth: int) -> bool:
        """Open what begins in this line below its first `depth` containers; return whether a leaf took the line."""
        while not line.blank:
            paragraph = self.leaf is not None
            if line.indent >= 4:
                return not paragraph and self.open_indented(line)
            lazy = depth < len(self.containers)
            first = self.text[line.at]
            if first == ">":
                if not self.open_container(line, depth, 0):
                    return False
                self.take_quote_marker(line)
            elif first in "#`~<" and self.open_leaf(line, depth, first):
                return True
            elif first in "=-" and paragraph and not lazy and _SETEXT.match(self.text, line.at, line.end):
                self.close_setext(line)
                return True
            elif first in "*-_" and _THEMATIC_BREAK.match(self.text, line.at, line.end):
                self.leave(depth)
                return True
            elif first not in "-+*0123456789" or not self.open_item(line, depth, paragraph and not lazy):
                return False
            depth = len(self.containers)
        return False

    def leave(self, depth: int) -> None:
        """Close the open leaf and all but the first `depth` containers."""
        self.close_leaf()
        del self.containers[depth:]

    def open_container(self, line: _Line, depth: int, width: int) -> bool:
        if depth >= MAX_DEPTH:
            return False
        self.leave(depth)
        self.containers.append(width)
        return True

    def open_item(self, line: _Line, depth: int, interrupts: bool) -> bool:
        """Open a list item; one that interrupts a paragraph must have content and, if numbered, begin with 1."""
        match = _LIST_MARKER.match(self.text, line.at, line.end)
        if not match:
            return False
        empty = _BLANKS.fullmatch(self.text, match.end(), line.end) is not None
        number = match.group()[:-1]
        if interrupts and (empty or (number and int(number) != 1)):
            return False
        before, width = line.indent, len(match.group())
        if not self.open_container(line, depth, 1):
            return False
        line.take_marker(width)
        blanks = 1 if empty or line.indent > 4 else line.indent
        line.column += blanks
        self.containers[-1] = before + width + blanks
        self.bare = len(self.containers) if empty else 0
        return True

    def open_leaf(self, line: _Line, depth: int, first: str) -> bool:
        if first == "#":
            return self.open_atx(line, depth)
        return self.open_html(line, depth) if first == "<" else self.open_fence(line, depth)

    def open_atx(self, line: _Line, depth: int) -> bool:
        match = _ATX.match(self.text, line.at, line.end)
        if not match:
            return False
        self.leave(depth)
        title = Text.at(self.text[match.end() : line.end], match.end(), line.end)
        body = title.rstrip(" \t")
        unmarked = body.rstrip("#")
        if not unmarked or unmarked[-1] in " \t":
            body = unmarked
        self.add_heading(Span(line.at, line.end), len(match.group()), title.part(0, len(body)).trimmed())
        return True

    def add_heading(self, span: Span, level: int, text: Text) -> None:
        self.headings.append(Heading(span, level, text))
        self.read_inline(text)

    def close_setext(self, line: _Line) -> None:
        assert self.leaf
        text = _gather(self.text, self.leaf.pieces, line.at).trimmed()
        level = 1 if self.text[line.at] == "=" else 2
        self.add_heading(Span(self.leaf.start, line.end), level, text)
        self.leaf = None

    def open_fence(self, line: _Line, depth: int) -> bool:
        match = _FENCE.match(self.text, line.at, line.end)
        if not match:
            return False
        self.leave(depth)
        ticks, info, tildes, tilde_info = match.groups()
        leaf = self.leaf = _Leaf(_FENCED, line.at)
        leaf.fence, leaf.indent = ticks or tildes, line.indent
        start = line.at + len(leaf.fence)
        leaf.info = Text.at(info if ticks else tilde_info, start, line.end).trimmed()
        return True

    def open_html(self, line: _Line, depth: int) -> bool:
        close = self.html_close(line)
        if close is None:
            return False
        self.leave(depth)
        leaf = self.leaf = _Leaf(_HTML, line.at)
        leaf.close = close
        return self.continue_html(leaf, line)

    def html_close(self, line: _Line) -> str | None:
        """Return what ends the HTML block that begins here (empty: a blank line), or None if none begins."""
        match = _HTML_START.match(self.text, line.at, line.end)
        if not match:
            return None
        mark, closing, tag = match.groups()
        if mark:
            return _HTML_ENDS.get(mark.upper(), ">")
        if tag.lower() in _RAW_TAGS and not closing and self.text[match.end() : match.end() + 1] != "/":
            return "</"
        if f" {tag.lower()} " in _BLOCK_TAGS or (not self.leaf and _LONE_TAG.match(self.text, line.at, line.end)):
            return ""
        return None

    def open_indented(self, line: _Line) -> bool:
        self.bare = 0
        start = line.offset_behind(4)
        self.leaf = _Leaf(_INDENTED, start)
        self.leaf.add(start, line.next)
        return True

    def add_text(self, line: _Line, depth: int) -> None:
        """Add the rest of the line to the open paragraph, or begin one; a blank line ends it."""
        if not line.blank:
            self.leaf = self.leaf or _Leaf(_PARAGRAPH, line.at)
            self.leaf.add_text(line)
        elif self.leaf:
            self.leave(depth)

    def close_leaf(self) -> None:
        leaf, self.leaf = self.leaf, None
        if not leaf:
            return
        if leaf.kind == _FENCED:
            self.close_fence(leaf, leaf.pieces[-1][1] if leaf.pieces else leaf.info.end)
        elif leaf.kind == _INDENTED:
            self.close_indented(leaf)
        elif self.text.find("<!--", leaf.start, leaf.pieces[-1][1]) >= 0 or (
            leaf.kind == _PARAGRAPH and self.text.find("`", leaf.start, leaf.pieces[-1][1]) >= 0
        ):
            source = _gather(self.text, leaf.pieces, leaf.start)
            if leaf.kind == _HTML:
                self.read_html(source)
            else:
                self.read_paragraph(source)

    def close_indented(self, leaf: _Leaf) -> None:
        content = _gather(self.text, leaf.pieces, leaf.start)
        # Blank lines at the end do not belong to it; the last line that does keeps its line end.
        last = _LINE.match(content, len(content.rstrip(" \t\r\n")))
        assert last
        span = Span(leaf.start, content.part(0, last.end(1)).end)
        content = content.part(0, last.end())
        self.code_blocks.append(CodeBlock(span, "", Text.at("", leaf.start, leaf.start), content))

    def read_html(self, source: Text) -> None:
        start = source.find("<!--")
        while start >= 0:
            close = source.find("-->", start + 2)
            end = close + 3 if close >= 0 else len(source.rstrip(" \t\r\n"))
            self.add_comment(source, start, end, close if close >= 0 else end, block=True)
            start = source.find("<!--", end)

    def add_comment(self, source: Text, start: int, end: int, content_end: int, *, block: bool) -> None:
        content = source.part(start + 4, max(start + 4, content_end))
        self.comments.append(Comment(source.part(start, end).span, content, block))

    def read_paragraph(self, source: Text) -> None:
        """Read a paragraph as a whole, but of a table each cell for itself."""
        rule = _TABLE_RULE.search(source) if "|" in source else None
        if not rule or not rule.start():
            self.read_inline(source)
            return
        above = source[: rule.start()].rstrip("\r\n")
        header = max(above.rfind("\n"), above.rfind("\r")) + 1
        self.read_inline(source.part(0, header))
        for cell in _CELL.finditer(source, header):
            self.read_inline(source.part(*cell.span()))

    def read_inline(self, source: Text) -> None:
        runs: dict[int, list[int]] = {}
        for run in _BACKTICKS.finditer(source):
            runs.setdefault(run.end() - run.start(), []).append(run.start())
        last_close = source.rfind("-->")
        if not runs and last_close < 0:
            return
        at = 0
        while match := _INLINE.search(source, at):
            at = match.end()
            if match["ticks"]:
                at = self.read_code_span(source, match.start(), at, runs)
            elif match["comment"] and match.start() + 2 <= last_close:
                close = source.find("-->", match.start() + 2)
                at = close + 3
                self.add_comment(source, match.start(), at, close, block=False)

    def read_code_span(self, source: Text, start: int, content: int, runs: dict[int, list[int]]) -> int:
        """Read the code span that the backticks from `start` to `content` open, if any; return where to go on."""
        width = content - start
        closing = runs.get(width, [])
        position = bisect_left(closing, content)
        if position == len(closing):
            return content
        end = closing[position]
        inner = source.part(content, end)
        padded = _PADDED.fullmatch(inner)
        inner = inner.part(*padded.span(1)) if padded else inner
        self.code_spans.append(CodeSpan(source.part(start, end + width).span, inner))
        return end + width


def read_markdown(text: str, start: int = 0) -> Blocks:
    """Read `text` from `start`, the offset of the first line behind front matter; offsets stay those of `text`.

    Never raises: every text is Markdown. A fence that nothing closes runs to the end of the list item, quote or text.
    """
    return _Reader(text).read(start)
