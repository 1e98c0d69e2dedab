"""The registry of hooks: the manifest, the console scripts and the README's table are generated from this list.

A check is imported only when a file needs it: importing all of them would cost more than most runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from claude_preflight.agents import files, words
from claude_preflight.late import module
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from claude_preflight.context import Context
    from claude_preflight.document import Document
    from claude_preflight.model import Finding, Rule

UMBRELLA = "claude-preflight"


# A run over many files asks for each check as often.
_imported = cache(module)


class Hook(NamedTuple):
    """One checklist item: `section` is the checklist's letter, `kinds` the kinds of file that the check reads.

    A file that holds none of `words` has no finding; without any, every file is read. Of kinds that are searched those
    are read that hold one of `searched_words` or, where there are none, of `words`. A hook that is `opt_in` is not part
    of the umbrella. One that `always` runs looks at the whole repository at each commit, whatever is committed.
    """

    id: str
    section: str
    item: str
    name: str
    kinds: tuple[str, ...]
    words: tuple[str, ...] = ()
    searched_words: tuple[str, ...] = ()
    opt_in: bool = False
    always: bool = False

    @property
    def module(self) -> str:
        """The full name of the module that holds the check."""
        return f"claude_preflight.checks.{self.id.replace('-', '_')}"

    @property
    def check(self) -> Callable[[Document, Context], Iterator[Finding]]:
        """The check itself: it yields the findings of one document."""
        return _imported(self.module).check  # type: ignore[no-any-return]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that the check can report."""
        return _imported(self.module).RULES  # type: ignore[no-any-return]


SECTIONS = {
    "A": "Initial setup",
    "B": "Before installing an MCP",
    "C": "During a session",
    "D": "Rotation and maintenance",
    "E": "Environment separation",
    "P": "The principles behind the list",
}

INSTRUCTION_KINDS = (files.INSTRUCTIONS, files.AGENT, files.SKILL, files.COMMAND)
SHELL_KINDS = (files.ENV_FILE, files.SHELL_RC, files.SCRIPT)
SERVER_KINDS = (files.MCP_CONFIG, files.UNPLACED_SERVERS)
SETTINGS_KINDS = (files.CLAUDE_SETTINGS, files.UNPLACED_SETTINGS, files.AGENT_SETTINGS, files.PLUGIN)

