"""What the audit record of a repository, `.mcp-audit.json`, says of the versions that were reviewed."""

from __future__ import annotations

import json

from claude_preflight.intake import read_worktree
from claude_preflight.repository import Repository

FILE_NAME = ".mcp-audit.json"


def audited_versions(repository: Repository) -> dict[str, str]:
    """Return the reviewed version of each package in the record; empty without a record that can be read.

    An entry is any object with the strings `package` and `version`, wherever the record keeps it.
    """
    content = read_worktree(repository, FILE_NAME)
    try:
        nodes = [json.loads(content)] if isinstance(content, bytes) else []
    except (ValueError, RecursionError):
        nodes = []
    versions: dict[str, str] = {}
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            package, version = node.get("package"), node.get("version")
            if isinstance(package, str) and isinstance(version, str) and version[:1].isdigit():
                versions[package] = version
            nodes.extend(node.values())
        elif isinstance(node, list):
            nodes.extend(node)
    return versions
