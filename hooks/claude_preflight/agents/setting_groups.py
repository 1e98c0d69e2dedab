"""Settings that belong together, such as a host, the database behind it, and its password."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property

from claude_preflight.agents.exposed import Setting, is_published, loose_settings
from claude_preflight.agents.places import environment, words
from claude_preflight.agents.secrets import judge_named_value
from claude_preflight.agents.secrets.names import NOTHING, PASSWORD, what_is_named
from claude_preflight.document import Document
from claude_preflight.late import late

# What a setting may name: a database, or the user of one.
NAMES_DATABASE, NAMES_USER = "database", "user"

_SHORT_ROLES = {"-d": NAMES_DATABASE, "-D": NAMES_DATABASE, "-U": NAMES_USER, "-u": NAMES_USER}
_ROLE = late(r"(.*?)(?:(database|schema|catalog|warehouse|name|db)|(user(?:name|id)?|login|role))")
_STEM = late(r"(.*?)(?:hostname|hostaddr|host|servers?|urls?|uri|address|addr|endpoints?|dsn|account|project)")
_LONGEST = 100  # characters of a name that are looked at
_GENERAL = ("", "db")  # what is before the role in `--database`, `--dbname` and their like
_FOR_VISITORS = frozenset(("anon", "publishable", "public"))


def stem(name: str) -> str:
    """Return what a name has before the word for a host, without separators: `db` of `DB_HOST`, `pg` of `PGHOST`."""
    joined = "".join(words(name[-_LONGEST:]))
    match = _STEM.fullmatch(joined)
    return match[1] if match else joined


def role(name: str) -> tuple[str, str]:
    """Return what a setting called `name` names, a constant above or nothing, and what its name has before that."""
    if name in _SHORT_ROLES:
        return _SHORT_ROLES[name], ""
    joined = "".join(words(name[-_LONGEST:]))
    match = _ROLE.fullmatch(joined) if joined != "name" else None
    if not match:
        return "", ""
    return (NAMES_DATABASE if match[2] else NAMES_USER), match[1]


class Group:
    """Settings of one owner. `joint` tells that they make one connection, `database` that its program is for one.

    Where they are not joint, as in an env file, the beginnings of their names tell which belong together.
    """

    def __init__(self, settings: Sequence[Setting], *, joint: bool = False, database: bool = False) -> None:
        self.settings = settings
        self.joint = joint
        self.database = database

    @cached_property
    def _stages(self) -> dict[str, set[tuple[str, str]]]:
        """The roles and the stages of what names a database or a user, by the beginning of its name."""
        stages: dict[str, set[tuple[str, str]]] = {}
        for setting in self.settings:
            of, own = role(setting.name or "")
            if of and "://" not in setting.value:
                stages.setdefault(own, set()).add((of, environment(setting.value)))
        return stages

    def stages(self, host: str) -> set[tuple[str, str]]:
        """Return the roles and the stages of what stands beside the host that is called `host`."""
        own = stem(host)
        related = {own[:end] for end in range(1, len(own) + 1)} | {own} | set(_GENERAL if self.joint else ())
        return {stage for beginning in related for stage in self._stages.get(beginning, ())}

    @cached_property
    def names_database(self) -> bool:
        """Whether a setting names the database of the connection, in general terms."""
        return any(of == NAMES_DATABASE for own in _GENERAL for of, _ in self._stages.get(own, ()))

    @cached_property
    def ports(self) -> frozenset[str]:
        """The ports that are called nothing else."""
        return frozenset(str(each.value) for each in self.settings if words(each.name or "") == ["port"])

    @cached_property
    def _passwords(self) -> list[str]:
        """The names of literal passwords, without separators, in order."""
        names = ((str(each.name or ""), each.value) for each in self.settings)
        literal = (name for name, value in names if what_is_named(name) == PASSWORD and judge_named_value(name, value))
        return sorted("".join(words(name)) for name in literal)

    def has_password(self, host: str) -> bool:
        """Tell whether a literal password stands beside the host that is called `host`."""
        own = "" if self.joint else stem(host)
        at = bisect_left(self._passwords, own)
        return bool(self.joint or own) and at < len(self._passwords) and self._passwords[at].startswith(own)

    @cached_property
    def _keys(self) -> frozenset[str]:
        """The first words of the names of credentials that open more than any visitor sees."""
        names = (each.name for each in self.settings if each.name and each.value)
        guarded = (name for name in names if what_is_named(name) != NOTHING and not is_published(name))
        parts = (words(name) for name in guarded)
        return frozenset(part[0] for part in parts if part and _FOR_VISITORS.isdisjoint(part))

    def has_key(self, host: str) -> bool:
        """Tell whether a credential stands beside the address that is called `host`."""
        return bool(self._keys) if self.joint else not self._keys.isdisjoint(words(host)[:1])


def loose_groups(document: Document) -> Iterator[Group]:
    """Yield what `document` gives outside of MCP servers, the variables of a table and the words of a line together."""
    groups: dict[tuple[str, object], list[Setting]] = {}
    for setting in loose_settings(document):
        together: object = setting.key.rpartition("/")[0]
        if setting.owner != "this file":
            together = document.line_span(setting.value.start)
        groups.setdefault((setting.owner, together), []).append(setting)
    for (owner, _), settings in groups.items():
        yield Group(settings, joint=owner != "this file")
