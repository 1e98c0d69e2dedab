"""The package index is asked as the user's pip is set up, and nothing is built."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from archives import python_wheel, tarball
from registries import FAIL, HALF, HANG, LIE, Registry, pip_set_up  # noqa: F401

from claude_preflight.audit.answer import Refused
from claude_preflight.audit.artefact import integrity_of
from claude_preflight.audit.client import Unavailable
from claude_preflight.audit.pypi import look_up

NAME = "acme-notes"


def wheel(version: str) -> tuple[str, bytes]:
    return f"acme_notes-{version}-py3-none-any.whl", python_wheel(NAME, version, {"acme_notes.py": "x = 1"})


def test_all_facts(python_index: Registry, tmp_path: Path) -> None:
    about = {
        "info": {"version": "1.4.0", "project_urls": {"Source": "https://github.com/acme/notes"}},
        "ownership": {
            "organization": None,
            "roles": [{"role": "Owner", "user": "kim"}, {"role": "Maintainer", "user": "ann"}],
        },
        "vulnerabilities": [
            {"id": "PYSEC-2026-1", "fixed_in": ["1.5.0"], "withdrawn": None},
            {"id": "PYSEC-2026-2", "fixed_in": [], "withdrawn": "2026-03-03T00:00:00Z"},
        ],
    }
    python_index.index(NAME, dict([wheel("1.4.0"), wheel("1.5.0")]), about, yanked="broken")
    answer = look_up("Acme_Notes", "==1.4.0", str(tmp_path), 60)
    assert (answer.version, answer.integrity) == ("1.4.0", integrity_of(wheel("1.4.0")[1], "sha256"))
    assert answer.facts == {
        "first_published": "2026-02-03",
        "published": "2026-02-03",
        "weekly_downloads": None,
        "deprecated": None,
        "yanked": "broken",
        "provenance": None,
        "latest": "1.5.0",
        "publisher": "kim",
        "maintainers": ["ann", "kim"],
        "repository": "https://github.com/acme/notes",
        "advisories": [{"id": "PYSEC-2026-1", "severity": None, "fixed_in": "1.5.0"}],
        "latest_fixes": ["PYSEC-2026-1"],
    }


def test_the_newest_is_neither_a_preview_nor_withdrawn(python_index: Registry, tmp_path: Path) -> None:
    python_index.index(NAME, dict([wheel("1.4.0"), wheel("1.10.0"), wheel("2.0.0rc1")]))
    answer = look_up(NAME, None, str(tmp_path), 60)
    assert (answer.version, answer.facts["advisories"], answer.facts["publisher"]) == ("1.10.0", None, None)


def test_an_sdist_is_taken_only_without_a_wheel_and_never_built(python_index: Registry, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    sdist = tarball({"acme_notes-1.4.0/setup.py": f"open({str(mark)!r}, 'w')", "acme_notes-1.4.0/PKG-INFO": ""})
    python_index.index(NAME, {"acme_notes-1.4.0.tar.gz": sdist})
    answer = look_up(NAME, "1.4.0", str(tmp_path), 60)
    assert (answer.sdist, answer.archive.endswith(".tar.gz")) == (True, True)
    python_index.index(NAME, {"acme_notes-1.4.0.tar.gz": sdist, **dict([wheel("1.4.0")])})
    assert look_up(NAME, "1.4.0", str(tmp_path), 60).sdist is False
    assert not mark.exists()


@pytest.mark.parametrize(("mood", "error"), [(LIE, Refused), (HALF, (Unavailable, Refused)), (FAIL, Unavailable)])
def test_an_index_that_misbehaves(
    python_index: Registry, tmp_path: Path, mood: str, error: type[Exception] | tuple[type[Exception], ...]
) -> None:
    python_index.index(NAME, dict([wheel("1.4.0")]))
    python_index.mood = mood
    with pytest.raises(error):
        look_up(NAME, "1.4.0", str(tmp_path), 60)


def test_an_index_that_hangs(python_index: Registry, tmp_path: Path) -> None:
    python_index.index(NAME, dict([wheel("1.4.0")]))
    python_index.mood = HANG
    with pytest.raises(Unavailable, match="not answered within 2 seconds"):
        look_up(NAME, "1.4.0", str(tmp_path), 2)


@pytest.mark.parametrize(
    ("name", "version", "message"),
    [
        ("gone", "1.0", "knows no such package"),
        (NAME, "9.9", "has no such version"),
        (NAME, "x y", "no version of a Python package"),
        ("../x", "1.0", "no name of a package"),
        ("--help", "1.0", "no name of a package"),
        ("a @ https://x.dev", "1.0", "no name of a package"),
    ],
)
def test_what_there_is_not(python_index: Registry, tmp_path: Path, name: str, version: str, message: str) -> None:
    python_index.index(NAME, dict([wheel("1.4.0")]))
    with pytest.raises(Unavailable, match=message):
        look_up(name, version, str(tmp_path), 60)


def test_an_extra_index_is_asked_next(python_index: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python_index.index(NAME, dict([wheel("1.4.0")]))
    password = "word"
    with_login = python_index.url.replace("://", f"://kim:{password}@")
    monkeypatch.setenv("PIP_INDEX_URL", f"{python_index.url}nothing/simple/")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"file:///nowhere {with_login}simple/")
    assert look_up(NAME, "1.4.0", str(tmp_path), 60).version == "1.4.0"
    assert "/nothing/simple/acme-notes/" in python_index.asked
    assert any(header and header.startswith("Basic ") for header in python_index.headers_seen)
    python_index.mood = FAIL
    with pytest.raises(Unavailable) as caught:
        look_up(NAME, "1.4.0", str(tmp_path), 60)
    assert password not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


@pytest.fixture
def pypi_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Start pypiserver over a folder and set pip up for it; give the folder."""
    pytest.importorskip("pypiserver")
    pytest.importorskip("pypi_simple")
    packages = tmp_path / "packages"
    packages.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = (sys.executable, "-m", "pypiserver", "run", "-i", "127.0.0.1", "-p", str(port), "--disable-fallback")
    with subprocess.Popen((*command, str(packages)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(100):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
                    break
                except (urllib.error.URLError, OSError):
                    time.sleep(0.1)
            monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
            monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
            monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{port}/simple/")
            yield packages
        finally:
            server.terminate()


def test_a_real_index(pypi_server: Path, tmp_path: Path) -> None:
    name, content = wheel("1.4.0")
    (pypi_server / name).write_bytes(content)
    answer = look_up(NAME, None, str(tmp_path), 60)
    assert (answer.version, answer.integrity) == ("1.4.0", integrity_of(content, "sha256"))
    assert (answer.facts["latest"], answer.facts["published"], answer.facts["advisories"]) == ("1.4.0", None, None)
