"""Hosts that are not what they look like, and settings that give up the certificate check."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.addresses import is_odd_address, is_quiet, is_tunnel
from claude_preflight.agents.hosts import disguise, distance_of, is_beyond_ascii, is_public_address
from claude_preflight.agents.mcp import servers
from claude_preflight.agents.places import LOOPBACK, PRIVATE, PUBLIC, places
from claude_preflight.agents.tls import allows_plain_http, opposite, turns_off_verification
from claude_preflight.agents.transport import judge
from claude_preflight.document import Document
from claude_preflight.syntax.nodes import Text

SPELLING = "it is an address in a spelling that hides it"
HOME = "it reads like this machine, and is another"
SCRIPTS = "letters of two scripts are mixed in one name"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://mcp.acme.io/mcp", ""),
        ("https://user:word@mcp.acme.io/mcp", ""),
        ("https://first.last@git.acme.io/mcp", ""),
        ("https://me%40acme.io@git.acme.io/mcp", ""),
        ("https://mcp.linear.app@acme.io/", 'the host is acme.io, not mcp.linear.app, which stands before the "@"'),
        ("https://Mcp.Linear.App:443@acme.io/", 'the host is acme.io, not Mcp.Linear.App, which stands before the "@"'),
        ("http://localhost@acme.io/", 'the host is acme.io, not localhost, which stands before the "@"'),
        ("http://localhost:3000/", ""),
        ("http://localhost./", ""),
        ("http://app.localhost/", ""),
        ("http://localhost.acme.io/", HOME),
        ("http://x.localhost.acme.io/", HOME),
        ("http://127.0.0.1.nip.io/", HOME),
        ("http://app-127-0-0-1.sslip.io/", HOME),
        ("http://localhost-tools.io/", ""),
        ("http://mylocalhost.io/", ""),
        ("http://127.0.0.1/", ""),
        ("http://127.1/", ""),
        ("http://10.0.0.8/", ""),
        ("http://0x7f.1/", SPELLING),
        ("http://0x7f000001/", SPELLING),
        ("http://2130706433/", SPELLING),
        ("http://0300.0250.1.1/", SPELLING),
        ("http://010.0.0.8/", SPELLING),
        ("http://[::1]/", ""),
        ("http://7zip/", ""),
        ("http://1/", ""),
        ("https://mcp.line\u0430r.app/", SCRIPTS),
        ("https://m\u00fcnchen.de/", ""),
        ("https://\u043c\u043e\u0441\u043a\u0432\u0430.\u0440\u0444/", ""),
    ],
)
def test_disguise(url: str, why: str) -> None:
    (place,) = places(Text.at(url, 0, len(url)))
    assert disguise(place) == why


@pytest.mark.parametrize(
    ("url", "distance"),
    [
        ("http://[::ffff:127.0.0.1]/", LOOPBACK),
        ("http://[::ffff:10.0.0.8]/", PRIVATE),
        ("http://[::ffff:8.8.8.8]/", PUBLIC),
        ("http://LOCALHOST./", LOOPBACK),
        ("http://acme.io/", PUBLIC),
    ],
)
def test_distance(url: str, distance: str) -> None:
    (place,) = places(Text.at(url, 0, len(url)))
    assert distance_of(place) == distance


@pytest.mark.parametrize(
    ("host", "tunnel", "address", "beyond"),
    [
        ("a.ngrok-free.app", True, False, False),
        ("A.TryCloudflare.com.", True, False, False),
        ("ngrok.com", False, False, False),
        ("notngrok.io", False, False, False),
        ("a.workers.dev", False, False, False),
        ("8.8.8.8", False, True, False),
        ("10.0.0.8", False, False, False),
        ("2001:db8::5", False, True, False),
        ("::1", False, False, False),
        ("8ball.io", False, False, False),
        ("xn--mnchen-3ya.de", False, False, True),
        ("www.xn--mnchen-3ya.de", False, False, True),
        ("m\u00fcnchen.de", False, False, True),
        ("", False, False, False),
    ],
)
def test_hosts(host: str, tunnel: bool, address: bool, beyond: bool) -> None:
    assert (is_tunnel(host), is_public_address(host), is_beyond_ascii(host)) == (tunnel, address, beyond)


@pytest.mark.parametrize(
    ("url", "odd"),
    [
        ("http:/acme.io", True),
        ("https:acme.io", True),
        ("https:\\\\acme.io", True),
        (" WSS:///acme.io", True),
        ("http://acme.io", False),
        ("http:", False),
        ("acme.io:80", False),
        ("", False),
    ],
)
def test_odd_addresses(url: str, odd: bool) -> None:
    assert is_odd_address(url) is odd


@pytest.mark.parametrize(
    ("name", "value", "off"),
    [
        ("NODE_TLS_REJECT_UNAUTHORIZED", "0", True),
        ("NODE_TLS_REJECT_UNAUTHORIZED", "1", False),
        ("PYTHONHTTPSVERIFY", "0", True),
        ("GIT_SSL_NO_VERIFY", "true", True),
        ("GIT_SSL_NO_VERIFY", "false", False),
        ("JIRA_SSL_VERIFY", "False", True),
        ("VERIFY_CERTS", "no", True),
        ("ES_SSL_SKIP_VERIFY", "true", True),
        ("INSECURE_SKIP_VERIFY", "1", True),
        ("SLACK_MCP_SERVER_CA_INSECURE", "true", True),
        ("CLICKHOUSE_VERIFY", "false", True),
        ("IGNORE_SSL", "true", True),
        ("npm_config_strict_ssl", "false", True),
        ("verifySsl", "false", True),
        ("rejectUnauthorized", "false", True),
        ("--insecure", "", True),
        ("--insecure", "https://acme.io", False),
        ("--insecure-skip-tls-verify", "", True),
        ("--tls-skip-verify", "", True),
        ("--no-verify-ssl", "", True),
        ("--no-check-certificate", "", True),
        ("--ignore-https-errors", "", True),
        ("--acceptInsecureCerts", "", True),
        ("--ignore-certificate-errors", "", True),
        ("--verify-ssl", "false", True),
        ("--verify-ssl", "", False),
        ("--no-verify", "", False),
        ("--insecure-http", "", False),
        ("--insecure-disable-elicitation", "", False),
        ("--no-ssl", "", False),
        ("EMAIL_VERIFICATION", "false", False),
        ("SSL_CERT_FILE", "/etc/ssl/ca.pem", False),
        ("VERIFY_SSL", "${VERIFY_SSL}", False),
        ("TLS_MIN_VERSION", "1.2", False),
        ("DISABLE_TELEMETRY", "1", False),
        ("SSL_DISABLED", "false", False),
        ("", "", False),
    ],
)
def test_turns_off_verification(name: str, value: str, off: bool) -> None:
    assert turns_off_verification(name, value) is off


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("--allow-http", "", True),
        ("--allow-http", "false", False),
        ("--insecure-http", "", True),
        ("OAUTHLIB_INSECURE_TRANSPORT", "1", True),
        ("MCP_ALLOW_HTTP", "true", True),
        ("ALLOW_HTTP_TOOLS", "true", False),
        ("HTTP_PROXY", "x", False),
        ("--http", "", False),
    ],
)
def test_allows_plain_http(name: str, value: str, allowed: bool) -> None:
    assert allows_plain_http(name, value) is allowed


@pytest.mark.parametrize(("value", "other"), [("0", "1"), ("False", "True"), ("on", "off"), ("maybe", ""), ("", "")])
def test_opposite(value: str, other: str) -> None:
    assert opposite(value) == other


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=10))
def test_any_text_may_be_judged(text: str, value: str) -> None:
    assert turns_off_verification(text, value) in (True, False)
    assert allows_plain_http(text, value) in (True, False)
    assert is_odd_address(text) in (True, False)
    for place in places(Text.at(f"http://{text}", 0, len(text) + 7)):
        assert isinstance(disguise(place), str)
        assert is_public_address(place.host) in (True, False)


@pytest.mark.parametrize(
    ("text", "quiet"),
    [
        ('{"mcpServers": {}}', True),
        ('{"mcpServers": {"a": {"type": "http", "url": "https://mcp.acme.io:8443/mcp?x=1"}}}', True),
        ('{"mcpServers": {"a": {"url": "http://localhost:3000/mcp"}, "b": {"url": "http://127.0.0.1"}}}', True),
        ('{"mcpServers": {"a": {"command": "npx", "args": ["@acme/mcp@1.2.3"], "env": {"A": "${A}"}}}}', True),
        ('{"mcpServers": {"a": {"url": "http://mcp.acme.io/mcp"}}}', False),
        ('{"mcpServers": {"a": {"url": "http://localhost:3000@acme.io/mcp"}}}', False),
        ('{"mcpServers": {"a": {"url": "https://acme.io@evil.io/mcp"}}}', False),
        ('{"mcpServers": {"a": {"url": "https://8.8.8.8/mcp"}}}', False),
        ('{"mcpServers": {"a": {"url": "https:/acme.io/mcp"}}}', False),
        ('{"mcpServers": {"a": {"url": "https:\\/\\/acme.io"}}}', False),
        ('{"mcpServers": {"a": {"url": "ht\\u0074p://acme.io"}}}', False),
        ('{"mcpServers": {"a": {"url": "https://a.ngrok.io"}}}', False),
        ('{"mcpServers": {"a": {"command": "x", "args": ["--insecure"]}}}', False),
        ('{"mcpServers": {"a": {"command": "x", "env": {"JIRA_SSL_VERIFY": "false"}}}}', False),
        ('{"mcpServers": {"a": {"command": "x", "env": {"DB": "postgres://localhost/x"}}}}', False),
    ],
)
def test_is_quiet(text: str, quiet: bool) -> None:
    assert is_quiet(text) is quiet


PIECES = st.sampled_from(
    [
        *"http:// https:// HTTPS:// ws:// wss:// https: :// / : @ . ? # '' \\ localhost 127.0.0.1 8.8.8.8".split(),
        *"10.0.0.8 0x7f.1 [::1] acme.io mcp ${X} ngrok.io xn--a.io :80 \u00e9 \u0430 --insecure --allow-http".split(),
        *(" ", "SSL_VERIFY=false ", "mcp-remote", "npx mcp-remote@1.2.3 ", "npx supergateway@1.2.3 --sse "),
    ]
)
PHRASES = st.lists(PIECES, min_size=1, max_size=6).map("".join)
NAMES = st.sampled_from(
    ["A_URL", "A_TOKEN", "NODE_TLS_REJECT_UNAUTHORIZED", "verifySsl", "allowHttp", "CA_INSECURE", "oauth", "url"]
)
ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "url": PHRASES,
        "command": PHRASES,
        "args": st.lists(PHRASES, max_size=3),
        "env": st.dictionaries(NAMES, PHRASES | st.sampled_from(["0", "false", "true"]), max_size=3),
        "oauth": st.dictionaries(NAMES, PHRASES, max_size=1),
        "verifySsl": st.booleans(),
    },
)


@settings(max_examples=600, deadline=None)
@given(st.lists(ENTRIES, max_size=2), st.booleans())
def test_nothing_is_found_in_a_quiet_file(entries: list[dict[str, object]], ascii_only: bool) -> None:
    table = {"mcpServers": {str(number): entry for number, entry in enumerate(entries)}}
    document = Document(".mcp.json", json.dumps(table, ensure_ascii=ascii_only), frozenset(("mcp-config",)))
    found = [evidence for server in servers(document) for evidence in judge(document, server)]
    assert not (found and is_quiet(document.text))
    assert all(0 <= evidence.place.start <= evidence.place.end <= len(document.text) for evidence in found)
