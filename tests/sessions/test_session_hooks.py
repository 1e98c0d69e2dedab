"""The hooks about sessions: what they find, where they are silent, and that they tell nothing of transcripts."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from synthetic import START, Session

from claude_preflight.catalogue import hook
from claude_preflight.context import Context
from claude_preflight.examine import Options, examine
from claude_preflight.policy import Policy
from claude_preflight.report import json_, text
from claude_preflight.repository import Repository
from claude_preflight.sessions import cost, review, rotation
from claude_preflight.sessions.at_hand import AtHand, at_hand
from conftest import Files, MakeRepository, run, tool

HOOKS = ("session-rotation", "session-cost", "session-review")
NAME = "6f0c0d3e-1111-4222-8333-444455556666"
MCP = json.dumps(
    {
        "mcpServers": {
            "my docs": {"command": "docs"},
            "issues": {"url": "https://mcp.example.org"},
            "off": {"command": "x"},
        }
    }
)
SETTINGS = '{"permissions": {"allow": ["WebFetch(domain:docs.example.org)"]}}'
FILES: Files = {".mcp.json": MCP, ".claude/settings.json": SETTINGS}
DENIED = "Permission to use {} has been denied."
Steps = Callable[[Session], Any]


class Place:
    """A repository with a folder for transcripts, in the environment of a session of Claude Code."""

    def __init__(self, root: Path, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.config = config
        monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(config))
        monkeypatch.setenv("CLAUDE_CODE_SESSION_ID", NAME)
        for name in ("CI", "TMPDIR"):
            monkeypatch.delenv(name, raising=False)

    def session(self, steps: Steps, name: str = NAME, start: float = START) -> Session:
        session = Session(self.root, name, start)
        steps(session)
        session.save(self.config)
        return session

    def history(self, count: int, steps: Steps) -> None:
        for number in range(count):
            self.session(steps, f"earlier-{number}", START - (number + 2) * 86_400)

    def hand(self, **facts: Any) -> AtHand:
        """Return the session at hand as of a minute after its last line, on a machine that is no container."""
        found = at_hand(Context(Repository(str(self.root)), Policy(), "2026-11-22"))
        assert found
        return found._replace(**{"now": found.session.last + 60, "sandboxed": False, **facts})


@pytest.fixture
def place(make_repository: MakeRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(make_repository(FILES), tmp_path / "config", monkeypatch)


def judged(hand: AtHand, policy: Policy = Policy()) -> dict[str, str]:  # noqa: B008
    """Return the messages of all three hooks by rule."""
    found = [*rotation.judge(hand, policy), *cost.judge(hand, policy), *review.judge(hand)]
    assert len({evidence.rule.id for evidence in found}) == len(found)
    return {evidence.rule.id: evidence.message for evidence in found}


def wait(session: Session, minutes: float) -> None:
    session.time += minutes * 60


def long(session: Session) -> None:
    for _ in range(40):
        session.answer()
        wait(session, 4)


def idle(session: Session) -> None:
    session.prompt()
    wait(session, 200)
    session.answer()


def fetching(session: Session) -> None:
    session.call("WebFetch", url="https://docs.example.org/x", prompt="p")
    session.call("Edit", file_path="a.py", old_string="a", new_string="b")
    wait(session, 40)
    session.call("Bash", command="make")


def evading(session: Session) -> None:
    session.call("Read", DENIED.format("Read"), error=True, file_path=f"{session.cwd}/data/x.db")
    session.call("Bash", command="cat data/x.db")


CASES: dict[str, tuple[Steps, dict[str, str]]] = {
    "ordinary": (
        lambda session: (
            session.prompt(),
            session.call("Read", file_path="a.py"),
            session.call("Bash", command="make"),
        ),
        {},
    ),
    "long": (long, {"session-too-old": "this session is 3 h 16 min old, 3 h 16 min of it active; the limit is 3 h"}),
    "forgotten": (idle, {"session-too-old": "this session is 3 h 22 min old, 10 min of it active; the limit is 3 h"}),
    "outside": (
        fetching,
        {"session-read-outside-sources": "this session read outside sources once and worked on for 44 min since"},
    ),
    "outside last": (
        lambda session: (session.call("Bash", command="make"), session.call("WebFetch", url="https://a.example.org")),
        {},
    ),
    "outside failed": (
        lambda session: (
            session.call("WebFetch", "timeout", error=True, url="https://a.example.org"),
            session.call("Bash", command="make"),
        ),
        {},
    ),
    "own server": (
        lambda session: (session.call("mcp__my_docs__get", query="x"), session.call("Bash", command="make")),
        {},
    ),
    "remote server": (
        lambda session: (session.call("mcp__issues__get", query="x"), session.call("Bash", command="make")),
        {
            "session-read-outside-sources": "this session read outside sources once (1 by MCP servers) and worked on"
            " for 2 min since"
        },
    ),
    "undeclared server": (
        lambda session: (session.call("Bash", command="make"), session.call("mcp__mail__send", to="x")),
        {"undeclared-server-called": "this session has called 1 MCP server that the repository does not declare, once"},
    ),
    "editor": (lambda session: session.call("mcp__ide__getDiagnostics"), {}),
    "several projects": (
        lambda session: (
            session.prompt(cwd="/srv/one"),
            session.prompt(cwd="/srv/one"),
            session.prompt(cwd="/srv/two"),
        ),
        {
            "session-across-projects": "this session has also worked in 2 other projects, and carries what it read"
            " there into this one"
        },
    ),
    "folders that are no projects": (
        lambda session: (
            session.prompt(cwd=f"{session.cwd}/src"),
            session.prompt(cwd=str(Path(session.cwd).parent)),
            session.prompt(cwd="/tmp/x"),
            session.prompt(cwd="/"),
        ),
        {},
    ),
    "credentials": (
        lambda session: (
            session.call("Read", file_path="~/.aws/credentials"),
            session.call("Bash", command="cat .env"),
        ),
        {
            "session-touched-sensitive-path": "this session has opened files of credentials 2 times: the model has seen"
            " what they hold"
        },
    ),
    "credentials refused": (
        lambda session: session.call("Read", DENIED.format("Read"), error=True, file_path="~/.aws/credentials"),
        {},
    ),
    "evaded": (
        evading,
        {"denied-call-retried": "this session was denied 1 call, and then got what it wanted in another way"},
    ),
    "bypassed": (
        lambda session: session.prompt(permissionMode="bypassPermissions"),
        {
            "session-bypassed-permissions": "this session ran without asking for permissions, on a machine that does"
            " not look like a container"
        },
    ),
    "bypassed by its own line": (
        lambda session: (session.prompt(), session.add("permission-mode", permissionMode="bypassPermissions")),
        {
            "session-bypassed-permissions": "this session ran without asking for permissions, on a machine that does"
            " not look like a container"
        },
    ),
    "out of the sandbox": (
        lambda session: session.call("Bash", command="make", dangerouslyDisableSandbox=True),
        {
            "session-bypassed-permissions": "this session ran commands without its sandbox once, on a machine that does"
            " not look like a container"
        },
    ),
    "filled": (
        lambda session: session.call("mcp__my_docs__get", "x" * 240_000),
        {"server-fills-context": 'server "my docs" has brought about 60,000 tokens into this session with 1 call'},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_cases(place: Place, case: str) -> None:
    steps, expected = CASES[case]
    place.session(steps)
    assert judged(place.hand()) == expected


@pytest.mark.parametrize(
    ("first", "then", "found"),
    [
        ({"tool": "Read", "file_path": "x/a.db"}, {"tool": "Bash", "command": "head x/a.db"}, True),
        ({"tool": "Read", "file_path": "x/a.db"}, {"tool": "mcp__fs__read_file", "path": "./x/a.db"}, True),
        ({"tool": "Read", "file_path": "x/a.db"}, {"tool": "Read", "file_path": "x/a.db"}, False),
        ({"tool": "Read", "file_path": "x/a.db"}, {"tool": "Bash", "command": "ls x/a.db"}, False),
        ({"tool": "Read", "file_path": "x/a.db"}, {"tool": "Bash", "command": "head x/b.db"}, False),
        ({"tool": "Edit", "file_path": "x/a.py"}, {"tool": "Bash", "command": "pytest x/a.py"}, False),
        ({"tool": "Edit", "file_path": "x/a.py"}, {"tool": "Read", "file_path": "x/a.py"}, False),
        ({"tool": "Edit", "file_path": "x/a.py"}, {"tool": "Write", "file_path": "x/a.py"}, False),
        ({"tool": "Edit", "file_path": "x/a.py"}, {"tool": "Bash", "command": "sed -i s/a/b/ x/a.py"}, True),
        (
            {"tool": "WebFetch", "url": "https://a.example.org"},
            {"tool": "Bash", "command": "curl https://a.example.org/x"},
            True,
        ),
        (
            {"tool": "Bash", "command": "curl https://a.example.org"},
            {"tool": "Bash", "command": "wget https://a.example.org"},
            True,
        ),
        (
            {"tool": "Bash", "command": "rm x/a.db"},
            {"tool": "Bash", "command": "python -c 'os.remove(\"x/a.db\")'"},
            True,
        ),
    ],
)
def test_what_is_another_way(place: Place, first: dict[str, str], then: dict[str, str], found: bool) -> None:
    def steps(session: Session) -> None:
        session.call(result=DENIED.format("it"), error=True, **first)
        session.call(**then)

    place.session(steps)
    assert ("denied-call-retried" in judged(place.hand())) is found


@pytest.mark.parametrize(
    "between",
    [
        lambda session: session.prompt("then use cat"),
        lambda session: session.call(
            "Edit",
            "The tool use was rejected. The user doesn't want to proceed with this tool use, the user said: cat",
            error=True,
        ),
    ],
)
def test_what_a_person_asked_for_is_no_evasion(place: Place, between: Steps) -> None:
    def steps(session: Session) -> None:
        session.call("Read", DENIED.format("Read"), error=True, file_path="x/a.db")
        between(session)
        session.call("Bash", command="cat x/a.db")

    place.session(steps)
    assert "denied-call-retried" not in judged(place.hand())


def test_a_container_may_bypass(place: Place) -> None:
    place.session(lambda session: session.prompt(permissionMode="bypassPermissions"))
    assert judged(place.hand(sandboxed=True)) == {}


@pytest.mark.parametrize(
    ("entrypoint", "ci", "found"), [("sdk-cli", True, True), ("sdk-cli", False, False), ("cli", True, False)]
)
def test_headless_sessions_in_ci(place: Place, entrypoint: str, ci: bool, found: bool) -> None:
    place.session(lambda session: (session.prompt(entrypoint=entrypoint), session.prompt(entrypoint=entrypoint)))
    assert ("headless-session-reused" in judged(place.hand(ci=ci))) is found


def test_clocks_that_jump(place: Place) -> None:
    def steps(session: Session) -> None:
        session.add("user", message={"content": "x"}, timestamp="1970-01-01T00:00:00Z")
        session.prompt()
        session.time += 3000 * 86_400
        session.prompt()

    session = place.session(steps)
    assert judged(place.hand(now=session.time - 4000 * 86_400)) == {}


def spending(usd: float) -> Steps:
    return lambda session: session.answer(
        {"type": "tool_use", "id": f"t-{session.name}", "name": "Read", "input": {}},
        usage={"output_tokens": round(usd * 50_000)},
    )


@pytest.mark.parametrize(
    ("sessions", "usd", "found"),
    [(10, 10.0, True), (9, 10.0, False), (10, 3.0, False), (10, 0.9, False), (60, 10.0, True)],
)
def test_costs_are_judged_by_ten_earlier_sessions(place: Place, sessions: int, usd: float, found: bool) -> None:
    place.history(sessions, spending(1.0))
    place.session(spending(usd))
    hand = place.hand()
    assert len(hand.costs) == sessions + 1
    messages = {each.rule.id: each.message for each in cost.judge(hand, Policy())}
    assert ("session-cost-unusual" in messages) is found
    if found:
        assert messages["session-cost-unusual"] == (
            f"this session has cost about 10.00 USD, 10 times the median (1.00 USD) of the {sessions} before it: tokens"
            " 0 input, 500,000 output, 0 written to the cache, 0 read from the cache; prices of 2026-11-20"
        )


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ([], None),
        ([1_000_000] * 9, None),
        ([0] * 20, None),
        ([1_000_000] * 10, (10, 1.0, 4.13)),
        ([1_000_000, 2_000_000] * 5 + [4_000_000], (11, 2.0, 72.96)),
    ],
)
def test_usual(costs: list[int], expected: tuple[int, float, float] | None) -> None:
    found = cost.usual(costs, 3.5)
    assert (found and (found.sessions, round(found.median, 2), round(found.bound, 2))) == expected


def test_servers_that_nobody_calls(place: Place) -> None:
    os.utime(place.root / ".mcp.json", (START - 11.5 * 86_400, START - 11.5 * 86_400))
    place.history(11, lambda session: session.call("mcp__issues__get"))
    place.session(lambda session: session.call("mcp__my_docs__get"))
    assert judged(place.hand())["idle-server-costs-context"] == (
        'none of the last 10 sessions has called "off", which every session starts; sessions begin with about 12 tokens'
        " of context"
    )


def test_few_sessions_tell_nothing_of_servers(place: Place) -> None:
    os.utime(place.root / ".mcp.json", (0, 0))
    place.history(9, lambda session: session.call("Read", file_path="a"))
    place.session(lambda session: session.prompt())
    assert judged(place.hand()) == {}


def test_hosts_and_tools_new_to_the_project(place: Place) -> None:
    def usual(session: Session) -> None:
        session.call("mcp__my_docs__get")
        session.call("Bash", command="curl https://known.example.org/x")

    def unusual(session: Session) -> None:
        usual(session)
        session.call("mcp__my_docs__drop")
        session.call("WebFetch", url="https://new.example.org")
        session.call("WebFetch", url="https://docs.example.org")

    place.history(5, usual)
    place.session(unusual)
    messages = judged(place.hand())
    assert messages["new-host-contacted"] == "this session has fetched from 1 host that no earlier one of 5 has"
    assert messages["new-tool-called"] == "this session has called 1 MCP tool (of my docs) that no earlier one of 5 has"
    assert not {"new-host-contacted", "new-tool-called"} & set(judged(place.hand(complete=False)))
    assert not {"new-host-contacted", "new-tool-called"} & set(judged(place.hand(earlier=())))


def test_limits_are_those_of_the_policy(place: Place) -> None:
    place.session(lambda session: (long(session), fetching(session)))
    policy = Policy(limits=(("session_hours", 5.0), ("outside_minutes", 45.0)))
    assert judged(place.hand(), policy) == {}


# --- end to end ---------------------------------------------------------------------------------------------------

CANARY = "canary" + "7f3a"


def everything(session: Session) -> None:
    session.prompt(CANARY, permissionMode="bypassPermissions")
    session.call("Read", CANARY, file_path=f"/home/{CANARY}/.aws/credentials")
    session.call("WebFetch", CANARY, url=f"https://{CANARY}.example.org/{CANARY}", prompt=CANARY)
    session.call(f"mcp__{CANARY}__{CANARY}", CANARY * 30_000, **{CANARY: CANARY})
    session.call("Read", f"Permission to read /{CANARY}/x.db has been denied.", error=True, file_path=f"/{CANARY}/x.db")
    session.call("Bash", CANARY, command=f"cat /{CANARY}/x.db")
    session.prompt(cwd=f"/srv/{CANARY}")
    for number in range(30):
        session.add(f"{CANARY}-{number}", **{CANARY: CANARY})


def test_nothing_of_a_transcript_is_printed(place: Place, capfd: pytest.CaptureFixture[str]) -> None:
    place.history(12, spending(0.001))
    place.session(everything, start=time.time() - 4 * 3600)
    report = examine(Options(hooks=HOOKS), str(place.root))
    assert report.crashes == ()
    assert {result.finding.rule.id for result in report.results} >= {
        "session-too-old",
        "session-read-outside-sources",
        "session-across-projects",
        "server-fills-context",
        "session-touched-sensitive-path",
        "denied-call-retried",
        "undeclared-server-called",
        "new-host-contacted",
        "new-tool-called",
    }
    told = capfd.readouterr()
    assert "30 of 42 lines of this session's transcript" in told.err
    assert CANARY not in text.render(report) + json_.render(report) + told.out + told.err
    examine(Options(hooks=HOOKS), str(place.root))
    assert capfd.readouterr().err == ""


def test_drift_alone_stops_no_commit(place: Place) -> None:
    place.session(lambda session: [session.add("turn") for _ in range(30)], start=time.time() - 1800)
    assert examine(Options(hooks=HOOKS), str(place.root)).results == ()


@pytest.mark.parametrize("name", ["", "another-session", "../../x"])
def test_without_an_agent_the_hooks_say_nothing(place: Place, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    place.session(everything)
    monkeypatch.setenv("CLAUDE_CODE_SESSION_ID", name)
    report = examine(Options(hooks=HOOKS), str(place.root))
    assert (report.results, report.crashes) == ((), ())


@pytest.mark.parametrize("name", HOOKS)
def test_the_hooks_own_scripts(place: Place, name: str) -> None:
    place.session(everything, start=time.time() - 4 * 3600)
    module = hook(name)
    assert module
    done = run(place.root, tool("python"), "-m", module.module)
    assert (done.returncode, CANARY in done.stdout + done.stderr) == (1, False)
    # One finding each: the repository is looked at as a whole, not for every file in it.
    found = [line.rpartition("[")[2] for line in done.stdout.splitlines() if line.startswith("<repository>: ")]
    assert len(found) == len(set(found)) == int(done.stdout.splitlines()[-1].split()[0])


def test_a_repository_without_transcripts(make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAUDE_CODE_SESSION_ID", NAME)
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", "/nowhere")
    folder = make_repository({"a": "b"})
    assert examine(Options(hooks=HOOKS), str(folder)).results == ()
    assert not list((folder / ".git").glob("claude-preflight/*.jsonl"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes(range(256)) * 500,
        b'{"type":"assistant","message":{"content":[{"type":"tool_use","id":"a","name":"Bash","input":{"command":"\\ud800"}}]},'
        b'"cwd":"\\u0000\\ud800","timestamp":"2026-11-18T11:06:40Z","sessionId":"\\ud800"}\n' * 3,
        b'{"cwd":"' + b"/x" * 100_000 + b'"}\n{"cwd":"relative"}\n{"cwd":"/"}\n' + b"[" * 200_000 + b"\n",
    ],
)
def test_hostile_transcripts(place: Place, content: bytes) -> None:
    path = place.session(lambda session: session.prompt()).save(place.config)
    path.write_bytes(content)
    report = examine(Options(hooks=HOOKS), str(place.root))
    assert report.crashes == ()
    assert {result.finding.rule.id for result in report.results} <= {"session-too-old", "session-across-projects"}


def test_rules_are_those_of_the_hooks() -> None:
    modules = {"session-rotation": rotation, "session-cost": cost, "session-review": review}
    for name, module in modules.items():
        registered = hook(name)
        assert registered
        assert registered.rules == module.RULES  # type: ignore[attr-defined]
