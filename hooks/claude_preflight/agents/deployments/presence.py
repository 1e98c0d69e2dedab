"""Agents that shell text, a command line or an image's name installs or starts.

An SDK is no agent: an application that calls a model is what production is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from claude_preflight.agents.agent_clis import Agent, agent_called, agents
from claude_preflight.agents.deployments.model import Presence
from claude_preflight.agents.deployments.programs import programs
from claude_preflight.agents.launch import Launch, program_name, take_apart
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import commands

INSTALLED, STARTED, BASE = "is installed", "is started", "is the image"

_INSTALLERS = {
    **dict.fromkeys("npm pnpm yarn bun volta mise deno".split(), "npm"),
    **dict.fromkeys("pip pip3 pipx uv conda mamba micromamba poetry".split(), "pypi"),
    **dict.fromkeys("apk apt apt-get dnf yum microdnf zypper brew winget choco scoop snap pacman".split(), "system"),
}
_INSTALLING = frozenset("install i add in ins global use -S".split())
_VERBS_WITHIN = 5  # words, options before the verb and what stands between included
_DOWNLOADERS = frozenset("curl wget aria2c irm iwr invoke-restmethod invoke-webrequest fetch".split())
_COPIERS = frozenset("cp mv install ln".split())
_PIP = late(r"-m\s+pip3?\s")
_SPECIFIER = late(r"[\[=<>~!;].*$", 16)  # re.DOTALL
_BIN = late(r"(?:^|/)(?:s?bin|\.local/bin)(?:/(?P<name>[^/]*))?/?$")
_VARIABLE = late(r"\$\{(?P<braced>\w+)(?::?-(?P<default>[^{}]*))?\}|\$(?P<plain>\w+)")
_MAX_VARIABLES = 20  # of a word
_MAX_WORDS = 10_000
_MAX_CONTAINERS = 6  # that start one another
_CONTAINERS = frozenset(("docker", "podman"))
_MAX_VALUE = 2000  # characters of a variable that is looked into

Values = Mapping[str, str]


def in_shell(text: Text, values: Values | None = None) -> Iterator[Presence]:
    """Yield the agents that the shell text `text` installs or starts; `values` are variables that are known."""
    if "$" not in text and not _names().search(text):
        return
    known = dict(values or {})
    for command in commands(text):
        for name, value in command.assignments:
            known[str(name)] = str(value)[:_MAX_VALUE]
        if command.words[:1] == ("for",) and len(command.words) > 3:
            known[str(command.words[1])] = " ".join(command.words[3:])[:_MAX_VALUE]
        if command.words:
            yield from in_words(command.words, known)


@cache
def _names() -> re.Pattern[str]:
    """Return what finds the name of a program, package or address of an agent: most text holds none."""
    found = dict.fromkeys(
        name
        for each in agents()
        for name in (*each.binaries, *each.packages, *each.downloads, *each.system, *each.images)
        if name != "q"  # which stands in any text; with "chat" behind it it counts
    )
    return re.compile("|".join((*map(re.escape, found), r"\bq\b")))


def in_words(words: Sequence[Text], values: Values | None = None) -> Iterator[Presence]:
    """Yield the agents that the command line `words` installs or starts, through shells and wrappers."""
    for inner in programs(words):
        yield from _in_program(_expanded(inner, values or {}))


def of_image(name: Text, spelled: str = "") -> Presence | None:
    """Return the agent whose container image `name` is; `spelled` is the name with its variables filled in."""
    agent = image_called(spelled or name)
    return Presence(agent, BASE, name.span) if agent else None


def image_called(name: str) -> Agent | None:
    """Return the agent whose container image `name` is: the end of its path, a tag or digest left aside."""
    path = name.partition("@")[0].lower()
    if ":" in path[path.rfind("/") + 1 :]:
        path = path[: path.rfind(":")]
    for agent in agents():
        if any(f"/{path}".endswith(f"/{image}") for image in agent.images):
            return agent
    return None


def of_action(name: str, uses: Text) -> Presence | None:
    """Return the agent that the action `name` runs, which is in lower case and without its version."""
    agent = next((each for each in agents() if name in each.actions), None)
    return Presence(agent, STARTED, uses.span) if agent else None


def of_copy(sources: Sequence[Text], target: Text) -> Iterator[Presence]:
    """Yield the agents whose programs a copy from `sources`, at least one, to `target` puts where programs are."""
    folder = _BIN.search(target)
    if not folder:
        return
    renamed = _copied(folder["name"] or "")
    if renamed:
        yield Presence(renamed, INSTALLED, sources[-1].span)
        return
    for source in sources:
        agent = None if folder["name"] else _copied(source)
        if agent:
            yield Presence(agent, INSTALLED, source.span)


def _copied(path: str) -> Agent | None:
    """Return the agent whose program a file at `path` is, if no other program has that name."""
    agent = agent_called(program_name(path))
    return agent if agent and not agent.shared_name else None


def downloaded(address: Text) -> Presence | None:
    """Return the agent that is installed from `address`."""
    place = address.strip("\"'").removeprefix("https://").removeprefix("http://").removeprefix("www.")
    for agent in agents():
        if any(place.startswith(beginning) for beginning in agent.downloads):
            return Presence(agent, INSTALLED, address.span)
    return None


def filled_in(text: str, values: Values) -> str:
    """Return `text` with the variables that are in `values`, or have a default, replaced."""
    if "$" not in text:
        return text
    return _VARIABLE.sub(lambda match: _value(match, values), text[:_MAX_VALUE], _MAX_VARIABLES)[:_MAX_VALUE]


def _value(match: re.Match[str], values: Values) -> str:
    value = values.get(match["braced"] or match["plain"])
    return str(match["default"] or match.group()) if value is None else value


def _expanded(words: Sequence[Text], values: Values) -> list[Text]:
    """Return `words` with known variables replaced; one that holds several words becomes several."""
    found: list[Text] = []
    for word in words:
        value = filled_in(word, values) if "$" in word else word
        if value == word or len(found) > _MAX_WORDS:
            found.append(word)
        else:
            found += [Text.at(part, word.start, word.end) for part in value.split()]
    return found


def _in_program(words: Sequence[Text]) -> Iterator[Presence]:
    if not words:
        return
    name = program_name(words[0])
    if name in _DOWNLOADERS:
        yield from (found for word in words[1:] if (found := downloaded(word)))
    elif name in _COPIERS and len(words) > 2:
        yield from of_copy(words[1:-1], words[-1])
    else:
        yield from _installed(name, words)
        started = _started(words)
        if started:
            yield started


def _installed(name: str, words: Sequence[Text]) -> Iterator[Presence]:
    family = _INSTALLERS.get(name, "")
    if name.startswith("python") and _PIP.search(" ".join(words[:4]) + " "):
        family = "pypi"
    if not family or not _INSTALLING.intersection(words[1:_VERBS_WITHIN]):
        return
    for word in words[2:]:
        agent = _package(word, family) if word[:1] != "-" else None
        if agent:
            yield Presence(agent, INSTALLED, word.span)


def _package(word: str, family: str) -> Agent | None:
    """Return the agent that the installer's argument `word` names, in a registry of this `family`."""
    name = word.removeprefix("npm:").removeprefix("pipx:")
    if family == "npm":
        name = name[: name.rfind("@")] if name.rfind("@") > 0 else name
    else:
        name = _SPECIFIER.sub("", name).partition("@")[0]
    for agent in agents():
        if name in (agent.system if family == "system" else agent.packages):
            return agent
    return None


def _started(words: Sequence[Text], depth: int = 0) -> Presence | None:
    launch = take_apart(words[0], words[1:])
    if launch.launcher in _CONTAINERS:
        agent = image_called(launch.package or "")
        if agent and launch.package is not None:
            return Presence(agent, STARTED, launch.package.span)
        inner = programs(launch.arguments) if depth < _MAX_CONTAINERS else ()
        return next((found for line in inner if (found := _started(line, depth + 1))), None)
    program = launch.package or launch.binary
    agent = agent_called(program) if program else None
    if agent is None or program is None:
        return None
    if agent.shared_name and program not in agent.packages and not _tells(agent, launch):
        return None
    return Presence(agent, STARTED, program.span)


def _tells(agent: Agent, launch: Launch) -> bool:
    """Tell whether the arguments of a program whose name others have are this agent's."""
    arguments = [word.partition("=")[0] for word in launch.arguments]
    return any(word in arguments[:1] or (word[:1] == "-" and word in arguments) for word in agent.shared_name)
