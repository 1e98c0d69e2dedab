"""What a tool call does: which way it goes, what it can do there, and which paths and hosts it is about."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from functools import cache

from claude_preflight.agents.homes import is_drive_path, plain_path
from claude_preflight.late import late
from claude_preflight.sessions.entries import Call
from claude_preflight.sessions.kinds import FETCHES, READS, RUNS, WRITES
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from claude_preflight.syntax.shell import Command

_READING = frozenset("Read Grep Glob LS NotebookRead".split())
_WRITING = frozenset("Edit MultiEdit Write NotebookEdit".split())
_SHELLS = frozenset("Bash PowerShell".split())
_WEB = frozenset("WebFetch WebSearch web_search web_fetch".split())
_PATH_KEYS = ("file_path", "notebook_path", "path")

_READERS = frozenset(
    "cat bat head tail less more grep egrep fgrep rg ag sed awk gawk cut tac nl strings xxd od hexdump base64 jq yq "
    "tee cp mv scp rsync tar zip gzip openssl source . diff paste sort dd".split()
)
_WRITERS = frozenset("rm cp mv dd tee patch truncate install ln rsync tar unzip sed shred".split())
_FETCHERS = frozenset("curl wget http https xh aria2c iwr irm lynx w3m invoke-webrequest invoke-restmethod".split())
_RUNTIMES = frozenset("python python2 python3 node nodejs deno bun ruby perl php sh bash zsh dash eval xargs".split())
# Their first operand is no file but what to look for, or what to do.
_PATTERN_FIRST = frozenset("grep egrep fgrep rg ag sed awk gawk jq yq".split())
_WRAPPERS = frozenset("sudo env command exec time nohup timeout nice xargs builtin".split())

_SEPARATORS = late(r"[\s;|&()<>'\"`,={}\[\]]+")
_URL = late(r"\b(?:https?|wss?|ftp)://(?:[^\s/@'\"]{0,200}@)?(\[[0-9a-fA-F:.]+\]|[^\s/:?#'\"`)\]}>,;\\$]{1,253})", 2)
_REDIRECTED = late(r"(?<![0-9&>])>{1,2}(?![&>])\s*(?!/dev/)")
_LONGEST_COMMAND = 20_000
_MOST_TARGETS = 16
_SERVER_CHARACTER = late(r"[^A-Za-z0-9_-]")


class Deed(NamedTuple):
    """What a call does. `way` tells two ways to the same end apart; `effects` are `READS`, `WRITES`… together.

    `server` is the MCP server, if it is a tool of one. `paths` are normal: absolute, or `~/…` in somebody's home.
    `hosts` are those it is to fetch from; `opened` the names of the credential files among what it opens.
    """

    way: str
    effects: int
    server: str
    paths: tuple[str, ...]
    hosts: tuple[str, ...]
    opened: tuple[str, ...]
    searches: bool = False
    unsandboxed: bool = False


def server_of(tool: str) -> str:
    """Return the name of the MCP server that `tool` belongs to, as it stands in the names of tools, or nothing."""
    return tool[5:].partition("__")[0] if tool.startswith("mcp__") else ""


def server_in_tools(name: str) -> str:
    """Return how the server that a configuration calls `name` is spelled in the names of its tools."""
    return _SERVER_CHARACTER.sub("_", name)


def deed_of(call: Call, cwd: str) -> Deed:
    """Return what `call` does, made while the session was in the folder `cwd`."""
    name = call.name
    if name in _SHELLS:
        return _shell(call, cwd)
    if name in _WEB:
        hosts = tuple(_hosts(_string(call, "url")))
        return Deed("web", FETCHES, "", (), hosts, (), searches=name in ("WebSearch", "web_search"))
    if server_of(name):
        values = [value for value in call.input.values() if isinstance(value, str) and len(value) < 4096]
        paths = tuple(normal(value, cwd) for value in values if value.startswith(("/", "~", "./", "../")))
        return Deed(name, _mcp_effects(name), server_of(name), paths[:_MOST_TARGETS], (), _credentials(paths))
    path = next((found for key in _PATH_KEYS if (found := _string(call, key))), "")
    paths = (normal(path, cwd),) if path else ()
    if name in _READING:
        opened = _credentials(paths) if name in ("Read", "NotebookRead", "Grep") else ()
        return Deed("read", READS, "", paths, (), opened)
    if name in _WRITING:
        return Deed("write", WRITES, "", paths, (), ())
    return Deed(name, 0, "", paths, (), ())


def _string(call: Call, key: str) -> str:
    value = call.input.get(key)
    return value if isinstance(value, str) and len(value) < 8192 else ""


def normal(path: str, cwd: str) -> str:
    """Return `path`, seen from the folder `cwd`, without detours; a home is spelled `~`."""
    path = path.replace("\\", "/") if "\\" in path and os.name == "nt" else path
    if not (path.startswith(("/", "~", "$")) or is_drive_path(path)):
        path = f"{cwd}/{path}"
    return posixpath.normpath(plain_path(path))


def _hosts(text: str) -> Iterator[str]:
    """Yield the hosts of the addresses in `text`, those of this machine left out."""
    if "://" not in text:
        return
    from claude_preflight.agents.places import is_local

    for match in _URL.finditer(text):
        host = match.group(1).lower().rstrip(".")
        if host and not is_local(host.strip("[]")):
            yield host


def _mcp_effects(tool: str) -> int:
    """Return what a tool can do, by its name: in doubt everything."""
    name = tool.rpartition("__")[2].lower()
    if name.startswith(("get", "read", "list", "search", "fetch", "query", "find", "view", "describe")):
        return READS | FETCHES
    return READS | WRITES | FETCHES | RUNS


def _shell(call: Call, cwd: str) -> Deed:
    command = _string(call, "command")[:_LONGEST_COMMAND]
    words = [word for word in _SEPARATORS.split(command) if word]
    programs = _programs(command)
    effects = RUNS
    for program in programs:
        for group, effect in ((_READERS, READS), (_WRITERS, WRITES), (_FETCHERS, FETCHES)):
            effects |= effect if program in group else 0
        effects |= READS | WRITES | FETCHES if program in _RUNTIMES else 0
    effects |= WRITES if _REDIRECTED.search(command) else 0
    paths = dict.fromkeys(normal(word, cwd) for word in words if _is_path(word))
    hosts = tuple(dict.fromkeys(_hosts(command))) if effects & FETCHES else ()
    return Deed(
        f"shell {programs[0] if programs else ''}",
        effects,
        "",
        tuple(paths)[:_MOST_TARGETS],
        hosts[:_MOST_TARGETS],
        _opened(command, words),
        unsandboxed=call.input.get("dangerouslyDisableSandbox") is True,
    )


def _is_path(word: str) -> bool:
    if not 3 <= len(word) < 1024 or word[0] in "-#@+*%" or "://" in word or word.startswith("/dev/"):
        return False
    if word[0] == "$" and not word.startswith("$HOME/"):
        return False
    return "/" in word.strip("/") or (word[0] == "." and word.strip(".") != "") or "." in word[1:-1]


def _programs(command: str) -> list[str]:
    """Return the programs that `command` runs, as far as a quick look tells, `cd` left out."""
    programs = []
    for part in _PARTS.split(command)[:200]:
        for word in part.split()[:8]:
            name = word.strip("'\"").rpartition("/")[2].lower()
            if name in _WRAPPERS or "=" in word or not name or name.startswith("-") or name.isdigit():
                continue
            if name != "cd":
                programs.append(name)
            break
    return programs


_PARTS = late(r"[;|&\n(`]+")


def _credentials(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of the files and folders of credentials that `paths` lead to."""
    if not any(
        path.rpartition("/")[2] in _telling()[0] or any(each in path for each in _telling()[1]) for path in paths
    ):
        return ()
    from claude_preflight.agents.command_risks.credentials import secret_file

    return tuple(dict.fromkeys(name for path in paths if (name := secret_file(path))))


