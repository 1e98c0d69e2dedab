"""What a settings file of Claude Code says about permissions: its rules, its folders, its sandbox.

Sources: code.claude.com/docs/en/settings, permissions and sandboxing as of 2026-08-22, settings types of the CLI
2.1.330 of 2026-11-20.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from itertools import islice

from claude_preflight.agents.config import mapping_of
from claude_preflight.agents.permissions import (
    USUAL_ANCHORS,
    Anchors,
    Effect,
    PermissionRule,
    covers,
    covers_path,
    names_tool,
    read_rule,
)
from claude_preflight.document import Document
from claude_preflight.syntax.nodes import Mapping, Scalar, Sequence, Text
from claude_preflight.typed import NamedTuple


class Scope(Enum):
    """Whom a settings file is for, by its name."""

    PROJECT = "the project"
    LOCAL = "one person in the project"
    MANAGED = "every project of an organisation"


# Of rules that deny or ask, this many are read: more than any person writes, and few enough to ask each of them.
_MOST_RESTRAINTS = 2000


class Settings(NamedTuple):
    """One settings file: `root` is the whole, `permissions` the mapping of that key, empty where there is none.

    Lists that are no lists, and entries that are no strings, are left out, as the agent leaves them out.
    """

    root: Mapping
    scope: Scope
    permissions: Mapping
    allow: tuple[PermissionRule, ...]
    ask: tuple[PermissionRule, ...]
    deny: tuple[PermissionRule, ...]
    directories: tuple[Text, ...]

    @property
    def restraints(self) -> tuple[PermissionRule, ...]:
        """The rules that win over any that allows."""
        return (*self.deny, *self.ask)


def settings_of(document: Document) -> Settings | None:
    """Return what the settings file `document` says; None where it is not a JSON object."""
    return document.remember(_settings)


def _settings(document: Document) -> Settings | None:
    root = mapping_of(document)
    if root is None:
        return None
    permissions = root.mapping("permissions") or Mapping([], root.start, root.start)
    directories = permissions.sequence("additionalDirectories")
    return Settings(
        root,
        _scope(document.known_as),
        permissions,
        _rules(permissions, Effect.ALLOW),
        _rules(permissions, Effect.ASK),
        _rules(permissions, Effect.DENY),
        tuple(directories.texts()) if directories else (),
    )


def _scope(path: str) -> Scope:
    folder, _, name = path.rpartition("/")
    if name.startswith("managed-settings") or folder.endswith("managed-settings.d"):
        return Scope.MANAGED
    return Scope.LOCAL if name == "settings.local.json" else Scope.PROJECT


def _rules(permissions: Mapping, effect: Effect) -> tuple[PermissionRule, ...]:
    rules = permissions.sequence(effect.value)
    texts = rules.texts() if rules else iter(())
    return tuple(
        read_rule(text, effect) for text in islice(texts, None if effect is Effect.ALLOW else _MOST_RESTRAINTS)
    )


def is_true(mapping: Mapping, key: str) -> bool:
    """Tell whether the value of `key` is the boolean true; any other value switches nothing on."""
    value = mapping.get(key)
    return isinstance(value, Scalar) and value.value is True


def is_sandboxed(settings: Settings) -> bool:
    """Tell whether every command runs in the sandbox: it is on, and neither the model nor a list may step around it."""
    sandbox = settings.root.mapping("sandbox")
    if sandbox is None or not is_true(sandbox, "enabled"):
        return False
    unsandboxed = sandbox.get("allowUnsandboxedCommands")
    excluded = sandbox.sequence("excludedCommands")
    return isinstance(unsandboxed, Scalar) and unsandboxed.value is False and not (excluded and excluded.items)


def denies_reading(settings: Settings, path: str, anchors: Anchors = USUAL_ANCHORS) -> bool:
    """Tell whether `settings` keep the agent from reading the file at `path` (absolute, below `~/`, in the project).

    A rule of `ask` does not count: it asks, and a person may say yes.
    """
    if any(names_tool(rule, "Read") and covers(rule, path, anchors) for rule in settings.deny):
        return True
    outside = path.startswith(("~/", "/"))
    if outside and is_true(settings.permissions, "blockReadsOutsideWorkingDirectories"):
        return not any(_holds(str(folder), path, anchors) for folder in settings.directories)
    return _sandbox_denies(settings.root.mapping("sandbox"), path, anchors)


def _sandbox_denies(sandbox: Mapping | None, path: str, anchors: Anchors) -> bool:
    if sandbox is None or not is_true(sandbox, "enabled"):
        return False
    filesystem = sandbox.mapping("filesystem")
    denied = _texts(filesystem, "denyRead")
    if any(_holds(str(folder), path, anchors) for folder in denied):
        return not any(_holds(str(folder), path, anchors) for folder in _texts(filesystem, "allowRead"))
    credentials = sandbox.mapping("credentials")
    files = credentials.sequence("files") if credentials else None
    kept = [item.text("path") for item in files.items if isinstance(item, Mapping)] if files else []
    return any(_holds(str(file), path, anchors) for file in kept if file)


def _texts(mapping: Mapping | None, key: str) -> Iterable[Text]:
    found = mapping.get(key) if mapping else None
    return found.texts() if isinstance(found, Sequence) else ()


def _holds(folder: str, path: str, anchors: Anchors) -> bool:
    """Tell whether `folder`, spelled as the sandbox and `additionalDirectories` do, is the file at `path` or holds it.

    Here one slash is the root of the file system, and a name without any is in the project's own folder.
    """
    pattern = folder.rstrip("/") or "/**"
    if pattern in ("~", "."):
        pattern = f"{pattern}/**"
    elif pattern.startswith("/"):
        pattern = f"/{pattern}" if not pattern.startswith("//") else pattern
    elif not pattern.startswith("~/"):
        pattern = f"/{pattern.removeprefix('./')}"
    return covers_path(pattern, Effect.DENY, path, anchors)
