"""Read a launch line, through wrappers, shells and bridges, down to the program that is the server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from claude_preflight.agents.launch.grammars import PROGRAMS
from claude_preflight.agents.launch.launchers import read_launch, runtime_options
from claude_preflight.agents.launch.model import Environment, Launch
from claude_preflight.agents.launch.words import (
    EXTENSIONS,
    SCRIPT_PROGRAMS,
    SCRIPTS,
    SHELLS,
    WINDOWS_SHELLS,
    Segment,
    assignment_end,
    line_segments,
    program_name,
    runtime_of,
    segments_of_words,
    split,
)
from claude_preflight.agents.launch.wrappers import PACKAGED, WRAPPERS, wrapped
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

# Wrappers inside wrappers are followed this far.
_MAX_WRAPPERS = 10
_BLANKS = " \t\r\n"
_PROGRAM_FOLDERS = ("bin", "shims", "scripts")
# No part of a path begins with one of these behind a blank.
_ARGUMENT_STARTS = ("-", "/", '"', "'", "$", "@")
_MAX_PROGRAM = 300
# Modules that are programs of their own under `python -m`.
_MODULE_PROGRAMS = frozenset("uv uvx pipx".split())
_BRIDGE_ROLES = ("remote", "proxy", "bridge", "gateway", "adapter")


class _Setting(NamedTuple):
    """What stands around a launch; `variables` are those it may be told an address in."""

    variables: Environment = ()
    wrappers: tuple[str, ...] = ()
    carrier: Launch | None = None


def take_apart(command: Text, args: Sequence[Text] = (), env: Iterable[tuple[Text, Text]] = ()) -> Launch:
    """Return what the program `command` with `args` starts.

    A whole command line in `command` is split first. `env` is the entry's own environment, in which some bridges are
    told their address. Never raises, whatever the words are.
    """
    segments = _read_line(command.trimmed(), args=args)
    return _choose(segments, _Setting(tuple(env)), 0)


def _read_line(line: Text, *, shell: str = "", args: Sequence[Text] = ()) -> list[Segment]:
    """Return the commands of `line`, which may be no more than a program; `args` follow the last of them."""
    program_end = _program_end(line, has_args=bool(args))
    if program_end == len(line):
        return [Segment([line, *args])]
    if program_end:
        segments = segments_of_words([line.part(0, program_end), *split(line.part(program_end, len(line)))])
    else:
        segments = line_segments(line, shell=shell) or [Segment([line])]
    return [*segments[:-1], segments[-1]._replace(words=[*segments[-1].words, *args])]


def _program_end(command: Text, *, has_args: bool) -> int:
    """Return where the program ends that `command` begins with: its length if it is but a program.

    A path may hold blanks. 0 stands for a line of which not even the first word can be read without a shell's rules.
    """
    ends = [index for index, character in enumerate(command) if character in _BLANKS]
    if not ends:
        return len(command)
    first = command[: ends[0]]
    if first[0] in "\"'" or first[-1] == "\\" or assignment_end(first):
        return 0
    if "/" not in first and "\\" not in first:
        return len(command) if command.lower().endswith(EXTENSIONS) and not _is_known(first) else 0
    if has_args:
        return ends[0] if _is_known(first) and command[ends[0] + 1 : ends[0] + 2] == "-" else len(command)
    for end in ends:
        if _is_program(command[max(0, end - _MAX_PROGRAM) : end]) or command[end + 1 : end + 2] in _ARGUMENT_STARTS:
            return end
    return len(command)


def _is_known(word: str) -> bool:
    name = program_name(word)
    return name in PROGRAMS or name in WRAPPERS or name in SHELLS or name in WINDOWS_SHELLS or bool(runtime_of(name))


def _is_program(path: str) -> bool:
    """Whether `path`, behind which more stands, ends in a program: folders are called `node` or `time` as well."""
    path = path.lower()
    folder = path[: max(path.rfind("/"), path.rfind("\\"))]
    return path.endswith((*EXTENSIONS, *SCRIPTS)) or (folder.endswith(_PROGRAM_FOLDERS) and _is_known(path))


def _choose(segments: Sequence[Segment], setting: _Setting, depth: int) -> Launch:
    """Return the last of the commands that starts a server through a launcher, else the last of all."""
    chosen, launch = 0, Launch(wrappers=setting.wrappers, carrier=setting.carrier)
    for number in range(len(segments) - 1, -1, -1):
        words, environment = segments[number]
        if not words:
            continue
        found = _read(words, setting._replace(variables=setting.variables + environment), depth + 1)
        if found.launcher or not launch.binary:
            chosen, launch = number, found
        if found.launcher:
            break
    set_before = [pair for segment in segments[: chosen + 1] for pair in segment.environment]
    return launch._replace(environment=(*set_before, *launch.environment))


def _read(words: Sequence[Text], setting: _Setting, depth: int) -> Launch:
    name = program_name(words[0])
    if depth < _MAX_WRAPPERS:
        segments = _unwrap(name, words)
        if any(segment.words for segment in segments):
            return _choose(segments, setting._replace(wrappers=(*setting.wrappers, name)), depth)
    launch = read_launch(name, words)._replace(wrappers=setting.wrappers, carrier=setting.carrier)
    return _follow(launch, setting.variables, depth)


def _unwrap(name: str, words: Sequence[Text]) -> list[Segment]:
    """Return the commands that the wrapper `name` runs; none if it is no wrapper or has nothing to run."""
    if name in WRAPPERS:
        return wrapped(WRAPPERS[name], words)
    if name in SHELLS:
        from claude_preflight.agents.launch.shells import shell_line

        return shell_line(words)
    if name in WINDOWS_SHELLS:
        from claude_preflight.agents.launch.shells import cmd_line, powershell_line

        rest = cmd_line(words) if name == "cmd" else powershell_line(words)
        shell = "cmd" if name == "cmd" else "powershell"
        return _read_line(rest[0].trimmed(), shell=shell) if len(rest) == 1 else segments_of_words(rest)
    runtime = runtime_of(name)
    inner = words[runtime_options(runtime, words) :] if runtime else ()
    if runtime == "python" and len(inner) > 1 and inner[0] == "-m" and inner[1] in _MODULE_PROGRAMS:
        return [Segment(inner[1:])]
    if runtime == "node" and inner and program_name(inner[0]) in SCRIPT_PROGRAMS.values():
        return [Segment(inner)]
    return []


def _follow(launch: Launch, variables: Environment, depth: int) -> Launch:
    """Look through a program that runs another or is a bridge to a remote server; `variables` as in `_Setting`."""
    name = program_name(launch.binary or launch.package or "")
    if name not in PACKAGED and not _is_bridge(name):
        return launch
    from claude_preflight.agents.launch.bridges import address_of, carried

    segments = carried(name, launch) if depth < _MAX_WRAPPERS else []
    if any(segment.words for segment in segments):
        carrier = launch if launch.registry else launch.carrier
        inner = _choose(segments, _Setting(variables, (*launch.wrappers, name), carrier), depth)
        return inner._replace(environment=launch.environment + inner.environment)
    address = address_of(launch, variables) if _is_bridge(name) else None
    return launch._replace(remote=address, wrappers=(*launch.wrappers, name)) if address else launch


def _is_bridge(name: str) -> bool:
    return name == "supergateway" or ("mcp" in name and any(role in name for role in _BRIDGE_ROLES))
