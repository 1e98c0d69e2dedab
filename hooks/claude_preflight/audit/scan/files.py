"""Which reader each file of an artefact gets, and what its name alone tells."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from claude_preflight.audit.artefact import Member
from claude_preflight.audit.scan import javascript, python
from claude_preflight.audit.scan.model import (
    BINARY,
    INSTALL_SCRIPT,
    NETWORK,
    UNREADABLE,
    Entry,
    Fact,
    shortlist,
)
from claude_preflight.audit.scan.strings import clues
from claude_preflight.typed import NamedTuple

_JAVASCRIPT = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
_PYTHON = (".py", ".pyw")
_SCRIPTS = (".sh", ".bash", ".zsh", ".ps1", ".psm1", ".bat", ".cmd", ".vbs", ".rb", ".pl", ".php", ".lua", ".pth")
_COMPILED = (
    *(".node", ".so", ".dll", ".dylib", ".exe", ".pyd", ".pyc", ".pyo"),
    *(".jar", ".class", ".wasm", ".jsc", ".bin"),
)
_MAGIC = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\0asm", b"\xfe\xed\xfa")
_SHEBANG = re.compile(rb"#![^\n]{0,200}?\b(node|deno|bun|tsx|python[\d.]*|uv|bash|sh|zsh|perl|ruby)\b")
_DOWNLOADER = re.compile(r"\b(curl|wget|Invoke-WebRequest|Invoke-RestMethod|nc|ncat)\b")
_INSTALL_SCRIPTS = ("preinstall", "install", "postinstall")
_MAX_SCRIPT = 2**20
_LONGEST_LINE = 20_000


class Scan(NamedTuple):
    """What was found: `files` were looked at, of which `unread` could not be read as source.

    `manifest` is the package's own `package.json`, empty where there is none; `gyp` tells whether npm would compile it.
    """

    files: int
    unread: int
    entries: tuple[Entry, ...]
    manifest: dict[str, Any]
    gyp: bool


def scan_members(members: Iterable[Member], *, sdist: bool = False) -> Scan:
    """Scan `members`, of an sdist if so; raises what reading them raises, and `ImportError` without the parser."""
    listed = list(members)
    manifest = next((manifest_of(each.content) for each in listed if each.name == "package.json"), {})
    started = frozenset(_started(manifest))
    facts: list[Fact] = []
    for member in listed:
        facts += scan_member(member, started=member.name in started, sdist=sdist)
    unread = {fact.file for fact in facts if fact.what in (BINARY, UNREADABLE)}
    return Scan(
        len(listed), len(unread), shortlist(facts), manifest, any(each.name == "binding.gyp" for each in listed)
    )


def scan_member(member: Member, *, started: bool = False, sdist: bool = False) -> Iterator[Fact]:
    """Yield what one file tells; `started` says that the package runs it as JavaScript whatever its name is."""
    name, content = member
    lowered = name.lower()
    language = _language(lowered, content)
    if sdist and name == "setup.py":
        yield Fact(INSTALL_SCRIPT, "setup.py", name, 1, True)
    if content.startswith(_MAGIC) or lowered.endswith(_COMPILED):
        yield Fact(BINARY, name.rpartition("/")[2], name, 1)
    elif language == "python":
        yield from python.scan(content, name)
    elif language == "script":
        yield from _script(content, name)
    elif language == "javascript" or started:
        yield from _javascript(content, name)


def manifest_of(content: bytes) -> dict[str, Any]:
    """Return the `package.json` that `content` is; empty if it is none."""
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def install_scripts(manifest: dict[str, Any], *, gyp: bool) -> list[str]:
    """Return the names of the scripts that npm runs when it installs a package with `manifest`.

    With a `binding.gyp` and no script of its own for it, npm compiles: npm documentation, scripts, 2026.
    """
    scripts = manifest.get("scripts")
    own = [name for name in _INSTALL_SCRIPTS if isinstance(scripts, dict) and scripts.get(name)]
    return own or (["install"] if gyp and manifest.get("gypfile") is not False else [])


def _started(manifest: dict[str, Any]) -> Iterator[str]:
    """Yield the files that `manifest` names as programs or as entry points."""
    waiting: list[Any] = [manifest.get(key) for key in ("bin", "main", "module", "exports", "imports")]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value.removeprefix("./")
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _language(name: str, content: bytes) -> str:
    if name.endswith(_DECLARATIONS):
        return ""
    if name.endswith(_JAVASCRIPT):
        return "javascript"
    if name.endswith(_PYTHON):
        return "python"
    if name.endswith(_SCRIPTS):
        return "script"
    shebang = _SHEBANG.match(content)
    if not shebang:
        return ""
    if shebang[1].startswith((b"python", b"uv")):
        return "python"
    return "javascript" if shebang[1] in (b"node", b"deno", b"bun", b"tsx") else "script"


def _javascript(content: bytes, name: str) -> Iterator[Fact]:
    if b"\0" in content:  # no parser comes to an end with this in a useful time
        yield Fact(UNREADABLE, "source", name, 1, True)
    elif not name.endswith(".json"):
        yield from javascript.scan(content, name)


def _script(content: bytes, name: str) -> Iterator[Fact]:
    if len(content) > _MAX_SCRIPT:
        yield Fact(UNREADABLE, "oversized-source", name, 1, True)
        return
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        code = line[:_LONGEST_LINE].strip()
        if code.startswith("#") and number > 1:
            continue
        if name.endswith(".pth") and code.startswith(("import ", "import\t")):
            yield Fact(INSTALL_SCRIPT, "pth-file", name, number, True)
        for clue in dict.fromkeys(clues(code)):
            yield Fact(clue.what, clue.detail, name, number, clue.alarming)
        if match := _DOWNLOADER.search(code):
            yield Fact(NETWORK, match[1], name, number)
