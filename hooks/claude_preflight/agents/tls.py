"""Settings by which a program gives up the protection of its connections."""

from __future__ import annotations

from claude_preflight.agents.addresses import may_be_about_connections
from claude_preflight.agents.places import words

_FALSE, _TRUE = frozenset(("0", "false", "no", "off", "never")), frozenset(("1", "true", "yes", "on", "always"))
_SUBJECTS = frozenset(
    "ssl tls cert certs certificate certificates https unauthorized hostname pythonhttpsverify sslverify".split()
)
_CHECKING = frozenset("verify verification validate validation check strict reject pythonhttpsverify sslverify".split())
_SKIPPING = frozenset("skip no disable disabled ignore accept allow bypass".split())
_FAULTS = frozenset("insecure selfsigned untrusted invalid errors error certs certificate certificates".split())
# Names without a word for what is verified.
_BY_NAME = frozenset(("CLICKHOUSE_VERIFY",))
_INSECURE = (
    frozenset(("insecure",)),
    frozenset(("insecure", "skip", "verify")),
    frozenset(("allow", "insecure", "host")),
)
_INSECURE_CA = frozenset(("insecure", "ca"))
_HTTP_ALLOWED = (["allow", "http"], ["insecure", "http"], ["insecure", "transport"])


def turns_off_verification(name: str, value: str) -> bool:
    """Tell whether a variable, option or key called `name` with `value` has the other side's certificate not checked.

    `value` is empty for an option without one. Judged by words: `NODE_TLS_REJECT_UNAUTHORIZED=0`,
    `JIRA_SSL_VERIFY=false`, `--insecure-skip-tls-verify`, `GIT_SSL_NO_VERIFY=1`, `verifySsl: false`.
    """
    if not may_be_about_connections(name):
        return False
    found = frozenset(words(name))
    value = value.strip().lower()
    about = bool(found & _SUBJECTS)
    if value in _FALSE:
        return (about and bool(found & _CHECKING) and not found & _SKIPPING) or name in _BY_NAME
    if value and value not in _TRUE:
        return False
    if not about:
        return found in _INSECURE or found >= _INSECURE_CA
    return "ignore" in found or (bool(found & _SKIPPING) and bool(found & (_CHECKING | _FAULTS))) or "insecure" in found


def allows_plain_http(name: str, value: str) -> bool:
    """Tell whether a variable or option called `name` with `value` (empty: none) lets a program do without TLS."""
    given = may_be_about_connections(name) and value.strip().lower() not in _FALSE
    return given and words(name)[-2:] in _HTTP_ALLOWED


def opposite(value: str) -> str:
    """Return the word that turns on what `value` turns off, or the other way round; nothing for any other value."""
    return _OPPOSITES.get(value, "")


_PAIRS = (("0", "1"), ("false", "true"), ("False", "True"), ("FALSE", "TRUE"), ("no", "yes"), ("off", "on"))
_OPPOSITES = {**dict(_PAIRS), **{right: left for left, right in _PAIRS}}
