"""Values that stand beside a name which calls them a credential."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.secrets.names import NOTHING, PERHAPS, TOKEN, name_words, what_is_named
from claude_preflight.agents.secrets.parts import BARE, LONGEST, QUOTED, judge_part
from claude_preflight.agents.secrets.secret import Secret
from claude_preflight.agents.secrets.table import endings
from claude_preflight.late import late

# Between a name and its value: =, : (also the wide one), a table's bar, and quotes or Markdown emphasis around either.
_OPERATOR = r"[=:：|](?<=[\w\"'`*\]\\ ].)[=>-]?[ \t*_\"'`\\]{0,6}(?=[^\s/]\S{4})"
_ASSIGNED = late(_OPERATOR)
_ASSIGNED_IN_PROSE = late(_OPERATOR + r"(?=\S{0,80}?\d)")
_IN_QUERY = late(rf"[^\s\"'`\\;,<>(){{}}\[\]|&#]{{1,{LONGEST}}}+")
_BEFORE_HEADER = ("", '"', "'")  # the name of a header stands first in its word
_CALLED = ("(", "[")  # behind the name of a function or a list, which is no value
_SHOWN = late(r"[`\"'](?<=[\w*] .)(?=[^\s`\"']{8,200}[`\"'])")
_NAME = late(r"[\w.-]+$")
_LABEL = late(r"(?:[A-Za-z][\w-]* ){0,2}[A-Za-z][\w-]*$")
_LONGEST_NAME = 64
_FLAG = late(r"-(?<![\w-]-)-?([A-Za-z][\w-]{2,40})[ \t]+[\"'\\]{0,2}(?=[^\s&|;<>-]\S{4})")


def find_assigned(text: str, start: int, end: int, *, prose: bool) -> Iterator[Secret]:
    """Yield the values of `NAME=value`, `"name": "value"`, `name: value`, `?name=value` and `| name | value |`."""
    pattern = _ASSIGNED_IN_PROSE if prose else _ASSIGNED
    while match := pattern.search(text, start, end):
        start = match.end()
        before = text[max(0, match.start() - _LONGEST_NAME) : match.start()].rstrip(" \t*_\"'`\\]")
        operator, gap = match.group()[0], match.group()[1:]
        quoted = gap[-1:] in ("'", '"', "`")
        # What follows a colon and a blank without quotes is as likely a sentence as a value.
        loose = prose or (operator == ":" and gap[-1:] == " ")
        name = _credential_name(before, prose=loose)
        preceding = before[len(before) - len(name) - 1 : len(before) - len(name)]
        # The parts of an identifier such as an ARN or AWS::IAM::AccessKey name nothing.
        if not name or preceding == ":" == match.group() or before.endswith(f"::{name}"):
            continue
        if preceding in _BEFORE_HEADER and what_is_named(name) == TOKEN:
            loose = prose
        query = preceding in ("?", "&")
        value = (QUOTED if quoted else _IN_QUERY if query else BARE).match(text, start, end)
        if not value:
            continue
        stop = start + len(value.group().rstrip(".:!?*_" if loose else ""))
        if quoted or not loose or text[stop : stop + 1] not in _CALLED:
            kind = "url-query-secret" if query else ""
            yield from judge_part(name, text, start, stop, prose=loose, kind=kind)
        start = value.end()


def find_shown(text: str, start: int, end: int) -> Iterator[Secret]:
    """Yield the values of sentences such as "the password `value`"."""
    for match in _SHOWN.finditer(text, start, end):
        name = _credential_name(
            text[max(start, match.start() - _LONGEST_NAME) : match.start()].rstrip(" *"), prose=True
        )
        value = QUOTED.match(text, match.end(), end) if name and name_words(name)[-1] != "pass" else None
        if value:
            yield from judge_part(name, text, *value.span(), prose=True)


def _credential_name(before: str, *, prose: bool) -> str:
    """Return the name at the end of `before` if it is that of a credential, else the empty string.

    In `prose` a name may have blanks, and what only perhaps names a credential must be spelt as a variable.
    """
    if not any(map(before[-24:].lower().__contains__, endings("telling_parts"))):
        return ""
    found = (_LABEL.search(before) if prose else None) or _NAME.search(before)
    name = found.group() if found else ""
    named = what_is_named(name)
    if named == NOTHING or (named == PERHAPS and prose and not (name.isupper() and "_" in name)):
        return ""
    return name


def find_flagged(text: str, start: int, end: int, *, prose: bool) -> Iterator[Secret]:
    """Yield the values of command-line options such as `--token value`."""
    for match in _FLAG.finditer(text, start, end):
        if what_is_named(match.group(1)) != NOTHING:
            value = (QUOTED if match.group()[-1] in "\"'" else BARE).match(text, match.end(), end)
            if value:
                yield from judge_part(match.group(1), text, *value.span(), prose=prose)
