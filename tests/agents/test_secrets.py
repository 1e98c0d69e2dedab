"""Literal credentials are found with their exact place; placeholders, references and examples are silent."""

from __future__ import annotations

import json
import re
import string
import subprocess
import sys
from base64 import b64encode
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from claude_preflight.agents.secrets import (
    Secret,
    distinct_variables,
    find_in_arguments,
    find_in_text,
    find_in_value,
    find_with_detect_secrets,
    is_placeholder,
    judge_named_value,
    once_per_value,
    suggest_variable,
)
from claude_preflight.agents.secrets.names import NOTHING, PASSWORD, PERHAPS, PHRASE, TOKEN, what_is_named
from claude_preflight.agents.secrets.second_engine import opinions, suspicious_parts
from claude_preflight.agents.secrets.spelling import is_drawn, is_thought_up
from claude_preflight.agents.secrets.table import table
from claude_preflight.model import Severity, Span
from claude_preflight.syntax.jsonc import read_json
from claude_preflight.syntax.nodes import Mapping, Text
from credentials import SAMPLES, TABLE, characters, expand, jwt, private_key, sample, uuid

Found = list[tuple[str, str]]
HOOKS = Path(__file__).parents[2] / "hooks"

KEY = characters("alnum", 32)
HEX = characters("hex", 32)
DIGEST = characters("hex", 40)
UUID = uuid()
STRONG = "Paxg" + "4723&Udyf"
PLAIN = "Zk29" + "xQw81"
DRAWN = "hwpqy" + "VrXtNzc"  # by a generator that drew no digit


def at(value: str, start: int = 0) -> Text:
    """Return `value` as a text that stands at `start` in its document, every character as itself."""
    return Text.at(value, start, start + len(value))


def shown(secrets: object, text: str) -> Found:
    """Return the kind of each of `secrets` and the characters of `text` that it encloses."""
    assert isinstance(secrets, list)
    return [(secret.kind, text[secret.span.start : secret.span.end]) for secret in secrets]


def in_text(text: str, *, prose: bool = True) -> Found:
    """Return what `find_in_text` finds in `text`."""
    return shown(list(find_in_text(text, prose=prose)), text)


def in_value(name: str, value: str) -> Found:
    """Return what `find_in_value` finds in `value` under `name`."""
    return shown(find_in_value(name, at(value)), value)


# --- the table ----------------------------------------------------------------------------------------------------


