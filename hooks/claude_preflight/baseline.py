"""The baseline: findings that a repository had when it adopted the checks, hidden until somebody repairs them.

An entry holds no line number, so it survives moved lines, and no word of the finding, so no secret either. Of two equal
findings, of which the baseline holds one, one is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from claude_preflight.agents.files import AUDIT_RECORD, TOKEN_INVENTORY, VIRTUAL
from claude_preflight.catalogue import HOOKS, UMBRELLA, UMBRELLA_HOOKS, Hook
from claude_preflight.checks import claude_preflight as own
from claude_preflight.document import Document
from claude_preflight.identity import identity
from claude_preflight.model import Finding, Span
from claude_preflight.policy import PolicyError
from claude_preflight.run import Report, Result, order, place
from claude_preflight.suppress import Suppression
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from claude_preflight.context import Context

_VERSION = 1
_SUPPRESSION = Suppression("baseline", "it is in the baseline")
# Hooks that read one of these demand it where they were installed by their own id, and are silent without it elsewhere.
_RECORDS = frozenset((AUDIT_RECORD, TOKEN_INVENTORY))


class BaselineError(PolicyError):
    """The baseline cannot be used; the message names the place and the reason."""


class Entry(NamedTuple):
    """A finding that is hidden; `hash` is its identity, see `identity`."""

    path: str
    rule: str
    hash: str


def read_baseline(document: Document) -> Counter[Entry]:
    """Return how many findings of each kind the baseline in `document` holds.

    Raises `BaselineError` when it does not parse or breaks `schemas/baseline.schema.json`.
    """
    import json

    from claude_preflight.agents.validation import accepts, load_schema

    try:
        value = json.loads(document.text)
    except (ValueError, RecursionError):
        value = None
    if not accepts(load_schema("baseline"), value):
        raise BaselineError(_problem(document))
    return Counter(Entry(each["path"], each["rule"], each["hash"]) for each in value["findings"])


def _problem(document: Document) -> str:
    """Return where and why `document` is no baseline."""
    from claude_preflight.agents.config import tree_of
    from claude_preflight.agents.validation import errors, load_schema

    tree = tree_of(document)
    found = [(problem.offset, problem.message) for problem in tree.problems]
    if not found and tree.root is not None:
        found = [(error.span.start, error.message) for error in errors(load_schema("baseline"), tree.root)]
    offset, message = min(found, default=(0, "it is not a baseline"))
    line, column = document.position(offset)
    return f"{document.path}:{line}:{column}: {message}"


def judged(report: Report, document: Document, context: Context, complete: tuple[Hook, ...]) -> Report:
    """Return `report` with what the baseline in `document` hides among the hidden findings. Raises `BaselineError`.

    In a run of the hooks `complete` over every file it is reported how many entries hide nothing any more.
    """
    report, left = hide(report, read_baseline(document))
    finding = unused(left, complete, context.asked) if complete and left else None
    if not finding:
        return report
    results = [*report.results, place(document, UMBRELLA, finding, context.policy)]
    return report._replace(results=tuple(sorted(results, key=order)))


def hide(report: Report, baseline: Counter[Entry]) -> tuple[Report, Counter[Entry]]:
    """Return `report` with what `baseline` holds among the hidden findings, and the entries that hid nothing."""
    left = baseline.copy()
    results: list[Result] = []
    hidden = list(report.hidden)
    for result in report.results:
        entry = entry_of(result)
        if left[entry] > 0:
            left[entry] -= 1
            hidden.append(result._replace(suppression=_SUPPRESSION))
        else:
            results.append(result)
    return report._replace(results=tuple(results), hidden=tuple(hidden)), +left


def entry_of(result: Result) -> Entry:
    """Return the entry that hides `result`."""
    return Entry(result.path, result.finding.rule.id, identity(result))


def undecided(hooks: Iterable[Hook], asked: frozenset[str]) -> frozenset[str]:
    """Return the rules of which a run of `hooks`, with those `asked` for by id, does not show every finding."""
    chosen = {hook.id for hook in hooks if hook.id in asked or not (hook.opt_in or _RECORDS.intersection(hook.kinds))}
    rules = {rule.id for hook in HOOKS if hook.id not in chosen for rule in hook.rules}
    if not set(hooks).issuperset(UMBRELLA_HOOKS):
        rules.update(rule.id for rule in own.RULES)
    return frozenset(rules)


def unused(left: Counter[Entry], hooks: Iterable[Hook], asked: frozenset[str]) -> Finding | None:
    """Return the finding that the entries `left` hide nothing any more in a run over every file, if there are such."""
    kept = undecided(hooks, asked)
    number = sum(left[entry] for entry in left if entry.rule not in kept and entry.path not in VIRTUAL.values())
    if not number:
        return None
    entries = "1 entry of the baseline hides" if number == 1 else f"{number} entries of the baseline hide"
    return own.BASELINE_UNUSED.at(
        Span(0, 0), f"{entries} nothing any more", repair=own.REPAIRS[own.BASELINE_UNUSED.id], key="unused"
    )


def renewed(
    report: Report, old: Counter[Entry], kept: frozenset[str], checked: frozenset[str] | None
) -> Counter[Entry]:
    """Return the baseline that hides what `report` shows and what a baseline already hides.

    Of the `old` entries those stay that the run says nothing about: of the rules `kept`, of files that are not among
    those `checked` (None: all were), and of what is no file.
    """
    hidden = [result for result in report.hidden if result.suppression and result.suppression.by == "baseline"]
    found = Counter(
        entry_of(result) for result in (*report.results, *hidden) if result.finding.rule.id not in own.ABOUT_EXEMPTIONS
    )
    for entry, number in old.items():
        elsewhere = checked is not None and entry.path not in checked
        if entry.rule in kept or elsewhere or entry.path in VIRTUAL.values():
            found[entry] = max(found[entry], number)
    return found


def text_of(baseline: Counter[Entry]) -> str:
    """Return `baseline` as the text of its file: sorted, with each entry on a line of its own."""
    import json

    lines = [f"    {json.dumps(entry._asdict())}" for entry in sorted(baseline.elements())]
    findings = "[\n{}\n  ]".format(",\n".join(lines)) if lines else "[]"
    return f'{{\n  "version": {_VERSION},\n  "findings": {findings}\n}}\n'
