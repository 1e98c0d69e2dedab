"""Archives are read in memory, and hostile ones not at all."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from archives import bomb, link, tarball, wheel
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.audit.artefact import Hostile, Limits, Member, from_hex, integrity_of, read_archive, verify


def read(folder: Path, content: bytes, name: str = "a.tgz", limits: Limits | None = None) -> list[Member]:
    path = folder / name
    path.write_bytes(content)
    return list(read_archive(str(path), limits or Limits()))


def test_an_honest_archive_is_read_in_its_order(tmp_path: Path) -> None:
    files = {"package/b.js": "b", "package/./a/x.js": "a", "package/empty": ""}
    assert read(tmp_path, tarball(files)) == [
        Member("package/b.js", b"b"),
        Member("package/a/x.js", b"a"),
        Member("package/empty", b""),
    ]
    assert read(tmp_path, wheel({"p/x.py": "x = 1", "p/": ""}), "a.whl") == [Member("p/x.py", b"x = 1")]


def test_a_repeated_name_is_read_each_time(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for content in (b"good", b"evil"):
            member = tarfile.TarInfo("package/index.js")
            member.size = 4
            archive.addfile(member, io.BytesIO(content))
    assert [member.content for member in read(tmp_path, buffer.getvalue())] == [b"good", b"evil"]


@pytest.mark.parametrize(
    "name",
    [
        *("../x", "package/../../x", "/etc/passwd", "C:\\x", "c:x", "..\\x", "a\\..\\..\\x"),
        *("package/..", "x\ny", "x\x1b[2Jy"),
    ],
)
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Hostile, match="name leads out"):
        read(tmp_path, tarball({"package/index.js": "1", name: "x"}))
    with pytest.raises(Hostile, match="name leads out"):
        read(tmp_path, wheel({name: "x"}), "a.whl")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tgz", "a.whl"]


@pytest.mark.parametrize(
    ("member", "message"),
    [
        (link("package/a", "../../etc/passwd"), "a link that leads out"),
        (link("package/a", "/etc/passwd"), "a link that leads out"),
        (link("package/a", "x/../../../y"), "a link that leads out"),
        (link("package/a", "../x", tarfile.LNKTYPE), "a link that leads out"),
        (link("package/a", "", tarfile.FIFOTYPE), "a device or a pipe"),
        (link("package/a", "", tarfile.CHRTYPE), "a device or a pipe"),
    ],
)
def test_links_out_and_devices_are_refused(tmp_path: Path, member: tarfile.TarInfo, message: str) -> None:
    with pytest.raises(Hostile, match=message):
        read(tmp_path, tarball({"package/index.js": "1"}, member))


def test_a_link_inside_is_left_out(tmp_path: Path) -> None:
    content = tarball({"package/index.js": "1"}, link("package/a/b", "../index.js"))
    assert read(tmp_path, content) == [Member("package/index.js", b"1")]


def test_a_link_in_a_wheel_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        entry = zipfile.ZipInfo("p/x.py")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(Hostile, match="a link in it"):
        read(tmp_path, buffer.getvalue(), "a.whl")


def test_bombs_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Hostile, match="a file of more than 64 MiB"):
        read(tmp_path, bomb())
    with pytest.raises(Hostile, match="100 times its size"):
        read(tmp_path, bomb(), limits=Limits(file=2**40, total=2**40))
    with pytest.raises(Hostile, match="100 times its size"):
        read(tmp_path, wheel({"x.py": b"\0" * 40 * 2**20}), "a.whl")


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(archive=10), "MiB"),
        (Limits(file=10), "a file of more than"),
        (Limits(total=10), "unpacks to more than"),
        (Limits(files=1), "more than 1 files"),
        (Limits(name=3), "endless name"),
    ],
)
@pytest.mark.parametrize("make", [tarball, wheel])
def test_each_limit_holds(tmp_path: Path, limits: Limits, message: str, make: Callable[..., bytes]) -> None:
    name = "a.tgz" if make is tarball else "a.whl"
    with pytest.raises(Hostile, match=message):
        read(tmp_path, make({"first.js": "x" * 50, "second.js": "y" * 50}), name, limits)


@pytest.mark.parametrize("name", ["a.tgz", "a.whl", "a.zip", "a.tar.gz"])
@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=2000), cut=st.integers(0, 200), spot=st.integers(0, 400))
def test_a_damaged_archive_is_hostile_or_read(
    tmp_path_factory: pytest.TempPathFactory, name: str, content: bytes, cut: int, spot: int
) -> None:
    make = wheel if name.endswith((".whl", ".zip")) else tarball
    sound = bytearray(make({"package/index.js": "x" * 300}))
    sound[spot % len(sound)] ^= 0xFF
    folder = tmp_path_factory.mktemp("damaged")
    for damaged in (content, bytes(sound), bytes(sound[: len(sound) - cut])):
        try:
            contents = [member.content for member in read(folder, damaged, name)]
        except Hostile:
            contents = []
        assert all(isinstance(content, bytes) for content in contents)


def test_the_strongest_hash_decides() -> None:
    content = b"artefact"
    weak = integrity_of(b"other", "sha256")
    strong = integrity_of(content, "sha512")
    assert verify(content, strong)
    assert verify(content, f"{weak} {strong}")
    assert not verify(content, f"{integrity_of(content, 'sha256')} {integrity_of(b'other', 'sha512')}")
    assert not verify(content, "")
    assert not verify(content, "md5-abc")
    assert not verify(content, "sha512-!!!")
    assert from_hex("sha256", hashlib.sha256(content).hexdigest()) == integrity_of(content, "sha256")
