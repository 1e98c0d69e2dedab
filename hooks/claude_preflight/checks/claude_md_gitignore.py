"""What is confidential, or one person's own, stays out of the repository.

What it does
------------
Refuses a committed instruction file that says of itself, in its metadata, title or first lines, that it is
confidential; `CLAUDE.local.md`; and what agents keep for themselves: logins, transcripts, prompt histories, snapshots
of shells, local memories, work trees. Points out a committed `.claude/settings.local.json`. In the policy's profile
`client` it asks that `CLAUDE.md` is ignored, by a rule that everybody gets. Git itself is asked what is tracked and
what is ignored.

Why is this bad?
----------------
Whoever can read the repository reads it, today or when it is opened, and history keeps it. Transcripts and histories
hold every file that was read and every secret that was pasted. Local settings carry approvals that one person gave, and
a commit hands them to all.

Example
-------
```markdown CLAUDE.md
# Payments – CONFIDENTIAL

Contacts at the bank are in the vault.
```

Use instead
-----------
```markdown CLAUDE.md
# Payments

What only the team may know is in @CLAUDE.local.md, which git ignores.
```

References
----------
* CWE-538, insertion of sensitive information into an externally accessible file: https://cwe.mitre.org/data/definitions/538.html
* Which memory files are shared, and which are not: https://code.claude.com/docs/en/memory
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.files import INSTRUCTIONS, POLICY
from claude_preflight.agents.local_state import SETTINGS, STATE, LocalFile, local_file
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Finding, Rule, Severity, Span

CONFIDENTIAL = Rule(
    "confidential-instructions",
    Severity.ERROR,
    Confidence.HIGH,
    "an instruction file that says it is confidential is committed",
    538,
)
LOCAL_INSTRUCTIONS = Rule(
    "local-instructions", Severity.ERROR, Confidence.HIGH, "one person's own instructions are committed", 538
)
LOCAL_SETTINGS = Rule(
    "local-settings", Severity.WARNING, Confidence.HIGH, "one person's own settings are committed", 538
)
AGENT_STATE = Rule("agent-state", Severity.ERROR, Confidence.HIGH, "what an agent keeps for itself is committed", 538)
CLIENT_INSTRUCTIONS = Rule(
    "client-profile-instructions",
    Severity.ERROR,
    Confidence.HIGH,
    "in the profile client, CLAUDE.md is not ignored by git",
    538,
)
RULES = (CONFIDENTIAL, LOCAL_INSTRUCTIONS, LOCAL_SETTINGS, AGENT_STATE, CLIENT_INSTRUCTIONS)

_CLAUDE_MD = "CLAUDE.md"
_WHY = {
    SETTINGS: "with the approvals that one person gave",
    STATE: "which is never meant for a commit",
}


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield why `document`, if git tracks it, should not be in the repository."""
    local = local_file(document)
    if local:
        yield from _local(document, local, context)
        return
    if INSTRUCTIONS in document.kinds:
        yield from _marked(document, context)
    if context.policy.profile == "client":
        yield from _client(document, context)


def _local(document: Document, local: LocalFile, context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.git_ignore import is_tracked

    if not is_tracked(context.repository, document.path):
        return
    rule = {SETTINGS: LOCAL_SETTINGS, STATE: AGENT_STATE}.get(local.kind, LOCAL_INSTRUCTIONS)
    message = f"this is {local.words}, {_WHY.get(local.kind, 'meant for no other clone')}, and git tracks it"
    repair = _remove(document.path, local.ignore, context)
    if rule is AGENT_STATE:
        repair += "; replace what secrets it holds, as history keeps them"
    yield rule.at(Span(0, 0), message, repair=repair, key=local.ignore)


def _marked(document: Document, context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.confidential import confidentiality
    from claude_preflight.agents.git_ignore import ignore_line, is_tracked

    mark = confidentiality(document)
    if mark is not None and is_tracked(context.repository, document.path):
        message = "this file says of itself that it is confidential, and git tracks it"
        repair = _remove(document.path, ignore_line(document.path), context) + "; or take the mark out if it is not"
        yield CONFIDENTIAL.at(mark.span, message, repair=repair, key="mark")


def _client(document: Document, context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.git_ignore import ignoring_rule, is_shared, is_tracked

    path = _client_file(document, context)
    if not path:
        return
    source = ignoring_rule(context.repository, path)
    if path == document.path and is_tracked(context.repository, path):
        message = "the profile client keeps CLAUDE.md out of the repository, and git tracks this one"
    elif source is None:
        message = f"the profile client asks that git ignores {path}, and no rule does"
    elif not is_shared(source):
        message = f"the profile client asks that git ignores {path}, and only a rule of this machine does"
    else:
        return
    repair = _remove(path, _CLAUDE_MD, context)
    span = Span(0, 0) if path == document.path else _profile(document)
    yield CLIENT_INSTRUCTIONS.at(span, message, repair=repair, key=_CLAUDE_MD)


def _client_file(document: Document, context: Context) -> str:
    """Return the path to ask git about: an instruction file's own; for the policy that of the one it speaks of."""
    if document.known_as.rpartition("/")[2] == _CLAUDE_MD:
        return document.path
    if POLICY in document.kinds and context.repository.is_git:
        return "" if _CLAUDE_MD in context.repository.tracked() else _CLAUDE_MD
    return ""


def _profile(document: Document) -> Span:
    from claude_preflight.agents.config import mapping_of

    root = mapping_of(document)
    profile = root.text("profile") if root else None
    return profile.span if profile is not None else Span(0, 0)


def _remove(path: str, line: str, context: Context) -> str:
    """Return what to do so that git forgets `path`; `line` is for `.gitignore`, if no rule there covers it yet."""
    from shlex import quote

    from claude_preflight.agents.git_ignore import ignoring_rule, is_shared, is_tracked

    source = ignoring_rule(context.repository, path)
    covered = source is not None and is_shared(source)
    steps = [] if covered else [f'add "{line}" to .gitignore']
    if is_tracked(context.repository, path):
        steps.append(f"run: git rm --cached -- {quote(path)}")
    return ", then ".join(steps)


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("claude-md-gitignore", argv)


if __name__ == "__main__":
    raise SystemExit(main())
