"""What an agent is for, by its name and description, and which of its tools that does not need.

Tools go by the names of Claude Code, GitHub Copilot and VS Code, opencode, Gemini CLI, Qwen Code and Cursor, read in
November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Scalar, Sequence, Text
from claude_preflight.typed import NamedTuple


class Role(Enum):
    """What an agent does; the value is the word for it in messages."""

    REVIEWER = "reviewing"
    AUDITOR = "auditing"
    PLANNER = "planning"
    RESEARCHER = "researching"
    DOCUMENTATION = "documentation"
    CI = "CI"
    OTHER = "non-deploying"
    DEPLOYMENT = "deployment"


class Power(Enum):
    """What a tool lets an agent do; the value completes "it can"."""

    WRITE = "change files"
    SHELL = "run any command"
    MESSAGES = "send mail or chat messages"
    DEPLOY = "deploy"
    CREDENTIALS = "read credentials"


class Tool(NamedTuple):
    """An entry of a tools list: `name`, what its parentheses hold (None without any), and the place of the whole."""

    name: str
    specifier: str | None
    text: Text

    @property
    def shown(self) -> str:
        """The tool in short, as messages name it: of a command no more than its first two words."""
        words = (self.specifier or "").split()
        more = " …" if len(words) > 2 else ""
        return f"{self.name}({' '.join(words[:2])[:40]}{more})" if words else self.name


class Agent(NamedTuple):
    """An agent's front matter; `tools` is None where it does not say, so that it has them all.

    `name` is that of the file where the front matter has none. `restricted` tells that something else than a list of
    tools takes some away.
    """

    name: str
    description: str
    tools: tuple[Tool, ...] | None
    restricted: bool


# The last word of a name that tells a role wins: a documentation reviewer is a reviewer.
_ROLE_WORDS = {
    **dict.fromkeys(("reviewer", "review", "critic", "inspector"), Role.REVIEWER),
    **dict.fromkeys(("auditor", "audit"), Role.AUDITOR),
    **dict.fromkeys(("planner", "planning"), Role.PLANNER),
    **dict.fromkeys(("researcher", "explorer"), Role.RESEARCHER),
    **dict.fromkeys(
        ("documentation", "docs", "doc", "documenter", "documentor", "changelog", "readme"), Role.DOCUMENTATION
    ),
    **dict.fromkeys(("ci", "cicd"), Role.CI),
}
_WRITERS = frozenset(
    ("writer", "author", "updater", "maintainer", "generator", "specialist", "expert", "manager", "agent")
)
_DEPLOYMENT_WORDS = frozenset(
    "deploy deployer deployment release releaser devops ops sre infra infrastructure platform publish publisher cloud"
    " terraform kubernetes k8s cd rollout migration provisioner operator helm docker vercel netlify aws gcp azure"
    " cloudflare railway heroku incident".split()
)
_WORD = late(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_LEADING_PHRASE = (
    r"(?:(?:use this agent to |this agent )?(?:(?:an?|the|your|you are|expert|senior|elite|specialist|specialized"
    r"|read-only|independent|meticulous|strict) ){0,4}"
)
_DESCRIBED = (
    (late(rf"{_LEADING_PHRASE}(?:[\w-]+ ){{0,2}}(?:code )?reviewer\b|reviews )", re.IGNORECASE), Role.REVIEWER),
    (late(rf"{_LEADING_PHRASE}(?:[\w-]+ ){{0,2}}auditor\b|audits )", re.IGNORECASE), Role.AUDITOR),
    (late(rf"{_LEADING_PHRASE}(?:[\w-]+ ){{0,2}}planner\b)", re.IGNORECASE), Role.PLANNER),
    (
        late(
            r"(?:writes|generates|maintains|updates|creates) (?:[\w-]+ ){0,3}(?:documentation|docs|changelogs?)\b",
            re.IGNORECASE,
        ),
        Role.DOCUMENTATION,
    ),
    (late(r"[^.\n]{0,80}\bCI(?:/CD)?\b"), Role.CI),
)
# An agent that says that it changes things, too, is not one that only looks.
_CHANGES = late(
    r"\b(?:fixes|and fix|fix(?:ing)? (?:them|it|the|issues|bugs|problems|violations|code)|auto-?fix\w*|refactors?"
    r"|refactoring|implements?|rewrites?|resolves?|corrects?|modifies|edits|applies|remediat\w+|repairs?|simplif\w+"
    r"|improves|updates (?:the )?(?:code|files)|cleans? up|writes (?:code|tests))\b",
    re.IGNORECASE,
)
_REPORTS = late(
    r"\b(?:writes?|creates?|generates?|saves?|produces?|outputs?|delivers?|drafts?|maintains?|documents?)\b[^.\n]{0,60}?"
    r"(?:\b(?:reports?|documents?|plans?|specs?|specifications?|PRDs?|ADRs?|files?)\b|\.md\b|\.json\b)",
    re.IGNORECASE,
)

_WRITE_NEW = frozenset("write write_file create createfile create_file newfile".split())
_WRITE = _WRITE_NEW | frozenset(
    "edit multiedit notebookedit edit_file editfiles apply_patch patch replace insert_edit_into_file".split()
)
_SHELL = frozenset(
    "bash powershell shell execute terminal runcommands runinterminal run_in_terminal run_shell_command runcommand"
    " run_command run_terminal_cmd".split()
)
_MESSENGERS = late(
    r"slack|gmail|e?mail|sendgrid|mailgun|mailchimp|postmark|outlook|msteams|ms-teams|teams|discord|telegram|twilio"
    r"|whatsapp|smtp|resend|mattermost|zulip"
)
_DEPLOYS = late(
    r"(?:^|[_-])(?:deploy|redeploy|rollback|promote)|terraform_apply|apply_manifest|kubectl_apply"
    r"|publish_(?:package|release)"
)
_VAULTS = late(r"1password|onepassword|bitwarden|keychain|hashicorp-?vault|(?:^|[_-])vault(?:$|[_-])|secrets?-?manager")
_DEPLOY_COMMANDS = late(
    r"(?:npx |pnpm |yarn |npm exec )?(?:kubectl (?:apply|delete|rollout|scale|set|patch)|terraform (?:apply|destroy)"
    r"|pulumi (?:up|destroy)|helm (?:install|upgrade|uninstall|rollback)"
    r"|(?:npm|pnpm|yarn|cargo|twine|poetry|uv) (?:publish|upload)"
    r"|docker push|gh release (?:create|upload)|(?:vercel|netlify) (?:deploy|--prod)|fly(?:ctl)? deploy|firebase deploy"
    r"|wrangler (?:deploy|publish)|gcloud (?:app|run|functions) deploy|eb deploy|serverless deploy|cdk deploy"
    r"|ansible-playbook|railway up|heroku releases|argocd app sync)\b|(?:kubectl|terraform|helm|pulumi)(?: ?\*|:\*)"
)
_CREDENTIAL_COMMANDS = late(
    r"(?:op (?:read|item)|vault (?:read|kv)|pass show|security find-|gh auth token|gcloud auth print-"
    r"|aws (?:secretsmanager|ssm get-parameter|sts)|gpg )|(?:op|vault|pass)(?: ?\*|:\*)"
)
_CREDENTIAL_PATHS = late(r"\.ssh\b|\.aws\b|\.gnupg\b|\.netrc\b|\.kube\b|(?:^|/)\.env\b|id_rsa|id_ed25519|\.npmrc\b")
_FREE = frozenset(("", "*", ":*", "**"))


def agent_of(root: Mapping, path: str) -> Agent:
    """Return the agent in the file at `path`, whose front matter is `root`."""
    tools = root.get("tools")
    mode = root.text("permissionMode")
    taken_away = ("disallowedTools", "disallowed-tools", "permission", "permissions", "excludeTools")
    restricted = any(root.get(key) is not None for key in taken_away) or mode == "plan" or _is_true(root, "readonly")
    return Agent(
        str(root.text("name") or path.rpartition("/")[2].partition(".")[0]),
        str(root.text("description") or ""),
        None if tools is None or _is_empty(tools) else _without(tuple(_tools(tools)), root),
        restricted,
    )


def role_of(name: str, description: str) -> Role:
    """Return the role of an agent called `name`; `OTHER` where neither name nor `description` tells one."""
    words = [word.lower() for word in _WORD.findall(name)]
    while words and words[-1] in _WRITERS and len(words) > 1:
        if words[-1] == "writer" and words[-2] in ("technical", "tech"):
            return Role.DOCUMENTATION
        words.pop()
    for word in reversed(words):
        if word in _ROLE_WORDS:
            return _ROLE_WORDS[word]
    if _DEPLOYMENT_WORDS.intersection(words):
        return Role.DEPLOYMENT
    return next((role for pattern, role in _DESCRIBED if pattern.match(description)), Role.OTHER)


def may_deploy(name: str, description: str) -> bool:
    """Tell whether deploying is what the agent called `name` is for."""
    words = {word.lower() for word in _WORD.findall(f"{name} {description}")}
    return bool(words & _DEPLOYMENT_WORDS or words & {"deploys", "deploying", "releases", "publishes", "deployments"})


def excess(agent: Agent) -> Iterator[tuple[Power, Role, list[Tool]]]:
    """Yield what `agent` can do beyond its role, with the tools that give it the power, in their order."""
    role = role_of(agent.name, agent.description)
    for power in Power:
        tools = [tool for tool in agent.tools or () if power in powers_of(tool)]
        if tools and power in _BEYOND.get(role, ()):
            needless = list(_needless(power, tools, role, agent.description))
            if needless:
                yield power, role, needless
        elif tools and power in (Power.DEPLOY, Power.CREDENTIALS) and not may_deploy(agent.name, agent.description):
            yield power, role, tools


_BEYOND = {
    Role.REVIEWER: (Power.WRITE,),
    Role.AUDITOR: (Power.WRITE, Power.SHELL),
    Role.PLANNER: (Power.WRITE,),
    Role.DOCUMENTATION: (Power.SHELL,),
    Role.CI: (Power.MESSAGES,),
}


def _needless(power: Power, tools: list[Tool], role: Role, description: str) -> Iterator[Tool]:
    """Yield those of `tools` that the agent does not need for what its `description` says it does besides its role."""
    if power is Power.WRITE and _CHANGES.search(description):
        return
    writes_reports = power is Power.WRITE and (role is Role.PLANNER or _REPORTS.search(description))
    for tool in tools:
        if not (writes_reports and _bare(tool.name) in _WRITE_NEW):
            yield tool


def powers_of(tool: Tool) -> set[Power]:
    """Return what `tool` lets an agent do; a shell with a specifier, such as `Bash(git diff *)`, is none."""
    name = _bare(tool.name)
    specifier = " ".join((tool.specifier or "").split())
    powers: set[Power] = set()
    if name in _WRITE:
        powers.add(Power.WRITE)
    if name in _SHELL and (specifier in _FREE or _runs_anything(specifier)):
        powers.add(Power.SHELL)
    if name in _SHELL and _DEPLOY_COMMANDS.match(specifier):
        powers.add(Power.DEPLOY)
    if name in _SHELL and _CREDENTIAL_COMMANDS.match(specifier):
        powers.add(Power.CREDENTIALS)
    if name == "read" and _CREDENTIAL_PATHS.search(specifier):
        powers.add(Power.CREDENTIALS)
    return powers | _server_powers(tool.name.lower())


def _runs_anything(specifier: str) -> bool:
    """Tell whether the commands that fit `specifier` are a shell's, an interpreter's or another user's, all of them."""
    from claude_preflight.agents.broad_commands import breadth

    found = breadth(f"{specifier[:-2]} *" if specifier.endswith(":*") else specifier)
    return found is not None and found.power in ("everything", "pattern", "command", "code", "root")


