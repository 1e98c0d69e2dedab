"""Repair what has one right answer, by splicing spans: every byte outside of an edit stays as it is."""

from __future__ import annotations

from claude_preflight.agents.files import kinds_of
from claude_preflight.atomic import replace
from claude_preflight.document import Document
from claude_preflight.intake import decode, read_worktree
from claude_preflight.model import Edit, Fix
from claude_preflight.repository import Repository
from claude_preflight.run import Report
from claude_preflight.typed import NamedTuple


class Repairs(NamedTuple):
    """The paths of the files that were changed, and of those left alone because they are not what was checked."""

    changed: tuple[str, ...]
    refused: tuple[str, ...]


def repair(repository: Repository, report: Report) -> Repairs:
    """Apply fixes of `report` to the working tree: to each file those of one hook, so that no two answer one question.

    Those of the schema come first, because they change what the other hooks see. To have all applied, check and repair
    again until nothing changes. Raises `OSError` when a file cannot be written.
    """
    fixes: dict[str, tuple[int, dict[str, list[Fix]]]] = {}
    for result in report.results:
        if result.finding.fix:
            by_hook = fixes.setdefault(result.path, (result.fingerprint, {}))[1]
            by_hook.setdefault(result.hook, []).append(result.finding.fix)
    changed, refused = [], []
    for path, (fingerprint, by_hook) in fixes.items():
        wanted = by_hook.get("agent-config-schema") or next(iter(by_hook.values()))
        content = read_worktree(repository, path)
        document = decode(path, content, kinds_of(path)) if isinstance(content, bytes) else None
        if not isinstance(document, Document) or document.fingerprint != fingerprint:
            refused.append(path)
            continue
        text = spliced(document.text, wanted)
        replace(repository.absolute(path), (("\ufeff" if document.bom else "") + text).encode(document.encoding))
        changed.append(path)
    return Repairs(tuple(changed), tuple(refused))


def spliced(text: str, fixes: list[Fix]) -> str:
    """Return `text` with the edits of `fixes`; of two that overlap, the whole of the later is left for the next run."""
    taken: set[Edit] = set()
    for fix in fixes:
        if not any(_overlap(edit, other) for edit in fix.edits for other in taken):
            taken.update(fix.edits)
    for edit in sorted(taken, reverse=True):
        text = text[: edit.span.start] + edit.replacement + text[edit.span.end :]
    return text


def _overlap(one: Edit, other: Edit) -> bool:
    if one == other:
        return False
    return one.span.start < other.span.end and other.span.start < one.span.end
