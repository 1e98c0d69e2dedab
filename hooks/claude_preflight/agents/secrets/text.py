"""Find credentials in text: prose, a command, or a value of a configuration."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.secrets.assignments import find_assigned, find_flagged, find_said, find_shown
from claude_preflight.agents.secrets.commands import find_authorized, find_typed
from claude_preflight.agents.secrets.placeholders import is_placeholder
from claude_preflight.agents.secrets.secret import Secret, without_overlaps
from claude_preflight.agents.secrets.shapes import entropy, is_hexadecimal
from claude_preflight.agents.secrets.table import table
from claude_preflight.agents.secrets.tokens import find_tokens
from claude_preflight.late import late
from claude_preflight.model import Span

_AWS_SECRET = late(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_AWS_NEIGHBOURHOOD = 200


def find_in_text(
    text: str, start: int = 0, end: int | None = None, *, prose: bool = True, context: str = ""
) -> Iterator[Secret]:
    """Yield the literal credentials of `text` between `start` and `end` (0-based, half-open), in order of place.

    Spans are offsets into `text`. `prose` is for instructions and documentation, where example code abounds: only what
    looks generated counts there. Turn it off for what a program takes as it stands: a configuration value, an approved
    command. `context` is text beside it, such as the name of the value, that may tell one vendor's keys from another's.
    """
    end = len(text) if end is None else min(end, len(text))
    yield from without_overlaps(_candidates(text, start, end, prose=prose, context=context))


def _candidates(text: str, start: int, end: int, *, prose: bool, context: str) -> Iterator[Secret]:
    tokens = list(find_tokens(text, start, end, context))
    yield from tokens
    yield from _aws_secrets(text, tokens, end)
    yield from _rare(text, start, end)
    if prose:
        yield from _written_down(text, start, end)
    else:
        yield from find_assigned(text, start, end, prose=False)
    yield from find_flagged(text, start, end, prose=prose)
    yield from find_authorized(text, start, end, prose=prose)
    yield from find_typed(text, start, end, prose=prose)


def _written_down(text: str, start: int, end: int) -> Iterator[Secret]:
    """Yield what people note for each other; some readers are imported only where there is prose."""
    from claude_preflight.agents.secrets.cells import find_in_table, is_cell, tables
    from claude_preflight.agents.secrets.logins import find_logins

    known = list(tables(text, start, end))
    for secret in find_assigned(text, start, end, prose=True):
        if not any(is_cell(text, each, secret.span.start) for each in known):
            yield secret
    yield from find_shown(text, start, end)
    yield from find_said(text, start, end)
    yield from find_logins(text, start, end)
    for each in known:
        yield from find_in_table(text, each)


def _rare(text: str, start: int, end: int) -> Iterator[Secret]:
    """Yield what a single word gives away; the readers are imported only for that, as nearly no text has it."""
    if text.find("PRIVATE KEY", start, end) >= 0:
        from claude_preflight.agents.secrets.private_keys import find_private_keys

        yield from find_private_keys(text, start, end)
    if text.find("eyJ", start, end) >= 0:
        from claude_preflight.agents.secrets.jwt import find_jwts

        yield from find_jwts(text, start, end)
    if text.find("@", start, end) >= 0 and text.find("://", start, end) >= 0:
        from claude_preflight.agents.secrets.urls import find_url_passwords

        yield from find_url_passwords(text, start, end)


def _aws_secrets(text: str, tokens: list[Secret], end: int) -> Iterator[Secret]:
    """Yield the secret keys that stand near an AWS key id."""
    for token in tokens:
        if not token.kind.startswith("aws-"):
            continue
        first, last = token.span.start - _AWS_NEIGHBOURHOOD, token.span.end + _AWS_NEIGHBOURHOOD
        for match in _AWS_SECRET.finditer(text, max(0, first), min(end, last)):
            value = match.group()
            if not is_hexadecimal(value) and entropy(value) >= 4 and not is_placeholder(value):
                yield table().kinds["aws-secret-access-key"].found(Span(*match.span()))
