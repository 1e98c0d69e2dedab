"""The files that a plugin's manifest names are read for what it makes them, from where the run reads the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from claude_preflight.context import Context
from claude_preflight.examine import Options, examine
from claude_preflight.intake import MAX_BYTES
from claude_preflight.policy import Policy
from claude_preflight.repository import Repository
from conftest import MakeRepository, git, write

MANIFEST = "plugin/.claude-plugin/plugin.json"
SERVERS = '{"mcpServers": {"notes": {"command": "npx", "args": ["acme-notes"]}}}'
NAMING = '{"name": "p", "mcpServers": "./config/servers.json"}'
PLAIN = '{"name": "p"}'


def found(folder: Path, **options: object) -> list[str]:
    report = examine(Options(hooks=("mcp-pinned-version",))._replace(**options), str(folder))
    assert report.crashes == ()
    return [f"{result.where} {result.finding.rule.id}" for result in report.results]


def test_named_file_is_read_without_its_manifest(
    make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_repository({MANIFEST: NAMING, "plugin/config/servers.json": SERVERS, "servers.json": SERVERS})
    monkeypatch.chdir(folder)
    assert found(folder, paths=("plugin/config/servers.json", "servers.json")) == [
        "plugin/config/servers.json:1:54 unpinned-version"
    ]
    assert found(folder) == ["plugin/config/servers.json:1:54 unpinned-version"]


@pytest.mark.parametrize(("in_index", "in_worktree"), [(NAMING, PLAIN), (PLAIN, NAMING)])
def test_manifest_is_read_from_where_the_run_reads(
    in_index: str, in_worktree: str, make_repository: MakeRepository
) -> None:
    folder = make_repository({MANIFEST: in_index, "plugin/config/servers.json": SERVERS})
    write(folder, {MANIFEST: in_worktree})
    assert bool(found(folder, staged=True)) == (in_index == NAMING)
    assert bool(found(folder)) == (in_worktree == NAMING)


def test_named_file_of_the_index_is_read_from_there(make_repository: MakeRepository) -> None:
    folder = make_repository({MANIFEST: NAMING, "plugin/config/servers.json": SERVERS})
    write(folder, {"plugin/config/servers.json": SERVERS.replace("acme-notes", "acme-notes@1.2.3")})
    assert found(folder, staged=True) == ["plugin/config/servers.json:1:54 unpinned-version"]
    assert found(folder) == []


@pytest.mark.parametrize(
    "manifest",
    [
        PLAIN,
        NAMING.replace("./config", "../config"),
        NAMING.replace("./config", "/plugin/config"),
        NAMING.replace("./config/servers.json", "./config"),
        NAMING.replace('"./config/servers.json"', "[1, null, {}]"),
        NAMING.replace("mcpServers", "skills"),
        "[]",
        "{",
    ],
)
def test_file_that_no_manifest_names(manifest: str, make_repository: MakeRepository) -> None:
    assert found(make_repository({MANIFEST: manifest, "plugin/config/servers.json": SERVERS})) == []


def test_named_file_counts_among_those_of_the_repository(make_repository: MakeRepository) -> None:
    folder = make_repository({MANIFEST: NAMING, "plugin/config/servers.json": SERVERS, "recipe.yaml": "a: 1\n"})
    context = Context(Repository(str(folder)), Policy(), "2026-11-22")
    assert [document.path for document in context.documents("mcp-config")] == [MANIFEST, "plugin/config/servers.json"]
    git(folder, "rm", "-q", "--cached", MANIFEST)
    staged = Context(Repository(str(folder)), Policy(), "2026-11-22", staged=True)
    assert [document.path for document in staged.documents("mcp-config")] == []


@pytest.mark.parametrize("broken", [b"\xff", b"\0", b" " * MAX_BYTES], ids=["not-utf-8", "binary", "too-large"])
@pytest.mark.parametrize("manifest", [NAMING, PLAIN])
def test_a_named_file_that_cannot_be_read_is_no_clean_one(
    broken: bytes, manifest: str, make_repository: MakeRepository
) -> None:
    folder = make_repository({MANIFEST: manifest, "plugin/config/servers.json": SERVERS.encode() + broken})
    rule = "oversized-file" if broken.isspace() else "unreadable-file"
    expected = [f"plugin/config/servers.json:1:1 {rule}"] if manifest == NAMING else []
    assert found(folder) == found(folder, staged=True) == expected