def test_the_table_is_valid() -> None:
    schema = json.loads((HOOKS.parent / "schemas" / "credentials.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(TABLE)) == []


def test_ids_are_unique() -> None:
    assert len({kind["id"] for kind in TABLE["kinds"]}) == len(TABLE["kinds"]) == len(table().kinds)


def in_context(kind: str, text: str) -> str:
    """Return `text` after a word that the kind asks for, if it asks for one."""
    return f"{' '.join(table().kinds[kind].context[:1])} {text}"


def secret_part(kind: str, token: str) -> str:
    """Return the part of `token` that is the secret: what the pattern's group encloses, if it has one."""
    match = re.search(table().kinds[kind].pattern, token)
    assert match
    return match.group(match.lastindex or 0)


@pytest.mark.parametrize("seed", range(8))
def test_each_kind_finds_its_samples(seed: int) -> None:
    tokens = {kind: sample(kind, seed) for kind in SAMPLES}
    found = {kind: in_text(in_context(kind, token)) for kind, token in tokens.items()}
    assert found == {kind: [(kind, secret_part(kind, token))] for kind, token in tokens.items()}


@pytest.mark.parametrize(
    "wrapper",
    [
        "{}",
        '"{}"',
        "`{}`",
        "({}).",
        "'{}',",
        "export X={}\n",
        "${{X:-{}}}",
        "X={}; y",
        "https://example.org/?x%3D{}",
        "first\\n{}\\nsecond",
        "令牌{}。",
        "\u200b{}\u200b",
        "\ufeff{}\r\n",
        "\t{}\t",
    ],
)
def test_a_token_is_found_whatever_stands_around_it(wrapper: str) -> None:
    tokens = {kind: sample(kind) for kind in SAMPLES}
    found = {kind: in_text(in_context(kind, wrapper.format(token))) for kind, token in tokens.items()}
    assert found == {kind: [(kind, secret_part(kind, token))] for kind, token in tokens.items()}


@pytest.mark.parametrize("mask", ["x", "*", "0", "X"])
def test_a_masked_token_is_silent(mask: str) -> None:
    for kind in SAMPLES:
        token = sample(kind)
        starts = [keyword for keyword in table().kinds[kind].keywords if token.startswith(keyword)]
        fixed = max(starts, default="", key=len)
        masked = fixed + re.sub(r"[A-Za-z0-9]", mask, token[len(fixed) :])
        assert in_text(in_context(kind, masked)) == []


@pytest.mark.parametrize("kind", ["github-pat-classic", "npm-token", "elevenlabs-key", "firecrawl-key", "mailgun-key"])
def test_a_token_that_continues_a_word_is_silent(kind: str) -> None:
    token = sample(kind)
    assert in_text(f"word{token}") == in_text(f"wo_{token}") == in_text(f"{token}word") == in_text(f"{token}_wo") == []


@pytest.mark.parametrize(
    ("kind", "breadth", "mode", "severity"),
    [
        ("github-pat-classic", "scoped", "none", Severity.ERROR),
        ("supabase-pat", "full", "none", Severity.ERROR),
        ("supabase-publishable-key", "public", "none", Severity.WARNING),
        ("payment-secret-key-live", "full", "live", Severity.ERROR),
        ("payment-secret-key-test", "full", "test", Severity.WARNING),
        ("payment-restricted-key-live", "restricted", "live", Severity.ERROR),
        ("aws-session-key-id", "scoped", "none", Severity.WARNING),
    ],
)
def test_what_a_kind_says_of_itself(kind: str, breadth: str, mode: str, severity: Severity) -> None:
    (secret,) = find_in_text(sample(kind))
    assert (secret.breadth, secret.mode, secret.severity, secret.public) == (
        breadth,
        mode,
        severity,
        breadth == "public",
    )


def test_a_secret_does_not_hold_its_value() -> None:
    token = sample("github-pat-classic")
    (secret,) = find_in_text(f"export GITHUB_TOKEN={token}")
    assert token[8:] not in repr(secret)
    assert secret.span == Span(20, 60)
    assert secret.label == "GitHub personal access token (classic)"
    assert secret.advice.endswith(".")


# --- placeholders -------------------------------------------------------------------------------------------------

PLACEHOLDERS = [
    "",
    "   ",
    "...",
    "YOUR_API_KEY",
    "YOUR-API-KEY",
    "YOUR_NOTION_KEY_HERE",
    "your-api-key",
    "your_reddit_secret",
    "<YOUR_TOKEN>",
    "<personal-access-token>",
    "<paste-your-token-here>",
    "api-xxxxxxxx-xxxx-xxxx",
    "ntn_****",
    "[REDACTED_API_KEY]",
    "[token]",
    "{token}",
    "dummy",
    "changeme",
    "change-me-please",
    "sk-...",
    "sk-ant-api03-…",
    "••••••••",
    "REMPLACEZ_PAR_VOTRE_TOKEN_X",
    "metti_la_chiave_qui",
    "HIER_TOKEN_EINTRAGEN",
    "tu_clave_aqui",
    "sua-chave-aqui",
    "你的API密钥",
    "ここにトークンを入力",
    "ВАШ_ТОКЕН",
    "여기에_키_입력",
    "${API_KEY}",
    "${API_KEY:-}",
    "${env:API_KEY}",
    "${input:api-key}",
    "$API_KEY",
    "$api_key",
    "%API_KEY%",
    "@API_KEY@",
    "__API_KEY__",
    "{env:API_KEY}",
    "{file:~/.key}",
    "{{ api_key }}",
    "${{ secrets.API_KEY }}",
    "$(gh auth token)",
    "`gh auth token`",
    "prefix-${SUFFIX}",
    "op://vault/item/field",
    "vault:secret/data/app#key",
    "!secret api_key",
    "ENC[AES256_GCM,data:8fK2,type:str]",
    "process.env.API_KEY",
    'os.environ["API_KEY"]',
    "secrets.API_KEY",
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app",
    "GITHUB_TOKEN",
    "S3_UPLOAD_KEY2",
    "true",
    "null",
    "none",
    "3600000",
    "-1.5",
    "2024-01-15T10:30:00Z",
    "^7.1.3",
    "./keys/dev.pem",
    "~/.config/key.json",
    "/etc/ssl/private/server.key",
    "C:\\keys\\a.txt",
    "https://example.com/key",
    "password",
    "password123",
    "P@ssw0rd!",
    "P@ssw0rd1",
    "P@ssw0rd123!",
    "P@ssword123",
    "SecureP@ss123",
    "Adm1n2024!",
    "passw0rd2024",
    "postgres",
    "my-super-secret-token",
    "MySuperSecretValue",
    "testpass983",
    "hunter2",
    "user@example.com",
    "your-email@acme.io",
    "1234567890" + "abcdef",
    "abcdefghijklmnop",
    "a1b2c3d4e5f6g7h8",
    "aaaaaaaaaaaaaaaa",
    "abcabcabcabc",
    "00000000-0000-0000-0000-000000000000",
    "12345678-1234-1234-1234-123456789012",
    "qwertyuiop",
    "not-needed",
]


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_placeholders(value: str) -> None:
    assert is_placeholder(value)
    assert is_placeholder(f'"{value}"')


@pytest.mark.parametrize("name", ["API_KEY", "--api-key", "Authorization", "password", "client_secret"])
@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_a_placeholder_is_no_secret_under_any_name(name: str, value: str) -> None:
    assert in_value(name, value) == []
    assert in_text(f"{name}={value}") == []
    assert in_text(f'"{name}": "{value}"', prose=False) == []


@pytest.mark.parametrize("value", ["reddit-secret", "reddit_secret", "redditSecret"])
def test_a_value_that_repeats_its_own_name_is_a_placeholder(value: str) -> None:
    assert is_placeholder(value, "REDDIT_SECRET")


@pytest.mark.parametrize(
    "value",
    [
        KEY,
        HEX,
        DIGEST,
        UUID,
        STRONG,
        PLAIN,
        "person-3758@example.net",
        "sunflowers",
        "kroete77",
        "$ecret" + "99x",
        "a" + "&&8d",
        "QX7_K93_" + "PLMW",
    ],
)
def test_literals_are_no_placeholders(value: str) -> None:
    assert not is_placeholder(value)


@pytest.mark.parametrize(
    "parts",
    [
        ("AKIAIOSFODNN7", "EXAMPLE"),
        ("wJalrXUtnFEMI", "/K7MDENG/bPx", "RfiCYEXAMPLEKEY"),
        ("sk_test_4eC39Hq", "LyjWDarjtT1", "zdp7dc"),
        ("sk_test_BQokikJO", "vBiI2HlWgH", "4olfQ2"),
        ("gho_16C7e42F", "292c6912E7", "710c838347", "Ae178B4a"),
        ("xoxb-1234567890", "12-1234567890123-", "abcdefghijklmnopqrstuvwx"),
        ("AIzaSyABCDEFG", "HIJKLMNOPQRSTU", "VWXYZ1234567"),
        ("ghp_aBcDeFgHiJ", "kLmNoPqRsTuV", "wXyZ0123456789"),
        ("sk-proj-abc123", "def456ghi789", "jkl012mno345", "pqr678"),
        ("550e8400-e29b", "-41d4-a716-", "446655440000"),
    ],
)
def test_published_examples_are_silent(parts: tuple[str, ...]) -> None:
    value = "".join(parts)
    assert in_text(f"API_KEY={value}") == []
    assert in_value("API_KEY", value) == []


# --- names --------------------------------------------------------------------------------------------------------

NAMES = {
    TOKEN: """
        API_KEY OPENAI_API_KEY apiKey api-key X-API-Key x-goog-api-key --api-key --token --access-token accessToken
        GITHUB_PERSONAL_ACCESS_TOKEN GITHUB_PAT client_secret CLIENT_SECRET_2 clientSecret Authorization SECRET_KEY_BASE
        private_key PRIVATE-TOKEN AWS_SECRET_ACCESS_KEY SERVICE_ROLE_KEY Ocp-Apim-Subscription-Key API_KEY_PROD apikey
        TAVILY_API_KEYS bearerToken jwtSecret WEBHOOK_SECRET clé_API chave-de-API claveAPI API-Schlüssel APIキー API_키
        ключ_API 金鑰""",
    PASSWORD: """
        PASSWORD DB_PASSWORD dbPassword passwd PGPASSWORD MYSQL_PWD SMTP_PASS --password passphrase DB_PW contraseña
        密码 hasło Wachtwoord Şifre parola mật_khẩu kata_sandi Lösenord كلمة_المرور 비번 storepass""",
    PERHAPS: "--key KEY OPENAI_KEY BRAVE_KEY auth COOKIE credentials anonKey",
    PHRASE: "MNEMONIC SEED_PHRASE",
    NOTHING: """
        MAX_TOKENS CLAUDE_CODE_MAX_OUTPUT_TOKENS TOKEN_LIMIT max_token API_KEY_HELPER_TTL_MS TOKEN_URL SECRET_NAME
        KEY_FILE PRIVATE_KEY_PATH API_KEY_ENV TOKEN_ID AWS_ACCESS_KEY_ID selectedAuthType publicKey primaryKey cacheKey
        STRIPE_PUBLISHABLE_KEY NEXT_PUBLIC_KEY foreign_key nextPageToken csrf_token PASSWORD_STORE_DIR keybindings
        keyword keywords monkey tokenizer tokens author compass minipass hotkey id env command args api clé schlüssel
        public_clé_api""",
}


@pytest.mark.parametrize(
    ("expected", "name"), [(what, name) for what, names in NAMES.items() for name in names.split()]
)
def test_what_a_name_says(expected: int, name: str) -> None:
    assert what_is_named(name) == expected


# --- values under a name ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "kind", "literal"),
    [
        ("EXA_API_KEY", UUID, "named-identifier-secret", UUID),
        ("--key", UUID, "named-identifier-secret", UUID),
        ("--token", HEX, "named-identifier-secret", HEX),
        ("MAGIC_API_KEY", f'"{KEY}"', "named-secret", KEY),
        ("API_KEY", f" {KEY} ", "named-secret", KEY),
        ("REF_API_KEY", sample("ref-key"), "ref-key", sample("ref-key")),
        ("DB_PASSWORD", STRONG, "password", STRONG),
        ("ODOO_PASSWORD", "sunflowers", "password", "sunflowers"),
        ("ACT_PASSWORD", "person-3758@example.net", "password", "person-3758@example.net"),
        ("GMAIL_APP_PASSWORD", "qkzt wmva plor dneh", "password", "qkzt wmva plor dneh"),
        ("Authorization", f"Bearer {KEY}", "named-secret", KEY),
        ("Authorization", f"bearer {sample('supabase-pat')}", "supabase-pat", sample("supabase-pat")),
        ("X-Auth-Token", f"Token {KEY}", "named-secret", KEY),
        ("TOKEN", f"${{TOKEN:-{KEY}}}", "named-secret", KEY),
        ("TOKEN", f"${{A:-${{B:-{KEY}}}}}", "named-secret", KEY),
        (
            "GITHUB_TOKEN",
            f"${{GH:-{sample('github-pat-classic')}}}",
            "github-pat-classic",
            sample("github-pat-classic"),
        ),
        ("PRIVATE_KEY", "0x" + characters("hex", 64), "named-secret", "0x" + characters("hex", 64)),
        ("OPENAI_KEY", sample("openai-style-key"), "openai-style-key", sample("openai-style-key")),
        ("BRAVE_SEARCH_KEY", KEY, "named-secret", KEY),
        ("ZAI_API_KEY", f"{HEX}.{KEY[:16]}", "named-secret", f"{HEX}.{KEY[:16]}"),
    ],
)
def test_a_literal_under_the_name_of_a_secret(name: str, value: str, kind: str, literal: str) -> None:
    secret = judge_named_value(name, at(value, 100))
    assert secret
    start = 100 + value.index(literal)
    assert (secret.kind, secret.span) == (kind, Span(start, start + len(literal)))


def test_basic_authentication_is_judged_by_its_password() -> None:
    encoded = b64encode(f"bob:{PLAIN}".encode()).decode()
    assert in_value("Authorization", f"Basic {encoded}") == [("named-secret", encoded)]
    keyed = b64encode(f"{KEY}:".encode()).decode()
    assert in_value("Authorization", f"Basic {keyed}") == [("named-secret", keyed)]
    for login in (b"user:password", b"app:password", b"me:password"):  # with two, no and one sign of padding
        padded = b64encode(login).decode()
        assert in_value("Authorization", f"Basic {padded}") == []
        assert in_value("Authorization", f"Basic {padded.rstrip('=')}") == []


def test_a_recovery_phrase() -> None:
    phrase = "ladder wagon prefer knife mutual crane orbit velvet sniff ocean tulip bread"
    assert in_value("MNEMONIC", phrase) == [("recovery-phrase", phrase)]
    assert in_value("MNEMONIC", "test " * 11 + "junk") == []
    assert in_value("description", phrase) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CLAUDE_CODE_MAX_OUTPUT_TOKENS", "64000"),
        ("TOKEN_LIMIT", HEX),
        ("STRIPE_PUBLISHABLE_KEY", f"pk_live_{KEY}"),
        ("API_KEY", f"pk_test_{KEY}"),
        ("PROJECT_REF", "abcdefghijklmnopqrst"),
        ("cacheKey", DIGEST),
        ("commit", DIGEST),
        ("SECRET_NAME", "acme-prod-8h3k2j"),
        ("MODEL", "claude-3-5-sonnet-20241022"),
        ("OPENAI_API_KEY", "ollama"),
        ("OPENAI_API_KEY", "sk-no-key-required"),
        ("auth", "gcloud-2"),
        ("KEY", "ctrl+shift+p"),
        ("API_KEY", "acme-staging-gateway-2"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "./gcp-9f8d7a6b5c4d3e2f1a0b.json"),
        ("inputs", "token"),
        ("DB_PASSWORD", "${DB_PASSWORD:-postgres}"),
        ("password", "Minimum 8 characters"),
        ("TOKEN", "abc"),
    ],
)
def test_values_that_are_no_secrets(name: str, value: str) -> None:
    assert in_value(name, value) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (f'API_KEY="{HEX}"', [("named-identifier-secret", HEX)]),
        (f"--api-key={KEY}", [("named-secret", KEY)]),
        (f"--token {KEY}", [("named-secret", KEY)]),
        (f"-Password {STRONG}", [("password", STRONG)]),
        (json.dumps({"apiKey": KEY, "model": "sonar"}), [("named-secret", KEY)]),
        (f"X-API-Key: {KEY[:12]}", [("named-secret", KEY[:12])]),
        (f"Server=db.acme.io;User Id=sa;Password={STRONG};", [("password", STRONG)]),
        (f"Bash(PGPASSWORD={PLAIN} psql -h db.acme.io)", [("password", PLAIN)]),
        (f"Bash(curl -H 'Authorization: Bearer {KEY}' https://x)", [("authorization-header", KEY)]),
        (f"Bash(sshpass -p '{PLAIN}' ssh root@1.2.3.4)", [("command-password", PLAIN)]),
        (f"Bash(mysql -u root -p{PLAIN} app)", [("command-password", PLAIN)]),
        (f"Bash(curl -u admin:{PLAIN} https://x)", [("command-password", PLAIN)]),
        (f"Bash(redis-cli -h x -a {PLAIN} ping)", [("command-password", PLAIN)]),
        (f"Bash(sqlcmd -S x -U sa -P '{PLAIN}')", [("command-password", PLAIN)]),
        ("Bash(PGPASSWORD=postgres psql -h localhost)", []),
        ("Bash(mysql -u root -proot app)", []),
        ('Bash(curl -H "Authorization: Bearer $TOKEN" https://x)', []),
        ("Bash(git commit -m 'token: count them')", []),
        ("Bash(grep -rE 'ghp_[A-Za-z0-9]{36}' .)", []),
        ("mcp__github__create_or_update_file", []),
        ("WebFetch(domain:docs.example.org)", []),
    ],
)
def test_secrets_inside_a_value(value: str, expected: Found) -> None:
    assert in_value("0", value) == expected


