"""Agents that files of lines start without permission checks: Makefiles, justfiles, INI files, crontabs, units."""

from __future__ import annotations

import posixpath
from bisect import bisect_right
from collections.abc import Iterator

from claude_preflight.agents.sandboxes import Sandbox
from claude_preflight.agents.unsafe_files.keys import SCRIPT_KEY
from claude_preflight.agents.unsafe_shell import Unsafe, in_shell, in_variable
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Text

_MAKE_VARIABLE = late(
    r"(?:[^\s#=:]+\s*:\s*(?=export\s))?(?:export\s+|override\s+)*([\w.-]+)\s*(?:::?|\?|\+|!)?=\s*(.*)$", 16
)
_MAKE_DEFINITION = late(r"^(define|endef)\b[^\n]*", 8)  # re.MULTILINE
_MAKE_RULE = late(r"[^\s#=:][^#=:]*:[^=#]*?;(.*)$", 16)
_JUST_VARIABLE = late(r"(?:export\s+)?([\w-]+)\s*:=\s*(.*)$", 16)
_INI_SETTING = late(r"[ \t]*([\w.-]+)[ \t]*=[ \t]*([^\r\n]*(?:\r?\n)?)$", 16)
_CRON = late(r"\s*(?:@\w+|(?:[\d*/,A-Za-z-]+\s+){4}[\d*/,A-Za-z-]+)\s+(.*)$", 16)
_SERVICE = late(r"\s*Exec\w*=[-@:+!]*(.*)$", 16)
_PROCFILE = late(r"[\w.-]+:\s*(.*)$", 16)
_CONTINUED = late(r"(?:[^\\\n]|\\(?:\r?\n|.)|\\)*+(?:\n|\Z)", 16)


def in_makefile(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what the recipes and variables of a Makefile start."""
    defined = list(_definitions(document.text))
    for line in _logical_lines(document.text):
        variable, rule = _MAKE_VARIABLE.match(line), _MAKE_RULE.match(line)
        if line.startswith("\t") or _is_inside(defined, line.start):
            recipe = line.trimmed()
            yield from in_shell(recipe.part(len(recipe) - len(recipe.lstrip("@-+ ")), len(recipe)), sandbox)
        elif variable:
            yield from in_variable(_group(line, variable), _group(line, variable, 2), sandbox)
        elif rule:
            yield from in_shell(_group(line, rule), sandbox)


def _definitions(text: str) -> Iterator[Span]:
    """Yield the variables of several lines in the Makefile `text`, in order."""
    start = -1
    for match in _MAKE_DEFINITION.finditer(text):
        if match[1] == "define":
            start = match.end()
        elif start >= 0:
            yield Span(start, match.start())
            start = -1


def _is_inside(spans: list[Span], offset: int) -> bool:
    at = bisect_right(spans, offset, key=lambda span: span.start) - 1
    return at >= 0 and offset < spans[at].end


def in_justfile(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what the recipes and variables of a justfile start."""
    for line in _logical_lines(document.text):
        variable = _JUST_VARIABLE.match(line)
        if line[:1] in (" ", "\t"):
            recipe = line.trimmed()
            yield from in_shell(recipe.part(len(recipe) - len(recipe.lstrip("@-")), len(recipe)), sandbox)
        elif variable:
            value = _group(line, variable, 2)
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'`"
            yield from in_variable(_group(line, variable), value.part(1, len(value) - 1) if quoted else value, sandbox)


def in_ini(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what the values start that stand behind a name for commands, or in the lines that continue it."""
    named = False
    for line in _logical_lines(document.text):
        setting = _INI_SETTING.match(line)
        if setting:
            named = bool(SCRIPT_KEY.search(setting[1])) or setting[2].startswith("!")
        rest = _group(line, setting, 2) if setting else line.trimmed()
        if named and not rest.startswith(("#", ";", "[")):
            bang = int(rest.startswith("!"))
            yield from in_shell(rest.part(bang, len(rest)), sandbox)


def in_lines(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what a Procfile, a unit of systemd or a crontab starts."""
    name = posixpath.basename(document.path).lower()
    pattern = _PROCFILE if name.startswith("procfile") else _SERVICE if name.endswith(".service") else _CRON
    for line in _logical_lines(document.text):
        match = pattern.match(line) if not line.lstrip().startswith("#") else None
        if match:
            yield from in_shell(_group(line, match), sandbox)


def _logical_lines(text: str) -> Iterator[Text]:
    """Yield the lines of `text` that hold a hyphen, with those that continue them."""
    start = 0
    while start < len(text):
        match = _CONTINUED.match(text, start)
        end = match.end() if match and match.end() > start else start + 1
        if "-" in text[start:end] or "=" in text[start:end]:
            yield Text.at(text[start:end], start, end)
        start = end


def _group(line: Text, match: object, number: int = 1) -> Text:
    return line.part(*match.span(number)).trimmed()  # type: ignore[attr-defined]
