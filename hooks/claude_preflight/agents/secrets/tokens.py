"""Find credentials by their telling form: a vendor's prefix and an alphabet and length behind it.

Compiling some two hundred patterns takes longer than a commit hook may take, so a pattern is compiled only when one of
its kind's keywords stands in a word that is long enough for a token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from claude_preflight.agents.secrets.placeholders import is_placeholder
from claude_preflight.agents.secrets.secret import Secret
from claude_preflight.agents.secrets.shapes import entropy
from claude_preflight.agents.secrets.table import SHORTEST_TOKEN, Kind, is_published_example, possible_kinds
from claude_preflight.model import Span

# A token may follow an escape such as \n in raw JSON, %3D in a URL, and :- in a shell default; not a letter or digit,
# nor a hyphen or underscore that continues a word.
_BEFORE = r"(?:(?<![A-Za-z0-9])(?<![A-Za-z0-9][_-])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2}))"
_AFTER = r"(?![A-Za-z0-9_-])"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE}{pattern}{_AFTER}", re.ASCII)


def _body(kind: Kind, token: str) -> str:
    """Return `token` without the fixed words that the pattern begins with."""
    return next((token[len(keyword) :] for keyword in kind.keywords if token.startswith(keyword)), token)


def find_tokens(text: str, start: int, end: int, context: str = "") -> Iterator[Secret]:
    """Yield the credentials with a telling form between `start` and `end`; examples and placeholders are left out."""
    kinds = possible_kinds(text[start:end], context)
    if not kinds:
        return
    for word in re.finditer(rf"\S{{{SHORTEST_TOKEN},}}+", text[start:end]):
        for kind in kinds:
            if any(keyword in word.group() for keyword in kind.keywords):
                yield from _tokens_of(kind, text, start + word.start(), start + word.end())


def _tokens_of(kind: Kind, text: str, start: int, end: int) -> Iterator[Secret]:
    for match in _compiled(kind.pattern).finditer(text, start, end):
        group = match.lastindex or 0
        body = _body(kind, match.group(group))
        if entropy(body) >= kind.entropy and not is_published_example(body) and not is_placeholder(body):
            yield kind.found(Span(*match.span(group)))
