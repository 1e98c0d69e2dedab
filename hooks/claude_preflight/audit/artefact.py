"""A published archive as a list of files in memory: nothing of it is written, linked, imported or run.

An archive is hostile until it is read: its paths may lead out of the folder it is unpacked to, a few bytes of it may
unpack to gigabytes, and its headers may lie about sizes.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import hashlib
import mmap
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, cast

from claude_preflight.typed import NamedTuple

_DAMAGE = (
    *(OSError, EOFError, ValueError, RecursionError, NotImplementedError, RuntimeError),
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error),
)
_HEADER_OF_AN_ENTRY = b"PK\x01\x02"
_BLOCK = 64 * 1024
_ODD = re.compile(r"[\x00-\x1f\x7f]|^[A-Za-z]:")
_HASHES = {"sha512": 64, "sha384": 48, "sha256": 32}


class Hostile(Exception):
    """The archive cannot be read, or not without harm; the message tells a person in what way."""


class Limits(NamedTuple):
    """The most that is read: sizes in bytes, `ratio` of what an archive unpacks to over its own size."""

    archive: int = 200 * 2**20
    file: int = 64 * 2**20
    total: int = 400 * 2**20
    files: int = 50_000
    ratio: int = 100
    name: int = 1000
    # Below this a high ratio does no harm, and small archives of tables have one.
    harmless: int = 32 * 2**20


class Member(NamedTuple):
    """A regular file of an archive: `name` has forward slashes and no `..`."""

    name: str
    content: bytes


LIMITS = Limits()


def verify(content: bytes, integrity: str) -> bool:
    """Tell whether `content` has the strongest hash of `integrity`, as Subresource Integrity writes them."""
    hashes = [part.partition("-") for part in integrity.split()]
    known = [(algorithm, digest) for algorithm, _, digest in hashes if algorithm in _HASHES]
    if not known:
        return False
    strongest = max(known, key=lambda each: _HASHES[each[0]])[0]
    own = hashlib.new(strongest, content).digest()
    return any(algorithm == strongest and _decoded(digest) == own for algorithm, digest in known)


def integrity_of(content: bytes, algorithm: str) -> str:
    """Return the hash of `content` as Subresource Integrity writes it: `sha256-` and base64."""
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


def from_hex(algorithm: str, digest: str) -> str:
    """Return the hexadecimal `digest` as Subresource Integrity writes it. Raises `ValueError`."""
    return f"{algorithm}-{base64.b64encode(bytes.fromhex(digest)).decode()}"


def read_archive(path: str, limits: Limits = LIMITS) -> Iterator[Member]:
    """Yield the regular files of the `.tgz`, `.tar.gz`, `.whl` or `.zip` at `path`. Raises `Hostile`.

    A repeated name is yielded each time, as which of them counts depends on who unpacks. Links within the archive are
    left out: what they point to is a file of its own.
    """
    read = _read_zip if path.endswith((".whl", ".zip")) else _read_tar
    budget = _Budget(limits)
    try:
        with open(path, "rb") as file:
            size = file.seek(0, 2)
            if size > limits.archive:
                raise Hostile(f"it has {size / 2**20:.0f} MiB")
            file.seek(0)
            budget.packed = size
            yield from read(file, budget)
    except _DAMAGE as error:
        raise Hostile(f"it cannot be unpacked: {type(error).__name__}") from None


class _Budget:
    """Counts what an archive unpacks to, and stops it at the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.packed = 0
        self.unpacked = 0
        self.files = 0

    def spend(self, count: int) -> None:
        """Count `count` unpacked bytes. Raises `Hostile`."""
        self.unpacked += count
        if self.unpacked > self.limits.total:
            raise Hostile(f"it unpacks to more than {self.limits.total / 2**20:.0f} MiB")
        if self.unpacked > max(self.limits.harmless, self.packed * self.limits.ratio):
            raise Hostile(f"it unpacks to more than {self.limits.ratio} times its size")

    def name(self, name: str) -> str:
        """Count a member and return its name in plain form. Raises `Hostile`."""
        self.files += 1
        if self.files > self.limits.files:
            raise Hostile(f"it has more than {self.limits.files} files")
        if len(name) > self.limits.name:
            raise Hostile("it has a file with an endless name")
        plain = name.replace("\\", "/")
        parts = plain.split("/")
        if plain.startswith("/") or ".." in parts or _ODD.search(name):
            raise Hostile("it has a file whose name leads out of its folder")
        return "/".join(part for part in parts if part not in ("", "."))

    def content(self, file: IO[bytes], *, counted: bool) -> bytes:
        """Return all of `file`; `counted` where its bytes pass through the budget anyway. Raises `Hostile`."""
        content = bytearray()
        while block := file.read(_BLOCK):
            content += block
            if not counted:
                self.spend(len(block))
            if len(content) > self.limits.file:
                raise Hostile(f"it has a file of more than {self.limits.file / 2**20:.0f} MiB")
        return bytes(content)


class _Metered:
    """A stream for `tarfile` that counts what it reads: its headers too may unpack to anything."""

    def __init__(self, file: Any, budget: _Budget) -> None:
        self._file = file
        self._budget = budget

    def read(self, size: int) -> bytes:
        block = cast(bytes, self._file.read(size))
        self._budget.spend(len(block))
        return block


def _read_tar(file: IO[bytes], budget: _Budget) -> Iterator[Member]:
    with gzip.open(file) as unpacked, tarfile.open(fileobj=cast(Any, _Metered(unpacked, budget)), mode="r|") as archive:
        for member in archive:
            name = budget.name(member.name)
            if member.islnk() or member.issym():
                _check_link(name, member)
            elif member.isfile():
                content = archive.extractfile(member)
                # A sparse file has holes that are in no stream.
                yield Member(name, budget.content(content, counted=member.sparse is None) if content else b"")
            elif not member.isdir():
                raise Hostile("it has a device or a pipe in it")


def _check_link(name: str, member: tarfile.TarInfo) -> None:
    target = member.linkname.replace("\\", "/")
    depth = 0 if member.islnk() else name.count("/")
    for part in target.split("/"):
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            break
    if depth < 0 or target.startswith("/") or _ODD.search(member.linkname):
        raise Hostile("it has a link that leads out of its folder")


def _read_zip(file: IO[bytes], budget: _Budget) -> Iterator[Member]:
    if budget.packed:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            _count_entries(content, budget.limits.files)
    with zipfile.ZipFile(file) as archive:
        for entry in archive.infolist():
            name = budget.name(entry.orig_filename)
            if (entry.external_attr >> 16) & 0o170000 == 0o120000:
                raise Hostile("it has a link in it, which no wheel has")
            if not entry.is_dir():
                with archive.open(entry) as content_file:
                    yield Member(name, budget.content(content_file, counted=False))


def _count_entries(content: mmap.mmap, most: int) -> None:
    """Refuse an archive of too many entries, before a list of them all is made. Raises `Hostile`."""
    count, place = 0, content.find(_HEADER_OF_AN_ENTRY)
    while place >= 0:
        count += 1
        if count > most:
            raise Hostile(f"it has more than {most} files")
        place = content.find(_HEADER_OF_AN_ENTRY, place + 4)


def _decoded(digest: str) -> bytes:
    try:
        return base64.b64decode(digest.partition("?")[0])
    except (binascii.Error, ValueError):
        return b""
