"""The report for a person: a line for each finding, its repair below, and a line that counts."""

from __future__ import annotations

import os
import sys

from claude_preflight.model import Severity
from claude_preflight.report.safe import printable
from claude_preflight.report.terminal import PLAIN, Palette, palette
from claude_preflight.run import Report, Result
from claude_preflight.wording import counted


def render(report: Report) -> str:
    """Return `report` as lines `path:line:column: message [rule]`, repairs and counts, each ended by a line feed.

    They are coloured if the standard output shows colours.
    """
    colours = palette(sys.stdout, os.environ)
    lines = []
    for result in report.results:
        lines.append(line(result, colours))
        lines.append(f"    repair: {printable(result.finding.repair)}")
    lines.append(summary(report))
    return "".join(f"{each}\n" for each in lines)


def line(result: Result, colours: Palette = PLAIN) -> str:
    """Return the line for `result`, without its line end."""
    place = printable(result.where)
    message = printable(result.finding.message)
    if result.severity is Severity.WARNING:
        message = f"{colours.warning}warning:{colours.end} {message}"
    else:
        message = f"{colours.error}{message}{colours.end}"
    return f"{colours.place}{place}:{colours.end} {message} {colours.rule}[{result.finding.rule.id}]{colours.end}"


def summary(report: Report) -> str:
    """Return one line that counts findings, files, fixes and what was suppressed."""
    found = len(report.results)
    errors = sum(result.severity is Severity.ERROR for result in report.results)
    fixable = sum(result.finding.fix is not None for result in report.results)
    kinds = f" ({counted(errors, 'error')}, {counted(found - errors, 'warning')})" if found > errors else ""
    text = f"{counted(found, 'finding') if found else 'no findings'}{kinds} in {counted(report.files, 'file')}"
    if fixable:
        text += f", {fixable} fixable"
    if report.suppressed:
        total = sum(count for _, count in report.suppressed)
        text += f"; {total} suppressed ({', '.join(f'{count} by {what}' for what, count in report.suppressed)})"
    return text
