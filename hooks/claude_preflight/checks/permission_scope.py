"""What runs without asking is narrow.

What it does
------------
Refuses rules that let an agent run any command unasked (`Bash`, `Bash(*)`, `PowerShell`, Cursor's `Shell(*)`, Gemini's
`run_shell_command`…) and rules that open a whole disk or home folder to its file tools. Gathers, one finding per file,
the rules that allow programs which do whatever their arguments say (interpreters, shells, downloaders, package runners,
`sudo`, `rm`, cloud clients), the file tools that are allowed everywhere, fetching from any host, and folders outside of
the project. Names the rules that look as if they protected and do nothing. Rules that another rule of the file already
denies, or has asked about, are fine, and so is every command where the sandbox holds them all.

Why is this bad?
----------------
The model decides what it runs, and text it has read may have told it to. A rule such as `Bash(python3 *)` approves
every program that Python can express, so nobody is asked about anything any more. A rule that denies nothing is worse
than none: whoever reads it stops looking.

Example
-------
```json .claude/settings.json
{
  "permissions": {
    "allow": ["Bash(*)", "Bash(python3 *)", "WebFetch"],
    "deny": ["Write(.github/**)"]
  }
}
```

Use instead
-----------
```json .claude/settings.json
{
  "permissions": {
    "allow": ["Bash(python3 -m pytest *)", "Bash(make test)", "WebFetch(domain:docs.python.org)"],
    "deny": ["Edit(.github/**)"]
  }
}
```

A folder outside of the project that is really meant goes into the policy: `filesystem: {allow: [../shared-protos]}`.

References
----------
* Permissions of Claude Code: https://code.claude.com/docs/en/permissions
* CWE-250, execution with unnecessary privileges: https://cwe.mitre.org/data/definitions/250.html
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Sequence

from claude_preflight.agents import files
from claude_preflight.agents.broad_commands import EVERYTHING, Breadth, breadth, powers
from claude_preflight.agents.config import mapping_of
from claude_preflight.agents.paths import CREDENTIALS, DISK, HOME, OUTSIDE, SYSTEM, Reach, reach
from claude_preflight.agents.permissions import (
    COMMAND_TOOLS,
    LONGEST_PATTERN,
    Effect,
    Kind,
    PermissionRule,
    command_pattern,
    covers,
    meant_rule,
    meant_tool,
    names_tool,
    read_rule,
)
from claude_preflight.agents.sensitive_paths import opened_by
from claude_preflight.agents.settings import Settings, is_true, settings_of
from claude_preflight.agents.shell_grants import Grant, broad_grants
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.late import late
from claude_preflight.model import Confidence, Edit, Finding, Fix, Rule, Severity
from claude_preflight.policy import matches_any
from claude_preflight.syntax.nodes import Mapping, Text
from claude_preflight.syntax.nodes import Sequence as List

SHELL = Rule(
    "unrestricted-shell", Severity.ERROR, Confidence.HIGH, "a rule lets an agent run any command without asking", 250
)
SKILL_SHELL = Rule(
    "skill-unrestricted-shell",
    Severity.WARNING,
    Confidence.HIGH,
    "a skill or command lets any shell command run without asking while it is at work",
    250,
)
BROAD_COMMANDS = Rule(
    "broad-command",
    Severity.WARNING,
    Confidence.HIGH,
    "rules allow programs that do whatever their arguments say",
    250,
)
WHOLE_DISK = Rule(
    "whole-disk-access",
    Severity.ERROR,
    Confidence.HIGH,
    "a rule opens a whole disk or home folder to the agent's file tools",
    732,
)
BROAD_FILES = Rule(
    "broad-file-access",
    Severity.WARNING,
    Confidence.MEDIUM,
    "rules allow the agent's file tools outside of the project",
    732,
)
ANY_HOST = Rule(
    "unrestricted-fetch", Severity.WARNING, Confidence.HIGH, "a rule lets the agent fetch from any host", 918
)
DIRECTORY = Rule(
    "directory-outside-project",
    Severity.WARNING,
    Confidence.HIGH,
    "the agent works in folders outside of the project",
    732,
)
NO_EFFECT = Rule(
    "permission-rule-without-effect",
    Severity.WARNING,
    Confidence.HIGH,
    "a rule that looks as if it protected, and that the agent ignores",
    693,
)
RULES = (SHELL, SKILL_SHELL, BROAD_COMMANDS, WHOLE_DISK, BROAD_FILES, ANY_HOST, DIRECTORY, NO_EFFECT)

_FILE_TOOLS = {"Read": "read", "Edit": "change", "Write": "change", "MultiEdit": "change", "NotebookEdit": "change"}
# Files that only a rule over the whole disk, or over the whole home folder, matches.
_ANYWHERE = "/anywhere/any-folder/any-file"
_IN_HOME = "~/any-folder/any-file"
_MOST_LISTED = 8
_MOST_REASONS = 4
_MOST_SUSPECTS = 100
_MOST_NAMED = 50
_LONGEST_SHOWN = 100
_SHORTEST_NAME = 5  # of a repository, for a folder called like it to be no accident


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what `document` lets an agent do without asking."""
    if document.kinds & {files.SKILL, files.COMMAND}:
        yield from _skill(document)
        return
    yield from _commands(document)
    settings = settings_of(document) if files.CLAUDE_SETTINGS in document.kinds else None
    if settings:
        yield from _file_access(settings)
        yield from _hosts(settings)
        yield from _directories(document, settings, context)
        yield from _without_effect(settings)


