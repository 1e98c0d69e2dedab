"""From a path to a document, or to the reason why there is none: nothing that cannot be read passes in silence."""

from __future__ import annotations

import os
import stat

from claude_preflight.agents.files import DEPLOYMENT, DOCKERFILE, ENV_FILE, SCRIPT, SHELL_RC, SOURCE
from claude_preflight.document import Document
from claude_preflight.repository import Repository
from claude_preflight.typed import NamedTuple

# The agent itself loads instruction files of up to 4 MiB; no configuration comes near this.
MAX_BYTES = 4 * 1024 * 1024

# Kinds in which other encodings than UTF-8 are ordinary, or no matter to the program that reads them.
_ANY_ENCODING = frozenset((ENV_FILE, SCRIPT, SHELL_RC, DOCKERFILE, DEPLOYMENT, SOURCE))


class Refusal(NamedTuple):
    """Why a file cannot be checked: `reason` names a rule of the hook `claude-preflight`, `detail` is for people."""

    reason: str
    detail: str


def read_worktree(repository: Repository, path: str) -> bytes | Refusal | None:
    """Return the content of the file at `path` in the working tree; None when there is no file, or a link inside.

    A link that stays in the repository is not followed: what it points to is a file of its own, see `link_target`.
    """
    full = repository.absolute(path)
    try:
        status = os.lstat(full)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        return Refusal("unreadable-file", f"it cannot be opened: {getattr(error, 'strerror', None) or 'bad name'}")
    if not stat.S_ISREG(status.st_mode):
        return None
    if status.st_size > MAX_BYTES:
        return too_large(status.st_size)
    try:
        with open(full, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        return Refusal("unreadable-file", f"it cannot be opened: {error.strerror}")
    return content if len(content) <= MAX_BYTES else too_large(len(content))


def too_large(size: int) -> Refusal:
    """Return the refusal of a file of `size` bytes."""
    return Refusal(
        "oversized-file", f"it has {size / 2**20:.1f} MiB, and {MAX_BYTES // 2**20} MiB is the most that is read"
    )


def link_target(repository: Repository, path: str, content: bytes | None = None) -> str | Refusal | None:
    """Return the path (relative to the root) that the link at `path` ends at; None when that is missing.

    `content` is what the index holds for the link; without it the working tree is asked.
    """
    full = repository.absolute(path)
    try:
        link = os.fsdecode(content) if content is not None else os.readlink(full)
        target = os.path.realpath(os.path.join(os.path.dirname(full), link), strict=False)
        if os.path.islink(target):
            return Refusal("unreadable-file", "it is a symbolic link that leads in a circle")
    except (OSError, ValueError):
        return Refusal("unreadable-file", "it is a symbolic link that cannot be followed")
    relative = repository.relative(target)
    if relative is None:
        return Refusal("link-outside-repository", "it is a symbolic link to a place outside of the repository")
    return relative


def decode(path: str, content: bytes, kinds: frozenset[str]) -> Document | Refusal:
    """Return the document that `content` is, or why it is none."""
    encoding, why = "utf-8", ""
    try:
        if b"\0" in content or content.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding, why = _with_zeros(content)
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        encoding, why = "latin-1", f"it is not UTF-8: byte {error.start + 1} does not decode"
        text = content.decode(encoding)
    if why and (not kinds or not kinds <= _ANY_ENCODING or "\0" in text):
        return Refusal("unreadable-file", why)
    bom = text.startswith("\ufeff")
    return Document(path, text[1:] if bom else text, kinds, bom=bom, encoding=encoding)


def _with_zeros(content: bytes) -> tuple[str, str]:
    """Return the encoding of UTF-16 or binary `content`, and the reason why an agent cannot read it."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return encoding, "it is UTF-16, and the agent reads UTF-8"
    return "latin-1", f"it is binary: byte {content.index(0) + 1} is NUL"
