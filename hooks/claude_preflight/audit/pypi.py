"""Ask the Python package index that the user's own pip (or uv) is set up for, and fetch a file without building it.

Sources: the Simple Repository API (PEP 503, 592, 691, 700, 740, 792) and Warehouse's JSON API,
`/pypi/NAME/VERSION/json`, which other indexes may not have.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from claude_preflight.agents.known_servers import normal_name
from claude_preflight.audit.answer import Answer, Refused, day, word
from claude_preflight.audit.artefact import LIMITS, from_hex, integrity_of
from claude_preflight.audit.client import Unavailable, run_client, within, without_secrets
from claude_preflight.audit.npm import fixed_by
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.version import Version
    from pypi_simple import DistributionPackage, ProjectPage, PyPISimple
    from requests import Session

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_SETTING = re.compile(r"^(?P<section>[\w:-]+)\.(?P<name>[\w-]+)=(?P<value>.*)$", re.MULTILINE)
_SECTIONS = (":env:", "download", "install", "global")
_PLACES = ("repository", "source", "source code", "code", "github", "gitlab", "homepage")
_LONGEST_ANSWER = 64 * 2**20
_SOCKET_SECONDS = 20.0


def look_up(package: str, version: str | None, folder: str, seconds: float) -> Answer:
    """Return what the index says of `package` in `version` (None: the newest), fetched into `folder`.

    All of it takes at most so many seconds. Raises `Unavailable`; `Refused` where the file does not have the hash that
    the index names; `ImportError` without the extra `audit`.
    """
    if not _NAME.fullmatch(package):
        raise Unavailable("that is no name of a package of PyPI")
    settings = _settings(folder)
    return within(seconds, lambda: _look_up(package, version, folder, settings))


def _look_up(package: str, version: str | None, folder: str, settings: dict[str, str]) -> Answer:
    from pypi_simple import (
        PYPI_SIMPLE_ENDPOINT,
        NoSuchProjectError,
        PyPISimple,
        UnsupportedContentTypeError,
        UnsupportedRepoVersionError,
    )
    from requests import RequestException

    session = _session(settings)
    for endpoint in _endpoints(settings):
        trusted = urlsplit(endpoint).hostname in settings.get("trusted-host", "").split()
        session.verify = False if trusted else settings.get("cert") or True
        with PyPISimple(endpoint or PYPI_SIMPLE_ENDPOINT, session=session) as client:
            try:
                page = client.get_project_page(package, timeout=_SOCKET_SECONDS)
                return _of_page(client, page, package, version, folder)
            except NoSuchProjectError:
                continue
            except (RequestException, UnsupportedRepoVersionError, UnsupportedContentTypeError, ValueError) as error:
                raise Unavailable(f"the index: {type(error).__name__} {without_secrets(str(error))}") from None
    raise Unavailable("the index knows no such package")


def _settings(folder: str) -> dict[str, str]:
    """Return pip's configuration as it would apply to a download."""
    for command in ((sys.executable, "-m", "pip"), ("pip",)):
        try:
            output = run_client((*command, "--disable-pip-version-check", "config", "list"), folder, 60)
        except Unavailable:
            continue
        if output.status == 0:
            break
    else:
        return _from_environment()
    found: dict[tuple[str, str], str] = {}
    for match in _SETTING.finditer(output.stdout.decode("utf-8", "replace")):
        try:
            found[match["section"], match["name"]] = str(ast.literal_eval(match["value"]))
        except (ValueError, SyntaxError):
            continue
    return {name: found[section, name] for section in reversed(_SECTIONS) for own, name in found if own == section}


def _from_environment() -> dict[str, str]:
    """Return pip's configuration where there is no pip to ask."""
    return {name[4:].lower().replace("_", "-"): value for name, value in os.environ.items() if name.startswith("PIP_")}


