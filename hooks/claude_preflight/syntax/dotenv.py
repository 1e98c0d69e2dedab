r"""Read the variables that a `.env`, `.envrc`, shell start-up file, PowerShell or batch script sets, with exact places.

One reader for all of them, since their lines can be told apart. Where programs that read `.env` files disagree
(python-dotenv, the dotenv package of Node, Docker, the shells) it takes the longer value, so that no part of a
credential is lost: spaces belong to an unquoted value, `#` begins a comment only behind a blank, and a quote that
nothing closes is a character like any other. In double quotes the escapes of `.env` readers count (`\n`, `\"`).
"""

from __future__ import annotations

import re

from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text, joined
from claude_preflight.typed import NamedTuple

_NAME = r"\w[\w.-]*+"
_DECLARATOR = r"(?:export|declare|typeset|readonly|local|setenv|setx|set)"
_LINE_END = late(r"\r\n?|\n|\Z")
_COMMENT_MARK = late(r"[ \t]*+(?:[#;]++|//|::|@?rem(?=[ \t]))[#!]*+[ \t]*+(?:[-*$>][ \t]++)?", re.IGNORECASE)
_INLINE_COMMENT = late(r"[ \t]*+#([^\r\n]*+)")
_ASSIGNMENT = late(rf"[ \t]*+({_NAME})(?:[ \t]*+\+?=[ \t]*+|:[ \t]++)")
_DECLARATION = late(rf"[ \t]*+@?({_DECLARATOR})((?:[ \t]++(?:--?[a-z]++|/[a-z]))*+)(?:[ \t]|\\\r?\n)++", re.IGNORECASE)
_DECLARED = late(rf"({_NAME})([ \t]++=[ \t]*+|\+?=)?")
_DECLARED_IN_QUOTES = late(rf"\"({_NAME})=((?:[^\"\\\r\n]|\\.)*+)\"|'({_NAME})=([^'\r\n]*+)'")
_BETWEEN = late(r"(?:[ \t]|\\\r?\n)*+")
_SPACED = late(rf"({_NAME})[ \t]++(?:=[ \t]++)?(?=[^\s;#])")
_BATCH = late(rf"(\"?)({_NAME})=[ \t]*+")
_POWERSHELL = late(
    r"[ \t]*+(?:\$\{?env:(\w++)\}?[ \t]*+\+?=[ \t]*+"
    r"|(?:\[(?:System\.)?Environment\]::)?SetEnvironmentVariable\([ \t]*+[\"'](\w++)[\"'][ \t]*+,[ \t]*+)",
    re.IGNORECASE,
)
_LATER = late(
    rf"(?:[;&|({{]|\b(?:then|else|do)\b)[ \t]*+(?={_DECLARATOR}[ \t]|\$\{{?env:|\[(?:System\.)?Environment\]"
    r"|(?-i:[A-Z_][A-Z0-9_]*+=(?!=)))",
    re.IGNORECASE,
)
_FISH_FLAGS = frozenset(
    ("export", "unexport", "global", "universal", "local", "function", "path", "unpath", "append", "prepend")
)

_SUBSTITUTION = r"\$\((?:[^()\r\n]|\([^()\r\n]*+\))*+\)"
_QUOTED = late(rf"\"((?:[^\"\\$]|\\[\s\S]|{_SUBSTITUTION}|\$)*+)\"|\$'((?:[^'\\]|\\[\s\S])*+)'|'([^']*+)'|`([^`]*+)`")
_QUOTED_AS_IS = late(r"\"([^\"\r\n]*+)\"|'([^'\r\n]*+)'")
_UNQUOTED = late(r"\\([^\r\n])|((?!#)[^\s\"'`;\\]++|[\"'`\\])")  # in a word; a quote only if nothing closes it
_VALUE_END = late(r"[ \t]*+(?=[\r\n#;)]|\Z)")
_ESCAPE = late(r"\\(\r\n|[\s\S])")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\n": "", "\r\n": "", **{character: character for character in "\"'\\$`"}}

# An unquoted value, by the program that reads the line.
_DOTENV_VALUE = late(rf"(?:[^\s;&|]|[;&|](?![&|]?[ \t]*+{_DECLARATOR}[ \t])|[^\S\r\n]++(?=[^\s#]))*+")
_SHELL_VALUE = late(
    rf"(?:{_SUBSTITUTION}|\"[^\"\r\n]*+\"|'[^'\r\n]*+'|`[^`\r\n]*+`|\\(?![\r\n])|[^\s;\\]|;(?=\S)"
    rf"|[^\S\r\n]++(?=[^\s#;\\])(?!{_NAME}\+?=|&&|\||[0-9]?[<>]))*+"
)
_FISH_VALUE = late(r"(?:[^\s;]|;(?=\S)|[^\S\r\n]++(?=[^\s#;&|]))*+")
_BATCH_VALUE = late(r"(?:\S|[^\S\r\n]++(?=[^\s&|]))*+")
_WORD = late(r"\S*+")


