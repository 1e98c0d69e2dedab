"""One run from its options to its report, for the command and for the hooks' own scripts alike."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable
from importlib import import_module
from itertools import chain

from claude_preflight import catalogue, clock, selection
from claude_preflight.agents.files import POLICY, SOURCE
from claude_preflight.catalogue import HOOKS, UMBRELLA, UMBRELLA_HOOKS, Hook
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.git import GitError, git
from claude_preflight.intake import Refusal, decode, read_worktree
from claude_preflight.model import Severity
from claude_preflight.policy import FILE_NAME, Policy, PolicyError, read_policy
from claude_preflight.report.safe import printable
from claude_preflight.repository import Repository
from claude_preflight.run import Report, Source, run
from claude_preflight.typed import NamedTuple

FORMATS = {"text": "claude_preflight.report.text", "json": "claude_preflight.report.json_"}
# Looking for garbage every 700 objects costs a run of this length some 5 % of its time.
_GARBAGE_COUNT = 100_000

FOUND_NOTHING, FOUND, COULD_NOT_CHECK = 0, 1, 2


class Unusable(Exception):
    """The run cannot be made: bad usage, an unreadable policy, or git fails; the message is for a person."""


class Options(NamedTuple):
    """What to check: `paths` as a person writes them (none: every tracked file), `hooks` by id (none: all).

    `staged` reads the index. `policy_from` is a commit to take the policy from. `any_file` has the named files checked
    even if no known kind of file has their name.
    """

    paths: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    staged: bool = False
    policy_from: str = ""
    any_file: bool = False


def examine(options: Options, folder: str = ".") -> Report:
    """Check what `options` name in the repository around `folder`. Raises `Unusable`."""
    gc.set_threshold(_GARBAGE_COUNT)
    repository = Repository(folder)
    hooks = _chosen(options.hooks)
    try:
        policy = _policy(repository, options)
        context = Context(repository, policy, clock.today(), frozenset(options.hooks), staged=options.staged)
        complete = not options.paths and hooks == UMBRELLA_HOOKS
        virtual = selection.virtual(repository, hooks, os.environ)
        return run(chain(virtual, _sources(repository, hooks, options)), hooks, context, complete=complete)
    except (PolicyError, selection.MissingFile) as error:
        raise Unusable(str(error)) from None
    except GitError as error:
        raise Unusable(f"git: {error}") from None


def status(report: Report, *, strict: bool) -> int:
    """Return the exit status that `report` asks for; with `strict`, warnings block as well."""
    if report.crashes:
        return COULD_NOT_CHECK
    blocking = any(strict or result.severity is Severity.ERROR for result in report.results)
    return FOUND if blocking else FOUND_NOTHING


def show(report: Report, *, strict: bool, form: str = "text") -> int:
    """Print `report` in the format `form`, failures of our own on standard error; return the exit status."""
    for crash in report.crashes:
        sys.stderr.write(f"claude-preflight: {printable(crash)} (a bug of ours; the other checks went on)\n")
    write(import_module(FORMATS[form]).render(report))
    return status(report, strict=strict)


def refuse(program: str, error: Unusable) -> int:
    """Say on standard error why `program` could not check, and return the exit status for that."""
    sys.stderr.write(f"{program}: {printable(str(error))}\n")
    return COULD_NOT_CHECK


def split_arguments(arguments: Iterable[str]) -> tuple[list[str], list[str]]:
    """Split `arguments` into what may be options and what is certainly a file, though it begins with a hyphen.

    pre-commit hands file names over unguarded (its issue 2896): a staged file called `--help` arrives as an option.
    """
    others: list[str] = []
    files: list[str] = []
    for argument in arguments:
        is_file = selection.option_like(argument) and os.path.lexists(argument)
        (files if is_file else others).append(argument)
    return others, files


def write(text: str) -> None:
    """Print `text` as UTF-8, whatever the locale."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def _chosen(ids: tuple[str, ...]) -> tuple[Hook, ...]:
    for hook_id in ids:
        if hook_id != UMBRELLA and not catalogue.hook(hook_id):
            raise Unusable(f"there is no hook {hook_id!r}; `claude-preflight rules` lists them")
    if not ids or ids == (UMBRELLA,):
        return UMBRELLA_HOOKS
    return tuple(hook for hook in HOOKS if hook.id in ids or (UMBRELLA in ids and not hook.opt_in))


def _sources(repository: Repository, hooks: tuple[Hook, ...], options: Options) -> Iterable[Source]:
    if options.staged:
        return selection.index(repository, hooks)
    if not options.paths and not repository.is_git:
        raise Unusable("not in a git repository: name the files or folders to check")
    paths = selection.named(repository, options.paths) if options.paths else repository.tracked()
    otherwise = hooks[0].kinds[0] if options.any_file and SOURCE not in hooks[0].kinds else ""
    return selection.worktree(repository, paths, hooks, otherwise)


def _policy(repository: Repository, options: Options) -> Policy:
    if options.policy_from:
        git(
            repository.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{options.policy_from}^{{commit}}"
        )
        listed = git(repository.root, "ls-tree", "-z", "--name-only", options.policy_from, "--", FILE_NAME)
        content: bytes | Refusal | None = None
        if listed:
            content = git(repository.root, "cat-file", "blob", f"{options.policy_from}:{FILE_NAME}")
    elif options.staged:
        entries = [entry for entry in repository.staged() if entry.path == FILE_NAME]
        content = next(repository.blobs(entries), None)
    else:
        content = read_worktree(repository, FILE_NAME)
    if content is None:
        return Policy()
    document = decode(FILE_NAME, content, frozenset((POLICY,))) if isinstance(content, bytes) else content
    if not isinstance(document, Document):
        raise PolicyError(f"{FILE_NAME}: {document.detail}")
    return read_policy(document, _known_names)


def _known_names() -> frozenset[str]:
    return frozenset((UMBRELLA, *(hook.id for hook in HOOKS), *catalogue.all_rules()))
