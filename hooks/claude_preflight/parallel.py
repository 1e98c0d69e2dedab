"""Use the machine's cores for a long run: the same work on shares of a list, in forked processes."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable

from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeVar

    Item = TypeVar("Item")
    Done = TypeVar("Done")

# More processes than this wait for the disk more than they help.
_MOST_PROCESSES = 8


class WorkerDied(Exception):
    """A process ended before it had handed over what it did."""


def processes(items: int, enough: int) -> int:
    """Return how many processes to share `items` among, each at least `enough`; 1 where none can be forked."""
    if not hasattr(os, "fork"):
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _MOST_PROCESSES, items // enough))


def shared(items: list[Item], work: Callable[[list[Item]], Done], count: int) -> list[Done]:
    """Return `work(share)` for `count` shares of `items`, all but the first made in forked processes.

    What `work` returns there must be picklable. Raises `WorkerDied`.
    """
    children = [_fork(items[number::count], work) for number in range(1, count)]
    done = [work(items[0::count])]
    for process, pipe in children:
        with open(pipe, "rb") as file:
            answer = file.read()
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        if status:
            raise WorkerDied(f"a worker process ended with status {status}")
        done.append(pickle.loads(answer))  # noqa: S301 (written by a copy of this process)
    return done


def _fork(share: list[Item], work: Callable[[list[Item]], Done]) -> tuple[int, int]:
    """Start `work` on `share`; return the process and the descriptor from which to read its pickled result."""
    read_end, write_end = os.pipe()
    process = os.fork()
    if process:
        os.close(write_end)
        return process, read_end
    status = 1
    try:
        os.close(read_end)
        with open(write_end, "wb") as file:
            pickle.dump(work(share), file, pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        os._exit(status)  # whatever happens, what stands in this copy's buffers is not to be written twice
