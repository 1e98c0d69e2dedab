"""The files that the manifest of a plugin, or the entry of a marketplace, names for its MCP servers and its hooks.

Sources: code.claude.com/docs/en/plugins-reference and plugin-marketplaces as of 2026-08-22; the manifests of Cursor and
Codex have the same keys. The front matter of an agent names servers, and no files.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from claude_preflight.agents.files import MCP_CONFIG, PLUGIN, UNPLACED_SERVERS
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from claude_preflight.document import Document
    from claude_preflight.syntax.nodes import Mapping

_MARKETPLACE = ".claude-plugin/marketplace.json"
_MANIFESTS = (".claude-plugin/plugin.json", _MARKETPLACE, ".cursor-plugin/plugin.json", ".codex-plugin/plugin.json")
_PART = frozenset((UNPLACED_SERVERS,))
_NONE: frozenset[str] = frozenset()
_ROOT = "${CLAUDE_PLUGIN_ROOT}/"


class Part(NamedTuple):
    """What a manifest makes a file: its kind, and the path that it counts as, which needs no manifest."""

    kind: str
    usual: str


# The keys of a manifest, with the files that they name.
_KEYS = {"mcpServers": Part(MCP_CONFIG, ".mcp.json"), "hooks": Part(PLUGIN, "hooks/hooks.json")}


class PluginParts:
    """The parts of all plugins; `is_file` tells whether there is a file at a path, `read` gives a manifest."""

    def __init__(self, is_file: Callable[[str], bool], read: Callable[[str], Document | None]) -> None:
        self._is_file = is_file
        self._read = read
        self._manifests: dict[str, tuple[str, ...]] = {}
        self._parts: dict[str, dict[str, Part]] = {}

    def kinds(self, path: str) -> frozenset[str]:
        """Return the kinds of the JSON file at `path`, to which its name gives none."""
        return _PART if self.part(path) else _NONE

    def part(self, path: str) -> Part | None:
        """Return what a manifest makes the file at `path`, if any does."""
        for manifest in self._above(path.rpartition("/")[0]):
            if manifest not in self._parts:
                document = self._read(manifest)
                self._parts[manifest] = dict(_parts(document)) if document else {}
            if path in self._parts[manifest]:
                return self._parts[manifest][path]
        return None

    def _above(self, folder: str) -> tuple[str, ...]:
        """Return the paths of the manifests in `folder` and above it, the nearest first."""
        if folder not in self._manifests:
            here = (f"{folder}/{manifest}".removeprefix("/") for manifest in _MANIFESTS)
            above = self._above(folder.rpartition("/")[0]) if folder else ()
            self._manifests[folder] = (*filter(self._is_file, here), *above)
        return self._manifests[folder]


def _parts(manifest: Document) -> Iterator[tuple[str, Part]]:
    from claude_preflight.agents.config import mapping_of
    from claude_preflight.syntax.nodes import Mapping

    root = mapping_of(manifest)
    folder = posixpath.dirname(posixpath.dirname(manifest.path))
    if root is not None and manifest.known_as.endswith(_MARKETPLACE):
        plugins, metadata = root.sequence("plugins"), root.mapping("metadata")
        base = posixpath.join(folder, str((metadata and metadata.text("pluginRoot")) or ""))
        for plugin in plugins.items if plugins else ():
            source = plugin.text("source") if isinstance(plugin, Mapping) else None
            if isinstance(plugin, Mapping) and source is not None:
                yield from _named(plugin, posixpath.join(base, source))
    elif root is not None:
        yield from _named(root, folder)


def _named(manifest: Mapping, folder: str) -> Iterator[tuple[str, Part]]:
    from claude_preflight.syntax.nodes import Scalar, Sequence, Text

    for key, part in _KEYS.items():
        value = manifest.get(key)
        for node in value.items if isinstance(value, Sequence) else (value,):
            if isinstance(node, Scalar) and isinstance(node.value, Text):
                path = posixpath.normpath(posixpath.join(folder, node.value.removeprefix(_ROOT)))
                yield path, part._replace(usual=posixpath.join(posixpath.dirname(path), part.usual))
