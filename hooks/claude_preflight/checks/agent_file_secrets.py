"""No literal secret in the files that an agent reads.

What it does
------------
Refuses literal credentials in instruction files, agents, skills, commands, MCP configurations (variables, headers,
arguments, URLs, defaults such as `${TOKEN:-…}`), settings and the rules in them. It knows the tokens of well over a
hundred vendors by their form, private keys, JSON Web Tokens by what they say of themselves, passwords in URLs, and
values that their name makes a secret; detect-secrets is asked for a second opinion. References, placeholders, examples
from documentation, digests and identifiers are no findings. A value that stands in a file several times is reported
once. Nothing of a value is ever printed.

Why is this bad?
----------------
What stands in these files goes to the model with every session, into its transcripts and to everyone who clones the
repository, and it stays in the history after it is removed. Whatever the agent is talked into running can read it.

Example
-------
```json .mcp.json
{"mcpServers": {"tickets": {"type": "http", "url": "https://mcp.example.com/mcp",
                            "headers": {"Authorization": "Bearer @@github-pat-classic@@"}}}}
```

Use instead
-----------
```json .mcp.json
{"mcpServers": {"tickets": {"type": "http", "url": "https://mcp.example.com/mcp",
                            "headers": {"Authorization": "Bearer ${TICKETS_TOKEN}"}}}}
```

A secret that was ever committed is known: revoke it, do not only remove it.

References
----------
* CWE-798, use of hard-coded credentials: https://cwe.mitre.org/data/definitions/798.html
* Environment variables in `.mcp.json`: https://code.claude.com/docs/en/mcp
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from claude_preflight.agents.config import tree_of
from claude_preflight.agents.files import MCP_CONFIG
from claude_preflight.agents.references import reference
from claude_preflight.agents.secrets import (
    Repeated,
    Secret,
    distinct_variables,
    find_in_arguments,
    find_in_text,
    find_in_value,
    find_with_detect_secrets,
    once_per_value,
    suggest_variable,
)
from claude_preflight.agents.secrets.shapes import looks_random
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.late import late
from claude_preflight.model import Confidence, Edit, Finding, Fix, Rule, Severity, Span
from claude_preflight.syntax import nodes
from claude_preflight.syntax.nodes import Mapping, Scalar, Text, walk
from claude_preflight.wording import counted

LITERAL = Rule("literal-secret", Severity.ERROR, Confidence.HIGH, "a credential stands in the clear", 798)
DOUBTFUL = Rule(
    "doubtful-secret",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a credential that is made to be public, for tests or for an hour, or that only its name makes one",
    798,
)
RULES = (LITERAL, DOUBTFUL)

_SHORTEST_TOKEN = 20  # of those that are known by their form
_PROSE = (".md", ".mdc", ".txt")
_NAMED = {"named-secret": "value of {}", "named-identifier-secret": "hexadecimal or UUID value of {}"}
_PLAIN = late(r"[\w.-]+")
# What a configuration refers to already, and the default of such a reference.
_REFERENCE = late(r"\$\{(?:env:)?([A-Za-z_]\w*)(?:[:}]|-)|\{env:([A-Za-z_]\w*)\}")
_DEFAULT = late(r"\$\{([A-Za-z_]\w{0,99}):?-$")
_LONGEST_DEFAULT = 104


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield the literal secrets of `document`, each value once."""
    found = _Secrets(document)
    each = once_per_value(found.all(), document.text)
    paths = [found.paths.get(repeated.secret.span.start, ()) for repeated in each]
    names = _variables(document.text, each, paths)
    for number, (repeated, path, variable) in enumerate(zip(each, paths, names, strict=True)):
        yield _finding(document, repeated, path, variable, number)


