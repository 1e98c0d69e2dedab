"""Which words of a command line switch an agent's permission checks off, and which only look like it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from claude_preflight.agents.agent_clis import agent_called, agents, flags, loose_uses, uses, variable_called
from claude_preflight.agents.data import data_path
from claude_preflight.agents.words import AGENTS, SWITCHES
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import split_words

SKIP = "--dangerously-skip-permissions"


def words_of(line: str) -> list[Text]:
    return split_words(Text.at(line, 0, len(line)))


def found(line: str) -> list[tuple[str, str]]:
    """Return the agent and the source of each unsafe switch in `line`."""
    return [(use.agent.name, line[use.flag.start : (use.value or use.flag).end]) for use in uses(words_of(line))]


def test_data_fits_its_schema() -> None:
    path = Path(data_path("agent_clis.json"))
    schema = json.loads(path.with_name("agent_clis.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(json.loads(path.read_text(encoding="utf-8")))


def test_no_finding_without_one_of_the_words() -> None:
    missing = []
    for agent in agents():
        programs = [f"{quote}{name}{quote}" for name in (*agent.binaries, *agent.packages) for quote in " '\""]
        spelled = all(any(word in program for word in SWITCHES) for program in programs)
        for switch in agent.switches:
            told = [f"{flag} {value}" for flag in switch.flags for value in switch.values or ("",)]
            missing += [each for each in told if not spelled and not any(word in each for word in SWITCHES)]
        missing += [each.name for each in agent.variables if each.name not in SWITCHES]
        for setting in agent.settings:
            told = ['"' + '": "'.join((*setting.key, str(value))) + '"' for value in setting.values]
            missing += [each for each in told if not any(word in each for word in SWITCHES)]
    assert missing == ["-a "]  # of Kiro, behind `q chat`, which is one of the words


def test_flags_are_those_of_the_data() -> None:
    assert {SKIP, "--yolo", "-y", "--permission-mode"} <= flags()
    assert all(flag.startswith("-") and "=" not in flag for flag in flags())


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"claude {SKIP} -p x", [("Claude Code", SKIP)]),
        (f"claude -p x {SKIP}=true", [("Claude Code", f"{SKIP}=true")]),
        (f"sudo -u bot env A=1 timeout 60 claude {SKIP}", [("Claude Code", SKIP)]),
        (f"npx -y @anthropic-ai/claude-code@2.1.330 {SKIP}", [("Claude Code", SKIP)]),
        (f"bunx @anthropic-ai/claude-code {SKIP}", [("Claude Code", SKIP)]),
        (f"C:/bin/claude.exe {SKIP}", [("Claude Code", SKIP)]),
        (f"$CLAUDE -p x {SKIP}", [("Claude Code", SKIP)]),
        (f"npm run claude -- {SKIP}", [("Claude Code", SKIP)]),
        ("claude --permission-mode bypassPermissions", [("Claude Code", "--permission-mode bypassPermissions")]),
        ("claude --permission-mode=bypassPermissions", [("Claude Code", "--permission-mode=bypassPermissions")]),
        ("claude --permission-mode 'bypassPermissions'", [("Claude Code", "--permission-mode 'bypassPermissions")]),
        ("codex --yolo", [("Codex", "--yolo")]),
        ("retry 3 codex --yolo", [("Codex", "--yolo")]),
        ("codex exec -s danger-full-access x", [("Codex", "-s danger-full-access")]),
        ("codex -c 'sandbox_mode=\"danger-full-access\"'", [("Codex", '-c \'sandbox_mode="danger-full-access"')]),
        ("gemini -y -p x", [("Gemini CLI", "-y")]),
        ("npx @google/gemini-cli --approval-mode yolo", [("Gemini CLI", "--approval-mode yolo")]),
        ("cursor-agent -p x -f", [("Cursor CLI", "-f")]),
        ("copilot --allow-all-tools -p x", [("GitHub Copilot", "--allow-all-tools")]),
        ("opencode run --auto x", [("opencode", "--auto")]),
        (f"opencode run {SKIP} x", [("opencode", SKIP)]),
        ("q chat -a x", [("Kiro and Amazon Q", "-a")]),
        ("codex exec --yolo x", [("Codex", "--yolo")]),
        (f"claude mcp add x -- claude {SKIP} mcp serve", [("Claude Code", SKIP)]),
        (f"claude agents {SKIP}", [("Claude Code", SKIP)]),
        (f"claude --tools default {SKIP}", [("Claude Code", SKIP)]),
        (f"claude --tools Read,Bash {SKIP}", [("Claude Code", SKIP)]),
        (f"claude --tools Read Write {SKIP}", [("Claude Code", SKIP)]),
        (f"claude --tools Read {SKIP} --tools Edit", [("Claude Code", SKIP)]),
        (f'claude --tools "$TOOLS" {SKIP}', [("Claude Code", SKIP)]),
        (f"claude {SKIP} --tools", [("Claude Code", SKIP)]),
        (f"claude --tools mcp__a__b {SKIP}", [("Claude Code", SKIP)]),
        (f"claude --allowedTools Read {SKIP}", [("Claude Code", SKIP)]),
        ("uvx --from aider-chat aider --yes-always", [("aider", "--yes-always")]),
        (
            """claude --settings '{"permissions":{"defaultMode":"bypassPermissions"}}'""",
            [("Claude Code", """--settings '{"permissions":{"defaultMode":"bypassPermissions"}}""")],
        ),
    ],
)
def test_unsafe(line: str, expected: list[tuple[str, str]]) -> None:
    assert found(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "",
        "claude -p x --permission-mode dontAsk",
        "claude --permission-mode acceptEdits",
        f"claude {SKIP}=false",
        'claude --settings \'{"permissions":{"disableBypassPermissionsMode":"disable"}}\'',
        "codex exec -s workspace-write -a never",
        "gemini --sandbox --yolo",
        "cursor-agent --sandbox enabled --force",
        "apt-get install -y gemini",
        "rm -f cursor-agent.log",
        "npm install --force",
        "git push --force origin gemini",
        "q -a x",
        "gemini mcp add ctx npx -y @upstash/context7-mcp@1.0.0",
        "npx -y @google/gemini-cli mcp add x npx -y acme",
        "qwen mcp add x npx -y acme",
        "codex mcp add x -- acme --yolo",
        "copilot mcp add x -- npx --yolo acme",
        "retry 3 codex mcp add x -- acme --yolo",
        "gemini extensions install -y https://example.com/x",
        "gemini extensions update --all -y",
        f'claude --tools "" -p x {SKIP}',
        f"claude -p x {SKIP} --tools Read,Grep",
        f"claude --tools Read Grep {SKIP}",
        f"claude --tools=Read {SKIP}",
        "docker run -a stdout box",
        f"xx{SKIP}",
    ],
)
def test_safe(line: str) -> None:
    assert found(line) == []


