"""Which files a run reads: named ones, all tracked ones, or the index; links lead only inside the repository."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from claude_preflight.agents.files import (
    CI,
    COMPOSE,
    DOCKERFILE,
    ENVIRONMENT,
    REPOSITORY,
    SEARCHED,
    SOURCE,
    VIRTUAL,
    kinds_of,
)
from claude_preflight.agents.session_environment import in_session
from claude_preflight.catalogue import Hook
from claude_preflight.context import Context
from claude_preflight.intake import MAX_BYTES, Refusal, link_target, read_worktree, too_large
from claude_preflight.repository import SYMLINK, Entry, Repository
from claude_preflight.run import Source

# Folders that agents read as a whole: a link in their place moves every file of theirs.
_AGENT_FOLDERS = frozenset(
    (".claude", ".cursor", ".codex", ".gemini", ".kiro", ".roo", ".vscode", ".opencode", ".amazonq")
)
# Up to so many files are read by ourselves: starting git takes as long. So are those that are less than this part of
# the repository, because git searches all of it.
_FEW = 100
_SMALL_PART = 1 / 10
_SOURCE = frozenset((SOURCE,))
# Kinds that are searched, and of which no honest file is binary or too large. Of the others many are.
_NEVER_BINARY = frozenset((CI, COMPOSE, DOCKERFILE))


class MissingFile(Exception):
    """A path that was asked for does not exist, or lies outside of the repository."""


def option_like(path: str) -> bool:
    """Tell whether a program that gets `path` as an argument would take it for an option."""
    return path.startswith("-")


def virtual(repository: Repository, hooks: tuple[Hook, ...], environment: Mapping[str, str]) -> Iterator[Source]:
    """Yield the sources that are no files: the repository itself, and the `environment` if it is an agent's."""
    wanted = _wanted(hooks)
    if REPOSITORY in wanted and repository.is_git:
        yield Source(VIRTUAL[REPOSITORY], frozenset((REPOSITORY,)), bytes)
    if ENVIRONMENT in wanted and in_session(environment):
        names = "".join(f"{name}\n" for name, value in sorted(environment.items()) if value)
        yield Source(VIRTUAL[ENVIRONMENT], frozenset((ENVIRONMENT,)), partial(os.fsencode, names))


def worktree(context: Context, paths: Iterable[str], hooks: tuple[Hook, ...], otherwise: str = "") -> Iterator[Source]:
    """Yield the sources among `paths` (relative to the root) as they stand in the working tree.

    A file that is of no kind that `hooks` read is taken for one of the kind `otherwise`, or left out if that is empty.
    """
    repository = context.repository
    wanted = _wanted(hooks)
    at_once: list[Source] = []
    searched: dict[str, frozenset[str]] = {}
    for path in paths:
        if option_like(path):
            refusal = Refusal("option-like-file-name", f"it is called {path.rpartition('/')[2]!r}")
            at_once.append(Source(path, wanted, partial(_same, refusal)))
            continue
        kinds = context.kinds_of(path) & wanted
        if posixpath.basename(path).lower() in _AGENT_FOLDERS and os.path.islink(repository.absolute(path)):
            at_once += _linked_folder(repository, path, wanted)
        elif kinds <= SEARCHED and not otherwise:
            searched[path] = (kinds | _SOURCE) & wanted
        elif os.path.islink(repository.absolute(path)):
            at_once += _linked_file(repository, path, kinds or frozenset((otherwise,)))
        else:
            at_once.append(Source(path, kinds or frozenset((otherwise,)), partial(read_worktree, repository, path)))
    found = _begin_search(context, searched, hooks)
    yield from at_once  # git searches meanwhile
    for path, kinds in found():
        yield Source(path, kinds, partial(_read_searched, repository, path, kinds))


def _wanted(hooks: tuple[Hook, ...]) -> frozenset[str]:
    return frozenset(kind for hook in hooks for kind in hook.kinds)


def _begin_search(
    context: Context, searched: dict[str, frozenset[str]], hooks: tuple[Hook, ...]
) -> Callable[[], list[tuple[str, frozenset[str]]]]:
    """Start to look for those of `searched` (kinds by path) that hold a word which a hook wants in one of their kinds.

    The function that is returned waits for them, and must be called.
    """
    by_kinds: dict[frozenset[str], list[str]] = {}
    for path, kinds in searched.items():
        if kinds:
            by_kinds.setdefault(kinds, []).append(path)
    by_words: dict[tuple[str, ...], list[str]] = {}
    for kinds, paths in by_kinds.items():
        readers = [hook for hook in hooks if kinds.intersection(hook.kinds)]
        words = tuple(dict.fromkeys(word for hook in readers for word in (hook.searched_words or hook.words)))
        by_words.setdefault(words, []).extend(paths)
    searches = [_begin_with(context, paths, words, searched) for words, paths in by_words.items()]
    return lambda: [(path, searched[path]) for search in searches for path in search()]


def _begin_with(
    context: Context, paths: list[str], words: tuple[str, ...], searched: dict[str, frozenset[str]]
) -> Callable[[], Iterable[str]]:
    """Start to look for those of `paths` that hold one of `words`; git reads a tree faster than we do."""
    repository, index = context.repository, context.staged
    if repository.is_git and (index or len(paths) > max(_FEW, _SMALL_PART * repository.size())):
        binary = any(searched[path] & _NEVER_BINARY for path in paths)
        searches = [repository.begin_holding(words, index=index, binary=binary)]
        specs = [] if binary else _hidden_specs(context, paths, searched)
        if specs:
            searches.append(repository.begin_holding(words, index=index, binary=True, specs=specs))
        return lambda: filter(frozenset(path for finish in searches for path in finish()).__contains__, paths)
    return partial(_with_words, repository, paths, words, searched)


