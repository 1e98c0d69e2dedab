"""Find credentials in text: prose, a command, or a value of a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claude_preflight.agents.secrets.names import NOTHING, PERHAPS, TOKEN, name_words, what_is_named
from claude_preflight.agents.secrets.placeholders import is_placeholder
from claude_preflight.agents.secrets.secret import Secret, without_overlaps
from claude_preflight.agents.secrets.shapes import entropy, is_hexadecimal
from claude_preflight.agents.secrets.table import table
from claude_preflight.agents.secrets.tokens import find_tokens
from claude_preflight.agents.secrets.values import kind_of_value, literal_part
from claude_preflight.model import Span

# Between a name and its value: =, :, a table's bar, and the quotes or Markdown emphasis around either.
_ASSIGNED = re.compile(r"[=:|](?<=[\w\"'`*\]\\ ].)[=>-]?[ \t*_\"'`\\]{0,6}(?=[^\s/]\S{4})")
_ASSIGNED_IN_PROSE = re.compile(_ASSIGNED.pattern + r"(?=\S{0,80}?\d)")
_LONGEST_VALUE = 600
_QUOTED = re.compile(rf"[^\s\"'`\\]{{1,{_LONGEST_VALUE}}}+")
_BARE = re.compile(rf"(?:\$\{{[^\s{{}}]{{0,200}}\}}|&(?!&)|[^\s\"'`\\;,<>(){{}}\[\]|&]){{1,{_LONGEST_VALUE}}}+")
_IN_QUERY = re.compile(rf"[^\s\"'`\\;,<>(){{}}\[\]|&#]{{1,{_LONGEST_VALUE}}}+")
_BEFORE_HEADER = ("", '"', "'")  # the name of a header stands first in its word
_CALLED = ("(", "[")  # behind the name of a function or a list, which is no value
_SHOWN = re.compile(r"[`\"'](?<=[\w*] .)(?=[^\s`\"']{8,200}[`\"'])")
_NAME = re.compile(r"[\w.-]+$")
_LABEL = re.compile(r"(?:[A-Za-z][\w-]* ){0,2}[A-Za-z][\w-]*$")
_LONGEST_NAME = 64
_TELLING = (
    "key tok secret pass pwd auth pat cred cookie bearer jwt phrase mnemo jeton senha clave contrase wort"
    " 密 口令 令牌 пароль токен 비밀 토큰 パス トーク"
).split()
_FLAG = re.compile(r"-(?<![\w-]-)-?([A-Za-z][\w-]{2,40})[ \t]+[\"'\\]{0,2}(?=[^\s&|;<>-]\S{4})")
_SCHEME = re.compile(
    r"(?:Bearer|(?<=uthorization: )(?:Basic|Token|Bot|ApiKey)|(?<=uthorization:)Basic) +(?=[\w.~+/=-]{8})",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(r"[\w.~+/=-]{8,4000}", re.ASCII)
# Commands with their password options; each pattern ends where the password begins.
_COMMANDS = {
    "sshpass": r"sshpass\s+-p\s*",
    "mysql": r"mysql(?:dump|admin)?\b[^\n|;&]{0,200}?\s-p",
    "mariadb": r"mariadb\b[^\n|;&]{0,200}?\s-p",
    "mongo": r"mongo(?:sh|dump|restore|export|import)?\b[^\n|;&]{0,200}?\s-p\s+",
    "sqlcmd": r"sqlcmd\b[^\n|;&]{0,200}?\s-P\s*",
    "docker login": r"docker login\b[^\n|;&]{0,200}?\s-p\s+",
    "redis-cli": r"redis-cli\b[^\n|;&]{0,200}?\s-a\s+",
    "curl": r"curl\b[^\n|;&]{0,400}?\s(?:-u|--user)[ =]*[\"'\\]*[^\s:\"'\\]{1,80}:",
}
_AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_AWS_NEIGHBOURHOOD = 200


def find_in_text(
    text: str, start: int = 0, end: int | None = None, *, prose: bool = True, context: str = ""
) -> Iterator[Secret]:
    """Yield the literal credentials of `text` between `start` and `end` (0-based, half-open), in order of place.

    Spans are offsets into `text`. `prose` is for instructions and documentation, where example code abounds: only what
    looks generated counts there. Turn it off for what a program takes as it stands: a configuration value, an approved
    command. `context` is text beside it, such as the name of the value, that may tell one vendor's keys from another's.
    """
    end = len(text) if end is None else min(end, len(text))
    yield from without_overlaps(_candidates(text, start, end, prose=prose, context=context))


def _candidates(text: str, start: int, end: int, *, prose: bool, context: str) -> Iterator[Secret]:
    tokens = list(find_tokens(text, start, end, context))
    yield from tokens
    yield from _aws_secrets(text, tokens, end)
    yield from _rare(text, start, end)
    yield from _assigned(text, start, end, prose=prose)
    if prose:
        yield from _shown(text, start, end)
    yield from _flagged(text, start, end, prose=prose)
    yield from _authorized(text, start, end, prose=prose)
    yield from _typed(text, start, end, prose=prose)


def _rare(text: str, start: int, end: int) -> Iterator[Secret]:
    """Yield what a single word gives away; the readers are imported only for that, as nearly no text has it."""
    if text.find("PRIVATE KEY", start, end) >= 0:
        from claude_preflight.agents.secrets.private_keys import find_private_keys

        yield from find_private_keys(text, start, end)
    if text.find("eyJ", start, end) >= 0:
        from claude_preflight.agents.secrets.jwt import find_jwts

        yield from find_jwts(text, start, end)
    if text.find("@", start, end) >= 0 and text.find("://", start, end) >= 0:
        from claude_preflight.agents.secrets.urls import find_url_passwords

        yield from find_url_passwords(text, start, end)


def _aws_secrets(text: str, tokens: list[Secret], end: int) -> Iterator[Secret]:
    """Yield the secret keys that stand near an AWS key id."""
    for token in tokens:
        if not token.kind.startswith("aws-"):
            continue
        first, last = token.span.start - _AWS_NEIGHBOURHOOD, token.span.end + _AWS_NEIGHBOURHOOD
        for match in _AWS_SECRET.finditer(text, max(0, first), min(end, last)):
            value = match.group()
            if not is_hexadecimal(value) and entropy(value) >= 4 and not is_placeholder(value):
                yield table().kinds["aws-secret-access-key"].found(Span(*match.span()))


def _judged(name: str, text: str, start: int, end: int, *, prose: bool, kind: str = "") -> Iterator[Secret]:
    """Yield the value from `start` to `end` as a secret if it is one under `name`; `kind` tells better than the name."""
    if end - start >= _LONGEST_VALUE:  # then it is cut off, or no password and no key
        return
    first, last = literal_part(text[start:end])
    found = kind_of_value(name, text[start + first : start + last], prose=prose)
    if found:
        yield table().kinds[kind or found].found(Span(start + first, start + last))


def _assigned(text: str, start: int, end: int, *, prose: bool) -> Iterator[Secret]:
    """Yield the values of `NAME=value`, `"name": "value"`, `name: value`, `?name=value` and a table's `| name | value |`.

    In prose also those of "the password `value`".
    """
    pattern = _ASSIGNED_IN_PROSE if prose else _ASSIGNED
    while match := pattern.search(text, start, end):
        start = match.end()
        before = text[max(0, match.start() - _LONGEST_NAME) : match.start()].rstrip(" \t*_\"'`\\]")
        operator, gap = match.group()[0], match.group()[1:]
        quoted = gap[-1:] in ("'", '"', "`")
        # What follows a colon and a blank without quotes is as likely a sentence as a value.
        loose = prose or (operator == ":" and gap[-1:] == " ")
        name = _credential_name(before, prose=loose)
        preceding = before[len(before) - len(name) - 1 : len(before) - len(name)]
        # The parts of an identifier such as an ARN or AWS::IAM::AccessKey name nothing.
        if not name or preceding == ":" == match.group() or before.endswith(f"::{name}"):
            continue
        if preceding in _BEFORE_HEADER and what_is_named(name) == TOKEN:
            loose = prose
        query = preceding in ("?", "&")
        value = (_QUOTED if quoted else _IN_QUERY if query else _BARE).match(text, start, end)
        if not value:
            continue
        stop = start + len(value.group().rstrip(".:!?*_" if loose else ""))
        if quoted or not loose or text[stop : stop + 1] not in _CALLED:
            kind = "url-query-secret" if query else ""
            yield from _judged(name, text, start, stop, prose=loose, kind=kind)
        start = value.end()


def _shown(text: str, start: int, end: int) -> Iterator[Secret]:
    """Yield the values of sentences such as "the password `value`"."""
    for match in _SHOWN.finditer(text, start, end):
        name = _credential_name(
            text[max(start, match.start() - _LONGEST_NAME) : match.start()].rstrip(" *"), prose=True
        )
        value = _QUOTED.match(text, match.end(), end) if name and name_words(name)[-1] != "pass" else None
        if value:
            yield from _judged(name, text, *value.span(), prose=True)


def _credential_name(before: str, *, prose: bool) -> str:
    """Return the name at the end of `before` if it is that of a credential, else the empty string.

    In `prose` a name may have blanks, and what only perhaps names a credential must be spelt as a variable.
    """
    if not any(map(before[-24:].lower().__contains__, _TELLING)):
        return ""
    found = (_LABEL.search(before) if prose else None) or _NAME.search(before)
    name = found.group() if found else ""
    named = what_is_named(name)
    if named == NOTHING or (named == PERHAPS and prose and not (name.isupper() and "_" in name)):
        return ""
    return name


def _flagged(text: str, start: int, end: int, *, prose: bool) -> Iterator[Secret]:
    """Yield the values of command-line options such as `--token value`."""
    if text.find("--", start, end) < 0:
        return
    for match in _FLAG.finditer(text, start, end):
        if what_is_named(match.group(1)) != NOTHING:
            value = (_QUOTED if match.group()[-1] in "\"'" else _BARE).match(text, match.end(), end)
            if value:
                yield from _judged(match.group(1), text, *value.span(), prose=prose)


def _authorized(text: str, start: int, end: int, *, prose: bool) -> Iterator[Secret]:
    """Yield the credentials of `Authorization: Basic …` and `Bearer …`."""
    if text.find("earer", start, end) < 0 and text.find("uthorization", start, end) < 0:
        return
    for match in _SCHEME.finditer(text, start, end):
        value = _CREDENTIAL.match(text, match.end(), end)
        if value:
            stop = match.end() + len(value.group().rstrip("."))
            yield from _judged("Authorization", text, match.end(), stop, prose=prose, kind="authorization-header")


def _typed(text: str, start: int, end: int, *, prose: bool) -> Iterator[Secret]:
    """Yield the passwords that are arguments of well-known commands: `sshpass -p`, `mysql -p…`, `curl -u user:…`."""
    for command, pattern in _COMMANDS.items():
        if text.find(command, start, end) < 0:
            continue
        for match in re.finditer(pattern, text[start:end]):
            first = start + match.end()
            first += text[first : first + 2].startswith(("'", '"', "\\")) + text[first : first + 2].startswith(
                ('\\"', "\\'")
            )
            value = _QUOTED.match(text, first, end)
            if value:
                yield from _judged("password", text, *value.span(), prose=prose, kind="command-password")