class Assignment(NamedTuple):
    """A variable and the value it is set to; `exported` tells whether the file hands it to child processes.

    `value` is without its quotes, and variables in it are not expanded. `comment` is what follows `#` on its line.
    """

    name: Text
    value: Text
    exported: bool
    comment: Text | None


def _unescaped(text: str, start: int, end: int) -> Text:
    """Return the text from `start` to `end` with its escapes replaced; a backslash before other characters stays."""
    if text.find("\\", start, end) < 0:
        return Text.at(text[start:end], start, end)
    characters: list[str] = []
    offsets: list[int] = []
    at = start
    while at < end:
        match = _ESCAPE.match(text, at, end)
        character = _ESCAPES.get(match[1]) if match else None
        behind = match.end() if match and character is not None else at + 1
        character = text[at] if character is None else character
        characters.append(character)
        offsets += [at] * len(character)
        at = behind
    return Text.at("".join(characters), start, end, (*offsets, end))


class _Reader:
    """Reads statements into `found`; nothing it reads passes `limit`.

    `in_comment`: there `NOTE: text` and `set the value` are prose, so a name before a colon counts only if it has an
    underscore, and `set` only with flags or `=`.
    """

    def __init__(self, text: str, limit: int, *, in_comment: bool = False) -> None:
        self.text = text
        self.limit = limit
        self.in_comment = in_comment
        self.found: list[Assignment] = []
        self.exported: set[str] = set()

    def line(self, at: int) -> int:
        """Read the statements from `at` to the end of the line, and of the values that begin in it; return that end."""
        end = at
        while True:
            behind = self.statement(at)
            at = at if behind is None else behind
            end = end if at < end else _end_of_line(self.text, at)
            later = _LATER.search(self.text, at, min(end, self.limit))
            if not later:
                return end
            at = later.end()

    def statement(self, at: int) -> int | None:
        """Read the statement at `at`; return the offset behind it, or None if it sets no variable."""
        if declaration := _DECLARATION.match(self.text, at, self.limit):
            behind = self.declaration(declaration)
            if behind is not None:
                return behind
        if powershell := _POWERSHELL.match(self.text, at, self.limit):
            name = self.group(powershell, 1 if powershell[1] else 2)
            return self.add(name, *self.value_as_is(powershell.end(), _FISH_VALUE), exported=True)
        match = _ASSIGNMENT.match(self.text, at, self.limit)
        if not match or (self.in_comment and self.text[match.end(1)] == ":" and "_" not in match[1]):
            return None
        return self.add(self.group(match, 1), *self.value(match.end(), _DOTENV_VALUE), exported=False)

    def declaration(self, match: re.Match[str]) -> int | None:
        word, flags, at = match[1].lower(), match[2], match.end()
        exported = any(flag == "--export" or ("x" in flag and flag[:2] != "--") for flag in flags.split())
        if word not in ("set", "setenv", "setx"):
            return self.declared(at, exported=exported or word == "export")
        if word == "set" and (batch := _BATCH.match(self.text, at, self.limit)):
            return None if flags else self.batch(batch)
        spaced = _SPACED.match(self.text, at, self.limit)
        if not spaced:
            return None
        name = self.group(spaced, 1)
        if word != "set":
            return self.add(name, *self.value_as_is(spaced.end(), _WORD), exported=True)
        if not all(map(_sets_in_fish, flags.split())) or (self.in_comment and not flags):
            return None
        return self.add(name, *self.value(spaced.end(), _FISH_VALUE), exported=exported)

    def declared(self, at: int, *, exported: bool) -> int | None:
        """Read `NAME=value`, `"NAME=value"` and `NAME`, any number of them, as `export` and `declare` take them."""
        behind = None
        while (end := self.declared_variable(at, exported=exported)) is not None:
            behind = end
            at = _BETWEEN.match(self.text, end, self.limit).end()  # type: ignore[union-attr]  # matches the empty string
            if at == behind:
                break
        return behind

    def declared_variable(self, at: int, *, exported: bool) -> int | None:
        if quoted := _DECLARED_IN_QUOTES.match(self.text, at, self.limit):
            name = 1 if quoted[1] else 3
            value = _unescaped(self.text, *quoted.span(2)) if quoted[1] else self.group(quoted, 4)
            return self.add(self.group(quoted, name), value, quoted.end(), exported=exported)
        match = _DECLARED.match(self.text, at, self.limit)
        if match and match[2]:
            return self.add(self.group(match, 1), *self.value(match.end(), _SHELL_VALUE), exported=exported)
        if match and exported:
            self.exported.add(match[1])
        return match.end() if match else None

    def batch(self, match: re.Match[str]) -> int:
        """Read `set NAME=value`, or `set "NAME=value"`, whose value ends at the last quote of the line."""
        at = match.end()
        close = self.text.rfind('"', at, min(_end_of_line(self.text, at), self.limit)) if match[1] else -1
        if close < 0:
            return self.add(self.group(match, 2), *self.value_as_is(at, _BATCH_VALUE), exported=True)
        return self.add(self.group(match, 2), Text.at(self.text[at:close], at, close), close + 1, exported=True)

    def group(self, match: re.Match[str], number: int) -> Text:
        return Text.at(match[number], *match.span(number))

    def add(self, name: Text, value: Text, behind: int, *, exported: bool) -> int:
        """Record an assignment that ends at `behind`; return the offset behind the comment that follows it."""
        comment = _INLINE_COMMENT.match(self.text, behind, self.limit)
        note = self.group(comment, 1).trimmed() if comment else None
        self.found.append(Assignment(name, value, exported, note))
        return comment.end() if comment else behind

    def value(self, at: int, unquoted: re.Pattern[str]) -> tuple[Text, int]:
        """Return the value at `at` and the offset behind it."""
        return self.word(at) if self.quoted(at) else self.unquoted(at, unquoted)

    def unquoted(self, at: int, pattern: re.Pattern[str]) -> tuple[Text, int]:
        if self.text.startswith("#", at, self.limit) and self.text[at - 1] in " \t":
            return Text.at("", at, at), at
        end = pattern.match(self.text, at, self.limit).end()  # type: ignore[union-attr]  # it matches the empty string
        return Text.at(self.text[at:end], at, end).trimmed(), end

    def value_as_is(self, at: int, unquoted: re.Pattern[str]) -> tuple[Text, int]:
        """Return the value at `at` and the offset behind it, where no escapes count."""
        match = _QUOTED_AS_IS.match(self.text, at, self.limit)
        return (self.group(match, match.lastindex or 1), match.end()) if match else self.unquoted(at, unquoted)

    def quoted(self, at: int) -> re.Match[str] | None:
        """Return the quoted string at `at`; if it goes over lines, only where a value can end behind it."""
        match = _QUOTED.match(self.text, at, self.limit)
        if match and ("\n" in match[0] or "\r" in match[0]) and not _VALUE_END.match(self.text, match.end()):
            return None
        return match

    def word(self, at: int) -> tuple[Text, int]:
        """Read a word of quoted strings and what touches them, as a shell joins them."""
        parts: list[Text] = []
        while match := self.quoted(at) or _UNQUOTED.match(self.text, at, self.limit):
            number = match.lastindex or 1
            escapes = match.re.pattern == _QUOTED.pattern and number <= 2
            parts.append(_unescaped(self.text, *match.span(number)) if escapes else self.group(match, number))
            at = match.end()
        return joined(parts), at


