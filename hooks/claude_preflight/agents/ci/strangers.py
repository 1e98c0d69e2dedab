"""What people outside of a project can put before a job: events they cause, texts they write, branches they push.

Source: docs.github.com/actions, events and secure use; securitylab.github.com on untrusted input, 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_preflight.agents.ci.agent_runs import Run
from claude_preflight.agents.ci.flow import NUMBER, WRITTEN, Flow, Origin
from claude_preflight.agents.ci.model import AZURE, GITHUB, Job, Step, Trigger
from claude_preflight.agents.ci.reading import expressions
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
_EVENT_FILE = late(r"\$\{?GITHUB_EVENT_PATH\b")
_PROSE = late(r"\.(?:body|title)\b")
# Under what an issue, a pull request or a comment can be read.
_ADDRESS = late(
    r"github\.event(?:\.(?:issue|pull_request|discussion|comment|review)\.(?:number|id|node_id|url|html_url|diff_url"
    r"|patch_url|comments_url)\b|\.number\b)".replace(r"\.", _INDEX),
    re.IGNORECASE,
)
_PASSED_ON = late(r"\b(?:env\.\w{1,200}|steps\.[\w-]{1,200}\.outputs\.[\w-]{1,200})")
# Tools that read what stands on GitHub.
_READER = late(
    r"\bmcp__github(?:__(?:\*|get|list|search|\w{1,40}_read\b)|(?!\w))|\bgh(?::|\s*\*|\s*\)|\s+api\b|\s+(?:issue|pr)"
    r"(?::|\s*\*|\s+(?:view|list|diff|\*)))|\bWebFetch\b|\bcurl\b"
)
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
# What a script or a variable takes from the other side, so that only its commit or its repository is meant.
_HEAD_VALUE = late(
    r"\.head\.sha\b|\.head_sha\b|\.headRefOid\b|\brefs/pull/|\bpull/\$|\bmerge_commit_sha\b"
    r"|\.head\.repo\b|\.head_repository\b"
)
_BASE = late(r"\bbase", re.IGNORECASE)
_FETCHED = late(r"\bgh\s+pr\s+checkout\b|\bgit\s+fetch\s[^\n]{0,80}\bpull/")


def open_trigger(job: Job) -> Trigger | None:
    """Return the event by which people who may not write to the repository start `job`, if nothing looks at who it is.

    A job with a deployment environment may wait for somebody's approval.
    """
    return next(_open_triggers(job, _OPEN), None)


def _open_triggers(job: Job, names: frozenset[str]) -> Iterator[Trigger]:
    if job.guards or job.target is not None:
        return iter(())
    return (each for each in job.triggers if each.name in names and not _is_for_members(each))


def _is_for_members(trigger: Trigger) -> bool:
    return bool(trigger.types) and all(kind in _MEMBERS_ONLY for kind in trigger.types)


def written_texts(text: Text) -> Iterator[Text]:
    """Yield the expressions of GitHub in `text` that are replaced by what a stranger has written."""
    for start, end in expressions(text):
        for match in _WRITTEN.finditer(text, start, end):
            yield text.part(*match.span(match.lastgroup or 0))


def words_of_strangers(job: Job) -> Flow:
    """Return where in `job` goes what strangers write, and the numbers under which it can be read."""
    return Flow(job, _of_strangers)


def _of_strangers(text: Text) -> Origin | None:
    written = next(written_texts(text), None)
    if written is not None:
        return Origin(written)
    event = _EVENT_FILE.search(text)
    if event and _PROSE.search(text):
        return Origin(text.part(*event.span()))
    found = (match for start, end in expressions(text) for match in _ADDRESS.finditer(text, start, end))
    address = next(found, None)
    return Origin(text.part(*address.span()), NUMBER) if address else None


def written_into(job: Job, step: Step, flow: Flow) -> Iterator[Text]:
    """Yield what is replaced by a stranger's text in the script of `step`, of `job`, before a shell reads it.

    `flow` is what `words_of_strangers` returns for `job`.
    """
    script = step.script
    if script is None:
        return
    text = script.text
    if job.system == GITHUB:
        yield from written_texts(text)
        yield from _handed_through(step, text, flow)
    elif job.system == AZURE:
        yield from (text.part(*match.span(1)) for match in _MACRO.finditer(text))
    elif script.expands:
        yield from (text.part(*match.span(1)) for match in _GROOVY.finditer(text))


def _handed_through(step: Step, text: Text, flow: Flow) -> Iterator[Text]:
    """Yield the expressions in `text` that name a variable or an output which holds a stranger's text."""
    for start, end in expressions(text):
        for match in _PASSED_ON.finditer(text, start, end):
            name = match.group()
            origin = flow.outputs().get(name) or flow.variables(step).get(name.removeprefix("env."))
            if origin and origin.kind == WRITTEN:
                yield text.part(*match.span())


def instruction(run: Run, flow: Flow) -> Origin | None:
    """Return what of a stranger's instructs the agent of `run`; of mere numbers those that its tools can look up."""
    if run.wrapping:
        prompts = [value for _, value in run.inputs(run.wrapping.prompts)]
        origins = [origin for prompt in prompts if (origin := flow.brought_by(run.step, prompt))]
        origin = next((each for each in origins if each.kind != NUMBER), origins[0] if origins else None)
    else:
        origin = flow.given_at(run.step, run.span)
    if origin and origin.kind == NUMBER and not any(_READER.search(tools) for tools in run.tools):
        return None
    return origin


def checked_out(job: Job) -> Text | None:
    """Return where `job` puts a stranger's version of the files in the place of the project's own, if it does."""
    flow: Flow | None = None
    for step in job.steps:
        if step.action and step.action.name == "actions/checkout" and step.action.inputs.get("path") is None:
            for key, head in _HEAD.items():
                value = step.action.inputs.text(key)
                if value is None:
                    continue
                if head.search(value):
                    return value
                if "${{" in value:
                    flow = flow or Flow(job, _of_other_side, changed=False)
                    if flow.brought_by(step, value):
                        return value
        fetched = _FETCHED.search(step.script.text) if step.script else None
        if step.script and fetched:
            return step.script.text.part(*fetched.span())
    return None


def _of_other_side(text: Text) -> Origin | None:
    match = _HEAD_VALUE.search(text)
    return Origin(text.part(*match.span())) if match and not _BASE.search(text) else None


def everybody(run: Run) -> Text | None:
    """Return the value that lets people in whom the action would refuse: `*`."""
    names = run.wrapping.opened_by if run.wrapping else ()
    return next((value for _, value in run.inputs(names) if value.strip() == "*"), None)


def is_open(job: Job, run: Run, *, following: bool = False) -> Trigger | None:
    """Return the event by which strangers reach the agent of `run`; None if its action, or the job, keeps them out.

    With `following` the end of another workflow's run counts, which may have been of a stranger's pull request.
    """
    triggers = _open_triggers(job, _OPEN | {_FOLLOWING} if following else _OPEN)
    if run.wrapping and run.wrapping.checks_author and everybody(run) is None:
        unchecked = run.wrapping.unchecked
        return next((trigger for trigger in triggers if trigger.name in unchecked), None)
    return next(triggers, None)
