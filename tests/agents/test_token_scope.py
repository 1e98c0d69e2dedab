"""What a server is granted and told: broad tokens, OAuth scopes, switches that limit or open it; the inventory."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.files import MCP_CONFIG
from claude_preflight.agents.granted import broad_tokens, oauth_scopes
from claude_preflight.agents.known_servers import Switch, catalogue
from claude_preflight.agents.mcp import Server, servers
from claude_preflight.agents.oauth_scopes import breadth, may_write, split_scopes
from claude_preflight.agents.recognised import recognised
from claude_preflight.agents.server_switches import lacks, spelled, used
from claude_preflight.agents.token_inventory import tokens, values
from claude_preflight.document import Document
from claude_preflight.syntax.nodes import Text
from credentials import sample

GITHUB_IMAGE = "ghcr.io/github/github-mcp-server:v0.20.1"
GITHUB_URL = "https://api.githubcopilot.com/mcp/"


def server_of(**entry: object) -> Server:
    text = json.dumps({"mcpServers": {"s": entry}}, ensure_ascii=False)
    return servers(Document(".mcp.json", text, frozenset((MCP_CONFIG,))))[0]


def started(line: str, **entry: object) -> Server:
    command, *args = line.split()
    return server_of(command=command, args=args, **entry)


@pytest.mark.parametrize(
    ("server", "name"),
    [
        (started("npx -y @supabase/mcp-server-supabase@0.5.5"), "@supabase/mcp-server-supabase"),
        (started("cmd /c npx -y mongodb-mcp-server"), "mongodb-mcp-server"),
        (started("uvx awslabs.aws-api-mcp-server@1"), "awslabs.aws-api-mcp-server"),
        (started("uvx AWSLABS_AWS_API_MCP_SERVER"), "awslabs.aws-api-mcp-server"),
        (started("python3 -m mcp_server_git --repository ."), "mcp-server-git"),
        (started("python -m mcp_server_git.server"), "mcp-server-git"),
        (started("uv run ./bin/mcp-server-git"), "mcp-server-git"),
        (started(f"docker run -i --rm {GITHUB_IMAGE}"), "ghcr.io/github/github-mcp-server"),
        (started("/opt/bin/github-mcp-server stdio"), "ghcr.io/github/github-mcp-server"),
        (started(r"C:\tools\github-mcp-server.exe stdio"), "ghcr.io/github/github-mcp-server"),
        (started("npx mcp-remote https://mcp.supabase.com/mcp"), "https://mcp.supabase.com/mcp"),
        (server_of(url="https://API.githubcopilot.com/mcp/x/issues"), GITHUB_URL),
        (server_of(url="https://user:word@mcp.linear.app:443/sse"), "https://mcp.linear.app/mcp"),
        (server_of(url="https://gitlab.com/api/v4/mcp"), "https://gitlab.com/api/v4/mcp"),
        (server_of(url="https://gitlab.com/api/v4/mcp-other"), ""),
        (server_of(url="https://gitlab.com/"), ""),
        (server_of(url="https://gitlab.com/api/x/../v4/./%6Dcp"), "https://gitlab.com/api/v4/mcp"),
        (server_of(url="https://gitlab.com/api/v4/mcp/%2e%2E/other"), ""),
        (server_of(url="https://gitlab.com/../../api/v4/mcp/."), "https://gitlab.com/api/v4/mcp"),
        (server_of(url="https://mcp.supabase.com.evil.example/mcp"), ""),
        (server_of(url="not an address"), ""),
        (started("node server.js"), ""),
        (started("python -m"), ""),
        (server_of(disabled=True), ""),
    ],
)
def test_recognised(server: Server, name: str) -> None:
    known = recognised(server)
    assert (known.name if known else "") == name


@pytest.mark.parametrize(
    ("server", "group"),
    [
        (started("npx @supabase/mcp-server-supabase --project-ref=a"), "read_only"),
        (started("npx @supabase/mcp-server-supabase --read-only"), ""),
        (started("npx @supabase/mcp-server-supabase --readOnly"), ""),
        (started("npx @supabase/mcp-server-supabase --READ_ONLY=true"), ""),
        (started("npx @supabase/mcp-server-supabase --read-only=false"), "read_only"),
        (started("npx @supabase/mcp-server-supabase --read-only False"), "read_only"),
        (started("npx @supabase/mcp-server-supabase --read-only 0"), "read_only"),
        (started("npx @supabase/mcp-server-supabase --no-read-only"), "read_only"),
        (started("npx @supabase/mcp-server-supabase --read-only --project-ref=a"), ""),
        (started("npx mongodb-mcp-server", env={"MDB_MCP_READ_ONLY": "1"}), ""),
        (started("npx mongodb-mcp-server", env={"MDB_MCP_READ_ONLY": "no"}), "read_only"),
        (started("npx mongodb-mcp-server", env={"MDB_MCP_READ_ONLY": "${RO}"}), ""),
        (started("npx mongodb-mcp-server", env={"MDB_MCP_READ_ONLY": "${RO:-false}"}), "read_only"),
        (started("npx mongodb-mcp-server", env={"MDB_MCP_READ_ONLY": "${RO:-true}"}), ""),
        (started("uvx postgres-mcp"), "read_only"),
        (started("uvx postgres-mcp --access-mode=restricted"), ""),
        (started("uvx postgres-mcp --access-mode restricted"), ""),
        (started("uvx postgres-mcp --access-mode ${MODE}"), ""),
        (started(f"docker run -e GITHUB_READ_ONLY=1 {GITHUB_IMAGE}"), ""),
        (started(f"docker run -e GITHUB_READ_ONLY {GITHUB_IMAGE}", env={"GITHUB_READ_ONLY": "1"}), ""),
        (started(f"docker run {GITHUB_IMAGE} stdio --read-only"), ""),
        (started(f"docker run {GITHUB_IMAGE}"), "read_only"),
        (server_of(url=GITHUB_URL), "read_only"),
        (server_of(url=f"{GITHUB_URL}readonly"), ""),
        (server_of(url=f"{GITHUB_URL}x/issues/readonly"), ""),
        (server_of(url=GITHUB_URL, headers={"x-mcp-READONLY": "true"}), ""),
        (server_of(url=GITHUB_URL, headers={"X-MCP-Readonly": "false"}), "read_only"),
        (started(f"npx mcp-remote {GITHUB_URL} --header X-MCP-Readonly:true"), ""),
        (server_of(url="https://mcp.supabase.com/mcp?read_only=true"), ""),
        (server_of(url="https://mcp.supabase.com/mcp?read_only"), ""),
        (server_of(url="https://mcp.supabase.com/mcp?a=b&READ_ONLY=false#x"), "read_only"),
        (started("npx firebase-tools mcp"), "restricted"),
        (started("npx firebase-tools mcp --only firestore"), ""),
        (started("npx firebase-tools mcp --only"), "restricted"),
        (started("npx @upstash/context7-mcp"), ""),
    ],
)
def test_lacks(server: Server, group: str) -> None:
    known = recognised(server)
    assert known is not None
    assert lacks(server, known) == group


@pytest.mark.parametrize(
    ("server", "found"),
    [
        (started(f"docker run -e GITHUB_TOOLSETS=all {GITHUB_IMAGE}"), [("GITHUB_TOOLSETS=all", "all", True)]),
        (
            started(f"docker run {GITHUB_IMAGE} --toolsets=repos,ALL"),
            [("--toolsets=all", "--toolsets=repos,ALL", True)],
        ),
        (started(f"docker run {GITHUB_IMAGE} --toolsets repos"), []),
        (started(f"docker run -e GITHUB_TOOLSETS=${{SETS}} {GITHUB_IMAGE}"), []),
        (
            started(f"docker run -e GITHUB_TOOLSETS=${{SETS:-all}} {GITHUB_IMAGE}"),
            [("GITHUB_TOOLSETS=all", "${SETS:-all}", True)],
        ),
        (server_of(url=f"{GITHUB_URL}x/all"), [("/x/all", f"{GITHUB_URL}x/all", True)]),
        (server_of(url=f"{GITHUB_URL}x/all/readonly"), [("/x/all", f"{GITHUB_URL}x/all/readonly", True)]),
        (server_of(url=f"{GITHUB_URL}x/allies"), []),
        (
            server_of(url=GITHUB_URL, headers={"X-MCP-Toolsets": "issues, all"}),
            [("X-MCP-Toolsets: all", "issues, all", True)],
        ),
        (
            started("uvx postgres-mcp --access-mode=unrestricted"),
            [("--access-mode=unrestricted", "--access-mode=unrestricted", True)],
        ),
        (started("npx @playwright/mcp --extension"), [("--extension", "--extension", False)]),
        (started("npx @playwright/mcp --extension=false"), []),
        (
            started("npx @playwright/mcp --cdp-endpoint http://127.0.0.1:9222"),
            [("--cdp-endpoint=…", "--cdp-endpoint", False)],
        ),
        (started("npx @playwright/mcp --cdp-endpoint"), []),
    ],
)
def test_switches_that_open_a_server(server: Server, found: list[tuple[str, str, bool]]) -> None:
    known = recognised(server)
    assert known is not None
    assert [(use.shown, str(use.place), use.everything) for use in used(server, known, "everything")] == found


def test_every_limit_of_the_catalogue_can_be_written() -> None:
    for known in catalogue().servers:
        for absence in known.switches("everything"):
            if absence.kind == "absence":
                assert known.switches(absence.name)
        for group in ("read_only", "restricted", "everything"):
            assert all(spelled(switch) for switch in known.switches(group))
    assert spelled(Switch("env", "A", any=True)) == "A=…"
    assert spelled(Switch("url", "ro", part="query")) == "?ro=true"
    assert spelled(Switch("url", "x/*", part="path")) == "/x/…"


@pytest.mark.parametrize(
    ("scope", "vendor", "broad"),
    [
        ("repo", "", True),
        ("public_repo", "", False),
        ("read:org", "", False),
        ("admin:org", "", True),
        ("org:admin", "sentry", True),
        ("admin.users:read", "slack", False),
        ("admin.users:write", "slack", True),
        ("admin", "", True),
        ("FULL_ACCESS", "", True),
        ("*", "", True),
        ("read:*", "", True),
        ("write:*", "", True),
        ("write:packages", "", False),
        ("api", "gitlab.acme.io", True),
        ("api", "salesforce", False),
        ("read_api", "gitlab", False),
        ("full", "Salesforce", True),
        ("full", "", False),
        ("https://www.googleapis.com/auth/drive", "", True),
        ("https://www.googleapis.com/auth/drive.file", "", False),
        ("https://www.googleapis.com/auth/drive.readonly", "", False),
        ("https://www.googleapis.com/auth/cloud-platform", "", True),
        ("https://www.googleapis.com/auth/cloud-platform.read-only", "", False),
        ("https://www.googleapis.com/auth/admin.directory.user", "", True),
        ("https://www.googleapis.com/auth/admin.directory.user.readonly", "", False),
        ("https://mail.google.com/", "", True),
        ("Directory.ReadWrite.All", "", True),
        ("https://graph.microsoft.com/Sites.FullControl.All", "", True),
        ("Directory.Read.All", "", False),
        ("Mail.ReadWrite", "", False),
        ("openid", "", False),
        ("offline_access", "", False),
        ("administrate", "", False),
        ("", "", False),
    ],
)
def test_breadth(scope: str, vendor: str, broad: bool) -> None:
    assert (breadth(scope, vendor) is not None) == broad


@pytest.mark.parametrize(
    ("scope", "writes"),
    [
        ("contents:write", True),
        ("contents:read", False),
        ("read_write", True),
        ("Mail.ReadWrite", True),
        ("issues", False),
        ("mail:send", True),
        ("rewrite:read", False),
        ("repo", True),
    ],
)
def test_may_write(scope: str, writes: bool) -> None:
    assert may_write(scope) == writes


def test_scopes_keep_their_places() -> None:
    found = split_scopes(Text.at("read, repo  admin:org", 10, 31))
    assert [(str(scope), scope.start, scope.end) for scope in found] == [
        ("read", 10, 14),
        ("repo", 16, 20),
        ("admin:org", 22, 31),
    ]


@pytest.mark.parametrize(
    ("server", "scopes"),
    [
        (server_of(url="https://a.example/", oauth={"scopes": "a b"}), ["a", "b"]),
        (server_of(url="https://a.example/", oauth={"scopes": ["a", "b"], "scope": "c"}), ["a", "b", "c"]),
        (server_of(url="https://a.example/", auth={"scopes": ["a"]}), ["a"]),
        (server_of(url="https://a.example/", scopes=["a"]), ["a"]),
        (server_of(url="https://a.example/?scope=a,b#c"), ["a", "b"]),
        (started("node s.js --scopes a,b --scope=c --oauth-scopes d"), ["a", "b", "c", "d"]),
        (started("node s.js --scopes --other x"), []),
        (started("node s.js --telescope a --scope-file b"), []),
        (
            started("node s.js", env={"GOOGLE_SCOPES": "a b", "SCOPE": "c", "scopes": "d", "SCOPED": "e"}),
            ["a", "b", "c", "d"],
        ),
        (
            server_of(
                command="npx",
                args=["mcp-remote", "https://a.example/", "--static-oauth-client-metadata", '{ "scope": "a b" }'],
            ),
            ["a", "b"],
        ),
        (server_of(url="https://a.example/", oauth={"scopes": 3}, scopes={"a": "b"}), []),
    ],
)
def test_oauth_scopes(server: Server, scopes: list[str]) -> None:
    assert [str(scope) for scope in oauth_scopes(server)] == scopes


@pytest.mark.parametrize("kind", ["github-pat-classic", "supabase-pat", "payment-secret-key-live", "slack-user-token"])
def test_tokens_that_are_broad_by_their_form(kind: str) -> None:
    token = sample(kind)
    text = json.dumps({"mcpServers": {"s": {"command": "node", "env": {"ACME_KEY": token}}}})
    (server,) = servers(Document(".mcp.json", text, frozenset((MCP_CONFIG,))))
    (found,) = broad_tokens(server)
    assert text[found.span.start : found.span.end] == token
    assert token not in f"{found.what} {found.instead} {found.key}"
    assert found.key == f"ACME_KEY:{kind}"


@pytest.mark.parametrize(
    "kind", ["github-pat-fine-grained", "payment-secret-key-test", "netlify-token", "slack-bot-token"]
)
def test_tokens_that_are_not_or_have_no_narrower_kind(kind: str) -> None:
    assert list(broad_tokens(started("node s.js", env={"ACME_KEY": sample(kind)}))) == []


@pytest.mark.parametrize(
    ("server", "names"),
    [
        (
            started("node s.js", env={"SUPABASE_SERVICE_ROLE_KEY": "${SUPABASE_SERVICE_ROLE_KEY}"}),
            ["SUPABASE_SERVICE_ROLE_KEY"],
        ),
        (started("node s.js --key ${SERVICE_ROLE_KEY}"), ["SERVICE_ROLE_KEY"]),
        (server_of(url="https://a.example/", headers={"X": "Bearer ${MY_OPENAI_ADMIN_KEY}"}), ["MY_OPENAI_ADMIN_KEY"]),
        (started("node s.js", env={"AWS_ROOT_ACCESS_KEY_ID": "${A_B}"}), ["AWS_ROOT_ACCESS_KEY_ID"]),
        (started("node s.js", env={"GHOST_ADMIN_API_KEY": "${A_B}", "AWS_ROOT_DIR": "/x", "SERVICE_ROLES": "a_b"}), []),
    ],
)
def test_tokens_that_are_broad_by_their_name(server: Server, names: list[str]) -> None:
    assert [token.key for token in broad_tokens(server)] == names


INVENTORY = """\
tokens:
  - name: A_TOKEN
    servers: [a, b]
    scopes: "read, write"
    created: 2026-08-01
  - {name: B_TOKEN, servers: c}
  - servers: [d]
  - text
