"""Agents that shell text starts without permission checks: commands, aliases, variables that carry a switch.

Text that only speaks of a switch is passed over: comments, what `echo` and `cat` print, what `grep` looks for, tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from claude_preflight.agents.agent_clis import (
    Agent,
    Use,
    Variable,
    agent_called,
    agents,
    has_flag,
    loose_uses,
    uses,
    uses_for,
    variable_called,
)
from claude_preflight.agents.launch import program_name
from claude_preflight.agents.sandboxes import Sandbox, of_command
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import Command, Redirection, commands, split_words, windows_commands
from claude_preflight.typed import NamedTuple


class Unsafe(NamedTuple):
    """An agent without permission checks: `spelled` is what switches them off, at `span`, `effect` what that does.

    `weak` says that a part of the checks stays, or that somebody has yet to ask for it. `sandbox` is what it runs in.
    `safe` is what to use instead where that is not what the agent's command line takes.
    """

    agent: Agent
    spelled: str
    effect: str
    span: Span
    weak: bool
    sandbox: Sandbox | None
    safe: str = ""


# Programs that print, search, compare or store what they are given.
_SILENT = frozenset(
    "echo printf print grep egrep fgrep zgrep rg ag ack git gh glab test [ [[ logger notify-send say curl wget jq diff"
    " cmp cat bat less more head tail man which type expr read : exit for case select complete compgen compadd"
    " _arguments _values sed awk gawk write-host write-output write-warning write-error select-string findstr rem throw"
    " read-host unset abort raise".split()
)
_SILENT_FUNCTION = late(
    r"(?:log|warn|err|error|info|debug|die|fail|fatal|usage|help|print|echo|say|msg|note|ok|pass|success|assert|refute"
    r"|expect|check|verify|skip|deny|block|reject|forbid|refuse|report|banner|title|step|red|green|yellow|blue|bold)(?:[_-]\w+|ing|s)?$",
    2,  # re.IGNORECASE
)
_DECLARING = frozenset("export declare typeset local readonly".split())
_READERS = frozenset("sh bash zsh dash ksh ash fish ssh su sudo docker podman crontab source tmux eval".split())
# Names of variables and lists that hold what is forbidden or looked for.
NEGATIVE_NAME = late(
    r"pattern|regex|regexp|forbid|forbidden|deny|denied|block|banned|ban_|disallow|danger(?!ously)|unsafe|bad_|insecure|reject"
    r"|refus|detect|match|search|needle|expect|risk|violation|finding|warn|message|msg|help|usage|descr|doc|(?<!con)text|title"
    r"|label|hint|note|prompt|comment|example|error|reason|known|allowed|valid|strip|remove|filter|exclude|ignore|legacy"
    r"|deprecated|test|mock|fixture|sample|snapshot|assert",
    2,
)
ARGUMENT_NAME = late(
    r"arg|flag|opt(?:s|ion|_|$)|param|cmd|command|exec|extra|launch|cli|run|script|yolo|skip|perm|alias|bin|shell|start",
    2,
)
# Names of a switch that somebody may choose.
CHOICE_NAME = late(r"skip|yolo|perm|bypass|auto|unattended|full", 2)
_SCRIPT_FILE = late(r"(?:\.(?:sh|bash|zsh|fish|command)|rc|profile|aliases|/bin/[\w-]+|crontab)[\"']?$")
_DEFAULTED = late(r"\$\{\w+:?([-=+])(.*)\}$", 16)  # re.DOTALL
_VARIABLE = late(r"\$\{?(\w+)")
_PLAIN_WORD = late(r"[^\W\d_][\w'’]*[,.;:!?]?$")
_FUNCTION_WORDS = frozenset(
    "is are was were will would should must may not never cannot be the a an this that and or to for with without when"
    " if in on by from as because".split()
)
_MODE = "bypassPermissions"
_GIVEN_MODE = late(r"--permission-mode[= ]\$\{?(\w+)\}?")
_MODE_NAME = late(r"mode|perm", 2)
_MAX_DEPTH = 6
# Of a word that may be a command line: the commands of all of them are read with the text around it as well.
_MAX_SUBSTITUTIONS = 5
_MAX_BARE_WORDS = 2  # of a command line; more of them make a sentence


def in_shell(
    text: Text, sandbox: Sandbox | None = None, *, dialect: str = "", quoted: bool = False, depth: int = 0
) -> Iterator[Unsafe]:
    """Yield the agents that the shell text `text` starts, in `sandbox` if nothing else is around them.

    `dialect` is `cmd`, `powershell` or empty; `quoted` says that the text is an argument of something that may not
    run it, so that only what looks like a command in every respect counts.
    """
    if depth > _MAX_DEPTH:
        return
    found = windows_commands(text, powershell=dialect == "powershell") if dialect else commands(text)
    users = Users(found)
    for number, command in enumerate(found):
        following = found[number + 1] if command.operator in ("|", "|&") and number + 1 < len(found) else None
        for name, value in command.assignments:
            yield from in_variable(name, value, sandbox, users)
        jail = Sandbox("its own sandbox") if _chooses_sandbox(command) else sandbox
        yield from _in_command(command, following, jail, dialect, quoted, depth)


def _chooses_sandbox(command: Command) -> bool:
    return any(name == "GEMINI_SANDBOX" and value not in ("", "false", "0") for name, value in command.assignments)


def _in_command(
    command: Command, following: Command | None, sandbox: Sandbox | None, dialect: str, quoted: bool, depth: int
) -> Iterator[Unsafe]:
    words = _expanded(command.words)
    if not words:
        return
    program = program_name(words[0].lstrip("@-+&("))
    for body in _bodies(command, program, following):
        yield from in_shell(body, of_command(words) or sandbox, depth=depth + 1)
    if program in _DECLARING:
        return
    if words[0] == "trap":
        yield from _nested(words[1:2], sandbox, depth)
        return
    if is_silent(words):
        if _stores(command, following):
            yield from _nested(words[1:], sandbox, depth)
            yield from in_words(words[1:], sandbox, quoted=True)
        return
    if dialect and _sets(words):
        yield from _set_by_windows(words, sandbox)
        return
    if program == "alias":
        words = [word.part(word.find("=") + 1, len(word)) for word in words[1:]]
        yield from _nested(words, sandbox, depth)
        return
    enclosing = of_command(words)
    if not (quoted and is_prose(words)):
        yield from in_words(words, sandbox, quoted=quoted)
    yield from _nested(words[1:], enclosing or sandbox, depth)


def is_silent(words: Sequence[str]) -> bool:
    """Tell whether the command `words` only speaks of what it is given."""
    if _SILENT_FUNCTION.match(words[0].lstrip("@-+&(").rpartition("::")[2]):
        return True
    for word in words[:6]:
        if word.lstrip("@-+&(").lower() in _SILENT:
            return True
        if agent_called(word):
            break
        if word[:1] == "-" and has_flag((word,)):
            break
    return False


def is_prose(words: Sequence[Text]) -> bool:
    """Tell whether the command line `words` goes on as a sentence does: with several plain words in a row."""
    row = 0
    for word in words[1:]:
        source = getattr(word, "source", None)
        bare = source is None or source.end - source.start == len(word)
        row = row + 1 if bare and _PLAIN_WORD.match(word) else 0
        if row > _MAX_BARE_WORDS or (row and word.lower() in _FUNCTION_WORDS):
            return True
    return False


def _expanded(words: Sequence[Text]) -> list[Text]:
    """Return `words` with the default of a `${NAME:-words}` in the place of the whole."""
    found: list[Text] = []
    for word in words:
        default = _DEFAULTED.match(word)
        found += (
            split_words(word.part(*default.span(2)))
            if default and ("-" in default[2] or default[2] == _MODE)
            else [word]
        )
    return found


def in_words(
    words: Sequence[Text], sandbox: Sandbox | None = None, *, quoted: bool = False, weak: bool = False
) -> Iterator[Unsafe]:
    """Yield the unsafe switches of the command line `words`; `weak` says that it depends on somebody's asking."""
    found = [use for use in uses(words) if use.named or not quoted or words[0][:1] in ("$", '"')]
    yield from in_line(found, words, sandbox, weak=weak)
    for word in words:
        name, has_value, value = word.partition("=")
        switched = variable_called(name, value) if has_value else None
        if switched:
            yield of_variable(*switched, word, of_command(words) or sandbox)


