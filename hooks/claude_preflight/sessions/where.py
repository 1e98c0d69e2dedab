"""Where the transcripts of a project are, and which session makes this commit.

Sources: code.claude.com/docs/en/sessions, 2026-08-22; the folder names as Claude Code 2.1 makes them.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from claude_preflight.agents.session_environment import SESSION_ID
from claude_preflight.late import late
from claude_preflight.typed import NamedTuple

_ENDING = ".jsonl"
_OTHER_CHARACTER = late(r"[^A-Za-z0-9]")
_SESSION_ID = late(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_LONGEST_NAME = 200
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# Folders of a session or project that hold no transcripts, but may hold many files.
_OTHER_FOLDERS = frozenset(("tool-results", "memory"))
_DEEPEST = 4


class Transcript(NamedTuple):
    """A transcript file. `session` is the id of its session, or empty where only its lines tell.

    `main` tells the session's own file from those of its subagents.
    """

    path: str
    session: str
    main: bool


def session_id(environment: Mapping[str, str]) -> str:
    """Return the id of the session that makes this commit, or nothing: no agent makes it, or none that says so."""
    name = environment.get(SESSION_ID, "")
    return name if _SESSION_ID.fullmatch(name) else ""


def project_folders(environment: Mapping[str, str]) -> list[str]:
    """Return the folders that hold a folder for each project, as far as they exist."""
    given = environment.get("CLAUDE_CONFIG_DIR", "")
    if given:
        bases = [os.path.expanduser(each.strip()) for each in given.split(",") if each.strip()]
    else:
        config = environment.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
        bases = [os.path.join(config, "claude"), os.path.expanduser("~/.claude")]
    candidates = [base if os.path.basename(base) == "projects" else os.path.join(base, "projects") for base in bases]
    return [folder for folder in dict.fromkeys(candidates) if os.path.isdir(folder)]


def folder_name(path: str) -> str:
    """Return the name that Claude Code gives to the folder of the project at `path`; other paths may have the same."""
    units = unicodedata.normalize("NFC", path).encode("utf-16-le", "surrogatepass")
    characters = [int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2)]
    name = _OTHER_CHARACTER.sub("-", "".join(map(chr, characters)))
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[:_LONGEST_NAME]}-{_base_36(_hash(characters))}"


def _hash(characters: Iterable[int]) -> int:
    """Return what JavaScript programs compute as `h = (h << 5) - h + c`, in 32 bits with a sign, without the sign."""
    value = 0
    for character in characters:
        value = (value * 31 + character) & 0xFFFFFFFF
    return abs(value - (1 << 32) if value & 0x80000000 else value)


def _base_36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def project_roots(root: str, common: str) -> tuple[str, ...]:
    """Return the folders of the project at `root`: itself and all of its worktrees.

    `common` is the absolute path of the git directory that they share.
    """
    roots = [root]
    if os.path.basename(common) == ".git":
        roots.append(os.path.dirname(common))
    worktrees = os.path.join(common, "worktrees")
    for name in sorted(os.listdir(worktrees)) if os.path.isdir(worktrees) else ():
        try:
            with open(os.path.join(worktrees, name, "gitdir"), encoding="utf-8", errors="surrogateescape") as file:
                tree = os.path.join(worktrees, name, os.path.dirname(file.read(4096).strip()))
            roots.append(os.path.normpath(tree))
        except OSError:
            continue
    return tuple(dict.fromkeys(folder for folder in roots if folder))


def transcripts(environment: Mapping[str, str], roots: Iterable[str], session: str = "") -> list[Transcript]:
    """Return the transcripts that may belong to the project in `roots`, and those of `session` wherever they are.

    Names of folders are no proof: the lines tell in which folder a session ran.
    """
    roots = tuple(roots)
    found: dict[str, Transcript] = {}
    for folder in project_folders(environment):
        for entry in _entries(folder):
            path = os.path.join(folder, entry.name)
            if _may_hold(entry.name, roots) or entry.name == environment.get("CLAUDE_CODE_PROJECT_DIR_NAME"):
                found.update((each.path, each) for each in _below(path))
            elif session:
                found.update((each.path, each) for each in _of_session(path, session))
    return list(found.values())


def _may_hold(name: str, roots: tuple[str, ...]) -> bool:
    folded = name.lower() if os.name == "nt" else name
    for root in roots:
        encoded = folder_name(root)
        if os.name == "nt":
            encoded = encoded.lower()
        if folded == encoded or folded.startswith(f"{encoded[:_LONGEST_NAME]}-"):
            return True
    return False


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _below(folder: str) -> Iterator[Transcript]:
    for entry in _entries(folder):
        if entry.name.endswith(_ENDING) and entry.is_file(follow_symlinks=False):
            stem = entry.name.removesuffix(_ENDING)
            # Until 2.1 the files of subagents stood beside those of their sessions.
            own = not stem.startswith("agent-")
            yield Transcript(entry.path, stem if own else "", own)
        elif entry.name not in _OTHER_FOLDERS and entry.is_dir(follow_symlinks=False):
            yield from _subagents(entry.path, entry.name)


def _of_session(folder: str, session: str) -> Iterator[Transcript]:
    path = os.path.join(folder, session + _ENDING)
    if os.path.isfile(path) and not os.path.islink(path):
        yield Transcript(path, session, True)
        yield from _subagents(os.path.join(folder, session), session)


def _subagents(folder: str, session: str) -> Iterator[Transcript]:
    folders = [(folder, 0)]
    while folders:
        path, depth = folders.pop()
        for entry in _entries(path):
            if entry.name.endswith(_ENDING) and entry.is_file(follow_symlinks=False):
                yield Transcript(entry.path, session, False)
            elif depth < _DEEPEST and entry.name not in _OTHER_FOLDERS and entry.is_dir(follow_symlinks=False):
                folders.append((entry.path, depth + 1))
