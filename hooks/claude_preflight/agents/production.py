"""What makes a value production's: a host, a connection string, a name, a reference; in configuration and in prose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from claude_preflight.agents.exposed import Setting, is_published, server_settings, variable_settings
from claude_preflight.agents.handed_on import is_handed_on, references, server_names, vault_paths
from claude_preflight.agents.judgement import judge
from claude_preflight.agents.mcp import Server
from claude_preflight.agents.places import (
    DATABASE,
    PLAIN,
    PRIVATE,
    PRODUCTION,
    PUBLIC,
    RESERVED,
    UNKNOWN,
    WEB,
    Place,
    environment,
    is_local,
    locality,
    names_host,
    places,
    telling_word,
    words,
)
from claude_preflight.agents.secrets import find_in_text, find_in_value, is_placeholder, judge_named_value
from claude_preflight.agents.secrets.names import NOTHING, PASSWORD, what_is_named
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.policy import Policy, matches_any
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

# What evidence shows: the agent is connected to a host, is given a variable or a literal credential, works with a
# profile, is started with a server that is called production, or with a login that may be production's.
HOST, VARIABLE, CREDENTIAL = "production-host", "production-variable", "production-credential"
PROFILE, SERVER, LOGIN = "production-profile", "production-server", "production-login"


class Evidence(NamedTuple):
    """Why something is production's: `kind` is a constant of this module, `what` a verb phrase, `key` is stable."""

    kind: str
    span: Span
    what: str
    key: str


# Where a product requirements document is, not a production system.
_DOCUMENT_NAMES = (["prd", "url"], ["prd", "link"], ["prd", "doc", "url"])
# What the agent and its installers are served by: the model's gateway, telemetry, proxies, package registries. That
# these run in production is as it should be.
_PLUMBING = frozenset("anthropic openai litellm otel otlp proxy registry index mirror".split())
_MORE_ACCESS = frozenset("db database connection connectionstring conn".split())


def _production_name(name: str, policy: Policy) -> bool:
    if matches_any(name, policy.production_names):
        return True
    return environment(name) == PRODUCTION and words(name) not in _DOCUMENT_NAMES


def _names_access(name: str) -> bool:
    """Tell whether a variable called `name` opens a system: it holds a credential, or says where the system is."""
    if names_host(name) or telling_word(name) in _MORE_ACCESS or words(name)[-2:] == ["connection", "string"]:
        return True
    return what_is_named(_without_stage(name)) != NOTHING


def _opens(name: str, policy: Policy) -> bool:
    """Tell whether a variable that is production's by its name `name` opens a system."""
    return _names_access(name) or (bool(policy.production_names) and matches_any(name, policy.production_names))


def _without_stage(name: str) -> str:
    return "_".join(word for word in words(name) if not environment(word))


_TEMPLATE_NAME = late(
    r"[._-](?:example|sample|template|tmpl|tpl|dist|defaults?|schema)(?:[._-]|$)|^(?:example|sample|template)[._-]",
    re.IGNORECASE,
)


def names_template(path: str) -> bool:
    """Tell whether the env file at `path` is one that people copy and fill in, so that no program reads it."""
    return bool(_TEMPLATE_NAME.search(path.rpartition("/")[2]))


def _has_literal_password(place: Place) -> bool:
    return bool(place.password) and not is_placeholder(str(place.password))


def _holds_secret(name: str, value: Text) -> bool:
    return any(secret.opens_something for secret in find_in_value(name, value))


def _is_template(place: Place) -> bool:
    """Tell whether nothing in `place` is real: a reserved domain, and a password to be filled in."""
    return locality(place.host) == RESERVED and place.password is not None and not _has_literal_password(place)


def of_setting(setting: Setting, policy: Policy, *, by_reference: bool = False) -> Iterator[Evidence]:
    """Yield why `setting` is production's; with `by_reference` also that it hands on a variable which is."""
    evidence = _by_place(setting, policy) or _by_profile(setting) or _by_name(setting, policy, by_reference)
    if evidence:
        yield evidence
    elif by_reference:
        yield from _by_reference(setting, policy)


