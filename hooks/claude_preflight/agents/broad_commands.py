"""Commands that do whatever their arguments say, and patterns that leave those arguments free.

The programs stand in `schemas/broad_commands.json`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import takewhile

from claude_preflight.agents.data import load
from claude_preflight.agents.paths import DISK, HOME, PERSONAL, SYSTEM, reach
from claude_preflight.agents.permissions import behind_wrapper, fixed_parts
from claude_preflight.late import late
from claude_preflight.typed import NamedTuple

EVERYTHING = "everything"  # the power of a pattern that fits every command

# Longer commands are never approved by a rule.
_LONGEST = 10_000
_ASSIGNMENT = late(r"[A-Za-z_]\w*=")
_URL = late(r"['\"]?(?:\w+://[\w\[]|localhost\b|[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[:/]|$)|\d+\.\d+\.\d+\.\d+)", re.I)
# Of the wrappers that rules look through, those that run a program and nothing else.
_WRAPPERS = frozenset("timeout time nice nohup stdbuf builtin noglob command".split())
# Where the programs of a machine are.
_PROGRAM_FOLDERS = ("/bin/", "/sbin/", "/usr/bin/", "/usr/local/bin/", "/opt/homebrew/bin/")
_OPENING_QUOTE = late(r"\s([\"'])")
_BEFORE_COMMAND = tuple(";|&({`\"'")
_SHORTEST_CODE = 8  # characters in front of a wildcard; with fewer, who wrote the rule has left the code open
_HARMLESS = frozenset(("--version", "--help", "-h", "/?"))


class Program(NamedTuple):
    """What is known of a program, see `schemas/broad_commands.schema.json`."""

    power: str
    code: frozenset[str]
    values: frozenset[str]
    harmless: frozenset[str]
    fixed: str
    caseless: bool
    bare: bool


class Breadth(NamedTuple):
    """What a pattern lets run: `power` is a key of `powers`; `name` is the program's, as known, or `*` for any."""

    power: str
    name: str


@cache
def _data() -> tuple[dict[str, str], dict[str, Program]]:
    data = load("broad_commands.json")
    programs = {
        name: Program(
            entry["power"],
            frozenset(entry.get("code", ())),
            frozenset(entry.get("values", ())),
            _HARMLESS.union(entry.get("harmless", ())),
            entry.get("fixed", "operand"),
            entry.get("caseless", False),
            entry.get("bare", False),
        )
        for entry in data["programs"]
        for name in entry["names"]
    }
    return data["powers"], programs


def powers() -> dict[str, str]:
    """Return what each power lets an agent do, as words that follow "may"."""
    return _data()[0]


def programs() -> dict[str, Program]:
    """Return the programs by their names; a name may hold subcommands behind blanks."""
    return _data()[1]


def breadth(pattern: str) -> Breadth | None:
    """Return what `pattern`, a command in which `*` stands for any characters, lets run; None for a narrow one."""
    if "*" in pattern and not pattern.strip("* "):
        return Breadth(EVERYTHING, "*")
    head, *others = fixed_parts(pattern[:_LONGEST])
    star = bool(others)
    words = head.split()
    glued = words.pop() if star and words and not head[-1].isspace() else ""
    while True:
        words = _looked_through(words)
        if not words:
            return _of_name_pattern(glued) if star else None
        name, program, rest = _program(words)
        if program is None:
            return None
        rest = [word.lower() for word in rest] if program.caseless else rest
        glued = "" if rest and rest[-1] in program.values else glued
        rest = _without_values(rest, program)
        inner = next((at for at, word in enumerate(rest) if not word.startswith("-")), None)
        if program.fixed == "program" and not program.harmless.isdisjoint(rest[:inner]):
            return None
        if program.fixed != "program" or inner is None:
            free = _is_free(program, rest, glued, star)
            is_code = bool(program.code) and not (program.power == "command" and _takes_command(head, others))
            return Breadth(program.power, name) if free and not (is_code and _stands_in_code(head, others)) else None
        words = rest[inner:]


def _takes_command(head: str, others: Sequence[str]) -> bool:
    """Tell whether another command may stand for the wildcard behind `head`: it is no part of a word, nor of a glob."""
    if not head.endswith((" ", ";")):
        return False
    is_glob = bool(others) and bool(re.match(r"\.\w", others[0]))
    return not is_glob or head.rstrip().endswith(_BEFORE_COMMAND)


