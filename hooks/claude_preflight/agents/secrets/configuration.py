"""Credentials in the values of a configuration: a variable, a header, the words of a command line."""

from __future__ import annotations

from collections.abc import Sequence

from claude_preflight.agents.secrets.names import NOTHING, what_is_named
from claude_preflight.agents.secrets.secret import Secret, without_overlaps
from claude_preflight.agents.secrets.table import table
from claude_preflight.agents.secrets.text import find_in_text
from claude_preflight.agents.secrets.values import kind_of_value, literal_part
from claude_preflight.syntax.nodes import Text


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
    return table().kinds[kind].found(literal.span, called=name) if kind else None


def find_in_value(name: str, value: Text) -> list[Secret]:
    """Return the secrets in `value`, which stands under `name`, with their places in the document, in order.

    Looks for what the name makes of the whole value, and inside it for tokens, URLs, `NAME=value`, `--token value`,
    headers, and JSON that is kept in a string.
    """
    literal = value.part(*literal_part(value))
    found = []
    for secret in find_in_text(str(value), prose=False, context=name):
        span = value.part(*secret.span).span
        whole = span == literal.span or secret.kind == "url-password"
        found.append(secret._replace(span=span, called=name if whole else secret.called))
    named = None if what_is_named(name) == NOTHING else _named(name, literal)
    return without_overlaps([*found, named] if named else found)


def find_in_arguments(arguments: Sequence[Text]) -> list[Secret]:
    """Return the secrets in the words of a command line, in order; a flag such as `--token` names the word after it."""
    found: list[Secret] = []
    flag = ""
    for argument in arguments:
        found += find_in_value(flag, argument)
        flag = str(argument) if argument.startswith("-") and "=" not in argument else ""
    return without_overlaps(found)
