"""The table of credential kinds, `schemas/credentials.json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from claude_preflight.agents.data import load
from claude_preflight.agents.secrets.secret import Secret
from claude_preflight.model import Severity, Span
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any


class Kind(NamedTuple):
    """One kind of credential; the fields are described in `schemas/credentials.schema.json`."""

    id: str
    label: str
    breadth: str
    mode: str
    severity: str
    variable: str
    advice: str
    generic: bool
    keywords: tuple[str, ...]
    pattern: str
    entropy: float
    sample: str
    context: tuple[str, ...]

    def found(self, span: Span, note: str = "", called: str = "") -> Secret:
        """Return a secret of this kind at `span`, which stands under the name `called`."""
        of_kind = (self.breadth, self.mode, self.advice, self.generic)
        return Secret(self.id, self.label, span, Severity(self.severity), *of_kind, note, called)


# What an entry of the table may leave out.
_DEFAULTS: dict[str, Any] = {
    "generic": False,
    "keywords": (),
    "pattern": "",
    "entropy": 0.0,
    "sample": "",
    "context": (),
}


class Kinds(Mapping[str, Kind]):
    """The kinds by id, each made when it is first asked for: most runs ask for none."""

    def __init__(self, entries: list[dict[str, Any]]) -> None:
        self._entries = {entry["id"]: entry for entry in entries}
        self._made: dict[str, Kind] = {}

    def __getitem__(self, kind: str) -> Kind:
        if kind not in self._made:
            entry = {**_DEFAULTS, **self._entries[kind]}
            self._made[kind] = Kind(*[entry[field] for field in Kind._fields])
        return self._made[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


class Table(NamedTuple):
    """The kinds; each keyword with the id of its kind, by the separator it has; and the lists of words and fragments.

    A word without an underscore cannot hold a keyword with one, which spares most words most of the search.
    """

    kinds: Kinds
    keywords: dict[str, list[tuple[str, str]]]
    lists: dict[str, tuple[str, ...]]


@cache
def table() -> Table:
    """Return the table, read once."""
    data = load("credentials.json")
    keywords: dict[str, list[tuple[str, str]]] = {"_": [], "-": [], "": []}
    for entry in data["kinds"]:
        for keyword in entry.get("keywords", ()):
            separator = "_" if "_" in keyword else "-" if "-" in keyword else ""
            keywords[separator].append((keyword, entry["id"]))
    lists = {name: data[name] for name in ("published_examples", "public_prefixes")} | data["vocabulary"]
    return Table(Kinds(data["kinds"]), keywords, {name: tuple(words) for name, words in lists.items()})


@cache
def vocabulary(name: str) -> frozenset[str]:
    """Return the words of the list `name` of the table."""
    return frozenset(table().lists[name])


def endings(name: str) -> tuple[str, ...]:
    """Return the strings of the list `name` of the table, as `endswith` and `startswith` take them."""
    return table().lists[name]


def possible_kinds(words: list[str]) -> list[Kind]:
    """Return the kinds that have a keyword in one of `words`; a cheap pass that nearly always returns none."""
    possible: dict[str, None] = {}
    for separator, keywords in table().keywords.items():
        haystack = "\n".join([word for word in words if separator in word])
        if haystack:
            possible.update({kind: None for keyword, kind in keywords if keyword in haystack})
    return [table().kinds[kind] for kind in possible]


def is_published_example(value: str) -> bool:
    """Whether `value` is a credential that its vendor prints in the documentation or ships as a local default."""
    return any(fragment in value for fragment in endings("published_examples"))


def is_made_public(value: str) -> bool:
    """Whether `value` is such an example, or of a kind that its vendor means for web pages."""
    return value.startswith(endings("public_prefixes")) or is_published_example(value)
