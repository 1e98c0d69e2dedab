"""Package names that a reader, or a model, takes for one another: by look-alike characters, separators or slips."""

from __future__ import annotations

from claude_preflight.late import late

_SEPARATORS = late(r"[-_./@]+")
# Letters of other scripts, each before the Latin one of its shape; compatibility forms and accents are folded already.
_PAIRS = (
    "аa вb гr еe іi ӏl јj кk мm нh оo рp ԛq сc ԁd ѕs тt уy хx ԝw һh үy αa βb γy εe ιi κk νv οo ρp τt υu χx ωw "
    "ɑa ɡg ɩi ıi łl øo "
)
_SHAPES = str.maketrans(_PAIRS[::3], _PAIRS[1::3])
_LOOK_ALIKE = str.maketrans("0135i", "olesl")


def skeleton(name: str) -> str:
    """Return what `name` looks like: names that differ and have one skeleton are told apart only on a second look."""
    if not name.isascii():
        from unicodedata import combining, normalize

        folded = normalize("NFKD", normalize("NFKC", name).casefold())
        name = "".join(character for character in folded if not combining(character))
    return name.lower().translate(_SHAPES).translate(_LOOK_ALIKE).replace("rn", "m").replace("vv", "w")


def is_disguised(name: str) -> bool:
    """Tell whether Latin letters stand in `name` beside letters of another script that have the same shapes."""
    letters = [letter for letter in name if letter.isalpha()]
    return any(letter.isascii() for letter in letters) and any(ord(letter) in _SHAPES for letter in letters)


def squashed(name: str) -> str:
    """Return `name` without separators."""
    return _SEPARATORS.sub("", name)


def split_name(name: str) -> list[str]:
    """Return the words of `name`, which separators part."""
    return [word for word in _SEPARATORS.split(name) if word]


def is_misspelt(name: str, known: str, others: frozenset[str]) -> bool:
    """Tell whether `name` is `known` with other separators, or with a slip in one of its words.

    A word of `others` is no slip, because it means something of its own: a server for motion is not one for Notion.
    """
    if abs(len(name) - len(known)) > 2 or name == known:
        return False
    if squashed(name) == squashed(known):
        return True
    words, known_words = split_name(name), split_name(known)
    if len(words) != len(known_words):
        return False
    pairs = [(word, other) for word, other in zip(words, known_words, strict=True) if word != other]
    return len(pairs) == 1 and pairs[0][0] not in others and is_slip(*pairs[0])


def is_slip(word: str, known: str) -> bool:
    """Tell whether fingers that mean `known` easily type `word`.

    The shorter the word, the more of its neighbours are words as well: below five letters only two letters that have
    changed places or one that is doubled count, below seven no other letter in place of one, and two slips from nine.
    """
    if word == known or not known:
        return False
    if len(known) < 5:
        return _is_swapped(word, known) or _is_doubled(word, known)
    if len(known) < 7:
        return _is_swapped(word, known) or (len(word) != len(known) and distance(word, known, 1) == 1)
    return distance(word, known, 1 if len(known) < 9 else 2) is not None


def _is_swapped(word: str, known: str) -> bool:
    return sorted(word) == sorted(known) and distance(word, known, 1) == 1


def _is_doubled(word: str, known: str) -> bool:
    return any(word == known[:index] + letter + known[index:] for index, letter in enumerate(known))


def distance(left: str, right: str, limit: int) -> int | None:
    """Return how many letters must be put in, left out, replaced or swapped with the next; None if above `limit`.

    This is the optimal string alignment distance.
    """
    if abs(len(left) - len(right)) > limit:
        return None
    before: list[int] = []
    row = list(range(len(right) + 1))
    for index, letter in enumerate(left):
        before, last, row = row, before, [index + 1]
        for column, other in enumerate(right):
            cost = min(before[column] + (letter != other), before[column + 1] + 1, row[column] + 1)
            if index and column and letter == right[column - 1] and left[index - 1] == other:
                cost = min(cost, last[column - 1] + 1)
            row.append(cost)
        if min(row) > limit:
            return None
    return row[-1] if row[-1] <= limit else None
