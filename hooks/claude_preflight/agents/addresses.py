"""What can be told of addresses without taking them apart: cheap enough for every file."""

from __future__ import annotations

import re
from itertools import pairwise

from claude_preflight.late import late

# Services that put one person's machine on the internet, by the ends of the names they give out.
_TUNNELS = (
    *("ngrok.io", "ngrok.app", "ngrok.dev", "ngrok-free.app", "ngrok-free.dev", "ngrok.pizza", "ngrok-free.pizza"),
    *("trycloudflare.com", "loca.lt", "localtunnel.me", "localhost.run", "lhr.life", "lhr.rocks", "serveo.net"),
    *("serveousercontent.com", "pagekite.me", "tunnelmole.net", "bore.pub", "pinggy.io", "pinggy.link", "zrok.io"),
    *("devtunnels.ms", "app.github.dev", "loophole.site", "playit.gg", "telebit.io", "expose.dev", "untun.dev"),
    *("webhook.site", "pipedream.net", "requestbin.net", "beeceptor.com", "instatunnel.my", "sharedwithexpose.com"),
)
_TUNNEL_ENDS = tuple(f".{name}" for name in _TUNNELS)
# Other than two slashes, a backslash or a line break before the path, what is encoded in the host, a colon and no port.
_ODD_ADDRESS = late(
    r"\s*(?:https?|wss?):(?:(?!//)[/\\]*[^/\\\s]|//(?:[/\\]+[^/\\\s]|[^/?#\\\s]*\\"
    r"|(?:[^/?#\\\s]*@)?(?:[^@/?#\\\s\[%]*%(?:[0-9][0-9a-f]|[a-f][0-9a-f](?!\w*%))|[^@/?#\\\s:\[\]${}]+:(?:/(?!/)|[?#]|\s*$))))",
    re.IGNORECASE,
)
_WEB = late(r"(?:https?|wss?):[/\\]", re.IGNORECASE)
_BROKEN = late(r"[\t\r\n]")
# Parts of the names of settings about certificates, or about doing without them.
_SETTINGS = ("ssl", "tls", "cert", "secure", "verify", "https", "unauthorized", "hostname")
_HTTP_SETTINGS = ("allow_http", "allow-http", "allowhttp")
# What looks like this machine, letters beyond ASCII, odd addresses, and the quotes and escapes that may hide them all.
_TELLING = ("localhost.", "127.0.0.1.", "127-0-0-1", "xn--", "http:", "https:", "ws:", "wss:", "\\", "''", '""')
_PLAIN_NAME = late(r"(?:[a-z0-9-]+\.)*[a-z0-9-]*[a-z](?::\d{1,5})?")
_THIS_MACHINE = late(r"(?:localhost|127\.0\.0\.1)(?::\d{1,5})?")
_AUTHORITY = late(r"[^/\"'\s]*")


def may_be_about_connections(name: str) -> bool:
    """Tell whether a variable, option or key called `name` may have to do with how connections are protected."""
    folded = name.lower()
    return any(part in folded for part in (*_SETTINGS, *_HTTP_SETTINGS))


def is_tunnel(host: str) -> bool:
    """Tell whether `host` belongs to a service that lends names to machines for a while."""
    return f".{host.lower().rstrip('.')}".endswith(_TUNNEL_ENDS)


def is_odd_address(url: str) -> bool:
    """Tell whether clients, which read URLs as browsers do, find another host in `url` than people, or find one at all.

    They take any number of slashes and backslashes behind the scheme, drop tabs and line breaks, and decode the host.
    """
    inside = url.strip()
    whole = _BROKEN.sub("", inside)
    return bool(_ODD_ADDRESS.match(whole)) or (whole != inside and bool(_WEB.match(whole)))


def is_quiet(text: str) -> bool:
    """Tell whether nothing in the file `text` can be wrong with a connection: all hosts are plain names behind
    `https://` or this machine, and no setting speaks of certificates. When in doubt it is not quiet.
    """
    folded = text.lower()
    pieces = folded.split("://")
    bare = "\n".join(piece.removesuffix("https") for piece in pieces)
    telling = (*_TELLING, *_SETTINGS, *_HTTP_SETTINGS, *_TUNNELS)
    return (
        text.isascii()
        and not any(part in bare for part in telling)
        and all(_is_ordinary(before, behind) for before, behind in pairwise(pieces))
    )


def _is_ordinary(before: str, behind: str) -> bool:
    authority = _AUTHORITY.match(behind)
    host = authority.group() if authority else ""
    if before.endswith("https"):
        return "0x" not in host and bool(_PLAIN_NAME.fullmatch(host))
    return before.endswith("http") and bool(_THIS_MACHINE.fullmatch(host))
