"""Bridges: programs that run a server for others, or lead to a remote one."""

from __future__ import annotations

from collections.abc import Sequence

from claude_preflight.agents.launch.model import Environment, Launch
from claude_preflight.agents.launch.specs import scheme_of
from claude_preflight.agents.launch.words import Segment, line_segments, option_names
from claude_preflight.agents.launch.wrappers import PACKAGED, WRAPPERS, wrapped
from claude_preflight.syntax.nodes import Text

_ADDRESS_SCHEMES = ("http", "https", "ws", "wss")
# Options of bridges whose value is an address, but not the server's.
_OTHER_ADDRESSES = ("origin", "base", "token", "auth", "cors", "callback", "redirect", "resource", "proxy", "header")
_ADDRESS_VARIABLES = frozenset("URI URL MCP_URL MCP_SERVER_URL SERVER_URL REMOTE_URL MCP_REMOTE_URL".split())
_PROXY_VALUES = option_names(
    "transport port host sse-port sse-host cwd allow-origin named-server-config log-level client-id client-secret "
    "token-url endpoint sseEndpoint streamEndpoint server apiKey requestTimeout connectionTimeout"
)
_PROXY_PAIRS = option_names("headers H env e named-server")


def carried(name: str, launch: Launch) -> list[Segment]:
    """Return the commands that the program `name`, started by `launch`, runs in its turn."""
    if launch.registry == "oci":
        return []  # what runs inside has other paths and variables
    if name in PACKAGED and launch.spec:
        return wrapped(WRAPPERS[name], [launch.spec, *launch.arguments])
    if name == "mcp-proxy":
        return _proxied(launch.arguments)
    if name == "supergateway":
        for index, word in enumerate(launch.arguments):
            if word == "--stdio" and index + 1 < len(launch.arguments):
                return line_segments(launch.arguments[index + 1])
            if word.startswith("--stdio="):
                return line_segments(word.part(8, len(word)))
    return []


def _proxied(words: Sequence[Text]) -> list[Segment]:
    """Return the command that `mcp-proxy` offers to others, none where it is given an address."""
    environment: list[tuple[Text, Text]] = []
    index = 0
    while index < len(words) and words[index].startswith("-") and words[index] != "--":
        name, has_value, _ = words[index].partition("=")
        if name in ("-e", "--env") and index + 2 < len(words):
            environment.append((words[index + 1], words[index + 2]))
        index += 1 if has_value else 1 + (name in _PROXY_VALUES) + 2 * (name in _PROXY_PAIRS)
    rest = words[index + ("--" in words[index : index + 1]) :]
    return [] if not rest or _is_address(rest[0]) else [Segment(rest, tuple(environment))]


def _is_address(word: str) -> bool:
    return scheme_of(word) in _ADDRESS_SCHEMES


def address_of(launch: Launch, variables: Environment) -> Text | None:
    """Return the address that a bridge is given: first of all words, by an option, in its environment."""
    words = launch.arguments
    if words and words[0].startswith(("$", "%", "<", "{")):
        return words[0]
    for index, word in enumerate(words):
        equals = word.find("=") if word.startswith("-") else -1
        option = word[:equals] if equals > 0 else "".join(words[max(0, index - 1) : index])
        value = word.part(equals + 1, len(word)) if equals > 0 else word
        other = option.startswith("-") and any(name in option.lower() for name in _OTHER_ADDRESSES)
        if _is_address(value) and not other:
            return value
    known = variables + launch.environment
    return next((value for name, value in known if name in _ADDRESS_VARIABLES and _is_address(value)), None)
