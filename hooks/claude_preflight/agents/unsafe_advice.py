"""Launches without permission checks that text for an agent recommends: in code blocks, `!` lines and its sentences.

What warns of such a launch, or speaks of one in a container, is passed over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache

from claude_preflight.agents.agent_clis import agent_called, flags
from claude_preflight.agents.unsafe_shell import Unsafe, in_shell
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.syntax.front_matter import front_matter
from claude_preflight.syntax.markdown import TEXT, Blocks, CodeBlock, CodeSpan, read_markdown
from claude_preflight.syntax.nodes import Text

_SHELL_LANGUAGES = frozenset(
    " sh bash shell zsh console shell-session terminal fish powershell ps1 pwsh bat cmd !".split(" ")
)
_WARNING = late(
    r"\bnever\b|\bdon['’]?t\b|\bdo not\b|\bavoid\b|\bnot recommended\b|\b(?:must|should|may) not\b|\bdanger(?:ous)?\b"
    r"|\bunsafe\b|\binsecure\b|\bwarn|\bcaution|\banti-?pattern|\b(?:bad|wrong)\b|\binstead of\b|\brather than\b"
    r"|\bforbid|\bprohibit|\brefuse|\bblocked?\b|\bremove\b|\breplace\b|❌|⚠|🚫|⛔|禁止|不要|切勿|\bnunca\b|\bniemals\b"
    r"|\bjamais\b|しない",
    2,  # re.IGNORECASE
)
_ENCLOSED = late(
    r"container|docker|podman|(?<!\bno )(?<!\bwithout )(?<!\bwithout a )sandbox|\bVMs?\b|virtual machine|isolat"
    r"|disposable|throwaway|ephemeral",
    2,
)
_IMPERATIVE = late(
    r"\s*(?:>\s*)?(?:[-*+]\s+|\d+[.)]\s+)?(?:\*\*)?(?:then\s+|always\s+)?"
    r"(?:use|run|start|launch|execute|invoke|spawn|open)\b[^`\n]{0,40}$",
    2,
)
# A launch that is given a task is there to be run; a program with its switch alone may only be spoken of.
_INTRODUCED = late(r"[^`\n|]{0,120}:(?:\*\*)?\s*$")
_TASK = late(r"\s(?:[\"'<{]|\$[A-Z{(])")
_WORD = late(r"(?<![\w./@-])[a-z][a-z-]+(?=[ \t])")
_LIST_MARK = late(r"[ \t]*(?:>[ \t]*)?(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?")
_PROMPT = late(r"[ \t]*(?:[$%❯➜>]|PS[^>]{0,60}>)[ \t]+")
# A step of a procedure that somebody put into a code block.
_STEP = late(r"[ \t]*(?:(?:[-*+]|\d{1,3}[.)])[ \t]+)?(?:then[ \t]+)?(?:run|execute|start|launch)\b:?[ \t]+(?=[a-z])", 2)
_LINE = late(r"(?:[^\\\n]|\\(?:\r?\n|.)|\\)*+(?:\n|\Z)", 16)
_REACH = 400  # characters before a block that may speak of it


def in_advice(document: Document) -> Iterator[Unsafe]:
    """Yield the launches that the Markdown `document` recommends to whoever reads it."""
    matter = front_matter(document.text)
    blocks = read_markdown(document.text, matter.body if matter else 0)
    for block in blocks.code_blocks:
        yield from _in_block(document, blocks, block)
    for span in blocks.code_spans:
        yield from _in_span(document, span)
    for line in _lines_of_text(document, blocks):
        yield from _in_sentence(document, line)


def _in_block(document: Document, blocks: Blocks, block: CodeBlock) -> Iterator[Unsafe]:
    if block.language.lower() not in _SHELL_LANGUAGES:
        return
    found = list(_in_lines(block))
    if found and not _is_dismissed(_introduction(document, blocks, block)):
        yield from found


def _in_lines(block: CodeBlock) -> Iterator[Unsafe]:
    start, above = 0, ""
    while start < len(block.content):
        match = _LINE.match(block.content, start)
        end = max(match.end() if match else 0, start + 1)
        line = block.content.part(start, end)
        start = end
        if ("-" in line or "=" in line) and (found := _in_line(line)):
            comment = line.partition("#")[2]
            if not _is_dismissed(f"{above} {comment}"):
                yield from found
        above = line if line.lstrip().startswith(("#", "//")) or (not line.strip() and above == "") else ""


def _in_line(line: Text) -> list[Unsafe]:
    prompt = _PROMPT.match(line) or _STEP.match(line)
    return list(in_shell(line.part(prompt.end(), len(line)) if prompt else line, quoted=True))


def _introduction(document: Document, blocks: Blocks, block: CodeBlock) -> str:
    """Return the heading over `block` and the paragraph before it."""
    number = bisect_right(blocks.headings, block.span.start, key=lambda each: each.span.start)
    heading = blocks.headings[number - 1].text[:_REACH] if number else ""
    before = document.text[max(0, block.span.start - _REACH) : block.span.start].rstrip()
    return f"{heading}\n{before.rpartition(chr(10) * 2)[2]}"


def _is_dismissed(text: str) -> bool:
    return bool(_WARNING.search(text) or _ENCLOSED.search(text))


def _in_span(document: Document, span: CodeSpan) -> Iterator[Unsafe]:
    line = document.line_span(span.span.start)
    before, whole = document.text[line.start : span.span.start], document.text[line.start : line.end]
    runs = before.endswith("!") and (len(before) == 1 or before[-2].isspace())
    meant = runs or _IMPERATIVE.match(before) or (_INTRODUCED.match(before) and _TASK.search(span.content))
    if meant and not _is_dismissed(_flags().sub("", whole)):
        yield from in_shell(span.content, quoted=True)


def _lines_of_text(document: Document, blocks: Blocks) -> Iterator[Text]:
    """Yield each line without code that holds a switch, once."""
    end = 0
    for match in _flags().finditer(document.text):
        if match.start() < end or blocks.kind_at(match.start()) != TEXT:
            continue
        span = document.line_span(match.start())
        end = span.end
        line = document.text[span.start : span.end]
        if "`" not in line:
            yield Text.at(line, span.start, span.end)


@cache
def _flags() -> re.Pattern[str]:
    """Return the long flags, some of which have a word in them that would dismiss the line they stand in."""
    known = "|".join(sorted((re.escape(flag) for flag in flags() if len(flag) > 2), key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?:{known})(?![\w-])")


def _in_sentence(document: Document, line: Text) -> Iterator[Unsafe]:
    """Yield the launches of `line` that it commands, or that the line above it announces."""
    above = document.text[max(0, line.start - _REACH) : line.start].rstrip().rpartition("\n")[2]
    if _is_dismissed(_flags().sub("", f"{above} {line}")):
        return
    if above.endswith(":"):
        mark = _LIST_MARK.match(line)
        yield from _in_line(line.part(mark.end() if mark else 0, len(line)))
    for word in _WORD.finditer(line):
        if agent_called(word[0]) and _IMPERATIVE.match(line[: word.start()]):
            yield from _in_line(line.part(word.start(), len(line)))
            return
