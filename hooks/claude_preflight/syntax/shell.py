"""Read shell text into commands and words with exact places.

POSIX `sh` with what bash, zsh and ksh scripts commonly add, and the lines that `cmd` and PowerShell take. Words are
only read, nothing is expanded: `$HOME` stays `$HOME`. Text that no shell would take (an open quote, a missing `fi`) is
read as far as it makes sense; nothing raises. The work is linear in the text.
"""

from __future__ import annotations

import re

from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.syntax.nodes import Text
from claude_preflight.typed import NamedTuple

# Substitutions nested deeper than this are taken as plain text: each level repeats its text in the words around it.
MAX_DEPTH = 20
# The characters of a longer word with quotes inside have the place of the whole word.
_MAX_MAPPED = 10_000

_TOKEN = late(
    r"""(?P<run>[^ \t\r\n'"\\$`|&;<>()\#]+)
      | (?P<blank>[ \t]+|\r(?=\n))
      | (?P<newline>\n)
      | (?P<double>\$?")
      | (?P<single>'(?P<single_inner>[^']*)'?)
      | (?P<ansi>\$'(?P<ansi_inner>(?:[^'\\]|\\.)*+)'?)
      | (?P<escape>\\(?:\r?\n|.)?)
      | (?P<expansion>\$\(\(|\$\(|\$\{|[<>]\(|`)
      | (?P<redirection>&>>?|<<<|<<-?|<>|<&|>&|>>|>\||[<>])
      | (?P<operator>&&|\|\||;;&|;;|;&|\|&|[|&;()])
      | (?P<other>[$\#\r])""",
    re.VERBOSE | re.DOTALL,
)
_IN_DOUBLE = late(r"""[^"\\$`]+|"|\\(?:\r?\n|.)?|\$\(\(|\$\(|\$\{|`|\$""", re.DOTALL)
_IN_EXPANSION = late(r"""[^'"\\$`()}]+|\\.?|\$\(\(|\$\(|\$\{|.""", re.DOTALL)
_ANSI = late(r"[^\\]+|\\(?:[0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|.)|\\", re.DOTALL)
# Bounded, because it is tried again at each parenthesis of a word.
_ASSIGNMENT = late(r"[A-Za-z_][A-Za-z0-9_]{0,200}(?:\[[^]\s]{0,200}\])?\+?=")
_EMPTY_PARENTHESES = late(r"\([ \t]*\)")

_ANSI_CHARACTERS = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))
_OPENINGS = ("$((", "$(", "${", "`")
_OPENING_WORDS = frozenset("if then elif else do while until ! { coproc".split())
_CLOSING_WORDS = frozenset("} fi done esac".split())
_DECLARING = frozenset("export declare typeset local readonly".split())


class Word(Text):
    """A word without its quoting; expansions and substitutions in it stay as they are spelled.

    As in every `Text`, `start` and `end` enclose the characters: quotes at either end stand outside. `source` is the
    span of the whole word, quotes included.
    """

    __slots__ = ("source",)
    source: Span


class Redirection(NamedTuple):
    """`operator` as written with its file descriptor (`2>`, `<<-`); `target` is the word behind it.

    `body` is the text of a here-document, without the line that ends it.
    """

    operator: str
    target: Word | None
    body: Text | None


class Command(NamedTuple):
    """A simple command: what a shell runs as one program, builtin or function.

    `words` begin with the program. `assignments` are the `NAME=value` in front of it, or given to `export` and its
    kind (where they are words too), as (name, value). `operator` is what stands behind the command: `|`, `|&`, `&&`,
    `||`, `;`, `&`, `;;` or a line feed, and nothing where the text ends; for the last command of a group it is what
    stands behind the group. `depth` counts the substitutions around the command.
    """

    words: tuple[Word, ...]
    assignments: tuple[tuple[Text, Text], ...]
    redirections: tuple[Redirection, ...]
    operator: str
    depth: int
    span: Span


class _Piece(NamedTuple):
    """Part of a word: the text from `start` to `end`, or the one `character` that this text stands for."""

    start: int
    end: int
    character: str | None


