"""What the settings of Codex CLI take from the sandbox that its commands run in.

Source: developers.openai.com/codex/config-reference, November 2026. The sandbox itself, switched off, is a bypass.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.paths import opens_machine
from claude_preflight.agents.settings import is_true
from claude_preflight.syntax.nodes import Mapping, Text
from claude_preflight.typed import NamedTuple

_TABLE = "sandbox_workspace_write"


class Opening(NamedTuple):
    """An opening of the sandbox: `place` is its key or value, `message` and `repair` are for a person."""

    place: Text
    key: str
    message: str
    repair: str


def openings(root: Mapping) -> Iterator[Opening]:
    """Yield what `root`, the settings in a config.toml, opens, its profiles included."""
    yield from _of_table("", root)
    profiles = root.mapping("profiles")
    for name, profile in profiles.live_pairs() if profiles else ():
        if isinstance(profile, Mapping):
            yield from _of_table(f"profiles.{name}.", profile)


def _of_table(owner: str, settings: Mapping) -> Iterator[Opening]:
    table = settings.mapping(_TABLE)
    network = table.key("network_access") if table else None
    if table is None:
        return
    if network is not None and is_true(table, "network_access"):
        message = f"{owner}network_access lets sandboxed commands send data to every host"
        yield Opening(network, f"{owner}network_access", message, "remove it; a command that needs the network can ask")
    roots = table.sequence("writable_roots")
    for path in roots.texts() if roots else ():
        if opens_machine(path):
            message = (
                f"{owner}writable_roots lets sandboxed commands write outside of the project, settings and shell files"
                " included"
            )
            yield Opening(path, f"{owner}writable_roots/{path}", message, "list the folders that are needed")
