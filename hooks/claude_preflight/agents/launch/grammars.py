"""The launchers' grammars, as tables: their subcommands, and which of their options take a value."""

from __future__ import annotations

from collections.abc import Callable

from claude_preflight.agents.launch.specs import (
    Spec,
    read_deno,
    read_deno_package,
    read_image,
    read_npm,
    read_pypi,
    read_versioned,
)
from claude_preflight.agents.launch.words import option_names
from claude_preflight.syntax.nodes import Text


class Grammar:
    """How a launcher's words are read behind its name and subcommand.

    `values` are its options that take a value; `names` are those that give the package, `extras` those that give
    further packages, and `calls` those that give a command line. `first` says what its first other word is: the
    `package`, a `program` of the project or of a named package, or already an `argument`. `switches` are own options
    that it also takes behind the package.
    """

    __slots__ = ("calls", "clusters", "extras", "first", "launcher", "names", "read", "stops", "switches", "values")

    # No NamedTuple: to make one of so many fields takes a tenth of a millisecond.
    def __init__(
        self,
        launcher: str,
        read: Callable[[Text], Spec],
        values: frozenset[str] = frozenset(),
        names: frozenset[str] = frozenset(),
        calls: frozenset[str] = frozenset(),
        *,
        first: str = "package",
        stops: frozenset[str] = frozenset(),
        clusters: bool = True,
        switches: frozenset[str] = frozenset(),
        extras: frozenset[str] = frozenset(),
    ) -> None:
        self.launcher = launcher
        self.read = read
        self.values = values
        self.names = names
        self.calls = calls
        self.first = first
        self.stops = stops
        self.clusters = clusters
        self.switches = switches
        self.extras = extras


