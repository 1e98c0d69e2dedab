"""APIs of third parties are used in their test modes.

What it does
------------
Refuses live keys (`sk_live_…`, `rzp_live_…`, `access-production-…`), hosts that serve nothing but live data
(`api-m.paypal.com`, `production.plaid.com`) and variables or options that choose the live mode (`PAYPAL_MODE=live`,
`PLAID_ENV=production`, `ALPACA_PAPER_TRADE=false`) of some sixty payment, banking, trading, shipping and business
services. Reads MCP server entries, the `env`, approved commands and hook commands of settings, env files and shell
start-up files; of templates such as `.env.example`, and of comments, only real keys count. Keys that are made to be
seen (`pk_live_…`), and variables that are for a live key by their names (`${STRIPE_LIVE_KEY}`), are warnings. Hosts
that serve both modes, such as `api.stripe.com`, are silent, because there the key decides; so are placeholders, and the
env files of production itself (`.env.production`), which belong to no-production-credentials. Of a key only its
beginning is shown.

Why is this bad?
----------------
In live mode a refund is a refund. An agent that tries a call to see what happens, repeats one that timed out, or does
what a text it has read asks for, moves money, sends parcels and messages, and changes the records of real customers.
Test modes exist for exactly that, and cost nothing.

Example
-------
```json .mcp.json
{"mcpServers": {"paypal": {"command": "npx", "args": ["-y", "@paypal/mcp@1.8.1"],
                           "env": {"PAYPAL_ENVIRONMENT": "PRODUCTION"}}}}
```

Use instead
-----------
```json .mcp.json
{"mcpServers": {"paypal": {"command": "npx", "args": ["-y", "@paypal/mcp@1.8.1"],
                           "env": {"PAYPAL_ENVIRONMENT": "SANDBOX"}}}}
```

Which hosts, keys and switches are live is data, `schemas/providers.json`. A host that is a test system to you goes into
the policy: `development: {hosts: ["acme-test.my.salesforce.com"]}`. Live systems of your own, and names that this hook
cannot know, are the matter of no-production-credentials: `production: {hosts: ["*.live.acme.io"], names:
["ACME_LIVE_*"]}`.

References
----------
* CWE-668, exposure of a resource to the wrong sphere: https://cwe.mitre.org/data/definitions/668.html
* Test modes: https://docs.stripe.com/keys, https://plaid.com/docs/, https://developer.paypal.com/api/rest/requests/
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents.files import CLAUDE_SETTINGS, ENV_FILE, SHELL_RC
from claude_preflight.agents.provider_words import may_concern
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Finding, Rule, Severity, Span
from claude_preflight.policy import Policy
from claude_preflight.typed import TYPE_CHECKING
from claude_preflight.wording import in_words

if TYPE_CHECKING:
    from claude_preflight.agents.exposed import Setting
    from claude_preflight.agents.live_apis import Evidence

KEY = Rule(
    "live-api-key", Severity.ERROR, Confidence.HIGH, "a live key of a third party is within the agent's reach", 668
)
HOST = Rule(
    "live-api-host", Severity.ERROR, Confidence.HIGH, "the agent is connected to a third party's live host", 668
)
MODE = Rule("live-api-mode", Severity.ERROR, Confidence.HIGH, "a third party's API is switched to its live mode", 668)
PUBLISHABLE = Rule(
    "live-publishable-key",
    Severity.WARNING,
    Confidence.HIGH,
    "a live key that is made to be seen, so that what is built with it works in live mode",
    668,
)
VARIABLE = Rule(
    "live-api-variable",
    Severity.WARNING,
    Confidence.MEDIUM,
    "the agent is handed a variable whose name says that it holds a live key",
    668,
)
RULES = (KEY, HOST, MODE, PUBLISHABLE, VARIABLE)

_RULES = {rule.id: rule for rule in RULES}
_VARIABLES = frozenset((ENV_FILE, SHELL_RC))
_GATHERED = {
    KEY.id: "this file holds live keys, so what an agent does with them is real",
    HOST.id: "this file names live hosts of third parties, so what an agent does there is real",
    MODE.id: "this file switches third parties to their live modes, so what an agent does there is real",
    PUBLISHABLE.id: "this file holds live keys that are made to be seen, so what is built with them works in live mode",
    VARIABLE.id: "this file hands on variables of live keys",
}


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what in `document` uses a third party's API in live mode."""
    if not may_concern(document.text):
        return
    if not document.kinds.isdisjoint(_VARIABLES):
        yield from _variables(document, context.policy)
        return
    seen: set[tuple[str, Span]] = set()
    for finding in _configured(document, context.policy):
        if (finding.rule.id, finding.span) not in seen:
            seen.add((finding.rule.id, finding.span))
            yield finding


