"""Passwords beside the name of their user: `Login: name / password`, `creds: name:password`, `mail@host / password`."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.secrets.labels import announces_login, label_before
from claude_preflight.agents.secrets.parts import BARE, MAY_BE_DRAWN, QUOTED, judge_part
from claude_preflight.agents.secrets.secret import Secret
from claude_preflight.agents.secrets.values import stands_out
from claude_preflight.late import late

_BETWEEN = r"[\"'`*]{0,3}( ?/ ?|:)[\"'`*]{0,3}(?=[^\s/:\"'`]\S{7})" + MAY_BE_DRAWN
_ANNOUNCED = late(
    r"[:：](?<=[\w\"'`*)）\] \xa0\u202f].)[ \t\xa0\u202f*_\"'`(]{0,6}[^\s:/\"'`|,;()<>{}\[\]=]{2,64}+" + _BETWEEN
)
_ADDRESSED = late(r"@(?<=\w.)(?:[\w-]{1,63}\.){1,4}(?:[A-Za-z]{2,12}|\d{1,3})" + _BETWEEN)
_GIT = "git"  # whose addresses have a path behind the colon


def find_logins(text: str, start: int, end: int) -> Iterator[Secret]:
    """Yield the passwords of pairs that a label announces, or that begin with an address."""
    for match in _ANNOUNCED.finditer(text, start, end):
        if announces_login(label_before(text, start, match.start())):
            yield from _password(text, match.end(), end, match.group(1))
    for match in _ADDRESSED.finditer(text, start, end):
        user = label_before(text, start, match.start())
        if match.group(1) != ":" or not user.endswith(_GIT):
            yield from _password(text, match.end(), end, match.group(1), signs="/.~" if match.group(1) == ":" else "")


def _password(text: str, start: int, end: int, between: str, signs: str = "") -> Iterator[Secret]:
    """Yield the password that begins at `start`, unless it holds what paths, one of `signs`, hold."""
    quoted = text[start - 1] in "\"'`"
    value = (QUOTED if quoted else BARE).match(text, start, end)
    if not value or (between == "/" and not quoted) or (between == ":" and "/" in value.group()):
        return
    stop = start + len(value.group() if quoted else value.group().rstrip(".:*_"))
    if stands_out(text[start:stop]) and not any(sign in text[start:stop] for sign in signs):
        yield from judge_part("password", text, start, stop, prose=True)
