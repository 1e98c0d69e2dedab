"""How safely something is reached: hosts that are not what they look like, tunnels, verification turned off."""

from __future__ import annotations

from claude_preflight.agents.places import LOOPBACK, Place, locality, words
from claude_preflight.late import late

# Services that put one person's machine on the internet, by the ends of the names they give out.
_TUNNELS = (
    *("ngrok.io", "ngrok.app", "ngrok.dev", "ngrok-free.app", "ngrok-free.dev", "ngrok.pizza", "ngrok-free.pizza"),
    *("trycloudflare.com", "loca.lt", "localtunnel.me", "localhost.run", "lhr.life", "lhr.rocks", "serveo.net"),
    *("serveousercontent.com", "pagekite.me", "tunnelmole.net", "bore.pub", "pinggy.io", "pinggy.link", "zrok.io"),
    *("devtunnels.ms", "app.github.dev", "loophole.site", "playit.gg", "telebit.io", "expose.dev", "sharedwithexpose.com"),
    *("webhook.site", "pipedream.net", "requestbin.net", "beeceptor.com", "instatunnel.my", "untun.dev"),
)
_NUMBER = late(r"0x[0-9a-f]+|[0-9]+")
_DOTTED_QUAD = late(r"(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})")
_LOCAL_LABELS = late(r"(?:^|[.-])(?:localhost|127[.-]0[.-]0[.-]1)(?=[.-])")
_ADDRESS = late(r"[0-9.]+|.*:.*")


def disguise(place: Place) -> str:
    """Return in what way the host of `place` looks like another, or nothing."""
    host = place.host.lower().rstrip(".")
    if place.user and "." in place.user and not place.password:
        return f'the host is what stands behind the "@", not {place.user}'
    if not host.isascii():
        return "it has letters of other scripts in it"
    if _is_hidden_address(host):
        return "it is an address in a spelling that hides it"
    if _LOCAL_LABELS.search(host) and locality(host) != LOOPBACK:
        return "it begins like this machine, and is another"
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


def is_address(host: str) -> bool:
    """Tell whether `host` is an IP address and no name."""
    return bool(_ADDRESS.fullmatch(host))


def is_punycode(host: str) -> bool:
    """Tell whether a label of `host` stands for letters that ASCII does not have."""
    return any(label.startswith("xn--") for label in host.lower().split("."))


_FALSE, _TRUE = frozenset(("0", "false", "no", "off", "never")), frozenset(("1", "true", "yes", "on", "always"))
_SUBJECTS = frozenset(
    "ssl tls cert certs certificate certificates https unauthorized hostname httpsverify sslverify tlsverify ca".split()
)
_CHECKING = frozenset("verify verification validate validation check strict reject httpsverify sslverify tlsverify".split())
_SKIPPING = frozenset("skip no disable disabled ignore accept allow bypass".split())
_FAULTS = frozenset("insecure selfsigned untrusted invalid errors error".split())


def turns_off_verification(name: str, value: str) -> bool:
    """Tell whether a variable, option or key called `name` with `value` has the other side's certificate not checked.

    `value` is empty for an option without one. Judged by words: `NODE_TLS_REJECT_UNAUTHORIZED=0`,
    `JIRA_SSL_VERIFY=false`, `--insecure-skip-tls-verify`, `GIT_SSL_NO_VERIFY=1`, `verifySsl: false`.
    """
    found = frozenset(words(name))
    value = value.strip().lower()
    about = bool(found & _SUBJECTS)
    if value in _FALSE:
        return about and bool(found & _CHECKING) and not found & _SKIPPING
    if value and value not in _TRUE:
        return False
    skipping = about and bool(found & _SKIPPING) and bool(found & (_CHECKING | _FAULTS | {"certs", "certificate"}))
    return skipping or _is_insecure(found, about=about)


def _is_insecure(found: frozenset[str], *, about: bool) -> bool:
    """Tell whether the words say "insecure" of a connection, and not of plain HTTP, which is another matter."""
    return "insecure" in found and "http" not in found and (about or found <= {"insecure", "connection", "mode"})
