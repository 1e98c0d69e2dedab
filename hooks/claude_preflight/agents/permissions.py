"""The language of Claude Code's permission rules: what each rule matches, and why some match nothing.

Sources: code.claude.com/docs/en/permissions as of 2026-08-22 (CLI 2.1.240), the changelog up to that day, and the CLI
2.1.330 of 2026-11-20.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import lru_cache

from claude_preflight.agents.path_patterns import matches, matches_segment, read_pattern
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple


class Effect(Enum):
    """The list that a rule stands in; `deny` is asked first, then `ask`, then `allow`, and the first match decides."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


class Kind(Enum):
    """What a rule's specifier is matched against."""

    TOOL = "every use of one tool"
    TOOL_GLOB = "every use of the tools whose name fits a pattern"
    COMMAND = "one exact command"
    COMMAND_PATTERN = "the commands that fit a pattern with `*`"
    PATH = "the files that fit a pattern"
    DOMAIN = "the hosts that fit a pattern"
    MCP_SERVER = "all tools of an MCP server"
    MCP_TOOL = "an MCP tool, or those whose name fits a pattern"
    AGENT = "a subagent"
    SKILL = "a skill"
    PARAMETER = "the calls with a parameter of one value"
    OTHER = "what the tool itself decides"
    MALFORMED = "nothing: the rule does not parse"


class PermissionRule(NamedTuple):
    """One rule of a list: `tool` and `specifier` as they are spelled, without the parentheses.

    `problem` is empty for a rule that the agent goes by; otherwise it says why it has no effect, as the end of a
    sentence that begins with the rule. For rules that allow, only a problem that its kind decides is looked for.
    """

    text: Text
    effect: Effect
    tool: Text
    specifier: Text | None
    kind: Kind
    problem: str

    @property
    def effective(self) -> bool:
        """Whether the agent goes by the rule at all."""
        return not self.problem


class Anchors(NamedTuple):
    """The folders that path patterns start at, absolute and without a slash at the end.

    The default is a project outside of the home folder, so that a pattern over one does not pass for the other.
    """

    home: str = "/home/user"
    project: str = "/projects/shop"


USUAL_ANCHORS = Anchors()
# No path is longer on the systems that agents run on, so no longer pattern is taken for one.
LONGEST_PATTERN = 4096


COMMAND_TOOLS = frozenset(("Bash", "PowerShell"))
# Rules about paths are looked up under these two names only: Edit covers all tools that write, Read those that read.
_PATH_TOOLS = frozenset(("Read", "Edit"))
_UNCONSULTED = {"Write": "Edit", "NotebookEdit": "Edit", "MultiEdit": "Edit", "Glob": "Read"}
_TOOLS = frozenset(
    "Agent Artifact AskUserQuestion Bash BashOutput Cd Edit EnterWorktree ExitPlanMode ExitWorktree Glob Grep KillShell"
    " LSP LS Monitor MultiEdit NotebookEdit NotebookRead PowerShell Read Skill SlashCommand Task TaskCreate TaskGet"
    " TaskList TaskOutput TaskStop TaskUpdate TodoRead TodoWrite ToolSearch WebFetch WebSearch Workflow Write".split()
)
_FOLDED_TOOLS = {name.lower(): name for name in _TOOLS}
# The parameter that a tool's own specifier is about; a rule cannot name it as a parameter.
_PRIMARY = {
    "Bash": ("command",),
    "PowerShell": ("command",),
    "Read": ("file_path",),
    "Edit": ("file_path",),
    "Write": ("file_path",),
    "WebFetch": ("url",),
    "Grep": ("path",),
}
_COMMAND_PARAMETERS = frozenset(("run_in_background", "timeout", "description", "dangerouslyDisableSandbox"))
_PARAMETER = late(r"([A-Za-z_]\w*):(?!\*$)")
_NAME = late(r"[^\s()\[\]]+")
_MCP_NAME = late(r"mcp__(?P<server>.+?)(?:__(?P<tool>.*))?")
_STRAY_COLON = late(r"(?:^|\s)[\w.@+-]+:\*(?=\s)")
_ESCAPED = late(r"\\([()\\])")


# --- reading ------------------------------------------------------------------------------------------------------


