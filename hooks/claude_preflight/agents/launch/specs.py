"""Package specifications: what each registry's clients take for name, version, address and path."""

from __future__ import annotations

import re
from collections.abc import Callable

from claude_preflight.agents.launch.words import outside_braces
from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

_GIT_HOSTS = ("github.com/", "www.github.com/", "gitlab.com/", "bitbucket.org/", "gist.github.com/")
_GIT_SCHEMES = ("git", "ssh", "github", "gitlab", "bitbucket", "gist")
_PATH_STARTS = (".", "/", "~", "\\")
# A tarball as registries of npm name them, and a module as delivery networks do.
_NAME = r"(?P<name>(?:@[\w.-]+/)?[\w.-]+)"
_TARBALL = late(rf"https?://[\w.:-]+/(?:[\w./-]*/)?{_NAME}/-/[\w.-]+?-(?P<version>\d[\w.+-]*?)\.t(?:ar\.)?gz$")
_DELIVERY = late(
    r"https?://(?:esm\.sh|unpkg\.com|esm\.run|cdn\.skypack\.dev|cdn\.jsdelivr\.net/npm|fastly\.jsdelivr\.net/npm)/"
    rf"(?:v\d+/|\*)?{_NAME}(?:@(?P<version>[^/?#]+))?(?:[/?#]|$)"
)


class Spec(NamedTuple):
    registry: str
    package: Text | None = None
    version: Text | None = None


def scheme_of(spec: str) -> str:
    """Return the scheme of the address `spec` in lower case; nothing for what is none, such as `C:\\x`."""
    scheme, colon, _ = spec.partition(":")
    return scheme.lower() if colon and len(scheme) > 1 and scheme.replace("+", "").isalnum() else ""


def is_path(spec: str) -> bool:
    """Whether `spec` is spelled as a path, also one that begins with a variable."""
    if spec.startswith(_PATH_STARTS) or spec[1:3] in (":\\", ":/"):
        return True
    return spec.startswith(("$", "%", "{")) and ("/" in spec or "\\" in spec)


def read_npm(spec: Text) -> Spec:
    """As npm-package-arg does: `name@version`, `name@<address>`, an address, `owner/repository`, a path."""
    at = spec.find("@", 1)
    slash = spec.find("/")
    if is_path(spec) or scheme_of(spec):
        return _read_npm_address(spec)
    if at > 0 and (spec[0] == "@" or not 0 <= slash < at):
        version = spec.part(at + 1, len(spec))
        host = version.partition(":")[0]
        if "." in host and ":" in version:  # git@github.com:owner/repository
            return _read_npm_address(version if "@" in host else spec)
        is_range = version.startswith("~") and not version.startswith("~/")
        if scheme_of(version) or (is_path(version) and not is_range):
            return _read_npm_address(version)
        return Spec("npm", spec.part(0, at), version or None)
    if spec.endswith((".tgz", ".tar.gz", ".tar")) or (slash > 0 and spec[0] != "@" and spec.count("/") > 1):
        return Spec("path")
    if slash > 0 and spec[0] != "@":
        return _read_npm_address(spec)
    return Spec("npm", spec)


def _read_npm_address(spec: Text) -> Spec:
    scheme = scheme_of(spec)
    if is_path(spec) or scheme in ("file", "link", "workspace", "portal"):
        return Spec("path")
    if scheme in ("npm", "jsr"):
        return _name_and_version(scheme, spec.part(4, len(spec)))
    mark = spec.find("#")
    address = spec.part(0, mark) if mark >= 0 else spec
    if scheme and scheme.partition("+")[0] not in _GIT_SCHEMES and not _is_repository(address):
        return _of_registry(address, _TARBALL) or Spec("url", address)
    return Spec("git", address, _tail(spec, mark + 1) if mark >= 0 else None)


def _of_registry(address: Text, form: re.Pattern[str]) -> Spec | None:
    """Return the package of npm that `address` is in the registry, or at a host that delivers what the registry has."""
    match = form.match(address)
    if not match:
        return None
    version = address.part(*match.span("version")) if match["version"] else None
    return Spec("npm", address.part(*match.span("name")), version)


