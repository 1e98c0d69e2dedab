"""The plugins that opencode installs from npm and loads into itself, as its settings list them.

Source: opencode.ai/docs/plugins, November 2026: `plugin` holds names of packages, paths, or either with options.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.syntax.nodes import Mapping, Scalar, Sequence, Text


def loose_plugins(root: Mapping) -> Iterator[Text]:
    """Yield the packages among the plugins of the settings `root` that are not pinned to one version."""
    from claude_preflight.agents.launch import take_apart
    from claude_preflight.agents.pins import looseness

    listed = root.sequence("plugin")
    for node in listed.items if listed else ():
        given = node.items[0] if isinstance(node, Sequence) and node.items else node
        if isinstance(given, Scalar) and isinstance(given.value, Text) and given.value:
            launch = take_apart(Text.at("npx", given.start, given.start), [given.value])
            if looseness(launch):
                yield given.value