def read_rule(text: Text, effect: Effect) -> PermissionRule:
    """Return the rule that `text`, an entry of the list `effect`, stands for; one that does not parse is malformed."""
    opening = text.find("(")
    tool = text if opening < 0 else text.part(0, opening)
    specifier = None if opening < 0 else text.part(opening + 1, len(text) - 1)
    if not _NAME.fullmatch(tool) or (specifier is not None and (not text.endswith(")") or not specifier)):
        return PermissionRule(text, effect, tool, None, Kind.MALFORMED, "is not of the form Tool or Tool(specifier)")
    if specifier is not None and str(specifier) == "*":
        specifier = None
    kind = _kind(tool, specifier)
    return PermissionRule(text, effect, tool, specifier, kind, _problem(tool, specifier, kind, effect))


def _kind(tool: str, specifier: str | None) -> Kind:
    if tool.startswith("mcp__"):
        return _mcp_kind(tool) if specifier is None else Kind.PARAMETER
    if specifier is None:
        return Kind.TOOL_GLOB if "*" in tool else Kind.TOOL
    if _is_parameter(tool, specifier):
        return Kind.PARAMETER
    if tool in COMMAND_TOOLS:
        return Kind.COMMAND_PATTERN if fixed_parts(specifier)[1:] else Kind.COMMAND
    if tool in _PATH_TOOLS or tool in _UNCONSULTED:
        return Kind.PATH
    fixed = {"WebFetch": Kind.DOMAIN, "Agent": Kind.AGENT, "Task": Kind.AGENT, "Skill": Kind.SKILL}
    return fixed.get(tool, Kind.OTHER)


def _mcp_kind(name: str) -> Kind:
    match = _MCP_NAME.fullmatch(name)
    if not match or "*" in match["server"]:
        return Kind.TOOL_GLOB
    return Kind.MCP_SERVER if match["tool"] in (None, "*") else Kind.MCP_TOOL


def _is_parameter(tool: str, specifier: str) -> bool:
    match = _PARAMETER.match(specifier)
    if not match or (tool == "WebFetch" and match[1] == "domain"):
        return False
    if tool in COMMAND_TOOLS:
        return match[1] in _COMMAND_PARAMETERS or match[1] in _PRIMARY[tool]
    is_location = match[1] not in _PRIMARY.get(tool, ()) and specifier[len(match[1]) + 1 :].startswith(("/", "\\"))
    return tool not in ("Skill", "Cd") and not is_location


def _problem(tool: str, specifier: str | None, kind: Kind, effect: Effect) -> str:
    known = _FOLDED_TOOLS.get(tool.lower(), tool)
    if known != tool and "*" not in tool:
        return f"names a tool in the wrong case: it is called {known}"
    if kind is Kind.TOOL_GLOB:
        return "has a pattern where an allow rule needs a tool's or a server's name" if effect is Effect.ALLOW else ""
    if kind is Kind.PARAMETER:
        return _parameter_problem(tool, specifier or "", effect)
    if kind is Kind.PATH and tool in _UNCONSULTED:
        return f"is never consulted: a path on {tool} has no effect, one on {_UNCONSULTED[tool]} covers that tool"
    if effect is Effect.ALLOW or specifier is None:
        return ""
    if "()" in specifier.replace("\\(", ""):
        return "holds an empty pair of parentheses, for which it is skipped"
    check = {Kind.PATH: _path_problem, Kind.COMMAND: _command_problem, Kind.COMMAND_PATTERN: _command_problem}
    check[Kind.DOMAIN] = _domain_problem
    return check[kind](specifier) if kind in check else ""


def _parameter_problem(tool: str, specifier: str, effect: Effect) -> str:
    name = specifier.partition(":")[0]
    if tool.startswith("mcp__") and not _PARAMETER.match(specifier):
        return "has a specifier, which rules for MCP tools do not take"
    if name in _PRIMARY.get(tool, ()):
        return f"is ignored: {name} is what {tool} is matched by already, so it is not written in front"
    return "names a parameter, which only deny and ask rules may" if effect is Effect.ALLOW else ""


def _command_problem(specifier: str) -> str:
    if specifier != specifier.strip():
        return "has a blank at one end, which no command has"
    if _STRAY_COLON.search(specifier):
        return "has `:*` before its end, where the colon only stands for itself"
    return ""


def _domain_problem(specifier: str) -> str:
    if not specifier.startswith("domain:"):
        return "lacks the word domain: in front of the host"
    return "names more than a host behind domain:" if "/" in specifier else ""


