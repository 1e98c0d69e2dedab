"""A document as configuration: its tree, and whether the program that reads it takes comments."""

from __future__ import annotations

from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Tree

# Programs that read their files with a parser for JSON with comments: editors of the VS Code and Zed families, opencode
# (both endings), Gemini CLI and its forks, Crush, Continue. Claude Code, Claude Desktop, Cline, Roo take strict JSON.
_TAKES_COMMENTS = late(
    r"(^|/)(\.(vscode|vs|cursor|zed|kiro|gemini|qwen|idea|opencode)/.*|\.config/zed/.*|\.?devcontainer.*"
    r"|opencode\.jsonc?|\.?crush\.json|(gemini|qwen)-extension\.json|\.continue/(config|mcpServers/[^/]*)\.json|\.continuerc\.json"
    r"|[^/]*\.(jsonc|code-workspace))$"
)


def tree_of(document: Document) -> Tree:
    """Return the tree of `document` by its ending; of Markdown the front matter; of other files an empty one."""
    return document.remember(_read)


def _read(document: Document) -> Tree:
    path = document.known_as
    if path.endswith((".json", ".jsonc", ".code-workspace")):
        from claude_preflight.syntax.jsonc import read_json

        return read_json(document.text)
    if path.endswith((".yaml", ".yml")):
        from claude_preflight.syntax.yaml_ import read_yaml

        return read_yaml(document.text)
    if path.endswith(".toml"):
        from claude_preflight.syntax.toml_ import read_toml

        return read_toml(document.text)
    if path.endswith((".md", ".mdc")):
        from claude_preflight.syntax.front_matter import front_matter

        matter = front_matter(document.text)
        return matter.tree if matter else Tree(None, ())
    if document.text.lstrip()[:1] in ("{", "["):  # a file that a team has pointed a hook at, whatever its ending
        from claude_preflight.syntax.jsonc import read_json

        return read_json(document.text)
    return Tree(None, ())


def mapping_of(document: Document) -> Mapping | None:
    """Return the root of `document` if it is a mapping."""
    root = tree_of(document).root
    return root if isinstance(root, Mapping) else None


def takes_comments(path: str) -> bool:
    """Tell whether the program that reads the JSON file at `path` accepts comments and trailing commas."""
    return bool(_TAKES_COMMENTS.search(path))
