"""Remote MCP servers are reached over connections that nobody can read or answer in their place.

What it does
------------
Refuses servers that are reached by plain `http://` or `ws://` anywhere but on this machine, also through a bridge;
hosts that are not what they look like; certificate checks that are turned off. Points out plain HTTP inside the local
network, credentials that go with it, switches that allow it, tunnels to somebody's machine, and hosts without a name.

Why is this bad?
----------------
What a server answers goes into the model's context as it is. Whoever sits on the way of a plain connection reads the
token, and writes instructions and results in the server's name.

Example
-------
```json .mcp.json
{"mcpServers": {"tickets": {"type": "http", "url": "http://mcp.acme-tools.com/mcp"}}}
```

Use instead
-----------
```json .mcp.json
{"mcpServers": {"tickets": {"type": "http", "url": "https://mcp.acme-tools.com/mcp"}}}
```

References
----------
* CWE-319, cleartext transmission of sensitive information: https://cwe.mitre.org/data/definitions/319.html
* CWE-295, improper certificate validation: https://cwe.mitre.org/data/definitions/295.html
* Transport security in the MCP specification: https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from claude_preflight.agents.mcp import Pairs, Server, servers
from claude_preflight.agents.places import LOOPBACK, PRIVATE, PUBLIC, SERVICE, WEB, Place, places, words
from claude_preflight.agents.transport import (
    allows_plain_http,
    disguise,
    distance_of,
    is_beyond_ascii,
    is_odd_address,
    is_public_address,
    is_tunnel,
    opposite,
    turns_off_verification,
)
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Edit, Finding, Fix, Rule, Severity
from claude_preflight.syntax.nodes import Mapping, Scalar, Text, walk

PLAIN_HTTP = Rule(
    "plain-http", Severity.ERROR, Confidence.HIGH, "a server is reached over the internet without TLS", 319
)
PLAIN_HTTP_NEARBY = Rule(
    "plain-http-nearby",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a server is reached over the local network without TLS",
    319,
)
CREDENTIALS = Rule(
    "credentials-over-http", Severity.WARNING, Confidence.MEDIUM, "a server sends credentials without TLS", 319
)
HTTP_ALLOWED = Rule("plain-http-allowed", Severity.WARNING, Confidence.HIGH, "a server may do without TLS", 319)
VERIFICATION = Rule(
    "tls-verification-off", Severity.ERROR, Confidence.HIGH, "a server does not check whom it talks to", 295
)
DISGUISED = Rule("disguised-host", Severity.ERROR, Confidence.HIGH, "a host is not the one that it looks like", 1007)
TUNNEL = Rule(
    "tunnel-host", Severity.WARNING, Confidence.HIGH, "a server is reached through a tunnel to somebody's machine", 829
)
ADDRESS = Rule(
    "public-address", Severity.WARNING, Confidence.HIGH, "a server on the internet is known by its address only", 350
)
BEYOND_ASCII = Rule(
    "host-beyond-ascii", Severity.WARNING, Confidence.MEDIUM, "a host's name has letters that few can tell apart", 1007
)
RULES = (
    PLAIN_HTTP,
    PLAIN_HTTP_NEARBY,
    CREDENTIALS,
    HTTP_ALLOWED,
    VERIFICATION,
    DISGUISED,
    TUNNEL,
    ADDRESS,
    BEYOND_ASCII,
)

_SECURE = {"http": "https", "ws": "wss"}
_NEARBY = {SERVICE: "a machine of the container network", PRIVATE: "a machine of the local network"}
_REGISTRY_VARIABLES = frozenset(
    "NPM_CONFIG_REGISTRY UV_INDEX UV_INDEX_URL UV_DEFAULT_INDEX UV_EXTRA_INDEX_URL PIP_INDEX_URL"
    " PIP_EXTRA_INDEX_URL".split()
)
# Words of a variable's name that do not say whose URL or credential it is.
_COMMON_WORDS = frozenset("url uri base host endpoint server api mcp http backend service remote".split())


class _Setting(NamedTuple):
    """A variable, option or key and its value; `value` is empty for an option without one."""

    name: Text
    value: Text | None


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what is unsafe about the connections of the servers of `document`."""
    for server in servers(document):
        settings = list(_settings(server))
        found = [*_of_addresses(server), *_of_sources(server)]
        yield from found
        yield from _of_credentials(server, settings)
        plain = any(each.rule in (PLAIN_HTTP, PLAIN_HTTP_NEARBY) for each in found)
        yield from _of_settings(document, server, settings, plain=plain)


def _at(
    rule: Rule, server: Server, place: Text, what: str, message: str, repair: str, fix: Fix | None = None
) -> Finding:
    """Return a finding; `what` tells it from others of the same rule and server."""
    text = f'server "{server.name}" {message}'
    return rule.at(place.span, text, repair=repair, key=server.key(what), server=str(server.name), fix=fix)


def _of_addresses(server: Server) -> Iterator[Finding]:
    """Yield what is wrong with the addresses that the server itself and its authorization are reached at."""
    for url in dict.fromkeys(url for url in (server.remote, *_authorization(server)) if url):
        for place in places(url):
            if place.kind == WEB:
                yield from _of_place(server, place)
        if is_odd_address(url):
            message = "has an address that clients read otherwise than people, without its two slashes"
            yield _at(DISGUISED, server, url, "address", message, "write the scheme, two slashes and the host")