def in_line(
    found: Sequence[Use], words: Sequence[Text], sandbox: Sandbox | None, *, weak: bool = False
) -> Iterator[Unsafe]:
    """Yield the switches `found` in the command line `words`, in what it encloses the agent in, or in `sandbox`."""
    if found:
        first = min(use.flag.start for use in found)
        enclosing = of_command([word for word in words if word.start < first]) or sandbox
        yield from (unsafe(use, enclosing, weak=weak) for use in found)


def unsafe(use: Use, sandbox: Sandbox | None, *, weak: bool = False) -> Unsafe:
    """Return `use` as what is found, in `sandbox`."""
    flag, _, value = use.flag.partition("=")
    value = (value if use.value is None else use.value).strip("\"'")
    spelled = f"{flag} {value}" if value in use.switch.values else flag  # any other value may hold a secret
    end = use.flag.end
    if use.value is not None and use.value.start >= end:
        end = getattr(use.value, "source", use.value.span).end
    effect = use.switch.effect
    return Unsafe(use.agent, spelled, effect, Span(use.flag.start, end), use.switch.weak or weak, sandbox)


def of_variable(agent: Agent, variable: Variable, word: Text, sandbox: Sandbox | None) -> Unsafe:
    """Return what `word`, the assignment of the variable or its value, switches off for `agent`."""
    return Unsafe(agent, variable.name, variable.effect, word.span, variable.weak, sandbox)


