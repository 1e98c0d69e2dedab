"""The audit record as a model: what was approved of each server, where in the record it stands, and who says so."""

from __future__ import annotations

import json

from claude_preflight.agents.config import mapping_of
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Text, plain
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from claude_preflight.repository import Repository

NPM, PYPI, OCI, GIT, REMOTE, LOCAL, OTHER = "npm", "pypi", "oci", "git", "remote", "local", "other"
_PLAIN_WORD = late(r"[A-Za-z0-9_][A-Za-z0-9_.@:/-]{0,100}")


class ScanFinding(NamedTuple):
    """Something in the artefact that a person should look at; `what` is its kind, `detail` may be empty."""

    what: Text
    detail: str

    @property
    def id(self) -> str:
        """The id under which a person may accept it."""
        return f"{self.what}:{self.detail}" if self.detail else str(self.what)


class Scan(NamedTuple):
    """What was found in the artefact; `unread` files of it could not be read."""

    findings: tuple[ScanFinding, ...]
    unread: int
    node: Mapping


class Review(NamedTuple):
    """What a person says; what the record leaves out is None, False or empty.

    `accepted` holds reasons by the ids of doubts, see `claude_preflight.agents.audit_questions`; none of them is blank.
    """

    reviewed_by: Text | None
    reviewed_on: Text | None
    security_issues_checked: bool
    tested_with_dummy_data: bool
    accepted: dict[str, Text]
    node: Mapping

    @property
    def complete(self) -> bool:
        """Whether it says who has looked, and when."""
        return bool(self.reviewed_by and self.reviewed_by.strip() and self.reviewed_on)


class Entry(NamedTuple):
    """What was approved of one server, `schemas/mcp-audit.schema.json`; None for what the record leaves out.

    `facts` are what the registry said, as they stand in the record. A value of the wrong type counts as left out.
    """

    name: Text
    launch: Text | None
    configs: tuple[Text, ...]
    source: Text | None
    package: Text | None
    version: Text | None
    integrity: Text | None
    url: Text | None
    path: Text | None
    facts: Mapping | None
    scan: Scan | None
    review: Review | None
    node: Mapping

    @property
    def span(self) -> Span:
        """Where to point for the entry as a whole: its name, or the bracket that opens it."""
        return self.name.span if self.name.start < self.name.end else Span(self.node.start, self.node.start + 1)


class Approval(NamedTuple):
    """What an entry approves, without its places and its answers; empty for what the record leaves out."""

    name: str
    launch: str
    configs: tuple[str, ...]
    source: str
    package: str
    version: str
    integrity: str
    path: str


def read_approvals(document: Document) -> tuple[Approval, ...]:
    """Return what the entries of the record `document` approve, in its order: twenty times as fast as `read_record`."""
    try:
        root = json.loads(document.text)
    except (ValueError, RecursionError):  # comments, say: the check of the record itself points them out
        tree = mapping_of(document)
        root = plain(tree) if tree else None
    listed = root.get("servers") if isinstance(root, dict) else None
    return tuple(_approval(entry) for entry in listed if isinstance(entry, dict)) if isinstance(listed, list) else ()


def _approval(entry: dict[str, object]) -> Approval:
    def text(key: str) -> str:
        value = entry.get(key)
        return value if isinstance(value, str) else ""

    listed = entry.get("configs")
    configs = tuple(each for each in listed if isinstance(each, str)) if isinstance(listed, list) else ()
    return Approval(
        text("name"),
        text("launch"),
        configs,
        text("source"),
        text("package"),
        text("version"),
        text("integrity"),
        text("path"),
    )


def read_record(document: Document) -> tuple[Entry, ...]:
    """Return the entries of the record `document` in its order; none where it cannot be read."""
    return document.remember(_read)


def is_inside(repository: Repository, path: str) -> bool:
    """Tell whether `path`, which a record may spell as it likes, is that of a file inside of `repository`."""
    plain = not path.startswith("/") and "\0" not in path
    return plain and repository.relative(repository.absolute(path)) == path


def _read(document: Document) -> tuple[Entry, ...]:
    root = mapping_of(document)
    listed = root.sequence("servers") if root else None
    return tuple(_entry(item) for item in listed.items if isinstance(item, Mapping)) if listed else ()


def _entry(node: Mapping) -> Entry:
    configs, scan, review = node.sequence("configs"), node.mapping("scan"), node.mapping("review")
    return Entry(
        node.text("name") or Text.at("", node.start, node.start),
        node.text("launch"),
        tuple(configs.texts()) if configs else (),
        node.text("source"),
        node.text("package"),
        node.text("version"),
        node.text("integrity"),
        node.text("url"),
        node.text("path"),
        node.mapping("facts"),
        _scan(scan) if scan else None,
        _review(review) if review else None,
        node,
    )


def _scan(node: Mapping) -> Scan:
    listed = node.sequence("findings")
    items = [item for item in listed.items if isinstance(item, Mapping)] if listed else []
    found = [ScanFinding(what, str(item.text("detail") or "")) for item in items if (what := item.text("what"))]
    unread = value_of(node.get("unread"))
    return Scan(tuple(found), unread if isinstance(unread, int) else 0, node)


def _review(node: Mapping) -> Review:
    accepted = node.mapping("accepted")
    reasons = {str(key): reason for key, _ in accepted.pairs if (reason := accepted.text(key))} if accepted else {}
    return Review(
        node.text("reviewed_by"),
        node.text("reviewed_on"),
        value_of(node.get("security_issues_checked")) is True,
        value_of(node.get("tested_with_dummy_data")) is True,
        {key: reason for key, reason in reasons.items() if reason.strip()},
        node,
    )


def value_of(node: Node | None) -> Text | float | bool | None:
    """Return the value of a scalar; None for null, for a list or a mapping, and for what is not there."""
    return node.value if isinstance(node, Scalar) else None


def plain_word(word: str) -> str:
    """Return `word` if a person can copy it into a shell, whoever has chosen it; else nothing."""
    return word if _PLAIN_WORD.fullmatch(word) else ""


def approve_command(name: str) -> str:
    """Return the beginning of the command that approves the server `name`."""
    return f"claude-preflight audit approve {plain_word(name) or 'NAME'}"
