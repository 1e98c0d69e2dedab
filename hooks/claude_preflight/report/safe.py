"""Words of a checked file, made safe to print: neither a terminal nor a CI runner may obey them."""

from __future__ import annotations

from claude_preflight.late import late

# Controls (C0 without the line feed that we never print, DEL, C1), what hides or reorders text, and lone surrogates.
_UNSAFE = late(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)


def printable(text: str) -> str:
    """Return `text` on one line with every character that a terminal would obey, or not show, as an escape.

    `##[` and a leading `::` are commands to CI runners, so they are broken up as well.
    """
    shown = _UNSAFE.sub(lambda match: match.group().encode("unicode_escape", "surrogatepass").decode(), text)
    shown = shown.replace("##[", "#\\x23[")
    return "\\x3a" + shown[1:] if shown.lstrip(" ").startswith("::") and shown[0] == ":" else shown
