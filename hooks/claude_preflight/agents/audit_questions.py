"""The checklist's questions about a server before it is installed, and what the audit record answers."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from claude_preflight.agents.audit_entry import LOCAL, NPM, REMOTE, Entry, value_of
from claude_preflight.agents.days import days_since
from claude_preflight.model import Span
from claude_preflight.policy import Policy, matches_any
from claude_preflight.syntax.nodes import Mapping, Node, Sequence, Text
from claude_preflight.typed import NamedTuple

IDENTITY, SOURCE, POPULARITY, SECURITY, TEST = "identity", "source", "popularity", "security", "test"
_ITEMS = {
    IDENTITY: "exact name and author",
    SOURCE: "source read, no unexpected network requests",
    POPULARITY: "downloads and age",
    SECURITY: "security reports",
    TEST: "first test with dummy data",
}
# What a scan finds and a person must explain, by whether the audit fails without that. Everything else, such as a
# process that is started or a variable that is read, is answered by having read the source.
_TO_EXPLAIN = {
    "network-host": (False, "its source contacts"),
    "dynamic-code": (False, "its source makes code while it runs"),
    "sensitive-path": (True, "its source touches"),
    "obfuscated": (True, "its source cannot be read by a person"),
    "install-script": (True, "its source runs when it is installed"),
}
_MOST_SHOWN = 60


class State(Enum):
    """How a question stands."""

    ANSWERED = "answered"
    OPEN = "open"
    FAILING = "failing"


class Doubt(NamedTuple):
    """A reason why a question is not answered.

    `id` is the key under which `review.accepted` may say why it is all right; empty where only an answer will do.
    `failing` tells what speaks against the server from what is merely not known. `reason` is a clause, `span` the place
    in the record.
    """

    id: str
    failing: bool
    reason: str
    span: Span


class Question(NamedTuple):
    """One of the five questions: `id` is a constant of this module, `item` its words.

    `doubts` are what nobody has accepted, in a fixed order; `notes` are clauses that change nothing.
    """

    id: str
    item: str
    doubts: tuple[Doubt, ...]
    notes: tuple[str, ...] = ()

    @property
    def state(self) -> State:
        """Whether it is answered, open, or failing."""
        if any(doubt.failing for doubt in self.doubts):
            return State.FAILING
        return State.OPEN if self.doubts else State.ANSWERED

    @property
    def reason(self) -> str:
        """All doubts in one line; empty where the question is answered."""
        return "; ".join(doubt.reason for doubt in self.doubts)


def questions(entry: Entry, policy: Policy, today: str) -> list[Question]:
    """Return the five questions about the server of `entry` as they stand on the day `today` (YYYY-MM-DD).

    A doubt is left out when `entry.review.accepted` has a reason for its id; what is not known may also be accepted for
    a question as a whole, under the question's id. Registries know nothing of a server that is reached by its address
    or lies in the repository, and the policy answers for the names and numbers of the packages that it allows. Raises
    ValueError when `today` is no day.
    """
    accepted = entry.review.accepted if entry.review else {}
    found = {
        IDENTITY: _identity(entry, policy),
        SOURCE: _source(entry),
        POPULARITY: _popularity(entry, policy, today),
        SECURITY: _security(entry),
        TEST: _test(entry),
    }
    notes = tuple(_notes(entry))
    return [
        Question(
            name,
            _ITEMS[name],
            tuple(doubt for doubt in doubts if _stands(doubt, name, accepted)),
            notes if name == IDENTITY else (),
        )
        for name, doubts in found.items()
    ]


def _stands(doubt: Doubt, question: str, accepted: dict[str, Text]) -> bool:
    if not doubt.id:
        return True
    return doubt.id not in accepted and (doubt.failing or question not in accepted)


def _identity(entry: Entry, policy: Policy) -> Iterator[Doubt]:
    yield from _unreviewed(entry)
    if not _is_package(entry):
        return
    if not entry.package:
        yield Doubt("package", False, "the record names no package", entry.span)
    if not entry.version and not entry.integrity:
        yield Doubt("version", False, "the record names no version", entry.span)
    if _is_allowed(entry, policy):
        return
    if not _fact(entry, "publisher"):
        yield _unknown(entry, "publisher", "its publisher is unknown")
    names = _fact(entry, "repository_names_package")
    if names is False:
        yield Doubt(
            "repository_names_package",
            True,
            "the repository it claims does not name it",
            _place(entry, "repository_names_package"),
        )
    elif names is not True:
        yield _unknown(entry, "repository_names_package", "whether its repository names it is unknown")


def _source(entry: Entry) -> Iterator[Doubt]:
    yield from _unreviewed(entry)
    if entry.scan is None:
        yield Doubt("scan", False, "its source could not be scanned", entry.span)
    else:
        yield from _scanned(entry)
    if entry.source != NPM:
        return
    scripts = _list(entry, "install_scripts")
    if scripts is None:
        yield _unknown(entry, "install_scripts", "whether it runs scripts when it is installed is unknown")
    elif scripts.items:
        yield Doubt("install_scripts", True, "it runs scripts when it is installed", _place(entry, "install_scripts"))


def _scanned(entry: Entry) -> Iterator[Doubt]:
    scan, seen = entry.scan, set[str]()
    assert scan is not None
    for finding in scan.findings:
        if finding.what in _TO_EXPLAIN and finding.id not in seen and not _is_accepted(entry, str(finding.what)):
            seen.add(finding.id)
            detail = f" {finding.detail[:_MOST_SHOWN]}" if finding.detail else ""
            failing, what = _TO_EXPLAIN[finding.what]
            yield Doubt(finding.id, failing, f"{what}{detail}", finding.what.span)
    if scan.unread:
        place = scan.node.get("unread") or scan.node
        yield Doubt("unread", False, f"{scan.unread} of its files could not be read", place.span)


def _popularity(entry: Entry, policy: Policy, today: str) -> Iterator[Doubt]:
    if not _is_package(entry) or _is_allowed(entry, policy):
        return
    fewest = int(policy.limit("weekly_downloads"))
    downloads = _fact(entry, "weekly_downloads")
    if not isinstance(downloads, int) or isinstance(downloads, bool):
        yield _unknown(entry, "weekly_downloads", "its downloads are unknown")
    elif downloads < fewest:
        reason = f"it has {downloads} downloads a week, and {fewest} is the least"
        yield Doubt("weekly_downloads", True, reason, _place(entry, "weekly_downloads"))
    yield from _youth(entry, int(policy.limit("package_age_days")), today)


def _youth(entry: Entry, youngest: int, today: str) -> Iterator[Doubt]:
    published = _fact(entry, "first_published")
    age = days_since(published, today) if isinstance(published, Text) else None
    if age is None:
        yield _unknown(entry, "first_published", "its age is unknown")
    elif age < youngest:
        reason = f"it was first published on {published}, and {youngest} days is the least age"
        yield Doubt("first_published", True, reason, _place(entry, "first_published"))


def _security(entry: Entry) -> Iterator[Doubt]:
    if not (entry.review and entry.review.security_issues_checked):
        yield Doubt("", False, "nobody has looked for security reports", entry.span)
    for fact, what in (("deprecated", "its publisher calls it deprecated"), ("yanked", "this version was withdrawn")):
        if _fact(entry, fact):
            yield Doubt(fact, True, what, _place(entry, fact))
    if not _is_package(entry):
        return
    advisories = _list(entry, "advisories")
    if advisories is None:
        yield _unknown(entry, "advisories", "its published weaknesses are unknown")
        return
    yield from (_weakness(item) for item in advisories.items)


def _weakness(advisory: Node) -> Doubt:
    name = advisory.text("id") if isinstance(advisory, Mapping) else None
    if not isinstance(advisory, Mapping) or not name:
        return Doubt("advisories", True, "this version has a weakness without a name", advisory.span)
    fixed = advisory.text("fixed_in")
    remedy = f", put right in {fixed[:_MOST_SHOWN]}" if fixed else ""
    return Doubt(str(name), True, f"this version has the weakness {name[:_MOST_SHOWN]}{remedy}", name.span)


def _test(entry: Entry) -> Iterator[Doubt]:
    if not (entry.review and entry.review.tested_with_dummy_data):
        yield Doubt("", False, "nobody has tried it with dummy data", entry.span)


def _notes(entry: Entry) -> Iterator[str]:
    if _is_package(entry) and _fact(entry, "provenance") is not True:
        yield "nothing attests how it was built"


def _unreviewed(entry: Entry) -> Iterator[Doubt]:
    if not (entry.review and entry.review.complete):
        yield Doubt("", False, "nobody has reviewed it", entry.span)


def _is_package(entry: Entry) -> bool:
    return entry.source not in (REMOTE, LOCAL)


def _is_allowed(entry: Entry, policy: Policy) -> bool:
    return bool(entry.package and policy.packages_allow and matches_any(entry.package, policy.packages_allow))


def _is_accepted(entry: Entry, name: str) -> bool:
    return bool(entry.review and name in entry.review.accepted)


def _fact(entry: Entry, name: str) -> Text | float | bool | None:
    return value_of(entry.facts.get(name)) if entry.facts else None


def _list(entry: Entry, name: str) -> Sequence | None:
    return entry.facts.sequence(name) if entry.facts else None


def _place(entry: Entry, name: str) -> Span:
    """Return where the record states the fact `name`, or the entry where it does not."""
    node: Node | None = entry.facts.get(name) if entry.facts else None
    return node.span if node else entry.span


def _unknown(entry: Entry, name: str, reason: str) -> Doubt:
    return Doubt(name, False, reason, _place(entry, name))
