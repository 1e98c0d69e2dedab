"""What a text holds that a reviewer cannot see: tag characters, reordering, zero-width runs, terminal sequences.

Decided by context, so that emoji, flags and the scripts that need joiners are left alone. Sources: The Unicode Standard
16.0, Unicode Technical Standard 51 (emoji sequences) and 55 (source code), and Boucher and Anderson, "Trojan Source:
Invisible Vulnerabilities" (2021).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from enum import Enum

from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.typed import NamedTuple


class HiddenKind(Enum):
    """What the hidden characters do."""

    TAGS = "tags"  # spell a text in Unicode tag characters
    REORDERING = "reordering"  # show Latin text in another order than it is read
    DATA = "data"  # carry data in zero-width characters or variation selectors
    TERMINAL = "terminal"  # are obeyed by a terminal
    STRAY = "stray"  # are of no use where they stand


class Hidden(NamedTuple):
    """Hidden characters: `span` is where they stand, `decoded` what they spell, empty if that cannot be told.

    `removals` are the spans to delete to be rid of them.
    """

    kind: HiddenKind
    span: Span
    decoded: str
    removals: tuple[Span, ...]


_TAGS = "\U000e0000-\U000e007f"
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_MARKS = "\u200e\u200f\u061c"
_ZERO_WIDTH = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb"
    "\U0001d173-\U0001d17a"
) + _MARKS
_BIDI = "\u202a-\u202e\u2066-\u2069"

_INVISIBLE = late(f"[{_TAGS}{_SELECTORS}{_ZERO_WIDTH}]+")
_TAG_RUN = late(f"[{_TAGS}]+")
_ANY_HIDDEN = late(f"[{_TAGS}{_SELECTORS}{_ZERO_WIDTH}{_BIDI}]")
_BIDI_CONTROL = late(f"[{_BIDI}]")
# CSI and OSC sequences, any other escape, and backspaces that wipe out what was printed. U+009B counts only with the
# parameters of a sequence, and not behind U+0080, where it is half of a wrongly decoded quotation mark.
_TERMINAL = late(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[\]PX^_][^\x07\x1b\r\n]{0,500}(?:\x07|\x1b\\)?|[ -~])?"
    r"|(?<!\x80)\x9b[0-9;?]{0,32}[@-~]|\x08{3,}"
)
# The flags of England, Scotland, Wales and Northern Ireland, and of those countries whose parts have flags in use.
_FLAG = "\U0001f3f4"
_FLAG_TAGS = late(r"(?:gb(?:eng|sct|wls|nir)|(?:us|ca|es|fr|br|au)[a-z]{2,3})\x7f")

_RIGHT_TO_LEFT = late("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_LATIN = late("[A-Za-z\u00c0-\u024f]")
# Letters whose scripts need joiners or have no spaces between words: all from Hebrew on that are no European ones.
_JOINED_SCRIPT = late(
    "[\u0590-\u10ff\u1200-\u1cff\u2d30-\u2ddf\ua4d0-\ua6ff\ua800-\uabff\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010800-\U0001cfff\U0001e000-\U0001efff]"
)
_HANGUL = late("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa1-\uffdc]")
_HAN = late("[\u2e80-\u2fff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
# The bases and parts of emoji sequences.
_PICTURE = late("[\u00a9\u00ae\u203c\u2049\u20e3\u2100-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff]")
# Singles with an honest use between Latin letters: hyphenation hints, and what formula renderers leave behind.
_HINTS = frozenset("\u00ad\u2061\u2062\u2063\u2064")
_JOINERS = frozenset("\u200c\u200d\u200b\u034f\u200e\u200f\u061c")
# What editors and web pages leave behind; alone at the edge of a word it hides nothing and splits nothing.
_LEFTOVERS = frozenset("\u200b\u2060")
# So many in one line, each between two letters, are no accident.
_MANY = 8


def find_hidden(text: str) -> list[Hidden]:
    """Return what is hidden in `text` (without a byte order mark), in its order; spans are offsets in `text`."""
    found = [*_terminal(text)] if "\x1b" in text or "\x9b" in text or "\x08" in text else []
    if not text.isascii() and _ANY_HIDDEN.search(text):
        found += _invisible(text)
        found += _reordered(text)
    return sorted(found, key=lambda hidden: hidden.span)


def visible(text: str) -> str:
    """Return the characters of `text` that show, those that only look like Latin letters as these."""
    return text if text.isascii() else _LOOKALIKE_WORD.sub(_plain_word, _ANY_HIDDEN.sub("", text))


def _plain_word(match: re.Match[str]) -> str:
    """Return a word with the letters that it looks to have; one of another script's letters alone is left as it is."""
    word = match.group()
    plain = "".join(_plain_letter(char) for char in word)
    mixed = any(char.isascii() for char in word) or _STYLED.search(word)
    return plain if mixed and plain.isascii() else word


