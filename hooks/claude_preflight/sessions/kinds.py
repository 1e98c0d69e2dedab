"""Numbers that stand for what a tool call can do, and for what became of it, as they are kept between runs."""

from __future__ import annotations

READS, WRITES, FETCHES, RUNS = 1, 2, 4, 8


class Outcome:
    """What became of a call; `GUIDED` is denied by a person who said what to do instead."""

    OPEN, DONE, FAILED, DENIED, GUIDED = range(5)
