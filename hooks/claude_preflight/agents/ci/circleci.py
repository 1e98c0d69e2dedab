"""Configurations of CircleCI, version 2.

Source: circleci.com/docs/configuration-reference, 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.ci.model import CIRCLECI, GROUP, HOSTED, SELF_HOSTED, Job, Reference, Script, Step
from claude_preflight.agents.ci.reading import (
    action_of,
    container_of,
    items_of,
    listed_pairs,
    named,
    shell_references,
    span_of,
    text_of,
    texts_of,
)
from claude_preflight.agents.sandboxes import Sandbox
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Text

_MAX_STEPS = 1000  # of a job, with the commands of the file put in their places


def pipeline_jobs(root: Mapping, text: str) -> Iterator[Job]:
    """Yield the jobs of the configuration `root`, which stands in `text`."""
    table = root.mapping("jobs")
    contexts, commands = _contexts(root), _commands(root)
    for name, node in table.live_pairs() if table is not None else ():
        if isinstance(node, Mapping):
            steps = tuple(_steps(commands, node))
            yield _job(root, name, node, text, steps, contexts.get(name, []))


def _job(root: Mapping, name: Text, node: Mapping, text: str, steps: tuple[Step, ...], contexts: list[Text]) -> Job:
    executor = _executor(root, node)
    machine = executor if executor is not None else node
    environment = (*listed_pairs(machine.get("environment")), *listed_pairs(node.get("environment")))
    scripts = [step.script.text for step in steps if step.script]
    return Job(
        CIRCLECI,
        name,
        span_of(name, node),
        steps,
        _container(node, machine, text),
        SELF_HOSTED if "/" in (node.text("resource_class") or machine.text("resource_class") or "") else HOSTED,
        environment=environment,
        references=(
            *(Reference(GROUP, context) for context in contexts),
            *shell_references([*(value for _, value in environment), *scripts]),
        ),
    )


def _executor(root: Mapping, node: Mapping) -> Mapping | None:
    name, executors = named(node.get("executor")), root.mapping("executors")
    return executors.mapping(name) if name is not None and executors is not None else None


def _container(node: Mapping, machine: Mapping, text: str) -> Sandbox | None:
    for each in (node, machine):
        images = [item.text("image") for item in items_of(each.get("docker")) if isinstance(item, Mapping)]
        if any(images):
            return container_of(text, [node, machine])
    return None


def _contexts(root: Mapping) -> dict[str, list[Text]]:
    """Return the contexts, which hold secrets, by the job that a workflow gives them to."""
    found: dict[str, list[Text]] = {}
    workflows = root.mapping("workflows")
    for _, workflow in workflows.live_pairs() if workflows is not None else ():
        for item in items_of(workflow.get("jobs")) if isinstance(workflow, Mapping) else ():
            for name, given in item.live_pairs() if isinstance(item, Mapping) else ():
                if isinstance(given, Mapping):
                    found.setdefault(name, []).extend(texts_of(given.get("context")))
    return found


def _commands(root: Mapping) -> dict[str, Mapping]:
    table = root.mapping("commands")
    entries = table.live_pairs() if table is not None else ()
    return {str(name): node for name, node in entries if isinstance(node, Mapping)}


def _steps(commands: dict[str, Mapping], node: Mapping) -> Iterator[Step]:
    """Yield the steps of a job; a command of the file stands for its own steps, each command once."""
    waiting, used = list(reversed(items_of(node.get("steps")))), set[str]()
    for _ in range(_MAX_STEPS):
        if not waiting:
            return
        item = waiting.pop()
        name, given = _called(item)
        if name is None:
            continue
        command = commands.get(name)
        if command is not None and name not in used:
            used.add(name)
            waiting += reversed(items_of(command.get("steps")))
        elif name in ("when", "unless") and isinstance(given, Mapping):
            waiting += reversed(items_of(given.get("steps")))
        elif name == "run":
            yield from _run(given)
        else:
            yield Step(None, action_of(name, given), (), None)


def _called(item: Node) -> tuple[Text | None, Node | None]:
    if isinstance(item, Mapping):
        return next(item.live_pairs(), (None, None))
    return (text_of(item), None) if isinstance(item, Scalar) else (None, None)


def _run(given: Node | None) -> Iterator[Step]:
    command = given.text("command") if isinstance(given, Mapping) else text_of(given)
    environment = listed_pairs(given.get("environment")) if isinstance(given, Mapping) else ()
    if command is not None:
        shell = (given.text("shell") if isinstance(given, Mapping) else None) or ""
        dialect = "powershell" if "powershell" in shell or "pwsh" in shell else "cmd" if "cmd" in shell else ""
        yield Step(Script(command, dialect), None, environment, None)
