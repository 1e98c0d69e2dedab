"""A credential that was found, without its value."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable

from claude_preflight.model import Severity, Span
from claude_preflight.typed import NamedTuple


class Secret(NamedTuple):
    """A literal credential in a text; no field holds its value, so a report cannot leak it.

    `kind` is an id of `schemas/credentials.json` and `label` its name for a message. `span` encloses the secret alone.
    `severity` is a hint: `WARNING` for what is public by design, a test key, or a bare hexadecimal value or UUID that
    only its name makes a secret. `breadth` is `full` (an account's whole power), `scoped` (chosen when it was made, not
    visible in the string), `restricted` (by its type) or `public`. `mode` is `live`, `test`, or `none` where the
    string does not say. `advice` is one sentence on where to revoke it; `note` adds what the token says of itself, such
    as the day on which it expired. `called` is the name that it stands under, as the text has it, or empty.
    """

    kind: str
    label: str
    span: Span
    severity: Severity
    breadth: str
    mode: str
    advice: str
    generic: bool
    note: str = ""
    called: str = ""

    @property
    def public(self) -> bool:
        """Whether it is made to be seen, as a publishable key is."""
        return self.breadth == "public"

    @property
    def opens_something(self) -> bool:
        """Whether it gives access to a live system; a note says that it has expired, or soon will have."""
        return not (self.public or self.note) and self.mode != "test"


class Repeated(NamedTuple):
    """A secret, and where else the same value stands in the document."""

    secret: Secret
    others: tuple[Span, ...]


def without_overlaps(secrets: Iterable[Secret]) -> list[Secret]:
    """Return one secret per place, in order of place: of overlapping ones the more specific, then the longer."""
    kept: list[Secret] = []
    for secret in sorted(secrets, key=lambda found: (found.generic, found.span.start - found.span.end, found.span)):
        place = bisect(kept, secret.span.start, key=_start)
        after_previous = not place or kept[place - 1].span.end <= secret.span.start
        if after_previous and (place == len(kept) or secret.span.end <= kept[place].span.start):
            kept.insert(place, secret)
    return kept


def _start(secret: Secret) -> int:
    return secret.span.start


def once_per_value(secrets: Iterable[Secret], text: str) -> list[Repeated]:
    """Group what was found in `text` by value: the first place of each value, with the places of its repeats.

    The first place carries the most specific kind that any of the places has: a key that one place names only by its
    variable may stand behind a telling prefix in another.
    """
    places: dict[str, list[Secret]] = {}
    for secret in without_overlaps(secrets):
        places.setdefault(text[secret.span.start : secret.span.end], []).append(secret)
    return [
        Repeated(
            min(same, key=lambda secret: secret.generic)._replace(span=same[0].span),
            tuple(secret.span for secret in same[1:]),
        )
        for same in places.values()
    ]
