"""A file under check: its text, its kinds, and what readers have made of it so far."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import TypeVar

    Result = TypeVar("Result")

_LINE_END = late(r"\r\n?|\n")


class Position(NamedTuple):
    """A place in a text as a person counts it: line and column 1-based, columns in code points."""

    line: int
    column: int


class Document:
    """One file: `path` is relative to the repository, with forward slashes; `text` has no byte order mark.

    `kinds` are the kinds of file that the path makes it, see `claude_preflight.agents.files`. Line ends stay as they
    are in the file. `encoding` is what the bytes were decoded with.
    """

    def __init__(
        self, path: str, text: str, kinds: frozenset[str], *, bom: bool = False, encoding: str = "utf-8"
    ) -> None:
        self.path = path
        self.text = text
        self.kinds = kinds
        self.bom = bom
        self.encoding = encoding
        self._lines: list[int] | None = None
        self._memory: dict[object, object] = {}

    def remember(self, read: Callable[[Document], Result]) -> Result:
        """Return `read(self)`, computed once for this document however many checks ask."""
        if read not in self._memory:
            self._memory[read] = read(self)
        return self._memory[read]  # type: ignore[return-value]

    @property
    def known_as(self) -> str:
        """The path in the letter case of the client that reads it: what the file is to be taken for goes by this."""
        return self.remember(_usual_case)

    def take_for(self, path: str) -> None:
        """Have the file count as the one at `path`, which is what another file makes it."""
        self._memory = {_usual_case: path}

    @property
    def fingerprint(self) -> int:
        """A number that another text is most unlikely to have, within this process."""
        return hash((self.text, self.bom))

    @property
    def line_starts(self) -> list[int]:
        """The offset of each line's first character; lines end at LF, CR LF or a lone CR."""
        if self._lines is None:
            self._lines = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        return self._lines

    def line_span(self, offset: int) -> Span:
        """Return the span of the line that holds `offset`, without its line end."""
        line = bisect_right(self.line_starts, offset)
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        return Span(start, start + len(self.text[start:end].rstrip("\r\n")))

    def position(self, offset: int) -> Position:
        """Return the line and column of the character at `offset`."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)


def _usual_case(document: Document) -> str:
    from claude_preflight.agents.files import usual_case

    return usual_case(document.path)
