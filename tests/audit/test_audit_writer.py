"""The record is replaced as a whole, and what has not changed stays byte for byte."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from claude_preflight.audit.record import Record, write
from claude_preflight.document import Document
from claude_preflight.examine import Unusable

REVIEW = {"reviewed_by": "Kim", "reviewed_on": "2026-11-20"}


def entry(name: str, **changes: Any) -> dict[str, Any]:
    plain = {
        **{"name": name, "launch": f"sha256:{name[0] * 64}", "configs": [".mcp.json"], "source": "npm"},
        **{"package": name, "version": "1.0.0", "integrity": "sha512-x", "url": None, "path": None},
        **{"facts": {"asked_on": "2026-11-20", "latest": None}, "scan": {"files": 1, "unread": 0, "findings": []}},
    }
    return {**plain, **changes}


def record_of(text: str) -> Record:
    return Record(Document(".mcp-audit.json", text, frozenset(("audit-record",))))


def test_a_new_record_is_sorted_and_has_no_unknown_places() -> None:
    record = Record(None)
    assert [record.put(entry("b")), record.put(entry("a"))] == [False, False]
    written = json.loads(record.render())
    assert [each["name"] for each in written["servers"]] == ["a", "b"]
    assert set(written["servers"][0]) == set(entry("a")) - {"url", "path"}
    assert record.render().startswith('{\n  "version": 1,\n  "servers": [\n    {\n      "name": "a",\n')
    assert record.render().endswith("    }\n  ]\n}\n")
    assert json.loads(Record(None).render()) == {"version": 1, "servers": []}


def test_what_has_not_changed_is_not_touched() -> None:
    kept = '{"name":"z",   "launch": "sha256:0", "source":"npm", "x": "\\u00e9"}'
    text = f'{{"$schema": "s", "version": 1, "servers": [{kept}]}}'
    record = record_of(text)
    record.put(entry("a"))
    rendered = record.render()
    assert f"    {kept}\n  ]" in rendered
    assert json.loads(rendered)["$schema"] == "s"
    again = record_of(rendered)
    assert again.put(entry("a")) is False
    assert again.changed is False
    assert again.render() == rendered


def test_another_day_alone_changes_nothing() -> None:
    record = Record(None)
    record.put(entry("a"))
    again = record_of(record.render())
    again.put(entry("a", facts={"asked_on": "2026-11-25", "latest": None}))
    assert again.changed is False
    again.put(entry("a", facts={"asked_on": "2026-11-25", "latest": "2.0.0"}))
    assert again.entries[0]["facts"]["asked_on"] == "2026-11-25"


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({"facts": {"asked_on": "2026-11-25", "latest": "2.0.0"}}, True),
        ({"configs": [".mcp.json", "b/.mcp.json"]}, True),
        ({"version": "1.0.1"}, False),
        ({"integrity": "sha512-y"}, False),
        ({"launch": "sha256:other"}, False),
        ({"package": "other"}, False),
    ],
)
def test_a_review_stays_with_what_was_reviewed(changes: dict[str, Any], kept: bool) -> None:
    record = Record(None)
    record.put(entry("a"))
    record.review(0, REVIEW)
    again = record_of(record.render())
    assert again.put(entry("a", **changes)) is not kept
    assert len(again.entries) == 1
    assert again.entries[0].get("review") == (REVIEW if kept else None)


def test_a_digest_that_only_this_machine_cannot_ask_for_stays() -> None:
    record = Record(None)
    record.put(entry("a", source="oci", integrity="sha256:0"))
    record.review(0, REVIEW)
    record.put(entry("a", source="oci", integrity=None))
    assert (record.entries[0]["integrity"], record.entries[0]["review"]) == ("sha256:0", REVIEW)


def test_servers_of_one_name_in_different_files_are_two() -> None:
    record = Record(None)
    record.put(entry("a"))
    record.put(entry("a", launch="sha256:other", configs=["b/.mcp.json"]))
    assert len(record.entries) == 2


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 1}', '{"version": 2, "servers": []}', '{"version": 1, "servers": [1]}']
)
def test_what_is_no_record_is_not_overwritten(text: str) -> None:
    with pytest.raises(Unusable, match=r"repair it, or move it away"):
        record_of(text)


def test_writing_replaces_the_file_and_follows_no_link(tmp_path: Path) -> None:
    path = tmp_path / ".mcp-audit.json"
    write(str(path), "{}\n")
    assert path.read_text() == "{}\n"
    assert path.stat().st_mode & 0o777 == 0o644
    path.chmod(0o600)
    write(str(path), '{"é": "\ud800"}\n')
    assert path.read_bytes() == '{"é": "\\ud800"}\n'.encode()
    assert path.stat().st_mode & 0o777 == 0o600
    other = tmp_path / "other"
    other.write_text("mine")
    path.unlink()
    os.symlink(other, path)
    with pytest.raises(Unusable, match="is a link"):
        write(str(path), "{}")
    assert other.read_text() == "mine"
    with pytest.raises(Unusable, match="cannot write"):
        write(str(tmp_path / "missing" / "x"), "{}")
    assert sorted(each.name for each in tmp_path.iterdir()) == [".mcp-audit.json", "other"]
