"""Credentials in Markdown tables, where the header of a column names them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from claude_preflight.agents.secrets.labels import credential_label
from claude_preflight.agents.secrets.parts import QUOTED, judge_part
from claude_preflight.agents.secrets.secret import Secret
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.typed import NamedTuple

_RULE = late(r"\n[ \t>]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+(?=\r?\n)")
_BAR = late(r"\|(?<!\\.)")
_MARKS = " \t>*_\"'`"


class Table(NamedTuple):
    """A table of which some columns hold credentials: `names` are those of the columns, empty for the others."""

    names: list[str]
    rows: list[Span]


def tables(text: str, start: int, end: int) -> Iterator[Table]:
    """Yield the tables that have a column headed by the name of a credential."""
    if text.find("|", start, end) < 0:
        return
    done = start
    for rule in _RULE.finditer(text, start, end):
        if "|" in rule.group() and rule.start() >= done:
            header = Span(max(start, text.rfind("\n", start, rule.start()) + 1), rule.start())
            names = [credential_label(text[cell.start : cell.end].strip(_MARKS)) for cell in _cells(text, header)]
            if any(names):
                rows = list(_rows(text, rule.end(), end))
                done = rows[-1].end if rows else done
                yield Table(names, rows)


def is_cell(text: str, table: Table, start: int) -> bool:
    """Tell whether the value at `start` begins a cell of `table`: the header says what it is, not its neighbour."""
    inside = bool(table.rows) and table.rows[0].start <= start < table.rows[-1].end
    return inside and text[text.rfind("\n", 0, start) + 1 : start].rstrip(_MARKS).endswith("|")


def find_in_table(text: str, table: Table) -> Iterator[Secret]:
    """Yield the values of the columns of `table` that are headed by the name of a credential."""
    for row in table.rows:
        for name, cell in zip(table.names, _cells(text, row), strict=False):
            content = text[cell.start : cell.end].rstrip(_MARKS)
            first = cell.start + len(content) - len(content.lstrip(_MARKS))
            value = QUOTED.match(text, first, cell.start + len(content)) if name else None
            if value and (value.end() == cell.start + len(content) or text[first - 1] == "`"):
                yield from judge_part(name, text, *value.span(), prose=True)


def _rows(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the lines behind the rule of a table, which ends at `start`, up to the first without a bar."""
    while (start := text.find("\n", start, end)) >= 0:
        start += 1
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        if text.find("|", start, stop) < 0:
            return
        yield Span(start, stop)


def _cells(text: str, row: Span) -> list[Span]:
    """Return the cells of a line; a bar at either end of it parts nothing."""
    bars = [bar.start() for bar in _BAR.finditer(text, row.start, row.end)]
    edges = [row.start - 1, *bars, row.end]
    if bars and not text[row.start : bars[0]].strip(" \t>"):
        edges.pop(0)
    if bars and not text[bars[-1] + 1 : row.end].strip():
        edges.pop()
    return [Span(before + 1, after) for before, after in pairwise(edges)]