def _endpoints(settings: dict[str, str]) -> Iterator[str]:
    """Yield the indexes in the order in which they are asked; an empty one stands for the library's default."""
    of_uv = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL") or ""
    listed = [settings.get("index-url") or of_uv, *settings.get("extra-index-url", "").split()]
    for number, endpoint in enumerate(listed):
        if endpoint.startswith(("https://", "http://")) or (number == 0 and not endpoint):
            yield endpoint


def _session(settings: dict[str, str]) -> Session:
    from requests import Response, Session
    from requests.models import PreparedRequest

    class Bounded(Session):
        """A session that takes no endless answers."""

        def send(self, request: PreparedRequest, **options: Any) -> Response:
            if options.get("stream"):
                return super().send(request, **options)
            response = super().send(request, **{**options, "stream": True})
            content = bytearray()
            for block in response.iter_content(65536):
                content += block
                if len(content) > _LONGEST_ANSWER:
                    raise Unavailable("the index has answered too much")
            response._content = bytes(content)
            return response

    session = Bounded()
    if settings.get("proxy"):
        session.proxies = {"http": settings["proxy"], "https": settings["proxy"]}
    if settings.get("client-cert"):
        session.cert = settings["client-cert"]
    return session


def _of_page(client: PyPISimple, page: ProjectPage, package: str, version: str | None, folder: str) -> Answer:
    releases = _releases(page)
    stable = [each for each in releases if not each.is_prerelease and not _withdrawn(releases[each])]
    newest = max(stable or releases, default=None)
    wanted = _wanted(version) if version else newest
    files = releases.get(wanted, []) if wanted else []
    if not files or wanted is None:
        raise Unavailable("the index has no such version")
    chosen = _chosen(files)
    path, integrity = _fetch(client, chosen, folder)
    exact = chosen.version or str(wanted)
    facts = _facts(page, files, newest) | _from_json(client, package, exact, str(newest or ""))
    return Answer(package, exact, integrity, facts, path, sdist=chosen.package_type == "sdist")


def _wanted(version: str) -> Version | None:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version.strip().lstrip("="))
    except InvalidVersion:
        raise Unavailable("that is no version of a Python package") from None


def _releases(page: ProjectPage) -> dict[Version, list[DistributionPackage]]:
    from packaging.version import InvalidVersion, Version

    releases: dict[Version, list[DistributionPackage]] = {}
    for file in page.packages:
        if file.package_type not in ("wheel", "sdist") or not file.filename.endswith((".whl", ".tar.gz", ".zip")):
            continue
        try:
            releases.setdefault(Version(file.version or ""), []).append(file)
        except InvalidVersion:
            continue
    return releases


def _withdrawn(files: list[DistributionPackage]) -> bool:
    return all(file.is_yanked for file in files)


def _chosen(files: list[DistributionPackage]) -> DistributionPackage:
    """Return the file that this machine would install: the wheel that fits best, or else any, or else the sdist."""
    from packaging.tags import sys_tags
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    ranks = {tag: rank for rank, tag in enumerate(sys_tags())}

    def rank(file: DistributionPackage) -> tuple[int, int, str]:
        if file.package_type == "sdist":
            return 2, 0, file.filename
        try:
            fitting = [ranks[tag] for tag in parse_wheel_filename(file.filename)[3] if tag in ranks]
        except InvalidWheelFilename:
            fitting = []
        return (0, min(fitting), file.filename) if fitting else (1, 0, file.filename)

    return min(files, key=rank)


def _fetch(client: PyPISimple, file: DistributionPackage, folder: str) -> tuple[str, str]:
    from pypi_simple import DigestMismatchError

    ending = next(each for each in (".whl", ".tar.gz", ".zip") if file.filename.endswith(each))
    path = os.path.join(folder, f"artefact{ending}")
    named = file.digests.get("sha256")
    try:
        client.download_package(
            file, path, verify=bool(file.digests), progress=lambda _: _Meter(), timeout=_SOCKET_SECONDS
        )
    except DigestMismatchError:
        raise Refused("its archive does not have the hash that the registry names") from None
    with open(path, "rb") as content:
        own = integrity_of(content.read(), "sha256")
    if named and from_hex("sha256", named) != own:
        raise Refused("its archive does not have the hash that the registry names")
    return path, own