@cache
def _telling() -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the names of files that may hold credentials, and the parts of the paths of folders that do."""
    from claude_preflight.agents.sensitive_paths import sensitive_paths

    names = frozenset(each.path.rpartition("/")[2] for each in sensitive_paths())
    folders = tuple(f"{each.path.removeprefix('~')}/" for each in sensitive_paths() if each.files)
    return names, folders


def _opened(command: str, words: list[str]) -> tuple[str, ...]:
    """Return the names of the credential files that `command` opens with a program that shows what is in them."""
    if not _credentials(tuple(word.lstrip("@") for word in words)):
        return ()
    from claude_preflight.syntax.nodes import Text
    from claude_preflight.syntax.shell import commands

    found: dict[str, None] = {}
    for each in commands(Text.at(command, 0, len(command))):
        found.update(dict.fromkeys(_credentials(tuple(_shown(each)))))
    return tuple(found)


def _shown(command: Command) -> Iterator[str]:
    """Yield the files whose content `command` gets: what it reads itself, and what is put into it."""
    yield from (str(each.target) for each in command.redirections if each.operator in ("<", "0<") and each.target)
    words = [str(word) for word in command.words]
    while words and (words[0].rpartition("/")[2] in _WRAPPERS or "=" in words[0] or words[0].startswith("-")):
        words = words[1:]
    program = words[0].rpartition("/")[2].lower() if words else ""
    if program in _RUNTIMES:
        yield from _SEPARATORS.split(" ".join(words[1:]))
    elif program in _FETCHERS:
        yield from (word.rpartition("@")[2] for word in words[1:] if "@" in word)
    elif program in _READERS:
        operands = [word for word in words[1:] if not word.startswith("-")]
        if program in _PATTERN_FIRST:
            operands = operands[1:]
        elif program in ("cp", "mv", "scp", "rsync"):
            operands = operands[:-1]
        elif program == "tee":
            operands = []
        yield from operands
