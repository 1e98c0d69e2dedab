"""Configuration that belongs to one person's account, not to a project: by its place, or by the repository around it.

Sources: the clients' own documentation of where they keep user settings, read in November 2026.
"""

from __future__ import annotations

import posixpath

from claude_preflight.late import late
from claude_preflight.repository import Repository

_DESKTOP = late(r"(?:^|/)claude_desktop_config[^/]*\.json$")
_OWN_FILE = late(r"(?:^|/)\.claude\.json$")
_USER_FOLDER = late(
    r"(?:^|/)(?:\.config/(?:goose|zed|amp|opencode|crush|Code/User)|\.codeium/windsurf|\.aws/amazonq|\.copilot"
    r"|Library/Application Support|AppData/Roaming)/|(?:^|/)cline_mcp_settings\.json$"
)
# A file that people are meant to copy is nobody's own.
_SAMPLE = late(
    r"(?:^|[/._-])(?:examples?|samples?|templates?|demos?|docs?|documentation|fixtures?|tests?|dist|skel)(?:[/._-]|$)"
)
_TO_FILL_IN = late(
    r"<[A-Za-z][^<>\n]{1,60}>|\b(?:YOUR|REPLACE|INSERT|CHANGE)[-_ ]?[A-Z]|\byour[-_ ][a-z]"
    r"|[/\\]path[/\\]to[/\\]|\[[A-Z_ ]{4,40}\]|\.\.\."
    r"|\bREMPLACEZ|\b[Cc]opy (?:this|the|it)\b|\{\{[^{}\n]{1,60}\}\}|\bxxx"
)
# Files of a home directory that no project has at its root.
_OF_A_HOME = frozenset(
    ".zshrc .zprofile .zshenv .bashrc .bash_profile .bash_aliases .profile .gitconfig .tmux.conf .vimrc .inputrc"
    " dot_zshrc dot_bashrc dot_gitconfig .chezmoiroot .chezmoi.toml.tmpl .stow-local-ignore".split()
)
_AGENT_HOME = late(
    r"(?:^|/)(?:\.cursor|\.gemini|\.qwen|\.codex|\.claude|\.kiro/settings|\.roo|\.continue|\.vscode|\.amazonq)/"
)


def is_sample(path: str, text: str) -> bool:
    """Tell whether the configuration at `path` is there to be copied and filled in."""
    return bool(_SAMPLE.search(path.lower()) or _TO_FILL_IN.search(text))


def program_of(path: str) -> str:
    """Return the program whose user-level configuration the file at `path` is, in words; empty for a project's own."""
    if _DESKTOP.search(path):
        return "Claude Desktop"
    if _OWN_FILE.search(path):
        return "Claude Code"
    return ""


def is_global(repository: Repository, path: str) -> bool:
    """Tell whether the agent's file at `path` is read in every project of a person.

    It is, where it stands in a folder of user settings, or beside the files of a home directory that `repository`
    keeps. Raises `GitError`.
    """
    return bool(_USER_FOLDER.search(path)) or _is_of_a_home(repository, path)


def _is_of_a_home(repository: Repository, path: str) -> bool:
    match = _AGENT_HOME.search(path)
    if not match:
        return False
    if posixpath.basename(repository.root).lstrip(".").lower() in ("dotfiles", "dot-files"):
        return True
    base = path[: match.start()].strip("/")
    homes: dict[str, set[str]] = {}
    for tracked in repository.tracked() if repository.is_git else ():
        folder, _, name = tracked.rpartition("/")
        if name in _OF_A_HOME and (folder == base or "/" not in folder):
            homes.setdefault(folder, set()).add(name)
    # One package for each program, as stow has them, or one home in the folder of the agent's own.
    return base in homes or len(set().union(*homes.values())) > 1
