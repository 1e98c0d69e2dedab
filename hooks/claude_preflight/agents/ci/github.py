"""Workflows and composite actions of GitHub Actions, and of Gitea and Forgejo, which read the same files.

Source: docs.github.com/actions, workflow syntax and contexts, 2026-11.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from claude_preflight.agents.ci.model import (
    GITHUB,
    HOSTED,
    SECRET,
    SELF_HOSTED,
    UNKNOWN,
    VARIABLE,
    Job,
    Pairs,
    Permissions,
    Reference,
    Script,
    Step,
    Trigger,
)
from claude_preflight.agents.ci.reading import (
    action_of,
    is_false,
    items_of,
    named,
    pairs_of,
    span_of,
    text_of,
    texts_below,
    texts_of,
)
from claude_preflight.agents.sandboxes import Sandbox, of_container
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Node, Text
from claude_preflight.typed import NamedTuple

_HOSTED = late(r"(?:ubuntu|windows|macos)-[\w.-]+$")
_REFERENCE = late(r"\b(secrets|vars)\s*(?:\.\s*([\w-]{1,200})|\[\s*['\"]([\w-]{1,200})['\"]\s*\])")
_MAX_NEEDED = 200  # jobs that one waits for, directly or not
_MAX_TRIGGERS = 100
_DIALECTS = {"pwsh": "powershell", "powershell": "powershell", "cmd": "cmd"}
# Conditions that look at who started the run, or at a mark that only members of the project can set.
_GUARD = late(
    r"author_association|\bgithub\.(?:actor|triggering_actor)\s*==|\.login\s*==|,\s*github\.(?:event\.[\w.]+\.login|actor)\s*\)"
    r"|workflow_run\.event\s*==\s*['\"](?:push|schedule)|workflow_run\.pull_requests\b"
    r"|github\.event\.label\b|labels\.\*\.name|head\.repo\.(?:full_name|fork|owner|id)|head_repository\.\w+"
    r"|[gG]etCollaboratorPermissionLevel|/collaborators/|/memberships/|\b(?:is|has)[-_](?:collaborator|member|maintainer|write|permission)"
    r"|\b(?:authoriz|permission|allowed|trusted|member|maintainer)\w{0,30}\s*==|\b[Tt]eam[_-]?[Mm]ember",
)


class _Around(NamedTuple):
    """What all jobs of a workflow have in common."""

    environment: Pairs
    triggers: tuple[Trigger, ...]
    guards: _Guards


def pipeline_jobs(root: Mapping, text: str) -> Iterator[Job]:
    """Yield the jobs of the workflow or composite action `root`, which stands in `text`, that may run at all."""
    runs = root.mapping("runs")
    if runs is not None and root.get("jobs") is None:
        yield from _composite(root, runs)
        return
    table = root.mapping("jobs")
    if table is None:
        return
    entries = {str(name): node for name, node in table.live_pairs() if isinstance(node, Mapping)}
    around = _Around(
        pairs_of(root.get("env")), tuple(islice(_triggers(root.get("on")), _MAX_TRIGGERS)), _Guards(entries)
    )
    for name, node in table.live_pairs():
        if isinstance(node, Mapping) and not is_false(node.get("if")):
            yield _job(root, name, node, around, text)


def _job(root: Mapping, name: Text, node: Mapping, around: _Around, text: str) -> Job:
    environment = (*around.environment, *pairs_of(node.get("env")))
    dialect = _default_dialect(node) or _default_dialect(root)
    windows = any(label.startswith("windows") for label in _labels(node))
    return Job(
        GITHUB,
        name,
        span_of(name, node),
        tuple(_steps(node, dialect or ("powershell" if windows else ""))),
        _container(node, text),
        _runner(node),
        named(node.get("environment")),
        _permissions(node) or _permissions(root),
        environment,
        tuple(references([*(value for _, value in around.environment), *texts_below(node)])),
        around.triggers,
        tuple(around.guards.of(node)),
    )


def _composite(root: Mapping, runs: Mapping) -> Iterator[Job]:
    key = root.key("runs")
    if key is not None and runs.text("using") == "composite":
        given = tuple(references(texts_below(runs)))
        yield Job(GITHUB, key, span_of(key, runs), tuple(_steps(runs, "")), references=given)


def _triggers(node: Node | None) -> Iterator[Trigger]:
    if isinstance(node, Mapping):
        for name, value in node.live_pairs():
            yield Trigger(name, texts_of(value.get("types")) if isinstance(value, Mapping) else ())
    else:
        yield from (Trigger(name, ()) for name in texts_of(node))


def _labels(node: Mapping) -> tuple[Text, ...]:
    runs_on = node.get("runs-on")
    return texts_of(runs_on.get("labels") if isinstance(runs_on, Mapping) else runs_on)


def _runner(node: Mapping) -> str:
    labels = _labels(node)
    if any(label.lower() == "self-hosted" for label in labels):
        return SELF_HOSTED
    hosted = bool(labels) and all(_HOSTED.match(label) for label in labels)
    return HOSTED if hosted and not isinstance(node.get("runs-on"), Mapping) else UNKNOWN


def _container(node: Mapping, text: str) -> Sandbox | None:
    container = node.get("container")
    image = container.text("image") if isinstance(container, Mapping) else text_of(container)
    return of_container(text, node) if image and image.strip() else None


def _permissions(node: Mapping) -> Permissions | None:
    given = node.get("permissions")
    if isinstance(given, Mapping):
        return Permissions("", pairs_of(given), given.span)
    everything = text_of(given)
    if everything in ("write-all", "read-all") and everything is not None:
        return Permissions(everything.partition("-")[0], (), everything.span)
    return None


def _default_dialect(node: Mapping) -> str:
    run = (node.mapping("defaults") or node).mapping("run")
    return _dialect(run.text("shell") if run else None)


def _dialect(shell: str | None) -> str:
    return _DIALECTS.get(shell.split()[0].lower(), "") if shell and shell.strip() else ""


def _steps(node: Mapping, dialect: str) -> Iterator[Step]:
    called = node.text("uses")
    if called:
        yield Step(None, action_of(called, node.get("with")), (), node.text("if"))
    for item in items_of(node.get("steps")):
        if isinstance(item, Mapping) and not is_false(item.get("if")):
            yield _step(item, dialect)


def _step(item: Mapping, dialect: str) -> Step:
    run, uses, shell = item.text("run"), item.text("uses"), item.text("shell")
    script = Script(run, _dialect(shell) if shell else dialect) if run is not None else None
    action = action_of(uses, item.get("with")) if uses else None
    return Step(script, action, pairs_of(item.get("env")), item.text("if"), str(item.text("id") or ""))


def references(texts: Iterable[Text]) -> Iterator[Reference]:
    """Yield the secrets and variables that expressions in `texts` name."""
    for text in texts:
        for match in _REFERENCE.finditer(text) if "secrets" in text or "vars" in text else ():
            name = text.part(*match.span(2 if match[2] else 3))
            yield Reference(SECRET if match[1] == "secrets" else VARIABLE, name)


class _Guards:
    """Where jobs look at who started them, by the identity of their mappings, each job read once."""

    def __init__(self, entries: dict[str, Mapping]) -> None:
        self.entries = entries
        self.own: dict[int, list[Text]] = {}

    def of(self, node: Mapping) -> Iterator[Text]:
        """Yield where the job `node`, or one that it waits for, looks at who started it."""
        waiting, seen = [node], {id(node)}
        while waiting and len(seen) < _MAX_NEEDED:
            each = waiting.pop()
            yield from self._own(each)
            needed = (self.entries.get(name) for name in texts_of(each.get("needs")))
            fresh = [job for job in needed if job is not None and id(job) not in seen]
            seen.update(map(id, fresh))
            waiting += fresh

    def _own(self, node: Mapping) -> list[Text]:
        if id(node) not in self.own:
            texts = [*_conditions(node), *_scripts(node)]
            found = [(text, match) for text in texts if (match := _GUARD.search(text))]
            self.own[id(node)] = [text.part(*match.span()) for text, match in found]
        return self.own[id(node)]


def _conditions(node: Mapping) -> Iterator[Text]:
    for each in (node, *items_of(node.get("steps"))):
        condition = each.text("if") if isinstance(each, Mapping) else None
        if condition is not None:
            yield condition


def _scripts(node: Mapping) -> Iterator[Text]:
    for item in items_of(node.get("steps")):
        if isinstance(item, Mapping):
            script = item.text("run") or (item.mapping("with") or item).text("script")
            uses = item.text("uses")
            yield from (text for text in (script, uses) if text)