# --- commands -----------------------------------------------------------------------------------------------------


def _commands(document: Document) -> Iterator[Finding]:
    broad: list[tuple[Grant, Breadth]] = []
    for grant in broad_grants(document):
        if grant.breadth and (grant.breadth.power != EVERYTHING or grant.usual):
            broad.append((grant, grant.breadth))
        else:
            message = f"{grant.key} lets the agent run any command without asking{grant.condition}"
            repair = "name the commands it needs, with their arguments"
            yield SHELL.at(grant.text.span, message, repair=repair, key=f"{grant.key}: {grant.text[:_LONGEST_SHOWN]}")
    if broad:
        yield _broad(broad)


_INSTEAD = {
    "Bash": "e.g. Bash(python3 -m pytest *) instead of Bash(python3 *)",
    "PowerShell": "e.g. PowerShell(./build.ps1 *) instead of PowerShell(Start-Process *)",
}


def _broad(broad: list[tuple[Grant, Breadth]]) -> Finding:
    """Return the one finding that names all programs which rules of a file leave without bounds."""
    names: dict[str, dict[str, None]] = {}
    for _, found in broad:
        names.setdefault(found.power, {})[found.name] = None
    what = "; ".join(f"{powers()[power]} ({_shortened(list(programs))})" for power, programs in names.items())
    subject = "a rule lets" if len(broad) == 1 else f"{len(broad)} rules let"
    message = f"{subject} the agent, without asking, {what}"
    listed = ", ".join(sorted({name for programs in names.values() for name in programs}))
    first = broad[0][0]
    instead = _INSTEAD.get(first.text.partition("(")[0], "with their arguments, instead of whole programs")
    repair = f"allow the commands that are meant, {instead}"
    return BROAD_COMMANDS.at(first.text.span, message, repair=repair, key=f"{first.key}: {listed}")


def _shortened(names: list[str]) -> str:
    return ", ".join(names[:_MOST_LISTED] + (["…"] if len(names) > _MOST_LISTED else []))


# --- skills and commands ------------------------------------------------------------------------------------------


def _skill(document: Document) -> Iterator[Finding]:
    root = mapping_of(document)
    place = _free_shell(root) if root else None
    if place is not None:
        message = "allowed-tools lets any command run without asking while this is at work, also in untrusted folders"
        repair = "name the commands it needs, e.g. Bash(git diff *)"
        yield SKILL_SHELL.at(place.span, message, repair=repair, key="allowed-tools")


