"""Whether letters make words, as those of what people think up do, or none, as those that a generator draws."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

from claude_preflight.agents.secrets.table import endings
from claude_preflight.late import late

_UNUSUAL = 0.25  # of the pairs of letters of a word, in whatever language, at most
_DRAWN = 0.3  # of the pairs of letters of a random string, at least
_SHORTEST_DRAWN = 10  # letters; fewer are as likely an abbreviation
_LONG_WORD = late(r"[A-Z]?[a-z]{4,}")
_ACRONYM = 4  # capitals of which a word consists
_SHORTEST_WORD = 3  # letters, on average
_NUMBER = 2  # digits that may be any
_YEARS = range(1900, 2100)
_COUNTED = ("01234567890", "9876543210")
_PIECE = late(r"([^\W\d_]*)(\d*)([-_.@#$!*&+?%]*)")
_SEPARATORS = frozenset("-_.")
_MOST_PIECES = 8


@cache
def _pairs() -> frozenset[tuple[str, str]]:
    return frozenset((group[0], follower) for group in endings("letter_pairs") for follower in group[1:])


def _unusual(letters: str) -> tuple[int, int]:
    """Return how many neighbours in `letters`, in lower case, do not follow each other in words, and of how many."""
    neighbours = [pair for pair in pairwise(letters) if pair[0].isascii() and pair[1].isascii()]
    return sum(pair not in _pairs() for pair in neighbours), len(neighbours)


def is_drawn(value: str) -> bool:
    """Whether `value` is letters in both cases that no word, no words and no identifier have in that order."""
    if not _SHORTEST_DRAWN <= len(value) <= 64 or not (value.isascii() and value.isalpha()) or value.istitle():
        return False
    if value.islower() or value.isupper():
        return False
    if sum(map(len, _LONG_WORD.findall(value))) * 2 > len(value) and _spells(_LONG_WORD.findall(value)):
        return False
    unusual, all_of_them = _unusual(value.lower())
    return unusual >= _DRAWN * all_of_them


def _spells(words: list[str]) -> bool:
    """Whether the letters of `words` follow each other as they do in words."""
    counts = [_unusual(word.lower()) for word in words if not (len(word) <= _ACRONYM and word.isupper())]
    return sum(unusual for unusual, _ in counts) <= max(1, _UNUSUAL * sum(number for _, number in counts))


def _humps(word: str) -> int:
    return 1 + sum(before.islower() and after.isupper() for before, after in pairwise(word))


def _is_short_number(digits: str) -> bool:
    if len(digits) <= _NUMBER or len(set(digits)) == 1 or any(digits in counted for counted in _COUNTED):
        return True
    return len(digits) == 4 and int(digits) in _YEARS


def is_thought_up(password: str) -> bool:
    """Whether `password` is words with a short number or a year: `Manager123!`, `Mudar@2024`, `shop_user_1`.

    Examples, tests and seeds have such ones, whatever the word.
    """
    pieces = [match.groups() for match in _PIECE.finditer(password) if match.group()][: _MOST_PIECES + 1]
    if len(pieces) > _MOST_PIECES or sum(len("".join(piece)) for piece in pieces) != len(password):
        return False
    words = [word for word, _, _ in pieces if word]
    numbers = [digits for _, digits, _ in pieces if digits]
    signs = [joint for _, digits, joint in pieces[:-1] if joint not in _SEPARATORS]
    if len("".join(words)) < _SHORTEST_WORD * max(1, sum(map(_humps, words))) or len(numbers) > 2 or len(signs) > 1:
        return False
    if any(digits and joint not in _SEPARATORS for _, digits, joint in pieces[:-1]):  # `a1b2` is no list of words
        return False
    return all(map(_is_short_number, numbers)) and _spells(words)
