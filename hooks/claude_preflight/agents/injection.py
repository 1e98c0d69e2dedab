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


_GAP = r"(?:[\s*_~]|</?[A-Za-z]\w{0,9}>|<!--[^<>\n]{0,80}-->){1,20}"


def _phrase(pattern: str) -> re.Pattern[str]:
    """Return `pattern` with each blank standing for what Markdown may have between words: blanks, emphasis, tags."""
    return late(pattern.replace(" ", _GAP), re.IGNORECASE)


# --- to drop the instructions ---------------------------------------------------------------------------------------

_WORDS = r"(?:(?:all|any|every|each|the|of|your|my|our|these|those|other|single|entire) ){0,5}"
_EARLIER = (
    r"(?:(?:previous|prior|earlier|preceding|above|former|foregoing|past|system|developer|safety|security"
    r"|previously given)(?: (?:and|or))?,? ){1,3}"
)
_ORDERS = r"(?:instructions?|prompts?|directions?|directives?|orders|commands|guidelines|guardrails|programming)"
_LIMITS = r"(?:previous|prior|earlier|above|safety|security) (?:rules|constraints|restrictions|policies|safeguards)"
# What follows narrows it to one matter, as an honest prompt may.
_NOT_NARROWED = (
    r"(?![A-Za-z0-9])(?! (?:about|regarding|concerning|related|relating|that|which|unless|if|when|from|found|inside"
    r"|embedded|contained|on|in|within|like|such|attacks?|attempts?|injections?|or similar)\b)"
)
_DROP = (
    rf"(?: {_WORDS}{_EARLIER}{_ORDERS}"
    rf"| (?:all|any|every|your) {_WORDS}{_LIMITS}"
    r"| (?:all (?:of )?)?your (?:(?:original|initial|core) )?"
    r"(?:instructions|guidelines|programming|training|guardrails)"
    r"| (?:everything|anything) (?:(?:that )?you (?:were|have been|['’]ve been) (?:told|taught|instructed)"
    r"|above|before this)"
    r"| (?:all|any) (?:of )?(?:the )?(?:instructions|prompts|directives) (?:above|before this|so far"
    rf"|given (?:above|before|earlier))){_NOT_NARROWED}"
)
_UNLEASHED = (
    r" (?:dan\b|(?:an? )?(?:unrestricted|unfiltered|uncensored|jailbroken|unshackled)\b"
    r"|in (?:god|jailbreak|unrestricted) mode|no longer (?:bound|restricted|limited|subject))"
)
_LAWS = r"(?:rules|guidelines|guardrails|restrictions|constraints|instructions|policies|safeguards|filters)"
_ANTERIORES = r"(?:anteriores|previas|prévias|precedentes)"
# A phrase starts with its stem, which is lower case, so that the expression is tried in few places.
_OVERRIDES = (
    *((stem, _phrase(stem + _DROP)) for stem in ("ignore", "disregard", "forget", "discard")),
    ("override", _phrase(rf"override (?:all|any|your) {_WORDS}{_EARLIER}{_ORDERS}{_NOT_NARROWED}")),
    ("you are now", _phrase(rf"you are now{_UNLEASHED}")),
    (
        "you are no longer",
        _phrase(rf"you are no longer (?:bound|restricted|limited) by (?:all|any|your|the) {_WORDS}{_LAWS}"),
    ),
    ("bypass", _phrase(rf"bypass (?:all|any|your) {_WORDS}(?:safety|security|content) {_LAWS}{_NOT_NARROWED}")),
    (
        "do not follow",
        _phrase(rf"do not follow (?:any|all|the|your) {_WORDS}{_EARLIER}{_ORDERS}{_NOT_NARROWED}(?! of)"),
    ),
    ("pay no attention", _phrase(rf"pay no attention to {_WORDS}{_EARLIER}{_ORDERS}{_NOT_NARROWED}")),
    ("set aside", _phrase(rf"set aside (?:all|any|every) {_WORDS}{_EARLIER}{_ORDERS}{_NOT_NARROWED}")),
    (
        "stop following",
        _phrase(rf"stop following (?:all|any|your|the) {_WORDS}(?:{_EARLIER}{_ORDERS}|{_ORDERS} above){_NOT_NARROWED}"),
    ),
    ("ignora", _phrase(rf"ignorad? (?:todas )?(?:las|tus|sus) instrucciones {_ANTERIORES}")),
    (
        "ignore",
        _phrase(r"ignore[zr]? (?:toutes )?(?:les|tes|vos) (?:instructions|consignes) (?:précédentes|antérieures)"),
    ),
    ("ignor", _phrase(rf"ignor(?:e|a) (?:todas )?(?:as |suas )?instruções {_ANTERIORES}")),
    (
        "ignorier",
        _phrase(
            r"ignorier(?:e|en sie)? (?:alle )?(?:deine |ihre |die )?(?:vorherigen|bisherigen|vorigen|früheren"
            r"|vorangegangenen) (?:anweisungen|instruktionen|befehle)"
        ),
    ),
    ("ignora", _phrase(r"ignora(?:te)? (?:tutte )?(?:le|tue|vostre|(?:le )?tue) istruzioni (?:precedenti|anteriori)")),
    ("negeer", _phrase(r"negeer (?:alle )?(?:de )?(?:voorgaande|vorige|eerdere) (?:instructies|opdrachten)")),
    ("abaikan", _phrase(r"abaikan (?:semua )?(?:instruksi|perintah) (?:sebelumnya|di atas)")),
    ("zignoruj", _phrase(r"zignoruj (?:wszystkie )?(?:poprzednie|wcześniejsze) (?:instrukcje|polecenia)")),
)
_FOREIGN_OVERRIDES = (
    (
        "игнориру",
        _phrase(r"игнорируй(?:те)? (?:все )?(?:предыдущие|прежние|ранние) (?:инструкции|указания)"),
    ),
    (
        "忽略",
        late(
            "忽略(?:掉)?(?:你)?(?:所有|全部)?(?:之前|以上|先前|前面|上述)(?:给你)?(?:的)?(?:所有|全部|一切)?(?:的)?"
            "(?:指令|指示|提示词?|命令)"
        ),
    ),
    ("이전", late(r"이전의?\s?(?:모든\s)?(?:지시|명령|지침)(?:사항)?(?:을|를)?\s?(?:모두\s)?무시")),
    ("önceki", _phrase(r"önceki (?:tüm |bütün )?(?:talimatları|komutları) (?:yok say|görmezden gel|unut)")),
    ("bỏ qua", _phrase(r"bỏ qua (?:tất cả )?(?:các )?(?:hướng dẫn|chỉ dẫn|lệnh) (?:trước|ở trên)")),
    ("تجاهل", _phrase(r"تجاهل (?:جميع |كل )?(?:التعليمات|الأوامر) السابقة")),
    ("これまでの", late("これまでの(?:すべての|全ての|全)?(?:指示|命令)を(?:すべて|全て)?(?:無視|忘れ)")),
    ("以前の", late("以前の(?:すべての|全ての|全)?(?:指示|命令)を(?:すべて|全て)?(?:無視|忘れ)")),
)
# Marks by which models tell the turns of a conversation apart, at the head of a line.
_TURN_MARKS = (
    ("<|im_start|>", late(r"<\|im_start\|>[ \t]*(?:system|user|assistant)")),
    ("<|start_header_id|>", late(r"<\|start_header_id\|>[ \t]*(?:system|user|assistant)")),
    ("<<sys>>", late(r"<<SYS>>")),
    ("[inst]", late(r"\[INST\][ \t]*\S")),
)

