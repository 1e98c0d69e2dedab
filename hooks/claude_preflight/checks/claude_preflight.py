"""Every file can be read, and every exemption still holds.

What it does
------------
Refuses agent files that cannot be checked at all (binary, UTF-16, not UTF-8, larger than 4 MiB, links that lead out of
the repository or in a circle), staged files whose name a program would take for an option, and exemptions that have
expired, exempt nothing or give no reason. It says so when entries of the baseline hide nothing any more, and when a
commit loosens the policy or adds to the baseline.

Why is this bad?
----------------
A file that no check can read must not pass as a clean one: the agent may well read it. A file called `--help` turns the
next tool that receives it as an argument into one that prints its help and succeeds. An exemption that outlives its
reason hides the next real finding. A commit that exempts itself is easily overlooked among the others of its branch.

Example
-------
```yaml
# .claude-preflight.yaml
ignore:
  - {rule: filesystem-root, path: .mcp.json, reason: "demo of the scanner", until: 2025-01-31}
```

Use instead
-----------
```yaml
ignore:
  - {rule: filesystem-root, path: .mcp.json, reason: "demo of the scanner", until: 2099-01-31}
```

References
----------
* CWE-59, link following: https://cwe.mitre.org/data/definitions/59.html
* CWE-88, argument injection: https://cwe.mitre.org/data/definitions/88.html
"""

from __future__ import annotations

from claude_preflight.model import Confidence, Rule, Severity

UNREADABLE = Rule(
    "unreadable-file", Severity.ERROR, Confidence.HIGH, "an agent file that cannot be read cannot be checked", 172
)
OVERSIZED = Rule("oversized-file", Severity.ERROR, Confidence.HIGH, "an agent file too large to be checked", 400)
LINK_OUTSIDE = Rule(
    "link-outside-repository", Severity.ERROR, Confidence.HIGH, "an agent file that is a link out of the repository", 59
)
OPTION_LIKE = Rule(
    "option-like-file-name", Severity.ERROR, Confidence.HIGH, "a file name that programs take for an option", 88
)
IGNORE_EXPIRED = Rule("ignore-expired", Severity.WARNING, Confidence.HIGH, "an exemption whose last day is past", 1164)
IGNORE_UNUSED = Rule("ignore-unused", Severity.WARNING, Confidence.HIGH, "an exemption that exempts nothing", 1164)
IGNORE_WITHOUT_REASON = Rule(
    "ignore-without-reason", Severity.WARNING, Confidence.HIGH, "a comment that exempts without saying why", 1164
)
BASELINE_UNUSED = Rule(
    "baseline-unused", Severity.WARNING, Confidence.HIGH, "entries of the baseline that hide nothing", 1164
)
POLICY_LOOSENED = Rule(
    "policy-loosened", Severity.WARNING, Confidence.HIGH, "a commit that loosens the policy or the baseline", 693
)
RULES = (
    UNREADABLE,
    OVERSIZED,
    LINK_OUTSIDE,
    OPTION_LIKE,
    IGNORE_EXPIRED,
    IGNORE_UNUSED,
    IGNORE_WITHOUT_REASON,
    BASELINE_UNUSED,
    POLICY_LOOSENED,
)
# What is said of the baseline and the policy themselves, which neither of them can hide.
ABOUT_EXEMPTIONS = frozenset((BASELINE_UNUSED.id, POLICY_LOOSENED.id))
REPAIRS = {
    UNREADABLE.id: "save it as UTF-8 text, or remove it from the commit",
    OVERSIZED.id: "split it, or remove it from the commit",
    LINK_OUTSIDE.id: "commit the file itself, or link to one inside the repository",
    OPTION_LIKE.id: "rename it",
    BASELINE_UNUSED.id: "write it anew with --write-baseline, so that what was repaired stays repaired",
    POLICY_LOOSENED.id: "have it reviewed by who answers for the policy, or take it back",
}