class _Places:
    """Gives what stands at indices of a text its place in the document; `plain` is that text as a mere string."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.plain = str(text)
        self.exact = text.offsets is not None or text.end - text.start == len(text)
        self.offsets = text.offsets or range(text.start, text.start + len(text) + 1)

    def span(self, start: int, end: int) -> Span:
        return Span(self.offsets[start], self.offsets[end]) if self.exact else self.text.span

    def word(self, pieces: list[_Piece], source: Span) -> Word:
        """Return the word made of `pieces`; `source` is where it stands in the text, quotes included."""
        word = Word("".join([piece.character or self.plain[piece.start : piece.end] for piece in pieces]))
        word.start, word.end = self.span(pieces[0].start, pieces[-1].end)
        word.source = self.span(*source)
        literal = len(word) == word.end - word.start
        word.offsets = None if literal or not self.exact or len(word) > _MAX_MAPPED else self._mapped(pieces)
        return word

    def _mapped(self, pieces: list[_Piece]) -> tuple[int, ...]:
        mapped: list[int] = []
        for piece in pieces:
            mapped += self.offsets[piece.start : piece.start + 1 if piece.character else piece.end]
        return (*mapped, self.offsets[pieces[-1].end])


class _Redirecting:
    """A redirection while it is read: its target follows, and the body of a here-document later still."""

    __slots__ = ("body", "operator", "target")

    def __init__(self, operator: str) -> None:
        self.operator = operator
        self.target: Word | None = None
        self.body: Text | None = None


class _Draft:
    """A command while it is read; `start` and `end` are indices of the text, negative before there is anything."""

    __slots__ = ("assignments", "end", "operator", "redirections", "start", "words")

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.assignments: list[tuple[Text, Text]] = []
        self.redirections: list[_Redirecting] = []
        self.operator = ""
        self.start = self.end = -1

    def extend(self, start: int, end: int) -> None:
        self.start = start if self.start < 0 else self.start
        self.end = end

    def command(self, places: _Places, depth: int) -> Command:
        redirections = tuple(Redirection(item.operator, item.target, item.body) for item in self.redirections)
        span = places.span(self.start, self.end)
        return Command(tuple(self.words), tuple(self.assignments), redirections, self.operator, depth, span)


class _Line:
    """Commands in a row while they are read: those complete, the draft of the next, and the word that is under way."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self.draft = _Draft()
        self.awaiting: _Redirecting | None = None
        self.pieces: list[_Piece] = []
        self.word_start = -1

    def add(self, start: int, end: int, character: str | None = None) -> None:
        """Lengthen the word; an empty piece stands for empty quotes until there is another."""
        if self.word_start < 0:
            self.word_start = start
        if self.pieces and start == end:
            return
        last = self.pieces[-1] if self.pieces else None
        if last and last.start == last.end:
            self.pieces.pop()
        elif last and last.end == start and not last.character and not character:
            start = self.pieces.pop().start
        self.pieces.append(_Piece(start, end, character))

    def add_quoted(self, source_start: int, start: int, end: int) -> None:
        """Lengthen the word by what stands from `start` to `end` in quotes that open at `source_start`."""
        if self.word_start < 0:
            self.word_start = source_start
        self.add(start, end)

    def drop_word(self) -> None:
        self.pieces, self.word_start = [], -1

    def finish_word(self, places: _Places, end: int) -> Word | None:
        """Return the word under way, which ends at `end`, unless it was the target of a redirection."""
        word = places.word(self.pieces, Span(self.word_start, end))
        self.draft.extend(self.word_start, end)
        self.drop_word()
        if not self.awaiting:
            return word
        self.awaiting.target, self.awaiting = word, None
        return None

    def descriptor_start(self, text: str, index: int) -> int:
        """Return where the redirection at `index` begins: at its file descriptor if the word under way is one."""
        if self.word_start < 0 or not text[self.word_start : index].isdecimal():
            return index
        start = self.word_start
        self.drop_word()
        return start

    def redirect(self, operator: str, start: int, end: int) -> None:
        self.awaiting = _Redirecting(operator)
        self.draft.redirections.append(self.awaiting)
        self.draft.extend(start, end)

    def finish_draft(self) -> _Draft:
        draft, self.draft, self.awaiting = self.draft, _Draft(), None
        return draft


class _Doubled(NamedTuple):
    """Where `((` opens, which is arithmetic if `))` closes it, and two groups if anything stands between.

    `level` is the number of parentheses open behind it; `drafts` and `bodies` are the numbers of commands and of
    here-documents due before it. `start` is negative for the one of `$((`.
    """

    level: int
    start: int
    drafts: int
    bodies: int


