"""Archives made in the test: honest ones, and such as no packer makes."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile

Files = dict[str, str | bytes]


def raw(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def tarball(files: Files, *extra: tarfile.TarInfo) -> bytes:
    """Return a `.tgz` of `files`, with `extra` members that have no content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(raw(content))
            archive.addfile(member, io.BytesIO(raw(content)))
        for member in extra:
            archive.addfile(member)
    return buffer.getvalue()


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def wheel(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)  # of 1980: what is built twice must be the same, however long a test takes
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, raw(content), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def npm_package(name: str, version: str, files: Files, **manifest: object) -> bytes:
    """Return the tarball of an npm package with `files` and a `package.json`."""
    own = json.dumps({"name": name, "version": version, "main": "index.js", **manifest})
    return tarball({f"package/{path}": content for path, content in {"package.json": own, **files}.items()})


def python_wheel(name: str, version: str, files: Files) -> bytes:
    folder = f"{name.replace('-', '_')}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    tags = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    return wheel({**files, f"{folder}/METADATA": metadata, f"{folder}/WHEEL": tags, f"{folder}/RECORD": ""})


def bomb() -> bytes:
    """Return a small `.tgz` of one file of 300 MiB."""
    buffer = io.BytesIO()
    member = tarfile.TarInfo("package/index.js")
    member.size = 300 * 2**20
    with gzip.open(buffer, "wb", compresslevel=1) as packed:
        packed.write(member.tobuf())
        for _ in range(300):
            packed.write(b"\0" * 2**20)
        packed.write(b"\0" * 1024)
    return buffer.getvalue()
