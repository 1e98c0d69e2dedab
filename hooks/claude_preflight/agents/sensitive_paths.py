"""Files and folders that hold credentials, and the patterns that name them: `schemas/sensitive_paths.json`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from claude_preflight.agents.data import load
from claude_preflight.agents.homes import is_drive_path, plain_path
from claude_preflight.agents.path_patterns import matches_segment
from claude_preflight.agents.permissions import LONGEST_PATTERN, Effect, covers_path
from claude_preflight.late import late
from claude_preflight.typed import NamedTuple

_WILDCARD = late(r"\*+|\?|\[[^]]*\]")


class SensitivePath(NamedTuple):
    """A file or folder, see `schemas/sensitive_paths.schema.json`; `rule` is empty where no project must deny it."""

    path: str
    holds: str
    files: tuple[str, ...]
    public: tuple[str, ...]
    rule: str

    @property
    def members(self) -> tuple[str, ...]:
        """The paths to ask about: files that stand for the whole folder, or the file itself."""
        return tuple(f"{self.path}/{file}" for file in self.files) or (self.path,)

    def holds_secret(self, path: str) -> bool:
        """Tell whether the file at `path`, spelled like this one's, is it or a secret in it."""
        if "/" not in self.path:
            return path.rpartition("/")[2] == self.path
        name = path.rpartition("/")[2]
        inside = bool(self.files) and path.startswith(f"{self.path}/")
        return path == self.path or (inside and not any(matches_segment(glob, name) for glob in self.public))


@cache
def sensitive_paths() -> tuple[SensitivePath, ...]:
    """Return the paths that are known to hold credentials, those that every project should deny first."""
    entries = load("sensitive_paths.json")["paths"]
    return tuple(
        SensitivePath(
            entry["path"],
            entry["holds"],
            tuple(entry.get("files", ())),
            tuple(entry.get("public", ())),
            entry.get("required", ""),
        )
        for entry in entries
    )


def opened_by(pattern: str) -> Iterator[tuple[SensitivePath, str]]:
    """Yield the sensitive paths that `pattern`, the specifier of an allow rule, is about, each with a file it allows.

    A pattern over a whole home folder or project is about none of them. Somebody's home folder passes for `~`.
    """
    if len(pattern) > LONGEST_PATTERN:
        return
    if pattern.startswith("//") or is_drive_path(pattern):
        path = plain_path(pattern.removeprefix("/"))
        pattern = f"/{path}" if path.startswith("/") else path
    for sensitive in sensitive_paths():
        for member in sensitive.members:
            ordinary = f"{sensitive.path.rpartition('/')[0] or '.'}/ordinary".removeprefix("./")
            if _allows(pattern, member) and not _allows(pattern, ordinary):
                yield sensitive, member
                break
        else:
            spelled = next((each for each in _samples(pattern) if sensitive.holds_secret(each)), None)
            if spelled:
                yield sensitive, spelled


def _allows(pattern: str, path: str) -> bool:
    return covers_path(pattern, Effect.ALLOW, path)


def _samples(pattern: str) -> tuple[str, str]:
    """Return two paths that `pattern` matches, spelled as `SensitivePath.path` is."""
    if pattern.startswith("//"):
        pattern = pattern[1:]
    elif not pattern.startswith("~/"):
        pattern = pattern.removeprefix("./").lstrip("/")
    return _WILDCARD.sub("x", pattern), _WILDCARD.sub("", pattern)
