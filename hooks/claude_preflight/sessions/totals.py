"""What each session has cost in all, every answer counted once, brought up to date without counting all anew."""

from __future__ import annotations

from claude_preflight.sessions.state import State

# Sessions that were resumed or forked hold answers of others: what one costs depends on those that it shares any with.
_SHARING = """
INSERT OR IGNORE INTO affected
SELECT f.session FROM affected a
JOIN file mine ON mine.session = a.session JOIN response r ON r.file = mine.id
JOIN response o ON o.message = r.message AND o.file <> r.file JOIN file f ON f.id = o.file
"""
# An answer that several files hold counts once: for the session that has it as its own and ended first, and never for a
# subagent that only repeats its session.
_TOTALS = """
WITH ends AS (SELECT session, max(last) AS last FROM file GROUP BY session),
answers AS (
    SELECT r.*, f.session AS session, min((r.copied << 40) + e.last) AS rank
    FROM (
        SELECT DISTINCT message FROM response
        WHERE file IN (SELECT id FROM file WHERE session IN (SELECT session FROM affected))
    ) m
    JOIN response r ON r.message = m.message JOIN file f ON f.id = r.file JOIN ends e ON e.session = f.session
    WHERE NOT (r.sidechain AND EXISTS (
        SELECT 1 FROM response o WHERE o.message = r.message AND o.request <> r.request AND NOT o.sidechain
    ))
    GROUP BY r.message, r.request
)
INSERT INTO total
SELECT session, sum(input), sum(output), sum(write_5m + write_1h), sum(read), sum(cost), sum(NOT priced)
FROM answers WHERE session IN (SELECT session FROM affected) GROUP BY session
"""


def update_totals(state: State) -> None:
    """Count the costs of the sessions whose files have changed, and of those that share answers with them."""
    database = state.database
    database.execute("CREATE TEMP TABLE IF NOT EXISTS affected (session INTEGER PRIMARY KEY)")
    database.execute("DELETE FROM affected")
    database.executemany("INSERT OR IGNORE INTO affected VALUES (?)", [(number,) for number in state.touched])
    database.execute(_SHARING)
    database.execute("DELETE FROM total WHERE session IN (SELECT session FROM affected)")
    database.execute(_TOTALS)
