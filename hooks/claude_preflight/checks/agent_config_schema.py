"""Agent configuration is valid, so that nothing in it is ignored in silence.

What it does
------------
Refuses configuration that does not parse as the program that reads it parses it (strict JSON for Claude Code, with
comments where an editor takes them), values that break the JSON Schemas in `schemas/`, keys that are written twice, and
unknown keys that look like a misspelt key which carries security. Unknown keys as such are fine: agents learn new ones
faster than any schema.

Why is this bad?
----------------
Agents do not stop at a broken file. Claude Code skips a settings file that is not strict JSON as a whole, deny rules
included; of a key that stands twice the last counts; a rule under `denny` denies nothing. Whoever reads the file
believes in a protection that is not there.

Example
-------
```json .claude/settings.json
{"permissions": {"denny": ["Read(.env)", "Read(~/.ssh/**)"]}}
```

Use instead
-----------
```json .claude/settings.json
{"permissions": {"deny": ["Read(.env)", "Read(~/.ssh/**)"]}}
```

References
----------
* Settings of Claude Code: https://code.claude.com/docs/en/settings
* CWE-1286, improper validation of syntactic correctness of input: https://cwe.mitre.org/data/definitions/1286.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from claude_preflight.agents import files
from claude_preflight.agents.config import takes_comments, tree_of
from claude_preflight.agents.validation import accepts, duplicate_keys, errors, load_schema, misspellings
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.model import Confidence, Edit, Finding, Fix, Rule, Severity, Span
from claude_preflight.syntax.nodes import Mapping, Node, SyntaxProblem, plain

SYNTAX = Rule(
    "config-syntax", Severity.ERROR, Confidence.HIGH, "a file that its reader cannot parse, and so ignores", 1286
)
FRONT_MATTER = Rule(
    "front-matter-syntax", Severity.WARNING, Confidence.HIGH, "front matter that is not valid YAML", 1286
)
DUPLICATE = Rule(
    "duplicate-key", Severity.ERROR, Confidence.HIGH, "a key that stands twice: only the last one counts", 694
)
INVALID = Rule("invalid-setting", Severity.ERROR, Confidence.HIGH, "a value that the agent does not take", 1287)
DOUBTFUL = Rule(
    "doubtful-setting", Severity.WARNING, Confidence.MEDIUM, "a value that some versions of the agent ignore", 1287
)
MISSPELT = Rule(
    "misspelt-key", Severity.ERROR, Confidence.MEDIUM, "an unknown key that looks like one that carries security", 1286
)
RULES = (SYNTAX, FRONT_MATTER, DUPLICATE, INVALID, DOUBTFUL, MISSPELT)


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what the readers of `document` would refuse, drop or overlook."""
    tree = tree_of(document)
    if document.known_as.endswith((".md", ".mdc")) and tree.problems:
        yield _front_matter(tree.problems[0])  # what could be read of it is a guess: good for other checks only
    elif tree.root is None:
        yield from (_syntax(document, problem) for problem in tree.problems[-1:])
    else:
        if not takes_comments(document.known_as):
            yield from (_syntax(document, problem) for problem in tree.problems[:1])
        yield from _contents(document, tree.root)


def _front_matter(problem: SyntaxProblem) -> Finding:
    span = Span(problem.offset, problem.offset)
    message = f"the front matter is not valid YAML: {problem.message}"
    return FRONT_MATTER.at(
        span, message, repair="put the value in quotes, or indent it below its key", key="front matter"
    )


def _syntax(document: Document, problem: SyntaxProblem) -> Finding:
    span = Span(problem.offset, min(problem.offset + 1, len(document.text)))
    loss = "and with it every deny rule" if files.CLAUDE_SETTINGS in document.kinds else "and all that it declares"
    message = f"this does not parse, so the agent ignores the file {loss}: {problem.message}"
    return SYNTAX.at(span, message, repair="make it valid", key="syntax")


