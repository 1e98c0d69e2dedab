"""What a shell is told to run by its own words."""

from __future__ import annotations

from collections.abc import Sequence

from claude_preflight.agents.launch.words import Segment, line_segments, option_names, read_options
from claude_preflight.syntax.nodes import Text

_SHELL_VALUES = option_names("o O rcfile init-file")
# Of PowerShell's options; the beginning of a name will do.
_POWERSHELL_VALUES = (
    "-executionpolicy", "-ep", "-windowstyle", "-version", "-inputformat", "-outputformat", "-configurationname",
    "-workingdirectory", "-wd", "-settingsfile", "-custompipename", "-psconsolefile",
)  # fmt: skip


def shell_line(words: Sequence[Text]) -> list[Segment]:
    """Return the commands that a POSIX shell or fish is given by `-c`."""
    options, count = read_options(words[1:], _SHELL_VALUES)
    for option in options:
        if option.name == "--command" and option.value:
            return line_segments(option.value)
    flags = [word for word in words[1 : count + 1] if word == "--command" or (word[0] == "-" and word[1:2] != "-")]
    runs = any("c" in flag for flag in flags) and count + 1 < len(words)
    return line_segments(words[count + 1]) if runs else []


def cmd_line(words: Sequence[Text]) -> Sequence[Text]:
    """Return the words that `cmd` runs, those behind `/c`."""
    for index in range(1, len(words)):
        if words[index].lower().endswith(("/c", "/k", "/r")):
            return words[index + 1 :]
        if not words[index].startswith("/"):
            break
    return ()


def powershell_line(words: Sequence[Text]) -> Sequence[Text]:
    """Return the words that PowerShell runs, with or without `-Command`; none for a script."""
    index = 1
    while index < len(words) and words[index].startswith("-"):
        name = words[index].lower()
        if "-command".startswith(name) and name != "-":
            return words[index + 1 :]
        if "-file".startswith(name):
            return ()
        index += 2 if any(option.startswith(name) for option in _POWERSHELL_VALUES) else 1
    return () if words[index : index + 1] and words[index].lower().endswith(".ps1") else words[index:]