# --- to keep something from the user --------------------------------------------------------------------------------

_PEOPLE = ("the user", "the human", "the developer", "the operator", "the owner")
_USER = r"the (?:user|human|developer|operator|owner)s?"
_NEVER = r"(?:do not|don['’]t|never|you must not)(?: ever)?"
_NEGATIONS = ("not ", "n't ", "n’t ", "never ", "hide ", "conceal ", "keep ", "without ")
_NOT_YET = r"(?![^.!?\n]{0,160}\b(?:until|unless|before|yet|if|when|because|already)\b)"
_DEED = (
    r"(?:read|ran|run|sent|accessed|executed|uploaded|collected|copied|deleted|installed|did this|made this"
    r"|are doing (?:this|so))"
)
_ABOUT = (
    r"(?: (?:about|of) (?:this|it|that|any of this|what you (?:did|do|are doing|have done))\b"
    rf"|(?: that)? you(?:['’]ve| have)? {_DEED}\b|(?=[ \t\r]*(?:[.!;)]|$)))"
)
_CONCEAL = late(
    rf"\b{_NEVER} (?:(?:tell|inform|notify|alert) {_USER}{_ABOUT}"
    rf"|let {_USER} (?:know|notice) (?:about )?(?:this|it|what you (?:did|do|are doing))\b"
    rf"|(?:mention|disclose|reveal) (?:this|it|that|any of this) to {_USER}\b){_NOT_YET}"
    r"|\b(?:(?:hide|conceal|keep) what you (?:did|do|are doing|have done)|keep (?:this|it) (?:secret|hidden))"
    rf" from {_USER}\b",
    re.IGNORECASE | re.MULTILINE,
)
_BEHIND_BACK = late(rf"\bwithout (?:telling|informing|notifying|asking|alerting) {_USER}\b", re.IGNORECASE)

