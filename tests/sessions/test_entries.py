"""One line of a transcript, in the shapes of several versions, and broken in many ways."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claude_preflight.sessions.entries import Call, Response, Result, read_entry
from claude_preflight.sessions.kinds import Outcome
from claude_preflight.sessions.prices import Usage


def line(**fields: Any) -> bytes:
    return json.dumps(fields).encode()


def outcome(text: str, *, error: bool = True, parsed: object = None) -> int:
    block = {"type": "tool_result", "tool_use_id": "t", "content": text, "is_error": error}
    entry = read_entry(line(type="user", message={"role": "user", "content": [block]}, toolUseResult=parsed))
    assert entry
    (result,) = entry.results
    return result.outcome


def test_prompt() -> None:
    entry = read_entry(
        line(
            type="user",
            sessionId="s",
            timestamp="2026-11-22T09:00:00.000Z",
            cwd="/srv/app",
            version="2.1.330",
            permissionMode="plan",
            message={"role": "user", "content": "add a test"},
        )
    )
    assert entry
    assert (entry.type, entry.time, entry.cwd, entry.session) == ("user", 1795338000.0, "/srv/app", "s")
    assert (entry.prompt, entry.mode, entry.version, entry.sidechain) == (True, "plan", "2.1.330", False)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"message": {"content": [{"type": "text", "text": "x"}]}}, True),
        ({"message": {"content": "x"}, "isMeta": True}, False),
        ({"message": {"content": "x"}, "isCompactSummary": True}, False),
        ({"message": {"content": "x"}, "isSidechain": True}, False),
        ({"message": {"content": [{"type": "tool_result", "tool_use_id": "t", "content": "x"}]}}, False),
        ({"message": {"content": []}}, False),
        ({"message": "x"}, False),
        ({}, False),
    ],
)
def test_what_a_person_wrote(fields: dict[str, Any], expected: bool) -> None:
    entry = read_entry(line(type="user", **fields))
    assert entry
    assert entry.prompt is expected


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        # 2.1: both lifetimes of the cache
        (
            {
                "input_tokens": 12,
                "output_tokens": 90,
                "cache_creation_input_tokens": 4000,
                "cache_read_input_tokens": 18000,
                "cache_creation": {"ephemeral_5m_input_tokens": 3000, "ephemeral_1h_input_tokens": 1000},
                "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 0},
                "service_tier": "standard",
                "speed": "fast",
                "inference_geo": "us",
            },
            Usage(12, 90, 3000, 1000, 18000, 2, True, True),
        ),
        # 1.0: one count for the cache
        ({"input_tokens": 4, "cache_creation_input_tokens": 7}, Usage(4, 0, 7, 0, 0)),
        ({"cache_creation_input_tokens": 7, "cache_creation": None}, Usage(0, 0, 7, 0, 0)),
        ({"input_tokens": -4, "output_tokens": 2.5, "cache_read_input_tokens": "9"}, Usage(0, 0, 0, 0, 0)),
        ({"input_tokens": 10**30, "output_tokens": True}, Usage(0, 1, 0, 0, 0)),
        ({}, Usage(0, 0, 0, 0, 0)),
    ],
)
def test_usage(usage: dict[str, Any], expected: Usage) -> None:
    message = {"id": "m", "role": "assistant", "model": "claude-opus-5-5", "usage": usage}
    entry = read_entry(line(type="assistant", requestId="r", message=message))
    assert entry
    assert entry.response == Response("m", "r", "claude-opus-5-5", expected)


def test_lines_made_by_the_program_itself_are_no_answers() -> None:
    message = {"id": "m", "model": "<synthetic>", "usage": {"input_tokens": 1}}
    entry = read_entry(line(type="assistant", message=message))
    assert entry
    assert entry.response is None


def test_calls() -> None:
    content = [
        {"type": "thinking", "thinking": "…", "signature": "x"},
        {"type": "tool_use", "id": "a", "name": "Bash", "input": {"command": "ls"}},
        {"type": "server_tool_use", "id": "b", "name": "web_search", "input": {"query": "q"}},
        {"type": "tool_use", "id": "c", "name": "X", "input": "none"},
        {"type": "tool_use", "id": "", "name": "X", "input": {}},
        {"type": "tool_use", "id": ["d"], "name": "X", "input": {}},
        "text",
        None,
    ]
    entry = read_entry(line(type="assistant", message={"content": content}))
    assert entry
    assert entry.calls == (
        Call("a", "Bash", {"command": "ls"}),
        Call("b", "web_search", {"query": "q"}, True),
        Call("c", "X", {}),
    )


def test_results() -> None:
    parts = [{"type": "text", "text": "abc"}, {"type": "image", "source": {}}, {"type": "text", "text": "de"}]
    content = [
        {"type": "tool_result", "tool_use_id": "a", "content": "1234"},
        {"type": "tool_result", "tool_use_id": "b", "content": parts, "is_error": False},
        {"type": "tool_result", "tool_use_id": "c", "is_error": True},
    ]
    entry = read_entry(line(type="user", message={"content": content}))
    assert entry
    assert entry.results == (
        Result("a", Outcome.DONE, 4),
        Result("b", Outcome.DONE, 5),
        Result("c", Outcome.FAILED, 0),
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The user doesn't want to proceed with this tool use. The tool use was rejected (eg. …).", Outcome.DENIED),
        ("The user doesn't want to proceed with this tool use. …, the user said:\nuse cat", Outcome.GUIDED),
        ("Permission to use Bash with command curl x has been denied.", Outcome.DENIED),
        ("Permission to read /srv/app/.env has been denied.", Outcome.DENIED),
        ("Claude requested permissions to use mcp__a__b, but you haven't granted it yet.", Outcome.DENIED),
        ("PreToolUse:Bash hook error: [./guard.sh]: not here", Outcome.DENIED),
        ("cat: x: Permission denied", Outcome.FAILED),
        ("Exit code 1\nPreToolUse: hook", Outcome.FAILED),
        ("", Outcome.FAILED),
    ],
)
def test_denials(text: str, expected: int) -> None:
    assert outcome(text) == expected


def test_denials_are_errors_and_may_stand_beside_the_text() -> None:
    assert outcome("Permission to use X has been denied.", error=False) == Outcome.DONE
    assert outcome("no", parsed="User rejected tool use") == Outcome.DENIED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b'{"type":"user"',
        b"[]",
        b"null",
        b'"text"',
        b"\0\0\0\0",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"n": ' + b"9" * 5000 + b"}",
    ],
)
def test_what_is_no_object(content: bytes) -> None:
    assert read_entry(content) is None


def test_bytes_that_are_no_text_and_a_byte_order_mark() -> None:
    entry = read_entry(b'\xef\xbb\xbf{"type":"user","cwd":"/srv/\xff\xfe"}')
    assert entry
    assert (entry.type, entry.cwd) == ("user", "/srv/\ufffd\ufffd")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-22T09:00:00Z", 1795338000.0),
        ("2026-11-22T10:00:00+01:00", 1795338000.0),
        ("2026-11-22T09:00:00", 1795338000.0),
        ("1970-01-01T00:00:00Z", 0),
        ("9999-12-31T23:59:59Z", 0),
        ("0001-01-01T00:00:00+14:00", 0),
        ("yesterday", 0),
        ("2026-11-22T09:00:00Z" * 9, 0),
        (1795338000, 0),
        (None, 0),
    ],
)
def test_times(value: object, expected: float) -> None:
    entry = read_entry(line(type="user", timestamp=value))
    assert entry
    assert entry.time == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    "type message timestamp cwd sessionId isSidechain requestId toolUseResult permissionMode".split()
)
MESSAGES = st.dictionaries(st.sampled_from("id role model content usage".split()), JSON, max_size=5)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(FIELDS, JSON | MESSAGES, max_size=6), st.sampled_from(["user", "assistant"]))
def test_no_shape_is_an_error(fields: dict[str, Any], kind: str) -> None:
    entry = read_entry(line(**{**fields, "type": kind}))
    assert entry
    assert entry.type == kind
