"""What counts as production: the names of files, stages, services and environments, and the values of variables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from claude_preflight.agents.agent_clis import agents
from claude_preflight.agents.deployments.model import Evidence
from claude_preflight.agents.places import DEVELOPMENT, PRODUCTION, environment, words
from claude_preflight.late import late
from claude_preflight.policy import Policy, matches_any
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, Text

# Folders whose files show or test something, and are not deployed.
_SHOWING = frozenset(
    "test tests testing spec specs example examples sample samples demo demos doc docs fixtures testdata benchmark"
    " benchmarks eval evals".split()
)
_DEVELOPING = frozenset("devcontainer devcontainers codespace codespaces gitpod vagrant".split())
# Of what is made for agents, or for people who work in it.
_AGENT_WORDS = frozenset(
    "agent agents agentic sandbox sandboxes sandboxed ci runner runners workspace workspaces codespace codespaces"
    " gitpod coder devbox toolbox workbench".split()
)
_STAGE_VARIABLE = late(r"(?:^|[_.-])(?:env|environment|stage|tier|profiles[_.-]active)$", 2)  # re.IGNORECASE
_MAX_NAME = 200
_LIVE = ("live",)
_OWN = ("stage", "service")


def stage_of(name: str, policy: Policy, *, of_environment: bool = False) -> str:
    """Return the stage that `name` speaks of, as `places.environment` does; the policy's own names come first.

    `of_environment` says that it is the name of an environment, where "live" alone means production.
    """
    if len(name) > _MAX_NAME:
        return ""
    if matches_any(name, policy.production_names) or (of_environment and name.lower() in _LIVE):
        return PRODUCTION
    return DEVELOPMENT if not _DEVELOPING.isdisjoint(words(name)) else environment(name)


def path_stage(path: str, policy: Policy) -> str:
    """Return the stage that the file at `path` belongs to: what is nearest to its end decides."""
    *folders, name = path.split("/")
    if matches_any(path, policy.production_names) or any(
        matches_any(each, policy.production_names) for each in folders
    ):
        return PRODUCTION
    if not _SHOWING.isdisjoint(folder.lower() for folder in folders):
        return DEVELOPMENT
    return next((stage for each in (name, *reversed(folders)) if (stage := stage_of(each, policy))), "")


def of_path(path: str, policy: Policy) -> Evidence | None:
    """Return that the path says production, if it does."""
    return Evidence("its path says so") if path_stage(path, policy) == PRODUCTION else None


def of_variables(pairs: Iterable[tuple[str, str]], policy: Policy) -> Evidence | None:
    """Return the variable that switches an application to production: `NODE_ENV=production`, `APP_ENV: prod`."""
    for name, value in pairs:
        if _STAGE_VARIABLE.search(name) and stage_of(value, policy, of_environment=True) == PRODUCTION:
            return Evidence(f"{name}={value}")
    return None


def of_names(named: Iterable[tuple[str, str]], policy: Policy) -> Evidence | None:
    """Return the first of `named`, what it is and its name, that says production."""
    for what, name in named:
        if stage_of(name, policy, of_environment=what in ("environment", "namespace")) == PRODUCTION:
            return Evidence("its name says so" if what in _OWN else f'the {what} "{name}"')
    return None


def is_other_stage(names: Iterable[str], policy: Policy) -> bool:
    """Tell whether one of `names` says development or staging."""
    return any(stage_of(name, policy) not in ("", PRODUCTION) for name in names)


def is_for_agents(name: str) -> bool:
    """Tell whether `name` says that what it names is made for agents."""
    parts = words(name[:_MAX_NAME])
    return any(part in _AGENT_WORDS or part in _programs() for part in parts)


@cache
def _programs() -> frozenset[str]:
    return frozenset(binary for agent in agents() for binary in agent.binaries if len(binary) > 3 and "-" not in binary)


def pairs_of(node: Node | None) -> Iterator[tuple[str, str]]:
    """Yield the variables of a mapping, of a list of `NAME=value`, or of a list of `{name:, value:}`."""
    if isinstance(node, Mapping):
        for key, value in node.pairs:
            if isinstance(value, Scalar) and isinstance(value.value, Text):
                yield str(key), str(value.value)
    elif isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Mapping):
                yield str(item.text("name") or ""), str(item.text("value") or "")
            elif isinstance(item, Scalar) and isinstance(item.value, Text):
                variable, _, setting = item.value.partition("=")
                yield variable, setting
