"""What a check may know besides its document: the policy, the day, and the other files of the repository."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from claude_preflight.agents.files import kinds_of
from claude_preflight.document import Document
from claude_preflight.intake import decode, read_worktree
from claude_preflight.policy import Policy
from claude_preflight.repository import SYMLINK, Entry, Repository
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeVar

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
            if kind in kinds_of(path):
                document = self.document(path)
                if document:
                    yield document

    def _read(self, path: str) -> Document | None:
        if self.staged:
            entry = self.remember(_staged).get(path)
            content = next(self.repository.blobs([entry])) if entry and entry.type != SYMLINK else None
        else:
            found = read_worktree(self.repository, path)
            content = found if isinstance(found, bytes) else None
        document = decode(path, content, kinds_of(path)) if content is not None else None
        return document if isinstance(document, Document) else None


def _documents(_: Context) -> dict[str, Document | None]:
    return {}


def _tracked(context: Context) -> list[str]:
    if not context.repository.is_git:
        return []
    return list(context.remember(_staged)) if context.staged else context.repository.tracked()


def _staged(context: Context) -> dict[str, Entry]:
    return {entry.path: entry for entry in context.repository.staged()}
