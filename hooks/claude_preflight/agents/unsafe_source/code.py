"""Source code as tokens: the brackets around one, the name that its value is given to, the condition it depends on."""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.late import late
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.source_code import MARK, NAME, STRING, read_source
from claude_preflight.typed import NamedTuple

OPENING = {"(": ")", "[": "]", "{": "}"}
_MAX_PLACES = 5
MAX_BLOCK = 2000  # characters before a string in which its block is looked for
REACH = 200  # tokens that are looked at on either side of a string
RUNNING = late(
    r"(?:run|popen|call|check_call|check_output|spawn\w*|exec\w*|fork|command(?:context)?|system|shell\w*|create_subprocess_\w+"
    r"|process|execa|sendtext|send_keys|\$|sh|start_process|startprocess|startinfo|openterminal)$",
    2,
)
CONDITION = late(r"\b(?:if|elif|else|unless|when|case)\b|\?(?![.:;),>\]])|&&|\|\|")
_KEYWORDS = frozenset("return default yield await in of and or not else case".split())
_OF_EXPRESSION = frozenset((".", "::", "!", "[", "]", "*", "&", "<", ">"))


class Place(NamedTuple):
    """Where a string stands: `opener` is the index of the bracket around it, `name` what that bracket is called by."""

    opener: int
    name: str
    bracket: str


class Code:
    """The source code `text` of a language of `family`, and its tokens; `tested` says that what is read is a test."""

    def __init__(self, text: str, family: str, *, tested: bool) -> None:
        self.text = text
        self.tokens = read_source(text, family)
        self.family = family
        self.tested = tested

    def near(self, number: int, step: int) -> str:
        """Return the token before or behind `number` that is no line end."""
        number += step
        while 0 <= number < len(self.tokens) and self.tokens[number].text == "\n":
            number += step
        return self.tokens[number].text if 0 <= number < len(self.tokens) else ""

    def after(self, number: int) -> int:
        """Return the number of the token behind `number` that is no line end."""
        number += 1
        while number < len(self.tokens) and self.tokens[number].text == "\n":
            number += 1
        return number

    def places(self, number: int) -> Iterator[Place]:
        """Yield the round and square brackets, and object literals, around token `number`, the innermost first."""
        depth = found = 0
        for index in range(number - 1, max(-1, number - REACH), -1):
            token = self.tokens[index]
            if token.kind != MARK:
                continue
            if token.text in (")", "]", "}"):
                depth += 1
            elif token.text in OPENING:
                if depth:
                    depth -= 1
                    continue
                found += 1
                if found > _MAX_PLACES or (token.text == "{" and self.is_block(index)):
                    return
                yield Place(index, self.called(index), str(token.text))

    def is_block(self, index: int) -> bool:
        """Tell whether the brace at `index` opens a block of statements: no mapping, structure or message."""
        if self.near(index, -1) in (")", "=>", "else", "try", "finally", "do", "{", ";", "->", "then"):
            return True
        before = self.tokens[index - 1] if index and not self.tested else None
        if before is None or before.kind != NAME or before.text in _KEYWORDS or RUNNING.match(before.text):
            return False
        first = self.after(index)
        literal = first < len(self.tokens) and (self.tokens[first].kind == STRING or self.near(first, 1) == ":")
        return before.text.end < self.tokens[index].text.start and not literal

    def is_call(self, opener: int) -> bool:
        """Tell whether the bracket at `opener` is that of a call."""
        before = self.tokens[opener - 1] if opener else None
        return before is not None and before.kind == NAME and before.text not in _KEYWORDS

    def called(self, index: int) -> str:
        """Return the name in front of the bracket at `index`, or that its value is given to."""
        before = self.tokens[index - 1] if index else None
        if before is not None and before.kind == NAME:
            return str(before.text)
        if before is not None and before.text == "!" and index > 1:  # a macro of Rust
            return str(self.tokens[index - 2].text)
        return self.target(index)

    def target(self, index: int) -> str:
        """Return the name that the value at `index` is assigned to or is the value of, empty if there is none."""
        seen = 0
        for number in range(index - 1, max(-1, index - 14), -1):
            token = self.tokens[number]
            if token.text in (";", "(", "{", ",") and seen == 0:
                return ""
            if token.text in ("=", ":", "+=", ":=", "=>", "||=", "??="):
                seen = number
                continue
            if seen and token.kind in (NAME, STRING):
                return self.owner(number)
            if seen and token.text not in ("]", "[", ")", "?", "\n", "<", ">", "."):
                return ""
        return ""

    def owner(self, number: int) -> str:
        """Return the name at `number`, of one with a type the name before that."""
        before = self.near(number, -1)
        if before == ":":
            for index in range(number - 1, max(-1, number - 4), -1):
                if self.tokens[index].kind == NAME:
                    return str(self.tokens[index].text)
        return str(self.tokens[number].text)

    def siblings(self, place: Place) -> list[Text]:
        """Return the strings that stand directly in the bracket of `place`."""
        depth = 0
        found: list[Text] = []
        for token in self.tokens[place.opener + 1 : place.opener + REACH]:
            if token.kind == MARK and token.text in OPENING:
                depth += 1
            elif token.kind == MARK and token.text in (")", "]", "}"):
                depth -= 1
                if depth < 0:
                    break
            elif token.kind == STRING and not depth:
                found.append(token.text)
        return found

    def before_expression(self, number: int) -> str:
        """Return the token in front of the expression at `number`: of its type, macro or the name that it calls."""
        number -= 1
        while number >= 0:
            token = self.tokens[number]
            if token.text in _KEYWORDS or (token.kind != NAME and token.text not in _OF_EXPRESSION):
                return str(token.text)
            number -= 1
        return ""

    def is_conditional(self, offset: int) -> bool:
        """Tell whether the statement at `offset` depends on a choice: on its line, or where its block begins."""
        first = max(0, offset - MAX_BLOCK)
        start = self.text.rfind("\n", first, offset) + 1 or first
        line = self.text[start:offset]
        if CONDITION.search(line):
            return "__name__" not in line
        indent = len(line) - len(line.lstrip())
        while start > first:
            start, end = self.text.rfind("\n", first, start - 1) + 1 or first, start - 1
            above = self.text[start:end]
            if above.strip() and len(above) - len(above.lstrip()) < indent:
                function = above.lstrip().startswith(("def ", "function ", "async ")) or "__name__" in above
                return bool(CONDITION.search(above)) and not function
        return False
