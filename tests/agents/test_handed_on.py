"""Variables that clients hand on by their names, and commands written as lists."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.agents.exposed import Setting
from claude_preflight.agents.files import kinds_of
from claude_preflight.agents.handed_on import (
    is_handed_on,
    loaded_files,
    loose_names,
    references,
    server_names,
    vault_paths,
)
from claude_preflight.agents.mcp import servers
from claude_preflight.document import Document
from claude_preflight.syntax.nodes import Text


def whole(text: str) -> Text:
    return Text.at(text, 0, len(text))


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("${A_B}", ["A_B"]),
        ("${env:A}${localEnv:B:x}", ["A", "B"]),
        ("${A:-x} ${B=y} ${C:?z}", ["A", "B", "C"]),
        ("${{ secrets.A }}", ["A"]),
        ("{env:A}", ["A"]),
        ("Bearer $A and $env:B", ["A", "B"]),
        ("%A%", ["A"]),
        ("${input:a-b}", ["a-b"]),
        ("$1 $$ ${} 5% {x", ["x"]),
        ("", []),
    ],
)
def test_references(value: str, names: list[str]) -> None:
    found = list(references(whole(value)))
    assert found == names
    assert [value[name.start : name.end] for name in found] == names


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("$(pass show a)", True),
        ("`pass show a`", True),
        ("$A", True),
        ("op://Prod/a", True),
        ("a$", False),
        ("", False),
    ],
)
def test_what_is_taken_from_elsewhere(value: str, expected: bool) -> None:
    assert is_handed_on(whole(value)) == expected


def test_vault_paths() -> None:
    assert list(vault_paths(whole("a $(op read 'op://Prod/db/pw') op://Dev/x"))) == ["Prod/db/pw", "Dev/x"]


def shown(found: list[Setting], text: str) -> list[tuple[str, str, str]]:
    """Return of each setting its name, the text at its value's place, and what it does with it."""
    marks = [("passed" if each.passed else "") + ("selects" if each.selects else "") for each in found]
    places = [text[each.value.start : each.value.end] for each in found]
    return [(str(each.name or ""), place, mark) for each, place, mark in zip(found, places, marks, strict=True)]


def loose(path: str, text: str) -> list[tuple[str, str, str]]:
    return shown(list(loose_names(Document(path, text, kinds_of(path)))), text)


def test_what_a_server_is_handed() -> None:
    entry = {
        "command": "x",
        "env_vars": ["A", 1],
        "env_keys": ["B"],
        "bearer_token_env_var": "C",
        "env_http_headers": {"X": "D", "Y": 2},
        "settings": {"e": "f", "g": {"h": "i"}},
    }
    text = json.dumps({"mcpServers": {"db": entry}})
    (server,) = servers(Document(".mcp.json", text, kinds_of(".mcp.json")))
    found = shown(list(server_names(server)), text)
    assert found == [("", "A", "passed"), ("", "B", "passed"), ("", "C", "passed"), ("", "D", "passed"), ("e", "f", "")]


CONTAINER = ".devcontainer/devcontainer.json"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (".codex/config.toml", '[shell_environment_policy]\ninclude_only = ["A"]\n', [("", "A", "passed")]),
        (".claude/settings.json", '{"httpHookAllowedEnvVars": ["A"]}', [("", "A", "passed")]),
        (CONTAINER, '{"postCreateCommand": "A=b make"}', [("A", "b", ""), ("", "make", "")]),
        (CONTAINER, '{"postCreateCommand": {"x": ["make", "a b"]}}', [("", "make", ""), ("", "a", ""), ("", "b", "")]),
        (
            CONTAINER,
            '{"runArgs": ["--env-file", "a.env"]}',
            [("", "", ""), ("", "", ""), ("--env-file", "a.env", "selects")],
        ),
        (
            ".vscode/tasks.json",
            '{"tasks": [{"command": "a", "args": ["--b", "c"]}]}',
            [("", "a", ""), ("--b", "c", "")],
        ),
        (".aider.conf.yml", "env-file: .env\nset-env:\n- A=b\n", [("A", "b", ""), ("", ".env", "selects")]),
        ("SKILL.md", "---\nallowed-tools: Read, Bash(a --b c:*)\n---\n", [("", "a", ""), ("--b", "c", "")]),
        ("SKILL.md", "---\nallowed-tools:\n- Bash(a *)\n- Read\n---\n", [("", "a", "")]),
        (".claude/settings.json", '{"args": ["a"], "command": "b"}', []),
        (CONTAINER, "[1, null, {}]", []),
        (CONTAINER, "", []),
    ],
)
def test_loose_names(path: str, text: str, expected: list[tuple[str, str, str]]) -> None:
    assert loose(path, text) == expected


def test_files_that_direnv_loads() -> None:
    text = "use flake\ndotenv .env.prod\nsource_env_if_exists  'b'\necho dotenv c\ndotenv\n"
    assert shown(list(loaded_files(whole(text))), text) == [("", ".env.prod", "selects"), ("", "b", "selects")]


VALUES = st.recursive(
    st.text(max_size=8) | st.sampled_from(["Bash(a)", "$A", "a=b", "op://x", "a 'b"]) | st.none() | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "tasks command args runArgs postCreateCommand set-env env-file tools allowedEnvVars x".split()
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(VALUES, st.booleans())
def test_any_tree_is_read_and_spans_lie_inside(tree: object, ascii_only: bool) -> None:
    text = json.dumps(tree, ensure_ascii=ascii_only)
    for each in loose_names(Document(CONTAINER, text, kinds_of(CONTAINER))):
        assert 0 <= each.value.start <= each.value.end <= len(text)
