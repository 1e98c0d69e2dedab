"""How CI jobs run coding agents: the table `schemas/ci_agents.json`."""

from __future__ import annotations

from functools import cache

from claude_preflight.agents.agent_clis import Agent, agents
from claude_preflight.agents.data import load
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

# What an agent does unasked where no person can be asked: the tools named to it, also edits, any command.
NAMED, EDITS, ANY = "named", "edits", "any"


class Wrapping(NamedTuple):
    """An action that wraps an agent; see `schemas/ci_agents.schema.json` for the inputs that the fields name."""

    agent: Agent
    prompts: tuple[str, ...]
    arguments: tuple[str, ...]
    tools: tuple[str, ...]
    limits: tuple[str, ...]
    checks_author: bool
    unchecked: tuple[str, ...]
    opened_by: tuple[str, ...]
    bots: tuple[str, ...]
    tokens: tuple[str, ...]
    loud: tuple[str, ...]
    unsafe: tuple[tuple[str, tuple[str, ...]], ...]
    reach: str


class Habits(NamedTuple):
    """What an agent's command does without switches: `idle` are the subcommands that run no agent."""

    idle: tuple[str, ...]
    reach: str


@cache
def _table() -> tuple[dict[str, Habits], dict[str, Wrapping]]:
    habits, wrappings = {}, {}
    by_name = {agent.name: agent for agent in agents()}
    for entry in load("ci_agents.json")["agents"]:
        habits[entry["name"]] = Habits(tuple(entry["idle"]), entry["reach"])
        for action in entry.get("actions", ()):
            wrapping = _wrapping(by_name[entry["name"]], {"reach": entry["reach"], **action})
            wrappings.update(dict.fromkeys(action["uses"], wrapping))
    return habits, wrappings


def _wrapping(agent: Agent, action: dict[str, Any]) -> Wrapping:
    def names(key: str) -> tuple[str, ...]:
        return tuple(action.get(key, ()))

    return Wrapping(
        agent,
        names("prompts"),
        names("arguments"),
        names("tools"),
        names("limits"),
        action.get("checks_author", False),
        names("unchecked"),
        names("opened_by"),
        names("bots"),
        names("tokens"),
        names("loud"),
        tuple((name, tuple(values)) for name, values in action.get("unsafe", {}).items()),
        action["reach"],
    )


def habits_of(agent: Agent) -> Habits:
    """Return what is known of the agent's command; nothing of an agent that the table does not list."""
    return _table()[0].get(agent.name, Habits((), NAMED))


def wrapping_called(name: str) -> Wrapping | None:
    """Return the action called `name` (in lower case, without its version), or its fork, if it wraps an agent."""
    return _table()[1].get(name) or _forks().get(name.partition("/")[2])


@cache
def _forks() -> dict[str, Wrapping]:
    """Return the actions by their names without the owner: a fork keeps the inputs and what they set off."""
    return {name.partition("/")[2]: wrapping for name, wrapping in _table()[1].items()}
