"""MCP servers that are known by name: who publishes them, what has become of them, how their reach is limited.

The facts are `schemas/known_servers.json`; `docs/known-servers.md` tells how to bring them up to date.
"""

from __future__ import annotations

import re
from functools import cache, cached_property

from claude_preflight.agents.data import load
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

OFFICIAL, COMMUNITY, REFERENCE = "official", "community", "reference"
DEPRECATED, REPORTED, MALICIOUS = "deprecated", "reported", "malicious"

_GIT_HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org", "gist": "gist.github.com"}
_HYPHENS = str.maketrans("_.", "--")
_IMAGE_HOSTS = ("docker.io/", "index.docker.io/", "registry.hub.docker.com/")


class Switch(NamedTuple):
    """A sign in a server's entry.

    `kind` is `flag`, `env`, `header`, `url` or `absence`. It holds when the option, variable, header, or `part`
    (`query`, `path`, `host`) of the URL called `name` has the value `value`; with `any`, when it has any value; else
    when it is there and not turned off (`false`, `0`, `no`). Of kind `absence` it holds when no switch of the group
    `name` does.
    """

    kind: str
    name: str
    value: str = ""
    any: bool = False
    part: str = ""


class Advisory(NamedTuple):
    """A published weakness; it affects the versions from `since`, below `below` or up to `last`, each if given."""

    id: str
    summary: str
    since: str = ""
    below: str = ""
    last: str = ""

    def covers(self, version: str) -> bool:
        """Tell whether it affects exactly `version`; False for a range, a tag, or anything else that is no version."""
        own = version_key(version)
        if own is None:
            return False
        since, below, last = version_key(self.since), version_key(self.below), version_key(self.last)
        return not (since and own < since) and not (below and own >= below) and not (last and own > last)


class KnownTool(NamedTuple):
    """Tools whose `names`, in lower case with underscores, do not tell what a call `does`.

    `severity` is that of a rule: how grave it is to let a call pass unseen.
    """

    does: str
    severity: str
    names: tuple[str, ...]


class KnownServer:
    """A server, or another package that stands in MCP configurations.

    `registry` is `npm`, `pypi`, `oci`, `docker` (a plugin of its CLI) or `url`; `status` is a constant of this module.
    """

    __slots__ = ("_entry", "name", "registry", "status")

    def __init__(self, entry: dict[str, Any]) -> None:
        self._entry = entry
        self.name: str = entry["name"]
        self.registry: str = entry["registry"]
        self.status: str = entry["status"]

    @property
    def publisher(self) -> str:
        """Who publishes it; empty where that is unknown."""
        return str(self._entry["publisher"])

    @property
    def category(self) -> str:
        """What it gives access to, such as `database`."""
        return str(self._entry["category"])

    @property
    def repository(self) -> str:
        """The address of its source, or an empty string."""
        return str(self._entry.get("repository", ""))

    @property
    def aliases(self) -> tuple[str, ...]:
        """Its other names, each as `registry:name`."""
        return tuple(self._entry.get("aliases", ()))

    @property
    def replacement(self) -> str:
        """What to use instead of one that is no longer kept up, in words; empty where nothing is known."""
        return str(self._entry.get("replacement", ""))

    @property
    def paths(self) -> bool:
        """Whether it is given paths."""
        return bool(self._entry.get("paths"))

    @property
    def advisories(self) -> tuple[Advisory, ...]:
        """Its published weaknesses."""
        return tuple(Advisory(**advisory) for advisory in self._entry.get("advisories", ()))

    @property
    def tools(self) -> tuple[KnownTool, ...]:
        """Its tools that another server may have by the same name for something else."""
        return tuple(KnownTool(**tool) for tool in self._entry.get("tools", ()))

    def switches(self, group: str) -> tuple[Switch, ...]:
        """Return the signs of `group`: that it can only read (`read_only`), that it can do less (`restricted`), that
        it can do all it ever could or has lost a guard (`everything`).
        """
        return tuple(Switch(**switch) for switch in self._entry.get(group, ()))

    @property
    def by_vendor(self) -> bool:
        """Whether it comes from the maker of what it gives access to, or from the MCP project itself."""
        return self.status in (OFFICIAL, REFERENCE, DEPRECATED)

    @property
    def trusted(self) -> bool:
        """Whether a package that has nearly its name may want to be taken for it."""
        return self.status not in (MALICIOUS, REPORTED)


