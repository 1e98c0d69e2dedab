"""Sessions are renewed in time, and hold one project and one task.

What it does
------------
Looks at the session of Claude Code that makes the commit, told by `CLAUDE_CODE_SESSION_ID`, and says when it has lasted
longer than `session_hours` of the policy, has read outside sources (fetched pages, answers of MCP servers that are
remote or not the repository's own) and gone on working, has worked in other projects as well, or is an unattended one
in CI that goes on from an earlier run. Without an agent it passes. It reads transcripts on this machine, prints nothing
of their text, and keeps only counts and salted hashes of them in git's own directory.

Why is this bad?
----------------
All that a session has read steers what it does next, until it ends: an instruction hidden in a page that was fetched in
the morning is still in force in the afternoon. A long context also costs more with every answer and is followed less
well, and what was agreed on in it is lost when it is cut short.

Example
-------
A commit made by a session that began four hours ago:

```text
<repository>: warning: this session is 4 h 10 min old, 3 h 25 min of it active; the limit is 3 h
```

Use instead
-----------
Write what was decided into CLAUDE.md, commit it, and go on in a new session (`/clear`). Thresholds are set in the
policy:

```yaml .claude-preflight.yaml
limits: {session_hours: 4, outside_minutes: 30}
```

References
----------
* Sessions of Claude Code: https://code.claude.com/docs/en/sessions
* CWE-829, inclusion of functionality from an untrusted control sphere: https://cwe.mitre.org/data/definitions/829.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Finding
from claude_preflight.sessions.at_hand import at_hand
from claude_preflight.sessions.rotation import RULES, judge

__all__ = ["RULES", "check", "main"]


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield why the session that makes this commit should be closed."""
    hand = at_hand(context)
    if hand:
        yield from (evidence.finding() for evidence in judge(hand, context.policy))


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("session-rotation", argv)


if __name__ == "__main__":
    raise SystemExit(main())
