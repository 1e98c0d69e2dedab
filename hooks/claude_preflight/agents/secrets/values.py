"""Judge a value by the name it stands under."""

from __future__ import annotations

from claude_preflight.agents.secrets.names import NOTHING, PASSWORD, PHRASE, TOKEN, what_is_named
from claude_preflight.agents.secrets.placeholders import is_placeholder
from claude_preflight.agents.secrets.shapes import changes, is_hexadecimal, is_name_like, is_uuid, looks_random, words
from claude_preflight.agents.secrets.spelling import is_drawn, is_thought_up
from claude_preflight.agents.secrets.table import is_made_public
from claude_preflight.late import late

_SCHEMES = ("bearer ", "basic ", "token ", "bot ", "ssws ", "apikey ", "api-key ", "key ")  # of an Authorization header
_SHORTEST_IN_PROSE = 20  # characters of a key; shorter ones are more often the digests of examples
_EXPANSION = late(r"\$\{[A-Za-z_][\w.]*:?[-=]")
_SIGNS = frozenset("!#$%&*+=?@^~")
_CODE = frozenset("(){}[]<>;\\\"'`|")
_ADDRESS = late(r"[\w.+-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12}")


def literal_part(value: str) -> tuple[int, int]:
    """Return the range of `value` that is taken literally.

    Left out are quotes, the scheme of an Authorization header, and of `${NAME:-default}` all but the default.
    """
    start, end = 0, len(value)
    while True:
        while start < end and (value[start].isspace() or value[start] in "\"'`\\"):
            start += 1
        while start < end and (value[end - 1].isspace() or value[end - 1] in "\"'`\\"):
            end -= 1
        lower = value[start : start + 8].lower()
        scheme = next((word for word in _SCHEMES if lower.startswith(word)), "")
        expansion = _EXPANSION.match(value, start, end)
        if scheme:
            start += len(scheme)
        elif expansion and value[end - 1] == "}":
            start, end = expansion.end(), end - 1
        else:
            return start, end


def decoded(value: str) -> str:
    """Return the text that `value` encodes in base 64, of `user:password` the last part; `value` if that is no text."""
    from base64 import b64decode

    try:
        text = b64decode(value + "=" * (-len(value) % 4), validate=True).decode()
    except ValueError:
        return value
    return text.rstrip(":").rpartition(":")[2] if len(text) > 3 and text.isprintable() else value


def kind_of_value(name: str, value: str, *, prose: bool = False) -> str:
    """Return the id of the kind of credential that `value` is under `name`; empty if it is none.

    `value` is the literal part alone. In `prose`, where examples abound, it must look as if a generator had made it, or
    as a strong password.
    """
    named = what_is_named(name)
    if named == NOTHING or len(value) < 5 or is_made_public(value):
        return ""
    if named == PHRASE:
        return "recovery-phrase" if _is_phrase(value) else ""
    if is_placeholder(value, name) or is_placeholder(decoded(value)):
        return ""
    if named == PASSWORD:
        return "password" if _is_password(value, prose=prose) else ""
    if prose and len(value) < _SHORTEST_IN_PROSE:
        return ""
    if looks_random(value) or (named == TOKEN and not prose and _is_key(value)):
        return "named-identifier-secret" if is_uuid(value) or is_hexadecimal(value) else "named-secret"
    return ""


def _is_phrase(value: str) -> bool:
    found = value.split()
    return (
        len(found) in (12, 15, 18, 21, 24)
        and len(set(found)) > 8
        and all(word.isalpha() and word.islower() for word in found)
    )


def _is_password(value: str, *, prose: bool) -> bool:
    if any(character.isspace() for character in value):
        return not prose and [len(group) for group in value.split()] == [4, 4, 4, 4]  # an app password of Google
    # A label may stand for a user's name as well, and what holds a password is judged as the address that it is.
    return not prose or (is_strong(value) and "://" not in value and not _ADDRESS.fullmatch(value))


def is_strong(password: str) -> bool:
    """Whether `password` is one that nobody writes as an example: generated, or of three kinds of characters.

    Not so are words with a number behind them, as the accounts of tests and seeds have.
    """
    if looks_random(password) or is_drawn(password):
        return True
    usual = 8 <= len(password) <= 64 and _CODE.isdisjoint(password) and _classes(password) >= 3
    return usual and not is_thought_up(password)


def stands_out(value: str) -> bool:
    """Whether `value`, without quotes in a sentence, is none of its words: a sign in it, or changes as in no term.

    Terms of the trade, such as `SHA256-hashed` and `X-API-Key2`, have three kinds of characters too.
    """
    if any(sign in _SIGNS for sign in value):
        return True
    return changes(value) >= 3 or is_drawn("".join(filter(str.isalpha, value)))


def _classes(value: str) -> int:
    """Return how many of lower case, capitals, digits and other characters occur in `value`."""
    tests = (str.islower, str.isupper, str.isdigit, lambda character: not character.isalnum())
    return sum(any(map(test, value)) for test in tests)


def _is_key(value: str) -> bool:
    """Whether `value` can be a key: no words, no sentence, not the name of something."""
    if len(value) < 8 or any(character.isspace() for character in value) or not value.isprintable():
        return False
    if any(character.isdigit() for character in value):
        return not is_name_like(value)
    if len(value) < 16 or len(value) >= 4 * len(words(value)):
        return False
    return changes(value) >= 3 or not value.isalpha()
