"""Which files an agent, or what runs around it, reads: path globs by kind.

A glob matches at any depth of the repository. `**/` stands for any number of folders, `*` for any characters of one
name. `pattern` gives a kind's globs as one regular expression for the hook manifest; matching here goes by table,
because compiling those expressions costs more than a commit hook may take.
"""

from __future__ import annotations

import re

from claude_preflight.late import late
from claude_preflight.typed import NamedTuple

MCP_CONFIG = "mcp-config"  # holds MCP server entries, of whichever client
CLAUDE_SETTINGS = "claude-settings"
UNPLACED_SETTINGS = "unplaced-settings"  # settings of some program, whose content tells whether they are Claude Code's
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

# The paths under which findings in what is no file are reported.
VIRTUAL = {REPOSITORY: "<repository>", ENVIRONMENT: "<environment>"}

# Kinds with so many files that only those are read which hold a word of a hook, see `Hook.words`.
SEARCHED = frozenset((CI, DOCKERFILE, COMPOSE, DEPLOYMENT, SOURCE))

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
        ".gemini/settings.json",
        ".qwen/settings.json",
        ".zed/settings.json",
        ".amp/settings.json",
        ".vscode/settings.json",
        ".config/zed/settings.json",
        ".config/amp/settings.json",
        "*.code-workspace",
        "gemini-extension.json",
        "opencode.json",
        "opencode.jsonc",
        "crush.json",
        ".crush.json",
        ".codex/*config.toml",
        ".continue/config.yaml",
        ".continue/config.yml",
        ".continue/mcpServers/*.json",
        ".continue/mcpServers/*.yaml",
        ".continue/mcpServers/*.yml",
        ".config/goose/config.yaml",
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
    SKILL: ("SKILL.md",),
    COMMAND: (
        ".claude/commands/**/*.md",
        ".cursor/commands/**/*.md",
        ".opencode/command/**/*.md",
        ".opencode/commands/**/*.md",
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


class _Glob(NamedTuple):
    kind: str
    folders: tuple[str, ...]
    deep: bool  # any folders may stand between `folders` and the name
    head: str
    tail: str

    def matches(self, folders: list[str], name: str) -> bool:
        if not (
            name.startswith(self.head) and name.endswith(self.tail) and len(name) >= len(self.head) + len(self.tail)
        ):
            return False
        wanted, count = list(self.folders), len(self.folders)
        if not self.deep:
            return not count or folders[-count:] == wanted
        return any(folders[at : at + count] == wanted for at in range(len(folders) - count + 1))


def _parse(kind: str, glob: str) -> _Glob:
    *folders, name = glob.split("/")
    deep = "**" in folders
    head, star, tail = name.partition("*")
    return _Glob(kind, tuple(folder for folder in folders if folder != "**"), deep, head, tail if star else "")


def _regex(glob: str) -> str:
    return re.escape(glob).replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*").replace(r"\-", "-")


def pattern(kinds: tuple[str, ...]) -> str:
    """Return the regular expression, for `search` in a relative path with forward slashes, of the files of `kinds`."""
    if SOURCE in kinds:
        return ""
    globs = dict.fromkeys(glob for kind in kinds for glob in GLOBS.get(kind, ()))
    if not globs:  # of what is no file
        return ""
    return rf"(^|/)({'|'.join(_regex(glob) for glob in globs)})$"


_by_name: dict[str, list[_Glob]] = {}
_by_ending: dict[str, list[_Glob]] = {}
_others: list[tuple[str, _Glob]] = []  # with what must stand in the path
for _kind, _globs in GLOBS.items():
    for _text in _globs:
        _glob = _parse(_kind, _text)
        if "*" not in _text.rpartition("/")[2]:
            _by_name.setdefault(_glob.head, []).append(_glob)
        elif "." in _glob.tail:
            _by_ending.setdefault(_glob.tail[_glob.tail.rindex(".") :], []).append(_glob)
        else:
            _others.append(("/".join((*_glob.folders, _glob.head)), _glob))


_CLAUDE_PERMISSIONS = late(
    r'"permissions"\s*:\s*\{\s*"(?:allow|deny|ask|defaultMode|additionalDirectories)"(?=[\s\S]*"(?:(?:Bash|Read|Edit|Write|Glob'
    r'|Grep|WebFetch|WebSearch|mcp__\w+)(?:\(|")|bypassPermissions"|acceptEdits"))'
)


def are_claude_settings(text: str) -> bool:
    """Tell whether `text`, of a settings file that stands in no agent's folder, is meant for Claude Code all the same.

    Teams keep such files beside their dotfiles and templates, and hand them over by a link or `--settings`.
    """
    return '"permissions"' in text and bool(_CLAUDE_PERMISSIONS.search(text))


def kinds_of(path: str) -> frozenset[str]:
    """Return the kinds of the file at `path` (relative, forward slashes); empty for a file that no agent reads."""
    folders = path.split("/")
    name = folders.pop()
    dot = name.rfind(".")
    candidates = [*_by_name.get(name, ()), *(glob for needle, glob in _others if needle in path)]
    if dot >= 0:
        candidates += _by_ending.get(name[dot:], ())
    return frozenset(glob.kind for glob in candidates if glob.matches(folders, name))
