"""The audit record of a repository, `.mcp-audit.json`: which servers were audited, and what a person has said of them.

`read_record` reads it, `launch_fingerprint` tells whether a server is still the one that was approved, `questions` what
is answered. Its form is `schemas/mcp-audit.schema.json`; `claude-preflight audit` writes it.
"""

from __future__ import annotations

from claude_preflight.agents.audit_entry import Entry, Review, Scan, ScanFinding, read_record
from claude_preflight.agents.audit_launch import content_integrity, launch_fingerprint, shown_url
from claude_preflight.agents.audit_questions import Doubt, Question, State, questions
from claude_preflight.context import Context

__all__ = [
    "FILE_NAME",
    "Doubt",
    "Entry",
    "Question",
    "Review",
    "Scan",
    "ScanFinding",
    "State",
    "audited_versions",
    "content_integrity",
    "launch_fingerprint",
    "questions",
    "read_record",
    "shown_url",
]

FILE_NAME = ".mcp-audit.json"


def audited_versions(context: Context) -> dict[str, str]:
    """Return the audited version of each package in the record; empty without a record that can be read.

    Ask for them with `context.remember(audited_versions)`.
    """
    document = context.document(FILE_NAME)
    entries = read_record(document) if document else ()
    return {
        str(entry.package): str(entry.version)
        for entry in entries
        if entry.package and entry.version and entry.version[0].isdigit()
    }
