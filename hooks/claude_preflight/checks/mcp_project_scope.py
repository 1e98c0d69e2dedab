"""Each project has the MCP servers it needs, in its own `.mcp.json`.

What it does
------------
Points out MCP servers in a configuration of one person's account that is committed: `claude_desktop_config.json`,
`.claude.json`; servers for databases, clouds, code, mail and the like in global settings, such as those of a dotfiles
repository; and `mcpServers` in a `settings.json` of Claude Code, which has no effect there. With a profile
in the policy it refuses what breaks it: in `client`, servers that reach the network and are not on `packages.allow`,
and long lists; in `database`, a connection by anything but `${…DEV…}` variables. Templates that are there to be filled
in are no findings.

Why is this bad?
----------------
A global server is there in every session, also in the one that reads a stranger's repository: what that repository
says can reach the mail, the cloud account and the customers' database. A list per project ends at the project.

Example
-------
```json claude_desktop_config.json
{"mcpServers": {"pg": {"command": "npx", "args": ["-y", "@acme/postgres-mcp@1.4.0"]}}}
```

Use instead
-----------
```json .mcp.json
{"mcpServers": {"pg": {"command": "npx", "args": ["-y", "@acme/postgres-mcp@1.4.0"]}}}
```

References
----------
* Scopes of MCP servers in Claude Code: https://code.claude.com/docs/en/mcp
* CWE-668, exposure of a resource to the wrong sphere: https://cwe.mitre.org/data/definitions/668.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.files import CLAUDE_SETTINGS
from claude_preflight.agents.mcp import Server, servers
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Finding, Rule, Severity
from claude_preflight.wording import in_words, only

USER_LEVEL = Rule(
    "user-level-servers",
    Severity.WARNING,
    Confidence.MEDIUM,
    "the MCP servers of one person's account are committed",
    668,
)
GLOBAL_SENSITIVE = Rule(
    "sensitive-global-server",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a server with power over data or accounts is there in every project",
    668,
)
NO_EFFECT = Rule(
    "servers-without-effect",
    Severity.WARNING,
    Confidence.HIGH,
    "MCP servers stand in a file that Claude Code does not read for them",
    1286,
)
CLIENT_SERVER = Rule(
    "client-profile-server",
    Severity.ERROR,
    Confidence.MEDIUM,
    "a server reaches the network in a project of the profile client",
    668,
)
CLIENT_LIST = Rule(
    "client-profile-list",
    Severity.WARNING,
    Confidence.LOW,
    "a project of the profile client has a long list of servers",
    1125,
)
DATABASE_REFERENCE = Rule(
    "database-profile-reference",
    Severity.ERROR,
    Confidence.HIGH,
    "a project of the profile database names a database by something else than a development variable",
    668,
)
RULES = (USER_LEVEL, GLOBAL_SENSITIVE, NO_EFFECT, CLIENT_SERVER, CLIENT_LIST, DATABASE_REFERENCE)

_SENSITIVE = frozenset(
    "database cloud vcs communication productivity payments exec crm identity observability automation".split()
)
_LONG_LIST = 5  # three out of four public configurations have no more than two servers
# Keys of Claude Code's settings below which servers do have an effect.
_READ_FROM_SETTINGS = ("extraKnownMarketplaces", "managedMcpServers")


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what is wrong with the place of the servers of `document`, or breaks the policy's profile."""
    found = servers(document)
    if not found:
        return
    if CLAUDE_SETTINGS in document.kinds:
        idle = [server for server in found if server.path[0] not in _READ_FROM_SETTINGS]
        if idle:
            yield _without_effect(idle)
        return
    yield from _place(document, found, context)
    if context.policy.profile == "client":
        yield from _client(found, context)
    elif context.policy.profile == "database":
        yield from _database(found)


def _names(found: Sequence[Server]) -> str:
    return in_words([str(server.name) for server in found])


def _key(found: Sequence[Server]) -> str:
    return ",".join(sorted(str(server.name) for server in found))


def _only(found: Sequence[Server]) -> str:
    return only(server.name for server in found)


def _without_effect(found: Sequence[Server]) -> Finding:
    message = f"Claude Code reads no MCP servers from its settings, so these do not exist for it: {_names(found)}"
    repair = 'move them to .mcp.json, as "mcpServers", and take them out here'
    return NO_EFFECT.at(found[0].name.span, message, repair=repair, key=_key(found), server=_only(found))


def _place(document: Document, found: Sequence[Server], context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.user_level import is_global, is_sample, program_of

    if is_sample(document.path, document.text):
        return
    program = program_of(document.known_as)
    sensitive = [server for server in found if _is_sensitive(server)]
    if program:
        message = (
            f"this is a configuration of {program} for one person's account, where its servers are there for every"
            f" project: {_names(found)}"
        )
        repair = "keep the servers of this project in .mcp.json, and the file out of the repository"
        yield USER_LEVEL.at(found[0].name.span, message, repair=repair, key=_key(found), server=_only(found))
    elif sensitive and is_global(context.repository, document.known_as):
        message = f"these servers are there in every project, whatever it holds: {_names(sensitive)}"
        repair = "move each to the .mcp.json of the projects that need it"
        first = sensitive[0].name
        yield GLOBAL_SENSITIVE.at(first.span, message, repair=repair, key=_key(sensitive), server=_only(sensitive))


def _is_sensitive(server: Server) -> bool:
    from claude_preflight.agents.recognised import recognised

    known = recognised(server)
    return known is not None and known.category in _SENSITIVE and not server.disabled


def _client(found: Sequence[Server], context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.profiles import reaches_network

    for server in found:
        breach = reaches_network(server, context.policy)
        if breach:
            message = f'server "{server.name}" {breach.what}, and the profile client keeps to what the policy allows'
            repair = "remove it, or name it under packages.allow in .claude-preflight.yaml"
            key = server.key(breach.key)
            yield CLIENT_SERVER.at(breach.span, message, repair=repair, key=key, server=str(server.name))
    if len(found) > _LONG_LIST:
        message = f"{len(found)} servers, where the profile client asks for a minimal list: {_names(found)}"
        repair = "keep those that the work needs"
        yield CLIENT_LIST.at(found[0].name.span, message, repair=repair, key="servers")


def _database(found: Sequence[Server]) -> Iterator[Finding]:
    from claude_preflight.agents.profiles import outside_development

    for server in found:
        for breach in outside_development(server):
            message = f'server "{server.name}" {breach.what}, and the profile database takes only development'
            repair = "refer to a variable such as ${DEV_DATABASE_URL}"
            key = server.key(breach.key)
            yield DATABASE_REFERENCE.at(breach.span, message, repair=repair, key=key, server=str(server.name))


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("mcp-project-scope", argv)


if __name__ == "__main__":
    raise SystemExit(main())
