"""Numbers in words, as messages hold them."""

from __future__ import annotations


def times(number: int) -> str:
    """Return how often something was done."""
    return "once" if number == 1 else f"{number} times"


def duration(seconds: float) -> str:
    """Return how long `seconds` are, in whole minutes."""
    minutes = int(seconds // 60)
    if minutes < 1:
        return "less than a minute"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
