"""A sign of life while a long run goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO, TypeVar

    Item = TypeVar("Item")

_PATIENCE = 2.0
_EVERY = 0.1


def watched(items: Iterable[Item], terminal: TextIO, clock: Callable[[], float] = time.monotonic) -> Iterator[Item]:
    """Yield `items`; after two seconds say on `terminal` how many there were so far, and wipe that out in the end.

    `clock` tells the time in seconds.
    """
    due = clock() + _PATIENCE
    said = False
    try:
        for count, item in enumerate(items):
            now = clock()
            if now >= due:
                terminal.write(f"\rchecked {count} files...")
                terminal.flush()
                said, due = True, now + _EVERY
            yield item
    finally:
        if said:
            terminal.write("\r\x1b[K")
            terminal.flush()
