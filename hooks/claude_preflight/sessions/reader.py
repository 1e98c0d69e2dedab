"""Bring the state up to what the transcripts hold now, reading only what was appended since."""

from __future__ import annotations

import os
from array import array
from collections.abc import Container, Iterable, Mapping
from contextlib import suppress

from claude_preflight.sessions.calls import Deed, deed_of
from claude_preflight.sessions.entries import BYPASS, KNOWN_TYPES, Call, Entry, Response, Result, read_entry
from claude_preflight.sessions.kinds import Outcome
from claude_preflight.sessions.lines import LONGEST_LINE, Line, read_lines
from claude_preflight.sessions.prices import estimate, is_known
from claude_preflight.sessions.state import State
from claude_preflight.sessions.totals import update_totals
from claude_preflight.sessions.where import Transcript
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any, BinaryIO

    Row = Mapping[str, Any]

# How much of the history the first run may read, and each one after it; the session at hand is always read whole.
FIRST_BYTES, MORE_BYTES = 64 << 20, 2 << 20
SLOT_SECONDS = 300
_HEAD, _TAIL = 1024, 256
_PROJECT_SIGNS = (".git", "CLAUDE.md", ".mcp.json")
_TEMPORARY = ("TMPDIR", "TEMP", "TMP")
_MOST_HELD = 10_000
_KEPT_SECONDS = 90 * 86_400
_UNKNOWN, _OURS, _OTHERS = range(3)
_COLUMNS = (
    *("id", "key", "session", "main", "owner", "offset", "size", "changed", "inode", "mark", "lines", "malformed"),
    *("unknown", "huge", "answers", "prompts", "bypassed", "headless", "startup", "first", "last"),
)
_UPDATE = f"UPDATE file SET {', '.join(f'{name} = :{name}' for name in _COLUMNS[1:])} WHERE id = :id"  # noqa: S608
# Of the lines of one answer the one counts that has the most tokens: earlier ones are snapshots of it.
_ADD_RESPONSE = """
INSERT INTO response VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (message, request, file) DO UPDATE SET
    sidechain = min(sidechain, excluded.sidechain), copied = min(copied, excluded.copied), input = excluded.input,
    output = excluded.output, write_5m = excluded.write_5m, write_1h = excluded.write_1h, read = excluded.read,
    cost = excluded.cost, priced = excluded.priced
WHERE excluded.input + excluded.output + excluded.write_5m + excluded.write_1h + excluded.read
    > input + output + write_5m + write_1h + read
"""
# Subagents may repeat calls of their session: each counts once, as the session's own, and any of the results closes it.
_ADD_CALL = """
INSERT INTO call VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET
    main = excluded.main, file = excluded.file, place = excluded.place, prompt = excluded.prompt
WHERE excluded.main > main
"""
_ADD_RESULT = "UPDATE call SET outcome = ?, size = ? WHERE session = ? AND id = ? AND outcome = 0"


class Project:
    """The folders of a project: a transcript belongs to it if the first folder that it names is one of them, or in one.

    `root` is the one that is checked.
    """

    def __init__(self, roots: Iterable[str]) -> None:
        self._roots = tuple(dict.fromkeys(_folded(each) for root in roots for each in (root, os.path.realpath(root))))
        temporary = ("/tmp", "/private/tmp", "/var/tmp", *filter(None, map(os.environ.get, _TEMPORARY)))  # noqa: S108
        self._temporary = tuple(map(_folded, temporary))
        self._others: dict[str, str] = {}

    def holds(self, cwd: str) -> bool:
        """Tell whether `cwd` is in the project."""
        return any(_is_in(folder, root) for root in self._roots for folder in (_folded(cwd), _folded(_real(cwd))))

    def other(self, cwd: str) -> str:
        """Return the folder of the other project that `cwd` is in, or nothing: it is in none, or in this one."""
        if cwd not in self._others:
            self._others[cwd] = self._find_other(cwd)
        return self._others[cwd]

    def _find_other(self, cwd: str) -> str:
        folded = _folded(cwd)
        around = any(_is_in(root, folded) for root in self._roots)
        home = _folded(os.path.expanduser("~"))
        if not os.path.isabs(cwd) or around or folded == home or self.holds(cwd):
            return ""
        folder = folded
        while not any(os.path.lexists(os.path.join(folder, sign)) for sign in _PROJECT_SIGNS):
            if os.path.dirname(folder) == folder:
                return folded if self._was_project(folded, home) else ""
            folder = os.path.dirname(folder)
        return "" if folder == home else folder

    def _was_project(self, folder: str, home: str) -> bool:
        """Tell whether `folder`, which is in no project now, was one: it is gone, and was not a passing one."""
        passing = (*self._temporary, os.path.join(home, ".claude"))
        return not os.path.lexists(folder) and not any(_is_in(folder, each) for each in passing)


