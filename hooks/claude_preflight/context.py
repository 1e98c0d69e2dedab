"""What a check may know besides its document: the policy, the day, and the other files of the repository."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from claude_preflight.agents.files import MARKDOWN, MCP_CONFIG, UNPLACED_SERVERS, is_undecided, kinds_of
from claude_preflight.document import Document
from claude_preflight.intake import decode, read_worktree
from claude_preflight.policy import Policy
from claude_preflight.repository import SYMLINK, Entry, Repository
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeVar

    from claude_preflight.agents.imported_instructions import ImportedInstructions
    from claude_preflight.agents.plugin_parts import PluginParts

    Result = TypeVar("Result")


class Context:
    """The repository, its policy, and the day (YYYY-MM-DD) of the run; one for all documents of the run.

    `asked` are the ids of the hooks that were installed or named one by one: those demand the records they rest on.
    With `staged`, other files are read from the index instead of the working tree.
    """

    def __init__(
        self,
        repository: Repository,
        policy: Policy,
        today: str,
        asked: frozenset[str] = frozenset(),
        *,
        staged: bool = False,
    ) -> None:
        self.repository = repository
        self.policy = policy
        self.today = today
        self.asked = asked
        self.staged = staged
        self._memory: dict[object, object] = {}

    def remember(self, read: Callable[[Context], Result]) -> Result:
        """Return `read(self)`, computed once for this run."""
        if read not in self._memory:
            self._memory[read] = read(self)
        return self._memory[read]  # type: ignore[return-value]

    def document(self, path: str) -> Document | None:
        """Return the file at `path` (relative to the root), None where there is none that can be read as text.

        That a file cannot be read is reported where it is checked itself.
        """
        documents: dict[str, Document | None] = self.remember(_documents)
        if path not in documents:
            documents[path] = self._read(path)
        return documents[path]

    def documents(self, kind: str) -> Iterator[Document]:
        """Yield the tracked files of `kind` (no link, none of the kinds that are searched) that can be read."""
        for path in self.remember(_tracked):
            kinds = self.kinds_of(path)
            if kind in kinds or (kind == MCP_CONFIG and UNPLACED_SERVERS in kinds):
                document = self.document(path)
                if document and kind in document.kinds:
                    yield document

    def kinds_of(self, path: str) -> frozenset[str]:
        """Return the kinds of the file at `path`, where other files may make it a part of a plugin or instructions."""
        kinds = kinds_of(path)
        if not kinds and path.endswith(".json"):
            return self.plugin_parts.kinds(path)
        if not kinds and path.endswith(MARKDOWN):
            return self.remember(_imported).kinds(path)
        return kinds

    @property
    def entries(self) -> dict[str, Entry]:
        """The files of the index by their paths. Raises `GitError`."""
        return self.remember(_staged)

    @property
    def plugin_parts(self) -> PluginParts:
        """The files that plugins of the repository name."""
        return self.remember(_plugin_parts)

    def is_file(self, path: str) -> bool:
        """Tell whether there is a file at `path` (relative to the root)."""
        return path in self.entries if self.staged else os.path.isfile(self.repository.absolute(path))

    def text(self, path: str) -> str | None:
        """Return what the file at `path` holds, whatever it is; None where it cannot be read as text."""
        content = self._content(path)
        document = decode(path, content, frozenset()) if content is not None else None
        return document.text if isinstance(document, Document) else None

    def _content(self, path: str) -> bytes | None:
        if self.staged:
            entry = self.entries.get(path)
            return next(self.repository.blobs([entry])) if entry and entry.type != SYMLINK else None
        found = read_worktree(self.repository, path)
        return found if isinstance(found, bytes) else None

    def _read(self, path: str) -> Document | None:
        content, kinds = self._content(path), self.kinds_of(path)
        document = decode(path, content, kinds) if content is not None else None
        if not isinstance(document, Document):
            return None
        if is_undecided(kinds):
            from claude_preflight.agents.undecided import decide

            decide(document, kinds, self.plugin_parts)
        return document


def _documents(_: Context) -> dict[str, Document | None]:
    return {}


def _plugin_parts(context: Context) -> PluginParts:
    from claude_preflight.agents.plugin_parts import PluginParts

    return PluginParts(context.is_file, context.document)


def _imported(context: Context) -> ImportedInstructions:
    from claude_preflight.agents.imported_instructions import ImportedInstructions

    return ImportedInstructions(context.is_file, context.text)


def _tracked(context: Context) -> list[str]:
    if not context.repository.is_git:
        return []
    return list(context.entries) if context.staged else context.repository.tracked()


def _staged(context: Context) -> dict[str, Entry]:
    return {entry.path: entry for entry in context.repository.staged()}
