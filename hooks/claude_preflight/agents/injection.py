"""Sentences that are made to turn a model against its user, told apart from sentences that only speak of them.

A phrase counts where it is an order: at the head of its sentence, not quoted, not negated, and not in a passage that
describes, lists or tests attacks. Found cheaply: rare words first, an expression only where one stands.
Sources of the phrases: OWASP Top 10 for LLM applications 2025 (LLM01), the tool poisoning and rules file attacks
published in 2025, and MITRE ATLAS AML.T0051.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from itertools import chain, islice

from claude_preflight.agents.leaking_commands import FOREIGN_HOST, PRIVATE_FILE, leaking_commands
from claude_preflight.agents.phrases import (
    BEHIND_BACK,
    CONCEAL,
    FOREIGN_CONCEAL,
    FOREIGN_OVERRIDES,
    FOREIGN_SCRIPT_CONCEAL,
    NEGATIONS,
    OVERRIDES,
    PEOPLE,
    TURN_MARKS,
)
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.typed import NamedTuple


class Attack(Enum):
    """What a sentence asks of the model."""

    OVERRIDE = "override"  # to drop the instructions it has
    EXFILTRATION = "exfiltration"  # to send secrets of this machine away
    ENCODED = "encoded"  # to run what it cannot be seen to be
    COVERT = "covert"  # to touch secrets, or download, and say nothing of it
    CONCEALMENT = "concealment"  # to keep something from the user


class Phrase(NamedTuple):
    """A phrase and where it stands in the text that was searched; `command` tells shell code from prose."""

    attack: Attack
    span: Span
    command: bool = False


# --- to send secrets away, or to run what is encoded ----------------------------------------------------------------

_PRIVATE = late(
    rf"{PRIVATE_FILE}|\bprivate keys?\b|\bbrowser cookies\b|\bkeychain\b"
    r"|\b(?:all|every|local|current|system|process|the user['’]s) (?:of )?(?:the )?environment variables?\b",
    re.IGNORECASE,
)
_PRIVATE_STEMS = (
    *(
        ".ssh",
        ".aws",
        ".gnupg",
        ".kube",
        ".netrc",
        ".npmrc",
        "id_rsa",
        "id_ed25519",
        "/etc/passwd",
        "/etc/shadow",
        ".env",
    ),
    *("private key", "environment variable", "printenv", "env |", "keychain", "browser cookies"),
)
_SEND_STEMS = ("http", "@", "curl", "wget", "| nc ")
_WITHIN = r"(?:[^.!?\n]|\.(?=\w))"  # a character of the same sentence
_SEND = late(
    r"\b(?:send|post|upload|transmit|forward|exfiltrate|submit|e-?mail|deliver)\b"
    rf"(?P<what>{_WITHIN}{{0,100}}?)\bto\b[^.!?\n]{{0,60}}?(?:{FOREIGN_HOST}\S+|[\w.+-]{{1,64}}@[\w-]{{1,63}}\.\w+)",
    re.IGNORECASE,
)
_CONTENTS = late(r"\b(?:contents?|values?|them|copy|copies)\b", re.IGNORECASE)
_GRAB = late(
    rf"\b(?:read|open|take|collect|gather|cat|grab|copy|dump|find)\b[^.!?\n]{{0,60}}?{PRIVATE_FILE}", re.IGNORECASE
)
# An API key that goes along with requests, as it is made for.
_API_KEY = late(r"\b(?:(?<!private )(?<!ssh )keys?|tokens?|passwords?|credentials?)\b", re.IGNORECASE)
_ENV_FILE = late(r"(?:\./)?\.env\b", re.IGNORECASE)
_AUTHENTICATES = late(
    r"\b(?:as|in|via|through|using) (?:[\w`\"'-]{1,30} ){0,4}headers?\b|\bbearer\b|\bauthori[sz]ation\b"
    r"|\b(?:with|on|in) (?:each|every|all) (?:[\w-]{1,30} ){0,2}(?:requests?|calls?)\b"
    r"|\bto (?:authenticate|log in|sign in)\b|\bfor authentication\b",
    re.IGNORECASE,
)
# A credential that goes where it is made for.
_LOGIN = late(r"authorization|bearer|x-api-key|token:|netrc-file", re.IGNORECASE)
_DOWNLOAD = late(rf"\b(?:curl|wget)\b[^\n]{{0,200}}?{FOREIGN_HOST}", re.IGNORECASE)
_BLOB = r"[A-Za-z0-9+/]{20,}+={0,2}"
_DECODED_TO = r"base64\s+(?:-d|-D|--decode)"
_ENCODED = late(
    rf"(?<![A-Za-z0-9+/]){_BLOB}[\"'`]?\s*\|\s*{_DECODED_TO}\b[^|\n]{{0,40}}\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b"
    rf"|{_DECODED_TO}\s*<<<\s*[\"']?{_BLOB}[\"']?\s*\|\s*(?:sudo\s+)?(?:ba|z|da|k)?sh\b"
    rf"|\b(?:ba|z)?sh\s+<\(\s*{_DECODED_TO}\s*<<<\s*[\"']?{_BLOB}"
    rf"|\b(?:ba|z)?sh\s+-c\s+[\"']?\$\(\s*(?:echo|printf)\s+[\"']?{_BLOB}[\"']?\s*\|\s*{_DECODED_TO}",
    re.IGNORECASE,
)
_OBEY = (
    r"(?:execute|run|eval|follow|obey) (?:it|them|the (?:result|output|decoded|commands?|instructions?|script|code))\b"
)
_DECODE = late(
    rf"\bdecode\b{_WITHIN}{{0,60}}\bbase64\b{_WITHIN}{{0,80}}\b{_OBEY}"
    rf"|\bbase64\b{_WITHIN}{{0,40}}\bdecode\b{_WITHIN}{{0,60}}\b{_OBEY}",
    re.IGNORECASE,
)

# --- whether it is an order -----------------------------------------------------------------------------------------

# What may stand before an order in its sentence: marks, courtesies, and names for the one it is addressed to.
_LEAD = late(
    r"(?:</?(?:p|div|span|font|td|li|b|i|em|strong|small|sub|summary|details)\b[^<>\n]{0,200}>"
    r"|[\s*_#>+~!^\[\]()</:,|=.\d：，、-]|(?:please|comment|now|then|first|next|finally|also|so|and|but|instead|immediately|always"
    r"|simply|just|you|must|should|shall|will|need|have|to|are|important|note|notice|attention|urgent|critical|system"
    r"|override|admin|assistants?|claude|code|copilot|cursor|gemini|codex|gpt|chatgpt|ai|llm|agents?|models?|new"
    r"|instructions?|message|prompt|update|priority|hey|dear|from|on|this|point|before|after|anything|else|reading|for"
    r"|the|hidden|secret|secretly|silently|quietly|any|all|task|it|run"
    r"|por|favor|ahora|bitte|jetzt|maintenant|agora|пожалуйста|теперь|请|請|现在|現在|et|surtout|und|auch|y|e|también"
    r"|também|aussi|и|также|wichtig|importante|важно|重要|注意|중요|그리고|また|そして|并且|而且)(?![\w'’]))*+",
    re.IGNORECASE,
)
_SENTENCE_END = late(
    r"[.!?;](?=[\s\"'”’)\]*_]|$)|[。！？；\u2028\u2029]|\n[ \t\r]*(?=\n)|\n[ \t]*(?=[-*+>#|]|\d{1,3}[.)])|\n$|<!--|-->"
)
_ATTACK_WORDS = (
    r"attack|inject|jailbreak|malicious|adversar|suspicious|red flag|threat|payload|untrusted|poison|exploit|manipulat"
    r"|exfil|social engineering|vulnerab|red[ -]team|phishing|hostile|ataque|angriff|attaque|атак|攻击|注入|攻撃"
)
_ABOUT_ATTACKS = late(_ATTACK_WORDS, re.IGNORECASE)
# A heading that is about orders to models as such, and not about some attack or injection.
_ABOUT_PROMPTS = late(
    r"(?:prompt|instruction|direct|context)[ -]?injections?|jailbreak|red[ -]?team|exfiltrat|\battacks\b"
    r"|detection (?:pattern|phrase|rule|signature)|(?:phrases|patterns) to (?:block|detect|flag|reject|watch)"
    r"|\battack ?(?:\d|:)|(?:examples?|samples?|kinds?|types?) of (?:an )?attack|instruction overrides?"
    r"|injection (?:attack|attempt|defen|detect|example|pattern|payload|phrase|prompt|protect|sample|string|test)"
    r"|(?:attack|adversarial|hostile|malicious|poisoned|suspicious) (?:case|example|input|instruction|librar|pattern"
    r"|payload|phrase|prompt|sample|scenario|skill|string|technique|vector)"
    r"|(?:tool|prompt|memory|rules?) poisoning|^\W*(?:\d+[.)]?\s*)?injections?\W*$"
    r"|提示词?注入|注入攻击|越狱|プロンプトインジェクション|인젝션|инъекци|inyecci[oó]n de prompt"
    r"|inje[cç][aã]o de prompt",
    re.IGNORECASE,
)
_LIST_WORDS = (
    rf"{_ATTACK_WORDS}|detect|scanner|phrases?\b|patterns?\b|for example|e\.g\.|such as|\bsamples?\b|signature"
)
_INTRODUCED = late(rf"{_LIST_WORDS}|(?<![.@/])\bexamples?\b(?!\.\w)", re.IGNORECASE)
_SPOKEN_OF = late(
    rf"{_LIST_WORDS}|refus|reject|\bflag(?:s|ged)?\b|\bbad\b|unsafe|dangerous|\bnever\b|\bavoid"
    r"|\bblock(?:s|ed|list)?\b|❌|\bdo not\b|\bdon['’]t\b|\bmust not\b",
    re.IGNORECASE,
)
# What stands before a block of code, or a quoted paragraph, that only shows something.
_ANNOUNCED = late(
    rf"{_ATTACK_WORDS}|\b(?:examples?|samples?) of\b|\bsuch as\b|❌|\b(?:bad|unsafe|dangerous|insecure)\b"
    r"|\b(?:never|do not|don['’]t|must not|avoid) (?:ever )?"
    r"(?:accept|allow|copy|do|doing|execute|paste|run|running|trust|try|use|using|write)\b",
    re.IGNORECASE,
)
# The verb that reports what another says, up to the opening quotation mark.
_REPORTS = late(
    r"(?:(?<!\w)(?:says?|said|saying|reads|wrote|writes|tells?|told|telling|asks|asked|asking|claims|claimed|contains"
    r"|contained|containing|states|stated|stating|instructs|instructed|instructing|demands|demanded|sagt|schreibt|lautet"
    r"|steht|dit|disait|écrit|demande|indique|dice|decía|pide|escribe|diz|pede|escreve|говорит|пишет|гласит|требует)"
    r"(?: (?:you|it|them|him|us|(?:the|an?|any|every|all|your) (?:[\w-]{1,20} ){0,2}(?:agents?|models?|assistants?"
    r"|readers?|users?)|claude|to|that|like)){0,3}|说|說|写道|写着|寫道)"
    r"[ \t]*[:：,，—–-]?\s*\Z",
    re.IGNORECASE,
)
_EMPHASIS = late(r"(?<![\w*])(?P<mark>\*{1,3}|_{1,3}|')(?=[^\s*_])")
_QUOTE_MARK = late(r"^[ \t]{0,3}>", re.MULTILINE)
_BLANK_LINE = late(r"\n[ \t\r]*\n")
_LABEL_END = late(r"[*_]{0,3}[ \t]*(?:[:—–|(-]|\r?\n|$)")
_LIST_ITEM = late(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]")
_SHOWN_LINE = late(r"[ \t]*(?:[-*+][ \t]|[>|]|\d{1,3}[.)][ \t])|[ \t]{2,}")
_OPENING_QUOTES = tuple("\"'`‘’“”„«‹「『《")
_QUOTES = (("“", "”"), ("„", "“"), ("«", "»"), ("「", "」"), ("『", "』"), ("‹", "›"))
_REACH = 600
_MOST = 500


def find_phrases(text: str) -> list[Phrase]:
    """Return the phrases in `text` that may be attacks, whatever stands around them, in their order.

    So many at most that a text made of them cannot hold up the run.
    """
    lower = _lower(text)
    found = chain(
        _overrides(text, lower), _exfiltrations(text, lower), _encoded(text, lower), _concealments(text, lower)
    )
    return sorted(islice(found, _MOST), key=lambda phrase: phrase.span)


def is_meant(text: str, phrase: Phrase, headings: tuple[str, ...] = (), *, in_code: bool = False) -> bool:
    """Tell whether `phrase` of `text` is an order, and not a quotation, a warning, a description or an example.

    `headings` are those that the passage stands under, the nearest first; `in_code` tells that a block of code holds
    the phrase.
    """
    start, end = phrase.span
    first, last = _sentence_start(text, start), _sentence_end(text, end)
    shown = in_code or _SHOWN_LINE.match(text, _line_start(text, start)) is not None
    if _is_under_attacks(headings, shown) or _is_reported(text, start):
        return False
    if not phrase.command and (_is_cell(text, start) or _is_quoted(text, start) or _is_label(text, start, end)):
        return False
    if _SPOKEN_OF.search(text, first, start) or _ABOUT_ATTACKS.search(text, end, last):
        return False
    if phrase.attack is not Attack.EXFILTRATION and not phrase.command and not _LEAD.fullmatch(text, first, start):
        return False
    return not _INTRODUCED.search(_introduction(text, first, shown))


def is_announced(text: str, at: int) -> bool:
    """Tell whether the sentence before the block at the offset `at` says that it shows an attack, or what not to do."""
    return _ANNOUNCED.search(_sentence_before(text, at)) is not None


def speaks_of_attacks(text: str) -> bool:
    """Tell whether `text` has a word by which people speak of attacks, or warn of something."""
    return bool(_SPOKEN_OF.search(text))


def _lower(text: str) -> str:
    lower = text.lower()
    if len(lower) != len(text):  # a capital dotted I becomes two characters
        lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return lower


def _overrides(text: str, lower: str) -> Iterator[Phrase]:
    phrases = OVERRIDES if text.isascii() else OVERRIDES + FOREIGN_OVERRIDES
    for stem, expression in phrases:
        at = lower.find(stem)
        while at >= 0:
            if match := expression.match(text, at):
                yield Phrase(Attack.OVERRIDE, Span(*match.span()))
            at = lower.find(stem, at + len(stem))
    for mark, expression in TURN_MARKS:
        at = lower.find(mark)
        while at >= 0:
            match = expression.match(text, at)
            if match and not text[text.rfind("\n", max(0, at - _REACH), at) + 1 : at].strip():
                yield Phrase(Attack.OVERRIDE, Span(*match.span()))
            at = lower.find(mark, at + len(mark))


def _windows(lower: str, stems: tuple[str, ...], reach: int) -> list[Span]:
    """Return the places of any of `stems`, each with `reach` characters around it, those that touch as one."""
    places: list[int] = []
    for stem in stems:
        at = lower.find(stem)
        while at >= 0:
            places.append(at)
            at = lower.find(stem, at + reach)
    windows: list[Span] = []
    for place in sorted(places):
        start = max(0, place - reach)
        if windows and start <= windows[-1].end:
            start = windows.pop().start
        windows.append(Span(start, place + 2 * reach))
    return windows


def _exfiltrations(text: str, lower: str) -> Iterator[Phrase]:
    if not any(stem in lower for stem in _SEND_STEMS):
        return
    for window in _windows(lower, _PRIVATE_STEMS, 400):
        for span in leaking_commands(text, window):
            if not _LOGIN.search(text, *span):
                yield Phrase(Attack.EXFILTRATION, span, command=True)
        for match in _SEND.finditer(text, *window):
            if _sends_secrets(text, match):
                yield Phrase(Attack.EXFILTRATION, Span(*match.span()))


def _sends_secrets(text: str, match: re.Match[str]) -> bool:
    private = [each[0] for each in _PRIVATE.finditer(text, *match.span("what"))]
    first = _sentence_start(text, match.start())
    if private:
        return not (all(map(_ENV_FILE.match, private)) and _is_login(text, match, first))
    return bool(_CONTENTS.search(text, *match.span("what")) and _GRAB.search(text, first, match.start()))


def _is_login(text: str, match: re.Match[str], first: int) -> bool:
    """Tell whether `match`, in the sentence that starts at `first`, is an API key that goes along with requests."""
    if _CONTENTS.search(match["what"]) or not _API_KEY.search(match["what"]):
        return False
    return _AUTHENTICATES.search(text, first, _sentence_end(text, match.end())) is not None


def _encoded(text: str, lower: str) -> Iterator[Phrase]:
    if "base64" not in lower:
        return
    for match in _ENCODED.finditer(text):
        yield Phrase(Attack.ENCODED, Span(*match.span()), command=True)
    for match in _DECODE.finditer(text):
        yield Phrase(Attack.ENCODED, Span(*match.span()))


def _concealments(text: str, lower: str) -> Iterator[Phrase]:
    for window in _windows(lower, PEOPLE, 60):
        words = lower[window.start : window.end]
        if not any(stem in words for stem in NEGATIONS):
            continue
        yield from (_concealment(text, match) for match in CONCEAL.finditer(text, *window))
        for match in BEHIND_BACK.finditer(text, *window):
            first = _sentence_start(text, match.start())
            grab = _GRAB.search(text, first, match.start())
            if grab:
                yield Phrase(Attack.COVERT, Span(grab.start(), match.end()))
    for stems, expression in FOREIGN_CONCEAL if text.isascii() else FOREIGN_CONCEAL + FOREIGN_SCRIPT_CONCEAL:
        for window in _windows(lower, stems, 120):
            yield from (_concealment(text, match) for match in expression.finditer(text, *window))


def _concealment(text: str, match: re.Match[str]) -> Phrase:
    attack = Attack.COVERT if _is_dangerous(text, match.start()) else Attack.CONCEALMENT
    return Phrase(attack, Span(*match.span()))


def _is_dangerous(text: str, at: int) -> bool:
    """Tell whether the paragraph of the offset `at` also speaks of secrets of the machine, or of a download."""
    start = _paragraph_start(text, at)
    blank = _BLANK_LINE.search(text, at, at + _REACH)
    end = blank.start() if blank else min(len(text), at + _REACH)
    if any(expression.search(text, start, end) for expression in (_GRAB, _DOWNLOAD, _ENCODED, _DECODE)):
        return True
    return any(True for _ in leaking_commands(text, Span(start, end)))


def _paragraph_start(text: str, at: int) -> int:
    """Return where the paragraph that holds the offset `at` starts, or a place that is far before it."""
    start = max(0, at - _REACH)
    for match in _BLANK_LINE.finditer(text, start, at):
        start = match.end()
    return start


def _sentence_start(text: str, at: int) -> int:
    """Return where the sentence that holds the offset `at` starts, or a place that is far before it."""
    start = max(0, at - _REACH)
    for match in _SENTENCE_END.finditer(text, start, at):
        start = match.end()
    return start


def _sentence_end(text: str, at: int) -> int:
    match = _SENTENCE_END.search(text, at, at + _REACH)
    return match.start() if match else min(len(text), at + _REACH)


def _sentence_before(text: str, at: int) -> str:
    before = text[max(0, at - _REACH) : at].rstrip()
    return before[_sentence_start(before, len(before) - 1) :]


def _line_start(text: str, at: int) -> int:
    """Return where the line that holds the offset `at` starts, or a place that is far before it."""
    start = max(0, at - _REACH)
    return max(start, text.rfind("\n", start, at) + 1)


def _is_cell(text: str, at: int) -> bool:
    return text[_line_start(text, at) : at].lstrip().startswith("|")


def _is_under_attacks(headings: tuple[str, ...], shown: bool) -> bool:
    """Tell whether `headings`, the nearest first, speak for a phrase below them; `shown` is one in a list or as code.

    From one in the flow of the text headings about attacks alone must lead up to one about orders to models as such.
    """
    if shown:
        return any(map(_ABOUT_PROMPTS.search, headings)) or bool(headings and _ABOUT_ATTACKS.search(headings[0]))
    for heading in headings:
        if _ABOUT_PROMPTS.search(heading):
            return True
        if not _ABOUT_ATTACKS.search(heading):
            return False
    return False


def _is_reported(text: str, at: int) -> bool:
    """Tell whether the offset `at` is in a quotation, or a quoted paragraph, that a verb such as "says" leads to."""
    start = _paragraph_start(text, at)
    if text[_line_start(text, at) : at].lstrip(" \t").startswith(">"):
        mark = _QUOTE_MARK.search(text, start, at)
        before = _sentence_before(text, mark.start()) if mark else ""
        return _REPORTS.search(before) is not None or _ANNOUNCED.search(before) is not None
    return any(_REPORTS.search(text, start, opening) for opening in _openings(text, start, at))


def _openings(text: str, start: int, at: int) -> Iterator[int]:
    """Yield where quotations and emphasis open that, from `start` on, are not closed before the offset `at`."""
    if text.count('"', start, at) % 2:
        yield text.rfind('"', start, at)
    for opening, closing in _QUOTES:
        opened = text.rfind(opening, start, at)
        if opened > text.rfind(closing, start, at):
            yield opened
    for match in _EMPHASIS.finditer(text, start, at):
        if text.find(match["mark"], match.end(), at) < 0:
            yield match.start()


def _is_label(text: str, start: int, end: int) -> bool:
    """Tell whether the phrase from `start` to `end` is a heading, or what a list item emphasises to speak of it."""
    line = text[max(text.rfind("\n", max(0, start - _REACH), start) + 1, start - _REACH) : start]
    marked = line.lstrip().startswith("#") or (line[-1:] in ("*", "_") and text[end : end + 1] in ("*", "_"))
    return marked and _LABEL_END.match(text, end) is not None


def _is_quoted(text: str, at: int) -> bool:
    """Tell whether the offset `at` stands inside quotation marks of its paragraph."""
    before = text[_paragraph_start(text, at) : at]
    if before.rstrip(" \t*_").endswith(_OPENING_QUOTES):
        return True
    if before.count('"') % 2 or before.count("`") % 2:
        return True
    return any(before.rfind(opening) > before.rfind(closing) for opening, closing in _QUOTES)


def _introduction(text: str, first: int, shown: bool) -> str:
    """Return the sentence before, and the line that introduces the list that the sentence at `first` is an item of.

    A heading introduces what is `shown` below it, in a list or as code, and no order in the flow of the text.
    """
    nearest = _sentence_before(text, first)
    if nearest.startswith("#") and not shown:
        return ""
    line = text.rfind("\n", max(0, first - _REACH), first) + 1
    if not _LIST_ITEM.match(text, line, first + 8):
        return nearest
    for candidate in reversed(text[max(0, line - _REACH) : line].splitlines()):
        if candidate.strip() and not _LIST_ITEM.match(candidate) and candidate[:1] not in " \t":
            return f"{nearest}\n{candidate}"
    return nearest
