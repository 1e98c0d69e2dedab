"""Ask detect-secrets for a second opinion, where it can have one.

Importing it costs a commit as much as all the rest does. So it is asked only about lines that hold both a word which
one of its plugins looks for and a string which looks generated and which the first engine has not named already. Its
verification, which sends what it finds to the vendors, is never called; it gets no HTTP client for that, whose mere
import opens a socket.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from functools import cache
from types import ModuleType

from claude_preflight.agents.secrets.names import NOTHING, what_is_named
from claude_preflight.agents.secrets.placeholders import is_placeholder
from claude_preflight.agents.secrets.secret import Secret, without_overlaps
from claude_preflight.agents.secrets.shapes import looks_random
from claude_preflight.agents.secrets.table import is_made_public, table
from claude_preflight.agents.secrets.values import decoded
from claude_preflight.late import late
from claude_preflight.model import Span
from claude_preflight.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from detect_secrets.plugins.base import BasePlugin

# Without one of these words, in whatever case, only Artifactory's prefixes and a password in a URL make a plugin match.
_CUES = ("key", "pass", "pwd", "pw", "token", "secret", "contrase", "softlayer.com")
_ARTIFACTORY = late(r"AKC|AP[0-9A-F]")
_GENERATED = late(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_NAMED = late(r"([\w.-]+)[\"'`\]]*\s*(?:=>|:=|=+|:)\s*[\"'`]?$")
_AROUND = 300  # characters of a line that count on either side of a generated string


class _NoClient(ModuleType):
    """Stands for `requests` where only its types are named."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return object


@cache
def _plugins() -> tuple[BasePlugin, ...]:
    """Return the plugins for the forms that the table of kinds does not have."""
    there = sys.modules.setdefault("requests", _NoClient("requests"))
    try:
        from detect_secrets.plugins.artifactory import ArtifactoryDetector
        from detect_secrets.plugins.basic_auth import BasicAuthDetector
        from detect_secrets.plugins.cloudant import CloudantDetector
        from detect_secrets.plugins.ibm_cloud_iam import IbmCloudIamDetector
        from detect_secrets.plugins.ibm_cos_hmac import IbmCosHmacDetector
        from detect_secrets.plugins.keyword import KeywordDetector
        from detect_secrets.plugins.npm import NpmDetector
        from detect_secrets.plugins.softlayer import SoftlayerDetector
    finally:
        if isinstance(there, _NoClient):
            del sys.modules["requests"]

    return (
        CloudantDetector(),
        IbmCosHmacDetector(),
        SoftlayerDetector(),
        ArtifactoryDetector(),
        NpmDetector(),
        IbmCloudIamDetector(),
        BasicAuthDetector(),
        KeywordDetector(),
    )


def _generated_runs(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the places in `text` of runs of characters that look generated and stand for themselves."""
    for match in _GENERATED.finditer(text, start, end):
        run = match.group()
        if any(map(str.isdigit, run)) and looks_random(run) and not is_made_public(run) and not _stands_in(run):
            yield Span(*match.span())


def _stands_in(run: str) -> bool:
    return is_placeholder(run) or is_placeholder(decoded(run))


def suspicious_parts(text: str, start: int, end: int, known: Iterable[Secret]) -> Iterator[Span]:
    """Yield the parts of lines that detect-secrets may have something to say about; nothing for an ordinary file."""
    taken = [secret.span for secret in known]
    last = start
    for run in _generated_runs(text, start, end):
        if run.start < last or any(span.start < run.end and run.start < span.end for span in taken):
            continue
        part = _part_of_line(text, last, end, run)
        if _has_cue(text[part.start : part.end]):
            last = part.end
            yield part


def _has_cue(line: str) -> bool:
    lower = line.lower()
    return any(cue in lower for cue in _CUES) or ("://" in line and "@" in line) or bool(_ARTIFACTORY.search(line))


def _part_of_line(text: str, start: int, end: int, inside: Span) -> Span:
    first, last = max(start, inside.start - _AROUND), min(end, inside.end + _AROUND)
    first += max(text[first : inside.start].rfind("\n"), text[first : inside.start].rfind("\r")) + 1
    ends = [place for place in (text.find("\n", inside.end, last), text.find("\r", inside.end, last)) if place >= 0]
    return Span(first, min(ends, default=last))


def opinions(line: str) -> Iterator[tuple[Span, str]]:
    """Yield the generated runs of `line` that a plugin takes for a secret or a part of one, with the plugin's name."""
    runs = list(_generated_runs(line, 0, len(line)))
    for plugin in _plugins():
        for hit in plugin.analyze_string(line):
            place = line.find(hit)
            for run in runs:
                if place < run.end and run.start < place + len(hit) and not _is_named_otherwise(line, run.start):
                    yield run, str(plugin.secret_type)


def _is_named_otherwise(line: str, place: int) -> bool:
    """Whether `line` names what stands at `place`, and names it something else than a credential."""
    name = _NAMED.search(line[max(0, place - _AROUND) : place])
    return name is not None and what_is_named(name.group(1)) == NOTHING


def find_with_detect_secrets(
    text: str, start: int = 0, end: int | None = None, *, known: Iterable[Secret] = ()
) -> list[Secret]:
    """Return the secrets of `text` that only detect-secrets finds, in order, with offsets into `text` as spans.

    `known` are those that are found already. Placeholders and values that do not look generated are left out.
    """
    end = len(text) if end is None else min(end, len(text))
    known = list(known)
    kind = table().kinds["detected-secret"]
    found = [
        kind.found(Span(part.start + place.start, part.start + place.end), f"{plugin} of detect-secrets")
        for part in list(suspicious_parts(text, start, end, known))
        for place, plugin in opinions(text[part.start : part.end])
    ]
    return [secret for secret in without_overlaps([*known, *found]) if secret.kind == kind.id]
