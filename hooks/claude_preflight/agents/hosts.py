"""Hosts that are not what they look like, and how far away they are."""

from __future__ import annotations

import re

from claude_preflight.agents.places import LOOPBACK, PUBLIC, Place, locality
from claude_preflight.agents.similar_names import is_disguised
from claude_preflight.late import late

_NUMBER = late(r"0x[0-9a-f]+|[0-9]+")
_DOTTED_QUAD = late(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})")
_LOCAL_LABELS = late(r"(?:^|\.)localhost(?=\.)|(?:^|[.-])127[.-]0[.-]0[.-]1(?=[.-])")
_ENCODED_END = late(r"%(?:2[fF]|3[aA]|5[cC]|23|3[fF]).*$", re.DOTALL)
_HOST_AS_USER = late(
    r"localhost|127\.[0-9.]+|(?:[a-z0-9-]+\.)+(?:com|org|net|io|ai|dev|app|co|cloud|example)", re.IGNORECASE
)


def disguise(place: Place) -> str:
    """Return in what way the host of `place` looks like another, or nothing."""
    host = place.host.lower().rstrip(".")
    user = _ENCODED_END.sub("", place.user) if place.user else ""
    if _HOST_AS_USER.fullmatch(user) and (not place.password or place.password.isdigit()):
        return f'the host is {host}, not {place.user}, which stands before the "@"'
    if any(is_disguised(label) for label in host.split(".")):
        return "letters of two scripts are mixed in one name"
    if _is_hidden_address(host):
        return "it is an address in a spelling that hides it"
    if _LOCAL_LABELS.search(host) and locality(host) != LOOPBACK:
        return "it reads like this machine, and is another"
    return ""


def _is_hidden_address(host: str) -> bool:
    """Tell whether `host` is an IPv4 address in one of the spellings that `inet_aton` takes besides the usual."""
    labels = host.split(".")
    if len(labels) > 4 or not all(_NUMBER.fullmatch(label) for label in labels):
        return False
    if len(labels) == 1 and not host.startswith("0x"):
        return len(host) > 6
    return not _DOTTED_QUAD.fullmatch(host) and not host.startswith("127.")


def is_public_address(host: str) -> bool:
    """Tell whether `host` is an IP address of the internet, and no name."""
    named = any(letter.isalpha() for letter in host) and ":" not in host
    return not named and locality(_without_mapping(host)) == PUBLIC


def distance_of(place: Place) -> str:
    """Return the `locality` of the host of `place`, an IPv4 address inside an IPv6 one taken for itself."""
    return locality(_without_mapping(place.host))


def _without_mapping(host: str) -> str:
    return host.lower().removeprefix("::ffff:") if "." in host else host


def is_beyond_ascii(host: str) -> bool:
    """Tell whether `host` has letters that ASCII does not have, as they are or in their ASCII form."""
    return not host.isascii() or any(label.startswith("xn--") for label in host.lower().split("."))
