"""Coding agents with a command line, and what switches their permission checks off: `schemas/agent_clis.json`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from claude_preflight.agents.data import load
from claude_preflight.agents.launch import program_name, take_apart
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

# What its tools let an agent do besides reading.
EVERYTHING, SERVERS, NOTHING = "everything", "what its MCP servers offer", "nothing"

_TOOL_SPLIT = late(r"[\s,]+")
_TOOL = late(r"[A-Z]\w*(?:\(.*\))?,?$|mcp__")


class Switch(NamedTuple):
    """A command line switch, see `schemas/agent_clis.schema.json`; `values` is empty where it takes none."""

    flags: tuple[str, ...]
    values: tuple[str, ...]
    effect: str
    weak: bool
    telling: bool
    subcommand: str


class Variable(NamedTuple):
    """An environment variable that switches checks off by one of `values` (lower case)."""

    name: str
    values: tuple[str, ...]
    effect: str
    weak: bool


class Setting(NamedTuple):
    """A key of the files whose paths fit one of the shell patterns `files`; `*` in `key` stands for any one key."""

    files: tuple[str, ...]
    key: tuple[str, ...]
    values: tuple[str | bool, ...]
    effect: str
    weak: bool


class Toolset(NamedTuple):
    """How an agent is told which tools it has, see `schemas/agent_clis.schema.json`."""

    flags: tuple[str, ...]
    reading: frozenset[str]
    servers: tuple[str, ...]


class Agent(NamedTuple):
    """A coding agent; `safe` is what to use instead of its switches, `own_sandbox` what switches its sandbox on.

    `toolset` is None where nothing is known of its tools. For `downloads`, `system`, `images` and `actions`, which tell
    how it comes to a machine, and for `shared_name` see `schemas/agent_clis.schema.json`.
    """

    name: str
    binaries: tuple[str, ...]
    packages: tuple[str, ...]
    safe: str
    own_sandbox: tuple[str, ...]
    switches: tuple[Switch, ...]
    variables: tuple[Variable, ...]
    settings: tuple[Setting, ...]
    toolset: Toolset | None = None
    downloads: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    shared_name: tuple[str, ...] = ()


class Use(NamedTuple):
    """A switch in a command line or list of arguments: `flag` is its word, `value` the word behind it if that counts.

    `named` tells that the line starts the agent's own program.
    """

    agent: Agent
    switch: Switch
    flag: Text
    value: Text | None
    named: bool


@cache
def agents() -> tuple[Agent, ...]:
    """Return the known agents, those first whose flags others have copied."""
    entries = load("agent_clis.json")["agents"]
    return tuple(
        Agent(
            entry["name"],
            tuple(entry["binaries"]),
            (*entry.get("npm", ()), *entry.get("pypi", ())),
            entry["safe"],
            tuple(entry.get("own_sandbox", ())),
            tuple(
                Switch(
                    tuple(each["flags"]),
                    tuple(each.get("values", ())),
                    each["effect"],
                    each.get("weak", False),
                    each.get("telling", False),
                    each.get("subcommand", ""),
                )
                for each in entry["switches"]
            ),
            tuple(
                Variable(each["name"], tuple(each["values"]), each["effect"], each.get("weak", False))
                for each in entry.get("variables", ())
            ),
            tuple(
                Setting(
                    tuple(each["files"]),
                    tuple(each["key"]),
                    tuple(each["values"]),
                    each["effect"],
                    each.get("weak", False),
                )
                for each in entry.get("settings", ())
            ),
            _toolset(entry.get("toolset")),
            *(tuple(entry.get(key, ())) for key in ("downloads", "system", "images", "actions", "shared_name")),
        )
        for entry in entries
    )


def _toolset(entry: dict[str, list[str]] | None) -> Toolset | None:
    if entry is None:
        return None
    return Toolset(tuple(entry["flags"]), frozenset(entry["reading"]), tuple(entry["servers"]))


@cache
def flags() -> frozenset[str]:
    """Return every flag of every switch."""
    return frozenset(flag for agent in agents() for switch in agent.switches for flag in switch.flags)


def agent_called(name: str) -> Agent | None:
    """Return the agent whose program or package `name` is, a version behind `@` or `==` left aside."""
    package = name[: name.rfind("@")] if name.rfind("@") > 0 else name.partition("==")[0]
    return _by_package().get(package) or _by_binary().get(program_name(name))


@cache
def _by_package() -> dict[str, Agent]:
    return {package: agent for agent in reversed(agents()) for package in agent.packages}


@cache
def _by_binary() -> dict[str, Agent]:
    return {binary: agent for agent in reversed(agents()) for binary in agent.binaries}


def has_flag(words: Sequence[str]) -> bool:
    """Tell whether one of `words` is the flag of any switch, with or without `=value`."""
    known = flags()
    return any(word[:1] == "-" and word.partition("=")[0] in known for word in words)


def uses(words: Sequence[Text]) -> Iterator[Use]:
    """Yield the unsafe switches in the command line `words`.

    Flags that other programs have as well count only for the agent that the line starts, or, if they are long, behind
    a word that is an agent's program: who wrote `retry 3 codex --yolo` has wrapped it in something of their own.
    A subcommand that only manages the agent starts none: `gemini mcp add x npx -y` is no launch of Gemini CLI.
    """
    if not words or not has_flag(words):
        return
    launch = take_apart(words[0], words[1:])
    started = agent_called(launch.package or launch.binary or "")
    if started:
        yield from _launched(started, launch.arguments, named=True)
        return
    named = next(((number, agent) for number, word in enumerate(words) if (agent := _binary(word))), None)
    if named:
        yield from (use for use in _launched(named[1], words[named[0] + 1 :], named=False) if len(use.flag) > 2)
        return
    yield from loose_uses(words)


def loose_uses(words: Sequence[Text]) -> Iterator[Use]:
    """Yield the switches in `words` that tell by themselves which agent they are for."""
    seen: set[int] = set()
    for agent in agents():
        for use in _own(agent, words, named=False):
            if use.switch.telling and use.flag.start not in seen:
                seen.add(use.flag.start)
                yield use


def uses_for(agent: Agent, words: Sequence[Text]) -> Iterator[Use]:
    """Yield the switches of `agent` in `words`, which are known to be arguments for it."""
    return _launched(agent, words, named=True)


def _launched(agent: Agent, words: Sequence[Text], *, named: bool) -> Iterator[Use]:
    """Yield what `words`, the arguments of `agent`, switch off; of the server that it is told to add, the server's."""
    from claude_preflight.agents.ci.agent_table import habits_of

    if not words or words[0] not in habits_of(agent).idle:
        yield from _own(agent, words, named=named)
    elif "--" in words:
        yield from uses(words[words.index("--") + 1 :])
    else:
        yield from loose_uses(words)


