"""Ask git, without the 10 ms that importing `subprocess` costs where the system can do without it."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

_CAN_SPAWN = hasattr(os, "posix_spawnp")


class GitError(Exception):
    """git answered with an exit status other than the expected; the message is its own last line."""


def git(root: str, *arguments: str, stdin: bytes = b"", accept: tuple[int, ...] = (0,)) -> bytes:
    """Run `git -C root arguments` and return what it prints.

    Raises `GitError` when its exit status is not in `accept`, or when there is no git.
    """
    if not stdin and _CAN_SPAWN:
        return begin(root, *arguments, accept=accept)()
    status, output, errors = _run(("git", "-C", root, *arguments), stdin)
    if status not in accept:
        lines = errors.decode("utf-8", "replace").strip().splitlines()
        raise GitError(lines[-1] if lines else _ended(arguments, status))
    return output


def begin(root: str, *arguments: str, accept: tuple[int, ...] = (0,)) -> Callable[[], bytes]:
    """Start `git -C root arguments`; the function that is returned waits for it, and returns what it has printed.

    That function must be called. It raises `GitError` when the exit status is not in `accept`; this one when there is
    no git.
    """
    if not _CAN_SPAWN:
        return partial(git, root, *arguments, accept=accept)
    process, pipe = _spawn(("git", "-C", root, *arguments))

    def finish() -> bytes:
        with open(pipe, "rb") as file:
            output = file.read()
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        if status not in accept:
            raise GitError(_ended(arguments, status))
        return output

    return finish


def _ended(arguments: tuple[str, ...], status: int) -> str:
    return f"git {arguments[0]} ended with status {status}"


def _spawn(command: tuple[str, ...]) -> tuple[int, int]:
    """Start `command` and return its process id and the descriptor from which to read what it prints."""
    read_end, write_end = os.pipe()
    try:
        with open(os.devnull, "w+b") as nothing:
            actions = [
                (os.POSIX_SPAWN_DUP2, nothing.fileno(), 0),
                (os.POSIX_SPAWN_DUP2, write_end, 1),
                (os.POSIX_SPAWN_DUP2, nothing.fileno(), 2),
            ]
            process = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    except OSError as error:
        os.close(read_end)
        raise GitError(f"cannot run git: {error.strerror}") from None
    finally:
        os.close(write_end)
    return process, read_end


def _run(command: tuple[str, ...], stdin: bytes) -> tuple[int, bytes, bytes]:
    import subprocess

    try:
        done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    except OSError as error:
        raise GitError(f"cannot run git: {error.strerror}") from None
    return done.returncode, done.stdout, done.stderr
