"""The policy of a repository, `.claude-preflight.yaml`: what it allows, how severe rules are, and what it ignores."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from claude_preflight.document import Document
from claude_preflight.model import Severity, Span
from claude_preflight.syntax.nodes import Mapping, Sequence
from claude_preflight.typed import NamedTuple

FILE_NAME = ".claude-preflight.yaml"
# What `limits` may set, and what holds without it.
LIMITS = {
    "review_days": 90.0,
    "token_days": 90.0,
    "package_age_days": 30.0,
    "weekly_downloads": 500.0,
    "session_hours": 3.0,
    "outside_minutes": 0.0,  # a session may work on for so long after it has read outside sources
    "session_cost_usd": 1.0,  # no session is unusual below this
    "session_deviations": 3.5,  # scaled median absolute deviations, the usual bound for outliers
    "server_tokens": 50_000.0,
    "idle_sessions": 10.0,
    "decision_commits": 20.0,
    "decision_days": 14.0,
}


class PolicyError(Exception):
    """The policy cannot be used; the message names the place and the reason."""


class Ignore(NamedTuple):
    """Findings to pass over: those of `rule` (a rule's or a hook's id, or `*`) that fit the other fields, if given.

    `until` is the last day it holds (YYYY-MM-DD), or empty.
    """

    rule: str
    path: str
    server: str
    key: str
    reason: str
    until: str
    span: Span


class Policy(NamedTuple):
    """What a policy file says; a repository without one has the defaults. Lists hold shell patterns (`fnmatch`)."""

    document: Document | None = None
    profile: str = "open-source"
    filesystem_allow: tuple[str, ...] = ()
    packages_allow: tuple[str, ...] = ()
    packages_deny: tuple[str, ...] = ()
    production_hosts: tuple[str, ...] = ()
    production_names: tuple[str, ...] = ()
    development_hosts: tuple[str, ...] = ()
    sandboxes: tuple[str, ...] = ()
    limits: tuple[tuple[str, float], ...] = ()
    ignores: tuple[Ignore, ...] = ()
    severities: tuple[tuple[str, Severity], ...] = ()

    def limit(self, name: str) -> float:
        """Return the limit `name`, as the policy sets it or by default."""
        return dict(self.limits).get(name, LIMITS[name])


def matches_any(value: str, patterns: Iterable[str]) -> bool:
    """Tell whether `value` fits one of the shell `patterns`; `*` stands for any characters, slashes too."""
    from fnmatch import fnmatchcase

    return any(fnmatchcase(value, pattern) for pattern in patterns)


def read_policy(document: Document, known: Callable[[], frozenset[str]]) -> Policy:
    """Return the policy that `document` holds; `known` gives the ids of all rules and hooks.

    Raises `PolicyError` when it does not parse, breaks `schemas/policy.schema.json`, or names an unknown rule.
    """
    from claude_preflight.agents.validation import duplicate_keys, errors, load_schema
    from claude_preflight.syntax.yaml_ import read_yaml

    tree = read_yaml(document.text)
    for problem in tree.problems:
        raise PolicyError(_at(document, problem.offset, problem.message))
    root = tree.root if tree.root is not None else Mapping([], 0, 0)
    if not isinstance(root, Mapping):
        if getattr(root, "value", "") is None:
            root = Mapping([], 0, 0)
        else:
            raise PolicyError(_at(document, root.start, "the policy must be a mapping"))
    for error in errors(load_schema("policy"), root):
        raise PolicyError(_at(document, error.span.start, error.message))
    for key in duplicate_keys(root):
        raise PolicyError(_at(document, key.start, f"the key {str(key)!r} stands here twice"))
    _refuse_unknown(document, root, known)
    return _build(document, root)


def _at(document: Document, offset: int, message: str) -> str:
    line, column = document.position(offset)
    return f"{document.path}:{line}:{column}: {message}"


def _refuse_unknown(document: Document, root: Mapping, known: Callable[[], frozenset[str]]) -> None:
    names = [key for key, _ in (root.mapping("severity") or Mapping([], 0, 0)).pairs]
    for entry in _items(root, "ignore"):
        name = entry.text("rule")
        if name and name != "*":
            names.append(name)
    ids = known() if names else frozenset()
    for name in names:
        if name not in ids:
            raise PolicyError(_at(document, name.start, f"there is no rule or hook {str(name)!r}"))


def _build(document: Document, root: Mapping) -> Policy:
    limits = root.mapping("limits") or Mapping([], 0, 0)
    severities = root.mapping("severity") or Mapping([], 0, 0)
    return Policy(
        document=document,
        profile=str(root.text("profile") or "open-source"),
        filesystem_allow=_patterns(root, "filesystem", "allow"),
        packages_allow=_patterns(root, "packages", "allow"),
        packages_deny=_patterns(root, "packages", "deny"),
        production_hosts=_patterns(root, "production", "hosts"),
        production_names=_patterns(root, "production", "names"),
        development_hosts=_patterns(root, "development", "hosts"),
        sandboxes=_texts(root.sequence("sandboxes")),
        limits=tuple((str(key), float(getattr(value, "value", 0))) for key, value in limits.pairs),
        ignores=tuple(_ignore(entry) for entry in _items(root, "ignore")),
        severities=tuple((str(key), Severity(str(getattr(value, "value", "")))) for key, value in severities.pairs),
    )


def _patterns(root: Mapping, section: str, key: str) -> tuple[str, ...]:
    mapping = root.mapping(section)
    return _texts(mapping.sequence(key)) if mapping else ()


def _texts(sequence: Sequence | None) -> tuple[str, ...]:
    return tuple(str(text) for text in sequence.texts()) if sequence else ()


def _items(root: Mapping, key: str) -> Iterable[Mapping]:
    sequence = root.sequence(key)
    return [item for item in sequence.items if isinstance(item, Mapping)] if sequence else ()


def _ignore(entry: Mapping) -> Ignore:
    rule, path, server, key, reason, until = (
        str(entry.text(name) or "") for name in ("rule", "path", "server", "key", "reason", "until")
    )
    return Ignore(rule, path, server, key, reason, until, entry.span)