def _authorization(server: Server) -> Iterator[Text]:
    for key in ("oauth", "auth"):
        table = server.node.mapping(key)
        for _, value in table.pairs if table else ():
            if isinstance(value, Scalar) and isinstance(value.value, Text):
                yield value.value


def _of_place(server: Server, place: Place) -> Iterator[Finding]:
    host = str(place.host)
    hidden = disguise(place)
    if hidden:
        message = f"is reached at a disguised host: {hidden}"
        yield _at(DISGUISED, server, place.host, host, message, "write the host that you mean, in plain letters")
        return
    plain = list(_of_plain(server, place, "is reached"))
    yield from plain
    if is_tunnel(host):
        message = f"is reached through a tunnel ({host}): whoever has the name next answers in its place"
        repair = "give it a host of its own, or keep it out of the shared file"
        yield _at(TUNNEL, server, place.host, host, message, repair)
    elif is_public_address(host) and not plain:
        message = f"is reached at the address {host}, for which hardly any certificate vouches"
        yield _at(ADDRESS, server, place.host, host, message, "give it a name")
    elif is_beyond_ascii(host):
        message = f"is reached at {host}, whose letters can be taken for others"
        repair = "make sure that it is the host you mean, and exempt it in the policy"
        yield _at(BEYOND_ASCII, server, place.host, host, message, repair)


def _of_plain(server: Server, place: Place, what: str) -> Iterator[Finding]:
    secure, distance, host = _SECURE.get(place.scheme), distance_of(place), str(place.host)
    if not secure or distance == LOOPBACK:
        return
    if distance == PUBLIC:
        scheme = place.text.part(0, len(place.scheme))
        fix = Fix((Edit(scheme.span, secure),)) if place.port is None else None
        message = f"{what} over plain {place.scheme}:// at {host}: anyone on the way reads and changes it"
        yield _at(PLAIN_HTTP, server, place.text, host, message, f"write {secure}://", fix)
    elif distance in _NEARBY:
        message = f"{what} over plain {place.scheme}:// at {host}, {_NEARBY[distance]}"
        repair = f"put TLS in front of it and write {secure}://"
        yield _at(PLAIN_HTTP_NEARBY, server, place.text, host, message, repair)


def _of_sources(server: Server) -> Iterator[Finding]:
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
            yield from _of_plain(server, place, "is fetched")


def _of_credentials(server: Server, settings: Sequence[_Setting]) -> Iterator[Finding]:
    """Yield the addresses that the server is given to work with, where it is given credentials for them as well."""
    for name, url in settings:
        for place in places(url) if url and "http://" in url else ():
            if place.scheme != "http" or distance_of(place) not in (PUBLIC, PRIVATE):
                continue
            if place.password or _has_credential(name, settings):
                message = f"sends the credentials it is given over plain http:// to {place.host} ({name})"
                repair = "put TLS in front of it and write https://"
                yield _at(CREDENTIALS, server, place.text, str(name), message, repair)


def _has_credential(url_name: Text, settings: Sequence[_Setting]) -> bool:
    """Tell whether one of `settings` is a credential for what the address called `url_name` belongs to."""
    from claude_preflight.agents.secrets.names import NOTHING, PERHAPS, what_is_named

    owner = _owner(url_name)
    named = [name for name, value in settings if value and what_is_named(name) not in (NOTHING, PERHAPS)]
    return any(owner in ("", _owner(name)) for name in named)


def _owner(name: str) -> str:
    """Return the first word of `name` that says whose it is."""
    return next((word for word in words(name) if word not in _COMMON_WORDS), "")


def _of_settings(document: Document, server: Server, settings: Sequence[_Setting], *, plain: bool) -> Iterator[Finding]:
    remote = [place for place in places(server.remote) if place.kind == WEB] if server.remote else []
    here = bool(remote) and all(distance_of(place) == LOOPBACK for place in remote)
    for name, value in settings:
        what = str(name)
        if turns_off_verification(name, value or ""):
            message = f"does not check certificates ({what}): anyone can answer in the place of whom it talks to"
            repair = "remove it, and trust the other side's own certificate authority"
            yield _at(VERIFICATION, server, name, what, message, repair, _turned_round(document, value))
        elif allows_plain_http(name, value or "") and not plain and not here:
            message = f"may do without TLS ({what})"
            yield _at(HTTP_ALLOWED, server, name, what, message, "remove it, and reach everything by https://")


def _turned_round(document: Document, value: Text | None) -> Fix | None:
    other = opposite(value) if value else ""
    if not value or not other or document.text[slice(*value.span)] != value:
        return None
    return Fix((Edit(value.span, other),))


def _settings(server: Server) -> Iterator[_Setting]:
    """Yield the variables and options of `server`, its launcher's included, and what its entry turns on and off."""
    launch = server.launch
    yield from (_Setting(name, value) for name, value in _variables(server))
    words_given = (*launch.options, *launch.arguments) if launch else server.arguments
    yield from _options(words_given)
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


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("mcp-transport", argv)


if __name__ == "__main__":
    raise SystemExit(main())
