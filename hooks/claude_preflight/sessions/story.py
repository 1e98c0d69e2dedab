"""What one session did, read anew from its transcripts for a person: names, paths and hosts, without secrets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from claude_preflight.sessions.calls import Deed, deed_of
from claude_preflight.sessions.entries import Call, Entry, Result, read_entry
from claude_preflight.sessions.kinds import Outcome
from claude_preflight.sessions.lines import read_lines
from claude_preflight.sessions.where import Transcript
from claude_preflight.typed import NamedTuple

_LONGEST = 160
_OUTCOMES = {
    Outcome.OPEN: "unanswered",
    Outcome.DONE: "done",
    Outcome.FAILED: "failed",
    Outcome.DENIED: "denied",
    Outcome.GUIDED: "denied with advice",
}
# What the arguments of a tool may hold, by their type in JSON.
_SHAPES = {str: "text", bool: "yes or no", int: "number", float: "number", list: "list", dict: "object"}


class Act(NamedTuple):
    """A tool call with what it did and about, and what became of it. `place` is the offset of its line."""

    time: float
    place: int
    call: Call
    deed: Deed
    outcome: int
    size: int

    @property
    def about(self) -> str:
        """What it is about, on one line and without secrets: a command, a path, or a host."""
        told = self.call.input.get("command")
        if not isinstance(told, str):
            told = next(iter((*self.deed.paths, *self.deed.hosts)), "")
        return redacted(told)

    @property
    def became(self) -> str:
        """What became of it, in words."""
        return _OUTCOMES[self.outcome]


class Story(NamedTuple):
    """What a session did: calls in the order of the files, and what else its lines tell, counted."""

    acts: tuple[Act, ...]
    models: Counter[str]
    versions: Counter[str]
    modes: Counter[str]
    folders: Counter[str]


def redacted(text: str) -> str:
    """Return the beginning of `text` with every credential in it replaced by its kind."""
    from claude_preflight.agents.secrets import find_in_text

    # A credential that is cut in two is not found, so more is searched than shown.
    text = text[: 8 * _LONGEST]
    pieces, end = [], 0
    for secret in find_in_text(text, prose=False):
        pieces += [text[end : secret.span.start], f"[{secret.kind}]"]
        end = secret.span.end
    whole = "".join((*pieces, text[end:])).replace("\n", " ")
    return whole if len(whole) <= _LONGEST else f"{whole[:_LONGEST]}…"


def shape_of(call: Call) -> str:
    """Return the names and types of the arguments of `call`, without their values."""
    shown = (f"{redacted(key)}: {_SHAPES.get(type(value), 'nothing')}" for key, value in sorted(call.input.items()))
    return ", ".join(shown)


def read_story(transcripts: Iterable[Transcript]) -> Story:
    """Return what the session did whose files `transcripts` are; what cannot be read is left out."""
    story = _Reading()
    for transcript in transcripts:
        try:
            with open(transcript.path, "rb") as file:
                for line in read_lines(file, 0):
                    entry = read_entry(line.content) if line.content else None
                    if entry:
                        story.add(entry, line.start)
        except OSError:
            continue
    return Story(tuple(story.acts.values()), story.models, story.versions, story.modes, story.folders)


class _Reading:
    def __init__(self) -> None:
        self.acts: dict[str, Act] = {}
        self.models: Counter[str] = Counter()
        self.versions: Counter[str] = Counter()
        self.modes: Counter[str] = Counter()
        self.folders: Counter[str] = Counter()
        self.cwd = ""

    def add(self, entry: Entry, place: int) -> None:
        self.cwd = entry.cwd or self.cwd
        counters = (self.folders, entry.cwd), (self.versions, entry.version), (self.modes, entry.mode)
        for counter, value in counters:
            if value:
                counter[value] += 1
        if entry.response:
            self.models[entry.response.model] += 1
        for call in entry.calls:
            deed = deed_of(call, self.cwd)
            outcome = Outcome.DONE if call.remote else Outcome.OPEN
            self.acts.setdefault(call.id, Act(entry.time, place, call, deed, outcome, 0))
        for result in entry.results:
            self._close(result)

    def _close(self, result: Result) -> None:
        act = self.acts.get(result.id)
        if act and act.outcome == Outcome.OPEN:
            self.acts[result.id] = act._replace(outcome=result.outcome, size=result.size)
