"""MCP servers that commands register: `claude mcp add` and its like in scripts, images, pipelines and instructions.

The commands of Claude Code, Codex, Gemini CLI, Qwen Code, Copilot, Amp, Droid and Kiro agree in this much: `mcp add`,
then options, the name, and an address or, mostly behind `--`, the words that start the server; `mcp add-json` takes its
entry.
Sources: code.claude.com/docs/en/mcp as of 2026-08-22 and the help texts of the others, read in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from claude_preflight.agents.files import SCRIPT
from claude_preflight.agents.mcp import Server
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Text, walk
from claude_preflight.syntax.nodes import Sequence as List

_ADD = late(r"\bmcp[ \t]{1,9}add(?:-json)?(?=[ \t\\])")
_LINE = late(r"(?:[^\r\n\\]|\\(?:\r\n|[\s\S])){0,2000}+")
_QUOTE = late(r"\\.|[\"'`]|(?<!\S)#")
_ADDRESS = late(r"(?:https?|wss?):[/\\]", re.IGNORECASE)
_ADDRESS_KEYS = ("url", "httpUrl", "serverUrl")
# Options whose value is neither the name nor the address.
_WITH_VALUE = frozenset("-t --transport -s --scope -e --env -H --header --headers --client-id --callback-port".split())
_MOST = 300  # commands of one file
_REACH = 2000  # characters before one of which quotes are counted


def added_servers(document: Document) -> tuple[Server, ...]:
    """Return the servers that commands in `document` register or, in a shell script, reach through a bridge."""
    return document.remember(_added)


def _added(document: Document) -> tuple[Server, ...]:
    if "mcp" not in document.text:
        return ()
    text = Text.at(document.text, 0, len(document.text))
    calls = list(_calls(text))
    if SCRIPT in document.kinds:
        from claude_preflight.agents.launch.shells import filled
        from claude_preflight.agents.launch.words import Segment
        from claude_preflight.agents.script_launches import script_launches, set_once

        calls = [filled([Segment(words)], (), set_once(document))[0].words for words in calls]
    found = [server for words in calls for server in _registered(words)]
    if SCRIPT in document.kinds:
        launches = (launch for launch in script_launches(document) if launch.remote)
        found += [Server.of_launch(launch, ("script",)) for launch in launches]
    return tuple(found)


def _calls(text: Text) -> Iterator[Sequence[Text]]:
    """Yield the words behind each `mcp add` of `text`, up to the end of the command or of the string around it."""
    from claude_preflight.syntax.shell import commands

    for match in islice(_ADD.finditer(text), _MOST):
        start = max(text.rfind("\n", 0, match.start()) + 1, match.start() - _REACH)
        line = _LINE.match(text, match.end())
        call = text.part(match.end(), line.end() if line else match.end())
        quote = _open_quote(text[start : match.start()])
        if quote == "#":
            continue
        closing = _closing(call, quote) if quote else len(call)
        first = next((command for command in commands(call.part(0, closing)) if command.words), None)
        if first:
            yield first.words


def _open_quote(before: str) -> str:
    """Return the quote that is open at the end of `before`, a part of one line; `#` stands for a comment."""
    quote = ""
    for match in _QUOTE.finditer(before):
        if match[0] == "#" and not quote:
            return "#"
        if match[0] in ("'", '"', "`"):
            quote = match[0] if not quote else "" if quote == match[0] else quote
    return quote


def _closing(call: str, quote: str) -> int:
    return next((match.start() for match in _QUOTE.finditer(call) if match[0] == quote), len(call))


def _registered(words: Sequence[Text]) -> Iterator[Server]:
    """Yield the servers that the `words` behind `mcp add` register."""
    if "--" in words:
        at = words.index("--")
        words, launch = words[:at], words[at + 1 :]
    else:
        launch = ()
    name = Text.at("", words[0].start, words[0].start) if words else None
    addresses: list[Text] = []
    behind = ""
    for word in words:
        option, equals, _ = word.partition("=")
        value = word.part(len(option) + 1, len(word)) if word.startswith("-") and equals else word
        if word.startswith("{"):
            addresses += _in_json(word)
        elif behind not in ("-e", "--env", "-H", "--header", "--headers") and _ADDRESS.match(value):
            addresses.append(value)
        elif not name and not word.startswith("-") and behind not in _WITH_VALUE:
            name = word
        behind = str(word)
    if name is not None:
        for address in addresses:
            yield Server(name, _entry(("url", [address])), ("mcp add", str(name)))
        if launch:
            yield Server(name, _entry(("command", launch[:1]), ("args", launch[1:])), ("mcp add", str(name)))


def _in_json(word: Text) -> Iterator[Text]:
    from claude_preflight.syntax.jsonc import read_json

    root = read_json(str(word)).root
    for _, node in walk(root) if root else ():
        for key in _ADDRESS_KEYS:
            url = node.text(key) if isinstance(node, Mapping) else None
            if url is not None:
                part = word.part(url.start, url.end)
                yield part if part == url else Text.at(str(url), part.start, part.end)


def _entry(*pairs: tuple[str, Sequence[Text]]) -> Mapping:
    """Return the entry of a configuration file that has `pairs`; `args` is a list."""
    entry: list[tuple[Text, Node]] = []
    for key, words in pairs:
        if words:
            scalars: list[Node] = [Scalar(word, word.start, word.end) for word in words]
            value = List(scalars, words[0].start, words[-1].end) if key == "args" else scalars[0]
            entry.append((Text.at(key, words[0].start, words[0].start), value))
    return Mapping(entry, 0, 0)
