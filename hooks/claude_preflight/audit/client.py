"""Run the user's own registry clients: npm, pip, skopeo. Their configuration, proxies and credentials apply.

They run in an empty folder outside of the repository, so that a `.npmrc` or `pip.conf` that was committed cannot send
the question to another registry.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from claude_preflight.audit.artefact import LIMITS
from claude_preflight.typed import NamedTuple

Result = TypeVar("Result")

_LONGEST_OUTPUT = 32 * 2**20
_LONGEST_MESSAGE = 200
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]*://\S*", re.IGNORECASE)
_SECRET = re.compile(r"(?i)(?:_auth\w*|token|password|secret|bearer|basic)\s*[=: ]\s*\S+|\b(?:npm|pypi)[_-]\w{12,}")


class Unavailable(Exception):
    """A registry or its client did not answer as it should; the message tells a person why, without secrets."""


class Output(NamedTuple):
    """How a client ended, and what it printed."""

    status: int
    stdout: bytes
    stderr: bytes


@contextmanager
def workshop() -> Iterator[str]:
    """Give an empty folder that clients take for the project they work in, and remove it."""
    with tempfile.TemporaryDirectory(prefix="claude-preflight-", ignore_cleanup_errors=True) as folder:
        # npm takes the nearest folder with one of these, from here upwards, for the project.
        with open(os.path.join(folder, "package.json"), "w", encoding="utf-8") as file:
            file.write('{"name": "audit", "version": "0.0.0", "private": true}\n')
        yield folder


def run_client(
    command: tuple[str, ...], folder: str, seconds: float, environment: Mapping[str, str] | None = None
) -> Output:
    """Run `command` in `folder`, for at most so many seconds, with `environment` added to its own.

    Raises `Unavailable` when the program is missing, is too slow, or prints too much.
    """
    program = shutil.which(command[0])
    if not program:
        raise Unavailable(f"{command[0]} is not installed")
    variables = {**os.environ, **(environment or {})}
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        process = subprocess.Popen(
            (program, *command[1:]),
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        _limit_files(process)
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Unavailable(f"{command[0]} has not answered within {seconds:.0f} seconds") from None
        finally:
            _end(process)
        return Output(status, _printed(stdout, command[0]), _printed(stderr, command[0]))


def within(seconds: float, work: Callable[[], Result]) -> Result:
    """Return `work()`, or raise what it raises; `Unavailable` when it takes longer: a server may send a byte a minute.

    What is late is left behind, and dies with the process.
    """
    outcome: list[tuple[Result | None, BaseException | None]] = []

    def keep() -> None:
        try:
            outcome.append((work(), None))
        except BaseException as error:  # it is raised again in the caller
            outcome.append((None, error))

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise Unavailable(f"it has not answered within {seconds:.0f} seconds")
    result, error = outcome[0]
    if error:
        raise error
    return result  # type: ignore[return-value]  # there is one where there is no error


def without_secrets(message: str) -> str:
    """Return the first line of `message` without addresses, which may hold passwords, and tokens; never long."""
    first = next((line.strip() for line in message.splitlines() if line.strip()), "")
    return _SECRET.sub("…", _ADDRESS.sub("<address>", first))[:_LONGEST_MESSAGE]


def _limit_files(process: subprocess.Popen[bytes]) -> None:
    """Let the client write no file that is larger than what is read, where the system can."""
    if sys.platform == "linux":
        import resource

        with suppress(ProcessLookupError, PermissionError):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (LIMITS.archive, LIMITS.archive))


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the client and what it has started."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def _printed(file: Any, program: str) -> bytes:
    file.seek(0)
    content: bytes = file.read(_LONGEST_OUTPUT + 1)
    if len(content) > _LONGEST_OUTPUT:
        raise Unavailable(f"{program} has printed too much")
    return content
