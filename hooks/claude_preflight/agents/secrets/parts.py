"""A value inside a text: how far it goes, and whether it is a credential."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.secrets.secret import Secret
from claude_preflight.agents.secrets.table import table
from claude_preflight.agents.secrets.values import kind_of_value, literal_part
from claude_preflight.late import late
from claude_preflight.model import Span

_TWO_QUOTES = [{"`", '"'}, {"`", "'"}, {"'", '"'}]
LONGEST = 600  # characters of a value; what is longer is no password and no key
# Ahead of a value that prose may hold for real: a digit, or a capital behind another letter.
MAY_BE_DRAWN = r"(?=\S{0,80}?(?:\d|[a-z][A-Z]))"
QUOTED = late(rf"[^\s\"'`\\]{{1,{LONGEST}}}+")
BARE = late(rf"(?:\$\{{[^\s{{}}]{{0,200}}\}}|&(?!&)|[^\s\"'`\\;,<>(){{}}\[\]|&]){{1,{LONGEST}}}+")


def judge_part(name: str, text: str, start: int, end: int, *, prose: bool, kind: str = "") -> Iterator[Secret]:
    """Yield the characters from `start` to `end` of `text` if they are a secret under `name`.

    `prose` as in `find_in_text`; `kind`, where it is given, says more than what the name and the value make of it.
    """
    if end - start >= LONGEST:  # then it is cut off, or no password and no key
        return
    if text[end - 1] == "=" and {text[start - 1 : start], text[end : end + 1]} in _TWO_QUOTES:
        return  # of `name="value"`, which other quotes enclose, the beginning
    first, last = literal_part(text[start:end])
    found = kind_of_value(name, text[start + first : start + last], prose=prose)
    if found:
        yield table().kinds[kind or found].found(Span(start + first, start + last), called=name)