class _Frame(_Line):
    """What is read up to `closer`: the whole text, a substitution, or an expansion, which holds no commands itself."""

    def __init__(self, closer: str, start: int, depth: int, *, expansion: bool = False, parentheses: int = 0) -> None:
        super().__init__()
        self.closer = closer
        self.start = start
        self.depth = depth
        self.expansion = expansion
        self.parentheses = parentheses
        self.double = False
        self.in_double = False  # it stands in double quotes, where `'` quotes nothing
        self.closed = False  # a group has just ended
        self.cases = 0
        self.pattern = False  # in the patterns of a `case`
        self.naming = False  # behind `function`
        self.doubled: list[_Doubled] = []

    @property
    def testing(self) -> bool:
        """Whether this is between `[[` and `]]`, where operators are words."""
        words = self.draft.words
        return bool(words) and words[0] == "[[" and words[-1] != "]]"


class _Scanner:
    """The methods that take a token are named for its kind and return the index behind what they have read."""

    def __init__(self, text: Text) -> None:
        self.places = _Places(text)
        self.text = self.places.plain
        self.frames = [_Frame("", 0, 0)]
        self.opened = [self.frames[0]]
        self.bodies_due: list[_Redirecting] = []

    def commands(self) -> list[Command]:
        index, size = 0, len(self.text)
        while index < size:
            frame = self.frames[-1]
            if frame.double:
                index = self.step_in_double(frame, index)
            elif frame.expansion:
                index = self.step_in_expansion(frame, index)
            else:
                index = self.step(frame, index)
        while len(self.frames) > 1:
            self.close(size, size)
        self.end_command(self.frames[0], "", size)
        return [draft.command(self.places, frame.depth) for frame in self.opened for draft in frame.drafts]

    def step(self, frame: _Frame, index: int) -> int:
        token = _TOKEN.match(self.text, index)
        assert token  # there is an alternative for every character
        end = token.end()
        if token.lastgroup == "run":
            frame.add(index, end)
        elif token.lastgroup == "blank":
            self.end_word(frame, index)
        else:
            end = getattr(self, token.lastgroup or "")(frame, token)
        return end

    def double(self, frame: _Frame, token: re.Match[str]) -> int:
        frame.double = True
        frame.add_quoted(token.start(), token.end(), token.end())
        return token.end()

    def single(self, frame: _Frame, token: re.Match[str]) -> int:
        frame.add_quoted(token.start(), *token.span("single_inner"))
        return token.end()

    def ansi(self, frame: _Frame, token: re.Match[str]) -> int:
        start, end = token.span("ansi_inner")
        frame.add_quoted(token.start(), start, start)
        for part in _ANSI.finditer(self.text, start, end):
            frame.add(part.start(), part.end(), _ansi_character(part.group()))
        return token.end()

    def escape(self, frame: _Frame, token: re.Match[str]) -> int:
        following = token.group()[1:]
        if not following.endswith("\n"):
            frame.add(token.start(), token.end(), following or None)
        elif self.text[token.end() : token.end() + 1] in ("", " ", "\t", "\r", "\n"):
            self.end_word(frame, token.start())
        return token.end()

    def other(self, frame: _Frame, token: re.Match[str]) -> int:
        if token.group() == "#" and frame.word_start < 0:
            line_end = self.text.find("\n", token.start())
            return len(self.text) if line_end < 0 else line_end
        frame.add(*token.span())
        return token.end()

    def expansion(self, frame: _Frame, token: re.Match[str]) -> int:
        return self.open(frame, token.start(), token.group())

    def open(self, frame: _Frame, index: int, opening: str) -> int:
        """Step into the substitution or expansion that begins with `opening`; a second backtick steps out."""
        end = index + len(opening)
        if opening == "`" and frame.closer == "`":
            self.close(index, end)
        elif len(self.frames) > MAX_DEPTH:
            frame.add(index, end)
        elif opening == "${":
            self.push(_Frame("}", index, frame.depth, expansion=True))
        else:
            self.push(_Frame("`" if opening == "`" else ")", index, frame.depth + 1))
            if opening == "$((":
                self.frames[-1].doubled.append(_Doubled(1, -1, 0, len(self.bodies_due)))
                return end - 1
        return end

    def push(self, frame: _Frame) -> None:
        frame.in_double = self.frames[-1].double
        self.frames.append(frame)
        if not frame.expansion:
            self.opened.append(frame)

    def close(self, inner_end: int, end: int) -> None:
        """Leave the innermost frame: as a whole it is part of a word of the one around it."""
        frame = self.frames.pop()
        if not frame.expansion:
            self.end_command(frame, "", inner_end)
        self.frames[-1].add(frame.start, end)

    def step_in_double(self, frame: _Frame, index: int) -> int:
        token = _IN_DOUBLE.match(self.text, index)
        assert token  # there is an alternative for every character
        spelled, end = token.group(), token.end()
        if spelled in _OPENINGS:
            return self.open(frame, index, spelled)
        if spelled == '"':
            frame.double = False
        elif spelled[0] != "\\" or spelled[1:] not in ("$", "`", '"', "\\", "\n", "\r\n"):
            frame.add(index, end)
        elif spelled[-1] != "\n":
            frame.add(index, end, spelled[1:])
        return end

    def step_in_expansion(self, frame: _Frame, index: int) -> int:
        token = _IN_EXPANSION.match(self.text, index)
        assert token  # there is an alternative for every character
        spelled, end = token.group(), token.end()
        if spelled in _OPENINGS:
            return self.open(frame, index, spelled)
        if spelled == '"':
            frame.double = True
        elif spelled == "'" and not frame.in_double:
            closing = self.text.find("'", end)
            return len(self.text) if closing < 0 else closing + 1
        elif spelled == "(" and frame.closer == ")":
            frame.parentheses += 1
        elif spelled == frame.closer:
            frame.parentheses -= 1
            if frame.parentheses <= 0:
                self.close(index, end)
        return end

    def redirection(self, frame: _Frame, token: re.Match[str]) -> int:
        start, end = token.span()
        if frame.testing or frame.pattern:
            frame.add(start, end)
            return end
        start = frame.descriptor_start(self.text, start)
        self.end_word(frame, start)
        frame.redirect(self.text[start:end], start, end)
        return end

    def newline(self, frame: _Frame, token: re.Match[str]) -> int:
        index, end = token.span()
        if frame.pattern:
            self.end_word(frame, index)
        if not frame.pattern:
            self.end_command(frame, "\n", index)
        for redirection in self.bodies_due:
            end = self.read_body(redirection, end)
        self.bodies_due = []
        return end

    def read_body(self, redirection: _Redirecting, start: int) -> int:
        """Read the body of a here-document from `start`, all that is left where its end is missing."""
        line = start
        while line < len(self.text):
            line_end = self.text.find("\n", line)
            line_end = len(self.text) if line_end < 0 else line_end
            content = self.text[line:line_end].rstrip("\r")
            if (content.lstrip("\t") if redirection.operator.endswith("-") else content) == redirection.target:
                redirection.body = self.places.text.part(start, line)
                return min(line_end + 1, len(self.text))
            line = line_end + 1
        redirection.body = self.places.text.part(start, len(self.text))
        return len(self.text)

    def operator(self, frame: _Frame, token: re.Match[str]) -> int:
        index, end = token.span()
        spelled = token.group()
        ends_test = index - frame.word_start == 2 and self.text.startswith("]]", frame.word_start)
        if frame.pattern or (frame.testing and ends_test):
            self.end_word(frame, index)
        if frame.testing and spelled != ";":
            frame.add(index, end)
        elif spelled == "(":
            return self.open_parenthesis(frame, index)
        elif spelled == ")":
            return self.close_parenthesis(frame, index)
        elif not frame.pattern:
            self.end_command(frame, spelled, index)
            frame.pattern = frame.cases > 0 and spelled in (";;", ";&", ";;&")
        return end

    def open_parenthesis(self, frame: _Frame, index: int) -> int:
        inside_word = frame.word_start >= 0
        definition = _EMPTY_PARENTHESES.match(self.text, index)
        if inside_word and self.takes_parenthesis(frame, index):
            self.push(_Frame(")", index, frame.depth, expansion=True, parentheses=1))
        elif definition and (inside_word or frame.draft.words):
            frame.drop_word()
            frame.finish_draft()
            frame.naming = False
            return definition.end()
        elif not inside_word and frame.draft.words == ["for"]:
            self.push(_Frame(")", index, frame.depth, expansion=True, parentheses=1))
        elif not frame.pattern:
            self.end_command(frame, "", index)
            if self.text.startswith("((", index):
                doubled = _Doubled(frame.parentheses + 2, index, len(frame.drafts), len(self.bodies_due))
                frame.doubled.append(doubled)
            frame.parentheses += 1
        return index + 1

    def takes_parenthesis(self, frame: _Frame, index: int) -> bool:
        """Whether the word under way goes on at a parenthesis: `list=(a b)`, `@(a|b)`."""
        last = self.text[index - 1]
        return last in "@!+?*" or (last == "=" and bool(_ASSIGNMENT.fullmatch(self.text, frame.word_start, index)))

    def close_parenthesis(self, frame: _Frame, index: int) -> int:
        if frame.pattern:
            frame.pattern = False
            return index + 1
        opening = None
        while frame.doubled and frame.doubled[-1].level >= frame.parentheses:
            opening = frame.doubled.pop()
        if opening and opening.level == frame.parentheses and self.text.startswith("))", index):
            self.close_arithmetic(frame, opening, index + 2)
            return index + 2
        if not frame.parentheses and frame.closer == ")":
            self.close(index, index + 1)
        else:
            self.end_command(frame, "", index)
            frame.closed = frame.parentheses > 0
            frame.parentheses -= frame.closed
        return index + 1

    def close_arithmetic(self, frame: _Frame, opening: _Doubled, end: int) -> None:
        """Take back the commands that arithmetic was read as; as a whole it is a word."""
        frame.drop_word()
        frame.finish_draft()
        del frame.drafts[opening.drafts :]
        del self.bodies_due[opening.bodies :]
        frame.parentheses -= 2
        if opening.start < 0:
            self.close(end - 1, end)
        else:
            frame.add(opening.start, end)

    def end_word(self, frame: _Frame, end: int) -> None:
        if frame.word_start < 0:
            return
        start, redirection = frame.word_start, frame.awaiting
        if not redirection and self.is_syntax(frame, self.text[start:end]):
            frame.drop_word()
        elif (word := frame.finish_word(self.places, end)) is not None:
            self.take(frame, word, start, end)
        elif redirection and redirection.operator.rstrip("-").endswith("<<"):
            self.bodies_due.append(redirection)

    @staticmethod
    def is_syntax(frame: _Frame, source: str) -> bool:
        """Whether the word spelled `source` belongs to the grammar and not to a command."""
        if frame.pattern:
            if source == "esac":
                frame.cases, frame.pattern, frame.closed = frame.cases - 1, False, True
            return True
        if frame.naming:
            frame.naming = False
            return True
        if frame.draft.words or frame.draft.assignments:
            return False
        frame.naming = source == "function"
        if source in _CLOSING_WORDS:
            frame.closed = True
            frame.cases -= source == "esac" and frame.cases > 0
        return frame.naming or source in _OPENING_WORDS or source in _CLOSING_WORDS

    def take(self, frame: _Frame, word: Word, start: int, end: int) -> None:
        draft = frame.draft
        declaring = bool(draft.words) and draft.words[0] in _DECLARING
        name = _ASSIGNMENT.match(self.text, start, end) if declaring or not draft.words else None
        if name:
            length = name.end() - start
            draft.assignments.append((word.part(0, length - 1), word.part(length, len(word))))
        if declaring or not name:
            draft.words.append(word)
        if word == "in" and len(draft.words) == 3 and draft.words[0] == "case":
            self.end_command(frame, "", end)
            frame.cases += 1
            frame.pattern = True
        elif word.startswith("((") and draft.words == ["for", word]:
            self.end_command(frame, "", end)

    def end_command(self, frame: _Frame, operator: str, end: int) -> None:
        self.end_word(frame, end)
        draft = frame.finish_draft()
        if frame.closed and frame.drafts and not draft.words and not draft.assignments:
            frame.drafts[-1].redirections += draft.redirections
            frame.drafts[-1].operator = operator
        elif draft.start >= 0:
            draft.operator = operator
            frame.drafts.append(draft)
        frame.closed = False


