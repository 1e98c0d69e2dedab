"""What tells one finding from another whatever line it stands on: for baselines and trackers."""

from __future__ import annotations

from collections.abc import Iterable

from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from claude_preflight.run import Result

# 80 bits: no two of a billion findings are likely to share them.
_DIGITS = 20


def identity(result: Result) -> str:
    """Return a hash of the rule, the path and the stable key of `result`; equal findings of one file share it."""
    from hashlib import sha256

    finding = result.finding
    words = "\0".join((finding.rule.id, result.path, finding.server, finding.key))
    return sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def numbered(results: Iterable[Result]) -> list[str]:
    """Return the identity of each of `results`, with `:2`, `:3` … behind those that stand there again."""
    seen: dict[str, int] = {}
    names = []
    for result in results:
        name = identity(result)
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}:{seen[name]}")
    return names
