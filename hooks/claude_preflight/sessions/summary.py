"""What the state says about sessions: the one at hand, and those before it."""

from __future__ import annotations

from array import array

from claude_preflight.sessions.kinds import RUNS, WRITES, Outcome
from claude_preflight.sessions.reader import SLOT_SECONDS
from claude_preflight.sessions.state import State
from claude_preflight.typed import NamedTuple

_FACTS = """
SELECT min(nullif(first, 0)), max(last), sum(prompts * main), sum(bypassed), sum(headless * main), max(startup * main),
    sum(lines), sum(malformed), sum(unknown), sum(huge), sum(answers)
FROM file WHERE session = ? AND owner = 1
"""
# Subagents may repeat calls of their session: of the same call the one counts that has a result, and then the
# session's own.
_CALLS = """
SELECT file, place, time, prompt, tool, server, way, effects, targets, hosts, opened, outside, unsandboxed, outcome,
    c.size, max((outcome > 0) * 2 + main)
FROM call c JOIN file f ON f.id = c.file WHERE f.session = ? GROUP BY c.id ORDER BY file, place, c.id
"""
_BEGINNINGS = """
SELECT min(first), max(startup * main) FROM file WHERE owner = 1 AND session <> ? AND session <> 0 GROUP BY session
"""
_SEEN_BEFORE = "SELECT DISTINCT value FROM seen WHERE kind = ? AND file IN (SELECT id FROM file WHERE session <> ?)"
_SESSIONS_SEEN = "SELECT count(DISTINCT session) FROM seen JOIN file ON id = file WHERE kind = ? AND value = ?"
_CHARACTERS_PER_TOKEN = 4


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


class KeptCall(NamedTuple):
    """A tool call as it is kept: names are hashes, see `State.hash`; `size` is that of its result in characters."""

    file: int
    place: int
    time: int
    prompt: int
    tool: int
    server: int
    way: int
    effects: int
    targets: frozenset[int]
    hosts: frozenset[int]
    opened: int
    outside: int
    unsandboxed: int
    outcome: int
    size: int

    @property
    def done(self) -> bool:
        """Whether it was made and did not fail."""
        return self.outcome == Outcome.DONE

    @property
    def tokens(self) -> int:
        """About how many tokens its result brought into the context."""
        return self.size // _CHARACTERS_PER_TOKEN

    @property
    def works(self) -> bool:
        """Whether it changes something, or may."""
        return bool(self.effects & (WRITES | RUNS)) and self.done


class Session(NamedTuple):
    """The counts of one session with those of its subagents.

    `first` and `last` are seconds since 1970, 0 where no line has a time; `active` are the seconds in which something
    was written, in steps of five minutes. `startup` are the tokens of its first prompt, `others` the number of other
    projects that it worked in.
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
    calls: tuple[KeptCall, ...]

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
    calls = tuple(_call(row) for row in state.database.execute(_CALLS, (number,)))
    values = [value or 0 for value in facts]
    return Session(number, *values, slots * SLOT_SECONDS, others, calls)  # type: ignore[call-arg, arg-type]


def _call(row: tuple[object, ...]) -> KeptCall:
    values = list(row[:-1])
    for place in (8, 9):
        blob = values[place]
        values[place] = frozenset(array("q", blob if isinstance(blob, bytes) else b""))
    return KeptCall(*values)  # type: ignore[arg-type]


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


def seen_before(state: State, number: int, kind: int) -> set[int]:
    """Return what sessions other than `number` have called or fetched from: `kind` is `TOOL`, `SERVER` or `HOST`."""
    return {row[0] for row in state.database.execute(_SEEN_BEFORE, (kind, number))}


def sessions_with(state: State, kind: int, value: int) -> int:
    """Return how many sessions have called `value`, see `seen_before`."""
    (count,) = state.database.execute(_SESSIONS_SEEN, (kind, value)).fetchone()
    return int(count)
