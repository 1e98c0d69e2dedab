"""The command `claude-preflight`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from claude_preflight import __version__
from claude_preflight.examine import (
    COULD_NOT_CHECK,
    FORMATS,
    FOUND,
    Options,
    Unusable,
    examine,
    refuse,
    show,
    split_arguments,
    write,
)
from claude_preflight.repository import Repository
from claude_preflight.run import Report

if TYPE_CHECKING:
    import argparse

# Each round repairs what one hook has found in a file; no file is wrong in more ways than there are hooks.
_ROUNDS = 30


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with `argv` (default: `sys.argv[1:]`) and return its exit status.

    0 nothing that blocks, 1 findings that block, 2 could not check.
    """
    words, files = split_arguments(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] == ["check"] and not any(word.startswith("-") for word in words):
            # How pre-commit calls it: building the parser would cost a tenth of the run.
            return show(examine(Options((*files, *words[1:]))), strict=False)
        options = _parser().parse_args(words)
        status: int = options.run(options, files)
    except Unusable as error:
        return refuse("claude-preflight", error)
    except BrokenPipeError:  # the reader has seen enough; nothing more may be written
        sys.stderr.close()
        return COULD_NOT_CHECK
    return status


def _parser() -> argparse.ArgumentParser:
    import argparse

    parser = argparse.ArgumentParser(
        prog="claude-preflight",
        description="The Claude Code security checklist, checked before each commit.",
        epilog="exit status: 0 nothing that blocks, 1 findings that block, 2 could not check",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    check = commands.add_parser("check", help="check files, or every tracked file", description="Check agent files.")
    check.add_argument("paths", nargs="*", metavar="PATH", help="files and folders; none: every tracked file")
    check.add_argument("--staged", action="store_true", help="read the index instead of the working tree")
    check.add_argument("--strict", action="store_true", help="let warnings block as well")
    check.add_argument("--fix", action="store_true", help="repair what has one right answer, and report the rest")
    check.add_argument("--hook", action="append", default=[], metavar="ID", help="only this hook; may be repeated")
    check.add_argument("--format", choices=sorted(FORMATS), default="text", help="default: %(default)s")
    check.add_argument("--policy-from", default="", metavar="REF", help="take the policy from this commit")
    check.set_defaults(run=_check)
    explain = commands.add_parser("explain", help="tell what a rule or a hook is about", description="Explain a rule.")
    explain.add_argument("name", metavar="RULE")
    explain.set_defaults(run=_explain)
    rules = commands.add_parser("rules", help="list every rule", description="List every rule with its severity.")
    rules.set_defaults(run=_rules)
    return parser


def _check(options: argparse.Namespace, files: list[str]) -> int:
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
    from claude_preflight.report.safe import printable

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


def _explain(options: argparse.Namespace, files: list[str]) -> int:
    from claude_preflight.explain import explanation

    write(explanation(options.name))
    return 0


def _rules(options: argparse.Namespace, files: list[str]) -> int:
    from claude_preflight.explain import listing

    write(listing())
    return 0
