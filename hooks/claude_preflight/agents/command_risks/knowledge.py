"""What a command has put into variables and files so far, and what its words therefore hold."""

from __future__ import annotations

from collections.abc import Iterable

from claude_preflight.agents.command_risks.credentials import KEY_VARIABLES, secret_file
from claude_preflight.agents.command_risks.facts import NOTHING, SECRET, SESSION, Fact, Facts
from claude_preflight.agents.command_risks.script import Script, Step, expansions, source_of
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text

_SESSION_VARIABLE = late(
    r"CLAUDE_(?:FILE_PATHS?|TOOL_(?:INPUT|OUTPUT|ARGS|RESPONSE|RESULT)\w*|USER_PROMPT|PROMPT|NOTIFICATION\w*|COMMAND)"
    r"|TOOL_(?:INPUT|OUTPUT|ARGS|RESPONSE|RESULT)\w*"
)


class Knowledge:
    """`variables` and `files` hold what is known of them by name; `reads` are the credentials that were read.

    `receives` tells that the command is told what happens in the session.
    """

    def __init__(self, *, receives: bool) -> None:
        self.receives = receives
        self.variables: dict[str, Facts] = {}
        self.files: dict[str, Facts] = {}
        self.reads: dict[str, Text] = {}

    def variable(self, name: str) -> Facts:
        """Return what the variable `name` holds: what was put there, or what the agent or the machine did."""
        facts = self.variables.get(name, NOTHING)
        if self.receives and _SESSION_VARIABLE.fullmatch(name):
            facts |= {Fact(SESSION, f"${name}")}
        if any(pattern.fullmatch(name) for pattern, _ in KEY_VARIABLES):
            facts |= {Fact(SECRET, f"${name}")}
        return facts

    def word(self, script: Script, word: Text, depth: int) -> Facts:
        """Return what the expansions and substitutions in `word` put there."""
        start, end = source_of(word)
        return self.facts(script, word, script.text[start:end] if script.shell else "", start, end, depth)

    def facts(self, script: Script, word: Text, source: str, start: int, end: int, depth: int) -> Facts:
        """Return what `word` of a command at `depth` holds; its `source` stands at `start` to `end` of the script."""
        if "$" not in word and "`" not in word and "<(" not in word:
            return NOTHING
        facts = frozenset().union(*(self.variable(name) for name, _, _ in expansions(source) if name))
        for number in script.within(start, end, depth):
            if script.found[number].operator not in ("|", "|&"):
                facts |= script.output.get(number, NOTHING)
        return facts

    def all_words(self, step: Step, words: Iterable[Text]) -> Facts:
        """Return what `words` of `step` hold together."""
        return frozenset().union(*(self.word(step.script, word, step.command.depth) for word in words))

    def file(self, script: Script, path: Text) -> Facts:
        """Return what the file at `path` holds, and take note of a credential that is read."""
        facts = self.held(path)
        secret = secret_file(script.spelled(path))
        if secret:
            facts |= {Fact(SECRET, secret)}
            self.reads.setdefault(secret, script.place(path))
        return facts

    def held(self, path: str) -> Facts:
        """Return what the commands before have written to `path`."""
        return self.files.get(path.removeprefix("./"), NOTHING)

    def write(self, path: str, facts: Facts) -> None:
        """Take note of what is written to `path`, beside what it may hold already."""
        self.files[path.removeprefix("./")] = self.held(path) | facts