def _server_powers(name: str) -> set[Power]:
    """Return what a tool of an MCP server, `mcp__server__tool` or `server/tool`, lets an agent do."""
    server, _, tool = name.removeprefix("mcp__").partition("__") if name.startswith("mcp__") else name.partition("/")
    powers: set[Power] = set()
    if not (name.startswith("mcp__") or "/" in name):
        return powers
    reads = re.match(r"(?:get|list|search|read|fetch|find)(?![a-z])", tool)
    if _MESSENGERS.search(server) and not reads:
        powers.add(Power.MESSAGES)
    if _DEPLOYS.search(tool) and not reads:
        powers.add(Power.DEPLOY)
    if tool.endswith(("execute_command", "run_command", "run_shell_command", "execute_bash", "run_in_terminal")):
        powers.add(Power.SHELL)
    if _VAULTS.search(server):
        powers.add(Power.CREDENTIALS)
    return powers


def _bare(name: str) -> str:
    """Return `name` in lower case without the tool set that VS Code puts before it, as in `edit/editFiles`."""
    head, _, tail = name.lower().partition("/")
    return tail if tail and head in ("edit", "execute", "runcommands") else head if not tail else name.lower()


def _is_true(root: Mapping, key: str) -> bool:
    node = root.get(key)
    return isinstance(node, Scalar) and node.value is True