def _plain_letter(char: str) -> str:
    import unicodedata

    plain = _LOOKALIKES.get(char) or unicodedata.normalize("NFKC", char)
    return plain if len(plain) == 1 else char


def visible_offsets(text: str) -> list[int]:
    """Return the offsets of the characters of `text` that show, and one more for the end."""
    hidden = {offset for match in _ANY_HIDDEN.finditer(text) for offset in range(*match.span())}
    return [offset for offset in range(len(text)) if offset not in hidden] + [len(text)]


# Letters of other scripts that a reader takes for Latin ones, and full-width and mathematical forms of Latin letters.
_LOOKALIKES = dict(
    zip(
        "аеорсухіјѕԁһԛԝАВЕКМНОРСТУХІЈЅοαινρυΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɡ",
        "aeopcyxijsdhqwABEKMHOPCTYXIJSoaivpuABEZHIKMNOPTYXig",
        strict=True,
    )
)
_STYLED = late("[\uff21-\uff5a\U0001d400-\U0001d7ff\u2460-\u24ff\U0001f130-\U0001f189]")
_LOOKALIKE_WORD = late(
    "(?<![A-Za-z])[A-Za-z]*+[\u0131\u0261\u0370-\u052f\uff21-\uff5a\U0001d400-\U0001d7ff\u24b6-\u24e9\U0001f130-\U0001f189]"
    "[A-Za-z\u0131\u0261\u0370-\u052f\uff21-\uff5a\U0001d400-\U0001d7ff\u24b6-\u24e9\U0001f130-\U0001f189]*"
)


# --- what a terminal obeys ----------------------------------------------------------------------------------------


def _terminal(text: str) -> Iterator[Hidden]:
    for match in _TERMINAL.finditer(text):
        span = Span(*match.span())
        yield Hidden(HiddenKind.TERMINAL, span, "", (span,))


# --- what shows nothing -------------------------------------------------------------------------------------------


def _invisible(text: str) -> Iterator[Hidden]:
    right_to_left = _RIGHT_TO_LEFT.search(text) is not None
    inside_words: list[Span] = []
    for match in _INVISIBLE.finditer(text):
        start, end = match.span()
        tags = [Span(*run.span()) for run in _TAG_RUN.finditer(text, start, end)]
        spelled = [span for span in tags if not _is_flag(text, span)]
        if spelled:
            span = Span(spelled[0].start, spelled[-1].end)
            yield Hidden(HiddenKind.TAGS, span, _spelled(text[span.start : span.end]), tuple(spelled))
        if tags or _has_use(text, start, end, right_to_left):
            continue
        run = text[start:end]
        if _carries_data(run):
            keep = run[0] == "\ufe0f" and start > 0 and not text[start - 1].isalpha()
            yield Hidden(HiddenKind.DATA, Span(start, end), _decoded(run), (Span(start + keep, end),))
        elif len(run) == 1 and run not in _HINTS and _between_latin(text, start, end):
            inside_words.append(Span(start, end))
        elif len(run) > 1 or run not in _LEFTOVERS:
            yield Hidden(HiddenKind.STRAY, Span(start, end), "", (Span(start, end),))
    yield from _inside_words(text, inside_words)


