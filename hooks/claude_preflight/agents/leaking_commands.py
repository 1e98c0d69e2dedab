"""Commands in a text that send private files, or all variables, over the network.

Commands are taken from prose as well, so that no shell's grammar applies: a program, and what belongs to its pipeline.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_preflight.late import late
from claude_preflight.model import Span

PRIVATE_FILE = (
    r"(?:(?:~|\$HOME|\$\{HOME\}|/root|/home/[\w.-]+|/Users/[\w.-]+)/\."
    r"(?:ssh(?!/[\w.-]{1,60}\.pub)|aws|gnupg|kube|netrc|npmrc|pypirc|docker|config/gcloud|cursor/mcp)\b"
    r"|\bid_(?:rsa|ed25519|ecdsa)\b(?!\.pub)|/etc/(?:passwd|shadow)\b"
    r"|(?<![\w/*])(?:\./)?\.env(?:\.(?:local|production))?\b(?![.\w]))"
)
# Nothing leaves for these: addresses of the machine itself, and what stands for a host that is left out.
_HOST_END = r"(?=(?::\d{1,5})?(?:[/?#]|[\"'`)*_.,;:!\]»”’>。，；）」』、]{0,9}(?:\s|\Z)))"
_THIS_MACHINE = rf"(?:localhost|127(?:\.\d{{1,3}}){{3}}|0\.0\.0\.0|\[::1?\]|host\.docker\.internal){_HOST_END}"
_LEFT_OUT = (
    r"(?:…|\.{2,9}|<[^<>/\n]{1,60}>(?:\.[a-z]{2,6})?|\[[a-z][\w -]{0,40}\]|\{\{?[\w .-]{1,40}\}\}?"
    r"|(?:api\.)?your[_-]?(?:api|app|backend|company|domain|endpoint|host(?:name)?|instance|org|project|server|service"
    rf"|site|url)(?:[_-](?:domain|here|host|name|url))?(?:\.[a-z]{{2,6}}){{0,2}}){_HOST_END}"
)
_NO_HOST = rf"(?:{_THIS_MACHINE}|{_LEFT_OUT})"
FOREIGN_HOST = rf"https?://(?!{_NO_HOST})"
_NETWORK_PROGRAM = r"\b(?:curl|wget|ncat|nc|Invoke-WebRequest|iwr)\b"
_SENDER = late(_NETWORK_PROGRAM, re.IGNORECASE)
_FILE_TAKEN = late(
    rf"(?:@|\$\(\s*(?:cat|base64)[^)\n]{{0,40}}?|<\s*|--post-file[= ]|-T\s+)[\"']?{PRIVATE_FILE}", re.IGNORECASE
)
_READER = late(
    rf"\b(?:cat|base64|tar|zip)\b[^|;&\n]{{0,120}}{PRIVATE_FILE}|(?:^|(?<=[\s`;&(]))(?P<all>env|printenv)(?=\s*\|)",
    re.IGNORECASE,
)
# The signs by which a pipeline is taken apart; a quotation mark opens a string where a word may begin.
_SHELL_SIGN = late(
    r"\\(?:\r?\n|.)|(?<=[\s=(,;|&{])(?P<string>\"[^\"\n]*(?:\"|\Z)|'[^'\n]*(?:'|\Z))"
    r"|(?P<end>&&|\|\||;|\n|(?<![>&|])&(?=\s|\Z))|(?P<pipe>\|&?)|(?P<close>[)`])"
    rf"|(?P<program>{_NETWORK_PROGRAM})",
    re.IGNORECASE,
)
_LOOP_BODY = late(r"\s*do\b")
_FILTER = late(r"\s*(?:[ef]?grep|rg|ag|sed|awk|cut|tr|sort|uniq|head|tail|wc|jq|yq|less|more|echo)\b")
_TARGET = late(rf"https?://(?P<none>{_NO_HOST})?|(?<=\s)(?P<bare>{_THIS_MACHINE}|<[^<>/\n]{{1,60}}>)", re.IGNORECASE)
_OTHER_HOST = late(
    rf"(?<!-o)(?<!--output)\s(?!{_THIS_MACHINE})[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}}(?=[:/\s]|\Z)", re.IGNORECASE
)
_FAR = 300


def leaking_commands(text: str, window: Span) -> Iterator[Span]:
    """Yield the parts of commands that send private files, or all variables, over the network."""
    for sender in _SENDER.finditer(text, *window):
        taken = _FILE_TAKEN.search(text, sender.end(), sender.end() + _FAR)
        end = _command_end(text, sender.end()) if taken else 0
        if taken and taken.end() <= end and _leaves(text, sender.start(), end, seen=False):
            yield Span(sender.start(), taken.end())
    readers = list(_READER.finditer(text, *window))
    limits = [reader.start() for reader in readers[1:]]
    for reader, limit in zip(readers, [*limits, len(text)], strict=False):
        receiver = _receiver(text, reader.end(), limit)
        if receiver and _leaves(text, receiver.start, _command_end(text, receiver.end), seen=reader["all"] is not None):
            yield Span(reader.start(), receiver.end)


def _command_end(text: str, at: int) -> int:
    """Return where the simple command ends of whose words one ends at the offset `at`."""
    limit = min(len(text), at + _FAR)
    signs = _SHELL_SIGN.finditer(text, at, limit)
    return next((sign.start() for sign in signs if sign.lastgroup in ("end", "pipe")), limit)


def _receiver(text: str, at: int, limit: int) -> Span | None:
    """Return the network program, before `limit`, that what is read at the offset `at` is piped to in the end."""
    piped, limit = -1, min(limit, at + _FAR)
    if not _SENDER.search(text, at, limit):
        return None
    for sign in _SHELL_SIGN.finditer(text, at, limit):
        kind = sign.lastgroup
        if kind == "end" and not _LOOP_BODY.match(text, sign.end()):
            return None
        if kind in ("pipe", "close"):
            piped = sign.end() if kind == "pipe" else -1
        elif kind in ("program", "string") and piped >= 0 and not _FILTER.match(text, piped):
            program = _SENDER.search(text, *sign.span())
            if program:
                return Span(*program.span())
    return None


def _leaves(text: str, start: int, end: int, *, seen: bool) -> bool:
    """Tell whether the command from `start` to `end` reaches beyond this machine, its target being `seen` or not."""
    code_end = text.find("`", start, end)
    end = code_end if code_end >= 0 else end
    targets = [match["none"] or match["bare"] for match in _TARGET.finditer(text, start, end)]
    if not targets:
        return not seen
    return not all(targets) or _OTHER_HOST.search(text, start, end) is not None