class _Secrets:
    """The secrets of a document, and by their offset the paths of keys that lead to those in a configuration."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.paths: dict[int, tuple[str, ...]] = {}

    def all(self) -> list[Secret]:
        text = self.document.text
        tree = tree_of(self.document)
        found = [secret for path, secret in _in_tree(tree.root) if self._name(path, secret)] if tree.root else []
        unread = "#" in text or "\n---" in text  # comments, and further documents in one file
        if tree.root is None or tree.problems or self.document.known_as.endswith(_PROSE) or unread:
            found += find_in_text(text)
        return [*found, *find_with_detect_secrets(text, known=found)]

    def _name(self, path: tuple[str, ...], secret: Secret) -> bool:
        self.paths.setdefault(secret.span.start, path)
        return True


def _in_tree(root: nodes.Node) -> Iterator[tuple[tuple[str, ...], Secret]]:
    for path, node in walk(root):
        if isinstance(node, Mapping):
            for key, _ in node.pairs:
                if len(key) >= _SHORTEST_TOKEN:
                    yield from (((*path, "key"), secret) for secret in find_in_value("", key))
            for name, value in _named_values(node):
                for secret in find_in_value(name, value):
                    yield (*path, name), secret
        elif isinstance(node, nodes.Sequence):
            for secret in find_in_arguments(list(node.texts())):
                yield path, secret


def _named_values(node: Mapping) -> Iterator[tuple[str, Text]]:
    """Yield the strings of a mapping with their names; `{"name": …, "value": …}` is one string with its name."""
    value, name = node.text("value"), node.text("name") or node.text("key")
    if value is not None and name is not None:
        yield str(name), value
    for key, item in node.pairs:
        if isinstance(item, Scalar) and isinstance(item.value, Text) and not (name is not None and key == "value"):
            yield str(key), item.value


def _variables(text: str, each: list[Repeated], paths: list[tuple[str, ...]]) -> list[str]:
    """Return the variable for each value, none of them one that `text` refers to, but for what is a default there."""
    if not each:
        return []
    defaults = [_default(text, repeated.secret.span) for repeated in each]
    wanted = [
        default[1] if default else suggest_variable(repeated.secret.kind, repeated.secret.called)
        for repeated, default in zip(each, defaults, strict=True)
    ]
    taken = {name for match in _REFERENCE.finditer(text) for name in match.groups() if name}
    return distinct_variables(wanted, paths, taken - {default[1] for default in defaults if default})


def _default(text: str, span: Span) -> re.Match[str] | None:
    """Return what stands before `span` if that is the default of a variable: `${NAME:-`, with the name as a group."""
    before = _DEFAULT.search(text, max(0, span.start - _LONGEST_DEFAULT), span.start)
    return before if text[span.end : span.end + 1] == "}" else None


def _finding(document: Document, repeated: Repeated, path: tuple[str, ...], variable: str, number: int) -> Finding:
    secret = repeated.secret
    style = reference(document.known_as, variable) if MCP_CONFIG in document.kinds and path else None
    more = f", and in {counted(len(repeated.others), 'more place')}" if repeated.others else ""
    note = f" ({secret.note})" if secret.note else ""
    message = f"literal secret: {_label(secret)}{note}{more}"
    repair = f"{secret.advice} Refer to the environment variable {variable} instead"
    fix = None
    if style:
        repair += f": {style}"
        fix = Fix(tuple(Edit(_whole(document.text, span), style) for span in (secret.span, *repeated.others)))
    rule = LITERAL if secret.severity is Severity.ERROR else DOUBTFUL
    return rule.at(secret.span, message, repair=repair, key=f"{'/'.join(path) or number}:{secret.kind}", fix=fix)


def _whole(text: str, span: Span) -> Span:
    """Return the place of the secret at `span`, with the variable around it that it is the default of."""
    default = _default(text, span)
    return Span(default.start(), span.end + 1) if default else span


def _label(secret: Secret) -> str:
    """Return what `secret` is, with the name that it stands under where only that makes it one."""
    if secret.kind not in _NAMED or not secret.called or any(map(looks_random, secret.called.split())):
        return secret.label
    name = secret.called if _PLAIN.fullmatch(secret.called) else f'"{secret.called}"'
    return _NAMED[secret.kind].format(name)


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("agent-file-secrets", argv)


if __name__ == "__main__":
    raise SystemExit(main())
