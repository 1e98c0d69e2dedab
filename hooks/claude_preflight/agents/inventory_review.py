"""What is wrong with a token inventory: values in it, its form, scopes that are wider than the servers need."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.oauth_scopes import breadth, may_write
from claude_preflight.agents.token_inventory import Token, tokens, values
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple
from claude_preflight.wording import in_words


class Flaw(NamedTuple):
    """What a finding needs besides its rule, see `claude_preflight.model.Finding`."""

    span: Span
    message: str
    repair: str
    key: str


_FORM = "write what schemas/token-inventory.schema.json asks for"
# Categories of servers that only read, whatever token they have.
_READERS = frozenset(("docs", "search"))


def held_values(document: Document) -> Iterator[Flaw]:
    """Yield the tokens that the inventory `document` holds themselves."""
    for secret in values(document):
        message = f"the token inventory holds a value: {secret.label}; it lists names, and everybody reads it"
        yield Flaw(secret.span, message, f"{secret.advice} Keep its name only", f"value:{secret.kind}")


def broken_form(document: Document) -> Iterator[Flaw]:
    """Yield where the inventory `document` does not have its form."""
    from claude_preflight.agents.record_form import form_flaws

    for flaw in form_flaws(document, "token-inventory"):
        yield Flaw(flaw.span, f"the token inventory: {flaw.message}", _FORM, flaw.key)


def wide_scopes(document: Document, context: Context) -> Iterator[Flaw]:
    """Yield the declared scopes that give far too much, or let write what the repository uses for reading alone.

    Raises `GitError`.
    """
    reading: frozenset[str] | None = None
    for token in tokens(document):
        vendor = " ".join(map(str, (token.name, *token.servers)))
        for scope in token.scopes:
            broad = breadth(scope, vendor)
            if broad:
                yield _wide(token, scope, f"gives {broad[0]}")
            elif token.servers and may_write(scope):
                reading = _reading_servers(context) if reading is None else reading
                if reading.issuperset(token.servers):
                    yield _wide(token, scope, f"lets write, and its servers only read: {in_words(token.servers)}")


def _wide(token: Token, scope: Text, why: str) -> Flaw:
    repair = "issue a token that can do what its servers are there for, and write its scopes here"
    return Flaw(scope.span, f"{token.name} was given {scope}, which {why}", repair, f"{token.name}:{scope}")


def _reading_servers(context: Context) -> frozenset[str]:
    """Return the names of the servers of the repository that only read, wherever they are configured."""
    from claude_preflight.agents.project_servers import project_servers
    from claude_preflight.agents.recognised import recognised
    from claude_preflight.agents.server_switches import used

    reading: dict[str, bool] = {}
    for _, server in project_servers(context):
        known = recognised(server)
        reads = known is not None and (known.category in _READERS or any(used(server, known, "read_only")))
        reading[str(server.name)] = reads and reading.get(str(server.name), True)
    return frozenset(name for name, reads in reading.items() if reads)
