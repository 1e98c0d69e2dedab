"""Path patterns as a `.gitignore` spells them: read once, matched segment by segment.

The time a match takes grows at most with the length of the pattern times that of the path. Source of the rules: the
section PATTERN FORMAT of gitignore(5), of git 2.51.
"""

from __future__ import annotations

from collections.abc import Sequence

from claude_preflight.typed import NamedTuple


class PathPattern(NamedTuple):
    """A pattern: its `parts` are runs of segments, with any number of folders between them; the first is at the anchor.

    `below` is how many segments of a path must follow behind the last part: the pattern may ask for a folder.
    """

    parts: tuple[tuple[str, ...], ...]
    below: int


def read_pattern(spelled: str) -> PathPattern:
    """Return the pattern that `spelled` stands for; without a slash in front or within, it matches at any depth."""
    segments = spelled.strip("/").split("/")
    below = int(spelled.endswith("/"))
    if segments[-1:] == ["**"]:
        below += 1
    while segments[-1:] == ["**"]:
        segments.pop()
    parts: list[tuple[str, ...]] = [()] if "/" not in spelled.rstrip("/") else []
    run: list[str] = []
    for segment in (*segments, "**"):
        if segment == "**":
            parts.append(tuple(run))
            run = []
        else:
            run.append(segment)
    return PathPattern(tuple(parts), below)


def matches(pattern: PathPattern, path: Sequence[str]) -> bool:
    """Tell whether `pattern` matches the file at `path`, its segments from the anchor on, or a folder that holds it."""
    at = 0
    for number, part in enumerate(pattern.parts):
        latest = len(path) - len(part)
        places = range(at, latest + 1) if number else range(min(1, latest + 1))
        found = next((place for place in places if _all_match(part, path[place:])), None)
        if found is None:
            return False
        at = found + len(part)
    return len(path) - at >= pattern.below


def _all_match(part: tuple[str, ...], path: Sequence[str]) -> bool:
    return all(matches_segment(glob, name) for glob, name in zip(part, path, strict=False))


def matches_segment(glob: str, name: str) -> bool:
    """Tell whether `name`, one segment of a path, fits `glob` with its `*`, `?`, `[…]` and backslashes."""
    tokens = _tokens(glob)
    if tokens is None:
        return False
    at = token = 0
    star, resume = -1, 0
    while at < len(name):
        if token < len(tokens) and tokens[token] == "*":
            star, resume = token, at
            token += 1
        elif token < len(tokens) and _fits(tokens[token], name[at]):
            at, token = at + 1, token + 1
        elif star >= 0:
            resume += 1
            at, token = resume, star + 1
        else:
            return False
    return all(rest == "*" for rest in tokens[token:])


def _tokens(glob: str) -> list[str] | None:
    """Return the characters of `glob`, sets in brackets as one, escaped ones with their backslash; None if broken."""
    tokens: list[str] = []
    at = 0
    while at < len(glob):
        end = at + 1
        if glob[at] == "\\":
            end += 1
        elif glob[at] == "[":
            end = glob.find("]", at + (3 if glob[at + 1 : at + 2] in ("!", "^") else 2)) + 1
        if not at < end <= len(glob):
            return None
        tokens.append(glob[at:end])
        at = end
    return tokens


def _fits(token: str, character: str) -> bool:
    if token[0] == "\\":
        return token[1] == character
    if token[0] == "[":
        negated = token[1] in "!^"
        return _in_set(token[2 if negated else 1 : -1], character) is not negated
    return token in ("?", character)


def _in_set(members: str, character: str) -> bool:
    at = 0
    while at < len(members):
        if members[at + 1 : at + 2] == "-" and at + 2 < len(members):
            if members[at] <= character <= members[at + 2]:
                return True
            at += 3
        elif members[at] == character:
            return True
        else:
            at += 1
    return False
