"""What the readers of all CI files need: texts, lists and variables out of nodes of any shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from claude_preflight.agents.ci.model import VARIABLE, Action, Pairs, Reference, Script
from claude_preflight.agents.sandboxes import Sandbox, of_container
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, Text
from claude_preflight.syntax.shell import Command, commands, windows_commands

_MAX_VARIABLES = 1000  # of one mapping
_VERSION = late(r"[@:](?=[^@:/]*$)|@")
_EXPANDED = late(r"\$\{?([A-Za-z_]\w{0,200})")
_COMPARED = late(r"\s*+!?\s*+\(?\s*+(?:contains|startsWith|endsWith|hashFiles|fromJSON)\(")


def text_of(node: Node | None) -> Text | None:
    """Return the string that `node` is; None for anything else."""
    return node.value if isinstance(node, Scalar) and isinstance(node.value, Text) else None


def spelled(node: Node | None) -> Text | None:
    """Return the string that a scalar is, or that a number or truth value becomes in the environment of a program."""
    if not isinstance(node, Scalar) or node.value is None:
        return None
    return node.value if isinstance(node.value, Text) else Text.at(str(node.value).lower(), node.start, node.end)


def items_of(node: Node | None) -> list[Node]:
    """Return the items of a list, lists in it taken apart; any other node is a list of itself."""
    found: list[Node] = []
    stack = [node] if node is not None else []
    while stack:
        each = stack.pop()
        if isinstance(each, Sequence):
            stack += reversed(each.items)
        else:
            found.append(each)
    return found


def texts_of(node: Node | None) -> tuple[Text, ...]:
    """Return the strings of a list, or the one string that `node` is."""
    return tuple(text for item in items_of(node) if (text := text_of(item)) is not None)


def texts_below(node: Node | None) -> Iterator[Text]:
    """Yield the strings below `node`, keys left aside, in source order."""
    stack = [node] if node is not None else []
    while stack:
        each = stack.pop()
        if isinstance(each, Mapping):
            stack += (value for _, value in reversed(each.pairs))
        elif isinstance(each, Sequence):
            stack += reversed(each.items)
        elif (text := text_of(each)) is not None:
            yield text


def pairs_of(node: Node | None) -> Pairs:
    """Return the entries of a mapping whose values are scalars, or are mappings with such a `value`."""
    if not isinstance(node, Mapping):
        return ()
    entries = islice(node.live_pairs(), _MAX_VARIABLES)
    pairs = ((key, value.get("value") if isinstance(value, Mapping) else value) for key, value in entries)
    return tuple((key, text) for key, value in pairs if (text := spelled(value)) is not None)


def listed_pairs(node: Node | None) -> Pairs:
    """Return variables written as a list of `{name: …, value: …}`, or as a mapping."""
    if isinstance(node, Mapping):
        return pairs_of(node)
    mappings = [item for item in items_of(node)[:_MAX_VARIABLES] if isinstance(item, Mapping)]
    found = ((item.text("name"), item.text("value")) for item in mappings)
    return tuple((name, value) for name, value in found if name is not None and value is not None)


def is_false(node: Node | None) -> bool:
    """Tell whether `node`, a condition, is never met."""
    if not isinstance(node, Scalar):
        return False
    return node.value is False or (isinstance(node.value, Text) and node.value.strip("${} \t").lower() == "false")


def action_of(uses: Text, inputs: Node | None) -> Action:
    """Return what `uses` (`name@version`, or `name:version` of a pipe) names, with what it is given."""
    mark = _VERSION.search(uses) if not uses.startswith("docker://") else None
    name, version = (uses.part(0, mark.start()), uses.part(mark.end(), len(uses))) if mark else (uses, None)
    given = inputs if isinstance(inputs, Mapping) else Mapping([], uses.end, uses.end)
    return Action(name.lower(), version, uses, given)


def span_of(name: Text, node: Node) -> Span:
    """Return the span of an entry: from its key, or the start of its value, to its end."""
    return Span(min(name.start, node.start), max(node.end, name.end))


def named(node: Node | None) -> Text | None:
    """Return a name that is written as such, or as the `name` of a mapping."""
    return node.text("name") if isinstance(node, Mapping) else text_of(node)


def container_of(text: str, nodes: Iterable[Node], services: Iterable[Node | None] = ()) -> Sandbox:
    """Return the container that `nodes` of the file with the text `text` describe together: one breach is enough."""
    described = [of_container(text, node) for node in nodes]
    helped = any("dind" in text[node.start : node.end] for node in services if node is not None)
    breach = next((each.breach for each in described if each.breach), "")
    return Sandbox(described[0].name, breach or ("runs Docker inside and so is privileged" if helped else ""))


def shell_references(texts: Iterable[Text]) -> tuple[Reference, ...]:
    """Return the variables that shell texts, or values that a shell-like program expands, use."""
    return tuple(
        Reference(VARIABLE, text.part(*match.span(1)))
        for text in texts
        if "$" in text
        for match in _EXPANDED.finditer(text)
    )


def commands_of(script: Script) -> list[Command]:
    """Return the commands of `script`, as its shell reads them."""
    if script.dialect:
        return windows_commands(script.text, powershell=script.dialect == "powershell")
    return commands(script.text)


def expressions(text: str) -> Iterator[tuple[int, int]]:
    """Yield where GitHub's expressions in `text` begin and end that are replaced by a value, not by true or false."""
    end = 0
    while (start := text.find("${{", end)) >= 0:
        end = text.find("}}", start)
        if end < 0:
            return
        if not _is_comparison(text[start + 3 : end]):
            yield start + 3, end


def _is_comparison(expression: str) -> bool:
    """Tell whether `expression` gives true or false, not the text that it looks at."""
    if "&&" in expression or "||" in expression:
        return False
    return bool(_COMPARED.match(expression)) or "==" in expression or "!=" in expression