HOOKS: tuple[Hook, ...] = (
    Hook(
        "mcp-filesystem-scope",
        "A",
        "MCP filesystem has the most restrictive path possible",
        "MCP servers see no more files than they need",
        (*SERVER_KINDS, files.SCRIPT),
    ),
    Hook(
        "agent-file-secrets",
        "A",
        "No secrets in CLAUDE.md (use env references)",
        "no literal secret in agent files",
        (*SERVER_KINDS, *SETTINGS_KINDS, *INSTRUCTION_KINDS),
    ),
    Hook(
        "mcp-token-scope",
        "A",
        "Access tokens with minimal scopes for each MCP",
        "MCP servers have the narrowest rights that do",
        (*SERVER_KINDS, files.TOKEN_INVENTORY),
    ),
    Hook(
        "mcp-project-scope",
        "A",
        ".mcp.json per project, no global config for everything",
        "MCP servers are declared by the project",
        (*SERVER_KINDS, files.CLAUDE_SETTINGS),
    ),
    Hook(
        "claude-md-gitignore",
        "A",
        "CLAUDE.md in .gitignore if confidential",
        "nothing confidential or personal is committed",
        (files.INSTRUCTIONS, files.LOCAL_STATE, files.POLICY),
    ),
    Hook(
        "mcp-package-identity",
        "B",
        "Exact package name verified; author/organisation confirmed",
        "MCP packages are what their names say",
        SERVER_KINDS,
    ),
    Hook(
        "mcp-pinned-version",
        "B",
        "The audited version is the one that runs",
        "MCP packages are pinned to exact versions",
        (*SERVER_KINDS, files.SCRIPT),
    ),
    Hook(
        "mcp-audit",
        "B",
        "Source read, downloads, age and security reports checked, tested with dummy data",
        "MCP servers have been audited",
        (*SERVER_KINDS, files.AUDIT_RECORD),
    ),
    Hook(
        "session-cost",
        "C",
        "/cost checked regularly",
        "what sessions cost is in proportion",
        (files.REPOSITORY,),
        opt_in=True,
        always=True,
    ),
    Hook(
        "mcp-tool-approval",
        "C",
        "MCP call arguments verified",
        "no MCP tool is approved unseen",
        (files.CLAUDE_SETTINGS, files.UNPLACED_SETTINGS, *SERVER_KINDS, files.AGENT_SETTINGS),
    ),
    Hook(
        "permission-scope",
        "C",
        "Least privilege for what may run unasked",
        "nothing broad runs without asking",
        (
            files.CLAUDE_SETTINGS,
            files.UNPLACED_SETTINGS,
            files.AGENT_SETTINGS,
            *SERVER_KINDS,
            files.SKILL,
            files.COMMAND,
        ),
    ),
    Hook(
        "sensitive-path-deny",
        "C",
        "Access to ~/.ssh, ~/.aws, .env refused",
        "reading keys and env files is denied",
        (files.CLAUDE_SETTINGS, files.UNPLACED_SETTINGS),
    ),
    Hook(
        "session-review",
        "C",
        "Unrequested actions: stop and investigate; suspicious MCP results reviewed",
        "sessions did nothing unasked",
        (files.REPOSITORY,),
        opt_in=True,
        always=True,
    ),
    Hook(
        "no-skip-permissions",
        "C",
        "Never --dangerously-skip-permissions outside a sandbox",
        "no agent runs without asking outside a sandbox",
        (*SETTINGS_KINDS, *SERVER_KINDS, *INSTRUCTION_KINDS, *SHELL_KINDS, files.SOURCE),
        words=words.SWITCHES,
    ),
    Hook(
        "session-rotation",
        "D",
        "Session renewed every 2-3 h",
        "sessions are renewed in time",
        (files.REPOSITORY,),
        opt_in=True,
        always=True,
    ),
    Hook(
        "claude-md-decisions",
        "D",
        "Decisions documented in CLAUDE.md before closing",
        "decisions are written into the instructions",
        (files.REPOSITORY,),
        opt_in=True,
        always=True,
    ),
    Hook(
        "mcp-review",
        "D",
        "Quarterly review; unused servers removed; regular updates",
        "audited MCP servers are reviewed every quarter",
        (*SERVER_KINDS, files.AUDIT_RECORD),
        always=True,
    ),
    Hook(
        "token-rotation",
        "D",
        "Access token rotation every 90 days",
        "access tokens are rotated",
        (*SERVER_KINDS, *SETTINGS_KINDS, files.TOKEN_INVENTORY),
        always=True,
    ),
    Hook(
        "no-production-credentials",
        "E",
        "No production credentials in the dev environment",
        "no production credentials within an agent's reach",
        (
            *SERVER_KINDS,
            *SETTINGS_KINDS,
            files.ENV_FILE,
            files.SHELL_RC,
            *INSTRUCTION_KINDS,
            files.ENVIRONMENT,
        ),
    ),
    Hook(
        "dev-database-only",
        "E",
        "Development database with dummy data only",
        "agents work on development databases",
        (*SERVER_KINDS, *SETTINGS_KINDS, files.ENV_FILE, files.SHELL_RC),
    ),
    Hook(
        "sandbox-api-mode",
        "E",
        "Third-party APIs in sandbox or test mode",
        "agents use the test modes of third parties",
        (*SERVER_KINDS, *SETTINGS_KINDS, files.ENV_FILE, files.SHELL_RC),
    ),
    Hook(
        "ci-sandbox",
        "E",
        "CI/CD in a sandboxed environment",
        "agents in CI are sandboxed",
        (files.CI,),
        words=words.AGENTS,
    ),
    Hook(
        "no-claude-in-production",
        "E",
        "Production: no Claude Code access",
        "no coding agent in production",
        (files.DOCKERFILE, files.COMPOSE, files.CI, files.DEPLOYMENT),
        words=words.AGENTS,
    ),
    Hook(
        "agent-least-privilege",
        "P",
        "Least privilege for each agent: a reviewer reads, a writer of documentation runs nothing",
        "agents have the tools of their role",
        (files.AGENT,),
    ),
    Hook(
        "hidden-instructions",
        "P",
        "Prompt injection: nothing that a human reviewer cannot see",
        "no instructions that a reviewer cannot see",
        (*INSTRUCTION_KINDS, *SERVER_KINDS, files.PLUGIN, files.AGENT_SETTINGS),
    ),
    Hook(
        "settings-trust",
        "P",
        "A repository must not take over the machine that opens it",
        "configuration runs nothing it should not",
        (*SETTINGS_KINDS, *SERVER_KINDS, files.AGENT, files.SKILL, files.COMMAND),
    ),
    Hook(
        "mcp-transport",
        "P",
        "A remote MCP is reached safely",
        "remote MCP servers are reached over TLS",
        (*SERVER_KINDS, *INSTRUCTION_KINDS, files.SCRIPT, files.DOCKERFILE, files.CI),
        searched_words=("mcp add",),
    ),
    Hook(
        "agent-config-schema",
        "P",
        "Valid configuration, so that nothing is ignored in silence",
        "agent configuration is valid",
        (*SERVER_KINDS, *SETTINGS_KINDS, files.AGENT, files.SKILL, files.COMMAND),
    ),
)


def hook(hook_id: str) -> Hook | None:
    """Return the hook called `hook_id`, if there is one."""
    return next((each for each in HOOKS if each.id == hook_id), None)


class Task(NamedTuple):
    """A hook id that is no item of the list: a command, for stages or with packages of its own.

    `extra` is the group of optional dependencies in pyproject.toml that it needs, if any.
    """

    id: str
    name: str
    description: str
    entry: str
    stages: tuple[str, ...]
    always: bool = False
    extra: str = ""


TASKS = (
    Task(
        "claude-preflight-fix",
        "claude-preflight --fix",
        "Repairs what has one right answer, and reports the rest.",
        "claude-preflight check --fix",
        ("pre-commit", "pre-merge-commit", "pre-push", "manual"),
    ),
    Task(
        "mcp-audit-update",
        "ask the registries about the MCP servers",
        "Writes .mcp-audit.json; the only hook that uses the network.",
        "claude-preflight audit",
        ("manual",),
        always=True,
        extra="audit",
    ),
)
# Hook ids of earlier versions, with what replaces each: their entries in the manifest say so, and fail.
REMOVED: dict[str, str] = {}

UMBRELLA_HOOKS = tuple(each for each in HOOKS if not each.opt_in)


def umbrella_kinds() -> tuple[str, ...]:
    """Return the kinds of file that any hook of the umbrella reads, and the policy and baseline themselves."""
    return tuple(
        dict.fromkeys((files.POLICY, files.BASELINE, *(kind for each in UMBRELLA_HOOKS for kind in each.kinds)))
    )


def all_rules() -> dict[str, tuple[str, Rule]]:
    """Return every rule by its id, with the id of its hook; imports every check."""
    from claude_preflight.checks.claude_preflight import RULES

    rules = {rule.id: (UMBRELLA, rule) for rule in RULES}
    for each in HOOKS:
        rules.update((rule.id, (each.id, rule)) for rule in each.rules)
    return rules
