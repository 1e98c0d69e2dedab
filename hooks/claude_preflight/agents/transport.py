"""What is unsafe about how an MCP server is reached, fetched, and reaches others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from claude_preflight.agents.addresses import is_odd_address, is_tunnel
from claude_preflight.agents.hosts import disguise, distance_of, is_beyond_ascii, is_public_address
from claude_preflight.agents.mcp import Pairs, Server
from claude_preflight.agents.places import LOOPBACK, PRIVATE, PUBLIC, SERVICE, WEB, Place, places, words
from claude_preflight.agents.tls import allows_plain_http, opposite, turns_off_verification
from claude_preflight.document import Document
from claude_preflight.model import Edit, Fix
from claude_preflight.syntax.nodes import Mapping, Scalar, Text, walk
from claude_preflight.typed import NamedTuple

_SECURE = {"http": "https", "ws": "wss"}
_NEARBY = {SERVICE: "a machine of the container network", PRIVATE: "a machine of the local network"}
_REGISTRY_VARIABLES = frozenset(
    "NPM_CONFIG_REGISTRY UV_INDEX UV_INDEX_URL UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL PIP_INDEX_URL"
    " PIP_EXTRA_INDEX_URL".split()
)
# Words of a variable's name that do not say whose URL or credential it is.
_COMMON_WORDS = frozenset("url uri base host endpoint server api mcp http backend service remote".split())


class Evidence(NamedTuple):
    """Something unsafe: `rule` is the id of the rule it breaks, `message` goes on after the name of the server.

    `key` tells it from others of the same rule and server.
    """

    rule: str
    place: Text
    key: str
    message: str
    repair: str
    fix: Fix | None = None


class _Setting(NamedTuple):
    """A variable, option or key and its value; `value` is None for an option without one."""

    name: Text
    value: Text | None


def judge(document: Document, server: Server) -> Iterator[Evidence]:
    """Yield what is unsafe about the connections of `server`, an entry of `document`."""
    settings = list(_settings(server))
    found = [*_of_addresses(server), *_of_sources(server)]
    yield from found
    yield from _of_credentials(settings)
    plain = any(evidence.rule.startswith("plain-http") for evidence in found)
    yield from _of_settings(document, server, settings, plain=plain)


def _of_addresses(server: Server) -> Iterator[Evidence]:
    """Yield what is wrong with the addresses that the server itself and its authorization are reached at."""
    from claude_preflight.agents.launch.words import with_defaults

    given = (server.remote, *server.urls, *_authorization(server))
    for url in dict.fromkeys(with_defaults(url) for url in given if url):
        if is_odd_address(url):
            message = "has an address that clients read otherwise than people"
            yield Evidence("disguised-host", url, "address", message, "write the scheme, two slashes and the host")
            continue
        for place in places(url):
            if place.kind == WEB:
                yield from _of_place(place)


def _authorization(server: Server) -> Iterator[Text]:
    for key in ("oauth", "auth"):
        table = server.node.mapping(key)
        for _, value in table.pairs if table else ():
            if isinstance(value, Scalar) and isinstance(value.value, Text):
                yield value.value


def _of_place(place: Place) -> Iterator[Evidence]:
    host = str(place.host)
    hidden = disguise(place)
    if hidden:
        message = f"is reached at a disguised host: {hidden}"
        yield Evidence("disguised-host", place.host, host, message, "write the host that you mean, in plain letters")
        return
    plain = list(_of_plain(place, "is reached"))
    yield from plain
    if is_tunnel(host):
        message = f"is reached through a tunnel ({host}): whoever has the name next answers in its place"
        repair = "give it a host of its own, or keep it out of the shared file"
        yield Evidence("tunnel-host", place.host, host, message, repair)
    elif is_public_address(host) and not plain:
        message = f"is reached at the address {host}, for which hardly any certificate vouches"
        yield Evidence("public-address", place.host, host, message, "give it a name")
    elif is_beyond_ascii(host):
        message = f"is reached at {host}, whose letters can be taken for others"
        repair = "make sure that it is the host you mean, and exempt it in the policy"
        yield Evidence("host-beyond-ascii", place.host, host, message, repair)


def _of_plain(place: Place, what: str) -> Iterator[Evidence]:
    secure, distance, host = _SECURE.get(place.scheme), distance_of(place), str(place.host)
    if not secure or distance == LOOPBACK:
        return
    if distance == PUBLIC:
        scheme = place.text.part(0, len(place.scheme))
        exact = scheme.end - scheme.start == len(scheme)
        fix = Fix((Edit(scheme.span, secure),)) if place.port is None and exact else None
        message = f"{what} over plain {place.scheme}:// at {host}: anyone on the way reads and changes it"
        yield Evidence("plain-http", place.text, host, message, f"write {secure}://", fix)
    elif distance in _NEARBY:
        message = f"{what} over plain {place.scheme}:// at {host}, {_NEARBY[distance]}"
        repair = f"put TLS in front of it and write {secure}://"
        yield Evidence("plain-http-nearby", place.text, host, message, repair)


def _of_sources(server: Server) -> Iterator[Evidence]:
    """Yield the places that a launcher fetches packages from without TLS."""
    launch = server.launch
    if not launch:
        return
    texts = [value for name, value in _variables(server) if name.upper() in _REGISTRY_VARIABLES]
    texts += launch.options
    if launch.package and launch.registry in ("url", "git"):
        texts.append(launch.package.part(len("git+") * launch.package.startswith("git+"), len(launch.package)))
    for text in texts:
        for place in places(text) if "://" in text else ():
            yield from _of_plain(place, "is fetched")


def _of_credentials(settings: Sequence[_Setting]) -> Iterator[Evidence]:
    """Yield the addresses that the server is given to work with, where it is given credentials for them as well."""
    for name, url in settings:
        for place in places(url) if url and "://" in url else ():
            if place.scheme != "http" or distance_of(place) not in (PUBLIC, PRIVATE):
                continue
            if place.password or _has_credential(name, settings):
                message = f"sends the credentials it is given over plain http:// to {place.host} ({name})"
                repair = "put TLS in front of it and write https://"
                yield Evidence("credentials-over-http", place.text, str(name), message, repair)


def _has_credential(url_name: Text, settings: Sequence[_Setting]) -> bool:
    """Tell whether one of `settings` is a credential for what the address called `url_name` belongs to."""
    from claude_preflight.agents.secrets.names import NOTHING, PERHAPS, what_is_named

    owner = _owner(url_name)
    named = [name for name, value in settings if value and what_is_named(name) not in (NOTHING, PERHAPS)]
    return any(owner in ("", _owner(name)) for name in named)


def _owner(name: str) -> str:
    """Return the first word of `name` that says whose it is."""
    return next((word for word in words(name) if word not in _COMMON_WORDS), "")


def _of_settings(
    document: Document, server: Server, settings: Sequence[_Setting], *, plain: bool
) -> Iterator[Evidence]:
    remote = [place for place in places(server.remote) if place.kind == WEB] if server.remote else []
    here = bool(remote) and all(distance_of(place) == LOOPBACK for place in remote)
    for name, value in settings:
        key = str(name)
        if turns_off_verification(name, value or "") and not _stays_here(name, settings):
            message = f"does not check certificates ({key}): anyone can answer in the place of whom it talks to"
            repair = "remove it, and trust the other side's own certificate authority"
            yield Evidence("tls-verification-off", name, key, message, repair, _turned_round(document, value))
        elif allows_plain_http(name, value or "") and not plain and not here:
            message = f"may do without TLS ({key})"
            yield Evidence("plain-http-allowed", name, key, message, "remove it, and reach everything by https://")


def _stays_here(name: Text, settings: Sequence[_Setting]) -> bool:
    """Tell whether what the switch called `name` belongs to is reached on this machine, at addresses among `settings`.

    A program there has no certificate that anybody vouches for, and nobody is on the way to it.
    """
    owner = _owner(name)
    urls = [url for other, url in settings if url and "://" in url and _owner(other) == owner]
    reached = [place for url in urls for place in places(url)]
    return bool(reached) and all(distance_of(place) == LOOPBACK for place in reached)


def _turned_round(document: Document, value: Text | None) -> Fix | None:
    other = opposite(value) if value else ""
    if not value or not other or document.text[slice(*value.span)] != value:
        return None
    return Fix((Edit(value.span, other),))


def _settings(server: Server) -> Iterator[_Setting]:
    """Yield the variables and options of `server`, its launcher's included, and what its entry turns on and off."""
    from claude_preflight.agents.launch.words import with_defaults

    launch = server.launch
    yield from (_Setting(name, with_defaults(value)) for name, value in _variables(server))
    yield from _options((*launch.options, *launch.arguments) if launch else server.arguments)
    for _, node in walk(server.node):
        for name, value in node.pairs if isinstance(node, Mapping) else ():
            if isinstance(value, Scalar) and isinstance(value.value, bool):
                yield _Setting(name, Text.at(str(value.value).lower(), value.start, value.end))


def _variables(server: Server) -> Pairs:
    return (*server.env, *(server.launch.environment if server.launch else ()))


def _options(given: Sequence[Text]) -> Iterator[_Setting]:
    for word, following in pairwise((*given, Text.at("-", 0, 0))):
        name, equals, _ = word.partition("=")
        if word.startswith("-") and equals:
            yield _Setting(word.part(0, len(name)), word.part(len(name) + 1, len(word)))
        elif word.startswith("-"):
            yield _Setting(word, None if following.startswith("-") else following)