def test_the_word_after_a_flag_is_named_by_it() -> None:
    token = sample("supabase-pat")
    words = ["-y", "some-server@1.2.3", "--access-token", token, "--key", UUID, "--token=" + HEX, "--verbose", KEY]
    places = [at(word, 1000 * number) for number, word in enumerate(words)]
    assert [(secret.kind, secret.span) for secret in find_in_arguments(places)] == [
        ("supabase-pat", Span(3000, 3000 + len(token))),
        ("named-identifier-secret", Span(5000, 5036)),
        ("named-identifier-secret", Span(6008, 6040)),
    ]


def test_places_count_the_escapes_of_the_document() -> None:
    text = json.dumps({"env": {"MAGIC": f'API_KEY="{HEX}"', "API_KEY": "\\u0041" + KEY}}).replace(
        "\\\\u0041", "\\u0041"
    )
    root = read_json(text).root
    assert isinstance(root, Mapping)
    environment = root.mapping("env")
    assert environment
    found = [find_in_value(name, environment.text(name) or at("")) for name in ("MAGIC", "API_KEY")]
    assert shown(found[0], text) == [("named-identifier-secret", HEX)]
    assert shown(found[1], text) == [("named-secret", "\\u0041" + KEY)]


# --- URLs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "password", "host", "silent"),
    [
        ("postgresql://app", PLAIN, "db.acme.io:5432/app", False),
        ("postgres://root", PLAIN, "10.0.0.5/app", False),
        ("mongodb+srv://app", PLAIN, "cluster0.ab1cd.mongodb.net/?retryWrites=true", False),
        ("redis://", PLAIN, "cache.acme.io:6379", False),
        ("mysql://a", f"p@{PLAIN}", "db.acme.io", False),
        ("postgres://app", KEY, "localhost/app", False),
        ("postgres://app", PLAIN, "db.example.com/x", False),
        ("postgresql://user", "password", "localhost:5432/db", True),
        ("postgresql://user", "password", "db.acme.io:5432/db", True),
        ("postgresql://user", "kroete77", "db.acme.io:5432/db", True),
        ("postgres://postgres", "postgres", "localhost/x", True),
        ("postgres://harbor", "harbor", "db.acme.io/x", True),
        ("postgresql://dev", "dev", "localhost", True),
        ("postgres://app", PLAIN, "localhost/x", True),
        ("postgres://app", PLAIN, "[::1]:5432/x", True),
        ("postgres://app", PLAIN, "postgres:5432/x", True),
        ("postgres://app", "kroete77", "db.example.com/x", True),
        ("amqp://guest", "guest", "rabbitmq:5672", True),
        ("redis://", "${PASSWORD}", "cache.acme.io", True),
        ("mongodb+srv://<user>", "<password>", "cluster0.ab1cd.mongodb.net", True),
        ("https://user", "token", "github.com/a/b.git", True),
        ("http://db.acme.io", "8080) then ask", "acme.io", True),
        ("http://localhost", "3000/", "vite/client", True),
    ],
)
def test_passwords_in_urls(user: str, password: str, host: str, silent: bool) -> None:
    url = f"{user}:{password}@{host}"
    found = [] if silent else [("url-password", password)]
    assert in_text(url) == found
    assert in_value("DATABASE_URL", url) == found


