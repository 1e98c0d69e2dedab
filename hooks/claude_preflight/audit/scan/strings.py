"""What a string in code tells: hosts, sensitive paths, and text that is hidden in another encoding."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from functools import cache

from claude_preflight.agents.addresses import is_tunnel
from claude_preflight.agents.hosts import is_public_address
from claude_preflight.agents.sensitive_paths import sensitive_paths
from claude_preflight.audit.scan.model import DYNAMIC_CODE, HOST, OBFUSCATED, SENSITIVE_PATH
from claude_preflight.typed import NamedTuple

_URL = re.compile(
    r"\b(?:https?|wss?|ftps?|tcp|udp|tls|redis|mongodb(?:\+srv)?|postgres(?:ql)?|mysql|amqps?|smtps?)://"
    r"(?:[^/?#\s\"'<>@\\]{0,200}@)?(\[[0-9A-Fa-f:.]{2,60}\]|[A-Za-z0-9][A-Za-z0-9._-]{0,250})",
    re.IGNORECASE,
)
_BARE_HOST = re.compile(r"\.?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}(?:com|net|org|ru|cn|xyz|top|site|online)")
# An address, and no version, and no range of addresses such as 192.0.2.0/24.
_ADDRESS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]|/\d)")
_NAMED_HOST = re.compile(r"(?=.*[A-Za-z])(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}")
# Hosts that lend names to documents and schemas: programs write them down, and do not contact them.
_NAMESPACES = frozenset(
    (
        *("w3.org", "json-schema.org", "schema.org", "openapis.org", "ietf.org", "rfc-editor.org", "whatwg.org"),
        *("xmlsoap.org", "openxmlformats.org", "purl.org", "ecma-international.org", "unicode.org", "opensource.org"),
        *("developer.mozilla.org", "example.com", "example.org", "example.net", "github.com", "apache.org"),
        *("localhost", "127.0.0.1", "0.0.0.0", "[::1]", "[::]"),  # noqa: S104 - written down, not listened at
    )
)
_RESERVED = (".example", ".invalid", ".test", ".localhost", ".local")
_EXFILTRATION = ("discord.com", "discordapp.com", "telegram.org", "pastebin.com", "transfer.sh", "file.io", "oast.fun")

# Besides the credentials in the shared table: browsers, wallets, what was typed, other servers' configuration, and
# where programs are left to be started again.
_OTHER_PATHS = (
    *("Login Data", "cookies.sqlite", "logins.json", "Local Extension Settings", "login.keychain", "Library/Keychains"),
    *("wallet.dat", ".electrum", "Exodus", ".config/solana", ".bash_history", ".zsh_history"),
    *("claude_desktop_config.json", ".cursor/mcp.json", "/etc/passwd", "/proc/self/environ", "docker.sock"),
    *(".bashrc", ".zshrc", ".bash_profile", "authorized_keys", "LaunchAgents", ".config/autostart", ".git/hooks"),
    "crontab",
)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){12,}")
_CODE = re.compile(
    r"\b(?:eval|exec|require|import|__import__|spawn|subprocess|os\.system|child_process|Function)\s*[(.]"
    r"|\bimport \w|(?:^|[;|&]\s*)(?:curl|wget|powershell|bash|sh|nc)\s"
)
_LONGEST = 2**20
_ENCODED_BLOB = 2000
_PROSE = re.compile(r"\s")


class Clue(NamedTuple):
    """What a string tells; see `Fact`."""

    what: str
    detail: str
    alarming: bool = False


def clues(text: str) -> Iterator[Clue]:
    """Yield what the string `text` tells, also where it is hidden as base64 or hexadecimal digits."""
    text = text[:_LONGEST]
    if len(text) < 4:
        return
    yield from plain_clues(text)
    decoded = decode(text) if len(text) >= 16 and not _PROSE.search(text) else ""
    if decoded:
        yield from hidden_clues(decoded)
    elif len(text) >= _ENCODED_BLOB and (_BASE64.fullmatch(text) or _HEX.fullmatch(text)):
        yield Clue(OBFUSCATED, "encoded-block")


def plain_clues(text: str) -> Iterator[Clue]:
    """Yield the hosts and the sensitive paths that `text` names."""
    if "://" in text:
        for match in _URL.finditer(text):
            yield from host_clues(match[1])
    elif _BARE_HOST.fullmatch(text):
        yield from host_clues(text.lstrip("."))
    if "." in text:
        for match in _ADDRESS.finditer(text):
            yield from host_clues(match.group(), certain=False)
    for match in _sensitive().finditer(text.replace("\\", "/")):
        yield Clue(SENSITIVE_PATH, match.group(), match.group() not in (".env", ".env.local"))


def hidden_clues(text: str) -> Iterator[Clue]:
    """Yield what `text` tells that the program makes while it runs, and that it hides it."""
    found = [*plain_clues(text)]
    if _CODE.search(text):
        found.append(Clue(DYNAMIC_CODE, "code-in-encoded-text", True))
    if found:
        yield Clue(OBFUSCATED, "hidden-text", True)
    for clue in found:
        yield clue._replace(alarming=True)


def host_clues(host: str, *, certain: bool = True) -> Iterator[Clue]:
    """Yield that `host` is named, unless it stands for a schema or for this machine.

    Four numbers that may be a version (not `certain`) count only as an address of the internet.
    """
    host = host.lower().rstrip(".-_")
    labels = host.split(".")
    known = {".".join(labels[-2:]), host, ".".join(labels[-3:])} & _NAMESPACES
    subdomain_of_code = host.endswith(".github.com")
    if (known and not subdomain_of_code) or host.endswith(_RESERVED) or ("." not in host and ":" not in host):
        return
    bare = host.strip("[]")
    public = is_public_address(bare) and not host.startswith("127.")
    if not certain and not (public and int(labels[0]) > 19):
        return
    sends = is_tunnel(host) or f".{host}".endswith(tuple(f".{name}" for name in _EXFILTRATION))
    yield Clue(HOST, host, public or sends)


def named_host_clues(text: str) -> Iterator[Clue]:
    """Yield the host that `text` is, where the code says that it is one."""
    if len(text) < 254 and _NAMED_HOST.fullmatch(text):
        yield from host_clues(text)


def decode(text: str) -> str:
    """Return the text that `text` is the base64 or the hexadecimal digits of; nothing if it is neither."""
    decoded = b""
    try:
        if _HEX.fullmatch(text):
            decoded = bytes.fromhex(text)
        elif _BASE64.fullmatch(text):
            plain = text.rstrip("=").replace("-", "+").replace("_", "/")
            decoded = base64.b64decode(plain + "=" * (-len(plain) % 4))
        shown = decoded.decode()
    except (ValueError, binascii.Error):
        return ""
    return shown if all(letter.isprintable() or letter in "\r\n\t" for letter in shown) else ""


@cache
def _sensitive() -> re.Pattern[str]:
    credentials = [entry.path.removeprefix("~/") for entry in sensitive_paths()]
    names = sorted((*credentials, *_OTHER_PATHS), key=len, reverse=True)
    return re.compile(rf"(?<![\w.-])(?:{'|'.join(map(re.escape, names))})(?![\w-]|\.\w)")
