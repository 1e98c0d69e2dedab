"""Pipelines and templates of Azure Pipelines.

Source: learn.microsoft.com/azure/devops/pipelines/yaml-schema, 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.ci.model import AZURE, GROUP, HOSTED, UNKNOWN, VARIABLE, Job, Reference, Script, Step
from claude_preflight.agents.ci.reading import (
    action_of,
    container_of,
    is_false,
    items_of,
    listed_pairs,
    named,
    pairs_of,
    span_of,
    text_of,
    texts_below,
)
from claude_preflight.agents.sandboxes import Sandbox
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Node, Sequence, Text
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_MACRO = late(r"\$\(([A-Za-z_][\w.-]{0,200})\)")
_SCRIPT_KEYS = {"script": "", "bash": "", "pwsh": "powershell", "powershell": "powershell"}
_TASKS = {"powershell": "powershell", "azurepowershell": "powershell"}


class _Place(NamedTuple):
    """A list of steps, with what is around it: the job, and the outer mappings from the file inwards."""

    name: Text
    node: Mapping
    around: tuple[Mapping, ...]
    steps: Node


def pipeline_jobs(root: Mapping, text: str) -> Iterator[Job]:
    """Yield the jobs of the pipeline or template `root`, which stands in `text`."""
    for place in _places(root):
        if not is_false(place.node.get("condition")):
            yield _job(place, text)


def _places(root: Mapping) -> Iterator[_Place]:
    """Yield the lists of steps in source order, each with its job."""
    stack: list[tuple[Mapping, tuple[Mapping, ...], Text | None]] = [(root, (), None)]
    while stack:
        node, around, name = stack.pop()
        name = node.text("job") or node.text("deployment") or node.text("stage") or name
        here = (*around, node)
        if len(here) > 40:
            continue
        for key in ("steps", "preSteps"):
            steps = node.get(key)
            if isinstance(steps, Sequence):
                owner = next((each for each in reversed(here) if each.get("job") or each.get("deployment")), node)
                yield _Place(name or node.key(key) or Text.at(key, node.start, node.start), owner, around, steps)
        stack += [(each, here, name) for each in reversed(list(_inner(node)))]


def _inner(node: Mapping) -> Iterator[Mapping]:
    """Yield the mappings that may hold jobs: of lists of stages and jobs, of strategies, and behind conditions."""
    for key, value in node.live_pairs():
        if key in ("steps", "preSteps", "parameters", "variables", "resources", "inputs", "env"):
            continue
        yield from (item for item in items_of(value) if isinstance(item, Mapping))


def _job(place: _Place, text: str) -> Job:
    outer = [*place.around, place.node]
    lists = [each.get("variables") for each in outer]
    environment = tuple(pair for table in lists for pair in listed_pairs(table))
    pool = next((value for each in reversed(outer) if (value := each.get("pool")) is not None), None)
    windows = "windows" in ((pool.text("vmImage") if isinstance(pool, Mapping) else "") or "").lower()
    steps = tuple(_steps(place.steps, "cmd" if windows else ""))
    values = [*(value for _, value in environment), *texts_below(place.steps)]
    return Job(
        AZURE,
        place.name,
        span_of(place.name, place.node),
        steps,
        _container(place, text),
        HOSTED if isinstance(pool, Mapping) and pool.text("vmImage") else UNKNOWN,
        named(next((value for each in reversed(outer) if (value := each.get("environment")) is not None), None)),
        environment=environment,
        references=(*_groups(lists), *_macros(values)),
    )


def _container(place: _Place, text: str) -> Sandbox | None:
    for each in (place.node, *reversed(place.around)):
        container = each.get("container")
        name = container.text("image") if isinstance(container, Mapping) else text_of(container)
        if container is not None and name:
            return container_of(text, [container, place.node, *_resource(place, name)])
    return None


def _resource(place: _Place, alias: Text) -> Iterator[Node]:
    resources = (place.around or (place.node,))[0].mapping("resources")
    for item in items_of(resources.get("containers")) if resources is not None else ():
        if isinstance(item, Mapping) and item.text("container") == alias:
            yield item


def _groups(lists: Iterable[Node | None]) -> Iterator[Reference]:
    for table in lists:
        for item in items_of(table):
            group = item.text("group") if isinstance(item, Mapping) else None
            if group is not None:
                yield Reference(GROUP, group)


def _macros(texts: Iterable[Text]) -> Iterator[Reference]:
    for text in texts:
        for match in _MACRO.finditer(text) if "$(" in text else ():
            yield Reference(VARIABLE, text.part(*match.span(1)))


def _steps(node: Node, dialect: str) -> Iterator[Step]:
    """Yield the steps of a list, those behind conditions included."""
    waiting = list(reversed(items_of(node)))
    while waiting:
        item = waiting.pop()
        if not isinstance(item, Mapping) or is_false(item.get("condition")) or is_false(item.get("enabled")):
            continue
        conditional = [value for key, value in item.live_pairs() if key.startswith("${{")]
        waiting += reversed([inner for value in conditional for inner in items_of(value)])
        step = _step(item, dialect)
        if step is not None:
            yield step


def _step(item: Mapping, dialect: str) -> Step | None:
    environment, condition = pairs_of(item.get("env")), item.text("condition")
    for key, own in _SCRIPT_KEYS.items():
        text = item.text(key)
        if text is not None:
            return Step(Script(text, own or (dialect if key == "script" else "")), None, environment, condition)
    task, inputs = item.text("task"), item.mapping("inputs")
    if task is None:
        return None
    action = action_of(task, inputs)
    text = (inputs.text("script") or inputs.text("inlineScript") or inputs.text("Inline")) if inputs else None
    script = Script(text, _TASKS.get(action.name, "")) if text is not None else None
    return Step(script, action, environment, condition)
