"""A script of a configured command: its commands, and where their words stand in the document."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from claude_preflight.agents.command_risks.facts import Facts
from claude_preflight.agents.homes import with_slashes
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import Command, Word
from claude_preflight.typed import NamedTuple

WHOLE = Text.at("", 0, 0)
_EXPANSION = late(
    r"\\.|(?P<single>\$?'[^']*'?)|(?P<double>\")|\$\{(?P<braced>[A-Za-z_]\w*|[0-9@*])(?P<operation>[^}]?)"
    r"|\$(?P<plain>[A-Za-z_]\w*|[0-9@*])|(?P<inner>\$\((?!\()|`)",
    re.DOTALL,
)


class Script:
    """A script and the commands in it; these stand at offsets of the script itself, see `place`."""

    def __init__(self, text: Text, found: list[Command], *, shell: bool) -> None:
        self.text = text
        self.found = found
        self.shell = shell
        inner = sorted(
            (command for command in enumerate(found) if command[1].depth), key=lambda each: each[1].span.start
        )
        self.inner = [number for number, _ in inner]
        self.starts = [command.span.start for _, command in inner]
        self.output: dict[int, Facts] = {}

    def place(self, word: Text) -> Text:
        """Return `word`, which stands in this script, with its place in the document."""
        if self.text is WHOLE:
            return word
        if word.offsets is None:
            return self.text.part(word.start, word.end)
        whole = self.text.part(word.start, word.end)
        if len(whole) != word.end - word.start or (whole.offsets is None and whole.end - whole.start != len(whole)):
            return Text.at(str(word), whole.start, whole.end)
        of = whole.offsets or range(whole.start, whole.end + 1)
        offsets = tuple(of[offset - word.start] for offset in word.offsets)
        return Text.at(str(word), offsets[0], offsets[-1], offsets)

    def spelled(self, word: Text) -> str:
        """Return `word`; of a path of Windows without quotes, what is written: its backslashes are not the shell's."""
        start, end = source_of(word)
        source = self.text[start:end] if self.shell else ""
        slashed = with_slashes(source)
        return str(word) if slashed == source or source[0] in "'\"" else slashed

    def within(self, start: int, end: int, depth: int) -> Iterator[int]:
        """Yield the numbers of the commands of the substitutions that stand between `start` and `end`."""
        for at in range(bisect_left(self.starts, start), len(self.starts)):
            if self.starts[at] >= end:
                return
            if self.found[self.inner[at]].depth == depth + 1:
                yield self.inner[at]


class Step(NamedTuple):
    """A program that runs: `name` as `program_name` gives it, `words` without wrappers around it, the program first."""

    script: Script
    name: str
    words: tuple[Text, ...]
    command: Command
    number: int
    stdin: Facts

    @property
    def operands(self) -> list[Text]:
        """The words that are no options."""
        return [word for word in self.words[1:] if word == "-" or not word.startswith("-")]

    def place(self) -> Text:
        """Return the program with its place in the document."""
        return self.script.place(self.words[0])


def as_word(text: Text) -> Word:
    """Return `text`, which no shell has read, as a word of a command."""
    word = Word(text)
    word.start, word.end, word.offsets, word.source = text.start, text.end, text.offsets, text.span
    return word


def source_of(word: Text) -> tuple[int, int]:
    """Return where `word` stands in its script, quotes included."""
    return (word.source.start, word.source.end) if isinstance(word, Word) else (word.start, word.end)


def covers(spans: Sequence[Span], offset: int) -> bool:
    """Tell whether one of `spans`, which are in order and apart, holds `offset`."""
    at = bisect_right(spans, offset, key=_start) - 1
    return at >= 0 and offset < spans[at].end


def _start(span: Span) -> int:
    return span.start


def expansions(source: str) -> Iterator[tuple[str, int, bool]]:
    """Yield the expansions in the source of a word: the variable (empty for a substitution), where, whether quoted."""
    double = False
    at = 0
    while match := _EXPANSION.search(source, at):
        at = match.end()
        if match["double"]:
            double = not double
        elif match["single"] is not None and double:
            at = match.start() + 1
        elif match["braced"] or match["plain"]:
            quoted = double or (match["operation"] == "@" and source.startswith("Q", at))
            yield match["braced"] or match["plain"], match.start(), quoted
        elif match["inner"]:
            yield "", match.start(), double
