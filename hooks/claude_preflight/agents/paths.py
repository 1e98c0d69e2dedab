"""How much of a disk a path opens to whoever is given it."""

from __future__ import annotations

import posixpath
import re

from claude_preflight.late import late
from claude_preflight.typed import NamedTuple

DISK, HOME, PERSONAL, CREDENTIALS, SYSTEM, OUTSIDE = "disk", "home", "personal", "credentials", "system", "outside"


class Reach(NamedTuple):
    """What a path opens: `kind` is one of the constants of this module, `words` complete "may read …"."""

    kind: str
    words: str


# Folders of a home that hold a person's files of all kinds, on the systems that make them by default.
_PERSONAL = frozenset(
    "desktop documents downloads pictures movies music videos library appdata onedrive dropbox icloud public".split()
)
CREDENTIAL_FOLDERS = (
    ".ssh",
    ".aws",
    ".azure",
    ".gnupg",
    ".kube",
    ".docker",
    ".config",
    ".config/gcloud",
    ".config/gh",
    ".claude",
    ".password-store",
    ".mozilla",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
    ".claude.json",
    "library/keychains",
)
# Top-level folders of Unix systems, and of Windows drives, that belong to the system; `deep` ones at any depth.
_SYSTEM = frozenset(
    "bin boot cores dev etc lib lib64 media mnt network opt private proc run sbin srv sys system usr var volumes"
    " applications library windows programdata host host_mnt rootfs hostfs sdcard lost+found".split()
)
# Where other systems and other users' disks are seen from.
_BESIDE_THE_SYSTEM = (["run", "media"], ["run", "host"], ["System", "Volumes"], ["storage", "emulated"])
_SYSTEM_DEEP = frozenset("boot dev etc proc sys windows".split())

_HOME_VARIABLE = late(
    r"^(~|\$HOME\b|\$\{HOME\}|\$\{(?:env:|localEnv:)?(?:HOME|USERPROFILE)\}|\$env:(?:HOME|USERPROFILE)\b|\{env:HOME\}"
    r"|\$\{userHome\}|%USERPROFILE%|%HOME%|%HOMEDRIVE%%HOMEPATH%|%HOMEPATH%)(?=$|[\\/])",
    re.IGNORECASE,
)
_APPDATA_VARIABLE = late(
    r"^(%(?:LOCAL)?APPDATA%|\$\{(?:env:)?(?:LOCAL)?APPDATA\}|\$env:(?:LOCAL)?APPDATA\b)", re.IGNORECASE
)
_HOME_PARAMETER = late(r"^\$\{(?:env:)?HOME(?::?[-=?][^{}]*|[%/#][^{}]*)\}(?=$|[\\/])")
_PROJECT_VARIABLE = late(
    r"^(\$\{(?:workspaceFolder|workspaceRoot|CLAUDE_PROJECT_DIR|CLAUDE_PLUGIN_ROOT|PWD)(?::[^}]*)?\}|\$PWD\b|\$\(pwd\)|`pwd`"
    r"|\$CLAUDE_PROJECT_DIR\b|%CD%|\{workspaceRoot\})"
)
_DEFAULT = late(r"^\$\{[A-Za-z_]\w*:?[-=]([^{}]*)\}")
_DRIVE = late(r"^(?:/(?:mnt|cygdrive)/|/)?([C-Zc-z])(?::|(?=/|$))(/.*)?$")
# Windows' variables for folders, by what they stand for on nearly every machine.
_WINDOWS_VARIABLE = late(
    r"^(?:%(?P<percent>\w+)%|\$\{env:(?P<braces>\w+)\}|\$env:(?P<dollar>\w+))(?=$|[\\/])", re.IGNORECASE
)
_WINDOWS_FOLDERS = {
    **dict.fromkeys(("systemdrive", "homedrive"), "C:"),
    **dict.fromkeys(("systemroot", "windir"), "C:/Windows"),
    **dict.fromkeys(("programdata", "allusersprofile"), "C:/ProgramData"),
    **dict.fromkeys(("programfiles", "programw6432"), "C:/Program Files"),
    "public": "C:/Users/Public",
    "onedrive": "~/OneDrive",
}
_CONFIG_VARIABLE = late(r"^\$(?:XDG_CONFIG_HOME\b|\{XDG_CONFIG_HOME\})")
# `\\\\?\\` and `\\\\.\\`, behind which Windows takes a path as it is, and the share of a drive on this machine.
_DEVICE = late(r"^//[?.]/(?:UNC/)?(?:GLOBALROOT/Device/HarddiskVolume\d+)?", re.IGNORECASE)
_OWN_SHARE = late(r"^//(?:localhost|127\.0\.0\.1|\.|\?)/([a-z])\$", re.IGNORECASE)
_FILE_URL = late(r"^file:(?://(?:localhost)?(?=/)|(?=/))", re.IGNORECASE)
_HERE = late(r"^(?:\$\((?:pwd|git rev-parse --show-toplevel)\)|`(?:pwd|git rev-parse --show-toplevel)`|~\+)(?=$|[\\/])")
_PLACEHOLDER = late(
    r"(?:^|[\\/])path[\\/]to(?:[\\/]|$)|your[-_ ]|<[^>]*>|\.\.\.|\[[^\]]*\]|example[-_]user", re.IGNORECASE
)


