"""What keeps an agent that asks nobody away from the machine it runs on: containers, virtual machines, jails.

A container that is privileged, or is handed the engine's socket, the host's home, its credentials or secrets of
production, is no sandbox: `Sandbox.breach` says why. Nor are virtual environments, worktrees and a job on a CI runner.
Source: code.claude.com/docs/en/sandbox-environments and devcontainer, 2026-08-22.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from claude_preflight.agents.launch import program_name, take_apart
from claude_preflight.agents.paths import DISK, HOME, reach
from claude_preflight.agents.settings import Settings, is_sandboxed, is_true
from claude_preflight.late import late
from claude_preflight.policy import Policy, matches_any
from claude_preflight.syntax.nodes import Mapping, Node, Scalar, Text, walk
from claude_preflight.syntax.nodes import Sequence as NodeSequence
from claude_preflight.typed import NamedTuple


class Sandbox(NamedTuple):
    """What an agent is enclosed in: `name` behind `in`, `breach` says why it does not hold, and is empty if it does."""

    name: str
    breach: str = ""


SECRETS_OF_PRODUCTION = "is handed secrets of production"  # a breach

_ENGINES = frozenset("docker podman nerdctl docker-compose podman-compose finch container".split())
_RUNNING = frozenset("run exec compose sandbox container create up".split())
# Programs that shut in what they run, with or without words in between.
_JAILS = {
    **dict.fromkeys("bwrap bubblewrap firejail nsjail sandbox-exec minijail0 isolate".split(), "a jail"),
    **dict.fromkeys("srt sandbox-runtime @anthropic-ai/sandbox-runtime runsc".split(), "a sandbox"),
    **dict.fromkeys(
        "apptainer singularity kubectl devcontainer incus lxc systemd-nspawn devpod".split(), "a container"
    ),
    **dict.fromkeys("limactl lima multipass vagrant orb colima tart firecracker ignite".split(), "a virtual machine"),
}
_PRIVILEGED = late(r"^[^#\n]*(?:\bprivileged[\"']?\s*:\s*[\"']?true|--privileged(?!=false))", 8)  # re.MULTILINE
_SOCKET = late(r"^[^#\n]*(?:docker|podman|containerd)\.sock|docker-outside-of-docker", 8)
_HOST_PID = late(r"^[^#\n]*(?:--pid[= ]host|^\s*[\"']?pid[\"']?\s*:\s*[\"']?host)", 8)
_ALL_CAPABILITIES = late(
    r"--cap-add[= ](?:CAP_)?(?:ALL|SYS_ADMIN)\b|cap_add[\"']?\s*:\s*\[?\s*-?\s*[\"']?(?:ALL|SYS_ADMIN)\b"
)
_PRODUCTION = late(
    r"secrets\.(?:\w+_)?PROD(?:UCTION)?(?:_\w+)?\b|--env-file[= ]\S*\.prod|(?:-e|--env)[= ](?:\w+_)?PROD(?:UCTION)?_\w+"
    r"|env_file\s*:\s*\S*\.prod"
)
_CREDENTIALS = (".ssh", ".aws", ".gnupg", ".kube", ".azure")
_CONTAINER_KEYS = ("container", "image", "docker", "build")
_MOUNT_KEYS = frozenset("volumes mounts workspaceMount runArgs hostPath path source".split())

# Files that are made for the inside of a container, or to build or enter one.
_DEVCONTAINER = late(r"(?:^|[/_.-])devcontainers?(?=[/_.-]|$)", 2)  # re.IGNORECASE
_ENTRYPOINT = late(r"(?:^|/)[^/]*entrypoint(?:\.\w+)?$", 2)
_ENGINE_FOLDER = late(r"(?:^|/)(?:\.?docker|containers?|dockerfiles)/", 2)
_SANDBOX = late(r"(?:^|/)(?:[^/]*[_.-])?sandbox(?:es|ed)?(?:/|[_.-][^/]*$|$)", 2)
# A folder in these is a part of the project, or holds scripts for its people: `src/containers` are parts of a page.
_PARTS = frozenset("apps packages libs lib src crates modules internal pkg".split())
_FOR_PEOPLE = frozenset("scripts tools bin hack ci".split())
# Words of a name: without a sandbox, or around it.
_OUTSIDE = frozenset(
    "no not non without un disable disabled disabling off skip bypass outside escape test tests testing host".split()
)
_ON_HOST = frozenset("up down build rebuild push pull deploy publish release stop host".split())
_HOST_FILES = late(r"(?:^|/)(?:package\.json|(?:gnu)?makefile|\.?justfile|taskfile\.ya?ml|\.vscode/[^/]+)$|\.mk$", 2)
_WORD = late(r"[A-Za-z]+")
# A script that looks for these runs on only where it finds them.
_CONTAINER_TEST = late(r"/\.dockerenv|/run/\.containerenv|\$\{?(?:REMOTE_CONTAINERS|DEVCONTAINER|CODESPACES)\b")
# Libraries that start programs in sandboxes of a service.
_SANDBOX_LIBRARY = late(
    r"\b(?:from|import|require)\s{0,3}\(?\s{0,3}[\"'](?:e2b|@e2b/[\w-]+|@daytonaio/sdk|@vercel/sandbox|@cloudflare/sandbox|modal)[\"']"
    r"|^(?:from|import)[ \t]+(?:e2b|e2b_code_interpreter|daytona|daytona_sdk|modal)\b",
    8,  # re.MULTILINE
)
_JENKINS_CONTAINER = late(r"\bagent\s*\{\s*(?:docker|dockerfile|kubernetes)\b")


def of_path(path: str, policy: Policy) -> Sandbox | None:
    """Return what the file at `path` is made to run in, by its place or by the policy; None if that says nothing."""
    if matches_any(path, policy.sandboxes):
        return Sandbox("a sandbox of the policy")
    return Sandbox("a container") if _is_contained(path) else None


def _is_contained(path: str) -> bool:
    """Tell whether the name of the file at `path` or of a folder around it says that it is for a container's inside.

    A folder says so of scripts and settings, not of source code, which may as well be what manages the containers.
    """
    if _DEVCONTAINER.search(path):
        return True
    entry, folder, sandbox = (each.search(path) for each in (_ENTRYPOINT, _ENGINE_FOLDER, _SANDBOX))
    if not (entry or folder or sandbox) or _HOST_FILES.search(path):
        return False
    name = path.rpartition("/")[2]
    if _is_source(path):
        return entry is not None and (folder is not None or "docker" in name.lower())
    if entry and not _OUTSIDE & _words(name):
        return True
    if folder and not (_around(folder) & (_PARTS | _FOR_PEOPLE) or _words(name) & _ON_HOST):
        return True
    return sandbox is not None and not (_around(sandbox) & _PARTS or _words(sandbox[0]) & _OUTSIDE)


def _around(match: re.Match[str]) -> frozenset[str]:
    """Return the folders in front of `match` in a path."""
    return frozenset(match.string[: match.start()].lower().split("/"))


def _words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(name))


def _is_source(path: str) -> bool:
    from claude_preflight.syntax.source_code import family_of

    return family_of(path) not in ("", "nix")  # what is written in Nix is a setting


def of_script(text: str) -> Sandbox | None:
    """Return what the script `text` makes sure that it runs in."""
    return Sandbox("a container") if _CONTAINER_TEST.search(text) or _JENKINS_CONTAINER.search(text) else None


def of_source(text: str) -> Sandbox | None:
    """Return what the source code `text` starts programs in, by the library that it uses for that."""
    return Sandbox("a sandbox") if _SANDBOX_LIBRARY.search(text) else None


def of_command(words: Sequence[Text]) -> Sandbox | None:
    """Return what the command line `words` encloses the program in that it starts behind its own first words."""
    for number, word in enumerate(words):
        name = program_name(word)
        if word.startswith("-"):
            continue
        if name in _ENGINES and not _RUNNING.isdisjoint(words[number + 1 : number + 8]):
            return Sandbox("a container", _words_breach(words[number:]))
        if name in _JAILS or word.partition("@")[0] in _JAILS or "sandbox-runtime" in word:
            return Sandbox(_JAILS.get(name, "a sandbox"))
    return None


def _words_breach(words: Sequence[Text]) -> str:
    mounted = (str(mount.source) for mount in take_apart(words[0], words[1:]).mounts)
    return _breach(" ".join(words), mounted)


def _breach(text: str, mounted: Iterable[str]) -> str:
    """Return what makes a container an open one that `text` describes and that sees the paths `mounted` of the host."""
    if _PRIVILEGED.search(text):
        return "is privileged"
    if _SOCKET.search(text):
        return "is handed the socket of the container engine"
    if _HOST_PID.search(text) or _ALL_CAPABILITIES.search(text):
        return "may reach the processes of its host"
    if _PRODUCTION.search(text):
        return SECRETS_OF_PRODUCTION
    return next(filter(None, map(_mount_breach, mounted)), "")


def _mount_breach(source: str) -> str:
    opened = reach(source)
    if opened and opened.kind in (DISK, HOME):
        return f"is handed {opened.words} of its host"
    if any(part in _CREDENTIALS for part in source.rstrip("/").replace("\\", "/").split("/")):
        return "is handed credentials of its host"
    return ""


def of_configuration(text: str, path: str, ancestors: Sequence[Node], keys: Sequence[str]) -> Sandbox | None:
    """Return what a command in the configuration file at `path` runs in.

    `ancestors` are the nodes around it, the root first, and `keys` the keys that lead to it; `text` is the file's.
    """
    name = path.rpartition("/")[2]
    if name in ("devcontainer.json", ".devcontainer.json"):
        return None if (keys and keys[0] == "initializeCommand") else _described("a dev container", text, ancestors[0])
    if name.startswith("cloudbuild") or (name == "bitbucket-pipelines.yml" and "self.hosted" not in text):
        return Sandbox("a container")
    for node in reversed(ancestors[1:]):
        if isinstance(node, Mapping) and (_has_container(node) or _has_plugin(node, text)):
            return _described("a container", text, node)
    root = ancestors[0]
    return _of_root(text, root, ancestors) if isinstance(root, Mapping) else None


def _of_root(text: str, root: Mapping, ancestors: Sequence[Node]) -> Sandbox | None:
    """Return the container that the top of a CI file gives to all jobs, or the executor that this job names."""
    default = root.mapping("default")
    if _is_container(root.get("image")) or (default and _is_container(default.get("image"))):
        services = root.get("services")
        dind = services is not None and "dind" in text[services.start : services.end]
        return Sandbox("a container", "runs Docker inside and so is privileged" if dind else "")
    executors = root.mapping("executors")
    for node in ancestors[1:] if executors else ():
        named = isinstance(node, Mapping) and (node.text("executor") or (node.mapping("executor") or node).text("name"))
        executor = executors.mapping(named) if executors and named else None
        if executor and _has_container(executor):
            return _described("a container", text, executor)
    return None


def of_container(text: str, node: Node) -> Sandbox:
    """Return the container that `node`, part of a configuration file whose text is `text`, describes."""
    return _described("a container", text, node)


def _has_container(node: Mapping) -> bool:
    return any(_is_container(node.get(key)) for key in _CONTAINER_KEYS)


def _is_container(value: Node | None) -> bool:
    if isinstance(value, Scalar):
        return isinstance(value.value, Text) and bool(value.value.strip())
    return isinstance(value, Mapping | NodeSequence)


def _has_plugin(node: Mapping, text: str) -> bool:
    """Tell whether a step of Buildkite runs in a container."""
    plugins = node.get("plugins")
    return (
        plugins is not None
        and "docker" in text[plugins.start : plugins.end]
        and "#" in text[plugins.start : plugins.end]
    )


def _described(name: str, text: str, node: Node) -> Sandbox:
    breach = _breach(text[node.start : node.end], _mounted(node))
    services = node.get("services") if isinstance(node, Mapping) else None
    if not breach and services is not None and "dind" in text[services.start : services.end]:
        breach = "runs Docker inside and so is privileged"
    return Sandbox(name, breach)


def _mounted(node: Node) -> Iterator[str]:
    """Yield the paths of the host that a description of a container mounts."""
    for path, inner in walk(node):
        if isinstance(inner, Scalar) and isinstance(inner.value, Text) and not _MOUNT_KEYS.isdisjoint(path[-3:]):
            value = inner.value.removeprefix("--volume=").removeprefix("-v ")
            if "source=" in value:
                yield value.partition("source=")[2].partition(",")[0]
            elif ":" in value or path[-1] in ("source", "path"):
                yield value[: value.find(":", value.find("}") + 1)] if ":" in value else value


def of_settings(settings: Settings) -> Sandbox | None:
    """Return the sandbox that a settings file of Claude Code puts all commands in, if nothing steps around it.

    Without `failIfUnavailable` the agent goes on unprotected where the sandbox cannot start.
    """
    sandbox = settings.root.mapping("sandbox")
    if sandbox is None or not is_sandboxed(settings) or not is_true(sandbox, "failIfUnavailable"):
        return None
    return Sandbox("its sandbox")