def _real(path: str) -> str:
    try:
        return os.path.realpath(path)
    except ValueError:  # characters that no path has
        return path


def _folded(path: str) -> str:
    return os.path.normcase(os.path.normpath(path))


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(os.path.join(folder, ""))


class Coverage(NamedTuple):
    """What a run has read of the history: bytes, and whether any of it is left to be read by the next run."""

    read: int
    complete: bool


def refresh(
    state: State,
    found: Iterable[Transcript],
    project: Project,
    session: str,
    *,
    now: float,
    most_bytes: int = 0,
    longest_line: int = LONGEST_LINE,
) -> Coverage:
    """Read what the transcripts `found` hold beyond what `state` knows of them.

    Those of `session` are read whole, the others newest first and up to `most_bytes` in all, by default as many as
    nobody minds waiting for: once more, later less. What has not changed costs one `stat`. Files that are gone are
    forgotten 90 days after their last line.
    """
    known = {row[1]: dict(zip(_COLUMNS, row, strict=True)) for row in state.database.execute("SELECT * FROM file")}
    most_bytes = most_bytes or (FIRST_BYTES if state.kept and not known else MORE_BYTES)
    present: dict[int, tuple[Transcript, os.stat_result]] = {}
    for transcript in found:
        with suppress(OSError):
            present[state.hash(transcript.path)] = transcript, os.stat(transcript.path, follow_symlinks=False)
    ours = {key for key, (transcript, _) in present.items() if session and transcript.session == session}
    stale = _gone(known, present, now)
    for key, (transcript, status) in present.items():
        row = known.get(key)
        if row and not _continues(state, row, transcript, status, own=key in ours):
            stale.add(row["session"])
    for number in stale:
        state.forget(number)
    known = {key: row for key, row in known.items() if row["session"] not in stale}
    changed = [
        (key in ours, status.st_mtime_ns, key)
        for key, (_, status) in present.items()
        if key not in known or _signature(known[key]) != _signed(status)
    ]
    read, complete = 0, True
    for own, _, key in sorted(changed, reverse=True):
        if not own and read >= most_bytes:
            complete = False
            break
        transcript, status = present[key]
        reading = _Reading(state, transcript, project, own=own, longest_line=longest_line)
        count, at_end = reading.update(known.get(key), status, None if own else most_bytes - read)
        read += 0 if own else count
        complete &= at_end
    update_totals(state)
    return Coverage(read, complete)


def _signature(row: Row) -> tuple[int, int, int]:
    return row["size"], row["changed"], row["inode"]


