"""Write a file whole or not at all: whenever the process is killed, the file is the old one or the new one.

What is half written stands in a folder of git's own, which nobody commits or checks; where there is none on the same
device, beside the file, under a name that begins with a dot. What a killed run has left there the next one removes.
"""

from __future__ import annotations

import os
import stat
import tempfile
import time
from contextlib import suppress

_FOLDER = "claude-preflight"  # in git's own
_PREFIX = ".claude-preflight-"
_SUFFIX = ".tmp"
_ABANDONED_SECONDS = 3600


def replace(path: str, content: bytes) -> None:
    """Put `content` in the place of the file at `path`, with the mode that it had. Raises `OSError`."""
    temporary = _written(path, content)
    try:
        os.chmod(temporary, _mode_of(path))
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def create(path: str, content: bytes) -> bool:
    """Write `content` to `path` if nothing is there, not even a link that leads nowhere; tell whether it was.

    Raises `OSError`.
    """
    if os.path.lexists(path):
        return False
    temporary = _written(path, content)
    try:
        os.chmod(temporary, _mode_of(path))
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links: between the look above and this another may have come
        os.replace(temporary, path)
        return True
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
    return True


def _written(path: str, content: bytes) -> str:
    """Return the path of a new file that holds `content`, for the use of its owner, on the same device as `path`."""
    folder = _scratch(os.path.dirname(os.path.abspath(path)))
    _tidy(folder)
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=_PREFIX, suffix=_SUFFIX)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary


def _mode_of(path: str) -> int:
    """Return the mode of the file at `path`; where there is none, that of a new file."""
    try:
        return stat.S_IMODE(os.stat(path, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        mask = os.umask(0o077)
        os.umask(mask)
        return 0o666 & ~mask


def _scratch(folder: str) -> str:
    """Return our folder in the `.git` above `folder`, or `folder` itself where there is none on its device."""
    above = folder
    while not os.path.isdir(os.path.join(above, ".git")):
        parent = os.path.dirname(above)
        if parent == above or os.path.lexists(os.path.join(above, ".git")):
            return folder
        above = parent
    scratch = os.path.join(above, ".git", _FOLDER)
    try:
        os.makedirs(scratch, mode=0o700, exist_ok=True)
        return scratch if os.stat(scratch).st_dev == os.stat(folder).st_dev else folder
    except OSError:
        return folder


def _tidy(folder: str) -> None:
    """Remove from `folder` what runs have left there that were killed; others may be at work at this moment."""
    latest = time.time() - _ABANDONED_SECONDS
    for entry in os.scandir(folder):
        if entry.name.startswith(_PREFIX) and entry.name.endswith(_SUFFIX):
            with suppress(OSError):
                if entry.stat(follow_symlinks=False).st_mtime < latest:
                    os.unlink(entry.path)
