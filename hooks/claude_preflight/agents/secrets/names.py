"""What the name of a value says of it: a password, a token or key, perhaps a key, or nothing."""

from __future__ import annotations

from functools import lru_cache

from claude_preflight.agents.secrets.table import endings, vocabulary
from claude_preflight.late import late

# What a name calls its value; the value decides how much of that is believed. PERHAPS is a key of some sort, which only
# a random value makes a credential; PHRASE are the words of a wallet.
NOTHING, PERHAPS, TOKEN, PASSWORD, PHRASE = range(5)

_HUMP = late(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_OTHER = late(r"[\W_]+")


@lru_cache(maxsize=2000)
def name_words(name: str) -> tuple[str, ...]:
    """Return the words of an identifier, flag or header in lower case: `X-Api-Key` and `xApiKey` have the same."""
    return tuple(word for word in _OTHER.split(_HUMP.sub(" ", name[:200]).lower()) if word)


def _telling_words(name: str) -> list[str]:
    """Return the words of `name` up to the one that tells what it is."""
    found = [word for word in name_words(name) if word != "s"]
    while len(found) > 1 and (found[-1] in vocabulary("name_tails") or found[-1].isdigit()):
        found.pop()
    return found


@lru_cache(maxsize=2000)
def what_is_named(name: str) -> int:
    """Return what `name` (a variable, a header, a JSON key, a command-line flag) calls its value: a constant above.

    `OPENAI_API_KEY`, `x-api-key`, `--token` and `dbPassword` name credentials; `MAX_TOKENS`, `TOKEN_URL`, `primaryKey`,
    `SECRET_NAME` and `keywords` do not, because the last word decides.
    """
    found = _telling_words(name)
    if not found:
        return NOTHING
    *before, last = found
    last = last.rstrip("0123456789") or last
    if last.endswith(endings("password_endings")) or last in vocabulary("password_words"):
        return PASSWORD
    if last in vocabulary("phrase_words"):
        return PHRASE
    if not vocabulary("public_words").isdisjoint(before):
        return NOTHING
    if last.endswith(endings("token_endings")) or last in vocabulary("token_words"):
        return NOTHING if last == "token" and not vocabulary("other_tokens").isdisjoint(before) else TOKEN
    return _what_key(before, last)


def _what_key(before: list[str], last: str) -> int:
    if last == "pat":
        return TOKEN if before else NOTHING
    if last in ("key", "keys") and before:
        if before[-1] in vocabulary("secret_keys"):
            return TOKEN
        return NOTHING if last == "keys" or before[-1] in vocabulary("other_keys") else PERHAPS
    if last == "api" or before[-1:] == ["api"]:  # "clé API", "API-Schlüssel"
        return NOTHING if vocabulary("key_words").isdisjoint((last, *before)) else TOKEN
    return PERHAPS if last in vocabulary("perhaps_words") else NOTHING
