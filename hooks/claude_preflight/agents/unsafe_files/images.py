"""Agents that a Dockerfile starts without permission checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from claude_preflight.agents.sandboxes import Sandbox
from claude_preflight.agents.unsafe_shell import Unsafe, in_shell, in_variable, in_words
from claude_preflight.document import Document
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from claude_preflight.syntax.dockerfile import Instruction

ROOT = "runs as root, which IS_SANDBOX lets the agent do"


def in_dockerfile(document: Document, sandbox: Sandbox | None) -> Iterator[Unsafe]:
    """Yield what an image starts: it is a sandbox, but weaker where the agent is made to run as root in it."""
    from claude_preflight.syntax.dockerfile import pairs, read_dockerfile

    instructions = read_dockerfile(document.text)
    breaches = {
        number: _root_in_image(list(stage)) for number, stage in groupby(instructions, key=lambda each: each.stage)
    }
    for instruction in instructions:
        jail = sandbox or Sandbox("an image", breaches[instruction.stage])
        if "--security=insecure" in instruction.flags:
            jail = Sandbox("a build", "is privileged")
        if instruction.exec_form:
            yield from in_words(instruction.exec_form, jail)
        elif instruction.name in ("RUN", "CMD", "ENTRYPOINT"):
            for text in (instruction.text, *instruction.heredocs):
                yield from in_shell(text, jail)
        for name, value in pairs(instruction):
            yield from in_variable(name, value, jail)


def _root_in_image(stage: Sequence[Instruction]) -> str:
    allowed = any("IS_SANDBOX" in each.text for each in stage)
    users = [each.text for each in stage if each.name == "USER"]
    as_root = not users or users[-1].partition(":")[0].strip() in ("root", "0")
    return ROOT if allowed and as_root else ""
