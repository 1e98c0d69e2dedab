"""Read TOML into nodes with exact places.

`tomllib` says whether a text is valid, but not where anything stands: the scan here finds the places. It is more
lenient than TOML and reads what TOML 1.1 adds, so that it never is what refuses a file that the installed `tomllib`
takes.
"""

from __future__ import annotations

import re

from claude_preflight.late import late
from claude_preflight.syntax.jsonc import MAX_DEPTH
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, SyntaxProblem, Text, Tree

_BLANK = late(r"[ \t]*")
_GAP = late(r"(?:[ \t\r\n]+|#[^\n]*)*+")
_LINE_END = late(r"[ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)")
_BARE_KEY = late(r"[A-Za-z0-9_-]+")
_WORD = late(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]*|[^\s,\[\]{}#=\"']+", re.ASCII)
_DATE_OR_TIME = late(r"\d{4}-\d\d-\d\d|\d\d:\d\d", re.ASCII)
# Longer than any number a configuration holds: int() and str() refuse over 4,300 digits.
_MAX_NUMBER = 400
_BREAK = late(r"(?:\r?\n)?")
# What ends a string with escapes, and the escapes, which may hold the same.
_ENDS = {'"': late(r'\\.|"|\n'), '"""': late(r'\\.|"""', re.DOTALL)}
_ESCAPED = late(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[ \t]*\r?\n[ \t\r\n]*|.)|\r\n|.", re.DOTALL)
_VERBATIM = late(r"\r\n|.", re.DOTALL)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}
_PLACE = late(r"\(at line (\d+), column (\d+)\)\Z")
# What tomllib says, and what to say instead: some of its messages quote the file.
_MESSAGES = (
    ("Cannot declare", "a table that is already defined"),
    ("Cannot ", "a key that already has a value"),
    ("llegal character", "a control character"),
    ("invalid character", "a control character"),
    ("nvalid date", "a date or time that does not exist"),
    ("scalar value", "an escape that TOML does not know"),
)


class _Stop(Exception):
    """The text cannot be read beyond `problem`."""

    def __init__(self, offset: int, message: str) -> None:
        self.problem = SyntaxProblem(offset, message)


class _Table:
    """A mapping under construction: `names` has the tables among its values, and None for its other values.

    `depth` counts it and the mappings and sequences around it; `rows` is the array of tables of which it is the last.
    """

    __slots__ = ("depth", "names", "node", "rows")

    def __init__(self, start: int, depth: int, rows: Sequence | None = None) -> None:
        if depth > MAX_DEPTH:
            raise _Stop(start, f"nested more than {MAX_DEPTH} deep")
        self.node = Mapping([], start, start)
        self.depth = depth
        self.names: dict[str, _Table | None] = {}
        self.rows = rows

    def add(self, key: Text, node: Node, table: _Table | None = None) -> None:
        if key in self.names:
            raise _Stop(key.start, "a key that already has a value")
        self.names[key] = table
        self.node.pairs.append((key, node))

    def table(self, key: Text, start: int) -> _Table:
        """Return the table `key`, made here if there is none."""
        known = self.names.get(key)
        if known:
            return known
        made = _Table(start, self.depth + 1)
        self.add(key, made.node, made)
        return made

    def row(self, key: Text, start: int) -> _Table:
        """Return a new last table of the array of tables `key`."""
        last = self.names.get(key)
        rows = last.rows if last else Sequence([], start, start)
        if rows is None:
            raise _Stop(key.start, "a key that already has a value")
        made = _Table(start, self.depth + 2, rows)
        if not last:
            self.add(key, rows, made)
        self.names[key] = made
        rows.items.append(made.node)
        return made


def _close(path: list[_Table], end: int) -> None:
    """Let the tables of `path`, each of which holds the next, reach to `end`."""
    for table in path:
        table.node.end = end
        if table.rows:
            table.rows.end = end


