"""The repository under check: which files it has, and their content in the working tree or in the index."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator

from claude_preflight.git import begin, git
from claude_preflight.typed import NamedTuple

REGULAR, SYMLINK = "regular", "symlink"
_MODES = {b"100644": REGULAR, b"100755": REGULAR, b"120000": SYMLINK}


class Entry(NamedTuple):
    """A file: `path` is relative to the repository, with forward slashes; `blob` is its object in the index."""

    path: str
    type: str
    blob: str = ""


class Repository:
    """A folder under git, or any folder when there is none; `root` is its absolute path."""

    def __init__(self, folder: str) -> None:
        start = os.path.realpath(folder)
        self.root = _top_level(start) or start
        self.is_git = os.path.lexists(os.path.join(self.root, ".git"))

    def absolute(self, path: str) -> str:
        """Return the absolute path of `path`, which is relative to the root."""
        return os.path.join(self.root, path)

    def relative(self, path: str) -> str | None:
        """Return `path` (absolute, or relative to the current folder) relative to the root; None if it lies outside.

        Only the folders of the path are resolved: a link stays the link.
        """
        folder, name = os.path.split(os.path.abspath(path))
        full = os.path.join(os.path.realpath(folder), name)
        if full == self.root:
            return ""
        prefix = os.path.join(self.root, "")
        return full[len(prefix) :].replace(os.sep, "/") if full.startswith(prefix) else None

    def size(self) -> int:
        """Return how many files the index has; 0 where that cannot be told without git."""
        try:
            with open(os.path.join(self.root, ".git", "index"), "rb") as file:
                header = file.read(12)
        except OSError:  # there is no index yet, or it is kept elsewhere
            return 0
        return int.from_bytes(header[8:], "big") if header.startswith(b"DIRC") else 0

    def tracked(self, folder: str = "") -> list[str]:
        """Return the paths of the tracked files; with a `folder`, of those below it and of new ones not ignored.

        Raises `GitError`.
        """
        others = ("--cached", "--others", "--exclude-standard") if folder else ()
        output = git(self.root, "ls-files", "-z", *others, "--", *([f":(literal){folder}"] if folder else []))
        return list(dict.fromkeys(os.fsdecode(output).split("\0")[:-1]))

    def staged(self) -> list[Entry]:
        """Return the files of the index, without submodules. Raises `GitError`."""
        entries = []
        for record in git(self.root, "ls-files", "-z", "--stage").split(b"\0")[:-1]:
            fields, _, path = record.partition(b"\t")
            mode, blob, stage = fields.split(b" ")
            if mode in _MODES and stage in (b"0", b"2"):
                entries.append(Entry(os.fsdecode(path), _MODES[mode], blob.decode()))
        return entries

    def begin_holding(
        self, words: Iterable[str], *, index: bool = False, binary: bool = False, specs: Iterable[str] = ()
    ) -> Callable[[], list[str]]:
        """Start to look for the tracked text files, with `binary` for all files, that hold one of `words`, as given.

        With `specs` only the files that match one of these pathspecs count. The function that is returned waits for the
        paths, and must be called. Both raise `GitError`.
        """
        # A line feed would part a pattern in two, so it is left out: more files may be listed then, never fewer.
        patterns = [argument for word in words for argument in ("-e", word.replace("\n", ""))]
        where = ["--cached"] if index else ["--untracked"]
        finish = begin(
            *(self.root, "grep", "-lzF", "-a" if binary else "-I", "--no-color", *where, *patterns, "--", *specs),
            accept=(0, 1),
        )
        return lambda: os.fsdecode(finish()).split("\0")[:-1]

    def blobs(self, entries: Iterable[Entry]) -> Iterator[bytes]:
        """Yield the content that the index holds for each of `entries`. Raises `GitError`."""
        names = [entry.blob for entry in entries]
        if not names:
            return
        output = git(self.root, "cat-file", "--batch", stdin="".join(f"{name}\n" for name in names).encode())
        offset = 0
        for _ in names:
            end = output.index(b"\n", offset)
            size = int(output[offset:end].rpartition(b" ")[2])
            yield output[end + 1 : end + 1 + size]
            offset = end + size + 2

    def below(self, folder: str) -> Iterator[str]:
        """Yield the paths of all files below `folder`, for a folder that git does not know; links are not followed."""
        for parent, folders, names in os.walk(self.absolute(folder)):
            folders[:] = sorted(name for name in folders if name != ".git")
            for name in sorted(names):
                yield os.path.relpath(os.path.join(parent, name), self.root).replace(os.sep, "/")


def _top_level(folder: str) -> str | None:
    """Return the nearest folder from `folder` upwards that holds a `.git`, without asking git."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder
