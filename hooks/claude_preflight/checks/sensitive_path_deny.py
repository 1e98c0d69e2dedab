"""What holds credentials is out of the agent's sight.

What it does
------------
Asks of a project's `.claude/settings.json`, unless it is empty, that it denies reading `~/.ssh`, `~/.aws` and `.env`,
by whatever rules really match them: a path pattern at the right anchor, a bare `Read`, a sandbox that hides them, or
the switch that blocks reading outside of the project. Refuses rules that allow reading these or other credential files,
unless another rule of the file wins over them. A name that is only searched for (`grep .env .gitignore`) reads nothing,
and commands that show variables without their values (`cut -d= -f1 .env`) are fine.

Why is this bad?
----------------
Whatever the agent reads is sent to the model, stays in the transcript, and may be asked for by text it reads next. A
key read once is a key to replace. `cat .env` needs no approval at all: only a rule that denies it stops it. Deny rules
bind in every mode, also where all other permissions are skipped.

Example
-------
```json .claude/settings.json
{"permissions": {"allow": ["Bash(make test)", "Bash(cat ~/.aws/credentials)"]}}
```

Use instead
-----------
```json .claude/settings.json
{
  "permissions": {
    "allow": ["Bash(make test)"],
    "deny": ["Read(~/.ssh/**)", "Read(~/.aws/**)", "Read(.env)"]
  }
}
```

Programs that the agent starts still read what they like: only the sandbox (`sandbox.filesystem.denyRead`) binds them.

References
----------
* Permissions of Claude Code, Read and Edit: https://code.claude.com/docs/en/permissions
* CWE-522, insufficiently protected credentials: https://cwe.mitre.org/data/definitions/522.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from claude_preflight.agents.command_risks.printers import is_silent, printed_files, prints_names_only
from claude_preflight.agents.config import tree_of
from claude_preflight.agents.files import CLAUDE_SETTINGS
from claude_preflight.agents.homes import plain_path, with_slashes
from claude_preflight.agents.permissions import Kind, PermissionRule, Restraints, command_pattern, covers, names_tool
from claude_preflight.agents.sensitive_paths import SensitivePath, opened_by, sensitive_paths
from claude_preflight.agents.settings import Scope, Settings, denies_reading, settings_of
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.late import late
from claude_preflight.model import Confidence, Finding, Fix, Rule, Severity, Span
from claude_preflight.syntax import nodes
from claude_preflight.syntax.json_edit import append
from claude_preflight.typed import TYPE_CHECKING
from claude_preflight.wording import in_words

if TYPE_CHECKING:
    from claude_preflight.syntax.shell import Command

NOT_DENIED = Rule(
    "sensitive-path-not-denied",
    Severity.WARNING,
    Confidence.HIGH,
    "a project's settings do not deny reading ~/.ssh, ~/.aws or .env",
    522,
)
ALLOWED = Rule(
    "sensitive-path-allowed",
    Severity.ERROR,
    Confidence.HIGH,
    "a rule lets the agent read a file of credentials without asking",
    522,
)
RULES = (NOT_DENIED, ALLOWED)

# Programs that print what they read, or carry it elsewhere. Of the second kind the last operand is where it goes.
_READERS = frozenset(
    "cat head tail less more bat batcat tac nl grep egrep fgrep zgrep rg ag ack sed awk gawk mawk nawk cut sort uniq"
    " diff xxd hexdump od strings base64 jq yq tar zip curl get-content type gc findstr select-string sls git".split()
)
_CARRIERS = frozenset("cp scp rsync mv copy-item".split())
# The file is refused after the first of them; each may be compared with every rule that denies.
_MOST_FINDINGS = 100
# One of these words is in each command that reads; `git` alone would be in too many.
_TELLING = (_READERS | _CARRIERS | {"show", "cat-file"}) - {"git"}
_MOST_EXPORTS = 20
_PIPES = ("|", "|&")
_NULL = frozenset(("/dev/null", "$null", "nul"))
# They print the variables that have been read from a file.
_PRINTS_VARIABLES = frozenset("env printenv echo printf".split())
_NAMES_A_FILE = late(r"[.~$%]|id_")


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what `document`, settings of Claude Code, leaves readable or opens."""
    settings = settings_of(document) if CLAUDE_SETTINGS in document.kinds else None
    if settings is None:
        return
    restraints = Restraints(settings.restraints)
    allowed = (finding for rule in settings.allow for finding in _allowed(settings, restraints, rule))
    yield from islice(allowed, _MOST_FINDINGS)
    if settings.scope is Scope.PROJECT and settings.root.pairs:
        yield from _not_denied(document, settings)


# --- what is allowed ----------------------------------------------------------------------------------------------


def _allowed(settings: Settings, restraints: Restraints, rule: PermissionRule) -> Iterator[Finding]:
    for sensitive, file in _opened(rule):
        if not _is_stopped(settings, restraints, rule, file):
            message = f"{rule.tool} may read {sensitive.path} without asking, which holds {sensitive.holds}"
            repair = f'remove the rule; "deny": ["Read({_deniable(sensitive)})"] keeps the agent out for good'
            yield ALLOWED.at(rule.text.span, message, repair=repair, key=f"permissions.allow/{sensitive.path}")
            return


