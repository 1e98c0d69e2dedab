"""What checks and reports share: spans, severities, rules, findings and edits.

Everything here is a NamedTuple or an Enum because a commit hook pays for each import: a frozen dataclass costs three
times as much at start-up.
"""

from __future__ import annotations

from enum import Enum

from claude_preflight.typed import NamedTuple


class Severity(Enum):
    """`ERROR` blocks the commit; `WARNING` is shown, and blocks with `--strict` or from a hook's own script."""

    ERROR = "error"
    WARNING = "warning"


class Confidence(Enum):
    """How sure a rule is that what it reports is real."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Span(NamedTuple):
    """A half-open range of a document's text, in code points, 0-based."""

    start: int
    end: int


class Edit(NamedTuple):
    """Replace the text of `span` by `replacement`."""

    span: Span
    replacement: str


class Fix(NamedTuple):
    """Edits of one document that together repair a finding."""

    edits: tuple[Edit, ...]


class Rule(NamedTuple):
    """One thing a hook refuses.

    `id` is kebab-case and unique over the project; `summary` is one line without a full stop; `cwe` is the number of
    the weakness in the Common Weakness Enumeration.
    """

    id: str
    severity: Severity
    confidence: Confidence
    summary: str
    cwe: int

    def at(
        self, span: Span, message: str, *, repair: str, key: str = "", server: str = "", fix: Fix | None = None
    ) -> Finding:
        """Return a finding of this rule at `span`; see `Finding` for the other arguments."""
        return Finding(self, span, message, repair, key, server, fix)


class Finding(NamedTuple):
    """A broken item in one document.

    `message` says what is wrong and why; `repair` what to write instead; neither holds a secret. `key` tells this
    finding from the others of its rule in the same file and survives moved lines: it holds names, never positions or
    secrets. `server` is the name of the MCP server it is about, or empty.
    """

    rule: Rule
    span: Span
    message: str
    repair: str
    key: str
    server: str
    fix: Fix | None
