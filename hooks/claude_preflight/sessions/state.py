"""What is kept of transcripts between runs: offsets, counts and salted hashes, in git's own directory, never content.

It can be thrown away at any time: the next runs read the transcripts anew. SQLite writes it as a whole or not at all,
and lets one commit wait for another.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b

from claude_preflight.git import git
from claude_preflight.sessions.prices import prices
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TypeVar

    Result = TypeVar("Result")

FOLDER, NAME = "claude-preflight", "sessions.sqlite3"
_LAYOUT = 2
_PATIENCE_SECONDS = 2.0

_TABLES = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID;
CREATE TABLE file (
    id INTEGER PRIMARY KEY, key INTEGER UNIQUE, session INTEGER, main INTEGER, owner INTEGER,
    offset INTEGER, size INTEGER, changed INTEGER, inode INTEGER, mark BLOB,
    lines INTEGER, malformed INTEGER, unknown INTEGER, huge INTEGER, answers INTEGER,
    prompts INTEGER, bypassed INTEGER, headless INTEGER, startup INTEGER, first INTEGER, last INTEGER
);
CREATE INDEX file_session ON file (session);
CREATE TABLE response (
    message INTEGER, request INTEGER, file INTEGER, sidechain INTEGER, copied INTEGER,
    input INTEGER, output INTEGER, write_5m INTEGER, write_1h INTEGER, read INTEGER, cost INTEGER, priced INTEGER,
    PRIMARY KEY (message, request, file)
) WITHOUT ROWID;
CREATE INDEX response_file ON response (file);
CREATE TABLE spent (
    file INTEGER PRIMARY KEY, input INTEGER, output INTEGER, written INTEGER, read INTEGER, cost INTEGER,
    guessed INTEGER
);
CREATE TABLE shared (file INTEGER, message INTEGER, PRIMARY KEY (file, message)) WITHOUT ROWID;
CREATE INDEX shared_message ON shared (message);
CREATE TABLE call (
    session INTEGER, id INTEGER, main INTEGER, file INTEGER, place INTEGER, time INTEGER, prompt INTEGER,
    tool INTEGER, server INTEGER, way INTEGER, effects INTEGER, targets BLOB, hosts BLOB, opened INTEGER,
    outside INTEGER, unsandboxed INTEGER, outcome INTEGER, size INTEGER,
    PRIMARY KEY (session, id)
) WITHOUT ROWID;
CREATE INDEX call_denied ON call (session, file, prompt) WHERE outcome = 3;
CREATE TABLE use (
    session INTEGER, tool INTEGER, server INTEGER, effects INTEGER, hosts BLOB, outside INTEGER, outcome INTEGER,
    calls INTEGER, opened INTEGER, unsandboxed INTEGER, tokens INTEGER, first INTEGER, last INTEGER,
    PRIMARY KEY (session, tool, server, effects, hosts, outside, outcome)
) WITHOUT ROWID;
CREATE INDEX use_server ON use (server, tool, session) WHERE server <> 0 AND outcome = 1;
CREATE INDEX use_hosts ON use (hosts, session) WHERE hosts <> x'' AND outcome = 1;
CREATE TABLE active (file INTEGER, slot INTEGER, PRIMARY KEY (file, slot)) WITHOUT ROWID;
CREATE TABLE elsewhere (file INTEGER, project INTEGER, PRIMARY KEY (file, project)) WITHOUT ROWID;
CREATE TABLE total (
    session INTEGER PRIMARY KEY, input INTEGER, output INTEGER, written INTEGER, read INTEGER, cost INTEGER,
    guessed INTEGER
);
"""
# What is asked for at each commit is kept up to date as calls and answers are added: a session may hold very many.
_USE = """
INSERT INTO use VALUES (
    NEW.session, NEW.tool, NEW.server, NEW.effects, NEW.hosts, NEW.outside, NEW.outcome,
    1, NEW.opened, NEW.unsandboxed, NEW.size / 4, NEW.time, NEW.time
)
ON CONFLICT DO UPDATE SET
    calls = calls + 1, opened = opened + excluded.opened, unsandboxed = unsandboxed + excluded.unsandboxed,
    tokens = tokens + excluded.tokens, last = max(last, excluded.last),
    first = CASE WHEN first AND excluded.first THEN min(first, excluded.first) ELSE first + excluded.first END;
"""
_TRIGGERS = (
    f"CREATE TRIGGER call_answered_at_once AFTER INSERT ON call WHEN NEW.outcome BEGIN {_USE} END",
    f"CREATE TRIGGER call_answered AFTER UPDATE OF outcome ON call WHEN NOT OLD.outcome BEGIN {_USE} END",
    """
    CREATE TRIGGER answer AFTER INSERT ON response BEGIN
        INSERT INTO spent VALUES (
            NEW.file, NEW.input, NEW.output, NEW.write_5m + NEW.write_1h, NEW.read, NEW.cost, NOT NEW.priced
        )
        ON CONFLICT DO UPDATE SET
            input = input + excluded.input, output = output + excluded.output, written = written + excluded.written,
            read = read + excluded.read, cost = cost + excluded.cost, guessed = guessed + excluded.guessed;
        INSERT OR IGNORE INTO shared SELECT file, message FROM response WHERE message = NEW.message AND EXISTS (
            SELECT 1 FROM response
            WHERE message = NEW.message AND NOT (request = NEW.request AND file = NEW.file)
        );
    END
    """,
    """
    CREATE TRIGGER answer_went_on AFTER UPDATE ON response BEGIN
        UPDATE spent SET
            input = input + NEW.input - OLD.input, output = output + NEW.output - OLD.output,
            written = written + NEW.write_5m + NEW.write_1h - OLD.write_5m - OLD.write_1h,
            read = read + NEW.read - OLD.read, cost = cost + NEW.cost - OLD.cost,
            guessed = guessed + OLD.priced - NEW.priced
        WHERE file = NEW.file;
    END
    """,
)
_SHARING = """
SELECT DISTINCT o.session FROM file f JOIN shared s ON s.file = f.id
JOIN shared t ON t.message = s.message JOIN file o ON o.id = t.file WHERE f.session = ?
"""
_OF_FILES = ("response", "spent", "shared", "active", "elsewhere")
_OF_SESSIONS = ("call", "use", "file")


