"""Credentials that a command or a request carries at a place of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_preflight.agents.secrets.parts import QUOTED, judge_part
from claude_preflight.agents.secrets.secret import Secret
from claude_preflight.late import late

_SCHEME = late(
    r"(?:Bearer|(?<=uthorization: )(?:Basic|Token|Bot|ApiKey)|(?<=uthorization:)Basic) +(?=[\w.~+/=-]{8})",
    re.IGNORECASE,
)
_CREDENTIAL = late(r"[\w.~+/=-]{8,4000}", re.ASCII)
# Commands with their password options, by a word of theirs; each pattern ends where the password begins.
_COMMANDS = {
    "sshpass": r"sshpass\s+-p\s*",
    "mysql": r"mysql(?:dump|admin)?\b[^\n|;&]{0,200}?\s-p",
    "mariadb": r"mariadb\b[^\n|;&]{0,200}?\s-p",
    "mongo": r"mongo(?:sh|dump|restore|export|import)?\b[^\n|;&]{0,200}?\s-p\s+",
    "sqlcmd": r"sqlcmd\b[^\n|;&]{0,200}?\s-P\s*",
    "docker login": r"docker login\b[^\n|;&]{0,200}?\s-p\s+",
    "redis-cli": r"redis-cli\b[^\n|;&]{0,200}?\s-a\s+",
    "curl": r"curl\b[^\n|;&]{0,400}?\s(?:-u|--user)[ =]*[\"'\\]*[^\s:\"'\\]{1,80}:",
    " -pw ": r"p(?:link|scp|sftp)\b[^\n|;&]{0,200}?\s-pw\s+",
    "lftp": r"lftp\b[^\n|;&]{0,200}?\s-u\s*[\"']?[^\s,\"']{1,80},",
    "smbclient": r"smbclient\b[^\n|;&]{0,200}?\s-U\s*[\"']?[^\s%\"']{1,80}%",
    "sqlplus": r"sqlplus\s+(?:-\w+\s+){0,4}[\"']?[\w.$-]{1,60}/",
    "az login": r"az login\b[^\n|;&]{0,300}?\s-p\s+",
    "/user:": r"net use\b[^\n|;&]{0,200}?\s/user:\S{1,80}\s+(?!/)",
    "net use": r"net use\s+(?:\w:\s+|\*\s+)?\\\\\S{1,200}\s+(?=\S{1,200}\s+/user:)(?!/)",
    "sudo -": r"(?:echo|printf)\s+(?:-n\s+)?(?:(['\"])%s(?:\\n)?\1\s+)?"
    r"(?=[\"'\\]{0,4}[^\s\"'\\|]{4,80}[\"'\\]{0,4}\s*\|\s*sudo\s(?:[^\n|;&]{0,60}\s)?-[a-zA-RT-Z]{0,4}S)",
    "<<<": r"sudo\s(?:[^\n|;&]{0,60}?\s)?-[a-zA-RT-Z]{0,4}S\b[^\n|;&]{0,200}?<<<\s*",
}
_BEHIND = {"sqlplus": (str.rfind, "@"), "sudo -": (str.find, "|")}  # what parts a password from what follows it
_OPENING = late(r"\\?[\"']?")  # it matches the empty string too


def find_authorized(text: str, start: int, end: int, *, prose: bool) -> Iterator[Secret]:
    """Yield the credentials of `Authorization: Basic …` and `Bearer …`."""
    if text.find("earer", start, end) < 0 and text.find("uthorization", start, end) < 0:
        return
    for match in _SCHEME.finditer(text, start, end):
        value = _CREDENTIAL.match(text, match.end(), end)
        if value:
            stop = match.end() + len(value.group().rstrip("."))
            yield from judge_part("Authorization", text, match.end(), stop, prose=prose, kind="authorization-header")


def find_typed(text: str, start: int, end: int, *, prose: bool) -> Iterator[Secret]:
    """Yield the passwords that are arguments of well-known commands: `sshpass -p`, `mysql -p…`, `curl -u user:…`."""
    for command, pattern in _COMMANDS.items():
        if text.find(command, start, end) < 0:
            continue
        for match in re.finditer(pattern, text[start:end]):
            value = QUOTED.match(text, _OPENING.match(text, start + match.end(), end).end(), end)  # type: ignore[union-attr]
            if value:
                find, sign = _BEHIND.get(command, (str.find, ""))
                stop = find(text, sign, *value.span()) if sign and sign in value.group() else value.end()
                yield from judge_part("password", text, value.start(), stop, prose=prose, kind="command-password")
