"""The repository that a package claims is asked, by its address alone, whether it names the package."""

from __future__ import annotations

from pathlib import Path

import pytest

from claude_preflight.audit.repository import address_of, names_package
from conftest import MakeRepository, git


@pytest.mark.parametrize(
    ("claimed", "address"),
    [
        ("git+https://github.com/acme/notes.git", "https://github.com/acme/notes"),
        ("https://github.com/acme/notes/tree/main/src#readme", "https://github.com/acme/notes"),
        ("git@github.com:acme/notes.git", "https://github.com/acme/notes"),
        ("git+ssh://git@github.com/acme/notes.git", "https://github.com/acme/notes"),
        ("github:acme/notes", "https://github.com/acme/notes"),
        ("acme/notes", "https://github.com/acme/notes"),
        ("https://kim:word@git.acme.example/team/notes?x=1", "https://git.acme.example/team/notes"),
        ("https://notes.example/", None),
        ("file:///etc/passwd", None),
        ("--upload-pack=x", None),
        ("https://x.example/--upload-pack=x/y", None),
        ("", None),
        (None, None),
    ],
)
def test_addresses(claimed: str | None, address: str | None) -> None:
    assert address_of(claimed) == address


@pytest.mark.parametrize(
    ("files", "registry", "package", "expected"),
    [
        ({"package.json": '{"name": "notes"}'}, "npm", "notes", True),
        ({"a/b/package.json": '{"name": "@acme/notes"}'}, "npm", "@acme/notes", True),
        ({"package.json": '{"name": "notes"}'}, "npm", "note", False),
        ({"node_modules/x/package.json": '{"name": "notes"}'}, "npm", "notes", False),
        ({"package.json": "{", "b/package.json": "[]"}, "npm", "notes", False),
        ({"pyproject.toml": '[project]\nname = "Acme_Notes"'}, "pypi", "acme-notes", True),
        ({"x/pyproject.toml": '[tool.poetry]\nname = "notes"'}, "pypi", "notes", True),
        ({"setup.cfg": "[metadata]\nname = notes\n"}, "pypi", "notes", True),
        ({"README.md": "notes"}, "pypi", "notes", False),
    ],
)
def test_manifests(
    make_repository: MakeRepository, tmp_path: Path, files: dict[str, str], registry: str, package: str, expected: bool
) -> None:
    source = make_repository(dict(files))
    git(source, "commit", "-q", "-m", "x")
    git(source, "config", "uploadpack.allowFilter", "true")
    work = tmp_path / "work"
    work.mkdir()
    assert names_package(f"file://{source}", registry, package, str(work), 60, ("file",)) is expected


def test_only_https_is_spoken_and_no_answer_is_unknown(make_repository: MakeRepository, tmp_path: Path) -> None:
    source = make_repository({"package.json": '{"name": "notes"}'})
    git(source, "commit", "-q", "-m", "x")
    assert names_package(f"file://{source}", "npm", "notes", str(tmp_path), 60) is None
    assert names_package(str(tmp_path / "gone"), "npm", "notes", str(tmp_path), 60, ("file",)) is None
