"""What a check may know besides its document: the policy, the day, and the other files of the repository."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from claude_preflight.agents.files import MCP_CONFIG, UNPLACED_SERVERS, is_undecided, kinds_of
from claude_preflight.document import Document
from claude_preflight.intake import decode, read_worktree
from claude_preflight.policy import Policy
from claude_preflight.repository import SYMLINK, Entry, Repository
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeVar

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
        """Return the kinds of the file at `path`, where it may be a part of a plugin as well."""
        kinds = kinds_of(path)
        return kinds or self.plugin_parts.kinds(path)

    @property
    def entries(self) -> dict[str, Entry]:
        """The files of the index by their paths. Raises `GitError`."""
        return self.remember(_staged)

    @property
    def plugin_parts(self) -> PluginParts:
        """The files that plugins of the repository name."""
        return self.remember(_plugin_parts)

    def _read(self, path: str) -> Document | None:
        if self.staged:
            entry = self.entries.get(path)
            content = next(self.repository.blobs([entry])) if entry and entry.type != SYMLINK else None
        else:
            found = read_worktree(self.repository, path)
            content = found if isinstance(found, bytes) else None
        kinds = self.kinds_of(path)
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

    if context.staged:
        return PluginParts(context.entries.__contains__, context.document)
    return PluginParts(lambda path: os.path.isfile(context.repository.absolute(path)), context.document)


def _tracked(context: Context) -> list[str]:
    if not context.repository.is_git:
        return []
    return list(context.entries) if context.staged else context.repository.tracked()


def _staged(context: Context) -> dict[str, Entry]:
    return {entry.path: entry for entry in context.repository.staged()}
