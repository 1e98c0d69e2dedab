"""Real commits in real repositories, through pre-commit and prek."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from claude_preflight.catalogue import HOOKS
from claude_preflight.generate import ROOT
from conftest import MakeRepository, git, run, tool, write

SERVER = "@modelcontextprotocol/server-filesystem@2026.8.31"
BROKEN = f"""{{
  "mcpServers": {{
    "files": {{
      "type": "stdio",
      "command": "npx",
      "args": ["-y", "{SERVER}", "/"]
    }}
  }}
}}
"""
LINE = '.mcp.json:6:75: filesystem server may read the whole disk: "/" [filesystem-root]'
ORDINARY = {
    "CLAUDE.md": "# Project\n",
    ".mcp.json": "{}\n",
    ".claude/settings.json": '{"permissions": {"deny": ["Read(.env)", "Read(~/.ssh/**)", "Read(~/.aws/**)"]}}\n',
    ".claude/agents/reviewer.md": "---\nname: reviewer\ndescription: Reviews\ntools: Read, Grep\n---\n\nReview.\n",
    ".env": "PORT=8080\n",
    ".github/workflows/ci.yml": "on: push\njobs: {test: {runs-on: ubuntu-latest, steps: [{run: make test}]}}\n",
    "Dockerfile": 'FROM python:3.12-slim\nCMD ["python", "main.py"]\n',
    "main.py": "print(1)\n",
}
RUNNERS = ["pre-commit", "prek"]


def local_configuration(*ids: str) -> str:
    """Return a pre-commit configuration of our manifest's stanzas `ids`, run from this environment."""
    manifest = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    stanzas = [stanza for stanza in manifest if stanza["id"] in ids]
    for stanza in stanzas:
        program, *rest = stanza["entry"].split()
        stanza |= {"language": "unsupported", "entry": " ".join([tool(program), *rest])}
        stanza.pop("minimum_pre_commit_version")
    return str(yaml.safe_dump({"repos": [{"repo": "local", "hooks": stanzas}]}, sort_keys=False))


@pytest.mark.parametrize("runner", RUNNERS)
def test_commit_is_refused_and_passes_after_the_repair(runner: str, make_repository: MakeRepository) -> None:
    folder = make_repository({".pre-commit-config.yaml": local_configuration("claude-preflight")})
    assert run(folder, tool(runner), "install").returncode == 0
    assert run(folder, "git", "commit", "-qm", "start").returncode == 0
    write(folder, {".mcp.json": BROKEN})
    git(folder, "add", ".mcp.json")
    refused = run(folder, "git", "commit", "-m", "add filesystem server")
    assert refused.returncode == 1
    assert LINE in refused.stdout + refused.stderr
    write(folder, {".mcp.json": BROKEN.replace('"/"', '"./src"')})
    git(folder, "add", ".mcp.json")
    passed = run(folder, "git", "commit", "-m", "add filesystem server")
    assert passed.returncode == 0, passed.stdout + passed.stderr


@pytest.mark.parametrize("runner", RUNNERS)
def test_only_what_is_staged_is_checked(runner: str, make_repository: MakeRepository) -> None:
    folder = make_repository({".pre-commit-config.yaml": local_configuration("claude-preflight"), ".mcp.json": "{}\n"})
    assert run(folder, tool(runner), "install").returncode == 0
    write(folder, {".mcp.json": BROKEN})
    assert run(folder, "git", "commit", "-m", "the staged file is clean").returncode == 0


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("hook", [hook.id for hook in HOOKS])
def test_every_hook_runs_by_its_own_id(runner: str, hook: str, make_repository: MakeRepository) -> None:
    folder = make_repository({**ORDINARY, ".pre-commit-config.yaml": local_configuration(hook)})
    done = run(folder, tool(runner), "run", "--all-files", "--verbose")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "(no files to check)" not in done.stdout


@pytest.mark.parametrize("runner", RUNNERS)
def test_the_fixing_hook_repairs_and_the_next_commit_passes(runner: str, make_repository: MakeRepository) -> None:
    folder = make_repository({".pre-commit-config.yaml": local_configuration("claude-preflight-fix")})
    assert run(folder, tool(runner), "install").returncode == 0
    write(folder, {".mcp.json": BROKEN.replace("\n", "\r\n")})
    git(folder, "add", ".mcp.json")
    refused = run(folder, "git", "commit", "-m", "add filesystem server")
    assert refused.returncode == 1
    assert "Fixing .mcp.json" in refused.stdout + refused.stderr
    assert (folder / ".mcp.json").read_bytes() == BROKEN.replace('"/"', '"."').replace("\n", "\r\n").encode()
    git(folder, "add", ".mcp.json")
    passed = run(folder, "git", "commit", "-m", "add filesystem server")
    assert passed.returncode == 0, passed.stdout + passed.stderr


@pytest.mark.parametrize("runner", RUNNERS)
def test_file_called_like_an_option_is_refused(runner: str, make_repository: MakeRepository) -> None:
    configuration = yaml.safe_load(local_configuration("claude-preflight"))
    configuration["repos"][0]["hooks"][0]["files"] = ""
    folder = make_repository(
        {".pre-commit-config.yaml": yaml.safe_dump(configuration), "--help": "x", ".mcp.json": BROKEN}
    )
    done = run(folder, tool(runner), "run", "--all-files")
    assert done.returncode == 1
    assert "--help:1:1: a file name that programs take for an option" in done.stdout
    assert LINE in done.stdout


@pytest.mark.parametrize("runner", RUNNERS)
def test_repository_of_5000_files(runner: str, make_repository: MakeRepository) -> None:
    server = '{"mcpServers": {"a": {"type": "http", "url": "https://mcp.example.com/mcp"}}}\n'
    files = {f"packages/p{number}/.mcp.json": server for number in range(5000)}
    folder = make_repository(
        {**files, "packages/p77/.mcp.json": BROKEN, ".pre-commit-config.yaml": local_configuration("claude-preflight")}
    )
    done = run(folder, tool(runner), "run", "--all-files")
    assert done.returncode == 1
    assert f"packages/p77/{LINE}" in done.stdout
    assert done.stdout.count("[filesystem-root]") == 1


@pytest.mark.packaged
@pytest.mark.parametrize("runner", RUNNERS)
def test_try_repo_builds_and_runs_the_package(runner: str, make_repository: MakeRepository) -> None:
    folder = make_repository({".mcp.json": BROKEN})
    done = run(folder, tool(runner), "try-repo", str(ROOT), "claude-preflight", "--all-files")
    assert done.returncode == 1
    assert LINE in done.stdout, done.stdout + done.stderr


def test_check_reads_the_index_when_asked(make_repository: MakeRepository) -> None:
    folder = make_repository({".mcp.json": BROKEN})
    write(folder, {".mcp.json": "{}\n"})
    staged = run(folder, tool("claude-preflight"), "check", "--staged", "--format", "json")
    assert [finding["rule"] for finding in json.loads(staged.stdout)["findings"]] == ["filesystem-root"]
    assert run(folder, tool("claude-preflight"), "check").stdout == "no findings in 1 file\n"


def test_first_command_of_the_readme_finds_what_it_promises(tmp_path: Path) -> None:
    done = run(ROOT, tool("claude-preflight"), "check", "examples/first-run")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert done.returncode == 1
    assert done.stdout in readme
