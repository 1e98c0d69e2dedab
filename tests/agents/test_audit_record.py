"""The audit record: what identifies a launch, what is answered, and what the umbrella says of it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from claude_preflight.agents.audit_drift import is_pinned_since
from claude_preflight.agents.audit_entry import Approval
from claude_preflight.agents.audit_record import (
    Entry,
    State,
    audited_versions,
    content_integrity,
    launch_fingerprint,
    questions,
    read_record,
    shown_url,
)
from claude_preflight.agents.days import day_number, days_since, is_spelled_as_day
from claude_preflight.agents.files import AUDIT_RECORD, MCP_CONFIG
from claude_preflight.agents.mcp import Server, servers
from claude_preflight.agents.validation import accepts, load_schema
from claude_preflight.context import Context
from claude_preflight.document import Document
from claude_preflight.examine import Options, examine
from claude_preflight.model import Span
from claude_preflight.policy import Policy
from claude_preflight.repository import Repository
from conftest import MakeRepository
from credentials import characters, sample

TODAY = "2026-11-22"
NPX: dict[str, Any] = {"command": "npx", "args": ["-y", "@acme/notes-mcp@1.4.0"], "env": {"NOTES_TOKEN": "x"}}
URL: dict[str, Any] = {"url": "https://mcp.tickets.example/mcp", "headers": {"Authorization": "x"}}


def fingerprint(entry: dict[str, Any], path: str = ".mcp.json", **layout: Any) -> str:
    text = json.dumps({"mcpServers": {"any": entry}}, **layout)
    (server,) = servers(Document(path, text, frozenset((MCP_CONFIG,))))
    return launch_fingerprint(server)


def entry_of(**fields: Any) -> Entry:
    text = json.dumps({"version": 1, "servers": [fields]})
    (entry,) = read_record(Document(".mcp-audit.json", text, frozenset((AUDIT_RECORD,))))
    return entry


# --- the fingerprint ----------------------------------------------------------------------------------------------


def test_a_fingerprint_stays_as_it_is_in_the_records_that_people_have() -> None:
    assert fingerprint(NPX) == "sha256:33b040930c10f79511680c84ad60fa5ccaec41f4727de935dfc265af7953c3c4"
    assert fingerprint(URL) == "sha256:b8e6a710eca29fb1f8b410a98b2c9e45917b4a8c7ac28e2216301560a2d60d1f"


SAME: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (NPX, {"type": "stdio", "env": {"NOTES_TOKEN": "another"}, **{key: NPX[key] for key in ("args", "command")}}),
    (NPX, {**NPX, "env": {"NOTES_TOKEN": "${NOTES_TOKEN}"}, "disabled": True, "timeout": 5}),
    (URL, {"type": "http", "url": URL["url"], "headers": {"authorization": "y"}}),
    ({"url": "https://a.example/?api_key=1&x=2"}, {"url": "https://a.example/?api_key=2&x=2"}),
    ({"url": "https://kim:1@a.example/"}, {"url": "https://lee:2@a.example/"}),
    ({"command": "a", "args": ["--api-key", "one"]}, {"command": "a", "args": ["--api-key", "two words"]}),
    ({"command": "a", "args": ["--token=one"]}, {"command": "a", "args": ["--token=two"]}),
    ({"command": "a", "args": ["DB_PASSWORD=one"]}, {"command": "a", "args": ["DB_PASSWORD=two"]}),
    (
        {"command": "a", "args": ["--header", "Authorization: Bearer one"]},
        {"command": "a", "args": ["--header", "Authorization: Bearer two"]},
    ),
    ({"command": "a", "args": ["--token", "${A:-x}"]}, {"command": "a", "args": ["--token", "${A}"]}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_formatting_order_and_the_values_of_secrets_do_not_count(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert fingerprint(one) == fingerprint(other, indent=3, sort_keys=True, ensure_ascii=False)


def test_a_literal_token_does_not_count_wherever_it_stands() -> None:
    one, other = (sample("github-pat-fine-grained", seed) for seed in (1, 2))
    assert one != other
    assert fingerprint({"command": "a", "args": [one]}) == fingerprint({"command": "a", "args": [other]})


CHANGES: list[dict[str, Any]] = [
    {**NPX, "command": "bunx"},
    {**NPX, "args": ["-y", "@acme/notes-mcp@1.4.1"]},
    {**NPX, "args": ["@acme/notes-mcp@1.4.0", "-y"]},
    {**NPX, "args": ["-y", "@acme/notes-mcp@1.4.0", ""]},
    {**NPX, "args": ["-y @acme/notes-mcp@1.4.0"]},
    {**NPX, "command": "cmd", "args": ["/c", "npx", *NPX["args"]]},
    {**NPX, "env": {}},
    {**NPX, "env": {"NOTES_TOKEN": "x", "NODE_OPTIONS": "--require ./x.js"}},
    {**NPX, "env": {"NOTES_TOKEN": "x", "NODE_OPTIONS": "--require ./y.js"}},
    {**NPX, "env": {"NOTES_TOKEN": "${AWS_SECRET_ACCESS_KEY}"}},
    {**NPX, "cwd": "/tmp"},
    {**NPX, "envFile": ".env"},
    URL,
    {**URL, "url": "https://mcp.tickets.example/mcp?tenant=2"},
    {**URL, "url": "https://mcp.tickets.example.net/mcp"},
    {**URL, "url": "https://x\\@mcp.tickets.example/mcp"},
    {**URL, "url": "https://${HOST}@mcp.tickets.example/mcp"},
    {**URL, "headers": {"Authorization": "x", "X-More": "y"}},
    {**URL, "headersHelper": "./token.sh"},
    {"command": "sh", "args": ["-c", "API_KEY=$(gh auth token) npx a"]},
    {"command": "sh", "args": ["-c", "API_KEY=$(./x auth token) npx a"]},
    {"command": "sh", "args": ["-c", "API_KEY=abc npx a"]},
    {"command": "sh", "args": ["-c", "API_KEY=abc npx b"]},
    {"command": "cmd", "args": ["/c", "a", "--token", "x&b"]},
    {"command": "cmd", "args": ["/c", "a", "--token", "x&c"]},
    {"command": "docker", "args": ["run", "a@sha256:" + "0" * 64]},
    {"command": "docker", "args": ["run", "a@sha256:" + "1" * 64]},
    {"command": "\ud800"},
    {"command": "é"},
    {"command": "e\u0301"},
]


def test_whatever_else_changes_makes_another_launch() -> None:
    found = [fingerprint(entry) for entry in (NPX, *CHANGES)]
    assert len(set(found)) == len(found)


def test_all_clients_spell_the_same_launch() -> None:
    text = json.dumps({"mcp": {"any": {"command": ["npx", *NPX["args"]], "environment": {"NOTES_TOKEN": "x"}}}})
    (server,) = servers(Document("opencode.json", text, frozenset((MCP_CONFIG,))))
    assert launch_fingerprint(server) == fingerprint(NPX)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text(max_size=12) | st.sampled_from(["--token", "?key=", "://", "@", "${", "A_TOKEN="]), max_size=5),
    st.text(max_size=20),
)
def test_any_words_have_a_fingerprint(words: list[str], url: str) -> None:
    found = fingerprint({"command": "".join(words), "args": words, "url": url, "env": {url: words[:1]}})
    assert found == fingerprint(
        {"url": url, "env": {url: words[:1]}, "args": words, "command": "".join(words)}, indent=1
    )
    assert len(found) == 71


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://mcp.acme.example/mcp", "https://mcp.acme.example/mcp"),
        ("https://kim:pw@mcp.acme.example:8080/mcp?token=1#x", "https://mcp.acme.example:8080/mcp"),
        ("https://a.example/@owner/name", "https://a.example/@owner/name"),
        ("https://a.example/s/" + characters("alnum", 30) + "/mcp", "https://a.example/s/*/mcp"),
        ("${MCP_URL}?x=1", "${MCP_URL}"),
        ("", ""),
    ],
)
def test_what_the_record_holds_of_an_address(url: str, shown: str) -> None:
    assert shown_url(url) == shown
    entry = {"name": "a", "launch": fingerprint({"url": url}), "source": "remote", "url": shown or None}
    assert accepts(load_schema("mcp-audit"), {"version": 1, "servers": [entry]})


def test_the_hash_of_a_file_survives_what_git_does_to_its_line_ends() -> None:
    assert content_integrity(b"\xef\xbb\xbfa\r\nb\r\n") == content_integrity(b"a\nb\n") != content_integrity(b"a\nb")


# --- the record ---------------------------------------------------------------------------------------------------

FACTS = {
    "publisher": "acme",
    "repository_names_package": True,
    "first_published": "2026-10-23",
    "weekly_downloads": 500,
    "install_scripts": [],
    "provenance": True,
    "advisories": [],
}
GOOD = {
    "name": "notes",
    "launch": "sha256:" + "0" * 64,
    "source": "npm",
    "package": "@acme/notes-mcp",
    "version": "1.4.0",
    "facts": FACTS,
    "scan": {"files": 1, "findings": []},
    "review": {
        "reviewed_by": "Kim Lee",
        "reviewed_on": TODAY,
        "security_issues_checked": True,
        "tested_with_dummy_data": True,
    },
}


DEFAULTS = Policy()


def states(entry: Entry, policy: Policy = DEFAULTS) -> dict[str, tuple[State, list[str]]]:
    return {each.id: (each.state, [doubt.id for doubt in each.doubts]) for each in questions(entry, policy, TODAY)}


def test_an_entry_knows_its_places() -> None:
    text = '{"servers": [{"name": "n\\u0061", "launch": "sha256:00", "review": {"reviewed_on": "2026-11-22"}}, 7]}'
    (entry,) = read_record(Document(".mcp-audit.json", text, frozenset((AUDIT_RECORD,))))
    assert entry.name == "na"
    assert text[slice(*entry.span)] == "n\\u0061"
    assert entry.launch is not None
    assert entry.launch.span == Span(*(text.index("sha256:00") + step for step in (0, 9)))
    assert entry.review is not None
    assert entry.review.reviewed_on == TODAY
    assert not entry.review.complete
    assert (entry.source, entry.package, entry.scan, entry.facts) == (None, None, None, None)


def test_five_questions_are_answered() -> None:
    found = questions(entry_of(**GOOD), Policy(), TODAY)
    assert [(each.id, each.state, each.reason, each.notes) for each in found] == [
        (name, State.ANSWERED, "", ()) for name in ("identity", "source", "popularity", "security", "test")
    ]
    without = {**GOOD, "facts": {**FACTS, "provenance": None}}
    noted = questions(entry_of(**without), Policy(), TODAY)[0]
    assert (noted.state, noted.notes) == (State.ANSWERED, ("nothing attests how it was built",))


OPEN, FAILING, ANSWERED = State.OPEN, State.FAILING, State.ANSWERED


@pytest.mark.parametrize(
    ("field", "value", "question", "state", "doubts"),
    [
        ("publisher", None, "identity", OPEN, ["publisher"]),
        ("repository_names_package", False, "identity", FAILING, ["repository_names_package"]),
        ("repository_names_package", None, "identity", OPEN, ["repository_names_package"]),
        ("install_scripts", ["postinstall"], "source", FAILING, ["install_scripts"]),
        ("install_scripts", None, "source", OPEN, ["install_scripts"]),
        ("weekly_downloads", 499, "popularity", FAILING, ["weekly_downloads"]),
        ("weekly_downloads", None, "popularity", OPEN, ["weekly_downloads"]),
        ("weekly_downloads", True, "popularity", OPEN, ["weekly_downloads"]),
        ("first_published", "2026-10-24", "popularity", FAILING, ["first_published"]),
        ("first_published", "2026-02-30", "popularity", OPEN, ["first_published"]),
        ("first_published", None, "popularity", OPEN, ["first_published"]),
        ("advisories", [{"id": "CVE-2026-0001"}], "security", FAILING, ["CVE-2026-0001"]),
        ("advisories", ["CVE-2026-0001"], "security", FAILING, ["advisories"]),
        ("advisories", None, "security", OPEN, ["advisories"]),
        ("deprecated", "moved", "security", FAILING, ["deprecated"]),
        ("deprecated", False, "security", ANSWERED, []),
        ("yanked", True, "security", FAILING, ["yanked"]),
        ("yanked", None, "security", ANSWERED, []),
    ],
)
def test_facts_decide_until_somebody_accepts_them(
    field: str, value: object, question: str, state: State, doubts: list[str]
) -> None:
    changed = {**GOOD, "facts": {**FACTS, field: value}}
    found = states(entry_of(**changed))
    assert found.pop(question) == (state, doubts)
    assert {state for state, _ in found.values()} == {ANSWERED}
    for accepted, answered in ((doubts, True), ([question], state is not FAILING), ([*doubts, ""], True)):
        review = {**GOOD["review"], "accepted": dict.fromkeys(accepted, "we know")}
        assert (states(entry_of(**{**changed, "review": review}))[question][0] is ANSWERED) == answered
    blank = {**GOOD["review"], "accepted": dict.fromkeys(doubts, "   ")}
    assert states(entry_of(**{**changed, "review": blank}))[question][0] is state


@pytest.mark.parametrize(
    ("what", "state"),
    [
        ("network-host", OPEN),
        ("dynamic-code", OPEN),
        ("sensitive-path", FAILING),
        ("obfuscated", FAILING),
        ("process", ANSWERED),
        ("environment", ANSWERED),
    ],
)
def test_what_a_scan_finds_needs_an_explanation(what: str, state: State) -> None:
    found = [{"what": what, "detail": "x", "file": "a.js", "line": 1}] * 2
    entry = entry_of(**{**GOOD, "scan": {"files": 1, "findings": found}})
    assert states(entry)["source"] == (state, [f"{what}:x"] if state is not ANSWERED else [])


@pytest.mark.parametrize("source", ["remote", "local"])
def test_registries_know_nothing_of_what_comes_from_none(source: str) -> None:
    found = states(entry_of(**{**GOOD, "source": source, "facts": None, "scan": None}))
    assert found.pop("source") == (OPEN, ["scan"])
    assert {state for state, _ in found.values()} == {ANSWERED}


def test_an_entry_without_a_review_answers_nothing() -> None:
    found = states(entry_of(name="a"))
    assert {state for state, _ in found.values()} == {OPEN}
    accepted = dict.fromkeys(("", *found, *(doubt for _, doubts in found.values() for doubt in doubts)), "we know")
    found = states(entry_of(name="a", review={"accepted": accepted}))
    assert {name for name, (state, _) in found.items() if state is OPEN} == {"identity", "source", "security", "test"}


def test_the_policy_sets_the_limits_and_vouches_for_packages() -> None:
    facts = {**FACTS, "weekly_downloads": 3, "first_published": "2026-11-20", "publisher": None}
    entry = entry_of(**{**GOOD, "facts": facts})
    limits = (("weekly_downloads", 3.0), ("package_age_days", 2.0))
    assert states(entry, Policy(limits=limits))["popularity"] == (ANSWERED, [])
    assert states(entry)["popularity"] == (FAILING, ["weekly_downloads", "first_published"])
    assert {state for state, _ in states(entry, Policy(packages_allow=("@acme/*",))).values()} == {ANSWERED}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6) | st.sampled_from([TODAY, "npm", "remote"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*GOOD, *FACTS, "findings", "what", "id", "accepted", "servers"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from([*GOOD, "configs", "url"]), JSON, max_size=8))
def test_any_entry_can_be_asked(fields: dict[str, Any]) -> None:
    entry = entry_of(**fields)
    found = questions(entry, Policy(), TODAY)
    assert [each.id for each in found] == ["identity", "source", "popularity", "security", "test"]
    size = entry.node.end
    assert all(0 <= doubt.span.start <= doubt.span.end <= size for each in found for doubt in each.doubts)


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries({"version": st.just(1)}, optional={"servers": st.lists(st.just(GOOD) | JSON, max_size=2)}))
def test_the_schema_is_the_same_for_the_quick_look_and_for_jsonschema(record: dict[str, Any]) -> None:
    schema = load_schema("mcp-audit")
    assert accepts(schema, record) == Draft202012Validator(schema).is_valid(record)


def test_audited_versions_are_those_of_the_entries(tmp_path: Path) -> None:
    entries = [GOOD, {"package": "b", "version": "latest"}, {"package": 1, "version": "2"}, {"version": "3"}, 4]
    (tmp_path / ".mcp-audit.json").write_text("\ufeff" + json.dumps({"servers": entries}), encoding="utf-8")
    assert audited_versions(Context(Repository(str(tmp_path)), Policy(), TODAY)) == {"@acme/notes-mcp": "1.4.0"}


# --- days ---------------------------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(st.dates(), st.dates())
def test_days_are_counted_as_the_calendar_does(one: date, other: date) -> None:
    assert days_since(one.isoformat(), other.isoformat()) == (other - one) // timedelta(days=1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-29",
        "2026-00-01",
        "2026-13-01",
        "2026-04-31",
        "0000-01-01",
        "2026-1-1",
        "2026-11-22\n",
        "٢٠٢٦-11-22",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert day_number(text) is None
    assert days_since(text, TODAY) is None
    with pytest.raises(ValueError, match="today"):
        days_since(TODAY, text)


def test_a_day_of_no_calendar_is_spelled_as_one() -> None:
    assert is_spelled_as_day("2026-02-30")
    assert not is_spelled_as_day("2026-13-30")
    assert not is_spelled_as_day("tomorrow")


# --- the umbrella -------------------------------------------------------------------------------------------------

CONFIG = json.dumps({"mcpServers": {"notes": {"type": "stdio", **NPX, "env": {"NOTES_TOKEN": "${NOTES_TOKEN}"}}}})
OURS = ("mcp-audit", "mcp-review", "token-rotation")


def found_in(folder: Path, *hooks: str) -> list[str]:
    report = examine(Options(hooks=hooks), str(folder))
    assert report.crashes == ()
    return [result.finding.rule.id for result in report.results if result.hook in OURS]


def test_the_umbrella_says_nothing_before_the_records_are_begun(make_repository: MakeRepository) -> None:
    folder = make_repository({".mcp.json": CONFIG})
    assert found_in(folder) == []
    assert found_in(folder, *OURS) == ["review-missing", "server-not-audited", "token-not-in-inventory"]


def test_the_umbrella_says_everything_once(make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_PREFLIGHT_TODAY", TODAY)
    weak = {**FACTS, "advisories": [{"id": "CVE-2026-0001", "fixed_in": "1.5.0"}], "latest_fixes": ["CVE-2026-0001"]}
    record = {"version": 1, "servers": [{**GOOD, "launch": fingerprint(NPX), "facts": weak, "review": None}]}
    inventory = "tokens:\n  - {name: NOTES_TOKEN, servers: [notes], scopes: [read], created: soon, owner: us}\n"
    folder = make_repository(
        {".mcp.json": CONFIG, ".mcp-audit.json": json.dumps(record), ".token-inventory.yaml": inventory}
    )
    assert found_in(folder) == ["audit-question-open", "audit-question-failing"]
    assert sorted(found_in(folder, *OURS)) == [
        "audit-question-failing",
        "audit-question-open",
        "review-missing",
        "superseded-version",
        "token-date-impossible",
    ]


def test_the_index_is_compared_with_the_index(make_repository: MakeRepository) -> None:
    record = json.dumps({"version": 1, "servers": [{**GOOD, "launch": fingerprint(NPX)}]})
    folder = make_repository({".mcp.json": CONFIG, ".mcp-audit.json": record})
    (folder / ".mcp-audit.json").write_text("{}")
    staged = examine(Options(hooks=("mcp-audit",), staged=True), str(folder))
    assert staged.results == ()
    assert found_in(folder, "mcp-audit") == ["invalid-audit-record", "server-not-audited"]


def test_no_message_holds_a_secret(make_repository: MakeRepository) -> None:
    password = characters("word", 14)
    config = {"mcpServers": {"a": {"url": f"https://kim:{password}@a.example/mcp?api_key={password}"}}}
    record = {"version": 1, "servers": [{**GOOD, "name": "a"}]}
    folder = make_repository({".mcp.json": json.dumps(config), ".mcp-audit.json": json.dumps(record)})
    (finding,) = [
        result.finding
        for result in examine(Options(hooks=("mcp-audit",)), str(folder)).results
        if result.path == ".mcp.json"
    ]
    assert finding.rule.id == "audited-launch-differs"
    assert password not in f"{finding.message} {finding.repair} {finding.key}"


def server_of(*arguments: str) -> Server:
    text = json.dumps({"mcpServers": {"notes": {"command": "npx", "args": ["-y", *arguments]}}})
    (server,) = servers(Document(".mcp.json", text, frozenset(("mcp-config",))))
    return server


@pytest.mark.parametrize(
    ("approved", "now", "expected"),
    [
        (["@acme/notes"], ["@acme/notes@1.4.0"], True),
        (["@acme/notes@latest"], ["@acme/notes@1.4.0"], True),
        (["@acme/notes", "--dir", "."], ["@acme/notes@1.4.0", "--dir", "."], True),
        (["@acme/notes"], ["@acme/notes@1.4.1"], False),  # not what was audited
        (["@acme/notes"], ["@acme/notes@^1.4.0"], False),
        (["@acme/notes"], ["@acme/notes@1.4.0", "--all"], False),
        (["@acme/notes@1.4.0"], ["@acme/notes"], False),  # the other way round
        (["@acme/notes@next"], ["@acme/notes@1.4.0"], False),
    ],
)
def test_naming_the_audited_version_changes_nothing_that_was_approved(
    approved: list[str], now: list[str], expected: bool
) -> None:
    entry = Approval("notes", launch_fingerprint(server_of(*approved)), (), "npm", "@acme/notes", "1.4.0", "", "")
    assert is_pinned_since(server_of(*now), entry) is expected
