"""Agents in the images that a Dockerfile builds for production.

Of a Dockerfile the last stage counts, and any that is called production. What says so, in this order: the policy, the
stage's name, the path; then, for an image that starts an application, a variable such as `NODE_ENV=production`; and as
a guess that it starts an application at all. Images that are made to work in (dev containers, sandboxes, images whose
program is the agent) are none of production's unless the policy, their stage or their path says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from claude_preflight.agents.deployments.evidence import (
    is_for_agents,
    is_other_stage,
    of_names,
    of_path,
    of_variables,
    path_stage,
    stage_of,
)
from claude_preflight.agents.deployments.model import IMAGE, Deployed, Evidence
from claude_preflight.agents.deployments.presence import in_words
from claude_preflight.agents.deployments.programs import is_script, programs
from claude_preflight.agents.deployments.stages import BuildStage, build_stages, lineage, presences
from claude_preflight.agents.launch import program_name
from claude_preflight.agents.places import PRODUCTION, words
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.policy import Policy
from claude_preflight.syntax.dockerfile import Instruction, pairs
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import commands

# Programs with which an image does nothing by itself: somebody comes in and works.
_IDLE = frozenset("sleep tail bash sh zsh fish ash cat true tmux ttyd sshd code-server cron crond init systemd".split())
_DEVELOPING = late(
    r"^(?:dev|develop|development|start[-:]dev|dev[-:]\w+|\w+:dev|--reload|--watch|--debug|--hot|nodemon|watchmedo|air)$"
)
_IS_VALUE = late(r"[=@\s]|://")
_OPENED = frozenset(("EXPOSE", "HEALTHCHECK"))
# What the frameworks' own templates call the stage that is shipped, not a machine of a CI system.
_RUNNER = "runner"
_MAX_NAMED = 20  # stages called production
_ASKING = frozenset(("--version", "--help"))
# Stages that only prepare what the production image takes over.
_PREPARING = frozenset("build builder builds deps dependencies install installer compile assets vendor test".split())


def in_dockerfile(document: Document, policy: Policy) -> Iterator[Deployed]:
    """Yield the agents in the production images of `document`, each once for an image."""
    if path_stage(document.path, policy) not in ("", PRODUCTION):
        return
    found = build_stages(document.text)
    named = islice((each for each in found[:-1] if _is_of_production(each, policy)), _MAX_NAMED)
    for shipped in (*named, *found[-1:]):
        evidence = _evidence(document.path, lineage(shipped, found), policy)
        if evidence:
            yield from _once(shipped, found, evidence)


def _is_of_production(stage: BuildStage, policy: Policy) -> bool:
    name = str(stage.name or "")
    return stage_of(name, policy) == PRODUCTION and _PREPARING.isdisjoint(words(name))


def _once(shipped: BuildStage, found: Sequence[BuildStage], evidence: Evidence) -> Iterator[Deployed]:
    place = f'the stage "{shipped.name}"' if shipped.name else "the final image"
    seen: set[str] = set()
    for presence in presences(shipped, found):
        if presence.agent.name not in seen:
            seen.add(presence.agent.name)
            yield Deployed(IMAGE, presence, place, evidence, str(shipped.name or "final"))


def _evidence(path: str, line: Sequence[BuildStage], policy: Policy) -> Evidence | None:
    """Return why the image of the last stage of `line`, built from those before it, counts as production."""
    shipped = line[-1]
    named = of_names([("stage", str(shipped.name or ""))], policy)
    if named or is_other_stage([str(shipped.name or "")], policy):
        return named
    by_path = of_path(path, policy)
    if by_path:
        return by_path
    instructions = [instruction for stage in line for instruction in stage.instructions if not instruction.onbuild]
    start = _start(instructions)
    names = [path, line[0].base, str(shipped.name or "").replace(_RUNNER, ""), *start]
    if not _serves(start, instructions) or is_other_stage([line[0].base], policy) or any(map(is_for_agents, names)):
        return None
    made_for_agents = any(is_for_agents(name) for name in _own_names(instructions))
    set_to = of_variables(_variables(line), policy) or _of_start(start, policy)
    if set_to:
        return set_to._replace(sure=not made_for_agents)
    return None if made_for_agents else Evidence("it starts an application", sure=False)


def _variables(line: Sequence[BuildStage]) -> Iterator[tuple[str, str]]:
    """Yield the variables and labels that the image ends up with, each value filled in."""
    held: dict[str, str] = {}
    for stage in line:
        for instruction in stage.instructions:
            if instruction.name in ("ENV", "LABEL"):
                held.update((str(name), stage.values.get(name, str(value))) for name, value in pairs(instruction))
    yield from held.items()


def _own_names(instructions: Sequence[Instruction]) -> Iterator[str]:
    """Yield what an image calls its folders, its user, its variables and itself."""
    for instruction in instructions:
        if instruction.name in ("WORKDIR", "USER"):
            yield str(instruction.text)
        elif instruction.name == "ENV":
            yield from (str(name) for name, _ in pairs(instruction))
        elif instruction.name == "LABEL":
            yield from (str(value) for _, value in pairs(instruction))


def _start(instructions: Sequence[Instruction]) -> list[Text]:
    """Return the words that the image starts: of its last `ENTRYPOINT`, and of the `CMD` behind it."""
    entry = [each for each in instructions if each.name == "ENTRYPOINT"][-1:]
    command = [each for each in instructions if each.name == "CMD"][-1:]
    started: list[Text] = []
    for instruction in (*entry, *command):
        if instruction.exec_form is not None:
            started += instruction.exec_form
        else:
            last = commands(instruction.text)[-1:]
            started += last[0].words if last else ()
    return started


def _of_start(start: Sequence[Text], policy: Policy) -> Evidence | None:
    """Return that what the image starts says production: `start-prod.sh`, `start:prod`, `-e production`."""
    names = [("", str(word)) for word in start if not _IS_VALUE.search(word)]
    return Evidence("its start command says so") if of_names(names, policy) else None


def _serves(start: Sequence[Text], instructions: Sequence[Instruction]) -> bool:
    """Tell whether an image that starts `start` runs an application, not an agent, a shell or a development server."""
    if not start or not _ASKING.isdisjoint(start) or any(_DEVELOPING.search(word) for word in start):
        return False
    if any(True for _ in in_words(start)):
        return False
    lines = list(programs(start))
    if all(not line or program_name(line[0]) in _IDLE for line in lines):
        return False
    opened = any(instruction.name in _OPENED for instruction in instructions)
    return opened or not all(is_script(line[0]) for line in lines if line)
