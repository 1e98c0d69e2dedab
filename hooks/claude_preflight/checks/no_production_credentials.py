"""What an agent works with is never production.

What it does
------------
Refuses, in the files that decide what a coding agent is connected to, hosts, connection strings and variables that say
they are production's (`prod-db.acme.io`, `db.prd.acme.io`, `PROD_DB_URL`, `${STRIPE_KEY_PROD}`), literal credentials
for them, and profiles, cluster contexts and env files of production that something is started with. Reads MCP server
entries of every client, the variables, approved commands, hook commands and tasks of settings, development containers,
env files and shell start-up files; in instruction files only credentials and approved commands count, never prose. When
an agent makes the commit, it also reads the names of the variables in that agent's environment, never their values
(`production-environment`).

Words count as whole words, and one for another stage outweighs them: `product`, `nonprod`, `pre-prod` and
`prod-like-test` are silent, and so are mode switches such as `NODE_ENV=production` and JSON Web Tokens that say of
themselves that they have expired. Hosts of known third parties, such as `production.plaid.com`, are the matter of
sandbox-api-mode. The rule `production-login` is a guess: a literal user and password beside a public host that nothing
calls a development system.

Why is this bad?
----------------
An agent acts on text it has read, by mistake or because somebody planted it. On a development copy the worst outcome is
a reset; in production it is customers' data, and a server that is connected to it can be asked by any prompt.

Example
-------
```json .mcp.json
{"mcpServers": {"db": {"command": "dbhub", "env": {"DSN": "postgres://app:${DB_PASSWORD}@prod-db.acme.io/shop"}}}}
```

Use instead
-----------
```json .mcp.json
{"mcpServers": {"db": {"command": "dbhub", "env": {"DSN": "postgres://app:${DB_PASSWORD}@dev-db.acme.io/shop"}}}}
```

Names that this hook cannot know go into the policy: `production: {hosts: ["*.live.acme.io"], names: ["ACME_LIVE_*"]}`,
and `development: {hosts: ["prod-copy.acme.io"]}` for what only sounds like production. What the environment of an agent
holds differs from machine to machine, so that `production-environment` warns; where it must not happen,
`severity: {production-environment: error}`.

References
----------
* CWE-668, exposure of a resource to the wrong sphere: https://cwe.mitre.org/data/definitions/668.html
* CWE-798, use of hard-coded credentials: https://cwe.mitre.org/data/definitions/798.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from claude_preflight.agents.files import (
    AGENT,
    CLAUDE_SETTINGS,
    COMMAND,
    ENV_FILE,
    ENVIRONMENT,
    INSTRUCTIONS,
    SHELL_RC,
    SKILL,
)
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.late import late
from claude_preflight.model import Confidence, Finding, Rule, Severity, Span
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import TYPE_CHECKING
from claude_preflight.wording import in_words

if TYPE_CHECKING:
    from claude_preflight.agents.production import Evidence

HOST = Rule("production-host", Severity.ERROR, Confidence.HIGH, "the agent is connected to a production host", 668)
VARIABLE = Rule(
    "production-variable", Severity.ERROR, Confidence.HIGH, "the agent is given a variable of production", 668
)
CREDENTIAL = Rule(
    "production-credential",
    Severity.ERROR,
    Confidence.HIGH,
    "a literal credential of production is within the agent's reach",
    798,
)
PROFILE = Rule(
    "production-profile",
    Severity.ERROR,
    Confidence.MEDIUM,
    "a profile, context or env file of production is chosen for the agent",
    668,
)
SERVER = Rule(
    "production-server",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a server that is called production is connected to something",
    668,
)
LOGIN = Rule(
    "production-login",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a literal login beside a public host that nothing calls a development system",
    798,
)
PRESENT = Rule(
    "production-environment",
    Severity.WARNING,
    Confidence.MEDIUM,
    "the agent that makes the commit has variables of production in its environment",
    668,
)
RULES = (HOST, VARIABLE, CREDENTIAL, PROFILE, SERVER, LOGIN, PRESENT)

_IF_DEVELOPMENT = "name the host under development.hosts in .claude-preflight.yaml if it is one"
_REPAIRS = {
    HOST: f"point it at a development copy, or {_IF_DEVELOPMENT}",
    VARIABLE: "hand over the variable of a development system instead",
    CREDENTIAL: "remove it, rotate it at its issuer, and use the credential of a development copy",
    PROFILE: "choose the one of a development system",
    SERVER: "connect it to a development copy, or rename it if it is connected to one",
    PRESENT: "start the agent from a shell that does not have them, and let it have those of a development system",
    LOGIN: f"take the login from the environment, and a development system's; or {_IF_DEVELOPMENT}",
}
_RULES = {rule.id: rule for rule in RULES}
_GATHERED = {
    HOST.id: "names production hosts",
    VARIABLE.id: "sets variables of production",
    CREDENTIAL.id: "holds credentials of production",
    PROFILE.id: "chooses a profile or an env file of production",
}

# What a file or its path must hold for any finding: the word for a stage, or a password. Most hold neither, and are
# spared the judges, which take longer to load than such a file to read.
_TELLING = late(r"prod|prd|live|pass|pwd|wort|senha|clave|\\u00", re.IGNORECASE)
_STAGE = late(r"prod|prd|live", re.IGNORECASE)
_CREDENTIAL_WORD = late(r"pass|pwd|secret|token|key|cred|auth|://[^\s/]{0,200}@|-u ", re.IGNORECASE)

_PROSE = frozenset((INSTRUCTIONS, AGENT, SKILL, COMMAND))
_VARIABLES = frozenset((ENV_FILE, SHELL_RC))


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what in `document` connects an agent to production."""
    policy = context.policy
    named = policy.production_hosts or policy.production_names
    if not (named or _TELLING.search(document.text) or _STAGE.search(document.path)):
        return
    seen: set[Span] = set()
    for finding in _findings(document, policy):
        if finding.span not in seen:
            seen.add(finding.span)
            yield finding


