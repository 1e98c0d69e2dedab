"""Read what a JSON Web Token says of itself, offline."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_preflight.agents.secrets.secret import Secret
from claude_preflight.agents.secrets.table import is_published_example, table, vocabulary
from claude_preflight.late import late
from claude_preflight.model import Severity, Span
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

_TOKEN = late(r"(?<![A-Za-z0-9_])(?<![A-Za-z0-9]-)eyJ[\w-]{10,600}+\.[\w-]{4,20000}+\.[\w-]{10,2000}+", re.ASCII)

_DAY = 24 * 60 * 60  # seconds


def _claims(part: str) -> dict[str, Any]:
    """Return the JSON object that `part` encodes; empty where it is none."""
    import json
    from base64 import urlsafe_b64decode

    try:
        decoded = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _is_demonstration(claims: dict[str, Any]) -> bool:
    """Whether these are the claims of the token that jwt.io shows, or of those every local Supabase has."""
    return claims.get("sub") == "1234567890" or claims.get("name") == "John Doe" or claims.get("iss") == "supabase-demo"


def _kind(claims: dict[str, Any]) -> str:
    if claims.get("role") == "service_role":
        return "supabase-service-role-key"
    if claims.get("role") == "anon":
        return "supabase-anon-key"
    return "jwt"


def _weakness(claims: dict[str, Any]) -> str:
    """Return why the token opens nothing for long: it has expired, or lives a day at most; else the empty string."""
    import time

    end, start = _moment(claims, "exp"), _moment(claims, "nbf") or _moment(claims, "iat")
    if end <= 0:
        return ""
    if end < time.time():
        return f"expired on {time.strftime('%Y-%m-%d', time.gmtime(end))}"
    return "valid for a day at most" if 0 < end - start <= _DAY else ""


def _moment(claims: dict[str, Any], name: str) -> float:
    """Return the seconds since 1970 that the claim called `name` tells; 0 if it tells none."""
    moment = claims.get(name)
    return 0 if isinstance(moment, bool) or not isinstance(moment, int | float) else moment


def find_jwts(text: str, start: int, end: int) -> Iterator[Secret]:
    """Yield the JSON Web Tokens whose header and claims can be read; the well-known demonstrations are left out."""
    for match in _TOKEN.finditer(text, start, end):
        header, payload, signature = match.group().split(".")
        claims = _claims(payload)
        if (
            vocabulary("usual_claims").isdisjoint(claims)
            or "alg" not in _claims(header)
            or _is_demonstration(claims)
            or is_published_example(signature)
        ):
            continue
        secret = table().kinds[_kind(claims)].found(Span(*match.span()))
        note = _weakness(claims)
        yield secret._replace(severity=Severity.WARNING, note=note) if note else secret
