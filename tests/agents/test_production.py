"""What is production's, in the places where it is hard to tell: each case with what is found, and where."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.exposed import Setting, loose_settings
from claude_preflight.agents.files import kinds_of
from claude_preflight.agents.mcp import servers
from claude_preflight.agents.production import (
    CREDENTIAL,
    HOST,
    LOGIN,
    PROFILE,
    SERVER,
    VARIABLE,
    Evidence,
    names_template,
    of_line,
    of_production_variable,
    of_server,
    of_setting,
    of_variable,
)
from claude_preflight.document import Document
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Text
from credentials import characters, jwt, sample

PASSWORD = characters("alnum", 14) + "-7"
KEY = sample("resend-key")
Told = list[tuple[str, str]]


def told(found: list[Evidence], text: str) -> Told:
    """Return the kind of each piece of evidence and the text at its place."""
    assert all(PASSWORD not in evidence.what + evidence.key for evidence in found)
    return [(evidence.kind, text[evidence.span.start : evidence.span.end]) for evidence in found]


def in_server(entry: dict[str, object], name: str = "db", policy: Policy | None = None) -> Told:
    text = json.dumps({"mcpServers": {name: entry}}, ensure_ascii=False)
    (server,) = servers(Document(".mcp.json", text, kinds_of(".mcp.json")))
    return told(list(of_server(server, policy or Policy())), text)


def env(**variables: str) -> dict[str, object]:
    return {"command": "mcp", "env": variables}


def run(command: str, *args: str) -> dict[str, object]:
    return {"command": command, "args": list(args)}


FOUND: dict[str, tuple[dict[str, object], Told]] = {
    "a password in the same value": (
        env(DSN=f"postgres://a:{PASSWORD}@prod-db.acme.io/shop"),
        [(CREDENTIAL, "prod-db.acme.io")],
    ),
    "a user name alone": (env(DSN="postgres://acme_prod@db.acme.io/shop"), [(HOST, "acme_prod")]),
    "a database's name": (env(DSN="mysql://a@db.acme.io/shop_production"), [(HOST, "shop_production")]),
    "a database's name beside a reference": (
        env(PGHOST="db.acme.io", PGDATABASE="shop_prod", PGPASSWORD="${PW}"),
        [(HOST, "shop_prod")],
    ),
    "a name of the network": (env(DB_HOST="prod-db"), [(HOST, "prod-db")]),
    "an alias that is the word alone": (env(DB_HOST="prod"), [(HOST, "prod")]),
    "a service of a cluster": (env(URL="http://shop.prod.svc.cluster.local"), [(HOST, "shop.prod.svc.cluster.local")]),
    "capitals": (env(URL="HTTPS://API.PROD.ACME.IO"), [(HOST, "API.PROD.ACME.IO")]),
    "a domain of production's own": (env(URL="https://api.acme-prod.com"), [(HOST, "api.acme-prod.com")]),
    "a reserved domain": (env(URL="https://api.prod.example.com"), [(HOST, "api.prod.example.com")]),
    "a default": (env(DB_HOST="${DB_HOST:-prod-db.acme.io}"), [(HOST, "prod-db.acme.io")]),
    "a default in a longer value": (env(DSN="${DSN:-mysql://a@prod-db.acme.io/x}"), [(HOST, "prod-db.acme.io")]),
    "JSON in a value": (env(C='{"db": {"host": "prod-db.acme.io"}}'), [(HOST, "prod-db.acme.io")]),
    "a list of brokers": (env(BROKERS="a.acme.io:9092,b.prod.acme.io:9092"), [(HOST, "b.prod.acme.io")]),
    "a bucket": (run("mcp", "s3://acme-prod-orders/2026"), [(HOST, "acme-prod-orders")]),
    "an instance of Cloud SQL": (env(INSTANCE="acme-prod:europe-west1:main"), [(HOST, "acme-prod:europe-west1:main")]),
    "a tunnel's target": (run("ssh", "-L", "5432:localhost:5432", "a@prod-1.acme.io"), [(HOST, "prod-1.acme.io")]),
    "a shell's command": (
        run("sh", "-c", "PGPASSWORD=$PW exec psql -h prod-db.acme.io"),
        [(HOST, "prod-db.acme.io")],
    ),
    "an option with an equals sign": (run("mcp", "--db-host=prod-db.acme.io"), [(HOST, "prod-db.acme.io")]),
    "the word behind the name": (env(DB_PASSWORD_PROD=PASSWORD), [(CREDENTIAL, "DB_PASSWORD_PROD")]),
    "the short word behind the name": (env(DB_PASSWORD_PRD=PASSWORD), [(CREDENTIAL, "DB_PASSWORD_PRD")]),
    "camel case": (env(prodApiKey=KEY), [(CREDENTIAL, "prodApiKey")]),
    "an address under the name": (env(PROD_URL="https://acme.io"), [(VARIABLE, "PROD_URL")]),
    "a private address under the name": (env(PROD_DB_HOST="10.1.2.3"), [(VARIABLE, "PROD_DB_HOST")]),
    "a reference under the name": (env(PROD_DB_URL="${DB_URL}"), [(VARIABLE, "PROD_DB_URL")]),
    "a reference": (env(DB_URL="${PROD_DB_URL}"), [(VARIABLE, "PROD_DB_URL")]),
    "a reference of an editor": (env(KEY="${env:API_KEY_PROD}"), [(VARIABLE, "API_KEY_PROD")]),
    "a reference with a default": (env(KEY="${PROD_API_KEY:-}"), [(VARIABLE, "PROD_API_KEY")]),
    "a question to the user": (env(KEY="${input:prod-db-password}"), [(VARIABLE, "prod-db-password")]),
    "a secret of a pipeline": (env(KEY="${{ secrets.PROD_TOKEN }}"), [(VARIABLE, "PROD_TOKEN")]),
    "a reference of Windows": (env(KEY="%PROD_TOKEN%"), [(VARIABLE, "PROD_TOKEN")]),
    "a reference in an argument": (run("mcp", "--token", "$PROD_TOKEN"), [(VARIABLE, "PROD_TOKEN")]),
    "two references": (
        env(DSN="postgres://${PROD_DB_USER}:${PROD_DB_PASSWORD}@${PROD_DB_HOST}/x"),
        [(VARIABLE, "PROD_DB_PASSWORD"), (VARIABLE, "PROD_DB_HOST")],
    ),
    "a variable passed into a container": (run("docker", "run", "-e", "PROD_TOKEN", "x"), [(VARIABLE, "PROD_TOKEN")]),
    "a third party's host that the policy does not know": (
        env(URL="https://production.acme-pay.com"),
        [(HOST, "production.acme-pay.com")],
    ),
    "a third party's host with a password": (
        env(URL=f"https://a:{PASSWORD}@production.plaid.com"),
        [(CREDENTIAL, "production.plaid.com")],
    ),
    "the output of a command": (env(PROD_TOKEN="$(pass show token)"), [(VARIABLE, "PROD_TOKEN")]),
    "variables that are handed on": (
        {"command": "mcp", "env_vars": ["PROD_DB_URL", "PATH"], "bearer_token_env_var": "PROD_TOKEN"},
        [(VARIABLE, "PROD_DB_URL"), (VARIABLE, "PROD_TOKEN")],
    ),
    "a vault": (env(PW="op://Prod/db/password"), [(VARIABLE, "Prod/db/password")]),
    "a profile behind a path": (env(KUBECONFIG="~/.kube/prod.yaml"), [(PROFILE, "~/.kube/prod.yaml")]),
    "a project": (env(BIGQUERY_PROJECT="acme-prod"), [(PROFILE, "acme-prod")]),
    "an env file": (run("node", "--env-file=.env.prod", "x.js"), [(PROFILE, ".env.prod")]),
    "a login that is an e-mail address": (
        env(URL="https://api.acme.io", A_EMAIL="jo-17@acme.io", A_PASSWORD="jo-17@acme.io"),
        [(LOGIN, "api.acme.io")],
    ),
    "a login for an address": (
        env(MYSQL_HOST="203.0.113.9", MYSQL_USER="jo", MYSQL_PASSWORD=PASSWORD),
        [(LOGIN, "203.0.113.9")],
    ),
}


@pytest.mark.parametrize("case", FOUND)
def test_found_in_a_server(case: str) -> None:
    entry, expected = FOUND[case]
    assert in_server(entry) == expected


SILENT: dict[str, dict[str, object]] = {
    "a mode": env(NODE_ENV="production", STAGE="prod", SERVER="production"),
    "switches and numbers": env(PROD="true", PROD_RETRIES="3", PROD_TOKEN_TTL="3600", PRODUCTION_URL_CHECK="off"),
    "a tag": run("npx", "shop-mcp@production", "@acme/prod-tools@1.0.0"),
    "an image of a registry": run("docker", "run", "registry.prod.acme.io/shop/mcp:1.0.0"),
    "a module": run("python", "-m", "acme.prod.server"),
    "files": run("node", "dist/prod/server.js", "--config", "/etc/prod/app.yml", "--out", "prod.acme.json"),
    "the path of a vendor's URL": env(URL="https://a1.execute-api.eu-west-1.amazonaws.com/prod/mcp?env=production"),
    "an e-mail address": env(CONTACT="ops@prod.acme.io", FROM_ADDRESS="noreply@prod.acme.io"),
    "another stage in the name": env(PROD_DB_URL_TEST="postgres://a@db.acme.io/x", COPY="${PROD_LOCAL_URL}"),
    "another stage in the host": env(PROD_DB_URL=f"postgres://a:{PASSWORD}@staging-db.acme.io/x"),
    "a name that opens nothing": env(REGION="${PROD_REGION}", PROD_NAME="${NAME}", PROD_SIZE="${SIZE:-3}"),
    "placeholders": env(PROD_API_KEY="<your key>", PROD_TOKEN="changeme", PROD_URL="https://your-shop.io"),
    "a template": env(DSN="postgres://user:password@prod-db.example.com/shop"),
    "a test key": env(PROD_STRIPE_KEY=sample("payment-secret-key-test")),
    "a local database": env(DSN=f"postgres://a:{PASSWORD}@localhost/shop_production", DB_NAME="shop_production"),
    "a compose service": env(DSN="postgres://prod_user@db:5432/shop_production"),
    "a requirements document": env(PRD_URL="https://docs.acme.io/prd", PRD_FILE="prd.md"),
    "live as another thing": env(LIVE_URL="https://live.acme.io", LIVE_CHAT_TOKEN="${LIVE_CHAT_TOKEN}", GO_LIVE="yes"),
    "a login by reference": env(URL="https://api.acme.io", A_USER="jo", A_PASSWORD="${PW}"),
    "a login for a development system": env(URL="https://dev.acme.io", A_USER="jo", A_PASSWORD=PASSWORD),
    "a third party's own host": env(PLAID_URL="https://production.plaid.com", PROD_PAY_URL="https://api-m.paypal.com"),
    "a login for a third party's test system": env(U="https://wwwcie.ups.com", A_USER="jo", A_PASSWORD=PASSWORD),
    "a login for a mailbox": env(SMTP_HOST="smtp.acme.io", SMTP_USER="jo", SMTP_PASSWORD=PASSWORD),
    "a login for the private network": env(URL="https://10.0.0.8", A_USER="jo", A_PASSWORD=PASSWORD),
    "a login to be filled in": env(URL="https://api.acme.io", A_USER="your-user", A_PASSWORD=PASSWORD),
    "a profile of another stage": env(AWS_PROFILE="acme-nonprod", KUBE_CONTEXT="prod-staging"),
    "a profile by reference": env(AWS_PROFILE="${AWS_PROFILE}"),
    "what the agent itself is served by": {
        "command": "npx",
        "args": ["--registry", "https://npm.prod.acme.io", "x"],
        "env": {
            "OTEL_EXPORTER_OTLP_ENDPOINT": "https://otel.prod.acme.io",
            "OPENAI_BASE_URL": "https://llm.prod.acme.io",
        },
    },
    "nothing": {},
}


@pytest.mark.parametrize("case", SILENT)
def test_silent_in_a_server(case: str) -> None:
    assert in_server(SILENT[case]) == []


def test_a_server_called_production_counts_when_it_is_connected() -> None:
    given = env(DATABASE_URL="${DATABASE_URL}")
    assert in_server(given, "pg-prod") == [(SERVER, "pg-prod")]
    assert in_server(env(URL="https://api.acme.io"), "api_production") == [(SERVER, "api_production")]
    assert in_server(given, "pg-nonprod") == []
    assert in_server(given, "products") == []
    assert in_server(env(URL="http://localhost:1"), "pg-prod") == []
    assert in_server(run("prod", "mcp"), "prod") == []


def test_the_policy_decides() -> None:
    entry = env(A_URL="https://api.blue.acme.io", B="${BLUE_KEY}", C_URL="https://prod.acme.io", D_HOST="db.acme.io")
    assert in_server(entry) == [(HOST, "prod.acme.io")]
    policy = Policy(production_hosts=("*.blue.acme.io",), production_names=("BLUE_*",), development_hosts=("prod.*",))
    assert in_server(entry, policy=policy) == [(HOST, "api.blue.acme.io"), (VARIABLE, "BLUE_KEY")]


def test_settings_hold_names_and_commands_but_hand_on_no_references() -> None:
    text = json.dumps(
        {
            "env": {"A_URL": "${PROD_URL}", "PROD_URL": "https://acme.io"},
            "permissions": {"allow": [f"Bash(PROD_KEY={KEY} make:*)", "Bash(curl https://prod.acme.io/health)"]},
        }
    )
    document = Document(".claude/settings.json", text, kinds_of(".claude/settings.json"))
    found = [each for setting in loose_settings(document) for each in of_setting(setting, Policy())]
    assert sorted(told(found, text)) == [(CREDENTIAL, "PROD_KEY"), (HOST, "prod.acme.io"), (VARIABLE, "PROD_URL")]


def parts(line: str) -> tuple[Text, Text]:
    name, _, value = line.partition("=")
    return Text.at(name, 0, len(name)), Text.at(value, len(name) + 1, len(line))


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("PROD_SITE_URL=https://acme.io", VARIABLE),
        ("VITE_PROD_SITE_URL=https://acme.io", ""),
        ("VITE_API_URL=https://api.prod.acme.io", HOST),
        (f"PROD_KEY={KEY}", CREDENTIAL),
        ("AWS_PROFILE=acme-prod", PROFILE),
        ("DB_URL=$PROD_DB_URL", ""),
        ("APP=production-planner", ""),
        ("PROD_DB_PASSWORD=", ""),
    ],
)
def test_variable_of_an_env_file(line: str, kind: str) -> None:
    assert [evidence.kind for evidence in of_variable(*parts(line), Policy())] == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("DB_URL=$PROD_DB_URL", [(VARIABLE, "PROD_DB_URL")]),
        ("PROD_DB_URL=$(pass show db)", [(VARIABLE, "PROD_DB_URL")]),
        ("PW=op://Prod/db/password", [(VARIABLE, "Prod/db/password")]),
        ("DB_URL=$DEV_DB_URL", []),
        ("PROD_REGION=$REGION", []),
    ],
)
def test_exported_variable_hands_on_what_it_refers_to(line: str, found: Told) -> None:
    assert told(list(of_variable(*parts(line), Policy(), exported=True)), line) == found


def test_the_policy_may_claim_a_third_party_host() -> None:
    policy = Policy(production_hosts=("*.plaid.com",))
    assert in_server(env(URL="https://sandbox.plaid.com"), policy=policy) == [(HOST, "sandbox.plaid.com")]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (".env.example", True),
        ("a/sample.env", True),
        ("a/samples.env", False),
        ("a/.env.local.dist", True),
        ("template/.env", False),
        ("env.tmpl", True),
    ],
)
def test_template_by_its_name(path: str, expected: bool) -> None:
    assert names_template(path) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"SESSION_KEY={KEY}", True),
        (f"DB=postgres://a:{PASSWORD}@db.acme.io/x", True),
        ("DB=postgres://a:postgres@localhost/x", False),
        ("DB=postgres://a@prod-db.acme.io/x", False),
        ("API_URL=https://api.prod.acme.io", False),
        (f"NEXT_PUBLIC_KEY={KEY}", False),
        (f"PAYMENT_KEY={sample('payment-secret-key-test')}", False),
        ("SESSION_KEY=changeme", False),
        (f"SESSION_TOKEN={jwt({'iss': 'x', 'sub': 'y'})}", True),
        # what has expired opens nothing
        (f"SESSION_TOKEN={jwt({'iss': 'x', 'nbf': 1_600_000_000, 'exp': 1_600_043_200})}", False),
        (f"PROD_TOKEN={jwt({'iss': 'x', 'exp': 1_600_043_200})}", False),
    ],
)
def test_variable_of_production_own_env_file(line: str, expected: bool) -> None:
    found = told(list(of_production_variable(*parts(line))), line)
    assert found == ([(CREDENTIAL, line.partition("=")[0])] if expected else [])


LINES: list[tuple[str, str]] = [
    (f"export PROD_MAIL_KEY={KEY}", "PROD_MAIL_KEY"),
    (f'"prod_mail_key": "{KEY}",', "prod_mail_key"),
    (f"- set `PROD_DB_PASSWORD`: `{PASSWORD}`", "PROD_DB_PASSWORD"),
    (f"psql postgres://a:{PASSWORD}@prod-db.acme.io/x", "prod-db.acme.io"),
    (f"PROD_DSN=postgres://a:{PASSWORD}@db.acme.io/x", "PROD_DSN"),
    (f"PGPASSWORD={PASSWORD} psql -h prod-db.acme.io", "prod-db.acme.io"),
    (f"curl -u admin:{PASSWORD} https://api.prod.acme.io", "api.prod.acme.io"),
    (f"Server=prod-sql.acme.io;User Id=sa;Password={PASSWORD}", "prod-sql.acme.io"),
    (f"**Production admin password:** {PASSWORD}", "Production admin password"),
    (f"| Prod database password | {PASSWORD} |", "Prod database password"),
    (f"A_KEY: x, PROD_MAIL_KEY: {KEY}", "PROD_MAIL_KEY"),
    # prose, and what stands in for a credential
    ("Production runs at https://shop.prod.acme.io, its database is prod-db.acme.io.", ""),
    ("psql -h prod-db.acme.io -U reader", ""),
    ("PROD_API_KEY=your-key", ""),
    ("PROD_API_KEY=$(op read op://Production/key)", ""),
    ("PROD_API_URL=https://api.acme.io", ""),
    ("psql postgres://user:password@prod-db.acme.io/x", ""),
    ("psql postgres://a:${PROD_PASSWORD}@prod-db.acme.io/x", ""),
    (f"postgres://a:{PASSWORD}@prod-db.example.com/x", ""),
    (f"postgres://a:{PASSWORD}@localhost/shop_production", ""),
    ("- Production password: ask the operators", ""),
    ("- Production tokens: rotated every 90 days", ""),
    (f"- Product password: {PASSWORD}", ""),
    (f"STAGING_KEY={KEY} # not PROD_KEY", ""),
]


@pytest.mark.parametrize(("line", "expected"), LINES)
def test_line_of_instructions(line: str, expected: str) -> None:
    found = told(of_line(Text.at(line, 0, len(line)), Policy()), line)
    assert found == ([(CREDENTIAL, expected)] if expected else [])


FRAGMENTS = st.sampled_from(
    "PROD_ prod- live DB_URL = : \" ' ` postgres:// u:p@ db.acme.io ${ } {{ }} op:// % ; , \ud800 é \x00".split()
)


@settings(max_examples=200, deadline=None)
@given(*[st.lists(FRAGMENTS | st.text(max_size=3), max_size=12).map("".join)] * 2, st.booleans())
def test_any_setting_and_any_line_is_judged_and_spans_lie_inside(name: str, value: str, host: bool) -> None:
    line = f"{name}={value}"
    places = Text.at(name, 0, len(name)), Text.at(value, len(name) + 1, len(line))
    setting = Setting("", "key", *places, host=host, selects=host, passed=host)
    found = [*of_setting(setting, Policy(), by_reference=True), *of_line(Text.at(line, 0, len(line)), Policy())]
    assert all(0 <= evidence.span.start <= evidence.span.end <= len(line) for evidence in found)
    assert {evidence.kind for evidence in found} <= {HOST, VARIABLE, CREDENTIAL, PROFILE}
