"""What the session at hand did that somebody should look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from claude_preflight.model import Confidence, Rule, Severity
from claude_preflight.sessions.at_hand import AtHand, Evidence
from claude_preflight.sessions.kinds import FETCHES, READS, WRITES, Outcome
from claude_preflight.sessions.words import times
from claude_preflight.typed import TYPE_CHECKING
from claude_preflight.wording import counted

if TYPE_CHECKING:
    from claude_preflight.sessions.summary import KeptCall

SENSITIVE = Rule(
    "session-touched-sensitive-path",
    Severity.WARNING,
    Confidence.MEDIUM,
    "the session has opened files of credentials",
    522,
)
RETRIED = Rule(
    "denied-call-retried",
    Severity.ERROR,
    Confidence.MEDIUM,
    "what was denied to the session it did in another way",
    424,
)
BYPASSED = Rule(
    "session-bypassed-permissions",
    Severity.WARNING,
    Confidence.HIGH,
    "the session ran without permission checks outside of a sandbox",
    250,
)
UNDECLARED = Rule(
    "undeclared-server-called",
    Severity.WARNING,
    Confidence.MEDIUM,
    "the session has called MCP servers that the repository does not declare",
    829,
)
NEW_HOST = Rule(
    "new-host-contacted", Severity.WARNING, Confidence.LOW, "the session has fetched from hosts new to the project", 829
)
NEW_TOOL = Rule(
    "new-tool-called", Severity.WARNING, Confidence.LOW, "the session has called MCP tools new to the project", 829
)
RULES = (SENSITIVE, RETRIED, BYPASSED, UNDECLARED, NEW_HOST, NEW_TOOL)

# What is new says little as long as nearly everything is.
FEWEST_SESSIONS = 5
_LOOK = "look at it with `claude-preflight sessions`; if all is well, commit from a terminal of your own"


def judge(hand: AtHand) -> Iterator[Evidence]:
    """Yield what the session at hand did that nobody may have asked for."""
    session, uses = hand.session, hand.session.uses
    opened = sum(use.opened for use in uses if use.done)
    if opened:
        message = f"this session has opened files of credentials {times(opened)}: the model has seen what they hold"
        yield Evidence(SENSITIVE, message, f"{_LOOK}, else replace those credentials", "sensitive")
    evaded = len(retried(session.contested))
    if evaded:
        message = f"this session was denied {counted(evaded, 'call')}, and then got what it wanted in another way"
        yield Evidence(RETRIED, message, f"stop it and find out why; {_LOOK}", "retried")
    unsandboxed = sum(use.unsandboxed for use in uses if use.done)
    if (session.bypassed or unsandboxed) and not hand.sandboxed:
        how = (
            "without asking for permissions"
            if session.bypassed
            else f"commands without its sandbox {times(unsandboxed)}"
        )
        message = f"this session ran {how}, on a machine that does not look like a container"
        yield Evidence(BYPASSED, message, "run it in a container or with permission checks; " + _LOOK, "bypass")
    yield from _undeclared(hand)
    if hand.complete and len(hand.earlier) >= FEWEST_SESSIONS:
        yield from _new(hand)


def retried(calls: Iterable[KeptCall]) -> list[tuple[KeptCall, KeptCall]]:
    """Return the denied ones of `calls` with the first later one that reached the same target in another way.

    Once a person has written something, it is what they asked for. Repeating a call and being allowed to is all right.
    """
    found = []
    for _, same in groupby(calls, lambda call: (call.file, call.prompt)):
        denied: list[KeptCall] = []
        for call in same:
            if call.outcome == Outcome.DENIED and call.targets:
                denied.append(call)
            elif call.outcome == Outcome.GUIDED:
                denied = []
            elif call.outcome == Outcome.DONE:
                evaded = [each for each in denied if _evades(each, call)]
                found += [(each, call) for each in evaded]
                denied = [each for each in denied if each not in evaded]
    return found


def _evades(denied: KeptCall, call: KeptCall) -> bool:
    same_end = denied.effects & call.effects & (READS | WRITES | FETCHES)
    return denied.way != call.way and bool(same_end) and not denied.targets.isdisjoint(call.targets)


def _undeclared(hand: AtHand) -> Iterator[Evidence]:
    uses = [use for use in hand.session.uses if use.server not in (0, hand.editor) and use.done]
    foreign = [use for use in uses if use.server not in hand.declared]
    if foreign:
        servers = counted(len({use.server for use in foreign}), "MCP server")
        calls = times(sum(use.calls for use in foreign))
        message = f"this session has called {servers} that the repository does not declare, {calls}"
        repair = "declare in .mcp.json what the project needs, and take the rest out of the user's configuration"
        yield Evidence(UNDECLARED, message, f"{repair}; {_LOOK}", "undeclared")


def _new(hand: AtHand) -> Iterator[Evidence]:
    done = [use for use in hand.session.uses if use.done]
    hosts = {host for use in done for host in use.hosts} - hand.hosts_before - hand.allowed_hosts
    if hosts:
        fetched = counted(len(hosts), "host")
        message = f"this session has fetched from {fetched} that no earlier one of {len(hand.earlier)} has"
        repair = f"allow those it may read in the settings (`WebFetch(domain:…)`); {_LOOK}"
        yield Evidence(NEW_HOST, message, repair, "hosts")
    tools = {use.tool: use.server for use in done if use.server not in (0, hand.editor)}
    new = {tool: server for tool, server in tools.items() if tool not in hand.tools_before}
    if new:
        names = sorted({hand.declared[server].name for server in new.values() if server in hand.declared})
        whose = f" (of {', '.join(names)})" if names else ""
        tools_called = f"{counted(len(new), 'MCP tool')}{whose}"
        message = f"this session has called {tools_called} that no earlier one of {len(hand.earlier)} has"
        yield Evidence(NEW_TOOL, message, _LOOK, "tools")
