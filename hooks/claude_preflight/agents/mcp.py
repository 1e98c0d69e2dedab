"""MCP servers as any client's configuration declares them: one model for all dialects.

Sources: the clients' own documentation of Claude Code, Claude Desktop, Cursor, VS Code, Visual Studio, Windsurf, OpenAI
Codex, Gemini CLI, Qwen Code, Roo, Cline, Zed, Kiro, Amazon Q, opencode, Copilot, Continue, Goose, Amp and the bundles
of modelcontextprotocol/mcpb, read in November 2026. `requirements.toml` of Codex starts none: it tells which may be.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.config import mapping_of
from claude_preflight.document import Document
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, Text
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from claude_preflight.agents.launch import Launch

Pairs = tuple[tuple[Text, Text], ...]

_COMMAND_KEYS = ("command", "cmd")
_URL_KEYS = ("url", "httpUrl", "serverUrl", "uri", "endpoint", "link")
_ENV_KEYS = ("env", "environment", "envs")
_HEADER_KEYS = ("headers", "http_headers", "requestHeaders")
_HELPER_KEYS = ("headersHelper", "http_headers_helper")


class Server:
    """One MCP server. `path` leads to its entry (keys from the root); pairs are (name, value), strings only.

    `urls` are all the addresses of an entry that has several; `url` is the first, and clients differ in which counts.
    Exactly one of `command` and `url` is usually there; both are None in an entry that no client can start.
    """

    __slots__ = (
        "_launch",
        "arguments",
        "command",
        "cwd",
        "disabled",
        "env",
        "headers",
        "helper",
        "name",
        "node",
        "path",
        "type",
        "url",
        "urls",
    )

    def __init__(self, name: Text, node: Mapping, path: tuple[str, ...]) -> None:
        inner = _entry(node)
        self.name = name
        self.node = node
        self.path = path
        self.command, self.arguments = _command_line(inner)
        self.env: Pairs = _pairs(inner, _ENV_KEYS)
        self.url = _first(inner, _URL_KEYS)
        self.urls = tuple(text for key in _URL_KEYS if (text := inner.text(key)) is not None)
        self.headers: Pairs = (*_pairs(inner, _HEADER_KEYS), *_nested_headers(inner))
        self.helper = _first(inner, _HELPER_KEYS)
        self.cwd = _first(inner, ("cwd", "workingDirectory"))
        self.type = str(inner.text("type") or "")
        self.disabled = _is(node, "disabled", True) or _is(node, "enabled", False)
        self._launch: Launch | None = None

    @classmethod
    def of_launch(cls, launch: Launch, path: tuple[str, ...]) -> Server:
        """Return the server that `launch`, of a line that is no entry of a configuration, starts or reaches."""
        place = launch.package or launch.binary or launch.remote or Text.at("", 0, 0)
        server = cls(place, Mapping([], place.start, place.end), (*path, str(place)))
        server._launch = launch
        return server

    @property
    def launch(self) -> Launch | None:
        """How the server is started, taken apart; None for one that is only reached by its URL."""
        if self._launch is None and self.command is not None:
            from claude_preflight.agents.launch import take_apart

            self._launch = take_apart(self.command, self.arguments, self.env, search=True)
        return self._launch

    @property
    def remote(self) -> Text | None:
        """The URL that the server is reached at, by the client itself or through a bridge."""
        return self.url or (self.launch.remote if self.launch else None)

    def key(self, *parts: str) -> str:
        """Return a stable key for a finding about this server."""
        return "/".join((*self.path, *parts))


def servers(document: Document) -> tuple[Server, ...]:
    """Return the MCP servers that `document` declares, in its order; of a repeated name only the last, which counts."""
    return document.remember(_servers)


def _servers(document: Document) -> tuple[Server, ...]:
    if document.known_as.endswith((".md", ".mdc")) and "mcp" not in document.text and "\\" not in document.text:
        return ()  # nearly every agent: its front matter need not be read; an escape may spell the word
    root = mapping_of(document)
    if root is None:
        return ()
    found = [server for path, table in _tables(document.known_as, root) for server in _entries(path, table)]
    return (*found, *_single_command(document.known_as, root), *_of_bundle(root))


def _single_command(path: str, root: Mapping) -> Iterator[Server]:
    """Yield the server that `mcp.serverCommand` of Gemini CLI and its fork starts, a whole line in one string."""
    mcp = root.mapping("mcp") if "gemini" in path or "qwen" in path else None
    for name, line in mcp.live_pairs() if mcp else ():
        if name == "serverCommand":
            entry = Mapping([(Text.at("command", *name.span), line)], line.start, line.end)
            yield Server(name, entry, ("mcp", "serverCommand"))


def _of_bundle(root: Mapping) -> Iterator[Server]:
    """Yield the server of a bundle for Claude Desktop, whose manifest holds just one."""
    server = root.mapping("server")
    config = server.mapping("mcp_config") if server else None
    if config:
        yield Server(root.text("name") or Text.at("", config.start, config.start), config, ("server", "mcp_config"))


def _tables(path: str, root: Mapping) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield every table of servers with the keys that lead to it."""
    places: list[tuple[str, ...]] = [
        ("mcpServers",),
        ("mcp_servers",),
        ("mcp-servers",),
        ("context_servers",),
        ("amp.mcpServers",),
        ("mcp.servers",),
        ("mcp", "servers"),
        ("mcp", "mcpServers"),
        ("settings", "mcp", "servers"),
        ("settings", "mcp.servers"),
        *(
            ("customizations", editor, *place)
            for editor in ("vscode", "cursor")
            for place in (("mcp", "servers"), ("settings", "mcp", "servers"), ("settings", "mcp.servers"))
        ),
        ("managedMcpServers",),
        ("experimental", "modelContextProtocolServers"),  # of Continue, in JSON
    ]
    name = path.rpartition("/")[2]
    if "mcp" in name:
        places.append(("servers",))
    if "opencode" in name or "crush" in name or "opencode.ai" in (root.text("$schema") or ""):
        places.append(("mcp",))
    if "/goose/" in path or "/.goose/" in f"/{path}" or name.startswith("recipe."):
        places += [("extensions",), ("recipe", "extensions")]
    found = [(place, node) for place in places if (node := _at(root, place)) is not None]
    yield from found
    yield from _nested_tables(root)
    if not found and name.endswith("mcp.json") and _is_bare(root):
        yield (), root


