"""MCP servers that work on files, and how each is told on which: `schemas/path_servers.json`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from claude_preflight.agents.data import load
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from claude_preflight.agents.launch import Launch

# Options and variables by which servers that are not in the table take folders.
_FOLDER_OPTION = late(
    r"--?(?:allow(?:ed)?[-_]?)?(?:dir(?:ectory|ectories|s)?|paths?|folders?|root(?:[-_]?(?:dir|path))?|workspace|repository"
    r"|repo|vault|base[-_]?(?:dir|path)|project(?:[-_]?(?:root|dir|path))?|add[-_]dir)",
    re.IGNORECASE,
)
_FOLDER_VARIABLE = late(
    r"(?:.*_)?(?:ALLOW(?:ED)?_(?:DIR(?:ECTORY|ECTORIES|S)?|PATHS?|FOLDERS?)"
    r"|(?:FS|FILESYSTEM|FILE|WORKSPACE)_(?:ROOT|BASE)(?:_DIR|_PATH)?)",
    re.IGNORECASE,
)
_INSTALLED = late(r"(?:^|[\\/])node_modules[\\/]((?:@[\w.-]+[\\/])?[\w.-]+)[\\/]")
_QUOTED = late(r"\"([^\"\\]*)\"")
# A colon that a path follows parts two of them, save behind the letter of a drive and inside of a variable.
_LISTED = late(r"(?:\$\{[^{}]*\}|(?<![^,;:\s])[A-Za-z]:(?=[\\/])|[^,;:]|:(?![/~.$]))+")


class PathServer(NamedTuple):
    """What is known of a server: whether its own arguments are paths, which options and variables hold paths.

    `missing` says what it may use when it is given none; it is empty where that is harmless or unknown. `configured` is
    the key of its own configuration that names folders, if nothing else does.
    """

    positional: bool
    flags: tuple[str, ...]
    variables: tuple[str, ...]
    missing: str
    configured: str


class GivenPath(NamedTuple):
    """A path that a server is given; `place` tells where (an option, a variable, an argument's number from 0).

    `certain` is False for those that only the name of an option or variable suggests.
    """

    path: Text
    place: str
    certain: bool


@cache
def path_servers() -> dict[str, PathServer]:
    """Return the servers that work on files by their names: packages, images, modules and binaries."""
    entries = load("path_servers.json")["servers"]
    return {
        name: PathServer(
            entry.get("positional", False),
            tuple(entry.get("flags", ())),
            tuple(entry.get("variables", ())),
            entry["missing"],
            entry.get("configured", ""),
        )
        for entry in entries
        for name in entry["names"]
    }


def known_server(launch: Launch) -> PathServer | None:
    """Return what is known of the server that `launch` starts, whatever its entry is called."""
    from claude_preflight.agents.launch import program_name

    package = str(launch.package or "").rstrip("/").removesuffix(".git").lower()
    names = [package, program_name(launch.binary or ""), (installed_package(launch) or "").replace("\\", "/").lower()]
    if launch.registry in ("git", "oci", "go", "path"):
        names += ["/".join(package.split("/")[-2:]), package.rpartition("/")[2]]
    elif launch.registry == "pypi":
        names.append(re.sub(r"[-_.]+", "-", package))
    elif launch.launcher == "python" and launch.arguments[:1] == ("-m",):
        names += launch.arguments[1:2]
    table = path_servers()
    return next((table[name] for name in names if name in table), None)


def given_paths(launch: Launch, env: Sequence[tuple[Text, Text]]) -> Iterator[GivenPath]:
    """Yield the paths that the server of `launch` is given by its arguments and its environment `env`.

    The arguments of a container are paths inside of it, so they are left out.
    """
    known = known_server(launch)
    for name, value in env:
        certain = known is not None and name in known.variables
        if certain or _FOLDER_VARIABLE.fullmatch(name):
            yield from (GivenPath(path, str(name), certain) for path in _paths_in(value))
    if launch.registry == "oci":
        return
    glued = [flag for flag in known.flags if len(flag) == 2] if known else []
    for option, value in _options(launch.arguments, glued):
        certain = known is not None and option in known.flags
        if certain or _FOLDER_OPTION.fullmatch(option):
            yield from (GivenPath(path, option, certain) for path in _paths_in(value))
    if known.positional if known else "filesystem" in str(launch.package or ""):
        first = 1 if installed_package(launch) else 0
        for number, word in enumerate(launch.arguments):
            if number >= first and not word.startswith("-"):
                yield GivenPath(word, f"argument {number}", True)


def installed_package(launch: Launch) -> Text | None:
    """Return the name of the package whose installed script `launch` starts by its path in `node_modules`."""
    script = launch.arguments[0] if launch.launcher == "node" and launch.arguments else None
    match = _INSTALLED.search(script) if script and "node_modules" in script else None
    return script.part(*match.span(1)) if script and match else None


def _paths_in(value: Text) -> Iterator[Text]:
    """Yield the paths that `value` lists, in JSON or between commas, semicolons or the colons of a search path."""
    if value.startswith("["):
        yield from (value.part(*match.span(1)) for match in _QUOTED.finditer(value))
    elif "://" in value or not any(mark in value for mark in ",;:"):
        yield value
    else:
        yield from (value.part(*match.span()).trimmed() for match in _LISTED.finditer(value))


def _options(words: Sequence[Text], glued: Sequence[str] = ()) -> Iterator[tuple[str, Text]]:
    """Yield the options among `words` that have a value, in the next word, behind an equals sign or behind a letter."""
    for number, word in enumerate(words):
        if not word.startswith("-"):
            continue
        if word[:2] in glued and len(word) > 2 and word[2] != "=":
            yield word[:2], word.part(2, len(word))
            continue
        name, equals, _ = word.partition("=")
        if equals:
            yield name, word.part(len(name) + 1, len(word))
        elif number + 1 < len(words) and not words[number + 1].startswith("-"):
            yield name, words[number + 1]