def _stands_in_code(head: str, others: Sequence[str]) -> bool:
    """Tell whether the wildcards between `head` and `others` are characters of code in quotes.

    Agents record what was approved once as it was, a `SELECT *` or a glob included.
    """
    opening = _OPENING_QUOTE.search(head)
    if not opening or not others:
        return False
    code, end = head[opening.end() :], others[-1]
    inside = opening[1] not in code.replace(f"\\{opening[1]}", "") and opening[1] in end
    return inside and len(code) >= _SHORTEST_CODE and bool(re.match(r"[^\"']*\w", end))


def _without_values(words: list[str], program: Program) -> list[str]:
    """Return `words` without the options of `program` that take a value, and their values; a last one without stays."""
    values = iter(words)
    return [word for word in values if word not in program.values or next(values, None) is None]


def _looked_through(words: list[str]) -> list[str]:
    """Return `words` without the assignments and wrappers in front of the program."""
    while words:
        behind = 1 if _ASSIGNMENT.match(words[0]) else 0
        if words[0] in _WRAPPERS and words[1:2] not in (["-v"], ["-V"]):
            behind = behind_wrapper(words, 0)
        if not behind or (words[0] in _WRAPPERS and behind >= len(words)):
            break
        words = words[behind:]
    return words


def _of_name_pattern(start: str) -> Breadth | None:
    """Return what a pattern gives whose wildcard stands within or before the name of the program."""
    if not start:
        return Breadth("pattern", "*")
    if start.startswith("/") and any(folder.startswith(start) for folder in _PROGRAM_FOLDERS):
        return Breadth("pattern", "*")
    wanted = _basename(start)
    if "/" in start and not start.startswith(_PROGRAM_FOLDERS):
        fitting = [wanted] if wanted in programs() else []
    else:
        fitting = [name for name in programs() if name.startswith(wanted) and " " not in name]
    name = min(fitting, key=len, default=None)
    return Breadth(programs()[name].power, name) if name else None


def _basename(word: str) -> str:
    name = re.split(r"[\\/]", word.strip("'\""))[-1].lower()
    name = re.sub(r"\.(?:exe|cmd|bat)$", "", name)
    return re.sub(r"^(python|pypy|ruby|perl|php|lua|node)\d*\.[\d.]+$", r"\1", name) or word


def _program(words: list[str]) -> tuple[str, Program | None, list[str]]:
    """Return the longest known name that `words` begin with, options between its words aside, and what follows."""
    known = programs()
    name = _basename(words[0])
    best = (name, known.get(name), words[1:])
    for at, word in enumerate(words[1:], 1):
        if word.startswith("-"):
            continue
        name = f"{name} {word}"
        if name not in _beginnings():
            break
        if name in known:
            best = (name, known[name], words[at + 1 :])
    return best


@cache
def _beginnings() -> frozenset[str]:
    """Return the first words of every name, from its first two on."""
    return frozenset(
        " ".join(words[:count]) for name in programs() for words in [name.split()] for count in range(2, len(words) + 1)
    )


def _is_free(program: Program, rest: list[str], glued: str, star: bool) -> bool:
    """Tell whether what `program` does is left open behind the words `rest` and the start of a word `glued`.

    `star` says that a wildcard follows; without one, a program may still run what it is piped.
    """
    if not star:
        return program.bare and all(word in ("-", "-s") for word in rest)
    before = [*rest, glued] if glued else rest
    if program.fixed == "nothing":
        return True
    leading = list(takewhile(lambda word: word.startswith("-") or word in program.code, before))
    if any(word.partition("=")[0] in program.code for word in leading):
        return True
    if any(word in program.harmless for word in leading):
        return False
    operands = [word for word in before if word.strip("'\"") and not word.startswith(("-", "<(", "$(", "`"))]
    if program.fixed == "url":
        return not any(_URL.match(word) for word in operands)
    if program.fixed == "folder":
        return not operands or all(_is_everything(word) for word in operands)
    return len(operands) < (2 if program.fixed == "command" else 1)


def _is_everything(path: str) -> bool:
    if path in (".", "./", "..", "../"):
        return True
    found = reach(path)
    return found is not None and found.kind in (DISK, HOME, PERSONAL, SYSTEM)
