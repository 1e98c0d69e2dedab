"""The words of a launch line: names of programs, assignments, options, the commands of a compound line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from claude_preflight.agents.launch.model import Environment
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text, joined
from claude_preflight.typed import NamedTuple

EXTENSIONS = (".exe", ".cmd", ".bat", ".ps1", ".com")
SCRIPTS = (".sh", ".bash", ".zsh", ".py", ".js", ".mjs", ".cjs", ".ts")
# What a program runs as on Windows when its script is named.
SCRIPT_PROGRAMS = {"npx-cli.js": "npx", "npm-cli.js": "npm"}
SHELLS = frozenset("sh bash zsh dash ksh ash fish mksh oksh rbash rzsh tcsh csh yash".split())
WINDOWS_SHELLS = frozenset("cmd powershell pwsh".split())
_WITH_DEFAULT = late(r"\$\{[A-Za-z_]\w*:-([^{}]*)\}")


class Segment(NamedTuple):
    """One command of a compound line."""

    words: Sequence[Text]
    environment: Environment = ()


class Option(NamedTuple):
    name: str
    value: Text | None


def program_name(word: str) -> str:
    """Return the name of the program at `word`: no folders, no Windows extension, lower case."""
    name = word[max(word.rfind("/"), word.rfind("\\")) + 1 :].lower()
    return SCRIPT_PROGRAMS.get(name, name[:-4] if name.endswith(EXTENSIONS) else name)


def runtime_of(name: str) -> str:
    """Return `node` or `python` if the program `name` is one under any of its names, else nothing."""
    if name in ("node", "nodejs"):
        return "node"
    return "python" if name.rstrip("0123456789.") in ("python", "pythonw", "pypy", "py", "pyw") else ""


def assignment_end(word: str) -> int:
    """Return the index of the `=` if `word` is `NAME=value`, else 0; `env` and containers take dashes and dots too."""
    name = word[: max(0, word.find("="))]
    plain = name.replace("-", "_").replace(".", "_").isidentifier()
    return len(name) if plain and name.isascii() and name[0] not in "-." else 0


def assignment(word: Text) -> tuple[Text, Text] | None:
    """Return the name and the value if `word` is `NAME=value`."""
    end = assignment_end(word)
    return (word.part(0, end), word.part(end + 1, len(word))) if end else None


def outside_braces(text: str, mark: str) -> list[int]:
    """Return the indices of `mark` in `text` that stand in no `${…}`."""
    found, depth = [], 0
    for index, character in enumerate(text):
        depth += (character == "{") - (character == "}" and depth > 0)
        if character == mark and not depth:
            found.append(index)
    return found


def with_defaults(word: Text) -> Text:
    """Return `word` with the default of each `${NAME:-default}` in its place, as for whom the variable is not set."""
    if ":-" not in word:
        return word
    spans, end = [], 0
    for match in _WITH_DEFAULT.finditer(word):
        spans += [(end, match.start()), match.span(1)]
        end = match.end()
    return _together(word, [*spans, (end, len(word))]) if spans else word


def _together(word: Text, spans: Iterable[tuple[int, int]]) -> Text:
    """Return what stands in `spans` of `word` as one text; where characters have no places, it has that of `word`."""
    parts = [word.part(start, end) for start, end in spans if start < end]
    whole = word.offsets is not None or word.end - word.start == len(word)
    if parts and (len(parts) == 1 or whole):
        return joined(parts)
    return Text.at("".join(parts), word.start, word.end)


def option_names(text: str) -> frozenset[str]:
    """Return the options named in `text`: one letter with one dash, more with two."""
    return frozenset(("-" if len(name) == 1 else "--") + name for name in text.split())


def read_options(
    words: Sequence[Text],
    values: frozenset[str],
    *,
    stops: frozenset[str] = frozenset(),
    clusters: bool = True,
) -> tuple[list[Option], int]:
    """Return the options that `words` begin with and the number of words they take, a closing `--` included.

    `values` are the options that take a value, `stops` those that belong to what follows. With `clusters`, letters
    behind one dash are options of their own, of which the last may take a value: `-itv .:/work`.
    """
    options: list[Option] = []
    index = 0
    while index < len(words):
        word = words[index]
        if word == "--":
            return options, index + 1
        if len(word) < 2 or word[0] != "-" or word in stops:
            break
        option = split_option(word, values, clusters=clusters and word[1] != "-")
        index += 1
        if option.value is None and option.name in values and index < len(words):
            option = Option(option.name, words[index])
            index += 1
        options.append(option)
    return options, index


def split_option(word: Text, values: frozenset[str], *, clusters: bool) -> Option:
    """Return the option that `word` is, with the value within it; parameters as in `read_options`."""
    if clusters and word not in values:
        for index in range(1, len(word)):
            name = f"-{word[index]}"
            if name in values:
                value = word.part(index + 1 + word.startswith("=", index + 1), len(word))
                return Option(name, value if index + 1 < len(word) else None)
    equals = word.find("=")
    if equals < 0:
        return Option(str(word), None)
    return Option(word[:equals], word.part(equals + 1, len(word)))


def _is_windows(line: str) -> bool:
    """Whether backslashes in `line` separate folders."""
    return any(mark in line for mark in (":\\", ".\\", "\\\\")) or line.count("%") > 1


def split(text: Text) -> list[Text]:
    """Return the words of `text`, by the rules of the shell that it is written for."""
    # Few servers need the shell's rules, and compiling the expressions of that module takes two milliseconds.
    from claude_preflight.syntax.shell import split_words

    return split_words(text, windows=_is_windows(text))


def line_segments(line: Text, *, shell: str = "") -> list[Segment]:
    """Return the commands of `line`, written for `shell`: `cmd`, `powershell`, or a POSIX one if nothing else shows."""
    from claude_preflight.syntax.shell import commands, windows_commands

    if shell or _is_windows(line):
        found = windows_commands(line, powershell=shell == "powershell")
        return [_windows_segment(command.words) for command in found]
    return [
        Segment(command.words, command.assignments)
        for command in commands(line)
        if not command.depth and (command.words or command.assignments)
    ]


def segments_of_words(words: Iterable[Text], quotes: str = "") -> list[Segment]:
    """Return the commands of `words`, of which some may be operators.

    `quotes` are the marks that the shell takes off a word, or off the value of an option, that stands in two of them.
    """
    groups: list[list[Text]] = [[]]
    for word in words:
        if word in ("&&", "||", "&", "|", ";"):
            groups.append([])
        elif word.endswith(("&&", "||")):  # set NAME=value&& npx …
            groups[-1].append(word.part(0, len(word) - 2))
            groups.append([])
        else:
            groups[-1].append(word)
    return [_windows_segment([_unquoted(word, quotes) for word in group]) for group in groups if group]


def _unquoted(word: Text, quotes: str) -> Text:
    """Return `word` without the two quotes around it or its value; others, as in JSON, belong to what they stand in."""
    mark = word[-1:]
    start = word.find(mark) if mark and mark in quotes else -1
    if start < 0 or word.count(mark) != 2 or (start and word[start - 1] != "="):
        return word
    value = start + 1, len(word) - 1
    return _together(word, [(0, start), value]) if start else word.part(*value)


def _windows_segment(words: Sequence[Text]) -> Segment:
    """Return a command of `cmd` or PowerShell; `set NAME=value` and `$env:NAME=value` only set a variable."""
    if words[0].lower().startswith("$env:"):
        pair = assignment(words[0].part(5, len(words[0])))
        return Segment([], (pair,) if pair else ())
    if words[0].lower() == "set":
        return Segment([], tuple(pair for word in words if (pair := assignment(word))))
    return Segment(words)
