"""Take the launch line of an MCP server apart: launcher, package, version, what the server itself receives.

The grammars follow the programs' own help: npm 11, pnpm 9, uv 0.9, pipx 1.8, deno 2, docker 28, podman 5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from claude_preflight.syntax.nodes import Text

# Wrappers inside wrappers are followed this far.
_MAX_WRAPPERS = 10

Environment = tuple[tuple[Text, Text], ...]


class Mount(NamedTuple):
    """What a container sees of the host: `source` is a path of the host or the name of a volume."""

    source: Text
    target: Text
    read_only: bool


class Launch(NamedTuple):
    """What a launch line starts; every `Text` is a part of the line with its place.

    launcher: `npx`, `npm exec`, `pnpm dlx`, `yarn dlx`, `bunx`, `uvx`, `uv run`, `pipx run`, `deno`, `docker`,
        `podman`, `go run`, `cargo run`, `dnx`, `node`, `python`; empty for any other program.
    registry: where what is run comes from: `npm`, `pypi`, `jsr`, `oci`, `go`, `nuget`, `git`, `url`, `path`; empty
        where the line does not say.
    spec: the word, or part of one, that names what is run, version included.
    package: its name without version and extras; None for a path.
    version: what stands behind `@`, `==`, `:` or `#`: a version, range, tag, digest or git ref. A range of Python
        versions keeps its operator.
    arguments: what the server itself receives; for a program that is no package launcher all words behind it.
    options: the launcher's own words, with their values.
    environment: what the line sets, outermost first.
    mounts: of a container.
    wrappers: the programs around the launch that have been looked through, outermost first; also a bridge to `remote`.
    remote: the address of the server, where the program is a bridge to one.
    binary: the word that names the program, where it is not `spec`.
    carrier: the launch of the package that starts this one (`npx supergateway --stdio "npx …"`).
    """

    launcher: str = ""
    registry: str = ""
    spec: Text | None = None
    package: Text | None = None
    version: Text | None = None
    arguments: tuple[Text, ...] = ()
    options: tuple[Text, ...] = ()
    environment: Environment = ()
    mounts: tuple[Mount, ...] = ()
    wrappers: tuple[str, ...] = ()
    remote: Text | None = None
    binary: Text | None = None
    carrier: Launch | None = None


class _Setting(NamedTuple):
    """What stands around a launch; `variables` are those it may be told an address in."""

    variables: Environment = ()
    wrappers: tuple[str, ...] = ()
    carrier: Launch | None = None


class _Segment(NamedTuple):
    """One command of a compound line."""

    words: Sequence[Text]
    environment: Environment = ()


class _Option(NamedTuple):
    name: str
    value: Text | None


class _Spec(NamedTuple):
    registry: str
    package: Text | None = None
    version: Text | None = None


def take_apart(command: Text, args: Sequence[Text] = (), env: Iterable[tuple[Text, Text]] = ()) -> Launch:
    """Return what the program `command` with `args` starts.

    A whole command line in `command` is split first. `env` is the entry's own environment, in which some bridges are
    told their address. Never raises, whatever the words are.
    """
    segments = _read_line(command.trimmed(), args=args)
    return _choose(segments, _Setting(tuple(env)), 0)


# --- The words of the line ---

_BLANKS = " \t\r\n"
_EXTENSIONS = (".exe", ".cmd", ".bat", ".ps1", ".com")
_PROGRAM_FOLDERS = ("bin", "shims", "scripts")
# No part of a path begins with one of these behind a blank.
_ARGUMENT_STARTS = ("-", "/", '"', "'", "$", "@")
_MAX_PROGRAM = 300
# What a program runs as on Windows when its script is named.
_SCRIPT_PROGRAMS = {"npx-cli.js": "npx", "npm-cli.js": "npm"}
_SCRIPTS = (".sh", ".bash", ".zsh", ".py", ".js", ".mjs", ".cjs", ".ts")


def program_name(word: str) -> str:
    """Return the name of the program at `word`: no folders, no Windows extension, lower case."""
    name = word[max(word.rfind("/"), word.rfind("\\")) + 1 :].lower()
    return _SCRIPT_PROGRAMS.get(name, name[:-4] if name.endswith(_EXTENSIONS) else name)


def _program_end(command: Text, *, has_args: bool) -> int:
    """Return where the program ends that `command` begins with: its length if it is but a program.

    A path may hold blanks. 0 stands for a line of which not even the first word can be read without a shell's rules.
    """
    ends = [index for index, character in enumerate(command) if character in _BLANKS]
    if not ends:
        return len(command)
    first = command[: ends[0]]
    if first[0] in "\"'" or first[-1] == "\\" or _assignment_end(first):
        return 0
    if "/" not in first and "\\" not in first:
        return len(command) if command.lower().endswith(_EXTENSIONS) and not _is_known(first) else 0
    if has_args:
        return ends[0] if _is_known(first) and command[ends[0] + 1 : ends[0] + 2] == "-" else len(command)
    for end in ends:
        if _is_program(command[max(0, end - _MAX_PROGRAM) : end]) or command[end + 1 : end + 2] in _ARGUMENT_STARTS:
            return end
    return len(command)


def _is_known(word: str) -> bool:
    name = program_name(word)
    return name in _PROGRAMS or name in _WRAPPERS or name in _SHELLS or name in _WINDOWS_SHELLS or bool(_runtime(name))


def _is_program(path: str) -> bool:
    """Whether `path`, behind which more stands, ends in a program: folders are called `node` or `time` as well."""
    path = path.lower()
    folder = path[: max(path.rfind("/"), path.rfind("\\"))]
    return path.endswith((*_EXTENSIONS, *_SCRIPTS)) or (folder.endswith(_PROGRAM_FOLDERS) and _is_known(path))


def _runtime(name: str) -> str:
    """Return `node` or `python` if the program `name` is one under any of its names, else nothing."""
    if name in ("node", "nodejs"):
        return "node"
    return "python" if name.rstrip("0123456789.") in ("python", "pythonw", "pypy", "py", "pyw") else ""


def _assignment_end(word: str) -> int:
    """Return the index of the `=` if `word` is `NAME=value`, else 0; `env` and containers take dashes and dots too."""
    name = word[: max(0, word.find("="))]
    plain = name.replace("-", "_").replace(".", "_").isidentifier()
    return len(name) if plain and name.isascii() and name[0] not in "-." else 0


def _assignment(word: Text) -> tuple[Text, Text] | None:
    end = _assignment_end(word)
    return (word.part(0, end), word.part(end + 1, len(word))) if end else None


def _is_windows(line: str) -> bool:
    """Whether backslashes in `line` separate folders."""
    return any(mark in line for mark in (":\\", ".\\", "\\\\")) or line.count("%") > 1


def _split(text: Text) -> list[Text]:
    # Few servers need the shell's rules, and compiling the expressions of that module takes two milliseconds.
    from claude_preflight.syntax.shell import split_words

    return split_words(text, windows=_is_windows(text))


def _read_line(line: Text, *, shell: str = "", args: Sequence[Text] = ()) -> list[_Segment]:
    """Return the commands of `line`, which may be no more than a program; `args` follow the last of them."""
    program_end = _program_end(line, has_args=bool(args))
    if program_end == len(line):
        return [_Segment([line, *args])]
    if program_end:
        segments = _segments_of_words([line.part(0, program_end), *_split(line.part(program_end, len(line)))])
    else:
        segments = _line_segments(line, shell=shell) or [_Segment([line])]
    return [*segments[:-1], segments[-1]._replace(words=[*segments[-1].words, *args])]


def _line_segments(line: Text, *, shell: str = "") -> list[_Segment]:
    """Return the commands of `line`, written for `shell`: `cmd`, `powershell`, or a POSIX one if nothing else shows."""
    from claude_preflight.syntax.shell import commands, windows_commands

    if shell or _is_windows(line):
        found = windows_commands(line, powershell=shell == "powershell")
        return [_windows_segment(command.words) for command in found]
    return [
        _Segment(command.words, command.assignments)
        for command in commands(line)
        if not command.depth and (command.words or command.assignments)
    ]


def _segments_of_words(words: Iterable[Text]) -> list[_Segment]:
    """Return the commands of `words`, of which some may be operators."""
    groups: list[list[Text]] = [[]]
    for word in words:
        if word in ("&&", "||", "&", "|", ";"):
            groups.append([])
        else:
            groups[-1].append(word)
    return [_windows_segment(group) for group in groups if group]


def _windows_segment(words: Sequence[Text]) -> _Segment:
    """Return a command of `cmd` or PowerShell; `set NAME=value` and `$env:NAME=value` only set a variable."""
    if words[0].lower().startswith("$env:"):
        pair = _assignment(words[0].part(5, len(words[0])))
        return _Segment([], (pair,) if pair else ())
    if words[0].lower() == "set":
        return _Segment([], tuple(pair for word in words if (pair := _assignment(word))))
    return _Segment(words)


def _choose(segments: Sequence[_Segment], setting: _Setting, depth: int) -> Launch:
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
    launch = _launch(name, words)._replace(wrappers=setting.wrappers, carrier=setting.carrier)
    return _follow(launch, setting.variables, depth)


# --- Options ---


def _options(text: str) -> frozenset[str]:
    """Return the options named in `text`: one letter with one dash, more with two."""
    return frozenset(("-" if len(name) == 1 else "--") + name for name in text.split())


def _read_options(
    words: Sequence[Text],
    values: frozenset[str],
    *,
    stops: frozenset[str] = frozenset(),
    clusters: bool = True,
) -> tuple[list[_Option], int]:
    """Return the options that `words` begin with and the number of words they take, a closing `--` included.

    `values` are the options that take a value, `stops` those that belong to what follows. With `clusters`, letters
    behind one dash are options of their own, of which the last may take a value: `-itv .:/work`.
    """
    options: list[_Option] = []
    index = 0
    while index < len(words):
        word = words[index]
        if word == "--":
            return options, index + 1
        if len(word) < 2 or word[0] != "-" or word in stops:
            break
        option = _option(word, values, clusters=clusters and word[1] != "-")
        index += 1
        if option.value is None and option.name in values and index < len(words):
            option = _Option(option.name, words[index])
            index += 1
        options.append(option)
    return options, index


def _option(word: Text, values: frozenset[str], *, clusters: bool) -> _Option:
    if clusters and word not in values:
        for index in range(1, len(word)):
            name = f"-{word[index]}"
            if name in values:
                value = word.part(index + 1 + word.startswith("=", index + 1), len(word))
                return _Option(name, value if index + 1 < len(word) else None)
    equals = word.find("=")
    if equals < 0:
        return _Option(str(word), None)
    return _Option(word[:equals], word.part(equals + 1, len(word)))


# --- Package specifications ---

_GIT_HOSTS = ("github.com/", "www.github.com/", "gitlab.com/", "bitbucket.org/", "gist.github.com/")
_GIT_SCHEMES = ("git", "ssh", "github", "gitlab", "bitbucket", "gist")
_PATH_STARTS = (".", "/", "~", "\\")


def _scheme(spec: str) -> str:
    """Return the scheme of the address `spec` in lower case; nothing for what is none, such as `C:\\x`."""
    scheme, colon, _ = spec.partition(":")
    return scheme.lower() if colon and len(scheme) > 1 and scheme.replace("+", "").isalnum() else ""


def _is_path(spec: str) -> bool:
    if spec.startswith(_PATH_STARTS) or spec[1:3] in (":\\", ":/"):
        return True
    return spec.startswith(("$", "%", "{")) and ("/" in spec or "\\" in spec)


def _tail(spec: Text, start: int) -> Text | None:
    return spec.part(start, len(spec)) if start < len(spec) else None


def _name_and_version(registry: str, spec: Text) -> _Spec:
    at = spec.find("@", 1)
    return _Spec(registry, spec.part(0, at), _tail(spec, at + 1)) if at > 0 else _Spec(registry, spec)


def _read_npm(spec: Text) -> _Spec:
    """As npm-package-arg does: `name@version`, `name@<address>`, an address, `owner/repository`, a path."""
    at = spec.find("@", 1)
    slash = spec.find("/")
    if _is_path(spec) or _scheme(spec):
        return _read_npm_address(spec)
    if at > 0 and (spec[0] == "@" or not 0 <= slash < at):
        version = spec.part(at + 1, len(spec))
        host = version.partition(":")[0]
        if "." in host and ":" in version:  # git@github.com:owner/repository
            return _read_npm_address(version if "@" in host else spec)
        if _scheme(version) or _is_path(version):
            return _read_npm_address(version)
        return _Spec("npm", spec.part(0, at), version or None)
    if spec.endswith((".tgz", ".tar.gz", ".tar")) or (slash > 0 and spec[0] != "@" and spec.count("/") > 1):
        return _Spec("path")
    if slash > 0 and spec[0] != "@":
        return _read_npm_address(spec)
    return _Spec("npm", spec)


def _read_npm_address(spec: Text) -> _Spec:
    scheme = _scheme(spec)
    if _is_path(spec) or scheme in ("file", "link", "workspace", "portal"):
        return _Spec("path")
    if scheme in ("npm", "jsr"):
        return _name_and_version(scheme, spec.part(4, len(spec)))
    mark = spec.find("#")
    address = spec.part(0, mark) if mark >= 0 else spec
    if scheme and scheme.partition("+")[0] not in _GIT_SCHEMES and not _is_repository(address):
        return _Spec("url", address)
    return _Spec("git", address, _tail(spec, mark + 1) if mark >= 0 else None)


def _is_repository(address: str) -> bool:
    rest = address.partition("://")[2].rstrip("/")
    return rest.startswith(_GIT_HOSTS) and rest.count("/") == 2


def _read_pypi(spec: Text) -> _Spec:
    """A requirement as PEP 508 has it, the `name@version` of uv, an address or a path."""
    if _is_path(spec):
        return _Spec("path")
    if _scheme(spec):
        return _read_python_address(spec)
    name_end = 0
    while name_end < len(spec) and (spec[name_end].isalnum() or spec[name_end] in "._-"):
        name_end += 1
    if spec.endswith((".whl", ".tar.gz", ".zip")) and "@" not in spec:
        return _Spec("path")
    extras_end = spec.find("]", name_end) + 1 if spec[name_end:].lstrip().startswith("[") else name_end
    marker = spec.find(";", extras_end)
    bound = spec.part(max(extras_end, name_end), marker if marker >= 0 else len(spec)).trimmed()
    name = spec.part(0, name_end) if name_end else spec
    if bound.startswith(("/", "\\")):
        return _Spec("path")
    if bound.startswith("@"):
        version = bound.part(1, len(bound)).trimmed()
        return _read_python_address(version) if _scheme(version) else _Spec("pypi", name, version or None)
    if bound.startswith("=="):
        return _Spec("pypi", name, bound.part(3 if bound.startswith("===") else 2, len(bound)).trimmed())
    return _Spec("pypi", name, bound or None if name_end else None)


def _read_python_address(spec: Text) -> _Spec:
    scheme = _scheme(spec)
    if scheme == "file":
        return _Spec("path")
    mark = spec.find("#")
    address = spec.part(0, mark) if mark >= 0 else spec
    if not scheme.startswith("git") and scheme != "ssh":
        return _Spec("url", address)
    host = address.find("://") + 3
    at = address.find("@", max(address.find("/", host), host)) if address.find("/", host) > 0 else -1
    return _Spec("git", address.part(0, at), _tail(address, at + 1)) if at > 0 else _Spec("git", address)


def _read_image(spec: Text) -> _Spec:
    """`[host[:port]/]name[:tag][@digest]`; a digest goes before a tag."""
    digest = spec.find("@")
    name = spec.part(0, digest) if digest > 0 else spec
    colons = [colon for colon in _outside_braces(name, ":") if colon > name.rfind("/")]
    package = name.part(0, colons[0]) if colons else name
    if digest > 0:
        return _Spec("oci", package, _tail(spec, digest + 1))
    return _Spec("oci", package, _tail(name, colons[0] + 1) if colons else None)


def _read_versioned(registry: str) -> Callable[[Text], _Spec]:
    def read(spec: Text) -> _Spec:
        if _is_path(spec) or spec.endswith(".go"):
            return _Spec("path")
        return _name_and_version(registry, spec)

    return read


def _read_deno(spec: Text) -> _Spec:
    scheme = _scheme(spec)
    if scheme in ("http", "https"):
        return _Spec("url", spec)
    if scheme not in ("npm", "jsr"):
        return _Spec("path")
    target = spec.part(len(scheme) + 1 + spec.startswith("/", len(scheme) + 1), len(spec))
    folder = target.find("/", target.find("/") + 1 if target.startswith("@") else 0)
    return _name_and_version(scheme, target.part(0, folder) if folder > 0 else target)


def _outside_braces(text: str, mark: str) -> list[int]:
    """Return the indices of `mark` in `text` that stand in no `${…}`."""
    found, depth = [], 0
    for index, character in enumerate(text):
        depth += (character == "{") - (character == "}" and depth > 0)
        if character == mark and not depth:
            found.append(index)
    return found


# --- Launchers ---


class _Grammar(NamedTuple):
    """How a launcher's words are read behind its name and subcommand.

    `values` are its options that take a value; of these `names` give the package and `calls` a command line. `first`
    says what its first other word is: the `package`, a `program` of the project or of a named package, or already an
    `argument`. `switches` are own options that it also takes behind the package.
    """

    launcher: str
    read: Callable[[Text], _Spec]
    values: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    calls: frozenset[str] = frozenset()
    first: str = "package"
    stops: frozenset[str] = frozenset()
    clusters: bool = True
    switches: frozenset[str] = frozenset()


_NPM_VALUES = _options(
    "access allow-directory allow-file allow-git allow-remote allow-scripts also audit-level auth-type before ca cache "
    "cache-max cache-min cafile cert cidr cpu depth editor fetch-retries fetch-retry-factor fetch-retry-maxtimeout "
    "fetch-retry-mintimeout fetch-timeout git globalconfig https-proxy include init-module install-strategy key libc "
    "local-address location L lockfile-version loglevel logs-dir logs-max maxsockets min-release-age node-arg "
    "node-options noproxy npm n omit only os otp prefix C proxy reg registry replace-registry-host save-prefix scope "
    "script-shell shell tag umask user-agent userconfig workspace w"
)
_PNPM_VALUES = _options("dir C filter F filter-prod loglevel reporter registry store-dir allow-build config cache-dir")
_UV_GLOBAL_VALUES = _options("cache-dir color allow-insecure-host directory project config-file")
_UV_VALUES = _UV_GLOBAL_VALUES | _options(
    "with-editable with-requirements constraints c build-constraints b overrides env-file python-platform "
    "torch-backend index default-index index-url i extra-index-url find-links f index-strategy keyring-provider "
    "upgrade-package P upgrade-group resolution prerelease prerelease-package fork-strategy exclude-newer "
    "exclude-newer-package no-sources-package reinstall-package link-mode config-setting C config-settings-package "
    "no-build-isolation-package no-build-package no-binary-package refresh-package python p"
)
_UV_RUN_VALUES = _UV_VALUES | _options("extra no-extra group no-group only-group no-editable-package package")
_PIPX_VALUES = _options("python-args with python fetch-python index-url i pip-args cooldown backend")
_DENO_VALUES = _options(
    "ext import-map node-modules-linker config c lock cert min-dep-age inspect-publish-uid location seed preload "
    "require conditions log-level L"
)
_CONTAINER_GLOBAL_VALUES = _options(
    "config context c host H log-level l tlscacert tlscert tlskey connection identity module namespace n address a "
    "root runroot runtime url storage-driver storage-opt"
)
_CONTAINER_VALUES = _options(
    "add-host annotation attach a blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns cidfile "
    "cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares c cpus cpuset-cpus cpuset-mems "
    "detach-keys device device-cgroup-rule device-read-bps device-read-iops device-write-bps device-write-iops dns "
    "dns-opt dns-option dns-search domainname entrypoint env e env-file expose gpus group-add health-cmd "
    "health-interval health-retries health-start-interval health-start-period health-timeout hostname h "
    "io-maxbandwidth io-maxiops ip ip6 ipc isolation kernel-memory label l label-file link link-local-ip log-driver "
    "log-opt mac-address memory m memory-reservation memory-swap memory-swappiness mount name net net-alias network "
    "network-alias oom-score-adj pid pids-limit platform publish p pull restart runtime security-opt shm-size "
    "stop-signal stop-timeout storage-opt sysctl tmpfs ulimit user u userns uts volume v volume-driver volumes-from "
    "workdir w "
    # podman and nerdctl have these besides
    "arch authfile cert-dir cgroup-conf cgroups chrootdirs conmon-pidfile cosign-key creds decryption-key env-merge "
    "gidmap group-entry health-log-destination health-max-log-count health-max-log-size health-on-failure "
    "health-startup-cmd health-startup-interval health-startup-retries health-startup-success health-startup-timeout "
    "hooks-dir hosts-file hostuser image-volume init-ctr init-path interface-name ipfs-address os passwd-entry "
    "personality pidfile pod pod-id-file preserve-fd preserve-fds rdt-class requires retry retry-delay sdnotify "
    "seccomp-policy secret shm-size-systemd snapshotter subgidname subuidname systemd timeout tz uidmap umask unsetenv "
    "variant verify"
)
_GO_VALUES = frozenset(
    dash + name
    for dash in ("-", "--")
    for name in (
        "C p asmflags buildmode compiler covermode coverpkg exec gccgoflags gcflags installsuffix ldflags mod modfile "
        "overlay o pgo pkgdir tags toolexec"
    ).split()
)
_CARGO_VALUES = _options(
    "package p bin example features F profile target target-dir manifest-path config Z C jobs j color message-format"
)
_DOTNET_VALUES = _options("add-source arch a configfile framework source verbosity v version")
_DOTNET_SWITCHES = _options(
    "yes y allow-roll-forward disable-parallel ignore-failed-sources interactive no-http-cache no-cache prerelease"
)

_PYTHON_VALUES = _options("W X")
_PYTHON_STOPS = _options("m c")
_NODE_VALUES = _options("require r import loader experimental-loader env-file conditions C")
_NODE_STOPS = _options("eval e print p")

_PACKAGE = _options("package p")
_NPX = _Grammar("npx", _read_npm, _NPM_VALUES, _PACKAGE, _options("call c"))
_PNPM_DLX = _Grammar("pnpm dlx", _read_npm, _PNPM_VALUES, _options("package"))
_BUNX = _Grammar("bunx", _read_npm, frozenset(), _PACKAGE)
_UVX = _Grammar("uvx", _read_pypi, _UV_VALUES | _options("with w"), _options("from"))
_DOCKER = _Grammar("docker", _read_image, _CONTAINER_VALUES)
_DENO = _Grammar("deno", _read_deno, _DENO_VALUES)
_DNX = _Grammar("dnx", _read_versioned("nuget"), _DOTNET_VALUES, switches=_DOTNET_SWITCHES)
_CARGO = _Grammar("cargo run", _read_versioned(""), _CARGO_VALUES, first="argument")

_LAUNCHERS: dict[tuple[str, ...], _Grammar] = {
    ("npx",): _NPX,
    ("npm", "exec"): _NPX._replace(launcher="npm exec", switches=_options("yes y")),
    ("npm", "x"): _NPX._replace(launcher="npm exec", switches=_options("yes y")),
    ("pnpx",): _PNPM_DLX,
    ("pnpm", "dlx"): _PNPM_DLX,
    ("yarn", "dlx"): _Grammar("yarn dlx", _read_npm, frozenset(), _PACKAGE),
    ("bunx",): _BUNX,
    ("bun", "x"): _BUNX,
    ("uvx",): _UVX,
    ("uv", "tool", "run"): _UVX,
    ("uv", "run"): _Grammar(
        "uv run", _read_pypi, _UV_RUN_VALUES, _options("with w"), first="program", stops=_options("m module")
    ),
    ("pipx", "run"): _Grammar("pipx run", _read_pypi, _PIPX_VALUES, _options("spec")),
    ("deno", "run"): _DENO,
    ("deno", "serve"): _DENO,
    ("docker", "run"): _DOCKER,
    ("docker", "container", "run"): _DOCKER,
    ("podman", "run"): _DOCKER._replace(launcher="podman"),
    ("podman", "container", "run"): _DOCKER._replace(launcher="podman"),
    ("nerdctl", "run"): _DOCKER,
    ("nerdctl", "container", "run"): _DOCKER,
    ("go", "run"): _Grammar("go run", _read_versioned("go"), _GO_VALUES, clusters=False),
    ("cargo", "run"): _CARGO,
    ("cargo", "r"): _CARGO,
    ("dnx",): _DNX,
    ("dotnet", "dnx"): _DNX,
    ("dotnet", "tool", "exec"): _DNX,
    ("dotnet", "tool", "execute"): _DNX,
}
_PREFIXES = {path[:length] for path in _LAUNCHERS for length in range(1, len(path))}
_PROGRAMS = {path[0] for path in _LAUNCHERS}
_GLOBAL_VALUES: dict[str, frozenset[str]] = {
    "npm": _NPM_VALUES | _PACKAGE,
    "pnpm": _PNPM_VALUES | _PACKAGE,
    "uv": _UV_GLOBAL_VALUES,
    "docker": _CONTAINER_GLOBAL_VALUES,
    "podman": _CONTAINER_GLOBAL_VALUES,
    "nerdctl": _CONTAINER_GLOBAL_VALUES,
    "go": frozenset(("-C",)),
    "cargo": _CARGO_VALUES,
    "bun": _options("cwd"),
    "yarn": _options("cwd"),
    "deno": _DENO_VALUES,
}


def _launch(name: str, words: Sequence[Text]) -> Launch:
    """Return what the program `name` starts, whose words these are; wrappers are behind us."""
    if name in _PROGRAMS:
        words = [words[0], *_spread(words[1:])]
        grammar, options, own, rest = _grammar(name, words)
        if grammar:
            return _package_launch(grammar, options, own, rest)
    runtime = _runtime(name)
    count = _runtime_options(runtime, words)
    launcher = runtime or (name if name in ("docker", "podman", "deno", "pipx") else "")
    return Launch(launcher, binary=words[0], options=tuple(words[1:count]), arguments=tuple(words[count:]))


def _runtime_options(runtime: str, words: Sequence[Text]) -> int:
    """Return the index of the first of `words` that is not the interpreter's own."""
    if not runtime:
        return 1
    values, stops = (_PYTHON_VALUES, _PYTHON_STOPS) if runtime == "python" else (_NODE_VALUES, _NODE_STOPS)
    return 1 + _read_options(words[1:], values, stops=stops)[1]


