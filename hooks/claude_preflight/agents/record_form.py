"""Whether a record that a team keeps for this tool has its form: it parses, no key repeats, its schema takes it."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.config import tree_of
from claude_preflight.agents.validation import accepts, duplicate_keys, errors, load_schema
from claude_preflight.document import Document
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import plain
from claude_preflight.typed import NamedTuple


class FormFlaw(NamedTuple):
    """Where a record breaks its form: `message` is a clause that holds no value of the file, `key` is stable."""

    span: Span
    message: str
    key: str


def form_flaws(document: Document, schema_name: str) -> Iterator[FormFlaw]:
    """Yield where `document` does not have the form of the schema `schema_name`, such as "mcp-audit"."""
    tree = tree_of(document)
    if tree.root is None or tree.problems:
        offset, why = tree.problems[-1 if tree.root is None else 0] if tree.problems else (0, "it is empty")
        yield FormFlaw(Span(offset, offset), f"it cannot be read: {why}", "syntax")
        return
    for key in duplicate_keys(tree.root):
        yield FormFlaw(key.span, "this key stands here again, and only the last one counts", f"{key}#again")
    schema = load_schema(schema_name)
    if not accepts(schema, plain(tree.root)):
        for error in errors(schema, tree.root):
            yield FormFlaw(error.span, error.message, "/".join(map(str, error.path)))
