"""The report as workflow commands of GitHub Actions, which show each finding beside its line in the pull request."""

from __future__ import annotations

from claude_preflight.agents.files import VIRTUAL
from claude_preflight.report.safe import printable
from claude_preflight.run import Report, Result


def render(report: Report) -> str:
    """Return `report` as one command for each finding that is not suppressed, each ended by a line feed."""
    return "".join(f"{_command(result)}\n" for result in report.results)


def _command(result: Result) -> str:
    properties: dict[str, str | int] = {}
    if result.path not in VIRTUAL.values():
        # An end at the start of a line is that of the line before: the end is exclusive.
        last = max(result.line, result.end_line - (result.end_column == 1))
        properties = {"file": result.path, "line": result.line, "endLine": last, "col": result.column}
    properties["title"] = result.finding.rule.id
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    text = f"{printable(result.finding.message)}\nrepair: {printable(result.finding.repair)}"
    return f"::{result.severity.value} {listed}::{_data(text)}"


def _data(text: str) -> str:
    """Return `text` as the runner reads it back, see `ActionCommand` in the source of actions/runner."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(printable(text)).replace(":", "%3A").replace(",", "%2C")