def in_variable(
    name: Text, value: Text, sandbox: Sandbox | None, users: Users | None = None, *, weak: bool = False
) -> Iterator[Unsafe]:
    """Yield what `value` switches off: it carries a switch to an agent, or `name` is a variable that agents obey.

    `users` are the commands that may use the variable.
    """
    switched = variable_called(name, value)
    if switched:
        yield of_variable(*switched, value, sandbox)
        return
    default = _DEFAULTED.match(value)
    mode = value.part(*default.span(2)) if default else value
    if mode == _MODE and _MODE_NAME.search(name) and users is not None and users.choose_mode(name):
        agent = agents()[0]
        yield Unsafe(agent, _MODE, agent.switches[1].effect, mode.span, weak or bool(default), sandbox)
        return
    inner = value.part(1, len(value) - 1) if value[:1] == "(" and value[-1:] == ")" else value
    if "-" not in inner or NEGATIVE_NAME.search(name):
        return
    words = _expanded(split_words(inner))
    if not has_flag(words) or is_prose(words) or is_silent(words):
        return
    carried = list(uses(words)) or [*loose_uses(words)]
    if not carried:
        called = [agent for agent in agents() if any(binary in name.lower() for binary in agent.binaries if binary[1:])]
        carried = [use for agent in called[:1] for use in uses_for(agent, words)]
    if len({use.agent.name for use in carried}) > 1 or not _carries(str(name), words, users or Users()):
        return
    conditional = weak or bool(_DEFAULTED.match(inner) and "+" in inner[: inner.find("-")])
    yield from in_line(carried, words, sandbox, weak=conditional)


