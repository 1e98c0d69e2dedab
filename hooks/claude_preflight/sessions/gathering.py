"""All that the hooks about sessions need to know: of the session at hand, of those before it, and of the repository."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping

from claude_preflight.agents.files import CLAUDE_SETTINGS, MCP_CONFIG
from claude_preflight.agents.mcp import servers
from claude_preflight.context import Context
from claude_preflight.git import GitError
from claude_preflight.late import late
from claude_preflight.sessions.at_hand import AtHand, Declared
from claude_preflight.sessions.calls import server_in_tools
from claude_preflight.sessions.reader import Project, refresh
from claude_preflight.sessions.state import State, common_directory, using
from claude_preflight.sessions.summary import (
    Session,
    begun_before,
    callers,
    costs,
    hosts_before,
    session_of,
    tools_before,
)
from claude_preflight.sessions.where import project_roots, transcripts

SHARED = ".mcp.json"
# The server that connects Claude Code with the editor it runs in.
_EDITOR = "ide"
_ALLOWED_HOST = late(r'"WebFetch\(domain:([^)\s"]{1,253})\)"')
_LOCAL = late(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/?]|$)")
_DRIFT = "drift"


def gather(context: Context, name: str) -> AtHand | None:
    """Return what is known of the session with the id `name`, None if it left no transcript."""
    try:
        common = common_directory(context.repository.root)
    except GitError:
        return None
    return using(common, lambda state: _read(context, state, name, common))


def _read(context: Context, state: State, name: str, common: str) -> AtHand | None:
    environment, now = os.environ, time.time()
    roots = project_roots(context.repository.root, common)
    coverage = refresh(state, transcripts(environment, roots, name), Project(roots), name, now=now)
    session = session_of(state, name)
    if session is None:
        return None
    _tell_drift(state, session)
    return AtHand(
        session,
        costs(state),
        begun_before(state, session.id),
        coverage.complete,
        hosts_before(state, session.id),
        tools_before(state, session.id),
        _declared(context, state),
        _changed(context.repository.absolute(SHARED)),
        _allowed_hosts(context, state),
        state.hash(f"server {_EDITOR}"),
        now,
        _is_sandboxed(environment),
        _is_set(environment, "CI"),
    )


def _tell_drift(state: State, session: Session) -> None:
    """Say once for each project that the format of transcripts has changed: that is no reason to stop a commit."""
    if session.has_drifted and not state.told(_DRIFT):
        sys.stderr.write(
            f"claude-preflight: {session.malformed + session.unknown + session.huge} of {session.lines} lines of this"
            " session's transcript are of a form that this version does not know; what it counts may be too low\n"
        )


def _declared(context: Context, state: State) -> dict[int, Declared]:
    found: dict[int, Declared] = {}
    for document in context.documents(MCP_CONFIG):
        for server in servers(document):
            number = state.hash(f"server {server_in_tools(str(server.name))}")
            remote = server.remote is not None and not _LOCAL.match(str(server.remote))
            shared = document.path == SHARED and not server.disabled
            if number not in found or shared:
                found[number] = Declared(str(server.name), remote, shared, callers(state, number))
    return found


def _changed(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0


def _allowed_hosts(context: Context, state: State) -> set[int]:
    """Return the hosts that the project's settings allow to fetch from, by their exact names."""
    names = [name for document in context.documents(CLAUDE_SETTINGS) for name in _ALLOWED_HOST.findall(document.text)]
    return {state.hash(f"host {name.lower()}") for name in names}


def _is_sandboxed(environment: Mapping[str, str]) -> bool:
    told = any(
        _is_set(environment, name) for name in ("CLAUDE_CODE_REMOTE", "IS_SANDBOX", "DEVCONTAINER", "CODESPACES")
    )
    return told or os.path.exists("/.dockerenv") or os.path.exists("/run/.containerenv")


def _is_set(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() not in ("", "0", "false", "no")
