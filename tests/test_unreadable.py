"""No false "clean": for each kind of file that a hook reads, what cannot be read in full is a finding.

What is left out on purpose stands in the README under "Limits": source code and manifests of any name that are binary
or larger than what is read, and YAML that does not parse in files of CI systems and deployments.
"""

from __future__ import annotations

import pytest

from claude_preflight.examine import Options, examine
from claude_preflight.intake import MAX_BYTES
from conftest import MakeRepository

JSON = (
    ".mcp.json .claude/settings.json .claude-plugin/plugin.json hooks/hooks.json .cursor/hooks.json .vscode/tasks.json"
    " .cursor/permissions.json .lsp.json .mcp-audit.json opencode.json .devcontainer/devcontainer.json"
).split()
YAML = ".continue/config.yaml .token-inventory.yaml .aider.conf.yml".split()
TOML = ".codex/config.toml .gemini/commands/a.toml".split()
MARKDOWN = ".claude/agents/a.md .claude/skills/a/SKILL.md .claude/commands/a.md".split()
PROSE = "CLAUDE.md .cursorrules .claude/rules/a.md .github/copilot-instructions.md .roomodes".split()
SHELLS = ".env .envrc .bashrc a.sh a.ps1".split()
SEARCHED = ".github/workflows/a.yml .gitlab-ci.yml Jenkinsfile Dockerfile compose.yaml".split()
CONTENT = {
    **dict.fromkeys(JSON, '{"a": 1}\n'),
    **dict.fromkeys(YAML, "a: 1\n"),
    **dict.fromkeys(TOML, "a = 1\n"),
    **dict.fromkeys(MARKDOWN, "---\nname: a\ndescription: b\ntools: Read\n---\nText\n"),
    **dict.fromkeys(PROSE, "Text\n"),
    **dict.fromkeys(SHELLS, "A=1\n"),
    **dict.fromkeys(SEARCHED, "# claude\n"),
}
DEEP = "[" * 150 + "]" * 150


def rules(make_repository: MakeRepository, path: str, content: bytes, *, staged: bool = False) -> set[str]:
    """Return the rules of what is found in the file at `path` when it has this content."""
    report = examine(Options(staged=staged), str(make_repository({path: content})))
    assert report.crashes == ()
    return {result.finding.rule.id for result in report.results if result.path == path}


@pytest.mark.parametrize(
    ("path", "staged"), [*((path, False) for path in CONTENT), ("CLAUDE.md", True), ("compose.yaml", True)]
)
def test_oversized(path: str, staged: bool, make_repository: MakeRepository) -> None:
    content = CONTENT[path].encode()
    assert "oversized-file" in rules(make_repository, path, content + b"\n" * MAX_BYTES, staged=staged)


@pytest.mark.parametrize("path", CONTENT)
def test_nul(path: str, make_repository: MakeRepository) -> None:
    assert "unreadable-file" in rules(make_repository, path, CONTENT[path].encode() + b"\0")


@pytest.mark.parametrize("path", [path for path in CONTENT if path not in {*SHELLS, "Dockerfile"}])
def test_not_utf8(path: str, make_repository: MakeRepository) -> None:
    assert "unreadable-file" in rules(make_repository, path, CONTENT[path].encode() + b"\xff")


@pytest.mark.parametrize("path", [path for path in CONTENT if path not in {*SHELLS, *SEARCHED}])
@pytest.mark.parametrize("cut", [0, 1])
def test_utf16_whole_and_cut_off(path: str, cut: int, make_repository: MakeRepository) -> None:
    content = CONTENT[path].encode("utf-16")
    assert "unreadable-file" in rules(make_repository, path, content[: len(content) - cut])


@pytest.mark.parametrize("path", SHELLS)
def test_utf16_cut_off_is_refused_even_where_utf16_is_read(path: str, make_repository: MakeRepository) -> None:
    assert rules(make_repository, path, CONTENT[path].encode("utf-16")[:-1]) == {"unreadable-file"}


UNPARSABLE = {
    **dict.fromkeys(JSON, ('{"a": ', '{"a": 1}}', "", '{"a": "\x01"}', f'{{"a": {DEEP}}}')),
    **dict.fromkeys(YAML, ('a: "\n', "a: {\n", "a: b: c\n", "a: '\x01'\n", f"a: {DEEP}\n")),
    **dict.fromkeys(TOML, ("a = \n", "[a\n", "a = 1\na = 2\n", f"a = {DEEP}\n")),
    **{
        path: tuple(
            f"---\nname: a\ndescription: b\n{line}\n---\n" for line in ('a: "', "a: b: c", "a: {", f"a: {DEEP}")
        )
        for path in MARKDOWN
    },
}
SAYS_SO = {"config-syntax", "front-matter-syntax", "invalid-inventory", "invalid-audit-record"}


@pytest.mark.parametrize(("path", "text"), [(path, text) for path, texts in UNPARSABLE.items() for text in texts])
def test_unparsable(path: str, text: str, make_repository: MakeRepository) -> None:
    assert rules(make_repository, path, text.encode()) & SAYS_SO


ALIASES = {
    ".continue/config.yaml": (
        'x: &a ["-y", "@modelcontextprotocol/server-filesystem@2026.8.31", "/"]\n'
        "mcpServers:\n  - {name: f, command: npx, args: *a}\n",
        "filesystem-root",
    ),
    ".claude/agents/security-reviewer.md": (
        "---\nname: security-reviewer\ndescription: reviews code\nx: &a Bash, Write\ntools: *a\n---\nReview.\n",
        "agent-tool-beyond-role",
    ),
    ".github/workflows/a.yml": (
        "on: issues\nx: &s\n  - run: claude -p '${{ github.event.issue.title }}'\njobs: {a: {runs-on: b, steps: *s}}\n",
        "injected-agent-script",
    ),
    "compose.yaml": (
        "x-a: &a\n  image: a\n  command: claude -p x\nservices:\n  production:\n    <<: *a\n",
        "agent-in-production-service",
    ),
}


@pytest.mark.parametrize("path", ALIASES)
def test_what_stands_behind_an_alias_is_checked(path: str, make_repository: MakeRepository) -> None:
    text, rule = ALIASES[path]
    assert rule in rules(make_repository, path, text.encode())


@pytest.mark.parametrize("staged", [False, True])
@pytest.mark.parametrize("others", [0, 150])  # few files are searched by ourselves, many by git
def test_files_of_any_name_may_be_large_or_binary_or_in_another_encoding(
    others: int, staged: bool, make_repository: MakeRepository
) -> None:
    files: dict[str, str | bytes] = {f"{number}.py": "x = 1\n" for number in range(others)}
    files["bundle.js"] = b'x = "--yolo";' + b" " * MAX_BYTES
    files["picture.js"] = b'x = "--yolo";\0'
    files["old.js"] = 'x = "--yolo"; // déjà'.encode("latin-1")
    files["Dockerfile.old"] = "FROM node AS production\nRUN npm i -g @anthropic-ai/claude-code # é\n".encode("latin-1")
    files["Dockerfile"] = b"FROM claude\n" + b"#" * MAX_BYTES
    files["Dockerfile.a"] = b"FROM claude\n\0"
    report = examine(Options(staged=staged), str(make_repository(files)))
    assert [(result.path, result.finding.rule.id) for result in report.results] == [
        ("Dockerfile", "oversized-file"),
        ("Dockerfile.a", "unreadable-file"),
        ("Dockerfile.old", "agent-in-production-image"),
    ]
