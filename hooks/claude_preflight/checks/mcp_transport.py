"""Remote MCP servers are reached over connections that nobody can read or answer in their place.

What it does
------------
Refuses servers that are reached by plain `http://` or `ws://` anywhere but on this machine, also through a bridge, or
registered by `claude mcp add` and its like in scripts, Dockerfiles, CI files and instructions;
hosts that are not what they look like; certificate checks that are turned off. Points out plain HTTP inside the local
network, credentials that go with it, switches that allow it, tunnels to somebody's machine, and hosts without a name.

Why is this bad?
----------------
What a server answers goes into the model's context as it is. Whoever sits on the way of a plain connection reads the
token, and writes instructions and results in the server's name.

Example
-------
```json .mcp.json
{"mcpServers": {"tickets": {"type": "http", "url": "http://mcp.acme-tools.com/mcp"}}}
```

Use instead
-----------
```json .mcp.json
{"mcpServers": {"tickets": {"type": "http", "url": "https://mcp.acme-tools.com/mcp"}}}
```

References
----------
* CWE-319, cleartext transmission of sensitive information: https://cwe.mitre.org/data/definitions/319.html
* CWE-295, improper certificate validation: https://cwe.mitre.org/data/definitions/295.html
* Transport security in the MCP specification: https://modelcontextprotocol.io/specification
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.addresses import is_quiet
from claude_preflight.agents.files import SCRIPT
from claude_preflight.agents.mcp import Server, servers
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Finding, Rule, Severity
from claude_preflight.typed import TYPE_CHECKING
from claude_preflight.wording import in_words, only

if TYPE_CHECKING:
    from claude_preflight.agents.transport import Evidence

PLAIN_HTTP = Rule(
    "plain-http", Severity.ERROR, Confidence.HIGH, "a server is reached over the internet without TLS", 319
)
PLAIN_HTTP_NEARBY = Rule(
    "plain-http-nearby",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a server is reached over the local network without TLS",
    319,
)
CREDENTIALS = Rule(
    "credentials-over-http", Severity.WARNING, Confidence.MEDIUM, "a server sends credentials without TLS", 319
)
HTTP_ALLOWED = Rule("plain-http-allowed", Severity.WARNING, Confidence.HIGH, "a server may do without TLS", 319)
VERIFICATION = Rule(
    "tls-verification-off", Severity.ERROR, Confidence.HIGH, "a server does not check whom it talks to", 295
)
DISGUISED = Rule("disguised-host", Severity.ERROR, Confidence.HIGH, "a host is not the one that it looks like", 1007)
TUNNEL = Rule(
    "tunnel-host", Severity.WARNING, Confidence.HIGH, "a server is reached through a tunnel to somebody's machine", 829
)
ADDRESS = Rule(
    "public-address", Severity.WARNING, Confidence.HIGH, "a server on the internet is known by its address only", 350
)
BEYOND_ASCII = Rule(
    "host-beyond-ascii", Severity.WARNING, Confidence.MEDIUM, "a host's name has letters that few can tell apart", 1007
)
RULES = (
    PLAIN_HTTP,
    PLAIN_HTTP_NEARBY,
    CREDENTIALS,
    HTTP_ALLOWED,
    VERIFICATION,
    DISGUISED,
    TUNNEL,
    ADDRESS,
    BEYOND_ASCII,
)

_RULES = {rule.id: rule for rule in RULES}


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what is unsafe about the connections of the servers of `document`."""
    found = (*servers(document), *_added(document))
    if not found or is_quiet(document.text):
        return
    from claude_preflight.agents.transport import judge

    exempt = {ignore.server for ignore in context.policy.ignores}
    seen = set()
    nearby: list[tuple[Server, Evidence]] = []
    for server in found:
        for evidence in judge(document, server):
            if (evidence.rule, evidence.place.start) in seen:
                continue
            seen.add((evidence.rule, evidence.place.start))
            if evidence.rule == PLAIN_HTTP_NEARBY.id and server.name not in exempt:
                nearby.append((server, evidence))
            else:
                yield _finding([(server, evidence)])
    if nearby:
        yield _finding(nearby)


def _finding(found: list[tuple[Server, Evidence]]) -> Finding:
    """Return the finding that `found`, of which all break one rule, are."""
    server, evidence = found[0]
    names = list(dict.fromkeys(str(server.name) for server, _ in found))
    others = [f'"{name}"' for name in names[1:]]
    more = f"; so {'is' if len(others) == 1 else 'are'} {in_words(others)}" if others else ""
    return _RULES[evidence.rule].at(
        evidence.place.span,
        f'server "{server.name}" {evidence.message}{more}',
        repair=evidence.repair,
        key=", ".join(names) if others else server.key(evidence.key),
        server=only(names),
        fix=evidence.fix,
    )


def _added(document: Document) -> tuple[Server, ...]:
    """Return the servers that commands in `document` register."""
    text = document.text
    if "mcp" not in text or (" add" not in text and SCRIPT not in document.kinds):
        return ()
    from claude_preflight.agents.added_servers import added_servers

    return added_servers(document)


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("mcp-transport", argv)


if __name__ == "__main__":
    raise SystemExit(main())