def _spread(words: Sequence[Text]) -> Sequence[Text]:
    """Split a first word that holds several: no option and no package has a blank in its name."""
    parts = words[0].split(None, 1) if words else []
    if len(parts) < 2 or "=" in parts[0] or (parts[1][0] in "@=<>!~;[" and parts[0][0] != "-"):
        return words
    return [*_split(words[0]), *words[1:]]


def _grammar(name: str, words: Sequence[Text]) -> tuple[_Grammar | None, list[_Option], list[Text], Sequence[Text]]:
    """Return how the launcher's words are read, its options before the subcommand (parsed, and as words), the rest."""
    path: tuple[str, ...] = (name,)
    index = 1
    options: list[_Option] = []
    own: list[Text] = []
    while path in _PREFIXES:
        found, count = _read_options(words[index:], _GLOBAL_VALUES.get(name, frozenset()))
        options += found
        own += words[index : index + count]
        index += count
        if index >= len(words):
            return None, options, own, ()
        if path == ("deno",) and (_scheme(words[index]) or words[index].endswith(_SCRIPTS)):
            return _DENO, options, own, words[index:]
        path = (*path, str(words[index]))
        index += 1
    return _LAUNCHERS.get(path), options, own, words[index:]


def _package_launch(grammar: _Grammar, options: list[_Option], own: list[Text], words: Sequence[Text]) -> Launch:
    values = grammar.values | grammar.names | grammar.calls
    found, count = _read_options(words, values, stops=grammar.stops, clusters=grammar.clusters)
    options = [*options, *found]
    own += [word for word in words[:count] if word != "--"]
    rest = _spread(words[count:])
    calls = [option.value for option in options if option.name in grammar.calls and option.value]
    named = [option.value for option in options if option.name in grammar.names and option.value]
    launch = Launch(grammar.launcher)
    if named:
        launch = _with_spec(launch, grammar, _first_requirement(named[0]))
    if calls:
        rest = [word for segment in _line_segments(calls[0])[-1:] for word in segment.words]
    if grammar.first == "argument":
        launch = launch._replace(arguments=tuple(rest))
    elif named or calls or grammar.first == "program":
        launch = _with_program(launch, grammar, rest)
    elif rest:
        rest, trailing = _trailing(rest, grammar)
        own += trailing
        launch = _with_spec(launch, grammar, rest[0])._replace(arguments=tuple(rest[1:]))
    if grammar.read is _read_image:
        launch = launch._replace(mounts=tuple(_mounts(options)), environment=tuple(_container_environment(options)))
    return launch._replace(options=tuple(own))


