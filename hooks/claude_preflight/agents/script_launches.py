"""What the commands of a shell script start, as launch lines: scripts wrap servers that a configuration only names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from claude_preflight.agents.launch import Launch, take_apart
from claude_preflight.agents.launch.model import Environment
from claude_preflight.agents.launch.shells import filled
from claude_preflight.agents.launch.words import Segment, program_name
from claude_preflight.document import Document
from claude_preflight.syntax.nodes import Mapping, Text, walk
from claude_preflight.syntax.shell import Command, commands

_BATCH = (".cmd", ".bat")
_LONGEST_JSON = 100_000


def script_launches(document: Document) -> tuple[Launch, ...]:
    """Return the launch of each command of the shell script `document`, in its order, and of each server that stands
    as JSON in its words and here-documents.
    """
    return document.remember(_launches)


def set_once(document: Document) -> Environment:
    """Return the variables that the shell script `document` gives one value only, whichever way it takes."""
    return document.remember(_set_once)


def _commands(document: Document) -> list[Command]:
    return commands(Text.at(document.text, 0, len(document.text)))


def _launches(document: Document) -> tuple[Launch, ...]:
    known = set_once(document)
    return tuple(launch for command in document.remember(_commands) for launch in _of_command(document, command, known))


def _set_once(document: Document) -> Environment:
    pairs = [pair for command in document.remember(_commands) for pair in command.assignments]
    counts = Counter(str(name) for name, _ in pairs)
    return tuple((name, value) for name, value in pairs if counts[str(name)] == 1)


def _of_command(document: Document, command: Command, known: Environment) -> Iterator[Launch]:
    if command.words:
        words = filled([Segment(command.words)], (), known)[0].words
        if words and words[0].startswith("@") and document.path.lower().endswith(_BATCH):  # which is not shown
            words = [words[0].part(1, len(words[0])), *words[1:]]
        if words and words[0]:
            yield take_apart(words[0], [word for word in words[1:] if _json_start(word) < 0], search=True)
    name = program_name(command.words[0]) if command.words else ""
    bodies = [redirection.body for redirection in command.redirections if redirection.body]
    for text in (*command.words[1:], *bodies):
        yield from _in_json(name, text)


def _json_start(text: Text) -> int:
    """Return where in the word or here-document `text` an object of JSON starts, also behind `--option=`; or -1."""
    start = text.find("{")
    if text[start + 1 :].lstrip()[:1] != '"' or start < 0:
        return -1
    return start if not text[:start].strip() or (text.startswith("-") and text[start - 1] == "=") else -1


def _in_json(name: str, text: Text) -> Iterator[Launch]:
    """Yield the servers in `text`, given to the program `name`, if it is JSON."""
    start = _json_start(text)
    if start < 0 or '"command"' not in text or len(text) > _LONGEST_JSON:
        return
    from claude_preflight.syntax.jsonc import read_json

    source = text.part(start, len(text))
    root = read_json(str(source)).root
    for _, node in walk(root) if root else ():
        line = node.text("command") if isinstance(node, Mapping) else None
        if line and isinstance(node, Mapping):
            given = node.sequence("args")
            words = [_placed(source, word) for word in given.texts()] if given else []
            launch = take_apart(_placed(source, line), words, search=True)
            yield launch._replace(wrappers=(name, *launch.wrappers))


def _placed(source: Text, word: Text) -> Text:
    """Return `word`, which was read from the string `source`, with its place in the document."""
    part = source.part(word.start, word.end)
    return part if part == word else Text.at(str(word), part.start, part.end)
