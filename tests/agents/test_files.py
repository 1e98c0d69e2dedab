"""What a file is by its name, in whatever letter case it is written."""

from __future__ import annotations

import pytest

from claude_preflight.agents import files
from claude_preflight.agents.files import kinds_of, usual_case


@pytest.mark.parametrize(
    ("path", "kind", "usual"),
    [
        (".MCP.JSON", files.MCP_CONFIG, ".mcp.json"),
        ("packages/App/.Mcp.Json", files.MCP_CONFIG, "packages/App/.mcp.json"),
        ("Servers.MCP.json", files.MCP_CONFIG, "Servers.mcp.json"),
        ("Claude_Desktop_Config.Home.JSON", files.MCP_CONFIG, "claude_desktop_config.Home.json"),
        (".continue/mcpservers/Notes.yaml", files.MCP_CONFIG, ".continue/mcpServers/Notes.yaml"),
        (".Claude/Settings.json", files.CLAUDE_SETTINGS, ".claude/settings.json"),
        (".claude/SETTINGS.local.json", files.LOCAL_STATE, ".claude/settings.local.json"),
        (".CLAUDE/Agents/Team/Reviewer.MD", files.AGENT, ".claude/agents/Team/Reviewer.md"),
        (".Claude/agents/x.md", files.AGENT, ".claude/agents/x.md"),
        (".claude/skills/Notes/skill.md", files.SKILL, ".claude/skills/Notes/SKILL.md"),
        (".Claude/Commands/Ship.md", files.COMMAND, ".claude/commands/Ship.md"),
        (".Claude-Plugin/Plugin.json", files.PLUGIN, ".claude-plugin/plugin.json"),
        (".GitHub/Copilot-Instructions.md", files.INSTRUCTIONS, ".github/copilot-instructions.md"),
        ("claude.md", files.INSTRUCTIONS, "CLAUDE.md"),
        ("Agents.MD", files.INSTRUCTIONS, "AGENTS.md"),
        ("app/Claude.Local.md", files.LOCAL_STATE, "app/CLAUDE.local.md"),
        (".ENV.Production", files.ENV_FILE, ".env.Production"),
        ("tools/SETUP.BAT", files.SCRIPT, "tools/SETUP.bat"),
        ("app/dockerfile", files.DOCKERFILE, "app/Dockerfile"),
        ("a/\u0130.MCP.json", files.MCP_CONFIG, "a/\u0130.mcp.json"),  # a letter that is two in lower case
        (".vscode/tas\u212as.json", files.AGENT_SETTINGS, ".vscode/tasks.json"),  # the Kelvin sign is a K as well
    ],
)
def test_name_in_another_letter_case(path: str, kind: str, usual: str) -> None:
    assert kind in kinds_of(path)
    assert usual_case(path) == usual
    assert kinds_of(usual) >= kinds_of(path)


@pytest.mark.parametrize(
    ("path", "kinds"),
    [
        ("docs/claude.md", ()),
        ("docs/Agents.md", ()),
        ("src/agents/gemini.md", (files.AGENT, files.MCP_CONFIG)),  # as any file there
        ("Review.md", ()),
        ("Conventions.md", ()),
        ("docs/skill.md", ()),
        ("Agents/Smith.md", ()),
        ("Commands/list.md", ()),
        ("Properties/launchSettings.json", ()),
        ("internal/dockerfile.go", ()),
        (".GitHub/Workflows/ci.yml", (files.DEPLOYMENT,)),  # GitHub tells upper from lower case
        (".MCP-Audit.json", ()),
        ("JENKINSFILE", ()),
    ],
)
def test_name_in_another_letter_case_that_stays_what_it_is(path: str, kinds: tuple[str, ...]) -> None:
    assert kinds_of(path) == frozenset(kinds)
    assert usual_case(path) == path


@pytest.mark.parametrize("path", [".mcp.json", "CLAUDE.md", "docs/README.md", ".continue/mcpServers/a.json"])
def test_usual_name_stays(path: str) -> None:
    assert usual_case(path) == path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("librechat.yaml", files.MCP_CONFIG),
        ("deploy/librechat.yml", files.MCP_CONFIG),
        (".codex/prompts/release.md", files.COMMAND),
        (".codex/instructions.md", files.INSTRUCTIONS),
        (".agent/workflows/deploy.md", files.INSTRUCTIONS),
        (".agents/rules/style.md", files.INSTRUCTIONS),
        (".factory/droids/reviewer.md", files.INSTRUCTIONS),
        (".opencode/prompts/plan.md", files.INSTRUCTIONS),
        (".gemini/styleguide.md", files.INSTRUCTIONS),
    ],
)
def test_files_of_other_agents(path: str, kind: str) -> None:
    assert kind in kinds_of(path)
    assert kind not in kinds_of(path.replace(".", "", 1) if path.startswith(".") else f"{path}.example")
