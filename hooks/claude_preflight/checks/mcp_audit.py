"""MCP servers are installed after an audit, and stay what was audited.

What it does
------------
Compares the servers of every MCP configuration with the audit record, `.mcp-audit.json`, once the repository has one:
each server needs an entry; the version, the hash and the whole launch line must be those of the entry; and the entry
must answer the five questions of the checklist, none of them with a reason against the server. What a registry did not
say stays an open question until a person accepts it with a reason. Installed by its own id, the hook demands the
record.

Why is this bad?
----------------
Agents approve a server once, by name. A changed command, argument or address behind an approved name is how such an
approval is stolen, and a server that nobody has looked at runs with everything the agent may do.

Example
-------
```json .mcp.json
{"mcpServers": {"tickets": {"type": "http", "url": "https://mcp.tickets.example/mcp"},
                "notes": {"command": "npx", "args": ["-y", "@acme/notes-mcp@1.4.0"]}}}
```

```json .mcp-audit.json
{"version": 1, "servers": [
  {"name": "tickets", "source": "remote", "url": "https://mcp.tickets.example/mcp",
   "launch": "sha256:436911043ac0b77a6ab99eef61fadf93cf53ced86c01e3ecba5cb9cf7e0030dd",
   "review": {"reviewed_by": "Kim Lee", "reviewed_on": "2026-11-20", "security_issues_checked": true,
              "tested_with_dummy_data": true, "accepted": {"scan": "run by the vendor under our contract"}}}
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
   "review": {"reviewed_by": "Kim Lee", "reviewed_on": "2026-11-20", "security_issues_checked": true,
              "tested_with_dummy_data": true, "accepted": {"scan": "run by the vendor under our contract"}}}
]}
```

References
----------
* CVE-2025-54136, an approved server replaced behind its name: https://nvd.nist.gov/vuln/detail/CVE-2025-54136
* CWE-1357, reliance on an insufficiently trustworthy component: https://cwe.mitre.org/data/definitions/1357.html
* CWE-494, download of code without integrity check: https://cwe.mitre.org/data/definitions/494.html
"""

from __future__ import annotations

import os.path
from collections.abc import Iterator, Sequence

from claude_preflight.agents.files import AUDIT_RECORD, GLOBS
from claude_preflight.agents.mcp import Server, servers
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Finding, Rule, Severity
from claude_preflight.typed import TYPE_CHECKING
from claude_preflight.wording import in_words

if TYPE_CHECKING:
    from claude_preflight.agents.audit_entry import Approval, Entry
    from claude_preflight.agents.audit_questions import Doubt, Question

HOOK = "mcp-audit"
(RECORD,) = GLOBS[AUDIT_RECORD]

NOT_AUDITED = Rule(
    "server-not-audited", Severity.ERROR, Confidence.HIGH, "a server has no entry in the audit record", 1357
)
OTHER_VERSION = Rule(
    "audited-version-differs", Severity.ERROR, Confidence.HIGH, "a server is not the version that was audited", 494
)
OTHER_LAUNCH = Rule(
    "audited-launch-differs", Severity.ERROR, Confidence.HIGH, "a server is not started as it was audited", 494
)
ANY_VERSION = Rule(
    "audit-of-one-version",
    Severity.WARNING,
    Confidence.HIGH,
    "servers were audited in one version and start in any",
    494,
)
OPEN = Rule(
    "audit-question-open", Severity.ERROR, Confidence.HIGH, "the audit of a server has not answered a question", 1357
)
FAILING = Rule(
    "audit-question-failing", Severity.ERROR, Confidence.HIGH, "the audit of a server speaks against it", 1357
)
INVALID = Rule("invalid-audit-record", Severity.ERROR, Confidence.HIGH, "the audit record does not have its form", 1286)
RULES = (NOT_AUDITED, OTHER_VERSION, OTHER_LAUNCH, ANY_VERSION, OPEN, FAILING, INVALID)

