"""Which of a known server's switches an entry uses: those that limit it, and those that open it.

The switches are data of the catalogue, see `claude_preflight.agents.known_servers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import pairwise

from claude_preflight.agents.known_servers import KnownServer, Switch
from claude_preflight.agents.mcp import Server
from claude_preflight.agents.recognised import split_address
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

_OFF = frozenset(("false", "0", "no", "off", "none", "disabled"))
# Values by which a server is told to hold nothing back.
_ALL = frozenset(("*", "all", "unrestricted", "full", "complete", "allow_all_orgs", ".*"))
_REFERENCE = late(r"\$\{[^{}:]*(?::?-([^{}]*))?\}|\$\w+|\$\{[^{}]*\}|\{env:\w+\}|%\w+%|<[^<>]*>")


class Used(NamedTuple):
    """A switch that an entry uses; `place` is the word, or the value of a variable or header, that says so."""

    switch: Switch
    place: Text
    value: str

    @property
    def shown(self) -> str:
        """The switch as it is written, such as `--tools=all`; never a value that is free."""
        return spelled(self.switch)

    @property
    def everything(self) -> bool:
        """Whether it asks for all there is, not merely for one guard less."""
        whole = self.switch.part == "path" and self.switch.name.endswith("all")
        return whole or self.switch.value.lower() in _ALL


def spelled(switch: Switch) -> str:
    """Return how to write `switch`; `…` stands for a value of one's own."""
    value = switch.value or ("…" if switch.any else "")
    if switch.kind == "header":
        return f"{switch.name}: {value or 'true'}"
    if switch.kind == "env":
        return f"{switch.name}={value or 'true'}"
    if switch.kind == "url":
        return f"?{switch.name}={value or 'true'}" if switch.part == "query" else _spelled_place(switch)
    return f"{switch.name}={value}" if value else switch.name


def _spelled_place(switch: Switch) -> str:
    return switch.name if switch.part == "host" else f"/{switch.name.replace('*', '…')}"


def used(server: Server, known: KnownServer, group: str) -> Iterator[Used]:
    """Yield the switches of `group` that `server` uses; of kind `absence` there are none."""
    for switch in known.switches(group):
        for place, value in _given(server, switch):
            if _holds(switch, value, if_unknown=False):
                yield Used(switch, place, value)
                break


def lacks(server: Server, known: KnownServer) -> str:
    """Return the group of switches (`read_only`, `restricted`) without which `server` may do all it ever could.

    Empty where it uses one of them, or may do so by a variable that nobody here can read.
    """
    for absence in known.switches("everything"):
        if absence.kind == "absence" and not _uses(server, known, absence.name):
            return absence.name
    return ""


def _uses(server: Server, known: KnownServer, group: str) -> bool:
    return any(
        _holds(switch, value, if_unknown=True)
        for switch in known.switches(group)
        for _, value in _given(server, switch)
    )


def _holds(switch: Switch, value: str, *, if_unknown: bool) -> bool:
    """Tell whether `value`, which is given for `switch`, turns it on; `if_unknown` is for a variable."""
    reference = _REFERENCE.fullmatch(value.strip())
    if reference:
        if not reference[1]:
            return if_unknown or switch.any
        value = reference[1]
    value = value.strip().lower()
    if switch.any:
        return bool(value)
    if switch.value:
        return switch.value.lower() in (value, *(part.strip() for part in value.split(",")))
    return value not in _OFF


def _given(server: Server, switch: Switch) -> Iterator[tuple[Text, str]]:
    """Yield each place in `server` where `switch` is given a value; the value of a bare option is empty."""
    if switch.kind == "flag":
        yield from _flags(server, switch)
    elif switch.kind == "env":
        pairs = (*server.env, *(server.launch.environment if server.launch else ()))
        yield from ((value, str(value)) for name, value in pairs if name == switch.name)
    elif switch.kind == "header":
        wanted = switch.name.lower()
        yield from ((value, str(value)) for name, value in _headers(server) if name.lower() == wanted)
    elif switch.kind == "url" and server.remote is not None:
        yield from _in_address(server.remote, switch)


def _flags(server: Server, switch: Switch) -> Iterator[tuple[Text, str]]:
    words = server.launch.arguments if server.launch else ()
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if _folded(name) != _folded(switch.name):
            continue
        following = words[number + 1] if number + 1 < len(words) else ""
        takes_next = not equals and not following.startswith("-")
        if takes_next and (switch.value or switch.any or following.lower() in _OFF):
            value = str(following)
        if not (switch.any and not value):
            yield word, value or ("" if switch.value or switch.any else "true")


def _folded(option: str) -> str:
    """Return `option` in one spelling for all that programs take for the same: `--readOnly`, `--read-only`."""
    if not option.startswith("--"):
        return option
    return "--" + option[2:].replace("-", "").replace("_", "").lower()


def _headers(server: Server) -> Iterator[tuple[Text, Text]]:
    """Yield the headers of an entry, and those that a bridge is told to send (`--header "Name: value"`)."""
    yield from server.headers
    for option, word in pairwise(server.launch.arguments if server.launch and server.launch.remote else ()):
        colon = word.find(":")
        if option in ("--header", "-H", "--headers") and colon > 0:
            yield word.part(0, colon), word.part(colon + 1, len(word)).trimmed()


def _in_address(address: Text, switch: Switch) -> Iterator[tuple[Text, str]]:
    host, path = split_address(address)
    if switch.part == "host":
        found = host == switch.name
    elif switch.part == "path":
        segments, wanted = path.split("/"), switch.name.split("/")
        found = any(
            all(map(fnmatchcase, segments[start : start + len(wanted)], wanted))
            for start in range(len(segments) - len(wanted) + 1)
        )
    else:
        for parameter in address.partition("?")[2].partition("#")[0].split("&"):
            name, equals, value = parameter.partition("=")
            if name.lower() == switch.name.lower():
                yield address, value if equals else "true"
        return
    if found:
        yield address, switch.value or "true"
