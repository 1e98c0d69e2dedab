"""Which known server an entry of a configuration starts or reaches, whatever the entry is called."""

from __future__ import annotations

from functools import cache

from claude_preflight.agents.known_servers import KnownServer, catalogue
from claude_preflight.agents.mcp import Server
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from claude_preflight.agents.launch import Launch

_ENCODED = late(r"%([0-9A-Fa-f]{2})")


def recognised(server: Server) -> KnownServer | None:
    """Return what is known of `server`, by its package, image, Python module, program or address; None if nothing."""
    launch = server.launch
    remote = server.remote
    if remote is not None:
        return _by_address(remote)
    if launch is None:
        return None
    if launch.package and launch.registry:
        return catalogue().server(launch.registry, launch.package)
    return _by_program(launch)


def _by_program(launch: Launch) -> KnownServer | None:
    """Return the server that an installed program or a Python module is."""
    words = launch.arguments
    if launch.launcher == "python" and len(words) > 1 and words[0] == "-m":
        return catalogue().server("pypi", words[1].partition(".")[0])
    from claude_preflight.agents.launch import program_name

    name = program_name(launch.binary or launch.spec or "")
    return _programs().get(name) if "mcp" in name else None


@cache
def _programs() -> dict[str, KnownServer]:
    """Return the trusted servers by the program that their package installs, which mostly has the package's name."""
    servers = [server for server in catalogue().of("npm", "pypi", "oci") if server.trusted]
    return {server.name.rpartition("/")[2].lower(): server for server in servers}


def _by_address(address: Text) -> KnownServer | None:
    """Return the server at `address`. A host for nothing but MCP need not be asked for the path as well."""
    host, path = split_address(address)
    for known_host, known_path, known in _addresses():
        if host == known_host and ("mcp" in host or f"{path}/".startswith(f"{known_path}/")):
            return known
    return None


@cache
def _addresses() -> list[tuple[str, str, KnownServer]]:
    return [(*split_address(server.name), server) for server in catalogue().of("url")]


def split_address(address: str) -> tuple[str, str]:
    """Return the host of a URL in lower case, without user, port and brackets, and the path, without outer slashes.

    The path is the one that a server is asked for: without `.` and `..`, and without what is encoded of it.
    """
    rest = address.partition("://")[2].partition("?")[0].partition("#")[0]
    authority, _, path = rest.partition("/")
    host = authority.rpartition("@")[2].lower()
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.rstrip("."), _resolved(path) if "." in path or "%" in path else path.strip("/")


def _resolved(path: str) -> str:
    segments: list[str] = []
    for segment in _ENCODED.sub(lambda match: chr(int(match[1], 16)), path).split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment != ".":
            segments.append(segment)
    return "/".join(segments).strip("/")
