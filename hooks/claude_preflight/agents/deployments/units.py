"""Agents in what starts processes on a server: Procfiles, systemd units, and the user data of cloud machines.

A Procfile describes what its platform runs, so it is production's unless its name says otherwise. Of the others the
path has to say so, or a variable or host name in them.
"""

from __future__ import annotations

from collections.abc import Iterator

from claude_preflight.agents.deployments.containers import texts_of
from claude_preflight.agents.deployments.evidence import of_names, of_path, of_variables, path_stage
from claude_preflight.agents.deployments.model import SERVICE, Deployed, Evidence, Presence
from claude_preflight.agents.deployments.presence import in_shell, in_words
from claude_preflight.agents.places import PRODUCTION
from claude_preflight.document import Document
from claude_preflight.late import late
from claude_preflight.policy import Policy
from claude_preflight.syntax.nodes import Mapping, Sequence, Text
from claude_preflight.syntax.yaml_ import read_yaml

_HEADER = 200  # characters that the first comments take
_PROCESS = late(r"^([A-Za-z0-9_-]+)[ \t]*:[ \t]*(.*)", 8)  # re.MULTILINE
_EXEC = late(r"^[ \t]*Exec\w+[ \t]*=[ \t]*[-@:+!|]*((?:[^\\\n]|\\\r?\n|\\.)*+)", 8)
_ENVIRONMENT = late(r"^[ \t]*Environment[ \t]*=[ \t]*(.*)", 8)
_ASSIGNED = late(r"(\w+)=([\w.-]+)")


def in_procfile(document: Document, policy: Policy) -> Iterator[Deployed]:
    """Yield the agents that the processes of a Procfile start."""
    if path_stage(document.path, policy) not in ("", PRODUCTION):
        return
    for match in _PROCESS.finditer(document.text):
        text = Text.at(match[2], *match.span(2))
        evidence = Evidence("it stands in a Procfile")
        place = f'the process "{match[1]}"'
        yield from (Deployed(SERVICE, found, place, evidence, match[1]) for found in [*in_shell(text)][:1])


def in_unit(document: Document, policy: Policy) -> Iterator[Deployed]:
    """Yield the agents that a systemd unit of production starts."""
    pairs = [each for line in _ENVIRONMENT.findall(document.text) for each in _ASSIGNED.findall(line)]
    evidence = of_path(document.path, policy) or of_variables(pairs, policy)
    if evidence is None or path_stage(document.path, policy) not in ("", PRODUCTION):
        return
    for match in _EXEC.finditer(document.text):
        text = Text.at(match[1], *match.span(1))
        yield from (Deployed(SERVICE, found, "the unit", evidence, "unit") for found in [*in_shell(text)][:1])


def in_user_data(document: Document, policy: Policy) -> Iterator[Deployed]:
    """Yield the agents that a cloud machine of production installs or starts first: a script, or cloud-config."""
    if path_stage(document.path, policy) not in ("", PRODUCTION):
        return
    evidence = of_path(document.path, policy)
    if "#cloud-config" in document.text[:_HEADER]:
        root = read_yaml(document.text).root
        if isinstance(root, Mapping):
            evidence = evidence or of_names(_host_names(root), policy)
            found = [*in_cloud_config(root)]
        else:
            found = []
    else:
        found = [*in_shell(Text.at(document.text, 0, len(document.text)))] if evidence else []
    if evidence:
        yield from (Deployed(SERVICE, each, "the user data", evidence, "user-data") for each in found[:1])


def in_cloud_config(root: Mapping) -> Iterator[Presence]:
    """Yield the agents that a cloud-config installs or starts."""
    for key in ("bootcmd", "runcmd"):
        commands = root.sequence(key)
        for item in commands.items if commands else ():
            if isinstance(item, Sequence):
                yield from in_words(list(item.texts()))
            else:
                yield from (found for text in texts_of(item) for found in in_shell(text))


def _host_names(root: Mapping) -> Iterator[tuple[str, str]]:
    for key in ("hostname", "fqdn"):
        text = root.text(key)
        if text is not None:
            yield "host", str(text)