@pytest.mark.parametrize(
    "url",
    [
        f"https://{HEX}@o1234.ingest.sentry.io/45",
        "git@github.com:a/b.git",
        "ssh://git@github.com:22/a/b.git",
        "https://registry.example.org/@scope/name",
    ],
)
def test_urls_without_a_password(url: str) -> None:
    assert in_text(url) == in_value("url", url) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"https://server.smithery.ai/x/mcp?api_key={UUID}&profile=cold-mouse-Xy12", UUID),
        (f"https://mcp.exa.ai/mcp?exaApiKey={UUID}", UUID),
        (f"https://x.io/sse?a=b&token={DIGEST}#top", DIGEST),
        (f"https://x.io/sse?access_token={KEY}", KEY),
        ("https://mcp.supabase.com/mcp?project_ref=abcdefghijklmnopqrst&read_only=true", ""),
        ("https://x.io/mcp?profile=cold-mouse-Xy12", ""),
        ("http://localhost:3000/api?token=test", ""),
        ("https://x.io/?api_key=${API_KEY}", ""),
        ("https://x.io/?api_key=YOUR_API_KEY", ""),
        (f"http://127.0.0.1:8080/{HEX}/sse", ""),
    ],
)
def test_credentials_in_queries(url: str, expected: str) -> None:
    assert in_text(url) == ([("url-query-secret", expected)] if expected else [])
    assert in_value("url", url) == ([("url-query-secret", expected)] if expected else [])


def test_the_kind_of_a_token_in_a_url_is_its_own() -> None:
    token = sample("gitlab-pat")
    assert in_text(f"https://oauth2:{token}@gitlab.com/a/b.git") == [("gitlab-pat", token)]
    token = sample("tavily-key")
    assert in_text(f"https://mcp.tavily.com/mcp/?tavilyApiKey={token}") == [("tavily-key", token)]


# --- JSON Web Tokens and private keys -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "kind", "severity"),
    [
        ({"iss": "supabase", "role": "service_role", "exp": 4102444800}, "supabase-service-role-key", Severity.ERROR),
        ({"iss": "supabase", "role": "anon", "exp": 4102444800}, "supabase-anon-key", Severity.WARNING),
        ({"sub": "user-1", "exp": 4102444800}, "jwt", Severity.ERROR),
        ({"sub": "user-1"}, "jwt", Severity.ERROR),
    ],
)
def test_a_token_says_what_it_is(claims: dict[str, object], kind: str, severity: Severity) -> None:
    token = jwt(claims)
    for text in (token, f"Authorization: Bearer {token}", f"SUPABASE_KEY={token}", f'"{token}"', f"${{K:-{token}}}"):
        (secret,) = find_in_text(text)
        assert (secret.kind, secret.severity, secret.note) == (kind, severity, "")
        assert text[secret.span.start : secret.span.end] == token
    assert in_value("SUPABASE_ANON_KEY", token) == [(kind, token)]


def test_an_expired_token_is_a_warning() -> None:
    (secret,) = find_in_text(jwt({"sub": "user-1", "exp": 1600000000}))
    assert (secret.severity, secret.note) == (Severity.WARNING, "expired on 2020-09-13")


@pytest.mark.parametrize(
    ("claims", "note"),
    [
        ({"exp": 4102444800, "nbf": 4102401600}, "valid for a day at most"),
        ({"exp": 4102444800, "iat": 4102444800 - 86_400}, "valid for a day at most"),
        ({"exp": 4102444800, "iat": 4102444800 - 86_401}, ""),
        ({"exp": 4102444800, "iat": 4102444800}, ""),
        ({"exp": 4102444800, "iat": True}, ""),
        ({"exp": 60}, "expired on 1970-01-01"),
    ],
)
def test_a_token_of_a_day_opens_nothing_for_long(claims: dict[str, object], note: str) -> None:
    (secret,) = find_in_text(jwt({"sub": "user-1", **claims}))
    assert (secret.severity, secret.note) == (Severity.WARNING if note else Severity.ERROR, note)


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "1234567890", "name": "John Doe", "iat": 1516239022},
        {"iss": "supabase-demo", "role": "service_role", "exp": 1983812996},
        {"some": "payload"},
        {},
    ],
)
def test_demonstrations_are_silent(claims: dict[str, object]) -> None:
    assert in_text(f"the token {jwt(claims)} shows") == []


@pytest.mark.parametrize(
    "text", ["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...", "eyJ0eXAi.x.y", "eyJ" + "!" * 40, "eyJhbGci.eyJzdWIi.SflK"]
)
def test_shortened_tokens_are_silent(text: str) -> None:
    assert in_text(text) == []


