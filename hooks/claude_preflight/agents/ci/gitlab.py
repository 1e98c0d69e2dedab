"""Pipelines of GitLab CI: `.gitlab-ci.yml` and the files that it includes.

Source: docs.gitlab.com/ci/yaml, 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.ci.model import GITLAB, HOSTED, SECRET, UNKNOWN, Job, Pairs, Reference, Script, Step
from claude_preflight.agents.ci.reading import (
    container_of,
    named,
    pairs_of,
    shell_references,
    span_of,
    texts_of,
)
from claude_preflight.agents.sandboxes import Sandbox
from claude_preflight.syntax.nodes import Mapping, Node, Text

# Keys of the top level that are no jobs.
_KEYWORDS = frozenset(
    "default include stages variables workflow image services before_script after_script cache spec types".split()
)
_SCRIPTS = ("before_script", "script", "after_script")
_TAKEN_OVER = ("image", "services", "before_script", "after_script", "tags")  # from `default`, or the top level


def pipeline_jobs(root: Mapping, text: str) -> Iterator[Job]:
    """Yield the jobs of the file `root`, which stands in `text`; templates, whose names begin with a dot, are none."""
    for name, node in root.live_pairs():
        if isinstance(node, Mapping) and name not in _KEYWORDS and not name.startswith("."):
            yield _job(root, name, node, text)


def _job(root: Mapping, name: Text, node: Mapping, text: str) -> Job:
    layers = _layers(root, node)
    environment = (*pairs_of(root.get("variables")), *_variables(layers))
    steps = tuple(_steps(root, layers))
    scripts = [step.script.text for step in steps if step.script]
    return Job(
        GITLAB,
        name,
        span_of(name, node),
        steps,
        _container(root, layers, text),
        _runner(texts_of(_inherited(root, layers, "tags"))),
        named(_first(layers, "environment")),
        environment=environment,
        references=(*_secrets(layers), *shell_references([*(value for _, value in environment), *scripts])),
    )


def _layers(root: Mapping, node: Mapping) -> list[Mapping]:
    """Return the job and the templates of this file that it extends, the nearest first."""
    layers: list[Mapping] = []
    waiting = [node]
    while waiting:
        layer = waiting.pop()
        if any(layer is each for each in layers):
            continue
        layers.append(layer)
        extended = [root.mapping(name) for name in texts_of(layer.get("extends"))]
        waiting += [each for each in extended if each is not None]
    return layers


def _first(layers: list[Mapping], key: str) -> Node | None:
    return next((value for layer in layers if (value := layer.get(key)) is not None), None)


def _inherited(root: Mapping, layers: list[Mapping], key: str) -> Node | None:
    default = root.mapping("default")
    around = [default, root] if default is not None else [root]
    return _first([*layers, *around] if key in _TAKEN_OVER else layers, key)


def _variables(layers: list[Mapping]) -> Pairs:
    return tuple(pair for layer in reversed(layers) for pair in pairs_of(layer.get("variables")))


def _secrets(layers: list[Mapping]) -> tuple[Reference, ...]:
    given = [layer.mapping("secrets") for layer in layers]
    return tuple(Reference(SECRET, name) for table in given if table is not None for name, _ in table.live_pairs())


def _steps(root: Mapping, layers: list[Mapping]) -> Iterator[Step]:
    for key in _SCRIPTS:
        for line in texts_of(_inherited(root, layers, key)):
            yield Step(Script(line, ""), None, (), None)


def _container(root: Mapping, layers: list[Mapping], text: str) -> Sandbox | None:
    image = _inherited(root, layers, "image")
    name = named(image)
    if image is None or not name:
        return None
    return container_of(text, [image, *layers], [_inherited(root, layers, "services")])


def _runner(tags: tuple[Text, ...]) -> str:
    return HOSTED if tags and all(tag.startswith("saas-") for tag in tags) else UNKNOWN
