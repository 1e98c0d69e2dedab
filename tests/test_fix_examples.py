"""After `--fix` nothing that could be repaired is left, over every bad example of every hook, and nothing is broken."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from claude_preflight.commands.check import fixed
from claude_preflight.examine import Options, examine
from claude_preflight.run import Report
from conftest import git
from test_examples import CHECKS, ENVIRONMENT, EXAMPLES, with_credentials

# What stands behind a broken thing is told once that is mended: a misspelt package is one that could be limited, a
# literal key becomes a variable whose name says production, a server without TLS is one whose address is all there is.
UNCOVERED = {
    *("managed-database", "production-host", "production-variable", "live-api-variable"),
    *("read-only-unused", "filesystem-no-path", "plain-http-allowed", "public-address"),
}
ALL = Options(hooks=("claude-preflight",))


def repository_of(example: str, folder: Path) -> Path:
    repository = folder / "repository"
    shutil.copytree(CHECKS / example, repository, symlinks=True, ignore=shutil.ignore_patterns(ENVIRONMENT))
    for path in repository.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.write_bytes(with_credentials(path.read_bytes()))
    git(repository, "init", "-q")
    git(repository, "add", "-A", "-f")
    return repository


def rules(report: Report) -> Counter[tuple[str, str]]:
    return Counter((result.path, result.finding.rule.id) for result in report.results)


@pytest.mark.parametrize("example", [example for example in EXAMPLES if "/bad-" in example])
def test_what_is_fixed_stays_fixed(example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository_of(example, tmp_path)
    monkeypatch.chdir(folder)
    before = examine(ALL)
    fixable = [result for result in before.results if result.finding.fix]
    after, changed = fixed(before, ALL)
    assert bool(changed) == bool(fixable)
    assert [result for result in after.results if result.finding.fix] == []
    gone = {(result.path, result.finding.rule.id, result.finding.key) for result in fixable}
    left = {(result.path, result.finding.rule.id, result.finding.key) for result in after.results}
    unfixable = {
        (result.path, result.finding.rule.id, result.finding.key) for result in before.results if not result.finding.fix
    }
    assert left & (gone - unfixable) == set()
    assert {rule for _, rule in rules(after) - rules(before)} <= UNCOVERED
    assert os.getcwd() == str(folder)
