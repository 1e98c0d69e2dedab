"""MCP servers are looked at again every quarter, and what nobody uses goes.

What it does
------------
Reads the audit record, `.mcp-audit.json`, once the repository has one: reviews older than `limits.review_days` of the
policy (90), dates of reviews that are still to come or that no calendar has, versions of which the record itself knows
that a later one puts a weakness right, entries whose server no configuration has, and, one finding per file, servers
that are switched off for everybody. Installed by its own id, the hook demands the record and a review in each entry,
and looks at the whole repository at every commit.

Why is this bad?
----------------
An audit describes a server on one day. Since then it may have changed hands, had its weaknesses published, or lost its
last user, and a server that nobody uses still runs with everything it was given.

Example
-------
```json .mcp.json
{"mcpServers": {"tickets": {"type": "http", "url": "https://mcp.tickets.example/mcp"}}}
```

```json .mcp-audit.json
{"version": 1, "servers": [
  {"name": "tickets", "source": "remote", "url": "https://mcp.tickets.example/mcp",
   "launch": "sha256:436911043ac0b77a6ab99eef61fadf93cf53ced86c01e3ecba5cb9cf7e0030dd",
   "review": {"reviewed_by": "Kim Lee", "reviewed_on": "2025-01-31"}},
  {"name": "notes", "source": "npm", "package": "@acme/notes-mcp", "version": "1.4.0",
   "launch": "sha256:0c78821a6571253a18fb761fefad2f76fbc13da75bfbb230e6611113a97c101f",
   "review": {"reviewed_by": "Kim Lee", "reviewed_on": "2025-01-31"}}
]}
```

Use instead
-----------
```json .mcp.json
{"mcpServers": {"tickets": {"type": "http", "url": "https://mcp.tickets.example/mcp"}}}
```

```json .mcp-audit.json
{"version": 1, "servers": [
  {"name": "tickets", "source": "remote", "url": "https://mcp.tickets.example/mcp",
   "launch": "sha256:436911043ac0b77a6ab99eef61fadf93cf53ced86c01e3ecba5cb9cf7e0030dd",
   "review": {"reviewed_by": "Kim Lee", "reviewed_on": "2026-11-20"}}
]}
```

References
----------
* CWE-1104, use of unmaintained third-party components: https://cwe.mitre.org/data/definitions/1104.html
* CWE-1395, dependency on a vulnerable third-party component: https://cwe.mitre.org/data/definitions/1395.html
"""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Sequence

from claude_preflight.agents.config import mapping_of, tree_of
from claude_preflight.agents.files import AUDIT_RECORD, GLOBS, MCP_CONFIG
from claude_preflight.agents.mcp import servers
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Finding, Rule, Severity, Span
from claude_preflight.syntax.nodes import Mapping, Text
from claude_preflight.typed import TYPE_CHECKING
from claude_preflight.wording import in_words

if TYPE_CHECKING:
    from claude_preflight.agents.audit_entry import Entry

HOOK = "mcp-review"
(RECORD,) = GLOBS[AUDIT_RECORD]

OVERDUE = Rule("review-overdue", Severity.WARNING, Confidence.HIGH, "the last review of a server is too long ago", 1104)
MISSING = Rule("review-missing", Severity.WARNING, Confidence.HIGH, "no review of a server is on record", 1104)
WRONG_DATE = Rule(
    "review-date-impossible", Severity.ERROR, Confidence.HIGH, "a review is dated on a day that has not been", 1284
)
SUPERSEDED = Rule(
    "superseded-version",
    Severity.WARNING,
    Confidence.HIGH,
    "the record knows that a later version puts a weakness right",
    1395,
)
WITHOUT_SERVER = Rule(
    "audit-without-server", Severity.WARNING, Confidence.HIGH, "an audited server is in no configuration", 1164
)
SWITCHED_OFF = Rule(
    "server-switched-off", Severity.WARNING, Confidence.HIGH, "servers are configured that are off for everybody", 1164
)
RULES = (OVERDUE, MISSING, WRONG_DATE, SUPERSEDED, WITHOUT_SERVER, SWITCHED_OFF)