def _is_empty(node: object) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _without(tools: tuple[Tool, ...], root: Mapping) -> tuple[Tool, ...]:
    """Return `tools` without those that the agent is denied."""
    denied = root.get("disallowedTools")
    names = {tool.name for tool in _tools(denied) if tool.specifier is None} if denied is not None else set()
    return tuple(tool for tool in tools if tool.name not in names)


def _tools(node: object) -> Iterator[Tool]:
    if isinstance(node, Scalar) and isinstance(node.value, Text):
        yield from _listed(node.value)
    elif isinstance(node, Sequence):
        for text in node.texts():
            yield from _listed(text)
    elif isinstance(node, Mapping):
        for key, value in node.live_pairs():
            if isinstance(value, Scalar) and value.value is True:
                yield Tool(str(key), None, key)


def _listed(text: Text) -> Iterator[Tool]:
    """Yield the tools of a list with commas, of which those in parentheses do not count; a line end parts tools too."""
    start = depth = 0
    for at, char in enumerate(f"{text}\n"):
        if char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char in "\r\n" or (char == "," and not depth):
            item = _stripped(text.part(start, at))
            if item:
                yield _tool(item)
            start, depth = at + 1, 0


def _stripped(text: Text) -> Text:
    """Return `text` without the blanks, brackets and quotes of a list that was not read as one."""
    start = len(text) - len(text.lstrip(" \t\r\n[\"'"))
    return text.part(start, max(start, len(text.rstrip(" \t\r\n]\"'"))))


def _tool(text: Text) -> Tool:
    name, parenthesis, rest = text.partition("(")
    return Tool(name.strip(), rest.rstrip().removesuffix(")") if parenthesis else None, text)
