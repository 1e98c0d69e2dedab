"""An MCP server is the package that it is meant to be, by whom it is meant to be.

What it does
------------
Refuses packages, images and repositories whose name looks like a known server's or is one with a slip; names that an
assistant has made up in a vendor's scope; launch lines that run a package called "run"; packages that are malicious or
on the policy's deny list; versions with a published weakness. Points out servers that are no longer kept up, and
packages that have the name of a vendor's server but are not the vendor's.

Why is this bad?
----------------
A launcher such as npx runs whatever owns the name at that moment, with the rights of the developer and the credentials
of the entry. A name that nobody owns yet will be somebody's: whoever registers it runs code wherever the file is used.

Example
-------
```json .mcp.json
{"mcpServers": {"files": {"command": "npx", "args": ["@modelcontextprotoco1/server-filesystem@2026.8.31", "./src"]}}}
```

Use instead
-----------
```json .mcp.json
{"mcpServers": {"files": {"command": "npx", "args": ["@modelcontextprotocol/server-filesystem@2026.8.31", "./src"]}}}
```

A package that is meant goes into the policy: `packages: {allow: ["@acme/*"]}`.

References
----------
* CWE-1357, reliance on an insufficiently trustworthy component: https://cwe.mitre.org/data/definitions/1357.html
* `docs/known-servers.md`: the list that names are compared with, and how it is kept
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.mcp import Server, servers
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Edit, Finding, Fix, Rule, Severity, Span
from claude_preflight.policy import Policy, matches_any
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

# The catalogue is loaded for files that name a package, and what compares names for those that it does not hold.
if TYPE_CHECKING:
    from claude_preflight.agents.impostors import Imitation
    from claude_preflight.agents.known_servers import KnownServer
    from claude_preflight.agents.launch import Launch

MALICIOUS_PACKAGE = Rule(
    "malicious-package", Severity.ERROR, Confidence.HIGH, "a server is a package known to be malicious", 506
)
SUSPECTED_PACKAGE = Rule(
    "suspected-package", Severity.WARNING, Confidence.MEDIUM, "a server is a package reported to be malicious", 506
)
DENIED_PACKAGE = Rule(
    "denied-package", Severity.ERROR, Confidence.HIGH, "a server is a package that the policy denies", 1357
)
VULNERABLE_PACKAGE = Rule(
    "vulnerable-package",
    Severity.ERROR,
    Confidence.HIGH,
    "a server is pinned to a version with a published weakness",
    1395,
)
LOOK_ALIKE = Rule(
    "lookalike-package", Severity.ERROR, Confidence.HIGH, "a package looks like a known server and is another", 1007
)
MISSPELT = Rule(
    "misspelt-package", Severity.ERROR, Confidence.MEDIUM, "a package is a known server's name with a slip in it", 1357
)
WRONG_WORD = Rule(
    "launcher-subcommand", Severity.ERROR, Confidence.HIGH, "a launcher runs a package called after a subcommand", 1357
)
INVENTED_PACKAGE = Rule(
    "invented-package",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a package that does not exist where it is looked for",
    1357,
)
OTHER_PUBLISHER = Rule(
    "other-publisher", Severity.WARNING, Confidence.MEDIUM, "a vendor's server by name, from somebody else", 1357
)
ARCHIVED_PACKAGE = Rule(
    "archived-package", Severity.WARNING, Confidence.HIGH, "a server that nobody keeps up any more", 1104
)
RULES = (
    MALICIOUS_PACKAGE,
    SUSPECTED_PACKAGE,
    DENIED_PACKAGE,
    VULNERABLE_PACKAGE,
    LOOK_ALIKE,
    MISSPELT,
    WRONG_WORD,
    INVENTED_PACKAGE,
    OTHER_PUBLISHER,
    ARCHIVED_PACKAGE,
)

_NAMED = frozenset(("npm", "pypi", "oci", "nuget", "go", "git", "jsr"))
# What stands in a name that somebody still has to fill in.
_TO_FILL_IN = frozenset("<>{}$% ")
# The subcommands of each launcher's relatives, which the launcher itself takes for packages.
_UV_WORDS, _NPM_WORDS = frozenset("run tool install uvx".split()), frozenset("run exec x dlx install".split())
_SUBCOMMANDS = {
    **dict.fromkeys(("uvx", "pipx run"), _UV_WORDS),
    **dict.fromkeys(("npx", "npm exec", "pnpm dlx", "yarn dlx", "bunx"), _NPM_WORDS),
}
_ALLOW = "allow it in the policy if it is the one you mean: packages.allow"


class _Subject(NamedTuple):
    """A package that a server runs; `name` is what messages and the policy call it."""

    document: Document
    server: Server
    launch: Launch
    package: Text
    name: str

    def finding(self, rule: Rule, message: str, repair: str, fix: Fix | None = None) -> Finding:
        text = f'server "{self.server.name}" runs {self.name}, {message}'
        key = self.server.key(self.name)
        return rule.at(self.package.span, text, repair=repair, key=key, server=str(self.server.name), fix=fix)


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what is wrong with the names of the packages that the servers of `document` run, switched off or not."""
    for subject in _subjects(document):
        yield from _judge(subject, context.policy)


