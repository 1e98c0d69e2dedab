"""How messages put things."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def counted(number: int, noun: str) -> str:
    """Return `number` with `noun` in its plural, but for one of them."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def in_words(words: Sequence[str], most: int = 8) -> str:
    """Return `words` (at least one) as English lists them; of more than `most` the last ones are only counted."""
    shown = list(words) if len(words) <= most else [*words[: most - 1], f"{len(words) - most + 1} more"]
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


def only(names: Iterable[str]) -> str:
    """Return the name that all `names` are; empty if they differ: an exemption of one must not hide the others."""
    different = {str(name) for name in names}
    return different.pop() if len(different) == 1 else ""
