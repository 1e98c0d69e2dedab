"""The stages of a Dockerfile: what each is built from and holds, and which of them are shipped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from claude_preflight.agents.deployments.model import Presence
from claude_preflight.agents.deployments.presence import (
    downloaded,
    filled_in,
    in_shell,
    in_words,
    of_copy,
    of_image,
)
from claude_preflight.late import late
from claude_preflight.syntax.dockerfile import Instruction, pairs, read_dockerfile, stages
from claude_preflight.syntax.nodes import Text
from claude_preflight.syntax.shell import split_words
from claude_preflight.typed import NamedTuple

_FROM_STAGE = "--from="
# What a copy from another stage takes along if it takes programs at all: whole trees, and where packages are kept.
_PROGRAM_TREE = late(
    r"^/?(?:\.?|(?:usr|opt|root|home)(?:/.*)?|usr/local(?:/(?:bin|lib)(?:/node_modules(?:/.*)?)?)?|.*/\.local(?:/.*)?"
    r"|.*/site-packages)/?$"
)
_NO_PROGRAMS = late(r"/(?:src|app|dist|build|public|static|share/nginx)(?:/|$)|\.(?:js|json|css|html|txt)$")
# Of a stage; each stage that is built from another takes them over.
_MAX_VARIABLES = 200


class BuildStage(NamedTuple):
    """A stage: `parent` is the number of the stage it is built from, -1 if it is none; `values` its variables.

    `sources` are the numbers of the stages from which it copies what may be programs.
    """

    number: int
    name: Text | None
    image: Text
    base: str
    parent: int
    instructions: tuple[Instruction, ...]
    values: dict[str, str]
    sources: tuple[int, ...]


def build_stages(text: str) -> list[BuildStage]:
    """Return the stages of the Dockerfile `text` in source order."""
    instructions = read_dockerfile(text)
    held: dict[int, list[Instruction]] = {}
    for instruction in instructions:
        held.setdefault(instruction.stage, []).append(instruction)
    given: dict[str, str] = {}
    _set(given, held.get(-1, ()))
    found: list[BuildStage] = []
    numbers: dict[str, int] = {}
    for number, stage in enumerate(stages(instructions)):
        base = filled_in(stage.image, given)
        parent = numbers.get(base.lower(), -1)
        values = dict(found[parent].values if parent >= 0 else given)
        own = tuple(held.get(number, ()))
        _set(values, own)
        sources = tuple(numbers[name] for name in _copied_from(own, values) if name in numbers)
        found.append(BuildStage(number, stage.name, stage.image, base, parent, own, values, sources))
        numbers[str(number)] = number
        if stage.name:
            numbers[stage.name.lower()] = number
    return found


def _set(values: dict[str, str], instructions: Iterable[Instruction]) -> None:
    """Take over into `values` what `instructions` set."""
    for instruction in instructions:
        for name, value in pairs(instruction):
            if len(values) < _MAX_VARIABLES or name in values:
                values[str(name)] = filled_in(value, values)


def lineage(stage: BuildStage, found: Sequence[BuildStage]) -> list[BuildStage]:
    """Return `stage` and those it is built from, the outermost first."""
    line = [stage]
    while line[-1].parent >= 0:
        line.append(found[line[-1].parent])
    return line[::-1]


def presences(stage: BuildStage, found: Sequence[BuildStage]) -> Iterator[Presence]:
    """Yield the agents that `stage` holds: its own, those of its base, and those it copies from other stages."""
    seen: set[int] = set()
    pending = [stage.number]
    while pending:
        number = pending.pop()
        if number in seen:
            continue
        seen.add(number)
        inner = found[number]
        if inner.parent >= 0:
            pending.append(inner.parent)
        yield from _own(inner)
        pending += inner.sources


def _own(stage: BuildStage) -> Iterator[Presence]:
    base = of_image(stage.image, stage.base) if stage.parent < 0 else None
    if base:
        yield base._replace(how="comes with the base image")
    for instruction in stage.instructions:
        yield from _of_instruction(instruction, stage.values)


def _of_instruction(instruction: Instruction, values: dict[str, str]) -> Iterator[Presence]:
    if instruction.name in ("RUN", "CMD", "ENTRYPOINT"):
        if instruction.exec_form is not None:
            yield from in_words(instruction.exec_form, values)
            return
        for text in (instruction.text, *instruction.heredocs):
            yield from in_shell(text, values)
    elif instruction.name in ("COPY", "ADD"):
        words = list(instruction.exec_form or split_words(instruction.text))
        yield from of_copy(words[:-1], words[-1]) if len(words) > 1 else ()
        yield from (found for word in words[:-1] if "://" in word and (found := downloaded(word)))


def _copied_from(instructions: Iterable[Instruction], values: dict[str, str]) -> Iterator[str]:
    """Yield the names or numbers of the stages from which `instructions` copy what may be programs."""
    for instruction in instructions:
        source = next((flag[len(_FROM_STAGE) :] for flag in instruction.flags if flag.startswith(_FROM_STAGE)), "")
        if instruction.name != "COPY" or not source:
            continue
        words = instruction.exec_form or split_words(instruction.text)
        if any(_PROGRAM_TREE.search(word) and not _NO_PROGRAMS.search(word) for word in words[:-1]):
            yield filled_in(source, values).lower()
