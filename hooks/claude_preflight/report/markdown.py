"""The report for a comment on a pull request or a job summary, as GitHub and GitLab show Markdown.

What a file could have put into a finding stands between `<code>` and `</code>`, with every sign spelled as a character
reference: neither Markdown, HTML, tables nor links come of it, and mentions and issue numbers are not looked for there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from claude_preflight import DOCUMENTATION
from claude_preflight.late import late
from claude_preflight.model import Severity
from claude_preflight.report.safe import printable
from claude_preflight.report.text import summary
from claude_preflight.run import Report, Result

# A comment on GitHub holds 65,536 characters.
_LONGEST = 60_000
# A word of plain prose, or a short number; not one of hexadecimal digits, which may name a commit.
_PROSE = late(r"""(?!["'(]*[a-f]{7,})["'(]*[^\W\d_]+(?:['-][^\W\d_]+)*[.,;:!?"')]*|\d{1,6}[.,;:)]?""")
_SIGN = late(r"[!-,./:-@\[-`{-~]")
_HEADINGS = {Severity.ERROR: "Errors", Severity.WARNING: "Warnings"}


def render(report: Report) -> str:
    """Return `report` as a heading, a line that counts, and a table of the findings for each severity.

    Findings beyond the length that a comment may have are counted, not listed; errors come first.
    """
    text = f"### claude-preflight\n\n{summary(report)}\n"
    left = 0
    for severity, heading in _HEADINGS.items():
        rows = [_row(result) for result in report.results if result.severity is severity]
        fitting = _fitting(rows, _LONGEST - len(text))
        left += len(rows) - len(fitting)
        if fitting:
            text += f"\n#### {heading}\n\n| Place | Finding | Repair | Rule |\n| --- | --- | --- | --- |\n"
            text += "".join(fitting)
    return f"{text}\nNot listed for want of room: {left} more.\n" if left else text


def _fitting(rows: Iterable[str], room: int) -> list[str]:
    fitting = []
    for row in rows:
        room -= len(row)
        if room < 0:
            break
        fitting.append(row)
    return fitting


def _row(result: Result) -> str:
    finding = result.finding
    rule = f"[{finding.rule.id}]({DOCUMENTATION}#{finding.rule.id})"
    cells = (code(result.where), _prose(finding.message), _prose(finding.repair), rule)
    return f"| {' | '.join(cells)} |\n"


def _prose(text: str) -> str:
    """Return `text` as Markdown that shows just its characters; all but plain words stand as code."""
    shown: list[str] = []
    odd: list[str] = []
    for word in printable(text).split(" "):
        if not _PROSE.fullmatch(word):
            odd.append(word)
            continue
        if odd:
            shown.append(_coded(" ".join(odd)))
            odd = []
        shown.append(word)
    return " ".join([*shown, _coded(" ".join(odd))] if odd else shown)


def code(text: str) -> str:
    """Return Markdown that shows just the characters of `text`, made printable, as code."""
    return _coded(printable(text))


def _coded(text: str) -> str:
    if not text.strip():
        return text
    # The empty comment parts what would be taken for an address of mail.
    signs = _SIGN.sub(_reference, text).replace("&#64;", "&#64;<!-- -->")
    return f"<code>{signs}</code>"


def _reference(match: re.Match[str]) -> str:
    return f"&#{ord(match.group())};"