class State:
    """The open state of one project. Times are seconds since 1970, costs millionths of a US dollar.

    `touched` are the numbers of the sessions whose files have changed in this run; `kept` tells that there is a next
    run which goes on from here.
    """

    def __init__(self, database: sqlite3.Connection, *, kept: bool) -> None:
        self.database = database
        self.kept = kept
        self.touched: set[int] = set()
        (self._salt,) = database.execute("SELECT value FROM fact WHERE name = 'salt'").fetchone()

    def hash(self, text: str) -> int:
        """Return a number that stands for `text`, and for another one in every other repository."""
        data = text.encode("utf-8", "surrogatepass")
        return int.from_bytes(blake2b(data, digest_size=8, key=self._salt).digest(), "big", signed=True)

    def forget(self, session: int) -> None:
        """Drop all that was read from the files of `session`, and the files themselves."""
        self.touched.update((session, *(row[0] for row in self.database.execute(_SHARING, (session,)))))
        of_files = "DELETE FROM {} WHERE file IN (SELECT id FROM file WHERE session = ?)"
        for statement in (
            *(of_files.format(table) for table in _OF_FILES),
            *(f"DELETE FROM {table} WHERE session = ?" for table in _OF_SESSIONS),  # noqa: S608
        ):
            self.database.execute(statement, (session,))

    def told(self, name: str) -> bool:
        """Tell whether this was asked for `name` before."""
        return not self.database.execute("INSERT OR IGNORE INTO fact VALUES (?, 1)", (name,)).rowcount


def common_directory(root: str) -> str:
    """Return the absolute path of the git directory that the worktrees of the repository at `root` share.

    Raises `GitError`.
    """
    output = git(root, "rev-parse", "--git-common-dir")
    return os.path.normpath(os.path.join(root, os.fsdecode(output).rstrip("\r\n")))


def using(common: str, use: Callable[[State], Result]) -> Result:
    """Return what `use` makes of the state in the git directory `common`; a state that turns out broken is dropped."""
    try:
        with opened(common) as state:
            return use(state)
    except sqlite3.DatabaseError:
        with suppress(OSError):
            os.remove(os.path.join(common, FOLDER, NAME))
    with opened("") as state:
        return use(state)


@contextmanager
def opened(common: str) -> Iterator[State]:
    """Open the state in the git directory `common` for one run, which no other run comes between.

    What is changed is kept if no exception is raised. Without `common`, where nothing can be written, or where another
    run takes too long, the state is empty, and is forgotten afterwards. Raises `sqlite3.DatabaseError`.
    """
    kept = _kept(os.path.join(common, FOLDER)) if common else None
    database = kept or _begun(sqlite3.connect(":memory:", isolation_level=None))
    try:
        yield State(database, kept=kept is not None)
        database.execute("COMMIT")
    finally:
        database.close()


def _kept(folder: str) -> sqlite3.Connection | None:
    path = os.path.join(folder, NAME)
    for _ in range(2):
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR | getattr(os, "O_NOFOLLOW", 0), 0o600))
            return _begun(sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None))
        except (OSError, sqlite3.OperationalError):
            break
        except sqlite3.DatabaseError:  # no database at all
            with suppress(OSError):
                os.remove(path)
    return None


def _begun(database: sqlite3.Connection) -> sqlite3.Connection:
    """Return `database` in a transaction, with the tables in it as they are laid out now."""
    version = _LAYOUT * 100_000_000 + int(prices().date.replace("-", ""))
    try:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN IMMEDIATE")
        if database.execute("PRAGMA user_version").fetchone()[0] != version:
            _lay_out(database, version)
    except sqlite3.Error:
        database.close()
        raise
    return database


def _lay_out(database: sqlite3.Connection, version: int) -> None:
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (name,) in tables:
        database.execute(f'DROP TABLE "{name}"')
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            database.execute(statement)
    for statement in _TRIGGERS:
        database.execute(statement)
    database.execute("INSERT INTO fact VALUES ('salt', ?)", (os.urandom(16),))
    database.execute(f"PRAGMA user_version = {version}")