def _subjects(document: Document) -> Iterator[_Subject]:
    found = [server for server in servers(document) if server.launch]
    if not found:
        return
    from claude_preflight.agents.launch import all_of
    from claude_preflight.agents.path_servers import installed_package

    for server in found:
        for launch in all_of(server.launch):
            package, registry = launch.package, launch.registry
            if package and registry in _NAMED and _TO_FILL_IN.isdisjoint(package):
                yield _Subject(document, server, launch, package, _name(registry, package))
            installed = installed_package(launch)
            if installed:
                yield _Subject(document, server, launch._replace(registry="npm"), installed, str(installed))


def _name(registry: str, package: Text) -> str:
    if registry != "git":
        return str(package)
    from claude_preflight.agents.known_servers import normal_name

    return normal_name(registry, package)  # the address of a repository may hold a password


def _judge(subject: _Subject, policy: Policy) -> Iterator[Finding]:
    from claude_preflight.agents.known_servers import catalogue

    names = (subject.name, subject.name.lower())
    if any(matches_any(name, policy.packages_deny) for name in names):
        yield subject.finding(DENIED_PACKAGE, "which the policy denies", "use another server, or change packages.deny")
        return
    known = catalogue().server(subject.launch.registry, subject.package)
    if known:
        yield from _weaknesses(subject, known)
    if any(matches_any(name, policy.packages_allow) for name in names):
        return
    if known:
        yield from _left_behind(subject, known)
    else:
        finding = _wrong_word(subject) or _not_ascii(subject) or _imitation(subject)
        if finding:
            yield finding


def _weaknesses(subject: _Subject, known: KnownServer) -> Iterator[Finding]:
    """Yield what no policy makes good: malice, and the published weaknesses of the very version."""
    from claude_preflight.agents.known_servers import MALICIOUS, version_key
    from claude_preflight.agents.pins import is_exact

    if known.status == MALICIOUS:
        why = "; ".join(advisory.summary for advisory in known.advisories)
        repair = "remove it, and replace every credential that its machines hold"
        yield subject.finding(MALICIOUS_PACKAGE, f"which is malicious: it {why}", repair)
        return
    version = subject.launch.version
    if not version or not is_exact(subject.launch):
        return
    found = [advisory for advisory in known.advisories if advisory.covers(version)]
    bounded = [advisory for advisory in found if advisory.below or advisory.last]
    if bounded:
        ids = ", ".join(advisory.id for advisory in bounded)
        first = max((advisory.below for advisory in bounded), key=lambda version: version_key(version) or ((), 0, ""))
        repair = f"pin {first} or a later version" if first else "pin a later version"
        yield subject.finding(
            VULNERABLE_PACKAGE, f"whose version {version} has a known weakness ({ids}): {bounded[0].summary}", repair
        )


