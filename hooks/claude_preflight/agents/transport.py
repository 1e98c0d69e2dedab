"""How safely something is reached: hosts that are not what they look like, tunnels, verification turned off."""

from __future__ import annotations

import re

from claude_preflight.agents.places import LOOPBACK, PUBLIC, Place, locality, words
from claude_preflight.agents.similar_names import is_disguised
from claude_preflight.late import late

# Services that put one person's machine on the internet, by the ends of the names they give out.
_TUNNELS = (
    *("ngrok.io", "ngrok.app", "ngrok.dev", "ngrok-free.app", "ngrok-free.dev", "ngrok.pizza", "ngrok-free.pizza"),
    *("trycloudflare.com", "loca.lt", "localtunnel.me", "localhost.run", "lhr.life", "lhr.rocks", "serveo.net"),
    *("serveousercontent.com", "pagekite.me", "tunnelmole.net", "bore.pub", "pinggy.io", "pinggy.link", "zrok.io"),
    *(
        "devtunnels.ms",
        "app.github.dev",
        "loophole.site",
        "playit.gg",
        "telebit.io",
        "expose.dev",
        "sharedwithexpose.com",
    ),
    *("webhook.site", "pipedream.net", "requestbin.net", "beeceptor.com", "instatunnel.my", "untun.dev"),
)
_NUMBER = late(r"0x[0-9a-f]+|[0-9]+")
_DOTTED_QUAD = late(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})")
_LOCAL_LABELS = late(r"(?:^|\.)localhost(?=\.)|(?:^|[.-])127[.-]0[.-]0[.-]1(?=[.-])")
_HOST_AS_USER = late(
    r"localhost|127\.[0-9.]+|(?:[a-z0-9-]+\.)+(?:com|org|net|io|ai|dev|app|co|cloud|example)", re.IGNORECASE
)

_ODD_ADDRESS = late(r"\s*(?:https?|wss?):(?!//)[/\\]*[^/\\\s]", re.IGNORECASE)


def disguise(place: Place) -> str:
    """Return in what way the host of `place` looks like another, or nothing."""
    host = place.host.lower().rstrip(".")
    if place.user and _HOST_AS_USER.fullmatch(place.user) and (not place.password or place.password.isdigit()):
        return f'the host is {host}, not {place.user}, which stands before the "@"'
    if any(is_disguised(label) for label in host.split(".")):
        return "letters of two scripts are mixed in one name"
    if _is_hidden_address(host):
        return "it is an address in a spelling that hides it"
    if _LOCAL_LABELS.search(host) and locality(host) != LOOPBACK:
        return "it reads like this machine, and is another"
    return ""


def _is_hidden_address(host: str) -> bool:
    """Tell whether `host` is an IPv4 address in one of the spellings that `inet_aton` takes besides the usual."""
    labels = host.split(".")
    if len(labels) > 4 or not all(_NUMBER.fullmatch(label) for label in labels):
        return False
    if len(labels) == 1 and not host.startswith("0x"):
        return len(host) > 6
    return not _DOTTED_QUAD.fullmatch(host) and not host.startswith("127.")


def is_tunnel(host: str) -> bool:
    """Tell whether `host` belongs to a service that lends names to machines for a while."""
    return f".{host.lower().rstrip('.')}".endswith(tuple(f".{name}" for name in _TUNNELS))


def is_public_address(host: str) -> bool:
    """Tell whether `host` is an IP address of the internet, and no name."""
    named = any(letter.isalpha() for letter in host) and ":" not in host
    return not named and locality(_without_mapping(host)) == PUBLIC


def distance_of(place: Place) -> str:
    """Return the `locality` of the host of `place`, an IPv4 address inside an IPv6 one taken for itself."""
    return locality(_without_mapping(place.host))


def _without_mapping(host: str) -> str:
    return host.lower().removeprefix("::ffff:") if "." in host else host


def is_odd_address(url: str) -> bool:
    """Tell whether clients, which read URLs as browsers do, find a host in `url` although its slashes are not two."""
    return bool(_ODD_ADDRESS.match(url))


def is_beyond_ascii(host: str) -> bool:
    """Tell whether `host` has letters that ASCII does not have, as they are or in their ASCII form."""
    return not host.isascii() or any(label.startswith("xn--") for label in host.lower().split("."))


_FALSE, _TRUE = frozenset(("0", "false", "no", "off", "never")), frozenset(("1", "true", "yes", "on", "always"))
_SUBJECTS = frozenset(
    "ssl tls cert certs certificate certificates https unauthorized hostname ca pythonhttpsverify sslverify".split()
)
_CHECKING = frozenset("verify verification validate validation check strict reject pythonhttpsverify sslverify".split())
_SKIPPING = frozenset("skip no disable disabled ignore accept allow bypass".split())
_FAULTS = frozenset("insecure selfsigned untrusted invalid errors error certs certificate certificates".split())
_MARKS = ("ssl", "tls", "cert", "secure", "verify", "https", "unauthorized", "hostname")
# Names without a word for what is verified.
_BY_NAME = frozenset(("CLICKHOUSE_VERIFY",))
_INSECURE = (
    frozenset(("insecure",)),
    frozenset(("insecure", "skip", "verify")),
    frozenset(("allow", "insecure", "host")),
)
_HTTP_ALLOWED = (["allow", "http"], ["insecure", "http"], ["insecure", "transport"])


def turns_off_verification(name: str, value: str) -> bool:
    """Tell whether a variable, option or key called `name` with `value` has the other side's certificate not checked.

    `value` is empty for an option without one. Judged by words: `NODE_TLS_REJECT_UNAUTHORIZED=0`,
    `JIRA_SSL_VERIFY=false`, `--insecure-skip-tls-verify`, `GIT_SSL_NO_VERIFY=1`, `verifySsl: false`.
    """
    if not any(mark in name.lower() for mark in _MARKS):
        return False
    found = frozenset(words(name))
    value = value.strip().lower()
    about = bool(found & _SUBJECTS)
    if value in _FALSE:
        return (about and bool(found & _CHECKING) and not found & _SKIPPING) or name in _BY_NAME
    if value and value not in _TRUE:
        return False
    if not about:
        return found in _INSECURE
    return "ignore" in found or (bool(found & _SKIPPING) and bool(found & (_CHECKING | _FAULTS))) or "insecure" in found


def allows_plain_http(name: str, value: str) -> bool:
    """Tell whether a variable or option called `name` with `value` (empty: none) lets a program do without TLS."""
    return value.strip().lower() not in _FALSE and words(name)[-2:] in _HTTP_ALLOWED


def opposite(value: str) -> str:
    """Return the word that turns on what `value` turns off, or the other way round; nothing for any other value."""
    return _OPPOSITES.get(value, "")


_PAIRS = (("0", "1"), ("false", "true"), ("False", "True"), ("FALSE", "TRUE"), ("no", "yes"), ("off", "on"))
_OPPOSITES = {**dict(_PAIRS), **{right: left for left, right in _PAIRS}}
