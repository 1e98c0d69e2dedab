"""What is made at its first use, because making all of it would cost more than most runs: expressions, modules."""

from __future__ import annotations

import re
import sys

from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any


class _LatePattern:
    """Stands in for a pattern until an attribute of it is asked for, and then hands out those of the real one."""

    def __init__(self, pattern: str, flags: re.RegexFlag | int) -> None:
        self._source = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(*self._source)
        for method in ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split", "pattern"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def late(pattern: str, flags: re.RegexFlag | int = 0) -> re.Pattern[str]:
    """Return `pattern` as `re.compile` does, but compiled, and refused with `re.error`, only at its first use."""
    return _LatePattern(pattern, flags)  # type: ignore[return-value]


def module(name: str) -> ModuleType:
    """Import the module with the full name `name` and return it; importing `importlib` costs more than most modules."""
    __import__(name)
    return sys.modules[name]
