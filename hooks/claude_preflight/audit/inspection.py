"""Ask and scan: from a server to what the record will say of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from claude_preflight.agents.audit_entry import GIT, LOCAL, NPM, OCI, PYPI
from claude_preflight.agents.audit_launch import content_integrity
from claude_preflight.audit import npm, oci, pypi
from claude_preflight.audit import repository as claimed
from claude_preflight.audit.answer import Answer, Refused
from claude_preflight.audit.artefact import Hostile, Member, read_archive
from claude_preflight.audit.client import Unavailable, workshop
from claude_preflight.audit.scan.files import Scan, install_scripts, scan_members
from claude_preflight.audit.scan.model import OBFUSCATED, Entry
from claude_preflight.audit.targets import Target
from claude_preflight.intake import read_worktree
from claude_preflight.repository import Repository
from claude_preflight.typed import NamedTuple

_REGISTRIES: dict[str, Callable[[str, str | None, str, float], Answer]] = {
    NPM: npm.look_up,
    PYPI: pypi.look_up,
    OCI: oci.look_up,
}
_FACTS = (
    *("asked_on", "publisher", "maintainers", "repository", "repository_names_package", "first_published"),
    *("published", "weekly_downloads", "deprecated", "yanked", "install_scripts", "provenance", "advisories"),
    *("latest", "latest_fixes"),
)
_LONGEST_SCAN = 300.0
_MOST_MEMORY = 8 * 2**30


class Failed(Exception):
    """This server could not be audited; the message tells a person why."""


class Inspected(NamedTuple):
    """The entry of a server as it goes into the record, without its review; `scan` has the places that were counted."""

    entry: dict[str, Any]
    scan: Scan | None


def inspect(target: Target, repository: Repository, today: str, seconds: float) -> Inspected:
    """Return what the registry and the artefact tell of `target`; each question takes at most so many seconds.

    Raises `Failed`, and `ImportError` without the extra `audit`.
    """
    try:
        if target.source in _REGISTRIES and target.package:
            return _of_package(target, target.package, today, seconds)
        if target.source == LOCAL and target.path:
            return _of_file(target, target.path, repository)
    except Unavailable as error:
        raise Failed(str(error)) from None
    except Refused as error:
        raise Failed(f"do not install it: {error}") from None
    except Hostile as error:
        raise Failed(f"do not install it: its archive is hostile, {error}") from None
    version = target.version if target.source == GIT else None
    return Inspected(_entry(target, target.package, version, None, None, None), None)


def _of_package(target: Target, package: str, today: str, seconds: float) -> Inspected:
    if target.elsewhere and target.source != OCI:
        raise Failed("its launch line names a registry of its own, and only those are asked that you have set up")
    with workshop() as folder:
        # A range or a tag names no version; the newest is looked at, and the command asks to pin it.
        asked = target.version if target.exact or target.source == OCI else None
        answer = _REGISTRIES[target.source](package, asked, folder, seconds)
        scan = isolated_scan(answer.archive, answer.sdist) if answer.archive else None
        facts = None
        if answer.facts:
            facts = {**dict.fromkeys(_FACTS), **answer.facts, "asked_on": today}
            address = claimed.address_of(facts["repository"])
            facts["repository"] = address
            if address:
                named = claimed.names_package(address, target.source, package, folder, seconds)
                facts["repository_names_package"] = named
    if scan and facts and target.source == NPM:
        facts["install_scripts"] = install_scripts(scan.manifest, gyp=scan.gyp)
        scan = scan._replace(entries=(*_differences(scan.manifest, answer.declared), *scan.entries))
    return Inspected(_entry(target, answer.package, answer.version, answer.integrity, facts, scan), scan)


def _differences(manifest: dict[str, Any], declared: dict[str, Any]) -> Iterator[Entry]:
    """Yield that the archive has another manifest than the registry shows, so that pages about it tell another tale."""
    if manifest.get("name") != declared.get("name") or manifest.get("version") != declared.get("version"):
        yield Entry(OBFUSCATED, "manifest-of-another-package", "package.json", 1, 1)
    scripts = [install_scripts(each, gyp=False) for each in (manifest, declared)]
    lists = [sorted(each.get("dependencies") or ()) for each in (manifest, declared)]
    if scripts[0] != scripts[1] or lists[0] != lists[1]:
        yield Entry(OBFUSCATED, "manifest-differs-from-registry", "package.json", 1, 1)


def _of_file(target: Target, path: str, repository: Repository) -> Inspected:
    content = read_worktree(repository, path)
    if not isinstance(content, bytes):
        raise Failed(f"{path} cannot be read")
    scan = scan_members([Member(path, content)])
    return Inspected(_entry(target, None, None, content_integrity(content), None, scan), scan)


def _entry(
    target: Target,
    package: str | None,
    version: str | None,
    integrity: str | None,
    facts: dict[str, Any] | None,
    scan: Scan | None,
) -> dict[str, Any]:
    found = scan and {"files": scan.files, "unread": scan.unread, "findings": [*map(_finding, scan.entries)]}
    return {
        "name": target.name,
        "launch": target.launch,
        "configs": list(target.configs),
        "source": target.source,
        "package": package,
        "version": version,
        "integrity": integrity,
        "url": target.url,
        "path": target.path,
        "facts": facts,
        "scan": found,
    }


def _finding(entry: Entry) -> dict[str, Any]:
    return {
        "what": entry.what,
        "detail": _shown(entry.detail),
        "file": _shown(entry.file),
        "line": entry.line,
    }


def _shown(text: str) -> str:
    """Return `text` with all that a terminal would obey as escapes, as the record is printed by others as well."""
    from claude_preflight.report.safe import printable

    return printable(text)


def isolated_scan(archive: str, sdist: bool) -> Scan:
    """Scan `archive` in a process of its own, as its parsers are C code that a hostile file may hang or crash.

    Raises what `scan_archive` raises, and `Hostile` where the scan does not come back.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_bounded) as pool:
        work = pool.submit(scan_archive, archive, sdist)
        processes = list(pool._processes.values())
        try:
            return work.result(timeout=_LONGEST_SCAN)
        except TimeoutError:
            for process in processes:
                process.kill()
            raise Hostile(f"it was not read within {_LONGEST_SCAN:.0f} seconds") from None
        except (BrokenProcessPool, MemoryError):
            raise Hostile("it brings its reader down") from None


def _bounded() -> None:
    if sys.platform == "linux":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


def scan_archive(archive: str, sdist: bool) -> Scan:
    """Scan the files of `archive`, named as they are in the package. Raises `Hostile`."""
    members: Iterable[Member] = read_archive(archive)
    if not archive.endswith(".whl"):
        members = (Member(member.name.partition("/")[2] or member.name, member.content) for member in members)
    return scan_members(members, sdist=sdist)
