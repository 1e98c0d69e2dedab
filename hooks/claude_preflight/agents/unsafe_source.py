"""Agents that source code starts without permission checks: lists of arguments, command lines, options of the SDKs.

A string counts where it is handed on: as an argument, in a list with others, behind a name for arguments. Where it is
compared, looked for, printed, documented or offered as an option of the program's own it does not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

from claude_preflight.agents.agent_clis import (
    EVERYTHING,
    NOTHING,
    SERVERS,
    agent_called,
    agents,
    flags,
    has_flag,
    loose_uses,
    tools_left,
    uses,
    uses_for,
    variable_called,
)
from claude_preflight.agents.sandboxes import Sandbox
from claude_preflight.agents.unsafe_shell import (
    ARGUMENT_NAME,
    CHOICE_NAME,
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
from claude_preflight.syntax.shell import split_words
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
# Names of what is handed to a program as a whole.
_ARGUMENTS = late(r"args|arguments|argv|flags|opts|options|params|cmd|command|cli|extra", 2)
_CONDITION = late(r"\b(?:if|elif|else|unless|when|case)\b|\?(?![.:;),>\]])|&&|\|\|")
_KEYWORDS = frozenset("return default yield await in of and or not else case".split())
_OF_EXPRESSION = frozenset((".", "::", "!", "[", "]", "*", "&", "<", ">"))
# Calls that make the options of an agent, and do not start it.
_MAKING = late(r"(?:\w*options|\w*config|dict|assign|update|push|append|set_?permission_?mode)$", 2)
_OTHER_MODE = late(r"permission_?mode[\"']?\s{0,9}[:=]\s{0,9}[\"'`](?!bypass)\w", 2)
# Where a name is given a value, or more than it has; not where it is handed on under its own name.
_GIVEN = late(
    r"^[ \t]*(?:(?:export|const|let|var|final|static|readonly)[ \t]+)*([A-Za-z_]\w*)[ \t]*(?::[^=\n]{0,60})?\+?=(?!=)"
    r"\s{0,9}(?!\1\b)|\b([A-Za-z_]\w*)\.(?:push|append|extend|insert|unshift|concat|add)\b",
    8,  # re.MULTILINE
)
_NOTHING = frozenset(("undefined", "null", "None"))
_SAFE = {
    "hash": '`permission_mode="dontAsk"` with a narrow `allowed_tools`',
    "slash": '`permissionMode: "dontAsk"` with a narrow `allowedTools`',
}
_FUNCTION = late(r"\b(?:func|function|fn|def|fun|sub)[ \t]+(?:\([^()\n]*\)[ \t]*)?(\w+)")
_REFUSING = late(
    r"forbid|den(?:y|ied)|block|bann|disallow|danger|unsafe|insecure|reject|refus|pattern|known|detect|strip|filter|sensitive"
    r"|risk|example|expect|test",
    2,
)
# What is put in front of a program's name, and ends a word: `${prefix}gemini`, `{prefix}gemini`.
_GLUED = late(r"(?<![^\s;&|(])\$?\{[^{}\n]*\}(?=([a-z][a-z-]*)\s)")
_TEST_PATH = late(
    r"(?:^|/)(?:tests?|__tests__|specs?|e2e|testing|__mocks__|mocks?)/|(?:^|/)(?:test_[^/]*|conftest)\.\w+$"
    r"|(?:[._-](?:test|tests|spec|e2e|mock)|Tests?)\.\w+$"
)
_RUST_TESTS = late(r"^[ \t]*#\[cfg\(test\)\]\s*(?:pub\s+)?mod\b", 8)  # re.MULTILINE
_TEXT_OF_NIX = late(r"(?:description|help|usage|message|motd|doc|warning|assertion|example)", 2)
# The arguments behind a program's name in one string, as `Process.Start` of .NET takes them.
_COMMAND_TAIL = late(r"--?[A-Za-z][\w-]*[ =]")
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
    reader = _Reader(text, tokens, sandbox, family, tested=is_test(path))
    lists: set[int] = set()
    tests = _RUST_TESTS.search(text) if family == "rust" else None
    for number, token in enumerate(tokens):
        if tests and token.text.start > tests.start():
            reader.tested = True
        if token.kind == STRING:
            yield from reader.in_string(number, token, lists)
    yield from reader.options()


class _Reader:
    def __init__(self, text: str, tokens: list[Token], sandbox: Sandbox | None, family: str, *, tested: bool) -> None:
        self.text = text
        self.tokens = tokens
        self.sandbox = sandbox
        self.tested = tested
        self.family = family
        self.safe = _SAFE.get(family, "")
        self.modes: list[int] = []
        self.mode_names: set[str] | None = None
        self.values_given: dict[str, int] | None = None
        self.has_other_mode: bool | None = None
        self.handed_names: set[str] | None = None

    def in_string(self, number: int, token: Token, lists: set[int]) -> Iterator[Unsafe]:
        literal = token.text
        if self.family == "nix" and token.triple:
            yield from self.script(number, literal)
            return
        if token.triple and self.is_prose(number, literal):
            return
        if literal == MODE:
            yield from self.mode(number, literal)
        elif literal == "dangerously-skip-permissions" and not self.tested:
            left = self.tools_left(number, inside=1)
            if left != NOTHING and _EXTRA.search(self.text, max(0, literal.start - 300), literal.start - 1):
                use = next(loose_uses([Text.at("--" + literal, literal.start, literal.end)]))
                found = unsafe(use, self.sandbox, weak=left == SERVERS)
                yield found._replace(spelled=str(literal), span=literal.span, safe=self.safe)
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
        left = self.tools_left(number)
        if left == NOTHING:
            return
        weak = bool(offered) or after.startswith(("if ", "when ")) or left == SERVERS or self.is_mode_of_choice(number)
        agent = agents()[0]
        effect = agent.switches[1].effect
        yield Unsafe(agent, MODE, effect, literal.span, weak, self.sandbox, self.safe)

    def is_mode_of_choice(self, number: int) -> bool:
        """Tell whether a branch decides on the mode at `number`, and not on whether the agent is run at all."""
        places = list(self.places(number))
        if any(self.near(place.opener, -1) in ("?", "&&", "||") for place in places):
            return True
        makers = [place.name for place in places if place.bracket == "(" and self.is_call(place.opener)]
        if not all(_MAKING.match(name) for name in makers):
            return False
        outer = places[-1].opener if places else number
        if not self.is_conditional(self.tokens[outer].text.start):
            return False
        alone = len(places) == len(makers) < 2 and not any(name.lower().endswith("options") for name in makers)
        if alone or self.before_expression(outer) == "return":
            return True
        if self.has_other_mode is None:
            self.has_other_mode = bool(_OTHER_MODE.search(self.text))
        return self.has_other_mode

    def is_call(self, opener: int) -> bool:
        """Tell whether the bracket at `opener` is that of a call."""
        before = self.tokens[opener - 1] if opener else None
        return before is not None and before.kind == NAME and before.text not in _KEYWORDS

    def tools_left(self, number: int, inside: int = 0) -> str:
        """Return what the options around token `number` leave the agent, by the tools and servers that they list.

        `inside` is the number of mappings around the token that are part of the options.
        """
        places = (place for place in self.places(number) if place.bracket != "(" or self.is_call(place.opener))
        options = next(islice(places, inside, None), None)
        values = self.values(options) if options else {}
        if "tools" not in values:
            return EVERYTHING
        servers = values.get("mcpServers", values.get("mcp_servers"))
        served = servers is not None and not self.is_empty(servers)
        return tools_left(agents()[0], self.listed(values["tools"]), served=served)

    def values(self, place: _Place) -> dict[str, int]:
        """Return the tokens that the values directly in the bracket of `place` begin with, by their keys."""
        depth, found = 0, {}
        for index in range(place.opener + 1, min(len(self.tokens), place.opener + _REACH)):
            token = self.tokens[index]
            if token.kind == MARK and token.text in _OPENING:
                depth += 1
            elif token.kind == MARK and token.text in (")", "]", "}"):
                depth -= 1
                if depth < 0:
                    break
            elif token.kind != MARK and not depth:
                behind = self.near(index, 1)
                if behind in (":", "="):
                    found[str(token.text)] = self.after(self.after(index))
                elif place.bracket == "{" and behind in (",", "}") and self.near(index, -1) in (",", "{"):
                    found[str(token.text)] = index
        return found

    def after(self, number: int) -> int:
        """Return the number of the token behind `number` that is no line end."""
        number += 1
        while number < len(self.tokens) and self.tokens[number].text == "\n":
            number += 1
        return number

    def is_empty(self, number: int) -> bool:
        """Tell whether the value that begins at token `number` is nothing, or a mapping of nothing."""
        value = self.tokens[number].text if number < len(self.tokens) else ""
        return value in _NOTHING or (value == "{" and self.near(number, 1) == "}")

    def listed(self, number: int) -> list[str] | None:
        """Return the strings of the list at token `number`, or that the name there is given once; None if unknown."""
        token = self.tokens[number] if number < len(self.tokens) else None
        if token is not None and token.kind == NAME:
            number = self.given(str(token.text))
            token = self.tokens[number] if number < len(self.tokens) else None
        if token is None or token.text != "[" or token.kind != MARK:
            return None
        found: list[str] = []
        for each in self.tokens[number + 1 : number + _REACH]:
            if each.kind == STRING:
                found.append(str(each.text))
            elif each.text == "]":
                return found
            elif each.text not in (",", "\n"):
                return None
        return None

    def given(self, name: str) -> int:
        """Return the number of the token that the only value of `name` begins with; beyond the last if unknown."""
        if self.values_given is None:
            self.values_given = {}
            for match in _GIVEN.finditer(self.text):
                given = match[1] or match[2]
                self.values_given[given] = len(self.text) if given in self.values_given or match[2] else match.end()
        offset = self.values_given.get(name, len(self.text))
        return bisect_left(self.tokens, offset, key=lambda each: each.text.start)

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
                number = bisect_left(self.tokens, match.start(), key=lambda each: each.text.start)
                if self.tools_left(number) != NOTHING:
                    agent = agents()[0]
                    effect, span = agent.switches[-1].effect, Span(*match.span())
                    yield Unsafe(agent, match.group(), effect, span, True, self.sandbox, self.safe)

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
        chosen = self.names_choice(inner, places)
        if added or running or _ARGUMENTS.search(target) or self.is_handed_on(target):
            yield from self.flags_alone(literal, context, weak=chosen or self.is_conditional(literal.start))
        elif chosen or (self.is_returned(inner) and not self.is_refused(inner)):
            yield from self.flags_alone(literal, context, weak=True)

    def is_returned(self, number: int) -> bool:
        """Tell whether the string or list at token `number` is what a function returns, as its last expression too."""
        before = self.before_expression(number)
        if before == "return" or self.tokens[number].text != "[" or before not in ("\n", "{", ";", "=>"):
            return before == "return"
        if before == "=>" and self.family != "rust":  # where it is the arm of a `match`
            return False
        depth = 0
        for index in range(number, min(len(self.tokens), number + _REACH)):
            token = self.tokens[index]
            if token.kind == MARK:
                depth += (token.text in _OPENING) - (token.text in (")", "]", "}"))
                if not depth:
                    return self.near(index, 1) == "}" or (before == "=>" and self.near(index, 1) == ",")
        return False

    def is_refused(self, number: int) -> bool:
        """Tell whether the function around token `number` is named for what it forbids or looks for."""
        offset = self.tokens[number].text.start
        names = [match[1] for match in _FUNCTION.finditer(self.text, max(0, offset - _MAX_BLOCK), offset)]
        return bool(names and _REFUSING.search(names[-1]))

    def before_expression(self, number: int) -> str:
        """Return the token in front of the expression at `number`: of its type, macro or the name that it calls."""
        number -= 1
        while number >= 0:
            token = self.tokens[number]
            if token.text in _KEYWORDS or (token.kind != NAME and token.text not in _OF_EXPRESSION):
                return str(token.text)
            number -= 1
        return ""

    def names_choice(self, number: int, places: Sequence[_Place]) -> bool:
        """Tell whether the value at token `number` is that of a key whose name says that somebody may choose it."""
        if not CHOICE_NAME.search(self.target(number)):
            return False
        assigning = next(
            (
                token.text
                for token in reversed(self.tokens[max(0, number - 14) : number])
                if token.text in (":", "=", ":=", "=>", "+=")
            ),
            "",
        )
        return assigning in (":", "=>") or (assigning == "=" and any(place.bracket == "(" for place in places[:2]))

    def is_item(self, number: int) -> bool:
        """Tell whether the string is an item between braces, as Go, Java and C# write lists, and no value of a key."""
        return self.near(number, -1) in ("{", ",") and self.near(number, 1) in (",", "}")

    def command_line(self, literal: Text, names: Sequence[str]) -> Iterator[Unsafe]:
        weak = self.is_conditional(literal.start) and not any(_RUNNING.match(name) for name in names)
        plain = _GLUED.sub(lambda match: " " * len(match[0]) if agent_called(match[1]) else match[0], literal)
        for found in in_shell(Text.at(plain, literal.start, literal.end), self.sandbox, quoted=True):
            yield found._replace(weak=found.weak or weak)

    def arguments(
        self, literal: Text, siblings: list[Text], places: list[_Place], *, running: bool
    ) -> Iterator[Unsafe]:
        """Yield what a list of arguments switches off, if that is what `siblings` are."""
        outer = [each for place in places[1:3] if place.bracket == "(" for each in self.siblings(place)[:3]]
        target = self.target(places[0].opener)
        program = next((each for each in (*siblings[:1], *outer[:1]) if agent_called(each)), None)
        if siblings[:1] == [program] and siblings[1:] and _COMMAND_TAIL.match(siblings[1]):
            siblings = [siblings[0], *split_words(siblings[1]), *siblings[2:]]
        found = list(uses(siblings if siblings[:1] == [program] or not program else [program, *siblings]))
        if not found and program:  # it knows no such switch, or is only managed
            return
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
        chosen = not program and self.names_choice(places[0].opener, places)
        weak = chosen or (len(siblings) == 1 and self.is_conditional(literal.start))
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
        around = [number]
        for depth, place in enumerate(self.places(number)):
            if place.bracket == "(" and _RUNNING.match(place.name) and not self.tested:
                break  # it is run, whatever is done with what comes out
            around.append(place.opener)
            talking = _TALKING.match(place.name) and not self.splits_words(place.opener)
            block = place.bracket == "{" and self.after(place.opener) == number  # a message, as in `log.info { "…" }`
            if talking and (place.bracket == "(" or block) and not _RUNNING.match(place.name):
                return True
            if depth < 3 and NEGATIVE_NAME.search(place.name) and not _RUNNING.match(place.name):
                return True
        return any(NEGATIVE_NAME.search(self.target(each)) for each in around[:3])

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
        """Tell whether the brace at `index` opens a block of statements: no mapping, structure or message."""
        if self.near(index, -1) in (")", "=>", "else", "try", "finally", "do", "{", ";", "->", "then"):
            return True
        before = self.tokens[index - 1] if index and not self.tested else None
        if before is None or before.kind != NAME or before.text in _KEYWORDS or _RUNNING.match(before.text):
            return False
        first = self.after(index)
        literal = first < len(self.tokens) and (self.tokens[first].kind == STRING or self.near(first, 1) == ":")
        return before.text.end < self.tokens[index].text.start and not literal

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

    def is_conditional(self, offset: int) -> bool:
        """Tell whether the statement at `offset` depends on a choice: on its line, or where its block begins."""
        first = max(0, offset - _MAX_BLOCK)
        start = self.text.rfind("\n", first, offset) + 1 or first
        line = self.text[start:offset]
        if _CONDITION.search(line):
            return "__name__" not in line
        indent = len(line) - len(line.lstrip())
        while start > first:
            start, end = self.text.rfind("\n", first, start - 1) + 1 or first, start - 1
            above = self.text[start:end]
            if above.strip() and len(above) - len(above.lstrip()) < indent:
                function = above.lstrip().startswith(("def ", "function ", "async ")) or "__name__" in above
                return bool(_CONDITION.search(above)) and not function
        return False


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for word in text.split():
        start = text.index(word, start)
        yield start, start + len(word)
        start += len(word)
