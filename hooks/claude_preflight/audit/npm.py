"""Ask the npm registry that the user's own npm is set up for, and fetch a package through it without running any of it.

Sources: npm 11, `npm help view`, `pack`, `audit`; the fields of a packument as the registry's documentation has them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from typing import Any

from claude_preflight.agents.known_servers import version_key
from claude_preflight.audit.answer import Answer, Refused, day, word
from claude_preflight.audit.artefact import integrity_of, verify
from claude_preflight.audit.client import Output, Unavailable, run_client, without_secrets

_NAME = re.compile(r"(?:@[a-z0-9~-][a-z0-9._~-]*/)?[A-Za-z0-9~][A-Za-z0-9._~-]*")
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]*")
_ADVISORY = re.compile(r"(?:GHSA|CVE)-[\w-]{4,40}")
_BELOW = re.compile(r"<\s*([0-9][0-9A-Za-z.+-]*)\s*$")
_LONGEST_NAME = 214


def look_up(package: str, version: str | None, folder: str, seconds: float) -> Answer:
    """Return what the registry says of `package` in `version` (None: the newest), fetched into `folder`.

    Each question takes at most so many seconds. Raises `Unavailable`, and `Refused` where the artefact does not have
    the hash that the registry names.
    """
    if not _NAME.fullmatch(package) or len(package) > _LONGEST_NAME or not _TAG.fullmatch(version or "latest"):
        raise Unavailable("that is no name of a package of npm")
    data = _view(f"{package}@{version or 'latest'}", folder, seconds)
    exact = data.get("version")
    if data.get("name") != package or not isinstance(exact, str) or not _TAG.fullmatch(exact):
        raise Unavailable("npm has answered about another package")
    archive, integrity = _fetch(f"{package}@{exact}", data, folder, seconds)
    advisories = _advisories(package, exact, folder, seconds)
    facts = _facts(data, exact) | _about_weaknesses(advisories, _table(data, "dist-tags").get("latest"))
    return Answer(package, exact, integrity, facts, archive, declared=data)


def _view(spec: str, folder: str, seconds: float) -> dict[str, Any]:
    output = _npm(("view", "--json", "--", spec), folder, seconds)
    data = _json(output.stdout)
    if isinstance(data, list) and data:
        data = data[-1]
    if output.status or not isinstance(data, dict) or "version" not in data:
        raise Unavailable(_failure(output, "npm knows no such package or version"))
    return data


def _npm(arguments: tuple[str, ...], folder: str, seconds: float) -> Output:
    environment = {
        # What was fetched for somebody else is no answer of the registry.
        "npm_config_cache": os.path.join(folder, "cache"),
        "npm_config_ignore_scripts": "true",
        "npm_config_update_notifier": "false",
        "npm_config_loglevel": "error",
        "npm_config_workspaces": "false",
    }
    return run_client(("npm", *arguments), folder, seconds, environment)


def _failure(output: Output, otherwise: str) -> str:
    data = _json(output.stdout)
    error = data.get("error") if isinstance(data, dict) else None
    summary = error.get("summary") if isinstance(error, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    told = without_secrets(summary or "") if isinstance(summary, str) else ""
    return f"npm: {word(code, 20) or 'error'} {told}".strip() if told or code else otherwise


def _fetch(spec: str, data: dict[str, Any], folder: str, seconds: float) -> tuple[str, str]:
    """Return the path of the tarball of `spec`, and its hash."""
    output = _npm(("pack", "--ignore-scripts", "--json", "--", spec), folder, seconds)
    tarballs = [name for name in os.listdir(folder) if name.endswith(".tgz")]
    if b"EINTEGRITY" in output.stdout + output.stderr:
        raise Refused("its archive does not have the hash that the registry names")
    if output.status or len(tarballs) != 1:
        raise Unavailable(_failure(output, "npm has fetched no archive"))
    path = os.path.join(folder, tarballs[0])
    with open(path, "rb") as file:
        content = file.read()
    dist = _table(data, "dist")
    named, old = word(dist.get("integrity"), 500), word(dist.get("shasum"))
    sound = verify(content, named) if named else old == hashlib.sha1(content, usedforsecurity=False).hexdigest()
    if not sound:
        raise Refused("its archive does not have the hash that the registry names")
    return path, integrity_of(content, "sha512")


def _facts(data: dict[str, Any], version: str) -> dict[str, Any]:
    times = {str(key): day(value) for key, value in _table(data, "time").items()}
    published = [when for name, when in times.items() if when and name != "modified"]
    dist = _table(data, "dist")
    attested = bool(dist["attestations"]) if "attestations" in dist else False if "signatures" in dist else None
    people = data.get("maintainers")
    return {
        "publisher": _person(data.get("_npmUser")),
        "maintainers": _people(people if isinstance(people, list) else [people]),
        "repository": _repository(data.get("repository")),
        "first_published": min(published, default=None),
        "published": times.get(version),
        "weekly_downloads": None,  # the registry itself does not tell
        "deprecated": word(data.get("deprecated"), 500),
        "yanked": None,
        "provenance": attested,
        "latest": word(_table(data, "dist-tags").get("latest")),
    }


def _people(listed: list[Any]) -> list[str] | None:
    names = sorted({name for name in map(_person, listed) if name})
    return names or None


def _person(value: object) -> str | None:
    """Return the account of somebody, without the address that npm writes behind it."""
    name = value.get("name") if isinstance(value, dict) else value
    plain = word(name)
    return word(plain.partition("<")[0]) if plain else None


def _repository(value: object) -> str | None:
    address = value.get("url") if isinstance(value, dict) else value
    return word(address, 500)


def _advisories(package: str, version: str, folder: str, seconds: float) -> list[dict[str, Any]] | None:
    """Return the published weaknesses of exactly this version; None where the registry does not tell."""
    place = os.path.join(folder, "advisories")
    os.makedirs(place, exist_ok=True)
    wanted = {package: version}
    packages = {"": {"dependencies": wanted}, f"node_modules/{package}": {"version": version}}
    _write(place, "package.json", {"name": "audit", "version": "0.0.0", "private": True, "dependencies": wanted})
    _write(place, "package-lock.json", {"name": "audit", "lockfileVersion": 3, "packages": packages})
    try:
        report = _json(_npm(("audit", "--json", "--package-lock-only"), place, seconds).stdout)
    except Unavailable:
        return None
    if not isinstance(report, dict) or not isinstance(report.get("vulnerabilities"), dict):
        return None
    about = report["vulnerabilities"].get(package)
    causes = about.get("via") if isinstance(about, dict) else None
    found = [_advisory(each) for each in causes or () if isinstance(each, dict)]
    return sorted(found, key=lambda advisory: str(advisory["id"]))


def _advisory(cause: dict[str, Any]) -> dict[str, Any]:
    known = _ADVISORY.search(str(cause.get("url", "")))
    below = _BELOW.search(str(cause.get("range", "")))
    return {
        "id": known.group() if known else word(str(cause.get("source", "unnamed"))) or "unnamed",
        "severity": word(cause.get("severity"), 20),
        "fixed_in": below[1] if below else None,
    }


def _about_weaknesses(advisories: list[dict[str, Any]] | None, latest: object) -> dict[str, Any]:
    return {"advisories": advisories, "latest_fixes": fixed_by(advisories, latest)}


def fixed_by(advisories: list[dict[str, Any]] | None, latest: object) -> list[str] | None:
    """Return the ids of those `advisories` that the version `latest` has put right; None where they are unknown."""
    newest = version_key(latest) if isinstance(latest, str) else None
    if advisories is None or newest is None:
        return None
    keys = [(advisory["id"], version_key(advisory["fixed_in"] or "")) for advisory in advisories]
    return [name for name, fixed in keys if fixed and fixed <= newest]


def _write(folder: str, name: str, content: object) -> None:
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(content, file)


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