def _nested_tables(root: Mapping) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield the tables of the projects in `.claude.json` and of the plugins in a marketplace."""
    for project, entry in (root.mapping("projects") or Mapping([], 0, 0)).pairs:
        if isinstance(entry, Mapping) and (table := entry.get("mcpServers")):
            yield ("projects", str(project), "mcpServers"), table
    for number, plugin in enumerate((root.sequence("plugins") or Sequence([], 0, 0)).items):
        if isinstance(plugin, Mapping) and (table := plugin.get("mcpServers")):
            yield ("plugins", str(number), "mcpServers"), table
    for name, market in (root.mapping("extraKnownMarketplaces") or Mapping([], 0, 0)).live_pairs():
        source = market.mapping("source") if isinstance(market, Mapping) else None
        for path, table in _nested_tables(source) if source else ():
            yield ("extraKnownMarketplaces", str(name), "source", *path), table


def _is_bare(root: Mapping) -> bool:
    """Tell whether the root itself is a table of servers, as plugins may write it."""
    entries = [value for _, value in root.pairs if isinstance(value, Mapping)]
    return any(entry.get("command") or _first(entry, _URL_KEYS) for entry in entries)


def _at(root: Mapping, place: tuple[str, ...]) -> Node | None:
    node: Node | None = root
    for key in place:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _entries(path: tuple[str, ...], table: Node) -> Iterator[Server]:
    if isinstance(table, Mapping):
        for name, node in table.live_pairs():
            if name == "mcpServers" and isinstance(node, Mapping) and not _is_entry(node):  # a whole file, inline
                yield from _entries((*path, str(name)), node)
            elif isinstance(node, Mapping):
                yield Server(name, node, (*path, str(name)))
    elif isinstance(table, Sequence):
        for number, node in enumerate(table.items):
            if isinstance(node, Mapping):
                yield from _listed(path, number, node)


def _is_entry(node: Mapping) -> bool:
    inner = _entry(node)
    return inner.get("command") is not None or inner.get("cmd") is not None or _first(inner, _URL_KEYS) is not None


def _listed(path: tuple[str, ...], number: int, node: Mapping) -> Iterator[Server]:
    """Yield the servers of one item of a list: an entry with its name inside, or a mapping from names to entries."""
    name = node.text("name") or node.text("id")
    if name is not None:
        yield Server(name, node, (*path, str(name)))
    elif _is_entry(node):
        yield Server(Text.at("", node.start, node.start), node, (*path, str(number)))
    else:
        yield from _entries((*path, str(number)), node)


def _entry(node: Mapping) -> Mapping:
    """Return where the entry keeps its command or URL: in itself, or one level down where some clients nest it."""
    if node.text("command") is not None or _first(node, _URL_KEYS) is not None:
        return node
    for key in ("transport", "config", "server", "command"):
        inner = node.mapping(key)
        if inner and (inner.get("command") or inner.get("path") or _first(inner, _URL_KEYS)):
            return Mapping([*node.pairs, *inner.pairs], node.start, node.end)
    return node


def _command_line(node: Mapping) -> tuple[Text | None, tuple[Text, ...]]:
    arguments = node.get("args")
    words = tuple(arguments.texts()) if isinstance(arguments, Sequence) else ()
    if isinstance(arguments, Scalar) and isinstance(arguments.value, Text):
        words = (arguments.value,)
    for key in _COMMAND_KEYS:
        command = node.get(key)
        if isinstance(command, Scalar) and isinstance(command.value, Text):
            return command.value, words
        if isinstance(command, Sequence) and (line := tuple(command.texts())):
            return line[0], (*line[1:], *words)
    path = node.text("path")  # older Zed: "command": {"path": …, "args": […]}
    return (path, words) if path is not None and node.get("command") else (None, ())


def _pairs(node: Mapping, keys: tuple[str, ...]) -> Pairs:
    pairs: list[tuple[Text, Text]] = []
    for key in keys:
        table = node.get(key)
        if isinstance(table, Mapping):
            pairs += [
                (name, value.value)
                for name, value in table.live_pairs()
                if isinstance(value, Scalar) and isinstance(value.value, Text)
            ]
        elif isinstance(table, Sequence):
            pairs += _listed_pairs(table)
    return tuple(pairs)


def _listed_pairs(table: Sequence) -> Iterator[tuple[Text, Text]]:
    """Yield pairs written as a list, of `NAME=value` or of objects with a name and a value."""
    for item in table.items:
        if isinstance(item, Mapping):
            name, value = item.text("name") or item.text("key"), item.text("value")
            if name is not None and value is not None:
                yield name, value
        elif isinstance(item, Scalar) and isinstance(item.value, Text) and "=" in item.value:
            equals = item.value.index("=")
            yield item.value.part(0, equals), item.value.part(equals + 1, len(item.value))


def _nested_headers(node: Mapping) -> Pairs:
    request = node.mapping("requestInit") or node.mapping("requestOptions")
    return _pairs(request, _HEADER_KEYS) if request else ()


def _first(node: Mapping, keys: tuple[str, ...]) -> Text | None:
    return next((text for key in keys if (text := node.text(key)) is not None), None)


def _is(node: Mapping, key: str, value: bool) -> bool:
    scalar = node.get(key)
    return isinstance(scalar, Scalar) and scalar.value is value
