"""What an agent is for, which of its tools that does not need, and where each tool stands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.roles import Power, Role, Tool, agent_of, excess, may_deploy, powers_of, role_of
from claude_preflight.syntax.nodes import Mapping, Text
from claude_preflight.syntax.yaml_ import read_yaml

WRITE, SHELL, MESSAGES = Power.WRITE, Power.SHELL, Power.MESSAGES
DEPLOY, CREDENTIALS = Power.DEPLOY, Power.CREDENTIALS


def root_of(yaml: str) -> Mapping:
    root = read_yaml(yaml).root
    assert isinstance(root, Mapping)
    return root


def tools_of(yaml: str) -> list[tuple[str, str | None, int]] | None:
    tools = agent_of(root_of(yaml), "a.md").tools
    return None if tools is None else [(tool.name, tool.specifier, tool.text.start) for tool in tools]


def tool(entry: str) -> Tool:
    (read,) = agent_of(root_of(f"tools: ['{entry}']"), "a.md").tools or ()
    return read


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("tools: Read, Bash(a, b), Edit", [("Read", None, 7), ("Bash", "a, b", 13), ("Edit", None, 25)]),
        ("tools: Bash(f(x), y), Edit", [("Bash", "f(x), y", 7), ("Edit", None, 22)]),
        ("tools: [Read, 'Edit']", [("Read", None, 8), ("Edit", None, 15)]),
        ("tools:\n  - Read\n  - mcp__a__b\n", [("Read", None, 11), ("mcp__a__b", None, 20)]),
        ("tools:\n  read: true\n  bash: false\n  '*': true\n", [("read", None, 9), ("*", None, 37)]),
        ("tools: '*'", [("*", None, 8)]),
        ("tools: Bash(git", [("Bash", "git", 7)]),
        ('tools: "Read\\nBash(a, b\\nEdit"', [("Read", None, 8), ("Bash", "a, b", 14), ("Edit", None, 25)]),
        ("tools: ''", []),
        ("tools: Read, Write\ndisallowedTools: Write", [("Read", None, 7)]),
        ("tools:", None),
        ("name: a", None),
    ],
)
def test_tools(yaml: str, expected: list[tuple[str, str | None, int]] | None) -> None:
    assert tools_of(yaml) == expected


@pytest.mark.parametrize(
    ("yaml", "restricted"),
    [
        ("name: a", False),
        ("disallowedTools: Write", True),
        ("permissionMode: plan", True),
        ("permissionMode: acceptEdits", False),
        ("readonly: true", True),
        ("readonly: false", False),
        ("permission: {edit: deny}", True),
    ],
)
def test_restricted(yaml: str, restricted: bool) -> None:
    assert agent_of(root_of(yaml), "a.md").restricted is restricted


def test_an_agent_without_a_name_has_that_of_its_file() -> None:
    assert agent_of(root_of("description: a"), ".github/agents/code-reviewer.agent.md").name == "code-reviewer"


@pytest.mark.parametrize(
    ("name", "description", "role"),
    [
        ("code-reviewer", "", Role.REVIEWER),
        ("codeReviewer", "", Role.REVIEWER),
        ("code-documentation-code-reviewer", "", Role.REVIEWER),
        ("documentation-reviewer", "", Role.REVIEWER),
        ("reviewer-expert", "", Role.REVIEWER),
        ("security-auditor", "", Role.AUDITOR),
        ("release-planner", "", Role.PLANNER),
        ("web-researcher", "", Role.RESEARCHER),
        ("technical-documentation", "", Role.DOCUMENTATION),
        ("api-documenter", "", Role.DOCUMENTATION),
        ("docs-writer", "", Role.DOCUMENTATION),
        ("technical-writer", "", Role.DOCUMENTATION),
        ("test-writer", "", Role.OTHER),
        ("ci-helper", "", Role.CI),
        ("deploy-helper", "", Role.DEPLOYMENT),
        ("helper", "Expert code reviewer. Use after a change.", Role.REVIEWER),
        ("helper", "Reviews pull requests.", Role.REVIEWER),
        ("helper", "Maintains the project documentation", Role.DOCUMENTATION),
        ("helper", "Finds out why CI failed", Role.CI),
        ("helper", "Writes code that a reviewer likes", Role.OTHER),
        ("preview-builder", "", Role.OTHER),
        ("docker-helper", "", Role.DEPLOYMENT),
        ("", "", Role.OTHER),
    ],
)
def test_role(name: str, description: str, role: Role) -> None:
    assert role_of(name, description) is role


@pytest.mark.parametrize(
    ("entry", "powers"),
    [
        ("Read", set()),
        ("Write", {WRITE}),
        ("NotebookEdit", {WRITE}),
        ("edit/editFiles", {WRITE}),
        ("write_file", {WRITE}),
        ("Bash", {SHELL}),
        ("Bash(*)", {SHELL}),
        ("Bash(git diff *)", set()),
        ("runCommands", {SHELL}),
        ("execute", {SHELL}),
        ("run_shell_command", {SHELL}),
        ("BashOutput", set()),
        ("Bash(kubectl apply -f *)", {DEPLOY}),
        ("Bash(kubectl:*)", {DEPLOY}),
        ("Bash(kubectl get *)", set()),
        ("Bash(npm publish)", {DEPLOY}),
        ("Bash(npm test)", set()),
        ("Bash(op read *)", {CREDENTIALS}),
        ("Read(~/.ssh/**)", {CREDENTIALS}),
        ("Read(.env)", {CREDENTIALS}),
        ("Read(src/environment.ts)", set()),
        ("mcp__slack", {MESSAGES}),
        ("mcp__slack__post_message", {MESSAGES}),
        ("mcp__slack__search_messages", set()),
        ("mcp__plugin_mail_gmail__send", {MESSAGES}),
        ("mcp__email-server__*", {MESSAGES}),
        ("mcp__vercel__deploy_to_vercel", {DEPLOY}),
        ("mcp__vercel__list_deployments", set()),
        ("mcp__1password__get_item", {CREDENTIALS}),
        ("github/*", set()),
        ("slack/*", {MESSAGES}),
    ],
)
def test_powers(entry: str, powers: set[Power]) -> None:
    assert powers_of(tool(entry)) == powers


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        ("name: code-reviewer\ntools: Read, Edit, Write, Bash", [(WRITE, Role.REVIEWER, ["Edit", "Write"])]),
        ("name: code-reviewer\ndescription: Reviews and fixes code\ntools: Edit", []),
        ("name: code-reviewer\ndescription: Writes a report\ntools: Edit, Write", [(WRITE, Role.REVIEWER, ["Edit"])]),
        ("name: auditor\ntools: Bash, Write", [(WRITE, Role.AUDITOR, ["Write"]), (SHELL, Role.AUDITOR, ["Bash"])]),
        ("name: auditor\ntools: Bash(git log *)", []),
        ("name: planner\ntools: Write", []),
        ("name: docs\ntools: {bash: true, edit: true}", [(SHELL, Role.DOCUMENTATION, ["bash"])]),
        ("name: ci\ntools: mcp__gmail, Bash", [(MESSAGES, Role.CI, ["mcp__gmail"])]),
        ("name: notifier\ntools: mcp__gmail", []),
        ("name: tester\ntools: Bash(npm publish)", [(DEPLOY, Role.OTHER, ["Bash"])]),
        ("name: tester\ndescription: Releases the package\ntools: Bash(npm publish)", []),
        ("name: code-reviewer\ntools: Read(~/.aws/**)", [(CREDENTIALS, Role.REVIEWER, ["Read"])]),
        ("name: helper\ntools: Bash, Edit, Write", []),
        ("name: code-reviewer", []),
    ],
)
def test_excess(yaml: str, expected: list[tuple[Power, Role, list[str]]]) -> None:
    found = excess(agent_of(root_of(yaml), "a.md"))
    assert [(power, role, [tool.name for tool in tools]) for power, role, tools in found] == expected


def test_may_deploy() -> None:
    assert may_deploy("helper", "Deploys to staging")
    assert not may_deploy("helper", "Runs the tests")


def test_a_command_is_shown_in_short() -> None:
    assert tool("Bash(kubectl apply -f *)").shown == "Bash(kubectl apply …)"
    assert tool("Bash(npm publish)").shown == "Bash(npm publish)"
    assert tool("Bash").shown == "Bash"


@settings(max_examples=100, deadline=None)
@given(st.text("aB(),[]'\" *\n😀", max_size=60))
def test_every_tool_has_its_place(entries: str) -> None:
    text = Text.at(entries, 5, 5 + len(entries))
    root = root_of("tools: x")
    scalar = root.get("tools")
    scalar.value = text  # type: ignore[union-attr]
    for read in agent_of(root, "a.md").tools or ():
        start, end = read.text.span
        assert entries[start - 5 : end - 5] == read.text
        assert read.text.startswith(read.name)