def _ansi_character(spelled: str) -> str | None:
    """Return the character that the escape `spelled` of a `$'…'` string stands for, None if it stands for itself."""
    if spelled[0] != "\\" or len(spelled) == 1:
        return None
    number = int(spelled[1:], 8) if spelled[1] in "01234567" else 0
    if spelled[1] in "xuU" and len(spelled) > 2:
        number = int(spelled[2:], 16)
    if 0 < number < 0x110000:
        return chr(number)
    return _ANSI_CHARACTERS.get(spelled[1:])


def commands(text: Text) -> list[Command]:
    """Return the simple commands of the shell text `text`.

    Those of a substitution follow behind all commands of the text around it, so that a command whose `operator` is `|`
    is always followed by the one that reads its output. Groups, loops, conditions and function bodies are read as the
    commands they hold; the heads of `for` and `case` are commands of their own.
    """
    return _Scanner(text).commands()


class _Quoting(NamedTuple):
    """How a line is read in which nothing nests; `inner` finds the pieces in double quotes, where `escaped` may be."""

    token: re.Pattern[str]
    inner: re.Pattern[str]
    escaped: str


_POSIX = _Quoting(
    late(
        r"""(?P<run>[^\s'"\\]+)|(?P<blank>\s+)|'(?P<single>[^']*)'?|"(?P<double>(?:[^"\\]|\\.)*+)"?|(?P<escape>\\.?)""",
        re.DOTALL,
    ),
    late(r"[^\\]+|\\.?", re.DOTALL),
    '$`"\\\n',
)
_WINDOWS = _Quoting(late(r"""(?P<run>[^\s"]+)|(?P<blank>\s+)|"(?P<double>[^"]*)"?"""), late("(?s:.+)"), "")
_CMD = _Quoting(
    late(
        r"""(?P<run>[^\s"^&|<>]+)|(?P<blank>\s+)|"(?P<double>[^"]*)"?|(?P<escape>\^.?)"""
        r"""|(?P<redirection>[<>]>?(?:&\d)?)|(?P<operator>&&|\|\||[&|])""",
        re.DOTALL,
    ),
    late("(?s:.+)"),
    "",
)
_POWERSHELL = _Quoting(
    late(
        r"""(?P<run>[^\s"'`;&|<>]+)|(?P<blank>[^\S\n]+)|'(?P<single>[^']*)'?|"(?P<double>(?:[^"`]|`.)*+)"?"""
        r"""|(?P<escape>`.?)|(?P<redirection>[<>]>?(?:&\d)?)|(?P<operator>&&|\|\||[;&|\n])""",
        re.DOTALL,
    ),
    late("[^`]+|`.?", re.DOTALL),
    "$`\"'",
)


