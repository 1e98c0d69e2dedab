"""Run checks over files: which hooks read which file, what they find, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from claude_preflight.agents.files import SEARCHED, SOURCE, VIRTUAL, is_undecided
from claude_preflight.catalogue import UMBRELLA, Hook
from claude_preflight.checks import claude_preflight as own
from claude_preflight.context import Context
from claude_preflight.document import Document, Position
from claude_preflight.intake import Refusal, decode
from claude_preflight.model import Finding, Fix, Rule, Severity, Span
from claude_preflight.policy import Policy
from claude_preflight.suppress import Suppression, Suppressor
from claude_preflight.typed import NamedTuple

_REFUSALS: dict[str, Rule] = {rule.id: rule for rule in own.RULES}
_SOURCE = frozenset((SOURCE,))
# Forking for fewer files than this costs more than it saves.
_ENOUGH = 250


class PlacedEdit(NamedTuple):
    """An edit with its place: the text from `start` to `end` (exclusive) becomes `replacement`."""

    start: Position
    end: Position
    replacement: str


class Result(NamedTuple):
    """A finding with its place: lines and columns are 1-based, columns count code points, the end is exclusive.

    `fingerprint` is that of the document the finding was made in, see `Document.fingerprint`. `suppression` is set if
    the finding is hidden. `edits` are those of its fix.
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
    suppression: Suppression | None = None
    edits: tuple[PlacedEdit, ...] = ()

    @property
    def where(self) -> str:
        """Where the finding starts, for a person: `path:line:column`, or the path alone of what is no file."""
        return self.path if self.path in VIRTUAL.values() else f"{self.path}:{self.line}:{self.column}"


class Report(NamedTuple):
    """What a run found. `hidden` are the findings that are passed over; `crashes` are failures of our own."""

    results: tuple[Result, ...]
    hidden: tuple[Result, ...]
    files: int
    crashes: tuple[str, ...]

    @property
    def suppressed(self) -> tuple[tuple[str, int], ...]:
        """How many findings are hidden by what, by name."""
        reasons = [result.suppression.by for result in self.hidden if result.suppression]
        return tuple((reason, reasons.count(reason)) for reason in sorted(set(reasons)))


class Source(NamedTuple):
    """A file to check: `kinds` decide which hooks read it, `load` gives its content, or why there is none.

    None from `load` means that there is nothing to check: the file is gone, or it is a link to one checked by itself.
    """

    path: str
    kinds: frozenset[str]
    load: Callable[[], bytes | Refusal | None]


class _Tally(NamedTuple):
    """What checking some sources gave."""

    results: list[Result]
    crashes: list[str]
    read: list[str]
    suppressor: Suppressor


def run(sources: Iterable[Source], hooks: tuple[Hook, ...], context: Context, *, complete: bool = False) -> Report:
    """Check `sources` with `hooks`; `complete` says that they are all files of the repository, and all hooks."""
    waiting = _each_once(sources)
    tallies = [_checked(islice(waiting, 2 * _ENOUGH), hooks, context)]
    rest = list(waiting)
    if rest:
        tallies += _checked_in_shares(rest, hooks, context)
    suppressor = tallies[0].suppressor
    for tally in tallies[1:]:
        suppressor.join(tally.suppressor)
    results = [result for tally in tallies for result in tally.results]
    if context.policy.document is not None:
        for finding in suppressor.policy_findings(complete):
            results.append(place(context.policy.document, UMBRELLA, finding, context.policy))
    results.sort(key=order)
    shown, hidden = ([result for result in results if bool(result.suppression) is wanted] for wanted in (False, True))
    files = sum(path not in VIRTUAL.values() for tally in tallies for path in tally.read)
    return Report(tuple(shown), tuple(hidden), files, tuple(crash for tally in tallies for crash in tally.crashes))


def _each_once(sources: Iterable[Source]) -> Iterator[Source]:
    """Yield `sources` without repetition: two links may lead to one file."""
    seen: set[tuple[str, frozenset[str]]] = set()
    for source in sources:
        if (source.path, source.kinds) not in seen:
            seen.add((source.path, source.kinds))
            yield source