_NPM_VALUES = option_names(
    "access allow-directory allow-file allow-git allow-remote allow-scripts also audit-level auth-type before ca cache "
    "cache-max cache-min cafile cert cidr cpu depth editor fetch-retries fetch-retry-factor fetch-retry-maxtimeout "
    "fetch-retry-mintimeout fetch-timeout git globalconfig https-proxy include init-module install-strategy key libc "
    "local-address location L lockfile-version loglevel logs-dir logs-max maxsockets min-release-age node-arg "
    "node-options noproxy npm n omit only os otp prefix C proxy reg registry replace-registry-host save-prefix scope "
    "script-shell shell tag umask user-agent userconfig workspace w"
)
PNPM_VALUES = option_names(
    "dir C filter F filter-prod loglevel reporter registry store-dir allow-build config cache-dir"
)
_UV_GLOBAL_VALUES = option_names("cache-dir color allow-insecure-host directory project config-file")
_UV_VALUES = _UV_GLOBAL_VALUES | option_names(
    "with-editable with-requirements constraints c build-constraints b overrides env-file python-platform "
    "torch-backend index default-index index-url i extra-index-url find-links f index-strategy keyring-provider "
    "upgrade-package P upgrade-group resolution prerelease prerelease-package fork-strategy exclude-newer "
    "exclude-newer-package no-sources-package reinstall-package link-mode config-setting C config-settings-package "
    "no-build-isolation-package no-build-package no-binary-package refresh-package python p"
)
_UV_RUN_VALUES = _UV_VALUES | option_names("extra no-extra group no-group only-group no-editable-package package")
_PIPX_VALUES = option_names("python-args python fetch-python index-url i pip-args cooldown backend")
_DENO_VALUES = option_names(
    "ext import-map node-modules-linker config c lock cert min-dep-age inspect-publish-uid location seed preload "
    "require conditions log-level L"
)
_CONTAINER_GLOBAL_VALUES = option_names(
    "config context c host H log-level l tlscacert tlscert tlskey connection identity module namespace n address a "
    "root runroot runtime url storage-driver storage-opt"
)
_CONTAINER_VALUES = option_names(
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
_CARGO_VALUES = option_names(
    "package p bin example features F profile target target-dir manifest-path config Z C jobs j color message-format"
)
_DOTNET_VALUES = option_names("add-source arch a configfile framework source verbosity v version")
_DOTNET_SWITCHES = option_names(
    "yes y allow-roll-forward disable-parallel ignore-failed-sources interactive no-http-cache no-cache prerelease"
)
_PACKAGE = option_names("package p")
_NPX = Grammar("npx", read_npm, _NPM_VALUES, _PACKAGE, option_names("call c"))
_NPM_EXEC = Grammar("npm exec", read_npm, _NPM_VALUES, _PACKAGE, option_names("call c"), switches=option_names("yes y"))
_PNPM_DLX = Grammar("pnpm dlx", read_npm, PNPM_VALUES, option_names("package"))
_BUNX = Grammar("bunx", read_npm, frozenset(), _PACKAGE)
_UVX = Grammar("uvx", read_pypi, _UV_VALUES, option_names("from"), extras=option_names("with w"))
_DOCKER = Grammar("docker", read_image, _CONTAINER_VALUES)
_PODMAN = Grammar("podman", read_image, _CONTAINER_VALUES)
DENO = Grammar("deno", read_deno, _DENO_VALUES)
_DNX = Grammar("dnx", read_versioned("nuget"), _DOTNET_VALUES, switches=_DOTNET_SWITCHES)
_CARGO = Grammar("cargo run", read_versioned(""), _CARGO_VALUES, first="argument")
LAUNCHERS: dict[tuple[str, ...], Grammar] = {
    ("npx",): _NPX,
    ("npm", "exec"): _NPM_EXEC,
    ("npm", "x"): _NPM_EXEC,
    ("npm", "exe"): _NPM_EXEC,  # npm takes the beginning of a command for it
    ("pnpx",): _PNPM_DLX,
    ("pnpm", "dlx"): _PNPM_DLX,
    ("yarn", "dlx"): Grammar("yarn dlx", read_npm, frozenset(), _PACKAGE),
    ("bunx",): _BUNX,
    ("bun", "x"): _BUNX,
    ("uvx",): _UVX,
    ("uv", "tool", "run"): _UVX,
    ("uv", "run"): Grammar(
        "uv run", read_pypi, _UV_RUN_VALUES, option_names("with w"), first="program", stops=option_names("m module")
    ),
    ("pipx", "run"): Grammar("pipx run", read_pypi, _PIPX_VALUES, option_names("spec"), extras=option_names("with")),
    ("uvenv", "run"): Grammar("uvenv run", read_pypi, option_names("python binary"), extras=option_names("with")),
    ("deno", "run"): DENO,
    ("deno", "serve"): DENO,
    ("deno", "x"): Grammar("deno", read_deno_package, _DENO_VALUES),
    ("docker", "run"): _DOCKER,
    ("docker", "container", "run"): _DOCKER,
    ("podman", "run"): _PODMAN,
    ("podman", "container", "run"): _PODMAN,
    ("nerdctl", "run"): _DOCKER,
    ("nerdctl", "container", "run"): _DOCKER,
    ("finch", "run"): _DOCKER,
    ("podman-remote", "run"): _PODMAN,
    ("container", "run"): _DOCKER,
    ("go", "run"): Grammar("go run", read_versioned("go"), _GO_VALUES, clusters=False),
    ("cargo", "run"): _CARGO,
    ("cargo", "r"): _CARGO,
    ("dnx",): _DNX,
    ("dotnet", "dnx"): _DNX,
    ("dotnet", "tool", "exec"): _DNX,
    ("dotnet", "tool", "execute"): _DNX,
}
PREFIXES = {path[:length] for path in LAUNCHERS for length in range(1, len(path))}
PROGRAMS = {path[0] for path in LAUNCHERS}
GLOBAL_VALUES: dict[str, frozenset[str]] = {
    "npm": _NPM_VALUES | _PACKAGE,
    "pnpm": PNPM_VALUES | _PACKAGE,
    "uv": _UV_GLOBAL_VALUES,
    "docker": _CONTAINER_GLOBAL_VALUES,
    "podman": _CONTAINER_GLOBAL_VALUES,
    "nerdctl": _CONTAINER_GLOBAL_VALUES,
    "finch": _CONTAINER_GLOBAL_VALUES,
    "podman-remote": _CONTAINER_GLOBAL_VALUES,
    "go": frozenset(("-C",)),
    "cargo": _CARGO_VALUES,
    "bun": option_names("cwd"),
    "yarn": option_names("cwd"),
    "deno": _DENO_VALUES,
}