def _left_behind(subject: _Subject, known: KnownServer) -> Iterator[Finding]:
    from claude_preflight.agents.known_servers import DEPRECATED, REPORTED

    if known.status == REPORTED:
        ids = ", ".join(advisory.id for advisory in known.advisories)
        repair = f"look the name up before you use it, and {_ALLOW}"
        yield subject.finding(SUSPECTED_PACKAGE, f"which is reported to be malicious ({ids})", repair)
    elif known.status == DEPRECATED:
        weakness = "".join(f", and this stays open: {advisory.summary}" for advisory in known.advisories)
        repair = f"use {known.replacement}" if known.replacement else "look for a server that is kept up"
        yield subject.finding(ARCHIVED_PACKAGE, f"which is archived: nobody repairs it{weakness}", repair)


def _wrong_word(subject: _Subject) -> Finding | None:
    launch, document = subject.launch, subject.document
    words = _SUBCOMMANDS.get(launch.launcher, frozenset())
    if subject.package not in words or not launch.arguments or launch.binary:
        return None
    meant = next((word for word in launch.arguments if word not in words), None)
    if meant is None or meant.startswith("-"):
        return None
    # From quote to quote, so that a list loses an item and its comma.
    first = meant is launch.arguments[0]
    quotes = {document.text[text.start - 1 : text.start] for text in (subject.package, meant)}
    fix = Fix((Edit(Span(subject.package.start - 1, meant.start - 1), ""),)) if first and quotes == {'"'} else None
    message = f'a package of that name: "{subject.name}" is no subcommand of {launch.launcher}'
    example = "" if "=" in meant else f": {launch.launcher} {meant}"  # what is assigned may be a secret
    return subject.finding(WRONG_WORD, message, f"leave the word out{example}", fix)


def _not_ascii(subject: _Subject) -> Finding | None:
    odd = next((letter for letter in subject.package if not letter.isascii()), "")
    if not odd or subject.launch.registry == "git":
        return None
    from claude_preflight.agents.impostors import imitation

    found = imitation(subject.launch.registry, subject.package)
    seems = f", and which looks like {found.of}" if found else ""
    message = f"in which U+{ord(odd):04X} is no letter that a registry takes{seems}"
    return subject.finding(LOOK_ALIKE, message, "type the name anew, in ASCII", _renamed(subject, found))


_FROM = {"pypi": " from PyPI", "npm": " from npm"}


def _imitation(subject: _Subject) -> Finding | None:
    from claude_preflight.agents.impostors import CHARACTERS, INVENTED, PUBLISHER, SCOPE, SPELLING, imitation
    from claude_preflight.agents.known_servers import catalogue

    found = imitation(subject.launch.registry, subject.package)
    if not found:
        return None
    known, of = found.known, found.of
    place = known.name + _FROM.get(known.registry, "") if known else ""
    repair = "look the name up at its publisher"
    if found.kind in (CHARACTERS, SPELLING) and (known or found.kind == SPELLING):
        repair = f"write {of}"
    elif known:
        repair = f"use {known.replacement or place}"
    rule, message = {
        CHARACTERS: (LOOK_ALIKE, f"which looks like {of} and is another"),
        SCOPE: (
            LOOK_ALIKE,
            f"whose scope is easily mistaken for {of.partition('/')[0]}, and is not the same publisher's",
        ),
        SPELLING: (MISSPELT, f"which is {of} with a slip: another package, or one that is yet to come"),
        INVENTED: (INVENTED_PACKAGE, f"and no package of {of} was known by that name on {catalogue().date}"),
        PUBLISHER: (OTHER_PUBLISHER, f"which is not the vendor's {place}"),
    }[found.kind]
    return subject.finding(rule, message, f"{repair}, or {_ALLOW}", _renamed(subject, found))


def _renamed(subject: _Subject, found: Imitation | None) -> Fix | None:
    """Return the edit that writes the name that is meant, where only one can be."""
    from claude_preflight.agents.impostors import INVENTED, PUBLISHER

    package = subject.package
    if not found or not found.known or subject.launch.registry not in ("npm", "pypi", "oci"):
        return None
    name = found.of
    if found.kind == INVENTED and found.known.name.startswith(f"{found.of}/"):
        name = found.known.name
    elif found.kind in (INVENTED, PUBLISHER):
        return None
    spelled = subject.document.text[slice(*package.span)] == package
    return Fix((Edit(package.span, name),)) if spelled else None


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("mcp-package-identity", argv)


if __name__ == "__main__":
    raise SystemExit(main())
