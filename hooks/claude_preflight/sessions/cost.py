"""What the session at hand costs, held against those before it, and what fills its context."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, log

from claude_preflight.model import Confidence, Rule, Severity
from claude_preflight.policy import Policy
from claude_preflight.sessions.at_hand import AtHand, Evidence
from claude_preflight.typed import TYPE_CHECKING, NamedTuple
from claude_preflight.wording import counted

if TYPE_CHECKING:
    from claude_preflight.sessions.summary import Cost

UNUSUAL = Rule(
    "session-cost-unusual",
    Severity.WARNING,
    Confidence.MEDIUM,
    "the session costs far more than those before it",
    400,
)
FILLS = Rule(
    "server-fills-context",
    Severity.WARNING,
    Confidence.MEDIUM,
    "an MCP server's results fill the session's context",
    400,
)
IDLE = Rule(
    "idle-server-costs-context",
    Severity.WARNING,
    Confidence.MEDIUM,
    "an MCP server costs context and is never called",
    1164,
)
RULES = (UNUSUAL, FILLS, IDLE)

FEWEST_SESSIONS = 10
_MILLION = 1_000_000
# Makes the median absolute deviation of normal values their standard deviation.
_SCALE = 1.4826
# Sessions of one kind differ by half at least, however alike those were that have been seen.
_LEAST_DEVIATION = log(1.5)


class Usual(NamedTuple):
    """What sessions of a project usually cost: `sessions` of them, the median and the upper bound in US dollars."""

    sessions: int
    median: float
    bound: float


def judge(hand: AtHand, policy: Policy) -> Iterator[Evidence]:
    """Yield what is out of proportion about the session at hand."""
    yield from _unusual(hand, policy)
    yield from _filling(hand, policy.limit("server_tokens"))
    if hand.complete:
        yield from _idle(hand, policy.limit("idle_sessions"))


def usual(costs: list[int], deviations: float) -> Usual | None:
    """Return what sessions of these `costs` (millionths of a US dollar) usually cost, None for fewer than ten.

    Costs are spread over orders of magnitude, so that their logarithms are compared.
    """
    logs = sorted(log(cost / _MILLION) for cost in costs if cost > 0)
    if len(logs) < FEWEST_SESSIONS:
        return None
    median = _median(logs)
    deviation = max(_LEAST_DEVIATION, _SCALE * _median(sorted(abs(each - median) for each in logs)))
    return Usual(len(logs), exp(median), exp(min(median + deviations * deviation, 700)))


def _median(values: list[float]) -> float:
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _unusual(hand: AtHand, policy: Policy) -> Iterator[Evidence]:
    cost = hand.costs.get(hand.session.id)
    earlier = [each.cost for number, each in hand.costs.items() if number != hand.session.id]
    normal = usual(earlier, policy.limit("session_deviations"))
    spent = cost.cost / _MILLION if cost else 0
    if cost is None or normal is None or spent <= max(normal.bound, policy.limit("session_cost_usd")):
        return
    message = (
        f"this session has cost about {spent:.2f} USD, {spent / normal.median:.0f} times the median"
        f" ({normal.median:.2f} USD) of the {normal.sessions} before it: {words(cost)}"
    )
    repair = "see `/context` and `/cost` for what it spends them on; end it, and begin the next task in a new one"
    yield Evidence(UNUSUAL, message, repair, "cost")


def words(cost: Cost) -> str:
    """Return the tokens of `cost` by kind, and how sure the estimate is."""
    from claude_preflight.sessions.prices import prices

    kinds = (("input", cost.input), ("output", cost.output), ("written to", cost.written), ("read from", cost.read))
    counts = ", ".join(f"{tokens:,} {kind}{' the cache' * (' ' in kind)}" for kind, tokens in kinds)
    guessed = f"; {cost.guessed} answers of models without a known price" if cost.guessed else ""
    return f"tokens {counts}; prices of {prices().date}{guessed}"


def _filling(hand: AtHand, most: float) -> Iterator[Evidence]:
    tokens: dict[int, int] = {}
    calls: dict[int, int] = {}
    for use in hand.session.uses:
        if use.server:
            tokens[use.server] = tokens.get(use.server, 0) + use.tokens
            calls[use.server] = calls.get(use.server, 0) + use.calls
    for server, brought in sorted(tokens.items(), key=lambda item: -item[1]):
        if brought <= most:
            return
        declared = hand.declared.get(server)
        name = f'server "{declared.name}"' if declared else "an MCP server that the repository does not declare"
        message = f"{name} has brought about {brought:,} tokens into this session with {counted(calls[server], 'call')}"
        repair = "ask it for less: narrower queries, fewer fields, a page at a time"
        own = declared.name if declared else ""
        yield Evidence(FILLS, message, repair, f"tokens/{own}", own)


def _idle(hand: AtHand, sessions: float) -> Iterator[Evidence]:
    since = [each for each in hand.earlier if each.time > hand.declared_at]
    if len(since) < sessions:
        return
    called = {use.server for use in hand.session.uses}
    idle = sorted(
        each.name for number, each in hand.declared.items() if each.shared and not each.callers and number not in called
    )
    if not idle:
        return
    startups = sorted(float(each.tokens) for each in since if each.tokens)
    context = f"; sessions begin with about {_median(startups):,.0f} tokens of context" if startups else ""
    names = ", ".join(f'"{name}"' for name in idle)
    message = f"none of the last {len(since)} sessions has called {names}, which every session starts{context}"
    repair = "remove them from .mcp.json, or declare them where they are needed"
    yield Evidence(IDLE, message, repair, f"idle/{'+'.join(idle)}", idle[0] if len(idle) == 1 else "")
