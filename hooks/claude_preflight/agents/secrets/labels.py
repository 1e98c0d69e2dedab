"""What stands before a value and calls it a credential: a name, a label of a list, the words of a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from claude_preflight.agents.secrets.names import NOTHING, PERHAPS, what_is_named
from claude_preflight.agents.secrets.table import endings, vocabulary
from claude_preflight.late import late

LONGEST_LABEL = 64
_AROUND = " \t\xa0\u202f*_\"'`\\]"  # blanks and marks between a label and what follows it
_NAME = late(r"[\w.-]+$")
_LABEL = late(r"(?:[^\W\d_][\w-]* ){0,2}[^\W\d_][\w-]*$")
_LONGEST_NAME = 24  # of the part that tells
_LONGEST_PURPOSE = 5  # words, with the one that begins it


def label_before(text: str, start: int, end: int) -> str:
    """Return what may be the label of a value: the text from `start` to `end` as far as one reaches, without marks."""
    return text[max(start, end - LONGEST_LABEL) : end].rstrip(_AROUND)


def credential_name(before: str, *, prose: bool) -> str:
    """Return the name at the end of `before` if it is that of a credential, else the empty string.

    In `prose` a name may have blanks, and what only perhaps names a credential must be spelt as a variable.
    """
    return _name_of(before, prose=prose) if _may_tell(before[-_LONGEST_NAME:]) else ""


def _name_of(before: str, *, prose: bool) -> str:
    found = (_LABEL.search(before) if prose else None) or _NAME.search(before)
    name = found.group() if found else ""
    named = what_is_named(name)
    if named == NOTHING or (named == PERHAPS and prose and not (name.isupper() and "_" in name)):
        return ""
    return name


def credential_label(before: str) -> str:
    """Return the label of a credential that ends `before`, whatever it says of its purpose; else the empty string.

    Such are "Password (prod)", "Password for the database" and "Mot de passe root".
    """
    if not _may_tell(before):
        return ""
    return _name_of(before, prose=True) or next(
        filter(None, (_name_of(label, prose=True) for label in _without_purpose(before))), ""
    )


def announces_login(before: str) -> bool:
    """Whether the label that ends `before` announces a user's name and a password."""
    labels = (before, *_without_purpose(before))
    lasts = (label.lower().replace("/", " ").split()[-1:] for label in labels)
    if any(last and last[0].strip("*_-`([") in vocabulary("login_words") for last in lasts):
        return True
    return bool(credential_label(before))


@cache
def _telling_parts() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the parts of names that tell, those in ASCII and all: most texts need only the former."""
    parts = endings("telling_parts")
    return tuple(filter(str.isascii, parts)), parts


def _may_tell(before: str) -> bool:
    return any(map(before.lower().__contains__, _telling_parts()[not before.isascii()]))


def _without_purpose(label: str) -> Iterator[str]:
    """Yield what is left of `label` without the words at its end that may say what a credential is for."""
    if label[-1:] in (")", "）"):
        start = max(label.rfind("("), label.rfind("（"))
        if start < 0 or _is_no_purpose(label[start + 1 :]):
            return
        yield label[start + 1 : -1]
        label = label[:start].rstrip(_AROUND)
        yield label
    words = label.split(" ")
    for count, word in enumerate(words[: -_LONGEST_PURPOSE - 1 : -1], 1):
        if _is_no_purpose(word):
            return
        if word.lower() in vocabulary("label_links") or (count == 1 and word.lower() in vocabulary("label_ends")):
            yield " ".join(words[:-count]).rstrip(_AROUND)


def _is_no_purpose(words: str) -> bool:
    """Whether one of `words` tells that what follows is a rule, a form or a digest of a credential."""
    return any(word.startswith(endings("label_breakers")) for word in words.lower().split())