def _free_shell(root: Mapping) -> Text | None:
    """Return the first rule of `allowed-tools`, a list or a string with blanks or commas, that frees the shell."""
    listed, whole = root.get("allowed-tools"), root.text("allowed-tools")
    if isinstance(listed, List):
        return next((text for text in listed.texts() if _frees_shell(text)), None)
    if whole is None:
        return None
    plain = str(whole)
    places = (place for place in _split(plain) if _frees_shell(plain[slice(*place)]))
    found = next(places, None)
    return whole.part(*found) if found else None


def _frees_shell(spelled: str) -> bool:
    if not spelled.startswith(tuple(COMMAND_TOOLS)):
        return False
    rule = read_rule(Text.at(spelled, 0, len(spelled)), Effect.ALLOW)
    found = breadth(command_pattern(rule)) if rule.tool in COMMAND_TOOLS and rule.effective else None
    return found is not None and found.power in (EVERYTHING, "pattern", "command", "root")


def _split(rules: str) -> Iterator[tuple[int, int]]:
    """Yield where each rule starts and ends in `rules`; blanks and commas inside of parentheses part nothing."""
    start = depth = 0
    for at, character in enumerate(f"{rules} "):
        depth = max(0, depth + {"(": 1, ")": -1}.get(character, 0))
        if not depth and (character == "," or character.isspace()):
            if at > start:
                yield start, at
            start = at + 1


# --- files --------------------------------------------------------------------------------------------------------


def _file_access(settings: Settings) -> Iterator[Finding]:
    broad: list[tuple[PermissionRule, Reach]] = []
    held = _held(settings)
    for rule in settings.allow:
        opened = _opened(rule) if rule.tool in _FILE_TOOLS else None
        if opened is None or rule.tool in held or rule.text in held:
            continue
        if opened.kind in (DISK, HOME) and rule.effective:
            message = f"{rule.tool} may {_FILE_TOOLS[rule.tool]} {opened.words} without asking"
            repair = f"name the folders that are meant: {rule.tool}(src/**); one slash is the project, two the disk"
            key = f"permissions.allow/{rule.tool}: {opened.words}"
            yield WHOLE_DISK.at(rule.text.span, message, repair=repair, key=key)
        else:
            broad.append((rule, opened))
    if broad:
        yield _broad_files(broad)


def _opened(rule: PermissionRule) -> Reach | None:
    """Return what `rule` opens beyond the project; None where it opens no more."""
    if rule.kind is Kind.TOOL:
        return Reach(OUTSIDE, "any file")
    if rule.kind is not Kind.PATH:
        return None
    if covers(rule._replace(problem=""), _ANYWHERE):
        return Reach(DISK, "the whole disk")
    if covers(rule._replace(problem=""), _IN_HOME):
        return Reach(HOME, "a whole home directory")
    specifier = str(rule.specifier)
    if rule.tool == "Edit" and specifier.startswith(("~/", "//")):
        sensitive = next((found for found, _ in opened_by(specifier)), None)
        if sensitive:
            return Reach(CREDENTIALS, f"{sensitive.path}, which holds {sensitive.holds}")
    folder = specifier.rstrip("/*")
    if not specifier.startswith(("//", "~/")) or not specifier[len(folder) :].startswith("/*"):
        return None
    found = reach(folder.removeprefix("/") if folder.startswith("//") else folder)
    if found and found.kind == SYSTEM and rule.tool == "Read" and folder.strip("/").count("/"):
        return None  # one program's configuration, which every user of the machine may read
    return found


def _held(settings: Settings) -> frozenset[str]:
    """Return the tools, and rules as they are spelled, that something else keeps in the project or asks about."""
    held = {str(rule.text) for rule in settings.restraints if rule.effective}
    held |= {str(rule.tool) for rule in settings.restraints if rule.effective and rule.kind is Kind.TOOL}
    held |= {
        tool
        for tool in _FILE_TOOLS
        for rule in settings.restraints
        if rule.kind is Kind.TOOL_GLOB and names_tool(rule, tool)
    }
    if is_true(settings.permissions, "blockReadsOutsideWorkingDirectories"):
        held.add("Read")
    if is_true(settings.permissions, "blockWritesOutsideWorkingDirectories"):
        held.update(tool for tool, use in _FILE_TOOLS.items() if use == "change")
    return frozenset(held)


