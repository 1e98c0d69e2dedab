"""Whether every place that a reader's answer names lies inside of the text."""

from __future__ import annotations

from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, Text


def assert_inside(answer: object, length: int) -> None:
    """Fail if a `Text`, `Span` or `Node` anywhere in `answer` does not lie in a text of `length` characters."""
    pending: list[object] = [answer]
    seen: set[int] = set()
    while pending:
        each = pending.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, Text):
            assert 0 <= each.start <= each.end <= length, (each, each.span)
            if each.offsets is not None:
                assert len(each.offsets) == len(each) + 1
                assert list(each.offsets) == sorted(each.offsets)
                assert each.start <= each.offsets[0] <= each.offsets[-1] <= each.end
        elif isinstance(each, Node):
            assert 0 <= each.start <= each.end <= length, (each, each.span)
            pending += _below(each)
        elif isinstance(each, Span):
            assert 0 <= each.start <= each.end <= length, each
        elif isinstance(each, dict):
            pending += [*each.keys(), *each.values()]
        elif isinstance(each, tuple | list | set | frozenset):
            pending += each


def _below(node: Node) -> list[object]:
    if isinstance(node, Mapping):
        return [part for pair in node.pairs for part in pair]
    if isinstance(node, Sequence):
        return list(node.items)
    assert isinstance(node, Scalar)
    return [node.value]
