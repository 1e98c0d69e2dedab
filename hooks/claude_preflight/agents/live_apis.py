"""Why a setting works on the live data of a third party: its key, its host, its mode, a variable that it hands on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from posixpath import commonprefix

from claude_preflight.agents.handed_on import is_handed_on, references
from claude_preflight.agents.places import RESERVED, UNKNOWN, environment, locality, places, words
from claude_preflight.agents.provider_words import may_be_live_key
from claude_preflight.agents.providers import (
    LIVE,
    TEST,
    Key,
    Provider,
    host_use,
    is_exact_host,
    live_mode,
    named_in,
    provider_named,
    providers,
    vocabulary,
)
from claude_preflight.model import Span
from claude_preflight.policy import Policy, matches_any
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from claude_preflight.agents.exposed import Setting
    from claude_preflight.agents.mcp import Server
    from claude_preflight.agents.secrets import Secret

# What evidence shows: a live key, one that is made to be seen, a host or a mode that is live, a live key's variable.
KEY, PUBLISHABLE, HOST = "live-api-key", "live-publishable-key", "live-api-host"
MODE, VARIABLE = "live-api-mode", "live-api-variable"


class Evidence(NamedTuple):
    """Why something works on live data.

    `kind` is a constant of this module; `what` a verb phrase, `repair` a sentence without its full stop, and `shown`
    the shortest description, all without a value that may be secret. `key` is stable.
    """

    kind: str
    span: Span
    what: str
    repair: str
    key: str
    shown: str


def of_setting(setting: Setting, policy: Policy, of: Provider | None = None) -> Iterator[Evidence]:
    """Yield why `setting`, that of an MCP server for `of` if it is one, works on a provider's live data."""
    yield from live_keys(setting, of)
    yield from _by_host(setting, policy)
    yield from _by_mode(setting, of)


def handed_over(setting: Setting, of: Provider | None = None) -> Iterator[Evidence]:
    """Yield that `setting` hands on a variable whose name says that it holds a live key."""
    if "live" in f"{setting.name or ''} {setting.value}".lower():
        yield from _by_reference(setting, of)


def live_keys(setting: Setting, of: Provider | None = None) -> Iterator[Evidence]:
    """Yield the literal live keys in a setting: by their form, or by a name that says so."""
    name, value = str(setting.name or ""), setting.value
    says_live = _says_live(name, of)
    if not says_live and not may_be_live_key(value):
        return
    from claude_preflight.agents.secrets import find_in_value

    own = list(_own_keys(setting, of))
    taken = {evidence.span.start for evidence in own}
    yield from own
    for secret in find_in_value(name, value):
        live = secret.mode == LIVE
        if secret.span.start not in taken and (live or (says_live and secret.mode != TEST and not secret.public)):
            yield _key(setting, secret, live=live)


def _key(setting: Setting, secret: Secret, *, live: bool) -> Evidence:
    prefix, test = _prefixes(secret.kind, setting.value) if live else ("", "")
    shown = f' ("{prefix}…")' if prefix else ""
    label = secret.label if live else f"live {secret.label}"
    what = f"is given a live key, so what is done with it is real: {_article(label)} {label}{shown}"
    twin = f' ("{test}…")' if test else ""
    repair = f"use a key of the test mode{twin} instead. {secret.advice}".rstrip(".")
    described = f"{setting.name or ''}{shown}".lstrip()
    return Evidence(KEY, secret.span, what, repair, f"{setting.key}/{secret.kind}", described)


def _article(label: str) -> str:
    return "an" if label[0] in "aeioAEIO" else "a"


def _prefixes(kind: str, value: Text) -> tuple[str, str]:
    """Return the fixed beginnings of a live key and of its twin for tests."""
    from claude_preflight.agents.secrets.table import table

    kinds = table().kinds
    twin = kinds.get(f"{kind.removesuffix('-live')}-test")
    found = [keyword for keyword in kinds[kind].keywords if keyword in value]
    return max(found, key=len, default=""), _like(found[0], twin.keywords) if twin and found else ""


def _like(prefix: str, choices: Iterable[str]) -> str:
    """Return the one of `choices` that begins most like `prefix`."""
    return max(choices, key=lambda each: len(commonprefix((each, prefix))))


@cache
def _form(prefix: str, body: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9_-]){re.escape(prefix)}(?P<body>{body})(?![A-Za-z0-9_-])", re.ASCII)


