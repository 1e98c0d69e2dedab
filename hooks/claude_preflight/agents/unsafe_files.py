"""Agents that a file of any kind starts without permission checks, and settings that switch the checks off.

Which reader a file gets is decided by its name, or by its first line where that names an interpreter.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import groupby

from claude_preflight.agents import files
from claude_preflight.agents.agent_clis import (
    EVERYTHING,
    NOTHING,
    SERVERS,
    Agent,
    Setting,
    agent_called,
    agents,
    has_flag,
    loose_uses,
    tool_names,
    tools_left,
    uses,
    uses_for,
    variable_called,
)
from claude_preflight.agents.config import tree_of
from claude_preflight.agents.sandboxes import (
    Sandbox,
    of_command,
    of_configuration,
    of_path,
    of_script,
    of_settings,
)
from claude_preflight.agents.settings import Scope, is_true, settings_of
from claude_preflight.agents.unsafe_shell import (
    ARGUMENT_NAME,
    CHOICE_NAME,
    NEGATIVE_NAME,
    Unsafe,
    in_line,
    in_shell,
    in_variable,
    in_words,
    unsafe,
)
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Text
from claude_preflight.syntax.nodes import Sequence as NodeSequence
from claude_preflight.syntax.shell import split_words
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from claude_preflight.syntax.dockerfile import Instruction

_SHEBANG = late(r"#!\s*(?:\S*/)?(?:env\s+(?:-S\s+)?)?([\w.-]+)")
_ADVISING = frozenset((files.INSTRUCTIONS, files.AGENT, files.SKILL, files.COMMAND))
_DOCUMENTATION = late(r"(?:^|/)docs?/", 2)
_FIXTURE = late(
    r"(?:^|/)(?:fixtures?|__fixtures__|testdata|test-data|test_data|__snapshots__|snapshots|golden|goldens|cassettes)/"
)
_SHELL_ENDINGS = (".sh", ".bash", ".zsh", ".ksh", ".fish", ".bats", ".command", ".envrc", ".tmpl.sh")
_INI_ENDINGS = (".ini", ".cfg")
# Files that a shell reads, without an ending or a first line that says so.
_SHELL_NAMED = late(
    r"(?:^|/)(?:\.husky/[\w-]+|\.?(?:bash|zsh)(?:rc|env|_profile|_aliases|_login)|\.?z?profile|\.?tmux\.conf)$"
)
_SHELL_PROGRAMS = frozenset("sh bash zsh ksh dash ash fish bats".split())
_SOURCE_PROGRAMS = {
    **dict.fromkeys("python python3".split(), "hash"),
    **dict.fromkeys("ruby perl".split(), "running"),
    **dict.fromkeys("node bun deno tsx ts-node zx".split(), "slash"),
    "lua": "dash",
}
_SCRIPT_KEY = late(
    r"^(?:run|scripts?|cmds?|commands?|exec|entrypoint|start|args|arguments|argv|tasks?|alias(?:es)?|entry|program"
    r"|before_script|after_script|bash|pwsh|powershell|inlineScript|panes?|windows?|shell|init_hook|shell_command|shellCommand|flags"
    r"|options|with|hooks?|jobs|test|preLaunchTask|runtimeArgs|launch|execute|steps|services)$|(?:Command|_command|_cmd"
    r"|Args|_args|_flags|Flags|_ARGS|_FLAGS|_OPTS|_OPTIONS|_CMD|_COMMAND)$"
)
_ARGUMENTS_KEY = late(r"(?:args|arguments|argv|flags|options|opts|params)$", 2)
_TALKING_KEY = late(
    r"^(?:name|desc|description|displayName|title|label|message|help|usage|summary|detail|comment|\$comment|note|prompt|deny"
    r"|ask|pattern|patterns|regex|forbidden|blocked|denied|keywords|examples?|if|matcher|default|enum|reason|why|docs?"
    r"|disallowedTools|disallowed_tools|expect|expected|assert)$",
    2,
)
_MODE_KEY = late(r"(?:claude_?)?(?:permission_?mode|default_?mode)$", 2)
_MODE_IN_JSON = late(r"\"defaultMode\"\s*:\s*\"(bypassPermissions)\"")
_APPROVED = late(r"(?:Bash|Shell|PowerShell|run_shell_command)\((.*?)(?::?\s?\*)?\)$", 16)
_MAKE_VARIABLE = late(
    r"(?:[^\s#=:]+\s*:\s*(?=export\s))?(?:export\s+|override\s+)*([\w.-]+)\s*(?:::?|\?|\+|!)?=\s*(.*)$", 16
)
_MAKE_DEFINITION = late(r"^(define|endef)\b[^\n]*", 8)  # re.MULTILINE
_JUST_VARIABLE = late(r"(?:export\s+)?([\w-]+)\s*:=\s*(.*)$", 16)
_MAKE_RULE = late(r"[^\s#=:][^#=:]*:[^=#]*?;(.*)$", 16)
_INI_SETTING = late(r"[ \t]*([\w.-]+)[ \t]*=[ \t]*([^\r\n]*(?:\r?\n)?)$", 16)
_CRON = late(r"\s*(?:@\w+|(?:[\d*/,A-Za-z-]+\s+){4}[\d*/,A-Za-z-]+)\s+(.*)$", 16)
_SERVICE = late(r"\s*Exec\w*=[-@:+!]*(.*)$", 16)
_PROCFILE = late(r"[\w.-]+:\s*(.*)$", 16)
_ARRAY = late(r"^[ \t]*\$(\w+)[ \t]*\+?=[ \t]*@\(([^()]*)\)", 8)
_SPLAT = late(r"[@$](\w+)")
_MAX_LINE = 200  # characters in front of an array that is handed on
_QUOTED = late(r"#[^\n]*|\"((?:[^\"\\\n]|\\.)*+)\"|'([^'\n]*)'")
_LAUNCHED = late(r"<key>ProgramArguments</key>\s*<array>((?:[^<]|<(?!/array>))*+)", 16)
_XML_STRING = late(r"<!--(?:[^-]|-(?!->))*+|<string>([^<]*)</string>")
_PANE = late(r"//[^\n]*|\b(command|args)((?:[ \t=]+\"(?:[^\"\\\n]|\\.)*+\")++)")
_CONTINUED = late(r"(?:[^\\\n]|\\(?:\r?\n|.)|\\)*+(?:\n|\Z)", 16)


COMMAND, SETTING, ADVICE = "command", "setting", "advice"


class Where(NamedTuple):
    """Something unsafe: `found` is what; `kind` tells a command from the agent's own configuration and from advice."""

    found: Unsafe
    kind: str = COMMAND