class _LineReader(_Line):
    """Reads a line as `quoting` says."""

    def __init__(self, text: Text, quoting: _Quoting) -> None:
        super().__init__()
        self.places = _Places(text)
        self.text = self.places.plain
        self.quoting = quoting

    def read(self) -> list[_Draft]:
        for token in self.quoting.token.finditer(self.text):
            kind = token.lastgroup or ""
            if kind == "run":
                self.add(*token.span())
            elif kind == "single":
                self.add_quoted(token.start(), *token.span(kind))
            elif kind == "double":
                self.take_double(token.start(), *token.span(kind))
            elif kind == "escape":
                self.take_escape(token.group(), *token.span())
            else:
                self.separate(kind, *token.span())
        self.end_command("", len(self.text))
        return self.drafts

    def take_double(self, source_start: int, start: int, end: int) -> None:
        self.add_quoted(source_start, start, start)
        for part in self.quoting.inner.finditer(self.text, start, end):
            spelled = part.group()
            escaped = len(spelled) == 2 and spelled[0] in "\\`" and spelled[1] in self.quoting.escaped
            self.add(*part.span(), spelled[1] if escaped else None)

    def take_escape(self, spelled: str, start: int, end: int) -> None:
        if spelled[1:] != "\n":
            self.add(start, end, spelled[1:] or None)

    def separate(self, kind: str, start: int, end: int) -> None:
        if kind == "operator":
            self.end_command(self.text[start:end], start)
            return
        if kind == "redirection":
            start = self.descriptor_start(self.text, start)
        self.end_word(start)
        if kind == "redirection":
            self.redirect(self.text[start:end], start, end)

    def end_word(self, end: int) -> None:
        word = self.finish_word(self.places, end) if self.word_start >= 0 else None
        if word is not None:
            self.draft.words.append(word)

    def end_command(self, operator: str, end: int) -> None:
        self.end_word(end)
        draft = self.finish_draft()
        if draft.words:
            draft.operator = operator
            self.drafts.append(draft)


def split_words(text: Text, *, windows: bool = False) -> list[Text]:
    """Return the words of `text`, which holds one program with its arguments, without their quoting.

    No character is an operator. With `windows` a backslash is an ordinary character, and only `"` quotes.
    """
    return [word for draft in _LineReader(text, _WINDOWS if windows else _POSIX).read() for word in draft.words]


def windows_commands(text: Text, *, powershell: bool = False) -> list[Command]:
    """Return the commands of a line for `cmd` or, with `powershell`, for PowerShell; their `depth` is 0."""
    reader = _LineReader(text, _POWERSHELL if powershell else _CMD)
    return [draft.command(reader.places, 0) for draft in reader.read()]