def meant_tool(rule: PermissionRule) -> str:
    """Return the name of the tool that `rule` has to name to have an effect; nothing if another name is no remedy."""
    if rule.kind is Kind.PATH and rule.problem:
        return _UNCONSULTED.get(rule.tool, "")
    known = _FOLDED_TOOLS.get(rule.tool.lower(), str(rule.tool))
    return known if known != rule.tool and known not in _UNCONSULTED else ""


_HOST = late(r"[\w*-]+(?:\.[\w*-]+)+")


def meant_rule(rule: PermissionRule) -> str:
    """Return what to write for `rule`, which has no effect, to have the one it was meant to have, or nothing.

    Rules for commands are left out: a command may hold a password.
    """
    tool, meant = meant_tool(rule) or str(rule.tool), ""
    if rule.specifier is None:
        meant = tool
    elif tool in _PATH_TOOLS and rule.kind in (Kind.PATH, Kind.OTHER):
        path = _meant_path(rule.specifier)
        meant = "" if _path_problem(path) else f"{tool}({path})"
    elif rule.kind is Kind.DOMAIN and _HOST.fullmatch(rule.specifier):
        meant = f"{tool}(domain:{rule.specifier})"
    return "" if meant == rule.text else meant


def _meant_path(specifier: str) -> str:
    """Return `specifier` with the root of the disk, a drive, and the home folder spelled as patterns spell them."""
    from claude_preflight.agents.homes import is_drive_path, plain_path

    path = str(specifier.strip())
    if is_drive_path(path) or _VARIABLE.match(path) or path.startswith("~\\"):
        path = plain_path(path)
        return f"/{path}" if path.startswith("/") else path
    path = path[:1] + re.sub(r"/{2,}", "/", path[1:])
    return f"/{path}" if not path.startswith("//") and _SYSTEM_LOOKING.match(path) else path


# --- paths --------------------------------------------------------------------------------------------------------

_VARIABLE = late(r"\$\w|\$\{|%\w+%")
_BRACES = late(r"\{[^{},]*,[^{}]*\}")
_WINDOWS = late(r"^[A-Za-z]:[\\/]|~\\|\\[A-Za-z]")
_BLANKS = late(r"^\s|\s$|\s/|/\s|,\s|\s[.*~]")
# Behind one slash, these name a folder of the project: they were meant from the root of the file system.
_SYSTEM_LOOKING = late(r"/(?:home|Users|root|etc|proc|sys|usr|boot|mnt|System|[A-Za-z]/Users)(?:/|$)")


def _path_problem(specifier: str) -> str:
    if _WINDOWS.search(specifier):
        return "has a backslash or a drive with a colon; patterns are written with slashes, C: as //c/"
    if _VARIABLE.search(specifier):
        return "names a variable, which patterns do not expand; the home folder is ~/"
    if _BRACES.search(specifier):
        return "has alternatives in braces, which patterns in gitignore's syntax do not know"
    if _BLANKS.search(specifier):
        return "has a stray blank, so it matches only files with that blank in their name"
    if "//" in specifier[1:]:
        return "has two slashes in a row, which no path has"
    if specifier.startswith(("!", "#")):
        return f"starts with {specifier[0]}, which makes a pattern match nothing"
    if "/~/" in specifier or re.match(r"~[^/]", specifier):
        return "has a ~ that is no home folder: only ~/ at the start is"
    if not specifier.startswith("//") and _SYSTEM_LOOKING.match(specifier):
        return "starts with one slash, which is the folder of the project; the root of the disk takes two"
    return ""


def covers(rule: PermissionRule, path: str, anchors: Anchors = USUAL_ANCHORS) -> bool:
    """Tell whether `rule` matches a use of its tool on the file at `path`: absolute, below `~/`, or in the project."""
    if rule.problem:
        return False
    if rule.kind in (Kind.TOOL, Kind.TOOL_GLOB):
        return True
    return rule.kind is Kind.PATH and covers_path(str(rule.specifier), rule.effect, path, anchors)


def covers_path(pattern: str, effect: Effect, path: str, anchors: Anchors = USUAL_ANCHORS) -> bool:
    """Tell whether `pattern`, the specifier of a Read or Edit rule, matches the file at `path`; see `covers`."""
    base, anchored = _anchored(pattern, effect, anchors)
    full = absolute(path, anchors)
    if len(pattern) > LONGEST_PATTERN or not full.startswith(f"{base}/"):
        return False
    return matches(read_pattern(anchored), full[len(base) + 1 :].split("/"))


