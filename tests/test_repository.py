"""The repository under check, against git itself."""

from __future__ import annotations

from claude_preflight.repository import Repository
from conftest import MakeRepository, git


def test_size_is_the_number_of_files_in_the_index(make_repository: MakeRepository) -> None:
    folder = make_repository({f"folder/{number}.txt": "x" for number in range(7)})
    assert Repository(str(folder)).size() == 7


def test_size_is_unknown_without_an_index(make_repository: MakeRepository) -> None:
    folder = make_repository({"a": "x"})
    git(folder, "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "a")
    git(folder, "worktree", "add", "-q", "elsewhere")
    (folder / ".git" / "index").unlink()
    assert Repository(str(folder)).size() == 0
    assert Repository(str(folder / "elsewhere")).size() == 0