def _by_place(setting: Setting, policy: Policy) -> Evidence | None:
    for place in places(setting.value, host=setting.host):
        stage, part, _ = judge(place, policy)
        if stage != PRODUCTION or _is_template(place) or _is_bare_word(place, setting) or _is_plumbing(place, setting):
            continue
        if _is_providers(place, policy):
            continue
        of = f'a production host, so the agent works on live data: "{place.host}"'
        if part is not place.host:
            of = f'a production database, so the agent works on live data: "{place.host}"'
        key = f"{setting.key}/{place.host}"
        if _has_literal_password(place):
            return Evidence(CREDENTIAL, part.span, f"holds the password of {of}", key)
        return Evidence(HOST, part.span, f"connects to {of}", key)
    return None


def _is_providers(place: Place, policy: Policy) -> bool:
    """Tell whether `place` belongs to a third party, so that sandbox-api-mode judges which mode of it is used."""
    if place.kind not in (WEB, PLAIN) or _has_literal_password(place):
        return False
    from claude_preflight.agents.providers import host_use

    return host_use(place.host) is not None and not matches_any(place.host.lower(), policy.production_hosts)


_MODE_NAMES = ("", "server", "endpoint", "origin", "domain", "url")


def _is_plumbing(place: Place, setting: Setting) -> bool:
    return place.kind == WEB and place.password is None and not _PLUMBING.isdisjoint(words(setting.name or ""))


def _is_bare_word(place: Place, setting: Setting) -> bool:
    """Tell whether the host is the word "production" alone, which is a mode unless the setting is called a host."""
    return place.kind == PLAIN and len(words(place.host)) == 1 and telling_word(setting.name or "") in _MODE_NAMES


def _by_profile(setting: Setting) -> Evidence | None:
    chosen = setting.value.rpartition("/")[2]
    if not setting.selects or len(chosen) >= 80 or environment(chosen) != PRODUCTION:
        return None
    what = f'uses the profile, context or file of production "{chosen}"'
    return Evidence(PROFILE, setting.value.span, what, f"{setting.key}/{chosen}")


def _by_name(setting: Setting, policy: Policy, by_reference: bool) -> Evidence | None:
    name, value = setting.name, setting.value
    if name is None or not value or not _production_name(name, policy):
        return None
    found = [(place, judge(place, policy).stage) for place in places(value, host=_names_access(name))]
    if any(stage not in ("", PRODUCTION) for _, stage in found):
        return None
    if _holds_secret(_without_stage(name), value):
        return Evidence(CREDENTIAL, name.span, f"holds a literal credential of production: {name}", setting.key)
    real = any(locality(place.host) in (PUBLIC, PRIVATE) and not _is_providers(place, policy) for place, _ in found)
    if real or (by_reference and _names_access(name) and is_handed_on(value)):
        return Evidence(VARIABLE, name.span, f"is given a variable of production: {name}", setting.key)
    return None


def _by_reference(setting: Setting, policy: Policy) -> Iterator[Evidence]:
    value = setting.value
    for path in vault_paths(value):
        if environment(path) == PRODUCTION:
            yield Evidence(VARIABLE, path.span, "is given a secret from a vault of production", setting.key)
    for name in [value] if setting.passed else references(value):
        any_of_them = setting.passed and "*" in name
        if _production_name(name, policy) and (any_of_them or _opens(name, policy)):
            key = f"{setting.key}/{name}"
            yield Evidence(VARIABLE, name.span, f"is given a variable of production: {name}", key)


_DATABASE_NAME = late(r"(?:^|[_-]|PG|MYSQL)(?:DB|DATABASE|DB_?NAME|DATABASE[_-]?NAME)$", re.IGNORECASE)
_USER_NAMES = frozenset("user username login email mail account userid uid".split())
_MAIL = frozenset("smtp imap pop pop3 mail".split())


