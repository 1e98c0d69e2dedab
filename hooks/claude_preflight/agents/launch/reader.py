"""Read a launch line, through wrappers, shells and bridges, down to the program that is the server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from claude_preflight.agents.launch.embedded import ELSEWHERE, embedded, starts_server
from claude_preflight.agents.launch.grammars import PROGRAMS
from claude_preflight.agents.launch.launchers import read_launch, runtime_options, spread_module
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
    with_defaults,
)
from claude_preflight.agents.launch.wrappers import PACKAGED, WRAPPERS, wrapped
from claude_preflight.late import late
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
_LOOK_UP = late(r"(?:\$\(|`)\s*(?:which|command -v|type -P|where)\s+([\w./-]+)\s*[)`]")
_BRIDGE_ROLES = ("remote", "proxy", "bridge", "gateway", "adapter")


class _Setting(NamedTuple):
    """What stands around a launch; `variables` are those it may be told an address in."""

    variables: Environment = ()
    wrappers: tuple[str, ...] = ()
    carrier: Launch | None = None
    search: bool = False


def take_apart(
    command: Text, args: Sequence[Text] = (), env: Iterable[tuple[Text, Text]] = (), *, search: bool = False
) -> Launch:
    """Return what the program `command` with `args` starts.

    A whole command line in `command` is split first. `env` is the entry's own environment, in which some bridges are
    told their address. With `search`, a launcher among the words of any other program counts as what that program
    starts. Never raises, whatever the words are.
    """
    segments = _read_line(command.trimmed(), args=args)
    return _choose(segments, _Setting(tuple(env), search=search), 0)


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
    folder = launch.folder or _folder(segments[:chosen])
    return launch._replace(environment=(*set_before, *launch.environment), folder=folder)


def _folder(segments: Sequence[Segment]) -> Text | None:
    """Return the folder that the last `cd` of `segments` changes to."""
    changes = [words for words, _ in segments if words and words[0].lower() in ("cd", "chdir", "pushd")]
    if not changes:
        return None
    targets = [word for word in changes[-1][1:] if not word.startswith("-") and word.lower() != "/d"]
    return targets[0] if targets else Text.at("~", changes[-1][0].start, changes[-1][0].end)


def _read(words: Sequence[Text], setting: _Setting, depth: int) -> Launch:
    words = _looked_up(words)
    name = program_name(words[0])
    if depth < _MAX_WRAPPERS:
        segments = _unwrap(name, words, setting.variables)
        if any(segment.words for segment in segments):
            return _choose(segments, setting._replace(wrappers=(*setting.wrappers, name)), depth)
    launch = read_launch(name, words)._replace(wrappers=setting.wrappers, carrier=setting.carrier)
    own = launch.binary is not words[0]
    return _follow(launch, setting, depth, own=own)


def _looked_up(words: Sequence[Text]) -> Sequence[Text]:
    """Return `words` with the program that a substitution such as `$(which npx)`, or a default, names in its place."""
    if ":-" in words[0]:
        return [with_defaults(words[0]) or words[0], *words[1:]]
    match = _LOOK_UP.fullmatch(words[0]) if words[0][:1] in ("$", "`") else None
    return [words[0].part(*match.span(1)), *words[1:]] if match else words


def _unwrap(name: str, words: Sequence[Text], variables: Environment) -> list[Segment]:
    """Return the commands that the wrapper `name` runs; none if it is no wrapper or has nothing to run."""
    if name == "eval":
        lines = [segment for word in words[1:] for segment in line_segments(word)]
        return lines if len(words) == 2 else [Segment(words[1:])]
    if name in WRAPPERS:
        return wrapped(WRAPPERS[name], words)
    if name in SHELLS:
        from claude_preflight.agents.launch.shells import shell_line

        return shell_line(words, variables)
    if name in WINDOWS_SHELLS:
        from claude_preflight.agents.launch.shells import cmd_line, powershell_line

        rest = cmd_line(words) if name == "cmd" else powershell_line(words)
        shell = "cmd" if name == "cmd" else "powershell"
        if len(rest) == 1:
            line = rest[0].trimmed()
            return _read_line(_without_quotes(line) if name == "cmd" else _without_block(line).trimmed(), shell=shell)
        return segments_of_words(rest, quotes='"' if shell == "cmd" else "\"'")
    runtime = runtime_of(name)
    words = spread_module(runtime, words) if runtime else words
    inner = words[runtime_options(runtime, words) :] if runtime else ()
    if runtime == "python" and len(inner) > 1 and inner[0] == "-m" and inner[1] in _MODULE_PROGRAMS:
        return [Segment(inner[1:])]
    if runtime == "node" and inner and program_name(inner[0]) in SCRIPT_PROGRAMS.values():
        return [Segment(inner)]
    return []


def _without_quotes(line: Text) -> Text:
    """Return `line` without the quotes around the whole of it, which `cmd` takes off."""
    if len(line) < 3 or not line[0] == line[-1] == '"':
        return line
    inner = line.part(1, len(line) - 1).trimmed()
    words = inner.split(None, 1)
    whole = inner.startswith('"') or ('"' not in inner and len(words) > 1 and _is_known(words[0]))
    return inner if whole else line


def _without_block(line: Text) -> Text:
    """Return what `& { … }` of PowerShell runs."""
    start = 1 if line.startswith("&") else 0
    start += len(line[start:]) - len(line[start:].lstrip())
    block = line.startswith("{", start) and line.endswith("}")
    return line.part(start + 1, len(line) - 1).trimmed() if block else line


def _follow(launch: Launch, setting: _Setting, depth: int, *, own: bool) -> Launch:
    """Look through a program that runs another or is a bridge to a remote server.

    `own` tells that `launch.binary`, if there is one, is a word that the launcher runs, and not the launcher itself.
    """
    name = program_name(launch.binary or launch.package or "")
    segments: list[Segment] = []
    elsewhere = launch.registry == "oci" or name in ELSEWHERE
    if depth < _MAX_WRAPPERS:
        segments = _commands_of(name, launch, own=own)
        if not any(segment.words for segment in segments) and setting.search:
            segments = _inside(launch) if launch.registry == "oci" else embedded(name, launch)
    if any(segment.words for segment in segments):
        carrier = launch if launch.registry else launch.carrier
        around = setting._replace(
            wrappers=(*launch.wrappers, name), carrier=None if elsewhere else carrier, search=setting.search
        )
        inner = _choose(segments, around, depth + 1)
        if elsewhere:
            return launch._replace(besides=(*launch.besides, inner))
        return inner._replace(environment=launch.environment + inner.environment)
    if not _is_bridge(name):
        return launch
    from claude_preflight.agents.launch.bridges import address_of

    address = address_of(launch, setting.variables)
    return launch._replace(remote=address, wrappers=(*launch.wrappers, name)) if address else launch


def _commands_of(name: str, launch: Launch, *, own: bool) -> list[Segment]:
    """Return the commands that the program `name`, which `launch` starts, is known to run."""
    if launch.registry != "oci" and own and name in PROGRAMS:  # npx npm@11 exec …, uv run npx …
        program = launch.binary or launch.package
        return [Segment([program, *launch.arguments])] if program else []
    if name not in PACKAGED and not _is_bridge(name):
        return []
    from claude_preflight.agents.launch.bridges import carried

    return carried(name, launch)


def _inside(launch: Launch) -> list[Segment]:
    """Return the command that a container is told to run."""
    options = launch.options
    entry = [options[number + 1] for number, word in enumerate(options[:-1]) if word == "--entrypoint"]
    entry += [word.part(13, len(word)) for word in options if word.startswith("--entrypoint=")]
    words = [*entry[:1], *launch.arguments]
    return [Segment(words)] if words and starts_server(words) else embedded("", launch)


def _is_bridge(name: str) -> bool:
    return name == "supergateway" or ("mcp" in name and any(role in name for role in _BRIDGE_ROLES))
