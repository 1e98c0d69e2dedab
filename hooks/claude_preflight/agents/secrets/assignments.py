"""Values that stand beside a name which calls them a credential."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from claude_preflight.agents.secrets.labels import credential_label, credential_name, label_before
from claude_preflight.agents.secrets.names import NOTHING, TOKEN, name_words, what_is_named
from claude_preflight.agents.secrets.parts import BARE, LONGEST, MAY_BE_DRAWN, QUOTED, judge_part
from claude_preflight.agents.secrets.secret import Secret
from claude_preflight.agents.secrets.values import stands_out
from claude_preflight.late import late

# Between a name and its value: =, : (also the wide one), a table's bar, and quotes or Markdown emphasis around either.
_ASSIGNED = late(r"[=:：|](?<=[\w\"'`*\]\\ ].)[=>-]?[ \t*_\"'`\\]{0,6}(?=[^\s/]\S{4})")
_ASSIGNED_IN_PROSE = late(
    r"[=:：|](?<=[\w\"'`*\])）\\ \xa0\u202f].)[=>-]?[ \t\xa0\u202f*_\"'`\\(（]{0,6}(?=[^\s/]\S{4})" + MAY_BE_DRAWN
)
# A label of two things, of which the first is no credential, and what stands between two values.
_OF_TWO = late(r"(?:/|&|\s(?:and|und|et|y|e|och|og|en|и))\s*[^\s/]+(?:\s\S+)?$")
_SECOND = late(r"[\"'`*]{0,3}(?: ?/ ?|, ?| ?[|:] ?| (?:and|und|et|y|e|och|og|en|и) )[\"'`*]{0,3}[^\s\"'`*]")
_IN_QUERY = late(rf"[^\s\"'`\\;,<>(){{}}\[\]|&#]{{1,{LONGEST}}}+")
_BEFORE_HEADER = ("", '"', "'")  # the name of a header stands first in its word
_CALLED = ("(", "[")  # behind the name of a function or a list, which is no value
_SHOWN = late(r"[`\"'](?<=[\w*] .)(?=[^\s`\"']{8,200}[`\"'])")
# Between a label and its value: a verb of some language, or a particle of one that writes no blanks.
_VALUE_AHEAD = r"[*_\"'`「『(（]{0,4}(?=[!-~]{8})" + MAY_BE_DRAWN
_SAID = late(
    r" (?:is|was|to|ist|lautet|est|es|é|è|är|jest|adalah|là|это)(?: now| set to)?[:：]? " + _VALUE_AHEAD,
)
_SAID_WITHOUT_BLANKS = late(r"[是为為は은는][:：、,]? ?" + _VALUE_AHEAD)
_TYPED = late(r"[!#$%&*+,\-./0-9:;=?@A-Z\[\]^_a-z{}~]{8,200}+")
_FLAG = late(r"-(?<![\w-]-)-?([A-Za-z][\w-]{2,40})[ \t]+[\"'\\]{0,2}(?=[^\s&|;<>-]\S{4})")


def find_assigned(text: str, start: int, end: int, *, prose: bool) -> Iterator[Secret]:
    """Yield the values of `NAME=value`, `"name": "value"`, `name: value`, `?name=value` and `| name | value |`."""
    pattern = _ASSIGNED_IN_PROSE if prose else _ASSIGNED
    while match := pattern.search(text, start, end):
        start = match.end()
        before = label_before(text, 0, match.start())
        operator, gap = match.group()[0], match.group()[1:]
        quoted = gap[-1:] in ("'", '"', "`")
        # What follows a colon and a blank without quotes is as likely a sentence as a value.
        loose = prose or (operator == ":" and gap[-1:] == " ")
        name = credential_label(before) if prose else credential_name(before, prose=loose)
        preceding = before[: -len(name)][-1:] if before.endswith(name) else " "
        # The parts of an identifier such as an ARN or AWS::IAM::AccessKey name nothing.
        if not name or preceding == ":" == match.group() or before.endswith(f"::{name}"):
            continue
        if preceding in _BEFORE_HEADER and what_is_named(name) == TOKEN:
            loose = prose
        query = preceding in ("?", "&")
        value = (QUOTED if quoted else _IN_QUERY if query else BARE).match(text, start, end)
        if not value:
            continue
        stop = start + len(value.group().rstrip(".:!?*_" if loose and not quoted else ""))
        if prose and _OF_TWO.search(before) and _SECOND.match(text, stop, end):
            start = stop
            continue
        if quoted or not loose or text[stop : stop + 1] not in _CALLED:
            kind = "url-query-secret" if query else ""
            yield from judge_part(name, text, start, stop, prose=loose, kind=kind)
        start = value.end()


def find_shown(text: str, start: int, end: int) -> Iterator[Secret]:
    """Yield the values of sentences such as "the password `value`"."""
    for match in _SHOWN.finditer(text, start, end):
        name = credential_name(label_before(text, start, match.start()), prose=True)
        value = QUOTED.match(text, match.end(), end) if name and name_words(name)[-1] != "pass" else None
        if value:
            yield from judge_part(name, text, *value.span(), prose=True)


def find_said(text: str, start: int, end: int) -> Iterator[Secret]:
    """Yield the values of sentences such as "the root password is value"; without quotes, no term of the trade."""
    foreign = () if text.isascii() else _SAID_WITHOUT_BLANKS.finditer(text, start, end)
    for match in chain(_SAID.finditer(text, start, end), foreign):
        name = credential_label(label_before(text, start, match.start()))
        value = _TYPED.match(text, match.end(), end) if name else None
        if not value:
            continue
        stop = value.end()
        if match.group()[-1] not in "\"'`「『":
            stop = value.start() + len(value.group().rstrip(".,:;!?*_"))
        if match.group()[-1] in "\"'`「『" or stands_out(text[value.start() : stop]):
            yield from judge_part(name, text, value.start(), stop, prose=True)


def find_flagged(text: str, start: int, end: int, *, prose: bool) -> Iterator[Secret]:
    """Yield the values of command-line options such as `--token value`."""
    for match in _FLAG.finditer(text, start, end):
        if what_is_named(match.group(1)) != NOTHING:
            value = (QUOTED if match.group()[-1] in "\"'" else BARE).match(text, match.end(), end)
            if value:
                yield from judge_part(match.group(1), text, *value.span(), prose=prose)