def of_server(server: Server, policy: Policy) -> Iterator[Evidence]:
    """Yield why an MCP server works with production: what it is given, or else what it is as a whole."""
    settings = [*server_settings(server), *server_names(server)]
    found = [evidence for setting in settings for evidence in of_setting(setting, policy, by_reference=True)]
    yield from found or _as_a_whole(server, settings, policy)


def _as_a_whole(server: Server, settings: list[Setting], policy: Policy) -> Iterator[Evidence]:
    """Yield what no value tells alone: a database's name beside a host, the server's own name, a login."""
    given = (place for setting in settings for place in places(setting.value, host=setting.host))
    hosts = [place for place in given if locality(place.host) != UNKNOWN]
    distant = [place for place in hosts if _is_distant(place, policy)]
    database = next(filter(_names_production_database, settings), None)
    stage = environment(server.name)
    server_of_database = next((place for place in distant if place.kind == PLAIN), None)
    if database is not None and server_of_database:
        what = f'connects to a production database, so the agent works on live data: "{server_of_database.host}"'
        yield Evidence(HOST, database.value.span, what, database.key)
    elif stage == PRODUCTION and (distant or (not hosts and any(map(_gives_access, settings)))):
        what = "is called production, and is connected to a system"
        yield Evidence(SERVER, server.name.span, what, server.key())
    elif not stage and any(map(_is_user, settings)) and any(map(_is_password, settings)):
        yield from _login(settings, policy)


def _is_distant(place: Place, policy: Policy) -> bool:
    """Tell whether `place` is on another machine, and nothing says that it is no production system."""
    if locality(place.host) not in (PUBLIC, PRIVATE) or judge(place, policy).stage not in ("", PRODUCTION):
        return False
    return not _is_providers(place, policy)


def _names_production_database(setting: Setting) -> bool:
    return bool(_DATABASE_NAME.search(setting.name or "")) and environment(setting.value) == PRODUCTION


def _gives_access(setting: Setting) -> bool:
    name = str(setting.name or "")
    if not _names_access(name):
        return False
    return is_handed_on(setting.value) or judge_named_value(name, setting.value) is not None


def _login(settings: list[Setting], policy: Policy) -> Iterator[Evidence]:
    """Yield the first public host that nothing calls a development system."""
    for setting in settings:
        if environment(setting.name or "") or "proxy" in words(setting.name or ""):
            continue
        for place in places(setting.value, host=setting.host):
            if _may_be_production(place, policy):
                what = "has a literal login beside a public host that nothing calls a development system"
                yield Evidence(LOGIN, place.host.span, f'{what}: "{place.host}"', setting.key)
                return


def _may_be_production(place: Place, policy: Policy) -> bool:
    """Tell whether `place` is a public system of unknown stage; a mailbox is none."""
    if place.kind not in (WEB, PLAIN, DATABASE) or not _MAIL.isdisjoint(words(place.host)[:1]):
        return False
    if locality(place.host) != PUBLIC or judge(place, policy).stage != "":
        return False
    return not _is_providers(place, policy)


def _is_user(setting: Setting) -> bool:
    value = setting.value
    if not value or telling_word(setting.name or "") not in _USER_NAMES:
        return False
    return not is_handed_on(value) and "<" not in value and "your" not in value.lower()


def _is_password(setting: Setting) -> bool:
    name = str(setting.name or "")
    return what_is_named(name) == PASSWORD and judge_named_value(name, setting.value) is not None


# What platforms tell every program of the others: addresses that anyone may know.
_OF_PLATFORMS = late(r"(?:NEXT_PUBLIC_)?VERCEL_(?:PROJECT_PRODUCTION_URL|\w*_HOST)|RAILWAY_SERVICE_\w+_URL")


def names_of_production(names: Iterable[Text], policy: Policy) -> Iterator[Text]:
    """Yield those of `names`, of an environment's variables, that open a system of production."""
    for name in names:
        if matches_any(name, policy.production_names) or (
            _production_name(name, policy)
            and _names_access(name)
            and not (_OF_PLATFORMS.fullmatch(name) or is_published(name))
        ):
            yield name