def _opened(rule: PermissionRule) -> Iterator[tuple[SensitivePath, str]]:
    if not rule.effective or rule.specifier is None:
        return
    if rule.kind is Kind.PATH and rule.tool == "Read":
        yield from opened_by(rule.specifier)
    elif rule.kind in (Kind.COMMAND, Kind.COMMAND_PATTERN):
        for operand in _read_operands(command_pattern(rule)):
            yield from opened_by(operand)


def _read_operands(command: str) -> Iterator[str]:
    """Yield the operands of the readers in `command`, as path patterns of the rule language."""
    if _TELLING.isdisjoint(re.split(r"[^\w-]+", command.lower())) or not _NAMES_A_FILE.search(command):
        return
    from claude_preflight.syntax.shell import commands

    command = with_slashes(command)
    found = commands(nodes.Text.at(command, 0, len(command)))
    for part, withheld in zip(found, _withheld(found), strict=True):
        program = _program(part)
        operands = printed_files(program, part.words) if program in _READERS | _CARRIERS else []
        if program in _CARRIERS:
            operands = operands[:-1] or operands
        elif withheld:
            continue
        for operand in operands:
            yield _as_pattern(operand)


def _program(command: Command) -> str:
    name = command.words[0].rpartition("/")[2].lower() if command.words else ""
    return name.removesuffix(".exe")


def _as_pattern(operand: str) -> str:
    path = plain_path(operand.removeprefix("@")).replace("\\", "/")
    return f"/{path}" if path.startswith("/") else path


def _withheld(found: Sequence[Command]) -> list[bool]:
    """Tell of each of `found` whether no value in what it reads is printed, by it or by what it is piped to."""
    exports = _exports(found)
    withheld: list[bool] = []
    for command in reversed(found):
        piped = bool(withheld) and withheld[-1] and command.operator in _PIPES
        exported = any(span.start < command.span.start < span.end for span in exports)
        withheld.append(piped or exported or _drops_values(command))
    return withheld[::-1]


def _drops_values(command: Command) -> bool:
    if any(each.target in _NULL and each.operator in (">", "1>", ">>", "&>") for each in command.redirections):
        return True
    program = _program(command)
    # What follows a prefix rule may be an option that prints the values all the same.
    is_whole = "*" not in command.words
    return is_silent(program, command.words) or (is_whole and prints_names_only(program, command.words))


def _exports(found: Sequence[Command]) -> list[Span]:
    """Return where variables are given values that are read, in `export $(…)`; none where the line prints variables."""
    if any(_program(each) in _PRINTS_VARIABLES for each in found):
        return []
    return [each.span for each in found if _program(each) == "export"][:_MOST_EXPORTS]


def _is_stopped(settings: Settings, restraints: Restraints, rule: PermissionRule, file: str) -> bool:
    """Tell whether another rule keeps the agent from using `rule` on `file`, or has it ask first."""
    if denies_reading(settings, file):
        return True
    if rule.kind is Kind.PATH:
        return any(names_tool(other, "Read") and covers(other, file) for other in settings.ask)
    return restraints.stop(rule.tool, command_pattern(rule))


def _deniable(sensitive: SensitivePath) -> str:
    path = f"/{sensitive.path}" if sensitive.path.startswith("/") else sensitive.path
    return f"{path}/**" if sensitive.files else path


# --- what is not denied -------------------------------------------------------------------------------------------


def _not_denied(document: Document, settings: Settings) -> Iterator[Finding]:
    missing = [sensitive for sensitive in sensitive_paths() if sensitive.rule and _left_open(settings, sensitive)]
    if not missing:
        return
    names = [_shown(settings, sensitive) for sensitive in missing]
    rules = [sensitive.rule for sensitive in missing]
    fix = _fix(document, settings, rules)
    listed = ", ".join(f'"{rule}"' for rule in rules)
    repair = f"add to permissions.deny: {listed}" + (" (--fix does)" if fix else "")
    message = f"reading is not denied for {in_words(names)}: whatever the agent reads there goes to the model"
    key = f"permissions.deny/{', '.join(sensitive.path for sensitive in missing)}"
    yield NOT_DENIED.at(_place(settings), message, repair=repair, key=key, fix=fix)


def _left_open(settings: Settings, sensitive: SensitivePath) -> bool:
    return not all(denies_reading(settings, member) for member in sensitive.members)


def _shown(settings: Settings, sensitive: SensitivePath) -> str:
    partly = any(denies_reading(settings, member) for member in sensitive.members)
    return f"all of {sensitive.path}" if partly else sensitive.path


def _place(settings: Settings) -> Span:
    key = settings.permissions.key("deny") or settings.root.key("permissions") or settings.root.key("hooks")
    first = key or settings.root.pairs[0][0]
    return first.span


def _fix(document: Document, settings: Settings, rules: list[str]) -> Fix | None:
    """Return the edit that adds `rules` to those that deny; None where the file holds something else in their place."""
    permissions, deny = settings.root.get("permissions"), settings.permissions.get("deny")
    if tree_of(document).problems:
        return None
    if isinstance(deny, nodes.Sequence):
        return Fix((append(document.text, deny, rules),))
    if deny is None and isinstance(permissions, nodes.Mapping):
        return Fix((append(document.text, permissions, {"deny": rules}),))
    if permissions is None:
        return Fix((append(document.text, settings.root, {"permissions": {"deny": rules}}),))
    return None


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("sensitive-path-deny", argv)


if __name__ == "__main__":
    raise SystemExit(main())