def _configured(document: Document, policy: Policy) -> Iterator[Finding]:
    from claude_preflight.agents.exposed import loose_settings, server_settings
    from claude_preflight.agents.handed_on import loose_names, server_names
    from claude_preflight.agents.live_apis import handed_over, live_flags, of_setting
    from claude_preflight.agents.mcp import servers
    from claude_preflight.agents.providers import provider_of

    for server in servers(document):
        owner, name, provider = f'server "{server.name}"', str(server.name), provider_of(server)
        for setting in (*server_settings(server), *server_names(server)):
            for evidence in (*of_setting(setting, policy, provider), *handed_over(setting, provider)):
                yield _finding(owner, evidence, name)
        for evidence in live_flags(server, provider) if provider else ():
            yield _finding(owner, evidence, name)
    for setting in (*loose_settings(document), *loose_names(document)):
        for evidence in (*of_setting(setting, policy), *_expanded(document, setting)):
            yield _finding(setting.owner, evidence)


def _expanded(document: Document, setting: Setting) -> Iterator[Evidence]:
    """Yield the live keys that `setting` hands on; Claude Code takes the values of its variables as they stand."""
    from claude_preflight.agents.live_apis import handed_over

    if setting.owner != "this file" or setting.passed or CLAUDE_SETTINGS not in document.kinds:
        yield from handed_over(setting)


def _finding(owner: str, evidence: Evidence, server: str = "") -> Finding:
    message = f"{owner} {evidence.what}"
    return _RULES[evidence.kind].at(evidence.span, message, repair=evidence.repair, key=evidence.key, server=server)


def _variables(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield one finding for each rule that the variables of an env file break; it lists them."""
    from claude_preflight.agents.judgement import stage_of_file
    from claude_preflight.agents.places import PRODUCTION
    from claude_preflight.agents.production import names_template

    is_template = names_template(document.path)
    if not is_template and stage_of_file(document.path) == PRODUCTION:
        return
    found: dict[str, list[Evidence]] = {}
    for evidence in _evidence(document, policy):
        if evidence.kind == KEY.id or not is_template:
            found.setdefault(evidence.kind, []).append(evidence)
    for kind, all_of_kind in found.items():
        shown = list(dict.fromkeys(evidence.shown for evidence in all_of_kind))
        repairs = dict.fromkeys(evidence.repair for evidence in all_of_kind)
        first = all_of_kind[0]
        repair = next(iter(repairs)) if len(repairs) == 1 else _repair(list(repairs))
        key = ",".join(dict.fromkeys(evidence.key for evidence in all_of_kind))
        yield _RULES[kind].at(first.span, f"{_GATHERED[kind]}: {in_words(shown)}", repair=repair, key=key)


def _evidence(document: Document, policy: Policy) -> Iterator[Evidence]:
    from claude_preflight.agents.exposed import Setting, variable_settings
    from claude_preflight.agents.live_apis import handed_over, live_keys, of_setting
    from claude_preflight.syntax.dotenv import commented_assignments, read_dotenv

    for name, value, exported, _ in read_dotenv(document.text):
        for setting in variable_settings("", str(name), name, value):
            yield from of_setting(setting, policy)
            if exported:
                yield from handed_over(setting)
    for name, value, _, _ in commented_assignments(document.text):
        for evidence in live_keys(Setting("", str(name), name, value)):
            if evidence.kind == KEY.id:
                yield evidence._replace(shown=f"{evidence.shown} in a comment")


def _repair(repairs: list[str]) -> str:
    """Return several repairs as one."""
    return "; ".join(repairs[:4]) + ("; and so on" if len(repairs) > 4 else "")


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("sandbox-api-mode", argv)


if __name__ == "__main__":
    raise SystemExit(main())
