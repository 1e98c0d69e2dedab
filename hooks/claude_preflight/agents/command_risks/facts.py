"""What is known of data that flows through a command: where it came from, which decides where it must not go."""

from __future__ import annotations

from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

# Fields of what a hook is told that text from elsewhere may have chosen, as against names, folders and numbers.
_SESSION_FIELD = late(r"tool_input|tool_response|tool_output|prompt|transcript|command|file_path|content|arguments")
_SHELL_QUOTED = late(r"@sh\b")


class Fact(NamedTuple):
    """What some data is: from the network, decoded, of the session, a secret, or the whole environment.

    `kind` is one of `DOWNLOAD`, `DECODED`, `SESSION`, `SECRET`, `ENVIRONMENT`; `what` names the source.
    """

    kind: str
    what: str


Facts = frozenset[Fact]
DOWNLOAD, DECODED, SESSION, SECRET, ENVIRONMENT = "download", "decoded", "session", "secret", "environment"
NOTHING: Facts = frozenset()


def selected(facts: Facts, code: Text | None) -> Facts:
    """Return what of `facts` a filter or program `code` lets through: fields that nobody else chose are dropped."""
    whole = code is None or code.strip() in ("", ".")
    if whole or (_SESSION_FIELD.search(str(code)) and not _SHELL_QUOTED.search(str(code))):
        return facts
    return frozenset(fact for fact in facts if fact.kind != SESSION)
