"""Build credentials of every kind at run time, so that no file of this repository holds what looks like one."""

from __future__ import annotations

import json
import random
import re
import string
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

TABLE: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "schemas" / "credentials.json").read_text(encoding="utf-8")
)
SAMPLES: dict[str, str] = {kind["id"]: kind["sample"] for kind in TABLE["kinds"] if "sample" in kind}

_HEX = "0123456789abcdef"
_ALPHABETS = {
    "alnum": string.ascii_letters + string.digits,
    "letter": string.ascii_letters,
    "lowernum": string.ascii_lowercase + string.digits,
    "uppernum": string.ascii_uppercase + string.digits,
    "digit": string.digits,
    "hex": _HEX,
    "word": string.ascii_letters + string.digits + "_-",
    "base64": string.ascii_letters + string.digits + "+/",
    "base32": string.ascii_uppercase + "234567",
    "bech32": "QPZRY9X8GF2TVDW0" + "S3JN54KHCE6MUA7L",
}
_FIELD = re.compile(r"\{(\w+)(?::(\d+))?\}")


def characters(alphabet: str, count: int, seed: int = 0) -> str:
    """Return `count` random characters of the named alphabet; the first and the last are letters or digits."""
    source = random.Random(f"{alphabet} {count} {seed}")
    chosen = [source.choice(_ALPHABETS[alphabet]) for _ in range(count)]
    plain = [character for character in _ALPHABETS[alphabet] if character.isalnum()]
    chosen[0], chosen[-1] = source.choice(plain), source.choice(plain)
    return "".join(chosen)


def uuid(seed: int = 0) -> str:
    """Return a random UUID."""
    digits = characters("hex", 32, seed)
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def expand(template: str, seed: int = 0) -> str:
    """Return `template` with its fields, such as `{alnum:36}` and `{uuid}`, filled with random characters."""

    def fill(field: re.Match[str]) -> str:
        place = seed * 1000 + field.start()
        return uuid(place) if field[1] == "uuid" else characters(field[1], int(field[2]), place)

    return _FIELD.sub(fill, template)


def sample(kind: str, seed: int = 0) -> str:
    """Return a credential of `kind`, as it may stand in a text; of some kinds with the words that belong to it."""
    return expand(SAMPLES[kind], seed)


def jwt(claims: dict[str, object], seed: int = 0) -> str:
    """Return a signed-looking JSON Web Token that makes `claims`."""
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    encoded = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join((*encoded, characters("word", 43, seed)))


def private_key(header: str = "", line_end: str = "\n", seed: int = 0) -> str:
    """Return a private key in PEM armour; `header` is such as "RSA " or "ENCRYPTED "."""
    words = f"{header}PRIVATE" + " KEY"
    body = [characters("base64", 64, seed + line) for line in range(8)]
    return line_end.join((f"-----BEGIN {words}-----", *body, f"-----END {words}-----"))