def _broad_files(broad: list[tuple[PermissionRule, Reach]]) -> Finding:
    opened: dict[str, list[str]] = {}
    for rule, reached in broad:
        idle = "" if rule.effective else ", if a path on it had any effect,"
        places = opened.setdefault(f"{rule.tool} may{idle} {_FILE_TOOLS[rule.tool]}", [])
        if reached.words not in places:
            places.append(reached.words)
    parts = [f"{what} {_joined(places[:_MOST_LISTED])}" for what, places in opened.items()]
    message = f"without asking, also outside of the project: {'; '.join(parts)}"
    repair = "name the folders that are meant, e.g. Edit(src/**); reading inside the project needs no rule"
    key = f"permissions.allow/files: {', '.join(sorted({str(rule.tool) for rule, _ in broad}))}"
    return BROAD_FILES.at(broad[0][0].text.span, message, repair=repair, key=key)


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


# --- hosts --------------------------------------------------------------------------------------------------------

_ANY_HOST = late(r"domain:(?:\*+|\*\.\*|\*\.[A-Za-z]+)")


def _hosts(settings: Settings) -> Iterator[Finding]:
    if any(_stops_fetching(other) for other in settings.restraints):
        return
    for rule in settings.allow:
        if rule.tool != "WebFetch":
            continue
        if rule.kind is Kind.TOOL or (rule.specifier and _ANY_HOST.fullmatch(rule.specifier)):
            message = "WebFetch may reach any host without asking, and so carry away in an address what the agent knows"
            repair = "name the hosts that are meant, e.g. WebFetch(domain:docs.python.org)"
            yield ANY_HOST.at(rule.text.span, message, repair=repair, key="permissions.allow/WebFetch")
            return


def _stops_fetching(rule: PermissionRule) -> bool:
    return rule.effective and names_tool(rule, "WebFetch") and rule.kind in (Kind.TOOL, Kind.TOOL_GLOB)


# --- folders ------------------------------------------------------------------------------------------------------


def _directories(document: Document, settings: Settings, context: Context) -> Iterator[Finding]:
    base = posixpath.dirname(posixpath.dirname(document.path))
    outside: list[Text] = []
    for folder in settings.directories:
        words, severe = _lies_outside(folder, base)
        normal = posixpath.normpath(posixpath.join(base, folder))
        if not words or _is_project(folder, context) or matches_any(folder, context.policy.filesystem_allow):
            continue
        if matches_any(normal, context.policy.filesystem_allow):
            continue
        if severe:
            message = f"additionalDirectories gives the agent's file tools {words}"
            repair = "name the folder that is meant"
            yield WHOLE_DISK.at(folder.span, message, repair=repair, key=f"permissions.additionalDirectories/{words}")
        else:
            outside.append(folder)
    if outside:
        names = [folder[:_LONGEST_SHOWN] for folder in outside]
        shown = _joined([f'"{name}"' for name in names[:_MOST_LISTED]])
        message = f"additionalDirectories opens folders outside of the project to the agent's file tools: {shown}"
        repair = "remove them, or allow them in the policy: filesystem.allow"
        key = f"permissions.additionalDirectories: {', '.join(sorted(names)[:_MOST_NAMED])}"
        yield DIRECTORY.at(outside[0].span, message, repair=repair, key=key)


def _is_project(folder: str, context: Context) -> bool:
    """Tell whether the absolute path `folder` leads through a folder called like this repository: a clone of it."""
    name = os.path.basename(context.repository.root)
    return len(name) >= _SHORTEST_NAME and name in re.split(r"[\\/]", folder)


