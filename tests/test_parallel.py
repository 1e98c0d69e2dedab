"""A long run is shared among processes, and finds what short runs find."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from claude_preflight.parallel import WorkerDied, processes, shared
from conftest import MakeRepository, run, tool

PREFLIGHT = tool("claude-preflight")
_FILES = "@modelcontextprotocol/server-filesystem"
SERVER = f'{{"mcpServers": {{"files%d": {{"command": "npx", "args": ["-y", "{_FILES}", "%s"]}}}}}}\n'


def results(folder: Path, *arguments: str) -> tuple[list[dict[str, object]], dict[str, int]]:
    done = run(folder, PREFLIGHT, "check", "--format", "json", *arguments)
    report = json.loads(done.stdout)
    return report["findings"], report["summary"]


@pytest.mark.skipif(processes(10_000, 1) == 1, reason="there is one core only, or processes cannot be forked")
def test_shares_find_what_short_runs_find(make_repository: MakeRepository) -> None:
    files: dict[str, str | bytes] = {
        ".claude-preflight.yaml": (
            'ignore:\n  - {rule: filesystem-root, path: part3/n299/.mcp.json, reason: "a test"}\n'
            '  - {rule: filesystem-home, path: part3/n298/.mcp.json, reason: "a test"}\n'
        )
    }
    for part in range(4):
        for number in range(300):
            files[f"part{part}/n{number}/.mcp.json"] = SERVER % (number, "/" if number % 3 else "~")
        files[f"part{part}/CLAUDE.md"] = b"\xff"
    folder = make_repository(files)
    whole, summary = results(folder)
    pieces = [results(folder, f"part{part}") for part in range(4)]
    found = [found for findings, _ in pieces for found in findings]
    assert sorted(whole, key=json.dumps) == sorted(found, key=json.dumps)
    assert [each["key"] for each in whole if each["rule"] == "ignore-unused"] == [
        "filesystem-home in part3/n298/.mcp.json"
    ]
    assert summary["suppressed"] == sum(each["suppressed"] for _, each in pieces) == 1
    assert summary["files"] == sum(each["files"] for _, each in pieces) + 1 == 4 * 301 + 1
    assert len(whole) > 1200


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked")
def test_work_is_done_once_for_each_item_in_other_processes() -> None:
    done = shared(list(range(10)), lambda share: (os.getpid(), share), 3)
    assert [share for _, share in done] == [[0, 3, 6, 9], [1, 4, 7], [2, 5, 8]]
    assert len({process for process, _ in done}) == 3
    assert done[0][0] == os.getpid()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked")
def test_a_process_that_dies_is_told_of() -> None:
    here = os.getpid()

    def work(share: list[int]) -> int:
        if os.getpid() != here:
            os._exit(7)
        return sum(share)

    with pytest.raises(WorkerDied, match="status 7"):
        shared([1, 2, 3], work, 2)


def test_few_items_are_not_shared() -> None:
    assert processes(99, 100) == 1
