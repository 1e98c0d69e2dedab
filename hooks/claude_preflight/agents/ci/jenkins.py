"""Jenkins pipelines: what a declarative `Jenkinsfile`, or the stages and nodes of a scripted one, say in plain sight.

The text is Groovy, of which only words, strings and brackets are read. What is computed is not followed.
Source: jenkins.io/doc/book/pipeline/syntax, 2026-11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from claude_preflight.agents.ci.model import JENKINS, SECRET, SELF_HOSTED, Job, Pairs, Reference, Script, Step
from claude_preflight.agents.ci.reading import shell_references
from claude_preflight.agents.sandboxes import Sandbox, of_command, of_container
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Sequence as NodeSequence
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import split_words
from claude_preflight.typed import NamedTuple

_TOKEN = late(
    r"""(?P<skip>[ \t\r\f]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/)?|\#![^\n]*|\\\r?\n)
      | (?P<string>'''(?P<single3>(?:[^\\']|\\.|'(?!''))*+)(?:''')?|\"{3}(?P<double3>(?:[^\\"]|\\.|"(?!""))*+)(?:\"{3})?
          |'(?P<single>(?:[^'\\\n]|\\.)*+)'?|"(?P<double>(?:[^"\\\n]|\\.)*+)"?)
      | (?P<word>[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*+)
      | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = late(r"[^\\]+|\\(?:u+[0-9a-fA-F]{4}|\r?\n|.)?", re.DOTALL)
_CHARACTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": "", "\r\n": ""}
_SHELLS = {"sh": "", "bat": "cmd", "powershell": "powershell", "pwsh": "powershell"}
_MAX_DEPTH = 200  # of braces that are told apart
_AGENT, _ENVIRONMENT = "agent", "environment"


class _Token(NamedTuple):
    """`kind` is `string`, `word` or `mark`; `text` is a string's without its quotes; `expands` if those are double."""

    kind: str
    text: Text
    end: int
    expands: bool = False


class _Scope:
    """A stage, or the file around the stages, while it is read."""

    __slots__ = ("agent", "container", "end", "environment", "name", "outer", "references", "start", "steps")

    def __init__(self, name: Text, start: int, outer: _Scope | None) -> None:
        self.name = name
        self.start = start
        self.end = start
        self.outer = outer
        self.steps: list[Step] = []
        self.environment: list[tuple[Text, Text]] = []
        self.references: list[Reference] = []
        self.agent = False  # whether it says itself what it runs on
        self.container: Sandbox | None = None


def pipeline_jobs(text: str) -> Iterator[Job]:
    """Yield the stages of `text` that hold steps of their own; and as one job the steps that stand in no stage."""
    for scope in _Reader(text).scopes():
        if scope.steps:
            yield _job(scope)


def _job(scope: _Scope) -> Job:
    chain = [scope]
    while (outer := chain[-1].outer) is not None:
        chain.append(outer)
    container = next((each.container for each in chain if each.agent), None)
    environment: Pairs = tuple(pair for each in reversed(chain) for pair in each.environment)
    scripts = [step.script.text for step in scope.steps if step.script]
    return Job(
        JENKINS,
        scope.name,
        Span(scope.start, scope.end),
        tuple(scope.steps),
        container,
        SELF_HOSTED,
        environment=environment,
        references=(*(each for level in reversed(chain) for each in level.references), *shell_references(scripts)),
    )


class _Reader:
    """Goes through the tokens once; a statement is what stands between line ends and braces."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.file = _Scope(Text.at("pipeline", 0, 0), 0, None)
        self.found = [self.file]
        self.stack: list[tuple[str, _Scope]] = [("", self.file)]
        self.extra = 0  # braces deeper than are told apart
        self.brackets = 0
        self.statement: list[_Token] = []
        self.agent: list[_Token] = []

    def scopes(self) -> list[_Scope]:
        for token in _tokens(self.text):
            if token.kind != "mark":
                self.statement.append(token)
            elif token.text == "{":
                self.open(token)
            elif token.text == "}":
                self.close(token)
            elif token.text in ("\n", ";"):
                if not self.brackets:
                    self.finish()
            else:
                self.brackets = max(0, self.brackets + (token.text in "([") - (token.text in ")]"))
                self.statement.append(token)
        self.finish()
        for _, scope in self.stack:
            scope.end = len(self.text)
        return self.found

    def open(self, token: _Token) -> None:
        header, kind, scope = self.statement, *self.stack[-1]
        if len(self.stack) >= _MAX_DEPTH:
            self.extra += 1
            return
        word = header[0].text if header and header[0].kind == "word" else ""
        label = next((each.text for each in header if each.kind == "string"), None)
        if word == "stage" and label is not None:
            scope = _Scope(label, header[0].text.start, scope)
            self.found.append(scope)
        elif word == _ENVIRONMENT or (word == _AGENT and kind != _AGENT):
            kind = word
        elif kind == _AGENT:
            self.agent += header
        elif word in ("docker.image", "container"):
            scope.agent, scope.container = True, _container(self.text, header, "")
        self.finish(keep_agent=True)
        self.brackets = 0
        self.stack.append((kind, scope))

    def close(self, token: _Token) -> None:
        self.finish()
        self.brackets = 0
        if self.extra:
            self.extra -= 1
        elif len(self.stack) > 1:
            kind, scope = self.stack.pop()
            scope.end = max(scope.end, token.end)
            if kind == _AGENT and self.stack[-1][0] != _AGENT:
                scope.agent, scope.container = True, _agent(self.text, self.agent)
                self.agent = []

    def finish(self, *, keep_agent: bool = False) -> None:
        """Take the statement in: as part of an agent, a variable, or a step."""
        tokens, self.statement = self.statement, []
        kind, scope = self.stack[-1]
        if not tokens:
            return
        scope.references += _credentials(tokens)
        if kind == _AGENT:
            self.agent += () if keep_agent else tokens
        elif tokens[0].text == _AGENT:
            scope.agent = True
        elif kind == _ENVIRONMENT:
            value = next((token.text for token in tokens[2:] if token.kind == "string"), None)
            if len(tokens) > 2 and tokens[1].text == "=" and value is not None and tokens[2].kind == "string":
                scope.environment.append((tokens[0].text, value))
            elif len(tokens) > 2 and tokens[2].text == "credentials":
                scope.references.append(Reference(SECRET, tokens[0].text))
        else:
            scope.steps += _steps(tokens)


def _tokens(source: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup or ""
        if match["string"] is not None:
            inner = next(name for name in ("single3", "double3", "single", "double") if match[name] is not None)
            text = _string(match[inner], match.start(inner), match.end(inner))
            yield _Token("string", text, match.end(), inner.startswith("double"))
        elif kind in ("word", "mark"):
            yield _Token(kind, Text.at(match[0], *match.span()), match.end())


def _string(source: str, start: int, end: int) -> Text:
    """Return what `source`, between quotes from `start` to `end`, spells."""
    if "\\" not in source:
        return Text.at(source, start, end)
    characters, offsets = [], []
    for match in _ESCAPE.finditer(source):
        part = match[0]
        if part[0] == "\\" and len(part) > 1:
            part = _CHARACTERS.get(part[1:], chr(int(part[-4:], 16)) if part[1] == "u" and part[2:] else part[1:])
            offsets += [start + match.start()] * len(part)
        else:
            offsets += range(start + match.start(), start + match.end())
        characters.append(part)
    return Text.at("".join(characters), start, end, (*offsets, end))


def _steps(tokens: Sequence[_Token]) -> Iterator[Step]:
    for number, token in enumerate(tokens):
        dialect = _SHELLS.get(token.text) if token.kind == "word" else None
        script = _script(tokens, number + 1) if dialect is not None else None
        if script is not None:
            yield Step(Script(script.text, dialect or "", script.expands), None, (), None)


def _script(tokens: Sequence[_Token], start: int) -> _Token | None:
    """Return the string behind `sh`, from the number `start`: the only argument, or the one called `script`."""
    behind = tokens[start : start + 2]
    if behind and behind[0].kind == "string":
        return behind[0]
    if len(behind) > 1 and behind[0].text == "(" and behind[1].kind == "string":
        return behind[1]
    for number in range(start, min(start + 10, len(tokens) - 2)):
        if tokens[number].text == "script" and tokens[number + 1].text == ":":
            return tokens[number + 2] if tokens[number + 2].kind == "string" else None
    return None


def _credentials(tokens: Sequence[_Token]) -> Iterator[Reference]:
    for first, mark, value in zip(tokens, tokens[1:], tokens[2:], strict=False):
        opens = (first.text, mark.text) in (("credentialsId", ":"), ("credentials", "("), ("sshagent", "("))
        if opens and value.kind == "string":
            yield Reference(SECRET, value.text)


def _agent(text: str, tokens: list[_Token]) -> Sandbox | None:
    """Return the container that the inside of an `agent { … }` asks for."""
    words = [str(token.text) for token in tokens if token.kind == "word"]
    kind = next((word for word in words if word in ("docker", "dockerfile", "kubernetes")), "")
    return _container(text, tokens, kind) if kind else None


def _container(text: str, tokens: Sequence[_Token], kind: str) -> Sandbox:
    node = NodeSequence([], tokens[0].text.start, tokens[-1].end)
    described = of_container(text, node)
    options = [word for token in tokens if token.kind == "string" for word in split_words(token.text)]
    here = Text.at("docker", node.start, node.start), Text.at("run", node.start, node.start)
    mounted = of_command([*here, *options]) if kind != "kubernetes" and options else None
    return Sandbox(described.name, described.breach or (mounted.breach if mounted else ""))
