"""Access tokens are known, and rotated every quarter.

What it does
------------
Reads the token inventory, `.token-inventory.yaml`, once the repository has one: every secret that a configuration
refers to (`${GITHUB_TOKEN}`, `${env:…}`, `${input:…}`) needs an entry; tokens last rotated over `limits.token_days` of
the policy (90) ago, dates that are still to come or that no calendar has, and entries that nothing uses are pointed
out. A token that was never rotated is as old as its creation. Installed by its own id, the hook demands the inventory
and looks at the whole repository at every commit.

Why is this bad?
----------------
A token that leaked works until somebody replaces it, and most leaks are never noticed. Who rotates every quarter ends
the ones that nobody knows of; who has no list of the tokens rotates those that come to mind.

Example
-------
```json .mcp.json
{"mcpServers": {"tickets": {"type": "http", "url": "https://mcp.tickets.example/mcp",
                            "headers": {"Authorization": "Bearer ${TICKETS_TOKEN}"}}}}
```

```yaml .token-inventory.yaml
tokens:
  - {name: NOTES_TOKEN, servers: [notes], scopes: [notes.read], created: 2025-01-31, owner: platform team}
```

Use instead
-----------
```json .mcp.json
{"mcpServers": {"tickets": {"type": "http", "url": "https://mcp.tickets.example/mcp",
                            "headers": {"Authorization": "Bearer ${TICKETS_TOKEN}"}}}}
```

```yaml .token-inventory.yaml
tokens:
  - {name: TICKETS_TOKEN, servers: [tickets], scopes: [tickets.read], created: 2025-01-31, rotated: 2026-11-20,
     owner: platform team}
```

References
----------
* CWE-324, use of a key past its expiration date: https://cwe.mitre.org/data/definitions/324.html
* CWE-262, not using password aging: https://cwe.mitre.org/data/definitions/262.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.files import GLOBS, MCP_CONFIG, TOKEN_INVENTORY
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.late import late
from claude_preflight.model import Confidence, Finding, Rule, Severity, Span
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from claude_preflight.agents.token_inventory import Token
    from claude_preflight.agents.token_references import TokenReference

HOOK = "token-rotation"
INVENTORIES = GLOBS[TOKEN_INVENTORY]

NOT_LISTED = Rule(
    "token-not-in-inventory",
    Severity.ERROR,
    Confidence.HIGH,
    "a configuration refers to a token that the inventory does not know",
    1053,
)
OVERDUE = Rule("token-overdue", Severity.WARNING, Confidence.HIGH, "a token has not been rotated for too long", 262)
WRONG_DATE = Rule(
    "token-date-impossible",
    Severity.ERROR,
    Confidence.HIGH,
    "a token has no day of its last rotation, or one that has not been",
    1284,
)
UNUSED = Rule(
    "token-unused", Severity.WARNING, Confidence.MEDIUM, "the inventory lists a token that no configuration uses", 1164
)
RULES = (NOT_LISTED, OVERDUE, WRONG_DATE, UNUSED)

_MOST_LISTED = 8
_ENTRY = late(r"[ \t]*-[ \t]+(?:\{[ \t]*)?name:[ \t]+([A-Za-z_]\w*)[ \t]*(?:,.*)?$")
_WORD = late(r"[a-z_][a-z0-9_]*")
_FORM = "{name: …, servers: […], scopes: […], created: YYYY-MM-DD, owner: …}"


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield the tokens of the inventory `document` that are due, or those `document` refers to that it lacks."""
    if TOKEN_INVENTORY in document.kinds:
        from claude_preflight.agents.token_inventory import tokens

        found = tokens(document)
        if not found and HOOK in context.asked:  # else `mcp-token-scope` speaks of what cannot be read
            message = "no token can be read from the inventory, so no date of it counts"
            yield WRONG_DATE.at(Span(0, 0), message, repair=f"list each token: {_FORM}", key="unreadable")
        for token in found:
            yield from _dates(token, context)
            yield from _unused(token, context)
        return
    inventories = context.remember(_inventories)
    if inventories or HOOK in context.asked:
        yield from _references(document, inventories, context)


def _inventories(context: Context) -> list[Document]:
    return [document for path in INVENTORIES if (document := context.document(path))]


# --- configurations -----------------------------------------------------------------------------------------------


