"""Agents that source code starts without permission checks: lists of arguments, command lines, options of the SDKs.

A string counts where it is handed on: as an argument, in a list with others, behind a name for arguments. Where it is
compared, looked for, printed, documented or offered as an option of the program's own it does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.agent_clis import (
    agent_called,
    agents,
    flags,
    has_flag,
    loose_uses,
    uses,
    uses_for,
    variable_called,
)
from claude_preflight.agents.sandboxes import Sandbox
from claude_preflight.agents.unsafe_shell import (
    ARGUMENT_NAME,
    NEGATIVE_NAME,
    Unsafe,
    in_line,
    in_shell,
    of_variable,
    unsafe,
)
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.source_code import MARK, NAME, STRING, Token, read_source
from claude_preflight.typed import NamedTuple

_OPENING = {"(": ")", "[": "]", "{": "}"}
_MAX_PLACES = 5
_MAX_BLOCK = 2000  # characters before a string in which its block is looked for
_REACH = 200  # tokens that are looked at on either side of a string
_COMPARING = frozenset(("==", "===", "!=", "!==", "in", "case", "is", "~"))
_ADDING = frozenset("append push extend unshift add arg args insert concat appendleft prepend push_back".split())
_TALKING = late(
    r"(?:print\w*|e?println|log\w*|logger|console|warn\w*|error|info|debug|trace|fatal|fail|bail|panic|throw|raise|echo"
    r"|puts|describe|it|test|help|usage|add_argument|add_option|option|argument|flag|includes?|contains?|has|match\w*"
    r"|search|find\w*|index_?of|starts_?with|ends_?with|replace\w*|strip|split|filter|test|compile|regexp?|expect\w*"
    r"|assert\w*|to_?be|to_?equal|to_?contain|\w*error|\w*exception|\w*exit|die|abort|grep|remove|delete|discard|count|set|frozenset"
    r"|enum|literal|choice\w*|style|bold|red|yellow|dim|chalk|write|section|heading|paragraph|t|i18n|msg|notify)$",
    2,
)
_RUNNING = late(
    r"(?:run|popen|call|check_call|check_output|spawn\w*|exec\w*|fork|command|system|shell\w*|create_subprocess_\w+"
    r"|process|execa|sendtext|send_keys|\$|sh|start_process|startprocess|startinfo|openterminal)$",
    2,
)
_MODE_NAME = late(
    r"(?:permission_?mode|default_?mode)[\"'\])\s]*(?::\s*[A-Za-z_.\[\]| ]{0,40})?(?:=|:|=>)\s*[\"'`(]?$", 2
)
_MODE_CALL = late(r"set_?permission_?mode\(\s*[\"']$", 2)
_MODE_CHOICE = late(r"permission_?mode\b[^;{}\n]{0,120}$", 2)
_EXTRA = late(r"extra_?args\b[^\n]{0,20}$|extra_?args\b[\s\S]{0,200}\{[^{}]*$", 2)
_GIVEN_MODE = late(r"permission_?mode[\"']?\s{0,9}[:=]\s{0,9}([A-Za-z_]\w*)", 2)
# Variables on the line behind an agent's name: in a list with it, or in the command line.
_BEHIND_AGENT = late(r"\bclaude[\"'`]?([^\n;]{0,200})")
_HANDED_NAME = late(r"(?:\{|[,+*.]\s{0,9})([A-Za-z_]\w*)")
_ALLOWING = late(r"\ballowDangerouslySkipPermissions\b[\"']?\s*[:=]\s*true\b")
# Names of what is handed to a program as a whole, and of a switch that somebody may choose.
_ARGUMENTS = late(r"args|arguments|argv|flags|opts|options|params|cmd|command|cli|extra", 2)
_SWITCH = late(r"skip|yolo|perm|bypass|auto|unattended|full", 2)
_CONDITION = late(r"\b(?:if|elif|else|unless|when|case)\b|\?|&&|\|\|")
_TEST_PATH = late(
    r"(?:^|/)(?:tests?|__tests__|specs?|e2e|testing|__mocks__|mocks?)/|(?:^|/)(?:test_[^/]*|conftest)\.\w+$"
    r"|(?:[._-](?:test|tests|spec|e2e|mock)|Tests?)\.\w+$"
)
_TEXT_OF_NIX = late(r"(?:description|help|usage|message|motd|doc|warning|assertion|example)", 2)
_PUT_IN = late(r"\$\{[^{}\n]*\}(?=/)")
MODE = "bypassPermissions"


class _Place(NamedTuple):
    """Where a string stands: `opener` is the index of the bracket around it, `name` what that bracket is called by."""

    opener: int
    name: str
    bracket: str


def is_test(path: str) -> bool:
    """Tell whether the file at `path` holds tests."""
    return bool(_TEST_PATH.search(path))


def in_source(path: str, text: str, family: str, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield the agents that the source code `text` of the file at `path` starts without permission checks."""
    tokens = read_source(text, family)
    reader = _Reader(text, tokens, sandbox, tested=is_test(path), nix=family == "nix")
    lists: set[int] = set()
    for number, token in enumerate(tokens):
        if token.kind == STRING:
            yield from reader.in_string(number, token, lists)
    yield from reader.options()


