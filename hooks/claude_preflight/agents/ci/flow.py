"""Where a text goes within a job of GitHub Actions: through variables, files, pipes and the outputs of steps.

Followed is what is named: `$BODY`, `${{ env.BODY }}`, `${{ steps.pr.outputs.ref }}`, the path of a file. What a program
makes of a text, and what another job hands on, is not followed.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator

from claude_preflight.agents.ci.model import Job, Pairs, Script, Step
from claude_preflight.agents.ci.reading import commands_of, expressions
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import Command, Word
from claude_preflight.typed import NamedTuple

# What is followed: words that somebody wrote; the number or address under which they can be read; what a program has
# read there.
WRITTEN, NUMBER, READ = "written", "number", "read"

_EXPANDED = late(r"\$\{?(?:env:)?([A-Za-z_]\w{0,200})|%([A-Za-z_]\w{0,200})%")
_CONTEXT = late(r"\b(?:env\.(\w{1,200})|(steps\.[\w-]{1,200}\.outputs\.[\w-]{1,200}))")
_OUTPUT = late(r"([A-Za-z_][\w-]{0,200})(=|<<)")
_SET_OUTPUT = late(r"\bsetOutput\(\s{0,9}['\"]([\w-]{1,200})['\"]\s{0,9},([^\n;]{0,300})")
_FETCHING = late(r"\bgh\s+(?:issue|pr)\s+(?:view|diff)\b|\b(?P<any>gh\s+api|curl)\b")
_CHOSEN = late(r"\s--(?:json|jq|name-only)\b|\s-q\b")
_PROSE = late(r"\b(?:body|title|comments|reviews|diff_url|patch_url)\b|\.(?:diff|patch)\b")
_READING = frozenset(("read", "mapfile", "readarray"))
_WRITING = (">", ">>", ">|", "&>", "&>>", "1>", "1>>")
_MAX_INSIDE = 200  # commands within one that are looked through
_MAX_FILES = 20  # of a job, each looked for in every word that follows
_MAX_WORD = 20_000  # characters that are looked at
_FETCHER_WORDS = 20


class Origin(NamedTuple):
    """What is followed: `text` is where it comes into the job, `kind` a constant of this module."""

    text: Text
    kind: str = WRITTEN


Find = Callable[[Text], "Origin | None"]
Known = dict[str, Origin]


class Flow:
    """Follows through `job` what `find` sees in a text.

    Without `changed`, a variable that stands within a substitution (`$(jq .base <<< "$PR")`) is not followed, because
    what comes out of it is something else.
    """

    def __init__(self, job: Job, find: Find, *, changed: bool = True) -> None:
        self._find = find
        self._changed = changed
        self._variables: Known = {}
        self._outputs: Known = {}
        self._files: Known = {}
        self._seen_by: dict[int, Known] = {}
        self._given: dict[int, list[tuple[Span, Origin | None]]] = {}
        if any(find(text) for text in _entrances(job)):
            self._set(self._variables, job.environment)
            for step in job.steps:
                self._follow(step)

    def brought_by(self, step: Step, text: Text) -> Origin | None:
        """Return what `text`, an input of `step`'s action, holds or names; words before mere numbers.

        No shell expands an input: `$BODY` in it is not followed.
        """
        return self._brought(text, self._seen_by.get(id(step), {}), expanded=False)

    def variables(self, step: Step) -> Known:
        """Return the variables of `step` that hold something, by name."""
        return self._seen_by.get(id(step), {})

    def outputs(self) -> Known:
        """Return the outputs of steps that hold something, as expressions name them: `steps.pr.outputs.ref`."""
        return self._outputs

    def given_at(self, step: Step, span: Span) -> Origin | None:
        """Return what the command of `step` that encloses `span` most closely is given, as words or as input."""
        given = self._given.get(id(step), [])
        last = bisect(given, span.start, key=_start)
        around = (origin for each, origin in reversed(given[max(0, last - _MAX_INSIDE) : last]) if span.end <= each.end)
        return next(around, None)

    def _set(self, known: Known, pairs: Pairs) -> None:
        for name, value in pairs:
            origin = self._brought(value, known)
            if origin:
                known[str(name)] = origin
            else:
                known.pop(str(name), None)

    def _follow(self, step: Step) -> None:
        known = dict(self._variables)
        self._set(known, step.environment)
        self._seen_by[id(step)] = known
        if step.script:
            self._given[id(step)] = sorted(self._run(step, step.script, dict(known)), key=_start)
        elif step.action and step.id:
            program = step.action.inputs.text("script")
            for match in _SET_OUTPUT.finditer(program) if program else ():
                self._keep(step, match[1], self._find(program.part(*match.span(2))) if program else None)

    def _run(self, step: Step, script: Script, known: Known) -> Iterator[tuple[Span, Origin | None]]:
        exports = "GITHUB_OUTPUT" in script.text or "GITHUB_ENV" in script.text
        piped: Origin | None = None
        block = ""  # the output whose lines are written one by one, with what ends it: `body<<EOF`
        for command in commands_of(script):
            for name, value in command.assignments:
                origin = self._brought(value, known)
                if origin:
                    known[str(name)] = origin
            origin = self._of_command(command, piped, known)
            yield command.span, origin
            self._written_by(command, origin, known)
            if exports:
                block = self._exported(step, script, command, origin, known, block)
            piped = origin if command.operator in ("|", "|&") else None

    def _of_command(self, command: Command, piped: Origin | None, known: Known) -> Origin | None:
        texts: list[Text] = list(command.words)
        for redirection in command.redirections:
            if redirection.target is None or not redirection.operator.startswith("<"):
                continue
            if redirection.body is None or redirection.operator == "<<<":
                texts.append(redirection.target)
            elif not _is_quoted(redirection.target):
                texts.append(redirection.body)
        origin = _best(piped, *(self._brought(text, known) for text in texts))
        if origin and origin.kind == NUMBER and _fetches(" ".join(command.words[:_FETCHER_WORDS])):
            return origin._replace(kind=READ)
        return origin

    def _written_by(self, command: Command, origin: Origin | None, known: Known) -> None:
        if origin is None or not command.words:
            return
        if command.words[0] in _READING:
            known.update((str(word), origin) for word in command.words[1:] if word[:1] != "-")
        targets = [each.target for each in command.redirections if each.target and each.operator in _WRITING]
        if command.words[0] == "tee":
            targets += [word for word in command.words[1:] if word[:1] != "-"]
        for target in targets:
            if len(self._files) < _MAX_FILES and len(target) > 2 and "GITHUB_" not in target and target != "/dev/null":
                self._files.setdefault(str(target), origin)

    def _exported(
        self, step: Step, script: Script, command: Command, origin: Origin | None, known: Known, block: str
    ) -> str:
        """Keep what `command` writes to the job's outputs or variables; return the one whose lines follow."""
        for word in command.words[1:]:
            match = _OUTPUT.match(word)
            if match and match[2] == "<<":
                return str(word)
            if match:
                value = self._brought(word.part(match.end(), len(word)), known)
                printed = origin if command.words[0] == "printf" and "%" in word else None
                self._keep(step, match[1], value or printed, variable="GITHUB_ENV" in script.text)
        name, _, delimiter = block.partition("<<")
        if delimiter and command.words[1:] == (delimiter,):
            return ""
        if name:
            self._keep(step, name, origin, variable="GITHUB_ENV" in script.text)
        return block

    def _keep(self, step: Step, name: str, origin: Origin | None, *, variable: bool = False) -> None:
        if origin is None:
            return
        if step.id:
            self._outputs.setdefault(f"steps.{step.id}.outputs.{name}", origin)
        if variable:
            self._variables.setdefault(name, origin)

    def _brought(self, text: Text, known: Known, *, expanded: bool = True) -> Origin | None:
        if len(text) > _MAX_WORD:
            text = text.part(0, _MAX_WORD)
        origin = _best(self._find(text), *self._named(text, known, expanded))
        if origin and origin.kind == NUMBER and _fetches(text):
            return origin._replace(kind=READ)
        return origin

    def _named(self, text: Text, known: Known, expanded: bool) -> Iterator[Origin | None]:
        if expanded and known and (self._changed or not ("$(" in text or "`" in text)):
            for match in _EXPANDED.finditer(text):
                yield known.get(match[match.lastindex or 0])
        for start, end in expressions(text):
            for match in _CONTEXT.finditer(text, start, end):
                yield known.get(match[1]) if match[1] else self._outputs.get(match[2])
        if self._changed:
            yield from (origin for path, origin in self._files.items() if path in text)


def _start(given: tuple[Span, Origin | None]) -> int:
    return given[0].start


def _entrances(job: Job) -> Iterator[Text]:
    yield from (value for _, value in job.environment)
    for step in job.steps:
        yield from (value for _, value in step.environment)
        if step.script:
            yield step.script.text
        program = step.action.inputs.text("script") if step.action else None
        if program is not None:
            yield program


def _best(*origins: Origin | None) -> Origin | None:
    found = [origin for origin in origins if origin]
    return next((origin for origin in found if origin.kind != NUMBER), found[0] if found else None)


def _is_quoted(delimiter: Word) -> bool:
    return delimiter.source.end - delimiter.source.start > len(delimiter)


def _fetches(line: str) -> bool:
    """Tell whether the shell text `line` reads prose from GitHub, not only the state or the files of something."""
    match = _FETCHING.search(line)
    return match is not None and (not (match["any"] or _CHOSEN.search(line)) or bool(_PROSE.search(line)))