def _with_spec(launch: Launch, grammar: _Grammar, spec: Text) -> Launch:
    registry, package, version = grammar.read(spec)
    return launch._replace(registry=registry, spec=spec, package=package, version=version)


def _first_requirement(value: Text) -> Text:
    """Return the first of several requirements in one word, as `uv run --with a,b` takes them."""
    comma = value.find(",", value.find("]") if -1 < value.find("[") < value.find(",") else 0)
    return value.part(0, comma) if comma > 0 and value[comma + 1 :].lstrip()[:1].isalpha() else value


def _with_program(launch: Launch, grammar: _Grammar, words: Sequence[Text]) -> Launch:
    if not words or words[0] in grammar.stops:
        return launch._replace(arguments=tuple(words))
    launch = launch._replace(binary=words[0], arguments=tuple(words[1:]))
    if launch.spec:
        return launch
    if _scheme(words[0]):
        return launch._replace(registry="url", spec=words[0], package=words[0])
    if _is_path(words[0]) or words[0].endswith(_SCRIPTS):
        return launch._replace(registry="path", spec=words[0])
    return launch


def _trailing(words: Sequence[Text], grammar: _Grammar) -> tuple[list[Text], list[Text]]:
    """Return `words` without the launcher's own options behind the package, and those; the first `--` ends them."""
    if not grammar.switches:
        return [*words], []
    kept, index = [words[0]], 1
    own: list[Text] = []
    while index < len(words) and words[index] != "--":
        option = _option(words[index], grammar.values, clusters=False)
        takes = 2 if option.name in grammar.values and option.value is None else 1
        known = option.name in grammar.switches or (option.name in grammar.values and grammar.launcher == "dnx")
        (own if known else kept).extend(words[index : index + (takes if known else 1)])
        index += takes if known else 1
    return [*kept, *words[index + 1 :]], own


