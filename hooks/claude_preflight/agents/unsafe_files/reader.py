"""Agents that a file of any kind starts without permission checks, and settings that switch the checks off.

Which reader a file gets is decided by its name, or by its first line where that names an interpreter.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator

from claude_preflight.agents import files
from claude_preflight.agents.sandboxes import Sandbox, of_path, of_script, of_source
from claude_preflight.agents.unsafe_files.settings import in_settings
from claude_preflight.agents.unsafe_shell import Unsafe, in_shell
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

_ADVISING = frozenset((files.INSTRUCTIONS, files.AGENT, files.SKILL, files.COMMAND))
_DOCUMENTATION = late(r"(?:^|/)docs?/", 2)
_FIXTURE = late(
    r"(?:^|/)(?:fixtures?|__fixtures__|testdata|test-data|test_data|__snapshots__|snapshots|golden|goldens|cassettes)/"
)
_SHELL_ENDINGS = (".sh", ".bash", ".zsh", ".ksh", ".fish", ".bats", ".command", ".envrc", ".tmpl.sh")
_INI_ENDINGS = (".ini", ".cfg")
# Files that a shell reads, without an ending or a first line that says so.
_SHELL_NAMED = late(
    r"(?:^|/)(?:\.husky/[\w-]+|\.?(?:bash|zsh)(?:rc|env|_profile|_aliases|_login)|\.?z?profile|\.?tmux\.conf)$"
)
COMMAND, SETTING, ADVICE = "command", "setting", "advice"


class Where(NamedTuple):
    """Something unsafe: `found` is what; `kind` tells a command from the agent's own configuration and from advice."""

    found: Unsafe
    kind: str = COMMAND


def in_file(document: Document, policy: Policy) -> Iterator[Where]:
    """Yield what switches the permission checks of an agent off in `document`, each place once, in no order."""
    if _FIXTURE.search(document.path) and document.kinds <= files.SEARCHED | {files.SCRIPT}:
        return
    sandbox = of_path(document.path, policy)
    seen: set[int] = set()
    settings = (Where(found, SETTING) for found in in_settings(document))
    for where in (*settings, *_written(document, sandbox)):
        if where.found.span.start not in seen:
            seen.add(where.found.span.start)
            yield where


def _written(document: Document, sandbox: Sandbox | None) -> Iterator[Where]:
    if document.kinds.isdisjoint(_ADVISING) or document.known_as.endswith(".toml"):
        reader = _reader(document.known_as, document.text, document)
        yield from (Where(found) for found in reader(document, sandbox))
    elif files.INSTRUCTIONS in document.kinds or not _DOCUMENTATION.search(document.path):
        from claude_preflight.agents.unsafe_advice import in_advice

        yield from (Where(found, ADVICE) for found in in_advice(document))


_Reader = Callable[[Document, Sandbox | None], Iterator[Unsafe]]


def _reader(path: str, text: str, document: Document) -> _Reader:
    name = posixpath.basename(path).lower()
    if name.startswith(("dockerfile", "containerfile")) or name.endswith((".dockerfile", ".containerfile")):
        from claude_preflight.agents.unsafe_files.images import in_dockerfile

        return in_dockerfile
    if name in ("makefile", "gnumakefile") or name.endswith((".mk", ".mak")):
        from claude_preflight.agents.unsafe_files.lines import in_makefile

        return in_makefile
    if name in ("justfile", ".justfile") or name.endswith(".just"):
        from claude_preflight.agents.unsafe_files.lines import in_justfile

        return in_justfile
    if name.startswith("procfile") or name.endswith((".service", ".cron", ".crontab")) or name == "crontab":
        from claude_preflight.agents.unsafe_files.lines import in_lines

        return in_lines
    if name.endswith((".json", ".jsonc", ".code-workspace", ".yml", ".yaml", ".toml")):
        from claude_preflight.agents.unsafe_files.trees import in_tree

        return in_tree
    if name.endswith(_INI_ENDINGS) or name in ("gitconfig", ".gitconfig"):
        from claude_preflight.agents.unsafe_files.lines import in_ini

        return in_ini
    if (
        name.endswith(_SHELL_ENDINGS)
        or _SHELL_NAMED.search(path)
        or not document.kinds.isdisjoint((files.SHELL_RC, files.ENV_FILE))
    ):
        return _in_shell
    if name.endswith((".ps1", ".psm1", ".bat", ".cmd")):
        from claude_preflight.agents.unsafe_files.desktops import in_windows

        return in_windows
    if name.endswith((".plist", ".kdl")):
        from claude_preflight.agents.unsafe_files.desktops import in_launchd, in_layout

        return in_launchd if name.endswith(".plist") else in_layout
    return _reader_by_language(path, text)


def _reader_by_language(path: str, text: str) -> _Reader:
    from claude_preflight.agents.unsafe_source.languages import family_of_file, is_shell

    if family_of_file(path, text):
        return _in_source
    return _in_shell if is_shell(text) else _in_nothing


def _in_nothing(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    yield from ()


def _whole(document: Document) -> Text:
    return Text.at(document.text, 0, len(document.text))


def _in_shell(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    return in_shell(_whole(document), sandbox or of_script(document.text))


def _in_source(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    from claude_preflight.agents.unsafe_source.languages import family_of_file
    from claude_preflight.agents.unsafe_source.reader import in_source

    family = family_of_file(document.path, document.text)
    text = document.text
    return in_source(document.path, text, family, sandbox or of_script(text) or of_source(text))
