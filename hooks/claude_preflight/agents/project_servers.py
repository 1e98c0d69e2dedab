"""The MCP servers of a whole repository, for checks that must see more than the file at hand."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.files import MCP_CONFIG, kinds_of
from claude_preflight.agents.mcp import Server, servers
from claude_preflight.document import Document
from claude_preflight.intake import decode, read_worktree
from claude_preflight.repository import Repository


def project_servers(repository: Repository) -> Iterator[tuple[Document, Server]]:
    """Yield the servers of every tracked MCP configuration as it stands in the working tree, with its document.

    What cannot be read has no servers; the check of that file itself says so. Raises `GitError`.
    """
    for path in repository.tracked() if repository.is_git else ():
        kinds = kinds_of(path)
        content = read_worktree(repository, path) if MCP_CONFIG in kinds else None
        document = decode(path, content, kinds) if isinstance(content, bytes) else None
        if isinstance(document, Document):
            yield from ((document, server) for server in servers(document))
