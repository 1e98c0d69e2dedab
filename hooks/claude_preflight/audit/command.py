"""`claude-preflight audit`: ask the registries about each MCP server, scan its source, and keep what was learned.

`claude-preflight audit approve NAME` adds what only a person can say.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from claude_preflight import clock
from claude_preflight.agents.audit_entry import NPM, OCI, PYPI, Entry
from claude_preflight.agents.audit_questions import Doubt, questions
from claude_preflight.agents.audit_record import FILE_NAME, read_record
from claude_preflight.agents.files import AUDIT_RECORD
from claude_preflight.agents.project_servers import project_servers
from claude_preflight.audit.record import Record, write
from claude_preflight.audit.targets import Target, targets
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.examine import COULD_NOT_CHECK, FOUND, FOUND_NOTHING, Unusable, policy_of
from claude_preflight.examine import write as show
from claude_preflight.git import GitError
from claude_preflight.intake import Refusal, decode, read_worktree
from claude_preflight.policy import FILE_NAME as POLICY_FILE
from claude_preflight.policy import Policy, PolicyError
from claude_preflight.report.safe import printable
from claude_preflight.repository import Repository

if TYPE_CHECKING:
    import argparse

    from claude_preflight.audit.inspection import Inspected

_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_SECONDS = 120.0
_CLEAR_LINE = "\r\x1b[K"
_EXTRA = "the audit needs more: install claude-preflight[audit]"
_PINNED = {NPM: "@", PYPI: "==", OCI: ":"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these servers; `approve NAME` to answer for one")
    parser.add_argument(
        "--timeout", type=float, default=_SECONDS, metavar="SECONDS", help="for each question to a registry"
    )
    approve = parser.add_argument_group("approve NAME")
    approve.add_argument("--reviewed-by", metavar="WHO", help="who has read the source and the record")
    approve.add_argument("--reviewed-on", metavar="DATE", help="YYYY-MM-DD; default: today")
    approve.add_argument("--security-issues-checked", action="store_true", help="you have looked for security reports")
    approve.add_argument("--tested-with-dummy-data", action="store_true", help="you have tried it with dummy data")
    approve.add_argument(
        "--accept", action="append", default=[], metavar="RULE=REASON", help="why a doubt is all right; may be repeated"
    )


def run(options: argparse.Namespace, files: list[str]) -> int:
    """Audit, or approve, and return the exit status: 1 while questions are open, 2 when a registry fails.

    Raises `Unusable`.
    """
    names = [*options.names, *files]
    repository = Repository(".")
    if not repository.is_git:
        raise Unusable("not in a git repository")
    policy = _policy(repository)
    if names[:1] == ["approve"]:
        return _approve(names[1:], options, repository, policy)
    if options.reviewed_by or options.accept or options.security_issues_checked or options.tested_with_dummy_data:
        raise Unusable("those answers belong to `claude-preflight audit approve NAME`")
    return _audit(names, options.timeout, repository, policy)


# --- audit --------------------------------------------------------------------------------------------------------


def _audit(names: list[str], seconds: float, repository: Repository, policy: Policy) -> int:
    record = Record(_document(repository))
    wanted = _wanted(names, repository)
    failures = 0
    for number, target in enumerate(wanted, 1):
        _progress(f"{number}/{len(wanted)} {printable(target.name)}")
        try:
            inspected = _inspect(target, repository, seconds)
        except _Failure as failure:
            failures += 1
            _say(f"{target.name}: not audited, and the record left as it was: {failure}")
            continue
        dropped = record.put(inspected.entry, target.looser)
        _report(target, inspected, dropped=dropped)
        if record.changed:  # after each server: what was learned stays, whatever becomes of the next
            write(repository.absolute(FILE_NAME), record.render())
    _progress("")
    found = _still_open({target.launch for target in wanted}, repository, policy)
    return COULD_NOT_CHECK if failures else found


class _Failure(Exception):
    """A server could not be audited."""


def _inspect(target: Target, repository: Repository, seconds: float) -> Inspected:
    from claude_preflight.audit.inspection import Failed, inspect

    try:
        return inspect(target, repository, clock.today(), seconds)
    except Failed as error:
        raise _Failure(str(error)) from None
    except ImportError:
        raise Unusable(_EXTRA) from None


def _wanted(names: list[str], repository: Repository) -> list[Target]:
    try:
        found = targets(project_servers(Context(repository, Policy(), clock.today())), repository)
    except GitError as error:
        raise Unusable(f"git: {error}") from None
    missing = [name for name in names if name not in {target.name for target in found}]
    if missing:
        raise Unusable(f"no tracked MCP configuration has a server {missing[0]!r}")
    if not found:
        _say("no tracked MCP configuration has a server")
    return [target for target in found if not names or target.name in names]


def _report(target: Target, inspected: Inspected, *, dropped: bool) -> None:
    """Print what a person should look at, in the order of the record."""
    entry = inspected.entry
    version = f" {entry['version']}" if entry["version"] else ""
    what = entry["package"] or entry["path"] or entry["url"] or "a program of this machine"
    _say(f"{target.name}: {what}{version} ({entry['source']})")
    for finding in inspected.scan.entries if inspected.scan else ():
        places = f" ({finding.places} places)" if finding.places > 1 else ""
        _say(f"  {finding.what}: {finding.detail}  {finding.file}:{finding.line}{places}")
    if dropped:
        _say("  it is no longer what was approved: the review is gone, and has to be made anew")
    if entry["source"] in _PINNED and not target.exact and entry["version"]:
        _say(f"  pin it, or another version may start: {entry['package']}{_PINNED[entry['source']]}{entry['version']}")


def _still_open(launches: set[str], repository: Repository, policy: Policy) -> int:
    document = _document(repository)
    found = FOUND_NOTHING
    for entry in read_record(document) if document else ():
        if entry.launch not in launches:
            continue
        for question in questions(entry, policy, clock.today()):
            if question.doubts:
                found = FOUND
                _say(f"{entry.name}: {question.state.value}: {question.item}: {question.reason}")
    return found


# --- approve ------------------------------------------------------------------------------------------------------


def _approve(names: list[str], options: argparse.Namespace, repository: Repository, policy: Policy) -> int:
    if len(names) != 1:
        raise Unusable("approve one server at a time: claude-preflight audit approve NAME")
    day = options.reviewed_on or clock.today()
    _refuse_odd_answers(options, day)
    document = _document(repository)
    record = Record(document)
    entries = read_record(document) if document else ()
    places = [place for place, entry in enumerate(entries) if entry.name == names[0]]
    if not places:
        raise Unusable(f"{FILE_NAME} has no server {names[0]!r}: run `claude-preflight audit` first")
    accepted = _accepted(options.accept)
    for place in places:
        record.review(place, _review(record.entries[place].get("review"), options, day, accepted))
    doubts = _doubts(record, names[0], policy)
    unused = set(accepted) - _known_ids(entries, places, policy)
    if unused:
        raise Unusable(f"nothing is in doubt under {sorted(unused)[0]!r}; `claude-preflight audit` lists what is")
    for doubt in doubts:
        _say(f"{names[0]}: {'failing' if doubt.failing else 'open'}: {doubt.reason}{_how(doubt)}")
    if any(doubt.failing for doubt in doubts):
        _say(f"{names[0]}: not approved")
        return FOUND
    write(repository.absolute(FILE_NAME), record.render())
    return FOUND if doubts else FOUND_NOTHING


def _refuse_odd_answers(options: argparse.Namespace, day: str) -> None:
    import datetime

    if not (options.reviewed_by or "").strip():
        raise Unusable("say who has reviewed it: --reviewed-by WHO")
    try:
        parsed = datetime.date.fromisoformat(day) if _DAY.fullmatch(day) else None
    except ValueError:
        parsed = None
    if not parsed or day > clock.today():
        raise Unusable(f"--reviewed-on {day!r} is no day, or yet to come")


def _accepted(words: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for word in words:
        rule, _, reason = word.partition("=")
        if not rule.strip() or len(reason.strip()) < 3:
            raise Unusable(f"--accept {word!r}: write RULE=REASON, with the reason in words")
        found[rule.strip()] = reason.strip()
    return found


def _review(old: object, options: argparse.Namespace, day: str, accepted: dict[str, str]) -> dict[str, Any]:
    """Return the answers of `options`, and those given before that they do not give anew."""
    known = old if isinstance(old, dict) else {}
    before = known.get("accepted")
    reasons = {**(before if isinstance(before, dict) else {}), **accepted}
    return {
        "reviewed_by": options.reviewed_by.strip(),
        "reviewed_on": day,
        "security_issues_checked": options.security_issues_checked or known.get("security_issues_checked") is True,
        "tested_with_dummy_data": options.tested_with_dummy_data or known.get("tested_with_dummy_data") is True,
        **({"accepted": dict(sorted(reasons.items()))} if reasons else {}),
    }


def _doubts(record: Record, name: str, policy: Policy) -> list[Doubt]:
    rendered = Document(FILE_NAME, record.render(), frozenset((AUDIT_RECORD,)))
    asked = (questions(entry, policy, clock.today()) for entry in read_record(rendered) if entry.name == name)
    found = [doubt for listed in asked for question in listed for doubt in question.doubts]
    return list({(doubt.id, doubt.reason): doubt for doubt in found}.values())


def _known_ids(entries: tuple[Entry, ...], places: list[int], policy: Policy) -> set[str]:
    """Return what may be accepted: every doubt, its kind, and the questions as a whole."""
    known: set[str] = set()
    for place in places:
        entry = entries[place]._replace(review=None)
        for question in questions(entry, policy, clock.today()):
            ids = {doubt.id for doubt in question.doubts if doubt.id}
            known |= {question.id, *ids, *(doubt.partition(":")[0] for doubt in ids)}
    return known


def _how(doubt: Doubt) -> str:
    return f" (--accept {doubt.id!r}=REASON)" if doubt.id else ""


# --- files and words ----------------------------------------------------------------------------------------------


def _policy(repository: Repository) -> Policy:
    try:
        return policy_of(read_worktree(repository, POLICY_FILE))
    except PolicyError as error:
        raise Unusable(str(error)) from None


def _document(repository: Repository) -> Document | None:
    content = read_worktree(repository, FILE_NAME)
    if content is None:
        return None
    document = decode(FILE_NAME, content, frozenset((AUDIT_RECORD,))) if isinstance(content, bytes) else content
    if isinstance(document, Refusal):
        raise Unusable(f"{FILE_NAME}: {document.detail}")
    return document


def _progress(text: str) -> None:
    if sys.stderr and sys.stderr.isatty():
        sys.stderr.write(f"{_CLEAR_LINE}{text}")
        sys.stderr.flush()


def _say(line: str) -> None:
    _progress("")
    show(f"{printable(line)}\n")