class _Meter:
    """Counts what is downloaded, and ends it at the limit."""

    def __init__(self) -> None:
        self._count = 0

    def __enter__(self) -> _Meter:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, count: int) -> None:
        self._count += count
        if self._count > LIMITS.archive:
            raise Refused(f"its archive has more than {LIMITS.archive / 2**20:.0f} MiB")


def _facts(page: ProjectPage, files: list[DistributionPackage], newest: Version | None) -> dict[str, Any]:
    first = [when for file in page.packages if (when := _day_of(file))]
    reasons = [word(file.yanked_reason) for file in files if file.is_yanked]
    attested = any(file.provenance_url or file.provenance_sha256 for file in files)
    status = word(getattr(page, "status", None), 40)
    return {
        "first_published": min(first, default=None),
        "published": min((when for file in files if (when := _day_of(file))), default=None),
        "weekly_downloads": None,  # the index does not tell
        "deprecated": status if status not in (None, "active") else None,
        "yanked": (next(filter(None, reasons), None) or True) if _withdrawn(files) else None,
        "provenance": True if attested else None,
        "latest": str(newest) if newest else None,
    }


def _day_of(file: DistributionPackage) -> str | None:
    return day(file.upload_time.isoformat()) if file.upload_time else None


def _from_json(client: PyPISimple, package: str, version: str, latest: str) -> dict[str, Any]:
    """Return what the JSON API adds; unknown where the index has none."""
    data = _about(client, package, version)
    info = data.get("info")
    same = isinstance(info, dict) and info.get("version") == version
    advisories = _advisories(data.get("vulnerabilities")) if same else None
    ownership = data.get("ownership")
    roles = ownership.get("roles") if isinstance(ownership, dict) else None
    users = [_user(role) for role in roles or () if isinstance(role, dict)]
    owners = [_user(role) for role in roles or () if isinstance(role, dict) and role.get("role") == "Owner"]
    organisation = word(ownership.get("organization")) if isinstance(ownership, dict) else None
    return {
        "publisher": organisation or next(filter(None, owners), None),
        "maintainers": sorted({user for user in users if user}) or None,
        "repository": _repository(info),
        "advisories": advisories,
        "latest_fixes": fixed_by(advisories, latest),
    }


def _about(client: PyPISimple, package: str, version: str) -> dict[str, Any]:
    """Return the answer about the version, or about the newest one where the index has no other."""
    endpoint = client.endpoint.rstrip("/")
    root = endpoint.removesuffix("/simple")
    if root == endpoint:
        return {}
    project = f"{root}/pypi/{normal_name('pypi', package)}"
    return _json(client, f"{project}/{version}/json") or _json(client, f"{project}/json")


def _json(client: PyPISimple, address: str) -> dict[str, Any]:
    from requests import RequestException

    try:
        response = client.s.get(address, timeout=_SOCKET_SECONDS, headers={"Accept": "application/json"})
        data = response.json() if response.ok else None
    except (RequestException, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _user(role: dict[str, Any]) -> str | None:
    return word(role.get("user"))


def _repository(info: object) -> str | None:
    listed = info.get("project_urls") if isinstance(info, dict) else None
    urls = {str(name).lower(): word(url, 500) for name, url in listed.items()} if isinstance(listed, dict) else {}
    return next((url for place in _PLACES if (url := urls.get(place))), None)


def _advisories(listed: object) -> list[dict[str, Any]] | None:
    if not isinstance(listed, list):
        return None
    found = []
    for each in listed:
        name = word(each.get("id"), 60) if isinstance(each, dict) else None
        if name and not each.get("withdrawn"):
            fixed = each.get("fixed_in")
            first = word(fixed[0], 60) if isinstance(fixed, list) and fixed else None
            found.append({"id": name, "severity": None, "fixed_in": first})
    return sorted(found, key=lambda advisory: str(advisory["id"]))