def _sets_in_fish(flag: str) -> bool:
    """Whether `set` with `flag` sets a variable in fish, where `-e` erases and `-q` asks."""
    return flag[2:] in _FISH_FLAGS if flag.startswith("--") else not flag.strip("-gxUluLfap")


def _end_of_line(text: str, at: int) -> int:
    return _LINE_END.search(text, at).start()  # type: ignore[union-attr]  # it matches at the end of the text


def _read(text: str) -> tuple[_Reader, _Reader]:
    """Return what `text` sets and what its comments would set."""
    live = _Reader(text, len(text))
    commented = _Reader(text, 0, in_comment=True)
    at = 0
    while at < len(text):
        mark = _COMMENT_MARK.match(text, at)
        if mark:
            end = commented.limit = _end_of_line(text, at)
            commented.line(mark.end())
        else:
            end = live.line(at)
        at = _LINE_END.match(text, end).end()  # type: ignore[union-attr]  # `end` is the end of a line
    return live, commented


def read_dotenv(text: str) -> tuple[Assignment, ...]:
    """Return the assignments of `text` (no byte order mark) in source order, repeated names included. Never raises."""
    live, _ = _read(text)
    return tuple(
        found._replace(exported=True) if not found.exported and found.name in live.exported else found
        for found in live.found
    )


def commented_assignments(text: str) -> tuple[Assignment, ...]:
    """Return the assignments that stand in comment lines of `text`: a real key there is still a leak. Never raises."""
    return tuple(_read(text)[1].found)
