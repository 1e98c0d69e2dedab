"""`claude-preflight sessions`: show a person what a session did, as far as its transcripts on this machine tell."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from claude_preflight.examine import Unusable, write
from claude_preflight.git import GitError
from claude_preflight.report.safe import printable
from claude_preflight.repository import Repository
from claude_preflight.sessions.account import Account, News, account_of, as_json, as_markdown, as_text
from claude_preflight.sessions.reader import Project, refresh
from claude_preflight.sessions.review import retried
from claude_preflight.sessions.state import State, common_directory, using
from claude_preflight.sessions.story import Story, read_story
from claude_preflight.sessions.summary import Cost, Session, costs, hosts_before, session_of, tools_before
from claude_preflight.sessions.where import Transcript, project_roots, session_id, transcripts

if TYPE_CHECKING:
    import argparse

FORMATS = {"text": as_text, "json": as_json, "markdown": as_markdown}
# All that there is: a person may wait for a while.
_MOST_BYTES = 1 << 50
_MOST_LISTED = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "session", nargs="?", default="", metavar="ID", help="a session's id or its beginning; none: the latest one"
    )
    parser.add_argument("--format", choices=sorted(FORMATS), default="text", help="default: %(default)s")


def run(options: argparse.Namespace, files: list[str]) -> int:
    """Print the account of one session, and return the exit status. Raises `Unusable`."""
    repository = Repository(".")
    try:
        common = common_directory(repository.root)
    except GitError as error:
        raise Unusable(f"git: {error}") from None
    roots = project_roots(repository.root, common)
    current = session_id(os.environ)
    wanted = options.session or current
    shown = using(common, lambda state: _show(state, roots, wanted, current if wanted == current else ""))
    write(FORMATS[options.format](shown.account))
    others = shown.others
    if others and options.format == "text":
        more = f" and {len(others) - _MOST_LISTED} more" if len(others) > _MOST_LISTED else ""
        write(f"\nother sessions, latest first: {printable(', '.join(others[:_MOST_LISTED]))}{more}\n")
    return 0


class _Shown(NamedTuple):
    account: Account
    others: list[str]


def _show(state: State, roots: tuple[str, ...], wanted: str, own: str) -> _Shown:
    found = transcripts(os.environ, roots, own)
    refresh(state, found, Project(roots), own, now=time.time(), most_bytes=_MOST_BYTES)
    ours = _of_project(state, found)
    chosen = _chosen(ours, wanted)
    others = [name for name in _names(ours) if name != chosen]
    return _Shown(_account(state, chosen, ours), others)


def _of_project(state: State, found: list[Transcript]) -> list[tuple[Transcript, int]]:
    """Return those of `found` that belong to the project, the latest first, with the numbers of their sessions."""
    rows = state.database.execute("SELECT key, session FROM file WHERE owner = 1 ORDER BY last DESC")
    by_key = {state.hash(transcript.path): transcript for transcript in found}
    return [(by_key[key], session) for key, session in rows if key in by_key]


def _names(ours: list[tuple[Transcript, int]]) -> list[str]:
    return list(dict.fromkeys(transcript.session for transcript, _ in ours if transcript.main))


def _chosen(ours: list[tuple[Transcript, int]], wanted: str) -> str:
    """Return the id of the session to show. Raises `Unusable`."""
    names = _names(ours)
    if not names:
        raise Unusable("there is no transcript of this project on this machine")
    if not wanted:
        return names[0]
    fitting = [name for name in names if name == wanted] or [name for name in names if name.startswith(wanted)]
    if len(fitting) == 1:
        return fitting[0]
    raise Unusable(f"{len(fitting) or 'no'} sessions of this project have an id that begins with {wanted!r}")


def _account(state: State, name: str, ours: list[tuple[Transcript, int]]) -> Account:
    session = session_of(state, name)
    if session is None:
        raise Unusable(f"nothing is known of the session {name!r}")
    story = read_story(transcript for transcript, number in ours if number == session.id)
    spent = costs(state).get(session.id, Cost())
    return account_of(name, session, story, spent, retried(session.contested), _news(state, session, story))


def _news(state: State, session: Session, story: Story) -> News:
    known_hosts, known_tools = hosts_before(state, session.id), tools_before(state, session.id)
    hosts = dict.fromkeys(host for act in story.acts for host in act.deed.hosts)
    tools = dict.fromkeys(act.call.name for act in story.acts if act.deed.server)
    return News(
        tuple(sorted(host for host in hosts if state.hash(f"host {host}") not in known_hosts)),
        tuple(sorted(tool for tool in tools if state.hash(f"tool {tool}") not in known_tools)),
    )
