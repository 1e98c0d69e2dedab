"""Variables that configuration hands on by name, and commands that some clients write as lists of words.

What `claude_preflight.agents.exposed` reads is the same in all clients; this adds what one or two of them have.
Sources: the documentation of OpenAI Codex, Goose, Zed, VS Code, Dev Containers, aider and direnv, and
code.claude.com/docs/en hooks and skills, November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.config import mapping_of
from claude_preflight.agents.exposed import Setting, command_settings, variable_settings
from claude_preflight.agents.mcp import Server
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Text, joined
from claude_preflight.syntax.nodes import Sequence as NodeSequence

# ${NAME}, ${env:NAME}, ${NAME:-…}, ${{ secrets.NAME }}, {env:NAME}, $NAME, $env:NAME, %NAME%.
_REFERENCE = late(
    r"\$\{\{[^{}]{0,80}?(?P<secret>\w{1,80})\s{0,9}\}\}|\$?\{(?:\w{1,80}:)?(?P<braced>[A-Za-z_][\w.-]*)(?:[:}?=-]|$)"
    r"|\$(?:env:)?(?P<plain>[A-Za-z_]\w*)|%(?P<percent>[A-Za-z_]\w*)%"
)
_VAULT = late(r"\bop://([^\s\"']+)")

_PASSED_LISTS = ("env_vars", "env_keys")  # Codex, Goose
_PASSED_TEXTS = ("bearer_token_env_var", "bearerTokenEnvVar")
_PASSED_MAPPINGS = ("env_http_headers", "envHttpHeaders")
_PASSED_ANYWHERE = frozenset(("allowedEnvVars", "httpHookAllowedEnvVars"))
_CODEX_PASSED = ("shell_environment_policy", "include_only")
_LIFECYCLE = frozenset(
    "initializeCommand onCreateCommand updateContentCommand postCreateCommand postStartCommand postAttachCommand"
    " dockerComposeCommand".split()
)
_APPROVED = late(r"(?:Bash|PowerShell)\(([^()]{1,2000}?)(?::?\*)?\)")
_TOOL_KEYS = frozenset(("allowed-tools", "tools"))
_LOADERS = frozenset("dotenv dotenv_if_exists source_env source_env_if_exists source .".split())


def references(value: Text) -> Iterator[Text]:
    """Yield the names of the variables that `value` refers to, in the spelling of any client or shell."""
    for match in _REFERENCE.finditer(value):
        yield value.part(*match.span(match.lastgroup or "plain"))


def vault_paths(value: Text) -> Iterator[Text]:
    """Yield the paths of the secret references (`op://…`) in `value`."""
    for match in _VAULT.finditer(value):
        yield value.part(*match.span(1))


def is_handed_on(value: Text) -> bool:
    """Tell whether `value` is taken from somewhere else when it is used: a variable, a vault, a command's output."""
    return "$(" in value or value.startswith("`") or bool(_REFERENCE.search(value) or _VAULT.search(value))


def server_names(server: Server) -> Iterator[Setting]:
    """Yield what only some clients give an MCP server: variables by their names alone, its settings as an object."""
    owner = f'server "{server.name}"'
    for key in _PASSED_LISTS:
        listed = server.node.sequence(key)
        for name in listed.texts() if listed else ():
            yield Setting(owner, server.key(key, name), None, name, passed=True)
    texts = [(key, server.node.text(key)) for key in _PASSED_TEXTS]
    for key, mapping in ((key, server.node.mapping(key)) for key in _PASSED_MAPPINGS):
        texts += [(key, text) for text in _texts(mapping)]
    for key, text in texts:
        if text is not None:
            yield Setting(owner, server.key(key, text), None, text, passed=True)
    given = server.node.mapping("settings")
    for name, node in given.live_pairs() if given else ():
        if isinstance(node, Scalar) and isinstance(node.value, Text):
            yield from variable_settings(owner, server.key("settings", name), name, node.value)


def _texts(mapping: Mapping | None) -> Iterator[Text]:
    for _, node in mapping.live_pairs() if mapping else ():
        if isinstance(node, Scalar) and isinstance(node.value, Text):
            yield node.value