@pytest.mark.parametrize("exp", [True, "soon", -1, 1e300, None])
def test_a_strange_expiry_is_ignored(exp: object) -> None:
    (secret,) = find_in_text(jwt({"sub": "user-1", "exp": exp}))
    assert (secret.kind, secret.note) == ("jwt", "")


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("", "private-key"),
        ("RSA ", "private-key"),
        ("OPENSSH ", "private-key"),
        ("EC ", "private-key"),
        ("ENCRYPTED ", "encrypted-private-key"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\\n", "\\r\\n"])
def test_private_keys(header: str, kind: str, line_end: str) -> None:
    key = private_key(header, line_end)
    assert in_text(f'"private_key": "{key}"') == [(kind, key)]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "\n...\n",
        "\nMIIEpAIBAAKCAQEA...\n",
        "\n<your key>\n",
        "\n" + "x" * 64 + "\n",
        "\n# not base 64: " + "words " * 20 + "\n",
    ],
)
def test_the_lines_around_a_private_key_alone_are_silent(body: str) -> None:
    words = "PRIVATE" + " KEY"
    assert in_text(f"-----BEGIN {words}-----{body}-----END {words}-----") == []
    assert in_text(f"grep -r 'BEGIN {words}' . || -----BEGIN RSA {words}-----") == []


@pytest.mark.parametrize("words", ["PUBLIC" + " KEY", "CERTIFICATE", "CERTIFICATE REQUEST"])
def test_public_keys_and_certificates_are_silent(words: str) -> None:
    assert in_text(private_key().replace("PRIVATE" + " KEY", words)) == []


@pytest.mark.parametrize(("length", "is_key"), [(15, False), (16, True)])
def test_letters_alone_are_a_key_if_they_are_many(length: int, is_key: bool) -> None:
    value = characters("letter", length, 4)
    assert in_value("API_KEY", value) == ([("named-secret", value)] if is_key else [])


def test_an_aws_secret_is_found_beside_its_key_id() -> None:
    key_id = sample("aws-access-key-id")
    secret = characters("base64", 40)
    assert in_text(f"id {key_id}, secret {secret}") == [
        ("aws-access-key-id", key_id),
        ("aws-secret-access-key", secret),
    ]
    assert in_text(f"id {key_id} at commit {DIGEST}") == [("aws-access-key-id", key_id)]
    assert in_text(f"only {secret}") == []


# --- prose --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind", "literal"),
    [
        (f"- API key: `{KEY}`", "named-secret", KEY),
        (f"**Password:** `{STRONG}`", "password", STRONG),
        (f"| DB_PASSWORD | {STRONG} |", "password", STRONG),
        (f"| Access token | `{DIGEST}` |", "named-identifier-secret", DIGEST),
        (f"the password `{STRONG}` opens it", "password", STRONG),
        (f"export FOO_TOKEN={DIGEST}", "named-identifier-secret", DIGEST),
        (f"$env:API_KEY = '{HEX}'", "named-identifier-secret", HEX),
        (f'{{"apiKey": "{KEY}"}}', "named-secret", KEY),
        (f"token={DIGEST}", "named-identifier-secret", DIGEST),
        (f'API_KEY=\\"{HEX}\\"', "named-identifier-secret", HEX),
        (f"api_key = '{KEY}'\r\n", "named-secret", KEY),
        (f"--header 'X-API-Key: {KEY}'", "named-secret", KEY),
        (f"PASSWORD={STRONG}", "password", STRONG),
        (f"数据库密码：{STRONG}", "password", STRONG),
        (f"Mot de passe : {STRONG}", "password", STRONG),
        (f"* Passwort: {STRONG}", "password", STRONG),
        (f"- Password: {DRAWN}", "password", DRAWN),
        (f'SERVER_PASSWORD="{DRAWN}"', "password", DRAWN),
        (f"Password: `{PLAIN}!`", "password", f"{PLAIN}!"),
        (f"Mot de passe\xa0: {STRONG}", "password", STRONG),
        (f"SSH Password: ({STRONG})", "password", STRONG),
    ],
)
def test_a_generated_value_counts_in_prose(text: str, kind: str, literal: str) -> None:
    assert in_text(text) == [(kind, literal)]


WEAK = """
    Manager123! Student123! Teacher123! Doctor123! Editor123! QaUser123! Cliente123! Usuario123! Prueba123! Cambiar123!
    Mudar@123 Teste@123 Motdepasse1! Contraseña2024! Nauczyciel12! Kullanici1! NguoiDung@123 Benutzer-2024! Welkom01!
    Student123!@# Sanctuary_Moon1 synergy_secure_password_2025 creativeai_root_2024 shop_user_2024 Acme2024! Kunde#1111
""".split()


@pytest.mark.parametrize("value", WEAK)
def test_words_with_a_short_number_are_weak_in_prose(value: str) -> None:
    assert is_thought_up(value)
    for text in (f"Password: `{value}`", f"PASSWORD={value}", f"Login: me@acme.io / {value}", f"password is '{value}'"):
        assert in_text(text) == []
    assert in_value("DB_PASSWORD", value) == ([("password", value)] if not is_placeholder(value) else [])


@pytest.mark.parametrize(
    "value",
    [STRONG, PLAIN, DRAWN, "Vorn" + "4827@@", "Kuxo" + "71signer", "H8$m3" + "nQ4@uS2", "a" * 50 + "1", "", "1234!"],
)
def test_what_is_not_words_with_a_short_number(value: str) -> None:
    assert not is_thought_up(value)


@pytest.mark.parametrize("value", [DRAWN, "hRwpqy" + "VrXtNz", "qXvBnKw" + "ZjTpLd"])
def test_letters_that_a_generator_drew(value: str) -> None:
    assert is_drawn(value)


@pytest.mark.parametrize(
    "value",
    [
        *(
            "getPasswordFromEnv",
            "userFormData",
            "XMLHttpRequest",
            "currentPassword",
            "PostgreSQLDatabase",
            "macOSVersion",
        ),
        *("kubernetesNamespace", "Ed", "hwpqyvrxtnzc", "HWPQYVRXTNZC", "Hwpqyvrxtnzc", "hwpqyVrXt", "hwpqyVrXt7zc", ""),
    ],
)
def test_identifiers_and_words_are_not_drawn(value: str) -> None:
    assert not is_drawn(value)


def test_most_random_letters_are_drawn_and_few_random_passwords_thought_up() -> None:
    letters = [characters("letter", 14, seed) for seed in range(400)]
    assert sum(map(is_drawn, letters)) > 260
    assert sum(is_thought_up(characters("word", 14, seed)) for seed in range(400)) < 12