def _findings(document: Document, policy: Policy) -> Iterator[Finding]:
    if ENVIRONMENT in document.kinds:
        yield from _present(document, policy)
        return
    if not document.kinds <= _VARIABLES:
        yield from _configured(document, policy)
    if not document.kinds.isdisjoint(_VARIABLES):
        yield from _variables(document, policy)
    elif not document.kinds.isdisjoint(_PROSE):
        yield from _written(document, policy)


def _present(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield one finding for the variables of an agent's process, whose names are all that is known of them."""
    from claude_preflight.agents.production import names_of_production

    lines = (document.line_span(start) for start in document.line_starts)
    names = (Text.at(document.text[start:end], start, end) for start, end in lines)
    found = list(names_of_production(names, policy))
    if found:
        what = "the agent that makes this commit has variables of production in its environment, and so has all it runs"
        listed = in_words([str(name) for name in found])
        yield PRESENT.at(found[0].span, f"{what}: {listed}", repair=_REPAIRS[PRESENT], key=",".join(found))


def _configured(document: Document, policy: Policy) -> Iterator[Finding]:
    from claude_preflight.agents.mcp import servers

    if document.known_as.endswith((".md", ".mdc")) and not document.text.startswith("---"):
        return
    from claude_preflight.agents.exposed import loose_settings
    from claude_preflight.agents.handed_on import loose_names
    from claude_preflight.agents.production import of_server, of_setting

    for server in servers(document):
        for evidence in of_server(server, policy):
            yield _finding(f'server "{server.name}"', evidence, str(server.name))
    for setting in (*loose_settings(document), *loose_names(document)):
        # Claude Code takes the values of its variables as they stand; the other programs expand what they read.
        expanded = setting.owner != "this file" or setting.passed or CLAUDE_SETTINGS not in document.kinds
        for evidence in of_setting(setting, policy, by_reference=expanded):
            yield _finding(setting.owner, evidence)


def _finding(owner: str, evidence: Evidence, server: str = "") -> Finding:
    rule = _RULES[evidence.kind]
    return rule.at(evidence.span, f"{owner} {evidence.what}", repair=_REPAIRS[rule], key=evidence.key, server=server)


def _variables(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield one finding for each rule that the variables of an env file break; it lists them."""
    from claude_preflight.agents.production import names_template

    is_template = names_template(document.path)
    found: dict[str, list[tuple[Span, str]]] = {}
    for name, evidence in _variable_evidence(document, policy, is_template):
        if evidence.kind == CREDENTIAL.id or not is_template:
            found.setdefault(evidence.kind, []).append((evidence.span, name))
    for kind, variables in found.items():
        names = list(dict.fromkeys(name for _, name in variables))
        rule = _RULES[kind]
        message = f"this file {_GATHERED[kind]}, within reach of any agent that works here: {in_words(names)}"
        yield rule.at(variables[0][0], message, repair=_REPAIRS[rule], key=",".join(names))


def _variable_evidence(document: Document, policy: Policy, is_template: bool) -> Iterator[tuple[str, Evidence]]:
    """Yield the evidence in an env file, each piece with the name of its variable or of the file it loads."""
    from claude_preflight.agents.judgement import stage_of_file
    from claude_preflight.agents.places import PRODUCTION
    from claude_preflight.agents.production import of_production_variable, of_setting, of_variable
    from claude_preflight.syntax.dotenv import read_dotenv

    of_production = not is_template and stage_of_file(document.path) == PRODUCTION
    for name, value, exported, _ in read_dotenv(document.text):
        found = (
            of_production_variable(name, value)
            if of_production
            else of_variable(name, value, policy, exported=exported)
        )
        for evidence in found:
            yield str(name), evidence
    if document.known_as.rpartition("/")[2] == ".envrc":
        from claude_preflight.agents.handed_on import loaded_files

        for setting in loaded_files(Text.at(document.text, 0, len(document.text))):
            for evidence in of_setting(setting, policy):
                yield str(setting.value), evidence


def _written(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield the credentials in the prose and the code of instructions."""
    lines = list(_lines(document, policy))
    if not lines:
        return
    from claude_preflight.agents.production import of_line

    for line in lines:
        for evidence in of_line(line, policy):
            yield _finding("this file", evidence)


def _lines(document: Document, policy: Policy) -> Iterator[Text]:
    """Yield the lines that may hold a credential of production."""
    text = document.text
    spans: Iterable[Span] = map(document.line_span, document.line_starts)
    if not (policy.production_hosts or policy.production_names):
        spans = dict.fromkeys(document.line_span(match.start()) for match in _STAGE.finditer(text))
    for start, end in spans:
        if _CREDENTIAL_WORD.search(text, start, end):
            yield Text.at(text[start:end], start, end)


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("no-production-credentials", argv)


if __name__ == "__main__":
    raise SystemExit(main())