_AUDIT = "run `claude-preflight audit`"
_LONGEST_WORD = 40


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what of the record `document` is out of date, or which servers of the configuration `document` are off."""
    if AUDIT_RECORD in document.kinds:
        from claude_preflight.agents.audit_entry import read_record

        entries = read_record(document)
        if not entries and HOOK in context.asked:  # else `mcp-audit` speaks of what cannot be read
            message = "no entry can be read from the audit record, so no review counts"
            yield MISSING.at(Span(0, 0), message, repair=_AUDIT, key="unreadable")
        for entry in entries:
            yield from _date(entry, context)
            yield from _superseded(entry, context)
        yield from _without_server(document, context)
    elif os.path.lexists(context.repository.absolute(RECORD)):
        yield from _switched_off(document, context)
    elif HOOK in context.asked:
        yield from _unrecorded(document)


# --- the record ---------------------------------------------------------------------------------------------------


def _date(entry: Entry, context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.days import days_since, is_spelled_as_day

    subject, name = f'server "{entry.name}"', str(entry.name)
    reviewed = entry.review.reviewed_on if entry.review else None
    if not reviewed:
        if HOOK in context.asked:  # else `mcp-audit` speaks of it
            message = f"{subject} has never been reviewed, or the record does not say when"
            yield MISSING.at(entry.span, message, repair=_approved(entry, context), key=name, server=name)
        return
    age = days_since(reviewed, context.today)
    if age is None or age < -1:  # it may be tomorrow already where the reviewer sits
        if age is not None or is_spelled_as_day(reviewed) or HOOK in context.asked:  # else `mcp-audit` speaks of it
            why = "which no calendar has" if age is None else "which is still to come"
            message = f"{subject} was reviewed on {_short(reviewed)}, {why}"
            yield WRONG_DATE.at(reviewed.span, message, repair=_approved(entry, context), key=name, server=name)
        return
    limit = int(context.policy.limit("review_days"))
    if age > limit:
        message = f"{subject} was reviewed {age} days ago, and {limit} is the most"
        repair = f"{_AUDIT}, look at what is new, then {_approved(entry, context)}"
        yield OVERDUE.at(reviewed.span, message, repair=repair, key=name, server=name)


def _approved(entry: Entry, context: Context) -> str:
    from claude_preflight.agents.audit_entry import approve_command

    return f"`{approve_command(entry.name)} --reviewed-by WHO …` (it writes {context.today})"


def _short(word: str) -> str:
    return word if len(word) <= _LONGEST_WORD else f"{word[:_LONGEST_WORD]}…"


def _superseded(entry: Entry, context: Context) -> Iterator[Finding]:
    fixed = entry.facts.sequence("latest_fixes") if entry.facts else None
    known = _advisories(entry)
    accepted = entry.review.accepted if entry.review else {}
    places = {str(text): text for text in (*(fixed.texts() if fixed else ()), *known) if text not in accepted}
    if HOOK not in context.asked:  # `mcp-audit` speaks of the weaknesses of the very version
        places = {name: text for name, text in places.items() if name not in known}
    if places:
        first = next(iter(places.values()))
        listed = in_words([_short(name) for name in places])
        latest = entry.facts.text("latest") if entry.facts else None
        message = f'server "{entry.name}" has a later version that puts {listed} right'
        better = _short(latest) if latest and latest != entry.version else "that version"
        repair = f"write {better} in the configuration, then {_AUDIT}"
        yield SUPERSEDED.at(first.span, message, repair=repair, key=str(entry.name), server=str(entry.name))


def _advisories(entry: Entry) -> list[Text]:
    """Return the ids of the weaknesses of this version that a later one puts right."""
    listed = entry.facts.sequence("advisories") if entry.facts else None
    items = [item for item in listed.items if isinstance(item, Mapping)] if listed else []
    return [name for item in items if (name := item.text("id")) and item.text("fixed_in")]


def _without_server(document: Document, context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.audit_entry import read_record

    if document.path != RECORD:
        return
    entries = read_record(document)
    where_it_says = _in_named_files(entries, context)
    lost = [entry for entry in entries if entry.launch not in where_it_says]
    configured = context.remember(_configured) if lost else None
    if configured is None:
        return
    recorded = {entry.launch for entry in entries}
    launches = {launch for found in configured.values() for launch in found}
    for entry in lost:
        changed = any(launch not in recorded for launch in configured.get(str(entry.name), ()))
        if entry.launch not in launches and not changed:  # `mcp-audit` speaks of one that has changed
            name = str(entry.name)
            message = f'server "{name}" is in the audit record and, as it was approved, in no configuration'
            repair = "remove the entry; `claude-preflight audit` does"
            yield WITHOUT_SERVER.at(entry.span, message, repair=repair, key=name, server=name)


def _in_named_files(entries: Sequence[Entry], context: Context) -> frozenset[str]:
    """Return the launch fingerprints in the files that `entries` name: git need not be asked for those."""
    from claude_preflight.agents.audit_entry import is_inside

    paths = {str(path) for entry in entries for path in entry.configs}
    documents = (context.document(path) for path in paths if is_inside(context.repository, path))
    kept = (document for document in documents if document and MCP_CONFIG in document.kinds)
    return frozenset(launch for document in kept for _, launch in _launches(document))


def _configured(context: Context) -> dict[str, list[str]] | None:
    """Return the launch fingerprints of all servers by name; None where what is configured cannot be told."""
    if not context.repository.is_git:
        return None
    found: dict[str, list[str]] = {}
    for document in context.documents(MCP_CONFIG):
        if not document.known_as.endswith((".md", ".mdc")) and tree_of(document).root is None and document.text.strip():
            return None
        for name, launch in _launches(document):
            found.setdefault(name, []).append(launch)
    return found


def _launches(document: Document) -> list[tuple[str, str]]:
    """Return the name and the launch fingerprint of each server of `document`."""
    from claude_preflight.agents.audit_launch import launch_fingerprint

    return [(str(server.name), launch_fingerprint(server)) for server in servers(document)]


# --- configurations -----------------------------------------------------------------------------------------------


def _switched_off(document: Document, context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.audit_drift import is_off

    names = _refused(document, context)
    off = [server for server in servers(document) if is_off(server, document.known_as) or server.name in names]
    if off:
        listed = [str(server.name) for server in off]
        message = f"nobody uses what is switched off for everybody: {in_words(listed)}"
        repair = "remove the entry; git keeps it for the day that it is needed"
        one = listed[0] if len(listed) == 1 else ""
        yield SWITCHED_OFF.at(off[0].name.span, message, repair=repair, key=", ".join(listed), server=one)


def _refused(document: Document, context: Context) -> frozenset[str]:
    """Return the servers of a `.mcp.json` that the settings beside it, which all share, switch off."""
    folder, _, name = document.known_as.rpartition("/")
    if name != ".mcp.json":
        return frozenset()
    settings = context.document(f"{folder}/.claude/settings.json".removeprefix("/"))
    root = mapping_of(settings) if settings else None
    listed = root.sequence("disabledMcpjsonServers") if root else None
    return frozenset(map(str, listed.texts())) if listed else frozenset()


def _unrecorded(document: Document) -> Iterator[Finding]:
    found = [server for server in servers(document) if server.command is not None or server.url is not None]
    if found:
        names = [str(server.name) for server in found]
        message = f"no audit record says when anybody last looked at {in_words(names)}"
        repair = f"{_AUDIT}, then `claude-preflight audit approve NAME …` for each server"
        one = names[0] if len(names) == 1 else ""
        yield MISSING.at(found[0].name.span, message, repair=repair, key=", ".join(names), server=one)


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