@pytest.mark.parametrize(
    "label",
    [
        "Password (prod): ",
        "**Password** (prod): ",
        "Access (password): ",
        "Password for root: ",
        "Password for the staging database: ",
        "Password for root (prod): ",
        "Mot de passe root : ",
        "Senha do banco: ",
        "Contraseña de la base de datos: ",
        "Пароль от базы: ",
        "密码（生产）：",
        "비밀번호(운영): ",
        "Root password is ",
        "**root password** is ",
        "The password for root is now: ",
        "the password is `",
        "Set the admin password to `",
        "Das Passwort ist ",
        "La contraseña es ",
        "root 密码是 ",
        "数据库密码为：",
        "パスワードは ",
        "パスワードは「",
        "비밀번호는 ",
        "Hasło: ",
        "Wachtwoord: ",
        "Şifre: ",
        "Parola: ",
        "Mật khẩu: ",
        "Kata sandi: ",
        "Lösenord: ",
        "كلمة المرور: ",
        "비번: ",
        "Login: `ops@acme.io` / `",
        "**Login** (prod): admin / ",
        "ID/PW: admin / ",
        "Username / Password: admin / ",
        "Basic auth: admin:",
        "creds: `admin`:`",
        "账号: admin / ",
        "- ops@acme.io / ",
        "- `ops@acme.io` / `",
        "- root@10.0.0.5 / ",
        "ops@acme.io:",
    ],
)
def test_what_calls_a_value_a_password(label: str) -> None:
    close = {"`": "`", "「": "」"}.get(label[-1], "")
    for end in ("", "\n", "\r\nnext", " です。", ", see above"):
        assert in_text(label + STRONG + close + end) == [("password", STRONG)]


@pytest.mark.parametrize(
    "label",
    [
        *("Clé API : ", "Clé API\u202f: ", "Chave de API: ", "Clave API: ", "API-Schlüssel: ", "APIキー: ", "API 키: "),
        *("Ключ API: ", "API key (OpenRouter): ", "The API key for OpenRouter is ", "cron secret is ", "API 密钥: "),
    ],
)
def test_what_calls_a_value_a_key(label: str) -> None:
    assert in_text(label + KEY) == [("named-secret", KEY)]


@pytest.mark.parametrize(
    ("table", "literals"),
    [
        (f"| User | Password |\n|---|---|\n| ops | {STRONG} |\n", [STRONG]),
        (f"| User | Password |\r\n|:--|--:|\r\n| ops | `{STRONG}` |\r\n| dev | **{PLAIN}** |\r\n", [STRONG, PLAIN]),
        (f"| 账号 | 密码 |\n| --- | --- |\n| ops | {STRONG} |", [STRONG]),
        (f"Password (prod) | User\n--- | ---\n{STRONG} | ops", [STRONG]),
        (f"> | | Password |\n> |---|---|\n> || {STRONG} |\n", [STRONG]),
        (f"| a \\| b | Password |\n|---|---|\n| c \\| d | {STRONG} |\n", [STRONG]),
        (f"| Host | `{STRONG}` |\n|---|---|\n| ops | {STRONG} |\n", []),
        (f"| User | Password |\n|---|---|\n\n| ops | {STRONG} |\n", []),
        (f"| User | Password |\n| ops | {STRONG} |\n", []),
        (f"| User | Password hash |\n|---|---|\n| ops | {STRONG} |\n", []),
        ("| User | Password |\n|---|---|\n| ops | Admin123! |\n| dev | at least 8, 1 Digit |\n| x |\n||\n", []),
        ("| Provider | API key |\n|---|---|\n| OpenAI | `OPENAI_API_KEY` |\n", []),
        ("|---|---|\n|---|---|\n", []),
    ],
)
def test_columns_that_a_header_names(table: str, literals: list[str]) -> None:
    assert [literal for _, literal in in_text(table)] == literals


def test_a_key_in_a_table() -> None:
    assert in_text(f"| Provider | API key |\n|---|---|\n| Acme | `{KEY}` |\n") == [("named-secret", KEY)]


@pytest.mark.parametrize(
    "text",
    [
        f"echo '{STRONG}' | sudo -S apt update",
        f"ssh h \"echo '{STRONG}' | sudo -S reboot\"",
        f"echo {PLAIN}|sudo -kS id",
        f"printf '%s\\n' '{STRONG}' | sudo -u root -S id",
        f"sudo -S id <<< '{STRONG}'",
        f"plink -ssh ops@h -pw {STRONG} ls",
        f"lftp -u ops,{STRONG} h",
        f"sqlplus ops/{PLAIN}@db.acme.io",
        f"smbclient //srv/x -U 'ops%{STRONG}'",
        f"net use Z: \\\\srv\\x /user:ops {PLAIN}",
        f"net use \\\\srv\\x {PLAIN} /user:ops",
        f"az login --service-principal -u x -p {STRONG} --tenant t",
    ],
)
def test_passwords_on_command_lines(text: str) -> None:
    (found,) = in_text(text)
    assert found[0] == "command-password"
    assert found[1] in (STRONG, PLAIN)
    assert [kind for kind, _ in in_value("command", text)] == ["command-password"]


@pytest.mark.parametrize(
    "text",
    [
        "echo password | sudo -S apt",
        "echo $PASSWORD | sudo -S apt",
        "echo 'Paxg and more' | sudo -S apt",
        f"echo {PLAIN} | sudo tee -a x",
        f"echo {PLAIN} | grep -S x",
        "net use Z: \\\\srv\\x /user:ops /persistent:yes",
        "sqlplus / as sysdba",
        "plink -pw %PASSWORD% x",
    ],
)
def test_command_lines_without_a_password(text: str) -> None:
    assert in_text(text) == []


def test_a_token_of_a_bot_in_its_address() -> None:
    token = sample("telegram-bot-token")
    assert in_text(f"https://api.telegram.org/bot{token}/getMe") == [("telegram-bot-token", token)]
    assert in_value("url", f"https://api.telegram.org/bot{token}/getMe") == [("telegram-bot-token", token)]


def test_a_shared_access_signature() -> None:
    signature = characters("alnum", 20) + "%2B" + characters("alnum", 22) + "%3D"
    url = f"https://acme.blob.core.windows.net/c?sv=2024-11-04&sp=rl&se=2027-01-01T00%3A00%3A00Z&sig={signature}"
    assert in_text(f"<{url}>") == [("azure-sas-signature", signature)]
    assert in_text(f"{url}&sr=c") == [("azure-sas-signature", signature)]
    assert in_text(url.replace("windows.net", "acme.io")) == []


