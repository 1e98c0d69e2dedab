"""The account of a session that `claude-preflight sessions` gives: one structure, as text, Markdown or JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from claude_preflight.report.safe import printable
from claude_preflight.sessions.calls import server_of
from claude_preflight.sessions.cost import words
from claude_preflight.sessions.entries import BYPASS
from claude_preflight.sessions.kinds import READS, WRITES, Outcome
from claude_preflight.sessions.prices import prices
from claude_preflight.sessions.story import Act, Story, redacted, shape_of
from claude_preflight.sessions.summary import Cost, KeptCall, Session
from claude_preflight.typed import NamedTuple
from claude_preflight.wording import counted

_MILLION = 1_000_000
_CHARACTERS_PER_TOKEN = 4

Account = dict[str, Any]


class News(NamedTuple):
    """The hosts and MCP tools of a session that no other session of the project has."""

    hosts: tuple[str, ...]
    tools: tuple[str, ...]


_TITLES = {
    "credentials": "Files of credentials opened",
    "retried": "Denied, and then done in another way",
    "denied": "Denied calls",
    "unsandboxed": "Commands outside of the sandbox",
    "hosts": "Hosts fetched from",
    "new_hosts": "Hosts that no other session has fetched from",
    "mcp": "MCP tools called",
    "new_tools": "MCP tools that no other session has called",
    "files": "Files read and written",
    "programs": "Programs run",
    "folders": "Folders worked in",
}


def account_of(
    name: str, session: Session, story: Story, cost: Cost, pairs: Iterable[tuple[KeptCall, KeptCall]], news: News
) -> Account:
    """Return what there is to say of the session called `name`, safe to show: every text of it is redacted.

    `pairs` are denied calls with those that did the same in another way, `news` what no other session has done.
    """
    by_place = {act.place: act for act in story.acts}
    found = [(by_place.get(denied.place), by_place.get(call.place)) for denied, call in pairs]
    return {
        "session": name,
        "begun": _moment(session.first),
        "last": _moment(session.last),
        "active_minutes": session.active // 60,
        "prompts": session.prompts,
        "versions": _counts(story.versions),
        "models": _counts(story.models),
        "permission_modes": _counts(story.modes),
        "bypassed_permissions": story.modes[BYPASS] > 0,
        "cost": {
            "usd": round(cost.cost / _MILLION, 4),
            "prices_of": prices().date,
            "input": cost.input,
            "output": cost.output,
            "written_to_cache": cost.written,
            "read_from_cache": cost.read,
            "words": f"about {cost.cost / _MILLION:.2f} USD: {words(cost)}",
        },
        "credentials": [{**_told(act), "credentials": list(act.deed.opened)} for act in story.acts if act.deed.opened],
        "retried": [{"denied": _told(one), "done": _told(other)} for one, other in found if one and other],
        "denied": [_told(act) for act in story.acts if act.outcome in (Outcome.DENIED, Outcome.GUIDED)],
        "unsandboxed": [_told(act) for act in story.acts if act.deed.unsandboxed],
        "hosts": _counts(Counter(host for act in story.acts for host in act.deed.hosts)),
        "new_hosts": [redacted(host) for host in news.hosts],
        "mcp": _tools(story.acts),
        "new_tools": [redacted(tool) for tool in news.tools],
        "files": _files(story.acts),
        "programs": _counts(Counter(act.deed.way[6:] for act in story.acts if act.deed.way.startswith("shell "))),
        "folders": _counts(story.folders),
        "lines": {
            "read": session.lines,
            "malformed": session.malformed,
            "of_unknown_type": session.unknown,
            "too_long": session.huge,
        },
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if seconds else ""


def _told(act: Act) -> dict[str, str]:
    return {"time": _moment(act.time), "tool": redacted(act.call.name), "about": act.about, "became": act.became}


def _counts(counter: Counter[str]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for name, number in counter.items():
        counted[redacted(name)] += number
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _tools(acts: Iterable[Act]) -> list[dict[str, Any]]:
    calls: dict[str, list[Act]] = {}
    for act in acts:
        if server_of(act.call.name):
            calls.setdefault(act.call.name, []).append(act)
    return [
        {
            "server": redacted(server_of(name)),
            "tool": redacted(name),
            "calls": len(same),
            "tokens": sum(act.size for act in same) // _CHARACTERS_PER_TOKEN,
            "arguments": sorted({shape_of(act.call) for act in same}),
        }
        for name, same in sorted(calls.items())
    ]


def _files(acts: Iterable[Act]) -> dict[str, dict[str, int]]:
    files: dict[str, dict[str, int]] = {}
    for act in acts:
        if act.outcome == Outcome.DONE and act.deed.effects in (READS, WRITES) and not server_of(act.call.name):
            for path in act.deed.paths:
                counts = files.setdefault(redacted(path), {"read": 0, "written": 0})
                counts["read" if act.deed.effects == READS else "written"] += 1
    return dict(sorted(files.items()))


def as_json(account: Account) -> str:
    """Return `account` as one JSON object."""
    return json.dumps(account, indent=2) + "\n"


def as_text(account: Account) -> str:
    """Return `account` for a terminal, which obeys nothing in it."""
    lines = [f"session {printable(account['session'])}", *(f"  {line}" for line in _facts(account))]
    for key, title in _TITLES.items():
        rows = _rows(key, account[key])
        if rows:
            lines += ["", f"{title}:", *(f"  {printable(row)}" for row in rows)]
    return "".join(f"{line}\n" for line in lines)


def as_markdown(account: Account) -> str:
    """Return `account` as Markdown, in which words of the transcript are code."""
    lines = [f"# Session {_code(account['session'])}", "", *(f"* {_code(line)}" for line in _facts(account))]
    for key, title in _TITLES.items():
        rows = _rows(key, account[key])
        if rows:
            lines += ["", f"## {title}", "", *(f"* {_code(row)}" for row in rows)]
    return "".join(f"{line}\n" for line in lines)


def _code(text: str) -> str:
    return f"`{printable(text).replace('`', chr(39))}`"


def _facts(account: Account) -> list[str]:
    lines = account["lines"]
    unread = ", ".join(f"{lines[key]} {key.replace('_', ' ')}" for key in ("malformed", "of_unknown_type", "too_long"))
    facts = [
        f"{account['begun'] or 'unknown'} to {account['last'] or 'unknown'}, {account['active_minutes']} min active,"
        f" {counted(account['prompts'], 'prompt')}",
        account["cost"]["words"],
        *(f"{what}: {_joined(account[what])}" for what in ("models", "versions") if account[what]),
        f"permission modes: {_joined(account['permission_modes']) or 'not told'}",
        f"{lines['read']} lines read ({unread})",
    ]
    return [printable(fact) for fact in facts]


def _joined(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} ({number})" for name, number in counts.items())


def _rows(key: str, value: Any) -> list[str]:
    if key == "retried":
        return [f"{_row(pair['denied'])}; then {_row(pair['done'])}" for pair in value]
    if key == "files":
        return [f"{path}: read {counts['read']}, written {counts['written']}" for path, counts in value.items()]
    if key == "mcp":
        return [
            f"{tool['tool']}: {counted(tool['calls'], 'call')}, about {tool['tokens']} tokens,"
            f" with {shape or 'no arguments'}"
            for tool in value
            for shape in tool["arguments"]
        ]
    if isinstance(value, dict):
        return [f"{name}: {number}" for name, number in value.items()]
    return [each if isinstance(each, str) else _row(each) for each in value]


def _row(told: dict[str, Any]) -> str:
    opened = f" [{', '.join(told['credentials'])}]" if "credentials" in told else ""
    return f"{told['time']} {told['tool']} {told['about']} ({told['became']}){opened}"
