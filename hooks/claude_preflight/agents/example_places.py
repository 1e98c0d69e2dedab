"""Databases that documents and templates speak of: hosts and logins to be filled in, of which none is real."""

from __future__ import annotations

import re

from claude_preflight.agents.managed_databases import Service
from claude_preflight.agents.places import CLOUD, Place
from claude_preflight.agents.secrets.shapes import is_patterned
from claude_preflight.late import late

# Words for what keeps data, as parts of names.
STORE = (
    r"db|databases?|dsn|pg|postgres(?:ql)?|pgsql|mysql|mariadb|mssql|sqlserver|sql|mongo(?:db)?|redis|valkey|dragonfly"
    r"|oracle|clickhouse|cassandra|scylla|couch(?:base|db)|neo4j|arango(?:db)?|influx(?:db)?|timescale(?:db)?"
    r"|cockroach(?:db)?|snowflake|redshift|bigquery|databricks|elastic(?:search)?|opensearch|dynamodb|supabase|neon"
    r"|planetscale|upstash|turso|libsql|qdrant|weaviate|pinecone|milvus|mdb|rds|trino|presto|singlestore|tidb|vertica"
)

_EXAMPLE_LABEL = late(
    r"(?:my|your|the)?-?(?:host(?:name)?|server(?:[_-]?name)?|domain|company|site)|(?:project|cluster|account|db)?[_-]?(?:ref|id)"
    r"|abc(?:d|de|def|123)?|xyz(?:123|789)?|foo|bar|baz|something|placeholder"
)
_EXAMPLE_OF_SERVICE = frozenset("project instance endpoint cluster account database user username region mydb".split())
_DOCUMENTATION = ("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:", "1.2.3.4")
# Databases whose owners open them to everybody, which the documentation of clients connects to.
_OPEN = frozenset(
    ("play.clickhouse.com", "sql-clickhouse.clickhouse.com", "hh-pgsql-public.ebi.ac.uk", "mysql-rfam-public.ebi.ac.uk")
)
_STORE_DOMAIN = late(rf"(?:{STORE})")
_FILLED_IN = late(
    r"(?:db[_-]?)?(?:pass(?:word|wd|phrase)?|pwd|pw|secret|senha|clave|passwort|motdepasse)"
    r"|[\[<(].*|.*(?:your|\.\.\.|\*\*\*|xxx|change|placeholder|replace|example|redacted|todo|masked|hidden).*",
    re.IGNORECASE | re.DOTALL,
)
_ANY_USER = late(r"(?:db[_-]?)?(?:user(?:name)?|usr)|[\[<(].*|.*(?:your|xxx).*", re.IGNORECASE | re.DOTALL)


def is_example(place: Place, service: Service | None) -> bool:
    """Tell whether nothing real is behind `place`: a host or a login to be filled in, an address of documents.

    `service` is the service that its host belongs to, if any.
    """
    host = place.host.lower()
    if (service and service.is_example(host)) or host.startswith(_DOCUMENTATION) or host in _OPEN:
        return True
    labels = host.split(".")
    if place.kind != CLOUD and _STORE_DOMAIN.fullmatch(labels[-1]):  # how containers are called
        return True
    if place.kind != CLOUD and any(map(_is_example_label, labels[:-1])):
        return True
    if service and labels[0] in _EXAMPLE_OF_SERVICE:
        return True
    user = str(place.user or "")
    if place.password:
        return bool(_FILLED_IN.fullmatch(place.password)) or any(map(_is_example_label, user.lower().split(".")[1:]))
    return bool(_ANY_USER.fullmatch(user))


def _is_example_label(label: str) -> bool:
    return bool(_EXAMPLE_LABEL.fullmatch(label)) or (not label.isdigit() and is_patterned(label))