@pytest.mark.parametrize(
    "text",
    [
        f'login = {{"email": user.email, "password": "{"testpass"}983"}}',
        f"const password = '{'password'}123'",
        f'password="{"locykltest"}983"',
        "Password: minimum 8 characters, one digit",
        "token = response.json()['access_token']",
        "private_key: ed25519.Ed25519PrivateKey,",
        "private_key: PKCS7PrivateKeyTypes,",
        "you can pass `spec=True1` to it",
        "key: deps-" + DIGEST,
        f"the primary key: {UUID}",
        f"commit {DIGEST}",
        f"sha256:{characters('hex', 64)}",
        f"sha512-{characters('base64', 86)}==",
        f'"integrity": "sha512-{characters("base64", 86)}=="',
        f"data:image/png;base64,{characters('base64', 400)}",
        f"contract 0x{DIGEST}",
        f"AWS::IAM::AccessKey: {DIGEST}",
        f"gpg --recv-keys {DIGEST.upper()}",
        f"arn:aws:iam:secret:Name-{KEY}",
        "The token count is 128000 tokens: 64000 in, 64000 out",
        "Never commit `ghp_` tokens or `sk-ant-` keys",
        "POSTGRES_PASSWORD: postgres",
        f"SECRET_KEY=django-insecure-{characters('alnum', 50)}",
        "def test_create_user_sends_welcome_email_with_mollie(self):",
        "Bearer authentication, Basic authentication, token authentication",
        "ssh-rsa " + "AAAAB3NzaC1yc2E" + characters("base64", 300),
        "task-master-ai, risk-based, disk-usage-report-20240101",
        *("password is SHA256-hashed.", "the password is PBKDF2-HMAC-SHA256", "Password (min 8 chars): Aa1!aaaaX9"),
        *("The password is validated with Argon2id", "password is AES-256-GCM-encrypted", "token is RS256-signed"),
        *("Password hash for root: $2b$10$N9qo8uLOickgx2", "Password (bcrypt): $2b$10$N9qo8uLOickgx2"),
        *("password: getPasswordFromEnv", "token: accessTokenFromCookie", "secret: clientSecretValue"),
        *("Login: https://acme.io:8443/Admin1X", "git@github.com:acme/Repo2024X", "h@a.acme.io:/var/www/App2xx"),
        *("h@a.acme.io:Back-Up1.tar", "Auth: Bearer / X-API-Key2", "last login: 2024-01-15T10:30:00.000Z"),
        *("Account: ClassName1 / OtherName2", "Auth: Module:ClassName1", "mail ops@acme.io / +49-89-123456X"),
        '- 비밀번호: `autoComplete="current-password"`',
        "password: `name='current-1Password'`",
    ],
)
def test_prose_and_code_without_secrets(text: str) -> None:
    assert in_text(text) == []
    assert find_with_detect_secrets(text) == []


# --- repeats, overlaps, suggestions -------------------------------------------------------------------------------


def test_repeats_of_a_value_are_grouped() -> None:
    text = f"--key {UUID}\nB_API_KEY={KEY}\n--key {UUID}\n--key {UUID}\n"
    groups = once_per_value(find_in_text(text), text)
    assert [(group.secret.kind, group.secret.span.start, len(group.others)) for group in groups] == [
        ("named-identifier-secret", 6, 2),
        ("named-secret", 53, 0),
    ]
    assert [text[span.start : span.end] for span in groups[0].others] == [UUID, UUID]


def test_a_repeat_that_says_more_names_the_group() -> None:
    text = f"x {KEY} y {KEY}"
    vague = table().kinds["named-secret"].found(Span(2, 34))
    telling = table().kinds["npm-token"].found(Span(37, 69))
    (group,) = once_per_value([telling, vague], text)
    assert (group.secret.kind, group.secret.span, group.others) == ("npm-token", Span(2, 34), (Span(37, 69),))


def test_one_finding_per_place() -> None:
    token = sample("github-pat-classic")
    text = f'curl -H "Authorization: Bearer {token}" -e GITHUB_TOKEN={token} https://x:{token}@github.com'
    assert in_text(text) == [("github-pat-classic", token)] * 3


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("github-pat-classic", "GITHUB_PERSONAL_ACCESS_TOKEN", "GITHUB_PERSONAL_ACCESS_TOKEN"),
        ("github-pat-classic", "Authorization", "GITHUB_TOKEN"),
        ("github-pat-classic", "", "GITHUB_TOKEN"),
        ("supabase-pat", "--access-token", "SUPABASE_ACCESS_TOKEN"),
        ("named-secret", "X-Figma-Token", "FIGMA_TOKEN"),
        ("named-secret", "apiKey", "API_KEY"),
        ("named-secret", "--key", "API_KEY"),
        ("named-secret", "token", "TOKEN"),
        ("password", "dbPassword", "DB_PASSWORD"),
        ("password", "pwd", "PASSWORD"),
        ("password", "the password", "PASSWORD"),
        ("password", "Root password", "ROOT_PASSWORD"),
        ("url-password", "url", "PASSWORD"),
        ("url-password", "DATABASE_URL", "DATABASE_PASSWORD"),
        ("url-query-secret", "0", "API_KEY"),
        ("named-secret", "密码", "API_KEY"),
    ],
)
def test_the_suggested_variable(kind: str, name: str, expected: str) -> None:
    assert suggest_variable(kind, name) == expected


@pytest.mark.parametrize(
    ("wanted", "taken", "expected"),
    [
        (["API_KEY"], [], ["A_API_KEY"]),
        (["API_KEY", "API_KEY"], [], ["A_API_KEY", "B_API_KEY"]),
        (["ACME_API_KEY"], [], ["ACME_API_KEY"]),
        (["ACME_API_KEY", "ACME_API_KEY"], [], ["A_ACME_API_KEY", "B_ACME_API_KEY"]),
        (["ACME_API_KEY"], ["ACME_API_KEY"], ["A_ACME_API_KEY"]),
        (["API_KEY"], ["A_API_KEY"], ["A_API_KEY_2"]),
    ],
)
def test_no_two_values_share_a_variable(wanted: list[str], taken: list[str], expected: list[str]) -> None:
    paths = [("mcpServers", owner, "env", "API_KEY") for owner in "ab"][: len(wanted)]
    assert distinct_variables(wanted, paths, taken) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("provider", "acme", "options", "apiKey"), "ACME_API_KEY"),
        (("mcpServers", "acme-api", "env", "API_KEY"), "ACME_API_KEY"),
        (("mcpServers", "21st dev", "env", "API_KEY"), "MCP_21ST_DEV_API_KEY"),
        (("mcpServers", "密", "headers", "X"), "API_KEY"),
        (("mcpServers", "a-b-c-d-e-f-g", "args"), "A_B_C_D_E_API_KEY"),
        (("models", "0", "apiKey"), "API_KEY"),
        (("env", "API_KEY"), "API_KEY"),
        ((), "API_KEY"),
    ],
)
def test_a_general_name_takes_that_of_its_owner(path: tuple[str, ...], expected: str) -> None:
    assert distinct_variables(["API_KEY"], [path]) == [expected]


def test_what_cannot_be_told_apart_by_its_owner_is_numbered() -> None:
    assert distinct_variables(["API_KEY"] * 3, [("apiKey",)] * 3) == ["API_KEY", "API_KEY_2", "API_KEY_3"]


def test_a_secret_knows_what_it_is_called() -> None:
    for text, name in (
        (f"Influx token: `{KEY}`", "Influx token"),
        (f"DOCFORK_API_KEY={KEY}", "DOCFORK_API_KEY"),
        (f"https://x.io/?exaApiKey={KEY}", "exaApiKey"),
        (f"--api-key {KEY}", "api-key"),
        (sample("npm-token"), ""),
    ):
        assert [secret.called for secret in find_in_text(text)] == [name]
    assert [secret.called for secret in find_in_value("X-Api-Key", at(KEY))] == ["X-Api-Key"]
    assert [secret.called for secret in find_in_arguments([at("--api-key"), at(KEY, 99)])] == ["--api-key"]


