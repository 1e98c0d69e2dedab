"""Runs of commits by agents, in real histories."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from claude_preflight.agents.files import REPOSITORY
from claude_preflight.checks.claude_md_decisions import check
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.examine import Options, examine
from claude_preflight.policy import Policy
from claude_preflight.repository import Repository
from claude_preflight.sessions.decisions import Run, is_agent, latest_run
from conftest import MakeRepository, git, write

DAY = 86_400
START = 1_795_000_000
AGENT = "Claude Opus 5.5 <noreply@anthropic.com>"


def commit(folder: Path, *paths: str, by: str = "", author: str = "Ann <ann@example.com>", day: float = 0) -> None:
    """Commit a change to each of `paths` (`code.py` without any) on `day`, with a trailer for the co-author `by`."""
    for path in paths or ("code.py",):
        old = (folder / path).read_text() if (folder / path).exists() else ""
        write(folder, {path: f"{old}x\n"})
    git(folder, "add", "-A")
    message = "Change it\n\nWhy it was changed.\n" + (f"\nCo-Authored-By: {by}\n" if by else "")
    when = f"{round(START + day * DAY)} +0000"
    dates = {"GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when}
    command = ("git", "-C", folder, "commit", "-q", f"--author={author}", "-m", message)
    subprocess.run(command, env={**os.environ, **dates}, check=True)


@pytest.fixture
def folder(make_repository: MakeRepository) -> Path:
    root = make_repository({"README.md": "x\n"})
    commit(root)
    return root


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (AGENT, True),
        ("Claude <noreply@anthropic.com>", True),
        ("Cursor <cursoragent@cursor.com>", True),
        ("Copilot <175728472+Copilot@users.noreply.github.com>", True),
        ("copilot-swe-agent[bot] <198982749+copilot-swe-agent[bot]@users.noreply.github.com>", True),
        ("devin-ai-integration[bot] <158243242+devin-ai-integration[bot]@users.noreply.github.com>", True),
        ("aider (gpt-9) <noreply@aider.chat>", True),
        ("Codex <codex@example.org>", True),
        ("Amp <amp@ampcode.com>", True),
        ("Claude Monet <claude.monet@example.org>", False),
        ("Ann <ann@example.com>", False),
        ("dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", False),
        ("Jean-Claude <jc@example.org>", False),
        ("Amparo Cruz <amparo@example.org>", False),
        ("", False),
    ],
)
def test_is_agent(name: str, expected: bool) -> None:
    assert is_agent(name) is expected


def test_a_run_ends_at_a_person(folder: Path) -> None:
    for day in range(3):
        commit(folder, by=AGENT, day=day)
    commit(folder, day=3)
    for day in range(4, 6):
        commit(folder, by=AGENT, day=day)
    assert latest_run(str(folder)) == Run(2, DAY, False)
    commit(folder, day=7)
    assert latest_run(str(folder)) == Run(0, 0, False)


@pytest.mark.parametrize("path", ["CLAUDE.md", "docs/AGENTS.md", ".claude/agents/a b.md", ".claude/rules/ü.md"])
def test_a_run_ends_at_a_change_to_an_instruction_file(folder: Path, path: str) -> None:
    commit(folder, by=AGENT)
    commit(folder, path, "code.py", by=AGENT, day=1)
    for day in (2, 5):
        commit(folder, by=AGENT, day=day)
    assert latest_run(str(folder)) == Run(2, 3 * DAY, False)
    (folder / path).write_text("y\n")
    assert latest_run(str(folder)) == Run(2, 3 * DAY, False)
    git(folder, "add", "-A")
    assert latest_run(str(folder)) == Run(0, 0, False)


def test_merges_neither_end_a_run_nor_count(folder: Path) -> None:
    git(folder, "checkout", "-q", "-b", "side")
    commit(folder, "side.py", by=AGENT, day=1)
    git(folder, "checkout", "-q", "main")
    commit(folder, by=AGENT, day=2)
    git(folder, "merge", "-q", "--no-ff", "-m", "Merge it", "side")
    assert latest_run(str(folder)) == Run(2, DAY, False)


def test_agents_that_commit_under_their_own_names(folder: Path) -> None:
    commit(folder, author=AGENT)
    assert latest_run(str(folder)) == Run(1, 0, False)


def test_what_the_message_says_elsewhere_is_no_trailer(folder: Path) -> None:
    message = f"Forbid it\n\nCo-Authored-By: {AGENT}\nis what we no longer write.\n\nSo be it.\n"
    git(folder, "commit", "-q", "--allow-empty", "-m", message)
    assert latest_run(str(folder)) == Run(0, 0, False)


def test_no_history(make_repository: MakeRepository) -> None:
    assert latest_run(str(make_repository({"a": "b"}))) == Run(0, 0, False)


def test_a_clock_that_goes_back(folder: Path) -> None:
    for day in (5, 2, 4):
        commit(folder, by=AGENT, day=day)
    assert latest_run(str(folder)) == Run(3, 3 * DAY, False)


def findings(folder: Path, **limits: float) -> list[str]:
    context = Context(Repository(str(folder)), Policy(limits=tuple(limits.items())), "2026-11-22")
    document = Document("<repository>", "", frozenset((REPOSITORY,)))
    return [finding.message for finding in check(document, context)]


@pytest.mark.parametrize(
    ("days", "limits", "expected"),
    [
        ([0] * 21, {}, "the last 21 commits are an agent's, and none changes an instruction file"),
        ([0] * 20, {}, None),
        ([0, 15], {}, "the last 2 commits over 15 days are an agent's, and none changes an instruction file"),
        ([0, 14], {}, None),
        ([0, 0], {"decision_commits": 1}, "the last 2 commits are an agent's, and none changes an instruction file"),
        ([0, 15], {"decision_days": 30}, None),
    ],
)
def test_finding(folder: Path, days: list[int], limits: dict[str, float], expected: str | None) -> None:
    for day in days:
        commit(folder, by=AGENT, day=day)
    assert findings(folder, **limits) == ([expected] if expected else [])


def test_the_hook(folder: Path) -> None:
    for day in (0, 20):
        commit(folder, by=AGENT, day=day)
    (result,) = examine(Options(hooks=("claude-md-decisions",)), str(folder)).results
    assert (result.path, result.finding.rule.id) == ("<repository>", "decisions-not-written")
