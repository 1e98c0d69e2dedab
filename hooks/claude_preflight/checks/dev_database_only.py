"""An agent works on a development database with dummy data.

What it does
------------
Refuses, in the files that decide what a coding agent is connected to, databases that nothing calls development ones:
those of a service that runs databases (Amazon RDS, Neon, Supabase, MongoDB Atlas, Snowflake and their like), those at a
public host, and replicas. Reads URLs, JDBC, ADO.NET, ODBC and libpq strings, host variables (`PGHOST`, `DB_HOST`), and
the names that clouds give their databases, in MCP server entries, in the `env` and the commands of settings, in env
files and in shell start-up files. With its literal password in a configuration such a database is an error, else a
warning; an env file gets one for all of its variables.

A development database is one on this machine (`localhost`, a socket, `host.docker.internal`), a container or compose
service (any name without a dot), a machine of a private network (`10.0.0.8`, `db.internal`, `db.svc.cluster.local`), or
one that is called so: a whole word such as dev, test, local, staging, sandbox, demo or preview in the host, the name of
the database, its schema or user, in the variable, the server's name, the name of the file (`.env.test`) or its folder,
or in a comment at the end of the line or in the line above. References such as `${DATABASE_URL}`, placeholders and the
hosts of examples are silent, and so is what `no-production-credentials` reports.

Why is this bad?
----------------
An agent that can query a database can read all of it, and one that can write will sooner or later reset, migrate or
drop the wrong one. With dummy data on a database that can be thrown away, that costs a minute. A replica is no
protection: it holds the same customers' data as production.

Example
-------
```json .mcp.json
{"mcpServers": {"db": {"command": "dbhub", "env": {"DSN": "postgres://app:${DB_PASSWORD}@db.acme.io/shop"}}}}
```

Use instead
-----------
```json .mcp.json
{"mcpServers": {"db": {"command": "dbhub", "env": {"DSN": "postgres://app:${DB_PASSWORD}@db:5432/shop"}}}}
```

Here `db` is a compose service that is filled with dummy data. Names that this hook cannot know go into the policy:
`development: {hosts: ["ep-cool-sound-12345678.*.neon.tech"]}` for a host that is a development database all the same.

References
----------
* CWE-668, exposure of a resource to the wrong sphere: https://cwe.mitre.org/data/definitions/668.html
* CWE-1125, excessive attack surface: https://cwe.mitre.org/data/definitions/1125.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from claude_preflight.agents.files import ENV_FILE, SHELL_RC
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.late import late
from claude_preflight.model import Confidence, Finding, Rule, Severity, Span
from claude_preflight.policy import Policy
from claude_preflight.typed import TYPE_CHECKING
from claude_preflight.wording import in_words

if TYPE_CHECKING:
    from claude_preflight.agents.databases import Exposure
    from claude_preflight.agents.exposed import Setting
    from claude_preflight.agents.mcp import Server

LOGIN = Rule(
    "database-login",
    Severity.ERROR,
    Confidence.MEDIUM,
    "an agent's configuration holds the login of a database that nothing calls a development one",
    668,
)
MANAGED = Rule(
    "managed-database",
    Severity.WARNING,
    Confidence.MEDIUM,
    "the agent is connected to a managed database that nothing calls a development one",
    668,
)
PUBLIC = Rule(
    "public-database",
    Severity.WARNING,
    Confidence.MEDIUM,
    "the agent is connected to a database on the internet that nothing calls a development one",
    668,
)
REPLICA = Rule(
    "database-replica",
    Severity.WARNING,
    Confidence.MEDIUM,
    "the agent is connected to a replica, which holds the data of the database it copies",
    668,
)
RULES = (LOGIN, MANAGED, PUBLIC, REPLICA)

_REPAIR = (
    "connect it to a local database with dummy data, such as a compose service; if it is a development database, name "
    "the host under development.hosts in .claude-preflight.yaml"
)
_RULES = {rule.id: rule for rule in RULES}
_VERBS = {LOGIN.id: "holds the login of"}

# Parts of the schemes, names and hosts of which a file must hold one for any finding, and the signs of the forms that
# have none. Most files are spared the judges so.
_PARTS = (
    *("sql", "postgres", "pg", "db", "database", "mongo", "redis", "valkey", "redshift", "cockroach", "oracle", "jtds"),
    *("clickhouse", "snowflake", "cassandra", "scylla", "cql", "couch", "neo4j", "bolt", "firebird", "hive", "presto"),
    *("trino", "influx", "vertica", "elastic", "opensearch", "teradata", "hana", "odbc", "databricks", "prisma"),
    *("athena", "gel:", "milvus", "rqlite", "yugabyte", "singlestore", "bigquery", "bq_", "rds", "dsn", "supabase"),
    *("neon", "planetscale", "upstash", "turso", "qdrant", "weaviate", "pinecone", "timescale", "dragonfly"),
    *(
        "amazonaws",
        ".on.aws",
        "azure",
        "aivencloud",
        "clever-cloud",
        "convex",
        "datastax",
        "ondigitalocean",
        "found.io",
    ),
    *("bonsaisearch", "firebase", "flympg", "appdomain.cloud", "koyeb", "oraclecloud", "rlwy.net", "railway.app"),
    *("render.com", "scw.cloud", "tencent", "vercel-storage", "xata", "zilliz", "windows.net", "thenile", "aliyuncs"),
    *("cache.", "catalog", "schema", "1433", "1521", "5432", "5433", "3306", "6379", "6380", "6432", "6543", "8123"),
    *("9042", "9440", "26257", "27017", "33060", "%3d", "arn:aws", "@tcp", "\\u00", ",password="),
)
_SIGN = late(r"(?:host|server|source|address|addr|name)[ \t]*=|:[a-z]+-[a-z]+[0-9]:", re.IGNORECASE)
_COMMENT = late(r"[ \t]*(?:#|//|;)+(.*)")


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield the databases within an agent's reach, as `document` gives them, that nothing calls development ones."""
    if not _may_name_database(document.text):
        return
    if not document.kinds.isdisjoint((ENV_FILE, SHELL_RC)):
        yield from _of_variables(document, context.policy)
    else:
        yield from _configured(document, context)


