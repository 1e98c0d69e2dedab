"""Add to JSON in the style of the file, so that every other byte stays as it is."""

from __future__ import annotations

import json

from claude_preflight.late import late
from claude_preflight.model import Edit, Span
from claude_preflight.syntax.nodes import Mapping, Sequence
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

_FIRST_INDENT = late(r"[\r\n]([ \t]+)(?=[^\s])")


class _Style(NamedTuple):
    """How a text is laid out: its line end, one step of its indentation, and its separators within a line."""

    newline: str
    step: str
    comma: str
    colon: str


def append(text: str, container: Mapping | Sequence, values: list[Any] | dict[str, Any]) -> Edit:
    """Return the edit that puts `values` (not empty) behind the members of `container`, which stands in `text`.

    `values` are items for a sequence and pairs for a mapping; the text must be strict JSON.
    """
    style = _style(text)
    members = _members(container)
    source = text[container.start : container.end]
    in_lines = "\n" in (source if members else text)
    below = _indent(text, container.start) + style.step
    indent = _indent(text, members[-1].start) if members and in_lines else below
    entries = _rendered(values, style, indent if in_lines else None)
    glue = f"{style.newline}{indent}" if in_lines else ""
    if members:
        before = f",{glue}" if in_lines else style.comma
        return Edit(Span(members[-1].end, members[-1].end), "".join(before + entry for entry in entries))
    inner = f",{glue}".join(entries) if in_lines else style.comma.join(entries)
    end = f"{style.newline}{_indent(text, container.start)}" if in_lines else ""
    return Edit(Span(container.start + 1, container.end - 1), f"{glue}{inner}{end}")


def _style(text: str) -> _Style:
    indent = _FIRST_INDENT.search(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    comma, colon = (", ", ": ") if '": ' in text or "\n" in text or ": " in text else (",", ":")
    return _Style(newline, indent.group(1) if indent else "  ", comma, colon)


def _members(container: Mapping | Sequence) -> list[Span]:
    if isinstance(container, Sequence):
        return [item.span for item in container.items]
    return [Span(key.start - 1, value.end) for key, value in container.pairs]


def _indent(text: str, offset: int) -> str:
    """Return the white space that the line of `offset` begins with."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    line = text[start:offset]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _rendered(values: list[Any] | dict[str, Any], style: _Style, indent: str | None) -> list[str]:
    """Return the source of each of `values`, over several lines from `indent` on where that is not None."""

    def source(value: Any) -> str:
        if indent is None:
            return json.dumps(value, ensure_ascii=False, separators=(style.comma, style.colon))
        lines = json.dumps(value, ensure_ascii=False, indent=style.step)
        return lines.replace("\n", style.newline + indent)

    if isinstance(values, dict):
        return [f"{source(key)}{style.colon}{source(value)}" for key, value in values.items()]
    return [source(value) for value in values]
