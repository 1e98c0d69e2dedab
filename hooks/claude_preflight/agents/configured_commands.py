"""The commands that configuration runs: hooks, helpers, status lines, monitors, language servers, lines of skills.

One model for all files that hold any, so that a check on what they do is written once. Sources: code.claude.com/docs/en
hooks, settings, statusline, skills, plugins-reference and plugin-marketplaces as of 2026-08-22, settings of the CLI
2.1.330; the documentation of Cursor, Copilot, Kiro, Codex and VS Code, November 2026.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.config import tree_of
from claude_preflight.agents.mcp import Server, servers
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Node, Sequence, Text
from claude_preflight.typed import NamedTuple


class ConfiguredCommand(NamedTuple):
    """A command that some program runs because a file says so.

    text: the line that a shell reads; with `arguments` the program, which is started without a shell; with `posted`
        the URL that the event is posted to.
    origin: what names it (`hook PreToolUse`, `statusLine`), for the beginning of a message.
    when: when it runs, in words.
    key: the keys that lead to it; numbers of list items are left out.
    event, matcher: of a hook.
    server: the name of the MCP server it belongs to.
    receives: whether it is handed what happens in the session: on its standard input, or in variables.
    supplies: whether its output is used as a credential, so that reading one is what it is for.
    filled: whether placeholders such as `$ARGUMENTS` are replaced before a shell reads the line.
    """

    text: Text
    origin: str
    when: str
    key: str
    arguments: tuple[Text, ...] | None = None
    powershell: bool = False
    posted: bool = False
    event: str = ""
    matcher: str = ""
    server: str = ""
    receives: bool = False
    supplies: bool = False
    filled: bool = False


_TOOL_EVENTS = {
    "PreToolUse": "before tool calls",
    "PostToolUse": "after tool calls",
    "PostToolUseFailure": "after tool calls that fail",
    "PostToolBatch": "after tool calls",
    "PermissionRequest": "in place of a permission prompt",
    "UserPromptSubmit": "with every prompt",
    "SessionStart": "when a session starts",
    "Setup": "when a session starts",
    "InstructionsLoaded": "when a session starts",
    "SessionEnd": "when a session ends",
    "Stop": "when the agent stops",
    "SubagentStop": "when a subagent stops",
    "Notification": "with every notification",
}
_HELPERS = (
    "apiKeyHelper",
    "awsCredentialExport",
    "otelHeadersHelper",
    "proxyAuthHelper",
    "awsAuthRefresh",
    "gcpAuthRefresh",
)
_LINES = ("statusLine", "subagentStatusLine", "fileSuggestion")
_STARTUP = "when a session starts"
_CREDENTIALS = "when a credential is needed"
_INLINE = late(r"(?<!\S)!`([^`\r\n]+)`")


def commands_of(document: Document) -> Iterator[ConfiguredCommand]:
    """Yield the commands that `document` has an agent or an editor run, also those in shapes that no client takes."""
    if document.known_as.endswith((".md", ".mdc")):
        yield from _shell_lines(document)
        if "hooks:" not in document.text and "mcp" not in document.text:
            return
    root = tree_of(document).root
    if isinstance(root, Sequence):
        yield from _monitors(root)
    if not isinstance(root, Mapping):
        return
    if (hooks := root.get("hooks")) is not None:
        yield from _hooks(hooks, _client(document.known_as))
    yield from _helpers(root)
    yield from _plugin(document.known_as, root)
    yield from _others(document.known_as, root)
    for server in servers(document):
        yield from _of_server(server)


# --- hooks --------------------------------------------------------------------------------------------------------


def _client(path: str) -> str:
    return "Cursor hook" if ".cursor/" in path else "hook"


def _hooks(hooks: Node, client: str) -> Iterator[ConfiguredCommand]:
    if isinstance(hooks, Mapping):
        for event, value in hooks.live_pairs():
            for matcher, handler in _handlers(value):
                yield from _handler(handler, client, str(event), matcher)
    elif isinstance(hooks, Sequence):
        for item in hooks.items:
            if isinstance(item, Mapping):
                name = str(item.text("event") or item.text("name") or "")
                yield from _handler(item, client, name, str(item.text("matcher") or ""))


def _handlers(value: Node) -> Iterator[tuple[str, Mapping]]:
    """Yield the handlers of one event, each with its matcher; some clients have no lists of them."""
    for entry in value.items if isinstance(value, Sequence) else (value,):
        if not isinstance(entry, Mapping):
            continue
        matcher = str(entry.text("matcher") or "")
        inner = entry.sequence("hooks")
        for handler in inner.items if inner else (entry,):
            if isinstance(handler, Mapping):
                yield matcher, handler


def _handler(node: Mapping, client: str, event: str, matcher: str) -> Iterator[ConfiguredCommand]:
    command = ConfiguredCommand(
        Text.at("", node.start, node.start),
        f"{client} {event}".strip(),
        _TOOL_EVENTS.get(event, "when that happens"),
        "/".join(("hooks", *filter(None, (event, matcher)))),
        event=event,
        matcher=matcher,
        receives=True,
    )
    url = node.text("url")
    if url is not None and str(node.text("type")) == "http":
        yield command._replace(text=url, posted=True)
    arguments = node.sequence("args")
    words = tuple(arguments.texts()) if arguments else None
    for name in ("command", "bash", "powershell", "commandWindows"):
        text = node.text(name)
        if text is not None:
            powershell = name in ("powershell", "commandWindows") or str(node.text("shell")) == "powershell"
            yield command._replace(text=text, arguments=words, powershell=powershell)


# --- settings -----------------------------------------------------------------------------------------------------


def _helpers(root: Mapping) -> Iterator[ConfiguredCommand]:
    for name in _HELPERS:
        text = root.text(name)
        if text is not None:
            yield ConfiguredCommand(text, name, _CREDENTIALS, name, supplies=True)
    for name in _LINES:
        holder = root.mapping(name)
        text = holder.text("command") if holder else root.text(name)
        if text is not None:
            yield ConfiguredCommand(text, name, "all the time", name, receives=True)
    text = root.text("processWrapper")
    if text is not None:
        yield ConfiguredCommand(text, "processWrapper", "around every process", "processWrapper")
    for name in ("extraKnownMarketplaces", "additionalMarketplaces"):
        for market, entry in (root.mapping(name) or Mapping([], 0, 0)).live_pairs():
            source = entry.mapping("source") if isinstance(entry, Mapping) else None
            if source:
                yield from _marketplace_source(source, f"{name}/{market}", str(market))


def _marketplace_source(source: Mapping, key: str, name: str) -> Iterator[ConfiguredCommand]:
    helper, command = source.text("headersHelper"), source.text("command")
    if helper is not None:
        yield ConfiguredCommand(helper, f'headersHelper of marketplace "{name}"', _CREDENTIALS, key, supplies=True)
    if command is not None and source.text("source") == "command":
        yield ConfiguredCommand(command, f'source of plugin "{name}"', "in every session", key)
    plugins = source.sequence("plugins")
    if plugins:
        yield from _plugin_entries(plugins, key)


# --- plugins ------------------------------------------------------------------------------------------------------


def _plugin(path: str, root: Mapping) -> Iterator[ConfiguredCommand]:
    plugins = root.sequence("plugins")
    if plugins:
        yield from _plugin_entries(plugins, "plugins")
    for holder in (root, root.mapping("experimental")):
        monitors = holder.sequence("monitors") if holder else None
        if monitors:
            yield from _monitors(monitors)
    table = root if path.rpartition("/")[2] == ".lsp.json" else root.mapping("lspServers")
    for name, node in table.live_pairs() if table else ():
        text = node.text("command") if isinstance(node, Mapping) else None
        if isinstance(node, Mapping) and text is not None:
            words = node.sequence("args")
            yield ConfiguredCommand(
                text, f'language server "{name}"', _STARTUP, f"lsp/{name}", tuple(words.texts()) if words else ()
            )


def _plugin_entries(plugins: Sequence, key: str) -> Iterator[ConfiguredCommand]:
    for entry in plugins.items:
        if isinstance(entry, Mapping):
            name = str(entry.text("name") or "")
            source, hooks = entry.mapping("source"), entry.get("hooks")
            if source:
                yield from _marketplace_source(source, f"{key}/{name}", name)
            if hooks is not None:
                yield from _hooks(hooks, f'plugin "{name}", hook')


def _monitors(monitors: Sequence) -> Iterator[ConfiguredCommand]:
    for entry in monitors.items:
        text = entry.text("command") if isinstance(entry, Mapping) else None
        if isinstance(entry, Mapping) and text is not None:
            name = str(entry.text("name") or "")
            yield ConfiguredCommand(
                text, f'monitor "{name}"', "in the background, outside of any sandbox", f"monitors/{name}"
            )


# --- servers, editors, other agents -------------------------------------------------------------------------------


def _of_server(server: Server) -> Iterator[ConfiguredCommand]:
    owner = f'server "{server.name}"'
    if server.helper is not None:
        yield ConfiguredCommand(
            server.helper,
            f"headersHelper of {owner}",
            _CREDENTIALS,
            server.key("headersHelper"),
            server=str(server.name),
            supplies=True,
        )
    if server.command is not None:
        # A whole line in `command` has no arguments beside it; no client hands it to a shell, but several split it.
        whole = not server.arguments and any(blank in server.command for blank in " \t")
        words = None if whole else server.arguments
        yield ConfiguredCommand(server.command, owner, _STARTUP, server.key("command"), words, server=str(server.name))


def _others(path: str, root: Mapping) -> Iterator[ConfiguredCommand]:
    notify = root.sequence("notify")
    words = tuple(notify.texts()) if notify else ()
    if words and path.endswith(".toml"):
        yield ConfiguredCommand(words[0], "notify", "when the agent stops", "notify", words[1:], receives=True)
    action = root.mapping("then")
    text = action.text("command") if action else None
    if text is not None and path.endswith(".kiro.hook"):
        yield ConfiguredCommand(text, "Kiro hook", "when that happens", "then/command")
    tasks = root.sequence("tasks")
    for task in tasks.items if tasks and path.endswith("tasks.json") else ():
        if isinstance(task, Mapping):
            yield from _task(task)


def _task(task: Mapping) -> Iterator[ConfiguredCommand]:
    options, text = task.mapping("runOptions"), task.text("command")
    if text is not None and options and options.text("runOn") == "folderOpen":
        name = str(task.text("label") or task.text("taskName") or "")
        arguments = task.sequence("args")
        words = tuple(arguments.texts()) if arguments else ()
        exact = words if words or task.text("type") == "process" else None
        yield ConfiguredCommand(text, f'task "{name}"', "when the folder is opened", f"tasks/{name}", exact)


# --- Markdown -----------------------------------------------------------------------------------------------------


def _shell_lines(document: Document) -> Iterator[ConfiguredCommand]:
    """Yield the shell lines of a skill or command, which run before the model sees the text."""
    text = document.text
    command = ConfiguredCommand(
        Text.at("", 0, 0), "shell line", "before the model reads the text", "shell line", filled=True
    )
    if "!`" in text:
        for match in _INLINE.finditer(text):
            yield command._replace(text=Text.at(match[1], *match.span(1)))
    if "```!" in text:
        from claude_preflight.syntax.markdown import read_markdown

        for block in read_markdown(text).code_blocks:
            if block.fence.startswith("```") and block.info.startswith("!"):
                yield command._replace(text=block.content)
