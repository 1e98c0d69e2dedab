"""Switches in lists of arguments and in command lines that source code hands to an agent.

A string counts where it is handed on: as an argument, in a list with others, behind a name for arguments. Where it is
compared, looked for, printed, documented or offered as an option of the program's own it does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.agent_clis import agent_called, agents, flags, loose_uses, uses, uses_for
from claude_preflight.agents.sandboxes import Sandbox
from claude_preflight.agents.unsafe_shell import (
    ARGUMENT_NAME,
    CHOICE_NAME,
    NEGATIVE_NAME,
    Unsafe,
    in_line,
    in_shell,
    unsafe,
)
from claude_preflight.agents.unsafe_source.code import MAX_BLOCK, OPENING, REACH, RUNNING, Code, Place
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import split_words
from claude_preflight.syntax.source_code import MARK, NAME, STRING

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
# Variables on the line behind an agent's name: in a list with it, or in the command line.
_BEHIND_AGENT = late(r"\bclaude[\"'`]?([^\n;]{0,200})")
_HANDED_NAME = late(r"(?:\{|[,+*.]\s{0,9})([A-Za-z_]\w*)")
# Names of what is handed to a program as a whole.
_ARGUMENTS = late(r"args|arguments|argv|flags|opts|options|params|cmd|command|cli|extra", 2)
_FUNCTION = late(r"\b(?:func|function|fn|def|fun|sub)[ \t]+(?:\([^()\n]*\)[ \t]*)?(\w+)")
_REFUSING = late(
    r"forbid|den(?:y|ied)|block|bann|disallow|danger|unsafe|insecure|reject|refus|pattern|known|detect|strip|filter|sensitive"
    r"|risk|example|expect|test",
    2,
)
# What is put in front of a program's name, and ends a word: `${prefix}gemini`, `{prefix}gemini`.
_GLUED = late(r"(?<![^\s;&|(])\$?\{[^{}\n]*\}(?=([a-z][a-z-]*)\s)")
# Calls and structures by which container engines start a program inside a container.
_IN_CONTAINER = late(r"(?:[Cc]ontainer_?[Ee]xec\w*|exec_run|exec_create|Exec(?:Options|Config))$")
# The arguments behind a program's name in one string, as `Process.Start` of .NET takes them.
_COMMAND_TAIL = late(r"--?[A-Za-z][\w-]*[ =]")


class Arguments:
    """The arguments that `code` hands on, to agents that run in `sandbox` if nothing else is around them."""

    def __init__(self, code: Code, sandbox: Sandbox | None) -> None:
        self.code = code
        self.sandbox = sandbox
        self.lists: set[int] = set()  # that have been read, by their brackets
        self.handed_names: set[str] | None = None

    def with_flag(self, number: int, literal: Text) -> Iterator[Unsafe]:
        """Yield what the string `literal`, which holds a switch, and those around it in a list or call switch off."""
        if self.is_spoken_of(number):
            return
        places = list(self.code.places(number))
        names = [place.name for place in places]
        running = any(RUNNING.match(name) for name in names) or any(agent_called(Text(name)) for name in names[:1])
        if (self.code.tested and not running) or self.is_in_container(places):
            return
        if " " in literal.strip() and not literal.strip().startswith("-"):
            yield from self.command_line(literal, names)
            return
        bare = [] if places else self.bare_call(number)
        if bare:
            yield from in_line(list(uses(bare)), bare, self.sandbox)
            return
        listed = places[0] if places and (places[0].bracket in "[(" or self.is_item(number)) else None
        if listed and listed.opener in self.lists:
            return
        siblings = self.code.siblings(listed) if listed and listed.name.lower() not in _ADDING else []
        if listed and (len(siblings) > 1 or running):
            self.lists.add(listed.opener)
            yield from self.arguments(literal, siblings, places, running=running)
            return
        inner = places[0].opener if listed else number
        outer = (self.code.target(place.opener) for place in places[1:3] if place.bracket == "[")
        target = self.code.target(inner) or next((name for name in outer if name), "")
        context = " ".join((*names, target))
        added = listed is not None and any(place.name.lower() in _ADDING for place in places[:2])
        chosen = self.names_choice(inner, places)
        if added or running or _ARGUMENTS.search(target) or self.is_handed_on(target):
            yield from self.flags_alone(literal, context, weak=chosen or self.code.is_conditional(literal.start))
        elif chosen or (self.is_returned(inner) and not self.is_refused(inner)):
            yield from self.flags_alone(literal, context, weak=True)

    def command_line(self, literal: Text, names: Sequence[str]) -> Iterator[Unsafe]:
        """Yield what the command line `literal` starts; `names` are those of the brackets around it."""
        weak = self.code.is_conditional(literal.start) and not any(RUNNING.match(name) for name in names)
        plain = _GLUED.sub(lambda match: " " * len(match[0]) if agent_called(match[1]) else match[0], literal)
        for found in in_shell(Text.at(plain, literal.start, literal.end), self.sandbox, quoted=True):
            yield found._replace(weak=found.weak or weak)

    def arguments(self, literal: Text, siblings: list[Text], places: list[Place], *, running: bool) -> Iterator[Unsafe]:
        """Yield what a list of arguments switches off, if that is what `siblings` are."""
        outer = [each for place in places[1:3] if place.bracket == "(" for each in self.code.siblings(place)[:3]]
        target = self.code.target(places[0].opener)
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
        weak = chosen or (len(siblings) == 1 and self.code.is_conditional(literal.start))
        yield from in_line(found, (*outer, *siblings), self.sandbox, weak=weak)

    def bare_call(self, number: int) -> list[Text]:
        """Return the strings of the call without brackets that the string is an argument of: `system "a", "b"`."""
        found: list[Text] = []
        for index in range(number, max(-1, number - REACH), -1):
            token = self.code.tokens[index]
            if token.kind == NAME and found and RUNNING.match(token.text):
                return found[::-1]
            if token.kind == STRING:
                found.append(token.text)
            elif token.text != ",":
                break
        return []

    def flags_alone(self, literal: Text, context: str, *, weak: bool) -> Iterator[Unsafe]:
        """Yield what `literal` switches off where no program is in sight; `context` are the names around it."""
        words = [literal.part(start, end) for start, end in _spans(literal)]
        found = list(loose_uses(words))
        if not found:
            called = [
                agent for agent in agents() if any(each in context.lower() for each in agent.binaries if each[2:])
            ]
            found = [use for agent in called[:1] for use in uses_for(agent, words) if len(use.flag) > 2]
        for use in found:
            yield unsafe(use, self.sandbox, weak=weak)

    def is_handed_on(self, name: str) -> bool:
        """Tell whether the variable `name` stands behind the name of an agent, as an argument or in a command line."""
        if self.handed_names is None:
            behind = (match[1] for match in _BEHIND_AGENT.finditer(self.code.text))
            self.handed_names = {match[1] for line in behind for match in _HANDED_NAME.finditer(line)}
        return name in self.handed_names

    def is_returned(self, number: int) -> bool:
        """Tell whether the string or list at token `number` is what a function returns, as its last expression too."""
        before = self.code.before_expression(number)
        if before == "return" or self.code.tokens[number].text != "[" or before not in ("\n", "{", ";", "=>"):
            return before == "return"
        if before == "=>" and self.code.family != "rust":  # where it is the arm of a `match`
            return False
        depth = 0
        for index in range(number, min(len(self.code.tokens), number + REACH)):
            token = self.code.tokens[index]
            if token.kind == MARK:
                depth += (token.text in OPENING) - (token.text in (")", "]", "}"))
                if not depth:
                    return self.code.near(index, 1) == "}" or (before == "=>" and self.code.near(index, 1) == ",")
        return False

    def is_refused(self, number: int) -> bool:
        """Tell whether the function around token `number` is named for what it forbids or looks for."""
        offset = self.code.tokens[number].text.start
        names = [match[1] for match in _FUNCTION.finditer(self.code.text, max(0, offset - MAX_BLOCK), offset)]
        return bool(names and _REFUSING.search(names[-1]))

    def names_choice(self, number: int, places: Sequence[Place]) -> bool:
        """Tell whether the value at token `number` is that of a key whose name says that somebody may choose it."""
        if not CHOICE_NAME.search(self.code.target(number)):
            return False
        assigning = next(
            (
                token.text
                for token in reversed(self.code.tokens[max(0, number - 14) : number])
                if token.text in (":", "=", ":=", "=>", "+=")
            ),
            "",
        )
        return assigning in (":", "=>") or (assigning == "=" and any(place.bracket == "(" for place in places[:2]))

    def is_item(self, number: int) -> bool:
        """Tell whether the string is an item between braces, as Go, Java and C# write lists, and no value of a key."""
        return self.code.near(number, -1) in ("{", ",") and self.code.near(number, 1) in (",", "}")

    def is_spoken_of(self, number: int) -> bool:
        """Tell whether the string is compared, is a key, or stands in something that only speaks of it."""
        before, after = self.code.near(number, -1), self.code.near(number, 1)
        if before in _COMPARING or after in _COMPARING or (after in (":", "=>") and before in ("{", ",", "(")):
            return True
        if before == "not" or (before == "|" and after in ("|", ";")):
            return True
        around = [number]
        for depth, place in enumerate(self.code.places(number)):
            if place.bracket == "(" and RUNNING.match(place.name) and not self.code.tested:
                break  # it is run, whatever is done with what comes out
            around.append(place.opener)
            talking = _TALKING.match(place.name) and not self.splits_words(place.opener)
            message = place.bracket == "{" and self.code.after(place.opener) == number  # as in `log.info { "…" }`
            if talking and (place.bracket == "(" or message) and not RUNNING.match(place.name):
                return True
            if depth < 3 and NEGATIVE_NAME.search(place.name) and not RUNNING.match(place.name):
                return True
        return any(NEGATIVE_NAME.search(self.code.target(each)) for each in around[:3])

    def is_in_container(self, places: Sequence[Place]) -> bool:
        """Tell whether one of `places` is a call that starts a program in a container: `containers.run(image, …)`."""
        return any(
            _IN_CONTAINER.match(place.name)
            or [token.text for token in self.code.tokens[max(0, place.opener - 3) : place.opener - 1]]
            == ["containers", "."]
            for place in places
        )

    def splits_words(self, opener: int) -> bool:
        """Tell whether the bracket at `opener` is that of `shlex.split(…)`, which makes a command of a string."""
        return [token.text for token in self.code.tokens[max(0, opener - 3) : opener]] == ["shlex", ".", "split"]


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for word in text.split():
        start = text.index(word, start)
        yield start, start + len(word)
        start += len(word)