def _checked_in_shares(sources: list[Source], hooks: tuple[Hook, ...], context: Context) -> list[_Tally]:
    from claude_preflight.parallel import WorkerDied, processes, shared

    try:
        return shared(sources, lambda share: _checked(share, hooks, context), processes(len(sources), _ENOUGH))
    except WorkerDied as error:
        return [_Tally([], [str(error)], [], Suppressor(context.policy, context.today))]


def _checked(sources: Iterable[Source], hooks: tuple[Hook, ...], context: Context) -> _Tally:
    tally = _Tally([], [], [], Suppressor(context.policy, context.today))
    for source in sources:
        readers = [hook for hook in hooks if source.kinds.intersection(hook.kinds)]
        content = source.load() if readers else None
        if content is None:
            continue
        if is_undecided(source.kinds):
            document, readers = _decided(source, content, hooks, context)
            if not readers:
                continue
        else:
            document = decode(source.path, content, source.kinds) if isinstance(content, bytes) else content
        tally.read.append(source.path)
        if isinstance(document, Refusal):
            tally.results.append(refused(source.path, document))
            continue
        found = list(_findings(document, readers, context, tally.crashes))
        for hook, finding, suppression in tally.suppressor.judge(document, found, {reader.id for reader in readers}):
            tally.results.append(place(document, hook, finding, context.policy, suppression))
    return tally


def _decided(
    source: Source, content: bytes | Refusal, hooks: tuple[Hook, ...], context: Context
) -> tuple[Document | Refusal, list[Hook]]:
    """Return the document of a `source` whose name leaves open what it is, and the hooks that read it."""
    from claude_preflight.agents.undecided import decide

    document = decode(source.path, content, _SOURCE) if isinstance(content, bytes) else content
    if isinstance(document, Refusal):
        part = context.plugin_parts.part(source.path)  # of any other nobody knows whether an agent reads it
        return document, [hook for hook in hooks if part and part.kind in hook.kinds]
    decide(document, source.kinds, context.plugin_parts)
    readers = [hook for hook in hooks if document.kinds.intersection(hook.kinds)]
    if document.kinds <= SEARCHED:
        readers = [hook for hook in readers if _may_hold(document, hook.words)]
    if isinstance(content, bytes) and document.encoding != "utf-8":
        return decode(source.path, content, document.kinds), readers  # what it is says whether that can be read
    return document, readers


def order(result: Result) -> tuple[str, int, int, str]:
    """Return the key by which a report is sorted."""
    return result.path, result.line, result.column, result.finding.rule.id


def _findings(
    document: Document, hooks: list[Hook], context: Context, crashes: list[str]
) -> Iterator[tuple[str, Finding]]:
    for hook in hooks:
        if hook.words and not _may_hold(document, hook.words):
            continue
        try:
            for finding in hook.check(document, context):
                yield hook.id, finding
        except Exception as error:  # one check's bug must not hide what the others find; the exit code tells of it
            crashes.append(f"{document.path}: the check {hook.id} failed: {type(error).__name__}")


def _may_hold(document: Document, words: tuple[str, ...]) -> bool:
    """Tell whether `document` holds one of `words`, or may hold it in the escapes of JSON or YAML.

    Kinds that are searched were chosen by their words as they are spelled.
    """
    text = document.text
    for word in words:
        if word in text:
            return True
    return not document.kinds <= SEARCHED and ("\\u" in text or "\\x" in text or "\\U" in text)


def place(
    document: Document, hook: str, finding: Finding, policy: Policy, suppression: Suppression | None = None
) -> Result:
    """Return the result that `finding`, of the hook `hook`, is in `document`."""
    span = _with_quotes(document.text, finding.span)
    start, end = document.position(span.start), document.position(span.end)
    severity = severity_of(finding.rule, hook, policy)
    edits = _placed_edits(document, finding.fix) if finding.fix else ()
    fingerprint = document.fingerprint
    return Result(hook, finding, severity, document.path, *start, *end, fingerprint, suppression, edits)


def severity_of(rule: Rule, hook: str, policy: Policy) -> Severity:
    """Return how severe `rule` of the hook `hook` is under `policy`."""
    overrides = dict(policy.severities)
    return overrides.get(rule.id) or overrides.get(hook) or rule.severity


def _placed_edits(document: Document, fix: Fix) -> tuple[PlacedEdit, ...]:
    return tuple(
        PlacedEdit(document.position(edit.span.start), document.position(edit.span.end), edit.replacement)
        for edit in fix.edits
    )


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
