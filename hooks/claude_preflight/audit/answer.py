"""What a registry has told about one version of a package, and the artefact it has handed out."""

from __future__ import annotations

import re
from typing import Any

from claude_preflight.typed import NamedTuple

_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?=$|[T ])")


class Answer(NamedTuple):
    """One package in one version: `facts` have the keys of the record, None for what was not answered.

    `archive` is the path of the artefact, whose hash is `integrity`; empty where nothing was fetched. `sdist` tells
    that it is Python source with its build script. `declared` is what the registry says is in the package's own
    manifest.
    """

    package: str
    version: str
    integrity: str | None
    facts: dict[str, Any]
    archive: str = ""
    sdist: bool = False
    declared: dict[str, Any] = {}  # noqa: RUF012 - never written to


class Refused(Exception):
    """The registry answered, and what it handed out must not be used; the message tells why."""


def word(value: object, longest: int = 200) -> str | None:
    """Return the text `value` without what a person cannot see, None for anything else and for nothing."""
    if not isinstance(value, str):
        return None
    shown = "".join(letter for letter in value if letter.isprintable()).strip()
    return shown[:longest] or None


def day(value: object) -> str | None:
    """Return the day of a time such as 2026-01-31T10:00:00Z, as YYYY-MM-DD."""
    match = _DAY.match(value) if isinstance(value, str) else None
    return match.group() if match else None
