"""Transcripts read into the state: in pieces as at once, each answer once, of this project only, and never as text."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import START, Session

from claude_preflight.sessions import state as states
from claude_preflight.sessions.reader import Coverage, Project, refresh
from claude_preflight.sessions.state import State, opened, using
from claude_preflight.sessions.summary import Cost, callers, costs, session_of
from claude_preflight.sessions.where import Transcript, transcripts

CWD = "/srv/app"
NOW = START + 86_400
TABLES = ("response", "spent", "shared", "call", "use", "active", "elsewhere", "total")


@pytest.fixture
def common(tmp_path: Path) -> Path:
    folder = tmp_path / "git"
    folder.mkdir()
    return folder


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config"


def read(state: State, config: Path, own: str = "", **options: Any) -> Coverage:
    found = transcripts({"CLAUDE_CONFIG_DIR": str(config)}, [CWD], own)
    return refresh(state, found, Project([CWD]), own, now=NOW, **options)


def dump(state: State) -> dict[str, list[Any]]:
    """Return what `state` holds, with files told apart by their keys instead of their numbers."""
    keys = dict(state.database.execute("SELECT id, key FROM file"))
    found: dict[str, list[Any]] = {"file": sorted(row[1:] for row in state.database.execute("SELECT * FROM file"))}
    for table in TABLES:
        cursor = state.database.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor]
        found[table] = sorted(
            str({name: keys[value] if name == "file" else value for name, value in row.items()}) for row in rows
        )
    return found


def lively(name: str, cwd: str = CWD) -> Session:
    session = Session(cwd, name)
    session.prompt()
    session.call("Read", file_path=f"{cwd}/a.py")
    session.call("WebFetch", url="https://docs.example.org/x", prompt="p")
    session.call("mcp__docs__search", "x" * 400, query="q")
    session.call("Bash", "Permission to use Bash with command x has been denied.", error=True, command="cat x.txt")
    session.call("Edit", None, file_path=f"{cwd}/a.py", old_string="a", new_string="b")
    return session


def test_counts(common: Path, config: Path) -> None:
    lively("one").save(config)
    with opened(str(common)) as state:
        assert read(state, config) == Coverage((config / "projects/-srv-app/one.jsonl").stat().st_size, True)
        session = session_of(state, "one")
        assert session
        assert (session.first, session.last, session.prompts, session.lines) == (START, START + 9 * 60, 1, 10)
        assert sorted((bool(use.server), use.outcome, use.calls, use.tokens, use.first) for use in session.uses) == [
            (False, 1, 1, 0, START + 60),
            (False, 1, 1, 0, START + 180),
            (False, 3, 1, 13, START + 420),
            (True, 1, 1, 100, START + 300),
        ]
        assert [call.outcome for call in session.contested] == [1, 1, 1, 3, 0]
        assert costs(state) == {session.id: Cost(60, 450, 0, 0, 5 * (12 * 4 + 90 * 20), 0)}
        server = state.hash("server docs")
        assert (callers(state, server), callers(state, 1), callers(state, 0)) == (1, 0, 0)


def test_what_has_not_changed_is_not_opened(common: Path, config: Path) -> None:
    path = lively("one").save(config)
    with opened(str(common)) as state:
        read(state, config)
    status = path.stat()
    path.write_bytes(b"x" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with opened(str(common)) as state:
        before = dump(state)
        assert read(state, config) == Coverage(0, True)
        assert dump(state) == before


def again(session: Session, _: int) -> None:
    for tokens in (3, 9, 5):
        session.answer(message="m", request="r", usage={"output_tokens": tokens})


def back(session: Session, _: int) -> None:
    session.time -= 100_000
    session.answer()


DENIED = "Permission to use Read has been denied."
STEPS: dict[str, Callable[[Session, int], object]] = {
    "prompt": lambda session, _: session.prompt("é \ud83d\ude80", permissionMode="bypassPermissions"),
    "read": lambda session, _: session.call("Read", file_path=f"{CWD}/.env"),
    "denied": lambda session, _: session.call("Read", DENIED, error=True, file_path="/etc/x.txt"),
    "fetch": lambda session, number: session.call("Bash", command=f"curl https://h{number}.example.org/"),
    "open": lambda session, number: session.call("mcp__docs__get", None, path=f"./{number}"),
    "late": lambda session, number: session.result(f"toolu_one_{number % 3}", "y" * number),
    "again": again,
    "back": back,
    "elsewhere": lambda session, _: session.add("user", message={"content": "x"}, cwd="/srv/other"),
    "nested": lambda session, _: session.call("X", given=[{"a": {"b": {}}}, {"c": "}"}]),
    "odd": lambda session, _: session.add("a-type-of-next-year"),
}
PIECES = {"broken": b'{"type": "us\n', "blank": b"\r\n", "huge": b'{"' + b"x" * 3000 + b'"}\n'}


def content_of(steps: list[str], name: str) -> bytes:
    session = Session(CWD, name)
    pieces = []
    for number, step in enumerate(steps):
        before = len(session.lines)
        if step in STEPS:
            STEPS[step](session, number)
        added = b"".join(json.dumps(line).encode() + b"\n" for line in session.lines[before:])
        pieces.append(PIECES.get(step, added))
    return b"".join(pieces)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([*STEPS, *PIECES]), max_size=14),
    st.lists(st.integers(0, 12_000), max_size=5),
    st.integers(1, 4000),
)
def test_reading_in_pieces_equals_reading_at_once(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], cuts: list[int], most_bytes: int
) -> None:
    folder = tmp_path_factory.mktemp("pieces")
    content = content_of(steps, "one")
    path = folder / "one.jsonl"
    found = [Transcript(str(path), "one", True)]

    def reading(state: State, most: int) -> Coverage:
        return refresh(state, found, Project([CWD]), "", now=NOW, most_bytes=most, longest_line=2000)

    for name in ("pieces", "whole"):
        (folder / name).mkdir()
    with opened(str(folder / "pieces")) as state:
        salt = state.database.execute("SELECT value FROM fact").fetchone()
    for cut in [*sorted(min(cut, len(content)) for cut in cuts), len(content)]:
        path.write_bytes(content[:cut])
        os.utime(path, ns=(cut, cut))
        complete = False
        while not complete:
            with opened(str(folder / "pieces")) as state:
                complete = reading(state, most_bytes).complete
    with opened(str(folder / "whole")) as state:
        state.database.execute("UPDATE fact SET value = ?", salt)
    with opened(str(folder / "whole")) as state:
        reading(state, 1 << 30)
        whole = dump(state)
    with opened(str(folder / "pieces")) as state:
        pieces = dump(state)
    assert pieces == whole


def test_a_file_that_is_rewritten_is_read_anew(common: Path, config: Path) -> None:
    lively("one").save(config)
    with opened(str(common)) as state:
        read(state, config)
    short = Session(CWD, "one", START + 5)
    short.prompt()
    short.save(config)
    with opened(str(common)) as state:
        read(state, config)
        session = session_of(state, "one")
        assert session
        assert (session.first, session.lines, session.uses, costs(state)) == (START + 5, 1, (), {})
        assert dump(state)["call"] == []


def test_transcripts_of_other_projects_are_left_alone(common: Path, config: Path) -> None:
    lively("one", "/srv/app").save(config)
    lively("two", "/srv_app").save(config, "-srv-app")
    lively("three", "/srv/app/src").save(config)
    lively("four", "/srv/app-old").save(config)
    with opened(str(common)) as state:
        read(state, config)
        assert [name for name in ("one", "two", "three", "four") if session_of(state, name)] == ["one", "three"]
        assert set(costs(state)) == {state.hash("one"), state.hash("three")}


def test_metadata_before_the_first_folder_counts_for_it_only(common: Path, config: Path) -> None:
    session = Session("/srv_app", "one")
    session.add("summary", summary="x", cwd=None)
    session.answer(cwd=None)
    session.prompt()
    session.save(config, "-srv-app")
    with opened(str(common)) as state:
        read(state, config)
        assert costs(state) == {}


@pytest.mark.parametrize("folder", ["-srv-other", "-srv-app"])
def test_the_session_at_hand_counts_wherever_it_began(common: Path, config: Path, folder: str) -> None:
    session = Session("/srv/other", "one")
    session.call("Bash", command="cd /srv/app")
    session.add("user", message={"content": "x"}, cwd=CWD)
    session.save(config, folder)
    with opened(str(common)) as state:
        read(state, config)
        assert session_of(state, "one") is None
        read(state, config, "one")
        found = session_of(state, "one")
        assert found
        assert (len(found.uses), found.others) == (1, 1)


def test_what_is_another_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    for name in ("app/src", "lib/.git", "lib/src", "docs/src", "plain/src", "home/.git", "home/notes", "tree"):
        (home.parent / name).mkdir(parents=True)
    (tmp_path / "docs/CLAUDE.md").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "app")
    project = Project([str(tmp_path / "app"), str(tmp_path / "tree")])
    names = ("app/src", "app/gone", "link/src", "tree", "lib/src", "docs/src", "plain/src", "home/notes", "gone")
    others = {name: project.other(str(tmp_path / name)).removeprefix(f"{tmp_path}/") for name in names}
    assert {name: other for name, other in others.items() if other} == {"lib/src": "lib", "docs/src": "docs"}
    found = {cwd: project.other(cwd) for cwd in ("/srv/gone", "/tmp/x", f"{home}/.claude/x", "relative", "", "/", "\0")}
    assert {cwd: other for cwd, other in found.items() if other} == {"/srv/gone": "/srv/gone"}


def fork(of: Session, name: str, *, renamed: bool) -> Session:
    copy = Session(CWD, name, of.time + 60)
    copy.lines = [{**line, "sessionId": name if renamed else of.name} for line in of.lines]
    return copy


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("first", ["one", "two"])
def test_copied_history_counts_once(common: Path, config: Path, renamed: bool, first: str) -> None:
    one = lively("one")
    two = fork(one, "two", renamed=renamed)
    two.answer(usage={"output_tokens": 1_000_000}, model="claude-opus-5-5")
    for session in sorted((one, two), key=lambda each: each.name != first):
        session.save(config)
        with opened(str(common)) as state:
            read(state, config)
    with opened(str(common)) as state:
        assert {number: cost.output for number, cost in costs(state).items()} == {
            state.hash("one"): 450,
            state.hash("two"): 1_000_000,
        }


def test_when_the_original_is_rewritten_the_copy_counts(common: Path, config: Path) -> None:
    one = lively("one")
    two = fork(one, "two", renamed=True)
    two.prompt()
    two.save(config)
    one.save(config)
    with opened(str(common)) as state:
        read(state, config)
        assert {number: cost.output for number, cost in costs(state).items()} == {state.hash("one"): 450}
    emptied = Session(CWD, "one", START - 60)
    emptied.prompt()
    emptied.save(config)
    with opened(str(common)) as state:
        read(state, config)
        assert {number: cost.output for number, cost in costs(state).items()} == {state.hash("two"): 450}


def test_subagents_count_for_their_session_and_what_they_repeat_does_not(common: Path, config: Path) -> None:
    main = Session(CWD, "one")
    main.answer(message="m1", request="r1", usage={"output_tokens": 10})
    main.answer(message="m2", request="r2", usage={"output_tokens": 20}, isSidechain=True)  # until 2.0
    main.save(config)
    agent = Session(CWD, "one", START + 60)
    agent.answer(message="m1", request="other", usage={"output_tokens": 10}, isSidechain=True)
    agent.answer(message="m3", request="r3", usage={"output_tokens": 40}, isSidechain=True)
    agent.save(config, below="subagents/agent-a.jsonl")
    beside = Session(CWD, "one", START + 60)
    beside.answer(message="m4", request="r4", usage={"output_tokens": 80}, isSidechain=True)
    beside.save(config).rename(config / "projects/-srv-app/agent-b.jsonl")
    main.save(config)
    with opened(str(common)) as state:
        read(state, config)
        assert {number: cost.output for number, cost in costs(state).items()} == {state.hash("one"): 150}


def test_calls_that_a_subagent_repeats_count_once_and_are_closed_by_any_result(common: Path, config: Path) -> None:
    main = Session(CWD, "one")
    main.prompt()
    denied = main.call("Read", "Permission to use Read has been denied.", error=True, file_path="/etc/x.txt")
    opened_call = main.call("mcp__docs__search", None, query="q")
    agent = Session(CWD, "one", START + 600)
    agent.lines = [*main.lines]
    agent.result(opened_call, "y" * 40)
    agent.save(config, below="subagents/agent-a.jsonl")
    with opened(str(common)) as state:
        read(state, config)  # the subagent's file alone, then the session's own
        place = main.save(config)
        read(state, config)
        session = session_of(state, "one")
        assert session
        assert sorted((use.calls, use.outcome, use.tokens) for use in session.uses) == [(1, 1, 10), (1, 3, 9)]
        own = state.database.execute("SELECT id FROM file WHERE main").fetchone()[0]
        offset = place.read_bytes().index(b'"id": "' + denied.encode())
        assert {call.file for call in session.contested} == {own}
        assert session.contested[0].place < offset


def naive_totals(state: State) -> dict[int, int]:
    """Return the output tokens of each session, counted from all answers that are kept."""
    rows = state.database.execute(
        "SELECT message, request, sidechain, copied, output, session, last FROM response JOIN file ON id = file"
    ).fetchall()
    ends: dict[int, int] = {}
    for session, last in state.database.execute("SELECT session, last FROM file"):
        ends[session] = max(ends.get(session, 0), last)
    best: dict[tuple[int, int], tuple[int, int, int]] = {}
    for message, request, sidechain, copied, output, session, _ in rows:
        repeats = sidechain and any(row[0] == message and row[1] != request and not row[2] for row in rows)
        rank = (copied << 40) + ends[session]
        if not repeats and rank < best.get((message, request), (1 << 60, 0, 0))[0]:
            best[message, request] = rank, session, output
    totals: dict[int, int] = {}
    for _, session, output in best.values():
        totals[session] = totals.get(session, 0) + output
    return {session: output for session, output in totals.items() if output}


ANSWER = st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 2), st.integers(1, 50), st.booleans())


@settings(max_examples=60, deadline=None)
@given(st.lists(ANSWER, max_size=20), st.integers(1, 20), st.none() | st.integers(0, 3))
def test_totals_brought_up_to_date_equal_those_counted_anew(
    tmp_path_factory: pytest.TempPathFactory,
    answers: list[tuple[int, int, int, int, bool]],
    step: int,
    rewritten: int | None,
) -> None:
    folder = tmp_path_factory.mktemp("totals")
    (folder / "git").mkdir()
    config = folder / "config"
    sessions = [Session(CWD, f"s{number}", START + 7200 * number) for number in range(4)]
    portions = [answers[begin : begin + step] for begin in range(0, len(answers), step)]
    if rewritten is not None:
        portions.append([])
    for portion in portions:
        for name, message, request, tokens, side in portion:
            usage = {"output_tokens": tokens}
            sessions[name].answer(message=f"m{message}", request=f"r{request}", usage=usage, isSidechain=side)
        if not portion and rewritten is not None:
            sessions[rewritten].lines = sessions[rewritten].lines[1:]
        for session in sessions:
            session.save(config)
        with opened(str(folder / "git")) as state:
            read(state, config)
            assert {number: cost.output for number, cost in costs(state).items()} == naive_totals(state)


def test_a_session_of_which_one_file_is_rewritten_is_read_anew(common: Path, config: Path) -> None:
    main, agent = lively("one"), Session(CWD, "one", START + 60)
    agent.call("Read", file_path=f"{CWD}/b.py")
    main.save(config)
    path = agent.save(config, below="subagents/agent-a.jsonl")
    with opened(str(common)) as state:
        read(state, config)
        before = dump(state)
    path.write_bytes(b"")
    with opened(str(common)) as state:
        read(state, config)
        found = session_of(state, "one")
        assert found
        assert (found.lines, sum(use.calls for use in found.uses)) == (10, 4)
    path.write_bytes(agent.content)
    os.utime(path, (agent.time, agent.time))
    with opened(str(common)) as state:
        read(state, config)
        assert dump(state)["use"] == before["use"]


def test_a_file_that_is_gone_from_a_session_that_is_there_stays_known(common: Path, config: Path) -> None:
    agent = Session(CWD, "one")
    agent.answer(usage={"output_tokens": 7})
    path = agent.save(config, below="subagents/agent-a.jsonl")
    Session(CWD, "one").save(config)
    with opened(str(common)) as state:
        read(state, config)
        path.unlink()
        found = transcripts({"CLAUDE_CONFIG_DIR": str(config)}, [CWD], "")
        refresh(state, found, Project([CWD]), "", now=NOW + 100 * 86_400)
        assert [cost.output for cost in costs(state).values()] == [7]


def test_answers_without_ids_count_once_each(common: Path, config: Path) -> None:
    session = Session(CWD, "one")
    for _ in range(2):
        line = session.answer(usage={"output_tokens": 5})
        del line["message"]["id"], line["requestId"]
    session.save(config)
    with opened(str(common)) as state:
        read(state, config)
        assert [cost.output for cost in costs(state).values()] == [10]


def test_history_is_read_newest_first_and_in_portions(common: Path, config: Path) -> None:
    for number in range(6):
        session = Session(CWD, f"s{number}", START + number * 3600)
        for _ in range(20):
            session.answer()
        size = session.save(config).stat().st_size
    with opened(str(common)) as state:
        first = read(state, config, "s0", most_bytes=size)
        assert first.complete is False
        assert [number for number in range(6) if session_of(state, f"s{number}")] == [0, 5]
        for _ in range(5):
            last = read(state, config, "s0", most_bytes=size)
        assert last.complete is True
        assert len(costs(state)) == 6


def test_lines_that_are_not_understood_are_counted(common: Path, config: Path) -> None:
    session = lively("one")
    session.add("a-type-of-next-year")
    path = session.save(config)
    with path.open("ab") as file:
        file.write(b'{"cut":\nnull\n{"' + b"x" * (5 << 20) + b'"}\n{"type":"user","cwd"')
    with opened(str(common)) as state:
        read(state, config)
        found = session_of(state, "one")
        assert found
        assert (found.lines, found.malformed, found.unknown, found.huge, found.has_drifted) == (14, 2, 1, 1, False)


CANARY = "canary-" + "7f3a"


def test_nothing_of_a_transcript_is_kept(common: Path, config: Path) -> None:
    session = Session(f"{CWD}/{CANARY}", f"id-{CANARY}")
    session.prompt(CANARY)
    session.call("Bash", CANARY, command=f"cat {CANARY}.txt && curl https://{CANARY}.example.org")
    session.call(f"mcp__{CANARY}__{CANARY}", CANARY, path=f"/{CANARY}")
    session.save(config)
    with opened(str(common)) as state:
        read(state, config)
        assert len(dump(state)["call"]) == 2
    kept = b"".join(path.read_bytes() for path in common.rglob("*") if path.is_file())
    assert CANARY.encode() not in kept
    assert b"srv" not in kept
    assert (common / states.FOLDER / states.NAME).stat().st_mode & 0o077 == 0


@pytest.fixture
def busy(common: Path) -> Iterator[sqlite3.Connection]:
    with opened(str(common)):
        pass
    other = sqlite3.connect(common / states.FOLDER / states.NAME, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def test_another_commit_is_not_waited_for_forever(
    common: Path, config: Path, busy: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "_PATIENCE_SECONDS", 0.05)
    lively("one").save(config)
    with opened(str(common)) as state:
        read(state, config)
        assert session_of(state, "one")
    busy.execute("ROLLBACK")
    with opened(str(common)) as state:
        assert session_of(state, "one") is None


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"x" * 5000])
def test_a_broken_state_is_begun_anew(common: Path, config: Path, content: bytes) -> None:
    (common / states.FOLDER).mkdir()
    (common / states.FOLDER / states.NAME).write_bytes(content)
    lively("one").save(config)
    for expected in (True, False):
        with opened(str(common)) as state:
            assert bool(read(state, config).read) is expected


def test_a_state_that_breaks_on_the_way_is_dropped(common: Path, config: Path) -> None:
    lively("one").save(config)
    using(str(common), lambda state: read(state, config))
    with sqlite3.connect(common / states.FOLDER / states.NAME) as database:
        database.execute("DROP TABLE file")
    database.close()
    for expected in (True, True, False):
        assert bool(using(str(common), lambda state: read(state, config)).read) is expected


def test_a_state_of_another_version_is_begun_anew(common: Path, config: Path) -> None:
    lively("one").save(config)
    with opened(str(common)) as state:
        read(state, config)
    with sqlite3.connect(common / states.FOLDER / states.NAME) as database:
        database.execute("PRAGMA user_version = 7")
    database.close()
    with opened(str(common)) as state:
        assert read(state, config).read > 0


def test_nothing_is_kept_of_a_run_that_fails(common: Path, config: Path) -> None:
    def fail() -> None:
        with opened(str(common)) as state:
            read(state, config)
            raise KeyError

    lively("one").save(config)
    with pytest.raises(KeyError):
        fail()
    with opened(str(common)) as state:
        assert session_of(state, "one") is None


def test_where_nothing_can_be_written_the_state_is_forgotten(tmp_path: Path, config: Path) -> None:
    (tmp_path / "file").write_text("")
    lively("one").save(config)
    for _ in range(2):
        with opened(str(tmp_path / "file")) as state:
            assert read(state, config).read > 0


def test_transcripts_that_are_gone_are_forgotten_in_time(common: Path, config: Path) -> None:
    lively("one").save(config)
    with opened(str(common)) as state:
        read(state, config)
    (config / "projects/-srv-app/one.jsonl").unlink()
    with opened(str(common)) as state:
        read(state, config)
        assert len(costs(state)) == 1
        refresh(state, [], Project([CWD]), "", now=NOW + 100 * 86_400)
        assert dump(state) == {"file": [], **{table: [] for table in TABLES}}