def _contents(document: Document, root: Node) -> Iterator[Finding]:
    for key in duplicate_keys(root):
        message = f'the key "{key}" stands here again: what was written before is dropped'
        yield DUPLICATE.at(key.span, message, repair="keep one of them", key=f"{key}#again")
    value: object = None
    for name in _schemas(document, root):
        schema = load_schema(name)
        value = value if value is not None else plain(root)
        for misspelling in misspellings(schema, root):
            path = "/".join(str(step) for step in misspelling.path)
            message = f'"{misspelling.key}" is no key that the agent knows, so what it holds has no effect'
            fix = Fix((Edit(misspelling.key.span, misspelling.meant),))
            repair = f'write "{misspelling.meant}"'
            yield MISSPELT.at(misspelling.key.span, message, repair=repair, key=f"{path}/{misspelling.key}", fix=fix)
        if not accepts(schema, value):
            for error in errors(schema, root):
                rule = INVALID if error.severity is Severity.ERROR else DOUBTFUL
                place = "/".join(str(step) for step in error.path)
                yield rule.at(error.span, error.message, repair="write what the agent takes", key=f"{name}:{place}")


_MCP_SCHEMAS = {
    ".vscode": "mcp-config-vscode",
    ".vs": "mcp-config-vscode",
    ".codex": "mcp-config-codex",
    ".gemini": "mcp-config-gemini",
    ".qwen": "mcp-config-gemini",
    ".zed": "mcp-config-zed",
    "zed": "mcp-config-zed",
}
# Whose clients read `mcpServers` alone.
_ONE_KEY = ("/.cursor/mcp.json", "/.kiro/settings/mcp.json", "/.roo/mcp.json", "/.amazonq/mcp.json")
# MCP entries are only a part of these, in places of their own.
_MIXED = (
    "settings.json",
    "devcontainer.json",
    ".devcontainer.json",
    "crush.json",
    ".crush.json",
    "config.yaml",
    "config.yml",
)


def _schemas(document: Document, root: Node) -> tuple[str, ...]:
    """Return the names of the schemas that `document` must satisfy."""
    folder, _, name = document.known_as.rpartition("/")
    parent = folder.rpartition("/")[2]
    kinds = document.kinds
    if files.CLAUDE_SETTINGS in kinds:
        return ("claude-settings",)
    if files.PLUGIN in kinds:
        return {
            "plugin.json": ("plugin",) if parent == ".claude-plugin" else (),
            "marketplace.json": ("marketplace",),
            "hooks.json": ("hooks",),
            "monitors.json": ("monitors",),
        }.get(name, ())
    if files.AGENT in kinds:
        return ("agent", "agent-claude-code") if "/.claude/agents/" in f"/{document.known_as}" else ("agent",)
    if kinds & {files.SKILL, files.COMMAND}:
        return ("skill",)
    if files.MCP_CONFIG not in kinds:
        return ()
    if f"/{document.known_as}".endswith(_ONE_KEY) and isinstance(root, Mapping) and not root.get("mcpServers"):
        return ("mcp-config-one-key",)
    return _mcp_schemas(name, parent, root)


def _mcp_schemas(name: str, parent: str, root: Node) -> tuple[str, ...]:
    if name.startswith("opencode."):
        return ("mcp-config-opencode",)
    if name in ("gemini-extension.json", "qwen-extension.json"):
        return ("mcp-config-gemini",)
    if parent in _MCP_SCHEMAS and not (parent == ".vscode" and name == "settings.json"):
        return (_MCP_SCHEMAS[parent],)
    if name in _MIXED or not name.endswith(".json") or not isinstance(root, Mapping):
        return ()
    if name == ".mcp.json":
        return (
            ("mcp-config-vscode",)
            if root.get("servers") and not root.get("mcpServers")
            else ("mcp-config", "mcp-config-claude-code")
        )
    return ("mcp-config",) if root.get("mcpServers") else ()


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("agent-config-schema", argv)


if __name__ == "__main__":
    raise SystemExit(main())
