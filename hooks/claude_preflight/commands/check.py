"""`claude-preflight check`: check files and report, and with `--fix` repair first."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from claude_preflight.examine import FORMATS, FOUND, Options, Unusable, examine, show
from claude_preflight.report.safe import printable
from claude_preflight.repository import Repository
from claude_preflight.run import Report

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
    parser.add_argument("--format", choices=sorted(FORMATS), default="text", help="default: %(default)s")
    parser.add_argument("--policy-from", default="", metavar="REF", help="take the policy from this commit")


def run(options: argparse.Namespace, files: list[str]) -> int:
    """Check, and return the exit status. Raises `Unusable`."""
    if options.staged and (options.paths or files):
        raise Unusable("--staged reads the whole index: it takes no paths")
    if options.staged and options.fix:
        raise Unusable("--fix writes the working tree, and --staged reads the index: give one of them")
    wanted = Options((*files, *options.paths), tuple(options.hook), options.staged, options.policy_from)
    report = examine(wanted)
    if not options.fix:
        return show(report, strict=options.strict, form=options.format)
    report, changed = _fixed(report, wanted)
    status = show(report, strict=options.strict, form=options.format)
    return status or (FOUND if changed else status)


def _fixed(report: Report, wanted: Options) -> tuple[Report, bool]:
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