# --- to send secrets away, or to run what is encoded ----------------------------------------------------------------

_PRIVATE_FILE = (
    r"(?:(?:~|\$HOME|\$\{HOME\}|/root|/home/[\w.-]+|/Users/[\w.-]+)/\."
    r"(?:ssh(?!/[\w.-]{1,60}\.pub)|aws|gnupg|kube|netrc|npmrc|pypirc|docker|config/gcloud|cursor/mcp)\b"
    r"|\bid_(?:rsa|ed25519|ecdsa)\b(?!\.pub)|/etc/(?:passwd|shadow)\b"
    r"|(?<![\w/*])(?:\./)?\.env(?:\.(?:local|production))?\b(?![.\w]))"
)
_PRIVATE = late(
    rf"{_PRIVATE_FILE}|\bprivate keys?\b|\bbrowser cookies\b|\bkeychain\b"
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
_HOST = r"https?://(?!localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker)"
_SEND = late(
    r"\b(?:send|post|upload|transmit|forward|exfiltrate|submit|e-?mail|deliver)\b"
    rf"(?P<what>{_WITHIN}{{0,100}}?)\bto\b[^.!?\n]{{0,60}}?(?:{_HOST}\S+|[\w.+-]{{1,64}}@[\w-]{{1,63}}\.\w+)",
    re.IGNORECASE,
)
_CONTENTS = late(r"\b(?:contents?|values?|them|copy|copies)\b", re.IGNORECASE)
_GRAB = late(
    rf"\b(?:read|open|take|collect|gather|cat|grab|copy|dump|find)\b[^.!?\n]{{0,60}}?{_PRIVATE_FILE}", re.IGNORECASE
)
_SHELL_SEND = late(
    r"\b(?:curl|wget|nc|ncat|Invoke-WebRequest|iwr)\b[^\n]{0,300}?(?:@|\$\(\s*(?:cat|base64)[^)\n]{0,40}?|<\s*"
    rf"|--post-file[= ]|-T\s+)[\"']?{_PRIVATE_FILE}"
    rf"|\b(?:cat|base64|tar|zip)\b[^|\n]{{0,120}}{_PRIVATE_FILE}[^|\n]{{0,80}}\|[^\n]{{0,120}}?\b(?:curl|wget|nc|ncat)\b"
    rf"|(?:^|(?<=[\s`;&(]))(?:env|printenv)\s*\|[^\n]{{0,80}}?\b(?:curl|wget|nc|ncat)\b[^\n]{{0,200}}?{_HOST}",
    re.IGNORECASE,
)
# A credential that goes where it is made for.
_LOGIN = late(r"authorization|bearer|x-api-key|token:|netrc-file", re.IGNORECASE)
_DOWNLOAD = late(rf"\b(?:curl|wget)\b[^\n]{{0,200}}?{_HOST}", re.IGNORECASE)
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
    r"|[\s*_#>+~!^\[\]()</:,|=.\d-]|(?:please|comment|now|then|first|next|finally|also|so|and|but|instead|immediately|always"
    r"|simply|just|you|must|should|shall|will|need|have|to|are|important|note|notice|attention|urgent|critical|system"
    r"|override|admin|assistants?|claude|code|copilot|cursor|gemini|codex|gpt|chatgpt|ai|llm|agents?|models?|new"
    r"|instructions?|message|prompt|update|priority|hey|dear|from|on|this|point|before|after|anything|else|reading|for"
    r"|the|hidden|secret|secretly|silently|quietly|any|all|task|it|run"
    r"|por|favor|ahora|bitte|jetzt|maintenant|agora|пожалуйста|теперь|请|請|现在|現在)(?![\w'’]))*+",
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
_LIST_WORDS = (
    rf"{_ATTACK_WORDS}|detect|scanner|phrases?\b|patterns?\b|for example|e\.g\.|such as|\bsamples?\b|signature"
)
_INTRODUCED = late(rf"{_LIST_WORDS}|\bexamples?\b", re.IGNORECASE)
_SPOKEN_OF = late(
    rf"{_LIST_WORDS}|refus|reject|\bflag(?:s|ged)?\b|\bbad\b|unsafe|dangerous|\bnever\b|\bavoid"
    r"|\bblock(?:s|ed|list)?\b|❌|\bdo not\b|\bdon['’]t\b|\bmust not\b",
    re.IGNORECASE,
)
_BLANK_LINE = late(r"\n[ \t\r]*\n")
_LABEL_END = late(r"[*_]{0,3}[ \t]*(?:[:—–|(-]|\r?\n|$)")
_LIST_ITEM = late(r"[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t]")
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


def is_meant(text: str, phrase: Phrase, headings: tuple[str, ...] = ()) -> bool:
    """Tell whether `phrase` of `text` is an order, and not a quotation, a warning, a description or an example.

    `headings` are those that the passage stands under.
    """
    start, end = phrase.span
    first, last = _sentence_start(text, start), _sentence_end(text, end)
    if any(_ABOUT_ATTACKS.search(heading) for heading in headings):
        return False
    if not phrase.command and (_is_cell(text, start) or _is_quoted(text, start) or _is_label(text, start, end)):
        return False
    if _SPOKEN_OF.search(text, first, start) or _ABOUT_ATTACKS.search(text, end, last):
        return False
    if phrase.attack is not Attack.EXFILTRATION and not phrase.command and not _LEAD.fullmatch(text, first, start):
        return False
    return not _INTRODUCED.search(_introduction(text, first))


def speaks_of_attacks(text: str) -> bool:
    """Tell whether `text` has a word by which people speak of attacks, or warn of something."""
    return bool(_SPOKEN_OF.search(text))


def _lower(text: str) -> str:
    lower = text.lower()
    if len(lower) != len(text):  # a capital dotted I becomes two characters
        lower = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return lower


def _overrides(text: str, lower: str) -> Iterator[Phrase]:
    phrases = _OVERRIDES if text.isascii() else _OVERRIDES + _FOREIGN_OVERRIDES
    for stem, expression in phrases:
        at = lower.find(stem)
        while at >= 0:
            if match := expression.match(text, at):
                yield Phrase(Attack.OVERRIDE, Span(*match.span()))
            at = lower.find(stem, at + len(stem))
    for mark, expression in _TURN_MARKS:
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
        for match in _SHELL_SEND.finditer(text, *window):
            if not _LOGIN.search(match[0]):
                yield Phrase(Attack.EXFILTRATION, Span(*match.span()), command=True)
        for match in _SEND.finditer(text, *window):
            if _sends_secrets(text, match):
                yield Phrase(Attack.EXFILTRATION, Span(*match.span()))


def _sends_secrets(text: str, match: re.Match[str]) -> bool:
    if _PRIVATE.search(text, *match.span("what")):
        return True
    first = _sentence_start(text, match.start())
    return bool(_CONTENTS.search(text, *match.span("what")) and _GRAB.search(text, first, match.start()))


def _encoded(text: str, lower: str) -> Iterator[Phrase]:
    if "base64" not in lower:
        return
    for match in _ENCODED.finditer(text):
        yield Phrase(Attack.ENCODED, Span(*match.span()), command=True)
    for match in _DECODE.finditer(text):
        yield Phrase(Attack.ENCODED, Span(*match.span()))


def _concealments(text: str, lower: str) -> Iterator[Phrase]:
    for window in _windows(lower, _PEOPLE, 60):
        words = lower[window.start : window.end]
        if not any(stem in words for stem in _NEGATIONS):
            continue
        for match in _CONCEAL.finditer(text, *window):
            attack = Attack.COVERT if _is_dangerous(text, match.start()) else Attack.CONCEALMENT
            yield Phrase(attack, Span(*match.span()))
        for match in _BEHIND_BACK.finditer(text, *window):
            first = _sentence_start(text, match.start())
            grab = _GRAB.search(text, first, match.start())
            if grab:
                yield Phrase(Attack.COVERT, Span(grab.start(), match.end()))


def _is_dangerous(text: str, at: int) -> bool:
    """Tell whether the paragraph of the offset `at` also speaks of secrets of the machine, or of a download."""
    start = _paragraph_start(text, at)
    blank = _BLANK_LINE.search(text, at, at + _REACH)
    end = blank.start() if blank else min(len(text), at + _REACH)
    return any(expression.search(text, start, end) for expression in (_GRAB, _SHELL_SEND, _DOWNLOAD, _ENCODED, _DECODE))


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


def _is_cell(text: str, at: int) -> bool:
    return text[text.rfind("\n", max(0, at - _REACH), at) + 1 : at][:_REACH].lstrip().startswith("|")


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


def _introduction(text: str, first: int) -> str:
    """Return the sentence before, and the line that introduces the list that the sentence at `first` is an item of."""
    before = text[max(0, first - _REACH) : first].rstrip()
    nearest = before[_sentence_start(before, max(0, len(before) - 1)) :]
    line = text.rfind("\n", max(0, first - _REACH), first) + 1
    if not _LIST_ITEM.match(text, line, first + 8):
        return nearest
    for candidate in reversed(text[max(0, line - _REACH) : line].splitlines()):
        if candidate.strip() and not _LIST_ITEM.match(candidate) and candidate[:1] not in " \t":
            return f"{nearest}\n{candidate}"
    return nearest
