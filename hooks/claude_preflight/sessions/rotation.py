"""When a session should end and the next one begin."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.model import Confidence, Rule, Severity
from claude_preflight.policy import Policy
from claude_preflight.sessions.at_hand import AtHand, Evidence
from claude_preflight.sessions.words import duration, times
from claude_preflight.wording import counted

TOO_OLD = Rule(
    "session-too-old",
    Severity.WARNING,
    Confidence.HIGH,
    "the session that makes this commit has lasted too long",
    1434,
)
OUTSIDE = Rule(
    "session-read-outside-sources",
    Severity.WARNING,
    Confidence.MEDIUM,
    "the session went on working after it had read outside sources",
    829,
)
REUSED = Rule(
    "headless-session-reused", Severity.WARNING, Confidence.MEDIUM, "a session in CI goes on from an earlier run", 668
)
ACROSS = Rule(
    "session-across-projects", Severity.WARNING, Confidence.MEDIUM, "one session works in several projects", 668
)
RULES = (TOO_OLD, OUTSIDE, REUSED, ACROSS)

_RENEW = "write what was decided into CLAUDE.md, commit it, and go on in a new session (`/clear`)"


def judge(hand: AtHand, policy: Policy) -> Iterator[Evidence]:
    """Yield why the session at hand should be closed."""
    yield from _age(hand, policy.limit("session_hours"))
    yield from _outside(hand, policy.limit("outside_minutes"))
    session = hand.session
    if hand.ci and session.headless and session.prompts > 1:
        message = f"this unattended session in CI has taken {session.prompts} prompts: earlier ones steer this run"
        yield Evidence(REUSED, message, "start each job in a session of its own, without --continue and --resume", "ci")
    if session.others:
        others = counted(session.others, "other project")
        message = f"this session has also worked in {others}, and carries what it read there into this one"
        yield Evidence(ACROSS, message, "use one session per project, started in its folder", "projects")


def _age(hand: AtHand, hours: float) -> Iterator[Evidence]:
    session = hand.session
    age = max(0, hand.now - session.first) if session.first else 0
    oldest = hours * 3600
    if max(age, session.active) <= oldest:
        return
    active = min(session.active, age) if age else session.active
    message = f"this session is {duration(age)} old, {duration(active)} of it active; the limit is {hours:g} h"
    yield Evidence(TOO_OLD, message, _RENEW, "age")


def _outside(hand: AtHand, minutes: float) -> Iterator[Evidence]:
    uses = hand.session.uses
    reads = [use for use in uses if use.done and (use.outside or _is_foreign(hand, use.server))]
    first = min((use.first for use in reads if use.first), default=0)
    last = max((use.last for use in uses if use.works), default=0)
    if not first or last <= first or last - first < minutes * 60:
        return
    servers = sum(use.calls for use in reads if use.server)
    foreign = f" ({servers} by MCP servers)" if servers else ""
    how_often, since = times(sum(use.calls for use in reads)), duration(last - first)
    message = f"this session read outside sources {how_often}{foreign} and worked on for {since} since"
    yield Evidence(OUTSIDE, message, f"look through what it did since; {_RENEW}", "outside")


def _is_foreign(hand: AtHand, server: int) -> bool:
    """Tell whether what `server` answers comes from elsewhere: it is remote, or not one of the repository's own."""
    declared = hand.declared.get(server)
    return server not in (0, hand.editor) and (declared is None or declared.remote)
