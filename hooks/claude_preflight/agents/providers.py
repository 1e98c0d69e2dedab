"""Third parties whose APIs have a live and a test mode: what their hosts and the names of their switches say.

The facts are in `schemas/providers.json`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from posixpath import basename

from claude_preflight.agents.data import load
from claude_preflight.agents.places import PRODUCTION, environment, places, words
from claude_preflight.late import late
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

    from claude_preflight.agents.mcp import Server

LIVE, TEST, SHARED = "live", "test", "shared"


class Provider(NamedTuple):
    """A third party; the fields are described in `schemas/providers.schema.json`."""

    name: str
    words: tuple[tuple[str, ...], ...]
    keys: tuple[str, ...]
    own_keys: tuple[Key, ...]
    hosts: tuple[tuple[str, str], ...]
    test_hosts: tuple[str, ...]
    shared_hosts: tuple[str, ...]
    modes: tuple[tuple[str, frozenset[str], str], ...]
    test_mode: str


class Key(NamedTuple):
    """The form of a live key: `prefix` and behind it `body`; `test` is what the test key begins with."""

    prefix: str
    body: str
    test: str
    public: bool = False
    named: bool = False


class HostUse(NamedTuple):
    """What a host is: `mode` is a constant of this module, `instead` the host of the test system, if there is one."""

    provider: Provider
    mode: str
    instead: str = ""


class _Table(NamedTuple):
    providers: tuple[Provider, ...]
    by_word: Mapping[str, list[tuple[tuple[str, ...], Provider]]]
    vocabulary: Mapping[str, frozenset[str]]
    exact: Mapping[str, HostUse]
    patterns: tuple[tuple[str, HostUse], ...]


def _provider(entry: dict[str, Any]) -> Provider:
    return Provider(
        entry["name"],
        tuple(tuple(each.split()) for each in entry.get("words", ())),
        tuple(entry.get("keys", ())),
        tuple(Key(**each) for each in entry.get("own_keys", ())),
        tuple((pair["live"], pair["test"]) for pair in entry.get("hosts", ())),
        tuple(entry.get("test_hosts", ())),
        tuple(entry.get("shared_hosts", ())),
        tuple((each["name"], frozenset(each["live"]), each["test"]) for each in entry.get("modes", ())),
        entry.get("test_mode", "sandbox"),
    )


def _uses(provider: Provider) -> Iterator[tuple[str, HostUse]]:
    """Yield the patterns of a provider's hosts, those first that win over others."""
    yield from ((host, HostUse(provider, TEST)) for host in provider.test_hosts)
    yield from ((test, HostUse(provider, TEST)) for _, test in provider.hosts)
    yield from ((live, HostUse(provider, LIVE, test)) for live, test in provider.hosts)
    yield from ((host, HostUse(provider, SHARED)) for host in provider.shared_hosts)


@cache
def _table() -> _Table:
    data = load("providers.json")
    providers = tuple(_provider(entry) for entry in data["providers"])
    uses = [use for provider in providers for use in _uses(provider)]
    names = {name: frozenset(found) for name, found in data["vocabulary"].items()}
    by_word: dict[str, list[tuple[tuple[str, ...], Provider]]] = {}
    for provider in providers:
        for own in provider.words:
            by_word.setdefault(own[0], []).append((own, provider))
    return _Table(
        providers,
        by_word,
        names,
        {pattern: use for pattern, use in reversed(uses) if "*" not in pattern},
        tuple((pattern, use) for pattern, use in uses if "*" in pattern),
    )


def vocabulary(name: str) -> frozenset[str]:
    """Return the words of the list `name` of the table."""
    return _table().vocabulary[name]


def providers() -> tuple[Provider, ...]:
    """Return all providers."""
    return _table().providers


def host_use(host: str) -> HostUse | None:
    """Return what `host` is to the provider it belongs to, None if it belongs to none."""
    folded = host.lower().rstrip(".")
    found = _table().exact.get(folded)
    if found or "." not in folded:
        return found
    return next((use for pattern, use in _table().patterns if fnmatchcase(folded, pattern)), None)


def is_exact_host(host: str) -> bool:
    """Tell whether the table has `host` as it stands, and not by a pattern that holds a customer's name."""
    return host.lower().rstrip(".") in _table().exact


def provider_named(name: str) -> Provider | None:
    """Return the provider whose words stand in `name`, of a variable, an option, a package or a server."""
    return named_in(words(name))[0]


def named_in(parts: list[str]) -> tuple[Provider | None, list[str], list[str]]:
    """Return the provider that `parts` name, the words before its own, and those behind."""
    by_word = _table().by_word
    for at, part in enumerate(parts):
        for own, provider in by_word.get(part, ()):
            if tuple(parts[at : at + len(own)]) == own:
                return provider, parts[:at], parts[at + len(own) :]
    return None, [], parts


def provider_of(server: Server) -> Provider | None:
    """Return the provider that `server` works with, by its name, its package or its address."""
    launch = server.launch
    named = (server.name, launch.package if launch else None, basename(server.command or ""))
    found = next((provider for name in named if name and (provider := provider_named(name))), None)
    if found is None and server.url is not None:
        uses = (host_use(place.host) for place in places(server.url))
        found = next((use.provider for use in uses if use), None)
    return found


_DEFAULT = late(r"\$\{\w+:?-([^{}]*)\}")


def live_mode(name: str, value: str, of: Provider | None = None) -> tuple[Provider, str] | None:
    """Return the provider that a variable or an option called `name` switches to live, and the value for test mode.

    `of` is the provider that a name without one is taken to speak of, such as that of its MCP server.
    """
    default = _DEFAULT.fullmatch(value)
    value = (default[1] if default else value).strip().lower()
    if not value or len(value) > 40:
        return None
    for provider in _table().providers:
        for own, live, test in provider.modes:
            if name == own:
                return (provider, test) if value in live else None
    spoken, before, behind = named_in(words(name))
    chosen = spoken or of
    if chosen is None or environment("_".join(before)) not in ("", PRODUCTION):
        return None
    instead = _instead(set(behind), set(before), value, chosen)
    return (chosen, instead) if instead else None


def _instead(behind: set[str], before: set[str], value: str, provider: Provider) -> str:
    """Return what to write for `value` under a name of those words; nothing if it is no live mode."""
    modes, tests, lives = map(vocabulary, ("mode_words", "test_switches", "live_switches"))
    known = vocabulary("fillers") | modes | tests | lives
    telling = behind | (before & known)
    if not behind <= known:
        return ""
    if value in vocabulary("no") and telling & tests:
        return "true"
    if value in vocabulary("yes") and telling & lives:
        return "false"
    return provider.test_mode if telling & (modes | tests | lives) and _is_live(value) else ""


def _is_live(value: str) -> bool:
    parts = set(words(value))
    return bool(parts & vocabulary("live_values")) and parts <= vocabulary("live_value_words")
