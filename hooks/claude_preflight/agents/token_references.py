"""Where a configuration refers to a secret that it does not hold: by a variable, or an input that the client asks for.

Sources: the clients' documentation of variables in MCP configurations, as of November 2026: `${NAME}` of Claude Code,
Gemini CLI (also `$NAME`), Kiro and Roo, `${env:NAME}` and `${input:id}` of Cursor and VS Code, `{env:NAME}` of
opencode, `bearer_token_env_var`, `env_vars` and `env_http_headers` of Codex, and `-e NAME` of containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from claude_preflight.agents.config import tree_of
from claude_preflight.agents.secrets.names import PERHAPS, TOKEN, name_words, what_is_named
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Node, Scalar, Sequence, Text, walk
from claude_preflight.typed import NamedTuple

_REFERENCE = late(
    r"\$?\{(?:(?:env|input):)?([A-Za-z_][\w-]{0,99})(?::?-[^{}]*)?\}|\$env:([A-Za-z_]\w{0,99})|\$([A-Z][A-Z0-9_]{2,99})\b"
)
_VARIABLE = late(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_SIGNS = ("$", "{env:", "env_var", "env_http_headers", "-e")
_NAMING_KEYS = ("bearer_token_env_var", "env_vars", "env_http_headers")
_PASSING = ("-e", "--env")
_PUBLIC = frozenset(("anon", "public", "publishable"))


class TokenReference(NamedTuple):
    """A reference to a secret, where the secret itself is elsewhere.

    `text` is its place. `names` are those that an inventory may know it under, at least one: the variable referred to,
    then the one that it is handed on as. All of them are names of variables.
    """

    names: tuple[str, ...]
    text: Text


def token_references(document: Document) -> list[TokenReference]:
    """Return the references to secrets in `document`, in order of place, the first of each name."""
    if not any(sign in document.text for sign in _SIGNS) or _is_prose(document):
        return []
    root = tree_of(document).root
    found = sorted(_references(root), key=lambda reference: reference.text.start) if root else []
    return list({reference.names[0]: reference for reference in reversed(found)}.values())[::-1]


def _is_prose(document: Document) -> bool:
    return document.known_as.endswith((".md", ".mdc")) and "mcp" not in document.text


def _references(root: Node) -> Iterator[TokenReference]:
    for path, node in walk(root):
        if path[:1] == ("permissions",):
            continue  # its rules name commands, which refer to nothing here
        if isinstance(node, Sequence):
            yield from _passed(node)
        elif isinstance(node, Scalar) and isinstance(node.value, Text):
            keys = [step for step in path if not step.isdigit()]
            key = keys[-1] if keys else ""
            if not set(keys[-2:]).isdisjoint(_NAMING_KEYS):
                yield from _named(node.value, always="env_vars" not in keys)
            elif "$" in node.value or "{" in node.value:
                yield from _spelled(node.value, key)


def _passed(node: Sequence) -> Iterator[TokenReference]:
    """Yield the variables of its host that a container is handed by name."""
    for option, name in pairwise(node.texts()):
        if option in _PASSING:
            yield from _named(name, always=False)


def _named(name: Text, *, always: bool) -> Iterator[TokenReference]:
    if _VARIABLE.fullmatch(name) and (always or _is_secret(name)):
        yield TokenReference((str(name),), name)


def _spelled(value: Text, key: str) -> Iterator[TokenReference]:
    handed_on = key if _VARIABLE.fullmatch(key) and _is_secret(key) else ""
    for match in _REFERENCE.finditer(value):
        name = next(filter(None, match.groups())).replace("-", "_")
        if _is_secret(name) or _is_secret(key):
            names = (name, handed_on) if handed_on and handed_on != name else (name,)
            yield TokenReference(names, value.part(*match.span()))


def _is_secret(name: str) -> bool:
    """Tell whether the variable `name` holds a secret: no value is at hand that would tell keys from other keys."""
    named, words = what_is_named(name), name_words(name)
    return named >= TOKEN or (named == PERHAPS and words[-1] == "key" and _PUBLIC.isdisjoint(words))
