"""The report as SARIF 2.1.0, for services that collect the findings of many tools."""

from __future__ import annotations

import os

from claude_preflight import DOCUMENTATION, __version__
from claude_preflight.agents.files import VIRTUAL
from claude_preflight.catalogue import all_rules
from claude_preflight.explain import documentation
from claude_preflight.identity import numbered
from claude_preflight.model import Confidence, Rule, Severity
from claude_preflight.report.safe import json_text, printable
from claude_preflight.run import PlacedEdit, Report, Result

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = DOCUMENTATION.partition("/blob/")[0]
_ROOT = "SRCROOT"
# GitHub calls 7.0 to 8.9 high, 4.0 to 6.9 medium, and less low.
_SCORES = {
    (Severity.ERROR, Confidence.HIGH): "8.0",
    (Severity.ERROR, Confidence.MEDIUM): "7.5",
    (Severity.ERROR, Confidence.LOW): "7.0",
    (Severity.WARNING, Confidence.HIGH): "5.5",
    (Severity.WARNING, Confidence.MEDIUM): "4.5",
    (Severity.WARNING, Confidence.LOW): "3.5",
}
_KINDS = {"comment": "inSource", "pragma": "inSource", "policy": "external", "baseline": "external"}

Json = dict[str, object]


def render(report: Report) -> str:
    """Return `report` as a SARIF log of one run; suppressed findings are listed with what suppresses them."""
    rules = all_rules()
    numbers = {rule_id: number for number, rule_id in enumerate(rules)}
    results = (*report.results, *report.hidden)
    names = numbered(results)
    driver = {
        "name": "claude-preflight",
        "semanticVersion": __version__,
        "informationUri": _HOME,
        "rules": [_rule(rule, hook) for hook, rule in rules.values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(report)],
        "results": [
            _result(result, numbers[result.finding.rule.id], name) for result, name in zip(results, names, strict=True)
        ],
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule, hook: str) -> Json:
    text = documentation(hook)
    url = f"{DOCUMENTATION}#{rule.id}"
    summary = f"{rule.summary[0].upper()}{rule.summary[1:]}."
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": f"{summary} The hook {hook} asks: {text.partition(chr(10))[0]}"},
        "helpUri": url,
        "help": {"text": f"{summary} See {url}", "markdown": text},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {
            "security-severity": _SCORES[rule.severity, rule.confidence],
            "precision": rule.confidence.value,
            "tags": ["security", f"external/cwe/cwe-{rule.cwe:03}"],
        },
    }


def _result(result: Result, rule: int, name: str) -> Json:
    finding = result.finding
    shown: Json = {
        "ruleId": finding.rule.id,
        "ruleIndex": rule,
        "level": result.severity.value,
        "message": {"text": _text(f"{finding.message}. Repair: {finding.repair}.")},
        "locations": [_location(result)],
        "partialFingerprints": {"claudePreflightKey/v1": name},
    }
    if result.edits:
        change = {"artifactLocation": _artifact(result.path), "replacements": [_edit(edit) for edit in result.edits]}
        shown["fixes"] = [{"description": {"text": _text(finding.repair)}, "artifactChanges": [change]}]
    if result.suppression:
        suppression = {"kind": _KINDS[result.suppression.by], "status": "accepted"}
        if result.suppression.reason:
            suppression["justification"] = _text(result.suppression.reason)
        shown["suppressions"] = [suppression]
    return shown


def _text(words: str) -> str:
    """Return `words` as a message; `](` would make a link of what stands around it."""
    return printable(words).replace("](", "] (")


def _location(result: Result) -> Json:
    physical: Json = {"artifactLocation": _artifact(result.path)}
    if result.path not in VIRTUAL.values():
        physical["region"] = _region((result.line, result.column), (result.end_line, result.end_column))
        return {"physicalLocation": physical}
    # GitHub refuses a whole log for one result without a file, and takes a name that no file has.
    physical["region"] = {"startLine": 1}
    name = result.path.strip("<>")
    return {"physicalLocation": physical, "logicalLocations": [{"name": name, "kind": "resource"}]}


def _artifact(path: str) -> Json:
    from urllib.parse import quote

    return {"uri": quote(os.fsencode(path)), "uriBaseId": _ROOT}


def _region(start: tuple[int, int], end: tuple[int, int]) -> Json:
    region: Json = {"startLine": start[0], "startColumn": start[1]}
    return {**region, "endLine": end[0], "endColumn": end[1]}


def _edit(edit: PlacedEdit) -> Json:
    return {"deletedRegion": _region(edit.start, edit.end), "insertedContent": {"text": edit.replacement}}


def _invocation(report: Report) -> Json:
    notes = [{"level": "error", "message": {"text": printable(crash)}} for crash in report.crashes]
    return {"executionSuccessful": not notes, "toolExecutionNotifications": notes}
