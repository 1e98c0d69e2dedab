"""MCP servers start in the version that somebody has looked at.

What it does
------------
Points out the servers that a package launcher starts in whatever version is newest: without a version, with a tag such
as `latest`, a range or a branch, a container image without a version, an address. One finding for a file names all of
them. Paths, programs that are installed, and what the project's own lock file decides are left alone.

Why is this bad?
----------------
Reviewing a server once is worth nothing when the next start fetches another one. The first malicious MCP server was
harmless for fifteen versions, and reached everyone who had not named one of them.

Example
-------
```json .mcp.json
{"mcpServers": {"browser": {"command": "npx", "args": ["-y", "@playwright/mcp@latest", "--isolated"]}}}
```

Use instead
-----------
```json .mcp.json
{"mcpServers": {"browser": {"command": "npx", "args": ["-y", "@playwright/mcp@0.0.83", "--isolated"]}}}
```

References
----------
* CWE-1357, reliance on an insufficiently trustworthy component: https://cwe.mitre.org/data/definitions/1357.html
* CWE-494, download of code without integrity check: https://cwe.mitre.org/data/definitions/494.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.files import SCRIPT
from claude_preflight.agents.mcp import servers
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Edit, Finding, Fix, Rule, Severity
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from claude_preflight.agents.launch import Launch

UNPINNED = Rule(
    "unpinned-version", Severity.WARNING, Confidence.HIGH, "servers start in whatever version is newest", 494
)
RULES = (UNPINNED,)

# Launchers that take what the project has installed, if it has, before they ask the registry.
_LOCAL_FIRST = frozenset(("npx", "npm exec", "bunx"))
_MOST_NAMED = 8
_REVIEWED = "<the version you reviewed>"
_PINNED_FORMS = {
    "pypi": f"write {{}}=={_REVIEWED}",
    "oci": f"write {{}}:{_REVIEWED}, or better its digest",
    "git": "name the commit you reviewed behind {}",
    "url": "name a package and its version instead",
}
# Agents' own programs, to which a command is given only to be made a server.
_ADDING = frozenset("claude codex gemini qwen copilot cursor-agent code code-insiders".split())


class _Unpinned(NamedTuple):
    """A launch that may start another program tomorrow; `name` is its server's, or in a script the package's."""

    name: str
    launch: Launch
    spec: Text
    why: str
    in_script: bool = False


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield the finding that names the servers of `document` which start in no particular version.

    A server that an exemption of the policy is about has a finding of its own, which the exemption then hides.
    """
    found = [*_in_entries(document, context), *_in_script(document)]
    if not found:
        return
    from claude_preflight.agents.audit_record import audited_versions

    audited = context.remember(audited_versions)
    exempt = {ignore.server for ignore in context.policy.ignores}
    yield from (_finding([each], audited) for each in found if each.name in exempt)
    others = [each for each in found if each.name not in exempt]
    if others:
        yield _finding(others, audited)


def _in_entries(document: Document, context: Context) -> Iterator[_Unpinned]:
    found = [
        each for server in servers(document) if server.launch for each in _unpinned(str(server.name), server.launch)
    ]
    asked = any(_may_be_installed(each.launch) for each in found)
    installed = _installed(document, context) if asked else frozenset[str]()
    for each in found:
        if not (_may_be_installed(each.launch) and each.launch.package in installed):
            yield each


def _unpinned(name: str, launch: Launch | None, *, in_script: bool = False) -> Iterator[_Unpinned]:
    from claude_preflight.agents.launch import all_of
    from claude_preflight.agents.pins import looseness

    for each in all_of(launch):
        why = looseness(each)
        if why and each.spec:
            yield _Unpinned(name, each, each.spec, why, in_script)


def _may_be_installed(launch: Launch) -> bool:
    return launch.launcher in _LOCAL_FIRST and launch.registry == "npm" and launch.version is None


def _installed(document: Document, context: Context) -> frozenset[str]:
    """Return the packages that the project depends on, by the `package.json` of the folders above `document`."""
    import json

    names: set[str] = set()
    folders = document.path.split("/")[:-1]
    for depth in range(len(folders) + 1):
        file = context.document("/".join((*folders[:depth], "package.json")))
        try:
            manifest = json.loads(file.text) if file else None
        except (ValueError, RecursionError):
            continue
        for key in ("dependencies", "devDependencies", "optionalDependencies"):
            table = manifest.get(key) if isinstance(manifest, dict) else None
            names.update(table if isinstance(table, dict) else ())
    return frozenset(names)


def _in_script(document: Document) -> Iterator[_Unpinned]:
    """Yield the servers that a script wraps: those known by name, as scripts run much else."""
    if SCRIPT not in document.kinds or not any(word in document.text for word in ("mcp", "modelcontextprotocol")):
        return
    from claude_preflight.agents.script_launches import script_launches

    for launch in script_launches(document):
        if launch.package and (_is_server(launch) or _ADDING.intersection(launch.wrappers)):
            yield from _unpinned(str(launch.package), launch, in_script=True)


def _is_server(launch: Launch) -> bool:
    from claude_preflight.agents.known_servers import catalogue

    known = catalogue().server(launch.registry, launch.package or "")
    return known is not None and any(word in known.name for word in ("mcp", "modelcontextprotocol"))


def _finding(found: list[_Unpinned], audited: dict[str, str]) -> Finding:
    first = found[0]
    names = list(dict.fromkeys(each.name for each in found))
    shown = [f'"{name}" ({next(each.why for each in found if each.name == name)})' for name in names[:_MOST_NAMED]]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    what = "package" if first.in_script else "server"
    subject = f"{what} {shown[0]} starts" if len(names) == 1 else f"{len(names)} {what}s start"
    listed = "" if len(names) == 1 else f": {', '.join(shown)}{more}"
    repair = _pinned_form(first.launch, audited) + (", and so on" if len(names) > 1 else "")
    return UNPINNED.at(
        first.spec.span,
        f"{subject} in whatever version is newest{listed}",
        repair=repair,
        key=", ".join(names),
        server=first.name if len(names) == 1 and not first.in_script else "",
        fix=_fix(found, audited),
    )


def _audited_form(launch: Launch, audited: dict[str, str]) -> str:
    """Return the package of `launch` with the version that the audit record knows; empty if it knows none."""
    version = audited.get(str(launch.package))
    signs = {"npm": "@", "pypi": "=="}
    return f"{launch.package}{signs[launch.registry]}{version}" if version and launch.registry in signs else ""


def _fix(found: list[_Unpinned], audited: dict[str, str]) -> Fix | None:
    """Return the edits that pin what was audited, or None when nothing of it was."""
    pins = [(each.spec, _audited_form(each.launch, audited)) for each in found]
    edits = tuple(Edit(spec.span, pinned) for spec, pinned in pins if pinned)
    return Fix(edits) if edits else None


def _pinned_form(launch: Launch, audited: dict[str, str]) -> str:
    """Return how to write what `launch` runs with a version: the audited one, if there is one."""
    if pinned := _audited_form(launch, audited):
        return f"write {pinned}, which was audited (--fix does)"
    name = str(launch.package)
    if launch.registry == "git":  # its address may hold a password
        from claude_preflight.agents.known_servers import normal_name

        name = normal_name("git", name)
    return _PINNED_FORMS.get(launch.registry, f"write {{}}@{_REVIEWED}").format(name)


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("mcp-pinned-version", argv)


if __name__ == "__main__":
    raise SystemExit(main())
