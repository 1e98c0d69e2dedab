"""Names that are taken for known servers, and those that are not, however near they look."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.impostors import (
    CHARACTERS,
    INVENTED,
    PUBLISHER,
    SCOPE,
    SPELLING,
    imitation,
)
from claude_preflight.agents.known_servers import catalogue

PROJECT = "@modelcontextprotocol"
FILES, PUPPETEER, THINKING = (f"{PROJECT}/server-{name}" for name in ("filesystem", "puppeteer", "sequential-thinking"))
GITHUB = "ghcr.io/github/github-mcp-server"


@pytest.mark.parametrize(
    ("registry", "name", "kind", "of", "known"),
    [
        ("npm", "@modelcontextprotoco1/server-filesystem", CHARACTERS, FILES, FILES),
        ("npm", "@modelcontextprotoco1/server-tea", CHARACTERS, PROJECT, ""),
        ("npm", "@model-context-protocol/server-filesystem", SCOPE, FILES, FILES),
        ("npm", "@modelcontextprotocl/server-tea", SCOPE, PROJECT, ""),
        ("npm", "@anthropic/anything", SCOPE, "@anthropic-ai", ""),
        ("npm", "@playwrght/mcp", SCOPE, "@playwright/mcp", "@playwright/mcp"),
        ("npm", "@modelcontextprotocol/server-git", INVENTED, PROJECT, "mcp-server-git"),
        ("npm", "@modelcontextprotocol/server-figma", INVENTED, PROJECT, "https://mcp.figma.com/mcp"),
        ("npm", "@modelcontextprotocol/server-sequentialthinking", INVENTED, PROJECT, THINKING),
        ("npm", "@anthropic-ai/mcp-server-github", INVENTED, "@anthropic-ai", GITHUB),
        ("npm", "@anthropic-ai/mcp", INVENTED, "@anthropic-ai", ""),
        ("npm", "@modelcontextprotocol/server-search", INVENTED, PROJECT, ""),
        ("npm", "@modelcontextprotocol/server-docs", INVENTED, PROJECT, ""),
        ("npm", "@anthropic-ai/filesystem-mcp", INVENTED, "@anthropic-ai", FILES),
        ("npm", "@modelcontextprotocol/server-tavily-search", INVENTED, PROJECT, ""),
        ("npm", "@Supabase/mcp-server", INVENTED, "@supabase", "@supabase/mcp-server-supabase"),
        ("npm", "@github/github-mcp-server", INVENTED, "@github", GITHUB),
        ("npm", "@airtable/mcp", INVENTED, "@airtable", ""),
        ("npm", "@upstash/context-7-mcp", INVENTED, "@upstash", "@upstash/context7-mcp"),
        ("npm", "mcp-rernote", CHARACTERS, "mcp-remote", "mcp-remote"),
        ("npm", "mcpremote", SPELLING, "mcp-remote", "mcp-remote"),
        ("npm", "task-msater-ai", SPELLING, "task-master-ai", "task-master-ai"),
        ("npm", "playwright-mcp", PUBLISHER, "@playwright/mcp", "@playwright/mcp"),
        ("npm", "notion-mcp-server", PUBLISHER, "@notionhq/notion-mcp-server", "@notionhq/notion-mcp-server"),
        ("npm", "mcp-server-fetch", PUBLISHER, "mcp-server-fetch", "mcp-server-fetch"),
        ("npm", "mcp-server-qdrant", PUBLISHER, "mcp-server-qdrant", "mcp-server-qdrant"),
        ("npm", "terraform-mcp-server", PUBLISHER, "hashicorp/terraform-mcp-server", "hashicorp/terraform-mcp-server"),
        ("pypi", "mcp_server.Supabase", PUBLISHER, "@supabase/mcp-server-supabase", "@supabase/mcp-server-supabase"),
        ("pypi", "github-mcp-server", PUBLISHER, GITHUB, GITHUB),
        ("npm", "@makenotion/mongodb-mcp-server", PUBLISHER, "mongodb-mcp-server", "mongodb-mcp-server"),
        ("npm", "@somebody/server-puppeteer", PUBLISHER, PUPPETEER, PUPPETEER),
        ("npm", "github-github-mcp-server", INVENTED, "github/github-mcp-server", GITHUB),
        ("pypi", "Mcp_Server.Fecth", SPELLING, "mcp-server-fetch", "mcp-server-fetch"),
        ("pypi", "mcp-grafanna", SPELLING, "mcp-grafana", "mcp-grafana"),
        ("oci", "docker.io/crysta1dba/postgres-mcp", CHARACTERS, "crystaldba/postgres-mcp", "postgres-mcp"),
        ("oci", "mccp/fetch", SPELLING, "mcp/fetch", ""),
        ("oci", "somebody/mongodb-mcp-server", PUBLISHER, "mongodb/mongodb-mcp-server", "mongodb-mcp-server"),
        ("git", "git@github.com:0raios/serena.git", CHARACTERS, "github.com/oraios/serena", "serena-agent"),
        ("git", "mircosoft/playwright-mcp", SPELLING, "github.com/microsoft/playwright-mcp", "@playwright/mcp"),
        ("go", "github.com/g1thub/github-mcp-server/cmd/x", CHARACTERS, "github.com/github/github-mcp-server", GITHUB),
    ],
)
def test_imitations(registry: str, name: str, kind: str, of: str, known: str) -> None:
    found = imitation(registry, name)
    assert found is not None
    assert (found.kind, found.of, found.known.name if found.known else "") == (kind, of, known)


# Packages that exist, or that a vendor may publish tomorrow.
HONEST = """
npm: @modelcontextprotocol/server-pdf @modelcontextprotocol/sdk @anthropic-ai/sdk mcp-server-foo server-postgres-mcp
npm: @acme/mcp-server-postgres @acme/mcp @acme/mcp-server @acme/server @playwright/cli @supabase/mcp-utils @sentry/mcp
npm: motion-mcp chrome-mcp prism-mcp jupiter-mcp fetcher-mcp sigma-mcp entry-mcp git-mcp-server mcp-postgres mcp-notion
npm: mcp-server-browser mcp-bridge mcp-gateway mcp-hub mcp-use desktop-commander mcp-server-mysql obsidian-mcp-server
npm: @agent-infra/mcp-server-filesystem @cyanheads/filesystem-mcp-server @executeautomation/playwright-mcp-server
npm: @mongodb-js/mongodb-mcp-server @supabase/mcp-server-auth @github/copilot @tavily/mcp @acme/mcp-server-chart
npm: mcp-playwright mcp-clickhouse markitdown-mcp mcp-server-kubernetes
npm: @mcpjam/inspector @mui/mcp @angiejones/mcp-selenium figma-mcp supabase-mcp linear-mcp neon-mcp nx serve prisma-mcp
pypi: context7-mcp firecrawl-mcp mcp-server-kit mcp-server-pip mcp-server-duckdb awslabs.ecr-mcp-server stripe-mcp
pypi: awslabs.aws-iam-mcp-server mysql-mcp-server-pro mcp-neo4j-memory chromia-mcp jupiter-mcp-server microsoft-mcp
pypi: mcp-playwright playwright-mcp tavily-mcp mcp-server-chart kubernetes-mcp-server chrome-devtools-mcp mcp-supabase
pypi: azure-mcp serena salesforge-mcp workplace-mcp mcp-server-perplexica
oci: mcp/postgres docker.io/mcp/github acme/tickets node acme/postgres-mcp
oci: hashicorp/terraform-mcp-server ghcr.io/hashicorp/terraform-mcp-server
oci: registry.acme.example/mirror/github-mcp-server
git: https://github.com/somebody/serena github.com/microsoft/playwright-mcp-tools https://git.acme.example/acme/serena
go: github.com/somebody/github-mcp-server golang.org/x/tools/gopls
nuget: Playwright.Mcp
path: ./playwright-mcp
"""


@pytest.mark.parametrize(
    ("registry", "name"),
    [
        (line.partition(":")[0], name)
        for line in HONEST.strip().splitlines()
        for name in line.partition(": ")[2].split()
    ],
)
def test_honest_names_are_left_alone(registry: str, name: str) -> None:
    assert imitation(registry, name) is None


def test_known_names_imitate_nobody() -> None:
    for server in catalogue().servers:
        assert imitation(server.registry, server.name) is None
        for alias in server.aliases:
            assert imitation(*alias.split(":", 1)) is None


PACKAGES = [
    server.name
    for server in catalogue().servers
    if server.trusted and server.registry == "npm" and len(max(server.name.split("-"), key=len)) > 6
]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PACKAGES), st.data())
def test_two_letters_that_change_places_are_noticed(name: str, data: st.DataObject) -> None:
    words = name.replace("@", "-").replace("/", "-").split("-")
    word = max(words, key=len)
    start = name.index(word)
    at = data.draw(st.integers(start, start + len(word) - 2))
    swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    scope = swapped.partition("/")[0] != name.partition("/")[0]
    found = imitation("npm", swapped)
    assert swapped == name or scope or found is not None


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["npm", "pypi", "oci", "git", "go", ""]), st.text(max_size=40))
def test_any_name_may_be_asked_for(registry: str, name: str) -> None:
    found = imitation(registry, name)
    assert found is None or found.kind in (CHARACTERS, SCOPE, SPELLING, INVENTED, PUBLISHER)
