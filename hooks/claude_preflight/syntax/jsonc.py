"""Read JSON, and JSON with comments, into nodes with exact places.

Always lenient, so that one trailing comma does not hide a file's other findings: what strict JSON forbids is listed in
`Tree.problems`, and the caller decides by the consuming program whether that matters.
"""

from __future__ import annotations

import re
from json.decoder import JSONDecodeError, scanstring  # type: ignore[attr-defined]  # typeshed leaves it out

from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, SyntaxProblem, Text, Tree

# Deeper nesting than this is refused: no configuration comes near it, and every later walk may recurse.
MAX_DEPTH = 100

_BLANK = re.compile(r"[ \t\n\r]*")
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_LITERAL = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?|true|false|null|NaN|-?Infinity", re.ASCII)
_NAMES: dict[str, bool | None] = {"true": True, "false": False, "null": None}
_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\?.", re.DOTALL)
_SCANSTRING_MESSAGES = {
    "Unterminated string starting at": "a string that is not closed",
    "Invalid control character at": "a control character inside a string",
}


class _Stop(Exception):
    """The text cannot be read beyond `problem`."""

    def __init__(self, offset: int, message: str) -> None:
        self.problem = SyntaxProblem(offset, message)


class _Reader:
    """Methods take the offset where something starts, and return what they read and the offset behind it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.relaxed: list[SyntaxProblem] = []

    def skip(self, offset: int) -> int:
        """Return the offset of the next character that is neither blank nor in a comment."""
        text = self.text
        while True:
            offset = _BLANK.match(text, offset).end()  # type: ignore[union-attr]  # it matches the empty string
            if text[offset : offset + 1] != "/":
                return offset
            comment = _COMMENT.match(text, offset)
            if not comment:
                raise _Stop(offset, "expected a value, found '/'")
            self.relaxed.append(SyntaxProblem(offset, "a comment, which strict JSON does not allow"))
            offset = comment.end()

    def document(self) -> Node:
        node, offset = self.value(self.skip(0), 0)
        offset = self.skip(offset)
        if offset < len(self.text):
            raise _Stop(offset, "text after the end of the value")
        return node

    def value(self, offset: int, depth: int) -> tuple[Node, int]:
        opening = self.text[offset : offset + 1]
        if opening == '"':
            text, end = self.string(offset)
            return Scalar(text, offset, end), end
        if opening == "{":
            return self.mapping(offset, depth + 1)
        if opening == "[":
            return self.sequence(offset, depth + 1)
        return self.literal(offset)

    def string(self, offset: int) -> tuple[Text, int]:
        try:
            value, end = scanstring(self.text, offset + 1, True)
        except JSONDecodeError as error:
            raise _Stop(error.pos, _SCANSTRING_MESSAGES.get(error.msg, "an escape that JSON does not know")) from None
        text = Text(value)
        text.start = offset + 1
        text.end = end - 1
        text.offsets = None
        if end - offset - 2 != len(value):
            starts = [match.start() for match in _ESCAPE.finditer(self.text, offset + 1, end - 1)]
            text.offsets = (*starts, end - 1)
        return text, end

    def literal(self, offset: int) -> tuple[Scalar, int]:
        match = _LITERAL.match(self.text, offset)
        if not match:
            raise _Stop(
                offset, "expected a value" if self.text[offset:] else "the text ends where a value should stand"
            )
        word, end = match.group(), match.end()
        if word in _NAMES:
            return Scalar(_NAMES[word], offset, end), end
        if word[-1].isalpha():
            self.relaxed.append(SyntaxProblem(offset, f"{word}, which strict JSON does not allow"))
            return Scalar(float(word), offset, end), end
        # Longer than any number a configuration holds: int() refuses over 4,300 digits.
        exact = not match.group(1) and not match.group(2) and len(word) < 400
        return Scalar(int(word) if exact else float(word), offset, end), end

    def mapping(self, start: int, depth: int) -> tuple[Mapping, int]:
        if depth > MAX_DEPTH:
            raise _Stop(start, f"nested more than {MAX_DEPTH} deep")
        text, skip = self.text, self.skip
        pairs: list[tuple[Text, Node]] = []
        offset = skip(start + 1)
        while text[offset : offset + 1] != "}":
            if text[offset : offset + 1] != '"':
                raise _Stop(offset, "expected a key in double quotes")
            key, offset = self.string(offset)
            offset = skip(offset)
            if text[offset : offset + 1] != ":":
                raise _Stop(offset, "expected ':' after the key")
            value, offset = self.value(skip(offset + 1), depth)
            pairs.append((key, value))
            offset = self.next_item(offset, "}")
        return Mapping(pairs, start, offset + 1), offset + 1

    def sequence(self, start: int, depth: int) -> tuple[Sequence, int]:
        if depth > MAX_DEPTH:
            raise _Stop(start, f"nested more than {MAX_DEPTH} deep")
        items: list[Node] = []
        offset = self.skip(start + 1)
        while self.text[offset : offset + 1] != "]":
            value, offset = self.value(offset, depth)
            items.append(value)
            offset = self.next_item(offset, "]")
        return Sequence(items, start, offset + 1), offset + 1

    def next_item(self, offset: int, closing: str) -> int:
        """Step over a comma; return the offset of the next item or of the closing bracket."""
        offset = self.skip(offset)
        found = self.text[offset : offset + 1]
        if found == ",":
            comma, offset = offset, self.skip(offset + 1)
            if self.text[offset : offset + 1] == closing:
                self.relaxed.append(SyntaxProblem(comma, "a trailing comma, which strict JSON does not allow"))
        elif found != closing:
            raise _Stop(offset, f"expected ',' or '{closing}'")
        return offset


def read_json(text: str) -> Tree:
    """Read `text` (no byte order mark) as JSON, taking comments and trailing commas.

    `problems` holds what strict JSON refuses, in order; where `root` is None its last entry is why reading stopped.
    """
    reader = _Reader(text)
    try:
        root = reader.document()
    except _Stop as stop:
        return Tree(None, (*reader.relaxed, stop.problem))
    return Tree(root, tuple(reader.relaxed))
