"""The Markdown files that CLAUDE.md and its like import, which agents load with them in every session.

Sources: code.claude.com/docs/en/memory as of 2026-08-22 (`@path`, relative to the file that holds it, not in code, five
hops). Gemini CLI's memory import processor and Amp, for AGENTS.md, take the same form.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from claude_preflight.agents.files import INSTRUCTIONS, MARKDOWN
from claude_preflight.late import late

_ROOTS = ("CLAUDE.md", ".claude/CLAUDE.md", "CLAUDE.local.md", "GEMINI.md", "AGENTS.md")
_IMPORT = late(r"(?<!\S)@((?:[^\s\\]|\\ ){1,500})")
_HOPS = 5
_IMPORTED = frozenset((INSTRUCTIONS,))
_NONE: frozenset[str] = frozenset()


class ImportedInstructions:
    """The imports of all instruction files; `is_file` tells whether there is a file at a path, `read` gives its text.

    A file counts as imported if it is Markdown and a chain of imports to it starts in its folder or above.
    """

    def __init__(self, is_file: Callable[[str], bool], read: Callable[[str], str | None]) -> None:
        self._is_file = is_file
        self._read = read
        self._roots: dict[str, tuple[str, ...]] = {}
        self._imported: dict[str, set[str]] = {}

    def kinds(self, path: str) -> frozenset[str]:
        """Return the kinds of the Markdown file at `path`, to which its name gives none."""
        roots = self._above(path.rpartition("/")[0])
        return _IMPORTED if any(path in self._from(root) for root in roots) else _NONE

    def _above(self, folder: str) -> tuple[str, ...]:
        """Return the paths of the files in `folder` and above it that imports may start from."""
        if folder not in self._roots:
            here = (f"{folder}/{root}".removeprefix("/") for root in _ROOTS)
            above = self._above(folder.rpartition("/")[0]) if folder else ()
            self._roots[folder] = (*filter(self._is_file, here), *above)
        return self._roots[folder]

    def _from(self, root: str) -> set[str]:
        """Return the paths of what `root` imports, and what that imports."""
        if root not in self._imported:
            found = {root}
            level = found
            for _ in range(_HOPS):
                level = {path for file in level for path in self._imports(file)} - found
                found = found | level
            self._imported[root] = found
        return self._imported[root]

    def _imports(self, path: str) -> Iterator[str]:
        text = self._read(path) or ""
        if "@" not in text or not any(ending in text for ending in MARKDOWN):
            return
        from claude_preflight.syntax.markdown import TEXT, read_markdown

        blocks = read_markdown(text)
        for match in _IMPORT.finditer(text):
            name = match[1].replace("\\ ", " ").rstrip(".,;:)")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
            inside = not target.startswith(("../", "/"))
            if inside and target.endswith(MARKDOWN) and blocks.kind_at(match.start()) == TEXT and self._is_file(target):
                yield target