def _is_repository(address: str) -> bool:
    rest = address.partition("://")[2].rstrip("/")
    return rest.startswith(_GIT_HOSTS) and rest.count("/") == 2


def read_pypi(spec: Text) -> Spec:
    """A requirement as PEP 508 has it, the `name@version` of uv, an address or a path."""
    if is_path(spec):
        return Spec("path")
    if scheme_of(spec):
        return _read_python_address(spec)
    name_end = 0
    while name_end < len(spec) and (spec[name_end].isalnum() or spec[name_end] in "._-"):
        name_end += 1
    if spec.endswith((".whl", ".tar.gz", ".zip")) and "@" not in spec:
        return Spec("path")
    extras_end = spec.find("]", name_end) + 1 if spec[name_end:].lstrip().startswith("[") else name_end
    marker = spec.find(";", extras_end)
    bound = spec.part(max(extras_end, name_end), marker if marker >= 0 else len(spec)).trimmed()
    name = spec.part(0, name_end) if name_end else spec
    if bound.startswith(("/", "\\")):
        return Spec("path")
    if bound.startswith("@"):
        version = bound.part(1, len(bound)).trimmed()
        return _read_python_address(version) if scheme_of(version) else Spec("pypi", name, version or None)
    if bound.startswith("=="):
        return Spec("pypi", name, bound.part(3 if bound.startswith("===") else 2, len(bound)).trimmed())
    return Spec("pypi", name, bound or None if name_end else None)


def _read_python_address(spec: Text) -> Spec:
    scheme = scheme_of(spec)
    if scheme == "file":
        return Spec("path")
    mark = spec.find("#")
    address = spec.part(0, mark) if mark >= 0 else spec
    if not scheme.startswith("git") and scheme != "ssh":
        return Spec("url", address)
    host = address.find("://") + 3
    at = address.find("@", max(address.find("/", host), host)) if address.find("/", host) > 0 else -1
    return Spec("git", address.part(0, at), _tail(address, at + 1)) if at > 0 else Spec("git", address)


def read_image(spec: Text) -> Spec:
    """`[host[:port]/]name[:tag][@digest]`; a digest goes before a tag."""
    digest = spec.find("@")
    name = spec.part(0, digest) if digest > 0 else spec
    colons = [colon for colon in outside_braces(name, ":") if colon > name.rfind("/")]
    package = name.part(0, colons[0]) if colons else name
    if digest > 0:
        return Spec("oci", package, _tail(spec, digest + 1))
    return Spec("oci", package, _tail(name, colons[0] + 1) if colons else None)


def read_versioned(registry: str) -> Callable[[Text], Spec]:
    """Return a reader of `name@version` of `registry`, and of paths."""

    def read(spec: Text) -> Spec:
        if is_path(spec) or spec.endswith(".go"):
            return Spec("path")
        return _name_and_version(registry, spec)

    return read


def read_deno(spec: Text) -> Spec:
    """`npm:` or `jsr:` with `name[@version][/path]`, an address, else a script."""
    scheme = scheme_of(spec)
    if scheme in ("http", "https"):
        return _of_registry(spec, _DELIVERY) or Spec("url", spec)
    if scheme not in ("npm", "jsr"):
        return Spec("path")
    target = spec.part(len(scheme) + 1 + spec.startswith("/", len(scheme) + 1), len(spec))
    folder = target.find("/", target.find("/") + 1 if target.startswith("@") else 0)
    return _name_and_version(scheme, target.part(0, folder) if folder > 0 else target)


def read_deno_package(spec: Text) -> Spec:
    """What `deno x` takes: as `read_deno`, where a bare name is a package of npm."""
    return read_deno(spec) if scheme_of(spec) or is_path(spec) else read_npm(spec)


def _name_and_version(registry: str, spec: Text) -> Spec:
    at = spec.find("@", 1)
    return Spec(registry, spec.part(0, at), _tail(spec, at + 1)) if at > 0 else Spec(registry, spec)


def _tail(spec: Text, start: int) -> Text | None:
    return spec.part(start, len(spec)) if start < len(spec) else None
