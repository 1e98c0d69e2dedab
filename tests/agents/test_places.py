"""Places: which forms are read, where each part stands, and what names say of their stage and their distance."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.places import (
    BROKER,
    CLOUD,
    DATABASE,
    DEVELOPMENT,
    LOOPBACK,
    PLAIN,
    PRIVATE,
    PRODUCTION,
    PUBLIC,
    RESERVED,
    SERVICE,
    SHELL,
    STAGING,
    STORAGE,
    UNKNOWN,
    WEB,
    Place,
    environment,
    host_environment,
    is_local,
    locality,
    names_host,
    places,
    telling_word,
)
from claude_preflight.syntax.jsonc import read_json
from claude_preflight.syntax.nodes import Scalar, Text

Parts = tuple[str, str, str | None, str | None, str, str | None, str | None]


def read(text: str, *, host: bool = False) -> list[Place]:
    return list(places(Text.at(text, 0, len(text)), host=host))


def parts_of(place: Place) -> Parts:
    return (place.kind, place.scheme, place.user, place.password, place.host, place.port, place.path)


FORMS: dict[str, list[Parts]] = {
    "https://api.acme.io/v1?x=1#y": [(WEB, "https", None, None, "api.acme.io", None, "v1")],
    "WSS://u:p@api.acme.io:8443": [(WEB, "wss", "u", "p", "api.acme.io", "8443", None)],
    "http://[::1]:80/x": [(WEB, "http", None, None, "::1", "80", "x")],
    "see (https://a.acme.io/x), and <https://b.acme.io>.": [
        (WEB, "https", None, None, "a.acme.io", None, "x"),
        (WEB, "https", None, None, "b.acme.io", None, None),
    ],
    "https://a.acme.io,https://b.acme.io": [
        (WEB, "https", None, None, "a.acme.io", None, None),
        (WEB, "https", None, None, "b.acme.io", None, None),
    ],
    "https://acme.io/?next=https://b.acme.io/": [(WEB, "https", None, None, "acme.io", None, None)],
    "postgresql+asyncpg://app:pw@db.acme.io:5432/shop?sslmode=require": [
        (DATABASE, "postgresql", "app", "pw", "db.acme.io", "5432", "shop")
    ],
    "postgres://app:p@s/s#w@db.acme.io/shop": [(DATABASE, "postgres", "app", "p@s/s#w", "db.acme.io", None, "shop")],
    "postgres://app:p?w@db.acme.io/shop": [(DATABASE, "postgres", "app", "p?w", "db.acme.io", None, "shop")],
    "postgres://app:pw@db.acme.io/shop?options=a@b": [(DATABASE, "postgres", "app", "pw", "db.acme.io", None, "shop")],
    "postgres://${U}:${P:-x}@db.acme.io:${PORT}/${D}": [
        (DATABASE, "postgres", "${U}", "${P:-x}", "db.acme.io", "${PORT}", "${D}")
    ],
    "postgres://<user>:<password>@<host>:5432/db": [
        (DATABASE, "postgres", "<user>", "<password>", "<host>", "5432", "db")
    ],
    "${DSN:-mysql://u@db.acme.io/x}": [(DATABASE, "mysql", "u", None, "db.acme.io", None, "x")],
    "mongodb+srv://u:p@c0.ab1.mongodb.net/x": [(DATABASE, "mongodb", "u", "p", "c0.ab1.mongodb.net", None, "x")],
    "mongodb://u:p@a.acme.io:27017,b.acme.io:27018/x?replicaSet=r": [
        (DATABASE, "mongodb", "u", "p", "a.acme.io", "27017", "x"),
        (DATABASE, "mongodb", "u", "p", "b.acme.io", "27018", "x"),
    ],
    "rediss://:pw@cache.acme.io:6380/0": [(DATABASE, "rediss", None, "pw", "cache.acme.io", "6380", "0")],
    "amqps://u:p@mq.acme.io/vhost": [(BROKER, "amqps", "u", "p", "mq.acme.io", None, "vhost")],
    "sftp://u@files.acme.io:22/in": [(SHELL, "sftp", "u", None, "files.acme.io", "22", "in")],
    "s3://acme-data/2026/": [(STORAGE, "s3", None, None, "acme-data", None, "2026/")],
    "jdbc:postgresql://db.acme.io:5432/shop?user=app&password=pw": [
        (DATABASE, "postgresql", "app", "pw", "db.acme.io", "5432", "shop")
    ],
    "jdbc:sqlserver://db.acme.io:1433;databaseName=shop;user=sa;password=pw": [
        (DATABASE, "sqlserver", "sa", "pw", "db.acme.io", "1433", "shop")
    ],
    "jdbc:oracle:thin:@//db.acme.io:1521/shop": [(DATABASE, "oracle", None, None, "db.acme.io", "1521", "shop")],
    "jdbc:oracle:thin:scott/tiger@db.acme.io:1521:shop": [
        (DATABASE, "oracle", "scott", "tiger", "db.acme.io", "1521", "shop")
    ],
    "Server=tcp:db.acme.io,1433;Initial Catalog=shop;User ID=sa;Password=pw;Encrypt=True": [
        (DATABASE, "", "sa", "pw", "db.acme.io", "1433", "shop")
    ],
    "Driver={ODBC Driver 18};Server=db\\main;Database=shop;Trusted_Connection=yes": [
        (DATABASE, "", None, None, "db", None, "shop")
    ],
    "host=db.acme.io port=5432 dbname=shop user=app password=pw": [
        (DATABASE, "", "app", "pw", "db.acme.io", "5432", "shop")
    ],
    "mysql:host=db.acme.io;dbname=shop": [(DATABASE, "", None, None, "db.acme.io", None, "shop")],
    'conn = "Data Source=db.acme.io;User Id=sa;Password=pw"; other': [
        (DATABASE, "", "sa", "pw", "db.acme.io", None, None)
    ],
    "app:pw@tcp(db.acme.io:3306)/shop?parseTime=true": [(DATABASE, "mysql", "app", "pw", "db.acme.io", "3306", "shop")],
    "Endpoint=sb://bus.acme.io/;SharedAccessKeyName=root;SharedAccessKey=pw": [
        (BROKER, "sb", "root", "pw", "bus.acme.io", None, "")
    ],
    "arn:aws:rds:eu-west-1:000000000000:cluster:shop": [(CLOUD, "arn", None, None, "cluster:shop", None, None)],
    "/cloudsql/acme-shop:europe-west1:main": [
        (CLOUD, "cloudsql", None, None, "acme-shop:europe-west1:main", None, None)
    ],
    "Server=https://api.acme.io;User=ann": [(WEB, "https", None, None, "api.acme.io", None, None)],
    # nothing to connect to
    "": [],
    "postgresql:///shop": [],
    "sqlite:///./shop.db": [],
    "file:///etc/hosts": [],
    "op://vault/db/password": [],
    "git+https://github.com/acme/shop": [],
    "postgresql://...": [],
    "postgres://user:a:b": [],
    "postgres://user:pa:ss/word": [],
    "host=": [],
    "hostname is a word; server=x": [],
    "db.acme.io:5432": [],
    "deploy@web-1.acme.io": [],
    "12:34:56 10:20:30": [],
}


@pytest.mark.parametrize("text", FORMS)
def test_form(text: str) -> None:
    expected = [tuple(part or None for part in form) for form in FORMS[text]]
    assert [tuple(part or None for part in parts_of(place)) for place in read(text)] == expected


HOSTS: dict[str, list[tuple[str | None, str, str | None, str | None]]] = {
    "db.acme.io": [(None, "db.acme.io", None, None)],
    " db.acme.io:5432 ": [(None, "db.acme.io", "5432", None)],
    "deploy@web-1": [("deploy", "web-1", None, None)],
    "[::1]:5432": [(None, "::1", "5432", None)],
    "a.acme.io:9092, b.acme.io:9092": [(None, "a.acme.io", "9092", None), (None, "b.acme.io", "9092", None)],
    "api.acme.io/v1": [(None, "api.acme.io", None, "v1")],
    "${HOST:-db.acme.io}": [(None, "db.acme.io", None, None)],
    "${TENANT}.acme.io": [(None, "${TENANT}.acme.io", None, None)],
    "dist/server": [],
    "./dist": [],
    "two words": [],
    "a.acme.io, not a host!": [],
    "": [],
    "---": [],
}


@pytest.mark.parametrize("text", HOSTS)
def test_plain_hosts(text: str) -> None:
    found = read(text, host=True)
    assert [(place.user, place.host, place.port, place.path) for place in found] == HOSTS[text]
    assert {place.kind for place in found} <= {PLAIN}


def test_a_form_outweighs_a_plain_host() -> None:
    assert [place.host for place in read("https://api.acme.io", host=True)] == ["api.acme.io"]


def spans(place: Place, source: str) -> dict[str, str]:
    """Return what the document holds at the place of each part."""
    known = {name: part for name, part in place._asdict().items() if isinstance(part, Text)}
    return {name: source[part.start : part.end] for name, part in known.items()}


def test_parts_know_their_place() -> None:
    source = "DSN=postgres://app:pw@db.acme.io:5432/shop?ssl=on  # main"
    (place,) = places(Text.at(source[4:], 4, len(source)))
    assert spans(place, source) == {
        "text": "postgres://app:pw@db.acme.io:5432/shop?ssl=on",
        "user": "app",
        "password": "pw",
        "host": "db.acme.io",
        "port": "5432",
        "path": "shop",
    }
    assert [(str(key), value.span, str(value)) for key, value in place.query] == [("ssl", (47, 49), "on")]


def test_parts_know_their_place_behind_escapes() -> None:
    source = '{"d": "k\\u00fche \\"x\\" https:\\/\\/u:p@api.acme.io:80\\/v1"}'
    root = read_json(source).root
    node = root.get("d") if root is not None and hasattr(root, "get") else None
    assert isinstance(node, Scalar)
    assert isinstance(node.value, Text)
    (place,) = places(node.value)
    assert spans(place, source) == {
        "text": "https:\\/\\/u:p@api.acme.io:80\\/v1",
        "user": "u",
        "password": "p",
        "host": "api.acme.io",
        "port": "80",
        "path": "v1",
    }


STAGES = {
    **dict.fromkeys(
        (
            "prod",
            "PROD",
            "PROD_DB_URL",
            "DB_PASSWORD_PROD",
            "ACME_PROD_TOKEN",
            "dbUrlProd",
            "prodDbUrl",
            "DATABASE_URL_PRODUCTION",
            "prd-eu-1",
            "prod1",
            "eu1prod",
            "acme.prod.db",
            "PRODDB",
            "ProductionReplica",
            "production-orders",
            "prod-media",
            "db_produccion",
            "LIVE_DB_URL",
            "dbLive",
            "postgres-live",
            "secret:prod/shop/db",
        ),
        PRODUCTION,
    ),
    **dict.fromkeys(
        ("nonprod", "non-prod", "NOT_PROD", "pre-prod", "PREPROD", "prod-staging", "uat", "nonProduction", "stage"),
        STAGING,
    ),
    **dict.fromkeys(
        ("dev", "PROD_TEST_URL", "prod-like-local", "prodlike", "sandbox-prod", "PROD_MOCK", "previewProd", "demo"),
        DEVELOPMENT,
    ),
    **dict.fromkeys(
        (
            "",
            "product",
            "PRODUCTS_URL",
            "reproduce",
            "produce",
            "productivity",
            "dbprodx",
            "live",
            "LIVE_RELOAD",
            "livestream",
            "liveness",
            "delivery",
            "alive",
            "OLIVE",
            "livekit",
            "GEMINI_LIVE_API_KEY",
            "film-production",
            "post-production",
            "production-planning",
            "PRODUCTION_READY",
            "production_build",
            "prodigy",
            "PRODUKT_URL",
        ),
        "",
    ),
}


@pytest.mark.parametrize("name", STAGES)
def test_stage_of_a_name(name: str) -> None:
    assert environment(name) == STAGES[name]


HOST_STAGES = {
    **dict.fromkeys(
        (
            "prod.acme.io",
            "prod-db.acme.io",
            "db.prd.acme.io",
            "PROD-DB.Acme.IO",
            "db1.eu.prod.acme.co.uk",
            "prod-db",
            "prod-db.internal",
            "sql.prod.corp.local",
            "postgres.prod.svc.cluster.local",
            "postgres.prod",
            "acme-prod.com",
            "api.acme-prod.com",
            "acme-production.herokuapp.com",
            "shop-prod.vercel.app",
            "prod.c1x2.eu-west-1.rds.amazonaws.com",
            "production-cluster.ab1.mongodb.net",
            "${TENANT}.prod.acme.io",
            "db.live.acme.io",
            "api-live.acme.io",
            "live-db.acme.io",
            "api.prod.example.com",
            "prod.acme.io.",
        ),
        PRODUCTION,
    ),
    **dict.fromkeys(("staging.acme.io", "nonprod.acme.io", "pre-prod.acme.io", "acme-nonprod.com"), STAGING),
    **dict.fromkeys(
        ("dev.acme-prod.com", "api.dev.acme.io", "prod-test.acme.io", "test.prod.acme.io", "acme-dev.com"), DEVELOPMENT
    ),
    **dict.fromkeys(
        (
            "",
            "acme.io",
            "prod.com",
            "live.com",
            "login.live.com",
            "www.prod.co.uk",
            "products.acme.io",
            "live.acme.io",
            "live-chat.acme.io",
            "acme-production.com",
            "delivery.acme.io",
            "prod-12.westeurope.logic.azure.com",
            "logs-prod-006.grafana.net",
            "cdn.prod.website-files.com",
            "shop-production-1a2b.up.railway.app",
            "prod.local",
            "${PROD_DB_HOST}",
            "<prod-host>",
            "your-prod-host.acme.io",
            "10.0.0.1",
            "::1",
            "api.example-flow.com",
        ),
        "",
    ),
}


@pytest.mark.parametrize("host", HOST_STAGES)
def test_stage_of_a_host(host: str) -> None:
    assert host_environment(host) == HOST_STAGES[host]


def test_live_is_a_broadcast_on_the_web_and_a_stage_of_a_database() -> None:
    assert host_environment("live.acme.io", WEB) == ""
    assert host_environment("live.acme.io", DATABASE) == PRODUCTION


LOCALITIES = {
    **dict.fromkeys(
        ("localhost", "LOCALHOST", "127.0.0.1", "127.1", "::1", "0.0.0.0", "0:0:0:0:0:0:0:1", "app.localhost"), LOOPBACK
    ),
    **dict.fromkeys(("shop.test", "host.docker.internal", "localhost.", "(local)", "."), LOOPBACK),
    **dict.fromkeys(("db", "prod-db", "postgres_main"), SERVICE),
    **dict.fromkeys(("10.2.3.4", "192.168.0.1", "172.16.0.9", "169.254.169.254", "100.100.1.1", "fd00::1"), PRIVATE),
    **dict.fromkeys(("db.internal", "nas.local", "db.corp.lan", "db.home.arpa"), PRIVATE),
    **dict.fromkeys(("nas.tail1234.ts.net", "nas.tailnet"), PRIVATE),
    "nas.acts.net": PUBLIC,
    **dict.fromkeys(("example.com", "api.example.org", "db.acme.example", "x.invalid"), RESERVED),
    **dict.fromkeys(
        ("${DB_HOST}", "$HOST", "{{ host }}", "<host>", "your-host.acme.io", "host", "hostname", "%H%"), UNKNOWN
    ),
    **dict.fromkeys(
        ("acme.io", "8.8.8.8", "172.32.0.1", "localhost.evil.io", "127.0.0.1.evil.io", "2001:db8::1"), PUBLIC
    ),
}


@pytest.mark.parametrize("host", LOCALITIES)
def test_locality(host: str) -> None:
    assert locality(host) == LOCALITIES[host]
    assert is_local(host) == (LOCALITIES[host] == LOOPBACK)


@pytest.mark.parametrize(
    ("name", "word", "host"),
    [
        ("DB_HOST", "host", True),
        ("PGHOST", "pghost", True),
        ("--db-host", "host", True),
        ("DATABASE_URL_PROD", "url", True),
        ("BROKER_URL_2", "url", True),
        ("dbHostname", "hostname", True),
        ("VAULT_ADDR", "addr", True),
        ("GHOST", "ghost", False),
        ("DB_NAME", "name", False),
        ("PROD", "", False),
        ("", "", False),
    ],
)
def test_what_a_name_tells(name: str, word: str, host: bool) -> None:
    assert telling_word(name) == word
    assert names_host(name) is host


FRAGMENTS = st.sampled_from(
    "http:// postgres:// jdbc:oracle:thin: host= Server= ; , : / @ tcp( ) arn:aws: ${ } {{ }} < > [ ] prod db.acme.io"
    " user=x password=y 1521 \\ \" ' ` = - . * \r\n \x00 \ud800 é 𝒳 ::1".split(" ")
)


@settings(max_examples=300, deadline=None)
@given(st.lists(FRAGMENTS | st.text(max_size=3), max_size=25).map("".join), st.booleans())
def test_any_text_is_read_and_each_part_stands_where_it_says(text: str, host: bool) -> None:
    padded = f">>{text}"
    for place in places(Text.at(text, 2, 2 + len(text)), host=host):
        texts = [part for part in place if isinstance(part, Text)] + [part for pair in place.query for part in pair]
        assert all(padded[part.start : part.end] == part for part in texts)
        assert place.host
        assert host_environment(place.host) in ("", PRODUCTION, STAGING, DEVELOPMENT)
        assert locality(place.host) in (LOOPBACK, SERVICE, PRIVATE, RESERVED, UNKNOWN, PUBLIC)
