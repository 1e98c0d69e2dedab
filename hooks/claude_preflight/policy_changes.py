"""What a commit loosens in the policy or the baseline: the report says it, so that nobody is exempted in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from claude_preflight.baseline import BaselineError, Entry, read_baseline
from claude_preflight.catalogue import UMBRELLA, all_rules
from claude_preflight.checks.claude_preflight import POLICY_LOOSENED, REPAIRS
from claude_preflight.document import Document
from claude_preflight.model import Finding, Severity, Span
from claude_preflight.policy import FILE_NAME, LIMITS, Ignore, Policy
from claude_preflight.run import Result, place, severity_of
from claude_preflight.syntax.nodes import Mapping
from claude_preflight.typed import NamedTuple
from claude_preflight.wording import in_words

# Where more of a list, or a higher limit, allows more; and where less does.
_MORE_ALLOWS = {
    "filesystem_allow": "filesystem",
    "packages_allow": "packages",
    "development_hosts": "development",
    "sandboxes": "sandboxes",
}
_LESS_ALLOWS = {"packages_deny": "packages", "production_hosts": "production", "production_names": "production"}
# The limits of which a lower one allows more.
_LOWER_ALLOWS = frozenset(("package_age_days", "weekly_downloads"))


class Decided(NamedTuple):
    """What a commit, the index or the working tree holds: the policy, and the document of the baseline if any."""

    policy: Policy
    baseline: Document | None


def loosened(before: Decided, after: Decided, policy: Policy) -> Iterator[Result]:
    """Yield a result for each way in which `after` allows more than `before`; `policy` is the one in force.

    Raises `BaselineError` when the later baseline cannot be read; an earlier one that cannot has hidden nothing.
    """
    document = after.policy.document or Document(FILE_NAME, "", frozenset())
    for finding in _policy_changes(before.policy, after.policy):
        yield place(document, UMBRELLA, finding, policy)
    if after.baseline is not None:
        try:
            old = read_baseline(before.baseline) if before.baseline else Counter()
        except BaselineError:
            old = Counter()
        for finding in _baseline_changes(old, read_baseline(after.baseline)):
            yield place(after.baseline, UMBRELLA, finding, policy)


def _policy_changes(before: Policy, after: Policy) -> Iterator[Finding]:
    places = _Places(after.document)
    known = {_scope(ignore): ignore for ignore in before.ignores}
    for ignore in after.ignores:
        if _scope(ignore) not in known:
            yield _finding(ignore.span, f"exempts {_about(ignore)} ({ignore.reason})", f"ignore {_about(ignore)}")
        elif _longer(ignore.until, known[_scope(ignore)].until):
            yield _finding(ignore.span, f"prolongs the exemption of {_about(ignore)}", f"prolong {_about(ignore)}")
    lowered = _lowered(before, after)
    if lowered:
        yield _finding(places.of("severity"), f"makes warnings of errors: {in_words(lowered)}", "severity")
    if after.profile != before.profile and after.profile == "open-source":
        yield _finding(places.of("profile"), f"leaves the profile {before.profile}", "profile")
    for tables, old, new, words in (
        (_MORE_ALLOWS, before, after, "adds to"),
        (_LESS_ALLOWS, after, before, "takes from"),
    ):
        for field, section in tables.items():
            names = sorted(set(getattr(new, field)) - set(getattr(old, field)))
            if names:
                setting = field.replace("_", ".")
                yield _finding(places.of(section), f"{words} {setting}: {in_words(names)}", setting)
    for name in _raised(before, after):
        yield _finding(places.of("limits"), f"loosens the limit {name}", f"limits.{name}")


def _baseline_changes(before: Counter[Entry], after: Counter[Entry]) -> Iterator[Finding]:
    more = after - before
    if more:
        number, rules = more.total(), in_words(sorted({entry.rule for entry in more}))
        message = f"adds {number} {'entry' if number == 1 else 'entries'} to the baseline: {rules}"
        yield _finding(Span(0, 0), message, "baseline")


def _finding(span: Span, what: str, key: str) -> Finding:
    return POLICY_LOOSENED.at(span, f"this change {what}", repair=REPAIRS[POLICY_LOOSENED.id], key=key)


class _Places:
    """Tells where the sections of a policy stand."""

    def __init__(self, document: Document | None) -> None:
        self._root: object = None
        if document is not None:
            from claude_preflight.syntax.yaml_ import read_yaml

            self._root = read_yaml(document.text).root

    def of(self, section: str) -> Span:
        """Return the span of the key `section`; the start of the file where there is none."""
        key = self._root.key(section) if isinstance(self._root, Mapping) else None
        return key.span if key is not None else Span(0, 0)


def _scope(ignore: Ignore) -> tuple[str, str, str, str]:
    return ignore.rule, ignore.path, ignore.server, ignore.key


def _about(ignore: Ignore) -> str:
    server = f" of the server {ignore.server}" if ignore.server else ""
    return f"{ignore.rule} in {ignore.path or 'any file'}{server}"


def _longer(after: str, before: str) -> bool:
    return bool(before) and (not after or after > before)


def _lowered(before: Policy, after: Policy) -> list[str]:
    """Return the rules that are errors under `before` and warnings under `after`."""
    if before.severities == after.severities:
        return []
    return sorted(
        rule_id
        for rule_id, (hook, rule) in all_rules().items()
        if severity_of(rule, hook, before) is Severity.ERROR and severity_of(rule, hook, after) is Severity.WARNING
    )


def _raised(before: Policy, after: Policy) -> Iterator[str]:
    """Yield the limits that `after` sets looser than `before`."""
    old, new = ({**LIMITS, **dict(policy.limits)} for policy in (before, after))
    for name, limit in new.items():
        if limit < old[name] if name in _LOWER_ALLOWS else limit > old[name]:
            yield name
