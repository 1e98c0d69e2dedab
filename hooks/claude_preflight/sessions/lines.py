"""The lines of a file that grows while it is read, without ever holding more than one of them."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO

LONGEST_LINE = 4 << 20
_BLOCK = 1 << 20


class Line(NamedTuple):
    """A line: its bytes without the line end, or None if it is longer than allowed; the offsets where it begins and
    where the next one does.

    One that is not `ended` is the last of the file, and more of it may be to come.
    """

    content: bytes | None
    start: int
    end: int
    ended: bool


def read_lines(file: BinaryIO, offset: int, longest: int = LONGEST_LINE) -> Iterator[Line]:
    """Yield the lines of `file` from `offset` on, without the end of one that is too long and has not ended yet."""
    file.seek(offset)
    while content := file.readline(longest + 1):
        end = offset + len(content)
        ended = content.endswith(b"\n")
        if ended or len(content) <= longest:
            yield Line(content.strip(), offset, end, ended)
        else:
            end = _behind_long_line(file, end)
            if end < 0:
                return
            yield Line(None, offset, end, True)
        offset = end


def _behind_long_line(file: BinaryIO, offset: int) -> int:
    """Return where the line ends that `file` stands in at `offset`, or -1 if it has no end yet."""
    while block := file.readline(_BLOCK):
        offset += len(block)
        if block.endswith(b"\n"):
            return offset
    return -1
