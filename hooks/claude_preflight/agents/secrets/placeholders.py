"""Tell a literal credential from what stands in for one."""

from __future__ import annotations

from functools import cache

from claude_preflight.agents.secrets.names import name_words
from claude_preflight.agents.secrets.shapes import entropy, is_hexadecimal, is_patterned, words
from claude_preflight.agents.secrets.table import endings, vocabulary

_LONGEST_WORD = 14  # letters of a common word
_COUNTING = "01234567890123456789"
_LONGEST_COMMON = 40  # letters of words put together
_NUMBER_SIGNS = str.maketrans("", "", ".,:-+TZ")
_LEET = (str.maketrans("013457@$", "oieastas"), str.maketrans("013457@$", "oleastas"))


@cache
def _spelt_stems() -> tuple[str, ...]:
    """Return the stems as people spell them: in mixed case random characters make a short one now and then."""
    stems = vocabulary("placeholder_stems")
    return tuple({spelling for stem in stems for spelling in (stem, stem.upper(), stem.title(), stem.capitalize())})


def _is_reference(value: str, lower: str) -> bool:
    if "${" in value or "$(" in value or "{{" in value or lower.startswith(endings("references")):
        return True
    if value[0] in "%@" and value[-1] == value[0] and value[1:-1].replace("_", "a").isalnum():
        return True
    if value[0] == "$" and value[1:2].isalpha() and value[1:].replace("_", "a").isalnum():
        return not value[1:].isalnum() or value[1:].isupper() or value[1:].isalpha()
    return value[:2] == "__" and value[-2:] == "__" and len(value) > 4


def _is_bracketed(value: str) -> bool:
    opening = value.find("<")
    if opening >= 0 and value.find(">", opening) > opening + 1:
        return True
    return value[0] + value[-1] in ("[]", "{}", "()", "<>", "**", "__")


def _is_path_or_address(value: str, lower: str) -> bool:
    if lower.startswith(("./", "../", "~/", "~\\", "/path/", "http://", "https://", "file://", "c:\\", "c:/", ".\\")):
        return True
    if value[0] == "/":
        folders = value.strip("/").split("/")
        return len(folders) > 1 and all(len(folder) < 20 for folder in folders)
    return lower.endswith(
        (".pem", ".key", ".json", ".txt", ".env", ".yaml", ".yml", ".toml", ".crt", ".pub", ".ts", ".js", ".py")
    )


def _is_number(value: str) -> bool:
    """Whether `value` is a number, a version, or a date with or without a time."""
    return value.lstrip("+-^~<>=v").translate(_NUMBER_SIGNS).isdigit()


def _is_variable_name(value: str, name: str) -> bool:
    letters = [character for character in value if character.isalpha()]
    digits = sum(character.isdigit() for character in value)
    if "_" in value and value.isupper() and value.replace("_", "a").isalnum() and digits <= 2 < len(letters):
        return True
    return bool(name) and name_words(value) == name_words(name)


def _is_low_entropy(value: str) -> bool:
    if len(value) < 20:
        return len(set(value)) <= 2 < len(value)
    return entropy(value) < (2.4 if is_hexadecimal(value.replace("-", "")) else 3.0)


def _is_common(word: str) -> bool:
    """Whether the letters of `word` are common words one after the other."""
    common = vocabulary("common_words")
    reached = [True] + [False] * len(word)
    for begin in range(min(len(word), _LONGEST_COMMON)):
        if reached[begin]:
            for end in range(begin + 1, min(begin + _LONGEST_WORD, len(word)) + 1):
                reached[end] = reached[end] or word[begin:end] in common
    return reached[-1]


def _letters(value: str) -> list[str]:
    return "".join(character if character.isalpha() else " " for character in value.lower()).split()


def is_common_password(value: str) -> bool:
    """Whether `value` is put together of words that examples, tests and local defaults use, as `P@ssw0rd123` is."""
    end = next((end for end in range(len(value), 0, -1) if value[end - 1].isalpha()), 0)
    word, number = value[:end].lower(), value[end:]  # digits behind the last letter stand for themselves
    for spelling in (value, *(word.translate(leet) + number for leet in _LEET)):
        pieces = _letters(spelling)
        digits = "".join(character for character in spelling if character.isdigit())
        if pieces and all(map(_is_common, pieces)) and (len(digits) <= 4 or digits in _COUNTING):
            return True
    return False


def _has_foreign_letters(value: str) -> bool:
    """Whether letters beyond the Latin alphabet occur, which no generated key has."""
    return any(character >= "\u0370" and character.isalpha() for character in value)


def is_placeholder(value: str, name: str = "") -> bool:
    """Whether `value` stands in for a credential: a reference, an instruction to fill it in, an example, a mask.

    `name` is what the value is called, when it is known: a value that repeats its own name is a placeholder. An e-mail
    address is judged by what stands before the `@`.
    """
    value = value.strip(" \t\r\n\"'`")
    if not value:
        return True
    local, at, domain = value.rpartition("@")
    if at and local and "." in domain and domain.replace(".", "").replace("-", "").isalpha() and ":" not in local:
        value = local
    lower = value.lower()
    if _is_reference(value, lower) or _is_bracketed(value) or any(map(value.__contains__, _spelt_stems())):
        return True
    if _is_path_or_address(value, lower) or _is_number(value) or _is_variable_name(value, name):
        return True
    if _has_foreign_letters(value) or is_patterned(value) or _is_low_entropy(value):
        return True
    return is_common_password(value) or _is_filled_with_words(value)


def _is_filled_with_words(value: str) -> bool:
    """Whether `value` has nothing but letters and separators, and a word that asks for the real value."""
    if not "".join(character for character in value if character not in "-_. ").isalpha():
        return False
    found = _letters(value)
    humps = words(value)
    if len(value) >= 4 * len(humps):  # random letters have many humps
        found += humps
    return not vocabulary("placeholder_words").isdisjoint(found)