# More than any mount has.
_MAX_FIELDS = 40


def _container_environment(options: Iterable[_Option]) -> Iterable[tuple[Text, Text]]:
    for option in options:
        pair = _assignment(option.value) if option.name in ("-e", "--env") and option.value else None
        if pair:
            yield pair


def _mounts(options: Iterable[_Option]) -> Iterable[Mount]:
    for option in options:
        mount = None
        if option.value and option.name in ("-v", "--volume"):
            mount = _volume(option.value)
        elif option.value and option.name == "--mount":
            mount = _bind(option.value)
        if mount:
            yield mount


def _volume(value: Text) -> Mount | None:
    """Read `source:target[:options]`, where the colon of a drive letter separates nothing."""
    edges = [-1, *_outside_braces(value, ":")[:_MAX_FIELDS], len(value)]
    fields = [value.part(start + 1, end) for start, end in pairwise(edges)]
    parts: list[Text] = []
    index = 0
    while index < len(fields):
        drive = len(fields[index]) == 1 and fields[index].isalpha() and index + 1 < len(fields)
        wide = drive and (fields[index + 1].startswith("\\") or _is_drive_path(fields[index + 1 :]))
        parts.append(value.part(edges[index] + 1, edges[index + 1 + wide]))
        index += 1 + wide
    if len(parts) < 2:
        return None
    return Mount(parts[0], parts[1], "ro" in ",".join(parts[2:]).split(",") or "readonly" in parts[2:])