def tools_left(agent: Agent, tools: Sequence[str] | None, *, served: bool) -> str:
    """Return what `agent` can do that has no tools but `tools`, and with `served` those of MCP servers.

    `NOTHING` if it can neither run nor change anything, `SERVERS` if that is up to the servers, else `EVERYTHING`: also
    where `tools` is None, because nobody says which it has.
    """
    if tools is None or agent.toolset is None or not agent.toolset.reading.issuperset(tools):
        return EVERYTHING
    return SERVERS if served else NOTHING


def tool_names(text: str) -> list[str]:
    """Return the names that `text` lists, between commas or blanks."""
    return [name for name in _TOOL_SPLIT.split(text) if name]


def _tools_named(toolset: Toolset, words: Sequence[Text]) -> list[str] | None:
    """Return the tools that the command line `words` leaves an agent, None if it does not say."""
    found: list[str] | None = None
    for number, word in enumerate(words):
        flag, has_value, value = word.partition("=")
        if flag in toolset.flags:
            named = [value] if has_value else list(_values(words[number + 1 :]))
            found = [*(found or ()), *tool_names(",".join(named or ["default"]))]
    return found


def _values(words: Sequence[Text]) -> Iterator[str]:
    """Yield the first of `words`, which may be empty, and those behind it that look like the names of tools."""
    for number, word in enumerate(words):
        if word[:1] == "-" or (number and not _TOOL.match(word)):
            return
        yield word.strip("\"'")


def _binary(word: Text) -> Agent | None:
    """Return the agent whose program `word` is, if it is spelled as a program alone."""
    name = program_name(word)
    return _by_binary().get(name) if len(name) > 1 else None


def _own(agent: Agent, words: Sequence[Text], *, named: bool) -> Iterator[Use]:
    if agent.own_sandbox:
        line = f" {' '.join(words)} "
        if any(f" {own} " in line for own in agent.own_sandbox):
            return
    left = EVERYTHING
    if agent.toolset:
        served = any(word.partition("=")[0] in agent.toolset.servers for word in words)
        left = tools_left(agent, _tools_named(agent.toolset, words), served=served)
    if left == NOTHING:
        return
    starts = {name: words.index(name) for switch in agent.switches if (name := switch.subcommand) in words}
    for number, word in enumerate(words):
        if word[:1] != "-":
            continue
        flag, has_value, value = word.partition("=")
        for each in agent.switches:
            switch = each._replace(weak=True) if left == SERVERS else each
            if flag not in switch.flags or (switch.subcommand and starts.get(switch.subcommand, number) >= number):
                continue
            if not switch.values:
                if not has_value or value.strip("'\"").lower() not in ("false", "0", "no", "off"):
                    yield Use(agent, switch, word, None, named)
            elif has_value and _unsafe(switch, value):
                yield Use(agent, switch, word, None, named)
            elif not has_value and number + 1 < len(words) and _unsafe(switch, words[number + 1]):
                yield Use(agent, switch, word, words[number + 1], named)


def _unsafe(switch: Switch, value: str) -> bool:
    plain = value.replace('"', "").replace("'", "").replace(" ", "")
    return any(plain == each or (each[0] == "*" and each.strip("*") in plain) for each in switch.values)


def variable_called(name: str, value: str) -> tuple[Agent, Variable] | None:
    """Return the agent that the variable `name` switches the checks of off by `value`, if any does."""
    for agent in agents():
        for variable in agent.variables:
            if variable.name == name and value.strip().lower() in variable.values:
                return agent, variable
    return None
