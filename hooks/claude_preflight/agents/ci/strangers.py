"""What people outside of a project can put before a job: events they cause, texts they write, branches they push.

Source: docs.github.com/actions, events and secure use; securitylab.github.com on untrusted input, 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_preflight.agents.ci.agent_runs import Run
from claude_preflight.agents.ci.model import AZURE, GITHUB, Job, Script, Trigger
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text

# Events that anybody can cause in a public repository, and whose jobs are given secrets. After a run of another
# workflow nobody's words reach the job by themselves, but a stranger's files may.
_OPEN = frozenset("issues issue_comment pull_request_target discussion discussion_comment".split())
_FOLLOWING = "workflow_run"
# Kinds of these that only members can cause.
_MEMBERS_ONLY = frozenset(
    "labeled unlabeled assigned unassigned milestoned demilestoned pinned unpinned locked unlocked transferred deleted"
    " category_changed answered review_requested review_request_removed".split()
)
# `a.b` may be spelled `a['b']`; names have no case.
_INDEX = r"(?:'\s{0,9}\])?(?:\.|\[\s{0,9}')"
_WRITTEN = late(
    r"(?P<text>github\.(?:head_ref|event\.(?:issue\.(?:title|body)|comment\.body|review\.body|discussion\.(?:title|body)"
    r"|pull_request\.(?:title|body|head\.(?:ref|label|repo\.default_branch))|head_commit\.(?:message|author\.(?:name|email))"
    r"|workflow_run\.(?:head_branch|display_title|head_commit\.(?:message|author\.(?:name|email)))"
    r"|commits\[?[^}\s]{0,20}(?:message|name|email)|pages\b[^}\s]{0,20}page_name)))\b"
    r"|toJSON\(\s{0,9}(?P<whole>github(?:\.event(?:\.(?:issue|comment|pull_request|review|discussion|commits))?)?)\s{0,9}\)".replace(
        r"\.", _INDEX
    ),
    re.IGNORECASE,
)
_VARIABLE = late(r"\s*env\.(\w+)\s*")
_COMPARED = late(r"\s*+!?\s*+\(?\s*+(?:contains|startsWith|endsWith|hashFiles|fromJSON)\(")
_MACRO = late(
    r"\$\((Build\.SourceVersionMessage|Build\.SourceBranch(?:Name)?|System\.PullRequest\.(?:SourceBranch|SourceRepositoryURI))\)"
)
_GROOVY = late(
    r"\$\{?((?:env\.)?(?:CHANGE_TITLE|CHANGE_BRANCH|CHANGE_AUTHOR_DISPLAY_NAME|ghprbPullTitle|ghprbPullLongDescription))\b"
)
# The other side of a pull request, or of the run that a job follows, by what a checkout calls it. A branch's name alone
# is looked for in the project's own repository.
_HEAD = {
    "ref": late(r"\bhead\.sha\b|\bhead_sha\b|refs/pull/|pull/\$|merge_commit_sha"),
    "repository": late(r"\bhead\.repo\b|\bhead_repository\b"),
}
_FETCHED = late(r"\bgh\s+pr\s+checkout\b|\bgit\s+fetch\s[^\n]{0,80}\bpull/")


def open_trigger(job: Job, *, following: bool = False) -> Trigger | None:
    """Return the event by which people who may not write to the repository start `job`, if nothing looks at who it is.

    With `following` the end of another workflow's run counts, which may have been of a stranger's pull request. A job
    with a deployment environment may wait for somebody's approval.
    """
    if job.guards or job.target is not None:
        return None
    names = _OPEN | {_FOLLOWING} if following else _OPEN
    return next((each for each in job.triggers if each.name in names and not _is_for_members(each)), None)


def _is_for_members(trigger: Trigger) -> bool:
    return bool(trigger.types) and all(kind in _MEMBERS_ONLY for kind in trigger.types)


def written_texts(text: Text) -> Iterator[Text]:
    """Yield the expressions of GitHub in `text` that are replaced by what a stranger has written."""
    for start, end in _expressions(text):
        if not _is_comparison(text[start:end]):
            for match in _WRITTEN.finditer(text, start, end):
                yield text.part(*match.span(match.lastgroup or 0))


def written_into(job: Job, script: Script) -> Iterator[Text]:
    """Yield what is replaced by a stranger's text in `script`, of `job`, before a shell reads it."""
    text = script.text
    if job.system == GITHUB:
        yield from written_texts(text)
        yield from _handed_through(job, script)
    elif job.system == AZURE:
        yield from (text.part(*match.span(1)) for match in _MACRO.finditer(text))
    elif script.expands:
        yield from (text.part(*match.span(1)) for match in _GROOVY.finditer(text))


def _handed_through(job: Job, script: Script) -> Iterator[Text]:
    """Yield the expressions in `script` that name a variable which holds a stranger's text."""
    own = next((step.environment for step in job.steps if step.script is script), ())
    names = {str(name) for name, value in (*job.environment, *own) if any(True for _ in written_texts(value))}
    for start, end in _expressions(script.text) if names else ():
        match = _VARIABLE.fullmatch(script.text, start, end)
        if match and match[1] in names:
            yield script.text.part(*match.span(1))


def _expressions(text: str) -> Iterator[tuple[int, int]]:
    end = 0
    while (start := text.find("${{", end)) >= 0:
        end = text.find("}}", start)
        if end < 0:
            return
        yield start + 3, end


def _is_comparison(expression: str) -> bool:
    """Tell whether `expression` gives true or false, not the text that it looks at."""
    if "&&" in expression or "||" in expression:
        return False
    return bool(_COMPARED.match(expression)) or "==" in expression or "!=" in expression


def checked_out(job: Job) -> Text | None:
    """Return where `job` puts a stranger's version of the files in the place of the project's own, if it does."""
    for step in job.steps:
        if step.action and step.action.name == "actions/checkout" and step.action.inputs.get("path") is None:
            for key, head in _HEAD.items():
                value = step.action.inputs.text(key)
                if value is not None and head.search(value):
                    return value
        fetched = _FETCHED.search(step.script.text) if step.script else None
        if step.script and fetched:
            return step.script.text.part(*fetched.span())
    return None


def everybody(run: Run) -> Text | None:
    """Return the value that lets people in whom the action would refuse: `*`."""
    names = run.wrapping.opened_by if run.wrapping else ()
    return next((value for _, value in run.inputs(names) if value.strip() == "*"), None)


def is_open(job: Job, run: Run, *, following: bool = False) -> Trigger | None:
    """Return the event by which strangers reach the agent of `run`; None if its action, or the job, keeps them out.

    For `following` see `open_trigger`.
    """
    if run.wrapping and run.wrapping.checks_author and everybody(run) is None:
        return None
    return open_trigger(job, following=following)