def in_file(document: Document, policy: Policy) -> Iterator[Where]:
    """Yield what switches the permission checks of an agent off in `document`, each place once, in no order."""
    if _FIXTURE.search(document.path) and document.kinds <= files.SEARCHED | {files.SCRIPT}:
        return
    sandbox = of_path(document.path, policy)
    seen: set[int] = set()
    for where in (*_settings(document), *_written(document, sandbox)):
        if where.found.span.start not in seen:
            seen.add(where.found.span.start)
            yield where


def _written(document: Document, sandbox: Sandbox | None) -> Iterator[Where]:
    if document.kinds.isdisjoint(_ADVISING) or document.known_as.endswith(".toml"):
        reader = _reader(document.known_as, document.text, document)
        yield from (Where(found) for found in reader(document, sandbox))
    elif files.INSTRUCTIONS in document.kinds or not _DOCUMENTATION.search(document.path):
        from claude_preflight.agents.unsafe_advice import in_advice

        yield from (Where(found, ADVICE) for found in in_advice(document))


_Reader = Callable[[Document, Sandbox | None], Iterator[Unsafe]]


def _reader(path: str, text: str, document: Document) -> _Reader:
    name = posixpath.basename(path).lower()
    if name.startswith(("dockerfile", "containerfile")) or name.endswith((".dockerfile", ".containerfile")):
        return _in_dockerfile
    if name in ("makefile", "gnumakefile") or name.endswith((".mk", ".mak")):
        return _in_makefile
    if name in ("justfile", ".justfile") or name.endswith(".just"):
        return _in_justfile
    if name.startswith("procfile") or name.endswith((".service", ".cron", ".crontab")) or name == "crontab":
        return _in_lines
    if name.endswith((".json", ".jsonc", ".code-workspace", ".yml", ".yaml", ".toml")):
        return _in_tree
    if name.endswith(_INI_ENDINGS) or name in ("gitconfig", ".gitconfig"):
        return _in_ini
    if (
        name.endswith(_SHELL_ENDINGS)
        or _SHELL_NAMED.search(path)
        or not document.kinds.isdisjoint((files.SHELL_RC, files.ENV_FILE))
    ):
        return _in_shell
    if name.endswith((".ps1", ".psm1", ".bat", ".cmd")):
        return _in_windows
    if name.endswith((".plist", ".kdl")):
        return _in_launchd if name.endswith(".plist") else _in_layout
    return _in_source if _family(path, text) else _by_interpreter(text)


