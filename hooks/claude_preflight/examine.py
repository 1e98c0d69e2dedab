"""One run from its options to its report, for the command and for the hooks' own scripts alike."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable
from itertools import chain

from claude_preflight import catalogue, clock, selection
from claude_preflight.agents.files import POLICY, SOURCE, VIRTUAL
from claude_preflight.catalogue import HOOKS, UMBRELLA, UMBRELLA_HOOKS, Hook
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.git import GitError, git
from claude_preflight.intake import Refusal, decode, read_worktree
from claude_preflight.late import module
from claude_preflight.model import Severity
from claude_preflight.policy import FILE_NAME, Policy, PolicyError, read_policy
from claude_preflight.report.safe import printable
from claude_preflight.repository import Repository
from claude_preflight.run import Report, Source, order, run
from claude_preflight.typed import NamedTuple

FORMATS = {
    "text": "claude_preflight.report.text",
    "json": "claude_preflight.report.json_",
    "sarif": "claude_preflight.report.sarif",
    "github": "claude_preflight.report.github",
    "gitlab": "claude_preflight.report.gitlab",
    "markdown": "claude_preflight.report.markdown",
}
BASELINE = ".claude-preflight-baseline.json"
# Looking for garbage every 700 objects costs a run of this length some 5 % of its time.
_GARBAGE_COUNT = 100_000

FOUND_NOTHING, FOUND, COULD_NOT_CHECK = 0, 1, 2


class Unusable(Exception):
    """The run cannot be made: bad usage, an unreadable policy, or git fails; the message is for a person."""


class Options(NamedTuple):
    """What to check: `paths` as a person writes them (none: every tracked file), `hooks` by id (none: all).

    `staged` reads the index. `policy_from` is a commit to take the policy and the baseline from. `any_file` has the
    named files checked even if no known kind of file has their name. `baseline` is the file to take the baseline from,
    as a person writes it; with `write_baseline` it need not be there.
    """

    paths: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    staged: bool = False
    policy_from: str = ""
    any_file: bool = False
    baseline: str = ""
    write_baseline: bool = False


def examine(options: Options, folder: str = ".") -> Report:
    """Check what `options` name in the repository around `folder`. Raises `Unusable`."""
    gc.set_threshold(_GARBAGE_COUNT)
    repository = Repository(folder)
    hooks = chosen(options.hooks)
    try:
        policy = policy_of(_held(repository, options, FILE_NAME))
        baseline = baseline_of(repository, options)
        context = Context(repository, policy, clock.today(), frozenset(options.hooks), staged=options.staged)
        complete = not options.paths and hooks == UMBRELLA_HOOKS
        virtual = selection.virtual(repository, hooks, os.environ)
        sources: Iterable[Source] = chain(virtual, _sources(context, hooks, options))
        if sys.stderr and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            from claude_preflight.progress import watched

            sources = watched(sources, sys.stderr)
        report = run(sources, hooks, context, complete=complete)
        if baseline is not None:
            from claude_preflight.baseline import judged

            report = judged(report, baseline, context, hooks if complete else ())
        if hooks == UMBRELLA_HOOKS and _may_loosen(repository, options):
            report = _with_changes(report, repository, options, policy)
        return report
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
    """Print `report` in the format `form`, failures of our own on standard error; return the exit status.

    It is the last thing that a process does: what there is by then is not searched for garbage any more.
    """
    for crash in report.crashes:
        sys.stderr.write(f"claude-preflight: {printable(crash)} (a bug of ours; the other checks went on)\n")
    write(module(FORMATS[form]).render(report))
    gc.freeze()  # Python looks for garbage twice when it ends, which takes a tenth of a short run
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


def chosen(ids: tuple[str, ...]) -> tuple[Hook, ...]:
    """Return the hooks called `ids`; none: those of the umbrella. Raises `Unusable`."""
    for hook_id in ids:
        if hook_id != UMBRELLA and not catalogue.hook(hook_id):
            raise Unusable(f"there is no hook {hook_id!r}; `claude-preflight rules` lists them")
    if not ids or ids == (UMBRELLA,):
        return UMBRELLA_HOOKS
    return tuple(hook for hook in HOOKS if hook.id in ids or (UMBRELLA in ids and not hook.opt_in))


def _sources(context: Context, hooks: tuple[Hook, ...], options: Options) -> Iterable[Source]:
    repository = context.repository
    if options.staged:
        return selection.index(context, hooks)
    if not options.paths and not repository.is_git:
        raise Unusable("not in a git repository: name the files or folders to check")
    paths = selection.named(repository, options.paths) if options.paths else repository.tracked()
    readable = options.any_file and not {SOURCE, *VIRTUAL}.intersection(hooks[0].kinds)
    otherwise = hooks[0].kinds[0] if readable else ""
    return selection.worktree(context, paths, hooks, otherwise)


def baseline_of(repository: Repository, options: Options) -> Document | None:
    """Return the baseline that `options` ask for, None where there is none. Raises `Unusable`, `GitError`."""
    path = repository.relative(options.baseline) if options.baseline else BASELINE
    if path is None:  # outside of the repository nothing can be staged or committed
        content = read_worktree(repository, os.path.abspath(options.baseline))
    else:
        content = _held(repository, options, path)
    if content is None:
        if options.baseline and not options.write_baseline:
            raise Unusable(f"{options.baseline}: no such file")
        return None
    document = decode(path or options.baseline, content, frozenset()) if isinstance(content, bytes) else content
    if not isinstance(document, Document):
        raise Unusable(f"{path or options.baseline}: {document.detail}")
    return document


def _may_loosen(repository: Repository, options: Options) -> bool:
    """Tell whether what is checked may change the policy or the baseline; most runs need not ask git for that."""
    if options.staged:
        changed = ("diff", "--cached", "--name-only", "HEAD", "--", f":(top){FILE_NAME}", f":(top){BASELINE}")
        return bool(git(repository.root, *changed, accept=(0, 128)))
    return bool(options.policy_from) or any(path.endswith((FILE_NAME, BASELINE)) for path in options.paths)


def _with_changes(report: Report, repository: Repository, options: Options, policy: Policy) -> Report:
    """Return `report` with what is loosened since the commit that the policy is taken from, or since the last one."""
    from claude_preflight.policy_changes import Decided, loosened

    present = options._replace(policy_from="")
    try:
        past = options._replace(policy_from=options.policy_from or "HEAD")
        before = _held(repository, past, FILE_NAME), baseline_of(repository, past._replace(write_baseline=True))
    except GitError:  # there is no commit yet
        return report
    try:
        old = policy_of(before[0])
    except PolicyError:
        old = Policy()
    new = policy_of(_held(repository, present, FILE_NAME))
    after = baseline_of(repository, present._replace(write_baseline=True))
    found = loosened(Decided(old, before[1]), Decided(new, after), policy)
    return report._replace(results=tuple(sorted((*report.results, *found), key=order)))


def _held(repository: Repository, options: Options, path: str) -> bytes | Refusal | None:
    """Return what the file at `path` holds in the commit, the index or the working tree that `options` ask for."""
    if options.policy_from:
        git(
            repository.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{options.policy_from}^{{commit}}"
        )
        if not git(repository.root, "ls-tree", "-z", "--name-only", options.policy_from, "--", path):
            return None
        return git(repository.root, "cat-file", "blob", f"{options.policy_from}:{path}")
    if options.staged:
        entries = [entry for entry in repository.staged() if entry.path == path]
        return next(repository.blobs(entries), None)
    return read_worktree(repository, path)


def policy_of(content: bytes | Refusal | None) -> Policy:
    """Return the policy that a file's `content` is; that of a repository without one for None. Raises `PolicyError`."""
    if content is None:
        return Policy()
    document = decode(FILE_NAME, content, frozenset((POLICY,))) if isinstance(content, bytes) else content
    if not isinstance(document, Document):
        raise PolicyError(f"{FILE_NAME}: {document.detail}")
    return read_policy(document, _known_names)


def _known_names() -> frozenset[str]:
    return frozenset((UMBRELLA, *(hook.id for hook in HOOKS), *catalogue.all_rules()))
