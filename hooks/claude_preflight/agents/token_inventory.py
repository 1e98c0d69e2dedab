"""The token inventory, `.token-inventory.yaml`: which tokens the servers use, with which scopes, how old, and whose.

It holds names, never values. Its form is `schemas/token-inventory.schema.json`.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.config import mapping_of, tree_of
from claude_preflight.agents.oauth_scopes import split_scopes
from claude_preflight.document import Document
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Text, walk
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from claude_preflight.agents.secrets import Secret

FILE_NAMES = (".token-inventory.yaml", ".token-inventory.yml")
_VALUE_KEYS = frozenset("value token secret password key credential apikey api_key".split())


class Token(NamedTuple):
    """An entry: `name` is that of the variable which holds the token, `servers` are names in the MCP configurations.

    Dates are as written, `YYYY-MM-DD` in a valid file; None for what is missing.
    """

    name: Text
    servers: tuple[Text, ...]
    scopes: tuple[Text, ...]
    created: Text | None
    rotated: Text | None
    owner: Text | None


def tokens(document: Document) -> tuple[Token, ...]:
    """Return the entries of the inventory `document` that have a name, in its order."""
    return document.remember(_tokens)


def _tokens(document: Document) -> tuple[Token, ...]:
    root = mapping_of(document)
    listed = root.sequence("tokens") if root else None
    entries = [item for item in listed.items if isinstance(item, Mapping)] if listed else []
    return tuple(token for entry in entries if (token := _token(entry)))


def _token(entry: Mapping) -> Token | None:
    name = entry.text("name")
    if not name:
        return None
    scopes = [scope for text in _texts(entry, "scopes") for scope in split_scopes(text)]
    dates = entry.text("created"), entry.text("rotated")
    return Token(name, _texts(entry, "servers"), tuple(scopes), *dates, entry.text("owner"))


def _texts(entry: Mapping, key: str) -> tuple[Text, ...]:
    listed, single = entry.sequence(key), entry.text(key)
    return tuple(listed.texts()) if listed else (single,) if single is not None else ()


def values(document: Document) -> list[Secret]:
    """Return what in the inventory `document` is a token itself, not its name, in order of place."""
    from claude_preflight.agents.secrets import without_overlaps

    root = tree_of(document).root
    return without_overlaps(_values(root)) if root else []


def _values(root: Node) -> Iterator[Secret]:
    from claude_preflight.agents.secrets import find_in_value

    for path, node in walk(root):
        if isinstance(node, Scalar) and isinstance(node.value, Text):
            key = next((step for step in reversed(path) if not step.isdigit()), "")
            yield from find_in_value(key if key in _VALUE_KEYS else "", node.value)