_AUDIT = "run `claude-preflight audit`"
_MOST_LISTED = 8
_LONGEST_VERSION = 30


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what of the servers of `document` was not audited, or of the record `document` is not answered."""
    if AUDIT_RECORD in document.kinds:
        yield from _record(document, context)
    elif HOOK in context.asked or os.path.lexists(context.repository.absolute(RECORD)):
        yield from _configuration(document, context)


# --- configurations -----------------------------------------------------------------------------------------------


def _configuration(document: Document, context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.audit_drift import approval, is_off, is_pinned_since, is_unpinned
    from claude_preflight.agents.audit_entry import read_approvals
    from claude_preflight.agents.audit_launch import launch_fingerprint

    started = (server for server in servers(document) if server.command is not None or server.url is not None)
    found = [server for server in started if not is_off(server, document.known_as)]
    if not found:
        return
    record = context.document(RECORD)
    entries = read_approvals(record) if record else ()
    if not entries:
        yield _nothing_audited(found)
        return
    unpinned: list[tuple[Server, Approval]] = []
    for server in found:
        fingerprint = launch_fingerprint(server)
        entry = approval(server, entries, fingerprint, document.path)
        if not entry:
            yield _not_audited(server)
            continue
        same_launch = entry.launch == fingerprint or is_pinned_since(server, entry)
        yield from _drift(server, entry, context, same_launch=same_launch)
        if same_launch and is_unpinned(server, entry):
            unpinned.append((server, entry))
    if unpinned and HOOK in context.asked:  # else `mcp-pinned-version` speaks of them
        yield _any_version(unpinned)


def _nothing_audited(found: list[Server]) -> Finding:
    from claude_preflight.agents.audit_drift import place_of
    from claude_preflight.agents.audit_entry import approve_command

    names = [str(server.name) for server in found]
    one = names[0] if len(names) == 1 else ""
    message = f"no audit record says that anybody has looked at {in_words(names)}"
    return NOT_AUDITED.at(
        place_of(found[0]),
        message,
        repair=f"{_AUDIT}, then `{approve_command(one)} …`",
        key=", ".join(names),
        server=one,
    )


def _not_audited(server: Server) -> Finding:
    from claude_preflight.agents.audit_drift import place_of
    from claude_preflight.agents.audit_entry import approve_command

    message = f'server "{server.name}" has no entry in the audit record: nobody has looked at it'
    repair = f"{_AUDIT}, then `{approve_command(server.name)} …`"
    return NOT_AUDITED.at(place_of(server), message, repair=repair, key=server.key(), server=str(server.name))


def _drift(server: Server, entry: Approval, context: Context, *, same_launch: bool) -> Iterator[Finding]:
    from claude_preflight.agents.audit_drift import content_drift, place_of, version_drift
    from claude_preflight.agents.audit_entry import approve_command

    subject, again = (
        f'server "{server.name}"',
        f"undo the change, or {_AUDIT} and `{approve_command(server.name)} …` again",
    )
    key, name = server.key(), str(server.name)
    other = version_drift(server, entry)
    if other:
        launch, version = other
        audited = _short(entry.version or entry.integrity)
        message = f"{subject} starts {launch.package} {_short(version)}, and {audited} is what was audited"
        yield OTHER_VERSION.at(
            (launch.version or launch.spec or server.name).span, message, repair=again, key=key, server=name
        )
    elif not same_launch:
        message = (
            f"{subject} is not started as it was approved: a changed command, argument or address behind an approved"
            " name is how an approval is stolen"
        )
        yield OTHER_LAUNCH.at(place_of(server), message, repair=again, key=key, server=name)
    if content_drift(entry, context):
        message = f"{subject} runs a file of this repository that is not the one that was audited"
        yield OTHER_VERSION.at(place_of(server, entry), message, repair=again, key=f"{key}/content", server=name)


def _any_version(unpinned: list[tuple[Server, Approval]]) -> Finding:
    from claude_preflight.agents.audit_drift import place_of

    names = [str(server.name) for server, _ in unpinned]
    listed = [f"{server.name} in {entry.version}" for server, entry in unpinned]
    message = f"an audit holds for one version, and any may start: audited are {in_words(listed)}"
    repair = "name the audited version in the launch line; `claude-preflight check --fix` does"
    return ANY_VERSION.at(
        place_of(unpinned[0][0]),
        message,
        repair=repair,
        key=", ".join(names),
        server=names[0] if len(names) == 1 else "",
    )


# --- the record ---------------------------------------------------------------------------------------------------


def _record(document: Document, context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.audit_entry import read_record
    from claude_preflight.agents.record_form import form_flaws

    for flaw in form_flaws(document, "mcp-audit"):
        repair = f"write what schemas/mcp-audit.schema.json asks for, or {_AUDIT}"
        yield INVALID.at(flaw.span, f"the audit record: {flaw.message}", repair=repair, key=flaw.key)
    seen: set[tuple[str, str]] = set()
    for entry in read_record(document):
        identity = (str(entry.name), str(entry.launch))
        if identity in seen:
            message = f'server "{entry.name}" has another entry for the same launch line, which counts'
            yield INVALID.at(
                entry.span, message, repair="keep one of them", key=f"{entry.name}#again", server=identity[0]
            )
        else:
            seen.add(identity)
            yield from _answers(entry, context)


def _answers(entry: Entry, context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.audit_questions import questions

    asked = questions(entry, context.policy, context.today)
    failing: dict[str, list[Doubt]] = {}
    for doubt in (doubt for question in asked for doubt in question.doubts if doubt.failing):
        failing.setdefault(doubt.id.partition(":")[0], []).append(doubt)
    for subject, doubts in failing.items():
        yield _failing(entry, subject, doubts)
    unanswered = [question for question in asked if any(not doubt.failing for doubt in question.doubts)]
    if unanswered:
        yield _open(entry, unanswered)


def _failing(entry: Entry, subject: str, doubts: list[Doubt]) -> Finding:
    from claude_preflight.agents.audit_entry import approve_command

    message = f'server "{entry.name}": {in_words([doubt.reason for doubt in doubts])}'
    command = f"{approve_command(entry.name)} {_accept(doubts)}"
    repair = f"take another version or server, or write why it is all right: `{command}`"
    return FAILING.at(doubts[0].span, message, repair=repair, key=f"{entry.name}/{subject}", server=str(entry.name))


def _open(entry: Entry, unanswered: list[Question]) -> Finding:
    from claude_preflight.agents.audit_entry import approve_command

    doubts = [doubt for question in unanswered for doubt in question.doubts if not doubt.failing]
    items = "; ".join(question.item for question in unanswered)
    reasons = in_words(list(dict.fromkeys(doubt.reason for doubt in doubts)))
    message = f'the audit of server "{entry.name}" leaves open: {items} ({reasons})'
    command = f"{approve_command(entry.name)} --reviewed-by WHO --security-issues-checked --tested-with-dummy-data"
    repair = f"look, then `{' '.join(filter(None, (command, _accept_open(unanswered))))}`"
    key = f"{entry.name}/open"
    return OPEN.at(entry.span, message, repair=repair, key=key, server=str(entry.name))


# --- words --------------------------------------------------------------------------------------------------------


def _short(version: str) -> str:
    return version if len(version) <= _LONGEST_VERSION else f"{version[:_LONGEST_VERSION]}…"


def _accept(doubts: Sequence[Doubt]) -> str:
    from claude_preflight.agents.audit_entry import plain_word

    ids = dict.fromkeys(plain_word(doubt.id) or "ID" for doubt in doubts[:_MOST_LISTED])
    return " ".join(f"--accept {each}=REASON" for each in ids)


def _accept_open(unanswered: Sequence[Question]) -> str:
    """Return the arguments that accept what is not known: one doubt by its id, several by their question's."""
    from claude_preflight.agents.audit_entry import plain_word

    ids = []
    for question in unanswered:
        doubts = [doubt for doubt in question.doubts if doubt.id and not doubt.failing]
        ids += [question.id] if len(doubts) > 1 else [plain_word(doubt.id) or question.id for doubt in doubts]
    return " ".join(f"--accept {each}=REASON" for each in ids)


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