# What the agent keeps for the project itself, and where its commands write anyhow.
_OWN_FOLDER = late(
    r".*[\\/]\.claude[\\/]projects[\\/][^\\/]+[\\/]memory[\\/]*|(?:/private|/var)?/tmp/?|\$\{?TMPDIR\}?/?"
    r"|.*[\\/]AppData[\\/]Local[\\/]Temp[\\/]*|%TE?MP%[\\/]*",
    re.IGNORECASE,
)


def _lies_outside(folder: Text, base: str) -> tuple[str, bool]:
    """Return what `folder` opens outside of the project, in words, and whether that is far too much."""
    if _OWN_FOLDER.fullmatch(folder):
        return "", False
    found = reach(folder, base)
    if found is None:
        absolute = folder.startswith(("/", "~")) or re.match(r"[A-Za-z]:[\\/]", folder)
        return ("a folder outside of the project" if absolute else "", False)
    secret = found.kind == CREDENTIALS and not re.search(r"[\\/]\.(?:claude|config)[\\/]*$", folder)
    return found.words, secret or found.kind in (DISK, HOME, SYSTEM)


# --- rules without effect -----------------------------------------------------------------------------------------


def _without_effect(settings: Settings) -> Iterator[Finding]:
    suspects = [rule for rule in settings.restraints if rule.problem][:_MOST_SUSPECTS]
    idle = [rule for rule in suspects if not _is_redundant(settings, rule)]
    idle += [rule for rule in settings.allow if rule.kind is Kind.TOOL_GLOB and not rule.tool.startswith("mcp__")]
    if not idle:
        return
    reasons = list(dict.fromkeys(f"{_tool(rule)} in {rule.effect.value} {rule.problem}" for rule in idle))
    more = f"; and {len(reasons) - _MOST_REASONS} more" if len(reasons) > _MOST_REASONS else ""
    subject = "a rule has no effect" if len(idle) == 1 else f"{len(idle)} rules have no effect"
    message = f"{subject}: {'; '.join(reasons[:_MOST_REASONS])}{more}"
    edits = [Edit(rule.tool.span, meant) for rule in idle if (meant := meant_tool(rule))]
    meant_rules = list(dict.fromkeys(meant for rule in idle[:_MOST_REASONS] if (meant := meant_rule(rule))))
    listed = ", ".join(each[:_LONGEST_SHOWN] for each in meant_rules)
    usual = "rules that match: Edit(path) for all that writes, Read(path) for all that reads, Bash(rm *)"
    repair = f"write {listed or usual}"
    repair += " (--fix renames the tool)" if edits else ""
    key = f"permissions: {', '.join(sorted({f'{rule.effect.value} {_tool(rule)}' for rule in idle}))}"
    yield NO_EFFECT.at(idle[0].text.span, message, repair=repair, key=key, fix=Fix(tuple(edits)) if edits else None)


def _tool(rule: PermissionRule) -> str:
    return str(rule.tool) if re.fullmatch(r"[\w*-]{1,40}", rule.tool) else "a tool"


def _is_redundant(settings: Settings, rule: PermissionRule) -> bool:
    """Tell whether other rules of the same list or a stronger one have the effect that `rule` was meant to have."""
    if rule.kind is not Kind.PATH or rule.tool not in ("Write", "MultiEdit", "NotebookEdit", "Glob"):
        return False
    path = _sample(str(rule.specifier)[:LONGEST_PATTERN])
    stronger = settings.deny if rule.effect is Effect.DENY else settings.restraints
    tools = ("Read",) if rule.tool == "Glob" else ("Edit",) if rule.tool == "NotebookEdit" else ("Edit", "Read")
    return any(other.tool in tools and covers(other, path) for other in stronger)


def _sample(pattern: str) -> str:
    """Return a path that `pattern` matches."""
    path = re.sub(r"\*+|\[[^]]*\]", "x", pattern).replace("?", "x")
    if path.startswith("//"):
        return path[1:]
    return path if path.startswith("~/") else path.removeprefix("./").lstrip("/")


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("permission-scope", argv)


if __name__ == "__main__":
    raise SystemExit(main())
