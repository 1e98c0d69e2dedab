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
from claude_preflight.agents.secrets.shapes import entropy, is_name_like
from claude_preflight.agents.secrets.table import Kind, is_published_example, possible_kinds
from claude_preflight.model import Span

_SHORTEST = 18  # characters of a payment key with the shortest body that its pattern takes
# A token may follow an escape such as \n in raw JSON, %3D in a URL, and :- in a shell default; not a letter or digit,
# nor a hyphen or underscore that continues a word.
_BEFORE = r"(?:(?<![A-Za-z0-9])(?<![A-Za-z0-9][_-])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2}))"
_AFTER = r"(?![A-Za-z0-9_-])"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(f"{_BEFORE}(?>{pattern}){_AFTER}", re.ASCII)


def _body(kind: Kind, token: str) -> str:
    """Return `token` without the fixed words that the pattern begins with."""
    return next((token[len(keyword) :] for keyword in kind.keywords if token.startswith(keyword)), token)


def _kinds_in(words: list[str], text: str, context: str) -> list[Kind]:
    kinds = possible_kinds(words)
    if not any(kind.context for kind in kinds):
        return kinds
    spoken = f"{context}\n{text}".lower()
    return [kind for kind in kinds if not kind.context or any(word in spoken for word in kind.context)]


def find_tokens(text: str, start: int, end: int, context: str = "") -> Iterator[Secret]:
    """Yield the credentials with a telling form between `start` and `end`; examples and placeholders are left out.

    Some forms count only where `text` or `context`, such as the name of a variable, mentions the vendor.
    """
    words = [word for word in text[start:end].split() if len(word) >= _SHORTEST]
    kinds = _kinds_in(words, text, context) if words else []
    keywords = [(keyword, kind) for kind in kinds for keyword in kind.keywords]
    for word in words if kinds else ():
        if any(keyword in word for keyword, _ in keywords):
            start = text.index(word, start)
            for kind in {kind.id: kind for keyword, kind in keywords if keyword in word}.values():
                yield from _tokens_of(kind, text, start, start + len(word))
            start += len(word)


def _tokens_of(kind: Kind, text: str, start: int, end: int) -> Iterator[Secret]:
    for match in _compiled(kind.pattern).finditer(text, start, end):
        group = match.lastindex or 0
        body = _body(kind, match.group(group))
        if entropy(body) >= kind.entropy and not _stands_in(body):
            yield kind.found(Span(*match.span(group)))


def _stands_in(body: str) -> bool:
    return _is_identifier(body) or is_published_example(body) or is_placeholder(body)


def _is_identifier(body: str) -> bool:
    """Whether `body` is the rest of the name of a function or a variable that happens to begin as a token does."""
    return not body.isalnum() and is_name_like(body)
