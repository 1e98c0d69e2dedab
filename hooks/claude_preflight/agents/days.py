"""Days as YYYY-MM-DD, and the time between them; `datetime` would cost a commit hook two milliseconds."""

from __future__ import annotations

from claude_preflight.late import late

_DAY = late(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAYS_BEFORE = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365)


def day_number(day: str) -> int | None:
    """Return the number of the `day` (YYYY-MM-DD, Gregorian), counted without a gap; None for what is no such day."""
    match = _DAY.fullmatch(day)
    if not match:
        return None
    year, month, date = map(int, match.groups())
    if not (year and 1 <= month <= 12 and 1 <= date <= _length(year, month)):
        return None
    before = year - 1
    leap_days = before // 4 - before // 100 + before // 400 + (month > 2 and _is_leap(year))
    return before * 365 + leap_days + _DAYS_BEFORE[month - 1] + date


def is_spelled_as_day(text: str) -> bool:
    """Tell whether `text` has the form YYYY-MM-DD, with a month and a day that some calendar page has."""
    match = _DAY.fullmatch(text)
    return match is not None and 1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 31


def days_since(day: str, today: str) -> int | None:
    """Return how many days before `today` the `day` lies, less than 0 for one to come; None for what is no day.

    Raises ValueError when `today` is none.
    """
    then, now = day_number(day), day_number(today)
    if now is None:
        raise ValueError("today must be YYYY-MM-DD")
    return None if then is None else now - then


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _length(year: int, month: int) -> int:
    return 29 if month == 2 and _is_leap(year) else _DAYS_BEFORE[month] - _DAYS_BEFORE[month - 1]
