"""The catalogue of known servers: that its data is sound, and what is found in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from claude_preflight.agents.data import data_path
from claude_preflight.agents.known_servers import (
    COMMUNITY,
    DEPRECATED,
    MALICIOUS,
    OFFICIAL,
    REFERENCE,
    Advisory,
    Switch,
    catalogue,
    normal_name,
    version_key,
)
from claude_preflight.agents.path_servers import path_servers
from claude_preflight.agents.similar_names import is_slip, skeleton, split_name
from claude_preflight.agents.validation import load_schema

DATA = json.loads(Path(data_path("known_servers.json")).read_text(encoding="utf-8"))


def test_the_data_has_the_form_that_its_schema_says() -> None:
    schema = load_schema("known_servers")
    assert [error.message for error in Draft202012Validator(schema).iter_errors(DATA)] == []


def test_every_server_stands_once_and_is_found_by_each_of_its_names() -> None:
    places = []
    for server in catalogue().servers:
        places.append(f"{server.registry}:{normal_name(server.registry, server.name)}")
        places += server.aliases
        for place in (f"{server.registry}:{server.name}", *server.aliases):
            registry, _, name = place.partition(":")
            found = catalogue().server(registry, name)
            assert found is not None
            assert found.name == server.name
    assert len(places) == len(set(places))


def test_invented_names_are_spelled_as_registries_file_them_and_nothing_known_has_one() -> None:
    assert len(catalogue().invented) >= 5
    for place in catalogue().invented:
        registry, _, name = place.partition(":")
        assert normal_name(registry, name) == name
        assert catalogue().server(registry, name) is None


def test_aliases_are_spelled_as_registries_file_them() -> None:
    for server in catalogue().servers:
        for alias in server.aliases:
            registry, _, name = alias.partition(":")
            assert normal_name(registry, name) == name


def test_no_two_known_servers_of_a_registry_look_alike() -> None:
    looks: dict[tuple[str, str], str] = {}
    for server in catalogue().servers:
        key = server.registry, skeleton(normal_name(server.registry, server.name))
        assert looks.setdefault(key, server.name) == server.name


def test_switches_and_their_absence_fit_together() -> None:
    for server in catalogue().servers:
        for group in ("read_only", "restricted", "everything"):
            for switch in server.switches(group):
                if switch.kind == "absence":
                    assert server.switches(switch.name), f"{server.name} has no switch that could be absent"
                    assert group == "everything"
                assert switch.part == "" or server.registry == "url" or server.category == "search"


def test_what_is_left_behind_or_malicious_says_so() -> None:
    for server in catalogue().servers:
        assert not server.replacement or server.status == DEPRECATED
        assert server.status != MALICIOUS or server.advisories
        assert server.by_vendor == (server.status in (OFFICIAL, REFERENCE, DEPRECATED))


def test_every_word_that_is_no_slip_is_near_a_word_of_a_known_name() -> None:
    known = {word for server in catalogue().servers for word in split_name(server.name.lower())}
    assert [word for word in sorted(catalogue().words) if not any(is_slip(word, other) for other in known)] == []
    assert catalogue().words.isdisjoint(known)


@pytest.mark.parametrize(
    ("registry", "name", "known", "status"),
    [
        ("npm", "@modelcontextprotocol/server-filesystem", "@modelcontextprotocol/server-filesystem", REFERENCE),
        ("npm", "@Playwright/MCP", "@playwright/mcp", OFFICIAL),
        ("pypi", "mcp_server.git", "mcp-server-git", REFERENCE),
        ("pypi", "awslabs-aws-api-mcp-server", "awslabs.aws-api-mcp-server", OFFICIAL),
        ("pypi", "MCP__Atlassian", "mcp-atlassian", COMMUNITY),
        ("oci", "ghcr.io/github/github-mcp-server", "ghcr.io/github/github-mcp-server", OFFICIAL),
        ("oci", "docker.io/crystaldba/postgres-mcp", "postgres-mcp", COMMUNITY),
        ("git", "git+https://github.com/oraios/serena.git", "serena-agent", COMMUNITY),
        ("git", "git@github.com:oraios/serena.git", "serena-agent", COMMUNITY),
        ("git", "github:Oraios/Serena", "serena-agent", COMMUNITY),
        ("git", "oraios/serena", "serena-agent", COMMUNITY),
        (
            "go",
            "github.com/github/github-mcp-server/cmd/github-mcp-server",
            "ghcr.io/github/github-mcp-server",
            OFFICIAL,
        ),
        ("npm", "postmark-mcp", "postmark-mcp", MALICIOUS),
        ("npm", "@modelcontextprotocol/server-github", "@modelcontextprotocol/server-github", DEPRECATED),
    ],
)
def test_finds(registry: str, name: str, known: str, status: str) -> None:
    server = catalogue().server(registry, name)
    assert server is not None
    assert (server.name, server.status) == (known, status)


@pytest.mark.parametrize(
    ("registry", "name"),
    [
        ("pypi", "@playwright/mcp"),
        ("npm", "mcp-server-git"),
        ("npm", "mcp_remote"),
        ("oci", "serena"),
        ("", ""),
        ("npm", ""),
    ],
)
def test_does_not_find(registry: str, name: str) -> None:
    assert catalogue().server(registry, name) is None


def test_only_a_server_that_is_given_no_folder_is_limited_by_its_own_configuration() -> None:
    found = {name: server for name, server in path_servers().items() if server.configured}
    assert set(found) == {"@wonderwhy-er/desktop-commander", "desktop-commander"}
    for server in found.values():
        assert server.missing
        assert (server.positional, server.flags, server.variables) == (False, (), ())


def test_two_projects_of_one_name_are_two() -> None:
    npm, pypi = (catalogue().server(registry, "mcp-server-kubernetes") for registry in ("npm", "pypi"))
    assert npm is not None
    assert pypi is not None
    assert npm.switches("read_only") == (Switch("env", "ALLOW_ONLY_READONLY_TOOLS"),)
    assert pypi.switches("read_only") == ()
    assert npm.advisories == (Advisory("CVE-2025-53355", "command injection", below="2.5.0"),)
    assert pypi.advisories == ()


def test_a_server_tells_what_is_known_of_it() -> None:
    server = catalogue().server("npm", "@supabase/mcp-server-supabase")
    assert server is not None
    assert (server.publisher, server.category, server.paths, server.replacement) == ("Supabase", "database", False, "")
    assert server.repository.startswith("https://github.com/")
    assert server.switches("restricted") == (
        Switch("flag", "--project-ref", any=True),
        Switch("flag", "--features", any=True),
    )
    assert server.switches("everything") == (Switch("absence", "read_only"),)


@pytest.mark.parametrize(
    ("address", "normal"),
    [
        ("git+ssh://git@github.com/Acme/Tools.git", "github.com/acme/tools"),
        ("https://user:word@www.github.com/acme/tools/", "github.com/acme/tools"),
        ("gitlab:acme/tools", "gitlab.com/acme/tools"),
        ("git@git.acme.example:acme/tools.git", "git.acme.example/acme/tools"),
        ("acme/tools", "github.com/acme/tools"),
        ("", "github.com"),
    ],
)
def test_normal_name_of_a_repository(address: str, normal: str) -> None:
    assert normal_name("git", address) == normal


IN_RANGE = Advisory("X", "x", since="0.0.5", below="0.1.16")
UP_TO = Advisory("X", "x", since="20.9.0", last="20.12.0")


@pytest.mark.parametrize(
    ("advisory", "version", "covered"),
    [
        (IN_RANGE, "0.1.15", True),
        (IN_RANGE, "0.0.5", True),
        (IN_RANGE, "0.0.4", False),
        (IN_RANGE, "0.1.16", False),
        (IN_RANGE, "0.1.16-beta.1", True),
        (IN_RANGE, "v0.1.9", True),
        (IN_RANGE, "0.2", False),
        (IN_RANGE, "1.0.0", False),
        (IN_RANGE, "latest", False),
        (IN_RANGE, "^0.1.0", False),
        (IN_RANGE, "", False),
        (UP_TO, "20.12.0", True),
        (UP_TO, "20.12.0.post1", False),
        (UP_TO, "20.12.1", False),
        (UP_TO, "20.9", True),
        (Advisory("X", "x", below="2025.12.18"), "2025.9.25", True),
        (Advisory("X", "x", below="2025.12.18"), "2025.12.18", False),
        (Advisory("X", "x"), "9.9.9", True),
    ],
)
def test_covers(advisory: Advisory, version: str, covered: bool) -> None:
    assert advisory.covers(version) is covered


def test_versions_are_ordered() -> None:
    versions = ["0.9", "1.0.0a1", "1.0.0-rc.1", "1", "1.0.post1", "1.0.1", "1.10", "2025.4.8", "2025.12.18"]
    keys = [version_key(version) for version in versions]
    assert None not in keys
    assert keys == sorted(keys, key=lambda key: key or ((), 0, ""))


def test_a_version_of_any_length_does_no_harm() -> None:
    assert version_key("9" * 10_000) is not None
    assert version_key("1." * 10_000) is None
