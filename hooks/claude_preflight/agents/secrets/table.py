"""The table of credential kinds, `schemas/credentials.json`."""

from __future__ import annotations

import json
from functools import cache
from typing import NamedTuple

from claude_preflight.agents.secrets.secret import Secret
from claude_preflight.agents.validation import data_path
from claude_preflight.model import Severity, Span

SHORTEST_TOKEN = 18  # a payment key with the shortest body that its pattern takes


class Kind(NamedTuple):
    """One kind of credential; the fields are described in `schemas/credentials.schema.json`."""

    id: str
    label: str
    breadth: str
    mode: str
    severity: str
    variable: str
    advice: str
    generic: bool = False
    keywords: tuple[str, ...] = ()
    pattern: str = ""
    entropy: float = 0.0
    sample: str = ""
    context: tuple[str, ...] = ()

    def found(self, span: Span, note: str = "") -> Secret:
        """Return a secret of this kind at `span`."""
        severity = Severity(self.severity)
        return Secret(self.id, self.label, span, severity, self.breadth, self.mode, self.advice, self.generic, note)


class Table(NamedTuple):
    """The kinds by id, and fragments of credentials that vendors publish as examples."""

    kinds: dict[str, Kind]
    published_examples: tuple[str, ...]


@cache
def table() -> Table:
    """Return the table, read once."""
    with open(data_path("credentials.json"), encoding="utf-8") as file:
        data = json.load(file)
    return Table({entry["id"]: Kind(**entry) for entry in data["kinds"]}, tuple(data["published_examples"]))


def _speaks_of(kind: Kind, *texts: str) -> bool:
    return not kind.context or any(
        spelling in text for word in kind.context for spelling in (word, word.title(), word.upper()) for text in texts
    )


def possible_kinds(text: str, context: str = "") -> list[Kind]:
    """Return the kinds that `text` may hold by keyword; empty for nearly every text, after one cheap pass.

    `context` is further text, such as the name of a variable, that may hold a word which a kind asks for.
    """
    words = "\n".join(word for word in text.split() if len(word) >= SHORTEST_TOKEN)
    if not words:
        return []
    return [
        kind
        for kind in table().kinds.values()
        if any(keyword in words for keyword in kind.keywords) and _speaks_of(kind, text, context)
    ]


def is_published_example(value: str) -> bool:
    """Whether `value` is a credential that its vendor prints in the documentation or ships as a local default."""
    return any(fragment in value for fragment in table().published_examples)
