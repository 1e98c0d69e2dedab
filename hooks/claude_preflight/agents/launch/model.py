"""What a launch line starts."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

Environment = tuple[tuple[Text, Text], ...]


class Mount(NamedTuple):
    """What a container sees of the host: `source` is a path of the host or the name of a volume."""

    source: Text
    target: Text
    read_only: bool


class Launch(NamedTuple):
    """What a launch line starts; every `Text` is a part of the line with its place.

    launcher: `npx`, `npm exec`, `pnpm dlx`, `yarn dlx`, `bunx`, `uvx`, `uv run`, `pipx run`, `uvenv run`, `deno`,
        `docker`, `podman`, `go run`, `cargo run`, `dnx`, `node`, `python`; empty for any other program.
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
    besides: what else it brings: further packages (`npx -p a -p b`), and what a container, or another machine, is told
        to run, whose paths are not those of this machine.
    folder: the folder that the line changes to before.
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
    besides: tuple[Launch, ...] = ()
    folder: Text | None = None


def all_of(launch: Launch | None) -> Iterator[Launch]:
    """Yield `launch`, what it brings besides, and what carries it."""
    while launch:
        yield launch
        for other in launch.besides:
            yield from all_of(other)
        launch = launch.carrier
