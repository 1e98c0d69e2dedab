"""What each session has cost in all, every answer counted once, brought up to date without counting all anew."""

from __future__ import annotations

from claude_preflight.sessions.state import State

# Sessions that were resumed or forked hold answers of others: what one costs depends on those that it shares any with.
_SHARING = """
INSERT OR IGNORE INTO affected
SELECT f.session FROM affected a
JOIN file mine ON mine.session = a.session JOIN shared s ON s.file = mine.id
JOIN shared o ON o.message = s.message AND o.file <> s.file JOIN file f ON f.id = o.file
"""
# An answer that several files hold counts once: for the session that has it as its own and ended first, and never for a
# subagent that only repeats its session. All others are in the sums of their files, and are not looked at again.
_TOTALS = """
WITH ends AS (SELECT session, max(last) AS last FROM file GROUP BY session),
held AS (
    SELECT r.*, f.session AS session, e.last AS last
    FROM (
        SELECT DISTINCT message FROM shared
        WHERE file IN (SELECT id FROM file WHERE session IN (SELECT session FROM affected))
    ) m
    JOIN response r ON r.message = m.message JOIN file f ON f.id = r.file JOIN ends e ON e.session = f.session
),
counting AS (
    SELECT r.*, min((r.copied << 40) + r.last) FROM held r
    WHERE NOT (r.sidechain AND EXISTS (
        SELECT 1 FROM response o WHERE o.message = r.message AND o.request <> r.request AND NOT o.sidechain
    ))
    GROUP BY r.message, r.request
),
parts AS (
    SELECT f.session, input, output, written, read, cost, guessed FROM spent s JOIN file f ON f.id = s.file
    UNION ALL
    SELECT session, -input, -output, -write_5m - write_1h, -read, -cost, priced - 1 FROM held
    UNION ALL
    SELECT session, input, output, write_5m + write_1h, read, cost, NOT priced FROM counting
)
INSERT INTO total
SELECT session, sum(input), sum(output), sum(written), sum(read), sum(cost), sum(guessed)
FROM parts WHERE session IN (SELECT session FROM affected) GROUP BY session
HAVING sum(input) OR sum(output) OR sum(written) OR sum(read)
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