class _Reader:
    def __init__(self, text: str, tokens: list[Token], sandbox: Sandbox | None, *, tested: bool, nix: bool) -> None:
        self.text = text
        self.tokens = tokens
        self.sandbox = sandbox
        self.tested = tested
        self.nix = nix
        self.modes: list[int] = []
        self.mode_names: set[str] | None = None
        self.handed_names: set[str] | None = None

    def in_string(self, number: int, token: Token, lists: set[int]) -> Iterator[Unsafe]:
        literal = token.text
        if self.nix and token.triple:
            yield from self.script(number, literal)
            return
        if token.triple and self.is_prose(number, literal):
            return
        if literal == MODE:
            yield from self.mode(number, literal)
        elif literal == "dangerously-skip-permissions" and not self.tested:
            if _EXTRA.search(self.text, max(0, literal.start - 300), literal.start - 1):
                use = next(loose_uses([Text.at("--" + literal, literal.start, literal.end)]))
                yield unsafe(use, self.sandbox)._replace(spelled=str(literal), span=literal.span)
        elif has_flag(literal.split()):
            if token.runs and not self.tested:
                yield from self.command_line(literal, ["system"])
            else:
                yield from self.with_flag(number, literal, lists)
        elif literal.strip().lower() in ("auto", "true", "1", "yes", "on"):
            yield from self.variable(number, literal)

    def is_prose(self, number: int, literal: Text) -> bool:
        """Tell whether a string in three quotes is documentation rather than a script."""
        if "\n" not in literal:
            return self.near(number, -1) in ("", ":") or not self.text[: literal.start - 3].rpartition("\n")[2].strip()
        if any(_RUNNING.match(place.name) for place in self.places(number)):
            return False
        return not literal.lstrip("\\\r\n \t").startswith(("#!", "set -e", "cd ", "export "))

    def script(self, number: int, literal: Text) -> Iterator[Unsafe]:
        """Yield what a string of Nix over several lines starts, which is a script but where it describes something."""
        words = literal.replace("'", " ").replace('"', " ").split()
        if has_flag(words) and not self.tested and not _TEXT_OF_NIX.search(self.target(number)):
            # What is put in stands for a path.
            plain = _PUT_IN.sub(lambda match: "x" * len(match[0]), literal)
            yield from in_shell(Text.at(plain, literal.start, literal.end), self.sandbox)

    def mode(self, number: int, literal: Text) -> Iterator[Unsafe]:
        """Yield the permission mode `literal` where it is chosen, not where it is one of several or compared."""
        before = self.text[max(0, literal.start - 200) : literal.start]
        after = self.text[literal.end + 1 : literal.end + 40].lstrip()
        if self.tested or (after.startswith(("|", "]", "==")) and not after.startswith(("||",))):
            return
        chosen = _MODE_NAME.search(before) or _MODE_CALL.search(before)
        line = before.rpartition("\n")[2]
        offered = not chosen and _MODE_CHOICE.search(line) and _CONDITION.search(line) and "==" not in line[-8:]
        handed = not chosen and not offered and self.is_mode_of_options(self.target(number))
        if (
            not (chosen or offered or handed)
            or " | " in line[line.rfind(":") :]
            or "argument(" in line
            or "case" in line
        ):
            return
        self.modes.append(literal.start)
        weak = bool(offered) or after.startswith(("if ", "when "))
        agent = agents()[0]
        effect = agent.switches[1].effect
        yield Unsafe(agent, MODE, effect, literal.span, weak, self.sandbox)

    def is_mode_of_options(self, name: str) -> bool:
        """Tell whether the variable `name` is given to an agent as its permission mode."""
        if self.mode_names is None:
            self.mode_names = {match[1] for match in _GIVEN_MODE.finditer(self.text)}
        return name in self.mode_names

    def is_handed_on(self, name: str) -> bool:
        """Tell whether the variable `name` stands behind the name of an agent, as an argument or in a command line."""
        if self.handed_names is None:
            behind = (match[1] for match in _BEHIND_AGENT.finditer(self.text))
            self.handed_names = {match[1] for line in behind for match in _HANDED_NAME.finditer(line)}
        return name in self.handed_names

    def options(self) -> Iterator[Unsafe]:
        """Yield the second switch of the TypeScript SDK where the mode itself is not in sight."""
        if self.tested:
            return
        for match in _ALLOWING.finditer(self.text):
            line_start = self.text.rfind("\n", 0, match.start()) + 1
            near = any(abs(start - match.start()) < 600 for start in self.modes)
            if not near and not self.text[line_start : match.start()].lstrip().startswith(("//", "*", "#", "/*")):
                agent = agents()[0]
                yield Unsafe(agent, match.group(), agent.switches[-1].effect, Span(*match.span()), True, self.sandbox)

    def variable(self, number: int, literal: Text) -> Iterator[Unsafe]:
        """Yield a variable of the environment that switches checks off: `env["GOOSE_MODE"] = "auto"`."""
        names = [token.text for token in self.tokens[max(0, number - 4) : number] if token.kind in (STRING, NAME)]
        marks = [token.text for token in self.tokens[max(0, number - 1) : number]]
        if not names or not marks or marks[0] not in ("=", ":", ",", "=>"):
            return
        switched = variable_called(names[-1], literal)
        if switched and not self.tested:
            yield of_variable(*switched, literal, self.sandbox)

    def with_flag(self, number: int, literal: Text, lists: set[int]) -> Iterator[Unsafe]:
        if self.is_spoken_of(number):
            return
        places = list(self.places(number))
        names = [place.name for place in places]
        running = any(_RUNNING.match(name) for name in names) or any(agent_called(Text(name)) for name in names[:1])
        if self.tested and not running:
            return
        if " " in literal.strip() and not literal.strip().startswith("-"):
            yield from self.command_line(literal, names)
            return
        bare = [] if places else self.bare_call(number)
        if bare:
            yield from in_line(list(uses(bare)), bare, self.sandbox)
            return
        listed = places[0] if places and (places[0].bracket in "[(" or self.is_item(number)) else None
        if listed and listed.opener in lists:
            return
        siblings = self.siblings(listed) if listed and listed.name.lower() not in _ADDING else []
        if listed and (len(siblings) > 1 or running):
            lists.add(listed.opener)
            yield from self.arguments(literal, siblings, places, running=running)
            return
        inner = places[0].opener if listed else number
        outer = (self.target(place.opener) for place in places[1:3] if place.bracket == "[")
        target = self.target(inner) or next((name for name in outer if name), "")
        context = " ".join((*names, target))
        added = listed is not None and any(place.name.lower() in _ADDING for place in places[:2])
        if added or running or _ARGUMENTS.search(target) or self.is_handed_on(target):
            yield from self.flags_alone(literal, context, weak=self.is_conditional(literal))
        elif self.near(inner, -1) == "return" or (self.near(number, -1) == ":" and _SWITCH.search(target)):
            yield from self.flags_alone(literal, context, weak=True)

    def is_item(self, number: int) -> bool:
        """Tell whether the string is an item between braces, as Go, Java and C# write lists, and no value of a key."""
        return self.near(number, -1) in ("{", ",") and self.near(number, 1) in (",", "}")

    def command_line(self, literal: Text, names: Sequence[str]) -> Iterator[Unsafe]:
        weak = self.is_conditional(literal) and not any(_RUNNING.match(name) for name in names)
        for found in in_shell(literal, self.sandbox, quoted=True):
            yield found._replace(weak=found.weak or weak)

    def arguments(
        self, literal: Text, siblings: list[Text], places: list[_Place], *, running: bool
    ) -> Iterator[Unsafe]:
        """Yield what a list of arguments switches off, if that is what `siblings` are."""
        outer = [each for place in places[1:3] if place.bracket == "(" for each in self.siblings(place)[:3]]
        target = self.target(places[0].opener)
        program = next((each for each in (*siblings[:1], *outer[:1]) if agent_called(each)), None)
        found = list(uses(siblings)) or (list(uses([program, *siblings])) if program else [])
        if not found:
            yield from (
                self.flags_alone(literal, " ".join((target, *(place.name for place in places))), weak=False)
                if (running or ARGUMENT_NAME.search(target))
                else ()
            )
            return
        several = len({use.agent.name for use in found}) > 1
        others = [each for each in siblings if each.startswith("-") and each.partition("=")[0] not in flags()]
        named = ARGUMENT_NAME.search(target) or any(
            ARGUMENT_NAME.search(place.name) or place.name.lower() in _ADDING for place in places
        )
        if several or not (program or running or others or named):
            return
        weak = len(siblings) == 1 and self.is_conditional(literal)
        yield from in_line(found, (*outer, *siblings), self.sandbox, weak=weak)

    def bare_call(self, number: int) -> list[Text]:
        """Return the strings of the call without brackets that the string is an argument of: `system "a", "b"`."""
        found: list[Text] = []
        for index in range(number, max(-1, number - _REACH), -1):
            token = self.tokens[index]
            if token.kind == NAME and found and _RUNNING.match(token.text):
                return found[::-1]
            if token.kind == STRING:
                found.append(token.text)
            elif token.text != ",":
                break
        return []

    def flags_alone(self, literal: Text, context: str, *, weak: bool) -> Iterator[Unsafe]:
        words = [literal.part(start, end) for start, end in _spans(literal)]
        found = list(loose_uses(words))
        if not found:
            called = [
                agent for agent in agents() if any(each in context.lower() for each in agent.binaries if each[2:])
            ]
            found = [use for agent in called[:1] for use in uses_for(agent, words) if len(use.flag) > 2]
        for use in found:
            yield unsafe(use, self.sandbox, weak=weak)

    def is_spoken_of(self, number: int) -> bool:
        """Tell whether the string is compared, is a key, or stands in something that only speaks of it."""
        before, after = self.near(number, -1), self.near(number, 1)
        if before in _COMPARING or after in _COMPARING or (after in (":", "=>") and before in ("{", ",", "(")):
            return True
        if before == "not" or (before == "|" and after in ("|", ";")):
            return True
        places = list(self.places(number))
        for depth, place in enumerate(places):
            talking = _TALKING.match(place.name) and not self.splits_words(place.opener)
            if talking and place.bracket == "(" and not _RUNNING.match(place.name):
                return True
            if depth < 3 and NEGATIVE_NAME.search(place.name) and not _RUNNING.match(place.name):
                return True
        return any(
            NEGATIVE_NAME.search(self.target(place)) for place in (number, *(each.opener for each in places[:2]))
        )

    def splits_words(self, opener: int) -> bool:
        """Tell whether the bracket at `opener` is that of `shlex.split(…)`, which makes a command of a string."""
        return [token.text for token in self.tokens[max(0, opener - 3) : opener]] == ["shlex", ".", "split"]

    def near(self, number: int, step: int) -> str:
        """Return the token before or behind `number` that is no line end."""
        number += step
        while 0 <= number < len(self.tokens) and self.tokens[number].text == "\n":
            number += step
        return self.tokens[number].text if 0 <= number < len(self.tokens) else ""

    def places(self, number: int) -> Iterator[_Place]:
        """Yield the round and square brackets, and object literals, around token `number`, the innermost first."""
        depth = found = 0
        for index in range(number - 1, max(-1, number - _REACH), -1):
            token = self.tokens[index]
            if token.kind != MARK:
                continue
            if token.text in (")", "]", "}"):
                depth += 1
            elif token.text in _OPENING:
                if depth:
                    depth -= 1
                    continue
                found += 1
                if found > _MAX_PLACES or (token.text == "{" and self.is_block(index)):
                    return
                yield _Place(index, self.called(index), str(token.text))

    def is_block(self, index: int) -> bool:
        """Tell whether the brace at `index` opens a block of statements."""
        return self.near(index, -1) in (")", "=>", "else", "try", "finally", "do", "{", ";", "->", "then")

    def called(self, index: int) -> str:
        """Return the name in front of the bracket at `index`, or that its value is given to."""
        before = self.tokens[index - 1] if index else None
        if before is not None and before.kind == NAME:
            return str(before.text)
        if before is not None and before.text == "!" and index > 1:  # a macro of Rust
            return str(self.tokens[index - 2].text)
        return self.target(index)

    def target(self, index: int) -> str:
        """Return the name that the value at `index` is assigned to or is the value of, empty if there is none."""
        seen = 0
        for number in range(index - 1, max(-1, index - 14), -1):
            token = self.tokens[number]
            if token.text in (";", "(", "{", ",") and seen == 0:
                return ""
            if token.text in ("=", ":", "+=", ":=", "=>", "||=", "??="):
                seen = number
                continue
            if seen and token.kind in (NAME, STRING):
                return self.owner(number)
            if seen and token.text not in ("]", "[", ")", "?", "\n", "<", ">", "."):
                return ""
        return ""

    def owner(self, number: int) -> str:
        """Return the name at `number`, of one with a type the name before that."""
        before = self.near(number, -1)
        if before == ":":
            for index in range(number - 1, max(-1, number - 4), -1):
                if self.tokens[index].kind == NAME:
                    return str(self.tokens[index].text)
        return str(self.tokens[number].text)

    def siblings(self, place: _Place) -> list[Text]:
        """Return the strings, and names as `$name`, that stand directly in the bracket of `place`."""
        depth = 0
        found: list[Text] = []
        for token in self.tokens[place.opener + 1 : place.opener + _REACH]:
            if token.kind == MARK and token.text in _OPENING:
                depth += 1
            elif token.kind == MARK and token.text in (")", "]", "}"):
                depth -= 1
                if depth < 0:
                    break
            elif token.kind == STRING and not depth:
                found.append(token.text)
        return found

    def is_conditional(self, literal: Text) -> bool:
        """Tell whether the statement around `literal` depends on a choice: on its line, or where its block begins."""
        first = max(0, literal.start - _MAX_BLOCK)
        start = self.text.rfind("\n", first, literal.start) + 1 or first
        line = self.text[start : literal.start]
        if _CONDITION.search(line):
            return True
        indent = len(line) - len(line.lstrip())
        while start > first:
            start, end = self.text.rfind("\n", first, start - 1) + 1 or first, start - 1
            above = self.text[start:end]
            if above.strip() and len(above) - len(above.lstrip()) < indent:
                return bool(_CONDITION.search(above)) and not above.lstrip().startswith(("def ", "function ", "async "))
        return False


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for word in text.split():
        start = text.index(word, start)
        yield start, start + len(word)
        start += len(word)