def _hidden_specs(context: Context, paths: list[str], searched: dict[str, frozenset[str]]) -> list[str]:
    """Return pathspecs for those of `paths` that a search for text would pass over, because attributes say so."""
    attributes = [path for path in searched if path.endswith(".gitattributes")]
    if not attributes:
        return []
    from claude_preflight.attributes import hidden_specs

    return hidden_specs(filter(None, map(context.document, attributes)), paths)


def _with_words(
    repository: Repository, paths: list[str], words: tuple[str, ...], searched: dict[str, frozenset[str]]
) -> Iterator[str]:
    encoded = [word.encode() for word in words]
    for path in paths:
        linked = os.path.islink(repository.absolute(path))
        content = None if linked else _read_searched(repository, path, searched[path])
        if isinstance(content, Refusal):
            content = _all_of(repository.absolute(path))
        if content is not None and any(word in content for word in encoded):
            yield path


def _read_searched(repository: Repository, path: str, kinds: frozenset[str]) -> bytes | Refusal | None:
    return _expected(read_worktree(repository, path), kinds)


def _expected(content: bytes | Refusal | None, kinds: frozenset[str]) -> bytes | Refusal | None:
    """Return the `content` of a file of `kinds` that is searched, or None if none of it was to be expected.

    A bundle of several megabytes, an archive or a picture may hold any word by chance.
    """
    if kinds & _NEVER_BINARY or (isinstance(content, bytes) and b"\0" not in content):
        return content
    return None


def _all_of(path: str) -> bytes:
    """Return what the file at `path` holds, however large it is; nothing if it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""


def _linked_file(repository: Repository, path: str, kinds: frozenset[str]) -> Iterator[Source]:
    target = link_target(repository, path)
    if isinstance(target, Refusal):
        yield Source(path, kinds, partial(_same, target))
    elif target is not None and not kinds <= kinds_of(target):
        yield Source(target, kinds, partial(read_worktree, repository, target))


def _linked_folder(repository: Repository, path: str, wanted: frozenset[str]) -> Iterator[Source]:
    target = link_target(repository, path)
    if isinstance(target, Refusal):
        yield Source(path, wanted, partial(_same, target))
    elif target is not None:
        for below in repository.tracked(target) if repository.is_git else repository.below(target):
            kinds = (kinds_of(path + below[len(target) :]) & wanted) - kinds_of(below)
            if kinds:
                yield Source(below, kinds, partial(read_worktree, repository, below))


def _same(refusal: Refusal) -> Refusal:
    return refusal


def index(context: Context, hooks: tuple[Hook, ...]) -> Iterator[Source]:
    """Yield the sources of the index, whatever the working tree holds. Raises `GitError`."""
    repository, by_path = context.repository, context.entries
    wanted = _wanted(hooks)
    entries = by_path.values()
    kinds_by_path = {path: context.kinds_of(path) & wanted for path in by_path}
    searched = {
        entry.path: (kinds | _SOURCE) & wanted
        for entry in entries
        if entry.type != SYMLINK and (kinds := kinds_by_path[entry.path]) <= SEARCHED
    }
    held = dict(_begin_search(context, searched, hooks)())
    chosen = [entry for entry in entries if entry.path in held or kinds_by_path[entry.path] - SEARCHED]
    contents = dict(zip((entry.path for entry in chosen), repository.blobs(chosen), strict=True))
    for entry in entries:
        if option_like(entry.path):
            yield Source(entry.path, wanted, partial(Refusal, "option-like-file-name", f"it is called {entry.path!r}"))
    for entry in chosen:
        kinds = held.get(entry.path) or kinds_by_path[entry.path]
        content = contents[entry.path]
        if entry.type == SYMLINK:
            yield from _staged_link(repository, entry, kinds, os.fsdecode(content), by_path)
        elif entry.path in held:
            yield Source(entry.path, kinds, partial(_expected, _limited(content), kinds))
        else:
            yield Source(entry.path, kinds, partial(_limited, content))


def _limited(content: bytes) -> bytes | Refusal:
    return content if len(content) <= MAX_BYTES else too_large(len(content))


def _staged_link(
    repository: Repository, entry: Entry, kinds: frozenset[str], link: str, by_path: dict[str, Entry]
) -> Iterator[Source]:
    target = posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), link))
    if posixpath.isabs(link) or target.startswith("../") or target == "..":
        refusal = Refusal("link-outside-repository", "it is a symbolic link to a place outside of the repository")
        yield Source(entry.path, kinds, partial(_same, refusal))
    elif target in by_path and by_path[target].type != SYMLINK and not kinds <= kinds_of(target):
        (content,) = repository.blobs([by_path[target]])
        yield Source(target, kinds, partial(_limited, content))


def named(repository: Repository, arguments: Iterable[str]) -> list[str]:
    """Return the files that `arguments` (paths as a person writes them) name, relative to the root; folders are listed.

    Raises `MissingFile`, `GitError`.
    """
    paths: list[str] = []
    for argument in arguments:
        path = repository.relative(argument)
        if path is None:
            raise MissingFile(f"{argument}: outside of the repository {repository.root}")
        full = repository.absolute(path)
        if os.path.isdir(full) and not os.path.islink(full):
            paths += repository.tracked(path or ".") if repository.is_git else repository.below(path)
        elif os.path.lexists(full):
            paths.append(path)
        else:
            raise MissingFile(f"{argument}: no such file")
    return list(dict.fromkeys(paths))
