"""One judgement of a place that something connects to: whose stage it belongs to, how far away it is, who runs it.

The policy's own lists of hosts win over everything that names say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_preflight.agents.places import (
    CLOUD,
    DATABASE,
    DEVELOPMENT,
    PRIVATE,
    PRODUCTION,
    PUBLIC,
    SERVICE,
    STAGING,
    Place,
    environment,
    host_environment,
    is_local,
    locality,
    words,
)
from claude_preflight.late import late
from claude_preflight.policy import Policy, matches_any
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

# Names that lead to this machine wherever they are looked up; for a database they are as good as `localhost`.
_LOCAL_DOMAINS = (
    *(".localtest.me", ".lvh.me", ".lndo.site", ".ddev.site", ".vcap.me", ".127.0.0.1.nip.io"),
    *(".127.0.0.1.sslip.io", ".orb.local", ".docker"),
)
_SCHEMAS = frozenset("schema currentschema searchpath db database warehouse role".split())
# What MongoDB calls the database when nobody has named one.
_DEFAULT_NAMES = {"mongodb": frozenset(("test", "admin", "local", "sample_mflix"))}
_PRODUCTION_FOLDER = late(r"(?:^|/)\.?(?:prod|prd|production|live)/")
_TEMPLATE = late(r"[._-](?:example|sample|template|tmpl|tpl|dist|defaults?|schema)(?=[._-]|$)", re.IGNORECASE)
_OWN_STAGE = (DEVELOPMENT, STAGING)


class Judgement(NamedTuple):
    """What a place is.

    `stage` is `PRODUCTION`, `STAGING`, `DEVELOPMENT`, or empty where nothing says it, and `part` is what says so, else
    the host. `distance` is a `locality`; the resources of a cloud are `PUBLIC`.
    """

    stage: str
    part: Text
    distance: str


def judge(place: Place, policy: Policy) -> Judgement:
    """Return what `place` is by its spelling and by `policy`; nothing is resolved."""
    host, distance = place.host.lower(), _distance(place)
    if matches_any(host, policy.production_hosts):
        return Judgement(PRODUCTION, place.host, distance)
    if matches_any(host, policy.development_hosts) or is_local(host) or host.endswith(_LOCAL_DOMAINS):
        return Judgement(DEVELOPMENT, place.host, distance)
    stage = environment(place.host) if place.kind == CLOUD else host_environment(place.host, place.kind)
    if not stage and place.kind in (DATABASE, CLOUD) and distance in (PUBLIC, PRIVATE):
        told = [(environment(part), part) for part in _names(place)]
        for wanted in (PRODUCTION, *_OWN_STAGE):
            for found, part in told:
                if found == wanted:
                    return Judgement(found, part, distance)
    return Judgement(stage, place.host, distance)


def _distance(place: Place) -> str:
    distance = locality(place.host)
    return PUBLIC if place.kind == CLOUD and distance in (SERVICE, PRIVATE) else distance


def _names(place: Place) -> Iterator[Text]:
    """Yield what a database is called besides its host: the database, its schema, the user."""
    if place.path and place.path.lower() not in _DEFAULT_NAMES.get(place.scheme, ()):
        yield place.path
    if place.user:
        yield place.user
    for name, value in place.query:
        if "".join(words(name)) in _SCHEMAS:
            yield value


def is_called_development(comment: str) -> bool:
    """Tell whether `comment` calls what it stands beside a system of development or staging, and not production's."""
    if environment(comment) not in (DEVELOPMENT, STAGING):
        return False
    return all(environment(word) != PRODUCTION for word in words(comment))


def is_template(path: str) -> bool:
    """Tell whether the env file at `path` is one to be copied and filled in, by its name."""
    return bool(_TEMPLATE.search(path.rpartition("/")[2]))


def stage_of_file(path: str) -> str:
    """Return the stage that the env file at `path` is for, by its name or by its folders, as `environment` does.

    `.local` at the end of its name says on which machine it lies, and no more.
    """
    name = _TEMPLATE.sub("", path.rpartition("/")[2]).removesuffix(".local")
    stage = PRODUCTION if name in (".env.live", "live.env") else environment(name)
    return PRODUCTION if stage == PRODUCTION else stage_of_folders(path) or stage


def stage_of_folders(path: str) -> str:
    """Return the stage that the folders above `path` are for; only those count whose whole name is a word for one."""
    if _PRODUCTION_FOLDER.search(path):
        return PRODUCTION
    folders = path.split("/")[:-1]
    return next((stage for folder in folders if len(words(folder)) == 1 and (stage := environment(folder))), "")