def absolute(path: str, anchors: Anchors = USUAL_ANCHORS) -> str:
    """Return `path` (absolute, below `~/`, or in the project) as an absolute one."""
    if path.startswith("~/"):
        return anchors.home + path[1:]
    return path if path.startswith("/") else f"{anchors.project}/{path}"


def _anchored(pattern: str, effect: Effect, anchors: Anchors) -> tuple[str, str]:
    """Return the folder that `pattern` starts at, and what is left as gitignore would spell it."""
    if pattern.startswith("//"):
        return "", pattern[1:]
    if pattern.startswith("~/"):
        return anchors.home, pattern[1:]
    if pattern.startswith("/"):
        return anchors.project, pattern
    pattern = pattern.removeprefix("./")
    folder = pattern.removesuffix("/**")
    if folder != pattern and folder and "/" not in folder and effect is not Effect.ALLOW:
        # `secrets/**` denies what is in any folder of that name, but allows only the one in the project's own folder.
        return anchors.project, f"**/{pattern}"
    return anchors.project, pattern


# --- commands -----------------------------------------------------------------------------------------------------

_WRAPPERS = frozenset("timeout time nice nohup stdbuf command builtin noglob xargs".split())
_WRAPPER_OPERANDS = {"timeout": 1}
_WRAPPER_VALUES = {"timeout": ("-s", "-k"), "nice": ("-n",), "stdbuf": ("-i", "-o", "-e")}
# Assignments that an allow rule looks through, of those that the CLI takes for harmless.
_HARMLESS_VARIABLES = frozenset(
    "NODE_ENV RUST_BACKTRACE RUST_LOG PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE LANG LC_ALL TZ TERM NO_COLOR FORCE_COLOR"
    " GOOS GOARCH CGO_ENABLED GO111MODULE".split()
)
_POWERSHELL_ALIASES = {
    "iex": "invoke-expression",
    "iwr": "invoke-webrequest",
    "irm": "invoke-restmethod",
    "saps": "start-process",
    "gc": "get-content",
    "cat": "get-content",
    "type": "get-content",
    "rm": "remove-item",
    "ri": "remove-item",
    "del": "remove-item",
    "rd": "remove-item",
    "rmdir": "remove-item",
    "ls": "get-childitem",
    "dir": "get-childitem",
    "gci": "get-childitem",
}


# Stands for whatever a wildcard may match, where one pattern is matched against another.
_ANYTHING = "\ue000"
_MOST_ALIKE = 50


def matches_command(rule: PermissionRule, command: str) -> bool:
    """Tell whether `rule`, of Bash or PowerShell, matches `command`, a line as the agent would run it.

    A rule that allows must match every part of a compound command, one that denies or asks any part. Parts are seen
    with and without the wrappers and assignments in front that the agent looks through.
    """
    if rule.problem or (rule.tool not in COMMAND_TOOLS and rule.kind is not Kind.TOOL_GLOB):
        return False
    if rule.specifier is None:
        return rule.kind is Kind.TOOL or names_tool(rule, "Bash")
    fits = [
        any(fits_command(rule, spelling) for spelling in spellings)
        for spellings in _parts(command, allowing=rule.effect is Effect.ALLOW)
    ]
    return bool(fits) and (all(fits) if rule.effect is Effect.ALLOW else any(fits))


def names_tool(rule: PermissionRule, tool: str) -> bool:
    """Tell whether `rule` is about the tool called `tool`."""
    return matches_segment(rule.tool, tool) if rule.kind is Kind.TOOL_GLOB else rule.tool == tool


def command_pattern(rule: PermissionRule) -> str:
    """Return what the commands of `rule` are matched by, without the escapes of the rule language.

    A `*` in it stands for any characters; `:*` at the end has become ` *`.
    """
    pattern = "*" if rule.specifier in (None, ":*") else _ESCAPED.sub(r"\1", str(rule.specifier))
    return f"{pattern[:-2]} *" if pattern.endswith(":*") else pattern


def fits_command(rule: PermissionRule, command: str) -> bool:
    """Tell whether `command`, one simple command, fits the pattern of `rule` as it stands."""
    return fits_pattern(_comparable(rule.tool, command_pattern(rule)), _comparable(rule.tool, command))


