"""Which known server a package may be taken for, judged by its name alone.

Lists of real names decide, not popularity or distance alone: thousands of honest servers are called much like another.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from claude_preflight.agents.known_servers import (
    DEPRECATED,
    OFFICIAL,
    REFERENCE,
    KnownServer,
    catalogue,
    normal_name,
)
from claude_preflight.agents.similar_names import is_misspelt, is_slip, skeleton, split_name, squashed
from claude_preflight.typed import NamedTuple

CHARACTERS, SCOPE, SPELLING = "characters", "scope", "spelling"
INVENTED, PUBLISHER = "invented", "publisher"

# Words that do not tell what a server is for.
_GENERIC = frozenset("mcp server servers cli agent toolkit dev api sdk tools app ai inspector chart actors".split())
_MARKS = frozenset(("mcp", "server"))
_PUBLIC_IMAGE_HOSTS = ("ghcr.io", "quay.io", "")
_REGISTRIES = {"npm": "npm", "pypi": "PyPI"}
# Docker's own builds of other people's servers.
_DOCKER_BUILDS = "mcp"


class Imitation(NamedTuple):
    """Why a name is not what it seems.

    `kind`: `CHARACTERS`, it looks the same as another; `SCOPE`, its scope does nearly; `SPELLING`, it is one with a
    slip or other separators; `INVENTED`, it is known that nothing has its name; `PUBLISHER`, a vendor's server has it,
    but not there. `of` is the name it is taken for, or the scope, repository or registry that it is said to come from;
    `known` the server that is meant, as far as anybody can tell.
    """

    kind: str
    of: str
    known: KnownServer | None = None


def imitation(registry: str, name: str) -> Imitation | None:
    """Return what the package `name` (without version) of `registry` is taken for; None if known, or like none."""
    if catalogue().server(registry, name):
        return None
    name = normal_name(registry, name)
    invented = catalogue().invented.get(f"{registry}:{name}")
    if invented:
        of = name.partition("/")[0] if name.startswith("@") else _REGISTRIES.get(registry, registry)
        return Imitation(INVENTED, of, invented if invented.by_vendor else None)
    if registry == "npm":
        return _scoped(*name.split("/", 1)) if name.startswith("@") and "/" in name else _plain(registry, name)
    if registry == "pypi":
        return _plain(registry, name)
    if registry == "oci":
        return _image(name)
    if registry in ("git", "go"):
        return _repository("/".join(name.split("/")[:3]))
    return None


@cache
def _by_registry(registry: str) -> tuple[tuple[str, KnownServer], ...]:
    """Return the names in `registry`, as it files them, of servers that others may want to be taken for."""
    found = []
    for server in catalogue().servers:
        places = (f"{server.registry}:{server.name}", *server.aliases)
        names = (place.partition(":")[2] for place in places if place.startswith(f"{registry}:"))
        found += [(normal_name(registry, name), server) for name in names if server.trusted]
    return tuple(found)


def _scoped(scope: str, rest: str) -> Imitation | None:
    closed = catalogue().scopes.get(scope)
    if closed:
        return None if rest in closed.members else Imitation(INVENTED, scope, _meant(scope, rest))
    return _impostor_scope(scope, rest) or _in_foreign_scope(scope, rest)


def _impostor_scope(scope: str, rest: str) -> Imitation | None:
    for closed in catalogue().scopes.values():
        kind = CHARACTERS if skeleton(scope) == skeleton(closed.name) else SCOPE
        if kind == CHARACTERS or scope in closed.impostors or _is_near(scope, closed.name):
            known = catalogue().server("npm", f"{closed.name}/{rest}")
            return Imitation(kind, known.name if known else closed.name, known)
    for name, server in _by_registry("npm"):
        known_scope, _, known_rest = name.partition("/")
        if known_rest == rest and skeleton(scope) == skeleton(known_scope):
            return Imitation(CHARACTERS, server.name, server)
        if known_rest == rest and _is_near(scope, known_scope):
            return Imitation(SCOPE, server.name, server)
    return None


def _is_near(scope: str, known: str) -> bool:
    word = scope[1:]
    return squashed(scope) == squashed(known) or (word not in catalogue().words and is_slip(word, known[1:]))


def _in_foreign_scope(scope: str, rest: str) -> Imitation | None:
    """Return the known server of the same scope that `rest` misspells, or of another scope that is called so."""
    for name, server in _by_registry("npm"):
        known_scope, slash, known_rest = name.partition("/") if name.startswith("@") else ("", "/", name)
        if slash and known_scope == scope and is_misspelt(rest, known_rest, catalogue().words):
            return Imitation(INVENTED, scope, server)
        if known_rest == rest and server.by_vendor and _is_telling(rest) and not _is_owner(scope[1:], server):
            return Imitation(PUBLISHER, server.name, server)
    return None


def _source(server: KnownServer) -> tuple[str, str]:
    """Return the owner and the name of the repository that `server` comes from, in lower case; empty if unknown."""
    owner, _, repository = server.repository.partition("github.com/")[2].lower().partition("/")
    return owner, repository


def _is_owner(name: str, server: KnownServer) -> bool:
    """Tell whether `server` is made in a repository of `name`, who then may have other packages of it as well."""
    return name != "" and name == _source(server)[0]


def _is_telling(name: str) -> bool:
    """Tell whether `name` says that it is a server, and for what."""
    words = set(split_name(name))
    return bool(words & _MARKS) and not words <= _GENERIC


def _meant(scope: str, rest: str) -> KnownServer | None:
    """Return the server that who made up `rest` in `scope` was looking for: a misspelt member, or the vendor's own."""
    known = [server for server in catalogue().servers if server.trusted]
    for server in known:
        if server.name.startswith(f"{scope}/") and is_misspelt(rest, server.name[len(scope) + 1 :], frozenset()):
            return server
    topic = set(split_name(rest)) - _GENERIC
    common = topic <= {server.category for server in known}
    fitting = [server for server in known if server.by_vendor and topic and _is_about(topic, server, common=common)]
    order = (REFERENCE, OFFICIAL, DEPRECATED)
    return min(fitting, key=lambda server: order.index(server.status), default=None)