def of_variable(name: Text, value: Text, policy: Policy, *, exported: bool = False) -> Iterator[Evidence]:
    """Yield why the variable `name` of an env file is production's.

    One that is `exported` hands on what it refers to; elsewhere a reference is what the program that reads it is given.
    """
    for setting in variable_settings("", str(name), name, value):
        for evidence in of_setting(setting, policy, by_reference=exported):
            if evidence.kind != VARIABLE or not is_published(name):
                yield evidence


def of_production_variable(name: Text, value: Text) -> Iterator[Evidence]:
    """Yield that the variable `name` of production's own env file holds a literal credential, if it does.

    Hosts and addresses there are how an application is built.
    """
    if is_published(name):
        return
    known = (place for place in places(value) if _has_literal_password(place) and not is_local(place.host))
    if any(locality(place.host) != RESERVED for place in known) or _holds_secret(str(name), value):
        yield Evidence(CREDENTIAL, name.span, "holds a literal credential of production", str(name))


# The value is looked at, not consumed: it may hold the next name.
_ASSIGNED = late(
    r"(?P<name>[A-Za-z_]\w{2,80})[\"'`*]{0,3}[ \t]*[=:][ \t]*"
    r"(?=\"(?P<quoted>[^\"\r\n]{0,4000})\"|[\"'`]?(?P<bare>[^\s\"'`]{1,4000}))"
)
_LABEL = late(r"([A-Za-z][\w-]{0,40}(?: [\w-]{1,40}){1,5})[\"'`*]{0,3}[ \t]*[:=|][ \t\"'`*]*$")
_LABEL_REACH = 200
_PASSWORDS = ("command-password", "password")
_HOST_OPTION = late(r"(?<!\S)(?:-h|-H|--(?:[a-z]+-)?host(?:name)?)[ =][\"'`]?(?P<host>[\w.-]+)")


def of_line(line: Text, policy: Policy) -> list[Evidence]:
    """Return the literal credentials of production in a line of prose or code; a host alone is none."""
    return list(_written_places(line, policy)) or list(_written_variables(line, policy)) or list(_labelled(line))


def _written_places(line: Text, policy: Policy) -> Iterator[Evidence]:
    """Yield the production hosts that a password stands beside: in the same URL, or in the same command."""
    told = ((place, *judge(place, policy)[:2]) for place in _places_of_line(line) if locality(place.host) != RESERVED)
    named = [(place, part) for place, stage, part in told if stage == PRODUCTION]
    guarded = [(place, part) for place, part in named if _has_literal_password(place)]
    if named and not guarded and any(secret.kind in _PASSWORDS for secret in find_in_text(line, prose=False)):
        guarded = named[:1]
    for place, part in guarded:
        what = f'holds the password of a production host: "{place.host}"'
        yield Evidence(CREDENTIAL, part.span, what, str(place.host))


def _places_of_line(line: Text) -> Iterator[Place]:
    yield from places(line)
    for match in _HOST_OPTION.finditer(line):
        yield from places(line.part(*match.span("host")), host=True)


def _written_variables(line: Text, policy: Policy) -> Iterator[Evidence]:
    for match in _ASSIGNED.finditer(line):
        name, value = line.part(*match.span("name")), line.part(*match.span(match.lastgroup or "bare"))
        if "_" in name and _production_name(name, policy):
            evidence = _by_name(Setting("", str(name), name, value), policy, by_reference=False)
            if evidence and evidence.kind == CREDENTIAL:
                yield evidence


def _labelled(line: Text) -> Iterator[Evidence]:
    """Yield what `Production admin password: …` is followed by, if a generator or a careful person has made it."""
    for secret in find_in_text(line):
        label = _LABEL.search(line, max(0, secret.span.start - _LABEL_REACH), secret.span.start)
        if label and secret.opens_something and environment(label[1]) == PRODUCTION:
            span = line.part(*label.span(1)).span
            yield Evidence(CREDENTIAL, span, "holds a literal credential of production", label[1].lower())
