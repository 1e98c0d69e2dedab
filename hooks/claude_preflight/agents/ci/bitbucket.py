"""Pipelines of Bitbucket: `bitbucket-pipelines.yml`.

Source: support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference, 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.ci.model import BITBUCKET, HOSTED, SELF_HOSTED, Job, Script, Step
from claude_preflight.agents.ci.reading import (
    action_of,
    container_of,
    items_of,
    listed_pairs,
    pairs_of,
    shell_references,
    span_of,
    text_of,
    texts_of,
)
from claude_preflight.agents.sandboxes import Sandbox
from claude_preflight.syntax.nodes import Mapping, Node, Sequence, Text

_SHELL_RUNNERS = ("linux.shell", "macos", "windows")  # those on a machine of the team's own that use no containers


def pipeline_jobs(root: Mapping, text: str) -> Iterator[Job]:
    """Yield the steps of all pipelines and definitions of `root`, which stands in `text`: each has its own machine."""
    stack: list[tuple[Node, Text | None]] = [(root, None)]
    seen: set[tuple[int, Text | None]] = set()  # pipelines name most definitions by an alias
    while stack:
        node, deployment = stack.pop()
        if isinstance(node, Sequence):
            stack += ((item, deployment) for item in reversed(node.items))
        if not isinstance(node, Mapping):
            continue
        own = node.text("deployment") or deployment
        step, key = node.mapping("step"), node.key("step")
        if step is not None and key is not None and (id(step), own) not in seen:
            seen.add((id(step), own))
            yield _job(root, key, step, text, own)
        stack += ((value, own) for name, value in reversed(list(node.live_pairs())) if name != "step")


def _job(root: Mapping, key: Text, step: Mapping, text: str, deployment: Text | None) -> Job:
    steps = tuple(_steps(step))
    scripts = [each.script.text for each in steps if each.script]
    inputs = [value for each in steps if each.action for _, value in pairs_of(each.action.inputs)]
    runs_on = texts_of(step.get("runs-on"))
    return Job(
        BITBUCKET,
        step.text("name") or key,
        span_of(key, step),
        steps,
        _container(root, step, text, runs_on),
        SELF_HOSTED if "self.hosted" in runs_on else HOSTED,
        step.text("deployment") or deployment,
        references=shell_references([*scripts, *inputs]),
    )


def _steps(step: Mapping) -> Iterator[Step]:
    for key in ("script", "after-script"):
        for item in items_of(step.get(key)):
            line = text_of(item)
            pipe = item.text("pipe") if isinstance(item, Mapping) else None
            if line is not None:
                yield Step(Script(line, ""), None, (), None)
            elif pipe is not None and isinstance(item, Mapping):
                variables = item.get("variables")
                yield Step(None, action_of(pipe, variables), listed_pairs(variables), None)


def _container(root: Mapping, step: Mapping, text: str, runs_on: tuple[Text, ...]) -> Sandbox | None:
    if any(label in _SHELL_RUNNERS for label in runs_on):
        return None
    image = step.get("image") or root.get("image")
    return container_of(text, [*([image] if image is not None else []), step])
