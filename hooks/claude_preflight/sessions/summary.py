"""What the state says about sessions: the one at hand, and those before it."""

from __future__ import annotations

from array import array

from claude_preflight.sessions.kinds import RUNS, WRITES, Outcome
from claude_preflight.sessions.reader import SLOT_SECONDS
from claude_preflight.sessions.state import State
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

_FACTS = """
SELECT min(nullif(first, 0)), max(last), sum(prompts * main), sum(bypassed), sum(headless * main), max(startup * main),
    sum(lines), sum(malformed), sum(unknown), sum(huge), sum(answers)
FROM file WHERE session = ? AND owner = 1
"""
_USES = """
SELECT tool, server, effects, hosts, outside, outcome, calls, opened, unsandboxed, tokens, first, last
FROM use WHERE session = ?
"""
_CONTESTED = """
SELECT file, place, prompt, way, effects, targets, outcome FROM call
WHERE session = :session AND (file, prompt) IN (
    SELECT file, prompt FROM call INDEXED BY call_denied WHERE session = :session AND outcome = 3
)
ORDER BY file, place, id
"""
_BEGINNINGS = """
SELECT min(first), max(startup * main) FROM file WHERE owner = 1 AND session <> ? AND session <> 0 GROUP BY session
"""
_TOOLS_BEFORE = "SELECT DISTINCT tool FROM use WHERE server <> 0 AND outcome = 1 AND session <> ?"
_HOSTS_BEFORE = "SELECT DISTINCT hosts FROM use WHERE hosts <> x'' AND outcome = 1 AND session <> ?"
_CALLERS = "SELECT count(DISTINCT session) FROM use WHERE server = ? AND server <> 0 AND outcome = 1"


class Cost(NamedTuple):
    """Tokens by kind, and what they cost in millionths of a US dollar.

    `guessed` counts the answers of models that are not in the table of prices.
    """

    input: int = 0
    output: int = 0
    written: int = 0
    read: int = 0
    cost: int = 0
    guessed: int = 0


class Use(NamedTuple):
    """Answered calls of one tool that are alike: names are hashes, see `State.hash`.

    `tokens` is about how much their results brought into the context; `first` and `last` are seconds since 1970, 0
    where no line has a time.
    """

    tool: int
    server: int
    effects: int
    hosts: frozenset[int]
    outside: int
    outcome: int
    calls: int
    opened: int
    unsandboxed: int
    tokens: int
    first: int
    last: int

    @property
    def done(self) -> bool:
        """Whether they were made and did not fail."""
        return self.outcome == Outcome.DONE

    @property
    def works(self) -> bool:
        """Whether they change something, or may."""
        return bool(self.effects & (WRITES | RUNS)) and self.done


class KeptCall(NamedTuple):
    """A tool call as it is kept: its `way` and `targets` are hashes, see `State.hash`."""

    file: int
    place: int
    prompt: int
    way: int
    effects: int
    targets: frozenset[int]
    outcome: int


class Session(NamedTuple):
    """The counts of one session with those of its subagents.

    `first` and `last` are seconds since 1970, 0 where no line has a time; `active` are the seconds in which something
    was written, in steps of five minutes. `startup` are the tokens of its first prompt, `others` the number of other
    projects that it worked in. `contested` are the calls of the turns in which one was denied, in their order.
    """

    id: int
    first: int
    last: int
    prompts: int
    bypassed: int
    headless: int
    startup: int
    lines: int
    malformed: int
    unknown: int
    huge: int
    answers: int
    active: int
    others: int
    uses: tuple[Use, ...]
    contested: tuple[KeptCall, ...]

    @property
    def has_drifted(self) -> bool:
        """Whether so much of it was not understood that its counts cannot be trusted."""
        strange = self.malformed + self.unknown + self.huge
        return self.lines >= 20 and strange * 4 > self.lines


def session_of(state: State, name: str) -> Session | None:
    """Return the session with the id `name`, None if nothing is known of it."""
    number = state.hash(name)
    facts = state.database.execute(_FACTS, (number,)).fetchone()
    if not facts or not facts[6]:
        return None
    of_session = "SELECT count(DISTINCT {}) FROM {} WHERE file IN (SELECT id FROM file WHERE session = ?)"
    (slots,) = state.database.execute(of_session.format("slot", "active"), (number,)).fetchone()
    (others,) = state.database.execute(of_session.format("project", "elsewhere"), (number,)).fetchone()
    uses = tuple(_use(row) for row in state.database.execute(_USES, (number,)))
    is_contested = any(use.outcome == Outcome.DENIED for use in uses)
    contested = _contested(state, number) if is_contested else ()
    values = [value or 0 for value in facts]
    return Session(number, *values, slots * SLOT_SECONDS, others, uses, contested)  # type: ignore[call-arg, arg-type]


def _use(row: tuple[Any, ...]) -> Use:
    return Use(*row[:3], _numbers(row[3]), *row[4:])  # type: ignore[call-arg]


def _contested(state: State, number: int) -> tuple[KeptCall, ...]:
    rows = state.database.execute(_CONTESTED, {"session": number})
    return tuple(KeptCall(*row[:5], _numbers(row[5]), row[6]) for row in rows)  # type: ignore[call-arg]


def _numbers(kept: bytes) -> frozenset[int]:
    return frozenset(array("q", kept))


def costs(state: State) -> dict[int, Cost]:
    """Return what each session has cost, by its number."""
    return {row[0]: Cost(*row[1:]) for row in state.database.execute("SELECT * FROM total WHERE session <> 0")}


class Beginning(NamedTuple):
    """How a session began: when, in seconds since 1970, and with how many tokens in its first prompt (0: unknown)."""

    time: int
    tokens: int


def begun_before(state: State, number: int) -> tuple[Beginning, ...]:
    """Return how the sessions other than `number` began."""
    return tuple(Beginning(*row) for row in state.database.execute(_BEGINNINGS, (number,)))


def hosts_before(state: State, number: int) -> set[int]:
    """Return the hosts that sessions other than `number` have fetched from."""
    rows = state.database.execute(_HOSTS_BEFORE, (number,))
    return set().union(*(_numbers(hosts) for (hosts,) in rows))


def tools_before(state: State, number: int) -> set[int]:
    """Return the MCP tools that sessions other than `number` have called."""
    return {tool for (tool,) in state.database.execute(_TOOLS_BEFORE, (number,))}


def callers(state: State, server: int) -> int:
    """Return how many sessions have called `server`."""
    (count,) = state.database.execute(_CALLERS, (server,)).fetchone()
    return int(count)