"""


def test_inventory() -> None:
    first, second = tokens(Document(".token-inventory.yaml", INVENTORY, frozenset()))
    assert (first.name, first.servers, first.scopes, first.created, first.rotated, first.owner) == (
        "A_TOKEN",
        ("a", "b"),
        ("read", "write"),
        "2026-08-01",
        None,
        None,
    )
    assert INVENTORY[first.scopes[1].start : first.scopes[1].end] == "write"
    assert (second.name, second.servers, second.scopes) == ("B_TOKEN", ("c",), ())


@pytest.mark.parametrize(
    "line",
    ["value: @", "name: @", "owner: ann @", "secret: {a: [@]}", "note: |\n      text\n      @", "servers: [a, @]"],
)
def test_a_value_in_the_inventory_is_found_wherever_it_stands(line: str) -> None:
    token = sample("github-pat-fine-grained")
    text = f"tokens:\n  - {line.replace('@', token)}\n"
    (secret,) = values(Document(".token-inventory.yaml", text, frozenset()))
    assert text[secret.span.start : secret.span.end] == token


def test_names_in_the_inventory_are_no_values() -> None:
    assert values(Document(".token-inventory.yaml", INVENTORY, frozenset())) == []


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.text(max_size=20), max_size=5),
    st.dictionaries(st.text(max_size=12), st.text(max_size=20), max_size=3),
    st.text(max_size=40),
    st.sampled_from(["npx mongodb-mcp-server", "uvx postgres-mcp", "docker run ghcr.io/github/github-mcp-server", "x"]),
)
def test_nothing_raises_and_places_lie_in_the_text(
    words: list[str], env: dict[str, str], query: str, line: str
) -> None:
    command, *first = line.split()
    entries = {
        "a": {"command": command, "args": [*first, *words], "env": env, "oauth": {"scopes": query}},
        "b": {"url": f"{GITHUB_URL}{query}", "headers": env, "scopes": words},
    }
    text = json.dumps({"mcpServers": entries})
    for server in servers(Document(".mcp.json", text, frozenset((MCP_CONFIG,)))):
        known = recognised(server)
        places = [token.span for token in broad_tokens(server)] + [scope.span for scope in oauth_scopes(server)]
        if known:
            assert lacks(server, known) in ("", "read_only", "restricted")
            places += [use.place.span for use in used(server, known, "everything")]
        assert all(0 <= span.start <= span.end <= len(text) for span in places)
