"""What files are whose names leave it open: settings that stand anywhere, bundles, recipes, and the parts of plugins.

Sources: MANIFEST.md of modelcontextprotocol/mcpb, version 0.3 (formerly DXT), and the recipe reference of Goose at
block.github.io, both read in November 2026.
"""

from __future__ import annotations

from claude_preflight.agents.config import mapping_of
from claude_preflight.agents.files import (
    CLAUDE_SETTINGS,
    MCP_CONFIG,
    SOURCE,
    UNDECIDED,
    UNPLACED_SERVERS,
    UNPLACED_SETTINGS,
    are_claude_settings,
)
from claude_preflight.agents.plugin_parts import PluginParts
from claude_preflight.document import Document

# One of these stands in what holds servers by itself; an escape may spell the others.
_SIGNS = ("mcp_config", "extensions", "\\u", "\\x")


def decide(document: Document, kinds: frozenset[str], parts: PluginParts) -> None:
    """Give `document`, of which the name leaves open what of `kinds` it is, the kinds that it has."""
    found = set()
    if UNPLACED_SETTINGS in kinds and are_claude_settings(document.text):
        found.add(CLAUDE_SETTINGS)
    part = parts.part(document.path) if UNPLACED_SERVERS in kinds else None
    if part:
        document.take_for(part.usual)
        found.add(part.kind)
    elif UNPLACED_SERVERS in kinds and _holds_servers(document):
        found.add(MCP_CONFIG)
    document.kinds = (kinds - UNDECIDED).union(found or (SOURCE,))


def _holds_servers(document: Document) -> bool:
    """Tell whether `document` is the manifest of a bundle for Claude Desktop, or a recipe of Goose with extensions."""
    root = mapping_of(document) if any(sign in document.text for sign in _SIGNS) else None
    if root is None:
        return False
    server, recipe = root.mapping("server"), root.mapping("recipe") or root
    if server and server.mapping("mcp_config"):
        return root.get("manifest_version") is not None or root.get("dxt_version") is not None
    return recipe.sequence("extensions") is not None and bool(recipe.get("instructions") or recipe.get("prompt"))
