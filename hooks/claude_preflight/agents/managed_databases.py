"""Databases that somebody else runs on the internet, told by their hosts: `schemas/managed_databases.json`."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache

from claude_preflight.agents.data import load
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any


_LONGEST = 256  # characters of a name, as the name system has it


class Service(NamedTuple):
    """A service that runs databases.

    `hosts` are shell patterns in lower case. Every real host matches `shape` as a whole, where that is given: one that
    does not is an example. `web` are the beginnings of the paths at which a web address is the database itself, the
    empty one for no path; `accounts` the variables that choose whose database it is without a host.
    """

    name: str
    hosts: tuple[str, ...]
    shape: str
    web: tuple[str, ...]
    accounts: tuple[str, ...]

    def is_example(self, host: str) -> bool:
        """Tell whether `host`, in lower case, is none that this service would give."""
        return bool(self.shape) and not re.fullmatch(self.shape, host)

    def is_database(self, path: str) -> bool:
        """Tell whether a web address of a host of this service with `path`, without its first slash, is a database."""
        path = path.strip("/")
        return any(path == start or (start and path.startswith(f"{start}/")) for start in self.web)


@cache
def services() -> tuple[Service, ...]:
    """Return the services that are known."""
    return tuple(map(_service, load("managed_databases.json")["services"]))


def _service(entry: dict[str, Any]) -> Service:
    lists = (tuple(entry.get(key, ())) for key in ("web", "accounts"))
    return Service(entry["name"], tuple(entry["hosts"]), entry.get("shape", ""), *lists)


def service_of(host: str) -> Service | None:
    """Return the service that the database at `host` is run by, if that is known."""
    folded = host.lower().rstrip(".") if len(host) < _LONGEST else ""
    domains, patterns = _by_host()
    at = folded.find(".")
    while at >= 0:
        if folded[at:] in domains:
            return domains[folded[at:]]
        at = folded.find(".", at + 1)
    for pattern, service in patterns:
        if folded.endswith(pattern.rpartition("*")[2]) and fnmatchcase(folded, pattern):
            return service
    return None


@cache
def _by_host() -> tuple[dict[str, Service], list[tuple[str, Service]]]:
    """Return the services by the domains that are theirs as a whole, and by the other patterns of their hosts."""
    pairs = [(pattern, service) for service in services() for pattern in service.hosts]
    domains = {
        pattern[1:]: service for pattern, service in pairs if pattern.rpartition("*")[0] == "" and pattern[:2] == "*."
    }
    return domains, [(pattern, service) for pattern, service in pairs if pattern[1:] not in domains]


def service_of_account(name: str) -> Service | None:
    """Return the service whose account a variable called `name` chooses, if any."""
    return next((service for service in services() if name in service.accounts), None)
