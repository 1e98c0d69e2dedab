"""The report for a person: a line for each finding, its repair below, and a line that counts."""

from __future__ import annotations

from claude_preflight.agents.files import VIRTUAL
from claude_preflight.model import Severity
from claude_preflight.report.safe import printable
from claude_preflight.run import Report, Result


def render(report: Report) -> str:
    """Return `report` as lines `path:line:column: message [rule]`, repairs and counts, each ended by a line feed."""
    lines = []
    for result in report.results:
        lines.append(_line(result))
        lines.append(f"    repair: {printable(result.finding.repair)}")
    lines.append(summary(report))
    return "".join(f"{line}\n" for line in lines)


def _line(result: Result) -> str:
    warning = "warning: " if result.severity is Severity.WARNING else ""
    place = printable(result.path)
    if result.path not in VIRTUAL.values():
        place += f":{result.line}:{result.column}"
    return f"{place}: {warning}{printable(result.finding.message)} [{result.finding.rule.id}]"


def summary(report: Report) -> str:
    """Return one line that counts findings, files, fixes and what was suppressed."""
    found = len(report.results)
    errors = sum(result.severity is Severity.ERROR for result in report.results)
    fixable = sum(result.finding.fix is not None for result in report.results)
    kinds = f" ({_count(errors, 'error')}, {_count(found - errors, 'warning')})" if found > errors else ""
    text = f"{_count(found, 'finding') if found else 'no findings'}{kinds} in {_count(report.files, 'file')}"
    if fixable:
        text += f", {fixable} fixable"
    if report.suppressed:
        total = sum(count for _, count in report.suppressed)
        text += f"; {total} suppressed ({', '.join(f'{count} by {what}' for what, count in report.suppressed)})"
    return text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
