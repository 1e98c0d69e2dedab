"""The audit record of a repository, `.mcp-audit.json`: which servers were audited, and what a person has said of them.

`read_record` reads it, `launch_fingerprint` tells whether a server is still the one that was approved, `questions` what
is answered. Its form is `schemas/mcp-audit.schema.json`; `claude-preflight audit` writes it.
"""

from __future__ import annotations

from claude_preflight.agents.audit_entry import Entry, Review, Scan, ScanFinding, read_record
from claude_preflight.agents.audit_launch import content_integrity, launch_fingerprint, shown_url
from claude_preflight.agents.audit_questions import Doubt, Question, State, questions
from claude_preflight.agents.files import AUDIT_RECORD
from claude_preflight.document import Document
from claude_preflight.intake import decode, read_worktree
from claude_preflight.repository import Repository

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


def audited_versions(repository: Repository) -> dict[str, str]:
    """Return the audited version of each package in the record; empty without a record that can be read."""
    content = read_worktree(repository, FILE_NAME)
    document = decode(FILE_NAME, content, frozenset((AUDIT_RECORD,))) if isinstance(content, bytes) else None
    entries = read_record(document) if isinstance(document, Document) else ()
    return {
        str(entry.package): str(entry.version)
        for entry in entries
        if entry.package and entry.version and entry.version[0].isdigit()
    }