def _references(document: Document, inventories: list[Document], context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.token_references import token_references

    found = token_references(document)
    missing = [each for each in found if not _is_listed(each, context.remember(_names_at_first_sight))]
    if missing and not inventories:
        yield _without_inventory(missing)
    elif missing:
        names = context.remember(_names)
        yield from (_not_listed(each) for each in missing if not _is_listed(each, names))


def _is_listed(reference: TokenReference, names: frozenset[str]) -> bool:
    return any(name.lower() in names for name in reference.names)


def _names_at_first_sight(context: Context) -> frozenset[str]:
    """Return, in lower case, the names that need no parser to be found: that for YAML costs twelve milliseconds."""
    lines = (line.partition(" #")[0] for each in context.remember(_inventories) for line in each.text.splitlines())
    entries = (_ENTRY.match(line) for line in lines)
    return frozenset(entry[1].lower() for entry in entries if entry)


def _names(context: Context) -> frozenset[str]:
    """Return the names in the inventory, in lower case."""
    from claude_preflight.agents.token_inventory import tokens

    return frozenset(token.name.lower() for each in context.remember(_inventories) for token in tokens(each))


def _without_inventory(missing: list[TokenReference]) -> Finding:
    listed = [each.names[0] for each in missing]
    more = f" and {len(listed) - _MOST_LISTED} more" if len(listed) > _MOST_LISTED else ""
    message = f"no token inventory says when {', '.join(listed[:_MOST_LISTED])}{more} must be rotated"
    repair = f"list each in {INVENTORIES[0]}: {_FORM}"
    return NOT_LISTED.at(missing[0].text.span, message, repair=repair, key=", ".join(listed))


def _not_listed(reference: TokenReference) -> Finding:
    name = reference.names[0]
    message = f"the token inventory does not know {name}, so nobody rotates it"
    repair = f"list it in {INVENTORIES[0]}: {_FORM.replace('name: …', f'name: {name}')}"
    return NOT_LISTED.at(reference.text.span, message, repair=repair, key=name)


# --- the inventory ------------------------------------------------------------------------------------------------


def _dates(token: Token, context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.days import days_since

    ages: list[tuple[int, Text]] = []
    for day, what in ((token.created, "created"), (token.rotated, "rotated")):
        age = days_since(day, context.today) if day is not None else None
        if day is not None and (age is None or age < -1):  # it may be tomorrow already where the owner sits
            yield from _wrong_date(token, day, what, age, context)
        elif day is not None and age is not None:
            ages.append((age, day))
    if token.created is None and token.rotated is None and HOOK in context.asked:  # else `mcp-token-scope` speaks of it
        message = f"when {token.name} was created or rotated is not written"
        repair = f"write the day on which it was created, or rotate it and write `rotated: {context.today}`"
        yield WRONG_DATE.at(token.name.span, message, repair=repair, key=str(token.name))
    if not ages:
        return
    age, day = min(ages, key=lambda pair: pair[0])
    limit = int(context.policy.limit("token_days"))
    if age > limit:
        message = f"{token.name} is {age} days old, and {limit} is the most"
        repair = f"issue a new one, withdraw the old, and write `rotated: {context.today}`"
        yield OVERDUE.at(day.span, message, repair=repair, key=str(token.name))


def _wrong_date(token: Token, day: Text, what: str, age: int | None, context: Context) -> Iterator[Finding]:
    from claude_preflight.agents.days import is_spelled_as_day

    if age is not None:
        message = f"{token.name} was {what} on {day}, which is still to come"
    elif is_spelled_as_day(day):
        message = f"{token.name} was {what} on {day}, which no calendar has"
    elif HOOK in context.asked:  # else `mcp-token-scope` speaks of the form
        message = f"{token.name}: when it was {what} is not written as a day, YYYY-MM-DD"
    else:
        return
    repair = f"write the day on which it was really {what}"
    yield WRONG_DATE.at(day.span, message, repair=repair, key=f"{token.name}/{what}")


class _Used(NamedTuple):
    """The names of the configured servers, and the words of their configurations in lower case."""

    servers: frozenset[str]
    words: frozenset[str]


def _used(context: Context) -> _Used | None:
    """Return what the configurations of the repository name; None where that cannot be told."""
    from claude_preflight.agents.mcp import servers

    if not context.repository.is_git:
        return None
    names: set[str] = set()
    words: set[str] = set()
    for document in context.documents(MCP_CONFIG):
        found = servers(document)
        names.update(str(server.name) for server in found)
        if found or "env" in document.text:
            words.update(_WORD.findall(document.text.lower().replace("-", "_")))
    return _Used(frozenset(names), frozenset(words))


def _unused(token: Token, context: Context) -> Iterator[Finding]:
    used = context.remember(_used)
    if used is None or token.name.lower() in used.words or not used.servers.isdisjoint(token.servers):
        return
    message = f"no configuration refers to {token.name}, or has a server that it is for"
    repair = "withdraw the token and remove the entry, or name the servers that use it"
    yield UNUSED.at(token.name.span, message, repair=repair, key=str(token.name))


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook(HOOK, argv)


if __name__ == "__main__":
    raise SystemExit(main())