@pytest.mark.parametrize(
    ("name", "agent"),
    [
        ("claude", "Claude Code"),
        ("/usr/local/bin/claude", "Claude Code"),
        ("claude.cmd", "Claude Code"),
        ("@openai/codex@0.169.0", "Codex"),
        ("aider-chat==0.86.2", "aider"),
        ("claudette", None),
        ("", None),
        ("@", None),
    ],
)
def test_agent_called(name: str, agent: str | None) -> None:
    called = agent_called(name)
    assert (called and called.name) == agent


@pytest.mark.parametrize(
    ("name", "value", "agent"),
    [
        ("GOOSE_MODE", "auto", "Goose"),
        ("GOOSE_MODE", " Auto ", "Goose"),
        ("GOOSE_MODE", "approve", None),
        ("COPILOT_ALLOW_ALL", "1", "GitHub Copilot"),
        ("COPILOT_ALLOW_ALL", "", None),
        ("MODE", "auto", None),
    ],
)
def test_variable_called(name: str, value: str, agent: str | None) -> None:
    called = variable_called(name, value)
    assert (called and called[0].name) == agent


def test_servers_are_what_is_left() -> None:
    weak = [use.switch.weak for use in uses(words_of(f"claude --tools '' --mcp-config x.json {SKIP}"))]
    assert weak == [True]


def test_loose_uses_name_the_maker_of_the_flag() -> None:
    line = f"-p x {SKIP} --yolo -y --yes-always"
    assert [(use.agent.name, str(use.flag)) for use in loose_uses(words_of(line))] == [
        ("Claude Code", SKIP),
        ("aider", "--yes-always"),
    ]


PIECES = st.sampled_from(
    ["claude", "codex", "npx", "sudo", "docker", "run", "-y", "--yolo", SKIP, "=", "--", "'", "$x", ""]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES | st.text(max_size=6), max_size=12).map(" ".join))
def test_uses_stand_where_they_say(line: str) -> None:
    for use in uses(words_of(line)):
        assert line[use.flag.start :].startswith("-")
        assert use.flag.partition("=")[0] in use.switch.flags


def test_every_program_and_package_of_an_agent_holds_a_word_that_is_searched_for() -> None:
    names = [name for agent in agents() for name in (*agent.binaries, *agent.packages)]
    assert [name for name in names if not any(word in f"{name} " for word in AGENTS)] == ["q"]  # called `q chat`
