"""The formats of the report: each is read back by what consumes it, and nothing in it is obeyed."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
from functools import cache
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options as MarkdownOptions
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from claude_preflight import DOCUMENTATION
from claude_preflight.agents.files import VIRTUAL
from claude_preflight.catalogue import all_rules
from claude_preflight.examine import FORMATS, Options, examine
from claude_preflight.identity import identity
from claude_preflight.model import Severity, Span
from claude_preflight.progress import watched
from claude_preflight.report import github, gitlab, markdown, sarif, text
from claude_preflight.report.safe import printable
from claude_preflight.run import Report, Result
from claude_preflight.suppress import Suppression
from conftest import Files, MakeRepository, run, tool

PREFLIGHT = tool("claude-preflight")
SERVER = '"command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem@2026.8.31", "/"]'
CONFIG = f'{{\n  "mcpServers": {{\n    "f": {{"type": "stdio", {SERVER}}}\n  }}\n}}\n'
COMMENT = "// claude-preflight: ignore[filesystem-root] a demo"
EDITOR = f'{{\n  "servers": {{\n    {COMMENT}\n    "e": {{{SERVER}}}\n  }}\n}}\n'
POLICY = 'ignore:\n  - {rule: filesystem-root, path: b/.mcp.json, reason: "a trial"}\n'
FILES: Files = {
    ".mcp.json": CONFIG,
    ".vscode/mcp.json": EDITOR,
    "b/.mcp.json": CONFIG,
    ".claude-preflight.yaml": POLICY,
}

OWN_RULE = all_rules()["filesystem-root"][1]


def result_of(message: str, path: str = ".mcp.json", repair: str = "mend it", **fields: Any) -> Result:
    finding = OWN_RULE.at(Span(0, 1), message, repair=repair, key=fields.pop("key", "k"))
    values = {"severity": Severity.ERROR, "line": 3, "column": 5, "end_line": 3, "end_column": 9, **fields}
    return Result("mcp-filesystem-scope", finding, path=path, **values)


def report_of(*results: Result, hidden: tuple[Result, ...] = (), crashes: tuple[str, ...] = ()) -> Report:
    return Report(results, hidden, len(results), crashes)


# --- what nothing may obey ----------------------------------------------------------------------------------------

OBEYED = [
    "::error::x",
    "\u3000 ::add-mask::x",
    "a\n::stop-commands::x",
    "##[group]x",
    "###[error]x",
    "##vso[task.setvariable variable=a]b",
    "##teamcity[buildStop]",
    "section_start:1:x\r\x1b[0Kx",
    "\x1b]0;title\x07",
    "\x1b[2J",
    "\x9b2J",
    "\u202egpj.exe",
    "\u2066x\u2069",
    "a\rb",
    "a\u2028b",
    "\U000e0041",
    "\udc80",
    "\0",
]
MARKUP = [
    "a | b",
    "a \\| b",
    "`a` `` | ``",
    "<script>x</script>",
    "<!-- x",
    "[a](https://x.example)",
    "![a](//x.example)",
    "[a]: x",
    "https://x.example www.x.example",
    "@me @a/b ann@x.example mailto:ann@x.example",
    "#12 a/b#12 GH-12 !3 ~label $4 deadbeef 0123456789abcdef",
    ":tada: *a* _b_ ~~c~~ **d** __e__",
    "&#64;me &lt;b&gt; &amp;",
    "# a",
    "- a",
    "  a  b ",
    "C:\\a\\b",
    "100% ,;=",
]
WORDS = st.sampled_from([*OBEYED, *MARKUP]) | st.text(max_size=8)
TEXTS = st.lists(WORDS, min_size=1, max_size=4).map(" ".join) | st.lists(WORDS, min_size=1, max_size=3).map("".join)
PATHS = TEXTS.map(lambda name: name.replace("\0", "x")).filter(bool)

CONTROLS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e0fff]"
)
# What the runners look for, in their own words: Actions (ActionCommand.cs), Azure Pipelines, TeamCity, GitLab.
COMMANDS = re.compile(
    r"^\s*::(?![\w-]+ )|##\[|##vso\[|##teamcity\[|section_(?:start|end):\d+:[^\r\n]*\r\x1b\[0K", re.MULTILINE
)


@pytest.mark.parametrize("form", sorted(FORMATS))
@settings(max_examples=40, deadline=None)
@given(TEXTS, PATHS, TEXTS, TEXTS)
def test_nothing_in_a_report_is_obeyed(form: str, message: str, path: str, repair: str, reason: str) -> None:
    hidden = result_of(message, path, repair, suppression=Suppression("policy", reason))
    warning = result_of(repair, path, message, severity=Severity.WARNING)
    report = report_of(result_of(message, path, repair), warning, hidden=(hidden,), crashes=(message,))
    rendered = import_module(FORMATS[form]).render(report)
    assert not CONTROLS.search(rendered)
    assert not COMMANDS.search(rendered)
    if form != "github":
        assert not re.search(r"^\s*::", rendered, re.MULTILINE)


@pytest.mark.parametrize("words", [*OBEYED, *MARKUP, "plain"])
def test_printable_is_printable_once_and_for_all(words: str) -> None:
    assert printable(printable(words)) == printable(words)
    assert (printable(words) == words) == (words not in OBEYED)


# --- GitHub -------------------------------------------------------------------------------------------------------


def command_of(line: str) -> tuple[str, dict[str, str], str]:
    """Read a line as the runner of GitHub Actions does: name, properties, data."""
    assert line.lstrip().startswith("::")
    head, _, data = line.lstrip()[2:].partition("::")
    name, _, listed = head.partition(" ")
    pairs = [each.split("=", 1) for each in listed.strip().split(",") if each]
    properties = {pair[0]: undone(pair[1], ("%0D", "%0A", "%3A", "%2C", "%25")) for pair in pairs}
    return name, properties, undone(data, ("%0D", "%0A", "%25"))


def undone(words: str, escapes: tuple[str, ...]) -> str:
    for escape in escapes:
        words = words.replace(escape, chr(int(escape[1:], 16)))
    return words


@settings(max_examples=150, deadline=None)
@given(TEXTS, PATHS, TEXTS)
def test_github_lines_read_back_as_they_were_meant(message: str, path: str, repair: str) -> None:
    (line,) = github.render(report_of(result_of(message, path, repair))).splitlines()
    name, properties, data = command_of(line)
    assert name == "error"
    assert properties == {
        "file": printable(path),
        "line": "3",
        "endLine": "3",
        "col": "5",
        "title": "filesystem-root",
    }
    assert data == f"{printable(message)}\nrepair: {printable(repair)}"


def test_github_commands_in_full() -> None:
    results = (
        result_of("50% of it", "a,b:c.json", end_line=4, end_column=1),
        result_of("w", severity=Severity.WARNING, end_line=5),
        result_of("the history", VIRTUAL["repository"]),
    )
    assert github.render(report_of(*results)).splitlines() == [
        "::error file=a%2Cb%3Ac.json,line=3,endLine=3,col=5,title=filesystem-root::50%25 of it%0Arepair: mend it",
        "::warning file=.mcp.json,line=3,endLine=5,col=5,title=filesystem-root::w%0Arepair: mend it",
        "::error title=filesystem-root::the history%0Arepair: mend it",
    ]


# --- GitLab -------------------------------------------------------------------------------------------------------

# What GitLab's own validator asks for (app/validators/json_schemas/codeclimate.json) and its documentation adds.
CODE_QUALITY = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string"},
            "check_name": {"type": "string"},
            "fingerprint": {"type": "string"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./)"},
                    "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer"}}},
                },
            },
        },
    },
}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(TEXTS, PATHS), max_size=4))
def test_gitlab_takes_every_finding_as_one_of_its_own(pairs: list[tuple[str, str]]) -> None:
    report = report_of(*(result_of(message, path) for message, path in pairs))
    issues = json.loads(gitlab.render(report))
    Draft202012Validator(CODE_QUALITY).validate(issues)
    assert len({issue["fingerprint"] for issue in issues}) == len(pairs)
    assert [issue["location"]["path"] for issue in issues] == [path for _, path in pairs]


def test_gitlab_in_full() -> None:
    results = (result_of("m"), result_of("m", VIRTUAL["repository"], line=1, severity=Severity.WARNING))
    first, second = json.loads(gitlab.render(report_of(*results)))
    assert first == {
        "description": "m (repair: mend it)",
        "check_name": "filesystem-root",
        "fingerprint": identity(results[0]),
        "severity": "critical",
        "location": {"path": ".mcp.json", "lines": {"begin": 3}},
    }
    assert (second["severity"], second["location"]) == ("minor", {"path": ".", "lines": {"begin": 1}})


@pytest.mark.parametrize("form", ["gitlab", "sarif"])
def test_fingerprints_survive_moved_lines(form: str, make_repository: MakeRepository) -> None:
    def fingerprints() -> list[str]:
        report = json.loads(run(folder, PREFLIGHT, "check", "--format", form, ".mcp.json").stdout)
        if form == "gitlab":
            return [issue["fingerprint"] for issue in report]
        return [each["partialFingerprints"]["claudePreflightKey/v1"] for each in report["runs"][0]["results"]]

    folder = make_repository({".mcp.json": CONFIG})
    before = fingerprints()
    (folder / ".mcp.json").write_text(f"\n\n{CONFIG}")
    assert fingerprints() == before
    (folder / ".mcp.json").write_text(CONFIG.replace('"f"', '"g"'))
    assert set(fingerprints()).isdisjoint(before)
    assert len(before) == 1


# --- Markdown -----------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser makes of the page: its elements, links, and the words of each cell, apart from those in code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.links: list[str | None] = []
        self.rows: list[list[str]] = []
        self.prose = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.add(tag)
        self.links += [value for name, value in attrs if name == "href"]
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "td" in self.open or "th" in self.open:
            self.rows[-1][-1] += data
            if not {"code", "a"}.intersection(self.open):
                self.prose += f" {data}"


def page_of(report: Report) -> Page:
    # GitHub lets raw HTML through here, and sanitises it later.
    options = MarkdownOptions.CMARK_OPT_UNSAFE
    return Page(cmarkgfm.github_flavored_markdown_to_html(markdown.render(report), options))


@settings(max_examples=150, deadline=None)
@given(TEXTS, PATHS, TEXTS)
def test_markdown_shows_just_the_characters_of_a_finding(message: str, path: str, repair: str) -> None:
    page = page_of(report_of(result_of(message, path, repair)))
    assert page.seen <= {"h3", "h4", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "a"}
    assert page.links == [f"{DOCUMENTATION}#filesystem-root"]
    heading, row = page.rows
    assert heading == ["Place", "Finding", "Repair", "Rule"]
    shown = [" ".join(cell.split()) for cell in row]
    assert shown == [" ".join(printable(cell).split()) for cell in (f"{path}:3:5", message, repair, "filesystem-root")]
    assert not re.search(r"[@#!$%&~^*\\/_`|<>\[\]{}](?=\w)|\w[@:/.](?=\w)|\b[0-9a-f]{7,}\b", page.prose)


def test_markdown_in_full() -> None:
    report = report_of(
        result_of('server "f" may read: "/"'),
        result_of("the history is long", VIRTUAL["repository"], severity=Severity.WARNING),
        hidden=(result_of("x", suppression=Suppression("policy", "r")),),
    )
    rule = f"[filesystem-root]({DOCUMENTATION}#filesystem-root)"
    assert markdown.render(report) == (
        "### claude-preflight\n\n"
        "2 findings (1 error, 1 warning) in 2 files; 1 suppressed (1 by policy)\n\n"
        "#### Errors\n\n| Place | Finding | Repair | Rule |\n| --- | --- | --- | --- |\n"
        '| <code>&#46;mcp&#46;json&#58;3&#58;5</code> | server "f" may read: <code>&#34;&#47;&#34;</code>'
        f" | mend it | {rule} |\n\n"
        "#### Warnings\n\n| Place | Finding | Repair | Rule |\n| --- | --- | --- | --- |\n"
        f"| <code>&#60;repository&#62;</code> | the history is long | mend it | {rule} |\n"
    )


def test_markdown_fits_into_a_comment_and_counts_what_does_not() -> None:
    many = [result_of("a message of some length", f"{number}.json") for number in range(1000)]
    page = markdown.render(report_of(*many, result_of("w", severity=Severity.WARNING)))
    listed = page.count("| <code>")
    assert len(page) < 65_536
    assert page.endswith(f"\nNot listed for want of room: {1001 - listed} more.\n")
    assert 100 < listed < 1000


# --- SARIF --------------------------------------------------------------------------------------------------------


@cache
def schema() -> dict[str, Any]:
    path = Path(__file__).parent / "data" / "sarif-2.1.0.schema.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def validated(rendered: str) -> dict[str, Any]:
    """Return the one run of a log that the official schema takes."""
    log = json.loads(rendered)
    Draft202012Validator(schema()).validate(log)
    (only,) = log["runs"]
    assert isinstance(only, dict)
    return only


def test_sarif_describes_every_rule() -> None:
    driver = validated(sarif.render(report_of()))["tool"]["driver"]
    rules = all_rules()
    assert [rule["id"] for rule in driver["rules"]] == list(rules)
    for shown in driver["rules"]:
        rule = rules[shown["id"]][1]
        assert shown["defaultConfiguration"] == {"level": rule.severity.value}
        assert 0 < float(shown["properties"]["security-severity"]) < 10
        assert shown["properties"]["tags"] == ["security", f"external/cwe/cwe-{rule.cwe:03}"]
        assert shown["help"]["markdown"].count("\n---") >= 5
        assert shown["helpUri"] == f"{DOCUMENTATION}#{rule.id}"
        assert "@@" not in shown["help"]["markdown"]


def test_sarif_of_a_repository(make_repository: MakeRepository) -> None:
    folder = make_repository({**FILES, "c d%/.mcp.json": CONFIG.replace('"f"', '"ü"')})
    only = validated(run(folder, PREFLIGHT, "check", "--format", "sarif").stdout)
    assert only["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    rules = [rule["id"] for rule in only["tool"]["driver"]["rules"]]
    shown = []
    for result in only["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"] == "filesystem-root"
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["artifactLocation"].pop("uriBaseId") == "SRCROOT"
        shown.append((physical["artifactLocation"]["uri"], physical["region"], result.get("suppressions")))
    assert shown == [
        (".mcp.json", region(3, 114, 117), None),
        ("c%20d%25/.mcp.json", region(3, 114, 117), None),
        (
            ".vscode/mcp.json",
            region(4, 97, 100),
            [{"kind": "inSource", "status": "accepted", "justification": "a demo"}],
        ),
        ("b/.mcp.json", region(3, 114, 117), [{"kind": "external", "status": "accepted", "justification": "a trial"}]),
    ]


def region(line: int, start: int, end: int) -> dict[str, int]:
    return {"startLine": line, "startColumn": start, "endLine": line, "endColumn": end}


def test_sarif_fixes_are_those_of_the_fix_option(make_repository: MakeRepository) -> None:
    folder = make_repository({".mcp.json": f"{CONFIG[:2]}\r\n{CONFIG[2:]}"})
    only = validated(run(folder, PREFLIGHT, "check", "--format", "sarif").stdout)
    ((change,),) = ([fix["artifactChanges"][0] for fix in result["fixes"]] for result in only["results"])
    lines = (folder / ".mcp.json").read_bytes().decode().splitlines(keepends=True)
    for edit in change["replacements"]:
        place = edit["deletedRegion"]
        assert place["startLine"] == place["endLine"]
        line = lines[place["startLine"] - 1]
        mended = line[: place["startColumn"] - 1] + edit["insertedContent"]["text"] + line[place["endColumn"] - 1 :]
        lines[place["startLine"] - 1] = mended
    run(folder, PREFLIGHT, "check", "--fix")
    assert (folder / ".mcp.json").read_bytes().decode() == "".join(lines) != CONFIG


def test_sarif_tells_of_crashes_and_of_what_is_no_file() -> None:
    crash = "a: the check b failed: KeyError"
    only = validated(sarif.render(report_of(result_of("m", VIRTUAL["repository"]), crashes=(crash,))))
    assert only["invocations"][0]["executionSuccessful"] is False
    (note,) = only["invocations"][0]["toolExecutionNotifications"]
    assert note == {"level": "error", "message": {"text": crash}}
    (result,) = only["results"]
    assert result["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "%3Crepository%3E", "uriBaseId": "SRCROOT"},
                "region": {"startLine": 1},
            },
            "logicalLocations": [{"name": "repository", "kind": "resource"}],
        }
    ]


@settings(max_examples=40, deadline=None)
@given(TEXTS, PATHS, TEXTS, TEXTS)
def test_sarif_keeps_paths_and_makes_no_links(message: str, path: str, repair: str, reason: str) -> None:
    hidden = result_of(message, path, repair, suppression=Suppression("comment", reason))
    rendered = sarif.render(report_of(result_of(message, path, repair), hidden=(hidden,)))
    results = json.loads(rendered)["runs"][0]["results"]
    checker = Draft202012Validator({"$ref": "#/definitions/result", "definitions": schema()["definitions"]})
    for result in results:
        checker.validate(result)
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert os.fsdecode(unquote_to_bytes(uri)) == os.fsdecode(os.fsencode(path))
        assert re.fullmatch(r"[\w.~%/-]+", uri, re.ASCII)
        assert "](" not in result["message"]["text"]
    assert len({result["partialFingerprints"]["claudePreflightKey/v1"] for result in results}) == 2


# --- text: colour and progress ------------------------------------------------------------------------------------


def on_a_terminal(folder: Path, *command: str, **environment: str) -> str:
    """Run `command` with its output on a terminal, and return what the terminal gets."""
    ours, theirs = pty.openpty()
    variables = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    with open(theirs, "wb", 0) as terminal:
        subprocess.run(command, cwd=folder, env={**variables, **environment}, stdout=terminal, check=False)
    received = b""
    with open(ours, "rb", 0) as terminal:
        while True:
            try:
                piece = terminal.read(4096)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            received += piece
    return received.decode().replace("\r\n", "\n")


def test_text_is_coloured_on_a_terminal_only(make_repository: MakeRepository) -> None:
    folder = make_repository({".mcp.json": CONFIG.replace("@2026.8.31", "")})
    plain = run(folder, PREFLIGHT, "check").stdout
    first, second = plain.splitlines()[0:3:2]
    coloured = on_a_terminal(folder, PREFLIGHT, "check", TERM="xterm")
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain
    place, message = second.split(": ", 1)
    assert f"\x1b[1m{place}:\x1b[0m \x1b[31m{message.removesuffix(' [filesystem-root]')}\x1b[0m" in coloured
    assert first.startswith(".mcp.json:3:61: warning: ")
    assert coloured.startswith("\x1b[1m.mcp.json:3:61:\x1b[0m \x1b[33mwarning:\x1b[0m ")
    assert on_a_terminal(folder, PREFLIGHT, "check", TERM="xterm", NO_COLOR="1") == plain
    assert on_a_terminal(folder, PREFLIGHT, "check", TERM="dumb") == plain
    assert on_a_terminal(folder, PREFLIGHT, "check", TERM="xterm", NO_COLOR="") == coloured
    assert run(folder, PREFLIGHT, "check", FORCE_COLOR="1").stdout == coloured
    assert run(folder, PREFLIGHT, "check", FORCE_COLOR="1", NO_COLOR="1").stdout == plain


def test_progress_begins_after_two_seconds_and_leaves_nothing() -> None:
    terminal = io.StringIO()
    times = iter([0.0, 0.5, 1.9, 2.0, 2.05, 2.2])
    assert list(watched("abcde", terminal, lambda: next(times))) == list("abcde")
    assert terminal.getvalue() == "\rchecked 2 files...\rchecked 4 files...\r\x1b[K"
    terminal = io.StringIO()
    assert list(watched("abc", terminal, lambda: 1.0)) == list("abc")
    assert terminal.getvalue() == ""


def test_text_summary_counts_what_is_hidden_by_what(make_repository: MakeRepository) -> None:
    report = examine(Options(), str(make_repository(FILES)))
    assert report.suppressed == (("comment", 1), ("policy", 1))
    assert text.summary(report) == "1 finding in 4 files, 1 fixable; 2 suppressed (1 by comment, 1 by policy)"
