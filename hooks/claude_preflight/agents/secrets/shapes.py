"""What the characters of a string say: random, patterned, or made of words."""

from __future__ import annotations

from itertools import pairwise
from math import log2

from claude_preflight.late import late

_LONGEST = 160  # characters looked at; a longer value is judged by its beginning
_UUID = late(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_WORD = late(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_LONG_WORD = late(r"[A-Z]?[a-z]{3,}")
_SEPARATOR = late(r"[-_./:\s]+")
_HEX = frozenset("0123456789abcdefABCDEF")


def entropy(value: str) -> float:
    """Return the Shannon entropy of `value` in bits per character; 0.0 for the empty string."""
    size = len(value)
    counts = [value.count(character) for character in set(value)]
    return -sum(count / size * log2(count / size) for count in counts)


def is_uuid(value: str) -> bool:
    """Whether `value` has the form of a UUID."""
    return bool(_UUID.fullmatch(value))


def is_hexadecimal(value: str) -> bool:
    """Whether `value` has only hexadecimal digits."""
    return _HEX.issuperset(value)


def words(value: str) -> list[str]:
    """Return the words of `value` in lower case, split at other characters and at camel-case humps."""
    return [word.lower() for word in _WORD.findall(value[:_LONGEST])]


def _longest_run(value: str, steps: tuple[int, ...]) -> int:
    longest = length = 1
    last: int | None = None
    for before, after in pairwise(value):
        step = ord(after) - ord(before)
        length = length + 1 if step == last and step in steps else 2 if step in steps else 1
        last = step
        longest = max(longest, length)
    return longest


def is_patterned(value: str) -> bool:
    """Whether somebody typed `value` along the alphabet, or repeated a character or a group of them.

    Such are `aaaaaa`, `123456`, `a1b2c3d4e5` and `abcabcabc`.
    """
    value = value[:_LONGEST].lower()
    if _longest_run(value, (-1, 0, 1)) >= (6 if len(value) < 48 else 8):
        return True
    letters = "".join(filter(str.isalpha, value))
    digits = "".join(filter(str.isdigit, value))
    if _longest_run(letters, (1,)) >= 5 and _longest_run(digits, (1,)) >= 5:
        return True
    plain = letters if not digits else value
    return any(
        len(plain) >= 3 * size and plain == (plain[:size] * (len(plain) // size + 1))[: len(plain)]
        for size in (1, 2, 3, 4)
    )


def changes(value: str) -> int:
    """Return how often `value` changes between letters and digits, or from a lower-case letter to a capital."""
    return sum(
        before.isdigit() != after.isdigit() or (before.islower() and after.isupper())
        for before, after in pairwise(value)
        if before.isalnum() and after.isalnum()
    )


def looks_random(value: str) -> bool:
    """Whether `value` is what a generator makes, such as a UUID or a key in hexadecimal or base 64."""
    if is_uuid(value):
        return True
    if len(value) < 16 or not value.isascii() or not value.isprintable():
        return False
    pieces = _SEPARATOR.split(value)
    longest = max(pieces, key=len)
    if len(longest) < 10:
        return False
    if is_hexadecimal(longest) and not longest.isdigit():
        return changes(longest) >= 3 and entropy(longest) >= 2.4
    return changes(value) >= 4 and entropy(value) >= 3.0 and not is_name_like(value) and not _is_identifier(value)


def _is_identifier(value: str) -> bool:
    """Whether `value` is an expression of a programming language: `pkg.Ed25519PrivateKey`, `PKCS7PrivateKeyTypes`."""
    parts = value.split(".")
    if len(parts) > 1 and any(len(part) > 2 and part.isalpha() and part.islower() for part in parts):
        return True
    share = sum(map(len, _LONG_WORD.findall(value))) / len(value)
    return not value.islower() and share > (0.25 if len(parts) > 1 else 0.55)


def is_name_like(value: str) -> bool:
    """Whether `value` is put together of words and short numbers, as `acme-staging-2` and `gpt-4o-mini` are."""
    return all(
        len(piece) <= 3
        or (piece.isalpha() and (piece.islower() or piece.isupper() or piece.istitle()))
        or (len(piece) <= 8 and piece.isdigit())
        for piece in _SEPARATOR.split(value)
    )
