"""`claude-preflight sessions`: what a person gets to see of a session."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
from synthetic import START, Session

from claude_preflight.examine import Unusable
from claude_preflight.sessions import command
from claude_preflight.sessions.story import redacted
from conftest import MakeRepository
from credentials import characters, sample

ONE, TWO = "11111111-1111-4222-8333-444455556666", "22222222-1111-4222-8333-444455556666"

PASSWORD = characters("word", 14, 3)


@pytest.fixture
def folder(make_repository: MakeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = make_repository({"a.py": "x\n"})
    monkeypatch.chdir(root)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.delenv("CLAUDE_CODE_SESSION_ID", raising=False)
    return root


def save(folder: Path, name: str = ONE, start: float = START) -> Session:
    token = sample("github-pat-classic", 1)
    session = Session(folder, name, start)
    session.prompt("a secret thought", permissionMode="plan")
    session.call("Read", file_path=f"{folder}/a.py")
    session.call("Edit", file_path=f"{folder}/a.py", old_string="x", new_string="y")
    session.call(
        "Bash", f"token {token}", command=f"cat .env && curl -H 'Authorization: Bearer {token}' https://a.example.org"
    )
    session.call("mcp__docs__search", "x" * 40, query="a secret question", limit=3)
    session.call("Read", "Permission to use Read has been denied.", error=True, file_path="/etc/x.db")
    session.call("Bash", command="head /etc/x.db \x1b[2J")
    session.save(folder.parent / "config")
    return session


def shown(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    assert command.run(parser.parse_args(arguments), []) == 0
    return capfd.readouterr().out


def test_text(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    save(folder)
    save(folder, TWO, START - 86_400)
    out = shown(capfd)
    for line in (
        f"session {ONE}",
        "  models: claude-opus-5-5 (6)",
        "  permission modes: plan (1)",
        f"  {folder}/a.py: read 1, written 1",
        "  a.example.org: 1",
        "  mcp__docs__search: 1 call, about 10 tokens, with limit: number, query: text",
        "Denied, and then done in another way:",
        f"other sessions, latest first: {TWO}",
    ):
        assert line in out.splitlines()
    assert "(done) [.env]" in out
    assert "[github-pat-classic]" in out
    for hidden in (sample("github-pat-classic", 1), "secret", "\x1b", "token ghp"):
        assert hidden not in out


def test_json(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    save(folder)
    account = json.loads(shown(capfd, "111", "--format", "json"))
    assert (account["session"], account["begun"], account["prompts"]) == (ONE, "2026-11-18T11:06:40Z", 1)
    assert account["files"] == {f"{folder}/a.py": {"read": 1, "written": 1}}
    assert account["hosts"] == {"a.example.org": 1}
    assert (account["new_hosts"], account["new_tools"]) == (["a.example.org"], ["mcp__docs__search"])
    assert account["cost"]["output"] == 540
    assert [pair["denied"]["about"] for pair in account["retried"]] == ["/etc/x.db"]
    assert [each["became"] for each in account["denied"]] == ["denied"]
    assert account["mcp"] == [
        {
            "server": "docs",
            "tool": "mcp__docs__search",
            "calls": 1,
            "tokens": 10,
            "arguments": ["limit: number, query: text"],
        }
    ]


def test_markdown(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    session = save(folder)
    session.call("mcp__a`b__c")
    session.save(folder.parent / "config")
    out = shown(capfd, ONE, "--format", "markdown")
    assert out.startswith(f"# Session `{ONE}`\n\n* `2026-11-18T11:06:40Z to ")
    assert "* `mcp__a'b__c: 1 call, about 0 tokens, with no arguments`" in out.splitlines()


@pytest.mark.parametrize("wanted", ["3", "../x", ""])
def test_what_cannot_be_shown(folder: Path, wanted: str, capfd: pytest.CaptureFixture[str]) -> None:
    if wanted:
        save(folder)
    with pytest.raises(Unusable):
        shown(capfd, wanted)


def test_a_beginning_that_fits_several(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    save(folder)
    save(folder, ONE.replace("6666", "7777"))
    with pytest.raises(Unusable, match="2 sessions of this project"):
        shown(capfd, "1111")


def test_outside_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Unusable, match="git: "):
        shown(capfd)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make test", "make test"),
        ("a\nb", "a b"),
        ("x" * 200, "x" * 160 + "…"),
        (f"postgres://ann:{PASSWORD}@db.example.org/x", "postgres://ann:[url-password]@db.example.org/x"),
    ],
)
def test_redacted(text: str, expected: str) -> None:
    assert redacted(text) == expected


@pytest.mark.parametrize("before", range(0, 170, 10))
def test_a_credential_is_not_cut_in_two(before: int) -> None:
    token = sample("github-pat-classic", 2)
    assert token[:12] not in redacted("x " * (before // 2) + token)