def _by_interpreter(text: str) -> _Reader:
    shebang = _SHEBANG.match(text)
    if shebang and shebang[1] in _SHELL_PROGRAMS:
        return _in_shell
    return _in_nothing


def _family(path: str, text: str) -> str:
    from claude_preflight.syntax.source_code import family_of

    shebang = _SHEBANG.match(text) if "." not in posixpath.basename(path) else None
    return family_of(path) or (_SOURCE_PROGRAMS.get(shebang[1], "") if shebang else "")


def _in_nothing(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    yield from ()


def _whole(document: Document) -> Text:
    return Text.at(document.text, 0, len(document.text))


def _in_shell(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    return in_shell(_whole(document), sandbox or of_script(document.text))


def _in_windows(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    dialect = "powershell" if document.path.lower().endswith(("ps1", "psm1")) else "cmd"
    text, start = document.text, 0
    for line in text.splitlines(keepends=True):
        bare = line.strip().lower()
        if bare and not bare.startswith(("#", "::", "rem ")):
            yield from in_shell(Text.at(line, start, start + len(line)), sandbox, dialect=dialect)
        start += len(line)
    if dialect == "powershell":
        yield from _in_arrays(text, sandbox)


def _in_arrays(text: str, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what the arrays of a PowerShell script switch off that it gives to an agent, or that are named for that."""
    arrays = [(match[1], _items(_QUOTED, text, *match.span(2))) for match in _ARRAY.finditer(text)]
    arrays = [(name, words) for name, words in arrays if has_flag(words)]
    users = _users(text, {name for name, _ in arrays})
    for name, words in arrays:
        named = ARGUMENT_NAME.search(name) and not NEGATIVE_NAME.search(name)
        found = uses_for(users[name], words) if name in users else loose_uses(words) if named else ()
        yield from in_line(list(found), words, sandbox)


def _users(text: str, names: set[str]) -> dict[str, Agent]:
    """Return the agents that are started on a line of `text` with an array among their arguments, by its name."""
    found: dict[str, Agent] = {}
    for match in _SPLAT.finditer(text) if names else ():
        if match[1] in names and match[1] not in found:
            line = text[max(0, match.start() - _MAX_LINE) : match.start()].rpartition("\n")[2]
            agent = next(filter(None, (agent_called(word.strip("\"'")) for word in line.split())), None)
            if agent:
                found[match[1]] = agent
    return found


def _items(pattern: re.Pattern[str], text: str, start: int, end: int) -> list[Text]:
    """Return the first groups of `pattern` between `start` and `end` that are matched, without what is commented."""
    matches = (match for match in pattern.finditer(text, start, end) if match[1] is not None)
    return [Text.at(match[1], *match.span(1)) for match in matches]


def _in_launchd(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what a job of launchd starts."""
    for match in _LAUNCHED.finditer(document.text):
        yield from _in_arguments(_items(_XML_STRING, document.text, *match.span(1)), sandbox)


def _in_layout(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what the panes of a Zellij layout start."""
    program: list[Text] = []
    for match in _PANE.finditer(document.text):
        words = _items(_QUOTED, document.text, *match.span(2)) if match[1] else []
        if match[1] == "command":
            program = words[:1]
        elif words:
            yield from _in_arguments([*program, *words], sandbox)


def _in_arguments(words: list[Text], sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what the list `words` starts, by itself or by the script that it hands to a shell."""
    yield from in_words(words, sandbox)
    for word in words:
        if " -" in word:
            yield from in_shell(word, of_command(words) or sandbox, quoted=True)


def _in_source(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    from claude_preflight.agents.unsafe_source import in_source

    family = _family(document.path, document.text)
    return in_source(document.path, document.text, family, sandbox or of_script(document.text))


# --- Makefiles and other files of lines ---


def _logical_lines(text: str) -> Iterator[Text]:
    """Yield the lines of `text` that hold a hyphen, with those that continue them."""
    start = 0
    while start < len(text):
        match = _CONTINUED.match(text, start)
        end = match.end() if match and match.end() > start else start + 1
        if "-" in text[start:end] or "=" in text[start:end]:
            yield Text.at(text[start:end], start, end)
        start = end


def _group(line: Text, match: object, number: int = 1) -> Text:
    return line.part(*match.span(number)).trimmed()  # type: ignore[attr-defined]


def _in_makefile(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    defined = list(_definitions(document.text))
    for line in _logical_lines(document.text):
        variable, rule = _MAKE_VARIABLE.match(line), _MAKE_RULE.match(line)
        if line.startswith("\t") or _is_inside(defined, line.start):
            recipe = line.trimmed()
            yield from in_shell(recipe.part(len(recipe) - len(recipe.lstrip("@-+ ")), len(recipe)), sandbox)
        elif variable:
            yield from in_variable(_group(line, variable), _group(line, variable, 2), sandbox)
        elif rule:
            yield from in_shell(_group(line, rule), sandbox)


def _definitions(text: str) -> Iterator[Span]:
    """Yield the variables of several lines in the Makefile `text`, in order."""
    start = -1
    for match in _MAKE_DEFINITION.finditer(text):
        if match[1] == "define":
            start = match.end()
        elif start >= 0:
            yield Span(start, match.start())
            start = -1


def _is_inside(spans: list[Span], offset: int) -> bool:
    at = bisect_right(spans, offset, key=lambda span: span.start) - 1
    return at >= 0 and offset < spans[at].end


def _in_justfile(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    for line in _logical_lines(document.text):
        variable = _JUST_VARIABLE.match(line)
        if line[:1] in (" ", "\t"):
            recipe = line.trimmed()
            yield from in_shell(recipe.part(len(recipe) - len(recipe.lstrip("@-")), len(recipe)), sandbox)
        elif variable:
            value = _group(line, variable, 2)
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'`"
            yield from in_variable(_group(line, variable), value.part(1, len(value) - 1) if quoted else value, sandbox)


def _in_ini(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what the values start that stand behind a name for commands, or in the lines that continue it."""
    named = False
    for line in _logical_lines(document.text):
        setting = _INI_SETTING.match(line)
        if setting:
            named = bool(_SCRIPT_KEY.search(setting[1])) or setting[2].startswith("!")
        rest = _group(line, setting, 2) if setting else line.trimmed()
        if named and not rest.startswith(("#", ";", "[")):
            bang = int(rest.startswith("!"))
            yield from in_shell(rest.part(bang, len(rest)), sandbox)


def _in_lines(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    name = posixpath.basename(document.path).lower()
    pattern = _PROCFILE if name.startswith("procfile") else _SERVICE if name.endswith(".service") else _CRON
    for line in _logical_lines(document.text):
        match = pattern.match(line) if not line.lstrip().startswith("#") else None
        if match:
            yield from in_shell(_group(line, match), sandbox)


# --- Dockerfiles ---


def _in_dockerfile(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what an image starts: it is a sandbox, but weaker where the agent is made to run as root in it."""
    from claude_preflight.syntax.dockerfile import pairs, read_dockerfile

    instructions = read_dockerfile(document.text)
    breaches = {
        number: _root_in_image(list(stage)) for number, stage in groupby(instructions, key=lambda each: each.stage)
    }
    for instruction in instructions:
        jail = sandbox or Sandbox("an image", breaches[instruction.stage])
        if "--security=insecure" in instruction.flags:
            jail = Sandbox("a build", "is privileged")
        if instruction.exec_form:
            yield from in_words(instruction.exec_form, jail)
        elif instruction.name in ("RUN", "CMD", "ENTRYPOINT"):
            for text in (instruction.text, *instruction.heredocs):
                yield from in_shell(text, jail)
        for name, value in pairs(instruction):
            yield from in_variable(name, value, jail)


ROOT = "runs as root, which IS_SANDBOX lets the agent do"


def _root_in_image(stage: Sequence[Instruction]) -> str:
    allowed = any("IS_SANDBOX" in each.text for each in stage)
    users = [each.text for each in stage if each.name == "USER"]
    as_root = not users or users[-1].partition(":")[0].strip() in ("root", "0")
    return ROOT if allowed and as_root else ""


# --- JSON, YAML and TOML ---


class _Spot(NamedTuple):
    node: Node
    ancestors: tuple[Node, ...]
    keys: tuple[str, ...]


def _spots(root: Node) -> Iterator[_Spot]:
    """Yield the mappings, and lists, and strings below `root`, save those under keys that only speak of something."""
    stack = [_Spot(root, (), ())]
    while stack:
        spot = stack.pop()
        yield spot
        node, ancestors = spot.node, (*spot.ancestors, spot.node)
        if len(ancestors) > 200:
            continue
        if isinstance(node, Mapping):
            pairs = [(str(key), value) for key, value in node.pairs if not _TALKING_KEY.search(key) or key == "default"]
            stack += [_Spot(value, ancestors, (*spot.keys, key)) for key, value in reversed(pairs)]
        elif isinstance(node, NodeSequence):
            stack += [_Spot(item, ancestors, spot.keys) for item in reversed(node.items)]


def _in_tree(document: Document, outer: Sandbox | None) -> Iterator[Unsafe]:
    from claude_preflight.agents.unsafe_source import is_test

    root = tree_of(document).root
    if root is None or (is_test(document.path) and document.kinds <= files.SEARCHED):
        return
    for spot in _spots(root):
        node = spot.node
        if isinstance(node, Scalar) and isinstance(node.value, Text):
            text = node.value
            yield from _in_scalar(document, spot, text, outer)
        elif isinstance(node, NodeSequence):
            yield from _in_list(document, spot, node, outer)


def _sandbox(document: Document, spot: _Spot, outer: Sandbox | None) -> Sandbox | None:
    inner = of_configuration(document.text, document.path, spot.ancestors or (spot.node,), spot.keys)
    initialising = spot.keys[:1] == ("initializeCommand",)
    return inner or (None if initialising else outer)


def _in_scalar(document: Document, spot: _Spot, text: Text, outer: Sandbox | None) -> Iterator[Unsafe]:
    key = spot.keys[-1] if spot.keys else ""
    family = _source_family(spot, key)
    if family:
        yield from _in_inner_source(text, family, _sandbox(document, spot, outer))
        return
    if key and (variable_called(key, text) or ("-" in text and key.replace("_", "").isupper())):
        yield from in_variable(Text.at(key, text.start, text.start), text, _sandbox(document, spot, outer))
        return
    mode = _MODE_IN_JSON.search(text) if key in ("settings", "claude_settings") else None
    if mode or (text == "bypassPermissions" and _MODE_KEY.match(key) and not _CLAUDE_FILES.search(document.known_as)):
        at = text.part(*mode.span(1)) if mode else text
        agent = agents()[0]
        options = spot.ancestors[-1] if spot.ancestors else None
        left = _left(options) if at is text and isinstance(options, Mapping) else EVERYTHING
        if left != NOTHING:
            safe = f"`{key}: dontAsk` with a narrow list of allowed tools" if at is text else ""
            jail = _sandbox(document, spot, outer)
            yield Unsafe(agent, str(at), agent.switches[1].effect, at.span, left == SERVERS, jail, safe)
        return
    listed = bool(spot.ancestors) and isinstance(spot.ancestors[-1], NodeSequence)
    if listed and text.startswith("-"):  # an argument, which counts with those around it
        return
    approved = _APPROVED.match(text) if key in ("allow", "allowedTools") else None
    if approved:
        yield from in_shell(text.part(*approved.span(1)), quoted=True)
        return
    if "-" not in text or not has_flag(text.replace("\n", " ").replace('"', " ").replace("'", " ").split()):
        return
    sandbox = _sandbox(document, spot, outer)
    if _ARGUMENTS_KEY.search(key) and not NEGATIVE_NAME.search(key):
        words = split_words(text)
        found = list(loose_uses(words)) or [use for agent in _around(spot) for use in uses_for(agent, words)]
        yield from (unsafe(use, sandbox) for use in found)
    elif any(_SCRIPT_KEY.search(each) for each in spot.keys[-4:]):
        known = bool(_SCRIPT_KEY.search(key)) or "scripts" in spot.keys[-2:]
        yield from in_shell(text, sandbox, quoted=not known)


def _source_family(spot: _Spot, key: str) -> str:
    """Return the family of the language that the script `key` of a CI step is written in, empty for a shell's."""
    step = spot.ancestors[-1] if spot.ancestors and key in ("run", "script") else None
    if not isinstance(step, Mapping):
        return ""
    holder = spot.ancestors[-2] if len(spot.ancestors) > 1 else None
    action = holder.text("uses") if isinstance(holder, Mapping) else None
    if key == "script" and action is not None and action.lower().startswith("actions/github-script@"):
        return "slash"
    return _SOURCE_PROGRAMS.get(str(step.text("shell") or "").partition(" ")[0], "")


def _in_inner_source(text: Text, family: str, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    from claude_preflight.agents.unsafe_source import in_source

    for found in in_source("", str(text), family, sandbox):
        yield found._replace(span=text.part(*found.span).span)


def _around(spot: _Spot) -> Iterator[Agent]:
    """Yield the agent that stands as the command beside the arguments at `spot`, or in its action."""
    for node in spot.ancestors[-2:]:
        for key in ("command", "cmd", "program", "executable", "path", "uses"):
            text = node.text(key) if isinstance(node, Mapping) else None
            for agent in agents() if text else ():
                if text and any(posixpath.basename(text.partition("@")[0]) == binary for binary in agent.binaries):
                    yield agent


def _in_list(document: Document, spot: _Spot, node: NodeSequence, outer: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what a list of words starts: a whole command, or the arguments of the one beside it."""
    key = spot.keys[-1] if spot.keys else ""
    items = list(node.texts())
    words = [item for item in items if " " not in item or item[:1] not in "-"] if items else []
    if not words or not has_flag(words) or NEGATIVE_NAME.search(key) or key in ("allow", "deny", "ask"):
        return
    parent = spot.ancestors[-1] if spot.ancestors else None
    program: list[Text] = []
    if isinstance(parent, Mapping) and _ARGUMENTS_KEY.search(key):
        beside = parent.get("command") or parent.get("cmd") or parent.get("program") or parent.get("executable")
        if isinstance(beside, NodeSequence):
            program = list(beside.texts())
        elif isinstance(beside, Scalar) and isinstance(beside.value, Text):
            program = split_words(beside.value)
    if "matrix" in spot.keys[-3:-1]:  # a job is started with each of them
        yield from (unsafe(use, _sandbox(document, spot, outer)) for use in loose_uses(words))
        return
    if not program and key in ("flags", "options"):  # of a table that says which there are
        return
    if program or _SCRIPT_KEY.search(key) or _ARGUMENTS_KEY.search(key) or key.isupper():
        line = [*program, *words]
        found = list(uses(line))
        if len({use.agent.name for use in found}) == 1:
            chosen = not program and not agent_called(words[0]) and bool(CHOICE_NAME.search(key))
            yield from in_line(found, line, _sandbox(document, spot, outer), weak=chosen)


# --- What agents are told by their own configuration ---


_CLAUDE_FILES = late(r"(?:^|/)(?:settings[\w.-]*|managed-settings[\w.-]*)\.json$|(?:^|/)managed-settings\.d/")
_BYPASS = {
    Scope.PROJECT: "starts without permission checks up to version 2.1.240; newer ones ignore it in a project's file",
    Scope.LOCAL: "starts without permission checks up to version 2.1.240; newer ones ignore it in a local file as well",
    Scope.MANAGED: "starts without permission checks in every project of the organisation",
    None: "starts without permission checks wherever this file becomes somebody's settings",
}
_PROMPT = {
    Scope.PROJECT: "ignores it in a project's file, but it shows that the mode without checks is meant to be used",
    Scope.LOCAL: "no longer warns before it starts without permission checks",
    Scope.MANAGED: "no longer warns anybody before it starts without permission checks",
    None: "no longer warns before it starts without permission checks, wherever this file becomes somebody's settings",
}


def _claude(document: Document) -> Iterator[Unsafe]:
    """Yield what a settings file of Claude Code, or the front matter of a subagent, says about the mode."""
    if not document.kinds.isdisjoint((files.AGENT,)) and document.known_as.endswith(".md"):
        yield from _subagent(document)
    if not _CLAUDE_FILES.search(document.known_as):
        return
    settings = settings_of(document)
    if settings is None or of_settings(settings):
        return
    own = files.CLAUDE_SETTINGS in document.kinds
    scope = settings.scope if own else None
    mode, prompt = settings.permissions.text("defaultMode"), "skipDangerousModePermissionPrompt"
    agent = agents()[0]
    if mode == "bypassPermissions" and mode is not None:
        yield Unsafe(agent, "defaultMode: bypassPermissions", _BYPASS[scope], mode.span, False, None)
    value = settings.root.get(prompt)
    if value is not None and is_true(settings.root, prompt):
        yield Unsafe(agent, f"{prompt}: true", _PROMPT[scope], value.span, True, None)


def _tools(options: Mapping) -> list[str] | None:
    """Return the tools that `options` list, in a list or in a text; None if they list none."""
    listed, text = options.sequence("tools"), options.text("tools")
    if listed is None and text is None:
        return None
    return [str(tool) for tool in listed.texts()] if listed else tool_names(text or "")


def _left(options: Mapping) -> str:
    """Return what the tools and servers that `options` list leave Claude Code to do, as `tools_left` says it."""
    servers = options.get("mcpServers") or options.get("mcp_servers")
    served = isinstance(servers, NodeSequence) or (isinstance(servers, Mapping) and bool(servers.pairs))
    return tools_left(agents()[0], _tools(options), served=served)


def _subagent(document: Document) -> Iterator[Unsafe]:
    root = tree_of(document).root
    mode = root.text("permissionMode") if isinstance(root, Mapping) else None
    # A subagent with an empty list has all tools.
    left = _left(root) if isinstance(root, Mapping) and _tools(root) else EVERYTHING
    if mode == "bypassPermissions" and mode is not None and left != NOTHING:
        plugin = "/.claude/" not in f"/{document.known_as}"
        effect = "runs every tool call of this subagent without asking anybody"
        effect += ", unless it comes from a plugin" if plugin else ""
        weak = left == SERVERS
        yield Unsafe(agents()[0], "permissionMode: bypassPermissions", effect, mode.span, weak, None)


def _settings(document: Document) -> Iterator[Where]:
    """Yield the settings of agents that switch checks off."""
    yield from (Where(found, SETTING) for found in _claude(document))
    path = f"/{document.known_as}"
    for agent in agents():
        for setting in agent.settings:
            if any(fnmatchcase(path, pattern if pattern[0] != "*" else f"*{pattern[1:]}") for pattern in setting.files):
                yield from (Where(found, SETTING) for found in _setting(document, agent, setting))


def _setting(document: Document, agent: Agent, setting: Setting) -> Iterator[Unsafe]:
    root = tree_of(document).root
    if document.known_as.endswith(".code-workspace") and isinstance(root, Mapping):
        root = root.mapping("settings")
    level: list[tuple[Text | None, Node]] = [(None, root)] if root is not None else []
    for step in setting.key:
        level = [
            (key, value)
            for _, node in level
            if isinstance(node, Mapping)
            for key, value in node.live_pairs()
            if step == "*" or key == step.replace("\\*", "*")
        ]
    for key, value in level:
        if isinstance(value, Scalar) and key is not None and _is(value.value, setting.values):
            span = value.value.span if isinstance(value.value, Text) else value.span
            yield Unsafe(
                agent,
                f"{key}: {str(value.value).lower() if value.value is True else value.value}",
                setting.effect,
                span,
                setting.weak,
                None,
            )


def _is(value: object, values: tuple[str | bool, ...]) -> bool:
    if isinstance(value, bool):
        return any(each is value for each in values)
    return isinstance(value, str) and str(value) in [each for each in values if isinstance(each, str)]
