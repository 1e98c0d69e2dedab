"""The programs that a command line runs in the end, behind shells and whatever else starts another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.launch import program_name
from claude_preflight.agents.launch.shells import cmd_line, powershell_line
from claude_preflight.agents.launch.words import SHELLS, WINDOWS_SHELLS
from claude_preflight.agents.launch.wrappers import WRAPPERS, wrapped
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import commands

_MAX_DEPTH = 6
# What containers put in front of the program, with the number of own words behind its options.
_STARTERS = {
    **dict.fromkeys("tini dumb-init catatonit xargs with-contenv setpriv".split(), 0),
    **dict.fromkeys("gosu su-exec s6-setuidgid chpst".split(), 1),
}
_STARTER_VALUES = frozenset("-p -e -I -n -P -u -g --reuid --regid".split())
_AS_USER = frozenset(("su", "runuser"))


def programs(words: Sequence[Text]) -> Iterator[Sequence[Text]]:
    """Yield the command lines that `words` come down to: those of `sh -c`, the one behind `sudo` or `tini --`."""
    stack: list[tuple[Sequence[Text], int]] = [(words, 0)]
    while stack:
        line, depth = stack.pop()
        if not line:
            continue
        inner = _inner(line) if depth < _MAX_DEPTH else None
        if inner is None:
            yield line
        else:
            stack += [(each, depth + 1) for each in reversed(inner)]


def is_script(word: str) -> bool:
    """Tell whether `word` is a script that containers start, which runs the words behind it in the end."""
    name = program_name(word)
    return "entrypoint" in name or name.endswith(".sh")


def _inner(words: Sequence[Text]) -> list[Sequence[Text]] | None:
    """Return the command lines within `words`, None where they are one themselves."""
    name = program_name(words[0])
    if name in SHELLS or name in _AS_USER:
        text = _script_text(words)
        if text is not None:
            return [command.words for command in commands(text) if command.words]
        return [_behind(words, 1)] if name == "runuser" and "--" in words else None
    if name in WINDOWS_SHELLS:
        rest = cmd_line(words) if name == "cmd" else powershell_line(words)
        return [command.words for command in commands(rest[0])] if len(rest) == 1 else [rest]
    if words[0] == "-":  # an item of a YAML list in a here-document
        return [words[1:]]
    if name == "command" and words[1:2] and words[1][:2] in ("-v", "-V"):  # it only asks
        return []
    if name in WRAPPERS:
        segments = [segment.words for segment in wrapped(WRAPPERS[name], words)]
        return segments if any(segments) else None
    if name in _STARTERS:
        return [_behind(words, _STARTERS[name])]
    return [words[1:]] if is_script(words[0]) and len(words) > 1 else None


def _script_text(words: Sequence[Text]) -> Text | None:
    """Return the text that a shell is given by `-c`, `-lc` or `--command`."""
    for number, word in enumerate(words[1:-1], 1):
        if word == "--command" or (word[:1] == "-" and word[1:2] != "-" and word.endswith("c")):
            return words[number + 1]
    return None


def _behind(words: Sequence[Text], skip: int) -> Sequence[Text]:
    """Return what stands behind a program's own options, or `--`, and `skip` more words."""
    index = 1
    while index < len(words) and words[index][:1] == "-":
        if words[index] == "--":
            return words[index + 1 :]
        index += 2 if words[index] in _STARTER_VALUES else 1
    index += skip
    return words[index + 1 :] if words[index : index + 1] == ["--"] else words[index:]
