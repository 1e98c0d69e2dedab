"""Run checks over files: which hooks read which file, what they find, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from claude_preflight.agents.files import CLAUDE_SETTINGS, UNPLACED_SETTINGS, VIRTUAL, are_claude_settings
from claude_preflight.catalogue import UMBRELLA, Hook
from claude_preflight.checks import claude_preflight as own
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.intake import Refusal, decode
from claude_preflight.model import Finding, Rule, Severity, Span
from claude_preflight.suppress import Suppressor
from claude_preflight.typed import NamedTuple

_REFUSALS: dict[str, Rule] = {rule.id: rule for rule in own.RULES}
_UNPLACED = frozenset((UNPLACED_SETTINGS,))


class Result(NamedTuple):
    """A finding with its place: lines and columns are 1-based, columns count code points, the end is exclusive.

    `fingerprint` is that of the document the finding was made in, see `Document.fingerprint`.
    """

    hook: str
    finding: Finding
    severity: Severity
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    fingerprint: int = 0


class Report(NamedTuple):
    """What a run found. `suppressed` counts hidden findings by what hid them; `crashes` are failures of our own."""

    results: tuple[Result, ...]
    suppressed: tuple[tuple[str, int], ...]
    files: int
    crashes: tuple[str, ...]


class Source(NamedTuple):
    """A file to check: `kinds` decide which hooks read it, `load` gives its content, or why there is none.

    None from `load` means that there is nothing to check: the file is gone, or it is a link to one checked by itself.
    """

    path: str
    kinds: frozenset[str]
    load: Callable[[], bytes | Refusal | None]


def run(sources: Iterable[Source], hooks: tuple[Hook, ...], context: Context, *, complete: bool = False) -> Report:
    """Check `sources` with `hooks`; `complete` says that they are all files of the repository, and all hooks."""
    suppressor = Suppressor(context.policy, context.today)
    results: list[Result] = []
    crashes: list[str] = []
    files = 0
    seen: set[tuple[str, frozenset[str]]] = set()
    for source in sources:
        if (source.path, source.kinds) in seen:
            continue  # two links may lead to one file
        seen.add((source.path, source.kinds))
        readers = [hook for hook in hooks if source.kinds.intersection(hook.kinds)]
        content = source.load() if readers else None
        if content is None:
            continue
        document = decode(source.path, content, source.kinds) if isinstance(content, bytes) else content
        if source.kinds == _UNPLACED:
            if isinstance(document, Refusal) or not are_claude_settings(document.text):
                continue
            document.kinds = frozenset((CLAUDE_SETTINGS,))
        files += source.path not in VIRTUAL.values()
        if isinstance(document, Refusal):
            results.append(refused(source.path, document))
            continue
        found = list(_findings(document, readers, context, crashes))
        for hook, finding in suppressor.visible(document, found, {reader.id for reader in readers}):
            results.append(_place(document, hook, finding, context))
    if context.policy.document is not None:
        for finding in suppressor.policy_findings(complete):
            results.append(_place(context.policy.document, UMBRELLA, finding, context))
    ordered = sorted(results, key=lambda result: (result.path, result.line, result.column, result.finding.rule.id))
    return Report(tuple(ordered), tuple(sorted(suppressor.counts.items())), files, tuple(crashes))


def _findings(
    document: Document, hooks: list[Hook], context: Context, crashes: list[str]
) -> Iterator[tuple[str, Finding]]:
    for hook in hooks:
        if hook.words and not any(word in document.text for word in hook.words):
            continue
        try:
            for finding in hook.check(document, context):
                yield hook.id, finding
        except Exception as error:  # one check's bug must not hide what the others find; the exit code tells of it
            crashes.append(f"{document.path}: the check {hook.id} failed: {type(error).__name__}")


def _place(document: Document, hook: str, finding: Finding, context: Context) -> Result:
    span = _with_quotes(document.text, finding.span)
    start, end = document.position(span.start), document.position(span.end)
    overrides = dict(context.policy.severities)
    severity = overrides.get(finding.rule.id) or overrides.get(hook) or finding.rule.severity
    return Result(hook, finding, severity, document.path, *start, *end, document.fingerprint)


def _with_quotes(text: str, span: Span) -> Span:
    """Return `span` with its quotes, if it is just the inside of a quoted string: people look for where that starts."""
    before, behind = text[max(0, span.start - 1) : span.start], text[span.end : span.end + 1]
    quoted = before == behind and before in ('"', "'") and span.start < span.end
    return Span(span.start - 1, span.end + 1) if quoted else span


def refused(path: str, refusal: Refusal) -> Result:
    """Return the result that says why the file at `path` could not be checked."""
    rule = _REFUSALS[refusal.reason]
    finding = rule.at(Span(0, 0), f"{rule.summary}: {refusal.detail}", repair=own.REPAIRS[rule.id])
    return Result(UMBRELLA, finding, rule.severity, path, 1, 1, 1, 1)
