"""What a settings file denies, and when its sandbox holds every command."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.settings import Scope, Settings, denies_reading, is_sandboxed, settings_of
from claude_preflight.document import Document


def parsed(value: object, path: str = ".claude/settings.json") -> Settings | None:
    return settings_of(Document(path, json.dumps(value), frozenset()))


def read(value: object, path: str = ".claude/settings.json") -> Settings:
    found = parsed(value, path)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        (".claude/settings.json", Scope.PROJECT),
        ("packages/a/.claude/settings.json", Scope.PROJECT),
        (".claude/settings.local.json", Scope.LOCAL),
        ("managed-settings.json", Scope.MANAGED),
        ("etc/claude-code/managed-settings.d/10-team.json", Scope.MANAGED),
    ],
)
def test_scope(path: str, scope: Scope) -> None:
    assert read({}, path).scope is scope


def test_lists_keep_what_the_agent_reads() -> None:
    found = read(
        {
            "permissions": {
                "allow": ["Bash(ls)", 1, None, ["Read"], "Read"],
                "deny": "Read(.env)",
                "ask": [],
                "additionalDirectories": ["../a", {}],
            }
        }
    )
    assert [str(rule.text) for rule in found.allow] == ["Bash(ls)", "Read"]
    assert (found.ask, found.deny, [*found.directories]) == ((), (), ["../a"])
    assert parsed([]) is None
    assert read({"permissions": []}).permissions.pairs == []


def test_of_repeated_keys_the_last_counts() -> None:
    text = '{"permissions": {"deny": ["Read"]}, "permissions": {"deny": [], "deny": ["Edit"]}}'
    found = settings_of(Document(".claude/settings.json", text, frozenset()))
    assert found is not None
    assert [str(rule.text) for rule in found.deny] == ["Edit"]


SANDBOXES = [
    ({"enabled": True, "allowUnsandboxedCommands": False}, True),
    ({"enabled": True, "allowUnsandboxedCommands": False, "excludedCommands": []}, True),
    ({"enabled": True, "allowUnsandboxedCommands": False, "excludedCommands": ["docker"]}, False),
    ({"enabled": True}, False),
    ({"enabled": True, "allowUnsandboxedCommands": True}, False),
    ({"enabled": "true", "allowUnsandboxedCommands": False}, False),
    ({"allowUnsandboxedCommands": False}, False),
    ([], False),
]


@pytest.mark.parametrize(("sandbox", "held"), SANDBOXES)
def test_sandbox_that_holds_every_command(sandbox: object, held: bool) -> None:
    assert is_sandboxed(read({"sandbox": sandbox})) is held
    assert not is_sandboxed(read({}))


ON = {"enabled": True}
# Settings; paths that they deny reading; paths that they do not.
DENIALS: list[tuple[dict[str, Any], str, str]] = [
    ({"permissions": {"deny": ["Read(.env)"]}}, ".env a/.env", "~/.ssh/id_rsa .env.local"),
    ({"permissions": {"deny": ["Read"]}}, ".env ~/.ssh/id_rsa /etc/passwd", ""),
    ({"permissions": {"deny": ["Edit(.env)", "Write(.env)", "Bash(cat .env)"]}}, "", ".env"),
    ({"permissions": {"ask": ["Read(.env)"]}}, "", ".env"),
    ({"permissions": {"allow": ["Read(.env)"]}}, "", ".env"),
    ({"permissions": {"blockReadsOutsideWorkingDirectories": True}}, "~/.ssh/id_rsa /etc/passwd", ".env"),
    ({"permissions": {"blockReadsOutsideWorkingDirectories": "yes"}}, "", "~/.ssh/id_rsa"),
    (
        {"permissions": {"blockReadsOutsideWorkingDirectories": True, "additionalDirectories": ["~/.ssh", "/etc"]}},
        "~/.aws/credentials /srv/x",
        "~/.ssh/id_rsa /etc/passwd",
    ),
    (
        {"permissions": {"blockReadsOutsideWorkingDirectories": True, "additionalDirectories": ["~"]}},
        "/etc/passwd",
        "~/.ssh/id_rsa ~/.aws/credentials",
    ),
    (
        {"sandbox": {**ON, "filesystem": {"denyRead": ["~/.ssh", ".env"]}}},
        "~/.ssh/id_rsa ~/.ssh/a/b .env",
        "a/.env ~/x",
    ),
    ({"sandbox": {**ON, "filesystem": {"denyRead": ["~/"]}}}, "~/.ssh/id_rsa", ".env"),
    ({"sandbox": {**ON, "filesystem": {"denyRead": ["/"]}}}, "~/.ssh/id_rsa .env /etc/passwd", ""),
    ({"sandbox": {**ON, "filesystem": {"denyRead": ["."]}}}, ".env a/b", "~/.ssh/id_rsa"),
    ({"sandbox": {**ON, "filesystem": {"denyRead": ["./.env", "/etc", "//srv"]}}}, ".env /etc/x /srv/x", "etc/x"),
    (
        {"sandbox": {**ON, "filesystem": {"denyRead": ["~"], "allowRead": ["~/code"]}}},
        "~/.ssh/id_rsa",
        "~/code/x",
    ),
    ({"sandbox": {"enabled": False, "filesystem": {"denyRead": ["~/.ssh"]}}}, "", "~/.ssh/id_rsa"),
    ({"sandbox": {"filesystem": {"denyRead": ["~/.ssh"]}}}, "", "~/.ssh/id_rsa"),
    (
        {"sandbox": {**ON, "credentials": {"files": [{"path": "~/.aws", "mode": "mask"}, {"mode": "deny"}, 1]}}},
        "~/.aws/credentials",
        "~/.ssh/id_rsa",
    ),
]


@pytest.mark.parametrize(("value", "denied", "open_"), DENIALS)
def test_denied_paths(value: dict[str, Any], denied: str, open_: str) -> None:
    found = read(value)
    assert [path for path in denied.split() if not denies_reading(found, path)] == []
    assert [path for path in open_.split() if denies_reading(found, path)] == []


KEYS = st.sampled_from(
    ["permissions", "allow", "deny", "sandbox", "enabled", "filesystem", "denyRead", "credentials", "files", "path"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["Read", "Read(.env)", "~/.ssh", "", "/", "*"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_settings_are_read(value: dict[str, Any]) -> None:
    found = read(value)
    assert denies_reading(found, "~/.ssh/id_rsa") in (True, False)
    assert is_sandboxed(found) in (True, False)
