"""Transcripts made up for tests, in the shapes of several versions of Claude Code."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from claude_preflight.sessions.where import folder_name

Line = dict[str, Any]
START = 1_795_000_000.0  # 2026-11-18T11:06:40Z


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Session:
    """Builds the lines of one session in the folder `cwd`, each a minute after the one before."""

    def __init__(self, cwd: Path | str, name: str, start: float = START, version: str = "2.1.330") -> None:
        self.cwd = str(cwd)
        self.name = name
        self.time = start
        self.version = version
        self.lines: list[Line] = []

    def add(self, kind: str, **fields: Any) -> Line:
        line = {
            "type": kind,
            "uuid": f"{self.name}-{len(self.lines)}",
            "parentUuid": None,
            "sessionId": self.name,
            "timestamp": moment(self.time),
            "cwd": self.cwd,
            "version": self.version,
            "isSidechain": False,
            "userType": "external",
            **fields,
        }
        self.time += 60
        self.lines.append(line)
        return line

    def prompt(self, text: str = "go on", **fields: Any) -> Line:
        return self.add("user", message={"role": "user", "content": text}, **fields)

    def answer(
        self,
        *blocks: Line,
        usage: Line | None = None,
        model: str = "claude-opus-5-5",
        message: str = "",
        request: str = "",
        **fields: Any,
    ) -> Line:
        number = len(self.lines)
        return self.add(
            "assistant",
            message={
                "id": message or f"msg_{self.name}_{number}",
                "type": "message",
                "role": "assistant",
                "model": model,
                "content": list(blocks) or [{"type": "text", "text": "done"}],
                "usage": usage or {"input_tokens": 12, "output_tokens": 90},
            },
            requestId=request or f"req_{self.name}_{number}",
            **fields,
        )

    def call(self, tool: str, result: str | None = "ok", *, error: bool = False, **given: Any) -> str:
        """Add a call of `tool` with its result, none if that is None; return the id of the call."""
        name = f"toolu_{self.name}_{len(self.lines)}"
        self.answer({"type": "tool_use", "id": name, "name": tool, "input": given})
        if result is not None:
            self.result(name, result, error=error)
        return name

    def result(self, name: str, text: str, *, error: bool = False) -> None:
        block: Line = {"type": "tool_result", "tool_use_id": name, "content": text}
        if error:
            block["is_error"] = True
        self.add("user", message={"role": "user", "content": [block]}, toolUseResult={"stdout": text})

    @property
    def content(self) -> bytes:
        return b"".join(json.dumps(line).encode() + b"\n" for line in self.lines)

    def save(self, config: Path, folder: str = "", below: str = "") -> Path:
        """Write the transcript where Claude Code would; `below` is the path of a subagent's below the session's."""
        project = config / "projects" / (folder or folder_name(self.cwd))
        path = project / self.name / below if below else project / f"{self.name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.content)
        os.utime(path, (self.time, self.time))
        return path
