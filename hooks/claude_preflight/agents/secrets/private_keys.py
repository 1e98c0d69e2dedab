"""Private keys in PEM, OpenSSH and PGP armour."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.secrets.placeholders import is_placeholder
from claude_preflight.agents.secrets.secret import Secret
from claude_preflight.agents.secrets.shapes import entropy
from claude_preflight.agents.secrets.table import table
from claude_preflight.late import late
from claude_preflight.model import Span

_BEGIN = late(r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----")
_LONGEST = 20_000  # characters of the longest key that is looked for behind its first line
_ARMOUR = late(r"\\[nr]|\s|[A-Za-z-]{3,30}: [^\n\\]{0,100}")
_SMALLEST = 48  # characters of the shortest key in base 64, an Ed25519 one


def find_private_keys(text: str, start: int, end: int) -> Iterator[Secret]:
    """Yield the private keys with their first and last lines; a first line alone, as in a search pattern, is no key."""
    for match in _BEGIN.finditer(text, start, end):
        closing = text.find("-----END", match.end(), min(end, match.end() + _LONGEST))
        if closing < 0:
            continue
        body = text[match.end() : closing]
        material = _ARMOUR.sub("", body)
        if len(material) < _SMALLEST or not _is_base64(material) or is_placeholder(material) or entropy(material) < 4:
            continue
        protected = "ENCRYPTED" in match.group() or "ENCRYPTED" in body
        line = late(r"-----END[A-Z0-9 ]{0,50}-----").match(text, closing, end)
        last = line.end() if line else closing
        yield table().kinds["encrypted-private-key" if protected else "private-key"].found(Span(match.start(), last))


def _is_base64(material: str) -> bool:
    return material.replace("+", "a").replace("/", "a").replace("=", "a").isalnum()
