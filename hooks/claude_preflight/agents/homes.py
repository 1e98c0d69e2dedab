"""Whose home folder a path is in, however a system spells it."""

from __future__ import annotations

import re

from claude_preflight.late import late

# A drive as Windows, Git Bash, WSL and Cygwin write it; folders of its users that are nobody's home are left out.
_DRIVE = r"(?:[A-Za-z]:|/(?:mnt/|cygdrive/)?[A-Za-z](?=/))"
_HOME = late(
    r"(?:~|\$HOME|\$\{HOME\}|\$(?:USERPROFILE|\{USERPROFILE\}|(?i:env:(?:USERPROFILE|HOME)|\{env:(?:USERPROFILE|HOME)\}))"
    r"|(?i:%USERPROFILE%|%HOMEDRIVE%%HOMEPATH%)|/(?:home|Users)/(?!Shared(?:/|$))[^/$]+"
    rf"|{_DRIVE}[\\/]+(?i:home|users|documents and settings)[\\/]+(?!(?i:public|all users)(?:[\\/]|$))[^\\/$]+"
    r"|(?:/private)?/var/root|/root)(?=[\\/]|$)"
)
_LETTER = late(r"([A-Za-z]):(?=[\\/])")
_WINDOWS_PATH = late(
    r"(?<![\w\\/])(?:[A-Za-z]:|~|\$HOME|(?i:%\w+%|\$env:\w+|\$\{env:\w+\}))(?:\\+[^\\\s\"'`|;&<>()]+)+"
)


def plain_path(path: str) -> str:
    r"""Return `path` with `~` for the home folder it is in, be it somebody's, and `/c` for a drive; then with slashes.

    A path without either is returned as it is: a backslash in it may be an escape.
    """
    home = _HOME.match(path)
    if home:
        return "~" + re.sub(r"[\\/]+", "/", path[home.end() :])
    drive = _LETTER.match(path)
    return f"/{drive[1].lower()}" + re.sub(r"[\\/]+", "/", path[drive.end() :]) if drive else path


def is_drive_path(path: str) -> bool:
    """Tell whether `path` starts with a drive as Windows writes it."""
    return bool(_LETTER.match(path))


def with_slashes(line: str) -> str:
    """Return the command `line` with slashes in the paths of Windows, which a reader of POSIX shells would drop."""
    return _WINDOWS_PATH.sub(lambda path: re.sub(r"\\+", "/", path[0]), line) if "\\" in line else line
