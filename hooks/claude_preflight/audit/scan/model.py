"""What a scan finds in source code, and the shortlist of it that a person can read in five minutes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from claude_preflight.typed import NamedTuple

HOST, NETWORK, SENSITIVE_PATH, PROCESS = "network-host", "network", "sensitive-path", "process"
DYNAMIC_CODE, ENVIRONMENT, OBFUSCATED, MINIFIED = "dynamic-code", "environment", "obfuscated", "minified"
INSTALL_SCRIPT, BINARY, UNREADABLE = "install-script", "binary", "unreadable"

# What a person should read first.
_ORDER = (
    *(INSTALL_SCRIPT, OBFUSCATED, SENSITIVE_PATH, ENVIRONMENT, DYNAMIC_CODE, PROCESS),
    *(HOST, NETWORK, BINARY, UNREADABLE, MINIFIED),
)
_MOST_OF_A_KIND = 15
_LONGEST_DETAIL = 300
_SECRET_NAME = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|API_?KEY|PRIVATE|ACCESS_KEY|_KEY$|_PAT$", re.IGNORECASE)


class Fact(NamedTuple):
    """Something that the code does or may do: `what` is a constant of this module, `line` is 1-based.

    `alarming` facts head their kind, so that no crowd of others pushes them off the shortlist.
    """

    what: str
    detail: str
    file: str
    line: int
    alarming: bool = False


class Entry(NamedTuple):
    """Facts of one kind and detail: the first place, and how many places there are."""

    what: str
    detail: str
    file: str
    line: int
    places: int


def shortlist(facts: Iterable[Fact]) -> tuple[Entry, ...]:
    """Return `facts` grouped, with at most some of each kind; the details of the rest are gathered in a last entry."""
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        groups.setdefault((fact.what, fact.detail), []).append(fact)
    entries: list[Entry] = []
    for kind in _ORDER:
        of_kind = [group for (what, _), group in groups.items() if what == kind]
        of_kind.sort(key=lambda group: (not any(fact.alarming for fact in group), group[0].file, group[0].line))
        entries += map(_entry, of_kind[:_MOST_OF_A_KIND])
        entries += _rest(of_kind[_MOST_OF_A_KIND:])
    return tuple(entries)


def _entry(group: list[Fact]) -> Entry:
    first = min(group, key=lambda fact: (fact.file, fact.line))
    return Entry(first.what, first.detail[:_LONGEST_DETAIL], first.file, first.line, len(group))


def _rest(groups: list[list[Fact]]) -> Iterator[Entry]:
    if groups:
        details = ", ".join(dict.fromkeys(group[0].detail for group in groups))
        shown = details if len(details) <= _LONGEST_DETAIL else f"{details[:_LONGEST_DETAIL]}…"
        first = groups[0][0]
        places = sum(map(len, groups))
        yield Entry(first.what, f"and {len(groups)} more: {shown}", first.file, first.line, places)


def is_secret_name(name: str) -> bool:
    """Tell whether an environment variable called `name` is likely to hold a credential."""
    return bool(_SECRET_NAME.search(name))
