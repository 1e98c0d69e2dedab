"""Read source code of common languages into tokens: string literals, names, brackets; comments are left out.

One scanner serves all of a family: those whose comments begin with `#`, of these the ones that run what stands in
backticks, and those that have `//` and `/* */`. It does not know every literal of every language; what it takes wrongly
ends with the line, save for strings that span lines.
"""

from __future__ import annotations

import posixpath
import re

from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

STRING, NAME, MARK = "string", "name", "mark"

_HASH = frozenset("py pyi pyw r ex exs nim tcl coffee".split())
_RUNNING = frozenset("rb rake gemspec pl pm jl cr".split())
_SLASH = frozenset(
    "js jsx mjs cjs ts tsx mts cts go rs java kt kts scala swift c cc cpp cxx h hpp m mm cs php dart zig groovy gradle"
    " vue svelte astro fs sol v".split()
)
_DASH = frozenset("lua hs elm sql applescript".split())
_NAMED = {
    "jenkinsfile": _SLASH,
    **dict.fromkeys(("rakefile", "gemfile", "vagrantfile", "fastfile"), _RUNNING),
    **dict.fromkeys(("fabfile", "tiltfile"), _HASH),
}

_STRINGS = r"""
    (?P<triple>[A-Za-z]{0,2}(?:\"\"\"(?P<triple_inner>(?:[^"\\]|\\.|"(?!""))*+)(?:\"\"\"|\Z)
        |'''(?P<triple_single>(?:[^'\\]|\\.|'(?!''))*+)(?:'''|\Z)))
  | (?P<double>"(?P<double_inner>(?:[^"\\\n]|\\.)*+)"?)
"""
_SINGLE = r"| (?P<single>'(?P<single_inner>(?:[^'\\\n]|\\.)*+)'?)"
_BACKTICK = r"| (?P<back>`(?P<back_inner>(?:[^`\\$]|\\.|\$\{[^{}`]*\}|\$)*+)`?)"
# Strings that the language runs: in backticks, in `%x()` of Ruby and `qx()` of Perl.
_COMMAND = r"""| (?P<command>`(?P<command_inner>(?:[^`\\]|\\.)*+)`?
    |(?<![\w$@%&])(?:%x|qx)\s?(?:\((?P<command_round>[^()]*)\)|\{(?P<command_curly>[^{}]*)\}|\[(?P<command_square>[^\[\]]*)\]
        |(?P<command_mark>[!/|~'"])(?P<command_marked>[^\n]*?)(?P=command_mark)))
"""
_NIX = r"""(?P<comment>\#[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z))
  | (?P<indented>''(?P<indented_inner>(?:[^']|''['$\\]|'(?!'))*+)(?:''|\Z))
  | (?P<double>"(?P<double_inner>(?:[^"\\]|\\.)*+)"?)
"""
_REST = r"""
  | (?P<name>[^\W\d][\w$]*+)
  | (?P<mark>=>|[=!<>]==?|[-+*/%.:?|&]?=|&&|\|\||\?\?|->|::|[(){}\[\],;:=?.|&<>!\n@])
  | [^\S\n]++ | \d[\w.]*+ | .
"""
_COMMENTS = {
    "hash": r"(?P<comment>\#[^\n]*)|",
    # Regular expressions count as comments: what they look for is not what is run.
    "slash": r"(?P<comment>//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
    r"|(?<![\w)\]])(?<!\w )/(?![*/])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*+\])++/[a-z]*)|",
    "dash": r"(?P<comment>--[^\n]*)|",
}
_TOKEN = {
    "hash": late(_COMMENTS["hash"] + _STRINGS + _SINGLE + _REST, re.VERBOSE | re.DOTALL),
    "running": late(_COMMENTS["hash"] + _STRINGS + _SINGLE + _COMMAND + _REST, re.VERBOSE | re.DOTALL),
    "nix": late(_NIX + _REST, re.VERBOSE | re.DOTALL),
    "slash": late(_COMMENTS["slash"] + _STRINGS + _SINGLE + _BACKTICK + _REST, re.VERBOSE | re.DOTALL),
    # A single quote begins a lifetime in Rust, a character elsewhere.
    "rust": late(_COMMENTS["slash"] + _STRINGS + _BACKTICK + _REST, re.VERBOSE | re.DOTALL),
    "dash": late(_COMMENTS["dash"] + _STRINGS + _SINGLE + _REST, re.VERBOSE | re.DOTALL),
}
_INNER = {
    "triple": ("triple_inner", "triple_single"),
    "double": ("double_inner",),
    "single": ("single_inner",),
    "back": ("back_inner",),
    "indented": ("indented_inner",),
    "command": ("command_inner", "command_round", "command_curly", "command_square", "command_marked"),
}


class Token(NamedTuple):
    """A string literal (`text` without its quotes, escapes as spelled), a name, or a mark (brackets, operators, LF).

    `triple` tells of a string in three quotes, or in two twice as Nix has them, `runs` of one that the language itself
    runs.
    """

    kind: str
    text: Text
    triple: bool = False
    runs: bool = False


def family_of(path: str) -> str:
    """Return the family of languages that the file at `path` is written in, empty if it is not source code."""
    name = posixpath.basename(path).lower()
    ending = name.rpartition(".")[2] if "." in name else ""
    if ending in ("rs", "nix"):
        return {"rs": "rust"}.get(ending, ending)
    named = _NAMED.get(name)
    if ending in _RUNNING or named is _RUNNING:
        return "running"
    if ending in _HASH or named is _HASH:
        return "hash"
    if ending in _SLASH or named is _SLASH:
        return "slash"
    return "dash" if ending in _DASH else ""


def read_source(text: str, family: str) -> list[Token]:
    """Return the tokens of `text`, written in a language of `family` as `family_of` names it. Never raises."""
    found: list[Token] = []
    for match in _TOKEN[family].finditer(text):
        kind = match.lastgroup or ""
        kind = kind.removesuffix("_inner").removesuffix("_single")
        if kind in _INNER:
            group = next((name for name in _INNER[kind] if match[name] is not None), _INNER[kind][0])
            start, end = match.span(group)
            literal = Text.at(text[start:end], start, end)
            found.append(Token(STRING, literal, kind in ("triple", "indented"), kind == "command"))
        elif kind in ("name", "mark"):
            found.append(Token(kind, Text.at(match.group(), *match.span())))
    return found