def _is_flag(text: str, span: Span) -> bool:
    before = text[max(0, span.start - 1) : span.start]
    spelled = "".join(chr(ord(char) - 0xE0000) for char in text[span.start : span.end])
    return before == _FLAG and _FLAG_TAGS.fullmatch(spelled) is not None


def _spelled(run: str) -> str:
    ascii_ = (chr(ord(char) - 0xE0000) if "\U000e0000" <= char <= "\U000e007f" else "" for char in run)
    return "".join(char for char in ascii_ if " " <= char <= "~")


def _has_use(text: str, start: int, end: int, right_to_left: bool) -> bool:
    """Tell whether the invisible run from `start` to `end` is one that its neighbours need."""
    run, before, behind = text[start:end], text[max(0, start - 1) : start], text[end : end + 1]
    if run.strip("\ufe0e\ufe0f") == "":  # text or emoji style, typed twice now and then
        return len(run) <= 2 and not (before.isascii() and before.isalpha())
    if len(run) == 1 and run == "\ufeff":
        return before in ("", "\n", "\r")  # files put together, each with its byte order mark
    if len(run) <= 3 and all(char in _JOINERS for char in run):
        if _JOINED_SCRIPT.match(before) or _JOINED_SCRIPT.match(behind):
            return True
        if right_to_left and all(char in _MARKS for char in run):
            return True
    if run.strip("\ufe0e\ufe0f") == "\u200d":
        return bool(before and behind and _PICTURE.match(before) and _PICTURE.match(behind))
    return len(run) == 1 and _suits(run, before, behind)


def _suits(char: str, before: str, behind: str) -> bool:
    """Tell whether a single `char` is at home between its neighbours."""
    if "\u180b" <= char <= "\u180f":
        return bool(_JOINED_SCRIPT.match(before))
    if char in "\u115f\u1160\u3164\uffa0":
        return bool(_HANGUL.match(before) or _HANGUL.match(behind))
    if "\U000e0100" <= char <= "\U000e01ef":
        return bool(_HAN.match(before))
    if "\ufe00" <= char <= "\ufe0d":
        return bool(before) and not before.isascii()
    return char in "\u17b4\u17b5" and bool(_JOINED_SCRIPT.match(before))


def _between_latin(text: str, start: int, end: int) -> bool:
    return bool(start and _LATIN.match(text, start - 1) and _LATIN.match(text, end))


def _inside_words(text: str, spans: list[Span]) -> Iterator[Hidden]:
    """Yield the single characters that split words: as data where one line has many of them."""
    lines: dict[int, list[Span]] = {}
    line, at = 0, 0
    for span in spans:
        line += text.count("\n", at, span.start)
        at = span.start
        lines.setdefault(line, []).append(span)
    for members in lines.values():
        if len(members) >= _MANY:
            run = "".join(text[span.start : span.end] for span in members)
            yield Hidden(HiddenKind.DATA, members[0], _decoded(run), tuple(members))
        else:
            yield from (Hidden(HiddenKind.STRAY, span, "", (span,)) for span in members)


def _carries_data(run: str) -> bool:
    kinds = set(run)
    if len(kinds) == 1:
        return False
    selectors = sum("\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" for char in run)
    return len(run) >= 4 or selectors >= 2


def _decoded(run: str) -> str:
    """Return the text that `run` encodes in one of the usual ways, or an empty string."""
    ways = [_from_selectors(run)]
    kinds = sorted(set(run))
    if len(kinds) == 2:
        ways += [_from_digits(run, kinds), _from_digits(run, kinds[::-1])]
    elif len(kinds) == 3:
        for separator in kinds:
            digits = [kind for kind in kinds if kind != separator]
            ways += [_from_groups(run, separator, order) for order in (digits, digits[::-1])]
    elif len(kinds) == 4:
        ways.append(_from_digits(run, kinds))
    return next((way for way in ways if len(way) > 1 and way.isprintable()), "")


