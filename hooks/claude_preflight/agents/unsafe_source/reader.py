"""Agents that source code starts without permission checks: lists of arguments, command lines, options of the SDKs."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.agent_clis import has_flag, variable_called
from claude_preflight.agents.sandboxes import Sandbox
from claude_preflight.agents.unsafe_shell import Unsafe, in_shell, of_variable
from claude_preflight.agents.unsafe_source.arguments import Arguments
from claude_preflight.agents.unsafe_source.code import RUNNING, Code
from claude_preflight.agents.unsafe_source.languages import is_test
from claude_preflight.agents.unsafe_source.options import MODE, Options
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.source_code import NAME, STRING, Token

_RUST_TESTS = late(r"^[ \t]*#\[cfg\(test\)\]\s*(?:pub\s+)?mod\b", 8)  # re.MULTILINE
_TEXT_OF_NIX = late(r"(?:description|help|usage|message|motd|doc|warning|assertion|example)", 2)
_PUT_IN = late(r"\$\{[^{}\n]*\}(?=/)")


def in_source(path: str, text: str, family: str, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield the agents that the source code `text` of the file at `path` starts without permission checks."""
    code = Code(text, family, tested=is_test(path))
    reader = _Reader(code, sandbox)
    tests = _RUST_TESTS.search(text) if family == "rust" else None
    for number, token in enumerate(code.tokens):
        if tests and token.text.start > tests.start():
            code.tested = True
        if token.kind == STRING:
            yield from reader.in_string(number, token)
    yield from reader.options.second_switch()


class _Reader:
    def __init__(self, code: Code, sandbox: Sandbox | None) -> None:
        self.code = code
        self.sandbox = sandbox
        self.arguments = Arguments(code, sandbox)
        self.options = Options(code, sandbox)

    def in_string(self, number: int, token: Token) -> Iterator[Unsafe]:
        """Yield what the string `token` switches off, by itself or with those around it."""
        literal = token.text
        if self.code.family == "nix" and token.triple:
            yield from self.script(number, literal)
            return
        if token.triple and self.is_prose(number, literal):
            return
        if literal == MODE:
            yield from self.options.mode(number, literal)
        elif literal == "dangerously-skip-permissions" and not self.code.tested:
            yield from self.options.extra_argument(number, literal)
        elif has_flag(literal.split()):
            if token.runs and not self.code.tested:
                yield from self.arguments.command_line(literal, ["system"])
            else:
                yield from self.arguments.with_flag(number, literal)
        elif literal.strip().lower() in ("auto", "true", "1", "yes", "on"):
            yield from self.variable(number, literal)

    def is_prose(self, number: int, literal: Text) -> bool:
        """Tell whether a string in three quotes is documentation rather than a script."""
        if "\n" not in literal:
            return (
                self.code.near(number, -1) in ("", ":")
                or not self.code.text[: literal.start - 3].rpartition("\n")[2].strip()
            )
        if any(RUNNING.match(place.name) for place in self.code.places(number)):
            return False
        return not literal.lstrip("\\\r\n \t").startswith(("#!", "set -e", "cd ", "export "))

    def script(self, number: int, literal: Text) -> Iterator[Unsafe]:
        """Yield what a string of Nix over several lines starts, which is a script but where it describes something."""
        words = literal.replace("'", " ").replace('"', " ").split()
        if has_flag(words) and not self.code.tested and not _TEXT_OF_NIX.search(self.code.target(number)):
            # What is put in stands for a path.
            plain = _PUT_IN.sub(lambda match: "x" * len(match[0]), literal)
            yield from in_shell(Text.at(plain, literal.start, literal.end), self.sandbox)

    def variable(self, number: int, literal: Text) -> Iterator[Unsafe]:
        """Yield a variable of the environment that switches checks off: `env["GOOSE_MODE"] = "auto"`."""
        names = [token.text for token in self.code.tokens[max(0, number - 4) : number] if token.kind in (STRING, NAME)]
        marks = [token.text for token in self.code.tokens[max(0, number - 1) : number]]
        if not names or not marks or marks[0] not in ("=", ":", ",", "=>"):
            return
        switched = variable_called(names[-1], literal)
        if switched and not self.code.tested:
            yield of_variable(*switched, literal, self.sandbox)