def _is_about(topic: set[str], server: KnownServer, *, common: bool) -> bool:
    """Tell whether `topic` names `server`; words that are `common`, such as "search", must be all of its name."""
    own = set(split_name(server.name.rpartition("/")[2])) - _GENERIC
    return topic == own if common else topic <= _topic(server)


def _topic(server: KnownServer) -> set[str]:
    """Return the words of the name of a server, none for a program that only has a server besides."""
    words = set(split_name(server.name))
    return words if words & _MARKS else set()


def _plain(registry: str, name: str) -> Imitation | None:
    """Judge a name without a scope."""
    seems = _looks(registry).get(skeleton(name))
    if seems:
        return Imitation(CHARACTERS, seems.name, seems)
    for known, server in _by_registry(registry):
        if len(known) > 5 and known[0] != "@" and is_misspelt(name, known, catalogue().words):
            return Imitation(SPELLING, server.name, server)
    return _taken_for_vendors(registry).get(name)


@cache
def _looks(registry: str) -> dict[str, KnownServer]:
    return {skeleton(name): server for name, server in _by_registry(registry) if name[0] != "@"}


@cache
def _taken_for_vendors(registry: str) -> dict[str, Imitation]:
    """Return the names without scope in `registry` that are not, in spite of their wording, a known server's."""
    found: dict[str, Imitation] = {}
    for server in catalogue().servers:
        owner, repository = _source(server)
        if server.trusted and not set(split_name(repository)) <= _GENERIC:
            found.setdefault(f"{owner}-{repository}", Imitation(INVENTED, f"{owner}/{repository}", server))
        for twin in _twins(registry, server) if server.by_vendor else ():
            found[twin] = Imitation(PUBLISHER, server.name, server)
    return found


def _twins(registry: str, server: KnownServer) -> Iterator[str]:
    """Yield the names without scope in `registry` under which a server of a vendor is looked for in error.

    In another registry that is the name that says both that it is a server, and that it is one of MCP: an API's clients
    in two languages often share the rest.
    """
    scoped, last = server.name.startswith("@"), server.name.rpartition("/")[2]
    if registry == server.registry == "npm" and scoped:
        scope, _, rest = server.name[1:].partition("/")
        yield from (twin for twin in (rest, f"{scope}-{rest}") if _is_telling(twin))
    elif registry != server.registry:
        project = not scoped and server.publisher == catalogue().scopes["@modelcontextprotocol"].publisher
        if project or (set(split_name(last)) >= _MARKS and _is_telling(last)):
            yield normal_name(registry, last)


def _image(name: str) -> Imitation | None:
    owner, _, image = name.partition("/")
    if owner == _DOCKER_BUILDS:
        return None
    if image and "/" not in image and (skeleton(owner) == skeleton(_DOCKER_BUILDS) or is_slip(owner, _DOCKER_BUILDS)):
        return Imitation(SPELLING, f"{_DOCKER_BUILDS}/{image}")
    path, _, last = name.rpartition("/")
    host = "" if name.count("/") < 2 else owner
    for known, server in _by_registry("oci"):
        found = _near_path(name, known, server)
        if found:
            return found
        same = last == known.rpartition("/")[2] and _is_telling(last) and server.by_vendor
        if same and host in _PUBLIC_IMAGE_HOSTS and not _is_owner(path.rpartition("/")[2], server):
            return Imitation(PUBLISHER, known, server)
    return None


def _repository(name: str) -> Imitation | None:
    for server in catalogue().servers:
        known = normal_name("git", server.repository) if server.repository and server.trusted else ""
        found = _near_path(name, known, server)
        # Another repository of the same owner is that owner's.
        if found and name.rpartition("/")[0] != known.rpartition("/")[0]:
            return found
    return None


def _near_path(name: str, known: str, server: KnownServer) -> Imitation | None:
    """Return what `name` is taken for if it is `known` but for one folder of its path, which is nearly the same."""
    pairs = [pair for pair in zip(name.split("/"), known.split("/"), strict=False) if pair[0] != pair[1]]
    if len(pairs) != 1 or name.count("/") != known.count("/"):
        return None
    mine, other = pairs[0]
    if skeleton(mine) == skeleton(other):
        return Imitation(CHARACTERS, known, server)
    return Imitation(SPELLING, known, server) if is_misspelt(mine, other, catalogue().words) else None
