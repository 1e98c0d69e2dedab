"""What a shell is told to run by its own words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from claude_preflight.agents.launch.model import Environment
from claude_preflight.agents.launch.words import Segment, line_segments, option_names, read_options, split
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text

_PARAMETER = late(r"\$(?:\{(\w+|[@*])\}|([A-Za-z_]\w*|\d|[@*]))", re.ASCII)
_REFERENCE_TO = "${}"
# Each `$@` repeats all parameters, so that a short line could make any number of words.
_MOST_WORDS = 5000
# PowerShell takes a slash and the dashes of word processors for a hyphen.
_POWERSHELL_MARKS = ("-", "/", "\N{EN DASH}", "\N{EM DASH}", "\N{HORIZONTAL BAR}")
_SHELL_VALUES = option_names("o O rcfile init-file")
# Of PowerShell's options; the beginning of a name will do.
_POWERSHELL_VALUES = (
    "-executionpolicy", "-ep", "-windowstyle", "-version", "-inputformat", "-outputformat", "-configurationname",
    "-workingdirectory", "-wd", "-settingsfile", "-custompipename", "-psconsolefile",
)  # fmt: skip


def shell_line(words: Sequence[Text], variables: Environment = ()) -> list[Segment]:
    """Return the commands that a POSIX shell or fish is given by `-c`, its parameters and `variables` filled in."""
    options, count = read_options(words[1:], _SHELL_VALUES)
    for option in options:
        if option.name == "--command" and option.value:
            return filled(line_segments(option.value), words[count + 1 :], variables)
    flags = [word for word in words[1 : count + 1] if word == "--command" or (word[0] == "-" and word[1:2] != "-")]
    runs = any("c" in flag for flag in flags) and count + 1 < len(words)
    return filled(line_segments(words[count + 1]), words[count + 2 :], variables) if runs else []


def filled(segments: Sequence[Segment], given: Sequence[Text], variables: Environment) -> list[Segment]:
    """Return `segments` with the words that are nothing but a parameter or a known variable replaced by its value.

    `given` are the parameters, `$0` first; what one command sets, the next may use.
    """
    known = {str(name): value for name, value in variables}
    done: list[Segment] = []
    room = _MOST_WORDS
    for segment in segments:
        words: list[Text] = []
        for word in segment.words:
            values = _values(word, given, known) if room > 0 else (word,)
            words += values
            room -= len(values) - 1
        known.update((str(name), value) for name, value in segment.environment)
        done.append(segment._replace(words=words))
    return done


def _values(word: Text, given: Sequence[Text], known: dict[str, Text]) -> Sequence[Text]:
    match = _PARAMETER.fullmatch(word) if word.startswith("$") else None
    if not match:
        return (word,)
    name = match[1] or match[2]
    if name in ("@", "*"):
        return given[1:]
    if name.isdecimal():
        return given[int(name) : int(name) + 1] or (word,)
    value = known.get(name)
    if value is None or _REFERENCE_TO.format(name) in value:
        return (word,)
    return (value,) if _is_quoted(word) else split(value)


def _is_quoted(word: Text) -> bool:
    source = getattr(word, "source", None)
    return source is not None and bool(source.end - source.start > len(word))


def cmd_line(words: Sequence[Text]) -> Sequence[Text]:
    """Return the words that `cmd` runs, those behind `/c`."""
    for index in range(1, len(words)):
        word = words[index]
        if word.lower().endswith(("/c", "/k", "/r")):
            return words[index + 1 :]
        if word[:2].lower() in ("/c", "/k", "/r"):  # what it runs follows without a blank, or in the same word
            return [word.part(2, len(word)).trimmed(), *words[index + 1 :]]
        if not words[index].startswith("/"):
            break
    return ()


def _decoded(word: Text) -> Text | None:
    """Return the line that `-EncodedCommand` takes as the Base64 of UTF-16; it has the place of the whole word."""
    from binascii import Error, a2b_base64

    try:
        line = a2b_base64(word.encode("ascii", "replace")).decode("utf-16-le")
    except (Error, ValueError):
        return None
    return Text.at(line, word.start, word.end) if line.isprintable() or "\n" in line else None


def powershell_line(words: Sequence[Text]) -> Sequence[Text]:
    """Return the words that PowerShell runs, with or without `-Command`; none for a script."""
    index = 1
    while index < len(words) and words[index].startswith(_POWERSHELL_MARKS):
        name = f"-{words[index][1:].lower()}"
        if "-command".startswith(name) and name != "-":
            return words[index + 1 :]
        if ("-encodedcommand".startswith(name) and name != "-") or name == "-ec":
            return [decoded for word in words[index + 1 : index + 2] if (decoded := _decoded(word))]
        if "-file".startswith(name):
            return ()
        index += 2 if any(option.startswith(name) for option in _POWERSHELL_VALUES) else 1
    return () if words[index : index + 1] and words[index].lower().endswith(".ps1") else words[index:]