def _is_drive_path(fields: Sequence[Text]) -> bool:
    """Whether what follows `C:` in `C:/x:/y` is a path with another behind it; `c:/x` alone mounts the volume `c`."""
    return fields[0].startswith("/") and len(fields) > 1 and (fields[1].startswith("/") or len(fields[1]) == 1)


def _bind(value: Text) -> Mount | None:
    """Read `type=bind,source=…,target=…,readonly`."""
    edges = [-1, *_outside_braces(value, ",")[:_MAX_FIELDS], len(value)]
    fields: dict[str, Text] = {}
    for start, end in pairwise(edges):
        field = value.part(start + 1, end).trimmed()
        equals = field.find("=")
        name = field[:equals] if equals >= 0 else field
        fields[name.lower()] = field.part(equals + 1, len(field)) if equals >= 0 else field
    source = fields.get("source") or fields.get("src")
    target = fields.get("target") or fields.get("destination") or fields.get("dst")
    read_only = fields.get("readonly") or fields.get("ro") or ""
    return Mount(source, target, read_only.lower() in ("readonly", "ro", "true", "1")) if source and target else None


# --- Wrappers ---


class _Wrapper(NamedTuple):
    """A program that runs the command behind its own words.

    One of `subcommand` must come first, unless `optional`. `values` are its options that take a value, `lines` those
    whose value is a command line, which the other words go on if it is `continued`. Between options and command stand
    `skip` words, with `versions` also versions of tools, or with `dashes` all up to `--` if there is one.
    """

    values: frozenset[str] = frozenset()
    subcommand: tuple[str, ...] = ()
    skip: int = 0
    dashes: bool = False
    lines: frozenset[str] = frozenset()
    optional: bool = False
    continued: bool = False
    versions: bool = False