def loose_names(document: Document) -> Iterator[Setting]:
    """Yield what `document` gives outside of MCP servers in a form that few clients have."""
    root = mapping_of(document)
    stack: list[tuple[tuple[str, ...], Node]] = [((), root)] if root is not None else []
    while stack:
        path, node = stack.pop()
        if isinstance(node, Mapping):
            stack += [((*path, str(name)), value) for name, value in node.live_pairs()]
            yield from _task(path, node)
        elif isinstance(node, NodeSequence):
            yield from _list(path, node)
            stack += [(path, item) for item in node.items if not isinstance(item, Scalar)]
        elif isinstance(node, Scalar) and isinstance(node.value, Text) and path:
            yield from _text(path, node.value)


def _task(path: tuple[str, ...], node: Mapping) -> Iterator[Setting]:
    """Yield what a task is given whose arguments stand in a list of their own."""
    command, arguments = node.text("command"), node.sequence("args")
    if command is not None and arguments and "tasks" in path:
        yield from _words("/".join((*path, "args")), [command, *arguments.texts()])


def _list(path: tuple[str, ...], node: NodeSequence) -> Iterator[Setting]:
    key, name, texts = "/".join(path), path[-1] if path else "", list(node.texts())
    if name in _PASSED_ANYWHERE or path[-2:] == _CODEX_PASSED:
        for text in texts:
            yield Setting("this file", f"{key}/{text}", None, text, passed=True)
    elif name == "runArgs":
        yield from _words(
            key, [Text.at(word, node.start, node.start) for word in ("docker", "run")] + texts, selecting=True
        )
    elif name in _LIFECYCLE or (path and path[0] in _LIFECYCLE):
        yield from _words(key, texts)
    elif name in _TOOL_KEYS:
        for text in texts:
            yield from _approved(key, text)
    elif name == "set-env":
        for text in texts:
            yield from _assigned(key, text)


def _text(path: tuple[str, ...], value: Text) -> Iterator[Setting]:
    key, name = "/".join(path), path[-1]
    if name in _LIFECYCLE or path[0] in _LIFECYCLE:
        yield from command_settings("a command in this file", key, value)
    elif name in _TOOL_KEYS:
        yield from _approved(key, value)
    elif name == "set-env":
        yield from _assigned(key, value)
    elif name == "env-file":
        yield Setting("this file", key, None, value, selects=True)


def _approved(key: str, value: Text) -> Iterator[Setting]:
    for match in _APPROVED.finditer(value):
        yield from command_settings("an approved command", key, value.part(*match.span(1)))


def _assigned(key: str, value: Text) -> Iterator[Setting]:
    name, equals, _ = value.partition("=")
    if equals:
        end = len(name)
        yield from variable_settings("this file", f"{key}/{name}", value.part(0, end), value.part(end + 1, len(value)))


def _words(key: str, words: Sequence[Text], *, selecting: bool = False) -> Iterator[Setting]:
    """Yield what the command of `words` is given, read as the line that a shell would be given.

    `selecting` tells that options such as `--env-file` choose whose credentials are used, whatever the program.
    """
    pieces: list[Text] = []
    for word in words:
        pieces += [_placed(word), Text.at(" ", word.end, word.end, (word.end, word.end))]
    if pieces:
        yield from command_settings("a command in this file", key, joined(pieces), selecting=selecting)


def _placed(word: Text) -> Text:
    """Return `word` with a place for each character, that of the whole where the source does not tell."""
    if word.offsets is not None or word.end - word.start == len(word):
        return word
    return Text.at(word, word.start, word.end, (*(word.start for _ in word), word.end))


def loaded_files(text: Text) -> Iterator[Setting]:
    """Yield the files of variables that the direnv script `text` loads."""
    from claude_preflight.syntax.shell import commands

    for command in commands(text):
        if len(command.words) > 1 and command.words[0] in _LOADERS:
            file = command.words[1]
            yield Setting("this file", f"{command.words[0]}/{file}", None, file, selects=True)
