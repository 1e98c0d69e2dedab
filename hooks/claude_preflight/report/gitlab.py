"""The report as GitLab's Code Quality artifact, which shows each finding beside its line in the merge request."""

from __future__ import annotations

from claude_preflight.agents.files import VIRTUAL
from claude_preflight.identity import numbered
from claude_preflight.model import Severity
from claude_preflight.report.safe import json_text, printable
from claude_preflight.run import Report, Result

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor"}


def render(report: Report) -> str:
    """Return the findings of `report` that are not suppressed as a JSON list.

    GitLab keeps one finding for each fingerprint, and takes it for the same after lines have moved.
    """
    results = report.results
    return json_text([_issue(result, name) for result, name in zip(results, numbered(results), strict=True)])


def _issue(result: Result, fingerprint: str) -> dict[str, object]:
    finding = result.finding
    return {
        "description": f"{printable(finding.message)} (repair: {printable(finding.repair)})",
        "check_name": finding.rule.id,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[result.severity],
        "location": {
            "path": "." if result.path in VIRTUAL.values() else result.path,
            "lines": {"begin": result.line},
        },
    }