_PLAIN_WRAPPER = _Wrapper()
_MISE = _Wrapper(_options("cd C env E jobs j"), ("exec", "x"), dashes=True, lines=_options("command c"), versions=True)
_CONDA = _Wrapper(_options("name n prefix p cwd"), ("run",))
_PROJECT_RUN = _Wrapper(_options("project p directory C P"), ("run",))
_DOTENV = _Wrapper(_options("e f v p file env variable quote q"), ("run",), optional=True)
_WRAPPERS: dict[str, _Wrapper] = {
    **dict.fromkeys(
        ("nohup", "command", "builtin", "setsid", "call", "corepack", "cross-env", "winpty"), _PLAIN_WRAPPER
    ),
    "cross-env-shell": _PLAIN_WRAPPER,
    "env": _Wrapper(_options("unset u chdir C argv0 a"), lines=_options("split-string S"), continued=True),
    "exec": _Wrapper(_options("a")),
    "sudo": _Wrapper(
        _options("user u group g host h prompt p chdir D chroot R role r type t other-user U command-timeout T C")
    ),
    "doas": _Wrapper(_options("u C")),
    "time": _Wrapper(_options("format f output o")),
    "nice": _Wrapper(_options("adjustment n")),
    "ionice": _Wrapper(_options("class c classdata n")),
    "timeout": _Wrapper(_options("signal s kill-after k"), skip=1),
    "stdbuf": _Wrapper(_options("input i output o error e")),
    "caffeinate": _Wrapper(_options("t w")),
    "arch": _PLAIN_WRAPPER,
    "xvfb-run": _Wrapper(_options("server-num n error-file e auth-file f xauth-protocol p server-args s wait w")),
    "dbus-run-session": _Wrapper(_options("config-file dbus-daemon")),
    "dotenv": _DOTENV,
    "dotenv-cli": _DOTENV,
    "dotenvx": _Wrapper(
        _options("f env-file env-keys-file env-vault-file e env convention") | {"-fk", "-fv"}, ("run",)
    ),
    "env-cmd": _Wrapper(_options("f file e environments rc-file r")),
    "op": _Wrapper(_options("env-file account environment config session cache encoding format"), ("run",)),
    "doppler": _Wrapper(
        _options("project p config c token t scope fallback passphrase mount mount-format configuration config-dir"),
        ("run",),
        lines=_options("command"),
    ),
    "infisical": _Wrapper(
        _options("env e path projectId token tags t project-config-dir domain watch-interval"),
        ("run",),
        lines=_options("command c"),
    ),
    "direnv": _Wrapper(subcommand=("exec",), skip=1),
    "mise": _MISE,
    "rtx": _MISE,
    "asdf": _Wrapper(subcommand=("exec",)),
    "nvm": _Wrapper(subcommand=("exec",), versions=True),
    "fnm": _Wrapper(_options("using log-level node-dist-mirror fnm-dir arch"), ("exec",)),
    "volta": _Wrapper(_options("node npm yarn pnpm env"), ("run",)),
    "wsl": _Wrapper(_options("distribution d distribution-id user u cd shell-type")),
    "aws-vault": _Wrapper(_options("duration d region mfa-token t backend profile"), ("exec",), skip=1, dashes=True),
    "chamber": _Wrapper(_options("backend b"), ("exec",), skip=1, dashes=True),
    "teller": _Wrapper(_options("config c"), ("run",)),
    "conda": _CONDA,
    "mamba": _CONDA,
    "micromamba": _CONDA,
    "poetry": _PROJECT_RUN,
    "pdm": _PROJECT_RUN,
    "pipenv": _PROJECT_RUN,
    "rye": _PROJECT_RUN,
    "pnpm": _Wrapper(_PNPM_VALUES, ("exec",)),
    "yarn": _Wrapper(_options("cwd"), ("exec",)),
    "bundle": _Wrapper(_options("gemfile"), ("exec",)),
}
# Those of the wrappers that come as packages.
_PACKAGED = frozenset("cross-env cross-env-shell dotenv dotenv-cli dotenvx env-cmd".split())
_SHELLS = frozenset("sh bash zsh dash ksh ash fish".split())
_SHELL_VALUES = _options("o O rcfile init-file")
_WINDOWS_SHELLS = frozenset("cmd powershell pwsh".split())
# Of PowerShell's options; the beginning of a name will do.
_POWERSHELL_VALUES = (
    "-executionpolicy", "-ep", "-windowstyle", "-version", "-inputformat", "-outputformat", "-configurationname",
    "-workingdirectory", "-wd", "-settingsfile", "-custompipename", "-psconsolefile",
)  # fmt: skip
# Modules that are programs of their own under `python -m`.
_MODULE_PROGRAMS = frozenset("uv uvx pipx".split())


