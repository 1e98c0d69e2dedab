"""Which files an agent, or what runs around it, reads: path globs by kind.

A glob matches at any depth of the repository. `**/` stands for any number of folders, `*` for any characters of one
name. `pattern` gives a kind's globs as one regular expression for the hook manifest; matching here goes by table,
because compiling those expressions costs more than a commit hook may take.

On the file systems of macOS and Windows upper and lower case are one: `.MCP.JSON` is the file that a client asks for.
So names that nobody gives to anything else count in any case, which are those with a dotted part, and those of MCP
configurations. `CLAUDE.md` and its like do so at the root only: further down, `docs/claude.md` is prose about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from claude_preflight.late import late
from claude_preflight.typed import NamedTuple

MCP_CONFIG = "mcp-config"  # holds MCP server entries, of whichever client
CLAUDE_SETTINGS = "claude-settings"
UNPLACED_SETTINGS = "unplaced-settings"  # settings of some program, whose content tells whether they are Claude Code's
UNPLACED_SERVERS = "unplaced-servers"  # what may be a bundle or a recipe with MCP servers, or a part of a plugin
INSTRUCTIONS = "instructions"  # text an agent loads by itself
AGENT = "agent"
SKILL = "skill"
COMMAND = "command"
PLUGIN = "plugin"  # plugin manifests, marketplaces, hook and monitor files
AGENT_SETTINGS = "agent-settings"  # settings of other agents, where they are not MCP configs as well
ENV_FILE = "env-file"
SHELL_RC = "shell-rc"
SCRIPT = "script"
TOKEN_INVENTORY = "token-inventory"
LOCAL_STATE = "local-state"  # what an agent keeps for one person or one session
AUDIT_RECORD = "audit-record"
POLICY = "policy"
BASELINE = "baseline"
CI = "ci"  # workflows and pipelines of CI systems
DOCKERFILE = "dockerfile"
COMPOSE = "compose"
DEPLOYMENT = "deployment"  # what may describe a deployment: manifests, Procfiles, infrastructure code
SOURCE = "source"  # any other text file; no glob tells it
REPOSITORY = "repository"  # no file: the repository as a whole
ENVIRONMENT = "environment"  # no file: the names of the variables that an agent's process has, one a line

MARKDOWN = (".md", ".mdc")  # the endings of what is read as Markdown

# The paths under which findings in what is no file are reported.
VIRTUAL = {REPOSITORY: "<repository>", ENVIRONMENT: "<environment>"}

# Kinds with so many files that only those are read which hold a word of a hook, see `Hook.words`.
SEARCHED = frozenset((CI, DOCKERFILE, COMPOSE, DEPLOYMENT, SOURCE))
# Kinds by name only: what such a file is, its content tells, see `undecided`.
UNDECIDED = frozenset((UNPLACED_SETTINGS, UNPLACED_SERVERS))

GLOBS: dict[str, tuple[str, ...]] = {
    MCP_CONFIG: (
        ".mcp.json",
        "mcp.json",
        "*.mcp.json",
        "managed-mcp.json",
        "mcp-config.json",
        "mcp_config.json",
        "mcp-servers.json",
        "mcp_servers.json",
        "mcp_settings.json",
        "cline_mcp_settings.json",
        "claude_desktop_config*.json",
        ".claude.json",
        ".claude/settings*.json",
        "managed-settings.json",
        "managed-settings.d/*.json",
        ".gemini/settings.json",
        ".qwen/settings*.json",
        ".zed/settings.json",
        ".amp/settings.json",
        ".vscode/settings.json",
        ".config/zed/settings.json",
        ".config/amp/settings.json",
        "*.code-workspace",
        "gemini-extension.json",
        "qwen-extension.json",
        "opencode.json",
        "opencode.jsonc",
        "crush.json",
        ".crush.json",
        ".codex/*config.toml",
        ".continue/config.yaml",
        ".continue/config.yml",
        ".continue/config.json",
        ".continuerc.json",
        ".continue/mcpServers/*.json",
        ".continue/mcpServers/*.yaml",
        ".continue/mcpServers/*.yml",
        ".config/goose/config.yaml",
        "librechat.yaml",
        "librechat.yml",
        ".amazonq/cli-agents/*.json",
        ".kiro/agents/*.json",
        ".claude-plugin/plugin.json",
        ".claude-plugin/marketplace.json",
        ".devcontainer.json",
        ".devcontainer/**/devcontainer.json",
        ".claude/agents/**/*.md",
        ".github/agents/*.md",
        "agents/*.md",
    ),
    CLAUDE_SETTINGS: (
        ".claude/settings.json",
        ".claude/settings.local.json",
        "managed-settings.json",
        "managed-settings.d/*.json",
    ),
    UNPLACED_SETTINGS: ("settings*.json", "*settings.json"),
    UNPLACED_SERVERS: (
        "manifest.json",
        "recipe.yaml",
        "recipe.yml",
        "recipe.json",
        ".goose/recipes/**/*.yaml",
        ".goose/recipes/**/*.yml",
        ".goose/recipes/**/*.json",
    ),
    INSTRUCTIONS: (
        "CLAUDE.md",
        "CLAUDE.local.md",
        "AGENTS.md",
        "AGENT.md",
        "AGENTS.override.md",
        "GEMINI.md",
        "QWEN.md",
        "WARP.md",
        "CRUSH.md",
        "CONVENTIONS.md",
        "replit.md",
        "REVIEW.md",
        ".claude/rules/**/*.md",
        ".claude/output-styles/**/*.md",
        ".claude/agent-memory/**/*.md",
        ".claude/agent-memory-local/**/*.md",
        "output-styles/*.md",
        "skills/**/*.md",
        "llms.txt",
        ".claude/loop.md",
        ".claude/claude-security-guidance*.md",
        ".github/copilot-instructions.md",
        ".github/instructions/**/*.md",
        ".github/prompts/**/*.md",
        ".github/chatmodes/**/*.md",
        ".cursor/rules/**/*.mdc",
        ".cursor/rules/**/*.md",
        ".cursorrules",
        ".windsurfrules",
        ".windsurf/**/*.md",
        ".devin/rules/**/*.md",
        ".clinerules",
        ".clinerules/**/*.md",
        ".clinerules/**/*.txt",
        ".roorules",
        ".roomodes",
        ".roo/**/*.md",
        ".kilocode/**/*.md",
        ".kiro/steering/**/*.md",
        ".kiro/specs/**/*.md",
        ".amazonq/rules/**/*.md",
        ".continue/rules/**/*.md",
        ".continuerules",
        ".junie/**/*.md",
        ".goosehints",
        ".goosehints.local",
        ".rules",
        ".aiassistant/rules/**/*.md",
        ".augment/**/*.md",
        ".augment-guidelines",
        ".trae/rules/**/*.md",
        ".agent/rules/**/*.md",
        ".agent/workflows/**/*.md",
        ".agents/rules/**/*.md",
        ".agents/workflows/**/*.md",
        ".codex/instructions.md",
        ".factory/droids/**/*.md",
        ".factory/commands/**/*.md",
        ".gemini/styleguide.md",
        ".opencode/prompts/**/*.md",
    ),
    AGENT: (
        ".claude/agents/**/*.md",
        ".cursor/agents/**/*.md",
        ".opencode/agent/**/*.md",
        ".opencode/agents/**/*.md",
        ".gemini/agents/**/*.md",
        ".qwen/agents/**/*.md",
        ".github/agents/*.md",
        "agents/*.md",
    ),
    SKILL: ("SKILL.md", "skills/**/SKILL.md"),
    COMMAND: (
        ".claude/commands/**/*.md",
        ".cursor/commands/**/*.md",
        ".opencode/command/**/*.md",
        ".opencode/commands/**/*.md",
        ".codex/prompts/**/*.md",
        ".gemini/commands/**/*.toml",
        ".qwen/commands/**/*.toml",
        "commands/*.md",
    ),
    PLUGIN: (
        ".claude-plugin/plugin.json",
        ".claude-plugin/marketplace.json",
        ".cursor-plugin/plugin.json",
        ".codex-plugin/plugin.json",
        "hooks/hooks.json",
        "monitors/monitors.json",
        ".lsp.json",
    ),
    AGENT_SETTINGS: (
        ".cursor/permissions.json",
        ".cursor/cli.json",
        ".cursor/hooks.json",
        ".cursor/environment.json",
        ".codex/hooks.json",
        ".github/hooks/*.json",
        ".kiro/hooks/*.kiro.hook",
        ".vscode/tasks.json",
        ".github/copilot/settings*.json",
        ".aider.conf.yml",
        ".aider.conf.yaml",
    ),
    ENV_FILE: (".env", ".env.*", "*.env", ".envrc", ".flaskenv", ".dev.vars"),
    SHELL_RC: (
        ".bashrc",
        ".bash_profile",
        ".bash_aliases",
        ".bash_login",
        ".profile",
        ".zshrc",
        ".zshenv",
        ".zprofile",
        ".zlogin",
        ".kshrc",
        "config.fish",
    ),
    SCRIPT: ("*.sh", "*.bash", "*.zsh", "*.ksh", "*.fish", "*.ps1", "*.bat", "*.cmd"),
    TOKEN_INVENTORY: (".token-inventory.yaml", ".token-inventory.yml"),
    LOCAL_STATE: (
        "CLAUDE.local.md",
        ".claude/settings.local.json",
        ".claude.json",
        ".claude.json.backup*",
        ".credentials.json",
        "history.jsonl",
        ".claude/**/*.jsonl",
        ".claude/debug/*.txt",
        ".claude/todos/*.json",
        *(
            f".claude/{folder}/**/*"
            for folder in (
                "agent-memory-local",
                "worktrees",
                "file-history",
                "shell-snapshots",
                "paste-cache",
                "image-cache",
                "session-env",
                "statsig",
            )
        ),
    ),
    AUDIT_RECORD: (".mcp-audit.json",),
    POLICY: (".claude-preflight.yaml",),
    BASELINE: (".claude-preflight-baseline.json",),
    CI: (
        ".github/workflows/*.yml",
        ".github/workflows/*.yaml",
        ".gitea/workflows/*.yml",
        ".gitea/workflows/*.yaml",
        ".forgejo/workflows/*.yml",
        ".forgejo/workflows/*.yaml",
        "action.yml",
        "action.yaml",
        ".gitlab-ci*.yml",
        ".gitlab-ci*.yaml",
        "*.gitlab-ci.yml",
        ".gitlab/**/*.yml",
        ".gitlab/**/*.yaml",
        ".circleci/**/*.yml",
        ".circleci/**/*.yaml",
        "azure-pipelines*.yml",
        "azure-pipelines*.yaml",
        ".azure-pipelines/**/*.yml",
        ".azure-pipelines/**/*.yaml",
        ".azuredevops/**/*.yml",
        ".azuredevops/**/*.yaml",
        "bitbucket-pipelines.yml",
        "Jenkinsfile*",
        "*.jenkinsfile",
    ),
    DOCKERFILE: (
        "Dockerfile",
        "Dockerfile.*",
        "Dockerfile-*",
        "*.dockerfile",
        "*.Dockerfile",
        "Containerfile",
        "Containerfile.*",
    ),
    COMPOSE: (
        "compose*.yml",
        "compose*.yaml",
        "docker-compose*.yml",
        "docker-compose*.yaml",
        "*.compose.yml",
        "*.compose.yaml",
    ),
    DEPLOYMENT: (
        "Procfile",
        "Procfile.*",
        "*.tf",
        "*.tf.json",
        "*.tftpl",
        "*.hcl",
        "*.nomad",
        "*.yml",
        "*.yaml",
        "user-data*",
        "user_data*",
        "cloud-init*",
        "*.service",
    ),
}


# Programs that run elsewhere than on a developer's machine, and we ourselves, ask for these as they are written.
_AS_WRITTEN = frozenset((CI, TOKEN_INVENTORY, AUDIT_RECORD, POLICY, BASELINE))
_AT_ROOT = frozenset(("CLAUDE.md", "AGENTS.md", "AGENT.md", "GEMINI.md", "QWEN.md", "WARP.md", "CRUSH.md"))
_ANYWHERE = frozenset(
    (
        *("CLAUDE.local.md", "AGENTS.override.md", "skills/**/*.md", "skills/**/SKILL.md"),
        *("managed-settings.json", "managed-settings.d/*.json"),
        "Dockerfile",  # docker itself takes it in small letters
    )
)


class _Glob(NamedTuple):
    """A glob, written as `text`, in parts: all of them in lower case, unless it was parsed as it is written."""

    kind: str
    text: str
    folders: tuple[str, ...]
    deep: bool  # any folders may stand between `folders` and the name
    head: str
    tail: str

    def matches(self, folders: list[str], name: str) -> bool:
        return self.place(folders, name) >= 0

    def place(self, folders: list[str], name: str) -> int:
        """Return at which of `folders` those of the glob start; -1 where it does not match."""
        wanted = self.folders
        if wanted and wanted[-1] not in folders:
            return -1
        size = len(self.head) + len(self.tail)
        if not (name.startswith(self.head) and name.endswith(self.tail) and len(name) >= size):
            return -1
        last = len(folders) - len(wanted)
        starts = range(last + 1) if self.deep else range(max(0, last), last + 1)
        return next((at for at in starts if folders[at : at + len(wanted)] == list(wanted)), -1)


def _parse(kind: str, text: str, glob: str) -> _Glob:
    *folders, name = glob.split("/")
    deep = "**" in folders
    if deep:
        folders.remove("**")
    head, _, tail = name.partition("*")
    return _Glob(kind, text, tuple(folders), deep, head, tail)


@cache
def _written(glob: _Glob) -> _Glob:
    """Return `glob` in the letter case that it is written in."""
    return _parse(glob.kind, glob.text, glob.text)


@cache
def _in_any_case(kind: str, glob: str) -> bool:
    if kind in _AS_WRITTEN:
        return False
    return (
        glob[0] == "." or "/." in glob or (kind in (MCP_CONFIG, SCRIPT) and glob != "agents/*.md") or glob in _ANYWHERE
    )


def _regex(glob: str) -> str:
    return re.escape(glob).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*").replace(r"\-", "-")


def pattern(kinds: tuple[str, ...]) -> str:
    """Return the regular expression, for `search` in a relative path with forward slashes, of the files of `kinds`."""
    if SOURCE in kinds:
        return ""
    globs = [(kind, glob) for kind in kinds for glob in GLOBS.get(kind, ())]
    in_any_case = _either(glob for kind, glob in globs if _in_any_case(kind, glob))
    as_written = _either(glob for kind, glob in globs if not _in_any_case(kind, glob))
    at_root = _either(glob for _, glob in globs if glob in _AT_ROOT)
    anywhere = "|".join(filter(None, (in_any_case and f"(?i:{in_any_case})", as_written)))
    return "|".join(filter(None, (anywhere and f"(^|/)({anywhere})$", at_root and f"^(?i:{at_root})$")))


def _either(globs: Iterable[str]) -> str:
    return "|".join(_regex(glob) for glob in dict.fromkeys(globs))


_NO_KINDS = frozenset[str]()
_by_name: dict[str, list[_Glob]] = {}
_by_ending: dict[str, list[_Glob]] = {}
_by_head: list[_Glob] = []
_by_folder: dict[str, list[_Glob]] = {}  # for files of any name
for _kind, _globs in GLOBS.items():
    for _text in _globs:
        _glob = _parse(_kind, _text, _text.lower())
        if "*" not in _text.rpartition("/")[2]:
            _by_name.setdefault(_glob.head, []).append(_glob)
        elif "." in _glob.tail:
            _by_ending.setdefault(_glob.tail[_glob.tail.rindex(".") :], []).append(_glob)
        elif _glob.head:
            _by_head.append(_glob)
        else:
            _by_folder.setdefault(_glob.folders[0], []).append(_glob)
_heads = tuple({_glob.head for _glob in _by_head})


_CLAUDE_PERMISSIONS = late(
    r'"permissions"\s*:\s*\{\s*"(?:allow|deny|ask|defaultMode|additionalDirectories)"(?=[\s\S]*"(?:(?:Bash|Read|Edit|Write|Glob'
    r'|Grep|WebFetch|WebSearch|mcp__\w+)(?:\(|")|bypassPermissions"|acceptEdits"))'
)


def are_claude_settings(text: str) -> bool:
    """Tell whether `text`, of a settings file that stands in no agent's folder, is meant for Claude Code all the same.

    Teams keep such files beside their dotfiles and templates, and hand them over by a link or `--settings`.
    """
    return '"permissions"' in text and bool(_CLAUDE_PERMISSIONS.search(text))


def is_undecided(kinds: frozenset[str]) -> bool:
    """Tell whether only its content tells whether a file of `kinds` is to be checked."""
    return not kinds.isdisjoint(UNDECIDED) and kinds - UNDECIDED <= SEARCHED


def kinds_of(path: str) -> frozenset[str]:
    """Return the kinds of the file at `path` (relative, forward slashes); empty for a file that no agent reads."""
    folded = path.lower()
    found = _matching(folded)
    return frozenset([glob.kind for glob, _ in found if _counts(glob, path)]) if found else _NO_KINDS


def usual_case(path: str) -> str:
    """Return `path` with those of its parts that make it what it is in the letter case of the client that reads it."""
    folded = path.lower()
    parts = path.split("/")
    for glob, at in _matching(folded):
        if _counts(glob, path):
            written = _written(glob)
            parts[at : at + len(written.folders)] = written.folders
            name = parts[-1]
            parts[-1] = f"{written.head}{name[len(written.head) : len(name) - len(written.tail)]}{written.tail}"
    return "/".join(parts)


def _matching(folded: str) -> list[tuple[_Glob, int]]:
    """Return the globs that match the path `folded`, which is in lower case, with the place of their folders in it."""
    name = folded[folded.rfind("/") + 1 :]
    dot = name.rfind(".")
    candidates = [*_by_name.get(name, ())]
    if name.startswith(_heads):
        candidates += [glob for glob in _by_head if name.startswith(glob.head)]
    for folder, globs in _by_folder.items():
        if folder in folded:
            candidates += globs
    if dot >= 0:
        candidates += _by_ending.get(name[dot:], ())
    if not candidates:
        return []
    folders = folded.split("/")[:-1]
    return [(glob, at) for glob in candidates if (at := glob.place(folders, name)) >= 0]


def _counts(glob: _Glob, path: str) -> bool:
    """Tell whether `glob`, which matches `path` in lower case, matches it in the letter case that it has."""
    if _in_any_case(glob.kind, glob.text) or ("/" not in path and glob.text in _AT_ROOT):
        return True
    *folders, name = path.split("/")
    return _written(glob).matches(folders, name)