def reach(path: str, base: str = "") -> Reach | None:
    """Return what `path` opens beyond one project's folder; None when it opens no more, or when nobody can tell.

    `base` is the folder, relative to the repository, that a relative path starts at.
    """
    path = _without_scheme(path.strip().strip("'\""))
    default = _DEFAULT.match(path)
    if default and not _PROJECT_VARIABLE.match(path):
        path = default.group(1) + path[default.end() :]
    if not path or _PLACEHOLDER.search(path):
        return None
    backslashed = path.startswith("\\\\")
    path = _without_variables(path).replace("\\", "/")
    path = _without_device(path)
    if "$" in path or "%" in path or "{" in path:
        return None
    is_share = backslashed and bool(re.match(r"//[\w.-]+/", path))
    if path == "~" or path.startswith("~/"):
        return _in_home(_segments(path[1:])) if not _leaves(path[2:]) else _above_home(path[2:])
    user = re.match(r"~\w+(?=/|$)", path)
    if user:
        return _in_home(_segments(path[user.end() :]))
    drive = _DRIVE.match(path) if _is_drive(path) else None
    if drive:
        return _on_drive(drive.group(1).upper(), _segments(drive.group(2) or ""))
    if is_share:
        return Reach(OUTSIDE, "a folder outside of the project")
    if path.startswith("/"):
        return _absolute(_segments(path))
    return _relative(path, base)


def _without_scheme(path: str) -> str:
    """Return the path of a `file:` URL, which may encode it, and any other path as it is."""
    match = _FILE_URL.match(path)
    if not match:
        return path
    from urllib.parse import unquote

    rest = unquote(path[match.end() :])
    return rest[1:] if re.match(r"/[A-Za-z]:", rest) else rest


def _without_variables(path: str) -> str:
    path = _HERE.sub(".", path, count=1)
    path = _PROJECT_VARIABLE.sub(".", path, count=1)
    path = _APPDATA_VARIABLE.sub("~/AppData", path, count=1)
    path = _HOME_VARIABLE.sub("~", path, count=1)
    path = _HOME_PARAMETER.sub("~", path, count=1)
    path = _CONFIG_VARIABLE.sub("~/.config", path, count=1)
    match = _WINDOWS_VARIABLE.match(path)
    folder = _WINDOWS_FOLDERS.get((match["percent"] or match["braces"] or match["dollar"]).lower()) if match else None
    return folder + path[match.end() :] if match and folder else path


def _without_device(path: str) -> str:
    path = _OWN_SHARE.sub(r"\1:", path)
    match = _DEVICE.match(path)
    path = (path[match.end() :] or "/") if match else path
    return path[1:] if re.match(r"//[A-Za-z](/|$)", path) else path


