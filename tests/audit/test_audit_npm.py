"""npm's registry is asked through the user's npm, and what it hands out is believed only with the right hash."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from archives import npm_package
from registries import FAIL, HALF, HANG, LIE, Registry, npm_set_up  # noqa: F401

from claude_preflight.audit.answer import Refused
from claude_preflight.audit.artefact import integrity_of
from claude_preflight.audit.client import Unavailable
from claude_preflight.audit.npm import fixed_by, look_up

NAME = "@acme/notes-mcp"


def test_all_facts(npm_registry: Registry, tmp_path: Path) -> None:
    old, new = (npm_package(NAME, version, {"index.js": "1"}) for version in ("1.4.0", "1.5.0"))
    shown = {
        "maintainers": [{"name": "kim", "email": "kim@example.com"}, {"name": "ann", "email": "ann@example.com"}],
        "_npmUser": {"name": "kim", "email": "kim@example.com"},
        "repository": {"type": "git", "url": "git+https://github.com/acme/notes.git"},
        "deprecated": "use\x1b[2J another",
    }
    times = {
        "created": "2025-01-02T03:04:05.000Z",
        "1.4.0": "2026-03-04T05:06:07.000Z",
        "1.5.0": "2026-05-06T00:00:00Z",
    }
    npm_registry.publish(
        NAME, {"1.4.0": old, "1.5.0": new}, {"1.4.0": shown}, time=times, maintainers=shown["maintainers"]
    )
    npm_registry.advise(
        {
            NAME: [
                {
                    "id": 7,
                    "url": "https://advisories.example/GHSA-aaaa-bbbb-cccc",
                    "title": "x",
                    "severity": "high",
                    "vulnerable_versions": "<1.5.0",
                    "cwe": [],
                    "cvss": {"score": 7, "vectorString": None},
                }
            ]
        }
    )
    answer = look_up(NAME, "1.4.0", str(tmp_path), 60)
    assert (answer.package, answer.version, answer.integrity) == (NAME, "1.4.0", integrity_of(old, "sha512"))
    assert Path(answer.archive).read_bytes() == old
    assert answer.facts == {
        "publisher": "kim",
        "maintainers": ["ann", "kim"],
        "repository": "git+https://github.com/acme/notes.git",
        "first_published": "2025-01-02",
        "published": "2026-03-04",
        "weekly_downloads": None,
        "deprecated": "use[2J another",
        "yanked": None,
        "provenance": None,
        "latest": "1.5.0",
        "advisories": [{"id": "GHSA-aaaa-bbbb-cccc", "severity": "high", "fixed_in": "1.5.0"}],
        "latest_fixes": ["GHSA-aaaa-bbbb-cccc"],
    }


def test_what_is_not_answered_is_unknown(npm_registry: Registry, tmp_path: Path) -> None:
    npm_registry.publish("bare", {"1.0.0": npm_package("bare", "1.0.0", {})})
    answer = look_up("bare", None, str(tmp_path), 60)
    assert answer.version == "1.0.0"
    known = {key: value for key, value in answer.facts.items() if value is not None}
    assert known == {"latest": "1.0.0"}


@pytest.mark.parametrize(("mood", "error"), [(LIE, Refused), (HALF, Unavailable), (FAIL, Unavailable)])
def test_a_registry_that_misbehaves(npm_registry: Registry, tmp_path: Path, mood: str, error: type[Exception]) -> None:
    npm_registry.publish("bare", {"1.0.0": npm_package("bare", "1.0.0", {})})
    npm_registry.mood = mood
    with pytest.raises(error):
        look_up("bare", "1.0.0", str(tmp_path), 60)


def test_a_registry_that_hangs(npm_registry: Registry, tmp_path: Path) -> None:
    npm_registry.publish("bare", {"1.0.0": npm_package("bare", "1.0.0", {})})
    npm_registry.mood = HANG
    with pytest.raises(Unavailable, match="npm has not answered within 3 seconds"):
        look_up("bare", "1.0.0", str(tmp_path), 3)


@pytest.mark.parametrize(
    "name", ["--help", "../x", "git+https://x.dev/y", "a b", "file:x", "x@1", "", "a/b", "@a", "x" * 215]
)
def test_odd_names_are_asked_nobody(npm_registry: Registry, tmp_path: Path, name: str) -> None:
    with pytest.raises(Unavailable, match="no name of a package"):
        look_up(name, "1.0.0", str(tmp_path), 60)
    assert npm_registry.asked == []


def test_a_missing_version_is_told_without_addresses(npm_registry: Registry, tmp_path: Path) -> None:
    npm_registry.publish("bare", {"1.0.0": npm_package("bare", "1.0.0", {})})
    with pytest.raises(Unavailable) as caught:
        look_up("gone", "1.0.0", str(tmp_path), 60)
    assert str(caught.value).startswith("npm: E404")
    assert "127.0.0.1" not in str(caught.value)


def test_the_users_own_credentials_apply(
    npm_registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.npmrc"
    secret = base64.b64encode(b"kim:word").decode()
    own.write_text(f"{npm_registry.url.removeprefix('http:')}:_auth={secret}\n")
    monkeypatch.setenv("npm_config_userconfig", str(own))
    npm_registry.publish("bare", {"1.0.0": npm_package("bare", "1.0.0", {})})
    work = tmp_path / "work"
    work.mkdir()
    look_up("bare", "1.0.0", str(work), 60)
    assert set(npm_registry.headers_seen) == {f"Basic {secret}"}


def test_nothing_of_a_package_is_run(npm_registry: Registry, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    scripts = dict.fromkeys(("preinstall", "install", "postinstall", "prepare", "prepack"), f"touch {mark}")
    content = npm_package("planted", "1.0.0", {"index.js": "1"}, scripts=scripts)
    npm_registry.publish("planted", {"1.0.0": content}, {"1.0.0": {"scripts": scripts}})
    work = tmp_path / "work"
    work.mkdir()
    answer = look_up("planted", "1.0.0", str(work), 60)
    assert Path(answer.archive).read_bytes() == content
    assert not mark.exists()


def test_only_a_sha1_is_still_compared(npm_registry: Registry, tmp_path: Path) -> None:
    content = npm_package("old", "1.0.0", {})
    npm_registry.publish("old", {"1.0.0": content})
    page = npm_registry.answers["/old"]
    strong = f"sha512-{base64.b64encode(hashlib.sha512(content).digest()).decode()}".encode()
    npm_registry.answers["/old"] = page.replace(b', "integrity": "' + strong + b'"', b"")
    assert look_up("old", "1.0.0", str(tmp_path), 60).integrity == strong.decode()


@pytest.mark.parametrize(
    ("fixed", "latest", "expected"),
    [("1.5.0", "1.5.0", ["X"]), ("1.5.1", "1.5.0", []), (None, "1.5.0", []), ("1.5.0", None, None)],
)
def test_what_the_newest_version_puts_right(fixed: str | None, latest: str | None, expected: list[str] | None) -> None:
    assert fixed_by([{"id": "X", "fixed_in": fixed}], latest) == expected


def test_unknown_weaknesses_stay_unknown() -> None:
    assert fixed_by(None, "1.0.0") is None
