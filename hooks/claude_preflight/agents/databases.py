"""The databases that an agent is given, and which of them nothing calls development ones.

A database that is no development one by its host, its name, its user, or what it is called, is told by how it is
reached: through a service that runs databases, over the internet, or as a replica. What says that it is production's is
left to `production`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from claude_preflight.agents.example_places import STORE, is_example
from claude_preflight.agents.exposed import Setting, is_published, server_settings
from claude_preflight.agents.judgement import judge
from claude_preflight.agents.managed_databases import Service, service_of, service_of_account
from claude_preflight.agents.mcp import Server
from claude_preflight.agents.places import (
    CLOUD,
    DATABASE,
    DEVELOPMENT,
    PLAIN,
    PRIVATE,
    PRODUCTION,
    PUBLIC,
    STAGING,
    WEB,
    Place,
    environment,
    names_host,
    places,
    words,
)
from claude_preflight.agents.secrets import is_placeholder
from claude_preflight.agents.setting_groups import NAMES_DATABASE, Group, stem
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.policy import Policy, matches_any
from claude_preflight.typed import NamedTuple

# What an exposure is: a database with its literal password, one of a service, one on the internet, a replica.
LOGIN, MANAGED, PUBLIC_HOST, REPLICA = "database-login", "managed-database", "public-database", "database-replica"


class Exposure(NamedTuple):
    """A database that nothing calls a development one.

    `kind` is a constant of this module, and `reached` is what it were without the password. `span` is that of the
    host, `what` a noun phrase with the host, `key` is stable, `name` is the variable or option that holds it, or empty.
    """

    kind: str
    reached: str
    span: Span
    what: str
    key: str
    name: str


_DATABASE_NAME = late(rf"(?:^|_)(?:{STORE})(?:_|$|host|url|uri|server|addr)")
# Those that are reached over the web as well as any other way.
_WEB_NAME = late(
    r"(?:^|_)(?:elastic(?:search)?|opensearch|clickhouse|influx(?:db)?|couchdb|qdrant|weaviate|milvus|arango(?:db)?)_"
)
_ABOUT = frozenset(
    "admin apm backup console dashboard dashboards docs download dump exporter express monitor ui".split()
)
_NO_DATABASES = frozenset(("ldap", "ldaps", "etcd", "memcached"))
_RESOURCE = late(
    r"arn:aws[a-z-]*:(?:rds|rds-db|redshift|redshift-serverless|dynamodb|elasticache|memorydb|docdb-elastic|neptune-db"
    r"|dsql|timestream|es|aoss|cassandra):[^:]*:(?!123456789012|111122223333|(\d)\1{11})"
)
_CLOUD_SERVICES = {"cloudsql": "Google Cloud SQL", "arn": "Amazon Web Services", "bigquery": "BigQuery"}
_ACCOUNT = late(r"[A-Za-z][\w.-]{2,80}")
_BARE_HOST = late(r"[\w-]+(?:\.[\w-]+){2,}(?::\d{1,5})?")
_PORTS = frozenset("1433 1521 3306 5432 5433 6379 6380 6432 6543 8123 9042 9440 26257 27017 33060".split())
_MAX_PLACES = 200  # of one value; none in use names as many
_HOST_OPTIONS = frozenset(("-h", "-H", "-S"))


def of_server(server: Server, policy: Policy) -> Iterator[Exposure]:
    """Yield the databases that the MCP server `server` is given and nothing calls development ones."""
    if environment(server.name):
        return
    called = (server.name, server.command or "", *server.arguments)
    database = any(len(word) < 100 and "=" not in word and _names_database(word) for word in called)
    yield from of_group(Group(tuple(server_settings(server)), joint=True, database=database), policy)


def of_group(group: Group, policy: Policy, *, guarded: bool = False) -> Iterator[Exposure]:
    """Yield the databases that the settings of `group` lead to and nothing calls development ones, each host once.

    With `guarded` only those count whose address holds a literal password.
    """
    seen = set()
    for setting in group.settings:
        if _names_stage(setting.name or "", policy):
            continue
        for place in _databases(setting, group):
            if place.host in seen or (guarded and not _has_literal_password(place)):
                continue
            exposure = _judged(setting, place, group, policy)
            if exposure:
                seen.add(place.host)
                yield exposure


def _names_stage(name: str, policy: Policy) -> bool:
    """Tell whether a variable called `name` says itself what it is for; a shadow database is emptied all the time."""
    return bool(environment(name)) or "shadow" in words(name) or matches_any(name, policy.production_names)


def _names_database(name: str) -> bool:
    return bool(_DATABASE_NAME.search("_".join(words(name)))) and _ABOUT.isdisjoint(words(name))


def _databases(setting: Setting, group: Group) -> Iterator[Place]:
    """Yield the databases among the places that `setting` names."""
    value = setting.value
    if setting.name and _ACCOUNT.fullmatch(value) and service_of_account(setting.name):
        yield Place(value, CLOUD, "account", None, None, value, None, None, ())
        return
    bare = _BARE_HOST.fullmatch(value) and service_of(value.partition(":")[0])
    for place in islice(places(value, host=setting.host or bool(bare)), _MAX_PLACES):
        if _is_database(place, setting, group):
            yield place


def _is_database(place: Place, setting: Setting, group: Group) -> bool:
    if place.kind == DATABASE:
        return place.scheme not in _NO_DATABASES
    if place.kind == CLOUD:
        return place.scheme != "arn" or bool(_RESOURCE.match(place.text))
    if place.kind == WEB:
        return _is_web_database(place, setting, group)
    if place.kind != PLAIN:
        return False
    name = setting.name or ""
    return bool(service_of(place.host)) or _names_database(name) or _belongs_to_database(place, setting, group)


def _is_web_database(place: Place, setting: Setting, group: Group) -> bool:
    """Tell whether a web address is that of a database, and what comes with it opens more than any visitor sees."""
    name, service = setting.name or "", service_of(place.host)
    if service:
        opened = not name or (not is_published(name) and group.has_key(name))
        return opened and service.is_database(place.path or "")
    folded = words(name)
    return bool(_WEB_NAME.search("_".join(folded))) and names_host(name) and _ABOUT.isdisjoint(folded)


def _belongs_to_database(place: Place, setting: Setting, group: Group) -> bool:
    """Tell whether a host that is only called one is a database's, by the program, the port, or a database's name."""
    name = setting.name or ""
    if name in _HOST_OPTIONS:
        return True
    if not group.joint or not setting.host or stem(name):
        return False
    if not name:  # an argument, such as the machine that a shell is opened on
        return str(place.port) in _PORTS
    ports = group.ports | {str(place.port)}
    return group.database or group.names_database or not _PORTS.isdisjoint(ports)


def _judged(setting: Setting, place: Place, group: Group, policy: Policy) -> Exposure | None:
    verdict, service = judge(place, policy), _service(place, setting)
    replica = _is_replica(place, setting)
    distant = verdict.distance == PUBLIC or (verdict.distance == PRIVATE and replica)
    if verdict.stage or not distant or is_example(place, service) or _is_settled(setting, place, group):
        return None
    run_by = service.name if service else _CLOUD_SERVICES.get(place.scheme, "")
    reached = REPLICA if replica else MANAGED if run_by else PUBLIC_HOST
    guarded = _has_literal_password(place) or group.has_password(setting.name or "")
    of = f" of {run_by}" if run_by else "" if replica else " on the internet"
    what = f"a database{of} that nothing calls a development one, so the agent may work on real data"
    if replica:
        what = f"a replica{of}, which holds the data of the database it copies"
    what = f'{what}: "{place.host}"'
    key, name = f"{setting.key}/{place.host}", str(setting.name or "")
    return Exposure(LOGIN if guarded else reached, reached, place.host.span, what, key, name)


def _service(place: Place, setting: Setting) -> Service | None:
    return service_of_account(setting.name or "") if place.scheme == "account" else service_of(place.host)


_REPLICA_WORDS = frozenset(
    ("replica", "replicas", "ro", "readonly", "reader", "read", "standby", "secondary", "follower")
)
_REPLICA_NAMES = frozenset(("replica", "reader", "standby", "follower"))
_CLUSTER_DOMAINS = (".local", ".svc", ".localdomain")


def _is_replica(place: Place, setting: Setting) -> bool:
    """Tell whether a host or its variable is called a replica; inside a cluster everything may have one."""
    if place.host.lower().endswith(_CLUSTER_DOMAINS):
        return False
    own = words(place.host.rpartition(".")[0].rpartition(".")[0] or place.host)
    return not (_REPLICA_WORDS.isdisjoint(own) and _REPLICA_NAMES.isdisjoint(words(setting.name or "")))


def _is_settled(setting: Setting, place: Place, group: Group) -> bool:
    """Tell whether the settings beside a host say which database it is: a development one, or production's."""
    stages = group.stages(setting.name or "")
    if any(stage in (DEVELOPMENT, STAGING) for _, stage in stages):
        return True
    return group.joint and place.kind == PLAIN and (NAMES_DATABASE, PRODUCTION) in stages


def _has_literal_password(place: Place) -> bool:
    return bool(place.password) and not is_placeholder(str(place.password))
