"""One line of a transcript: what it says about tokens, tool calls and modes.

The format is internal to Claude Code and changes with its versions: whatever is missing or of another type counts for
nothing, and no line is an error. Sources: transcripts of Claude Code 1.0 to 2.1.330, and the Python SDK's reader.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from claude_preflight.sessions.kinds import Outcome
from claude_preflight.sessions.prices import Usage
from claude_preflight.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import Any

KNOWN_TYPES = frozenset(
    "user assistant system attachment progress summary last-prompt custom-title ai-title agent-name agent-color "
    "agent-setting tag mode permission-mode pr-link worktree-state file-history-snapshot file-history-delta "
    "queue-operation content-replacement continued-in cost-state tools-used session-owner attribution-snapshot "
    "fork-context-ref".split()
)
SYNTHETIC = "<synthetic>"
BYPASS = "bypassPermissions"
# A clock that says otherwise is wrong: the first transcripts were written in 2025.
_FIRST_TIME, _LAST_TIME = datetime(2025, 1, 1, tzinfo=UTC).timestamp(), datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_MOST_TOKENS = 1_000_000_000
# How Claude Code words it that a call was not allowed; parts, because the words around them change.
_DENIALS = (
    "The user doesn't want to proceed with this tool use",
    "The user doesn't want to take this action right now",
    "User rejected tool use",
    "Permission for this action has been denied",
    "Permission for this tool use was denied",
    "haven't granted it yet",
    "which is a sensitive file",
    "This command requires approval",
)
_RULED_OUT = ("Permission to ", " has been denied")
_GUIDED = "the user said:"
_LONGEST_DENIAL = 2000


class Call(NamedTuple):
    """A tool call. `remote` ones are made by the provider: their results stand in the answer itself."""

    id: str
    name: str
    input: dict[str, Any]
    remote: bool = False


class Result(NamedTuple):
    """What a call brought: its outcome, and the length of its text in characters."""

    id: str
    outcome: int
    size: int


class Response(NamedTuple):
    """An answer of a model; several lines may hold the same one."""

    message: str
    request: str
    model: str
    usage: Usage


class Entry(NamedTuple):
    """What a line says. `time` is in seconds since 1970, or 0 where there is none that can be right.

    `prompt` tells that a person, or who stands in for one, wrote it.
    """

    type: str
    time: float
    cwd: str
    session: str
    sidechain: bool
    prompt: bool
    mode: str
    entrypoint: str
    version: str
    response: Response | None
    calls: tuple[Call, ...]
    results: tuple[Result, ...]


def read_entry(line: bytes) -> Entry | None:
    """Return what `line` says, None if it is no JSON object."""
    try:
        data = json.loads(line.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return _entry(data) if isinstance(data, dict) else None


def _entry(data: dict[str, Any]) -> Entry:
    kind = _text(data, "type")
    message = data.get("message")
    message = message if isinstance(message, dict) else {}
    content = message.get("content")
    blocks = [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
    sidechain = data.get("isSidechain") is True
    is_user = kind == "user"
    results = tuple(_results(blocks, data.get("toolUseResult"))) if is_user else ()
    typed = isinstance(content, str) or any(block.get("type") in ("text", "image") for block in blocks)
    automatic = sidechain or any(data.get(key) is True for key in ("isMeta", "isCompactSummary"))
    return Entry(
        kind,
        _time(data.get("timestamp")),
        _text(data, "cwd"),
        _text(data, "sessionId"),
        sidechain,
        is_user and typed and not results and not automatic,
        _text(data, "permissionMode"),
        _text(data, "entrypoint"),
        _text(data, "version"),
        _response(data, message) if kind == "assistant" else None,
        tuple(_calls(blocks)) if kind == "assistant" else (),
        results,
    )


def _text(data: dict[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""


def _count(data: dict[str, Any], key: str) -> int:
    value = data.get(key)
    return value if isinstance(value, int) and 0 < value < _MOST_TOKENS else 0


def _time(value: object) -> float:
    if not isinstance(value, str) or len(value) > 40:
        return 0
    try:
        moment = datetime.fromisoformat(value)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0
    return seconds if _FIRST_TIME <= seconds < _LAST_TIME else 0


def _response(data: dict[str, Any], message: dict[str, Any]) -> Response | None:
    usage = message.get("usage")
    model = _text(message, "model")
    if not isinstance(usage, dict) or model == SYNTHETIC:
        return None
    return Response(_text(message, "id"), _text(data, "requestId"), model, _usage(usage))


def _usage(usage: dict[str, Any]) -> Usage:
    split, server = usage.get("cache_creation"), usage.get("server_tool_use")
    split, server = (each if isinstance(each, dict) else {} for each in (split, server))
    written_5m, written_1h = (_count(split, f"ephemeral_{each}_input_tokens") for each in ("5m", "1h"))
    if not written_5m and not written_1h:
        written_5m = _count(usage, "cache_creation_input_tokens")
    return Usage(
        _count(usage, "input_tokens"),
        _count(usage, "output_tokens"),
        written_5m,
        written_1h,
        _count(usage, "cache_read_input_tokens"),
        _count(server, "web_search_requests"),
        usage.get("speed") == "fast",
        usage.get("inference_geo") == "us",
    )


def _calls(blocks: list[dict[str, Any]]) -> list[Call]:
    calls = []
    for block in blocks:
        if block.get("type") in ("tool_use", "server_tool_use"):
            given = block.get("input")
            remote = block.get("type") == "server_tool_use"
            calls.append(
                Call(_text(block, "id"), _text(block, "name"), given if isinstance(given, dict) else {}, remote)
            )
    return [call for call in calls if call.id and call.name]


def _results(blocks: list[dict[str, Any]], parsed: object) -> list[Result]:
    results = []
    for block in blocks:
        name = _text(block, "tool_use_id")
        if block.get("type") == "tool_result" and name:
            text, size = _content(block.get("content"))
            failed = block.get("is_error") is True
            said = f"{text}\n{parsed}" if isinstance(parsed, str) else text
            results.append(Result(name, _outcome(said) if failed else Outcome.DONE, size))
    return results


def _content(content: object) -> tuple[str, int]:
    """Return the beginning of a result's text, and the length of all of it."""
    if isinstance(content, str):
        return content[:_LONGEST_DENIAL], len(content)
    parts = content if isinstance(content, list) else []
    texts = [_text(part, "text") for part in parts if isinstance(part, dict)]
    return "\n".join(texts)[:_LONGEST_DENIAL], sum(map(len, texts))


def _outcome(text: str) -> int:
    """Return what the text of a failed call says about why it failed."""
    denied = any(each in text for each in _DENIALS) or all(each in text for each in _RULED_OUT)
    blocked = text.startswith("PreToolUse:") and "hook" in text[:200]
    if not denied and not blocked:
        return Outcome.FAILED
    return Outcome.GUIDED if _GUIDED in text else Outcome.DENIED
