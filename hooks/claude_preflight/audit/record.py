"""Write the audit record: whole or not at all, in a stable order, what did not change byte for byte as it was."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Collection
from typing import Any

from claude_preflight.agents.audit_entry import OCI, read_record
from claude_preflight.atomic import replace
from claude_preflight.document import Document
from claude_preflight.examine import Unusable
from claude_preflight.typed import NamedTuple

_ABOUT_THE_PROGRAM = ("launch", "source", "package", "version", "integrity", "url", "path")
_INDENT = "    "


class _Kept(NamedTuple):
    """An entry and its text in the file, empty where it is new or has changed."""

    entry: dict[str, Any]
    text: str


class Record:
    """The entries of a record as they are written; `document` is the file as it stands, None where there is none.

    Raises `Unusable` where the file is no record: nothing that a person has written may be lost.
    """

    def __init__(self, document: Document | None) -> None:
        self._kept: list[_Kept] = []
        self._other: dict[str, Any] = {"version": 1}
        self.changed = False
        if document is not None:
            self._read(document)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The entries in their order."""
        return [kept.entry for kept in self._kept]

    def _read(self, document: Document) -> None:
        try:
            root = json.loads(document.text)
        except (ValueError, RecursionError):
            raise Unusable(f"{document.path} is no JSON: repair it, or move it away") from None
        servers = root.get("servers") if isinstance(root, dict) else None
        texts = [document.text[entry.node.start : entry.node.end] for entry in read_record(document)]
        if not isinstance(servers, list) or [each for each in servers if not isinstance(each, dict)]:
            raise Unusable(f"{document.path} has no list of servers: repair it, or move it away")
        if root.get("version") != 1 or len(texts) != len(servers):
            raise Unusable(f"{document.path} is no record of version 1: repair it, or move it away")
        self._other = {key: value for key, value in root.items() if key != "servers"}
        self._kept = [_Kept(entry, text) for entry, text in zip(servers, texts, strict=True)]

    def put(self, entry: dict[str, Any], looser: Collection[str] = ()) -> bool:
        """Take `entry` in place of the one for the same server; tell whether that drops what a person has answered.

        The review of the same program (launch line, version and hash) stays; of any other it goes, as nobody has looked
        at it. A launch line of `looser`, which names the same package without a version, counts as the same. Where all
        answers are the same but for their day, the old entry stays as it is.
        """
        place = self._place(entry)
        old = self._kept[place].entry if place is not None else {}
        if old.get("launch") in looser:
            old = {**old, "launch": entry["launch"]}
        new = {key: value for key, value in entry.items() if value is not None}
        if _is_unasked_image(old, new):
            new = {**new, "integrity": old["integrity"]}
        same = all(old.get(key) == new.get(key) for key in _ABOUT_THE_PROGRAM)
        review = old.get("review")
        if same and review is not None:
            new["review"] = review
        if not same or place is None or _without_day(self._kept[place].entry) != _without_day(new):
            self._set(place, new)
        return bool(review) and not same

    def review(self, place: int, review: dict[str, Any]) -> None:
        """Give the entry at `place` the answers of a person."""
        self._set(place, {**self._kept[place].entry, "review": review})

    def _set(self, place: int | None, entry: dict[str, Any]) -> None:
        self.changed = True
        if place is None:
            self._kept.append(_Kept(entry, ""))
        else:
            self._kept[place] = _Kept(entry, "")

    def _place(self, entry: dict[str, Any]) -> int | None:
        """Return where the entry for the same server is: with its launch line, or else with its name and a file."""
        named = [number for number, old in enumerate(self.entries) if old.get("name") == entry["name"]]
        for number in named:
            if self.entries[number].get("launch") == entry["launch"]:
                return number
        configs = set(entry["configs"])
        return next((number for number in named if configs & set(self.entries[number].get("configs") or ())), None)

    def render(self) -> str:
        """Return the file."""
        ordered = sorted(self._kept, key=lambda kept: (str(kept.entry.get("name")), str(kept.entry.get("launch"))))
        texts = [kept.text or textwrap.indent(_json(kept.entry), _INDENT).lstrip() for kept in ordered]
        head = _json(self._other).removesuffix("\n}")
        listed = ",\n".join(f"{_INDENT}{text}" for text in texts)
        return f'{head},\n  "servers": [\n{listed}\n  ]\n}}\n' if texts else f'{head},\n  "servers": []\n}}\n'


def _is_unasked_image(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Tell whether only a machine without a client for images does not know the digest that `old` has."""
    alike = all(old.get(key) == new.get(key) for key in _ABOUT_THE_PROGRAM if key != "integrity")
    return alike and new.get("source") == OCI and "integrity" not in new and "integrity" in old


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _without_day(entry: dict[str, Any]) -> dict[str, Any]:
    facts = entry.get("facts")
    return {**entry, "facts": {**facts, "asked_on": None}} if isinstance(facts, dict) else entry


def write(path: str, text: str) -> None:
    """Replace the file at `path` by `text` in one step. Raises `Unusable`."""
    if os.path.islink(path):
        raise Unusable(f"{os.path.basename(path)} is a link, and is not written through")
    try:
        replace(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise Unusable(f"cannot write {os.path.basename(path)}: {error.strerror}") from None