def fits_pattern(pattern: str, command: str) -> bool:
    """Tell whether `command` fits `pattern`, see `command_pattern`; a last ` *` also matches nothing at all."""
    chunks = fixed_parts(pattern)
    if len(chunks) == 1:
        return command == chunks[0]
    if len(chunks) == 2 and not chunks[1] and chunks[0].endswith(" ") and command == chunks[0][:-1]:
        return True
    if not command.startswith(chunks[0]):
        return False
    at = len(chunks[0])
    for chunk in chunks[1:-1]:
        at = command.find(chunk, at)
        if at < 0:
            return False
        at += len(chunk)
    return command.endswith(chunks[-1]) and len(command) - len(chunks[-1]) >= at


@lru_cache(maxsize=256)
def fixed_parts(pattern: str) -> tuple[str, ...]:
    r"""Return the fixed texts of `pattern` in front of, between and behind its `*`; `\*` is no wildcard."""
    return tuple(chunk.replace("\0", "*") for chunk in pattern.replace("\\*", "\0").split("*"))


class Restraints:
    """The rules that win over one that allows a command: it is asked of them whether they match all that it allows.

    Rules are found by the program they name. Of more rules for one program than a person writes, the rest is left out:
    what they deny then counts as allowed.
    """

    def __init__(self, rules: Iterable[PermissionRule]) -> None:
        self._whole: list[PermissionRule] = []
        self._by_program: dict[tuple[str, str], list[str]] = {}
        for rule in rules:
            if rule.problem or (rule.tool not in COMMAND_TOOLS and rule.kind is not Kind.TOOL_GLOB):
                continue
            if rule.specifier is None:
                self._whole += [rule] if len(self._whole) < _MOST_ALIKE else []
                continue
            pattern = _comparable(rule.tool, command_pattern(rule))
            patterns = self._by_program.setdefault((str(rule.tool), _program_of(pattern)), [])
            patterns += [pattern] if len(patterns) < _MOST_ALIKE else []

    def stop(self, tool: str, pattern: str) -> bool:
        """Tell whether one of the rules matches every command of `tool` that fits `pattern`."""
        if any(names_tool(rule, tool) for rule in self._whole):
            return True
        pattern = _comparable(tool, pattern)
        command = pattern.replace("*", _ANYTHING)
        programs = {_program_of(pattern), ""}
        others = (other for program in programs for other in self._by_program.get((tool, program), ()))
        return any(fits_pattern(other, command) for other in others)


def _program_of(pattern: str) -> str:
    """Return the first word of `pattern`; nothing where it has a wildcard."""
    word = pattern.partition(" ")[0]
    return "" if "*" in word else word


def _comparable(tool: str, command: str) -> str:
    """Return `command`, or a pattern, as rules of `tool` see it: PowerShell knows aliases and no upper case."""
    return _canonical(command) if tool == "PowerShell" else command


def _canonical(command: str) -> str:
    name, blank, rest = command.lower().partition(" ")
    return _POWERSHELL_ALIASES.get(name, name) + blank + rest


def _parts(command: str, *, allowing: bool) -> Iterator[list[str]]:
    """Yield the simple commands in `command`, each in every spelling that a rule may match."""
    from claude_preflight.syntax.shell import commands

    for part in commands(Text.at(command, 0, len(command))):
        words = [str(word) for word in part.words]
        starts = [word.source.start for word in part.words]
        if not words:
            continue
        end = part.words[-1].source.end
        bare = not allowing or all(name in _HARMLESS_VARIABLES for name, _ in part.assignments)
        spellings = [command[part.span.start : end]]
        if bare:
            spellings += [command[start:end] for start in _behind_wrappers(words, starts)]
        yield spellings


def _behind_wrappers(words: list[str], starts: list[int]) -> Iterable[int]:
    """Yield where the program starts, with all of its wrappers, and then behind each of them."""
    at = 0
    while at < len(words):
        yield starts[at]
        name = words[at]
        if name not in _WRAPPERS:
            return
        at = behind_wrapper(words, at)
        if name == "xargs" and at < len(words) and words[at].startswith("-"):
            return


def behind_wrapper(words: list[str], at: int) -> int:
    """Return the index of the word behind the wrapper at `words[at]`, its options and its operands."""
    name = words[at]
    at += 1
    if name not in _WRAPPERS:
        return at - 1
    while at < len(words) and words[at].startswith("-") and name != "xargs":
        at += 2 if words[at] in _WRAPPER_VALUES.get(name, ()) else 1
    return at + _WRAPPER_OPERANDS.get(name, 0)
