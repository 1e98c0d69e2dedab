"""Read the instructions of a Dockerfile, with exact places.

Follows BuildKit's parser (https://github.com/moby/buildkit/tree/master/frontend/dockerfile/parser), but reads on where
that stops with an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.jsonc import read_json
from claude_preflight.syntax.nodes import Sequence, Text, joined
from claude_preflight.typed import NamedTuple

_LINE = late(r"([^\r\n]*+)(?:\r\n?|\n|\Z)")
_DIRECTIVE = late(r"[ \t]*+#[ \t]*+(escape|syntax|check)[ \t]*+=[ \t]*+(\S[^\r\n]*+)", re.IGNORECASE)
_WORD = late(r"\S++")
_FLAG = late(r"\s*+(--(?=\S))")
# Strings and words are matched as well, so that only marks that begin a word are found.
_HEREDOC = late(
    r"\"(?:[^\"\\]|\\.)*+\"|'[^']*+'|\\."
    r"|(?:(?<=\s)|^)[0-9]*+<<(?P<chomp>-?)([\"']?)(?P<name>[^\s<>|&;()\"']++)\2|[^\s\"'\\]++",
    re.DOTALL,
)
_HEALTH_COMMAND = late(r"CMD\s++", re.IGNORECASE)
_TAKES_JSON = frozenset(("ADD", "CMD", "COPY", "ENTRYPOINT", "HEALTHCHECK", "RUN", "SHELL", "VOLUME"))
_TAKES_HEREDOC = frozenset(("ADD", "COPY", "RUN"))


class Instruction(NamedTuple):
    """An instruction of a Dockerfile; one behind `ONBUILD` is read as itself, with `onbuild` set.

    `text` is the argument behind the `flags` (`--from=build`), continued lines joined and comments between them left
    out. `exec_form` holds its words if it is a JSON array. `heredocs` are the bodies of its here-documents, with their
    line ends. `stage` counts the `FROM` instructions from 0; it is -1 before the first. `span` goes from the keyword,
    or `ONBUILD`, to the end of the last line. `escape` is the file's escape character.
    """

    keyword: Text
    flags: tuple[Text, ...]
    text: Text
    exec_form: tuple[Text, ...] | None
    heredocs: tuple[Text, ...]
    onbuild: bool
    stage: int
    span: Span
    escape: str

    @property
    def name(self) -> str:
        """The keyword in upper case."""
        return self.keyword.upper()


class Stage(NamedTuple):
    """A build stage: `image` is its base (an image, an earlier stage or a variable), `name` what `AS` calls it."""

    image: Text
    name: Text | None
    instruction: Instruction


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.escape = _escape_character(text)
        self.at = 0
        self.line_end = 0  # of the line before `at`
        self.stage = -1

    def instructions(self) -> Iterator[Instruction]:
        while self.at < len(self.text):
            line = self.logical_line()
            if line:
                yield self.instruction(line)

    def line(self) -> str:
        """Step over a line and return it."""
        match = _LINE.match(self.text, self.at)
        assert match
        self.at, self.line_end = match.end(), match.end(1)
        return match[1]

    def logical_line(self) -> Text | None:
        """Read a line and those that continue it, leaving out blank lines and comments."""
        pieces: list[Text] = []
        while self.at < len(self.text):
            start = self.at
            line = self.line()
            source = line.strip()
            if not source or source.startswith("#"):
                if pieces:
                    continue
                return None
            body = line.rstrip(" \t")
            continued = body.endswith(self.escape) and not body.endswith(self.escape * 2)
            line = body[:-1] if continued else line
            pieces.append(Text.at(line, start, start + len(line)))
            if not continued:
                break
        return joined(pieces).trimmed()

    def instruction(self, line: Text) -> Instruction:
        keyword, rest = _first_word(line)
        onbuild = keyword.upper() == "ONBUILD" and bool(rest)
        if onbuild:
            keyword, rest = _first_word(rest)
        name = keyword.upper()
        if name == "FROM":
            self.stage += 1
        flags, rest = self.flags(rest)
        words = _exec_form(rest, name) if name in _TAKES_JSON else None
        heredocs = self.heredocs(rest) if name in _TAKES_HEREDOC and words is None else ()
        span = Span(line.start, self.line_end if heredocs else line.end)
        return Instruction(keyword, flags, rest, words, heredocs, onbuild, self.stage, span, self.escape)

    def flags(self, rest: Text) -> tuple[tuple[Text, ...], Text]:
        flags: list[Text] = []
        at = 0
        while match := _FLAG.match(rest, at):
            at = _word_end(rest, match.end(), self.escape)
            flags.append(rest.part(match.start(1), at))
        return tuple(flags), _behind(rest, at)

    def heredocs(self, argument: Text) -> tuple[Text, ...]:
        marks = [match for match in _HEREDOC.finditer(argument) if match["name"]]
        return tuple(self.heredoc(match["name"], chomp=bool(match["chomp"])) for match in marks)

    def heredoc(self, name: str, *, chomp: bool) -> Text:
        """Read the body that ends at the line `name`, or else at the end of the text."""
        start = end = self.at
        while self.at < len(self.text):
            line = self.line()
            if (line.lstrip("\t") if chomp else line) == name:
                break
            end = self.at
        return Text.at(self.text[start:end], start, end)


def _escape_character(text: str) -> str:
    """Return what the parser directives at the top of `text` declare; any other line ends them."""
    at = 0
    while match := _DIRECTIVE.match(text, at):
        if match[1].lower() == "escape":
            return "`" if match[2].rstrip() == "`" else "\\"
        at = _LINE.match(text, match.end()).end()  # type: ignore[union-attr]  # it matches the empty string
    return "\\"


def _behind(text: Text, start: int) -> Text:
    return text.part(start, len(text)).trimmed()


def _first_word(line: Text) -> tuple[Text, Text]:
    end = _WORD.match(line).end()  # type: ignore[union-attr]  # the line is trimmed and not empty
    return line.part(0, end), _behind(line, end)


def _quoting(escape: str) -> re.Pattern[str]:
    """Return what matches a piece of a word where `escape` is the escape character; groups hold what it stands for."""
    escape = re.escape(escape)
    return late(
        rf"\"(?P<double>(?:[^\"{escape}]|{escape}.)*+)\"|'(?P<single>[^']*+)'|{escape}(?P<escaped>.)"
        rf"|[^\s\"'{escape}]++|[\"'{escape}]",
        re.DOTALL,
    )


def _word_end(text: Text, at: int, escape: str) -> int:
    pattern = _quoting(escape)
    while match := pattern.match(text, at):
        at = match.end()
    return at


def _words(text: Text, escape: str) -> Iterator[Text]:
    """Yield the words of `text`, in their quotes."""
    at = 0
    while match := _WORD.search(text, at):
        at = _word_end(text, match.start(), escape)
        yield text.part(match.start(), at)


def _unquoted(text: Text, escape: str) -> Text:
    """Return `text` without its quotes and escapes."""
    parts: list[Text] = []
    at = 0
    for match in _quoting(escape).finditer(text):
        parts.append(text.part(at, match.start()))
        at = match.end()
        if match["double"] is None:
            parts.append(text.part(*match.span(match.lastgroup or 0)))
        else:
            parts += _unescaped(text, *match.span("double"), escape)
    parts.append(text.part(at, len(text)))
    return joined([part for part in parts if part] or parts[1:2] or parts)


def _unescaped(text: Text, start: int, end: int, escape: str) -> Iterator[Text]:
    """Yield the parts of a string in double quotes without the escapes of quotes, `$` and the escape character."""
    for match in late(rf"{re.escape(escape)}([\"${re.escape(escape)}])").finditer(text, start, end):
        yield text.part(start, match.start())
        start = match.start(1)
    yield text.part(start, end)


def _exec_form(argument: Text, name: str) -> tuple[Text, ...] | None:
    """Return the words of `argument` if it is an array of strings in strict JSON, as BuildKit reads it."""
    if name == "HEALTHCHECK" and (command := _HEALTH_COMMAND.match(argument)):
        argument = argument.part(command.end(), len(argument))
    if not argument.startswith("["):
        return None
    tree = read_json(argument)
    if tree.problems or not isinstance(tree.root, Sequence):
        return None
    words = tuple(tree.root.texts())
    return tuple(_placed(argument, word) for word in words) if len(words) == len(tree.root.items) else None


def _placed(argument: Text, word: Text) -> Text:
    """Return `word`, whose place is in `argument`, with its place in the document."""
    if word.offsets is None:
        return argument.part(word.start, word.end)
    places = argument.offsets or range(argument.start, argument.end + 1)
    offsets = tuple(places[offset] for offset in word.offsets)
    return Text.at(word, offsets[0], offsets[-1], offsets)


def read_dockerfile(text: str) -> tuple[Instruction, ...]:
    """Return the instructions of `text` (no byte order mark) in source order, unknown ones included. Never raises."""
    return tuple(_Reader(text).instructions())


def pairs(instruction: Instruction) -> tuple[tuple[Text, Text], ...]:
    """Return the names and values that `ENV`, `ARG` or `LABEL` sets, unquoted; an `ARG` without a default is left out.

    Other instructions have none.
    """
    if instruction.name not in ("ENV", "ARG", "LABEL"):
        return ()
    text, escape = instruction.text, instruction.escape
    words = list(_words(text, escape))
    if words and "=" not in words[0] and instruction.name != "ARG":
        value = _behind(text, len(words[0]))
        return ((_unquoted(words[0], escape), _unquoted(value, escape)),)
    found = ((word, word.find("=")) for word in words)
    return tuple(
        (_unquoted(word.part(0, mark), escape), _unquoted(word.part(mark + 1, len(word)), escape))
        for word, mark in found
        if mark >= 0
    )


def stages(instructions: Iterable[Instruction]) -> tuple[Stage, ...]:
    """Return the build stages that `instructions` begin."""
    found: list[Stage] = []
    for instruction in instructions:
        if instruction.name == "FROM":
            words = list(_words(instruction.text, instruction.escape))
            named = len(words) > 2 and words[1].upper() == "AS"
            image = words[0] if words else instruction.text
            found.append(Stage(image, words[2] if named else None, instruction))
    return tuple(found)
