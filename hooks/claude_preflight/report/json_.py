"""The report for programs."""

from __future__ import annotations

from claude_preflight import DOCUMENTATION, __version__
from claude_preflight.catalogue import hook
from claude_preflight.report.safe import json_text
from claude_preflight.run import Report, Result


def render(report: Report) -> str:
    """Return `report` as one JSON object; lines and columns are 1-based, columns count code points."""
    summary = {
        "findings": len(report.results),
        "suppressed": len(report.hidden),
        "files": report.files,
        "fixable": sum(result.finding.fix is not None for result in report.results),
    }
    findings = [_finding(result) for result in report.results]
    return json_text({"version": __version__, "summary": summary, "findings": findings})


def _finding(result: Result) -> dict[str, object]:
    rule = result.finding.rule
    owner = hook(result.hook)
    return {
        "hook": result.hook,
        "rule": rule.id,
        "severity": result.severity.value,
        "confidence": rule.confidence.value,
        "path": result.path,
        "line": result.line,
        "column": result.column,
        "end_line": result.end_line,
        "end_column": result.end_column,
        "message": result.finding.message,
        "repair": result.finding.repair,
        "checklist": owner.item if owner else "",
        "key": result.finding.key,
        "fixable": result.finding.fix is not None,
        "url": f"{DOCUMENTATION}#{rule.id}",
    }
