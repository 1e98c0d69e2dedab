"""OAuth scopes, and the permissions of tokens, that give more than one task needs.

Sources: the vendors' own lists of scopes (GitHub, GitLab, Google, Microsoft Graph, Slack, Atlassian, Sentry,
Salesforce, Heroku), read in November 2026.
"""

from __future__ import annotations

from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text

_GOOGLE = "https://www.googleapis.com/auth/"
# Scopes that mean one thing wherever they stand: what they give, and what to ask for instead.
_BROAD = {
    "repo": ("full control of every repository", "public_repo, or a fine-grained token for the repositories it needs"),
    "delete_repo": ("the deletion of repositories", "no such scope"),
    "site_admin": ("the administration of the whole site", "no such scope"),
    "sudo": ("acting as any user", "no such scope"),
    f"{_GOOGLE}cloud-platform": ("all of Google Cloud", f"{_GOOGLE}cloud-platform.read-only, or the scope of one API"),
    f"{_GOOGLE}drive": ("every file in Google Drive", f"{_GOOGLE}drive.file or {_GOOGLE}drive.readonly"),
    "https://mail.google.com/": ("all mail, deletion included", f"{_GOOGLE}gmail.readonly"),
    "https://mail.google.com": ("all mail, deletion included", f"{_GOOGLE}gmail.readonly"),
    "full_access": ("everything", "the scopes of its tasks"),
    "fullaccess": ("everything", "the scopes of its tasks"),
    "admin": ("the administration of the whole organisation", "the scopes of its tasks"),
}
# Words that mean everything at one vendor, and something else at others.
_AT_VENDOR = {
    ("api", "gitlab"): ("the whole API with writing", "read_api"),
    ("full", "salesforce"): ("everything that the user may do", "the scopes of its tasks"),
    ("global", "heroku"): ("the whole account", "read, or write for the apps it needs"),
}
_ALL = late(r"\*|[\w.]*[:./]\*|\*[:.]\*|\*[:./][\w.]+", 0)
_ADMIN = late(r"admin[:.][\w:.*]+|[\w.-]+[:.]admin|manage:jira-configuration", 0)
_GRAPH = late(r"(?:https://graph\.microsoft\.com/)?\w+(?:\.\w+)*\.(?:ReadWrite|FullControl|Manage)\.All", 0)
_GOOGLE_ADMIN = late(r"https://www\.googleapis\.com/auth/admin\.[\w.]+", 0)
_READS = late(r"(?<![a-z])(?:read|readonly|view|list|get)(?![a-z])")
_WRITES = late(
    r"(?<![A-Za-z])(?:write|admin|delete|manage|full|fullcontrol|modify|readwrite|rw|create|update|edit|maintain|send)"
    r"(?![a-z])|ReadWrite|FullControl",
    0,
)
_WORD = late(r"[^\s,\[\]\"']+")


def split_scopes(text: Text) -> list[Text]:
    """Return the scopes in `text`, which blanks or commas part, each with its place."""
    return [text.part(*match.span()) for match in _WORD.finditer(text)]


def breadth(scope: str, vendor: str = "") -> tuple[str, str] | None:
    """Return what `scope` gives and what to ask for instead, if it gives far too much; else None.

    `vendor` is text that may name the one whose scope it is: a server's name, package or address.
    """
    known = _BROAD.get(scope) or _BROAD.get(scope.lower())
    if known:
        return known
    for (word, name), broad in _AT_VENDOR.items():
        if scope == word and name in vendor.lower():
            return broad
    if _ALL.fullmatch(scope):
        return "everything of its kind", "the scopes of its tasks"
    if _GRAPH.fullmatch(scope):
        return "writing all there is of its kind in the organisation", "the form without .All, or one that reads"
    if _GOOGLE_ADMIN.fullmatch(scope) and not scope.endswith(".readonly"):
        return "the administration of the whole organisation", f"{scope}.readonly"
    reads = _READS.search(scope) and not _WRITES.search(scope.replace("admin", ""))
    if _ADMIN.fullmatch(scope) and not reads:
        return "administration", "the scopes of its tasks"
    return None


def may_write(scope: str) -> bool:
    """Tell whether the name of `scope` says that it lets its holder change something."""
    return bool(_WRITES.search(scope)) or breadth(scope) is not None