class _Reader:
    """Methods take the offset where something starts, and return what they read and the offset behind it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def skip(self, pattern: re.Pattern[str], offset: int) -> int:
        return pattern.match(self.text, offset).end()  # type: ignore[union-attr]  # it matches the empty string

    def document(self) -> Mapping:
        root = _Table(0, 1)
        path = [root]
        offset = self.skip(_GAP, 0)
        while offset < len(self.text):
            if self.text[offset] == "[":
                path, offset = self.header(root, offset)
            else:
                offset = self.pair(path, offset)
            line_end = _LINE_END.match(self.text, offset)
            if not line_end:
                raise _Stop(self.skip(_BLANK, offset), "text where the line should end")
            offset = self.skip(_GAP, line_end.end())
        root.node.end = len(self.text)
        return root.node

    def header(self, root: _Table, start: int) -> tuple[list[_Table], int]:
        closing = "]]" if self.text.startswith("[[", start) else "]"
        keys, offset = self.keys(start + len(closing))
        if not self.text.startswith(closing, offset):
            raise _Stop(offset, f"expected '{closing}' after the name of the table")
        path = [root]
        for key in keys[:-1]:
            path.append(path[-1].table(key, start))
        make = path[-1].row if closing == "]]" else path[-1].table
        path.append(make(keys[-1], start))
        end = offset + len(closing)
        _close(path, end)
        return path, end

    def pair(self, path: list[_Table], offset: int) -> int:
        keys, offset = self.keys(offset)
        if self.text[offset : offset + 1] != "=":
            raise _Stop(offset, "expected '=' after the key")
        path = path.copy()
        for key in keys[:-1]:
            path.append(path[-1].table(key, key.start))
        value, end = self.value(self.skip(_BLANK, offset + 1), path[-1].depth + 1)
        path[-1].add(keys[-1], value)
        _close(path, end)
        return end

    def keys(self, offset: int) -> tuple[list[Text], int]:
        """Read a dotted key; the offset returned is behind the blanks that follow it."""
        keys = []
        while True:
            key, offset = self.key(self.skip(_BLANK, offset))
            keys.append(key)
            offset = self.skip(_BLANK, offset)
            if self.text[offset : offset + 1] != ".":
                return keys, offset
            offset += 1

    def key(self, offset: int) -> tuple[Text, int]:
        if self.text[offset : offset + 1] in ('"', "'"):
            return self.line_string(offset)
        bare = _BARE_KEY.match(self.text, offset)
        if not bare:
            raise _Stop(offset, "expected a key")
        return Text.at(bare[0], offset, bare.end()), bare.end()

    def value(self, offset: int, depth: int) -> tuple[Node, int]:
        """Read a value that would be the `depth`-th in a row of nested ones."""
        opening = self.text[offset : offset + 1]
        if opening in ("[", "{") and depth > MAX_DEPTH:
            raise _Stop(offset, f"nested more than {MAX_DEPTH} deep")
        if opening == "[":
            return self.array(offset, depth)
        if opening == "{":
            return self.inline_table(offset, depth)
        if opening in ('"', "'"):
            multiline = self.text.startswith(opening * 3, offset)
            text, end = self.block_string(offset) if multiline else self.line_string(offset)
            return Scalar(text, offset, end), end
        return self.word(offset)

    def array(self, start: int, depth: int) -> tuple[Sequence, int]:
        items: list[Node] = []
        offset = self.skip(_GAP, start + 1)
        while self.text[offset : offset + 1] != "]":
            value, offset = self.value(offset, depth + 1)
            items.append(value)
            offset = self.next_item(offset, "]")
        return Sequence(items, start, offset + 1), offset + 1

    def inline_table(self, start: int, depth: int) -> tuple[Mapping, int]:
        table = _Table(start, depth)
        offset = self.skip(_GAP, start + 1)
        while self.text[offset : offset + 1] != "}":
            offset = self.next_item(self.pair([table], offset), "}")
        table.node.end = offset + 1
        return table.node, offset + 1

    def next_item(self, offset: int, closing: str) -> int:
        """Return the offset of the next item or of the closing bracket."""
        offset = self.skip(_GAP, offset)
        found = self.text[offset : offset + 1]
        if found == ",":
            return self.skip(_GAP, offset + 1)
        if found != closing:
            raise _Stop(offset, f"expected ',' or '{closing}'")
        return offset

    def word(self, offset: int) -> tuple[Scalar, int]:
        found = _WORD.match(self.text, offset)
        if not found or len(found[0]) > _MAX_NUMBER:
            raise _Stop(offset, "expected a value")
        word, end = found[0], found.end()
        if word in ("true", "false"):
            return Scalar(word == "true", offset, end), end
        if _DATE_OR_TIME.match(word):
            return Scalar(Text.at(word, offset, end), offset, end), end
        try:
            return Scalar(int(word, 0), offset, end), end
        except ValueError:
            pass
        try:
            return Scalar(float(word.replace("_", "")), offset, end), end
        except ValueError:
            raise _Stop(offset, "a value that is neither a number nor in quotes") from None

    def line_string(self, start: int) -> tuple[Text, int]:
        return self.string(start, self.text[start], start + 1)

    def block_string(self, start: int) -> tuple[Text, int]:
        # A line break right behind the quotes does not count.
        return self.string(start, self.text[start : start + 3], self.skip(_BREAK, start + 3))

    def string(self, start: int, quotes: str, first: int) -> tuple[Text, int]:
        """Read the string whose characters start at `first`."""
        last = self.closing(quotes, first)
        if last < 0:
            raise _Stop(start, "a string that is not closed")
        content = self.text[first:last]
        end = last + len(quotes)
        if "\r" not in content and (quotes[0] == "'" or "\\" not in content):
            return Text.at(content, first, last), end
        return self.spelled(_VERBATIM if quotes[0] == "'" else _ESCAPED, first, last), end

    def closing(self, quotes: str, first: int) -> int:
        """Return the offset of the quotes that end a string, or -1."""
        if quotes in _ENDS:
            ends = (end for end in _ENDS[quotes].finditer(self.text, first) if end[0][0] != "\\")
            found = next(ends, None)
            last = found.start() if found and found[0] == quotes else -1
        else:
            last = self.text.find(quotes, first)
            if quotes == "'" and "\n" in self.text[first:last]:
                return -1
        if last < 0 or len(quotes) < 3:
            return last
        # Up to two more quotes belong to the string.
        return last + next(more for more in (2, 1, 0) if self.text.startswith(quotes[0] * more, last + 3))

    def spelled(self, pattern: re.Pattern[str], first: int, last: int) -> Text:
        chars, offsets = [], []
        for match in pattern.finditer(self.text, first, last):
            char = _character(match)
            if char:
                chars.append(char)
                offsets.append(match.start())
        return Text.at("".join(chars), first, last, (*offsets, last))


def _character(match: re.Match[str]) -> str:
    """Return what one character of a string's source, or one escape, stands for; nothing for one that joins lines."""
    spelled = match[0]
    if "\n" in spelled:
        return "" if spelled[0] == "\\" else "\n"
    if spelled[0] != "\\":
        return spelled
    try:
        return chr(int(spelled[2:], 16)) if len(spelled) > 2 else _ESCAPES[spelled[1:]]
    except (KeyError, ValueError, OverflowError):
        raise _Stop(match.start(), "an escape that TOML does not know") from None


def _offset(text: str, error: ValueError) -> int:
    """Return where tomllib has found `error`."""
    place = _PLACE.search(str(error))
    if not place:
        return len(text)
    start = 0
    for _ in range(int(place[1]) - 1):
        start = text.index("\n", start) + 1
    return min(start + int(place[2]) - 1, len(text))


def read_toml(text: str) -> Tree:
    """Read `text` (no byte order mark) as TOML.

    Dates and times read as strings, as they are spelled. A table reaches from its first header or key to the end of
    what it holds, with whatever stands between. The root is None where the text is not valid.
    """
    try:
        root = _Reader(text).document()
    except _Stop as stop:
        return Tree(None, (stop.problem,))
    import tomllib

    try:
        tomllib.loads(text)
    except ValueError as error:  # its own error, or that of a number too long for int()
        message = next(
            (ours for theirs, ours in _MESSAGES if theirs in str(error)), "text that TOML does not allow here"
        )
        return Tree(None, (SyntaxProblem(_offset(text, error), message),))
    return Tree(root, ())