class Users:
    """What commands do with the variables that they name; read only when somebody asks."""

    def __init__(self, found: Sequence[Command] = ()) -> None:
        self._found = found
        self._names: dict[str, bool] | None = None
        self._modes: set[str] | None = None

    def choose_mode(self, name: str) -> bool:
        """Tell whether a command gives the variable `name` as an agent's permission mode."""
        if self._modes is None:
            given = (match for command in self._found for match in _GIVEN_MODE.finditer(" ".join(command.words)))
            self._modes = {match[1] for match in given}
        return name in self._modes

    def hand_on(self, name: str) -> bool | None:
        """Tell whether a command uses the variable `name` for more than speaking of it; None where none names it."""
        if self._names is None:
            self._names = {}
            for command in self._found:
                for word in command.words:
                    for match in _VARIABLE.finditer(word):
                        used = not is_silent(command.words) or _returns(match[1], command.words)
                        self._names[match[1]] = self._names.get(match[1], False) or used
        return self._names.get(name)


def _carries(name: str, words: Sequence[Text], users: Users) -> bool:
    """Tell whether the variable `name` is made to be used in a command, not to be looked for."""
    used = users.hand_on(name)
    if used is not None:
        return used
    called = (binary for agent in agents() for binary in agent.binaries if len(binary) > 2)
    return len(words) > 1 or bool(ARGUMENT_NAME.search(name)) or any(binary in name.lower() for binary in called)


def _returns(name: str, words: Sequence[Text]) -> bool:
    """Tell whether `words` print nothing but the variable `name`, as functions return a value."""
    return words[0] in ("echo", "printf") and words[-1] in (f"${name}", f"${{{name}}}") and len(words) < 4


def _nested(words: Iterable[Text], sandbox: Sandbox | None, depth: int) -> Iterator[Unsafe]:
    """Yield what command lines among `words` start."""
    for word in words:
        if " -" in word and word.count("$(") + word.count("`") < _MAX_SUBSTITUTIONS:
            yield from in_shell(word, sandbox, quoted=True, depth=depth + 1)


def _bodies(command: Command, program: str, following: Command | None) -> Iterator[Text]:
    """Yield the here-documents of `command` that a shell reads, at once or from the file they are written to."""
    for redirection in command.redirections:
        if redirection.body is not None and (
            program in _READERS
            or any(program_name(word) in _READERS for word in command.words[1:6])
            or _stores(command, following)
        ):
            yield redirection.body


def _stores(command: Command, following: Command | None) -> bool:
    """Tell whether what `command` prints becomes a script, or is read by a shell."""
    if any(_writes(redirection) for redirection in command.redirections):
        return True
    if command.words and command.words[0] == "tee" and any(_SCRIPT_FILE.search(word) for word in command.words[1:]):
        return True
    if following is None or not following.words:
        return False
    program = program_name(following.words[0])
    tee = program in ("tee", "sudo") and any(_SCRIPT_FILE.search(word) for word in following.words[1:])
    return tee or program in _READERS - {"sudo"}


def _writes(redirection: Redirection) -> bool:
    target = redirection.target
    return ">" in redirection.operator and target is not None and bool(_SCRIPT_FILE.search(target))


def _sets(words: Sequence[str]) -> bool:
    first = words[0].lower()
    return (first == "set" and len(words) > 1) or (first.startswith("$") and len(words) > 2 and words[1] in ("=", "+="))


def _set_by_windows(words: Sequence[Text], sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what `set NAME=value` and `$env:NAME = "value"` set."""
    if words[0].lower() == "set":
        equals = words[1].find("=")
        rest = Text.at(str(words[1]), words[1].start, words[1].end) if equals < 0 else words[1]
        name, value = rest.part(0, max(equals, 0)), rest.part(equals + 1, len(rest))
        yield from in_variable(name, value, sandbox)
        for use in loose_uses(words[2:]):
            yield unsafe(use, sandbox)
        return
    start = 5 if words[0].lower().startswith("$env:") else 1
    for value in words[2:]:
        yield from in_variable(words[0].part(start, len(words[0])), value, sandbox)
