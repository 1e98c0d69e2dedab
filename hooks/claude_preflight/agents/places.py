"""Places that something connects to: URLs, data source names, connection strings, host names.

`places` reads them from a text with the place of each part in the document. `environment` and `host_environment` judge
names word by word for the stage they speak of, `locality` how far away a host is. Nothing is resolved or decoded, and
nothing raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from itertools import islice

from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

WEB, DATABASE, BROKER, SHELL, STORAGE, CLOUD, PLAIN = "web", "database", "broker", "shell", "storage", "cloud", "plain"

_SCHEMES: dict[str, str] = {
    **dict.fromkeys("http https ws wss grpc grpcs".split(), WEB),
    **dict.fromkeys(
        "postgres postgresql pgsql redshift cockroach cockroachdb crdb mysql mysqlx mariadb tidb singlestore mongodb"
        " redis rediss valkey valkeys mssql sqlserver jtds oracle clickhouse clickhousedb snowflake cassandra scylla"
        " couchbase couchbases couchdb neo4j bolt db2 firebird hive presto trino influxdb vertica memcached"
        " elasticsearch opensearch libsql teradata hana odbc ldap ldaps etcd surrealdb arangodb databricks prisma"
        " awsathena edgedb gel milvus questdb rqlite yugabyte".split(),
        DATABASE,
    ),
    "bigquery": CLOUD,
    **dict.fromkeys("amqp amqps kafka nats mqtt mqtts pulsar stomp sb tcp".split(), BROKER),
    **dict.fromkeys("ssh sftp ftp ftps scp smb rsync".split(), SHELL),
    **dict.fromkeys("s3 s3a gs abfs abfss wasb wasbs".split(), STORAGE),
}


class Place(NamedTuple):
    """Something to connect to; each part knows where it stands.

    `kind` is a constant of this module, `scheme` is in lower case without a driver behind `+`, and empty where none is
    written. `host` is a name, an address without brackets, the resource of a cloud's name for it, or a variable as
    spelled. `path` has no leading slash; of a database it is the name. `query` holds the parameters behind `?` or `;`,
    which also give `user` and `password` where nothing before the host does, and the host where none is written. Of a
    list of hosts each makes a place; a socket on this machine makes none.
    """

    text: Text
    kind: str
    scheme: str
    user: Text | None
    password: Text | None
    host: Text
    port: Text | None
    path: Text | None
    query: tuple[tuple[Text, Text], ...]


# A variable may stand for any part: ${NAME}, {env:NAME}, {{ name }}, <name>.
_ELEMENT = r"[^\s\"'`<>|\\^{}]|\{\{[^{}\r\n]{0,80}\}\}|\{[^{}\s]{0,200}\}|<[^<>\r\n]{0,80}>"
_URL = late(rf"(?<![A-Za-z0-9+.])([A-Za-z][A-Za-z0-9+.]{{1,30}})://((?:{_ELEMENT})++)")
_NEXT_URL = late(r"[,;](?=[A-Za-z][A-Za-z0-9+.]{1,30}://)")
_AFTER_URL = ".,;:!?)]*_~"
_PARAMETER = late(r"([^&;=#]+)=([^&;#]*)")
_PORT = late(r":(\w+|\*|\$\{[^{}]*\}|\$\w+)$")
_LITERAL = late(r"[^\W_]")
_DEFAULT = late(r"\$\{[A-Za-z_]\w*:?[-=]([^{}]*)\}")
_LABEL = r"(?:[\w-]|\$?\{[^{}\s]{0,80}\})+"
_HOST = late(
    rf"\s*(?:(?P<user>[\w.+-]{{1,64}})@)?(?:\[(?P<address>[0-9A-Fa-f:.]{{2,45}})\]|(?P<host>{_LABEL}(?:\.{_LABEL})*+))\.?"
    r"(?::(?P<port>\d{1,5}|\*))?(?:/(?P<path>\S*))?\s*"
)

# user:password@tcp(host:port)/database of the Go driver, user/password@//host:port/service of Oracle, the instances of
# Google Cloud SQL (project:region:instance) and the resource names of AWS (the account stays out of the parts).
_GO = late(
    r"(?<![^\s\"'=`])(?:(?P<user>[^\s:@/()\"'=`]{1,80})(?::(?P<password>[^\s\"'`()]{0,200}))?@)tcp6?"
    r"\((?P<host>[^\s():]{1,255})(?::(?P<port>\d+))?\)/(?P<path>[\w${}-]*)"
)
_ORACLE = late(
    r"(?:(?<=thin:)|(?<=oci:)|(?<![^\s\"'=`]))(?:(?P<user>[\w.$-]{1,64})/(?P<password>[^\s@\"']{1,128}))?@(?://)?"
    r"(?P<host>[\w.-]{1,255}):(?P<port>15\d\d)[:/](?P<path>[\w.$-]+)"
)
_CLOUD_SQL = late(
    r"(?<![\w.:-])(?P<host>[a-z][a-z0-9-]{4,29}:[a-z]{2,20}-[a-z]{2,20}[0-9]{1,2}:[a-z][a-z0-9-]{0,97})(?![\w:-])"
)
_TNS = late(
    r"\(\s{0,9}HOST\s{0,9}=\s{0,9}(?P<host>[\w.-]{1,255})\s{0,9}\)(?:\s{0,9}\(\s{0,9}PORT\s{0,9}=\s{0,9}(?P<port>\d{1,5}))?",
    re.IGNORECASE,
)
# SQLAlchemy takes an ODBC connection string as an encoded parameter; clients of .NET list what Redis wants by commas.
_ENCODED_ODBC = late(r"(?:server|host)%3D(?:tcp%3A)?(?P<host>[\w.-]{1,255})(?:%2C(?P<port>\d{1,5}))?", re.IGNORECASE)
_REDIS = late(
    r"(?<![\w./@:-])(?P<host>[\w.-]{1,255}):(?P<port>\d{1,5}),(?:[\w ]{1,30}=[^,\s]{0,200},){0,9}"
    r"password=(?P<password>[^,\s\"']{1,200})",
    re.IGNORECASE,
)
_ENCODED = late(r"%(2[DEF]|3A|5F)", re.IGNORECASE)
_SOCKET_OF_CLOUD_SQL = "/cloudsql/"
_ARN = late(r"(?<![\w:-])arn:aws[a-z-]{0,10}:[a-z0-9-]{1,40}:[a-z0-9-]{0,30}:\d{0,12}:(?P<host>[\w/:.@+=-]{1,300})")

# What stands before the `=` of a key=value connection string, without blanks and underscores.
_HOST_KEY = late(
    r"(?<![\w.-])(?:server|data ?source|host|hostname|hostaddr|addr|address|network address|account ?name)"
    r"[ \t]*=[ \t]*",
    re.IGNORECASE,
)
_KEY = late(r"[A-Za-z][A-Za-z _]{0,30}(?=[ \t]*=)")
_ROLES = {
    **dict.fromkeys(("user", "userid", "uid", "username", "sharedaccesskeyname"), "user"),
    **dict.fromkeys(("password", "pwd", "pass", "accountkey", "sharedaccesskey"), "password"),
    **dict.fromkeys(("database", "initialcatalog", "dbname", "databasename", "catalog"), "path"),
    "port": "port",
    **dict.fromkeys(("authentication", "trustedconnection", "integratedsecurity"), "access"),
}
_HOST_ROLES = frozenset("host hostaddr server servername".split())
_FILE = late(
    r"(?:\.{0,2}|~|[A-Za-z]:|\|\w+\|)[/\\|].*|:memory:|.*\.(?:db3?|sqlite3?|s3db|sdf|mdf|mdb|accdb|duckdb|fdb)",
    re.IGNORECASE | re.DOTALL,
)
_KEYED_HOST = late(r"(?:tcp:|np:|lpc:)?(?P<host>[^\s,:;\\]+)(?:[,:][ \t]*(?P<port>\d{1,5}))?", re.IGNORECASE)
_WHOLE_VALUE = late(r"[^;\s]*")
_QUOTE_OR_END = late(r"[\r\n\"'`]")
_MAX_HOSTS = 100  # of one list; none in use is as long
_REACH = 1000  # characters of a connection string that are looked at on either side of its host


def places(text: Text, *, host: bool = False) -> Iterator[Place]:
    """Yield the places that `text` names, by form; with `host`, a text that is nothing but hosts counts as well.

    A value such as `db.acme.io:5432`, `deploy@web-1` or `a:9092,b:9092` is only known to be hosts by what it is called.
    """
    found = False
    if "://" in text:
        for place in _urls(text):
            found = True
            yield place
    for place in (*_keyed(text), *_odd(text)):
        found = True
        yield place
    if host and not found:
        yield from _hosts(text)


def _urls(text: Text) -> Iterator[Place]:
    start = 0
    while match := _URL.search(text, start):
        start, rest = match.end(), match[2]
        following = _NEXT_URL.search(rest)
        if following:
            rest, start = rest[: following.start()], match.start(2) + following.end()
        scheme = match[1].lower().partition("+")[0]
        rest = rest.rstrip(_AFTER_URL if "[" not in rest else _AFTER_URL.replace("]", ""))
        if rest and scheme in _SCHEMES:
            url = text.part(match.start(), match.start(2) + len(rest))
            yield from _url(url, scheme, match.start(2) - match.start())


def _url(url: Text, scheme: str, start: int) -> Iterator[Place]:
    """Yield the places of `url`, whose authority begins at `start`."""
    kind = _SCHEMES[scheme]
    end = _authority_end(str(url), start, kind)
    query_start = _first(url, "?;", end)
    query = tuple(_parameters(url, query_start + 1))
    given = _given(query) if kind != WEB else {}
    path = url.part(min(end + 1, query_start), query_start) or given.get("path")
    at = url.rfind("@", start, end)
    user, password = given.get("user"), given.get("password")
    if at >= 0:
        colon = url.find(":", start, at)
        user = url.part(start, colon if colon >= 0 else at) or user
        password = url.part(colon + 1, at) if colon >= 0 else password
    hosts = list(_host_list(url, max(start, at + 1), end))
    if not hosts and kind != WEB:
        hosts = [(value, None) for key, value in query if _folded(key) in _HOST_ROLES and _LITERAL.search(value)]
    for host, port in hosts:
        plain = _decoded(host)
        if not plain.startswith("/"):
            yield Place(url, kind, scheme, user, password, plain, port, path, query)
        elif plain is not host and plain.startswith(_SOCKET_OF_CLOUD_SQL):
            instance = Text.at(plain.removeprefix(_SOCKET_OF_CLOUD_SQL), host.start, host.end)
            yield Place(url, CLOUD, "cloudsql", user, password, instance, port, path, query)


def _decoded(host: Text) -> Text:
    """Return `host` with what a URL may encode of a name or a path as it is; it has the place of the whole then."""
    if "%" not in host or not _ENCODED.search(host):
        return host
    return Text.at(_ENCODED.sub(lambda match: chr(int(match[1], 16)), host), host.start, host.end)


def _authority_end(url: str, start: int, kind: str) -> int:
    """Return where the authority ends; in a password that was not encoded, `/`, `?` and `#` do not end it."""
    end = _first(url, "/?#;", start)
    if kind == WEB:
        return end
    _, colon, port = url[start:end].partition(":")
    unfinished = "@" not in port and colon and not port.isdigit()
    last_at = url.rfind("@", end, len(url) if unfinished else _first(url, "?", end))
    return _first(url, "/?#;", last_at) if last_at >= 0 else end


def _first(url: str, marks: str, start: int) -> int:
    return min((at for mark in marks if (at := url.find(mark, start)) >= 0), default=len(url))


def _host_list(text: Text, start: int, end: int) -> Iterator[tuple[Text, Text | None]]:
    for _ in range(_MAX_HOSTS):
        if start >= end:
            return
        stop = text.find(",", start, end)
        stop = stop if stop >= 0 else end
        port = _PORT.search(text[start:stop])
        host = text.part(start, start + port.start() if port else stop)
        bracketed = host.startswith("[") and host.endswith("]")
        if bracketed:
            host = host.part(1, len(host) - 1)
        if bracketed or (_LITERAL.search(host) and ":" not in _TEMPLATE.sub("", host)):  # else it may be a password
            yield host, text.part(start + port.start(1), start + port.end(1)) if port else None
        start = stop + 1


def _parameters(url: Text, start: int) -> Iterator[tuple[Text, Text]]:
    for match in _PARAMETER.finditer(url, start):
        yield url.part(*match.span(1)), url.part(*match.span(2))


def _given(query: tuple[tuple[Text, Text], ...]) -> dict[str, Text]:
    """Return what parameters give of the user, the password and the database, by field of `Place`."""
    return {role: value for key, value in query if (role := _ROLES.get(_folded(key))) and value}


def _folded(key: str) -> str:
    return key.lower().replace(" ", "").replace("_", "")


def _keyed(text: Text) -> Iterator[Place]:
    """Yield the hosts of connection strings such as `Server=…;Database=…` and `host=… dbname=…`."""
    done = 0
    for match in _HOST_KEY.finditer(text) if "=" in text else ():
        if match.start() < done:
            continue
        low, high = max(done, match.start() - _REACH), match.end() + _REACH
        before = [quote.end() for quote in _QUOTE_OR_END.finditer(text, low, match.start())]
        after = _QUOTE_OR_END.search(text, match.end(), high)
        start, end = (before[-1] if before else low), after.start() if after else min(high, len(text))
        done = end  # also where it is none: looking at it again for its next host would make the whole quadratic
        place = _keyed_place(text.part(start, end), match.end() - start)
        if place:
            yield place


def _keyed_place(string: Text, value_start: int) -> Place | None:
    """Return the place that `string` describes, the value of whose host begins at `value_start`; None if it is none."""
    roles: dict[str, Text] = {}
    for match in re.finditer(r"[^;]+" if ";" in string else r"\S+", string):
        key = _KEY.search(string, *match.span())
        role = _ROLES.get(_folded(key.group())) if key else None
        if key and role:
            roles[role] = string.part(string.index("=", key.end()) + 1, match.end()).trimmed()
    host = _KEYED_HOST.match(string, value_start)
    if not host or not roles.keys() - {"port"} or string.startswith("//", host.end() + 1):
        return None
    if _FILE.fullmatch(_WHOLE_VALUE.match(string, value_start).group()):  # type: ignore[union-attr]  # it matches the empty string
        return None
    port = string.part(*host.span("port")) if host["port"] else roles.get("port")
    user, password, path = (roles.get(role) for role in ("user", "password", "path"))
    return Place(string, DATABASE, "", user, password, string.part(*host.span("host")), port, path, ())


def _odd(text: Text) -> Iterator[Place]:
    if "@tcp" in text:
        yield from _matched(text, _GO, DATABASE, "mysql")
    if "@" in text and ":1" in text:
        yield from _matched(text, _ORACLE, DATABASE, "oracle")
    if "arn:aws" in text:
        yield from _matched(text, _ARN, CLOUD, "arn")
    if "(" in text and "=" in text:
        yield from _matched(text, _TNS, DATABASE, "oracle")
    if "%3" in text:
        yield from _matched(text, _ENCODED_ODBC, DATABASE, "odbc")
    if "password=" in text and ":" in text:
        yield from _matched(text, _REDIS, DATABASE, "redis")
    if text.count(":") > 1:
        yield from _matched(text, _CLOUD_SQL, CLOUD, "cloudsql")


def _matched(text: Text, pattern: re.Pattern[str], kind: str, scheme: str) -> Iterator[Place]:
    for match in pattern.finditer(text):
        yield _of_groups(text, match, kind, scheme)


def _of_groups(text: Text, match: re.Match[str], kind: str, scheme: str) -> Place:
    parts = {name: text.part(*match.span(name)) for name, value in match.groupdict().items() if value is not None}
    host = parts.get("host") or parts["address"]
    user, password, port, path = (parts.get(name) for name in ("user", "password", "port", "path"))
    return Place(text.part(*match.span()).trimmed(), kind, scheme, user, password, host, port, path, ())


def _hosts(text: Text) -> Iterator[Place]:
    """Yield the hosts that `text` lists, if it is nothing but a list of hosts, or a variable with such a default."""
    default = _DEFAULT.fullmatch(text)
    text = text.part(*default.span(1)) if default else text
    found = []
    for match in islice(re.finditer(r"[^,]+", text), _MAX_HOSTS):
        host = _HOST.fullmatch(text, *match.span())
        if not host or (host["path"] is not None and "." not in (host["host"] or ".")):
            return
        found.append(_of_groups(text, host, PLAIN, ""))
    yield from (place for place in found if _LITERAL.search(place.host))


PRODUCTION, STAGING, DEVELOPMENT = "production", "staging", "development"

# A stage in capitals that a database follows in small letters is a word: `PRODdb`.
_WORD = late(
    r"(?:PRODUCTION|PROD|PRD)(?=(?:db|sql|pg|rds|redis|mongo)(?![a-z]))|[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+"
)
# The names of the stage, also as other languages have it, and the compounds that are written without a separator.
_PRODUCTION = frozenset(
    "prod prd production produccion producao produktion produzione"
    " proddb dbprod prodsql sqlprod prodapi apiprod".split()
)
_STAGING = frozenset(
    "staging stage stg uat qa preprod nonprod notprod preproduction nonproduction preprd nonprd".split()
)
_DEVELOPMENT = frozenset(
    "dev devel develop developer development local localhost test tests testing tst sandbox sbx demo mock mocks preview"
    " playground fake dummy sample example examples prodlike".split()
)
_NEGATIONS = frozenset("non not no pre un anti without except".split())
# Neighbours that make another thing of the word: the state of a build; of the long word also a film or a factory.
_OTHER_AFTER = frozenset("ready like grade quality mode build builds bundle".split())
_OTHER_BEFORE_LONG = frozenset("post co mass film video music media audio tv theatre food energy milk oil crop".split())
_OTHER_AFTER_LONG = frozenset(
    "line lines planning planner schedule scheduling company companies studio studios house crew".split()
)
_STORES = frozenset(
    "db dbs database databases postgres postgresql pg pgsql mysql mariadb mssql sql mongo mongodb redis rds sqlserver"
    " oracle clickhouse cluster dsn".split()
)
_SERVICES = _STORES | frozenset("api app backend env environment".split())
# Words that say so much that they count in a domain's own name as well, as part of a compound: acme-prod.com.
_IN_DOMAIN = frozenset("prod prd dev test staging stage stg uat qa sandbox demo nonprod preprod".split())

# Hosts of vendors whose own name for a machine, a product or a default holds the word; it says nothing of its users.
_VENDOR_HOSTS = (
    "*-prod-*.grafana.net",
    "prod-*.logic.azure.com",
    "production-*.browserless.io",
    "*.prod.website-files.com",
    "prod.spline.design",
    "*.prod.mozaws.net",
    "*.prod.*.mozgcp.net",
    "production.cloud*.docker.com",
    "prod-files-secure.s3.*",
    "prod.liveshare.*",
    "prod-cdn.packages.k8s.io",
    "*production*.up.railway.app",  # Railway calls every project's first environment so
    "*.prod.*.tidbcloud.com",
    "*-akamai-prod-*.akamaidb.net",
    "*-vultr-prod*.vultrdb.com",
    "*.live.bilibili.com",
    "*.live.twitch.tv",
)
_TEMPLATE = late(r"\$\{[^{}]*\}|\$\w+|\{\{?[^{}]*\}?\}|<[^<>]*>|%\w+%")
_SECOND_LEVEL = frozenset("co com org net gov ac edu or ne go gob nom ltd".split())
_INNER_DOMAINS = frozenset("internal local lan intranet corp private home arpa localdomain consul svc tailnet".split())


def words(name: str) -> list[str]:
    """Return the words of `name` in lower case, split at other characters, digits and camel-case humps."""
    return [word.lower() for word in _WORD.findall(name)]


def environment(name: str, *, live: frozenset[str] = _STORES) -> str:
    """Return the stage that an identifier speaks of: `PRODUCTION`, `STAGING`, `DEVELOPMENT`, or an empty string.

    Only whole words count, and any word for another stage outweighs `prod`. `live` are the words next to which "live"
    means production.
    """
    parts = words(name)
    for stage, stage_words in ((STAGING, _STAGING), (DEVELOPMENT, _DEVELOPMENT)):
        if not stage_words.isdisjoint(parts):
            return stage
    for number, word in enumerate(parts):
        before, after = parts[number - 1] if number else "", parts[number + 1] if number + 1 < len(parts) else ""
        if word in _PRODUCTION:
            if before in _NEGATIONS:
                return STAGING
            if after not in _OTHER_AFTER and not (word == "production" and _is_trade(before, after)):
                return PRODUCTION
        elif word == "live" and (before in live or after in _STORES):
            return PRODUCTION
    return ""


def _is_trade(before: str, after: str) -> bool:
    return before in _OTHER_BEFORE_LONG or after in _OTHER_AFTER_LONG


def host_environment(host: str, kind: str = WEB) -> str:
    """Return the stage that a host's name speaks of, as `environment` does; the name of a domain alone says nothing.

    `live.com` and `prod.io` are companies; in `acme-prod.com` the word is part of a compound, and counts. `kind` is
    that of the `Place`: a web site called `live.…` broadcasts, a database is in use.
    """
    name = _TEMPLATE.sub("x", host).rstrip(".")
    folded = name.lower()
    if _is_address(folded) or _PLACEHOLDER.search(folded) or _is_vendors(folded):
        return ""
    labels = name.split(".")
    if len(labels) == 2 and folded.endswith(".local"):  # what the machines of one desk call each other
        return ""
    if len(labels) == 1:
        return environment(name, live=_SERVICES)
    own, domain = _split_domain(labels)
    if "-" in domain and not _IN_DOMAIN.isdisjoint(parts := words(domain)):
        own.append("-".join(part for part in parts if part in _IN_DOMAIN | _NEGATIONS))
    stage = environment(".".join(own), live=_SERVICES)
    inner = own[1:] if kind in (WEB, PLAIN) else own
    return stage or (PRODUCTION if "live" in (label.lower() for label in inner) else "")


def _is_vendors(folded: str) -> bool:
    telling = "prod" in folded or "live" in folded  # which spares most hosts the patterns
    return telling and any(fnmatchcase(folded, vendor) for vendor in _VENDOR_HOSTS)


def _split_domain(labels: list[str]) -> tuple[list[str], str]:
    """Return the labels in front of the registered domain, and that domain's own label."""
    if labels[-1].lower() in _INNER_DOMAINS:
        return labels[:-1], ""
    if labels[-1].lower() in _PRODUCTION | _STAGING:  # service.namespace of a cluster
        return labels, ""
    size = 3 if len(labels) > 2 and len(labels[-1]) == 2 and labels[-2].lower() in _SECOND_LEVEL else 2
    return labels[:-size], labels[-size]


