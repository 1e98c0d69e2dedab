"""Put what aliases and merge keys of YAML stand for in their place.

An alias becomes the very node that it names, so whatever is found in it stands where it is written. What a document
grows by that is limited: beyond the limit, and within the node it names, an alias stays the null that it was read as.
"""

from __future__ import annotations

from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, Text
from claude_preflight.typed import NamedTuple

MERGE = "<<"
# Characters that aliases may stand for, besides as many as the document has.
_ALLOWANCE = 20_000


class Alias(NamedTuple):
    """The value number `place` of `parent` is an alias of `target`, nested `depth` deep."""

    parent: Mapping | Sequence
    place: int
    target: Node
    depth: int


class _Measure(NamedTuple):
    """How many characters a node has, aliases in it included, and how deep it is nested."""

    size: int
    height: int


def expand(aliases: list[Alias], merging: list[Mapping], length: int, most_deep: int) -> None:
    """Put the targets of `aliases` in their place, then the pairs of merge keys in the mappings `merging`.

    Both are in document order. `length` is that of the document, `most_deep` how deep nodes may be nested.
    """
    left = length + _ALLOWANCE
    measured: dict[int, _Measure] = {}
    for alias in aliases:
        size, height = _measure(alias.target, measured)
        if size <= left and alias.depth + height <= most_deep:
            left -= size
            _put(alias)
    for mapping in merging:
        _merge(mapping)


def _put(alias: Alias) -> None:
    if isinstance(alias.parent, Sequence):
        alias.parent.items[alias.place] = alias.target
    else:
        alias.parent.pairs[alias.place] = (alias.parent.pairs[alias.place][0], alias.target)


def _measure(node: Node, measured: dict[int, _Measure]) -> _Measure:
    """Return the measure of `node`, and note it and those below it in `measured`, by identity."""
    stack = [node]
    while stack:
        each = stack[-1]
        below = _below(each)
        missing = [child for child in below if id(child) not in measured] if id(each) not in measured else []
        if missing:
            stack += missing
            continue
        stack.pop()
        if below:
            parts = [measured[id(child)] for child in below]
            size = 1 + sum(part.size for part in parts)
            measured[id(each)] = _Measure(size + _keys(each), 1 + max(part.height for part in parts))
        else:
            measured[id(each)] = _Measure(1 + each.end - each.start, 1)
    return measured[id(node)]


def _below(node: Node) -> list[Node]:
    if isinstance(node, Mapping):
        return [value for _, value in node.pairs]
    return node.items if isinstance(node, Sequence) else []


def _keys(node: Node) -> int:
    return sum(len(key) for key, _ in node.pairs) if isinstance(node, Mapping) else 0


def _merge(mapping: Mapping) -> None:
    """Give `mapping` the pairs that its merge keys name; its own count more, and earlier sources more than later."""
    own = [pair for pair in mapping.pairs if pair[0] != MERGE]
    known = {str(key) for key, _ in own}
    merged: list[tuple[Text, Node]] = []
    for key, value in mapping.pairs:
        if key != MERGE:
            continue
        sources = value.items if isinstance(value, Sequence) else [value]
        if any(isinstance(source, Scalar) for source in sources):
            own.append((key, value))  # not followed, so it stays in sight
        for source in sources:
            for pair in source.live_pairs() if isinstance(source, Mapping) else ():
                if pair[0] not in known:
                    known.add(str(pair[0]))
                    merged.append(pair)
    mapping.pairs = merged + own
