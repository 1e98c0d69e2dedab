"""What the README and the files for CI systems show is what works."""

from __future__ import annotations

import html
import importlib.util
import json
import os
import re
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from claude_preflight import __version__
from claude_preflight.cli import COMMANDS
from claude_preflight.examine import Options, examine
from claude_preflight.generate import ROOT
from claude_preflight.model import Severity
from conftest import MakeRepository, run, tool

README = (ROOT / "README.md").read_text(encoding="utf-8")
BAD = '{"mcpServers": {"a": {"type": "http", "url": "http://mcp.acme.dev/mcp"}}}\n'


def block(start: str) -> str:
    """Return the fenced block whose content begins with `start`."""
    return next(text for text in re.findall(r"```\w*\n(.*?)```", README, re.DOTALL) if text.startswith(start))


def test_the_stanza_is_valid_and_of_this_version(tmp_path: Path) -> None:
    stanza = block("repos:")
    (tmp_path / ".pre-commit-config.yaml").write_text(stanza)
    assert run(tmp_path, tool("pre-commit"), "validate-config").returncode == 0
    assert yaml.safe_load(stanza)["repos"][0]["rev"] == f"v{__version__}"


def test_every_version_named_for_users_is_this_one() -> None:
    for name in ("README.md", "integrations/gitlab.yml", ".github/workflows/preflight.yml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"claude-preflight(?:/[\w.-]+)*[@/](v\d[\w.]*)", text)) <= {f"v{__version__}"}


def test_the_policy_is_one(make_repository: MakeRepository) -> None:
    folder = make_repository({".claude-preflight.yaml": block("profile:")})
    report = examine(Options(), str(folder))
    assert [result.finding.rule.id for result in report.results] == ["ignore-unused"]


def test_the_hook_of_the_agent_is_one_that_we_accept(make_repository: MakeRepository) -> None:
    settings = json.loads(block('{"hooks"'))
    folder = make_repository({".claude/settings.json": json.dumps(settings)})
    report = examine(Options(hooks=("settings-trust", "agent-config-schema")), str(folder))
    assert report.results == ()
    (command,) = settings["hooks"]["PostToolUse"][0]["hooks"]
    assert command["command"].split()[1] in COMMANDS


def test_the_local_hook_runs(make_repository: MakeRepository) -> None:
    (stanza,) = re.findall(r"`(\{repo: local.*?\]\}\]\})`", README)
    folder = make_repository(
        {".mcp.json": BAD, ".pre-commit-config.yaml": yaml.safe_dump({"repos": [yaml.safe_load(stanza)]})}
    )
    done = run(folder, tool("pre-commit"), "run", "--all-files")
    assert (done.returncode, "[plain-http]" in done.stdout) == (1, True), done.stdout + done.stderr


def test_every_command_is_named() -> None:
    commands = block("claude-preflight check [PATH")
    named = set(re.findall(r"^claude-preflight ([\w-]+)", commands, re.MULTILINE))
    assert named | {"agent-hook"} == set(COMMANDS)


def picture() -> ModuleType:
    spec = importlib.util.spec_from_file_location("picture", ROOT / "docs" / "picture.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_shows_what_a_refused_commit_prints() -> None:
    module = picture()
    drawn = module.PICTURE.read_text(encoding="utf-8")
    lines = [html.unescape(re.sub(r"<[^>]+>", "", text)) for text in re.findall(r"<text [^>]*>(.*?)</text>", drawn)]
    assert lines == [f"$ {module.COMMIT}", *module.refused_commit(coloured=False).rstrip("\n").splitlines()]


# --- CI systems


def github(folder: Path, **settings: str) -> tuple[int, str, Path, Path]:
    """Run what the action runs; return its status and output, and the files of the summary and of the outputs."""
    summary, outputs = folder.parent / "summary.md", folder.parent / "outputs"
    variables = {"GITHUB_STEP_SUMMARY": str(summary), "GITHUB_OUTPUT": str(outputs), **settings}
    done = run(folder, "bash", str(ROOT / "integrations" / "github.sh"), **variables)
    return done.returncode, done.stdout + done.stderr, summary, outputs


def test_the_action_annotates_summarises_and_fails(make_repository: MakeRepository, tmp_path: Path) -> None:
    folder = make_repository({".mcp.json": BAD, "sub/.mcp.json": BAD, "CLAUDE.md": "# A\n"})
    status, output, summary, outputs = github(
        folder, PREFLIGHT_SARIF=str(tmp_path / "report.sarif"), PREFLIGHT_PATHS="sub\n\n"
    )
    assert status == 1
    assert re.search(r"^::error file=sub/\.mcp\.json,line=1,.*plain-http", output, re.MULTILINE)
    assert "file=.mcp.json" not in output
    assert outputs.read_text() == "exit-status=1\n"
    assert "- [ ] A remote MCP is reached safely (`mcp-transport`)" in summary.read_text()
    report = json.loads((tmp_path / "report.sarif").read_text())
    assert [result["ruleId"] for result in report["runs"][0]["results"]] == ["plain-http"]


def test_the_action_leaves_suppressed_findings_out_of_code_scanning(
    make_repository: MakeRepository, tmp_path: Path
) -> None:
    policy = 'ignore: [{rule: plain-http, reason: "a test"}]\n'
    folder = make_repository({".mcp.json": BAD, ".claude-preflight.yaml": policy})
    status, output, _, _ = github(folder, PREFLIGHT_SARIF=str(tmp_path / "report.sarif"), PREFLIGHT_CHECKLIST="false")
    assert status == 0, output
    assert json.loads((tmp_path / "report.sarif").read_text())["runs"][0]["results"] == []


def test_the_action_names_its_script_and_passes_every_input() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    step = action["runs"]["steps"][-1]
    assert (ROOT / step["run"].split("/", 1)[1].strip('"')).exists()
    script = (ROOT / "integrations" / "github.sh").read_text(encoding="utf-8")
    assert all(name in script for name in step["env"])
    assert {re.search(r"inputs\.([\w-]+)", value)[1] for value in step["env"].values()} == set(action["inputs"]) - {  # type: ignore[index]
        "python-version"
    }
    for each in action["runs"]["steps"]:
        assert "uses" not in each or re.search(r"@[0-9a-f]{40}\b", each["uses"])


@pytest.mark.parametrize("name", ["action.yml", ".github/workflows/preflight.yml", "integrations/gitlab.yml"])
def test_our_own_files_for_ci_pass_our_own_checks(name: str) -> None:
    assert yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
    report = examine(Options(paths=(name,)), str(ROOT)) if Path.cwd() == ROOT else None
    assert report is None or [each for each in report.results if each.severity is Severity.ERROR] == []


def test_gitlab_runs_what_prints_its_report(make_repository: MakeRepository) -> None:
    job = yaml.safe_load((ROOT / "integrations" / "gitlab.yml").read_text(encoding="utf-8"))["claude-preflight"]
    folder = make_repository({".mcp.json": BAD})
    (command,) = job["script"]
    done = run(folder, "bash", "-c", command, CI_MERGE_REQUEST_DIFF_BASE_SHA="")
    assert done.returncode == 1, done.stderr
    findings = json.loads((folder / job["artifacts"]["reports"]["codequality"]).read_text())
    assert [finding["check_name"] for finding in findings] == ["plain-http"]
    assert os.path.basename(job["artifacts"]["reports"]["codequality"]) == "gl-code-quality-report.json"
