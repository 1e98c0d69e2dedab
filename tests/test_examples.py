"""Every check against its own examples on disk: what it finds, at which line and column, and where it is silent."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from claude_preflight.catalogue import HOOKS
from claude_preflight.examine import Options, examine
from conftest import git
from credentials import characters, sample

CHECKS = Path(__file__).parent / "checks"
ENVIRONMENT = ".environment"  # in an example: the names of an agent's variables
EXAMPLES = sorted(path.relative_to(CHECKS).as_posix() for path in CHECKS.glob("*/*/") if path.is_dir())


def with_credentials(content: bytes) -> bytes:
    """Replace each `@@kind@@`, or `@@kind:seed@@`, by a synthetic credential of that kind.

    Besides the kinds of the table there are `password`, `hex` (32 digits) and `masked` (36 times x).
    """

    def credential(mark: re.Match[bytes]) -> bytes:
        kind, seed = mark[1].decode(), int(mark[2] or 0)
        made = {"password": characters("word", 14, seed), "hex": characters("hex", 32, seed), "masked": "x" * 36}
        return (made[kind] if kind in made else sample(kind, seed)).encode()

    return re.sub(rb"@@([a-z0-9-]+)(?::(\d+))?@@", credential, content)


@contextmanager
def environment_of(listing: Path) -> Iterator[None]:
    """Let this process be an agent's, with a value for each variable that `listing` names, if that exists."""
    before = dict(os.environ)
    if listing.exists():
        os.environ.update(dict.fromkeys(["CLAUDECODE", *listing.read_text(encoding="utf-8").split()], "1"))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def findings_of(example: str, folder: Path) -> list[str]:
    """Return a line `path:line:column rule severity` for each finding of the example's own hook."""
    repository = folder / "repository"
    shutil.copytree(CHECKS / example, repository, symlinks=True, ignore=shutil.ignore_patterns(ENVIRONMENT))
    for path in repository.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.write_bytes(with_credentials(path.read_bytes()))
    git(repository, "init", "-q")
    git(repository, "add", "-A", "-f")
    with environment_of(CHECKS / example / ENVIRONMENT):
        report = examine(Options(hooks=(example.partition("/")[0],)), str(repository))
    assert report.crashes == ()
    return [
        f"{result.path}:{result.line}:{result.column} {result.finding.rule.id} {result.severity.value}"
        for result in report.results
    ]


def expected_of(example: str) -> list[str]:
    hook, _, name = example.partition("/")
    lines = (CHECKS / hook / "expected.txt").read_text(encoding="utf-8").splitlines()
    return [line.removeprefix(f"{name}/") for line in lines if line.startswith(f"{name}/")]


@pytest.mark.parametrize("example", EXAMPLES)
def test_example(example: str, tmp_path: Path) -> None:
    name = example.partition("/")[2]
    expected = expected_of(example)
    assert bool(expected) == name.startswith("bad-"), "bad-* examples have findings, all others have none"
    assert sorted(findings_of(example, tmp_path)) == sorted(expected)


# Those that read sessions and history have their examples in tests/sessions.
@pytest.mark.parametrize("hook", [hook.id for hook in HOOKS if not hook.opt_in])
def test_every_rule_of_a_hook_has_a_bad_example_and_the_hook_has_good_ones(hook: str) -> None:
    lines = (CHECKS / hook / "expected.txt").read_text(encoding="utf-8").splitlines()
    reported = {line.split()[-2] for line in lines}
    rules = next(each for each in HOOKS if each.id == hook).rules
    assert reported == {rule.id for rule in rules}
    assert len(list((CHECKS / hook).glob("ok-*"))) >= 3


def test_every_rule_about_sessions_and_history_has_an_example() -> None:
    told = "".join(
        (CHECKS.parent / "sessions" / name).read_text(encoding="utf-8")
        for name in ("test_session_hooks.py", "test_decisions.py")
    )
    rules = [rule.id for hook in HOOKS if hook.opt_in for rule in hook.rules]
    assert rules
    assert [rule for rule in rules if f'"{rule}"' not in told] == []
