"""Ask git, without the 10 ms that importing `subprocess` costs where the system can do without it."""

from __future__ import annotations

import os


class GitError(Exception):
    """git answered with an exit status other than the expected; the message is its own last line."""


def git(root: str, *arguments: str, stdin: bytes = b"", accept: tuple[int, ...] = (0,)) -> bytes:
    """Run `git -C root arguments` and return what it prints.

    Raises `GitError` when its exit status is not in `accept`, or when there is no git.
    """
    command = ("git", "-C", root, *arguments)
    status, output, errors = _spawn(command) if hasattr(os, "posix_spawnp") and not stdin else _run(command, stdin)
    if status not in accept:
        lines = errors.decode("utf-8", "replace").strip().splitlines()
        raise GitError(lines[-1] if lines else f"git {arguments[0]} ended with status {status}")
    return output


def _spawn(command: tuple[str, ...]) -> tuple[int, bytes, bytes]:
    read_end, write_end = os.pipe()
    with open(os.devnull, "w+b") as nothing:
        actions = [
            (os.POSIX_SPAWN_DUP2, nothing.fileno(), 0),
            (os.POSIX_SPAWN_DUP2, write_end, 1),
            (os.POSIX_SPAWN_DUP2, nothing.fileno(), 2),
        ]
        try:
            process = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
        except OSError as error:
            os.close(read_end)
            os.close(write_end)
            raise GitError(f"cannot run git: {error.strerror}") from None
    os.close(write_end)
    with open(read_end, "rb") as pipe:
        output = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), output, b""


def _run(command: tuple[str, ...], stdin: bytes) -> tuple[int, bytes, bytes]:
    import subprocess

    try:
        done = subprocess.run(command, input=stdin, capture_output=True, check=False)
    except OSError as error:
        raise GitError(f"cannot run git: {error.strerror}") from None
    return done.returncode, done.stdout, done.stderr
