"""Scalars of YAML: what the plain ones mean, and where the characters of a text come from.

Plain scalars mean what the agents, which read YAML 1.2, take them for, by
https://yaml.org/spec/1.2.2/#103-core-schema (`yes`, `on` and dates are strings).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text

BLANK = " \t\r\n"
LINE_END = late(r"\r\n?|\n")
DOUBLE_QUOTED = r"\\(?:x..|u.{4}|U.{8}|.)|."
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


def resolve(text: Text) -> Text | int | float | bool | None:
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


def line_ranges(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where each line starts and where its line end does."""
    for match in LINE_END.finditer(text, start, end):
        yield start, match.start()
        start = match.end()
    yield start, end


def folded_offsets(source: str, value: str, start: int, end: int) -> tuple[int, ...] | None:
    """Return the places of the characters of `value`, which lacks only some white space of the source."""
    offsets = []
    at = start
    for char in value:
        if char not in BLANK:
            while at < end and source[at] in BLANK:
                at += 1
        if at < end and source[at] != char and (char not in BLANK or source[at] not in BLANK):
            return None
        offsets.append(min(at, end))
        at += 2 if source.startswith("\r\n", at) else 1
    return None if source[at:end].strip(BLANK) else (*offsets, min(at, end))


def literal_offsets(source: str, value: str, start: int, end: int) -> tuple[int, ...]:
    """Return the places of the characters of a literal block: its lines lack only their indentation."""
    offsets: list[int] = []
    *contents, last = value.split("\n")
    lines = line_ranges(source, start, end)
    # From the end of each line, because a block may state its indentation or leave it to its first line.
    for content, (_, line_end) in zip(contents, lines, strict=False):
        offsets.extend(range(line_end - len(content), line_end + 1))
    line_start, line_end = next(lines, (end, end))
    return (*offsets, *range(line_end - len(last), line_end), line_end if last else line_start)
