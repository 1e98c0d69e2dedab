"""`claude-preflight check`: check files and report, and with `--fix` repair first."""

from __future__ import annotations

import os
import sys

from claude_preflight import selection
from claude_preflight.examine import BASELINE, FORMATS, FOUND, Options, Unusable, baseline_of, chosen, examine, show
from claude_preflight.intake import MAX_BYTES
from claude_preflight.report.safe import printable
from claude_preflight.repository import Repository
from claude_preflight.run import Report
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

# Each round repairs what one hook has found in a file; no file is wrong in more ways than there are hooks.
_ROUNDS = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders; none: every tracked file")
    parser.add_argument("--staged", action="store_true", help="read the index instead of the working tree")
    parser.add_argument("--strict", action="store_true", help="let warnings block as well")
    parser.add_argument("--fix", action="store_true", help="repair what has one right answer, and report the rest")
    parser.add_argument("--hook", action="append", default=[], metavar="ID", help="only this hook; may be repeated")
    parser.add_argument("--format", choices=FORMATS, default="text", metavar="F", help=", ".join(FORMATS))
    parser.add_argument("--baseline", default="", metavar="FILE", help=f"hide what FILE lists (else {BASELINE})")
    parser.add_argument("--write-baseline", action="store_true", help="put all that is found into the baseline")
    parser.add_argument("--policy-from", default="", metavar="REF", help="policy and baseline as in this commit")


def run(options: argparse.Namespace, files: list[str]) -> int:
    """Check, and return the exit status. Raises `Unusable`."""
    if options.staged and (options.paths or files):
        raise Unusable("--staged reads the whole index: it takes no paths")
    if options.staged and options.fix:
        raise Unusable("--fix writes the working tree, and --staged reads the index: give one of them")
    if options.write_baseline and (options.staged or options.policy_from):
        raise Unusable("--write-baseline is about the working tree: it goes with neither --staged nor --policy-from")
    wanted = Options(
        (*files, *options.paths),
        tuple(options.hook),
        options.staged,
        options.policy_from,
        baseline=options.baseline,
        write_baseline=options.write_baseline,
    )
    report, changed = fixed(examine(wanted), wanted) if options.fix else (examine(wanted), False)
    if options.write_baseline and report.crashes:
        sys.stderr.write("claude-preflight: the baseline is not written, because a check failed\n")
    elif options.write_baseline:
        _write_baseline(report, wanted)
        report = examine(wanted)
    status = show(report, strict=options.strict, form=options.format)
    return status or (FOUND if changed else status)


def _write_baseline(report: Report, wanted: Options) -> None:
    """Write the baseline that hides what `report` shows, and say so on standard error."""
    from collections import Counter

    from claude_preflight.atomic import replace
    from claude_preflight.baseline import read_baseline, renewed, text_of, undecided

    repository = Repository(".")
    document = baseline_of(repository, wanted)
    old = read_baseline(document) if document else Counter()
    kept = undecided(chosen(wanted.hooks), frozenset(wanted.hooks))
    checked = frozenset(selection.named(repository, wanted.paths)) if wanted.paths else None
    new = renewed(report, old, kept, checked)
    path = os.path.abspath(wanted.baseline) if wanted.baseline else repository.absolute(BASELINE)
    content = text_of(new).encode()
    if len(content) > MAX_BYTES:
        raise Unusable(f"the baseline would have more than the {MAX_BYTES // 2**20} MiB that are read of a file")
    if os.path.islink(path):
        raise Unusable(f"cannot write {path}: it is a link")
    try:
        replace(path, content)
    except OSError as error:
        raise Unusable(f"cannot write {path}: {error.strerror}") from None
    sys.stderr.write(f"Wrote {new.total()} entries to {printable(path)}\n")


def fixed(report: Report, wanted: Options) -> tuple[Report, bool]:
    """Repair what can be, and say so on standard error; return what is left, and whether a file has changed."""
    from claude_preflight.fix import repair

    changed: dict[str, None] = {}
    for _ in range(_ROUNDS):
        try:
            repairs = repair(Repository("."), report)
        except OSError as error:
            raise Unusable(f"cannot write: {error.strerror}") from None
        for path in repairs.refused:
            sys.stderr.write(f"Not fixing {printable(path)}: it has changed meanwhile\n")
        if not repairs.changed:
            break
        changed.update(dict.fromkeys(repairs.changed))
        report = examine(wanted)
    for path in changed:
        sys.stderr.write(f"Fixing {printable(path)}\n")
    return report, bool(changed)
