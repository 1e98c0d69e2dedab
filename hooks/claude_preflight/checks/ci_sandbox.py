"""An agent in CI is shut in, and nobody outside of the project instructs it.

What it does
------------
Reads workflows and composite actions of GitHub Actions, and the pipelines of GitLab CI, CircleCI, Azure, Bitbucket and
Jenkins (the words and strings of a Jenkinsfile, not what its Groovy computes), and looks at the jobs that run a coding
agent: by its command, or by an action such as `anthropics/claude-code-action`.

Errors are: text that anybody can write put into the script that starts the agent; a job that anybody can start whose
agent runs any command, or does what they write with a token that may push; a job with secrets whose agent starts in a
stranger's files; a token that may write to everything; secrets of production within the agent's reach; a credential in
the file itself. Warnings are: strangers' text in a prompt where nothing looks at who started the job; an agent on a
machine of your own, or with any command allowed, outside of a container; a container that does not hold; an action that
follows a branch; tool output in the log; an action that every bot may start; credentials handed to every command.

What strangers write is followed through the variables, files, pipes and outputs of a job to the agent's command. That a
comment mentions `@claude` says nothing about who wrote it.

The vendors' documented workflows are silent: their actions refuse whoever may not write to the repository. Switches
that take permission checks away are reported by `no-skip-permissions`, deployments by `no-claude-in-production`.

Why is this bad?
----------------
A job has what a laptop has not: the secrets of the project, a token that can push, and nobody who watches. An issue or
a pull request is text for the model, and whoever writes it tries to give it orders.

Example
-------
```yaml .github/workflows/answer.yml
on: issues
permissions: write-all
jobs:
  answer:
    runs-on: ubuntu-latest
    steps:
      - run: claude -p "Answer ${{ github.event.issue.title }}" --allowedTools "Bash"
        env:
          ANTHROPIC_API_KEY: ${{ secrets.ANTHROPIC_API_KEY }}
```

Use instead
-----------
```yaml .github/workflows/answer.yml
on: issues
permissions:
  contents: read
  issues: write
jobs:
  answer:
    if: contains(fromJSON('["OWNER", "MEMBER", "COLLABORATOR"]'), github.event.issue.author_association)
    runs-on: ubuntu-latest
    container: node:22
    steps:
      - run: claude -p "Answer $TITLE" --allowedTools "Read"
        env:
          ANTHROPIC_API_KEY: ${{ secrets.ANTHROPIC_API_KEY }}
          TITLE: ${{ github.event.issue.title }}
```

References
----------
* Claude Code GitHub Actions, security: https://github.com/anthropics/claude-code-action/blob/main/docs/security.md
* GitHub, secure use of Actions: https://docs.github.com/en/actions/reference/security/secure-use
* CWE-94, code injection: https://cwe.mitre.org/data/definitions/94.html
* CWE-1427, input of a language model: https://cwe.mitre.org/data/definitions/1427.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.config import tree_of
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.late import late
from claude_preflight.model import Confidence, Finding, Rule, Severity, Span

_JUDGED = (
    Rule(
        "injected-agent-script",
        Severity.ERROR,
        Confidence.HIGH,
        "text that anybody can write is part of the script that starts an agent",
        94,
    ),
    Rule(
        "agent-open-to-strangers",
        Severity.ERROR,
        Confidence.HIGH,
        "anybody can start an agent that runs any command or writes to the repository",
        1427,
    ),
    Rule(
        "agent-in-foreign-checkout",
        Severity.ERROR,
        Confidence.HIGH,
        "an agent with secrets starts in files that a stranger wrote",
        829,
    ),
    Rule("agent-may-write-all", Severity.ERROR, Confidence.HIGH, "an agent's token may write to everything", 250),
    Rule(
        "agent-near-production",
        Severity.ERROR,
        Confidence.HIGH,
        "an agent in CI has secrets of production within its reach",
        668,
    ),
    Rule("literal-ci-credential", Severity.ERROR, Confidence.HIGH, "a credential stands in a CI file", 798),
    Rule(
        "interpolated-agent-script",
        Severity.WARNING,
        Confidence.HIGH,
        "text from outside is put into the script that starts an agent",
        94,
    ),
    Rule(
        "stranger-in-prompt",
        Severity.WARNING,
        Confidence.MEDIUM,
        "anybody can write what instructs an agent in CI",
        1427,
    ),
    Rule(
        "agent-outside-container",
        Severity.WARNING,
        Confidence.MEDIUM,
        "an agent in CI runs on the machine itself",
        250,
    ),
    Rule(
        "agent-in-open-container",
        Severity.WARNING,
        Confidence.HIGH,
        "the container of an agent in CI opens its host to it",
        250,
    ),
    Rule("movable-agent-action", Severity.WARNING, Confidence.HIGH, "an agent's action follows a branch", 829),
    Rule("agent-output-in-log", Severity.WARNING, Confidence.HIGH, "what tools answer an agent is printed", 532),
    Rule("bots-start-agent", Severity.WARNING, Confidence.MEDIUM, "every bot may start an agent", 285),
    Rule("agent-sees-secrets", Severity.WARNING, Confidence.HIGH, "commands of an agent are given the secrets", 200),
)

UNPARSED = Rule(
    "unparsed-pipeline",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a pipeline that names an agent cannot be read, so nothing of it was checked",
    1286,
)
RULES = (*_JUDGED, UNPARSED)
_RULES = {rule.id: rule for rule in _JUDGED}
# Text that becomes YAML only when a template engine has been over it; `${{` is GitHub's own.
_TEMPLATE = late(r"(?<!\$)\{\{|\{%|<%")


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what is unsafe about the agents that the CI jobs of `document` run."""
    from claude_preflight.agents.ci import jobs
    from claude_preflight.agents.ci.risks import judge

    for evidence in judge(document.remember(jobs), context.policy):
        yield _RULES[evidence.rule].at(evidence.span, evidence.message, repair=evidence.repair, key=evidence.key)
    yield from _unparsed(document)


def _unparsed(document: Document) -> Iterator[Finding]:
    tree = tree_of(document)
    if tree.root is None and tree.problems and not _TEMPLATE.search(document.text):
        problem = tree.problems[0]
        message = f"this file names an agent, and cannot be read: {problem.message}; nothing of it was checked"
        span = Span(problem.offset, problem.offset)
        yield UNPARSED.at(span, message, repair="write valid YAML: the CI system refuses it as well", key="syntax")


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("ci-sandbox", argv)


if __name__ == "__main__":
    raise SystemExit(main())
