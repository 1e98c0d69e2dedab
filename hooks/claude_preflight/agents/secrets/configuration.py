"""Credentials in the values of a configuration: a variable, a header, the words of a command line."""

from __future__ import annotations

from collections.abc import Sequence

from claude_preflight.agents.secrets.names import NOTHING, name_words, what_is_named
from claude_preflight.agents.secrets.secret import Secret, without_overlaps
from claude_preflight.agents.secrets.table import table
from claude_preflight.agents.secrets.text import find_in_text
from claude_preflight.agents.secrets.values import kind_of_value, literal_part
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text

_TELLING_ALONE = ("token", "password", "secret", "apikey")
_VARIABLE = late(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")


def judge_named_value(name: str, value: Text) -> Secret | None:
    """Return `value`, which stands under `name`, as a secret with its place in the document, or None.

    `name` is that of a variable, a header, a key or a flag (`--api-key`). The span leaves out quotes, `Bearer` and the
    like, and of `${NAME:-default}` takes the default alone. A value with a telling form has the kind of that form.
    """
    if what_is_named(name) == NOTHING:
        return None
    literal = value.part(*literal_part(value))
    for secret in find_in_text(str(literal), prose=False, context=name):
        if not secret.generic:
            return secret._replace(span=literal.part(*secret.span).span)
    return _named(name, literal)


def _named(name: str, literal: Text) -> Secret | None:
    kind = kind_of_value(name, str(literal))
    return table().kinds[kind].found(literal.span) if kind else None


def find_in_value(name: str, value: Text) -> list[Secret]:
    """Return the secrets in `value`, which stands under `name`, with their places in the document, in order.

    Looks for what the name makes of the whole value, and inside it for tokens, URLs, `NAME=value`, `--token value`,
    headers, and JSON that is kept in a string.
    """
    found = [
        secret._replace(span=value.part(*secret.span).span)
        for secret in find_in_text(str(value), prose=False, context=name)
    ]
    named = None if what_is_named(name) == NOTHING else _named(name, value.part(*literal_part(value)))
    return without_overlaps([*found, named] if named else found)


def find_in_arguments(arguments: Sequence[Text]) -> list[Secret]:
    """Return the secrets in the words of a command line, in order; a flag such as `--token` names the word after it."""
    found: list[Secret] = []
    flag = ""
    for argument in arguments:
        found += find_in_value(flag, argument)
        flag = str(argument) if argument.startswith("-") and "=" not in argument else ""
    return without_overlaps(found)


def suggest_variable(kind: str, name: str = "") -> str:
    """Return the environment variable to keep a secret in, such as `GITHUB_TOKEN`.

    `kind` is that of the `Secret`, `name` what the value is called where it stands. A name that is a variable already
    stays as it is.
    """
    bare = name.lstrip("-")
    if _VARIABLE.fullmatch(bare):
        return bare
    entry = table().kinds[kind]
    words = [word for word in name_words(bare) if word.isascii() and word != "x"]
    if not entry.generic or not words or words[0].isdigit() or (len(words) == 1 and words[0] not in _TELLING_ALONE):
        return entry.variable
    return "_".join(words).upper()
