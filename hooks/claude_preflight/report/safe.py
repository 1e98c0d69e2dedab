"""Words of a checked file, made safe to print: neither a terminal nor a CI runner may obey them."""

from __future__ import annotations

from claude_preflight.late import late
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import re

# Controls (C0 without the line feed that we never print, DEL, C1), what hides or reorders text, and lone surrogates.
_UNSAFE = late(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)

# The beginnings of what CI runners obey, up to the character to escape. Anywhere in a line: `##[` (Actions), `##vso[`
# (Azure Pipelines), `##teamcity[`, and the folds of GitLab and Travis. After white space only: `::` (Actions).
_COMMAND = late(r"##(?=[\w.-]*\[)|section_(?=(?:start|end):)|travis_(?=(?:fold|time):)|\A\s*:(?=:)")


def printable(text: str) -> str:
    """Return `text` on one line with every character that a terminal would obey, or not show, as an escape.

    What a CI runner would take for a command is broken up by an escape as well.
    """
    return _COMMAND.sub(_broken, _UNSAFE.sub(_escaped, text))


def json_text(value: object) -> str:
    """Return `value` as indented JSON in ASCII; `##`, with which CI runners' commands begin, is spelled otherwise."""
    import json

    return json.dumps(value, indent=2).replace("##", "#\\u0023") + "\n"


def _escaped(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape", "surrogatepass").decode()


def _broken(match: re.Match[str]) -> str:
    return f"{match.group()[:-1]}\\x{ord(match.group()[-1]):02x}"