# --- detect-secrets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "literal", "plugin"),
    [
        (f'if ("{KEY}" == my_password) {{', KEY, "Secret Keyword"),
        (f"x AKC{KEY} y", f"AKC{KEY}", "Artifactory Credentials"),
        (f"iam key {characters('word', 44)}", characters("word", 44), "IBM Cloud IAM Key"),
    ],
)
def test_detect_secrets_has_a_second_opinion(text: str, literal: str, plugin: str) -> None:
    known = list(find_in_text(text))
    (secret,) = find_with_detect_secrets(text, known=known)
    assert text[secret.span.start : secret.span.end] == literal
    assert (known, secret.kind, secret.note) == ([], "detected-secret", f"{plugin} of detect-secrets")


def test_what_is_known_is_not_found_again() -> None:
    text = f'api_key = "{KEY}"'
    known = list(find_in_text(text))
    assert shown(known, text) == [("named-secret", KEY)]
    assert find_with_detect_secrets(text, known=known) == []


def test_an_ordinary_file_does_not_import_detect_secrets() -> None:
    program = (
        "import sys\n"
        "from claude_preflight.agents.secrets import find_in_text, find_with_detect_secrets\n"
        "text = '# Project\\nPut your API key into `.env`: `API_KEY=...`.\\nThe commit is 3f2a9c81b7d04e65.\\n' * 50\n"
        "assert not find_with_detect_secrets(text, known=list(find_in_text(text)))\n"
        "assert 'detect_secrets' not in sys.modules and 'requests' not in sys.modules\n"
    )
    done = subprocess.run(
        (sys.executable, "-c", program), env={"PYTHONPATH": str(HOOKS)}, check=False, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")


WORDS = st.sampled_from(
    [
        *(
            "api_key",
            "password",
            "cloudant_pw",
            "softlayer_token",
            "secret_access_key",
            "iam key",
            "my_password",
            "AKC",
            "AP3",
        ),
        *(
            " = ",
            ": ",
            "=",
            " == ",
            " => ",
            "://u:",
            "@host",
            '"',
            "'",
            "`",
            ";",
            "(",
            ")",
            "[",
            "]",
            " ",
            "\t",
            ",",
            "//r/:_authToken=",
        ),
        *(
            KEY,
            HEX,
            DIGEST,
            UUID,
            STRONG,
            characters("hex", 48),
            characters("hex", 64),
            characters("word", 44),
            "example",
            "x",
        ),
    ]
)


@given(st.lists(WORDS, max_size=12).map("".join))
@settings(max_examples=300, deadline=None)
def test_the_cheap_test_loses_nothing_that_detect_secrets_finds(line: str) -> None:
    parts = list(suspicious_parts(line, 0, len(line), ()))
    for place, _ in opinions(line):
        assert any(part.start <= place.start and place.end <= part.end for part in parts)


# --- hostile input ------------------------------------------------------------------------------------------------

FRAGMENTS = st.sampled_from(
    [
        *(sample(kind) for kind in SAMPLES),
        *(
            "--eyJ",
            "eyJ",
            ".",
            "=",
            ":",
            "key=",
            "password: ",
            '"',
            "'",
            "`",
            "\\",
            "\\n",
            "${",
            "}",
            "://",
            "@",
            "-----BEGIN ",
        ),
        *(
            "PRIVATE" + " KEY-----",
            "-----END ",
            "AKIA",
            "Bearer ",
            "Authorization: Basic ",
            "mysql -p",
            "curl -u a:",
            "--token ",
            "| password |\n|---|\n|",
            "login: a / ",
            "a@b.io:",
            "password (x) is ",
            "echo a | sudo -S ",
            "密码是",
        ),
        *("\0", "\ud800", "\u202e", "é", "密码", "\r\n", "\t", " ", "|", "&", "%3D", KEY, UUID),
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(FRAGMENTS, max_size=10).map("".join)), st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_text_is_taken(text: str, prose: bool) -> None:
    secrets = list(find_in_text(text, prose=prose))
    assert all(0 <= secret.span.start < secret.span.end <= len(text) for secret in secrets)
    assert all(before.span.end <= after.span.start for before, after in pairwise(secrets))
    once_per_value(secrets, text)


@given(st.text(max_size=30), st.one_of(st.text(max_size=100), st.lists(FRAGMENTS, max_size=6).map("".join)))
@settings(max_examples=300, deadline=None)
def test_any_name_and_value_are_taken(name: str, value: str) -> None:
    for secret in find_in_value(name, at(value, 7)):
        assert isinstance(secret, Secret)
        assert 7 <= secret.span.start < secret.span.end <= 7 + len(value)
    assert is_placeholder(value, name) in (True, False)


@given(st.integers(0, 40), st.integers(0, 40), st.sampled_from(sorted(SAMPLES)))
@settings(max_examples=100, deadline=None)
def test_a_part_of_a_text_is_searched_alone(before: int, after: int, kind: str) -> None:
    token = in_context(kind, sample(kind))
    text = "a" * before + " " + token + " " + "b" * after
    alone = [
        secret._replace(span=Span(secret.span.start + before, secret.span.end + before))
        for secret in find_in_text(f" {token} ")
    ]
    assert list(find_in_text(text, before, before + len(token) + 2)) == alone
    assert list(find_in_text(text, 0, before)) == []


@pytest.mark.parametrize("seed", range(20))
def test_random_characters_are_no_credential_by_themselves(seed: int) -> None:
    letters = expand("{alnum:40} {hex:40} {base64:64} {lowernum:32} {uppernum:26} {word:43}", seed)
    assert in_text(f"{letters} {string.ascii_letters}") == []


DRAWN = "kQ7zT9w" + "Lm2"


@pytest.mark.parametrize(
    "text",
    [
        "Email/Password: qa2@acme.io / Test123",
        "- Email/Password: `qa2@acme.io` / `test`",
        "| Benutzer / Passwort | qa2@acme.io / test |",
        "Username/password: `qa2@acme.io`, `test`",
        "Email and password: qa2@acme.io and test",
        "Username/password: Admin_User7x / test",
        "password: bob7@firma-nord.com",
        "Forgot password: support24@acme.io",
        "| User | Password | Email |\n|---|---|---|\n| bob | pass1 | bob7@firma-nord.com |\n",
        f"| User | Password | Portfolio |\n|---|---|---|\n| kim | passwd1 | {DRAWN} |\n",
        "The string holds the password: `postgresql+psycopg://app:SENHA@localhost:5432/app`.",
        "password: `redis://localhost:6379/0Abc`",
        "mot de passe : `MonMotDePasseSecret2024`",
        "- Password: `Un1que$trongPassword2024`",
    ],
)
def test_users_addresses_and_neighbours_of_a_password_are_none(text: str) -> None:
    assert in_text(text) == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        (f"Email/password: qa2@acme.io / {DRAWN}", [DRAWN]),
        (f"API key/password: {DRAWN}#x", [f"{DRAWN}#x"]),
        (f"SSH and DB password: {DRAWN}#x", [f"{DRAWN}#x"]),
        (f"| Service | Name | Value |\n|---|---|---|\n| db | password | {DRAWN} |\n", [DRAWN]),
        (
            f"| A | Password | Note |\n|---|---|---|\n| x | {DRAWN}#x | password: {DRAWN}#y |\n",
            [f"{DRAWN}#x", f"{DRAWN}#y"],
        ),
    ],
)
def test_passwords_beside_users_and_in_tables(text: str, values: list[str]) -> None:
    assert [value for _, value in in_text(text)] == values
