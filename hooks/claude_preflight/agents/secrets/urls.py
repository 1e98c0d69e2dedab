"""Passwords inside URLs."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.secrets.placeholders import is_placeholder
from claude_preflight.agents.secrets.secret import Secret
from claude_preflight.agents.secrets.shapes import looks_random
from claude_preflight.agents.secrets.table import endings, table, vocabulary
from claude_preflight.agents.secrets.values import is_strong
from claude_preflight.late import late
from claude_preflight.model import Span

# The authority of a URL ends at a slash; a password with one in it must be spelt %2F. Quotes and brackets end the URL.
_USERINFO = late(r"://([^\s:/?#&=\"'`@]{0,100}):([^\s/\"'`]{1,200})@([^\s/?#\"'`,;)\\|@]*)")
_LOCAL_ADDRESSES = ("127.", "0.0.0.")


def is_example_host(host: str) -> bool:
    """Whether `host` (with or without a port) is one that nobody can reach, or a word that stands in for one."""
    host = host.rpartition(":")[0] or host if host.rpartition(":")[2].isdigit() else host
    return host.lower().endswith(endings("example_hosts")) or (any(map(str.isalpha, host)) and is_placeholder(host))


def is_local_host(host: str) -> bool:
    """Whether `host` (with or without a port) is this machine or a name that only a private network knows."""
    host = host.lower()
    if host.startswith("["):
        return host.startswith("[::1]")
    name = host.partition(":")[0].rstrip(".")
    return "." not in name or name.startswith(_LOCAL_ADDRESSES) or name.endswith(endings("local_hosts"))


def _is_ordinary(user: str, password: str) -> bool:
    return is_placeholder(password) or password.lower() == user.lower()


def find_url_passwords(text: str, start: int, end: int) -> Iterator[Secret]:
    """Yield the passwords that stand in a URL between the user's name and the host.

    Left out are placeholders, passwords that repeat the user's name, on a local host any that a generator has not made
    (every project's compose file has one of those), and on an example host the weak ones.
    """
    for match in _USERINFO.finditer(text, start, end):
        user, password, host = match.groups()
        if not host or _is_port(user, password) or _is_ordinary(user, password):
            continue
        if is_local_host(host) and not looks_random(password):
            continue
        if (is_example_host(host) or user.lower() in vocabulary("example_users")) and not is_strong(password):
            continue
        yield table().kinds["url-password"].found(Span(*match.span(2)))


def _is_port(user: str, password: str) -> bool:
    """Whether what looks like a user and a password is a host and a port, with an `@` further on in the line."""
    digits = password[: len(password) - len(password.lstrip("0123456789"))]
    return bool(digits) and ("." in user or user == "localhost") and not password[len(digits) :][:1].isalnum()
