"""The commands that configuration runs: which there are in each kind of file, and where they stand."""

from __future__ import annotations

import json

import pytest

from claude_preflight.agents.configured_commands import ConfiguredCommand, commands_of
from claude_preflight.document import Document


def found(path: str, content: object) -> list[ConfiguredCommand]:
    text = content if isinstance(content, str) else json.dumps(content)
    commands = list(commands_of(Document(path, text, frozenset())))
    for command in commands:
        for part in (command.text, *(command.arguments or ())):
            spelled = text[part.start : part.end]
            assert spelled == part or json.loads(f'"{spelled}"') == part
    return commands


def told(path: str, content: object) -> list[str]:
    """Return `origin: line`, or the words of a command that no shell reads in brackets."""
    return [
        f"{command.origin}: "
        + (str(command.text) if command.arguments is None else str([str(command.text), *map(str, command.arguments)]))
        for command in found(path, content)
    ]


def hooks(**handler: object) -> dict[str, object]:
    return {"hooks": {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", **handler}]}]}}


SETTINGS = ".claude/settings.json"
FILES: list[tuple[str, object, list[str]]] = [
    (SETTINGS, hooks(command='echo "ä" | x'), ['hook PreToolUse: echo "ä" | x']),
    (SETTINGS, hooks(command="x", args=["a", "b c"]), ["hook PreToolUse: ['x', 'a', 'b c']"]),
    (SETTINGS, hooks(type="http", url="https://a.dev/x"), ["hook PreToolUse: https://a.dev/x"]),
    (SETTINGS, hooks(type="prompt", prompt="curl"), []),
    (SETTINGS, {"hooks": {"Stop": [{"command": "old"}]}}, ["hook Stop: old"]),
    (SETTINGS, {"hooks": {"preEditHook": {"command": "npx", "args": ["x"]}}}, ["hook preEditHook: ['npx', 'x']"]),
    (SETTINGS, {"hooks": [{"event": "Stop", "command": "a"}, {"command": "b"}]}, ["hook Stop: a", "hook: b"]),
    (SETTINGS, {"hooks": {"Stop": [None, 1, "x", {"hooks": [3, {"command": 4}]}]}}, []),
    (
        SETTINGS,
        {"apiKeyHelper": "a", "awsAuthRefresh": "b", "otelHeadersHelper": "c", "processWrapper": "d"},
        ["apiKeyHelper: a", "otelHeadersHelper: c", "awsAuthRefresh: b", "processWrapper: d"],
    ),
    (
        SETTINGS,
        {"statusLine": {"type": "command", "command": "a"}, "fileSuggestion": {"command": "b"}},
        ["statusLine: a", "fileSuggestion: b"],
    ),
    (
        SETTINGS,
        {
            "extraKnownMarketplaces": {
                "m": {"source": {"source": "url", "headersHelper": "h"}},
                "n": {
                    "source": {
                        "source": "settings",
                        "plugins": [{"name": "p", "source": {"source": "command", "command": "c"}}],
                    }
                },
            }
        },
        ['headersHelper of marketplace "m": h', 'source of plugin "p": c'],
    ),
    ("hooks/hooks.json", {"hooks": {"Stop": [{"hooks": [{"command": "x"}]}]}}, ["hook Stop: x"]),
    (".claude-plugin/plugin.json", {"name": "p", **hooks(command="x")}, ["hook PreToolUse: x"]),
    (
        ".claude-plugin/plugin.json",
        {"lspServers": {"g": {"command": "gopls"}}, "experimental": {"monitors": [{"name": "m", "command": "tail"}]}},
        ['monitor "m": tail', "language server \"g\": ['gopls']"],
    ),
    (
        ".claude-plugin/marketplace.json",
        {"plugins": [{"name": "p", "source": "./p", "hooks": {"Stop": [{"hooks": [{"command": "x"}]}]}}]},
        ['plugin "p", hook Stop: x'],
    ),
    ("monitors/monitors.json", [{"name": "m", "command": "tail -f x"}, 3], ['monitor "m": tail -f x']),
    (".lsp.json", {"g": {"command": "gopls", "args": ["-v"]}}, ["language server \"g\": ['gopls', '-v']"]),
    (
        ".mcp.json",
        {"mcpServers": {"a": {"command": "sh", "args": ["-c", "x"]}, "b": {"url": "https://b", "headersHelper": "h"}}},
        ["server \"a\": ['sh', '-c', 'x']", 'headersHelper of server "b": h'],
    ),
    (".mcp.json", {"mcpServers": {"a": {"command": "sh -c 'x y'"}}}, ["server \"a\": sh -c 'x y'"]),
    (
        ".cursor/hooks.json",
        {"version": 1, "hooks": {"stop": [{"command": "x"}]}},
        ["Cursor hook stop: x"],
    ),
    (
        ".github/hooks/a.json",
        {"hooks": {"sessionStart": [{"bash": "b", "powershell": "p"}]}},
        ["hook sessionStart: b", "hook sessionStart: p"],
    ),
    (".kiro/hooks/a.kiro.hook", {"then": {"type": "runCommand", "command": "x"}}, ["Kiro hook: x"]),
    (".codex/config.toml", 'notify = ["a", "b"]\n', ["notify: ['a', 'b']"]),
    (
        ".vscode/tasks.json",
        {
            "tasks": [
                {"label": "t", "command": "x | y", "runOptions": {"runOn": "folderOpen"}},
                {"label": "u", "command": "z"},
            ]
        },
        ['task "t": x | y'],
    ),
    (
        ".claude/skills/a/SKILL.md",
        "---\nname: a\n---\nSee !`git log` and x!`no`\n!`b`\n",
        ["shell line: git log", "shell line: b"],
    ),
    (".claude/commands/a.md", "```!\na\nb\n```\n\n```bash\nc\n```\n", ["shell line: a\nb\n"]),
    (".claude/commands/a.md", "Write `!` in front, or \\!`\n", []),
    (
        ".claude/agents/a.md",
        "---\nname: a\nhooks:\n  Stop:\n    - hooks:\n        - type: command\n          command: ./x.sh\n---\n",
        ["hook Stop: ./x.sh"],
    ),
    ("package.json", {"scripts": {"postinstall": "x"}}, []),
    (SETTINGS, "", []),
    (SETTINGS, "[1, {}", []),
    (SETTINGS, {"statusLine": 3, "hooks": 4, "extraKnownMarketplaces": {"a": 1, "b": {"source": "x"}}}, []),
]


@pytest.mark.parametrize(("path", "content", "expected"), FILES)
def test_commands(path: str, content: object, expected: list[str]) -> None:
    assert told(path, content) == expected


def test_a_hook_knows_its_event_and_that_it_is_told_of_the_session() -> None:
    (command,) = found(SETTINGS, hooks(command="x", shell="powershell"))
    assert (command.event, command.matcher, command.key) == ("PreToolUse", "Bash", "hooks/PreToolUse/Bash")
    assert (command.receives, command.powershell, command.posted, command.supplies) == (True, True, False, False)
    assert command.when == "before tool calls"


def test_a_helper_supplies_credentials_and_a_server_has_its_name() -> None:
    (helper,) = found(SETTINGS, {"apiKeyHelper": "cat ~/key"})
    assert (helper.supplies, helper.receives, helper.key) == (True, False, "apiKeyHelper")
    (server,) = found(".mcp.json", {"mcpServers": {"a": {"command": "x"}}})
    assert (server.server, server.key, server.arguments) == ("a", "mcpServers/a/command", ())


def test_shell_lines_are_filled_in() -> None:
    (command,) = found(".claude/commands/a.md", "\r\n!`gh issue view $ARGUMENTS`\r\n")
    assert command.filled
    assert (command.text.start, command.text.end) == (4, 28)