LOOPBACK, SERVICE, PRIVATE = "loopback", "service", "private"
RESERVED, UNKNOWN, PUBLIC = "reserved", "unknown", "public"

_LOOPBACK = frozenset(
    "localhost ip6-localhost localhost.localdomain host.docker.internal gateway.docker.internal"
    " host.containers.internal host.minikube.internal 10.0.2.2 0.0.0.0 :: ::1 . (local) (localdb)".split()
)
_LOOPBACK_ADDRESS = late(r"127(?:\.\d+){1,3}|(?:0{0,4}:){2,7}0{0,3}1|::ffff:127\.\S+")
_PRIVATE_ADDRESS = late(
    r"(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.\S+|f[cd][0-9a-f]{2}:\S*|fe80:\S*"
)
_NUMBER = late(r"0x[0-9a-f]{7,8}|0[0-7]{9,11}|[1-9]\d{7,9}")
_ADDRESS = late(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:.]+")
_PLACEHOLDER = late(
    r"your|placeholder|changeme|xxx|\.\.\.|^(?:(?:db|my)?[_-]?host|hostname|server[_-]?name|domain|fqdn|ip|address)$"
)


def locality(host: str) -> str:
    """Return how far away `host` is, by its spelling.

    `LOOPBACK` is this machine, `SERVICE` a name without dots such as a container has, `PRIVATE` another machine of the
    same network, `RESERVED` a name that RFC 2606 keeps for documents, `UNKNOWN` a variable or a placeholder.
    """
    folded = host.lower().rstrip(".") or host
    if _NUMBER.fullmatch(folded):
        folded = _dotted(folded)
    if folded in _LOOPBACK or folded.endswith((".localhost", ".test")) or _LOOPBACK_ADDRESS.fullmatch(folded):
        return LOOPBACK
    if _is_address(folded):
        return PRIVATE if _PRIVATE_ADDRESS.match(folded) else PUBLIC
    if _TEMPLATE.search(host) or _PLACEHOLDER.search(folded):
        return UNKNOWN
    labels = folded.split(".")
    if labels[-1] in ("example", "invalid") or labels[-2:-1] == ["example"]:
        return RESERVED
    if len(labels) == 1:
        return SERVICE
    # Tailscale resolves its names to 100.64.0.0/10; what it offers to the internet is never plain.
    return PRIVATE if labels[-1] in _INNER_DOMAINS or labels[-2:] == ["ts", "net"] else PUBLIC


def _dotted(number: str) -> str:
    """Return the IPv4 address that `number` stands for, which URL parsers take as one number."""
    base = 16 if number.startswith("0x") else 8 if number.startswith("0") else 10
    try:
        value = int(number, base)
    except ValueError:
        return number
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def is_local(host: str) -> bool:
    """Tell whether `host` is this machine."""
    return locality(host) == LOOPBACK


def _is_address(folded: str) -> bool:
    return bool(_ADDRESS.fullmatch(folded))


_HOST_NAMES = (
    *("host", "hostname", "hosts", "hostaddr", "server", "servers", "url", "urls", "uri", "dsn"),
    *("endpoint", "endpoints", "addr", "domain", "origin", "broker", "brokers"),
)


def telling_word(name: str) -> str:
    """Return the word that tells what a variable or an option is: the last that is neither a number nor a stage."""
    parts = [word for word in words(name) if not word.isdigit() and not environment(word)]
    return parts[-1] if parts else ""


def names_host(name: str) -> bool:
    """Tell whether a variable or an option called `name` holds a host: `PGHOST`, `--db-host`, `BROKER_URL`."""
    word = telling_word(name)
    return word.endswith(_HOST_NAMES) and word not in ("ghost", "localhost")
