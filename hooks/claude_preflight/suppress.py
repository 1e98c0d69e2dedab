"""Findings that the team has decided to pass over, by a comment in place or by an entry of the policy.

A comment stands on the line of the finding, or alone on the line above it:
`claude-preflight: ignore[rule, …] reason`. For secrets the allowlist pragmas of detect-secrets count as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_preflight.checks.claude_preflight import IGNORE_EXPIRED, IGNORE_UNUSED, IGNORE_WITHOUT_REASON
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.model import Finding, Span
from claude_preflight.policy import Ignore, Policy, matches_any
from claude_preflight.typed import NamedTuple

MARKER = "claude-preflight:"
_COMMENT = late(
    r"(?P<before>^[ \t]*(?:[-*>][ \t]+)?)?(?:\#|//|<!--|/\*|;|\bREM\b)[ \t]*claude-preflight:[ \t]*ignore"
    r"\[(?P<rules>[a-z0-9-]+(?:[ \t]*,[ \t]*[a-z0-9-]+)*)\](?P<reason>[^\r\n]*)",
    re.MULTILINE,
)
_PRAGMA = late(r"pragma: ?(?:allowlist|whitelist)[ -](?:(nextline)[ -])?secret")
_CLOSINGS = ("-->", "*/")


class Suppression(NamedTuple):
    """Why a finding is hidden: `by` is "comment", "pragma", "policy" or "baseline", `reason` what the team says."""

    by: str
    reason: str


Judged = tuple[str, Finding, Suppression | None]


class _Comment(NamedTuple):
    """A comment that asks to ignore `rules` on `line` (1-based)."""

    rules: frozenset[str]
    line: int
    reason: str
    span: Span


class Suppressor:
    """Decides which findings are hidden, and remembers which exemptions were of use."""

    def __init__(self, policy: Policy, today: str) -> None:
        self.policy = policy
        self.today = today
        self._used: set[Ignore] = set()
        self._checked: set[tuple[str, str]] = set()

    def join(self, other: Suppressor) -> None:
        """Take over what `other`, which has seen other documents of the same run, remembers."""
        self._used |= other._used
        self._checked |= other._checked

    def judge(self, document: Document, found: list[tuple[str, Finding]], hooks: set[str]) -> list[Judged]:
        """Return `found` (pairs of hook id and finding) with what hides each, or None.

        `hooks` are the ids of the hooks that have read `document`; findings about the comments themselves are added.
        """
        self._checked.update((document.path, hook) for hook in hooks)
        comments = list(_comments(document)) if MARKER in document.text else []
        used: set[_Comment] = set()
        judged: list[Judged] = [
            (hook, finding, self._suppression(document, hook, finding, comments, used)) for hook, finding in found
        ]
        return judged + [("claude-preflight", finding, None) for finding in _comment_findings(comments, used, hooks)]

    def _suppression(
        self, document: Document, hook: str, finding: Finding, comments: list[_Comment], used: set[_Comment]
    ) -> Suppression | None:
        line = document.position(finding.span.start).line
        for comment in comments:
            if comment.line == line and comment.reason and comment.rules & {hook, finding.rule.id}:
                used.add(comment)
                return Suppression("comment", comment.reason)
        if hook == "agent-file-secrets" and _has_pragma(document, finding.span.start):
            return Suppression("pragma", "")
        return self._ignored(document.path, hook, finding)

    def _ignored(self, path: str, hook: str, finding: Finding) -> Suppression | None:
        for ignore in self.policy.ignores:
            if not _expired(ignore, self.today) and _fits(ignore, path, hook, finding):
                self._used.add(ignore)
                return Suppression("policy", ignore.reason)
        return None

    def policy_findings(self, complete: bool) -> Iterator[Finding]:
        """Yield findings, in the policy's own document, about its exemptions that have expired or exempt nothing.

        Whether one is unused can only be told where everything it could fit was checked: in a `complete` run, or when
        it names a file that was read by the hook it names.
        """
        for ignore in self.policy.ignores:
            about = f"{ignore.rule} in {ignore.path or 'any file'}"
            if _expired(ignore, self.today):
                message = f"the exemption of {about} ended on {ignore.until}: what it hid is reported again"
                yield IGNORE_EXPIRED.at(
                    ignore.span,
                    message,
                    repair="remove it, or renew its date with a reason",
                    key=f"{about}#{ignore.until}",
                )
            elif ignore not in self._used and (complete or self._could_have_fitted(ignore)):
                message = f"the exemption of {about} exempts nothing any more"
                yield IGNORE_UNUSED.at(ignore.span, message, repair="remove it", key=about)

    def _could_have_fitted(self, ignore: Ignore) -> bool:
        from claude_preflight.catalogue import all_rules

        hook = all_rules()[ignore.rule][0] if ignore.rule in all_rules() else ignore.rule
        return bool(ignore.path) and (ignore.path, hook) in self._checked


def _expired(ignore: Ignore, today: str) -> bool:
    return bool(ignore.until) and ignore.until < today


def _fits(ignore: Ignore, path: str, hook: str, finding: Finding) -> bool:
    return (
        ignore.rule in ("*", hook, finding.rule.id)
        and (not ignore.path or matches_any(path, (ignore.path,)))
        and (not ignore.server or ignore.server == finding.server)
        and (not ignore.key or ignore.key == finding.key)
    )


def _comments(document: Document) -> Iterator[_Comment]:
    allowed = _json_comments(document)
    for match in _COMMENT.finditer(document.text):
        opener = match.start() + len(match["before"] or "")
        if allowed is not None and opener not in allowed:
            continue
        reason = match["reason"].strip()
        for closing in _CLOSINGS:
            reason = reason.partition(closing)[0].strip()
        alone = match["before"] is not None
        line = document.position(opener).line + (1 if alone else 0)
        rules = frozenset(rule.strip() for rule in match["rules"].split(","))
        yield _Comment(rules, line, reason, Span(opener, match.end()))


def _json_comments(document: Document) -> set[int] | None:
    """Return where the comments of a JSON file start, so that a string cannot pose as one; None for other files."""
    if not document.known_as.endswith((".json", ".jsonc", ".code-workspace")):
        return None
    from claude_preflight.agents.config import tree_of

    return {problem.offset for problem in tree_of(document).problems}


def _comment_findings(comments: list[_Comment], used: set[_Comment], hooks: set[str]) -> Iterator[Finding]:
    for comment in comments:
        names = ", ".join(sorted(comment.rules))
        if not comment.reason:
            repair = "write the reason behind the bracket"
            yield IGNORE_WITHOUT_REASON.at(
                comment.span,
                f"this comment asks to ignore {names} without a reason, so it does not count",
                repair=repair,
                key=names,
            )
        elif comment not in used and _all_ran(comment.rules, hooks):
            yield IGNORE_UNUSED.at(
                comment.span,
                f"this comment ignores {names}, and there is nothing to ignore",
                repair="remove it",
                key=names,
            )


def _all_ran(rules: frozenset[str], hooks: set[str]) -> bool:
    from claude_preflight.catalogue import all_rules

    known = all_rules()
    return all((known[rule][0] if rule in known else rule) in hooks for rule in rules)


def _has_pragma(document: Document, offset: int) -> bool:
    here = document.line_span(offset)
    same = _PRAGMA.search(document.text, here.start, here.end)
    if same and not same.group(1):
        return True
    if not here.start:
        return False
    above = document.line_span(here.start - 1)
    match = _PRAGMA.search(document.text, above.start, above.end)
    return bool(match and match.group(1))
