"""What is decided with an agent is written into its instructions.

What it does
------------
Looks at the history that ends with HEAD: a run of commits that agents have made, as authors or co-authors, which is
longer than `decision_commits` commits or `decision_days` days of the policy and changes no instruction file. A commit
by a person alone ends the run, and so does a change to an instruction file that is staged now. It reads git alone.

Why is this bad?
----------------
What was agreed on in a session ends with the session. The next one starts from the instructions: it decides anew, and
otherwise, or undoes what the last one did for a reason that nobody wrote down.

Example
-------
A history whose last commits an agent has made, and CLAUDE.md as it was before them:

```text
<repository>: warning: the last 24 commits over 3 days are an agent's, and none changes an instruction file
```

Use instead
-----------
Write the decisions into CLAUDE.md, and stage it with the commit. Thresholds are set in the policy:

```yaml .claude-preflight.yaml
limits: {decision_commits: 40, decision_days: 30}
```

References
----------
* How Claude Code remembers a project: https://code.claude.com/docs/en/memory
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Finding, Rule, Severity, Span
from claude_preflight.sessions.decisions import latest_run

DECISIONS = Rule(
    "decisions-not-written",
    Severity.WARNING,
    Confidence.MEDIUM,
    "an agent has committed for long without a change to the instructions",
    1059,
)
RULES = (DECISIONS,)

_DAY = 86_400


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield one finding if the history ends with too long a run."""
    run = latest_run(context.repository.root)
    most_commits, most_days = context.policy.limit("decision_commits"), context.policy.limit("decision_days")
    if run.commits <= most_commits and run.seconds <= most_days * _DAY:
        return
    days = round(run.seconds / _DAY)
    over = f" over {days} day{'s' * (days > 1)}" if days else ""
    number = f"{run.commits}{' or more' * run.more}"
    message = f"the last {number} commits{over} are an agent's, and none changes an instruction file"
    repair = "write what was decided and why into CLAUDE.md, and stage it with this commit"
    yield DECISIONS.at(Span(0, 0), message, repair=repair, key="run")


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("claude-md-decisions", argv)


if __name__ == "__main__":
    raise SystemExit(main())
