"""What is generated from the catalogue is what stands in the checkout, and pre-commit and prek accept it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from identify import identify

from claude_preflight.agents.files import GLOBS, kinds_of, pattern
from claude_preflight.catalogue import HOOKS, REMOVED, TASKS, UMBRELLA, all_rules, umbrella_kinds
from claude_preflight.generate import GENERATED, ROOT
from conftest import run, tool

MANIFEST = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", GENERATED)
def test_generated_file_is_up_to_date(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert GENERATED[name](text) == text


@pytest.mark.parametrize("command", ["pre-commit", "prek"])
def test_manifest_is_accepted(command: str) -> None:
    done = run(ROOT, tool(command), "validate-manifest", ".pre-commit-hooks.yaml")
    assert (done.returncode, "unexpected" in done.stderr.lower()) == (0, False), done.stdout + done.stderr


def test_manifest_names_every_hook_and_the_readme_every_hook_and_rule() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [stanza["id"] for stanza in MANIFEST] == [
        UMBRELLA,
        *(hook.id for hook in HOOKS),
        *(task.id for task in TASKS),
        *REMOVED,
    ]
    for name in (UMBRELLA, *(hook.id for hook in HOOKS), *(task.id for task in TASKS), *all_rules()):
        assert f"`{name}`" in readme


def test_every_package_is_declared() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    found = {".".join(path.parent.relative_to(ROOT / "hooks").parts) for path in ROOT.glob("hooks/**/__init__.py")}
    assert set(declared) == found | {"claude_preflight.schemas"}


def test_rule_ids_are_kebab_case_and_no_hook_id() -> None:
    rules = all_rules()
    assert len(rules) == sum(len(hook.rules) for hook in HOOKS) + len(
        [1 for owner, _ in rules.values() if owner == UMBRELLA]
    )
    for rule_id in rules:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule_id)
        assert rule_id not in {hook.id for hook in HOOKS}


def example_path(glob: str) -> str:
    return glob.replace("**/", "deep/er/").replace("*", "x")


@pytest.mark.parametrize("glob", sorted({glob for globs in GLOBS.values() for glob in globs}))
def test_table_and_expression_agree_on_what_a_glob_matches(glob: str) -> None:
    good = example_path(glob)
    shallow = glob.replace("**/", "").replace("*", "x")
    bad = [
        f"{good}.bak",
        f"x{good}" if "*" not in glob.split("/", maxsplit=1)[0] else f"{good}/y",
        good.replace("/", "-") if "/" in glob else f"{good}/y",
    ]
    spelled = [path for each in (good, f"packages/a/{good}") for path in (each.upper(), each.lower(), each.title())]
    for path in (good, f"packages/a/{good}", shallow, *bad, *spelled):
        for kind, globs in GLOBS.items():
            assert (kind in kinds_of(path)) == bool(re.search(pattern((kind,)), path)), (path, kind, globs)
    assert kinds_of(good) == kinds_of(f"packages/a/{good}")
    assert kinds_of(good) >= {kind for kind, globs in GLOBS.items() if glob in globs}


@pytest.mark.parametrize(
    "path",
    [
        ".mcp.json",
        "packages/a/.mcp.json",
        "CLAUDE.md",
        "docs/CLAUDE.md",
        "CLAUDE.local.md",
        "AGENTS.md",
        ".claude/settings.json",
        ".claude/settings.local.json",
        ".claude/agents/team/reviewer.md",
        ".claude/skills/x/SKILL.md",
        ".claude/commands/a/b.md",
        ".cursor/mcp.json",
        ".cursor/rules/a/b.mdc",
        ".vscode/mcp.json",
        ".codex/config.toml",
        ".gemini/settings.json",
        "claude_desktop_config.json",
        ".cursorrules",
        ".env",
        ".env.local",
        "config/dev.env",
        ".envrc",
        ".zshrc",
        "opencode.jsonc",
        ".github/copilot-instructions.md",
        ".github/agents/x.agent.md",
        "hooks/hooks.json",
        ".claude-preflight.yaml",
    ],
)
def test_umbrella_sees_the_file(path: str, tmp_path: Path) -> None:
    """The path matches `files`, and pre-commit's own tags for it pass `types_or`."""
    stanza = MANIFEST[0]
    assert re.search(stanza["files"], path)
    file = tmp_path / Path(path).name
    file.write_text("x")
    assert identify.tags_from_path(str(file)) & set(stanza["types_or"])


def test_umbrella_reads_every_kind() -> None:
    assert set(umbrella_kinds()) >= {kind for hook in HOOKS if not hook.opt_in for kind in hook.kinds}