def _may_name_database(text: str) -> bool:
    folded = text.lower()
    return any(part in folded for part in _PARTS) or bool(_SIGN.search(text))


def _configured(document: Document, context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.mcp import servers

    if document.known_as.endswith((".md", ".mdc")) and not document.text.startswith("---"):
        return
    from claude_preflight.agents.databases import of_group, of_server
    from claude_preflight.agents.judgement import stage_of_folders
    from claude_preflight.agents.places import DEVELOPMENT, STAGING
    from claude_preflight.agents.setting_groups import loose_groups

    if stage_of_folders(document.path) in (DEVELOPMENT, STAGING):
        return
    for server in servers(document):
        found = list(of_server(server, context.policy))
        taken = _reported_as_production(server, context) if found else frozenset()
        for exposure in found:
            if exposure.span not in taken:
                yield _finding(f'server "{server.name}"', exposure, str(server.name))
    for group in loose_groups(document):
        for exposure in of_group(group, context.policy):
            yield _finding(group.settings[0].owner, exposure)


def _reported_as_production(server: Server, context: Context) -> frozenset[Span]:
    """Return where no-production-credentials reports `server`; its guesses at logins only if it runs as well."""
    from claude_preflight.agents.production import LOGIN as GUESS
    from claude_preflight.agents.production import of_server

    runs = not context.asked or "no-production-credentials" in context.asked
    return frozenset(found.span for found in of_server(server, context.policy) if runs or found.kind != GUESS)


def _finding(owner: str, exposure: Exposure, server: str = "") -> Finding:
    rule = _RULES[exposure.kind]
    verb = _VERBS.get(exposure.kind, "connects to")
    return rule.at(exposure.span, f"{owner} {verb} {exposure.what}", repair=_REPAIR, key=exposure.key, server=server)


def _of_variables(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield one finding for each rule that the variables of an env file break; it lists them."""
    from claude_preflight.agents.databases import LOGIN as WITH_PASSWORD
    from claude_preflight.agents.databases import of_group
    from claude_preflight.agents.judgement import is_template, stage_of_file
    from claude_preflight.agents.setting_groups import Group

    if stage_of_file(document.path):
        return
    group = Group(tuple(_settings(document)))
    found: dict[str, list[Exposure]] = {}
    for exposure in of_group(group, policy, guarded=is_template(document.path)):
        kind = exposure.reached if exposure.kind == WITH_PASSWORD else exposure.kind
        found.setdefault(kind, []).append(exposure)
    for kind, exposures in found.items():
        names = list(dict.fromkeys(exposure.name for exposure in exposures))
        more = "" if len(names) == 1 else f"; so do {in_words(names[1:])}"
        message = f"{names[0]} connects to {exposures[0].what}{more}"
        yield _RULES[kind].at(exposures[0].span, message, repair=_REPAIR, key=",".join(names))


def _settings(document: Document) -> Iterator[Setting]:
    """Yield the variables of an env file but those whose comment calls them development ones."""
    from claude_preflight.agents.exposed import variable_settings
    from claude_preflight.agents.judgement import is_called_development
    from claude_preflight.syntax.dotenv import read_dotenv

    for name, value, _, note in read_dotenv(document.text):
        if not is_called_development(note or "") and not is_called_development(_comment_above(document, name.start)):
            yield from variable_settings("", str(name), name, value)


def _comment_above(document: Document, offset: int) -> str:
    start = document.line_span(offset).start
    above = document.line_span(start - 1) if start else Span(0, 0)
    comment = _COMMENT.match(document.text, above.start, above.end)
    return comment[1] if comment else ""


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("dev-database-only", argv)


if __name__ == "__main__":
    raise SystemExit(main())
