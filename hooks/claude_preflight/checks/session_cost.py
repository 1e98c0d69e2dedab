"""What sessions cost is in proportion, and no MCP server takes context for nothing.

What it does
------------
Counts the tokens of the session of Claude Code that makes the commit, subagents included and each answer once, prices
them, and says when it costs far more than the sessions of this project before it: an outlier by median and median
absolute deviation, once there are ten to compare with. Says when the results of one MCP server fill the context, and
which servers of `.mcp.json` none of the last ten sessions or more has called. Without an agent it passes. It prints
nothing of a transcript's text, and keeps only counts and salted hashes in git's own directory.

Why is this bad?
----------------
A session that costs ten times the usual one mostly goes in circles, or drags along a context that nobody needs. Every
server puts the descriptions of its tools in front of each session, called or not, and is one more that may be turned.
The figures are estimates: who has a subscription does not pay by the token.

Example
-------
A commit made by a session that has gone astray:

```text
<repository>: warning: this session has cost about 41.20 USD, 9 times the median (4.50 USD) of the 14 before it: …
```

Use instead
-----------
End the session, and begin the next task in a new one; remove servers that nobody calls. Thresholds are set in the
policy:

```yaml .claude-preflight.yaml
limits: {session_cost_usd: 5, server_tokens: 100000, idle_sessions: 20}
```

References
----------
* Costs of Claude Code: https://code.claude.com/docs/en/costs
* Outliers by median absolute deviation: https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Finding
from claude_preflight.sessions.at_hand import at_hand
from claude_preflight.sessions.cost import RULES, judge

__all__ = ["RULES", "check", "main"]


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what is out of proportion about the session that makes this commit."""
    hand = at_hand(context)
    if hand:
        yield from (evidence.finding() for evidence in judge(hand, context.policy))


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("session-cost", argv)


if __name__ == "__main__":
    raise SystemExit(main())
