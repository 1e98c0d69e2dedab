"""One tree for JSON, YAML and TOML: mappings, sequences and scalars, each with its place in the document."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.model import Span
from claude_preflight.typed import NamedTuple


class SyntaxProblem(NamedTuple):
    """Why a text does not parse, or what its consumer would not accept; `offset` is 0-based, in code points."""

    offset: int
    message: str


class Text(str):
    """A string as the consumer reads it, which knows where each of its characters stands in the document.

    `start` and `end` enclose the characters without their quotes. `offsets` is None when the source spells every
    character as itself; otherwise it holds the document offset of each character, and one more for the end.
    """

    __slots__ = ("end", "offsets", "start")
    start: int
    end: int
    offsets: tuple[int, ...] | None

    @classmethod
    def at(cls, value: str, start: int, end: int, offsets: tuple[int, ...] | None = None) -> Text:
        """Return `value` as the text that stands from `start` to `end` in the document."""
        text = cls(value)
        text.start = start
        text.end = end
        text.offsets = offsets
        return text

    @property
    def span(self) -> Span:
        """Where the characters stand, without their quotes."""
        return Span(self.start, self.end)

    def part(self, start: int, end: int) -> Text:
        """Return the characters from `start` to `end` (0-based, half-open) with their own place.

        Where the source gives no way to tell single characters apart, the part has the place of the whole.
        """
        value = self[start:end]
        end = start + len(value)
        if self.offsets is not None:
            offsets = self.offsets[start : end + 1]
            return Text.at(value, offsets[0], offsets[-1], offsets)
        if self.end - self.start == len(self):
            return Text.at(value, self.start + start, self.start + end)
        return Text.at(value, self.start, self.end)

    def trimmed(self) -> Text:
        """Return this text without white space around it."""
        start = len(self) - len(self.lstrip())
        return self.part(start, max(start, len(self.rstrip())))


def joined(parts: list[Text]) -> Text:
    """Return `parts`, at least one, which know each of their characters' places, as one text that does."""
    if len(parts) == 1:
        return parts[0]
    offsets = [offset for part in parts for offset in (part.offsets or range(part.start, part.end + 1))[: len(part)]]
    return Text.at("".join(parts), parts[0].start, parts[-1].end, (*offsets, parts[-1].end))


class Node:
    """A value in a document; `start` and `end` enclose its source, quotes and brackets included."""

    __slots__ = ("end", "start")
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Where the value stands, quotes and brackets included."""
        return Span(self.start, self.end)


class Scalar(Node):
    """A leaf: `value` is a `Text`, an int, a float, a bool or None."""

    __slots__ = ("value",)

    def __init__(self, value: Text | int | float | bool | None, start: int, end: int) -> None:
        self.value = value
        self.start = start
        self.end = end


class Sequence(Node):
    """A list."""

    __slots__ = ("items",)

    def __init__(self, items: list[Node], start: int, end: int) -> None:
        self.items = items
        self.start = start
        self.end = end

    def texts(self) -> Iterator[Text]:
        """Yield the items that are strings."""
        for item in self.items:
            if isinstance(item, Scalar) and isinstance(item.value, Text):
                yield item.value


class Mapping(Node):
    """A mapping with its pairs in source order, duplicate keys kept."""

    __slots__ = ("pairs",)

    def __init__(self, pairs: list[tuple[Text, Node]], start: int, end: int) -> None:
        self.pairs = pairs
        self.start = start
        self.end = end

    def get(self, key: str) -> Node | None:
        """Return the value of `key`; of the last one where it is repeated, as the consumers do."""
        for name, value in reversed(self.pairs):
            if name == key:
                return value
        return None

    def mapping(self, key: str) -> Mapping | None:
        """Return the value of `key` if it is a mapping, else None."""
        value = self.get(key)
        return value if isinstance(value, Mapping) else None

    def sequence(self, key: str) -> Sequence | None:
        """Return the value of `key` if it is a sequence, else None."""
        value = self.get(key)
        return value if isinstance(value, Sequence) else None

    def text(self, key: str) -> Text | None:
        """Return the value of `key` if it is a string, else None."""
        value = self.get(key)
        return value.value if isinstance(value, Scalar) and isinstance(value.value, Text) else None

    def key(self, name: str) -> Text | None:
        """Return the last key spelled `name`, with its place, or None."""
        for key, _ in reversed(self.pairs):
            if key == name:
                return key
        return None

    def live_pairs(self) -> Iterator[tuple[Text, Node]]:
        """Yield the pairs that count: of a repeated key only the last."""
        last = {name: position for position, (name, _) in enumerate(self.pairs)}
        for position, pair in enumerate(self.pairs):
            if last[pair[0]] == position:
                yield pair


class Tree(NamedTuple):
    """What a reader made of a text: the root if it parsed, and what is wrong with it."""

    root: Node | None
    problems: tuple[SyntaxProblem, ...]


def walk(root: Node) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield every node below and including `root` with its path (keys, and item numbers as decimal strings)."""
    stack: list[tuple[tuple[str, ...], Node]] = [((), root)]
    while stack:
        path, node = stack.pop()
        yield path, node
        if isinstance(node, Mapping):
            stack.extend(((*path, str(key)), value) for key, value in reversed(node.pairs))
        elif isinstance(node, Sequence):
            stack.extend(((*path, str(number)), item) for number, item in reversed(list(enumerate(node.items))))


def plain(node: Node) -> object:
    """Return `node` as dicts, lists and scalars, as a schema validator wants it; of duplicate keys the last counts."""
    if isinstance(node, Mapping):
        return {str(key): plain(value) for key, value in node.pairs}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return str(node.value) if isinstance(node.value, Text) else node.value
