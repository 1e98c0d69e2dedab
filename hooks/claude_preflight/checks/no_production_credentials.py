"""What an agent works with is never production.

What it does
------------
Refuses, in the files that decide what a coding agent is connected to, hosts, connection strings and variables that say
they are production's (`prod-db.acme.io`, `db.prd.acme.io`, `PROD_DB_URL`, `${STRIPE_KEY_PROD}`), literal credentials
for them, and profiles, cluster contexts and env files of production that a server is started with. Reads MCP server
entries, the `env`, approved commands and hook commands of settings, env files and shell start-up files; in instruction
files only credentials are refused, never prose. Words count as whole words, and one for another stage outweighs them:
`product`, `nonprod`, `pre-prod` and `prod-like-test` are silent, and so are mode switches such as
`NODE_ENV=production`. The rule `production-login` is a guess: a literal user and password beside a public host that
nothing calls a development system.

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
and `development: {hosts: ["prod-copy.acme.io"]}` for what only sounds like production.

References
----------
* CWE-668, exposure of a resource to the wrong sphere: https://cwe.mitre.org/data/definitions/668.html
* CWE-798, use of hard-coded credentials: https://cwe.mitre.org/data/definitions/798.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from claude_preflight.agents.files import AGENT, COMMAND, ENV_FILE, INSTRUCTIONS, SHELL_RC, SKILL
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.late import late
from claude_preflight.model import Confidence, Finding, Rule, Severity, Span
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Text

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
RULES = (HOST, VARIABLE, CREDENTIAL, PROFILE, SERVER, LOGIN)

_IF_DEVELOPMENT = "name the host under development.hosts in .claude-preflight.yaml if it is one"
_REPAIRS = {
    HOST: f"point it at a development copy, or {_IF_DEVELOPMENT}",
    VARIABLE: "hand over the variable of a development system instead",
    CREDENTIAL: "remove it, rotate it at its issuer, and use the credential of a development copy",
    PROFILE: "choose the one of a development system",
    SERVER: "connect it to a development copy, or rename it if it is connected to one",
    LOGIN: f"take the login from the environment, and a development system's; or {_IF_DEVELOPMENT}",
}
_RULES = {rule.id: rule for rule in RULES}
_GATHERED = {
    HOST.id: "names production hosts",
    VARIABLE.id: "sets variables of production",
    CREDENTIAL.id: "holds credentials of production",
    PROFILE.id: "chooses a profile of production",
}

# What a file or its path must hold for any finding: the word for a stage, or a password. Most hold neither, and are
# spared the judges, which take longer to load than such a file to read.
_TELLING = late(r"prod|prd|live|pass|pwd|wort|senha|clave|\\u00", re.IGNORECASE)
_STAGE = late(r"prod|prd|live", re.IGNORECASE)
_CREDENTIAL_WORD = late(r"pass|pwd|secret|token|key|cred|auth|://[^\s/]{0,200}@|-u ", re.IGNORECASE)

_PROSE = frozenset((INSTRUCTIONS, AGENT, SKILL, COMMAND))
_VARIABLES = frozenset((ENV_FILE, SHELL_RC))
_TEMPLATE_FILE = late(r"[._-](?:example|sample|template|tmpl|tpl|dist|defaults?|schema)(?:[._-]|$)", re.IGNORECASE)
_PRODUCTION_FOLDER = late(r"(?:^|/)\.?(?:prod|prd|production|live)/")


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
    if not document.kinds <= _VARIABLES:
        yield from _configured(document, policy)
    if not document.kinds.isdisjoint(_VARIABLES):
        yield from _variables(document, policy)
    elif not document.kinds.isdisjoint(_PROSE):
        yield from _written(document, policy)


def _configured(document: Document, policy: Policy) -> Iterator[Finding]:
    from claude_preflight.agents.mcp import servers

    if document.path.endswith((".md", ".mdc")) and not document.text.startswith("---"):
        return
    from claude_preflight.agents.exposed import loose_settings
    from claude_preflight.agents.production import of_server, of_setting

    for server in servers(document):
        for evidence in of_server(server, policy):
            yield _finding(f'server "{server.name}"', evidence, str(server.name))
    for setting in loose_settings(document):
        for evidence in of_setting(setting, policy):
            yield _finding(setting.owner, evidence)


def _finding(owner: str, evidence: Evidence, server: str = "") -> Finding:
    rule = _RULES[evidence.kind]
    return rule.at(evidence.span, f"{owner} {evidence.what}", repair=_REPAIRS[rule], key=evidence.key, server=server)


def _variables(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield one finding for each rule that the variables of an env file break; it lists them."""
    from claude_preflight.agents.production import of_production_variable, of_variable
    from claude_preflight.syntax.dotenv import read_dotenv

    is_template = bool(_TEMPLATE_FILE.search(document.path.rpartition("/")[2]))
    of_production = not is_template and _is_of_production(document.path)
    found: dict[str, list[tuple[Span, str]]] = {}
    for name, value, _, _ in read_dotenv(document.text):
        for evidence in of_production_variable(name, value) if of_production else of_variable(name, value, policy):
            if evidence.kind == CREDENTIAL.id or not is_template:
                found.setdefault(evidence.kind, []).append((evidence.span, str(name)))
    for kind, variables in found.items():
        names = list(dict.fromkeys(name for _, name in variables))
        rule = _RULES[kind]
        message = f"this file {_GATHERED[kind]}, within reach of any agent that works here: {_listed(names)}"
        yield rule.at(variables[0][0], message, repair=_REPAIRS[rule], key=",".join(names))


def _is_of_production(path: str) -> bool:
    """Tell whether the env file at `path` is one that production itself is run or built with."""
    from claude_preflight.agents.places import PRODUCTION, environment

    name = path.rpartition("/")[2].removesuffix(".local")  # .env.production.local: one machine's, of the same stage
    return name in (".env.live", "live.env") or environment(name) == PRODUCTION or bool(_PRODUCTION_FOLDER.search(path))


def _listed(names: list[str]) -> str:
    shown = names if len(names) <= 6 else [*names[:5], f"{len(names) - 5} more"]
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))


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