def _unwrap(name: str, words: Sequence[Text]) -> list[_Segment]:
    """Return the commands that the wrapper `name` runs; none if it is no wrapper or has nothing to run."""
    if name in _WRAPPERS:
        return _wrapped(_WRAPPERS[name], words)
    if name in _SHELLS:
        return _shell_line(words)
    if name in _WINDOWS_SHELLS:
        rest = _cmd_line(words) if name == "cmd" else _powershell_line(words)
        shell = "cmd" if name == "cmd" else "powershell"
        return _read_line(rest[0].trimmed(), shell=shell) if len(rest) == 1 else _segments_of_words(rest)
    runtime = _runtime(name)
    inner = words[_runtime_options(runtime, words) :] if runtime else ()
    if runtime == "python" and len(inner) > 1 and inner[0] == "-m" and inner[1] in _MODULE_PROGRAMS:
        return [_Segment(inner[1:])]
    if runtime == "node" and inner and program_name(inner[0]) in _SCRIPT_PROGRAMS.values():
        return [_Segment(inner)]
    return []


def _shell_line(words: Sequence[Text]) -> list[_Segment]:
    options, count = _read_options(words[1:], _SHELL_VALUES)
    for option in options:
        if option.name == "--command" and option.value:
            return _line_segments(option.value)
    flags = [word for word in words[1 : count + 1] if word == "--command" or (word[0] == "-" and word[1:2] != "-")]
    runs = any("c" in flag for flag in flags) and count + 1 < len(words)
    return _line_segments(words[count + 1]) if runs else []


def _cmd_line(words: Sequence[Text]) -> Sequence[Text]:
    for index in range(1, len(words)):
        if words[index].lower().endswith(("/c", "/k", "/r")):
            return words[index + 1 :]
        if not words[index].startswith("/"):
            break
    return ()


