"""Sessions do nothing that nobody asked for.

What it does
------------
Looks at the tool calls of the session of Claude Code that makes the commit, and says when it has opened files of
credentials, has got in another way what it was denied, ran without permission checks outside of a sandbox, has called
MCP servers that the repository does not declare, or has fetched from hosts or called MCP tools that no earlier session
of the project has. It says how often, never what: `claude-preflight sessions` shows the calls to a person. Without an
agent it passes. It keeps only counts and salted hashes in git's own directory.

Why is this bad?
----------------
An agent that follows instructions from what it has read looks like one that works: only its calls tell. A denial that
it works around, a key that it opens, an address that nobody has heard of are what an investigation begins with, and
the commit is the last place where it is cheap to stop.

Example
-------
A commit made by a session that was refused a file and then printed it from the shell:

```text
<repository>: this session was denied 1 call, and then got what it wanted in another way
```

Use instead
-----------
Look at the calls with `claude-preflight sessions`. If all is well, commit from a terminal of your own; else stop the
session, replace the credentials that it has seen, and follow the checklist.

References
----------
* Permissions of Claude Code: https://code.claude.com/docs/en/permissions
* CWE-522, insufficiently protected credentials: https://cwe.mitre.org/data/definitions/522.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Finding
from claude_preflight.sessions.at_hand import at_hand
from claude_preflight.sessions.review import RULES, judge

__all__ = ["RULES", "check", "main"]


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what the session that makes this commit did that somebody should look at."""
    hand = at_hand(context)
    if hand:
        yield from (evidence.finding() for evidence in judge(hand))


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("session-review", argv)


if __name__ == "__main__":
    raise SystemExit(main())
