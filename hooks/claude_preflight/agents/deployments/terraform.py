"""Agents in what Terraform, OpenTofu, Terragrunt or Nomad set up in production, read block by block.

The path of the file says that a block is production's, or a tag or argument in it (`Environment = "production"`).
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.deployments.evidence import of_path, of_variables, path_stage
from claude_preflight.agents.deployments.model import SERVICE, Deployed, Presence
from claude_preflight.agents.deployments.presence import in_shell, in_words, of_image
from claude_preflight.agents.places import PRODUCTION
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Text

_BLOCK = late(r"^(?P<type>[a-z_]+)(?P<labels>(?:[ \t]+\"[^\"\n]*\")*)[ \t]*\{[ \t]*\r?$", 8)  # re.MULTILINE
_BLOCK_END = late(r"^\}", 8)
_COMMENT = late(r"^[ \t]*(?:#|//)[^\n]*", 8)
_HEREDOC_START = late(r"<<-?\"?([A-Za-z_]\w*)\"?\s*$")
_VARIABLE = late(r"(?<!\w)name\"?[ \t]*[=:][ \t]*\"(\w+)\"[\s,]*\"?value\"?[ \t]*[=:][ \t]*\"([\w.-]+)\"")
_ARGUMENT = late(r"(?<!\w)(\w+)\"?[ \t]*[=:][ \t]*(?:\"((?:[^\"\\\n]|\\.)*+)\"|\[([^\[\]]*+)\])")
_STRING = late(r"\"((?:[^\"\\\n]|\\.)*+)\"")
_COMMANDS = frozenset("command entrypoint entryPoint args user_data startup_script inline custom_data script".split())
_MAX_LIST = 20_000


def in_terraform(document: Document, policy: Policy) -> Iterator[Deployed]:
    """Yield the agents in the production blocks of `document`."""
    if path_stage(document.path, policy) not in ("", PRODUCTION):
        return
    by_path = of_path(document.path, policy)
    for name, text in _blocks(document.text):
        arguments = [*_arguments(text)]
        evidence = by_path or of_variables(_settings(text, arguments), policy)
        if evidence:
            found = [*_presences(text, arguments)]
            yield from (Deployed(SERVICE, each, f"the block {name}", evidence, name) for each in found[:1])


def _blocks(text: str) -> Iterator[tuple[str, Text]]:
    """Yield the blocks that begin at the start of a line, each with its type and labels."""
    at = 0
    while match := _BLOCK.search(text, at):
        end = _BLOCK_END.search(text, match.end())
        at = end.end() if end else len(text)
        name = f"{match['type']}{match['labels']}".replace('"', "").replace(" ", ".")
        yield name, Text.at(text[match.end() : at], match.end(), at)


def _arguments(text: Text) -> Iterator[tuple[Text, Text, bool]]:
    """Yield the arguments with a string or a list, and their values; the last item tells a list."""
    comments = [match.span() for match in _COMMENT.finditer(text)]
    number = 0
    for match in _ARGUMENT.finditer(text):
        while number < len(comments) and comments[number][1] <= match.start():
            number += 1
        if number < len(comments) and comments[number][0] <= match.start():
            continue
        listed = match[3] is not None
        yield text.part(*match.span(1)), text.part(*match.span(3 if listed else 2)), listed


def _settings(text: Text, arguments: list[tuple[Text, Text, bool]]) -> Iterator[tuple[str, str]]:
    """Yield the arguments and tags of a block that hold one string, and the variables of its containers."""
    yield from ((str(key), str(value)) for key, value, listed in arguments if not listed)
    yield from _VARIABLE.findall(text)


def _presences(text: Text, arguments: list[tuple[Text, Text, bool]]) -> Iterator[Presence]:
    for key, value, listed in arguments:
        if key == "image" and not listed:
            image = of_image(value)
            yield from (image,) if image else ()
        elif key in _COMMANDS and listed:
            words = [value.part(*match.span(1)) for match in _STRING.finditer(value[:_MAX_LIST])]
            yield from (found for line in words for found in in_shell(line)) if key == "inline" else in_words(words)
        elif key in _COMMANDS:
            yield from in_shell(value)
    for body in _heredocs(text):
        yield from in_shell(body)


def _heredocs(text: Text) -> Iterator[Text]:
    """Yield the bodies of the here-documents in `text`; one that is not closed goes on to the end."""
    name, start, at = "", 0, 0
    for line in str(text).splitlines(keepends=True):
        begins = _HEREDOC_START.search(line) if not name and "<<" in line else None
        if begins:
            name, start = begins[1], at + len(line)
        elif name and line.strip() == name:
            yield text.part(start, at)
            name = ""
        at += len(line)
    if name:
        yield text.part(start, at)
