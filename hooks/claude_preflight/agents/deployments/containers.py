"""Agents in the containers that a compose file, or a manifest of Kubernetes or Knative, describes."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.deployments.model import Presence
from claude_preflight.agents.deployments.presence import in_shell, in_words, of_image
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, Text
from claude_preflight.syntax.shell import split_words


def in_container(image: Text | None, *lines: Node | None) -> Iterator[Presence]:
    """Yield the agents in a container of `image`; `lines` are what it starts: in order, lists of words or shell text.

    Several lists are one command line, as `command` and `args` are.
    """
    if image is not None:
        found = of_image(image)
        if found:
            yield found
    words = [word for line in lines for word in _words(line)]
    if words:
        yield from in_words(words)
    for line in lines:
        text = _text(line)
        if text is not None and "\n" in text:
            yield from in_shell(text)


def _words(line: Node | None) -> list[Text]:
    if isinstance(line, Sequence):
        return list(line.texts())
    text = _text(line)
    return split_words(text) if text is not None and "\n" not in text else []


def _text(line: Node | None) -> Text | None:
    return line.value if isinstance(line, Scalar) and isinstance(line.value, Text) else None


def texts_of(node: Node | None) -> Iterator[Text]:
    """Yield the string that `node` is, or those that it lists."""
    text = _text(node)
    if text is not None:
        yield text
    elif isinstance(node, Sequence):
        yield from node.texts()


def named_pairs(node: Mapping | None, what: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the values of the keys `what` in `node`, each with what it is called."""
    for key, name in what.items():
        text = node.text(key) if node else None
        if text is not None:
            yield name, str(text)