def _from_selectors(run: str) -> str:
    """Return the bytes that variation selectors spell, one each or, where there are but sixteen kinds, half of one."""
    values = [ord(char) - (0xFE00 if char <= "\ufe0f" else 0xE00F0) for char in run]
    values = [value for value in values if 0 <= value <= 0xFF]
    if max(values, default=0) < 16:
        values = [high * 16 + low for high, low in zip(values[::2], values[1::2], strict=False)]
    return _as_text(bytes(values))


def _as_text(content: bytes) -> str:
    return content.decode("utf-8", "replace").replace("\ufffd", "\0")


def _from_digits(run: str, digits: list[str]) -> str:
    """Return the bytes that `run` spells in as many kinds of `digits` as there are, as text."""
    width = 8 if len(digits) == 2 else 4
    numbers = (_number(run[at : at + width], digits) for at in range(0, len(run) - width + 1, width))
    return _as_text(bytes(numbers))


def _from_groups(run: str, separator: str, digits: list[str]) -> str:
    numbers = [_number(group, digits) for group in run.split(separator) if len(group) in (5, 6, 7, 8)]
    return _as_text(bytes(numbers))


def _number(group: str, digits: list[str]) -> int:
    number = 0
    for char in group:
        number = number * len(digits) + digits.index(char)
    return number


# --- what shows in another order than it is read -------------------------------------------------------------------

_LINE = late("[^\n\r\u2029]+")  # no embedding reaches over the end of its line
_OPENED_BY = {"\u202c": "\u202a\u202b\u202d\u202e", "\u2069": "\u2066\u2067\u2068"}
_EMBEDDINGS = "\u202b\u2067"
_OVERRIDES = "\u202d\u202e"


def _reordered(text: str) -> Iterator[Hidden]:
    if not _BIDI_CONTROL.search(text):
        return
    for line in _LINE.finditer(text):
        controls = [Span(*each.span()) for each in _BIDI_CONTROL.finditer(text, *line.span())]
        if not controls:
            continue
        latin = [each.start() for each in _LATIN.finditer(text, *line.span())]
        foreign = [each.start() for each in _RIGHT_TO_LEFT.finditer(text, *line.span())]
        if any(_misleads(text[span.start], span, latin, foreign) for span in _enclosed(text, controls, line.end())):
            yield Hidden(HiddenKind.REORDERING, controls[0], "", tuple(controls))
        elif not foreign:
            yield from (Hidden(HiddenKind.STRAY, span, "", (span,)) for span in controls)


def _enclosed(text: str, controls: list[Span], end: int) -> Iterator[Span]:
    """Yield what each opening control of a line encloses, from itself to what closes it or to the `end` of the line."""
    opened: list[int] = []
    for span in controls:
        openers = _OPENED_BY.get(text[span.start])
        if not openers:
            opened.append(span.start)
        elif opened and text[opened[-1]] in openers:
            yield Span(opened.pop(), span.start)
    yield from (Span(start, end) for start in opened)


def _misleads(control: str, enclosed: Span, latin: list[int], foreign: list[int]) -> bool:
    """Tell whether `control` turns Latin text around, given the offsets of the line's letters of both directions."""
    if control in _OVERRIDES:
        return _between(latin, enclosed) > 0
    if control not in _EMBEDDINGS or not _between(latin, enclosed):
        return False
    if not _between(foreign, enclosed):
        return True
    latin_first = latin[bisect_left(latin, enclosed.start)] < foreign[bisect_left(foreign, enclosed.start)]
    return latin_first and _between(latin, enclosed) > _between(foreign, enclosed)


def _between(offsets: list[int], span: Span) -> int:
    return bisect_left(offsets, span.end) - bisect_left(offsets, span.start)