def _own_keys(setting: Setting, of: Provider | None) -> Iterator[Evidence]:
    """Yield the live keys that only the providers' own table knows."""
    provider = provider_named(str(setting.name or "")) or of
    seen: set[int] = set()
    for each in providers():
        for key in each.own_keys:
            if key.prefix not in setting.value or (key.named and each is not provider):
                continue
            for match in _form(key.prefix, key.body).finditer(setting.value):
                if match.start() not in seen and not _is_filler(match["body"]):
                    seen.add(match.start())
                    yield _own_key(setting, key, setting.value.part(*match.span()).span)


def _is_filler(body: str) -> bool:
    from claude_preflight.agents.secrets import is_placeholder
    from claude_preflight.agents.secrets.shapes import entropy

    return is_placeholder(body) or entropy(body) < 2.6


def _own_key(setting: Setting, key: Key, span: Span) -> Evidence:
    shown = f'"{key.prefix}…"'
    repair = f'use a key of the test mode ("{key.test}…") instead'
    described = f"{setting.name or ''} ({shown})".lstrip()
    if key.public:
        what = f"is given a live key that is made to be seen, so what is built with it works in live mode: {shown}"
        return Evidence(PUBLISHABLE, span, what, repair, f"{setting.key}/{key.prefix}", described)
    what = f"is given a live key, so what is done with it is real: {shown}"
    repair += ", and revoke this one with its issuer"
    return Evidence(KEY, span, what, repair, f"{setting.key}/{key.prefix}", described)


def _says_live(name: str, of: Provider | None) -> bool:
    """Tell whether a variable called `name` is for a live key of a provider, and not for one that anybody may see.

    Names that say `prod` are left to the hook about production.
    """
    parts = words(name)
    if "live" not in parts or environment(name) or not (of or named_in(parts)[0]):
        return False
    from claude_preflight.agents.secrets.names import NOTHING, what_is_named

    return what_is_named("_".join(part for part in parts if part != "live")) != NOTHING


_REFERRING = ("$", "{", "%", "`", "op://")  # some keys have a $ in their midst


def _by_reference(setting: Setting, of: Provider | None) -> Iterator[Evidence]:
    value = setting.value
    names = [value] if setting.passed else list(references(value))
    if setting.name is not None and value.startswith(_REFERRING) and is_handed_on(value):
        names.append(setting.name)
    for name in names[:20]:
        if _says_live(name, of):
            what = f"is handed the variable of a live key: {name}"
            repair = "hand over the variable of a test key instead"
            yield Evidence(VARIABLE, name.span, what, repair, f"{setting.key}/{name}", str(name))
            return


def _by_host(setting: Setting, policy: Policy) -> Iterator[Evidence]:
    if not vocabulary("list_words").isdisjoint(words(setting.name or "")):
        return
    named = [place.host for place in places(setting.value, host=setting.host)]
    for host in named or [setting.value.trimmed()]:
        use = host_use(host) if len(host) < 256 else None
        if not use or use.mode != LIVE or matches_any(host.lower(), policy.development_hosts) or _is_example(host):
            continue
        name = use.provider.name
        repair = (
            f"use {use.instead}; if {host} is a test system, name it under development.hosts in .claude-preflight.yaml"
        )
        what = f'connects to the live system of {name}, so what is done there is real: "{host}"'
        described = f'{setting.name or ""} ("{host}")'.lstrip()
        yield Evidence(HOST, host.span, what, repair, f"{setting.key}/{host}", described)


def _is_example(host: str) -> bool:
    """Tell whether `host` is one to be filled in with the name that a customer has at a provider."""
    if is_exact_host(host):
        return False
    from claude_preflight.agents.secrets import is_placeholder

    return locality(host) in (UNKNOWN, RESERVED) or is_placeholder(host.partition(".")[0])


def _by_mode(setting: Setting, of: Provider | None) -> Iterator[Evidence]:
    name, value = setting.name, setting.value
    found = live_mode(str(name), value, of) if name is not None else None
    if name is not None and found:
        provider, instead = found
        what = f"switches {provider.name} to its live mode, so what is done there is real: {name}"
        yield Evidence(MODE, value.span, what, f'set {name} to "{instead}"', setting.key, str(name))


def live_flags(server: Server, of: Provider) -> Iterator[Evidence]:
    """Yield the options of `server`, which works with `of`, that switch to live without a value: `--live`."""
    for number, word in enumerate(server.arguments):
        following = server.arguments[number + 1 : number + 2]
        alone = word.startswith("--") and "=" not in word and all(next_.startswith("-") for next_ in following)
        parts = set(named_in(words(word))[2]) if alone else set()
        if parts & vocabulary("live_switches") and parts <= vocabulary("live_switches") | {"mode"}:
            what = f"switches {of.name} to its live mode, so what is done there is real: {word}"
            repair = f"leave {word} away, and choose the test mode"
            yield Evidence(MODE, word.span, what, repair, server.key("args", word), str(word))