def _signed(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino


def _gone(known: Mapping[int, Row], present: Container[int], now: float) -> set[int]:
    """Return the sessions of which no file has been there for long."""
    left = {row["session"] for key, row in known.items() if key in present or row["last"] >= now - _KEPT_SECONDS}
    return {row["session"] for row in known.values()} - left


def _continues(state: State, row: Row, transcript: Transcript, status: os.stat_result, *, own: bool) -> bool:
    """Tell whether the file `transcript` holds what was read of it, and perhaps more."""
    if own and row["owner"] == _OTHERS:
        return False
    if _signature(row) == _signed(status):
        return True
    try:
        with open(transcript.path, "rb") as file:
            return bool(_mark(state, file, row["offset"]) == row["mark"])
    except OSError:
        return True


def _mark(state: State, file: BinaryIO, offset: int) -> bytes:
    """Return what tells the first `offset` bytes of `file` from others, as far as both of their ends do."""
    file.seek(0)
    ends = file.read(min(_HEAD, offset))
    file.seek(max(0, offset - _TAIL))
    ends += file.read(min(_TAIL, offset))
    return state.hash(f"{len(ends)} {ends.hex()}").to_bytes(8, "big", signed=True)


class _Reading:
    """One transcript file being read into the state."""

    def __init__(self, state: State, transcript: Transcript, project: Project, *, own: bool, longest_line: int) -> None:
        self.state = state
        self.transcript = transcript
        self.project = project
        self.own = own
        self.longest_line = longest_line
        self.row: dict[str, Any] = {}
        self.responses: list[tuple[int, ...]] = []
        self.calls: dict[int, list[Any]] = {}
        self.results: list[tuple[int, int, int, int]] = []
        self.slots: set[int] = set()
        self.elsewhere: set[str] = set()
        self.cwd = ""

    def update(self, row: dict[str, Any] | None, status: os.stat_result, budget: int | None) -> tuple[int, bool]:
        """Read on from where `row` says; return how many bytes were read, and whether that was all there is."""
        try:
            with open(self.transcript.path, "rb") as file:
                self.row = row or self._new()
                begun = self.row["offset"]
                at_end = self.row["owner"] == _OTHERS or self._read(file, budget)
                self.row["mark"] = _mark(self.state, file, self.row["offset"])
        except OSError:
            return 0, False
        if at_end:
            self.row.update(size=status.st_size, changed=status.st_mtime_ns, inode=status.st_ino)
        self._save()
        return self.row["offset"] - begun, at_end

    def _new(self) -> dict[str, Any]:
        row: dict[str, Any] = dict.fromkeys(_COLUMNS, 0)
        row["key"] = self.state.hash(self.transcript.path)
        row["main"] = int(self.transcript.main)
        row["session"] = self.state.hash(self.transcript.session) if self.transcript.session else 0
        row["owner"] = _OURS if self.own else _UNKNOWN
        row["mark"] = b""
        added = self.state.database.execute("INSERT INTO file (key) VALUES (?)", (row["key"],))
        row["id"] = added.lastrowid
        return row

    def _read(self, file: BinaryIO, budget: int | None) -> bool:
        begun = self.row["offset"]
        for line in read_lines(file, begun, self.longest_line):
            if budget is not None and line.start - begun >= budget:
                return False
            entry = read_entry(line.content) if line.content else None
            if entry is None and not line.ended:
                return True  # an object that is cut off is none; the rest is still to come
            self._line(line, entry)
            self.row["offset"] = line.end
            if self.row["owner"] == _OTHERS:
                return True
            if len(self.responses) + len(self.calls) + len(self.results) > _MOST_HELD and self.row["owner"] == _OURS:
                self._flush()
        return True

    def _line(self, line: Line, entry: Entry | None) -> None:
        row = self.row
        row["lines"] += line.content != b""
        row["huge"] += line.content is None
        row["malformed"] += entry is None and bool(line.content)
        if entry is None:
            return
        row["unknown"] += entry.type not in KNOWN_TYPES
        self._place(entry)
        if row["owner"] != _OTHERS:
            self._count(entry, line.start)

    def _place(self, entry: Entry) -> None:
        """Take note of when and where the line was written."""
        row = self.row
        if not row["session"] and entry.session:
            row["session"] = self.state.hash(entry.session)
        if entry.time:
            seconds = int(entry.time)
            row["first"] = min(row["first"] or seconds, seconds)
            row["last"] = max(row["last"], seconds)
            self.slots.add(seconds // SLOT_SECONDS)
        if entry.cwd and entry.cwd != self.cwd:
            self.cwd = entry.cwd
            if row["owner"] == _UNKNOWN:
                row["owner"] = _OURS if self.project.holds(entry.cwd) else _OTHERS
            other = self.project.other(entry.cwd)
            if other:
                self.elsewhere.add(other)

    def _count(self, entry: Entry, place: int) -> None:
        row = self.row
        row["prompts"] += entry.prompt
        row["bypassed"] += entry.mode == BYPASS
        row["headless"] += entry.entrypoint.startswith("sdk")
        row["answers"] += entry.type == "assistant"
        if entry.response:
            self._response(entry, entry.response, place)
        for call in entry.calls:
            self._call(call, deed_of(call, entry.cwd or self.cwd), entry, place)
        for result in entry.results:
            self._result(result)

    def _response(self, entry: Entry, response: Response, place: int) -> None:
        usage, hashed = response.usage, self.state.hash
        if self.row["main"] and not entry.sidechain and not self.row["startup"]:
            self.row["startup"] = usage.prompt
        named = response.message or f"{self.row['key']} {place}"
        copied = bool(entry.session) and hashed(entry.session) != self.row["session"]
        self.responses.append(
            (
                hashed(f"message {named}"),
                hashed(f"request {response.request}") if response.message else 0,
                self.row["id"],
                int(entry.sidechain),
                int(copied),
                *usage[:5],
                estimate(response.model, usage),
                int(is_known(response.model)),
            )
        )

    def _call(self, call: Call, deed: Deed, entry: Entry, place: int) -> None:
        hashed = self.state.hash
        targets = [hashed(f"target {each}") for each in (*deed.paths, *deed.hosts)]
        number = hashed(f"call {call.id}")
        self.calls.setdefault(
            number,
            [
                self.row["session"],
                number,
                self.row["main"],
                self.row["id"],
                place,
                int(entry.time),
                self.row["prompts"],
                hashed(f"tool {call.name}"),
                hashed(f"server {deed.server}") if deed.server else 0,
                hashed(f"way {deed.way}"),
                deed.effects,
                array("q", targets).tobytes(),
                array("q", [hashed(f"host {each}") for each in deed.hosts]).tobytes(),
                len(deed.opened),
                int(bool(deed.hosts) or deed.searches),
                int(deed.unsandboxed),
                Outcome.DONE if call.remote else Outcome.OPEN,
                0,
            ],
        )

    def _result(self, result: Result) -> None:
        """Close the call, which this run or an earlier one has read; a result without one counts for nothing."""
        number = self.state.hash(f"call {result.id}")
        call = self.calls.get(number)
        if call and call[-2] == Outcome.OPEN:
            call[-2:] = result.outcome, result.size
        self.results.append((result.outcome, result.size, self.row["session"], number))

    def _save(self) -> None:
        if self.row["owner"] == _OTHERS:
            # What came before the first folder was not this project's to count.
            self._drop()
        self._flush()
        self.state.database.execute(_UPDATE, self.row)
        self.state.touched.add(self.row["session"])

    def _flush(self) -> None:
        many, number, hashed = self.state.database.executemany, self.row["id"], self.state.hash
        many(_ADD_RESPONSE, self.responses)
        many(_ADD_RESULT, self.results)  # of calls that are known already; then the new ones, which have theirs
        many(_ADD_CALL, self.calls.values())
        many("INSERT OR IGNORE INTO active VALUES (?, ?)", [(number, slot) for slot in sorted(self.slots)])
        others = [(number, hashed(f"project {each}")) for each in sorted(self.elsewhere)]
        many("INSERT OR IGNORE INTO elsewhere VALUES (?, ?)", others)
        self._drop()

    def _drop(self) -> None:
        self.responses, self.calls, self.results, self.slots, self.elsewhere = [], {}, [], set(), set()
