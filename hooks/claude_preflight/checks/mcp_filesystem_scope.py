"""MCP servers get the folders they need, not the disk.

What it does
------------
Refuses MCP servers that are told to work on a whole disk or drive, a home directory, a system directory, a folder of
credentials or a folder outside of the project; containers that are handed any of these, the socket of the container
engine, or the host itself; and servers that work on files and are given no folder where one would have confined them.
It knows them by package, image or binary, in every client's configuration and in scripts that wrap them, whatever the
entry is called.

Why is this bad?
----------------
The model decides which files such a server reads and writes, and text it has read may have told it to. What the server
cannot reach, no injected instruction can ask for. Servers run outside of the agent's own sandbox and permission rules.

Example
-------
```json .mcp.json
{"mcpServers": {"files": {"command": "npx", "args": ["@modelcontextprotocol/server-filesystem@2026.8.31", "/"]}}}
```

Use instead
-----------
```json .mcp.json
{"mcpServers": {"files": {"command": "npx", "args": ["@modelcontextprotocol/server-filesystem@2026.8.31", "./src"]}}}
```

A folder outside of the project that is really meant goes into the policy: `filesystem: {allow: [../shared-protos]}`.

References
----------
* CWE-732, incorrect permission assignment for a critical resource: https://cwe.mitre.org/data/definitions/732.html
* The reference filesystem server takes its folders from the command line, or from the client where that offers roots:
  https://github.com/modelcontextprotocol/servers/tree/main/src/filesystem
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from claude_preflight.agents.files import SCRIPT
from claude_preflight.agents.mcp import Server, servers
from claude_preflight.agents.path_servers import GivenPath, PathServer, given_paths, known_server, path_servers
from claude_preflight.agents.paths import CREDENTIALS, DISK, HOME, OUTSIDE, PERSONAL, SYSTEM, Reach, reach
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.hook import run_hook
from claude_preflight.late import late
from claude_preflight.model import Confidence, Edit, Finding, Fix, Rule, Severity
from claude_preflight.policy import matches_any
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from claude_preflight.agents.launch import Launch

ROOT = Rule(
    "filesystem-root", Severity.ERROR, Confidence.HIGH, "a server may use a whole disk or a system directory", 732
)
HOME_DIRECTORY = Rule(
    "filesystem-home", Severity.ERROR, Confidence.HIGH, "a server may use a whole home directory", 732
)
CREDENTIAL_FOLDER = Rule(
    "filesystem-credentials", Severity.ERROR, Confidence.HIGH, "a server may use a folder of credentials", 732
)
OUTSIDE_PROJECT = Rule(
    "filesystem-outside-project",
    Severity.ERROR,
    Confidence.HIGH,
    "a server may use a folder outside of the project",
    22,
)
PERSONAL_FOLDER = Rule(
    "filesystem-personal-folder",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a server may use a person's whole desktop, documents or downloads",
    732,
)
NO_PATH = Rule(
    "filesystem-no-path", Severity.WARNING, Confidence.MEDIUM, "a server that works on files is given no folder", 732
)
MOUNT = Rule(
    "container-host-mount",
    Severity.ERROR,
    Confidence.HIGH,
    "a container is handed a part of the host that no server needs",
    732,
)
CREDENTIAL_MOUNT = Rule(
    "container-credentials-mount",
    Severity.WARNING,
    Confidence.MEDIUM,
    "a container is handed the host's credentials",
    522,
)
SOCKET = Rule(
    "container-engine-socket",
    Severity.ERROR,
    Confidence.HIGH,
    "a container may command the container engine, and so the host",
    250,
)
PRIVILEGED = Rule(
    "container-privileged", Severity.ERROR, Confidence.HIGH, "a container has the rights of the host", 250
)
RULES = (
    ROOT,
    HOME_DIRECTORY,
    CREDENTIAL_FOLDER,
    OUTSIDE_PROJECT,
    PERSONAL_FOLDER,
    NO_PATH,
    MOUNT,
    CREDENTIAL_MOUNT,
    SOCKET,
    PRIVILEGED,
)

_RULE_OF = {
    DISK: ROOT,
    SYSTEM: ROOT,
    HOME: HOME_DIRECTORY,
    CREDENTIALS: CREDENTIAL_FOLDER,
    OUTSIDE: OUTSIDE_PROJECT,
    PERSONAL: PERSONAL_FOLDER,
}

_SOCKET = late(r"(?:docker|podman|containerd|crio)\.sock$|docker_engine$")
_HOST_RIGHTS = frozenset(
    (
        ("--pid", "HOST"),
        ("--security-opt", "SYSTEMPATHS=UNCONFINED"),
        *(("--cap-add", name) for name in ("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_RAWIO", "DAC_READ_SEARCH")),
    )
)
_DISK = late(r"/dev/(?:sd[a-z]|nvme\d|vd[a-z]|xvd[a-z]|hd[a-z]|dm-\d|mapper/|mmcblk\d|disk/|loop\d|k?mem\b)")
# Where the engine of the host answers, as seen from a container.
_ENGINE_ADDRESS = late(r"(?:tcp|http)://.+")


class _Subject:
    """A launch under check: of a server entry, or of a command in a script."""

    def __init__(self, document: Document, launch: Launch, server: Server | None) -> None:
        self.launch = launch
        self.server = server
        self.name = str(server.name) if server else ""
        self.base = _base(document, server)
        self.folder = launch.folder or (server.cwd if server else None)
        self.env = (*(server.env if server else ()), *launch.environment)

    @property
    def title(self) -> str:
        package = str(self.launch.package or self.launch.binary or "")
        return "filesystem server" if "filesystem" in package or not self.name else f'server "{self.name}"'

    def key(self, what: str) -> str:
        return self.server.key(what) if self.server else f"{self.launch.package or self.launch.binary}/{what}"

    def finding(self, rule: Rule, place: Text, message: str, repair: str, what: str, fix: Fix | None = None) -> Finding:
        text = f"{self.title} {message}"
        return rule.at(place.span, text, repair=repair, key=self.key(what), server=self.name, fix=fix)


def check(document: Document, context: Context) -> Iterator[Finding]:
    """Yield what is wrong with the files that the servers of `document` may use."""
    subjects = list(_subjects(document))
    if not subjects:
        return
    from claude_preflight.agents.launch import all_of

    for subject in subjects:
        given = list(given_paths(subject.launch, subject.env))
        for path in given:
            yield from _judge(subject, path, context)
        for launch in all_of(subject.launch):
            yield from _mounts(subject, launch, context)
            yield from _rights(subject, launch)
            yield from _engine(subject, launch)
        if not any(path.certain for path in given):
            yield from _without_path(subject)


def _subjects(document: Document) -> Iterator[_Subject]:
    for server in servers(document):
        if server.launch:
            yield _Subject(document, server.launch, server)
    if SCRIPT in document.kinds and any(name in document.text for name in path_servers()):
        from claude_preflight.agents.script_launches import script_launches

        yield from (_Subject(document, launch, None) for launch in script_launches(document) if known_server(launch))


def _base(document: Document, server: Server | None) -> str | None:
    """Return the folder (relative to the repository) that relative paths start at; None where it cannot be told."""
    if server is None or (server.cwd and server.cwd.startswith(("/", "~", "$", "%"))):
        return None
    folders = document.path.split("/")[:-1]
    hidden = next((number for number, folder in enumerate(folders) if folder.startswith(".")), len(folders))
    return posixpath.join("", *folders[:hidden], str(server.cwd or ""))


def _judge(subject: _Subject, given: GivenPath, context: Context) -> Iterator[Finding]:
    path = _from_folder(subject, given.path)
    found = _reach(subject, path, context)
    if found is None or (not given.certain and found.kind not in (DISK, HOME, CREDENTIALS)):
        return
    message = f'may read {found.words}: "{path}"'
    fix = None
    repair = "keep it inside the project, or allow the folder in the policy: filesystem.allow"
    if found.kind != OUTSIDE:
        repair = 'give it the folders it needs, e.g. "./src"'
        if path is given.path and _replaceable(subject, given.path):
            fix = Fix((Edit(given.path.span, "."),))
            repair += ' (--fix writes ".")'
    yield subject.finding(_RULE_OF[found.kind], given.path, message, repair, given.place, fix)


def _from_folder(subject: _Subject, path: Text) -> Text:
    """Return `path` as seen from the folder that its server starts in, where both matter."""
    folder = subject.folder
    if not folder or not _is_anchored(folder) or _is_anchored(path):
        return path
    bare = str(folder).rstrip("/\\")
    return Text.at(f"{bare}/{path}", path.start, path.end)


def _is_anchored(path: str) -> bool:
    return path.startswith(("/", "\\", "~", "$", "%", "{", "file:")) or path[1:2] == ":"


def _reach(subject: _Subject, path: Text, context: Context) -> Reach | None:
    """Return what `path` opens, unless the policy allows it or nobody can tell."""
    found = reach(path, subject.base or "")
    if found is None or (found.kind == OUTSIDE and subject.base is None):
        return None
    allowed = context.policy.filesystem_allow
    normal = posixpath.normpath(posixpath.join(subject.base or "", path))
    return None if matches_any(path, allowed) or matches_any(normal, allowed) else found


def _replaceable(subject: _Subject, path: Text) -> bool:
    """Tell whether "." can take the place of `path`: it is a whole string of an entry that starts in the project."""
    return (
        subject.server is not None
        and subject.base is not None
        and any(path is word for word in subject.server.arguments)
    )


def _mounts(subject: _Subject, launch: Launch, context: Context) -> Iterator[Finding]:
    rules = {CREDENTIALS: CREDENTIAL_MOUNT, OUTSIDE: OUTSIDE_PROJECT, PERSONAL: PERSONAL_FOLDER}
    for mount in launch.mounts:
        what = f"mount {mount.target}"
        found = _reach(subject, mount.source, context)
        if _SOCKET.search(mount.source):
            message = f'may command the container engine, and so the host: "{mount.source}"'
            yield subject.finding(SOCKET, mount.source, message, "do not mount the engine's socket", what)
        elif found:
            message = f'hands its container {found.words}: "{mount.source}"'
            repair = "mount the folder it needs, read-only where it does not write"
            yield subject.finding(rules.get(found.kind, MOUNT), mount.source, message, repair, what)


def _rights(subject: _Subject, launch: Launch) -> Iterator[Finding]:
    options = launch.options
    for number, word in enumerate(options if launch.registry == "oci" else ()):
        name, equals, value = word.partition("=")
        if not equals:
            value = "".join(options[number + 1 : number + 2])
        privileged = name == "--privileged" and (not equals or value.lower() in ("true", "t", "1"))
        if name == "--use-api-socket" and (not equals or value.lower() in ("true", "t", "1")):
            message = f"may command the container engine, and so the host: {name}"
            yield subject.finding(SOCKET, word, message, "drop the option", name)
        elif privileged or (name, value.upper().removeprefix("CAP_")) in _HOST_RIGHTS or _is_disk(name, value):
            shown = name if privileged else f"{name} {value}"
            repair = "drop the option, or grant the one capability it needs"
            yield subject.finding(
                PRIVILEGED, word, f"runs in a container with the rights of the host: {shown}", repair, shown
            )


def _engine(subject: _Subject, launch: Launch) -> Iterator[Finding]:
    """Yield the addresses of a container engine that a container is told."""
    for name, value in launch.environment if launch.registry == "oci" else ():
        if name == "DOCKER_HOST" and _ENGINE_ADDRESS.match(value):
            message = f"may command the container engine, and so the host: {name}"
            yield subject.finding(SOCKET, value, message, "do not hand it the engine's address", str(name))


def _is_disk(option: str, value: str) -> bool:
    return option == "--device" and bool(_DISK.match(value))


def _without_path(subject: _Subject) -> Iterator[Finding]:
    known = known_server(subject.launch)
    word = subject.launch.spec or subject.launch.binary
    if known and known.missing and word and subject.launch.registry != "oci":
        yield subject.finding(
            NO_PATH, word, f"is given no folder, so it may use {known.missing}", _limited(known), "no path"
        )


def _limited(known: PathServer) -> str:
    """Return how to tell a server its folders."""
    if known.configured:
        return (
            f"it takes no folder on its launch line: name them as {known.configured} in its own configuration,"
            " and keep that as the reason of an ignore of the policy"
        )
    flag = next(iter(known.flags), "")
    return f'add {flag} "." to its arguments' if flag else 'add the folders it needs to its arguments, e.g. "./src"'


def main(argv: Sequence[str] | None = None) -> int:
    """Run this hook over the files named in `argv` (default: `sys.argv[1:]`) and return its exit status."""
    return run_hook("mcp-filesystem-scope", argv)


if __name__ == "__main__":
    raise SystemExit(main())
