"""Files that agents keep for one person or one session, and that are never meant for a commit.

Sources: the documentation of Claude Code on its settings, memory, sessions and the folder `.claude`, November 2026.
"""

from __future__ import annotations

from claude_preflight.agents.config import mapping_of
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Scalar
from claude_preflight.typed import NamedTuple

INSTRUCTIONS, SETTINGS, STATE = "instructions", "settings", "state"


class LocalFile(NamedTuple):
    """What kind of local file a document is (a constant of this module), in words, and the line for `.gitignore`.

    The line fits a `.gitignore` at the root, and such files in every folder.
    """

    kind: str
    words: str
    ignore: str


_FOLDERS = {
    "agent-memory-local": "an agent's memory of one machine",
    "worktrees": "a work tree that the agent made for itself",
    "file-history": "the agent's copies of edited files",
    "shell-snapshots": "a snapshot of a person's shell, variables included",
    "paste-cache": "what a person pasted into a session",
    "image-cache": "images of a session",
    "session-env": "the environment of a session",
    "statsig": "the agent's own state",
    "debug": "a debug log of a session",
    "todos": "the task list of a session",
}
_FOLDER = late(rf"(?:^|/)\.claude/({'|'.join(_FOLDERS)})/")
_TODO = late(r"[0-9a-f]{8}-[0-9a-f-]{27,100}\.(?:json|txt)")
_ACCOUNT_KEYS = frozenset(
    "oauthAccount userID numStartups hasCompletedOnboarding firstStartTime installMethod tipsHistory machineID"
    " customApiKeyResponses cachedChangelog autoUpdates bypassPermissionsModeAccepted projects".split()
)


def local_file(document: Document) -> LocalFile | None:
    """Return what local file `document` is by its path, and by its content where the path is not enough; else None."""
    path, name = document.known_as, document.known_as.rpartition("/")[2]
    in_claude = "/.claude/" in f"/{path}"
    if name == "CLAUDE.local.md":
        return LocalFile(INSTRUCTIONS, "one person's own instructions", "CLAUDE.local.md")
    if name == "settings.local.json":
        return LocalFile(SETTINGS, "one person's own settings", "**/.claude/settings.local.json")
    if name == ".credentials.json":
        signed_in = in_claude or '"claudeAiOauth"' in document.text
        return LocalFile(STATE, "the login of an account", ".credentials.json") if signed_in else None
    if name.startswith(".claude.json"):
        return LocalFile(STATE, "the state of a whole account", ".claude.json*") if _is_account(document) else None
    if name.endswith(".jsonl"):
        return _of_lines(document, name, in_claude)
    return _of_folder(path, name)


def _of_folder(path: str, name: str) -> LocalFile | None:
    match = _FOLDER.search(path) if ".claude/" in path else None
    if not match or (match[1] in ("debug", "todos") and not _TODO.fullmatch(name)):
        return None
    return LocalFile(STATE, _FOLDERS[match[1]], f"**/.claude/{match[1]}/")


def _is_account(document: Document) -> bool:
    root = mapping_of(document)
    return root is not None and any(key in _ACCOUNT_KEYS for key, _ in root.pairs)


def _of_lines(document: Document, name: str, in_claude: bool) -> LocalFile | None:
    first = _first_object(document.text)
    if first is None:
        return None
    if name == "history.jsonl" and first.get("display") and (first.get("project") or first.get("pastedContents")):
        return LocalFile(STATE, "every prompt that a person has written", "history.jsonl")
    session = isinstance(first.get("sessionId"), Scalar)
    if in_claude and session and ("parentUuid" in _keys(first) or first.text("type")):
        ignore = "**/.claude/projects/" if "/.claude/projects/" in f"/{document.known_as}" else "**/.claude/**/*.jsonl"
        return LocalFile(STATE, "the transcript of a session", ignore)
    return None


def _keys(mapping: Mapping) -> frozenset[str]:
    return frozenset(str(key) for key, _ in mapping.pairs)


def _first_object(text: str) -> Mapping | None:
    """Return the first line of `text` that is a JSON object, of the first few that are not blank."""
    from claude_preflight.syntax.jsonc import read_json

    start = tried = 0
    while start < len(text) and tried < 5:
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        line = text[start:end].strip()
        start = end + 1
        if line:
            tried += 1
            root = read_json(line).root
            if isinstance(root, Mapping):
                return root
    return None
