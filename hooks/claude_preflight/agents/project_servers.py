"""The MCP servers of a whole repository, for what must see more than the file at hand."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.files import MCP_CONFIG
from claude_preflight.agents.mcp import Server, servers
from claude_preflight.context import Context
from claude_preflight.document import Document


def project_servers(context: Context) -> Iterator[tuple[Document, Server]]:
    """Yield the servers of every tracked MCP configuration, with its document.

    What cannot be read has no servers; the check of that file itself says so. Raises `GitError`.
    """
    for document in context.documents(MCP_CONFIG):
        yield from ((document, server) for server in servers(document))
