"""Whether a stream shows colour, and the colours: the few that a terminal of any theme can show."""

from __future__ import annotations

import os
from collections.abc import Mapping

from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import TextIO


class Palette(NamedTuple):
    """The sequences that begin each kind of text, and the one that ends it."""

    place: str = ""
    error: str = ""
    warning: str = ""
    rule: str = ""
    end: str = ""


PLAIN = Palette()
COLOURED = Palette("\x1b[1m", "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m")


def palette(stream: TextIO, environment: Mapping[str, str]) -> Palette:
    """Return the colours for `stream`: none unless it is a terminal.

    `NO_COLOR` (no-color.org) and `TERM=dumb` forbid them, `FORCE_COLOR` (force-color.org) asks for them anywhere.
    """
    if environment.get("NO_COLOR"):
        return PLAIN
    if environment.get("FORCE_COLOR"):
        return COLOURED
    # The older console of Windows shows the sequences themselves.
    able = environment.get("TERM", "") != "dumb" and (os.name != "nt" or "WT_SESSION" in environment)
    return COLOURED if able and stream.isatty() else PLAIN
