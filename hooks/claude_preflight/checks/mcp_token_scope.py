"""MCP servers get the rights that their task needs, and no more.

What it does
------------
Points out tokens that stand for a whole account, by their form or their variable's name, where the vendor has narrower
ones; OAuth scopes that give everything; servers that are told to enable everything, or to drop one of their own guards;
and, one finding per file, servers that can be limited by a switch and are not, with the exact switch. In the token
inventory, `.token-inventory.yaml`, it refuses values, what breaks the form, and points out declared scopes that are
wider than what the server is there for.

Why is this bad?
----------------
Whatever an injected instruction asks for, the server does with the token it has. A server that only reads, with a token
that only reads, can leak; it cannot drop a table, push to a branch or send mail. The two limits back each other up.

Example
-------
```json .mcp.json
{"mcpServers": {"db": {"command": "npx", "args": ["-y", "@supabase/mcp-server-supabase@0.5.5", "--project-ref=abc"]},
                "sql": {"command": "uvx", "args": ["postgres-mcp==0.3.0", "--access-mode=unrestricted"]}}}
```

Use instead
-----------
```json .mcp.json
{"mcpServers": {"db": {"command": "npx", "args": ["-y", "@supabase/mcp-server-supabase@0.5.5", "--project-ref=abc",
                                                  "--read-only"]},
                "sql": {"command": "uvx", "args": ["postgres-mcp==0.3.0", "--access-mode=restricted"]}}}
```

References
----------
* CWE-250, execution with unnecessary privileges: https://cwe.mitre.org/data/definitions/250.html
* Scope minimisation in the MCP specification: https://modelcontextprotocol.io/specification
* Fine-grained tokens of GitHub: https://docs.github.com/en/authentication/keeping-your-account-and-data-secure
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.mcp import Server, servers
from claude_preflight.agents.recognised import recognised
from claude_preflight.agents.token_inventory import FILE_NAMES
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Finding, Rule, Severity, Span
from claude_preflight.typed import TYPE_CHECKING
from claude_preflight.wording import only

if TYPE_CHECKING:
    from claude_preflight.agents.known_servers import KnownServer
    from claude_preflight.agents.server_switches import Used

BROAD_TOKEN = Rule(
    "broad-token",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a server gets a token with the whole power of an account, where narrower ones exist",
    250,
)
BROAD_SCOPE = Rule(
    "broad-oauth-scope", Severity.WARNING, Confidence.HIGH, "a server asks for an OAuth scope that gives far more", 250
)
EVERYTHING = Rule(
    "everything-enabled", Severity.ERROR, Confidence.HIGH, "a server is told to enable all that it can do", 250
)
GUARD_OFF = Rule(
    "server-guard-off", Severity.WARNING, Confidence.MEDIUM, "a server is told to drop one of its own guards", 693
)
UNLIMITED = Rule(
    "read-only-unused",
    Severity.WARNING,
    Confidence.MEDIUM,
    "servers that can be limited by a switch are not",
    250,
)
INVENTORY_VALUE = Rule(
    "inventory-value", Severity.ERROR, Confidence.HIGH, "the token inventory holds a token, not its name", 798
)
INVENTORY_FORM = Rule(
    "invalid-inventory", Severity.ERROR, Confidence.HIGH, "the token inventory does not have its form", 1286
)
WIDE_SCOPE = Rule(
    "wide-declared-scope",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a token was given more than its servers are there for",
    250,
)
RULES = (
    BROAD_TOKEN,
    BROAD_SCOPE,
    EVERYTHING,
    GUARD_OFF,
    UNLIMITED,
    INVENTORY_VALUE,
    INVENTORY_FORM,
    WIDE_SCOPE,
)

_MOST_LISTED = 8


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what gives the servers of `document`, or by its entries in the inventory, more than they need."""
    if document.path.rpartition("/")[2] in FILE_NAMES:
        yield from _inventory(document, context)
        return
    unlimited: list[tuple[Server, str]] = []
    for server in servers(document):
        yield from _tokens(server)
        yield from _scopes(server)
        known = recognised(server)
        if known:
            opened = list(_opened(server, known))
            yield from opened
            if not server.disabled and not any(finding.rule is EVERYTHING for finding in opened):
                unlimited += [(server, limit) for limit in _missing_limit(server, known)]
    if unlimited:
        yield _unlimited(unlimited)


