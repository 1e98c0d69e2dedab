"""The values that an agent and what it starts are given: variables, options, URLs, the words of commands it may run.

One model for MCP servers of every client, the `env` of settings, approved commands and hook commands, so that a check
on what they connect to is written once.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from claude_preflight.agents.config import mapping_of
from claude_preflight.agents.mcp import Server, servers
from claude_preflight.agents.places import names_host
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Text
from claude_preflight.syntax.nodes import Sequence as NodeSequence
from claude_preflight.typed import NamedTuple


class Setting(NamedTuple):
    """A value, and what it is called, if anything: a variable, an option (`--host`), a key.

    `owner` is whose it is, for the beginning of a message; `key` leads to it from the root. `host` says that the value
    is nothing but hosts, `selects` that it chooses whose credentials are used (a profile, a cluster's context, an env
    file), `passed` that it is the name of a variable whose value is handed on.
    """

    owner: str
    key: str
    name: Text | None
    value: Text
    host: bool = False
    selects: bool = False
    passed: bool = False


# Variables and options that choose credentials kept elsewhere. `exec` is a word of the programs it stands for.
_SELECTING_VARIABLE = late(
    r"AWS_(?:DEFAULT_)?PROFILE|AWS_VAULT|(?:KUBE|KUBECTL|K8S|KUBERNETES|HELM)_?(?:KUBE)?CONTEXT|KUBECONFIG"
    r"|GOOGLE_APPLICATION_CREDENTIALS|CLOUDSDK_ACTIVE_CONFIG_NAME|DOPPLER_CONFIG|DATABRICKS_CONFIG_PROFILE"
    r"|OCI_CLI_PROFILE|SNOWFLAKE_(?:DEFAULT_)?CONNECTION_NAME"
)
# An application is configured by its project as well; a server has it to choose whose data it works on.
_PROJECT_VARIABLE = late(r"(?:GOOGLE_CLOUD|GCP|GCLOUD|BIGQUERY|BQ|FIREBASE|CLOUDSDK_CORE)_PROJECT(?:_ID)?")
# Variables that build tools copy into what every visitor downloads.
_PUBLISHED = late(r"(?:VITE|(?:NEXT|NUXT|EXPO)_PUBLIC|PUBLIC|REACT_APP|VUE_APP|NG_APP|GATSBY|STORYBOOK|PARCEL)_")
_SELECTING_OPTIONS = frozenset(
    "--profile --aws-profile --aws_profile --context --kube-context --env-file --env_file --envfile".split()
)
_SELECTING_WORDS = {
    "aws": frozenset(("--profile",)),
    "aws-vault": frozenset(("exec",)),
    "chamber": frozenset(("exec",)),
    "doppler": frozenset(("--config", "-c")),
    "dotenv": frozenset(("-e", "-f")),
    "dotenvx": frozenset(("--env-file", "-f")),
    "heroku": frozenset(("--app", "-a")),
    "fly": frozenset(("--app", "-a")),
    "flyctl": frozenset(("--app", "-a")),
    "gcloud": frozenset(("--project", "--configuration")),
    "helm": frozenset(("--kube-context",)),
    "infisical": frozenset(("--env",)),
    "kubectl": frozenset(("--context", "--cluster")),
    "railway": frozenset(("--environment", "-e")),
}
_CONTAINERS = frozenset("docker podman nerdctl".split())
_SHELLS = frozenset("sh bash zsh dash ksh fish".split())
_WRAPPERS = frozenset("sudo env nohup time exec command timeout nice cmd".split())
_REMOTE = frozenset("ssh scp sftp rsync mosh autossh".split())
# Programs in whose arguments `-h` or its like is a host, not a cry for help.
_CLIENTS = frozenset(
    "psql pg_dump pg_dumpall pg_restore mysql mysqldump mysqladmin mariadb mongosh mongo mongodump redis-cli sqlcmd"
    " clickhouse-client cqlsh valkey-cli".split()
)
_KNOWN = _SHELLS | _REMOTE | _CLIENTS | _SELECTING_WORDS.keys()
_NAMED = late(r"(-{0,2}[A-Za-z][\w.-]*)=")
_HOST_AND_PORT = late(r"[\w-]+(?:\.[\w-]+)+:\d{2,5}")
_MEMBER = late(r"\"([\w.-]{1,80})\"\s*:\s*\"([^\"\\]*)\"")
_MAX_DEPTH = 4


def server_settings(server: Server) -> Iterator[Setting]:
    """Yield what the MCP server `server` is given, in no particular order."""
    owner = f'server "{server.name}"'
    for name, value in server.env:
        for setting in variable_settings(owner, server.key("env", name), name, value):
            yield setting._replace(selects=True) if _PROJECT_VARIABLE.fullmatch(name) else setting
    for name, value in server.headers:
        yield Setting(owner, server.key("headers", name), name, value)
    if server.url is not None:
        yield Setting(owner, server.key("url"), None, server.url)
    for key in ("envFile", "env_file"):
        file = server.node.text(key)
        if file is not None:
            yield Setting(owner, server.key(key), None, file, selects=True)
    if server.helper is not None:
        yield from command_settings(owner, server.key("headersHelper"), server.helper)
    if server.command is not None and not server.arguments and " " in server.command:
        yield from command_settings(owner, server.key("command"), server.command, selecting=True)
    elif server.command is not None:
        yield from _word_settings(owner, server.key("args"), (server.command, *server.arguments), selecting=True)


def loose_settings(document: Document) -> Iterator[Setting]:
    """Yield what `document` gives outside of MCP servers: variables, approved commands, commands of hooks."""
    root = mapping_of(document)
    entries = {id(server.node) for server in servers(document)}
    stack: list[tuple[tuple[str, ...], Node]] = [((), root)] if root is not None else []
    while stack:
        path, node = stack.pop()
        if id(node) in entries:
            continue
        if isinstance(node, Mapping):
            stack += [((*path, str(name)), value) for name, value in node.pairs]
            if _holds_variables(path):
                yield from _variables("/".join(path), node)
        elif isinstance(node, NodeSequence):
            stack += [(path, item) for item in node.items]
        elif isinstance(node, Scalar) and isinstance(node.value, Text) and path:
            yield from _command("/".join(path), path[-1], node.value)


_ENV_KEYS = frozenset("env environment envs containerEnv remoteEnv".split())
_CODEX_VARIABLES = ("shell_environment_policy", "set")
_ALLOWING_KEYS = frozenset(
    "allow autoApprove alwaysAllow allowedTools terminalAllowlist allowlist allowCommands".split()
)
_COMMAND_KEYS = frozenset(
    "command bash powershell apiKeyHelper headersHelper otelHeadersHelper awsAuthRefresh awsCredentialExport"
    " gcpAuthRefresh install start".split()
)
_APPROVED = late(r"(?:Bash|PowerShell|Shell|run_shell_command|ShellTool)\((.*?)(?::?\*)?\)", re.DOTALL)


def _holds_variables(path: tuple[str, ...]) -> bool:
    last = path[-1] if path else ""
    return last in _ENV_KEYS or last.startswith("terminal.integrated.env.") or path[-2:] == _CODEX_VARIABLES


def _variables(path: str, node: Mapping) -> Iterator[Setting]:
    for name, value in node.live_pairs():
        if isinstance(value, Scalar) and isinstance(value.value, Text):
            yield from variable_settings("this file", f"{path}/{name}", name, value.value)


def _command(path: str, key: str, value: Text) -> Iterator[Setting]:
    """Yield what the command `value`, which stands under `key`, is given; nothing if it is none."""
    if key in _COMMAND_KEYS:
        yield from command_settings("a command in this file", path, value)
    elif key in _ALLOWING_KEYS:
        approved = _APPROVED.fullmatch(value)
        if approved or "(" not in value:
            command = value.part(*approved.span(1)) if approved else value
            yield from command_settings("an approved command", path, command)


def is_published(name: str) -> bool:
    """Tell whether the value of a variable called `name` is public anyway."""
    return bool(_PUBLISHED.match(name))


def variable_settings(owner: str, key: str, name: Text, value: Text) -> Iterator[Setting]:
    """Yield the value of a variable, and of JSON in it the members."""
    selects = bool(_SELECTING_VARIABLE.fullmatch(name))
    yield Setting(owner, key, name, value, host=names_host(name), selects=selects)
    if value.lstrip()[:1] in ("{", "["):
        for member in _MEMBER.finditer(value):
            inner = value.part(*member.span(1))
            yield Setting(owner, key, inner, value.part(*member.span(2)), host=names_host(inner))


def command_settings(owner: str, key: str, text: Text, *, selecting: bool = False, depth: int = 0) -> Iterator[Setting]:
    """Yield what the commands of the shell text `text` are given; `selecting` tells that they start an MCP server."""
    from claude_preflight.syntax.shell import commands

    for command in commands(text):
        for name, value in command.assignments:
            yield from variable_settings(owner, f"{key}/{name}", name, value)
        yield from _word_settings(owner, key, command.words, selecting=selecting, depth=depth)


def _word_settings(
    owner: str, key: str, words: Sequence[Text], *, selecting: bool, depth: int = 0
) -> Iterator[Setting]:
    """Yield the options and arguments of the program that `words` start."""
    if not words or depth > _MAX_DEPTH:
        return
    program = posixpath.basename(words[0].replace("\\", "/")).removesuffix(".exe")
    selectors = _SELECTING_WORDS.get(program, frozenset()) | (_SELECTING_OPTIONS if selecting else frozenset())
    option: Text | None = None
    yield Setting(owner, key, None, words[0])
    for number, word in enumerate(words[1:], 1):
        named = _NAMED.match(word)
        if _begins_command(program, words, number, option):
            yield from _word_settings(owner, key, words[number:], selecting=selecting, depth=depth + 1)
            return
        if program in _SHELLS and option is not None and option.startswith("-") and option.endswith("c"):
            yield from command_settings(owner, key, word, selecting=selecting, depth=depth + 1)
        elif named:
            name, value = word.part(*named.span(1)), word.part(named.end(), len(word))
            yield from _option(owner, key, program, selectors, name, value)
        elif word.startswith("-") or word in selectors:
            option = word
            continue
        else:
            yield from _option(owner, key, program, selectors, option, word)
        option = None


def _begins_command(program: str, words: Sequence[Text], number: int, option: Text | None) -> bool:
    """Tell whether another program begins at `number`: one that is known, or any behind `--` or a wrapper."""
    word = words[number]
    if word in _KNOWN:
        return True
    if words[number - 1] == "--":
        return not word.startswith("-")
    plain = option is None and "=" not in word and not word.startswith(("-", "/")) and not word.isdigit()
    return plain and program in _WRAPPERS


def _option(
    owner: str, key: str, program: str, selectors: frozenset[str], name: Text | None, value: Text
) -> Iterator[Setting]:
    if name is not None and not name.startswith("-") and name not in selectors:
        yield from variable_settings(owner, f"{key}/{name}", name, value)
        return
    passed = program in _CONTAINERS and name in ("-e", "--env")
    host = (
        (name is not None and names_host(name))
        or (program in _CLIENTS and name in ("-h", "-H", "-S"))
        or (program in _REMOTE and (name is None or name not in ("-i", "-F", "-l", "-p")))
        or bool(_HOST_AND_PORT.fullmatch(value))
    )
    yield Setting(
        owner, f"{key}/{name}" if name else key, name, value, host=host, selects=name in selectors, passed=passed
    )