def _leaves(inside: str) -> bool:
    return posixpath.normpath(inside).startswith("..")


def _above_home(inside: str) -> Reach:
    """Return what `inside`, which leads out of a home directory, opens: homes lie two folders deep."""
    if posixpath.normpath(inside) == "..":
        return Reach(HOME, "every user's home directory")
    whole = not inside.strip("./")
    return Reach(DISK, "the whole disk") if whole else Reach(OUTSIDE, "a folder outside of the project")


def _is_drive(path: str) -> bool:
    return (
        path[1:2] == ":" or path.lower().startswith(("/mnt/", "/cygdrive/")) or bool(re.match(r"/[C-Zc-z](/|$)", path))
    )


def _segments(path: str) -> list[str]:
    return [part for part in posixpath.normpath("/" + path).split("/") if part]


def _in_home(segments: list[str]) -> Reach | None:
    inside = "/".join(segments).lower()
    if not inside:
        return Reach(HOME, "a whole home directory")
    if inside in CREDENTIAL_FOLDERS or inside.startswith((".ssh/", ".aws/", ".gnupg/", ".kube/", ".azure/")):
        return Reach(CREDENTIALS, "a folder of credentials")
    if len(segments) == 1 and (inside in _PERSONAL or inside.startswith(("onedrive", "icloud"))):
        return Reach(PERSONAL, "a whole personal folder")
    if inside in ("appdata/roaming", "appdata/local"):
        return Reach(PERSONAL, "the data of all applications")
    return None


def _absolute(segments: list[str]) -> Reach | None:
    if not segments or segments in (["*"], ["**"]):
        return Reach(DISK, "the whole disk")
    top = segments[0].lower()
    if top in ("home", "users"):
        return _in_home(segments[2:]) if len(segments) > 1 else Reach(HOME, "every user's home directory")
    if top == "proc" and segments[2:3] == ["root"]:
        return _absolute(segments[3:])
    if segments == ["var", "run"] or (segments[:2] in _BESIDE_THE_SYSTEM and len(segments) < 4):
        return Reach(SYSTEM, "a system directory")
    if top in ("volumes", "media") and len(segments) == 2:
        return Reach(DISK, "a whole volume")
    if top == "root":
        return _in_home(segments[1:])
    if segments[:2] == ["var", "root"]:
        return _in_home(segments[2:])
    if top == "private" and len(segments) > 1:
        return _absolute(segments[1:]) if segments[1] in ("etc", "var") else None
    if top in _SYSTEM_DEEP or (top in _SYSTEM and len(segments) == 1):
        return Reach(SYSTEM, "a system directory")
    return None


def _on_drive(letter: str, segments: list[str]) -> Reach | None:
    if not segments:
        return Reach(DISK, f"the whole drive {letter}")
    top = segments[0].lower()
    if top == "users":
        return _in_home(segments[2:]) if len(segments) > 1 else Reach(HOME, "every user's home directory")
    if top == "documents and settings":
        return _in_home(segments[2:]) if len(segments) > 1 else Reach(HOME, "every user's home directory")
    if top.startswith(("program files", "progra~")) or top in ("windows", "programdata"):
        return Reach(SYSTEM, "a system directory") if len(segments) == 1 or top == "windows" else None
    return None


def _relative(path: str, base: str) -> Reach | None:
    joined = posixpath.normpath(posixpath.join(base or ".", path))
    if joined == ".." or joined.startswith("../"):
        return Reach(OUTSIDE, "a folder outside of the project")
    return None


def opens_machine(path: str) -> bool:
    """Tell whether `path`, of which sandboxes leave all below open, is a disk, a home, or the system's or credentials'.

    Only a path that is spelled from a root or a home counts.
    """
    folder = path.rstrip("*").rstrip("/") or "/"
    found = reach(folder) if path.startswith(("/", "~", "$")) else None
    return found is not None and found.kind in (CREDENTIALS, DISK, HOME, SYSTEM)
