"""Every check is documented under the same headings, and its examples do what the text says of them."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from claude_preflight.catalogue import HOOKS
from claude_preflight.examine import Options, examine
from conftest import git, write
from test_examples import with_credentials

HEADINGS = ["What it does", "Why is this bad?", "Example", "Use instead", "References"]
MODULES = [*(hook.module for hook in HOOKS), "claude_preflight.checks.claude_preflight"]


def sections(module: str) -> dict[str, str]:
    """Return the parts of a module's documentation by heading, in their order."""
    pieces = re.split(r"\n\n(.+)\n-+\n", import_module(module).__doc__ or "")
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def rules_found(example: str, hook: str, folder: Path) -> set[str]:
    """Return the rules that `hook` reports in an example's files: fenced blocks whose info string names the path."""
    files = re.findall(r"```\w+ (\S+)\n(.*?)```", example, re.DOTALL)
    assert files
    folder.mkdir()
    git(folder, "init", "-q")
    write(folder, {path: with_credentials(text.encode()) for path, text in files})
    git(folder, "add", "-A")
    return {result.finding.rule.id for result in examine(Options(hooks=(hook,)), str(folder)).results}


@pytest.mark.parametrize("module", MODULES)
def test_headings(module: str) -> None:
    assert list(sections(module)) == HEADINGS
    assert re.search(r"https://|CVE-|CWE-", sections(module)["References"])


@pytest.mark.parametrize("hook", [hook.id for hook in HOOKS if not hook.opt_in])
def test_example_is_refused_and_what_to_use_instead_is_not(hook: str, tmp_path: Path) -> None:
    module = next(each.module for each in HOOKS if each.id == hook)
    parts = sections(module)
    rules = {rule.id for each in HOOKS if each.id == hook for rule in each.rules}
    found = rules_found(parts["Example"], hook, tmp_path / "bad")
    assert found
    assert found <= rules
    assert rules_found(parts["Use instead"], hook, tmp_path / "good") == set()
