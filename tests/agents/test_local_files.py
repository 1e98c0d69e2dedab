"""Files that are never meant for a commit, and what git says of them."""

from __future__ import annotations

import pytest

from claude_preflight.agents.git_ignore import ignore_line, ignoring_rule, is_shared, is_tracked
from claude_preflight.agents.local_state import INSTRUCTIONS, SETTINGS, STATE, local_file
from claude_preflight.document import Document
from claude_preflight.repository import Repository
from conftest import MakeRepository, git, write

ENTRY = '{"parentUuid": null, "sessionId": "s", "type": "user"}\n'
UUID = "0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f"


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("CLAUDE.local.md", "", INSTRUCTIONS),
        ("a/b/CLAUDE.local.md", "", INSTRUCTIONS),
        ("CLAUDE.md", "", ""),
        (".claude/settings.local.json", "", SETTINGS),
        (".claude/settings.json", "", ""),
        (".claude/.credentials.json", "", STATE),
        ("deploy/.credentials.json", "{}", ""),
        ("home/.credentials.json", '{"claudeAiOauth": {}}', STATE),
        (".claude.json", '{"oauthAccount": {}}', STATE),
        (".claude.json.backup", '{"userID": "x"}', STATE),
        (".claude.json", '{"mcpServers": {}}', ""),
        (".claude.json", "[", ""),
        (".claude/projects/-src/s.jsonl", ENTRY, STATE),
        (".claude/projects/-src/s.jsonl", f"\n\r\n{ENTRY}", STATE),
        (".claude/x/s.jsonl", '{"sessionId": "s", "type": "summary"}', STATE),
        (".claude/x/s.jsonl", '{"sessionId": {"a": 1}, "type": "summary"}', ""),
        (".claude/x/s.jsonl", '{"sessionId": "s"}', ""),
        (".claude/x/s.jsonl", '{"type": "user"}', ""),
        (".claude/x/s.jsonl", "", ""),
        (".claude/x/s.jsonl", "[" * 5000, ""),
        ("data/s.jsonl", ENTRY, ""),
        (".claude/history.jsonl", '{"display": "x", "project": "/src"}', STATE),
        ("history.jsonl", '{"display": "x", "pastedContents": {}, "project": "/src"}', STATE),
        ("history.jsonl", '{"display": "x"}', ""),
        (".claude/shell-snapshots/snapshot-zsh-1.sh", "", STATE),
        ("sub/.claude/file-history/a/b@v1", "", STATE),
        (".claude/worktrees/x/README.md", "", STATE),
        (".claude/agent-memory-local/a/MEMORY.md", "", STATE),
        (".claude/agent-memory/a/MEMORY.md", "", ""),
        (f".claude/debug/{UUID}.txt", "", STATE),
        (".claude/debug/notes.txt", "", ""),
        (f".claude/todos/{UUID}-agent-{UUID}.json", "", ""),
        (".claude/todos/list.json", "", ""),
        ("todos/x.json", "", ""),
    ],
)
def test_local_file(path: str, text: str, kind: str) -> None:
    found = local_file(Document(path, text, frozenset()))
    assert (found.kind if found else "") == kind


@pytest.mark.parametrize("path", ["CLAUDE.md", "a b/ü.md", "[x]*?.md", "#x.md", "!x.md", "a\\b.md", "-n"])
def test_ignore_line_ignores_that_file_alone(path: str, make_repository: MakeRepository) -> None:
    folder = make_repository({path: "x"})
    repository = Repository(str(folder))
    assert is_tracked(repository, path)
    assert not is_tracked(repository, "other.md")
    assert ignoring_rule(repository, path) is None
    write(folder, {".gitignore": f"{ignore_line(path)}\n"})
    assert ignoring_rule(repository, path) == ".gitignore"
    assert ignoring_rule(repository, "sub/" + path) is None
    assert ignoring_rule(repository, "other.md") is None


@pytest.mark.parametrize(
    "path", ["CLAUDE.local.md", ".claude/settings.local.json", ".claude/.credentials.json", ".claude/worktrees/a/b"]
)
def test_line_for_a_local_file_covers_it_in_every_folder(path: str, make_repository: MakeRepository) -> None:
    found = local_file(Document(path, "", frozenset()))
    assert found is not None
    repository = Repository(str(make_repository({".gitignore": f"{found.ignore}\n"})))
    assert ignoring_rule(repository, path) == ".gitignore"
    assert ignoring_rule(repository, f"sub/{path}") == ".gitignore"


def test_who_shares_a_rule(make_repository: MakeRepository) -> None:
    folder = make_repository({"sub/.gitignore": "CLAUDE.md\n", ".gitignore": "*.md\n!keep.md\n"})
    (folder / ".git" / "info" / "exclude").write_text("mine.txt\n")
    (folder / "global").write_text("theirs.txt\n")
    git(folder, "config", "core.excludesFile", str(folder / "global"))
    repository = Repository(str(folder))
    sources = {
        path: ignoring_rule(repository, path) for path in ("sub/CLAUDE.md", "keep.md", "mine.txt", "theirs.txt", "x.c")
    }
    assert sources == {
        "sub/CLAUDE.md": "sub/.gitignore",
        "keep.md": None,
        "mine.txt": ".git/info/exclude",
        "theirs.txt": str(folder / "global"),
        "x.c": None,
    }
    assert [is_shared(source) for source in sources.values() if source] == [True, False, False]


def test_without_git_nothing_is_tracked(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("plain")
    write(folder, {"CLAUDE.md": "x"})
    repository = Repository(str(folder))
    assert not is_tracked(repository, "CLAUDE.md")
    assert ignoring_rule(repository, "CLAUDE.md") is None
