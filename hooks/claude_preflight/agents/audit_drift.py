"""Where a server in a configuration is no longer the one that the audit record approves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.audit_entry import LOCAL, Approval, is_inside
from claude_preflight.agents.audit_launch import content_integrity, launch_fingerprint
from claude_preflight.agents.known_servers import normal_name, version_key
from claude_preflight.agents.launch import Launch
from claude_preflight.agents.mcp import Server
from claude_preflight.agents.pins import is_exact, looseness
from claude_preflight.context import Context
from claude_preflight.intake import read_worktree
from claude_preflight.model import Span


def approval(server: Server, entries: Sequence[Approval], fingerprint: str, path: str) -> Approval | None:
    """Return the entry about `server`, configured in the file at `path` with the launch `fingerprint`, if there is one.

    What was approved under another name is the same program, and counts. Of several entries with the server's name, of
    which none has its launch line, the one that names this file is returned, or else the first.
    """
    named = [entry for entry in entries if entry.name == server.name]
    for entry in (*named, *entries):
        if entry.launch == fingerprint:
            return entry
    here = (entry for entry in named if path in entry.configs)
    return next(here, named[0] if named else None)


def version_drift(server: Server, entry: Approval) -> tuple[Launch, str] | None:
    """Return the launch of the package that `entry` is about, in another exact version, and that version.

    None where the package is another one, the launch names no exact version, or it is the audited one.
    """
    launch = _of_package(server.launch, entry)
    if not launch or not launch.version or not is_exact(launch):
        return None
    version = str(launch.version).strip()
    audited = [known for known in (entry.version, entry.integrity) if known]
    if not audited or any(_same_version(version, known) for known in audited):
        return None
    return launch, version


def is_pinned_since(server: Server, entry: Approval) -> bool:
    """Tell whether `server` differs from what `entry` approves in one thing: it names the audited version exactly."""
    launch = _of_package(server.launch, entry)
    return (
        launch is not None and not version_drift(server, entry) and entry.launch in loose_fingerprints(server, launch)
    )


def loose_fingerprints(server: Server, launch: Launch) -> tuple[str, ...]:
    """Return the fingerprints that `server` had before the package of `launch` was pinned; none if it is not."""
    if not launch.spec or not launch.package or not is_exact(launch):
        return ()
    loose = (str(launch.package), f"{launch.package}@latest")
    return tuple(launch_fingerprint(server, launch.spec, spec) for spec in loose)


def is_unpinned(server: Server, entry: Approval) -> Launch | None:
    """Return the launch of the package of `entry` if it names no exact version, so that any may start."""
    launch = _of_package(server.launch, entry)
    return launch if launch and entry.version and looseness(launch) else None


def content_drift(entry: Approval, context: Context) -> bool:
    """Tell whether the file in the repository that `entry` approved has other content today, or is gone."""
    if entry.source != LOCAL or not entry.path or not entry.integrity:
        return False
    content = _content(entry.path, context)
    return content is None or content_integrity(content) != entry.integrity


def _content(path: str, context: Context) -> bytes | None:
    if not is_inside(context.repository, path):
        return None
    document = context.document(path)
    if document:
        return document.text.encode(document.encoding)
    content = read_worktree(context.repository, path)
    return content if isinstance(content, bytes) else None


def is_off(server: Server, path: str) -> bool:
    """Tell whether the file at `path` switches `server` off; Claude Code knows no key that does so in `.mcp.json`."""
    return server.disabled and not path.endswith(".mcp.json")


def place_of(server: Server, entry: Approval | None = None) -> Span:
    """Return where to point for what `server` runs: the file of `entry`, its package, program or address, its name."""
    words = (server.command, *server.arguments) if entry and entry.path else ()
    name = _last_part(entry.path) if entry and entry.path else ""
    file = next((word for word in words if word and _last_part(word) == name), None)
    launch = server.launch
    word = file or (launch and (launch.spec or launch.binary)) or server.remote or server.command or server.name
    return word.span


def _last_part(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _of_package(launch: Launch | None, entry: Approval) -> Launch | None:
    package = entry.package
    for each in _carriers(launch):
        if each.package and normal_name(each.registry, each.package) == normal_name(each.registry, package):
            return each
    return None


def _carriers(launch: Launch | None) -> Iterator[Launch]:
    while launch:
        yield launch
        launch = launch.carrier


def _same_version(one: str, other: str) -> bool:
    one, other = (version.lstrip("=").removeprefix("v") for version in (one, other))
    if one == other:
        return True
    keys = version_key(one), version_key(other)
    return keys[0] is not None and keys[0] == keys[1] and one.partition("+")[2] == other.partition("+")[2]