def _powershell_line(words: Sequence[Text]) -> Sequence[Text]:
    index = 1
    while index < len(words) and words[index].startswith("-"):
        name = words[index].lower()
        if "-command".startswith(name) and name != "-":
            return words[index + 1 :]
        if "-file".startswith(name):
            return ()
        index += 2 if any(option.startswith(name) for option in _POWERSHELL_VALUES) else 1
    return () if words[index : index + 1] and words[index].lower().endswith(".ps1") else words[index:]


def _wrapped(wrapper: _Wrapper, words: Sequence[Text]) -> list[_Segment]:
    values = wrapper.values | wrapper.lines
    options, count = _read_options(words[1:], values)
    index = count + 1
    if words[index : index + 1] and words[index] in wrapper.subcommand:
        more, count = _read_options(words[index + 1 :], values)
        options += more
        index += count + 1
    elif wrapper.subcommand and not wrapper.optional:
        return []
    lines = [option.value for option in options if option.name in wrapper.lines and option.value]
    if lines and not wrapper.continued:
        return _line_segments(lines[0])
    rest = words[index:] if words[index - 1] == "--" else _behind_own_words(wrapper, words[index:])
    rest = [*(_split(lines[0]) if lines else ()), *rest]
    environment = []
    for word in rest:
        pair = _assignment(word)
        if not pair:
            break
        environment.append(pair)
    return [_Segment(rest[len(environment) :], tuple(environment))]


def _behind_own_words(wrapper: _Wrapper, words: Sequence[Text]) -> Sequence[Text]:
    if wrapper.dashes and "--" in words:
        return words[words.index(Text("--")) + 1 :]
    skip = wrapper.skip
    while wrapper.versions and skip < len(words) and _is_version(words[skip]):
        skip += 1
    return words[skip + ("--" in words[skip : skip + 1]) :]


def _is_version(word: str) -> bool:
    """Whether `word` is `20`, `v20.1`, `lts/iron` or `node@20`, as version managers take them."""
    return "@" in word[1:] or word.startswith("lts/") or word.removeprefix("v").replace(".", "").isdecimal()


# --- Bridges and programs that run others ---

_ADDRESS_SCHEMES = ("http", "https", "ws", "wss")
_BRIDGE_ROLES = ("remote", "proxy", "bridge", "gateway", "adapter")
# Options of bridges whose value is an address, but not the server's.
_OTHER_ADDRESSES = ("origin", "base", "token", "auth", "cors", "callback", "redirect", "resource", "proxy", "header")
_ADDRESS_VARIABLES = frozenset("URI URL MCP_URL MCP_SERVER_URL SERVER_URL REMOTE_URL MCP_REMOTE_URL".split())
_PROXY_VALUES = _options(
    "transport port host sse-port sse-host cwd allow-origin named-server-config log-level client-id client-secret "
    "token-url endpoint sseEndpoint streamEndpoint server apiKey requestTimeout connectionTimeout"
)
_PROXY_PAIRS = _options("headers H env e named-server")


def _follow(launch: Launch, variables: Environment, depth: int) -> Launch:
    """Look through a program that runs another or is a bridge to a remote server; `variables` as in `_Setting`."""
    name = program_name(launch.binary or launch.package or "")
    segments = _carried(name, launch) if depth < _MAX_WRAPPERS else []
    if any(segment.words for segment in segments):
        carrier = launch if launch.registry else launch.carrier
        inner = _choose(segments, _Setting(variables, (*launch.wrappers, name), carrier), depth)
        return inner._replace(environment=launch.environment + inner.environment)
    address = _address(launch, variables) if _is_bridge(name) else None
    return launch._replace(remote=address, wrappers=(*launch.wrappers, name)) if address else launch


def _carried(name: str, launch: Launch) -> list[_Segment]:
    if launch.registry == "oci":
        return []  # what runs inside has other paths and variables
    if name in _PACKAGED and launch.spec:
        return _wrapped(_WRAPPERS[name], [launch.spec, *launch.arguments])
    if name == "mcp-proxy":
        return _proxied(launch.arguments)
    if name == "supergateway":
        for index, word in enumerate(launch.arguments):
            if word == "--stdio" and index + 1 < len(launch.arguments):
                return _line_segments(launch.arguments[index + 1])
            if word.startswith("--stdio="):
                return _line_segments(word.part(8, len(word)))
    return []


def _proxied(words: Sequence[Text]) -> list[_Segment]:
    """Return the command that `mcp-proxy` offers to others, none where it is given an address."""
    environment: list[tuple[Text, Text]] = []
    index = 0
    while index < len(words) and words[index].startswith("-") and words[index] != "--":
        name, has_value, _ = words[index].partition("=")
        if name in ("-e", "--env") and index + 2 < len(words):
            environment.append((words[index + 1], words[index + 2]))
        index += 1 if has_value else 1 + (name in _PROXY_VALUES) + 2 * (name in _PROXY_PAIRS)
    rest = words[index + ("--" in words[index : index + 1]) :]
    return [] if not rest or _is_address(rest[0]) else [_Segment(rest, tuple(environment))]


def _is_bridge(name: str) -> bool:
    return name == "supergateway" or ("mcp" in name and any(role in name for role in _BRIDGE_ROLES))


def _is_address(word: str) -> bool:
    return _scheme(word) in _ADDRESS_SCHEMES


def _address(launch: Launch, variables: Environment) -> Text | None:
    """Return the address that a bridge is given: first of all words, by an option, in its environment."""
    words = launch.arguments
    if words and words[0].startswith(("$", "%", "<", "{")):
        return words[0]
    for index, word in enumerate(words):
        equals = word.find("=") if word.startswith("-") else -1
        option = word[:equals] if equals > 0 else "".join(words[max(0, index - 1) : index])
        value = word.part(equals + 1, len(word)) if equals > 0 else word
        other = option.startswith("-") and any(name in option.lower() for name in _OTHER_ADDRESSES)
        if _is_address(value) and not other:
            return value
    known = variables + launch.environment
    return next((value for name, value in known if name in _ADDRESS_VARIABLES and _is_address(value)), None)
