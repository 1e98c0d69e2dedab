"""What can be wrong with a configured command."""

from __future__ import annotations

from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

REMOTE_CODE, HIDDEN_CODE = "remote code", "hidden code"
EXFILTRATION, READS_CREDENTIALS, SENDS_SESSION = "exfiltration", "reads credentials", "sends session"
SHARED_FOLDER, HOME_PROGRAM, UNPINNED = "shared folder", "home program", "unpinned"
SESSION_AS_CODE, SPLIT_SESSION, FILLED_ARGUMENT, APPROVES = "session as code", "split", "filled", "approves"


class Risk(NamedTuple):
    """One thing a command does: `kind` is a constant of this module, `place` where, `detail` names of what."""

    kind: str
    place: Text
    detail: str
