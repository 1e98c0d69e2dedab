"""Whether the repository that a package claims names the package in its turn; asked with the user's git.

Nothing is checked out, no hook or filter runs, and no credential is handed to an address that a package has chosen.
"""

from __future__ import annotations

import json
import os
import tomllib
from typing import Any

from claude_preflight.agents.known_servers import normal_name
from claude_preflight.audit.client import Unavailable, run_client

PROTOCOLS = ("https",)
_MANIFESTS = {"npm": ("package.json",), "pypi": ("pyproject.toml", "setup.cfg")}
_MOST_MANIFESTS = 100
_LONGEST_MANIFEST = 2**20


def address_of(claimed: str | None) -> str | None:
    """Return `claimed`, as npm and PyPI have it, as an address that git reaches without a login; None if it is none."""
    if not claimed:
        return None
    name = normal_name("git", claimed.partition("#")[0].partition("?")[0])
    host, _, path = name.partition("/")
    plain = "".join(letter for letter in host if letter.isalnum() or letter in ".-")
    parts = [part for part in path.split("/") if part]
    if plain != host or "." not in host or len(parts) < 2 or any(part.startswith("-") for part in parts):
        return None
    return f"https://{host}/{'/'.join(parts[:2])}"


def names_package(
    address: str, registry: str, package: str, folder: str, seconds: float, protocols: tuple[str, ...] = PROTOCOLS
) -> bool | None:
    """Tell whether a manifest in the repository at `address` has the name `package`; None where it cannot be asked."""
    place = os.path.join(folder, "repository")
    clone = (
        "clone",
        "--quiet",
        "--depth=1",
        "--filter=blob:none",
        "--no-checkout",
        "--template=",
        "--",
        address,
        place,
    )
    try:
        if _git(clone, folder, seconds, protocols) is None:
            return None
        listed = _git(("-C", place, "ls-tree", "-r", "-z", "--name-only", "HEAD"), folder, seconds, protocols) or b""
        files = [os.fsdecode(name) for name in listed.split(b"\0") if name]
        wanted = [file for file in files if file.rpartition("/")[2] in _MANIFESTS[registry]]
        wanted = [file for file in wanted if "node_modules/" not in file]
        for file in sorted(wanted, key=lambda file: (file.count("/"), file))[:_MOST_MANIFESTS]:
            content = _git(("-C", place, "cat-file", "blob", f"HEAD:{file}"), folder, seconds, protocols)
            if content is not None and _is_named(content[:_LONGEST_MANIFEST], file, registry, package):
                return True
    except Unavailable:
        return None
    return False if files and len(wanted) <= _MOST_MANIFESTS else None


def _git(arguments: tuple[str, ...], folder: str, seconds: float, protocols: tuple[str, ...]) -> bytes | None:
    allowed = [word for protocol in protocols for word in ("-c", f"protocol.{protocol}.allow=always")]
    settings = ("-c", "credential.helper=", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never", *allowed)
    environment = {"GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "false", "GIT_LFS_SKIP_SMUDGE": "1"}
    output = run_client(("git", *settings, *arguments), folder, seconds, environment)
    return output.stdout if output.status == 0 else None


def _is_named(content: bytes, file: str, registry: str, package: str) -> bool:
    text = content.decode("utf-8", "replace")
    if file.endswith("setup.cfg"):
        names = [
            line.partition("=")[2].strip() for line in text.splitlines() if line.partition("=")[0].strip() == "name"
        ]
    else:
        names = [_name(text, file)]
    return any(name and normal_name(registry, name) == normal_name(registry, package) for name in names)


def _name(text: str, file: str) -> str:
    try:
        data: Any = json.loads(text) if file.endswith(".json") else tomllib.loads(text)
    except (ValueError, RecursionError):
        return ""
    for table in (data, data.get("project"), (data.get("tool") or {}).get("poetry")) if isinstance(data, dict) else ():
        if isinstance(table, dict) and isinstance(table.get("name"), str):
            return str(table["name"])
    return ""
