"""What the checklist's profiles ask of a project's MCP servers: `client` for confidential work, `database`."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.known_servers import normal_name
from claude_preflight.agents.mcp import Server
from claude_preflight.agents.places import DATABASE, DEVELOPMENT, environment, is_local, places, words
from claude_preflight.agents.recognised import recognised, split_address
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.policy import Policy, matches_any
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

# What a known server of another category is there for lies beyond this machine.
_OFFLINE = frozenset("filesystem reasoning memory utility testing dev-tool framework".split())
_NAME_KINDS = frozenset(("npm", "pypi", "oci", "nuget", "go", "git", "jsr", "url"))


class Breach(NamedTuple):
    """What in an entry breaks a profile; `what` completes `server "x" …`, `key` tells it from others of the entry."""

    span: Span
    what: str
    key: str


def reaches_network(server: Server, policy: Policy) -> Breach | None:
    """Return how `server` reaches the network, if it does or may, and no pattern of `packages.allow` names it."""
    allowed = policy.packages_allow
    if server.remote is not None:
        host = split_address(server.remote)[0]
        if is_local(host) or matches_any(host, allowed) or matches_any(server.remote, allowed):
            return None
        return Breach(server.remote.span, f"is reached over the network: {host}", host)
    launch = server.launch
    if launch is None or not launch.package or launch.registry not in _NAME_KINDS or launch.spec is None:
        return None
    known = recognised(server)
    if matches_any(launch.package, allowed) or (known and known.category in _OFFLINE):
        return None
    name = known.name if known else _public_name(launch.registry, launch.package)
    what = f"works over the network: {name}" if known else f"may use the network, as nobody has said of it: {name}"
    return Breach(launch.spec.span, what, name)


def _public_name(registry: str, package: str) -> str:
    """Return the name of `package` without what an address may hold besides: a login, a query."""
    if registry == "git":
        return normal_name(registry, package)
    return "/".join(split_address(package)) if "://" in package else package


# Variables of database clients that run two words together.
_CLIENT_VARIABLE = late(r"PG(?:HOST|HOSTADDR|USER|PASSWORD|DATABASE|SERVICE|PASSFILE)|MYSQL_PWD|REDISCLI_AUTH")
# What any program is told of the machine it runs on.
_OF_MACHINE = frozenset("USER USERNAME HOST HOSTNAME LOGNAME".split())
_REFERENCE = late(
    r"\$\{(?:(?:env|input|localEnv):)?([A-Za-z_][\w-]*)(?::?-[^{}]*)?\}|\$([A-Za-z_]\w*)|\{env:(\w+)\}|%([A-Za-z_]\w*)%"
)
_ABOUT_DATA = frozenset(
    "database db dsn url uri host hostname user username password pass pwd port connection conn string"
    " postgres postgresql pg pgurl mysql mariadb mongo mongodb redis sql sqlite mssql oracle clickhouse neo4j"
    " snowflake bigquery supabase neon token key secret cluster warehouse dataset".split()
)
_OF_DATA = frozenset(
    "database db dsn postgres postgresql pg mysql mariadb mongo mongodb redis sql mssql oracle clickhouse neo4j"
    " snowflake bigquery supabase neon".split()
)


def outside_development(server: Server) -> Iterator[Breach]:
    """Yield what connects `server`, if it is one for databases, to anything but a `${…DEV…}` variable."""
    texts = list(_settings(server))
    if not _is_of_data(server, texts):
        return
    for name, text in texts:
        references = list(_REFERENCE.finditer(text))
        for match in references:
            variable = next(filter(None, match.groups()))
            if _is_about_data(variable) and environment(variable) != DEVELOPMENT:
                what = f"gets {variable}, whose name does not say that it is of development"
                yield Breach(text.part(*match.span()).span, what, variable)
        if not references and _is_connection(name, text):
            yield Breach(text.span, "is told its database in the file itself", name or "address")


def _settings(server: Server) -> Iterator[tuple[str, Text]]:
    """Yield the values of an entry, each with the name it stands under, or an empty one."""
    launch = server.launch
    pairs = (*server.env, *server.headers, *(launch.environment if launch else ()))
    yield from ((str(name), value) for name, value in pairs)
    yield from (("", word) for word in (launch.arguments if launch else ()))
    if server.remote is not None and not (launch and any(word is server.remote for word in launch.arguments)):
        yield "", server.remote


def _is_of_data(server: Server, texts: list[tuple[str, Text]]) -> bool:
    known = recognised(server)
    if known:
        return known.category == "database"
    return any(not _OF_DATA.isdisjoint(words(name)) or _is_connection(name, text) for name, text in texts)


def _is_about_data(variable: str) -> bool:
    if variable in _OF_MACHINE:
        return False
    return bool(_CLIENT_VARIABLE.fullmatch(variable)) or not _ABOUT_DATA.isdisjoint(words(variable))


def _is_connection(name: str, text: Text) -> bool:
    """Tell whether a value without references says by itself which database is used, or who logs in."""
    if any(place.kind == DATABASE for place in places(text)):
        return True
    named = frozenset(words(name))
    if _CLIENT_VARIABLE.fullmatch(name):
        return bool(text)
    return bool(
        text and named & _OF_DATA and named & frozenset("url uri dsn host hostname password pwd string".split())
    )
