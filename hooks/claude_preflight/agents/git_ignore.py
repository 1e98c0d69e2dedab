"""What git itself says about a path: whether it is tracked, and whether the repository's own rules ignore it."""

from __future__ import annotations

import os

from claude_preflight.git import git
from claude_preflight.repository import Repository


def is_tracked(repository: Repository, path: str) -> bool:
    """Tell whether `path` (relative to the root) is in the index. Raises `GitError`."""
    return repository.is_git and bool(git(repository.root, "ls-files", "-z", "--cached", "--", f":(literal){path}"))


def ignoring_rule(repository: Repository, path: str) -> str | None:
    """Return the file whose rule ignores `path`, tracked or not, or None if nothing does.

    A `.gitignore` of the repository comes as its relative path; a file of this person or machine, which others do not
    have, as an absolute one or below `.git`. Raises `GitError`.
    """
    if not repository.is_git:
        return None
    arguments = ("check-ignore", "--no-index", "--verbose", "-z", "--stdin")
    output = git(repository.root, *arguments, stdin=os.fsencode(path) + b"\0", accept=(0, 1))
    fields = os.fsdecode(output).split("\0")
    if len(fields) < 4 or fields[2].startswith("!"):
        return None
    return fields[0]


def ignore_line(path: str) -> str:
    """Return the line of a `.gitignore` at the root that ignores just the file at `path`."""
    return "/" + "".join(f"\\{character}" if character in "*?[]\\" else character for character in path)


def is_shared(source: str) -> bool:
    """Tell whether `source`, as `ignoring_rule` has it, comes with the repository."""
    return bool(source) and not os.path.isabs(source) and not source.startswith(".git/")
