"""Which commands the configuration of any agent lets it run without asking: one model for all dialects.

Sources: code.claude.com/docs/en/permissions; cursor.com/docs/cli/reference/permissions and reference/permissions;
opencode.ai/docs/permissions, versions 1 and 2; geminicli.com/docs/tools/shell; the rule parser of QwenLM/qwen-code;
code.visualstudio.com on `chat.tools.terminal.autoApprove`; kiro.dev/docs/cli/custom-agents/configuration-reference;
zed.dev, tool permissions; ampcode.com/manual; all as of November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice

from claude_preflight.agents.broad_commands import Breadth, breadth
from claude_preflight.agents.config import mapping_of
from claude_preflight.agents.files import CLAUDE_SETTINGS
from claude_preflight.agents.permissions import COMMAND_TOOLS, Restraints, command_pattern, fits_pattern
from claude_preflight.agents.settings import Scope, Settings, is_sandboxed, settings_of
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Sequence, Text
from claude_preflight.typed import NamedTuple

EVERY_COMMAND = "*"
# Rules that allow wait until somebody trusts the folder they come with; those of an organisation do not.
_CONDITIONS = {
    Scope.PROJECT: ", once the folder is trusted",
    Scope.LOCAL: ", once the folder is trusted",
    Scope.MANAGED: ", in every project",
}
# Stands for whatever a wildcard may match, where one pattern is matched against another.
_ANYTHING = "\ue000"
# Of more entries than a person writes in one list, those that take something back are left out.
_MOST_ENTRIES = 200


class Grant(NamedTuple):
    """Commands that run unasked, those that fit `pattern`, in which `*` stands for any characters.

    `text` is what grants them; `key` is the path of keys that holds it, and `usual` says that the agent's own default
    would grant them as well. `condition` says when the grant holds, as the end of a sentence. `breadth` says how much
    that is.
    """

    text: Text
    pattern: str
    key: str
    usual: bool = False
    condition: str = ""
    breadth: Breadth | None = None


def broad_grants(document: Document) -> list[Grant]:
    """Return what `document` lets an agent run unasked and leaves free, without what it denies or asks about."""
    if CLAUDE_SETTINGS in document.kinds:
        settings = settings_of(document)
        return list(_claude(settings)) if settings else []
    root = mapping_of(document)
    return list(_others(document.known_as, root)) if root else []


def _claude(settings: Settings) -> Iterator[Grant]:
    if is_sandboxed(settings):
        return
    restraints = Restraints(settings.restraints)
    for rule in settings.allow:
        if rule.tool in COMMAND_TOOLS and not rule.problem:
            grant = Grant(rule.text, command_pattern(rule), "permissions.allow", condition=_CONDITIONS[settings.scope])
            yield from _broad(grant, partial(restraints.stop, str(rule.tool)))


def _broad(grant: Grant, stopped: Callable[[str], bool]) -> Iterator[Grant]:
    """Yield `grant` with its breadth, unless it is narrow or `stopped` tells that something wins over its pattern."""
    found = breadth(grant.pattern)
    if found and not stopped(grant.pattern):
        yield grant._replace(breadth=found)


def _others(path: str, root: Mapping) -> Iterator[Grant]:
    name = path.rpartition("/")[2]
    if "/.cursor/" in f"/{path}":
        yield from _cursor(root)
    elif name.startswith("opencode."):
        yield from _opencode(root)
    elif "/.gemini/" in f"/{path}" or "/.qwen/" in f"/{path}":
        yield from _gemini(root)
        yield from _qwen(root) if "/.qwen/" in f"/{path}" else ()
    elif name.endswith(".json") and path.rpartition("/")[0].endswith((".kiro/agents", ".amazonq/cli-agents")):
        yield from _kiro(root)
    else:
        settings = root.mapping("settings") if name.endswith(".code-workspace") else root
        yield from _editor(settings) if settings else ()


def _without_denied(granted: Iterable[Grant], denied: Iterable[str]) -> Iterator[Grant]:
    """Yield the broad ones of `granted` that none of the patterns `denied` takes back as a whole."""
    stopping = list(islice(denied, _MOST_ENTRIES))

    def stopped(pattern: str) -> bool:
        return any(fits_pattern(other, pattern.replace("*", _ANYTHING)) for other in stopping)

    for grant in granted:
        yield from _broad(grant, stopped)


def _entries(mapping: Mapping | None, key: str) -> list[Text]:
    found = mapping.get(key) if mapping else None
    return list(found.texts()) if isinstance(found, Sequence) else []


def _prefix(command: str) -> str:
    """Return the pattern of the commands that begin with `command`; a lone `*` stands for all of them."""
    return EVERY_COMMAND if not command.strip("* ") else f"{command.strip()} *"


# --- Cursor -------------------------------------------------------------------------------------------------------

_TOKEN = late(r"Shell(?:\((.*)\))?", re.DOTALL)


def _cursor(root: Mapping) -> Iterator[Grant]:
    """Yield what the CLI's tokens and the editor's list of prefixes allow."""
    permissions = root.mapping("permissions")
    allowed = [(text, _of_token(text)) for text in _entries(permissions, "allow")]
    denied = [_of_token(text) for text in _entries(permissions, "deny")]
    granted = [Grant(text, pattern, "permissions.allow") for text, pattern in allowed if pattern]
    yield from _without_denied(granted, (pattern for pattern in denied if pattern))
    listed = _entries(root, "terminalAllowlist")
    yield from _without_denied([Grant(text, _prefix(text), "terminalAllowlist") for text in listed], ())


def _of_token(token: str) -> str | None:
    match = _TOKEN.fullmatch(token)
    if not match:
        return None
    program, colon, arguments = (match[1] or "*").partition(":")
    return f"{program} {arguments}" if colon else _prefix(program)


# --- opencode -----------------------------------------------------------------------------------------------------


def _opencode(root: Mapping) -> Iterator[Grant]:
    yield from _opencode_permission(root, "permission")
    yield from _opencode_rules(root, "permissions")
    for section in ("agent", "agents", "mode", "modes"):
        for name, entry in (root.mapping(section) or Mapping([], 0, 0)).live_pairs():
            if isinstance(entry, Mapping):
                yield from _opencode_permission(entry, f"{section}.{name}.permission")
                yield from _opencode_rules(entry, f"{section}.{name}.permissions")


def _opencode_permission(holder: Mapping, key: str) -> Iterator[Grant]:
    """Yield the grants of version 1: a word for all tools, one per tool, or one per pattern; the last match counts."""
    permission = holder.get("permission")
    found = permission
    if isinstance(permission, Mapping):
        named = permission.get("bash")
        found = permission.get("*") if named is None else named
        key += ".*" if named is None else ".bash"
    if isinstance(found, Mapping):
        pairs = [(pattern, str(pattern), _word(value)) for pattern, value in found.pairs]
        yield from (grant._replace(usual=True) for grant in _last_match(pairs, key))
    elif isinstance(found, Scalar) and isinstance(found.value, Text) and found.value == "allow":
        yield from _without_denied([Grant(found.value, EVERY_COMMAND, key, usual=True)], ())


def _opencode_rules(holder: Mapping, key: str) -> Iterator[Grant]:
    """Yield the grants of version 2: a list of rules, of which the last that matches counts."""
    rules = holder.sequence("permissions")
    triples: list[tuple[Text, str, str]] = []
    for rule in rules.items if rules else ():
        effect = rule.text("effect") if isinstance(rule, Mapping) else None
        if effect is not None and isinstance(rule, Mapping) and rule.text("action") in ("*", "shell", "bash"):
            triples.append((effect, str(rule.text("resource") or "*"), str(effect)))
    yield from _last_match(triples, key)


def _word(value: Node) -> str:
    return str(value.value) if isinstance(value, Scalar) else ""


def _last_match(rules: list[tuple[Text, str, str]], key: str) -> Iterator[Grant]:
    """Yield the allowing ones of `rules` (place, pattern, effect) that no later rule takes back."""
    for number, (place, pattern, effect) in enumerate(rules):
        later = [other for _, other, _ in rules[number + 1 : number + 1 + _MOST_ENTRIES]]
        if effect == "allow":
            yield from _without_denied([Grant(place, pattern, key)], later)


# --- Gemini CLI, Qwen Code ----------------------------------------------------------------------------------------

_GEMINI_SHELL = late(r"(?:run_shell_command|ShellTool)(?:\((.*)\))?", re.DOTALL)


def _gemini(root: Mapping) -> Iterator[Grant]:
    tools = root.mapping("tools")
    for holder, allow, exclude in ((tools, "allowed", "exclude"), (root, "allowedTools", "excludeTools")):
        key = f"tools.{allow}" if holder is tools else allow
        denied = [pattern for text in _entries(holder, exclude) if (pattern := _gemini_pattern(text))]
        allowed = [(text, _gemini_pattern(text)) for text in _entries(holder, allow)]
        yield from _without_denied([Grant(text, pattern, key) for text, pattern in allowed if pattern], denied)


def _gemini_pattern(entry: str) -> str | None:
    match = _GEMINI_SHELL.fullmatch(entry)
    return _prefix(match[1] or "") if match else None


# --- Qwen Code, whose rules are written like those of Claude Code ---------------------------------------------------

_QWEN_SHELL = late(r"(?:Bash|Shell|ShellTool|run_shell_command)(?:\((.*)\))?", re.DOTALL)


def _qwen(root: Mapping) -> Iterator[Grant]:
    permissions = root.mapping("permissions")
    denied = [_qwen_pattern(text) for key in ("ask", "deny") for text in _entries(permissions, key)]
    allowed = [(text, _qwen_pattern(text)) for text in _entries(permissions, "allow")]
    granted = [Grant(text, pattern, "permissions.allow") for text, pattern in allowed if pattern]
    yield from _without_denied(granted, (pattern for pattern in denied if pattern))


def _qwen_pattern(rule: str) -> str | None:
    """Return the pattern of a rule for the shell; a command of one word stands for all that begin with it."""
    match = _QWEN_SHELL.fullmatch(rule.strip())
    if not match:
        return None
    command = (match[1] or "*").replace(":*", " *", 1)
    return command if "*" in command or " " in command else _prefix(command)


# --- Kiro and Amazon Q agents -------------------------------------------------------------------------------------

_KIRO_SHELLS = ("shell", "execute_bash", "execute_cmd")


def _kiro(root: Mapping) -> Iterator[Grant]:
    whole = [text for text in _entries(root, "allowedTools") if text in (*_KIRO_SHELLS, "@builtin")]
    granted = [Grant(text, EVERY_COMMAND, "allowedTools") for text in whole]
    settings = root.mapping("toolsSettings")
    for shell in _KIRO_SHELLS:
        for text in _entries(settings.mapping(shell) if settings else None, "allowedCommands"):
            granted += _of_expression(text, text, f"toolsSettings.{shell}.allowedCommands")
    yield from _without_denied(granted, ())


# --- editors: VS Code with its extensions, Zed, Amp ---------------------------------------------------------------

_EXTENSIONS = ("roo-cline", "kilo-code", "kilocode")
_ANY_TEXT = frozenset(("", ".", ".*", ".+", "^", "^.*", "^.+", "^.*$", "^.+$", ".*$", "[\\s\\S]*", "^[\\s\\S]*$"))
_EXPRESSION = late(r"\^?([A-Za-z0-9_./-]+)(?:\\[bs][*+]?|\s|\.\*|\$|\(\\s\|\$\)|\(\?:\\s\|\$\))*")


def _editor(root: Mapping) -> Iterator[Grant]:
    yield from _vs_code(root)
    for extension in _EXTENSIONS:
        granted = _entries(root, f"{extension}.allowedCommands")
        denied = [_prefix(text) for text in _entries(root, f"{extension}.deniedCommands")]
        key = f"{extension}.allowedCommands"
        yield from _without_denied([Grant(text, _prefix(text), key) for text in granted], denied)
    yield from _zed(root)
    yield from _amp(root)


def _vs_code(root: Mapping) -> Iterator[Grant]:
    """Yield the grants of a table of commands, and of expressions between slashes, to whether they run unasked."""
    key = "chat.tools.terminal.autoApprove"
    granted: list[Grant] = []
    denied: list[str] = []
    for name, value in (root.mapping(key) or Mapping([], 0, 0)).live_pairs():
        approves = value.get("approve") if isinstance(value, Mapping) else value
        expression = name.rfind("/") if name.startswith("/") and name.rfind("/") > 0 else 0
        found = list(_of_expression(name, name[1:expression], key)) if expression else [Grant(name, _prefix(name), key)]
        if isinstance(approves, Scalar) and approves.value is True:
            granted += found
        elif isinstance(approves, Scalar) and approves.value is False:
            denied += [grant.pattern for grant in found]
    yield from _without_denied(granted, denied)


def _of_expression(place: Text, expression: str, key: str) -> Iterator[Grant]:
    """Yield the grant of a regular expression that fits everything, or everything behind fixed words."""
    if expression in _ANY_TEXT:
        yield Grant(place, EVERY_COMMAND, key)
    elif len(expression) < 200 and (match := _EXPRESSION.fullmatch(expression)):
        exact = expression.endswith("$") and not expression.endswith(("*$", "+$", "|$)"))
        yield Grant(place, match[1] if exact else f"{match[1]} *", key)


def _zed(root: Mapping) -> Iterator[Grant]:
    agent = root.mapping("agent")
    permissions = agent.mapping("tool_permissions") if agent else None
    tools = permissions.mapping("tools") if permissions else None
    terminal = tools.mapping("terminal") if tools else None
    default = terminal.text("default") if terminal else None
    if default is not None and default == "allow":
        key = "agent.tool_permissions.tools.terminal.default"
        yield from _without_denied([Grant(default, EVERY_COMMAND, key)], ())


def _amp(root: Mapping) -> Iterator[Grant]:
    """Yield the grants of an ordered list of rules, of which the first that matches counts."""
    rules = root.sequence("amp.permissions")
    stopped: list[str] = []
    for rule in rules.items if rules else ():
        if not isinstance(rule, Mapping) or rule.text("tool") not in ("Bash", "*"):
            continue
        action, matches = rule.text("action"), rule.mapping("matches")
        command = str(matches.text("cmd") or "") if matches else EVERY_COMMAND
        if action is not None and action == "allow":
            yield from _without_denied([Grant(action, command, "amp.permissions")], stopped)
        elif len(stopped) < _MOST_ENTRIES:
            stopped.append(command)
    listed = _entries(root, "amp.commands.allowlist")
    yield from _without_denied([Grant(text, _prefix(text), "amp.commands.allowlist") for text in listed], ())
