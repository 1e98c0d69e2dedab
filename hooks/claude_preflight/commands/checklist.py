"""`claude-preflight checklist`: the whole checklist as Markdown, with the state of each item in this repository."""

from __future__ import annotations

from claude_preflight.catalogue import HOOKS, SECTIONS, Hook
from claude_preflight.examine import Options, examine, write
from claude_preflight.model import Severity
from claude_preflight.policy import FILE_NAME
from claude_preflight.report.safe import printable
from claude_preflight.run import Report, Result
from claude_preflight.typed import TYPE_CHECKING, NamedTuple
from claude_preflight.wording import counted

if TYPE_CHECKING:
    import argparse

# Items that look at one person's sessions: no run on a file tells whether they are kept.
_PERSONAL = {
    "session-cost": "look at `/cost`, or install the hook; `claude-preflight sessions` shows what sessions cost",
    "session-review": "`claude-preflight sessions` shows what the sessions of this project did",
    "session-rotation": "install the hook, which reads the sessions on the developer's machine",
}
_LEGEND = "`[x]` holds · `[ ]` broken · `[-]` nothing here to check · `[?]` needs a person\n"


class _Item(NamedTuple):
    """One line of the list: the box's character, and the evidence for it."""

    state: str
    evidence: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--policy-from", default="", metavar="REF", help="take the policy from this commit")


def run(options: argparse.Namespace, files: list[str]) -> int:
    """Print the list, and return the exit status, which does not depend on the items. Raises `Unusable`."""
    items = {hook.id: _item(hook, options.policy_from) for hook in HOOKS}
    write(_page(items))
    return 0


def _item(hook: Hook, policy_from: str) -> _Item:
    if hook.id in _PERSONAL:
        return _Item("?", _PERSONAL[hook.id])
    report = examine(Options(hooks=(hook.id,), policy_from=policy_from))
    if report.crashes:
        return _Item("?", "the check failed, which is a bug of ours")
    found = [result for result in report.results if result.hook == hook.id]
    if found:
        return _Item(" ", f"{_counts(found)}{_suppressed(report)}")
    unread = [result for result in report.results if result.path != FILE_NAME]
    if unread:
        return _Item("?", f"{counted(len(unread), 'file')} could not be read, first {_shown(unread[0].path)}")
    if report.files:
        return _Item("x", f"{counted(report.files, 'file')} read, nothing found{_suppressed(report)}")
    return _Item("x", "the history holds to it") if hook.opt_in else _Item("-", "no file of this kind")


def _counts(found: list[Result]) -> str:
    errors = sum(result.severity is Severity.ERROR for result in found)
    worst = next((result for result in found if result.severity is Severity.ERROR), found[0])
    counts = [counted(count, noun) for count, noun in ((errors, "error"), (len(found) - errors, "warning")) if count]
    return f"{' and '.join(counts)}, first `{worst.finding.rule.id}` at {_shown(worst.where)}"


def _shown(place: str) -> str:
    """Return `place` as code in Markdown, where nothing but a backtick means anything."""
    return f"`{printable(place).replace('`', chr(39))}`"


def _suppressed(report: Report) -> str:
    count = sum(number for _, number in report.suppressed)
    return f", {count} suppressed" if count else ""


def _page(items: dict[str, _Item]) -> str:
    held = sum(item.state == "x" for item in items.values())
    open_ = sum(item.state in " ?" for item in items.values())
    lines = [
        "# Claude Code security checklist\n",
        f"\n{held} of {len(items)} items hold, {open_} are open. {_LEGEND}",
    ]
    for section, title in SECTIONS.items():
        lines.append(f"\n## {section}. {title}\n\n")
        for hook in HOOKS:
            if hook.section == section:
                item = items[hook.id]
                lines.append(f"- [{item.state}] {hook.item} (`{hook.id}`): {item.evidence}\n")
    return "".join(lines)
