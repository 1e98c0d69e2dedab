"""Databases that an agent is given: which are found, what they are told to be, and what is left alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from claude_preflight.agents.data import data_path
from claude_preflight.agents.databases import (
    LOGIN,
    MANAGED,
    PUBLIC_HOST,
    REPLICA,
    Exposure,
    of_group,
    of_server,
)
from claude_preflight.agents.exposed import variable_settings
from claude_preflight.agents.files import kinds_of
from claude_preflight.agents.judgement import is_template, judge, stage_of_file, stage_of_folders
from claude_preflight.agents.managed_databases import service_of, services
from claude_preflight.agents.mcp import servers
from claude_preflight.agents.places import (
    DEVELOPMENT,
    LOOPBACK,
    PRIVATE,
    PRODUCTION,
    PUBLIC,
    RESERVED,
    SERVICE,
    STAGING,
    UNKNOWN,
    places,
)
from claude_preflight.agents.setting_groups import Group, loose_groups
from claude_preflight.checks.dev_database_only import _may_name_database
from claude_preflight.document import Document
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Text
from credentials import characters

PASSWORD = characters("alnum", 14) + "-7"
RDS = "shop.c9x4k2m7q1wz.eu-west-1.rds.amazonaws.com"
READER = "shop.cluster-ro-c9x4k2m7q1wz.eu-west-1.rds.amazonaws.com"
NEON = "ep-calm-river-a1x9k3mz-pooler.eu-central-1.aws.neon.tech"
SUPABASE = "qzjwkxvbnmtyrplhgdsf.supabase.co"
POOLER = "aws-0-eu-central-1.pooler.supabase.com"
ATLAS = "cluster0.k3x9q.mongodb.net"
TIDB = "gateway01.eu-central-1.prod.aws.tidbcloud.com"
AZURE = "shop-sql.database.windows.net"
Told = list[tuple[str, str]]


def told(found: list[Exposure], text: str) -> Told:
    """Return the kind of each exposure and the text at its place."""
    assert all(PASSWORD not in exposure.what + exposure.key for exposure in found)
    return [(exposure.kind, text[exposure.span.start : exposure.span.end]) for exposure in found]


def in_server(entry: dict[str, object], name: str = "store", policy: Policy | None = None) -> Told:
    text = json.dumps({"mcpServers": {name: entry}})
    document = Document(".mcp.json", text, kinds_of(".mcp.json"))
    found = [exposure for server in servers(document) for exposure in of_server(server, policy or Policy())]
    if found:
        assert _may_name_database(text)
    return told(found, text)


def env(**variables: str) -> dict[str, object]:
    return {"command": "shop-mcp", "env": variables}


def run(*words: str) -> dict[str, object]:
    return {"command": words[0], "args": list(words[1:])}


FOUND: dict[str, tuple[dict[str, object], Told]] = {
    "a URL of a service": (env(DATABASE_URL=f"postgresql://app@{NEON}/shop?sslmode=require"), [(MANAGED, NEON)]),
    "with its password": (env(DATABASE_URL=f"postgresql://app:{PASSWORD}@{NEON}/shop"), [(LOGIN, NEON)]),
    "with a reference for it": (env(DATABASE_URL=f"postgresql://app:${{PW}}@{NEON}/shop"), [(MANAGED, NEON)]),
    "as an argument": (run("npx", "-y", "server-postgres", f"postgresql://app:{PASSWORD}@{RDS}/shop"), [(LOGIN, RDS)]),
    "as the value of an option": (
        run("shop", "--connection-string", f"mongodb+srv://app:{PASSWORD}@{ATLAS}/shop"),
        [(LOGIN, ATLAS)],
    ),
    "behind an equals sign": (run("dbhub", f"--dsn=mysql://app@{RDS}:3306/shop"), [(MANAGED, RDS)]),
    "handed to a container": (
        run("docker", "run", "-e", f"DATABASE_URI=postgres://a@{RDS}/shop", "x"),
        [(MANAGED, RDS)],
    ),
    "hosts and ports": (env(PGHOST=RDS, PGPORT="5432", PGUSER="app"), [(MANAGED, RDS)]),
    "a host with its password": (env(MYSQL_HOST=RDS, MYSQL_USER="app", MYSQL_PASSWORD=PASSWORD), [(LOGIN, RDS)]),
    "a public host": (env(DB_HOST="db.acme.io", DB_NAME="shop"), [(PUBLIC_HOST, "db.acme.io")]),
    "an address": (env(DATABASE_URL="postgres://app@198.18.0.7/shop"), [(PUBLIC_HOST, "198.18.0.7")]),
    "an IPv6 address": (env(DATABASE_URL="postgres://app@[2a01:4f8::1]:5432/shop"), [(PUBLIC_HOST, "2a01:4f8::1")]),
    "a list of hosts": (
        env(MONGODB_URI="mongodb://a@m1.acme.io:27017,m2.acme.io:27017,localhost:27017/shop?replicaSet=rs0"),
        [(PUBLIC_HOST, "m1.acme.io"), (PUBLIC_HOST, "m2.acme.io")],
    ),
    "a host of unspoken kind": (env(HOST=f"{RDS}:5432"), [(MANAGED, RDS)]),
    "a bare host": (run("shop", RDS), [(MANAGED, RDS)]),
    "a host behind a jump": (run("ssh", "jump.acme.io", "psql", "-h", "db.acme.io"), [(PUBLIC_HOST, "db.acme.io")]),
    "a host with the port of a database": (run("shop", "box.acme.io:5432"), [(PUBLIC_HOST, "box.acme.io")]),
    "a host option of a database server": (run("mcp-mysql", "--host", "db.acme.io"), [(PUBLIC_HOST, "db.acme.io")]),
    "a host beside a port": (env(HOST="box.acme.io", PORT="3306"), [(PUBLIC_HOST, "box.acme.io")]),
    "a host beside a database": (
        run("shop", "--host", "box.acme.io", "--database", "shop"),
        [(PUBLIC_HOST, "box.acme.io")],
    ),
    "a client": (run("sh", "-c", f"psql -h {RDS} -d shop"), [(MANAGED, RDS)]),
    "JDBC": (env(JDBC_URL="jdbc:sqlserver://db.acme.io:1433;databaseName=shop"), [(PUBLIC_HOST, "db.acme.io")]),
    "JDBC with a parameter": (
        env(JDBC="jdbc:sqlserver://;serverName=db.acme.io;databaseName=shop"),
        [(PUBLIC_HOST, "db.acme.io")],
    ),
    "TNS": (
        env(TNS="(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=ora.acme.io)(PORT=1521)))"),
        [(PUBLIC_HOST, "ora.acme.io")],
    ),
    "ADO.NET": (
        env(CS=f"Server=tcp:{AZURE},1433;Initial Catalog=shop;User ID=a;Password={PASSWORD};"),
        [(LOGIN, AZURE)],
    ),
    "ADO.NET without a login": (env(CS=f"Server={AZURE};Authentication=Active Directory Default"), [(MANAGED, AZURE)]),
    "ODBC": (
        env(CS="Driver={ODBC Driver 18};Server=db.acme.io,1433;Database=shop;Uid=a"),
        [(PUBLIC_HOST, "db.acme.io")],
    ),
    "ODBC in SQLAlchemy": (
        env(U="mssql+pyodbc:///?odbc_connect=SERVER%3Dtcp%3Adb.acme.io%2C1433"),
        [(PUBLIC_HOST, "db.acme.io")],
    ),
    "libpq": (env(CONN=f"host={RDS} dbname=shop user=app"), [(MANAGED, RDS)]),
    "a parameter": (env(U="postgresql:///shop?host=db.acme.io&user=app"), [(PUBLIC_HOST, "db.acme.io")]),
    "an encoded host": (env(U="postgres://app@db%2Eacme%2Eio/shop"), [(PUBLIC_HOST, "db%2Eacme%2Eio")]),
    "the Go driver": (env(DSN="app:${PW}@tcp(db.acme.io:3306)/shop"), [(PUBLIC_HOST, "db.acme.io")]),
    "Redis of .NET": (
        env(CACHE=f"shop.redis.cache.windows.net:6380,password={PASSWORD},ssl=True"),
        [(LOGIN, "shop.redis.cache.windows.net")],
    ),
    "Redis": (env(REDIS_URL="rediss://default:${PW}@eu1-calm-1.upstash.io:6379"), [(MANAGED, "eu1-calm-1.upstash.io")]),
    "a database by its resource": (env(DB="arn:aws:rds:eu-west-1:210987654321:db:shop"), [(MANAGED, "db:shop")]),
    "a Cloud SQL instance": (env(DB="acme-web:europe-west1:main"), [(MANAGED, "acme-web:europe-west1:main")]),
    "a Cloud SQL socket": (
        env(U="postgresql://a@localhost/shop?host=/cloudsql/acme-web:europe-west1:main"),
        [(MANAGED, "acme-web:europe-west1:main")],
    ),
    "an encoded Cloud SQL socket": (
        env(U="postgresql://a@%2Fcloudsql%2Facme-web%3Aeurope-west1%3Amain/shop"),
        [(MANAGED, "%2Fcloudsql%2Facme-web%3Aeurope-west1%3Amain")],
    ),
    "an account": (env(SNOWFLAKE_ACCOUNT="acme-shop", SNOWFLAKE_WAREHOUSE="LOAD"), [(MANAGED, "acme-shop")]),
    "a project": (env(BIGQUERY_PROJECT="acme-shop"), [(MANAGED, "acme-shop")]),
    "a web address with a key": (
        env(SUPABASE_URL=f"https://{SUPABASE}", SUPABASE_SERVICE_ROLE_KEY="${KEY}"),
        [(MANAGED, SUPABASE)],
    ),
    "a search engine": (env(ELASTICSEARCH_URL="https://es.acme.io:9200"), [(PUBLIC_HOST, "es.acme.io")]),
    "the replica of a cluster": (env(DATABASE_URL=f"postgres://a@{READER}/shop"), [(REPLICA, READER)]),
    "a replica in the private network": (
        env(DATABASE_URL="postgres://a@shop-replica.acme.internal/shop"),
        [(REPLICA, "shop-replica.acme.internal")],
    ),
    "a variable called a replica": (env(DB_REPLICA_HOST="db2.acme.io"), [(REPLICA, "db2.acme.io")]),
    "the user of a pooler": (
        env(U=f"postgresql://postgres.qzjwkxvbnmtyrplhgdsf@{POOLER}:6543/postgres"),
        [(MANAGED, POOLER)],
    ),
    "the default name of MongoDB": (env(MONGODB_URI=f"mongodb+srv://a@{ATLAS}/test"), [(MANAGED, ATLAS)]),
    "a default behind a variable": (env(DB_URL=f"${{DB_URL:-postgres://a@{RDS}/shop}}"), [(MANAGED, RDS)]),
    "two databases": (
        env(A=f"postgres://a@{RDS}/shop", B="mysql://a@db.acme.io/shop", C=f"postgres://b@{RDS}/x"),
        [(MANAGED, RDS), (PUBLIC_HOST, "db.acme.io")],
    ),
    "a password in a URL that is not encoded": (
        env(U=f"postgres://a:p@ss/{PASSWORD}@db.acme.io/shop"),
        [(LOGIN, "db.acme.io")],
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_found_in_a_server(case: str) -> None:
    entry, expected = FOUND[case]
    assert in_server(entry) == expected


SILENT: dict[str, dict[str, object]] = {
    "a reference": env(DATABASE_URL="${DATABASE_URL}", PGHOST="$PGHOST", DB="${env:DB}"),
    "this machine": env(DATABASE_URL=f"postgres://a:{PASSWORD}@localhost:5432/shop", PGHOST="127.0.0.1"),
    "this machine by other names": env(
        A="redis://[::1]:6379", B="mysql://a@host.docker.internal/x", C="postgres://a@db.localtest.me/x"
    ),
    "a socket": env(DATABASE_URL="postgresql:///shop?host=/var/run/postgresql", CONN="host=/tmp dbname=shop"),
    "an encoded socket": env(DATABASE_URL="postgresql://%2Fvar%2Frun%2Fpostgresql/shop"),
    "a container": env(
        DATABASE_URL=f"postgres://a:{PASSWORD}@db:5432/shop", REDIS_HOST="redis", MONGO="mongodb://mongo/shop"
    ),
    "a container with a dot": env(DATABASE_URL="mysql://a@shop.mysql/shop", DB_HOST="app.db"),
    "the private network": env(DATABASE_URL="postgres://a@10.0.0.8/shop", DB_HOST="db.acme.internal"),
    "a cluster": env(DB_HOST="db-ro.shop.svc.cluster.local", PGHOST="pg.shop.svc"),
    "a development host": env(DATABASE_URL=f"postgres://a:{PASSWORD}@dev-{RDS}/shop"),
    "a development database": env(DATABASE_URL=f"postgres://a:{PASSWORD}@{RDS}/shop_dev"),
    "a development schema": env(DATABASE_URL=f"postgres://a@{RDS}/shop?schema=testing"),
    "a development user": env(DATABASE_URL=f"postgres://dev_user@{RDS}/shop"),
    "a staging host": env(DATABASE_URL=f"postgres://a@staging.{RDS}/shop", DB_HOST="uat-db.acme.io"),
    "a variable of development": env(DEV_DATABASE_URL=f"postgres://a@{RDS}/shop", TEST_DB_HOST="db.acme.io"),
    "a shadow database": env(SHADOW_DATABASE_URL=f"postgres://a@{NEON}/shadow"),
    "a database beside its host": env(DB_HOST=RDS, DB_NAME="shop_test", PGHOST=NEON, PGDATABASE="dev"),
    "a user beside its host": env(MYSQL_HOST="db.acme.io", MYSQL_USER="sandbox"),
    "a client with a database": run("sh", "-c", f"psql -h {RDS} -d shop_dev"),
    "a schema of development": env(SNOWFLAKE_ACCOUNT="acme-shop", SNOWFLAKE_DATABASE="SHOP_DEV"),
    "production": env(DATABASE_URL="postgres://a@prod-db.acme.io/shop", PROD_DB_URL=f"postgres://a@{RDS}/shop"),
    "a database of production": env(DATABASE_URL=f"postgres://a@{RDS}/shop_production"),
    "placeholders": env(
        A="postgres://user:pass@host:5432/db", B="mongodb+srv://<user>:<password>@<cluster>.mongodb.net"
    ),
    "hosts to be filled in": env(
        A="postgres://a@your-project.supabase.co/x", B="https://xxx.supabase.co", DB_HOST="your-db-host.com"
    ),
    "examples": env(
        A="postgres://a@db.example.com/x",
        B="postgres://a@ep-xyz.us-east-1.neon.tech/x",
        C="mongodb://a@cluster0.abc.mongodb.net/x",
    ),
    "passwords to be filled in": env(A=f"postgres://postgres.qzjwkxvbnmtyrplhgdsf:[YOUR-PASSWORD]@{POOLER}/postgres"),
    "a user and a password": env(A=f"postgres://user:password@{RDS}/shop"),
    "a host of a service that is none": env(A="postgres://a@mydb.xyz123.eu-west-1.rds.amazonaws.com/x"),
    "addresses of documents": env(
        A="postgres://a@203.0.113.9/x", B="postgres://a@1.2.3.4/x", C="arn:aws:rds:eu-west-1:123456789012:db:shop"
    ),
    "a file": env(
        A="sqlite:///./shop.db",
        B="file:./shop.db",
        C=f"Data Source=shop.db;Password={PASSWORD}",
        D="duckdb:///x.duckdb",
    ),
    "a web site": env(API_URL="https://api.acme.io", HOST="app.acme.io", DB_ADMIN_URL="https://pgadmin.acme.io"),
    "a public key": env(SUPABASE_URL=f"https://{SUPABASE}", SUPABASE_ANON_KEY="${KEY}"),
    "what every visitor gets": env(VITE_SUPABASE_URL=f"https://{SUPABASE}", SUPABASE_SERVICE_ROLE_KEY="${KEY}"),
    "a function beside a database": env(SUPABASE_FN=f"https://{SUPABASE}/functions/v1/mcp", SUPABASE_KEY="${KEY}"),
    "a server that is none": {"type": "http", "url": "https://mcp.supabase.com/mcp?project_ref=qzjwkxvbnmtyrplhgdsf"},
    "open data": env(CLICKHOUSE_HOST="sql-clickhouse.clickhouse.com", U="postgres://r@hh-pgsql-public.ebi.ac.uk/x"),
    "names that only sound so": env(
        SENTRY_DSN="https://k3y@o1.ingest.sentry.io/1",
        GRAPHQL_HOST="api.acme.io",
        ELASTIC_APM_SERVER_URL="https://apm.acme.io",
        DATABASE_URL="https://api.acme.io/db",
    ),
    "brokers and directories": env(A="amqp://a@mq.acme.io", B="ldap://ldap.acme.io", C="etcd://etcd.acme.io"),
    "other resources": env(A="arn:aws:s3:::shop", B="arn:aws:lambda:eu-west-1:210987654321:function:x"),
    "an image": run("docker", "run", "ghcr.io/acme/postgres-mcp:1.0.0"),
    "a package": run("npx", "-y", "@acme/postgres-mcp@1.0.0", "--readonly"),
    "nothing": {},
}


@pytest.mark.parametrize("case", SILENT)
def test_silent_in_a_server(case: str) -> None:
    assert in_server(SILENT[case]) == []


def test_the_name_of_a_server_says_what_it_is_for() -> None:
    given = env(DATABASE_URL=f"postgres://a@{RDS}/shop")
    assert in_server(given, "products") == [(MANAGED, RDS)]
    assert in_server(given, "postgres-dev") == []
    assert in_server(given, "postgres-prod") == []  # production-server


def test_the_policy_wins() -> None:
    given = env(DATABASE_URL=f"postgres://a@{RDS}/shop", OTHER="postgres://a@dev-db.acme.io/shop")
    assert in_server(given, policy=Policy(development_hosts=("*.eu-west-1.rds.amazonaws.com",))) == []
    assert in_server(given, policy=Policy(production_hosts=("*",))) == []
    assert in_server(given, policy=Policy(production_names=("DATABASE_*",))) == []


def in_settings(content: dict[str, object]) -> Told:
    text = json.dumps(content, indent=1)
    document = Document(".claude/settings.json", text, kinds_of(".claude/settings.json"))
    return told([found for group in loose_groups(document) for found in of_group(group, Policy())], text)


def test_settings() -> None:
    rules = [
        f"Bash(psql postgres://app:{PASSWORD}@{RDS}/shop -c:*)",
        f"Bash(PGPASSWORD={PASSWORD} psql -h db.acme.io -d shop)",
        f"Bash(psql -h {NEON} -d shop_dev)",
        "Bash(psql:*)",
        "WebFetch(domain:neon.tech)",
    ]
    content = {"permissions": {"allow": rules}, "env": {"DB_HOST": "sql.acme.io", "DB_PASSWORD": "${PW}", "X": "y"}}
    expected = [(LOGIN, RDS), (LOGIN, "db.acme.io"), (PUBLIC_HOST, "sql.acme.io")]
    assert sorted(in_settings(content)) == sorted(expected)
    assert in_settings({"env": {"DB_HOST": "sql.acme.io", "DB_NAME": "shop_test"}}) == []


def in_variables(*lines: str, guarded: bool = False) -> Told:
    text = "\n".join(lines)
    found, start = [], 0
    for line in lines:
        name, _, value = line.partition("=")
        at = start + len(name)
        found += variable_settings("", name, Text.at(name, start, at), Text.at(value, at + 1, at + 1 + len(value)))
        start += len(line) + 1
    return told(list(of_group(Group(tuple(found)), Policy(), guarded=guarded)), text)


def test_variables_of_a_file_are_related_by_their_names() -> None:
    assert in_variables(f"DB_HOST={RDS}", "DB_DATABASE=shop_dev") == []
    assert in_variables(f"DB_HOST={RDS}", "DB_NAME=shop_dev") == []
    assert in_variables(f"DB_HOST={RDS}", "CACHE_DATABASE=shop_dev") == [(MANAGED, RDS)]
    assert in_variables(f"DB_HOST={RDS}", f"DB_PASSWORD={PASSWORD}") == [(LOGIN, RDS)]
    assert in_variables(f"DB_HOST={RDS}", f"MAIL_PASSWORD={PASSWORD}") == [(MANAGED, RDS)]
    assert in_variables("HOST=db.acme.io", "PORT=5432") == []
    assert in_variables(f"SUPABASE_URL=https://{SUPABASE}", "SUPABASE_SERVICE_ROLE_KEY=${K}") == [(MANAGED, SUPABASE)]
    assert in_variables(f"SUPABASE_URL=https://{SUPABASE}", "OPENAI_API_KEY=${K}") == []


def test_only_what_is_guarded() -> None:
    lines = (f"A=postgres://a@{NEON}/x", f"B=postgres://a:{PASSWORD}@{RDS}/x")
    assert in_variables(*lines, guarded=True) == [(LOGIN, RDS)]


def test_messages_name_the_service_and_the_host() -> None:
    text = json.dumps({"mcpServers": {"s": env(U=f"postgres://a:{PASSWORD}@{READER}/x", V="mysql://a@db.acme.io/x")}})
    document = Document(".mcp.json", text, kinds_of(".mcp.json"))
    found = [exposure for server in servers(document) for exposure in of_server(server, Policy())]
    assert [(exposure.what, exposure.reached, exposure.key, exposure.name) for exposure in found] == [
        (
            f'a replica of Amazon RDS, which holds the data of the database it copies: "{READER}"',
            REPLICA,
            f"mcpServers/s/env/U/{READER}",
            "U",
        ),
        (
            "a database on the internet that nothing calls a development one, so the agent may work on real data: "
            '"db.acme.io"',
            PUBLIC_HOST,
            "mcpServers/s/env/V/db.acme.io",
            "V",
        ),
    ]


JUDGED = {
    "postgres://a@localhost/x": (DEVELOPMENT, "localhost", LOOPBACK),
    "postgres://a@db/x_dev": ("", "db", SERVICE),
    "postgres://a@db.acme.internal/x": ("", "db.acme.internal", PRIVATE),
    "postgres://a@db.example.com/x": ("", "db.example.com", RESERVED),
    "postgres://a@${HOST}/x": ("", "${HOST}", UNKNOWN),
    "postgres://a@db.acme.io/x": ("", "db.acme.io", PUBLIC),
    "postgres://a@db.lvh.me/x": (DEVELOPMENT, "db.lvh.me", PUBLIC),
    "postgres://a@staging.acme.io/prod": (STAGING, "staging.acme.io", PUBLIC),
    "postgres://a@prod.acme.io/dev": (PRODUCTION, "prod.acme.io", PUBLIC),
    "postgres://dev@db.acme.io/prod": (PRODUCTION, "prod", PUBLIC),
    "postgres://dev@db.acme.io/x": (DEVELOPMENT, "dev", PUBLIC),
    "postgres://a@db.acme.io/x?schema=prod": (PRODUCTION, "prod", PUBLIC),
    "postgres://a@db.acme.io/products?schema=reproduction": ("", "db.acme.io", PUBLIC),
    f"mysql://a.root@{TIDB}/shop": ("", TIDB, PUBLIC),
    "mongodb://a@db.acme.io/test": ("", "db.acme.io", PUBLIC),
    "bigquery://acme-prod/x": (PRODUCTION, "acme-prod", PUBLIC),
    "acme-web:europe-west1:shop-dev": (DEVELOPMENT, "acme-web:europe-west1:shop-dev", PUBLIC),
    "https://dev-portal.acme.io": (DEVELOPMENT, "dev-portal.acme.io", PUBLIC),
    "https://acme.io/dev": ("", "acme.io", PUBLIC),
}


@pytest.mark.parametrize("url", JUDGED)
def test_judgement(url: str) -> None:
    place = next(places(Text.at(url, 0, len(url))))
    verdict = judge(place, Policy())
    assert (verdict.stage, verdict.part, verdict.distance) == JUDGED[url]


@pytest.mark.parametrize(
    ("path", "stage", "template"),
    [
        (".env", "", False),
        (".env.local", "", False),
        (".env.test", DEVELOPMENT, False),
        (".env.development.local", DEVELOPMENT, False),
        (".dev.vars", DEVELOPMENT, False),
        (".env.staging", STAGING, False),
        (".env.production", PRODUCTION, False),
        (".env.live", PRODUCTION, False),
        ("deploy/production/.env", PRODUCTION, False),
        ("apps/products/.env", "", False),
        ("test/.env", DEVELOPMENT, False),
        ("test-kitchen/.env", "", False),
        (".env.example", "", True),
        (".env.production.example", PRODUCTION, True),
        ("default.env", "", False),
        (".env.defaults", "", True),
    ],
)
def test_files(path: str, stage: str, template: bool) -> None:
    assert (stage_of_file(path), is_template(path)) == (stage, template)


def test_folders() -> None:
    assert stage_of_folders("examples/x/.mcp.json") == DEVELOPMENT
    assert stage_of_folders(".claude/settings.local.json") == ""


def test_data_fits_its_schema() -> None:
    path = Path(data_path("managed_databases.json"))
    schema = json.loads(path.with_name("managed_databases.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(path.read_text(encoding="utf-8")))


def test_every_service_is_told_by_its_hosts_and_looked_for() -> None:
    for service in services():
        assert service.is_example("x") == bool(service.shape)
        for host in service.hosts:
            name = host.replace("*", "a")
            assert service_of(name) is not None
            assert _may_name_database(name)
        for account in service.accounts:
            assert _may_name_database(account)


@pytest.mark.parametrize("host", [RDS, READER, NEON, SUPABASE, POOLER, ATLAS, AZURE, f"DB.{SUPABASE.upper()}."])
def test_real_hosts_have_the_shape_of_their_service(host: str) -> None:
    service = service_of(host)
    assert service is not None
    assert not service.is_example(host.lower().rstrip("."))


@pytest.mark.parametrize(
    "host", ["supabase.co", "neon.tech", "rds.amazonaws.com.evil.io", "notneon.tech", "acme.io", ""]
)
def test_other_hosts(host: str) -> None:
    assert service_of(host) is None


PIECES = [
    *"@:/?=&;,.%[]() \n\"'\\{}",
    "postgres://",
    "host=",
    "Server=",
    "%2F",
    "/cloudsql/",
    RDS,
    "a",
    "é",
    "\ud800",
    "\0",
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.sampled_from(["DB_HOST", "X", "SUPABASE_URL", "SNOWFLAKE_ACCOUNT", ""]),
)
@settings(max_examples=200, deadline=None)
def test_nothing_raises_and_places_are_inside(value: str, name: str) -> None:
    found = variable_settings("", name, Text.at(name, 0, len(name)), Text.at(value, 10, 10 + len(value)))
    for exposure in of_group(Group(tuple(found), joint=True), Policy()):
        assert 10 <= exposure.span.start < exposure.span.end <= 10 + len(value)
