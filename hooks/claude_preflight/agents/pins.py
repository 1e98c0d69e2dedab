"""Whether a launch line says exactly what it runs, so that what was reviewed is what starts."""

from __future__ import annotations

from claude_preflight.late import late
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from claude_preflight.agents.launch import Launch

_NPM = late(r"=?v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?")
_PEP_440 = late(
    r"v?(?:\d+!)?\d+(?:\.\d+)*(?:[-_.]?(?:alpha|a|beta|b|preview|pre|c|rc)[-_.]?\d*)?"
    r"(?:-\d+|[-_.]?(?:post|rev|r)[-_.]?\d*)?(?:[-_.]?dev[-_.]?\d*)?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?"
)
_NUGET = late(r"\[?\d+(?:\.\d+){1,3}(?:-[0-9A-Za-z.-]+)?\]?")
_GO = late(r"v\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?|[0-9a-f]{7,40}")
_COMMIT = late(r"(?:commit[:=])?[0-9a-fA-F]{7,64}")
_DIGEST = late(r"[a-z0-9]+:[0-9a-fA-F]{32,}")
# A tag with a version, a date or a commit in it: 1.2, v3, 2026-03-01, 3.12-slim, sha-0a1b2c3.
_IMAGE_TAG = late(r"(?!latest)(?:.*[-_.])?(?:v?\d.*|[0-9a-f]{7,40}(?:[-_.].*)?)")
_IN_ADDRESS = late(r"[@/=_-]v?\d+\.\d+\.\d+|[0-9a-f]{40}")
_DEFAULT = late(r"\$\{\w+:?-([^{}]*)\}")

_EXACT = {"npm": _NPM, "jsr": _NPM, "pypi": _PEP_440, "nuget": _NUGET, "go": _GO, "git": _COMMIT}
_WITHOUT = {"git": "no commit", "oci": "no tag", "url": "an address"}
# What stands for a part that is filled in elsewhere.
_VARIABLE = late(r"[${}%]|<[A-Za-z][^<>]*>")
_LONGEST = 40


def looseness(launch: Launch) -> str:
    """Return why `launch` may start another program tomorrow, in a few words; nothing if it may not.

    A version that only a variable holds is not judged, and neither are paths and programs that are installed.
    """
    package, version = launch.package, launch.version
    if not package or not launch.registry or launch.registry == "path" or _VARIABLE.search(package):
        return ""
    if launch.registry == "url":
        return "" if _IN_ADDRESS.search(package) else _WITHOUT["url"]
    if version is None:
        return "" if _is_local(launch, package) else _WITHOUT.get(launch.registry, "no version")
    known = _without_variable(version)
    if known is None or _is_exact(launch.registry, known):
        return ""
    return f"{known[:_LONGEST]}, no commit" if launch.registry == "git" else known[:_LONGEST]


def is_exact(launch: Launch) -> bool:
    """Tell whether `launch` names one version, commit or digest."""
    return launch.version is not None and _is_exact(launch.registry, launch.version)


def _is_exact(registry: str, version: str) -> bool:
    if registry == "oci":
        return bool(_DIGEST.fullmatch(version) or _IMAGE_TAG.fullmatch(version))
    if registry == "pypi":
        return any(_PEP_440.fullmatch(part.strip().lower()) for part in version.replace("==", "").split(","))
    pattern = _EXACT.get(registry)
    return bool(pattern and pattern.fullmatch(version))


def _without_variable(version: str) -> str | None:
    """Return `version`, or the default of the variable that stands for it; None if it has none."""
    if not _VARIABLE.search(version):
        return version
    default = _DEFAULT.fullmatch(version)
    return default[1] if default else None


def _is_local(launch: Launch, package: str) -> bool:
    """Tell whether what has no version comes from this machine: a module of the project, an image built here.

    An image without an owner is one of Docker's official ones, whose names are plain words, or was built here.
    """
    if launch.registry != "oci":
        return launch.registry == "go"
    never = "--pull=never" in launch.options or "--pull never" in " ".join(launch.options)
    return never or package.startswith("localhost/") or ("/" not in package and not package.isalnum())