def _tokens(server: Server) -> Iterator[Finding]:
    from claude_preflight.agents.granted import broad_tokens

    for token in broad_tokens(server):
        message = f'server "{server.name}" gets {token.what}'
        key = server.key(token.key)
        yield BROAD_TOKEN.at(token.span, message, repair=f"use {token.instead}", key=key, server=str(server.name))


def _scopes(server: Server) -> Iterator[Finding]:
    from claude_preflight.agents.granted import oauth_scopes
    from claude_preflight.agents.oauth_scopes import breadth

    vendor = " ".join(map(str, filter(None, (server.name, server.remote, server.launch and server.launch.package))))
    for scope in oauth_scopes(server):
        broad = breadth(scope, vendor)
        if broad:
            gives, instead = broad
            message = f'server "{server.name}" asks for the scope {scope}, which gives {gives}'
            repair = f"ask for {instead}" if instead != "no such scope" else "leave the scope out"
            yield BROAD_SCOPE.at(
                scope.span, message, repair=repair, key=server.key("scope", scope), server=str(server.name)
            )


# --- switches -----------------------------------------------------------------------------------------------------


def _opened(server: Server, known: KnownServer) -> Iterator[Finding]:
    from claude_preflight.agents.server_switches import used

    for use in used(server, known, "everything"):
        if use.everything:
            message = f'server "{server.name}" is started with {use.shown}: it may do all that it can'
            repair = "name what it is needed for, or leave the switch out"
            yield EVERYTHING.at(
                use.place.span, message, repair=repair, key=server.key(use.switch.name), server=str(server.name)
            )
        elif not _is_of_transport(use) and not _is_inside_project(use):
            message = f'server "{server.name}" is started with {use.shown}, which lets it reach further than by itself'
            repair = "leave the switch out, or keep the reason in an ignore of the policy"
            yield GUARD_OFF.at(
                use.place.span, message, repair=repair, key=server.key(use.switch.name), server=str(server.name)
            )


def _is_of_transport(use: Used) -> bool:
    """Tell whether the hook `mcp-transport` speaks of `use`."""
    from claude_preflight.agents.tls import allows_plain_http, turns_off_verification

    return allows_plain_http(use.switch.name, use.value) or turns_off_verification(use.switch.name, use.value)


def _is_inside_project(use: Used) -> bool:
    """Tell whether `use` names a folder of the project, such as a browser profile that is made for it."""
    from claude_preflight.agents.paths import reach

    folder = use.switch.any and use.switch.name.lower().replace("-", "").endswith("dir")
    return folder and reach(use.value.strip()) is None


def _missing_limit(server: Server, known: KnownServer) -> Iterator[str]:
    """Yield the switch that would limit `server`, if it uses none; servers of files are for `mcp-filesystem-scope`."""
    from claude_preflight.agents.server_switches import lacks, spelled

    group = lacks(server, known)
    if group and not (group == "restricted" and known.paths):
        switches = known.switches(group)
        yield spelled(next((switch for switch in switches if _fits(switch.kind, server)), switches[0]))


def _fits(kind: str, server: Server) -> bool:
    return kind in (("url", "header") if server.remote is not None else ("flag", "env"))


def _unlimited(unlimited: list[tuple[Server, str]]) -> Finding:
    names = [str(server.name) for server, _ in unlimited]
    listed = [f"{server.name} ({limit})" for server, limit in unlimited[:_MOST_LISTED]]
    more = f" and {len(unlimited) - _MOST_LISTED} more" if len(unlimited) > _MOST_LISTED else ""
    message = f"nothing limits what these servers may do, though a switch would: {', '.join(listed)}{more}"
    repair = "add the switch to each that need not write; a token that only reads does as well"
    place = _place(unlimited[0][0])
    return UNLIMITED.at(place, message, repair=repair, key=", ".join(sorted(names)), server=only(names))


def _place(server: Server) -> Span:
    launch = server.launch
    word = server.remote or (launch and (launch.spec or launch.binary)) or server.command or server.name
    return word.span


# --- the inventory ------------------------------------------------------------------------------------------------


def _inventory(document: Document, context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.inventory_review import broken_form, held_values, wide_scopes

    found = list(held_values(document))
    for rule, flaws in (
        (INVENTORY_VALUE, found),
        (INVENTORY_FORM, [] if found else broken_form(document)),
        (WIDE_SCOPE, wide_scopes(document, context)),
    ):
        for flaw in flaws:
            yield rule.at(flaw.span, flaw.message, repair=flaw.repair, key=flaw.key)


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("mcp-token-scope", argv)


if __name__ == "__main__":
    raise SystemExit(main())