class Scope(NamedTuple):
    """A scope of npm whose packages are all known: `members` are their names without it.

    `impostors` are scopes that are taken for it and belong to others, or to nobody yet.
    """

    name: str
    publisher: str
    members: frozenset[str]
    impostors: frozenset[str]


class Catalogue:
    """What is known, as of the day `date` (YYYY-MM-DD).

    `words` are words that a slip makes of a word in a known name, and that mean something of their own.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.date: str = data["date"]
        self.words = frozenset[str](data["words"])
        self._data = data
        # One object for each entry would cost more than reading the file, and nearly all are never asked for.
        self._by_name: dict[str, dict[str, Any]] = {}
        for entry in data["servers"]:
            self._by_name[f"{entry['registry']}:{normal_name(entry['registry'], entry['name'])}"] = entry
            for alias in entry.get("aliases", ()):
                self._by_name[alias] = entry

    def server(self, registry: str, name: str) -> KnownServer | None:
        """Return what is known of the package `name` (without version) of `registry`, as `Launch` has them."""
        entry = self._by_name.get(f"{registry}:{normal_name(registry, name)}")
        return KnownServer(entry) if entry else None

    @cached_property
    def servers(self) -> tuple[KnownServer, ...]:
        """All known servers."""
        return tuple(map(KnownServer, self._data["servers"]))

    def of(self, *registries: str) -> list[KnownServer]:
        """Return the known servers of `registries`."""
        return [KnownServer(entry) for entry in self._data["servers"] if entry["registry"] in registries]

    @cached_property
    def invented(self) -> dict[str, KnownServer]:
        """Names that nothing had on that day, each as `registry:name`, and the server that each is made up for."""
        return {name: KnownServer(entry) for entry in self._data["servers"] for name in entry.get("invented", ())}

    @cached_property
    def scopes(self) -> dict[str, Scope]:
        """The scopes whose packages are all known, by name."""
        return {
            entry["name"]: Scope(
                entry["name"], entry["publisher"], frozenset(entry["members"]), frozenset(entry["impostors"])
            )
            for entry in self._data["scopes"]
        }


@cache
def catalogue() -> Catalogue:
    """Return the catalogue, read once."""
    return Catalogue(load("known_servers.json"))


def normal_name(registry: str, name: str) -> str:
    """Return the spelling under which `registry` files `name`: PEP 503 for PyPI, no default host for images."""
    name = name.lower()
    if registry == "pypi":
        return "-".join(part for part in name.translate(_HYPHENS).split("-") if part)
    if registry == "oci":
        host = next((host for host in _IMAGE_HOSTS if name.startswith(host)), "")
        return name.removeprefix(host).removeprefix("library/")
    return _repository(name) if registry == "git" else name


def _repository(address: str) -> str:
    """Return `host/owner/name` for the address of a git repository in any of its spellings."""
    scheme, _, rest = address.removeprefix("git+").partition(":")
    if rest.startswith("//"):
        path = rest[2:]
    elif scheme in _GIT_HOSTS:
        path = f"{_GIT_HOSTS[scheme]}/{rest}"
    elif rest:  # git@github.com:owner/name
        path = f"{scheme}/{rest}"
    else:
        path = address if address.count("/") > 1 else f"github.com/{address}"
    return path.rpartition("@")[2].removeprefix("www.").rstrip("/").removesuffix(".git")


def version_key(version: str) -> tuple[tuple[int, ...], int, str] | None:
    """Return a key that orders exact versions, pre-releases before the release; None for what is no exact version."""
    match = re.fullmatch(r"v?(\d+(?:\.\d+)*)([-._]?[a-z].*|-.*)?", version.partition("+")[0].strip()[:100].lower())
    if not match:
        return None
    release = [int(number) for number in match[1].split(".")]
    while release and not release[-1]:
        release.pop()
    suffix = (match[2] or "").lstrip("-._")
    stage = 0 if not suffix else 1 if re.match(r"post|rev|r\d", suffix) else -1
    return tuple(release), stage, suffix
