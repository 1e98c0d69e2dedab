"""The servers that a repository configures, as what is to be audited: each launch line once."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from claude_preflight.agents.audit_drift import is_off, loose_fingerprints
from claude_preflight.agents.audit_entry import GIT, LOCAL, NPM, OCI, OTHER, PYPI, REMOTE
from claude_preflight.agents.audit_launch import launch_fingerprint, shown_url
from claude_preflight.agents.known_servers import normal_name
from claude_preflight.agents.launch import Launch
from claude_preflight.agents.mcp import Server
from claude_preflight.agents.pins import is_exact
from claude_preflight.document import Document
from claude_preflight.intake import read_worktree
from claude_preflight.repository import Repository
from claude_preflight.typed import NamedTuple

_ASKED = {"npm": NPM, "pypi": PYPI, "oci": OCI, "git": GIT}
# Packages that run a file of the project, which is the server then.
_RUNNERS = frozenset(("tsx", "ts-node", "bun", "nodemon"))
_REGISTRY_OPTIONS = frozenset(
    (
        "--registry",
        "--index",
        "--index-url",
        "-i",
        "--default-index",
        "--extra-index-url",
        "--find-links",
        "-f",
        "--pip-args",
    )
)
_REGISTRY_NAMES = frozenset(
    (
        *("npm_config_registry", "npm_config_userconfig", "npm_config_globalconfig", "bun_config_registry"),
        *("uv_index", "uv_index_url", "uv_default_index", "uv_extra_index_url", "uv_find_links", "uv_config_file"),
        *("pip_index_url", "pip_extra_index_url", "pip_find_links", "pip_config_file"),
    )
)
_PROJECT = re.compile(r"^(?:\$\{(?:workspaceFolder|workspaceRoot|CLAUDE_PROJECT_DIR|PWD)(?::-[^}]*)?\}|\$PWD)/")
_VARIABLE = re.compile(r"[$%{}]")


class Target(NamedTuple):
    """A server to audit; names of fields as in the record, None for what the launch line does not say.

    `exact` tells whether the line names the one version that starts, `elsewhere` that it names a registry of its own,
    `looser` holds the fingerprints that the line had before it was pinned.
    """

    name: str
    launch: str
    configs: tuple[str, ...]
    source: str
    package: str | None
    version: str | None
    url: str | None
    path: str | None
    exact: bool
    elsewhere: bool
    looser: tuple[str, ...] = ()


def targets(found: Iterable[tuple[Document, Server]], repository: Repository) -> list[Target]:
    """Return the servers that are switched on, sorted by name and launch; what several files declare alike is one."""
    merged: dict[tuple[str, str], Target] = {}
    for document, server in found:
        if is_off(server, document.known_as) or (server.command is None and server.remote is None):
            continue
        target = _target(document, server, repository)
        known = merged.get((target.name, target.launch))
        configs = {*target.configs, *(known.configs if known else ())}
        merged[target.name, target.launch] = target._replace(configs=tuple(sorted(configs)))
    return [merged[key] for key in sorted(merged)]


def _target(document: Document, server: Server, repository: Repository) -> Target:
    launch = server.launch
    remote = server.remote
    url = shown_url(str(remote)) if remote else None
    base = Target(
        str(server.name),
        launch_fingerprint(server),
        (document.path,),
        OTHER,
        None,
        None,
        url or None,
        None,
        False,
        False,
    )
    if launch is None:
        return base._replace(source=REMOTE)
    path = next(_files(document, server, launch, repository), None)
    if path and (launch.registry in ("", "path") or str(launch.package) in _RUNNERS):
        return base._replace(source=LOCAL, path=path)
    if not launch.package or launch.registry in ("", "path", "url"):
        return base
    package = str(launch.package)
    shown = normal_name("git", package) if launch.registry == "git" else package
    version = str(launch.version) if launch.version is not None and not _VARIABLE.search(launch.version) else None
    source = _ASKED.get(launch.registry, OTHER)
    return base._replace(
        source=source,
        package=shown,
        version=version,
        exact=is_exact(launch),
        elsewhere=_elsewhere(server, launch),
        looser=loose_fingerprints(server, launch),
    )


def _elsewhere(server: Server, launch: Launch) -> bool:
    """Tell whether the launch line takes its package from another registry than the user's clients would."""
    options = (str(option).partition("=")[0] for option in launch.options)
    names = (str(name).lower().replace("-", "_") for name, _ in (*server.env, *launch.environment))
    return any(option in _REGISTRY_OPTIONS for option in options) or any(name in _REGISTRY_NAMES for name in names)


def _files(document: Document, server: Server, launch: Launch, repository: Repository) -> Iterator[str]:
    """Yield the files of the repository that the launch line names, the program first."""
    words = [word for word in (launch.spec, launch.binary, *launch.arguments) if word is not None]
    folders = ["", posixpath.dirname(document.path)]
    if server.cwd is not None:
        folders.insert(0, str(server.cwd))
    if "--directory" in launch.options:
        place = launch.options.index("--directory") + 1
        folders[:0] = [str(option) for option in launch.options[place : place + 1]]
    for word in words:
        plain = _PROJECT.sub("", str(word))
        if plain.startswith(("-", "/", "~")) or _VARIABLE.search(plain) or "\0" in plain:
            continue
        for folder in folders:
            path = posixpath.normpath(posixpath.join(_PROJECT.sub("", f"{folder}/") if folder else "", plain))
            inside = not path.startswith(("..", "/")) and repository.relative(repository.absolute(path)) == path
            if inside and isinstance(read_worktree(repository, path), bytes):
                yield path
