"""The baseline: what it hides, how it is written, and what is said of changes to it and to the policy."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from claude_preflight.agents.validation import load_schema
from claude_preflight.baseline import BaselineError, Entry, entry_of, hide, read_baseline, text_of
from claude_preflight.document import Document
from claude_preflight.examine import BASELINE
from claude_preflight.model import Confidence, Rule, Severity, Span
from claude_preflight.run import Report, Result
from conftest import Files, MakeRepository, git, run, tool, write
from credentials import sample

PREFLIGHT = tool("claude-preflight")
POLICY = ".claude-preflight.yaml"


def server(name: str, path: str = "/") -> str:
    package = "@modelcontextprotocol/server-filesystem@2026.8.31"
    return f'"{name}": {{"type": "stdio", "command": "npx", "args": ["-y", "{package}", "{path}"]}}'


def config(*servers: str) -> str:
    listed = ",\n    ".join(servers)
    return f'{{\n  "mcpServers": {{\n    {listed}\n  }}\n}}\n'


TWO: Files = {".mcp.json": config(server("a"), server("b")), "sub/.mcp.json": config(server("c"))}


def check(folder: Path, *arguments: str) -> tuple[int, list[str], int]:
    """Return the exit status, the findings as `path:line rule`, and how many are suppressed."""
    done = run(folder, PREFLIGHT, "check", "--format", "json", *arguments)
    assert "Traceback" not in done.stderr
    report = json.loads(done.stdout)
    found = [f"{each['path']}:{each['line']} {each['rule']}" for each in report["findings"]]
    return done.returncode, found, report["summary"]["suppressed"]


def entries(folder: Path, name: str = BASELINE) -> list[tuple[str, str]]:
    listed = json.loads((folder / name).read_text())["findings"]
    return [(entry["path"], entry["rule"]) for entry in listed]


def adopted(make_repository: MakeRepository, files: Files) -> Path:
    """Return a repository of `files` whose baseline hides what is wrong with them."""
    folder = make_repository(files)
    done = run(folder, PREFLIGHT, "check", "--write-baseline")
    assert (done.returncode, done.stderr.startswith("Wrote ")) == (0, True), done.stderr
    return folder


def test_baseline_written_and_read_again_is_silent(make_repository: MakeRepository) -> None:
    odd: Files = {
        "c/CLAUDE.md": b"\xff\xfea\0",
        "s.sh": "claude --dangerously-skip-permissions -p go\n",
        "ü b/.mcp.json": "{",
    }
    folder = adopted(make_repository, {**TWO, **odd, POLICY: "ignore: [{rule: broad-token, reason: not yet}]\n"})
    status, found, suppressed = check(folder, "--strict")
    assert (status, found) == (0, [])
    assert suppressed == len(entries(folder)) >= 7
    assert {"filesystem-root", "unreadable-file", "ignore-unused"} <= {rule for _, rule in entries(folder)}
    before = (folder / BASELINE).read_bytes()
    assert run(folder, PREFLIGHT, "check", "--write-baseline").returncode == 0
    assert (folder / BASELINE).read_bytes() == before
    summary = run(folder, PREFLIGHT, "check").stdout
    assert summary == f"no findings in 6 files; {suppressed} suppressed ({suppressed} by baseline)\n"


def test_baseline_is_sorted_with_an_entry_on_each_line(make_repository: MakeRepository) -> None:
    folder = adopted(make_repository, TWO)
    lines = (folder / BASELINE).read_text().splitlines()
    assert lines[:3] == ["{", '  "version": 1,', '  "findings": [']
    assert lines[-2:] == ["  ]", "}"]
    assert lines[3:-2] == [line for line in lines if '"hash"' in line]
    assert [line.rstrip(",") for line in lines[3:-2]] == sorted(line.rstrip(",") for line in lines[3:-2])
    assert len(lines[3:-2]) == 3


def test_hashes_survive_moved_lines_and_nothing_else_is_hidden(make_repository: MakeRepository) -> None:
    folder = adopted(make_repository, TWO)
    write(folder, {".mcp.json": "\n\n" + config(server("b"), server("new"), server("a"))})
    assert check(folder, ".mcp.json") == (1, [".mcp.json:6 filesystem-root"], 2)


def test_baseline_counts_for_the_script_of_a_hook_and_for_named_files(make_repository: MakeRepository) -> None:
    folder = adopted(make_repository, TWO)
    done = run(folder / "sub", tool("mcp-filesystem-scope"), ".mcp.json")
    assert (done.returncode, done.stdout) == (0, "no findings in 1 file; 1 suppressed (1 by baseline)\n")
    assert check(folder, "sub/.mcp.json") == (0, [], 1)


def test_index_and_working_tree_have_their_own_baselines(make_repository: MakeRepository) -> None:
    folder = adopted(make_repository, TWO)
    assert check(folder, "--staged")[:2] == (
        1,
        [".mcp.json:3 filesystem-root", ".mcp.json:4 filesystem-root", "sub/.mcp.json:3 filesystem-root"],
    )
    git(folder, "add", BASELINE)
    (folder / BASELINE).unlink()
    assert check(folder, "--staged") == (0, [], 3)


def result_of(key: str, line: int) -> Result:
    rule = Rule("a-rule", Severity.ERROR, Confidence.HIGH, "a rule", 1)
    return Result("h", rule.at(Span(0, 0), "m", repair="r", key=key), Severity.ERROR, "p", line, 1, line, 2)


def test_of_two_equal_findings_as_many_are_hidden_as_the_baseline_holds() -> None:
    first, again, other = result_of("k", 1), result_of("k", 2), result_of("o", 3)
    report = Report((first, again, other), (), 1, ())
    alone, left = hide(Report((first,), (), 1, ()), Counter())
    assert (alone.results, left) == ((first,), Counter())
    held = Counter({entry_of(first): 1, Entry("p", "gone", "0" * 20): 2})
    shown, left = hide(report, held)
    assert shown.results == (again, other)
    assert [result.line for result in shown.hidden] == [1]
    assert left == Counter({Entry("p", "gone", "0" * 20): 2})
    assert hide(report, Counter({entry_of(first): 3}))[0].results == (other,)


def test_no_word_of_a_secret_is_written(make_repository: MakeRepository) -> None:
    token = sample("github-pat-classic", 1)
    text = config(server("a", "/" + token), f'"g": {{"command": "gh", "env": {{"GITHUB_TOKEN": "{token}"}}}}')
    folder = adopted(make_repository, {".mcp.json": text})
    assert "literal-secret" in {rule for _, rule in entries(folder)}
    assert token not in (folder / BASELINE).read_text()
    assert '"m' not in (folder / BASELINE).read_text().replace('".mcp.json"', "")


# --- entries that hide nothing any more -----------------------------------------------------------------------------


def test_what_was_repaired_is_counted_in_a_complete_run(make_repository: MakeRepository) -> None:
    folder = adopted(make_repository, TWO)
    write(folder, {".mcp.json": config(server("a", "src"), server("b"))})
    done = run(folder, PREFLIGHT, "check")
    assert done.stdout.splitlines()[0] == (
        f"{BASELINE}:1:1: warning: 1 entry of the baseline hides nothing any more [baseline-unused]"
    )
    assert done.returncode == 0
    (folder / "sub/.mcp.json").unlink()
    git(folder, "add", "-A")
    assert "2 entries of the baseline hide nothing any more" in run(folder, PREFLIGHT, "check").stdout
    assert check(folder, ".mcp.json") == (0, [], 1)
    assert check(folder, "--hook", "mcp-filesystem-scope") == (0, [], 1)
    assert run(folder, PREFLIGHT, "check", "--write-baseline").returncode == 0
    assert entries(folder) == [(".mcp.json", "filesystem-root")]
    assert check(folder) == (0, [], 1)


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        ((), [".mcp.json"]),
        (("--hook", "mcp-filesystem-scope"), [".mcp.json"]),
        (("--hook", "mcp-transport"), [".mcp.json", ".mcp.json", "sub/.mcp.json"]),
        (("sub/.mcp.json",), [".mcp.json", ".mcp.json"]),
        (("sub",), [".mcp.json", ".mcp.json"]),
        (("--hook", "mcp-filesystem-scope", ".mcp.json"), [".mcp.json", "sub/.mcp.json"]),
    ],
)
def test_what_a_run_does_not_look_at_stays_in_the_baseline(
    arguments: tuple[str, ...], kept: list[str], make_repository: MakeRepository
) -> None:
    folder = adopted(make_repository, TWO)
    write(folder, {".mcp.json": config(server("a"), server("b", "src")), "sub/.mcp.json": config(server("c", "src"))})
    assert run(folder, PREFLIGHT, "check", "--write-baseline", *arguments).returncode == 0
    assert [path for path, _ in entries(folder)] == kept


# --- other files, and files that are none ---------------------------------------------------------------------------


def test_baseline_in_another_file(make_repository: MakeRepository, tmp_path: Path) -> None:
    folder = make_repository(TWO)
    for name in ("ci/old.json", str(tmp_path / "old.json")):
        (folder / "ci").mkdir(exist_ok=True)
        assert run(folder, PREFLIGHT, "check", "--baseline", name, "--write-baseline").returncode == 0
        assert check(folder, "--baseline", name) == (0, [], 3)
        assert check(folder / "ci", "--baseline", str(folder / name)) == (0, [], 3)
    assert not (folder / BASELINE).exists()
    assert check(folder)[0] == 1


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("", "1:1: "),
        ("[", "1:2: "),
        ("[]", "1:1: "),
        ("[" * 5000, "1:"),
        ('{"version": 1}', "1:1: "),
        ('{"version": 2, "findings": []}', "1:13: "),
        ('{"version": true, "findings": []}', "1:13: "),
        ('{"version": 1, "findings": {}}', "1:17: "),
        ('{"version": 1, "findings": [3]}', "1:29: "),
        ('{"version": 1, "findings": [\n{"path": "a", "rule": "b", "hash": "c"}]}', "2:36: "),
        (b"\xff\xfe", ""),
        ('{"version": 1, "findings": [], // a comment\n}', "1:"),
    ],
)
def test_baseline_that_cannot_be_used_stops_the_run(
    content: str | bytes, place: str, make_repository: MakeRepository
) -> None:
    folder = make_repository({**TWO, BASELINE: content})
    done = run(folder, PREFLIGHT, "check")
    assert (done.returncode, done.stdout) == (2, "")
    prefix = f"claude-preflight: {BASELINE}:"
    assert done.stderr.startswith(f"{prefix}{place}" if place else f"{prefix} ")
    assert run(folder, tool("mcp-filesystem-scope"), ".mcp.json").returncode == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("--baseline", "missing.json"),
        ("--baseline", "../missing.json"),
        ("--baseline", "."),
        ("--write-baseline", "--staged"),
        ("--write-baseline", "--policy-from", "HEAD"),
        ("--write-baseline", "--baseline", "missing/old.json"),
        ("--write-baseline", "--baseline", "link.json"),
    ],
)
def test_unusable_arguments(arguments: tuple[str, ...], make_repository: MakeRepository) -> None:
    folder = make_repository(TWO)
    (folder / "link.json").symlink_to(folder.parent / "elsewhere.json")
    done = run(folder, PREFLIGHT, "check", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert not (folder.parent / "elsewhere.json").exists()


ENTRIES = st.lists(
    st.builds(
        Entry,
        st.text(min_size=1, max_size=5),
        st.sampled_from(["a-rule", "b-rule"]),
        st.text("0123456789abcdef", min_size=20, max_size=20),
    ),
    max_size=5,
).map(lambda some: Counter(some + some[:2]))


@settings(max_examples=100, deadline=None)
@given(ENTRIES)
def test_what_is_written_reads_back_and_fits_the_schema(baseline: Counter[Entry]) -> None:
    text = text_of(baseline)
    assert read_baseline(Document(BASELINE, text, frozenset())) == baseline
    Draft202012Validator(load_schema("baseline")).validate(json.loads(text))
    assert text.isascii()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["a", "0" * 20, ""]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["version", "findings", "path", "rule", "hash"]), inner, max_size=4)
    ),
)


@settings(max_examples=200, deadline=None)
@given(JSON | st.fixed_dictionaries({"version": st.just(1) | JSON, "findings": st.lists(JSON, max_size=2)}))
def test_reader_takes_what_the_schema_takes(value: Any) -> None:
    valid = Draft202012Validator(load_schema("baseline")).is_valid(value)
    document = Document(BASELINE, json.dumps(value), frozenset())
    if valid:
        assert read_baseline(document).total() == len(value["findings"])
    else:
        with pytest.raises(BaselineError, match=rf"^{BASELINE}:1:\d+: "):
            read_baseline(document)


# --- changes that loosen --------------------------------------------------------------------------------------------


def committed(make_repository: MakeRepository, files: Files) -> Path:
    folder = make_repository(files)
    git(folder, "commit", "-qm", "base")
    return folder


IGNORE = "ignore:\n  - {rule: filesystem-root, path: sub/*, reason: a demo}\n"
PROLONGED = "2:5 prolongs the exemption of filesystem-root in sub/*"
UNTIL = "ignore:\n  - {{rule: filesystem-root, path: sub/*, reason: a demo, until: {}}}\n"


@pytest.mark.parametrize(
    ("before", "after", "findings"),
    [
        ("", IGNORE, ["2:5 exempts filesystem-root in sub/* (a demo)"]),
        (IGNORE, IGNORE.replace("a demo", "another"), []),
        (IGNORE, "", []),
        (UNTIL.format("2099-01-01"), UNTIL.format("2098-01-01"), []),
        (
            UNTIL.format("2098-01-01"),
            UNTIL.format("2099-01-01"),
            [PROLONGED],
        ),
        (UNTIL.format("2098-01-01"), IGNORE, [PROLONGED]),
        (IGNORE, UNTIL.format("2099-01-01"), []),
        ("", "severity: {filesystem-root: warning}\n", ["1:1 makes warnings of errors: filesystem-root"]),
        ("severity: {unpinned-version: error}\n", "", ["1:1 makes warnings of errors: unpinned-version"]),
        ("", "severity: {unpinned-version: error}\n", []),
        ("", "severity: {unpinned-version: warning}\n", []),
        (
            "",
            "limits: {token_days: 30}\nseverity: {mcp-transport: warning, plain-http: error}\n",
            ["2:1 makes warnings of errors: "],
        ),
        ("", "filesystem: {allow: [../a]}\n", ["1:1 adds to filesystem.allow: ../a"]),
        ("packages: {allow: [a], deny: [b]}\n", "packages: {allow: [a]}\n", ["1:1 takes from packages.deny: b"]),
        ("production: {hosts: [a, b]}\n", "production: {hosts: [b]}\n", ["1:1 takes from production.hosts: a"]),
        ("", "production: {hosts: [a]}\n", []),
        ("", "sandboxes: [scripts/**]\n", ["1:1 adds to sandboxes: scripts/**"]),
        ("profile: client\n", "profile: open-source\n", ["1:1 leaves the profile client"]),
        ("profile: client\n", "profile: database\n", []),
        ("", "limits: {token_days: 91}\n", ["1:1 loosens the limit token_days"]),
        ("", "limits: {token_days: 90, weekly_downloads: 501}\n", []),
        ("", "limits: {weekly_downloads: 499}\n", ["1:1 loosens the limit weekly_downloads"]),
        ("limits: {review_days: 30}\n", "", ["1:1 loosens the limit review_days"]),
        ("limits: {review_days: soon}\n", "limits: {review_days: 100}\n", ["1:1 loosens the limit review_days"]),
    ],
)
def test_a_looser_policy_is_reported(
    before: str, after: str, findings: list[str], make_repository: MakeRepository
) -> None:
    folder = committed(make_repository, {"a.txt": "a", POLICY: before})
    write(folder, {POLICY: after})
    lines = run(folder, PREFLIGHT, "check", POLICY).stdout.splitlines()
    shown = [line for line in lines if line.endswith("[policy-loosened]")]
    assert len(shown) == len(findings)
    for line, finding in zip(shown, findings, strict=True):
        place, words = finding.split(" ", 1)
        assert line.startswith(f"{POLICY}:{place}: warning: this change {words}")


@pytest.mark.parametrize(
    "arguments",
    [(BASELINE,), (POLICY,), ("--staged",), ("--policy-from", "HEAD")],
)
def test_a_grown_baseline_is_reported(arguments: tuple[str, ...], make_repository: MakeRepository) -> None:
    folder = committed(make_repository, {**TWO, POLICY: ""})
    run(folder, PREFLIGHT, "check", "--write-baseline", "sub")
    git(folder, "add", BASELINE)
    assert check(folder, *arguments)[1][0] == f"{BASELINE}:1 policy-loosened"
    done = run(folder, PREFLIGHT, "check", *arguments)
    assert "this change adds 1 entry to the baseline: filesystem-root [policy-loosened]" in done.stdout
    git(folder, "commit", "-qm", "adopted")
    assert not [each for each in check(folder, *arguments)[1] if each.endswith("policy-loosened")]


def test_a_pull_request_cannot_exempt_itself(make_repository: MakeRepository) -> None:
    folder = committed(make_repository, {".mcp.json": "{}\n"})
    write(folder, TWO)
    git(folder, "add", "-A")
    run(folder, PREFLIGHT, "check", "--write-baseline")
    listed = json.loads((folder / BASELINE).read_text())
    assert check(folder) == (0, [], 3)
    status, found, suppressed = check(folder, "--policy-from", "main")
    assert (status, len(found), suppressed) == (1, 4, 0)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "adopted")
    assert check(folder, "--policy-from", "main") == (0, [], 3)
    listed["findings"].append({"path": BASELINE, "rule": "policy-loosened", "hash": "0" * 20})
    write(folder, {BASELINE: json.dumps(listed)})
    assert check(folder, "--policy-from", "main")[1] == [f"{BASELINE}:1 policy-loosened"]
    write(folder, {BASELINE: "["})
    assert run(folder, PREFLIGHT, "check", "--policy-from", "main").returncode == 2


def test_nothing_is_said_to_be_loosened_before_the_first_commit(make_repository: MakeRepository) -> None:
    folder = make_repository({**TWO, POLICY: IGNORE})
    for arguments in ((POLICY, "sub/.mcp.json"), ("--staged",)):
        assert not [each for each in check(folder, *arguments)[1] if each.endswith("policy-loosened")]


def test_a_loosened_policy_blocks_only_who_asks_for_it(make_repository: MakeRepository) -> None:
    folder = committed(make_repository, {"a.txt": "a"})
    write(folder, {POLICY: IGNORE})
    assert check(folder, POLICY)[0] == 0
    assert check(folder, "--strict", POLICY)[0] == 1
    assert run(folder, tool("claude-md-gitignore"), POLICY).returncode == 0
