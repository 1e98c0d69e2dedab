"""The session that makes this commit, read once for all hooks of a run; nothing is read where no agent makes it."""

from __future__ import annotations

import os

from claude_preflight.context import Context
from claude_preflight.model import Finding, Rule, Span
from claude_preflight.sessions.where import session_id
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from claude_preflight.sessions.summary import Beginning, Cost, Session

PLACE = Span(0, 0)


class Evidence(NamedTuple):
    """What is wrong with a session: the rule it breaks and the words of the finding, with nothing of a transcript."""

    rule: Rule
    message: str
    repair: str
    key: str
    server: str = ""

    def finding(self) -> Finding:
        """Return the finding, which stands at no place in particular."""
        return self.rule.at(PLACE, self.message, repair=self.repair, key=self.key, server=self.server)


class Declared(NamedTuple):
    """An MCP server that the repository declares. `remote` ones are reached over the network.

    `shared` tells that every session of the project starts it; `callers` counts the sessions that have called it.
    """

    name: str
    remote: bool
    shared: bool
    callers: int


class AtHand(NamedTuple):
    """The session at hand and what there is to compare it with. Keys and members of sets are hashes, see `State.hash`.

    `earlier` are the other sessions; `complete` tells that all of them have been read. `declared_at` is when the shared
    servers were changed last, in seconds since 1970. `sandboxed` and `ci` are about the machine.
    """

    session: Session
    costs: dict[int, Cost]
    earlier: tuple[Beginning, ...]
    complete: bool
    hosts_before: set[int]
    tools_before: set[int]
    declared: dict[int, Declared]
    declared_at: float
    allowed_hosts: set[int]
    editor: int
    now: float
    sandboxed: bool
    ci: bool


def at_hand(context: Context) -> AtHand | None:
    """Return the session that makes this commit, None if no agent makes it or it left no transcript."""
    return context.remember(_at_hand)


def _at_hand(context: Context) -> AtHand | None:
    name = session_id(os.environ)
    if not name or not context.repository.is_git:
        return None
    from claude_preflight.sessions.gathering import gather

    return gather(context, name)
